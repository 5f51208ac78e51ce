/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/error.h"
#include "base/sort.h"
#include "table/build.h"

#include <string.h>

/* Totals by business day and branch, and the rejected amounts that belong to them. */

static uint64_t place_of(int32_t day, uint32_t branch)
{
  return (uint64_t)((uint32_t)day ^ 0x80000000U) << 32 | (uint32_t)(branch + 1U);
}

static void saturating_add(int64_t *sum, int64_t value)
{
  if (crm__add_overflows(*sum, value, sum)) {
    *sum = value > 0 ? INT64_MAX : -INT64_MAX;
  }
}

/* Copies entries in the order of their places, equal places added up. Answers how many remain. */
static uint64_t add_up(const crm__turned_away *from, const uint32_t *order, uint64_t count, crm__turned_away *to)
{
  uint64_t used = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    const crm__turned_away *entry = &from[order[i]];
    if (used > 0 && to[used - 1].day == entry->day && to[used - 1].branch == entry->branch) {
      to[used - 1].rows += entry->rows;
      saturating_add(&to[used - 1].amount, entry->amount);
    } else {
      to[used++] = *entry;
    }
  }
  return used;
}

int crm__settle_turned_away(crm_load *load, crm__turned_away **merged, uint64_t *count, uint64_t *capacity)
{
  crm_store *store = load->store;
  crm__memory *memory = &store->memory;
  uint64_t all = store->turned_away_count + load->turned_away_count;
  crm__turned_away *both = crm__alloc_array(memory, all, sizeof *both);
  uint64_t *keys = crm__alloc_array(memory, all * 2, sizeof *keys);
  uint32_t *order = crm__alloc_array(memory, all * 2, sizeof *order);
  uint64_t i;
  int done = 0;
  *merged = crm__alloc_array(memory, all, sizeof **merged);
  *capacity = all;
  if (both != NULL && keys != NULL && order != NULL && *merged != NULL) {
    for (i = 0; i < all; i++) {
      both[i] = i < store->turned_away_count ? store->turned_away[i] : load->turned_away[i - store->turned_away_count];
      keys[i] = place_of(both[i].day, both[i].branch);
      order[i] = (uint32_t)i;
    }
    crm__radix_sort(keys, order, keys + all, order + all, all);
    *count = add_up(both, order, all, *merged);
    done = 1;
  }
  crm__free_array(memory, both, all, sizeof *both);
  crm__free_array(memory, keys, all * 2, sizeof *keys);
  crm__free_array(memory, order, all * 2, sizeof *order);
  return done;
}

/* What a row of the totals sums: a live document or an entry of rejected ones. */
typedef struct part {
  int32_t day;
  uint32_t branch;
  int64_t documents;
  int64_t lines;
  int64_t rejected;
  int64_t in;
  int64_t accepted;
  int64_t net;
} part;

static void collect_documents(const crm_store *store, part *parts)
{
  const crm__documents *documents = &store->documents;
  uint64_t used = 0;
  uint64_t d;
  for (d = 0; d < store->document_count; d++) {
    crm__document_total total;
    part *p = &parts[used];
    if ((crm__column_u8(&documents->flags, d) & CRM__DOCUMENT_LIVE) == 0) {
      continue;
    }
    crm__document_sum(store, (uint64_t)crm__column_i64(&documents->first, d), crm__column_u32(&documents->lines, d),
                      &total);
    p->day = crm__business_day(crm__column_i64(&documents->time, d), store->day_start);
    p->branch = crm__column_u32(&documents->branch, d);
    p->documents = 1;
    p->lines = crm__column_u32(&documents->lines, d);
    p->rejected = 0;
    p->in = total.ledger;
    p->accepted = total.ledger;
    p->net = total.net;
    used++;
  }
}

static void collect_rejected(const crm_store *store, part *parts)
{
  uint64_t i;
  for (i = 0; i < store->turned_away_count; i++) {
    part *p = &parts[i];
    memset(p, 0, sizeof *p);
    p->day = store->turned_away[i].day;
    p->branch = store->turned_away[i].branch;
    p->rejected = store->turned_away[i].rows;
    p->in = store->turned_away[i].amount;
  }
}

