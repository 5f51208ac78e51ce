/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <string.h>

/* Completeness with weights and age, customers of whom nothing but data is known, the change log. The same by SQL on
 * random facts: docs/methods/completeness.md. */

enum { FRESHNESS, DOSSIERS, STATIC, IDLE };

static crm_status attempt(const crm_store *store, const crm_scope *scope, const crm_completeness_options *options,
                      int what, crm_table **table, crm_error *error)
{
  return what == FRESHNESS  ? crm_completeness_freshness(store, scope, options, table, error)
         : what == DOSSIERS ? crm_completeness_dossiers(store, scope, options, table, error)
         : what == STATIC   ? crm_completeness_static(store, scope, options, table, error)
                            : crm_completeness_idle(store, scope, options, table, error);
}

static crm_table *ask(const crm_store *store, const crm_scope *scope, const crm_completeness_options *options, int what)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (attempt(store, scope, options, what, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static crm_completeness_rule rule(const char *field, const char *section, int32_t weight, int32_t most, int32_t half)
{
  crm_completeness_rule made = CRM_COMPLETENESS_RULE_INIT;
  made.field = field;
  made.section = section;
  made.weight = weight;
  made.max_days = most;
  made.half_life_days = half;
  return made;
}

/* As-of is 2024-05-01, 121 days after 2024-01-01. */
static crm_store *example(void)
{
  crm_store *store = store_new(NULL);
  put(store, "customers",
      "customer,joined,region,origin,owner\na,2024-01-01,East,fair,x\nb,2024-03-02,,web,\nc,,West,,\nd,2024-01-01,,,y\n"
      "f,2024-02-01,North,,y\n",
      "");
  put(store, "changes",
      "customer,field,time,kind,staff\na,region,2024-04-01,confirmed,x\na,region,2024-01-05,changed,x\n"
      "a,region,2024-06-01,changed,x\nc,region,2024-03-02,,y\nb,shoe_size,2024-04-02,,\n",
      "");
  put(store, "sales", "document,time,customer,kind,amount\n1,2024-04-21,a,sale,10\n2,2024-02-01,d,sale,5\n"
                      "3,2024-04-30,d,return,5\n4,2023-01-01,e,sale,1\n", "");
  put(store, "interactions", "time,customer\n2024-04-11,b\n2023-05-02,f\n", "");
  return store;
}

static crm_scope first_of_may(void)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = facts_day(2024, 5, 1);
  return scope;
}

/* a's region is 30 days old (confirmed on 1 April), c's 60; a's origin is of when it joined, 121 days, b's 60. With a
 * half-life of 30 days they are worth 1/2, 1/4; 2^(-121/30) = 0.061072. */
static void age_tells(void **state)
{
  crm_store *store = example();
  crm_scope scope = first_of_may();
  crm_completeness_options options = CRM_COMPLETENESS_OPTIONS_INIT;
  crm_completeness_rule rules[4];
  (void)state;
  rules[0] = rule("region", "address", 3, 0, 30);
  rules[1] = rule("origin", NULL, 0, 0, 30);
  rules[2] = rule("events.sales", NULL, 2, 90, 0);
  rules[3] = rule("joined", NULL, 1, 0, 0);
  options.rules = rules;
  options.rule_count = 4;
  /* region: a 1/2, c 1/4, f (2024-02-01, 90 days) 1/8; d and b have none; e has no row. */
  assert_result(ask(store, &scope, &options, FRESHNESS),
                "section,field,weight,customers,known,known_share,fresh,fresh_share,completeness,status\n"
                "address,region,3,6,3,0.500000,1,0.166667,0.145833,ok\n"
                "profile,origin,1,6,2,0.333333,0,0.000000,0.051845,ok\n"
                "events,events.sales,2,6,3,0.500000,2,0.333333,0.333333,ok\n"
                "profile,joined,1,6,4,0.666667,4,0.666667,0.666667,ok\n"
                "address,,3,6,3,0.500000,1,0.166667,0.145833,ok\n"
                "profile,,2,6,6,0.500000,4,0.333333,0.359256,ok\n"
                "events,,2,6,3,0.500000,2,0.333333,0.333333,ok\n"
                ",,7,6,12,0.500000,7,0.291667,0.260383,ok\n");
  /* a: (3 * 0.5 + 0.061072 + 2 + 1) / 7; d bought 90 days before, which is not too old. */
  assert_result(ask(store, &scope, &options, DOSSIERS),
                "customer,section,completeness,known,fields,oldest_days\n"
                "a,,0.651582,4,4,121\na,address,0.500000,1,1,30\na,profile,0.530536,2,2,121\na,events,1.000000,1,1,10\n"
                "b,,0.178571,2,4,60\nb,address,0.000000,0,1,\nb,profile,0.625000,2,2,60\nb,events,0.000000,0,1,\n"
                "c,,0.107143,1,4,60\nc,address,0.250000,1,1,60\nc,profile,0.000000,0,2,\nc,events,0.000000,0,1,\n"
                "d,,0.428571,2,4,121\nd,address,0.000000,0,1,\nd,profile,0.500000,1,2,121\nd,events,1.000000,1,1,90\n"
                "e,,0.000000,1,4,486\ne,address,0.000000,0,1,\ne,profile,0.000000,0,2,\ne,events,0.000000,1,1,486\n"
                "f,,0.196429,2,4,90\nf,address,0.125000,1,1,90\nf,profile,0.500000,1,2,90\nf,events,0.000000,0,1,\n");
  scope.as_of = facts_day(2024, 3, 31);   /* the confirmation has not been heard of */
  options.rule_count = 1;
  assert_result(ask(store, &scope, &options, DOSSIERS),
                "customer,section,known,oldest_days\na,,1,86\na,address,1,86\n"
                "b,,0,\nb,address,0,\nc,,1,29\nc,address,1,29\n"
                "d,,0,\nd,address,0,\ne,,0,\ne,address,0,\nf,,1,59\nf,address,1,59\n");
  crm_store_free(store);
}

/* Without rules: every column, and a sale, a contact and an opportunity within a year. c's region is dated by the log
 * alone; what nothing dates is fresh only where age does not matter. */
static void defaults_and_undated(void **state)
{
  crm_store *store = example();
  crm_scope scope = first_of_may();
  crm_completeness_options options = CRM_COMPLETENESS_OPTIONS_INIT;
  crm_completeness_rule undated = rule("owner", NULL, 1, 36500, 0);
  (void)state;
  assert_result(ask(store, &scope, NULL, DOSSIERS),
                "customer,section,completeness,known,fields\na,,0.384615,5,13\na,profile,0.400000,4,10\n"
                "a,events,0.333333,1,3\nb,,0.230769,3,13\nb,profile,0.200000,2,10\nb,events,0.333333,1,3\n"
                "c,,0.076923,1,13\nc,profile,0.100000,1,10\nc,events,0.000000,0,3\nd,,0.230769,3,13\n"
                "d,profile,0.200000,2,10\nd,events,0.333333,1,3\ne,,0.000000,1,13\ne,profile,0.000000,0,10\n"
                "e,events,0.000000,1,3\nf,,0.307692,4,13\nf,profile,0.300000,3,10\nf,events,0.333333,1,3\n");
  put(store, "customers", "customer,owner\ng,x\n", "");
  options.rules = &undated;
  options.rule_count = 1;
  assert_result(ask(store, &scope, &options, FRESHNESS),
                "section,field,known,fresh,completeness\nprofile,owner,4,3,0.428571\n"
                "profile,,4,3,0.428571\n,,4,3,0.428571\n");
  crm_store_free(store);
}

/* Static: a, b, c, f (d has an owner and a day alone, e no row). f had its contact 365 days ago: active by a day. */
static void nothing_but_data(void **state)
{
  crm_store *store = example();
  crm_scope scope = first_of_may();
  crm_completeness_options options = CRM_COMPLETENESS_OPTIONS_INIT;
  (void)state;
  assert_result(ask(store, &scope, NULL, STATIC),
                "measure,value,numerator,denominator,low,high,status\n"
                "static_only,0.250000,1,4,0.045587,0.699358,ok\nnever,0.250000,1,4,0.045587,0.699358,ok\n"
                "active,0.750000,3,4,0.300642,0.954413,ok\n");
  assert_result(ask(store, &scope, NULL, IDLE),
                "customer,owner,joined,last_event,event,idle_days,known,columns\nc,,,,,,1,10\n");
  options.idle_days = 10;
  assert_result(ask(store, &scope, &options, IDLE),
                "customer,owner,joined,last_event,event,idle_days,known,columns\nc,,,,,,1,10\n"
                "f,y,2024-02-01T00:00:00,2023-05-02,interactions,365,3,10\n"
                "b,,2024-03-02T00:00:00,2024-04-11,interactions,20,2,10\n");
  put(store, "opportunities", "opportunity,customer,created,closed,outcome\n1,c,2023-01-01,2024-04-25,lost\n", "");
  put(store, "stages", "customer,time,stage\nf,2024-04-22,x\n", "");
  put(store, "payments", "document,customer,time,kind,amount\n1,b,2024-04-22,invoice,1\n", "");
  assert_result(ask(store, &scope, &options, IDLE), "customer,last_event\n");
  options.idle_days = 8;
  assert_result(ask(store, &scope, &options, IDLE), "customer,event,idle_days\na,sales,10\nb,payments,9\nf,stages,9\n");
  crm_store_free(store);
}

static void the_log_in_sums(void **state)
{
  crm_store *store = example();
  crm_scope scope = first_of_may();
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_completeness_changes(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "field,registered,customers,changed,confirmed,customers_share,first,last\n"
                       "region,true,2,2,1,0.333333,2024-01-05T00:00:00,2024-04-01T00:00:00\n"
                       "shoe_size,false,1,1,0,0.166667,2024-04-02T00:00:00,2024-04-02T00:00:00\n");
  scope.from = facts_day(2024, 4, 1);
  scope.to = facts_day(2024, 4, 2);
  table = NULL;
  assert_int_equal(crm_completeness_changes(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "field,customers,changed,confirmed\nregion,1,0,1\n");
  crm_store_free(store);
}

static void refuses(const crm_store *store, crm_completeness_options options, crm_status wanted)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  int what;
  for (what = FRESHNESS; what <= IDLE; what++) {
    assert_int_equal(attempt(store, NULL, &options, what, &table, &error), wanted);
    assert_null(table);
  }
}

static void nothing_and_nonsense(void **state)
{
  crm_store *store = store_new(NULL);
  crm_completeness_options options = CRM_COMPLETENESS_OPTIONS_INIT;
  crm_completeness_rule one;
  crm_table *table = NULL;
  int what;
  (void)state;
  assert_result(ask(store, NULL, NULL, STATIC),
                "measure,value,numerator,denominator,low,high,status\n"
                "static_only,,0,0,,,undefined\nnever,,0,0,,,undefined\nactive,,0,0,,,undefined\n");
  one = rule("region", "s", 1, 0, 0);
  options.rules = &one;
  options.rule_count = 1;
  assert_result(ask(store, NULL, &options, FRESHNESS),
                "section,field,weight,customers,known,known_share,fresh,fresh_share,completeness,status\n"
                "s,region,1,0,0,,0,,,undefined\ns,,1,0,0,,0,,,undefined\n,,1,0,0,,0,,,undefined\n");
  one = rule("version", NULL, 1, 0, 0);
  refuses(store, options, CRM_ERROR_ARGUMENT);
  one = rule("events.nothing", NULL, 1, 0, 0);
  refuses(store, options, CRM_ERROR_ARGUMENT);
  one = rule(NULL, NULL, 1, 0, 0);
  refuses(store, options, CRM_ERROR_ARGUMENT);
  one = rule("region", "", 1, 0, 0);
  refuses(store, options, CRM_ERROR_ARGUMENT);
  one = rule("region", NULL, 1001, 0, 0);
  refuses(store, options, CRM_ERROR_ARGUMENT);
  one = rule("region", NULL, 1, -1, 0);
  refuses(store, options, CRM_ERROR_ARGUMENT);
  one = rule("region", NULL, 1, 0, 36501);
  refuses(store, options, CRM_ERROR_ARGUMENT);
  one = rule("region", NULL, 1, 0, 0);
  options.rule_count = CRM_COMPLETENESS_RULES + 1;
  refuses(store, options, CRM_ERROR_LIMIT);
  options.rules = NULL;
  options.rule_count = 1;
  refuses(store, options, CRM_ERROR_ARGUMENT);
  options.rule_count = 0;
  options.idle_days = -1;
  refuses(store, options, CRM_ERROR_ARGUMENT);
  for (what = FRESHNESS; what <= IDLE; what++) {
    assert_int_equal(attempt(NULL, NULL, NULL, what, &table, NULL), CRM_ERROR_ARGUMENT);
    assert_int_equal(attempt(store, NULL, NULL, what, NULL, NULL), CRM_ERROR_ARGUMENT);
  }
  assert_int_equal(crm_completeness_changes(NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(age_tells),        cmocka_unit_test(defaults_and_undated), cmocka_unit_test(nothing_but_data),
    cmocka_unit_test(the_log_in_sums),  cmocka_unit_test(nothing_and_nonsense),
  };
  return cmocka_run_group_tests_name("dossier", tests, NULL, NULL);
}
