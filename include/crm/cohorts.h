/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COHORTS_H
#define CRM_COHORTS_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Cohorts: customers by the period of their first occasion ever, followed through the periods after it. */

/* NULL stands for CRM_COHORTS_OPTIONS_INIT. */
typedef struct crm_cohorts_options {
  uint32_t struct_size;
  int32_t rolling_days;    /* 0: calendar periods; else windows of so many days from a customer's first business day */
} crm_cohorts_options;

#define CRM_COHORTS_OPTIONS_INIT { (uint32_t)sizeof(crm_cohorts_options), 0 }

/* A row a cohort and cell, by cohort then age: cohort, size, period (label of the cell's period; rolling: the age),
 * customers, rate (customers / size), low, high (Wilson, 95 %), complete (the cell is over at as-of for the whole
 * cohort), age (0 for the first), revenue, orders of the cohort in the cell. Cohorts that are empty have no rows. The
 * scope's from and to choose cohorts; cells run on to as-of. Errors: ARGUMENT, LIMIT (over 4096 periods), MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_cohorts_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                       const crm_cohorts_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
