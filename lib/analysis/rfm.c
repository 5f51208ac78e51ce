/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/rfm_scores.h"

#include "base/decimal.h"
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

static crm_status make_members(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  members *all = context;
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
    crm__table_put_name(*table, RFM_SEGMENT, all->grid.names[crm__segment_of(scored, &all->grid, i, &member)]);
  }
  return crm__table_finish(table, error);
}

enum { SEGMENT_NAME, SEGMENT_CUSTOMERS, SEGMENT_CUSTOMER_SHARE, SEGMENT_SPEND, SEGMENT_SPEND_SHARE, SEGMENT_RECENCY,
       SEGMENT_FREQUENCY, SEGMENT_MONETARY, SEGMENT_COLUMNS };

static void put_segments(const members *all, const crm__segment_sums *sums, crm_table *table)
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

static crm_status make_segments(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  members *all = context;
  crm__table_column columns[SEGMENT_COLUMNS] = {
    { "segment", CRM_TYPE_TEXT, 0 },           { "customers", CRM_TYPE_INTEGER, 0 },
    { "customer_share", CRM_TYPE_DECIMAL, 6 }, { "spend", CRM_TYPE_MONEY, 0 },
    { "spend_share", CRM_TYPE_DECIMAL, 6 },    { "recency_days", CRM_TYPE_INTEGER, 0 },
    { "frequency", CRM_TYPE_INTEGER, 0 },      { "monetary", CRM_TYPE_MONEY, 0 }
  };
  crm__segment_sums sums;
  crm_status status = crm__score_members(&all->scored, scope, 0, error);
  if (status == CRM_OK) {
    status = crm__segments_sum(&all->scored, &all->grid, scope, &sums, error);
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

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options,
                          crm__scope_maker make, crm_table **table, crm_error *error)
{
  members all;
  crm_status status;
  memset(&all, 0, sizeof all);
  status = crm__rfm_read(options, &all.scored.rules, &all.grid, error);
  return status == CRM_OK ? crm__scope_table(store, scope, make, &all, table, error) : status;
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
