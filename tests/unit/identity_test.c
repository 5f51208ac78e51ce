/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"
#include "support/rounds.h"

#include <stdio.h>
#include <string.h>

/* Merges: one customer of several keys, taken back to the byte, in any order. */

#define MERGES "customer,into,undone,version\n"

static const char *const sales = "document,time,customer,kind,amount,cost\n"
                                 "1,2024-01-01,a,sale,10,4\n2,2024-01-05,b,sale,20,9\n3,2024-02-01,a2,sale,5,1\n"
                                 "4,2024-02-07,a3,sale,7,2\n5,2024-02-08,a2,return,1,\n6,2024-03-01,c,sale,3,\n"
                                 "7,2024-03-02,,sale,2,1\n";

static crm_table *rows_of(const crm_store *store, const char *table)
{
  crm_table *rows = NULL;
  assert_int_equal(crm_store_rows(store, table, &rows, NULL), CRM_OK);
  return rows;
}

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
                "customer,kind,region,owner,joined,first,last,orders,net,sales,returned,documents\n"
                "a,person,north,ann,2023-01-01T00:00:00,"
                "2024-01-01T00:00:00,2024-02-07T00:00:00,3,21.00,22.00,1.00,4\n");
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
/* A version that names nobody: what stood for whom the version before was sent is gone. */
static void test_nobody_any_more(void **state)
{
  crm_store *store = shop();
  (void)state;
  put(store, "merges", MERGES "a2,a,,\n", "");
  put(store, "sales", "document,time,customer,kind,amount,version\n3,2024-02-01,,sale,5,1\n", "");
  assert_result(document_of(store, "", "3"), "document,customer\n3,\n");
  put(store, "merges", MERGES "a2,a,true,1\n", "");
  assert_result(documents_of(store, "a2"), "document\n5\n");
  crm_store_free(store);
}

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

static void test_two_rings(void **state)
{
  crm_store *store = shop();
  crm_table *warnings = NULL;
  (void)state;
  put(store, "merges", MERGES "z1,c,,\nc,z1,,\na3,a2,,\na2,a3,,\n", "");
  assert_int_equal(crm_store_warnings(store, &warnings, NULL), CRM_OK);
  assert_result(warnings, "warning,subject,count\nmerge_ring,a2,2\nmerge_ring,c,2\n");
  crm_store_free(store);
}

/* Random merges and their undoing, sent in any order and cut into any loads, among facts of every table. */
#define KEYS 12
#define ROWS 24

/* What each of the keys has in every table that names customers. The first PLAIN of them have no key of the customer's,
 * so that facts of several keys stand side by side under one. */
static const char *const tables[] = {"sales", "opportunities", "interactions", "payments", "stages", "changes",
                                     "customers", "ownership", "parents"};
#define TABLES (sizeof tables / sizeof tables[0])
enum { PLAIN = 6, CUSTOMERS = 6, PARENTS = 8 };

static const char *const headers[TABLES] = {
  "document,time,customer,amount\n", "opportunity,customer,created,amount,stage\n", "time,customer,staff\n",
  "document,kind,customer,time,amount\n", "customer,time,stage\n", "customer,field,time,kind\n",
  "customer,joined,region,owner\n", "customer,owner,from\n", "customer,parent,from\n"
};

typedef struct key_facts {
  int days[KEYS];
  int there[KEYS][TABLES];   /* whether a key has any in a table */
} key_facts;

static key_facts throw_facts(dice *of)
{
  key_facts made;
  int key;
  size_t i;
  for (key = 0; key < KEYS; key++) {
    made.days[key] = 1 + dice_below(of, 28);
    for (i = 0; i < TABLES; i++) {
      made.there[key][i] = i == 0 || dice_below(of, 3) > 0;
    }
  }
  return made;
}

