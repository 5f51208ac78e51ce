/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit_panel.h"

#include "base/wide.h"
#include "table/build.h"

/* The tables of gauges and of their series. */

#define MILLION 1000000

int32_t crm__band_of(const crm__gauge *gauge, int64_t measure)
{
  int32_t band = 0;
  if (gauge->bands == 0 || measure == CRM__UNKNOWN) {
    return -1;
  }
  while (band + 1 < gauge->bands && measure >= gauge->edges[band]) {
    band++;
  }
  return band;
}

static const char *direction_name(int32_t direction)
{
  static const char *const names[] = {"up", "down", "band"};
  return names[direction];
}

static void put_band(crm_table *table, int32_t column, const crm__gauge *gauge, int32_t band)
{
  crm__table_put_name(table, column, band < 0 ? NULL : gauge->names[band]);
}

/* Gauges and rules have a row for each group that they are for. */
static int64_t count_rows(const crm__panel *panel)
{
  const crm_cockpit *cockpit = panel->cockpit;
  int64_t rows = 0;
  uint64_t i;
  for (i = 0; i < cockpit->gauge_count; i++) {
    int32_t first;
    int32_t end;
    if (crm__watched_by(&cockpit->gauges[i].of, panel->options.role)) {
      crm__panel_groups(panel, &cockpit->gauges[i].of, &first, &end);
      rows += end - first;
    }
  }
  return rows;
}

/* ---- gauges ---- */

enum { GAUGE_ID, GAUGE_KPI, GAUGE_PERIOD, GAUGE_VALUE, GAUGE_BAND, GAUGE_TARGET, GAUGE_CHANGE, GAUGE_YEAR, GAUGE_STATUS,
       GAUGE_SCOPE, GAUGE_LABEL, GAUGE_LABEL_ZH, GAUGE_UNIT, GAUGE_DIRECTION, GAUGE_PREVIOUS, GAUGE_YEAR_BEFORE,
       GAUGE_ATTAINMENT, GAUGE_ON, GAUGE_MEASURE, GAUGE_BAND_LOW, GAUGE_BAND_HIGH, GAUGE_POSITION, GAUGE_N, GAUGE_LOW,
       GAUGE_HIGH, GAUGE_COMPLETE, GAUGE_FIRST_DAY, GAUGE_BANDS, GAUGE_MIN, GAUGE_MAX, GAUGE_COLUMNS };

/* Place between min and max, 0 to 1. */
static int64_t position_of(const crm__gauge *gauge, int64_t measure)
{
  int64_t result = 0;
  if (measure == CRM__UNKNOWN || gauge->min == CRM__UNKNOWN || gauge->max == CRM__UNKNOWN) {
    return CRM__UNKNOWN;
  }
  if (measure <= gauge->min) {
    return 0;
  }
  if (measure >= gauge->max) {
    return MILLION;
  }
  (void)crm__multiply_divide_round(measure - gauge->min, MILLION, gauge->max - gauge->min, &result);
  return result;
}

