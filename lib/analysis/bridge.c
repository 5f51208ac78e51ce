/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"

#include "base/check.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "base/wide.h"
#include "table/build.h"

#include <crm/bridge.h>

#include <string.h>

/* A change of revenue in parts. Everything but the three factors is sums of money and so adds up by itself. */

#define NONE INT64_MIN
#define TOP 10

/* Both periods. */
typedef struct pair {
  int64_t before;
  int64_t after;
} pair;

/* A kind of keys that the change is cut up by; the last place is that of facts without a key. */
typedef struct kind {
  const char *name;
  const char *rest;
  pair *money;           /* by id */
  uint32_t count;        /* ids + 1 */
  uint32_t *order;       /* those with money, by size of change, then key */
  uint32_t used;
} kind;

typedef struct bridge {
  crm__scope *scope;           /* of the period */
  crm__scope before;           /* the same facts, of the period before */
  crm__measures old;
  crm__measures now;
  const int32_t *ever;
  int32_t top;
  pair total;
  pair active;                 /* money of customers with an occasion */
  pair other;                  /* of known ones without */
  pair customers;              /* with an occasion */
  pair orders;                 /* theirs */
  kind branches;
  kind products;
  kind people;
} bridge;

/* ---- the periods ---- */

/* Gives the scope a period where it has none, and the one before where it is not asked for. */
static void find_periods(crm__scope *scope, const crm__calendar *calendar, crm_bridge_options *asked)
{
  int64_t before = INT64_MIN;
  if (scope->to == INT64_MAX || scope->to <= CRM__TIME_MIN) {
    scope->from = CRM__TIME_MIN;   /* nothing is there */
    scope->to = CRM__TIME_MIN + CRM_DAY;
  } else if (scope->from == INT64_MIN) {
    int32_t start = crm__period_start(calendar, crm__day_before(scope, scope->to));
    if (start != INT32_MIN && crm__day_instant(scope, crm__period_next(calendar, start)) > scope->to) {
      start = crm__period_previous(calendar, start);
    }
    if (start != INT32_MIN) {
      int32_t previous = crm__period_previous(calendar, start);
      scope->from = crm__day_instant(scope, start);
      scope->to = crm__day_instant(scope, crm__period_next(calendar, start));
      before = previous == INT32_MIN ? INT64_MIN : crm__day_instant(scope, previous);
    } else {
      scope->from = scope->to - CRM_DAY;
    }
  }
  if (asked->before_from == INT64_MIN && asked->before_to == INT64_MAX) {
    asked->before_to = scope->from;
    asked->before_from = before != INT64_MIN ? before : scope->from - (scope->to - scope->from);
  }
}

static crm_status read_options(const crm_bridge_options *options, const crm__calendar *calendar, crm__scope *scope,
                               bridge *all, crm_error *error)
{
  static const crm_bridge_options defaults = CRM_BRIDGE_OPTIONS_INIT;
  crm_bridge_options asked = defaults;
  crm_status status = CRM_OK;
  if (options != NULL) {
    status = crm__struct_read(&asked, sizeof asked, options, "crm_bridge_options", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (asked.top < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "top", 0, -1, "a number at or above 0 is needed");
  }
  find_periods(scope, calendar, &asked);
  if (asked.before_from >= asked.before_to || asked.before_from == INT64_MIN || asked.before_to > scope->as_of) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "before_from", 0, -1,
                        "the period before has no length, or is not over at as-of");
  }
  all->top = asked.top == 0 ? TOP : asked.top;
  all->scope = scope;
  all->before = *scope;
  all->before.from = asked.before_from;
  all->before.to = asked.before_to;
  return CRM_OK;
}

/* ---- adding up ---- */

static void add(pair *to, const pair *value)
{
  to->before += value->before;
  to->after += value->after;
}

static void add_lines(const bridge *all, const crm__facts *facts, uint32_t i, crm__lines *lines, int after)
{
  const crm__scope *scope = all->scope;
  int redating = scope->refunds == CRM_REFUNDS_SALE_DAY && !(facts->flags[i] & CRM__FACT_EXTRA);
  uint64_t line = facts->line[i];
  uint32_t left = facts->lines[i];
  while (left > 0) {
    uint32_t run;
    uint32_t place = crm__lines_at(lines, scope, line, left, &run);
    uint32_t at;
    for (at = place; at < place + run; at++) {
      int sale = lines->code == NULL ? 1 : crm__line_kind(lines->code[at]);
      uint64_t which = line + (at - place);
      if (sale != 0 && !(redating && crm__line_redated(scope, which))) {
        uint32_t product = lines->product == NULL ? CRM__NONE : lines->product[at];
        pair *to = &all->products.money[product == CRM__NONE ? all->products.count - 1U : product];
        int64_t money = crm__line_money(scope, which, sale == 1);
        to->before += after ? 0 : money;
        to->after += after ? money : 0;
      }
    }
    line += run;
    left -= run;
  }
}

