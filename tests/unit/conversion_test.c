/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* Time until the first order. Kaplan and Meier's estimate itself: tests/unit/survival_test.c. */

static crm_table *ask(const crm_store *store, const crm_scope *scope, int32_t horizon, const char *by)
{
  crm_conversion_options options = CRM_CONVERSION_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  options.horizon_days = horizon;
  options.by = by;
  if (crm_conversion_compute(store, scope, &options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static const char *const customers = "customer,joined,origin,parent\na,2024-01-01,fair,\nb,2024-01-01 23:00,fair,\n"
                                     "c,2024-01-11,web,\nd,2024-01-21,web,\ne,2024-01-31,,\nf,,web,a\n";
static const char *const sales = "document,time,customer,kind,amount\n1,2024-01-11 09:00,a,sale,10\n"
                                 "2,2024-02-20,c,sale,10\n3,2024-01-05,e,sale,10\n4,2024-01-21,d,sale,10\n"
                                 "5,2024-01-02,b,return,10\n6,2024-03-10,f,sale,1\n";
static const char *const contacts = "time,customer,id\n"
                                    "2024-01-01,a,1\n2024-01-03,f,2\n2024-01-10,f,3\n2024-04-01,b,4\n";
static const char *const deals = "opportunity,customer,created\n1,a,2024-01-11\n2,b,\n3,b,2024-02-10\n4,c,2024-02-21\n";

static crm_store *example(void)
{
  crm_store *store = store_new(NULL);
  put(store, "customers", customers, "");
  put(store, "sales", sales, "");
  put(store, "interactions", contacts, "");
  put(store, "opportunities", deals, "");
  return store;
}

static void every_start_has_its_cases(void **state)
{
  crm_store *store = example();
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 3, 11);
  assert_result(ask(store, &scope, 30, NULL),
                "start,by,group,customers,converted,median_days,low_days,rate,at_risk,status\n"
                "prospect,,,4,3,10,0,0.500000,2,ok\ncontact,,,2,2,10,10,0.500000,1,ok\n"
                "opportunity,,,2,1,0,0,0.500000,0,immature\n");
  assert_result(ask(store, &scope, 30, "origin"),
                "start,by,group,customers,converted,median_days\nprospect,,,4,3,10\nprospect,origin,fair,2,1,10\n"
                "prospect,origin,web,2,2,0\ncontact,,,2,2,10\ncontact,origin,fair,1,1,10\ncontact,origin,web,1,1,67\n"
                "opportunity,,,2,1,0\nopportunity,origin,fair,2,1,0\n");
  scope.from = facts_day(2024, 1, 2);
  assert_result(ask(store, &scope, 0, NULL), "start,customers,converted\nprospect,2,2\ncontact,1,1\nopportunity,2,1\n");
  crm_store_free(store);
}

/* An earlier as-of knows less, never otherwise; accounts start with the first of theirs. */
static void as_of_and_accounts(void **state)
{
  crm_store *store = example();
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 1, 12);
  assert_result(ask(store, &scope, 0, NULL),
                "start,customers,converted,status\nprospect,3,1,immature\ncontact,2,1,ok\nopportunity,1,1,ok\n");
  scope.as_of = facts_day(2024, 3, 11);
  scope.accounts = 1;
  assert_result(ask(store, &scope, 0, NULL), "start,customers,converted\nprospect,4,3\ncontact,1,1\nopportunity,2,1\n");
  crm_store_free(store);
}

/* What nobody has: not a row of a group, no figure, and bad calls are refused. */
static void nothing_and_nonsense(void **state)
{
  crm_store *store = store_new(NULL);
  crm_conversion_options options = CRM_CONVERSION_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_result(ask(store, NULL, 0, "region"),
                "start,by,group,customers,converted,median_days,low_days,high_days,rate,low,high,at_risk,status\n"
                "prospect,,,0,0,,,,,,,0,undefined\ncontact,,,0,0,,,,,,,0,undefined\n"
                "opportunity,,,0,0,,,,,,,0,undefined\n");
  options.by = "joined";
  assert_int_equal(crm_conversion_compute(store, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "by");
  options.by = "source";
  assert_int_equal(crm_conversion_compute(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  options.by = NULL;
  options.horizon_days = -1;
  assert_int_equal(crm_conversion_compute(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_conversion_compute(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_conversion_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

/* Random lives: the share that has not bought by the median and the day before, worked out one case after the other. */
#define PEOPLE 60

static void medians_by_brute_force(void **state)
{
  dice of = dice_of(3);
  int round;
  (void)state;
  for (round = 0; round < 20; round++) {
    crm_store *store = store_new(NULL);
    crm_scope scope = CRM_SCOPE_INIT;
    text_buffer rows = TEXT_BUFFER_INIT;
    text_buffer lines = TEXT_BUFFER_INIT;
    crm_table *table;
    int days[PEOPLE];
    int bought[PEOPLE];
    double share = 1.0;
    int median = -1;
    int day;
    int i;
    text_add(&rows, "customer,joined\n");
    text_add(&lines, "document,time,customer,amount\n");
    for (i = 0; i < PEOPLE; i++) {
      char line[64];
      int start = 1 + dice_below(&of, 28);
      int takes = dice_below(&of, 28);
      (void)snprintf(line, sizeof line, "%d,2024-01-%02d\n", i, start);
      text_add(&rows, line);
      bought[i] = start + takes <= 28 && dice_below(&of, 3) > 0;
      days[i] = bought[i] ? takes : 29 - start;   /* as-of is 2024-01-29 */
      if (bought[i]) {
        (void)snprintf(line, sizeof line, "%d,2024-01-%02d,%d,1\n", i, start + takes, i);
        text_add(&lines, line);
      }
    }
    put(store, "customers", rows.bytes, "");
    put(store, "sales", lines.bytes, "");
    for (day = 0; day < 29 && median < 0; day++) {
      int risk = 0;
      int ended = 0;
      for (i = 0; i < PEOPLE; i++) {
        risk += days[i] >= day;
        ended += days[i] == day && bought[i];
      }
      share = risk == 0 ? share : share * (risk - ended) / risk;
      median = share <= 0.5 ? day : -1;
    }
    scope.as_of = facts_day(2024, 1, 29);
    table = ask(store, &scope, 0, NULL);
    if (median < 0) {
      assert_true(crm_table_is_null(table, crm_table_find(table, "median_days"), 0));
    } else {
      assert_int_equal(integer_at(table, "median_days", 0), median);
    }
    assert_int_equal(integer_at(table, "customers", 0), PEOPLE);
    crm_table_free(table);
    text_free(&rows);
    text_free(&lines);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_start_has_its_cases),
    cmocka_unit_test(as_of_and_accounts),
    cmocka_unit_test(nothing_and_nonsense),
    cmocka_unit_test(medians_by_brute_force),
  };
  return cmocka_run_group_tests_name("conversion", tests, NULL, NULL);
}
