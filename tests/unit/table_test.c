/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "table/build.h"

#include <stdlib.h>
#include <string.h>

/* Counts what is held; refuses the allocation numbered `refuse` (from 1), or none where that is 0. */
typedef struct account {
  int64_t calls;
  int64_t refuse;
  int64_t blocks;
  int64_t bytes;
} account;

static void *counting(void *context, void *memory, size_t old_size, size_t new_size)
{
  account *a = context;
  void *made;
  if (new_size == 0) {
    a->blocks--;
    a->bytes -= (int64_t)old_size;
    free(memory);
    return NULL;
  }
  if (++a->calls == a->refuse) {
    return NULL;
  }
  made = realloc(memory, new_size);
  assert_non_null(made);
  if (memory == NULL) {
    memset(made, 0xA5, new_size);   /* nothing may lean on fresh memory being zero */
  }
  a->blocks += memory == NULL;
  a->bytes += (int64_t)new_size - (memory == NULL ? 0 : (int64_t)old_size);
  return made;
}

static crm__memory open_memory(account *a, uint64_t limit)
{
  crm_config config = CRM_CONFIG_INIT;
  crm__memory memory;
  config.allocate = counting;
  config.allocate_context = a;
  config.memory_limit = limit;
  assert_int_equal(crm__memory_open(&memory, &config, NULL), CRM_OK);
  return memory;
}

static void assert_all_returned(const account *a)
{
  assert_int_equal(a->blocks, 0);
  assert_int_equal(a->bytes, 0);
}

static const crm__table_column every_type[] = {
  {"integer", CRM_TYPE_INTEGER, 0}, {"decimal", CRM_TYPE_DECIMAL, 6}, {"money", CRM_TYPE_MONEY, 2},
  {"time", CRM_TYPE_TIME, 0},       {"date", CRM_TYPE_DATE, 0},       {"text", CRM_TYPE_TEXT, 0},
  {"boolean", CRM_TYPE_BOOLEAN, 0},
};
#define TYPES 7
#define TEXT 5

/* The value of a number cell in the tables below: signs, extremes and zero. */
static int64_t number_at(int32_t column, int64_t row)
{
  if (column == 6) {
    return (row * 7 + row / 3) % 2;
  }
  if (column == 4) {
    return row % 11 == 0 ? INT32_MIN : row % 11 == 1 ? INT32_MAX : row * 3 - 40;
  }
  return row % 11 == 0 ? INT64_MIN : row % 11 == 1 ? INT64_MAX : (row - 5) * (column + 1);
}

static int null_at(int32_t column, int64_t row)
{
  return (row + column) % 5 == 3 && row > 20;
}

/* row letters of 'a' + row % 26, 0 to 16 of them. */
static size_t text_at(int64_t row, char *text)
{
  size_t length = (size_t)(row % 17);
  memset(text, 'a' + (int)(row % 26), length);
  return length;
}

static crm_status fill_every_type(const crm__memory *memory, int64_t hint, int64_t rows, crm_table **table,
                                  crm_error *error)
{
  crm_status status = crm__table_begin(memory, "every", every_type, TYPES, hint, table, error);
  int64_t row;
  int32_t i;
  if (status != CRM_OK) {
    return status;
  }
  for (row = 0; row < rows; row++) {
    for (i = 0; i < TYPES; i++) {
      char text[20];
      if (null_at(i, row)) {
        crm__table_put_null(*table, i);
      } else if (i == TEXT) {
        crm__table_put_text(*table, i, text, text_at(row, text));
      } else {
        crm__table_put(*table, i, number_at(i, row));
      }
    }
  }
  crm__table_meta(*table, "definition", "%s %d", "every", 1);
  crm__table_meta_text(*table, "note", "none");
  return crm__table_finish(table, error);
}

static void check_every_type(const crm_table *table, int64_t rows)
{
  int64_t row;
  int32_t i;
  assert_int_equal(crm_table_rows(table), rows);
  assert_int_equal(crm_table_columns(table), TYPES);
  for (row = 0; row < rows; row++) {
    for (i = 0; i < TYPES; i++) {
      char expected[20];
      size_t length = 99;
      const char *text = crm_table_text(table, i, row, &length);
      int null = null_at(i, row);
      assert_int_equal(crm_table_is_null(table, i, row), null);
      assert_true(crm_table_integer(table, i, row) == (null || i == TEXT ? 0 : number_at(i, row)));
      assert_int_equal(length, null || i != TEXT ? 0 : text_at(row, expected));
      assert_memory_equal(text, expected, length);
    }
  }
}

