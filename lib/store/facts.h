/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_FACTS_H
#define CRM_STORE_FACTS_H

#include "base/civil.h"
#include "base/column.h"
#include "base/intern.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/sizes.h"
#include "store/schema.h"

#include <crm/scope.h>
#include <crm/store.h>
#include <crm/summary.h>
#include <crm/table.h>

/* What an analysis sees of the store: a scope made ready, measures a customer, blocks of facts, names. */

/* A scope made ready for one computation. Everything that it gives out lives until it is closed. A copy with another
 * from or to is a scope too: it shares the scratch, and only the first one is closed. */
typedef struct crm__scope {
  const crm_store *store;
  int64_t from;               /* INT64_MIN: from the first fact */
  int64_t to;                 /* at most as_of */
  int64_t as_of;              /* INT64_MAX only where the store has no event */
  int64_t latest;             /* time of the latest sales document in the store, INT64_MIN: none */
  int32_t as_of_day;          /* its business day; 0 where as_of is INT64_MAX */
  int32_t money;
  int32_t refunds;
  int32_t occasions;
  int32_t internal;
  int64_t day_start;
  const uint8_t *special;     /* by customer: CRM__CUSTOMER_... where some are anonymous, internal or outside the
                               * segment; NULL: none is */
  const uint32_t *accounts;   /* by customer: the one that it counts as; NULL: itself */
  const uint8_t *kinds;       /* with accounts, by customer: CRM__CUSTOMER_..., special is of accounts alone; */
  const uint8_t *acquainted;  /* CRM__ABSENT, PROSPECT or SUSPECT, all under it together; */
  const int64_t *joined;      /* and when the first of them joined; INT64_MAX: no row, INT64_MIN: not said */
  const crm_segment *segment; /* NULL: all customers count, anonymous ones as well */
  const uint8_t *branches;    /* by branch id + 1 (0: no branch): 1 counts; NULL: all count */
  char *branch_text;          /* keys of the scope's branches for the metadata, or NULL */
  const crm__team *team;      /* threads and watch that the host lends, or NULL */
  const crm_summary *summary; /* one that fits this scope, or NULL */
  crm_context *context;       /* scratch */
  crm_context *own;           /* the context if the caller gave none */
} crm__scope;

/* STATE where a store has been opened for its profiles alone and the facts are not read yet (crm_store_read). Every
 * question goes through it, by crm__scope_open or by itself. */
crm_status crm__store_ready(const crm_store *store, crm_error *error);

crm_status crm__scope_open(crm__scope *scope, const crm_store *store, const crm_scope *options, crm_error *error);

/* The same for a caller that needs nothing but the measures of all time, kinds and acquaintances (customers by their
 * ids, no key): those of such a store will do. */
crm_status crm__scope_open_measured(crm__scope *scope, const crm_store *store, const crm_scope *options,
                                    crm_error *error);
void crm__scope_close(crm__scope *scope);

/* A table of a scope, as a call of the interface gives it: opens the scope, lets it be made with what the caller hands
 * on (context), closes the scope and hands the table over. *table stays as it is where there is none. Errors: ARGUMENT
 * (store or table is NULL), of the scope, of the maker. */
typedef crm_status (*crm__scope_maker)(crm__scope *scope, void *context, crm_table **table, crm_error *error);
crm_status crm__scope_table(const crm_store *store, const crm_scope *scope, crm__scope_maker make, void *context,
                            crm_table **table, crm_error *error);

/* What a handle that outlives the call keeps of the scope that it was made by, to open it again. Zeroed, it holds
 * nothing. */
typedef struct crm__scope_kept {
  crm_scope scope;            /* the caller's, with branch keys and a segment of our own, without context and summary */
  crm_segment *segment;       /* a copy of its segment, NULL: none */
  void *branches;             /* memory of the keys */
  size_t branches_size;
  uint32_t *accounts;         /* by customer: the one that it counts as; NULL: itself */
  uint32_t customers;         /* ids of the store */
} crm__scope_kept;

/* given is the caller's, open what it became. Frees nothing where it fails: crm__scope_kept_free does. */
crm_status crm__scope_keep(const crm__scope *open, const crm_scope *given, crm__memory *memory, crm__scope_kept *kept,
                           crm_error *error);
void crm__scope_kept_free(crm__scope_kept *kept, crm__memory *memory);

