/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"
#include "analysis/pyramid_handle.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/prefetch.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "base/wide.h"
#include "table/build.h"

/* The tables of a pyramid. */

#define MILLION 1000000

static int32_t value_type(const crm_pyramid *pyramid)
{
  return pyramid->measure == CRM_MEASURE_OCCASIONS ? CRM_TYPE_INTEGER : CRM_TYPE_MONEY;
}

static int32_t value_scale(const crm_pyramid *pyramid)
{
  return pyramid->measure == CRM_MEASURE_OCCASIONS ? 0 : crm_store_digits(pyramid->store);
}

/* "1.00,5.00,20.00" */
static void write_shares(const crm_pyramid *pyramid, char *text)
{
  int32_t i;
  for (i = 0; i < pyramid->tier_count - 1; i++) {
    if (i > 0) {
      *text++ = ',';
    }
    text += crm__decimal_write(pyramid->shares[i], 2, text);
  }
  *text = '\0';
}

static void describe(const crm_pyramid *pyramid, const crm__scope *scope, crm_table *table, const char *definition)
{
  static const char *const rules[] = { "ceil", "floor", "half-up" };
  static const char *const ties[] = { "together", "split" };
  static const char *const measures[] = { "spend", "profit", "occasions" };
  char text[CRM_PYRAMID_SHARES * 8];
  crm__scope_describe(scope, table, definition, 1);
  write_shares(pyramid, text);
  crm__table_meta(table, "shares", "%s", text);
  crm__table_meta(table, "cut", "%s", rules[pyramid->rule]);
  crm__table_meta(table, "ties", "%s", ties[pyramid->ties]);
  crm__table_meta(table, "measure", "%s", measures[pyramid->measure]);
  crm__table_meta(table, "n", "%lld", (long long)pyramid->n);
  text[crm__decimal_write(pyramid->total, value_scale(pyramid), text)] = '\0';
  crm__table_meta(table, "total", "%s", text);
  if (pyramid->n > 0) {
    int32_t i = 0;
    while (pyramid->sums[i].customers == 0) {
      i++;
    }
    text[crm__decimal_write(crm__ratio(pyramid->sums[i].most, pyramid->total), 6, text)] = '\0';
    crm__table_meta(table, "largest_share", "%s", text);
  }
  if (pyramid->measure == CRM_MEASURE_PROFIT) {
    crm__table_meta(table, "customers_without_cost", "%lld", (long long)pyramid->cost_missing);
  }
}

/* ---- the summary ---- */

enum { TIER_NAME, TIER_CUSTOMERS, TIER_CUSTOMER_SHARE, TIER_SPEND, TIER_SPEND_SHARE, TIER_LEAST, TIER_MOST,
       TIER_NOMINAL, TIER_STATUS, TIER_COLUMNS };

static void put_share(crm_table *table, int32_t column, const int64_t *shares, int32_t tier)
{
  if (shares == NULL) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, shares[tier]);
  }
}

static void put_tier(const crm_pyramid *pyramid, crm_table *table, int32_t tier, const int64_t *customer_shares,
                     const int64_t *spend_shares)
{
  const crm__tier_sum *sum = &pyramid->sums[tier];
  crm__table_put_name(table, TIER_NAME, crm__tier_name(pyramid, tier));
  crm__table_put(table, TIER_CUSTOMERS, sum->customers);
  put_share(table, TIER_CUSTOMER_SHARE, customer_shares, tier);
  crm__table_put(table, TIER_SPEND, sum->total);
  put_share(table, TIER_SPEND_SHARE, spend_shares, tier);
  if (sum->customers == 0) {
    crm__table_put_null(table, TIER_LEAST);
    crm__table_put_null(table, TIER_MOST);
  } else {
    crm__table_put(table, TIER_LEAST, sum->least);
    crm__table_put(table, TIER_MOST, sum->most);
  }
  if (tier >= pyramid->tier_count) {
    crm__table_put_null(table, TIER_NOMINAL);
    crm__table_put_name(table, TIER_STATUS, "ok");
  } else {
    int64_t end = tier < pyramid->tier_count - 1 ? pyramid->cuts[tier].size : pyramid->n;
    int64_t nominal = end - (tier == 0 ? 0 : pyramid->cuts[tier - 1].size);
    crm__table_put(table, TIER_NOMINAL, nominal);
    crm__table_put_name(table, TIER_STATUS, sum->customers > 2 * nominal ? "tied" : "ok");
  }
}

