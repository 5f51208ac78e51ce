/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/random.h"

#include <stdio.h>
#include <string.h>

/* One customer in one call. */

/* anna is also an; shop and stall are under chain. */
static const char *const sales =
  "document,time,customer,branch,amount\n"
  "1,2024-01-10,anna,x,100\n2,2024-01-20,an,y,50\n3,2024-01-30,anna,x,30\n4,2024-01-31,anna,x,-20\n"
  "5,2024-03-01,anna,x,70\n6,2024-01-15,shop,,5\n7,2024-01-16,stall,,6\n8,2024-01-17,walk,,9\n";

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  assert_int_equal(crm_store_attribute(store, "customers", "spend", CRM_TYPE_MONEY, NULL), CRM_OK);
  facts_load_text(store, "customers", "customer,kind,joined,region,owner,parent,spend\n"
                                      "anna,person,2024-01-05,north,olga,,1.5\nan,person,2024-01-02,south,,,\n"
                                      "shop,business,,,,chain,\nstall,business,,,,chain,\nwalk,anonymous,,,,,\n"
                                      "late,person,2024-02-20,,,,\n");
  facts_load_text(store, "merges", "customer,into\nan,anna\n");
  facts_load_text(store, "ownership", "customer,owner,from,to\nanna,ole,2024-01-01,2024-01-20\n"
                                      "anna,olga,2024-01-25,2024-04-01\nanna,otto,2024-05-01,\n");
  facts_load_text(store, "opportunities", "opportunity,customer,created,closed,outcome,stage,amount,owner\n"
                                          "o1,anna,2024-01-03,2024-03-05,won,deal,500,olga\n"
                                          "o2,an,2024-01-04,2024-01-06,lost,talk,40,\n"
                                          "o3,anna,2024-02-10,,,talk,9,\no4,shop,2024-01-01,,,talk,8,\n"
                                          "o5,anna,2024-01-05,,,deal,1,\n");
  facts_load_text(store, "stages", "opportunity,customer,time,stage\no1,,2024-01-03,talk\no1,,2024-03-04,deal\n"
                                   "o4,,2024-01-02,talk\n,an,2024-01-07,asked\no5,,2024-02-02,deal\n");
  facts_load_text(store, "interactions", "customer,time,staff,channel\nanna,2024-02-03,olga,phone\n"
                                         "an,2024-01-08,ole,visit\nshop,2024-01-01,ole,visit\n");
  facts_load_text(store, "payments", "document,kind,customer,time,amount,due\n"
                                     "i1,invoice,anna,2024-01-10,100,2024-03-01\n"
                                     "p1,payment,an,2024-02-02,60,\n");
  facts_load_text(store, "changes", "customer,field,time,kind,staff\nanna,region,2024-01-20,,ole\n"
                                    "an,region,2024-01-03,confirmed,\nanna,owner,2024-02-01,,\n"
                                    "shop,region,2024-01-04,,\n");
  return store;
}

static crm_scope february(void)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = facts_day(2024, 2, 1);
  return scope;
}

static crm_view view_of(const crm_store *store, const crm_scope *scope, const char *key)
{
  crm_view view = CRM_VIEW_INIT;
  crm_error error = CRM_ERROR_INIT;
  if (crm_view_compute(store, scope, NULL, key, &view, &error) != CRM_OK) {
    fail_msg("%s: %s", key, error.message);
  }
  return view;
}

