/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BRIDGE_H
#define CRM_BRIDGE_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why revenue moved from one period to another: the change cut up in several ways, each of which adds up to it
 * exactly. */

/* NULL stands for CRM_BRIDGE_OPTIONS_INIT. */
typedef struct crm_bridge_options {
  uint32_t struct_size;
  int32_t top;            /* most branches, products and customers to name; 0: 10 */
  int64_t before_from;    /* the period compared with, instants; both unset: just before the scope's and as long, or
                           * the calendar's period before */
  int64_t before_to;
} crm_bridge_options;

#define CRM_BRIDGE_OPTIONS_INIT { (uint32_t)sizeof(crm_bridge_options), 0, INT64_MIN, INT64_MAX }

/* From the period before to that of the scope; of a scope without a from to its last complete period of a calendar
 * (NULL: calendar months). A row a part: part, key, change (money), share
 * (change / all change; empty where that is 0), before, after (money), n_before, n_after, factor_before, factor_after
 * (six decimals). The parts are, in this order:
 * total: revenue.
 * Its factors, for the customers with an occasion: customers (factor: their number), orders_per_customer, order_value
 * (money / orders, in whole units); each one's effect is the mean over all orders in which the three can change one
 * after the other, rounded by largest remainder; where one of the periods has no order all is the effect of customers.
 * Beside them other: money of known customers without an occasion in the period (returns), and anonymous. These five
 * add up to total.
 * Customers by what became of them: new (first occasion ever in the period), resurrected (an occasion in it, none in
 * the one before, not new), kept (in both), lost (in the one before alone), idle (returns alone), anonymous_sales.
 * These six add up to total. n_before and n_after are customers.
 * branch, product, customer: the `top` ones by size of their change, the greater change first, then by key; an empty
 * key is documents without a branch, lines without a product, nobody known. Then branch_rest, product_rest,
 * customer_rest with all others, n_after being their number. Each three add up to total.
 * O(facts + lines) and the sort of each kind. Errors: ARGUMENT (the period before ends before it begins or
 * after as-of), MEMORY. Since 0.1. */
CRM_API crm_status crm_bridge_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                      const crm_bridge_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