static void put_tiers(const crm_pyramid *pyramid, crm_table *table)
{
  int64_t counts[CRM__TIERS];
  int64_t totals[CRM__TIERS];
  int64_t customer_shares[CRM__TIERS];
  int64_t spend_shares[CRM__TIERS];
  uint64_t remainders[CRM__TIERS];
  int32_t tiers = pyramid->tier_count;
  int32_t tier;
  for (tier = 0; tier < tiers; tier++) {
    counts[tier] = pyramid->sums[tier].customers;
    totals[tier] = pyramid->sums[tier].total;
  }
  if (pyramid->n > 0) {
    crm__apportion(counts, tiers, MILLION, customer_shares, remainders);
    crm__apportion(totals, tiers, MILLION, spend_shares, remainders);
  }
  for (tier = 0; tier < tiers + CRM__KINDS_BELOW; tier++) {
    int shared = tier < tiers && pyramid->n > 0;
    put_tier(pyramid, table, tier, shared ? customer_shares : NULL, shared ? spend_shares : NULL);
  }
}

crm_status crm_pyramid_tiers(const crm_pyramid *pyramid, crm_table **table, crm_error *error)
{
  crm__table_column columns[TIER_COLUMNS] = {
    { "tier", CRM_TYPE_TEXT, 0 },           { "customers", CRM_TYPE_INTEGER, 0 },
    { "customer_share", CRM_TYPE_DECIMAL, 6 }, { "spend", 0, 0 },
    { "spend_share", CRM_TYPE_DECIMAL, 6 }, { "min_spend", 0, 0 },
    { "max_spend", 0, 0 },                  { "nominal", CRM_TYPE_INTEGER, 0 },
    { "status", CRM_TYPE_TEXT, 0 }
  };
  static const int32_t valued[] = { TIER_SPEND, TIER_LEAST, TIER_MOST };
  crm_table *made = NULL;
  crm__scope scope;
  crm_status status;
  size_t i;
  if (pyramid == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "pyramid or table is NULL");
  }
  status = crm__pyramid_open_measured(pyramid, &scope, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < sizeof valued / sizeof valued[0]; i++) {
    columns[valued[i]].type = value_type(pyramid);
    columns[valued[i]].scale = value_scale(pyramid);
  }
  status = crm__table_begin(crm__scope_memory(&scope), "pyramid", columns, TIER_COLUMNS,
                            pyramid->tier_count + CRM__KINDS_BELOW, &made, error);
  if (status == CRM_OK) {
    describe(pyramid, &scope, made, "pyramid");
    put_tiers(pyramid, made);
    status = crm__table_finish(&made, error);
  }
  crm__scope_close(&scope);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

/* ---- the members ---- */

enum { MEMBER_CUSTOMER, MEMBER_TIER, MEMBER_RANK, MEMBER_SPEND, MEMBER_ORDERS, MEMBER_FIRST, MEMBER_LAST,
       MEMBER_COLUMNS };

/* Those with a fact in the period. */
typedef struct ordered {
  const uint32_t *ids;       /* by value descending, then key */
  const uint64_t *values;    /* theirs, as they are sorted: descending */
  uint32_t count;
} ordered;

/* by_key: all ids in key order. */
static crm_status order_members(const crm_pyramid *pyramid, crm__scope *scope, const uint32_t *by_key, ordered *order,
                                crm_error *error)
{
  uint64_t *keys = crm__scope_alloc(scope, pyramid->customers, sizeof *keys);
  uint64_t *spare_keys = crm__scope_alloc(scope, pyramid->customers, sizeof *spare_keys);
  uint32_t *sorted = crm__scope_alloc(scope, pyramid->customers, sizeof *sorted);
  uint32_t *spare = crm__scope_alloc(scope, pyramid->customers, sizeof *spare);
  uint32_t n = 0;
  uint32_t i;
  if (keys == NULL || spare_keys == NULL || sorted == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < pyramid->customers; i++) {
    uint32_t id = by_key[i];
    if (pyramid->kinds[id] == CRM__KIND_IN || pyramid->kinds[id] == CRM__KIND_NONPOSITIVE) {
      keys[n] = ~crm__sortable(crm__pyramid_value(pyramid, id));
      sorted[n++] = id;
    }
  }
  crm__radix_sort(keys, sorted, spare_keys, spare, n);
  order->ids = sorted;
  order->values = keys;
  order->count = n;
  return CRM_OK;
}

static void put_member(const crm_pyramid *pyramid, const crm__measure *measure, crm_table *table, uint32_t id,
                       int32_t tier)
{
  crm__table_put_key(table, MEMBER_CUSTOMER, crm__customer_key(pyramid->store, id));
  crm__table_put_name(table, MEMBER_TIER, crm__tier_name(pyramid, tier));
  crm__table_put(table, MEMBER_ORDERS, measure->orders);
  if (measure->orders == 0) {
    crm__table_put_null(table, MEMBER_FIRST);
    crm__table_put_null(table, MEMBER_LAST);
  } else {
    crm__table_put(table, MEMBER_FIRST, measure->first);
    crm__table_put(table, MEMBER_LAST, measure->last);
  }
}

