/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"
#include "analysis/rfm_rules.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "base/text.h"
#include "table/build.h"

#include <crm/rfm.h>

#include <string.h>

/* Where ties stay together the score is 1 + the number of edges that a customer reaches, and the edge of score s + 1 is
 * one above the ceil(s n / 5)-th smallest value. All axes are turned so that more is better. */

#define SCORES CRM__SCORES
#define EDGES 4
#define CELLS 25
#define MILLION 1000000

enum { RECENCY = CRM__RECENCY, FREQUENCY = CRM__FREQUENCY, MONETARY = CRM__MONETARY, AXES = CRM__AXES };

/* The built-in grid, one segment a cell. Down: how recent; across: how often. Among the less recent it parts the
 * frequent, who are worth winning back, from the rest; among the more recent it parts by how far a habit has grown.
 *
 *        F1              F2                  F3                  F4           F5
 *  R5    recent          potential_loyalist  potential_loyalist  champions    champions
 *  R4    promising       potential_loyalist  loyal               loyal        champions
 *  R3    about_to_sleep  needs_attention     needs_attention     loyal        loyal
 *  R2    hibernating     hibernating         at_risk             at_risk      cannot_lose
 *  R1    lost            lost                at_risk             cannot_lose  cannot_lose */
enum { CHAMPIONS, LOYAL, POTENTIAL_LOYALIST, RECENT, PROMISING, NEEDS_ATTENTION, ABOUT_TO_SLEEP, CANNOT_LOSE, AT_RISK,
       HIBERNATING, LOST, BUILT_IN };

static const char *const built_in_names[BUILT_IN] = {
  "champions", "loyal", "potential_loyalist", "recent", "promising", "needs_attention", "about_to_sleep",
  "cannot_lose", "at_risk", "hibernating", "lost"
};

static const uint8_t built_in_grid[CELLS] = {
  LOST,           LOST,               AT_RISK,            CANNOT_LOSE, CANNOT_LOSE,
  HIBERNATING,    HIBERNATING,        AT_RISK,            AT_RISK,     CANNOT_LOSE,
  ABOUT_TO_SLEEP, NEEDS_ATTENTION,    NEEDS_ATTENTION,    LOYAL,       LOYAL,
  PROMISING,      POTENTIAL_LOYALIST, LOYAL,              LOYAL,       CHAMPIONS,
  RECENT,         POTENTIAL_LOYALIST, POTENTIAL_LOYALIST, CHAMPIONS,   CHAMPIONS
};

typedef struct grid {
  const char *names[CELLS];   /* from best to worst */
  int32_t count;
  uint8_t cells[CELLS];       /* (R - 1) * 5 + F - 1: index into names */
} grid;

typedef struct axis {
  int64_t *goodness;          /* by member; of recency the days, negative */
  uint8_t *scores;
  int64_t edges[EDGES];       /* score s + 1 from edges[s - 1] on */
  int own;                    /* the edges are the caller's */
} axis;

typedef struct members {
  uint32_t n;
  uint32_t *ids;
  axis axes[AXES];
  int32_t ties;
  grid segments;
} members;

/* ---- options ---- */

static crm_status fail_option(crm_error *error, const char *option, const char *message)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, option, 0, -1, "%s", message);
}

static crm_status read_cuts(axis *into, const int64_t *cuts, int falling, const char *option, crm_error *error)
{
  int i;
  if (cuts == NULL) {
    return CRM_OK;
  }
  for (i = 0; i < EDGES; i++) {
    if (i > 0 && (falling ? cuts[i] > cuts[i - 1] : cuts[i] < cuts[i - 1])) {
      return fail_option(error, option, falling ? "cuts are four falling numbers" : "cuts are four rising numbers");
    }
    if (falling && (cuts[i] > INT32_MAX || cuts[i] < -INT32_MAX)) {
      return fail_option(error, option, "a cut is no number of days");
    }
    into->edges[i] = falling ? -cuts[i] : cuts[i];
  }
  into->own = 1;
  return CRM_OK;
}

