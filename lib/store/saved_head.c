/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved.h"

#include "base/error.h"
#include "store/reopened.h"

#include <limits.h>

/* The head of a checkpoint: what the schema was, how long each part is, and what is counted. */

#define COUNT_MOST (UINT64_C(0x7FFFFFFF) - 1)   /* ids that a table of keys gives */
#define LINES_MOST (UINT64_C(1) << 34)
#define HEAD_FIRST 1U                           /* form without the schema: columns and words are those of then */
#define HEAD_NARROW 2U                          /* form whose counts and standings know of customers by less */
#define HEAD_FORM 3U                            /* of the head's bytes */

static crm_status bad_head(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "the head of the checkpoint contradicts itself: %s", what);
}

static crm_status later_head(crm_error *error, int32_t table, const char *what)
{
  return crm__fail_at(error, CRM_ERROR_VERSION, table < 0 ? NULL : crm__schema(table)->name, NULL, 0, -1,
                      "the file is of a later version of the library: it has %s", what);
}

/* ---- the schema ---- */

/* The own column of a table with the how-manieth number, from 0 on. */
static int32_t own_column(int32_t table, int32_t place)
{
  int32_t first = crm__schema_first(table);
  return crm__schema_numbered(table, place < first ? place : place + CRM__NUMBERS_ATTRIBUTES);
}

static uint32_t words_of(int32_t table, int32_t place)
{
  const crm__schema_column *column = &crm__schema(table)->columns[own_column(table, place)];
  return column->cell == CRM__CELL_WORD ? (uint32_t)crm__words_count(column->words) : 0;
}

/* The columns of a table and how many words they know, so that who knows fewer notices. */
static void write_schema(int32_t table, crm__bytes *bytes, crm__memory *memory)
{
  int32_t count = crm__schema(table)->count;
  int32_t i;
  crm__bytes_u32(bytes, memory, (uint32_t)count);
  for (i = 0; i < count; i++) {
    crm__bytes_u8(bytes, memory, words_of(table, i));
  }
}

/* *own: the columns that the file has, of which the last ones are missing where they came after it. */
static crm_status read_schema(int32_t table, uint32_t form, int32_t *own, crm__byte_reader *reader, crm_error *error)
{
  uint32_t count = form == HEAD_FIRST ? (uint32_t)crm__schema_first(table) : crm__read_u32(reader);
  uint32_t i;
  if (count > (uint32_t)crm__schema(table)->count) {
    return later_head(error, table, "columns that are not known here");
  }
  if (count < (uint32_t)crm__schema_first(table)) {
    return bad_head(error, "columns");
  }
  *own = (int32_t)count;
  for (i = 0; form != HEAD_FIRST && i < count; i++) {
    if (crm__read_u8(reader) > words_of(table, (int32_t)i)) {
      return later_head(error, table, "words that are not known here");
    }
  }
  return CRM_OK;
}

/* The next column behind `column` in the order of their numbers, of those that a file with so many own ones has; -1
 * begins, and -1 is the end. */
static int32_t next_column(const crm_store *store, int32_t table, int32_t own, int32_t column)
{
  int32_t number = column < 0 ? 0 : crm__table_column_number(table, column) + 1;
  int32_t first = crm__schema_first(table);
  if (number >= first + store->attribute_count[table] && number < first + CRM__NUMBERS_ATTRIBUTES) {
    number = first + CRM__NUMBERS_ATTRIBUTES;
  }
  return number < own + CRM__NUMBERS_ATTRIBUTES ? crm__table_column_numbered(store, table, number) : -1;
}

/* ---- writing ---- */

static void write_attributes(const crm_store *store, int32_t table, crm__bytes *bytes, crm__memory *memory)
{
  int32_t i;
  crm__bytes_u32(bytes, memory, (uint32_t)store->attribute_count[table]);
  for (i = 0; i < store->attribute_count[table]; i++) {
    crm__bytes_add(bytes, memory, store->attributes[table][i].name, sizeof store->attributes[table][i].name);
    crm__bytes_u32(bytes, memory, (uint32_t)store->attributes[table][i].cell);
  }
}

void crm__tally_write(const crm__tally *tally, crm__bytes *bytes, crm__memory *memory)
{
  crm__bytes_i64(bytes, memory, tally->rows);
  crm__bytes_i64(bytes, memory, tally->accepted);
  crm__bytes_i64(bytes, memory, tally->duplicate);
  crm__bytes_i64(bytes, memory, tally->rejected);
  crm__bytes_i64(bytes, memory, tally->rounded);
  crm__bytes_i64(bytes, memory, tally->amount_in);
  crm__bytes_i64(bytes, memory, tally->amount_accepted);
  crm__bytes_u32(bytes, memory, (uint32_t)tally->ignored);
  crm__bytes_u32(bytes, memory, (uint32_t)tally->touched);
}

