/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As of 2024-07-01. a: gaps of 10, 20 and 30 days, and two orders on the first of its days. b: gaps of 3 and 4. c: one
 * day. d: one gap of 19, and more returned than bought. e: only returned, so it is no row. Two orders of nobody. */
static const char *const example =
  "document,time,customer,kind,amount,branch\n"
  "1,2024-01-01T10:00,a,sale,10,x\n2,2024-01-01T18:00,a,sale,20,x\n3,2024-01-11,a,sale,10,x\n"
  "4,2024-01-31,a,sale,5,y\n5,2024-03-01,a,sale,30,x\n"
  "6,2024-02-01,b,sale,10,y\n7,2024-02-04,b,sale,0.01,x\n8,2024-02-08,b,sale,10,x\n"
  "9,2024-06-30,c,sale,0.05,x\n"
  "10,2024-06-01,d,sale,1,x\n11,2024-06-20,d,sale,0.01,x\n12,2024-06-21,d,return,2,x\n"
  "13,2024-06-01,e,return,5,x\n"
  "14,2024-05-05,,sale,100,x\n15,2024-05-06,,sale,0.5,y\n";

typedef crm_status (*question)(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error);

static crm_table *ask(question compute, const crm_store *store, const crm_scope *scope)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (compute(store, scope, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 7, 1);
  assert_result(ask(crm_rhythm_compute, store, &scope),
                "customer,orders,spend,average_order,exposure_days,frequency,gaps,median_gap,mean_gap,gap_cv,last,"
                "next_due,overdue_days\n"
                "a,5,75.00,15.00,182,10.027473,3,20.0,20.000000,0.408248,2024-03-01,2024-03-21,102\n"
                "b,3,20.01,6.67,151,7.251656,2,3.5,3.500000,0.142857,2024-02-08,2024-02-12,140\n"
                "c,1,0.05,0.05,1,365.000000,0,,,,2024-06-30,,\n"
                "d,2,-0.99,-0.50,30,24.333333,1,19.0,19.000000,,2024-06-20,2024-07-09,0\n");
  assert_result(ask(crm_rhythm_summary, store, &scope), "measure,value,numerator,denominator,n,status\n"
                                                        "frequency,11.030220,11,364,4,ok\n"
                                                        "average_order,14.582308,18957,13,13,ok\n"
                                                        "orders_per_customer,2.750000,11,4,4,ok\n"
                                                        "spend_per_customer,23.517500,9407,4,4,ok\n"
                                                        "median_gap,14.500000,,,6,ok\n"
                                                        "mean_gap,14.333333,86,6,6,ok\n"
                                                        "beyond_rhythm,1.000000,1,1,1,ok\n");   /* a: 122 days, of 20 */
  crm_store_free(store);
}

/* a's two orders of one day are one; nobody's stay two. */
static void test_occasions_by_day(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 7, 1);
  scope.occasions = CRM_OCCASIONS_DAY;
  assert_result(ask(crm_rhythm_compute, store, &scope), "customer,orders,average_order,frequency,gaps,median_gap\n"
                                                        "a,4,18.75,8.021978,3,20.0\nb,3,6.67,7.251656,2,3.5\n"
                                                        "c,1,0.05,365.000000,0,\nd,2,-0.50,24.333333,1,19.0\n");
  assert_result(ask(crm_rhythm_summary, store, &scope), "measure,numerator,denominator,n\n"
                                                        "frequency,10,364,4\naverage_order,18957,12,12\n"
                                                        "orders_per_customer,10,4,4\nspend_per_customer,9407,4,4\n"
                                                        "median_gap,,,6\nmean_gap,86,6,6\nbeyond_rhythm,1,1,1\n");
  crm_store_free(store);
}

/* a began before the period, so its exposure is the period's 41 days; b began in it. Overdue is as of as-of. */
static void test_period(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 7, 1);
  scope.from = facts_day(2024, 1, 20);
  scope.to = facts_day(2024, 3, 1);
  assert_result(ask(crm_rhythm_compute, store, &scope),
                "customer,orders,spend,exposure_days,frequency,gaps,last,next_due,overdue_days\n"
                "a,1,5.00,41,8.902439,0,2024-01-31,,\n"
                "b,3,20.01,29,37.758621,2,2024-02-08,2024-02-12,140\n");
  /* The two ends of the period within a day: the day of the first instant after it is no day of exposure. */
  scope.to += CRM_DAY / 2;
  scope.from += CRM_DAY / 2;
  assert_result(ask(crm_rhythm_compute, store, &scope), "customer,orders,exposure_days\na,2,41\nb,3,29\n");
  crm_store_free(store);
}

