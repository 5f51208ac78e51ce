/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "base/survival.h"
#include "table/build.h"

#include <string.h>

/* How many are in each stage, for how long, and what becomes of those who enter it. */

/* The days that customers have been in their stage, those of a stage side by side; medians[stage] is -1 for none. */
static crm_status find_medians(const crm_lifecycle *lifecycle, crm__scope *scope, const crm__stage_counts *counts,
                               int64_t *medians, crm_error *error)
{
  int64_t *days = crm__scope_alloc(scope, lifecycle->customers, sizeof *days);
  uint64_t begins[CRM_STAGES];
  uint64_t used[CRM_STAGES] = {0};
  uint64_t next = 0;
  int32_t stage;
  uint32_t id;
  if (days == NULL) {
    return crm__fail_memory(error);
  }
  for (stage = 0; stage < CRM_STAGES; stage++) {
    begins[stage] = next;
    next += (uint64_t)counts->customers[stage];
  }
  for (id = 0; id < lifecycle->customers; id++) {
    const crm__life_event *event = crm__life_at(lifecycle, id, lifecycle->as_of);
    int32_t length = event == NULL ? -1 : crm__life_days(lifecycle, event, lifecycle->as_of);
    if (length >= 0) {
      days[begins[event->stage] + used[event->stage]++] = length;
    }
  }
  for (stage = 0; stage < CRM_STAGES; stage++) {
    medians[stage] = used[stage] == 0 ? -1 : crm__select(days + begins[stage], used[stage], (used[stage] - 1U) / 2U);
  }
  return CRM_OK;
}

/* ---- promotion ---- */

/* Whether an event is an entry into a stage, given the event before it. */
static int enters(int32_t stage, const crm__life_event *before, const crm__life_event *event)
{
  if (stage <= CRM_STAGE_REPEAT) {
    return event->step == stage && (before == NULL || before->step < stage);
  }
  return event->stage == stage && (before == NULL || before->stage != stage);
}

#define STAYS 0
#define PROMOTED 1
#define ENDED 2

/* What an event after the entry means for it. */
static int outcome(int32_t stage, const crm__life_event *event)
{
  if (stage <= CRM_STAGE_REPEAT) {
    return event->step > stage ? PROMOTED : event->step < stage || event->stage == CRM_STAGE_LOST ? ENDED : STAYS;
  }
  if (stage == CRM_STAGE_REACTIVATED) {
    return event->stage <= CRM_STAGE_REPEAT ? PROMOTED : event->stage != stage ? ENDED : STAYS;
  }
  if (stage == CRM_STAGE_DORMANT && event->stage == CRM_STAGE_LOST) {
    return ENDED;
  }
  return event->stage != stage ? PROMOTED : STAYS;
}

/* Adds one case: what became of an entry. What happens past the horizon is not looked at. */
static void add_case(const crm_lifecycle *lifecycle, int32_t stage, uint64_t entry, uint64_t end,
                     crm__durations *durations)
{
  const crm__life_event *entered = &lifecycle->events[entry];
  int64_t *kind = durations->open;
  int64_t days = -1;
  uint64_t i;
  for (i = entry + 1U; days < 0 && i < end; i++) {
    int became = outcome(stage, &lifecycle->events[i]);
    if (became != STAYS) {
      kind = became == PROMOTED ? durations->ends : durations->competing;
      days = crm__life_days(lifecycle, entered, lifecycle->events[i].time);
    }
  }
  if (days < 0) {
    days = crm__life_days(lifecycle, entered, lifecycle->as_of);
  }
  if (days < 0 || days > lifecycle->horizon) {
    kind = durations->open;
    days = (int64_t)lifecycle->horizon + 1;
  }
  kind[days]++;
}

/* Of each customer's entries the first one in the period counts. */
static void collect(const crm_lifecycle *lifecycle, int32_t stage, crm__durations *durations)
{
  uint32_t id;
  for (id = 0; id < lifecycle->customers; id++) {
    uint64_t begin = lifecycle->starts[id];
    uint64_t end = lifecycle->starts[id + 1U];
    uint64_t i;
    for (i = begin; i < end; i++) {
      const crm__life_event *event = &lifecycle->events[i];
      if (event->time != INT64_MIN && event->time >= lifecycle->from && event->time < lifecycle->to &&
          enters(stage, i == begin ? NULL : event - 1, event)) {
        add_case(lifecycle, stage, i, end, durations);
        break;
      }
    }
  }
}

