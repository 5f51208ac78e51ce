/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/classes.h"
#include "analysis/population.h"
#include "analysis/pyramid_handle.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "store/columns.h"
#include "table/build.h"

#include <crm/classes.h>
#include <crm/rhythm.h>

#include <string.h>

#define NONE INT64_MIN
#define HOUR (CRM_DAY / 24)
#define OPENS 8
#define CLOSES 18

enum { TICKET, CYCLE, REGULAR, HOURS, SIGNS = CRM__SIGNS };

/* What a customer's buying looks like; of a row of the rhythm. */
typedef struct buyer {
  uint32_t id;
  int64_t orders;
  int64_t average;
  int64_t median;         /* of the gaps, one decimal; NONE: no gap */
  int64_t variation;      /* in millionths; NONE: under two gaps */
  int8_t signs[SIGNS];    /* 1, 0, -1: not known */
  int32_t met;
  int32_t known;
  int pattern;
} buyer;

typedef struct classes {
  crm_classes_options options;
  crm_table *rhythm;
  crm_pyramid *pyramid;
  crm__scope scope;
  int opened;
  crm__measures measures;
  const int32_t *ever;
  const int64_t *kinds;      /* by customer, NONE: not said */
  const int64_t *joined;
  uint32_t *timed;           /* by customer: orders with a time of day, */
  uint32_t *in_hours;        /* and those of them in business hours */
  buyer *buyers;
  int64_t count;
  int64_t ticket;            /* median of the average orders */
  int64_t cycle;             /* median of the median gaps; NONE: there are none */
  int32_t *since;            /* by customer, of the highest tier */
} classes;

/* ---- options ---- */

static int32_t or_usual(int32_t given, int32_t usual)
{
  return given == 0 ? usual : given;
}

static crm_status read_options(classes *all, const crm_classes_options *given, crm_error *error)
{
  static const crm_classes_options usual = CRM_CLASSES_OPTIONS_INIT;
  crm_classes_options *options = &all->options;
  crm_status status = CRM_OK;
  *options = usual;
  if (given != NULL) {
    status = crm__struct_read(options, sizeof *options, given, "crm_classes_options", error);
  }
  if (status == CRM_OK && (options->ticket_percent < 0 || options->hours_percent < 0 ||
                           options->hours_percent > 100 || options->variation < 0 || options->least_signs < 0 ||
                           options->least_signs > SIGNS)) {
    status = crm__fail(error, CRM_ERROR_ARGUMENT, "a limit of the signs is out of its range");
  }
  options->ticket_percent = or_usual(options->ticket_percent, 300);
  options->hours_percent = or_usual(options->hours_percent, 80);
  options->variation = or_usual(options->variation, 50);
  options->least_signs = or_usual(options->least_signs, 3);
  return status;
}

/* ---- evidence ---- */

static const int64_t *read_column(classes *all, int32_t place)
{
  uint32_t customers = crm__customers(all->scope.store);
  int64_t *values = crm__scope_alloc(&all->scope, customers, sizeof *values);
  crm__customer_column column;
  if (values != NULL) {
    crm__customer_column_at(all->scope.store, place, &column);
    crm__customer_cells(&column, 0, customers, values);
  }
  return values;
}

/* Orders at midnight sharp have no time of day: a file had dates alone. */
static crm_status count_hours(classes *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  uint32_t wanted = CRM__FACT_OCCASION | CRM__FACT_PERIOD;
  crm__facts *facts = crm__scope_alloc(&all->scope, 1, sizeof *facts);
  uint32_t i;
  all->timed = crm__scope_alloc_zero(&all->scope, customers, sizeof *all->timed);
  all->in_hours = crm__scope_alloc_zero(&all->scope, customers, sizeof *all->in_hours);
  if (facts == NULL || all->timed == NULL || all->in_hours == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &all->scope)) {
    for (i = 0; i < facts->count; i++) {
      int32_t day = crm__business_day(facts->time[i], 0);
      int64_t hour = (facts->time[i] - (int64_t)day * CRM_DAY) / HOUR;
      int32_t weekday = ((day + 3) % 7 + 7) % 7;
      if ((facts->flags[i] & wanted) != wanted || facts->customer[i] == CRM__NONE ||
          facts->time[i] == (int64_t)day * CRM_DAY) {
        continue;
      }
      all->timed[facts->customer[i]] += facts->orders[i];
      all->in_hours[facts->customer[i]] += hour >= OPENS && hour < CLOSES && weekday < 5 ? facts->orders[i] : 0;
    }
  }
  return crm__facts_end(facts, error);
}

