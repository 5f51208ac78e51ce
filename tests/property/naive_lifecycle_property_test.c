/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_cases.h"
#include "naive_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The life of customers, played instant by instant: each day begins with silence, and each of its minutes brings facts
 * and then what the host says. What is made of the lives is counted over all of them. */

#define EVENTS 400
#define HORIZON 60
#define FEWEST 20   /* gaps and idle times that estimates stand on */

enum { KNOWN, JOINED, OPPORTUNITY, PURCHASE, REPEATED, IDLE, HOST };

static const char *const causes[] = {"known", "joined", "opportunity", "purchase", "repeat", "idle", "host"};
static const char *const stages[] = {"suspect", "prospect",    "opportunity", "customer",
                                     "repeat",  "reactivated", "dormant",     "lost"};

typedef struct event {
  int stage;
  int step;
  int time;     /* NEVER: not known */
  int cause;
  int reason;   /* 0: none */
} event;

typedef struct life {
  event events[EVENTS];
  int count;
  int first;    /* days of purchase, NEVER: none */
  int last;
  int was_dormant;   /* in the idle time that runs, by silence or by what the host says */
  int was_lost;
} life;

static life lives[CUSTOMERS + 1];
static int dormant_days;
static int lost_days;

/* ---- a life ---- */

static int stage_now(const life *of)
{
  return of->count > 0 ? of->events[of->count - 1].stage : CRM_STAGE_NONE;
}

static int step_now(const life *of)
{
  return of->count > 0 ? of->events[of->count - 1].step : CRM_STAGE_NONE;
}

/* Where neither stage nor step becomes another one, nothing has happened. */
static void enter(life *of, int stage, int step, int time, int cause, int reason)
{
  event *made = &of->events[of->count];
  if (stage != stage_now(of) || step != step_now(of)) {
    made->stage = stage;
    made->step = step;
    made->time = time;
    made->cause = cause;
    made->reason = reason;
    of->count++;
    assert_true(of->count < EVENTS);
  }
}

/* A fact of the ladder. */
static void raise_to(life *of, int step, int time, int cause)
{
  if (step_now(of) < step) {
    enter(of, step, step, time, cause, 0);
  }
}

/* Each of the two falls once in an idle time. */
static void fall_silent(life *of, int day)
{
  int idle = day - of->last;
  int apart = lost_days == 0 || lost_days > dormant_days + 1;
  if (of->last < 0 || step_now(of) < CRM_STAGE_CUSTOMER || dormant_days == 0) {
    return;
  }
  if (apart && !of->was_dormant && !of->was_lost && idle > dormant_days) {
    enter(of, CRM_STAGE_DORMANT, step_now(of), day * MINUTES, IDLE, 0);
    of->was_dormant = 1;
  }
  if (lost_days > 0 && !of->was_lost && idle >= lost_days) {
    enter(of, CRM_STAGE_LOST, step_now(of), day * MINUTES, IDLE, 0);
    of->was_lost = 1;
  }
}

static void buy(life *of, int time)
{
  int day = time / MINUTES;
  int step = of->last >= 0 && of->first < day ? CRM_STAGE_REPEAT : CRM_STAGE_CUSTOMER;
  int cause = step == CRM_STAGE_REPEAT && step_now(of) < step ? REPEATED : PURCHASE;
  int stage = stage_now(of);
  int back = stage == CRM_STAGE_DORMANT || stage == CRM_STAGE_LOST ||
             (stage == CRM_STAGE_REACTIVATED && of->last == day);
  step = later(step, step_now(of));
  enter(of, back ? CRM_STAGE_REACTIVATED : step, step, time, cause, 0);
  of->first = of->first < 0 ? day : of->first;
  of->last = day;
  of->was_dormant = 0;
  of->was_lost = 0;
}

/* Among the host's words for one instant: by the keys that they were sent for, their names and reasons, none last. */
static int says_before(const entry *a, const entry *b)
{
  int by_name = strcmp(stages[a->stage], stages[b->stage]);
  if (a->sent != b->sent) {
    return a->sent < b->sent;
  }
  if (by_name != 0) {
    return by_name < 0;
  }
  return a->reason != b->reason && (b->reason == 0 || (a->reason != 0 && a->reason < b->reason));
}

