/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/put.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/rows.h"

#include <string.h>

/* Rows of the tables other than sales given back. */

int32_t crm__result_type(int32_t cell)
{
  switch (cell) {
  case CRM__CELL_TIME:
    return CRM_TYPE_TIME;
  case CRM__CELL_MONEY:
    return CRM_TYPE_MONEY;
  case CRM__CELL_NUMBER:
  case CRM__CELL_RATE:
  case CRM__CELL_QUANTITY:
    return CRM_TYPE_DECIMAL;
  case CRM__CELL_INTEGER:
    return CRM_TYPE_INTEGER;
  case CRM__CELL_BOOLEAN:
    return CRM_TYPE_BOOLEAN;
  default:
    return CRM_TYPE_TEXT;
  }
}

int32_t crm__result_scale(const crm_store *store, int32_t cell)
{
  switch (cell) {
  case CRM__CELL_MONEY:
    return store->digits;
  case CRM__CELL_NUMBER:
    return 6;
  case CRM__CELL_RATE:
    return 9;
  case CRM__CELL_QUANTITY:
    return store->quantity_digits;
  default:
    return 0;
  }
}

void crm__put_word(crm_table *table, int32_t column, const char *words, int64_t place)
{
  size_t length;
  for (; place > 0; place--) {
    words += strcspn(words, " ") + 1;
  }
  length = strcspn(words, " ");
  crm__table_put_text(table, column, words, length);
}

void crm__put_interned(crm_table *table, int32_t column, const crm__intern *intern, uint32_t id)
{
  if (id == CRM__NONE) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put_key(table, column, crm__intern_key(intern, id, NULL));
  }
}

void crm__put_number(crm_table *table, int32_t column, int64_t value)
{
  if (value == CRM__NULL) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, value);
  }
}

void crm__put_row_cell(const crm_store *store, int32_t table, int32_t column, uint32_t row, crm_table *result,
                       int32_t at)
{
  const crm__column *values = &store->dimensions[table].values[column];
  int32_t cell = crm__table_column_cell(store, table, column);
  uint8_t byte;
  switch (cell) {
  case CRM__CELL_NAME:
  case CRM__CELL_KEY:
    crm__put_interned(result, at, crm__column_names(store, table, column), crm__row_sent(store, table, column, row));
    break;
  case CRM__CELL_WORD:
  case CRM__CELL_BOOLEAN:
    byte = crm__column_u8(values, row);
    if (byte == UINT8_MAX) {
      crm__table_put_null(result, at);
    } else if (cell == CRM__CELL_WORD) {
      crm__put_word(result, at, crm__schema(table)->columns[column].words, byte);
    } else {
      crm__table_put(result, at, byte);
    }
    break;
  default:
    crm__put_number(result, at, crm__column_i64(values, row));
    break;
  }
}

crm__table_column crm__result_column(const crm_store *store, int32_t table, int32_t column)
{
  crm__table_column made;
  int32_t cell = crm__table_column_cell(store, table, column);
  made.name = crm__table_column_name(store, table, column);
  made.type = crm__result_type(cell);
  made.scale = crm__result_scale(store, cell);
  return made;
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

/* The rows that are there, by content. order: room for twice as many. */
static void order_rows(const crm_store *store, int32_t table, uint32_t *order, uint64_t count)
{
  rows_of of;
  uint64_t used = 0;
  uint32_t row;
  of.store = store;
  of.table = table;
  for (row = 0; row < crm__rows_count(store, table); row++) {
    if (crm__row_live(store, table, row)) {
      order[used++] = row;
    }
  }
  crm__merge_sort(order, order + count, used, compare_rows, &of);
}

static void put_rows(const crm_store *store, int32_t table, const uint32_t *order, uint64_t count, crm_table *result)
{
  int32_t width = crm__table_width(store, table);
  int32_t column;
  uint64_t i;
  for (column = 0; column < width; column++) {
    for (i = 0; i < count; i++) {
      crm__put_row_cell(store, table, column, order[i], result, column);
    }
  }
}

static crm_status make_rows(const crm_store *store, const crm__memory *memory, int32_t table, const uint32_t *order,
                            uint64_t count, crm_table **result, crm_error *error)
{
  crm__table_column columns[CRM__TABLE_COLUMNS];
  int32_t width = crm__table_width(store, table);
  int32_t i;
  crm_status status;
  for (i = 0; i < width; i++) {
    columns[i] = crm__result_column(store, table, i);
  }
  status = crm__table_begin(memory, crm__schema(table)->name, columns, width, (int64_t)count, result, error);
  if (status != CRM_OK) {
    return status;
  }
  put_rows(store, table, order, count, *result);
  return crm__table_finish(result, error);
}

crm_status crm__rows_table(const crm__scope *scope, int32_t table, const uint32_t *rows, uint32_t count,
                           crm_table **result, crm_error *error)
{
  return make_rows(scope->store, crm__scope_memory(scope), table, rows, count, result, error);
}

crm_status crm_store_rows(const crm_store *store, const char *table, crm_table **rows, crm_error *error)
{
  int32_t index = crm__schema_find(table);
  crm__memory memory;
  uint64_t count;
  uint32_t *order;
  crm_status status;
  if (store == NULL || table == NULL || rows == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, no table, or no place for its rows");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *rows = NULL;
  if (index < 0 || index == CRM__TABLE_SALES) {
    return crm__fail(error, CRM_ERROR_SCHEMA, "there is no table of this name, or it is sales");
  }
  memory = crm__memory_fork(&store->memory);
  count = crm__rows_live(store, index);
  order = crm__alloc_array(&memory, count * 2, sizeof *order);
  if (order == NULL) {
    return crm__fail_memory(error);
  }
  order_rows(store, index, order, count);
  status = make_rows(store, &memory, index, order, count, rows, error);
  crm__free_array(&memory, order, count * 2, sizeof *order);
  return status;
}
