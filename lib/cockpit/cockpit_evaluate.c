/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit_panel.h"

#include "base/error.h"

#include <crm/due.h>

#include <string.h>

/* Evaluating a cockpit: one computation of all KPIs that it names, from which every part is read. */

#define PERIODS 24
#define MOST_PERIODS 240

/* Notes which KPIs and which groupings a gauge or rule needs. */
static void need(const crm__watched *of, uint8_t *wanted, int32_t *groupings)
{
  wanted[of->kpi] = 1;
  if (of->target_kind == CRM__TARGET_KPI) {
    wanted[of->target_kpi] = 1;
  }
  groupings[of->by] = 1;
}

static int selected(const crm__panel *panel, const crm__watched *of)
{
  return crm__watched_by(of, panel->options.role);
}

static int64_t need_all(const crm__panel *panel, uint8_t *wanted, int32_t *groupings)
{
  const crm_cockpit *cockpit = panel->cockpit;
  int64_t count = 0;
  uint64_t i;
  for (i = 0; i < cockpit->gauge_count; i++) {
    if (selected(panel, &cockpit->gauges[i].of)) {
      need(&cockpit->gauges[i].of, wanted, groupings);
      count++;
    }
  }
  for (i = 0; i < cockpit->rule_count; i++) {
    if (selected(panel, &cockpit->rules[i].of)) {
      need(&cockpit->rules[i].of, wanted, groupings);
      count++;
    }
  }
  /* all together is computed with either grouping */
  groupings[CRM_KPI_TOGETHER] &= !groupings[CRM_KPI_BY_BRANCH] && !groupings[CRM_KPI_BY_STAFF];
  return count;
}

static crm_status compute(crm__panel *panel, const crm_scope *scope, const crm_calendar *calendar, const char **ids,
                          uint8_t *wanted, crm_error *error)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_scope own = CRM_SCOPE_INIT;
  int32_t groupings[CRM__KPI_GROUPINGS] = {0, 0, 0};
  int32_t k;
  int32_t by;
  crm_status status = scope == NULL ? CRM_OK : crm__struct_read(&own, sizeof own, scope, "crm_scope", error);
  if (status != CRM_OK) {
    return status;
  }
  if (need_all(panel, wanted, groupings) == 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "role", 0, -1, "there is no gauge and no rule for the role");
  }
  for (k = 0; k < crm__kpi_count(); k++) {
    panel->places[k] = wanted[k] ? (int32_t)options.kpi_count : -1;
    if (wanted[k]) {
      ids[options.kpi_count++] = crm__kpi_at(k)->id;
    }
  }
  options.kpis = ids;
  options.periods = panel->options.periods;
  options.running = panel->options.running != 0;
  options.lifecycle = panel->options.lifecycle;
  own.from = CRM_TIME_UNSET_FROM;
  for (by = 0; status == CRM_OK && by < CRM__KPI_GROUPINGS; by++) {
    options.group = by;
    if (groupings[by]) {
      status = crm_kpi_compute(panel->store, &own, calendar, &options, &panel->kpis[by], error);
    }
  }
  panel->periods = status == CRM_OK ? crm__panel_any(panel)->period_count : 0;
  return status;
}

static crm_status make_figures(crm__panel *panel, const crm_scope *scope, const crm_calendar *calendar,
                               crm_snapshot *made, crm_error *error)
{
  crm__memory scratch = crm__memory_fork(&panel->cockpit->memory);
  uint64_t count = (uint64_t)crm__kpi_count();
  const char **ids = crm__alloc_array(&scratch, count, sizeof *ids);
  uint8_t *wanted = crm__alloc_array_zero(&scratch, count, sizeof *wanted);
  crm__alerts alerts = {NULL, 0};
  int32_t by;
  crm_status status;
  panel->places = crm__alloc_array(&scratch, count, sizeof *panel->places);
  status = ids == NULL || wanted == NULL || panel->places == NULL
             ? crm__fail_memory(error)
             : compute(panel, scope, calendar, ids, wanted, error);
  if (status == CRM_OK) {
    status = crm__panel_gauges(panel, &made->gauges, error);
  }
  if (status == CRM_OK) {
    status = crm__panel_series(panel, &made->series, error);
  }
  if (status == CRM_OK) {
    status = crm__alerts_play(panel, &scratch, &alerts, error);
  }
  if (status == CRM_OK) {
    status = crm__panel_alerts(panel, &alerts, &made->alerts, error);
  }
  if (status == CRM_OK && (panel->options.parts & CRM_COCKPIT_PARTS_CAUSES)) {
    status = crm__panel_causes(panel, &alerts, scope, &made->causes, error);
  }
  crm__alerts_free(&scratch, &alerts);
  for (by = 0; by < CRM__KPI_GROUPINGS; by++) {
    crm_kpi_free(panel->kpis[by]);
  }
  crm__free_array(&scratch, panel->places, count, sizeof *panel->places);
  crm__free_array(&scratch, wanted, count, sizeof *wanted);
  crm__free_array(&scratch, (void *)ids, count, sizeof *ids);
  return status;
}

