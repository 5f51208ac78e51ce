/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_STORE_H
#define CRM_STORE_STORE_H

#include "base/column.h"
#include "base/intern.h"
#include "base/memory.h"
#include "store/facts.h"
#include "store/months.h"
#include "store/schema.h"

#include <crm/store.h>

/* The store's own structure, seen by lib/store alone. */

#define CRM__NULL INT64_MIN          /* an empty cell of an 8-byte column */
#define CRM__ATTRIBUTES 64           /* most declared attributes of a table */
#define CRM__TABLE_COLUMNS 96        /* most columns of a table with its attributes */

/* Documents by dense id. A document without the flag LIVE is a name only: mentioned as an original, or rejected. */
#define CRM__DOCUMENT_LIVE 1U
#define CRM__DOCUMENT_LINE 2U           /* holds a counted sale or return line */
#define CRM__DOCUMENT_SALE 4U           /* a sale line of a revenue class */
#define CRM__DOCUMENT_VALUE 8U          /* an amount other than 0 */
#define CRM__DOCUMENT_COST_MISSING 16U
#define CRM__DOCUMENT_ORIGINAL 32U      /* a return line names its original */
#define CRM__DOCUMENT_ROWS 64U          /* equal rows, each an occasion of its own */

typedef struct crm__documents {
  crm__intern keys;         /* space: source name id, made documents with CRM__MADE */
  crm__column time;
  crm__column customer;
  crm__column branch;
  crm__column version;
  crm__column first;        /* first line */
  crm__column lines;        /* number of lines */
  crm__column net;          /* revenue classes, sale less return */
  crm__column returned;     /* revenue classes, return lines, at or above 0 */
  crm__column tax;
  crm__column cost;
  crm__column flags;
  crm__column next;         /* the next document of the same customer */
  crm__column sent;         /* the customer it was sent for, where another one stands for that: CRM__NONE elsewhere */
} crm__documents;

#define CRM__MADE 0x40000000U   /* in the space of a document key that was made from content */

/* Lines, those of a document side by side; lines of replaced documents stay behind unused. */
typedef struct crm__sales_lines {
  crm__column code;         /* kind | class << 2 */
  crm__column amount;       /* signed: returns at or under 0 */
  crm__column product;
  crm__column quantity;     /* signed likewise, as are discount, tax, cost */
  crm__column price;
  crm__column discount;
  crm__column tax;
  crm__column cost;
  crm__column line;         /* among names */
  crm__column staff;
  crm__column currency;
  crm__column rate;
  crm__column foreign;      /* amount in the line's currency */
  crm__column original;     /* document id */
} crm__sales_lines;

#define CRM__LINE_COLUMNS 14
#define CRM__DOCUMENT_COLUMNS 13

/* What is kept of a customer beside its measure of all time under the default scope, which stands in an array apart:
 * whoever reads the measures of all goes through nothing else (docs/adr/0014-measures-apart.md). */
typedef struct crm__profile {
  int64_t changed;          /* data version of the last commit that touched it */
  uint32_t documents;       /* in the chain: any live document */
  uint32_t head;            /* first of the chain */
} crm__profile;

/* A table of rows, each in a place that its key leads to: customers, products and opportunities stand at the id of
 * their key, whose own column stays empty; rows of the other tables where `keys` says. */
typedef struct crm__dimension {
  crm__intern keys;                          /* of what tells a row from others; see rows_key.c */
  crm__column present;                       /* 1: there is a row */
  crm__column repeat;                        /* of rows without key and id: how many equal ones there are before it;
                                              * of customers: CRM__PARENT_FORGOTTEN or 0 */
  crm__column values[CRM__TABLE_COLUMNS];    /* by schema column, attributes after */
  uint64_t live;                             /* rows that are there */
  int64_t latest;                            /* latest time of an event in them, INT64_MIN: none */
  uint64_t budget[CRM__TABLE_COLUMNS];       /* sums of absolute values, of columns of money and numbers */
} crm__dimension;

/* The row lost its parent when that was forgotten; the same version may bring it back. */
#define CRM__PARENT_FORGOTTEN 1U

/* Which customers are one, by id; nothing at all where nobody is merged. */
typedef struct crm__identity {
  uint32_t *resolved;       /* who stands for the id */
  uint32_t *next;           /* from one that stands for others to these, one after the other; CRM__NONE ends */
  uint64_t count;           /* ids known when it was made; later ones stand for themselves */
} crm__identity;

