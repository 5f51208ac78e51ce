/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/dossier.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/sizes.h"
#include "base/statistics.h"
#include "table/build.h"

#include <crm/completeness.h>

#include <string.h>

/* Which cells of the customers are filled: by column and by customer, in one pass over each column. */

#define BLOCK CRM__SIZE(1024, 5)

typedef struct knowledge {
  int32_t columns;        /* that count */
  int32_t *places;        /* of them */
  int64_t *by_column;     /* cells with a value */
  uint32_t *by_customer;
  uint8_t *there;         /* by customer: 1 where it counts and is there at as-of */
  int64_t customers;
} knowledge;

static crm_status find_columns(knowledge *of, crm__scope *scope, crm_error *error)
{
  int32_t all = crm__customer_columns(scope->store);
  int32_t place;
  of->places = crm__scope_alloc(scope, (uint64_t)all, sizeof *of->places);
  of->by_column = crm__scope_alloc_zero(scope, (uint64_t)all, sizeof *of->by_column);
  if (of->places == NULL || of->by_column == NULL) {
    return crm__fail_memory(error);
  }
  for (place = 0; place < all; place++) {
    crm__customer_column column;
    crm__customer_column_at(scope->store, place, &column);
    if (crm__column_is_known_by(&column)) {
      of->places[of->columns++] = place;
    }
  }
  return CRM_OK;
}

static void count_column(knowledge *of, const crm__scope *scope, int32_t i)
{
  uint32_t customers = crm__customers(scope->store);
  crm__customer_column column;
  int64_t values[BLOCK];
  uint32_t first;
  uint32_t k;
  crm__customer_column_at(scope->store, of->places[i], &column);
  for (first = 0; first < customers; first += BLOCK) {
    uint32_t count = customers - first < BLOCK ? customers - first : BLOCK;
    crm__customer_cells(&column, first, count, values);
    for (k = 0; k < count; k++) {
      uint32_t known = of->there[first + k] && values[k] != INT64_MIN;
      of->by_column[i] += known;
      of->by_customer[first + k] += known;
    }
  }
}

static crm_status look(knowledge *of, crm__scope *scope, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  crm_status status = find_columns(of, scope, error);
  uint32_t id;
  int32_t i;
  of->there = crm__scope_alloc(scope, customers, sizeof *of->there);
  of->by_customer = crm__scope_alloc_zero(scope, customers, sizeof *of->by_customer);
  if (status == CRM_OK && (of->there == NULL || of->by_customer == NULL)) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (id = 0; id < customers; id++) {
    of->there[id] = (uint8_t)crm__customer_is_there(scope, NULL, id);
    of->customers += of->there[id];
  }
  for (i = 0; i < of->columns; i++) {
    count_column(of, scope, i);
  }
  return CRM_OK;
}

enum { BY_COLUMN, BY_KNOWN, BY_CUSTOMERS, BY_SHARE, BY_STATUS, BY_COLUMNS };

static void put_share(crm_table *table, const char *name, int64_t known, int64_t all)
{
  crm__table_put_name(table, BY_COLUMN, name);
  crm__table_put(table, BY_KNOWN, known);
  crm__table_put(table, BY_CUSTOMERS, all);
  if (all > 0) {
    crm__table_put(table, BY_SHARE, crm__ratio(known, all));
  } else {
    crm__table_put_null(table, BY_SHARE);
  }
  crm__table_put_name(table, BY_STATUS, all > 0 ? "ok" : "undefined");
}

static crm_status put_columns(const knowledge *of, crm__scope *scope, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[BY_COLUMNS] = {
    { "column", CRM_TYPE_TEXT, 0 },   { "known", CRM_TYPE_INTEGER, 0 }, { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 }, { "status", CRM_TYPE_TEXT, 0 }
  };
  int64_t known = 0;
  int32_t i;
  crm_status status = crm__table_begin(crm__scope_memory(scope), "completeness", columns, BY_COLUMNS, of->columns + 1,
                                       table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "completeness", 1);
  for (i = 0; i < of->columns; i++) {
    crm__customer_column column;
    crm__customer_column_at(scope->store, of->places[i], &column);
    put_share(*table, column.name, of->by_column[i], of->customers);
    known += of->by_column[i];
  }
  put_share(*table, "all", known, of->customers * of->columns);
  return crm__table_finish(table, error);
}

enum { WHO_CUSTOMER, WHO_KNOWN, WHO_OF, WHO_SHARE, WHO_COLUMNS };

static crm_status put_customers(const knowledge *of, crm__scope *scope, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[WHO_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 }, { "known", CRM_TYPE_INTEGER, 0 }, { "columns", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 }
  };
  uint32_t customers = crm__customers(scope->store);
  const uint32_t *ids;
  uint32_t i;
  crm_status status = crm__customers_by_key(scope, &ids, error);
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "completeness_customers", columns, WHO_COLUMNS, of->customers,
                              table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "completeness_customers", 1);
  for (i = 0; i < customers; i++) {
    if (of->there[ids[i]]) {
      crm__table_put_key(*table, WHO_CUSTOMER, crm__customer_key(scope->store, ids[i]));
      crm__table_put(*table, WHO_KNOWN, of->by_customer[ids[i]]);
      crm__table_put(*table, WHO_OF, of->columns);
      crm__table_put(*table, WHO_SHARE, crm__ratio(of->by_customer[ids[i]], of->columns));
    }
  }
  return crm__table_finish(table, error);
}

static crm_status make_columns(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  knowledge of = {0, NULL, NULL, NULL, NULL, 0};
  crm_status status = look(&of, scope, error);
  (void)context;
  return status == CRM_OK ? put_columns(&of, scope, table, error) : status;
}

static crm_status make_customers(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  knowledge of = {0, NULL, NULL, NULL, NULL, 0};
  crm_status status = look(&of, scope, error);
  (void)context;
  return status == CRM_OK ? put_customers(&of, scope, table, error) : status;
}

crm_status crm_completeness_columns(const crm_store *store, const crm_scope *scope, crm_table **table,
                                    crm_error *error)
{
  return crm__scope_table(store, scope, make_columns, NULL, table, error);
}

crm_status crm_completeness_customers(const crm_store *store, const crm_scope *scope, crm_table **table,
                                      crm_error *error)
{
  return crm__scope_table(store, scope, make_customers, NULL, table, error);
}
