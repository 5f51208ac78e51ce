/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/rfm_scores.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/kinds.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "table/build.h"

#include <crm/rfm.h>

#include <string.h>

/* The tables of scores and segments. */

#define MILLION 1000000
#define CELLS CRM__RFM_NAMES

enum { RECENCY = CRM__RECENCY, FREQUENCY = CRM__FREQUENCY, MONETARY = CRM__MONETARY, AXES = CRM__AXES };

typedef struct members {
  crm__scored scored;
  crm__rfm_grid grid;
} members;

static inline uint8_t segment_of(const members *all, uint32_t i, const crm__member *member)
{
  uint32_t recency = crm__score_of(&all->scored, RECENCY, i, member);
  uint32_t frequency = crm__score_of(&all->scored, FREQUENCY, i, member);
  return all->grid.cells[(recency - 1) * CRM__SCORES + frequency - 1];
}

/* The edges of the scores 2, 3, 4 and 5 as the options would take them: own cuts of these values score the same. */
static void describe_edges(const members *all, crm_table *table, int a, const char *key, int32_t digits)
{
  char text[CRM__EDGES * 32];
  size_t length = 0;
  int s;
  for (s = 0; s < CRM__EDGES; s++) {
    int64_t edge = all->scored.rules.edges[a][s];
    length += crm__decimal_write(a == RECENCY ? -edge : edge, digits, text + length);
    text[length++] = s < CRM__EDGES - 1 ? ',' : '\0';
  }
  crm__table_meta(table, key, "%s", text);
}

static void describe(const members *all, const crm__scope *scope, crm_table *table, const char *definition)
{
  crm__scope_describe(scope, table, definition, 1);
  crm__table_meta(table, "ties", "%s", all->scored.rules.ties == CRM_TIES_SPLIT ? "split" : "together");
  crm__table_meta(table, "n", "%lld", (long long)all->scored.n);
  if (all->scored.n > 0) {
    describe_edges(all, table, RECENCY, "recency_edges", 0);
    describe_edges(all, table, FREQUENCY, "frequency_edges", 0);
    describe_edges(all, table, MONETARY, "monetary_edges", crm_store_digits(scope->store));
  }
}

enum { RFM_CUSTOMER, RFM_RECENCY, RFM_FREQUENCY, RFM_MONETARY, RFM_R, RFM_F, RFM_M, RFM_SEGMENT, RFM_COLUMNS };

static crm_status make_members(members *all, crm__scope *scope, crm_table **table, crm_error *error)
{
  crm__table_column columns[RFM_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 },  { "recency_days", CRM_TYPE_INTEGER, 0 }, { "frequency", CRM_TYPE_INTEGER, 0 },
    { "monetary", CRM_TYPE_MONEY, 0 }, { "r", CRM_TYPE_INTEGER, 0 },            { "f", CRM_TYPE_INTEGER, 0 },
    { "m", CRM_TYPE_INTEGER, 0 },      { "segment", CRM_TYPE_TEXT, 0 }
  };
  const crm__scored *scored = &all->scored;
  crm_status status = crm__score_members(&all->scored, scope, 1, error);
  uint32_t i;
  if (status != CRM_OK) {
    return status;
  }
  columns[RFM_MONETARY].scale = crm_store_digits(scope->store);
  status = crm__table_begin(crm__scope_memory(scope), "rfm", columns, RFM_COLUMNS, scored->n, table, error);
  if (status != CRM_OK) {
    return status;
  }
  describe(all, scope, *table, "rfm");
  for (i = 0; i < scored->n; i++) {
    crm__member member = crm__scored_member(scored, i);
    crm__table_put_key(*table, RFM_CUSTOMER, crm__customer_key(scope->store, scored->ids[i]));
    crm__table_put(*table, RFM_RECENCY, member.days);
    crm__table_put(*table, RFM_FREQUENCY, member.orders);
    crm__table_put(*table, RFM_MONETARY, member.money);
    crm__table_put(*table, RFM_R, crm__score_of(scored, RECENCY, i, &member));
    crm__table_put(*table, RFM_F, crm__score_of(scored, FREQUENCY, i, &member));
    crm__table_put(*table, RFM_M, crm__score_of(scored, MONETARY, i, &member));
    crm__table_put_name(*table, RFM_SEGMENT, all->grid.names[segment_of(all, i, &member)]);
  }
  return crm__table_finish(table, error);
}

