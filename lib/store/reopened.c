/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/reopened.h"

#include "base/error.h"
#include "table/build.h"

/* Months that documents reach after they are over. */

#define GRACE_DAYS 7      /* after its end a month still waits so many days for what is under way */
#define FIRST_YEAR 1900

static int32_t month_of(const crm_store *store, int64_t time)
{
  int32_t year;
  int32_t month;
  int32_t day;
  crm__civil_from_days(crm__business_day(time, store->day_start), &year, &month, &day);
  return (year - FIRST_YEAR) * 12 + month - 1;
}

int crm__reopened_reserve(crm_store *store)
{
  if (store->reopened == NULL) {
    store->reopened = crm__alloc_array_zero(&store->memory, CRM__REOPENED_MONTHS, sizeof *store->reopened);
  }
  return store->reopened != NULL;
}

int crm__reopened_prepare(crm_store *store)
{
  int32_t year;
  int32_t month;
  int32_t day;
  store->closed_before = INT64_MIN;
  if (store->latest == INT64_MIN) {
    return 1;
  }
  crm__civil_from_days(crm__business_day(store->latest, store->day_start) - GRACE_DAYS, &year, &month, &day);
  store->closed_before = crm__days_from_civil(year, month, 1) * CRM_DAY + store->day_start;
  return crm__reopened_reserve(store);
}

void crm__reopened_note(crm_store *store, uint32_t document, int32_t count)
{
  const crm__documents *documents = &store->documents;
  int64_t net = crm__column_i64(&documents->net, document);
  int32_t month = month_of(store, crm__column_i64(&documents->time, document));
  crm__reopened *of;
  if (month < 0 || month >= CRM__REOPENED_MONTHS) {
    return;   /* the first hours of 1900 may belong to the business day before */
  }
  of = &store->reopened[month];
  of->documents += count > 0;
  of->version = store->version + 1;
  /* amounts of all live documents fit 64 bits together; what comes and goes for years wraps, as unsigned may */
  of->amount = (int64_t)((uint64_t)of->amount + (count > 0 ? (uint64_t)net : 0U - (uint64_t)net));
}

void crm__reopened_free(crm_store *store)
{
  crm__free_array(&store->memory, store->reopened, CRM__REOPENED_MONTHS, sizeof *store->reopened);
}

uint64_t crm__reopened_count(const crm_store *store)
{
  uint64_t count = 0;
  int32_t month;
  for (month = 0; store->reopened != NULL && month < CRM__REOPENED_MONTHS; month++) {
    count += store->reopened[month].version > 0;
  }
  return count;
}

int crm__reopened_month(const crm_store *store, int32_t first_day, int64_t *documents, int64_t *amount)
{
  int32_t month = month_of(store, first_day * CRM_DAY + store->day_start);
  if (store->reopened == NULL || month < 0 || month >= CRM__REOPENED_MONTHS || store->reopened[month].version == 0) {
    return 0;
  }
  *documents = store->reopened[month].documents;
  *amount = store->reopened[month].amount;
  return 1;
}

crm_status crm_store_reopened(const crm_store *store, int64_t since, crm_table **table, crm_error *error)
{
  crm__table_column columns[] = {
    {"month", CRM_TYPE_TEXT, 0}, {"documents", CRM_TYPE_INTEGER, 0}, {"amount", CRM_TYPE_MONEY, 0},
    {"version", CRM_TYPE_INTEGER, 0},
  };
  int32_t month;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the table");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  if (since > store->version) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "the data version lies after the store's");
  }
  *table = NULL;
  columns[2].scale = store->digits;
  status = crm__table_begin(&store->memory, "reopened", columns, 4, 12, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (month = 0; store->reopened != NULL && month < CRM__REOPENED_MONTHS; month++) {
    const crm__reopened *of = &store->reopened[month];
    if (of->version > since && of->version > 0) {
      char text[16];
      int32_t day = crm__days_from_civil(FIRST_YEAR + month / 12, month % 12 + 1, 1);
      crm__table_put_text(*table, 0, text, crm__date_write(day, text) - 3U);
      crm__table_put(*table, 1, of->documents);
      crm__table_put(*table, 2, of->amount);
      crm__table_put(*table, 3, of->version);
    }
  }
  return crm__table_finish(table, error);
}
