/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_cases.h"
#include "naive_facts.h"

#include <math.h>

/* What customers are made up of: by owner, and by kind across. */

#define KINDS_ACROSS 3   /* person, business, none */

typedef struct sums {
  int customers;
  int spend;
} sums;

/* 1 to OWNERS, 0: nobody. */
static int owner_of(const world *of, int customer)
{
  return owner_at(of, customer, of->as_of * MINUTES - 1);
}

static int is_counted(const world *of, int customer)
{
  return is_customer(of, customer) && is_known(of, customer);
}

static int spend_of(const world *of, int customer)
{
  return money_of(of, customer, of->from, DAYS);
}

/* Of an owner and a kind; below 0: of any. */
static sums sum_of(const world *of, int owner, int kind)
{
  sums made = {0, 0};
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    if (is_counted(of, c) && (owner < 0 || owner_of(of, c) == owner) && (kind < 0 || of->people[c].kind == kind)) {
      made.customers++;
      made.spend += spend_of(of, c);
    }
  }
  return made;
}

/* A share that is handed out so that all add up to 1 is one millionth away at most. */
static void check_share(const crm_table *table, const char *column, int64_t row, int part, int all)
{
  double off;
  assert_int_equal(is_null_at(table, column, row), part <= 0 || all <= 0);
  if (part > 0 && all > 0) {
    off = (double)integer_at(table, column, row) - 1e6 * part / all;
    assert_true(off < 1 && off > -1);
  }
}

static void check_index(const crm_table *table, const char *column, int64_t row, double of, double base)
{
  assert_int_equal(is_null_at(table, column, row), !(base > 0));
  if (base > 0) {
    assert_near(table, column, row, of / base);
  }
}

/* What groups with money have together, or those of a group across. */
static int base_of(const world *of, int owner)
{
  int sum = 0;
  int i;
  for (i = 0; owner < 0 && i <= OWNERS; i++) {
    sum += later(sum_of(of, i, -1).spend, 0);
  }
  for (i = 0; owner >= 0 && i < KINDS_ACROSS; i++) {
    sum += later(sum_of(of, owner, i).spend, 0);
  }
  return sum;
}

static const char *const owner_names[] = {"", "o1", "o2", "o3", "o4"};
static const char *const kind_names[] = {"", "person", "business"};

static void check_group(const world *of, const crm_table *table, int64_t row, int owner, int kind)
{
  sums own = sum_of(of, owner, kind);
  sums all = sum_of(of, -1, -1);
  sums whole = kind < 0 ? all : sum_of(of, owner, -1);
  assert_word(table, "group", row, owner_names[owner]);
  assert_word(table, "across", row, kind < 0 ? "" : kind_names[kind]);
  assert_int_equal(integer_at(table, "customers", row), own.customers);
  assert_int_equal(integer_at(table, "spend", row), own.spend);
  check_share(table, "customer_share", row, own.customers, whole.customers);
  check_share(table, "spend_share", row, own.spend, base_of(of, kind < 0 ? -1 : owner));
  check_index(table, "spend_index", row, (double)own.spend / own.customers,
              all.customers > 0 ? (double)all.spend / all.customers : 0);
  if (kind < 0) {
    assert_int_equal(is_null_at(table, "mix_index", row), 1);
  } else {
    check_index(table, "mix_index", row, (double)own.customers / whole.customers,
                (double)sum_of(of, -1, kind).customers / all.customers);
  }
}

/* Who has no value stands last. */
static int in_order(int i, int values)
{
  return (i + 1) % values;
}

static void check_composition(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  int across;
  for (across = 0; across < 2; across++) {
    crm_table *table = NULL;
    int64_t row = 0;
    int i;
    options.by = "owner";
    options.across = across ? "kind" : NULL;
    assert_int_equal(crm_composition_compute(store, scope, &options, &table, NULL), CRM_OK);
    for (i = 0; i <= OWNERS; i++) {
      int owner = in_order(i, OWNERS + 1);
      int k;
      for (k = 0; k < (across ? KINDS_ACROSS : 1); k++) {
        int kind = across ? in_order(k, KINDS_ACROSS) : -1;
        if (sum_of(of, owner, kind).customers > 0) {
          check_group(of, table, row++, owner, kind);
        }
      }
    }
    assert_int_equal(crm_table_rows(table), row);
    crm_table_free(table);
  }
}

/* ---- concentration ---- */

