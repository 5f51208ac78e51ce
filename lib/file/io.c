/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/io.h"

#include <string.h>

#include "base/error.h"

#define CAPS                                                                                             \
  (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE | CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS)

static int has_functions(const crm_io *io)
{
  return io->open != NULL && io->close != NULL && io->read_at != NULL && io->write_at != NULL && io->size != NULL
         && io->sync != NULL && io->replace != NULL && io->sync_names != NULL && io->remove != NULL
         && ((io->caps & CRM_IO_LOCKS) == 0 || (io->lock != NULL && io->unlock != NULL))
         && (io->map == NULL) == (io->unmap == NULL);
}

crm_status crm__io_get(crm_io *io, const crm_io *from, crm_error *error)
{
  crm_io made = CRM_IO_INIT;
  crm_status status = CRM_OK;
  if (from == NULL) {
    crm__io_stdio(&made);
  } else {
    status = crm__struct_read(&made, sizeof made, from, "io", error);
  }
  if (status == CRM_OK && (made.caps & ~(uint32_t)CAPS) != 0) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "caps", 0, -1, "the io claims what is not known");
  }
  if (status == CRM_OK && !has_functions(&made)) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "io", 0, -1, "a function of the io is missing");
  }
  if (status == CRM_OK) {
    *io = made;
  }
  return status;
}

int32_t crm_io_durability(const crm_io *io)
{
  crm_io made;
  if (io == NULL || crm__struct_read(&made, sizeof made, io, "io", NULL) != CRM_OK) {
    return -1;
  }
  if ((made.caps & CRM_IO_SURVIVES_POWER) != 0 && (made.caps & CRM_IO_NAMES_SURVIVE) != 0) {
    return CRM_DURABILITY_POWER_LOSS;
  }
  return (made.caps & (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER)) != 0 ? CRM_DURABILITY_PROCESS_CRASH
                                                                            : CRM_DURABILITY_NONE;
}

crm_status crm__io_fail(crm_error *error, crm_status status, const char *what, const char *path)
{
  switch (status) {
  case CRM_ERROR_NOT_FOUND:
    return crm__fail(error, status, "there is no file '%s'", path);
  case CRM_ERROR_LIMIT:
    return crm__fail(error, status, "cannot %s '%s': no room is left", what, path);
  case CRM_ERROR_MEMORY:
    return crm__fail_memory(error);
  case CRM_ERROR_STATE:
    return crm__fail(error, status, "cannot %s '%s': somebody else writes it, or has put another file there", what,
                     path);
  default:   /* whatever else an io answers says nothing of the file */
    return crm__fail(error, CRM_ERROR_IO, "cannot %s '%s'", what, path);
  }
}

crm_status crm__io_replace(const crm_io *io, const char *from, const char *to, crm_error *error)
{
  crm_status status = (io->caps & CRM_IO_ATOMIC_REPLACE) == 0 ? io->sync_names(io->context, from) : CRM_OK;
  if (status == CRM_OK) {
    status = io->replace(io->context, from, to);
  }
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "replace", to);
}

void crm__io_drop_new(const crm_io *io, const char *path_new, const char *path)
{
  void *file = NULL;
  int there = (io->caps & CRM_IO_ATOMIC_REPLACE) != 0;
  if (!there && io->open(io->context, path, CRM_IO_READ, &file) == CRM_OK) {
    (void)io->close(io->context, file);
    there = 1;
  }
  if (there) {
    (void)io->remove(io->context, path_new);
  }
}

crm_status crm__io_fetch(const crm_io *io, void *file, uint64_t offset, void *to, size_t needed, size_t wanted,
                         size_t *got)
{
  crm_status status = CRM_OK;
  size_t more = 1;
  *got = 0;
  while (status == CRM_OK && more > 0 && *got < needed) {
    status = io->read_at(io->context, file, offset + *got, (unsigned char *)to + *got, wanted - *got, &more);
    status = status == CRM_OK && more > wanted - *got ? CRM_ERROR_IO : status;
    *got += status == CRM_OK ? more : 0;
  }
  return status;
}

crm_status crm__io_read(const crm_io *io, void *file, const char *path, uint64_t offset, void *to, size_t size,
                        crm_error *error)
{
  size_t got = 0;
  crm_status status = crm__io_fetch(io, file, offset, to, size, size, &got);
  if (status != CRM_OK) {
    return crm__io_fail(error, status, "read", path);
  }
  if (got < size) {
    return crm__fail_at(error, CRM_ERROR_CORRUPT, NULL, NULL, 0, (int64_t)(offset + got),
                        "'%s' ends before what it should hold", path);
  }
  return CRM_OK;
}
