/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"

/* Encodes by the definition: the fewest bytes that hold the bits. */
static size_t encode(uint32_t code, char *text)
{
  unsigned char *at = (unsigned char *)text;
  if (code < 0x80) {
    at[0] = (unsigned char)code;
    return 1;
  }
  if (code < 0x800) {
    at[0] = (unsigned char)(0xC0 + code / 64);
    at[1] = (unsigned char)(0x80 + code % 64);
    return 2;
  }
  if (code < 0x10000) {
    at[0] = (unsigned char)(0xE0 + code / 4096);
    at[1] = (unsigned char)(0x80 + code / 64 % 64);
    at[2] = (unsigned char)(0x80 + code % 64);
    return 3;
  }
  at[0] = (unsigned char)(0xF0 + code / 262144);
  at[1] = (unsigned char)(0x80 + code / 4096 % 64);
  at[2] = (unsigned char)(0x80 + code / 64 % 64);
  at[3] = (unsigned char)(0x80 + code % 64);
  return 4;
}

static int is_surrogate(uint32_t code)
{
  return code >= 0xD800 && code <= 0xDFFF;
}

static void every_character_is_valid_and_decodes(void **state)
{
  (void)state;
  for (uint32_t code = 0; code <= 0x10FFFF; code++) {
    char text[4];
    uint32_t back = 0;
    size_t bytes = encode(code, text);
    if (crm__utf8_valid(text, bytes) == is_surrogate(code) ||
        crm__utf8_decode(text, bytes, &back) != (is_surrogate(code) ? 1 : bytes) ||
        back != (is_surrogate(code) ? 0xFFFD : code)) {
      fail_msg("U+%04X", (unsigned)code);
    }
  }
}

/* Well-formed texts of three bytes are counted by what they are made of: ASCII (a), two-byte (b), three-byte (c)
 * characters: aaa, ab, ba, c. */
static void of_all_texts_of_three_bytes_just_the_well_formed_are_valid(void **state)
{
  int64_t valid = 0;
  int64_t two = 0x800 - 0x80;
  int64_t three = 0x10000 - 0x800 - 2048;
  (void)state;
  for (uint32_t code = 0; code < (uint32_t)1 << 24; code++) {
    const unsigned char text[3] = {(unsigned char)(code >> 16), (unsigned char)(code >> 8), (unsigned char)code};
    valid += crm__utf8_valid((const char *)text, 3);
  }
  assert_int_equal(valid, INT64_C(128) * 128 * 128 + 2 * 128 * two + three);
}

/* Four bytes by the lead byte and the two that follow; the last one good. */
static void four_byte_forms_end_at_10ffff(void **state)
{
  int64_t valid = 0;
  (void)state;
  for (uint32_t code = 0; code < (uint32_t)1 << 19; code++) {
    unsigned char text[4] = {0xF0, 0, 0, 0xBF};
    text[0] = (unsigned char)(0xF0 | (code >> 16));
    text[1] = (unsigned char)(code >> 8);
    text[2] = (unsigned char)code;
    valid += crm__utf8_valid((const char *)text, 4);
  }
  assert_int_equal(valid, (0x110000 - 0x10000) / 64);
}

static void a_bad_byte_is_found_anywhere(void **state)
{
  char text[80];
  (void)state;
  assert_int_equal(crm__utf8_valid(NULL, 0), 1);
  for (size_t length = 1; length <= 40; length++) {
    for (size_t start = 0; start < 8; start++) {
      memset(text, 'x', sizeof(text));
      assert_int_equal(crm__utf8_valid(text + start, length), 1);
      for (size_t bad = 0; bad < length; bad++) {
        text[start + bad] = (char)0x80;
        assert_int_equal(crm__utf8_valid(text + start, length), 0);
        text[start + bad] = (char)0xFF;
        assert_int_equal(crm__utf8_valid(text + start, length), 0);
        /* A character of two bytes is good unless it is cut off. */
        memcpy(text + start + bad, "\xC3\xA9", 2);
        assert_int_equal(crm__utf8_valid(text + start, length), bad + 1 < length);
        memcpy(text + start + bad, "xx", 2);
      }
    }
  }
}

