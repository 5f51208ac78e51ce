/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "store/rows.h"
#include "table/build.h"

/* Who is where: members, histories, and the stages of all customers at one instant or two. */

static void put_time(crm_table *table, int32_t column, int64_t time)
{
  if (time == INT64_MIN) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, time);
  }
}

static void put_days(crm_table *table, int32_t column, int64_t days)
{
  if (days < 0) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, days);
  }
}

static void put_reason(const crm_lifecycle *lifecycle, crm_table *table, int32_t column, const crm__life_event *event)
{
  if (event->reason == CRM__NONE) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put_key(table, column, crm__name_key(lifecycle->store, event->reason));
  }
}

/* ---- members ---- */

enum { MEMBER_CUSTOMER, MEMBER_STAGE, MEMBER_ENTERED, MEMBER_CAUSE, MEMBER_DAYS, MEMBER_STEP, MEMBER_FIRST,
       MEMBER_LAST, MEMBER_IDLE, MEMBER_REASON, MEMBER_COLUMNS };

static void put_member(const crm_lifecycle *lifecycle, crm_table *table, uint32_t id, const crm__life_event *event)
{
  crm__table_put_key(table, MEMBER_CUSTOMER, crm__customer_key(lifecycle->store, id));
  crm__table_put_name(table, MEMBER_STAGE, crm__stage_name(event->stage));
  put_time(table, MEMBER_ENTERED, event->time);
  crm__table_put_name(table, MEMBER_CAUSE, crm__stage_cause(event->cause));
  put_days(table, MEMBER_DAYS, crm__life_days(lifecycle, event, lifecycle->as_of));
  crm__table_put_name(table, MEMBER_STEP, crm__stage_name(event->step));
  if (lifecycle->last[id] == INT32_MIN) {
    crm__table_put_null(table, MEMBER_FIRST);
    crm__table_put_null(table, MEMBER_LAST);
    crm__table_put_null(table, MEMBER_IDLE);
  } else {
    crm__table_put(table, MEMBER_FIRST, lifecycle->first[id]);
    crm__table_put(table, MEMBER_LAST, lifecycle->last[id]);
    crm__table_put(table, MEMBER_IDLE, (int64_t)lifecycle->as_of_day - lifecycle->last[id]);
  }
  put_reason(lifecycle, table, MEMBER_REASON, event);
}

static crm_status make_members(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                               crm_error *error)
{
  static const crm__table_column columns[MEMBER_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 }, { "stage", CRM_TYPE_TEXT, 0 },   { "entered", CRM_TYPE_TIME, 0 },
    { "cause", CRM_TYPE_TEXT, 0 },    { "days", CRM_TYPE_INTEGER, 0 }, { "step", CRM_TYPE_TEXT, 0 },
    { "first", CRM_TYPE_DATE, 0 },    { "last", CRM_TYPE_DATE, 0 },    { "idle_days", CRM_TYPE_INTEGER, 0 },
    { "reason", CRM_TYPE_TEXT, 0 }
  };
  const uint32_t *ids;
  uint32_t i;
  crm_status status = crm__customers_by_key(scope, &ids, error);
  (void)what;
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "lifecycle_members", columns, MEMBER_COLUMNS,
                              lifecycle->customers, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(lifecycle, scope, *table, "lifecycle_members");
  for (i = 0; i < lifecycle->customers; i++) {
    const crm__life_event *event = crm__life_at(lifecycle, ids[i], lifecycle->as_of);
    if (event != NULL) {
      put_member(lifecycle, *table, ids[i], event);
    }
  }
  return crm__table_finish(table, error);
}

/* ---- histories ---- */

enum { HISTORY_CUSTOMER, HISTORY_STAGE, HISTORY_ENTERED, HISTORY_LEFT, HISTORY_DAYS, HISTORY_CAUSE, HISTORY_STEP,
       HISTORY_REASON, HISTORY_COLUMNS };

static void put_history(const crm_lifecycle *lifecycle, crm_table *table, uint32_t id)
{
  uint64_t end = lifecycle->starts[id + 1U];
  uint64_t i;
  for (i = lifecycle->starts[id]; i < end; i++) {
    const crm__life_event *event = &lifecycle->events[i];
    int64_t left = i + 1U < end ? event[1].time : INT64_MIN;
    crm__table_put_key(table, HISTORY_CUSTOMER, crm__customer_key(lifecycle->store, id));
    crm__table_put_name(table, HISTORY_STAGE, crm__stage_name(event->stage));
    put_time(table, HISTORY_ENTERED, event->time);
    put_time(table, HISTORY_LEFT, left);
    put_days(table, HISTORY_DAYS, crm__life_days(lifecycle, event, i + 1U < end ? left : lifecycle->as_of));
    crm__table_put_name(table, HISTORY_CAUSE, crm__stage_cause(event->cause));
    crm__table_put_name(table, HISTORY_STEP, crm__stage_name(event->step));
    put_reason(lifecycle, table, HISTORY_REASON, event);
  }
}

