/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_PERIODS_H
#define CRM_PERIODS_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Periods in a row: money, occasions and the movement of customers. new: the first occasion ever is in the period;
 * returning: bought in it and in the one before, not new; resurrected: bought in it, not new, not in the one before;
 * lapsed: bought in the one before, not in it. Always active = new + returning + resurrected, and
 * active(t) = active(t-1) - lapsed(t) + new(t) + resurrected(t).
 *
 * A row a period, idle ones too, from the scope's from (or the first fact) to its end: month (the label, whatever the
 * period), revenue, orders, active, new, returning, resurrected, lapsed, complete (whether the period lies wholly
 * inside the scope), first_day. Errors: ARGUMENT, LIMIT (over 4096 periods), MEMORY. Since 0.1. */
CRM_API crm_status crm_periods_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                       crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
