/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/statistics.h"

#define MILLION INT64_C(1000000)

/* By 60-digit decimal arithmetic; 81 in 263, 15 in 148 and 1 in 29 are the examples of Newcombe (Statistics in Medicine
 * 17, 1998), who gives 0.2553-0.3662, 0.0624-0.1605 and 0.0061-0.1718. */
static void wilson_intervals_are_known(void **state)
{
  static const struct {
    int64_t k;
    int64_t n;
    int64_t low;
    int64_t high;
  } known[] = {
    {0, 1, 0, 793451},
    {1, 1, 206549, 1000000},
    {0, 10, 0, 277533},
    {10, 10, 722467, 1000000},
    {1, 2, 94531, 905469},
    {1, 3, 61492, 792340},
    {5, 10, 236593, 763407},
    {8, 10, 490162, 943318},
    {1, 29, 6113, 171755},
    {15, 148, 62386, 160487},
    {81, 263, 255289, 366210},
    {56, 70, 691834, 876953},
    {0, 56, 0, 64194},
    {1, 1000000, 0, 6},
    {999999, 1000000, 999994, 1000000},
    {123456, 987654, 124348, 125653},
    {0, 1000000, 0, 4},
    {1000000, 1000000, 999996, 1000000},
    {INT64_C(1) << 53, INT64_C(1) << 62, 1953, 1953},
    {INT64_C(1) << 62, INT64_MAX, 500000, 500000},
    {0, INT64_MAX, 0, 0},
    {INT64_MAX, INT64_MAX, 1000000, 1000000},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
    int64_t low = -1;
    int64_t high = -1;
    crm__wilson(known[i].k, known[i].n, &low, &high);
    if (low != known[i].low || high != known[i].high) {
      fail_msg("%lld in %lld: %lld to %lld", (long long)known[i].k, (long long)known[i].n, (long long)low,
               (long long)high);
    }
  }
}

/* The bounds p solve n (k/n - p)^2 = z^2 p (1 - p): at p - and p + half a millionth the two sides change order. */
static int inside(double k, double n, double p)
{
  double distance = k / n - p;
  return n * distance * distance < 3.841458820694124 * p * (1 - p);
}

static void wilson_intervals_solve_their_equation(void **state)
{
  const double slack = 0.50001e-6;
  (void)state;
  for (int64_t n = 1; n <= 400; n += n < 40 ? 1 : 13) {
    for (int64_t k = 0; k <= n; k++) {
      int64_t low = -1;
      int64_t high = -1;
      double cases = (double)n;
      crm__wilson(k, n, &low, &high);
      assert_true(low >= 0 && low <= crm__ratio(k, n) && crm__ratio(k, n) <= high && high <= MILLION);
      assert_true((low == 0) == (k == 0) && (high == MILLION) == (k == n));
      if (k > 0) {
        assert_true(inside((double)k, cases, (double)low / 1e6 + slack));
        assert_false(inside((double)k, cases, (double)low / 1e6 - slack));
      }
      if (k < n) {
        assert_true(inside((double)k, cases, (double)high / 1e6 - slack));
        assert_false(inside((double)k, cases, (double)high / 1e6 + slack));
      }
    }
  }
}

static void wilson_intervals_mirror(void **state)
{
  (void)state;
  for (int64_t n = 1; n <= 60; n++) {
    for (int64_t k = 0; k <= n; k++) {
      int64_t low = 0;
      int64_t high = 0;
      int64_t other_low = 0;
      int64_t other_high = 0;
      crm__wilson(k, n, &low, &high);
      crm__wilson(n - k, n, &other_low, &other_high);
      assert_int_equal(low, MILLION - other_high);
      assert_int_equal(high, MILLION - other_low);
    }
  }
}

static void ratios_round_half_away_from_zero(void **state)
{
  (void)state;
  assert_int_equal(crm__ratio(1, 3), 333333);
  assert_int_equal(crm__ratio(2, 3), 666667);
  assert_int_equal(crm__ratio(-2, 3), -666667);
  assert_int_equal(crm__ratio(2, -3), -666667);
  assert_int_equal(crm__ratio(-2, -3), 666667);
  assert_int_equal(crm__ratio(1, 2000000), 1);
  assert_int_equal(crm__ratio(-1, 2000000), -1);
  assert_int_equal(crm__ratio(1, 2000001), 0);
  assert_int_equal(crm__ratio(0, -5), 0);
  assert_int_equal(crm__ratio(INT64_MAX, INT64_MAX), MILLION);
  assert_int_equal(crm__ratio(INT64_MIN, INT64_MIN), MILLION);
  assert_int_equal(crm__ratio(INT64_MIN, INT64_MAX), -MILLION);
  assert_int_equal(crm__ratio(INT64_C(9223372036854), 1), INT64_C(9223372036854000000));
  assert_int_equal(crm__ratio(INT64_C(9223372036855), 1), INT64_MAX);
  assert_int_equal(crm__ratio(INT64_C(-9223372036855), 1), -INT64_MAX);
  assert_int_equal(crm__ratio(INT64_MIN, -1), INT64_MAX);
}

