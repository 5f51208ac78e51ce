/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

static const char pipelines[] = "pipeline,stage,position\n"
                                "P,c,30\n"
                                "P,a,10\n"
                                "P,b,20\n";

/* Ways that can be followed by hand. 1 is won from b; 2 leaves b out, comes back to it and is lost; of 3 the log has
 * nothing, of 4 it misses the beginning; 5 has no time to begin at, 6 none to end at; 7 entered a stage of another
 * pipeline. */
static const char opportunities[] = "opportunity,customer,created,closed,outcome,pipeline,stage,amount\n"
                                    "1,A,2024-01-01,2024-01-21,won,P,b,100\n"
                                    "2,A,2024-01-01,2024-01-31,lost,P,b,50\n"
                                    "3,B,2024-01-05,,open,P,b,10\n"
                                    "4,B,2024-01-10,,open,P,b,20.50\n"
                                    "5,B,,,open,P,b,7\n"
                                    "6,B,2024-01-10,,won,P,b,7\n"
                                    "7,,2024-02-01,,open,,,5\n"
                                    "8,C,2024-05-01,,open,P,a,5\n";
static const char entries[] = "opportunity,time,stage\n"
                              "1,2024-01-11,b\n"
                              "1,2024-01-01,a\n"
                              "2,2024-01-01,a\n"
                              "2,2024-01-06,c\n"
                              "2,2024-01-16,b\n"
                              "4,2024-01-20,b\n"
                              "4,2024-01-20 12:00,b\n"
                              "7,2024-02-02,x\n";

static crm_store *ways(void)
{
  crm_store *store = facts_store(NULL, NULL);
  facts_load_text(store, "stages", entries);
  facts_load_text(store, "opportunities", opportunities);
  facts_load_text(store, "pipelines", pipelines);
  return store;
}

