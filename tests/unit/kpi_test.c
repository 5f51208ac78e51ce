/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"
#include "support/random.h"
#include "support/rounds.h"

#include "store/facts.h"

#include <stdio.h>
#include <string.h>

/* Passes over the facts, counted where they begin: the linker leads calls of crm__facts_begin here. */
static int passes;
void __real_crm__facts_begin(crm__facts *of);
void __wrap_crm__facts_begin(crm__facts *of);

void __wrap_crm__facts_begin(crm__facts *of)
{
  passes++;
  __real_crm__facts_begin(of);
}

/* ---- random facts, against the analyses that the figures have to agree with ---- */

static crm_kpi *compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                        const crm_kpi_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_kpi *kpi = NULL;
  if (crm_kpi_compute(store, scope, calendar, options, &kpi, &error) != CRM_OK) {
    fail_msg("%s %s %d", error.message, error.column, (int)error.row);
  }
  return kpi;
}

static crm_kpi_value find(const crm_kpi *kpi, const char *id, const char *period, const char *group)
{
  crm_kpi_value value = CRM_KPI_VALUE_INIT;
  crm_error error = CRM_ERROR_INIT;
  if (crm_kpi_find(kpi, id, period, group, &value, &error) != CRM_OK) {
    fail_msg("%s %s: %s %s", id, period == NULL ? "" : period, error.message, error.column);
  }
  return value;
}

/* A numerator, 0 where there are no facts yet. */
static int64_t counted(const crm_kpi *kpi, const char *id, const char *period)
{
  crm_kpi_value value = find(kpi, id, period, NULL);
  if (value.status == CRM_KPI_NO_FACTS) {
    assert_int_equal(value.numerator, INT64_MIN);
    return 0;
  }
  return value.numerator;
}

static void copy_text(const crm_table *table, const char *column, int64_t row, char *into, size_t size)
{
  size_t length;
  const char *text = crm_table_text(table, crm_table_find(table, column), row, &length);
  assert_true(length < size);
  memcpy(into, text, length);
  into[length] = '\0';
}

static void check_months(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar)
{
  static const char *const same[][2] = {
    {"revenue", "revenue"},   {"orders", "orders"},   {"customers_active", "active"},
    {"customers_new", "new"}, {"customers_returning", "returning"},
    {"customers_resurrected", "resurrected"}, {"customers_lapsed", "lapsed"}};
  crm_kpi *kpi = compute(store, scope, calendar, NULL);
  crm_table *months = NULL;
  int64_t row;
  assert_int_equal(crm_periods_compute(store, scope, calendar, &months, NULL), CRM_OK);
  assert_true(crm_table_rows(months) > 0);
  for (row = 0; row < crm_table_rows(months); row++) {
    char label[32];
    size_t i;
    copy_text(months, "month", row, label, sizeof label);
    for (i = 0; i < sizeof same / sizeof same[0]; i++) {
      if (counted(kpi, same[i][0], label) != integer_at(months, same[i][1], row)) {
        fail_msg("%s of %s: %lld, %lld", same[i][0], label, (long long)counted(kpi, same[i][0], label),
                 (long long)integer_at(months, same[i][1], row));
      }
    }
    assert_int_equal(find(kpi, "revenue", label, NULL).complete, integer_at(months, "complete", row));
    assert_int_equal(find(kpi, "revenue", label, NULL).first_day, integer_at(months, "first_day", row));
  }
  crm_table_free(months);
  crm_kpi_free(kpi);
}

/* A figure against a row of a table of ratios. */
static void check_row(const crm_kpi *kpi, const char *id, const crm_table *table, const char *name_column,
                      const char *name)
{
  crm_kpi_value value = find(kpi, id, NULL, NULL);
  int64_t row = row_of(table, name_column, name);
  if (is_null_at(table, "value", row)) {
    assert_int_equal(value.value, INT64_MIN);
    return;
  }
  if (value.value != integer_at(table, "value", row)) {
    fail_msg("%s: %lld, %lld", id, (long long)value.value, (long long)integer_at(table, "value", row));
  }
  if (value.numerator != INT64_MIN) {
    assert_int_equal(value.numerator, integer_at(table, "numerator", row));
    assert_int_equal(value.denominator, integer_at(table, "denominator", row));
  }
}

