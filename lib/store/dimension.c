/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/check.h"
#include "base/error.h"
#include "base/sort.h"
#include "store/erase.h"

#include <string.h>

/* Rows of all tables but sales: each in a place that its key leads to, which its highest version holds. */

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

/* Where rows of equal versions are compared it is left out. */
static int32_t version_column(int32_t table)
{
  return crm__schema(table)->count - 1;
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
    if (cells->keys == NULL && (value == CRM__NULL || (value == 0 && column == version_column(table)))) {
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
  crm__column_put_i64(&rows->values[crm__schema(table)->count - 1], row, CRM__NULL);
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

static int64_t staged_version(const crm_load *load, int32_t table, uint64_t row)
{
  int64_t version = crm__column_i64(&load->dimensions[table]->values[version_column(table)], row);
  return version == CRM__NULL ? 0 : version;
}

static int staged_equal(const crm_load *load, int32_t table, uint64_t a, uint64_t b)
{
  int32_t column;
  for (column = crm__table_by_id(table); column < load->dimensions[table]->width; column++) {
    const crm__column *values = &load->dimensions[table]->values[column];
    if (column != version_column(table) && crm__column_get(values, a) != crm__column_get(values, b)) {
      return 0;
    }
  }
  return 1;
}

static int stored_equal(const crm_load *load, int32_t table, uint64_t row, uint32_t id)
{
  int32_t column;
  for (column = crm__table_by_id(table); column < load->dimensions[table]->width; column++) {
    if (column != version_column(table) && crm__column_get(&load->dimensions[table]->values[column], row) !=
                                             crm__column_get(&load->store->dimensions[table].values[column], id)) {
      return 0;
    }
  }
  return 1;
}

/* Makes the chunks that a row will be written to. */
static int touch_row(crm_load *load, int32_t table, uint64_t row, uint32_t id)
{
  crm__dimension *dimension = &load->store->dimensions[table];
  crm__memory *memory = &load->store->memory;
  int32_t column;
  if (!crm__column_touch(&dimension->present, memory, id) ||
      (crm__column_u32(&load->dimensions[table]->repeat, row) != 0 &&
       !crm__column_touch(&dimension->repeat, memory, id))) {
    return 0;
  }
  for (column = crm__table_by_id(table); column < load->dimensions[table]->width; column++) {
    crm__column *values = &dimension->values[column];
    if (crm__column_get(&load->dimensions[table]->values[column], row) != values->fill &&
        !crm__column_touch(values, memory, id)) {
      return 0;
    }
  }
  return 1;
}

#define VERDICT_DUPLICATE 0
#define VERDICT_APPLY 1
#define VERDICT_CONFLICT 2

/* Settles the rows order[from .. to - 1], which share a key: the highest version counts, if it is one. */
static void settle_group(const crm_load *load, int32_t table, const uint32_t *order, uint64_t from, uint64_t to,
                         uint32_t id, uint8_t *verdicts)
{
  const crm_store *store = load->store;
  int present = crm__column_u8(&store->dimensions[table].present, id) != 0;
  int64_t kept = crm__column_i64(&store->dimensions[table].values[version_column(table)], id);
  int64_t best = INT64_MIN;
  uint64_t first = from;
  uint64_t i;
  int contradictory = 0;
  int verdict = VERDICT_APPLY;
  kept = kept == CRM__NULL ? 0 : kept;
  for (i = from; i < to; i++) {
    if (staged_version(load, table, order[i]) > best) {
      best = staged_version(load, table, order[i]);
      first = i;
    }
  }
  for (i = from; i < to; i++) {
    contradictory |=
        staged_version(load, table, order[i]) == best && !staged_equal(load, table, order[i], order[first]);
  }
  if (present && best < kept) {
    verdict = VERDICT_DUPLICATE;
  } else if (contradictory) {
    verdict = VERDICT_CONFLICT;
  } else if (present && best == kept) {
    verdict = stored_equal(load, table, order[first], id) ? VERDICT_DUPLICATE
              : load->replace                             ? VERDICT_APPLY
                                                          : VERDICT_CONFLICT;
  }
  for (i = from; i < to; i++) {
    int top = staged_version(load, table, order[i]) == best;
    verdicts[order[i]] = (uint8_t)(!top ? VERDICT_DUPLICATE
                                   : verdict == VERDICT_APPLY && i != first ? VERDICT_DUPLICATE
                                                                            : verdict);
  }
}

/* Counts and names what the verdicts say, and touches what will be written. 0: no memory. */
static int settle_rows(crm_load *load, int32_t table, const uint8_t *verdicts)
{
  crm__dimension_rows *rows = load->dimensions[table];
  crm__tally *tally = &load->tables[table].tally;
  uint64_t i;
  for (i = 0; i < rows->count; i++) {
    switch (verdicts[i]) {
    case VERDICT_APPLY:
      if (!touch_row(load, table, i, crm__column_u32(&rows->id, i))) {
        return 0;
      }
      tally->accepted++;
      break;
    case VERDICT_DUPLICATE:
      tally->duplicate++;
      crm__column_put_u32(&rows->id, i, CRM__NONE);
      break;
    default:
      if (!crm__load_reject(load, table, crm__column_u32(&rows->ordinal, i), CRM__CAUSE_CONFLICT, 1)) {
        return 0;
      }
      crm__column_put_u32(&rows->id, i, CRM__NONE);
      break;
    }
  }
  return 1;
}

static int settle_all(crm_load *load, int32_t table, uint64_t *keys, uint32_t *order, uint32_t *spare,
                      uint8_t *verdicts)
{
  crm__dimension_rows *rows = load->dimensions[table];
  uint64_t from;
  uint64_t to;
  for (from = 0; from < rows->count; from++) {
    keys[from] = crm__column_u32(&rows->id, from);
    order[from] = (uint32_t)from;
  }
  crm__radix_sort(keys, order, keys + rows->count, spare, rows->count);
  for (from = 0; from < rows->count; from = to) {
    for (to = from + 1; to < rows->count && keys[to] == keys[from]; to++) {
    }
    settle_group(load, table, order, from, to, (uint32_t)keys[from], verdicts);
  }
  return settle_rows(load, table, verdicts);
}

static uint64_t magnitude(const crm__column *column, uint64_t row)
{
  int64_t value = crm__column_i64(column, row);
  return value == CRM__NULL ? 0 : crm__magnitude(value);
}

/* The sums of absolute values with the accepted rows in place of those that they replace. 0: one would pass 64 bits. */
static int settle_budget(crm_load *load, int32_t table, int32_t column)
{
  const crm__dimension *dimension = &load->store->dimensions[table];
  crm__dimension_rows *rows = load->dimensions[table];
  uint64_t budget = dimension->budget[column];
  uint64_t i;
  for (i = 0; i < rows->count; i++) {
    uint32_t place = crm__column_u32(&rows->id, i);
    if (place != CRM__NONE && crm__column_u8(&dimension->present, place) != 0) {
      budget -= magnitude(&dimension->values[column], place);
    }
  }
  for (i = 0; i < rows->count; i++) {
    if (crm__column_u32(&rows->id, i) != CRM__NONE) {
      budget += magnitude(&rows->values[column], i);
      if (budget > (uint64_t)INT64_MAX) {
        return 0;
      }
    }
  }
  rows->budget[column] = budget;
  return 1;
}

static crm_status settle_budgets(crm_load *load, int32_t table, crm_error *error)
{
  int32_t column;
  for (column = 0; column < load->dimensions[table]->width; column++) {
    if (crm__column_is_summed(load->store, table, column) && !settle_budget(load, table, column)) {
      return crm__fail_at(error, CRM_ERROR_OVERFLOW, crm__schema(table)->name,
                          crm__table_column_name(load->store, table, column), 0, -1,
                          "the sum of the column's absolute values would pass 64 bits");
    }
  }
  return CRM_OK;
}

crm_status crm__settle_dimension(crm_load *load, int32_t table, crm_error *error)
{
  crm__memory *memory = &load->store->memory;
  uint64_t count = load->dimensions[table] == NULL ? 0 : load->dimensions[table]->count;
  uint64_t *keys;
  uint32_t *order;
  uint8_t *verdicts;
  int done = 0;
  if (count == 0) {
    return CRM_OK;
  }
  keys = crm__alloc_array(memory, count * 2, sizeof *keys);
  order = crm__alloc_array(memory, count * 2, sizeof *order);
  verdicts = crm__alloc_array_zero(memory, count, 1);
  if (keys != NULL && order != NULL && verdicts != NULL) {
    done = settle_all(load, table, keys, order, order + count, verdicts);
  }
  crm__free_array(memory, keys, count * 2, sizeof *keys);
  crm__free_array(memory, order, count * 2, sizeof *order);
  crm__free_array(memory, verdicts, count, 1);
  return done ? settle_budgets(load, table, error) : crm__fail_memory(error);
}

/* Notes at the customers that a row names that something has changed. */
static void mark_customers(crm_store *store, int32_t table, const crm__column *values, uint64_t row)
{
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__schema(table)->count; column++) {
    if (crm__schema_names(table, column) == CRM__NAMES_CUSTOMERS &&
        crm__column_u32(&values[column], row) != CRM__NONE) {
      crm__customer_touch(store, crm__column_u32(&values[column], row));
    }
  }
}

static void write_row(crm_store *store, int32_t table, const crm__dimension_rows *rows, uint64_t i, uint32_t place)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  for (column = crm__table_by_id(table); column < rows->width; column++) {
    crm__column_put(&dimension->values[column], place, crm__column_get(&rows->values[column], i));
  }
  crm__column_put_u32(&dimension->repeat, place, crm__column_u32(&rows->repeat, i));
  crm__column_put_u8(&dimension->present, place, 1);
  if (table == CRM__TABLE_CUSTOMERS) {
    crm__customer_touch(store, place);
  }
}

