/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/funnel_path.h"

#include "base/civil.h"

/* One opportunity's way through a pipeline. */

#define NOWHERE (-1)

typedef struct path {
  crm__funnel *funnel;
  int64_t entered[CRM__PIPELINE_STAGES];   /* first entry by stage; INT64_MIN: none yet */
  uint8_t watched[CRM__PIPELINE_STAGES];   /* 1: that entry is a case and still open */
  int32_t at;                            /* stage now, NOWHERE */
  int64_t since;
  int32_t lowest;                        /* of the stages so far */
  int32_t highest;
} path;

int64_t crm__funnel_days(const crm__funnel *funnel, int64_t from, int64_t to)
{
  int64_t day_start = funnel->scope->day_start;
  int64_t days = (int64_t)crm__business_day(to, day_start) - crm__business_day(from, day_start);
  return days < 0 ? 0 : days;
}

/* A case of a stage ends, or is left open; past the horizon it is open. */
static void close_case(crm__funnel *funnel, crm__funnel_stage *stage, int64_t from, int64_t to, int64_t *kind)
{
  int64_t days = crm__funnel_days(funnel, from, to);
  if (days > funnel->horizon) {
    kind = stage->durations.open;
    days = funnel->horizon + 1;
  }
  kind[days]++;
}

static int in_period(const crm__scope *scope, int64_t time)
{
  return time >= scope->from && time < scope->to;
}

/* The stages below one that an opportunity came to: those that wait are promoted. */
static void promote_below(path *of, int32_t stage, int64_t time)
{
  int32_t s;
  for (s = 0; s < stage; s++) {
    if (of->watched[s]) {
      of->watched[s] = 0;
      close_case(of->funnel, &of->funnel->stages[s], of->entered[s], time, of->funnel->stages[s].durations.ends);
    }
  }
}

static void enter(path *of, int32_t stage, int64_t time)
{
  crm__funnel *funnel = of->funnel;
  if (stage == of->at) {
    return;
  }
  promote_below(of, stage, time);
  funnel->stages[stage].returned += of->at > stage;
  if (of->entered[stage] == INT64_MIN) {
    of->entered[stage] = time;
    of->watched[stage] = (uint8_t)in_period(funnel->scope, time);
    funnel->stages[stage].entered += of->watched[stage];
  }
  of->at = stage;
  of->since = time;
  of->lowest = of->lowest == NOWHERE || stage < of->lowest ? stage : of->lowest;
  of->highest = stage > of->highest ? stage : of->highest;
}

/* Goes through the entries from `begin` on. What the log misses at the start: an opportunity begins in the lowest
 * stage, or without any entry in the one that its row names. */
static void walk(path *of, uint32_t opportunity, int64_t begin, const uint32_t *entries, uint32_t count)
{
  crm__funnel *funnel = of->funnel;
  const crm_store *store = funnel->scope->store;
  uint32_t i;
  int began = 0;
  for (i = 0; i < count; i++) {
    uint32_t name = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, entries[i]);
    int64_t time = crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, entries[i]);
    int32_t stage = (int32_t)funnel->place[name] - 1;
    if (stage == NOWHERE) {
      funnel->unknown++;
      continue;
    }
    if (!began && time > begin) {
      enter(of, 0, begin);
    }
    began = 1;
    enter(of, stage, time);
  }
  if (!began && funnel->count > 0) {
    uint32_t name = crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_STAGE, opportunity);
    int32_t stage = name == CRM__NONE ? NOWHERE : (int32_t)funnel->place[name] - 1;
    enter(of, stage == NOWHERE ? 0 : stage, begin);
  }
}

/* How long a won one was in each stage until it came further. */
static void add_stays(path *of, int64_t closed)
{
  crm__funnel *funnel = of->funnel;
  int64_t left = closed;
  int32_t s;
  for (s = funnel->count - 1; s >= 0; s--) {
    if (of->entered[s] != INT64_MIN) {
      int64_t days = crm__funnel_days(funnel, of->entered[s], left);
      funnel->stages[s].stay_days[days > funnel->horizon ? funnel->horizon + 1 : days]++;
      funnel->stages[s].stays++;
      left = of->entered[s] < left ? of->entered[s] : left;
    }
  }
}

