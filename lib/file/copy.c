/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/handle.h"

#include <string.h>

#include "base/error.h"
#include "file/io.h"

/* The file that a copy is made into. */
typedef struct target {
  crm_io io;
  char *path;
  char *path_new;
  char *path_lock;
  size_t path_block;
  void *lock;
  void *file;
  int left;          /* path_new is there, and nobody needs it */
} target;

static crm_status copy_piece(void *context, uint64_t offset, const void *bytes, size_t size, crm_error *error)
{
  target *to = context;
  crm_status status = to->io.write_at(to->io.context, to->file, offset, bytes, size);
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "write", to->path_new);
}

static crm_status target_open(target *to, crm_error *error)
{
  crm_status status;
  if ((to->io.caps & CRM_IO_LOCKS) != 0) {
    status = to->io.lock(to->io.context, to->path_lock, &to->lock);
    if (status != CRM_OK) {
      to->lock = NULL;
      return status == CRM_ERROR_STATE
                 ? crm__fail(error, status, "'%s' is being written by somebody else", to->path)
                 : crm__io_fail(error, status, "lock", to->path);
    }
  }
  status = to->io.open(to->io.context, to->path_new, CRM_IO_CREATE, &to->file);
  to->left = status == CRM_OK;
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "create", to->path_new);
}

static crm_status target_finish(target *to, const crm__root *root, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t slot;
  for (slot = 0; status == CRM_OK && slot < 2; slot++) {
    status = crm__slot_write(&to->io, to->file, to->path_new, root, slot, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = to->io.sync(to->io.context, to->file);
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "sync", to->path_new);
  }
  status = to->io.close(to->io.context, to->file);
  to->file = NULL;
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "close", to->path_new);
  }
  to->left = 0;
  status = crm__io_replace(&to->io, to->path_new, to->path, error);
  if (status != CRM_OK) {
    crm__io_drop_new(&to->io, to->path_new, to->path);
    return status;
  }
  status = to->io.sync_names(to->io.context, to->path);
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "sync", to->path);
}

static void target_close(target *to, crm__memory *memory)
{
  if (to->file != NULL) {
    (void)to->io.close(to->io.context, to->file);
  }
  if (to->left) {
    (void)to->io.remove(to->io.context, to->path_new);
  }
  if (to->lock != NULL) {
    (void)to->io.unlock(to->io.context, to->lock);
  }
  crm__free(memory, to->path, to->path_block);
}

int crm__journal_leads(const crm__journal *journal, const crm_io *io, const char *path)
{
  crm_io own;
  void *file = NULL;
  uint64_t i;
  int same = 0;
  if (strcmp(path, journal->path) == 0) {
    return 1;
  }
  if (crm__io_get(&own, io, NULL) != CRM_OK || own.open(own.context, path, CRM_IO_READ, &file) != CRM_OK) {
    return 0;
  }
  for (i = 0; i < 2; i++) {
    unsigned char bytes[CRM__SLOT_SIZE];
    crm__root root;
    size_t got = 0;
    same |= crm__io_fetch(&own, file, i * CRM__SECTOR, bytes, sizeof bytes, sizeof bytes, &got) == CRM_OK
            && got == sizeof bytes && crm__root_get(bytes, &root) == CRM__ROOT_GOOD && root.id == journal->root.id
            && root.generation == journal->root.generation && root.chain == journal->root.chain;
  }
  (void)own.close(own.context, file);
  return same;
}

crm_status crm__journal_copy(crm__journal *journal, const crm_io *io, const char *path, crm_error *error)
{
  target to;
  crm_status status;
  memset(&to, 0, sizeof to);
  if (path == NULL || path[0] == '\0' || strcmp(path, journal->path) == 0 || journal->root.commit == 0) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no path, or that of the file itself, or nothing to copy");
  }
  status = crm__io_get(&to.io, io, error);
  if (status != CRM_OK) {
    return status;
  }
  /* A lock keeps a writer from its own file by whatever name. */
  if ((to.io.caps & CRM_IO_LOCKS) == 0 && crm__journal_leads(journal, io, path)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "'%s' is the file itself, or a copy of the commit that it is at", path);
  }
  status = crm__journal_apart(journal, io, path, error);
  if (status != CRM_OK) {
    return status;
  }
  to.path = crm__paths_make(journal->memory, path, &to.path_new, &to.path_lock, &to.path_block);
  if (to.path == NULL) {
    return crm__fail_memory(error);
  }
  status = target_open(&to, error);
  if (status == CRM_OK) {
    status = crm__journal_pass(journal, copy_piece, &to, error);
  }
  if (status == CRM_OK) {
    status = target_finish(&to, &journal->root, error);
  }
  target_close(&to, journal->memory);
  return status;
}