/* Who a customer counts as; CRM__NONE stays so. */
static inline uint32_t crm__scope_kept_customer(const crm__scope_kept *kept, uint32_t customer)
{
  return kept->accounts == NULL || customer == CRM__NONE ? customer : kept->accounts[customer];
}

/* Scratch that lives until the scope is closed; aligned to 64 bytes. NULL where there is none. */
void *crm__scope_alloc(crm__scope *scope, uint64_t count, size_t size);
void *crm__scope_alloc_zero(crm__scope *scope, uint64_t count, size_t size);

/* The account that results are forked from. */
const crm__memory *crm__scope_memory(const crm__scope *scope);

/* Puts definition, revision, as_of, from, to, money, refunds, occasions, branches, internal, data_version, and
 * where there is one the segment, into a table's metadata. */
void crm__scope_describe(const crm__scope *scope, crm_table *table, const char *definition, int32_t revision);

/* Puts the dates of an earlier scope beside them, that the table compares with. */
void crm__scope_describe_before(const crm__scope *scope, crm_table *table);

/* Whether there is a row of a customer, or of a key that was merged into it, and when it joined first (INT64_MIN: not
 * said). A key that was merged into another is no customer: 0. */
int crm__customer_row(const crm_store *store, uint32_t customer, int64_t *joined);

/* The same of a customer in a scope: of all that count as it. */
int crm__scope_row(const crm__scope *scope, uint32_t customer, int64_t *joined);

/* The parent of every customer as of the scope's as-of (CRM__NONE: none; parents may be NULL) and the topmost one, the
 * account; of the scope's scratch. */
crm_status crm__accounts_find(crm__scope *scope, const uint32_t **parents, const uint32_t **accounts,
                              crm_error *error);

/* Who a customer counts as in a scope; CRM__NONE stays so. */
static inline uint32_t crm__scope_customer(const crm__scope *scope, uint32_t customer)
{
  return scope->accounts == NULL || customer == CRM__NONE ? customer : scope->accounts[customer];
}

/* Customers. Keys that were merged into another one's are ids without facts: all that is given out names who stands
 * for them, and looking them up by key finds that one. Ids run from 0 below crm__customers(); some may have no facts
 * left or never had (crm__customer_known). */
uint32_t crm__customers(const crm_store *store);
crm__key crm__customer_key(const crm_store *store, uint32_t customer);
uint32_t crm__customer_find(const crm_store *store, const char *key);

/* Whether a customer is known at all: by a row of `customers`, a document, or a row of stages, opportunities or
 * interactions. */
int crm__customer_known(const crm_store *store, uint32_t customer);

/* Whether a key is one that was erased; by customer, 1 where it is one whose key was, NULL: nobody's was. */
int crm__key_erased(const crm_store *store, const char *key);
crm_status crm__erased_marks(crm__scope *scope, const uint8_t **marks, crm_error *error);

/* The same, and of accounts that count together the topmost. */
uint32_t crm__scope_find(const crm__scope *scope, const char *key);

/* The name that a customer has in a column of the customers table (CRM__CUSTOMERS_...); no key where it is empty. */
crm__key crm__customer_name(const crm_store *store, uint32_t customer, int32_t column);

/* 1 where an id is a customer in customer metrics: in the segment of the scope, and neither anonymous nor (unless the
 * scope says so) internal. */
static inline int crm__customer_counts(const crm__scope *scope, uint32_t customer)
{
  if (scope->special == NULL) {
    return 1;
  }
  return scope->special[customer] != CRM__CUSTOMER_ANONYMOUS && scope->special[customer] != CRM__CUSTOMER_OUTSIDE &&
         (scope->internal || scope->special[customer] != CRM__CUSTOMER_INTERNAL);
}

/* For a customer without any line: prospect (a row of `customers` says that it has joined), suspect (known otherwise:
 * by a row that does not say since when, a document of any kind, or a row of stages, opportunities or interactions,
 * of before as-of; an opportunity that does not say when it was created has always been there), or not there at as-of.
 * docs/conventions.md, "Who is there", is this definition for users. */
#define CRM__ABSENT 0
#define CRM__PROSPECT 1
#define CRM__SUSPECT 2
int crm__customer_acquaintance(const crm__scope *scope, uint32_t customer);

/* rank[id] = place of the customer's key in key order; of the scope's scratch. */
crm_status crm__customer_ranks(crm__scope *scope, const uint32_t **ranks, crm_error *error);

