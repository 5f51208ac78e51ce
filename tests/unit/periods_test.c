/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The worked example. January: ann and cat, both new. February: bob is new, ann returns, cat lapses. March: nobody who
 * is known. April: ann and cat are back, dan is new. May: a refund alone. */
static const char *const example =
  "document,time,customer,amount\n"
  "1,2024-01-10,ann,10\n"
  "2,2024-01-31T23:59:59,cat,20\n"
  "3,2024-02-01,bob,5\n"
  "4,2024-02-02,ann,5\n"
  "5,2024-02-02,ann,1\n"
  "6,2024-03-15,,7\n"
  "7,2024-04-01,ann,1\n"
  "8,2024-04-02,cat,2\n"
  "9,2024-04-03,dan,3\n"
  "10,2024-05-20,ann,-5\n";

static crm_table *compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (crm_periods_compute(store, scope, calendar, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  (void)state;
  assert_result(compute(store, NULL, NULL),
                "month,revenue,orders,active,new,returning,resurrected,lapsed,complete,first_day\n"
                "2024-01,30.00,2,2,2,0,0,0,true,2024-01-01\n"
                "2024-02,11.00,3,2,1,1,0,1,true,2024-02-01\n"
                "2024-03,7.00,1,0,0,0,0,2,true,2024-03-01\n"
                "2024-04,6.00,3,3,1,0,2,0,true,2024-04-01\n"
                "2024-05,-5.00,0,0,0,0,0,3,false,2024-05-01\n");
  crm_store_free(store);
}

/* Occasions of a day as one: ann bought twice on 2 February. */
static void test_occasions_of_a_day(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.occasions = CRM_OCCASIONS_DAY;
  assert_result(compute(store, &scope, NULL), "month,revenue,orders\n2024-01,30.00,2\n2024-02,11.00,2\n2024-03,7.00,1\n"
                                              "2024-04,6.00,3\n2024-05,-5.00,0\n");
  crm_store_free(store);
}

/* February to the middle of April: what was before January's end still tells who is new and who returns. */
static void test_part_of_history(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.from = facts_day(2024, 2, 1);
  scope.to = facts_day(2024, 4, 3);
  assert_result(compute(store, &scope, NULL), "month,revenue,orders,active,new,returning,resurrected,lapsed,complete\n"
                                              "2024-02,11.00,3,2,1,1,0,1,true\n"
                                              "2024-03,7.00,1,0,0,0,0,2,true\n"
                                              "2024-04,3.00,2,2,0,0,2,0,false\n");
  crm_store_free(store);
}

/* The first row begins on the 15th, and so does the money. */
static void test_from_the_middle(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.from = facts_day(2024, 1, 15);
  scope.to = facts_day(2024, 3, 1);
  assert_result(compute(store, &scope, NULL), "month,revenue,orders,active,new,returning,resurrected,lapsed,complete\n"
                                              "2024-01,20.00,1,1,1,0,0,0,false\n"
                                              "2024-02,11.00,3,2,1,0,1,1,true\n");
  crm_store_free(store);
}

static void test_quarters(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_calendar calendar = CRM_CALENDAR_INIT;
  (void)state;
  calendar.period = CRM_PERIOD_QUARTER;
  assert_result(compute(store, NULL, &calendar), "month,revenue,active,new,returning,resurrected,lapsed,complete\n"
                                                 "2024-Q1,48.00,3,3,0,0,0,true\n"
                                                 "2024-Q2,1.00,3,1,2,0,1,false\n");
  crm_store_free(store);
}

static void test_empty_store(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  (void)state;
  assert_result(compute(store, NULL, NULL), "month,revenue,orders,active\n");
  crm_store_free(store);
}

static void test_limits_and_arguments(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2000-01-01,a,1\n2,2011-03-19,a,1\n");
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_table *table = NULL;
  (void)state;
  calendar.period = CRM_PERIOD_DAY;
  assert_int_equal(crm_periods_compute(store, NULL, &calendar, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 4096);
  crm_table_free(table);
  table = NULL;
  facts_load_text(store, "sales", "document,time,customer,amount\n3,2011-03-20,a,1\n");
  assert_int_equal(crm_periods_compute(store, NULL, &calendar, &table, NULL), CRM_ERROR_LIMIT);
  assert_null(table);
  calendar.period = 9;
  assert_int_equal(crm_periods_compute(store, NULL, &calendar, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_periods_compute(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_periods_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* ---- against the definitions: customers by months, as sets ---- */

#define CUSTOMERS 25
#define MONTHS 150   /* over two words of a bitmap */

typedef struct world {
  int bought[CUSTOMERS][MONTHS];   /* occasions of both branches */
  int here[CUSTOMERS][MONTHS];     /* of branch x */
  int64_t revenue[2][MONTHS];      /* of all, of branch x */
  int64_t orders[2][MONTHS];
} world;

static crm_store *random_store(dice *random, world *of, int documents)
{
  facts *rows = facts_create("document,time,customer,amount,branch");
  crm_store *store = facts_store(NULL, NULL);
  int i;
  memset(of, 0, sizeof *of);
  for (i = 0; i < documents; i++) {
    int who = dice_below(random, CUSTOMERS + 1);   /* the last is nobody */
    int month = dice_below(random, 4) == 0 ? dice_below(random, MONTHS) : (who * 6 + dice_below(random, 9)) % MONTHS;
    int amount = dice_below(random, 20) + 1;
    int is_return = dice_below(random, 6) == 0;
    int here = dice_below(random, 2);
    char key[16] = "";
    char line[96];
    if (i < 2) {
      month = i * (MONTHS - 1);   /* the first and the last month */
      is_return = 0;
      here = 1;
    }
    if (who < CUSTOMERS) {
      (void)snprintf(key, sizeof key, "%d", who);
      of->bought[who][month] += !is_return;
      of->here[who][month] += !is_return && here;
    }
    (void)snprintf(line, sizeof line, "%d,%04d-%02d-%02d,%s,%s0.%02d,%s", i, 2001 + month / 12, month % 12 + 1,
                   1 + dice_below(random, 28), key, is_return ? "-" : "", amount, here ? "x" : "y");
    facts_add(rows, line);
    of->revenue[0][month] += is_return ? -amount : amount;
    of->orders[0][month] += !is_return;
    of->revenue[1][month] += here ? (is_return ? -amount : amount) : 0;
    of->orders[1][month] += here && !is_return;
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

static int first_month(const world *of, int who)
{
  int month = 0;
  while (month < MONTHS && of->bought[who][month] == 0) {
    month++;
  }
  return month;
}

/* from: the first month of the scope; branch 1: x alone. */
static void compare_world(const world *of, const crm_table *table, int from, int branch)
{
  int row;
  assert_int_equal(crm_table_rows(table), MONTHS - from);
  for (row = 0; row < MONTHS - from; row++) {
    int month = from + row;
    int64_t active = 0;
    int64_t fresh = 0;
    int64_t returning = 0;
    int64_t lapsed = 0;
    int who;
    for (who = 0; who < CUSTOMERS; who++) {
      const int *bought = branch ? of->here[who] : of->bought[who];
      int now = bought[month] > 0;
      int before = month > 0 && bought[month - 1] > 0;
      int is_new = now && first_month(of, who) == month;
      active += now;
      fresh += is_new;
      returning += now && before && !is_new;
      lapsed += before && !now;
    }
    assert_int_equal(integer_at(table, "revenue", row), of->revenue[branch][month]);
    assert_int_equal(integer_at(table, "orders", row), of->orders[branch][month]);
    assert_int_equal(integer_at(table, "active", row), active);
    assert_int_equal(integer_at(table, "new", row), fresh);
    assert_int_equal(integer_at(table, "returning", row), returning);
    assert_int_equal(integer_at(table, "resurrected", row), active - fresh - returning);
    assert_int_equal(integer_at(table, "lapsed", row), lapsed);
  }
}

static void test_against_definition(void **state)
{
  static const char *const branches[] = { "x" };
  dice random = dice_of(5);
  world *of = malloc(sizeof *of);
  int round;
  (void)state;
  assert_non_null(of);
  for (round = 0; round < 40; round++) {
    crm_store *store = random_store(&random, of, 2 + dice_below(&random, 400));
    crm_scope scope = CRM_SCOPE_INIT;
    crm_table *table;
    int from = 0;
    if (round % 3 == 2) {
      from = dice_below(&random, MONTHS);
      scope.from = facts_day(2001 + from / 12, from % 12 + 1, 1);
    }
    if (round % 2 == 1) {
      scope.branches = branches;
      scope.branch_count = 1;
    }
    table = compute(store, &scope, NULL);
    compare_world(of, table, from, round % 2);
    crm_table_free(table);
    crm_store_free(store);
  }
  free(of);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example),
    cmocka_unit_test(test_occasions_of_a_day),
    cmocka_unit_test(test_part_of_history),
    cmocka_unit_test(test_from_the_middle),
    cmocka_unit_test(test_quarters),
    cmocka_unit_test(test_empty_store),
    cmocka_unit_test(test_limits_and_arguments),
    cmocka_unit_test(test_against_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
