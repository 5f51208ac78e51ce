/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/grouping.h"
#include "analysis/population.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/survival.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/conversion.h>

#include <string.h>

/* Days from a start to the first order, open ones censored at as-of. */

#define NEVER INT64_MAX
#define MOST_DAYS 36500

enum { PROSPECT, CONTACT, OPPORTUNITY, STARTS };

static const char *const start_names[STARTS] = { "prospect", "contact", "opportunity" };

typedef struct work {
  crm__scope *scope;
  const crm_conversion_options *given;
  int32_t horizon;
  uint32_t customers;
  int64_t *starts;         /* by customer: of the start at hand, NEVER: none */
  const int32_t *ever;     /* by customer: day of the first order */
  crm__grouping grouping;
  crm__durations durations;   /* room for the longest case */
} work;

/* ---- options ---- */

static crm_status read_options(work *all, const crm_conversion_options *given, crm_error *error)
{
  crm_conversion_options options = CRM_CONVERSION_OPTIONS_INIT;
  if (given != NULL) {
    crm_status status = crm__struct_read(&options, sizeof options, given, "crm_conversion_options", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  if (options.horizon_days < 0 || options.horizon_days > MOST_DAYS) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "horizon_days", 0, -1, "horizon_days is 0 to 36500");
  }
  all->horizon = options.horizon_days == 0 ? 365 : options.horizon_days;
  return crm__grouping_make(all->scope, options.by, &all->grouping, error);
}

/* ---- starts ---- */

static void start_at(const work *all, uint32_t customer, int64_t time)
{
  if (customer != CRM__NONE && time != INT64_MIN && time < all->starts[customer]) {
    all->starts[customer] = time;
  }
}

static void take_rows(const work *all, int32_t table, int32_t customer, int32_t time)
{
  const crm_store *store = all->scope->store;
  uint32_t row;
  for (row = 0; row < crm__rows_count(store, table); row++) {
    if (crm__row_exists(all->scope, table, row)) {
      start_at(all, crm__row_customer(all->scope, table, customer, row), crm__row_value(store, table, time, row));
    }
  }
}

static void take_starts(const work *all, int32_t start)
{
  uint32_t id;
  for (id = 0; id < all->customers; id++) {
    int64_t joined = INT64_MIN;
    all->starts[id] = NEVER;
    if (start == PROSPECT && crm__scope_row(all->scope, id, &joined)) {
      start_at(all, id, joined);
    }
  }
  if (start == CONTACT) {
    take_rows(all, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, CRM__INTERACTIONS_TIME);
  } else if (start == OPPORTUNITY) {
    take_rows(all, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, CRM__OPPORTUNITIES_CREATED);
  }
}

/* ---- cases ---- */

/* Days from a customer's start to its first order, or while it has been watched; -1: it is no case. */
static int64_t days_of(const work *all, uint32_t id, int *converted)
{
  const crm__scope *scope = all->scope;
  int64_t start = all->starts[id];
  int32_t day;
  if (!crm__customer_counts(scope, id) || start == NEVER || start < scope->from || start >= scope->to) {
    return -1;
  }
  day = crm__business_day(start, scope->day_start);
  *converted = all->ever[id] != INT32_MAX;
  if (*converted) {
    return all->ever[id] < day ? -1 : (int64_t)all->ever[id] - day;
  }
  return (int64_t)scope->as_of_day - day;
}

static crm_status make_room(work *all, crm_error *error)
{
  int64_t longest = all->horizon;
  crm__durations *room = &all->durations;
  int32_t start;
  uint32_t id;
  for (start = 0; start < STARTS; start++) {
    take_starts(all, start);
    for (id = 0; id < all->customers; id++) {
      int converted;
      int64_t days = days_of(all, id, &converted);
      longest = days > longest ? days : longest;
    }
  }
  room->days = longest + 1;
  room->ends = crm__scope_alloc(all->scope, (uint64_t)room->days, sizeof *room->ends);
  room->competing = crm__scope_alloc_zero(all->scope, (uint64_t)room->days, sizeof *room->competing);
  room->open = crm__scope_alloc(all->scope, (uint64_t)room->days, sizeof *room->open);
  return room->ends == NULL || room->competing == NULL || room->open == NULL ? crm__fail_memory(error) : CRM_OK;
}

/* The cases of the customers order[from] up to before order[to]; durations reaches to the longest of them. */
static crm__durations collect(const work *all, uint32_t from, uint32_t to)
{
  crm__durations cases = all->durations;
  uint32_t i;
  memset(cases.ends, 0, (size_t)cases.days * sizeof *cases.ends);
  memset(cases.open, 0, (size_t)cases.days * sizeof *cases.open);
  for (i = from; i < to; i++) {
    int converted = 0;
    int64_t days = days_of(all, all->grouping.order[i], &converted);
    if (days >= 0) {
      (converted ? cases.ends : cases.open)[days]++;
    }
  }
  return cases;
}

/* ---- the table ---- */

