/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/gaps.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "base/wide.h"
#include "table/build.h"

#include <crm/rhythm.h>

#include <math.h>

#define YEAR_DAYS 365
#define MILLION 1000000

/* What both tables are made of. */
typedef struct rhythms {
  crm__measures measures;
  const int32_t *ever;      /* by customer: day of the first occasion ever */
  crm__gaps gaps;
  int32_t from_day;         /* of the period's first instant; INT32_MIN: all history */
  int32_t to_day;           /* of the first instant after it */
} rhythms;

static crm_status gather(rhythms *all, crm__scope *scope, crm_error *error)
{
  crm_status status = crm__measures_compute(scope, &all->measures, error);
  if (status == CRM_OK) {
    status = crm__first_ever(scope, &all->ever, error);
  }
  /* Outside the years of facts a bound leaves out all of them or none, and its day is not needed. */
  all->from_day = scope->from <= CRM__TIME_MIN ? INT32_MIN : crm__business_day(scope->from, scope->day_start);
  all->to_day = scope->to <= CRM__TIME_MIN || scope->to == INT64_MAX
                  ? 0
                  : crm__business_day(scope->to, scope->day_start);
  return status == CRM_OK ? crm__gaps_compute(scope, &all->gaps, error) : status;
}

/* The measure of a customer that the tables are about, or NULL. */
static const crm__measure *member(const rhythms *all, const crm__scope *scope, uint32_t id)
{
  const crm__measure *measure = crm__measure_at(&all->measures, id);
  return measure->orders > 0 && crm__customer_counts(scope, id) ? measure : NULL;
}

static int64_t exposure_of(const rhythms *all, uint32_t id)
{
  int64_t begin = all->ever[id] > all->from_day ? all->ever[id] : all->from_day;
  int64_t days = all->to_day - begin;
  return days < 1 ? 1 : days;
}

/* In millionths. With sums S of the gaps and Q of their squares the standard deviation over the mean is
 * sqrt(n Q - S^2) / S; what the root is taken of is an integer under 2^53, so it is exact. */
static int64_t variation(const int64_t *gaps, uint64_t count)
{
  int64_t sum = 0;
  int64_t squares = 0;
  double value;
  uint64_t k;
  for (k = 0; k < count; k++) {
    sum += gaps[k];
    squares += gaps[k] * gaps[k];
  }
  value = sqrt((double)((int64_t)count * squares - sum * sum));
  value = value / (double)sum;
  value = value * 1e6;
  value = value + 0.5;
  return (int64_t)value;
}

/* ---- a row a customer ---- */

enum { RHYTHM_CUSTOMER, RHYTHM_ORDERS, RHYTHM_SPEND, RHYTHM_AVERAGE, RHYTHM_EXPOSURE, RHYTHM_FREQUENCY, RHYTHM_GAPS,
       RHYTHM_MEDIAN, RHYTHM_MEAN, RHYTHM_VARIATION, RHYTHM_LAST, RHYTHM_DUE, RHYTHM_OVERDUE, RHYTHM_COLUMNS };

static void put_cycle(const rhythms *all, const crm__scope *scope, crm_table *table, uint32_t id,
                      const crm__measure *measure)
{
  static const int32_t empty[] = { RHYTHM_MEDIAN, RHYTHM_MEAN, RHYTHM_DUE, RHYTHM_OVERDUE };
  int64_t *gaps = all->gaps.days + all->gaps.starts[id];
  uint64_t count = all->gaps.starts[id + 1U] - all->gaps.starts[id];
  size_t i;
  crm__table_put(table, RHYTHM_GAPS, (int64_t)count);
  crm__table_put(table, RHYTHM_LAST, measure->last);
  if (count > 0) {
    int64_t median = crm__twice_median(gaps, count);
    int64_t due = measure->last + (median + 1) / 2;
    crm__table_put(table, RHYTHM_MEDIAN, median * 5);
    crm__table_put(table, RHYTHM_MEAN, crm__ratio((int64_t)measure->last - measure->first, (int64_t)count));
    crm__table_put(table, RHYTHM_DUE, due);
    crm__table_put(table, RHYTHM_OVERDUE, scope->as_of_day > due ? scope->as_of_day - due : 0);
  }
  for (i = 0; count == 0 && i < sizeof empty / sizeof empty[0]; i++) {
    crm__table_put_null(table, empty[i]);
  }
  if (count > 1) {
    crm__table_put(table, RHYTHM_VARIATION, variation(gaps, count));
  } else {
    crm__table_put_null(table, RHYTHM_VARIATION);
  }
}

