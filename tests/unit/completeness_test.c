/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <string.h>

/* A has all but what nobody has, B a region alone, C (of sales) no row; D is not there yet, E is nobody. */
static crm_store *known(void)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-05-01,C,1\n2,2024-05-02,A,1\n");
  assert_int_equal(crm_store_attribute(store, "customers", "sector", CRM_TYPE_TEXT, NULL), CRM_OK);
  facts_load_text(store, "customers", "customer,kind,joined,region,owner,credit_limit,sector,source,version\n"
                                      "A,person,2024-01-01,East,ann,0,retail,erp,3\n"
                                      "B,,,East,,,,,\n"
                                      "D,person,2024-09-01,East,ann,5,retail,,\n"
                                      "E,anonymous,,,,,,,\n");
  return store;
}

static void columns_are_counted(void **state)
{
  crm_store *store = known();
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_completeness_columns(store, NULL, &table, NULL), CRM_OK);
  assert_int_equal(row_of(table, "column", "all"), crm_table_rows(table) - 1);
  assert_int_equal(integer_at(table, "known", row_of(table, "column", "joined")), 1);
  assert_int_equal(integer_at(table, "customers", row_of(table, "column", "joined")), 3);
  assert_int_equal(integer_at(table, "known", row_of(table, "column", "region")), 2);
  assert_int_equal(integer_at(table, "share", row_of(table, "column", "region")), 666667);
  assert_int_equal(integer_at(table, "known", row_of(table, "column", "credit_limit")), 1);   /* 0 is known */
  assert_int_equal(integer_at(table, "known", row_of(table, "column", "sector")), 1);
  assert_int_equal(integer_at(table, "known", row_of(table, "column", "parent")), 0);
  assert_int_equal(integer_at(table, "known", row_of(table, "column", "all")), 7);
  assert_int_equal(integer_at(table, "customers", row_of(table, "column", "all")), 3 * (crm_table_rows(table) - 1));
  crm_table_free(table);
  crm_store_free(store);
}

static void customers_are_counted(void **state)
{
  crm_store *store = known();
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_completeness_customers(store, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,known\nA,6\nB,1\nC,0\n");
  crm_store_free(store);
}

static void merged_customers_are_one(void **state)
{
  crm_store *store = known();
  crm_table *table = NULL;
  (void)state;
  facts_load_text(store, "merges", "customer,into\nB,C\n");
  assert_int_equal(crm_completeness_customers(store, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,known\nA,6\nC,1\n");
  crm_store_free(store);
}

static void nobody_is_undefined(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_completeness_columns(store, NULL, &table, NULL), CRM_OK);
  assert_true(is_null_at(table, "share", 0));
  assert_true(text_is(table, "status", 0, "undefined"));
  crm_table_free(table);
  assert_int_equal(crm_completeness_customers(store, NULL, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 0);
  crm_table_free(table);
  assert_int_equal(crm_completeness_columns(NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_completeness_customers(store, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(columns_are_counted),
    cmocka_unit_test(customers_are_counted),
    cmocka_unit_test(merged_customers_are_one),
    cmocka_unit_test(nobody_is_undefined),
  };
  return cmocka_run_group_tests_name("completeness", tests, NULL, NULL);
}
