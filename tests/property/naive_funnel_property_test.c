/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_cases.h"
#include "naive_facts.h"

#include <stdlib.h>
#include <string.h>

/* Opportunities one by one: the way of each through its pipeline is found by looking at all entries, and each cell by
 * looking at all ways. */

#define HORIZON 40
#define FEWEST 20    /* won ones that a limit stands on */
#define PLACES 5     /* of a pipeline, the whole way being 0 */
#define STEPS_MOST (ENTRIES + 1)

typedef struct step {
  int place;
  int time;
} step;

typedef struct way {
  int there;
  int begins;
  int ends;
  int outcome;   /* as of as-of */
  step steps[STEPS_MOST];
  int count;
} way;

static way ways[DEALS];

/* The stage at a place of a pipeline, the other way round, NEVER: none. */
static int stage_at(int pipeline, int place)
{
  return pipeline == 1 ? (place <= STEPS ? place - 1 : NEVER) : pipeline == 2 && place <= 2 ? 2 - place : NEVER;
}

static int place_of(int pipeline, int stage)
{
  int place;
  for (place = 1; place < PLACES; place++) {
    if (stage >= 0 && stage_at(pipeline, place) == stage) {
      return place;
    }
  }
  return NEVER;
}

/* The first entry of a deal behind an instant, of a stage of the pipeline or of any. */
static const entry *next_entry(const world *of, int i, int after, int any)
{
  const entry *found = NULL;
  int k;
  for (k = 0; k < of->entry_count; k++) {
    const entry *at = &of->entries[k];
    if (at->deal == i && at->time > after && at->time < of->as_of * MINUTES &&
        (any || place_of(of->deals[i].pipeline, at->stage) > 0) && (found == NULL || at->time < found->time)) {
      found = at;
    }
  }
  return found;
}

static void go_to(way *own, int place, int time)
{
  if (own->count == 0 || own->steps[own->count - 1].place != place) {
    own->steps[own->count].place = place;
    own->steps[own->count++].time = time;
  }
}

static void find_way(const world *of, int i)
{
  const deal *at = &of->deals[i];
  const entry *next = next_entry(of, i, -1, 1);
  const person *whose = &of->people[at->customer];
  way *own = &ways[i];
  int end = of->as_of * MINUTES;
  int hidden = at->customer > 0 && (whose->kind == KIND_ANONYMOUS || whose->kind == KIND_INTERNAL);
  own->count = 0;
  own->begins = at->created >= 0 ? at->created : next != NULL ? next->time : NEVER;
  own->outcome = at->closed >= end ? 0 : at->outcome;
  own->ends = own->outcome == 0 ? end : at->closed;
  own->there = !hidden && at->created < end && own->begins >= 0 && own->ends >= 0;
  if (!own->there || at->pipeline == 0) {
    return;
  }
  next = next_entry(of, i, -1, 0);
  if (next == NULL) {
    go_to(own, later(place_of(at->pipeline, at->stage), 1), own->begins);
  } else if (next->time > own->begins) {
    go_to(own, 1, own->begins);
  }
  for (; next != NULL; next = next_entry(of, i, next->time, 0)) {
    go_to(own, place_of(at->pipeline, next->stage), next->time);
  }
}

/* The number of the first step into a place, of 0 the beginning; NEVER: none. */
static int first_step(const way *own, int place)
{
  int n;
  for (n = 0; n < own->count; n++) {
    if (own->steps[n].place == place) {
      return n;
    }
  }
  return NEVER;
}

static int in_place(int i, const world *of, int pipeline, int place)
{
  return ways[i].there && of->deals[i].pipeline == pipeline && (place == 0 || first_step(&ways[i], place) >= 0);
}

static int time_in(const way *own, int place)
{
  return place == 0 ? own->begins : own->steps[first_step(own, place)].time;
}

/* ---- what became of those that entered ---- */

static void add_case(cases *to, const way *own, int place)
{
  int begins = time_in(own, place) / MINUTES;
  int became = own->outcome == 1 ? PROMOTED : own->outcome == 2 ? ENDED : WATCHED;
  int ends = own->ends / MINUTES;
  int n;
  for (n = place == 0 ? own->count : first_step(own, place) + 1; n < own->count; n++) {
    if (own->steps[n].place > place) {
      became = PROMOTED;
      ends = own->steps[n].time / MINUTES;
      break;
    }
  }
  to->days[to->count] = later(ends - begins, 0);
  to->became[to->count++] = became;
}

