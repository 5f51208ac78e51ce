/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/erase.h"

#include "base/check.h"
#include "base/error.h"
#include "store/commit.h"
#include "store/forget_keys.h"
#include "store/identity.h"
#include "store/met.h"
#include "store/rows.h"
#include "store/saved_file.h"

#include <crm/identity.h>

#include <string.h>

/* Customers of whom nothing stays. */

static int is_chosen(const uint8_t *chosen, uint32_t id)
{
  return id != CRM__NONE && chosen[id] != 0;
}

int crm__row_is_of(const crm_store *store, int32_t table, uint32_t row, const uint8_t *chosen)
{
  int32_t column;
  if (table == CRM__TABLE_STAGES) {
    uint32_t opportunity = crm__row_sent(store, table, CRM__STAGES_OPPORTUNITY, row);
    if (opportunity != CRM__NONE && opportunity < crm__rows_count(store, CRM__TABLE_OPPORTUNITIES) &&
        is_chosen(chosen, crm__row_sent(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, opportunity))) {
      return 1;
    }
  }
  for (column = 0; column < crm__schema(table)->count; column++) {
    if (crm__schema_names(table, column) == CRM__NAMES_CUSTOMERS &&
        !(table == CRM__TABLE_CUSTOMERS && column == CRM__CUSTOMERS_PARENT) &&
        is_chosen(chosen, crm__row_sent(store, table, column, row))) {
      return 1;
    }
  }
  return 0;
}

static void forget_row(crm_store *store, int32_t table, uint32_t row)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__table_width(store, table); column++) {
    crm__column *values = &dimension->values[column];
    if (crm__column_is_summed(store, table, column) && crm__column_i64(values, row) != CRM__NULL) {
      dimension->budget[column] -= crm__magnitude(crm__column_i64(values, row));
    }
    crm__column_put(values, row, values->fill);
  }
  crm__column_put_u32(&dimension->repeat, row, 0);
  crm__column_put_u8(&dimension->present, row, 0);
  dimension->live--;
}

/* Entries into stages go before the opportunities that they are about, which come before them in the schema. */
static void forget_rows(crm_store *store, const uint8_t *chosen)
{
  int32_t table;
  uint32_t row;
  for (table = CRM__TABLES - 1; table >= 0; table--) {
    uint64_t live = crm__rows_live(store, table);
    for (row = 0; table != CRM__TABLE_SALES && row < crm__rows_count(store, table); row++) {
      if (crm__row_live(store, table, row) && crm__row_is_of(store, table, row, chosen)) {
        forget_row(store, table, row);
      }
    }
    if (crm__rows_live(store, table) != live) {
      store->dimensions[table].latest = crm__rows_latest(store, table, NULL);
    }
  }
}

/* Whether a row of a customer names a chosen one as its parent. */
static int is_child(const crm_store *store, uint32_t row, const uint8_t *chosen)
{
  return crm__row_live(store, CRM__TABLE_CUSTOMERS, row) &&
         is_chosen(chosen, crm__row_sent(store, CRM__TABLE_CUSTOMERS, CRM__CUSTOMERS_PARENT, row));
}

/* A row of another customer no longer names a chosen one, and is marked, so that the same version of it may bring the
 * name back. */
static void forget_parents(crm_store *store, const uint8_t *chosen)
{
  crm__dimension *customers = &store->dimensions[CRM__TABLE_CUSTOMERS];
  uint32_t row;
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_CUSTOMERS); row++) {
    if (is_child(store, row, chosen)) {
      crm__column_put_u32(&customers->values[CRM__CUSTOMERS_PARENT], row, CRM__NONE);
      crm__column_put_u32(&customers->repeat, row, CRM__PARENT_FORGOTTEN);
      store->profiles[row].changed = store->version;
    }
  }
}

/* 0: no memory. */
static int touch_marks(crm_store *store, const uint8_t *chosen)
{
  uint32_t row;
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_CUSTOMERS); row++) {
    if (is_child(store, row, chosen) &&
        !crm__column_touch(&store->dimensions[CRM__TABLE_CUSTOMERS].repeat, &store->memory, row)) {
      return 0;
    }
  }
  return 1;
}

static void forget_lines(crm_store *store, uint64_t first, uint64_t count)
{
  crm__column *columns[CRM__LINE_COLUMNS];
  uint64_t line;
  uint32_t c;
  (void)crm__line_columns(&store->lines, columns);
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    for (line = first; line < first + count; line++) {
      crm__column_put(columns[c], line, columns[c]->fill);
    }
  }
}

static void forget_document(crm_store *store, uint32_t document)
{
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  uint64_t first = (uint64_t)crm__column_i64(&store->documents.first, document);
  uint32_t lines = crm__column_u32(&store->documents.lines, document);
  uint64_t money = 0;
  uint64_t quantity = 0;
  uint32_t c;
  crm__lines_budget(store, first, lines, &money, &quantity);
  store->money_budget -= money;
  store->quantity_budget -= quantity;
  store->live_documents--;
  store->live_lines -= lines;
  forget_lines(store, first, lines);
  (void)crm__document_columns(&store->documents, columns);
  for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
    crm__column_put(columns[c], document, columns[c]->fill);
  }
}

