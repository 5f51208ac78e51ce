/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* Accounts: customers under one parent as one customer, in every analysis. */

/* What a scope of accounts answers is what a scope without answers of a store that was sent the topmost keys alone. */
static void assert_rolls_up(const crm_store *sites, const crm_store *accounts)
{
  text_buffer rolled = TEXT_BUFFER_INIT;
  text_buffer sent = TEXT_BUFFER_INIT;
  text_add_accounts(&rolled, sites, 1);
  text_add_accounts(&sent, accounts, 0);
  assert_text_same(&sent, &rolled, "accounts");
  text_free(&rolled);
  text_free(&sent);
}

static void test_chain(void **state)
{
  crm_store *sites = store_new(NULL);
  crm_store *accounts = store_new(NULL);
  (void)state;
  put(sites, "customers",
      "customer,parent,joined,kind\nhead,,2023-06-01,\neast,head,2023-01-01,business\nwest,head,,\n"
      "gate,west,2024-01-01,\nlone,,2023-01-01,\nidle,quiet,2023-01-01,\n",
      "");
  put(sites, "sales",
      "document,time,customer,kind,amount,product,cost\n1,2024-01-01,east,sale,10,p,4\n2,2024-01-01,west,sale,20,q,5\n"
      "3,2024-02-01,gate,sale,5,p,1\n4,2024-03-07,head,sale,7,q,2\n5,2024-03-08,gate,return,1,p,\n"
      "6,2024-03-01,lone,sale,30,q,3\n7,2024-03-02,,sale,2,p,1\n",
      "");
  put(accounts, "customers", "customer,joined\nhead,2023-01-01\nlone,2023-01-01\nquiet,2023-01-01\n", "");
  put(accounts, "sales",
      "document,time,customer,kind,amount,product,cost\n1,2024-01-01,head,sale,10,p,4\n2,2024-01-01,head,sale,20,q,5\n"
      "3,2024-02-01,head,sale,5,p,1\n4,2024-03-07,head,sale,7,q,2\n5,2024-03-08,head,return,1,p,\n"
      "6,2024-03-01,lone,sale,30,q,3\n7,2024-03-02,,sale,2,p,1\n",
      "");
  assert_rolls_up(sites, accounts);
  crm_store_free(sites);
  crm_store_free(accounts);
}

/* Random trees and rings: the store that was sent topmost keys is made by following parents by hand. */
#define KEYS 20
#define DOCUMENTS 60

static int top_of(const int *parents, int key)
{
  int seen[KEYS] = {0};
  int lowest;
  int at = key;
  while (parents[at] >= 0 && !seen[at]) {
    seen[at] = 1;
    at = parents[at];
  }
  if (parents[at] < 0) {
    return at;
  }
  lowest = at;
  for (key = parents[at]; key != at; key = parents[key]) {
    lowest = key < lowest ? key : lowest;
  }
  return lowest;
}

static void test_random(void **state)
{
  dice of = dice_of(5);
  int round;
  (void)state;
  for (round = 0; round < 25; round++) {
    crm_store *sites = store_new(NULL);
    crm_store *accounts = store_new(NULL);
    text_buffer rows = TEXT_BUFFER_INIT;
    text_buffer sent = TEXT_BUFFER_INIT;
    text_buffer topmost = TEXT_BUFFER_INIT;
    int parents[KEYS];
    char line[96];
    int i;
    text_add(&rows, "customer,parent\n");
    text_add(&sent, "document,time,customer,kind,amount,original\n");
    text_add(&topmost, "document,time,customer,kind,amount,original\n");
    for (i = 0; i < KEYS; i++) {
      parents[i] = dice_below(&of, 2) == 0 ? -1 : dice_below(&of, KEYS);
      if (parents[i] >= 0) {
        (void)snprintf(line, sizeof line, "%d,%d\n", i, parents[i]);
        text_add(&rows, line);
      }
    }
    for (i = 0; i < DOCUMENTS; i++) {
      int customer = dice_below(&of, KEYS);
      int back = dice_below(&of, 5) == 0;
      int day = 1 + dice_below(&of, 27);
      int month = 1 + dice_below(&of, 6);
      int amount = 1 + dice_below(&of, 50);
      int original = dice_below(&of, DOCUMENTS);
      (void)snprintf(line, sizeof line, "%d,2024-%02d-%02d,%d,%s,%d,%d\n", i, month, day, customer,
                     back ? "return" : "sale", amount, original);
      text_add(&sent, line);
      (void)snprintf(line, sizeof line, "%d,2024-%02d-%02d,%d,%s,%d,%d\n", i, month, day, top_of(parents, customer),
                     back ? "return" : "sale", amount, original);
      text_add(&topmost, line);
    }
    put(sites, "sales", sent.bytes, "");
    put(sites, "customers", rows.bytes, "");
    put(accounts, "sales", topmost.bytes, "");
    text_free(&rows);
    text_add(&rows, "customer\n");
    for (i = 0; i < KEYS; i++) {
      if (parents[i] >= 0) {   /* a row makes its account known */
        (void)snprintf(line, sizeof line, "%d\n", top_of(parents, i));
        text_add(&rows, line);
      }
    }
    put(accounts, "customers", rows.bytes, "");
    assert_rolls_up(sites, accounts);
    text_free(&rows);
    text_free(&sent);
    text_free(&topmost);
    crm_store_free(sites);
    crm_store_free(accounts);
  }
}

