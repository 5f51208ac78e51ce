/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "sections.h"

#include "draw.h"
#include "grid.h"

#include <stdio.h>
#include <string.h>

#define MONTHS 24     /* months of the charts */
#define PRODUCTS 8
#define CELL 96

/* A figure in its field; one that is too wide is told in short, for a figure that is cut would be another one. */
static void put_figure(page *out, const char *text, int64_t value, int scale, int64_t cells)
{
  char brief[FIGURE];
  page_right(out, cells_of(text) < cells ? text : figure_short(brief, value, scale, out->language), cells);
}

/* ---- the pyramid ---- */

static void cell(const page *out, const crm_table *table, const char *column, int64_t row, char *text)
{
  grid_cell(out, table, crm_table_find(table, column), row, text, CELL);
}

static int64_t number(const crm_table *table, const char *column, int64_t row)
{
  return crm_table_integer(table, crm_table_find(table, column), row);
}

static int is_named(const crm_table *table, const char *column, int64_t row, const char *name)
{
  size_t length;
  const char *text = crm_table_text(table, crm_table_find(table, column), row, &length);
  return length == strlen(name) && memcmp(text, name, length) == 0;
}

/* Rows from the first to nonpositive are the tiers proper. */
static int64_t tier_count(const crm_table *tiers)
{
  int64_t row = 0;
  while (row < crm_table_rows(tiers) && !is_named(tiers, "tier", row, "nonpositive")) {
    row++;
  }
  return row;
}

static void put_columns(page *out, const char *const *labels, const int *cells, int count, int64_t before)
{
  int i;
  page_style(out, STYLE_FAINT);
  page_repeat(out, " ", before);
  for (i = 0; i < count; i++) {
    page_right(out, page_label(out, "column", labels[i]), cells[i]);
  }
  page_text(out, "\n");
  page_style(out, STYLE_PLAIN);
}

static void put_cells(page *out, const crm_table *table, const char *const *columns, const int *cells, int count,
                      int64_t row)
{
  char text[CELL];
  int i;
  for (i = 0; i < count; i++) {
    crm_column column = CRM_COLUMN_INIT;
    cell(out, table, columns[i], row, text);
    (void)crm_table_column(table, crm_table_find(table, columns[i]), &column, NULL);
    put_figure(out, text, number(table, columns[i], row), column.scale, cells[i]);
  }
  page_end(out);
}

/* Those outside the pyramid, where there are any. */
static void draw_below(page *out, const crm_table *tiers, int64_t row)
{
  char id[CELL];
  char text[CELL];
  const char *before = page_label(out, "text", "below");
  page_style(out, STYLE_FAINT);
  for (; row < crm_table_rows(tiers); row++) {
    size_t length;
    const char *bytes = crm_table_text(tiers, crm_table_find(tiers, "tier"), row, &length);
    (void)snprintf(id, sizeof id, "%.*s", (int)length, bytes);
    if (number(tiers, "customers", row) > 0) {
      cell(out, tiers, "customers", row, text);
      page_format(out, "%s%s %s", before, text, page_label(out, "below", id));
      before = page_label(out, "text", "comma");
    }
  }
  page_style(out, STYLE_PLAIN);
  page_text(out, before != page_label(out, "text", "below") ? "\n" : "");
}

static void draw_tiers(page *out, const crm_table *tiers)
{
  static const char *const columns[] = {"customers", "customer_share", "spend", "spend_share"};
  static const int cells[] = {10, 9, 18, 9};
  char text[CELL];
  int64_t count = tier_count(tiers);
  int64_t most = 0;
  int64_t row;
  draw_heading(out, page_label(out, "text", "pyramid"), "");
  put_columns(out, columns, cells, 4, out->width - 46);
  for (row = 0; row < count; row++) {
    most = number(tiers, "customers", row) > most ? number(tiers, "customers", row) : most;
  }
  for (row = 0; row < count; row++) {
    cell(out, tiers, "tier", row, text);
    page_left(out, text, 11);
    draw_centred(out, number(tiers, "customers", row), most, out->width - 57);
    put_cells(out, tiers, columns, cells, 4, row);
  }
  draw_below(out, tiers, count);
}

/* The value of a measure of concentration as text, "" where there is none. */
static void measure(const page *out, const crm_table *table, const char *name, const char *column, char *text)
{
  int64_t row;
  text[0] = '\0';
  for (row = 0; row < crm_table_rows(table); row++) {
    if (is_named(table, "measure", row, name)) {
      cell(out, table, column, row, text);
    }
  }
}

static void draw_concentration(page *out, const crm_table *table)
{
  char top[CELL];
  char fifth[CELL];
  char eighty[CELL];
  char gini[CELL];
  measure(out, table, "top_1", "value", top);
  measure(out, table, "top_20", "value", fifth);
  measure(out, table, "customers_for_80", "value", eighty);
  measure(out, table, "gini", "value", gini);
  if (top[0] == '\0' || fifth[0] == '\0' || eighty[0] == '\0' || gini[0] == '\0') {
    return;
  }
  page_style(out, STYLE_FAINT);
  page_format(out, page_label(out, "text", "tops"), top, fifth);
  page_text(out, "\n");
  page_format(out, page_label(out, "text", "eighty"), eighty, gini);
  page_text(out, "\n");
  page_style(out, STYLE_PLAIN);
}

