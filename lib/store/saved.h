/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SAVED_H
#define CRM_STORE_SAVED_H

#include "base/bytes.h"
#include "store/load.h"
#include "store/store.h"

/* What of a store is saved, part by part: columns and keys in pieces of CRM__CHUNK elements, and records. What is made
 * of these (hash slots, who stands for whom) is not, but for what takes long to make (standings, sums by month).
 * docs/format/store.md has the bytes. */

/* A part is what one frame of a checkpoint holds a piece of: a subject, and a number in it. */
#define CRM__PART(subject, index) ((uint32_t)(subject) << 8 | (uint32_t)(index))
#define CRM__PART_PLAN 0          /* the head, and which pieces follow it: for who finds a file that was cut */
#define CRM__PART_MEASURES 1      /* of the profiles what the pyramid reads, */
#define CRM__PART_STANDINGS 2     /* what is to be known of customers without sales, at the horizon; derived */
#define CRM__PART_PROFILES 3      /* and the rest */
#define CRM__PART_KEYS 4          /* index: CRM__KEYS_... */
#define CRM__PART_DOCUMENTS 5     /* index: in the order of crm__document_columns */
#define CRM__PART_LINES 6         /* index: in the order of crm__line_columns */
#define CRM__PART_ERASED 7        /* index 0: the customers of erased keys, 1: the anonymous ones */
#define CRM__PART_REOPENED 8
#define CRM__PART_TURNED_AWAY 9
#define CRM__PART_MONTHS 10       /* index 0: by month, 1: months of customers, 2: by product; derived */
#define CRM__PART_TABLE 16        /* + table; index: number of a column, or one of these */
#define CRM__PART_PRESENT 252
#define CRM__PART_REPEAT 253
#define CRM__PART_PLACES 254
#define CRM__PART_SUBJECTS (CRM__PART_TABLE + CRM__TABLES)

enum {
  CRM__KEYS_CUSTOMERS,
  CRM__KEYS_PRODUCTS,
  CRM__KEYS_BRANCHES,
  CRM__KEYS_NAMES,
  CRM__KEYS_OPPORTUNITIES,
  CRM__KEYS_REFERENCES,
  CRM__KEYS_ERASED,
  CRM__KEYS_DOCUMENTS,
  CRM__KEYS
};

/* What the elements of a column are, for those who read what somebody else may have written. */
enum {
  CRM__HOLDS_ANY,
  CRM__HOLDS_FIGURES,     /* 8 bytes, never empty */
  CRM__HOLDS_IDS,         /* below `below`, or CRM__NONE */
  CRM__HOLDS_SMALL,       /* below `below`, or the fill value */
  CRM__HOLDS_TIMES        /* a time, or empty, or 0 */
};

typedef struct crm__member {
  crm__column *column;    /* a column of `length` elements, */
  crm__intern *keys;      /* or keys, `length` of them */
  uint64_t length;
  int32_t holds;
  uint64_t below;
} crm__member;

/* The member that a part is of; 0: there is none. length and below are those of the store's counts. */
int crm__member_of(crm_store *store, uint32_t part, crm__member *member);

/* The index behind `index` of a subject that may be a member's; above CRM__PART_PLACES there is none. Most of those up
 * to there are nothing's. */
uint32_t crm__member_after(const crm_store *store, uint32_t subject, uint32_t index);

/* The table of keys of a CRM__KEYS_...; NULL: there is none. */
crm__intern *crm__part_keys(crm_store *store, uint32_t index);

/* How many words a column of words knows. */
int32_t crm__words_count(const char *words);

/* Bytes of the records of parts that are no members, 0: the part is none of them. */
uint32_t crm__record_size(uint32_t part);

/* Counts and other figures that stand in the head of a checkpoint. */
void crm__head_write(const crm_store *store, crm__bytes *bytes, crm__memory *memory);

