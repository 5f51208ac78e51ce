/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_LOAD_H
#define CRM_STORE_LOAD_H

#include "base/sizes.h"
#include "store/cells.h"
#include "store/store.h"

#include <crm/load.h>

/* A load in progress. Sales lines are staged at the end of the store's own line columns, beyond its line count; a new
 * document is staged in the document columns, with the sums of its lines, another version of a known one in an entry.
 * Nothing of it is seen by the store's readers before commit, and rollback cuts it off. Where every document is new and
 * its lines come side by side, that is all, and the commit only has to let the readers see it. */

/* What is known of a document's version while it is staged. */
typedef struct crm__stage {
  int64_t version;
  int64_t time;
  uint32_t customer;
  uint32_t branch;
  uint32_t lines;
  uint32_t flags;          /* CRM__STAGE_..., of a new document kept in the load's verdicts */
} crm__stage;

#define CRM__STAGE_TWO_CUSTOMERS 1U
#define CRM__STAGE_TWO_BRANCHES 2U
#define CRM__STAGE_ROWS 4U           /* made of equal rows */
#define CRM__STAGE_REFUSED 8U        /* verdicts at commit: rejected, */
#define CRM__STAGE_DUPLICATE 16U     /* duplicate or outdated */

typedef struct crm__entry {
  crm__stage stage;
  uint32_t document;
  uint32_t next;           /* the next entry of the same document */
  uint64_t first;          /* first staged line, once grouped */
  int64_t best;            /* in the newest entry: the document's highest version of this load that is not refused */
} crm__entry;

/* Who owns a staged line: a new document's id, or an entry's index with this bit. */
#define CRM__OWNER_ENTRY 0x80000000U

/* Rows of one append that follow one another: ordinals of a table from `start` on are rows `row`, row + 1 ... of a
 * file. */
typedef struct crm__segment {
  uint64_t start;
  int64_t row;
  uint32_t file;           /* name id */
} crm__segment;

typedef struct crm__reject {
  uint32_t ordinal;
  uint8_t table;
  uint8_t cause;
  uint8_t column;          /* schema column + 1, 0: none */
  uint8_t spare;
} crm__reject;

/* Staged rows of a table other than sales. */
typedef struct crm__dimension_rows {
  crm__column id;                         /* the place in the table; CRM__NONE: settled, not taken */
  crm__column ordinal;
  crm__column repeat;                     /* as in the table */
  crm__column values[CRM__TABLE_COLUMNS];
  uint64_t count;
  crm__intern contents;                   /* of rows that their content alone tells from others, */
  crm__column repeats;                    /* and how many of each there are */
  uint64_t budget[CRM__TABLE_COLUMNS];    /* of the table, once this is in it */
  int32_t width;
} crm__dimension_rows;

typedef struct crm__table_load {
  crm__tally tally;
  crm__segment *segments;
  uint64_t segment_count;
  uint64_t segment_capacity;
  int64_t last_row;        /* of the last append */
} crm__table_load;

#define CRM__SMALL_KEYS CRM__SIZE(256, 2)

/* The documents whose first row lies in a slice, by id from `first` on, on their way into the document columns. */
typedef struct crm__fresh {
  uint32_t first;
  uint32_t count;
  int64_t version[CRM__SLICE];
  int64_t time[CRM__SLICE];
  int64_t line[CRM__SLICE];       /* the first of its lines */
  int64_t net[CRM__SLICE];
  int64_t returned[CRM__SLICE];
  int64_t tax[CRM__SLICE];
  int64_t cost[CRM__SLICE];
  uint32_t customer[CRM__SLICE];
  uint32_t branch[CRM__SLICE];
  uint32_t lines[CRM__SLICE];
  uint8_t flags[CRM__SLICE];      /* CRM__DOCUMENT_... */
  uint8_t verdicts[CRM__SLICE];   /* CRM__STAGE_... */
} crm__fresh;

/* What a slice is decoded into, column by column, and what sales rows are on their way into the store. Once the refused
 * rows are out of it, it holds good_count rows. */
typedef struct crm__slice {
  crm__cells cells[CRM__TABLE_COLUMNS];
  int64_t *values;                                /* of the cells, */
  int32_t width;                                  /* for so many columns */
  crm__verdicts verdicts;
  int64_t amount[CRM__SLICE];                     /* in the base currency; returns at or under 0 */
  int64_t foreign[CRM__SLICE];                    /* in the line's own currency, CRM__NULL where that is the base */
  uint8_t code[CRM__SLICE];                       /* kind | class << 2 */
  uint32_t ids[CRM__SALES_COLUMNS][CRM__SLICE];   /* of keys and names */
  crm__key runs[CRM__SLICE];                      /* keys of one column without repeats in a row, */
  int64_t integer_runs[CRM__SLICE];               /* the same of integers, */
  uint32_t run_ids[CRM__SLICE];                   /* and their ids */
  uint32_t small_ids[CRM__SALES_COLUMNS][CRM__SMALL_KEYS];   /* by column, what ids small integers were found to have */
  uint8_t made_flags[CRM__SLICE];                 /* CRM__STAGE_... of documents made from content */
  uint32_t owners[CRM__SLICE];                    /* of the good rows */
  uint32_t starts[CRM__SLICE + 1];                /* of plain rows: where documents begin, and the end */
  uint32_t good[CRM__SLICE];                      /* by good row: which row of the slice it was */
  uint32_t good_count;
  int32_t sales_only;                             /* every row is a sale of goods: all codes are 0 */
  int32_t has_foreign;                            /* a line has a currency of its own; else foreign is not written */
  crm__fresh fresh;
} crm__slice;