static uint8_t grid_index(grid *segments, const char *name)
{
  int32_t i = 0;
  while (i < segments->count && strcmp(segments->names[i], name) != 0) {
    i++;
  }
  if (i == segments->count) {
    segments->names[segments->count++] = name;
  }
  return (uint8_t)i;
}

/* The order of an own grid: its cells by R + F falling, then R falling, as the names first appear. */
static crm_status read_grid(grid *segments, const char *const *names, crm_error *error)
{
  int sum;
  int r;
  int i;
  if (names == NULL) {
    memcpy(segments->names, built_in_names, sizeof built_in_names);
    memcpy(segments->cells, built_in_grid, sizeof built_in_grid);
    segments->count = BUILT_IN;
    return CRM_OK;
  }
  for (i = 0; i < CELLS; i++) {
    if (names[i] == NULL || names[i][0] == '\0' || !crm__utf8_valid(names[i], strlen(names[i]))) {
      return fail_option(error, "segments", "a grid is 25 names in UTF-8, none of them empty");
    }
  }
  for (sum = 2 * SCORES; sum >= 2; sum--) {
    for (r = sum - 1 < SCORES ? sum - 1 : SCORES; r >= 1 && sum - r <= SCORES; r--) {
      int cell = (r - 1) * SCORES + sum - r - 1;
      segments->cells[cell] = grid_index(segments, names[cell]);
    }
  }
  return CRM_OK;
}

static crm_status read_options(members *all, const crm_rfm_options *given, crm_error *error)
{
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  crm_status status = CRM_OK;
  if (given != NULL) {
    status = crm__struct_read(&options, sizeof options, given, "crm_rfm_options", error);
  }
  if (status == CRM_OK && options.ties != CRM_TIES_TOGETHER && options.ties != CRM_TIES_SPLIT) {
    status = fail_option(error, "ties", "no such rule for ties");
  }
  if (status == CRM_OK) {
    status = read_cuts(&all->axes[RECENCY], options.recency_cuts, 1, "recency_cuts", error);
  }
  if (status == CRM_OK) {
    status = read_cuts(&all->axes[FREQUENCY], options.frequency_cuts, 0, "frequency_cuts", error);
  }
  if (status == CRM_OK) {
    status = read_cuts(&all->axes[MONETARY], options.monetary_cuts, 0, "monetary_cuts", error);
  }
  all->ties = options.ties;
  return status == CRM_OK ? read_grid(&all->segments, options.segments, error) : status;
}

crm_status crm__rfm_rules_read(crm__rfm_rules *rules, const crm_rfm_options *options, crm_error *error)
{
  members all;
  crm_status status;
  int a;
  memset(&all, 0, sizeof all);
  status = read_options(&all, options, error);
  rules->ties = all.ties;
  for (a = 0; a < AXES; a++) {
    rules->own[a] = all.axes[a].own;
    memcpy(rules->edges[a], all.axes[a].edges, sizeof rules->edges[a]);
  }
  return status;
}

crm_status crm__rfm_names(const crm_rfm_options *options, const char **names, int32_t *count, crm_error *error)
{
  members all;
  crm_status status;
  memset(&all, 0, sizeof all);
  status = read_options(&all, options, error);
  if (status == CRM_OK) {
    memcpy(names, all.segments.names, (size_t)all.segments.count * sizeof *names);
    *count = all.segments.count;
  }
  return status;
}

/* ---- scores ---- */

/* Members in key order where by_key is given, else in the order of ids. */
static crm_status collect(members *all, crm__scope *scope, const uint32_t *by_key, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  crm__measures measures;
  uint32_t i;
  int a;
  crm_status status = crm__measures_compute(scope, &measures, error);
  if (status != CRM_OK) {
    return status;
  }
  all->ids = crm__scope_alloc(scope, customers, sizeof *all->ids);
  for (a = 0; a < AXES; a++) {
    all->axes[a].goodness = crm__scope_alloc(scope, customers, sizeof *all->axes[a].goodness);
    all->axes[a].scores = crm__scope_alloc(scope, customers, sizeof *all->axes[a].scores);
    if (all->ids == NULL || all->axes[a].goodness == NULL || all->axes[a].scores == NULL) {
      return crm__fail_memory(error);
    }
  }
  for (i = 0; i < customers; i++) {
    uint32_t id = by_key == NULL ? i : by_key[i];
    const crm__measure *measure = crm__measure_at(&measures, id);
    if (measure->orders > 0 && crm__customer_counts(scope, id)) {
      int32_t last = measure->last;
      all->ids[all->n] = id;
      all->axes[RECENCY].goodness[all->n] = (int64_t)last - scope->as_of_day;
      all->axes[FREQUENCY].goodness[all->n] = measure->orders;
      all->axes[MONETARY].goodness[all->n] = measure->money;
      all->n++;
    }
  }
  return CRM_OK;
}

