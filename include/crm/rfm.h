/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_RFM_H
#define CRM_RFM_H

#include <crm/pyramid.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Recency, frequency, monetary: of the customers with an occasion in the period, R the business days from the last one
 * to as-of, F the occasions, M the money, each scored 1 (worst) to 5. Ties together: score = 1 + floor(5 w / n) with w
 * customers strictly worse. Ties split: score = 1 + floor(5 r / n) with r the rank from 0, ascending in goodness, equal
 * ones by key. docs/methods/rfm.md holds the grid of segments and a worked example. */

/* NULL stands for CRM_RFM_OPTIONS_INIT. */
typedef struct crm_rfm_options {
  uint32_t struct_size;
  int32_t ties;                   /* CRM_TIES_... */
  const int64_t *recency_cuts;    /* own cuts: four falling numbers of days; score 1 + the cuts that R is at or under */
  const int64_t *frequency_cuts;  /* four rising counts; score 1 + the cuts that F is at or over */
  const int64_t *monetary_cuts;   /* four rising amounts in minor units, likewise */
  const char *const *segments;    /* own grid: 25 segment ids, index (R - 1) * 5 + F - 1; NULL: the built-in one */
} crm_rfm_options;

#define CRM_RFM_OPTIONS_INIT { (uint32_t)sizeof(crm_rfm_options), 0, NULL, NULL, NULL, NULL }

/* Every customer with an occasion, by key: customer, recency_days, frequency, monetary, r, f, m, segment. The metadata
 * hold n and the effective edges of the scores 2 to 5 (with ties together, as own cuts they give the same scores).
 * Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_rfm_compute(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options,
                                   crm_table **table, crm_error *error);

/* A row a segment: segment, customers, customer_share, spend, spend_share, recency_days, frequency, monetary (the last
 * three are medians, of even counts the lower), in the grid's order from best to worst: of an own grid by R + F
 * falling, then R falling, as its names first appear. spend_share is of the spends above 0. Errors: ARGUMENT, MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_rfm_segments(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options,
                                    crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
