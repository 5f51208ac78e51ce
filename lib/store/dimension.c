/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/error.h"
#include "base/sort.h"

#include <string.h>

/* Tables of one row a key: customers and products. */

/* Stores a value at the end of a staged column; the fill value needs no memory. */
static int column_push(crm__column *column, crm__memory *memory, uint64_t i, int64_t value)
{
  if (!crm__column_resize(column, memory, i + 1)) {
    return 0;
  }
  if (value != column->fill && !crm__column_touch(column, memory, i)) {
    return 0;
  }
  crm__column_put(column, i, value);
  return 1;
}

/* The value that is kept of a decoded cell: an id for keys and names. */
static int kept_value(crm_load *load, int32_t table, int32_t column, int64_t i, int64_t *value)
{
  crm_store *store = load->store;
  const crm__cells *cells = &load->slice->cells[column];
  int32_t cell = crm__table_column_cell(store, table, column);
  *value = crm__cell_fill(cell);
  if (!cells->present) {
    return 1;
  }
  if (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME) {
    crm__key key = cells->keys[i];
    crm__intern *intern = cell == CRM__CELL_NAME ? &store->names
                          : table == CRM__TABLE_CUSTOMERS ? &store->customers
                                                          : &store->products;
    if (!crm__key_is_none(key)) {
      *value = crm__intern_add(intern, &store->memory, 0, key);
      return *value != CRM__NONE;
    }
  } else if (cells->values[i] != CRM__NULL) {
    *value = cells->values[i];
  }
  return 1;
}

static int stage_row(crm_load *load, int32_t table, int64_t i, uint64_t ordinal)
{
  crm__dimension_rows *rows = &load->dimensions[table];
  crm__memory *memory = &load->store->memory;
  int32_t width = crm__table_width(load->store, table);
  int32_t column;
  int64_t id;
  if (!kept_value(load, table, 0, i, &id) || !column_push(&rows->id, memory, rows->count, id) ||
      !column_push(&rows->ordinal, memory, rows->count, (int64_t)ordinal)) {
    return 0;
  }
  for (column = 1; column < width; column++) {
    int64_t value;
    if (!kept_value(load, table, column, i, &value) ||
        !column_push(&rows->values[column], memory, rows->count, value)) {
      return 0;
    }
  }
  rows->count++;
  return 1;
}

int crm__load_dimension(crm_load *load, int32_t table, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  int64_t i;
  for (i = 0; i < count; i++) {
    const crm__cells *keys = &slice->cells[0];
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE && crm__key_is_none(keys->keys[i])) {
      slice->verdicts.cause[i] = CRM__CAUSE_MISSING;
      slice->verdicts.column[i] = 1;
    }
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE) {
      if (!stage_row(load, table, i, ordinal + (uint64_t)i)) {
        return 0;
      }
    } else if (!crm__load_reject(load, table, ordinal + (uint64_t)i, slice->verdicts.cause[i],
                                 slice->verdicts.column[i])) {
      return 0;
    }
  }
  return 1;
}

/* Where rows of equal versions are compared it is left out: empty and 0 are the same version. */
static int32_t version_column(int32_t table)
{
  return crm__schema(table)->count - 1;
}

static int64_t staged_version(const crm_load *load, int32_t table, uint64_t row)
{
  int64_t version = crm__column_i64(&load->dimensions[table].values[version_column(table)], row);
  return version == CRM__NULL ? 0 : version;
}

static int staged_equal(const crm_load *load, int32_t table, uint64_t a, uint64_t b)
{
  int32_t column;
  for (column = 1; column < crm__table_width(load->store, table); column++) {
    const crm__column *values = &load->dimensions[table].values[column];
    if (column != version_column(table) && crm__column_get(values, a) != crm__column_get(values, b)) {
      return 0;
    }
  }
  return 1;
}

static int stored_equal(const crm_load *load, int32_t table, uint64_t row, uint32_t id)
{
  int32_t column;
  for (column = 1; column < crm__table_width(load->store, table); column++) {
    if (column != version_column(table) && crm__column_get(&load->dimensions[table].values[column], row) !=
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
  if (!crm__column_touch(&dimension->present, memory, id)) {
    return 0;
  }
  for (column = 1; column < crm__table_width(load->store, table); column++) {
    crm__column *values = &dimension->values[column];
    if (crm__column_get(&load->dimensions[table].values[column], row) != values->fill &&
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
  crm__dimension_rows *rows = &load->dimensions[table];
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
  crm__dimension_rows *rows = &load->dimensions[table];
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

crm_status crm__settle_dimension(crm_load *load, int32_t table, crm_error *error)
{
  crm__memory *memory = &load->store->memory;
  uint64_t count = load->dimensions[table].count;
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
  return done ? CRM_OK : crm__fail_memory(error);
}

int64_t crm__apply_dimension(crm_load *load, int32_t table)
{
  crm_store *store = load->store;
  crm__dimension_rows *rows = &load->dimensions[table];
  crm__dimension *dimension = &store->dimensions[table];
  int32_t width = crm__table_width(store, table);
  int64_t applied = 0;
  uint64_t i;
  int32_t column;
  for (i = 0; i < rows->count; i++) {
    uint32_t id = crm__column_u32(&rows->id, i);
    if (id == CRM__NONE) {
      continue;
    }
    for (column = 1; column < width; column++) {
      crm__column_put(&dimension->values[column], id, crm__column_get(&rows->values[column], i));
    }
    crm__column_put_u8(&dimension->present, id, 1);
    if (table == CRM__TABLE_CUSTOMERS) {
      store->profiles[id].changed = store->version + 1;
    }
    applied++;
  }
  return applied;
}
