/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_HANDLE_H
#define CRM_FILE_HANDLE_H

#include "file/journal.h"
#include "file/layout.h"
#include "file/reader.h"
#include "file/writer.h"

/* What the files of a journal share. */

struct crm__journal {
  crm__memory *memory;
  crm_io io;
  char *path;             /* the three in one block */
  char *path_new;
  char *path_lock;
  size_t path_block;
  int32_t mode;
  int32_t durability;     /* obtained */
  int32_t state;
  int renewing;           /* the frames that come go to a new file */
  uint64_t new_id;
  void *lock;
  void *file;             /* of the commit that is open; NULL: there is none yet, or it could not be opened again */
  uint64_t size;          /* of the file, when it was opened */
  crm__reader reader;
  crm__root root;         /* of the commit that is open; commit 0: none */
  crm__record record;     /* of the same */
  uint64_t shown;
  uint64_t based;         /* end of the last checkpoint's commit */
  crm__frame *frames;     /* listed */
  uint64_t count;
  uint64_t capacity;
  crm__writer writer;
  const void *mapped;
  uint64_t mapped_size;
};

/* Finds the newest commit below `below` that can be read and sets root, record, shown, based, frames. CORRUPT: none,
 * and the journal is as it was but for its frames. */
crm_status crm__journal_recover(crm__journal *journal, uint64_t below, crm_error *error);

/* The two slots as they stand in the file; states are CRM__ROOT_... */
crm_status crm__journal_slots(crm__journal *journal, crm__root roots[2], int states[2], crm_error *error);

/* Opens journal->path (or path_new) for reading or writing and gets its size; closes what was open. */
crm_status crm__journal_attach(crm__journal *journal, const char *path, int32_t mode, crm_error *error);
void crm__journal_detach(crm__journal *journal);

/* Every byte from the first frame of the checkpoint's commit to the end of the commit, checked frame by frame, in
 * pieces that are handed to `piece`. CORRUPT, IO, or what piece answers. */
typedef crm_status (*crm__pass_piece)(void *context, uint64_t offset, const void *bytes, size_t size, crm_error *error);
crm_status crm__journal_pass(crm__journal *journal, crm__pass_piece piece, void *context, crm_error *error);

/* Three paths in one block: path, path.new and path.lock; NULL where there is no memory. */
char *crm__paths_make(crm__memory *memory, const char *path, char **path_new, char **path_lock, size_t *size);

#endif
