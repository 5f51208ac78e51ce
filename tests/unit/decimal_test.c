/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/decimal.h"

/* A short number taken apart the slow way: sign * mantissa * 10^exponent. */
typedef struct model {
  int negative;
  int64_t mantissa;
  int exponent;
} model;

static int is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* A state machine over the text without the blanks around it; 0 where it is no number. */
static int model_read(const char *text, size_t length, char mark, model *result)
{
  enum { START, SIGNED, WHOLE, BARE_MARK, FRACTION, E, E_SIGNED, EXPONENT } where = START;
  int exponent = 0;
  int exponent_sign = 1;
  memset(result, 0, sizeof(*result));
  while (length > 0 && (text[0] == ' ' || text[0] == '\t')) {
    text++;
    length--;
  }
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
    length--;
  }
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (is_digit(c) && where < E) {
      int fraction = where == BARE_MARK || where == FRACTION;
      where = fraction ? FRACTION : WHOLE;
      result->mantissa = result->mantissa * 10 + (c - '0');
      result->exponent -= fraction;
    } else if (is_digit(c)) {
      where = EXPONENT;
      exponent = exponent * 10 + (c - '0');
    } else if ((c == '-' || c == '+') && (where == START || where == E)) {
      if (where == START) {
        result->negative = c == '-';
      } else {
        exponent_sign = c == '-' ? -1 : 1;
      }
      where = where == START ? SIGNED : E_SIGNED;
    } else if (c == mark && where < BARE_MARK) {
      where = where == WHOLE ? FRACTION : BARE_MARK;
    } else if (c == 'e' && (where == WHOLE || where == FRACTION)) {
      where = E;
    } else {
      return 0;
    }
  }
  result->exponent += exponent_sign * exponent;
  return where == WHOLE || where == FRACTION || where == EXPONENT;
}

/* The model with `scale` decimals; 0 where it does not fit. The mantissa is short. */
static int model_scale(const model *number, int scale, int64_t *value, int *inexact)
{
  int64_t result = number->mantissa;
  int shift = number->exponent + scale;
  *inexact = 0;
  for (; shift > 0 && result != 0; shift--) {
    if (result > INT64_MAX / 10) {
      return 0;
    }
    result *= 10;
  }
  if (shift < -12) {
    *inexact = result != 0;
    result = 0;
  } else if (shift < 0) {
    int64_t divisor = 1;
    for (; shift < 0; shift++) {
      divisor *= 10;
    }
    *inexact = result % divisor != 0;
    result = (2 * result + divisor) / (2 * divisor);
  }
  *value = number->negative ? -result : result;
  return 1;
}

static void compare_with_model(const char *text, size_t length, char mark)
{
  model number;
  int known = model_read(text, length, mark, &number);
  crm__decimal decimal = {-9, -9, -9};
  int status = crm__decimal_read(text, length, mark, &decimal);
  for (int32_t scale = 0; scale <= 18; scale += scale < 4 ? 1 : 7) {
    int64_t value = 77;
    int64_t expected = 77;
    int inexact = 0;
    int expected_inexact = 0;
    int expected_status = CRM__DECIMAL_BAD;
    if (known) {
      int fits = model_scale(&number, scale, &expected, &expected_inexact);
      expected_status = fits ? CRM__DECIMAL_OK : CRM__DECIMAL_RANGE;
    }
    if (crm__decimal_read_scaled(text, length, mark, scale, &value, &inexact) != expected_status || value != expected ||
        inexact != expected_inexact) {
      fail_msg("\"%.*s\" with %d decimals", (int)length, text, (int)scale);
    }
    if (expected_status == CRM__DECIMAL_OK && status == CRM__DECIMAL_OK && !decimal.inexact) {
      assert_int_equal(crm__decimal_rescale(decimal.coefficient, decimal.scale, scale, &value, &inexact), 0);
      assert_int_equal(value, expected);
      assert_int_equal(inexact, expected_inexact);
    }
  }
  if (!known) {
    assert_int_equal(status, CRM__DECIMAL_BAD);
    assert_int_equal(decimal.scale, -9);
  }
}

/* Every text of up to six characters out of those that matter. */
static void all_short_texts_read_as_the_model_does(void **state)
{
  static const char alphabet[] = "059.-+e ";
  char text[6] = {0};
  (void)state;
  for (size_t length = 0; length <= sizeof(text); length++) {
    uint32_t count = (uint32_t)1 << (3 * length);
    for (uint32_t code = 0; code < count; code++) {
      for (size_t i = 0; i < length; i++) {
        text[i] = alphabet[(code >> (3 * i)) & 7];
      }
      compare_with_model(text, length, '.');
    }
  }
}

