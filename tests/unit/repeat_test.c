/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

/* The worked example as of 2024-12-31. a: twice on one day. b: again after 89 days. c: after 90. d and h: too young for
 * the window, bought once. e: once. f: too young, bought again. g: 90 days old, again after 89.
 * Two or more: a b c f g of 8. On two days: b c f g. Within 90 days: b g of a b c e g. */
static const char *const example =
  "document,time,customer,amount,branch\n"
  "1,2024-01-01T09:00,a,1,x\n2,2024-01-01T18:00,a,1,x\n"
  "3,2024-01-01,b,1,x\n4,2024-03-30,b,1,y\n"
  "5,2024-01-01,c,1,y\n6,2024-03-31,c,1,x\n"
  "7,2024-12-01,d,1,x\n"
  "8,2024-06-01,e,1,x\n"
  "9,2024-12-01,f,1,x\n10,2024-12-05,f,1,x\n"
  "11,2024-10-02,g,1,x\n12,2024-12-30,g,1,x\n"
  "13,2024-10-03,h,1,x\n"
  "14,2024-12-31,h,1,x\n"
  "15,2024-05-05,,1,x\n16,2024-05-06,,1,x\n";

static crm_table *compute(const crm_store *store, const crm_scope *scope)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (crm_repeat_compute(store, scope, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 12, 31);
  assert_result(compute(store, &scope), "kpi,value,numerator,denominator,low,high,status\n"
                                        "repeat_rate,0.625000,5,8,0.305742,0.863156,ok\n"
                                        "repeat_rate_day,0.500000,4,8,0.215216,0.784784,ok\n"
                                        "repeat_rate_90,0.400000,2,5,0.117621,0.769276,ok\n");
  scope.occasions = CRM_OCCASIONS_DAY;
  assert_result(compute(store, &scope), "kpi,numerator,denominator\n"
                                        "repeat_rate,4,8\nrepeat_rate_day,4,8\nrepeat_rate_90,2,5\n");
  crm_store_free(store);
}

/* From February on b and c have one occasion each, and their first one ever is before: the window looks at e and g. Up
 * to November: only what began by then, yet g's window runs on to as-of. */
static void test_period(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 12, 31);
  scope.from = facts_day(2024, 2, 1);
  scope.to = facts_day(2024, 11, 1);
  assert_result(compute(store, &scope), "kpi,numerator,denominator\n"
                                        "repeat_rate,0,5\nrepeat_rate_day,0,5\nrepeat_rate_90,1,2\n");
  crm_store_free(store);
}

/* Branch x: b came back elsewhere, and c began elsewhere. */
static void test_branch(void **state)
{
  static const char *const branches[] = { "x" };
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 12, 31);
  scope.branches = branches;
  scope.branch_count = 1;
  assert_result(compute(store, &scope), "kpi,numerator,denominator\n"
                                        "repeat_rate,3,8\nrepeat_rate_day,2,8\nrepeat_rate_90,1,4\n");
  crm_store_free(store);
}

static void test_undefined(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_result(compute(store, NULL), "kpi,value,numerator,denominator,low,high,status\n"
                                      "repeat_rate,,0,0,,,undefined\nrepeat_rate_day,,0,0,,,undefined\n"
                                      "repeat_rate_90,,0,0,,,undefined\n");
  assert_int_equal(crm_repeat_compute(NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_repeat_compute(store, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* ---- against the definitions ---- */

#define CUSTOMERS 20
#define DAYS 240

static void test_against_definition(void **state)
{
  dice random = dice_of(11);
  int round;
  (void)state;
  for (round = 0; round < 40; round++) {
    int orders[CUSTOMERS][DAYS];
    int64_t expected[3][2];
    facts *rows = facts_create("document,time,customer,amount");
    crm_store *store = facts_store(NULL, NULL);
    crm_scope scope = CRM_SCOPE_INIT;
    crm_table *table;
    int i;
    memset(orders, 0, sizeof orders);
    memset(expected, 0, sizeof expected);
    for (i = 0; i < 60; i++) {
      int who = dice_below(&random, CUSTOMERS);
      int day = dice_below(&random, DAYS);
      char line[64];
      orders[who][day]++;
      /* months of 20 days, so that every day of the table has a date */
      (void)snprintf(line, sizeof line, "%d,2023-%02d-%02d,%d,1", i, day / 20 + 1, day % 20 + 1, who);
      facts_add(rows, line);
    }
    facts_load(rows, store, "sales");
    facts_free(rows);
    for (i = 0; i < CUSTOMERS; i++) {
      int64_t first = 0;
      int count = 0;
      int days = 0;
      int again = 0;
      int d;
      for (d = 0; d < DAYS; d++) {
        int64_t date = facts_day(2023, d / 20 + 1, d % 20 + 1) / CRM_DAY;
        if (orders[i][d] > 0) {
          first = count == 0 ? date : first;
          again |= date > first && date - first < 90;
          count += orders[i][d];
          days++;
        }
      }
      expected[0][0] += count >= 2;
      expected[0][1] += count >= 1;
      expected[1][0] += days >= 2;
      expected[1][1] += count >= 1;
      if (count > 0 && facts_day(2024, 1, 1) / CRM_DAY - first >= 90) {
        expected[2][0] += again;
        expected[2][1]++;
      }
    }
    scope.as_of = facts_day(2024, 1, 1);
    table = compute(store, &scope);
    for (i = 0; i < 3; i++) {
      assert_int_equal(integer_at(table, "numerator", i), expected[i][0]);
      assert_int_equal(integer_at(table, "denominator", i), expected[i][1]);
    }
    crm_table_free(table);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example),
    cmocka_unit_test(test_period),
    cmocka_unit_test(test_branch),
    cmocka_unit_test(test_undefined),
    cmocka_unit_test(test_against_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
