/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/random.h"
#include "support/rounds.h"

#include <string.h>

static crm_table *ask(const crm_store *store, const crm_scope *scope, const crm_bridge_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (crm_bridge_compute(store, scope, NULL, options, &table, &error) != CRM_OK) {
    fail_msg("%s %s", error.column, error.message);
  }
  return table;
}

/* January: a twice for 10 and 20, b once for 30, nobody for 5. February: a once for 40, c (new) for 50 and 10, b only
 * brings back 5. d bought in 2023 and is back. So customers 2, 3; orders 3, 4; money 60, 108. */
static const char *const example = "document,time,customer,kind,amount,product,branch\n"
                                   "0,2023-05-05,d,sale,7,p,x\n"
                                   "1,2024-01-05,a,sale,10,p,x\n2,2024-01-09,a,sale,20,q,x\n"
                                   "3,2024-01-20,b,sale,30,p,y\n4,2024-01-21,,sale,5,p,\n"
                                   "5,2024-02-03,a,sale,40,p,x\n6,2024-02-04,c,sale,50,q,x\n"
                                   "7,2024-02-05,c,sale,10,q,y\n8,2024-02-07,b,return,5,p,y\n"
                                   "9,2024-02-08,d,sale,8,,x\n";

/* By hand: C 2 to 3, F 3/2 to 4/3, V 20 to 27. Customers: 1 * (2 * 30 + 80/3 + 81/2 + 2 * 36) / 6 with y z = 30,
 * Y z = 80/3, y Z = 81/2, Y Z = 36: 33.1944. Orders: (-1/6) (2 * 40 + 60 + 54 + 2 * 81) / 6 = -9.8889. Value: 7 *
 * (2 * 3 + 9/2 + 8/3 + 2 * 4) / 6 = 24.6944. Together 48: in cents rounded down 3319, -989 and 2469, and the one that
 * is left goes to the first of the two largest remainders. */
static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_bridge_options options = CRM_BRIDGE_OPTIONS_INIT;
  const char *expected = "part,key,change,share,before,after,n_before,n_after,factor_before,factor_after\n"
                         "total,,38.00,1.000000,65.00,103.00,,,,\n"
                         "customers,,33.20,0.873684,,,2,3,2.000000,3.000000\n"
                         "orders_per_customer,,-9.89,-0.260263,,,3,4,1.500000,1.333333\n"
                         "order_value,,24.69,0.649737,60.00,108.00,,,20.000000,27.000000\n"
                         "other,,-5.00,-0.131579,0.00,-5.00,,,,\n"
                         "anonymous,,-5.00,-0.131579,5.00,0.00,,,,\n"
                         "new,,60.00,1.578947,0.00,60.00,0,1,,\n"
                         "resurrected,,8.00,0.210526,0.00,8.00,0,1,,\n"
                         "kept,,10.00,0.263158,30.00,40.00,1,1,,\n"
                         "lost,,-35.00,-0.921053,30.00,-5.00,1,0,,\n"
                         "idle,,0.00,0.000000,0.00,0.00,0,0,,\n"
                         "anonymous_sales,,-5.00,-0.131579,5.00,0.00,,,,\n"
                         "branch,x,68.00,1.789474,30.00,98.00,,,,\n"
                         "branch,y,-25.00,-0.657895,30.00,5.00,,,,\n"
                         "branch_rest,,-5.00,-0.131579,5.00,0.00,,1,,\n"
                         "product,q,40.00,1.052632,20.00,60.00,,,,\n"
                         "product,p,-10.00,-0.263158,45.00,35.00,,,,\n"
                         "product_rest,,8.00,0.210526,0.00,8.00,,1,,\n"
                         "customer,c,60.00,1.578947,0.00,60.00,,,,\n"
                         "customer,b,-35.00,-0.921053,30.00,-5.00,,,,\n"
                         "customer_rest,,13.00,0.342105,35.00,48.00,,3,,\n";
  (void)state;
  options.top = 2;
  scope.as_of = facts_day(2024, 3, 1);
  assert_result(ask(store, &scope, &options), expected);   /* the last complete month */
  scope.from = facts_day(2024, 2, 1);
  options.before_from = facts_day(2024, 1, 1);
  options.before_to = facts_day(2024, 2, 1);
  assert_result(ask(store, &scope, &options), expected);
  crm_store_free(store);
}

/* Just before it, and as long: 23 days of February against 9 to 31 January, where a bought once. */
static void test_period_before(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table;
  (void)state;
  scope.from = facts_day(2024, 2, 1);
  scope.to = facts_day(2024, 2, 24);
  scope.as_of = facts_day(2024, 3, 1);
  table = ask(store, &scope, NULL);
  assert_string_equal(crm_table_meta_find(table, "before_from"), "2024-01-09T00:00:00");
  assert_string_equal(crm_table_meta_find(table, "before_to"), "2024-02-01T00:00:00");
  assert_int_equal(integer_at(table, "before", row_of(table, "part", "total")), 5500);
  crm_table_free(table);
  crm_store_free(store);
}

/* Nobody bought before: all of it is the effect of customers. */
static void test_from_nothing(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table;
  (void)state;
  scope.from = facts_day(2023, 5, 1);
  scope.to = facts_day(2023, 6, 1);
  table = ask(store, &scope, NULL);
  assert_int_equal(integer_at(table, "change", row_of(table, "part", "customers")), 700);
  assert_int_equal(integer_at(table, "change", row_of(table, "part", "order_value")), 0);
  assert_true(is_null_at(table, "factor_before", row_of(table, "part", "order_value")));
  crm_table_free(table);
  crm_store_free(store);
  store = facts_store(NULL, NULL);
  table = ask(store, NULL, NULL);
  assert_int_equal(crm_table_rows(table), 15);
  assert_int_equal(integer_at(table, "after", 0), 0);
  assert_true(is_null_at(table, "share", 0));
  crm_table_free(table);
  crm_store_free(store);
}

