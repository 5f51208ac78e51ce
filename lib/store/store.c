/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"
#include "base/text.h"
#include "store/ahead.h"
#include "store/customer.h"
#include "store/identity.h"
#include "store/reopened.h"
#include "store/saved_file.h"

#include <limits.h>
#include <string.h>

static void open_lines(crm__sales_lines *lines)
{
  crm__column_open(&lines->code, 1, 0);
  crm__column_open(&lines->amount, 8, 0);
  crm__column_open(&lines->product, 4, CRM__NONE);
  crm__column_open(&lines->quantity, 8, CRM__NULL);
  crm__column_open(&lines->price, 8, CRM__NULL);
  crm__column_open(&lines->discount, 8, CRM__NULL);
  crm__column_open(&lines->tax, 8, CRM__NULL);
  crm__column_open(&lines->cost, 8, CRM__NULL);
  crm__column_open(&lines->line, 4, CRM__NONE);
  crm__column_open(&lines->staff, 4, CRM__NONE);
  crm__column_open(&lines->currency, 4, CRM__NONE);
  crm__column_open(&lines->rate, 8, CRM__NULL);
  crm__column_open(&lines->foreign, 8, CRM__NULL);
  crm__column_open(&lines->original, 4, CRM__NONE);
}

static void open_documents(crm__documents *documents)
{
  crm__intern_open(&documents->keys);
  crm__column_open(&documents->time, 8, 0);
  crm__column_open(&documents->customer, 4, CRM__NONE);
  crm__column_open(&documents->branch, 4, CRM__NONE);
  crm__column_open(&documents->version, 8, 0);
  crm__column_open(&documents->first, 8, 0);
  crm__column_open(&documents->lines, 4, 0);
  crm__column_open(&documents->net, 8, 0);
  crm__column_open(&documents->returned, 8, 0);
  crm__column_open(&documents->tax, 8, 0);
  crm__column_open(&documents->cost, 8, 0);
  crm__column_open(&documents->flags, 1, 0);
  crm__column_open(&documents->next, 4, CRM__NONE);
  crm__column_open(&documents->sent, 4, CRM__NONE);
}

uint32_t crm__line_columns(crm__sales_lines *lines, crm__column **columns)
{
  columns[0] = &lines->code;
  columns[1] = &lines->amount;
  columns[2] = &lines->product;
  columns[3] = &lines->quantity;
  columns[4] = &lines->price;
  columns[5] = &lines->discount;
  columns[6] = &lines->tax;
  columns[7] = &lines->cost;
  columns[8] = &lines->line;
  columns[9] = &lines->staff;
  columns[10] = &lines->currency;
  columns[11] = &lines->rate;
  columns[12] = &lines->foreign;
  columns[13] = &lines->original;
  return CRM__LINE_COLUMNS;
}

uint32_t crm__document_columns(crm__documents *documents, crm__column **columns)
{
  columns[0] = &documents->time;
  columns[1] = &documents->customer;
  columns[2] = &documents->branch;
  columns[3] = &documents->version;
  columns[4] = &documents->first;
  columns[5] = &documents->lines;
  columns[6] = &documents->net;
  columns[7] = &documents->returned;
  columns[8] = &documents->tax;
  columns[9] = &documents->cost;
  columns[10] = &documents->flags;
  columns[11] = &documents->next;
  columns[12] = &documents->sent;
  return CRM__DOCUMENT_COLUMNS;
}

uint32_t crm__cell_size(int32_t cell)
{
  switch (cell) {
  case CRM__CELL_KEY:
  case CRM__CELL_NAME:
    return 4;
  case CRM__CELL_WORD:
  case CRM__CELL_BOOLEAN:
    return 1;
  default:
    return 8;
  }
}

int64_t crm__cell_fill(int32_t cell)
{
  switch (crm__cell_size(cell)) {
  case 1:
    return UINT8_MAX;
  case 4:
    return CRM__NONE;
  default:
    return CRM__NULL;
  }
}

static void open_dimensions(crm_store *store)
{
  int32_t table;
  int32_t i;
  for (table = 0; table < CRM__TABLES; table++) {
    crm__dimension *dimension = &store->dimensions[table];
    crm__intern_open(&dimension->keys);
    crm__column_open(&dimension->present, 1, 0);
    crm__column_open(&dimension->repeat, 4, 0);
    dimension->latest = INT64_MIN;
    for (i = 0; i < crm__schema(table)->count; i++) {
      int32_t cell = crm__schema(table)->columns[i].cell;
      crm__column_open(&dimension->values[i], crm__cell_size(cell), crm__cell_fill(cell));
    }
  }
}

