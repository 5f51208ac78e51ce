/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Customers through pipelines of the host's own stages. The estimators themselves: tests/unit/survival_test.c. */

enum { STAGES, MEMBERS, HISTORY };

static crm_table *ask(const crm_store *store, const crm_scope *scope, const crm_journey_options *options, int what,
                      const char *key)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_status status = what == STAGES    ? crm_journey_stages(store, scope, options, &table, &error)
                      : what == MEMBERS ? crm_journey_members(store, scope, options, &table, &error)
                                        : crm_journey_history(store, scope, options, key, &table, &error);
  if (status != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static const char *const pipelines =
    "pipeline,stage,position\nT,choose,1\nT,judge,2\nT,plan,3\nT,win,4\nsales,offer,1\n";
static const char *const entries =
    "customer,time,stage\n"
    "a,2024-01-01,choose\na,2024-01-11,judge\na,2024-01-21,plan\na,2024-02-01,win\n"
    "b,2024-01-01,choose\nb,2024-01-05,plan\nb,2024-01-15,judge\nb,2024-01-20,judge\n"
    "c,2024-01-03,choose\nc,2024-01-13,lost\nc,2024-02-01,judge\n"
    "d,2024-01-10,win\n"
    "e,2024-01-08,plan\ne,2024-01-08,judge\ne,2024-01-08,choose\ne,2024-01-10,elsewhere\n";

static crm_store *example(void)
{
  crm_store *store = store_new(NULL);
  put(store, "customers", "customer,joined,owner,parent\na,2024-01-01,x,\nb,2024-01-01,y,a\nc,2024-01-01,x,\n", "");
  put(store, "pipelines", pipelines, "");
  put(store, "stages", entries, "");
  return store;
}

static crm_scope up_to(int month, int day)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = facts_day(2024, month, day);
  return scope;
}

/* By hand: b skips and goes back, c leaves and comes again, d begins at the end, e does three things at one instant. */
static void every_stay_is_told(void **state)
{
  crm_store *store = example();
  crm_scope scope = up_to(2, 11);
  (void)state;
  assert_result(ask(store, &scope, NULL, HISTORY, NULL),
                "pipeline,customer,stage,entered,left,days,came,went\n"
                "T,a,choose,2024-01-01T00:00:00,2024-01-11T00:00:00,10,began,on\n"
                "T,a,judge,2024-01-11T00:00:00,2024-01-21T00:00:00,10,next,on\n"
                "T,a,plan,2024-01-21T00:00:00,2024-02-01T00:00:00,11,next,on\n"
                "T,a,win,2024-02-01T00:00:00,,10,next,\n"
                "T,b,choose,2024-01-01T00:00:00,2024-01-05T00:00:00,4,began,on\n"
                "T,b,plan,2024-01-05T00:00:00,2024-01-15T00:00:00,10,skip,back\n"
                "T,b,judge,2024-01-15T00:00:00,,27,back,\n"
                "T,c,choose,2024-01-03T00:00:00,2024-01-13T00:00:00,10,began,out\n"
                "T,c,judge,2024-02-01T00:00:00,,10,again,\n"
                "T,d,win,2024-01-10T00:00:00,,32,began,\n"
                "T,e,choose,2024-01-08T00:00:00,2024-01-08T00:00:00,0,began,on\n"
                "T,e,judge,2024-01-08T00:00:00,2024-01-08T00:00:00,0,next,on\n"
                "T,e,plan,2024-01-08T00:00:00,,34,next,\n");
  assert_result(ask(store, &scope, NULL, HISTORY, "d"), "customer,stage,days,came\nd,win,32,began\n");
  assert_result(ask(store, &scope, NULL, MEMBERS, NULL),
                "customer,stage,days,began,highest,entries,returned,skipped,state\n"
                "a,win,10,2024-01-01T00:00:00,win,4,0,0,completed\n"
                "b,judge,27,2024-01-01T00:00:00,plan,3,1,0,under_way\n"
                "c,judge,10,2024-01-03T00:00:00,judge,2,0,0,under_way\n"
                "d,win,32,2024-01-10T00:00:00,win,1,0,0,completed\n"
                "e,plan,34,2024-01-08T00:00:00,plan,3,0,0,under_way\n");
  crm_store_free(store);
}

