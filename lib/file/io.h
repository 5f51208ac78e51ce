/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_IO_H
#define CRM_FILE_IO_H

#include <crm/io.h>

void crm__io_stdio(crm_io *io);

/* A caller's io, NULL for stdio, completed to today's size. ARGUMENT: a function is missing, a cap unknown. */
crm_status crm__io_get(crm_io *io, const crm_io *from, crm_error *error);

/* An error for what an io has answered about a file; `what` completes "cannot". */
crm_status crm__io_fail(crm_error *error, crm_status status, const char *what, const char *path);

/* Replaces; where that takes two steps, the new name is made to last before the old file is given up. */
crm_status crm__io_replace(const crm_io *io, const char *from, const char *to, crm_error *error);

/* After a replacing that failed: takes the new file away, unless the old one has gone. */
void crm__io_drop_new(const crm_io *io, const char *path_new, const char *path);

/* Reads up to `wanted` bytes, at least `needed` unless the file ends before: an io that reads fewer is asked for the
 * rest, for what is taken for the end of a file shows an older commit. */
crm_status crm__io_fetch(const crm_io *io, void *file, uint64_t offset, void *to, size_t needed, size_t wanted,
                         size_t *got);

/* All of size bytes; got less is CORRUPT with the place. */
crm_status crm__io_read(const crm_io *io, void *file, const char *path, uint64_t offset, void *to, size_t size,
                        crm_error *error);

#endif
