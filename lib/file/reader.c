/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/reader.h"

#include "base/error.h"
#include "file/checksum.h"
#include "file/io.h"

#define GLANCE 4096U   /* read where the way through the file has jumped */

crm_status crm__reader_open(crm__reader *reader, crm__memory *memory, const crm_io *io, void *file, const char *path,
                            crm_error *error)
{
  reader->io = io;
  reader->file = file;
  reader->path = path;
  reader->at = 0;
  reader->got = 0;
  reader->bytes = crm__alloc(memory, CRM__READER);
  return reader->bytes != NULL ? CRM_OK : crm__fail_memory(error);
}

void crm__reader_close(crm__reader *reader, crm__memory *memory)
{
  crm__free(memory, reader->bytes, CRM__READER);
  reader->bytes = NULL;
}

crm_status crm__reader_peek(crm__reader *reader, uint64_t offset, size_t size, const unsigned char **bytes, size_t *got,
                            crm_error *error)
{
  int near = offset >= reader->at && offset - reader->at <= reader->got;
  size_t wanted = near ? CRM__READER : size > GLANCE ? size : GLANCE;
  size_t read = 0;
  crm_status status = CRM_OK;
  if (!near || reader->got - (size_t)(offset - reader->at) < size) {
    status = crm__io_fetch(reader->io, reader->file, offset, reader->bytes, size, wanted, &read);
    reader->at = offset;
    reader->got = status == CRM_OK ? read : 0;
    if (status != CRM_OK) {
      return crm__io_fail(error, status, "read", reader->path);
    }
  }
  *bytes = reader->bytes + (size_t)(offset - reader->at);
  *got = reader->got - (size_t)(offset - reader->at);
  *got = *got < size ? *got : size;
  return CRM_OK;
}

crm_status crm__reader_check(crm__reader *reader, uint64_t offset, uint64_t size, uint64_t checksum, int *good,
                             crm_error *error)
{
  crm__checksum_state state;
  crm_status status = CRM_OK;
  crm__checksum_begin(&state);
  *good = 0;
  while (size > 0) {
    const unsigned char *bytes = NULL;
    size_t part = size < CRM__READER ? (size_t)size : CRM__READER;
    size_t got = 0;
    status = crm__reader_peek(reader, offset, part, &bytes, &got, error);
    if (status != CRM_OK || got < part) {
      return status;
    }
    crm__checksum_add(&state, bytes, part);
    offset += part;
    size -= part;
  }
  *good = crm__checksum_end(&state) == checksum;
  return CRM_OK;
}
