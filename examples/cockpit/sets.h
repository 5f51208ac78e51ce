/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_SETS_H
#define COCKPIT_SETS_H

#include "arguments.h"

/* Segments: --where, --define and the verbs that are about them. */

/* Verbs that compare two dates or periods. */
#define SETS_COMPARED "drift migration movements cultivation cultivated movers"

/* Verbs that make a list to write to. */
#define SETS_TARGETS "target suppressed screened"

/* Narrows the scope to the customers of --where; to be freed by sets_free. Answers EXIT_GOOD, or EXIT_UNUSABLE after
 * one line on standard error. */
int sets_select(arguments *args, const crm_store *store);
void sets_free(arguments *args);

/* How an expression is read: --define, and what tiers, scores and stages mean. */
crm_segment_options sets_options(const arguments *args);

/* Refuses what a verb cannot do without. */
int sets_check(const arguments *args);

/* Whether an error is about an expression; then says so. */
int sets_report(const arguments *args, const crm_error *error);

/* The scope that --since names: of that day, or with --from the period from it up to --from. */
crm_scope sets_before(const arguments *args);

crm_status sets_members(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_overlap(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_spending(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_drift(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_explain(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_target(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_suppressed(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_screened(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status sets_fields(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

#endif