enum { SEGMENT_NAME, SEGMENT_CUSTOMERS, SEGMENT_CUSTOMER_SHARE, SEGMENT_SPEND, SEGMENT_SPEND_SHARE, SEGMENT_RECENCY,
       SEGMENT_FREQUENCY, SEGMENT_MONETARY, SEGMENT_COLUMNS };

/* How often the values of an axis occur in each segment: one by one where they are few, else by kind. */
typedef struct axis_counts {
  uint32_t *counts;             /* segment * width + value or kind */
  uint32_t width;
  int by_kind;
} axis_counts;

typedef struct segment_sums {
  uint8_t *segments;            /* by member */
  axis_counts axes[AXES];
  int64_t customers[CELLS];
  int64_t money[CELLS];
  int64_t positive[CELLS];      /* money, or 0 where it is below */
  int64_t positive_total;
  int64_t medians[AXES][CELLS];
} segment_sums;

static crm_status make_room(const members *all, crm__scope *scope, segment_sums *sums, crm_error *error)
{
  const uint32_t most[AXES] = {all->scored.most_days, all->scored.most_orders, UINT32_MAX};
  int a;
  for (a = 0; a < AXES; a++) {
    axis_counts *axis = &sums->axes[a];
    axis->by_kind = most[a] >= CRM__KINDS;
    axis->width = axis->by_kind ? CRM__KINDS : most[a] + 1U;
    axis->counts =
      crm__scope_alloc_zero(scope, (uint64_t)axis->width * (uint64_t)all->grid.count, sizeof *axis->counts);
    if (axis->counts == NULL) {
      return crm__fail_memory(error);
    }
  }
  sums->segments = crm__scope_alloc(scope, all->scored.n, sizeof *sums->segments);
  return sums->segments == NULL ? crm__fail_memory(error) : CRM_OK;
}

/* What a member had in its axis, whichever way it is turned. */
static inline int64_t plain_value(const crm__member *member, int axis)
{
  return axis == RECENCY ? (int64_t)member->days : crm__score_value(member, axis);
}

static inline void count(const axis_counts *axis, uint32_t segment, int64_t value)
{
  axis->counts[segment * axis->width + (axis->by_kind ? crm__kind(value) : (uint32_t)value)]++;
}

/* Segments of packed members whose scores come from tables: all by look-ups. */
static void sum_packed(const members *all, segment_sums *sums)
{
  const uint8_t *recency = all->scored.table[RECENCY];
  const uint8_t *frequency = all->scored.table[FREQUENCY];
  const crm__packed_member *packed = all->scored.packed;
  const crm__rfm_grid grid = all->grid;               /* copies, which no write to memory can change */
  const axis_counts days = sums->axes[RECENCY];
  const axis_counts orders = sums->axes[FREQUENCY];
  uint32_t *kinds = sums->axes[MONETARY].counts;
  uint8_t *segments = sums->segments;
  uint32_t n = all->scored.n;
  int64_t spent[CELLS] = {0};
  uint32_t i;
  for (i = 0; i < n; i++) {
    crm__packed_member member = packed[i];
    uint32_t cell = (recency[member.days] - 1U) * CRM__SCORES + frequency[member.orders] - 1U;
    uint32_t segment = grid.cells[cell];
    segments[i] = (uint8_t)segment;
    spent[segment] += member.money;
    days.counts[segment * days.width + member.days]++;
    orders.counts[segment * orders.width + member.orders]++;
    kinds[segment * CRM__KINDS + crm__kind(member.money)]++;
  }
  memcpy(sums->money, spent, sizeof spent);
}

static void sum_members(const members *all, segment_sums *sums)
{
  uint32_t i;
  for (i = 0; i < all->scored.n; i++) {
    crm__member member = crm__scored_member(&all->scored, i);
    uint8_t segment = segment_of(all, i, &member);
    sums->segments[i] = segment;
    sums->money[segment] += member.money;
    count(&sums->axes[RECENCY], segment, member.days);
    count(&sums->axes[FREQUENCY], segment, member.orders);
    count(&sums->axes[MONETARY], segment, member.money);
  }
}

