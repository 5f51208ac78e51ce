/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved.h"

#include "base/error.h"
#include "store/reopened.h"

#include <limits.h>

/* Which parts there are, and the head, which says how long each is. */

#define COUNT_MOST (UINT64_C(0x7FFFFFFF) - 1)   /* ids that a table of keys gives */
#define LINES_MOST (UINT64_C(1) << 34)
#define HEAD_FORM 1U                            /* of the head's bytes */
#define LATER "the checkpoint is of a later version of the library"

static crm__intern *keys_of(crm_store *store, uint32_t index)
{
  switch (index) {
  case CRM__KEYS_CUSTOMERS:
    return &store->customers;
  case CRM__KEYS_PRODUCTS:
    return &store->products;
  case CRM__KEYS_BRANCHES:
    return &store->branches;
  case CRM__KEYS_NAMES:
    return &store->names;
  case CRM__KEYS_OPPORTUNITIES:
    return &store->opportunities;
  case CRM__KEYS_REFERENCES:
    return &store->references;
  case CRM__KEYS_ERASED:
    return &store->erased;
  case CRM__KEYS_DOCUMENTS:
    return &store->documents.keys;
  default:
    return NULL;
  }
}

static int column_member(crm__member *member, crm__column *column, int32_t holds, uint64_t below)
{
  member->column = column;
  member->length = column->length;
  member->holds = holds;
  member->below = below;
  return 1;
}

static int document_member(crm_store *store, uint32_t index, crm__member *member)
{
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  const crm__documents *documents = &store->documents;
  const crm__column *column;
  if (index >= crm__document_columns(&store->documents, columns)) {
    return 0;
  }
  column = columns[index];
  if (column == &documents->customer || column == &documents->sent) {
    return column_member(member, columns[index], CRM__HOLDS_IDS, store->customer_count);
  }
  if (column == &documents->branch) {
    return column_member(member, columns[index], CRM__HOLDS_IDS, store->branches.count);
  }
  if (column == &documents->next) {
    return column_member(member, columns[index], CRM__HOLDS_IDS, store->document_count);
  }
  if (column == &documents->flags) {
    return column_member(member, columns[index], CRM__HOLDS_SMALL, 2 * CRM__DOCUMENT_ROWS);
  }
  return column_member(member, columns[index],
                       column == &documents->version ? CRM__HOLDS_ANY
                       : column == &documents->time  ? CRM__HOLDS_TIMES
                                                     : CRM__HOLDS_VALUES,
                       0);
}

static int line_member(crm_store *store, uint32_t index, crm__member *member)
{
  crm__column *columns[CRM__LINE_COLUMNS];
  const crm__sales_lines *lines = &store->lines;
  const crm__column *column;
  if (index >= crm__line_columns(&store->lines, columns)) {
    return 0;
  }
  column = columns[index];
  if (column == &lines->code) {
    return column_member(member, columns[index], CRM__HOLDS_SMALL, (uint64_t)8 << 2);
  }
  if (column == &lines->product) {
    return column_member(member, columns[index], CRM__HOLDS_IDS, store->products.count);
  }
  if (column == &lines->original) {
    return column_member(member, columns[index], CRM__HOLDS_IDS, store->document_count);
  }
  if (column->size == sizeof(uint32_t)) {
    return column_member(member, columns[index], CRM__HOLDS_IDS, store->names.count);
  }
  return column_member(member, columns[index], CRM__HOLDS_VALUES, 0);
}

int32_t crm__words_count(const char *words)
{
  int32_t count = 1;
  for (; *words != '\0'; words++) {
    count += *words == ' ';
  }
  return count;
}

