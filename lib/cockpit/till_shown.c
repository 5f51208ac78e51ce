/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till_followed.h"

#include "base/error.h"
#include "table/build.h"

/* Gauges and alerts as they stand, and what is asked of them. */

/* ---- as they stand ---- */

void crm__followed_read(const crm__till_gauges *of, uint64_t i, crm__followed *item)
{
  const crm__watched *watched = crm__followed_watched(of, i);
  const crm__gauge *gauge = crm__followed_gauge(of, i);
  int32_t last = of->panel.periods - 1;
  crm__alert alert;
  item->value = CRM__UNKNOWN;
  item->measure = CRM__UNKNOWN;
  item->since = -1;
  item->state = gauge != NULL ? -1 : CRM__NODATA;
  if (!item->followed || of->panel.periods == 0) {
    return;
  }
  if (gauge != NULL) {
    item->value = crm__panel_value(&of->panel, watched, 0, last)->value;
    item->measure = crm__panel_measure(&of->panel, watched, 0, last);
    item->state = crm__band_of(gauge, item->measure);
    return;
  }
  alert.rule = &of->panel.cockpit->rules[i - of->panel.cockpit->gauge_count];
  alert.group = 0;
  crm__alert_play(&of->panel, &alert);
  item->value = alert.measure;
  item->measure = alert.measure;
  item->state = alert.state;
  item->since = alert.since;
}

static const char *state_text(const crm__till_gauges *of, uint64_t i, int32_t state)
{
  const crm__gauge *gauge = crm__followed_gauge(of, i);
  if (gauge == NULL) {
    return crm__alert_state_name(state);
  }
  return state < 0 ? "" : gauge->names[state];
}

void crm__followed_refresh(crm__till_gauges *of, uint64_t i)
{
  crm__followed *item = &of->items[i];
  crm__followed before = *item;
  crm_till_moved *moved = &of->moved[of->moved_count];
  crm__followed_read(of, i, item);
  if (item->value == before.value && item->measure == before.measure && item->state == before.state &&
      item->since == before.since) {
    return;
  }
  moved->struct_size = (uint32_t)sizeof *moved;
  moved->what = crm__followed_gauge(of, i) != NULL ? CRM_COCKPIT_GAUGES : CRM_COCKPIT_ALERTS;
  moved->id = crm__followed_watched(of, i)->id;
  moved->kpi = crm__kpi_at(crm__followed_watched(of, i)->kpi)->id;
  moved->value_before = before.value;
  moved->value = item->value;
  moved->state_before = state_text(of, i, before.state);
  moved->state = state_text(of, i, item->state);
  of->moved_count++;
}

/* ---- asking ---- */

void crm__till_gauges_moved(const crm_till *till, int32_t *gauges, int32_t *alerts)
{
  const crm__till_gauges *of = till->gauges;
  uint64_t i;
  *gauges = 0;
  *alerts = 0;
  for (i = 0; of != NULL && i < of->moved_count; i++) {
    *gauges += of->moved[i].what == CRM_COCKPIT_GAUGES;
    *alerts += of->moved[i].what == CRM_COCKPIT_ALERTS;
  }
}

int64_t crm_till_moves(const crm_till *till)
{
  return till == NULL || till->gauges == NULL ? 0 : (int64_t)till->gauges->moved_count;
}

crm_status crm_till_move(const crm_till *till, int64_t index, crm_till_moved *moved, crm_error *error)
{
  if (till == NULL || moved == NULL || index < 0 || index >= crm_till_moves(till)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no place for the move, or no such move");
  }
  return crm__struct_write(moved, &till->gauges->moved[index], sizeof *moved, "crm_till_moved", error);
}

static crm_status check(const crm_till *till, crm_table **table, crm_error *error)
{
  if (till == NULL || table == NULL || till->gauges == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no cockpit in it, or no place for the table");
  }
  *table = NULL;
  return crm__till_check(till, error);
}

static const char *period_label(const crm__till_gauges *of, int32_t period)
{
  return period < 0 || period >= of->panel.periods ? NULL : of->kpis->periods[period].label;
}

static void put_text(crm_table *table, int32_t column, const char *text)
{
  crm__table_put_name(table, column, text[0] == '\0' ? NULL : text);
}