static void sum_segments(const members *all, segment_sums *sums)
{
  const axis_counts *days = &sums->axes[RECENCY];
  int by_tables = all->scored.packed != NULL && all->scored.split[RECENCY] == NULL &&
                  all->scored.split[FREQUENCY] == NULL && all->scored.table[RECENCY] != NULL &&
                  all->scored.table[FREQUENCY] != NULL && !days->by_kind && !sums->axes[FREQUENCY].by_kind;
  int32_t s;
  uint32_t d;
  if (by_tables) {
    sum_packed(all, sums);
  } else {
    sum_members(all, sums);
  }
  for (s = 0; s < all->grid.count; s++) {
    for (d = 0; d < days->width; d++) {
      sums->customers[s] += days->counts[(size_t)s * days->width + d];
    }
    sums->positive[s] = sums->money[s] > 0 ? sums->money[s] : 0;
    sums->positive_total += sums->positive[s];
  }
}

/* The values of one kind in a segment, among all that are near a median. */
typedef struct near_median {
  int64_t least;
  uint64_t span;                /* from the least to the most */
  uint64_t before;              /* values of the segment under them */
  uint64_t own;                 /* how many there are */
  uint64_t end;                 /* of those found */
} near_median;

/* Finds the kinds of the medians; answers how many values are of these kinds. */
static uint64_t find_near(const members *all, const segment_sums *sums, int a, near_median *near)
{
  const axis_counts *axis = &sums->axes[a];
  uint64_t kept = 0;
  int32_t s;
  for (s = 0; s < all->grid.count; s++) {
    const uint32_t *counts = axis->counts + (size_t)s * axis->width;
    near[s].least = INT64_MAX;
    near[s].span = 0;
    near[s].own = 0;
    near[s].end = kept;
    if (sums->customers[s] > 0) {
      uint32_t kind = crm__kind_at(counts, (uint64_t)(sums->customers[s] - 1) / 2, &near[s].before);
      int64_t most = kind + 1 < CRM__KINDS ? crm__kind_least(kind + 1) - 1 : INT64_MAX;
      near[s].least = crm__kind_least(kind);
      near[s].span = (uint64_t)most - (uint64_t)near[s].least;
      near[s].own = counts[kind];
      kept += counts[kind];
    }
  }
  return kept;
}

/* The lower medians of an axis that was counted by kind: selected among the values of their kinds. */
static crm_status select_medians(const members *all, crm__scope *scope, segment_sums *sums, int a, crm_error *error)
{
  near_median near[CELLS];
  const uint8_t *segments = sums->segments;
  int64_t *values = crm__scope_alloc(scope, find_near(all, sums, a, near), sizeof *values);
  uint32_t i;
  int32_t s;
  if (values == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all->scored.n; i++) {
    crm__member member = crm__scored_member(&all->scored, i);
    int64_t value = plain_value(&member, a);
    near_median *own = &near[segments[i]];
    if ((uint64_t)value - (uint64_t)own->least <= own->span) {
      values[own->end++] = value;
    }
  }
  for (s = 0; s < all->grid.count; s++) {
    if (sums->customers[s] > 0) {
      sums->medians[a][s] = crm__select(values + (near[s].end - near[s].own), near[s].own,
                                        (uint64_t)(sums->customers[s] - 1) / 2 - near[s].before);
    }
  }
  return CRM_OK;
}

static crm_status find_medians(const members *all, crm__scope *scope, segment_sums *sums, crm_error *error)
{
  crm_status status = CRM_OK;
  int a;
  for (a = 0; a < AXES && status == CRM_OK; a++) {
    const axis_counts *axis = &sums->axes[a];
    uint64_t before;
    int32_t s;
    if (axis->by_kind) {
      status = select_medians(all, scope, sums, a, error);
      continue;
    }
    for (s = 0; s < all->grid.count; s++) {
      if (sums->customers[s] > 0) {
        sums->medians[a][s] = (int64_t)crm__kind_at(axis->counts + (size_t)s * axis->width,
                                                    (uint64_t)(sums->customers[s] - 1) / 2, &before);
      }
    }
  }
  return status;
}