static void ill_formed_bytes_decode_one_by_one(void **state)
{
  static const char *const texts[] = {"\x80",         "\xC0\x80",         "\xC3", "\xE2\x82",
                                      "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"};
  uint32_t code = 0;
  (void)state;
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    assert_int_equal(crm__utf8_decode(texts[i], strlen(texts[i]), &code), 1);
    assert_int_equal(code, 0xFFFD);
  }
  assert_int_equal(crm__utf8_decode("\xE2\x82\xAC!", 4, &code), 3);
  assert_int_equal(code, 0x20AC);
}

static void latin1_becomes_utf8(void **state)
{
  char text[256];
  char into[512];
  size_t length;
  size_t at = 0;
  (void)state;
  for (int i = 0; i < 256; i++) {
    text[i] = (char)(unsigned char)i;
  }
  length = crm__latin1_to_utf8(text, sizeof(text), into);
  assert_int_equal(length, 128 + 256);
  assert_int_equal(crm__utf8_valid(into, length), 1);
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t code = 0;
    at += crm__utf8_decode(into + at, length - at, &code);
    assert_int_equal(code, i);
  }
  assert_int_equal(at, length);
}

static void assert_canonical(const char *text, int64_t value)
{
  int64_t got = 0;
  char back[20];
  if (!crm__canonical_integer(text, strlen(text), &got) || got != value) {
    fail_msg("\"%s\"", text);
  }
  assert_int_equal(crm__integer_write(value, back), strlen(text));
  assert_memory_equal(back, text, strlen(text));
}

static void integers_are_read_and_written(void **state)
{
  (void)state;
  assert_canonical("0", 0);
  assert_canonical("7", 7);
  assert_canonical("-3", -3);
  assert_canonical("10", 10);
  assert_canonical("999999999999999999", INT64_C(999999999999999999));
  assert_canonical("1000000000000000000", INT64_C(1000000000000000000));
  assert_canonical("9223372036854775807", INT64_MAX);
  assert_canonical("-9223372036854775807", -INT64_MAX);
  assert_canonical("-9223372036854775808", INT64_MIN);
}

static void other_texts_are_no_canonical_integers(void **state)
{
  static const char *const texts[] = {
    "", "-", "+7", "-0", "00", "007", "-07", " 7", "7 ", "7.0", "7e1", "1a", "a", "--1", "1-", "0x1", "/", ":",
    "9223372036854775808", "-9223372036854775809", "9999999999999999999", "10000000000000000000",
    "-10000000000000000000", "18446744073709551617", "99999999999999999999999999",
  };
  int64_t value = 42;
  (void)state;
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    if (crm__canonical_integer(texts[i], strlen(texts[i]), &value)) {
      fail_msg("\"%s\"", texts[i]);
    }
  }
  assert_int_equal(crm__canonical_integer("7", 0, &value), 0);
  assert_int_equal(crm__canonical_integer(NULL, 0, &value), 0);
  assert_int_equal(value, 42);
}

/* A text is canonical just where writing its integer gives it back. */
static void canonical_means_written_the_same(void **state)
{
  static const char alphabet[] = "0129-+ x";
  char text[5];
  (void)state;
  for (size_t length = 1; length <= sizeof(text); length++) {
    for (uint32_t code = 0; code < (uint32_t)1 << (3 * length); code++) {
      int64_t value = 0;
      int64_t model = 0;
      char back[20];
      int same;
      for (size_t i = 0; i < length; i++) {
        text[i] = alphabet[(code >> (3 * i)) & 7];
        model = text[i] >= '0' && text[i] <= '9' ? model * 10 + (text[i] - '0') : model;
      }
      model = text[0] == '-' ? -model : model;
      same = crm__integer_write(model, back) == length && memcmp(back, text, length) == 0;
      if (crm__canonical_integer(text, length, &value) != same || (same && value != model)) {
        fail_msg("\"%.*s\"", (int)length, text);
      }
    }
  }
}