/* What a head says of the parts to come, and what has come of those whose pieces come in order. */
typedef struct crm__expected {
  uint64_t keys[CRM__KEYS];
  uint64_t places[CRM__TABLES];
  uint64_t reopened;        /* months */
  uint64_t turned_away;     /* records */
  uint64_t turned_away_rows;   /* in those that have been read */
  int64_t known;            /* what crm_store_customers counts */
  int narrow;               /* 1: who is known goes by `customers` and sales alone, as it did once */
  uint64_t reopened_read;
  uint64_t measures_read;
  uint64_t profiles_read;
} crm__expected;

/* Reads a head into an empty store, and gives its columns their lengths. Errors: CORRUPT, VERSION, MEMORY. */
crm_status crm__head_read(crm_store *store, crm__byte_reader *reader, crm__expected *expected, crm_error *error);

/* What loads have brought to a table: 64 bytes; read answers 0 where it is nothing that can be. */
void crm__tally_write(const crm__tally *tally, crm__bytes *bytes, crm__memory *memory);
int crm__tally_read(crm__tally *tally, crm__byte_reader *reader);

/* The bytes of a measure, 32. */
#define CRM__MEASURE_BYTES 32
void crm__measure_write(const crm__measure *measure, unsigned char *to);
void crm__measure_read(crm__measure *measure, const unsigned char *from);

/* Whether a figure can be a count; a time one, or what says that there is none. */
int crm__count_good(int64_t value);
int crm__instant_good(int64_t time, int64_t unset);

/* A place that parts are written to, and a place that they come from. */
typedef struct crm__part_sink {
  void *context;
  crm_status (*put)(void *context, uint32_t part, uint64_t first, uint64_t count, const void *data, uint64_t size,
                    crm_error *error);
} crm__part_sink;

/* Writes all parts of a store, those that profiles alone need first and documents and lines chunk by chunk, so that of
 * a file that was cut the first ones are whole. */
crm_status crm__parts_write(const crm_store *store, const crm__part_sink *sink, crm_error *error);

/* Names the same pieces in the same order, without their bytes, but for those of crm__months_write. */
crm_status crm__parts_plan(const crm_store *store, const crm__part_sink *sink, crm_error *error);

/* What is kept by month and product, which comes last; and a piece of it. */
crm_status crm__months_write(const crm_store *store, const crm__part_sink *sink, crm_error *error);
crm_status crm__months_read(crm_store *store, uint32_t index, uint64_t first, uint64_t count,
                            const unsigned char *data, uint64_t size, crm_error *error);

/* Takes a piece into a store whose head has been read: parts come in any order, the pieces of keys and records in that
 * of their ids. Pieces of CRM__PART_STANDINGS are let pass. Errors: CORRUPT, MEMORY. */
crm_status crm__part_read(crm_store *store, crm__expected *expected, uint32_t part, uint64_t first, uint64_t count,
                          const unsigned char *data, uint64_t size, crm_error *error);
crm_status crm__part_fail(crm_error *error, uint32_t part, uint64_t first, const char *what);

/* Room for the measures of so many customers, once it is known that the file holds as many. 0: no memory. */
int crm__measures_reserve(crm_store *store, uint64_t customers);

/* Once all parts are read: whether there are as many keys as the head says, every id leads somewhere, every chain ends,
 * sums stay within 64 bits; and makes what is not saved. Whether all that is kept is what the facts give only
 * crm_store_verify says. Errors: CORRUPT, MEMORY. */
crm_status crm__parts_settle(crm_store *store, const crm__expected *expected, crm_error *error);

/* Whether every element is such as its column holds. CORRUPT. */
crm_status crm__parts_check(crm_store *store, crm_error *error);

/* Whether parts belong together: what settling looks at, and what holds of any store at a commit. CORRUPT, MEMORY. */
crm_status crm__parts_inspect(crm_store *store, crm_error *error);

/* What a customer without sales is to a scope without bounds: its kind and acquaintance in one byte. */
#define CRM__STANDING_KIND 15U
#define CRM__STANDING_KNOWN 4

#endif