typedef struct crm__attribute {
  char name[64];
  int32_t cell;
} crm__attribute;

/* Rejected amounts by day and branch, for the totals. */
typedef struct crm__turned_away {
  int32_t day;        /* INT32_MIN: could not be read */
  uint32_t branch;
  int64_t rows;
  int64_t amount;
} crm__turned_away;

/* What reached a month after it was over. */
typedef struct crm__reopened {
  int64_t documents;
  int64_t amount;     /* net, what was replaced taken off */
  int64_t version;    /* data version of the last one, 0: none */
} crm__reopened;

typedef struct crm__tally {
  int64_t rows;
  int64_t accepted;
  int64_t duplicate;
  int64_t rejected;
  int64_t rounded;
  int64_t amount_in;
  int64_t amount_accepted;
  int32_t ignored;
  int32_t touched;     /* a batch or file of the table was there */
} crm__tally;

#define CRM__TOUCHED 1024   /* what one till load after the other touches in a while; a big load passes it */

struct crm_store {
  crm__memory memory;
  struct crm__saved *saved;       /* its file, NULL: none (store/saved_file.h) */
  int32_t digits;
  int32_t quantity_digits;
  int32_t returns;
  int64_t day_start;
  uint32_t currency;              /* name id of the base currency, CRM__NONE: not settled */
  int64_t version;
  int open_load;
  uint32_t customer_count;        /* committed ids; those from here on are a load's, which readers do not see */
  uint32_t document_count;        /* likewise */

  crm__intern customers;
  crm__intern products;
  crm__intern branches;
  crm__intern names;
  crm__identity identity;
  crm__intern erased;             /* digests of keys that were erased, */
  crm__column erased_ids;         /* and the customers whose they were */
  crm__column anonymous;          /* by customer: 1 where the options said so */
  crm__column met;                /* by customer: since when other rows than its own name it (store/met.h) */

  crm__documents documents;
  crm__sales_lines lines;
  uint64_t line_count;
  int64_t live_documents;
  int64_t live_lines;
  crm__measure *measures;         /* by customer */
  crm__profile *profiles;         /* likewise, as many */
  uint64_t profile_count;
  uint64_t measure_capacity;
  uint64_t profile_capacity;

  int64_t latest;                 /* time of the latest live document, quotes and voids too; INT64_MIN: none */
  int64_t earliest;               /* time of the earliest live document with a counted line, INT64_MAX: none */
  uint64_t money_budget;          /* sum of absolute amounts, discounts, taxes and costs of live lines */
  uint64_t quantity_budget;

  crm__intern opportunities;
  crm__intern references;         /* documents of accounts, ids of rows */
  crm__dimension dimensions[CRM__TABLES];   /* all tables but sales */
  crm__attribute attributes[CRM__TABLES][CRM__ATTRIBUTES];
  int32_t attribute_count[CRM__TABLES];

  crm__months months;             /* calendar sums, where they are kept */
  crm__reopened *reopened;        /* by month since 1900, NULL: none can be */
  int64_t closed_before;          /* documents of the commit under way that lie before it are late; INT64_MIN: none */

  crm__turned_away *turned_away;  /* by day, branch */
  uint64_t turned_away_count;
  uint64_t turned_away_capacity;

  crm__tally tallies[CRM__TABLES];   /* of all committed loads */

  uint32_t touched[CRM__TOUCHED];    /* customers that versions after touched_since touched, as far as there is room */
  uint32_t touched_count;
  int64_t touched_since;
  int64_t rekeyed;                   /* the last version that changed keys of customers */
};

/* Notes that the version to come touches a customer. */
static inline void crm__customer_touch(crm_store *store, uint32_t customer)
{
  crm__profile *profile = &store->profiles[customer];
  if (profile->changed == store->version + 1) {
    return;
  }
  profile->changed = store->version + 1;
  if (store->touched_since > store->version) {
    return;
  }
  if (store->touched_count == CRM__TOUCHED) {
    store->touched_count = 0;
    store->touched_since = store->version + 1;
    return;
  }
  store->touched[store->touched_count++] = customer;
}

/* Who stands for an id; CRM__NONE for nobody stays so. And the next of those that one stands for; CRM__NONE ends. */
static inline uint32_t crm__identity_root(const crm__identity *identity, uint32_t id)
{
  return id < identity->count ? identity->resolved[id] : id;
}

