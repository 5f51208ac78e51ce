/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit_panel.h"

#include "analysis/population.h"
#include "base/error.h"
#include "table/build.h"

#include <crm/bridge.h>

#include <string.h>

/* Why figures moved: a bridge of revenue behind each alert. */

#define MOST 16       /* alerts that are looked behind */
#define TOP 3

/* A bridge that is made once for all alerts of the same scope and periods. */
typedef struct cause {
  const char *key;          /* of the branch, NULL: all together */
  int32_t before;           /* first day of the period compared with */
  crm_table *bridge;
} cause;

/* Whether a figure is made of sales, so that what moved revenue says something about it. */
static int is_of_sales(const crm__watched *of)
{
  const crm__kpi_entry *entry = crm__kpi_at(of->kpi);
  return strncmp(entry->inputs, "sales.", 6) == 0 &&
         (entry->unit == CRM_KPI_MONEY || entry->unit == CRM_KPI_COUNT || of->on == CRM__ON_TARGET);
}

static int has_cause(const crm__alert *of)
{
  return (of->state == CRM__FIRING || of->state == CRM__PENDING) && of->last >= 0 && of->group != CRM__NO_GROUP &&
         of->rule->of.by != CRM_KPI_BY_STAFF && is_of_sales(&of->rule->of);
}

/* The first day of the period that a rule compares with. */
static int32_t day_before(const crm__panel *panel, const crm__alert *of, int32_t start)
{
  int32_t year;
  int32_t month;
  int32_t day;
  if (of->rule->of.on == CRM__ON_CHANGE) {
    return crm__period_previous(panel->calendar, start);
  }
  crm__civil_from_days(start, &year, &month, &day);
  day = panel->calendar->options.period == CRM_PERIOD_WEEK || panel->calendar->options.period == CRM_PERIOD_DAY
          ? start - 364
          : crm__days_from_civil(year - 1, month, day);
  return crm__period_start(panel->calendar, day);
}

