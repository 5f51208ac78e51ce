/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_LOADS_H
#define TESTS_SUPPORT_LOADS_H

#include "support/facts.h"

/* Loads from CSV texts, and results as texts. */

/* A store with options; NULL: the defaults. */
crm_store *store_new(const crm_store_options *options);

/* One that is in no file, whatever the tests run with (support/trials.h). */
crm_store *store_in_memory(void);

/* Reads a CSV text in pieces of `piece` bytes (0: all at once). */
crm_status read_text(crm_load *load, const char *table, const crm_csv *csv, const char *text, size_t piece,
                     crm_error *error);

/* A CSV text as a load of its own. `rejects` holds lines "row,column,cause", "" for none; they are compared with the
 * load's. Afterwards the counts have to add up and the store has to verify. */
crm_load_counts put(crm_store *store, const char *table, const char *text, const char *rejects);
crm_load_counts put_with(crm_store *store, const crm_load_options *options, const crm_csv *csv, const char *table,
                         const char *text, const char *rejects);

/* Rows accepted, duplicate, rejected. */
void assert_counts(crm_load_counts counts, int64_t accepted, int64_t duplicate, int64_t rejected);

/* crm_store_verify, failing with what it says. */
void assert_verifies(const crm_store *store);

/* Reads the store: one customer, the documents of one, one document, the totals. */
crm_table *customer_of(const crm_store *store, const char *key);
crm_table *documents_of(const crm_store *store, const char *key);
crm_table *document_of(const crm_store *store, const char *source, const char *key);
crm_table *totals_of(const crm_store *store);

/* A growing text. */
typedef struct text_buffer {
  char *bytes;
  size_t length;
  size_t room;
} text_buffer;

#define TEXT_BUFFER_INIT { NULL, 0, 0 }

void text_add(text_buffer *buffer, const char *text);
void text_add_bytes(text_buffer *buffer, const char *bytes, size_t length);
void text_free(text_buffer *buffer);

/* Adds a table's CSV; the second leaves out the column of a name. */
void text_add_table(text_buffer *buffer, const crm_table *table);
void text_add_table_but(text_buffer *buffer, const crm_table *table, const char *column);

/* What a store answers to every question, but for the data versions and what loads brought: the same facts have to give
 * the same text. `ledger` 0 leaves the totals' columns out that count what was sent. */
void text_add_store(text_buffer *buffer, const crm_store *store, int ledger);

/* The same without the rows of the tables, the single documents and the ledger: what analyses say. */
void text_add_answers(text_buffer *buffer, const crm_store *store);

/* What analyses alone say, with customers each for itself or, 1, as accounts (crm_scope.accounts). */
void text_add_accounts(text_buffer *buffer, const crm_store *store, int32_t accounts);

/* Whether two texts are the same; if not fails with the place. */
void assert_text_same(const text_buffer *expected, const text_buffer *actual, const char *what);

#endif