static void check_cases(const world *of, const crm_table *table, int64_t row, int pipeline, int place)
{
  cases own;
  int closed[3] = {0, 0, 0};
  int i;
  own.count = 0;
  for (i = 0; i < of->deal_count; i++) {
    if (in_place(i, of, pipeline, place) && time_in(&ways[i], place) >= later(of->from, 0) * MINUTES &&
        time_in(&ways[i], place) < of->as_of * MINUTES) {
      closed[ways[i].outcome]++;
      add_case(&own, &ways[i], place);
    }
  }
  assert_integer(table, "entered", row, own.count);
  assert_integer(table, "lost", row, count_cases(&own, 0, HORIZON, ENDED));
  assert_promotion(table, row, &own, HORIZON);
  assert_int_equal(is_null_at(table, "won_rate", row), closed[1] + closed[2] == 0);
  if (closed[1] + closed[2] > 0) {
    assert_near(table, "won_rate", row, (double)closed[1] / (closed[1] + closed[2]));
  }
}

/* ---- what stands ---- */

/* Days that an open one has stood in a place, NEVER: does not. */
static int standing(const world *of, int i, int pipeline, int place)
{
  const way *own = &ways[i];
  if (!in_place(i, of, pipeline, place) || own->outcome != 0) {
    return NEVER;
  }
  if (place > 0 && own->steps[own->count - 1].place != place) {
    return NEVER;
  }
  return later(of->as_of - (place == 0 ? own->begins : own->steps[own->count - 1].time) / MINUTES, 0);
}

/* How long a won one stood in a place: up to the first entry into a higher one, at most to its end. */
static int stay_of(const world *of, int i, int pipeline, int place)
{
  const way *own = &ways[i];
  int ends = own->ends;
  int higher;
  if (!in_place(i, of, pipeline, place) || own->outcome != 1) {
    return NEVER;
  }
  for (higher = place + 1; higher < PLACES; higher++) {
    ends = first_step(own, higher) >= 0 ? earlier(ends, time_in(own, higher)) : ends;
  }
  return later(ends / MINUTES - time_in(own, place) / MINUTES, 0);
}

/* The least number of days that nine in ten of the won ones did not pass, NEVER: there are too few. */
static int limit_of(const world *of, int pipeline, int place)
{
  int days;
  for (days = 0; place > 0; days++) {
    int n = 0;
    int within = 0;
    int i;
    for (i = 0; i < of->deal_count; i++) {
      int stay = stay_of(of, i, pipeline, place);
      n += stay >= 0;
      within += stay >= 0 && stay <= days;
    }
    if (n < FEWEST || 10 * within >= 9 * n) {
      return n < FEWEST ? NEVER : days;
    }
  }
  return NEVER;
}

/* The lower of the two in the middle. */
static int middle_of(const world *of, int pipeline, int place)
{
  int days;
  int n = 0;
  int i;
  for (i = 0; i < of->deal_count; i++) {
    n += standing(of, i, pipeline, place) >= 0;
  }
  for (days = 0; n > 0; days++) {
    int within = 0;
    for (i = 0; i < of->deal_count; i++) {
      within += standing(of, i, pipeline, place) >= 0 && standing(of, i, pipeline, place) <= days;
    }
    if (within >= (n + 1) / 2) {
      return days;
    }
  }
  return NEVER;
}

static int limits_seen;

static void check_standing(const world *of, const crm_table *table, int64_t row, int pipeline, int place)
{
  int limit = limit_of(of, pipeline, place);
  int n = 0;
  int amount = 0;
  int stalled = 0;
  int i;
  for (i = 0; i < of->deal_count; i++) {
    int days = standing(of, i, pipeline, place);
    n += days >= 0;
    amount += days >= 0 ? later(of->deals[i].amount, 0) : 0;
    stalled += limit <= HORIZON && days > limit;
  }
  limits_seen += limit >= 0;
  assert_integer(table, "open", row, n);
  assert_integer(table, "open_amount", row, amount);
  assert_integer(table, "median_days", row, middle_of(of, pipeline, place));
  assert_integer(table, "stalled", row, limit < 0 ? NEVER : stalled);
}

