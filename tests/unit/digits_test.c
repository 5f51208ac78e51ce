/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/digits.h"

static uint64_t random_state = 3;

static uint64_t next_random(void)
{
  uint64_t z = random_state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* A text of its own length, with eight bytes of something behind it. */
static uint32_t put(char *text, const char *value)
{
  size_t length = strlen(value);
  memcpy(text, value, length);
  memset(text + length, (int)(next_random() & 1 ? '7' : 0xFF), 8);
  return (uint32_t)length;
}

static void numbers_of_up_to_16_digits_are_read(void **state)
{
  char text[64];
  char value[32];
  int64_t number;
  int i;
  (void)state;
  for (i = 0; i < 20000; i++) {
    uint32_t digits = 1 + (uint32_t)(next_random() % 16);
    uint64_t wanted = next_random() % UINT64_C(10000000000000000);
    uint32_t length;
    (void)snprintf(value, sizeof value, "%016" PRIu64, wanted);
    length = put(text, value + 16 - digits);
    wanted = strtoull(value + 16 - digits, NULL, 10);
    assert_true(crm__digits_read(text, length, &number));
    assert_true(number == (int64_t)wanted);
  }
  assert_false(crm__digits_read(text, 0, &number));
  assert_false(crm__digits_read(text, put(text, "12345678901234567"), &number));
}

static void every_byte_that_is_no_digit_is_seen(void **state)
{
  char text[64];
  int64_t number = 0;
  uint32_t length;
  uint32_t at;
  int byte;
  (void)state;
  for (length = 1; length <= 16; length++) {
    for (at = 0; at < length; at++) {
      for (byte = 0; byte < 256; byte++) {
        memset(text, '4', sizeof text);
        text[at] = (char)byte;
        assert_int_equal(crm__digits_read(text, length, &number), byte >= '0' && byte <= '9');
      }
    }
  }
}

/* What is read at all is what the exact reader reads. */
static void decimals_agree_with_the_exact_reader(void **state)
{
  static const char alphabet[] = "0123456789.,-+e 5";
  char text[64];
  char value[16];
  int seen = 0;
  int i;
  (void)state;
  for (i = 0; i < 400000; i++) {
    uint32_t scale = 1 + (uint32_t)(next_random() % 6);
    uint32_t wanted = (uint32_t)(next_random() % 10);
    uint32_t length;
    uint32_t k;
    int64_t number = 0;
    int64_t exact = 0;
    int inexact = 0;
    for (k = 0; k < wanted; k++) {
      value[k] = next_random() % 4 != 0 ? (char)('0' + next_random() % 10) : alphabet[next_random() % 17];
    }
    value[wanted] = '\0';
    length = put(text, value);
    if (crm__digits_decimals(text, length, '.', scale, &number)) {
      assert_int_equal(crm__decimal_read_scaled(text, length, '.', (int32_t)scale, &exact, &inexact), CRM__DECIMAL_OK);
      assert_true(number == exact && !inexact);
      seen++;
    }
  }
  assert_true(seen > 1000);
  {
    int64_t number = 0;
    assert_true(crm__digits_decimals(text, put(text, "12345.67"), '.', 2, &number) && number == 1234567);
    assert_true(crm__digits_decimals(text, put(text, ",05"), ',', 2, &number) && number == 5);
    assert_false(crm__digits_decimals(text, put(text, "5.7"), '.', 2, &number));
    assert_false(crm__digits_decimals(text, put(text, "1.2.34"), '.', 2, &number));
    assert_false(crm__digits_decimals(text, put(text, "-2.34"), '.', 2, &number));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_of_up_to_16_digits_are_read),
    cmocka_unit_test(every_byte_that_is_no_digit_is_seen),
    cmocka_unit_test(decimals_agree_with_the_exact_reader),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
