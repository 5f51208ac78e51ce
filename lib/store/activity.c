/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"
#include "base/prefetch.h"

#include <string.h>

/* Time of the first fact in the scope, INT64_MAX: none. The store knows it unless the scope picks facts. */
static int64_t earliest_fact(const crm__scope *scope, crm__facts *facts)
{
  int64_t earliest = INT64_MAX;
  uint32_t i;
  if (scope->branches == NULL && scope->special == NULL && scope->refunds == CRM_REFUNDS_REFUND_DAY) {
    return scope->store->earliest < scope->to ? scope->store->earliest : INT64_MAX;
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      if ((facts->flags[i] & CRM__FACT_PERIOD) && facts->time[i] < earliest) {
        earliest = facts->time[i];
      }
    }
  }
  return earliest;
}

/* The first and last day that rows are for; 0 where there is nothing to show. */
static int find_span(crm__scope *scope, crm__facts *facts, int32_t *first, int32_t *last)
{
  int64_t earliest;
  if (scope->to == INT64_MAX || scope->to == INT64_MIN || scope->from >= scope->to) {
    return 0;
  }
  *last = crm__business_day(scope->to - 1, scope->day_start);
  if (scope->from != INT64_MIN) {
    *first = crm__business_day(scope->from, scope->day_start);
    return 1;
  }
  earliest = earliest_fact(scope, facts);
  if (earliest == INT64_MAX) {
    return 0;
  }
  *first = crm__business_day(earliest, scope->day_start);
  return 1;
}

/* The first period at or after a day in a calendar, INT32_MIN: none. */
static int32_t first_start(const crm__calendar *calendar, int32_t day, int32_t last)
{
  int32_t start = crm__period_start(calendar, day);
  if (start == INT32_MIN && calendar->options.period == CRM_PERIOD_TABLE && day < calendar->options.starts[0] &&
      last >= calendar->options.starts[0]) {
    start = calendar->options.starts[0];
  }
  return start;
}

static crm_status make_starts(crm__scope *scope, const crm__calendar *calendar, int32_t first, int32_t last,
                              crm__activity *activity, crm_error *error)
{
  int32_t *starts = crm__scope_alloc(scope, CRM__PERIODS + 1, sizeof *starts);
  int32_t start = first_start(calendar, first, last);
  if (starts == NULL) {
    return crm__fail_memory(error);
  }
  activity->starts = starts;
  while (start != INT32_MIN && start <= last) {
    int32_t next = crm__period_next(calendar, start);
    if (next == INT32_MIN) {
      break;
    }
    if (activity->periods == CRM__PERIODS) {
      return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, "period", 0, -1,
                          "there are more than %d periods; a later from or longer periods help", CRM__PERIODS);
    }
    starts[activity->periods++] = start;
    starts[activity->periods] = next;
    start = next;
  }
  return CRM_OK;
}

static crm_status make_places(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                              crm_error *error)
{
  int32_t previous = crm__period_previous(calendar, activity->starts[0]);
  int32_t end = activity->starts[activity->periods];
  int32_t day;
  int32_t period = -1;
  uint16_t *places;
  activity->first_day = previous == INT32_MIN ? activity->starts[0] : previous;
  activity->days = end - activity->first_day;
  places = crm__scope_alloc(scope, (uint64_t)activity->days, sizeof *places);
  if (places == NULL) {
    return crm__fail_memory(error);
  }
  for (day = activity->first_day; day < end; day++) {
    if (day >= activity->starts[period + 1]) {
      period++;
    }
    places[day - activity->first_day] = (uint16_t)(period + 1);
  }
  activity->places = places;
  return CRM_OK;
}

#define AHEAD 24

/* Where one pass over the facts leaves what it finds. */
typedef struct marks {
  uint64_t *bits;
  int32_t *ever;
  int64_t *revenue;
  int64_t *orders;
} marks;

