/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_PROGRESS_H
#define CRM_PROGRESS_H

#include <crm/funnel.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Open opportunities one by one: how long each has stood in its stage, when the next step is due, when it is expected
 * to be closed and how often either was put off. The next step is due when the host says (`next_step` of opportunities
 * and stages), and where it does not by how long the won ones took. Stages, limits and as-of are those of crm/funnel.h.
 * docs/methods/progress.md holds the rules and a worked example. */

/* A row an opportunity that is open at as-of, by pipeline and key: opportunity, customer, owner, pipeline, stage
 * (empty: its pipeline has none), amount, created, entered (the stage), age_days, stage_days, limit_days (nine in
 * ten of the won ones had passed the stage by then; empty: fewer than 20 won), next_due (business day: next_step;
 * without one entered and limit_days, empty likewise), expected_close, close_overdue_days (as-of is past it by so many;
 * empty: it is not), slips (how often the date was put off), slipped_days (the last date less the first; below 0: it
 * was brought forward; empty: no date), last_contact (business day; empty: none), state (overdue: past expected_close;
 * stalled: past next_due; undated: has no expected_close; on_track), next_step (the host's date for the stage that it
 * is in; empty: none), step_overdue_days (as-of is past next_due by so many; empty: it is not), step_slips (how often a
 * step of the host's was put off, in any stage). Of the scope count as_of, segment and internal. Errors: those of
 * crm_funnel_compute. Time in proportion to opportunities, entries and contacts. Since 0.1. */
CRM_API crm_status crm_progress_opportunities(const crm_store *store, const crm_scope *scope,
                                              const crm_funnel_options *options, crm_table **table, crm_error *error);

/* The same in sums, a row a pipeline with an empty stage and one for each of its stages by position: pipeline,
 * stage, position, open, open_amount, to_30, to_60, to_90, over_90 (by days in the stage, of the whole way by age),
 * median_days, stalled, overdue (each counted by itself here), overdue_amount, slipped (put off at least once),
 * slip_rate (of those with a date), low, high (95 %), slips, slipped_days (sum of those put off), undated, quiet (no
 * contact for 30 days or ever), status (ok, undefined: none is open), without_step (no next_step), step_overdue (past
 * their next_step), step_slipped (put off at least once), step_slips. Errors: as above. Since 0.1. */
CRM_API crm_status crm_progress_stages(const crm_store *store, const crm_scope *scope,
                                       const crm_funnel_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
