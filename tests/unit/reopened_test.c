/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

/* Months that documents reach after they are over. */

static void assert_reopened(const crm_store *store, int64_t since, const char *lines)
{
  crm_table *table = NULL;
  assert_int_equal(crm_store_reopened(store, since, &table, NULL), CRM_OK);
  assert_result(table, lines);
}

/* The latest document before a load decides: after 02-07 January is over, on that day it still waits. */
static void test_grace(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,amount\n1,2024-01-10,5\n2,2024-02-07,5\n");
  (void)state;
  facts_load_text(store, "sales", "document,time,amount\n3,2024-01-11,1\n");
  assert_reopened(store, 0, "month,documents,amount,version\n");
  facts_load_text(store, "sales", "document,time,amount\n4,2024-02-08T00:00,1\n5,2024-01-12,1\n");
  assert_reopened(store, 0, "month,documents,amount,version\n");
  facts_load_text(store, "sales", "document,time,amount\n6,2024-01-31T23:59,1.5\n7,2024-02-01,9\n8,2023-12-01,2\n");
  assert_reopened(store, 0, "month,documents,amount,version\n2023-12,1,2.00,4\n2024-01,1,1.50,4\n");
  facts_load_text(store, "sales", "document,time,amount\n9,2024-01-02,-0.5\n");
  assert_reopened(store, 0, "month,documents,amount,version\n2023-12,1,2.00,4\n2024-01,2,1.00,5\n");
  assert_reopened(store, 4, "month,documents,amount,version\n2024-01,2,1.00,5\n");
  assert_reopened(store, 5, "month,documents,amount,version\n");
  crm_store_free(store);
}

/* A later version changes its old month and its new one; a void takes all away; the same again is no document. */
static void test_versions(void **state)
{
  crm_store *store = facts_store(NULL, "document,version,time,amount\n1,1,2024-01-10,5\n2,1,2024-01-11,7\n"
                                       "3,1,2024-03-20,5\n");
  (void)state;
  facts_load_text(store, "sales", "document,version,time,kind,amount\n1,2,2024-02-10,sale,8\n2,2,2024-01-11,void,7\n");
  assert_reopened(store, 0, "month,documents,amount\n2024-01,1,-12.00\n2024-02,1,8.00\n");
  crm_store_free(store);
}

/* Where the day starts later, the first hours of 1900 are of a day before all months: nobody asks for it. */
static void test_before_all_months(void **state)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  (void)state;
  options.day_start = CRM_DAY / 6;
  store = facts_store(&options, "document,time,amount\n1,2024-03-10,5\n");
  facts_load_text(store, "sales", "document,time,amount\n2,1900-01-01T03:59,1\n3,1900-01-01T04:00,2\n");
  assert_reopened(store, 0, "month,documents,amount,version\n1900-01,1,2.00,2\n");
  crm_store_free(store);
}

static void test_bad_calls(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_reopened(store, 0, "month,documents,amount,version\n");
  assert_int_equal(crm_store_reopened(store, 1, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_reopened(NULL, 0, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_reopened(store, 0, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_grace),
    cmocka_unit_test(test_versions),
    cmocka_unit_test(test_before_all_months),
    cmocka_unit_test(test_bad_calls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