/* One pass over the facts of both periods. */
static void add_facts(bridge *all, crm__facts *facts, const crm__scope *wide)
{
  crm__lines lines = CRM__LINES_INIT;
  uint32_t i;
  crm__facts_begin(facts);
  while (crm__facts_next(facts, wide)) {
    for (i = 0; i < facts->count; i++) {
      int64_t time = facts->time[i];
      int after = time >= all->scope->from && time < all->scope->to;
      int before = time >= all->before.from && time < all->before.to;
      uint32_t branch = crm__document_branch(all->scope->store, facts->document[i]);
      uint32_t customer = facts->customer[i];
      pair money;
      if (!(facts->flags[i] & CRM__FACT_PERIOD) || (!after && !before)) {
        continue;
      }
      money.before = before ? facts->money[i] : 0;
      money.after = after ? facts->money[i] : 0;
      add(&all->total, &money);
      add(&all->branches.money[branch == CRM__NONE ? all->branches.count - 1U : branch], &money);
      add(&all->people.money[customer == CRM__NONE ? all->people.count - 1U : customer], &money);
      if (before) {
        add_lines(all, facts, i, &lines, 0);
      }
      if (after) {
        add_lines(all, facts, i, &lines, 1);
      }
    }
  }
}

static void add_customers(bridge *all)
{
  uint32_t customers = crm__customers(all->scope->store);
  uint32_t id;
  for (id = 0; id < customers; id++) {
    const pair *money = &all->people.money[id];
    int64_t before = crm__measure_at(&all->old, id)->orders;
    int64_t after = crm__measure_at(&all->now, id)->orders;
    if (!crm__customer_counts(all->scope, id)) {
      continue;
    }
    all->customers.before += before > 0;
    all->customers.after += after > 0;
    all->orders.before += before;
    all->orders.after += after;
    all->active.before += before > 0 ? money->before : 0;
    all->active.after += after > 0 ? money->after : 0;
    all->other.before += before > 0 ? 0 : money->before;
    all->other.after += after > 0 ? 0 : money->after;
  }
}

static int make_kind(bridge *all, kind *of, const char *name, const char *rest, uint32_t ids)
{
  of->name = name;
  of->rest = rest;
  of->count = ids + 1U;
  of->money = crm__scope_alloc_zero(all->scope, of->count, sizeof *of->money);
  of->order = crm__scope_alloc(all->scope, of->count, sizeof *of->order);
  return of->money != NULL && of->order != NULL;
}

static crm_status gather(bridge *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  crm__scope wide = crm__scope_widened(scope);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  crm_status status;
  if (facts == NULL ||
      !make_kind(all, &all->branches, "branch", "branch_rest", crm__branches(scope->store)) ||
      !make_kind(all, &all->products, "product", "product_rest", crm__products(scope->store)) ||
      !make_kind(all, &all->people, "customer", "customer_rest", crm__customers(scope->store))) {
    return crm__fail_memory(error);
  }
  status = crm__measures_compute(scope, &all->now, error);
  if (status == CRM_OK) {
    status = crm__measures_compute(&all->before, &all->old, error);
  }
  if (status == CRM_OK) {
    status = crm__first_ever(scope, &all->ever, error);
  }
  if (status == CRM_OK) {
    add_facts(all, facts, &wide);
    status = crm__facts_end(facts, error);
  }
  if (status == CRM_OK) {
    add_customers(all);
  }
  return status;
}

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

/* Three effects as integers that add up to a whole: rounded down, then what is left goes to the largest remainders. */
static void round_effects(const double *effects, int64_t whole, int64_t *rounded)
{
  double fractions[3];
  int64_t left = whole;
  int i;
  for (i = 0; i < 3; i++) {
    double value = effects[i];
    rounded[i] = (int64_t)value;
    rounded[i] -= (double)rounded[i] > value;
    fractions[i] = value - (double)rounded[i];
    left -= rounded[i];
  }
  for (; left > 0 && left <= 3; left--) {
    int most = 0;
    for (i = 1; i < 3; i++) {
      most = fractions[i] > fractions[most] ? i : most;
    }
    rounded[most]++;
    fractions[most] = -1.0;
  }
  rounded[0] += left;   /* beyond what doubles hold */
}

static void find_effects(const bridge *all, int64_t *effects)
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

static void put_part(const bridge *all, crm_table *table, const char *part, int64_t change)
{
  int64_t whole = all->total.after - all->total.before;
  crm__table_put_name(table, PART, part);
  crm__table_put(table, CHANGE, change);
  put(table, SHARE, whole == 0 ? NONE : crm__ratio(change, whole));
}

