/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/pass.h"
#include "store/summary.h"

#include "base/bits.h"
#include "base/error.h"

#include <string.h>

/* Whether every document counts in a scope, be it for nobody. */
static int all_count(const crm__scope *scope)
{
  uint32_t customers = crm__customers(scope->store);
  int out = scope->accounts != NULL;
  uint32_t i;
  for (i = 0; scope->special != NULL && !out && i < customers; i++) {
    out = scope->special[i] == CRM__CUSTOMER_OUTSIDE ||
          (scope->special[i] == CRM__CUSTOMER_INTERNAL && !scope->internal);
  }
  return scope->special == NULL || !out;
}

/* Time of the first fact in the scope, INT64_MAX: none. The store knows it unless the scope picks facts. Cohorts begin
 * in all branches, so with cells those of the scope do not matter. */
static crm_status earliest_fact(const crm__scope *scope, int with_cells, crm__facts *facts, int64_t *earliest,
                                crm_error *error)
{
  int64_t least = scope->refunds == CRM_REFUNDS_REFUND_DAY ? scope->store->earliest : INT64_MIN;   /* none is before */
  uint32_t i;
  if ((scope->branches == NULL && scope->refunds == CRM_REFUNDS_REFUND_DAY && all_count(scope)) ||
      (scope->branches != NULL && with_cells)) {
    *earliest = scope->store->earliest < scope->to ? scope->store->earliest : INT64_MAX;
    return CRM_OK;
  }
  *earliest = INT64_MAX;
  crm__facts_begin(facts);
  while (*earliest > least && crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      if ((facts->flags[i] & CRM__FACT_PERIOD) && facts->time[i] < *earliest) {
        *earliest = facts->time[i];
      }
    }
  }
  return crm__facts_end(facts, error);
}

/* The first and last day that rows are for; first after last where there is nothing to show. */
static crm_status find_span(crm__scope *scope, int with_cells, crm__facts *facts, int32_t *first, int32_t *last,
                            crm_error *error)
{
  int64_t earliest = scope->from;
  crm_status status = CRM_OK;
  *first = 1;
  *last = 0;
  if (scope->to == INT64_MAX || scope->to == INT64_MIN || scope->from >= scope->to) {
    return CRM_OK;
  }
  if (earliest == INT64_MIN) {
    status = earliest_fact(scope, with_cells, facts, &earliest, error);
  }
  if (status == CRM_OK && earliest != INT64_MAX) {
    *first = crm__business_day(earliest, scope->day_start);
    *last = crm__business_day(scope->to - 1, scope->day_start);
  }
  return status;
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

/* The period that begins a run of active ones is new or resurrected, the one after a run is lapsed, and the rest
 * follows. */
void crm__moves_count(const uint64_t *bits, uint32_t words, uint32_t first, int32_t periods, int64_t sign,
                      crm__moves *moves, crm__cell *cells)
{
  uint64_t carry = 0;
  uint32_t last = (uint32_t)periods + 1;
  uint32_t w;
  for (w = 0; w < words; w++) {
    uint64_t earlier = bits[w] << 1 | carry;
    uint64_t begun = bits[w] & ~earlier;
    uint64_t lapsed = earlier & ~bits[w];
    carry = bits[w] >> 63;
    for (; begun != 0; begun &= begun - 1) {
      moves[w * 64 + crm__lowest_bit(begun)].begun += sign;
    }
    for (; lapsed != 0 && w * 64 + crm__lowest_bit(lapsed) <= last; lapsed &= lapsed - 1) {
      moves[w * 64 + crm__lowest_bit(lapsed)].lapsed += sign;
    }
  }
  if (first == 0) {
    return;
  }
  moves[first].size += sign;
  moves[first].fresh += bits[first / 64] >> (first % 64) & 1U ? sign : 0;
  if (cells != NULL) {
    crm__cells_count(bits, words, first, periods, sign, cells);
  }
}

void crm__cells_count(const uint64_t *bits, uint32_t words, uint32_t first, int32_t periods, int64_t sign,
                      crm__cell *cells)
{
  uint32_t w;
  for (w = first / 64; w < words; w++) {
    uint64_t active = bits[w];   /* nothing in it is before the first occasion ever */
    for (; active != 0; active &= active - 1) {
      uint32_t place = w * 64 + crm__lowest_bit(active);
      cells[(size_t)(first - 1) * (size_t)periods + place - 1].customers += sign;
    }
  }
}

static crm_status make_calendar(crm__scope *scope, const crm__calendar *calendar, int with_cells,
                                crm__activity *activity, crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  int32_t first;
  int32_t last;
  crm_status status;
  memset(activity, 0, sizeof *activity);
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  status = find_span(scope, with_cells, facts, &first, &last, error);
  if (status == CRM_OK && first <= last) {
    status = make_starts(scope, calendar, first, last, activity, error);
  }
  if (status != CRM_OK || activity->periods == 0) {
    return status;
  }
  activity->words = ((uint32_t)activity->periods + 1 + 63) / 64;
  return make_places(scope, calendar, activity, error);
}

crm_status crm__activity_calendar(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                                  crm_error *error)
{
  return make_calendar(scope, calendar, 0, activity, error);
}

static crm_status compute(crm__scope *scope, const crm__calendar *calendar, int with_cells, crm__activity *activity,
                          crm_error *error)
{
  crm_status status = make_calendar(scope, calendar, with_cells, activity, error);
  int memory;
  if (status != CRM_OK || activity->periods == 0) {
    return status;
  }
  if (crm__months_activity(scope, calendar, activity, &memory)) {
    return memory ? CRM_OK : crm__fail_memory(error);
  }
  if (crm__summary_activity(scope, activity)) {
    return CRM_OK;
  }
  return crm__pass(scope, scope, NULL, activity, with_cells, error);
}

crm_status crm__activity_compute(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                                 crm_error *error)
{
  return compute(scope, calendar, 0, activity, error);
}

crm_status crm__activity_with_cells(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                                    crm_error *error)
{
  return compute(scope, calendar, 1, activity, error);
}
