/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/view.h"

#include "analysis/pyramid_handle.h"

#include "base/error.h"
#include "base/text.h"
#include "table/build.h"

#include <string.h>

/* The figures of one customer: each is looked up where its analysis has it. */

enum { OF_FIELD, OF_STANDING, OF_LIFE, OF_CLASS, OF_OWNER, OF_RHYTHM, OF_AHEAD, OF_DUE };

typedef struct figure {
  const char *name;
  int32_t source;
  const char *column;    /* its name there; NULL: the same */
} figure;

static const figure figures[] = {
  {"spend", OF_FIELD, NULL},           {"cost", OF_FIELD, NULL},
  {"profit", OF_FIELD, NULL},          {"orders", OF_FIELD, NULL},
  {"average_order", OF_FIELD, NULL},   {"first", OF_FIELD, NULL},
  {"last", OF_FIELD, NULL},            {"days_since_last", OF_FIELD, NULL},
  {"first_ever", OF_FIELD, NULL},      {"purchase_days", OF_FIELD, NULL},
  {"tier", OF_FIELD, NULL},            {"rank", OF_STANDING, NULL},
  {"population", OF_STANDING, NULL},   {"gap", OF_STANDING, NULL},
  {"margin", OF_STANDING, NULL},       {"r", OF_FIELD, NULL},
  {"f", OF_FIELD, NULL},               {"m", OF_FIELD, NULL},
  {"rfm_segment", OF_FIELD, NULL},     {"stage", OF_LIFE, NULL},
  {"stage_since", OF_LIFE, "entered"}, {"stage_cause", OF_LIFE, "cause"},
  {"stage_days", OF_LIFE, "days"},     {"class", OF_CLASS, NULL},
  {"class_reason", OF_CLASS, "reason"}, {"class_since", OF_CLASS, "since"},
  {"owner", OF_OWNER, NULL},           {"median_gap", OF_RHYTHM, NULL},
  {"next_due", OF_RHYTHM, NULL},       {"overdue_days", OF_RHYTHM, NULL},
  {"due_days", OF_AHEAD, "next_due"},  {"due_reason", OF_DUE, "reason"},
};

#define FIGURES ((int32_t)(sizeof figures / sizeof figures[0]))

static crm__segment_field field_of(const crm__fields *fields, const char *name)
{
  crm__segment_field field;
  (void)crm__field_find(fields, name, strlen(name), 0, &field);
  return field;
}

void crm__view_needs(crm__fields *fields)
{
  int32_t i;
  for (i = 0; i < FIGURES; i++) {
    if (figures[i].source == OF_FIELD) {
      fields->needs |= 1U << field_of(fields, figures[i].name).source;
    }
  }
  fields->needs |= 1U << CRM__SOURCE_LIFECYCLE | 1U << CRM__SOURCE_CLASSES;
}

/* ---- where they stand ---- */

/* A row of a table of all customers, -1: it has none of this one. */
static int64_t row_of(const crm_table *table, crm__key key)
{
  char digits[24];
  const char *wanted = key.text == NULL ? digits : key.text;
  size_t size = key.text == NULL ? crm__integer_write(key.integer, digits) : key.length;
  int32_t column = crm_table_find(table, "customer");
  int64_t rows = crm_table_rows(table);
  int64_t row;
  for (row = 0; row < rows; row++) {
    size_t length;
    const char *text = crm_table_text(table, column, row, &length);
    if (length == size && memcmp(text, wanted, size) == 0) {
      return row;
    }
  }
  return -1;
}

/* The sources as tables, and the customer's rows in them. */
typedef struct profile {
  const crm__viewed *viewed;
  crm_standing standing;
  const crm_table *tables[OF_DUE + 1];
  int64_t rows[OF_DUE + 1];
} profile;

static crm_status find_rows(profile *all, const crm_table *life, crm_error *error)
{
  const crm__viewed *viewed = all->viewed;
  crm__key key = crm__customer_key(viewed->fields.store, viewed->customer);
  int32_t i;
  all->tables[OF_LIFE] = life;
  all->tables[OF_CLASS] = viewed->fields.classes;
  all->tables[OF_RHYTHM] = viewed->rhythm;
  all->tables[OF_DUE] = viewed->due;
  for (i = OF_CLASS; i <= OF_DUE; i++) {
    all->rows[i] = all->tables[i] == NULL ? -1 : row_of(all->tables[i], key);
  }
  all->tables[OF_AHEAD] = viewed->rhythm;
  all->rows[OF_AHEAD] = all->rows[OF_RHYTHM];
  all->rows[OF_LIFE] = crm_table_rows(life) - 1;   /* the last entry is the one it is in */
  return crm_pyramid_find(viewed->fields.pyramid, viewed->key, &all->standing, error);
}

/* ---- the table ---- */

crm__table_column crm__view_column(const crm__segment_field *field)
{
  static const int32_t types[] = {
    CRM_TYPE_MONEY, CRM_TYPE_DECIMAL, CRM_TYPE_INTEGER, CRM_TYPE_DATE, CRM_TYPE_TIME,
    CRM_TYPE_TEXT,  CRM_TYPE_TEXT,    CRM_TYPE_TEXT,    CRM_TYPE_BOOLEAN
  };
  crm__table_column column;
  column.name = field->name;
  column.type = types[field->type];
  column.scale = field->scale;
  return column;
}

