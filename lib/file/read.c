/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/handle.h"

#include <string.h>

#include "base/error.h"
#include "file/io.h"

static crm_status fail_frame(const crm__journal *journal, uint64_t offset, crm_error *error)
{
  return crm__fail_at(error, CRM_ERROR_CORRUPT, NULL, NULL, 0, offset <= INT64_MAX ? (int64_t)offset : -1,
                      "'%s' is damaged", journal->path);
}

/* Whether the range lies among the frames of the commit that is open, in a file that is open. */
static crm_status check_range(const crm__journal *journal, uint64_t offset, uint64_t length, crm_error *error)
{
  if (journal->file == NULL) {
    return crm__fail(error, CRM_ERROR_STATE, "'%s' is not open any more", journal->path);
  }
  if (offset < CRM__FRAMES_BEGIN || offset > journal->root.end || length > journal->root.end - offset) {
    return fail_frame(journal, offset, error);
  }
  return CRM_OK;
}

crm_status crm__journal_read(crm__journal *journal, uint64_t offset, void *to, size_t length, crm_error *error)
{
  crm_status status = check_range(journal, offset, length, error);
  return status != CRM_OK || length == 0
             ? status
             : crm__io_read(&journal->io, journal->file, journal->path, offset, to, length, error);
}

crm_status crm__journal_frame_at(crm__journal *journal, uint64_t offset, crm__frame *frame, crm_error *error)
{
  unsigned char bytes[CRM__HEAD_SIZE];
  crm__head head;
  crm_status status;
  if (offset < CRM__FRAMES_BEGIN + CRM__HEAD_SIZE || offset % 8 != 0) {
    return fail_frame(journal, offset, error);
  }
  status = crm__journal_read(journal, offset - CRM__HEAD_SIZE, bytes, sizeof bytes, error);
  if (status != CRM_OK) {
    return status;
  }
  if (!crm__head_get(bytes, &head) || head.length > journal->root.end - offset) {
    return fail_frame(journal, offset - CRM__HEAD_SIZE, error);
  }
  memset(frame, 0, sizeof *frame);
  frame->commit = head.commit;
  frame->offset = offset;
  frame->length = head.length;
  frame->checksum = head.checksum;
  frame->kind = head.kind;
  return CRM_OK;
}

crm_status crm__journal_payload(crm__journal *journal, const crm__frame *frame, void *to, crm_error *error)
{
  crm_status status = frame->length <= SIZE_MAX
                          ? crm__journal_read(journal, frame->offset, to, (size_t)frame->length, error)
                          : crm__fail_memory(error);
  if (status == CRM_OK && crm__checksum(to, (size_t)frame->length) != frame->checksum) {
    status = fail_frame(journal, frame->offset, error);
  }
  return status;
}

/* The whole file up to the commit's end, once; where that fails, it is read. */
static void map_file(crm__journal *journal)
{
  const void *bytes = NULL;
  if (journal->mapped == NULL && journal->io.map != NULL && journal->root.end <= SIZE_MAX
      && journal->io.map(journal->io.context, journal->file, 0, (size_t)journal->root.end, &bytes) == CRM_OK) {
    journal->mapped = bytes;
    journal->mapped_size = journal->root.end;
  }
}

