/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

crm_store *store_new(const crm_store_options *options)
{
  return facts_store(options, NULL);
}

crm_store *store_in_memory(void)
{
  crm_config config = CRM_CONFIG_INIT;
  crm_store *store = NULL;
  assert_int_equal(crm_store_create(&config, NULL, &store, NULL), CRM_OK);
  return store;
}

typedef struct text_source {
  const char *text;
  size_t left;
  size_t piece;
} text_source;

static crm_status read_piece(void *context, void *buffer, size_t size, size_t *got)
{
  text_source *source = context;
  size_t take = source->left < size ? source->left : size;
  if (source->piece > 0 && take > source->piece) {
    take = source->piece;
  }
  memcpy(buffer, source->text, take);
  source->text += take;
  source->left -= take;
  *got = take;
  return CRM_OK;
}

crm_status read_text(crm_load *load, const char *table, const crm_csv *csv, const char *text, size_t piece,
                     crm_error *error)
{
  text_source bytes;
  crm_source source = CRM_SOURCE_INIT;
  bytes.text = text;
  bytes.left = strlen(text);
  bytes.piece = piece;
  source.context = &bytes;
  source.read = read_piece;
  return crm_load_csv(load, table, csv, &source, error);
}

static void must(crm_status status, const crm_error *error, const char *what)
{
  if (status != CRM_OK) {
    fail_msg("%s: %s: %s (table %s, row %ld, column %s)", what, crm_status_name(status), error->message, error->table,
             (long)error->row, error->column);
  }
}

static void compare_rejects(const crm_load *load, const char *rejects)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  char lines[4096] = "row,column,cause\n";
  assert_true(strlen(rejects) + 64 < sizeof lines);
  strcat(lines, rejects);
  must(crm_load_rejects(load, &table, &error), &error, "rejects");
  assert_result(table, lines);
}

crm_load_counts put_with(crm_store *store, const crm_load_options *options, const crm_csv *csv, const char *table,
                         const char *text, const char *rejects)
{
  crm_error error = CRM_ERROR_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_load *load = NULL;
  must(crm_load_begin(store, options, &load, &error), &error, "begin");
  must(read_text(load, table, csv, text, 0, &error), &error, "csv");
  must(crm_load_commit(load, &error), &error, "commit");
  must(crm_load_count(load, table, &counts, &error), &error, "count");
  compare_rejects(load, rejects);
  assert_int_equal(counts.rows, counts.accepted + counts.duplicate + counts.rejected);
  crm_load_free(load);
  assert_verifies(store);
  return counts;
}

crm_load_counts put(crm_store *store, const char *table, const char *text, const char *rejects)
{
  return put_with(store, NULL, NULL, table, text, rejects);
}

void assert_counts(crm_load_counts counts, int64_t accepted, int64_t duplicate, int64_t rejected)
{
  if (counts.accepted != accepted || counts.duplicate != duplicate || counts.rejected != rejected) {
    fail_msg("accepted %ld, duplicate %ld, rejected %ld instead of %ld, %ld, %ld", (long)counts.accepted,
             (long)counts.duplicate, (long)counts.rejected, (long)accepted, (long)duplicate, (long)rejected);
  }
}

void assert_verifies(const crm_store *store)
{
  crm_error error = CRM_ERROR_INIT;
  must(crm_store_verify(store, &error), &error, "verify");
}

crm_table *customer_of(const crm_store *store, const char *key)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  must(crm_store_customer(store, key, &table, &error), &error, key);
  return table;
}

crm_table *documents_of(const crm_store *store, const char *key)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  must(crm_store_customer_documents(store, key, &table, &error), &error, key);
  return table;
}

crm_table *document_of(const crm_store *store, const char *source, const char *key)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  must(crm_store_document(store, source, key, &table, &error), &error, key);
  return table;
}

crm_table *totals_of(const crm_store *store)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  must(crm_store_totals(store, &table, &error), &error, "totals");
  return table;
}

void text_add_bytes(text_buffer *buffer, const char *bytes, size_t length)
{
  if (buffer->length + length + 1U > buffer->room) {
    buffer->room = 2U * (buffer->length + length + 1U);
    buffer->bytes = realloc(buffer->bytes, buffer->room);
    assert_non_null(buffer->bytes);
  }
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  buffer->bytes[buffer->length] = '\0';
}

void text_add(text_buffer *buffer, const char *text)
{
  text_add_bytes(buffer, text, strlen(text));
}

void text_free(text_buffer *buffer)
{
  free(buffer->bytes);
  buffer->bytes = NULL;
  buffer->length = 0;
  buffer->room = 0;
}

static crm_status keep(void *context, const void *bytes, size_t size)
{
  text_add_bytes(context, bytes, size);
  return CRM_OK;
}

void text_add_table(text_buffer *buffer, const crm_table *table)
{
  crm_error error = CRM_ERROR_INIT;
  crm_sink sink = CRM_SINK_INIT;
  sink.context = buffer;
  sink.write = keep;
  must(crm_table_write_csv(table, &sink, &error), &error, "write");
}