static void assert_trimmed(const char *text, const char *expected)
{
  size_t length = strlen(text);
  crm__trim(&text, &length);
  assert_int_equal(length, strlen(expected));
  assert_memory_equal(text, expected, length);
}

static void blanks_and_tabs_are_trimmed(void **state)
{
  const char *none = NULL;
  size_t length = 0;
  (void)state;
  assert_trimmed("", "");
  assert_trimmed(" \t ", "");
  assert_trimmed("a", "a");
  assert_trimmed(" a b\t", "a b");
  assert_trimmed("\na\r", "\na\r");
  crm__trim(&none, &length);
  assert_int_equal(length, 0);
}

static void characters_take_cells(void **state)
{
  static const struct {
    uint32_t code;
    int width;
  } known[] = {
    {0, 0},       {0x1F, 0},    {' ', 1},     {'~', 1},     {0x7F, 0},    {0x9F, 0},     {0xA0, 1},    {0xAD, 1},
    {0xE9, 1},    {0x2FF, 1},   {0x301, 0},   {0x36F, 0},   {0x370, 1},   {0x3A9, 1},    {0x416, 1},   {0x5D0, 1},
    {0x1100, 2},  {0x1160, 0},  {0x1E9E, 1},  {0x200B, 0},  {0x200D, 0},  {0x2010, 1},   {0x20AC, 1},  {0x2500, 1},
    {0x2588, 1},  {0x3000, 2},  {0x3042, 2},  {0x30A2, 2},  {0x303F, 1},  {0x4E2D, 2},   {0x9FFF, 2},  {0xAC00, 2},
    {0xD7A3, 2},  {0xFE0F, 0},  {0xFEFF, 0},  {0xFF01, 2},  {0xFF61, 1},  {0xFFE5, 2},   {0xFFFD, 1},  {0x1F600, 2},
    {0x1F4A9, 2}, {0x20000, 2}, {0x2FFFD, 2}, {0x3FFFD, 2}, {0xE0100, 0}, {0x10FFFF, 1},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
    if (crm__character_width(known[i].code) != known[i].width) {
      fail_msg("U+%04X", (unsigned)known[i].code);
    }
  }
}

/* The blocks of ideographs and syllables as a whole. */
static void blocks_are_wide_throughout(void **state)
{
  static const uint32_t blocks[][2] = {{0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0x20000, 0x2A6DF}};
  (void)state;
  for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
    for (uint32_t code = blocks[i][0]; code <= blocks[i][1]; code++) {
      assert_int_equal(crm__character_width(code), 2);
    }
  }
}

static void texts_equal_whole(void **state)
{
  (void)state;
  assert_int_equal(crm__text_equal("sale", 4, "sale"), 1);
  assert_int_equal(crm__text_equal("sales", 4, "sale"), 1);
  assert_int_equal(crm__text_equal("sale", 3, "sale"), 0);
  assert_int_equal(crm__text_equal("sale", 4, "sal"), 0);
  assert_int_equal(crm__text_equal("Sale", 4, "sale"), 0);
  assert_int_equal(crm__text_equal("sal\0", 4, "sal"), 0);
  assert_int_equal(crm__text_equal(NULL, 0, ""), 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_character_is_valid_and_decodes),
    cmocka_unit_test(of_all_texts_of_three_bytes_just_the_well_formed_are_valid),
    cmocka_unit_test(four_byte_forms_end_at_10ffff),
    cmocka_unit_test(a_bad_byte_is_found_anywhere),
    cmocka_unit_test(ill_formed_bytes_decode_one_by_one),
    cmocka_unit_test(latin1_becomes_utf8),
    cmocka_unit_test(integers_are_read_and_written),
    cmocka_unit_test(other_texts_are_no_canonical_integers),
    cmocka_unit_test(canonical_means_written_the_same),
    cmocka_unit_test(blanks_and_tabs_are_trimmed),
    cmocka_unit_test(characters_take_cells),
    cmocka_unit_test(blocks_are_wide_throughout),
    cmocka_unit_test(texts_equal_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