/* The figures of one period against the analyses of a scope that is this period. */
static void check_period(const crm_store *store, const crm_scope *scope, int32_t start, int32_t next)
{
  crm_scope own = *scope;
  crm_scope ever = *scope;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  crm_kpi *kpi;
  own.from = start * CRM_DAY;
  own.to = next * CRM_DAY;
  ever.as_of = next * CRM_DAY;
  options.least_cases = 1;
  kpi = compute(store, &own, NULL, &options);
  assert_int_equal(crm_repeat_compute(store, &own, &table, NULL), CRM_OK);
  check_row(kpi, "repeat_rate", table, "kpi", "repeat_rate");
  crm_table_free(table);
  assert_int_equal(crm_repeat_compute(store, &ever, &table, NULL), CRM_OK);
  check_row(kpi, "repeat_rate_90", table, "kpi", "repeat_rate_90");
  crm_table_free(table);
  assert_int_equal(crm_rhythm_summary(store, &own, &table, NULL), CRM_OK);
  check_row(kpi, "frequency", table, "measure", "frequency");
  check_row(kpi, "average_order", table, "measure", "average_order");
  check_row(kpi, "orders_per_customer", table, "measure", "orders_per_customer");
  check_row(kpi, "spend_per_customer", table, "measure", "spend_per_customer");
  crm_table_free(table);
  assert_int_equal(crm_pyramid_compute(store, &own, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_OK);
  check_row(kpi, "top_1_share", table, "measure", "top_1");
  check_row(kpi, "top_5_share", table, "measure", "top_5");
  check_row(kpi, "top_20_share", table, "measure", "top_20");
  check_row(kpi, "gini", table, "measure", "gini");
  crm_table_free(table);
  crm_pyramid_free(pyramid);
  assert_int_equal(crm_products_compute(store, &own, NULL, &table, NULL), CRM_OK);
  if (crm_table_rows(table) > 0) {
    int64_t units = 0;
    int64_t row;
    for (row = 0; row < crm_table_rows(table); row++) {
      units += integer_at(table, "units", row);
    }
    if (scope->money == CRM_MONEY_NET) {
      assert_int_equal(find(kpi, "units", NULL, NULL).numerator, units);
    }
  }
  crm_table_free(table);
  crm_kpi_free(kpi);
}

static void test_agrees_with_the_analyses(void **state)
{
  static const char *const branches[] = {"x"};
  int round;
  (void)state;
  for (round = 0; round < 12; round++) {
    crm_store *store = random_sales((uint64_t)round + 11, 150 + 60 * round);
    crm_scope scope = CRM_SCOPE_INIT;
    crm_calendar calendar = CRM_CALENDAR_INIT;
    scope.money = round % 3;
    scope.refunds = round / 3 % 2;
    scope.occasions = round / 2 % 2;
    if (round % 4 == 3) {
      scope.branches = branches;
      scope.branch_count = 1;
    }
    scope.as_of = facts_day(2024, 6, 10) + CRM_DAY / 2;
    check_period(store, &scope, (int32_t)(facts_day(2023, 3, 1) / CRM_DAY), (int32_t)(facts_day(2023, 4, 1) / CRM_DAY));
    check_period(store, &scope, (int32_t)(facts_day(2022, 1, 1) / CRM_DAY), (int32_t)(facts_day(2022, 2, 1) / CRM_DAY));
    scope.from = facts_day(2022, 1, 1) + (round % 2 == 0 ? 0 : 9 * CRM_DAY + CRM_DAY / 3);
    check_months(store, &scope, NULL);
    calendar.period = CRM_PERIOD_WEEK;
    check_months(store, &scope, &calendar);
    calendar.period = CRM_PERIOD_QUARTER;
    calendar.fiscal_start = 2;
    check_months(store, &scope, &calendar);
    crm_store_free(store);
  }
}

/* A group's figures are those of a scope with the branch alone. */
static void test_groups_are_scopes(void **state)
{
  static const char *const keys[] = {"7", "x", "y"};
  crm_store *store = random_sales(5, 700);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_table *all = NULL;
  crm_kpi *kpi;
  int64_t place;
  size_t b;
  (void)state;
  scope.as_of = facts_day(2024, 6, 10);
  options.periods = 14;
  options.running = 1;
  options.group = CRM_KPI_BY_BRANCH;
  kpi = compute(store, &scope, NULL, &options);
  assert_int_equal(crm_kpi_table(kpi, &all, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(all), 4 * 15 * crm_kpi_count());
  options.group = CRM_KPI_TOGETHER;
  for (b = 0; b < 3; b++) {
    crm_kpi *alone;
    crm_table *table = NULL;
    int64_t row;
    scope.branches = &keys[b];
    scope.branch_count = 1;
    alone = compute(store, &scope, NULL, &options);
    assert_int_equal(crm_kpi_table(alone, &table, NULL), CRM_OK);
    place = (int64_t)(b + 1) * crm_table_rows(table);
    for (row = 0; row < crm_table_rows(table); row++) {
      int32_t column;
      assert_true(text_is(all, "group", place + row, keys[b]));
      for (column = 0; column < crm_table_columns(table) - 1; column++) {
        size_t length;
        size_t other;
        const char *text = crm_table_text(table, column, row, &length);
        const char *there = crm_table_text(all, column, place + row, &other);
        assert_int_equal(crm_table_is_null(table, column, row), crm_table_is_null(all, column, place + row));
        assert_int_equal(crm_table_integer(table, column, row), crm_table_integer(all, column, place + row));
        assert_true(length == other && memcmp(text, there, length) == 0);
      }
    }
    crm_table_free(table);
    crm_kpi_free(alone);
  }
  crm_table_free(all);
  crm_kpi_free(kpi);
  crm_store_free(store);
}

/* ---- customers' lives ---- */

static const char *const life_ids[] = {"customers_dormant", "customers_lost", "dormant_rate", "customers_reactivated",
                                       "leak_rate", "steady_state"};

#define LIFE_IDS ((int32_t)(sizeof life_ids / sizeof life_ids[0]))

static int64_t stage_count(const crm_table *stages, const char *name)
{
  return integer_at(stages, "customers", row_of(stages, "stage", name));
}

/* Where the stock would come to rest, in whole customers. */
static void check_steady(const crm_kpi *kpi, const crm_table *bucket, int64_t row, const char *label)
{
  crm_kpi_value value = find(kpi, "steady_state", label, NULL);
  assert_int_equal(value.status == CRM_KPI_UNDEFINED, is_null_at(bucket, "steady_state", row));
  if (value.status != CRM_KPI_UNDEFINED) {
    assert_int_equal(value.value, integer_at(bucket, "steady_state", row) * 1000000);
    assert_int_equal(value.n, integer_at(bucket, "start", row));
  }
}

/* A period's levels against a snapshot at its end, its flows against its row of the bucket. strangers: those in each of
 * dormant and lost who never bought, whom no figure counts. */
static void check_life(const crm_kpi *kpi, const crm_lifecycle *lives, const crm_table *bucket, int64_t row,
                       int64_t end, int64_t strangers)
{
  crm_table *stages = NULL;
  crm_life_limits limits = CRM_LIFE_LIMITS_INIT;
  crm_kpi_value value;
  char label[32];
  int64_t dormant;
  int64_t lost;
  copy_text(bucket, "period", row, label, sizeof label);
  assert_int_equal(crm_lifecycle_limits(lives, &limits, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_snapshot(lives, end, &stages, NULL), CRM_OK);
  dormant = stage_count(stages, "dormant") - strangers;
  lost = stage_count(stages, "lost") - strangers;
  value = find(kpi, "customers_dormant", label, NULL);
  if (value.status == CRM_KPI_NO_FACTS) {
    assert_int_equal(integer_at(bucket, "new", row) + integer_at(bucket, "end", row) + dormant + lost, 0);
    crm_table_free(stages);
    return;
  }
  assert_int_equal(value.numerator, dormant);
  value = find(kpi, "customers_lost", label, NULL);
  assert_int_equal(value.status, limits.lost_days == 0 ? CRM_KPI_INSUFFICIENT : CRM_KPI_OK);
  assert_int_equal(value.numerator, limits.lost_days == 0 ? INT64_MIN : lost);
  value = find(kpi, "dormant_rate", label, NULL);
  assert_int_equal(value.numerator, dormant + lost);
  assert_int_equal(value.denominator, dormant + lost + integer_at(bucket, "end", row));
  assert_int_equal(find(kpi, "customers_reactivated", label, NULL).numerator, integer_at(bucket, "reactivated", row));
  value = find(kpi, "leak_rate", label, NULL);
  assert_int_equal(value.numerator, integer_at(bucket, "lost", row));
  assert_int_equal(value.denominator, integer_at(bucket, "start", row));
  assert_int_equal(value.status == CRM_KPI_UNDEFINED, is_null_at(bucket, "leak_rate", row));
  if (value.status != CRM_KPI_UNDEFINED) {
    assert_int_equal(value.value, integer_at(bucket, "leak_rate", row));
  }
  check_steady(kpi, bucket, row, label);
  crm_table_free(stages);
}

/* 150 customers who buy for a while and then stay away, some of them to come back. */
static crm_store *staying_away(uint64_t seed)
{
  dice random = dice_of(seed);
  crm_store *store = facts_store(NULL, NULL);
  facts *rows = facts_create("document,time,customer,kind,amount");
  int document = 0;
  int i;
  for (i = 0; i < 150; i++) {
    int day = i < 4 ? 0 : dice_below(&random, 800);   /* the host tells of the first ones */
    while (day < 870) {
      char line[96];
      (void)snprintf(line, sizeof line, "%d,%d-%02d-%02dT%02d:15,%d,%s,5", document, 2022 + day / 360,
                     day % 360 / 30 + 1, day % 30 % 28 + 1, dice_below(&random, 24), i,
                     dice_below(&random, 9) == 0 ? "return" : "sale");
      facts_add(rows, line);
      document++;
      day += 1 + dice_below(&random, 40);
      day += dice_below(&random, 4) == 0 ? dice_below(&random, 150) : 0;
      day += dice_below(&random, 16) == 0 ? 400 + dice_below(&random, 500) : 0;
    }
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

/* The figures of lives are those of the lifecycle, with returns and the host's own entries. */
static void test_lives(void **state)
{
  int round;
  int64_t dormant = 0;
  int64_t lost = 0;
  int64_t back = 0;
  (void)state;
  for (round = 0; round < 6; round++) {
    crm_store *store = staying_away((uint64_t)round + 70);
    crm_scope scope = CRM_SCOPE_INIT;
    crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
    crm_lifecycle *lives = NULL;
    crm_table *bucket = NULL;
    crm_kpi *kpi;
    int64_t row;
    if (round % 2 == 1) {
      facts_load_text(store, "stages", "customer,time,stage\n1,2023-02-03T10:00,dormant\n2,2023-03-01,repeat\n"
                                       "3,2023-04-01,lost\n1,2023-05-01,prospect\n"
                                       "p,2023-02-14,lost\nq,2023-02-14,dormant\n");
    }
    scope.as_of = facts_day(2024, 6, 10) + CRM_DAY / 3;
    options.periods = 40;
    options.running = 1;
    options.kpis = life_ids;
    options.kpi_count = LIFE_IDS;
    options.least_cases = 1;
    kpi = compute(store, &scope, NULL, &options);
    assert_int_equal(crm_lifecycle_compute(store, &scope, NULL, &lives, NULL), CRM_OK);
    assert_int_equal(crm_lifecycle_bucket(lives, NULL, &bucket, NULL), CRM_OK);
    assert_true(crm_table_rows(bucket) > 12);
    for (row = 0; row < crm_table_rows(bucket); row++) {
      char label[32];
      int64_t end = row + 1 == crm_table_rows(bucket) ? scope.as_of : 0;
      copy_text(bucket, "period", row, label, sizeof label);
      if (end == 0) {
        char next[32];
        copy_text(bucket, "period", row + 1, next, sizeof next);
        end = find(kpi, "leak_rate", next, NULL).first_day * CRM_DAY;
      }
      check_life(kpi, lives, bucket, row, end, round % 2 == 1 && end > facts_day(2023, 2, 14));
      dormant += find(kpi, "customers_dormant", label, NULL).value > 0;
      lost += find(kpi, "customers_lost", label, NULL).value > 0;
      back += find(kpi, "customers_reactivated", label, NULL).value > 0;
    }
    crm_table_free(bucket);
    crm_lifecycle_free(lives);
    crm_kpi_free(kpi);
    crm_store_free(store);
  }
  assert_true(dormant > 50 && lost > 20 && back > 50);
}

static crm_kpi *leaks(const crm_store *store, int64_t as_of, const crm_lifecycle_options *limits)
{
  static const char *const ids[] = {"leak_rate", "customers_lost"};
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  scope.as_of = as_of;
  options.periods = 12;
  options.kpis = ids;
  options.kpi_count = 2;
  options.lifecycle = limits;
  return compute(store, &scope, NULL, &options);
}

/* The limits that are suggested move with as-of, and figures of past months with them; given limits hold both. */
static void test_limits_that_are_kept(void **state)
{
  crm_store *store = staying_away(71);
  crm_lifecycle_options limits = CRM_LIFECYCLE_OPTIONS_INIT;
  int64_t moved[2] = {0, 0};
  int given;
  (void)state;
  limits.dormant_days = 45;
  limits.lost_days = 200;
  for (given = 0; given < 2; given++) {
    crm_kpi *before = leaks(store, facts_day(2023, 4, 1), given ? &limits : NULL);
    crm_kpi *after = leaks(store, facts_day(2024, 1, 1), given ? &limits : NULL);
    int month;
    for (month = 1; month < 4; month++) {
      char label[32];
      (void)snprintf(label, sizeof label, "2023-%02d", month);
      moved[given] +=
        find(before, "leak_rate", label, NULL).numerator != find(after, "leak_rate", label, NULL).numerator;
      moved[given] +=
        find(before, "customers_lost", label, NULL).value != find(after, "customers_lost", label, NULL).value;
      if (given) {
        assert_true(find(after, "customers_lost", label, NULL).value > 0);
      }
    }
    crm_kpi_free(before);
    crm_kpi_free(after);
  }
  assert_true(moved[0] > 0);
  assert_int_equal(moved[1], 0);
  limits.lost_days = 10;   /* not after dormant_days */
  {
    crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
    crm_kpi *kpi = NULL;
    crm_error error = CRM_ERROR_INIT;
    options.lifecycle = &limits;
    assert_int_equal(crm_kpi_compute(store, NULL, NULL, &options, &kpi, &error), CRM_ERROR_ARGUMENT);
    assert_null(kpi);
  }
  crm_store_free(store);
}

/* Without sales there are no facts, with few gaps no limit; a branch has no lives of its own. */
static void test_lives_unknown(void **state)
{
  static const char *const branches[] = {"x"};
  crm_store *store = facts_store(NULL, NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi;
  int32_t i;
  (void)state;
  options.kpis = life_ids;
  options.kpi_count = LIFE_IDS;
  scope.as_of = facts_day(2024, 3, 1);
  kpi = compute(store, &scope, NULL, &options);
  for (i = 0; i < LIFE_IDS; i++) {
    assert_int_equal(find(kpi, life_ids[i], NULL, NULL).status, CRM_KPI_NO_FACTS);
  }
  crm_kpi_free(kpi);
  facts_load_text(store, "sales", "document,time,customer,amount,branch\n1,2024-01-05,a,10,x\n2,2024-02-05,a,10,x\n");
  kpi = compute(store, &scope, NULL, &options);
  for (i = 0; i < LIFE_IDS; i++) {
    crm_kpi_value value = find(kpi, life_ids[i], NULL, NULL);
    assert_int_equal(value.status, CRM_KPI_INSUFFICIENT);
    assert_int_equal(value.value, INT64_MIN);
    assert_int_equal(value.numerator, INT64_MIN);
    assert_int_equal(value.n, INT64_MIN);
  }
  crm_kpi_free(kpi);
  crm_store_free(store);
  store = random_sales(71, 900);
  options.group = CRM_KPI_BY_BRANCH;
  kpi = compute(store, &scope, NULL, &options);
  assert_int_equal(find(kpi, "customers_dormant", NULL, NULL).status, CRM_KPI_OK);
  assert_int_equal(find(kpi, "customers_dormant", NULL, "x").status, CRM_KPI_NO_FACTS);
  crm_kpi_free(kpi);
  options.group = CRM_KPI_TOGETHER;
  scope.branches = branches;
  scope.branch_count = 1;
  kpi = compute(store, &scope, NULL, &options);
  assert_int_equal(find(kpi, "customers_dormant", NULL, NULL).status, CRM_KPI_NO_FACTS);
  crm_kpi_free(kpi);
  crm_store_free(store);
}

static int is_of_life(const char *id)
{
  int32_t i;
  for (i = 0; i < LIFE_IDS; i++) {
    if (strcmp(id, life_ids[i]) == 0) {
      return 1;
    }
  }
  return 0;
}

/* All KPIs but those of lives for 24 periods, each with the period and the year before, by branch: one pass. Lives ask
 * for two more. */
static void test_one_pass(void **state)
{
  crm_store *store;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  const char *others[128];
  int64_t count = 0;
  int64_t i;
  (void)state;
  if (calls_repeat()) {
    skip();
  }
  store = random_sales(9, 3000);
  assert_true(crm_kpi_count() <= 128);
  for (i = 0; i < crm_kpi_count(); i++) {
    crm_kpi_info info = CRM_KPI_INFO_INIT;
    assert_int_equal(crm_kpi_info_at(i, &info, NULL), CRM_OK);
    if (!is_of_life(info.id)) {
      others[count++] = info.id;
    }
  }
  assert_int_equal(count, crm_kpi_count() - LIFE_IDS);
  options.periods = 24;
  options.group = CRM_KPI_BY_BRANCH;
  passes = 0;
  crm_kpi_free(compute(store, NULL, NULL, &options));
  assert_int_equal(passes, 3);
  options.kpis = others;
  options.kpi_count = count;
  passes = 0;
  crm_kpi_free(compute(store, NULL, NULL, &options));
  assert_int_equal(passes, 1);
  options.like_for_like = 1;
  crm_kpi_free(compute(store, NULL, NULL, &options));
  assert_int_equal(passes, 3);
  crm_store_free(store);
}

/* ---- comparisons ---- */

static void assert_figure(const char *id, const char *period, const char *what, int64_t is,
                          int64_t wanted)
{
  if (is != wanted) {
    fail_msg("%s of %s, %s: %lld instead of %lld", id, period == NULL ? "" : period, what, (long long)is,
             (long long)wanted);
  }
}

#define NO INT64_MIN

/* value, previous, change, year_before, year_change. */
static void check(const crm_kpi *kpi, const char *id, const char *period, const int64_t wanted[5])
{
  crm_kpi_value value = find(kpi, id, period, NULL);
  assert_figure(id, period, "value", value.value, wanted[0]);
  assert_figure(id, period, "previous", value.previous, wanted[1]);
  assert_figure(id, period, "change", value.change, wanted[2]);
  assert_figure(id, period, "year before", value.year_before, wanted[3]);
  assert_figure(id, period, "year change", value.year_change, wanted[4]);
}

/* A sale of 1.00 on every day of two years: a period's revenue is the number of its days. */
static crm_store *daily_store(void)
{
  crm_store *store = facts_store(NULL, NULL);
  facts *rows = facts_create("document,time,customer,amount");
  int64_t day;
  for (day = facts_day(2023, 1, 1) / CRM_DAY; day < facts_day(2025, 1, 1) / CRM_DAY; day++) {
    char line[64];
    int32_t year = day >= facts_day(2024, 1, 1) / CRM_DAY ? 2024 : 2023;
    int32_t month = 12;
    while (facts_day(year, month, 1) / CRM_DAY > day) {
      month--;
    }
    (void)snprintf(line, sizeof line, "%d,%d-%02d-%02dT12:00,%d,1", (int)day, (int)year, (int)month,
                   (int)(day - facts_day(year, month, 1) / CRM_DAY + 1), (int)(day % 9));
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

#define WHOLE(n) ((n) * INT64_C(1000000))

static void test_fair_comparisons(void **state)
{
  static const char *const ids[] = {"revenue", "customers_total", "retention_rate", "run_rate"};
  crm_store *store = daily_store();
  crm_scope scope = CRM_SCOPE_INIT;
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi;
  (void)state;
  options.kpis = ids;
  options.kpi_count = 4;
  options.running = 1;
  options.periods = 2;
  /* February 2024 is over: 29 days, 31 in January, 28 a year before. March has run 10 days, and half of one. */
  scope.as_of = facts_day(2024, 3, 11) + CRM_DAY / 2 + 1;
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", "2024-02", (int64_t[]){WHOLE(29), WHOLE(31), -64516, WHOLE(28), 35714});
  check(kpi, "revenue", "2024-03", (int64_t[]){WHOLE(11), WHOLE(11), 0, WHOLE(11), 0});
  assert_int_equal(find(kpi, "revenue", "2024-03", NULL).status, CRM_KPI_INCOMPLETE);
  assert_int_equal(find(kpi, "customers_total", "2024-03", NULL).status, CRM_KPI_OK);
  /* Retention of a month that is not over is none; of a whole one beside the whole month before. */
  check(kpi, "retention_rate", "2024-03", (int64_t[]){NO, NO, NO, NO, NO});
  check(kpi, "retention_rate", "2024-02", (int64_t[]){WHOLE(1), WHOLE(1), 0, WHOLE(1), 0});
  crm_kpi_free(kpi);
  /* March 30 days long beside all of February, which has no more. */
  scope.as_of = facts_day(2024, 3, 31);
  options.periods = 1;
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", "2024-03", (int64_t[]){WHOLE(30), WHOLE(29), 34483, WHOLE(30), 0});
  crm_kpi_free(kpi);
  /* Up to 29 February, which is not over, a year before up to the 28th. */
  scope.as_of = facts_day(2024, 2, 29) + CRM_DAY / 2 + 1;
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", "2024-02", (int64_t[]){WHOLE(29), WHOLE(29), 0, WHOLE(28), 35714});
  crm_kpi_free(kpi);
  /* Nothing is compared with what lies before the first facts. */
  scope.as_of = facts_day(2023, 2, 1);
  options.running = 0;
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", "2023-01", (int64_t[]){WHOLE(31), NO, NO, NO, NO});
  assert_int_equal(find(kpi, "retention_rate", NULL, NULL).status, CRM_KPI_UNDEFINED);
  crm_kpi_free(kpi);
  scope.as_of = facts_day(2023, 1, 1);
  kpi = compute(store, &scope, NULL, &options);
  assert_int_equal(find(kpi, "revenue", NULL, NULL).status, CRM_KPI_NO_FACTS);
  check(kpi, "revenue", NULL, (int64_t[]){NO, NO, NO, NO, NO});
  crm_kpi_free(kpi);
  /* A week beside the one 52 weeks before, a day beside the same date. */
  scope.as_of = facts_day(2024, 3, 14);
  options.running = 1;
  calendar.period = CRM_PERIOD_WEEK;
  kpi = compute(store, &scope, &calendar, &options);
  check(kpi, "revenue", "2024-W10", (int64_t[]){WHOLE(7), WHOLE(7), 0, WHOLE(7), 0});
  check(kpi, "revenue", "2024-W11", (int64_t[]){WHOLE(3), WHOLE(3), 0, WHOLE(3), 0});
  crm_kpi_free(kpi);
  scope.as_of = facts_day(2024, 3, 1);
  calendar.period = CRM_PERIOD_DAY;
  options.running = 0;
  kpi = compute(store, &scope, &calendar, &options);
  check(kpi, "revenue", "2024-02-29", (int64_t[]){WHOLE(1), WHOLE(1), 0, WHOLE(1), 0});
  crm_kpi_free(kpi);
  crm_store_free(store);
}

/* Easter was on 9 April 2023 and on 31 March 2024: March is compared with 10 March to 9 April. Sales of Easter day
 * are 50 and 55. */
static void test_feasts(void **state)
{
  static const char *const ids[] = {"revenue"};
  static const int32_t falling[] = {19800, 19800};
  static const int32_t a_year_before[] = {19435, 19435};
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2023-03-05,a,10\n2,2023-04-09,a,50\n"
                                       "3,2024-03-05,a,11\n4,2024-03-31,a,55\n5,2024-04-20,a,1\n");
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  int32_t feast = (int32_t)(facts_day(2024, 3, 31) / CRM_DAY);
  int32_t before = (int32_t)(facts_day(2023, 4, 9) / CRM_DAY);
  crm_error error = CRM_ERROR_INIT;
  crm_kpi *kpi;
  (void)state;
  options.kpis = ids;
  options.kpi_count = 1;
  scope.as_of = facts_day(2024, 4, 1);
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", "2024-03", (int64_t[]){WHOLE(66), WHOLE(0), NO, WHOLE(10), 5600000});
  crm_kpi_free(kpi);
  options.feasts = &feast;
  options.feasts_before = &before;
  options.feast_count = 1;
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", "2024-03", (int64_t[]){WHOLE(66), WHOLE(0), NO, WHOLE(50), 320000});
  crm_kpi_free(kpi);
  before = feast - 30;
  kpi = NULL;
  assert_int_equal(crm_kpi_compute(store, &scope, NULL, &options, &kpi, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "feasts_before");
  options.feasts = falling;
  options.feasts_before = a_year_before;
  options.feast_count = 2;
  assert_int_equal(crm_kpi_compute(store, &scope, NULL, &options, &kpi, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "feasts");
  assert_int_equal(error.row, 2);
  assert_null(kpi);
  crm_store_free(store);
}

/* The branch that opened in 2024 makes half of the growth; like for like it does not count. */
static void test_like_for_like(void **state)
{
  static const char *const ids[] = {"revenue", "customers_active"};
  crm_store *store = facts_store(NULL, "document,time,customer,amount,branch\n"
                                       "1,2023-01-05,a,100,old\n2,2023-02-06,b,100,old\n3,2023-02-07,c,40,shut\n"
                                       "4,2024-01-05,a,110,old\n5,2024-02-05,d,70,new\n6,2024-02-06,b,120,old\n"
                                       "7,2024-02-07,e,30,new\n");
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi;
  (void)state;
  options.kpis = ids;
  options.kpi_count = 2;
  scope.as_of = facts_day(2024, 3, 1);
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", NULL, (int64_t[]){WHOLE(220), WHOLE(110), WHOLE(1), WHOLE(140), 571429});
  check(kpi, "customers_active", NULL, (int64_t[]){WHOLE(3), WHOLE(1), WHOLE(2), WHOLE(2), 500000});
  crm_kpi_free(kpi);
  options.like_for_like = 1;
  kpi = compute(store, &scope, NULL, &options);
  check(kpi, "revenue", NULL, (int64_t[]){WHOLE(120), WHOLE(110), 90909, WHOLE(100), 200000});
  check(kpi, "customers_active", NULL, (int64_t[]){WHOLE(1), WHOLE(1), 0, WHOLE(1), 0});
  crm_kpi_free(kpi);
  crm_store_free(store);
}

/* ---- other facts ---- */

static crm_store *full_store(void)
{
  crm_store *store = facts_store(NULL, "document,time,customer,kind,amount,cost,quantity,product,branch,staff\n"
                                       "1,2024-01-10,a,sale,100,60,1,p,x,ann\n2,2024-01-20,b,sale,50,30,2,q,y,bob\n"
                                       "3,2024-02-03,a,sale,80,40,1,p,x,ann\n4,2024-02-09,c,sale,20,,,,y,bob\n"
                                       "5,2024-02-10,c,return,5,2,1,q,y,bob\n6,2024-02-20,a,sale,30,15,1,q,x,\n");
  facts_load_text(store, "opportunities", "opportunity,customer,created,closed,outcome,amount,probability,owner\n"
                                          "o1,a,2024-01-05,2024-02-04,won,1000,,ann\n"
                                          "o2,b,2024-01-06,2024-02-16,won,500,,bob\n"
                                          "o3,c,2024-01-20,2024-02-20,lost,300,,bob\n"
                                          "o4,a,2024-02-10,,open,700,0.3,ann\n"
                                          "o5,d,,,open,100,0.5,\n"
                                          "o6,d,2024-02-25,2024-03-05,won,50,0.9,ann\n");
  facts_load_text(store, "stages", "opportunity,time,stage,amount,probability\n"
                                   "o6,2024-02-25,offer,40,0.5\no6,2024-03-02,agreed,50,0.9\n");
  facts_load_text(store, "interactions", "time,customer,opportunity,staff\n"
                                         "2024-01-07,a,o1,ann\n2024-02-01,a,o1,ann\n2024-02-05,a,o1,ann\n"
                                         "2024-02-02,b,o2,bob\n2024-02-21,c,o3,bob\n2024-02-22,c,,bob\n");
  facts_load_text(store, "payments", "document,customer,kind,time,amount,due\n"
                                     "i1,a,invoice,2024-01-10,100,2024-02-09\n"
                                     "i2,b,invoice,2024-01-20,50,2024-02-19\n"
                                     "i3,a,invoice,2024-02-03,80,2024-03-04\n"
                                     "i1,a,payment,2024-02-01,70,\n"
                                     "p9,b,payment,2024-02-15,20,\n"
                                     "c1,b,credit,2024-02-16,5,\n");
  facts_load_text(store, "figures", "from,to,name,value,measure,branch,staff\n"
                                    "2024-01-01,2025-01-01,target,3660,flow,,\n"
                                    "2024-02-01,2024-03-01,target,100,flow,x,\n"
                                    "2024-02-01,2024-03-01,target,50,flow,,ann\n"
                                    "2024-02-01,2024-03-01,budget,40,flow,,\n"
                                    "2024-02-01,2024-02-15,expense,30,flow,,\n"
                                    "2024-02-15,2024-03-01,expense,16,flow,,\n"
                                    "2024-01-01,2024-02-01,inventory,100,stock,,\n"
                                    "2024-02-01,2024-03-01,inventory,60,stock,x,\n"
                                    "2024-02-01,2024-03-01,inventory,20,stock,y,\n"
                                    "2024-01-01,2024-02-01,assets,1000,stock,,\n"
                                    "2024-01-01,2024-02-01,liabilities,250,stock,,\n");
  return store;
}

static void is(const crm_kpi *kpi, const char *id, const char *group, int64_t value, int64_t numerator,
               int64_t denominator)
{
  crm_kpi_value found = find(kpi, id, NULL, group);
  assert_figure(id, group, "value", found.value, value);
  assert_figure(id, group, "numerator", found.numerator, numerator);
  assert_figure(id, group, "denominator", found.denominator, denominator);
}

static void test_opportunities_and_contacts(void **state)
{
  crm_store *store = full_store();
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi;
  (void)state;
  options.least_cases = 1;
  options.group = CRM_KPI_BY_STAFF;
  scope.as_of = facts_day(2024, 3, 1);
  kpi = compute(store, &scope, NULL, &options);
  is(kpi, "opportunities_open", NULL, WHOLE(3), 3, NO);          /* o4, o5, o6 */
  is(kpi, "opportunities_created", NULL, WHOLE(2), 2, NO);
  is(kpi, "win_rate", NULL, 666667, 2, 3);
  is(kpi, "win_rate_value", NULL, 833333, 150000, 180000);
  is(kpi, "average_deal", NULL, WHOLE(750), 150000, 2);
  is(kpi, "pipeline", NULL, WHOLE(840), 84000, NO);              /* o6 was worth 40 then */
  is(kpi, "weighted_pipeline", NULL, WHOLE(280), 28000, NO);     /* 210 + 50 + 20 */
  is(kpi, "cycle_mean", NULL, 35500000, 71, 2);                  /* 30 and 41 days */
  is(kpi, "cycle_median", NULL, 35500000, NO, NO);
  /* 6 of them were open in February; 6 * 750 * 2/3 / 35.5 */
  is(kpi, "velocity", NULL, 84507042, NO, NO);
  is(kpi, "contacts", NULL, WHOLE(5), 5, NO);
  is(kpi, "contacts_per_win", NULL, 1500000, 3, 2);              /* the one after the closing is none */
  is(kpi, "opportunities_won", "ann", WHOLE(1), 1, NO);
  is(kpi, "opportunities_won", "bob", WHOLE(1), 1, NO);
  is(kpi, "win_rate", "bob", 500000, 1, 2);
  is(kpi, "pipeline", "ann", WHOLE(740), 74000, NO);
  is(kpi, "revenue", "ann", WHOLE(80), 8000, NO);
  is(kpi, "revenue", "bob", WHOLE(15), 1500, NO);
  assert_int_equal(find(kpi, "receivables", NULL, "ann").status, CRM_KPI_NO_FACTS);
  crm_kpi_free(kpi);
  /* Before the first facts there are none; branches have none at all. */
  scope.as_of = facts_day(2024, 1, 1);
  options.group = CRM_KPI_BY_BRANCH;
  kpi = compute(store, &scope, NULL, &options);
  assert_int_equal(find(kpi, "contacts", NULL, NULL).status, CRM_KPI_NO_FACTS);
  is(kpi, "opportunities_open", NULL, WHOLE(1), 1, NO);          /* o5, which has always been there */
  crm_kpi_free(kpi);
  scope.as_of = facts_day(2024, 3, 1);
  kpi = compute(store, &scope, NULL, &options);
  assert_int_equal(find(kpi, "opportunities_open", NULL, "x").status, CRM_KPI_NO_FACTS);
  crm_kpi_free(kpi);
  crm_store_free(store);
}

/* Ann was in North until 10 February, then in South, where bob was all the time. Groups of teams are what those of
 * persons were in their time. */
static void test_teams_and_roles(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi;
  (void)state;
  put(store, "assignments",
      "staff,role,team,from\nann,seller,North,2024-01-01\nann,lead,South,2024-02-10\nbob,seller,South,2024-01-01\n",
      "");
  put(store, "sales",
      "document,time,customer,staff,amount\n1,2024-02-09T23:59,a,ann,10\n2,2024-02-10,a,ann,20\n3,2024-02-11,b,bob,40\n"
      "4,2024-02-12,b,eve,80\n5,2024-02-13,b,,160\n",
      "");
  put(store, "opportunities",
      "opportunity,customer,created,closed,outcome,owner,amount\n1,a,2024-01-05,2024-02-09,won,ann,1\n"
      "2,a,2024-01-05,2024-02-20,won,ann,2\n3,a,2024-01-05,2024-02-21,won,bob,4\n4,b,2024-01-05,,,ann,8\n",
      "");
  put(store, "interactions", "time,customer,staff\n2024-02-01,a,ann\n2024-02-15,a,ann\n2024-02-16,a,bob\n", "");
  put(store, "figures",
      "from,to,name,value,staff\n2024-02-01,2024-03-01,target,100,ann\n2024-02-01,2024-03-01,target,50,bob\n", "");
  scope.as_of = facts_day(2024, 3, 1);
  options.group = CRM_KPI_BY_TEAM;
  kpi = compute(store, &scope, NULL, &options);
  is(kpi, "revenue", NULL, WHOLE(310), 31000, NO);
  is(kpi, "revenue", "North", WHOLE(10), 1000, NO);
  is(kpi, "revenue", "South", WHOLE(60), 6000, NO);
  is(kpi, "opportunities_won", "North", WHOLE(1), 1, NO);
  is(kpi, "opportunities_won", "South", WHOLE(2), 2, NO);
  is(kpi, "opportunities_open", "South", WHOLE(1), 1, NO);
  is(kpi, "contacts", "North", WHOLE(1), 1, NO);
  is(kpi, "contacts", "South", WHOLE(2), 2, NO);
  is(kpi, "target", "North", WHOLE(100), WHOLE(100), NO);
  is(kpi, "target", "South", WHOLE(50), WHOLE(50), NO);
  crm_kpi_free(kpi);
  options.group = CRM_KPI_BY_ROLE;
  kpi = compute(store, &scope, NULL, &options);
  is(kpi, "revenue", "lead", WHOLE(20), 2000, NO);
  is(kpi, "revenue", "seller", WHOLE(50), 5000, NO);
  is(kpi, "contacts", "seller", WHOLE(2), 2, NO);
  crm_kpi_free(kpi);
  crm_store_free(store);
}

static void test_accounts_and_figures(void **state)
{
  crm_store *store = full_store();
  crm_segment *everybody = NULL;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi;
  (void)state;
  options.group = CRM_KPI_BY_BRANCH;
  scope.as_of = facts_day(2024, 3, 1);
  kpi = compute(store, &scope, NULL, &options);
  is(kpi, "invoiced", NULL, WHOLE(80), 8000, NO);
  is(kpi, "collected", NULL, WHOLE(90), 9000, NO);
  is(kpi, "receivables", NULL, WHOLE(135), 13500, NO);           /* a 30 + 80, b 25 */
  is(kpi, "overdue", NULL, WHOLE(55), 5500, NO);                 /* a 30, b 50 less what it paid at large */
  is(kpi, "overdue_rate", NULL, 407407, 5500, 13500);
  is(kpi, "days_sales_outstanding", NULL, 48937500, 13500, 8000);   /* 135 * 29 / 80 */
  is(kpi, "debt_to_assets", NULL, 250000, WHOLE(250), WHOLE(1000));
  is(kpi, "inventory_turnover", NULL, 588889, 5300, WHOLE(90));  /* 40 + 15 - 2 over (100 + 80) / 2 */
  is(kpi, "inventory_days", NULL, 49245283, WHOLE(90), 5300);
  is(kpi, "budget_variance", NULL, WHOLE(6), WHOLE(6), NO);
  is(kpi, "budget_variance_rate", NULL, 150000, WHOLE(6), WHOLE(40));
  is(kpi, "target", NULL, WHOLE(290), WHOLE(290), NO);           /* 29 of 366 days of 3660 */
  is(kpi, "target_attainment", NULL, 431034, 12500, WHOLE(290));
  is(kpi, "target_attainment", "x", WHOLE(1) + 100000, 11000, WHOLE(100));
  assert_int_equal(find(kpi, "target_attainment", NULL, "y").status, CRM_KPI_NO_FACTS);
  assert_int_equal(find(kpi, "required_run_rate", NULL, NULL).status, CRM_KPI_UNDEFINED);
  crm_kpi_free(kpi);
  /* Ten days into February: 290 in all, 100 of it due by then, 95 sold; 195 to go in 19 days. */
  scope.as_of = facts_day(2024, 2, 11);
  options.running = 1;
  options.group = CRM_KPI_BY_STAFF;
  kpi = compute(store, &scope, NULL, &options);
  is(kpi, "target_pace", NULL, 950000, 9500, WHOLE(100));
  is(kpi, "required_run_rate", NULL, 10263158, WHOLE(195), 19);
  is(kpi, "run_rate", NULL, 9500000, 9500, 10);
  is(kpi, "target_attainment", "ann", 1600000, 8000, WHOLE(50));
  crm_kpi_free(kpi);
  /* what all should bring is not held against what some did */
  assert_int_equal(crm_segment_compute(store, NULL, NULL, &everybody, NULL), CRM_OK);
  scope.segment = everybody;
  kpi = compute(store, &scope, NULL, &options);
  assert_int_equal(find(kpi, "target", NULL, NULL).status, CRM_KPI_NO_FACTS);
  assert_int_equal(find(kpi, "target_attainment", NULL, NULL).status, CRM_KPI_NO_FACTS);
  assert_int_equal(find(kpi, "debt_to_assets", NULL, NULL).status, CRM_KPI_NO_FACTS);
  assert_int_equal(find(kpi, "revenue", NULL, NULL).status, CRM_KPI_INCOMPLETE);
  crm_kpi_free(kpi);
  crm_segment_free(everybody);
  crm_store_free(store);
}

/* b is a: the payment that b sent with a's number settles a's invoice, and b's opportunity and sales are a's. */
static void test_merged_customers(void **state)
{
  static const char *const ids[] = {"customers_active", "receivables", "overdue", "opportunities_won"};
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-02-03,a,80\n2,2024-02-09,b,20\n");
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi;
  crm_table *table = NULL;
  crm_kpi_evidence_options asked = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  (void)state;
  facts_load_text(store, "payments", "document,customer,kind,time,amount,due\n"
                                     "i1,a,invoice,2024-01-10,100,2024-02-09\n"
                                     "i2,a,invoice,2024-01-10,50,2024-04-09\ni1,b,payment,2024-02-10,60,\n");
  facts_load_text(store, "opportunities", "opportunity,customer,created,closed,outcome\n"
                                          "o1,b,2024-01-05,2024-02-04,won\n");
  options.kpis = ids;
  options.kpi_count = 4;
  scope.as_of = facts_day(2024, 3, 1);
  kpi = compute(store, &scope, NULL, &options);
  is(kpi, "customers_active", NULL, WHOLE(2), 2, NO);
  is(kpi, "overdue", NULL, WHOLE(100), 10000, NO);
  crm_kpi_free(kpi);
  facts_load_text(store, "merges", "customer,into\nb,a\n");
  kpi = compute(store, &scope, NULL, &options);
  is(kpi, "customers_active", NULL, WHOLE(1), 1, NO);
  is(kpi, "receivables", NULL, WHOLE(90), 9000, NO);
  is(kpi, "overdue", NULL, WHOLE(40), 4000, NO);
  crm_kpi_free(kpi);
  asked.kpi = "opportunities_won";
  assert_int_equal(crm_kpi_evidence(store, &scope, NULL, &asked, &table, NULL), CRM_OK);
  assert_result(table, "key,customer,amount\no1,a,1.000000\n");
  crm_store_free(store);
}

/* ---- evidence ---- */

static int64_t total_of(const crm_table *table)
{
  const char *text = crm_table_meta_find(table, "total");
  int64_t value = 0;
  int negative = text[0] == '-';
  for (text += negative; *text != '\0'; text++) {
    value = *text == '.' ? value : value * 10 + (*text - '0');
  }
  return negative ? -value : value;
}

/* What is listed adds up to the numerator and the denominator of every KPI that has records. */
static void check_evidence(const crm_store *store, const crm_scope *scope, const char *period)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  int64_t i;
  int listed = 0;
  crm_kpi *kpi;
  options.periods = 3;
  options.running = 1;
  kpi = compute(store, scope, NULL, &options);
  for (i = 0; i < crm_kpi_count() * 2; i++) {
    crm_kpi_info info = CRM_KPI_INFO_INIT;
    crm_kpi_evidence_options asked = CRM_KPI_EVIDENCE_OPTIONS_INIT;
    crm_table *table = NULL;
    crm_kpi_value value;
    crm_status status;
    assert_int_equal(crm_kpi_info_at(i / 2, &info, NULL), CRM_OK);
    asked.kpi = info.id;
    asked.period = period;
    asked.denominator = (int32_t)(i % 2);
    asked.limit = 3;
    status = crm_kpi_evidence(store, scope, NULL, &asked, &table, NULL);
    value = find(kpi, info.id, period, NULL);
    if (status != CRM_OK) {
      assert_int_equal(status, CRM_ERROR_NOT_FOUND);
      continue;
    }
    listed++;
    assert_true(crm_table_rows(table) <= 3);
    if (strncmp(info.id, "top_", 4) != 0 && strcmp(info.id, "weighted_pipeline") != 0 &&
        (i % 2 == 0 ? value.numerator : value.denominator) != INT64_MIN) {
      if (total_of(table) != (i % 2 == 0 ? value.numerator : value.denominator)) {
        fail_msg("%s: %s instead of %lld", info.id, crm_table_meta_find(table, "total"),
                 (long long)(i % 2 == 0 ? value.numerator : value.denominator));
      }
    }
    crm_table_free(table);
  }
  assert_true(listed > 80);
  crm_kpi_free(kpi);
}

static void test_evidence_adds_up(void **state)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_store *store;
  int round;
  (void)state;
  for (round = 0; round < rounds(6); round++) {
    store = random_sales((uint64_t)round + 50, 400);
    scope.money = round % 3;
    scope.refunds = round % 2;
    scope.occasions = round / 3;
    scope.as_of = facts_day(2024, 5, 12);
    check_evidence(store, &scope, round % 2 == 0 ? "2024-05" : "2024-03");
    crm_store_free(store);
  }
  scope.money = 0;
  scope.refunds = 0;
  scope.occasions = 0;
  scope.as_of = facts_day(2024, 3, 1);
  store = full_store();
  check_evidence(store, &scope, "2024-02");
  crm_store_free(store);
}

static crm_table *evidence(const crm_store *store, const char *id, const char *period)
{
  crm_kpi_evidence_options options = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  scope.as_of = facts_day(2024, 3, 1);
  options.kpi = id;
  options.period = period;
  assert_int_equal(crm_kpi_evidence(store, &scope, NULL, &options, &table, NULL), CRM_OK);
  return table;
}

static void test_evidence(void **state)
{
  crm_store *store = full_store();
  crm_kpi_evidence_options options = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_result(evidence(store, "revenue", NULL), "kind,key,customer,time,amount\n"
                                                  "document,3,a,2024-02-03T00:00:00,80.000000\n"
                                                  "document,6,a,2024-02-20T00:00:00,30.000000\n"
                                                  "document,4,c,2024-02-09T00:00:00,20.000000\n"
                                                  "document,5,c,2024-02-10T00:00:00,-5.000000\n");
  assert_result(evidence(store, "customers_lapsed", NULL), "kind,key,customer,time,amount\n"
                                                           "customer,b,b,,1.000000\n");
  assert_result(evidence(store, "customers_new", "2024-01"), "kind,key,customer,time,amount\n"
                                                             "customer,a,a,,1.000000\ncustomer,b,b,,1.000000\n");
  assert_result(evidence(store, "pipeline", NULL), "kind,key,customer,time,amount\n"
                                                   "opportunity,o4,a,2024-02-10T00:00:00,700.000000\n"
                                                   "opportunity,o5,d,,100.000000\n"
                                                   "opportunity,o6,d,2024-02-25T00:00:00,40.000000\n");
  assert_result(evidence(store, "overdue", NULL), "kind,key,customer,time,amount\n"
                                                  "customer,a,a,,30.000000\ncustomer,b,b,,25.000000\n");
  assert_result(evidence(store, "collected", NULL), "kind,key,customer,time,amount\n"
                                                    "entry,i1,a,2024-02-01T00:00:00,70.000000\n"
                                                    "entry,p9,b,2024-02-15T00:00:00,20.000000\n");
  options.kpi = "turnover";
  assert_int_equal(crm_kpi_evidence(store, NULL, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "kpi");
  options.kpi = "revenue";
  options.limit = -1;
  assert_int_equal(crm_kpi_evidence(store, NULL, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "limit");
  options.limit = 0;
  options.kpi = "target";
  assert_int_equal(crm_kpi_evidence(store, NULL, NULL, &options, &table, &error), CRM_ERROR_NOT_FOUND);
  options.kpi = "revenue";
  options.period = "2031-01";
  assert_int_equal(crm_kpi_evidence(store, NULL, NULL, &options, &table, &error), CRM_ERROR_NOT_FOUND);
  assert_string_equal(error.column, "period");
  assert_int_equal(crm_kpi_evidence(store, NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

static crm_status stop_at_once(void *context, int64_t done, int64_t all)
{
  ++*(int *)context;
  return done <= all ? CRM_ERROR_CANCELLED : CRM_ERROR_CORRUPT;
}

static void test_cancelled(void **state)
{
  crm_store *store = random_sales(1, 100);
  crm_context_options lends = CRM_CONTEXT_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi *kpi = NULL;
  int calls = 0;
  (void)state;
  assert_int_equal(crm_context_create(NULL, &scope.context, NULL), CRM_OK);
  lends.watch = stop_at_once;
  lends.watch_context = &calls;
  assert_int_equal(crm_context_configure(scope.context, &lends, NULL), CRM_OK);
  assert_int_equal(crm_kpi_compute(store, &scope, NULL, NULL, &kpi, NULL), CRM_ERROR_CANCELLED);
  assert_null(kpi);
  assert_int_equal(calls, 1);
  crm_context_free(scope.context);
  crm_store_free(store);
}

/* One context for one computation after the other: what one leaves in it is not seen by the next. */
static void test_with_a_context(void **state)
{
  crm_store *store = random_sales(5, 3000);
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  text_buffer expected = TEXT_BUFFER_INIT;
  int round;
  (void)state;
  options.group = CRM_KPI_BY_BRANCH;
  options.periods = 12;
  assert_int_equal(crm_context_create(NULL, &scope.context, NULL), CRM_OK);
  for (round = 0; round < 4; round++) {
    crm_kpi *kpi = compute(store, round == 0 ? NULL : &scope, NULL, &options);
    text_buffer text = TEXT_BUFFER_INIT;
    crm_table *table = NULL;
    assert_int_equal(crm_kpi_table(kpi, &table, NULL), CRM_OK);
    text_add_table(round == 0 ? &expected : &text, table);
    if (round > 0) {
      assert_string_equal(text.bytes, expected.bytes);
    }
    crm_table_free(table);
    crm_kpi_free(kpi);
    text_free(&text);
  }
  text_free(&expected);
  crm_context_free(scope.context);
  crm_store_free(store);
}

/* ---- what is refused, and what has no facts ---- */

static void refuse(const crm_store *store, const crm_kpi_options *options, crm_status status, const char *column,
                   int64_t row)
{
  crm_error error = CRM_ERROR_INIT;
  crm_kpi *kpi = NULL;
  assert_int_equal(crm_kpi_compute(store, NULL, NULL, options, &kpi, &error), status);
  assert_string_equal(error.column, column);
  assert_int_equal(error.row, row);
  assert_null(kpi);
}

static void test_refused(void **state)
{
  static const char *const ids[] = {"revenue", "turnover"};
  static const char *const twice[] = {"revenue", "orders", "revenue"};
  crm_store *store = full_store();
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi_options good = CRM_KPI_OPTIONS_INIT;
  crm_kpi_value value = CRM_KPI_VALUE_INIT;
  crm_kpi_info info = CRM_KPI_INFO_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_kpi *kpi;
  (void)state;
  options.kpis = ids;
  options.kpi_count = 2;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "kpis", 2);
  options.kpis = twice;
  options.kpi_count = 3;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "kpis", 3);
  options.kpis = NULL;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "kpis", 0);
  options.kpis = twice;
  options.kpi_count = crm_kpi_count() + 1;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "kpis", crm_kpi_count() + 1);
  options = good;
  options.periods = -1;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "periods", 0);
  options.periods = CRM_KPI_PERIODS + 1;
  refuse(store, &options, CRM_ERROR_LIMIT, "period", 0);
  options = good;
  options.group = 5;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "group", 0);
  options = good;
  options.feast_count = 1;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "feasts", 0);
  assert_int_equal(crm_kpi_info_find("turnover", &info, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_kpi_info_at(crm_kpi_count(), &info, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_kpi_info_at(-1, &info, &error), CRM_ERROR_ARGUMENT);
  kpi = compute(store, NULL, NULL, NULL);
  assert_int_equal(crm_kpi_find(kpi, "turnover", NULL, NULL, &value, &error), CRM_ERROR_NOT_FOUND);
  assert_string_equal(error.column, "kpi");
  assert_int_equal(crm_kpi_find(kpi, "revenue", "2031-01", NULL, &value, &error), CRM_ERROR_NOT_FOUND);
  assert_string_equal(error.column, "period");
  assert_int_equal(crm_kpi_find(kpi, "revenue", NULL, "x", &value, &error), CRM_ERROR_NOT_FOUND);
  assert_string_equal(error.column, "group");
  facts_load_text(store, "sales", "document,time,customer,amount\n99,2024-02-01,a,1\n");
  assert_int_equal(crm_kpi_find(kpi, "revenue", NULL, NULL, &value, &error), CRM_ERROR_STATE);
  assert_int_equal(crm_kpi_table(kpi, &table, &error), CRM_ERROR_STATE);
  assert_null(table);
  crm_kpi_free(kpi);
  crm_kpi_free(NULL);
  crm_store_free(store);
}

/* A store without facts: nothing is 0. One with sales that have no discount, quantity, cost or product. */
static void test_without_facts(void **state)
{
  static const char *const absent[] = {"discounts", "units", "average_price", "gross_profit", "gross_margin",
                                       "new_product_share", "opportunities_open", "contacts", "receivables", "expense",
                                       "target_attainment", "inventory_turnover"};
  crm_store *store = facts_store(NULL, NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_kpi *kpi;
  int64_t i;
  (void)state;
  scope.as_of = facts_day(2024, 3, 1);
  kpi = compute(store, &scope, NULL, NULL);
  for (i = 0; i < crm_kpi_count(); i++) {
    crm_kpi_info info = CRM_KPI_INFO_INIT;
    assert_int_equal(crm_kpi_info_at(i, &info, NULL), CRM_OK);
    if (find(kpi, info.id, NULL, NULL).status != CRM_KPI_NO_FACTS) {
      fail_msg("%s has facts in an empty store", info.id);
    }
    assert_int_equal(find(kpi, info.id, NULL, NULL).value, INT64_MIN);
  }
  crm_kpi_free(kpi);
  crm_store_free(store);
  store = facts_store(NULL, "document,time,customer,amount\n1,2024-02-01,a,1\n");
  kpi = compute(store, &scope, NULL, NULL);
  for (i = 0; i < (int64_t)(sizeof absent / sizeof absent[0]); i++) {
    assert_int_equal(find(kpi, absent[i], NULL, NULL).status, CRM_KPI_NO_FACTS);
  }
  assert_int_equal(find(kpi, "missing_cost_share", NULL, NULL).value, 1000000);
  assert_int_equal(find(kpi, "repeat_rate", NULL, NULL).status, CRM_KPI_INSUFFICIENT);
  crm_kpi_free(kpi);
  crm_store_free(store);
}

/* Ids and definitions are what other programs keep; names are there in both languages. */
static void test_registry(void **state)
{
  crm_table *table = NULL;
  int64_t row;
  (void)state;
  assert_true(crm_kpi_count() >= 50);
  assert_int_equal(crm_kpi_registry(NULL, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), crm_kpi_count());
  for (row = 0; row < crm_table_rows(table); row++) {
    static const char *const full[] = {"kpi", "name", "name_zh", "unit", "direction", "formula", "numerator", "inputs"};
    char id[64];
    char definition[72];
    size_t i;
    for (i = 0; i < sizeof full / sizeof full[0]; i++) {
      assert_false(is_null_at(table, full[i], row));
    }
    copy_text(table, "kpi", row, id, sizeof id);
    copy_text(table, "definition", row, definition, sizeof definition);
    assert_memory_equal(definition, id, strlen(id));
    assert_int_equal(definition[strlen(id)], '/');
    assert_int_equal(row_of(table, "kpi", id), row);
  }
  crm_table_free(table);
  assert_int_equal(crm_kpi_registry(NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_agrees_with_the_analyses),
    cmocka_unit_test(test_groups_are_scopes),
    cmocka_unit_test(test_lives),
    cmocka_unit_test(test_lives_unknown),
    cmocka_unit_test(test_limits_that_are_kept),
    cmocka_unit_test(test_one_pass),
    cmocka_unit_test(test_fair_comparisons),
    cmocka_unit_test(test_feasts),
    cmocka_unit_test(test_like_for_like),
    cmocka_unit_test(test_opportunities_and_contacts),
    cmocka_unit_test(test_teams_and_roles),
    cmocka_unit_test(test_accounts_and_figures),
    cmocka_unit_test(test_merged_customers),
    cmocka_unit_test(test_evidence_adds_up),
    cmocka_unit_test(test_evidence),
    cmocka_unit_test(test_cancelled),
    cmocka_unit_test(test_with_a_context),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_without_facts),
    cmocka_unit_test(test_registry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
