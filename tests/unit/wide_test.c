/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/wide.h"

#define DIGITS 40

static crm__wide make(uint64_t high, uint64_t low, int negative)
{
  crm__wide wide;
  wide.low = low;
  wide.high = high;
  wide.negative = negative;
  return wide;
}

static void assert_wide(crm__wide wide, uint64_t high, uint64_t low, int negative)
{
  assert_int_equal(wide.high, high);
  assert_int_equal(wide.low, low);
  assert_int_equal(wide.negative, negative);
}

static uint64_t next_random(uint64_t *state)
{
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (z ^ (z >> 31)) >> (z % 64);   /* all magnitudes */
}

/* The same arithmetic as on paper: decimal digits, the lowest first. */
static void paper_from(uint64_t value, int *digits)
{
  for (int i = 0; i < DIGITS; i++) {
    digits[i] = (int)(value % 10);
    value /= 10;
  }
}

static void paper_add_product(const int *a, const int *b, int *sum)
{
  int carry = 0;
  for (int place = 0; place < DIGITS; place++) {
    int total = carry + sum[place];
    for (int i = 0; i <= place; i++) {
      total += a[i] * b[place - i];
    }
    sum[place] = total % 10;
    carry = total / 10;
  }
  assert_int_equal(carry, 0);
}

/* 2^64 = 18446744073709551616. */
static void paper_from_wide(crm__wide wide, int *digits)
{
  int high[DIGITS];
  int base[DIGITS];
  int carry = 1;
  paper_from(wide.low, digits);
  paper_from(wide.high, high);
  paper_from(UINT64_MAX, base);
  for (int i = 0; i < DIGITS; i++) {
    base[i] += carry;
    carry = base[i] / 10;
    base[i] %= 10;
  }
  paper_add_product(high, base, digits);
}

static void products_equal_those_on_paper(void **state)
{
  uint64_t seed = 1;
  (void)state;
  for (int round = 0; round < 20000; round++) {
    int64_t a = (int64_t)next_random(&seed);
    int64_t b = (int64_t)next_random(&seed);
    int x[DIGITS];
    int y[DIGITS];
    int expected[DIGITS] = {0};
    int got[DIGITS];
    crm__wide product = crm__wide_multiply(a, b);
    paper_from(a < 0 ? 0 - (uint64_t)a : (uint64_t)a, x);
    paper_from(b < 0 ? 0 - (uint64_t)b : (uint64_t)b, y);
    paper_add_product(x, y, expected);
    paper_from_wide(product, got);
    assert_memory_equal(expected, got, sizeof(got));
    assert_int_equal(product.negative, a != 0 && b != 0 && (a < 0) != (b < 0));
  }
  assert_wide(crm__wide_multiply(INT64_MIN, INT64_MIN), UINT64_C(1) << 62, 0, 0);
  assert_wide(crm__wide_multiply(INT64_MIN, 0), 0, 0, 0);
  assert_wide(crm__wide_multiply(INT64_MAX, INT64_MAX - 1), UINT64_C(4611686018427387902),
              UINT64_C(9223372036854775810), 0);
}

/* quotient * divisor + remainder is the number again, and the remainder is below the divisor: only one pair is so. */
static void quotients_and_remainders_make_the_number_again(void **state)
{
  uint64_t seed = 2;
  (void)state;
  for (int round = 0; round < 20000; round++) {
    crm__wide number = make(next_random(&seed), next_random(&seed), round & 1);
    uint64_t divisor = next_random(&seed);
    uint64_t rest = 0;
    crm__wide quotient;
    int x[DIGITS];
    int y[DIGITS];
    int expected[DIGITS];
    int got[DIGITS];
    divisor += divisor == 0;
    quotient = crm__wide_quotient(number, divisor, &rest);
    assert_true(rest < divisor);
    paper_from_wide(quotient, x);
    paper_from(divisor, y);
    paper_from(rest, got);
    paper_add_product(x, y, got);
    paper_from_wide(number, expected);
    assert_memory_equal(expected, got, sizeof(got));
  }
}