static void put_gauge(const crm__till_gauges *of, uint64_t i, crm_table *table)
{
  const crm__watched *watched = crm__followed_watched(of, i);
  const crm__followed *item = &of->items[i];
  int32_t last = of->panel.periods - 1;
  const crm_kpi_value *value = item->followed && last >= 0 ? crm__panel_value(&of->panel, watched, 0, last) : NULL;
  crm__table_put_name(table, 0, watched->id);
  crm__table_put_name(table, 1, crm__kpi_at(watched->kpi)->id);
  crm__table_put_name(table, 2, period_label(of, last));
  crm__put_known(table, 3, item->value);
  put_text(table, 4, state_text(of, i, item->state));
  crm__put_known(table, 5, value == NULL ? CRM__UNKNOWN : crm__panel_target(&of->panel, watched, 0, last));
  crm__put_known(table, 6, value == NULL ? CRM__UNKNOWN : value->change);
  crm__put_known(table, 7, value == NULL ? CRM__UNKNOWN : value->year_change);
  crm__table_put_name(table, 8, value == NULL ? NULL : crm__kpi_status_name(value->status));
  crm__put_known(table, 9, item->measure);
  crm__put_scope(table, 10, watched, watched->by == CRM_KPI_TOGETHER ? NULL : watched->key);
  crm__table_put(table, 11, item->followed);
}

crm_status crm_till_gauges(const crm_till *till, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"gauge", CRM_TYPE_TEXT, 0},     {"kpi", CRM_TYPE_TEXT, 0},
    {"period", CRM_TYPE_TEXT, 0},    {"value", CRM_TYPE_DECIMAL, 6},
    {"band", CRM_TYPE_TEXT, 0},      {"target", CRM_TYPE_DECIMAL, 6},
    {"change_previous", CRM_TYPE_DECIMAL, 6}, {"change_year", CRM_TYPE_DECIMAL, 6},
    {"status", CRM_TYPE_TEXT, 0},    {"measure", CRM_TYPE_DECIMAL, 6},
    {"scope", CRM_TYPE_TEXT, 0},     {"followed", CRM_TYPE_BOOLEAN, 0},
  };
  crm_status status = check(till, table, error);
  const crm__till_gauges *of;
  uint64_t i;
  if (status != CRM_OK) {
    return status;
  }
  of = till->gauges;
  status = crm__table_begin(&till->memory, "gauges", columns, 12, (int64_t)of->panel.cockpit->gauge_count, table,
                            error);
  for (i = 0; status == CRM_OK && i < of->panel.cockpit->gauge_count; i++) {
    if (crm__watched_by(crm__followed_watched(of, i), of->panel.options.role)) {
      put_gauge(of, i, *table);
    }
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

static void put_alert(const crm__till_gauges *of, uint64_t i, crm_table *table)
{
  const crm__rule *rule = &of->panel.cockpit->rules[i - of->panel.cockpit->gauge_count];
  const crm__followed *item = &of->items[i];
  crm__table_put_name(table, 0, rule->of.id);
  crm__table_put_name(table, 1, crm__kpi_at(rule->of.kpi)->id);
  crm__table_put_name(table, 2, item->followed ? crm__alert_state_name(item->state) : NULL);
  crm__table_put_name(table, 3, period_label(of, item->since));
  crm__put_known(table, 4, item->value);
  crm__put_scope(table, 5, &rule->of, rule->of.by == CRM_KPI_TOGETHER ? NULL : rule->of.key);
  crm__table_put_name(table, 6, crm__severity_name(rule->severity));
  crm__table_put(table, 7, item->followed);
}

crm_status crm_till_alerts(const crm_till *till, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"alert", CRM_TYPE_TEXT, 0},    {"kpi", CRM_TYPE_TEXT, 0},   {"state", CRM_TYPE_TEXT, 0},
    {"since", CRM_TYPE_TEXT, 0},    {"value", CRM_TYPE_DECIMAL, 6}, {"scope", CRM_TYPE_TEXT, 0},
    {"severity", CRM_TYPE_TEXT, 0}, {"followed", CRM_TYPE_BOOLEAN, 0},
  };
  crm_status status = check(till, table, error);
  const crm__till_gauges *of;
  uint64_t i;
  if (status != CRM_OK) {
    return status;
  }
  of = till->gauges;
  status = crm__table_begin(&till->memory, "alerts", columns, 8, (int64_t)of->panel.cockpit->rule_count, table, error);
  for (i = of->panel.cockpit->gauge_count; status == CRM_OK && i < of->item_count; i++) {
    if (crm__watched_by(crm__followed_watched(of, i), of->panel.options.role)) {
      put_alert(of, i, *table);
    }
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}