static void put_numbers(crm_table *table, const pair *money, int64_t n_before, int64_t n_after)
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

static void put_sum(const bridge *all, crm_table *table, const char *part, const pair *money, int64_t n_before,
                    int64_t n_after)
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

static void put_effects(const bridge *all, crm_table *table)
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

static int fate_of(const bridge *all, uint32_t id, int32_t first_day)
{
  int before = crm__measure_at(&all->old, id)->orders > 0;
  int after = crm__measure_at(&all->now, id)->orders > 0;
  if (!after) {
    return before ? LOST : IDLE;
  }
  return before ? KEPT : all->ever[id] >= first_day ? NEW : RESURRECTED;
}

static void put_fates(const bridge *all, crm_table *table)
{
  static const char *const names[] = { "new", "resurrected", "kept", "lost", "idle" };
  uint32_t customers = crm__customers(all->scope->store);
  int32_t first_day = crm__business_day(all->scope->from, all->scope->day_start);
  pair sums[FATES] = { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } };
  pair counts[FATES] = { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 } };
  pair anonymous = all->people.money[all->people.count - 1U];
  uint32_t id;
  int fate;
  for (id = 0; id < customers; id++) {
    if (crm__customer_counts(all->scope, id)) {
      fate = fate_of(all, id, first_day);
      add(&sums[fate], &all->people.money[id]);
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
  const kind *of;
  const uint32_t *ranks;   /* of keys; the place without one comes last */
} ranking;

static int64_t change_of(const kind *of, uint32_t id)
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

static crm_status rank_kind(bridge *all, kind *of, const uint32_t *ranks, crm_error *error)
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

static void put_key(const bridge *all, const kind *of, crm_table *table, uint32_t id)
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

static void put_kind(const bridge *all, const kind *of, crm_table *table)
{
  pair rest = { 0, 0 };
  uint32_t k;
  for (k = 0; k < of->used; k++) {
    const pair *money = &of->money[of->order[k]];
    if (k >= (uint32_t)all->top) {
      add(&rest, money);
      continue;
    }
    put_part(all, table, of->name, money->after - money->before);
    put_key(all, of, table, of->order[k]);
    put_numbers(table, money, NONE, NONE);
    put_factors(table, NONE, NONE);
  }
  put_sum(all, table, of->rest, &rest, NONE, of->used > (uint32_t)all->top ? (int64_t)of->used - all->top : 0);
}

static crm_status rank_kinds(bridge *all, crm_error *error)
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

static void describe(const bridge *all, crm_table *table)
{
  char text[32];
  crm__scope_describe(all->scope, table, "bridge", 1);
  text[crm__time_write(all->before.from, text)] = '\0';
  crm__table_meta(table, "before_from", "%s", text);
  text[crm__time_write(all->before.to, text)] = '\0';
  crm__table_meta(table, "before_to", "%s", text);
  crm__table_meta(table, "top", "%d", (int)all->top);
}

static int64_t rows_of(const bridge *all, const kind *of)
{
  return 1 + (of->used < (uint32_t)all->top ? (int64_t)of->used : all->top);
}

static crm_status make(bridge *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[COLUMNS] = {
    { "part", CRM_TYPE_TEXT, 0 },            { "key", CRM_TYPE_TEXT, 0 },
    { "change", CRM_TYPE_MONEY, 0 },         { "share", CRM_TYPE_DECIMAL, 6 },
    { "before", CRM_TYPE_MONEY, 0 },         { "after", CRM_TYPE_MONEY, 0 },
    { "n_before", CRM_TYPE_INTEGER, 0 },     { "n_after", CRM_TYPE_INTEGER, 0 },
    { "factor_before", CRM_TYPE_DECIMAL, 6 }, { "factor_after", CRM_TYPE_DECIMAL, 6 }
  };
  int32_t digits = crm_store_digits(all->scope->store);
  crm_status status = gather(all, error);
  if (status == CRM_OK) {
    status = rank_kinds(all, error);
  }
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

typedef struct question {
  const crm_bridge_options *options;
  crm__calendar calendar;
} question;

static crm_status answer(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const question *asked = context;
  bridge all;
  crm_status status;
  memset(&all, 0, sizeof all);
  status = read_options(asked->options, &asked->calendar, scope, &all, error);
  return status == CRM_OK ? make(&all, table, error) : status;
}

crm_status crm_bridge_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                              const crm_bridge_options *options, crm_table **table, crm_error *error)
{
  question asked;
  crm_status status = crm__calendar_open(&asked.calendar, calendar, error);
  asked.options = options;
  return status == CRM_OK ? crm__scope_table(store, scope, answer, &asked, table, error) : status;
}
