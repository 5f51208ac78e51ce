/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/elementary.h"
#include "base/survival.h"

#include <math.h>
#include <stdlib.h>

static void logarithm_and_exponential_agree_with_the_platforms(void **state)
{
  static const double values[] = {1e-300, 1e-20, 0.001, 0.25, 0.5, 0.7071067811865475, 0.9999999, 1.0, 1.0000001,
                                  1.4142135623730951, 1.5, 2.0, 2.718281828459045, 10.0, 12345.678, 1e20, 1e300};
  double x;
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    double known = log(values[i]);
    assert_true(fabs(crm__log(values[i]) - known) <= 4e-16 * (fabs(known) + 1.0));
  }
  for (x = -700.0; x < 700.0; x += 0.37) {
    double known = exp(x);
    assert_true(fabs(crm__exp(x) - known) <= 4e-16 * known + 1e-320);
  }
  assert_true(crm__log(1.0) == 0.0);
  assert_true(crm__exp(0.0) == 1.0);
  assert_true(crm__exp(-1000.0) == 0.0);
  assert_true(crm__exp(1e9) == crm__exp(709.0));
}

#define DAYS 64

typedef struct cases {
  int64_t ends[DAYS];
  int64_t competing[DAYS];
  int64_t open[DAYS];
} cases;

static crm__durations durations_of(cases *all)
{
  crm__durations durations;
  durations.ends = all->ends;
  durations.competing = all->competing;
  durations.open = all->open;
  durations.days = DAYS;
  return durations;
}

/* Weeks of remission of the 21 leukaemia patients given 6-mercaptopurine (Freireich et al., Blood 21, 1963), with the
 * estimates that textbooks give for them (Kleinbaum and Klein, Survival Analysis, chapter 2). */
static void kaplan_meier_of_remissions_is_known(void **state)
{
  static const int relapses[] = {6, 6, 6, 7, 10, 13, 16, 22, 23};
  static const int still[] = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
  static const struct {
    int week;
    int risk;
    double survival;
  } known[] = {{0, 21, 1.0},     {6, 21, 0.8571}, {7, 17, 0.8067},  {10, 15, 0.7529}, {13, 12, 0.6902},
               {16, 11, 0.6275}, {22, 7, 0.5378}, {23, 6, 0.4482}, {35, 1, 0.4482}};
  cases all = {{0}, {0}, {0}};
  crm__durations durations = durations_of(&all);
  double survival[DAYS];
  int64_t risk[DAYS];
  (void)state;
  for (size_t i = 0; i < sizeof relapses / sizeof relapses[0]; i++) {
    all.ends[relapses[i]]++;
  }
  for (size_t i = 0; i < sizeof still / sizeof still[0]; i++) {
    all.open[still[i]]++;
  }
  crm__survival(&durations, survival, risk);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    assert_int_equal(risk[known[i].week], known[i].risk);
    assert_true(fabs(survival[known[i].week] - known[i].survival) < 0.00006);
  }
}

/* The breast cancer example of Satagopan et al. (British Journal of Cancer 91, 2004, table 2): 305 patients of whom the
 * first nine are listed; incidence in percent 0.3, 0.6, 0.9, 1.2 at 10, 16, 23 and 27 months. */
static void cumulative_incidence_of_a_published_example(void **state)
{
  static const int64_t months[] = {9, 10, 16, 23, 27};
  static const int64_t tenths[] = {0, 3, 6, 9, 12};   /* of a percent; the table adds up rounded terms */
  static const int64_t exact[] = {0, 3289, 6590, 9890, 13202};   /* by fractions: 1/304 + 303/304/302 + ... */
  cases all = {{0}, {0}, {0}};
  crm__durations durations = durations_of(&all);
  (void)state;
  all.open[7] = all.open[14] = all.open[24] = 1;
  all.ends[10] = all.ends[16] = all.ends[23] = all.ends[27] = 1;
  all.competing[18] = all.competing[26] = 1;
  all.open[60] = 305 - 9;
  for (size_t i = 0; i < sizeof months / sizeof months[0]; i++) {
    crm__incidence found = crm__incidence_at(&durations, months[i]);
    assert_int_equal(found.cases, 305);
    assert_true(llabs(found.value - tenths[i] * 1000) < 1300);
    assert_true(found.value == exact[i]);
    assert_int_equal(found.median, -1);
  }
}