static int table_member(crm_store *store, int32_t table, uint32_t index, crm__member *member)
{
  crm__dimension *dimension = &store->dimensions[table];
  const crm__schema_table *schema = crm__schema(table);
  int32_t column = (int32_t)index;
  int32_t cell;
  if (index == CRM__PART_PRESENT) {
    return column_member(member, &dimension->present, CRM__HOLDS_SMALL, 2);
  }
  if (index == CRM__PART_REPEAT) {
    return column_member(member, &dimension->repeat, CRM__HOLDS_ANY, 0);
  }
  if (index == CRM__PART_PLACES && !crm__table_by_id(table)) {
    member->keys = &dimension->keys;
    return 1;
  }
  if (index >= CRM__TABLE_COLUMNS || column >= crm__table_width(store, table) || column < crm__table_by_id(table)) {
    return 0;
  }
  cell = crm__table_column_cell(store, table, column);
  if (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME) {
    return column_member(member, &dimension->values[column], CRM__HOLDS_IDS,
                         crm__column_names(store, table, column)->count);
  }
  if (cell == CRM__CELL_WORD || cell == CRM__CELL_BOOLEAN) {
    return column_member(member, &dimension->values[column], CRM__HOLDS_SMALL,
                         cell == CRM__CELL_BOOLEAN ? 2 : (uint64_t)crm__words_count(schema->columns[column].words));
  }
  return column_member(member, &dimension->values[column],
                       cell == CRM__CELL_TIME                    ? CRM__HOLDS_TIMES
                       : column == crm__version_column(table) ? CRM__HOLDS_ANY
                                                              : CRM__HOLDS_VALUES,
                       0);
}

int crm__member_of(crm_store *store, uint32_t part, crm__member *member)
{
  uint32_t subject = part >> 8;
  uint32_t index = part & 0xFF;
  memset(member, 0, sizeof *member);
  switch (subject) {
  case CRM__PART_KEYS:
    member->keys = keys_of(store, index);
    return member->keys != NULL;
  case CRM__PART_DOCUMENTS:
    return document_member(store, index, member);
  case CRM__PART_LINES:
    return line_member(store, index, member);
  case CRM__PART_ERASED:
    return index == 0   ? column_member(member, &store->erased_ids, CRM__HOLDS_IDS, store->customer_count)
           : index == 1 ? column_member(member, &store->anonymous, CRM__HOLDS_SMALL, 2)
                        : 0;
  default:
    return subject >= CRM__PART_TABLE && subject < CRM__PART_SUBJECTS &&
           subject != CRM__PART_TABLE + CRM__TABLE_SALES &&
           table_member(store, (int32_t)subject - CRM__PART_TABLE, index, member);
  }
}

uint32_t crm__record_size(uint32_t part)
{
  switch (part) {
  case CRM__PART(CRM__PART_MEASURES, 0):
    return 32;
  case CRM__PART(CRM__PART_STANDINGS, 0):
    return 1;
  case CRM__PART(CRM__PART_PROFILES, 0):
    return 16;
  case CRM__PART(CRM__PART_REOPENED, 0):
    return 32;
  case CRM__PART(CRM__PART_TURNED_AWAY, 0):
    return 24;
  default:
    return 0;
  }
}

/* ---- the head ---- */

static void write_attributes(const crm_store *store, int32_t table, crm__bytes *bytes, crm__memory *memory)
{
  int32_t i;
  crm__bytes_u32(bytes, memory, (uint32_t)store->attribute_count[table]);
  for (i = 0; i < store->attribute_count[table]; i++) {
    crm__bytes_add(bytes, memory, store->attributes[table][i].name, sizeof store->attributes[table][i].name);
    crm__bytes_u32(bytes, memory, (uint32_t)store->attributes[table][i].cell);
  }
}

static void write_tally(const crm__tally *tally, crm__bytes *bytes, crm__memory *memory)
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
  int32_t i;
  write_attributes(store, table, bytes, memory);
  crm__bytes_u64(bytes, memory, dimension->keys.count);
  crm__bytes_u64(bytes, memory, dimension->live);
  crm__bytes_i64(bytes, memory, dimension->latest);
  for (i = 0; i < crm__table_width(store, table); i++) {
    crm__bytes_u64(bytes, memory, dimension->budget[i]);
  }
  write_tally(&store->tallies[table], bytes, memory);
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
    crm__bytes_u64(bytes, memory, keys_of(of, i)->count);
  }
  crm__bytes_u64(bytes, memory, store->anonymous.length);
  crm__bytes_u64(bytes, memory, crm__reopened_count(store));
  crm__bytes_u64(bytes, memory, store->turned_away_count);
  crm__bytes_u32(bytes, memory, store->currency);
  crm__bytes_u32(bytes, memory, CRM__TABLES);
  for (i = 0; i < CRM__TABLES; i++) {
    write_table(store, (int32_t)i, bytes, memory);
  }
  crm__bytes_i64(bytes, memory, store->touched_since);
  crm__bytes_u32(bytes, memory, store->touched_count);
  for (i = 0; i < store->touched_count; i++) {
    crm__bytes_u32(bytes, memory, store->touched[i]);
  }
}