/* Budgets follow the attributes, since they are as many as the table has columns. */
static void write_table(const crm_store *store, int32_t table, crm__bytes *bytes, crm__memory *memory)
{
  const crm__dimension *dimension = &store->dimensions[table];
  int32_t own = crm__schema(table)->count;
  int32_t column;
  write_attributes(store, table, bytes, memory);
  write_schema(table, bytes, memory);
  crm__bytes_u64(bytes, memory, dimension->keys.count);
  crm__bytes_u64(bytes, memory, dimension->live);
  crm__bytes_i64(bytes, memory, dimension->latest);
  for (column = next_column(store, table, own, -1); column >= 0; column = next_column(store, table, own, column)) {
    crm__bytes_u64(bytes, memory, dimension->budget[column]);
  }
  crm__tally_write(&store->tallies[table], bytes, memory);
}

void crm__head_write(const crm_store *store, crm__bytes *bytes, crm__memory *memory)
{
  crm_store *of = (crm_store *)(uintptr_t)store;   /* to look members up */
  uint32_t i;
  crm__bytes_u32(bytes, memory, HEAD_FORM);
  crm__bytes_u32(bytes, memory, (uint32_t)store->digits);
  crm__bytes_u32(bytes, memory, (uint32_t)store->quantity_digits);
  crm__bytes_u32(bytes, memory, (uint32_t)store->returns);
  crm__bytes_i64(bytes, memory, store->day_start);
  crm__bytes_i64(bytes, memory, store->version);
  crm__bytes_i64(bytes, memory, store->rekeyed);
  crm__bytes_i64(bytes, memory, store->latest);
  crm__bytes_i64(bytes, memory, store->earliest);
  crm__bytes_u64(bytes, memory, store->money_budget);
  crm__bytes_u64(bytes, memory, store->quantity_budget);
  crm__bytes_i64(bytes, memory, store->live_documents);
  crm__bytes_i64(bytes, memory, store->live_lines);
  crm__bytes_u64(bytes, memory, store->line_count);
  crm__bytes_i64(bytes, memory, crm_store_customers(store));
  for (i = 0; i < CRM__KEYS; i++) {
    crm__bytes_u64(bytes, memory, crm__part_keys(of, i)->count);
  }
  crm__bytes_u64(bytes, memory, store->anonymous.length);
  crm__bytes_u64(bytes, memory, crm__reopened_count(store));
  crm__bytes_u64(bytes, memory, store->turned_away_count);
  crm__bytes_u32(bytes, memory, store->currency);
  crm__bytes_u32(bytes, memory, CRM__TABLES);
  crm__bytes_u32(bytes, memory, CRM__DOCUMENT_COLUMNS);
  crm__bytes_u32(bytes, memory, CRM__LINE_COLUMNS);
  for (i = 0; i < CRM__TABLES; i++) {
    write_table(store, (int32_t)i, bytes, memory);
  }
  crm__bytes_i64(bytes, memory, store->touched_since);
  crm__bytes_u32(bytes, memory, store->touched_count);
  for (i = 0; i < store->touched_count; i++) {
    crm__bytes_u32(bytes, memory, store->touched[i]);
  }
}

/* ---- reading ---- */

static crm_status read_attributes(crm_store *store, int32_t table, crm__byte_reader *reader, crm_error *error)
{
  uint32_t count = crm__read_u32(reader);
  uint32_t i;
  if (count > CRM__ATTRIBUTES) {
    return bad_head(error, "attributes");
  }
  for (i = 0; i < count; i++) {
    const unsigned char *name = crm__read_bytes(reader, 64);
    int32_t cell = (int32_t)crm__read_u32(reader);
    if (name == NULL || !crm__attribute_name_good((const char *)name) ||
        crm__table_column_find(store, table, (const char *)name, strlen((const char *)name)) >= 0 ||
        (cell != CRM__CELL_NAME && cell != CRM__CELL_NUMBER && cell != CRM__CELL_MONEY && cell != CRM__CELL_TIME)) {
      return bad_head(error, "attributes");
    }
    crm__attribute_take(store, table, (const char *)name, cell);
  }
  return CRM_OK;
}

int crm__count_good(int64_t value)
{
  return value >= 0 && value <= INT64_C(1) << 62;
}

