/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Why revenue moved: each part is a sum over all lines of two periods. */

#define TOP 3

typedef struct span {
  int from;
  int to;
} span;

typedef struct part {
  int change;
  int before;
  int after;
  int with_money;
  int n_before;   /* NEVER: empty */
  int n_after;
} part;

static span before;
static span after;

static void say_part(world *of, const char *name, const char *key, part own)
{
  say(of, "%s,%s,", name, key);
  say_money(of, own.change);
  say(of, ",");
  if (own.with_money) {
    say_money(of, own.before);
    say(of, ",");
    say_money(of, own.after);
  } else {
    say(of, ",");
  }
  say(of, own.n_before < 0 ? "," : ",%d", own.n_before);
  say(of, own.n_after < 0 ? ",\n" : ",%d\n", own.n_after);
}

static part money_part(int money_before, int money_after)
{
  part made = {0, 0, 0, 1, NEVER, NEVER};
  made.before = money_before;
  made.after = money_after;
  made.change = money_after - money_before;
  return made;
}

/* Money of one customer (0: nobody known) in a period. */
static int money_in(const world *of, int customer, span within)
{
  int sum = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    if (exists(of, at) && in_branch(of, at) && at->customer == customer && at->day >= within.from &&
        at->day < within.to) {
      sum += value_of(at);
    }
  }
  return sum;
}

static int buys_in(const world *of, int customer, span within)
{
  return orders_of(of, customer, within.from, within.to, 0);
}

/* ---- the factors ---- */

typedef struct factors {
  int customers;
  int orders;
  int money;
  int other;
} factors;

static factors factors_of(const world *of, span within)
{
  factors made = {0, 0, 0, 0};
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    int orders = buys_in(of, c, within);
    made.customers += orders > 0;
    made.orders += orders;
    *(orders > 0 ? &made.money : &made.other) += money_in(of, c, within);
  }
  return made;
}

/* Rounded down, what is left going to the largest remainders, the first of equal ones. */
static void hand_out(const double exact[3], int total, int effects[3])
{
  double rest[3];
  int left = total;
  int i;
  for (i = 0; i < 3; i++) {
    double down = floor(exact[i] + 1e-7);
    effects[i] = (int)down;
    rest[i] = floor((exact[i] - down) * 1e6 + 0.5);
    left -= effects[i];
  }
  for (; left > 0; left--) {
    int most = 0;
    for (i = 1; i < 3; i++) {
      most = rest[i] > rest[most] ? i : most;
    }
    effects[most]++;
    rest[most] = -1;
  }
}

static void find_effects(factors was, factors is, int effects[3])
{
  double a = was.customers;
  double b = is.customers;
  double per_a = a > 0 ? was.orders / a : 0;
  double per_b = b > 0 ? is.orders / b : 0;
  double worth_a = was.orders > 0 ? (double)was.money / was.orders : 0;
  double worth_b = is.orders > 0 ? (double)is.money / is.orders : 0;
  double exact[3];
  if (was.orders == 0 || is.orders == 0) {
    effects[0] = is.money - was.money;
    effects[1] = 0;
    effects[2] = 0;
    return;
  }
  exact[0] = (b - a) * (2 * per_a * worth_a + per_b * worth_a + per_a * worth_b + 2 * per_b * worth_b) / 6;
  exact[1] = (per_b - per_a) * (2 * a * worth_a + b * worth_a + a * worth_b + 2 * b * worth_b) / 6;
  exact[2] = (worth_b - worth_a) * (2 * a * per_a + b * per_a + a * per_b + 2 * b * per_b) / 6;
  hand_out(exact, is.money - was.money, effects);
}

static void say_factors(world *of, factors was, factors is)
{
  int effects[3];
  part own = money_part(0, 0);
  find_effects(was, is, effects);
  own.with_money = 0;
  own.change = effects[0];
  own.n_before = was.customers;
  own.n_after = is.customers;
  say_part(of, "customers", "", own);
  own.change = effects[1];
  own.n_before = was.orders;
  own.n_after = is.orders;
  say_part(of, "orders_per_customer", "", own);
  own = money_part(was.money, is.money);
  own.change = effects[2];
  say_part(of, "order_value", "", own);
  say_part(of, "other", "", money_part(was.other, is.other));
  say_part(of, "anonymous", "", money_part(money_in(of, 0, before), money_in(of, 0, after)));
}

/* ---- what became of the customers ---- */

static void say_customers(world *of)
{
  static const char *const names[] = {"new", "resurrected", "kept", "lost", "idle"};
  int i;
  for (i = 0; i < 5; i++) {
    part own = money_part(0, 0);
    int n = 0;
    int c;
    for (c = 1; c <= CUSTOMERS; c++) {
      int was = buys_in(of, c, before) > 0;
      int is = buys_in(of, c, after) > 0;
      int fresh = is && order_day(of, c, 0, 1, 0) >= after.from;
      int which = fresh ? 0 : is && !was ? 1 : is ? 2 : was ? 3 : 4;
      if (which == i) {
        own.before += money_in(of, c, before);
        own.after += money_in(of, c, after);
        n++;
      }
    }
    own.change = own.after - own.before;
    own.n_before = i == 2 || i == 3 ? n : 0;
    own.n_after = i <= 2 ? n : 0;
    say_part(of, names[i], "", own);
  }
  say_part(of, "anonymous_sales", "", money_part(money_in(of, 0, before), money_in(of, 0, after)));
}

