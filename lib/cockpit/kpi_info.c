/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_registry.h"

#include "base/error.h"
#include "table/build.h"

/* The registry as others see it. */

int64_t crm_kpi_count(void)
{
  return crm__kpi_count();
}

crm_status crm_kpi_info_at(int64_t index, crm_kpi_info *info, crm_error *error)
{
  crm_kpi_info made = CRM_KPI_INFO_INIT;
  const crm__kpi_entry *entry;
  if (index < 0 || index >= crm__kpi_count()) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "index", 0, -1, "the registry has no such place");
  }
  entry = crm__kpi_at((int32_t)index);
  made.unit = entry->unit;
  made.direction = entry->direction;
  made.level = (entry->form & CRM__FORM_LEVEL) != 0;
  made.revision = entry->revision;
  made.interval = (entry->form & CRM__FORM_CASES) != 0;
  made.id = entry->id;
  made.name = entry->name;
  made.name_zh = entry->name_zh;
  made.numerator = entry->numerator_words;
  made.denominator = entry->denominator_words;
  made.formula = entry->formula;
  made.inputs = entry->inputs;
  return crm__struct_write(info, &made, sizeof made, "crm_kpi_info", error);
}

crm_status crm_kpi_info_find(const char *id, crm_kpi_info *info, crm_error *error)
{
  int32_t index = crm__kpi_index(id);
  if (index < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kpi", 0, -1, "there is no such KPI");
  }
  return crm_kpi_info_at(index, info, error);
}

enum { COLUMN_KPI, COLUMN_NAME, COLUMN_NAME_ZH, COLUMN_UNIT, COLUMN_DIRECTION, COLUMN_LEVEL, COLUMN_FORMULA,
       COLUMN_NUMERATOR, COLUMN_DENOMINATOR, COLUMN_INPUTS, COLUMN_INTERVAL, COLUMN_DEFINITION, COLUMNS };

static void put_entry(crm_table *table, const crm__kpi_entry *entry)
{
  static const char *const directions[] = { "up", "down", "band" };
  char definition[CRM__KPI_DEFINITION];
  size_t length = crm__kpi_definition(entry, definition);
  crm__table_put_name(table, COLUMN_KPI, entry->id);
  crm__table_put_name(table, COLUMN_NAME, entry->name);
  crm__table_put_name(table, COLUMN_NAME_ZH, entry->name_zh);
  crm__table_put_name(table, COLUMN_UNIT, crm__kpi_unit_name(entry->unit));
  crm__table_put_name(table, COLUMN_DIRECTION, directions[entry->direction]);
  crm__table_put(table, COLUMN_LEVEL, (entry->form & CRM__FORM_LEVEL) != 0);
  crm__table_put_name(table, COLUMN_FORMULA, entry->formula);
  crm__table_put_name(table, COLUMN_NUMERATOR, entry->numerator_words);
  crm__table_put_name(table, COLUMN_DENOMINATOR, entry->denominator_words);
  crm__table_put_name(table, COLUMN_INPUTS, entry->inputs);
  crm__table_put(table, COLUMN_INTERVAL, (entry->form & CRM__FORM_CASES) != 0);
  crm__table_put_text(table, COLUMN_DEFINITION, definition, length);
}

crm_status crm_kpi_registry(const crm_config *config, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[COLUMNS] = {
    { "kpi", CRM_TYPE_TEXT, 0 },         { "name", CRM_TYPE_TEXT, 0 },        { "name_zh", CRM_TYPE_TEXT, 0 },
    { "unit", CRM_TYPE_TEXT, 0 },        { "direction", CRM_TYPE_TEXT, 0 },   { "level", CRM_TYPE_BOOLEAN, 0 },
    { "formula", CRM_TYPE_TEXT, 0 },     { "numerator", CRM_TYPE_TEXT, 0 },   { "denominator", CRM_TYPE_TEXT, 0 },
    { "inputs", CRM_TYPE_TEXT, 0 },      { "interval", CRM_TYPE_BOOLEAN, 0 }, { "definition", CRM_TYPE_TEXT, 0 }
  };
  crm__memory memory;
  crm_table *made = NULL;
  crm_status status;
  int32_t i;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  status = crm__memory_open(&memory, config, error);
  if (status == CRM_OK) {
    status = crm__table_begin(&memory, "kpis", columns, COLUMNS, crm__kpi_count(), &made, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < crm__kpi_count(); i++) {
    put_entry(made, crm__kpi_at(i));
  }
  status = crm__table_finish(&made, error);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}