static void put_segments(const members *all, const segment_sums *sums, crm_table *table)
{
  int64_t customer_shares[CELLS];
  int64_t spend_shares[CELLS];
  uint64_t remainders[CELLS];
  int32_t s;
  if (all->scored.n > 0) {
    crm__apportion(sums->customers, all->grid.count, MILLION, customer_shares, remainders);
  }
  if (sums->positive_total > 0) {
    crm__apportion(sums->positive, all->grid.count, MILLION, spend_shares, remainders);
  }
  for (s = 0; s < all->grid.count; s++) {
    int a;
    crm__table_put_name(table, SEGMENT_NAME, all->grid.names[s]);
    crm__table_put(table, SEGMENT_CUSTOMERS, sums->customers[s]);
    if (all->scored.n > 0) {
      crm__table_put(table, SEGMENT_CUSTOMER_SHARE, customer_shares[s]);
    } else {
      crm__table_put_null(table, SEGMENT_CUSTOMER_SHARE);
    }
    crm__table_put(table, SEGMENT_SPEND, sums->money[s]);
    if (sums->positive_total > 0) {
      crm__table_put(table, SEGMENT_SPEND_SHARE, spend_shares[s]);
    } else {
      crm__table_put_null(table, SEGMENT_SPEND_SHARE);
    }
    for (a = 0; a < AXES; a++) {
      if (sums->customers[s] > 0) {
        crm__table_put(table, SEGMENT_RECENCY + a, sums->medians[a][s]);
      } else {
        crm__table_put_null(table, SEGMENT_RECENCY + a);
      }
    }
  }
}

static crm_status make_segments(members *all, crm__scope *scope, crm_table **table, crm_error *error)
{
  crm__table_column columns[SEGMENT_COLUMNS] = {
    { "segment", CRM_TYPE_TEXT, 0 },           { "customers", CRM_TYPE_INTEGER, 0 },
    { "customer_share", CRM_TYPE_DECIMAL, 6 }, { "spend", CRM_TYPE_MONEY, 0 },
    { "spend_share", CRM_TYPE_DECIMAL, 6 },    { "recency_days", CRM_TYPE_INTEGER, 0 },
    { "frequency", CRM_TYPE_INTEGER, 0 },      { "monetary", CRM_TYPE_MONEY, 0 }
  };
  segment_sums sums;
  crm_status status = crm__score_members(&all->scored, scope, 0, error);
  memset(&sums, 0, sizeof sums);
  if (status == CRM_OK) {
    status = make_room(all, scope, &sums, error);
  }
  if (status == CRM_OK) {
    sum_segments(all, &sums);
    status = find_medians(all, scope, &sums, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  columns[SEGMENT_SPEND].scale = crm_store_digits(scope->store);
  columns[SEGMENT_MONETARY].scale = crm_store_digits(scope->store);
  status = crm__table_begin(crm__scope_memory(scope), "rfm_segments", columns, SEGMENT_COLUMNS, all->grid.count,
                            table, error);
  if (status != CRM_OK) {
    return status;
  }
  describe(all, scope, *table, "rfm_segments");
  put_segments(all, &sums, *table);
  return crm__table_finish(table, error);
}

typedef crm_status (*maker)(members *all, crm__scope *scope, crm_table **table, crm_error *error);

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options, maker make,
                          crm_table **table, crm_error *error)
{
  crm_table *made = NULL;
  crm__scope open;
  members all;
  crm_status status;
  memset(&all, 0, sizeof all);
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = crm__rfm_read(options, &all.scored.rules, &all.grid, error);
  if (status == CRM_OK) {
    status = crm__scope_open(&open, store, scope, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = make(&all, &open, &made, error);
  crm__scope_close(&open);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

crm_status crm_rfm_compute(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options,
                           crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_members, table, error);
}

crm_status crm_rfm_segments(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options,
                            crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_segments, table, error);
}
