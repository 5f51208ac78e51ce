/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_facts.h"

#include <string.h>

/* Whom to see to, and how much of the value a few hold: of each customer all lines are gone through, and of each amount
 * all others. */

/* ---- due ---- */

#define GAPS 2        /* that make a rhythm, and orders before of who is losing */
#define AHEAD 20
#define WINDOW 120
#define SHARE 30      /* percent */

typedef struct account {
  int there;
  int orders;
  int last;
  int value;
  int now;
  int before;
  int before_orders;
  int twice_gap;      /* NEVER: no rhythm */
  int due;
} account;

static account accounts[CUSTOMERS + 1];
static int dormant_days;   /* NEVER: nobody is dormant */

/* The days from one day of purchase in the scope to the next; how many there are. */
static int gaps_of(const world *of, int customer, int *gaps)
{
  int last = NEVER;
  int count = 0;
  int day;
  for (day = later(of->from, 0); day < of->as_of; day++) {
    if (orders_of(of, customer, day, day + 1, 0) > 0) {
      if (last >= 0) {
        gaps[count++] = day - last;
      }
      last = day;
    }
  }
  return count;
}

/* The gap at a place, from 0 on, if they stood in order. */
static int gap_at(const int *gaps, int count, int place)
{
  int i;
  for (i = 0; i < count; i++) {
    int less = 0;
    int same = 0;
    int other;
    for (other = 0; other < count; other++) {
      less += gaps[other] < gaps[i];
      same += gaps[other] == gaps[i];
    }
    if (less <= place && place < less + same) {
      return gaps[i];
    }
  }
  return NEVER;
}

static account account_of(const world *of, int customer)
{
  account made = {0, 0, 0, 0, 0, 0, 0, NEVER, NEVER};
  int gaps[LINES];
  int count = gaps_of(of, customer, gaps);
  int first = later(of->from, 0);
  int middle = of->as_of - WINDOW;
  int begin = later(middle - WINDOW, first);
  made.orders = orders_of(of, customer, first, DAYS, 0);
  made.there = is_customer(of, customer) && made.orders > 0;
  made.last = order_day(of, customer, of->from, 0, 1);
  made.value = money_of(of, customer, later(made.last - 364, first), DAYS);
  made.now = money_of(of, customer, later(middle, first), DAYS);
  made.before = money_of(of, customer, begin, middle);
  made.before_orders = orders_of(of, customer, begin, middle, 0);
  if (count >= GAPS) {
    made.twice_gap = gap_at(gaps, count, (count - 1) / 2) + gap_at(gaps, count, count / 2);
    made.due = made.last + (made.twice_gap + 1) / 2;
  }
  return made;
}

/* The least gap that nine in ten of all do not pass. */
static int percentile(const world *of)
{
  int all[LINES];
  int count = 0;
  int c;
  int days;
  for (c = 1; c <= CUSTOMERS; c++) {
    count += accounts[c].there ? gaps_of(of, c, all + count) : 0;
  }
  for (days = 0; count > 0; days++) {
    int within = 0;
    int i;
    for (i = 0; i < count; i++) {
      within += all[i] <= days;
    }
    if (10 * within >= 9 * count) {
      return days;
    }
  }
  return NEVER;
}

static int amount_of(int customer, int before)
{
  const account *own = &accounts[customer];
  return !own->there ? 0 : before ? own->before : own->value;
}

/* Whether an amount is among the top ones: fewer have more than the share takes. */
static int is_key(int customer, int before)
{
  int n = 0;
  int ahead = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    n += amount_of(c, before) > 0;
    ahead += amount_of(c, before) > amount_of(customer, before);
  }
  return amount_of(customer, before) > 0 && ahead < (SHARE * n + 99) / 100;
}

static const char *reason_of(const world *of, int customer)
{
  const account *own = &accounts[customer];
  int idle = of->as_of - own->last;
  int late = of->as_of - own->due;
  int dormant = dormant_days >= 0 && idle > dormant_days && (own->twice_gap < 0 || 2 * idle > 3 * own->twice_gap);
  if (dormant && is_key(customer, 0)) {
    return "dormant_vip";
  }
  if (is_key(customer, 1) && own->before_orders >= GAPS && 10 * own->now <= 6 * own->before) {
    return "losing";
  }
  if (own->twice_gap < 0 || dormant) {
    return NULL;
  }
  return late > 0 && 4 * late > own->twice_gap ? "overdue" : late >= -AHEAD ? "due" : NULL;
}

static int last_contact(const world *of, int customer)
{
  int found = NEVER;
  int i;
  for (i = 0; i < of->contact_count; i++) {
    if (of->contacts[i].customer == customer && of->contacts[i].time < of->as_of * MINUTES) {
      found = later(found, of->contacts[i].time / MINUTES);
    }
  }
  return found;
}