static void put_gauge(const crm__panel *panel, const crm__gauge *gauge, int32_t group, crm_table *table)
{
  static const crm_kpi_value nothing = {(uint32_t)sizeof(crm_kpi_value), CRM_KPI_NO_FACTS, INT64_MIN, INT64_MIN,
                                        INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN, INT64_MIN,
                                        INT64_MIN, 0, 0};
  const crm__watched *of = &gauge->of;
  const crm__kpi_entry *entry = crm__kpi_at(of->kpi);
  const crm_kpi *kpis = crm__panel_kpis(panel, of);
  int32_t last = panel->periods - 1;
  const crm_kpi_value *value = crm__panel_value(panel, of, group, last);
  int64_t target = crm__panel_target(panel, of, group, last);
  int64_t measure = crm__panel_measure(panel, of, group, last);
  int32_t band = crm__band_of(gauge, measure);
  value = value == NULL ? &nothing : value;
  crm__table_put_name(table, GAUGE_ID, of->id);
  crm__table_put_name(table, GAUGE_KPI, entry->id);
  crm__table_put_name(table, GAUGE_PERIOD, kpis->periods[last].label);
  crm__put_known(table, GAUGE_VALUE, value->value);
  put_band(table, GAUGE_BAND, gauge, band);
  crm__put_known(table, GAUGE_TARGET, target);
  crm__put_known(table, GAUGE_CHANGE, value->change);
  crm__put_known(table, GAUGE_YEAR, value->year_change);
  crm__table_put_name(table, GAUGE_STATUS, crm__kpi_status_name(value->status));
  crm__put_scope(table, GAUGE_SCOPE, of, crm__panel_key(panel, of, group));
  crm__table_put_name(table, GAUGE_LABEL, crm__label(of, CRM_LANGUAGE_ENGLISH));
  crm__table_put_name(table, GAUGE_LABEL_ZH, crm__label(of, CRM_LANGUAGE_CHINESE));
  crm__table_put_name(table, GAUGE_UNIT, crm__kpi_unit_name(entry->unit));
  crm__table_put_name(table, GAUGE_DIRECTION, direction_name(entry->direction));
  crm__put_known(table, GAUGE_PREVIOUS, value->previous);
  crm__put_known(table, GAUGE_YEAR_BEFORE, value->year_before);
  crm__put_known(table, GAUGE_ATTAINMENT, crm__attainment(value->value, target));
  crm__table_put_name(table, GAUGE_ON, crm__on_name(of->on));
  crm__put_known(table, GAUGE_MEASURE, measure);
  crm__put_known(table, GAUGE_BAND_LOW, band > 0 ? gauge->edges[band - 1] : CRM__UNKNOWN);
  crm__put_known(table, GAUGE_BAND_HIGH, band >= 0 && band + 1 < gauge->bands ? gauge->edges[band] : CRM__UNKNOWN);
  crm__put_known(table, GAUGE_POSITION, position_of(gauge, measure));
  crm__put_known(table, GAUGE_N, value->n);
  crm__put_known(table, GAUGE_LOW, value->low);
  crm__put_known(table, GAUGE_HIGH, value->high);
  crm__table_put(table, GAUGE_COMPLETE, kpis->periods[last].complete != 0);
  crm__table_put(table, GAUGE_FIRST_DAY, kpis->periods[last].start);
  crm__put_bands(table, GAUGE_BANDS, gauge);
  crm__put_known(table, GAUGE_MIN, gauge->min);
  crm__put_known(table, GAUGE_MAX, gauge->max);
}

