/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The worked example as of 2024-02-01: ten customers whose last days are one a day from 1 to 10 days ago. */
static const char *const example =
  "document,time,customer,amount\n"
  "1,2024-01-31,a,100\n2,2024-01-30,a,100\n3,2024-01-29,a,100\n4,2024-01-28,a,100\n5,2024-01-27,a,100\n"
  "6,2024-01-30,b,100\n7,2024-01-29,b,100\n8,2024-01-28,b,100\n"
  "9,2024-01-29,c,45\n10,2024-01-28,c,45\n"
  "11,2024-01-28,d,100\n12,2024-01-27,d,100\n"
  "13,2024-01-27,e,40\n"
  "14,2024-01-26,f,40\n"
  "15,2024-01-25,g,70\n"
  "16,2024-01-24,h,10\n"
  "17,2024-01-23,i,20\n"
  "18,2024-01-22,j,100\n"
  "19,2024-01-31,,1000\n";

static crm_table *compute(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (crm_rfm_compute(store, scope, options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

/* R: nobody is worse than j, one than i, two than h: 1 1 2 2 3 3 4 4 5 5. F: six bought once, so six are worse than two
 * occasions: 1 + floor(30 / 10) = 4. M: 10 20 40 40 70 90 100 200 300 500. */
static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_table *table = compute(store, NULL, NULL);
  (void)state;
  assert_table(table, "customer,recency_days,frequency,monetary,r,f,m,segment\n"
                      "a,1,5,500.00,5,5,5,champions\n"
                      "b,2,3,300.00,5,5,5,champions\n"
                      "c,3,2,90.00,4,4,3,loyal\n"
                      "d,4,2,200.00,4,4,4,loyal\n"
                      "e,5,1,40.00,3,1,2,about_to_sleep\n"
                      "f,6,1,40.00,3,1,2,about_to_sleep\n"
                      "g,7,1,70.00,2,1,3,hibernating\n"
                      "h,8,1,10.00,2,1,1,hibernating\n"
                      "i,9,1,20.00,1,1,1,lost\n"
                      "j,10,1,100.00,1,1,4,lost\n");
  assert_string_equal(crm_table_meta_find(table, "n"), "10");
  assert_string_equal(crm_table_meta_find(table, "recency_edges"), "8,6,4,2");
  assert_string_equal(crm_table_meta_find(table, "frequency_edges"), "2,2,2,3");
  assert_string_equal(crm_table_meta_find(table, "monetary_edges"), "20.01,40.01,90.01,200.01");
  crm_table_free(table);
  crm_store_free(store);
}

/* The six that bought once now stand by key: e f g h i j take the ranks 0 to 5. */
static void test_ties_split(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  (void)state;
  options.ties = CRM_TIES_SPLIT;
  assert_result(compute(store, NULL, &options), "customer,r,f,m\n"
                                                "a,5,5,5\nb,5,5,5\nc,4,4,3\nd,4,4,4\ne,3,1,2\n"
                                                "f,3,1,2\ng,2,2,3\nh,2,2,1\ni,1,3,1\nj,1,3,4\n");
  crm_store_free(store);
}

static void test_own_cuts(void **state)
{
  static const int64_t recency[] = { 30, 7, 3, 1 };
  static const int64_t frequency[] = { 2, 3, 4, 5 };
  static const int64_t monetary[] = { 2000, 5000, 10000, 50000 };
  crm_store *store = facts_store(NULL, example);
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  (void)state;
  options.recency_cuts = recency;
  options.frequency_cuts = frequency;
  options.monetary_cuts = monetary;
  assert_result(compute(store, NULL, &options), "customer,r,f,m\n"
                                                "a,5,5,5\nb,4,3,4\nc,4,2,3\nd,3,2,4\ne,3,1,2\n"
                                                "f,3,1,2\ng,3,1,3\nh,2,1,1\ni,2,1,2\nj,2,1,4\n");
  crm_store_free(store);
}

static void test_segments(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_rfm_segments(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "segment,customers,customer_share,spend,spend_share,recency_days,frequency,monetary\n"
                       "champions,2,0.200000,800.00,0.583942,1,3,300.00\n"
                       "loyal,2,0.200000,290.00,0.211679,3,2,90.00\n"
                       "potential_loyalist,0,0.000000,0.00,0.000000,,,\n"
                       "recent,0,0.000000,0.00,0.000000,,,\n"
                       "promising,0,0.000000,0.00,0.000000,,,\n"
                       "needs_attention,0,0.000000,0.00,0.000000,,,\n"
                       "about_to_sleep,2,0.200000,80.00,0.058394,5,1,40.00\n"
                       "cannot_lose,0,0.000000,0.00,0.000000,,,\n"
                       "at_risk,0,0.000000,0.00,0.000000,,,\n"
                       "hibernating,2,0.200000,80.00,0.058394,7,1,10.00\n"
                       "lost,2,0.200000,120.00,0.087591,9,1,20.00\n");
  crm_store_free(store);
}

/* From best to worst: (5,5) (5,4) (4,5) ... as the names first appear. */
static void test_own_grid(void **state)
{
  const char *grid[25];
  crm_store *store = facts_store(NULL, example);
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  crm_table *table = NULL;
  int i;
  (void)state;
  for (i = 0; i < 25; i++) {
    grid[i] = i % 5 >= 3 ? "often" : i / 5 >= 2 ? "lately" : "rest";
  }
  options.segments = grid;
  assert_int_equal(crm_rfm_segments(store, NULL, &options, &table, NULL), CRM_OK);
  assert_result(table, "segment,customers\noften,4\nlately,2\nrest,4\n");
  crm_store_free(store);
}

static void test_empty_store(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_result(compute(store, NULL, NULL), "customer,r,f,m\n");
  assert_int_equal(crm_rfm_segments(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 11);
  assert_true(is_null_at(table, "customer_share", 0) && is_null_at(table, "spend_share", 0));
  crm_table_free(table);
  crm_store_free(store);
}

static void assert_refused(const crm_store *store, const crm_rfm_options *options, const char *column)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  assert_int_equal(crm_rfm_compute(store, NULL, options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, column);
  assert_int_equal(crm_rfm_segments(store, NULL, options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_null(table);
}

static void test_options_are_checked(void **state)
{
  static const int64_t rising[] = { 1, 2, 3, 4 };
  static const int64_t falling[] = { 4, 3, 2, 1 };
  static const int64_t huge[] = { INT64_MAX, 3, 2, 1 };
  const char *grid[25];
  crm_store *store = facts_store(NULL, NULL);
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  crm_rfm_options other = CRM_RFM_OPTIONS_INIT;
  int i;
  (void)state;
  options.ties = 2;
  assert_refused(store, &options, "ties");
  options = other;
  options.recency_cuts = rising;
  assert_refused(store, &options, "recency_cuts");
  options.recency_cuts = huge;
  assert_refused(store, &options, "recency_cuts");
  options = other;
  options.frequency_cuts = falling;
  assert_refused(store, &options, "frequency_cuts");
  options = other;
  options.monetary_cuts = falling;
  assert_refused(store, &options, "monetary_cuts");
  options = other;
  for (i = 0; i < 25; i++) {
    grid[i] = "x";
  }
  options.segments = grid;
  grid[24] = NULL;
  assert_refused(store, &options, "segments");
  grid[24] = "";
  assert_refused(store, &options, "segments");
  grid[24] = "\xff";
  assert_refused(store, &options, "segments");
  assert_int_equal(crm_rfm_compute(NULL, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* ---- against the definitions ---- */

#define MOST 60

typedef struct buyer {
  int64_t axes[3];   /* more is better: minus days, occasions, money */
} buyer;

/* Buyers are in key order. */
static int score_of(const buyer *buyers, int count, int who, int axis, int split)
{
  int worse = 0;
  int i;
  for (i = 0; i < count; i++) {
    worse += buyers[i].axes[axis] < buyers[who].axes[axis] ||
             (split && i < who && buyers[i].axes[axis] == buyers[who].axes[axis]);
  }
  return 1 + 5 * worse / count;
}

/* Amounts from -2 to 9 times `unit`; a sale below 0 is a discount. */
static crm_store *random_store(dice *random, buyer *buyers, int count, int unit)
{
  facts *rows = facts_create("document,time,customer,amount,kind");
  crm_store *store = facts_store(NULL, NULL);
  int document = 0;
  int i;
  for (i = 0; i < count; i++) {
    int orders = 1 + dice_below(random, 4) * dice_below(random, 2);
    int k;
    memset(&buyers[i], 0, sizeof buyers[i]);
    buyers[i].axes[0] = INT64_MIN;
    buyers[i].axes[1] = orders;
    for (k = 0; k < orders; k++) {
      int day = 1 + dice_below(random, 28);
      int64_t amount = (int64_t)(dice_below(random, 12) - 2) * unit;
      char line[80];
      (void)snprintf(line, sizeof line, "%d,2024-01-%02d,c%02d,%lld,sale", document++, day, i, (long long)amount);
      facts_add(rows, line);
      buyers[i].axes[2] += amount * 100;
      buyers[i].axes[0] = day - 32 > buyers[i].axes[0] ? day - 32 : buyers[i].axes[0];
    }
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

static void read_edges(const crm_table *table, const char *key, int64_t *cuts)
{
  const char *text = crm_table_meta_find(table, key);
  int i;
  assert_non_null(text);
  for (i = 0; i < 4; i++) {
    double value = strtod(text, NULL) * (strchr(text, '.') != NULL ? 100 : 1);
    cuts[i] = (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
    text = strchr(text, ',') != NULL ? strchr(text, ',') + 1 : text;
  }
}

/* The edges in the metadata, taken as own cuts, give the same scores. */
static void compare_with_own_edges(const crm_store *store, const crm_scope *scope, const crm_table *table)
{
  int64_t cuts[3][4];
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  crm_table *again;
  int64_t row;
  read_edges(table, "recency_edges", cuts[0]);
  read_edges(table, "frequency_edges", cuts[1]);
  read_edges(table, "monetary_edges", cuts[2]);
  options.recency_cuts = cuts[0];
  options.frequency_cuts = cuts[1];
  options.monetary_cuts = cuts[2];
  again = compute(store, scope, &options);
  for (row = 0; row < crm_table_rows(table); row++) {
    assert_int_equal(integer_at(again, "r", row), integer_at(table, "r", row));
    assert_int_equal(integer_at(again, "f", row), integer_at(table, "f", row));
    assert_int_equal(integer_at(again, "m", row), integer_at(table, "m", row));
  }
  crm_table_free(again);
}

static int compare_numbers(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* The lower median of a column over the members of a segment. */
static int64_t median_of(const crm_table *members, const char *segment, const char *column)
{
  int64_t values[MOST];
  size_t count = 0;
  int64_t row;
  for (row = 0; row < crm_table_rows(members); row++) {
    if (text_is(members, "segment", row, segment)) {
      values[count++] = integer_at(members, column, row);
    }
  }
  qsort(values, count, sizeof values[0], compare_numbers);
  return values[(count - 1) / 2];
}

static void compare_segments(const crm_store *store, const crm_scope *scope, const crm_rfm_options *options,
                             const crm_table *members)
{
  static const char *const columns[] = {"recency_days", "frequency", "monetary"};
  crm_table *segments = NULL;
  int64_t customers = 0;
  int64_t row;
  size_t c;
  assert_int_equal(crm_rfm_segments(store, scope, options, &segments, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(segments); row++) {
    size_t length;
    const char *text = crm_table_text(segments, 0, row, &length);
    char name[64];
    (void)snprintf(name, sizeof name, "%.*s", (int)length, text);
    customers += integer_at(segments, "customers", row);
    for (c = 0; c < 3 && integer_at(segments, "customers", row) > 0; c++) {
      assert_int_equal(integer_at(segments, columns[c], row),
                       median_of(members, name, columns[c]));
    }
  }
  assert_int_equal(customers, crm_table_rows(members));
  crm_table_free(segments);
}

/* Money and days that are few and many: each has its own way to be counted and kept. */
static void test_against_definition(void **state)
{
  static const int units[] = {1, 1, 12345, 12345, 100000000, 100000000};
  static const int32_t years[] = {2024, 2024, 2024, 2050, 2250};
  dice random = dice_of(77);
  crm_scope scope = CRM_SCOPE_INIT;
  int round;
  (void)state;
  for (round = 0; round < 120; round++) {
    buyer buyers[MOST];
    int count = 1 + dice_below(&random, MOST);
    crm_store *store = random_store(&random, buyers, count, units[round % 6]);
    crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
    int64_t later;
    crm_table *table;
    int i;
    options.ties = round % 2;
    scope.as_of = facts_day(years[round % 5], 2, 1);
    later = (scope.as_of - facts_day(2024, 2, 1)) / CRM_DAY;
    table = compute(store, &scope, &options);
    assert_int_equal(crm_table_rows(table), count);
    for (i = 0; i < count; i++) {
      assert_int_equal(integer_at(table, "recency_days", i), later - buyers[i].axes[0]);
      assert_int_equal(integer_at(table, "frequency", i), buyers[i].axes[1]);
      assert_int_equal(integer_at(table, "monetary", i), buyers[i].axes[2]);
      assert_int_equal(integer_at(table, "r", i), score_of(buyers, count, i, 0, round % 2));
      assert_int_equal(integer_at(table, "f", i), score_of(buyers, count, i, 1, round % 2));
      assert_int_equal(integer_at(table, "m", i), score_of(buyers, count, i, 2, round % 2));
    }
    if (round % 2 == 0) {
      compare_with_own_edges(store, &scope, table);
    }
    compare_segments(store, &scope, &options, table);
    crm_table_free(table);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example),
    cmocka_unit_test(test_ties_split),
    cmocka_unit_test(test_own_cuts),
    cmocka_unit_test(test_segments),
    cmocka_unit_test(test_own_grid),
    cmocka_unit_test(test_empty_store),
    cmocka_unit_test(test_options_are_checked),
    cmocka_unit_test(test_against_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
