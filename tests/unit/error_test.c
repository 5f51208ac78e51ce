/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include "base/error.h"

static void version_is_that_of_the_header(void **state)
{
  (void)state;
  assert_int_equal(crm_version(), CRM_VERSION_MAJOR * 1000000 + CRM_VERSION_MINOR * 1000 + CRM_VERSION_PATCH);
  assert_int_equal(crm_version(), 1000);
  assert_string_equal(crm_version_text(), "0.1.0");
}

static void every_status_has_a_name(void **state)
{
  static const struct {
    crm_status status;
    const char *name;
  } cases[] = {
    { CRM_OK, "ok" },
    { CRM_ERROR_ARGUMENT, "argument" },
    { CRM_ERROR_TYPE, "type" },
    { CRM_ERROR_SCHEMA, "schema" },
    { CRM_ERROR_VALUE, "value" },
    { CRM_ERROR_RANGE, "range" },
    { CRM_ERROR_OVERFLOW, "overflow" },
    { CRM_ERROR_MEMORY, "memory" },
    { CRM_ERROR_IO, "io" },
    { CRM_ERROR_LIMIT, "limit" },
    { CRM_ERROR_STATE, "state" },
    { CRM_ERROR_CONFLICT, "conflict" },
    { CRM_ERROR_NOT_FOUND, "not_found" },
    { CRM_ERROR_CANCELLED, "cancelled" },
    { CRM_ERROR_CORRUPT, "corrupt" },
    { CRM_ERROR_UNSUPPORTED, "unsupported" },
    { CRM_ERROR_VERSION, "version" },
    { 17, "unknown" },
    { -1, "unknown" },
    { INT32_MAX, "unknown" },
    { INT32_MIN, "unknown" },
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_string_equal(crm_status_name(cases[i].status), cases[i].name);
  }
}

static void a_message_is_formatted(void **state)
{
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  assert_int_equal(crm__fail(&error, CRM_ERROR_VALUE, "%s has %d of %lld, 100%%", "row", -7, 12345678901234LL),
                   CRM_ERROR_VALUE);
  assert_int_equal(error.status, CRM_ERROR_VALUE);
  assert_string_equal(error.message, "row has -7 of 12345678901234, 100%");
  assert_string_equal(error.table, "");
  assert_string_equal(error.column, "");
  assert_int_equal(error.row, 0);
  assert_int_equal(error.byte, -1);
  assert_int_equal(error.struct_size, sizeof error);
  (void)crm__fail(&error, CRM_ERROR_RANGE, "%lld %lld %d %d", LLONG_MIN, LLONG_MAX, INT_MIN, 0);
  assert_string_equal(error.message, "-9223372036854775808 9223372036854775807 -2147483648 0");
  (void)crm__fail_memory(&error);
  assert_int_equal(error.status, CRM_ERROR_MEMORY);
  assert_true(strlen(error.message) > 0);
}

static void a_place_is_told(void **state)
{
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  assert_int_equal(crm__fail_at(&error, CRM_ERROR_SCHEMA, "sales", "amount", 42, 7, "x"), CRM_ERROR_SCHEMA);
  assert_string_equal(error.table, "sales");
  assert_string_equal(error.column, "amount");
  assert_int_equal(error.row, 42);
  assert_int_equal(error.byte, 7);
  assert_int_equal(crm__fail_at(&error, CRM_ERROR_SCHEMA, NULL, NULL, 0, -1, "y"), CRM_ERROR_SCHEMA);
  assert_string_equal(error.table, "");
  assert_string_equal(error.column, "");
}

static void an_error_is_optional(void **state)
{
  (void)state;
  assert_int_equal(crm__fail(NULL, CRM_ERROR_IO, "%s", "x"), CRM_ERROR_IO);
  assert_int_equal(crm__fail_at(NULL, CRM_ERROR_IO, "a", "b", 1, 2, "%d", 3), CRM_ERROR_IO);
  assert_int_equal(crm__fail_memory(NULL), CRM_ERROR_MEMORY);
}