static crm_status view_read(crm__journal *journal, const crm__frame *frame, crm__view *view, crm_error *error)
{
  size_t size = (size_t)frame->length;
  unsigned char *read = frame->length <= SIZE_MAX ? crm__alloc(journal->memory, size) : NULL;
  crm_status status;
  if (read == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__journal_read(journal, frame->offset, read, size, error);
  if (status != CRM_OK) {
    crm__free(journal->memory, read, size);
    return status;
  }
  view->bytes = read;
  view->size = size;
  view->read = read;
  return CRM_OK;
}

crm_status crm__journal_view(crm__journal *journal, const crm__frame *frame, int check, crm__view *view,
                             crm_error *error)
{
  crm__view made = { NULL, 0, NULL };
  crm_status status = check_range(journal, frame->offset, frame->length, error);
  if (status != CRM_OK) {
    return status;
  }
  map_file(journal);
  if (journal->mapped != NULL && frame->offset <= journal->mapped_size
      && frame->length <= journal->mapped_size - frame->offset) {
    made.bytes = (const unsigned char *)journal->mapped + (size_t)frame->offset;
    made.size = (size_t)frame->length;
  } else {
    status = view_read(journal, frame, &made, error);
  }
  if (status == CRM_OK && check && crm__checksum(made.bytes, made.size) != frame->checksum) {
    crm__journal_view_end(journal, &made);
    status = fail_frame(journal, frame->offset, error);
  }
  if (status == CRM_OK) {
    *view = made;
  }
  return status;
}

void crm__journal_view_end(crm__journal *journal, crm__view *view)
{
  if (view->read != NULL) {
    crm__free(journal->memory, view->read, view->size);
  }
  view->bytes = NULL;
  view->size = 0;
  view->read = NULL;
}

typedef struct pass {
  crm__journal *journal;
  crm__pass_piece piece;   /* NULL: none */
  void *context;
  uint64_t at;
  uint64_t chain;          /* 0: of a frame that is not looked at */
} pass;

static crm_status pass_head(pass *p, crm__head *head, crm_error *error)
{
  crm__journal *journal = p->journal;
  const unsigned char *bytes = NULL;
  size_t got = 0;
  crm_status status = crm__reader_peek(&journal->reader, p->at, CRM__HEAD_SIZE, &bytes, &got, error);
  if (status != CRM_OK) {
    return status;
  }
  if (got < CRM__HEAD_SIZE || journal->root.end - p->at < CRM__HEAD_SIZE || !crm__head_get(bytes, head)
      || (p->chain != 0 && head->previous != p->chain) || head->length > journal->root.end
      || crm__padded(head->length) > journal->root.end - p->at - CRM__HEAD_SIZE) {
    return fail_frame(journal, p->at, error);
  }
  p->chain = head->self;
  return p->piece != NULL ? p->piece(p->context, p->at, bytes, CRM__HEAD_SIZE, error) : CRM_OK;
}

/* The zeros behind a payload go with it. */
static crm_status pass_payload(pass *p, const crm__head *head, crm_error *error)
{
  uint64_t offset = p->at + CRM__HEAD_SIZE;
  uint64_t left = crm__padded(head->length);
  uint64_t sum_left = head->length;
  crm__checksum_state sum;
  crm_status status = CRM_OK;
  crm__checksum_begin(&sum);
  while (status == CRM_OK && left > 0) {
    const unsigned char *bytes = NULL;
    size_t part = left < CRM__READER ? (size_t)left : CRM__READER;
    size_t summed = sum_left < part ? (size_t)sum_left : part;
    size_t got = 0;
    status = crm__reader_peek(&p->journal->reader, offset, part, &bytes, &got, error);
    if (status == CRM_OK && got < part) {
      status = fail_frame(p->journal, offset, error);
    }
    if (status == CRM_OK) {
      crm__checksum_add(&sum, bytes, summed);
      status = p->piece != NULL ? p->piece(p->context, offset, bytes, part, error) : CRM_OK;
    }
    offset += part;
    left -= part;
    sum_left -= summed;
  }
  p->at = offset;
  return status == CRM_OK && crm__checksum_end(&sum) != head->checksum ? fail_frame(p->journal, offset, error) : status;
}

crm_status crm__journal_pass(crm__journal *journal, crm__pass_piece piece, void *context, crm_error *error)
{
  pass p = { NULL, NULL, NULL, 0, 0 };
  crm_status status;
  if (journal->root.commit == 0) {
    return CRM_OK;
  }
  p.journal = journal;
  p.piece = piece;
  p.context = context;
  p.at = journal->record.base;
  status = check_range(journal, p.at, 0, error);
  journal->reader.got = 0;
  while (status == CRM_OK && p.at < journal->root.end) {
    crm__head head;
    status = pass_head(&p, &head, error);
    if (status == CRM_OK) {
      status = pass_payload(&p, &head, error);
    }
  }
  return status == CRM_OK && p.chain != journal->root.chain ? fail_frame(journal, journal->root.tail, error) : status;
}

crm_status crm__journal_check_all(crm__journal *journal, crm_error *error)
{
  return crm__journal_pass(journal, NULL, NULL, error);
}

crm_status crm__journal_back(crm__journal *journal, uint64_t commit, crm_error *error)
{
  crm_status status;
  if (journal->mode != CRM__JOURNAL_READ) {
    return crm__fail(error, CRM_ERROR_STATE, "commit %lld of '%s' is damaged; open it to read, or salvage",
                     (long long)journal->root.commit, journal->path);
  }
  journal->reader.got = 0;
  status = crm__journal_recover(journal, commit, error);
  if (status == CRM_ERROR_CORRUPT) {
    status = crm__fail(error, status, "no commit of '%s' before %lld can be read", journal->path, (long long)commit);
  }
  return status;
}