/* ---- branches, products, customers ---- */

enum { BRANCH, PRODUCT, CUSTOMER };

static int key_of(const line *at, int kind)
{
  return kind == BRANCH ? at->branch : kind == PRODUCT ? at->product : at->customer;
}

static part keys[CUSTOMERS + 1];

static void sum_keys(const world *of, int kind)
{
  int key;
  for (key = 0; key <= CUSTOMERS; key++) {
    int i;
    keys[key] = money_part(0, 0);
    for (i = 0; i < of->count; i++) {
      const line *at = &of->lines[i];
      if (exists(of, at) && in_branch(of, at) && key_of(at, kind) == key) {
        keys[key].before += at->day >= before.from && at->day < before.to ? value_of(at) : 0;
        keys[key].after += at->day >= after.from && at->day < after.to ? value_of(at) : 0;
      }
    }
    keys[key].change = keys[key].after - keys[key].before;
  }
}

/* A key without money in either period is none. */
static int has_money(int key)
{
  return keys[key].before != 0 || keys[key].after != 0;
}

/* By size, the greater change first, then by key, nobody last. */
static int leads(int kind, int a, int b)
{
  int more = keys[a].change - keys[b].change;
  if (!has_money(a) || !has_money(b) || a == b) {
    return 0;
  }
  if (abs(keys[a].change) != abs(keys[b].change)) {
    return abs(keys[a].change) > abs(keys[b].change);
  }
  if (more != 0) {
    return more > 0;
  }
  return kind != BRANCH && (a == 0 || b == 0) ? b == 0 : a < b;
}

static void say_keys(world *of, int kind, const char *name, const char *rest_name)
{
  part rest = money_part(0, 0);
  int place;
  rest.n_after = 0;
  sum_keys(of, kind);
  for (place = 0; place <= CUSTOMERS; place++) {
    int key;
    for (key = 0; key <= CUSTOMERS; key++) {
      int ahead = 0;
      int other;
      char text[16];
      for (other = 0; other <= CUSTOMERS; other++) {
        ahead += leads(kind, other, key);
      }
      if (!has_money(key) || ahead != place) {
        continue;
      }
      (void)snprintf(text, kind != BRANCH && key == 0 ? 1 : sizeof text, kind == BRANCH ? "b%d" : "%d", key);
      if (place < TOP) {
        say_part(of, name, text, keys[key]);
      } else {
        rest.before += keys[key].before;
        rest.after += keys[key].after;
        rest.change += keys[key].change;
        rest.n_after++;
      }
    }
  }
  say_part(of, rest_name, "", rest);
}

/* ---- rounds ---- */

static void check_ratio(const crm_table *table, const char *column, int64_t row, int numerator, int denominator)
{
  assert_int_equal(is_null_at(table, column, row), denominator == 0);
  if (denominator != 0) {
    assert_near(table, column, row, (double)numerator / denominator);
  }
}

static void check_ratios(const crm_table *table, factors was, factors is)
{
  int total = (int)integer_at(table, "change", 0);
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    check_ratio(table, "share", row, (int)integer_at(table, "change", row), total);
  }
  check_ratio(table, "factor_before", 1, was.customers, 1);
  check_ratio(table, "factor_after", 1, is.customers, 1);
  check_ratio(table, "factor_before", 2, was.orders, was.customers);
  check_ratio(table, "factor_after", 2, is.orders, is.customers);
  check_ratio(table, "factor_before", 3, was.money, was.orders * 100);
  check_ratio(table, "factor_after", 3, is.money, is.orders * 100);
}

static void check_bridge(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_bridge_options options = CRM_BRIDGE_OPTIONS_INIT;
  crm_table *table = NULL;
  int month = month_of(of->as_of) - 1;   /* the last complete one */
  factors was;
  factors is;
  options.top = TOP;
  after.from = of->from >= 0 ? of->from : month_begins(month);
  after.to = of->from >= 0 ? of->as_of : month_begins(month + 1);
  before.to = after.from;
  before.from = of->from >= 0 ? after.from - (after.to - after.from) : month_begins(month - 1);
  was = factors_of(of, before);
  is = factors_of(of, after);
  start(of, "part,key,change,before,after,n_before,n_after");
  say_part(of, "total", "", money_part(was.money + was.other + money_in(of, 0, before),
                                       is.money + is.other + money_in(of, 0, after)));
  say_factors(of, was, is);
  say_customers(of);
  say_keys(of, BRANCH, "branch", "branch_rest");
  say_keys(of, PRODUCT, "product", "product_rest");
  say_keys(of, CUSTOMER, "customer", "customer_rest");
  assert_int_equal(crm_bridge_compute(store, scope, NULL, &options, &table, NULL), CRM_OK);
  assert_table(table, of->text);
  check_ratios(table, was, is);
  crm_table_free(table);
}

static void test_bridge(void **state)
{
  (void)state;
  play_relations(check_bridge);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bridge),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
