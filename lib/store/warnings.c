/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/statistics.h"
#include "store/identity.h"
#include "store/profile.h"
#include "table/build.h"

/* What looks wrong in the facts themselves. */

#define LONE_DAYS 365        /* a last day this far past the one before is most likely a till's clock */
#define SHARED_TIMES 10      /* so many times the orders of the next one */
#define SHARED_CUSTOMERS 50  /* among at least so many */

/* The last day with a document and the one before it; INT32_MIN: none. */
static void last_days(const crm_store *store, int32_t *last, int32_t *before)
{
  const crm__documents *documents = &store->documents;
  uint64_t i;
  *last = INT32_MIN;
  *before = INT32_MIN;
  for (i = 0; i < store->document_count; i++) {
    int32_t day;
    if ((crm__column_u8(&documents->flags, i) & CRM__DOCUMENT_LIVE) == 0) {
      continue;
    }
    day = crm__business_day(crm__column_i64(&documents->time, i), store->day_start);
    if (day > *last) {
      *before = *last;
      *last = day;
    } else if (day < *last && day > *before) {
      *before = day;
    }
  }
}

void crm__store_shared(const crm_store *store, crm__shared *shared)
{
  static const crm__shared none = {CRM__NONE, 0, 0, 0};
  int64_t customers = 0;
  uint32_t i;
  *shared = none;
  for (i = 0; i < store->customer_count; i++) {
    int64_t orders = store->measures[i].orders;
    if (orders == 0 || crm__customer_kind(store, i) == CRM__CUSTOMER_ANONYMOUS) {
      continue;
    }
    customers++;
    shared->orders += orders;
    if (orders > shared->most) {
      shared->next = shared->most;
      shared->most = orders;
      shared->customer = i;
    } else if (orders > shared->next) {
      shared->next = orders;
    }
  }
  if (customers < SHARED_CUSTOMERS || shared->most * 100 <= shared->orders * CRM__SHARED_PERCENT ||
      shared->most < shared->next * SHARED_TIMES) {
    shared->customer = CRM__NONE;
  }
}

static void put_warning(crm_table *table, const char *warning, int64_t rows, int64_t share)
{
  crm__table_put_name(table, 0, warning);
  crm__table_put(table, 2, rows);
  if (share < 0) {
    crm__table_put_null(table, 3);
  } else {
    crm__table_put(table, 3, share);
  }
}

crm_status crm_store_warnings(const crm_store *store, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"warning", CRM_TYPE_TEXT, 0}, {"subject", CRM_TYPE_TEXT, 0}, {"count", CRM_TYPE_INTEGER, 0},
    {"share", CRM_TYPE_DECIMAL, 6},
  };
  int32_t last;
  int32_t before;
  crm__shared shared;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the table");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *table = NULL;
  status = crm__table_begin(&store->memory, "warnings", columns, 4, 2, table, error);
  if (status != CRM_OK) {
    return status;
  }
  last_days(store, &last, &before);
  if (before != INT32_MIN && last - before > LONE_DAYS) {
    char day[16];
    crm__table_put_text(*table, 1, day, crm__date_write(last, day));
    put_warning(*table, "lone_day", last - before, -1);
  }
  crm__store_shared(store, &shared);
  if (shared.customer != CRM__NONE) {
    crm__table_put_key(*table, 1, crm__customer_key(store, shared.customer));
    put_warning(*table, "walk_in", shared.most, crm__ratio(shared.most, shared.orders));
  }
  if (!crm__put_rings(store, *table)) {
    crm_table_free(*table);
    *table = NULL;
    return crm__fail_memory(error);
  }
  return crm__table_finish(table, error);
}
