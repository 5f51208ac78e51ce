/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_RHYTHM_H
#define CRM_RHYTHM_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How often customers buy, for how much, and when each is due again.
 * A gap is the number of business days from one business day of purchase in the period to the next one. */

/* A row a customer with an occasion in the period, by key:
 * customer, orders (occasions), spend (money in the scope's basis),
 * average_order (spend / orders in minor units, rounded half away from zero),
 * exposure_days (from the later of the period's first day and the customer's first occasion ever to the day of the
 * period's end, at least 1), frequency (365 * orders / exposure_days),
 * gaps (their number), median_gap (one decimal, which is exact), mean_gap, gap_cv (standard deviation over n / mean;
 * null under two gaps),
 * last (day of the last occasion in the period), next_due (last and the median gap, rounded up to a day),
 * overdue_days (as-of's day - next_due, at least 0).
 * Without a gap median_gap, mean_gap, next_due and overdue_days are null.
 * O(facts + customers) and the sort of both. Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_rhythm_compute(const crm_store *store, const crm_scope *scope, crm_table **table,
                                      crm_error *error);

/* The same of all these customers together, a row a measure: measure, value, numerator, denominator, n (cases), status
 * (ok; undefined where there is no case; overflow where the value does not fit, which is null then).
 * frequency: 365 * occasions / days of exposure. average_order: money / occasions, anonymous ones too.
 * orders_per_customer, spend_per_customer. median_gap (numerator and denominator null), mean_gap: over all gaps.
 * beyond_rhythm: of the customers with 3 gaps or more those who have been idle for over 3 of their own median gaps, the
 * churn of customers without a contract.
 * Values have six decimals, money among them in whole units; money among the numerators is in minor units.
 * Complexity and errors as above. Since 0.1. */
CRM_API crm_status crm_rhythm_summary(const crm_store *store, const crm_scope *scope, crm_table **table,
                                      crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
