/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/bridge.h"

#include "base/check.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "base/wide.h"
#include "table/build.h"

/* The parts of the change, and who contributed most. */

#define NONE INT64_MIN

/* ---- factors ---- */

static double divided(int64_t a, int64_t b)
{
  return (double)a / (double)b;
}

/* Shapley's value of each factor of customers * orders per customer * money per order: with x, y, z before and X, Y, Z
 * after, that of x is (X - x) (2 y z + y Z + Y z + 2 Y Z) / 6. One operation a statement, so that no compiler fuses
 * two. */
static double effect_of(double change, double y, double after_y, double z, double after_z)
{
  double sum = y * z;
  double term = after_y * after_z;
  sum = sum + term;
  sum = sum * 2.0;
  term = y * after_z;
  sum = sum + term;
  term = after_y * z;
  sum = sum + term;
  sum = sum / 6.0;
  return change * sum;
}

/* Three effects as integers that add up to a whole: rounded down, then what is left goes to the largest remainders, in
 * millionths, so that those that are equal by their counts are. */
static void round_effects(const double *effects, int64_t whole, int64_t *rounded)
{
  int64_t fractions[3];
  int64_t left = whole;
  int i;
  for (i = 0; i < 3; i++) {
    double value = effects[i];
    rounded[i] = (int64_t)value;
    rounded[i] -= (double)rounded[i] > value;
    value = value - (double)rounded[i];
    value = value * 1e6;
    value = value + 0.5;
    fractions[i] = (int64_t)value;
    left -= rounded[i];
  }
  for (; left > 0 && left <= 3; left--) {
    int most = 0;
    for (i = 1; i < 3; i++) {
      most = fractions[i] > fractions[most] ? i : most;
    }
    rounded[most]++;
    fractions[most] = -1;
  }
  rounded[0] += left;   /* beyond what doubles hold */
}

static void find_effects(const crm__bridge *all, int64_t *effects)
{
  const double most = 9e18;
  int64_t whole = all->active.after - all->active.before;
  double exact[3];
  int i;
  double each;
  double after_each;
  double value;
  double after_value;
  effects[0] = whole;
  effects[1] = 0;
  effects[2] = 0;
  if (all->orders.before == 0 || all->orders.after == 0) {
    return;
  }
  each = divided(all->orders.before, all->customers.before);
  after_each = divided(all->orders.after, all->customers.after);
  value = divided(all->active.before, all->orders.before);
  after_value = divided(all->active.after, all->orders.after);
  exact[0] = effect_of((double)(all->customers.after - all->customers.before), each, after_each, value, after_value);
  exact[1] = effect_of(after_each - each, (double)all->customers.before, (double)all->customers.after, value,
                       after_value);
  exact[2] = effect_of(after_value - value, (double)all->customers.before, (double)all->customers.after, each,
                       after_each);
  for (i = 0; i < 3; i++) {
    if (exact[i] > most || exact[i] < -most) {
      return;
    }
  }
  round_effects(exact, whole, effects);
}

/* ---- rows ---- */

enum { PART, KEY, CHANGE, SHARE, BEFORE, AFTER, N_BEFORE, N_AFTER, FACTOR_BEFORE, FACTOR_AFTER, COLUMNS };

static void put(crm_table *table, int32_t column, int64_t value)
{
  if (value == NONE) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, value);
  }
}

static void put_part(const crm__bridge *all, crm_table *table, const char *part, int64_t change)
{
  int64_t whole = all->total.after - all->total.before;
  crm__table_put_name(table, PART, part);
  crm__table_put(table, CHANGE, change);
  put(table, SHARE, whole == 0 ? NONE : crm__ratio(change, whole));
}

static void put_numbers(crm_table *table, const crm__bridge_pair *money, int64_t n_before, int64_t n_after)
{
  put(table, BEFORE, money == NULL ? NONE : money->before);
  put(table, AFTER, money == NULL ? NONE : money->after);
  put(table, N_BEFORE, n_before);
  put(table, N_AFTER, n_after);
}

static void put_factors(crm_table *table, int64_t before, int64_t after)
{
  put(table, FACTOR_BEFORE, before);
  put(table, FACTOR_AFTER, after);
}

static void put_sum(const crm__bridge *all, crm_table *table, const char *part, const crm__bridge_pair *money,
                    int64_t n_before, int64_t n_after)
{
  put_part(all, table, part, money->after - money->before);
  crm__table_put_null(table, KEY);
  put_numbers(table, money, n_before, n_after);
  put_factors(table, NONE, NONE);
}

