/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "store/columns.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/completeness.h>

#include <string.h>

/* The change log of the customer file, in sums. */

enum { FIELD, REGISTERED, CUSTOMERS, CHANGED, CONFIRMED, SHARE, FIRST, LAST, COLUMNS };

typedef struct change_log {
  crm__scope *scope;
  crm__row_index rows;     /* of `changes`, by field */
  uint32_t *seen;          /* by customer: 1 + the last field that it was counted for */
  int64_t there;           /* customers at as-of */
} change_log;

typedef struct field_sums {
  int64_t customers;
  int64_t kinds[2];
  int64_t first;
  int64_t last;
} field_sums;

static field_sums sum_field(const change_log *of, uint32_t name)
{
  const crm_store *store = of->scope->store;
  field_sums found = {0, {0, 0}, INT64_MAX, INT64_MIN};
  uint32_t i;
  for (i = of->rows.starts[name]; i < of->rows.starts[name + 1U]; i++) {
    uint32_t row = of->rows.rows[i];
    int64_t time = crm__row_value(store, CRM__TABLE_CHANGES, CRM__CHANGES_TIME, row);
    uint32_t customer = crm__row_customer(of->scope, CRM__TABLE_CHANGES, CRM__CHANGES_CUSTOMER, row);
    if (time >= of->scope->from && time < of->scope->to && crm__customer_counts(of->scope, customer)) {
      int32_t kind = crm__row_word(store, CRM__TABLE_CHANGES, CRM__CHANGES_KIND, row);
      found.kinds[kind == CRM__CHANGE_CONFIRMED]++;
      found.customers += of->seen[customer] != name + 1U;
      of->seen[customer] = name + 1U;
      found.first = time < found.first ? time : found.first;
      found.last = time > found.last ? time : found.last;
    }
  }
  return found;
}

static int is_registered(const crm_store *store, crm__key key)
{
  return key.text != NULL && crm__customer_column_find(store, key.text, key.length) >= 0;
}

static void put_field(const change_log *of, uint32_t name, const field_sums *found, crm_table *table)
{
  crm__key key = crm__name_key(of->scope->store, name);
  crm__table_put_key(table, FIELD, key);
  crm__table_put(table, REGISTERED, is_registered(of->scope->store, key));
  crm__table_put(table, CUSTOMERS, found->customers);
  crm__table_put(table, CHANGED, found->kinds[0]);
  crm__table_put(table, CONFIRMED, found->kinds[1]);
  if (of->there > 0) {
    crm__table_put(table, SHARE, crm__ratio(found->customers, of->there));
  } else {
    crm__table_put_null(table, SHARE);
  }
  crm__table_put(table, FIRST, found->first);
  crm__table_put(table, LAST, found->last);
}

static crm_status put_log(const change_log *of, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[COLUMNS] = {
    { "field", CRM_TYPE_TEXT, 0 },      { "registered", CRM_TYPE_BOOLEAN, 0 }, { "customers", CRM_TYPE_INTEGER, 0 },
    { "changed", CRM_TYPE_INTEGER, 0 }, { "confirmed", CRM_TYPE_INTEGER, 0 },
    { "customers_share", CRM_TYPE_DECIMAL, 6 }, { "first", CRM_TYPE_TIME, 0 }, { "last", CRM_TYPE_TIME, 0 }
  };
  crm__scope *scope = of->scope;
  uint32_t names = crm__names(scope->store);
  uint32_t *sorted = crm__scope_alloc(scope, names, sizeof *sorted);
  const uint32_t *ranks;
  uint32_t i;
  crm_status status = crm__row_ranks(scope, CRM__TABLE_CHANGES, CRM__CHANGES_FIELD, &ranks, error);
  if (status == CRM_OK && sorted == NULL) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "completeness_changes", columns, COLUMNS, 16, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "completeness_changes", 1);
  for (i = 0; i < names; i++) {
    sorted[ranks[i]] = i;
  }
  for (i = 0; i < names; i++) {
    if (sorted[i] < of->rows.ids) {
      field_sums found = sum_field(of, sorted[i]);
      if (found.customers > 0) {
        put_field(of, sorted[i], &found, *table);
      }
    }
  }
  return crm__table_finish(table, error);
}

static crm_status open_log(change_log *of, crm_error *error)
{
  crm__scope *scope = of->scope;
  uint32_t customers = crm__customers(scope->store);
  uint32_t id;
  of->seen = crm__scope_alloc_zero(scope, customers, sizeof *of->seen);
  if (of->seen == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    of->there += crm__customer_is_there(scope, NULL, id);
  }
  return crm__rows_by(scope, CRM__TABLE_CHANGES, CRM__CHANGES_FIELD, CRM__CHANGES_TIME, &of->rows, error);
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  change_log of;
  crm_status status;
  (void)context;
  memset(&of, 0, sizeof of);
  of.scope = scope;
  status = open_log(&of, error);
  return status == CRM_OK ? put_log(&of, table, error) : status;
}

crm_status crm_completeness_changes(const crm_store *store, const crm_scope *scope, crm_table **table,
                                    crm_error *error)
{
  return crm__scope_table(store, scope, make, NULL, table, error);
}
