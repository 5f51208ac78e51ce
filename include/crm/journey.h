/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_JOURNEY_H
#define CRM_JOURNEY_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Customers on their way through pipelines of the host's own stages, such as the steps of winning a target customer
 * (chosen, judged, planned, settled, cultivated, managed) or of bringing a product into use: how many came into each
 * stage, how many passed on, how long that took, who went back, who left. The stages are those of the table
 * `pipelines`, the entries those of the table `stages` that name a customer. Of those who entered, never of those who
 * are there now. docs/methods/journey.md holds the rules and a worked example. */

/* NULL stands for CRM_JOURNEY_OPTIONS_INIT. */
typedef struct crm_journey_options {
  uint32_t struct_size;
  int32_t horizon_days;    /* passing is watched for so many days; 0: 365 */
  const char *pipeline;    /* this one alone; NULL: each that a customer has an entry in */
  const char *by;          /* a column of names of `customers` (origin, region, segment, owner, channels) by which the
                            * customers are told apart too, as it is today, `owner` as of as-of; NULL: all together
                            * alone */
} crm_journey_options;

#define CRM_JOURNEY_OPTIONS_INIT { (uint32_t)sizeof(crm_journey_options), 0, NULL, NULL }

/* A row a pipeline, with an empty stage, for the whole way from the first entry to the last stage, and one for each of
 * its stages by position; with `by` the same once more for each group, by key, those without a value last: pipeline,
 * by (empty: all together), group, stage, position, entered (customers whose first entry lies in the period: the cases
 * of the rate), customers (in it at as-of), median_days (in it so far, the lower one in the middle), dwell_days (first
 * day by which half of the stays that began in the period were over, in whatever way, open ones censored: Kaplan and
 * Meier; empty: never seen), dwell_low, dwell_high (its interval of 95 %, by the log(-log); empty: not bounded),
 * pass_rate (of those that entered, the share that came to a higher stage within the horizon, of the whole way to the
 * last one: cumulative incidence of Aalen and Johansen, leaving the pipeline is a competing end, who is in it at as-of
 * is censored), low, high (95 %), at_risk (still watched at the horizon), passed, dropped (within it), pass_days
 * (first day by which half had passed; empty where that is past the horizon), returned (entries from a higher stage),
 * skipped (customers that passed by without entering), status (ok, undefined: nobody entered, immature: nobody has been
 * watched up to the horizon; top: the last stage, above which is nothing).
 * Of the scope count as_of, from, to (of entries), segment, internal and accounts. Errors: ARGUMENT (no such column,
 * horizon_days), NOT_FOUND (no such pipeline), LIMIT (over 64 stages in a pipeline), MEMORY. Time in proportion to
 * customers and entries, for each pipeline; a group costs its stages and the days of its longest stay. Since 0.1. */
CRM_API crm_status crm_journey_stages(const crm_store *store, const crm_scope *scope,
                                      const crm_journey_options *options, crm_table **table, crm_error *error);

/* A row a customer and pipeline that it ever entered, by pipeline and key: pipeline, customer, stage (empty: it has
 * left), entered, days (in the stage, or since it left), began (first entry), highest (stage so far), entries,
 * returned, skipped (stages passed by without entering), state (under_way, completed: has reached the last stage,
 * dropped: has left before). `by` is not looked at. Errors and time as above. Since 0.1. */
CRM_API crm_status crm_journey_members(const crm_store *store, const crm_scope *scope,
                                       const crm_journey_options *options, crm_table **table, crm_error *error);

/* Every stay in a stage, by pipeline, customer and time: pipeline, customer, stage, entered, left (empty: still in it),
 * days, came (began, next, skip: over stages between, back, again: after having left), went (on, back, out; empty:
 * still in it). key NULL: of all customers. Errors: as above, and NOT_FOUND (no such customer). Since 0.1. */
CRM_API crm_status crm_journey_history(const crm_store *store, const crm_scope *scope,
                                       const crm_journey_options *options, const char *key, crm_table **table,
                                       crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
