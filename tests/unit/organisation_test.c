/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

/* Who has which role when, and what counts for it. Worked out by hand; the same by SQL on random facts:
 * docs/methods/organisation.md. */

static crm_store *house(void)
{
  crm_store *store = store_new(NULL);
  put(store, "customers",
      "customer,region,segment,joined\na,East,gold,2023-01-01\nb,West,gold,2023-01-01\nc,,,2023-01-01\n"
      "d,East,,2023-01-01\n",
      "");
  put(store, "assignments",
      "staff,role,team,branch,region,segment,from,to\n"
      "ann,seller,North,,,,2024-01-01,\n"
      "ann,lead,South,1,,,2024-03-01,\n"
      "ann,lead,South,,East,gold,2024-03-01,\n"
      "ann,chief,,,,,2024-09-01,\n"
      "bob,seller,North,2,,,2024-01-01,2024-02-01\n"
      "bob,seller,South,2,,,2024-04-01,\n"
      "eve,seller,North,,West,,2024-01-01,\n",
      "");
  put(store, "staff", "staff,team,joined,left\nann,Desk,,\neve,,2023-01-01,2024-05-01\nfay,Desk,,\n", "");
  put(store, "ownership",
      "customer,owner,from\na,ann,2024-01-01\nb,eve,2024-01-01\nb,bob,2024-05-10\nc,bob,2024-01-01\nd,ann,2024-01-01\n",
      "");
  put(store, "sales",
      "document,time,customer,branch,amount\n1,2024-01-10,a,1,10\n2,2024-03-02,a,,20\n3,2024-01-20,c,1,40\n"
      "4,2024-02-20,c,2,80\n5,2024-05-02,b,2,160\n6,2024-06-01,d,3,320\n7,2024-06-01,d,2,640\n8,2024-06-02,,4,5\n",
      "");
  put(store, "opportunities",
      "opportunity,customer,created,closed,outcome,amount,owner\n1,a,2024-01-10,2024-02-28,won,100,\n"
      "2,a,2024-01-10,2024-03-01,lost,50,\n3,d,2024-02-20,,,30,\n4,,2024-02-20,,,7,fay\n5,,2024-02-20,,,1,gus\n",
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

static crm_table *groups(const crm_store *store, const crm_scope *scope, int32_t by)
{
  crm_organisation_options options = CRM_ORGANISATION_OPTIONS_INIT;
  crm_table *table = NULL;
  options.by = by;
  assert_int_equal(crm_organisation_groups(store, scope, &options, &table, NULL), CRM_OK);
  return table;
}

/* The next role of a person ends the one before, so does leaving; what begins after as-of ends it too, and is none. */
static void roles_have_their_times(void **state)
{
  crm_store *store = house();
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  assert_result(ask(store, NULL, crm_organisation_history),
                "staff,role,team,branch,region,segment,from,to\n"
                "ann,seller,North,,,,2024-01-01T00:00:00,2024-03-01T00:00:00\n"
                "ann,lead,South,1,,,2024-03-01T00:00:00,2024-09-01T00:00:00\n"
                "ann,lead,South,,East,gold,2024-03-01T00:00:00,2024-09-01T00:00:00\n"
                "bob,seller,North,2,,,2024-01-01T00:00:00,2024-02-01T00:00:00\n"
                "bob,seller,South,2,,,2024-04-01T00:00:00,\n"
                "eve,seller,North,,West,,2024-01-01T00:00:00,2024-05-01T00:00:00\nfay,,Desk,,,,,\n");
  scope.as_of = facts_day(2024, 2, 15);
  assert_result(ask(store, &scope, crm_organisation_history),
                "staff,role,to\nann,seller,2024-03-01T00:00:00\nbob,seller,2024-02-01T00:00:00\n"
                "eve,seller,2024-05-01T00:00:00\nfay,,\n");
  crm_store_free(store);
}

/* As-of is 3 June. a bought last in branch 1 (the later sale has none), c in branch 2, d in two at one instant: the
 * lower key. */
static void members_at_as_of(void **state)
{
  crm_store *store = house();
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  assert_result(ask(store, NULL, crm_organisation_members),
                "staff,role,team,branch,region,segment,since,until,left,customers,in_scope\n"
                "ann,lead,South,1,,,2024-03-01T00:00:00,2024-09-01T00:00:00,false,2,1\n"
                "ann,lead,South,,East,gold,2024-03-01T00:00:00,2024-09-01T00:00:00,false,2,1\n"
                "bob,seller,South,2,,,2024-04-01T00:00:00,,false,2,2\nfay,,Desk,,,,,,false,0,\n");
  scope.as_of = facts_day(2024, 2, 15);   /* bob has none, and eve has not left; b has not bought yet, c in branch 1 */
  assert_result(ask(store, &scope, crm_organisation_members),
                "staff,role,region,since,left,customers,in_scope\nann,seller,,2024-01-01T00:00:00,false,2,2\n"
                "bob,,,,false,1,\neve,seller,West,2024-01-01T00:00:00,false,1,1\nfay,,,,false,0,\n");
  crm_store_free(store);
}

/* By hand: a's sale of January is North's, that of March South's; c's of January North's, that of February in bob's gap
 * nobody's; b's of May is eve's, who has left: nobody's; d's are South's. */
static void teams_keep_what_they_did(void **state)
{
  crm_store *store = house();
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  assert_result(groups(store, NULL, CRM_ORGANISATION_BY_TEAM),
                "group,staff,customers,orders,revenue,won,lost,won_amount,open,open_amount\n"
                "Desk,1,0,0,0.00,0,0,0.00,1,7.00\nNorth,0,0,2,50.00,1,0,100.00,0,0.00\n"
                "South,2,4,3,980.00,0,1,0.00,1,30.00\n,0,0,2,240.00,0,0,0.00,1,1.00\n");
  assert_result(groups(store, NULL, CRM_ORGANISATION_BY_ROLE),
                "group,staff,customers,orders,revenue,won,lost,won_amount,open,open_amount\n"
                "lead,1,2,3,980.00,0,1,0.00,1,30.00\nseller,1,2,2,50.00,1,0,100.00,0,0.00\n"
                ",1,0,2,240.00,0,0,0.00,2,8.00\n");
  scope.from = facts_day(2024, 3, 1);
  scope.to = facts_day(2024, 4, 1);
  assert_result(groups(store, &scope, CRM_ORGANISATION_BY_TEAM),
                "group,staff,customers,orders,revenue,won,lost\nDesk,1,0,0,0.00,0,0\nSouth,2,4,1,20.00,0,1\n"
                ",0,0,0,0.00,0,0\n");
  crm_store_free(store);
}

static void gaps_are_told(void **state)
{
  crm_store *store = house();
  crm_store *silent = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  assert_result(ask(store, NULL, crm_organisation_gaps),
                "finding,staff,customer,branch,customers\noutside_scope,ann,d,,1\nbranch_without_role,,,3,0\n"
                "branch_without_role,,,4,0\n");
  scope.as_of = facts_day(2024, 4, 1);   /* bob's next role begins then; b is eve's; d has not bought and is not gold */
  assert_result(ask(store, &scope, crm_organisation_gaps),
                "finding,staff,customer,branch,customers\nowner_without_role,bob,,,1\nbranch_without_role,,,2,1\n");
  scope.as_of = facts_day(2024, 1, 1);
  assert_result(ask(store, &scope, crm_organisation_gaps), "finding,staff,customer,branch,customers\n");
  put(silent, "ownership", "customer,owner,from\na,ann,2024-01-01\n", "");
  put(silent, "sales", "document,time,customer,branch,amount\n1,2024-01-10,a,1,10\n", "");
  assert_result(ask(silent, NULL, crm_organisation_gaps), "finding,staff,customer,branch,customers\n");
  put(silent, "assignments", "staff,role,from\nzoe,seller,2024-01-05\n", "");   /* for all branches */
  assert_result(ask(silent, NULL, crm_organisation_gaps),
                "finding,staff,customer,branch,customers\nowner_without_role,ann,,,1\n");
  crm_store_free(silent);
  crm_store_free(store);
}

/* Owners and hand-overs name what people are, and were then. */
static void owners_have_roles(void **state)
{
  crm_store *store = house();
  crm_table *table = NULL;
  (void)state;
  assert_result(ask(store, NULL, crm_ownership_owners),
                "owner,left,role,team\nann,false,lead,South\nbob,false,seller,South\neve,true,,\nfay,false,,Desk\n"
                "gus,false,,\n");
  assert_int_equal(crm_ownership_handovers(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,from_owner,to_owner,from_role,from_team,to_role,to_team\nb,eve,bob,,,seller,South\n");
  put(store, "ownership", "customer,owner,from\na,eve,2024-03-01\nd,bob,2024-03-20\n", "");
  assert_int_equal(crm_ownership_handovers(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,from_owner,to_owner,from_role,from_team,to_role,to_team\n"
                       "a,ann,eve,seller,North,seller,North\nd,ann,bob,lead,South,,\nb,eve,bob,,,seller,South\n");
  crm_store_free(store);
}

/* Of several roles at one instant the first by role, then team, counts; one that has ended by itself does not. */
static void one_of_several_counts(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "ownership", "customer,owner,from\na,ann,2024-01-01\n", "");
  put(store, "assignments",
      "staff,role,team,branch,from,to\nann,b,t,1,2024-01-01,\nann,b,10,2,2024-01-01,\nann,b,9,3,2024-01-01,\n"
      "ann,a,z,4,2024-01-01,2024-02-01\nann,c,a,5,2024-01-01,\n",
      "");
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-31T23:59:59,a,1\n2,2024-02-01,a,2\n3,2024-03-01,a,4\n", "");
  assert_result(groups(store, NULL, CRM_ORGANISATION_BY_TEAM), "group,staff,revenue\n9,1,6.00\nz,0,1.00\n");
  assert_result(ask(store, NULL, crm_organisation_members),
                "staff,role,team,branch,customers,in_scope\nann,b,9,3,1,1\nann,b,10,2,1,1\nann,b,t,1,1,1\n"
                "ann,c,a,5,1,1\n");
  crm_store_free(store);
}

/* A row of a scope and from is one row: a higher version replaces it, another one of the same version contradicts. */
static void rows_are_told_apart_by_scope(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "assignments",
      "staff,role,branch,from,version\nann,a,,2024-01-01,\nann,a,1,2024-01-01,\nann,a,,2024-01-01,\n", "");
  put(store, "assignments", "staff,role,team,branch,from,version\nann,b,t,1,2024-01-01,1\n", "");
  put(store, "sales", "document,time,customer,amount\n1,2024-01-31,a,1\n", "");
  assert_result(ask(store, NULL, crm_organisation_history), "staff,role,team,branch\nann,a,,\nann,b,t,1\n");
  assert_int_equal(crm_store_verify(store, NULL), CRM_OK);
  crm_store_free(store);
}

static void nothing_and_nonsense(void **state)
{
  crm_store *store = store_new(NULL);
  crm_organisation_options options = CRM_ORGANISATION_OPTIONS_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_result(ask(store, NULL, crm_organisation_history), "staff,role,team,branch,region,segment,from,to\n");
  assert_result(ask(store, NULL, crm_organisation_members), "staff,role\n");
  assert_result(groups(store, NULL, CRM_ORGANISATION_BY_ROLE), "group,staff\n");
  options.by = 2;
  assert_int_equal(crm_organisation_groups(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  options.struct_size = 0;
  assert_int_equal(crm_organisation_groups(store, NULL, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_organisation_groups(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_organisation_members(store, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_organisation_history(NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_organisation_gaps(store, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(roles_have_their_times),   cmocka_unit_test(members_at_as_of),
    cmocka_unit_test(teams_keep_what_they_did), cmocka_unit_test(gaps_are_told),
    cmocka_unit_test(owners_have_roles),        cmocka_unit_test(one_of_several_counts),
    cmocka_unit_test(rows_are_told_apart_by_scope), cmocka_unit_test(nothing_and_nonsense),
  };
  return cmocka_run_group_tests_name("organisation", tests, NULL, NULL);
}
