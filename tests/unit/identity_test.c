/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* Merges: one customer of several keys, taken back to the byte, in any order. */

#define MERGES "customer,into,undone,version\n"

static const char *const sales = "document,time,customer,kind,amount,cost\n"
                                 "1,2024-01-01,a,sale,10,4\n2,2024-01-05,b,sale,20,9\n3,2024-02-01,a2,sale,5,1\n"
                                 "4,2024-02-07,a3,sale,7,2\n5,2024-02-08,a2,return,1,\n6,2024-03-01,c,sale,3,\n"
                                 "7,2024-03-02,,sale,2,1\n";

static crm_store *shop(void)
{
  crm_store *store = store_new(NULL);
  put(store, "customers",
      "customer,kind,joined,region,owner\na,,2024-01-01,north,ann\na2,business,2023-05-01,south,bob\na4,,2023-01-01,,\n"
      "d,,2024-01-09,,\n",
      "");
  put(store, "sales", sales, "");
  put(store, "opportunities", "opportunity,customer,created,amount\n1,a,2024-01-01,5\n2,a2,2024-01-01,6\n", "");
  return store;
}

static void assert_same_answers(const crm_store *expected, const crm_store *actual, const char *what)
{
  text_buffer one = TEXT_BUFFER_INIT;
  text_buffer other = TEXT_BUFFER_INIT;
  text_add_answers(&one, expected);
  text_add_answers(&other, actual);
  assert_text_same(&one, &other, what);
  text_free(&one);
  text_free(&other);
}

static void test_one_customer(void **state)
{
  crm_store *store = shop();
  (void)state;
  put(store, "merges", MERGES "a2,a,,\na3,a2,,\na4,a,,\n", "");
  assert_result(customer_of(store, "a"),
                "customer,kind,region,owner,first,last,orders,net,sales,returned,documents\n"
                "a,person,north,ann,2024-01-01T00:00:00,2024-02-07T00:00:00,3,21.00,22.00,1.00,4\n");
  assert_result(customer_of(store, "a3"), "customer,orders\na,3\n");   /* any of its keys finds it */
  assert_result(documents_of(store, "a2"), "document\n1\n3\n4\n5\n");
  assert_result(document_of(store, "", "4"), "document,customer\n4,a3\n");   /* a document is what was sent */
  assert_int_equal(crm_store_customers(store), 4);
  crm_store_free(store);
}

/* What a store of merged keys answers is what one answers that was sent the one key from the beginning. */
static void test_as_if_sent(void **state)
{
  crm_store *merged = store_new(NULL);
  crm_store *plain = store_new(NULL);
  (void)state;
  put(merged, "sales", sales, "");
  put(merged, "merges", MERGES "a2,a,,\na3,a,,\n", "");
  put(plain, "sales",
      "document,time,customer,kind,amount,cost\n"
      "1,2024-01-01,a,sale,10,4\n2,2024-01-05,b,sale,20,9\n3,2024-02-01,a,sale,5,1\n"
      "4,2024-02-07,a,sale,7,2\n5,2024-02-08,a,return,1,\n6,2024-03-01,c,sale,3,\n7,2024-03-02,,sale,2,1\n",
      "");
  assert_same_answers(plain, merged, "merged");
  crm_store_free(merged);
  crm_store_free(plain);
}

static void test_undone(void **state)
{
  crm_store *store = shop();
  crm_store *never = shop();
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  (void)state;
  text_add_answers(&before, store);
  put(store, "merges", MERGES "a2,a,,\na3,a2,,\nb,c,,\n", "");
  text_add_answers(&after, store);
  assert_true(before.length != after.length || memcmp(before.bytes, after.bytes, before.length) != 0);
  text_free(&after);
  put(store, "merges", MERGES "a2,a,true,1\na3,a2,yes,1\nb,c,1,1\n", "");
  text_add_answers(&after, store);
  assert_text_same(&before, &after, "merged and taken back");
  assert_same_answers(never, store, "as one that never merged");
  text_free(&before);
  text_free(&after);
  crm_store_free(store);
  crm_store_free(never);
}

/* New documents of a merged key are its customer's; a resend is a duplicate, and one of another key a conflict. */
static void test_later_documents(void **state)
{
  crm_store *store = shop();
  (void)state;
  put(store, "merges", MERGES "a2,a,,\nfresh,a,,\n", "");
  assert_counts(put(store, "sales", sales, ""), 0, 7, 0);
  put(store, "sales", "document,time,customer,kind,amount,cost\n3,2024-02-01,a,sale,5,1\n", "1,document,conflict\n");
  assert_counts(put(store, "sales",
                    "document,time,customer,amount,version\n8,2024-03-05,fresh,100,\n3,2024-02-01,a2,6,1\n", ""),
                2, 0, 0);
  assert_result(customer_of(store, "fresh"), "customer,orders,net\na,3,115.00\n");
  put(store, "merges", MERGES "fresh,a,true,1\n", "");
  assert_result(customer_of(store, "fresh"), "customer,orders,net\nfresh,1,100.00\n");
  assert_result(customer_of(store, "a2"), "customer,orders,net\na,2,15.00\n");
  crm_store_free(store);
}