static void known_quotients(void **state)
{
  const crm__wide most = make(UINT64_MAX, UINT64_MAX, 0);
  uint64_t rest = 0;
  (void)state;
  assert_wide(crm__wide_quotient(most, UINT64_C(10000000000000000000), &rest), 1, UINT64_C(15581492618384294730), 0);
  assert_int_equal(rest, UINT64_C(3374607431768211455));
  assert_wide(crm__wide_quotient(most, UINT64_MAX, &rest), 1, 1, 0);
  assert_int_equal(rest, 0);
  assert_wide(crm__wide_quotient(most, UINT64_C(1) << 63, &rest), 1, UINT64_MAX, 0);
  assert_int_equal(rest, INT64_MAX);
  assert_wide(crm__wide_quotient(most, 1, NULL), UINT64_MAX, UINT64_MAX, 0);
  assert_wide(crm__wide_quotient(crm__wide_multiply(INT64_MAX, INT64_MAX - 1), UINT64_C(18446744073709551557), &rest),
              0, UINT64_C(4611686018427387917), 0);
  assert_int_equal(rest, UINT64_C(4611686018427388673));
}

static void division_rounds_half_away_from_zero(void **state)
{
  (void)state;
  for (int64_t a = -60; a <= 60; a++) {
    for (uint64_t divisor = 1; divisor <= 13; divisor++) {
      int64_t magnitude = a < 0 ? -a : a;
      int64_t expected = (2 * magnitude + (int64_t)divisor) / (2 * (int64_t)divisor) * (a < 0 ? -1 : 1);
      int64_t got = 99;
      int inexact = 7;
      crm__wide quotient = crm__wide_divide(crm__wide_from(a), divisor, &inexact);
      assert_int_equal(crm__wide_to_int64(quotient, &got), 0);
      assert_int_equal(got, expected);
      assert_int_equal(inexact, magnitude % (int64_t)divisor != 0);
      assert_int_equal(quotient.negative, expected < 0);
    }
  }
  /* The half of an odd divisor near 2^64, and a carry into the upper half. */
  assert_wide(crm__wide_divide(make(0, UINT64_MAX / 2, 0), UINT64_MAX, NULL), 0, 0, 0);
  assert_wide(crm__wide_divide(make(0, UINT64_MAX / 2 + 1, 1), UINT64_MAX, NULL), 0, 1, 1);
  assert_wide(crm__wide_divide(make(1, UINT64_MAX, 0), 2, NULL), 1, 0, 0);
}

static void sums_carry_borrow_and_change_sign(void **state)
{
  (void)state;
  for (int64_t a = -40; a <= 40; a++) {
    for (int64_t b = -40; b <= 40; b++) {
      int64_t got = 999;
      crm__wide sum = crm__wide_add(crm__wide_from(a), crm__wide_from(b));
      assert_int_equal(crm__wide_to_int64(sum, &got), 0);
      assert_int_equal(got, a + b);
      assert_int_equal(sum.negative, a + b < 0);
      assert_int_equal(crm__wide_compare(crm__wide_from(a), crm__wide_from(b)), (a > b) - (a < b));
    }
  }
  assert_wide(crm__wide_add(make(0, UINT64_MAX, 0), make(0, 1, 0)), 1, 0, 0);
  assert_wide(crm__wide_add(make(1, 0, 0), make(0, 1, 1)), 0, UINT64_MAX, 0);
  assert_wide(crm__wide_add(make(0, 1, 0), make(1, 0, 1)), 0, UINT64_MAX, 1);
  assert_wide(crm__wide_add(make(5, 3, 1), make(5, 3, 0)), 0, 0, 0);
  assert_int_equal(crm__wide_compare(make(1, 0, 0), make(0, UINT64_MAX, 0)), 1);
  assert_int_equal(crm__wide_compare(make(1, 0, 1), make(0, UINT64_MAX, 1)), -1);
}

static void times_tells_of_overflow(void **state)
{
  int overflow = 0;
  (void)state;
  assert_wide(crm__wide_times(make(0, UINT64_MAX, 1), UINT64_MAX, &overflow), UINT64_MAX - 1, 1, 1);
  assert_int_equal(overflow, 0);
  assert_wide(crm__wide_times(make(UINT64_C(1) << 62, 7, 0), 3, &overflow), UINT64_C(3) << 62, 21, 0);
  assert_wide(crm__wide_times(make(9, 9, 1), 0, &overflow), 0, 0, 0);
  assert_int_equal(overflow, 0);
  (void)crm__wide_times(make(UINT64_C(1) << 62, 0, 0), 4, &overflow);
  assert_int_equal(overflow, 1);
  overflow = 0;
  /* 3 * (2^128 - 1) / 3 is the most that fits; the carry of the lower half alone passes it. */
  (void)crm__wide_times(make(UINT64_C(0x5555555555555555), UINT64_C(0x5555555555555556), 0), 3, &overflow);
  assert_int_equal(overflow, 1);
  overflow = 0;
  assert_wide(crm__wide_times(make(UINT64_C(0x5555555555555555), UINT64_C(0x5555555555555555), 0), 3, &overflow),
              UINT64_MAX, UINT64_MAX, 0);
  assert_int_equal(overflow, 0);
}