static void long_texts_are_cut_at_a_character(void **state)
{
  crm_error error = CRM_ERROR_INIT;
  char text[400];
  (void)state;
  for (size_t i = 0; i < sizeof text - 1; i++) {
    text[i] = 'a';
  }
  text[sizeof text - 1] = '\0';
  (void)crm__fail_at(&error, CRM_ERROR_VALUE, text, text, 0, -1, "%s%d", text, 5);
  assert_int_equal(strlen(error.table), sizeof error.table - 1);
  assert_int_equal(strlen(error.column), sizeof error.column - 1);
  assert_int_equal(strlen(error.message), sizeof error.message - 1);
  assert_int_equal(error.message[254], 'a');
  /* 254 letters and a character of three bytes: it goes whole. */
  memcpy(text + 254, "\xE4\xB8\xAD", 4);
  (void)crm__fail(&error, CRM_ERROR_VALUE, "%s", text);
  assert_int_equal(strlen(error.message), 254);
  /* 252 letters: it fits to the last byte. */
  memcpy(text + 252, "\xE4\xB8\xAD", 4);
  (void)crm__fail(&error, CRM_ERROR_VALUE, "%s", text);
  assert_int_equal(strlen(error.message), 255);
}

static void a_message_is_one_line(void **state)
{
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  (void)crm__fail(&error, CRM_ERROR_VALUE, "column %s", "a\nb\x1B[1m\tc\x7F");
  assert_string_equal(error.message, "column a?b?[1m?c?");
}

static void a_shorter_error_is_not_overrun(void **state)
{
  crm_error error;
  (void)state;
  for (uint32_t size = 0; size <= sizeof error; size++) {
    unsigned char *bytes = (unsigned char *)&error;
    memset(&error, 0xAB, sizeof error);
    error.struct_size = size;
    (void)crm__fail_at(&error, CRM_ERROR_VALUE, "sales", "amount", 3, 4, "no number");
    assert_int_equal(error.struct_size, size);
    for (size_t i = size < 8 ? 4 : size; i < sizeof error; i++) {
      assert_int_equal(bytes[i], 0xAB);
    }
    if (size >= 8) {
      assert_int_equal(error.status, CRM_ERROR_VALUE);
    }
    if (size > offsetof(crm_error, message)) {
      assert_non_null(memchr(error.message, '\0', size - offsetof(crm_error, message)));
    }
  }
}

static void a_longer_error_keeps_its_tail(void **state)
{
  struct {
    crm_error error;
    unsigned char tail[16];
  } theirs;
  (void)state;
  memset(&theirs, 0x5A, sizeof theirs);
  theirs.error.struct_size = (uint32_t)sizeof theirs;
  (void)crm__fail(&theirs.error, CRM_ERROR_VALUE, "x");
  assert_int_equal(theirs.error.struct_size, sizeof theirs);
  assert_string_equal(theirs.error.message, "x");
  for (size_t i = 0; i < sizeof theirs.tail; i++) {
    assert_int_equal(theirs.tail[i], 0x5A);
  }
}

typedef struct sample {
  uint32_t struct_size;
  int32_t first;
  int64_t second;
} sample;

static void a_struct_of_todays_size_is_read(void **state)
{
  sample theirs = { (uint32_t)sizeof theirs, 5, -9 };
  sample ours = { 0, 0, 0 };
  (void)state;
  assert_int_equal(crm__struct_read(&ours, sizeof ours, &theirs, "sample", NULL), CRM_OK);
  assert_int_equal(ours.struct_size, sizeof ours);
  assert_int_equal(ours.first, 5);
  assert_int_equal(ours.second, -9);
}

static void a_shorter_struct_is_extended_by_zeros(void **state)
{
  sample theirs = { 8, 5, -9 };
  sample ours = { 1, 1, 1 };
  (void)state;
  assert_int_equal(crm__struct_read(&ours, sizeof ours, &theirs, "sample", NULL), CRM_OK);
  assert_int_equal(ours.struct_size, sizeof ours);
  assert_int_equal(ours.first, 5);
  assert_int_equal(ours.second, 0);
  theirs.struct_size = 4;
  assert_int_equal(crm__struct_read(&ours, sizeof ours, &theirs, "sample", NULL), CRM_OK);
  assert_int_equal(ours.first, 0);
}

