/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef crm_status (*question)(const crm_store *store, const crm_scope *scope, const crm_effect_options *options,
                               crm_table **table, crm_error *error);

static crm_segment *chosen(const crm_store *store, const char *expression)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_error error = CRM_ERROR_INIT;
  options.expression = expression;
  if (crm_segment_compute(store, NULL, &options, &segment, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return segment;
}

/* Asks with the customers of two expressions, the second of which may be NULL. */
static crm_table *ask(question compute, const crm_store *store, crm_effect_options options, const char *treated,
                      const char *control)
{
  crm_segment *in = chosen(store, treated);
  crm_segment *out = control == NULL ? NULL : chosen(store, control);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  options.treated = in;
  options.control = out;
  if (compute(store, NULL, &options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  crm_segment_free(in);
  crm_segment_free(out);
  return table;
}

static crm_effect_options since_july(void)
{
  crm_effect_options options = CRM_EFFECT_OPTIONS_INIT;
  options.at = facts_day(2024, 7, 1);
  options.days = 90;
  options.least_cases = 2;
  return options;
}

/* ---- published ---- */

/* Student (Biometrika 6, 1908): hours of sleep gained under two drugs, ten patients each, as if they were different
 * people. Welch's two-sample interval of the difference is that of t.test(extra ~ group, data = sleep) in R's manual:
 * means 0.75 and 2.33, t = -1.8608, df = 17.776, -3.3654832 to 0.2054832. */
static void test_student_sleep(void **state)
{
  static const int drugs[2][10] = {{7, -16, -2, -12, -1, 34, 37, 8, 0, 20}, {19, 8, 11, 1, -1, 44, 55, 16, 46, 34}};
  crm_store_options digits = CRM_STORE_OPTIONS_INIT;
  crm_effect_options options = since_july();
  crm_store *store;
  crm_table *table;
  facts *rows = facts_create("document,time,customer,amount");
  facts *people = facts_create("customer,region");
  int drug;
  int i;
  (void)state;
  digits.digits = 6;
  store = facts_store(&digits, NULL);
  for (drug = 0; drug < 2; drug++) {
    for (i = 0; i < 10; i++) {
      char line[80];
      int after = 100 + drugs[drug][i];
      snprintf(line, sizeof line, "b%d%d,2024-05-01,%d%d,10", drug, i, drug, i);
      facts_add(rows, line);
      snprintf(line, sizeof line, "a%d%d,2024-08-01,%d%d,%d.%d", drug, i, drug, i, after / 10, after % 10);
      facts_add(rows, line);
      snprintf(line, sizeof line, "%d%d,%s", drug, i, drug == 0 ? "first" : "second");
      facts_add(people, line);
    }
  }
  facts_add(rows, "end,2024-12-31,nobody,1");
  facts_load(rows, store, "sales");
  facts_load(people, store, "customers");
  table = ask(crm_effect_compute, store, options, "region = 'second'", "region = 'first'");
  assert_table(table, "group,customers,before,after,change,status\n"
                      "treated,10,10.000000,12.330000,2.330000,ok\ncontrol,10,10.000000,10.750000,0.750000,ok\n"
                      "uplift,10,0.000000,1.580000,1.580000,ok\n");
  assert_result(table, "group,df,low,high,total,total_low\n"
                       "treated,9.00,0.897678,3.762322,23.300000,8.976775\n"
                       "control,9.00,-0.529780,2.029780,7.500000,-5.297804\n"
                       "uplift,17.78,-0.205483,3.365483,15.800000,-2.054832\n");
  facts_free(rows);
  facts_free(people);
  crm_store_free(store);
}

/* ---- by hand ---- */

/* Before the date, in 90 days; after it:
 *   a 10 30, b 20 50 (East, in the programme)    c 10 20, d 30 30 (East, not)
 *   e 5 5, f 5 15 (West, in)                     g 8 8, h 8 10, i 8 12 (West, not)
 *   j 50 90 (North, in): nobody there is not     k 1 2 (South, not)
 *   l - 70 (East, in) first bought after         m - 10 (East, not) likewise */
static const char *const sales =
  "document,time,customer,amount\n"
  "1,2024-05-01,a,10\n2,2024-05-01,b,20\n3,2024-05-01,c,10\n4,2024-05-01,d,30\n5,2024-05-01,e,5\n6,2024-05-01,f,5\n"
  "7,2024-05-01,g,8\n8,2024-05-01,h,8\n9,2024-05-01,i,8\n10,2024-05-01,j,50\n11,2024-05-01,k,1\n"
  "21,2024-08-01,a,30\n22,2024-08-01,b,50\n23,2024-08-01,c,20\n24,2024-08-01,d,30\n25,2024-08-01,e,5\n"
  "26,2024-08-01,f,15\n27,2024-08-01,g,8\n28,2024-08-01,h,10\n29,2024-08-01,i,12\n30,2024-08-01,j,90\n"
  "31,2024-08-01,k,2\n32,2024-08-02,l,70\n33,2024-08-02,m,10\n34,2024-12-31,n,1\n";

static const char *const people =
  "customer,region,segment\n"
  "a,East,in\nb,East,in\nc,East,out\nd,East,out\ne,West,in\nf,West,in\ng,West,out\nh,West,out\ni,West,out\nj,North,in\n"
  "k,South,out\nl,East,in\nm,East,out\nn,,\n";

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  facts_load_text(store, "customers", people);
  return store;
}

/* East: in 20 and 30, mean 25; out 10 and 0, mean 5; West: in 0 and 10, mean 5; out 0, 2, 4, mean 2. Weights 1/2 each:
 * 15 less 3.5. Variance: in 1/4 (50 / 2) + 1/4 (50 / 2) = 12.5; out 1/4 (50 / 2) + 1/4 (4 / 3) = 6.583.
 * df = 19.083^2 / (6.25^2 + 6.25^2 + 6.25^2 + (1/3)^2 / 2) = 364.17 / 117.24. */
static void test_worked_example(void **state)
{
  crm_store *store = example();
  crm_effect_options options = since_july();
  (void)state;
  options.match = "region";
  assert_result(ask(crm_effect_strata, store, options, "segment = 'in'", NULL),
                "region,treated,control,weight,treated_change,control_change,difference,status\n"
                "East,2,2,0.500000,25.00,5.00,20.00,used\nNorth,1,0,0.000000,40.00,,,unmatched\n"
                "South,0,1,0.000000,,1.00,,unmatched\nWest,2,3,0.500000,5.00,2.00,3.00,used\n");
  assert_result(ask(crm_effect_compute, store, options, "segment = 'in'", NULL),
                "group,customers,before,after,change,se,df,low,high,lift,total,status\n"
                "treated,4,10.00,25.00,15.00,3.54,2.00,-0.21,30.21,,60.00,ok\n"
                "control,5,14.00,17.50,3.50,2.57,1.11,-22.48,29.48,,14.00,ok\n"
                "uplift,4,-4.00,7.50,11.50,4.37,3.11,-2.14,25.14,0.851852,46.00,ok\n");
  assert_result(ask(crm_effect_coverage, store, options, "segment = 'in'", NULL),
                "group,reason,customers,share,before,after\n"
                "treated,used,4,0.666667,40.00,100.00\ntreated,unmatched,1,0.166667,50.00,90.00\n"
                "treated,few,0,0.000000,0.00,0.00\ntreated,new,1,0.166667,0.00,70.00\n"
                "treated,both,0,0.000000,0.00,0.00\ntreated,outside,0,0.000000,0.00,0.00\n"
                "treated,all,6,1.000000,90.00,260.00\n"
                "control,used,5,0.625000,64.00,80.00\ncontrol,unmatched,1,0.125000,1.00,2.00\n"
                "control,few,0,0.000000,0.00,0.00\ncontrol,new,2,0.250000,0.00,10.00\n"
                "control,both,0,0.000000,0.00,0.00\ncontrol,outside,0,0.000000,0.00,0.00\n"
                "control,all,8,1.000000,65.00,92.00\n");
  crm_store_free(store);
}

/* One stratum: a b e f j against g h i; d is in both sets, x in none. */
static void test_control_group(void **state)
{
  crm_store *store = example();
  crm_effect_options options = since_july();
  (void)state;
  assert_result(ask(crm_effect_strata, store, options, "segment = 'in' or customer = 'd'",
                    "region = 'West' and segment = 'out' or customer = 'd'"),
                "treated,control,weight,treated_change,control_change,difference,status\n"
                "5,3,1.000000,20.00,2.00,18.00,used\n");
  assert_result(ask(crm_effect_coverage, store, options, "segment = 'in' or customer = 'd'",
                    "region = 'West' and segment = 'out' or customer = 'd'"),
                "group,reason,customers,before,after\n"
                "treated,used,5,90.00,190.00\ntreated,unmatched,0,0.00,0.00\ntreated,few,0,0.00,0.00\n"
                "treated,new,1,0.00,70.00\ntreated,both,1,30.00,30.00\ntreated,outside,0,0.00,0.00\n"
                "treated,all,7,120.00,290.00\n"
                "control,used,3,24.00,30.00\ncontrol,unmatched,0,0.00,0.00\ncontrol,few,0,0.00,0.00\n"
                "control,new,0,0.00,0.00\ncontrol,both,1,30.00,30.00\ncontrol,outside,0,0.00,0.00\n"
                "control,all,4,54.00,60.00\n");
  crm_store_free(store);
}

static void test_too_few(void **state)
{
  crm_store *store = example();
  crm_effect_options options = since_july();
  crm_table *table;
  (void)state;
  options.least_cases = 0;
  options.match = "region";
  table = ask(crm_effect_compute, store, options, "segment = 'in'", NULL);
  assert_string_equal(crm_table_meta_find(table, "least_cases"), "30");
  assert_result(table, "group,customers,change,se,low,total,status\ntreated,4,15.00,,,,insufficient\n"
                       "control,5,3.50,,,,insufficient\nuplift,4,,,,,insufficient\n");
  options.match = "customer";
  assert_result(ask(crm_effect_compute, store, options, "segment = 'in'", NULL),
                "group,customers,change,status\ntreated,0,,undefined\ncontrol,0,,undefined\nuplift,0,,undefined\n");
  crm_store_free(store);
}

/* What changes alike for all has no effect and no error. */
static void test_nothing_changed(void **state)
{
  crm_store *store = example();
  crm_effect_options options = since_july();
  (void)state;
  options.measure = CRM_MEASURE_OCCASIONS;
  options.match = "";
  assert_result(ask(crm_effect_compute, store, options, "segment = 'in'", NULL),
                "group,customers,before,after,change,se,df,low,high,lift\n"
                "treated,5,1.0000,1.0000,0.0000,0.0000,,0.0000,0.0000,\n"
                "control,6,1.0000,1.0000,0.0000,0.0000,,0.0000,0.0000,\n"
                "uplift,5,0.0000,0.0000,0.0000,0.0000,,0.0000,0.0000,0.000000\n");
  crm_store_free(store);
}

/* Both windows are as long as what has passed since the date. */
static void test_running(void **state)
{
  crm_store *store = example();
  crm_effect_options options = since_july();
  crm_segment *in = chosen(store, "segment = 'in'");
  crm_scope scope = CRM_SCOPE_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  options.treated = in;
  scope.as_of = facts_day(2024, 8, 1);
  assert_int_equal(crm_effect_coverage(store, &scope, &options, &table, &error), CRM_OK);
  assert_string_equal(crm_table_meta_find(table, "days"), "31");
  assert_int_equal(integer_at(table, "after", row_of(table, "reason", "all")), 0);
  crm_table_free(table);
  scope.as_of = options.at + CRM_DAY - 1;
  table = NULL;
  assert_int_equal(crm_effect_coverage(store, &scope, &options, &table, &error), CRM_ERROR_RANGE);
  assert_string_equal(error.column, "at");
  crm_segment_free(in);
  crm_store_free(store);
}

static void refuse(const crm_store *store, crm_effect_options options, crm_status wanted, const char *column,
                   int64_t byte)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  assert_int_equal(crm_effect_compute(store, NULL, &options, &table, &error), wanted);
  assert_string_equal(error.column, column);
  assert_int_equal(error.byte, byte);
  assert_null(table);
}

static void test_refusals(void **state)
{
  crm_store *store = example();
  crm_segment *in = chosen(store, "segment = 'in'");
  crm_effect_options options = since_july();
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  refuse(store, options, CRM_ERROR_ARGUMENT, "treated", -1);
  options.treated = in;
  options.at = INT64_MAX;
  refuse(store, options, CRM_ERROR_ARGUMENT, "at", -1);
  options.at = INT64_MIN;
  refuse(store, options, CRM_ERROR_RANGE, "at", -1);
  options = since_july();
  options.treated = in;
  options.days = CRM_EFFECT_DAYS + 1;
  refuse(store, options, CRM_ERROR_ARGUMENT, "days", -1);
  options.days = 1;
  options.measure = 3;
  refuse(store, options, CRM_ERROR_ARGUMENT, "measure", -1);
  options.measure = 0;
  options.least_cases = 1;
  refuse(store, options, CRM_ERROR_ARGUMENT, "least_cases", -1);
  options.least_cases = 0;
  options.match = "region, tear";
  refuse(store, options, CRM_ERROR_SCHEMA, "match", 8);
  options.match = "region tier";
  refuse(store, options, CRM_ERROR_VALUE, "match", 7);
  options.match = "r,f,m,tier,stage,region,segment,owner,kind";
  refuse(store, options, CRM_ERROR_LIMIT, "match", 38);
  options.match = NULL;
  assert_int_equal(crm_effect_compute(NULL, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_effect_compute(store, NULL, NULL, &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_effect_compute(store, NULL, &options, NULL, &error), CRM_ERROR_ARGUMENT);
  facts_load_text(store, "sales", "document,time,customer,amount\n99,2024-12-30,z,1\n");
  assert_int_equal(crm_effect_compute(store, NULL, &options, &table, &error), CRM_ERROR_STATE);
  crm_segment_free(in);
  crm_store_free(store);
}

/* ---- by brute force ---- */

#define PEOPLE 120
#define REGIONS 5

typedef struct person {
  int region;
  int treated;
  int old;             /* had bought before the date */
  double before;
  double after;
} person;

static crm_store *random_store(uint64_t seed, person *everybody)
{
  dice roll = dice_of(seed);
  facts *rows = facts_create("document,time,customer,amount");
  facts *known = facts_create("customer,region,segment");
  crm_store *store = facts_store(NULL, NULL);
  int document = 0;
  int i;
  for (i = 0; i < PEOPLE; i++) {
    person *of = &everybody[i];
    char line[96];
    int sale;
    memset(of, 0, sizeof *of);
    of->region = dice_below(&roll, REGIONS);
    of->treated = dice_below(&roll, 3) == 0;
    snprintf(line, sizeof line, "%d,R%d,%s", i, of->region, of->treated ? "in" : "out");
    facts_add(known, line);
    for (sale = dice_below(&roll, 7); sale > 0; sale--) {
      int day = dice_below(&roll, 240) - 120;   /* from the date on */
      int amount = dice_below(&roll, 90) + 1;
      int when = 182 + day;                     /* 1 July is the 183rd day of the year */
      char date[40];
      static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
      int month = 0;
      while (when > lengths[month]) {
        when -= lengths[month++];
      }
      snprintf(date, sizeof date, "2024-%02d-%02d", month + 1, when);
      snprintf(line, sizeof line, "%d,%s,%d,%d", document++, date, i, amount);
      facts_add(rows, line);
      of->old |= day < 1;
      of->before += day >= -59 && day < 1 ? amount : 0;
      of->after += day >= 1 && day < 61 ? amount : 0;
    }
  }
  facts_add(rows, "end,2024-12-31,last,1");
  facts_load(rows, store, "sales");
  facts_load(known, store, "customers");
  facts_free(rows);
  facts_free(known);
  return store;
}

/* Mean and the variance of the mean of the changes of a region's treated or other customers; answers their number. */
static int two_pass(const person *everybody, int region, int treated, double *mean, double *variance)
{
  int n = 0;
  int i;
  *mean = 0.0;
  *variance = 0.0;
  for (i = 0; i < PEOPLE; i++) {
    const person *of = &everybody[i];
    if (of->old && of->region == region && of->treated == treated) {
      *mean += of->after - of->before;
      n++;
    }
  }
  *mean /= n > 0 ? n : 1;
  for (i = 0; n > 1 && i < PEOPLE; i++) {
    const person *of = &everybody[i];
    if (of->old && of->region == region && of->treated == treated) {
      double off = of->after - of->before - *mean;
      *variance += off * off / (n - 1) / n;
    }
  }
  return n;
}

static void test_against_brute_force(void **state)
{
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 20; seed++) {
    person everybody[PEOPLE];
    crm_store *store = random_store(seed, everybody);
    crm_effect_options options = since_july();
    crm_table *table;
    double uplift = 0.0;
    double variance = 0.0;
    int treated = 0;
    int pass;
    options.days = 60;
    options.match = "region";
    for (pass = 0; pass < 2; pass++) {
      int region;
      for (region = 0; region < REGIONS; region++) {
        double mean[2];
        double error[2];
        int in = two_pass(everybody, region, 1, &mean[1], &error[1]);
        int out = two_pass(everybody, region, 0, &mean[0], &error[0]);
        if (in > 1 && out > 1 && pass == 0) {
          treated += in;
        } else if (in > 1 && out > 1) {
          double weight = (double)in / treated;
          uplift += weight * (mean[1] - mean[0]);
          variance += weight * weight * (error[1] + error[0]);
        }
      }
    }
    table = ask(crm_effect_compute, store, options, "segment = 'in'", NULL);
    assert_true(treated > 10);
    assert_int_equal(integer_at(table, "customers", 2), treated);
    assert_true(fabs((double)integer_at(table, "change", 2) - uplift * 100.0) < 0.500001);
    assert_true(fabs((double)integer_at(table, "se", 2) - sqrt(variance) * 100.0) < 0.500001);
    crm_table_free(table);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_student_sleep),
    cmocka_unit_test(test_worked_example),
    cmocka_unit_test(test_control_group),
    cmocka_unit_test(test_too_few),
    cmocka_unit_test(test_nothing_changed),
    cmocka_unit_test(test_running),
    cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_against_brute_force)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
