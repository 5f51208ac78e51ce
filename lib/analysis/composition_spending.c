/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/composition.h"

#include "analysis/population.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "store/segment.h"
#include "table/build.h"

#include <string.h>

/* How much the buyers of each group spend: the distribution of their spend beside that of all buyers. */

#define PERCENTILES 5
#define MOST_SEGMENTS 256
#define MILLION 1000000

static const uint64_t percents[PERCENTILES] = {10, 25, 50, 75, 90};

/* The spends of buyers, and room to look for percentiles in. */
typedef struct spends {
  int64_t *values;
  int64_t *spare;
  uint64_t count;
  int64_t sum;
  int64_t customers;    /* buyers and others */
} spends;

typedef struct spending {
  crm__scope *scope;
  const crm__measures *measures;
  crm_table *table;
  spends everybody;
  int64_t median;         /* of all buyers */
} spending;

enum { SPENDING_GROUP, SPENDING_CUSTOMERS, SPENDING_BUYERS, SPENDING_SPEND, SPENDING_SHARE, SPENDING_MEAN, SPENDING_P10,
       SPENDING_P25, SPENDING_MEDIAN, SPENDING_P75, SPENDING_P90, SPENDING_MEAN_INDEX, SPENDING_MEDIAN_INDEX,
       SPENDING_ABOVE, SPENDING_LOW, SPENDING_HIGH, SPENDING_WHOLE, SPENDING_COLUMNS };

/* ---- spends ---- */

static int open_spends(crm__scope *scope, spends *of)
{
  uint32_t customers = crm__customers(scope->store);
  memset(of, 0, sizeof *of);
  of->values = crm__scope_alloc(scope, customers, sizeof *of->values);
  of->spare = crm__scope_alloc(scope, customers, sizeof *of->spare);
  return of->values != NULL && of->spare != NULL;
}

static void add_customer(spends *to, const crm__measure *measure)
{
  to->customers++;
  if (measure->orders > 0) {
    to->values[to->count++] = measure->money;
    to->sum += measure->money;
  }
}

/* The least spend that so many percent of the buyers do not pass. */
static void find_percentiles(const spends *of, int64_t *found)
{
  uint64_t ks[PERCENTILES];
  int i;
  for (i = 0; i < PERCENTILES; i++) {
    ks[i] = (of->count * percents[i] + 99) / 100 - 1;
  }
  crm__select_several(of->values, of->count, ks, PERCENTILES, found, of->spare);
}

static int64_t count_above(const spends *of, int64_t limit)
{
  int64_t count = 0;
  uint64_t i;
  for (i = 0; i < of->count; i++) {
    count += of->values[i] > limit;
  }
  return count;
}

/* ---- rows ---- */

static int64_t rounded_mean(int64_t sum, int64_t count)
{
  int64_t rest = sum % count;
  int64_t mean = sum / count;
  int64_t twice = rest < 0 ? -rest : rest;
  return twice >= count - twice ? mean + (sum < 0 ? -1 : 1) : mean;
}

static void put_distribution(const spending *all, const spends *of)
{
  crm_table *table = all->table;
  int64_t found[PERCENTILES];
  int64_t above;
  int64_t low;
  int64_t high;
  int32_t i;
  if (of->count == 0) {
    for (i = SPENDING_MEAN; i <= SPENDING_HIGH; i++) {
      crm__table_put_null(table, i);
    }
    return;
  }
  find_percentiles(of, found);
  above = count_above(of, all->median);
  crm__wilson(above, (int64_t)of->count, &low, &high);
  crm__table_put(table, SPENDING_MEAN, rounded_mean(of->sum, (int64_t)of->count));
  for (i = 0; i < PERCENTILES; i++) {
    crm__table_put(table, SPENDING_P10 + i, found[i]);
  }
  crm__composition_put_index(table, SPENDING_MEAN_INDEX, of->sum, (int64_t)of->count, all->everybody.sum,
                             (int64_t)all->everybody.count);
  crm__composition_put_index(table, SPENDING_MEDIAN_INDEX, found[2], 1, all->median, 1);
  crm__table_put(table, SPENDING_ABOVE, crm__ratio(above, (int64_t)of->count));
  crm__table_put(table, SPENDING_LOW, low);
  crm__table_put(table, SPENDING_HIGH, high);
}

/* After the name: everything else of a row. share: in millionths, -1: none. */
static void put_spends(const spending *all, const spends *of, int64_t share, int whole)
{
  crm__table_put(all->table, SPENDING_CUSTOMERS, of->customers);
  crm__table_put(all->table, SPENDING_BUYERS, (int64_t)of->count);
  crm__table_put(all->table, SPENDING_SPEND, of->sum);
  if (share >= 0) {
    crm__table_put(all->table, SPENDING_SHARE, share);
  } else {
    crm__table_put_null(all->table, SPENDING_SHARE);
  }
  put_distribution(all, of);
  crm__table_put(all->table, SPENDING_WHOLE, whole);
}

