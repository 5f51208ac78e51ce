/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/handle.h"

#include <string.h>

#include "base/error.h"
#include "file/io.h"

/* A walk over the frames from a checkpoint on, header by header. What it has gathered up to the last commit that ended
 * well is what it finds. */
typedef struct walk {
  crm__journal *journal;
  const crm__root *target;   /* the root that it starts from */
  uint64_t below;            /* only commits with a lower number */
  uint64_t at;
  uint64_t chain;
  uint64_t commit;           /* the present one */
  uint64_t begun;            /* where it begins */
  uint64_t count;            /* frames of it so far */
  uint64_t listed;           /* frames in the journal's list, those of the present commit among them */
  crm__root root;            /* of the last commit that ended well; commit 0: none yet */
  crm__record record;
  uint64_t kept;             /* listed frames up to its end */
  uint64_t based;
  uint64_t read;             /* bytes of payloads */
  int first;                 /* no frame has been seen yet */
  int foreign;               /* at the target's end stands another commit than it says */
} walk;

/* So many times the bytes of a file may be read in looking for an earlier commit: each checkpoint that is tried is read
 * up to where it is damaged, and one that lies could make all of them read the same bytes. */
#define READINGS 8

#define STEP_ON 1
#define STEP_END 0

static crm_status peek(walk *w, uint64_t offset, size_t size, const unsigned char **bytes, crm_error *error)
{
  size_t got = 0;
  crm_status status = CRM_OK;
  *bytes = NULL;
  if (offset <= w->journal->size && w->journal->size - offset >= size) {
    status = crm__reader_peek(&w->journal->reader, offset, size, bytes, &got, error);
    if (status == CRM_OK && got < size) {   /* not to be taken for a file that was cut */
      *bytes = NULL;
      status = crm__io_fail(error, CRM_ERROR_IO, "read", w->journal->path);
    }
  }
  return status;
}

/* Whether a header may follow on what the walk has seen. */
static int follows(const walk *w, const crm__head *head)
{
  uint64_t room = w->journal->size - w->at - CRM__HEAD_SIZE;
  if (head->length > room || crm__padded(head->length) > room || head->commit >= w->below
      || head->commit > (uint64_t)INT64_MAX) {
    return 0;
  }
  if (w->first) {
    return head->commit > 0 && head->commit <= w->target->commit
           && (w->at != CRM__FRAMES_BEGIN
               || head->previous == crm__chain_begin(w->target->id, w->target->generation));
  }
  return head->previous == w->chain && head->commit == w->commit;
}

/* The place in the list of a frame of the present commit that a checkpoint names; 0: it is none. */
static int names_frame(const walk *w, uint64_t checkpoint, uint64_t *index)
{
  uint64_t i;
  for (i = w->kept; i < w->listed; i++) {
    if (w->journal->frames[i].offset - CRM__HEAD_SIZE == checkpoint) {
      *index = i;
      return 1;
    }
  }
  return 0;
}

/* Whether the frame that ends a commit agrees with the frames before it. */
static int record_fits(const walk *w, const crm__record *record, uint64_t *index)
{
  if (w->root.commit == 0) {   /* the target's checkpoint: its commit began before the walk */
    return record->checkpoint == w->target->checkpoint && record->base >= CRM__FRAMES_BEGIN
           && record->base <= record->checkpoint && record->base % 8 == 0 && record->frames >= w->count;
  }
  if (record->frames != w->count) {
    return 0;
  }
  if (record->checkpoint == w->record.checkpoint) {
    return record->base == w->record.base;
  }
  return record->base == w->begun && names_frame(w, record->checkpoint, index);
}

static void end_commit(walk *w, const crm__head *head, const crm__record *record, uint64_t dropped)
{
  crm__frame *frames = w->journal->frames;
  uint64_t next = w->at + CRM__RECORD_WHOLE;
  if (dropped > 0) {
    memmove(frames, frames + dropped, (size_t)(w->listed - dropped) * sizeof *frames);
    w->listed -= dropped;
  }
  if (dropped > 0 || w->root.commit == 0) {
    w->based = next;
  }
  w->root.id = w->target->id;
  w->root.generation = w->target->generation;
  w->root.commit = head->commit;
  w->root.checkpoint = record->checkpoint;
  w->root.tail = w->at;
  w->root.end = next;
  w->root.chain = head->self;
  w->record = *record;
  w->kept = w->listed;
  w->commit = head->commit + 1;
  w->count = 0;
  w->begun = next;
}

