/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_REPEAT_H
#define CRM_REPEAT_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Repeat purchase, a row a rate: kpi, value, numerator, denominator, low, high (Wilson, 95 %), status (ok, undefined
 * where the denominator is 0).
 * repeat_rate: customers with two or more occasions in the period / with one or more.
 * repeat_rate_day: the same with the occasions of one business day counted once.
 * repeat_rate_90: of the customers whose first occasion ever lies in the period and at least 90 business days before
 * as-of, those with a second business day of purchase within 90 days, that of the first being one of them.
 * Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_repeat_compute(const crm_store *store, const crm_scope *scope, crm_table **table,
                                      crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