/* One pass over the facts. wide is the scope without its lower bound, for the period before the first. */
static void mark_facts(const crm__scope *wide, const crm__scope *scope, const crm__activity *activity,
                       crm__facts *facts, const marks *to)
{
  uint32_t words = activity->words;
  uint32_t i;
  crm__facts_begin(facts);
  while (crm__facts_next(facts, wide)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t customer = facts->customer[i];
      uint32_t flags = facts->flags[i];
      int32_t day = crm__business_day(facts->time[i], scope->day_start);
      uint16_t place = crm__activity_place(activity, day);
      if (i + AHEAD < facts->count && facts->customer[i + AHEAD] != CRM__NONE) {
        CRM__PREFETCH(&to->bits[(size_t)facts->customer[i + AHEAD] * words]);
        CRM__PREFETCH(&to->ever[facts->customer[i + AHEAD]]);
      }
      if (customer != CRM__NONE && (flags & CRM__FACT_OCCASION) && day < to->ever[customer]) {
        to->ever[customer] = day;
      }
      if ((flags & CRM__FACT_PERIOD) == 0 || place == CRM__NO_PLACE || facts->time[i] >= scope->to ||
          (place > 0 && facts->time[i] < scope->from)) {
        continue;
      }
      if (place > 0) {
        to->revenue[place - 1] += facts->money[i];
        to->orders[place - 1] +=
            scope->occasions == CRM_OCCASIONS_EACH || customer == CRM__NONE ? facts->orders[i] : 0;
      }
      if (customer != CRM__NONE && (flags & CRM__FACT_OCCASION)) {
        to->bits[(size_t)customer * words + place / 64] |= UINT64_C(1) << (place % 64);
      }
    }
  }
}

static crm_status add_visits(crm__scope *scope, const crm__activity *activity, int64_t *orders, crm_error *error)
{
  uint64_t *visits;
  uint64_t count;
  uint64_t k;
  crm_status status = crm__visits(scope, &visits, &count, error);
  for (k = 0; status == CRM_OK && k < count; k++) {
    uint16_t place = crm__activity_place(activity, crm__visit_day(visits[k]));
    if (place != CRM__NO_PLACE && place > 0) {
      orders[place - 1]++;
    }
  }
  return status;
}

/* The periods of the first occasions ever. */
static crm_status find_firsts(crm__scope *scope, crm__activity *activity, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  int32_t *first = crm__scope_alloc(scope, customers, sizeof *first);
  uint32_t i;
  if (first == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    int32_t day = activity->ever[i];
    uint16_t place = crm__activity_place(activity, day);
    first[i] = day < activity->starts[0] ? -1 : place == CRM__NO_PLACE ? INT32_MAX : (int32_t)place - 1;
  }
  activity->first = first;
  return CRM_OK;
}

static crm_status make_marks(crm__scope *scope, const crm__activity *activity, marks *to, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  uint64_t periods = (uint64_t)activity->periods;
  uint32_t i;
  to->bits = crm__scope_alloc_zero(scope, (uint64_t)customers * activity->words, sizeof *to->bits);
  to->ever = crm__scope_alloc(scope, customers, sizeof *to->ever);
  to->revenue = crm__scope_alloc_zero(scope, periods, sizeof *to->revenue);
  to->orders = crm__scope_alloc_zero(scope, periods, sizeof *to->orders);
  if (to->bits == NULL || to->ever == NULL || to->revenue == NULL || to->orders == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    to->ever[i] = INT32_MAX;
  }
  return CRM_OK;
}

crm_status crm__activity_compute(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                                 crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  crm__scope wide = *scope;
  marks to;
  int32_t first = 0;
  int32_t last = 0;
  crm_status status;
  memset(activity, 0, sizeof *activity);
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  if (!find_span(scope, facts, &first, &last)) {
    return CRM_OK;
  }
  status = make_starts(scope, calendar, first, last, activity, error);
  if (status != CRM_OK || activity->periods == 0) {
    return status;
  }
  status = make_places(scope, calendar, activity, error);
  if (status != CRM_OK) {
    return status;
  }
  activity->words = ((uint32_t)activity->periods + 1 + 63) / 64;
  status = make_marks(scope, activity, &to, error);
  if (status != CRM_OK) {
    return status;
  }
  wide.from = INT64_MIN;
  wide.to = scope->as_of;
  mark_facts(&wide, scope, activity, facts, &to);
  activity->bits = to.bits;
  activity->ever = to.ever;
  activity->revenue = to.revenue;
  activity->orders = to.orders;
  status = find_firsts(scope, activity, error);
  return status == CRM_OK && scope->occasions == CRM_OCCASIONS_DAY ? add_visits(scope, activity, to.orders, error)
                                                                   : status;
}