crm_status section_pyramid(page *out, const arguments *args, const crm_store *store, int64_t *identified,
                               crm_error *error)
{
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  crm_table *shares = NULL;
  crm_status status = crm_pyramid_compute(store, &args->scope, &args->pyramid, &pyramid, error);
  int64_t row;
  if (status == CRM_OK) {
    status = crm_pyramid_tiers(pyramid, &tiers, error);
  }
  if (status == CRM_OK) {
    status = crm_pyramid_concentration(pyramid, &shares, error);
  }
  if (status == CRM_OK) {
    draw_tiers(out, tiers);
    draw_concentration(out, shares);
    *identified = 0;
    for (row = 0; row < crm_table_rows(tiers); row++) {
      *identified += number(tiers, "spend", row);
    }
  }
  crm_table_free(shares);
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  return status;
}

/* ---- the months ---- */

/* A figure beside a chart; in the shorter units of science where the language's are too wide for the place. */
static const char *axis_figure(const page *out, char *text, int64_t value, int scale)
{
  (void)figure_short(text, value, scale, out->language);
  return cells_of(text) < AXIS ? text : figure_short(text, value, scale, 0);
}

/* The last values of a column of months. */
static int64_t history(const crm_table *months, int32_t column, int64_t *values)
{
  int64_t rows = crm_table_rows(months);
  int64_t count = rows < MONTHS ? rows : MONTHS;
  int64_t i;
  for (i = 0; i < count; i++) {
    values[i] = crm_table_integer(months, column, rows - count + i);
  }
  return count;
}

static void draw_months(page *out, const crm_table *months)
{
  int64_t values[MONTHS];
  char labels[MONTHS][16];
  const char *pointers[MONTHS];
  char text[FIGURE];
  int32_t month = crm_table_find(months, "month");
  int32_t revenue = crm_table_find(months, "revenue");
  int32_t active = crm_table_find(months, "active");
  int64_t count = history(months, revenue, values);
  int64_t most = 0;
  int64_t i;
  if (count < 2) {
    return;
  }
  for (i = 0; i < count; i++) {
    size_t length;
    const char *bytes = crm_table_text(months, month, crm_table_rows(months) - count + i, &length);
    length = length < sizeof labels[i] ? length : sizeof labels[i] - 1;
    memcpy(labels[i], bytes, length);
    labels[i][length] = '\0';
    pointers[i] = labels[i];
    most = values[i] > most ? values[i] : most;
  }
  draw_heading(out, page_label(out, "text", "revenue"), "");
  draw_chart(out, values, count, 5, axis_figure(out, text, most, (int)out->digits));
  draw_axis(out, pointers, count);
  (void)history(months, active, values);
  for (most = 0, i = 0; i < count; i++) {
    most = values[i] > most ? values[i] : most;
  }
  draw_heading(out, page_label(out, "text", "active"), "");
  draw_chart(out, values, count, 3, axis_figure(out, text, most, 0));
  draw_axis(out, pointers, count);
}

crm_status section_months(page *out, const arguments *args, const crm_store *store, crm_error *error)
{
  crm_scope scope = args->scope;
  crm_table *months = NULL;
  crm_status status;
  scope.from = CRM_TIME_UNSET_FROM;
  status = crm_periods_compute(store, &scope, NULL, &months, error);
  if (status == CRM_OK) {
    draw_months(out, months);
  }
  crm_table_free(months);
  return status;
}

/* ---- products and segments ---- */

crm_status section_products(page *out, const arguments *args, const crm_store *store, crm_error *error)
{
  static const char *const columns[] = {"revenue", "share", "margin", "buyers"};
  static const int cells[] = {16, 8, 9, 8};
  crm_table *products = NULL;
  crm_status status = crm_products_compute(store, &args->scope, &args->products, &products, error);
  int64_t rows = status == CRM_OK ? crm_table_rows(products) : 0;
  char text[CELL];
  int64_t row;
  rows = rows < PRODUCTS ? rows : PRODUCTS;
  /* One row without a name: no product is known. */
  if (rows == 1 && crm_table_is_null(products, crm_table_find(products, "product"), 0)) {
    rows = 0;
  }
  if (rows > 0) {
    draw_heading(out, page_label(out, "text", "products"), "");
    put_columns(out, columns, cells, 4, out->width - 41);
  }
  for (row = 0; row < rows; row++) {
    cell(out, products, "product", row, text);
    page_left(out, text[0] != '\0' ? text : page_label(out, "text", "no_product"), 17);
    page_text(out, " ");
    draw_bar(out, number(products, "revenue", row), number(products, "revenue", 0), out->width - 59);
    put_cells(out, products, columns, cells, 4, row);
  }
  crm_table_free(products);
  return status;
}

crm_status section_segments(page *out, const arguments *args, const crm_store *store, crm_error *error)
{
  static const char *const columns[] = {"customers", "customer_share", "spend", "spend_share"};
  static const int cells[] = {10, 9, 16, 9};
  crm_table *segments = NULL;
  crm_status status = crm_rfm_segments(store, &args->scope, &args->rfm, &segments, error);
  int64_t rows = status == CRM_OK ? crm_table_rows(segments) : 0;
  int64_t most = 0;
  int64_t row;
  char text[CELL];
  for (row = 0; row < rows; row++) {
    most = number(segments, "customers", row) > most ? number(segments, "customers", row) : most;
  }
  if (most > 0) {
    draw_heading(out, page_label(out, "text", "segments"), "");
    put_columns(out, columns, cells, 4, out->width - 44);
  }
  for (row = 0; row < rows && most > 0; row++) {
    cell(out, segments, "segment", row, text);
    page_left(out, text, 17);
    page_text(out, " ");
    draw_bar(out, number(segments, "customers", row), most, out->width - 62);
    put_cells(out, segments, columns, cells, 4, row);
  }
  crm_table_free(segments);
  return status;
}