/* The rows of a key in a table, under the name that they are sent for. */
static void add_rows_of(text_buffer *text, const key_facts *made, int key, size_t table, int as)
{
  int day = made->days[key];
  char line[128] = "";
  switch (table) {
  case 0:
    (void)snprintf(line, sizeof line, "%d,2024-01-%02d,k%d,%d\n%d,2024-02-%02d,k%d,%d\n", key, day, as, 1 + key,
                   100 + key, day, as, 50 + key);
    break;
  case 1:
    (void)snprintf(line, sizeof line, "%d,k%d,2024-01-%02d,%d,s%d\n", key, as, day, 10 + key, key % 2);
    break;
  case 2:
    (void)snprintf(line, sizeof line, "2024-02-%02d,k%d,w%d\n", day, as, key);
    break;
  case 3:
    (void)snprintf(line, sizeof line, "%d,invoice,k%d,2024-01-%02d,%d\n", key, as, day, 5 + key);
    break;
  case 4:
    (void)snprintf(line, sizeof line, "k%d,2024-01-%02dT%02d:00,t%d\nk%d,2024-02-%02dT%02d:00,t%d\n", as, day, key,
                   day % 3, as, day, key, key % 3);
    break;
  case 5:
    (void)snprintf(line, sizeof line, "k%d,region,2024-02-%02d,\n", as, day);
    break;
  case 6:
    (void)snprintf(line, sizeof line, "k%d,2024-01-01,r%d,w%d\n", as, day % 3, key % 4);
    break;
  case 7:
    (void)snprintf(line, sizeof line, "k%d,w%d,2024-01-%02d\n", as, key % 4, day);
    break;
  default:
    (void)snprintf(line, sizeof line, "k%d,k%d,2024-01-%02d\n", as, (key + 5) % KEYS, day);
    break;
  }
  text_add(text, line);
}

static void write_facts(const key_facts *made, text_buffer *texts)
{
  size_t i;
  int key;
  for (i = 0; i < TABLES; i++) {
    text_add(&texts[i], headers[i]);
    for (key = 0; key < KEYS; key++) {
      if (made->there[key][i]) {
        add_rows_of(&texts[i], made, key, i, key);
      }
    }
  }
}

static void put_facts(crm_store *store, const text_buffer *texts)
{
  size_t i;
  for (i = 0; i < TABLES; i++) {
    put(store, tables[i], texts[i].bytes, "");
  }
}

static void free_texts(text_buffer *texts)
{
  size_t i;
  for (i = 0; i < TABLES; i++) {
    text_free(&texts[i]);
  }
}

static int throw_merges(dice *of, char rows[ROWS][48])
{
  int count = 0;
  int key;
  for (key = 0; key < KEYS; key++) {
    int versions = dice_below(of, 3);
    int version;
    for (version = 0; version < versions; version++) {
      int into = dice_below(of, KEYS);
      into = into == key ? (key + 1) % KEYS : into;
      (void)snprintf(rows[count++], 48, "k%d,k%d,%s,%d\n", key, into, dice_below(of, 3) == 0 ? "true" : "", version);
    }
  }
  return count;
}

static void put_row(crm_store *store, const char *row)
{
  text_buffer text = TEXT_BUFFER_INIT;
  text_add(&text, MERGES);
  text_add(&text, row);
  put(store, "merges", text.bytes, "");
  text_free(&text);
}

static void test_any_order(void **state)
{
  dice of = dice_of(11);
  int round;
  (void)state;
  for (round = 0; round < rounds(30); round++) {
    char rows[ROWS][48];
    text_buffer texts[TABLES];
    text_buffer all = TEXT_BUFFER_INIT;
    crm_store *one = store_new(NULL);
    crm_store *other = store_new(NULL);
    key_facts made = throw_facts(&of);
    int count;
    int i;
    memset(texts, 0, sizeof texts);
    write_facts(&made, texts);
    count = throw_merges(&of, rows);
    text_add(&all, MERGES);
    for (i = 0; i < count; i++) {
      text_add(&all, rows[i]);
    }
    put_facts(one, texts);
    put(one, "merges", all.bytes, "");
    while (count > 0) {   /* one a load, in any order, the facts in between */
      int pick = dice_below(&of, count);
      put_row(other, rows[pick]);
      memmove(rows[pick], rows[count - 1], sizeof rows[pick]);
      count--;
      if (count == 3) {
        put_facts(other, texts);
      }
    }
    put_facts(other, texts);
    assert_same_answers(one, other, "merges in any order");
    text_free(&all);
    free_texts(texts);
    crm_store_free(one);
    crm_store_free(other);
  }
}