/* Tiers may be of occasions; classes are of spend all the same. */
static void test_tiers_of_occasions(void **state)
{
  crm_store *store = example();
  crm_scope scope = february();
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_view_options options = CRM_VIEW_OPTIONS_INIT;
  crm_view view = CRM_VIEW_INIT;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  pyramid.measure = CRM_MEASURE_OCCASIONS;
  options.pyramid = &pyramid;
  if (crm_view_compute(store, &scope, &options, "shop", &view, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  assert_table(view.profile, "customer,tier,rank,gap,class,class_reason\nshop,small,2,2,corporate,kind\n");
  crm_view_clear(&view);
  crm_store_free(store);
}

/* What a client has no place for is not given, and not looked for when the view is cleared. */
static void test_a_shorter_view(void **state)
{
  crm_store *store = example();
  crm_scope scope = february();
  crm_view view = CRM_VIEW_INIT;
  (void)state;
  view.struct_size = (uint32_t)offsetof(crm_view, changes);
  memset(&view.changes, 0x5A, sizeof view.changes);
  assert_int_equal(crm_view_compute(store, &scope, NULL, "anna", &view, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(view.payments), 1);
  crm_view_clear(&view);
  assert_null(view.payments);
  crm_store_free(store);
}

static void test_who(void **state)
{
  crm_store *store = example();
  crm_scope scope = february();
  crm_view view = view_of(store, &scope, "an");
  (void)state;
  assert_table(view.profile, "customer,spend,orders,average_order,first,last,days_since_last,purchase_days,tier,rank,"
                             "population\nanna,160.00,3,53.33,2024-01-10,2024-01-30,2,3,vip,1,3\n");
  assert_table(view.profile, "stage,stage_since,stage_cause,stage_days,class,owner,median_gap,next_due,overdue_days,"
                             "due_days,due_reason\n"
                             "repeat,2024-01-20T00:00:00,repeat,12,corporate,olga,10.0,2024-02-09,0,8,\n");
  /* an attribute may have the name of a figure */
  assert_table(view.customer, "customer,kind,joined,region,owner,spend\n"
                              "anna,person,2024-01-02T00:00:00,north,olga,1.50\n");
  assert_table(view.keys, "key,customer\nan,anna\nanna,anna\n");
  assert_table(view.ownership, "owner,from,to\nole,2024-01-01T00:00:00,2024-01-20T00:00:00\n"
                               "olga,2024-01-25T00:00:00,2024-04-01T00:00:00\n");
  crm_view_clear(&view);
  assert_null(view.profile);
  crm_store_free(store);
}

/* Of January nothing is seen that happened later: documents, contacts, entries, and how deals ended. */
static void test_facts_at_as_of(void **state)
{
  crm_store *store = example();
  crm_scope scope = february();
  crm_view view = view_of(store, &scope, "anna");
  (void)state;
  assert_table(view.documents, "document,time,net,orders\n1,2024-01-10T00:00:00,100.00,1\n"
                               "2,2024-01-20T00:00:00,50.00,1\n3,2024-01-30T00:00:00,30.00,1\n"
                               "4,2024-01-31T00:00:00,-20.00,0\n");
  assert_table(view.opportunities, "opportunity,customer,created,closed,outcome,stage,stage_since,amount,owner\n"
                                   "o1,anna,2024-01-03T00:00:00,,open,talk,2024-01-03T00:00:00,500.00,olga\n"
                                   "o2,an,2024-01-04T00:00:00,2024-01-06T00:00:00,lost,talk,,40.00,\n"
                                   "o5,anna,2024-01-05T00:00:00,,open,,,1.00,\n");
  assert_table(view.stages, "opportunity,customer,time,stage\no1,,2024-01-03T00:00:00,talk\n"
                            ",an,2024-01-07T00:00:00,asked\n");
  assert_table(view.interactions, "customer,time,staff\nan,2024-01-08T00:00:00,ole\n");
  assert_table(view.payments, "document,kind,customer,time,amount,due\n"
                              "i1,invoice,anna,2024-01-10T00:00:00,100.00,2024-03-01T00:00:00\n");
  assert_table(view.changes, "customer,field,time,kind,staff\nan,region,2024-01-03T00:00:00,confirmed,\n"
                             "anna,region,2024-01-20T00:00:00,,ole\n");
  crm_view_clear(&view);
  scope.as_of = facts_day(2024, 4, 1);
  view = view_of(store, &scope, "anna");
  assert_int_equal(crm_table_rows(view.documents), 5);
  assert_table(view.opportunities, "opportunity,outcome,stage\no1,won,deal\no2,lost,talk\n"
                                   "o5,open,deal\no3,open,talk\n");
  assert_int_equal(crm_table_rows(view.stages), 4);
  assert_int_equal(crm_table_rows(view.interactions), 2);
  assert_int_equal(crm_table_rows(view.payments), 2);
  assert_int_equal(crm_table_rows(view.changes), 3);
  crm_view_clear(&view);
  crm_store_free(store);
}

static void test_accounts(void **state)
{
  crm_store *store = example();
  crm_scope scope = february();
  crm_view view;
  (void)state;
  scope.accounts = 1;
  view = view_of(store, &scope, "stall");
  assert_table(view.profile, "customer,spend,orders,owner\nchain,11.00,2,\n");
  assert_table(view.keys, "key,customer\nshop,shop\nstall,stall\n");
  assert_table(view.documents, "document\n6\n7\n");
  assert_table(view.opportunities, "opportunity,customer\no4,shop\n");
  assert_table(view.stages, "opportunity\no4\n");
  assert_table(view.interactions, "customer\nshop\n");
  crm_view_clear(&view);
  crm_store_free(store);
}

static void test_parts(void **state)
{
  crm_store *store = example();
  crm_scope scope = february();
  crm_view_options options = CRM_VIEW_OPTIONS_INIT;
  crm_view view = CRM_VIEW_INIT;
  (void)state;
  options.parts = CRM_VIEW_PARTS_FIGURES;
  assert_int_equal(crm_view_compute(store, &scope, &options, "anna", &view, NULL), CRM_OK);
  assert_true(view.profile != NULL && view.life != NULL && view.documents == NULL && view.ownership == NULL);
  crm_view_clear(&view);
  options.parts = CRM_VIEW_PARTS_FACTS;
  assert_int_equal(crm_view_compute(store, &scope, &options, "anna", &view, NULL), CRM_OK);
  assert_true(view.profile == NULL && view.life == NULL && view.documents != NULL && view.ownership != NULL);
  crm_view_clear(&view);
  crm_view_clear(NULL);
  crm_store_free(store);
}

static void test_refusals(void **state)
{
  static const char *const nobody[] = {"unknown", "walk", "late"};
  crm_store *store = example();
  crm_scope scope = february();
  crm_view_options options = CRM_VIEW_OPTIONS_INIT;
  crm_view view = CRM_VIEW_INIT;
  size_t i;
  (void)state;
  for (i = 0; i < 3; i++) {
    assert_int_equal(crm_view_compute(store, &scope, NULL, nobody[i], &view, NULL), CRM_ERROR_NOT_FOUND);
    assert_null(view.profile);
  }
  assert_int_equal(crm_view_compute(store, &scope, NULL, NULL, &view, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_view_compute(NULL, &scope, NULL, "anna", &view, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_view_compute(store, &scope, NULL, "anna", NULL, NULL), CRM_ERROR_ARGUMENT);
  options.parts = 4;
  assert_int_equal(crm_view_compute(store, &scope, &options, "anna", &view, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* ---- against the analyses ---- */

static int64_t find(const crm_table *table, const char *key)
{
  int32_t column = crm_table_find(table, "customer");
  int64_t row = 0;
  while (row < crm_table_rows(table)) {
    size_t length;
    const char *text = crm_table_text(table, column, row, &length);
    if (length == strlen(key) && memcmp(text, key, length) == 0) {
      return row;
    }
    row++;
  }
  return -1;
}

/* A figure is that of the table's row, empty where it has none. */
static void same(const crm_view *view, const char *name, const crm_table *table, int64_t row, const char *there)
{
  int32_t a = crm_table_find(view->profile, name);
  int32_t b = crm_table_find(table, there);
  crm_column x = CRM_COLUMN_INIT;
  crm_column y = CRM_COLUMN_INIT;
  size_t i;
  size_t j;
  const char *s;
  const char *t;
  assert_int_equal(crm_table_column(view->profile, a, &x, NULL), CRM_OK);
  assert_int_equal(crm_table_column(table, b, &y, NULL), CRM_OK);
  assert_int_equal(x.type, y.type);
  assert_int_equal(x.scale, y.scale);
  assert_int_equal(crm_table_is_null(view->profile, a, 0), row < 0 || crm_table_is_null(table, b, row));
  if (row >= 0) {
    assert_int_equal(crm_table_integer(view->profile, a, 0), crm_table_integer(table, b, row));
    s = crm_table_text(view->profile, a, 0, &i);
    t = crm_table_text(table, b, row, &j);
    assert_true(i == j && memcmp(s, t, i) == 0);
  }
}

enum { TIERS, RFM, LIVES, CLASSES, RHYTHM, DUE, TABLES };

static const char *const compared[][3] = {
  {"spend", "tiers", "spend"},           {"tier", "tiers", "tier"},
  {"rank", "tiers", "rank"},             {"orders", "tiers", "orders"},
  {"days_since_last", "rfm", "recency_days"}, {"orders", "rfm", "frequency"},
  {"r", "rfm", "r"},                     {"f", "rfm", "f"},
  {"m", "rfm", "m"},                     {"rfm_segment", "rfm", "segment"},
  {"stage", "lives", "stage"},           {"stage_since", "lives", "entered"},
  {"stage_cause", "lives", "cause"},     {"stage_days", "lives", "days"},
  {"class", "classes", "class"},         {"class_reason", "classes", "reason"},
  {"class_since", "classes", "since"},   {"average_order", "rhythm", "average_order"},
  {"median_gap", "rhythm", "median_gap"}, {"next_due", "rhythm", "next_due"},
  {"overdue_days", "rhythm", "overdue_days"}, {"last", "rhythm", "last"},
  {"due_reason", "due", "reason"},
};

static const char *const table_names[TABLES] = {"tiers", "rfm", "lives", "classes", "rhythm", "due"};

static void compute_all(const crm_store *store, const crm_scope *scope, crm_table **tables)
{
  crm_pyramid *pyramid = NULL;
  crm_lifecycle *lifecycle = NULL;
  assert_int_equal(crm_pyramid_compute(store, scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &tables[TIERS], NULL), CRM_OK);
  assert_int_equal(crm_rfm_compute(store, scope, NULL, &tables[RFM], NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_compute(store, scope, NULL, &lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_members(lifecycle, &tables[LIVES], NULL), CRM_OK);
  assert_int_equal(crm_classes_compute(store, scope, NULL, &tables[CLASSES], NULL), CRM_OK);
  assert_int_equal(crm_rhythm_compute(store, scope, &tables[RHYTHM], NULL), CRM_OK);
  assert_int_equal(crm_due_compute(store, scope, NULL, &tables[DUE], NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  crm_lifecycle_free(lifecycle);
}

static void compare_customer(const crm_store *store, const crm_scope *scope, crm_table *const *tables, const char *key)
{
  crm_view view = view_of(store, scope, key);
  int64_t last = crm_table_rows(view.life) - 1;
  size_t i;
  int t;
  assert_true(text_is(view.profile, "customer", 0, key));
  for (i = 0; i < sizeof compared / sizeof compared[0]; i++) {
    for (t = 0; t < TABLES && strcmp(table_names[t], compared[i][1]) != 0; t++) {
    }
    if ((t == RFM || t == RHYTHM) && find(tables[t], key) < 0 && strcmp(compared[i][0], "orders") == 0) {
      continue;   /* 0 where there is no row */
    }
    same(&view, compared[i][0], tables[t], find(tables[t], key), compared[i][2]);
  }
  assert_int_equal(integer_at(view.life, "days", last), integer_at(view.profile, "stage_days", 0));
  crm_view_clear(&view);
}

/* Whether rows of a table that are a customer's before an instant are all there: by looking at each. */
static int64_t compare_rows(const crm_store *store, const crm_table *mine, const char *name, const char *key,
                            int64_t before)
{
  crm_table *all = NULL;
  int64_t seen = 0;
  int64_t row;
  assert_int_equal(crm_store_rows(store, name, &all, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(all); row++) {
    seen += text_is(all, "customer", row, key) && integer_at(all, "time", row) < before;
  }
  assert_int_equal(crm_table_rows(mine), seen);
  for (row = 0; row < crm_table_rows(mine); row++) {
    assert_true(text_is(mine, "customer", row, key));
    assert_true(integer_at(mine, "time", row) < before);
    assert_true(row == 0 || integer_at(mine, "time", row - 1) <= integer_at(mine, "time", row));
  }
  crm_table_free(all);
  return seen;
}

static void add_facts(crm_store *store, uint64_t seed, const crm_table *members)
{
  dice die = dice_of(seed);
  facts *contacts = facts_create("time,customer,channel");
  facts *entries = facts_create("document,kind,customer,time,amount");
  int i;
  for (i = 0; i < 300; i++) {
    char line[120];
    size_t length;
    const char *key = crm_table_text(members, 0, dice_below(&die, (int32_t)crm_table_rows(members)), &length);
    (void)snprintf(line, sizeof line, "%d-%02d-%02d,%.*s,%d", 2022 + dice_below(&die, 3), 1 + dice_below(&die, 6),
                   1 + dice_below(&die, 28), (int)length, key, dice_below(&die, 3));
    facts_add(contacts, line);
    (void)snprintf(line, sizeof line, "e%d,payment,%.*s,%d-%02d-%02d,%d", i, (int)length, key,
                   2022 + dice_below(&die, 3), 1 + dice_below(&die, 6), 1 + dice_below(&die, 28), dice_below(&die, 99));
    facts_add(entries, line);
  }
  facts_load(contacts, store, "interactions");
  facts_load(entries, store, "payments");
  facts_free(contacts);
  facts_free(entries);
}

static void test_rows_are_all_there(void **state)
{
  crm_store *store = random_sales(9, 400);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *members = NULL;
  int64_t seen = 0;
  int64_t row;
  (void)state;
  assert_int_equal(crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &members, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  add_facts(store, 9, members);
  scope.as_of = facts_day(2023, 4, 11);
  for (row = 0; row < crm_table_rows(members); row++) {
    crm_view view = CRM_VIEW_INIT;
    char key[64];
    size_t length;
    const char *text = crm_table_text(members, 0, row, &length);
    (void)snprintf(key, sizeof key, "%.*s", (int)length, text);
    if (crm_view_compute(store, &scope, NULL, key, &view, NULL) == CRM_ERROR_NOT_FOUND) {
      continue;   /* comes later */
    }
    seen += compare_rows(store, view.interactions, "interactions", key, scope.as_of);
    seen += compare_rows(store, view.payments, "payments", key, scope.as_of);
    crm_view_clear(&view);
  }
  assert_true(seen > 100);
  crm_table_free(members);
  crm_store_free(store);
}

static void compare_store(uint64_t seed)
{
  static const char *const branches[] = {"x", "7"};
  crm_store *store = random_sales(seed, 400);
  int round;
  for (round = 0; round < 3; round++) {
    crm_scope scope = CRM_SCOPE_INIT;
    crm_table *tables[TABLES] = {NULL};
    int64_t row;
    int t;
    if (round > 0) {
      scope.as_of = facts_day(2023, 9, 10);
      scope.from = round == 1 ? CRM_TIME_UNSET_FROM : facts_day(2023, 1, 1);
      scope.branches = branches;
      scope.branch_count = round;
      scope.money = CRM_MONEY_SALES;
    }
    compute_all(store, &scope, tables);
    assert_true(crm_table_rows(tables[TIERS]) > 10);
    for (row = 0; row < crm_table_rows(tables[TIERS]); row += 3) {
      char key[64];
      size_t length;
      const char *text = crm_table_text(tables[TIERS], 0, row, &length);
      (void)snprintf(key, sizeof key, "%.*s", (int)length, text);
      compare_customer(store, &scope, tables, key);
    }
    for (t = 0; t < TABLES; t++) {
      crm_table_free(tables[t]);
    }
  }
  crm_store_free(store);
}

static void test_figures_are_those_of_the_analyses(void **state)
{
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 4; seed++) {
    compare_store(seed);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_who), cmocka_unit_test(test_a_shorter_view),
    cmocka_unit_test(test_tiers_of_occasions),
    cmocka_unit_test(test_facts_at_as_of),
    cmocka_unit_test(test_accounts),
    cmocka_unit_test(test_parts),
    cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_rows_are_all_there),
    cmocka_unit_test(test_figures_are_those_of_the_analyses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