/* Small cases the slow way: floors, then one at a time to the largest remainder that has none yet. */
static void assert_apportioned(const int64_t *values, int64_t count, int64_t whole)
{
  int64_t expected[8];
  int64_t rest[8];
  int64_t shares[8];
  uint64_t remainders[8];
  int64_t sum = 0;
  int64_t left = whole;
  for (int64_t i = 0; i < count; i++) {
    sum += values[i];
  }
  for (int64_t i = 0; i < count; i++) {
    expected[i] = values[i] * whole / sum;
    rest[i] = values[i] * whole % sum;
    left -= expected[i];
  }
  for (; left > 0; left--) {
    int64_t best = 0;
    for (int64_t i = 1; i < count; i++) {
      best = rest[i] > rest[best] ? i : best;
    }
    expected[best]++;
    rest[best] = -1;
  }
  crm__apportion(values, count, whole, shares, remainders);
  assert_memory_equal(shares, expected, (size_t)count * sizeof(shares[0]));
}

static void all_small_shares_go_by_largest_remainder(void **state)
{
  (void)state;
  for (int code = 1; code < 7 * 7 * 7 * 7 * 7; code++) {
    int64_t values[5];
    int rest = code;
    for (int i = 0; i < 5; i++, rest /= 7) {
      values[i] = rest % 7;
    }
    assert_apportioned(values, 5, code % 23);
    assert_apportioned(values, 5, MILLION);
  }
}

static void equal_values_share_from_the_first(void **state)
{
  static const int64_t values[] = {5, 5, 5, 0, 5, 5, 5};
  static const int64_t expected[] = {166667, 166667, 166667, 0, 166667, 166666, 166666};
  int64_t shares[7];
  uint64_t remainders[7];
  (void)state;
  crm__apportion(values, 7, MILLION, shares, remainders);
  assert_memory_equal(shares, expected, sizeof(shares));
}

static void large_values_add_up(void **state)
{
  static const int64_t values[] = {INT64_MAX / 3, INT64_MAX / 3, INT64_MAX / 3, 1, 0};
  static const int64_t expected[] = {333334, 333333, 333333, 0, 0};
  int64_t shares[5];
  uint64_t remainders[5];
  (void)state;
  crm__apportion(values, 5, MILLION, shares, remainders);
  assert_memory_equal(shares, expected, sizeof(shares));
  crm__apportion(values, 5, 0, shares, remainders);
  assert_int_equal(shares[0], 0);
}

static void many_shares_add_up(void **state)
{
  enum { COUNT = 5000 };
  static int64_t values[COUNT];
  static int64_t shares[COUNT];
  static uint64_t remainders[COUNT];
  uint64_t seed = 5;
  int64_t sum = 0;
  int64_t total = 0;
  (void)state;
  for (int i = 0; i < COUNT; i++) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    values[i] = i % 7 == 0 ? 0 : (int64_t)((seed >> 14) >> (seed % 40));
    sum += values[i];
  }
  crm__apportion(values, COUNT, MILLION, shares, remainders);
  for (int i = 0; i < COUNT; i++) {
    double exact = (double)values[i] / (double)sum * 1e6;
    assert_true((double)shares[i] > exact - 1.0001 && (double)shares[i] < exact + 1.0001);
    assert_true(values[i] > 0 || shares[i] == 0);
    total += shares[i];
  }
  assert_int_equal(total, MILLION);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(wilson_intervals_are_known),
    cmocka_unit_test(wilson_intervals_solve_their_equation),
    cmocka_unit_test(wilson_intervals_mirror),
    cmocka_unit_test(ratios_round_half_away_from_zero),
    cmocka_unit_test(all_small_shares_go_by_largest_remainder),
    cmocka_unit_test(equal_values_share_from_the_first),
    cmocka_unit_test(large_values_add_up),
    cmocka_unit_test(many_shares_add_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