static void say_account(world *of, int customer)
{
  const account *own = &accounts[customer];
  say(of, "%d,", customer);
  say_owner(of, owner_at(of, customer, of->as_of * MINUTES - 1));
  say(of, ",");
  say_day(of, own->last);
  say(of, ",");
  say_day(of, own->due);
  say(of, own->due < 0 ? "," : ",%d", later(of->as_of - own->due, 0));
  say(of, ",");
  say_money(of, own->value);
  say(of, ",%s,", reason_of(of, customer));
  say(of, own->twice_gap < 0 ? "" : "%d.%d", own->twice_gap / 2, own->twice_gap % 2 * 5);
  say(of, ",");
  say_money(of, own->now);
  say(of, ",");
  say_money(of, own->before);
  say(of, ",%d,", own->orders);
  say_day(of, last_contact(of, customer));
  say(of, "\n");
}

static int listed[4];

/* Each stands behind those worth more, and of equal ones behind those with a lower key. */
static void say_due(world *of)
{
  static const char *const names[] = {"dormant_vip", "losing", "overdue", "due"};
  int place;
  int c;
  for (place = 0; place < CUSTOMERS; place++) {
    for (c = 1; c <= CUSTOMERS; c++) {
      int ahead = 0;
      int other;
      int i;
      if (!accounts[c].there || reason_of(of, c) == NULL) {
        continue;
      }
      for (other = 1; other <= CUSTOMERS; other++) {
        int more = accounts[other].value - accounts[c].value;
        ahead += accounts[other].there && reason_of(of, other) != NULL && (more > 0 || (more == 0 && other < c));
      }
      for (i = 0; i < 4 && ahead == place; i++) {
        listed[i] += strcmp(names[i], reason_of(of, c)) == 0;
      }
      if (ahead == place) {
        say_account(of, c);
      }
    }
  }
}

static void check_due(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_due_options options = CRM_DUE_OPTIONS_INIT;
  crm_table *table = NULL;
  int c;
  options.gaps = GAPS;
  options.ahead_days = AHEAD;
  options.window_days = WINDOW;
  options.key_share = SHARE * 100;
  options.dormant_days = of->as_of % 2 ? 0 : 10 + of->as_of % 60;
  for (c = 1; c <= CUSTOMERS; c++) {
    accounts[c] = account_of(of, c);
  }
  dormant_days = options.dormant_days > 0 ? options.dormant_days : percentile(of);
  start(of, "customer,owner,last,due,overdue_days,value,reason,median_gap,now,before,orders,last_contact");
  say_due(of);
  assert_int_equal(crm_due_compute(store, scope, &options, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

/* ---- concentration ---- */

/* A customer's place from the top, from 0 on, among those with money; NEVER: has none. */
static int place_of(const world *of, int customer)
{
  int own = money_of(of, customer, of->from, DAYS);
  int ahead = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    int money = is_customer(of, c) ? money_of(of, c, of->from, DAYS) : 0;
    ahead += money > own || (money == own && c < customer);
  }
  return is_customer(of, customer) && own > 0 ? ahead : NEVER;
}

/* What the first so many customers have, and all of them where there are no more. */
static int64_t money_down_to(const world *of, int places)
{
  int64_t sum = 0;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    int place = place_of(of, c);
    sum += place >= 0 && place < places ? money_of(of, c, of->from, DAYS) : 0;
  }
  return sum;
}

static void check_share(const crm_table *table, int64_t row, const char *name, int64_t numerator, int64_t denominator)
{
  assert_word(table, "measure", row, name);
  assert_integer(table, "numerator", row, numerator);
  assert_integer(table, "denominator", row, denominator);
  assert_word(table, "status", row, denominator > 0 ? "ok" : "undefined");
  assert_int_equal(is_null_at(table, "value", row), denominator == 0);
  if (denominator > 0) {
    assert_near(table, "value", row, (double)numerator / (double)denominator);
  }
}

static void check_concentration(world *of, const crm_store *store, const crm_scope *scope)
{
  static const char *const names[] = {"top_1", "top_5", "top_10", "top_20"};
  static const int shares[] = {1, 5, 10, 20};
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  int64_t total = money_down_to(of, CUSTOMERS);
  int64_t gini = 0;
  int n = 0;
  int needed = 0;
  int i;
  for (i = 1; i <= CUSTOMERS; i++) {
    n += place_of(of, i) >= 0;
  }
  for (i = 1; i <= CUSTOMERS; i++) {   /* the smallest is the first here */
    gini += place_of(of, i) < 0 ? 0 : (int64_t)(2 * (n - place_of(of, i)) - n - 1) * money_of(of, i, of->from, DAYS);
  }
  while (5 * money_down_to(of, needed) < 4 * total) {
    needed++;
  }
  assert_int_equal(crm_pyramid_compute(store, scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 6);
  for (i = 0; i < 4; i++) {
    check_share(table, i, names[i], money_down_to(of, (shares[i] * n + 99) / 100), total);
  }
  check_share(table, 4, "gini", gini, n * total);
  check_share(table, 5, "customers_for_80", needed, n);
  crm_table_free(table);
  crm_pyramid_free(pyramid);
}

static void test_due(void **state)
{
  int i;
  (void)state;
  play_relations(check_due);
  for (i = 0; i < 4; i++) {
    assert_true(listed[i] > 0);
  }
}

static void test_concentration(void **state)
{
  (void)state;
  play_relations(check_concentration);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_due),
    cmocka_unit_test(test_concentration),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