static crm_status begin(spending *all, int64_t rows, crm_error *error)
{
  static const crm__table_column usual[SPENDING_COLUMNS] = {
    { "group", CRM_TYPE_TEXT, 0 }, { "customers", CRM_TYPE_INTEGER, 0 }, { "buyers", CRM_TYPE_INTEGER, 0 },
    { "spend", CRM_TYPE_MONEY, 0 }, { "spend_share", CRM_TYPE_DECIMAL, 6 }, { "mean", CRM_TYPE_MONEY, 0 },
    { "p10", CRM_TYPE_MONEY, 0 }, { "p25", CRM_TYPE_MONEY, 0 }, { "median", CRM_TYPE_MONEY, 0 },
    { "p75", CRM_TYPE_MONEY, 0 }, { "p90", CRM_TYPE_MONEY, 0 }, { "mean_index", CRM_TYPE_DECIMAL, 6 },
    { "median_index", CRM_TYPE_DECIMAL, 6 }, { "above_share", CRM_TYPE_DECIMAL, 6 }, { "low", CRM_TYPE_DECIMAL, 6 },
    { "high", CRM_TYPE_DECIMAL, 6 }, { "whole", CRM_TYPE_BOOLEAN, 0 }
  };
  crm__table_column columns[SPENDING_COLUMNS];
  int32_t i;
  memcpy(columns, usual, sizeof columns);
  for (i = 0; i < SPENDING_COLUMNS; i++) {
    if (columns[i].type == CRM_TYPE_MONEY) {
      columns[i].scale = crm_store_digits(all->scope->store);
    }
  }
  return crm__table_begin(crm__scope_memory(all->scope), "composition_spending", columns, SPENDING_COLUMNS, rows,
                          &all->table, error);
}

/* ---- everybody ---- */

static crm_status take_everybody(spending *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope->store);
  int64_t found[PERCENTILES];
  uint32_t id;
  if (!open_spends(all->scope, &all->everybody)) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    if (crm__customer_is_there(all->scope, all->measures, id)) {
      add_customer(&all->everybody, crm__measure_at(all->measures, id));
    }
  }
  if (all->everybody.count > 0) {
    find_percentiles(&all->everybody, found);
    all->median = found[2];
  }
  return CRM_OK;
}

static crm_status finish(spending *all, crm_table **table, crm_error *error)
{
  crm_status status;
  crm__table_put_null(all->table, SPENDING_GROUP);
  put_spends(all, &all->everybody, all->everybody.sum > 0 ? MILLION : -1, 1);
  status = crm__table_finish(&all->table, error);
  *table = all->table;
  return status;
}

/* ---- groups of a field ---- */

/* The customers of each group one after the other: those of group i are ids[starts[i]] up to before
 * ids[starts[i + 1]]. */
static crm_status sort_groups(crm__composition *of, uint32_t **starts, uint32_t **ids, crm_error *error)
{
  uint32_t customers = crm__customers(of->fields.store);
  uint32_t groups = of->by.count + 1U;
  uint32_t *place = crm__scope_alloc_zero(&of->fields.scope, (uint64_t)groups + 2U, sizeof *place);
  uint32_t id;
  uint32_t i;
  *ids = crm__scope_alloc(&of->fields.scope, customers, sizeof **ids);
  if (place == NULL || *ids == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    if (of->row[id] != CRM__NONE) {
      place[of->row[id] + 2U]++;
    }
  }
  for (i = 2; i < groups + 2U; i++) {
    place[i] += place[i - 1U];
  }
  for (id = 0; id < customers; id++) {
    if (of->row[id] != CRM__NONE) {
      (*ids)[place[of->row[id] + 1U]++] = id;
    }
  }
  *starts = place;
  return CRM_OK;
}

static void empty(spends *of)
{
  of->count = 0;
  of->sum = 0;
  of->customers = 0;
}

/* What the buyers of each group spent, as shares that add up to one; those at or under 0 have none. */
static crm_status share_out(spending *all, const uint32_t *starts, const uint32_t *ids, uint32_t groups,
                            int64_t **shares, crm_error *error)
{
  int64_t *sums = crm__scope_alloc_zero(all->scope, groups, sizeof *sums);
  uint64_t *spare = crm__scope_alloc(all->scope, groups, sizeof *spare);
  int64_t whole = 0;
  uint32_t i;
  uint32_t k;
  *shares = crm__scope_alloc(all->scope, groups, sizeof **shares);
  if (sums == NULL || spare == NULL || *shares == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < groups; i++) {
    for (k = starts[i]; k < starts[i + 1U]; k++) {
      const crm__measure *measure = crm__measure_at(all->measures, ids[k]);
      sums[i] += measure->orders > 0 ? measure->money : 0;
    }
    sums[i] = sums[i] > 0 ? sums[i] : 0;
    whole += sums[i];
  }
  if (whole > 0) {
    crm__apportion(sums, groups, MILLION, *shares, spare);
  }
  for (i = 0; i < groups; i++) {
    (*shares)[i] = sums[i] > 0 ? (*shares)[i] : -1;
  }
  return CRM_OK;
}

