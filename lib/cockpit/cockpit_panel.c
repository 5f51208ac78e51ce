/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit_panel.h"

#include "base/pen.h"
#include "base/wide.h"
#include "table/build.h"

#include <string.h>

/* What gauges and alerts look up among the KPIs that were computed, and what their tables share. */

#define MILLION 1000000

const crm_kpi *crm__panel_any(const crm__panel *panel)
{
  int32_t by;
  for (by = 0; by < CRM__KPI_GROUPINGS; by++) {
    if (panel->kpis[by] != NULL) {
      return panel->kpis[by];
    }
  }
  return NULL;
}

const crm_kpi *crm__panel_kpis(const crm__panel *panel, const crm__watched *of)
{
  return of->by == CRM_KPI_TOGETHER ? crm__panel_any(panel) : panel->kpis[of->by];
}

void crm__panel_groups(const crm__panel *panel, const crm__watched *of, int32_t *first, int32_t *end)
{
  const crm_kpi *kpis = crm__panel_kpis(panel, of);
  int32_t g;
  *first = 0;
  *end = 1;
  if (of->by == CRM_KPI_TOGETHER) {
    return;
  }
  if (strcmp(of->key, "*") == 0) {
    *first = 1;
    *end = kpis->groups;
    return;
  }
  for (g = 1; g < kpis->groups && strcmp(kpis->group_keys[g], of->key) != 0; g++) {
  }
  *first = g < kpis->groups ? g : CRM__NO_GROUP;
  *end = *first + 1;
}

const char *crm__panel_key(const crm__panel *panel, const crm__watched *of, int32_t group)
{
  if (of->by == CRM_KPI_TOGETHER) {
    return NULL;
  }
  return group == CRM__NO_GROUP ? of->key : crm__panel_kpis(panel, of)->group_keys[group];
}

static const crm_kpi_value *value_of(const crm__panel *panel, const crm_kpi *kpis, int32_t kpi, int32_t group,
                                     int32_t period)
{
  int32_t place = panel->places[kpi];
  return &kpis->values[((int64_t)group * kpis->kpi_count + place) * kpis->period_count + period];
}

const crm_kpi_value *crm__panel_value(const crm__panel *panel, const crm__watched *of, int32_t group, int32_t period)
{
  return group == CRM__NO_GROUP ? NULL : value_of(panel, crm__panel_kpis(panel, of), of->kpi, group, period);
}

int64_t crm__attainment(int64_t value, int64_t target)
{
  int64_t result;
  if (value == CRM__UNKNOWN || target == CRM__UNKNOWN || target <= 0 ||
      crm__multiply_divide_round(value, MILLION, target, &result)) {
    return CRM__UNKNOWN;
  }
  return result;
}

int64_t crm__panel_target(const crm__panel *panel, const crm__watched *of, int32_t group, int32_t period)
{
  const crm_kpi_value *value = crm__panel_value(panel, of, group, period);
  int64_t result;
  if (value == NULL) {
    return CRM__UNKNOWN;
  }
  switch (of->target_kind) {
  case CRM__TARGET_NUMBER:
    return of->target;
  case CRM__TARGET_KPI:
    return value_of(panel, crm__panel_kpis(panel, of), of->target_kpi, group, period)->value;
  case CRM__TARGET_YEAR:
    if (value->year_before == CRM__UNKNOWN ||
        crm__multiply_divide_round(value->year_before, MILLION + of->target, MILLION, &result)) {
      return CRM__UNKNOWN;
    }
    return result;
  default:
    return CRM__UNKNOWN;
  }
}

int64_t crm__panel_measure(const crm__panel *panel, const crm__watched *of, int32_t group, int32_t period)
{
  const crm_kpi_value *value = crm__panel_value(panel, of, group, period);
  if (value == NULL || value->value == CRM__UNKNOWN) {
    return CRM__UNKNOWN;
  }
  switch (of->on) {
  case CRM__ON_CHANGE:
    return value->change;
  case CRM__ON_YEAR:
    return value->year_change;
  case CRM__ON_TARGET:
    return crm__attainment(value->value, crm__panel_target(panel, of, group, period));
  default:
    return value->value;
  }
}

void crm__put_known(crm_table *table, int32_t column, int64_t value)
{
  if (value == CRM__UNKNOWN) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, value);
  }
}

void crm__put_scope(crm_table *table, int32_t column, const crm__watched *of, const char *key)
{
  char text[CRM__COCKPIT_TEXT * 2];
  crm__pen pen = {text, sizeof text, 0};
  if (key == NULL) {
    crm__table_put_null(table, column);
    return;
  }
  crm__pen_text(&pen, of->by == CRM_KPI_BY_BRANCH ? "branch:" : "staff:");
  crm__pen_text(&pen, key);
  crm__table_put_text(table, column, text, pen.used);
}

const char *crm__label(const crm__watched *of, int32_t language)
{
  const crm__kpi_entry *entry = crm__kpi_at(of->kpi);
  const char *own = language == CRM_LANGUAGE_CHINESE ? of->label_zh : of->label;
  return own[0] != '\0' ? own : language == CRM_LANGUAGE_CHINESE ? entry->name_zh : entry->name;
}

const char *crm__on_name(int32_t on)
{
  static const char *const names[] = {"value", "change", "year", "target"};
  return names[on];
}
