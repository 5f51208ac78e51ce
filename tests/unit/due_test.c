/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

/* As of 2024-07-01. a: every 20 days, last on 06-20, due on 07-10. b: every 30 days, last on 05-30, due on 06-29.
 * c: every 10 days, last on 06-01, due on 06-11, late by more than half of it. d: two days of purchase, no rhythm.
 * e: bought for 1000 until the end of 2023. f: buys every 50 days, 300 a time up to mid 2023, 10 since. g: returned
 * alone. */
static const char *const example =
  "document,time,customer,kind,amount\n"
  "1,2024-04-21,a,sale,10\n2,2024-05-11,a,sale,10\n3,2024-05-31,a,sale,10\n4,2024-06-20,a,sale,10\n"
  "5,2024-03-01,b,sale,20\n6,2024-03-31,b,sale,20\n7,2024-04-30,b,sale,20\n8,2024-05-30,b,sale,20\n"
  "9,2024-05-02,c,sale,1\n10,2024-05-12,c,sale,1\n11,2024-05-22,c,sale,1\n12,2024-06-01,c,sale,1\n"
  "13,2024-06-01,d,sale,5\n14,2024-06-11,d,sale,5\n"
  "15,2023-12-01,e,sale,400\n16,2023-12-31,e,sale,600\n"
  "17,2023-01-02,f,sale,300\n18,2023-02-21,f,sale,300\n19,2023-04-12,f,sale,300\n20,2023-06-01,f,sale,300\n"
  "21,2024-03-30,f,sale,10\n22,2024-05-19,f,sale,10\n"
  "23,2024-06-01,g,return,5\n24,2024-06-01,,sale,999\n";

static crm_table *due(const crm_store *store, const crm_due_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  scope.as_of = facts_day(2024, 7, 1);
  if (crm_due_compute(store, &scope, options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

/* Gaps: three 20, three 30, three 10, one 10, one 30, f's 50, 50, 50, 303, 50: sixteen, the 15th is 50. */
static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_due_options options = CRM_DUE_OPTIONS_INIT;
  crm_table *table;
  (void)state;
  facts_load_text(store, "customers", "customer,owner\nb,mia\ne,7\n");
  options.key_share = 2000;
  options.ahead_days = 9;
  table = due(store, &options);
  assert_string_equal(crm_table_meta_find(table, "dormant_days"), "50");
  assert_result(table, "customer,owner,last,due,overdue_days,value,reason,median_gap,now,before,orders\n"
                       "e,7,2023-12-31,,,1000.00,dormant_vip,,1000.00,0.00,2\n"
                       "f,,2024-05-19,2024-07-08,0,320.00,losing,50.0,20.00,1200.00,6\n"
                       "b,mia,2024-05-30,2024-06-29,2,80.00,due,30.0,80.00,0.00,4\n"
                       "a,,2024-06-20,2024-07-10,0,40.00,due,20.0,40.00,0.00,4\n"
                       "c,,2024-06-01,2024-06-11,20,4.00,overdue,10.0,4.00,0.00,4\n");
  /* A day less ahead, and a is not due yet. */
  options.ahead_days = 8;
  assert_result(due(store, &options), "customer,reason\ne,dormant_vip\nf,losing\nb,due\nc,overdue\n");
  /* f is the only one with a past window, and so among the top whatever the share; as VIP e is first of six. */
  options.key_share = 1;
  assert_result(due(store, &options), "customer,reason\ne,dormant_vip\nf,losing\nb,due\nc,overdue\n");
  crm_store_free(store);
}

static void test_reasons(void **state)
{
  static const struct {
    int32_t reasons;
    const char *lines;
  } cases[] = {
    { CRM_DUE_DUE, "customer,reason\nf,due\nb,due\n" },
    { CRM_DUE_OVERDUE, "customer,reason\nc,overdue\n" },
    { CRM_DUE_LOSING, "customer,reason\nf,losing\n" },
    { CRM_DUE_DORMANT, "customer,reason\ne,dormant_vip\n" },
    { CRM_DUE_DUE | CRM_DUE_OVERDUE, "customer,reason\nf,due\nb,due\nc,overdue\n" },
  };
  crm_store *store = facts_store(NULL, example);
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    crm_due_options options = CRM_DUE_OPTIONS_INIT;
    options.reasons = cases[i].reasons;
    assert_result(due(store, &options), cases[i].lines);
  }
  crm_store_free(store);
}

/* Every bound on both of its sides. */
static void test_bounds(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_due_options options = CRM_DUE_OPTIONS_INIT;
  (void)state;
  /* c is 20 days late on gaps of 10: 200 %. */
  options.reasons = CRM_DUE_OVERDUE;
  options.tolerance = 199;
  assert_result(due(store, &options), "customer\nc\n");
  options.tolerance = 200;
  assert_result(due(store, &options), "customer\n");
  /* f fell from 1200 to 20, by 98.33 %; before it are four orders. */
  options.reasons = CRM_DUE_LOSING;
  options.drop = 9833;
  assert_result(due(store, &options), "customer\nf\n");
  options.drop = 9834;
  assert_result(due(store, &options), "customer\n");
  options.drop = 4000;
  options.gaps = 4;
  assert_result(due(store, &options), "customer\nf\n");
  options.gaps = 5;
  assert_result(due(store, &options), "customer\n");
  /* e is idle for 183 days. */
  options.reasons = CRM_DUE_DORMANT;
  options.dormant_days = 182;
  assert_result(due(store, &options), "customer\ne\n");
  options.dormant_days = 183;
  assert_result(due(store, &options), "customer\n");
  /* d's one gap of 10 days is a rhythm where one is enough: due on 06-21, 10 days late. */
  options = (crm_due_options)CRM_DUE_OPTIONS_INIT;
  options.gaps = 1;
  options.reasons = CRM_DUE_OVERDUE;
  assert_result(due(store, &options), "customer,due,overdue_days\nd,2024-06-21,10\nc,2024-06-11,20\n");
  crm_store_free(store);
}

/* Who is slow by nature is not dormant: 600 days idle on gaps of 200 are no sleep, over 600 are. */
static void test_own_measure_of_sleep(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n"
                                       "1,2022-01-21,s,9\n2,2022-08-09,s,9\n3,2023-02-25,s,9\n4,2023-09-13,s,9\n");
  crm_due_options options = CRM_DUE_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  options.dormant_days = 30;
  scope.as_of = facts_day(2025, 5, 5);
  assert_int_equal(crm_due_compute(store, &scope, &options, &table, NULL), CRM_OK);
  assert_result(table, "customer,overdue_days,reason\ns,400,overdue\n");
  table = NULL;
  scope.as_of += CRM_DAY;
  assert_int_equal(crm_due_compute(store, &scope, &options, &table, NULL), CRM_OK);
  assert_result(table, "customer,overdue_days,reason\ns,401,dormant_vip\n");
  crm_store_free(store);
}