/* Random merges, all taken back: to the byte what was before, whatever came in between. */
static void test_any_undone(void **state)
{
  dice of = dice_of(19);
  int round;
  (void)state;
  for (round = 0; round < rounds(20); round++) {
    text_buffer texts[TABLES];
    crm_store *store = store_new(NULL);
    crm_store *never = store_new(NULL);
    key_facts made = throw_facts(&of);
    int key;
    memset(texts, 0, sizeof texts);
    write_facts(&made, texts);
    put_facts(store, texts);
    put_facts(never, texts);
    for (key = 0; key < KEYS; key++) {
      char row[48];
      (void)snprintf(row, sizeof row, "k%d,k%d,,1\n", key, (key + 1 + dice_below(&of, KEYS - 1)) % KEYS);
      put_row(store, row);
    }
    put(store, "sales", "document,time,customer,amount\n500,2024-02-20,k3,9\n", "");
    put(never, "sales", "document,time,customer,amount\n500,2024-02-20,k3,9\n", "");
    for (key = KEYS - 1; key >= 0; key--) {
      char row[48];
      (void)snprintf(row, sizeof row, "k%d,k%d,true,2\n", key, (key + 1) % KEYS);
      put_row(store, row);
    }
    assert_same_answers(never, store, "taken back");
    free_texts(texts);
    crm_store_free(store);
    crm_store_free(never);
  }
}

/* Who stands for a key, found by following merges by hand. */
static int top_of(const int *into, int key)
{
  int steps;
  int lowest;
  for (steps = 0; into[key] >= 0 && steps <= KEYS; steps++) {
    key = into[key];
  }
  if (into[key] < 0) {
    return key;
  }
  lowest = key;   /* on a ring */
  for (steps = 0; steps < KEYS; steps++) {
    key = into[key];
    lowest = key < lowest ? key : lowest;
  }
  return lowest;
}

/* Random merges, before, between and after the documents: as if the keys that stand for all had been sent. */
static void test_random(void **state)
{
  dice of = dice_of(3);
  int round;
  (void)state;
  for (round = 0; round < rounds(25); round++) {
    crm_store *keys = store_new(NULL);
    crm_store *customers = store_new(NULL);
    text_buffer rows = TEXT_BUFFER_INIT;
    text_buffer sent[2] = {TEXT_BUFFER_INIT, TEXT_BUFFER_INIT};
    text_buffer resolved = TEXT_BUFFER_INIT;
    int into[KEYS];
    int when = dice_below(&of, 3);
    char line[96];
    int i;
    text_add(&rows, MERGES);
    text_add(&sent[0], "document,time,customer,kind,amount,original,version\n");
    text_add(&sent[1], "document,time,customer,kind,amount,original,version\n");
    text_add(&resolved, "document,time,customer,kind,amount,original,version\n");
    for (i = 0; i < KEYS; i++) {
      into[i] = dice_below(&of, 2) == 0 ? -1 : dice_below(&of, KEYS);
      into[i] = into[i] == i ? -1 : into[i];
      if (into[i] >= 0) {
        (void)snprintf(line, sizeof line, "%d,%d,,\n", i, into[i]);
        text_add(&rows, line);
      }
    }
    for (i = 0; i < 60; i++) {
      int document = dice_below(&of, 50);   /* some twice, the later one in a higher version */
      int customer = dice_below(&of, KEYS);
      const char *kind = dice_below(&of, 5) == 0 ? "return" : "sale";
      int day = 1 + dice_below(&of, 27);
      int amount = 1 + dice_below(&of, 90);
      int original = dice_below(&of, 50);
      (void)snprintf(line, sizeof line, "%d,2024-03-%02d,%d,%s,%d,%d,%d\n", document, day, customer, kind, amount,
                     original, i);
      text_add(&sent[i >= 30], line);
      (void)snprintf(line, sizeof line, "%d,2024-03-%02d,%d,%s,%d,%d,%d\n", document, day, top_of(into, customer), kind,
                     amount, original, i);
      text_add(&resolved, line);
    }
    for (i = 0; i < 3; i++) {
      if (i == when) {
        put(keys, "merges", rows.bytes, "");
      }
      if (i < 2) {
        put(keys, "sales", sent[i].bytes, "");
      }
    }
    put(customers, "sales", resolved.bytes, "");
    assert_same_answers(customers, keys, "random merges");
    text_free(&rows);
    text_free(&sent[0]);
    text_free(&sent[1]);
    text_free(&resolved);
    crm_store_free(keys);
    crm_store_free(customers);
  }
}

