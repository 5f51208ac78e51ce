/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/handle.h"

#include <string.h>

#include "base/error.h"
#include "file/io.h"

#define FIRST_BYTE 0xF2   /* of a frame's header */

/* So many times the bytes of a file may be read in vain: headers that lie could make each payload reach to its end. */
#define READINGS 8

struct crm__scan {
  crm__memory *memory;
  crm_io io;
  char *path;
  size_t path_size;
  void *file;
  uint64_t size;
  uint64_t at;
  uint64_t kept;   /* bytes in intact frames */
  uint64_t vain;   /* bytes read of others */
  uint64_t shown;  /* the newest commit that a root slot shows */
  uint64_t self;   /* of the header that was found last, */
  int follows;     /* and whether it goes on from the one found before it */
  crm__reader reader;
};

static crm_status read_slots(crm__scan *scan, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t slot;
  for (slot = 0; status == CRM_OK && slot < 2; slot++) {
    const unsigned char *bytes = NULL;
    crm__root root;
    size_t got = 0;
    status = crm__reader_peek(&scan->reader, slot * CRM__SECTOR, CRM__SLOT_SIZE, &bytes, &got, error);
    if (status == CRM_OK && got == CRM__SLOT_SIZE && crm__root_get(bytes, &root) == CRM__ROOT_GOOD) {
      scan->shown = root.commit > scan->shown ? root.commit : scan->shown;
    }
  }
  return status;
}

crm_status crm__scan_open(crm__memory *memory, const crm_io *io, const char *path, crm__scan **scan, crm_error *error)
{
  crm__scan *made = crm__alloc_zero(memory, sizeof *made);
  crm_status status;
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->memory = memory;
  status = crm__io_get(&made->io, io, error);
  if (status == CRM_OK) {
    made->path_size = strlen(path) + 1;
    made->path = crm__alloc(memory, made->path_size);
    status = made->path != NULL ? CRM_OK : crm__fail_memory(error);
  }
  if (status == CRM_OK) {
    memcpy(made->path, path, made->path_size);
    status = made->io.open(made->io.context, path, CRM_IO_READ, &made->file);
    if (status != CRM_OK) {
      made->file = NULL;
      status = crm__io_fail(error, status, "open", path);
    }
  }
  if (status == CRM_OK && made->io.size(made->io.context, made->file, &made->size) != CRM_OK) {
    status = crm__io_fail(error, CRM_ERROR_IO, "read", path);
  }
  if (status == CRM_OK) {
    status = crm__reader_open(&made->reader, memory, &made->io, made->file, made->path, error);
  }
  status = status == CRM_OK ? read_slots(made, error) : status;
  if (status != CRM_OK) {
    crm__scan_close(made);
    return status;
  }
  *scan = made;
  return CRM_OK;
}

void crm__scan_close(crm__scan *scan)
{
  if (scan == NULL) {
    return;
  }
  crm__reader_close(&scan->reader, scan->memory);
  if (scan->file != NULL) {
    (void)scan->io.close(scan->io.context, scan->file);
  }
  crm__free(scan->memory, scan->path, scan->path_size);
  crm__free(scan->memory, scan, sizeof *scan);
}

/* A good header at `at` whose payload the file could hold. */
static crm_status head_at(crm__scan *scan, uint64_t at, crm__head *head, int *good, crm_error *error)
{
  const unsigned char *bytes = NULL;
  size_t got = 0;
  crm_status status = crm__reader_peek(&scan->reader, at, CRM__HEAD_SIZE, &bytes, &got, error);
  *good = status == CRM_OK && got == CRM__HEAD_SIZE && crm__head_get(bytes, head);
  return status;
}

/* Moves on to the next byte that a header could begin with. */
static crm_status seek(crm__scan *scan, crm_error *error)
{
  const unsigned char *bytes = NULL;
  const unsigned char *hit;
  size_t got = 0;
  crm_status status = crm__reader_peek(&scan->reader, scan->at, 1, &bytes, &got, error);
  if (status != CRM_OK || got == 0) {
    scan->at = status == CRM_OK ? scan->size : scan->at;
    return status;
  }
  got = scan->reader.got - (size_t)(scan->at - scan->reader.at);
  hit = memchr(bytes, FIRST_BYTE, got);
  scan->at += hit != NULL ? (size_t)(hit - bytes) : got;
  return CRM_OK;
}