static void the_mark_may_be_a_comma(void **state)
{
  static const char *const texts[] = {"1,5", "1.5", ",5", "5,", ",", "-0,05", "1,5e2", "1,5,", "1.000,5", "\t7,25 "};
  (void)state;
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    compare_with_model(texts[i], strlen(texts[i]), ',');
  }
}

static void assert_scaled(const char *text, int32_t scale, int status, int64_t value, int inexact)
{
  int64_t got = 1234567;
  int rounded = 0;
  int answer = crm__decimal_read_scaled(text, strlen(text), '.', scale, &got, &rounded);
  if (answer != status || got != (status == CRM__DECIMAL_OK ? value : 1234567) || rounded != inexact) {
    fail_msg("\"%s\" with %d decimals: status %d, inexact %d", text, (int)scale, answer, rounded);
  }
}

static void known_texts_scale(void **state)
{
  (void)state;
  assert_scaled("12.34", 2, CRM__DECIMAL_OK, 1234, 0);
  assert_scaled("-7", 2, CRM__DECIMAL_OK, -700, 0);
  assert_scaled("+7", 0, CRM__DECIMAL_OK, 7, 0);
  assert_scaled("2.675", 2, CRM__DECIMAL_OK, 268, 1);
  assert_scaled("-2.675", 2, CRM__DECIMAL_OK, -268, 1);
  assert_scaled("2.6749999999999999999999999", 2, CRM__DECIMAL_OK, 267, 1);
  assert_scaled("2.6700000000000000000000000", 2, CRM__DECIMAL_OK, 267, 0);
  assert_scaled("0.00499999999999999999", 2, CRM__DECIMAL_OK, 0, 1);
  assert_scaled("-0.004", 2, CRM__DECIMAL_OK, 0, 1);
  assert_scaled("4.44e-16", 2, CRM__DECIMAL_OK, 0, 1);
  assert_scaled("4.44e-16", 18, CRM__DECIMAL_OK, 444, 0);
  assert_scaled("1E3", 2, CRM__DECIMAL_OK, 100000, 0);
  assert_scaled("0.5e-99999999999999999999999999", 0, CRM__DECIMAL_OK, 0, 1);
  assert_scaled("0e99999999999999999999999999", 18, CRM__DECIMAL_OK, 0, 0);
  assert_scaled("1e99999999999999999999999999", 0, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("000000000000000000000000000000012.3400000000", 3, CRM__DECIMAL_OK, 12340, 0);
  assert_scaled("999999999999999999", 0, CRM__DECIMAL_OK, INT64_C(999999999999999999), 0);
  assert_scaled("999999999999999999", 1, CRM__DECIMAL_RANGE, 0, 0);
}

static void the_bounds_are_those_of_64_bits_without_the_least(void **state)
{
  (void)state;
  assert_scaled("9223372036854775807", 0, CRM__DECIMAL_OK, INT64_MAX, 0);
  assert_scaled("-9223372036854775807", 0, CRM__DECIMAL_OK, -INT64_MAX, 0);
  assert_scaled("9223372036854775808", 0, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("-9223372036854775808", 0, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("9223372036854775807.4", 0, CRM__DECIMAL_OK, INT64_MAX, 1);
  assert_scaled("9223372036854775807.5", 0, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("92233720368547758.07", 2, CRM__DECIMAL_OK, INT64_MAX, 0);
  assert_scaled("92233720368547758.08", 2, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("92233720368547759", 2, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("0.000000009223372036854775807e27", 0, CRM__DECIMAL_OK, INT64_C(9223372036854775807), 0);
  assert_scaled("10000000000000000000", 0, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("9.223372036854775807", 18, CRM__DECIMAL_OK, INT64_MAX, 0);
  assert_scaled("9.3", 18, CRM__DECIMAL_RANGE, 0, 0);
  assert_scaled("9", 18, CRM__DECIMAL_OK, INT64_C(9000000000000000000), 0);
  assert_scaled("5000000000", 9, CRM__DECIMAL_OK, INT64_C(5000000000000000000), 0);
  assert_scaled("10000000000", 9, CRM__DECIMAL_RANGE, 0, 0);
}

static void what_is_no_number_is_bad(void **state)
{
  static const char *const texts[] = {
    "",    " ",    "\t",    "-",     "+-1", "1 2",  "1,234.50", "$5", "5%",    "0x10", "nan", "inf",  "1e",  "1e+",
    "e5",  "1-",   "1e5.",  "1.2.3", "--1", "(5)",  ".",        "-.", "1e1e1", "1\n",  "12a", "12.a", ".e1", "1_000",
    ("\xC2\xA0" "5"),
  };
  (void)state;
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    crm__decimal decimal;
    assert_scaled(texts[i], 2, CRM__DECIMAL_BAD, 0, 0);
    assert_int_equal(crm__decimal_read(texts[i], strlen(texts[i]), '.', &decimal), CRM__DECIMAL_BAD);
  }
  /* A byte of zero ends nothing. */
  assert_int_equal(crm__decimal_read("1\0002", 3, '.', &(crm__decimal){0, 0, 0}), CRM__DECIMAL_BAD);
  assert_int_equal(crm__decimal_read(NULL, 0, '.', &(crm__decimal){0, 0, 0}), CRM__DECIMAL_BAD);
}

static void assert_decimal(const char *text, int64_t coefficient, int32_t scale, int inexact)
{
  crm__decimal got = {0, 0, 9};
  if (crm__decimal_read(text, strlen(text), '.', &got) != CRM__DECIMAL_OK || got.coefficient != coefficient ||
      got.scale != scale || got.inexact != inexact) {
    fail_msg("\"%s\": scale %d, inexact %d", text, (int)got.scale, (int)got.inexact);
  }
}

static void decimals_keep_what_fits(void **state)
{
  crm__decimal out;
  (void)state;
  assert_decimal("12.50", 1250, 2, 0);
  assert_decimal("-0.000", 0, 3, 0);
  assert_decimal("1.5e1", 15, 0, 0);
  assert_decimal("1.5e3", 1500, 0, 0);
  assert_decimal("1.5e-3", 15, 4, 0);
  assert_decimal("  7 ", 7, 0, 0);
  assert_decimal("0.1234567890123456789", INT64_C(123456789012345679), 18, 1);
  assert_decimal("9.2233720368547758070", INT64_MAX, 18, 0);
  assert_decimal("9.2233720368547758080", INT64_C(922337203685477581), 17, 1);
  assert_decimal("1.00000000000000000000000", INT64_C(1000000000000000000), 18, 0);
  assert_decimal("99999999999999999999999e-5", INT64_C(1000000000000000000), 0, 1);
  assert_decimal("123456789012.123456789012", INT64_C(1234567890121234568), 7, 1);
  assert_decimal("9223372036854775807.49", INT64_MAX, 0, 1);
  assert_decimal("1e-400", 0, 18, 1);
  assert_decimal("0e-400", 0, 18, 0);
  assert_int_equal(crm__decimal_read("9223372036854775808", 19, '.', &out), CRM__DECIMAL_RANGE);
  assert_int_equal(crm__decimal_read("1e19", 4, '.', &out), CRM__DECIMAL_RANGE);
}

static void rescaling_rounds_half_away_from_zero(void **state)
{
  int64_t value = 5;
  int inexact = 0;
  (void)state;
  assert_int_equal(crm__decimal_rescale(INT64_MAX, 0, 0, &value, &inexact), 0);
  assert_int_equal(value, INT64_MAX);
  assert_int_equal(crm__decimal_rescale(-1, 0, 18, &value, &inexact), 0);
  assert_int_equal(value, -INT64_C(1000000000000000000));
  assert_int_equal(inexact, 0);
  assert_int_equal(crm__decimal_rescale(10, 0, 18, &value, &inexact), 1);
  assert_int_equal(crm__decimal_rescale(INT64_MIN, 2, 2, &value, &inexact), 1);
  assert_int_equal(inexact, 0);
  assert_int_equal(crm__decimal_rescale(-25, 1, 0, &value, &inexact), 0);
  assert_int_equal(value, -3);
  assert_int_equal(inexact, 1);
  assert_int_equal(crm__decimal_rescale(INT64_MIN, 18, 0, &value, NULL), 0);
  assert_int_equal(value, -9);
}

/* a * b * 10^-(scales) by small integers. */
static void products_of_small_decimals_round_once(void **state)
{
  static const int64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
  (void)state;
  for (int64_t a = -130; a <= 130; a += 7) {
    for (int64_t b = -120; b <= 120; b += 5) {
      for (int32_t scales = 0; scales < 16; scales++) {
        for (int32_t to = 0; to <= 3; to++) {
          crm__decimal x = {a, scales & 3, 0};
          crm__decimal y = {b, scales >> 2, 0};
          int32_t excess = x.scale + y.scale - to;
          int64_t magnitude = a * b < 0 ? -a * b : a * b;
          int64_t down = excess > 0 ? tens[excess] : 1;
          int64_t expected = excess > 0 ? (2 * magnitude + down) / (2 * down) : magnitude * tens[-excess];
          int64_t value = 0;
          int inexact = 0;
          assert_int_equal(crm__decimal_multiply(x, y, to, &value, &inexact), 0);
          assert_int_equal(value, a * b < 0 ? -expected : expected);
          assert_int_equal(inexact, magnitude % down != 0);
        }
      }
    }
  }
}

static void products_of_long_decimals_round_once(void **state)
{
  const crm__decimal most = {INT64_MAX, 18, 0};
  const crm__decimal tie = {INT64_C(500000000000000000), 18, 0};
  const crm__decimal one = {INT64_C(1000000000000000000), 18, 0};
  const crm__decimal least = {1, 18, 0};
  const crm__decimal big = {INT64_C(3037000500), 0, 0};
  int64_t value = 0;
  int inexact = 0;
  (void)state;
  /* 9.223372036854775807^2 = 85.0705917302346158...; */
  assert_int_equal(crm__decimal_multiply(most, most, 0, &value, &inexact), 0);
  assert_int_equal(value, 85);
  assert_int_equal(inexact, 1);
  assert_int_equal(crm__decimal_multiply(most, most, 17, &value, &inexact), 0);
  assert_int_equal(value, INT64_C(8507059173023461585));
  assert_int_equal(crm__decimal_multiply(most, most, 18, &value, &inexact), 1);
  inexact = 0;
  /* 0.5 * 1: a tie after 36 decimals, and one unit of the last under it. */
  assert_int_equal(crm__decimal_multiply(tie, one, 0, &value, &inexact), 0);
  assert_int_equal(value, 1);
  assert_int_equal(inexact, 1);
  assert_int_equal(crm__decimal_multiply((crm__decimal){tie.coefficient - 1, 18, 0}, one, 0, &value, NULL), 0);
  assert_int_equal(value, 0);
  /* 0.000...01^2: all of it is cut off, and told. */
  inexact = 0;
  assert_int_equal(crm__decimal_multiply(least, least, 0, &value, &inexact), 0);
  assert_int_equal(value, 0);
  assert_int_equal(inexact, 1);
  assert_int_equal(crm__decimal_multiply(big, big, 0, &value, NULL), 1);
  assert_int_equal(crm__decimal_multiply(big, (crm__decimal){1, 0, 0}, 9, &value, NULL), 0);
  assert_int_equal(value, INT64_C(3037000500000000000));
  assert_int_equal(crm__decimal_multiply(big, (crm__decimal){1, 0, 0}, 10, &value, NULL), 1);
  assert_int_equal(crm__decimal_multiply(most, (crm__decimal){0, 0, 0}, 18, &value, NULL), 0);
  assert_int_equal(value, 0);
}

static void assert_written(int64_t value, int32_t scale, const char *expected)
{
  char text[25];
  size_t length;
  memset(text, '#', sizeof(text));
  length = crm__decimal_write(value, scale, text);
  assert_int_equal(text[length], '#');
  text[length] = '\0';
  assert_string_equal(text, expected);
}

static void decimals_are_written_with_all_places(void **state)
{
  (void)state;
  assert_written(-5, 2, "-0.05");
  assert_written(0, 0, "0");
  assert_written(0, 6, "0.000000");
  assert_written(1250, 2, "12.50");
  assert_written(100, 2, "1.00");
  assert_written(7, 0, "7");
  assert_written(INT64_MIN, 18, "-9.223372036854775808");
  assert_written(INT64_MIN, 0, "-9223372036854775808");
  assert_written(INT64_MAX, 4, "922337203685477.5807");
  assert_written(-1, 18, "-0.000000000000000001");
}

static void what_is_written_is_read_back(void **state)
{
  uint64_t seed = 3;
  (void)state;
  for (int round = 0; round < 20000; round++) {
    char text[24];
    int64_t value;
    int64_t back = 0;
    int inexact = 0;
    int32_t scale = round % 19;
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    value = (int64_t)(seed >> (1 + seed % 61)) * (round & 1 ? -1 : 1);
    assert_int_equal(
      crm__decimal_read_scaled(text, crm__decimal_write(value, scale, text), '.', scale, &back, &inexact), 0);
    assert_int_equal(back, value);
    assert_int_equal(inexact, 0);
  }
}

static void powers_of_ten(void **state)
{
  int64_t power = 1;
  (void)state;
  for (int32_t exponent = 0; exponent <= 18; exponent++) {
    assert_int_equal(crm__power10(exponent), power);
    power *= exponent < 18 ? 10 : 1;
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_short_texts_read_as_the_model_does),
    cmocka_unit_test(the_mark_may_be_a_comma),
    cmocka_unit_test(known_texts_scale),
    cmocka_unit_test(the_bounds_are_those_of_64_bits_without_the_least),
    cmocka_unit_test(what_is_no_number_is_bad),
    cmocka_unit_test(decimals_keep_what_fits),
    cmocka_unit_test(rescaling_rounds_half_away_from_zero),
    cmocka_unit_test(products_of_small_decimals_round_once),
    cmocka_unit_test(products_of_long_decimals_round_once),
    cmocka_unit_test(decimals_are_written_with_all_places),
    cmocka_unit_test(what_is_written_is_read_back),
    cmocka_unit_test(powers_of_ten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
