/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "grid.h"

#include "arguments.h"

#include "language.h"
#include "values.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS 16
#define CELL 512
#define GAP 2
#define NARROWEST 8
#define LINES 20       /* cells of a heading in front of its cell */

typedef struct shown {
  int32_t index;
  int type;
  int64_t cells;
  char heading[64];
  char name[64];
} shown;

typedef struct layout {
  shown columns[COLUMNS];
  int count;
  char hidden[256];   /* headings of those left out */
} layout;

static const crm_column *column_of(const crm_table *table, int32_t index, crm_column *column)
{
  static const crm_column plain = CRM_COLUMN_INIT;
  *column = plain;
  (void)crm_table_column(table, index, column, NULL);
  return column;
}

/* The name of a KPI, as the library's registry has it; NULL where there is none of that id. */
static const char *kpi_name(const page *out, const char *id)
{
  crm_kpi_info info = CRM_KPI_INFO_INIT;
  if (crm_kpi_info_find(id, &info, NULL) != CRM_OK) {
    return NULL;
  }
  return out->language == LANGUAGE_ENGLISH ? info.name : info.name_zh;
}

/* An id by its label: of tiers without one (tier4) the number, else the id with blanks. */
static void put_label(const page *out, const char *group, const char *id, char *text, size_t size)
{
  const char *found = strcmp(group, "kpi") == 0 ? kpi_name(out, id) : NULL;
  size_t i;
  found = found != NULL ? found : label_find(out->language, group, id);
  if (found == NULL && strcmp(group, "tier") == 0 && strncmp(id, "tier", 4) == 0) {
    (void)snprintf(text, size, out->language == 0 ? "Tier %s" : "第 %s 层", id + 4);
    return;
  }
  (void)snprintf(text, size, "%s", found != NULL ? found : id);
  for (i = 0; found == NULL && text[i] != '\0'; i++) {
    text[i] = text[i] == '_' ? ' ' : text[i];
  }
}

static void text_cell(const page *out, const crm_table *table, int32_t column, int64_t row, const char *name,
                      char *text, size_t size)
{
  size_t length;
  const char *bytes = crm_table_text(table, column, row, &length);
  char id[CELL];
  size_t i;
  if (length > sizeof id - 1) {
    /* Cut between characters. */
    length = sizeof id - 1;
    while (length > 0 && ((unsigned char)bytes[length] & 0xC0U) == 0x80U) {
      length--;
    }
  }
  memcpy(id, bytes, length);
  id[length] = '\0';
  for (i = 0; i < length; i++) {
    id[i] = (unsigned char)id[i] < ' ' || id[i] == 0x7F ? '?' : id[i];
  }
  if (value_listed(name, "tier segment class measure status table reason unit part state severity band finding") ||
      (strcmp(name, "kpi") == 0 && strcmp(crm_table_name(table), "kpis") != 0)) {
    put_label(out, name, id, text, size);
  } else {
    (void)snprintf(text, size, "%s", id);
  }
}

/* 1 where no cell of a decimal column has decimals other than 0. */
static int is_whole(const crm_table *table, int32_t index, int32_t scale)
{
  int64_t step = 1;
  int64_t row;
  for (; scale > 0; scale--) {
    step *= 10;
  }
  for (row = 0; row < crm_table_rows(table); row++) {
    if (crm_table_integer(table, index, row) % step != 0) {
      return 0;
    }
  }
  return 1;
}

/* Six decimals are a share, but for these. */
#define PLAIN "gini frequency average_order orders_per_customer spend_per_customer median_gap mean_gap gap_cv"

static int is_plain_number(const crm_table *table, const char *column, int64_t row)
{
  char id[32];
  size_t length;
  const char *text = crm_table_text(table, crm_table_find(table, "measure"), row, &length);
  (void)snprintf(id, sizeof id, "%.*s", (int)(length < sizeof id ? length : 0), text);
  return value_listed(column, PLAIN) || value_listed(id, PLAIN);
}

/* A figure of a table in which each row has its unit. 0: the table is none of these. */
static int unit_figure(const crm_table *table, const char *column, int64_t row, int64_t value, char *text)
{
  static const struct { const char *unit; int decimals; } units[] = {
    {"money", 2}, {"count", 0}, {"ratio", 2}, {"days", 1}, {"yearly", 2}
  };
  size_t length;
  const char *unit = crm_table_text(table, crm_table_find(table, "unit"), row, &length);
  size_t i;
  if (length == 0) {
    return 0;
  }
  if (value_listed(column, "change year_change")) {
    (void)(length == 4 && memcmp(unit, "rate", 4) == 0 ? figure_points(text, value) : figure_change(text, value));
    return 1;
  }
  for (i = 0; i < sizeof units / sizeof units[0]; i++) {
    if (strlen(units[i].unit) == length && memcmp(units[i].unit, unit, length) == 0) {
      (void)figure_decimal(text, value, 6, units[i].decimals);
      return 1;
    }
  }
  (void)figure_percent(text, value, 1);
  return 1;
}

