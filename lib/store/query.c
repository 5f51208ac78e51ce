/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/cells.h"
#include "store/commit.h"
#include "store/identity.h"
#include "store/put.h"
#include "table/build.h"

#include <string.h>

/* What an integrator asks every day. */

static crm_status known_customer(const crm_store *store, const char *key, crm_table **table, uint32_t *id,
                                 crm_error *error)
{
  if (store == NULL || key == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, no key, or no place for the table");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *table = NULL;
  *id = crm__customer_find(store, key);
  if (*id == CRM__NONE || !crm__customer_known(store, *id)) {
    return crm__fail_at(error, CRM_ERROR_NOT_FOUND, "customers", "customer", 0, -1, "there is no such customer");
  }
  return CRM_OK;
}

/* What measures do not keep: times of a customer's first and last occasion (they have the days), CRM__NULL: none, and
 * what was returned. */
typedef struct chain_facts {
  int64_t first;
  int64_t last;
  int64_t returned;
} chain_facts;

static chain_facts read_chain(const crm_store *store, uint32_t id)
{
  uint32_t document = store->profiles[id].head;
  chain_facts facts = {CRM__NULL, CRM__NULL, 0};
  for (; document != CRM__NONE; document = crm__column_u32(&store->documents.next, document)) {
    int64_t time = crm__column_i64(&store->documents.time, document);
    if (crm__document_orders(store, document) > 0) {
      facts.first = facts.first == CRM__NULL || time < facts.first ? time : facts.first;
      facts.last = time > facts.last ? time : facts.last;
    }
    facts.returned += crm__column_i64(&store->documents.returned, document);
  }
  return facts;
}

static void put_profile(const crm_store *store, uint32_t id, crm_table *table, int32_t at)
{
  const crm__measure *measure = &store->measures[id];
  const crm__profile *profile = &store->profiles[id];
  chain_facts facts = read_chain(store, id);
  crm__put_number(table, at, facts.first);
  crm__put_number(table, at + 1, facts.last);
  crm__table_put(table, at + 2, measure->orders);
  crm__table_put(table, at + 3, measure->money);
  crm__table_put(table, at + 4, measure->money + facts.returned);
  crm__table_put(table, at + 5, facts.returned);
  if (measure->flags & CRM__COST_MISSING) {
    crm__table_put_null(table, at + 6);
  } else {
    crm__table_put(table, at + 6, measure->cost);
  }
  crm__table_put(table, at + 7, profile->documents);
  crm__table_put(table, at + 8, profile->changed);
}

#define PROFILE_COLUMNS 9

crm_status crm_store_customer(const crm_store *store, const char *key, crm_table **table, crm_error *error)
{
  static const crm__table_column own[PROFILE_COLUMNS] = {
    {"first", CRM_TYPE_TIME, 0},     {"last", CRM_TYPE_TIME, 0},         {"orders", CRM_TYPE_INTEGER, 0},
    {"net", CRM_TYPE_MONEY, 0},      {"sales", CRM_TYPE_MONEY, 0},       {"returned", CRM_TYPE_MONEY, 0},
    {"cost", CRM_TYPE_MONEY, 0},     {"documents", CRM_TYPE_INTEGER, 0}, {"changed", CRM_TYPE_INTEGER, 0},
  };
  crm__table_column columns[CRM__TABLE_COLUMNS + PROFILE_COLUMNS];
  uint32_t id = 0;
  int32_t width;
  int64_t joined;
  int32_t i;
  crm_status status = known_customer(store, key, table, &id, error);
  if (status != CRM_OK) {
    return status;
  }
  width = crm__table_width(store, CRM__TABLE_CUSTOMERS);
  for (i = 0; i < width; i++) {
    columns[i] = crm__result_column(store, CRM__TABLE_CUSTOMERS, i);
  }
  for (i = 0; i < PROFILE_COLUMNS; i++) {
    columns[width + i] = own[i];
    columns[width + i].scale = own[i].type == CRM_TYPE_MONEY ? store->digits : 0;
  }
  status = crm__table_begin(&store->memory, "customer", columns, width + PROFILE_COLUMNS, 1, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__table_put_key(*table, 0, crm__customer_key(store, id));
  crm__put_word(*table, 1, crm__schema(CRM__TABLE_CUSTOMERS)->columns[1].words, crm__customer_kind(store, id));
  (void)crm__customer_row(store, id, &joined);   /* the first of all that are one */
  for (i = 2; i < width; i++) {
    if (i == CRM__CUSTOMERS_JOINED) {
      crm__put_number(*table, i, joined);
    } else {
      crm__put_row_cell(store, CRM__TABLE_CUSTOMERS, i, crm__customer_speaker(store, id), *table, i);
    }
  }
  put_profile(store, id, *table, width);
  return crm__table_finish(table, error);
}

/* The documents of a customer before an instant: their number, and they themselves unless documents is NULL. */
static uint32_t collect_chain(const crm_store *store, uint32_t customer, int64_t as_of, uint32_t *documents)
{
  uint32_t document = store->profiles[customer].head;
  uint32_t count = 0;
  for (; document != CRM__NONE; document = crm__column_u32(&store->documents.next, document)) {
    if (crm__column_i64(&store->documents.time, document) < as_of) {
      if (documents != NULL) {
        documents[count] = document;
      }
      count++;
    }
  }
  return count;
}

crm__key crm__document_key(const crm_store *store, uint32_t document)
{
  return crm__intern_key(&store->documents.keys, document, NULL);
}

int crm__document_compare(const void *context, uint32_t a, uint32_t b)
{
  const crm_store *store = context;
  int64_t x = crm__column_i64(&store->documents.time, a);
  int64_t y = crm__column_i64(&store->documents.time, b);
  uint32_t space_a;
  uint32_t space_b;
  crm__key key_a;
  crm__key key_b;
  int order;
  if (x != y) {
    return x < y ? -1 : 1;
  }
  key_a = crm__intern_key(&store->documents.keys, a, &space_a);
  key_b = crm__intern_key(&store->documents.keys, b, &space_b);
  order = crm__key_compare(key_a, key_b);
  if (order != 0) {
    return order;
  }
  return crm__key_compare(crm__intern_key(&store->names, space_a & ~CRM__MADE, NULL),
                          crm__intern_key(&store->names, space_b & ~CRM__MADE, NULL));
}

static void put_document(const crm_store *store, uint32_t document, crm_table *table)
{
  const crm__documents *documents = &store->documents;
  int64_t net = crm__column_i64(&documents->net, document);
  int64_t returned = crm__column_i64(&documents->returned, document);
  uint32_t space;
  crm__key key = crm__intern_key(&documents->keys, document, &space);
  crm__table_put_key(table, 0, crm__intern_key(&store->names, space & ~CRM__MADE, NULL));
  crm__table_put_key(table, 1, key);
  crm__table_put(table, 2, crm__column_i64(&documents->version, document));
  crm__table_put(table, 3, crm__column_i64(&documents->time, document));
  crm__put_interned(table, 4, &store->branches, crm__column_u32(&documents->branch, document));
  crm__table_put(table, 5, net);
  crm__table_put(table, 6, net + returned);
  crm__table_put(table, 7, returned);
  crm__table_put(table, 8, crm__column_u32(&documents->lines, document));
  crm__table_put(table, 9, crm__document_orders(store, document));
}

/* Sorts them, by room for as many again behind them. */
static crm_status make_documents(const crm_store *store, const crm__memory *memory, uint32_t *documents,
                                 uint32_t count, crm_table **table, crm_error *error)
{
  crm__table_column columns[] = {
    {"source", CRM_TYPE_TEXT, 0},   {"document", CRM_TYPE_TEXT, 0}, {"version", CRM_TYPE_INTEGER, 0},
    {"time", CRM_TYPE_TIME, 0},     {"branch", CRM_TYPE_TEXT, 0},   {"net", CRM_TYPE_MONEY, 0},
    {"sales", CRM_TYPE_MONEY, 0},   {"returned", CRM_TYPE_MONEY, 0}, {"lines", CRM_TYPE_INTEGER, 0},
    {"orders", CRM_TYPE_INTEGER, 0},
  };
  uint32_t i;
  crm_status status;
  columns[5].scale = columns[6].scale = columns[7].scale = store->digits;
  crm__merge_sort(documents, documents + count, count, crm__document_compare, store);
  status = crm__table_begin(memory, "documents", columns, 10, count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < count; i++) {
    put_document(store, documents[i], *table);
  }
  return crm__table_finish(table, error);
}

crm_status crm_store_customer_documents(const crm_store *store, const char *key, crm_table **table, crm_error *error)
{
  crm__memory memory;
  uint32_t *documents;
  uint32_t id = 0;
  uint32_t count;
  crm_status status = known_customer(store, key, table, &id, error);
  if (status != CRM_OK) {
    return status;
  }
  memory = crm__memory_fork(&store->memory);
  count = collect_chain(store, id, INT64_MAX, NULL);
  documents = crm__alloc_array(&memory, (uint64_t)count * 2, sizeof *documents);
  if (documents == NULL) {
    return crm__fail_memory(error);
  }
  (void)collect_chain(store, id, INT64_MAX, documents);
  status = make_documents(store, &memory, documents, count, table, error);
  crm__free_array(&memory, documents, (uint64_t)count * 2, sizeof *documents);
  return status;
}

/* Those of all that count as a customer. */
static uint32_t collect_scope(const crm__scope *scope, uint32_t customer, uint32_t *documents)
{
  uint32_t count = 0;
  uint32_t id;
  if (scope->accounts == NULL) {
    return collect_chain(scope->store, customer, scope->as_of, documents);
  }
  for (id = 0; id < crm__customers(scope->store); id++) {
    if (scope->accounts[id] == customer) {
      count += collect_chain(scope->store, id, scope->as_of, documents == NULL ? NULL : documents + count);
    }
  }
  return count;
}

crm_status crm__documents_table(crm__scope *scope, uint32_t customer, crm_table **table, crm_error *error)
{
  uint32_t count = collect_scope(scope, customer, NULL);
  uint32_t *documents = crm__scope_alloc(scope, (uint64_t)count * 2, sizeof *documents);
  if (documents == NULL) {
    return crm__fail_memory(error);
  }
  (void)collect_scope(scope, customer, documents);
  return make_documents(scope->store, crm__scope_memory(scope), documents, count, table, error);
}

static int is_live(const crm_store *store, uint32_t id)
{
  return id < store->document_count && (crm__column_u8(&store->documents.flags, id) & CRM__DOCUMENT_LIVE) != 0;
}

uint32_t crm__document_find(const crm_store *store, const char *source, const char *document)
{
  uint32_t space = crm__intern_find(&store->names, 0, crm__key_from(source, strlen(source)));
  crm__key key = crm__key_from(document, strlen(document));
  uint32_t id;
  if (space == CRM__NONE) {
    return CRM__NONE;
  }
  id = crm__intern_find(&store->documents.keys, space, key);
  if (!is_live(store, id)) {
    id = crm__intern_find(&store->documents.keys, space | CRM__MADE, key);
  }
  return is_live(store, id) ? id : CRM__NONE;
}

typedef struct line_range {
  const crm_store *store;
  uint64_t first;
} line_range;

/* By value, or by key where the column holds ids; the empty come last. */
static int compare_cells(const crm__intern *intern, const crm__column *column, uint64_t a, uint64_t b)
{
  if (intern != NULL) {
    uint32_t x = crm__column_u32(column, a);
    uint32_t y = crm__column_u32(column, b);
    if (x == y || x == CRM__NONE || y == CRM__NONE) {
      return x == y ? 0 : x == CRM__NONE ? 1 : -1;
    }
    return crm__key_compare(crm__intern_key(intern, x, NULL), crm__intern_key(intern, y, NULL));
  }
  if (column->size == 1) {
    return (int)crm__column_u8(column, a) - (int)crm__column_u8(column, b);
  }
  return (crm__column_i64(column, a) > crm__column_i64(column, b)) -
         (crm__column_i64(column, a) < crm__column_i64(column, b));
}

/* The order of a document's lines must not show in which order keys came to the store. */
static int compare_lines(const void *context, uint32_t a, uint32_t b)
{
  const line_range *range = context;
  const crm_store *store = range->store;
  const crm__sales_lines *l = &store->lines;
  const crm__column *columns[CRM__LINE_COLUMNS] = {
    &l->line, &l->amount, &l->code, &l->product, &l->quantity, &l->price, &l->discount,
    &l->tax,  &l->cost,   &l->staff, &l->currency, &l->rate,   &l->foreign, &l->original,
  };
  const crm__intern *interns[CRM__LINE_COLUMNS] = {
    &store->names, NULL, NULL,          &store->products, NULL, NULL, NULL,
    NULL,          NULL, &store->names, &store->names,    NULL, NULL, &store->documents.keys,
  };
  int order = 0;
  uint32_t c;
  for (c = 0; order == 0 && c < CRM__LINE_COLUMNS; c++) {
    order = compare_cells(interns[c], columns[c], range->first + a, range->first + b);
  }
  return order;
}

static void put_line_document(const crm_store *store, uint32_t document, crm_table *table)
{
  const crm__documents *documents = &store->documents;
  uint32_t space;
  crm__table_put_key(table, CRM__SALES_DOCUMENT, crm__intern_key(&documents->keys, document, &space));
  crm__table_put(table, CRM__SALES_TIME, crm__column_i64(&documents->time, document));
  crm__put_interned(table, CRM__SALES_CUSTOMER, &store->customers, crm__document_sender(store, document));
  crm__put_interned(table, CRM__SALES_BRANCH, &store->branches, crm__column_u32(&documents->branch, document));
  crm__table_put_key(table, CRM__SALES_SOURCE, crm__intern_key(&store->names, space & ~CRM__MADE, NULL));
  crm__table_put(table, CRM__SALES_VERSION, crm__column_i64(&documents->version, document));
}

static void put_line(const crm_store *store, uint64_t line, crm_table *table)
{
  const crm__schema_table *schema = crm__schema(CRM__TABLE_SALES);
  const crm__sales_lines *lines = &store->lines;
  uint32_t code = crm__column_u8(&lines->code, line);
  crm__put_interned(table, CRM__SALES_LINE, &store->names, crm__column_u32(&lines->line, line));
  crm__put_word(table, CRM__SALES_KIND, schema->columns[CRM__SALES_KIND].words, code & 3);
  crm__put_word(table, CRM__SALES_CLASS, schema->columns[CRM__SALES_CLASS].words, code >> 2);
  crm__put_interned(table, CRM__SALES_PRODUCT, &store->products, crm__column_u32(&lines->product, line));
  crm__put_number(table, CRM__SALES_QUANTITY, crm__column_i64(&lines->quantity, line));
  crm__put_number(table, CRM__SALES_PRICE, crm__column_i64(&lines->price, line));
  crm__put_number(table, CRM__SALES_AMOUNT, crm__column_i64(&lines->amount, line));
  crm__put_number(table, CRM__SALES_DISCOUNT, crm__column_i64(&lines->discount, line));
  crm__put_number(table, CRM__SALES_TAX, crm__column_i64(&lines->tax, line));
  crm__put_number(table, CRM__SALES_COST, crm__column_i64(&lines->cost, line));
  crm__put_interned(table, CRM__SALES_STAFF, &store->names, crm__column_u32(&lines->staff, line));
  crm__put_interned(table, CRM__SALES_CURRENCY, &store->names, crm__column_u32(&lines->currency, line));
  crm__put_number(table, CRM__SALES_RATE, crm__column_i64(&lines->rate, line));
  crm__put_interned(table, CRM__SALES_ORIGINAL, &store->documents.keys, crm__column_u32(&lines->original, line));
  crm__put_number(table, CRM__SALES_COLUMNS, crm__column_i64(&lines->foreign, line));
}

static crm_status put_lines(const crm_store *store, uint32_t document, crm__memory *memory, crm_table **table,
                            crm_error *error)
{
  crm__table_column columns[CRM__SALES_COLUMNS + 1];
  line_range range;
  uint32_t count = crm__column_u32(&store->documents.lines, document);
  uint32_t *order = crm__alloc_array(memory, (uint64_t)count * 2, sizeof *order);
  uint32_t i;
  crm_status status;
  if (order == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < CRM__SALES_COLUMNS; i++) {
    columns[i] = crm__result_column(store, CRM__TABLE_SALES, (int32_t)i);
  }
  columns[i].name = "currency_amount";
  columns[i].type = CRM_TYPE_MONEY;
  columns[i].scale = store->digits;
  range.store = store;
  range.first = (uint64_t)crm__column_i64(&store->documents.first, document);
  for (i = 0; i < count; i++) {
    order[i] = i;
  }
  crm__merge_sort(order, order + count, count, compare_lines, &range);
  status = crm__table_begin(memory, "document", columns, CRM__SALES_COLUMNS + 1, count, table, error);
  for (i = 0; status == CRM_OK && i < count; i++) {
    put_line_document(store, document, *table);
    put_line(store, range.first + order[i], *table);
  }
  crm__free_array(memory, order, (uint64_t)count * 2, sizeof *order);
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

crm_status crm_store_document(const crm_store *store, const char *source, const char *document, crm_table **table,
                              crm_error *error)
{
  crm__memory memory;
  uint32_t id;
  if (store == NULL || source == NULL || document == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, no key, or no place for the table");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *table = NULL;
  id = crm__document_find(store, source, document);
  if (id == CRM__NONE) {
    return crm__fail_at(error, CRM_ERROR_NOT_FOUND, "sales", "document", 0, -1, "there is no such document");
  }
  memory = crm__memory_fork(&store->memory);
  return put_lines(store, id, &memory, table, error);
}

crm_status crm_store_changed(const crm_store *store, int64_t since, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {{"customer", CRM_TYPE_TEXT, 0}, {"version", CRM_TYPE_INTEGER, 0}};
  crm__memory memory;
  uint32_t *ranks;
  uint32_t *ids;
  uint64_t count;
  uint64_t known;
  uint64_t i;
  crm_status status;
  if (store == NULL || table == NULL || since < 0 || since > store->version) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "since", 0, -1,
                        "no store, no place for the table, or a data version that the store has not reached");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *table = NULL;
  memory = crm__memory_fork(&store->memory);
  count = store->customers.count;   /* those of an open load too */
  known = store->customer_count;
  ranks = crm__alloc_array(&memory, count * 2, sizeof *ranks);
  if (ranks == NULL || !crm__intern_ranks(&store->customers, &memory, ranks)) {
    crm__free_array(&memory, ranks, count * 2, sizeof *ranks);
    return crm__fail_memory(error);
  }
  ids = ranks + count;
  crm__ranks_close(ranks, count, known, ids);
  for (i = 0; i < known; i++) {
    ids[ranks[i]] = (uint32_t)i;
  }
  status = crm__table_begin(&memory, "changed", columns, 2, 0, table, error);
  for (i = 0; status == CRM_OK && i < known; i++) {
    const crm__profile *profile = &store->profiles[ids[i]];
    if (profile->changed > since) {
      crm__table_put_key(*table, 0, crm__customer_key(store, ids[i]));
      crm__table_put(*table, 1, profile->changed);
    }
  }
  crm__free_array(&memory, ranks, count * 2, sizeof *ranks);
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

static const char *type_name(int32_t cell)
{
  static const char *const names[] = {"",     "key",    "name",   "word",    "time",   "money",
                                      "quantity", "rate", "number", "integer", "boolean"};
  return names[cell];
}

crm_status crm_store_schema(const crm_store *store, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"table", CRM_TYPE_TEXT, 0}, {"column", CRM_TYPE_TEXT, 0}, {"type", CRM_TYPE_TEXT, 0},
    {"role", CRM_TYPE_TEXT, 0},  {"unit", CRM_TYPE_TEXT, 0},   {"meaning", CRM_TYPE_TEXT, 0},
  };
  static const char *const roles[] = {"optional", "key", "required", "part"};
  crm_status status;
  int32_t t;
  int32_t i;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the table");
  }
  *table = NULL;
  status = crm__table_begin(&store->memory, "schema", columns, 6, 64, table, error);
  for (t = 0; status == CRM_OK && t < CRM__TABLES; t++) {
    const crm__schema_table *schema = crm__schema(t);
    for (i = 0; i < crm__table_width(store, t); i++) {
      const crm__schema_column *column = i < schema->count ? &schema->columns[i] : NULL;
      crm__table_put_name(*table, 0, schema->name);
      crm__table_put_name(*table, 1, crm__table_column_name(store, t, i));
      crm__table_put_name(*table, 2, type_name(crm__table_column_cell(store, t, i)));
      crm__table_put_name(*table, 3, column == NULL ? "attribute" : roles[column->role]);
      crm__table_put_name(*table, 4, column == NULL ? NULL : column->unit);
      crm__table_put_name(*table, 5, column == NULL ? NULL : column->meaning);
    }
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

crm_status crm_store_loads(const crm_store *store, crm_table **table, crm_error *error)
{
  crm__table_column columns[] = {
    {"table", CRM_TYPE_TEXT, 0},        {"rows", CRM_TYPE_INTEGER, 0},     {"accepted", CRM_TYPE_INTEGER, 0},
    {"duplicate", CRM_TYPE_INTEGER, 0}, {"rejected", CRM_TYPE_INTEGER, 0}, {"amount_in", CRM_TYPE_MONEY, 0},
    {"amount_accepted", CRM_TYPE_MONEY, 0},
  };
  crm_status status;
  int32_t t;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the table");
  }
  *table = NULL;
  columns[5].scale = columns[6].scale = store->digits;
  status = crm__table_begin(&store->memory, "load", columns, 7, CRM__TABLES, table, error);
  for (t = 0; status == CRM_OK && t < CRM__TABLES; t++) {
    const crm__tally *tally = &store->tallies[t];
    if (!tally->touched) {
      continue;
    }
    crm__table_put_name(*table, 0, crm__schema(t)->name);
    crm__table_put(*table, 1, tally->rows);
    crm__table_put(*table, 2, tally->accepted);
    crm__table_put(*table, 3, tally->duplicate);
    crm__table_put(*table, 4, tally->rejected);
    crm__put_number(*table, 5, t == CRM__TABLE_SALES ? tally->amount_in : CRM__NULL);
    crm__put_number(*table, 6, t == CRM__TABLE_SALES ? tally->amount_accepted : CRM__NULL);
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}