/* How many rows ahead a measure is asked for: by value they lie anywhere. */
#define AHEAD CRM__SIZE(16, 2)

static void put_ordered(const crm_pyramid *pyramid, const crm__measures *measures,
                        crm_table *table, const ordered *order)
{
  int32_t tier = 0;
  int64_t rank = 0;
  uint32_t i;
  for (i = 0; i < order->count; i++) {
    if (i + AHEAD < order->count) {
      CRM__PREFETCH(crm__measure_at(measures, order->ids[i + AHEAD]));
    }
    while (tier < pyramid->tier_count &&
           (int64_t)i >= (tier < pyramid->tier_count - 1 ? pyramid->cuts[tier].reached : pyramid->n)) {
      tier++;
    }
    rank = i == 0 || order->values[i] != order->values[i - 1U] ? (int64_t)i + 1 : rank;
    put_member(pyramid, crm__measure_at(measures, order->ids[i]), table, order->ids[i], tier);
    crm__table_put(table, MEMBER_SPEND, (int64_t)(~order->values[i] ^ crm__sortable(0)));
    if (tier < pyramid->tier_count) {
      crm__table_put(table, MEMBER_RANK, rank);
    } else {
      crm__table_put_null(table, MEMBER_RANK);
    }
  }
}

static void put_others(const crm_pyramid *pyramid, const crm__measures *measures,
                       crm_table *table, const uint32_t *by_key)
{
  uint32_t i;
  int32_t kind;
  for (kind = CRM__KIND_INACTIVE; kind < CRM__KINDS_BELOW; kind++) {
    if (pyramid->sums[pyramid->tier_count + kind].customers == 0) {
      continue;
    }
    for (i = 0; i < pyramid->customers; i++) {
      uint32_t id = by_key[i];
      if (pyramid->kinds[id] == kind) {
        put_member(pyramid, crm__measure_at(measures, id), table, id, pyramid->tier_count + kind);
        crm__table_put(table, MEMBER_SPEND, 0);
        crm__table_put_null(table, MEMBER_RANK);
      }
    }
  }
}