static int64_t cell_of(const crm_table *table, const char *column, int64_t row)
{
  int32_t place = crm_table_find(table, column);
  return crm_table_is_null(table, place, row) ? NONE : crm_table_integer(table, place, row);
}

/* The rhythm has a row for each customer with an occasion, by key. */
static crm_status take_buyers(classes *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  int64_t rows = crm_table_rows(all->rhythm);
  const uint32_t *by_key;
  uint32_t i;
  crm_status status = crm__customers_by_key(&all->scope, &by_key, error);
  if (status != CRM_OK) {
    return status;
  }
  all->buyers = crm__scope_alloc_zero(&all->scope, (uint64_t)rows, sizeof *all->buyers);
  if (all->buyers == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers && all->count < rows; i++) {
    uint32_t id = by_key[i];
    if (crm__customer_counts(&all->scope, id) && crm__measure_at(&all->measures, id)->orders > 0) {
      buyer *of = &all->buyers[all->count];
      of->id = id;
      of->orders = cell_of(all->rhythm, "orders", all->count);
      of->average = cell_of(all->rhythm, "average_order", all->count);
      of->median = cell_of(all->rhythm, "median_gap", all->count);
      of->variation = cell_of(all->rhythm, "gap_cv", all->count);
      all->count++;
    }
  }
  return CRM_OK;
}

/* The lower one in the middle of an even count. */
static crm_status find_medians(classes *all, crm_error *error)
{
  int64_t *values = crm__scope_alloc(&all->scope, (uint64_t)all->count, sizeof *values);
  uint64_t gaps = 0;
  int64_t i;
  if (values == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all->count; i++) {
    values[i] = all->buyers[i].average;
  }
  all->ticket = all->count == 0 ? 0 : crm__select(values, (uint64_t)all->count, (uint64_t)(all->count - 1) / 2U);
  for (i = 0; i < all->count; i++) {
    if (all->buyers[i].median != NONE) {
      values[gaps++] = all->buyers[i].median;
    }
  }
  all->cycle = gaps == 0 ? NONE : crm__select(values, gaps, (gaps - 1U) / 2U);
  return CRM_OK;
}

/* average >= percent % of the median, without a product that could pass 64 bits. */
static int8_t is_large(const classes *all, const buyer *of)
{
  int64_t ratio;
  if (all->ticket <= 0) {
    return -1;
  }
  ratio = crm__ratio(of->average, all->ticket);
  return ratio >= (int64_t)all->options.ticket_percent * 10000;
}

static void judge(const classes *all, buyer *of)
{
  uint64_t timed = all->timed[of->id];
  int i;
  of->signs[TICKET] = is_large(all, of);
  of->signs[CYCLE] = (int8_t)(of->median == NONE ? -1 : of->median >= all->cycle);
  of->signs[REGULAR] = (int8_t)(of->variation == NONE ? -1 : of->variation <= (int64_t)all->options.variation * 10000);
  of->signs[HOURS] = (int8_t)(timed == 0 ? -1
                                         : (uint64_t)all->in_hours[of->id] * 100U >=
                                               timed * (uint64_t)all->options.hours_percent);
  for (i = 0; i < SIGNS; i++) {
    of->met += of->signs[i] > 0;
    of->known += of->signs[i] >= 0;
  }
  of->pattern = of->signs[TICKET] > 0 && of->met >= all->options.least_signs;
}

/* ---- since when somebody is in the highest tier ---- */

static int is_highest(const classes *all, uint32_t id)
{
  return all->pyramid->kinds[id] == CRM__KIND_IN && crm__tier_of(all->pyramid, id) == 0;
}

/* Facts of the highest tier by customer and day, and the money of each. */
typedef struct spends {
  uint64_t *visits;
  uint32_t *order;
  int64_t *money;
  uint64_t count;
} spends;

