/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_READER_H
#define CRM_FILE_READER_H

#include <crm/io.h>

#include "base/memory.h"

#define CRM__READER 65536U

/* A part of a file that is looked at on the way through it. */
typedef struct crm__reader {
  const crm_io *io;
  void *file;
  const char *path;
  unsigned char *bytes;   /* CRM__READER of them */
  uint64_t at;            /* offset of the first */
  size_t got;
} crm__reader;

crm_status crm__reader_open(crm__reader *reader, crm__memory *memory, const crm_io *io, void *file, const char *path,
                            crm_error *error);
void crm__reader_close(crm__reader *reader, crm__memory *memory);

/* Points *bytes to up to size bytes from offset on, at most CRM__READER; *got is less than size at the end of the file
 * alone. They hold until the next call. */
crm_status crm__reader_peek(crm__reader *reader, uint64_t offset, size_t size, const unsigned char **bytes, size_t *got,
                            crm_error *error);

/* Whether the checksum of size bytes from offset on is the one that is given; 0 too where the file ends before. */
crm_status crm__reader_check(crm__reader *reader, uint64_t offset, uint64_t size, uint64_t checksum, int *good,
                             crm_error *error);

#endif
