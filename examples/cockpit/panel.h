/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_PANEL_H
#define COCKPIT_PANEL_H

#include "arguments.h"

/* Gauges and alert rules: the built-in ones of a role, or those of --cockpit and --alerts. */

/* Makes args->panel where the verb needs it. Answers EXIT_GOOD, or EXIT_UNUSABLE after one line on standard error. */
int panel_open(arguments *args);
void panel_free(arguments *args);

/* Evaluates parts of it (CRM_COCKPIT_PARTS_...). */
crm_status panel_evaluate(const crm_store *store, const arguments *args, int32_t parts, crm_snapshot *snapshot,
                          crm_error *error);

/* Messages are for people; CSV and JSON are the same in every language. */
int32_t panel_language(const arguments *args);

/* The verbs cockpit, series, alerts, causes, and gauges and rules, which show the definitions. */
crm_status panel_gauges(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status panel_series(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status panel_alerts(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status panel_causes(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status panel_gauge_rows(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status panel_rule_rows(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

#endif