void crm__view_put(const crm__viewed *viewed, const crm__segment_field *field, crm_table *table, int32_t column)
{
  int32_t type = crm__view_column(field).type;
  int64_t value;
  field->fetch(&viewed->fields, field, viewed->customer, 1, &value);
  if (type == CRM_TYPE_TEXT || value == INT64_MIN) {
    crm__field_put(&viewed->fields, field, value, table, column);
  } else {
    crm__table_put(table, column, value);
  }
}

static crm__table_column column_of(const profile *all, const figure *of)
{
  const crm__fields *fields = &all->viewed->fields;
  const char *name = of->column == NULL ? of->name : of->column;
  crm__table_column column = {NULL, CRM_TYPE_INTEGER, 0};
  column.name = of->name;
  if (of->source == OF_FIELD) {
    crm__segment_field field = field_of(fields, of->name);
    return crm__view_column(&field);
  }
  if (of->source == OF_OWNER) {
    column.type = CRM_TYPE_TEXT;
  } else if (of->source == OF_STANDING) {
    if ((strcmp(name, "gap") == 0 || strcmp(name, "margin") == 0) &&
        fields->pyramid->measure != CRM_MEASURE_OCCASIONS) {
      column.type = CRM_TYPE_MONEY;
      column.scale = crm_store_digits(fields->store);
    }
  } else if (of->source != OF_AHEAD) {
    const crm_column *there = crm__table_view(all->tables[of->source], crm_table_find(all->tables[of->source], name));
    column.type = there->type;
    column.scale = there->scale;
  }
  return column;
}

static void put_standing(const crm_standing *standing, const char *name, crm_table *table, int32_t at)
{
  if (strcmp(name, "population") == 0) {
    crm__table_put(table, at, standing->population);
  } else if (strcmp(name, "gap") == 0) {
    crm__table_put(table, at, standing->gap);
  } else if (standing->rank == 0) {
    crm__table_put_null(table, at);
  } else {
    crm__table_put(table, at, strcmp(name, "rank") == 0 ? standing->rank : standing->margin);
  }
}

static void put_owner(const crm__viewed *viewed, crm_table *table, int32_t at)
{
  const crm__scope *scope = &viewed->fields.scope;
  int64_t before = scope->as_of == INT64_MIN ? INT64_MIN : scope->as_of - 1;
  uint32_t owner = crm__owner_at(&viewed->owners, viewed->customer, before);
  if (owner == CRM__NONE) {
    crm__table_put_null(table, at);
  } else {
    crm__table_put_key(table, at, crm__name_key(scope->store, owner));
  }
}

static void put_cell(const profile *all, const figure *of, crm_table *table, int32_t at)
{
  const crm_table *from = all->tables[of->source];
  int64_t row = all->rows[of->source];
  int32_t column = crm_table_find(from, of->column == NULL ? of->name : of->column);
  if (row < 0 || crm_table_is_null(from, column, row)) {
    crm__table_put_null(table, at);
  } else if (of->source == OF_AHEAD) {
    crm__table_put(table, at, crm_table_integer(from, column, row) - all->viewed->fields.scope.as_of_day);
  } else if (crm__table_view(from, column)->type == CRM_TYPE_TEXT) {
    size_t length;
    const char *text = crm_table_text(from, column, row, &length);
    crm__table_put_text(table, at, text, length);
  } else {
    crm__table_put(table, at, crm_table_integer(from, column, row));
  }
}

static void put_figure(const profile *all, const figure *of, crm_table *table, int32_t at)
{
  if (of->source == OF_FIELD) {
    crm__segment_field field = field_of(&all->viewed->fields, of->name);
    crm__view_put(all->viewed, &field, table, at);
  } else if (of->source == OF_STANDING) {
    put_standing(&all->standing, of->name, table, at);
  } else if (of->source == OF_OWNER) {
    put_owner(all->viewed, table, at);
  } else {
    put_cell(all, of, table, at);
  }
}

static crm_status make_profile(const profile *all, crm_table **table, crm_error *error)
{
  const crm__scope *scope = &all->viewed->fields.scope;
  crm__table_column columns[FIGURES + 1] = {{"customer", CRM_TYPE_TEXT, 0}};
  int32_t i;
  crm_status status;
  for (i = 0; i < FIGURES; i++) {
    columns[i + 1] = column_of(all, &figures[i]);
  }
  status = crm__table_begin(crm__scope_memory(scope), "view_profile", columns, FIGURES + 1, 1, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "view_profile", 1);
  crm__table_put_key(*table, 0, crm__customer_key(scope->store, all->viewed->customer));
  for (i = 0; i < FIGURES; i++) {
    put_figure(all, &figures[i], *table, i + 1);
  }
  return crm__table_finish(table, error);
}

crm_status crm__view_figures(const crm__viewed *viewed, crm_view *view, crm_error *error)
{
  static const crm_standing nowhere = CRM_STANDING_INIT;
  profile all;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.viewed = viewed;
  all.standing = nowhere;
  status = crm_lifecycle_history(viewed->fields.lifecycle, viewed->key, &view->life, error);
  if (status == CRM_OK) {
    status = find_rows(&all, view->life, error);
  }
  return status == CRM_OK ? make_profile(&all, &view->profile, error) : status;
}
