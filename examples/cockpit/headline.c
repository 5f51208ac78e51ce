/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "headline.h"

#include <string.h>

#define YEAR 12   /* months */

static uint64_t magnitude(int64_t value)
{
  return value < 0 ? 0U - (uint64_t)value : (uint64_t)value;
}

figure rate_of(int64_t numerator, int64_t denominator)
{
  figure result = {0, 0};
  uint64_t size = magnitude(numerator);
  uint64_t by = (uint64_t)denominator;
  uint64_t quotient;
  uint64_t rest;
  int digit;
  if (denominator <= 0) {
    return result;
  }
  quotient = size / by;
  rest = size % by;
  for (digit = 0; digit < 6; digit++) {
    /* rest * 10 must fit: below 2^60 both are exact, above the lost bit is far under the last decimal. */
    if (by > UINT64_MAX / 16) {
      by /= 16;
      rest /= 16;
    }
    if (quotient > (uint64_t)INT64_MAX / 20) {
      return result;
    }
    rest *= 10;
    quotient = quotient * 10 + rest / by;
    rest %= by;
  }
  quotient += rest >= by - rest;
  result.known = 1;
  result.value = numerator < 0 ? -(int64_t)quotient : (int64_t)quotient;
  return result;
}

/* The difference fits: money sums stay within 64 bits in absolute terms, counts by far. */
static figure change_of(const gauge *item, figure base)
{
  figure result = {0, 0};
  if (!item->value.known || !base.known) {
    return result;
  }
  if (item->unit == UNIT_RATE) {
    result.known = 1;
    result.value = item->value.value - base.value;
    return result;
  }
  return rate_of(item->value.value - base.value, base.value);
}

static figure cell(const crm_table *months, const char *column, int64_t row)
{
  figure result = {0, 0};
  int32_t index = crm_table_find(months, column);
  if (row >= 0 && !crm_table_is_null(months, index, row)) {
    result.known = 1;
    result.value = crm_table_integer(months, index, row);
  }
  return result;
}

/* Revenue of an order, rounded half away from zero to the smallest unit. */
static figure average_order(const crm_table *months, int64_t row)
{
  figure revenue = cell(months, "revenue", row);
  figure orders = cell(months, "orders", row);
  figure result = {0, 0};
  uint64_t size = magnitude(revenue.value);
  if (revenue.known && orders.known && orders.value > 0) {
    uint64_t by = (uint64_t)orders.value;
    uint64_t rounded = size / by + (size % by >= by - size % by);
    result.known = 1;
    result.value = revenue.value < 0 ? -(int64_t)rounded : (int64_t)rounded;
  }
  return result;
}

typedef struct definition {
  const char *kpi;
  const char *column;
  int unit;
  int less_is_better;
} definition;

static const definition definitions[GAUGES] = {
  {"revenue", "revenue", UNIT_MONEY, 0},
  {"orders", "orders", UNIT_COUNT, 0},
  {"average_order_value", NULL, UNIT_MONEY, 0},
  {"active_customers", "active", UNIT_COUNT, 0},
  {"new_customers", "new", UNIT_COUNT, 0},
  {"returning_customers", "returning", UNIT_COUNT, 0},
  {"resurrected_customers", "resurrected", UNIT_COUNT, 0},
  {"lapsed_customers", "lapsed", UNIT_COUNT, 1},
  {"repeat_rate_90", NULL, UNIT_RATE, 0}
};

/* The instant at which a month of the table ends, UNSET where it is the last one. */
static int64_t month_end(const arguments *args, const crm_table *months, int64_t row)
{
  int32_t first_day = crm_table_find(months, "first_day");
  if (row + 1 >= crm_table_rows(months)) {
    return CRM_TIME_UNSET_TO;
  }
  return crm_table_integer(months, first_day, row + 1) * CRM_DAY + args->store.day_start;
}