/* The value of a year ends with the last purchase: 2023-01-01 is outside the year up to 2024-01-01, the day after not.
 * A return counts, after the last purchase too. */
static void test_value(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,kind,amount\n"
                                       "1,2023-01-01,x,sale,100\n2,2023-01-02,x,sale,10\n3,2024-01-01,x,sale,1\n"
                                       "4,2024-01-05,x,return,0.5\n");
  crm_due_options options = CRM_DUE_OPTIONS_INIT;
  (void)state;
  options.dormant_days = 1;
  assert_result(due(store, &options), "customer,value,reason\nx,10.50,dormant_vip\n");
  crm_store_free(store);
}

/* Anonymous and internal customers are nobody to call; equal values are ordered by key. */
static void test_population(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n"
                                       "1,2024-01-01,walk,9\n2,2024-01-01,10,9\n"
                                       "3,2024-01-01,9,9\n4,2024-01-01,own,9\n");
  crm_due_options options = CRM_DUE_OPTIONS_INIT;
  (void)state;
  facts_load_text(store, "customers", "customer,kind\nwalk,anonymous\nown,internal\n");
  options.dormant_days = 1;
  assert_result(due(store, &options), "customer\n9\n10\n");
  crm_store_free(store);
}

static void test_without_facts(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_due_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_null(crm_table_meta_find(table, "dormant_days"));
  assert_result(table, "customer,owner,last,due,overdue_days,value,reason\n");
  crm_store_free(store);
}

static void test_bad_options(void **state)
{
  static const struct {
    size_t at;
    int32_t value;
    const char *column;
  } bad[] = {
    { offsetof(crm_due_options, reasons), 0, "reasons" },
    { offsetof(crm_due_options, reasons), 16, "reasons" },
    { offsetof(crm_due_options, gaps), 0, "gaps" },
    { offsetof(crm_due_options, ahead_days), -1, "ahead_days" },
    { offsetof(crm_due_options, tolerance), 10001, "tolerance" },
    { offsetof(crm_due_options, window_days), 0, "window_days" },
    { offsetof(crm_due_options, drop), 10001, "drop" },
    { offsetof(crm_due_options, key_share), 0, "key_share" },
    { offsetof(crm_due_options, dormant_days), -1, "dormant_days" },
  };
  crm_store *store = facts_store(NULL, example);
  crm_table *table = NULL;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_due_options options = CRM_DUE_OPTIONS_INIT;
    memcpy((char *)&options + bad[i].at, &bad[i].value, sizeof bad[i].value);
    assert_int_equal(crm_due_compute(store, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
    assert_string_equal(error.column, bad[i].column);
    assert_null(table);
  }
  assert_int_equal(crm_due_compute(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_due_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example), cmocka_unit_test(test_reasons),       cmocka_unit_test(test_bounds),
    cmocka_unit_test(test_own_measure_of_sleep), cmocka_unit_test(test_value),   cmocka_unit_test(test_population),
    cmocka_unit_test(test_without_facts),  cmocka_unit_test(test_bad_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
