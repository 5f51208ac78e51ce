/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

/* Sales in other currencies, at the rate that each line brings. */

#define HEAD "document,time,customer,amount,tax,cost,currency,rate\n"

static crm_store *store_in(const char *currency)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  options.currency = currency;
  return store_new(&options);
}

static void test_conversion(void **state)
{
  crm_store *store = store_in("EUR");
  (void)state;
  assert_counts(put(store, "sales",
                    HEAD "1,2024-01-01,a,100,19,50,USD,0.9\n2,2024-01-01,a,10,,,EUR,\n3,2024-01-01,a,1,,,,\n"
                         "4,2024-01-01,a,0.05,,,JPY,0.1\n5,2024-01-01,a,-0.05,,,JPY,0.1\n6,2024-01-01,a,7,,,GBP,\n"
                         "7,2024-01-01,a,7,,,GBP,0\n8,2024-01-01,a,7,,,GBP,x\n9,2024-01-01,a,1,,,CHF,1.000000001\n",
                    "6,rate,rate_missing\n7,rate,range\n8,rate,number\n"),
                6, 0, 3);
  assert_result(document_of(store, "", "1"),
                "amount,tax,cost,currency,rate,currency_amount\n90.00,17.10,45.00,USD,0.900000000,100.00\n");
  assert_result(document_of(store, "", "4"), "amount,currency_amount\n0.01,0.05\n");
  assert_result(document_of(store, "", "5"), "amount,currency_amount,kind\n-0.01,-0.05,return\n");
  assert_result(customer_of(store, "a"), "net\n102.00\n");
  /* the same at another rate is another version's content */
  put(store, "sales", HEAD "1,2024-01-01,a,100,19,50,USD,0.95\n", "1,document,conflict\n");
  assert_counts(put(store, "sales", HEAD "1,2024-01-01,a,100.00,19,50,USD,0.900\n", ""), 0, 1, 0);
  crm_store_free(store);
}

/* Without a base the currency of unrated sales becomes it. */
static void test_settled_by_sales(void **state)
{
  crm_store *store = store_in(NULL);
  (void)state;
  assert_counts(put(store, "sales", HEAD "1,2024-01-01,a,100,,,USD,\n2,2024-01-01,a,10,,,EUR,1.1\n", ""), 2, 0, 0);
  assert_result(customer_of(store, "a"), "net\n111.00\n");
  put(store, "sales", HEAD "3,2024-01-01,a,10,,,EUR,\n4,2024-01-01,a,1,,,USD,\n", "1,rate,rate_missing\n");
  assert_result(customer_of(store, "a"), "net\n112.00\n");
  crm_store_free(store);
}

/* Two of them in one load: nothing says which is the base, and the load is refused whole. */
static void test_two_unrated(void **state)
{
  crm_store *store = store_in(NULL);
  crm_error error = CRM_ERROR_INIT;
  crm_load *load = NULL;
  (void)state;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", NULL,
                             HEAD "1,2024-01-01,a,100,,,USD,\n2,2024-01-01,a,10,,,EUR,\n3,2024-01-01,a,1,,,,\n"
                                  "4,2024-01-01,a,1,,,GBP,2\n",
                             0, NULL),
                   CRM_OK);
  assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "currency");
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 0);
  assert_verifies(store);
  assert_counts(put(store, "sales", HEAD "2,2024-01-01,a,10,,,EUR,\n", ""), 1, 0, 0);
  put(store, "sales", HEAD "1,2024-01-01,a,100,,,USD,\n", "1,rate,rate_missing\n");
  crm_store_free(store);
}

static void test_overflow(void **state)
{
  crm_store *store = store_in("EUR");
  (void)state;
  assert_counts(put(store, "sales",
                    HEAD "1,2024-01-01,a,90000000000000000,,,USD,2\n2,2024-01-01,a,1,,,USD,9000000000\n"
                         "3,2024-01-01,a,1,,,USD,99999999999\n",
                    "1,amount,range\n3,rate,range\n"),
                1, 0, 2);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_conversion),
      cmocka_unit_test(test_settled_by_sales),
      cmocka_unit_test(test_two_unrated),
      cmocka_unit_test(test_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