/* What a customer did in the scope; two fit a cache line. */
typedef struct crm__measure {
  int32_t first;      /* business day of the first occasion in the period; INT32_MAX: none */
  int32_t last;       /* of the last; INT32_MIN: none */
  int64_t money;      /* in the scope's basis */
  int64_t cost;       /* of counted lines, returns taken off */
  uint32_t orders;    /* the scope's occasions: with those of a day as one, days */
  uint32_t flags;     /* CRM__SEEN_... */
} crm__measure;

#define CRM__SEEN_PERIOD 1U     /* a sale or return line counts in the period */
#define CRM__SEEN_EVER 2U       /* there is one before as-of, whatever the period and branch */
#define CRM__COST_MISSING 4U    /* a counted line has no cost */

/* Measures of all customers, either the kept profiles or made now; read them by crm__measure_at. Ids that do not count
 * (crm__customer_counts) hold figures all the same. */
typedef struct crm__measures {
  const unsigned char *base;
  size_t stride;
} crm__measures;

crm_status crm__measures_compute(crm__scope *scope, crm__measures *measures, crm_error *error);

static inline const crm__measure *crm__measure_at(const crm__measures *measures, uint32_t customer)
{
  return (const crm__measure *)(const void *)(measures->base + (size_t)customer * measures->stride);
}

/* Distinct business days on which a customer had occasions in the period, by customer; of the scope's scratch. */
crm_status crm__occasion_days(crm__scope *scope, const uint32_t **days, crm_error *error);

/* A customer and a business day as one number that sorts by customer, then day. */
static inline uint64_t crm__visit(uint32_t customer, int32_t day)
{
  return (uint64_t)customer << 32 | ((uint32_t)day ^ UINT32_C(0x80000000));
}

static inline uint32_t crm__visit_customer(uint64_t visit)
{
  return (uint32_t)(visit >> 32);
}

static inline int32_t crm__visit_day(uint64_t visit)
{
  return (int32_t)((int64_t)(visit & UINT32_MAX) - INT64_C(0x80000000));
}

/* The customers' occasions of the period, those of one business day once, as visits, ascending. */
crm_status crm__visits(crm__scope *scope, uint64_t **visits, uint64_t *count, crm_error *error);

/* Business day of each customer's first occasion ever (before as-of, all branches), INT32_MAX: none; of the scope's
 * scratch. */
crm_status crm__first_ever(crm__scope *scope, const int32_t **first, crm_error *error);

/* Facts in blocks, a document each; in the sale-day basis re-dated return lines follow as facts of their own. Where
 * every document of a block counts as it stands the block's columns are the store's own, without a copy. */
#define CRM__FACTS CRM__SIZE(1024, 5)

#define CRM__FACT_OCCASION 1U     /* is an occasion */
#define CRM__FACT_LINE 2U         /* holds a counted sale or return line */
#define CRM__FACT_PERIOD 4U       /* lies in the scope's period and branches */
#define CRM__FACT_COST_MISSING 8U
#define CRM__FACT_EXTRA 16U       /* a re-dated line: document[] is its document, no occasion */
#define CRM__FACT_BEFORE 32U      /* lies in the scope's branches and before the end of its period */
#define CRM__FACT_BITS 6

typedef struct crm__facts {
  uint32_t count;
  const uint32_t *customer;         /* CRM__NONE: anonymous (blank, or a key that stands for nobody) */
  const int64_t *time;
  const int64_t *money;
  const int64_t *cost;
  const uint64_t *line;             /* the first of its lines, */
  const uint32_t *lines;            /* and their number; of a re-dated line 1 */
  uint8_t flags[CRM__FACTS];
  uint32_t document[CRM__FACTS];
  int32_t day[CRM__FACTS];          /* business day of time */
  uint32_t orders[CRM__FACTS];      /* occasions that the document stands for, 1 but for documents made of equal rows */
  struct {
    uint64_t begin;                 /* the first document, */
    uint64_t next;                  /* the next one, */
    uint64_t end;                   /* the one before which to stop, */
    uint32_t next_line;             /* the next line of a document, */
    uint32_t phase;                 /* 0 documents, 1 re-dated lines */
    int32_t asks;                   /* whether the watch is asked, */
    crm_status status;              /* and what it has answered */
    uint8_t kept[CRM__FACTS];
    uint32_t customer[CRM__FACTS];
    int64_t time[CRM__FACTS];
    int64_t money[CRM__FACTS];
    int64_t cost[CRM__FACTS];
    uint64_t line[CRM__FACTS];
    uint32_t lines[CRM__FACTS];
  } own;                            /* private */
} crm__facts;

