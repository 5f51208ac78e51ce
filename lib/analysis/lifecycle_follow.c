/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"

#include "base/civil.h"
#include "base/error.h"
#include "store/rows.h"

/* One life after the other: what happened to a customer, in order of time, turned into entries into stages. */

typedef struct life {
  crm_lifecycle *to;
  const crm__life_facts *facts;
  uint32_t id;
  int64_t joined;         /* INT64_MAX: not, or not any more to come; likewise opened */
  int64_t opened;
  uint64_t purchase;      /* next of its times */
  uint64_t entry;         /* next of the host's entries */
  int64_t said;           /* time of the last one, INT64_MIN: none yet */
  int32_t step;
  int32_t stage;
  int32_t last;           /* business day of the last purchase, INT32_MIN: none */
  int32_t purchase_days;  /* 0, 1, or 2 for more */
  int32_t silence;        /* since then: 0 none yet, 1 dormant, 2 lost */
} life;

static int enter(life *of, int64_t time, int32_t stage, int32_t step, uint8_t cause, uint32_t reason)
{
  crm_lifecycle *to = of->to;
  crm__life_event event = {0, 0, 0, 0, 0, CRM__NONE};
  if (stage == of->stage && step == of->step) {
    return 1;
  }
  if (!crm__grow(&to->memory, &to->events, &to->event_capacity, to->event_count + 1U, sizeof *to->events)) {
    return 0;
  }
  of->stage = stage;
  of->step = step;
  event.time = time;
  event.stage = (int8_t)stage;
  event.step = (int8_t)step;
  event.cause = cause;
  event.reason = reason;
  to->events[to->event_count++] = event;
  return 1;
}

/* A fact raises a step; where it does not, it changes nothing. */
static int climb(life *of, int64_t time, int32_t step, uint8_t cause)
{
  return of->step >= step || enter(of, time, step, step, cause, CRM__NONE);
}

static int buy(life *of, int64_t time)
{
  int32_t day = crm__business_day(time, of->to->day_start);
  int32_t new_day = day != of->last;
  int32_t back = of->stage == CRM_STAGE_DORMANT || of->stage == CRM_STAGE_LOST;
  int32_t step;
  int32_t stage;
  of->purchase_days += new_day && of->purchase_days < 2;
  step = of->purchase_days > 1 ? CRM_STAGE_REPEAT : CRM_STAGE_CUSTOMER;
  step = of->step > step ? of->step : step;
  stage = back || (of->stage == CRM_STAGE_REACTIVATED && !new_day) ? CRM_STAGE_REACTIVATED : step;
  of->last = day;
  of->silence = 0;
  return enter(of, time, stage, step,
               step == CRM_STAGE_REPEAT && of->step < step ? CRM__CAUSE_REPEAT : CRM__CAUSE_PURCHASE, CRM__NONE);
}

/* The next stage that silence brings, CRM_STAGE_NONE: none. What has been silent for long already when the host says
 * otherwise is seen on the day after. */
static int32_t next_silence(const life *of, int64_t *time)
{
  int64_t dormant = of->to->limits.dormant_days;
  int64_t lost = of->to->limits.lost_days;
  int64_t day;
  int32_t stage = CRM_STAGE_NONE;
  if (of->last == INT32_MIN || of->step < CRM_STAGE_CUSTOMER || dormant == 0) {
    return stage;
  }
  if (of->silence == 0 && (lost == 0 || lost > dormant + 1)) {
    stage = CRM_STAGE_DORMANT;
    day = of->last + dormant + 1;
  } else if (of->silence < 2 && lost > 0) {
    stage = CRM_STAGE_LOST;
    day = of->last + lost;
  } else {
    return stage;
  }
  *time = day * CRM_DAY + of->to->day_start;
  if (*time <= of->said) {
    *time = ((int64_t)crm__business_day(of->said, of->to->day_start) + 1) * CRM_DAY + of->to->day_start;
  }
  return stage;
}

static int fall_silent(life *of, int64_t time, int32_t stage)
{
  of->silence = stage == CRM_STAGE_DORMANT ? 1 : 2;
  return enter(of, time, stage, of->step, CRM__CAUSE_IDLE, CRM__NONE);
}

static int heed_host(life *of, int64_t time, int32_t stage, uint32_t reason)
{
  of->said = time;
  if (stage <= CRM_STAGE_REPEAT) {
    return enter(of, time, stage, stage, CRM__CAUSE_HOST, reason);
  }
  of->silence = stage == CRM_STAGE_DORMANT ? 1 : stage == CRM_STAGE_LOST ? 2 : of->silence;
  return enter(of, time, stage, of->step, CRM__CAUSE_HOST, reason);
}

#define NEVER INT64_MAX

/* Takes the earliest thing that is still to come; at one instant silence first, then facts up the ladder, then what the
 * host says. Answers 1 where something was taken, 0 at the end, -1 without memory. */
