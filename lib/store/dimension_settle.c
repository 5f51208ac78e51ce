/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/check.h"
#include "base/error.h"
#include "base/sort.h"
#include "store/met.h"

#include <string.h>

/* Rows of all tables but sales at commit: of the versions of a key the highest holds its place. */

static int64_t staged_version(const crm_load *load, int32_t table, uint64_t row)
{
  int64_t version = crm__column_i64(&load->dimensions[table]->values[crm__version_column(table)], row);
  return version == CRM__NULL ? 0 : version;
}

static int staged_equal(const crm_load *load, int32_t table, uint64_t a, uint64_t b)
{
  int32_t column;
  for (column = crm__table_by_id(table); column < load->dimensions[table]->width; column++) {
    const crm__column *values = &load->dimensions[table]->values[column];
    if (column != crm__version_column(table) && crm__column_get(values, a) != crm__column_get(values, b)) {
      return 0;
    }
  }
  return 1;
}

static int stored_equal(const crm_load *load, int32_t table, uint64_t row, uint32_t id)
{
  int32_t column;
  for (column = crm__table_by_id(table); column < load->dimensions[table]->width; column++) {
    if (column != crm__version_column(table) && crm__column_get(&load->dimensions[table]->values[column], row) !=
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
      !crm__met_touch(load->store, table, load->dimensions[table]->values, row) ||
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

static int lost_parent(const crm_store *store, int32_t table, uint32_t id)
{
  return table == CRM__TABLE_CUSTOMERS &&
         crm__column_u32(&store->dimensions[table].repeat, id) == CRM__PARENT_FORGOTTEN;
}

/* Settles the rows order[from .. to - 1], which share a key: the highest version counts, if it is one. */
static void settle_group(const crm_load *load, int32_t table, const uint32_t *order, uint64_t from, uint64_t to,
                         uint32_t id, uint8_t *verdicts)
{
  const crm_store *store = load->store;
  int present = crm__column_u8(&store->dimensions[table].present, id) != 0;
  int64_t kept = crm__column_i64(&store->dimensions[table].values[crm__version_column(table)], id);
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
              : load->replace || lost_parent(store, table, id) ? VERDICT_APPLY
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
  crm__met_add(store, table, place);
}

/* The latest event of the rows, of which those of the load are new; lost: one that may have been it has gone. */
static void apply_latest(crm_store *store, int32_t table, const crm__dimension_rows *rows, int lost)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  uint64_t i;
  if (lost) {
    dimension->latest = crm__rows_latest(store, table, NULL);
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
  int latest_lost = 0;
  int met_lost = 0;
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
      latest_lost |= crm__row_is_latest(store, table, place);
      met_lost |= crm__met_by(store, table, place, rows->values, i);
    } else {
      dimension->live++;
    }
    mark_customers(store, table, rows->values, i);
    write_row(store, table, rows, i, place);
    applied++;
  }
  apply_latest(store, table, rows, latest_lost);
  if (met_lost) {
    crm__met_renew(store);
  }
  memcpy(dimension->budget, rows->budget, sizeof dimension->budget);
  return applied;
}