static void check_hhi(const world *of, const crm_table *table, int64_t row, int owner)
{
  sums all = sum_of(of, owner, -1);
  double squares = 0;
  double money_squares = 0;
  int groups = 0;
  int base = 0;
  int kind;
  for (kind = 0; kind < KINDS_ACROSS; kind++) {
    base += later(sum_of(of, owner, kind).spend, 0);
  }
  for (kind = 0; kind < KINDS_ACROSS; kind++) {
    sums own = sum_of(of, owner, kind);
    groups += own.customers > 0;
    squares += pow((double)own.customers / all.customers, 2);
    money_squares += base > 0 ? pow((double)later(own.spend, 0) / base, 2) : 0;
  }
  assert_word(table, "group", row, owner < 0 ? "" : owner_names[owner]);
  assert_int_equal(integer_at(table, "customers", row), all.customers);
  assert_int_equal(integer_at(table, "groups", row), groups);
  assert_int_equal(is_null_at(table, "hhi_customers", row), all.customers == 0);
  assert_int_equal(is_null_at(table, "hhi_spend", row), base == 0);
  if (all.customers > 0) {
    assert_near(table, "hhi_customers", row, squares);
    assert_near(table, "effective", row, 1 / squares);
  }
  if (base > 0) {
    assert_near(table, "hhi_spend", row, money_squares);
  }
}

static void check_concentration(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  crm_table *table = NULL;
  int64_t row = 0;
  int owner;
  options.by = "owner";
  options.across = "kind";
  assert_int_equal(crm_composition_concentration(store, scope, &options, &table, NULL), CRM_OK);
  for (owner = 1; owner <= OWNERS; owner++) {
    if (sum_of(of, owner, -1).customers > 0) {
      check_hhi(of, table, row++, owner);
    }
  }
  check_hhi(of, table, row++, -1);
  assert_int_equal(crm_table_rows(table), row);
  crm_table_free(table);
}

/* ---- spending ---- */

static int buys(const world *of, int customer, int owner)
{
  return is_counted(of, customer) && (owner < 0 || owner_of(of, customer) == owner) &&
         orders_of(of, customer, of->from, DAYS, 0) > 0;
}

/* The least spend that so many percent of the buyers do not pass. */
static int percentile(const world *of, int owner, int percent)
{
  int found = 0;
  int any = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    int n = 0;
    int within = 0;
    int other;
    if (!buys(of, c, owner)) {
      continue;
    }
    for (other = 1; other <= CUSTOMERS; other++) {
      n += buys(of, other, owner);
      within += buys(of, other, owner) && spend_of(of, other) <= spend_of(of, c);
    }
    if (100 * within >= percent * n && (!any || spend_of(of, c) < found)) {
      found = spend_of(of, c);
      any = 1;
    }
  }
  return found;
}

static int bought_for(const world *of, int owner)
{
  int sum = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    sum += buys(of, c, owner) ? spend_of(of, c) : 0;
  }
  return sum;
}

static int count_buyers(const world *of, int owner, int above)
{
  int n = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    n += buys(of, c, owner) && spend_of(of, c) > above;
  }
  return n;
}

static void check_spending_row(const world *of, const crm_table *table, int64_t row, int owner)
{
  static const char *const names[] = {"p10", "p25", "median", "p75", "p90"};
  static const int percents[] = {10, 25, 50, 75, 90};
  int buyers = count_buyers(of, owner, -(1 << 30));
  int everybody = count_buyers(of, -1, -(1 << 30));
  int spend = bought_for(of, owner);
  int middle = percentile(of, -1, 50);
  int i;
  assert_word(table, "group", row, owner < 0 ? "" : owner_names[owner]);
  assert_int_equal(integer_at(table, "customers", row), sum_of(of, owner, -1).customers);
  assert_int_equal(integer_at(table, "buyers", row), buyers);
  assert_int_equal(integer_at(table, "whole", row), owner < 0);
  assert_int_equal(is_null_at(table, "mean", row), buyers == 0);
  if (buyers == 0) {
    return;
  }
  assert_int_equal(integer_at(table, "spend", row), spend);
  assert_near(table, "mean", row, spend / 100.0 / buyers);
  for (i = 0; i < 5; i++) {
    assert_int_equal(integer_at(table, names[i], row), percentile(of, owner, percents[i]));
  }
  check_index(table, "mean_index", row, (double)spend / buyers, (double)bought_for(of, -1) / everybody);
  check_index(table, "median_index", row, percentile(of, owner, 50), middle);
  assert_near(table, "above_share", row, (double)count_buyers(of, owner, middle) / buyers);
  assert_wilson(table, row, count_buyers(of, owner, middle), buyers);
}

static void check_spending(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  crm_table *table = NULL;
  int64_t row = 0;
  int i;
  options.by = "owner";
  assert_int_equal(crm_composition_spending(store, scope, &options, &table, NULL), CRM_OK);
  for (i = 0; i <= OWNERS; i++) {
    if (sum_of(of, in_order(i, OWNERS + 1), -1).customers > 0) {
      check_spending_row(of, table, row++, in_order(i, OWNERS + 1));
    }
  }
  check_spending_row(of, table, row++, -1);
  assert_int_equal(crm_table_rows(table), row);
  crm_table_free(table);
}

static void test_composition(void **state)
{
  (void)state;
  play_relations(check_composition);
}

static void test_concentration(void **state)
{
  (void)state;
  play_relations(check_concentration);
}

static void test_spending(void **state)
{
  (void)state;
  play_relations(check_spending);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_composition),
    cmocka_unit_test(test_concentration),
    cmocka_unit_test(test_spending),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