int crm__tally_read(crm__tally *tally, crm__byte_reader *reader)
{
  tally->rows = crm__read_i64(reader);
  tally->accepted = crm__read_i64(reader);
  tally->duplicate = crm__read_i64(reader);
  tally->rejected = crm__read_i64(reader);
  tally->rounded = crm__read_i64(reader);
  tally->amount_in = crm__read_i64(reader);
  tally->amount_accepted = crm__read_i64(reader);
  tally->ignored = (int32_t)crm__read_u32(reader);
  tally->touched = (int32_t)crm__read_u32(reader);
  return crm__count_good(tally->rows) && crm__count_good(tally->accepted) && crm__count_good(tally->duplicate) &&
         crm__count_good(tally->rejected) && crm__count_good(tally->rounded) && tally->amount_in > INT64_MIN &&
         tally->ignored >= 0 && (tally->touched == 0 || tally->touched == 1);
}

/* places: how many keys of a table are to come. */
static crm_status read_table(crm_store *store, int32_t table, uint32_t form, uint64_t *places,
                             crm__byte_reader *reader, crm_error *error)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t own = 0;
  int32_t column;
  crm_status status = read_attributes(store, table, reader, error);
  status = status == CRM_OK ? read_schema(table, form, &own, reader, error) : status;
  if (status != CRM_OK) {
    return status;
  }
  *places = crm__read_u64(reader);
  dimension->live = crm__read_u64(reader);
  dimension->latest = crm__read_i64(reader);
  for (column = next_column(store, table, own, -1); column >= 0; column = next_column(store, table, own, column)) {
    dimension->budget[column] = crm__read_u64(reader);
    if (dimension->budget[column] > (uint64_t)INT64_MAX) {
      return bad_head(error, "budgets");
    }
  }
  if (!crm__tally_read(&store->tallies[table], reader) || *places > COUNT_MOST ||
      (dimension->latest != INT64_MIN && (dimension->latest < CRM__TIME_MIN || dimension->latest >= CRM__TIME_MAX))) {
    return bad_head(error, crm__schema(table)->name);
  }
  return CRM_OK;
}

static crm_status read_touched(crm_store *store, crm__byte_reader *reader, crm_error *error)
{
  uint32_t i;
  store->touched_since = crm__read_i64(reader);
  store->touched_count = crm__read_u32(reader);
  if (store->touched_count > CRM__TOUCHED || store->touched_since < 0) {
    store->touched_count = 0;
    return bad_head(error, "touched customers");
  }
  for (i = 0; i < store->touched_count; i++) {
    store->touched[i] = crm__read_u32(reader);
    if (store->touched[i] >= store->customer_count) {
      return bad_head(error, "touched customers");
    }
  }
  return reader->bad || reader->left != 0 ? bad_head(error, "its length") : CRM_OK;
}

int crm__instant_good(int64_t time, int64_t unset)
{
  return time == unset || (time >= CRM__TIME_MIN && time < CRM__TIME_MAX);
}

/* Whether scalars are such as a store can have. */
static int scalars_good(const crm_store *store)
{
  return store->digits >= 0 && store->digits <= 6 && store->quantity_digits >= 0 && store->quantity_digits <= 6 &&
         store->returns >= CRM_RETURNS_AUTO && store->returns <= CRM_RETURNS_SIGN && store->day_start >= 0 &&
         store->day_start < CRM_DAY && crm__count_good(store->version) && store->rekeyed >= 0 &&
         store->rekeyed <= store->version && crm__instant_good(store->latest, INT64_MIN) &&
         crm__instant_good(store->earliest, INT64_MAX) && store->money_budget <= (uint64_t)INT64_MAX &&
         store->quantity_budget <= (uint64_t)INT64_MAX && crm__count_good(store->live_documents) &&
         crm__count_good(store->live_lines) && store->line_count <= LINES_MOST;
}

static int resize_columns(crm_store *store, const uint64_t *counts, const uint64_t *places, uint64_t anonymous)
{
  crm__column *columns[CRM__LINE_COLUMNS + CRM__DOCUMENT_COLUMNS];
  crm__memory *memory = &store->memory;
  uint32_t lines = crm__line_columns(&store->lines, columns);
  uint32_t all = lines + crm__document_columns(&store->documents, columns + lines);
  uint32_t i;
  int32_t table;
  for (i = 0; i < all; i++) {
    if (!crm__column_resize(columns[i], memory, i < lines ? store->line_count : counts[CRM__KEYS_DOCUMENTS])) {
      return 0;
    }
  }
  for (table = 0; table < CRM__TABLES; table++) {
    uint64_t rows = table == CRM__TABLE_CUSTOMERS       ? counts[CRM__KEYS_CUSTOMERS]
                    : table == CRM__TABLE_PRODUCTS      ? counts[CRM__KEYS_PRODUCTS]
                    : table == CRM__TABLE_OPPORTUNITIES ? counts[CRM__KEYS_OPPORTUNITIES]
                                                        : places[table];
    if (!crm__table_resize(store, table, rows)) {
      return 0;
    }
  }
  return crm__column_resize(&store->erased_ids, memory, counts[CRM__KEYS_ERASED]) &&
         crm__column_resize(&store->anonymous, memory, anonymous);
}