static void hear(life *own, const entry *said)
{
  enter(own, said->stage, said->stage <= CRM_STAGE_REPEAT ? said->stage : step_now(own), said->time, HOST,
        said->reason);
  if (said->stage == CRM_STAGE_DORMANT || said->stage == CRM_STAGE_LOST) {
    own->was_dormant = said->stage == CRM_STAGE_DORMANT;
    own->was_lost = said->stage == CRM_STAGE_LOST;
  }
}

static void hear_host(const world *of, life *own, int customer, int time)
{
  char heard[ENTRIES] = {0};
  for (;;) {
    int next = -1;
    int i;
    for (i = 0; i < of->entry_count; i++) {
      const entry *at = &of->entries[i];
      if (at->deal < 0 && at->customer == customer && at->time == time && at->stage < CRM_STAGES && !heard[i] &&
          (next < 0 || says_before(at, &of->entries[next]))) {
        next = i;
      }
    }
    if (next < 0) {
      return;
    }
    heard[next] = 1;
    hear(own, &of->entries[next]);
  }
}

static int opportunity_at(const world *of, int customer)
{
  int found = NEVER;
  int i;
  for (i = 0; i < of->deal_count; i++) {
    int created = of->deals[i].created;
    if (of->deals[i].customer == customer && created >= 0 && (found < 0 || created < found)) {
      found = created;
    }
  }
  return found;
}

static int buys_at(const world *of, int customer, int time)
{
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    if (!at->gone && at->customer == customer && at->day * MINUTES + at->minute == time && is_order(of, i)) {
      return 1;
    }
  }
  return 0;
}

static void live_minute(const world *of, life *own, int customer, int time)
{
  if (of->people[customer].joined == time) {
    raise_to(own, CRM_STAGE_PROSPECT, time, JOINED);
  }
  if (opportunity_at(of, customer) == time) {
    raise_to(own, CRM_STAGE_OPPORTUNITY, time, OPPORTUNITY);
  }
  if (buys_at(of, customer, time)) {
    buy(own, time);
  }
  hear_host(of, own, customer, time);
}

/* The first instant behind another one at which anything of a customer's stands. */
static int next_time(const world *of, int customer, int after)
{
  int end = of->as_of * MINUTES;
  int next = end;
  int i;
  for (i = -2; i < of->count + of->entry_count; i++) {
    const line *at = &of->lines[i < of->count ? later(i, 0) : 0];
    const entry *said = &of->entries[i < of->count ? 0 : i - of->count];
    int time = i == -2              ? of->people[customer].joined
               : i == -1            ? opportunity_at(of, customer)
               : i < of->count      ? (at->customer == customer ? at->day * MINUTES + at->minute : NEVER)
               : said->deal < 0 && said->customer == customer ? said->time
                                                              : NEVER;
    next = time > after && time < next ? time : next;
  }
  return next;
}

static void live(const world *of, life *own, int customer)
{
  int next = next_time(of, customer, -1);
  int day;
  own->count = 0;
  own->first = NEVER;
  own->last = NEVER;
  own->was_dormant = 0;
  own->was_lost = 0;
  if (!is_customer(of, customer) || !is_known(of, customer)) {
    return;
  }
  if (of->people[customer].row && of->people[customer].joined < 0) {
    enter(own, CRM_STAGE_SUSPECT, CRM_STAGE_SUSPECT, NEVER, KNOWN, 0);
  }
  for (day = 0; day <= of->as_of; day++) {
    fall_silent(own, day);
    while (day < of->as_of && next / MINUTES == day) {
      live_minute(of, own, customer, next);
      next = next_time(of, customer, next);
    }
  }
  if (own->count == 0) {
    enter(own, CRM_STAGE_SUSPECT, CRM_STAGE_SUSPECT, NEVER, KNOWN, 0);
  }
}

/* ---- limits ---- */

typedef struct idle_times {
  int days[LINES + CUSTOMERS];
  int ended[LINES + CUSTOMERS];
  int count;
  int gaps;
} idle_times;

static int buys_on(const world *of, int customer, int day)
{
  return orders_of(of, customer, day, day + 1, 1) > 0;
}

