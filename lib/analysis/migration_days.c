/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/migration.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"

/* How long it took until customers became value customers: the day on which each of them reached the cut. */

#define NOT_CULTIVATED UINT8_MAX

typedef struct work {
  const crm__migration *all;
  crm__scope *scope;       /* after */
  int64_t cut;
  uint8_t *layers;         /* by customer: the layer before of a cultivated one, else NOT_CULTIVATED */
  uint64_t count;          /* of their facts: */
  uint64_t *visits;        /* customer and day, */
  int64_t *values;         /* what each adds, */
  uint32_t *places;        /* and its place in values */
  uint64_t *spare;
  uint32_t *spare_places;
  uint64_t cultivated;
  uint64_t *days;          /* the cultivated ones' layer before << 32 | days */
} work;

static int is_lesser(const crm__migration *all, int32_t layer)
{
  return layer >= all->value_tiers && layer <= all->tiers + CRM__KIND_INACTIVE;
}

/* Who is cultivated, and the least value of a value customer. */
static crm_status find_cultivated(work *of, crm_error *error)
{
  const crm__migration *all = of->all;
  uint32_t id;
  of->layers = crm__scope_alloc(of->scope, all->after->customers, sizeof *of->layers);
  of->cut = INT64_MAX;
  if (of->layers == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < all->after->customers; id++) {
    int32_t from = crm__layer_of(all->before, id);
    of->layers[id] = NOT_CULTIVATED;
    if (crm__layer_of(all->after, id) < all->value_tiers) {
      int64_t value = crm__pyramid_value(all->after, id);
      of->cut = value < of->cut ? value : of->cut;
      if (is_lesser(all, from)) {
        of->layers[id] = (uint8_t)from;
        of->cultivated++;
      }
    }
  }
  return CRM_OK;
}

/* ---- facts of the cultivated ones ---- */

static int counts(const work *of, const crm__facts *facts, uint32_t i)
{
  return facts->customer[i] != CRM__NONE && (facts->flags[i] & CRM__FACT_PERIOD) != 0 &&
         of->layers[facts->customer[i]] != NOT_CULTIVATED;
}

static int64_t value_of(const work *of, const crm__facts *facts, uint32_t i)
{
  switch (of->all->after->measure) {
  case CRM_MEASURE_OCCASIONS:
    return (facts->flags[i] & CRM__FACT_OCCASION) != 0 ? (int64_t)facts->orders[i] : 0;
  case CRM_MEASURE_PROFIT:
    return facts->money[i] - facts->cost[i];
  default:
    return facts->money[i];
  }
}

static crm_status gather(work *of, crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(of->scope, 1, sizeof *facts);
  uint64_t at = 0;
  uint32_t i;
  crm_status status;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, of->scope)) {
    for (i = 0; i < facts->count; i++) {
      of->count += (uint64_t)counts(of, facts, i);
    }
  }
  status = crm__facts_end(facts, error);
  if (status != CRM_OK) {
    return status;
  }
  if (of->count > UINT32_MAX) {
    return crm__fail(error, CRM_ERROR_LIMIT, "cultivated customers have 2^32 documents or more");
  }
  of->visits = crm__scope_alloc(of->scope, of->count, sizeof *of->visits);
  of->values = crm__scope_alloc(of->scope, of->count, sizeof *of->values);
  of->places = crm__scope_alloc(of->scope, of->count, sizeof *of->places);
  of->spare = crm__scope_alloc(of->scope, of->count, sizeof *of->spare);
  of->spare_places = crm__scope_alloc(of->scope, of->count, sizeof *of->spare_places);
  of->days = crm__scope_alloc(of->scope, of->cultivated, sizeof *of->days);
  if (of->visits == NULL || of->values == NULL || of->places == NULL || of->spare == NULL ||
      of->spare_places == NULL || of->days == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, of->scope)) {
    for (i = 0; i < facts->count; i++) {
      if (counts(of, facts, i)) {
        of->visits[at] = crm__visit(facts->customer[i], facts->day[i]);
        of->values[at] = value_of(of, facts, i);
        of->places[at] = (uint32_t)at;
        at++;
      }
    }
  }
  status = crm__facts_end(facts, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__radix_sort(of->visits, of->places, of->spare, of->spare_places, of->count);
  return CRM_OK;
}

/* What a day adds; *at moves past it. */
static int64_t add_day(const work *of, uint64_t *at)
{
  uint64_t visit = of->visits[*at];
  int64_t sum = 0;
  while (*at < of->count && of->visits[*at] == visit) {
    sum += of->values[of->places[*at]];
    ++*at;
  }
  /* occasions of a day are one, where the scope says so */
  if (of->all->after->measure == CRM_MEASURE_OCCASIONS && of->scope->occasions == CRM_OCCASIONS_DAY && sum > 1) {
    return 1;
  }
  return sum;
}