/* Gaps are those in the branch; b's first occasion ever, in the other one, is what its exposure begins with. */
static void test_branch(void **state)
{
  static const char *const branches[] = { "x" };
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 7, 1);
  scope.branches = branches;
  scope.branch_count = 1;
  assert_result(ask(crm_rhythm_compute, store, &scope),
                "customer,orders,exposure_days,gaps,median_gap,gap_cv,next_due\n"
                "a,4,182,2,30.0,0.666667,2024-03-31\nb,2,151,1,4.0,,2024-02-12\nc,1,1,0,,,\n"
                "d,2,30,1,19.0,,2024-07-09\n");
  assert_result(ask(crm_rhythm_summary, store, &scope), "measure,numerator,denominator\n"
                                                        "frequency,9,364\naverage_order,17407,10\n"
                                                        "orders_per_customer,9,4\nspend_per_customer,7907,4\n"
                                                        "median_gap,,\nmean_gap,83,4\nbeyond_rhythm,0,0\n");
  crm_store_free(store);
}

/* A business day from 04:00: what looks like two days is one. */
static void test_day_start(void **state)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_store *store;
  (void)state;
  options.day_start = 4 * (CRM_DAY / 24);
  store = facts_store(&options, "document,time,customer,amount\n"
                                "1,2024-01-01T23:00,7,1\n2,2024-01-02T03:00,7,1\n3,2024-01-02T05:00,7,1\n");
  scope.as_of = facts_day(2024, 1, 5) + options.day_start;
  assert_result(ask(crm_rhythm_compute, store, &scope),
                "customer,orders,exposure_days,gaps,median_gap,last,next_due,overdue_days\n"
                "7,3,4,1,1.0,2024-01-02,2024-01-03,2\n");
  /* As of midnight, which is within the first day: a day of exposure all the same. */
  scope.as_of = facts_day(2024, 1, 2);
  assert_result(ask(crm_rhythm_compute, store, &scope), "customer,orders,exposure_days,frequency\n7,1,1,365.000000\n");
  crm_store_free(store);
}

