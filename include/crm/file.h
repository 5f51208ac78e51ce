/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_H
#define CRM_FILE_H

#include <crm/api.h>
#include <crm/io.h>
#include <crm/store.h>
#include <crm/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A store in a file. Opened to be written, whatever a call changes (a load's commit, a declared attribute, erasing,
 * forgetting) is in the file when the call answers CRM_OK, as safe as the durability that was obtained says; a call
 * that fails has changed neither. docs/store-file.md is how it is used, docs/format/store.md what the bytes are.
 *
 * One writer and any number of readers. A reader sees the commit that was the newest when it opened. */

#define CRM_FILE_READ 0      /* nothing is changed: calls that would are STATE */
#define CRM_FILE_WRITE 1     /* the file must be there */
#define CRM_FILE_CREATE 2    /* to write; made where it is not there */

#define CRM_CONTENT_ALL 0
#define CRM_CONTENT_PROFILES 1   /* figures a customer alone, which the pyramid is made of; see crm_store_read */

/* NULL stands for CRM_FILE_OPTIONS_INIT. */
typedef struct crm_file_options {
  uint32_t struct_size;
  int32_t mode;                      /* CRM_FILE_... */
  int32_t content;                   /* CRM_CONTENT_...; to write needs all */
  int32_t durability;                /* the least that will do, CRM_DURABILITY_... */
  const crm_io *io;                  /* NULL: crm_io_stdio(), which promises CRM_DURABILITY_NONE. Its functions and
                                      * context must live as long as the store */
  const crm_store_options *store;    /* of a store that is made; of one that is there they are in its file */
} crm_file_options;

#define CRM_FILE_OPTIONS_INIT { (uint32_t)sizeof(crm_file_options), 0, 0, 0, NULL, NULL }

/* Opens a store file. The newest commit that is whole is the store's; where the file shows a newer one that is not,
 * the info says so. A file whose only commit is damaged is CORRUPT, never an empty store.
 * With CRM_CONTENT_PROFILES what is read is enough for crm_pyramid_compute over all time in the default scope with ties
 * together, crm_pyramid_tiers, crm_pyramid_concentration, and the counts of crm_store_...; every other call answers
 * STATE until crm_store_read has read the rest. Each commit leaves in the file what it makes of profiles; where the
 * last ones of an early file have not done so, everything is read (see the info).
 * Errors: IO, NOT_FOUND (no such file), CORRUPT (no commit is whole, or it contradicts itself), VERSION (a later
 * format), UNSUPPORTED (the io does not give the durability), STATE (another writer holds the lock), ARGUMENT, MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_store_open(const crm_config *config, const crm_file_options *options, const char *path,
                                  crm_store **store, crm_error *error);

/* Reads what a store that was opened for its profiles left in the file; lets one pass that has everything. On failure
 * the store is as it was. Errors: IO, CORRUPT, MEMORY. Time in proportion to the facts. Since 0.1. */
CRM_API crm_status crm_store_read(crm_store *store, crm_error *error);

/* Writes a store, of memory or of a file, to a new file, which is replaced where it is there. The store stays what it
 * was. Of the options io and durability count. Errors: STATE (a load is open, or the facts are not read; somebody
 * writes the file that is there), ARGUMENT (path leads to the store's own file, by whatever name, or to a copy of the
 * very commit that it is at: compact that, or remove this), IO, LIMIT, UNSUPPORTED, MEMORY. Since 0.1. */
CRM_API crm_status crm_store_save(const crm_store *store, const crm_file_options *options, const char *path,
                                  crm_error *error);

/* Writes the file of a store anew, without what is no longer needed: the bytes of earlier states, of replaced versions
 * and of erased keys are gone with the old file. Readers of the old one keep it where the io keeps open files.
 * Errors: STATE (the store has no file that it may write, a load is open), IO, MEMORY. Since 0.1. */
CRM_API crm_status crm_store_compact(crm_store *store, crm_error *error);

/* Copies the commit that a store is at from its file to a new one, of another io (NULL: crm_io_stdio()) or the same; a
 * file at path is replaced. While a load is open too: what it has brought is not in the copy. The pieces are checked on
 * the way. Errors: STATE (the store has no file; somebody writes the one at path), ARGUMENT (path is that of the
 * file), CORRUPT, IO, LIMIT, MEMORY. Another name of the file is noticed by the locks of an io that has some, and is
 * STATE where the store may write; with an io that has none it is ARGUMENT, and so is a copy of the very commit. Of a
 * store that is only read it is ARGUMENT. It reads the store's file: one thread at a time. Since 0.1. */
CRM_API crm_status crm_store_backup(const crm_store *store, const crm_io *io, const char *path, crm_error *error);

/* Checks a whole file: every frame that counts, and by crm_store_verify everything that is kept of the facts. CRM_OK,
 * or CORRUPT with the first trouble; a newest commit that is damaged is one, though the file can be read without it. Of
 * the options io counts. Errors beside: as crm_store_open. Since 0.1. */
CRM_API crm_status crm_store_check(const crm_config *config, const crm_file_options *options, const char *path,
                                   crm_error *error);

/* Reads what is left of a damaged file, commit or no commit, and writes it to a new one: the newest checkpoint of which
 * least is lost, and behind it every commit that is whole, also where one between is lost. Of a checkpoint with lost
 * pieces each document or row that needs one is left out, keys that are lost get others, and all that is kept beside
 * the facts is made anew, so that what is written verifies. A file that was cut within its only checkpoint is such a
 * one.
 * report: a row for each loss: what, commit, part, first, count. piece: of a checkpoint (part and first element, as in
 * docs/format/store.md; count: documents or rows that were left out for it, keys that got others); customers: whose
 * keys got others; documents: that are gone in all; rows: that are gone, of a table (part: 4096 + 256 x its place in
 * crm_store_schema); commit: not whole, refused without those before it, or cut off (count: how many from it on, where
 * there are more than a thousand); bytes: of the file, in no intact frame.
 * Errors: CORRUPT (nothing that a store could be made of), ARGUMENT, IO, NOT_FOUND, LIMIT, MEMORY. Since 0.1. */
CRM_API crm_status crm_store_salvage(const crm_config *config, const crm_file_options *options, const char *path,
                                     const char *to, crm_table **report, crm_error *error);

/* What is known of a store's file. */
typedef struct crm_file_info {
  uint32_t struct_size;
  int32_t mode;                /* CRM_FILE_READ or CRM_FILE_WRITE; -1: the store is in memory alone */
  int32_t content;             /* CRM_CONTENT_...: what has been read */
  int32_t durability;          /* obtained */
  int32_t failed;              /* 1: a write has failed; the store answers questions, and STATE to changes, until it is
                                * opened again */
  int32_t fallback;            /* 1: the file shows a newer commit than the one that was opened, which is not whole */
  int64_t commit;              /* number of the commit that the store is at, */
  int64_t newest;              /* and of the newest that the file showed at opening */
  int64_t commits_replayed;    /* since the checkpoint that it was opened from */
  int64_t bytes;               /* of the file, */
  int64_t checkpoint_bytes;    /* and of these what the last checkpoint takes */
} crm_file_info;

#define CRM_FILE_INFO_INIT { (uint32_t)sizeof(crm_file_info), -1, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* Errors: ARGUMENT. Since 0.1. */
CRM_API crm_status crm_store_file(const crm_store *store, crm_file_info *info, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