/* Documents and merges in one load. */
static void test_one_load(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  (void)state;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", NULL, sales, 0, NULL), CRM_OK);
  assert_int_equal(read_text(load, "merges", NULL, MERGES "a2,b,,\na3,b,,\n", 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  assert_verifies(store);
  assert_result(customer_of(store, "b"), "customer,orders,net\nb,3,31.00\n");
  crm_store_free(store);
}

/* Keys that lead in a ring are one customer all the same: the lowest of them. */
static void test_ring(void **state)
{
  crm_store *store = shop();
  crm_table *warnings = NULL;
  (void)state;
  put(store, "merges", MERGES "a3,a2,,\n", "");
  put(store, "merges", MERGES "a2,b,,\nb,a3,,\nc,b,,\n", "");
  assert_result(customer_of(store, "c"), "customer,orders,net\na2,4,34.00\n");
  assert_int_equal(crm_store_warnings(store, &warnings, NULL), CRM_OK);
  assert_result(warnings, "warning,subject,count\nmerge_ring,a2,3\n");
  put(store, "merges", MERGES "b,a3,true,1\n", "");
  assert_result(customer_of(store, "c"), "customer,orders,net\nb,4,34.00\n");
  crm_store_free(store);
}

/* Random merges and their undoing, sent in any order and cut into any loads. */
#define KEYS 12
#define ROWS 24

static void test_any_order(void **state)
{
  dice of = dice_of(11);
  int round;
  (void)state;
  for (round = 0; round < 30; round++) {
    char rows[ROWS][48];
    int count = 0;
    int key;
    crm_store *one = store_new(NULL);
    crm_store *other = store_new(NULL);
    text_buffer all = TEXT_BUFFER_INIT;
    text_buffer docs = TEXT_BUFFER_INIT;
    text_add(&docs, "document,time,customer,amount\n");
    text_add(&all, MERGES);
    for (key = 0; key < KEYS; key++) {
      int versions = dice_below(&of, 3);
      int version;
      char line[64];
      (void)snprintf(line, sizeof line, "%d,2024-01-%02d,k%d,%d\n%d,2024-02-%02d,k%d,%d\n", key, 1 + key, key, 1 + key,
                     100 + key, 1 + key, key, 50 + key);
      text_add(&docs, line);
      for (version = 0; version < versions; version++) {
        int into = dice_below(&of, KEYS);
        into = into == key ? (key + 1) % KEYS : into;
        (void)snprintf(rows[count], sizeof rows[count], "k%d,k%d,%s,%d\n", key, into,
                       dice_below(&of, 3) == 0 ? "true" : "", version);
        text_add(&all, rows[count++]);
      }
    }
    put(one, "sales", docs.bytes, "");
    put(one, "merges", all.bytes, "");
    while (count > 0) {   /* one a load, in any order, the documents in between */
      int pick = dice_below(&of, count);
      text_buffer text = TEXT_BUFFER_INIT;
      text_add(&text, MERGES);
      text_add(&text, rows[pick]);
      put(other, "merges", text.bytes, "");
      text_free(&text);
      memmove(rows[pick], rows[count - 1], sizeof rows[pick]);
      count--;
      if (count == 3) {
        put(other, "sales", docs.bytes, "");
      }
    }
    put(other, "sales", docs.bytes, "");
    assert_same_answers(one, other, "merges in any order");
    text_free(&all);
    text_free(&docs);
    crm_store_free(one);
    crm_store_free(other);
  }
}

/* A load of merges that is freed, or refused, changes nothing. */
static void test_rollback(void **state)
{
  crm_store *store = shop();
  crm_store *never = shop();
  crm_load *load = NULL;
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  (void)state;
  options.all_or_nothing = 1;
  assert_int_equal(crm_load_begin(store, &options, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "merges", NULL, MERGES "a2,a,,\nb,b,,\n", 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_ERROR_VALUE);
  assert_same_answers(never, store, "refused");
  crm_load_free(load);
  assert_verifies(store);
  assert_same_answers(never, store, "freed");
  crm_store_free(store);
  crm_store_free(never);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_customer),   cmocka_unit_test(test_as_if_sent), cmocka_unit_test(test_undone),
      cmocka_unit_test(test_later_documents), cmocka_unit_test(test_one_load),   cmocka_unit_test(test_ring),
      cmocka_unit_test(test_any_order),      cmocka_unit_test(test_rollback),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