/* The log(-log) interval of a share with a given standard error, by the platform's functions. */
static void assert_interval(const crm__incidence *found, double share, double error, double within)
{
  double width = 1.959963984540054 * error / (share * log(share));
  assert_true(fabs((double)found->low / 1e6 - pow(share, exp(-width))) < within);
  assert_true(fabs((double)found->high / 1e6 - pow(share, exp(width))) < within);
  assert_true(found->low < found->value && found->value < found->high);
}

/* Without competing ends the incidence is 1 - S, and its variance that of Greenwood. */
static void a_single_cause_has_the_error_of_greenwood(void **state)
{
  cases all = {{0}, {0}, {0}};
  crm__durations durations = durations_of(&all);
  crm__incidence found;
  double survival = (18.0 / 21.0) * (16.0 / 17.0) * (14.0 / 15.0);
  double sum = 3.0 / (21.0 * 18.0) + 1.0 / (17.0 * 16.0) + 1.0 / (15.0 * 14.0);
  (void)state;
  all.ends[6] = 3;
  all.ends[7] = all.ends[10] = 1;
  all.open[6] = all.open[9] = all.open[10] = 1;
  all.open[40] = 13;
  found = crm__incidence_at(&durations, 12);
  assert_int_equal(found.cases, 21);
  assert_int_equal(found.ended, 5);
  assert_int_equal(found.open, 3);
  assert_int_equal(found.at_risk, 13);
  assert_true(fabs((double)found.value / 1e6 - (1.0 - survival)) < 1e-6);
  assert_interval(&found, 1.0 - survival, survival * sqrt(sum), 2e-6);
}

/* With next to no censoring the variance is that of a share. */
static void competing_ends_have_the_error_of_a_share(void **state)
{
  cases all = {{0}, {0}, {0}};
  crm__durations durations = durations_of(&all);
  crm__incidence found;
  (void)state;
  all.open[0] = 1;
  for (int day = 1; day <= 30; day++) {
    all.ends[day] = 10;
    all.competing[day] = 20;
  }
  all.open[50] = 100;
  found = crm__incidence_at(&durations, 30);
  assert_int_equal(found.value, 300000);
  assert_interval(&found, 0.3, sqrt(0.3 * 0.7 / 1000.0), 2e-5);
}

static void plain_shares_and_edges(void **state)
{
  cases all = {{0}, {0}, {0}};
  crm__durations durations = durations_of(&all);
  crm__incidence found = crm__incidence_at(&durations, 100);
  (void)state;
  assert_int_equal(found.cases, 0);
  assert_int_equal(found.value, 0);
  all.ends[0] = 3;
  all.ends[5] = 5;
  all.competing[5] = 1;
  all.open[20] = 1;
  found = crm__incidence_at(&durations, 10);   /* 8 of 10, Wilson */
  assert_int_equal(found.value, 800000);
  assert_int_equal(found.low, 490162);
  assert_int_equal(found.high, 943318);
  assert_int_equal(found.median, 5);
  assert_int_equal(found.at_risk, 1);
  memset(&all, 0, sizeof all);
  all.open[3] = 7;
  found = crm__incidence_at(&durations, 10);   /* all open: nothing is known */
  assert_int_equal(found.value, 0);
  assert_int_equal(found.low, 0);
  assert_int_equal(found.high, 1000000);
  all.ends[1] = 10;
  all.open[0] = 4;
  all.open[3] = 0;
  found = crm__incidence_at(&durations, 10);   /* all that stayed have ended */
  assert_int_equal(found.value, 1000000);
  assert_int_equal(found.low, 722467);
  assert_int_equal(found.high, 1000000);
}

/* Freireich and others, 1963: weeks of remission under 6-MP and placebo. Medians and intervals are those that SAS PROC
 * LIFETEST and R's survfit with conf.type "log-log" give. */
