/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/handle.h"

#include <string.h>

#include "base/error.h"
#include "file/io.h"

static crm_status check_writable(const crm__journal *journal, crm_error *error)
{
  if (journal->state == CRM__JOURNAL_READ_ONLY) {
    return crm__fail(error, CRM_ERROR_STATE, "'%s' is open to be read only", journal->path);
  }
  if (journal->state == CRM__JOURNAL_POISONED) {
    return crm__fail(error, CRM_ERROR_STATE, "'%s' is read-only until it is opened again, for a write has failed",
                     journal->path);
  }
  return CRM_OK;
}

/* After a failure in the file that holds the commit that is open. */
static crm_status poison(crm__journal *journal, crm_status status)
{
  journal->state = CRM__JOURNAL_POISONED;
  return status;
}

static crm_status settle_failure(crm__journal *journal, crm_status status)
{
  if (status != CRM_OK && journal->writer.broken && !journal->renewing) {
    return poison(journal, status);
  }
  return status;
}

/* A second writer is noticed by its slot: without locks, and with locks that have not kept it out. */
static crm_status check_alone(crm__journal *journal, crm_error *error)
{
  crm__root roots[2];
  int states[2];
  uint64_t slot = journal->root.commit % 2;
  crm_status status;
  if (journal->file == NULL) {
    return CRM_OK;
  }
  status = crm__journal_slots(journal, roots, states, error);
  if (status != CRM_OK) {
    return status;
  }
  if (states[slot] != CRM__ROOT_GOOD || roots[slot].chain != journal->root.chain
      || (states[1 - slot] == CRM__ROOT_GOOD && roots[1 - slot].commit > journal->root.commit)) {
    return poison(journal, crm__fail(error, CRM_ERROR_STATE, "'%s' has been written by somebody else", journal->path));
  }
  return CRM_OK;
}

/* The first frame of a commit settles where it goes. */
static crm_status start(crm__journal *journal, crm_error *error)
{
  crm__writer *writer = &journal->writer;
  void *file = NULL;
  crm_status status;
  if (!journal->renewing) {
    return crm__writer_start(writer, journal->file, journal->root.end, journal->root.chain, journal->root.commit + 1,
                             error);
  }
  status = journal->io.open(journal->io.context, journal->path_new, CRM_IO_CREATE, &file);
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "create", journal->path_new);
  }
  status = crm__writer_start(writer, file, CRM__FRAMES_BEGIN,
                             crm__chain_begin(journal->root.id, journal->root.generation + 1),
                             journal->root.commit + 1, error);
  if (status != CRM_OK) {
    (void)journal->io.close(journal->io.context, file);
    (void)journal->io.remove(journal->io.context, journal->path_new);
  }
  return status;
}

/* Before the first bytes go where somebody else may have put a commit. Of a small one none have gone when it ends, and
 * looking then is enough. */
static crm_status check_spill(crm__journal *journal, size_t size, crm_error *error)
{
  return !journal->renewing && crm__writer_spills(&journal->writer, size) ? check_alone(journal, error) : CRM_OK;
}

crm_status crm__journal_begin(crm__journal *journal, uint32_t kind, crm_error *error)
{
  crm_status status = check_writable(journal, error);
  if (status == CRM_OK && (kind <= CRM__FRAME_OWN || journal->writer.open)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "a frame is open, or its kind is the journal's own");
  }
  if (status == CRM_OK && journal->writer.file == NULL) {
    status = start(journal, error);
  }
  if (status == CRM_OK) {
    status = check_spill(journal, CRM__HEAD_SIZE, error);
  }
  return status != CRM_OK ? status : settle_failure(journal, crm__writer_begin(&journal->writer, kind, error));
}

crm_status crm__journal_write(crm__journal *journal, const void *bytes, size_t size, crm_error *error)
{
  crm_status status = check_writable(journal, error);
  if (status == CRM_OK && !journal->writer.open) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no frame is open");
  }
  if (status == CRM_OK) {
    status = check_spill(journal, size, error);
  }
  return status != CRM_OK ? status : settle_failure(journal, crm__writer_write(&journal->writer, bytes, size, error));
}