/* All times from one day of purchase to the next, or up to as-of. */
static void collect_idle(const world *of, idle_times *times)
{
  int c;
  times->count = 0;
  times->gaps = 0;
  for (c = 1; c <= CUSTOMERS; c++) {
    int last = NEVER;
    int day;
    for (day = 0; is_customer(of, c) && day <= of->as_of; day++) {
      int bought = day < of->as_of && buys_on(of, c, day);
      if (last >= 0 && (bought || day == of->as_of)) {
        times->days[times->count] = day - last;
        times->ended[times->count++] = bought;
        times->gaps += bought;
      }
      last = bought ? day : last;
    }
  }
}

/* The least number of days that nine in ten gaps do not pass. */
static int suggest_dormant(const idle_times *times)
{
  int days = 0;
  for (;; days++) {
    int within = 0;
    int i;
    for (i = 0; i < times->count; i++) {
      within += times->ended[i] && times->days[i] <= days;
    }
    if (times->gaps < FEWEST) {
      return 0;
    }
    if (10 * within >= 9 * times->gaps) {
      return days;
    }
  }
}

static int count_idle(const idle_times *times, int from, int to, int ended_only)
{
  int count = 0;
  int i;
  for (i = 0; i < times->count; i++) {
    count += times->days[i] >= from && times->days[i] <= to && (!ended_only || times->ended[i]);
  }
  return count;
}

/* The share of idle times that last longer than a number of days. */
static double lasting(const idle_times *times, int days)
{
  double share = 1;
  int day;
  for (day = 0; day <= days; day++) {
    int at_risk = count_idle(times, day, 1 << 20, 0);
    if (at_risk > 0) {
      share *= 1 - (double)count_idle(times, day, day, 1) / at_risk;
    }
  }
  return share;
}

static int estimate_lost(const idle_times *times)
{
  int days;
  for (days = dormant_days + 1; dormant_days > 0 && times->gaps >= FEWEST; days++) {
    if (count_idle(times, days + dormant_days, 1 << 20, 0) < FEWEST) {
      return 0;
    }
    if (1 - lasting(times, days + dormant_days) / lasting(times, days) < 0.1 - 1e-12) {
      return days;
    }
  }
  return 0;
}

static void check_limits(const world *of, const crm_lifecycle *lifecycle, const crm_lifecycle_options *options)
{
  crm_life_limits limits = CRM_LIFE_LIMITS_INIT;
  idle_times times;
  collect_idle(of, &times);
  dormant_days = options->dormant_days > 0 ? options->dormant_days : suggest_dormant(&times);
  lost_days = options->lost_days > 0 ? options->lost_days : estimate_lost(&times);
  assert_int_equal(crm_lifecycle_limits(lifecycle, &limits, NULL), CRM_OK);
  assert_int_equal(limits.gaps, times.gaps);
  assert_int_equal(limits.suggested_dormant, suggest_dormant(&times));
  assert_int_equal(limits.dormant_days, dormant_days);
  assert_int_equal(limits.suggested_lost, estimate_lost(&times));
  assert_int_equal(limits.lost_days, lost_days);
}

/* ---- lives and histories ---- */

static void say_reason(world *of, int reason)
{
  say(of, reason > 0 ? ",r%d\n" : ",\n", reason);
}

static void say_history(world *of, int customer, int n)
{
  const life *own = &lives[customer];
  const event *at = &own->events[n];
  int left = n + 1 < own->count ? own->events[n + 1].time : NEVER;
  say(of, "%d,%s,", customer, stages[at->stage]);
  say_time(of, at->time);
  say(of, ",");
  say_time(of, left);
  if (at->time < 0) {
    say(of, ",");
  } else {
    say(of, ",%d", (left < 0 ? of->as_of : left / MINUTES) - at->time / MINUTES);
  }
  say(of, ",%s,%s", causes[at->cause], at->step < 0 ? "" : stages[at->step]);
  say_reason(of, at->reason);
}

