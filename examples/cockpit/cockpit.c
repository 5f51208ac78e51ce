/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit.h"

#include "draw.h"
#include "grid.h"
#include "title.h"

#include <stdio.h>
#include <string.h>

#define TREND 18      /* months beside a headline number */
#define MONTHS 24     /* months of the chart */
#define PRODUCTS 8
#define CELL 96

/* ---- the headline ---- */

/* A figure in its field; one that is too wide is told in short, for a figure that is cut would be another one. */
static void put_figure(page *out, const char *text, int64_t value, int scale, int64_t cells)
{
  char brief[FIGURE];
  page_right(out, cells_of(text) < cells ? text : figure_short(brief, value, scale, out->language), cells);
}

static int64_t history(const headline *figures, int column, int64_t most, int64_t *values)
{
  int64_t count = figures->row + 1 < most ? figures->row + 1 : most;
  int64_t i;
  for (i = 0; i < count; i++) {
    values[i] = crm_table_integer(figures->months, column, figures->row + 1 - count + i);
  }
  return count;
}

static void put_change(page *out, const gauge *item, figure change)
{
  char number[FIGURE];
  char text[CELL];
  int rises = change.value > 0;
  if (!change.known) {
    page_right(out, "-", 13);
    return;
  }
  if (item->unit == UNIT_RATE) {
    (void)snprintf(text, sizeof text, "%s%s", figure_points(number, change.value), page_label(out, "text", "points"));
  } else {
    (void)snprintf(text, sizeof text, "%s", figure_change(number, change.value));
  }
  page_style(out, change.value == 0 ? STYLE_PLAIN : (rises != item->less_is_better ? STYLE_GOOD : STYLE_BAD));
  page_right(out, text, 13);
  page_style(out, STYLE_PLAIN);
}

static void put_gauge(page *out, const headline *figures, const gauge *item)
{
  char text[FIGURE] = "-";
  int64_t values[TREND];
  int scale = item->unit == UNIT_MONEY ? (int)out->digits : 0;
  if (item->value.known && item->unit == UNIT_RATE) {
    (void)figure_percent(text, item->value.value, 1);
  } else if (item->value.known) {
    (void)figure_decimal(text, item->value.value, scale, scale);
  }
  page_left(out, page_label(out, "kpi", item->kpi), 18);
  page_style(out, STYLE_BOLD);
  put_figure(out, text, item->value.value, scale, 16);
  page_style(out, STYLE_PLAIN);
  put_change(out, item, item->previous);
  put_change(out, item, item->year);
  if (item->column >= 0) {
    page_text(out, "  ");
    draw_spark(out, values, history(figures, item->column, TREND, values));
  }
  page_text(out, "\n");
}

