/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/sort.h"
#include "table/build.h"

/* What each source has delivered: the monitor of the feeds. */

typedef struct feeds {
  uint64_t *keys;          /* by live document: place of its source in key order << 32 | (day ^ 2^31), sorted */
  uint64_t *spare_keys;
  uint32_t *documents;     /* in that order */
  uint32_t *spare;
  uint32_t *places;        /* by name id: its place in key order */
  uint32_t *names;         /* by place: the name id */
  uint64_t count;
} feeds;

static int open_feeds(const crm_store *store, crm__memory *memory, feeds *all)
{
  uint64_t documents = (uint64_t)store->live_documents;
  uint64_t names = store->names.count;
  uint64_t i;
  all->keys = crm__alloc_array(memory, documents, sizeof *all->keys);
  all->spare_keys = crm__alloc_array(memory, documents, sizeof *all->spare_keys);
  all->documents = crm__alloc_array(memory, documents, sizeof *all->documents);
  all->spare = crm__alloc_array(memory, documents, sizeof *all->spare);
  all->places = crm__alloc_array(memory, names, sizeof *all->places);
  all->names = crm__alloc_array(memory, names, sizeof *all->names);
  if (all->keys == NULL || all->spare_keys == NULL || all->documents == NULL || all->spare == NULL ||
      all->places == NULL || all->names == NULL || !crm__intern_ranks(&store->names, memory, all->places)) {
    return 0;
  }
  for (i = 0; i < names; i++) {
    all->names[all->places[i]] = (uint32_t)i;
  }
  return 1;
}

static void close_feeds(const crm_store *store, crm__memory *memory, feeds *all)
{
  uint64_t documents = (uint64_t)store->live_documents;
  uint64_t names = store->names.count;
  crm__free_array(memory, all->keys, documents, sizeof *all->keys);
  crm__free_array(memory, all->spare_keys, documents, sizeof *all->spare_keys);
  crm__free_array(memory, all->documents, documents, sizeof *all->documents);
  crm__free_array(memory, all->spare, documents, sizeof *all->spare);
  crm__free_array(memory, all->places, names, sizeof *all->places);
  crm__free_array(memory, all->names, names, sizeof *all->names);
}

static void sort_documents(const crm_store *store, feeds *all)
{
  const crm__documents *documents = &store->documents;
  uint64_t i;
  all->count = 0;
  for (i = 0; i < store->document_count; i++) {
    if (crm__column_u8(&documents->flags, i) & CRM__DOCUMENT_LIVE) {
      int32_t day = crm__business_day(crm__column_i64(&documents->time, i), store->day_start);
      uint32_t space;
      (void)crm__intern_key(&documents->keys, (uint32_t)i, &space);
      all->keys[all->count] = (uint64_t)all->places[space & ~CRM__MADE] << 32 | ((uint32_t)day ^ 0x80000000U);
      all->documents[all->count++] = (uint32_t)i;
    }
  }
  crm__radix_sort(all->keys, all->documents, all->spare_keys, all->spare, all->count);
}

static int32_t day_of(uint64_t key)
{
  return (int32_t)((uint32_t)key ^ 0x80000000U);
}

/* Documents from .. to - 1 of the order, those of one source, as a row. */
static void put_feed(const crm_store *store, const feeds *all, uint64_t from, uint64_t to, crm_table *table)
{
  const crm__documents *documents = &store->documents;
  int64_t lines = 0;
  int64_t versions = 0;
  int64_t days = 1;
  int32_t gap = 0;
  uint64_t i;
  for (i = from; i < to; i++) {
    int32_t idle = i == from ? 0 : day_of(all->keys[i]) - day_of(all->keys[i - 1]);
    lines += crm__column_u32(&documents->lines, all->documents[i]);
    versions += crm__column_i64(&documents->version, all->documents[i]) != 0;
    days += idle > 0;
    gap = idle > gap ? idle : gap;
  }
  crm__table_put_key(table, 0, crm__intern_key(&store->names, all->names[all->keys[from] >> 32], NULL));
  crm__table_put(table, 1, (int64_t)(to - from));
  crm__table_put(table, 2, lines);
  crm__table_put(table, 3, versions);
  crm__table_put(table, 4, day_of(all->keys[from]));
  crm__table_put(table, 5, day_of(all->keys[to - 1]));
  crm__table_put(table, 6, days);
  crm__table_put(table, 7, gap);
}

static void put_feeds(const crm_store *store, const feeds *all, crm_table *table)
{
  uint64_t from;
  uint64_t to;
  for (from = 0; from < all->count; from = to) {
    for (to = from + 1; to < all->count && all->keys[to] >> 32 == all->keys[from] >> 32; to++) {
    }
    put_feed(store, all, from, to, table);
  }
}

crm_status crm_store_sources(const crm_store *store, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"source", CRM_TYPE_TEXT, 0},      {"documents", CRM_TYPE_INTEGER, 0}, {"lines", CRM_TYPE_INTEGER, 0},
    {"versioned", CRM_TYPE_INTEGER, 0}, {"first", CRM_TYPE_DATE, 0},        {"last", CRM_TYPE_DATE, 0},
    {"days", CRM_TYPE_INTEGER, 0},     {"longest_gap", CRM_TYPE_INTEGER, 0},
  };
  crm__memory memory;
  feeds all = {NULL, NULL, NULL, NULL, NULL, NULL, 0};
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the table");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *table = NULL;
  memory = crm__memory_fork(&store->memory);
  status = open_feeds(store, &memory, &all) ? CRM_OK : crm__fail_memory(error);
  if (status == CRM_OK) {
    status = crm__table_begin(&memory, "sources", columns, 8, 4, table, error);
  }
  if (status == CRM_OK) {
    sort_documents(store, &all);
    put_feeds(store, &all, *table);
    status = crm__table_finish(table, error);
  }
  close_feeds(store, &memory, &all);
  return status;
}