static int take_next(life *of)
{
  const crm__life_facts *facts = of->facts;
  uint64_t purchases = facts->starts[of->id + 1U];
  uint64_t entries = facts->entry_starts == NULL ? 0 : facts->entry_starts[of->id + 1U];
  int64_t buys = of->purchase < purchases ? facts->times[of->purchase] : NEVER;
  int64_t says = of->entry < entries ? facts->entry_times[of->entry] : NEVER;
  int64_t falls = NEVER;
  int32_t silence = next_silence(of, &falls);
  int64_t fact = of->joined < of->opened ? of->joined : of->opened;
  int64_t time;
  int good;
  fact = buys < fact ? buys : fact;
  time = says < fact ? says : fact;
  if (silence != CRM_STAGE_NONE && falls <= time && crm__life_past(falls, CRM__CAUSE_IDLE, of->to->as_of)) {
    good = fall_silent(of, falls, silence);
  } else if (time == NEVER) {
    return 0;
  } else if (of->joined == time) {
    of->joined = NEVER;
    good = climb(of, time, CRM_STAGE_PROSPECT, CRM__CAUSE_JOINED);
  } else if (of->opened == time) {
    of->opened = NEVER;
    good = climb(of, time, CRM_STAGE_OPPORTUNITY, CRM__CAUSE_OPPORTUNITY);
  } else if (buys == time) {
    of->purchase++;
    good = buy(of, time);
  } else {
    good = heed_host(of, time, facts->entry_stages[of->entry], facts->entry_reasons[of->entry]);
    of->entry++;
  }
  return good ? 1 : -1;
}

static int follow(life *of, const crm__scope *scope)
{
  const crm__life_facts *facts = of->facts;
  crm_lifecycle *to = of->to;
  int64_t joined = INT64_MIN;
  int known = crm__scope_row(scope, of->id, &joined);
  int taken;
  of->joined = known && joined != INT64_MIN && joined < to->as_of ? joined : NEVER;
  of->opened = facts->opened != NULL ? facts->opened[of->id] : NEVER;
  of->purchase = facts->starts[of->id];
  of->entry = facts->entry_starts == NULL ? 0 : facts->entry_starts[of->id];
  of->said = INT64_MIN;
  of->step = CRM_STAGE_NONE;
  of->stage = CRM_STAGE_NONE;
  of->last = INT32_MIN;
  of->purchase_days = 0;
  of->silence = 0;
  if (known && joined == INT64_MIN &&
      !enter(of, INT64_MIN, CRM_STAGE_SUSPECT, CRM_STAGE_SUSPECT, CRM__CAUSE_KNOWN, CRM__NONE)) {
    return 0;
  }
  do {
    taken = take_next(of);
  } while (taken > 0);
  if (taken == 0 && of->stage == CRM_STAGE_NONE &&
      crm__customer_acquaintance(scope, of->id) == CRM__SUSPECT) {
    return enter(of, INT64_MIN, CRM_STAGE_SUSPECT, CRM_STAGE_SUSPECT, CRM__CAUSE_KNOWN, CRM__NONE);
  }
  return taken == 0;
}

crm_status crm__life_follow(crm_lifecycle *lifecycle, crm__scope *scope, const crm__life_facts *facts,
                            crm_error *error)
{
  uint32_t id;
  lifecycle->starts = crm__alloc_array(&lifecycle->memory, (uint64_t)lifecycle->customers + 1U,
                                       sizeof *lifecycle->starts);
  lifecycle->first = crm__alloc_array(&lifecycle->memory, lifecycle->customers, sizeof *lifecycle->first);
  lifecycle->last = crm__alloc_array(&lifecycle->memory, lifecycle->customers, sizeof *lifecycle->last);
  if (lifecycle->starts == NULL || lifecycle->first == NULL || lifecycle->last == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < lifecycle->customers; id++) {
    uint64_t begin = facts->starts[id];
    uint64_t end = facts->starts[id + 1U];
    life of = {NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    of.to = lifecycle;
    of.facts = facts;
    of.id = id;
    lifecycle->starts[id] = lifecycle->event_count;
    lifecycle->first[id] = begin < end ? crm__business_day(facts->times[begin], lifecycle->day_start) : INT32_MAX;
    lifecycle->last[id] = begin < end ? crm__business_day(facts->times[end - 1U], lifecycle->day_start) : INT32_MIN;
    if (crm__customer_counts(scope, id) && !follow(&of, scope)) {
      return crm__fail_memory(error);
    }
  }
  lifecycle->starts[lifecycle->customers] = lifecycle->event_count;
  return CRM_OK;
}

const crm__life_event *crm__life_at(const crm_lifecycle *lifecycle, uint32_t id, int64_t instant)
{
  const crm__life_event *found = NULL;
  uint64_t i;
  for (i = lifecycle->starts[id]; i < lifecycle->starts[id + 1U]; i++) {
    const crm__life_event *event = &lifecycle->events[i];
    if (!crm__life_past(event->time, event->cause, instant)) {
      break;
    }
    found = event;
  }
  return found;
}

int32_t crm__life_days(const crm_lifecycle *lifecycle, const crm__life_event *event, int64_t instant)
{
  if (event->time == INT64_MIN || instant == INT64_MAX) {
    return -1;
  }
  return crm__business_day(instant, lifecycle->day_start) - crm__business_day(event->time, lifecycle->day_start);
}