static void check_histories(world *of, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  int c;
  start(of, "customer,stage,entered,left,days,cause,step,reason");
  for (c = 1; c <= CUSTOMERS; c++) {
    int i;
    for (i = 0; i < lives[c].count; i++) {
      say_history(of, c, i);
    }
  }
  assert_int_equal(crm_lifecycle_history(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

static void check_lives(world *of, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  int c;
  start(of, "customer,stage,entered,cause,days,step,first,last,idle_days,reason");
  for (c = 1; c <= CUSTOMERS; c++) {
    const event *now;
    if (lives[c].count == 0) {
      continue;
    }
    now = &lives[c].events[lives[c].count - 1];
    say(of, "%d,%s,", c, stages[now->stage]);
    say_time(of, now->time);
    say(of, ",%s,", causes[now->cause]);
    say(of, now->time < 0 ? "" : "%d", of->as_of - now->time / MINUTES);
    say(of, ",%s,", now->step < 0 ? "" : stages[now->step]);
    say_day(of, lives[c].first);
    say(of, ",");
    say_day(of, lives[c].last);
    say(of, lives[c].last < 0 ? "," : ",%d", of->as_of - lives[c].last);
    say_reason(of, now->reason);
  }
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

/* ---- promotion ---- */

/* Whether an event enters a stage: a step from below, or a stage beside the ladder from another one. */
static int enters(const life *own, int n, int stage)
{
  const event *at = &own->events[n];
  const event *before = n > 0 ? &own->events[n - 1] : NULL;
  if (stage <= CRM_STAGE_REPEAT) {
    return at->step == stage && (before == NULL || before->step < stage);
  }
  return at->stage == stage && (before == NULL || before->stage != stage);
}

static int becomes(const event *at, int stage)
{
  if (stage <= CRM_STAGE_REPEAT) {
    return at->step > stage ? PROMOTED : at->step < stage || at->stage == CRM_STAGE_LOST ? ENDED : WATCHED;
  }
  if (stage == CRM_STAGE_REACTIVATED) {
    return at->stage <= CRM_STAGE_REPEAT ? PROMOTED : at->stage != stage ? ENDED : WATCHED;
  }
  if (stage == CRM_STAGE_DORMANT && at->stage == CRM_STAGE_LOST) {
    return ENDED;
  }
  return at->stage != stage ? PROMOTED : WATCHED;
}

static void add_case(const world *of, cases *to, const life *own, int n, int stage)
{
  int begins = own->events[n].time / MINUTES;
  int became = WATCHED;
  int ends = of->as_of;
  for (n++; n < own->count && became == WATCHED; n++) {
    became = becomes(&own->events[n], stage);
    ends = became == WATCHED ? of->as_of : own->events[n].time / MINUTES;
  }
  to->days[to->count] = ends - begins;
  to->became[to->count++] = became;
}

static void collect_cases(const world *of, cases *to, int stage)
{
  int c;
  to->count = 0;
  for (c = 1; c <= CUSTOMERS; c++) {
    int n;
    for (n = 0; n < lives[c].count; n++) {
      int time = lives[c].events[n].time;
      if (time >= later(of->from, 0) * MINUTES && time < of->as_of * MINUTES && enters(&lives[c], n, stage)) {
        add_case(of, to, &lives[c], n, stage);
        break;
      }
    }
  }
}

static void check_promotion(const world *of, const crm_table *table, int stage)
{
  cases own;
  collect_cases(of, &own, stage);
  assert_integer(table, "ended", stage, count_cases(&own, 0, HORIZON, ENDED));
  assert_promotion(table, stage, &own, HORIZON);
}

/* Days in the stage of those who are in it, the lower of the two in the middle. */
static int middle_of(const world *of, int stage)
{
  int found = NEVER;
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    const event *now = &lives[c].events[later(lives[c].count - 1, 0)];
    int n = 0;
    int shorter = 0;
    int same = 0;
    int other;
    for (other = 1; other <= CUSTOMERS; other++) {
      const event *its = &lives[other].events[later(lives[other].count - 1, 0)];
      if (lives[other].count > 0 && its->stage == stage && its->time >= 0) {
        n++;
        shorter += its->time / MINUTES > now->time / MINUTES;
        same += its->time / MINUTES == now->time / MINUTES;
      }
    }
    if (lives[c].count > 0 && now->stage == stage && now->time >= 0 && shorter < (n + 1) / 2 &&
        shorter + same >= (n + 1) / 2) {
      found = of->as_of - now->time / MINUTES;
    }
  }
  return found;
}

static void check_stages(const world *of, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  int stage;
  assert_int_equal(crm_lifecycle_stages(lifecycle, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), CRM_STAGES);
  for (stage = 0; stage < CRM_STAGES; stage++) {
    int n = 0;
    int c;
    for (c = 1; c <= CUSTOMERS; c++) {
      n += lives[c].count > 0 && lives[c].events[lives[c].count - 1].stage == stage;
    }
    assert_word(table, "stage", stage, stages[stage]);
    assert_integer(table, "customers", stage, n);
    assert_integer(table, "median_days", stage, middle_of(of, stage));
    if (stage == CRM_STAGE_REPEAT) {
      assert_word(table, "status", stage, "top");
      assert_int_equal(is_null_at(table, "n", stage), 1);
    } else {
      check_promotion(of, table, stage);
    }
  }
  crm_table_free(table);
}

/* ---- who is active ---- */

/* What silence brings stands at the start of the day and belongs to the one before. */
static int day_of(const event *at)
{
  return at->time < 0 ? NEVER : at->time / MINUTES - (at->cause == IDLE);
}

static int is_active(const event *at)
{
  return at->step >= CRM_STAGE_CUSTOMER && at->stage <= CRM_STAGE_REACTIVATED;
}

/* The last event of a life before a day, NULL: none. */
static const event *before_day(const life *own, int day)
{
  const event *found = NULL;
  int i;
  for (i = 0; i < own->count; i++) {
    found = day_of(&own->events[i]) < day ? &own->events[i] : found;
  }
  return found;
}

static int active_before(const life *own, int day)
{
  const event *at = before_day(own, day);
  return at != NULL && is_active(at);
}

static void check_transitions(world *of, const crm_lifecycle *lifecycle)
{
  int between = of->as_of / 2;
  crm_table *table = NULL;
  int from;
  int to;
  start(of, "from,to,customers");
  for (from = -1; from < CRM_STAGES; from++) {
    for (to = 0; to < CRM_STAGES; to++) {
      int n = 0;
      int c;
      for (c = 1; c <= CUSTOMERS; c++) {
        const event *was = before_day(&lives[c], between);
        const event *is = before_day(&lives[c], of->as_of);
        n += is != NULL && is->stage == to && (was == NULL ? from < 0 : was->stage == from);
      }
      if (n > 0) {
        say(of, "%s,%s,%d\n", from < 0 ? "" : stages[from], stages[to], n);
      }
    }
  }
  assert_int_equal(crm_lifecycle_transitions(lifecycle, instant_of(between), instant_of(of->as_of), &table, NULL),
                   CRM_OK);
  assert_result(table, of->text);
}

/* ---- the bucket ---- */

typedef struct flow {
  int start;
  int fresh;
  int back;
  int gone;
  int end;
  int start_gone;
} flow;

static flow flow_of(int from, int to)
{
  flow made = {0, 0, 0, 0, 0, 0};
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    int was = 0;
    int ever = 0;
    int n;
    for (n = 0; n < lives[c].count; n++) {
      const event *at = &lives[c].events[n];
      int within = day_of(at) >= from && day_of(at) < to;
      made.fresh += within && is_active(at) && !ever;
      made.back += within && is_active(at) && !was && ever;
      made.gone += within && !is_active(at) && was;
      was = is_active(at);
      ever |= was;
    }
    made.start += active_before(&lives[c], from);
    made.end += active_before(&lives[c], to);
    made.start_gone += active_before(&lives[c], from) && !active_before(&lives[c], to);
  }
  return made;
}

/* The month of the first sale or return, MONTHS: there is none. */
static int first_month(const world *of)
{
  int found = MONTHS;
  int i;
  for (i = 0; i < of->count; i++) {
    found = exists(of, &of->lines[i]) ? earlier(found, month_of(of->lines[i].day)) : found;
  }
  return found;
}

static void check_month(const world *of, const crm_table *table, int64_t row, int month)
{
  flow own = flow_of(month_begins(month), month_begins(month + 1));
  assert_int_equal(own.end, own.start + own.fresh + own.back - own.gone);
  assert_integer(table, "start", row, own.start);
  assert_integer(table, "new", row, own.fresh);
  assert_integer(table, "reactivated", row, own.back);
  assert_integer(table, "lost", row, own.gone);
  assert_integer(table, "end", row, own.end);
  assert_integer(table, "start_lost", row, own.start_gone);
  assert_integer(table, "complete", row, month_begins(month + 1) <= of->as_of);
  assert_int_equal(is_null_at(table, "leak_rate", row), own.start == 0);
  assert_int_equal(is_null_at(table, "steady_state", row), own.start == 0 || own.gone == 0);
  if (own.start > 0) {
    assert_near(table, "leak_rate", row, (double)own.gone / own.start);
    assert_near(table, "churn_rate", row, (double)own.start_gone / own.start);
    assert_near(table, "retention_rate", row, 1 - (double)own.start_gone / own.start);
  }
  if (own.start > 0 && own.gone > 0) {
    assert_integer(table, "steady_state", row,
                   (int)((double)(own.fresh + own.back) * own.start / own.gone + 0.5));
  }
}

/* Months from the first document on, or from the scope's first day on. */
static void check_bucket(const world *of, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  int month = of->from >= 0 ? month_of(of->from) : first_month(of);
  int64_t row = 0;
  assert_int_equal(crm_lifecycle_bucket(lifecycle, NULL, &table, NULL), CRM_OK);
  for (; month <= month_of(of->as_of - 1); month++) {
    if (row < crm_table_rows(table)) {
      check_month(of, table, row, month);
    }
    row++;
  }
  assert_int_equal(crm_table_rows(table), row);
  crm_table_free(table);
}

/* ---- how long they stay ---- */

typedef struct stays {
  int days[CUSTOMERS];
  int ended[CUSTOMERS];
  int count;
  int longest;   /* that anybody has been watched */
} stays;

static void collect_stays(const world *of, stays *to)
{
  int c;
  to->count = 0;
  to->longest = 0;
  for (c = 1; c <= CUSTOMERS; c++) {
    int began = NEVER;
    int ended = 0;
    int days = 0;
    int n;
    for (n = 0; n < lives[c].count && !ended; n++) {
      int active = is_active(&lives[c].events[n]);
      ended = began >= 0 && !active;
      days = ended ? day_of(&lives[c].events[n]) - began : days;
      began = began < 0 && active ? day_of(&lives[c].events[n]) : began;
    }
    if (began >= 0) {
      to->days[to->count] = ended ? days : of->as_of - began;
      to->ended[to->count++] = ended;
      to->longest = later(to->longest, of->as_of - began);
    }
  }
}

static int count_stays(const stays *of, int from, int to, int ended_only)
{
  int count = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    count += of->days[i] >= from && of->days[i] <= to && (!ended_only || of->ended[i]);
  }
  return count;
}

/* The share that stays longer than a number of days. */
static double staying(const stays *of, int days)
{
  double share = 1;
  int day;
  for (day = 0; day <= days; day++) {
    int n = count_stays(of, day, 1 << 20, 0);
    share *= n > 0 ? 1 - (double)count_stays(of, day, day, 1) / n : 1;
  }
  return share;
}

static void check_stays(const world *of, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  stays own;
  int64_t row;
  collect_stays(of, &own);
  assert_int_equal(crm_lifecycle_survival(lifecycle, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), own.count == 0 ? 0 : own.longest / 30 + 1);
  for (row = 0; row < crm_table_rows(table); row++) {
    int age = (int)row * 30;
    int at_risk = count_stays(&own, age, 1 << 20, 0);
    assert_integer(table, "age_days", row, age);
    assert_integer(table, "at_risk", row, at_risk);
    assert_word(table, "status", row, at_risk < FEWEST ? "insufficient" : "ok");
    assert_int_equal(is_null_at(table, "survival", row), at_risk < FEWEST);
    if (at_risk >= FEWEST) {
      double area = 0;
      int day;
      for (day = age; day < own.longest; day++) {
        area += staying(&own, day);
      }
      assert_near(table, "survival", row, staying(&own, age - 1));
      assert_near(table, "remaining_days", row, area / staying(&own, age - 1));
    }
  }
  crm_table_free(table);
}

/* ---- why they left ---- */

typedef struct leaver {
  int left;     /* NEVER: has not */
  int cause;
  int day;
  int reason;
  int spend;
} leaver;

static int spent_before(const world *of, int customer, int time)
{
  int sum = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    int when = at->day * MINUTES + at->minute;
    sum += !at->gone && at->customer == customer && when < time && when >= time - 365 * MINUTES ? value_of(at) : 0;
  }
  return sum;
}

