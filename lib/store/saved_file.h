/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SAVED_FILE_H
#define CRM_STORE_SAVED_FILE_H

#include "file/journal.h"
#include "store/ahead.h"
#include "store/sales_plain.h"
#include "store/saved.h"

#include <crm/file.h>

/* A store's file. A checkpoint is the store as it is, part by part; behind it stands what changed it since: what loads
 * were given, row by row as it was decoded, and the other changes by their arguments. Whoever opens the file does the
 * same again, by the same code. */

/* Kinds of frames. Those of a checkpoint's parts are CRM__SAVED_PART | part. */
#define CRM__SAVED_HEAD 16U
#define CRM__SAVED_ROWS 17U        /* what a load was given; */
#define CRM__SAVED_LOAD 18U        /* its end, */
#define CRM__SAVED_ATTRIBUTE 19U   /* or another change */
#define CRM__SAVED_ERASE 20U
#define CRM__SAVED_FORGET 21U
#define CRM__SAVED_PROFILES 22U    /* what a change leaves of the profiles that it touches; behind it */
#define CRM__SAVED_COPY 23U        /* of the head that follows, for who cannot read that */
#define CRM__SAVED_PART 0x10000U

/* Bytes at the begin of a part's payload: first element and count (8 each), part (4), 0 (4). */
#define CRM__SAVED_PART_HEAD 24U

/* Bytes of the list behind a head for a piece: part (4), number of the piece (4: its first element / CRM__CHUNK),
 * offset, length and checksum of its frame (8 each). */
#define CRM__SAVED_ENTRY 32U

/* Bytes of the list in a plan for a piece that follows it: part (4), number of the piece (4). */
#define CRM__SAVED_PLANNED 8U

/* Up to where a file tells profiles: the last commit, and of the store at that its data version, its horizon, and the
 * customers that are known, -1 where they have not been counted. */
typedef struct crm__profiled {
  uint64_t commit;
  int64_t version;
  int64_t horizon;
  int64_t known;
} crm__profiled;

typedef struct crm__saved {
  crm__memory memory;
  crm__journal *journal;
  int32_t mode;             /* CRM_FILE_READ, CRM_FILE_WRITE */
  int32_t content;          /* CRM_CONTENT_...: what has been read */
  int32_t replaying;        /* what is changed stands in the file already */
  int64_t replayed;         /* commits */
  crm__expected expected;   /* of a store that is not read */
  uint8_t *kinds;           /* likewise, by customer: CRM__CUSTOMER_... */
  uint8_t *acquainted;      /* and CRM__ABSENT, PROSPECT or SUSPECT */
  uint64_t kind_capacity;
  uint64_t acquainted_capacity;
  int32_t special;          /* not all are persons */
  crm__profiled profiled;   /* of a store that is read */
} crm__saved;

/* What a load was given, on its way into the file. */
typedef struct crm__capture {
  crm__bytes bytes;
  int32_t begun;            /* frames have been written */
} crm__capture;

/* STATE where a call has to be refused that changes the store: its file was opened to read, or a write has failed, or
 * there are facts that have not been read. */
crm_status crm__saved_changeable(const crm_store *store, crm_error *error);

/* A load. begin answers 0 where there is no memory; all let pass a load whose store has no file. */
int crm__capture_begin(crm_load *load);
crm_status crm__capture_file(crm_load *load, const char *name, crm_error *error);
crm_status crm__capture_slice(crm_load *load, int32_t table, int64_t count, crm_error *error);

/* Plain rows that have just been taken, as the slice that they would have been decoded into. */
crm_status crm__capture_plain(crm_load *load, const crm__plain_rows *rows, int64_t count, crm_error *error);

/* Everything is decided: with CRM_OK it is in the file. */
crm_status crm__capture_commit(crm_load *load, const crm__decided *decided, crm_error *error);
void crm__capture_end(crm_load *load);

/* What a load has decided, to be compared when it is done again; and whether one has decided the same. */
void crm__capture_sums(const crm_load *load, crm__bytes *bytes, crm__memory *memory);
crm_status crm__replay_compare(const crm_load *load, const unsigned char *sums, uint64_t size, crm_error *error);

/* The other changes, likewise before they are made. chosen: the customers that go, by id 1; of those that are erased
 * the keys have gone already. */
crm_status crm__saved_attribute(crm_store *store, int32_t table, const char *name, int32_t type, crm_error *error);
crm_status crm__saved_erase(crm_store *store, const char *const *keys, int64_t count, const uint8_t *chosen,
                            crm_error *error);
crm_status crm__saved_forget(crm_store *store, const char *const *keys, int64_t count, const uint8_t *chosen,
                             crm_error *error);

/* After a commit: a checkpoint where there has been so much since the last one that opening would take long. Where it
 * cannot be written nothing is lost; a journal that then takes no more says so at the next change. */
void crm__saved_settle(crm_store *store);

/* A checkpoint as a commit of a journal. */
crm_status crm__saved_checkpoint(const crm_store *store, crm__journal *journal, crm_error *error);

/* Does again what a frame says. Errors: CORRUPT, MEMORY. */
typedef struct crm__replay {
  crm_store *store;
  crm_load *load;           /* the one that is under way */
  int32_t lenient;          /* what a commit decides need not be what it decided when it was written */
} crm__replay;

crm_status crm__replay_frame(crm__replay *replay, uint32_t kind, const unsigned char *data, uint64_t size,
                             crm_error *error);

void crm__saved_close(crm_store *store);

/* The options of a file, checked; and its journal. */
crm_status crm__file_options_read(const crm_file_options *options, crm_file_options *own, crm_error *error);
crm_status crm__file_journal_open(crm__memory *memory, const crm_file_options *options, const char *path,
                                  crm__journal **journal, crm_error *error);

#endif
