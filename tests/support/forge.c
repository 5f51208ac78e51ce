/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/forge.h"

#include "base/bytes.h"
#include "store/saved_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static forged_frame *grow(forge *of)
{
  of->frames = realloc(of->frames, (of->count + 1) * sizeof *of->frames);
  assert_non_null(of->frames);
  memset(&of->frames[of->count], 0, sizeof *of->frames);
  return &of->frames[of->count++];
}

/* Commits are counted from 1 in what is written: what goes on from one of them has to name it so. */
static void take_frame(forge *of, crm__scan *scan, const crm__frame *frame, uint64_t first_commit)
{
  forged_frame *taken = grow(of);
  taken->kind = frame->kind;
  taken->offset = frame->offset;
  forge_resize(taken, (size_t)frame->length);
  assert_int_equal(crm__scan_payload(scan, frame, taken->bytes, NULL), CRM_OK);
  if (frame->kind == CRM__SAVED_PROFILES) {
    forge_put(taken, 0, 8, forge_number(taken, 0, 8) - first_commit + 1);
  }
}

/* What the list says of a piece; NULL: it is not in it. */
static const unsigned char *listed(const forged_frame *head, uint64_t offset)
{
  size_t at = 8 + (size_t)forge_number(head, 0, 8);
  for (; at + CRM__SAVED_ENTRY <= head->size; at += CRM__SAVED_ENTRY) {
    if (forge_number(head, at + 8, 8) == offset) {
      return head->bytes + at;
    }
  }
  return NULL;
}

forge forge_read(const crm_io *io, const char *path)
{
  forge made = { NULL, 0 };
  crm__memory memory;
  crm__scan *scan = NULL;
  const forged_frame *head;
  uint64_t first_commit = 0;
  size_t i;
  int found = 1;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__scan_open(&memory, io, path, &scan, NULL), CRM_OK);
  while (found) {
    crm__frame frame;
    int intact = 0;
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    if (found) {
      assert_true(intact);
      first_commit = made.count == 0 ? frame.commit : first_commit;
      take_frame(&made, scan, &frame, first_commit);
    }
  }
  crm__scan_close(scan);
  head = forge_frame(&made, CRM__SAVED_HEAD, 0);
  for (i = 0; i < made.count; i++) {
    const unsigned char *entry = listed(head, made.frames[i].offset);
    made.frames[i].piece = entry == NULL ? 0 : crm__load32(entry + 4);
  }
  return made;
}

void forge_free(forge *of)
{
  size_t i;
  for (i = 0; i < of->count; i++) {
    free(of->frames[i].bytes);
  }
  free(of->frames);
}

forged_frame *forge_frame(const forge *of, uint32_t kind, size_t n)
{
  size_t i;
  for (i = 0; i < of->count && (of->frames[i].kind != kind || n-- > 0); i++) {
  }
  if (i == of->count) {
    fail_msg("there is no such frame of kind %u", (unsigned)kind);
  }
  return &of->frames[i];
}

forged_frame *forge_piece(const forge *of, uint32_t part, size_t n)
{
  return forge_frame(of, CRM__SAVED_PART | part, n);
}

uint64_t forge_number(const forged_frame *frame, size_t at, size_t width)
{
  uint64_t value = 0;
  assert_true(at + width <= frame->size);
  while (width-- > 0) {
    value = value << 8 | frame->bytes[at + width];
  }
  return value;
}

void forge_put(forged_frame *frame, size_t at, size_t width, uint64_t value)
{
  assert_true(at + width <= frame->size);
  for (; width > 0; width--, at++, value >>= 8) {
    frame->bytes[at] = (unsigned char)value;
  }
}

void forge_resize(forged_frame *frame, size_t size)
{
  unsigned char *bytes = realloc(frame->bytes, size + 1);   /* none has no byte */
  assert_non_null(bytes);
  if (size > frame->size) {
    memset(bytes + frame->size, 0, size - frame->size);
  }
  frame->bytes = bytes;
  frame->size = size;
}