static void only_what_fits_becomes_64_bits(void **state)
{
  int64_t value = 5;
  (void)state;
  assert_int_equal(crm__wide_to_int64(make(0, INT64_MAX, 1), &value), 0);
  assert_int_equal(value, -INT64_MAX);
  assert_int_equal(crm__wide_to_int64(crm__wide_from(INT64_MIN), &value), 1);
  assert_int_equal(crm__wide_to_int64(make(1, 0, 0), &value), 1);
  assert_int_equal(value, -INT64_MAX);
}

static double two_to(int exponent)
{
  double value = 1.0;
  for (; exponent > 0; exponent--) {
    value *= 2.0;
  }
  return value;
}

static void doubles_are_the_nearest(void **state)
{
  const double two_53 = 9007199254740992.0;
  (void)state;
  assert_true(crm__wide_to_double(make(0, 0, 0)) == 0.0);
  assert_true(crm__wide_to_double(crm__wide_from(-12345)) == -12345.0);
  assert_true(crm__wide_to_double(make(0, (UINT64_C(1) << 53) + 1, 0)) == two_53);
  assert_true(crm__wide_to_double(make(0, (UINT64_C(1) << 53) + 3, 1)) == -(two_53 + 4.0));
  /* A tie by 2^60 goes to even; one more than the tie, far below, goes up. */
  assert_true(crm__wide_to_double(make(UINT64_C(1) << 49, UINT64_C(1) << 60, 0)) == two_to(113));
  assert_true(crm__wide_to_double(make(UINT64_C(1) << 49, (UINT64_C(1) << 60) + 1, 0)) == two_to(113) + two_to(61));
  assert_true(crm__wide_to_double(make(UINT64_MAX, UINT64_MAX, 0)) == two_to(64) * two_to(64));
  /* 10^37 */
  assert_true(crm__wide_to_double(make(UINT64_C(542101086242752217), UINT64_C(68739955140067328), 0)) == 1e37);
}

static void ratios_pass_through_128_bits(void **state)
{
  int64_t rest = 0;
  int64_t value = 0;
  (void)state;
  assert_int_equal(crm__multiply_divide(INT64_MAX, INT64_MAX, INT64_MAX, &rest), INT64_MAX);
  assert_int_equal(rest, 0);
  assert_int_equal(crm__multiply_divide(INT64_MAX, 1000000, INT64_MAX - 1, &rest), 1000000);
  assert_int_equal(rest, 1000000);
  assert_int_equal(crm__multiply_divide(7, 3, 10, NULL), 2);
  assert_int_equal(crm__multiply_divide(0, INT64_MAX, 3, &rest), 0);

  for (int64_t a = -9; a <= 9; a++) {
    for (int64_t c = -7; c <= 7; c++) {
      if (c != 0) {
        int64_t numerator = 5 * (a < 0 ? -a : a);
        int64_t divisor = c < 0 ? -c : c;
        int64_t expected = (2 * numerator + divisor) / (2 * divisor);
        assert_int_equal(crm__multiply_divide_round(a, 5, c, &value), 0);
        assert_int_equal(value, (a < 0) != (c < 0) ? -expected : expected);
      }
    }
  }
  assert_int_equal(crm__multiply_divide_round(INT64_MIN, 1, 2, &value), 0);
  assert_int_equal(value, INT64_MIN / 2);
  assert_int_equal(crm__multiply_divide_round(1, INT64_MIN, INT64_MIN, &value), 0);
  assert_int_equal(value, 1);
  assert_int_equal(crm__multiply_divide_round(INT64_MIN, 1, 1, &value), 1);
  assert_int_equal(crm__multiply_divide_round(INT64_MAX, 3, 2, &value), 1);
  assert_int_equal(value, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(products_equal_those_on_paper),
    cmocka_unit_test(quotients_and_remainders_make_the_number_again),
    cmocka_unit_test(known_quotients),
    cmocka_unit_test(division_rounds_half_away_from_zero),
    cmocka_unit_test(sums_carry_borrow_and_change_sign),
    cmocka_unit_test(times_tells_of_overflow),
    cmocka_unit_test(only_what_fits_becomes_64_bits),
    cmocka_unit_test(doubles_are_the_nearest),
    cmocka_unit_test(ratios_pass_through_128_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