static void put_customer(const rhythms *all, const crm__scope *scope, crm_table *table, uint32_t id,
                         const crm__measure *measure)
{
  int64_t exposure = exposure_of(all, id);
  int64_t average = 0;
  (void)crm__multiply_divide_round(measure->money, 1, measure->orders, &average);
  crm__table_put_key(table, RHYTHM_CUSTOMER, crm__customer_key(scope->store, id));
  crm__table_put(table, RHYTHM_ORDERS, measure->orders);
  crm__table_put(table, RHYTHM_SPEND, measure->money);
  crm__table_put(table, RHYTHM_AVERAGE, average);
  crm__table_put(table, RHYTHM_EXPOSURE, exposure);
  crm__table_put(table, RHYTHM_FREQUENCY, crm__ratio((int64_t)measure->orders * YEAR_DAYS, exposure));
  put_cycle(all, scope, table, id, measure);
}

static int64_t count_members(const rhythms *all, const crm__scope *scope)
{
  uint32_t customers = crm__customers(scope->store);
  int64_t count = 0;
  uint32_t id;
  for (id = 0; id < customers; id++) {
    count += member(all, scope, id) != NULL;
  }
  return count;
}

static void describe(const crm__scope *scope, crm_table *table, const char *definition, int64_t n)
{
  crm__scope_describe(scope, table, definition, 1);
  crm__table_meta(table, "year_days", "%d", YEAR_DAYS);
  crm__table_meta(table, "n", "%lld", (long long)n);
}

static crm_status make_customers(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  int32_t digits = crm_store_digits(scope->store);
  crm__table_column columns[RHYTHM_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 },         { "orders", CRM_TYPE_INTEGER, 0 },    { "spend", CRM_TYPE_MONEY, 0 },
    { "average_order", CRM_TYPE_MONEY, 0 },   { "exposure_days", CRM_TYPE_INTEGER, 0 },
    { "frequency", CRM_TYPE_DECIMAL, 6 },     { "gaps", CRM_TYPE_INTEGER, 0 },
    { "median_gap", CRM_TYPE_DECIMAL, 1 },    { "mean_gap", CRM_TYPE_DECIMAL, 6 },
    { "gap_cv", CRM_TYPE_DECIMAL, 6 },        { "last", CRM_TYPE_DATE, 0 },         { "next_due", CRM_TYPE_DATE, 0 },
    { "overdue_days", CRM_TYPE_INTEGER, 0 }
  };
  uint32_t customers = crm__customers(scope->store);
  const uint32_t *by_key;
  rhythms all;
  int64_t n;
  uint32_t i;
  crm_status status = crm__customers_by_key(scope, &by_key, error);
  (void)context;
  if (status == CRM_OK) {
    status = gather(&all, scope, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  columns[RHYTHM_SPEND].scale = digits;
  columns[RHYTHM_AVERAGE].scale = digits;
  n = count_members(&all, scope);
  status = crm__table_begin(crm__scope_memory(scope), "rhythm", columns, RHYTHM_COLUMNS, n, table, error);
  if (status != CRM_OK) {
    return status;
  }
  describe(scope, *table, "rhythm", n);
  for (i = 0; i < customers; i++) {
    const crm__measure *measure = member(&all, scope, by_key[i]);
    if (measure != NULL) {
      put_customer(&all, scope, *table, by_key[i], measure);
    }
  }
  return crm__table_finish(table, error);
}

/* ---- all together ---- */

enum { TOTAL_MEASURE, TOTAL_VALUE, TOTAL_NUMERATOR, TOTAL_DENOMINATOR, TOTAL_N, TOTAL_STATUS, TOTAL_COLUMNS };

typedef struct sums {
  int64_t customers;
  int64_t orders;
  int64_t money;
  int64_t exposure;
  int64_t gaps;         /* their number, */
  int64_t gap_days;     /* and sum */
  int64_t rhythmic;     /* customers with a rhythm of their own, */
  int64_t beyond;       /* and those who have been silent for long by it */
  int64_t all_orders;   /* anonymous ones too */
  int64_t all_money;
} sums;

#define RHYTHM_GAPS_LEAST 3    /* gaps that make a rhythm */
#define BEYOND 3               /* so many of the customer's median gaps */

static void sum_rhythm(const rhythms *all, const crm__scope *scope, uint32_t id, const crm__measure *measure, sums *to)
{
  uint64_t count = all->gaps.starts[id + 1U] - all->gaps.starts[id];
  if (count >= RHYTHM_GAPS_LEAST) {
    int64_t idle = (int64_t)scope->as_of_day - measure->last;
    to->rhythmic++;
    to->beyond += 2 * idle > BEYOND * crm__twice_median(all->gaps.days + all->gaps.starts[id], count);
  }
}

static void sum_customers(const rhythms *all, const crm__scope *scope, sums *to)
{
  uint32_t customers = crm__customers(scope->store);
  uint32_t id;
  for (id = 0; id < customers; id++) {
    const crm__measure *measure = member(all, scope, id);
    if (measure != NULL) {
      to->customers++;
      to->orders += measure->orders;
      to->money += measure->money;
      to->exposure += exposure_of(all, id);
      to->gap_days += (int64_t)measure->last - measure->first;
      sum_rhythm(all, scope, id, measure, to);
    }
  }
  to->gaps = (int64_t)all->gaps.starts[customers];
}

/* Where occasions are days, those of known customers are their visits, and only the others are counted here. */
static crm_status sum_facts(const rhythms *all, crm__scope *scope, sums *to, crm_error *error)
{
  int each = scope->occasions == CRM_OCCASIONS_EACH;
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  to->all_orders = each ? 0 : (int64_t)all->gaps.visits;
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      if (facts->flags[i] & CRM__FACT_PERIOD) {
        to->all_money += facts->money[i];
        to->all_orders += each || facts->customer[i] == CRM__NONE ? facts->orders[i] : 0;
      }
    }
  }
  return crm__facts_end(facts, error);
}

