/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"

#include <string.h>

/* Patterns of customers: who comes often and who spends much at a time, concentration, a key that many share. */

#define MILLION 1000000
#define LEAST_CUSTOMERS 100      /* patterns of fifths need so many */
#define SPLIT_MONEY 400000       /* the fifth with the largest tickets holds 40 % of the money or more, */
#define SPLIT_TIMES 2            /* and twice its share of orders */
#define CONCENTRATION_UP 50000   /* 5 points */
#define FALLING_UP 100000        /* 10 points, */
#define LEAST_Z 400              /* and no chance */

/* ---- the two fifths ---- */

typedef struct split {
  int64_t customers;
  int64_t orders;
  int64_t money;
  int64_t big;             /* customers among the largest tickets, */
  int64_t big_orders;
  int64_t big_money;
  int64_t both;            /* and those of them among the most frequent too */
} split;

static int64_t ticket_of(const crm__history *all, uint32_t id)
{
  return all->spend[0][id] / (int64_t)all->visits[id];
}

static int bought(const crm__history *all, uint32_t id)
{
  return all->visits[id] > 0 && all->spend[0][id] > 0 && crm__customer_counts(&all->scope, id);
}

/* The value that a fifth lies at or above. */
static int64_t fifth(int64_t *values, int64_t count)
{
  return crm__select(values, (uint64_t)count, (uint64_t)(count - (count + 4) / 5));
}

static void add_up(const crm__history *all, int64_t ticket_cut, int64_t visit_cut, split *of)
{
  uint32_t customers = crm__customers(all->scope.store);
  uint32_t id;
  for (id = 0; id < customers; id++) {
    if (bought(all, id)) {
      int big = ticket_of(all, id) >= ticket_cut;
      of->orders += all->visits[id];
      of->money += all->spend[0][id];
      of->big += big;
      of->big_orders += big ? (int64_t)all->visits[id] : 0;
      of->big_money += big ? all->spend[0][id] : 0;
      of->both += big && (int64_t)all->visits[id] >= visit_cut;
    }
  }
}