struct crm_load {
  crm_store *store;
  int32_t replace;
  int32_t all_or_nothing;
  int32_t state;                 /* CRM__LOAD_... */
  int32_t scattered;             /* lines of a document are not side by side */
  int32_t document_mode;         /* CRM_DOCUMENT_... of the present append */
  uint32_t unrated;              /* a currency of lines without a rate while no base is settled; CRM__NONE: none */
  int32_t unrated_many;          /* there are several */

  uint64_t customers_before;     /* counts at begin, for rollback */
  uint64_t products_before;
  uint64_t branches_before;
  uint64_t names_before;
  uint64_t opportunities_before;
  uint64_t references_before;
  uint64_t places_before[CRM__TABLES];
  uint64_t documents_before;
  uint64_t lines_before;

  uint64_t staged;               /* lines */
  int32_t plain;                 /* all documents are new, in the order of their ids, each with its lines side by side
                                  * and nothing said against it */
  crm__column owner;             /* by staged line; empty while the load is plain */
  crm__column ordinal;           /* likewise its row; empty while every row is staged and in its place */
  crm__column entry_of;          /* by document id: its newest entry */
  crm__column verdicts;          /* by document id: CRM__STAGE_... of its own stage, where it is new */
  crm__intern entry_keys;        /* an entry's index by document (the space) and version */
  crm__entry *entries;
  uint64_t entry_count;
  uint64_t entry_capacity;
  uint32_t last_owner;           /* of the last staged line */
  int64_t ledger;                /* sale less return of all staged lines */
  uint64_t money;                /* what they add to the store's budgets, UINT64_MAX: too much */
  uint64_t quantity;

  crm__identity identity;        /* who stands for whom once the merges are applied, */
  int32_t identity_changes;      /* where there are any */
  crm__dimension_rows *dimensions[CRM__TABLES];   /* NULL where the load has no row of the table */
  crm__table_load tables[CRM__TABLES];
  crm__reject *rejects;
  uint64_t reject_count;
  uint64_t reject_capacity;
  crm__turned_away *turned_away;
  uint64_t turned_away_count;
  uint64_t turned_away_capacity;
  crm__slice *slice;
  struct crm__wave *wave;         /* slices that threads of the host work on, NULL: none so far (sales_wave.c) */

  struct crm__capture *capture;   /* what goes into the store's file, NULL: there is none */
  const unsigned char *sums;      /* of a load that is done again: what it decided the first time, or NULL */
  uint64_t sums_size;
  crm_progress progress;
  void *progress_context;
  crm_context *context;          /* the host's, or NULL */
};

#define CRM__LOAD_OPEN 0
#define CRM__LOAD_COMMITTED 1
#define CRM__LOAD_BROKEN 2       /* can only be freed */

/* Appends rows of inputs (one a column of the table). first_row 0 goes on. Any failure breaks the load. */
crm_status crm__load_rows(crm_load *load, int32_t table, const crm__input *inputs, const uint8_t *records, int64_t rows,
                          int64_t first_row, uint32_t file, crm_error *error);

/* Gives the cells of the slice their arrays for a table; and takes a decoded slice into the load: what is decoded by
 * then is all that the rows are known by. 0: no memory. */
int crm__slice_prepare(crm_load *load, int32_t table);
int crm__slice_take(crm_load *load, int32_t table, int64_t count);

/* One decoded slice of a table. ordinal: of the first row in the table's rows of this load. 0: no memory. */
int crm__load_sales(crm_load *load, int64_t count, uint64_t ordinal);
int crm__load_dimension(crm_load *load, int32_t table, int64_t count, uint64_t ordinal);

/* Refuses rows of a slice that lack what their table needs, or contradict themselves. */
void crm__check_rows(const crm_load *load, int32_t table, int64_t count);

/* Frees the staged rows of all tables but sales. */
void crm__dimensions_release(crm_load *load);

/* Frees what only an open load needs; counts and rejects stay. */
void crm__load_release(crm_load *load);

/* The table of a name, of a load that is still open. */
crm_status crm__load_ready(const crm_load *load, const char *table, int32_t *index, crm_error *error);

/* Whether every required column has an input. */
crm_status crm__load_required(const crm_load *load, int32_t table, const crm__input *inputs, crm_error *error);

/* Notes a rejected row and its turned away amount. 0: no memory. */
int crm__load_reject(crm_load *load, int32_t table, uint64_t ordinal, int32_t cause, int32_t column);
int64_t crm__reject_row(const crm_load *load, const crm__reject *reject);
int crm__load_turn_away(crm_load *load, int32_t day, uint32_t branch, int64_t amount);

/* The row of a staged line; and what makes that known once rows and lines part. 0: no memory. */
uint32_t crm__staged_ordinal(const crm_load *load, uint64_t staged);
int crm__keep_ordinals(crm_load *load);


/* The stage of a staged line's owner. */
uint32_t crm__stage_lines(const crm_load *load, uint32_t owner);
void crm__stage_get(const crm_load *load, uint32_t owner, crm__stage *stage);
void crm__stage_put(crm_load *load, uint32_t owner, const crm__stage *stage);

#endif
