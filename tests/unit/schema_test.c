/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"
#include "support/loads.h"

#include <string.h>

/* What columns are known by in files: a column that came later stands behind the room for attributes. */

static int32_t column_named(int32_t table, const char *name)
{
  const crm__schema_table *of = crm__schema(table);
  int32_t column;
  for (column = 0; column < of->count && strcmp(of->columns[column].name, name) != 0; column++) {
  }
  assert_true(column < of->count);
  return column;
}

static void test_numbers(void **state)
{
  int32_t table;
  (void)state;
  for (table = 0; table < CRM__TABLES; table++) {
    int32_t count = crm__schema(table)->count;
    int32_t first = crm__schema_first(table);
    int32_t found = 0;
    int32_t number;
    for (number = -2; number < first + CRM__NUMBERS_ATTRIBUTES + 8; number++) {
      int32_t column = crm__schema_numbered(table, number);
      if (column >= 0) {
        assert_true(column < count);
        assert_int_equal(crm__schema_number(table, column), number);
        assert_true(number < first || number >= first + CRM__NUMBERS_ATTRIBUTES);
        found++;
      }
    }
    assert_int_equal(found, count);
  }
}

/* One column of opportunities came later: it is amid the schema and has the first number behind attributes. */
static void test_later(void **state)
{
  int32_t table = CRM__TABLE_OPPORTUNITIES;
  int32_t later = column_named(table, "next_step");
  int32_t count = crm__schema(table)->count;
  (void)state;
  assert_int_equal(crm__schema_first(table), count - 1);
  assert_in_range(later, 1, count - 2);
  assert_int_equal(crm__schema_number(table, later), count - 1 + CRM__NUMBERS_ATTRIBUTES);
  assert_int_equal(crm__schema_number(table, later - 1), later - 1);
  assert_int_equal(crm__schema_number(table, later + 1), later);
  assert_int_equal(crm__schema_numbered(table, later), later + 1);
}

static void test_attributes(void **state)
{
  crm_store *store = store_new(NULL);
  int32_t table = CRM__TABLE_OPPORTUNITIES;
  int32_t count = crm__schema(table)->count;
  int32_t first = crm__schema_first(table);
  (void)state;
  assert_int_equal(crm__table_column_numbered(store, table, first), -1);
  assert_int_equal(crm_store_attribute(store, "opportunities", "colour", CRM_TYPE_TEXT, NULL), CRM_OK);
  assert_int_equal(crm__table_column_numbered(store, table, first), count);
  assert_int_equal(crm__table_column_number(table, count), first);
  assert_int_equal(crm__table_column_numbered(store, table, first + 1), -1);
  assert_int_equal(crm__table_column_numbered(store, table, first + CRM__NUMBERS_ATTRIBUTES),
                   column_named(table, "next_step"));
  assert_int_equal(crm__table_column_numbered(store, table, 0), 0);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_later),
    cmocka_unit_test(test_attributes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
