/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

/* Who owned whom when, and whom what happened is credited to. Worked out by hand. */

static crm_store *shop(void)
{
  crm_store *store = store_new(NULL);
  put(store, "customers",
      "customer,owner,joined\na,zoe,2023-01-01\nb,bob,2023-01-01\nc,,2023-01-01\nd,ann,2023-01-01\n", "");
  put(store, "ownership",
      "customer,owner,from,to\na,ann,2024-01-01,\na,ann,2024-02-01,\na,bob,2024-03-01,2024-04-01\na,ann,2024-05-01,\n"
      "a,cat,2024-09-01,\nc,bob,2024-02-10,\n",
      "");
  put(store, "staff", "staff,left\nbob,2024-06-01\ncat,\n", "");
  put(store, "sales",
      "document,time,customer,kind,amount\n1,2023-12-31,a,sale,1\n2,2024-01-01,a,sale,10\n"
      "3,2024-02-29T23:00,a,sale,20\n"
      "4,2024-03-01,a,sale,40\n5,2024-03-05,a,return,5\n6,2024-04-10,a,sale,80\n7,2024-05-02,a,sale,160\n"
      "8,2024-05-03,b,sale,7\n9,2024-05-03,c,sale,9\n10,2024-05-03,,sale,1000\n",
      "");
  put(store, "opportunities",
      "opportunity,customer,created,closed,outcome,amount,owner\n1,a,2024-01-10,2024-03-10,won,100,\n"
      "2,a,2024-01-10,2024-06-10,lost,50,eve\n3,a,2024-02-20,,,30,\n4,,2024-02-20,,,5,\n5,c,2024-06-20,,,2,\n",
      "");
  return store;
}

static crm_table *ask(const crm_store *store, const crm_scope *scope,
                      crm_status (*what)(const crm_store *, const crm_scope *, crm_table **, crm_error *))
{
  crm_table *table = NULL;
  assert_int_equal(what(store, scope, &table, NULL), CRM_OK);
  return table;
}

static void test_history(void **state)
{
  crm_store *store = shop();
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  assert_result(ask(store, NULL, crm_ownership_history),
                "customer,owner,from,to\na,ann,2024-01-01T00:00:00,2024-03-01T00:00:00\n"
                "a,bob,2024-03-01T00:00:00,2024-04-01T00:00:00\na,ann,2024-05-01T00:00:00,2024-09-01T00:00:00\n"
                "b,bob,,\nc,bob,2024-02-10T00:00:00,\nd,ann,,\n");
  scope.as_of = facts_day(2024, 3, 1);
  assert_result(ask(store, &scope, crm_ownership_history),
                "customer,owner,from,to\na,ann,2024-01-01T00:00:00,2024-03-01T00:00:00\nb,bob,,\n"
                "c,bob,2024-02-10T00:00:00,\nd,ann,,\n");
  crm_store_free(store);
}

/* As-of is 21 June: a is ann's, b and c are bob's, who has left. */
static void test_owners(void **state)
{
  crm_store *store = shop();
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  assert_result(ask(store, NULL, crm_ownership_owners),
                "owner,left,customers,orders,revenue,won,lost,won_amount,open,open_amount\n"
                "ann,false,2,3,190.00,0,0,0.00,1,30.00\nbob,true,2,3,51.00,1,0,100.00,1,2.00\n"
                "eve,false,0,0,0.00,0,1,0.00,0,0.00\n,,0,2,81.00,0,0,0.00,1,5.00\n");
  scope.from = facts_day(2024, 3, 1);
  scope.to = facts_day(2024, 4, 1);
  scope.as_of = facts_day(2024, 4, 1);
  assert_result(ask(store, &scope, crm_ownership_owners),
                "owner,left,customers,orders,revenue,won,lost,won_amount,open,open_amount\n"
                "ann,false,1,0,0.00,0,0,0.00,0,0.00\nbob,false,3,1,35.00,1,0,100.00,1,30.00\n"
                "eve,false,0,0,0.00,0,0,0.00,1,50.00\n,,0,0,0.00,0,0,0.00,1,5.00\n");
  crm_store_free(store);
}

static void test_summary(void **state)
{
  crm_store *store = shop();
  crm_store *empty = store_new(NULL);
  (void)state;
  put(store, "interactions", "time,customer,staff\n2024-01-05,b,bob\n2024-01-05,d,eve\n2025-01-01,c,eve\n", "");
  assert_result(ask(store, NULL, crm_ownership_summary),
                "measure,value,numerator,denominator\nowned,1.000000,4,4\norphaned,0.500000,2,4\n"
                "known_to_several,0.750000,3,4\n");
  assert_result(ask(empty, NULL, crm_ownership_summary),
                "measure,value,numerator,denominator\nowned,,0,0\norphaned,,0,0\nknown_to_several,,0,0\n");
  crm_store_free(store);
  crm_store_free(empty);
}