/* Of the host's rows with a reason since an instant the last one: of those of one time that of the last stage by its
 * name, and of these the last reason. */
static int reason_since(const world *of, int customer, int time)
{
  const entry *last = NULL;
  int i;
  for (i = 0; i < of->entry_count; i++) {
    const entry *at = &of->entries[i];
    int by_name;
    if (at->deal >= 0 || at->customer != customer || at->reason == 0 || at->time < time ||
        at->time >= of->as_of * MINUTES) {
      continue;
    }
    by_name = last == NULL ? 1 : strcmp(at->stage < CRM_STAGES ? stages[at->stage] : "befriended",
                                        last->stage < CRM_STAGES ? stages[last->stage] : "befriended");
    if (last == NULL || at->time > last->time ||
        (at->time == last->time && (by_name > 0 || (by_name == 0 && at->reason > last->reason)))) {
      last = at;
    }
  }
  return last == NULL ? 0 : last->reason;
}

static leaver leaver_of(const world *of, int customer)
{
  const life *own = &lives[customer];
  leaver made = {NEVER, 0, 0, 0, 0};
  int n;
  for (n = 0; n < own->count; n++) {
    if (is_active(&own->events[n])) {
      made.left = NEVER;
    } else if (n > 0 && is_active(&own->events[n - 1])) {
      made.left = own->events[n].time;
      made.cause = own->events[n].cause;
      made.day = day_of(&own->events[n]);
    }
  }
  if (made.left >= 0 && made.day < of->from) {
    made.left = NEVER;
  }
  if (made.left >= 0) {
    made.reason = reason_since(of, customer, made.left);
    made.spend = spent_before(of, customer, made.left);
  }
  return made;
}