/* The documents of a chosen customer, its aliases' too, and what is kept of it. */
static void forget_customer(crm_store *store, uint32_t id)
{
  uint32_t document = store->profiles[id].head;
  while (document != CRM__NONE) {
    uint32_t next = crm__column_u32(&store->documents.next, document);
    forget_document(store, document);
    document = next;
  }
  crm__profile_empty(&store->measures[id], &store->profiles[id]);
  if (id < store->identity.count) {   /* all that it is merged with is chosen too */
    store->identity.resolved[id] = id;
    store->identity.next[id] = CRM__NONE;
  }
}

/* Documents that were taken back: they are in no chain, but their keys and versions are known. */
static void forget_taken_back(crm_store *store, const uint8_t *chosen)
{
  crm__documents *documents = &store->documents;
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  uint32_t document;
  uint32_t c;
  (void)crm__document_columns(documents, columns);
  for (document = 0; document < documents->keys.count; document++) {
    if ((crm__column_u8(&documents->flags, document) & CRM__DOCUMENT_LIVE) == 0 &&
        (is_chosen(chosen, crm__column_u32(&documents->customer, document)) ||
         is_chosen(chosen, crm__column_u32(&documents->sent, document)))) {
      for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
        crm__column_put(columns[c], document, columns[c]->fill);
      }
    }
  }
}

static void forget_all(crm_store *store, const uint8_t *chosen)
{
  uint32_t id;
  forget_rows(store, chosen);
  forget_parents(store, chosen);
  for (id = 0; id < store->customers.count; id++) {
    if (chosen[id]) {
      forget_customer(store, id);
    }
  }
  forget_taken_back(store, chosen);
  crm__time_span(store, NULL, &store->earliest, &store->latest);
  crm__met_renew(store);
}

/* What takes the place of the names of customers. */
typedef struct names {
  crm__intern customers;
  crm__intern digests;
  crm__column ids;
  crm__lost_keys lost;
} names;

static int make_names(crm_store *store, const uint8_t *chosen, names *made)
{
  if (!crm__keys_replaced(store, chosen, &made->customers)) {
    return 0;
  }
  if (!crm__digests_without(store, chosen, &made->digests, &made->ids)) {
    crm__intern_close(&made->customers, &store->memory);
    return 0;
  }
  if (!crm__lost_keys_make(store, chosen, &made->lost)) {
    crm__intern_close(&made->customers, &store->memory);
    crm__intern_close(&made->digests, &store->memory);
    crm__column_close(&made->ids, &store->memory);
    return 0;
  }
  return 1;
}

static void free_names(crm_store *store, names *made)
{
  crm__intern_close(&made->customers, &store->memory);
  crm__intern_close(&made->digests, &store->memory);
  crm__column_close(&made->ids, &store->memory);
  crm__lost_keys_free(&made->lost, &store->memory);
}

static void take_names(crm_store *store, const uint8_t *chosen, names *made)
{
  crm__intern old = store->customers;
  crm__intern_close(&store->erased, &store->memory);
  crm__column_close(&store->erased_ids, &store->memory);
  store->customers = made->customers;
  store->erased = made->digests;
  store->erased_ids = made->ids;
  crm__keys_take(store, chosen, &old);
  crm__lost_keys_take(&made->lost, store);
}

static crm_status refuse_anonymous(const crm_store *store, const uint8_t *chosen, crm_error *error)
{
  uint64_t id;
  for (id = 0; id < store->anonymous.length; id++) {
    if (chosen[id] && crm__column_u8(&store->anonymous, id) != 0) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "keys", 0, -1,
                          "a key that stands for nobody is no person that could be forgotten");
    }
  }
  return CRM_OK;
}

static crm_status forget(crm_store *store, const char *const *keys, int64_t count, const uint8_t *chosen, int64_t ids,
                         crm_table **receipt, crm_error *error)
{
  names made;
  crm__books before;
  crm__books after;
  crm_status status = refuse_anonymous(store, chosen, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__books_take(store, NULL, &before);
  crm__books_take(store, chosen, &after);
  if (!touch_marks(store, chosen) || !make_names(store, chosen, &made)) {
    return crm__fail_memory(error);
  }
  status = crm__receipt(store, "forgotten_keys", ids, &before, &after, receipt, error);
  if (status == CRM_OK) {
    status = crm__saved_forget(store, keys, count, chosen, error);
  }
  if (status != CRM_OK) {
    free_names(store, &made);
    crm_table_free(*receipt);
    *receipt = NULL;
    return status;
  }
  take_names(store, chosen, &made);
  forget_all(store, chosen);
  crm__months_drop(store);
  return CRM_OK;
}

crm_status crm_identity_forget(crm_store *store, const char *const *keys, int64_t count, crm_table **receipt,
                               crm_error *error)
{
  return crm__remove(store, keys, count, forget, receipt, error);
}
