/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/handle.h"

#include <string.h>

#include "base/error.h"
#include "file/io.h"

char *crm__paths_make(crm__memory *memory, const char *path, char **path_new, char **path_lock, size_t *size)
{
  size_t length = strlen(path);
  char *block;
  *size = 3 * length + sizeof "" + sizeof ".new" + sizeof ".lock";
  block = length < SIZE_MAX / 4 ? crm__alloc(memory, *size) : NULL;
  if (block != NULL) {
    *path_new = block + length + 1;
    *path_lock = *path_new + length + sizeof ".new";
    memcpy(block, path, length + 1);
    memcpy(*path_new, path, length);
    memcpy(*path_new + length, ".new", sizeof ".new");
    memcpy(*path_lock, path, length);
    memcpy(*path_lock + length, ".lock", sizeof ".lock");
  }
  return block;
}

void crm__journal_detach(crm__journal *journal)
{
  if (journal->mapped != NULL) {
    (void)journal->io.unmap(journal->io.context, journal->mapped, (size_t)journal->mapped_size);
    journal->mapped = NULL;
  }
  if (journal->file != NULL) {
    (void)journal->io.close(journal->io.context, journal->file);
    journal->file = NULL;
  }
}

crm_status crm__journal_attach(crm__journal *journal, const char *path, int32_t mode, crm_error *error)
{
  void *file = NULL;
  crm_status status;
  crm__journal_detach(journal);
  status = journal->io.open(journal->io.context, path, mode, &file);
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "open", path);
  }
  journal->file = file;
  status = journal->io.size(journal->io.context, file, &journal->size);
  if (status != CRM_OK) {
    crm__journal_detach(journal);
    return crm__io_fail(error, status, "read", path);
  }
  journal->reader.file = file;
  journal->reader.at = 0;
  journal->reader.got = 0;
  return CRM_OK;
}

static crm_status sync_file(crm__journal *journal, crm_error *error)
{
  crm_status status = journal->io.sync(journal->io.context, journal->file);
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "sync", journal->path);
}

/* The name may be that of a process that ended before it was made to last. What was found beyond the last slot is made
 * to last before anybody is told of it, and its slot written. That may be the only good one, where more than one commit
 * was found: then the other one is written first. */
static crm_status settle(crm__journal *journal, crm_error *error)
{
  crm__root roots[2];
  int states[2];
  uint64_t slot = journal->root.commit % 2;
  crm_status status = journal->io.sync_names(journal->io.context, journal->path);
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "sync", journal->path);
  }
  status = crm__journal_slots(journal, roots, states, error);
  if (status != CRM_OK || (states[slot] == CRM__ROOT_GOOD && roots[slot].commit == journal->root.commit
                           && roots[slot].chain == journal->root.chain)) {
    return status;
  }
  status = sync_file(journal, error);
  if (status == CRM_OK && states[1 - slot] != CRM__ROOT_GOOD) {
    status = crm__slot_write(&journal->io, journal->file, journal->path, &journal->root, 1 - slot, error);
    status = status == CRM_OK ? sync_file(journal, error) : status;
  }
  return status == CRM_OK ? crm__slot_write(&journal->io, journal->file, journal->path, &journal->root, slot, error)
                          : status;
}

/* Recovers what is attached. A reader may come upon slots that are being written, or on slots that were after the size
 * was taken and show what lies behind it; it looks again. */
static crm_status recover(crm__journal *journal, crm_error *error)
{
  int tries = journal->mode == CRM__JOURNAL_READ ? 3 : 0;
  crm_status status = crm__journal_recover(journal, UINT64_MAX, error);
  for (; tries > 0 && (status == CRM_ERROR_CORRUPT || (status == CRM_OK && journal->shown > journal->root.commit));
       tries--) {
    uint64_t before = journal->size;
    int fell_back = status == CRM_OK;
    crm_status sized = journal->io.size(journal->io.context, journal->file, &journal->size);
    if (sized != CRM_OK) {
      return crm__io_fail(error, sized, "read", journal->path);
    }
    if (fell_back && journal->size == before) {   /* what is shown lies in the file, and is damaged */
      break;
    }
    journal->reader.got = 0;
    status = crm__journal_recover(journal, UINT64_MAX, error);
  }
  if (status != CRM_OK || journal->mode == CRM__JOURNAL_READ) {
    return status;
  }
  if (journal->root.commit < journal->shown) {
    return crm__fail(error, CRM_ERROR_CORRUPT, "commit %lld of '%s' is damaged; open it to read, or salvage",
                     (long long)journal->shown, journal->path);
  }
  return settle(journal, error);
}

/* Where replacing takes two steps, the new file may have lost its old name and not yet got the other; or its process
 * ended before it was synced. One that cannot be looked at now may hold all that there is: it is not taken for none. */
static crm_status adopt_new(crm__journal *journal, crm_error *error)
{
  int writes = journal->mode != CRM__JOURNAL_READ;
  crm_status status = crm__journal_attach(journal, journal->path_new, writes ? CRM_IO_WRITE : CRM_IO_READ, error);
  status = status == CRM_OK ? crm__journal_recover(journal, UINT64_MAX, error) : status;
  if (status == CRM_OK && !writes) {
    return CRM_OK;
  }
  if (status == CRM_OK) {
    status = sync_file(journal, error);
  } else if (status == CRM_ERROR_NOT_FOUND || status == CRM_ERROR_CORRUPT) {   /* of what fails nobody knows */
    status = crm__io_fail(error, CRM_ERROR_NOT_FOUND, "open", journal->path);
  }
  crm__journal_detach(journal);
  if (status == CRM_OK) {
    status = crm__io_replace(&journal->io, journal->path_new, journal->path, error);
  }
  return status == CRM_OK ? crm__journal_attach(journal, journal->path, CRM_IO_WRITE, error) : status;
}