static crm_status make_members(const crm_pyramid *pyramid, crm__scope *scope, crm_table **table, crm_error *error)
{
  crm__table_column columns[MEMBER_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 },  { "tier", CRM_TYPE_TEXT, 0 },  { "rank", CRM_TYPE_INTEGER, 0 },
    { "spend", 0, 0 },                 { "orders", CRM_TYPE_INTEGER, 0 },
    { "first", CRM_TYPE_DATE, 0 },     { "last", CRM_TYPE_DATE, 0 }
  };
  crm__measures measures;
  const uint32_t *by_key = NULL;
  ordered order = { NULL, NULL, 0 };
  int64_t rows = 0;
  int32_t tier;
  crm_status status = crm__measures_compute(scope, &measures, error);
  if (status == CRM_OK) {
    status = crm__customers_by_key(scope, &by_key, error);
  }
  if (status == CRM_OK) {
    status = order_members(pyramid, scope, by_key, &order, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (tier = 0; tier < pyramid->tier_count + CRM__KINDS_BELOW; tier++) {
    rows += pyramid->sums[tier].customers;
  }
  columns[MEMBER_SPEND].type = value_type(pyramid);
  columns[MEMBER_SPEND].scale = value_scale(pyramid);
  status = crm__table_begin(crm__scope_memory(scope), "tiers", columns, MEMBER_COLUMNS, rows, table, error);
  if (status != CRM_OK) {
    return status;
  }
  describe(pyramid, scope, *table, "tiers");
  put_ordered(pyramid, &measures, *table, &order);
  put_others(pyramid, &measures, *table, by_key);
  return crm__table_finish(table, error);
}

crm_status crm_pyramid_members(const crm_pyramid *pyramid, crm_table **table, crm_error *error)
{
  crm_table *made = NULL;
  crm__scope scope;
  crm_status status;
  if (pyramid == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "pyramid or table is NULL");
  }
  status = crm__pyramid_open(pyramid, &scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = make_members(pyramid, &scope, &made, error);
  crm__scope_close(&scope);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

/* ---- concentration ---- */

enum { MEASURE_NAME, MEASURE_VALUE, MEASURE_NUMERATOR, MEASURE_DENOMINATOR, MEASURE_STATUS, MEASURE_COLUMNS };

/* A quotient in millionths; its two sides stand beside it where they fit 64 bits. */
static void put_quotient(crm_table *table, const char *name, crm__wide numerator, crm__wide denominator)
{
  int64_t a;
  int64_t b;
  int fits_a = !crm__wide_to_int64(numerator, &a);
  int fits_b = !crm__wide_to_int64(denominator, &b);
  int undefined = fits_b && b == 0;
  crm__table_put_name(table, MEASURE_NAME, name);
  if (undefined) {
    crm__table_put_null(table, MEASURE_VALUE);
  } else if (fits_a && fits_b) {
    crm__table_put(table, MEASURE_VALUE, crm__ratio(a, b));
  } else {
    double quotient = crm__wide_to_double(numerator) / crm__wide_to_double(denominator);
    crm__table_put(table, MEASURE_VALUE, (int64_t)(quotient * MILLION + 0.5));
  }
  if (fits_a) {
    crm__table_put(table, MEASURE_NUMERATOR, a);
  } else {
    crm__table_put_null(table, MEASURE_NUMERATOR);
  }
  if (fits_b) {
    crm__table_put(table, MEASURE_DENOMINATOR, b);
  } else {
    crm__table_put_null(table, MEASURE_DENOMINATOR);
  }
  crm__table_put_name(table, MEASURE_STATUS, undefined ? "undefined" : "ok");
}

static void put_top_shares(const crm_pyramid *pyramid, crm_table *table)
{
  static const struct { const char *name; int32_t percent; } tops[] = {
    { "top_1", 1 }, { "top_5", 5 }, { "top_10", 10 }, { "top_20", 20 }
  };
  int64_t sum = 0;
  int64_t taken = 0;
  size_t i;
  for (i = 0; i < sizeof tops / sizeof tops[0]; i++) {
    int64_t size = (tops[i].percent * pyramid->n + 99) / 100;
    for (; taken < size; taken++) {
      sum += crm__pyramid_sorted(pyramid, pyramid->n - 1 - taken);
    }
    put_quotient(table, tops[i].name, crm__wide_from(sum), crm__wide_from(pyramid->total));
  }
}

/* The sum of (2 i - n - 1) x_i: in stretches so short that 64 bits hold each, mostly thousands of customers. */
static void put_gini(const crm_pyramid *pyramid, crm_table *table)
{
  crm__wide sum = crm__wide_from(0);
  int64_t n = pyramid->n;
  int64_t most = n > 0 ? crm__pyramid_sorted(pyramid, n - 1) : 0;
  int64_t stretch = n > 0 && most <= INT64_MAX / n ? INT64_MAX / (n * (most > 0 ? most : 1)) : 0;
  int64_t i = 1;
  while (i <= n) {
    int64_t end = stretch < n - i ? i + stretch : n + 1;
    int64_t part = 0;
    if (stretch == 0) {
      sum = crm__wide_add(sum, crm__wide_multiply(2 * i - n - 1, crm__pyramid_sorted(pyramid, i - 1)));
      i++;
      continue;
    }
    for (; i < end; i++) {
      part += (2 * i - n - 1) * crm__pyramid_sorted(pyramid, i - 1);
    }
    sum = crm__wide_add(sum, crm__wide_from(part));
  }
  put_quotient(table, "gini", sum, crm__wide_multiply(n, pyramid->total));
}

/* The least k with 100 top_k >= 80 total, which is top_k >= total - total / 5 cut off. */
static void put_customers_for_80(const crm_pyramid *pyramid, crm_table *table)
{
  int64_t wanted = pyramid->total - pyramid->total / 5;
  int64_t sum = 0;
  int64_t k = 0;
  while (k < pyramid->n && sum < wanted) {
    sum += crm__pyramid_sorted(pyramid, pyramid->n - 1 - k);
    k++;
  }
  put_quotient(table, "customers_for_80", crm__wide_from(k), crm__wide_from(pyramid->n));
}

static crm_status make_concentration(const crm_pyramid *pyramid, crm__scope *scope, crm_table **table,
                                     crm_error *error)
{
  static const crm__table_column columns[MEASURE_COLUMNS] = {
    { "measure", CRM_TYPE_TEXT, 0 },         { "value", CRM_TYPE_DECIMAL, 6 }, { "numerator", CRM_TYPE_INTEGER, 0 },
    { "denominator", CRM_TYPE_INTEGER, 0 },  { "status", CRM_TYPE_TEXT, 0 }
  };
  crm_status status = crm__table_begin(crm__scope_memory(scope), "concentration", columns, MEASURE_COLUMNS, 6, table,
                                       error);
  if (status != CRM_OK) {
    return status;
  }
  describe(pyramid, scope, *table, "concentration");
  put_top_shares(pyramid, *table);
  put_gini(pyramid, *table);
  put_customers_for_80(pyramid, *table);
  return crm__table_finish(table, error);
}

crm_status crm_pyramid_concentration(const crm_pyramid *pyramid, crm_table **table, crm_error *error)
{
  crm_table *made = NULL;
  crm__scope scope;
  crm_status status;
  if (pyramid == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "pyramid or table is NULL");
  }
  status = crm__pyramid_open_measured(pyramid, &scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = make_concentration(pyramid, &scope, &made, error);
  crm__scope_close(&scope);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}