/* The rate of repeat purchase within 90 days, as it stood at the end of a month. */
static crm_status repeat_rate(const crm_store *store, const arguments *args, const headline *result, int64_t row,
                              figure *rate, crm_error *error)
{
  crm_scope scope = args->scope;
  crm_table *table = NULL;
  crm_status status;
  int64_t i;
  rate->known = 0;
  rate->value = 0;
  if (row < 0) {
    return CRM_OK;
  }
  scope.from = CRM_TIME_UNSET_FROM;
  scope.to = CRM_TIME_UNSET_TO;
  if (month_end(args, result->months, row) != CRM_TIME_UNSET_TO) {
    scope.as_of = month_end(args, result->months, row);
  } else if (args->scope.to < args->scope.as_of) {
    scope.as_of = args->scope.to;
  }
  status = crm_repeat_compute(store, &scope, &table, error);
  for (i = 0; status == CRM_OK && i < crm_table_rows(table); i++) {
    size_t length;
    const char *kpi = crm_table_text(table, crm_table_find(table, "kpi"), i, &length);
    if (length == strlen("repeat_rate_90") && memcmp(kpi, "repeat_rate_90", length) == 0) {
      *rate = cell(table, "value", i);
    }
  }
  crm_table_free(table);
  return status;
}

/* The last complete month, or else the last one. */
static void choose_month(headline *result)
{
  int32_t complete = crm_table_find(result->months, "complete");
  int64_t rows = crm_table_rows(result->months);
  int64_t row = rows - 1;
  const char *text;
  size_t length;
  while (row >= 0 && !crm_table_integer(result->months, complete, row)) {
    row--;
  }
  result->complete = row >= 0;
  result->row = row >= 0 ? row : rows - 1;
  text = crm_table_text(result->months, crm_table_find(result->months, "month"), result->row, &length);
  length = length < sizeof result->period ? length : sizeof result->period - 1;
  memcpy(result->period, text, length);
  result->period[length] = '\0';
}

static figure value_at(const headline *result, const definition *what, int64_t row)
{
  return what->column != NULL ? cell(result->months, what->column, row) : average_order(result->months, row);
}

static crm_status fill(const crm_store *store, const arguments *args, headline *result, int i, crm_error *error)
{
  const definition *what = &definitions[i];
  gauge *item = &result->gauges[i];
  /* A running month is not compared with whole ones. */
  int64_t before = result->complete ? result->row - 1 : -1;
  int64_t year = result->complete ? result->row - YEAR : -1;
  figure base;
  crm_status status = CRM_OK;
  item->kpi = what->kpi;
  item->unit = what->unit;
  item->less_is_better = what->less_is_better;
  item->column = what->column != NULL ? crm_table_find(result->months, what->column) : -1;
  if (what->unit != UNIT_RATE) {
    item->value = value_at(result, what, result->row);
    item->previous = change_of(item, value_at(result, what, before));
    item->year = change_of(item, value_at(result, what, year));
    return CRM_OK;
  }
  status = repeat_rate(store, args, result, result->row, &item->value, error);
  if (status == CRM_OK) {
    status = repeat_rate(store, args, result, before, &base, error);
  }
  if (status == CRM_OK) {
    item->previous = change_of(item, base);
    status = repeat_rate(store, args, result, year, &base, error);
  }
  if (status == CRM_OK) {
    item->year = change_of(item, base);
  }
  return status;
}

crm_status headline_compute(const crm_store *store, const arguments *args, headline *result, crm_error *error)
{
  crm_scope scope = args->scope;
  crm_status status;
  int i;
  memset(result, 0, sizeof *result);
  /* The months before the period are what the last one is compared with. */
  scope.from = CRM_TIME_UNSET_FROM;
  status = crm_periods_compute(store, &scope, NULL, &result->months, error);
  if (status != CRM_OK) {
    return status;
  }
  choose_month(result);
  for (i = 0; i < GAUGES && status == CRM_OK; i++) {
    status = fill(store, args, result, i, error);
  }
  return status;
}

void headline_free(headline *result)
{
  crm_table_free(result->months);
  result->months = NULL;
}