/* Changes of one size: what grew comes first, then by key, the lines without a product last among their equals. */
static void test_equal_changes(void **state)
{
  static const char *const keys[] = {"p1", "p3", "", "p2", "p4"};
  crm_store *store = facts_store(NULL, "document,time,customer,amount,product\n"
                                       "1,2024-01-05,a,10,p3\n2,2024-01-05,a,15,p2\n3,2024-01-05,a,10,p1\n"
                                       "4,2024-01-05,a,10,\n5,2024-01-05,a,15,p4\n"
                                       "6,2024-02-05,a,15,p3\n7,2024-02-05,a,10,p2\n8,2024-02-05,a,15,p1\n"
                                       "9,2024-02-05,a,15,\n10,2024-02-05,a,10,p4\n");
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table;
  int64_t row;
  int i;
  (void)state;
  scope.as_of = facts_day(2024, 3, 1);
  table = ask(store, &scope, NULL);
  row = row_of(table, "part", "product");
  for (i = 0; i < 5; i++) {
    assert_true(text_is(table, "part", row + i, "product"));
    assert_true(text_is(table, "key", row + i, keys[i]));
    assert_int_equal(integer_at(table, "change", row + i), i < 3 ? 500 : -500);
  }
  crm_table_free(table);
  crm_store_free(store);
}

static void test_refused(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_bridge_options options = CRM_BRIDGE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  scope.from = facts_day(2024, 2, 1);
  scope.as_of = facts_day(2024, 3, 1);
  options.top = -1;
  assert_int_equal(crm_bridge_compute(store, &scope, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "top");
  options.top = 0;
  options.before_from = facts_day(2024, 2, 1);
  options.before_to = facts_day(2024, 2, 1);
  assert_int_equal(crm_bridge_compute(store, &scope, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "before_from");
  options.before_to = facts_day(2024, 3, 2);
  assert_int_equal(crm_bridge_compute(store, &scope, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_bridge_compute(NULL, &scope, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_bridge_compute(store, &scope, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

/* Sums of the change over rows of some parts. */
static int64_t changes(const crm_table *table, const char *const *parts, int count)
{
  int64_t sum = 0;
  int64_t row;
  int i;
  for (row = 0; row < crm_table_rows(table); row++) {
    for (i = 0; i < count; i++) {
      sum += text_is(table, "part", row, parts[i]) ? integer_at(table, "change", row) : 0;
    }
  }
  return sum;
}

/* Every cut adds up to the change of the months' revenue, to the last cent, in every basis. */
static void test_adds_up(void **state)
{
  static const char *const factors[] = {"customers", "orders_per_customer", "order_value", "other", "anonymous"};
  static const char *const fates[] = {"new", "resurrected", "kept", "lost", "idle", "anonymous_sales"};
  static const char *const kinds[][2] = {
    {"branch", "branch_rest"}, {"product", "product_rest"}, {"customer", "customer_rest"}};
  static const char *const branches[] = {"x", "7"};
  int round;
  (void)state;
  for (round = 0; round < rounds(60); round++) {
    crm_store *store = random_sales((uint64_t)round + 300, 20 + 12 * round);
    crm_scope scope = CRM_SCOPE_INIT;
    crm_bridge_options options = CRM_BRIDGE_OPTIONS_INIT;
    crm_table *table;
    crm_table *months = NULL;
    int64_t change;
    int month = 1 + round % 11;
    int i;
    scope.money = round % 3;
    scope.refunds = round % 2;
    scope.occasions = round / 2 % 2;
    scope.branches = round % 5 == 4 ? branches : NULL;
    scope.branch_count = round % 5 == 4 ? 2 : 0;
    scope.as_of = facts_day(2024, 6, 20);
    scope.from = facts_day(2023, month, 1);
    scope.to = facts_day(2023, month + 1, 1);
    assert_int_equal(crm_periods_compute(store, &scope, NULL, &months, NULL), CRM_OK);
    change = integer_at(months, "revenue", 0);
    crm_table_free(months);
    options.before_from = facts_day(2022, month, 1);
    options.before_to = facts_day(2022, month + 1, 1);
    scope.from = options.before_from;
    scope.to = options.before_to;
    assert_int_equal(crm_periods_compute(store, &scope, NULL, &months, NULL), CRM_OK);
    change -= integer_at(months, "revenue", 0);
    crm_table_free(months);
    scope.from = facts_day(2023, month, 1);
    scope.to = facts_day(2023, month + 1, 1);
    options.top = 1 + round % 4;
    table = ask(store, &scope, &options);
    assert_int_equal(integer_at(table, "change", 0), change);
    assert_int_equal(changes(table, factors, 5), change);
    assert_int_equal(changes(table, fates, 6), change);
    for (i = 0; i < 3; i++) {
      assert_int_equal(changes(table, kinds[i], 2), change);
    }
    crm_table_free(table);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example), cmocka_unit_test(test_period_before), cmocka_unit_test(test_from_nothing),
    cmocka_unit_test(test_equal_changes),  cmocka_unit_test(test_refused),       cmocka_unit_test(test_adds_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