/* A quotient in millionths, money in whole units. */
static int64_t factor(int64_t numerator, int64_t denominator, int32_t digits)
{
  int64_t value;
  return denominator == 0 || crm__multiply_divide_round(numerator, crm__power10(6 - digits), denominator, &value)
             ? NONE
             : value;
}

static void put_effects(const crm__bridge *all, crm_table *table)
{
  int32_t digits = crm_store_digits(all->scope->store);
  int64_t effects[3];
  find_effects(all, effects);
  put_part(all, table, "customers", effects[0]);
  crm__table_put_null(table, KEY);
  put_numbers(table, NULL, all->customers.before, all->customers.after);
  put_factors(table, factor(all->customers.before, 1, 0), factor(all->customers.after, 1, 0));
  put_part(all, table, "orders_per_customer", effects[1]);
  crm__table_put_null(table, KEY);
  put_numbers(table, NULL, all->orders.before, all->orders.after);
  put_factors(table, factor(all->orders.before, all->customers.before, 0),
              factor(all->orders.after, all->customers.after, 0));
  put_part(all, table, "order_value", effects[2]);
  crm__table_put_null(table, KEY);
  put_numbers(table, &all->active, NONE, NONE);
  put_factors(table, factor(all->active.before, all->orders.before, digits),
              factor(all->active.after, all->orders.after, digits));
}

enum { NEW, RESURRECTED, KEPT, LOST, IDLE, FATES };

static int fate_of(const crm__bridge *all, uint32_t id, int32_t first_day)
{
  int before = crm__measure_at(&all->old, id)->orders > 0;
  int after = crm__measure_at(&all->now, id)->orders > 0;
  if (!after) {
    return before ? LOST : IDLE;
  }
  return before ? KEPT : all->ever[id] >= first_day ? NEW : RESURRECTED;
}

static void put_fates(const crm__bridge *all, crm_table *table)
{
  static const char *const names[] = { "new", "resurrected", "kept", "lost", "idle" };
  uint32_t customers = crm__customers(all->scope->store);
  int32_t first_day = crm__business_day(all->scope->from, all->scope->day_start);
  crm__bridge_pair sums[FATES] = { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } };
  crm__bridge_pair counts[FATES] = { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } };
  crm__bridge_pair anonymous = all->people.money[all->people.count - 1U];
  uint32_t id;
  int fate;
  for (id = 0; id < customers; id++) {
    if (crm__customer_counts(all->scope, id)) {
      fate = fate_of(all, id, first_day);
      crm__bridge_add(&sums[fate], &all->people.money[id]);
      counts[fate].before += fate == KEPT || fate == LOST;
      counts[fate].after += fate == NEW || fate == RESURRECTED || fate == KEPT;
    }
  }
  for (fate = 0; fate < FATES; fate++) {
    put_sum(all, table, names[fate], &sums[fate], counts[fate].before, counts[fate].after);
  }
  put_sum(all, table, "anonymous_sales", &anonymous, NONE, NONE);
}

/* ---- those that contributed most ---- */

typedef struct ranking {
  const crm__bridge_kind *of;
  const uint32_t *ranks;   /* of keys; the place without one comes last */
} ranking;

static int64_t change_of(const crm__bridge_kind *of, uint32_t id)
{
  return of->money[id].after - of->money[id].before;
}

static int compare_changes(const void *context, uint32_t a, uint32_t b)
{
  const ranking *by = context;
  uint64_t x = crm__magnitude(change_of(by->of, a));
  uint64_t y = crm__magnitude(change_of(by->of, b));
  uint32_t last = by->of->count - 1U;
  if (x != y) {
    return x > y ? -1 : 1;
  }
  if ((change_of(by->of, a) > 0) != (change_of(by->of, b) > 0)) {
    return change_of(by->of, a) > 0 ? -1 : 1;
  }
  if (a == last || b == last) {
    return a == b ? 0 : a == last ? 1 : -1;
  }
  return by->ranks[a] < by->ranks[b] ? -1 : by->ranks[a] > by->ranks[b];
}

static crm_status rank_kind(crm__bridge *all, crm__bridge_kind *of, const uint32_t *ranks, crm_error *error)
{
  uint32_t *spare = crm__scope_alloc(all->scope, of->count, sizeof *spare);
  ranking by;
  uint32_t id;
  if (spare == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < of->count; id++) {
    if (of->money[id].before != 0 || of->money[id].after != 0) {
      of->order[of->used++] = id;
    }
  }
  by.of = of;
  by.ranks = ranks;
  crm__merge_sort(of->order, spare, of->used, compare_changes, &by);
  return CRM_OK;
}

