/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/load.h"

#include "base/error.h"
#include "base/sort.h"
#include "table/build.h"

#include <string.h>

/* What became of the rows of a load, and of all loads. */

crm_status crm_load_count(const crm_load *load, const char *table, crm_load_counts *counts, crm_error *error)
{
  static const crm_load_counts empty = CRM_LOAD_COUNTS_INIT;
  crm_load_counts own = empty;
  int32_t index = crm__schema_find(table);
  const crm__tally *tally;
  if (load == NULL || counts == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no load, or no place for the counts");
  }
  if (index < 0) {
    return crm__fail(error, CRM_ERROR_SCHEMA, "there is no table of this name");
  }
  tally = &load->tables[index].tally;
  own.ignored_columns = tally->ignored;
  own.rows = tally->rows;
  own.accepted = tally->accepted;
  own.duplicate = tally->duplicate;
  own.rejected = tally->rejected;
  own.rounded = tally->rounded;
  own.amount_in = tally->amount_in;
  own.amount_accepted = tally->amount_accepted;
  return crm__struct_write(counts, &own, sizeof own, "crm_load_counts", error);
}

static uint64_t reject_order(const crm__reject *reject)
{
  return (uint64_t)reject->table << 32 | reject->ordinal;
}

/* Indexes of the rejects by table and row. 0: no memory. */
static int order_rejects(const crm_load *load, crm__memory *memory, uint32_t **order)
{
  uint64_t count = load->reject_count;
  uint64_t *keys = crm__alloc_array(memory, count * 2, sizeof *keys);
  uint32_t *spare = crm__alloc_array(memory, count, sizeof *spare);
  uint64_t i;
  *order = crm__alloc_array(memory, count, sizeof **order);
  if (keys != NULL && spare != NULL && *order != NULL) {
    for (i = 0; i < count; i++) {
      keys[i] = reject_order(&load->rejects[i]);
      (*order)[i] = (uint32_t)i;
    }
    crm__radix_sort(keys, *order, keys + count, spare, count);
  }
  if ((keys == NULL || spare == NULL) && *order != NULL) {
    crm__free_array(memory, *order, count, sizeof **order);
    *order = NULL;
  }
  crm__free_array(memory, keys, count * 2, sizeof *keys);
  crm__free_array(memory, spare, count, sizeof *spare);
  return *order != NULL;
}

static const crm__segment *find_segment(const crm_load *load, const crm__reject *reject)
{
  const crm__table_load *part = &load->tables[reject->table];
  uint64_t low = 0;
  uint64_t high = part->segment_count;
  while (high - low > 1) {
    uint64_t middle = low + (high - low) / 2;
    if (part->segments[middle].start <= reject->ordinal) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return &part->segments[low];
}

int64_t crm__reject_row(const crm_load *load, const crm__reject *reject)
{
  const crm__segment *segment;
  if (load->tables[reject->table].segment_count == 0) {
    return 0;   /* of a load that is done again nobody knows the rows */
  }
  segment = find_segment(load, reject);
  return segment->row + (int64_t)(reject->ordinal - segment->start);
}

static void put_reject(const crm_load *load, const crm__reject *reject, crm_table *table)
{
  const crm__segment *segment = find_segment(load, reject);
  crm__table_put_name(table, 0, crm__schema(reject->table)->name);
  crm__table_put_key(table, 1, crm__intern_key(&load->store->names, segment->file, NULL));
  crm__table_put(table, 2, crm__reject_row(load, reject));
  if (reject->column == 0) {
    crm__table_put_null(table, 3);
  } else {
    crm__table_put_name(table, 3, crm__table_column_name(load->store, reject->table, reject->column - 1));
  }
  crm__table_put_name(table, 4, crm__cause_name(reject->cause));
}

crm_status crm_load_rejects(const crm_load *load, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"table", CRM_TYPE_TEXT, 0}, {"file", CRM_TYPE_TEXT, 0},  {"row", CRM_TYPE_INTEGER, 0},
    {"column", CRM_TYPE_TEXT, 0}, {"cause", CRM_TYPE_TEXT, 0},
  };
  crm__memory memory;
  uint32_t *order = NULL;
  uint64_t i;
  crm_status status;
  if (load == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no load, or no place for the table");
  }
  *table = NULL;
  memory = crm__memory_fork(&load->store->memory);
  if (!order_rejects(load, &memory, &order)) {
    return crm__fail_memory(error);
  }
  status = crm__table_begin(&memory, "rejects", columns, 5, (int64_t)load->reject_count, table, error);
  for (i = 0; status == CRM_OK && i < load->reject_count; i++) {
    put_reject(load, &load->rejects[order[i]], *table);
  }
  crm__free_array(&memory, order, load->reject_count, sizeof *order);
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

crm_status crm_load_causes(const crm_load *load, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"table", CRM_TYPE_TEXT, 0}, {"cause", CRM_TYPE_TEXT, 0}, {"rows", CRM_TYPE_INTEGER, 0},
  };
  int64_t counts[CRM__TABLES][CRM__CAUSES];
  uint64_t i;
  int32_t t;
  int32_t cause;
  crm_status status;
  if (load == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no load, or no place for the table");
  }
  memset(counts, 0, sizeof counts);
  for (i = 0; i < load->reject_count; i++) {
    counts[load->rejects[i].table][load->rejects[i].cause]++;
  }
  status = crm__table_begin(&load->store->memory, "causes", columns, 3, CRM__TABLES * CRM__CAUSES, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (t = 0; t < CRM__TABLES; t++) {
    for (cause = 1; cause < CRM__CAUSES; cause++) {
      if (counts[t][cause] > 0) {
        crm__table_put_name(*table, 0, crm__schema(t)->name);
        crm__table_put_name(*table, 1, crm__cause_name(cause));
        crm__table_put(*table, 2, counts[t][cause]);
      }
    }
  }
  return crm__table_finish(table, error);
}
