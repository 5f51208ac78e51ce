/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_VIEW_H
#define CRM_VIEW_H

#include <crm/classes.h>
#include <crm/due.h>
#include <crm/lifecycle.h>
#include <crm/pyramid.h>
#include <crm/rfm.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Everything about one customer at as-of in one call, the "360 degree view": who it is, where it stands, and what
 * happened between it and the business. Figures are those of the analyses that have them, in the same scope;
 * docs/methods/view.md says of which, and holds a worked example. */

#define CRM_VIEW_PARTS_FIGURES 1    /* profile, life */
#define CRM_VIEW_PARTS_FACTS 2      /* the other tables */

/* NULL stands for CRM_VIEW_OPTIONS_INIT. */
typedef struct crm_view_options {
  uint32_t struct_size;
  int32_t parts;                            /* CRM_VIEW_PARTS_... added up; 0: all */
  const crm_pyramid_options *pyramid;       /* what tier, */
  const crm_rfm_options *rfm;               /* r, f, m and rfm_segment, */
  const crm_lifecycle_options *lifecycle;   /* stage, */
  const crm_due_options *due;               /* due_reason, */
  const crm_classes_options *classes;       /* and class mean, as in crm_segment_options; NULL: the defaults */
} crm_view_options;

#define CRM_VIEW_OPTIONS_INIT { (uint32_t)sizeof(crm_view_options), 0, NULL, NULL, NULL, NULL, NULL }

/* What a view gives; what was not asked for is NULL. The tables are the caller's. */
typedef struct crm_view {
  uint32_t struct_size;
  uint32_t reserved;
  crm_table *profile;
  crm_table *life;            /* as crm_lifecycle_history makes it of one customer */
  crm_table *customer;
  crm_table *keys;
  crm_table *documents;
  crm_table *opportunities;
  crm_table *stages;
  crm_table *interactions;
  crm_table *payments;
  crm_table *ownership;
  crm_table *changes;
} crm_view;

#define CRM_VIEW_INIT \
  { (uint32_t)sizeof(crm_view), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* Views the customer of a key, any of its own or, with accounts in the scope, of its account. All from the same data
 * version.
 *
 * profile, one row: customer (who stands for the key); spend, cost, profit, orders, average_order, first, last,
 * days_since_last, first_ever, purchase_days (as fields of expressions, crm_segment_fields); tier, rank (null outside
 * n), population (n), gap, margin (null outside n; as crm_pyramid_find); r, f, m, rfm_segment (as crm_rfm_compute);
 * stage, stage_since, stage_cause, stage_days (as crm_lifecycle_members); class, class_reason, class_since (as
 * crm_classes_compute); owner (at as-of, as crm_ownership_history); median_gap, next_due, overdue_days (as
 * crm_rhythm_compute), due_days (next_due less as-of's business day, under 0 once it is past), due_reason (as
 * crm_due_compute, null: none). Null where the analysis has no row of the customer.
 *
 * customer, one row: the columns and attributes of `customers`, of keys that were merged as the row says that speaks
 * for them all. keys, a row each key that counts as this customer, by key: key, customer (who stands for it).
 * documents: the columns of crm_store_customer_documents. opportunities, by created, then content: opportunity,
 * customer, created, closed, outcome (won, lost, open: as of as-of, closed is null while it is open), pipeline, stage,
 * stage_since (of the last entry in `stages` before as-of; without any entry at all the row's stage, since null; null
 * where the first is later), amount, probability, expected_close, owner, product, origin, competitor, next_step. stages
 * (entries of the customer and of its opportunities), interactions, payments, changes (of what is known of the
 * customer), by time, then content: the columns of those tables. ownership: owner, from, to as crm_ownership_history.
 *
 * Nothing is there that happened at or after as-of. What has no time of its own (customers, merges; what a row of
 * opportunities says of amount, owner and the like) is as it is kept. The period, branches and bases of the scope are
 * those of the figures; facts are listed from the first one on, of all branches.
 *
 * *view is written on success alone. Errors: NOT_FOUND (no such customer, or not in the scope at as-of: anonymous,
 * internal, outside its segment, later), ARGUMENT, MEMORY, and those of the analyses. Figures take the time of their
 * analyses, a pass over all facts each, since a rank is one among all; facts one over the rows of their tables.
 * Since 0.1. */
CRM_API crm_status crm_view_compute(const crm_store *store, const crm_scope *scope, const crm_view_options *options,
                                    const char *key, crm_view *view, crm_error *error);

/* Frees the tables of a view and leaves it empty. Since 0.1. */
CRM_API void crm_view_clear(crm_view *view);

#ifdef __cplusplus
}
#endif

#endif
