/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_SUMMARY_H
#define CRM_SUMMARY_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What several analyses of one scope have in common, computed once: of every customer the first and last purchase, the
 * occasions, money and cost, and the periods in which it bought; of every period money and occasions. It is one pass
 * over the facts.
 *
 * An analysis whose scope points to a summary takes from it what it needs instead of going over the facts itself, where
 * the summary fits: the same store at the same data version, and a scope that means the same facts (from, to, as-of,
 * money, refunds, occasions, branches, internal, segment) and, for periods, a calendar that cuts them alike. One that
 * does not fit is passed over. Results are the same with and without, only the time differs: worth it from the second
 * analysis of a scope on. crm_pyramid_compute, the tables of crm/rfm.h, crm/repeat.h and crm/rhythm.h take measures;
 * crm_periods_compute and crm_cohorts_compute the activity. */

/* Makes a summary. Threads and watch are those of the scope's context; the memory is the summary's own: a cache line a
 * customer for up to 63 periods. It belongs to the store: free it first. Errors: ARGUMENT, LIMIT (over 4096 periods),
 * MEMORY, and what the watch answers. Time in proportion to documents. Since 0.1. */
CRM_API crm_status crm_summary_create(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                      crm_summary **summary, crm_error *error);

/* Frees a summary; no scope may point to it any more. NULL is let pass. Since 0.1. */
CRM_API void crm_summary_free(crm_summary *summary);

#ifdef __cplusplus
}
#endif

#endif
