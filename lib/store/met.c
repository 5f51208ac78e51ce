/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/met.h"

#include "base/error.h"
#include "store/customer.h"
#include "store/identity.h"
#include "store/rows.h"

int32_t crm__met_column(int32_t table)
{
  return table == CRM__TABLE_OPPORTUNITIES   ? CRM__OPPORTUNITIES_CUSTOMER
         : table == CRM__TABLE_STAGES        ? CRM__STAGES_CUSTOMER
         : table == CRM__TABLE_INTERACTIONS  ? CRM__INTERACTIONS_CUSTOMER
                                             : -1;
}

/* The column that tells when a row was; an opportunity that does not say it has always been there. */
static int32_t time_column(int32_t table)
{
  return table == CRM__TABLE_OPPORTUNITIES ? CRM__OPPORTUNITIES_CREATED
         : table == CRM__TABLE_STAGES      ? CRM__STAGES_TIME
                                           : CRM__INTERACTIONS_TIME;
}

static int64_t time_of(const crm_store *store, int32_t table, uint32_t row)
{
  return crm__row_value(store, table, time_column(table), row);
}

int crm__met_touch(crm_store *store, int32_t table, const crm__column *values, uint64_t row)
{
  int32_t column = crm__met_column(table);
  uint32_t customer = column < 0 ? CRM__NONE : crm__column_u32(&values[column], row);
  return customer == CRM__NONE || crm__column_touch(&store->met, &store->memory, customer);
}

static void add(const crm_store *store, crm__column *met, int32_t table, uint32_t row)
{
  int32_t column = crm__met_column(table);
  uint32_t customer = column < 0 ? CRM__NONE : crm__row_sent(store, table, column, row);
  if (customer != CRM__NONE) {
    int64_t time = time_of(store, table, row);
    if (time < crm__column_i64(met, customer)) {
      crm__column_put_i64(met, customer, time);
    }
  }
}

void crm__met_add(crm_store *store, int32_t table, uint32_t row)
{
  add(store, &store->met, table, row);
}

int crm__met_by(const crm_store *store, int32_t table, uint32_t place, const crm__column *values, uint64_t row)
{
  int32_t column = crm__met_column(table);
  uint32_t customer = column < 0 ? CRM__NONE : crm__row_sent(store, table, column, place);
  int64_t time = customer == CRM__NONE ? INT64_MAX : time_of(store, table, place);
  return customer != CRM__NONE && time <= crm__column_i64(&store->met, customer) &&
         (crm__column_u32(&values[column], row) != customer ||
          crm__column_i64(&values[time_column(table)], row) > time);
}

static void add_all(const crm_store *store, crm__column *met)
{
  int32_t table;
  uint32_t row;
  for (table = 0; table < CRM__TABLES; table++) {
    for (row = 0; crm__met_column(table) >= 0 && row < crm__rows_count(store, table); row++) {
      if (crm__row_live(store, table, row)) {
        add(store, met, table, row);
      }
    }
  }
}

void crm__met_renew(crm_store *store)
{
  uint64_t id;
  for (id = 0; id < store->met.length; id++) {
    crm__column_put_i64(&store->met, id, INT64_MAX);
  }
  add_all(store, &store->met);
}

/* Room for the customers of all rows. */
static int touch_all(const crm_store *store, crm__column *met, crm__memory *memory)
{
  int32_t table;
  uint32_t row;
  if (!crm__column_resize(met, memory, store->customers.count)) {
    return 0;
  }
  for (table = 0; table < CRM__TABLES; table++) {
    int32_t column = crm__met_column(table);
    for (row = 0; column >= 0 && row < crm__rows_count(store, table); row++) {
      uint32_t customer = crm__row_live(store, table, row) ? crm__row_sent(store, table, column, row) : CRM__NONE;
      if (customer != CRM__NONE && !crm__column_touch(met, memory, customer)) {
        return 0;
      }
    }
  }
  return 1;
}

int crm__met_make(crm_store *store)
{
  if (!touch_all(store, &store->met, &store->memory)) {
    return 0;
  }
  crm__met_renew(store);
  return 1;
}

crm_status crm__verify_met(const crm_store *store, crm_error *error)
{
  crm__memory memory = crm__memory_fork(&store->memory);
  crm_status status = CRM_OK;
  crm__column met;
  uint64_t id;
  crm__column_open(&met, sizeof(int64_t), INT64_MAX);
  if (!touch_all(store, &met, &memory)) {
    status = crm__fail_memory(error);
  } else {
    add_all(store, &met);
  }
  for (id = 0; status == CRM_OK && id < store->customer_count; id++) {
    if (crm__column_i64(&met, id) != crm__column_i64(&store->met, id)) {
      status = crm__fail_at(error, CRM_ERROR_CORRUPT, "customers", NULL, 0, -1,
                            "since when customer number %lld is known differs from what the rows give", (long long)id);
    }
  }
  crm__column_close(&met, &memory);
  return status;
}

int64_t crm__customer_met(const crm_store *store, uint32_t customer)
{
  uint32_t id = crm__resolve(store, customer) == customer ? customer : CRM__NONE;
  int64_t met = INT64_MAX;
  for (; id != CRM__NONE; id = crm__alias_next(store, id)) {
    int64_t own = id < store->met.length ? crm__column_i64(&store->met, id) : INT64_MAX;
    met = own < met ? own : met;
  }
  return met;
}
