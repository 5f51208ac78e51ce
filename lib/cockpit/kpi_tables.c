/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/error.h"
#include "table/build.h"

#include <string.h>

/* Looking KPIs up, and all of them as a table. */

#define NONE INT64_MIN

static crm_status check_state(const crm_kpi *kpi, crm_error *error)
{
  if (crm_store_version(kpi->store) != kpi->version) {
    return crm__fail(error, CRM_ERROR_STATE, "the store has changed since the KPIs were computed");
  }
  return CRM_OK;
}

/* ---- looking up ---- */

static int32_t find_kpi(const crm_kpi *kpi, const char *id)
{
  int32_t k = kpi->kpi_count - 1;
  while (k >= 0 && strcmp(crm__kpi_at(kpi->kpis[k])->id, id) != 0) {
    k--;
  }
  return k;
}

static int32_t find_period(const crm_kpi *kpi, const char *label)
{
  int32_t p = kpi->period_count - 1;
  while (label != NULL && p >= 0 && strcmp(kpi->periods[p].label, label) != 0) {
    p--;
  }
  return p;
}

static int32_t find_group(const crm_kpi *kpi, const char *key)
{
  int32_t g = key == NULL ? 0 : kpi->groups - 1;
  while (key != NULL && g > 0 && strcmp(kpi->group_keys[g], key) != 0) {
    g--;
  }
  return g == 0 && key != NULL ? -1 : g;
}

crm_status crm_kpi_find(const crm_kpi *kpi, const char *id, const char *period, const char *group,
                        crm_kpi_value *value, crm_error *error)
{
  int32_t k;
  int32_t p;
  int32_t g;
  crm_status status;
  if (kpi == NULL || id == NULL || value == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "kpi, id or value is NULL");
  }
  status = check_state(kpi, error);
  if (status != CRM_OK) {
    return status;
  }
  k = find_kpi(kpi, id);
  p = find_period(kpi, period);
  g = find_group(kpi, group);
  if (k < 0 || p < 0 || g < 0) {
    return crm__fail_at(error, CRM_ERROR_NOT_FOUND, NULL, k < 0 ? "kpi" : p < 0 ? "period" : "group", 0, -1,
                        "it is not among what was computed");
  }
  return crm__struct_write(value, &kpi->values[((int64_t)g * kpi->kpi_count + k) * kpi->period_count + p],
                           sizeof *kpi->values, "crm_kpi_value", error);
}

/* ---- the table ---- */

enum { COLUMN_KPI, COLUMN_PERIOD, COLUMN_VALUE, COLUMN_NUMERATOR, COLUMN_DENOMINATOR, COLUMN_UNIT, COLUMN_N,
       COLUMN_LOW, COLUMN_HIGH, COLUMN_STATUS, COLUMN_PREVIOUS, COLUMN_CHANGE, COLUMN_YEAR_BEFORE, COLUMN_YEAR_CHANGE,
       COLUMN_DEFINITION, COLUMN_COMPLETE, COLUMN_FIRST_DAY, COLUMN_GROUP, COLUMNS };

static void put(crm_table *table, int32_t column, int64_t value)
{
  if (value == NONE) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, value);
  }
}

static void put_value(const crm_kpi *kpi, crm_table *table, int32_t g, int32_t k, int32_t p)
{
  const crm__kpi_entry *entry = crm__kpi_at(kpi->kpis[k]);
  const crm_kpi_value *value = &kpi->values[((int64_t)g * kpi->kpi_count + k) * kpi->period_count + p];
  char definition[CRM__KPI_DEFINITION];
  crm__table_put_name(table, COLUMN_KPI, entry->id);
  crm__table_put_name(table, COLUMN_PERIOD, kpi->periods[p].label);
  put(table, COLUMN_VALUE, value->value);
  put(table, COLUMN_NUMERATOR, value->numerator);
  put(table, COLUMN_DENOMINATOR, value->denominator);
  crm__table_put_name(table, COLUMN_UNIT, crm__kpi_unit_name(entry->unit));
  put(table, COLUMN_N, value->n);
  put(table, COLUMN_LOW, value->low);
  put(table, COLUMN_HIGH, value->high);
  crm__table_put_name(table, COLUMN_STATUS, crm__kpi_status_name(value->status));
  put(table, COLUMN_PREVIOUS, value->previous);
  put(table, COLUMN_CHANGE, value->change);
  put(table, COLUMN_YEAR_BEFORE, value->year_before);
  put(table, COLUMN_YEAR_CHANGE, value->year_change);
  crm__table_put_text(table, COLUMN_DEFINITION, definition, crm__kpi_definition(entry, definition));
  crm__table_put(table, COLUMN_COMPLETE, value->complete);
  crm__table_put(table, COLUMN_FIRST_DAY, value->first_day);
  crm__table_put_name(table, COLUMN_GROUP, kpi->group_keys[g]);
}

crm_status crm_kpi_table(const crm_kpi *kpi, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[COLUMNS] = {
    { "kpi", CRM_TYPE_TEXT, 0 },            { "period", CRM_TYPE_TEXT, 0 },
    { "value", CRM_TYPE_DECIMAL, 6 },       { "numerator", CRM_TYPE_INTEGER, 0 },
    { "denominator", CRM_TYPE_INTEGER, 0 }, { "unit", CRM_TYPE_TEXT, 0 },
    { "n", CRM_TYPE_INTEGER, 0 },           { "low", CRM_TYPE_DECIMAL, 6 },
    { "high", CRM_TYPE_DECIMAL, 6 },        { "status", CRM_TYPE_TEXT, 0 },
    { "previous", CRM_TYPE_DECIMAL, 6 },    { "change", CRM_TYPE_DECIMAL, 6 },
    { "year_before", CRM_TYPE_DECIMAL, 6 }, { "year_change", CRM_TYPE_DECIMAL, 6 },
    { "definition", CRM_TYPE_TEXT, 0 },     { "complete", CRM_TYPE_BOOLEAN, 0 },
    { "first_day", CRM_TYPE_DATE, 0 },      { "group", CRM_TYPE_TEXT, 0 }
  };
  crm_table *made = NULL;
  crm_status status;
  int32_t g;
  int32_t k;
  int32_t p;
  if (kpi == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "kpi or table is NULL");
  }
  status = check_state(kpi, error);
  if (status == CRM_OK) {
    status = crm__table_begin(&kpi->memory, "kpi", columns, COLUMNS,
                              (int64_t)kpi->groups * kpi->kpi_count * kpi->period_count, &made, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (k = 0; k < crm_table_meta_count(kpi->empty); k++) {
    crm__table_meta_text(made, crm_table_meta_key(kpi->empty, k), crm_table_meta_value(kpi->empty, k));
  }
  for (g = 0; g < kpi->groups; g++) {
    for (k = 0; k < kpi->kpi_count; k++) {
      for (p = 0; p < kpi->period_count; p++) {
        put_value(kpi, made, g, k, p);
      }
    }
  }
  status = crm__table_finish(&made, error);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}