static inline uint32_t crm__identity_next(const crm__identity *identity, uint32_t id)
{
  return id < identity->count ? identity->next[id] : CRM__NONE;
}

/* Who stands for a customer now. */
static inline uint32_t crm__resolve(const crm_store *store, uint32_t customer)
{
  return crm__identity_root(&store->identity, customer);
}

void crm__identity_free(crm__identity *identity, crm__memory *memory);

/* Columns of a table with its attributes. */
int32_t crm__table_width(const crm_store *store, int32_t table);
const char *crm__table_column_name(const crm_store *store, int32_t table, int32_t column);
int32_t crm__table_column_cell(const crm_store *store, int32_t table, int32_t column);
int32_t crm__table_column_find(const crm_store *store, int32_t table, const char *name, size_t length);

/* The number that a column or attribute is known by in files; and the column of a number, -1: there is none. */
int32_t crm__table_column_number(int32_t table, int32_t column);
int32_t crm__table_column_numbered(const crm_store *store, int32_t table, int32_t number);

/* What a dimension's column keeps: bytes of an element and what an empty cell reads as. */
uint32_t crm__cell_size(int32_t cell);
int64_t crm__cell_fill(int32_t cell);

/* The table that the keys or names of a column are interned in. */
crm__intern *crm__column_intern(crm_store *store, int32_t table, int32_t column);
const crm__intern *crm__column_names(const crm_store *store, int32_t table, int32_t column);

/* The column `version`; where rows of equal versions are compared it is left out. */
int32_t crm__version_column(int32_t table);

/* Where the rows of a table get their places from. */
crm__intern *crm__places_intern(crm_store *store, int32_t table);

/* 1 where a row stands at the id of its key, the first column, which then keeps no value. */
int crm__table_by_id(int32_t table);

/* What tells a row from others, as a key of crm__dimension.keys: made in bytes, in the space that is answered. values:
 * the columns that hold the row. */
#define CRM__ROW_KEY_BYTES 64
uint32_t crm__row_identity(const crm_store *store, int32_t table, const crm__column *values, uint64_t row,
                           uint32_t repeat, unsigned char *bytes, crm__key *key);

/* 1 where a row is told from others by its content alone. */
int crm__row_by_content(int32_t table, const crm__column *values, uint64_t row);

/* Whether a column holds instants at which something happened; money or numbers that are added up. */
int crm__column_is_event(int32_t table, int32_t column);
int crm__column_is_summed(const crm_store *store, int32_t table, int32_t column);

/* The latest event of a table's rows anew, but for those that `without` has 1 at; NULL: of all. */
int64_t crm__rows_latest(const crm_store *store, int32_t table, const uint8_t *without);

/* Whether a row may be the latest event of its table. */
int crm__row_is_latest(const crm_store *store, int32_t table, uint32_t row);

/* The columns in one list; answers their number. */
uint32_t crm__line_columns(crm__sales_lines *lines, crm__column **columns);
uint32_t crm__document_columns(crm__documents *documents, crm__column **columns);

/* Closes the gaps that the keys of an open load leave among the ranks of the first `known` ids. spare: as many as there
 * are ids. */
void crm__ranks_close(uint32_t *ranks, uint64_t count, uint64_t known, uint32_t *spare);

/* Whether the options say that a key stands for nobody. */
int crm__customer_nobody(const crm_store *store, uint32_t customer);

/* What kind a customer is, CRM__CUSTOMER_..., the options' anonymous ones too. */
int crm__customer_kind(const crm_store *store, uint32_t customer);

/* The live document of a key, among those that the host named and those made from content; CRM__NONE: there is none. */
uint32_t crm__document_find(const crm_store *store, const char *source, const char *document);

/* An empty store of checked options, but for its names; and everything that a store holds, but for its own memory. */
void crm__store_begin(crm_store *store, const crm__memory *memory);
void crm__store_clear(crm_store *store);

/* Gives a table one more attribute; there is none of its name, and no row yet. */
int crm__attribute_name_good(const char *name);
void crm__attribute_take(crm_store *store, int32_t table, const char *name, int32_t cell);

/* Places for so many rows of a table. 0: no memory. */
int crm__table_resize(crm_store *store, int32_t table, uint64_t rows);

/* Makes profiles, dimension rows and flags for every interned customer and product; new ones are empty. 0: no
 * memory. */
int crm__profiles_grow(crm_store *store);

/* Drops those of customers and products that are no longer interned. */
void crm__profiles_cut(crm_store *store);

#endif
