/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

static const char *const sales = "document,time,customer,kind,amount\n"
                                 "1,2024-01-01,a,sale,10\n2,2024-01-02,b,sale,20\n3,2024-01-03,7,sale,30\n"
                                 "4,2024-01-04,,sale,40\n5,2024-01-05,w,sale,50\n6,2024-01-06,i,sale,60\n"
                                 "7,2024-01-07,a,return,1\n";

static const char *const customers = "customer,kind\nw,anonymous\ni,internal\np,person\n";

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  facts_load_text(store, "customers", customers);
  return store;
}

static crm_segment *picked(const crm_store *store, const char *a, const char *b, const char *c)
{
  const char *keys[3];
  int64_t count = 0;
  crm_segment *segment = NULL;
  crm_error error = CRM_ERROR_INIT;
  keys[0] = a;
  keys[1] = b;
  keys[2] = c;
  while (count < 3 && keys[count] != NULL) {
    count++;
  }
  if (crm_segment_pick(store, keys, count, NULL, &segment, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return segment;
}

static void assert_members(const crm_segment *segment, const char *lines)
{
  crm_table *table = NULL;
  assert_int_equal(crm_segment_members(segment, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), crm_segment_size(segment));
  assert_result(table, lines);
}

static void test_by_key(void **state)
{
  static const char *const keys[] = {"b", "7", "b", "nobody", "p", "w", "i"};
  crm_store *store = example();
  crm_segment *segment = NULL;
  int64_t unknown = -1;
  int32_t contains = -1;
  (void)state;
  assert_int_equal(crm_segment_pick(store, keys, 7, &unknown, &segment, NULL), CRM_OK);
  assert_int_equal(unknown, 2);   /* the walk-in key is nobody either */
  assert_int_equal(crm_segment_size(segment), 4);
  assert_members(segment, "customer\n7\nb\ni\np\n");
  assert_int_equal(crm_segment_contains(segment, "7", &contains, NULL), CRM_OK);
  assert_int_equal(contains, 1);
  assert_int_equal(crm_segment_contains(segment, "a", &contains, NULL), CRM_OK);
  assert_int_equal(contains, 0);
  assert_int_equal(crm_segment_contains(segment, "nobody", &contains, NULL), CRM_OK);
  assert_int_equal(contains, 0);
  crm_segment_free(segment);
  segment = NULL;
  assert_int_equal(crm_segment_pick(store, NULL, 0, NULL, &segment, NULL), CRM_OK);
  assert_members(segment, "customer\n");
  crm_segment_free(segment);
  crm_segment_free(NULL);
  assert_int_equal(crm_segment_size(NULL), 0);
  crm_store_free(store);
}

static crm_segment *made(crm_status (*make)(const crm_segment *, const crm_segment *, crm_segment **, crm_error *),
                         const crm_segment *a, const crm_segment *b)
{
  crm_segment *segment = NULL;
  assert_int_equal(make(a, b, &segment, NULL), CRM_OK);
  return segment;
}

static void test_algebra(void **state)
{
  crm_store *store = example();
  crm_segment *a = picked(store, "a", "b", NULL);
  crm_segment *b = picked(store, "b", "7", NULL);
  crm_segment *set = made(crm_segment_union, a, b);
  (void)state;
  assert_members(set, "customer\n7\na\nb\n");
  crm_segment_free(set);
  set = made(crm_segment_intersection, a, b);
  assert_members(set, "customer\nb\n");
  crm_segment_free(set);
  set = made(crm_segment_difference, a, b);
  assert_members(set, "customer\na\n");
  crm_segment_free(set);
  set = made(crm_segment_difference, a, a);
  assert_members(set, "customer\n");
  crm_segment_free(set);
  crm_segment_free(a);
  crm_segment_free(b);
  crm_store_free(store);
}

static void test_overlap(void **state)
{
  static const char *const names[] = {"one", "two", "none"};
  static const char *const nameless[] = {"one", NULL};
  crm_store *store = example();
  const crm_segment *three[3];
  crm_segment *a = picked(store, "a", "b", NULL);
  crm_segment *b = picked(store, "b", "7", "p");
  crm_segment *c = picked(store, NULL, NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  three[0] = a;
  three[1] = b;
  three[2] = c;
  assert_int_equal(crm_segment_overlap(three, names, 3, &table, NULL), CRM_OK);
  assert_result(table, "a,b,customers_a,customers_b,both,only_a,only_b,jaccard,share_a,share_b\n"
                       "one,two,2,3,1,1,2,0.250000,0.500000,0.333333\n"
                       "one,none,2,0,0,2,0,0.000000,0.000000,\n"
                       "two,none,3,0,0,3,0,0.000000,0.000000,\n");
  assert_int_equal(crm_segment_overlap(three, names, 1, &table, NULL), CRM_OK);
  assert_result(table, "a,b,both\n");
  table = NULL;
  assert_int_equal(crm_segment_overlap(three, names, 257, &table, NULL), CRM_ERROR_LIMIT);
  assert_int_equal(crm_segment_overlap(NULL, names, 2, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_overlap(three, NULL, 2, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_overlap(three, nameless, 2, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_overlap(three, names, 0, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_overlap(three, names, 3, NULL, NULL), CRM_ERROR_ARGUMENT);
  three[1] = NULL;
  assert_int_equal(crm_segment_overlap(three, names, 3, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_segment_free(a);
  crm_segment_free(b);
  crm_segment_free(c);
  crm_store_free(store);
}

/* 66 customers: more than a word of bits. */
static void test_many(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  facts *rows = facts_create("customer,joined");
  const char *keys[70];
  char texts[70][12];
  crm_segment *segment = NULL;
  crm_segment *rest;
  int i;
  (void)state;
  for (i = 0; i < 66; i++) {
    char line[40];
    (void)snprintf(texts[i], sizeof texts[i], "c%02d", i);
    (void)snprintf(line, sizeof line, "c%02d,2024-01-01", i);
    facts_add(rows, line);
    keys[i] = texts[i];
  }
  facts_load(rows, store, "customers");
  assert_int_equal(crm_segment_pick(store, keys, 66, NULL, &segment, NULL), CRM_OK);
  assert_int_equal(crm_segment_size(segment), 66);
  rest = picked(store, "c65", "c00", NULL);
  assert_members(rest, "customer\nc00\nc65\n");
  crm_segment_free(rest);
  crm_segment_free(segment);
  facts_free(rows);
  crm_store_free(store);
}

static crm_table *months(const crm_store *store, const crm_scope *scope)
{
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_table *table = NULL;
  calendar.period = CRM_PERIOD_YEAR;
  assert_int_equal(crm_periods_compute(store, scope, &calendar, &table, NULL), CRM_OK);
  return table;
}

/* Others, nobody and the walk-in do not count; internal ones only where the scope says so. */
static void test_scope(void **state)
{
  crm_store *store = example();
  crm_segment *segment = picked(store, "a", "7", "i");
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table;
  (void)state;
  assert_result(months(store, &scope), "month,revenue,orders,active\n2024,149.00,5,3\n");
  scope.segment = segment;
  table = months(store, &scope);
  assert_string_equal(crm_table_meta_find(table, "segment"), "a set of customers");
  assert_string_equal(crm_table_meta_find(table, "segment_customers"), "3");
  assert_result(table, "month,revenue,orders,active\n2024,39.00,2,2\n");
  scope.internal = 1;
  assert_result(months(store, &scope), "month,revenue,orders,active\n2024,99.00,3,3\n");
  crm_segment_free(segment);
  segment = picked(store, NULL, NULL, NULL);
  scope.segment = segment;
  assert_result(months(store, &scope), "month,revenue\n");
  crm_segment_free(segment);
  crm_store_free(store);
}

/* A pyramid outlives the segment of its scope. */
static void test_pyramid_keeps_it(void **state)
{
  crm_store *store = example();
  crm_segment *segment = picked(store, "a", "7", NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid *pyramid = NULL;
  crm_standing standing = CRM_STANDING_INIT;
  crm_table *table = NULL;
  (void)state;
  scope.segment = segment;
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  crm_segment_free(segment);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  assert_result(table, "customer,tier,rank,spend\n7,vip,1,30.00\na,small,2,9.00\n");
  assert_int_equal(crm_pyramid_find(pyramid, "b", &standing, NULL), CRM_ERROR_NOT_FOUND);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

static void test_refused(void **state)
{
  static const char *const keys[] = {"a", NULL};
  crm_store *store = example();
  crm_store *other = example();
  crm_segment *a = picked(store, "a", NULL, NULL);
  crm_segment *b = picked(other, "a", NULL, NULL);
  crm_segment *set = NULL;
  crm_table *table = NULL;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_error error = CRM_ERROR_INIT;
  int32_t contains = 5;
  (void)state;
  assert_int_equal(crm_segment_pick(NULL, keys, 1, NULL, &set, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_pick(store, NULL, 1, NULL, &set, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_pick(store, keys, -1, NULL, &set, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_pick(store, keys, 1, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_pick(store, keys, 2, NULL, &set, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(error.row, 2);
  assert_int_equal(crm_segment_union(a, b, &set, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_union(NULL, b, &set, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_union(a, NULL, &set, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_union(a, a, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_contains(a, NULL, &contains, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_contains(NULL, "a", &contains, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_members(a, NULL, NULL), CRM_ERROR_ARGUMENT);
  scope.segment = b;
  assert_int_equal(crm_repeat_compute(store, &scope, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "segment");
  facts_load_text(store, "sales", "document,time,customer,amount\n99,2024-02-01,z,1\n");
  scope.segment = a;
  assert_int_equal(crm_repeat_compute(store, &scope, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_segment_contains(a, "a", &contains, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_segment_members(a, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_segment_union(a, a, &set, NULL), CRM_ERROR_STATE);
  assert_int_equal(contains, 5);
  assert_null(set);
  assert_null(table);
  crm_segment_free(a);
  crm_segment_free(b);
  crm_store_free(store);
  crm_store_free(other);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_by_key),   cmocka_unit_test(test_algebra),          cmocka_unit_test(test_overlap),
    cmocka_unit_test(test_many),     cmocka_unit_test(test_scope),            cmocka_unit_test(test_pyramid_keeps_it),
    cmocka_unit_test(test_refused)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
