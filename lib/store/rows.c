/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/rows.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/identity.h"
#include "store/store.h"

#include <string.h>

static const crm__column *column_of(const crm_store *store, int32_t table, int32_t column)
{
  return &store->dimensions[table].values[column];
}

static int is_own_id(int32_t table, int32_t column)
{
  return column == 0 && crm__table_by_id(table);
}

uint32_t crm__rows_count(const crm_store *store, int32_t table)
{
  return (uint32_t)store->dimensions[table].present.length;
}

int crm__row_live(const crm_store *store, int32_t table, uint32_t row)
{
  return crm__column_u8(&store->dimensions[table].present, row) != 0;
}

uint64_t crm__rows_live(const crm_store *store, int32_t table)
{
  return store->dimensions[table].live;
}

int64_t crm__row_value(const crm_store *store, int32_t table, int32_t column, uint32_t row)
{
  return crm__column_i64(column_of(store, table, column), row);
}

uint32_t crm__row_sent(const crm_store *store, int32_t table, int32_t column, uint32_t row)
{
  return is_own_id(table, column) ? row : crm__column_u32(column_of(store, table, column), row);
}

uint32_t crm__row_id(const crm_store *store, int32_t table, int32_t column, uint32_t row)
{
  uint32_t id = crm__row_sent(store, table, column, row);
  return store->identity.count > 0 && crm__schema_names(table, column) == CRM__NAMES_CUSTOMERS
             ? crm__resolve(store, id)
             : id;
}

uint32_t crm__row_customer(const crm__scope *scope, int32_t table, int32_t column, uint32_t row)
{
  return crm__scope_customer(scope, crm__row_id(scope->store, table, column, row));
}

/* The id that a row is grouped by in a scope. */
static uint32_t group_of(const crm__scope *scope, int32_t table, int32_t column, uint32_t row)
{
  return crm__schema_names(table, column) == CRM__NAMES_CUSTOMERS ? crm__row_customer(scope, table, column, row)
                                                                  : crm__row_id(scope->store, table, column, row);
}

int32_t crm__row_word(const crm_store *store, int32_t table, int32_t column, uint32_t row)
{
  uint8_t word = crm__column_u8(column_of(store, table, column), row);
  return word == UINT8_MAX ? -1 : (int32_t)word;
}

crm__key crm__row_key(const crm_store *store, int32_t table, int32_t column, uint32_t id)
{
  return crm__intern_key(crm__column_names(store, table, column), id, NULL);
}

uint32_t crm__row_ids(const crm_store *store, int32_t table, int32_t column)
{
  return (uint32_t)crm__column_names(store, table, column)->count;
}

uint32_t crm__row_find(const crm_store *store, int32_t table, int32_t column, const char *key)
{
  return crm__intern_find(crm__column_names(store, table, column), 0, crm__key_from(key, strlen(key)));
}

crm_status crm__row_ranks(crm__scope *scope, int32_t table, int32_t column, const uint32_t **ranks, crm_error *error)
{
  const crm__intern *intern = crm__column_names(scope->store, table, column);
  crm__memory memory = crm__memory_fork(&scope->store->memory);
  uint32_t *made = crm__scope_alloc(scope, intern->count, sizeof *made);
  if (made == NULL || !crm__intern_ranks(intern, &memory, made)) {
    return crm__fail_memory(error);
  }
  *ranks = made;
  return CRM_OK;
}

uint32_t crm__names(const crm_store *store)
{
  return (uint32_t)store->names.count;
}

crm__key crm__name_key(const crm_store *store, uint32_t name)
{
  return crm__intern_key(&store->names, name, NULL);
}

uint32_t crm__opportunities(const crm_store *store)
{
  return crm__rows_count(store, CRM__TABLE_OPPORTUNITIES);
}

crm__key crm__opportunity_key(const crm_store *store, uint32_t opportunity)
{
  return crm__intern_key(&store->opportunities, opportunity, NULL);
}

