/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/baseline.h"
#include "support/facts.h"
#include "support/rounds.h"

#include <stdio.h>
#include <string.h>

static const crm__baseline months = { 12, 1, 24, 18, 0, 400, 100000 };
static const crm__baseline days = { 7, 8, 56, 42, 364, 700, 300000 };

/* A season that repeats, ratios of 1.0, 1.1 and 0.9 in turn against it: their median is 1.0, the median distance
 * 0.1. */
static void make_years(int64_t *values, int32_t count)
{
  static const int64_t turns[3] = { 1000, 1100, 900 };
  int32_t i;
  for (i = 0; i < 12; i++) {
    values[i] = 1000 * (1 + i);
  }
  for (; i < count; i++) {
    values[i] = values[i - 12] * turns[i % 3] / 1000;
  }
}

static void test_by_hand(void **state)
{
  int64_t values[37];
  crm__deviation seen;
  (void)state;
  make_years(values, 36);
  /* 24 ratios before it, 8 of each: spread 0.14826. Twice what it was is 1.0 / 0.14826 = 6.74 spreads away. */
  values[36] = 2 * values[24];
  assert_true(crm__baseline_deviation(values, 36, &months, &seen));
  assert_int_equal(seen.expected, values[24]);
  assert_int_equal(seen.change, 1000000);
  assert_int_equal(seen.spreads, 674);
  assert_int_equal(seen.strength, 168);
  /* Half of it is 3.37 spreads away: not enough. */
  values[36] = values[24] / 2;
  assert_true(crm__baseline_deviation(values, 36, &months, &seen));
  assert_int_equal(seen.spreads, 337);
  assert_true(seen.strength < 100);
  /* Nothing at all is 6.74 spreads away. */
  values[36] = 0;
  assert_true(crm__baseline_deviation(values, 36, &months, &seen));
  assert_int_equal(seen.change, -1000000);
  assert_int_equal(seen.expected, values[24]);
}

/* One odd value before moves nothing. */
static void test_robust(void **state)
{
  int64_t values[37];
  crm__deviation clean;
  crm__deviation seen;
  (void)state;
  make_years(values, 37);
  assert_true(crm__baseline_deviation(values, 36, &months, &clean));
  values[30] = 900000;
  assert_true(crm__baseline_deviation(values, 36, &months, &seen));
  assert_in_range(seen.spreads, clean.spreads < 5 ? 0 : clean.spreads - 5, clean.spreads + 5);
}

/* A change within a tenth is none, however steady the rest. */
static void test_least_size(void **state)
{
  int64_t values[37];
  crm__deviation seen;
  int32_t i;
  (void)state;
  for (i = 0; i < 36; i++) {
    values[i] = 1000;
  }
  values[36] = 1099;
  assert_true(crm__baseline_deviation(values, 36, &months, &seen));
  assert_true(seen.spreads > 100000);
  assert_true(seen.strength < 100);
  values[36] = 1101;
  assert_true(crm__baseline_deviation(values, 36, &months, &seen));
  assert_true(seen.strength >= 100);
}

static void test_history(void **state)
{
  int64_t values[37];
  crm__deviation seen;
  (void)state;
  make_years(values, 37);
  assert_false(crm__baseline_deviation(values, 29, &months, &seen));   /* ratios from 12 on: 17 of them */
  assert_true(crm__baseline_deviation(values, 30, &months, &seen));
  values[24] = 0;   /* no ratio to a year with nothing */
  assert_false(crm__baseline_deviation(values, 36, &months, &seen));
  values[24] = INT64_MAX / 2;   /* nor to one past all reason */
  assert_false(crm__baseline_deviation(values, 36, &months, &seen));
}

/* December doubles every year: with a year before it is no surprise, without one it is. */
static void test_time_of_year(void **state)
{
  static int64_t values[700];
  crm__baseline weekly = days;
  crm__deviation seen;
  dice random = dice_of(5);
  int32_t i;
  (void)state;
  for (i = 0; i < 700; i++) {
    values[i] = 950 + dice_below(&random, 100) + (i % 7 == 0 ? 400 : 0);
    values[i] *= i % 364 >= 300 ? 2 : 1;
  }
  assert_true(crm__baseline_deviation(values, 364 + 303, &days, &seen));
  assert_true(seen.strength < 100);
  weekly.year = 0;
  assert_true(crm__baseline_deviation(values, 364 + 303, &weekly, &seen));
  assert_true(seen.strength >= 100);
}

/* ---- false alarms ---- */

/* The sum of twelve uniform numbers less six: nearly normal. In thousandths. */
static int64_t noise(dice *random)
{
  int64_t sum = -6000;
  int i;
  for (i = 0; i < 12; i++) {
    sum += dice_below(random, 1001);
  }
  return sum;
}

/* Of so many series of made months or days, in which nothing is the matter, how many last values are odd. */
static int count_alarms(const crm__baseline *how, int32_t length, int64_t noise_permille, int series)
{
  static int64_t values[700];
  dice random = dice_of(20240101);
  int alarms = 0;
  int s;
  for (s = 0; s < series; s++) {
    crm__deviation seen;
    int32_t i;
    for (i = 0; i < length; i++) {
      int64_t season = 1000 + 300 * (i % how->season) / how->season;
      values[i] = season * (10000 + i * 10) / 1000 * (1000000 + noise_permille * noise(&random)) / 1000000;
    }
    assert_true(crm__baseline_deviation(values, length - 1, how, &seen));
    alarms += seen.strength >= 100;
  }
  return alarms;
}

/* docs/methods/findings.md states these; the bounds here are wide. */
static void test_false_alarms(void **state)
{
  int series = rounds(4000);
  int of_months = count_alarms(&months, 37, 80, 5 * series);
  int of_few = count_alarms(&months, 31, 80, 5 * series);
  int of_days = count_alarms(&days, 620, 250, series);
  (void)state;
  printf("false alarms: months %d, with least history %d of %d; days %d of %d\n", of_months, of_few, 5 * series,
         of_days, series);
  assert_in_range(of_months, series / 800, series * 3 / 40);
  assert_in_range(of_few, series / 400, series / 10);
  assert_in_range(of_days, 0, series / 200);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_by_hand),  cmocka_unit_test(test_robust),       cmocka_unit_test(test_least_size),
    cmocka_unit_test(test_history),  cmocka_unit_test(test_time_of_year), cmocka_unit_test(test_false_alarms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