static void test_every_type_within_hint_and_beyond(void **state)
{
  static const int64_t sizes[][2] = {{0, 0},   {0, 1},   {1, 1},    {7, 8},       {0, 9},
                                     {64, 64}, {100, 3}, {3, 1000}, {1000, 1000}, {-1, 20}};
  size_t i;
  (void)state;
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    account a = {0, 0, 0, 0};
    crm__memory memory = open_memory(&a, 0);
    crm_table *table = NULL;
    assert_int_equal(fill_every_type(&memory, sizes[i][0], sizes[i][1], &table, NULL), CRM_OK);
    check_every_type(table, sizes[i][1]);
    assert_true(memory.used == 0);
    crm_table_free(table);
    assert_all_returned(&a);
  }
}

/* The layout that an Arrow consumer relies on, looked at without the accessors. */
static void check_layout(const crm_table *table, int32_t index, int64_t rows)
{
  static const int64_t widths[TYPES] = {8, 8, 8, 8, 4, 8, 0};
  crm_column column = CRM_COLUMN_INIT;
  const unsigned char *bytes;
  int64_t nulls = 0;
  int64_t row;
  int64_t used;
  assert_int_equal(crm_table_column(table, index, &column, NULL), CRM_OK);
  assert_string_equal(column.name, every_type[index].name);
  assert_int_equal(column.type, every_type[index].type);
  assert_int_equal(column.scale, every_type[index].scale);
  assert_int_equal(column.rows, rows);
  for (row = 0; row < rows; row++) {
    int valid = column.validity == NULL || ((column.validity[row / 8] >> (row % 8)) & 1) != 0;
    assert_int_equal(valid, !null_at(index, row));
    nulls += !valid;
  }
  assert_int_equal(column.nulls, nulls);
  assert_int_equal(column.validity == NULL, nulls == 0);
  if (index == TEXT) {
    assert_null(column.values);
    assert_int_equal(column.offsets[0], 0);
    assert_int_equal((uintptr_t)column.bytes % 64, 0);
    bytes = (const unsigned char *)(const void *)column.offsets;
    used = (rows + 1) * 8;
  } else {
    assert_null(column.offsets);
    assert_null(column.bytes);
    bytes = column.values;
    used = index == 6 ? (rows + 7) / 8 : rows * widths[index];
  }
  assert_int_equal((uintptr_t)bytes % 64, 0);
  while (used % 64 != 0) {
    assert_int_equal(bytes[used++], 0);
  }
  if (column.validity != NULL) {
    assert_int_equal((uintptr_t)column.validity % 64, 0);
    for (used = (rows + 7) / 8; used % 64 != 0; used++) {
      assert_int_equal(column.validity[used], 0);
    }
    assert_int_equal(rows % 8 == 0 ? 0 : column.validity[rows / 8] >> (rows % 8), 0);
  }
}

static void test_layout_is_arrows(void **state)
{
  static const int64_t sizes[] = {0, 1, 20, 63, 64, 65, 333};
  size_t i;
  int32_t column;
  (void)state;
  for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    account a = {0, 0, 0, 0};
    crm__memory memory = open_memory(&a, 0);
    crm_table *table = NULL;
    assert_int_equal(fill_every_type(&memory, 10, sizes[i], &table, NULL), CRM_OK);
    for (column = 0; column < TYPES; column++) {
      check_layout(table, column, sizes[i]);
    }
    crm_table_free(table);
    assert_all_returned(&a);
  }
}