static crm_status put_groups(spending *all, crm__composition *of, crm_error *error)
{
  uint32_t groups = of->by.count + 1U;
  uint32_t *starts = NULL;
  uint32_t *ids = NULL;
  int64_t *shares = NULL;
  spends one;
  uint32_t i;
  uint32_t k;
  crm_status status = sort_groups(of, &starts, &ids, error);
  if (status == CRM_OK) {
    status = share_out(all, starts, ids, groups, &shares, error);
  }
  if (status != CRM_OK || !open_spends(all->scope, &one)) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < groups; i++) {
    if (starts[i] == starts[i + 1U] && !(of->by.banded && i < of->by.count)) {
      continue;
    }
    empty(&one);
    for (k = starts[i]; k < starts[i + 1U]; k++) {
      add_customer(&one, crm__measure_at(all->measures, ids[k]));
    }
    crm__composition_put_group(of, &of->by, i, all->table, SPENDING_GROUP);
    put_spends(all, &one, shares[i], 0);
  }
  return CRM_OK;
}

static crm_status compare_groups(crm__composition *of, crm_table **table, crm_error *error)
{
  spending all;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.scope = &of->fields.scope;
  all.measures = &of->fields.measures;
  status = take_everybody(&all, error);
  if (status == CRM_OK) {
    status = begin(&all, (int64_t)of->by.count + 2, error);
  }
  if (status == CRM_OK) {
    crm__composition_describe(of, all.table, "composition_spending");
    status = put_groups(&all, of, error);
  }
  if (status == CRM_OK) {
    return finish(&all, table, error);
  }
  crm_table_free(all.table);
  return status;
}

crm_status crm_composition_spending(const crm_store *store, const crm_scope *scope,
                                    const crm_composition_options *options, crm_table **table, crm_error *error)
{
  crm__composition of;
  crm_table *made = NULL;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = crm__composition_open(&of, store, scope, options, error);
  if (status == CRM_OK && of.crossed) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "across", 0, -1, "spending is compared by one field alone");
  }
  if (status == CRM_OK) {
    status = compare_groups(&of, &made, error);
  }
  crm__fields_close(&of.fields);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

/* ---- segments ---- */

typedef struct segment_list {
  const crm_segment *const *segments;
  const char *const *names;
  int64_t count;
} segment_list;

static crm_status check_segments(const crm_store *store, const segment_list *of, crm_error *error)
{
  crm_status status = CRM_OK;
  int64_t i;
  if (of->count < 0 || of->count > MOST_SEGMENTS) {
    return crm__fail(error, of->count < 0 ? CRM_ERROR_ARGUMENT : CRM_ERROR_LIMIT, "there are not 0 to %d segments",
                     MOST_SEGMENTS);
  }
  for (i = 0; status == CRM_OK && i < of->count; i++) {
    if (of->segments == NULL || of->names == NULL || of->segments[i] == NULL || of->names[i] == NULL) {
      return crm__fail(error, CRM_ERROR_ARGUMENT, "a segment or its name is missing");
    }
    status = crm__segment_check(of->segments[i], store, error);
  }
  return status;
}

static crm_status compare_segments(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const segment_list *of = context;
  uint32_t customers = crm__customers(scope->store);
  crm__measures measures;
  spending all;
  spends one;
  uint32_t id;
  int64_t i;
  crm_status status = check_segments(scope->store, of, error);
  memset(&all, 0, sizeof all);
  all.scope = scope;
  all.measures = &measures;
  if (status == CRM_OK) {
    status = crm__measures_compute(scope, &measures, error);
  }
  if (status == CRM_OK) {
    status = take_everybody(&all, error);
  }
  if (status == CRM_OK && !open_spends(scope, &one)) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK) {
    status = begin(&all, of->count + 1, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, all.table, "segment_spending", 1);
  for (i = 0; i < of->count; i++) {
    empty(&one);
    for (id = 0; id < customers; id++) {
      if (crm__segment_has(of->segments[i], id) && crm__customer_is_there(all.scope, all.measures, id)) {
        add_customer(&one, crm__measure_at(&measures, id));
      }
    }
    crm__table_put_name(all.table, SPENDING_GROUP, of->names[i]);
    put_spends(&all, &one, one.sum > 0 && all.everybody.sum > 0 ? crm__ratio(one.sum, all.everybody.sum) : -1, 0);
  }
  return finish(&all, table, error);
}

crm_status crm_segment_spending(const crm_store *store, const crm_scope *scope, const crm_segment *const *segments,
                                const char *const *names, int64_t count, crm_table **table, crm_error *error)
{
  segment_list of;
  of.segments = segments;
  of.names = names;
  of.count = count;
  return crm__scope_table(store, scope, compare_segments, &of, table, error);
}
