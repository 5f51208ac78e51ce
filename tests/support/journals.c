/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/journals.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define PARTS 2U   /* frames of a checkpoint before the one that is named */

static int is_checkpoint(uint64_t commit)
{
  return commit == 1 || commit == 6 || commit == 9;
}

static uint32_t frames_of(uint64_t commit)
{
  return is_checkpoint(commit) ? PARTS + 1 : (uint32_t)(commit % 4);
}

static uint32_t kind_of(uint64_t commit, uint32_t frame)
{
  return CRM__FRAME_OWN + 1 + (uint32_t)commit * 8 + frame;
}

static size_t size_of(const test_history *history, uint64_t commit, uint32_t frame)
{
  if (is_checkpoint(commit) && frame == PARTS) {
    return 8 * PARTS;
  }
  return history->large && commit == 7 && frame == 1 ? 150001 : (size_t)(commit * 37 + frame * 13) % 60;
}

static void fill(unsigned char *bytes, size_t size, uint64_t commit, uint32_t frame)
{
  size_t i;
  for (i = 0; i < size; i++) {
    bytes[i] = (unsigned char)(commit * 131 + frame * 17 + i * 7 + (i >> 8));
  }
}

crm_status test_journal_open(const test_history *history, int32_t mode, crm__journal **journal, crm_error *error)
{
  crm__journal_options options = { NULL, NULL, 0, 0, 77 };
  options.io = history->io;
  options.path = history->path;
  options.mode = mode;
  return crm__journal_open(history->memory, &options, journal, error);
}

/* In two pieces. */
static crm_status write_frame(crm__journal *journal, uint32_t kind, const unsigned char *bytes, size_t size,
                              crm__frame *frame, crm_error *error)
{
  crm_status status = crm__journal_begin(journal, kind, error);
  if (status == CRM_OK) {
    status = crm__journal_write(journal, bytes, size / 3, error);
  }
  if (status == CRM_OK) {
    status = crm__journal_write(journal, bytes + size / 3, size - size / 3, error);
  }
  return status == CRM_OK ? crm__journal_end(journal, frame, error) : status;
}

static crm_status write_frames(const test_history *history, crm__journal *journal, uint64_t commit, uint64_t *named,
                               crm_error *error)
{
  unsigned char offsets[8 * PARTS];
  crm_status status = CRM_OK;
  uint32_t f;
  for (f = 0; status == CRM_OK && f < frames_of(commit); f++) {
    size_t size = size_of(history, commit, f);
    unsigned char *bytes = malloc(size + 1);
    crm__frame frame;
    fill(bytes, size, commit, f);
    if (is_checkpoint(commit) && f == PARTS) {
      memcpy(bytes, offsets, sizeof offsets);
    }
    status = write_frame(journal, kind_of(commit, f), bytes, size, &frame, error);
    free(bytes);
    if (status == CRM_OK && is_checkpoint(commit)) {
      *named = frame.offset;
      if (f < PARTS) {
        crm__store64(offsets + (size_t)8 * f, frame.offset);
      }
    }
  }
  return status;
}

/* Frames that come to nothing. */
static crm_status write_vain(crm__journal *journal, crm_error *error)
{
  unsigned char bytes[300];
  crm__frame frame;
  crm_status status;
  memset(bytes, 0xEE, sizeof bytes);
  status = write_frame(journal, 4000, bytes, sizeof bytes, &frame, error);
  if (status == CRM_OK) {
    status = crm__journal_begin(journal, 4001, error);
  }
  crm__journal_rollback(journal);
  return status;
}

crm_status test_journal_step(const test_history *history, crm__journal *journal, crm_error *error)
{
  crm__journal_info info;
  uint64_t commit;
  uint64_t named = 0;
  crm_status status = CRM_OK;
  crm__journal_info_get(journal, &info);
  commit = info.commit + 1;
  if (commit == 3 || commit == 7) {
    status = write_vain(journal, error);
  }
  if (status == CRM_OK && commit == 9) {
    status = crm__journal_renew(journal, error);
  }
  if (status == CRM_OK) {
    status = write_frames(history, journal, commit, &named, error);
  }
  if (status == CRM_OK) {
    status = crm__journal_commit(journal, named, (int64_t)commit * -100, error);
  }
  if (status != CRM_OK) {
    crm__journal_rollback(journal);
  }
  return status;
}

static const char *wrong_frame(const test_history *history, crm__journal *journal, const crm__frame *frame,
                               uint64_t commit, uint32_t f, crm_status *status)
{
  size_t size = size_of(history, commit, f);
  unsigned char *bytes = malloc(size + 1);
  crm__view view = { NULL, 0, NULL };
  const char *wrong = NULL;
  fill(bytes, size, commit, f);
  if (frame->commit != commit || frame->kind != kind_of(commit, f) || frame->length != size) {
    wrong = "a frame is another one";
  } else {
    *status = crm__journal_view(journal, frame, 1, &view, NULL);
    if (*status != CRM_OK) {
      wrong = "a frame cannot be read";
    } else if (!(is_checkpoint(commit) && f == PARTS) && memcmp(view.bytes, bytes, size) != 0) {
      wrong = "a frame holds other bytes";
    }
  }
  crm__journal_view_end(journal, &view);
  free(bytes);
  return wrong;
}

/* The parts that the named frame refers to. */
static const char *wrong_parts(const test_history *history, crm__journal *journal, const crm__frame *named,
                               uint64_t commit, crm_status *status)
{
  unsigned char offsets[8 * PARTS];
  const char *wrong = NULL;
  uint32_t f;
  *status = crm__journal_payload(journal, named, offsets, NULL);
  for (f = 0; *status == CRM_OK && wrong == NULL && f < PARTS; f++) {
    crm__frame part;
    *status = crm__journal_frame_at(journal, crm__load64(offsets + (size_t)8 * f), &part, NULL);
    if (*status == CRM_OK) {
      wrong = wrong_frame(history, journal, &part, commit, f, status);
    }
  }
  return *status != CRM_OK ? "a part cannot be read" : wrong;
}

const char *test_journal_wrong(const test_history *history, crm__journal *journal, crm_status *status)
{
  crm__journal_info info;
  uint64_t commit;
  uint64_t base = 1;
  uint64_t index = 0;
  const char *wrong = NULL;
  *status = CRM_OK;
  crm__journal_info_get(journal, &info);
  for (commit = 1; commit <= info.commit; commit++) {
    base = is_checkpoint(commit) ? commit : base;
  }
  if (info.commit > 0 && (info.version != (int64_t)info.commit * -100 || info.id != 77
                          || info.generation != (base == 9 ? 2U : 1U))) {
    return "the commit says something else of itself";
  }
  for (commit = base; wrong == NULL && commit <= info.commit; commit++) {
    uint32_t f;
    for (f = commit == base ? PARTS : 0; wrong == NULL && f < frames_of(commit); f++) {
      const crm__frame *frame = crm__journal_frame(journal, index++);
      wrong = frame == NULL ? "a frame is missing" : wrong_frame(history, journal, frame, commit, f, status);
    }
    if (wrong == NULL && commit == base) {
      wrong = wrong_parts(history, journal, crm__journal_frame(journal, 0), commit, status);
    }
  }
  return wrong == NULL && crm__journal_frames(journal) != index ? "there are more frames" : wrong;
}
