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

static void put_random(dice *of, crm_store *sites, crm_store *accounts)
{
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
    parents[i] = dice_below(of, 2) == 0 ? -1 : dice_below(of, KEYS);
    if (parents[i] >= 0) {
      (void)snprintf(line, sizeof line, "%d,%d\n", i, parents[i]);
      text_add(&rows, line);
    }
  }
  for (i = 0; i < DOCUMENTS; i++) {
    int customer = dice_below(of, KEYS);
    int back = dice_below(of, 5) == 0;
    int day = 1 + dice_below(of, 27);
    int month = 1 + dice_below(of, 6);
    int amount = 1 + dice_below(of, 50);
    int original = dice_below(of, DOCUMENTS);
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
  text_free(&rows);
  text_free(&sent);
  text_free(&topmost);
}

static void test_random(void **state)
{
  dice of = dice_of(5);
  int round;
  (void)state;
  for (round = 0; round < 25; round++) {
    crm_store *sites = store_new(NULL);
    crm_store *accounts = store_new(NULL);
    put_random(&of, sites, accounts);
    assert_rolls_up(sites, accounts);
    crm_store_free(sites);
    crm_store_free(accounts);
  }
}

static void add_table(text_buffer *buffer, crm_status status, crm_table *table)
{
  assert_int_equal(status, CRM_OK);
  text_add(buffer, crm_table_name(table));
  text_add(buffer, "\n");
  text_add_table(buffer, table);
  crm_table_free(table);
}

/* Analyses that look at other tables than sales. */
static void add_others(text_buffer *buffer, const crm_store *store, int32_t accounts)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_lifecycle *lives = NULL;
  crm_kpi *kpi = NULL;
  crm_table *table = NULL;
  crm_status status;
  scope.accounts = accounts;
  status = crm_due_compute(store, &scope, NULL, &table, NULL);
  add_table(buffer, status, table);
  assert_int_equal(crm_lifecycle_compute(store, &scope, NULL, &lives, NULL), CRM_OK);
  status = crm_lifecycle_members(lives, &table, NULL);
  add_table(buffer, status, table);
  status = crm_lifecycle_history(lives, NULL, &table, NULL);
  add_table(buffer, status, table);
  crm_lifecycle_free(lives);
  assert_int_equal(crm_kpi_compute(store, &scope, NULL, NULL, &kpi, NULL), CRM_OK);
  status = crm_kpi_table(kpi, &table, NULL);
  add_table(buffer, status, table);
  crm_kpi_free(kpi);
  status = crm_ownership_summary(store, &scope, &table, NULL);
  add_table(buffer, status, table);
}

static void put_others(crm_store *store, const char *east, const char *west)
{
  char text[512];
  (void)snprintf(text, sizeof text,
                 "opportunity,customer,created,closed,outcome,amount\n1,%s,2024-01-20,2024-03-02,won,100\n"
                 "2,%s,2024-02-01,,,50\n3,8,2024-02-01,2024-03-03,lost,7\n",
                 east, west);
  put(store, "opportunities", text, "");
  (void)snprintf(text, sizeof text,
                 "time,customer,opportunity,staff\n2024-01-21,%s,1,ann\n2024-02-21,%s,1,bob\n2024-02-22,%s,2,ann\n",
                 east, west, west);
  put(store, "interactions", text, "");
  (void)snprintf(text, sizeof text,
                 "document,kind,customer,time,amount,due\n1,invoice,%s,2024-02-01,30,2024-02-10\n"
                 "2,payment,%s,2024-02-15,20,\n3,invoice,%s,2024-02-20,9,2024-03-30\n",
                 east, east, west);
  put(store, "payments", text, "");
  (void)snprintf(text, sizeof text, "customer,time,stage\n%s,2023-12-01,prospect\n", west);
  put(store, "stages", text, "");
  (void)snprintf(text, sizeof text,
                 "document,time,customer,amount\n1,2024-01-05,%s,30\n2,2024-02-05,%s,12\n3,2024-03-01,%s,8\n"
                 "4,2024-03-02,8,40\n5,2024-01-02,8,4\n",
                 east, west, east);
  put(store, "sales", text, "");
}