static void close_dimensions(crm_store *store)
{
  int32_t table;
  int32_t i;
  for (table = 0; table < CRM__TABLES; table++) {
    crm__dimension *dimension = &store->dimensions[table];
    crm__intern_close(&dimension->keys, &store->memory);
    crm__column_close(&dimension->present, &store->memory);
    crm__column_close(&dimension->repeat, &store->memory);
    for (i = 0; i < crm__table_width(store, table); i++) {
      crm__column_close(&dimension->values[i], &store->memory);
    }
  }
}

static crm_status check_options(const crm_store_options *options, crm_error *error)
{
  if (options->digits < 0 || options->digits > 6) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "digits", 0, -1, "money has 0 to 6 decimals");
  }
  if (options->quantity_digits < 0 || options->quantity_digits > 6) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "quantity_digits", 0, -1, "quantities have 0 to 6 decimals");
  }
  if (options->returns < CRM_RETURNS_AUTO || options->returns > CRM_RETURNS_SIGN) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "returns", 0, -1, "no such way to know returns");
  }
  if (options->day_start < 0 || options->day_start >= CRM_DAY) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "day_start", 0, -1, "a business day starts within a day");
  }
  if (options->anonymous_count < 0 || (options->anonymous_count > 0 && options->anonymous == NULL)) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "anonymous", 0, -1, "keys are missing");
  }
  return CRM_OK;
}

/* Interns the base currency and the customers that stand for nobody. */
static crm_status take_names(crm_store *store, const crm_store_options *options, crm_error *error)
{
  int64_t i;
  if (crm__intern_add(&store->names, &store->memory, 0, crm__key_from("", 0)) == CRM__NONE) {
    return crm__fail_memory(error);
  }
  if (options->currency != NULL && options->currency[0] != '\0') {
    store->currency = crm__intern_add(&store->names, &store->memory, 0,
                                      crm__key_from(options->currency, strlen(options->currency)));
    if (store->currency == CRM__NONE) {
      return crm__fail_memory(error);
    }
  }
  for (i = 0; i < options->anonymous_count; i++) {
    const char *key = options->anonymous[i];
    uint32_t id;
    if (key == NULL || key[0] == '\0' || !crm__utf8_valid(key, strlen(key))) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "anonymous", i + 1, -1, "a key is UTF-8 text and not empty");
    }
    id = crm__intern_add(&store->customers, &store->memory, 0, crm__key_from(key, strlen(key)));
    if (id == CRM__NONE || !crm__column_resize(&store->anonymous, &store->memory, store->customers.count) ||
        !crm__column_touch(&store->anonymous, &store->memory, id)) {
      return crm__fail_memory(error);
    }
    crm__column_put_u8(&store->anonymous, id, 1);
  }
  store->customer_count = (uint32_t)store->customers.count;
  return crm__profiles_grow(store) ? CRM_OK : crm__fail_memory(error);
}

void crm__store_begin(crm_store *store, const crm__memory *memory)
{
  memset(store, 0, sizeof *store);
  store->memory = *memory;
  store->currency = CRM__NONE;
  store->latest = INT64_MIN;
  store->earliest = INT64_MAX;
  crm__intern_open(&store->customers);
  crm__intern_open(&store->products);
  crm__intern_open(&store->branches);
  crm__intern_open(&store->names);
  crm__intern_open(&store->opportunities);
  crm__intern_open(&store->erased);
  crm__column_open(&store->erased_ids, 4, CRM__NONE);
  crm__intern_open(&store->references);
  crm__column_open(&store->anonymous, 1, 0);
  crm__column_open(&store->met, sizeof(int64_t), INT64_MAX);
  open_documents(&store->documents);
  open_lines(&store->lines);
  open_dimensions(store);
}