/* The row of a table whose key is one or two ids. */
static uint32_t find_row(const crm_store *store, int32_t table, const uint32_t *ids, int32_t count)
{
  crm__column columns[2];
  uint32_t cells[2];
  unsigned char *chunks[2];
  unsigned char bytes[CRM__ROW_KEY_BYTES];
  crm__key key;
  uint32_t space;
  uint32_t row;
  int32_t i;
  for (i = 0; i < count; i++) {
    crm__column_open(&columns[i], sizeof(uint32_t), CRM__NONE);
    cells[i] = ids[i];
    chunks[i] = (unsigned char *)&cells[i];
    columns[i].chunks = &chunks[i];
  }
  space = crm__row_identity(store, table, columns, 0, 0, bytes, &key);
  row = crm__intern_find(&store->dimensions[table].keys, space, key);
  return row != CRM__NONE && row < crm__rows_count(store, table) && crm__row_live(store, table, row) ? row : CRM__NONE;
}

uint32_t crm__customer_parent(const crm_store *store, uint32_t customer)
{
  if (crm__resolve(store, customer) != customer) {
    return CRM__NONE;
  }
  return crm__row_id(store, CRM__TABLE_CUSTOMERS, CRM__CUSTOMERS_PARENT, crm__customer_speaker(store, customer));
}

uint32_t crm__customer_named(const crm_store *store, uint32_t customer, int32_t column)
{
  if (crm__resolve(store, customer) != customer) {
    return CRM__NONE;
  }
  return crm__row_id(store, CRM__TABLE_CUSTOMERS, column, crm__customer_speaker(store, customer));
}

uint32_t crm__staff_row(const crm_store *store, uint32_t staff)
{
  return find_row(store, CRM__TABLE_STAFF, &staff, 1);
}

uint32_t crm__pipeline_row(const crm_store *store, uint32_t pipeline, uint32_t stage)
{
  uint32_t ids[2];
  ids[0] = pipeline;
  ids[1] = stage;
  return find_row(store, CRM__TABLE_PIPELINES, ids, 2);
}

/* The column that says since when a row exists; -1: it always does. */
static int32_t since_column(int32_t table)
{
  switch (table) {
  case CRM__TABLE_OPPORTUNITIES:
    return CRM__OPPORTUNITIES_CREATED;
  case CRM__TABLE_STAGES:
    return CRM__STAGES_TIME;
  case CRM__TABLE_INTERACTIONS:
    return CRM__INTERACTIONS_TIME;
  case CRM__TABLE_PAYMENTS:
    return CRM__PAYMENTS_TIME;
  case CRM__TABLE_OWNERSHIP:
    return CRM__OWNERSHIP_FROM;
  case CRM__TABLE_PARENTS:
    return CRM__PARENTS_FROM;
  case CRM__TABLE_CHANGES:
    return CRM__CHANGES_TIME;
  case CRM__TABLE_ASSIGNMENTS:
    return CRM__ASSIGNMENTS_FROM;
  default:
    return -1;
  }
}

int crm__row_exists(const crm__scope *scope, int32_t table, uint32_t row)
{
  int32_t since = since_column(table);
  return crm__row_live(scope->store, table, row) &&
         (since < 0 || crm__row_value(scope->store, table, since, row) < scope->as_of);   /* empty: INT64_MIN */
}

int32_t crm__opportunity_outcome(const crm_store *store, uint32_t opportunity, int64_t as_of)
{
  int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, opportunity);
  int32_t outcome = crm__row_word(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OUTCOME, opportunity);
  return outcome < 0 || (closed != CRM__NULL && closed >= as_of) ? CRM__OUTCOME_OPEN : outcome;
}

/* Two cells of a column by value, or by key where it holds ids; the empty come last. */
static int compare_cells(const crm_store *store, int32_t table, int32_t column, uint32_t a, uint32_t b)
{
  const crm__column *values = column_of(store, table, column);
  int64_t x = is_own_id(table, column) ? (int64_t)a : crm__column_get(values, a);
  int64_t y = is_own_id(table, column) ? (int64_t)b : crm__column_get(values, b);
  if (x == y) {
    return 0;
  }
  if (!is_own_id(table, column) && (x == values->fill || y == values->fill)) {
    return x == values->fill ? 1 : -1;
  }
  if (values->size == sizeof(uint32_t)) {
    return crm__key_compare(crm__row_key(store, table, column, (uint32_t)x),
                            crm__row_key(store, table, column, (uint32_t)y));
  }
  return x < y ? -1 : 1;
}

int crm__row_compare(const crm_store *store, int32_t table, uint32_t a, uint32_t b)
{
  int32_t width = crm__table_width(store, table);
  int32_t column;
  int order = 0;
  for (column = 0; order == 0 && column < width; column++) {
    order = compare_cells(store, table, column, a, b);
  }
  return order;
}