static void test_other_tables(void **state)
{
  crm_store *sites = store_new(NULL);
  crm_store *accounts = store_new(NULL);
  text_buffer rolled = TEXT_BUFFER_INIT;
  text_buffer sent = TEXT_BUFFER_INIT;
  (void)state;
  put(sites, "customers", "customer,parent,joined\nhead,,2024-01-03\neast,head,2023-05-01\nwest,head,\n", "");
  put(accounts, "customers", "customer,joined\nhead,2023-05-01\n", "");
  put_others(sites, "east", "west");
  put_others(accounts, "head", "head");
  add_others(&rolled, sites, 1);
  add_others(&sent, accounts, 0);
  assert_text_same(&sent, &rolled, "accounts");
  text_free(&rolled);
  text_free(&sent);
  crm_store_free(sites);
  crm_store_free(accounts);
}

/* The same of merged keys, for which no scope is needed. */
static void test_merged(void **state)
{
  crm_store *keys = store_new(NULL);
  crm_store *customers = store_new(NULL);
  text_buffer merged = TEXT_BUFFER_INIT;
  text_buffer sent = TEXT_BUFFER_INIT;
  (void)state;
  put(keys, "customers", "customer,joined\nhead,2024-01-03\neast,2023-05-01\n", "");
  put(customers, "customers", "customer,joined\nhead,2023-05-01\n", "");
  put_others(keys, "east", "west");
  put_others(customers, "head", "head");
  put(keys, "merges", "customer,into\neast,head\nwest,head\n", "");
  add_others(&merged, keys, 0);
  add_others(&sent, customers, 0);
  assert_text_same(&sent, &merged, "merged");
  text_free(&merged);
  text_free(&sent);
  crm_store_free(keys);
  crm_store_free(customers);
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

static int key_at(const crm_table *table, const char *column, int64_t row)
{
  size_t length;
  const char *text = crm_table_text(table, crm_table_find(table, column), row, &length);
  int key = 0;
  size_t i;
  for (i = 0; i < length; i++) {
    key = key * 10 + (text[i] - '0');
  }
  return key;
}

/* What is below a customer, asked customer by customer: whoever passes it on the way up. */
static void assert_below(const int *parents, const int64_t *orders, const int64_t *money, const crm_table *table)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    int site = key_at(table, "customer", row);
    int top = key_at(table, "account", row);
    int64_t counted = 0;
    int64_t sum = 0;
    int key;
    for (key = 0; key < KEYS; key++) {
      int at = key;
      while (top_of(parents, key) == top && at != site && at != top) {
        at = parents[at];
      }
      if (top_of(parents, key) == top && at == site) {
        counted += orders[key];
        sum += money[key];
      }
    }
    assert_int_equal(integer_at(table, "orders_below", row), counted);
    assert_int_equal(integer_at(table, "revenue_below", row), sum);
  }
}

static void test_below(void **state)
{
  dice of = dice_of(17);
  int round;
  (void)state;
  for (round = 0; round < 40; round++) {
    crm_store *store = store_new(NULL);
    text_buffer rows = TEXT_BUFFER_INIT;
    text_buffer sent = TEXT_BUFFER_INIT;
    crm_table *table = NULL;
    int parents[KEYS];
    int64_t orders[KEYS] = {0};
    int64_t money[KEYS] = {0};
    char line[96];
    int i;
    text_add(&rows, "customer,parent\n");
    text_add(&sent, "document,time,customer,amount\n");
    for (i = 0; i < KEYS; i++) {
      parents[i] = dice_below(&of, 3) == 0 ? -1 : dice_below(&of, KEYS);
      parents[i] = parents[i] == i ? -1 : parents[i];
      if (parents[i] < 0) {
        (void)snprintf(line, sizeof line, "%d,\n", i);
      } else {
        (void)snprintf(line, sizeof line, "%d,%d\n", i, parents[i]);
      }
      text_add(&rows, line);
    }
    for (i = 0; i < DOCUMENTS; i++) {
      int customer = dice_below(&of, KEYS);
      int amount = 1 + dice_below(&of, 50);
      orders[customer]++;
      money[customer] += amount * 100;
      (void)snprintf(line, sizeof line, "%d,2024-01-05,%d,%d\n", i, customer, amount);
      text_add(&sent, line);
    }
    put(store, "customers", rows.bytes, "");
    put(store, "sales", sent.bytes, "");
    assert_int_equal(crm_accounts_sites(store, NULL, &table, NULL), CRM_OK);
    assert_true(crm_table_rows(table) > 1);
    assert_below(parents, orders, money, table);
    crm_table_free(table);
    text_free(&rows);
    text_free(&sent);
    crm_store_free(store);
  }
}