void text_add_table_but(text_buffer *buffer, const crm_table *table, const char *column)
{
  int32_t c;
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    for (c = 0; c < crm_table_columns(table); c++) {
      char number[32];
      size_t length;
      const char *text = crm_table_text(table, c, row, &length);
      if (c == crm_table_find(table, column)) {
        continue;
      }
      text_add_bytes(buffer, text, length);
      if (length == 0 && !crm_table_is_null(table, c, row)) {
        (void)snprintf(number, sizeof number, "%lld", (long long)crm_table_integer(table, c, row));
        text_add(buffer, number);
      }
      text_add(buffer, ",");
    }
    text_add(buffer, "\n");
  }
}

static void add_result(text_buffer *buffer, crm_table *table, const char *without)
{
  text_add(buffer, crm_table_name(table));
  text_add(buffer, "\n");
  if (without == NULL) {
    text_add_table(buffer, table);
  } else {
    text_add_table_but(buffer, table, without);
  }
  crm_table_free(table);
}

static void copy_cell(const crm_table *table, const char *column, int64_t row, char *text, size_t size)
{
  size_t length;
  const char *found = crm_table_text(table, crm_table_find(table, column), row, &length);
  assert_true(length < size);
  memcpy(text, found, length);
  text[length] = '\0';
}

static void add_customers(text_buffer *buffer, const crm_store *store, const crm_table *members, int single)
{
  int64_t i;
  int64_t d;
  for (i = 0; i < crm_table_rows(members); i++) {
    char customer[256];
    crm_table *documents;
    copy_cell(members, "customer", i, customer, sizeof customer);
    add_result(buffer, customer_of(store, customer), "changed");
    documents = documents_of(store, customer);
    for (d = 0; single && d < crm_table_rows(documents); d++) {
      char source[256];
      char document[256];
      copy_cell(documents, "source", d, source, sizeof source);
      copy_cell(documents, "document", d, document, sizeof document);
      add_result(buffer, document_of(store, source, document), NULL);
    }
    add_result(buffer, documents, NULL);
  }
}

/* depth 1: each customer and its documents too; 2: each document by itself as well */
static void add_analyses(text_buffer *buffer, const crm_store *store, const crm_scope *scope, int depth)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_pyramid *pyramid = NULL;
  must(crm_pyramid_compute(store, scope, NULL, &pyramid, &error), &error, "pyramid");
  must(crm_pyramid_tiers(pyramid, &table, &error), &error, "tiers");
  add_result(buffer, table, NULL);
  must(crm_pyramid_concentration(pyramid, &table, &error), &error, "concentration");
  add_result(buffer, table, NULL);
  must(crm_pyramid_members(pyramid, &table, &error), &error, "members");
  if (depth > 0) {
    add_customers(buffer, store, table, depth > 1);
  }
  add_result(buffer, table, NULL);
  crm_pyramid_free(pyramid);
  must(crm_rfm_compute(store, scope, NULL, &table, &error), &error, "rfm");
  add_result(buffer, table, NULL);
  must(crm_rfm_segments(store, scope, NULL, &table, &error), &error, "segments");
  add_result(buffer, table, NULL);
  must(crm_periods_compute(store, scope, NULL, &table, &error), &error, "periods");
  add_result(buffer, table, NULL);
  must(crm_cohorts_compute(store, scope, NULL, NULL, &table, &error), &error, "cohorts");
  add_result(buffer, table, NULL);
  must(crm_products_compute(store, scope, NULL, &table, &error), &error, "products");
  add_result(buffer, table, NULL);
  must(crm_repeat_compute(store, scope, &table, &error), &error, "repeat");
  add_result(buffer, table, NULL);
  must(crm_rhythm_compute(store, scope, &table, &error), &error, "rhythm");
  add_result(buffer, table, NULL);
  must(crm_rhythm_summary(store, scope, &table, &error), &error, "rhythm summary");
  add_result(buffer, table, NULL);
}

/* What is asked of all tables together, not of sales alone. */
static crm_status ask_life(const crm_store *store, const crm_scope *scope,
                           crm_status (*build)(const crm_lifecycle *, crm_table **, crm_error *), crm_table **table,
                           crm_error *error)
{
  crm_lifecycle *lifecycle = NULL;
  crm_status status = crm_lifecycle_compute(store, scope, NULL, &lifecycle, error);
  status = status == CRM_OK ? build(lifecycle, table, error) : status;
  crm_lifecycle_free(lifecycle);
  return status;
}

static crm_status ask_stages(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_life(store, scope, crm_lifecycle_stages, table, error);
}

static crm_status ask_lives(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_life(store, scope, crm_lifecycle_members, table, error);
}

static crm_status ask_funnel(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_funnel_compute(store, scope, NULL, table, error);
}

static crm_status ask_journeys(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_journey_history(store, scope, NULL, NULL, table, error);
}

static crm_status ask_conversion(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_conversion_options options = CRM_CONVERSION_OPTIONS_INIT;
  options.by = "owner";
  return crm_conversion_compute(store, scope, &options, table, error);
}

static crm_status ask_composition(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  options.by = "region";
  return crm_composition_compute(store, scope, &options, table, error);
}

static crm_status ask_due(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_due_compute(store, scope, NULL, table, error);
}