/* Behind a frame whose payload is damaged: where another frame, or the end of the file, shows that its length is right;
 * else right behind its header, for a part of the file may be missing. */
static crm_status step_over(crm__scan *scan, const crm__head *head, crm_error *error)
{
  uint64_t room = scan->size - scan->at - CRM__HEAD_SIZE;
  uint64_t next = scan->at + CRM__HEAD_SIZE;
  crm__head other;
  int good = 0;
  crm_status status = CRM_OK;
  if (head->length <= room && crm__padded(head->length) <= room) {
    status = head_at(scan, next + crm__padded(head->length), &other, &good, error);
    if (good || crm__padded(head->length) == room) {
      next += crm__padded(head->length);
    }
  }
  scan->at = next;
  return status;
}

static void frame_of(const crm__head *head, uint64_t at, crm__frame *frame)
{
  memset(frame, 0, sizeof *frame);
  frame->commit = head->commit;
  frame->offset = at + CRM__HEAD_SIZE;
  frame->length = head->length;
  frame->checksum = head->checksum;
  frame->kind = head->kind;
}

crm_status crm__scan_next(crm__scan *scan, crm__frame *frame, int *found, int *intact, crm_error *error)
{
  crm__head head;
  int good = 0;
  int whole = 0;
  crm_status status = CRM_OK;
  *found = 0;
  *intact = 0;
  while (status == CRM_OK && !good && scan->size > scan->at && scan->size - scan->at >= CRM__HEAD_SIZE) {
    status = head_at(scan, scan->at, &head, &good, error);
    if (status == CRM_OK && !good) {
      scan->at++;
      status = seek(scan, error);
    }
  }
  if (status != CRM_OK || !good) {
    return status;
  }
  if (head.length <= scan->size - scan->at - CRM__HEAD_SIZE && scan->vain / READINGS <= scan->size) {
    status = crm__reader_check(&scan->reader, scan->at + CRM__HEAD_SIZE, head.length, head.checksum, &whole, error);
    scan->vain += whole ? 0 : head.length;
  }
  if (status != CRM_OK) {
    return status;
  }
  frame_of(&head, scan->at, frame);
  scan->follows = head.previous == scan->self;
  scan->self = head.self;
  *found = 1;
  *intact = whole;
  if (!whole) {
    return step_over(scan, &head, error);
  }
  scan->at += CRM__HEAD_SIZE + crm__padded(head.length);
  scan->at = scan->at < scan->size ? scan->at : scan->size;
  scan->kept += CRM__HEAD_SIZE + crm__padded(head.length);
  return CRM_OK;
}

crm_status crm__scan_payload(crm__scan *scan, const crm__frame *frame, void *to, crm_error *error)
{
  size_t size = (size_t)frame->length;
  crm_status status = frame->length > SIZE_MAX
                          ? crm__fail_memory(error)
                          : crm__io_read(&scan->io, scan->file, scan->path, frame->offset, to, size, error);
  if (status == CRM_OK && crm__checksum(to, size) != frame->checksum) {
    status = crm__fail_at(error, CRM_ERROR_CORRUPT, NULL, NULL, 0, (int64_t)frame->offset, "'%s' is damaged",
                          scan->path);
  }
  return status;
}

int crm__scan_follows(const crm__scan *scan)
{
  return scan->follows;
}

uint64_t crm__scan_shown(const crm__scan *scan)
{
  return scan->shown;
}

uint64_t crm__scan_lost(const crm__scan *scan)
{
  uint64_t seen = scan->at < scan->size ? scan->at : scan->size;
  uint64_t head = seen < CRM__FRAMES_BEGIN ? seen : CRM__FRAMES_BEGIN;
  return seen - head > scan->kept ? seen - head - scan->kept : 0;
}
