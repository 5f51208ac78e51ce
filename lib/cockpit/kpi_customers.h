/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_KPI_CUSTOMERS_H
#define CRM_COCKPIT_KPI_CUSTOMERS_H

#include "cockpit/kpi_handle.h"

/* What the files share that count customer by customer. */

/* One customer's deeds in order of segment and day, all together or of a group. */
typedef struct crm__kpi_unit {
  const crm__kpi_deed *deeds;
  uint32_t count;
  uint32_t group;
  int32_t ever;
} crm__kpi_unit;

/* What a unit did in a window. */
typedef struct crm__kpi_doings {
  int64_t orders;
  int64_t money;
  int64_t gap_days;
  int64_t gaps;
  int64_t prior;         /* orders in the period before, */
  int64_t prior_money;   /* and money */
} crm__kpi_doings;

#define CRM__KPI_CUTS 3

/* The least money of the customers up to each cut of the pyramid, in a window and in the period before it; INT64_MAX
 * where nobody has money above 0. */
typedef struct crm__kpi_cuts {
  int64_t own[CRM__KPI_CUTS];
  int64_t prior[CRM__KPI_CUTS];
} crm__kpi_cuts;

/* What a walk over the units does. */
enum {
  CRM__KPI_COUNTING,
  CRM__KPI_OWN,       /* values above 0 are put into the list of the window; without a list they are counted */
  CRM__KPI_PRIORS,    /* the same of the period before it */
  CRM__KPI_VALUE,     /* who is a value customer is counted, by the cuts */
  CRM__KPI_RECORDS    /* customers are put on the list that is asked for */
};

typedef struct crm__kpi_ledger {
  crm__kpi_work *work;
  crm__kpi_deed *dealt;          /* by customer */
  uint64_t *ends;            /* of each one's */
  uint64_t longest;          /* deeds of one customer at most, 0: not known yet */
  uint64_t *keys;            /* for so many: scratch of sorting */
  uint64_t *spare_keys;
  uint32_t *order;
  uint32_t *spare_order;
  crm__kpi_deed *sorted;
  int32_t doing;             /* CRM__KPI_COUNTING, ... */
  int32_t failed;            /* 1: no memory for records */
  int64_t *firsts;           /* by group, segment: customers whose first occasion in the group lies there */
  int64_t *starts;           /* by group, window: where its list begins, */
  int64_t *used;             /* and how many are in it */
  uint64_t *values;          /* the lists, NULL: counting */
  crm__kpi_cuts *cuts;       /* by group, window; NULL: not wanted */
  struct crm__kpi_shares *shares;   /* of the host's threads in a walk, NULL: none so far */
} crm__kpi_ledger;

/* Room to sort the deeds of one customer. 0: no memory. */
int crm__kpi_make_scratch(crm__kpi_ledger *all);

/* What a walk does with one customer. */
void crm__kpi_walk_customer(crm__kpi_ledger *all, uint32_t id, crm__kpi_deed *deeds, uint32_t count);

/* What a unit did in a window and in the period before it. */
void crm__kpi_look_at(const crm__kpi_work *work, const crm__kpi_unit *of, const crm__kpi_window *window,
                      crm__kpi_doings *did);

/* Walks over every customer's units (kpi_walk.c). The lists are filled after they have been counted. */
crm_status crm__kpi_walk(crm__kpi_ledger *all, crm_error *error);

/* Shares of the largest, the Gini coefficient; value customers. Each where it is wanted. */
crm_status crm__kpi_count_concentration(crm__kpi_ledger *all, crm_error *error);
crm_status crm__kpi_count_value(crm__kpi_ledger *all, crm_error *error);

/* What a unit adds to the bases of value customers in a window. */
void crm__kpi_add_value(const crm__kpi_ledger *all, const crm__kpi_unit *of, int32_t window, int64_t *cells);

#endif
