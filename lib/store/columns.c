/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/columns.h"

#include "store/identity.h"
#include "store/store.h"

#include <string.h>

int32_t crm__customer_columns(const crm_store *store)
{
  return crm__table_width(store, CRM__TABLE_CUSTOMERS);
}

void crm__customer_column_at(const crm_store *store, int32_t place, crm__customer_column *column)
{
  const crm__schema_table *schema = crm__schema(CRM__TABLE_CUSTOMERS);
  int built_in = place < schema->count;
  column->store = store;
  column->place = place;
  column->name = crm__table_column_name(store, CRM__TABLE_CUSTOMERS, place);
  column->cell = crm__table_column_cell(store, CRM__TABLE_CUSTOMERS, place);
  column->is_key = place == CRM__CUSTOMERS_CUSTOMER;
  column->words = built_in ? schema->columns[place].words : NULL;
  column->meaning = built_in ? schema->columns[place].meaning : NULL;
  column->values = &store->dimensions[CRM__TABLE_CUSTOMERS].values[place];
}

int32_t crm__customer_column_find(const crm_store *store, const char *name, size_t length)
{
  return crm__table_column_find(store, CRM__TABLE_CUSTOMERS, name, length);
}

static void read_wide(const unsigned char *at, uint32_t count, int64_t *values)
{
  memcpy(values, at, count * sizeof *values);
}

static void read_ids(const unsigned char *at, uint32_t count, int64_t *values)
{
  const uint32_t *ids = (const uint32_t *)(const void *)at;
  uint32_t i;
  for (i = 0; i < count; i++) {
    values[i] = ids[i] == CRM__NONE ? CRM__NULL : (int64_t)ids[i];
  }
}

static void read_bytes(const unsigned char *at, uint32_t count, int64_t *values)
{
  uint32_t i;
  for (i = 0; i < count; i++) {
    values[i] = at[i] == UINT8_MAX ? CRM__NULL : (int64_t)at[i];
  }
}

/* Of one chunk. */
static void read_run(const crm__column *column, uint32_t first, uint32_t count, int64_t *values)
{
  const unsigned char *at = crm__column_at(column, first);
  uint32_t i;
  if (at == NULL) {
    for (i = 0; i < count; i++) {
      values[i] = CRM__NULL;
    }
  } else if (column->size == 8) {
    read_wide(at, count, values);
  } else if (column->size == 4) {
    read_ids(at, count, values);
  } else {
    read_bytes(at, count, values);
  }
}

static int64_t value_at(const crm__column *column, uint32_t row)
{
  int64_t value = 0;
  read_run(column, row, 1, &value);
  return value;
}

/* Where keys have been merged: what the row that speaks for a customer says, and the first time that one of them
 * joined. */
static void settle_merged(const crm__customer_column *column, uint32_t first, uint32_t count, int64_t *values)
{
  const crm_store *store = column->store;
  uint32_t i;
  for (i = 0; i < count; i++) {
    uint32_t speaker = crm__customer_speaker(store, first + i);
    int64_t joined;
    if (column->place == CRM__CUSTOMERS_JOINED) {
      values[i] = crm__customer_row(store, first + i, &joined) ? joined : CRM__NULL;
    } else if (speaker != first + i) {
      values[i] = value_at(column->values, speaker);
    }
    if (column->cell == CRM__CELL_KEY && values[i] != CRM__NULL) {
      values[i] = crm__resolve(store, (uint32_t)values[i]);
    }
  }
}

void crm__customer_cells(const crm__customer_column *column, uint32_t first, uint32_t count, int64_t *values)
{
  uint32_t done = 0;
  while (done < count) {
    uint32_t place = (first + done) & (uint32_t)(CRM__CHUNK - 1);
    uint32_t run = (uint32_t)CRM__CHUNK - place;
    run = run < count - done ? run : count - done;
    if (column->is_key) {
      uint32_t i;
      for (i = 0; i < run; i++) {
        values[done + i] = (int64_t)first + done + i;
      }
    } else {
      read_run(column->values, first + done, run, values + done);
      if (column->store->identity.count > 0) {
        settle_merged(column, first + done, run, values + done);
      }
    }
    done += run;
  }
}

const int64_t *crm__customer_wide(const crm__customer_column *column, uint32_t first, uint32_t count)
{
  if (column->is_key || column->values->size != 8 || column->store->identity.count > 0 ||
      (first & (uint32_t)(CRM__CHUNK - 1)) + count > CRM__CHUNK) {
    return NULL;
  }
  return (const int64_t *)(const void *)crm__column_at(column->values, first);
}

static void narrow_ids(const unsigned char *at, uint32_t count, int32_t *values)
{
  const uint32_t *ids = (const uint32_t *)(const void *)at;
  uint32_t i;
  for (i = 0; i < count; i++) {
    values[i] = ids[i] == CRM__NONE ? INT32_MIN : (int32_t)ids[i];   /* ids are below 2^31 */
  }
}

static void narrow_bytes(const unsigned char *at, uint32_t count, int32_t *values)
{
  uint32_t i;
  for (i = 0; i < count; i++) {
    values[i] = at[i] == UINT8_MAX ? INT32_MIN : at[i];
  }
}

int crm__customer_narrow(const crm__customer_column *column, uint32_t first, uint32_t count, int32_t *values)
{
  const unsigned char *at;
  uint32_t i;
  if (column->is_key || column->values->size == 8 || column->store->identity.count > 0 ||
      (first & (uint32_t)(CRM__CHUNK - 1)) + count > CRM__CHUNK) {
    return 0;
  }
  at = crm__column_at(column->values, first);
  if (at == NULL) {
    for (i = 0; i < count; i++) {
      values[i] = INT32_MIN;
    }
  } else if (column->values->size == 4) {
    narrow_ids(at, count, values);
  } else {
    narrow_bytes(at, count, values);
  }
  return 1;
}

uint32_t crm__name_find(const crm_store *store, crm__key name)
{
  return crm__intern_find(&store->names, 0, name);
}

uint32_t crm__customer_place(const crm_store *store, crm__key key)
{
  uint32_t id = crm__intern_find(&store->customers, 0, key);
  return id != CRM__NONE && id < store->customer_count ? crm__resolve(store, id) : CRM__NONE;
}
