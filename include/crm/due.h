/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_DUE_H
#define CRM_DUE_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lists to act on: whom to see to, and why. Each customer is measured by his own past. */

#define CRM_DUE_DUE 1       /* due by his own rhythm, now or within the next days */
#define CRM_DUE_OVERDUE 2   /* late beyond what is usual for him */
#define CRM_DUE_LOSING 4    /* a key account that spends much less than in the year before */
#define CRM_DUE_DORMANT 8   /* one of the most valuable customers, idle longer than customers are between purchases */

/* NULL stands for CRM_DUE_OPTIONS_INIT. Values outside what is said here are ARGUMENT. */
typedef struct crm_due_options {
  uint32_t struct_size;
  int32_t reasons;        /* CRM_DUE_... added up, 1 to 15 */
  int32_t gaps;           /* gaps that make a rhythm, and orders before of who is losing, at least 1 */
  int32_t ahead_days;     /* due also where the due day is so many days after as-of, 0 to 3660 */
  int32_t tolerance;      /* late by more than so many percent of the median gap is overdue, 0 to 10000 */
  int32_t window_days;    /* losing: the last so many days against as many before them, 1 to 3660 */
  int32_t drop;           /* losing: by at least so many basis points, 1 to 10000 */
  int32_t key_share;      /* key accounts, and the most valuable: the top so many basis points, 1 to 10000 */
  int32_t dormant_days;   /* idle longer than this, and than three of his own median gaps, is dormant; up to 36600; 0:
                           * the 90th percentile of all gaps */
  uint32_t reserved;
} crm_due_options;

#define CRM_DUE_OPTIONS_INIT { (uint32_t)sizeof(crm_due_options), 15, 3, 7, 50, 364, 4000, 500, 0, 0 }

/* A row a customer with a reason, the most valuable first, equal ones by key:
 * customer, owner (at as-of, null where there is none), last (business day of the last occasion),
 * due (last and the median gap, rounded up to a day; null without a rhythm), overdue_days (as-of's day - due, at least
 * 0; null likewise),
 * value (money of the 365 days that end with the last purchase: what a year of this customer is worth),
 * reason: the first that holds of dormant_vip, losing, overdue, due,
 * median_gap (one decimal), now and before (money of the last window and of the one before it), orders, last_contact
 * (day of the last interaction, null where there is none).
 * The scope's period says which facts are looked at; windows are counted back from as-of.
 * O(facts + customers) and the sort of both. Errors: ARGUMENT, MEMORY. docs/methods/due.md holds a worked example.
 * Since 0.1. */
CRM_API crm_status crm_due_compute(const crm_store *store, const crm_scope *scope, const crm_due_options *options,
                                   crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
