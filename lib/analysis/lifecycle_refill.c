/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/wide.h"
#include "store/rows.h"
#include "table/build.h"

/* What it costs to fill the leaky bucket up again. */

#define PARTS 5          /* for the whole business, by branch, by staff, by product, by more than one of these */
#define ABSENT INT64_MIN

/* A figure of the host: money with six decimals. */
typedef struct expense {
  int64_t from;
  int64_t to;
  int64_t value;
  int32_t part;
} expense;

typedef struct refill {
  const crm_lifecycle *lifecycle;
  crm__scope *scope;
  const crm__calendar *calendar;
  int64_t cost;          /* of a new customer, ABSENT: as the figures say */
  const char *figure;
  expense *expenses;
  uint32_t expense_count;
} refill;

/* ---- the host's figures ---- */

static void read_expense(refill *all, uint32_t row)
{
  const crm_store *store = all->scope->store;
  expense *of = &all->expenses[all->expense_count];
  int branch = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_BRANCH, row) != CRM__NONE;
  int staff = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_STAFF, row) != CRM__NONE;
  int product = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_PRODUCT, row) != CRM__NONE;
  of->from = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_FROM, row);
  of->to = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_TO, row);
  of->value = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_VALUE, row);
  of->part = branch + staff + product > 1 ? 4 : branch ? 1 : staff ? 2 : product ? 3 : 0;
  all->expense_count += of->from < of->to && of->value != INT64_MIN;
}

static crm_status read_expenses(refill *all, crm_error *error)
{
  const crm_store *store = all->scope->store;
  uint32_t id = crm__row_find(store, CRM__TABLE_FIGURES, CRM__FIGURES_NAME, all->figure);
  uint32_t rows = id == CRM__NONE ? 0 : crm__rows_count(store, CRM__TABLE_FIGURES);
  uint32_t row;
  all->expenses = crm__scope_alloc(all->scope, (uint64_t)rows + 1U, sizeof *all->expenses);
  if (all->expenses == NULL) {
    return crm__fail_memory(error);
  }
  for (row = 0; all->scope->segment == NULL && row < rows; row++) {   /* of a segment nobody gives figures */
    if (crm__row_exists(all->scope, CRM__TABLE_FIGURES, row) &&
        crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_NAME, row) == id) {
      read_expense(all, row);
    }
  }
  return CRM_OK;
}

/* What was spent between two instants: of the coarsest figures that there are, prorated by time, each part rounded half
 * away from zero. ABSENT: there is none, or it passes 64 bits. */
static int64_t spent(const refill *all, int64_t from, int64_t to)
{
  int64_t sums[PARTS] = {0, 0, 0, 0, 0};
  int there[PARTS] = {0, 0, 0, 0, 0};
  int64_t value = 0;
  int32_t part = 0;
  uint32_t i;
  for (i = 0; i < all->expense_count; i++) {
    const expense *of = &all->expenses[i];
    int64_t begin = of->from > from ? of->from : from;
    int64_t end = of->to < to ? of->to : to;
    if (begin < end) {
      there[of->part] = 1;
      if (crm__multiply_divide_round(of->value, end - begin, of->to - of->from, &value) ||
          crm__add_overflows(sums[of->part], value, &sums[of->part])) {
        return ABSENT;
      }
    }
  }
  while (part < PARTS && !there[part]) {
    part++;
  }
  if (part == PARTS ||
      crm__multiply_divide_round(sums[part], 1, crm__power10(6 - crm_store_digits(all->scope->store)), &value)) {
    return ABSENT;
  }
  return value;
}

/* ---- the table ---- */

enum { REFILL_PERIOD, REFILL_NEW, REFILL_BACK, REFILL_LOST, REFILL_TO_REPLACE, REFILL_REFILLED, REFILL_COST,
       REFILL_COST_PER_NEW, REFILL_REFILL_COST, REFILL_SPENT, REFILL_GROWTH, REFILL_STATUS, REFILL_COMPLETE,
       REFILL_COLUMNS };

/* cost * part / whole; null where it passes 64 bits. */
static int64_t put_part(crm_table *table, int32_t column, int64_t cost, int64_t part, int64_t whole)
{
  int64_t value = 0;
  if (crm__multiply_divide_round(cost, part, whole, &value)) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, value);
  }
  return value;
}

static void put_costs(crm_table *table, const crm__life_flow *of, int64_t cost, int64_t to_replace, int64_t refilled)
{
  int32_t column;
  if (cost == ABSENT) {
    crm__table_put_null(table, REFILL_COST);
  } else {
    crm__table_put(table, REFILL_COST, cost);
  }
  if (cost == ABSENT || of->entered == 0) {
    for (column = REFILL_COST_PER_NEW; column < REFILL_STATUS; column++) {
      crm__table_put_null(table, column);
    }
    crm__table_put_name(table, REFILL_STATUS, cost == ABSENT ? "no_cost" : "undefined");
    return;
  }
  (void)put_part(table, REFILL_COST_PER_NEW, cost, 1, of->entered);
  (void)put_part(table, REFILL_REFILL_COST, cost, to_replace, of->entered);
  crm__table_put(table, REFILL_GROWTH, cost - put_part(table, REFILL_SPENT, cost, refilled, of->entered));
  crm__table_put_name(table, REFILL_STATUS, "ok");
}