static void put_total(const crm_store *store, crm_table *table, const part *sum)
{
  if (sum->day == INT32_MIN) {
    crm__table_put_null(table, 0);
  } else {
    crm__table_put(table, 0, sum->day);
  }
  if (sum->branch == CRM__NONE) {
    crm__table_put_null(table, 1);
  } else {
    crm__table_put_key(table, 1, crm__intern_key(&store->branches, sum->branch, NULL));
  }
  crm__table_put(table, 2, sum->documents);
  crm__table_put(table, 3, sum->lines);
  crm__table_put(table, 4, sum->rejected);
  crm__table_put(table, 5, sum->in);
  crm__table_put(table, 6, sum->accepted);
  crm__table_put(table, 7, sum->net);
}

static void put_totals(const crm_store *store, const part *parts, const uint32_t *order, uint64_t count,
                       crm_table *table)
{
  uint64_t i;
  uint64_t k;
  for (i = 0; i < count; i = k) {
    part sum = parts[order[i]];
    for (k = i + 1; k < count; k++) {
      const part *p = &parts[order[k]];
      if (p->day != sum.day || p->branch != sum.branch) {
        break;
      }
      sum.documents += p->documents;
      sum.lines += p->lines;
      sum.rejected += p->rejected;
      saturating_add(&sum.in, p->in);
      sum.accepted += p->accepted;
      sum.net += p->net;
    }
    put_total(store, table, &sum);
  }
}

/* Branches in key order: their places stand in for their ids in the sort. */
static void sort_parts(const part *parts, const uint32_t *branch_ranks, uint64_t count, uint64_t *keys, uint32_t *order)
{
  uint64_t i;
  for (i = 0; i < count; i++) {
    uint32_t branch = parts[i].branch == CRM__NONE ? CRM__NONE : branch_ranks[parts[i].branch];
    keys[i] = place_of(parts[i].day, branch);
    order[i] = (uint32_t)i;
  }
  crm__radix_sort(keys, order, keys + count, order + count, count);
}

crm_status crm_store_totals(const crm_store *store, crm_table **table, crm_error *error)
{
  crm__table_column columns[] = {
    {"day", CRM_TYPE_DATE, 0},         {"branch", CRM_TYPE_TEXT, 0},      {"documents", CRM_TYPE_INTEGER, 0},
    {"lines", CRM_TYPE_INTEGER, 0},    {"rejected", CRM_TYPE_INTEGER, 0}, {"amount_in", CRM_TYPE_MONEY, 0},
    {"amount_accepted", CRM_TYPE_MONEY, 0}, {"net", CRM_TYPE_MONEY, 0},
  };
  crm__memory memory;
  uint64_t count;
  uint64_t branches;
  part *parts;
  uint64_t *keys;
  uint32_t *order;
  uint32_t *ranks;
  crm_status status = CRM_ERROR_MEMORY;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the table");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *table = NULL;
  memory = crm__memory_fork(&store->memory);
  count = (uint64_t)store->live_documents + store->turned_away_count;
  branches = store->branches.count;
  columns[5].scale = columns[6].scale = columns[7].scale = store->digits;
  parts = crm__alloc_array_zero(&memory, count, sizeof *parts);
  keys = crm__alloc_array(&memory, count * 2, sizeof *keys);
  order = crm__alloc_array(&memory, count * 2, sizeof *order);
  ranks = crm__alloc_array(&memory, branches, sizeof *ranks);
  if (parts != NULL && keys != NULL && order != NULL && ranks != NULL &&
      crm__intern_ranks(&store->branches, &memory, ranks)) {
    collect_documents(store, parts);
    collect_rejected(store, parts + store->live_documents);
    sort_parts(parts, ranks, count, keys, order);
    status = crm__table_begin(&memory, "totals", columns, 8, 0, table, error);
    if (status == CRM_OK) {
      put_totals(store, parts, order, count, *table);
      status = crm__table_finish(table, error);
    }
  } else {
    (void)crm__fail_memory(error);
  }
  crm__free_array(&memory, parts, count, sizeof *parts);
  crm__free_array(&memory, keys, count * 2, sizeof *keys);
  crm__free_array(&memory, order, count * 2, sizeof *order);
  crm__free_array(&memory, ranks, branches, sizeof *ranks);
  return status;
}