crm_status crm_store_create(const crm_config *config, const crm_store_options *options, crm_store **store,
                            crm_error *error)
{
  static const crm_store_options defaults = CRM_STORE_OPTIONS_INIT;
  crm_store_options own = defaults;
  crm__memory memory;
  crm_store *made;
  crm_status status;
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the store");
  }
  *store = NULL;
  status = crm__memory_open(&memory, config, error);
  if (status == CRM_OK && options != NULL) {
    status = crm__struct_read(&own, sizeof own, options, "crm_store_options", error);
  }
  if (status == CRM_OK) {
    status = check_options(&own, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  made = crm__alloc(&memory, sizeof *made);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  crm__store_begin(made, &memory);
  made->digits = own.digits;
  made->quantity_digits = own.quantity_digits;
  made->returns = own.returns;
  made->day_start = own.day_start;
  status = take_names(made, &own, error);
  if (status != CRM_OK) {
    crm_store_free(made);
    return status;
  }
  *store = made;
  return CRM_OK;
}

void crm__store_clear(crm_store *store)
{
  crm__column *columns[CRM__LINE_COLUMNS + CRM__DOCUMENT_COLUMNS];
  uint32_t count;
  uint32_t i;
  count = crm__line_columns(&store->lines, columns);
  count += crm__document_columns(&store->documents, columns + count);
  for (i = 0; i < count; i++) {
    crm__column_close(columns[i], &store->memory);
  }
  crm__intern_close(&store->documents.keys, &store->memory);
  crm__intern_close(&store->customers, &store->memory);
  crm__intern_close(&store->products, &store->memory);
  crm__intern_close(&store->branches, &store->memory);
  crm__intern_close(&store->names, &store->memory);
  crm__intern_close(&store->opportunities, &store->memory);
  crm__intern_close(&store->references, &store->memory);
  crm__column_close(&store->anonymous, &store->memory);
  crm__column_close(&store->met, &store->memory);
  crm__identity_free(&store->identity, &store->memory);
  crm__intern_close(&store->erased, &store->memory);
  crm__column_close(&store->erased_ids, &store->memory);
  close_dimensions(store);
  crm__free_array(&store->memory, store->measures, store->measure_capacity, sizeof *store->measures);
  crm__free_array(&store->memory, store->profiles, store->profile_capacity, sizeof *store->profiles);
  crm__months_drop(store);
  crm__reopened_free(store);
  crm__free_array(&store->memory, store->turned_away, store->turned_away_capacity, sizeof *store->turned_away);
}

void crm_store_free(crm_store *store)
{
  crm__memory memory;
  if (store == NULL) {
    return;
  }
  crm__saved_close(store);
  crm__store_clear(store);
  memory = store->memory;
  crm__free(&memory, store, sizeof *store);
}

int64_t crm_store_version(const crm_store *store)
{
  return store == NULL ? 0 : store->version;
}

crm_status crm_store_settings(const crm_store *store, crm_store_options *options, crm_error *error)
{
  static const crm_store_options defaults = CRM_STORE_OPTIONS_INIT;
  crm_store_options own = defaults;
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  own.digits = store->digits;
  own.quantity_digits = store->quantity_digits;
  own.returns = store->returns;
  own.day_start = store->day_start;
  return crm__struct_write(options, &own, sizeof own, "crm_store_options", error);
}

int32_t crm_store_digits(const crm_store *store)
{
  return store == NULL ? 0 : store->digits;
}

int64_t crm_store_horizon(const crm_store *store)
{
  int64_t latest[CRM__TABLES];
  int32_t table;
  if (store == NULL) {
    return CRM_TIME_UNSET_TO;
  }
  for (table = 0; table < CRM__TABLES; table++) {
    latest[table] = store->dimensions[table].latest;
  }
  return crm__horizon(store, store->latest, latest);
}

int64_t crm_store_customers(const crm_store *store)
{
  int64_t count = 0;
  uint32_t i;
  if (store != NULL && crm__store_ready(store, NULL) != CRM_OK) {
    return store->saved->expected.known;
  }
  for (i = 0; store != NULL && i < store->customer_count; i++) {
    count += crm__customer_known(store, i);
  }
  return count;
}

int64_t crm_store_documents(const crm_store *store)
{
  return store == NULL ? 0 : store->live_documents;
}

int64_t crm_store_lines(const crm_store *store)
{
  return store == NULL ? 0 : store->live_lines;
}

int crm__customer_known(const crm_store *store, uint32_t customer)
{
  int64_t joined;
  return store->profiles[customer].documents > 0 || crm__customer_row(store, customer, &joined) ||
         crm__customer_met(store, customer) != INT64_MAX;
}

int crm__customer_nobody(const crm_store *store, uint32_t customer)
{
  return customer < store->anonymous.length && crm__column_u8(&store->anonymous, customer) != 0;
}

int crm__customer_kind(const crm_store *store, uint32_t customer)
{
  uint8_t kind;
  if (crm__customer_nobody(store, customer)) {
    return CRM__CUSTOMER_ANONYMOUS;
  }
  kind = crm__column_u8(&store->dimensions[CRM__TABLE_CUSTOMERS].values[CRM__CUSTOMERS_KIND],
                        crm__customer_speaker(store, customer));
  return kind == UINT8_MAX ? CRM__CUSTOMER_PERSON : (int)kind;
}

int32_t crm__table_width(const crm_store *store, int32_t table)
{
  return crm__schema(table)->count + store->attribute_count[table];
}

const char *crm__table_column_name(const crm_store *store, int32_t table, int32_t column)
{
  const crm__schema_table *schema = crm__schema(table);
  return column < schema->count ? schema->columns[column].name : store->attributes[table][column - schema->count].name;
}

int32_t crm__table_column_number(int32_t table, int32_t column)
{
  int32_t count = crm__schema(table)->count;
  return column < count ? crm__schema_number(table, column) : crm__schema_first(table) + column - count;
}

int32_t crm__table_column_numbered(const crm_store *store, int32_t table, int32_t number)
{
  int32_t attribute = number - crm__schema_first(table);
  if (attribute >= 0 && attribute < CRM__NUMBERS_ATTRIBUTES) {
    return attribute < store->attribute_count[table] ? crm__schema(table)->count + attribute : -1;
  }
  return crm__schema_numbered(table, number);
}

int32_t crm__table_column_cell(const crm_store *store, int32_t table, int32_t column)
{
  const crm__schema_table *schema = crm__schema(table);
  return column < schema->count ? schema->columns[column].cell : store->attributes[table][column - schema->count].cell;
}

int32_t crm__table_column_find(const crm_store *store, int32_t table, const char *name, size_t length)
{
  int32_t i;
  int32_t width = crm__table_width(store, table);
  for (i = 0; i < width; i++) {
    if (crm__text_equal(name, length, crm__table_column_name(store, table, i))) {
      return i;
    }
  }
  return -1;
}

int crm__attribute_name_good(const char *name)
{
  size_t i;
  for (i = 0; name != NULL && i < 64 && name[i] != '\0'; i++) {
    char c = name[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
      return 0;
    }
  }
  return name != NULL && i > 0 && i < 64;
}

void crm__attribute_take(crm_store *store, int32_t table, const char *name, int32_t cell)
{
  int32_t count = store->attribute_count[table]++;
  memcpy(store->attributes[table][count].name, name, strlen(name) + 1);
  store->attributes[table][count].cell = cell;
  crm__column_open(&store->dimensions[table].values[crm__schema(table)->count + count], crm__cell_size(cell),
                   crm__cell_fill(cell));
}

crm_status crm_store_attribute(crm_store *store, const char *table, const char *name, int32_t type, crm_error *error)
{
  int32_t index = crm__schema_find(table);
  int32_t cell = type == CRM_TYPE_TEXT      ? CRM__CELL_NAME
                 : type == CRM_TYPE_DECIMAL ? CRM__CELL_NUMBER
                 : type == CRM_TYPE_MONEY   ? CRM__CELL_MONEY
                 : type == CRM_TYPE_TIME    ? CRM__CELL_TIME
                                            : 0;
  int32_t found;
  int32_t count;
  crm__column *column;
  crm_status status;
  if (store == NULL || table == NULL || cell == 0 || !crm__attribute_name_good(name)) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "attribute", 0, -1,
                        "an attribute has a name of a-z, 0-9 and _ and is text, decimal, money or time");
  }
  if (index < 0 || index == CRM__TABLE_SALES) {
    return crm__fail_at(error, CRM_ERROR_SCHEMA, table, name, 0, -1,
                        "there is no such table, or it has no attributes, as sales");
  }
  status = crm__saved_changeable(store, error);
  if (status != CRM_OK) {
    return status;
  }
  if (store->open_load) {
    return crm__fail(error, CRM_ERROR_STATE, "a load is open");
  }
  found = crm__table_column_find(store, index, name, strlen(name));
  if (found >= 0) {
    if (found < crm__schema(index)->count) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, table, name, 0, -1, "the table has a column of this name");
    }
    return crm__table_column_cell(store, index, found) == cell
               ? CRM_OK
               : crm__fail_at(error, CRM_ERROR_CONFLICT, table, name, 0, -1, "the attribute is of another type");
  }
  count = store->attribute_count[index];
  if (count == CRM__ATTRIBUTES) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, table, name, 0, -1, "a table has at most %d attributes",
                        CRM__ATTRIBUTES);
  }
  crm__attribute_take(store, index, name, cell);
  column = &store->dimensions[index].values[crm__schema(index)->count + count];
  status = crm__column_resize(column, &store->memory, store->dimensions[index].present.length)
               ? crm__saved_attribute(store, index, name, type, error)
               : crm__fail_memory(error);
  if (status != CRM_OK) {
    crm__column_close(column, &store->memory);
    store->attribute_count[index]--;
  }
  return status;
}
