/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/hash.h"

#include <stddef.h>
#include <string.h>

/* What tells a row from others. Rows of a table with key columns: those, and the parts of the key that may be empty.
 * Rows of a table without key: source and id; where the id is empty the whole content, and the how-manieth of equal
 * rows it is in what a load brings. So the same rows again are the same rows, whatever loads they come in. */

#define SPACE_KEY 0
#define SPACE_ID 1
#define SPACE_CONTENT 2

int crm__table_by_id(int32_t table)
{
  return table == CRM__TABLE_CUSTOMERS || table == CRM__TABLE_PRODUCTS || table == CRM__TABLE_OPPORTUNITIES;
}

/* Where the keys of a column are interned, by what they name. */
static size_t intern_place(int32_t table, int32_t column)
{
  static const size_t places[] = {
    offsetof(crm_store, customers),     offsetof(crm_store, products),   offsetof(crm_store, branches),
    offsetof(crm_store, opportunities), offsetof(crm_store, references), offsetof(crm_store, names),
  };
  return places[crm__schema_names(table, column)];
}

const crm__intern *crm__column_names(const crm_store *store, int32_t table, int32_t column)
{
  return (const crm__intern *)(const void *)((const char *)store + intern_place(table, column));
}

crm__intern *crm__column_intern(crm_store *store, int32_t table, int32_t column)
{
  return (crm__intern *)(void *)((char *)store + intern_place(table, column));
}

crm__intern *crm__places_intern(crm_store *store, int32_t table)
{
  return crm__table_by_id(table) ? crm__column_intern(store, table, 0) : &store->dimensions[table].keys;
}

int32_t crm__version_column(int32_t table)
{
  return crm__schema(table)->count - 1;
}

static int is_part(const crm__schema_column *column)
{
  return column->role == CRM__ROLE_KEY || column->role == CRM__ROLE_PART;
}

/* The place of the column `id`, -1 where the table has a key. */
static int32_t id_column(int32_t table)
{
  const crm__schema_table *schema = crm__schema(table);
  int32_t found = -1;
  int32_t i;
  for (i = 0; i < schema->count; i++) {
    if (schema->columns[i].role == CRM__ROLE_KEY) {
      return -1;
    }
    found = strcmp(schema->columns[i].name, "id") == 0 ? i : found;
  }
  return found;
}

int crm__row_by_content(int32_t table, const crm__column *values, uint64_t row)
{
  int32_t id = id_column(table);
  return id >= 0 && crm__column_u32(&values[id], row) == CRM__NONE;
}

static uint64_t mix(uint64_t hash, uint64_t seed, int32_t column, int64_t value)
{
  return (hash << 23 | hash >> 41) ^
         crm__multiply_fold((uint64_t)value ^ seed, hash ^ CRM__MULTIPLIER_B ^ (uint64_t)(uint32_t)column << 1);
}

/* 128 bits over all columns but the version. An empty cell says as much as a column that is not there. */
static void hash_content(const crm_store *store, int32_t table, const crm__column *values, uint64_t row,
                         uint32_t repeat, unsigned char *bytes)
{
  int32_t version = crm__version_column(table);
  uint64_t low = mix(CRM__HASH_SEED, CRM__MULTIPLIER_A, -1, repeat);
  uint64_t high = mix(CRM__MULTIPLIER_C, CRM__HASH_SEED, -1, repeat);
  int32_t column;
  for (column = 0; column < crm__table_width(store, table); column++) {
    int64_t value = crm__column_get(&values[column], row);
    if (column != version && value != values[column].fill) {
      int32_t number = crm__table_column_number(table, column);   /* digests are in files */
      low = mix(low, CRM__MULTIPLIER_A, number, value);
      high = mix(high, CRM__HASH_SEED, number, value);
    }
  }
  crm__store64(bytes, crm__hash_finish(low));
  crm__store64(bytes + 8, crm__hash_finish(high));
}

uint32_t crm__row_identity(const crm_store *store, int32_t table, const crm__column *values, uint64_t row,
                           uint32_t repeat, unsigned char *bytes, crm__key *key)
{
  const crm__schema_table *schema = crm__schema(table);
  int32_t column;
  key->text = (const char *)bytes;
  key->length = 0;
  key->integer = 0;
  if (crm__row_by_content(table, values, row)) {
    hash_content(store, table, values, row, repeat, bytes);
    key->length = 16;
    return SPACE_CONTENT;
  }
  for (column = 0; column < schema->count; column++) {
    if (is_part(&schema->columns[column])) {
      crm__store64(bytes + key->length, (uint64_t)crm__column_get(&values[column], row));
      key->length += values[column].size;   /* the low bytes come first; the next part covers the rest */
    }
  }
  return id_column(table) < 0 ? SPACE_KEY : SPACE_ID;
}

int crm__column_is_event(int32_t table, int32_t column)
{
  static const char *const events[] = {"time", "created", "closed"};
  const crm__schema_table *schema = crm__schema(table);
  size_t i;
  if (column >= schema->count || schema->columns[column].cell != CRM__CELL_TIME) {
    return 0;
  }
  for (i = 0; i < sizeof events / sizeof events[0]; i++) {
    if (strcmp(events[i], schema->columns[column].name) == 0) {
      return 1;
    }
  }
  return 0;
}

int crm__column_is_summed(const crm_store *store, int32_t table, int32_t column)
{
  int32_t cell = crm__table_column_cell(store, table, column);
  return cell == CRM__CELL_MONEY || cell == CRM__CELL_NUMBER || cell == CRM__CELL_QUANTITY;
}

int crm__row_is_latest(const crm_store *store, int32_t table, uint32_t row)
{
  const crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__schema(table)->count; column++) {
    if (crm__column_is_event(table, column) && dimension->latest != INT64_MIN &&
        crm__column_i64(&dimension->values[column], row) == dimension->latest) {
      return 1;
    }
  }
  return 0;
}

int64_t crm__rows_latest(const crm_store *store, int32_t table, const uint8_t *without)
{
  const crm__dimension *dimension = &store->dimensions[table];
  int64_t latest = INT64_MIN;
  uint64_t row;
  int32_t column;
  for (column = 0; column < crm__schema(table)->count; column++) {
    for (row = 0; crm__column_is_event(table, column) && row < dimension->present.length; row++) {
      int64_t time = crm__column_i64(&dimension->values[column], row);
      if (crm__column_u8(&dimension->present, row) != 0 && time > latest && (without == NULL || !without[row])) {
        latest = time;   /* an empty cell is INT64_MIN */
      }
    }
  }
  return latest;
}
