/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_WRITER_H
#define CRM_FILE_WRITER_H

#include "file/checksum.h"
#include "file/journal.h"
#include "file/layout.h"

/* Frames on their way into a file. */
typedef struct crm__writer {
  crm__memory *memory;
  const crm_io *io;
  const char *path;
  void *file;             /* NULL: nothing is being written */
  uint64_t at;            /* where the next frame begins */
  uint64_t chain;         /* checksum of the header of the last one */
  uint64_t commit;        /* that the frames belong to */
  uint64_t begun;         /* where its first frame begins */
  unsigned char *buffer;
  uint64_t buffer_at;     /* offset of its first byte */
  size_t fill;
  int open;               /* a frame has been begun */
  int broken;             /* the io has failed */
  uint64_t head_at;
  crm__head head;
  crm__checksum_state checksum;
  crm__frame *frames;     /* since start */
  uint64_t count;
  uint64_t capacity;
  uint64_t sealed;        /* of these, in commits that have ended */
} crm__writer;

/* The first frame will stand at `at`, behind one whose header has the checksum chain. Drops what was not flushed. */
crm_status crm__writer_start(crm__writer *writer, void *file, uint64_t at, uint64_t chain, uint64_t commit,
                             crm_error *error);
crm_status crm__writer_begin(crm__writer *writer, uint32_t kind, crm_error *error);
crm_status crm__writer_write(crm__writer *writer, const void *bytes, size_t size, crm_error *error);
crm_status crm__writer_end(crm__writer *writer, crm_error *error);

/* Whether size bytes more may make it write, for the first time since start. */
int crm__writer_spills(const crm__writer *writer, size_t size);

/* Ends a commit and writes all that is buffered. Sets record->frames; root's id and generation are kept, its other
 * fields written. What follows belongs to the next commit. */
crm_status crm__writer_seal(crm__writer *writer, crm__record *record, crm__root *root, crm_error *error);

/* Forgets the frames. The buffer stays. */
void crm__writer_stop(crm__writer *writer);
void crm__writer_free(crm__writer *writer);

crm_status crm__slot_write(const crm_io *io, void *file, const char *path, const crm__root *root, uint64_t slot,
                           crm_error *error);

#endif