/* The key whose row speaks for all that are merged: its own, else that of the lowest. Keys are texts: k10 comes before
 * k2. */
static int speaker_of(const key_facts *made, const int *into, int top)
{
  int found = -1;
  int key;
  if (made->there[top][CUSTOMERS]) {
    return top;
  }
  for (key = 0; key < KEYS; key++) {
    char text[2][16];
    (void)snprintf(text[0], sizeof text[0], "k%d", key);
    (void)snprintf(text[1], sizeof text[1], "k%d", found);
    if (top_of(into, key) == top && made->there[key][CUSTOMERS] && (found < 0 || strcmp(text[0], text[1]) < 0)) {
      found = key;
    }
  }
  return found;
}

/* Facts of every table whose rows may stand side by side, merged: as if sent under the key that stands for all. */
static void test_every_table(void **state)
{
  dice of = dice_of(23);
  int round;
  (void)state;
  for (round = 0; round < rounds(20); round++) {
    key_facts made = throw_facts(&of);
    text_buffer sent = TEXT_BUFFER_INIT;
    crm_store *keys = store_new(NULL);
    crm_store *customers = store_new(NULL);
    int into[KEYS];
    int key;
    size_t i;
    text_add(&sent, MERGES);
    for (key = 0; key < KEYS; key++) {   /* upwards alone: no rings, whose lowest is by key */
      char line[48];
      into[key] = key == KEYS - 1 || dice_below(&of, 2) == 0 ? -1 : key + 1 + dice_below(&of, KEYS - 1 - key);
      (void)snprintf(line, sizeof line, "k%d,k%d,,\n", key, into[key]);
      text_add(&sent, into[key] < 0 ? "" : line);
    }
    put(keys, "merges", sent.bytes, "");
    text_free(&sent);
    for (i = 0; i <= CUSTOMERS; i++) {
      text_buffer plain = TEXT_BUFFER_INIT;
      text_buffer resolved = TEXT_BUFFER_INIT;
      text_add(&plain, headers[i]);
      text_add(&resolved, headers[i]);
      for (key = 0; key < KEYS; key++) {
        int top = top_of(into, key);
        int from = i == CUSTOMERS ? speaker_of(&made, into, top) : key;
        if (made.there[key][i]) {
          add_rows_of(&plain, &made, key, i, key);
        }
        if (i == CUSTOMERS ? top == key && from >= 0 : made.there[key][i]) {
          add_rows_of(&resolved, &made, from, i, top);
        }
      }
      put(keys, tables[i], plain.bytes, "");
      put(customers, tables[i], resolved.bytes, "");
      text_free(&plain);
      text_free(&resolved);
    }
    assert_same_answers(customers, keys, "every table merged");
    crm_store_free(keys);
    crm_store_free(customers);
  }
}