static crm_status read_counts(crm__byte_reader *reader, uint64_t *counts, crm_error *error)
{
  uint32_t i;
  for (i = 0; i < CRM__KEYS; i++) {
    counts[i] = crm__read_u64(reader);
    if (counts[i] > COUNT_MOST) {
      return bad_head(error, "counts of keys");
    }
  }
  return CRM_OK;
}

/* What a head begins with, up to the counts of keys. */
static void read_scalars(crm_store *store, crm__byte_reader *reader, crm__expected *expected)
{
  store->digits = (int32_t)crm__read_u32(reader);
  store->quantity_digits = (int32_t)crm__read_u32(reader);
  store->returns = (int32_t)crm__read_u32(reader);
  store->day_start = crm__read_i64(reader);
  store->version = crm__read_i64(reader);
  store->rekeyed = crm__read_i64(reader);
  store->latest = crm__read_i64(reader);
  store->earliest = crm__read_i64(reader);
  store->money_budget = crm__read_u64(reader);
  store->quantity_budget = crm__read_u64(reader);
  store->live_documents = crm__read_i64(reader);
  store->live_lines = crm__read_i64(reader);
  store->line_count = crm__read_u64(reader);
  expected->known = crm__read_i64(reader);
}

/* Of the tables there are fewer in a file of before the last ones were there: those are empty. */
static crm_status read_tables(crm_store *store, uint32_t form, crm__byte_reader *reader, crm__expected *expected,
                              crm_error *error)
{
  uint32_t tables = crm__read_u32(reader);
  crm_status status = tables == 0              ? bad_head(error, "tables")
                      : tables > CRM__TABLES ? later_head(error, -1, "tables that are not known here")
                                               : CRM_OK;
  uint32_t documents = form == HEAD_FIRST ? 0 : crm__read_u32(reader);
  uint32_t lines = form == HEAD_FIRST ? 0 : crm__read_u32(reader);
  int32_t table;
  if (status == CRM_OK && (documents > CRM__DOCUMENT_COLUMNS || lines > CRM__LINE_COLUMNS)) {
    status = later_head(error, CRM__TABLE_SALES, "columns that are not known here");
  }
  for (table = 0; status == CRM_OK && table < (int32_t)tables; table++) {
    status = read_table(store, table, form, &expected->places[table], reader, error);
  }
  return status;
}

crm_status crm__head_read(crm_store *store, crm__byte_reader *reader, crm__expected *expected, crm_error *error)
{
  uint32_t form = crm__read_u32(reader);
  uint64_t anonymous;
  crm_status status;
  memset(expected, 0, sizeof *expected);
  if (form < HEAD_FIRST || form > HEAD_FORM) {
    return reader->bad || form == 0 ? bad_head(error, "its form") : later_head(error, -1, "another form of head");
  }
  expected->narrow = form <= HEAD_NARROW;
  read_scalars(store, reader, expected);
  status = read_counts(reader, expected->keys, error);
  if (status != CRM_OK) {
    return status;
  }
  anonymous = crm__read_u64(reader);
  expected->reopened = crm__read_u64(reader);
  expected->turned_away = crm__read_u64(reader);
  store->currency = crm__read_u32(reader);
  if (!scalars_good(store) || anonymous > expected->keys[CRM__KEYS_CUSTOMERS] ||
      expected->reopened > CRM__REOPENED_MONTHS ||
      expected->turned_away > COUNT_MOST || expected->known < 0 ||
      (uint64_t)expected->known > expected->keys[CRM__KEYS_CUSTOMERS] ||
      (store->currency != CRM__NONE && store->currency >= expected->keys[CRM__KEYS_NAMES])) {
    return bad_head(error, "counts");
  }
  store->customer_count = (uint32_t)expected->keys[CRM__KEYS_CUSTOMERS];
  store->document_count = (uint32_t)expected->keys[CRM__KEYS_DOCUMENTS];
  status = read_tables(store, form, reader, expected, error);
  if (status == CRM_OK) {
    status = read_touched(store, reader, error);
  }
  if (status == CRM_OK && !resize_columns(store, expected->keys, expected->places, anonymous)) {
    status = crm__fail_memory(error);
  }
  return status;
}