/* With merges, segments, internal sites, other tables and what is told of it all. */
static void test_company(void **state)
{
  static const char *const keys[] = {"head", "east"};
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  crm_pyramid *pyramid = NULL;
  crm_segment *segment = NULL;
  (void)state;
  put(store, "customers", "customer,parent,kind\nhead,,\neast,head,\nown,head,internal\nbig,,\n", "");
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-01,east,10\n2,2024-01-02,own,100\n3,2024-01-03,till,5\n"
      "4,2024-01-04,big,50\n",
      "");
  put(store, "merges", "customer,into\ntill,east\n", "");
  put(store, "opportunities", "opportunity,customer,created\n1,till,2024-01-02\n", "");
  scope.accounts = 1;
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  assert_string_equal(crm_table_meta_find(table, "accounts"), "together");
  assert_result(table, "customer,spend\nbig,50.00\nhead,15.00\n");
  crm_pyramid_free(pyramid);
  scope.internal = 1;
  assert_int_equal(crm_rfm_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,monetary,frequency\nbig,50.00,1\nhead,115.00,3\n");
  scope.internal = 0;
  assert_int_equal(crm_segment_pick(store, keys, 2, NULL, &segment, NULL), CRM_OK);
  scope.segment = segment;
  assert_int_equal(crm_rfm_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer,monetary\nhead,15.00\n");
  crm_segment_free(segment);
  scope.segment = NULL;
  assert_int_equal(crm_ownership_owners(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "owner,customers,revenue,open\n,2,65.00,1\n");
  scope.accounts = 2;
  assert_int_equal(crm_rfm_compute(store, &scope, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

static void test_sites(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  put(store, "customers",
      "customer,parent\nhead,\nwest,head\neast,head\ngate,west\nlone,\na,b\nb,a\nc,b\nsite,gone\n", "");
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-01,east,30\n2,2024-01-09,gate,9\n3,2024-02-01,gate,1\n"
      "4,2024-02-02,lone,7\n5,2024-02-03,c,-1\n",
      "");
  assert_int_equal(crm_accounts_sites(store, NULL, &table, NULL), CRM_OK);
  assert_result(table, "account,customer,level,orders,revenue,share,first,last\na,a,0,0,0.00,,,\na,b,1,0,0.00,,,\n"
                       "a,c,2,0,-1.00,,,\nhead,east,1,1,30.00,0.750000,2024-01-01,2024-01-01\n"
                       "head,gate,2,2,10.00,0.250000,2024-01-09,2024-02-01\nhead,head,0,0,0.00,0.000000,,\n"
                       "head,west,1,0,0.00,0.000000,,\n");
  scope.to = facts_day(2024, 2, 1);
  scope.accounts = 1;
  assert_int_equal(crm_accounts_sites(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "customer,revenue\na,0.00\nb,0.00\nc,0.00\neast,30.00\ngate,9.00\nhead,0.00\nwest,0.00\n");
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chain),
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_company),
      cmocka_unit_test(test_sites),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