/* Two levels, then one more that only a customer without a row of its own lies on. */
static void test_levels(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  put(store, "customers", "customer,parent,kind\neast,head,\ngate,east,\nshop,gate,\nstaff,east,internal\n", "");
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-01,shop,30\n2,2024-01-09,gate,9\n3,2024-02-01,shop,1\n"
      "4,2024-02-02,staff,7\n5,2024-02-03,east,2\n",
      "");
  assert_int_equal(crm_accounts_sites(store, NULL, &table, NULL), CRM_OK);
  assert_result(table, "account,customer,level,orders,orders_below,revenue_below\nhead,east,1,1,4,42.00\n"
                       "head,gate,2,1,3,40.00\nhead,shop,3,2,2,31.00\n");
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

/* What a till of nobody's or the own staff bought under an account is not the account's first purchase. */
static void test_first_purchase_is_the_accounts(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  put(store, "customers", "customer,parent,kind\nhead,,\ntill,head,anonymous\nstaff,head,internal\n", "");
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-01,till,1\n2,2024-01-02,staff,1\n3,2024-03-01,head,1\n", "");
  scope.accounts = 1;
  scope.as_of = facts_day(2024, 3, 11);
  assert_int_equal(crm_rhythm_compute(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "customer,orders,exposure_days\nhead,1,10\n");
  scope.internal = 1;
  assert_int_equal(crm_rhythm_compute(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "customer,orders,exposure_days\nhead,2,69\n");
  crm_store_free(store);
}

/* ---- as of a date ---- */

/* Until March east belongs to head, then to rival; west has been head's since February; gate, of which a row tells, is
 * nobody's now, whatever its row in customers says. */
static void put_history(crm_store *store)
{
  put(store, "customers", "customer,parent\nhead,\neast,west\nwest,\ngate,head\nlone,head\n", "");
  put(store, "parents",
      "customer,parent,from,to\neast,head,2024-01-01,\neast,rival,2024-03-01,\nwest,head,2024-02-01,\n"
      "gate,head,2024-01-01,2024-02-15\n",
      "");
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-05,east,10\n2,2024-01-06,west,20\n3,2024-01-07,gate,40\n"
      "4,2024-01-08,lone,80\n5,2024-03-05,east,1\n",
      "");
}

static void assert_accounts(const crm_store *store, int32_t month, int32_t day, const char *wanted)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  scope.accounts = 1;
  scope.as_of = facts_day(2024, month, day);
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  assert_result(table, wanted);
  crm_pyramid_free(pyramid);
}

