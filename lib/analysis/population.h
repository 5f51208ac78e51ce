/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_POPULATION_H
#define CRM_ANALYSIS_POPULATION_H

#include "store/facts.h"

/* What several analyses ask of the customers and facts of a scope. */

/* The ids of all customers in key order; of the scope's scratch. */
crm_status crm__customers_by_key(crm__scope *scope, const uint32_t **ids, crm_error *error);

/* The scope with its period widened to all history before as-of: flags of its facts then tell the branches alone.
 * Shares the scratch of the scope; it is not to be closed. */
crm__scope crm__scope_widened(const crm__scope *scope);

/* Whether an id is a customer of customer metrics that is there at as-of (crm__customer_acquaintance). Measures, which
 * may be NULL, know it of most without looking at more. */
int crm__customer_is_there(const crm__scope *scope, const crm__measures *measures, uint32_t customer);

/* Puts a name into a column of texts, null for CRM__NONE. */
void crm__put_named(crm_table *table, int32_t column, const crm_store *store, uint32_t name);

/* The instant at which a business day begins, INT64_MAX where that is past all instants. */
static inline int64_t crm__day_instant(const crm__scope *scope, int64_t day)
{
  return day < INT64_MAX / CRM_DAY ? day * CRM_DAY + scope->day_start : INT64_MAX;
}

/* The last business day of which anything lies before an instant. */
static inline int32_t crm__day_before(const crm__scope *scope, int64_t instant)
{
  return crm__business_day(instant - 1, scope->day_start);
}

/* Whether a business day begins in the scope's period, or is the one that the period begins in. */
static inline int crm__day_in_period(const crm__scope *scope, int32_t day)
{
  return (scope->from == INT64_MIN || day >= crm__business_day(scope->from, scope->day_start)) &&
         crm__day_instant(scope, day) < scope->to;
}

#endif