crm_status crm__panel_gauges(const crm__panel *panel, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[GAUGE_COLUMNS] = {
    {"gauge", CRM_TYPE_TEXT, 0},       {"kpi", CRM_TYPE_TEXT, 0},           {"period", CRM_TYPE_TEXT, 0},
    {"value", CRM_TYPE_DECIMAL, 6},    {"band", CRM_TYPE_TEXT, 0},          {"target", CRM_TYPE_DECIMAL, 6},
    {"change_previous", CRM_TYPE_DECIMAL, 6}, {"change_year", CRM_TYPE_DECIMAL, 6}, {"status", CRM_TYPE_TEXT, 0},
    {"scope", CRM_TYPE_TEXT, 0},       {"label", CRM_TYPE_TEXT, 0},         {"label_zh", CRM_TYPE_TEXT, 0},
    {"unit", CRM_TYPE_TEXT, 0},        {"direction", CRM_TYPE_TEXT, 0},     {"previous", CRM_TYPE_DECIMAL, 6},
    {"year_before", CRM_TYPE_DECIMAL, 6}, {"attainment", CRM_TYPE_DECIMAL, 6}, {"on", CRM_TYPE_TEXT, 0},
    {"measure", CRM_TYPE_DECIMAL, 6},  {"band_low", CRM_TYPE_DECIMAL, 6},   {"band_high", CRM_TYPE_DECIMAL, 6},
    {"position", CRM_TYPE_DECIMAL, 6}, {"n", CRM_TYPE_INTEGER, 0},          {"low", CRM_TYPE_DECIMAL, 6},
    {"high", CRM_TYPE_DECIMAL, 6},     {"complete", CRM_TYPE_BOOLEAN, 0},   {"first_day", CRM_TYPE_DATE, 0},
    {"bands", CRM_TYPE_TEXT, 0},       {"min", CRM_TYPE_DECIMAL, 6},        {"max", CRM_TYPE_DECIMAL, 6},
  };
  const crm_cockpit *cockpit = panel->cockpit;
  uint64_t i;
  crm_status status;
  status = crm__table_begin(&cockpit->memory, "gauges", columns, GAUGE_COLUMNS, count_rows(panel), table, error);
  for (i = 0; status == CRM_OK && panel->periods > 0 && i < cockpit->gauge_count; i++) {
    const crm__gauge *gauge = &cockpit->gauges[i];
    int32_t group;
    int32_t end;
    if (crm__watched_by(&gauge->of, panel->options.role)) {
      for (crm__panel_groups(panel, &gauge->of, &group, &end); group < end; group++) {
        put_gauge(panel, gauge, group, *table);
      }
    }
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

/* ---- series ---- */

enum { SERIES_GAUGE, SERIES_KPI, SERIES_SCOPE, SERIES_PERIOD, SERIES_VALUE, SERIES_STATUS, SERIES_BAND, SERIES_TARGET,
       SERIES_FIRST_DAY, SERIES_COMPLETE, SERIES_UNIT, SERIES_COLUMNS };

static void put_series(const crm__panel *panel, const crm__gauge *gauge, int32_t group, crm_table *table)
{
  const crm__watched *of = &gauge->of;
  const crm_kpi *kpis = crm__panel_kpis(panel, of);
  int32_t p;
  for (p = 0; p < panel->periods; p++) {
    const crm_kpi_value *value = crm__panel_value(panel, of, group, p);
    crm__table_put_name(table, SERIES_GAUGE, of->id);
    crm__table_put_name(table, SERIES_KPI, crm__kpi_at(of->kpi)->id);
    crm__put_scope(table, SERIES_SCOPE, of, crm__panel_key(panel, of, group));
    crm__table_put_name(table, SERIES_PERIOD, kpis->periods[p].label);
    crm__put_known(table, SERIES_VALUE, value == NULL ? CRM__UNKNOWN : value->value);
    crm__table_put_name(table, SERIES_STATUS,
                        crm__kpi_status_name(value == NULL ? CRM_KPI_NO_FACTS : value->status));
    put_band(table, SERIES_BAND, gauge, crm__band_of(gauge, crm__panel_measure(panel, of, group, p)));
    crm__put_known(table, SERIES_TARGET, crm__panel_target(panel, of, group, p));
    crm__table_put(table, SERIES_FIRST_DAY, kpis->periods[p].start);
    crm__table_put(table, SERIES_COMPLETE, kpis->periods[p].complete != 0);
    crm__table_put_name(table, SERIES_UNIT, crm__kpi_unit_name(crm__kpi_at(of->kpi)->unit));
  }
}

crm_status crm__panel_series(const crm__panel *panel, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[SERIES_COLUMNS] = {
    {"gauge", CRM_TYPE_TEXT, 0},       {"kpi", CRM_TYPE_TEXT, 0},    {"scope", CRM_TYPE_TEXT, 0},
    {"period", CRM_TYPE_TEXT, 0},      {"value", CRM_TYPE_DECIMAL, 6}, {"status", CRM_TYPE_TEXT, 0},
    {"band", CRM_TYPE_TEXT, 0},        {"target", CRM_TYPE_DECIMAL, 6}, {"first_day", CRM_TYPE_DATE, 0},
    {"complete", CRM_TYPE_BOOLEAN, 0}, {"unit", CRM_TYPE_TEXT, 0},
  };
  const crm_cockpit *cockpit = panel->cockpit;
  uint64_t i;
  crm_status status = crm__table_begin(&cockpit->memory, "series", columns, SERIES_COLUMNS,
                                       panel->periods == 0 ? 0 : count_rows(panel) * panel->periods, table, error);
  for (i = 0; status == CRM_OK && panel->periods > 0 && i < cockpit->gauge_count; i++) {
    const crm__gauge *gauge = &cockpit->gauges[i];
    int32_t group;
    int32_t end;
    if (crm__watched_by(&gauge->of, panel->options.role)) {
      for (crm__panel_groups(panel, &gauge->of, &group, &end); group < end; group++) {
        put_series(panel, gauge, group, *table);
      }
    }
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}