static void count_skipped(path *of, int won)
{
  int32_t top = won ? of->funnel->count : of->highest;
  int32_t s;
  for (s = of->lowest == NOWHERE ? 0 : of->lowest; s < top; s++) {
    of->funnel->stages[s].skipped += of->entered[s] == INT64_MIN;
  }
}

/* Ends all cases that wait: the stages', and the whole way's. */
static void finish(path *of, int64_t begin, int64_t end, int32_t outcome)
{
  crm__funnel *funnel = of->funnel;
  int32_t s;
  for (s = 0; s <= funnel->count; s++) {
    crm__funnel_stage *stage = &funnel->stages[s];
    int64_t from = s == funnel->count ? begin : of->entered[s];
    int counts = from != INT64_MIN && in_period(funnel->scope, from);
    if (counts) {
      stage->won += outcome == CRM__OUTCOME_WON;
      stage->lost += outcome == CRM__OUTCOME_LOST;
    }
    if (s == funnel->count ? counts : of->watched[s]) {
      close_case(funnel, stage, from, end,
                 outcome == CRM__OUTCOME_WON    ? stage->durations.ends
                 : outcome == CRM__OUTCOME_LOST ? stage->durations.competing
                                                : stage->durations.open);
    }
  }
}

static void stand(path *of, uint32_t opportunity, int64_t begin)
{
  crm__funnel *funnel = of->funnel;
  int64_t amount = crm__row_value(funnel->scope->store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT,
                                  opportunity);
  int32_t places[2];
  int64_t since[2];
  int i;
  places[0] = of->at;
  since[0] = of->since;
  places[1] = funnel->count;
  since[1] = begin;
  for (i = 0; i < 2; i++) {
    if (places[i] != NOWHERE) {
      crm__funnel_stage *stage = &funnel->stages[places[i]];
      stage->open++;
      stage->open_amount += amount == INT64_MIN ? 0 : amount;
      funnel->open_stage[funnel->open_count] = (uint8_t)places[i];
      funnel->open_row[funnel->open_count] = opportunity;
      funnel->open_since[funnel->open_count] = since[i];
      funnel->open_days[funnel->open_count++] = crm__funnel_days(funnel, since[i], funnel->scope->as_of);
    }
  }
}

/* Without `created` it begins with its first entry; INT64_MIN: with none. */
static int64_t beginning(const crm_store *store, uint32_t opportunity, const uint32_t *entries, uint32_t count)
{
  int64_t created = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CREATED, opportunity);
  return created != INT64_MIN || count == 0
           ? created
           : crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, entries[0]);
}

void crm__funnel_follow(crm__funnel *funnel, uint32_t opportunity, const uint32_t *entries, uint32_t count)
{
  const crm_store *store = funnel->scope->store;
  int64_t begin = beginning(store, opportunity, entries, count);
  int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, opportunity);
  int32_t outcome = crm__opportunity_outcome(store, opportunity, funnel->scope->as_of);
  int32_t s;
  path of;
  if (begin == INT64_MIN || (outcome != CRM__OUTCOME_OPEN && closed == INT64_MIN)) {
    funnel->undated++;
    return;
  }
  of.funnel = funnel;
  of.at = NOWHERE;
  of.since = begin;
  of.lowest = NOWHERE;
  of.highest = NOWHERE;
  for (s = 0; s < funnel->count; s++) {
    of.entered[s] = INT64_MIN;
    of.watched[s] = 0;
  }
  funnel->stages[funnel->count].entered += in_period(funnel->scope, begin);
  walk(&of, opportunity, begin, entries, count);
  count_skipped(&of, outcome == CRM__OUTCOME_WON);
  if (outcome == CRM__OUTCOME_OPEN) {
    finish(&of, begin, funnel->scope->as_of, outcome);
    stand(&of, opportunity, begin);
  } else {
    if (outcome == CRM__OUTCOME_WON) {
      add_stays(&of, closed);
    }
    finish(&of, begin, closed, outcome);
  }
}