/* choose: a 10, b 4, e 0 days to pass, c out after 10. Of the whole way only a (31) and d (0) came to the end. */
static void stages_have_their_rates(void **state)
{
  crm_store *store = example();
  crm_scope scope = up_to(2, 11);
  crm_journey_options options = CRM_JOURNEY_OPTIONS_INIT;
  (void)state;
  options.horizon_days = 20;
  assert_result(ask(store, &scope, &options, STAGES, NULL),
                "stage,position,entered,customers,median_days,dwell_days,pass_rate,at_risk,passed,dropped,returned,"
                "skipped,status\n"
                ",,5,5,39,31,0.200000,3,1,1,0,0,ok\n"
                "choose,1,4,0,,4,0.750000,0,3,1,0,0,ok\n"
                "judge,2,4,2,10,10,0.500000,1,2,0,1,0,ok\n"
                "plan,3,3,1,34,11,0.333333,2,1,0,0,0,ok\n"
                "win,4,2,2,10,,,,,,0,0,top\n");
  scope.from = facts_day(2024, 1, 2);
  assert_result(ask(store, &scope, &options, STAGES, NULL),
                "stage,entered,customers,pass_rate,dropped\n,3,5,0.333333,1\nchoose,2,0,0.500000,1\n"
                "judge,4,2,0.500000,0\nplan,3,1,0.333333,0\nwin,2,2,,\n");
  crm_store_free(store);
}

static void groups_accounts_and_merges(void **state)
{
  crm_store *store = example();
  crm_scope scope = up_to(1, 14);
  crm_journey_options options = CRM_JOURNEY_OPTIONS_INIT;
  (void)state;
  options.by = "owner";
  assert_result(ask(store, &scope, &options, STAGES, NULL),
                "by,group,stage,entered,customers,passed,dropped,skipped\n"
                ",,,5,4,1,1,0\n,,choose,4,0,3,1,0\n,,judge,2,1,1,0,1\n,,plan,2,2,0,0,0\n,,win,1,1,,,0\n"
                "owner,x,,2,1,0,1,0\nowner,x,choose,2,0,1,1,0\nowner,x,judge,1,1,0,0,0\nowner,x,plan,0,0,0,0,0\n"
                "owner,x,win,0,0,,,0\n"
                "owner,y,,1,1,0,0,0\nowner,y,choose,1,0,1,0,0\nowner,y,judge,0,0,0,0,1\nowner,y,plan,1,1,0,0,0\n"
                "owner,y,win,0,0,,,0\n"
                "owner,,,2,2,1,0,0\nowner,,choose,1,0,1,0,0\nowner,,judge,1,0,1,0,0\nowner,,plan,1,1,0,0,0\n"
                "owner,,win,1,1,,,0\n");
  scope.accounts = 1;
  assert_result(ask(store, &scope, NULL, HISTORY, "b"),
                "customer,stage,days,came,went\na,choose,4,began,on\na,plan,6,skip,back\na,judge,3,back,\n");
  scope.accounts = 0;
  put(store, "merges", "customer,into\nd,c\n", "");
  assert_result(ask(store, &scope, NULL, HISTORY, "d"),
                "customer,stage,days,came,went\nc,choose,7,began,on\nc,win,3,skip,out\n");
  crm_store_free(store);
}

/* A pipeline that customers alone use is no funnel of opportunities, nor the one that they go through unasked. */
static void funnels_leave_it_alone(void **state)
{
  crm_store *store = example();
  crm_table *table = NULL;
  crm_scope scope = up_to(2, 11);
  (void)state;
  put(store, "opportunities", "opportunity,created,stage\n1,2024-01-01,offer\n", "");
  assert_int_equal(crm_funnel_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "pipeline,stage,entered,open\nsales,,1,1\nsales,offer,1,1\n");
  put(store, "stages", "customer,time,stage\na,2024-01-01,offer\n", "");
  assert_int_equal(crm_funnel_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "pipeline,stage,entered,open\nsales,,1,1\nsales,offer,1,1\n");
  assert_result(ask(store, &scope, NULL, MEMBERS, NULL),
                "pipeline,customer,stage\nT,a,win\nT,b,judge\nT,c,judge\nT,d,win\nT,e,plan\nsales,a,offer\n");
  put(store, "opportunities", "opportunity,created,pipeline\n2,2024-01-01,T\n", "");
  assert_int_equal(crm_funnel_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "pipeline,stage,entered\nT,,1\nT,choose,1\nT,judge,0\nT,plan,0\nT,win,0\nsales,,0\n"
                       "sales,offer,0\n,,1\n");
  crm_store_free(store);
}

