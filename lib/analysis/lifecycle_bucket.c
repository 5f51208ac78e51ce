/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/statistics.h"
#include "base/survival.h"
#include "base/wide.h"
#include "table/build.h"

/* Stock and flow of active customers, and how long they stay. */

int32_t crm__life_event_day(const crm_lifecycle *lifecycle, const crm__life_event *event)
{
  return crm__business_day(event->time, lifecycle->day_start) - (event->cause == CRM__CAUSE_IDLE);
}

static void end_period(crm__life_flow *of, int before, int after)
{
  if (of != NULL) {
    of->gone += before && !after;
  }
}

/* Adds the flows of one life; *stock gets what came before the first period. */
static void add_life(const crm_lifecycle *lifecycle, uint32_t id, const crm__activity *activity,
                     crm__life_flow *flows, int64_t *stock)
{
  crm__life_flow *at = NULL;   /* of the period at hand, */
  int before = 0;              /* and whether the life was active before it */
  int active = 0;
  int ever = 0;
  uint64_t i;
  for (i = lifecycle->starts[id]; i < lifecycle->starts[id + 1U]; i++) {
    const crm__life_event *event = &lifecycle->events[i];
    int now = crm__life_active(event);
    crm__life_flow *to;
    uint16_t place;
    int32_t day;
    if (now == active) {
      continue;
    }
    day = crm__life_event_day(lifecycle, event);
    place = crm__activity_place(activity, day);
    to = day < activity->starts[0] || place == CRM__NO_PLACE ? NULL : &flows[place - 1];
    if (to != at) {
      end_period(at, before, active);
      at = to;
      before = active;
    }
    if (day < activity->starts[0]) {
      *stock += now ? 1 : -1;
    } else if (to != NULL) {
      to->entered += now && !ever;
      to->came_back += now && ever;
      to->left += !now;
    }
    ever |= now;
    active = now;
  }
  end_period(at, before, active);
}

crm_status crm__life_flows(const crm_lifecycle *lifecycle, crm__scope *scope, const crm__calendar *calendar,
                           crm__activity *activity, crm__life_flow **flows, int64_t *stock, crm_error *error)
{
  uint32_t id;
  crm_status status = crm__activity_compute(scope, calendar, activity, error);
  *stock = 0;
  if (status != CRM_OK) {
    return status;
  }
  *flows = crm__scope_alloc_zero(scope, (uint64_t)activity->periods, sizeof **flows);
  if (*flows == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; activity->periods > 0 && id < lifecycle->customers; id++) {
    add_life(lifecycle, id, activity, *flows, stock);
  }
  return CRM_OK;
}

enum { BUCKET_PERIOD, BUCKET_START, BUCKET_NEW, BUCKET_BACK, BUCKET_LOST, BUCKET_END, BUCKET_RATE, BUCKET_STEADY,
       BUCKET_COMPLETE, BUCKET_START_LOST, BUCKET_CHURN, BUCKET_RETENTION, BUCKET_COLUMNS };

