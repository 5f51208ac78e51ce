/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

/* Rows of customers and products: versions, conflicts, duplicates, and what they say of who is known. */

#define HEAD "customer,kind,region,joined,version\n"

static void test_versions(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_options replace = CRM_LOAD_OPTIONS_INIT;
  (void)state;
  replace.replace = 1;
  assert_counts(put(store, "customers", HEAD "a,person,north,2024-01-01,1\nb,,,,\n", ""), 2, 0, 0);
  assert_counts(put(store, "customers", HEAD "a,person,north,2024-01-01T00:00,1\nb,,,,0\n", ""), 0, 2, 0);
  assert_int_equal(crm_store_version(store), 1);
  put(store, "customers", HEAD "a,person,south,2024-01-01,1\n", "1,customer,conflict\n");
  assert_result(customer_of(store, "a"), "region\nnorth\n");
  assert_counts(put_with(store, &replace, NULL, "customers", HEAD "a,person,south,2024-01-01,1\n", ""), 1, 0, 0);
  assert_result(customer_of(store, "a"), "region\nsouth\n");
  assert_counts(put(store, "customers", HEAD "a,business,west,,3\na,,,,2\n", ""), 1, 1, 0);
  assert_result(customer_of(store, "a"), "kind,region,joined\nbusiness,west,\n");
  assert_counts(put_with(store, &replace, NULL, "customers", HEAD "a,person,east,,2\n", ""), 0, 1, 0);
  assert_result(customer_of(store, "a"), "kind,region\nbusiness,west\n");
  crm_store_free(store);
}

/* Within one load: equal rows are one, different ones under the same version contradict each other, in any order. */
static void test_one_load(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  assert_counts(put(store, "customers",
                    HEAD "a,,north,,\na,,north,,\nb,,north,,\nb,,south,,\n,,x,,\nc,,,never,\nd,alien,,,\ne,,,,x\n",
                    "3,customer,conflict\n4,customer,conflict\n5,customer,missing\n6,joined,time\n7,kind,word\n8,"
                    "version,number\n"),
                1, 1, 6);
  assert_int_equal(crm_store_customers(store), 1);
  crm_store_free(store);
}

static void test_products(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_store_attribute(store, "products", "weight", CRM_TYPE_DECIMAL, NULL), CRM_OK);
  assert_counts(put(store, "products",
                    "product,category,list_price,unit_cost,launched,weight\np,food,1.005,0.5,2024-01-01,1.25\nq,,,,,\n,"
                    ",,,,\nr,,x,,,\n",
                    "3,product,missing\n4,list_price,number\n"),
                2, 0, 2);
  assert_counts(put(store, "products",
                    "product,category,list_price,unit_cost,launched,weight\np,food,1.01,0.50,2024-01-01,1.250\n", ""),
                0, 1, 0);
  put(store, "products", "product,weight\np,2\n", "1,product,conflict\n");
  put(store, "sales", "document,time,product,amount\n1,2024-01-01,p,1\n2,2024-01-01,z,2\n", "");
  assert_int_equal(crm_products_compute(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "product,revenue\nz,2.00\np,1.00\n");
  crm_store_free(store);
}

static crm_table *members_of(const crm_store *store, const crm_scope *scope)
{
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  assert_int_equal(crm_pyramid_compute(store, scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  return table;
}

/* Prospects have joined before as-of; who joins later does not exist yet; the rest are suspects. */
static void test_who_is_known(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  put(store, "customers",
      "customer,joined,kind,parent\nearly,2024-01-01,,boss\nlate,2024-06-01,,\nnever,,,\nstaff,2024-01-01,internal,"
      "\nnobody,2024-01-01,anonymous,\n",
      "");
  put(store, "sales",
      "document,time,customer,kind,amount\n1,2024-03-01,buyer,sale,1\n2,2024-03-01,asker,quote,1\n3,2024-03-01,late,"
      "void,1\n",
      "");
  assert_result(members_of(store, NULL),
                "customer,tier\nbuyer,vip\nearly,prospect\nasker,suspect\nlate,suspect\nnever,suspect\n");
  scope.as_of = facts_day(2024, 6, 2);
  assert_result(members_of(store, &scope),
                "customer,tier\nbuyer,vip\nearly,prospect\nlate,prospect\nasker,suspect\nnever,suspect\n");
  crm_store_free(store);
}

/* A rollback takes rows back whole. */
static void test_rollback(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  (void)state;
  put(store, "customers", HEAD "a,person,north,2024-01-01,1\n", "");
  put(store, "sales", "document,time,customer,amount\n1,2024-01-02,a,1\n", "");
  text_add_store(&before, store, 1);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(
      read_text(load, "customers", NULL, HEAD "a,internal,south,,2\nnew,person,east,2024-01-01,\n", 0, NULL), CRM_OK);
  crm_load_free(load);
  text_add_store(&after, store, 1);
  assert_text_same(&before, &after, "after a rollback");
  assert_verifies(store);
  text_free(&before);
  text_free(&after);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_versions),     cmocka_unit_test(test_one_load), cmocka_unit_test(test_products),
      cmocka_unit_test(test_who_is_known), cmocka_unit_test(test_rollback),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
