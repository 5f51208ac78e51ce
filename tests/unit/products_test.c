/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

/* The worked example: 105 of positive revenue. Before pen lies nothing, before ink 57 %, before cap 76 %, before the
 * lines without a product 90 %: a, a, a, b. The last millionth goes to the largest remainder, pen's. */
static const char *const example =
  "document,time,customer,kind,product,quantity,amount,cost\n"
  "1,2024-01-05,ann,sale,pen,2,60,30\n"
  "1,2024-01-05,ann,sale,ink,1,20,\n"
  "2,2024-01-06,bob,sale,pen,1,30,15\n"
  "3,2024-01-07,ann,return,pen,1,30,15\n"
  "4,2024-01-08,,sale,cap,5,15,20\n"
  "5,2024-01-09,bob,sale,,,10,\n"
  "6,2024-01-10,cat,return,box,1,8,\n";

static crm_table *compute(const crm_store *store, const crm_scope *scope, const crm_products_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (crm_products_compute(store, scope, options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  (void)state;
  assert_result(compute(store, NULL, NULL),
                "product,revenue,share,cumulative_share,class,units,margin,buyers,last,rank,cost\n"
                "pen,60.00,0.571429,0.571429,a,2.000,0.500000,2,2024-01-06,1,30.00\n"
                "ink,20.00,0.190476,0.761905,a,1.000,,1,2024-01-05,2,\n"
                "cap,15.00,0.142857,0.904762,a,5.000,-0.333333,0,2024-01-08,3,20.00\n"
                ",10.00,0.095238,1.000000,b,0.000,,1,2024-01-09,4,\n"
                "box,-8.00,0.000000,1.000000,none,-1.000,,0,,5,\n");
  crm_store_free(store);
}

/* Sales before returns: the returned pen is not taken off, the box has no line. */
static void test_sales_basis(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.money = CRM_MONEY_SALES;
  assert_result(compute(store, &scope, NULL), "product,revenue,units,margin,buyers\npen,90.00,3.000,0.500000,2\n"
                                              "ink,20.00,1.000,,1\ncap,15.00,5.000,-0.333333,0\n,10.00,0.000,,1\n");
  crm_store_free(store);
}

/* 60, 20 and 20 of 100: the second begins at exactly 60 %, the third at exactly 80 %. */
static void test_class_edges(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,product,amount\n"
                                       "1,2024-01-01,a,b,20\n2,2024-01-01,a,2,60\n3,2024-01-01,a,a,20\n");
  crm_products_options options = CRM_PRODUCTS_OPTIONS_INIT;
  (void)state;
  assert_result(compute(store, NULL, &options), "product,class,rank\n2,a,1\na,a,2\nb,b,2\n");
  options.a_share = 6000;
  options.b_share = 8000;
  assert_result(compute(store, NULL, &options), "product,class\n2,a\na,b\nb,c\n");
  options.a_share = 6001;
  options.b_share = 8001;
  assert_result(compute(store, NULL, &options), "product,class\n2,a\na,a\nb,b\n");
  options.a_share = 10000;
  options.b_share = 10000;
  options.without_buyers = 1;
  assert_result(compute(store, NULL, &options), "product,class,buyers\n2,a,\na,a,\nb,a,\n");
  crm_store_free(store);
}

static void assert_refused(const crm_store *store, int32_t a_share, int32_t b_share, const char *column)
{
  crm_error error = CRM_ERROR_INIT;
  crm_products_options options = CRM_PRODUCTS_OPTIONS_INIT;
  crm_table *table = NULL;
  options.a_share = a_share;
  options.b_share = b_share;
  assert_int_equal(crm_products_compute(store, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, column);
  assert_null(table);
}

static void test_empty_and_arguments(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_result(compute(store, NULL, NULL), "product,revenue\n");
  assert_refused(store, -1, 0, "a_share");
  assert_refused(store, 10001, 10001, "a_share");
  assert_refused(store, 5000, 4999, "b_share");
  assert_refused(store, 0, 10001, "b_share");
  assert_int_equal(crm_products_compute(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_products_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* ---- against the definitions ---- */

#define PRODUCTS 12     /* the last stands for none */
#define CUSTOMERS 15    /* the last stands for nobody */

typedef struct tally {
  int64_t lines;
  int64_t revenue;
  int64_t units;
  int64_t cost;
  int64_t last;
  int without_cost;
  int bought[CUSTOMERS];
} tally;

static crm_store *random_store(dice *random, tally *tallies)
{
  facts *rows = facts_create("document,time,customer,kind,product,quantity,amount,cost");
  crm_store *store = facts_store(NULL, NULL);
  int document;
  memset(tallies, 0, PRODUCTS * sizeof *tallies);
  for (document = 0; document < 60; document++) {
    int who = dice_below(random, CUSTOMERS);
    int day = 1 + dice_below(random, 28);
    int lines = 1 + dice_below(random, 4);
    char customer[16] = "";
    if (who < CUSTOMERS - 1) {
      (void)snprintf(customer, sizeof customer, "c%d", who);
    }
    while (lines-- > 0) {
      int which = dice_below(random, PRODUCTS);
      int sign = dice_below(random, 5) == 0 ? -1 : 1;
      int quantity = 1 + dice_below(random, 5);
      int amount = 1 + dice_below(random, 99);
      int cost = dice_below(random, 40) == 0 ? -1 : dice_below(random, 99);
      char product[16] = "";
      char price[16] = "";
      char line[120];
      tally *of = &tallies[which];
      if (which < PRODUCTS - 1) {
        (void)snprintf(product, sizeof product, which < 5 ? "%d" : "p%02d", which);
      }
      if (cost >= 0) {
        (void)snprintf(price, sizeof price, "0.%02d", cost);
      }
      (void)snprintf(line, sizeof line, "%d,2024-03-%02d,%s,%s,%s,%d,0.%02d,%s", document, day, customer,
                     sign < 0 ? "return" : "sale", product, quantity, amount, price);
      facts_add(rows, line);
      of->lines++;
      of->revenue += sign * amount;
      of->units += sign * quantity * 1000;
      of->cost += cost < 0 ? 0 : sign * cost;
      of->without_cost |= cost < 0;
      of->bought[who] |= sign > 0;
      of->last = sign > 0 && day > of->last ? day : of->last;
    }
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

/* The product after `done` of them: the greatest revenue, of equal ones the lowest key, none last. */
static int next_of(const tally *tallies, const int *done)
{
  int best = -1;
  int i;
  for (i = 0; i < PRODUCTS; i++) {
    if (tallies[i].lines > 0 && !done[i] && (best < 0 || tallies[i].revenue > tallies[best].revenue)) {
      best = i;
    }
  }
  return best;
}

static void compare_row(const tally *of, const crm_table *table, int64_t row, int with_product)
{
  int64_t buyers = 0;
  int i;
  for (i = 0; i < CUSTOMERS - 1; i++) {
    buyers += of->bought[i];
  }
  assert_int_equal(is_null_at(table, "product", row), !with_product);
  assert_int_equal(integer_at(table, "revenue", row), of->revenue);
  assert_int_equal(integer_at(table, "units", row), of->units);
  assert_int_equal(integer_at(table, "buyers", row), buyers);
  assert_int_equal(is_null_at(table, "last", row), of->last == 0);
  assert_int_equal(integer_at(table, "last", row),
                   of->last == 0 ? 0 : facts_day(2024, 3, (int32_t)of->last) / CRM_DAY);
  assert_int_equal(is_null_at(table, "margin", row), of->without_cost || of->revenue == 0);
  if (!of->without_cost) {
    assert_int_equal(integer_at(table, "cost", row), of->cost);
  }
}

static void test_against_definition(void **state)
{
  dice random = dice_of(19);
  int round;
  (void)state;
  for (round = 0; round < 60; round++) {
    tally tallies[PRODUCTS];
    int done[PRODUCTS] = { 0 };
    crm_store *store = random_store(&random, tallies);
    crm_table *table = compute(store, NULL, NULL);
    int64_t total = 0;
    int64_t before = 0;
    int64_t shares = 0;
    int64_t row;
    int i;
    for (i = 0; i < PRODUCTS; i++) {
      total += tallies[i].revenue > 0 ? tallies[i].revenue : 0;
    }
    for (row = 0; row < crm_table_rows(table); row++) {
      int which = next_of(tallies, done);
      int64_t revenue = tallies[which].revenue;
      assert_true(which >= 0);
      done[which] = 1;
      compare_row(&tallies[which], table, row, which < PRODUCTS - 1);
      shares += integer_at(table, "share", row);
      assert_int_equal(integer_at(table, "cumulative_share", row), shares);
      assert_true(text_is(table, "class", row, revenue <= 0                      ? "none"
                                               : before * 100 < total * 80 ? "a"
                                               : before * 100 < total * 95 ? "b"
                                                                           : "c"));
      before += revenue > 0 ? revenue : 0;
    }
    assert_int_equal(next_of(tallies, done), -1);
    assert_int_equal(shares, 1000000);
    crm_table_free(table);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example),
    cmocka_unit_test(test_sales_basis),
    cmocka_unit_test(test_class_edges),
    cmocka_unit_test(test_empty_and_arguments),
    cmocka_unit_test(test_against_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