static void test_without_cases(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_result(ask(crm_rhythm_compute, store, NULL), "customer,orders\n");
  assert_result(ask(crm_rhythm_summary, store, NULL), "measure,value,numerator,denominator,n,status\n"
                                                      "frequency,,0,0,0,undefined\naverage_order,,0,0,0,undefined\n"
                                                      "orders_per_customer,,0,0,0,undefined\n"
                                                      "spend_per_customer,,0,0,0,undefined\n"
                                                      "median_gap,,,,0,undefined\nmean_gap,,0,0,0,undefined\n"
                                                      "beyond_rhythm,,0,0,0,undefined\n");
  assert_int_equal(crm_rhythm_compute(NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_rhythm_compute(store, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_rhythm_summary(NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_rhythm_summary(store, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  scope.occasions = 9;
  assert_int_equal(crm_rhythm_compute(store, &scope, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

/* Bounds at the ends of what an instant can be. */
static void test_far_bounds(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-01-01,7,1\n2,2024-01-03,7,1\n");
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.from = INT64_MIN + 1;
  scope.as_of = INT64_MAX - 1;
  assert_result(ask(crm_rhythm_compute, store, &scope), "customer,orders,exposure_days,frequency,next_due\n"
                                                        "7,2,106732268,0.000007,2024-01-05\n");
  scope.to = INT64_MIN + 2;
  assert_result(ask(crm_rhythm_compute, store, &scope), "customer,orders\n");
  crm_store_free(store);
}

/* Without decimals of money an average can pass what six decimals hold. */
static void test_overflow(void **state)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  (void)state;
  options.digits = 0;
  store = facts_store(&options, "document,time,customer,amount\n1,2024-01-01,7,9000000000000000000\n");
  assert_result(ask(crm_rhythm_compute, store, NULL), "customer,average_order\n7,9000000000000000000\n");
  assert_result(ask(crm_rhythm_summary, store, NULL), "measure,value,numerator,status\n"
                                                      "frequency,365.000000,1,ok\n"
                                                      "average_order,,9000000000000000000,overflow\n"
                                                      "orders_per_customer,1.000000,1,ok\n"
                                                      "spend_per_customer,,9000000000000000000,overflow\n"
                                                      "median_gap,,,undefined\nmean_gap,,0,undefined\n"
                                                      "beyond_rhythm,,0,undefined\n");
  crm_store_free(store);
}

/* ---- against the definitions ---- */

#define CUSTOMERS 12
#define DAYS 336

/* Day d of the test: months of 28 days, so that each has a date. */
static int64_t day_of(int d)
{
  return facts_day(2023, d / 28 + 1, d % 28 + 1) / CRM_DAY;
}

static int compare_gaps(const void *one, const void *other)
{
  int64_t a = *(const int64_t *)one;
  int64_t b = *(const int64_t *)other;
  return (a > b) - (a < b);
}

static double spread_of(const int64_t *gaps, int count)
{
  double mean = 0;
  double sum = 0;
  int i;
  for (i = 0; i < count; i++) {
    mean += (double)gaps[i] / count;
  }
  for (i = 0; i < count; i++) {
    sum += ((double)gaps[i] - mean) * ((double)gaps[i] - mean);
  }
  return sqrt(sum / count) / mean;
}

static int gaps_of(const int *orders, int64_t *gaps)
{
  int count = 0;
  int before = -1;
  int d;
  for (d = 0; d < DAYS; d++) {
    if (orders[d] > 0) {
      if (before >= 0) {
        gaps[count++] = day_of(d) - day_of(before);
      }
      before = d;
    }
  }
  qsort(gaps, (size_t)count, sizeof *gaps, compare_gaps);
  return count;
}

static int64_t twice_middle(const int64_t *sorted, int count)
{
  return sorted[count / 2] + sorted[(count - 1) / 2];
}

static void check_customer(const crm_table *table, int64_t row, const int *orders)
{
  int64_t gaps[DAYS];
  int count = gaps_of(orders, gaps);
  assert_int_equal(integer_at(table, "gaps", row), count);
  assert_int_equal(is_null_at(table, "median_gap", row), count == 0);
  assert_int_equal(is_null_at(table, "next_due", row), count == 0);
  assert_int_equal(is_null_at(table, "gap_cv", row), count < 2);
  if (count > 0) {
    int64_t twice = twice_middle(gaps, count);
    assert_int_equal(integer_at(table, "median_gap", row), twice * 5);
    assert_int_equal(integer_at(table, "next_due", row) - integer_at(table, "last", row), twice / 2 + twice % 2);
  }
  if (count > 1) {
    double error = (double)integer_at(table, "gap_cv", row) / 1e6 - spread_of(gaps, count);
    assert_true(error < 6e-7 && error > -6e-7);
  }
}

static void check_all(const crm_store *store, const crm_scope *scope, int orders[CUSTOMERS][DAYS])
{
  static int64_t all[CUSTOMERS * DAYS];
  crm_table *customers = ask(crm_rhythm_compute, store, scope);
  crm_table *summary = ask(crm_rhythm_summary, store, scope);
  int64_t median = row_of(summary, "measure", "median_gap");
  int64_t row = 0;
  int count = 0;
  int who;
  for (who = 0; who < CUSTOMERS; who++) {
    int64_t sum = 0;
    int d;
    for (d = 0; d < DAYS; d++) {
      sum += orders[who][d];
    }
    if (sum > 0) {
      assert_int_equal(integer_at(customers, "orders", row), sum);
      check_customer(customers, row++, orders[who]);
      count += gaps_of(orders[who], all + count);
    }
  }
  assert_int_equal(crm_table_rows(customers), row);
  assert_int_equal(integer_at(summary, "n", median), count);
  qsort(all, (size_t)count, sizeof *all, compare_gaps);
  if (count > 0) {
    assert_int_equal(integer_at(summary, "value", median), twice_middle(all, count) * 500000);
  }
  crm_table_free(customers);
  crm_table_free(summary);
}

/* From rounds with hardly an order to some in which customers have hundreds of gaps. */
static void test_against_definition(void **state)
{
  static int orders[CUSTOMERS][DAYS];
  dice random = dice_of(27);
  int round;
  (void)state;
  for (round = 0; round < 30; round++) {
    facts *rows = facts_create("document,time,customer,amount");
    crm_store *store = facts_store(NULL, NULL);
    crm_scope scope = CRM_SCOPE_INIT;
    int count = 3 << round % 10;
    int i;
    memset(orders, 0, sizeof orders);
    for (i = 0; i < count; i++) {
      int who = dice_below(&random, 1 + dice_below(&random, CUSTOMERS));
      int day = dice_below(&random, DAYS);
      char line[64];
      orders[who][day]++;
      (void)snprintf(line, sizeof line, "%d,2023-%02d-%02d,%d,1", i, day / 28 + 1, day % 28 + 1, who);
      facts_add(rows, line);
    }
    facts_load(rows, store, "sales");
    facts_free(rows);
    check_all(store, NULL, orders);
    /* The second half of the year alone, which no kept figure serves. */
    for (i = 0; i < CUSTOMERS; i++) {
      memset(orders[i], 0, DAYS / 2 * sizeof orders[i][0]);
    }
    scope.from = day_of(DAYS / 2) * CRM_DAY;
    check_all(store, &scope, orders);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example), cmocka_unit_test(test_occasions_by_day),
    cmocka_unit_test(test_period),         cmocka_unit_test(test_branch),
    cmocka_unit_test(test_day_start),      cmocka_unit_test(test_without_cases),
    cmocka_unit_test(test_far_bounds),     cmocka_unit_test(test_overflow),
    cmocka_unit_test(test_against_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
