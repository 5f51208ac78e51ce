/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_CONVERSION_H
#define CRM_CONVERSION_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How long it takes until somebody buys: from being known by name, from the first contact, from the first opportunity,
 * to the first order. Who has not bought by as-of is censored there, never left out and never counted as a failure.
 * docs/methods/conversion.md holds a worked example. */

/* NULL stands for CRM_CONVERSION_OPTIONS_INIT. */
typedef struct crm_conversion_options {
  uint32_t struct_size;
  int32_t horizon_days;    /* the rate is of so many days; 0: 365 */
  const char *by;          /* a column of names of `customers` (origin, region, segment, owner, channels) by which the
                            * customers are told apart too, as it is today, `owner` as of as-of; NULL: all together
                            * alone */
} crm_conversion_options;

#define CRM_CONVERSION_OPTIONS_INIT { (uint32_t)sizeof(crm_conversion_options), 0, NULL }

/* A row a start (prospect: joined; contact: the first interaction; opportunity: the first created), and with `by` one
 * for each group after it, by key, those without a value last: start, by (empty: all together), group, customers
 * (whose start lies in the period and who had not bought on an earlier day), converted (have bought by as-of),
 * median_days (the first day by which half have, estimate of Kaplan and Meier; empty: never seen), low_days,
 * high_days (its interval of 95 %, by the log(-log) of the estimate: Brookmeyer and Crowley, 1982; empty: not
 * bounded), rate (share that buys within horizon_days), low, high (its interval), at_risk (watched up to the horizon
 * and still without an order), status (ok, undefined: no customer, immature: nobody has been watched up to the
 * horizon). Of the scope count as_of, from, to, segment, internal and accounts; the first order is the first ever, in
 * all branches. Errors: ARGUMENT (no such column, horizon_days), MEMORY. Time in proportion to documents,
 * interactions, opportunities; a group costs the days of its longest case. Since 0.1. */
CRM_API crm_status crm_conversion_compute(const crm_store *store, const crm_scope *scope,
                                          const crm_conversion_options *options, crm_table **table,
                                          crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