static void take_spends(classes *all, crm__facts *facts, spends *into)
{
  uint32_t i;
  into->count = 0;
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &all->scope)) {
    for (i = 0; i < facts->count; i++) {
      if ((facts->flags[i] & CRM__FACT_PERIOD) && facts->customer[i] != CRM__NONE &&
          is_highest(all, facts->customer[i])) {
        if (into->visits != NULL) {
          into->visits[into->count] =
            crm__visit(facts->customer[i], crm__business_day(facts->time[i], all->scope.day_start));
          into->order[into->count] = (uint32_t)into->count;
          into->money[into->count] = facts->money[i];
        }
        into->count++;
      }
    }
  }
}

/* Adds up each customer's days; the last one on which the sum came from under the least to it or over counts. */
static void follow_spends(classes *all, const spends *of)
{
  int64_t least = all->pyramid->sums[0].least;
  int64_t sum = 0;
  uint64_t i;
  for (i = 0; i < of->count; i++) {
    uint32_t id = crm__visit_customer(of->visits[i]);
    int64_t before;
    sum = i > 0 && crm__visit_customer(of->visits[i - 1]) == id ? sum : 0;
    before = sum;
    sum += of->money[of->order[i]];
    while (i + 1 < of->count && of->visits[i + 1] == of->visits[i]) {
      sum += of->money[of->order[++i]];
    }
    if (before < least && sum >= least) {
      all->since[id] = crm__visit_day(of->visits[i]);
    }
  }
}

static crm_status find_since(classes *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  crm__facts *facts = crm__scope_alloc(&all->scope, 1, sizeof *facts);
  spends of = { NULL, NULL, NULL, 0 };
  uint64_t *spare;
  uint32_t i;
  crm_status status;
  all->since = crm__scope_alloc(&all->scope, customers, sizeof *all->since);
  if (facts == NULL || all->since == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    all->since[i] = all->ever[i];
  }
  take_spends(all, facts, &of);
  status = crm__facts_end(facts, error);
  if (status != CRM_OK) {
    return status;
  }
  spare = crm__scope_alloc(&all->scope, of.count, 2 * sizeof *spare);
  of.visits = crm__scope_alloc(&all->scope, of.count, sizeof *of.visits);
  of.order = crm__scope_alloc(&all->scope, of.count, sizeof *of.order);
  of.money = crm__scope_alloc(&all->scope, of.count, sizeof *of.money);
  if (spare == NULL || of.visits == NULL || of.order == NULL || of.money == NULL) {
    return crm__fail_memory(error);
  }
  take_spends(all, facts, &of);
  status = crm__facts_end(facts, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__radix_sort(of.visits, of.order, spare, (uint32_t *)(void *)(spare + of.count), of.count);
  follow_spends(all, &of);
  return CRM_OK;
}

/* ---- making ready ---- */

static crm_status fill(classes *all, crm_error *error)
{
  int64_t i;
  crm_status status = crm__measures_compute(&all->scope, &all->measures, error);
  if (status == CRM_OK) {
    status = crm__first_ever(&all->scope, &all->ever, error);
  }
  if (status == CRM_OK) {
    all->kinds = read_column(all, CRM__CUSTOMERS_KIND);
    all->joined = read_column(all, CRM__CUSTOMERS_JOINED);
    status = all->kinds == NULL || all->joined == NULL ? crm__fail_memory(error) : CRM_OK;
  }
  if (status == CRM_OK) {
    status = count_hours(all, error);
  }
  if (status == CRM_OK) {
    status = take_buyers(all, error);
  }
  if (status == CRM_OK) {
    status = find_medians(all, error);
  }
  for (i = 0; status == CRM_OK && i < all->count; i++) {
    judge(all, &all->buyers[i]);
  }
  return status;
}

/* Needs to be closed whatever it answers. */
static crm_status open_classes(classes *all, const crm_store *store, const crm_scope *scope,
                               const crm_classes_options *options, int tiers, crm_error *error)
{
  crm_status status;
  memset(all, 0, sizeof *all);
  status = read_options(all, options, error);
  if (status == CRM_OK) {
    status = crm_rhythm_compute(store, scope, &all->rhythm, error);
  }
  if (status == CRM_OK && tiers) {
    status = crm_pyramid_compute(store, scope, all->options.pyramid, &all->pyramid, error);
  }
  if (status == CRM_OK && tiers && all->pyramid->measure != CRM_MEASURE_SPEND) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "measure", 0, -1, "classes go by spend");
  }
  if (status == CRM_OK) {
    status = crm__scope_open(&all->scope, store, scope, error);
    all->opened = status == CRM_OK;
  }
  if (status == CRM_OK) {
    status = fill(all, error);
  }
  return status == CRM_OK && tiers ? find_since(all, error) : status;
}

