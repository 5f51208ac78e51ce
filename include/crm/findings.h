/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FINDINGS_H
#define CRM_FINDINGS_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Findings: named patterns that a good analyst would look for, each found by a stated rule, with what it rests on.
 * docs/methods/findings.md has the rules, and how often they are false alarms. */

#define CRM_LANGUAGE_ENGLISH 0
#define CRM_LANGUAGE_CHINESE 1

/* NULL stands for CRM_FINDINGS_OPTIONS_INIT. */
typedef struct crm_findings_options {
  uint32_t struct_size;
  int32_t language;       /* of the messages, CRM_LANGUAGE_... */
} crm_findings_options;

#define CRM_FINDINGS_OPTIONS_INIT { (uint32_t)sizeof(crm_findings_options), 0 }

/* A row a finding, the strongest first, equal ones in the order below, then by subject and period:
 * finding (its id), strength (how many times the bound at which a finding begins, two decimals), evidence (the figures
 * as name=value apart by blanks; rates with six decimals), message (a sentence), subject (the branch, product, person,
 * customer or figure it is about, null where it is none), period (a month or the first day, null where it is none),
 * n (cases looked at).
 *
 * members_without_revenue, frequency_ticket_split, concentration_up, branch_behind, product_behind, segment_behind,
 * value_falling, leak_up, promotion_slowed, staff_returns, staff_voids, staff_discounts, shared_customer,
 * reopened_month, dead_stock, data_gap, unusual_orders and unusual_revenue (of a month), unusual_day.
 *
 * Looked at are complete months before as-of, in the scope's branches and money; from and to are not. What has too
 * little history or too few cases is not found. One pass over the facts, with their lines. Errors: ARGUMENT, MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_findings_compute(const crm_store *store, const crm_scope *scope,
                                        const crm_findings_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
