/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FUNNEL_H
#define CRM_FUNNEL_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opportunities on their way through the stages of a pipeline: who entered each stage, how many came further, how many
 * were lost, where they stand still. Of those who entered, never of those who are there now. */

/* NULL stands for CRM_FUNNEL_OPTIONS_INIT. */
typedef struct crm_funnel_options {
  uint32_t struct_size;
  int32_t horizon_days;    /* promotion is watched for so many days; 0: 365 */
  const char *pipeline;    /* this one alone; NULL: each */
} crm_funnel_options;

#define CRM_FUNNEL_OPTIONS_INIT { (uint32_t)sizeof(crm_funnel_options), 0, NULL }

/* A row a pipeline, with an empty stage, for the whole way from created to won, and one for each of its stages by
 * position: pipeline, stage, position, entered (opportunities, of each the first entry, in the period), open (of all:
 * in the stage at as-of), open_amount, median_days (in the stage so far, of those open), promotion_rate (of those that
 * entered, the share that came to a higher stage or was won within the horizon: cumulative incidence of Aalen and
 * Johansen, lost is a competing end, open is censored), n (cases), low, high (95 %), at_risk (still watched at the
 * horizon), promoted, lost, promotion_days (first day by which half were promoted), returned (entries from a higher
 * stage), skipped (opportunities that passed by without entering), stalled (open in the stage for longer than nine in
 * ten of the won ones were; empty: fewer than 20 won), won_rate (of those that entered, won / (won + lost), of the
 * closed), status (ok, undefined: nothing entered, immature: nothing watched up to the horizon).
 * Of the scope count as_of, from, to (of entries), segment and internal. Errors: ARGUMENT, NOT_FOUND (no such
 * pipeline), LIMIT (over 64 stages in a pipeline), MEMORY. Time in proportion to opportunities and entries.
 * Since 0.1. */
CRM_API crm_status crm_funnel_compute(const crm_store *store, const crm_scope *scope,
                                      const crm_funnel_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