/* The latest event of the rows, of which those of the load are new. */
static void apply_latest(crm_store *store, int32_t table, const crm__dimension_rows *rows, int replaced)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  uint64_t i;
  if (replaced) {
    dimension->latest = crm__rows_latest(store, table);
    return;
  }
  for (column = 0; column < crm__schema(table)->count; column++) {
    for (i = 0; crm__column_is_event(table, column) && i < rows->count; i++) {
      int64_t time = crm__column_i64(&rows->values[column], i);
      if (crm__column_u32(&rows->id, i) != CRM__NONE && time > dimension->latest) {
        dimension->latest = time;
      }
    }
  }
}

int64_t crm__apply_dimension(crm_load *load, int32_t table)
{
  crm_store *store = load->store;
  crm__dimension_rows *rows = load->dimensions[table];
  crm__dimension *dimension = &store->dimensions[table];
  int64_t applied = 0;
  int replaced = 0;
  uint64_t i;
  if (rows == NULL) {
    return 0;
  }
  for (i = 0; i < rows->count; i++) {
    uint32_t place = crm__column_u32(&rows->id, i);
    if (place == CRM__NONE) {
      continue;
    }
    if (crm__column_u8(&dimension->present, place) != 0) {
      mark_customers(store, table, dimension->values, place);
      replaced = 1;
    } else {
      dimension->live++;
    }
    mark_customers(store, table, rows->values, i);
    write_row(store, table, rows, i, place);
    applied++;
  }
  apply_latest(store, table, rows, replaced);
  memcpy(dimension->budget, rows->budget, sizeof dimension->budget);
  return applied;
}