static void test_as_of(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  put_history(store);
  assert_accounts(store, 2, 1, "customer,spend\nhead,130.00\nwest,20.00\n");    /* an as-of does not see its instant */
  assert_accounts(store, 2, 2, "customer,spend\nhead,150.00\n");
  assert_accounts(store, 2, 15, "customer,spend\nhead,150.00\n");
  assert_accounts(store, 2, 16, "customer,spend\nhead,110.00\ngate,40.00\n");
  assert_accounts(store, 3, 10, "customer,spend\nhead,100.00\ngate,40.00\nrival,11.00\n");
  scope.as_of = facts_day(2024, 2, 2);
  assert_int_equal(crm_accounts_sites(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "account,customer,level,revenue\nhead,east,1,10.00\nhead,gate,1,40.00\nhead,head,0,0.00\n"
                       "head,lone,1,80.00\nhead,west,1,20.00\n");
  crm_store_free(store);
}

/* Rows of a merged key are the customer's; of two of one instant the one that was sent for it counts. A row that is
 * corrected corrects the past. */
static void test_history_of_merged(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put_history(store);
  put(store, "merges", "customer,into\nwest,east\n", "");
  assert_accounts(store, 2, 2, "customer,spend\nhead,150.00\n");
  assert_accounts(store, 3, 10, "customer,spend\nhead,80.00\ngate,40.00\nrival,31.00\n");
  put(store, "parents", "customer,parent,from,version\nwest,other,2024-03-01,\ngate,rival,2024-01-01,1\n", "");
  assert_accounts(store, 3, 10, "customer,spend\nhead,80.00\nrival,71.00\n");
  crm_store_free(store);
}

/* ---- looked up, and in segments ---- */

static void test_found(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_pyramid *pyramid = NULL;
  crm_lifecycle *lifecycle = NULL;
  crm_standing standing = CRM_STANDING_INIT;
  crm_life_standing life = CRM_LIFE_STANDING_INIT;
  crm_table *table = NULL;
  (void)state;
  put_history(store);
  scope.accounts = 1;
  scope.as_of = facts_day(2024, 2, 2);
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_find(pyramid, "east", &standing, NULL), CRM_OK);
  assert_int_equal(standing.value, 15000);
  assert_int_equal(standing.rank, 1);
  crm_pyramid_free(pyramid);
  assert_int_equal(crm_lifecycle_compute(store, &scope, NULL, &lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_find(lifecycle, "gate", &life, NULL), CRM_OK);
  assert_string_equal(life.name, "repeat");
  assert_int_equal(crm_lifecycle_history(lifecycle, "west", &table, NULL), CRM_OK);
  assert_result(table, "customer,stage\nhead,suspect\nhead,customer\nhead,repeat\n");
  crm_lifecycle_free(lifecycle);
  options.expression = "spend > 100";
  assert_int_equal(crm_segment_explain(store, &scope, &options, "lone", &table, NULL), CRM_OK);
  assert_result(table, "condition,value,result,whole\nspend > 100,150.00,true,false\nspend > 100,,true,true\n");
  scope.accounts = 0;
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_find(pyramid, "east", &standing, NULL), CRM_OK);
  assert_int_equal(standing.value, 1000);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

/* What an expression asks about accounts is their own; narrowed to them an analysis answers as a store does that was
 * sent the topmost keys alone, with the same segment. */
static void add_segment(text_buffer *buffer, const crm_store *store, int32_t accounts, const char *expression)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  crm_status status;
  scope.accounts = accounts;
  options.expression = expression;
  assert_int_equal(crm_segment_compute(store, &scope, &options, &segment, NULL), CRM_OK);
  status = crm_segment_members(segment, &table, NULL);
  add_table(buffer, status, table);
  scope.segment = segment;
  status = crm_rfm_compute(store, &scope, NULL, &table, NULL);
  add_table(buffer, status, table);
  status = crm_periods_compute(store, &scope, NULL, &table, NULL);
  add_table(buffer, status, table);
  status = crm_repeat_compute(store, &scope, &table, NULL);
  add_table(buffer, status, table);
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  crm_segment_free(segment);
  status = crm_pyramid_members(pyramid, &table, NULL);
  add_table(buffer, status, table);
  crm_pyramid_free(pyramid);
}

static void test_segments(void **state)
{
  static const char *const expressions[] = {
    "spend > 60", "orders >= 3 and days_since_last < 60", "tier in ('vip', 'major')", "r = 5 or not (f < 3)",
    "first_ever < 2024-02-01", "purchase_days = 2", "average_order between 5 and 20", "customer < 7"
  };
  dice of = dice_of(11);
  int round;
  (void)state;
  for (round = 0; round < 8; round++) {
    crm_store *sites = store_new(NULL);
    crm_store *accounts = store_new(NULL);
    size_t i;
    put_random(&of, sites, accounts);
    for (i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
      text_buffer rolled = TEXT_BUFFER_INIT;
      text_buffer sent = TEXT_BUFFER_INIT;
      add_segment(&rolled, sites, 1, expressions[i]);
      add_segment(&sent, accounts, 0, expressions[i]);
      assert_text_same(&sent, &rolled, expressions[i]);
      text_free(&rolled);
      text_free(&sent);
    }
    crm_store_free(sites);
    crm_store_free(accounts);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chain),
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_company),
      cmocka_unit_test(test_below),
      cmocka_unit_test(test_levels),
      cmocka_unit_test(test_sites),
      cmocka_unit_test(test_other_tables),
      cmocka_unit_test(test_merged),
      cmocka_unit_test(test_first_purchase_is_the_accounts),
      cmocka_unit_test(test_as_of),
      cmocka_unit_test(test_history_of_merged),
      cmocka_unit_test(test_found),
      cmocka_unit_test(test_segments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
