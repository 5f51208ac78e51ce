/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/random.h"

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

/* All KPIs for 24 periods, each with the period and the year before, by branch: one pass. */
static void test_one_pass(void **state)
{
  crm_store *store = random_sales(9, 3000);
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  (void)state;
  options.periods = 24;
  options.group = CRM_KPI_BY_BRANCH;
  passes = 0;
  crm_kpi_free(compute(store, NULL, NULL, &options));
  assert_int_equal(passes, 1);
  options.like_for_like = 1;
  crm_kpi_free(compute(store, NULL, NULL, &options));
  assert_int_equal(passes, 3);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_agrees_with_the_analyses),
    cmocka_unit_test(test_groups_are_scopes),
    cmocka_unit_test(test_one_pass),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
