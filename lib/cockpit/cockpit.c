/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit.h"

#include "base/error.h"
#include "base/pen.h"
#include "table/build.h"

#include <string.h>

/* Making a cockpit, and showing what is in it. */

crm_status crm_cockpit_create(const crm_config *config, crm_cockpit **cockpit, crm_error *error)
{
  crm__memory memory;
  crm_cockpit *made;
  crm_status status;
  if (cockpit == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the cockpit");
  }
  *cockpit = NULL;
  status = crm__memory_open(&memory, config, error);
  if (status != CRM_OK) {
    return status;
  }
  made = crm__alloc_zero(&memory, sizeof *made);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->memory = memory;
  *cockpit = made;
  return CRM_OK;
}

void crm_cockpit_free(crm_cockpit *cockpit)
{
  crm__memory memory;
  if (cockpit == NULL) {
    return;
  }
  memory = cockpit->memory;
  crm__free_array(&memory, cockpit->gauges, cockpit->gauge_capacity, sizeof *cockpit->gauges);
  crm__free_array(&memory, cockpit->rules, cockpit->rule_capacity, sizeof *cockpit->rules);
  crm__free_array(&memory, cockpit->problems, cockpit->problem_capacity, sizeof *cockpit->problems);
  crm__free(&memory, cockpit, sizeof *cockpit);
}

int crm__watched_by(const crm__watched *of, const char *role)
{
  size_t length = role == NULL ? 0 : strlen(role);
  const char *at = of->roles;
  if (role == NULL || at[0] == '\0') {
    return 1;
  }
  while (*at != '\0') {
    size_t word = strcspn(at, " ");
    if (word == length && memcmp(at, role, length) == 0) {
      return 1;
    }
    at += word + (at[word] == ' ');
  }
  return 0;
}

int32_t crm__measure_unit(const crm__watched *of)
{
  return of->on == CRM__ON_VALUE ? crm__kpi_at(of->kpi)->unit : CRM_KPI_RATE;
}

const char *crm__severity_name(int32_t severity)
{
  static const char *const names[] = {"info", "warning", "critical"};
  return names[severity];
}

/* ---- problems ---- */

crm_status crm_cockpit_problems(const crm_cockpit *cockpit, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"table", CRM_TYPE_TEXT, 0}, {"row", CRM_TYPE_INTEGER, 0}, {"column", CRM_TYPE_TEXT, 0},
    {"message", CRM_TYPE_TEXT, 0},
  };
  uint64_t i;
  crm_status status;
  if (cockpit == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "cockpit or table is NULL");
  }
  *table = NULL;
  status = crm__table_begin(&cockpit->memory, "problems", columns, 4, (int64_t)cockpit->problem_count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < cockpit->problem_count; i++) {
    const crm__problem *of = &cockpit->problems[i];
    crm__table_put_name(*table, 0, of->what == CRM_COCKPIT_GAUGES ? "gauges" : "alerts");
    crm__table_put(*table, 1, of->row);
    crm__table_put_name(*table, 2, of->column[0] == '\0' ? NULL : of->column);
    crm__table_put_name(*table, 3, of->message);
  }
  return crm__table_finish(table, error);
}

/* ---- the tables again ---- */

#define CELL 512

static void put_cell(crm_table *table, int32_t column, const crm__pen *pen)
{
  if (pen->used == 0) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put_text(table, column, pen->text, pen->used);
  }
}

static void put_text(crm_table *table, int32_t column, const char *text)
{
  crm__table_put_name(table, column, text[0] == '\0' ? NULL : text);
}

/* A level without the zeros at its end. */
static void write_level(crm__pen *pen, int64_t level)
{
  int32_t scale = 6;
  for (; scale > 0 && level % 10 == 0; scale--) {
    level /= 10;
  }
  crm__pen_decimal(pen, level, scale);
}

static void put_level(crm_table *table, int32_t column, int64_t level)
{
  char text[CELL];
  crm__pen pen = {text, sizeof text, 0};
  if (level != CRM__UNKNOWN) {
    write_level(&pen, level);
  }
  put_cell(table, column, &pen);
}

static void put_scope(crm_table *table, int32_t column, const crm__watched *of)
{
  char text[CELL];
  crm__pen pen = {text, sizeof text, 0};
  if (of->by != CRM_KPI_TOGETHER) {
    crm__pen_text(&pen, of->by == CRM_KPI_BY_BRANCH ? "branch:" : "staff:");
    crm__pen_text(&pen, of->key);
  }
  put_cell(table, column, &pen);
}

static void put_target(crm_table *table, int32_t column, const crm__watched *of)
{
  char text[CELL];
  crm__pen pen = {text, sizeof text, 0};
  if (of->target_kind == CRM__TARGET_KPI) {
    crm__pen_text(&pen, "kpi:");
    crm__pen_text(&pen, crm__kpi_at(of->target_kpi)->id);
  } else if (of->target_kind == CRM__TARGET_YEAR) {
    crm__pen_text(&pen, of->target < 0 ? "year" : "year+");
    write_level(&pen, of->target * 100);
    crm__pen_text(&pen, "%");
  } else if (of->target_kind == CRM__TARGET_NUMBER) {
    write_level(&pen, of->target);
  }
  put_cell(table, column, &pen);
}