void grid_cell(const page *out, const crm_table *table, int32_t index, int64_t row, char *text, size_t size)
{
  crm_column column;
  char buffer[FIGURE];
  int64_t value = crm_table_integer(table, index, row);
  text[0] = '\0';
  if (crm_table_is_null(table, index, row)) {
    return;
  }
  (void)column_of(table, index, &column);
  switch (column.type) {
  case CRM_TYPE_TEXT:
    text_cell(out, table, index, row, column.name, text, size);
    return;
  case CRM_TYPE_BOOLEAN:
    (void)snprintf(text, size, "%s", page_label(out, "text", value ? "yes" : "no"));
    return;
  case CRM_TYPE_DATE:
    (void)figure_date(buffer, value);
    break;
  case CRM_TYPE_TIME:
    (void)figure_time(buffer, value);
    break;
  case CRM_TYPE_DECIMAL:
    if (column.scale == 6 && unit_figure(table, column.name, row, value, buffer)) {
      break;
    }
    if (column.scale == 6 && !is_plain_number(table, column.name, row)) {
      (void)figure_percent(buffer, value, 1);
    } else {
      (void)figure_decimal(buffer, value, column.scale, column.scale == 6 ? 3 : column.scale);
    }
    break;
  default:
    (void)figure_decimal(buffer, value, column.scale, column.scale);
    break;
  }
  (void)snprintf(text, size, "%s", buffer);
}

/* Decimals that are all 0 are not shown. */
static void cell(const page *out, const crm_table *table, const shown *column, int64_t row, char *text)
{
  grid_cell(out, table, column->index, row, text, CELL);
  if (column->type == -CRM_TYPE_DECIMAL) {
    text[strcspn(text, ".")] = '\0';
  }
}

/* A table may have labels of its own for names that others use for something else. */
static void heading(const page *out, const crm_table *table, const grid *how, const char *name, char *text, size_t size)
{
  const char *own = label_find(out->language, crm_table_name(table), name);
  if (own != NULL) {
    (void)snprintf(text, size, "%s", own);
    return;
  }
  if (strcmp(name, "month") == 0 && how->period != NULL) {
    name = how->period;
  }
  if (strcmp(name, "spend") == 0 && how->value != NULL) {
    name = how->value;
  }
  put_label(out, "column", name, text, size);
}

static void add_column(const page *out, const crm_table *table, const grid *how, layout *plan, const char *name,
                       int64_t rows)
{
  shown *item = &plan->columns[plan->count];
  crm_column column;
  char text[CELL];
  int64_t row;
  int blank = rows > 0;
  item->index = crm_table_find(table, name);
  if (item->index < 0 || plan->count == COLUMNS) {
    return;
  }
  (void)column_of(table, item->index, &column);
  item->type = column.type;
  if (column.type == CRM_TYPE_DECIMAL && column.scale != 6 && is_whole(table, item->index, column.scale)) {
    item->type = -CRM_TYPE_DECIMAL;
  }
  (void)snprintf(item->name, sizeof item->name, "%s", name);
  heading(out, table, how, name, item->heading, sizeof item->heading);
  item->cells = cells_of(item->heading);
  for (row = 0; row < rows; row++) {
    cell(out, table, item, row, text);
    item->cells = cells_of(text) > item->cells ? cells_of(text) : item->cells;
    blank = blank && text[0] == '\0';
  }
  plan->count += !blank;
}

static int64_t line_cells(const layout *plan)
{
  int64_t sum = plan->count > 0 ? GAP * (plan->count - 1) : 0;
  int i;
  for (i = 0; i < plan->count; i++) {
    sum += plan->columns[i].cells;
  }
  return sum;
}

static void remove_column(layout *plan, const page *out, const char *name)
{
  size_t length = strlen(plan->hidden);
  int i = 0;
  while (i < plan->count && strcmp(plan->columns[i].name, name) != 0) {
    i++;
  }
  if (i == plan->count) {
    return;
  }
  (void)snprintf(plan->hidden + length, sizeof plan->hidden - length, "%s%s",
                 length > 0 ? page_label(out, "text", "comma") : "", plan->columns[i].heading);
  memmove(&plan->columns[i], &plan->columns[i + 1], (size_t)(plan->count - i - 1) * sizeof plan->columns[0]);
  plan->count--;
}

