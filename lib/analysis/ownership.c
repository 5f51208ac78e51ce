/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/ownership.h"
#include "analysis/population.h"

#include "base/error.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/ownership.h>

static int64_t time_at(const crm_store *store, int32_t column, uint32_t row)
{
  return crm__row_value(store, CRM__TABLE_OWNERSHIP, column, row);
}

/* The spans that a customer's rows give, in the order of time; answers their number. */
static uint32_t follow(const crm__scope *scope, uint32_t customer, const uint32_t *rows, uint32_t count,
                       crm__owner_span *spans)
{
  const crm_store *store = scope->store;
  uint32_t used = 0;
  uint32_t at = 0;
  while (at < count && time_at(store, CRM__OWNERSHIP_FROM, rows[at]) < scope->as_of) {
    uint32_t next;
    uint32_t row = rows[crm__row_speaks(store, CRM__TABLE_OWNERSHIP, CRM__OWNERSHIP_FROM, customer, rows, at, count,
                                        &next)];
    int64_t from = time_at(store, CRM__OWNERSHIP_FROM, row);
    int64_t to = time_at(store, CRM__OWNERSHIP_TO, row);
    int64_t end = next < count ? time_at(store, CRM__OWNERSHIP_FROM, rows[next]) : INT64_MAX;
    uint32_t owner = crm__row_id(store, CRM__TABLE_OWNERSHIP, CRM__OWNERSHIP_OWNER, row);
    end = to != INT64_MIN && to < end ? to : end;
    if (used > 0 && spans[used - 1].owner == owner && spans[used - 1].to == from) {
      spans[used - 1].to = end;
    } else {
      spans[used].from = from;
      spans[used].to = end;
      spans[used].owner = owner;
      spans[used++].spare = 0;
    }
    at = next;
  }
  return used;
}

/* Every row of ownership, of whatever time, by customer. */
static crm_status index_rows(crm__scope *scope, crm__row_index *index, crm_error *error)
{
  crm__scope all = *scope;
  all.as_of = INT64_MAX;
  all.accounts = NULL;   /* each is owned by itself */
  return crm__rows_by(&all, CRM__TABLE_OWNERSHIP, CRM__OWNERSHIP_CUSTOMER, CRM__OWNERSHIP_FROM, index, error);
}

crm_status crm__owners_find(crm__scope *scope, crm__owners *owners, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  uint64_t most = crm__rows_live(store, CRM__TABLE_OWNERSHIP) + customers;
  uint32_t *starts = crm__scope_alloc(scope, (uint64_t)customers + 1, sizeof *starts);
  crm__owner_span *spans = crm__scope_alloc(scope, most, sizeof *spans);
  crm__row_index index;
  uint32_t used = 0;
  uint32_t id;
  crm_status status = index_rows(scope, &index, error);
  if (status != CRM_OK) {
    return status;
  }
  if (starts == NULL || spans == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    uint32_t count = id < index.ids ? index.starts[id + 1] - index.starts[id] : 0;
    uint32_t owner = count > 0 ? CRM__NONE : crm__customer_named(store, id, CRM__CUSTOMERS_OWNER);
    starts[id] = used;
    if (count > 0) {
      used += follow(scope, id, index.rows + index.starts[id], count, spans + used);
    } else if (owner != CRM__NONE) {
      spans[used].from = INT64_MIN;
      spans[used].to = INT64_MAX;
      spans[used].owner = owner;
      spans[used++].spare = 0;
    }
  }
  starts[customers] = used;
  owners->starts = starts;
  owners->spans = spans;
  return CRM_OK;
}

uint32_t crm__owner_at(const crm__owners *owners, uint32_t customer, int64_t time)
{
  uint32_t low = owners->starts[customer];
  uint32_t high = owners->starts[customer + 1];
  while (low < high) {   /* the first span that ends after the instant */
    uint32_t middle = low + (high - low) / 2;
    if (owners->spans[middle].to <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < owners->starts[customer + 1] && owners->spans[low].from <= time ? owners->spans[low].owner : CRM__NONE;
}

crm_status crm__owners_now(crm__scope *scope, const uint32_t **names, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  uint32_t *made = crm__scope_alloc(scope, customers, sizeof *made);
  crm__owners owners;
  uint32_t id;
  crm_status status = made == NULL ? crm__fail_memory(error) : crm__owners_find(scope, &owners, error);
  if (status != CRM_OK) {
    return status;
  }
  for (id = 0; id < customers; id++) {
    made[id] = crm__owner_at(&owners, id, scope->as_of - 1);
  }
  *names = made;
  return CRM_OK;
}

/* ---- the history ---- */

static void put_instant(crm_table *table, int32_t column, int64_t time)
{
  if (time == INT64_MIN || time == INT64_MAX) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, time);
  }
}

static void put_history(const crm__scope *scope, const crm__owners *owners, const uint32_t *by_key, crm_table *table)
{
  uint32_t i;
  uint32_t k;
  for (i = 0; i < crm__customers(scope->store); i++) {
    uint32_t id = by_key[i];
    for (k = owners->starts[id]; k < owners->starts[id + 1] && crm__customer_counts(scope, id); k++) {
      crm__table_put_key(table, 0, crm__customer_key(scope->store, id));
      crm__table_put_key(table, 1, crm__name_key(scope->store, owners->spans[k].owner));
      put_instant(table, 2, owners->spans[k].from);
      put_instant(table, 3, owners->spans[k].to);
    }
  }
}

crm_status crm_ownership_history(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"customer", CRM_TYPE_TEXT, 0}, {"owner", CRM_TYPE_TEXT, 0}, {"from", CRM_TYPE_TIME, 0}, {"to", CRM_TYPE_TIME, 0},
  };
  crm__scope own;
  crm__owners owners;
  const uint32_t *by_key = NULL;
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  status = crm__scope_open(&own, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__owners_find(&own, &owners, error);
  if (status == CRM_OK) {
    status = crm__customers_by_key(&own, &by_key, error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(&own), "ownership", columns, 4,
                              (int64_t)owners.starts[crm__customers(store)], table, error);
  }
  if (status == CRM_OK) {
    crm__scope_describe(&own, *table, "ownership.history", 1);
    put_history(&own, &owners, by_key, *table);
    status = crm__table_finish(table, error);
  }
  crm__scope_close(&own);
  return status;
}