#define REASONS 4

/* Who left for a reason within days, and what they had spent. */
static int leavers_for(const world *of, int reason, int from, int to, int *spend)
{
  int count = 0;
  int c;
  *spend = 0;
  for (c = 1; c <= CUSTOMERS; c++) {
    leaver own = leaver_of(of, c);
    if (own.left >= 0 && own.reason == reason && own.day >= from && own.day < to) {
      count++;
      *spend += own.spend;
    }
  }
  return count;
}

/* The reasons' order: most customers, most spent, by name; nothing said comes last. */
static int reason_ahead(const world *of, int a, int b)
{
  int spent_a;
  int spent_b;
  int more = leavers_for(of, a, 0, DAYS * 2, &spent_a) - leavers_for(of, b, 0, DAYS * 2, &spent_b);
  if (a == 0 || b == 0) {
    return b == 0 && a != 0;
  }
  return more > 0 || (more == 0 && (spent_a > spent_b || (spent_a == spent_b && a < b)));
}

static int reason_at(const world *of, int place)
{
  int reason;
  for (reason = 0; reason < REASONS; reason++) {
    int ahead = 0;
    int other;
    for (other = 0; other < REASONS; other++) {
      ahead += other != reason && reason_ahead(of, other, reason);
    }
    if (ahead == place) {
      return reason;
    }
  }
  return NEVER;
}

