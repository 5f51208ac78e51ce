/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_FINDINGS_H
#define CRM_ANALYSIS_FINDINGS_H

#include "store/facts.h"

/* Findings: what is gathered for them in one pass over the facts, the patterns that look at it, and what they found. */

#define CRM__HISTORY_MONTHS 48   /* complete ones before as-of, the last one at the end */
#define CRM__HISTORY_DAYS 620    /* complete ones before as-of, likewise */
#define CRM__HISTORY_YEAR 364    /* days, of the daily series of branches */

/* Two half-years, the last six complete months and the same six of the year before. */
typedef struct crm__halves {
  int64_t now;
  int64_t before;
  uint32_t now_count;      /* orders of a branch, sale lines of a product */
  uint32_t before_count;
  int32_t last;            /* day of the last sale ever, INT32_MIN: none */
} crm__halves;

/* What a person did in the last twelve complete months. */
typedef struct crm__clerk {
  uint32_t name;           /* among the store's names */
  uint32_t sales;          /* documents with a sale */
  uint32_t returns;        /* documents, or re-dated lines, with a return */
  uint32_t voids;
  uint32_t discounts;      /* documents with a discounted sale line */
  uint32_t reserved;
  int64_t discount;        /* of sale lines */
} crm__clerk;

typedef struct crm__history {
  crm__scope scope;        /* all history of the scope */
  crm_scope asked;         /* of it, for handles: as-of, customers */
  int32_t starts[CRM__HISTORY_MONTHS + 1];
  int32_t end_day;         /* the day after the last complete month */
  int32_t first_day;       /* of the first fact, INT32_MAX: there are none */
  int64_t revenue[CRM__HISTORY_MONTHS];
  int64_t orders[CRM__HISTORY_MONTHS];
  int64_t day_revenue[CRM__HISTORY_DAYS];
  int64_t day_orders[CRM__HISTORY_DAYS];
  uint32_t branches;       /* number of branch ids; the entry after them is for no branch */
  crm__halves *branch;
  uint32_t *branch_days;   /* by branch and the last CRM__HISTORY_YEAR days: documents */
  uint32_t products;
  crm__halves *product;
  uint32_t names;          /* number of name ids, of which some are segments of customers; likewise */
  crm__halves *segment;
  const uint32_t *segment_of;   /* by customer: the name of its `segment`, `names`: none */
  crm__clerk *clerks;      /* those who did anything, by the order of their names' keys */
  uint32_t clerk_count;
  int64_t *spend[3];       /* by customer: in the last twelve complete months, in the twelve before, and before these */
  uint32_t *visits;        /* by customer: orders in the last twelve complete months */
  const int32_t *ever;     /* by customer: day of the first occasion ever */
} crm__history;

crm_status crm__history_gather(crm__scope *scope, crm__history *history, crm_error *error);

/* Kinds, in the order in which equally strong ones stand. */
enum {
  CRM__FOUND_MEMBERS_WITHOUT_REVENUE,
  CRM__FOUND_FREQUENCY_TICKET_SPLIT,
  CRM__FOUND_CONCENTRATION_UP,
  CRM__FOUND_BRANCH_BEHIND,
  CRM__FOUND_PRODUCT_BEHIND,
  CRM__FOUND_SEGMENT_BEHIND,
  CRM__FOUND_VALUE_FALLING,
  CRM__FOUND_LEAK_UP,
  CRM__FOUND_PROMOTION_SLOWED,
  CRM__FOUND_STAFF_RETURNS,
  CRM__FOUND_STAFF_VOIDS,
  CRM__FOUND_STAFF_DISCOUNTS,
  CRM__FOUND_SHARED_CUSTOMER,
  CRM__FOUND_REOPENED_MONTH,
  CRM__FOUND_DEAD_STOCK,
  CRM__FOUND_DATA_GAP,
  CRM__FOUND_UNUSUAL_ORDERS,
  CRM__FOUND_UNUSUAL_REVENUE,
  CRM__FOUND_UNUSUAL_DAY,
  CRM__FOUND_KINDS
};

#define CRM__FOUND_VALUES 3

typedef struct crm__finding {
  int32_t kind;
  int32_t day;                /* first day of the period it is about, INT32_MIN: none */
  crm__key subject;           /* crm__key_none(): none */
  int64_t strength;           /* in hundredths; a finding begins at 100 */
  int64_t n;                  /* cases looked at */
  int64_t values[CRM__FOUND_VALUES];
} crm__finding;

/* A list that grows in the scope's scratch. */
typedef struct crm__found {
  crm__scope *scope;
  crm__finding *items;
  uint64_t count;
  uint64_t capacity;
  int failed;                 /* there was no memory; later ones are dropped */
} crm__found;

void crm__found_add(crm__found *found, const crm__finding *item);

/* The patterns. Each adds what it finds. */
void crm__find_growth(const crm__history *history, crm__found *found);   /* members, branches, products, segments */
crm_status crm__find_customers(const crm__history *history, crm__found *found, crm_error *error);
crm_status crm__find_lives(const crm__history *history, crm__found *found, crm_error *error);
void crm__find_clerks(const crm__history *history, crm__found *found);                 /* returns, voids, discounts */
crm_status crm__find_dead_stock(const crm__history *history, crm__found *found, crm_error *error);
void crm__find_reopened(const crm__history *history, crm__found *found);
void crm__find_odd_times(const crm__history *history, crm__found *found);        /* unusual months and days, gaps */

/* How a kind is told: its id, and its evidence and message. text has room for CRM__FOUND_TEXT bytes; answers the
 * length. language is 0 or 1 as CRM_LANGUAGE_... */
#define CRM__FOUND_TEXT 512
const char *crm__found_name(int32_t kind);
size_t crm__found_period(const crm__finding *finding, char *text);   /* 0: none */
size_t crm__found_evidence(const crm__finding *finding, int32_t digits, char *text);
size_t crm__found_message(const crm__finding *finding, int32_t digits, int32_t language, char *text);

#endif