/* The number of customers that have to be worse for a score above `score`. */
static uint32_t worse_for(uint32_t n, int score)
{
  return (uint32_t)(((uint64_t)n * (uint64_t)score + SCORES - 1U) / SCORES);
}

static int64_t one_above(int64_t value)
{
  return value < INT64_MAX ? value + 1 : value;
}

static uint8_t score_of(const axis *by, int64_t value)
{
  return (uint8_t)(1 + (value >= by->edges[0]) + (value >= by->edges[1]) + (value >= by->edges[2]) +
                   (value >= by->edges[3]));
}

static void score_by_edges(axis *by, uint32_t n)
{
  uint32_t i;
  for (i = 0; i < n; i++) {
    by->scores[i] = score_of(by, by->goodness[i]);
  }
}

/* Values this close together are counted instead of sorted; days and occasions mostly are. */
#define COUNTED 65536

/* The edges from the number of times that each value occurs, low being the least. */
static void edges_by_counts(axis *by, uint32_t n, int64_t low, const uint32_t *counts)
{
  uint32_t reached = 0;
  uint32_t at = 0;
  int s;
  for (s = 1; s <= EDGES; s++) {
    while (reached < worse_for(n, s)) {
      reached += counts[at++];
    }
    by->edges[s - 1] = one_above(low + (int64_t)at - 1);
  }
}

static crm_status edges_by_selection(axis *by, uint32_t n, crm__scope *scope, crm_error *error)
{
  int64_t *spare = crm__scope_alloc(scope, n, sizeof *spare);
  uint64_t places[EDGES];
  int s;
  if (spare == NULL) {
    return crm__fail_memory(error);
  }
  for (s = 1; s <= EDGES; s++) {
    places[s - 1] = worse_for(n, s) - 1U;
  }
  crm__select_several(by->goodness, n, places, EDGES, by->edges, spare);
  for (s = 0; s < EDGES; s++) {
    by->edges[s] = one_above(by->edges[s]);
  }
  return CRM_OK;
}

/* Scores of values that were counted, by a table. */
static crm_status score_by_table(axis *by, uint32_t n, int64_t low, uint64_t width, crm__scope *scope, crm_error *error)
{
  uint8_t *scores = crm__scope_alloc(scope, width, sizeof *scores);
  uint64_t v;
  uint32_t i;
  if (scores == NULL) {
    return crm__fail_memory(error);
  }
  for (v = 0; v < width; v++) {
    scores[v] = score_of(by, low + (int64_t)v);
  }
  for (i = 0; i < n; i++) {
    by->scores[i] = scores[by->goodness[i] - low];
  }
  return CRM_OK;
}

static crm_status score_together(axis *by, uint32_t n, crm__scope *scope, crm_error *error)
{
  int64_t low = by->goodness[0];
  int64_t high = low;
  uint64_t width;
  crm_status status;
  uint32_t i;
  for (i = 1; i < n; i++) {
    low = by->goodness[i] < low ? by->goodness[i] : low;
    high = by->goodness[i] > high ? by->goodness[i] : high;
  }
  width = (uint64_t)high - (uint64_t)low;
  if (width++ < COUNTED) {
    uint32_t *counts = crm__scope_alloc_zero(scope, width, sizeof *counts);
    if (counts == NULL) {
      return crm__fail_memory(error);
    }
    for (i = 0; i < n; i++) {
      counts[by->goodness[i] - low]++;
    }
    edges_by_counts(by, n, low, counts);
    return score_by_table(by, n, low, width, scope, error);
  }
  status = edges_by_selection(by, n, scope, error);
  if (status == CRM_OK) {
    score_by_edges(by, n);
  }
  return status;
}

