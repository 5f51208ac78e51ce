/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdlib.h>

/* What readers of a store see while a load is open, after its commit has failed, and after it was undone: the same. */

#define HEAD "document,time,customer,product,amount,branch\n"

static crm_store *store_with_facts(void)
{
  crm_store *store = store_new(NULL);
  put(store, "sales", HEAD "d0,2020-01-05,m,p,10,x\nd1,2020-03-05,m,q,5,x\nd2,2020-03-07,c,q,7,y\n", "");
  put(store, "customers", "customer,joined\nz,2020-01-01\n", "");
  return store;
}

static char *seen(const crm_store *store)
{
  text_buffer text = {NULL, 0, 0};
  text_add_store(&text, store, 1);
  assert_verifies(store);
  return text.bytes;
}

static void assert_unseen(const crm_store *store, const char *before)
{
  char *now = seen(store);
  assert_string_equal(now, before);
  free(now);
}

static crm_load *open_load(crm_store *store, const char *sales)
{
  crm_load *load = NULL;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", NULL, sales, 0, NULL), CRM_OK);
  assert_int_equal(read_text(load, "customers", NULL, "customer,kind\nm,internal\na,business\n", 0, NULL), CRM_OK);
  return load;
}

/* New keys that sort before, between and behind the known ones; documents with two customers and branches; another
 * version of a known document. */
static void test_open(void **state)
{
  crm_store *store = store_with_facts();
  char *before = seen(store);
  crm_load *load = open_load(store, HEAD "e1,2020-01-05,a,p,5,x\ne1,2020-01-05,b,p,5,w\ne2,2019-01-05,a,a,5,x\n"
                                         "e3,2020-01-05,n,z,5,x\ne3,2020-01-06,zz,p,5,x\nd0,2020-01-05,m,p,11,x\n");
  (void)state;
  assert_unseen(store, before);
  crm_load_free(load);
  assert_unseen(store, before);
  free(before);
  crm_store_free(store);
}

static void test_failed_commit(void **state)
{
  crm_store *store = store_with_facts();
  char *before = seen(store);
  crm_load *load =
      open_load(store, HEAD "e1,2020-01-05,a,p,90000000000000000,x\ne2,2020-02-05,b,p,90000000000000000,x\n"
                            "e3,2020-02-06,k,p,1,x\ne4,2020-02-06,k,p,1,x\n");
  (void)state;
  assert_int_equal(crm_load_commit(load, NULL), CRM_ERROR_OVERFLOW);
  assert_unseen(store, before);
  crm_load_free(load);
  assert_unseen(store, before);
  free(before);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_open), cmocka_unit_test(test_failed_commit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