/* "r1" is natural. */
static void say_reasons(world *of, const char *period, int from, int to, const char *ending)
{
  int place;
  for (place = 0; place < REASONS; place++) {
    int reason = reason_at(of, place);
    int spend;
    int n = leavers_for(of, reason, from, to, &spend);
    if (n > 0) {
      say(of, "%s", period);
      say(of, reason > 0 ? "r%d" : "", reason);
      say(of, ",%d,", n);
      say_money(of, spend);
      say(of, ",%s%s\n", reason == 0 ? "" : reason == 1 ? "true" : "false", ending);
    }
  }
}

static void check_reasons(world *of, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  int month;
  start(of, "reason,customers,spend_before,natural");
  say_reasons(of, "", 0, DAYS * 2, "");
  assert_int_equal(crm_lifecycle_reasons(lifecycle, &table, NULL), CRM_OK);
  assert_result(table, of->text);
  start(of, "period,reason,customers,spend_before,natural,complete");
  for (month = 0; month <= month_of(of->as_of); month++) {
    int from = month_begins(month);
    int to = month_begins(month + 1);
    char period[16];
    (void)snprintf(period, sizeof period, "%04d-%02d,", 2023 + (month + 10) / 12, (month + 10) % 12 + 1);
    say_reasons(of, period, from, to, (month > 0 || of->from < 0) && from >= of->from && to <= of->as_of ? ",true"
                                                                                                        : ",false");
  }
  assert_int_equal(crm_lifecycle_reasons_by_period(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

static void check_churn(world *of, const crm_lifecycle *lifecycle)
{
  static const char *const names[] = {"natural", "other", "silent", "unknown"};
  int counts[4] = {0, 0, 0, 0};
  int spends[4] = {0, 0, 0, 0};
  crm_table *table = NULL;
  int i;
  for (i = 1; i <= CUSTOMERS; i++) {
    leaver own = leaver_of(of, i);
    int kind = own.reason > 0 ? own.reason != 1 : own.cause == IDLE ? 2 : 3;
    counts[kind] += own.left >= 0;
    spends[kind] += own.left >= 0 ? own.spend : 0;
  }
  start(of, "churn,customers,spend_before");
  for (i = 0; i < 4; i++) {
    say(of, "%s,%d,", names[i], counts[i]);
    say_money(of, spends[i]);
    say(of, "\n");
  }
  assert_int_equal(crm_lifecycle_churn(lifecycle, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

/* ---- rounds ---- */

typedef void life_checker(world *of, const crm_lifecycle *lifecycle);

static void follow(world *of, const crm_store *store, const crm_scope *scope, life_checker *check)
{
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_lifecycle *lifecycle = NULL;
  int c;
  options.horizon_days = HORIZON;
  options.dormant_days = of->as_of % 3 ? 2 + of->as_of % 40 : 0;
  options.lost_days = of->as_of % 3 == 1 ? options.dormant_days + 1 + of->as_of % 70 : 0;
  options.natural = "r1";
  assert_int_equal(crm_lifecycle_compute(store, scope, &options, &lifecycle, NULL), CRM_OK);
  check_limits(of, lifecycle, &options);
  for (c = 1; c <= CUSTOMERS; c++) {
    live(of, &lives[c], c);
  }
  check(of, lifecycle);
  crm_lifecycle_free(lifecycle);
}

static void look_at_lives(world *of, const crm_lifecycle *lifecycle)
{
  check_histories(of, lifecycle);
  check_lives(of, lifecycle);
}

static void follow_lives(world *of, const crm_store *store, const crm_scope *scope)
{
  follow(of, store, scope, look_at_lives);
}

static void test_lives(void **state)
{
  (void)state;
  play_relations(follow_lives);
}

static void look_at_stages(world *of, const crm_lifecycle *lifecycle)
{
  check_stages(of, lifecycle);
}

static void follow_stages(world *of, const crm_store *store, const crm_scope *scope)
{
  follow(of, store, scope, look_at_stages);
}

static void test_stages(void **state)
{
  (void)state;
  play_relations(follow_stages);
}

static void look_at_bucket(world *of, const crm_lifecycle *lifecycle)
{
  check_transitions(of, lifecycle);
  check_bucket(of, lifecycle);
  check_stays(of, lifecycle);
}

static void follow_bucket(world *of, const crm_store *store, const crm_scope *scope)
{
  follow(of, store, scope, look_at_bucket);
}

static void test_bucket(void **state)
{
  (void)state;
  play_relations(follow_bucket);
}

static void look_at_reasons(world *of, const crm_lifecycle *lifecycle)
{
  check_reasons(of, lifecycle);
  check_churn(of, lifecycle);
}

static void follow_reasons(world *of, const crm_store *store, const crm_scope *scope)
{
  follow(of, store, scope, look_at_reasons);
}

static void test_reasons(void **state)
{
  (void)state;
  play_relations(follow_reasons);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lives),
    cmocka_unit_test(test_stages),
    cmocka_unit_test(test_bucket),
    cmocka_unit_test(test_reasons),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