static void check_passing(const world *of, const crm_table *table, int64_t row, int pipeline, int place)
{
  int returned = 0;
  int skipped = 0;
  int i;
  for (i = 0; i < of->deal_count; i++) {
    const way *own = &ways[i];
    int lowest = PLACES;
    int top = own->outcome == 1 ? PLACES : 0;
    int n;
    for (n = 0; in_place(i, of, pipeline, 0) && n < own->count; n++) {
      returned += n > 0 && own->steps[n].place == place && own->steps[n - 1].place > place;
      lowest = earlier(lowest, own->steps[n].place);
      top = later(top, own->steps[n].place);
    }
    skipped += in_place(i, of, pipeline, 0) && lowest < place && place < top && first_step(own, place) < 0;
  }
  assert_integer(table, "returned", row, returned);
  assert_integer(table, "skipped", row, skipped);
}

/* ---- the rows ---- */

/* Whether a deal that is there names no pipeline. */
static int some_without(const world *of)
{
  int i;
  for (i = 0; i < of->deal_count; i++) {
    if (of->deals[i].pipeline == 0 && of->deals[i].created < of->as_of * MINUTES) {
      return 1;
    }
  }
  return 0;
}

typedef void row_checker(const world *of, const crm_table *table, int64_t row, int pipeline, int place);

static void check_rows(const world *of, const crm_table *table, row_checker *check)
{
  static const char *const names[] = {"", "p", "q"};
  static const char *const stages[] = {"s0", "s1", "s2", "s3"};
  static const int order[] = {1, 2, 0};
  int64_t row = 0;
  int i;
  for (i = 0; i < 3; i++) {
    int place;
    for (place = 0; place < PLACES; place++) {
      int stage = place > 0 ? stage_at(order[i], place) : NEVER;
      if ((place > 0 && stage < 0) || (order[i] == 0 && !some_without(of))) {
        continue;
      }
      assert_word(table, "pipeline", row, names[order[i]]);
      assert_word(table, "stage", row, stage < 0 ? "" : stages[stage]);
      check(of, table, row++, order[i], place);
    }
  }
  assert_int_equal(crm_table_rows(table), row);
}

static void find_ways(const world *of)
{
  int i;
  for (i = 0; i < of->deal_count; i++) {
    find_way(of, i);
  }
}

static void check_row(const world *of, const crm_table *table, int64_t row, int pipeline, int place)
{
  check_cases(of, table, row, pipeline, place);
  check_standing(of, table, row, pipeline, place);
  check_passing(of, table, row, pipeline, place);
}

static void check_funnel(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_funnel_options options = CRM_FUNNEL_OPTIONS_INIT;
  crm_table *table = NULL;
  options.horizon_days = HORIZON;
  find_ways(of);
  assert_int_equal(crm_funnel_compute(store, scope, &options, &table, NULL), CRM_OK);
  check_rows(of, table, check_row);
  crm_table_free(table);
}

/* ---- progress ---- */

#define QUIET 30

typedef struct standing_deal {
  int entered;      /* the stage */
  int expected;     /* the last that was said */
  int slips;
  int slipped_days;
  int next_step;
  int step_slips;
  int due;          /* a day; NEVER: none */
  int limit;
  int contact;      /* a day */
} standing_deal;

static standing_deal deals_now[DEALS];

/* What a deal is said to be closed by, entry after entry, its own row having the last word. */
static void follow_dates(const world *of, int i, standing_deal *to)
{
  const entry *at = next_entry(of, i, -1, 1);
  int first = NEVER;
  to->expected = NEVER;
  for (;;) {
    int said = at != NULL ? at->expected : of->deals[i].expected;
    if (said >= 0) {
      to->slips += to->expected >= 0 && said / MINUTES > to->expected / MINUTES;
      first = first < 0 ? said : first;
      to->expected = said;
    }
    if (at == NULL) {
      break;
    }
    at = next_entry(of, i, at->time, 1);
  }
  to->slipped_days = first < 0 ? 0 : to->expected / MINUTES - first / MINUTES;
}

