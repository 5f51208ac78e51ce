/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"

#include "table/build.h"

#include <crm/periods.h>

enum { PERIOD_LABEL, PERIOD_REVENUE, PERIOD_ORDERS, PERIOD_ACTIVE, PERIOD_NEW, PERIOD_RETURNING, PERIOD_RESURRECTED,
       PERIOD_LAPSED, PERIOD_COMPLETE, PERIOD_FIRST_DAY, PERIOD_COLUMNS };

static void put_periods(const crm__scope *scope, const crm__calendar *calendar, const crm__activity *activity,
                        crm_table *table)
{
  const crm__moves *moves = activity->moves;
  int64_t active = activity->periods > 0 ? moves[0].begun : 0;
  int32_t p;
  for (p = 0; p < activity->periods; p++) {
    int32_t place = p + 1;
    int64_t returning = active - moves[place].lapsed;
    char label[64];
    size_t length = crm__period_label(calendar, activity->starts[p], label);
    active = returning + moves[place].begun;
    crm__table_put_text(table, PERIOD_LABEL, label, length);
    crm__table_put(table, PERIOD_REVENUE, activity->revenue[p]);
    crm__table_put(table, PERIOD_ORDERS, activity->orders[p]);
    crm__table_put(table, PERIOD_ACTIVE, active);
    crm__table_put(table, PERIOD_NEW, moves[place].fresh);
    crm__table_put(table, PERIOD_RETURNING, returning);
    crm__table_put(table, PERIOD_RESURRECTED, moves[place].begun - moves[place].fresh);
    crm__table_put(table, PERIOD_LAPSED, moves[place].lapsed);
    crm__table_put(table, PERIOD_COMPLETE, crm__day_instant(scope, activity->starts[p]) >= scope->from &&
                                             crm__day_instant(scope, activity->starts[p + 1]) <= scope->to);
    crm__table_put(table, PERIOD_FIRST_DAY, activity->starts[p]);
  }
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const crm__calendar *calendar = context;
  crm__table_column columns[PERIOD_COLUMNS] = {
    { "month", CRM_TYPE_TEXT, 0 },          { "revenue", CRM_TYPE_MONEY, 0 },     { "orders", CRM_TYPE_INTEGER, 0 },
    { "active", CRM_TYPE_INTEGER, 0 },      { "new", CRM_TYPE_INTEGER, 0 },       { "returning", CRM_TYPE_INTEGER, 0 },
    { "resurrected", CRM_TYPE_INTEGER, 0 }, { "lapsed", CRM_TYPE_INTEGER, 0 },
    { "complete", CRM_TYPE_BOOLEAN, 0 },    { "first_day", CRM_TYPE_DATE, 0 }
  };
  crm__activity activity;
  crm_status status = crm__activity_compute(scope, calendar, &activity, error);
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
  put_periods(scope, calendar, &activity, *table);
  return crm__table_finish(table, error);
}

crm_status crm_periods_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                               crm_table **table, crm_error *error)
{
  crm__calendar ready;
  crm_status status = crm__calendar_open(&ready, calendar, error);
  return status == CRM_OK ? crm__scope_table(store, scope, make, &ready, table, error) : status;
}