static void close_classes(classes *all)
{
  if (all->opened) {
    crm__scope_close(&all->scope);
  }
  crm_pyramid_free(all->pyramid);
  crm_table_free(all->rhythm);
}

/* ---- the classes ---- */

enum { CLASS_CUSTOMER, CLASS_NAME, CLASS_REASON, CLASS_SINCE, CLASS_SPEND, CLASS_ORDERS, CLASS_SIGNS, CLASS_COLUMNS };

static int32_t first_known(const classes *all, uint32_t id)
{
  int32_t joined = all->joined[id] == NONE ? INT32_MAX
                                           : crm__business_day(all->joined[id], all->scope.day_start);
  return joined < all->ever[id] ? joined : all->ever[id];
}

static void put_class(const classes *all, crm_table *table, const buyer *of)
{
  const char *name = "ordinary";
  const char *reason = "none";
  int32_t since = all->ever[of->id];
  if (all->kinds[of->id] == CRM__CUSTOMER_BUSINESS) {
    name = "corporate";
    reason = "kind";
    since = first_known(all, of->id);
  } else if (of->pattern) {
    name = "corporate";
    reason = "pattern";
  } else if (is_highest(all, of->id)) {
    name = "vip";
    reason = "tier";
    since = all->since[of->id];
  }
  crm__table_put_key(table, CLASS_CUSTOMER, crm__customer_key(all->scope.store, of->id));
  crm__table_put_name(table, CLASS_NAME, name);
  crm__table_put_name(table, CLASS_REASON, reason);
  crm__table_put(table, CLASS_SINCE, since);
  crm__table_put(table, CLASS_SPEND, crm__measure_at(&all->measures, of->id)->money);
  crm__table_put(table, CLASS_ORDERS, of->orders);
  crm__table_put(table, CLASS_SIGNS, of->met);
}

static void describe(const classes *all, crm_table *table, const char *definition)
{
  crm__scope_describe(&all->scope, table, definition, 1);
  crm__table_meta(table, "ticket_percent", "%d", (int)all->options.ticket_percent);
  crm__table_meta(table, "hours_percent", "%d", (int)all->options.hours_percent);
  crm__table_meta(table, "variation", "%d", (int)all->options.variation);
  crm__table_meta(table, "least_signs", "%d", (int)all->options.least_signs);
}

static crm_status make_classes(classes *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[CLASS_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 }, { "class", CRM_TYPE_TEXT, 0 },     { "reason", CRM_TYPE_TEXT, 0 },
    { "since", CRM_TYPE_DATE, 0 },    { "spend", CRM_TYPE_MONEY, 0 },    { "orders", CRM_TYPE_INTEGER, 0 },
    { "signs", CRM_TYPE_INTEGER, 0 }
  };
  int64_t i;
  crm_status status;
  columns[CLASS_SPEND].scale = crm_store_digits(all->scope.store);
  status = crm__table_begin(crm__scope_memory(&all->scope), "classes", columns, CLASS_COLUMNS, all->count, table,
                            error);
  if (status != CRM_OK) {
    return status;
  }
  describe(all, *table, "classes");
  for (i = 0; i < all->count; i++) {
    put_class(all, *table, &all->buyers[i]);
  }
  return crm__table_finish(table, error);
}

/* ---- the evidence ---- */

enum { SIGN_CUSTOMER, SIGN_KIND, SIGN_ORDERS, SIGN_AVERAGE, SIGN_RATIO, SIGN_MEDIAN, SIGN_VARIATION, SIGN_HOURS,
       SIGN_FIRST, SIGN_MET = SIGN_FIRST + SIGNS, SIGN_KNOWN, SIGN_PATTERN, SIGN_PROBABILITY, SIGN_COLUMNS };