static void draw_headline(page *out, const headline *figures)
{
  int64_t months = figures->row + 1 < TREND ? figures->row + 1 : TREND;
  int i;
  if (figures->row < 0) {
    page_format(out, "\n%s%s\n", page_label(out, "text", "no_month"), page_label(out, "text", "stop"));
    return;
  }
  draw_heading(out, page_label(out, "text", figures->complete ? "headline" : "running"), figures->period);
  page_style(out, STYLE_FAINT);
  page_right(out, "", 34);
  page_right(out, page_label(out, "text", "month_before"), 13);
  page_right(out, page_label(out, "text", "year_before"), 13);
  if (months > 1) {
    page_format(out, "  %d %s", (int)months, page_label(out, "text", "trend"));
  }
  page_end(out);
  page_style(out, STYLE_PLAIN);
  for (i = 0; i < GAUGES; i++) {
    put_gauge(out, figures, &figures->gauges[i]);
  }
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
  put_columns(out, columns, cells, 4, 34);
  for (row = 0; row < count; row++) {
    most = number(tiers, "customers", row) > most ? number(tiers, "customers", row) : most;
  }
  for (row = 0; row < count; row++) {
    cell(out, tiers, "tier", row, text);
    page_left(out, text, 11);
    draw_centred(out, number(tiers, "customers", row), most, 23);
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

static crm_status draw_pyramid(page *out, const arguments *args, const crm_store *store, int64_t *identified,
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

static void draw_months(page *out, const headline *figures)
{
  int64_t values[MONTHS];
  char labels[MONTHS][16];
  const char *pointers[MONTHS];
  char text[FIGURE];
  int32_t month = crm_table_find(figures->months, "month");
  int32_t revenue = crm_table_find(figures->months, "revenue");
  int32_t active = crm_table_find(figures->months, "active");
  int64_t count = history(figures, revenue, MONTHS, values);
  int64_t most = 0;
  int64_t i;
  if (count < 2) {
    return;
  }
  for (i = 0; i < count; i++) {
    size_t length;
    const char *bytes = crm_table_text(figures->months, month, figures->row + 1 - count + i, &length);
    length = length < sizeof labels[i] ? length : sizeof labels[i] - 1;
    memcpy(labels[i], bytes, length);
    labels[i][length] = '\0';
    pointers[i] = labels[i];
    most = values[i] > most ? values[i] : most;
  }
  draw_heading(out, page_label(out, "text", "revenue"), "");
  draw_chart(out, values, count, 5, axis_figure(out, text, most, (int)out->digits));
  draw_axis(out, pointers, count);
  (void)history(figures, active, MONTHS, values);
  for (most = 0, i = 0; i < count; i++) {
    most = values[i] > most ? values[i] : most;
  }
  draw_heading(out, page_label(out, "text", "active"), "");
  draw_chart(out, values, count, 3, axis_figure(out, text, most, 0));
  draw_axis(out, pointers, count);
}

/* ---- products and segments ---- */

static crm_status draw_products(page *out, const arguments *args, const crm_store *store, crm_error *error)
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
    put_columns(out, columns, cells, 4, 39);
  }
  for (row = 0; row < rows; row++) {
    cell(out, products, "product", row, text);
    page_left(out, text[0] != '\0' ? text : page_label(out, "text", "no_product"), 17);
    page_text(out, " ");
    draw_bar(out, number(products, "revenue", row), number(products, "revenue", 0), 21);
    put_cells(out, products, columns, cells, 4, row);
  }
  crm_table_free(products);
  return status;
}

static crm_status draw_segments(page *out, const arguments *args, const crm_store *store, crm_error *error)
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
    put_columns(out, columns, cells, 4, 36);
  }
  for (row = 0; row < rows && most > 0; row++) {
    cell(out, segments, "segment", row, text);
    page_left(out, text, 17);
    page_text(out, " ");
    draw_bar(out, number(segments, "customers", row), most, 18);
    put_cells(out, segments, columns, cells, 4, row);
  }
  crm_table_free(segments);
  return status;
}

/* ---- the notes ---- */

/* Revenue of the scope: all of its years. */
static crm_status total_revenue(const arguments *args, const crm_store *store, int64_t *total, crm_error *error)
{
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_table *years = NULL;
  crm_status status;
  int64_t row;
  *total = 0;
  calendar.period = CRM_PERIOD_YEAR;
  status = crm_periods_compute(store, &args->scope, &calendar, &years, error);
  for (row = 0; status == CRM_OK && row < crm_table_rows(years); row++) {
    *total += number(years, "revenue", row);
  }
  crm_table_free(years);
  return status;
}

static crm_status draw_notes(page *out, const arguments *args, const loading *loaded, int64_t identified,
                             crm_error *error)
{
  char text[FIGURE];
  int64_t total;
  crm_status status = total_revenue(args, loaded->store, &total, error);
  figure share;
  if (status != CRM_OK) {
    return status;
  }
  share = rate_of(total - identified, total);
  draw_heading(out, page_label(out, "text", "notes"), "");
  page_style(out, STYLE_FAINT);
  if (share.known && share.value > 0) {
    page_format(out, page_label(out, "text", "anonymous"), figure_percent(text, share.value, 1));
    page_text(out, "\n");
  }
  if (loaded->duplicate > 0) {
    page_format(out, page_label(out, "text", "duplicates"), figure_count(text, loaded->duplicate));
    page_text(out, "\n");
  }
  if (loaded->rejected > 0) {
    page_format(out, page_label(out, "text", "rejected"), figure_count(text, loaded->rejected));
  } else {
    page_format(out, page_label(out, "text", "read"), figure_count(text, loaded->rows));
  }
  page_text(out, "\n");
  page_style(out, STYLE_PLAIN);
  return CRM_OK;
}

crm_status cockpit_draw(page *out, const arguments *args, const loading *loaded, const headline *figures,
                        crm_error *error)
{
  int64_t identified = 0;
  crm_status status;
  title_draw(out, loaded->store, args, page_label(out, "text", "title"));
  draw_headline(out, figures);
  status = draw_pyramid(out, args, loaded->store, &identified, error);
  if (status == CRM_OK) {
    draw_months(out, figures);
    status = draw_segments(out, args, loaded->store, error);
  }
  if (status == CRM_OK) {
    status = draw_products(out, args, loaded->store, error);
  }
  if (status == CRM_OK) {
    status = draw_notes(out, args, loaded, identified, error);
  }
  return status;
}
