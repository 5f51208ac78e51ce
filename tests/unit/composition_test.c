/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As of 2024-07-01. East: a 100.00, b 60.00; West: c 40.00, d returned 10.00; 7: e, which is known by name; none:
 * f 10.00. w and the sale of nobody are in no group. */
static const char *const sales = "document,time,customer,kind,amount\n"
                                 "1,2024-01-01,a,sale,100\n2,2024-02-01,b,sale,60\n3,2024-03-01,c,sale,40\n"
                                 "4,2024-03-02,d,return,10\n5,2024-06-30,f,sale,10\n6,2024-06-30,,sale,99\n"
                                 "7,2024-06-30,w,sale,99\n";

static const char *const customers = "customer,kind,region,joined,reference\n"
                                     "a,business,East,2024-01-01,yes\nb,person,East,2024-01-15T12:00,no\n"
                                     "c,person,West,2024-03-01,\nd,,West,,yes\ne,,7,2024-05-01,\n"
                                     "w,anonymous,East,,\n";

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  facts_load_text(store, "customers", customers);
  return store;
}

static crm_composition_options by(const char *field, const char *bands, const char *across, const char *across_bands)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  options.by = field;
  options.by_bands = bands;
  options.across = across;
  options.across_bands = across_bands;
  return options;
}