static crm_status step_commit(walk *w, const crm__head *head, int *on, crm_error *error)
{
  const unsigned char *bytes = NULL;
  crm__record record;
  uint64_t dropped = 0;
  crm_status status = peek(w, w->at + CRM__HEAD_SIZE, CRM__RECORD_SIZE, &bytes, error);
  *on = STEP_END;
  if (status != CRM_OK || bytes == NULL || head->length != CRM__RECORD_SIZE
      || crm__checksum(bytes, CRM__RECORD_SIZE) != head->checksum) {
    return status;
  }
  crm__record_get(bytes, &record);
  if (!record_fits(w, &record, &dropped)) {
    return CRM_OK;
  }
  if (w->at + CRM__RECORD_WHOLE == w->target->end
      && (head->self != w->target->chain || head->commit != w->target->commit)) {
    w->foreign = 1;
    return CRM_OK;
  }
  end_commit(w, head, &record, dropped);
  *on = STEP_ON;
  return CRM_OK;
}

static crm_status step_frame(walk *w, const crm__head *head, int *on, crm_error *error)
{
  crm__journal *journal = w->journal;
  crm__frame *frame;
  int good = 0;
  crm_status status = crm__reader_check(&journal->reader, w->at + CRM__HEAD_SIZE, head->length, head->checksum, &good,
                                        error);
  w->read += head->length;
  *on = STEP_END;
  if (status != CRM_OK || !good || head->kind <= CRM__FRAME_OWN) {
    return status;
  }
  if (!crm__grow(journal->memory, &journal->frames, &journal->capacity, w->listed + 1, sizeof *journal->frames)) {
    return crm__fail_memory(error);
  }
  frame = &journal->frames[w->listed++];
  memset(frame, 0, sizeof *frame);
  frame->commit = head->commit;
  frame->offset = w->at + CRM__HEAD_SIZE;
  frame->length = head->length;
  frame->checksum = head->checksum;
  frame->kind = head->kind;
  w->count++;
  *on = STEP_ON;
  return CRM_OK;
}

static crm_status step(walk *w, int *on, crm_error *error)
{
  const unsigned char *bytes = NULL;
  crm__head head;
  crm_status status = peek(w, w->at, CRM__HEAD_SIZE, &bytes, error);
  *on = STEP_END;
  if (status != CRM_OK || bytes == NULL || !crm__head_get(bytes, &head) || !follows(w, &head)) {
    return status;
  }
  status = head.kind == CRM__KIND_COMMIT ? step_commit(w, &head, on, error) : step_frame(w, &head, on, error);
  if (*on == STEP_ON) {
    w->commit = w->first && head.kind != CRM__KIND_COMMIT ? head.commit : w->commit;
    w->first = 0;
    w->chain = head.self;
    w->at += CRM__HEAD_SIZE + crm__padded(head.length);
  }
  return status;
}

/* Walks from a root's checkpoint to its end, and on over commits that came after it. w->root.commit 0: no commit ends
 * well, or not the one that the root says. */
static crm_status walk_root(crm__journal *journal, const crm__root *target, uint64_t below, walk *w, crm_error *error)
{
  int on = STEP_ON;
  crm_status status = CRM_OK;
  memset(w, 0, sizeof *w);
  w->journal = journal;
  w->target = target;
  w->below = below;
  w->at = target->checkpoint;
  w->begun = target->checkpoint;
  w->first = 1;
  while (status == CRM_OK && on == STEP_ON) {
    status = step(w, &on, error);
  }
  if (w->foreign) {
    w->root.commit = 0;
  }
  return status;
}

static int plausible(const crm__root *root)
{
  return root->commit > 0 && root->commit <= (uint64_t)INT64_MAX && root->checkpoint >= CRM__FRAMES_BEGIN
         && root->checkpoint <= root->tail && root->checkpoint % 8 == 0 && root->tail % 8 == 0
         && root->tail <= UINT64_MAX - CRM__RECORD_WHOLE && root->tail + CRM__RECORD_WHOLE == root->end;
}

/* The frame that ends a commit as a root, commit 0 where there is no such frame, and where the frame stands that ends
 * the commit before its checkpoint; 0: there is none. */
static crm_status root_at(crm__journal *journal, uint64_t tail, crm__root *root, uint64_t *before, crm_error *error)
{
  walk w;
  const unsigned char *bytes = NULL;
  crm__head head;
  crm__record record;
  crm_status status;
  memset(&w, 0, sizeof w);
  w.journal = journal;
  *before = 0;
  root->commit = 0;
  status = peek(&w, tail, CRM__RECORD_WHOLE, &bytes, error);
  if (status != CRM_OK || bytes == NULL || !crm__head_get(bytes, &head) || head.kind != CRM__KIND_COMMIT
      || head.length != CRM__RECORD_SIZE || crm__checksum(bytes + CRM__HEAD_SIZE, CRM__RECORD_SIZE) != head.checksum) {
    return status;
  }
  crm__record_get(bytes + CRM__HEAD_SIZE, &record);
  root->commit = head.commit;
  root->checkpoint = record.checkpoint;
  root->tail = tail;
  root->end = tail + CRM__RECORD_WHOLE;
  root->chain = head.self;
  if (record.base >= CRM__FRAMES_BEGIN + CRM__RECORD_WHOLE && record.base <= tail && record.base % 8 == 0) {
    *before = record.base - CRM__RECORD_WHOLE;
  }
  return CRM_OK;
}

