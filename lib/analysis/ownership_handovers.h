/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_OWNERSHIP_HANDOVERS_H
#define CRM_ANALYSIS_OWNERSHIP_HANDOVERS_H

#include "analysis/ownership.h"

/* Changes of owners, and the opportunities that were open at them. */

typedef struct crm__handover {
  int64_t time;
  uint32_t customer;
  uint32_t from;          /* name ids, CRM__NONE: nobody */
  uint32_t to;
  uint32_t rank;          /* of the customer */
  int64_t open;           /* opportunities; these are for who finds the changes to fill in */
  int64_t open_amount;
  int64_t orders[2];      /* before, after */
  int64_t revenue[2];
} crm__handover;

typedef struct crm__handovers {
  crm__scope *scope;
  crm__owners owners;
  crm__handover *items;
  uint32_t count;
  const uint32_t *starts;   /* by customer */
} crm__handovers;

/* Those of the scope's period, by customer, then time; of the scope's scratch. */
crm_status crm__handovers_find(crm__scope *scope, crm__handovers *all, crm_error *error);

/* Their places by time, then customer; of the scope's scratch. NULL: no memory. */
uint32_t *crm__handovers_in_time(const crm__handovers *all);

/* Calls for every opportunity, at each change at which it was open. */
typedef void (*crm__handover_taker)(void *context, crm__handover *item, uint32_t opportunity);

void crm__handovers_each_open(const crm__handovers *all, crm__handover_taker take, void *context);

#endif
