/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

/* As of 2024-08-01. x buys for 900.00 every 30 days on weekdays; y, a business by its kind, bought once; z spends the
 * most, on weekends and as it comes. a to d are small; d's order has no time of day.
 * Average orders: 10, 10, 10, 10, 20, 591, 900: the median is 10. Median gaps: x 30, z 27, a 7: the median is 27. */
static const char *const sales =
  "document,time,customer,kind,amount\n"
  "1,2024-03-04T09:00,x,sale,900\n2,2024-04-03T10:00,x,sale,900\n3,2024-05-03T17:59,x,sale,900\n"
  "4,2024-02-01T20:00,y,sale,20\n"
  "5,2024-03-02T12:00,z,sale,3000\n6,2024-04-06T12:00,z,return,600\n7,2024-05-04T12:00,z,sale,100\n"
  "8,2024-06-01T12:00,z,sale,400\n17,2024-05-05T12:00,z,sale,5\n"
  "9,2024-03-02T13:00,z,sale,50\n"
  "10,2024-01-01T08:00,a,sale,10\n11,2024-01-08T18:00,a,sale,10\n12,2024-01-02T07:59,b,sale,10\n"
  "13,2024-01-03T12:00,c,sale,10\n14,2024-01-03,d,sale,10\n15,2024-01-03T12:00,e,return,10\n"
  "16,2024-01-03T12:00,,sale,10\n";

static const char *const customers = "customer,kind,joined\ny,business,2023-12-24\nx,person,2020-01-01\n"
                                     "h,business,2020-01-01\n";

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  facts_load_text(store, "customers", customers);
  return store;
}

static crm_scope summer(void)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = facts_day(2024, 8, 1);
  return scope;
}

/* z has 2955.00, x 2700.00: z alone is of the highest tier, whose least is 2955.00. Its sums by day: 3050.00, 2450.00,
 * 2550.00, 2555.00, and 2955.00, which it came back to on 2024-06-01. */
static void test_classes(void **state)
{
  crm_store *store = example();
  crm_scope scope = summer();
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_classes_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_string_equal(crm_table_meta_find(table, "ticket_percent"), "300");
  assert_result(table, "customer,class,reason,since,spend,orders,signs\n"
                       "a,ordinary,none,2024-01-01,20.00,2,0\nb,ordinary,none,2024-01-02,10.00,1,0\n"
                       "c,ordinary,none,2024-01-03,10.00,1,1\nd,ordinary,none,2024-01-03,10.00,1,0\n"
                       "x,corporate,pattern,2024-03-04,2700.00,3,4\ny,corporate,kind,2023-12-24,20.00,1,0\n"
                       "z,vip,tier,2024-06-01,2955.00,5,2\n");
  /* before that x alone was of it, and a corporate buyer comes first */
  scope.as_of = facts_day(2024, 5, 31);
  assert_int_equal(crm_classes_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,class,since\na,ordinary,2024-01-01\nb,ordinary,2024-01-02\nc,ordinary,2024-01-03\n"
                       "d,ordinary,2024-01-03\nx,corporate,2024-03-04\ny,corporate,2023-12-24\n"
                       "z,ordinary,2024-03-02\n");
  crm_store_free(store);
}

static void test_evidence(void **state)
{
  crm_store *store = example();
  crm_scope scope = summer();
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_classes_corporate(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,kind,orders,average_order,ticket_ratio,median_gap,gap_cv,hours_share,large_ticket,"
                       "long_cycle,regular,in_hours,signs,known,pattern,probability\n"
                       "a,,2,10.00,1.000000,7.0,,0.500000,false,false,,false,0,3,false,\n"
                       "b,,1,10.00,1.000000,,,0.000000,false,,,false,0,2,false,\n"
                       "c,,1,10.00,1.000000,,,1.000000,false,,,true,1,2,false,\n"
                       "d,,1,10.00,1.000000,,,,false,,,,0,1,false,\n"
                       "x,person,3,900.00,90.000000,30.0,0.000000,1.000000,true,true,true,true,4,4,true,\n"
                       "y,business,1,20.00,2.000000,,,0.000000,false,,,false,0,2,false,\n"
                       "z,,5,591.00,59.100000,27.0,0.838052,0.000000,true,true,false,false,2,4,false,\n");
  crm_store_free(store);
}

