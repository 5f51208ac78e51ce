/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What an integrator asks daily. */

static const char *const sales = "document,line,time,customer,kind,class,product,quantity,price,amount,discount,tax,"
                                 "cost,branch,staff,original,source,version\n"
                                 "1,10,2024-01-02T09:30,a,sale,,p,2,5,,0.5,1.9,6,x,ann,,,\n"
                                 "1,9,2024-01-02T09:31,a,sale,shipping,,,,3,,,,,,,,\n"
                                 "1,,2024-01-02T09:29,a,sale,,q,,,1,,,,,,,,\n"
                                 "1,b,2024-01-02T09:32,a,sale,,q,,,1,,,,,,,,\n"
                                 "2,,2024-01-05,a,return,,p,1,5,,,,3,y,,1,,\n"
                                 "3,,2024-01-05,b,sale,,p,1,5,,,,,,,,pos,4\n"
                                 "4,,2024-01-05,a,quote,,p,1,5,,,,,,,,,\n"
                                 "5,,2024-01-06,,sale,,p,1,5,,,,,,,,,\n";

static void test_customer(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  put(store, "sales", sales, "");
  assert_result(customer_of(store, "a"), "customer,kind,first,last,orders,net,sales,returned,documents,changed\n"
                                         "a,person,2024-01-02T09:29:00,2024-01-02T09:29:00,1,10.00,15.00,5.00,3,1\n");
  put(store, "customers",
      "customer,kind,region,reference,credit_limit,joined\na,business,north,yes,7.5,2020-01-01\nnew,,,,,\n", "");
  assert_result(customer_of(store, "a"), "kind,region,reference,credit_limit,joined,net\n"
                                         "business,north,true,7.50,2020-01-01T00:00:00,10.00\n");
  assert_result(customer_of(store, "new"), "kind,first,last,orders,net,documents,changed\nperson,,,0,0.00,0,2\n");
  assert_int_equal(crm_store_customer(store, "nobody", &table, &error), CRM_ERROR_NOT_FOUND);
  assert_int_equal(error.status, CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_customer(store, NULL, &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_customer(NULL, "a", &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_customer(store, "a", NULL, &error), CRM_ERROR_ARGUMENT);
  assert_null(table);
  assert_int_equal(crm_store_customers(store), 3);
  crm_store_free(store);
}

static void test_cost_is_known_or_not(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "sales", "document,time,customer,amount,cost\n1,2024-01-01,a,5,3\n2,2024-01-01,a,5,1\n3,2024-01-01,b,5,\n",
      "");
  assert_result(customer_of(store, "a"), "cost\n4.00\n");
  crm_store_free(store);
}

static void test_documents(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  put(store, "sales", sales, "");
  assert_result(documents_of(store, "a"), "source,document,version,time,branch,net,sales,returned,lines\n"
                                          ",1,0,2024-01-02T09:29:00,x,15.00,15.00,0.00,4\n"
                                          ",2,0,2024-01-05T00:00:00,y,-5.00,0.00,5.00,1\n"
                                          ",4,0,2024-01-05T00:00:00,,0.00,0.00,0.00,1\n");
  assert_result(documents_of(store, "b"), "source,document,version\npos,3,4\n");
  assert_int_equal(crm_store_customer_documents(store, "x", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_customer_documents(store, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* Lines by line, integers before texts, those without last. */
static void test_document(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  put(store, "sales", sales, "");
  assert_result(document_of(store, "", "1"),
                "document,line,time,customer,kind,class,product,quantity,price,amount,discount,tax,cost,branch,staff\n"
                "1,9,2024-01-02T09:29:00,a,sale,shipping,,,,3.00,,,,x,\n"
                "1,10,2024-01-02T09:29:00,a,sale,goods,p,2.000,5.00,10.00,0.50,1.90,6.00,x,ann\n"
                "1,b,2024-01-02T09:29:00,a,sale,goods,q,,,1.00,,,,x,\n"
                "1,,2024-01-02T09:29:00,a,sale,goods,q,,,1.00,,,,x,\n");
  assert_result(document_of(store, "", "2"), "kind,quantity,amount,cost,original\nreturn,-1.000,-5.00,-3.00,1\n");
  assert_result(document_of(store, "pos", "3"), "source,document,version\npos,3,4\n");
  assert_int_equal(crm_store_document(store, "", "3", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_document(store, "shop", "1", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_document(store, "", "01", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_document(store, "", NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

/* Equal lines but for their product stand in the order of its keys, whichever came first. */
static void test_line_order(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "sales", "document,time,amount,product,staff\n0,2024-01-01,1,z,s2\n0,2024-01-01,1,10,s1\n", "");
  put(store, "sales",
      "document,time,amount,product,staff\n1,2024-01-01,1,z,s2\n1,2024-01-01,1,a,s2\n1,2024-01-01,1,10,s2\n"
      "1,2024-01-01,1,a,s1\n1,2024-01-01,1,9,s2\n1,2024-01-01,1,,s2\n",
      "");
  assert_result(document_of(store, "", "1"), "product,staff\n9,s2\n10,s2\na,s1\na,s2\nz,s2\n,s2\n");
  crm_store_free(store);
}

static void test_changed(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_store_changed(store, 0, &table, NULL), CRM_OK);
  assert_result(table, "customer,version\n");
  put(store, "sales",
      "document,version,time,customer,amount\n1,1,2024-01-01,b,1\n2,1,2024-01-01,7,1\n3,1,2024-01-01,a,1\n", "");
  put(store, "sales", "document,version,time,customer,amount\n1,2,2024-01-01,c,1\n", "");
  put(store, "customers", "customer,region\n7,north\n", "");
  assert_int_equal(crm_store_version(store), 3);
  assert_int_equal(crm_store_changed(store, 0, &table, NULL), CRM_OK);
  assert_result(table, "customer,version\n7,3\na,1\nb,2\nc,2\n");
  assert_int_equal(crm_store_changed(store, 1, &table, NULL), CRM_OK);
  assert_result(table, "customer,version\n7,3\nb,2\nc,2\n");
  assert_int_equal(crm_store_changed(store, 3, &table, NULL), CRM_OK);
  assert_result(table, "customer\n");
  table = NULL;
  assert_int_equal(crm_store_changed(store, 4, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  /* nothing new: no version, nobody changed */
  put(store, "customers", "customer,region\n7,north\n", "");
  put(store, "sales", "document,version,time,customer,amount\n3,1,2024-01-01,a,1\n3,0,2024-01-01,b,1\n", "");
  assert_int_equal(crm_store_version(store), 3);
  crm_store_free(store);
}

static void test_totals(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "sales",
      "document,time,branch,class,amount,version\n1,2024-01-02,10,,1,1\n2,2024-01-02,9,,2,1\n3,2024-01-02,b,,4,1\n"
      "4,2024-01-01,a,liability,8,1\n5,2024-01-02,,,16,1\n6,soon,a,,32,1\n7,2024-01-02,a,food,64,1\n",
      "6,time,time\n7,class,word\n");
  assert_result(totals_of(store), "day,branch,documents,lines,rejected,amount_in,amount_accepted,net\n"
                                  ",a,0,0,1,32.00,0.00,0.00\n2024-01-01,a,1,1,0,8.00,8.00,0.00\n"
                                  "2024-01-02,,1,1,0,16.00,16.00,16.00\n2024-01-02,9,1,1,0,2.00,2.00,2.00\n"
                                  "2024-01-02,10,1,1,0,1.00,1.00,1.00\n2024-01-02,a,0,0,1,64.00,0.00,0.00\n"
                                  "2024-01-02,b,1,1,0,4.00,4.00,4.00\n");
  /* each time they were sent; duplicates in neither */
  put(store, "sales",
      "document,time,branch,class,amount,version\n6,soon,a,,32,1\n2,2024-01-02,9,,2,1\n3,2024-01-03,b,,5,2\n",
      "1,time,time\n");
  assert_result(totals_of(store), "day,branch,documents,lines,rejected,amount_in,net\n"
                                  ",a,0,0,2,64.00,0.00\n2024-01-01,a,1,1,0,8.00,0.00\n"
                                  "2024-01-02,,1,1,0,16.00,16.00\n2024-01-02,9,1,1,0,2.00,2.00\n"
                                  "2024-01-02,10,1,1,0,1.00,1.00\n2024-01-02,a,0,0,1,64.00,0.00\n"
                                  "2024-01-03,b,1,1,0,5.00,5.00\n");
  crm_store_free(store);
}

static void test_loads(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  put(store, "sales", "document,time,amount\n1,2024-01-01,1\n2,2024-01-01,x\n", "2,amount,number\n");
  put(store, "sales", "document,time,amount\n1,2024-01-01,1\n3,2024-01-01,5\n", "");
  put(store, "products", "product\np\n", "");
  put(store, "customers", "customer\n", "");
  assert_int_equal(crm_store_loads(store, &table, NULL), CRM_OK);
  assert_result(
      table,
      "table,rows,accepted,duplicate,rejected,amount_in,amount_accepted\ncustomers,0,0,0,0,,\nproducts,1,1,0,0,,\n"
      "sales,4,2,1,1,7.00,6.00\n");
  crm_store_free(store);
}

static void test_schema(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  int64_t row;
  int keys = 0;
  int required = 0;
  (void)state;
  assert_int_equal(crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, NULL), CRM_OK);
  assert_int_equal(crm_store_schema(store, &table, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(table); row++) {
    keys += text_is(table, "role", row, "key");
    required += text_is(table, "role", row, "required");
    assert_false(is_null_at(table, "table", row));
    assert_false(is_null_at(table, "type", row));
  }
  assert_int_equal(keys, 19);
  assert_int_equal(required, 17);
  row = row_of(table, "column", "age");
  assert_true(text_is(table, "table", row, "customers"));
  assert_true(text_is(table, "role", row, "attribute"));
  row = row_of(table, "column", "amount");
  assert_true(text_is(table, "table", row, "sales"));
  assert_true(text_is(table, "role", row, "optional"));
  crm_table_free(table);
  crm_store_free(store);
}

static void test_sources(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  put(store, "sales", sales, "");
  put(store, "sales", "document,time,amount,source\n9,2024-01-20,1,pos\n8,2024-01-09,1,pos\n7,2024-01-09,1,pos\n", "");
  assert_int_equal(crm_store_sources(store, &table, NULL), CRM_OK);
  assert_result(table, "source,documents,lines,versioned,first,last,days,longest_gap\n"
                       ",4,7,0,2024-01-02,2024-01-06,3,3\n"
                       "pos,4,4,1,2024-01-05,2024-01-20,3,11\n");
  assert_int_equal(crm_store_sources(NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_sources(store, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* Sixty customers with one order each, and one key with so many as the arguments say. */
static crm_store *store_with_walk_in(int orders, const char *more)
{
  crm_store *store = store_new(NULL);
  text_buffer text = {NULL, 0, 0};
  char line[64];
  int i;
  text_add(&text, "document,time,customer,amount\n");
  for (i = 0; i < 60 + orders; i++) {
    (void)snprintf(line, sizeof line, "%d,2024-01-%02d,%d,1\n", i, 1 + i % 28, i < 60 ? i : 99);
    text_add(&text, line);
  }
  text_add(&text, more);
  put(store, "sales", text.bytes, "");
  free(text.bytes);
  return store;
}

static void assert_warnings(crm_store *store, const char *expected)
{
  crm_table *table = NULL;
  assert_int_equal(crm_store_warnings(store, &table, NULL), CRM_OK);
  assert_result(table, expected);
  crm_store_free(store);
}

static void test_warnings(void **state)
{
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_store_warnings(NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_warnings(store_with_walk_in(10, ""), "warning,subject,count,share\nwalk_in,99,10,0.142857\n");
  assert_warnings(store_with_walk_in(9, ""), "warning,subject,count,share\n");
  assert_warnings(store_with_walk_in(9, "x,2025-01-27,1,1\n"), "warning,subject,count,share\n");
  assert_warnings(store_with_walk_in(9, "x,2025-01-28,1,1\n"),
                  "warning,subject,count,share\nlone_day,2025-01-28,366,\n");
  assert_warnings(store_new(NULL), "warning,subject,count,share\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_customer),   cmocka_unit_test(test_cost_is_known_or_not),
      cmocka_unit_test(test_documents),  cmocka_unit_test(test_document),
      cmocka_unit_test(test_line_order), cmocka_unit_test(test_changed),
      cmocka_unit_test(test_totals),     cmocka_unit_test(test_loads),
      cmocka_unit_test(test_schema),     cmocka_unit_test(test_sources),
      cmocka_unit_test(test_warnings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
