/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* How open opportunities come along. The same by SQL on random facts: docs/methods/progress.md. */

static crm_table *ask(const crm_store *store, const crm_scope *scope, const crm_funnel_options *options, int stages)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_status status = stages ? crm_progress_stages(store, scope, options, &table, &error)
                             : crm_progress_opportunities(store, scope, options, &table, &error);
  if (status != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static crm_scope first_of_march(void)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = facts_day(2024, 3, 1);
  return scope;
}

static crm_store *example(void)
{
  crm_store *store = store_new(NULL);
  put(store, "pipelines", "pipeline,stage,position\nP,contact,1\nP,offer,2\n", "");
  put(store, "opportunities",
      "opportunity,customer,created,closed,outcome,pipeline,stage,amount,expected_close,owner\n"
      "1,c,2024-01-01,,,P,offer,100,2024-03-31,x\n2,c,2024-01-15,,,P,contact,50,2024-02-15,\n"
      "3,,2024-02-20,,,P,contact,10,,x\n4,d,2024-01-01,2024-02-01,lost,P,offer,7,2024-01-10,x\n"
      "5,d,2023-11-01,,,,,,2024-03-01,\n6,d,2024-02-01,2024-03-05,won,P,offer,20,2024-02-01,y\n"
      "7,d,2024-03-02,,,P,contact,9,,\n",
      "");
  put(store, "stages",
      "opportunity,time,stage,expected_close\n1,2024-01-01,contact,2024-02-01\n1,2024-01-21,offer,2024-03-01\n"
      "1,2024-03-02,contact,2024-09-01\n6,2024-02-01,contact,2024-02-20\n6,2024-02-10,offer,2024-02-10\n",
      "");
  put(store, "interactions", "time,customer,opportunity\n2024-01-30,c,1\n2024-01-31,c,2\n2024-03-02,c,2\n"
                             "2024-02-29,c,\n",
      "");
  return store;
}

/* 1 was put off twice, 6 brought forward twice; 6 was won after as-of and is open then. 5 names no pipeline and goes
 * through the only one. */
static void each_has_its_dates(void **state)
{
  crm_store *store = example();
  crm_scope scope = first_of_march();
  (void)state;
  assert_result(ask(store, &scope, NULL, 0),
                "opportunity,customer,owner,pipeline,stage,amount,created,entered,age_days,stage_days,"
                "limit_days,next_due,"
                "expected_close,close_overdue_days,slips,slipped_days,last_contact,state\n"
                "1,c,x,P,offer,100.00,2024-01-01T00:00:00,2024-01-21T00:00:00,60,40,,,2024-03-31T00:00:00,,2,59,"
                "2024-01-30,"
                "on_track\n"
                "2,c,,P,contact,50.00,2024-01-15T00:00:00,2024-01-15T00:00:00,46,46,,,2024-02-15T00:00:00,15,0,"
                "0,2024-01-31,"
                "overdue\n"
                "3,,x,P,contact,10.00,2024-02-20T00:00:00,2024-02-20T00:00:00,10,10,,,,,0,,,undated\n"
                "5,d,,P,contact,,2023-11-01T00:00:00,2023-11-01T00:00:00,121,121,,,2024-03-01T00:00:00,,0,0,,"
                "on_track\n"
                "6,d,y,P,offer,20.00,2024-02-01T00:00:00,2024-02-10T00:00:00,29,20,,,2024-02-01T00:00:00,29,0,"
                "-19,,overdue\n");
  assert_result(ask(store, &scope, NULL, 1),
                "pipeline,stage,open,open_amount,to_30,to_60,to_90,over_90,median_days,stalled,overdue,"
                "overdue_amount,"
                "slipped,slip_rate,slips,slipped_days,undated,quiet,status\n"
                "P,,5,180.00,2,2,0,1,46,0,2,70.00,1,0.250000,2,59,1,4,ok\n"
                "P,contact,3,60.00,1,1,0,1,46,0,1,50.00,0,0.000000,0,0,1,2,ok\n"
                "P,offer,2,120.00,1,1,0,0,20,0,1,20.00,1,0.500000,2,59,0,2,ok\n");
  crm_store_free(store);
}

