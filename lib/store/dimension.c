/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/load.h"

#include "store/erase.h"

#include <string.h>

/* Rows of all tables but sales, on their way into a load: checked, interned, and given the places that their keys lead
 * to. */

static void open_rows(crm_load *load, int32_t table, crm__dimension_rows *rows)
{
  int32_t i;
  crm__column_open(&rows->id, 4, CRM__NONE);
  crm__column_open(&rows->ordinal, 4, 0);
  crm__column_open(&rows->repeat, 4, 0);
  crm__column_open(&rows->repeats, 4, 0);
  crm__intern_open(&rows->contents);
  rows->width = crm__table_width(load->store, table);
  for (i = 0; i < rows->width; i++) {
    int32_t cell = crm__table_column_cell(load->store, table, i);
    crm__column_open(&rows->values[i], crm__cell_size(cell), crm__cell_fill(cell));
  }
}

void crm__dimensions_release(crm_load *load)
{
  crm__memory *memory = &load->store->memory;
  int32_t table;
  int32_t i;
  for (table = 0; table < CRM__TABLES; table++) {
    crm__dimension_rows *rows = load->dimensions[table];
    if (rows == NULL) {
      continue;
    }
    crm__column_close(&rows->id, memory);
    crm__column_close(&rows->ordinal, memory);
    crm__column_close(&rows->repeat, memory);
    crm__column_close(&rows->repeats, memory);
    crm__intern_close(&rows->contents, memory);
    for (i = 0; i < rows->width; i++) {
      crm__column_close(&rows->values[i], memory);
    }
    crm__free(memory, rows, sizeof *rows);
    load->dimensions[table] = NULL;
  }
}

/* Parts the good rows of a slice from those that are refused. */
static int sort_out(crm_load *load, int32_t table, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  int64_t i;
  slice->good_count = 0;
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE) {
      slice->good[slice->good_count++] = (uint32_t)i;
    } else if (!crm__load_reject(load, table, ordinal + (uint64_t)i, slice->verdicts.cause[i],
                                 slice->verdicts.column[i])) {
      return 0;
    }
  }
  return 1;
}

/* The ids of the good rows' keys of a column, in slice->run_ids. */
static int intern_keys(crm_load *load, int32_t table, int32_t column)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  uint32_t k;
  for (k = 0; k < slice->good_count; k++) {
    slice->runs[k] = slice->cells[column].keys[slice->good[k]];
  }
  if (crm__schema_names(table, column) == CRM__NAMES_CUSTOMERS) {
    crm__erased_keys(store, slice->runs, slice->good_count);
  }
  return crm__intern_add_keys(crm__column_intern(store, table, column), &store->memory, 0, slice->runs,
                              slice->good_count, slice->run_ids) == slice->good_count;
}

static int put_value(crm__column *column, crm__memory *memory, uint64_t i, int64_t value)
{
  if (value != column->fill && !crm__column_touch(column, memory, i)) {
    return 0;
  }
  crm__column_put(column, i, value);
  return 1;
}

/* Stages one column of the good rows behind those that are there. */
static int stage_column(crm_load *load, int32_t table, int32_t column)
{
  crm__slice *slice = load->slice;
  crm__dimension_rows *rows = load->dimensions[table];
  crm__memory *memory = &load->store->memory;
  const crm__cells *cells = &slice->cells[column];
  crm__column *values = column == 0 && crm__table_by_id(table) ? &rows->id : &rows->values[column];
  uint32_t k;
  if (!crm__column_resize(values, memory, rows->count + slice->good_count)) {
    return 0;
  }
  if (!cells->present) {
    return 1;
  }
  if (cells->keys != NULL && !intern_keys(load, table, column)) {
    return 0;
  }
  for (k = 0; k < slice->good_count; k++) {
    int64_t value = cells->keys != NULL ? (int64_t)slice->run_ids[k] : cells->values[slice->good[k]];
    if (cells->keys == NULL && (value == CRM__NULL || (value == 0 && column == crm__version_column(table)))) {
      value = values->fill;   /* no version and version 0 are the same */
    }
    if (!put_value(values, memory, rows->count + k, value)) {
      return 0;
    }
  }
  return 1;
}

/* How many rows of the same content the load has brought before this one; and a row without key has no version. */
static int count_repeats(crm_load *load, int32_t table, uint64_t row, uint32_t *repeat)
{
  crm__dimension_rows *rows = load->dimensions[table];
  crm__memory *memory = &load->store->memory;
  unsigned char bytes[CRM__ROW_KEY_BYTES];
  crm__key key;
  uint32_t space = crm__row_identity(load->store, table, rows->values, row, 0, bytes, &key);
  uint32_t content = crm__intern_add(&rows->contents, memory, space, key);
  crm__column_put_i64(&rows->values[crm__version_column(table)], row, CRM__NULL);
  if (content == CRM__NONE || !crm__column_resize(&rows->repeats, memory, rows->contents.count) ||
      !crm__column_touch(&rows->repeats, memory, content)) {
    return 0;
  }
  *repeat = crm__column_u32(&rows->repeats, content);
  crm__column_put_u32(&rows->repeats, content, *repeat + 1);
  return put_value(&rows->repeat, memory, row, *repeat);
}

/* Gives the staged rows that have none yet their places. */
static int find_places(crm_load *load, int32_t table)
{
  crm_store *store = load->store;
  crm__dimension_rows *rows = load->dimensions[table];
  uint64_t end = rows->count + load->slice->good_count;
  uint64_t row;
  if (crm__table_by_id(table)) {
    return 1;
  }
  if (!crm__column_resize(&rows->id, &store->memory, end)) {
    return 0;
  }
  for (row = rows->count; row < end; row++) {
    unsigned char bytes[CRM__ROW_KEY_BYTES];
    crm__key key;
    uint32_t repeat = 0;
    uint32_t space;
    uint32_t place;
    if (crm__row_by_content(table, rows->values, row) && !count_repeats(load, table, row, &repeat)) {
      return 0;
    }
    space = crm__row_identity(store, table, rows->values, row, repeat, bytes, &key);
    place = crm__intern_add(&store->dimensions[table].keys, &store->memory, space, key);
    if (place == CRM__NONE || !put_value(&rows->id, &store->memory, row, place)) {
      return 0;
    }
  }
  return 1;
}

int crm__load_dimension(crm_load *load, int32_t table, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  crm__memory *memory = &load->store->memory;
  crm__dimension_rows *rows = load->dimensions[table];
  int32_t column;
  uint32_t k;
  crm__check_rows(load, table, count);
  if (!sort_out(load, table, count, ordinal)) {
    return 0;
  }
  if (slice->good_count == 0) {
    return 1;
  }
  if (rows == NULL) {
    rows = crm__alloc_zero(memory, sizeof *rows);
    if (rows == NULL) {
      return 0;
    }
    open_rows(load, table, rows);
    load->dimensions[table] = rows;
  }
  if (!crm__column_resize(&rows->ordinal, memory, rows->count + slice->good_count) ||
      !crm__column_resize(&rows->repeat, memory, rows->count + slice->good_count)) {
    return 0;
  }
  for (k = 0; k < slice->good_count; k++) {
    if (!put_value(&rows->ordinal, memory, rows->count + k, (int64_t)(ordinal + slice->good[k]))) {
      return 0;
    }
  }
  for (column = 0; column < rows->width; column++) {
    if (!stage_column(load, table, column)) {
      return 0;
    }
  }
  if (!find_places(load, table)) {
    return 0;
  }
  rows->count += slice->good_count;
  return 1;
}