static void find_split(const crm__history *all, int64_t *values, crm__found *found)
{
  crm__finding item = { CRM__FOUND_FREQUENCY_TICKET_SPLIT, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  uint32_t customers = crm__customers(all->scope.store);
  int64_t ticket_cut;
  int64_t visit_cut;
  split of = { 0, 0, 0, 0, 0, 0, 0 };
  uint32_t id;
  for (id = 0; id < customers; id++) {
    if (bought(all, id)) {
      values[of.customers++] = ticket_of(all, id);
    }
  }
  if (of.customers < LEAST_CUSTOMERS) {
    return;
  }
  ticket_cut = fifth(values, of.customers);
  of.customers = 0;
  for (id = 0; id < customers; id++) {
    if (bought(all, id)) {
      values[of.customers++] = all->visits[id];
    }
  }
  visit_cut = fifth(values, of.customers);
  add_up(all, ticket_cut, visit_cut, &of);
  item.values[0] = crm__ratio(of.big_orders, of.orders);
  item.values[1] = crm__ratio(of.big_money, of.money);
  item.values[2] = crm__ratio(of.both, of.big);
  item.n = of.customers;
  /* a share of orders that rounds to 0 can be no divisor */
  if (item.values[1] >= SPLIT_MONEY && item.values[1] >= SPLIT_TIMES * item.values[0] && item.values[0] > 0) {
    item.strength = item.values[1] * 100 / (SPLIT_TIMES * item.values[0]);
    crm__found_add(found, &item);
  }
}

/* ---- concentration ---- */

/* The share of the largest fifth of the customers with money above 0, in millionths; -1 where they are too few. */
static int64_t top_fifth(const crm__history *all, const int64_t *spend, int64_t *values, int64_t *n)
{
  uint32_t customers = crm__customers(all->scope.store);
  int64_t total = 0;
  int64_t above = 0;
  int64_t taken = 0;
  int64_t cut;
  int64_t i;
  uint32_t id;
  *n = 0;
  for (id = 0; id < customers; id++) {
    if (spend[id] > 0 && crm__customer_counts(&all->scope, id)) {
      total += spend[id];
      values[(*n)++] = spend[id];
    }
  }
  if (*n < LEAST_CUSTOMERS) {
    return -1;
  }
  cut = fifth(values, *n);
  for (i = 0; i < *n; i++) {
    above += values[i] > cut ? values[i] : 0;
    taken += values[i] > cut;
  }
  return crm__ratio(above + ((*n + 4) / 5 - taken) * cut, total);
}

static void find_concentration(const crm__history *all, int64_t *values, crm__found *found)
{
  crm__finding item = { CRM__FOUND_CONCENTRATION_UP, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  int64_t n_before;
  item.values[0] = top_fifth(all, all->spend[0], values, &item.n);
  item.values[1] = top_fifth(all, all->spend[1], values, &n_before);
  if (item.values[0] < 0 || item.values[1] < 0 || all->first_day > all->starts[CRM__HISTORY_MONTHS - 24]) {
    return;
  }
  item.values[2] = item.values[0] - item.values[1];
  item.strength = item.values[2] * 100 / CONCENTRATION_UP;
  if (item.strength >= 100) {
    crm__found_add(found, &item);
  }
}

/* ---- value customers ---- */

/* The least spend of the first fifth of the customers with money above 0, -1 where they are too few. */
static int64_t value_cut(const crm__history *all, const int64_t *spend, int64_t *values)
{
  uint32_t customers = crm__customers(all->scope.store);
  int64_t n = 0;
  uint32_t id;
  for (id = 0; id < customers; id++) {
    if (spend[id] > 0 && crm__customer_counts(&all->scope, id)) {
      values[n++] = spend[id];
    }
  }
  return n < LEAST_CUSTOMERS ? -1 : fifth(values, n);
}

typedef struct fall {
  int64_t valued;    /* value customers of a year, */
  int64_t fallen;    /* of whom so many are none in the year after it, */
  int64_t money;     /* and had spent so much */
} fall;

static fall sum_fall(const crm__history *all, int year, const int64_t *cuts)
{
  uint32_t customers = crm__customers(all->scope.store);
  fall sum = { 0, 0, 0 };
  uint32_t id;
  for (id = 0; id < customers; id++) {
    if (all->spend[year][id] >= cuts[year] && crm__customer_counts(&all->scope, id)) {
      int is_none = all->spend[year - 1][id] < cuts[year - 1];
      sum.valued++;
      sum.fallen += is_none;
      sum.money += is_none ? all->spend[year][id] : 0;
    }
  }
  return sum;
}

/* Places among the first fifth are limited, so that some fall in every year: how many is compared. */
static void find_falling(const crm__history *all, int64_t *values, crm__found *found)
{
  crm__finding item = { CRM__FOUND_VALUE_FALLING, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  int64_t cuts[3];
  fall now;
  fall before;
  int year;
  for (year = 0; year < 3; year++) {
    cuts[year] = value_cut(all, all->spend[year], values);
    if (cuts[year] < 0) {
      return;
    }
  }
  if (all->first_day > all->starts[CRM__HISTORY_MONTHS - 36]) {
    return;
  }
  now = sum_fall(all, 1, cuts);
  before = sum_fall(all, 2, cuts);
  item.values[0] = crm__ratio(now.fallen, now.valued);
  item.values[1] = crm__ratio(before.fallen, before.valued);
  item.values[2] = now.money;
  item.n = now.valued;
  if (item.values[0] - item.values[1] >= FALLING_UP &&
      crm__z_score(now.fallen, now.valued, before.fallen, before.valued) >= LEAST_Z) {
    item.strength = (item.values[0] - item.values[1]) * 100 / FALLING_UP;
    crm__found_add(found, &item);
  }
}

/* ---- a key that many share ---- */

static void find_shared(const crm__history *all, crm__found *found)
{
  crm__finding item = { CRM__FOUND_SHARED_CUSTOMER, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  crm__shared shared;
  crm__store_shared(all->scope.store, &shared);
  if (shared.customer != CRM__NONE && crm__customer_counts(&all->scope, shared.customer)) {
    item.subject = crm__customer_key(all->scope.store, shared.customer);
    item.values[0] = crm__ratio(shared.most, shared.orders);
    item.values[1] = shared.most;
    item.values[2] = shared.next;
    item.n = shared.orders;
    item.strength = shared.most * 100 * 100 / (shared.orders * CRM__SHARED_PERCENT);
    crm__found_add(found, &item);
  }
}

crm_status crm__find_customers(const crm__history *history, crm__found *found, crm_error *error)
{
  int64_t *values = crm__scope_alloc(found->scope, crm__customers(history->scope.store), sizeof *values);
  if (values == NULL) {
    return crm__fail_memory(error);
  }
  find_split(history, values, found);
  find_concentration(history, values, found);
  find_falling(history, values, found);
  find_shared(history, found);
  return CRM_OK;
}