/* Twenty won ones, in the first stage for 1 to 20 days: the limit is 18, nine in ten of them. */
static void won_ones_set_the_limit(void **state)
{
  crm_store *store = store_new(NULL);
  text_buffer deals = TEXT_BUFFER_INIT;
  text_buffer entries = TEXT_BUFFER_INIT;
  crm_scope scope = first_of_march();
  crm_funnel_options options = CRM_FUNNEL_OPTIONS_INIT;
  int i;
  (void)state;
  text_add(&deals, "opportunity,created,closed,outcome,expected_close\na,2024-02-11,,,2024-04-01\nb,2024-02-12,,,\n");
  text_add(&entries, "opportunity,time,stage\n");
  for (i = 1; i <= 20; i++) {
    char line[64];
    (void)snprintf(line, sizeof line, "%d,2024-01-01,2024-02-01,won,\n", i);
    text_add(&deals, line);
    (void)snprintf(line, sizeof line, "%d,2024-01-%02d,offer\n", i, 1 + i);
    text_add(&entries, line);
  }
  put(store, "pipelines", "pipeline,stage,position\nP,contact,1\nP,offer,2\n", "");
  put(store, "opportunities", deals.bytes, "");
  put(store, "stages", entries.bytes, "");
  assert_result(ask(store, &scope, NULL, 0),
                "opportunity,stage,stage_days,limit_days,next_due,state\na,contact,19,18,2024-02-29,stalled\n"
                "b,contact,18,18,2024-03-01,undated\n");
  assert_result(ask(store, &scope, NULL, 1), "stage,open,stalled\n,2,1\ncontact,2,1\noffer,0,0\n");
  options.horizon_days = 10;   /* nothing is known of later days */
  assert_result(ask(store, &scope, &options, 0), "opportunity,limit_days,state\na,,on_track\nb,,undated\n");
  text_free(&deals);
  text_free(&entries);
  crm_store_free(store);
}

/* Steps of three stages: what counts is the last word on the stage that it is in, else the limit; slips are counted
 * within a stage. */
static void hosts_steps_come_first(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = first_of_march();
  (void)state;
  put(store, "pipelines", "pipeline,stage,position\nP,contact,1\nP,offer,2\nP,deal,3\n", "");
  put(store, "opportunities",
      "opportunity,created,expected_close,next_step\n1,2024-01-01,2024-04-01,\n2,2024-01-01,2024-04-01,2024-03-01\n"
      "3,2024-01-01,2024-04-01,2024-02-29\n4,2024-01-01,2024-04-01,\n5,2024-01-01,2024-01-05,2024-01-04\n"
      "6,2024-01-01,,2024-03-09\n",
      "");
  put(store, "stages",
      "opportunity,time,stage,next_step\n"
      /* 1: put off in contact, then a later date of another stage, brought forward there */
      "1,2024-01-01,contact,2024-01-05\n1,2024-01-03,contact,2024-01-08T12:00\n1,2024-01-04,contact,2024-01-08T13:00\n"
      "1,2024-01-10,offer,2024-02-20\n1,2024-01-12,offer,2024-02-10\n1,2024-03-01,offer,2024-09-01\n"
      /* 2: the row has the last word, a slip; 3: a row alone */
      "2,2024-01-01,contact,2024-02-01\n2,2024-01-02,contact,\n"
      /* 4: the stage that it is in says nothing */
      "4,2024-01-01,contact,2024-01-05\n4,2024-02-01,offer,\n"
      /* 6: back in a stage it is another stay */
      "6,2024-01-01,contact,2024-01-02\n6,2024-01-03,deal,2024-01-04\n6,2024-01-05,contact,2024-02-02\n",
      "");
  assert_result(ask(store, &scope, NULL, 0),
                "opportunity,stage,next_due,state,next_step,step_overdue_days,step_slips\n"
                "1,offer,2024-02-10,stalled,2024-02-10T00:00:00,20,1\n"
                "2,contact,2024-03-01,on_track,2024-03-01T00:00:00,,1\n"
                "3,contact,2024-02-29,stalled,2024-02-29T00:00:00,1,0\n4,offer,,on_track,,,0\n"
                "5,contact,2024-01-04,overdue,2024-01-04T00:00:00,57,0\n"
                "6,contact,2024-03-09,undated,2024-03-09T00:00:00,,1\n");
  assert_result(ask(store, &scope, NULL, 1),
                "stage,open,stalled,without_step,step_overdue,step_slipped,step_slips\n,6,3,1,3,3,3\n"
                "contact,4,2,0,2,2,2\noffer,2,1,1,1,1,1\ndeal,0,0,0,0,0,0\n");
  crm_store_free(store);
}

static void nothing_and_nonsense(void **state)
{
  crm_store *store = store_new(NULL);
  crm_funnel_options options = CRM_FUNNEL_OPTIONS_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_result(ask(store, NULL, NULL, 0), "opportunity,state\n");
  put(store, "pipelines", "pipeline,stage,position\nP,contact,1\n", "");
  assert_result(ask(store, NULL, NULL, 1),
                "pipeline,stage,position,open,median_days,slip_rate,low,high,status\nP,,,0,,,,,undefined\n"
                "P,contact,1,0,,,,,undefined\n");
  options.pipeline = "none";
  assert_int_equal(crm_progress_stages(store, NULL, &options, &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_progress_opportunities(store, NULL, &options, &table, NULL), CRM_ERROR_NOT_FOUND);
  options.pipeline = NULL;
  options.horizon_days = -1;
  assert_int_equal(crm_progress_stages(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_progress_stages(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_progress_opportunities(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_has_its_dates),
    cmocka_unit_test(won_ones_set_the_limit),
    cmocka_unit_test(hosts_steps_come_first),
    cmocka_unit_test(nothing_and_nonsense),
  };
  return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
