/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_OWNERSHIP_H
#define CRM_OWNERSHIP_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who looks after whom, from when on, and whom what happened is credited to. A customer with rows in `ownership` is
 * owned as they say: from each row's `from` to its `to` or the next row's `from`, by nobody in between and before the
 * first; one without any is the `owner`'s of `customers` at all times. What happened is credited to the owner at that
 * time and stays there after a hand-over. */

/* The times of ownership that begin before as-of, by customer, then from: customer, owner, from (null: always), to
 * (null: until further notice; a later hand-over that is known already shows). One row after another of the same owner
 * is one row. Customers who are owned by nobody at any time have none. Errors: ARGUMENT, MEMORY. Time in proportion to
 * customers and rows. Since 0.1. */
CRM_API crm_status crm_ownership_history(const crm_store *store, const crm_scope *scope, crm_table **table,
                                         crm_error *error);

/* What each owner has and has done, by key, nobody (null) last where anything is nobody's:
 * owner, left (1: the row in `staff` says that the person has left by as-of), customers (owned at as-of; those of
 * customer metrics), orders and revenue (of the period, in the scope's basis, credited to the owner at the time; of
 * known customers), won, lost (opportunities closed in the period), won_amount, open (opportunities open at as-of),
 * open_amount (amounts count as 0 where there are none), role, team (that the owner has at as-of, as
 * crm/organisation.h says; null: none). An opportunity is its own owner's; without one that of the customer's owner
 * when it was closed, or at as-of. Errors: ARGUMENT, MEMORY. Time: facts, rows, customers. Since 0.1. */
CRM_API crm_status crm_ownership_owners(const crm_store *store, const crm_scope *scope, crm_table **table,
                                        crm_error *error);

/* How well customers are looked after at as-of, a row a measure: measure, value (a share), numerator, denominator. Of
 * the customers of customer metrics that are known by then: owned (by somebody), orphaned (by nobody, or by somebody
 * who has left), known_to_several (two or more persons have owned them or had a contact with them). Null where there is
 * no customer. Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_ownership_summary(const crm_store *store, const crm_scope *scope, crm_table **table,
                                         crm_error *error);

/* NULL stands for CRM_HANDOVERS_OPTIONS_INIT. */
typedef struct crm_handovers_options {
  uint32_t struct_size;
  int32_t days;          /* before and after a hand-over that are compared, 1 to 3660; 0: 90 */
} crm_handovers_options;

#define CRM_HANDOVERS_OPTIONS_INIT { (uint32_t)sizeof(crm_handovers_options), 0 }

/* Every change of a customer's owner in the period, by time, then customer: customer, time, from_owner, to_owner
 * (null: nobody), open (opportunities of the customer open at that time, which went along), open_amount,
 * orders_before, revenue_before, orders_after, revenue_after (of so many days before and after, all branches, in the
 * scope's basis), complete (0: the days after are not over at as-of), from_role, from_team (of the former owner just
 * before), to_role, to_team (of the new one then; null: none). The first owner of a customer is no change, a
 * gap is one to nobody. Errors: ARGUMENT, MEMORY. Time: facts, rows, customers. Since 0.1. */
CRM_API crm_status crm_ownership_handovers(const crm_store *store, const crm_scope *scope,
                                           const crm_handovers_options *options, crm_table **table, crm_error *error);

/* What went along at these changes, a row an opportunity of the customer that was open at that time (one of two changes
 * has two), by time, customer, then opportunity: customer, time, from_owner, to_owner (of the change; null: nobody),
 * opportunity, owner (its own, as the last row of `stages` before that time says that names one; as its own row says
 * where none does at any time; null: none, or not known), stage (then, told likewise), amount (of its own row, what
 * open_amount adds up; null: none), outcome (at as-of: open, won, lost), closed (null: open). Errors: ARGUMENT, MEMORY.
 * Time: rows, customers. Since 0.1. */
CRM_API crm_status crm_ownership_moved(const crm_store *store, const crm_scope *scope, crm_table **table,
                                       crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