/* Likewise by when its next step is due; what was said in another stage does not count any more. */
static void follow_steps(const world *of, int i, standing_deal *to)
{
  const entry *at = next_entry(of, i, -1, 1);
  int stage = NEVER;
  to->next_step = NEVER;
  for (;;) {
    int said = at != NULL ? at->next_step : of->deals[i].next_step;
    if (at != NULL && at->stage != stage) {
      stage = at->stage;
      to->next_step = NEVER;
    }
    if (said >= 0) {
      to->step_slips += to->next_step >= 0 && said / MINUTES > to->next_step / MINUTES;
      to->next_step = said;
    }
    if (at == NULL) {
      break;
    }
    at = next_entry(of, i, at->time, 1);
  }
}

static standing_deal look_at(const world *of, int i)
{
  standing_deal made = {0, 0, 0, 0, 0, 0, NEVER, NEVER, NEVER};
  const way *own = &ways[i];
  int k;
  made.entered = own->count > 0 ? own->steps[own->count - 1].time : own->begins;
  follow_dates(of, i, &made);
  follow_steps(of, i, &made);
  made.limit = own->count > 0 ? limit_of(of, of->deals[i].pipeline, own->steps[own->count - 1].place) : NEVER;
  made.limit = made.limit > HORIZON ? NEVER : made.limit;
  made.due = made.next_step >= 0 ? made.next_step / MINUTES
             : made.limit >= 0   ? made.entered / MINUTES + made.limit
                                 : NEVER;
  for (k = 0; k < of->contact_count; k++) {
    if (of->contacts[k].deal == i && of->contacts[k].time < of->as_of * MINUTES) {
      made.contact = later(made.contact, of->contacts[k].time / MINUTES);
    }
  }
  return made;
}

static int is_open(int i)
{
  return ways[i].there && ways[i].outcome == 0;
}

static int is_overdue(const world *of, int i)
{
  return deals_now[i].expected >= 0 && of->as_of > deals_now[i].expected / MINUTES;
}

static int is_stalled(const world *of, int i)
{
  return deals_now[i].due >= 0 && of->as_of > deals_now[i].due;
}

static void say_days(world *of, int days, int there)
{
  if (there) {
    say(of, "%d", days);
  }
  say(of, ",");
}

static void say_deal(world *of, int i)
{
  const deal *at = &of->deals[i];
  const standing_deal *now = &deals_now[i];
  say_days(of, i, 1);
  say_days(of, at->customer, at->customer > 0);
  say_owner(of, at->owner);
  say(of, ",%s,", at->pipeline == 1 ? "p" : at->pipeline == 2 ? "q" : "");
  if (ways[i].count > 0) {
    say(of, "s%d", stage_at(at->pipeline, ways[i].steps[ways[i].count - 1].place));
  }
  say(of, ",");
  if (at->amount >= 0) {
    say_money(of, at->amount);
  }
  say(of, ",");
  say_time(of, ways[i].begins);
  say(of, ",");
  say_time(of, now->entered);
  say(of, ",%d,%d,", later(of->as_of - ways[i].begins / MINUTES, 0), later(of->as_of - now->entered / MINUTES, 0));
  say_days(of, now->limit, now->limit >= 0);
  say_day(of, now->due);
  say(of, ",");
  say_time(of, now->expected);
  say(of, ",");
  say_days(of, of->as_of - now->expected / MINUTES, is_overdue(of, i));
  say_days(of, now->slips, 1);
  say_days(of, now->slipped_days, now->expected >= 0);
  say_day(of, now->contact);
  say(of, ",%s,", is_overdue(of, i)   ? "overdue"
                  : is_stalled(of, i) ? "stalled"
                  : now->expected < 0 ? "undated"
                                      : "on_track");
  say_time(of, now->next_step);
  say(of, ",");
  say_days(of, of->as_of - now->due, is_stalled(of, i));
  say(of, "%d\n", now->step_slips);
}