static crm_status open_file(crm__journal *journal, crm_error *error)
{
  int writes = journal->mode != CRM__JOURNAL_READ;
  crm_status status = crm__journal_attach(journal, journal->path, writes ? CRM_IO_WRITE : CRM_IO_READ, error);
  if (status == CRM_ERROR_NOT_FOUND && (journal->io.caps & CRM_IO_ATOMIC_REPLACE) == 0) {
    status = adopt_new(journal, error);
  }
  if (status == CRM_ERROR_NOT_FOUND && journal->mode == CRM__JOURNAL_CREATE) {
    memset(&journal->root, 0, sizeof journal->root);
    journal->root.id = journal->new_id;
    journal->renewing = 1;
    return CRM_OK;
  }
  if (status == CRM_OK) {
    status = recover(journal, error);
  }
  /* What a crash has left; without a lock it may be what somebody else is about to put in this file's place. */
  if (status == CRM_OK && journal->lock != NULL) {
    (void)journal->io.remove(journal->io.context, journal->path_new);
  }
  return status;
}

static crm_status set_up(crm__journal *journal, const crm__journal_options *options, crm_error *error)
{
  crm_status status = crm__io_get(&journal->io, options->io, error);
  if (status != CRM_OK) {
    return status;
  }
  journal->durability = crm_io_durability(&journal->io);
  if (options->durability > journal->durability) {
    return crm__fail_at(error, CRM_ERROR_UNSUPPORTED, NULL, "durability", 0, -1,
                        "the io promises durability %d, %d is asked for", (int)journal->durability,
                        (int)options->durability);
  }
  journal->mode = options->mode;
  journal->state = options->mode == CRM__JOURNAL_READ ? CRM__JOURNAL_READ_ONLY : CRM__JOURNAL_WRITABLE;
  journal->new_id = options->id;
  journal->path = crm__paths_make(journal->memory, options->path, &journal->path_new, &journal->path_lock,
                                  &journal->path_block);
  if (journal->path == NULL) {
    return crm__fail_memory(error);
  }
  journal->writer.memory = journal->memory;
  journal->writer.io = &journal->io;
  journal->writer.path = journal->path;
  return crm__reader_open(&journal->reader, journal->memory, &journal->io, NULL, journal->path, error);
}

static crm_status take_lock(crm__journal *journal, crm_error *error)
{
  crm_status status = CRM_OK;
  if (journal->mode != CRM__JOURNAL_READ && (journal->io.caps & CRM_IO_LOCKS) != 0) {
    status = journal->io.lock(journal->io.context, journal->path_lock, &journal->lock);
    if (status == CRM_ERROR_STATE) {
      return crm__fail(error, status, "'%s' is being written by somebody else", journal->path);
    }
    if (status != CRM_OK) {
      journal->lock = NULL;
      return crm__io_fail(error, status, "lock", journal->path);
    }
  }
  return status;
}

crm_status crm__journal_open(crm__memory *memory, const crm__journal_options *options, crm__journal **journal,
                             crm_error *error)
{
  crm__journal *made;
  crm_status status;
  if (options->path == NULL || options->path[0] == '\0' || options->mode < CRM__JOURNAL_READ
      || options->mode > CRM__JOURNAL_CREATE || options->durability < CRM_DURABILITY_NONE
      || options->durability > CRM_DURABILITY_POWER_LOSS) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no path, or an unknown mode or durability");
  }
  made = crm__alloc_zero(memory, sizeof *made);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->memory = memory;
  status = set_up(made, options, error);
  if (status == CRM_OK) {
    status = take_lock(made, error);
  }
  if (status == CRM_OK) {
    status = open_file(made, error);
  }
  if (status != CRM_OK) {
    crm__journal_close(made);
    return status;
  }
  *journal = made;
  return CRM_OK;
}

void crm__journal_close(crm__journal *journal)
{
  if (journal == NULL) {
    return;
  }
  crm__journal_rollback(journal);
  crm__journal_detach(journal);
  if (journal->lock != NULL) {
    (void)journal->io.unlock(journal->io.context, journal->lock);
  }
  if (journal->writer.memory != NULL) {
    crm__writer_free(&journal->writer);
  }
  crm__reader_close(&journal->reader, journal->memory);
  crm__free_array(journal->memory, journal->frames, journal->capacity, sizeof *journal->frames);
  crm__free(journal->memory, journal->path, journal->path_block);
  crm__free(journal->memory, journal, sizeof *journal);
}

void crm__journal_info_get(const crm__journal *journal, crm__journal_info *info)
{
  memset(info, 0, sizeof *info);
  info->commit = journal->root.commit;
  info->shown = journal->shown;
  info->version = journal->record.version;
  info->generation = journal->root.generation;
  info->id = journal->root.id;
  info->bytes = journal->root.end;
  info->live_bytes = journal->root.end - journal->record.base;
  info->log_bytes = journal->root.end - journal->based;
  info->durability = journal->durability;
  info->state = journal->state;
}

uint64_t crm__journal_frames(const crm__journal *journal)
{
  return journal->count;
}

const crm__frame *crm__journal_frame(const crm__journal *journal, uint64_t index)
{
  return index < journal->count ? &journal->frames[index] : NULL;
}