/* A customer who was forgotten leaves the store that never heard of it, the latest of all events too. */
static void test_forgotten_as_never_sent(void **state)
{
  dice of = dice_of(29);
  int round;
  (void)state;
  for (round = 0; round < rounds(20); round++) {
    key_facts made = throw_facts(&of);
    crm_store *store = store_new(NULL);
    crm_store *never = store_new(NULL);
    crm_table *receipt = NULL;
    int gone = dice_below(&of, KEYS);
    char name[16];
    const char *key = name;
    size_t i;
    (void)snprintf(name, sizeof name, "k%d", gone);
    made.days[gone] = 28 + dice_below(&of, 2);   /* often the last */
    for (i = 0; i < TABLES; i++) {
      text_buffer texts[2] = {TEXT_BUFFER_INIT, TEXT_BUFFER_INIT};
      int k;
      text_add(&texts[0], headers[i]);
      text_add(&texts[1], headers[i]);
      for (k = 0; k < KEYS; k++) {
        if (made.there[k][i]) {
          add_rows_of(&texts[0], &made, k, i, k);
        }
        if (made.there[k][i] && k != gone && (i != PARENTS || (k + 5) % KEYS != gone)) {
          add_rows_of(&texts[1], &made, k, i, k);
        }
      }
      put(store, tables[i], texts[0].bytes, "");
      put(never, tables[i], texts[1].bytes, "");
      text_free(&texts[0]);
      text_free(&texts[1]);
    }
    if (round % 2 == 1) {
      assert_int_equal(crm_store_prepare(store, NULL), CRM_OK);   /* what is kept by month goes too */
    }
    assert_int_equal(crm_identity_forget(store, &key, 1, &receipt, NULL), CRM_OK);
    crm_table_free(receipt);
    assert_verifies(store);
    assert_same_answers(never, store, "forgotten");
    crm_store_free(store);
    crm_store_free(never);
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

/* ---- erasing and forgetting ---- */

static const char *const contacts = "time,customer,opportunity,staff\n2024-01-03,a,1,ann\n2024-01-04,b,,bob\n"
                                    "2024-01-04,b,,bob\n2024-02-04,a2,,ann\n";
static const char *const accounts = "document,kind,customer,time,amount\n1,invoice,a,2024-01-01,10\n"
                                    "2,invoice,b,2024-01-05,20\n2,payment,b,2024-01-15,20\n";
static const char *const entries = "opportunity,customer,time,stage\n1,,2024-01-01,talk\n2,,2024-01-02,talk\n"
                                   ",b,2024-01-02,met\n";
static const char *const owners = "customer,owner,from\na,ann,2024-01-01\nb,bob,2024-01-01\n";
static const char *const sites = "customer,parent,region\nb,a,west\nc,b,\n";
static const char *const chains = "customer,parent,from\nb,a,2024-01-01\nc,b,2024-02-01\n";
static const char *const merged = MERGES "a3,a,,\n";

static void send_all(crm_store *store)
{
  put(store, "sales", sales, "");
  put(store, "opportunities", "opportunity,customer,created,amount\n1,a,2024-01-01,5\n2,b,2024-01-01,6\n", "");
  put(store, "interactions", contacts, "");
  put(store, "payments", accounts, "");
  put(store, "stages", entries, "");
  put(store, "ownership", owners, "");
  put(store, "parents", chains, "");
  put(store, "customers", sites, "");
  put(store, "merges", merged, "");
}

typedef crm_status (*removal)(crm_store *, const char *const *, int64_t, crm_table **, crm_error *);

static crm_table *receipt_of(crm_store *store, removal act, const char *key)
{
  crm_table *receipt = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_status status = act(store, &key, 1, &receipt, &error);
  if (status != CRM_OK) {
    fail_msg("%s", error.message);
  }
  assert_verifies(store);
  return receipt;
}

/* The books stay, the key is gone, and what is sent again is known. */
static void test_erase(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  int64_t version;
  (void)state;
  send_all(store);
  version = crm_store_version(store);
  assert_result(receipt_of(store, crm_identity_erase, "a"),
                "measure,before,after,amount_before,amount_after\nerased_keys,0,2,,\ncustomers,4,4,,\n"
                "documents,7,7,46.00,46.00\nlines,7,7,47.00,47.00\nrows_customers,2,2,0.00,0.00\n"
                "rows_opportunities,2,2,11.00,11.00\nrows_stages,3,3,0.00,0.00\nrows_interactions,4,4,,\n"
                "rows_payments,3,3,50.00,50.00\nrows_merges,1,1,,\nrows_ownership,2,2,,\nrows_parents,2,2,,\n");
  assert_int_equal(crm_store_changed(store, version, &table, NULL), CRM_OK);
  assert_result(table, "customer\n-9223372036854775807\n-9223372036854775806\n");
  assert_true(crm_store_version(store) > version);
  table = NULL;
  assert_int_equal(crm_store_customer(store, "a", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_customer(store, "a3", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_result(customer_of(store, "-9223372036854775807"),
                "customer,orders,net,documents\n-9223372036854775807,2,17.00,2\n");
  text_add_store(&before, store, 1);
  version = crm_store_version(store);
  send_all(store);
  assert_int_equal(crm_store_version(store), version);
  text_add_store(&after, store, 1);
  assert_text_same(&before, &after, "erased and sent again");
  assert_null(strstr(after.bytes, "a3"));
  assert_null(strstr(after.bytes, "\na,"));
  put(store, "sales", "document,time,customer,amount\n90,2024-03-09,a3,8\n", "");
  assert_result(customer_of(store, "-9223372036854775807"), "orders,net\n3,25.00\n");
  text_free(&before);
  text_free(&after);
  crm_store_free(store);
}

/* Keys that are integers, and rows as documents, whose keys are made of their content. */
static void test_erase_integers(void **state)
{
  crm_store *store = store_new(NULL);
  crm_csv rows = CRM_CSV_INIT;
  const char *text = "time,customer,amount\n2024-01-01,7,1\n2024-01-02,8,2\n2024-01-02,7,4\n";
  (void)state;
  rows.document = CRM_DOCUMENT_CUSTOMER_TIME;
  assert_counts(put_with(store, NULL, &rows, "sales", text, ""), 3, 0, 0);
  crm_table_free(receipt_of(store, crm_identity_erase, "7"));
  assert_counts(put_with(store, NULL, &rows, "sales", text, ""), 0, 3, 0);
  crm_table_free(receipt_of(store, crm_identity_erase, "-9223372036854775807"));
  assert_counts(put_with(store, NULL, &rows, "sales", text, ""), 0, 3, 0);
  assert_int_equal(crm_store_customers(store), 2);
  crm_store_free(store);
}

/* Who stands for keys in a ring, and whose row speaks for a customer without one, is known by the order of the keys,
 * and stays so when they are erased, whatever order they came in. */
static void test_erased_order(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-01,zed,10\n2,2024-01-02,able,5\n3,2024-01-03,root,1\n", "");
  put(store, "customers", "customer,kind\nyak,business\nbee,internal\n", "");
  put(store, "merges", MERGES "zed,able,,\nable,zed,,\nyak,root,,\nbee,root,,\n", "");
  assert_result(customer_of(store, "root"), "customer,kind,orders\nroot,internal,1\n");
  crm_table_free(receipt_of(store, crm_identity_erase, "zed"));
  crm_table_free(receipt_of(store, crm_identity_erase, "yak"));
  assert_verifies(store);
  assert_result(customer_of(store, "-9223372036854775807"), "orders,net\n2,15.00\n");
  assert_result(customer_of(store, "-9223372036854775804"), "kind,orders\ninternal,1\n");
  put(store, "sales", "document,time,customer,amount\n4,2024-01-04,zed,10\n", "");
  assert_verifies(store);
  assert_result(customer_of(store, "-9223372036854775807"), "orders,net\n3,25.00\n");
  crm_store_free(store);
}

/* Who is erased is served at the till as before. */
static void test_erased_at_the_till(void **state)
{
  crm_store *store = store_new(NULL);
  crm_till *till = NULL;
  crm_sale sale = CRM_SALE_INIT;
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  (void)state;
  send_all(store);
  crm_table_free(receipt_of(store, crm_identity_erase, "a"));
  assert_int_equal(crm_till_create(store, NULL, NULL, &till, NULL), CRM_OK);
  sale.customer = "a3";
  sale.document = "70";
  sale.time = facts_day(2024, 3, 1);
  sale.amount = 300;
  assert_int_equal(crm_till_post(till, &sale, &standing, NULL), CRM_OK);
  assert_int_equal(standing.orders, 3);
  assert_int_equal(standing.spend, 2000);
  put(store, "sales", "document,time,customer,amount\n70,2024-03-01,a3,3\n", "");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_int_equal(crm_till_posted(till), 0);
  assert_int_equal(crm_till_standing(till, "-9223372036854775807", &standing, NULL), CRM_OK);
  assert_int_equal(standing.orders, 3);
  crm_till_free(till);
  crm_store_free(store);
}

/* Nothing of the person is left, nothing of others is missing, and all comes back when it is sent again. */
static void test_forget(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  (void)state;
  send_all(store);
  text_add_answers(&before, store);
  assert_result(receipt_of(store, crm_identity_forget, "a3"),
                "measure,before,after,amount_before,amount_after\nforgotten_keys,0,2,,\ncustomers,4,3,,\n"
                "documents,7,5,46.00,29.00\nlines,7,5,47.00,30.00\nrows_customers,2,2,0.00,0.00\n"
                "rows_opportunities,2,1,11.00,6.00\nrows_stages,3,2,0.00,0.00\nrows_interactions,4,3,,\n"
                "rows_payments,3,2,50.00,40.00\nrows_merges,1,0,,\nrows_ownership,2,1,,\nrows_parents,2,1,,\n");
  assert_int_equal(crm_store_customer(store, "a", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_documents(store), 5);
  assert_result(rows_of(store, "customers"), "customer,parent,version\nb,,\nc,b,\n");
  assert_result(rows_of(store, "interactions"), "customer\nb\nb\na2\n");
  assert_result(rows_of(store, "stages"), "opportunity,customer\n2,\n,b\n");
  text_add_store(&after, store, 0);
  assert_null(strstr(after.bytes, "a3"));
  assert_null(strstr(after.bytes, "\na,"));
  text_free(&after);
  send_all(store);
  text_add_answers(&after, store);
  assert_text_same(&before, &after, "forgotten and sent again");
  assert_result(rows_of(store, "customers"), "customer,parent,version\nb,a,\nc,b,\n");
  assert_int_equal(crm_store_documents(store), 7);
  text_free(&before);
  text_free(&after);
  crm_store_free(store);
}

static void send_customers(crm_store *store, const char *text, int64_t rejected)
{
  crm_load *load = NULL;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "customers", NULL, text, 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_count(load, "customers", &counts, NULL), CRM_OK);
  assert_int_equal(counts.rejected, rejected);
  crm_load_free(load);
}

/* All versions of a row that lost its parent may be sent again, in any order: older ones change nothing, the same one
 * brings the parent back, once. */
static void test_forget_parent_versions(void **state)
{
  static const char old[] = "customer,parent,region,version\nb,a,west,3\n";
  static const char now[] = "customer,parent,region,version\nb,a,east,4\n";
  static const char other[] = "customer,parent,region,version\nb,c,east,4\n";
  crm_store *store = store_new(NULL);
  int newest;
  (void)state;
  send_customers(store, "customer,region\na,north\n", 0);
  send_customers(store, old, 0);
  send_customers(store, now, 0);
  for (newest = 0; newest < 2; newest++) {
    crm_table_free(receipt_of(store, crm_identity_forget, "a"));
    assert_result(rows_of(store, "customers"), "customer,parent,region,version\nb,,east,4\n");
    send_customers(store, "customer,region\na,north\n", 0);
    send_customers(store, newest ? now : old, 0);
    send_customers(store, newest ? old : now, 0);
    assert_result(rows_of(store, "customers"), "customer,parent,region,version\na,,north,\nb,a,east,4\n");
  }
  send_customers(store, other, 1);   /* the version has its parent again */
  crm_store_free(store);
}

/* What was erased can be forgotten by its number; then nothing recognises its key. */
static void test_forget_erased(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  send_all(store);
  crm_table_free(receipt_of(store, crm_identity_erase, "a"));
  crm_table_free(receipt_of(store, crm_identity_erase, "c"));
  crm_table_free(receipt_of(store, crm_identity_forget, "-9223372036854775807"));
  send_all(store);
  assert_result(customer_of(store, "a3"), "customer,orders,net\na,2,17.00\n");
  assert_int_equal(crm_store_customers(store), 4);
  crm_store_free(store);
}

static void test_refused(void **state)
{
  static const char *const anonymous[] = {"walk-in"};
  static const char *const both[] = {"b", "nobody"};
  static const char *const nobody[] = {"walk-in", NULL};
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_load *load = NULL;
  crm_store *store;
  (void)state;
  options.anonymous = anonymous;
  options.anonymous_count = 1;
  store = store_new(&options);
  send_all(store);
  assert_int_equal(crm_identity_erase(store, both, 2, &table, &error), CRM_ERROR_NOT_FOUND);
  assert_int_equal(error.row, 2);
  assert_int_equal(crm_identity_forget(store, nobody, 1, &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_identity_forget(store, nobody, 2, &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_identity_forget(store, NULL, 1, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_identity_forget(store, both, 1, &table, &error), CRM_ERROR_STATE);
  crm_load_free(load);
  assert_int_equal(crm_identity_forget(store, both, 0, &table, NULL), CRM_OK);
  assert_result(table, "measure,before,after\nforgotten_keys,0,0\ncustomers,4,4\ndocuments,7,7\nlines,7,7\n"
                       "rows_customers,2,2\nrows_opportunities,2,2\nrows_stages,3,3\nrows_interactions,4,4\n"
                       "rows_payments,3,3\n"
                       "rows_merges,1,1\n"
                       "rows_ownership,2,2\nrows_parents,2,2\n");
  assert_result(customer_of(store, "b"), "customer,orders\nb,1\n");
  crm_store_free(store);
}

static void test_aliases(void **state)
{
  crm_store *store = shop();
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_identity_aliases(store, &table, NULL), CRM_OK);
  assert_result(table, "alias,customer\n");
  put(store, "merges", MERGES "c,b,,\na3,a2,,\na2,a,,\n7,b,,\n", "");
  assert_int_equal(crm_identity_aliases(store, &table, NULL), CRM_OK);
  assert_result(table, "alias,customer\na2,a\na3,a\n7,b\nc,b\n");
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_customer),   cmocka_unit_test(test_as_if_sent), cmocka_unit_test(test_undone),
      cmocka_unit_test(test_later_documents), cmocka_unit_test(test_nobody_any_more),
      cmocka_unit_test(test_one_load),       cmocka_unit_test(test_ring),
      cmocka_unit_test(test_two_rings),
      cmocka_unit_test(test_any_order),      cmocka_unit_test(test_any_undone), cmocka_unit_test(test_rollback),
      cmocka_unit_test(test_every_table),    cmocka_unit_test(test_forgotten_as_never_sent),
      cmocka_unit_test(test_erase),          cmocka_unit_test(test_erase_integers), cmocka_unit_test(test_forget),
      cmocka_unit_test(test_forget_parent_versions),
      cmocka_unit_test(test_forget_erased),  cmocka_unit_test(test_refused),     cmocka_unit_test(test_aliases),
      cmocka_unit_test(test_random),         cmocka_unit_test(test_erased_at_the_till),
      cmocka_unit_test(test_erased_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
