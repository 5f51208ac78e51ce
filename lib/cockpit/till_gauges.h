/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_TILL_GAUGES_H
#define CRM_COCKPIT_TILL_GAUGES_H

#include <crm/till.h>

/* The gauges and alerts of a till: what a cockpit's evaluation is made of, kept, so that a sale changes the sums of the
 * windows that it lies in and no more. The figures come of the sums by the same code as everywhere. */
typedef struct crm__till_gauges crm__till_gauges;

/* What a sale is to the gauges. */
typedef struct crm__rung_up {
  int32_t day;
  uint32_t orders;     /* 0: a return */
  int64_t money;
  uint32_t customer;   /* its facts in the store, CRM__NONE: it has none there */
  uint32_t posted;     /* its newest posted sale before this one, CRM__NONE: none */
} crm__rung_up;

/* Made of the options, and filled from the store by crm__till_gauges_fill. There are none without a cockpit. */
crm_status crm__till_gauges_create(crm_till *till, const crm_till_options *options, crm_error *error);
void crm__till_gauges_free(crm_till *till);

/* Makes all anew, of the store and the posted sales. Errors: those of crm_kpi_compute; OVERFLOW. */
crm_status crm__till_gauges_fill(crm_till *till, crm_error *error);

/* The change that a sale brings: prepared while it may fail, then made. Errors: MEMORY, OVERFLOW. */
crm_status crm__till_gauges_prepare(crm_till *till, const crm__rung_up *sale, crm_error *error);
void crm__till_gauges_apply(crm_till *till);

/* How many moves there were. */
void crm__till_gauges_moved(const crm_till *till, int32_t *gauges, int32_t *alerts);

#endif