static crm_status ask_dossiers(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_completeness_dossiers(store, scope, NULL, table, error);
}

static crm_status ask_idle(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_completeness_idle(store, scope, NULL, table, error);
}

static crm_status ask_kpis(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_kpi *made = NULL;
  crm_status status = crm_kpi_compute(store, scope, NULL, NULL, &made, error);
  status = status == CRM_OK ? crm_kpi_table(made, table, error) : status;
  crm_kpi_free(made);
  return status;
}

static void add_relations(text_buffer *buffer, const crm_store *store)
{
  static crm_status (*const questions[])(const crm_store *, const crm_scope *, crm_table **, crm_error *) = {
    ask_stages, ask_lives, ask_funnel, ask_journeys, ask_conversion, ask_composition, ask_due, ask_dossiers, ask_idle,
    crm_completeness_customers, crm_completeness_changes, crm_ownership_history, crm_ownership_owners,
    crm_ownership_summary, crm_accounts_sites, ask_kpis
  };
  size_t i;
  for (i = 0; i < sizeof questions / sizeof questions[0]; i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_table *table = NULL;
    must(questions[i](store, NULL, &table, &error), &error, "what all tables say");
    add_result(buffer, table, NULL);
  }
}

/* Totals without what counts rows that were sent and turned away. */
static void add_books(text_buffer *buffer, crm_table *table)
{
  static const char *const columns[] = {"day", "documents", "lines", "amount_accepted", "net"};
  size_t c;
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    char line[256];
    if (integer_at(table, "documents", row) == 0 && integer_at(table, "lines", row) == 0) {
      continue;
    }
    copy_cell(table, "branch", row, line, sizeof line);
    text_add(buffer, line);
    for (c = 0; c < sizeof columns / sizeof columns[0]; c++) {
      (void)snprintf(line, sizeof line, ",%lld", (long long)integer_at(table, columns[c], row));
      text_add(buffer, line);
    }
    text_add(buffer, "\n");
  }
  crm_table_free(table);
}

/* The rows of every table but sales. */
static void add_rows(text_buffer *buffer, const crm_store *store)
{
  crm_table *schema = NULL;
  char last[64] = "";
  int64_t row;
  assert_int_equal(crm_store_schema(store, &schema, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(schema); row++) {
    crm_table *rows = NULL;
    size_t length;
    char name[64];
    const char *text = crm_table_text(schema, crm_table_find(schema, "table"), row, &length);
    assert_true(length < sizeof name);
    memcpy(name, text, length);
    name[length] = '\0';
    if (strcmp(name, last) != 0 && strcmp(name, "sales") != 0) {
      assert_int_equal(crm_store_rows(store, name, &rows, NULL), CRM_OK);
      add_result(buffer, rows, NULL);
    }
    memcpy(last, name, sizeof last);
  }
  crm_table_free(schema);
}

/* The answers of every analysis, under two scopes. */
static void add_all_analyses(text_buffer *buffer, const crm_store *store, int32_t accounts, int depth)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.accounts = accounts;
  add_analyses(buffer, store, accounts ? &scope : NULL, depth);
  scope.refunds = CRM_REFUNDS_SALE_DAY;
  scope.occasions = CRM_OCCASIONS_DAY;
  scope.money = CRM_MONEY_TAXED;
  scope.internal = 1;
  add_analyses(buffer, store, &scope, depth);
}

static void add_counts(text_buffer *buffer, const crm_store *store)
{
  char line[256];
  (void)snprintf(line, sizeof line, "%lld customers, %lld documents, %lld lines, to %lld\n",
                 (long long)crm_store_customers(store), (long long)crm_store_documents(store),
                 (long long)crm_store_lines(store), (long long)crm_store_horizon(store));
  text_add(buffer, line);
}

void text_add_store(text_buffer *buffer, const crm_store *store, int ledger)
{
  add_counts(buffer, store);
  if (ledger) {
    add_result(buffer, totals_of(store), NULL);
  } else {
    add_books(buffer, totals_of(store));
  }
  add_rows(buffer, store);
  add_all_analyses(buffer, store, 0, 2);
  add_relations(buffer, store);
}

void text_add_answers(text_buffer *buffer, const crm_store *store)
{
  add_counts(buffer, store);
  add_books(buffer, totals_of(store));
  add_all_analyses(buffer, store, 0, 1);
  add_relations(buffer, store);
}

void text_add_accounts(text_buffer *buffer, const crm_store *store, int32_t accounts)
{
  add_all_analyses(buffer, store, accounts, 0);
}

void assert_text_same(const text_buffer *expected, const text_buffer *actual, const char *what)
{
  size_t at = 0;
  size_t line = 0;
  if (expected->length == actual->length && memcmp(expected->bytes, actual->bytes, expected->length) == 0) {
    return;
  }
  while (at < expected->length && at < actual->length && expected->bytes[at] == actual->bytes[at]) {
    line = expected->bytes[at] == '\n' ? at + 1 : line;
    at++;
  }
  fail_msg("%s: %.200s\ninstead of\n%.200s", what, actual->bytes + line, expected->bytes + line);
}