enum { START, BY, GROUP, CUSTOMERS, CONVERTED, MEDIAN, MEDIAN_LOW, MEDIAN_HIGH, RATE, LOW, HIGH, AT_RISK, STATUS,
       COLUMNS };

static void put_or_null(crm_table *table, int32_t column, int64_t value, int there)
{
  if (there) {
    crm__table_put(table, column, value);
  } else {
    crm__table_put_null(table, column);
  }
}

/* by: the column that told a group apart, NULL: all together; name: the group's, CRM__NONE: it has none. */
static void put_cases(const work *all, int32_t start, const char *by, uint32_t name, const crm__durations *cases,
                      crm_table *table)
{
  crm__incidence whole = crm__incidence_at(cases, cases->days - 1);
  crm__incidence found = crm__incidence_at(cases, all->horizon);
  crm__median median = crm__survival_median(cases);
  crm__table_put_name(table, START, start_names[start]);
  if (by == NULL) {
    crm__table_put_null(table, BY);
  } else {
    crm__table_put_name(table, BY, by);
  }
  if (name == CRM__NONE) {
    crm__table_put_null(table, GROUP);
  } else {
    crm__table_put_key(table, GROUP, crm__name_key(all->scope->store, name));
  }
  crm__table_put(table, CUSTOMERS, found.cases);
  crm__table_put(table, CONVERTED, whole.ended);
  put_or_null(table, MEDIAN, median.day, median.day >= 0);
  put_or_null(table, MEDIAN_LOW, median.low, median.low >= 0);
  put_or_null(table, MEDIAN_HIGH, median.high, median.high >= 0);
  put_or_null(table, RATE, found.value, found.cases > 0);
  put_or_null(table, LOW, found.low, found.cases > 0);
  put_or_null(table, HIGH, found.high, found.cases > 0);
  crm__table_put(table, AT_RISK, found.at_risk);
  crm__table_put_name(table, STATUS, crm__incidence_status(&found));
}

static void put_groups(const work *all, int32_t start, crm_table *table)
{
  uint32_t from = 0;
  while (all->grouping.column >= 0 && from < all->customers) {
    uint32_t to = crm__grouping_end(&all->grouping, all->customers, from);
    crm__durations cases = collect(all, from, to);
    if (crm__incidence_at(&cases, 0).cases > 0) {
      put_cases(all, start, crm__grouping_name(&all->grouping), all->grouping.names[all->grouping.order[from]], &cases,
                table);
    }
    from = to;
  }
}

static crm_status make_table(work *all, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[COLUMNS] = {
    { "start", CRM_TYPE_TEXT, 0 },           { "by", CRM_TYPE_TEXT, 0 },
    { "group", CRM_TYPE_TEXT, 0 },           { "customers", CRM_TYPE_INTEGER, 0 },
    { "converted", CRM_TYPE_INTEGER, 0 },    { "median_days", CRM_TYPE_INTEGER, 0 },
    { "low_days", CRM_TYPE_INTEGER, 0 },     { "high_days", CRM_TYPE_INTEGER, 0 },
    { "rate", CRM_TYPE_DECIMAL, 6 },         { "low", CRM_TYPE_DECIMAL, 6 },     { "high", CRM_TYPE_DECIMAL, 6 },
    { "at_risk", CRM_TYPE_INTEGER, 0 },      { "status", CRM_TYPE_TEXT, 0 }
  };
  int64_t rows = STARTS * (1 + crm__grouping_count(&all->grouping, all->customers));
  int32_t start;
  crm_status status = crm__table_begin(crm__scope_memory(all->scope), "conversion", columns, COLUMNS, rows, table,
                                       error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(all->scope, *table, "conversion", 1);
  crm__table_meta(*table, "horizon_days", "%d", (int)all->horizon);
  for (start = 0; start < STARTS; start++) {
    crm__durations cases;
    take_starts(all, start);
    cases = collect(all, 0, all->customers);
    put_cases(all, start, NULL, CRM__NONE, &cases, *table);
    put_groups(all, start, *table);
  }
  return crm__table_finish(table, error);
}

static crm_status fill(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  crm__scope wide = crm__scope_widened(scope);
  work *all = context;
  crm_status status;
  all->scope = scope;
  all->customers = crm__customers(scope->store);
  status = read_options(all, all->given, error);
  if (status == CRM_OK) {
    status = crm__first_ever(&wide, &all->ever, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all->starts = crm__scope_alloc(scope, all->customers, sizeof *all->starts);
  if (all->starts == NULL) {
    return crm__fail_memory(error);
  }
  status = make_room(all, error);
  return status == CRM_OK ? make_table(all, table, error) : status;
}

crm_status crm_conversion_compute(const crm_store *store, const crm_scope *scope,
                                  const crm_conversion_options *options, crm_table **table, crm_error *error)
{
  work all;
  memset(&all, 0, sizeof all);
  all.given = options;
  return crm__scope_table(store, scope, fill, &all, table, error);
}