void forge_add(forge *of, uint32_t before, size_t n, uint32_t kind, const void *bytes, size_t size)
{
  size_t at = (size_t)(forge_frame(of, before, n) - of->frames);
  forged_frame made;
  memset(&made, 0, sizeof made);
  made.kind = kind;
  forge_resize(&made, size);
  if (size > 0) {
    memcpy(made.bytes, bytes, size);
  }
  (void)grow(of);
  memmove(&of->frames[at + 1], &of->frames[at], (of->count - 1 - at) * sizeof *of->frames);
  of->frames[at] = made;
}

static void write_frame(crm__journal *journal, uint32_t kind, const void *bytes, size_t size, crm__frame *written)
{
  assert_int_equal(crm__journal_begin(journal, kind, NULL), CRM_OK);
  assert_int_equal(crm__journal_write(journal, bytes, size, NULL), CRM_OK);
  assert_int_equal(crm__journal_end(journal, written, NULL), CRM_OK);
}

/* A head, with the list of the pieces as they have been written. Where its length is not that of what it holds, it goes
 * as it is. */
static void write_head(crm__journal *journal, const forged_frame *head, const crm__bytes *list, crm__frame *written)
{
  uint64_t size = head->size < 8 ? UINT64_MAX : forge_number(head, 0, 8);
  assert_int_equal(crm__journal_begin(journal, head->kind, NULL), CRM_OK);
  if (head->size < 8 || size > head->size - 8) {
    assert_int_equal(crm__journal_write(journal, head->bytes, head->size, NULL), CRM_OK);
  } else {
    assert_int_equal(crm__journal_write(journal, head->bytes, 8 + (size_t)size, NULL), CRM_OK);
    assert_int_equal(crm__journal_write(journal, list->data, (size_t)list->used, NULL), CRM_OK);
  }
  assert_int_equal(crm__journal_end(journal, written, NULL), CRM_OK);
}

static void list_piece(crm__bytes *list, crm__memory *memory, const forged_frame *piece, const crm__frame *written)
{
  crm__bytes_u32(list, memory, piece->kind & ~CRM__SAVED_PART);
  crm__bytes_u32(list, memory, piece->piece);
  crm__bytes_u64(list, memory, written->offset + piece->stray);
  crm__bytes_u64(list, memory, written->length);
  crm__bytes_u64(list, memory, written->checksum);
}

void forge_write(const forge *of, const crm_io *io, const char *path)
{
  crm__memory memory;
  crm__journal_options options;
  crm__journal *journal = NULL;
  crm__bytes list;
  crm__frame written;
  uint64_t checkpoint = 0;
  size_t i;
  memset(&list, 0, sizeof list);
  memset(&options, 0, sizeof options);
  memset(&written, 0, sizeof written);
  options.io = io;
  options.path = path;
  options.mode = CRM__JOURNAL_CREATE;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__journal_open(&memory, &options, &journal, NULL), CRM_OK);
  for (i = 0; i < of->count; i++) {
    const forged_frame *frame = &of->frames[i];
    if (frame->dropped) {
      continue;
    }
    if (frame->kind <= CRM__FRAME_OWN) {
      assert_int_equal(crm__journal_commit(journal, checkpoint, 0, NULL), CRM_OK);
      checkpoint = 0;
    } else if (frame->kind == CRM__SAVED_HEAD || frame->kind == CRM__SAVED_COPY) {
      write_head(journal, frame, &list, &written);
      checkpoint = frame->kind == CRM__SAVED_HEAD ? written.offset : 0;
    } else {
      write_frame(journal, frame->kind, frame->bytes, frame->size, &written);
      if (frame->kind > CRM__SAVED_PART) {   /* all but the plan, which no list names */
        list_piece(&list, &memory, frame, &written);
      }
    }
  }
  crm__journal_close(journal);
  crm__bytes_free(&list, &memory);
  assert_int_equal(memory.used, 0);
}