/* From a root whose checkpoint cannot be used back to the next one before it that can. */
static crm_status walk_back(crm__journal *journal, const crm__root *from, uint64_t below, crm__root *earlier, walk *w,
                            crm_error *error)
{
  uint64_t tail = from->tail;
  uint64_t read = w->read;
  crm_status status = CRM_OK;
  *earlier = *from;
  while (status == CRM_OK && tail != 0 && w->root.commit == 0 && read / READINGS <= journal->size) {
    uint64_t before = 0;
    status = root_at(journal, tail, earlier, &before, error);
    if (status == CRM_OK && earlier->commit > 0 && tail < from->tail && plausible(earlier)) {
      status = walk_root(journal, earlier, below, w, error);
      read += w->read;
    }
    tail = before;
  }
  return status;
}

static void take_found(crm__journal *journal, const walk *w)
{
  journal->root = w->root;
  journal->record = w->record;
  journal->based = w->based;
  journal->count = w->kept;
}

crm_status crm__journal_slots(crm__journal *journal, crm__root roots[2], int states[2], crm_error *error)
{
  uint64_t i;
  for (i = 0; i < 2; i++) {
    unsigned char bytes[CRM__SLOT_SIZE];
    size_t got = 0;
    crm_status status = crm__io_fetch(&journal->io, journal->file, i * CRM__SECTOR, bytes, sizeof bytes, sizeof bytes,
                                      &got);
    if (status == CRM_OK && got < sizeof bytes && journal->size >= i * CRM__SECTOR + sizeof bytes) {
      status = CRM_ERROR_IO;
    }
    if (status != CRM_OK) {
      return crm__io_fail(error, status, "read", journal->path);
    }
    memset(&roots[i], 0, sizeof roots[i]);
    states[i] = got == sizeof bytes ? crm__root_get(bytes, &roots[i]) : CRM__ROOT_BAD;
  }
  return CRM_OK;
}

/* Tries a root, then the checkpoints before it. *target is the one that was walked from. */
static crm_status try_root(crm__journal *journal, const crm__root *root, uint64_t below, crm__root *target, walk *w,
                           crm_error *error)
{
  crm_status status;
  *target = *root;
  status = walk_root(journal, target, below, w, error);
  if (status == CRM_OK && w->root.commit == 0) {
    status = walk_back(journal, root, below, target, w, error);
  }
  return status;
}

/* The slots' roots, the newer one first; *count of them can be meant. */
static crm_status usable_roots(crm__journal *journal, crm__root usable[2], int *count, crm_error *error)
{
  crm__root roots[2];
  int states[2];
  int i;
  crm_status status = crm__journal_slots(journal, roots, states, error);
  *count = 0;
  for (i = 0; status == CRM_OK && i < 2; i++) {
    if (states[i] == CRM__ROOT_LATER) {
      return crm__fail(error, CRM_ERROR_VERSION, "'%s' was written by a later library", journal->path);
    }
    if (states[i] == CRM__ROOT_GOOD && plausible(&roots[i])) {
      usable[(*count)++] = roots[i];
    }
  }
  if (*count == 2 && usable[0].commit < usable[1].commit) {
    crm__root newer = usable[1];
    usable[1] = usable[0];
    usable[0] = newer;
  }
  return status;
}

crm_status crm__journal_recover(crm__journal *journal, uint64_t below, crm_error *error)
{
  crm__root roots[2];
  crm__root targets[2];
  walk walks[2];
  int count = 0;
  int best = 0;
  crm_status status = usable_roots(journal, roots, &count, error);
  memset(walks, 0, sizeof walks);
  if (status == CRM_OK && count > 0) {
    status = try_root(journal, &roots[0], below, &targets[0], &walks[0], error);
  }
  if (status == CRM_OK && count == 2 && walks[0].root.commit < roots[0].commit) {
    status = try_root(journal, &roots[1], below, &targets[1], &walks[1], error);
    best = walks[1].root.commit > walks[0].root.commit;
    if (status == CRM_OK && !best && walks[0].root.commit > 0) {
      crm__root again = targets[0];
      status = walk_root(journal, &again, below, &walks[0], error);   /* for its list */
    }
  }
  if (status != CRM_OK) {
    return status;
  }
  if (walks[best].root.commit == 0) {
    return crm__fail(error, CRM_ERROR_CORRUPT, count == 0 ? "'%s' is no store, or its head is damaged"
                                                          : "no commit of '%s' can be read", journal->path);
  }
  take_found(journal, &walks[best]);
  if (below == UINT64_MAX) {
    journal->shown = roots[0].commit > journal->root.commit ? roots[0].commit : journal->root.commit;
  }
  return CRM_OK;
}