static void test_keys_names_and_meta(void **state)
{
  static const crm__table_column columns[] = {{"key", CRM_TYPE_TEXT, 0}, {"name", CRM_TYPE_TEXT, 0}};
  account a = {0, 0, 0, 0};
  crm__memory memory = open_memory(&a, 0);
  crm_table *table;
  crm__key key = {NULL, 0, INT64_MIN};
  crm__key word = {"C-0012xyz", 6, 0};
  char longer[1000];
  size_t length;
  (void)state;
  memset(longer, 'x', sizeof longer);
  longer[sizeof longer - 1] = '\0';
  assert_int_equal(crm__table_begin(&memory, "keys", columns, 2, 2, &table, NULL), CRM_OK);
  crm__table_put_key(table, 0, key);
  crm__table_put_key(table, 0, word);
  crm__table_put_name(table, 1, "\xE5\xAE\xA2\xE6\x88\xB7");
  crm__table_put_name(table, 1, NULL);
  crm__table_meta(table, "as_of", "%s+%d=%lld%%", "now", -7, (long long)INT64_MAX);
  crm__table_meta(table, "long", "%s%s", longer, longer);
  crm__table_meta_text(table, "as_of", "%s");
  crm__table_meta_text(table, "plain", "");
  crm__table_meta(table, "mixed", "%s+%d=%lld%%", "now", -7, (long long)INT64_MAX);
  assert_int_equal(crm__table_finish(&table, NULL), CRM_OK);
  assert_memory_equal(crm_table_text(table, 0, 0, &length), "-9223372036854775808", 20);
  assert_int_equal(length, 20);
  assert_memory_equal(crm_table_text(table, 0, 1, &length), "C-0012", 6);
  assert_int_equal(length, 6);
  assert_memory_equal(crm_table_text(table, 1, 0, NULL), "\xE5\xAE\xA2\xE6\x88\xB7", 6);
  assert_int_equal(crm_table_is_null(table, 1, 1), 1);
  assert_int_equal(crm_table_meta_count(table), 4);
  assert_string_equal(crm_table_meta_key(table, 0), "as_of");
  assert_string_equal(crm_table_meta_value(table, 0), "%s");
  assert_string_equal(crm_table_meta_find(table, "mixed"), "now+-7=9223372036854775807%");
  assert_int_equal(strlen(crm_table_meta_find(table, "long")), 2 * (sizeof longer - 1));
  assert_string_equal(crm_table_meta_find(table, "plain"), "");
  assert_null(crm_table_meta_find(table, "nothing"));
  assert_null(crm_table_meta_key(table, -1));
  assert_null(crm_table_meta_value(table, 4));
  crm_table_free(table);
  assert_all_returned(&a);
}