static void put_or_null(crm_table *table, int32_t column, int64_t value, int there)
{
  if (there) {
    crm__table_put(table, column, value);
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_evidence(const classes *all, crm_table *table, const buyer *of, int64_t probability)
{
  static const char *const kinds[] = { "person", "business", "anonymous", "internal" };
  int64_t kind = all->kinds[of->id];
  uint32_t timed = all->timed[of->id];
  int i;
  crm__table_put_key(table, SIGN_CUSTOMER, crm__customer_key(all->scope.store, of->id));
  crm__table_put_name(table, SIGN_KIND, kind == NONE ? NULL : kinds[kind]);
  crm__table_put(table, SIGN_ORDERS, of->orders);
  crm__table_put(table, SIGN_AVERAGE, of->average);
  put_or_null(table, SIGN_RATIO, all->ticket > 0 ? crm__ratio(of->average, all->ticket) : 0, all->ticket > 0);
  put_or_null(table, SIGN_MEDIAN, of->median, of->median != NONE);
  put_or_null(table, SIGN_VARIATION, of->variation, of->variation != NONE);
  put_or_null(table, SIGN_HOURS, timed > 0 ? crm__ratio(all->in_hours[of->id], timed) : 0, timed > 0);
  for (i = 0; i < SIGNS; i++) {
    put_or_null(table, SIGN_FIRST + i, of->signs[i], of->signs[i] >= 0);
  }
  crm__table_put(table, SIGN_MET, of->met);
  crm__table_put(table, SIGN_KNOWN, of->known);
  crm__table_put(table, SIGN_PATTERN, of->pattern);
  put_or_null(table, SIGN_PROBABILITY, probability, probability != INT64_MIN);
}

static crm_status make_corporate(classes *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[SIGN_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 },      { "kind", CRM_TYPE_TEXT, 0 },         { "orders", CRM_TYPE_INTEGER, 0 },
    { "average_order", CRM_TYPE_MONEY, 0 }, { "ticket_ratio", CRM_TYPE_DECIMAL, 6 },
    { "median_gap", CRM_TYPE_DECIMAL, 1 }, { "gap_cv", CRM_TYPE_DECIMAL, 6 },    { "hours_share", CRM_TYPE_DECIMAL, 6 },
    { "large_ticket", CRM_TYPE_BOOLEAN, 0 }, { "long_cycle", CRM_TYPE_BOOLEAN, 0 }, { "regular", CRM_TYPE_BOOLEAN, 0 },
    { "in_hours", CRM_TYPE_BOOLEAN, 0 },   { "signs", CRM_TYPE_INTEGER, 0 },     { "known", CRM_TYPE_INTEGER, 0 },
    { "pattern", CRM_TYPE_BOOLEAN, 0 },    { "probability", CRM_TYPE_DECIMAL, 6 }
  };
  crm__signs_cell cells[SIGNS + 1];
  int64_t i;
  crm_status status;
  columns[SIGN_AVERAGE].scale = crm_store_digits(all->scope.store);
  status = crm__table_begin(crm__scope_memory(&all->scope), "corporate", columns, SIGN_COLUMNS, all->count, table,
                            error);
  if (status != CRM_OK) {
    return status;
  }
  describe(all, *table, "corporate");
  memset(cells, 0, sizeof cells);
  for (i = 0; i < all->count; i++) {
    int64_t kind = all->kinds[all->buyers[i].id];
    crm__signs_add(&cells[all->buyers[i].met], kind == CRM__CUSTOMER_BUSINESS, kind == CRM__CUSTOMER_PERSON);
  }
  for (i = 0; i < all->count; i++) {
    put_evidence(all, *table, &all->buyers[i], crm__signs_probability(&cells[all->buyers[i].met]));
  }
  return crm__table_finish(table, error);
}

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_classes_options *options, int tiers,
                          crm_table **table, crm_error *error)
{
  classes all;
  crm_table *made = NULL;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = open_classes(&all, store, scope, options, tiers, error);
  if (status == CRM_OK) {
    status = tiers ? make_classes(&all, &made, error) : make_corporate(&all, &made, error);
  }
  close_classes(&all);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

crm_status crm_classes_compute(const crm_store *store, const crm_scope *scope, const crm_classes_options *options,
                               crm_table **table, crm_error *error)
{
  return compute(store, scope, options, 1, table, error);
}

crm_status crm_classes_corporate(const crm_store *store, const crm_scope *scope, const crm_classes_options *options,
                                 crm_table **table, crm_error *error)
{
  return compute(store, scope, options, 0, table, error);
}
