/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_facts.h"

#include "support/rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A second implementation of the central measures, the plainest there is: for each customer, period or product a loop
 * over all lines. It shares nothing with the library, which is asked through its public functions alone. */

/* ---- profiles ---- */

static void check_profiles(world *of, const crm_store *store)
{
  int customer;
  of->as_of = DAYS;   /* profiles are of all time and branches */
  of->branch = -1;
  for (customer = 1; customer <= CUSTOMERS; customer++) {
    char key[16];
    if (of->stands[customer] != customer || !has_line(of, customer, 0)) {
      continue;
    }
    (void)snprintf(key, sizeof key, "%d", customer);
    start(of, "customer,orders,net");
    say(of, "%d,%d,", customer, orders_of(of, customer, 0, DAYS, 1));
    say_money(of, money_of(of, customer, 0, DAYS));
    say(of, "\n");
    assert_result(customer_of(store, key), of->text);
  }
}

/* ---- pyramid and RFM ---- */

static int positive(const world *of, int customer)
{
  return of->stands[customer] == customer && money_of(of, customer, of->from, DAYS) > 0;
}

static void check_pyramid(world *of, const crm_store *store, const crm_scope *scope)
{
  static const char *const names[] = {"vip", "major", "medium", "small"};
  static const int shares[] = {1, 5, 20, 100};
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  int n = 0;
  int rank;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    n += positive(of, c);
  }
  start(of, "customer,tier,rank,spend,orders,first,last");
  for (rank = 1; rank <= n; rank++) {
    for (c = 1; c <= CUSTOMERS; c++) {
      int spend = money_of(of, c, of->from, DAYS);
      int own = 1;
      int tier = 0;
      int other;
      if (!positive(of, c)) {
        continue;
      }
      for (other = 1; other <= CUSTOMERS; other++) {
        own += positive(of, other) && money_of(of, other, of->from, DAYS) > spend;
      }
      while ((shares[tier] * n + 99) / 100 < own) {
        tier++;
      }
      if (own == rank) {
        say(of, "%d,%s,%d,", c, names[tier], rank);
        say_money(of, spend);
        say(of, ",%d,", orders_of(of, c, of->from, DAYS, 0));
        say_day(of, order_day(of, c, of->from, 0, 0));
        say(of, ",");
        say_day(of, order_day(of, c, of->from, 0, 1));
        say(of, "\n");
      }
    }
  }
  assert_int_equal(crm_pyramid_compute(store, scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  /* below them stand those who have no rank */
  for (c = n; c < (int)crm_table_rows(table); c++) {
    size_t length = 0;
    const char *key = crm_table_text(table, crm_table_find(table, "customer"), c, &length);
    char text[16] = "";
    int customer;
    int spend;
    assert_true(length < sizeof text);
    memcpy(text, key, length);
    customer = atoi(text);
    spend = money_of(of, customer, of->from, DAYS);
    assert_true(is_null_at(table, "rank", c));
    assert_true(!positive(of, customer));
    say(of, "%d,%s,,", customer,
        has_line(of, customer, 1) ? "nonpositive" : has_line(of, customer, 0) ? "inactive" : "suspect");
    say_money(of, spend);
    say(of, ",%d,", orders_of(of, customer, of->from, DAYS, 0));
    say_day(of, order_day(of, customer, of->from, 0, 0));
    say(of, ",");
    say_day(of, order_day(of, customer, of->from, 0, 1));
    say(of, "\n");
  }
  assert_result(table, of->text);
  crm_pyramid_free(pyramid);
}

/* How good a customer is in R, F or M; more is better. */
static int goodness(const world *of, int customer, int axis)
{
  return axis == 0   ? order_day(of, customer, of->from, 0, 1)
         : axis == 1 ? orders_of(of, customer, of->from, DAYS, 0)
                     : money_of(of, customer, of->from, DAYS);
}

static void check_rfm(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_table *table = NULL;
  int n = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    n += orders_of(of, c, of->from, DAYS, 0) > 0;
  }
  start(of, "customer,recency_days,frequency,monetary,r,f,m");
  for (c = 1; c <= CUSTOMERS; c++) {
    int axis;
    if (orders_of(of, c, of->from, DAYS, 0) == 0) {
      continue;
    }
    say(of, "%d,%d,%d,", c, of->as_of - goodness(of, c, 0), goodness(of, c, 1));
    say_money(of, goodness(of, c, 2));
    for (axis = 0; axis < 3; axis++) {
      int worse = 0;
      int other;
      for (other = 1; other <= CUSTOMERS; other++) {
        worse += orders_of(of, other, of->from, DAYS, 0) > 0 && goodness(of, other, axis) < goodness(of, c, axis);
      }
      say(of, ",%d", 1 + 5 * worse / n);
    }
    say(of, "\n");
  }
  assert_int_equal(crm_rfm_compute(store, scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

/* ---- months and cohorts ---- */

static int earliest_line(const world *of, int scoped)
{
  int found = -1;
  int i;
  for (i = 0; i < of->count; i++) {
    if ((scoped ? in_scope(of, &of->lines[i]) : exists(of, &of->lines[i])) &&
        (found < 0 || of->lines[i].day < found)) {
      found = of->lines[i].day;
    }
  }
  return found;
}

static void check_months(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_table *table = NULL;
  int first = of->from >= 0 ? of->from : earliest_line(of, 1);
  int month;
  start(of, "month,revenue,orders,active,new,returning,resurrected,lapsed");
  for (month = first < 0 ? MONTHS : month_of(first); month <= month_of(of->as_of - 1); month++) {
    int begin = later(month_begins(month), of->from);
    int end = month_begins(month + 1);
    int before = month > 0 ? month_begins(month - 1) : 0;
    int counts[5] = {0, 0, 0, 0, 0};   /* active, new, returning, resurrected, lapsed */
    int c;
    for (c = 1; c <= CUSTOMERS; c++) {
      int now = orders_of(of, c, begin, end, 0) > 0;
      /* the month before the first row is looked at whole, later ones from --from on */
      int was = month > 0 && orders_of(of, c, month > month_of(later(first, 0)) ? later(before, of->from) : before,
                                       month_begins(month), 0) > 0;
      int fresh = now && order_day(of, c, 0, 1, 0) >= month_begins(month);
      counts[0] += now;
      counts[1] += fresh;
      counts[2] += now && was && !fresh;
      counts[3] += now && !was && !fresh;
      counts[4] += was && !now;
    }
    say_month(of, month);
    say(of, ",");
    say_money(of, money_of(of, 0, begin, end));
    say(of, ",%d,%d,%d,%d,%d,%d\n", orders_of(of, 0, begin, end, 0), counts[0], counts[1], counts[2], counts[3],
        counts[4]);
  }
  assert_int_equal(crm_periods_compute(store, scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

static void check_cohorts(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_table *table = NULL;
  int cohort;
  start(of, "cohort,size,period,customers,age,revenue,orders");
  for (cohort = 0; cohort <= month_of(of->as_of - 1); cohort++) {
    int month;
    int size = 0;
    int c;
    for (c = 1; c <= CUSTOMERS; c++) {
      int day = order_day(of, c, 0, 1, 0);
      size += day >= 0 && month_of(day) == cohort && day >= of->from;
    }
    for (month = cohort; size > 0 && month <= month_of(of->as_of - 1); month++) {
      int sums[3] = {0, 0, 0};
      for (c = 1; c <= CUSTOMERS; c++) {
        int day = order_day(of, c, 0, 1, 0);
        if (day >= 0 && month_of(day) == cohort && day >= of->from) {
          /* what lies before --from is in no cell */
          int begin = later(month_begins(month), of->from);
          sums[0] += orders_of(of, c, begin, month_begins(month + 1), 0) > 0;
          sums[1] += money_of(of, c, begin, month_begins(month + 1));
          sums[2] += orders_of(of, c, begin, month_begins(month + 1), 0);
        }
      }
      say_month(of, cohort);
      say(of, ",%d,", size);
      say_month(of, month);
      say(of, ",%d,%d,", sums[0], month - cohort);
      say_money(of, sums[1]);
      say(of, ",%d\n", sums[2]);
    }
  }
  assert_int_equal(crm_cohorts_compute(store, scope, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

/* ---- products ---- */

typedef struct product {
  int there;
  int revenue;
  int units;
  int cost;
  int no_cost;
  int buyers;
  int last;
} product;

static product product_of(const world *of, int key)
{
  product made = {0, 0, 0, 0, 0, 0, -1};
  int bought[CUSTOMERS + 1] = {0};
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    if (at->product != key || !at->counts || !in_scope(of, at)) {
      continue;
    }
    made.there = 1;
    made.revenue += at->money;
    made.units += at->quantity;
    made.cost += at->cost;
    made.no_cost |= at->no_cost;
    made.buyers += at->sale && at->customer > 0 && !bought[at->customer]++;
    made.last = at->sale && at->day > made.last ? at->day : made.last;
  }
  return made;
}

/* A product without a key stands behind those of its revenue. */
static int stands_before(const world *of, int a, int b)
{
  int x = product_of(of, a).revenue;
  int y = product_of(of, b).revenue;
  return x != y ? x > y : a != b && b == 0 ? 1 : a != 0 && a < b;
}

static void say_product(world *of, int key, int before, int total)
{
  product own = product_of(of, key);
  int rank = 1;
  int other;
  for (other = 0; other < PRODUCTS; other++) {
    product one = product_of(of, other);
    rank += one.there && one.revenue > own.revenue;
  }
  say(of, key > 0 ? "%d," : ",", key);
  say_money(of, own.revenue);
  say(of, ",%s,%s%d.%03d,%d,", own.revenue <= 0              ? "none"
                               : before * 100 < 80 * total ? "a"
                               : before * 100 < 95 * total ? "b"
                                                           : "c",
      own.units < 0 ? "-" : "", abs(own.units) / 1000, abs(own.units) % 1000, own.buyers);
  say_day(of, own.last);
  say(of, ",%d,", rank);
  if (!own.no_cost) {
    say_money(of, own.cost);
  }
  say(of, "\n");
}

static void check_products(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_table *table = NULL;
  int total = 0;
  int before = 0;
  int place;
  int key;
  start(of, "product,revenue,class,units,buyers,last,rank,cost");
  for (key = 0; key < PRODUCTS; key++) {
    total += product_of(of, key).revenue > 0 ? product_of(of, key).revenue : 0;
  }
  for (place = 0; place < PRODUCTS; place++) {
    for (key = 0; key < PRODUCTS; key++) {
      int ahead = 0;
      int other;
      for (other = 0; other < PRODUCTS; other++) {
        ahead += product_of(of, other).there && stands_before(of, other, key);
      }
      if (product_of(of, key).there && ahead == place) {
        say_product(of, key, before, total);
        before += product_of(of, key).revenue > 0 ? product_of(of, key).revenue : 0;
        break;
      }
    }
  }
  assert_int_equal(crm_products_compute(store, scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

/* ---- KPIs ---- */

typedef struct figure {
  const char *id;
  int numerator;
  int denominator;   /* NO_DENOMINATOR: none */
} figure;

#define NO_DENOMINATOR (-1)
#define FIGURES 22

/* What lines of the scope's branches within [from, to) are worth. */
typedef struct lines_sum {
  int sold;
  int returned;
  int units;
  int profit;
  int no_cost;
  int nobody;
} lines_sum;

static lines_sum sum_lines(const world *of, int from, int to)
{
  lines_sum sum = {0, 0, 0, 0, 0, 0};
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    if (!exists(of, at) || !in_branch(of, at) || !at->counts || at->day < from || at->day >= to) {
      continue;
    }
    *(at->sale ? &sum.sold : &sum.returned) += abs(at->money);
    sum.units += at->quantity;
    sum.profit += at->no_cost ? 0 : at->money - at->cost;
    sum.no_cost += at->no_cost ? at->money : 0;
    sum.nobody += at->customer == 0 ? at->money : 0;
  }
  return sum;
}

/* What the customers who spent most have spent, `percent` of them: each stands behind those with more, and of equal
 * ones behind those with a lower number. */
static int spent_by_top(const world *of, int from, int to, int percent)
{
  int n = 0;
  int sum = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    n += money_of(of, c, from, to) > 0;
  }
  for (c = 1; c <= CUSTOMERS; c++) {
    int own = money_of(of, c, from, to);
    int ahead = 0;
    int other;
    for (other = 1; other <= CUSTOMERS; other++) {
      int more = money_of(of, other, from, to) - own;
      ahead += more > 0 || (more == 0 && other < c);
    }
    sum += own > 0 && ahead < (percent * n + 99) / 100 ? own : 0;
  }
  return sum;
}

static void fill_figures(const world *of, int month, figure figures[FIGURES])
{
  int from = month_begins(month);
  int to = month_begins(month + 1);
  int before = month > 0 ? month_begins(month - 1) : 0;
  lines_sum sum = sum_lines(of, from, to);
  int revenue = sum.sold - sum.returned;
  int orders = orders_of(of, 0, from, to, 0);
  int active = 0;
  int came = 0;
  int stayed = 0;
  int back = 0;
  int left = 0;
  int twice = 0;
  int ever = 0;
  int their_orders = 0;
  int spent = 0;
  int fresh_spent = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    int own = orders_of(of, c, from, to, 0);
    int was = month > 0 && orders_of(of, c, before, from, 0) > 0;
    int fresh = own > 0 && order_day(of, c, 0, 1, 0) >= from;
    active += own > 0;
    came += fresh;
    stayed += own > 0 && was && !fresh;
    back += own > 0 && !was && !fresh;
    left += was && own == 0;
    twice += own > 1;
    ever += orders_of(of, c, 0, to, 0) > 0;
    their_orders += own;
    spent += own > 0 ? money_of(of, c, from, to) : 0;
    fresh_spent += fresh ? money_of(of, c, from, to) : 0;
  }
  {
    const figure made[FIGURES] = {
      {"revenue", revenue, NO_DENOMINATOR},
      {"returns", sum.returned, NO_DENOMINATOR},
      {"return_rate", sum.returned, sum.sold},
      {"orders", orders, NO_DENOMINATOR},
      {"average_order", revenue, orders},
      {"units", sum.units, NO_DENOMINATOR},
      {"units_per_order", sum.units, orders},
      {"gross_profit", sum.profit, NO_DENOMINATOR},
      {"missing_cost_share", sum.no_cost, revenue},
      {"anonymous_share", sum.nobody, revenue},
      {"customers_total", ever, NO_DENOMINATOR},
      {"customers_active", active, NO_DENOMINATOR},
      {"customers_new", came, NO_DENOMINATOR},
      {"customers_returning", stayed, NO_DENOMINATOR},
      {"customers_resurrected", back, NO_DENOMINATOR},
      {"customers_lapsed", left, NO_DENOMINATOR},
      {"churn_rate", left, stayed + left},
      {"repeat_rate", twice, active},
      {"orders_per_customer", their_orders, active},
      {"spend_per_customer", spent, active},
      {"new_customer_share", fresh_spent, revenue},
      {"top_20_share", spent_by_top(of, from, to, 20), spent_by_top(of, from, to, 100)},
    };
    memcpy(figures, made, sizeof made);
  }
}

static int compared;

static void check_figure(const crm_kpi *kpi, const figure *wanted, const char *period)
{
  crm_kpi_value value = CRM_KPI_VALUE_INIT;
  assert_int_equal(crm_kpi_find(kpi, wanted->id, period, NULL, &value, NULL), CRM_OK);
  if (value.status == CRM_KPI_NO_FACTS) {
    return;
  }
  compared++;
  if (value.numerator != wanted->numerator ||
      value.denominator != (wanted->denominator == NO_DENOMINATOR ? INT64_MIN : wanted->denominator)) {
    fail_msg("%s of %s: %lld / %lld instead of %d / %d", wanted->id, period, (long long)value.numerator,
             (long long)value.denominator, wanted->numerator, wanted->denominator);
  }
}

/* The last complete months. */
static void check_kpis(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_scope whole = *scope;
  crm_kpi *kpi = NULL;
  int month;
  options.periods = 5;
  options.least_cases = 1;
  whole.from = CRM_TIME_UNSET_FROM;
  assert_int_equal(crm_kpi_compute(store, &whole, NULL, &options, &kpi, NULL), CRM_OK);
  for (month = month_of(of->as_of) - options.periods; month < month_of(of->as_of); month++) {
    figure figures[FIGURES];
    size_t i;
    fill_figures(of, month, figures);
    of->length = 0;
    say_month(of, month);
    for (i = 0; i < FIGURES; i++) {
      check_figure(kpi, &figures[i], of->text);
    }
  }
  crm_kpi_free(kpi);
}

/* ---- migration ---- */

/* The tier of a customer by what was spent within [from, to), 0 the highest; -1: none. */
static int tier_of(const world *of, int customer, int from, int to)
{
  static const int shares[] = {1, 5, 20, 100};
  int own = money_of(of, customer, from, to);
  int n = 0;
  int rank = 1;
  int tier = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    n += money_of(of, c, from, to) > 0;
    rank += money_of(of, c, from, to) > own;
  }
  while (own > 0 && (shares[tier] * n + 99) / 100 < rank) {
    tier++;
  }
  return own > 0 ? tier : -1;
}

/* Customers, and what they spent before and after, of the movements up, down, stay, gone and new. */
static void sum_movements(const world *of, int between, int sums[5][3])
{
  int c;
  memset(sums, 0, 5 * sizeof sums[0]);
  for (c = 1; c <= CUSTOMERS; c++) {
    int was = tier_of(of, c, 0, between);
    int is = tier_of(of, c, between, DAYS);
    int which = was >= 0 && is >= 0 ? (is < was ? 0 : is > was ? 1 : 2) : was >= 0 ? 3 : 4;
    if (was >= 0 || is >= 0) {
      sums[which][0]++;
      sums[which][1] += money_of(of, c, 0, between);
      sums[which][2] += money_of(of, c, between, DAYS);
    }
  }
}

static void check_migration(world *of, const crm_store *store, const crm_scope *scope)
{
  static const char *const names[] = {"up", "down", "stay", "gone", "new"};
  static const char *const columns[] = {"customers", "before", "after"};
  int between = of->as_of / 2;
  int sums[5][3];
  int found = 0;
  crm_scope before = *scope;
  crm_scope after = *scope;
  crm_table *table = NULL;
  int64_t row;
  before.from = CRM_TIME_UNSET_FROM;
  before.as_of = instant_of(between);
  after.from = before.as_of;
  sum_movements(of, between, sums);
  assert_int_equal(crm_migration_movements(store, &before, &after, NULL, &table, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(table); row++) {
    size_t length = 0;
    const char *name = crm_table_text(table, crm_table_find(table, "movement"), row, &length);
    int which;
    int i;
    for (which = 0; which < 5; which++) {
      for (i = 0; strlen(names[which]) == length && memcmp(names[which], name, length) == 0 && i < 3; i++) {
        assert_int_equal(crm_table_integer(table, crm_table_find(table, columns[i]), row), sums[which][i]);
        found++;
      }
    }
  }
  assert_int_equal(found, 15);
  crm_table_free(table);
}

/* ---- rounds ---- */

static void check_profiles_of(world *of, const crm_store *store, const crm_scope *scope)
{
  (void)scope;
  check_profiles(of, store);
}

static void test_profiles(void **state)
{
  (void)state;
  play(check_profiles_of);
}

static void test_pyramid(void **state)
{
  (void)state;
  play(check_pyramid);
}

static void test_rfm(void **state)
{
  (void)state;
  play(check_rfm);
}

static void test_months(void **state)
{
  (void)state;
  play(check_months);
}

static void test_cohorts(void **state)
{
  (void)state;
  play(check_cohorts);
}

static void test_products(void **state)
{
  (void)state;
  play(check_products);
}

static void test_kpis(void **state)
{
  (void)state;
  compared = 0;
  play(check_kpis);
  assert_true(compared > rounds(40) * FIGURES / 2);
}

static void test_migration(void **state)
{
  (void)state;
  play(check_migration);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_profiles), cmocka_unit_test(test_pyramid), cmocka_unit_test(test_rfm),
    cmocka_unit_test(test_months),   cmocka_unit_test(test_cohorts), cmocka_unit_test(test_products),
    cmocka_unit_test(test_kpis),     cmocka_unit_test(test_migration),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