static crm_table *funnel(const crm_store *store, int64_t from, const char *pipeline)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_funnel_options options = CRM_FUNNEL_OPTIONS_INIT;
  crm_table *table = NULL;
  crm_error error = CRM_ERROR_INIT;
  scope.as_of = facts_day(2024, 3, 1);
  scope.from = from;
  options.pipeline = pipeline;
  if (crm_funnel_compute(store, &scope, &options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static void every_way_is_followed(void **state)
{
  crm_store *store = ways();
  crm_table *table = funnel(store, INT64_MIN, NULL);
  (void)state;
  assert_string_equal(crm_table_meta_find(table, "unknown_entries"), "1");
  assert_string_equal(crm_table_meta_find(table, "undated"), "2");
  /* Stage a: 2 after 5 days of 4 at risk, 1 and 4 after 10 of 3: 1/4 + 3/4 * 2/3. Stage b: 1 after 10 days of 4.
   * The whole way: 1 after 20 days of 5. */
  assert_table(table, "pipeline,stage,position,entered,open,open_amount,median_days,promotion_rate,n,at_risk,promoted\n"
                      "P,,,5,3,35.50,51,0.200000,5,0,1\n"
                      "P,a,10,4,1,5.00,29,0.750000,4,0,3\n"
                      "P,b,20,4,2,30.50,41,0.250000,4,0,1\n"
                      "P,c,30,1,0,0.00,,0.000000,1,0,0\n");
  assert_result(table, "stage,lost,promotion_days,returned,skipped,stalled,won_rate,status\n"
                       ",1,,0,0,,0.500000,immature\n"
                       "a,0,10,0,0,,0.500000,immature\n"
                       "b,1,,1,0,,0.500000,immature\n"
                       "c,1,,0,1,,0.000000,ok\n");
  crm_store_free(store);
}

/* The names of stages need not be in the order of their positions. */
static void stages_stand_by_position(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  (void)state;
  facts_load_text(store, "pipelines", "pipeline,stage,position\nQ,c,10\nQ,a,30\nQ,b,20\nQ,d,20\n");
  assert_result(funnel(store, INT64_MIN, "Q"), "stage,position\n,\nc,10\nb,20\nd,20\na,30\n");
  crm_store_free(store);
}

static void only_entries_of_the_period_are_cases(void **state)
{
  crm_store *store = ways();
  (void)state;
  assert_result(funnel(store, facts_day(2024, 1, 10), "P"), "stage,entered,n,promoted,open\n"
                                                            ",2,2,0,3\n"
                                                            "a,2,2,1,1\n"
                                                            "b,3,3,1,2\n"
                                                            "c,0,0,0,0\n");
  crm_store_free(store);
}

/* With two pipelines, who names none stands apart; without any there is the whole way alone. */
static void pipelines_stand_side_by_side(void **state)
{
  crm_store *store = ways();
  crm_store *plain = facts_store(NULL, NULL);
  (void)state;
  facts_load_text(store, "pipelines", "pipeline,stage,position\nA,one,1\nA,two,1\n");
  assert_result(funnel(store, INT64_MIN, NULL), "pipeline,stage,entered\n"
                                                "A,,0\n"
                                                "A,one,0\n"
                                                "A,two,0\n"
                                                "P,,4\n"
                                                "P,a,3\n"
                                                "P,b,4\n"
                                                "P,c,1\n"
                                                ",,1\n");
  facts_load_text(plain, "opportunities", "opportunity,created,closed,outcome\n"
                                          "1,2024-01-01,2024-01-11,won\n2,2024-01-01,,open\n");
  assert_result(funnel(plain, INT64_MIN, NULL), "pipeline,stage,entered,open,promotion_rate\n,,2,1,0.500000\n");
  crm_store_free(store);
  crm_store_free(plain);
}

/* 30 won ones that were in the stage for 1 to 30 days: nine in ten for 27 or less. Of the open ones two are longer. */
static void what_stalls_is_counted(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  facts *rows = facts_create("opportunity,created,closed,outcome");
  int32_t i;
  (void)state;
  facts_load_text(store, "pipelines", "pipeline,stage,position\nP,a,1\n");
  for (i = 1; i <= 30; i++) {
    char line[64];
    snprintf(line, sizeof line, "%d,2024-01-01,2024-01-%02d,won", i, i + 1);
    facts_add(rows, line);
  }
  facts_add(rows, "101,2024-02-05,,open");   /* 25 days */
  facts_add(rows, "102,2024-02-03,,open");   /* 27 */
  facts_add(rows, "103,2024-02-02,,open");   /* 28 */
  facts_add(rows, "104,2024-01-02,,open");
  facts_load(rows, store, "opportunities");
  facts_free(rows);
  assert_result(funnel(store, INT64_MIN, NULL), "stage,open,stalled\n,4,\na,4,2\n");
  crm_store_free(store);
}

static void bad_calls_are_refused(void **state)
{
  crm_store *store = ways();
  crm_funnel_options options = CRM_FUNNEL_OPTIONS_INIT;
  crm_table *table = NULL;
  crm_error error = CRM_ERROR_INIT;
  facts *rows = facts_create("pipeline,stage,position");
  int32_t i;
  (void)state;
  assert_int_equal(crm_funnel_compute(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_funnel_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  options.horizon_days = -1;
  assert_int_equal(crm_funnel_compute(store, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "horizon_days");
  options.horizon_days = 0;
  options.pipeline = "nobody's";
  assert_int_equal(crm_funnel_compute(store, NULL, &options, &table, &error), CRM_ERROR_NOT_FOUND);
  options.pipeline = "a";   /* a stage, no pipeline */
  assert_int_equal(crm_funnel_compute(store, NULL, &options, &table, &error), CRM_ERROR_NOT_FOUND);
  for (i = 0; i < 65; i++) {
    char line[32];
    snprintf(line, sizeof line, "long,s%d,%d", i, i);
    facts_add(rows, line);
  }
  facts_load(rows, store, "pipelines");
  facts_free(rows);
  assert_int_equal(crm_funnel_compute(store, NULL, NULL, &table, &error), CRM_ERROR_LIMIT);
  assert_null(table);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_way_is_followed),
    cmocka_unit_test(stages_stand_by_position),
    cmocka_unit_test(only_entries_of_the_period_are_cases),
    cmocka_unit_test(pipelines_stand_side_by_side),
    cmocka_unit_test(what_stalls_is_counted),
    cmocka_unit_test(bad_calls_are_refused),
  };
  return cmocka_run_group_tests_name("funnel", tests, NULL, NULL);
}