static void put_key(const crm__bridge *all, const crm__bridge_kind *of, crm_table *table, uint32_t id)
{
  const crm_store *store = all->scope->store;
  if (id + 1U == of->count) {
    crm__table_put_null(table, KEY);
    return;
  }
  crm__table_put_key(table, KEY, of == &all->branches   ? crm__branch_key(store, id)
                                 : of == &all->products ? crm__product_key(store, id)
                                                        : crm__customer_key(store, id));
}

static void put_kind(const crm__bridge *all, const crm__bridge_kind *of, crm_table *table)
{
  crm__bridge_pair rest = { 0, 0 };
  uint32_t k;
  for (k = 0; k < of->used; k++) {
    const crm__bridge_pair *money = &of->money[of->order[k]];
    if (k >= (uint32_t)all->top) {
      crm__bridge_add(&rest, money);
      continue;
    }
    put_part(all, table, of->name, money->after - money->before);
    put_key(all, of, table, of->order[k]);
    put_numbers(table, money, NONE, NONE);
    put_factors(table, NONE, NONE);
  }
  put_sum(all, table, of->rest, &rest, NONE, of->used > (uint32_t)all->top ? (int64_t)of->used - all->top : 0);
}

static crm_status rank_kinds(crm__bridge *all, crm_error *error)
{
  const uint32_t *ranks = NULL;
  crm_status status = crm__branch_ranks(all->scope, &ranks, error);
  if (status == CRM_OK) {
    status = rank_kind(all, &all->branches, ranks, error);
  }
  if (status == CRM_OK) {
    status = crm__product_ranks(all->scope, &ranks, error);
  }
  if (status == CRM_OK) {
    status = rank_kind(all, &all->products, ranks, error);
  }
  if (status == CRM_OK) {
    status = crm__customer_ranks(all->scope, &ranks, error);
  }
  return status == CRM_OK ? rank_kind(all, &all->people, ranks, error) : status;
}

static void describe(const crm__bridge *all, crm_table *table)
{
  char text[32];
  crm__scope_describe(all->scope, table, "bridge", 1);
  text[crm__time_write(all->before.from, text)] = '\0';
  crm__table_meta(table, "before_from", "%s", text);
  text[crm__time_write(all->before.to, text)] = '\0';
  crm__table_meta(table, "before_to", "%s", text);
  crm__table_meta(table, "top", "%d", (int)all->top);
}

static int64_t rows_of(const crm__bridge *all, const crm__bridge_kind *of)
{
  return 1 + (of->used < (uint32_t)all->top ? (int64_t)of->used : all->top);
}

crm_status crm__bridge_table(crm__bridge *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[COLUMNS] = {
    { "part", CRM_TYPE_TEXT, 0 },            { "key", CRM_TYPE_TEXT, 0 },
    { "change", CRM_TYPE_MONEY, 0 },         { "share", CRM_TYPE_DECIMAL, 6 },
    { "before", CRM_TYPE_MONEY, 0 },         { "after", CRM_TYPE_MONEY, 0 },
    { "n_before", CRM_TYPE_INTEGER, 0 },     { "n_after", CRM_TYPE_INTEGER, 0 },
    { "factor_before", CRM_TYPE_DECIMAL, 6 }, { "factor_after", CRM_TYPE_DECIMAL, 6 }
  };
  int32_t digits = crm_store_digits(all->scope->store);
  crm_status status = rank_kinds(all, error);
  columns[CHANGE].scale = digits;
  columns[BEFORE].scale = digits;
  columns[AFTER].scale = digits;
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(all->scope), "bridge", columns, COLUMNS,
                              12 + rows_of(all, &all->branches) + rows_of(all, &all->products) +
                                  rows_of(all, &all->people),
                              table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  describe(all, *table);
  put_sum(all, *table, "total", &all->total, NONE, NONE);
  put_effects(all, *table);
  put_sum(all, *table, "other", &all->other, NONE, NONE);
  put_sum(all, *table, "anonymous", &all->people.money[all->people.count - 1U], NONE, NONE);
  put_fates(all, *table);
  put_kind(all, &all->branches, *table);
  put_kind(all, &all->products, *table);
  put_kind(all, &all->people, *table);
  return crm__table_finish(table, error);
}