static void the_median_has_its_interval(void **state)
{
  static const int ended[] = {6, 6, 6, 7, 10, 13, 16, 22, 23};
  static const int open[] = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
  static const int placebo[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  cases all = {{0}, {0}, {0}};
  crm__durations durations = durations_of(&all);
  crm__median found = crm__survival_median(&durations);
  size_t i;
  (void)state;
  assert_true(found.day == -1 && found.low == -1 && found.high == -1);
  for (i = 0; i < sizeof ended / sizeof ended[0]; i++) {
    all.ends[ended[i]]++;
  }
  for (i = 0; i < sizeof open / sizeof open[0]; i++) {
    all.open[open[i]]++;
  }
  found = crm__survival_median(&durations);
  assert_true(found.day == 23 && found.low == 13 && found.high == -1);
  memset(&all, 0, sizeof all);
  for (i = 0; i < sizeof placebo / sizeof placebo[0]; i++) {
    all.ends[placebo[i]]++;
  }
  found = crm__survival_median(&durations);
  assert_true(found.day == 8 && found.low == 4 && found.high == 11);
  memset(&all, 0, sizeof all);
  all.ends[3] = 2;
  found = crm__survival_median(&durations);   /* both at once */
  assert_true(found.day == 3 && found.low == 3 && found.high == -1);
}

/* The mean weeks of remission restricted to 35: of the 21 patients given 6-mercaptopurine 23.29 with a standard error
 * of 2.83, of the 21 given a placebo 8.67 with 1.38 (Klein and Moeschberger, Survival Analysis, 2003, section 4.5; all
 * of the latter relapsed, so that it is their mean, and the error that of a mean with divisor n). */
static void the_restricted_mean_of_remissions_is_known(void **state)
{
  static const int relapses[] = {6, 6, 6, 7, 10, 13, 16, 22, 23};
  static const int still[] = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
  static const int placebo[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  cases all = {{0}, {0}, {0}};
  crm__durations durations = durations_of(&all);
  crm__restricted_mean found;
  double sum = 0.0;
  double squares = 0.0;
  (void)state;
  for (size_t i = 0; i < sizeof relapses / sizeof relapses[0]; i++) {
    all.ends[relapses[i]]++;
  }
  for (size_t i = 0; i < sizeof still / sizeof still[0]; i++) {
    all.open[still[i]]++;
  }
  found = crm__survival_mean(&durations, 35);
  assert_true(fabs(found.mean - 23.287) < 0.001);
  assert_true(fabs(sqrt(found.variance) - 2.827) < 0.001);
  assert_true(fabs(found.survival - 0.4482) < 0.00006);
  assert_true(found.cases == 21 && found.ended == 9 && found.at_risk == 1);
  found = crm__survival_mean(&durations, 6);
  assert_true(found.mean == 6.0 && found.variance == 0.0 && found.ended == 0 && found.at_risk == 21);
  found = crm__survival_mean(&durations, DAYS + 100);   /* the curve stays where it ends */
  assert_true(fabs(found.mean - 23.287 - (DAYS + 65) * 0.4482) < 0.01);
  memset(&all, 0, sizeof all);
  for (size_t i = 0; i < sizeof placebo / sizeof placebo[0]; i++) {
    all.ends[placebo[i]]++;
    sum += placebo[i];
    squares += placebo[i] * placebo[i];
  }
  found = crm__survival_mean(&durations, 35);
  assert_true(fabs(found.mean - sum / 21.0) < 1e-12);
  assert_true(fabs(found.mean - 8.667) < 0.001 && fabs(sqrt(found.variance) - 1.377) < 0.001);
  assert_true(fabs(found.variance - (squares / 21.0 - sum * sum / 441.0) / 21.0) < 1e-12);
  memset(&all, 0, sizeof all);
  found = crm__survival_mean(&durations, 35);
  assert_true(found.mean == 0.0 && found.variance == 0.0 && found.cases == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(logarithm_and_exponential_agree_with_the_platforms),
    cmocka_unit_test(kaplan_meier_of_remissions_is_known),
    cmocka_unit_test(cumulative_incidence_of_a_published_example),
    cmocka_unit_test(a_single_cause_has_the_error_of_greenwood),
    cmocka_unit_test(competing_ends_have_the_error_of_a_share),
    cmocka_unit_test(plain_shares_and_edges),
    cmocka_unit_test(the_median_has_its_interval),
    cmocka_unit_test(the_restricted_mean_of_remissions_is_known),
  };
  return cmocka_run_group_tests_name("survival", tests, NULL, NULL);
}