static void test_outside_and_null(void **state)
{
  account a = {0, 0, 0, 0};
  crm__memory memory = open_memory(&a, 0);
  crm_table *table = NULL;
  crm_column column = CRM_COLUMN_INIT;
  crm_error error = CRM_ERROR_INIT;
  size_t length = 5;
  (void)state;
  assert_int_equal(fill_every_type(&memory, 3, 3, &table, NULL), CRM_OK);
  assert_string_equal(crm_table_name(table), "every");
  assert_int_equal(crm_table_find(table, "boolean"), 6);
  assert_int_equal(crm_table_find(table, "Boolean"), -1);
  assert_int_equal(crm_table_is_null(table, 0, 3), 1);
  assert_int_equal(crm_table_is_null(table, 0, -1), 1);
  assert_int_equal(crm_table_is_null(table, 7, 0), 1);
  assert_true(crm_table_integer(table, -1, 0) == 0);
  assert_string_equal(crm_table_text(table, TEXT, INT64_MAX, &length), "");
  assert_int_equal(length, 0);
  assert_int_equal(crm_table_column(table, 7, &column, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(error.status, CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_table_column(table, -1, &column, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_table_column(table, 0, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_table_column(NULL, 0, &column, NULL), CRM_ERROR_ARGUMENT);
  assert_null(column.name);
  assert_string_equal(crm_table_name(NULL), "");
  assert_int_equal(crm_table_rows(NULL), 0);
  assert_int_equal(crm_table_columns(NULL), 0);
  assert_int_equal(crm_table_find(NULL, "x"), -1);
  assert_int_equal(crm_table_find(table, NULL), -1);
  assert_int_equal(crm_table_is_null(NULL, 0, 0), 1);
  assert_true(crm_table_integer(NULL, 0, 0) == 0);
  assert_string_equal(crm_table_text(NULL, 0, 0, NULL), "");
  assert_int_equal(crm_table_meta_count(NULL), 0);
  assert_null(crm_table_meta_key(NULL, 0));
  assert_null(crm_table_meta_value(NULL, 0));
  assert_null(crm_table_meta_find(NULL, "note"));
  assert_null(crm_table_meta_find(table, NULL));
  crm_table_free(table);
  crm_table_free(NULL);
  assert_all_returned(&a);
}

/* An older client's view is shorter: nothing behind its end may be written. */
static void test_shorter_view(void **state)
{
  account a = {0, 0, 0, 0};
  crm__memory memory = open_memory(&a, 0);
  crm_table *table = NULL;
  crm_column column = CRM_COLUMN_INIT;
  char guard;
  (void)state;
  assert_int_equal(fill_every_type(&memory, 3, 3, &table, NULL), CRM_OK);
  column.struct_size = (uint32_t)offsetof(crm_column, offsets);
  column.bytes = &guard;
  assert_int_equal(crm_table_column(table, TEXT, &column, NULL), CRM_OK);
  assert_int_equal(column.struct_size, offsetof(crm_column, offsets));
  assert_int_equal(column.rows, 3);
  assert_null(column.offsets);
  assert_ptr_equal(column.bytes, &guard);
  crm_table_free(table);
  assert_all_returned(&a);
}

static void test_unequal_columns_are_corrupt(void **state)
{
  account a = {0, 0, 0, 0};
  crm__memory memory = open_memory(&a, 0);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table;
  int kind;
  (void)state;
  for (kind = 0; kind < 6; kind++) {
    assert_int_equal(crm__table_begin(&memory, "every", every_type, TYPES, 0, &table, NULL), CRM_OK);
    if (kind == 0) {
      crm__table_put(table, 6, 1);
    } else if (kind == 1) {
      crm__table_put(table, TEXT, 1);
    } else if (kind == 2) {
      crm__table_put_name(table, 0, "one");
    } else if (kind == 3) {
      crm__table_put_null(table, TYPES);
    } else if (kind == 4) {
      crm__table_put(table, -1, 1);
    } else {
      crm__table_put(table, 4, (int64_t)INT32_MAX + 1);
    }
    assert_int_equal(crm__table_finish(&table, &error), CRM_ERROR_CORRUPT);
    assert_int_equal(error.status, CRM_ERROR_CORRUPT);
    assert_null(table);
    assert_all_returned(&a);
  }
}

static void test_no_columns(void **state)
{
  account a = {0, 0, 0, 0};
  crm__memory memory = open_memory(&a, 0);
  crm_table *table;
  (void)state;
  assert_int_equal(crm__table_begin(&memory, "nothing", every_type, 0, 5, &table, NULL), CRM_OK);
  assert_int_equal(crm__table_finish(&table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 0);
  assert_int_equal(crm_table_columns(table), 0);
  assert_int_equal(crm_table_is_null(table, 0, 0), 1);
  crm_table_free(table);
  assert_all_returned(&a);
}

/* Refuses each allocation in turn until one run needs no more. */
static void test_every_allocation_may_fail(void **state)
{
  int64_t refuse;
  crm_status status = CRM_ERROR_MEMORY;
  (void)state;
  for (refuse = 1; status != CRM_OK; refuse++) {
    account a = {0, 0, 0, 0};
    crm__memory memory = open_memory(&a, 0);
    crm_error error = CRM_ERROR_INIT;
    crm_table *table = NULL;
    a.refuse = refuse;
    status = fill_every_type(&memory, 4, 300, &table, &error);
    if (status == CRM_OK) {
      check_every_type(table, 300);
      crm_table_free(table);
    } else {
      assert_int_equal(status, CRM_ERROR_MEMORY);
      assert_int_equal(error.status, CRM_ERROR_MEMORY);
      assert_null(table);
    }
    assert_all_returned(&a);
  }
  assert_true(refuse > 30);
}

static void test_limits(void **state)
{
  account a = {0, 0, 0, 0};
  crm__memory memory = open_memory(&a, 20000);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(fill_every_type(&memory, 4, 3000, &table, NULL), CRM_ERROR_MEMORY);
  assert_null(table);
  assert_int_equal(crm__table_begin(&memory, "every", every_type, TYPES, INT64_MAX, &table, NULL), CRM_ERROR_MEMORY);
  assert_null(table);
  assert_int_equal(fill_every_type(&memory, 4, 100, &table, NULL), CRM_OK);
  crm_table_free(table);
  assert_all_returned(&a);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_type_within_hint_and_beyond),
    cmocka_unit_test(test_layout_is_arrows),
    cmocka_unit_test(test_keys_names_and_meta),
    cmocka_unit_test(test_outside_and_null),
    cmocka_unit_test(test_shorter_view),
    cmocka_unit_test(test_unequal_columns_are_corrupt),
    cmocka_unit_test(test_no_columns),
    cmocka_unit_test(test_every_allocation_may_fail),
    cmocka_unit_test(test_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