static void put_ratio(crm_table *table, int32_t column, int64_t numerator, int64_t denominator)
{
  if (denominator > 0) {
    crm__table_put(table, column, crm__ratio(numerator, denominator));
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_period(crm_table *table, const crm__life_flow *of, int64_t stock)
{
  int64_t steady = 0;
  crm__table_put(table, BUCKET_START, stock);
  crm__table_put(table, BUCKET_NEW, of->entered);
  crm__table_put(table, BUCKET_BACK, of->came_back);
  crm__table_put(table, BUCKET_LOST, of->left);
  crm__table_put(table, BUCKET_END, stock + of->entered + of->came_back - of->left);
  put_ratio(table, BUCKET_RATE, of->left, stock);
  crm__table_put(table, BUCKET_START_LOST, of->gone);
  put_ratio(table, BUCKET_CHURN, of->gone, stock);
  put_ratio(table, BUCKET_RETENTION, stock - of->gone, stock);
  if (stock > 0 && of->left > 0 &&
      crm__multiply_divide_round(of->entered + of->came_back, stock, of->left, &steady) == 0) {
    crm__table_put(table, BUCKET_STEADY, steady);
  } else {
    crm__table_put_null(table, BUCKET_STEADY);
  }
}

static crm_status make_bucket(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                              crm_error *error)
{
  static const crm__table_column columns[BUCKET_COLUMNS] = {
    { "period", CRM_TYPE_TEXT, 0 },         { "start", CRM_TYPE_INTEGER, 0 },   { "new", CRM_TYPE_INTEGER, 0 },
    { "reactivated", CRM_TYPE_INTEGER, 0 }, { "lost", CRM_TYPE_INTEGER, 0 },    { "end", CRM_TYPE_INTEGER, 0 },
    { "leak_rate", CRM_TYPE_DECIMAL, 6 },   { "steady_state", CRM_TYPE_INTEGER, 0 },
    { "complete", CRM_TYPE_BOOLEAN, 0 },    { "start_lost", CRM_TYPE_INTEGER, 0 },
    { "churn_rate", CRM_TYPE_DECIMAL, 6 },  { "retention_rate", CRM_TYPE_DECIMAL, 6 }
  };
  const crm__calendar *calendar = what;
  crm__activity activity;
  crm__life_flow *flows = NULL;
  int64_t stock;
  int32_t period;
  crm_status status = crm__life_flows(lifecycle, scope, calendar, &activity, &flows, &stock, error);
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "lifecycle_bucket", columns, BUCKET_COLUMNS, activity.periods,
                              table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(lifecycle, scope, *table, "lifecycle_bucket");
  for (period = 0; period < activity.periods; period++) {
    char label[64];
    size_t length = crm__period_label(calendar, activity.starts[period], label);
    crm__table_put_text(*table, BUCKET_PERIOD, label, length);
    put_period(*table, &flows[period], stock);
    crm__table_put(*table, BUCKET_COMPLETE, crm__day_instant(scope, activity.starts[period + 1]) <= lifecycle->as_of);
    stock += flows[period].entered + flows[period].came_back - flows[period].left;
  }
  return crm__table_finish(table, error);
}

crm_status crm_lifecycle_bucket(const crm_lifecycle *lifecycle, const crm_calendar *calendar, crm_table **table,
                                crm_error *error)
{
  crm__calendar ready;
  crm_status status = crm__calendar_open(&ready, calendar, error);
  return status == CRM_OK ? crm__lifecycle_table(lifecycle, make_bucket, &ready, table, error) : status;
}

/* ---- how long customers stay ---- */

#define STEP_DAYS 30
#define LEAST_AT_RISK 20

/* From the first entry into the bucket to the first leaving. */
static void add_stay(const crm_lifecycle *lifecycle, uint32_t id, crm__durations *stays)
{
  const crm__life_event *entered = NULL;
  uint64_t i;
  for (i = lifecycle->starts[id]; i < lifecycle->starts[id + 1U]; i++) {
    const crm__life_event *event = &lifecycle->events[i];
    if (entered == NULL && crm__life_active(event)) {
      entered = event;
    } else if (entered != NULL && !crm__life_active(event)) {
      stays->ends[crm__life_event_day(lifecycle, event) - crm__life_event_day(lifecycle, entered)]++;
      return;
    }
  }
  if (entered != NULL) {
    stays->open[lifecycle->as_of_day - crm__life_event_day(lifecycle, entered)]++;
  }
}

static crm_status make_stays(const crm_lifecycle *lifecycle, crm__scope *scope, crm__durations *stays,
                             crm_error *error)
{
  int64_t days = 0;
  uint32_t id;
  for (id = 0; id < lifecycle->customers; id++) {
    uint64_t i;
    for (i = lifecycle->starts[id]; i < lifecycle->starts[id + 1U]; i++) {
      const crm__life_event *event = &lifecycle->events[i];
      if (crm__life_active(event)) {
        int64_t length = (int64_t)lifecycle->as_of_day - crm__life_event_day(lifecycle, event) + 1;
        days = length > days ? length : days;
        break;
      }
    }
  }
  stays->days = days;
  stays->ends = crm__scope_alloc_zero(scope, (uint64_t)days, sizeof *stays->ends);
  stays->competing = crm__scope_alloc_zero(scope, (uint64_t)days, sizeof *stays->competing);
  stays->open = crm__scope_alloc_zero(scope, (uint64_t)days, sizeof *stays->open);
  if (stays->ends == NULL || stays->competing == NULL || stays->open == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < lifecycle->customers; id++) {
    add_stay(lifecycle, id, stays);
  }
  return CRM_OK;
}

enum { STAY_AGE, STAY_AT_RISK, STAY_SURVIVAL, STAY_REMAINING, STAY_STATUS, STAY_COLUMNS };

static int64_t rounded(double value, double unit)
{
  double scaled = value * unit;
  scaled = scaled + 0.5;
  return (int64_t)scaled;
}

/* Of the share that is active at the start of an age, the days to come are the area under the curve from there on, up
 * to the longest time seen: what comes on that last day nobody has lived through. */
static void put_ages(crm_table *table, const crm__durations *stays, const double *survival, const int64_t *risk,
                     double *area)
{
  double sum = 0.0;
  int64_t day;
  for (day = stays->days - 1; day >= 0; day--) {
    sum = day + 1 < stays->days ? sum + survival[day] : 0.0;
    area[day] = sum;
  }
  for (day = 0; day < stays->days; day += STEP_DAYS) {
    double before = day == 0 ? 1.0 : survival[day - 1];
    crm__table_put(table, STAY_AGE, day);
    crm__table_put(table, STAY_AT_RISK, risk[day]);
    if (risk[day] < LEAST_AT_RISK) {
      crm__table_put_null(table, STAY_SURVIVAL);
      crm__table_put_null(table, STAY_REMAINING);
      crm__table_put_name(table, STAY_STATUS, "insufficient");
    } else {
      crm__table_put(table, STAY_SURVIVAL, rounded(before, 1e6));
      crm__table_put(table, STAY_REMAINING, rounded(area[day] / before, 10.0));
      crm__table_put_name(table, STAY_STATUS, "ok");
    }
  }
}

static crm_status make_survival(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what,
                                crm_table **table, crm_error *error)
{
  static const crm__table_column columns[STAY_COLUMNS] = {
    { "age_days", CRM_TYPE_INTEGER, 0 },       { "at_risk", CRM_TYPE_INTEGER, 0 }, { "survival", CRM_TYPE_DECIMAL, 6 },
    { "remaining_days", CRM_TYPE_DECIMAL, 1 }, { "status", CRM_TYPE_TEXT, 0 }
  };
  crm__durations stays;
  double *survival;
  double *area;
  int64_t *risk;
  crm_status status = make_stays(lifecycle, scope, &stays, error);
  (void)what;
  if (status != CRM_OK) {
    return status;
  }
  survival = crm__scope_alloc(scope, (uint64_t)stays.days, sizeof *survival);
  area = crm__scope_alloc(scope, (uint64_t)stays.days, sizeof *area);
  risk = crm__scope_alloc(scope, (uint64_t)stays.days, sizeof *risk);
  if (survival == NULL || area == NULL || risk == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__table_begin(crm__scope_memory(scope), "lifecycle_survival", columns, STAY_COLUMNS,
                            stays.days / STEP_DAYS + 1, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(lifecycle, scope, *table, "lifecycle_survival");
  crm__survival(&stays, survival, risk);
  put_ages(*table, &stays, survival, risk, area);
  return crm__table_finish(table, error);
}

crm_status crm_lifecycle_survival(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_survival, NULL, table, error);
}
