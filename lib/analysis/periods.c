/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/bits.h"
#include "analysis/population.h"

#include "base/error.h"
#include "table/build.h"

#include <crm/periods.h>

/* The movement of customers from each one's bitmap of active periods, in one sweep: a period that begins a run of
 * active ones is new or resurrected, the period after a run is lapsed, and the rest follows. Counters have the places
 * of the bitmaps: 0 is the period before the first. */

typedef struct movement {
  int64_t *begun;     /* active, not active in the period before */
  int64_t *lapsed;
  int64_t *fresh;     /* active, and the first occasion ever is in it */
  int64_t before;     /* active in the period before the first */
} movement;

static void count_bits(uint64_t word, uint64_t offset, int64_t *counters)
{
  while (word != 0) {
    counters[offset + crm__lowest_bit(word)]++;
    word &= word - 1U;
  }
}

static crm_status count_movement(crm__scope *scope, const crm__activity *activity, movement *moved, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  uint64_t places = (uint64_t)activity->words * 64U;
  uint32_t id;
  moved->begun = crm__scope_alloc_zero(scope, places, sizeof *moved->begun);
  moved->lapsed = crm__scope_alloc_zero(scope, places, sizeof *moved->lapsed);
  moved->fresh = crm__scope_alloc_zero(scope, places, sizeof *moved->fresh);
  moved->before = 0;
  if (moved->begun == NULL || moved->lapsed == NULL || moved->fresh == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    const uint64_t *bits = crm__activity_bits(activity, id);
    int32_t first = crm__activity_first(activity, id);
    uint64_t carry = 0;
    uint32_t w;
    if (!crm__customer_counts(scope, id)) {
      continue;
    }
    moved->before += (int64_t)(bits[0] & 1U);
    for (w = 0; w < activity->words; w++) {
      uint64_t earlier = bits[w] << 1 | carry;
      carry = bits[w] >> 63;
      count_bits(bits[w] & ~earlier, (uint64_t)w * 64U, moved->begun);
      count_bits(earlier & ~bits[w], (uint64_t)w * 64U, moved->lapsed);
    }
    if (first >= 0 && first < activity->periods) {
      uint32_t place = (uint32_t)first + 1U;
      moved->fresh[place] += (int64_t)(bits[place / 64U] >> (place % 64U) & 1U);
    }
  }
  return CRM_OK;
}

enum { PERIOD_LABEL, PERIOD_REVENUE, PERIOD_ORDERS, PERIOD_ACTIVE, PERIOD_NEW, PERIOD_RETURNING, PERIOD_RESURRECTED,
       PERIOD_LAPSED, PERIOD_COMPLETE, PERIOD_FIRST_DAY, PERIOD_COLUMNS };

static void put_periods(const crm__scope *scope, const crm__calendar *calendar, const crm__activity *activity,
                        const movement *moved, crm_table *table)
{
  int64_t active = moved->before;
  int32_t p;
  for (p = 0; p < activity->periods; p++) {
    int32_t place = p + 1;
    int64_t returning = active - moved->lapsed[place];
    char label[64];
    size_t length = crm__period_label(calendar, activity->starts[p], label);
    active = returning + moved->begun[place];
    crm__table_put_text(table, PERIOD_LABEL, label, length);
    crm__table_put(table, PERIOD_REVENUE, activity->revenue[p]);
    crm__table_put(table, PERIOD_ORDERS, activity->orders[p]);
    crm__table_put(table, PERIOD_ACTIVE, active);
    crm__table_put(table, PERIOD_NEW, moved->fresh[place]);
    crm__table_put(table, PERIOD_RETURNING, returning);
    crm__table_put(table, PERIOD_RESURRECTED, moved->begun[place] - moved->fresh[place]);
    crm__table_put(table, PERIOD_LAPSED, moved->lapsed[place]);
    crm__table_put(table, PERIOD_COMPLETE, crm__day_instant(scope, activity->starts[p]) >= scope->from &&
                                             crm__day_instant(scope, activity->starts[p + 1]) <= scope->to);
    crm__table_put(table, PERIOD_FIRST_DAY, activity->starts[p]);
  }
}

static crm_status make(crm__scope *scope, const crm__calendar *calendar, crm_table **table, crm_error *error)
{
  crm__table_column columns[PERIOD_COLUMNS] = {
    { "month", CRM_TYPE_TEXT, 0 },          { "revenue", CRM_TYPE_MONEY, 0 },     { "orders", CRM_TYPE_INTEGER, 0 },
    { "active", CRM_TYPE_INTEGER, 0 },      { "new", CRM_TYPE_INTEGER, 0 },       { "returning", CRM_TYPE_INTEGER, 0 },
    { "resurrected", CRM_TYPE_INTEGER, 0 }, { "lapsed", CRM_TYPE_INTEGER, 0 },
    { "complete", CRM_TYPE_BOOLEAN, 0 },    { "first_day", CRM_TYPE_DATE, 0 }
  };
  crm__activity activity;
  movement moved = { NULL, NULL, NULL, 0 };
  crm_status status = crm__activity_compute(scope, calendar, &activity, error);
  if (status == CRM_OK && activity.periods > 0) {
    status = count_movement(scope, &activity, &moved, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  columns[PERIOD_REVENUE].scale = crm_store_digits(scope->store);
  status = crm__table_begin(crm__scope_memory(scope), "months", columns, PERIOD_COLUMNS, activity.periods, table,
                            error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "months", 1);
  put_periods(scope, calendar, &activity, &moved, *table);
  return crm__table_finish(table, error);
}

crm_status crm_periods_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                               crm_table **table, crm_error *error)
{
  crm_table *made = NULL;
  crm__calendar ready;
  crm__scope open;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = crm__calendar_open(&ready, calendar, error);
  if (status == CRM_OK) {
    status = crm__scope_open(&open, store, scope, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = make(&open, &ready, &made, error);
  crm__scope_close(&open);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}