static crm_status bad_head(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "the head of the checkpoint contradicts itself: %s", what);
}

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

static int count_good(int64_t value)
{
  return value >= 0 && value <= INT64_C(1) << 62;
}

static int read_tally(crm__tally *tally, crm__byte_reader *reader)
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
  return count_good(tally->rows) && count_good(tally->accepted) && count_good(tally->duplicate) &&
         count_good(tally->rejected) && count_good(tally->rounded) && tally->amount_in > INT64_MIN &&
         tally->ignored >= 0 && (tally->touched == 0 || tally->touched == 1);
}

/* places: how many keys of a table are to come. */
static crm_status read_table(crm_store *store, int32_t table, uint64_t *places, crm__byte_reader *reader,
                             crm_error *error)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t i;
  crm_status status = read_attributes(store, table, reader, error);
  if (status != CRM_OK) {
    return status;
  }
  *places = crm__read_u64(reader);
  dimension->live = crm__read_u64(reader);
  dimension->latest = crm__read_i64(reader);
  for (i = 0; i < crm__table_width(store, table); i++) {
    dimension->budget[i] = crm__read_u64(reader);
    if (dimension->budget[i] > (uint64_t)INT64_MAX) {
      return bad_head(error, "budgets");
    }
  }
  if (!read_tally(&store->tallies[table], reader) || *places > COUNT_MOST ||
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

static int instant_good(int64_t time, int64_t unset)
{
  return time == unset || (time >= CRM__TIME_MIN && time < CRM__TIME_MAX);
}

/* Whether scalars are such as a store can have. */
static int scalars_good(const crm_store *store)
{
  return store->digits >= 0 && store->digits <= 6 && store->quantity_digits >= 0 && store->quantity_digits <= 6 &&
         store->returns >= CRM_RETURNS_AUTO && store->returns <= CRM_RETURNS_SIGN && store->day_start >= 0 &&
         store->day_start < CRM_DAY && count_good(store->version) && store->rekeyed >= 0 &&
         store->rekeyed <= store->version && instant_good(store->latest, INT64_MIN) &&
         instant_good(store->earliest, INT64_MAX) && store->money_budget <= (uint64_t)INT64_MAX &&
         store->quantity_budget <= (uint64_t)INT64_MAX && count_good(store->live_documents) &&
         count_good(store->live_lines) && store->line_count <= LINES_MOST;
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

crm_status crm__head_read(crm_store *store, crm__byte_reader *reader, crm__expected *expected, crm_error *error)
{
  uint64_t anonymous;
  crm_status status = CRM_OK;
  int32_t table;
  uint32_t tables;
  memset(expected, 0, sizeof *expected);
  if (crm__read_u32(reader) != HEAD_FORM) {
    return reader->bad ? bad_head(error, "its length")
                       : crm__fail(error, CRM_ERROR_VERSION, LATER);
  }
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
  tables = crm__read_u32(reader);   /* fewer in a file of before the last ones were there: those are empty */
  if (tables > CRM__TABLES || tables == 0) {
    return tables == 0 ? bad_head(error, "tables") : crm__fail(error, CRM_ERROR_VERSION, LATER);
  }
  store->customer_count = (uint32_t)expected->keys[CRM__KEYS_CUSTOMERS];
  store->document_count = (uint32_t)expected->keys[CRM__KEYS_DOCUMENTS];
  for (table = 0; status == CRM_OK && table < (int32_t)tables; table++) {
    status = read_table(store, table, &expected->places[table], reader, error);
  }
  if (status == CRM_OK) {
    status = read_touched(store, reader, error);
  }
  if (status == CRM_OK && !resize_columns(store, expected->keys, expected->places, anonymous)) {
    status = crm__fail_memory(error);
  }
  return status;
}