static crm_table *compose(const crm_store *store, const char *field, const char *bands, const char *across,
                          const char *across_bands)
{
  crm_composition_options options = by(field, bands, across, across_bands);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (crm_composition_compute(store, NULL, &options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

/* 6 customers with 200.00: 33.33 a head. Shares are of groups, all of whose spends are above 0. */
static void test_by_region(void **state)
{
  crm_store *store = example();
  crm_table *table = compose(store, "region", NULL, NULL, NULL);
  (void)state;
  assert_string_equal(crm_table_meta_find(table, "by"), "region");
  assert_result(table, "group,across,customers,customer_share,spend,spend_share,spend_index,mix_index\n"
                       "7,,1,0.166667,0.00,,0.000000,\nEast,,2,0.333333,160.00,0.800000,2.400000,\n"
                       "West,,2,0.333333,30.00,0.150000,0.450000,\n,,1,0.166667,10.00,0.050000,0.300000,\n");
  crm_store_free(store);
}

/* Shares are of the group; 2 of 6 are East, of those with kind person 1 of 2. */
static void test_across(void **state)
{
  crm_store *store = example();
  (void)state;
  assert_result(compose(store, "kind", NULL, "customers.region", NULL),
                "group,across,customers,customer_share,spend,spend_share,spend_index,mix_index\n"
                "person,East,1,0.500000,60.00,0.600000,1.800000,1.500000\n"
                "person,West,1,0.500000,40.00,0.400000,1.200000,1.500000\n"
                "business,East,1,1.000000,100.00,1.000000,3.000000,3.000000\n"
                ",7,1,0.333334,0.00,,0.000000,2.000000\n,West,1,0.333333,-10.00,,-0.300000,1.000000\n"
                ",,1,0.333333,10.00,1.000000,0.300000,2.000000\n");
  crm_store_free(store);
}

static void test_bands(void **state)
{
  crm_store *store = example();
  (void)state;
  assert_result(compose(store, "spend", "0, 40,60.005 , 500", NULL, NULL),
                "group,customers,spend\n<0.00,1,-10.00\n0.00..<40.00,2,10.00\n40.00..<60.01,2,100.00\n"
                "60.01..<500.00,1,100.00\n>=500.00,0,0.00\n");
  assert_result(compose(store, "last", "2024-02-01, 2024-03-01", NULL, NULL),
                "group,customers\n<2024-02-01,1\n2024-02-01..<2024-03-01,1\n>=2024-03-01,2\n,2\n");
  assert_result(compose(store, "joined", "2024-01-02, '2024-01-15 12:00', as_of - 2 months", NULL, NULL),
                "group,customers\n<2024-01-02,1\n2024-01-02..<2024-01-15T12:00:00,0\n"
                "2024-01-15T12:00:00..<2024-05-01,2\n>=2024-05-01,1\n,2\n");
  /* few values have a group each */
  assert_result(compose(store, "orders", NULL, "reference", NULL),
                "group,across,customers\n0,true,1\n0,,1\n1,false,1\n1,true,1\n1,,2\n");
  assert_result(compose(store, "tier", NULL, "spend", "50"), "group,across,customers\nvip,>=50.00,1\n"
                                                            "small,<50.00,2\nsmall,>=50.00,1\n"
                                                            "nonpositive,<50.00,1\nprospect,<50.00,1\n");
  assert_result(compose(store, NULL, NULL, NULL, NULL), "group,customers\nvip,1\nsmall,3\nnonpositive,1\n"
                                                        "prospect,1\n");
  crm_store_free(store);
}

/* 1 to 20 once each and 100 five times: fifths of 25 begin at 6, 11, 16, and where the 21st to 25th are, at 100. */
static void test_fifths(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  facts *rows = facts_create("document,time,customer,amount");
  char line[80];
  int i;
  (void)state;
  for (i = 1; i <= 25; i++) {
    (void)snprintf(line, sizeof line, "%d,2024-01-01,c%d,%d", i, i, i <= 20 ? i : 100);
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  assert_result(compose(store, "spend", NULL, NULL, NULL),
                "group,customers\n<6.00,5\n6.00..<11.00,5\n11.00..<16.00,5\n16.00..<100.00,5\n>=100.00,5\n");
  crm_store_free(store);
}

/* Customers 2, 2, 1, 1 of 6: 10 / 36. Spend above 0: 160, 30, 10 of 200: 26600 / 40000. */
static void test_concentration(void **state)
{
  crm_store *store = example();
  crm_composition_options options = by("region", NULL, NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_composition_concentration(store, NULL, &options, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,groups,hhi_customers,hhi_spend,effective\n,6,4,0.277778,0.665000,3.600\n");
  options = by("kind", NULL, "region", NULL);
  assert_int_equal(crm_composition_concentration(store, NULL, &options, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,groups,hhi_customers,hhi_spend,effective\n"
                       "person,2,2,0.500000,0.520000,2.000\nbusiness,1,1,1.000000,1.000000,1.000\n"
                       ",6,4,0.277778,0.665000,3.600\n");
  crm_store_free(store);
}

typedef struct wrong {
  const char *by;
  const char *bands;
  const char *across;
  crm_status status;
  int64_t byte;
  const char *column;
} wrong;

static void test_refused(void **state)
{
  static const wrong cases[] = {
    {"regio", NULL, NULL, CRM_ERROR_SCHEMA, -1, "by"},
    {"customers.tier", NULL, NULL, CRM_ERROR_SCHEMA, -1, "by"},
    {"region", NULL, "", CRM_ERROR_SCHEMA, -1, "across"},
    {"region", "1", NULL, CRM_ERROR_TYPE, 0, "by_bands"},
    {"spend", "", NULL, CRM_ERROR_VALUE, 0, "by_bands"},
    {"spend", "5,", NULL, CRM_ERROR_VALUE, 2, "by_bands"},
    {"spend", "5 6", NULL, CRM_ERROR_VALUE, 2, "by_bands"},
    {"spend", "5, 5", NULL, CRM_ERROR_VALUE, 3, "by_bands"},
    {"spend", "5, 99999999999999999999", NULL, CRM_ERROR_VALUE, 3, "by_bands"},
    {"spend", "5, 'x'", NULL, CRM_ERROR_TYPE, 3, "by_bands"},
    {"last", "2024-13-01", NULL, CRM_ERROR_VALUE, 0, "by_bands"},
    {"orders",
     "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,"
     "41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65",
     NULL, CRM_ERROR_LIMIT, 183, "by_bands"},
  };
  crm_store *store = example();
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  crm_table *table = NULL;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_status status;
    options = by(cases[i].by, cases[i].bands, cases[i].across, NULL);
    status = crm_composition_compute(store, NULL, &options, &table, &error);
    if (status != cases[i].status || error.byte != cases[i].byte || strcmp(error.column, cases[i].column) != 0) {
      fail_msg("%s %s: %s at %d of %s: %s", cases[i].by, cases[i].bands == NULL ? "" : cases[i].bands,
               crm_status_name(status), (int)error.byte, error.column, error.message);
    }
    assert_null(table);
  }
  assert_int_equal(crm_composition_compute(NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_composition_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

static void test_nothing(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_composition_options options = by("spend", NULL, "region", NULL);
  crm_table *table = NULL;
  (void)state;
  assert_result(compose(store, "region", NULL, "spend", NULL), "group,across,customers\n");
  assert_result(compose(store, "spend", "10", NULL, NULL),
                "group,customers,customer_share,spend_index\n<10.00,0,0.000000,\n>=10.00,0,0.000000,\n");
  assert_int_equal(crm_composition_concentration(store, NULL, &options, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,groups,hhi_customers,hhi_spend,effective\n,0,0,,,\n");
  crm_store_free(store);
}

/* Of buyers alone: d only returned, e never bought. All spent 10, 40, 60 and 100: median 40, mean 52.50. */
static void test_spending(void **state)
{
  crm_store *store = example();
  crm_composition_options options = by("region", NULL, NULL, NULL);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_composition_spending(store, NULL, &options, &table, &error), CRM_OK);
  assert_result(table, "group,customers,buyers,spend,spend_share,mean,p10,p25,median,p75,p90,mean_index,median_index,"
                       "above_share,low,high,whole\n"
                       "7,1,0,0.00,,,,,,,,,,,,,false\n"
                       "East,2,2,160.00,0.761905,80.00,60.00,60.00,60.00,100.00,100.00,1.523810,1.500000,"
                       "1.000000,0.342380,1.000000,false\n"
                       "West,2,1,40.00,0.190476,40.00,40.00,40.00,40.00,40.00,40.00,0.761905,1.000000,"
                       "0.000000,0.000000,0.793451,false\n"
                       ",1,1,10.00,0.047619,10.00,10.00,10.00,10.00,10.00,10.00,0.190476,0.250000,"
                       "0.000000,0.000000,0.793451,false\n"
                       ",6,4,210.00,1.000000,52.50,10.00,10.00,40.00,60.00,100.00,1.000000,1.000000,"
                       "0.500000,0.150039,0.849961,true\n");
  options.across = "kind";
  table = NULL;
  assert_int_equal(crm_composition_spending(store, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "across");
  assert_null(table);
  crm_store_free(store);
}

/* Segments may overlap and be empty; without any there is the row of all. */
static void test_spending_of_segments(void **state)
{
  static const char *const names[] = {"large", "some", "none"};
  static const char *const keys[] = {"a", "f", "d"};
  static const char *const large[] = {"a", "b"};
  crm_segment *made[3] = {NULL, NULL, NULL};
  const crm_segment *segments[3];
  crm_store *store = example();
  crm_table *table = NULL;
  int i;
  (void)state;
  assert_int_equal(crm_segment_pick(store, large, 2, NULL, &made[0], NULL), CRM_OK);
  assert_int_equal(crm_segment_pick(store, keys, 3, NULL, &made[1], NULL), CRM_OK);
  assert_int_equal(crm_segment_pick(store, keys, 0, NULL, &made[2], NULL), CRM_OK);
  for (i = 0; i < 3; i++) {
    segments[i] = made[i];
  }
  assert_int_equal(crm_segment_spending(store, NULL, segments, names, 3, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,buyers,spend,spend_share,mean,median,above_share\n"
                       "large,2,2,160.00,0.761905,80.00,60.00,1.000000\nsome,3,2,110.00,0.523810,55.00,10.00,0.500000\n"
                       "none,0,0,0.00,,,,\n,6,4,210.00,1.000000,52.50,40.00,0.500000\n");
  table = NULL;
  segments[1] = NULL;
  assert_int_equal(crm_segment_spending(store, NULL, segments, names, 3, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_spending(store, NULL, segments, names, 257, &table, NULL), CRM_ERROR_LIMIT);
  assert_int_equal(crm_segment_spending(store, NULL, NULL, NULL, 0, &table, NULL), CRM_OK);
  assert_result(table, "group,customers,buyers\n,6,4\n");
  facts_load_text(store, "sales", "document,time,customer,amount\n99,2024-06-30,z,1\n");
  table = NULL;
  assert_int_equal(crm_segment_spending(store, NULL, (const crm_segment *const *)made, names, 1, &table, NULL),
                   CRM_ERROR_STATE);
  for (i = 0; i < 3; i++) {
    crm_segment_free(made[i]);
  }
  crm_store_free(store);
}

static void refuse_limit(const crm_store *store, const char *field, const char *across, const char *place,
                         const char *words)
{
  crm_composition_options options = by(field, NULL, across, NULL);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  assert_int_equal(crm_composition_compute(store, NULL, &options, &table, &error), CRM_ERROR_LIMIT);
  assert_null(table);
  assert_string_equal(error.column, place);
  assert_non_null(strstr(error.message, words));
}

/* 100,001 regions are more than a field may have values; 2,000 owners by 600 segments more pairs than there may be. */
static void test_limits(void **state)
{
  crm_store *store;
  size_t room = 100001 * 48 + 64;
  char *text;
  size_t length;
  int i;
  (void)state;
  store = facts_store(NULL, sales);
  text = malloc(room);
  assert_non_null(text);
  length = (size_t)snprintf(text, room, "customer,joined,region,segment,owner\n");
  for (i = 0; i < 100001; i++) {
    length += (size_t)snprintf(text + length, room - length, "%d,2024-01-01,r%d,s%d,o%d\n", i, i, i % 600, i % 2000);
  }
  facts_load_text(store, "customers", text);
  free(text);
  refuse_limit(store, "region", NULL, "by", "more than 100000 values");
  refuse_limit(store, "segment", "region", "across", "more than 100000 values");
  refuse_limit(store, "owner", "segment", "across", "pairs");
  crm_store_free(store);
}

/* One has spent 9 * 10^16 cents, another has brought back all of it but one cent: an index of the group's spend a head
 * over 0.005 a head is no number that a column of six decimals holds. */
static void test_index_beyond_64_bits(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,kind,amount\n1,2024-01-01,a,sale,900000000000000.00\n"
                                       "2,2024-01-02,d,return,899999999999999.99\n");
  crm_table *table;
  (void)state;
  facts_load_text(store, "customers", "customer,region\na,East\nd,West\n");
  table = compose(store, "region", NULL, NULL, NULL);
  assert_result(table, "group,spend,spend_index\nEast,900000000000000.00,\nWest,-899999999999999.99,\n");
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_limits),
    cmocka_unit_test(test_index_beyond_64_bits),
    cmocka_unit_test(test_by_region),
    cmocka_unit_test(test_spending),
    cmocka_unit_test(test_spending_of_segments),     cmocka_unit_test(test_across),  cmocka_unit_test(test_bands),
    cmocka_unit_test(test_fifths),        cmocka_unit_test(test_concentration), cmocka_unit_test(test_refused),
    cmocka_unit_test(test_nothing)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