typedef struct rows_of {
  const crm_store *store;
  int32_t table;
} rows_of;

static int compare_rows(const void *context, uint32_t a, uint32_t b)
{
  const rows_of *of = context;
  return crm__row_compare(of->store, of->table, a, b);
}

/* Rows of one time in the order of their content. */
static void sort_ties(const crm__scope *scope, int32_t table, const uint64_t *keys, uint32_t *rows, uint32_t *spare,
                      uint32_t count)
{
  rows_of of;
  uint32_t from;
  uint32_t to;
  of.store = scope->store;
  of.table = table;
  for (from = 0; from < count; from = to) {
    for (to = from + 1; to < count && keys[to] == keys[from]; to++) {
    }
    if (to - from > 1) {
      crm__merge_sort(rows + from, spare, to - from, compare_rows, &of);
    }
  }
}

/* The rows that exist, by a column of times; by_time -1: by content alone. */
static crm_status order_rows(crm__scope *scope, int32_t table, int32_t by_time, uint32_t **rows, uint32_t *count,
                             crm_error *error)
{
  const crm_store *store = scope->store;
  uint64_t live = crm__rows_live(store, table);
  uint64_t *keys = crm__scope_alloc(scope, live, sizeof *keys);
  uint64_t *spare_keys = crm__scope_alloc(scope, live, sizeof *spare_keys);
  uint32_t *made = crm__scope_alloc(scope, live, sizeof *made);
  uint32_t *spare = crm__scope_alloc(scope, live, sizeof *spare);
  uint32_t used = 0;
  uint32_t row;
  if (keys == NULL || spare_keys == NULL || made == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (row = 0; row < crm__rows_count(store, table); row++) {
    int64_t time = by_time < 0 ? 0 : crm__row_value(store, table, by_time, row);
    if (time != CRM__NULL && crm__row_exists(scope, table, row)) {
      keys[used] = crm__sortable(time);
      made[used++] = row;
    }
  }
  crm__radix_sort(keys, made, spare_keys, spare, used);
  sort_ties(scope, table, keys, made, spare, used);
  *rows = made;
  *count = used;
  return CRM_OK;
}

crm_status crm__rows_in_time(crm__scope *scope, int32_t table, int32_t column, const uint32_t **rows, uint32_t *count,
                             crm_error *error)
{
  uint32_t *made = NULL;
  crm_status status = order_rows(scope, table, column, &made, count, error);
  *rows = made;
  return status;
}

crm_status crm__rows_by(crm__scope *scope, int32_t table, int32_t column, int32_t by_time, crm__row_index *index,
                        crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t ids = crm__row_ids(store, table, column);
  uint32_t *ordered = NULL;
  uint32_t count = 0;
  uint32_t *starts = crm__scope_alloc_zero(scope, (uint64_t)ids + 2, sizeof *starts);
  uint32_t *rows;
  uint32_t i;
  crm_status status = order_rows(scope, table, by_time, &ordered, &count, error);
  if (status != CRM_OK) {
    return status;
  }
  rows = crm__scope_alloc(scope, count, sizeof *rows);
  if (starts == NULL || rows == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    uint32_t id = group_of(scope, table, column, ordered[i]);
    if (id != CRM__NONE) {
      starts[id + 2]++;
    }
  }
  for (i = 0; i < ids; i++) {
    starts[i + 2] += starts[i + 1];
  }
  for (i = 0; i < count; i++) {
    uint32_t id = group_of(scope, table, column, ordered[i]);
    if (id != CRM__NONE) {
      rows[starts[id + 1]++] = ordered[i];
    }
  }
  index->starts = starts;
  index->rows = rows;
  index->ids = ids;
  return CRM_OK;
}

uint32_t crm__row_speaks(const crm_store *store, int32_t table, int32_t by_time, uint32_t customer,
                         const uint32_t *rows, uint32_t at, uint32_t count, uint32_t *next)
{
  int64_t time = crm__row_value(store, table, by_time, rows[at]);
  uint32_t place = at;
  uint32_t i;
  for (i = at; i < count && crm__row_value(store, table, by_time, rows[i]) == time; i++) {
    if (crm__row_sent(store, table, 0, rows[i]) == customer) {
      place = i;
    }
  }
  *next = i;
  return place;
}
