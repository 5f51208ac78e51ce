/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>

/* Five lives that can be followed by hand, dormant after 30 days and lost after 90. A buys twice and falls silent; B,
 * not known by name, comes back after 75 days; C has just bought; D has never; E is anonymous. */
static const char customers[] = "customer,kind,joined\n"
                                "A,,2024-01-01\n"
                                "B,,\n"
                                "D,,2024-01-10\n"
                                "E,anonymous,2024-01-10\n"
                                "F,,2024-09-01\n";
static const char sales[] = "document,time,customer,kind,amount\n"
                            "1,2024-01-05 10:00,A,sale,10\n"
                            "2,2024-01-05 12:00,A,sale,10\n"
                            "3,2024-01-20 10:00,A,sale,10\n"
                            "4,2024-03-01 10:00,B,sale,10\n"
                            "5,2024-05-15 10:00,B,sale,10\n"
                            "6,2024-05-20 10:00,C,sale,10\n"
                            "7,2024-05-21 10:00,E,sale,10\n"
                            "8,2024-05-22 10:00,G,return,10\n";

static crm_store *lives(void)
{
  crm_store *store = facts_store(NULL, sales);
  facts_load_text(store, "customers", customers);
  return store;
}

static crm_lifecycle *follow(const crm_store *store, int64_t as_of, int32_t dormant, int32_t lost)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_lifecycle *lifecycle = NULL;
  crm_error error = CRM_ERROR_INIT;
  scope.as_of = as_of;
  options.dormant_days = dormant;
  options.lost_days = lost;
  if (crm_lifecycle_compute(store, &scope, &options, &lifecycle, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return lifecycle;
}

static void every_life_is_followed_by_time(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_lifecycle_history(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,stage,entered,left,days,cause,step\n"
                       "A,prospect,2024-01-01T00:00:00,2024-01-05T10:00:00,4,joined,prospect\n"
                       "A,customer,2024-01-05T10:00:00,2024-01-20T10:00:00,15,purchase,customer\n"
                       "A,repeat,2024-01-20T10:00:00,2024-02-20T00:00:00,31,repeat,repeat\n"
                       "A,dormant,2024-02-20T00:00:00,2024-04-19T00:00:00,59,idle,repeat\n"
                       "A,lost,2024-04-19T00:00:00,,43,idle,repeat\n"
                       "B,suspect,,2024-03-01T10:00:00,,known,suspect\n"
                       "B,customer,2024-03-01T10:00:00,2024-04-01T00:00:00,31,purchase,customer\n"
                       "B,dormant,2024-04-01T00:00:00,2024-05-15T10:00:00,44,idle,customer\n"
                       "B,reactivated,2024-05-15T10:00:00,,17,repeat,repeat\n"
                       "C,customer,2024-05-20T10:00:00,,12,purchase,customer\n"
                       "D,prospect,2024-01-10T00:00:00,,143,joined,prospect\n"
                       "G,suspect,,,,known,suspect\n");
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_OK);
  assert_result(table, "customer,stage,days,step,first,last,idle_days\n"
                       "A,lost,43,repeat,2024-01-05,2024-01-20,133\n"
                       "B,reactivated,17,repeat,2024-03-01,2024-05-15,17\n"
                       "C,customer,12,customer,2024-05-20,2024-05-20,12\n"
                       "D,prospect,143,prospect,,,\n"
                       "G,suspect,,suspect,,,\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* A is lost already when the host says dormant: it is lost again on the day after, so that events stay in order of
 * time. Who has been lost once does not fall again where the host puts it on a step. */
static void silence_follows_the_host(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle;
  crm_table *table = NULL;
  (void)state;
  facts_load_text(store, "stages", "customer,time,stage\nA,2024-05-10 09:00,dormant\nA,2024-05-20,prospect\n"
                                   "A,2024-05-25,repeat\n");
  lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  assert_int_equal(crm_lifecycle_history(lifecycle, "A", &table, NULL), CRM_OK);
  assert_result(table, "stage,entered,cause\n"
                       "prospect,2024-01-01T00:00:00,joined\n"
                       "customer,2024-01-05T10:00:00,purchase\n"
                       "repeat,2024-01-20T10:00:00,repeat\n"
                       "dormant,2024-02-20T00:00:00,idle\n"
                       "lost,2024-04-19T00:00:00,idle\n"
                       "dormant,2024-05-10T09:00:00,host\n"
                       "lost,2024-05-11T00:00:00,idle\n"
                       "prospect,2024-05-20T00:00:00,host\n"
                       "repeat,2024-05-25T00:00:00,host\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* The host calls A lost and is proved wrong, moves B back to prospect, and knows H from an opportunity alone. */
static void the_host_and_opportunities_join_in(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle;
  crm_table *table = NULL;
  (void)state;
  facts_load_text(store, "opportunities", "opportunity,customer,created,outcome\n"
                                          "1,D,2024-02-10 08:00,open\n"
                                          "2,D,2024-02-01 08:00,lost\n"
                                          "3,H,2024-05-01,open\n"
                                          "4,H,2024-07-01,open\n"
                                          "5,A,2024-01-03,open\n"
                                          "6,,2024-01-03,open\n");
  facts_load_text(store, "stages", "customer,time,stage\n"
                                   "A,2024-01-10,lost\n"
                                   "B,2024-03-02,prospect\n"
                                   "B,2024-05-15 10:00,suspect\n"
                                   "D,2024-02-05,negotiation\n"
                                   "C,2024-07-01,lost\n"
                                   "I,2024-03-01,prospect\n");
  lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  assert_int_equal(crm_lifecycle_history(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_string_equal(crm_table_meta_find(table, "unknown_entries"), "1");
  /* B falls silent only on a step that has bought, and at one instant the host has the last word. */
  assert_result(table, "customer,stage,entered,cause,step\n"
                       "A,prospect,2024-01-01T00:00:00,joined,prospect\n"
                       "A,opportunity,2024-01-03T00:00:00,opportunity,opportunity\n"
                       "A,customer,2024-01-05T10:00:00,purchase,customer\n"
                       "A,lost,2024-01-10T00:00:00,host,customer\n"
                       "A,reactivated,2024-01-20T10:00:00,repeat,repeat\n"
                       "A,dormant,2024-02-20T00:00:00,idle,repeat\n"
                       "A,lost,2024-04-19T00:00:00,idle,repeat\n"
                       "B,suspect,,known,suspect\n"
                       "B,customer,2024-03-01T10:00:00,purchase,customer\n"
                       "B,prospect,2024-03-02T00:00:00,host,prospect\n"
                       "B,repeat,2024-05-15T10:00:00,repeat,repeat\n"
                       "B,suspect,2024-05-15T10:00:00,host,suspect\n"
                       "C,customer,2024-05-20T10:00:00,purchase,customer\n"
                       "D,prospect,2024-01-10T00:00:00,joined,prospect\n"
                       "D,opportunity,2024-02-01T08:00:00,opportunity,opportunity\n"
                       "G,suspect,,known,suspect\n"
                       "H,opportunity,2024-05-01T00:00:00,opportunity,opportunity\n"
                       "I,prospect,2024-03-01T00:00:00,host,prospect\n");
  assert_int_equal(crm_lifecycle_stages(lifecycle, &table, NULL), CRM_OK);
  assert_int_equal(integer_at(table, "ended", CRM_STAGE_CUSTOMER), 2);   /* A called lost, B moved down */
  crm_table_free(table);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* A day of silence at a time: dormant is idle for more than 30 days, lost for 90 or more. */
static void silence_counts_to_the_day(void **state)
{
  static const struct {
    int32_t days_after;
    const char *stage;
    int32_t dormant_in;
  } known[] = {{1, "repeat", 30}, {30, "repeat", 1}, {31, "dormant", -1}, {89, "dormant", -1}, {90, "lost", -1}};
  crm_store *store = lives();
  (void)state;
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    crm_lifecycle *lifecycle = follow(store, facts_day(2024, 1, 20) + known[i].days_after * CRM_DAY, 30, 90);
    crm_life_standing standing = CRM_LIFE_STANDING_INIT;
    assert_int_equal(crm_lifecycle_find(lifecycle, "A", &standing, NULL), CRM_OK);
    assert_string_equal(standing.name, known[i].stage);
    assert_int_equal(standing.dormant_in, known[i].dormant_in);
    assert_int_equal(standing.idle_days, known[i].days_after);
    assert_int_equal(standing.step, CRM_STAGE_REPEAT);
    crm_lifecycle_free(lifecycle);
  }
  crm_store_free(store);
}

static void two_purchases_of_a_day_are_no_repeat(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle = follow(store, facts_day(2024, 1, 10), 30, 90);
  crm_life_standing standing = CRM_LIFE_STANDING_INIT;
  (void)state;
  assert_int_equal(crm_lifecycle_find(lifecycle, "A", &standing, NULL), CRM_OK);
  assert_int_equal(standing.stage, CRM_STAGE_CUSTOMER);
  assert_int_equal(standing.days, 5);
  assert_true(standing.entered == facts_day(2024, 1, 5) + 10 * (CRM_DAY / 24));
  assert_string_equal(standing.cause, "purchase");
  assert_int_equal(crm_lifecycle_find(lifecycle, "C", &standing, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_lifecycle_find(lifecycle, "nobody", &standing, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_lifecycle_find(lifecycle, "E", &standing, NULL), CRM_ERROR_NOT_FOUND);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

static void stages_have_their_promotion(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_lifecycle_stages(lifecycle, &table, NULL), CRM_OK);
  /* Prospects A (promoted after 4 days) and D (open for 143): all that is known by day 143 is one of two. Customers A
   * (15 days), B (75 days), C (open for 12, before either): 1. */
  assert_result(table,
                "stage,customers,share,median_days,promotion_rate,n,at_risk,promoted,ended,promotion_days,status\n"
                "suspect,1,0.200000,,,0,0,0,0,,undefined\n"
                "prospect,1,0.200000,143,0.500000,2,0,1,0,4,immature\n"
                "opportunity,0,0.000000,,,0,0,0,0,,undefined\n"
                "customer,1,0.200000,12,1.000000,3,0,2,0,15,ok\n"
                "repeat,0,0.000000,,,,,,,,top\n"
                "reactivated,1,0.200000,17,0.000000,1,0,0,0,,immature\n"
                "dormant,0,0.000000,,0.500000,2,0,1,1,44,ok\n"
                "lost,1,0.200000,43,0.000000,1,0,0,0,,immature\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* Who falls silent every year is among the dormant of each year. */
static void a_period_has_its_own_first_entries(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,kind,amount\n"
                                       "1,2022-01-05,A,sale,10\n2,2022-06-05,A,sale,10\n"
                                       "3,2023-01-05,A,sale,10\n4,2023-06-05,A,sale,10\n5,2024-01-05,A,sale,10\n");
  crm_scope scope = CRM_SCOPE_INIT;
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_lifecycle *lifecycle = NULL;
  crm_table *table = NULL;
  int64_t row;
  (void)state;
  options.dormant_days = 30;
  options.lost_days = 900;
  scope.as_of = facts_day(2024, 6, 1);
  scope.from = facts_day(2023, 1, 1);
  scope.to = facts_day(2024, 1, 1);
  assert_int_equal(crm_lifecycle_compute(store, &scope, &options, &lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_stages(lifecycle, &table, NULL), CRM_OK);
  row = row_of(table, "stage", "dormant");
  assert_int_equal(integer_at(table, "n", row), 1);         /* on 5 February 2023, not for the first time */
  assert_int_equal(integer_at(table, "promoted", row), 1);
  assert_int_equal(integer_at(table, "promotion_days", row), 120);   /* to 5 June */
  row = row_of(table, "stage", "reactivated");
  assert_int_equal(integer_at(table, "n", row), 1);
  row = row_of(table, "stage", "customer");
  assert_int_equal(integer_at(table, "n", row), 0);         /* the step was reached in 2022 */
  crm_table_free(table);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

static void stages_between_two_instants(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_lifecycle_transitions(lifecycle, facts_day(2024, 3, 1), facts_day(2024, 6, 1), &table, NULL),
                   CRM_OK);
  assert_result(table, "from,to,customers,share\n"
                       ",customer,1,1.000000\n"
                       "suspect,suspect,1,0.500000\n"
                       "suspect,reactivated,1,0.500000\n"
                       "prospect,prospect,1,1.000000\n"
                       "dormant,lost,1,1.000000\n");
  assert_int_equal(crm_lifecycle_transitions(lifecycle, 1, 0, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

static void the_bucket_leaks(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_lifecycle_bucket(lifecycle, NULL, &table, NULL), CRM_OK);
  /* B falls dormant at the end of 31 March: the start of 1 April sees it idle for 31 days. */
  assert_result(table, "period,start,new,reactivated,lost,end,leak_rate,steady_state,complete\n"
                       "2024-01,0,1,0,0,1,,,true\n"
                       "2024-02,1,0,0,1,0,1.000000,0,true\n"
                       "2024-03,0,1,0,1,0,,,true\n"
                       "2024-04,0,0,0,0,0,,,true\n"
                       "2024-05,0,1,1,0,2,,,true\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* Contracts: with a limit that nobody reaches the host's word alone ends one. X ends at the start's expense, Y and Z
 * begin and end within February, W pauses within it. */
static void contracts_have_their_churn(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-01-05,X,10\n2,2024-01-06,W,10\n"
                                       "3,2024-02-02,Y,10\n4,2024-02-03,Z,10\n5,2024-02-20,W,10\n");
  crm_lifecycle *lifecycle;
  crm_table *table = NULL;
  (void)state;
  facts_load_text(store, "stages", "customer,time,stage\nX,2024-02-10,lost\nY,2024-02-11,lost\nZ,2024-02-12,lost\n"
                                   "W,2024-02-13,lost\n");
  lifecycle = follow(store, facts_day(2024, 3, 1), 36500, 0);
  assert_int_equal(crm_lifecycle_bucket(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_result(table, "period,start,new,reactivated,lost,end,leak_rate,start_lost,churn_rate,retention_rate\n"
                       "2024-01,0,2,0,0,2,,0,,\n"
                       "2024-02,2,2,1,4,1,2.000000,1,0.500000,0.500000\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

static crm_table *refill_of(const crm_lifecycle *lifecycle, int64_t cost, const char *figure)
{
  crm_refill_options options = CRM_REFILL_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  options.cost = cost;
  options.figure = figure;
  if (crm_lifecycle_refill(lifecycle, NULL, &options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

/* What was spent on all is not divided by the new ones among some. */
static void refilling_a_segment(const crm_store *store)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_segment *everybody = NULL;
  crm_lifecycle *lifecycle = NULL;
  assert_int_equal(crm_segment_compute(store, NULL, NULL, &everybody, NULL), CRM_OK);
  scope.as_of = facts_day(2024, 6, 1);
  scope.segment = everybody;
  options.dormant_days = 30;
  options.lost_days = 90;
  assert_int_equal(crm_lifecycle_compute(store, &scope, &options, &lifecycle, NULL), CRM_OK);
  assert_result(refill_of(lifecycle, INT64_MIN, NULL), "period,new,acquisition_cost,status\n2024-01,1,,no_cost\n"
                                                       "2024-02,0,,no_cost\n2024-03,1,,no_cost\n2024-04,0,,no_cost\n"
                                                       "2024-05,1,,no_cost\n");
  assert_result(refill_of(lifecycle, 1250, NULL), "period,acquisition_cost\n2024-01,12.50\n2024-02,0.00\n"
                                                  "2024-03,12.50\n2024-04,0.00\n2024-05,12.50\n");
  crm_lifecycle_free(lifecycle);
  crm_segment_free(everybody);
}

/* 92.00 for the 92 days of March to May, of which 31 are March; by branch 10.00 in January, which the whole business'
 * 20.00 beats; of `other` only a branch and a person tell. In March C took a place that B left, as the lost told. */
static void refilling_has_its_price(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle;
  crm_table *table = NULL;
  crm_refill_options options = CRM_REFILL_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  facts_load_text(store, "figures", "from,to,name,value,branch,staff\n2024-03-01,2024-06-01,acquisition,92,,\n"
                                    "2024-01-01,2024-02-01,acquisition,20,,\n2024-01-01,2024-02-01,acquisition,10,x,\n"
                                    "2024-01-01,2024-02-01,other,7,x,\n2024-01-01,2024-02-01,other,9,x,s\n");
  lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  assert_result(refill_of(lifecycle, INT64_MIN, NULL),
                "period,new,reactivated,lost,to_replace,refilled,acquisition_cost,cost_per_new,refill_cost,"
                "refill_spent,growth_spent,status,complete\n"
                "2024-01,1,0,0,0,0,20.00,20.00,0.00,0.00,20.00,ok,true\n"
                "2024-02,0,0,1,1,0,,,,,,no_cost,true\n"
                "2024-03,1,0,1,1,1,31.00,31.00,31.00,31.00,0.00,ok,true\n"
                "2024-04,0,0,0,0,0,30.00,,,,,undefined,true\n"
                "2024-05,1,1,0,0,0,31.00,31.00,0.00,0.00,31.00,ok,true\n");
  assert_result(refill_of(lifecycle, INT64_MIN, "other"),
                "period,acquisition_cost,status\n2024-01,7.00,ok\n2024-02,,no_cost\n2024-03,,no_cost\n"
                "2024-04,,no_cost\n2024-05,,no_cost\n");
  assert_result(refill_of(lifecycle, 1250, NULL),
                "period,acquisition_cost,cost_per_new,refill_cost,status\n2024-01,12.50,12.50,0.00,ok\n"
                "2024-02,0.00,,,undefined\n2024-03,12.50,12.50,12.50,ok\n2024-04,0.00,,,undefined\n"
                "2024-05,12.50,12.50,0.00,ok\n");
  refilling_a_segment(store);
  options.cost = -1;
  assert_int_equal(crm_lifecycle_refill(lifecycle, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "cost");
  facts_load_text(store, "sales", "document,time,customer,amount\n99,2024-05-30,A,1\n");
  assert_int_equal(crm_lifecycle_refill(lifecycle, NULL, NULL, &table, NULL), CRM_ERROR_STATE);
  assert_null(table);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* Of two keys that are one person the life is one. */
static void merged_lives_are_one(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle;
  crm_table *table = NULL;
  (void)state;
  facts_load_text(store, "merges", "customer,into\nB,A\n");
  facts_load_text(store, "stages", "customer,time,stage\nB,2024-02-25,lost\n");
  lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  assert_int_equal(crm_lifecycle_history(lifecycle, "B", &table, NULL), CRM_OK);
  assert_result(table, "customer,stage,entered,cause\n"
                       "A,prospect,2024-01-01T00:00:00,joined\n"
                       "A,customer,2024-01-05T10:00:00,purchase\n"
                       "A,repeat,2024-01-20T10:00:00,repeat\n"
                       "A,dormant,2024-02-20T00:00:00,idle\n"
                       "A,lost,2024-02-25T00:00:00,host\n"
                       "A,reactivated,2024-03-01T10:00:00,purchase\n"
                       "A,dormant,2024-04-01T00:00:00,idle\n"
                       "A,reactivated,2024-05-15T10:00:00,purchase\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* The reason is that of the row that makes an entry: of two that say `lost` the first by reason, whatever order they
 * came in; of two stages of one instant each its own; what says the stage that somebody is in already makes none. */
static void the_hosts_entries_have_reasons(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-01-10,a,10\n2,2024-01-10,b,20\n"
                                       "3,2024-01-10,c,30\n");
  crm_lifecycle *lifecycle;
  crm_table *table = NULL;
  (void)state;
  facts_load_text(store, "stages",
                  "customer,time,stage,reason\na,2024-01-20,lost,\na,2024-01-20,lost,price\na,2024-01-20,lost,moved\n"
                  "a,2024-01-25,lost,service\nb,2024-01-20,prospect,wrong\nb,2024-01-20,opportunity,asked\n"
                  "b,2024-01-21,repeat,\nc,2024-03-01,dormant,away\n");
  lifecycle = follow(store, facts_day(2024, 3, 10), 30, 90);
  assert_int_equal(crm_lifecycle_history(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,stage,entered,cause,reason\n"
                       "a,customer,2024-01-10T00:00:00,purchase,\na,lost,2024-01-20T00:00:00,host,moved\n"
                       "b,customer,2024-01-10T00:00:00,purchase,\nb,opportunity,2024-01-20T00:00:00,host,asked\n"
                       "b,prospect,2024-01-20T00:00:00,host,wrong\nb,repeat,2024-01-21T00:00:00,host,\n"
                       "b,dormant,2024-02-10T00:00:00,idle,\nc,customer,2024-01-10T00:00:00,purchase,\n"
                       "c,dormant,2024-02-10T00:00:00,idle,\n");
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_OK);
  assert_result(table, "customer,stage,cause,reason\na,lost,host,moved\nb,dormant,idle,\nc,dormant,idle,\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* A handle keeps the set that it was made for, which may be freed before it. */
static void a_segment_is_kept(void **state)
{
  static const char *const keys[] = {"A", "D"};
  crm_store *store = lives();
  crm_scope scope = CRM_SCOPE_INIT;
  crm_segment *segment = NULL;
  crm_lifecycle *lifecycle = NULL;
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_segment_pick(store, keys, 2, NULL, &segment, NULL), CRM_OK);
  scope.segment = segment;
  scope.as_of = facts_day(2024, 6, 1);
  assert_int_equal(crm_lifecycle_compute(store, &scope, NULL, &lifecycle, NULL), CRM_OK);
  crm_segment_free(segment);
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_OK);
  assert_string_equal(crm_table_meta_find(table, "segment_customers"), "2");
  assert_result(table, "customer,stage\nA,repeat\nD,prospect\n");
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* Random lives: what is kept in the history gives at every instant what a lifecycle as of that instant does, and stocks
 * are what flows make of them. */
static void lives_do_not_depend_on_hindsight(void **state)
{
  dice roll = dice_of(20240601);
  facts *rows = facts_create("document,time,customer,amount");
  crm_store *store = facts_store(NULL, NULL);
  crm_lifecycle *all;
  crm_table *table = NULL;
  int32_t i;
  (void)state;
  for (i = 0; i < 600; i++) {
    char line[80];
    snprintf(line, sizeof line, "%d,2024-%02d-%02d %02d:00,%d,%d", i, 1 + dice_below(&roll, 12),
             1 + dice_below(&roll, 28), dice_below(&roll, 24), dice_below(&roll, 97), 1 + dice_below(&roll, 50));
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  all = follow(store, facts_day(2025, 1, 1), 40, 100);
  for (i = 1; i <= 12; i++) {
    int64_t instant = i == 12 ? facts_day(2025, 1, 1) : facts_day(2024, i + 1, 1);
    crm_lifecycle *then = follow(store, instant, 40, 100);
    crm_table *known = NULL;
    crm_table *bucket = NULL;
    int64_t active = 0;
    int32_t stage;
    assert_int_equal(crm_lifecycle_snapshot(all, instant, &table, NULL), CRM_OK);
    assert_int_equal(crm_lifecycle_stages(then, &known, NULL), CRM_OK);
    assert_int_equal(crm_lifecycle_bucket(all, NULL, &bucket, NULL), CRM_OK);
    for (stage = 0; stage < CRM_STAGES; stage++) {
      assert_int_equal(integer_at(table, "customers", stage), integer_at(known, "customers", stage));
      active += stage >= CRM_STAGE_CUSTOMER && stage <= CRM_STAGE_REACTIVATED
                  ? integer_at(known, "customers", stage) : 0;
    }
    assert_int_equal(integer_at(bucket, "end", i - 1), active);
    assert_int_equal(integer_at(bucket, "start", i - 1) + integer_at(bucket, "new", i - 1) +
                       integer_at(bucket, "reactivated", i - 1) - integer_at(bucket, "lost", i - 1),
                     active);
    crm_table_free(table);
    crm_table_free(known);
    crm_table_free(bucket);
    crm_lifecycle_free(then);
  }
  crm_lifecycle_free(all);
  crm_store_free(store);
}

/* 100 customers of whom the k-th buys on day 0 and again after k days: the 90th percentile of the gaps is 90. */
static void limits_are_suggested(void **state)
{
  facts *rows = facts_create("document,time,customer,amount");
  crm_store *store = facts_store(NULL, NULL);
  crm_life_limits limits = CRM_LIFE_LIMITS_INIT;
  crm_lifecycle *lifecycle;
  int32_t i;
  (void)state;
  for (i = 1; i <= 100; i++) {
    char line[64];
    snprintf(line, sizeof line, "%d,2024-01-01,%d,1", i, i);
    facts_add(rows, line);
    snprintf(line, sizeof line, "%d,2024-%02d-%02d,%d,1", 1000 + i, i <= 30 ? 1 : i <= 59 ? 2 : i <= 90 ? 3 : 4,
             i <= 30 ? i + 1 : i <= 59 ? i - 30 : i <= 90 ? i - 59 : i - 90, i);
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  lifecycle = follow(store, facts_day(2026, 1, 1), 0, 0);
  assert_int_equal(crm_lifecycle_limits(lifecycle, &limits, NULL), CRM_OK);
  assert_int_equal(limits.gaps, 100);
  assert_int_equal(limits.suggested_dormant, 90);
  assert_int_equal(limits.dormant_days, 90);
  /* 200 spells of idleness, of which 100 end, the k-th after k days; after t >= 91 days 200 - t are left, and of
   * these 100 - t end within the next 90: under a tenth from t = 91 on (9 of 109). */
  assert_int_equal(limits.suggested_lost, 91);
  assert_int_equal(limits.lost_days, 91);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

static void too_few_gaps_suggest_nothing(void **state)
{
  crm_store *store = lives();
  crm_lifecycle *lifecycle = follow(store, facts_day(2024, 6, 1), 0, 0);
  crm_life_limits limits = CRM_LIFE_LIMITS_INIT;
  crm_life_standing standing = CRM_LIFE_STANDING_INIT;
  (void)state;
  assert_int_equal(crm_lifecycle_limits(lifecycle, &limits, NULL), CRM_OK);
  assert_int_equal(limits.gaps, 2);
  assert_int_equal(limits.dormant_days, 0);
  assert_int_equal(crm_lifecycle_find(lifecycle, "A", &standing, NULL), CRM_OK);
  assert_int_equal(standing.stage, CRM_STAGE_REPEAT);
  assert_int_equal(standing.dormant_in, -1);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* 40 customers buy once, a day apart; half of them again ten days later and then no more. Dormant after 30 days. */
static void stays_are_estimated(void **state)
{
  facts *rows = facts_create("document,time,customer,amount");
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  crm_lifecycle *lifecycle;
  int32_t i;
  (void)state;
  for (i = 0; i < 40; i++) {
    char line[64];
    snprintf(line, sizeof line, "%d,2024-01-01,%d,1", i, i);
    facts_add(rows, line);
    snprintf(line, sizeof line, "%d,2024-01-11,%d,1", 100 + i, i);
    if (i % 2 == 0) {
      facts_add(rows, line);
    }
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  assert_int_equal(crm_lifecycle_survival(lifecycle, &table, NULL), CRM_OK);
  /* Half leave after 30 days, half after 40: 30 + 10 / 2 days to come at first; at age 30 all are there still, and half
   * of them leave on that day. */
  assert_int_equal(integer_at(table, "at_risk", 0), 40);
  assert_int_equal(integer_at(table, "survival", 0), 1000000);
  assert_int_equal(integer_at(table, "remaining_days", 0), 350);
  assert_int_equal(integer_at(table, "at_risk", 1), 40);
  assert_int_equal(integer_at(table, "remaining_days", 1), 50);
  assert_int_equal(integer_at(table, "at_risk", 2), 0);
  assert_true(is_null_at(table, "remaining_days", 2));
  crm_table_free(table);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

typedef crm_status (*leaving)(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error);

static crm_table *left_by(const crm_store *store, const crm_scope *scope, leaving ask, const char *natural)
{
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_lifecycle *lifecycle = NULL;
  crm_table *table = NULL;
  options.dormant_days = 30;
  options.lost_days = 90;
  options.natural = natural;
  assert_int_equal(crm_lifecycle_compute(store, scope, &options, &lifecycle, NULL), CRM_OK);
  assert_int_equal(ask(lifecycle, &table, NULL), CRM_OK);
  crm_lifecycle_free(lifecycle);
  return table;
}

/* Four treated buy every 20 days, one of them until 2024-02-10 only; of four others one until then, two until
 * 2024-01-21; i is in both, j comes later, k has left by then. */
static crm_store *programme(void)
{
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  static const int purchases[] = {10, 10, 10, 3, 10, 3, 2, 2, 10};
  facts *rows = facts_create("document,time,customer,amount");
  crm_store *store = facts_store(NULL, NULL);
  char line[64];
  int i;
  int k;
  for (i = 0; i < 9; i++) {
    for (k = 0; k < purchases[i]; k++) {
      int32_t day = k * 20;   /* of the year, from 0 */
      static const int32_t starts[] = {0, 31, 60, 91, 121, 152, 182};
      int month = 0;
      while (starts[month + 1] <= day) {
        month++;
      }
      snprintf(line, sizeof line, "%d,2024-%02d-%02d,%s,1", i * 100 + k, month + 1, (int)(day - starts[month] + 1),
               names[i]);
      facts_add(rows, line);
    }
  }
  facts_add(rows, "901,2024-03-01,j,1");
  facts_add(rows, "902,2023-06-01,k,1");
  facts_load(rows, store, "sales");
  facts_free(rows);
  facts_load_text(store, "customers", "customer,region,segment\na,t,\nb,t,\nc,t,\nd,t,\ne,,c\nf,,c\ng,,c\nh,,c\ni,t,c\n"
                                      "j,t,\nk,t,\n");
  return store;
}

static crm_segment *segment_of(const crm_store *store, const char *expression)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  options.expression = expression;
  assert_int_equal(crm_segment_compute(store, NULL, &options, &segment, NULL), CRM_OK);
  return segment;
}

/* From 2024-02-01, dormant after 30 days: a, b, c, e stay 100 days; d and f fall dormant on 2024-03-12, on the day
 * before which they leave, day 39; g and h, on 2024-02-21, day 19. Means (300 + 39) / 4 and (100 + 39 + 19 + 19) / 4;
 * variances of them with divisor n, 697.6875 / 4 and 1102.6875 / 4. */
static void lifetimes_are_compared(void **state)
{
  crm_store *store = programme();
  crm_segment *treated = segment_of(store, "region = 't'");
  crm_segment *control = segment_of(store, "segment = 'c'");
  crm_lifecycle *lifecycle = follow(store, facts_day(2024, 7, 1), 30, 90);
  crm_extension_options options = CRM_EXTENSION_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  options.at = facts_day(2024, 2, 1);
  options.treated = treated;
  options.control = control;
  options.horizon_days = 100;
  options.least_cases = 4;
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, NULL), CRM_OK);
  assert_string_equal(crm_table_meta_find(table, "treated"), "region = 't'");
  assert_result(table,
                "group,customers,left,at_risk,survival,remaining_days,se,low,high,horizon_days,status\n"
                "treated,4,1,3,0.750000,84.75,13.21,58.86,110.64,100,ok\n"
                "control,4,3,1,0.250000,44.25,16.60,11.71,76.79,100,ok\n"
                "difference,4,,,0.500000,40.50,21.22,-1.08,82.08,100,ok\n");
  options.least_cases = 5;
  options.horizon_days = 0;
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,remaining_days,se,low,horizon_days,status\n"
                       "treated,4,123.00,,,151,insufficient\n"
                       "control,4,57.00,,,151,insufficient\ndifference,4,,,,151,insufficient\n");
  options.control = NULL;   /* everybody else: i is treated alone */
  options.horizon_days = 10;
  options.least_cases = 2;
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,left,remaining_days,se,status\ntreated,5,0,10.00,0.00,ok\n"
                       "control,4,0,10.00,0.00,ok\ndifference,5,,0.00,0.00,ok\n");
  options.at = facts_day(2023, 5, 1);
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,left,remaining_days,status\ntreated,0,0,,undefined\ncontrol,0,0,,undefined\n"
                       "difference,0,,,undefined\n");
  table = NULL;
  options.at = facts_day(2024, 7, 1);
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, &error), CRM_ERROR_RANGE);
  assert_string_equal(error.column, "at");
  options.at = facts_day(2024, 2, 1);
  options.least_cases = 1;
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "least_cases");
  options.horizon_days = -1;
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "horizon_days");
  options.at = INT64_MAX;
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "at");
  assert_int_equal(crm_lifecycle_extension(lifecycle, NULL, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "treated");
  assert_null(table);
  crm_segment_free(treated);
  crm_segment_free(control);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

/* Dormant after 30 days. a and d are moved by the host, b falls silent on 2024-02-10 and is asked on 2024-03-15, c is
 * never asked, e has been away and is back, f was asked before it left. */
static crm_table *reasons_of(const crm_store *store, int64_t from, int64_t as_of)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.from = from;
  scope.as_of = as_of;
  return left_by(store, &scope, crm_lifecycle_reasons, NULL);
}

static crm_store *told_store(void)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-01-10,a,10\n2,2024-01-10,b,20\n"
                                       "3,2024-01-10,c,30\n4,2024-01-10,d,40\n5,2024-01-10,e,50\n6,2024-05-20,e,1\n"
                                       "7,2022-12-31,d,7\n8,2024-01-10,f,5\n");
  facts_load_text(store, "stages",
                  "customer,time,stage,reason\na,2024-02-01,lost,price\nb,2024-03-15,lost,moved\n"
                  "d,2024-02-05,lost,price\nd,2024-02-20,lost,service\ne,2024-03-01,dormant,price\n"
                  "f,2024-01-20,customer,early\n");
  return store;
}

/* Before anybody had bought: no life has an event. */
static void lifetimes_of_nobody(void **state)
{
  crm_store *store = told_store();
  crm_segment *treated = segment_of(store, "customer = 'a'");
  crm_lifecycle *lifecycle = follow(store, facts_day(2022, 7, 1), 30, 90);
  crm_extension_options options = CRM_EXTENSION_OPTIONS_INIT;
  crm_table *table = NULL;
  (void)state;
  options.at = facts_day(2022, 2, 1);
  options.treated = treated;
  assert_int_equal(crm_lifecycle_extension(lifecycle, &options, &table, NULL), CRM_OK);
  assert_int_equal(integer_at(table, "customers", 0), 0);
  assert_int_equal(integer_at(table, "customers", 1), 0);
  crm_table_free(table);
  crm_segment_free(treated);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

static crm_status weekly_reasons(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  crm_calendar calendar = CRM_CALENDAR_INIT;
  calendar.period = CRM_PERIOD_WEEK;
  return crm_lifecycle_reasons_by_period(lifecycle, &calendar, table, error);
}

static void reasons_are_told(void **state)
{
  crm_store *store = told_store();
  (void)state;
  assert_result(reasons_of(store, CRM_TIME_UNSET_FROM, facts_day(2024, 6, 1)),
                "reason,customers,share,cumulative_share,spend_before,spend_share\n"
                "service,1,0.200000,0.200000,40.00,0.380952\nmoved,1,0.200000,0.400000,20.00,0.190476\n"
                "price,1,0.200000,0.600000,10.00,0.095238\n,2,0.400000,1.000000,35.00,0.333333\n");
  assert_result(reasons_of(store, facts_day(2024, 2, 6), facts_day(2024, 6, 1)),
                "reason,customers,share\nmoved,1,0.333333\n,2,0.666667\n");
  assert_result(reasons_of(store, CRM_TIME_UNSET_FROM, facts_day(2024, 2, 15)),
                "reason,customers\nprice,2\n,4\n");
  assert_result(reasons_of(store, CRM_TIME_UNSET_FROM, facts_day(2024, 1, 11)), "reason,customers\n");
  assert_result(reasons_of(store, CRM_TIME_UNSET_FROM, facts_day(2022, 1, 1)), "reason,customers\n");   /* nobody yet */
  crm_store_free(store);
}

/* The same by the week in which they left: a on 1 February, d on the 5th, those who fell silent on the 9th. */
static void reasons_have_a_trend(void **state)
{
  crm_store *store = told_store();
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  crm_lifecycle *lifecycle;
  (void)state;
  calendar.period = CRM_PERIOD_WEEK;
  lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  assert_int_equal(crm_lifecycle_reasons_by_period(lifecycle, &calendar, &table, NULL), CRM_OK);
  assert_result(table, "period,reason,customers,share,spend_before,spend_share,natural,complete\n"
                       "2024-W05,price,1,1.000000,10.00,1.000000,,true\n"
                       "2024-W06,service,1,0.250000,40.00,0.421053,,true\n"
                       "2024-W06,moved,1,0.250000,20.00,0.210526,,true\n"
                       "2024-W06,,2,0.500000,35.00,0.368421,,true\n");
  assert_int_equal(crm_lifecycle_reasons_by_period(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_result(table, "period,reason,customers\n2024-02,service,1\n2024-02,moved,1\n2024-02,price,1\n2024-02,,2\n");
  calendar.period = 99;
  assert_int_equal(crm_lifecycle_reasons_by_period(lifecycle, &calendar, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_lifecycle_free(lifecycle);
  scope.from = facts_day(2024, 2, 6);
  scope.as_of = facts_day(2024, 6, 1);
  assert_result(left_by(store, &scope, weekly_reasons, "moved"),
                "period,reason,customers,natural,complete\n2024-W06,moved,1,true,false\n2024-W06,,2,,false\n");
  crm_store_free(store);
}

/* In the year before 2024-02-01 a bought for 50 and took back 30 of a purchase from before that year; of the 50 it took
 * back 5 after it had left. */
static void what_leavers_spent_is_in_the_basis_of_the_scope(void **state)
{
  static const struct {
    int32_t money;
    int32_t refunds;
    const char *table;
  } bases[] = {{CRM_MONEY_NET, CRM_REFUNDS_REFUND_DAY, "reason,spend_before\nprice,20.00\n"},
               {CRM_MONEY_NET, CRM_REFUNDS_SALE_DAY, "reason,spend_before\nprice,45.00\n"},
               {CRM_MONEY_SALES, CRM_REFUNDS_REFUND_DAY, "reason,spend_before\nprice,50.00\n"}};
  crm_store *store = facts_store(NULL, "document,time,customer,kind,amount,original\n1,2023-01-20,a,sale,100,\n"
                                       "2,2023-03-01,a,return,30,1\n3,2024-01-10,a,sale,50,\n"
                                       "4,2024-03-01,a,return,5,3\n");
  (void)state;
  facts_load_text(store, "stages", "customer,time,stage,reason\na,2024-02-01,lost,price\n");
  for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
    crm_scope scope = CRM_SCOPE_INIT;
    scope.as_of = facts_day(2024, 6, 1);
    scope.money = bases[i].money;
    scope.refunds = bases[i].refunds;
    assert_result(left_by(store, &scope, crm_lifecycle_reasons, NULL), bases[i].table);
  }
  crm_store_free(store);
}

/* a moved, b and c left for the price, d fell silent, e was moved down without a word, f fell silent and died. */
static void natural_churn_is_told_apart(void **state)
{
  static const char silent[] = "churn,customers,share,spend_before,spend_share\nnatural,0,0.000000,0.00,0.000000\n"
                               "other,0,0.000000,0.00,0.000000\nsilent,1,0.166667,40.00,0.190476\n"
                               "unknown,5,0.833333,170.00,0.809524\n";
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-01-10,a,10\n2,2024-01-10,b,20\n"
                                       "3,2024-01-10,c,30\n4,2024-01-10,d,40\n5,2024-01-10,e,50\n6,2024-01-10,f,60\n"
                                       "7,2024-05-31,g,70\n");
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_lifecycle *lifecycle = NULL;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  facts_load_text(store, "stages",
                  "customer,time,stage,reason\na,2024-01-20,lost,moved away\nb,2024-01-20,lost,price\n"
                  "c,2024-01-21,dormant,price\ne,2024-01-22,lost,\nf,2024-05-01,lost,died\n");
  scope.as_of = facts_day(2024, 6, 1);
  assert_result(left_by(store, &scope, crm_lifecycle_churn, "died,  moved away , bankrupt"),
                "churn,customers,share,spend_before,spend_share\nnatural,2,0.333333,70.00,0.333333\n"
                "other,2,0.333333,50.00,0.238095\nsilent,1,0.166667,40.00,0.190476\n"
                "unknown,1,0.166667,50.00,0.238095\n");
  assert_result(left_by(store, &scope, crm_lifecycle_reasons, "died,  moved away , bankrupt"),
                "reason,customers,natural\nprice,2,false\ndied,1,true\nmoved away,1,true\n,2,\n");
  assert_result(left_by(store, &scope, crm_lifecycle_reasons, ""),
                "reason,natural\nprice,false\ndied,false\nmoved away,false\n,\n");
  assert_result(left_by(store, &scope, crm_lifecycle_reasons, NULL), "reason,natural\nprice,\ndied,\nmoved away,\n,\n");
  assert_result(left_by(store, &scope, crm_lifecycle_churn, NULL), silent);
  scope.as_of = facts_day(2024, 1, 15);
  assert_result(left_by(store, &scope, crm_lifecycle_churn, "died"),
                "churn,customers,share,spend_before,spend_share\nnatural,0,,0.00,\nother,0,,0.00,\nsilent,0,,0.00,\n"
                "unknown,0,,0.00,\n");
  options.natural = "died, ,moved";
  assert_int_equal(crm_lifecycle_compute(store, NULL, &options, &lifecycle, &error), CRM_ERROR_VALUE);
  assert_string_equal(error.column, "natural");
  assert_int_equal(error.byte, 6);
  assert_null(lifecycle);
  crm_store_free(store);
}

static void bad_calls_are_refused(void **state)
{
  static const struct {
    int32_t dormant;
    int32_t lost;
    int32_t horizon;
    const char *column;
  } bad[] = {{-1, 0, 0, "dormant_days"}, {40000, 0, 0, "dormant_days"}, {30, 30, 0, "lost_days"},
             {0, 90, 0, "lost_days"},    {30, -1, 0, "lost_days"},      {0, 0, -5, "horizon_days"}};
  crm_store *store = lives();
  crm_lifecycle *lifecycle = NULL;
  crm_table *table = NULL;
  crm_life_standing standing = CRM_LIFE_STANDING_INIT;
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
    crm_error error = CRM_ERROR_INIT;
    options.dormant_days = bad[i].dormant;
    options.lost_days = bad[i].lost;
    options.horizon_days = bad[i].horizon;
    assert_int_equal(crm_lifecycle_compute(store, NULL, &options, &lifecycle, &error), CRM_ERROR_ARGUMENT);
    assert_string_equal(error.column, bad[i].column);
    assert_null(lifecycle);
  }
  assert_int_equal(crm_lifecycle_compute(NULL, NULL, NULL, &lifecycle, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_lifecycle_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  lifecycle = follow(store, facts_day(2024, 6, 1), 30, 90);
  assert_int_equal(crm_lifecycle_stages(lifecycle, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_lifecycle_history(lifecycle, "nobody", &table, NULL), CRM_ERROR_NOT_FOUND);
  facts_load_text(store, "sales", "document,time,customer,amount\n99,2024-05-30,A,1\n");
  assert_int_equal(crm_lifecycle_stages(lifecycle, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_lifecycle_history(lifecycle, "A", &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_lifecycle_bucket(lifecycle, NULL, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_lifecycle_survival(lifecycle, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_lifecycle_find(lifecycle, "A", &standing, NULL), CRM_ERROR_STATE);
  assert_null(table);
  crm_lifecycle_free(lifecycle);
  crm_lifecycle_free(NULL);
  crm_store_free(store);
}

static void an_empty_store_has_empty_stages(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_lifecycle *lifecycle = NULL;
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_lifecycle_compute(store, NULL, NULL, &lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_stages(lifecycle, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), CRM_STAGES);
  assert_true(is_null_at(table, "share", 0));
  crm_table_free(table);
  assert_int_equal(crm_lifecycle_bucket(lifecycle, NULL, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 0);
  crm_table_free(table);
  assert_int_equal(crm_lifecycle_survival(lifecycle, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 0);
  crm_table_free(table);
  crm_lifecycle_free(lifecycle);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_life_is_followed_by_time),
    cmocka_unit_test(silence_follows_the_host),
    cmocka_unit_test(the_host_and_opportunities_join_in),
    cmocka_unit_test(the_hosts_entries_have_reasons),
    cmocka_unit_test(silence_counts_to_the_day),
    cmocka_unit_test(two_purchases_of_a_day_are_no_repeat),
    cmocka_unit_test(stages_have_their_promotion),
    cmocka_unit_test(a_period_has_its_own_first_entries),
    cmocka_unit_test(stages_between_two_instants),
    cmocka_unit_test(the_bucket_leaks),
    cmocka_unit_test(contracts_have_their_churn),
    cmocka_unit_test(refilling_has_its_price),
    cmocka_unit_test(merged_lives_are_one),
    cmocka_unit_test(a_segment_is_kept),
    cmocka_unit_test(lives_do_not_depend_on_hindsight),
    cmocka_unit_test(limits_are_suggested),
    cmocka_unit_test(too_few_gaps_suggest_nothing),
    cmocka_unit_test(stays_are_estimated),
    cmocka_unit_test(lifetimes_are_compared),
    cmocka_unit_test(lifetimes_of_nobody),
    cmocka_unit_test(reasons_are_told),
    cmocka_unit_test(reasons_have_a_trend),
    cmocka_unit_test(what_leavers_spent_is_in_the_basis_of_the_scope),
    cmocka_unit_test(natural_churn_is_told_apart),
    cmocka_unit_test(bad_calls_are_refused),
    cmocka_unit_test(an_empty_store_has_empty_stages),
  };
  return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