/* Leaves out spare columns, then narrows the widest text, until a line fits. */
static void fit(layout *plan, const page *out, const grid *how)
{
  const char *spare = how->spare;
  while (line_cells(plan) > out->width && *spare != '\0') {
    char name[64];
    size_t length = strcspn(spare, " ");
    (void)snprintf(name, sizeof name, "%.*s", (int)length, spare);
    spare += length + (spare[length] == ' ');
    remove_column(plan, out, name);
  }
  while (line_cells(plan) > out->width) {
    int widest = -1;
    int i;
    for (i = 0; i < plan->count; i++) {
      const shown *item = &plan->columns[i];
      if (item->type == CRM_TYPE_TEXT && (widest < 0 || item->cells > plan->columns[widest].cells)) {
        widest = i;
      }
    }
    if (widest < 0 || plan->columns[widest].cells <= NARROWEST) {
      break;
    }
    plan->columns[widest].cells--;
  }
  while (line_cells(plan) > out->width && plan->count > 1) {
    remove_column(plan, out, plan->columns[plan->count - 1].name);
  }
}

/* A field of a line; the last one on the left is not padded, so that no line ends in blanks. */
static void put_field(page *out, const shown *column, const char *text, int last)
{
  if (column->type != CRM_TYPE_TEXT && column->type != CRM_TYPE_BOOLEAN) {
    page_right(out, text, column->cells);
  } else {
    page_left(out, text, last && cells_of(text) <= column->cells ? cells_of(text) : column->cells);
  }
  page_repeat(out, " ", last ? 0 : GAP);
}

/* The last column of text goes on in further lines where it is too narrow. */
static void put_line(page *out, const crm_table *table, const layout *plan, int64_t row)
{
  char text[CELL];
  int64_t indent = 0;
  int i;
  for (i = 0; i < plan->count; i++) {
    const shown *column = &plan->columns[i];
    cell(out, table, column, row, text);
    if (i + 1 == plan->count && column->type == CRM_TYPE_TEXT && cells_of(text) > column->cells) {
      page_wrapped(out, text, column->cells, indent);
      return;
    }
    put_field(out, column, text, i + 1 == plan->count);
    indent += column->cells + GAP;
  }
  page_end(out);
}

void grid_draw(page *out, const crm_table *table, const grid *how)
{
  layout plan;
  char count[FIGURE];
  const char *name = how->columns;
  int64_t all = crm_table_rows(table);
  int64_t rows = how->rows > 0 && how->rows < all ? how->rows : all;
  int64_t row;
  int i;
  memset(&plan, 0, sizeof plan);
  while (*name != '\0') {
    char one[64];
    size_t length = strcspn(name, " ");
    (void)snprintf(one, sizeof one, "%.*s", (int)length, name);
    name += length + (name[length] == ' ');
    add_column(out, table, how, &plan, one, rows);
  }
  fit(&plan, out, how);
  page_text(out, how->inside ? "" : "\n");
  page_style(out, how->inside ? STYLE_FAINT : STYLE_BOLD);
  for (i = 0; i < plan.count; i++) {
    put_field(out, &plan.columns[i], plan.columns[i].heading, i + 1 == plan.count);
  }
  page_style(out, STYLE_PLAIN);
  page_text(out, "\n");
  for (row = 0; row < rows; row++) {
    put_line(out, table, &plan, row);
  }
  page_style(out, STYLE_FAINT);
  if (all == 0) {
    page_format(out, "%s\n", page_label(out, "text", "nothing"));
  }
  if (rows < all) {
    page_format(out, page_label(out, "text", how->more != NULL ? how->more : "more"), figure_count(count, all - rows));
    page_text(out, "\n");
  }
  if (plan.hidden[0] != '\0' && !how->inside) {
    page_format(out, page_label(out, "text", "hidden"), plan.hidden);
    page_text(out, "\n");
  }
  page_style(out, STYLE_PLAIN);
}

void grid_lines(page *out, const crm_table *table)
{
  grid how = {NULL, NULL, 0, NULL, NULL, NULL, 1};
  char texts[2][CELL];
  int32_t i;
  for (i = 0; i < crm_table_columns(table); i++) {
    crm_column column;
    grid_cell(out, table, i, 0, texts[1], sizeof texts[1]);
    if (texts[1][0] == '\0') {
      continue;
    }
    heading(out, table, &how, column_of(table, i, &column)->name, texts[0], sizeof texts[0]);
    page_style(out, STYLE_FAINT);
    page_left(out, texts[0], LINES);
    page_style(out, STYLE_PLAIN);
    page_repeat(out, " ", GAP);
    page_wrapped(out, texts[1], out->width - LINES - GAP, LINES + GAP);
  }
}