static crm_status open_durations(const crm_lifecycle *lifecycle, crm__scope *scope, crm__durations *durations,
                                 crm_error *error)
{
  durations->days = (int64_t)lifecycle->horizon + 2;
  durations->ends = crm__scope_alloc(scope, (uint64_t)durations->days, sizeof *durations->ends);
  durations->competing = crm__scope_alloc(scope, (uint64_t)durations->days, sizeof *durations->competing);
  durations->open = crm__scope_alloc(scope, (uint64_t)durations->days, sizeof *durations->open);
  return durations->ends == NULL || durations->competing == NULL || durations->open == NULL
           ? crm__fail_memory(error)
           : CRM_OK;
}

static void clear(crm__durations *durations)
{
  size_t size = (size_t)durations->days * sizeof *durations->ends;
  memset(durations->ends, 0, size);
  memset(durations->competing, 0, size);
  memset(durations->open, 0, size);
}

/* ---- the table ---- */

enum { STAGE_STAGE, STAGE_CUSTOMERS, STAGE_SHARE, STAGE_MEDIAN, STAGE_RATE, STAGE_N, STAGE_LOW, STAGE_HIGH,
       STAGE_AT_RISK, STAGE_PROMOTED, STAGE_ENDED, STAGE_HORIZON, STAGE_PROMOTION, STAGE_STATUS, STAGE_COLUMNS };

static void put_or_null(crm_table *table, int32_t column, int64_t value, int there)
{
  if (there) {
    crm__table_put(table, column, value);
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_stage(const crm_lifecycle *lifecycle, crm_table *table, int32_t stage,
                      const crm__stage_counts *counts, int64_t median, const crm__incidence *promotion)
{
  int top = stage == CRM_STAGE_REPEAT;
  int there = !top && promotion->cases > 0;
  crm__table_put_name(table, STAGE_STAGE, crm__stage_name(stage));
  crm__table_put(table, STAGE_CUSTOMERS, counts->customers[stage]);
  put_or_null(table, STAGE_SHARE, counts->shares[stage], counts->shares[stage] >= 0);
  put_or_null(table, STAGE_MEDIAN, median, median >= 0);
  put_or_null(table, STAGE_RATE, promotion->value, there);
  put_or_null(table, STAGE_N, promotion->cases, !top);
  put_or_null(table, STAGE_LOW, promotion->low, there);
  put_or_null(table, STAGE_HIGH, promotion->high, there);
  put_or_null(table, STAGE_AT_RISK, promotion->at_risk, !top);
  put_or_null(table, STAGE_PROMOTED, promotion->ended, !top);
  put_or_null(table, STAGE_ENDED, promotion->competing, !top);
  crm__table_put(table, STAGE_HORIZON, lifecycle->horizon);
  put_or_null(table, STAGE_PROMOTION, promotion->median, there && promotion->median >= 0);
  crm__table_put_name(table, STAGE_STATUS, top ? "top" : crm__incidence_status(promotion));
}

static crm_status make_stages(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                              crm_error *error)
{
  static const crm__table_column columns[STAGE_COLUMNS] = {
    { "stage", CRM_TYPE_TEXT, 0 },           { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 },        { "median_days", CRM_TYPE_INTEGER, 0 },
    { "promotion_rate", CRM_TYPE_DECIMAL, 6 }, { "n", CRM_TYPE_INTEGER, 0 },
    { "low", CRM_TYPE_DECIMAL, 6 },          { "high", CRM_TYPE_DECIMAL, 6 },
    { "at_risk", CRM_TYPE_INTEGER, 0 },      { "promoted", CRM_TYPE_INTEGER, 0 },
    { "ended", CRM_TYPE_INTEGER, 0 },        { "horizon_days", CRM_TYPE_INTEGER, 0 },
    { "promotion_days", CRM_TYPE_INTEGER, 0 }, { "status", CRM_TYPE_TEXT, 0 }
  };
  crm__stage_counts counts;
  crm__durations durations;
  int64_t medians[CRM_STAGES];
  int32_t stage;
  crm_status status = open_durations(lifecycle, scope, &durations, error);
  (void)what;
  crm__stages_count(lifecycle, lifecycle->as_of, &counts);
  if (status == CRM_OK) {
    status = find_medians(lifecycle, scope, &counts, medians, error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "lifecycle", columns, STAGE_COLUMNS, CRM_STAGES, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(lifecycle, scope, *table, "lifecycle");
  for (stage = 0; stage < CRM_STAGES; stage++) {
    crm__incidence promotion;
    clear(&durations);
    collect(lifecycle, stage, &durations);
    promotion = crm__incidence_at(&durations, lifecycle->horizon);
    put_stage(lifecycle, *table, stage, &counts, medians[stage], &promotion);
  }
  return crm__table_finish(table, error);
}

crm_status crm_lifecycle_stages(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_stages, NULL, table, error);
}