/* Begins; then crm__facts_next answers 1 and a block, or 0 at the end. The host's watch is asked on the way; where it
 * stops the call there are no more blocks, and crm__facts_end fails. With occasions a day, orders of a customer are per
 * document all the same: callers that count occasions use crm__occasion_days or drop repeated days. */
void crm__facts_begin(crm__facts *facts);
int crm__facts_next(crm__facts *facts, const crm__scope *scope);
crm_status crm__facts_end(const crm__facts *facts, crm_error *error);

/* The same for a part of the documents: those of a split by the number of documents (crm__facts_split). A part does not
 * ask the watch. */
crm__split crm__facts_split(const crm__scope *scope);
void crm__facts_begin_part(crm__facts *facts, const crm__split *split, uint64_t part);

/* The line columns of one chunk, for facts that want their lines one by one; NULL where a column is absent. */
typedef struct crm__lines {
  uint64_t chunk;            /* private; begin with CRM__LINES_INIT */
  uint32_t count;            /* lines that the columns hold here */
  const uint8_t *code;
  const uint32_t *product;
  const int64_t *amount;     /* signed: returns at or under 0; likewise tax, quantity, cost, INT64_MIN: none */
  const int64_t *tax;
  const int64_t *quantity;
  const int64_t *cost;
  const int64_t *discount;
  const uint32_t *staff;     /* among names */
} crm__lines;

#define CRM__LINES_INIT { UINT64_MAX, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

void crm__lines_load(crm__lines *lines, const crm__scope *scope, uint64_t line);

/* Makes the columns of a line at hand; answers its place in them, and how many of count lines from it on lie there
 * too. */
static inline uint32_t crm__lines_at(crm__lines *lines, const crm__scope *scope, uint64_t line, uint32_t count,
                                     uint32_t *run)
{
  uint32_t place = (uint32_t)(line & (CRM__CHUNK - 1));
  if (line >> CRM__CHUNK_BITS != lines->chunk) {
    crm__lines_load(lines, scope, line);
  }
  *run = count < CRM__CHUNK - place ? count : (uint32_t)CRM__CHUNK - place;
  return place;
}

/* Whether a line is a sale (1), a return (2), or neither or outside revenue (0). */
static inline int crm__line_kind(uint32_t code)
{
  uint32_t class_of = code >> 2;
  return class_of >= CRM__CLASS_LIABILITY || (code & 3) > CRM__KIND_RETURN ? 0 : 1 + (int)(code & 3);
}

/* Whether a return line counts on another day than its document's. */
int crm__line_redated(const crm__scope *scope, uint64_t line);

/* What a sale or return line adds in the scope's basis of money. */
int64_t crm__line_money(const crm__scope *scope, uint64_t line, int sale);

/* Branches; CRM__NONE for a document without one. */
uint32_t crm__branches(const crm_store *store);
crm__key crm__branch_key(const crm_store *store, uint32_t branch);
crm_status crm__branch_ranks(crm__scope *scope, const uint32_t **ranks, crm_error *error);
uint32_t crm__document_branch(const crm_store *store, uint32_t document);

/* Documents, by ids below their number; in order of time, key and source (context: the store). */
uint32_t crm__document_ids(const crm_store *store);
crm__key crm__document_key(const crm_store *store, uint32_t document);
int crm__document_compare(const void *context, uint32_t a, uint32_t b);

/* The documents of a customer of the scope before as-of, whatever the period and branches, with the columns of
 * crm_store_customer_documents. Time: those of the customer; with accounts all customers too. */
crm_status crm__documents_table(crm__scope *scope, uint32_t customer, crm_table **table, crm_error *error);

/* 1 for a document of the scope that did not happen: its first line is a void. Such documents are no facts. */
int crm__document_void(const crm__scope *scope, uint32_t document, int64_t *time, uint64_t *line);

/* Documents that came after the month that begins on a day was over, and by how much they changed it. 0: none. */
int crm__reopened_month(const crm_store *store, int32_t first_day, int64_t *documents, int64_t *amount);

/* The customer with most orders, all time, where that is most likely no one person: more than CRM__SHARED_PERCENT of
 * all orders and many times those of the next one, among many; else CRM__NONE. */
#define CRM__SHARED_PERCENT 5

typedef struct crm__shared {
  uint32_t customer;
  int64_t most;      /* its orders, */
  int64_t next;      /* those of the next one, */
  int64_t orders;    /* and of all */
} crm__shared;