/* Members are in key order, and the sort is stable: equal values stand by key. */
static crm_status score_split(axis *by, uint32_t n, crm__scope *scope, crm_error *error)
{
  uint64_t *keys = crm__scope_alloc(scope, n, sizeof *keys);
  uint64_t *spare_keys = crm__scope_alloc(scope, n, sizeof *spare_keys);
  uint32_t *order = crm__scope_alloc(scope, n, sizeof *order);
  uint32_t *spare = crm__scope_alloc(scope, n, sizeof *spare);
  uint32_t i;
  int s;
  if (keys == NULL || spare_keys == NULL || order == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < n; i++) {
    keys[i] = crm__sortable(by->goodness[i]);
    order[i] = i;
  }
  crm__radix_sort(keys, order, spare_keys, spare, n);
  for (i = 0; i < n; i++) {
    by->scores[order[i]] = (uint8_t)(1U + (uint32_t)((uint64_t)i * SCORES / n));
  }
  for (s = 1; s <= EDGES; s++) {
    uint32_t first = worse_for(n, s);
    by->edges[s - 1] = first < n ? by->goodness[order[first]] : one_above(by->goodness[order[n - 1U]]);
  }
  return CRM_OK;
}

/* Members and their scores. */
static crm_status score(members *all, crm__scope *scope, int ordered, crm_error *error)
{
  const uint32_t *by_key = NULL;
  crm_status status = CRM_OK;
  int a;
  if (ordered || all->ties == CRM_TIES_SPLIT) {
    status = crm__customers_by_key(scope, &by_key, error);
  }
  if (status == CRM_OK) {
    status = collect(all, scope, by_key, error);
  }
  for (a = 0; a < AXES && status == CRM_OK && all->n > 0; a++) {
    if (all->axes[a].own) {
      score_by_edges(&all->axes[a], all->n);
    } else if (all->ties == CRM_TIES_TOGETHER) {
      status = score_together(&all->axes[a], all->n, scope, error);
    } else {
      status = score_split(&all->axes[a], all->n, scope, error);
    }
  }
  return status;
}

static uint8_t segment_of(const members *all, uint32_t member)
{
  int cell = (all->axes[RECENCY].scores[member] - 1) * SCORES + all->axes[FREQUENCY].scores[member] - 1;
  return all->segments.cells[cell];
}

/* ---- tables ---- */

/* The edges of the scores 2, 3, 4 and 5 as the options would take them: own cuts of these values score the same. */
static void describe_edges(const members *all, crm_table *table, int a, const char *key, int32_t digits)
{
  char text[EDGES * 32];
  size_t length = 0;
  int s;
  for (s = 0; s < EDGES; s++) {
    int64_t edge = all->axes[a].edges[s];
    length += crm__decimal_write(a == RECENCY ? -edge : edge, digits, text + length);
    text[length++] = s < EDGES - 1 ? ',' : '\0';
  }
  crm__table_meta(table, key, "%s", text);
}