static void put_period(const refill *all, crm_table *table, const crm__life_flow *of, int32_t first, int32_t next)
{
  int64_t as_of = all->lifecycle->as_of;
  int64_t end = crm__day_instant(all->scope, next);
  int64_t to_replace = of->left > of->came_back ? of->left - of->came_back : 0;
  int64_t refilled = to_replace < of->entered ? to_replace : of->entered;
  int64_t cost = ABSENT;
  char label[64];
  size_t length = crm__period_label(all->calendar, first, label);
  if (all->cost == ABSENT) {
    cost = spent(all, crm__day_instant(all->scope, first), end < as_of ? end : as_of);
  } else if (crm__multiply_divide_round(all->cost, of->entered, 1, &cost)) {
    cost = ABSENT;
  }
  crm__table_put_text(table, REFILL_PERIOD, label, length);
  crm__table_put(table, REFILL_NEW, of->entered);
  crm__table_put(table, REFILL_BACK, of->came_back);
  crm__table_put(table, REFILL_LOST, of->left);
  crm__table_put(table, REFILL_TO_REPLACE, to_replace);
  crm__table_put(table, REFILL_REFILLED, refilled);
  put_costs(table, of, cost, to_replace, refilled);
  crm__table_put(table, REFILL_COMPLETE, end <= as_of);
}

static crm_status begin(const refill *all, int32_t periods, crm_table **table, crm_error *error)
{
  crm__table_column columns[REFILL_COLUMNS] = {
    { "period", CRM_TYPE_TEXT, 0 }, { "new", CRM_TYPE_INTEGER, 0 }, { "reactivated", CRM_TYPE_INTEGER, 0 },
    { "lost", CRM_TYPE_INTEGER, 0 }, { "to_replace", CRM_TYPE_INTEGER, 0 }, { "refilled", CRM_TYPE_INTEGER, 0 },
    { "acquisition_cost", CRM_TYPE_MONEY, 0 }, { "cost_per_new", CRM_TYPE_MONEY, 0 },
    { "refill_cost", CRM_TYPE_MONEY, 0 }, { "refill_spent", CRM_TYPE_MONEY, 0 },
    { "growth_spent", CRM_TYPE_MONEY, 0 }, { "status", CRM_TYPE_TEXT, 0 }, { "complete", CRM_TYPE_BOOLEAN, 0 }
  };
  int32_t i;
  crm_status status;
  for (i = REFILL_COST; i <= REFILL_GROWTH; i++) {
    columns[i].scale = crm_store_digits(all->scope->store);
  }
  status = crm__table_begin(crm__scope_memory(all->scope), "lifecycle_refill", columns, REFILL_COLUMNS, periods, table,
                            error);
  if (status == CRM_OK) {
    crm__lifecycle_describe(all->lifecycle, all->scope, *table, "lifecycle_refill");
    crm__table_meta_text(*table, "figure", all->cost == ABSENT ? all->figure : "");
  }
  return status;
}

static crm_status make_refill(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                              crm_error *error)
{
  refill all = *(const refill *)what;
  crm__activity activity;
  crm__life_flow *flows = NULL;
  int64_t stock;
  int32_t period;
  crm_status status = crm__life_flows(lifecycle, scope, all.calendar, &activity, &flows, &stock, error);
  all.lifecycle = lifecycle;
  all.scope = scope;
  if (status == CRM_OK) {
    status = read_expenses(&all, error);
  }
  if (status == CRM_OK) {
    status = begin(&all, activity.periods, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (period = 0; period < activity.periods; period++) {
    put_period(&all, *table, &flows[period], activity.starts[period], activity.starts[period + 1]);
  }
  return crm__table_finish(table, error);
}

crm_status crm_lifecycle_refill(const crm_lifecycle *lifecycle, const crm_calendar *calendar,
                                const crm_refill_options *given, crm_table **table, crm_error *error)
{
  crm_refill_options options = CRM_REFILL_OPTIONS_INIT;
  crm__calendar ready;
  refill all;
  crm_status status = CRM_OK;
  if (given != NULL) {
    status = crm__struct_read(&options, sizeof options, given, "crm_refill_options", error);
  }
  if (status == CRM_OK && options.cost < 0 && options.cost != ABSENT) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "cost", 0, -1, "a customer costs less than nothing");
  }
  if (status == CRM_OK) {
    status = crm__calendar_open(&ready, calendar, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all.lifecycle = NULL;
  all.scope = NULL;
  all.calendar = &ready;
  all.cost = options.cost;
  all.figure = options.figure == NULL ? "acquisition" : options.figure;
  all.expenses = NULL;
  all.expense_count = 0;
  return crm__lifecycle_table(lifecycle, make_refill, &all, table, error);
}