void crm__store_shared(const crm_store *store, crm__shared *shared);

/* What the lines of a product sum up to in the default scope. */
typedef struct crm__product_sum {
  int64_t revenue;
  int64_t units;
  int64_t cost;             /* of the lines that have one */
  int64_t lines;
  int64_t uncosted;         /* lines without a cost */
  uint32_t unsettled;       /* last is not known */
  int32_t last;             /* business day of the last sale line, INT32_MIN: none */
  int64_t on_last;          /* sale lines of that day */
} crm__product_sum;

/* The sums that the store keeps, where they are what a scope asks for, else NULL: of lines without a product, then by
 * product. */
const crm__product_sum *crm__kept_product_sums(const crm__scope *scope);

/* Products. */
uint32_t crm__products(const crm_store *store);
crm__key crm__product_key(const crm_store *store, uint32_t product);
crm_status crm__product_ranks(crm__scope *scope, const uint32_t **ranks, crm_error *error);
int32_t crm__quantity_digits(const crm_store *store);

/* What a cohort did in a period, for calendar periods and occasions that are documents. */
typedef struct crm__cell {
  int64_t customers;        /* that were active */
  int64_t revenue;
  int64_t orders;
} crm__cell;

/* The movement of customers at a place of their bits. */
typedef struct crm__moves {
  int64_t begun;            /* active there, not in the period before; at place 0 all that are active */
  int64_t lapsed;           /* active in the period before, not there */
  int64_t fresh;            /* active there, and it holds the first occasion ever */
  int64_t size;             /* it holds the first occasion ever */
} crm__moves;

/* Which customer ids are active in which period of a calendar. */
typedef struct crm__activity {
  int32_t periods;          /* rows; 0 where there are no facts in the scope */
  const int32_t *starts;    /* periods + 1 first days */
  uint32_t words;           /* 64-bit words of bits a customer */
  const int64_t *revenue;   /* by period, in the scope's basis, anonymous ones too */
  const int64_t *orders;    /* by period, the scope's occasions, anonymous ones too */
  const crm__moves *moves;  /* by place, periods + 2 of them */
  const crm__cell *cells;   /* NULL, or by period of the first occasion ever * periods + period: what the customers of
                             * that first period did in the period */
  int32_t first_day;        /* of the days that places are known for, */
  int32_t days;             /* their number, */
  const uint16_t *places;   /* and by day its bit */
  const unsigned char *bits_base;   /* private: by the functions below */
  size_t bits_stride;
  const unsigned char *ever_base;
  size_t ever_stride;
} crm__activity;

#define CRM__NO_PLACE UINT16_MAX

/* The bit of the period that holds a day: 0 the one before the first, p + 1 period p; CRM__NO_PLACE: neither. */
static inline uint16_t crm__activity_place(const crm__activity *activity, int32_t day)
{
  return day < activity->first_day || day >= activity->first_day + activity->days
           ? CRM__NO_PLACE
           : activity->places[day - activity->first_day];
}

/* A customer's bits, `words` words. Bit 0: an occasion of the scope in the period before the first, bit p + 1: one in
 * period p. */
static inline const uint64_t *crm__activity_bits(const crm__activity *activity, uint32_t customer)
{
  return (const uint64_t *)(const void *)(activity->bits_base + (size_t)customer * activity->bits_stride);
}

/* Business day of a customer's first occasion ever (before as-of, all branches); INT32_MAX: none. */
static inline int32_t crm__activity_ever(const crm__activity *activity, uint32_t customer)
{
  return *(const int32_t *)(const void *)(activity->ever_base + (size_t)customer * activity->ever_stride);
}

/* The period of that day; -1: before the first period, INT32_MAX: none or after the last. */
static inline int32_t crm__activity_first(const crm__activity *activity, uint32_t customer)
{
  int32_t day = crm__activity_ever(activity, customer);
  uint16_t place = crm__activity_place(activity, day);
  return day < activity->starts[0] ? -1 : place == CRM__NO_PLACE ? INT32_MAX : (int32_t)place - 1;
}

#define CRM__PERIODS 4096

/* Errors: LIMIT over CRM__PERIODS, ARGUMENT, MEMORY. */
crm_status crm__activity_compute(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                                 crm_error *error);

/* The same with cells, where they can be had. */
crm_status crm__activity_with_cells(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                                    crm_error *error);

#endif