static void put_or_null(crm_table *table, int32_t column, int64_t value, int there)
{
  if (there) {
    crm__table_put(table, column, value);
  } else {
    crm__table_put_null(table, column);
  }
}

/* factor * numerator / denominator in millionths, factor being 1 where the row shows the quotient of its two sides. */
static void put_quotient(crm_table *table, const char *name, int64_t factor, int64_t numerator, int64_t denominator,
                         int64_t n)
{
  int64_t value = 0;
  int overflow = denominator > 0 && crm__multiply_divide_round(numerator, factor, denominator, &value);
  crm__table_put_name(table, TOTAL_MEASURE, name);
  put_or_null(table, TOTAL_VALUE, value, denominator > 0 && !overflow);
  crm__table_put(table, TOTAL_NUMERATOR, numerator);
  crm__table_put(table, TOTAL_DENOMINATOR, denominator);
  crm__table_put(table, TOTAL_N, n);
  crm__table_put_name(table, TOTAL_STATUS, overflow ? "overflow" : denominator > 0 ? "ok" : "undefined");
}

static void put_median(crm_table *table, int64_t *gaps, int64_t count)
{
  crm__table_put_name(table, TOTAL_MEASURE, "median_gap");
  put_or_null(table, TOTAL_VALUE, count > 0 ? crm__twice_median(gaps, (uint64_t)count) * (MILLION / 2) : 0, count > 0);
  crm__table_put_null(table, TOTAL_NUMERATOR);
  crm__table_put_null(table, TOTAL_DENOMINATOR);
  crm__table_put(table, TOTAL_N, count);
  crm__table_put_name(table, TOTAL_STATUS, count > 0 ? "ok" : "undefined");
}

static crm_status make_summary(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[TOTAL_COLUMNS] = {
    { "measure", CRM_TYPE_TEXT, 0 },        { "value", CRM_TYPE_DECIMAL, 6 }, { "numerator", CRM_TYPE_INTEGER, 0 },
    { "denominator", CRM_TYPE_INTEGER, 0 }, { "n", CRM_TYPE_INTEGER, 0 },     { "status", CRM_TYPE_TEXT, 0 }
  };
  sums sum = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
  int64_t money = MILLION;   /* makes millionths of minor units */
  int32_t digits;
  rhythms all;
  crm_status status = gather(&all, scope, error);
  (void)context;
  if (status == CRM_OK) {
    sum_customers(&all, scope, &sum);
    status = sum_facts(&all, scope, &sum, error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "rhythm_summary", columns, TOTAL_COLUMNS, 7, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (digits = crm_store_digits(scope->store); digits > 0; digits--) {
    money /= 10;
  }
  describe(scope, *table, "rhythm_summary", sum.customers);
  put_quotient(*table, "frequency", (int64_t)YEAR_DAYS * MILLION, sum.orders, sum.exposure, sum.customers);
  put_quotient(*table, "average_order", money, sum.all_money, sum.all_orders, sum.all_orders);
  put_quotient(*table, "orders_per_customer", MILLION, sum.orders, sum.customers, sum.customers);
  put_quotient(*table, "spend_per_customer", money, sum.money, sum.customers, sum.customers);
  put_median(*table, all.gaps.days, sum.gaps);
  put_quotient(*table, "mean_gap", MILLION, sum.gap_days, sum.gaps, sum.gaps);
  put_quotient(*table, "beyond_rhythm", MILLION, sum.beyond, sum.rhythmic, sum.rhythmic);
  return crm__table_finish(table, error);
}

crm_status crm_rhythm_compute(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm__scope_table(store, scope, make_customers, NULL, table, error);
}

crm_status crm_rhythm_summary(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm__scope_table(store, scope, make_summary, NULL, table, error);
}
