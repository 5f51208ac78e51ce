/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "table/build.h"

#include <crm/repeat.h>

#define WINDOW_DAYS 90

typedef struct rate {
  int64_t repeated;
  int64_t all;
} rate;

/* Customers with two or more, of those with one or more: occasions, and days with occasions. */
static crm_status count_repeats(crm__scope *scope, rate *occasions, rate *days, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  const uint32_t *counted;
  crm__measures measures;
  uint32_t id;
  crm_status status = crm__measures_compute(scope, &measures, error);
  if (status == CRM_OK) {
    status = crm__occasion_days(scope, &counted, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (id = 0; id < customers; id++) {
    uint32_t orders = crm__measure_at(&measures, id)->orders;
    if (orders > 0 && crm__customer_counts(scope, id)) {
      occasions->all++;
      occasions->repeated += orders >= 2;
      days->all++;
      days->repeated += counted[id] >= 2;
    }
  }
  return CRM_OK;
}

#define SEEN_FIRST 1U
#define SEEN_AGAIN 2U

/* The first occasion ever in the period and, where the scope names branches, in one of them; the next day of purchase
 * within the window in the branches, before as-of. The window of a mature customer is over at as-of, whatever the
 * period's end. */
static crm_status count_window(crm__scope *scope, rate *window, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  crm__scope wide = crm__scope_widened(scope);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  uint8_t *seen = crm__scope_alloc_zero(scope, customers, sizeof *seen);
  const int32_t *first;
  uint32_t i;
  crm_status status = crm__first_ever(scope, &first, error);
  if (status != CRM_OK) {
    return status;
  }
  if (facts == NULL || seen == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &wide)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t id = facts->customer[i];
      int32_t day;
      if (!(facts->flags[i] & CRM__FACT_OCCASION) || !(facts->flags[i] & CRM__FACT_PERIOD) || id == CRM__NONE) {
        continue;
      }
      day = facts->day[i];
      seen[id] |= day == first[id] ? SEEN_FIRST : 0U;
      seen[id] |= day > first[id] && day - first[id] < WINDOW_DAYS ? SEEN_AGAIN : 0U;
    }
  }
  status = crm__facts_end(facts, error);
  for (i = 0; status == CRM_OK && i < customers; i++) {
    if ((seen[i] & SEEN_FIRST) && crm__day_in_period(scope, first[i]) && crm__customer_counts(scope, i) &&
        scope->as_of_day - first[i] >= WINDOW_DAYS) {
      window->all++;
      window->repeated += (seen[i] & SEEN_AGAIN) != 0;
    }
  }
  return status;
}

enum { REPEAT_KPI, REPEAT_VALUE, REPEAT_NUMERATOR, REPEAT_DENOMINATOR, REPEAT_LOW, REPEAT_HIGH, REPEAT_STATUS,
       REPEAT_COLUMNS };

static void put_rate(crm_table *table, const char *name, const rate *of)
{
  crm__table_put_name(table, REPEAT_KPI, name);
  crm__table_put(table, REPEAT_NUMERATOR, of->repeated);
  crm__table_put(table, REPEAT_DENOMINATOR, of->all);
  if (of->all == 0) {
    crm__table_put_null(table, REPEAT_VALUE);
    crm__table_put_null(table, REPEAT_LOW);
    crm__table_put_null(table, REPEAT_HIGH);
    crm__table_put_name(table, REPEAT_STATUS, "undefined");
  } else {
    int64_t low;
    int64_t high;
    crm__wilson(of->repeated, of->all, &low, &high);
    crm__table_put(table, REPEAT_VALUE, crm__ratio(of->repeated, of->all));
    crm__table_put(table, REPEAT_LOW, low);
    crm__table_put(table, REPEAT_HIGH, high);
    crm__table_put_name(table, REPEAT_STATUS, "ok");
  }
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[REPEAT_COLUMNS] = {
    { "kpi", CRM_TYPE_TEXT, 0 },            { "value", CRM_TYPE_DECIMAL, 6 }, { "numerator", CRM_TYPE_INTEGER, 0 },
    { "denominator", CRM_TYPE_INTEGER, 0 }, { "low", CRM_TYPE_DECIMAL, 6 },   { "high", CRM_TYPE_DECIMAL, 6 },
    { "status", CRM_TYPE_TEXT, 0 }
  };
  rate occasions = { 0, 0 };
  rate days = { 0, 0 };
  rate window = { 0, 0 };
  crm_status status = count_repeats(scope, &occasions, &days, error);
  (void)context;
  if (status == CRM_OK) {
    status = count_window(scope, &window, error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "repeat", columns, REPEAT_COLUMNS, 3, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "repeat", 1);
  put_rate(*table, "repeat_rate", &occasions);
  put_rate(*table, "repeat_rate_day", &days);
  put_rate(*table, "repeat_rate_90", &window);
  return crm__table_finish(table, error);
}

crm_status crm_repeat_compute(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm__scope_table(store, scope, make, NULL, table, error);
}