crm_status crm__journal_end(crm__journal *journal, crm__frame *frame, crm_error *error)
{
  crm_status status = check_writable(journal, error);
  if (status == CRM_OK && !journal->writer.open) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no frame is open");
  }
  if (status == CRM_OK) {
    status = check_spill(journal, 7, error);   /* zeros up to the next frame */
  }
  status = status != CRM_OK ? status : settle_failure(journal, crm__writer_end(&journal->writer, error));
  if (status == CRM_OK && frame != NULL) {
    *frame = journal->writer.frames[journal->writer.count - 1];
  }
  return status;
}

/* Where the list of the next commit begins among the frames that were written. */
static crm_status find_checkpoint(const crm__journal *journal, uint64_t checkpoint, uint64_t *first, crm_error *error)
{
  uint64_t i = journal->writer.count;
  *first = 0;
  if (checkpoint == 0) {
    return journal->renewing
               ? crm__fail(error, CRM_ERROR_ARGUMENT, "the first commit of a file names no checkpoint")
               : CRM_OK;
  }
  while (i > 0 && journal->writer.frames[i - 1].offset != checkpoint) {
    i--;
  }
  *first = i - (i > 0);
  return i > 0 ? CRM_OK : crm__fail(error, CRM_ERROR_ARGUMENT, "the checkpoint is no frame of this commit");
}

/* Makes room, so that nothing fails once the commit stands. */
static crm_status make_room(crm__journal *journal, uint64_t checkpoint, uint64_t first, crm_error *error)
{
  uint64_t kept = checkpoint == 0 ? journal->count : 0;
  return crm__grow(journal->memory, &journal->frames, &journal->capacity, kept + journal->writer.count - first,
                   sizeof *journal->frames)
             ? CRM_OK
             : crm__fail_memory(error);
}

static void publish(crm__journal *journal, const crm__root *root, const crm__record *record, int is_checkpoint,
                    uint64_t first)
{
  uint64_t kept = is_checkpoint ? 0 : journal->count;
  uint64_t added = journal->writer.count - first;
  if (added > 0) {
    memcpy(journal->frames + kept, journal->writer.frames + first, (size_t)added * sizeof *journal->frames);
  }
  journal->count = kept + added;
  journal->root = *root;
  journal->record = *record;
  journal->shown = root->commit;
  journal->based = is_checkpoint ? root->end : journal->based;
}

static crm_status sync_file(crm__journal *journal, void *file, const char *path, crm_error *error)
{
  crm_status status = journal->io.sync(journal->io.context, file);
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "sync", path);
}

/* Frames and their end are on the device once sync has answered; the slot only says where to look, and the sync of the
 * next commit takes it along: recovery goes on from the other slot until then. */
static crm_status commit_in_place(crm__journal *journal, crm__record *record, crm__root *root, crm_error *error)
{
  crm_status status = check_alone(journal, error);
  if (status == CRM_OK) {
    status = settle_failure(journal, crm__writer_seal(&journal->writer, record, root, error));
  }
  if (status != CRM_OK) {
    return status;
  }
  status = sync_file(journal, journal->file, journal->path, error);
  if (status == CRM_OK) {
    status = crm__slot_write(&journal->io, journal->file, journal->path, root, root->commit % 2, error);
  }
  return status == CRM_OK ? status : poison(journal, status);
}

/* A file that nobody has opened under the name that the new one is to get. */
static crm_status check_free(crm__journal *journal, crm_error *error)
{
  void *file = NULL;
  crm_status status;
  if (journal->root.commit > 0) {
    return check_alone(journal, error);
  }
  status = journal->io.open(journal->io.context, journal->path, CRM_IO_READ, &file);
  if (status == CRM_ERROR_NOT_FOUND) {
    return CRM_OK;
  }
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "open", journal->path);
  }
  (void)journal->io.close(journal->io.context, file);
  return crm__fail(error, CRM_ERROR_STATE, "'%s' has been made by somebody else", journal->path);
}

