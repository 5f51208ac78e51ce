/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "panel.h"

#include "values.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#define DEFAULT_ROLE "general"

/* ---- making one ---- */

/* The first row that cannot be meant, and how many more there are. */
static int report_problems(const crm_cockpit *cockpit, const char *path, int64_t bad)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *problems = NULL;
  size_t column_length;
  size_t message_length;
  const char *column;
  const char *message;
  char more[64] = "";
  if (crm_cockpit_problems(cockpit, &problems, &error) != CRM_OK) {
    return report_error(path, &error);
  }
  column = crm_table_text(problems, 2, 0, &column_length);
  message = crm_table_text(problems, 3, 0, &message_length);
  if (bad > 1) {
    (void)snprintf(more, sizeof more, " (and %lld more rows)", (long long)(bad - 1));
  }
  (void)report("%s: row %lld, column %.*s: %.*s%s", path, (long long)crm_table_integer(problems, 1, 0),
               (int)column_length, column, (int)message_length, message, more);
  crm_table_free(problems);
  return EXIT_UNUSABLE;
}

static int add(crm_cockpit *cockpit, int32_t what, const char *path)
{
  crm_error error = CRM_ERROR_INIT;
  int64_t bad = 0;
  crm_status status = path == NULL ? crm_cockpit_builtin(cockpit, what, &error)
                                   : crm_cockpit_read_file(cockpit, what, NULL, path, &bad, &error);
  if (status != CRM_OK) {
    return report_error(path, &error);
  }
  return bad > 0 ? report_problems(cockpit, path, bad) : EXIT_GOOD;
}

/* A role that no gauge and no rule is for is most likely a slip; one without a role is for every role. */
static int check_role(arguments *args)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *roles = NULL;
  char names[256] = "";
  int64_t row;
  int known = 0;
  if (crm_cockpit_roles(args->panel, &roles, &error) != CRM_OK) {
    return report_error("roles", &error);
  }
  for (row = 0; row < crm_table_rows(roles); row++) {
    size_t length;
    const char *name = crm_table_text(roles, 0, row, &length);
    size_t used = strlen(names);
    known |= args->role != NULL && strlen(args->role) == length && memcmp(args->role, name, length) == 0;
    (void)snprintf(names + used, sizeof names - used, "%s%.*s", used > 0 ? ", " : "", (int)length, name);
  }
  if (args->role == NULL && crm_table_rows(roles) > 0 && args->gauges == NULL && args->rules == NULL) {
    args->role = DEFAULT_ROLE;
    known = 1;
  }
  known |= args->role == NULL || crm_table_rows(roles) == 0;
  crm_table_free(roles);
  return known ? EXIT_GOOD : report("--role must be one of %s, not '%s'", names, args->role);
}

int panel_open(arguments *args)
{
  crm_error error = CRM_ERROR_INIT;
  if (!value_listed(args->verb->name, PANEL_VERBS)) {
    return EXIT_GOOD;
  }
  if (crm_cockpit_create(NULL, &args->panel, &error) != CRM_OK) {
    return report_error(NULL, &error);
  }
  if (add(args->panel, CRM_COCKPIT_GAUGES, args->gauges) != EXIT_GOOD ||
      add(args->panel, CRM_COCKPIT_ALERTS, args->rules) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  return check_role(args);
}

void panel_free(arguments *args)
{
  crm_cockpit_free(args->panel);
  args->panel = NULL;
}

/* ---- evaluating ---- */

int32_t panel_language(const arguments *args)
{
  return args->format == FORMAT_TEXT && args->language == LANGUAGE_CHINESE ? CRM_LANGUAGE_CHINESE
                                                                          : CRM_LANGUAGE_ENGLISH;
}

crm_status panel_evaluate(const crm_store *store, const arguments *args, int32_t parts, crm_snapshot *snapshot,
                          crm_error *error)
{
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  options.language = panel_language(args);
  options.role = args->role;
  options.periods = args->kpi.periods;
  options.running = args->kpi.running;
  options.lifecycle = &args->lifecycle;
  options.parts = parts;
  return crm_cockpit_evaluate(store, &args->scope, &args->calendar, args->panel, &options, snapshot, error);
}

/* Takes one table out of a snapshot. */
static crm_status take(const crm_store *store, const arguments *args, size_t which, crm_table **table,
                       crm_error *error)
{
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  int32_t parts = CRM_COCKPIT_PARTS_FIGURES | CRM_COCKPIT_PARTS_CAUSES;
  crm_status status = panel_evaluate(store, args, parts, &snapshot, error);
  if (status == CRM_OK) {
    crm_table **place = (crm_table **)(void *)((char *)&snapshot + which);
    *table = *place;
    *place = NULL;
  }
  crm_snapshot_clear(&snapshot);
  return status;
}

crm_status panel_gauges(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return take(store, args, offsetof(crm_snapshot, gauges), table, error);
}

crm_status panel_series(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return take(store, args, offsetof(crm_snapshot, series), table, error);
}

crm_status panel_alerts(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return take(store, args, offsetof(crm_snapshot, alerts), table, error);
}

crm_status panel_causes(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return take(store, args, offsetof(crm_snapshot, causes), table, error);
}

crm_status panel_gauge_rows(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  (void)store;
  return crm_cockpit_table(args->panel, CRM_COCKPIT_GAUGES, args->role, table, error);
}

crm_status panel_rule_rows(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  (void)store;
  return crm_cockpit_table(args->panel, CRM_COCKPIT_ALERTS, args->role, table, error);
}