static void test_options(void **state)
{
  crm_store *store = example();
  crm_scope scope = summer();
  crm_classes_options options = CRM_CLASSES_OPTIONS_INIT;
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_table *table = NULL;
  (void)state;
  options.least_signs = 4;
  assert_int_equal(crm_classes_compute(store, &scope, &options, &table, NULL), CRM_OK);
  assert_true(text_is(table, "class", row_of(table, "customer", "z"), "vip"));
  assert_true(text_is(table, "reason", row_of(table, "customer", "x"), "pattern"));
  crm_table_free(table);
  options.ticket_percent = 10000;
  assert_int_equal(crm_classes_compute(store, &scope, &options, &table, NULL), CRM_OK);
  assert_true(text_is(table, "class", row_of(table, "customer", "x"), "ordinary"));
  crm_table_free(table);
  table = NULL;
  options.least_signs = 5;
  assert_int_equal(crm_classes_compute(store, &scope, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  options.least_signs = 0;
  options.hours_percent = 101;
  assert_int_equal(crm_classes_corporate(store, &scope, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  options.hours_percent = 0;
  pyramid.measure = CRM_MEASURE_OCCASIONS;
  options.pyramid = &pyramid;
  assert_int_equal(crm_classes_compute(store, &scope, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_classes_compute(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_classes_corporate(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

static int64_t size_of_class(const crm_store *store, const crm_classes_options *classes,
                             const crm_pyramid_options *pyramid, const char *expression)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_scope scope = summer();
  int64_t size;
  options.expression = expression;
  options.classes = classes;
  options.pyramid = pyramid;
  assert_int_equal(crm_segment_compute(store, &scope, &options, &segment, NULL), CRM_OK);
  size = crm_segment_size(segment);
  crm_segment_free(segment);
  return size;
}

/* What `class` means in an expression is what the same options mean in the analysis. Of seven customers two are in a
 * tier of a quarter: z, and x where it is no corporate buyer. */
static void test_expressions(void **state)
{
  static const int32_t quarter = 2500;
  crm_store *store = example();
  crm_classes_options classes = CRM_CLASSES_OPTIONS_INIT;
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid_options narrow = CRM_PYRAMID_OPTIONS_INIT;
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_scope scope = summer();
  (void)state;
  pyramid.shares = &quarter;
  pyramid.share_count = 1;
  assert_int_equal(size_of_class(store, NULL, NULL, "class = 'corporate'"), 2);
  classes.ticket_percent = 10000;
  assert_int_equal(size_of_class(store, &classes, NULL, "class = 'corporate'"), 1);
  assert_int_equal(size_of_class(store, &classes, NULL, "class = 'vip'"), 1);
  assert_int_equal(size_of_class(store, &classes, &pyramid, "class = 'vip'"), 2);
  classes.pyramid = &narrow;   /* its own comes first */
  assert_int_equal(size_of_class(store, &classes, &pyramid, "class = 'vip'"), 1);
  classes.least_signs = 5;
  options.expression = "class = 'vip'";
  options.classes = &classes;
  assert_int_equal(crm_segment_compute(store, &scope, &options, &segment, NULL), CRM_ERROR_ARGUMENT);
  assert_null(segment);
  crm_store_free(store);
}

static void test_nothing(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_classes_compute(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,class\n");
  assert_int_equal(crm_classes_corporate(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,pattern\n");
  crm_store_free(store);
}

/* 30 persons and 10 businesses buy once for 10.00 outside of business hours; 25 businesses and 5 persons for 100.00 in
 * them: two signs. Four of unknown kind buy as the latter. */
static void test_calibration(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  facts *lines = facts_create("document,time,customer,amount");
  facts *rows = facts_create("customer,kind");
  crm_table *table = NULL;
  char line[64];
  int i;
  (void)state;
  for (i = 0; i < 74; i++) {
    int large = i >= 40;
    int business = large ? i < 65 : i < 10;
    (void)snprintf(line, sizeof line, "%d,2024-03-0%dT12:00,%d,%d", i, large ? 4 : 3, i, large ? 100 : 10);
    facts_add(lines, line);
    (void)snprintf(line, sizeof line, "%d,%s", i, i >= 70 ? "" : business ? "business" : "person");
    facts_add(rows, line);
  }
  facts_load(lines, store, "sales");
  facts_load(rows, store, "customers");
  facts_free(lines);
  facts_free(rows);
  assert_int_equal(crm_classes_calibration(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "signs,customers,known,businesses,probability,low,high,status\n"
                       "0,40,40,10,0.250000,0.141871,0.401940,ok\n1,0,0,0,,,,insufficient\n"
                       "2,34,30,25,0.833333,0.664356,0.926635,ok\n3,0,0,0,,,,insufficient\n"
                       "4,0,0,0,,,,insufficient\n,74,70,35,0.500000,0.385957,0.614043,ok\n");
  assert_int_equal(crm_classes_corporate(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 74);
  for (i = 0; i < 74; i++) {
    int64_t signs = crm_table_integer(table, crm_table_find(table, "signs"), i);
    assert_int_equal(crm_table_integer(table, crm_table_find(table, "probability"), i), signs == 0 ? 250000 : 833333);
  }
  crm_table_free(table);
  table = NULL;
  assert_int_equal(crm_classes_calibration(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_classes), cmocka_unit_test(test_evidence), cmocka_unit_test(test_options),
    cmocka_unit_test(test_expressions),
    cmocka_unit_test(test_nothing), cmocka_unit_test(test_calibration)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
