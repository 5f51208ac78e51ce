/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/real.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static int64_t read_at(double number, int32_t likely, int32_t scale)
{
  int64_t value = -1;
  assert_int_equal(crm__real_read(number, 0, likely, scale, &value), 0);
  return value;
}

/* The C library's own printing says which decimal a number reads as. */
static void test_decimals_read_as_they_print(void **state)
{
  uint64_t dice = 88172645463325252U;
  int i;
  (void)state;
  for (i = 0; i < 200000; i++) {
    char text[64];
    int64_t coefficient;
    int32_t decimals;
    double number;
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    decimals = (int32_t)(dice % 10);
    coefficient = (int64_t)(dice >> (14 + dice % 40));
    if (coefficient >= INT64_C(1000000000000000)) {
      continue;
    }
    (void)snprintf(text, sizeof text, "%s%llde-%d", dice & 1024 ? "-" : "", (long long)coefficient, (int)decimals);
    number = strtod(text, NULL);
    if (coefficient / 1000000000 < 1000000000 / 1) {
      int64_t scaled = coefficient;
      int32_t k;
      for (k = decimals; k < 9 && scaled < INT64_MAX / 10; k++) {
        scaled *= 10;
      }
      if (k == 9) {
        assert_int_equal(read_at(number, 2, 9), dice & 1024 ? -scaled : scaled);
      }
    }
  }
}

static void test_known_values(void **state)
{
  int64_t value = 5;
  (void)state;
  assert_int_equal(read_at(1.005, 2, 3), 1005);
  assert_int_equal(read_at(12.3, 2, 2), 1230);
  assert_int_equal(read_at(-12.3, 2, 9), -12300000000);
  assert_int_equal(read_at(0.1 + 0.2, 2, 9), 300000000);
  assert_int_equal(read_at(1.0 / 3.0, 2, 9), 333333333);
  assert_int_equal(read_at(2.0 / 3.0, 2, 2), 67);
  assert_int_equal(read_at(2.0 / 3.0, 2, 3), 666);
  assert_int_equal(read_at(1.005, 2, 2), 101);
  assert_int_equal(read_at(0.0049999999999999, 2, 9), 4999999);   /* cut, so that no tie is made */
  assert_int_equal(read_at(5e-324, 2, 9), 0);
  assert_int_equal(read_at(1e-7, 2, 9), 100);
  assert_int_equal(read_at(9007199254740993.0, 0, 0), INT64_C(9007199254740992));
  assert_int_equal(read_at(4611686018427387904.0, 0, 0), INT64_C(4611686018427387904));
  assert_int_equal(read_at(123456789012.25, 2, 2), INT64_C(12345678901225));
  assert_int_equal(crm__real_read((double)12.3f, 1, 2, 9, &value), 0);
  assert_int_equal(value, INT64_C(12300000000));
  assert_int_equal(crm__real_read((double)0.1f, 1, 2, 9, &value), 0);
  assert_int_equal(value, 100000000);
}

static void test_what_does_not_fit(void **state)
{
  int64_t value = 5;
  (void)state;
  assert_int_equal(crm__real_read(1e19, 0, 0, 0, &value), 1);
  assert_int_equal(crm__real_read(-1e300 * 1e300, 0, 0, 0, &value), 1);
  assert_int_equal(crm__real_read(1e17, 0, 2, 2, &value), 1);
  assert_int_equal(value, 5);
  assert_int_equal(crm__real_scale(1.0, 2), 9);
  assert_int_equal(crm__real_scale(1e10, 2), 8);
  assert_int_equal(crm__real_scale(1e30, 2), 2);
}

static void test_whole_numbers(void **state)
{
  int64_t value = 5;
  (void)state;
  assert_true(crm__real_whole(17850.0, &value));
  assert_int_equal(value, 17850);
  assert_true(crm__real_whole(-0.0, &value));
  assert_int_equal(value, 0);
  assert_false(crm__real_whole(17850.5, &value));
  assert_false(crm__real_whole(1e17, &value));
  assert_int_equal(value, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_decimals_read_as_they_print),
    cmocka_unit_test(test_known_values),
    cmocka_unit_test(test_what_does_not_fit),
    cmocka_unit_test(test_whole_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