/* what is the key of one customer, or NULL. */
static crm_status make_history(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                               crm_error *error)
{
  static const crm__table_column columns[HISTORY_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 }, { "stage", CRM_TYPE_TEXT, 0 },   { "entered", CRM_TYPE_TIME, 0 },
    { "left", CRM_TYPE_TIME, 0 },     { "days", CRM_TYPE_INTEGER, 0 }, { "cause", CRM_TYPE_TEXT, 0 },
    { "step", CRM_TYPE_TEXT, 0 },     { "reason", CRM_TYPE_TEXT, 0 }
  };
  int64_t rows = (int64_t)lifecycle->event_count;
  uint32_t only = what == NULL ? CRM__NONE : crm__scope_find(scope, what);
  const uint32_t *ids = NULL;
  uint32_t i;
  crm_status status = CRM_OK;
  if (what == NULL) {
    status = crm__customers_by_key(scope, &ids, error);
  } else if (only == CRM__NONE || lifecycle->starts[only] == lifecycle->starts[only + 1U]) {
    status = crm__fail(error, CRM_ERROR_NOT_FOUND, "no such customer in the scope");
  } else {
    rows = (int64_t)(lifecycle->starts[only + 1U] - lifecycle->starts[only]);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "lifecycle_history", columns, HISTORY_COLUMNS, rows, table,
                              error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(lifecycle, scope, *table, "lifecycle_history");
  if (only != CRM__NONE) {
    put_history(lifecycle, *table, only);
  }
  for (i = 0; only == CRM__NONE && i < lifecycle->customers; i++) {
    put_history(lifecycle, *table, ids[i]);
  }
  return crm__table_finish(table, error);
}

/* ---- instants ---- */

enum { SNAPSHOT_STAGE, SNAPSHOT_CUSTOMERS, SNAPSHOT_SHARE, SNAPSHOT_COLUMNS };

/* what is an instant. */
static crm_status make_snapshot(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what,
                                crm_table **table, crm_error *error)
{
  static const crm__table_column columns[SNAPSHOT_COLUMNS] = {
    { "stage", CRM_TYPE_TEXT, 0 }, { "customers", CRM_TYPE_INTEGER, 0 }, { "share", CRM_TYPE_DECIMAL, 6 }
  };
  crm__stage_counts counts;
  int32_t stage;
  crm_status status = crm__table_begin(crm__scope_memory(scope), "lifecycle_snapshot", columns, SNAPSHOT_COLUMNS,
                                       CRM_STAGES, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(lifecycle, scope, *table, "lifecycle_snapshot");
  crm__stages_count(lifecycle, *(const int64_t *)what, &counts);
  for (stage = 0; stage < CRM_STAGES; stage++) {
    crm__table_put_name(*table, SNAPSHOT_STAGE, crm__stage_name(stage));
    crm__table_put(*table, SNAPSHOT_CUSTOMERS, counts.customers[stage]);
    put_days(*table, SNAPSHOT_SHARE, counts.shares[stage]);
  }
  return crm__table_finish(table, error);
}

enum { MOVE_FROM, MOVE_TO, MOVE_CUSTOMERS, MOVE_SHARE, MOVE_COLUMNS };

/* what is two instants. Rows and columns of the matrix are stages, after one for those who were not there yet. */
static crm_status make_transitions(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what,
                                   crm_table **table, crm_error *error)
{
  static const crm__table_column columns[MOVE_COLUMNS] = {
    { "from", CRM_TYPE_TEXT, 0 }, { "to", CRM_TYPE_TEXT, 0 }, { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 }
  };
  const int64_t *instants = what;
  int64_t moved[CRM_STAGES + 1][CRM_STAGES] = {{0}};
  int32_t a;
  int32_t b;
  uint32_t id;
  crm_status status = crm__table_begin(crm__scope_memory(scope), "lifecycle_transitions", columns, MOVE_COLUMNS,
                                       (CRM_STAGES + 1) * CRM_STAGES, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(lifecycle, scope, *table, "lifecycle_transitions");
  for (id = 0; id < lifecycle->customers; id++) {
    const crm__life_event *before = crm__life_at(lifecycle, id, instants[0]);
    const crm__life_event *after = crm__life_at(lifecycle, id, instants[1]);
    if (after != NULL) {
      moved[before == NULL ? 0 : before->stage + 1][after->stage]++;
    }
  }
  for (a = 0; a <= CRM_STAGES; a++) {
    int64_t all = 0;
    for (b = 0; b < CRM_STAGES; b++) {
      all += moved[a][b];
    }
    for (b = 0; b < CRM_STAGES; b++) {
      if (moved[a][b] > 0) {
        crm__table_put_name(*table, MOVE_FROM, crm__stage_name(a - 1));
        crm__table_put_name(*table, MOVE_TO, crm__stage_name(b));
        crm__table_put(*table, MOVE_CUSTOMERS, moved[a][b]);
        crm__table_put(*table, MOVE_SHARE, crm__ratio(moved[a][b], all));
      }
    }
  }
  return crm__table_finish(table, error);
}

/* ---- the calls ---- */

crm_status crm_lifecycle_members(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_members, NULL, table, error);
}

crm_status crm_lifecycle_history(const crm_lifecycle *lifecycle, const char *key, crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_history, key, table, error);
}

crm_status crm_lifecycle_snapshot(const crm_lifecycle *lifecycle, int64_t instant, crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_snapshot, &instant, table, error);
}

crm_status crm_lifecycle_transitions(const crm_lifecycle *lifecycle, int64_t from, int64_t to, crm_table **table,
                                     crm_error *error)
{
  int64_t instants[2];
  instants[0] = from;
  instants[1] = to;
  if (from > to) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "from", 0, -1, "from is after to");
  }
  return crm__lifecycle_table(lifecycle, make_transitions, instants, table, error);
}