static void check_open_deals(world *of, const crm_store *store, const crm_scope *scope,
                             const crm_funnel_options *options)
{
  static const int order[] = {1, 2, 0};
  crm_table *table = NULL;
  int k;
  start(of, "opportunity,customer,owner,pipeline,stage,amount,created,entered,age_days,stage_days,limit_days,next_due,"
            "expected_close,close_overdue_days,slips,slipped_days,last_contact,state,next_step,step_overdue_days,"
            "step_slips");
  for (k = 0; k < 3; k++) {
    int i;
    for (i = 0; i < of->deal_count; i++) {
      if (is_open(i) && of->deals[i].pipeline == order[k]) {
        say_deal(of, i);
      }
    }
  }
  assert_int_equal(crm_progress_opportunities(store, scope, options, &table, NULL), CRM_OK);
  assert_result(table, of->text);
}

enum { TO_30, TO_60, TO_90, OVER_90, STALLED, OVERDUE, OVERDUE_AMOUNT, SLIPPED, SLIPS, SLIPPED_DAYS, UNDATED,
       QUIET_ONES, WITHOUT_STEP, STEP_OVERDUE, STEP_SLIPPED, STEP_SLIPS, SUMS };

static void add_deal(const world *of, int i, int days, int sums[SUMS])
{
  const standing_deal *now = &deals_now[i];
  int amount = later(of->deals[i].amount, 0);
  sums[days <= 30 ? TO_30 : days <= 60 ? TO_60 : days <= 90 ? TO_90 : OVER_90]++;
  sums[STALLED] += is_stalled(of, i);
  sums[OVERDUE] += is_overdue(of, i);
  sums[OVERDUE_AMOUNT] += is_overdue(of, i) ? amount : 0;
  sums[SLIPPED] += now->slips > 0;
  sums[SLIPS] += now->slips;
  sums[SLIPPED_DAYS] += now->slips > 0 ? now->slipped_days : 0;
  sums[UNDATED] += now->expected < 0;
  sums[QUIET_ONES] += now->contact < 0 || of->as_of - now->contact > QUIET;
  sums[WITHOUT_STEP] += now->next_step < 0;
  sums[STEP_OVERDUE] += now->next_step >= 0 && is_stalled(of, i);
  sums[STEP_SLIPPED] += now->step_slips > 0;
  sums[STEP_SLIPS] += now->step_slips;
}

static void check_progress_row(const world *of, const crm_table *table, int64_t row, int pipeline, int place)
{
  static const char *const names[SUMS] = {"to_30",   "to_60",        "to_90",        "over_90",
                                          "stalled", "overdue",      "overdue_amount", "slipped",
                                          "slips",   "slipped_days", "undated",      "quiet",
                                          "without_step", "step_overdue", "step_slipped", "step_slips"};
  int sums[SUMS] = {0};
  int n = 0;
  int i;
  for (i = 0; i < of->deal_count; i++) {
    int days = standing(of, i, pipeline, place);
    if (days >= 0) {
      add_deal(of, i, days, sums);
      n++;
    }
  }
  assert_integer(table, "open", row, n);
  assert_integer(table, "median_days", row, middle_of(of, pipeline, place));
  assert_word(table, "status", row, n > 0 ? "ok" : "undefined");
  for (i = 0; i < SUMS; i++) {
    assert_int_equal(integer_at(table, names[i], row), sums[i]);
  }
  assert_int_equal(is_null_at(table, "slip_rate", row), n == sums[UNDATED]);
  if (n > sums[UNDATED]) {
    assert_near(table, "slip_rate", row, (double)sums[SLIPPED] / (n - sums[UNDATED]));
    assert_wilson(table, row, sums[SLIPPED], n - sums[UNDATED]);
  }
}

static void check_progress(world *of, const crm_store *store, const crm_scope *scope)
{
  crm_funnel_options options = CRM_FUNNEL_OPTIONS_INIT;
  crm_table *table = NULL;
  int i;
  options.horizon_days = HORIZON;
  find_ways(of);
  for (i = 0; i < of->deal_count; i++) {
    deals_now[i] = look_at(of, i);
  }
  check_open_deals(of, store, scope, &options);
  assert_int_equal(crm_progress_stages(store, scope, &options, &table, NULL), CRM_OK);
  check_rows(of, table, check_progress_row);
  crm_table_free(table);
}

static void test_funnel(void **state)
{
  (void)state;
  play_relations(check_funnel);
  assert_true(limits_seen > 0);
}

static void test_progress(void **state)
{
  (void)state;
  play_relations(check_progress);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_funnel),
    cmocka_unit_test(test_progress),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