static void nothing_and_nonsense(void **state)
{
  crm_store *store = store_new(NULL);
  crm_journey_options options = CRM_JOURNEY_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_result(ask(store, NULL, NULL, STAGES, NULL), "pipeline,by,group,stage,position,entered\n");
  put(store, "pipelines", pipelines, "");
  assert_result(ask(store, NULL, NULL, MEMBERS, NULL), "pipeline,customer\n");
  options.pipeline = "sales";
  assert_result(ask(store, NULL, &options, STAGES, NULL),
                "pipeline,stage,entered,customers,median_days,dwell_days,pass_rate,passed,pass_days,status\n"
                "sales,,0,0,,,,0,,undefined\nsales,offer,0,0,,,,,,top\n");
  options.pipeline = "none";
  assert_int_equal(crm_journey_stages(store, NULL, &options, &table, &error), CRM_ERROR_NOT_FOUND);
  assert_string_equal(error.table, "pipelines");
  options.pipeline = NULL;
  assert_int_equal(crm_journey_history(store, NULL, &options, "nobody", &table, &error), CRM_ERROR_NOT_FOUND);
  assert_string_equal(error.table, "customers");
  options.by = "kind";
  assert_int_equal(crm_journey_stages(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  options.by = NULL;
  options.horizon_days = 36501;
  assert_int_equal(crm_journey_members(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_journey_stages(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_journey_stages(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

static void as_many_stages_as_there_may_be(void **state)
{
  text_buffer rows = TEXT_BUFFER_INIT;
  crm_store *store = store_new(NULL);
  crm_scope scope = up_to(2, 1);
  crm_table *table = NULL;
  char line[64];
  int i;
  (void)state;
  text_add(&rows, "pipeline,stage,position\n");
  for (i = 0; i < 64; i++) {
    (void)snprintf(line, sizeof line, "L,s%d,%d\n", i, 64 - i);
    text_add(&rows, line);
  }
  put(store, "pipelines", rows.bytes, "");
  put(store, "stages", "customer,time,stage\na,2024-01-01,s63\na,2024-01-02,s0\n", "");
  table = ask(store, &scope, NULL, STAGES, NULL);
  assert_int_equal(crm_table_rows(table), 65);
  assert_int_equal(integer_at(table, "passed", 0), 1);
  assert_int_equal(integer_at(table, "skipped", 2), 1);
  assert_int_equal(integer_at(table, "skipped", 64), 0);
  crm_table_free(table);
  put(store, "pipelines", "pipeline,stage,position\nL,more,0\n", "");
  table = NULL;
  assert_int_equal(crm_journey_stages(store, &scope, NULL, &table, NULL), CRM_ERROR_LIMIT);
  text_free(&rows);
  crm_store_free(store);
}

/* Random ways, worked out from the times alone: passing is the first entry into anything higher, dropping the first
 * `lost`, each from the first entry into the stage on; and the estimates case after case. */
enum { PEOPLE = 40, PLACES = 4, MOST = 9, OUT = PLACES, LAST = 60 };

typedef struct entry {
  int day;
  int place;
} entry;

static const char *const words[PLACES + 1] = {"choose", "judge", "plan", "win", "lost"};

static int sort_before(entry a, entry b)
{
  return a.day < b.day || (a.day == b.day && a.place < b.place);
}

static int throw_entries(dice *of, text_buffer *rows, int person, entry *made)
{
  int count = dice_below(of, MOST);
  int i;
  for (i = 0; i < count; i++) {
    entry one;
    char line[64];
    int k = i;
    one.day = dice_below(of, LAST + 10);
    one.place = dice_below(of, 8);
    one.place = one.place > OUT ? one.place % PLACES : one.place;
    (void)snprintf(line, sizeof line, "%d,2024-%02d-%02d,%s\n", person, 1 + one.day / 28, 1 + one.day % 28,
                   words[one.place]);
    text_add(rows, line);
    for (; k > 0 && sort_before(one, made[k - 1]); k--) {
      made[k] = made[k - 1];
    }
    made[k] = one;
  }
  return count;
}

static int day_number(int day)   /* since 2024-01-01 of day / 28 months and day % 28 days */
{
  static const int months[] = {0, 31, 60};
  return months[day / 28] + day % 28;
}

/* What became of one who entered `place` (OUT: the whole way, waiting for the last stage): 1 passed, -1 dropped, 0
 * open. *days: after how many. -1 where it never entered before as-of. */
static int became(const entry *made, int count, int place, int as_of, int *days)
{
  int from = -1;
  int i;
  for (i = 0; i < count && made[i].day < as_of; i++) {
    if (from < 0 && made[i].place != OUT && (place == OUT || made[i].place == place)) {
      from = made[i].day;
    }
    if (from >= 0 && (made[i].place == OUT || (place == OUT ? made[i].place == PLACES - 1 : made[i].place > place))) {
      *days = day_number(made[i].day) - day_number(from);
      return made[i].place == OUT ? -1 : 1;
    }
  }
  *days = from < 0 ? -1 : day_number(as_of) - day_number(from);
  return 0;
}

static void check_row(crm_table *table, int64_t row, entry made[PEOPLE][MOST], const int *counts, int place, int as_of,
                      int horizon)
{
  double survival = 1.0;
  double rate = 0.0;
  int passed = 0;
  int dropped = 0;
  int entered = 0;
  int at_risk = 0;
  int day;
  int i;
  for (day = 0; day <= LAST + 40; day++) {
    int risk = 0;
    int ends = 0;
    int others = 0;
    for (i = 0; i < PEOPLE; i++) {
      int days;
      int kind = became(made[i], counts[i], place, as_of, &days);
      risk += days >= day;
      ends += days == day && kind > 0;
      others += days == day && kind < 0;
    }
    entered = day == 0 ? risk : entered;
    at_risk = day == horizon + 1 ? risk : at_risk;
    if (day <= horizon && risk > 0) {
      rate += survival * ends / risk;
      survival *= (double)(risk - ends - others) / risk;
      passed += ends;
      dropped += others;
    }
  }
  assert_int_equal(integer_at(table, "entered", row), entered);
  if (place != PLACES - 1) {
    assert_int_equal(integer_at(table, "passed", row), passed);
    assert_int_equal(integer_at(table, "dropped", row), dropped);
    assert_int_equal(integer_at(table, "at_risk", row), at_risk);
    if (entered > 0) {
      assert_true(fabs((double)integer_at(table, "pass_rate", row) - rate * 1e6) <= 1.0);
    }
  }
}

static void rates_by_brute_force(void **state)
{
  dice of = dice_of(7);
  int round;
  (void)state;
  for (round = 0; round < 25; round++) {
    crm_store *store = store_new(NULL);
    crm_journey_options options = CRM_JOURNEY_OPTIONS_INIT;
    text_buffer rows = TEXT_BUFFER_INIT;
    entry made[PEOPLE][MOST];
    int counts[PEOPLE];
    int as_of = 30 + dice_below(&of, 30);
    crm_scope scope = up_to(1 + as_of / 28, 1 + as_of % 28);
    crm_table *table;
    int i;
    text_add(&rows, "customer,time,stage\n");
    for (i = 0; i < PEOPLE; i++) {
      counts[i] = throw_entries(&of, &rows, i, made[i]);
    }
    put(store, "pipelines", pipelines, "");
    put(store, "stages", rows.bytes, "");
    options.horizon_days = 1 + dice_below(&of, 40);
    options.pipeline = "T";
    table = ask(store, &scope, &options, STAGES, NULL);
    check_row(table, 0, made, counts, OUT, as_of, options.horizon_days);
    for (i = 0; i < PLACES; i++) {
      check_row(table, i + 1, made, counts, i, as_of, options.horizon_days);
    }
    crm_table_free(table);
    text_free(&rows);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_stay_is_told),
    cmocka_unit_test(stages_have_their_rates),
    cmocka_unit_test(groups_accounts_and_merges),
    cmocka_unit_test(funnels_leave_it_alone),
    cmocka_unit_test(nothing_and_nonsense),
    cmocka_unit_test(as_many_stages_as_there_may_be),
    cmocka_unit_test(rates_by_brute_force),
  };
  return cmocka_run_group_tests_name("journey", tests, NULL, NULL);
}