void crm__put_bands(crm_table *table, int32_t column, const crm__gauge *of)
{
  char text[CELL];
  crm__pen pen = {text, sizeof text, 0};
  int32_t b;
  for (b = 0; b < of->bands; b++) {
    if (b > 0) {
      crm__pen_text(&pen, " ");
      write_level(&pen, of->edges[b - 1]);
      crm__pen_text(&pen, " ");
    }
    crm__pen_text(&pen, of->names[b]);
  }
  put_cell(table, column, &pen);
}

static const char *on_name(int32_t on)
{
  static const char *const names[] = {"value", "change", "year", "target"};
  return names[on];
}

/* Puts the columns that both tables have, and answers the next one. */
static int32_t put_watched(crm_table *table, const crm__watched *of)
{
  put_text(table, 0, of->id);
  put_text(table, 1, crm__kpi_at(of->kpi)->id);
  put_text(table, 2, of->roles);
  put_scope(table, 3, of);
  put_text(table, 4, on_name(of->on));
  put_target(table, 5, of);
  put_text(table, 6, of->label);
  put_text(table, 7, of->label_zh);
  put_text(table, 8, crm__kpi_unit_name(crm__kpi_at(of->kpi)->unit));
  return 9;
}

static void put_gauge(crm_table *table, const crm__gauge *of)
{
  int32_t at = put_watched(table, &of->of);
  crm__put_bands(table, at, of);
  put_level(table, at + 1, of->min);
  put_level(table, at + 2, of->max);
}

static void put_rule(crm_table *table, const crm__rule *of)
{
  int32_t at = put_watched(table, &of->of);
  put_text(table, at, of->when == CRM__ABOVE ? "above" : "below");
  put_level(table, at + 1, of->set);
  put_level(table, at + 2, of->clear);
  put_level(table, at + 3, (int64_t)of->periods * 1000000);
  put_text(table, at + 4, crm__severity_name(of->severity));
}

crm_status crm_cockpit_table(const crm_cockpit *cockpit, int32_t what, const char *role, crm_table **table,
                             crm_error *error)
{
  crm__table_column columns[16];
  const char *const *names;
  int32_t count = 0;
  uint64_t i;
  crm_status status;
  if (cockpit == NULL || table == NULL || (what != CRM_COCKPIT_GAUGES && what != CRM_COCKPIT_ALERTS)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "cockpit or table is NULL, or no such table");
  }
  *table = NULL;
  for (names = crm__cockpit_columns(what); names[count] != NULL; count++) {
    columns[count].name = names[count] + (names[count][0] == '*');
    columns[count].type = CRM_TYPE_TEXT;
    columns[count].scale = 0;
  }
  status = crm__table_begin(&cockpit->memory, what == CRM_COCKPIT_GAUGES ? "gauge_definitions" : "alert_definitions",
                            columns, count, 64, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; what == CRM_COCKPIT_GAUGES && i < cockpit->gauge_count; i++) {
    if (crm__watched_by(&cockpit->gauges[i].of, role)) {
      put_gauge(*table, &cockpit->gauges[i]);
    }
  }
  for (i = 0; what == CRM_COCKPIT_ALERTS && i < cockpit->rule_count; i++) {
    if (crm__watched_by(&cockpit->rules[i].of, role)) {
      put_rule(*table, &cockpit->rules[i]);
    }
  }
  return crm__table_finish(table, error);
}

/* ---- roles ---- */

typedef struct role {
  const char *name;
  size_t length;
  int64_t counts[2];
} role;

/* Counts a gauge or rule for each of its roles; they are few, so a walk finds them. roles has room for all. */
static uint64_t count_roles(const crm__watched *of, int32_t what, role *roles, uint64_t count)
{
  const char *at = of->roles;
  while (*at != '\0') {
    size_t length = strcspn(at, " ");
    uint64_t i = 0;
    while (i < count && (roles[i].length != length || memcmp(roles[i].name, at, length) != 0)) {
      i++;
    }
    if (i == count) {
      roles[i].name = at;
      roles[i].length = length;
      roles[i].counts[0] = 0;
      roles[i].counts[1] = 0;
      count++;
    }
    roles[i].counts[what]++;
    at += length + (at[length] == ' ');
  }
  return count;
}

crm_status crm_cockpit_roles(const crm_cockpit *cockpit, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"role", CRM_TYPE_TEXT, 0}, {"gauges", CRM_TYPE_INTEGER, 0}, {"alerts", CRM_TYPE_INTEGER, 0},
  };
  crm__memory scratch;
  uint64_t most;
  uint64_t count = 0;
  role *roles;
  uint64_t i;
  crm_status status;
  if (cockpit == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "cockpit or table is NULL");
  }
  *table = NULL;
  scratch = crm__memory_fork(&cockpit->memory);
  most = (cockpit->gauge_count + cockpit->rule_count) * (CRM__COCKPIT_TEXT / 2U);
  roles = crm__alloc_array(&scratch, most, sizeof *roles);
  if (roles == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < cockpit->gauge_count; i++) {
    count = count_roles(&cockpit->gauges[i].of, 0, roles, count);
  }
  for (i = 0; i < cockpit->rule_count; i++) {
    count = count_roles(&cockpit->rules[i].of, 1, roles, count);
  }
  status = crm__table_begin(&cockpit->memory, "roles", columns, 3, (int64_t)count, table, error);
  for (i = 0; status == CRM_OK && i < count; i++) {
    crm__table_put_text(*table, 0, roles[i].name, roles[i].length);
    crm__table_put(*table, 1, roles[i].counts[0]);
    crm__table_put(*table, 2, roles[i].counts[1]);
  }
  crm__free_array(&scratch, roles, most, sizeof *roles);
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}
