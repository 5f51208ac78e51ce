/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/handle.h"

#include <string.h>

#include "base/error.h"
#include "file/checksum.h"
#include "file/io.h"

/* Whether two paths are one name. An io cannot be asked, but a mark made beside the one shows beside the other. */

typedef struct mark {
  crm_io io;
  char *path;
  char *path_new;
  char *path_lock;
  size_t path_block;
  unsigned char bytes[CRM__SLOT_SIZE];   /* a root slot of no commit: nobody takes it for a store */
} mark;

static int is_there(const crm_io *io, const char *path)
{
  void *file = NULL;
  crm_status status = io->open(io->context, path, CRM_IO_READ, &file);
  if (status == CRM_OK) {
    (void)io->close(io->context, file);
  }
  return status != CRM_ERROR_NOT_FOUND;
}

static crm_status make_mark(mark *of, crm_error *error)
{
  void *file = NULL;
  crm_status closed;
  crm_status status = of->io.open(of->io.context, of->path_new, CRM_IO_CREATE, &file);
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "create", of->path_new);
  }
  status = of->io.write_at(of->io.context, file, 0, of->bytes, sizeof of->bytes);
  closed = of->io.close(of->io.context, file);
  status = status == CRM_OK ? closed : status;
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "write", of->path_new);
}

static crm_status look(const mark *of, const crm_io *io, const char *path_new, int *shows, crm_error *error)
{
  unsigned char bytes[CRM__SLOT_SIZE];
  void *file = NULL;
  size_t got = 0;
  crm_status status = io->open(io->context, path_new, CRM_IO_READ, &file);
  *shows = 0;
  if (status == CRM_ERROR_NOT_FOUND) {
    return CRM_OK;
  }
  if (status == CRM_OK) {
    status = crm__io_fetch(io, file, 0, bytes, sizeof bytes, sizeof bytes, &got);
    (void)io->close(io->context, file);
  }
  *shows = status == CRM_OK && got == sizeof bytes && memcmp(bytes, of->bytes, sizeof bytes) == 0;
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "read", path_new);
}

static crm_status try_mark(mark *of, const crm_io *io, const char *path_new, int *shows, crm_error *error)
{
  void *lock = NULL;
  int locks = (of->io.caps & CRM_IO_LOCKS) != 0;
  crm_status status = locks ? of->io.lock(of->io.context, of->path_lock, &lock) : CRM_OK;
  if (status != CRM_OK) {
    return status == CRM_ERROR_STATE ? crm__fail(error, status, "'%s' is being written by somebody else", of->path)
                                     : crm__io_fail(error, status, "lock", of->path);
  }
  status = make_mark(of, error);
  status = status == CRM_OK ? look(of, io, path_new, shows, error) : status;
  (void)of->io.remove(of->io.context, of->path_new);
  if (locks) {
    (void)of->io.unlock(of->io.context, lock);
  }
  return status;
}

crm_status crm__paths_apart(crm__memory *memory, const crm_io *io, const char *path, const crm_io *other_io,
                            const char *other, crm_error *error)
{
  crm__root none;
  crm_io others;
  mark of;
  char *block = NULL;
  char *other_new = NULL;
  char *other_lock = NULL;
  size_t size = 0;
  int shows = 0;
  crm_status status;
  memset(&of, 0, sizeof of);
  memset(&none, 0, sizeof none);
  status = crm__io_get(&of.io, io, error);
  status = status == CRM_OK ? crm__io_get(&others, other_io, error) : status;
  if (status != CRM_OK || !is_there(&of.io, path)) {
    return status;
  }
  none.id = crm__checksum(path, strlen(path));
  crm__root_put(&none, of.bytes);
  of.path = crm__paths_make(memory, path, &of.path_new, &of.path_lock, &of.path_block);
  block = of.path == NULL ? NULL : crm__paths_make(memory, other, &other_new, &other_lock, &size);
  status = block == NULL ? crm__fail_memory(error) : try_mark(&of, &others, other_new, &shows, error);
  if (status == CRM_OK && shows) {
    status = crm__fail(error, CRM_ERROR_ARGUMENT, "'%s' is another name of '%s'", path, other);
  }
  crm__free(memory, block, size);
  crm__free(memory, of.path, of.path_block);
  return status;
}

crm_status crm__journal_apart(crm__journal *journal, const crm_io *io, const char *path, crm_error *error)
{
  return journal->mode == CRM__JOURNAL_READ
             ? crm__paths_apart(journal->memory, io, path, &journal->io, journal->path, error)
             : CRM_OK;
}