static void test_handovers(void **state)
{
  crm_store *store = shop();
  crm_handovers_options options = CRM_HANDOVERS_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  options.days = 60;
  assert_int_equal(crm_ownership_handovers(store, NULL, &options, &table, NULL), CRM_OK);
  assert_result(table,
                "customer,time,from_owner,to_owner,open,open_amount,orders_before,revenue_before,orders_after,"
                "revenue_after,complete\n"
                "a,2024-03-01T00:00:00,ann,bob,3,180.00,2,30.00,2,115.00,true\n"
                "a,2024-04-01T00:00:00,bob,,2,80.00,2,55.00,2,240.00,true\n"
                "a,2024-05-01T00:00:00,,ann,2,80.00,1,75.00,1,160.00,false\n");
  scope.from = facts_day(2024, 3, 2);
  scope.to = facts_day(2024, 5, 1);
  assert_int_equal(crm_ownership_handovers(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "time\n2024-04-01T00:00:00\n");
  options.days = 4000;
  assert_int_equal(crm_ownership_handovers(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* What the log says of 2 and 3 is told before, after and never: on 1 March eve's opportunity was zoe's, and on 1 April
 * dan's; opportunity 3 was in no stage that is known, for the log has it in May first. */
static void test_moved(void **state)
{
  crm_store *store = shop();
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  put(store, "stages",
      "opportunity,time,stage,owner\n2,2024-02-01,talk,zoe\n2,2024-02-20,offer,\n2,2024-03-01,order,dan\n"
      "3,2024-05-20,offer,\n",
      "");
  put(store, "opportunities", "opportunity,customer,created,stage,version\n6,a,2024-03-05,talk,1\n", "");
  assert_result(ask(store, NULL, crm_ownership_moved),
                "customer,time,from_owner,to_owner,opportunity,owner,stage,amount,outcome,closed\n"
                "a,2024-03-01T00:00:00,ann,bob,1,,,100.00,won,2024-03-10T00:00:00\n"
                "a,2024-03-01T00:00:00,ann,bob,2,zoe,offer,50.00,lost,2024-06-10T00:00:00\n"
                "a,2024-03-01T00:00:00,ann,bob,3,,,30.00,open,\n"
                "a,2024-04-01T00:00:00,bob,,2,dan,order,50.00,lost,2024-06-10T00:00:00\n"
                "a,2024-04-01T00:00:00,bob,,3,,,30.00,open,\n"
                "a,2024-04-01T00:00:00,bob,,6,,talk,,open,\n"
                "a,2024-05-01T00:00:00,,ann,2,dan,order,50.00,lost,2024-06-10T00:00:00\n"
                "a,2024-05-01T00:00:00,,ann,3,,,30.00,open,\n"
                "a,2024-05-01T00:00:00,,ann,6,,talk,,open,\n");
  scope.from = facts_day(2024, 3, 1);
  scope.to = facts_day(2024, 4, 1);
  scope.as_of = facts_day(2024, 5, 1);
  assert_result(ask(store, &scope, crm_ownership_moved),
                "opportunity,outcome,closed\n1,won,2024-03-10T00:00:00\n2,open,\n3,open,\n");
  assert_int_equal(crm_ownership_moved(NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* Of merged keys the rows are one customer's; at one instant its own row counts. */
static void test_merged(void **state)
{
  crm_store *store = shop();
  (void)state;
  put(store, "merges", "customer,into\nc,a\nb,d\n", "");
  put(store, "ownership", "customer,owner,from\nc,eve,2024-05-01\nb,eve,2024-01-01\n", "");
  assert_result(ask(store, NULL, crm_ownership_history),
                "customer,owner,from,to\na,ann,2024-01-01T00:00:00,2024-02-10T00:00:00\n"
                "a,bob,2024-02-10T00:00:00,2024-04-01T00:00:00\na,ann,2024-05-01T00:00:00,2024-09-01T00:00:00\n"
                "d,eve,2024-01-01T00:00:00,\n");
  crm_store_free(store);
}

/* Opportunities without a customer are in nobody's segment. */
static void test_segment(void **state)
{
  crm_store *store = shop();
  static const char *const keys[] = {"c"};
  crm_segment *segment = NULL;
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  assert_int_equal(crm_segment_pick(store, keys, 1, NULL, &segment, NULL), CRM_OK);
  scope.segment = segment;
  assert_result(ask(store, &scope, crm_ownership_owners), "owner,customers,orders,open,open_amount\nbob,1,1,1,2.00\n");
  crm_segment_free(segment);
  crm_store_free(store);
}

static void assert_segment(const crm_store *store, const crm_scope *scope, const char *expression, const char *lines)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_table *table = NULL;
  options.expression = expression;
  assert_int_equal(crm_segment_compute(store, scope, &options, &segment, NULL), CRM_OK);
  assert_int_equal(crm_segment_members(segment, &table, NULL), CRM_OK);
  crm_segment_free(segment);
  assert_result(table, lines);
}

/* Expressions and groups go by who owned the customer just before as-of; the column is another field. */
static void test_field(void **state)
{
  crm_store *store = shop();
  crm_scope march = CRM_SCOPE_INIT;
  crm_scope april = CRM_SCOPE_INIT;
  crm_composition_options composition = CRM_COMPOSITION_OPTIONS_INIT;
  crm_conversion_options conversion = CRM_CONVERSION_OPTIONS_INIT;
  crm_table *table = NULL;
  (void)state;
  march.as_of = facts_day(2024, 3, 2);
  april.as_of = facts_day(2024, 4, 2);
  assert_segment(store, &march, "owner = 'bob'", "customer\na\nb\nc\n");
  assert_segment(store, &april, "owner = 'bob'", "customer\nb\nc\n");
  assert_segment(store, &april, "owner is null", "customer\na\n");
  assert_segment(store, NULL, "owner = 'ann'", "customer\na\nd\n");
  assert_segment(store, NULL, "customers.owner = 'zoe'", "customer\na\n");
  assert_segment(store, &march, "owner <> customers.owner", "customer\na\n");
  composition.by = "owner";
  assert_int_equal(crm_composition_compute(store, &march, &composition, &table, NULL), CRM_OK);
  assert_result(table, "group,customers\nann,1\nbob,3\n");
  composition.by = "customers.owner";
  assert_int_equal(crm_composition_compute(store, &march, &composition, &table, NULL), CRM_OK);
  assert_result(table, "group,customers\nann,1\nbob,1\nzoe,1\n,1\n");
  conversion.by = "owner";
  assert_int_equal(crm_conversion_compute(store, &march, &conversion, &table, NULL), CRM_OK);
  assert_result(table, "start,by,group,customers\nprospect,,,4\nprospect,owner,ann,1\nprospect,owner,bob,3\n"
                       "contact,,,0\nopportunity,,,0\n");
  crm_store_free(store);
}

static void test_idle_owner(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope march = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  put(store, "customers", "customer,region,owner\na,north,zoe\nb,north,zoe\n", "");
  put(store, "ownership", "customer,owner,from\na,bob,2024-03-01\n", "");
  march.as_of = facts_day(2024, 3, 1);
  assert_int_equal(crm_completeness_idle(store, &march, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,owner\na,\nb,zoe\n");
  march.as_of = facts_day(2024, 3, 2);
  assert_int_equal(crm_completeness_idle(store, &march, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,owner\na,bob\nb,zoe\n");
  crm_store_free(store);
}

/* The same of whom one belongs to. */
static void test_parent_field(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope before = CRM_SCOPE_INIT;
  crm_scope after = CRM_SCOPE_INIT;
  (void)state;
  put(store, "customers", "customer,parent\nhall,\nmill,\nshop,hall\nyard,hall\n", "");
  assert_segment(store, NULL, "parent = 'hall'", "customer\nshop\nyard\n");
  put(store, "parents", "customer,parent,from,to\nshop,mill,2024-02-01,2024-03-01\n", "");
  before.as_of = facts_day(2024, 2, 1);
  after.as_of = facts_day(2024, 2, 2);
  assert_segment(store, &before, "parent = 'hall'", "customer\nyard\n");
  assert_segment(store, &after, "parent = 'mill'", "customer\nshop\n");
  assert_segment(store, &after, "parent is null", "customer\nhall\nmill\n");
  assert_segment(store, &after, "customers.parent = 'hall'", "customer\nshop\nyard\n");
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_history),   cmocka_unit_test(test_owners), cmocka_unit_test(test_summary),
      cmocka_unit_test(test_handovers), cmocka_unit_test(test_moved),  cmocka_unit_test(test_merged),
      cmocka_unit_test(test_segment),   cmocka_unit_test(test_field),  cmocka_unit_test(test_parent_field),
      cmocka_unit_test(test_idle_owner),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