/* The new file whole and with both slots on the device, and closed. */
static crm_status finish_new(crm__journal *journal, crm__record *record, crm__root *root, crm_error *error)
{
  crm__writer *writer = &journal->writer;
  crm_status status = check_free(journal, error);
  uint64_t slot;
  if (status == CRM_OK) {
    status = crm__writer_seal(writer, record, root, error);
  }
  for (slot = 0; status == CRM_OK && slot < 2; slot++) {
    status = crm__slot_write(&journal->io, writer->file, journal->path_new, root, slot, error);
  }
  if (status == CRM_OK) {
    status = sync_file(journal, writer->file, journal->path_new, error);
  }
  if (status == CRM_OK) {
    status = journal->io.close(journal->io.context, writer->file);
    writer->file = NULL;
    status = status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "close", journal->path_new);
  }
  return status;
}

/* Opens what has just got the name; it must be the file that was written. */
static crm_status open_again(crm__journal *journal, const crm__root *root, crm_error *error)
{
  crm__root roots[2];
  int states[2];
  crm_status status = crm__journal_attach(journal, journal->path, CRM_IO_WRITE, error);
  if (status == CRM_OK) {
    status = crm__journal_slots(journal, roots, states, error);
  }
  if (status == CRM_OK && (states[0] != CRM__ROOT_GOOD || roots[0].chain != root->chain)) {
    status = crm__fail(error, CRM_ERROR_IO, "'%s' is not the file that was written", journal->path);
  }
  return status;
}

static crm_status commit_new(crm__journal *journal, crm__record *record, crm__root *root, uint64_t first,
                             crm_error *error)
{
  crm_status status = finish_new(journal, record, root, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__journal_detach(journal);
  status = crm__io_replace(&journal->io, journal->path_new, journal->path, error);
  if (status != CRM_OK) {
    (void)crm__journal_attach(journal, journal->path, CRM_IO_WRITE, NULL);
    crm__io_drop_new(&journal->io, journal->path_new, journal->path);
    return poison(journal, status);
  }
  status = open_again(journal, root, error);
  if (status == CRM_OK) {
    publish(journal, root, record, 1, first);
    status = journal->io.sync_names(journal->io.context, journal->path);
    status = status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "sync", journal->path);
  }
  return status == CRM_OK ? CRM_OK : poison(journal, status);
}

crm_status crm__journal_commit(crm__journal *journal, uint64_t checkpoint, int64_t version, crm_error *error)
{
  crm__root root = journal->root;
  crm__record record = journal->record;
  uint64_t first = 0;
  crm_status status = check_writable(journal, error);
  if (status == CRM_OK && journal->writer.open) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "a frame is open");
  }
  if (status == CRM_OK && journal->writer.file == NULL) {
    status = start(journal, error);
  }
  if (status == CRM_OK) {
    status = find_checkpoint(journal, checkpoint, &first, error);
  }
  if (status == CRM_OK) {
    status = make_room(journal, checkpoint, first, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  record.checkpoint = checkpoint == 0 ? record.checkpoint : checkpoint - CRM__HEAD_SIZE;
  record.base = checkpoint == 0 ? record.base : journal->writer.begun;
  record.version = version;
  root.generation += journal->renewing ? 1 : 0;
  if (journal->renewing) {
    status = commit_new(journal, &record, &root, first, error);
  } else {
    status = commit_in_place(journal, &record, &root, error);
    if (status == CRM_OK) {
      publish(journal, &root, &record, checkpoint != 0, first);
    }
  }
  if (status == CRM_OK) {
    journal->renewing = 0;
    crm__writer_stop(&journal->writer);
  }
  return status;
}

void crm__journal_rollback(crm__journal *journal)
{
  crm__writer *writer = &journal->writer;
  if (journal->renewing) {
    if (writer->file != NULL) {
      (void)journal->io.close(journal->io.context, writer->file);
    }
    /* After a replacing that failed the new file may be all that there is. */
    if (journal->state != CRM__JOURNAL_POISONED && (writer->file != NULL || writer->count > 0)) {
      (void)journal->io.remove(journal->io.context, journal->path_new);
    }
    journal->renewing = journal->root.commit == 0;
  }
  crm__writer_stop(writer);
}

crm_status crm__journal_renew(crm__journal *journal, crm_error *error)
{
  crm_status status = check_writable(journal, error);
  if (status == CRM_OK && journal->writer.file != NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "frames have been written that are not committed");
  }
  if (status == CRM_OK) {
    journal->renewing = 1;
  }
  return status;
}