static void find_days(work *of)
{
  int32_t since = crm__business_day(of->all->was.to, of->all->was.day_start);
  uint64_t used = 0;
  uint64_t at = 0;
  while (at < of->count) {
    uint32_t id = crm__visit_customer(of->visits[at]);
    int64_t sum = 0;
    int reached = 0;
    while (at < of->count && crm__visit_customer(of->visits[at]) == id) {
      int32_t day = crm__visit_day(of->visits[at]);
      sum += add_day(of, &at);
      if (sum >= of->cut && !reached) {
        of->days[used++] = (uint64_t)of->layers[id] << 32 | (uint32_t)(day > since ? day - since : 0);
        reached = 1;
      }
    }
  }
  of->cultivated = used;
}

/* ---- the table ---- */

enum { FROM, CUSTOMERS, CULTIVATED, RATE, LOW, HIGH, QUARTER, MEDIAN, THREE_QUARTERS, CUT, COLUMNS };

/* Days of which `count` are sorted in spare: the least by which so many quarters had reached the cut. */
static void put_quarter(crm_table *table, int32_t column, const uint64_t *sorted, uint64_t count, uint64_t quarters)
{
  if (count == 0) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, (int64_t)sorted[(quarters * count + 3U) / 4U - 1U]);
  }
}

/* layer -1: all of them. */
static void put_row(const work *of, crm_table *table, int32_t layer, int64_t customers, uint64_t *days,
                    uint64_t *spare)
{
  uint64_t count = 0;
  uint64_t i;
  for (i = 0; i < of->cultivated; i++) {
    if (layer < 0 || of->days[i] >> 32 == (uint64_t)layer) {
      days[count++] = of->days[i] & UINT32_MAX;
    }
  }
  crm__radix_sort(days, NULL, spare, NULL, count);
  crm__table_put_name(table, FROM, layer < 0 ? "all" : crm__layer_name(of->all, layer));
  crm__table_put(table, CUSTOMERS, customers);
  crm__table_put(table, CULTIVATED, (int64_t)count);
  if (customers > 0) {
    int64_t low;
    int64_t high;
    crm__wilson((int64_t)count, customers, &low, &high);
    crm__table_put(table, RATE, crm__ratio((int64_t)count, customers));
    crm__table_put(table, LOW, low);
    crm__table_put(table, HIGH, high);
  } else {
    crm__table_put_null(table, RATE);
    crm__table_put_null(table, LOW);
    crm__table_put_null(table, HIGH);
  }
  put_quarter(table, QUARTER, days, count, 1);
  put_quarter(table, MEDIAN, days, count, 2);
  put_quarter(table, THREE_QUARTERS, days, count, 3);
  if (of->cut == INT64_MAX) {
    crm__table_put_null(table, CUT);
  } else {
    crm__table_put(table, CUT, of->cut);
  }
}

static int64_t customers_from(const crm__migration *all, int32_t from)
{
  int64_t customers = 0;
  int32_t to;
  for (to = 0; to < all->layers; to++) {
    customers += all->cells[from][to].customers;
  }
  return customers;
}

static crm_status write(const work *of, crm_table **table, crm_error *error)
{
  crm__table_column columns[COLUMNS] = {
    { "from", CRM_TYPE_TEXT, 0 },      { "customers", CRM_TYPE_INTEGER, 0 }, { "cultivated", CRM_TYPE_INTEGER, 0 },
    { "rate", CRM_TYPE_DECIMAL, 6 },   { "low", CRM_TYPE_DECIMAL, 6 },       { "high", CRM_TYPE_DECIMAL, 6 },
    { "p25_days", CRM_TYPE_INTEGER, 0 }, { "median_days", CRM_TYPE_INTEGER, 0 },
    { "p75_days", CRM_TYPE_INTEGER, 0 }, { "cut", CRM_TYPE_INTEGER, 0 }
  };
  const crm__migration *all = of->all;
  uint64_t *days = crm__scope_alloc(of->scope, of->cultivated, sizeof *days);
  uint64_t *spare = crm__scope_alloc(of->scope, of->cultivated, sizeof *spare);
  int64_t whole = 0;
  int32_t layer;
  crm_status status;
  if (days == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  if (all->after->measure != CRM_MEASURE_OCCASIONS) {
    columns[CUT].type = CRM_TYPE_MONEY;
    columns[CUT].scale = crm_store_digits(all->is.store);
  }
  status = crm__migration_begin(all, "migration_cultivation", columns, COLUMNS, -1, CRM__LAYERS, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (layer = all->value_tiers; is_lesser(all, layer); layer++) {
    int64_t customers = customers_from(all, layer);
    put_row(of, *table, layer, customers, days, spare);
    whole += customers;
  }
  put_row(of, *table, -1, whole, days, spare);
  return crm__table_finish(table, error);
}

static crm_status make(crm__migration *all, crm_table **table, crm_error *error)
{
  work of = { NULL, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, NULL };
  crm_status status;
  of.all = all;
  of.scope = &all->is;
  status = find_cultivated(&of, error);
  if (status == CRM_OK && of.cultivated > 0) {
    status = gather(&of, error);
    if (status == CRM_OK) {
      find_days(&of);
    }
  }
  return status == CRM_OK ? write(&of, table, error) : status;
}

crm_status crm_migration_cultivation(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                     const crm_migration_options *options, crm_table **table, crm_error *error)
{
  return crm__migration_compute(store, before, after, options, make, table, error);
}
