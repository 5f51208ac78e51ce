/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_FINDINGS_HISTORY_H
#define CRM_ANALYSIS_FINDINGS_HISTORY_H

#include "store/facts.h"

/* What is gathered for findings in one pass over the facts. */

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
  uint32_t exchanges;      /* documents with a sale and a return */
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

#endif
