/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_facts.h"

#include <math.h>
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

/* Among the host's words for one instant: by their names, those of one name by the key and the reason. */
static int says_before(const entry *a, const entry *b)
{
  int by_name = strcmp(stages[a->stage], stages[b->stage]);
  if (by_name != 0) {
    return by_name < 0;
  }
  if (a->sent != b->sent) {
    return a->sent < b->sent;
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
    if (1 - lasting(times, days + dormant_days) / lasting(times, days) < 0.1) {
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
    const event *now = &lives[c].events[lives[c].count - 1];
    if (lives[c].count == 0) {
      continue;
    }
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

/* ---- rounds ---- */

static void check_life(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_lifecycle *lifecycle = NULL;
  int c;
  options.horizon_days = HORIZON;
  options.dormant_days = of->as_of % 3 ? 2 + of->as_of % 40 : 0;
  options.lost_days = of->as_of % 3 == 1 ? options.dormant_days + 1 + of->as_of % 70 : 0;
  assert_int_equal(crm_lifecycle_compute(store, scope, &options, &lifecycle, NULL), CRM_OK);
  check_limits(of, lifecycle, &options);
  for (c = 1; c <= CUSTOMERS; c++) {
    live(of, &lives[c], c);
  }
  check_histories(of, lifecycle);
  check_lives(of, lifecycle);
  crm_lifecycle_free(lifecycle);
}

static void test_lives(void **state)
{
  (void)state;
  play_relations(check_life);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