static void a_longer_struct_needs_a_zero_tail(void **state)
{
  struct {
    sample known;
    unsigned char tail[8];
  } theirs;
  sample ours = { 77, 78, 79 };
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  memset(&theirs, 0, sizeof theirs);
  theirs.known.struct_size = (uint32_t)sizeof theirs;
  theirs.known.second = 4;
  theirs.tail[7] = 1;
  assert_int_equal(crm__struct_read(&ours, sizeof ours, &theirs, "sample", &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "sample");
  assert_int_equal(ours.struct_size, 77);
  assert_int_equal(ours.second, 79);
  theirs.tail[7] = 0;
  assert_int_equal(crm__struct_read(&ours, sizeof ours, &theirs, "sample", &error), CRM_OK);
  assert_int_equal(ours.struct_size, sizeof ours);
  assert_int_equal(ours.second, 4);
}

static void an_absurd_struct_is_refused(void **state)
{
  static const uint32_t sizes[] = { 0, 1, 3, 4097, UINT32_MAX };
  sample theirs = { 0, 5, -9 };
  sample ours = { 77, 78, 79 };
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    theirs.struct_size = sizes[i];
    assert_int_equal(crm__struct_read(&ours, sizeof ours, &theirs, "sample", &error), CRM_ERROR_ARGUMENT);
    assert_int_equal(ours.first, 78);
    assert_int_equal(crm__struct_write(&theirs, &ours, sizeof ours, "sample", &error), CRM_ERROR_ARGUMENT);
    assert_int_equal(theirs.first, 5);
  }
  assert_int_equal(crm__struct_read(&ours, sizeof ours, NULL, "sample", &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__struct_write(NULL, &ours, sizeof ours, "sample", &error), CRM_ERROR_ARGUMENT);
}

static void a_struct_is_written_within_its_size(void **state)
{
  sample ours = { (uint32_t)sizeof ours, 5, -9 };
  sample theirs = { 8, 1, 1 };
  struct {
    sample known;
    unsigned char tail[8];
  } longer;
  (void)state;
  assert_int_equal(crm__struct_write(&theirs, &ours, sizeof ours, "sample", NULL), CRM_OK);
  assert_int_equal(theirs.struct_size, 8);
  assert_int_equal(theirs.first, 5);
  assert_int_equal(theirs.second, 1);
  theirs.struct_size = (uint32_t)sizeof theirs;
  assert_int_equal(crm__struct_write(&theirs, &ours, sizeof ours, "sample", NULL), CRM_OK);
  assert_int_equal(theirs.second, -9);
  memset(&longer, 0x5A, sizeof longer);
  longer.known.struct_size = (uint32_t)sizeof longer;
  assert_int_equal(crm__struct_write(&longer, &ours, sizeof ours, "sample", NULL), CRM_OK);
  assert_int_equal(longer.known.struct_size, sizeof longer);
  assert_int_equal(longer.known.second, -9);
  assert_int_equal(longer.tail[0], 0x5A);
}

static void test_layout_of_structs(void **state)
{
  (void)state;
  assert_int_equal(crm_struct_size("crm_error"), sizeof(crm_error));
  assert_int_equal(crm_struct_offset("crm_error", "struct_size"), 0);
  assert_int_equal(crm_struct_offset("crm_error", "message"), offsetof(crm_error, message));
  assert_int_equal(crm_struct_size("crm_store"), -1);
  assert_int_equal(crm_struct_size(NULL), -1);
  assert_int_equal(crm_struct_offset("crm_error", NULL), -1);
  assert_int_equal(crm_struct_offset("crm_error", "colour"), -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(version_is_that_of_the_header),
    cmocka_unit_test(every_status_has_a_name),
    cmocka_unit_test(a_message_is_formatted),
    cmocka_unit_test(a_place_is_told),
    cmocka_unit_test(an_error_is_optional),
    cmocka_unit_test(long_texts_are_cut_at_a_character),
    cmocka_unit_test(a_message_is_one_line),
    cmocka_unit_test(a_shorter_error_is_not_overrun),
    cmocka_unit_test(a_longer_error_keeps_its_tail),
    cmocka_unit_test(a_struct_of_todays_size_is_read),
    cmocka_unit_test(a_shorter_struct_is_extended_by_zeros),
    cmocka_unit_test(a_longer_struct_needs_a_zero_tail),
    cmocka_unit_test(an_absurd_struct_is_refused),
    cmocka_unit_test(a_struct_is_written_within_its_size),
    cmocka_unit_test(test_layout_of_structs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