static crm_status make_bridge(const crm__panel *panel, const crm_scope *scope, const crm__alert *of, cause *made,
                              crm_error *error)
{
  const crm_kpi *kpis = crm__panel_kpis(panel, &of->rule->of);
  crm_bridge_options options = CRM_BRIDGE_OPTIONS_INIT;
  crm_scope own = CRM_SCOPE_INIT;
  crm__scope open;
  int32_t start = kpis->periods[of->last].start;
  crm_status status = scope == NULL ? CRM_OK : crm__struct_read(&own, sizeof own, scope, "crm_scope", error);
  if (status == CRM_OK) {
    status = crm__scope_open(&open, panel->store, &own, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  own.from = crm__day_instant(&open, start);
  own.to = crm__day_instant(&open, crm__period_next(panel->calendar, start));
  options.before_from = crm__day_instant(&open, made->before);
  options.before_to = crm__day_instant(&open, crm__period_next(panel->calendar, made->before));
  options.top = TOP;
  crm__scope_close(&open);
  if (made->key != NULL) {
    own.branches = &made->key;
    own.branch_count = 1;
  }
  return crm_bridge_compute(panel->store, &own, NULL, &options, &made->bridge, error);
}

/* The bridge of an alert, made now where none of those before is the same. NULL where there is nothing to compare. */
static crm_status find_bridge(const crm__panel *panel, const crm_scope *scope, const crm__alert *of, cause *causes,
                              int32_t *count, const cause **found, crm_error *error)
{
  const crm_kpi *kpis = crm__panel_kpis(panel, &of->rule->of);
  cause wanted = {NULL, 0, NULL};
  int32_t i;
  crm_status status;
  *found = NULL;
  wanted.key = crm__panel_key(panel, &of->rule->of, of->group);
  wanted.before = day_before(panel, of, kpis->periods[of->last].start);
  if (wanted.before == INT32_MIN) {
    return CRM_OK;
  }
  for (i = 0; i < *count; i++) {
    if (causes[i].before == wanted.before && (causes[i].key == NULL) == (wanted.key == NULL) &&
        (wanted.key == NULL || strcmp(causes[i].key, wanted.key) == 0)) {
      *found = &causes[i];
      return CRM_OK;
    }
  }
  status = make_bridge(panel, scope, of, &wanted, error);
  if (status == CRM_OK) {
    causes[*count] = wanted;
    *found = &causes[(*count)++];
  }
  return status;
}

/* ---- the table ---- */

enum { CAUSE_ALERT, CAUSE_SCOPE, CAUSE_AGAINST, CAUSE_PART, CAUSE_COLUMNS = CAUSE_PART + 8 };

/* The columns that are the bridge's, in the same order behind `part`. */
static const char *const copied[] = {"part", "key", "change", "share", "before", "after", "n_before", "n_after"};

static void put_copied(crm_table *table, int32_t column, const crm_table *bridge, int32_t from, int64_t row)
{
  size_t length;
  const char *text;
  if (crm_table_is_null(bridge, from, row)) {
    crm__table_put_null(table, column);
  } else if (column == CAUSE_PART || column == CAUSE_PART + 1) {
    text = crm_table_text(bridge, from, row, &length);
    crm__table_put_text(table, column, text, length);
  } else {
    crm__table_put(table, column, crm_table_integer(bridge, from, row));
  }
}

static void put_cause(const crm__panel *panel, const crm__alert *of, const cause *why, crm_table *table)
{
  int64_t row;
  int32_t c;
  for (row = 0; row < crm_table_rows(why->bridge); row++) {
    crm__table_put_name(table, CAUSE_ALERT, of->rule->of.id);
    crm__put_scope(table, CAUSE_SCOPE, &of->rule->of, crm__panel_key(panel, &of->rule->of, of->group));
    crm__table_put(table, CAUSE_AGAINST, why->before);
    for (c = 0; c < (int32_t)(sizeof copied / sizeof copied[0]); c++) {
      put_copied(table, CAUSE_PART + c, why->bridge, crm_table_find(why->bridge, copied[c]), row);
    }
  }
}

crm_status crm__panel_causes(const crm__panel *panel, const crm__alerts *alerts, const crm_scope *scope,
                             crm_table **table, crm_error *error)
{
  crm__table_column columns[CAUSE_COLUMNS] = {
    {"alert", CRM_TYPE_TEXT, 0},    {"scope", CRM_TYPE_TEXT, 0},   {"against", CRM_TYPE_DATE, 0},
    {"part", CRM_TYPE_TEXT, 0},     {"key", CRM_TYPE_TEXT, 0},     {"change", CRM_TYPE_MONEY, 0},
    {"share", CRM_TYPE_DECIMAL, 6}, {"before", CRM_TYPE_MONEY, 0}, {"after", CRM_TYPE_MONEY, 0},
    {"n_before", CRM_TYPE_INTEGER, 0}, {"n_after", CRM_TYPE_INTEGER, 0},
  };
  static const int32_t money[] = {CAUSE_PART + 2, CAUSE_PART + 4, CAUSE_PART + 5};
  cause causes[MOST];
  int32_t made = 0;
  int32_t looked = 0;
  uint64_t i;
  crm_status status;
  for (i = 0; i < sizeof money / sizeof money[0]; i++) {
    columns[money[i]].scale = crm_store_digits(panel->store);
  }
  status = crm__table_begin(&panel->cockpit->memory, "causes", columns, CAUSE_COLUMNS, 64, table, error);
  for (i = 0; status == CRM_OK && i < alerts->count && looked < MOST; i++) {
    const cause *why = NULL;
    if (has_cause(&alerts->items[i])) {
      looked++;
      status = find_bridge(panel, scope, &alerts->items[i], causes, &made, &why, error);
    }
    if (status == CRM_OK && why != NULL) {
      put_cause(panel, &alerts->items[i], why, *table);
    }
  }
  while (made > 0) {
    crm_table_free(causes[--made].bridge);
  }
  if (status != CRM_OK) {
    crm_table_free(*table);
    *table = NULL;
    return status;
  }
  return crm__table_finish(table, error);
}