static void describe(const members *all, const crm__scope *scope, crm_table *table, const char *definition)
{
  crm__scope_describe(scope, table, definition, 1);
  crm__table_meta(table, "ties", "%s", all->ties == CRM_TIES_SPLIT ? "split" : "together");
  crm__table_meta(table, "n", "%lld", (long long)all->n);
  if (all->n > 0) {
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
  crm_status status = score(all, scope, 1, error);
  uint32_t i;
  if (status != CRM_OK) {
    return status;
  }
  columns[RFM_MONETARY].scale = crm_store_digits(scope->store);
  status = crm__table_begin(crm__scope_memory(scope), "rfm", columns, RFM_COLUMNS, all->n, table, error);
  if (status != CRM_OK) {
    return status;
  }
  describe(all, scope, *table, "rfm");
  for (i = 0; i < all->n; i++) {
    crm__table_put_key(*table, RFM_CUSTOMER, crm__customer_key(scope->store, all->ids[i]));
    crm__table_put(*table, RFM_RECENCY, -all->axes[RECENCY].goodness[i]);
    crm__table_put(*table, RFM_FREQUENCY, all->axes[FREQUENCY].goodness[i]);
    crm__table_put(*table, RFM_MONETARY, all->axes[MONETARY].goodness[i]);
    crm__table_put(*table, RFM_R, all->axes[RECENCY].scores[i]);
    crm__table_put(*table, RFM_F, all->axes[FREQUENCY].scores[i]);
    crm__table_put(*table, RFM_M, all->axes[MONETARY].scores[i]);
    crm__table_put_name(*table, RFM_SEGMENT, all->segments.names[segment_of(all, i)]);
  }
  return crm__table_finish(table, error);
}

enum { SEGMENT_NAME, SEGMENT_CUSTOMERS, SEGMENT_CUSTOMER_SHARE, SEGMENT_SPEND, SEGMENT_SPEND_SHARE, SEGMENT_RECENCY,
       SEGMENT_FREQUENCY, SEGMENT_MONETARY, SEGMENT_COLUMNS };

typedef struct segment_sums {
  uint8_t *segments;            /* by member */
  int64_t customers[CELLS];
  int64_t money[CELLS];
  int64_t positive[CELLS];      /* money, or 0 where it is below */
  int64_t positive_total;
  int64_t medians[AXES][CELLS];
} segment_sums;

static crm_status sum_segments(const members *all, crm__scope *scope, segment_sums *sums, crm_error *error)
{
  uint32_t i;
  int32_t s;
  sums->segments = crm__scope_alloc(scope, all->n, sizeof *sums->segments);
  if (sums->segments == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all->n; i++) {
    uint8_t segment = segment_of(all, i);
    sums->segments[i] = segment;
    sums->customers[segment]++;
    sums->money[segment] += all->axes[MONETARY].goodness[i];
  }
  for (s = 0; s < all->segments.count; s++) {
    sums->positive[s] = sums->money[s] > 0 ? sums->money[s] : 0;
    sums->positive_total += sums->positive[s];
  }
  return CRM_OK;
}

/* Turns recency back into days: the lower median of days is wanted. The scores are settled by then. */
static crm_status find_medians(const members *all, crm__scope *scope, segment_sums *sums, crm_error *error)
{
  uint32_t *counts = crm__scope_alloc(scope, CELLS * CRM__MEDIAN_COUNTS, sizeof *counts);
  int64_t *spare = crm__scope_alloc(scope, all->n, sizeof *spare);
  int64_t *recency = all->axes[RECENCY].goodness;
  uint32_t i;
  int a;
  if (counts == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all->n; i++) {
    recency[i] = -recency[i];
  }
  for (a = 0; a < AXES; a++) {
    crm__medians(all->axes[a].goodness, sums->segments, all->n, all->segments.count, counts, sums->medians[a], spare);
  }
  return CRM_OK;
}

static void put_segments(const members *all, const segment_sums *sums, crm_table *table)
{
  int64_t customer_shares[CELLS];
  int64_t spend_shares[CELLS];
  uint64_t remainders[CELLS];
  int32_t s;
  if (all->n > 0) {
    crm__apportion(sums->customers, all->segments.count, MILLION, customer_shares, remainders);
  }
  if (sums->positive_total > 0) {
    crm__apportion(sums->positive, all->segments.count, MILLION, spend_shares, remainders);
  }
  for (s = 0; s < all->segments.count; s++) {
    int a;
    crm__table_put_name(table, SEGMENT_NAME, all->segments.names[s]);
    crm__table_put(table, SEGMENT_CUSTOMERS, sums->customers[s]);
    if (all->n > 0) {
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
  crm_status status = score(all, scope, 0, error);
  memset(&sums, 0, sizeof sums);
  if (status == CRM_OK) {
    status = sum_segments(all, scope, &sums, error);
  }
  if (status == CRM_OK) {
    status = find_medians(all, scope, &sums, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  columns[SEGMENT_SPEND].scale = crm_store_digits(scope->store);
  columns[SEGMENT_MONETARY].scale = crm_store_digits(scope->store);
  status = crm__table_begin(crm__scope_memory(scope), "rfm_segments", columns, SEGMENT_COLUMNS, all->segments.count,
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
  status = read_options(&all, options, error);
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