static crm_status check(crm_cockpit_options *options, crm_error *error)
{
  const int32_t all = CRM_COCKPIT_PARTS_FIGURES | CRM_COCKPIT_PARTS_FINDINGS | CRM_COCKPIT_PARTS_LISTS |
                      CRM_COCKPIT_PARTS_CAUSES;
  options->periods = options->periods == 0 ? PERIODS : options->periods;
  options->parts = options->parts == 0 ? all : options->parts;
  if (options->periods < 1 || options->periods > MOST_PERIODS) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "periods", 0, -1, "periods are 1 to %d", MOST_PERIODS);
  }
  if (options->parts < 0 || options->parts > all) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "parts", 0, -1, "there are no such parts");
  }
  if (options->language < CRM_LANGUAGE_ENGLISH || options->language > CRM_LANGUAGE_CHINESE) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "language", 0, -1, "no such language");
  }
  return CRM_OK;
}

static crm_status make(crm__panel *panel, const crm_scope *scope, const crm_calendar *calendar, crm_snapshot *made,
                       crm_error *error)
{
  crm_findings_options findings = CRM_FINDINGS_OPTIONS_INIT;
  int32_t parts = panel->options.parts;
  crm_status status = CRM_OK;
  findings.language = panel->options.language;
  findings.lifecycle = panel->options.lifecycle;
  if (parts & (CRM_COCKPIT_PARTS_FIGURES | CRM_COCKPIT_PARTS_CAUSES)) {
    status = make_figures(panel, scope, calendar, made, error);
  }
  if (status == CRM_OK && (parts & CRM_COCKPIT_PARTS_FINDINGS)) {
    status = crm_findings_compute(panel->store, scope, &findings, &made->findings, error);
  }
  if (status == CRM_OK && (parts & CRM_COCKPIT_PARTS_LISTS)) {
    status = crm_due_compute(panel->store, scope, NULL, &made->lists, error);
  }
  return status;
}

crm_status crm_cockpit_evaluate(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                const crm_cockpit *cockpit, const crm_cockpit_options *options,
                                crm_snapshot *snapshot, crm_error *error)
{
  static const crm_cockpit_options defaults = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot made = CRM_SNAPSHOT_INIT;
  crm__calendar ready;
  crm__panel panel;
  crm_status status = CRM_OK;
  if (store == NULL || cockpit == NULL || snapshot == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store, cockpit or snapshot is NULL");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  memset(&panel, 0, sizeof panel);
  panel.store = store;
  panel.cockpit = cockpit;
  panel.options = defaults;
  if (options != NULL) {
    status = crm__struct_read(&panel.options, sizeof panel.options, options, "crm_cockpit_options", error);
  }
  if (status == CRM_OK) {
    status = check(&panel.options, error);
  }
  if (status == CRM_OK) {
    status = crm__calendar_open(&ready, calendar, error);
    panel.calendar = &ready;
  }
  if (status == CRM_OK) {
    status = make(&panel, scope, calendar, &made, error);
  }
  if (status == CRM_OK) {
    status = crm__struct_write(snapshot, &made, sizeof made, "crm_snapshot", error);
  }
  if (status != CRM_OK) {
    crm_snapshot_clear(&made);
  }
  return status;
}

void crm_snapshot_clear(crm_snapshot *snapshot)
{
  if (snapshot == NULL) {
    return;
  }
  crm_table_free(snapshot->gauges);
  crm_table_free(snapshot->series);
  crm_table_free(snapshot->alerts);
  crm_table_free(snapshot->findings);
  crm_table_free(snapshot->lists);
  crm_table_free(snapshot->causes);
  snapshot->gauges = NULL;
  snapshot->series = NULL;
  snapshot->alerts = NULL;
  snapshot->findings = NULL;
  snapshot->lists = NULL;
  snapshot->causes = NULL;
}
