/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/writer.h"

#include <string.h>

#include "base/error.h"
#include "file/io.h"

#define BUFFER 65536U

static crm_status write_at(crm__writer *writer, uint64_t offset, const void *bytes, size_t size, crm_error *error)
{
  crm_status status = writer->io->write_at(writer->io->context, writer->file, offset, bytes, size);
  if (status != CRM_OK) {
    writer->broken = 1;
    return crm__io_fail(error, status, "write", writer->path);
  }
  return CRM_OK;
}

static crm_status flush(crm__writer *writer, crm_error *error)
{
  crm_status status = CRM_OK;
  if (writer->fill > 0) {
    status = write_at(writer, writer->buffer_at, writer->buffer, writer->fill, error);
    writer->buffer_at += writer->fill;
    writer->fill = 0;
  }
  return status;
}

static crm_status put(crm__writer *writer, const void *bytes, size_t size, crm_error *error)
{
  crm_status status = size > BUFFER - writer->fill ? flush(writer, error) : CRM_OK;
  if (status != CRM_OK || size == 0) {
    return status;
  }
  if (size > BUFFER) {
    status = write_at(writer, writer->buffer_at, bytes, size, error);
    writer->buffer_at += size;
    return status;
  }
  memcpy(writer->buffer + writer->fill, bytes, size);
  writer->fill += size;
  return CRM_OK;
}

crm_status crm__writer_start(crm__writer *writer, void *file, uint64_t at, uint64_t chain, uint64_t commit,
                             crm_error *error)
{
  if (writer->buffer == NULL) {
    writer->buffer = crm__alloc(writer->memory, BUFFER);
    if (writer->buffer == NULL) {
      return crm__fail_memory(error);
    }
  }
  writer->file = file;
  writer->at = at;
  writer->begun = at;
  writer->chain = chain;
  writer->commit = commit;
  writer->buffer_at = at;
  writer->fill = 0;
  writer->open = 0;
  writer->broken = 0;
  writer->count = 0;
  writer->sealed = 0;
  return CRM_OK;
}

int crm__writer_spills(const crm__writer *writer, size_t size)
{
  return writer->buffer_at == writer->begun && size > BUFFER - writer->fill;
}

crm_status crm__writer_begin(crm__writer *writer, uint32_t kind, crm_error *error)
{
  static const unsigned char blank[CRM__HEAD_SIZE] = { 0 };
  crm_status status;
  if (!crm__grow(writer->memory, &writer->frames, &writer->capacity, writer->count + 1, sizeof *writer->frames)) {
    return crm__fail_memory(error);
  }
  memset(&writer->head, 0, sizeof writer->head);
  writer->head.kind = kind;
  writer->head.commit = writer->commit;
  writer->head.previous = writer->chain;
  writer->head_at = writer->at;
  status = put(writer, blank, sizeof blank, error);
  if (status == CRM_OK) {
    crm__checksum_begin(&writer->checksum);
    writer->open = 1;
  }
  return status;
}

crm_status crm__writer_write(crm__writer *writer, const void *bytes, size_t size, crm_error *error)
{
  crm_status status = put(writer, bytes, size, error);
  if (status == CRM_OK) {
    crm__checksum_add(&writer->checksum, bytes, size);
    writer->head.length += size;
  }
  return status;
}

crm_status crm__writer_end(crm__writer *writer, crm_error *error)
{
  static const unsigned char zeros[8] = { 0 };
  unsigned char head[CRM__HEAD_SIZE];
  uint64_t padded = crm__padded(writer->head.length);
  crm_status status = put(writer, zeros, (size_t)(padded - writer->head.length), error);
  writer->head.checksum = crm__checksum_end(&writer->checksum);
  crm__head_put(&writer->head, head);
  if (status == CRM_OK && writer->head_at >= writer->buffer_at) {
    memcpy(writer->buffer + (size_t)(writer->head_at - writer->buffer_at), head, sizeof head);
  } else if (status == CRM_OK) {
    status = write_at(writer, writer->head_at, head, sizeof head, error);
  }
  if (status == CRM_OK) {
    crm__frame *frame = &writer->frames[writer->count++];
    memset(frame, 0, sizeof *frame);
    frame->commit = writer->commit;
    frame->offset = writer->head_at + CRM__HEAD_SIZE;
    frame->length = writer->head.length;
    frame->checksum = writer->head.checksum;
    frame->kind = writer->head.kind;
    writer->at = frame->offset + padded;
    writer->chain = writer->head.self;
    writer->open = 0;
  }
  return status;
}

crm_status crm__writer_seal(crm__writer *writer, crm__record *record, crm__root *root, crm_error *error)
{
  unsigned char bytes[CRM__RECORD_SIZE];
  crm_status status;
  record->frames = writer->count - writer->sealed;
  crm__record_put(record, bytes);
  status = crm__writer_begin(writer, CRM__KIND_COMMIT, error);
  if (status == CRM_OK) {
    status = crm__writer_write(writer, bytes, sizeof bytes, error);
  }
  if (status == CRM_OK) {
    status = crm__writer_end(writer, error);
  }
  if (status == CRM_OK) {
    status = flush(writer, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  writer->count--;   /* the journal's own frames are not listed */
  writer->sealed = writer->count;
  root->commit = writer->commit;
  root->checkpoint = record->checkpoint;
  root->tail = writer->head_at;
  root->end = writer->at;
  root->chain = writer->chain;
  writer->begun = writer->at;
  writer->commit++;
  return CRM_OK;
}

void crm__writer_stop(crm__writer *writer)
{
  writer->file = NULL;
  writer->open = 0;
  writer->broken = 0;
  writer->fill = 0;
  writer->count = 0;
  writer->sealed = 0;
}

void crm__writer_free(crm__writer *writer)
{
  crm__free(writer->memory, writer->buffer, BUFFER);
  crm__free_array(writer->memory, writer->frames, writer->capacity, sizeof *writer->frames);
  writer->buffer = NULL;
  writer->frames = NULL;
  writer->capacity = 0;
}

crm_status crm__slot_write(const crm_io *io, void *file, const char *path, const crm__root *root, uint64_t slot,
                           crm_error *error)
{
  unsigned char bytes[CRM__SLOT_SIZE];
  crm_status status;
  crm__root_put(root, bytes);
  status = io->write_at(io->context, file, slot * CRM__SECTOR, bytes, sizeof bytes);
  return status == CRM_OK ? CRM_OK : crm__io_fail(error, status, "write", path);
}
