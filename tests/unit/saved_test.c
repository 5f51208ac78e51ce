/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/disk.h"
#include "support/loads.h"
#include "support/random.h"
#include "support/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stores in files: what was saved is what is read, and what was acknowledged is there. */

#define PATH "shop.crm"

typedef struct place {
  test_disk *disk;
  crm_io io;
  crm_file_options options;
} place;

static place place_new(void)
{
  static const crm_file_options options = CRM_FILE_OPTIONS_INIT;
  static const crm_io none = CRM_IO_INIT;
  place made;
  made.disk = test_disk_create(CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE |
                               CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS);
  made.io = none;
  test_disk_io(made.disk, &made.io);
  made.options = options;
  return made;
}

static void place_free(place *of)
{
  assert_int_equal(test_disk_open(of->disk), 0);
  test_disk_free(of->disk);
}

static crm_store *open_store(place *at, int32_t mode, int32_t content)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  at->options.io = &at->io;
  at->options.mode = mode;
  at->options.content = content;
  if (crm_store_open(NULL, &at->options, PATH, &store, &error) != CRM_OK) {
    fail_msg("%s: %s", crm_status_name(error.status), error.message);
  }
  return store;
}

static void save_store(place *at, const crm_store *store, const char *path)
{
  crm_error error = CRM_ERROR_INIT;
  at->options.io = &at->io;
  if (crm_store_save(store, &at->options, path, &error) != CRM_OK) {
    fail_msg("%s: %s", crm_status_name(error.status), error.message);
  }
}

static crm_file_info info_of(const crm_store *store)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
  return info;
}

static void erase_key(crm_store *store, const char *key, int forget)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *receipt = NULL;
  if ((forget ? crm_identity_forget(store, &key, 1, &receipt, &error)
              : crm_identity_erase(store, &key, 1, &receipt, &error)) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  crm_table_free(receipt);
}

/* A bit of everything, step by step: 0 is the first. 0: there is no such step. */
static int step(crm_store *store, int at)
{
  crm_load_options replace = CRM_LOAD_OPTIONS_INIT;
  crm_csv csv = CRM_CSV_INIT;
  replace.replace = 1;
  csv.file = "till one";
  switch (at) {
  case 0:
    put_with(store, NULL, &csv, "sales",
             "document,line,time,customer,amount,product,quantity,cost,branch,staff,kind,original,source,version\n"
             "1,1,2023-01-05T10:00,ann,10.00,p1,1,4,b1,s1,,,,\n1,2,2023-01-05T10:00,ann,5.555,p2,2,,b1,s1,,,,\n"
             "2,1,2023-02-05T10:00,bob,20,p1,3,9,b2,s2,sale,,,\n3,1,2023-03-01,7,30,p3,1,,b1,,sale,,web,1\n"
             "4,1,2023-03-02,ann,-4,p1,1,,b1,,return,1,,\n5,,2023-03-09,,12,,,,,,quote,,,\n"
             "6,1,never,ann,99,,,,b1,,,,,\n,1,2023-03-02,ann,98,,,,b9,,,,,\n",
             "7,time,time\n8,document,missing\n");
    return 1;
  case 1:
    assert_int_equal(crm_store_attribute(store, "customers", "shoe_size", CRM_TYPE_DECIMAL, NULL), CRM_OK);
    return 1;
  case 2:
    put(store, "customers",
        "customer,kind,joined,parent,region,credit_limit,reference,shoe_size,version\nann,person,2022-01-01,,north,,true,38,\n"
        "carl,business,2022-05-01,bob,,100.50,,,2\ndora,internal,,,south,,false,,\nemil,anonymous,,,,,,,\nfay,,,,,,,,\n",
        "");
    return 1;
  case 3:
    put(store, "opportunities",
        "opportunity,customer,created,closed,outcome,stage,amount,probability\no1,ann,2023-01-01,,open,first,100,0.5\n"
        "o2,carl,2023-02-01,2023-03-01,won,last,50,1\no3,bob,2023-01-01,,open,first,7,1.5\n",
        "3,probability,range\n");
    return 1;
  case 4:
    put(store, "stages", "opportunity,customer,time,stage,id\no1,,2023-01-02,first,\no1,,2023-01-02,first,\no2,,2023-02-02,last,x1\n", "");
    return 1;
  case 5:
    put(store, "sales",
        "document,time,customer,amount,tax,version\n2,2023-02-05T11:00,bob,25,2.5,1\n8,2023-05-05,carl,40,4,\n"
        "1,2023-01-05T10:00,ann,11,,\n",
        "3,document,conflict\n");
    return 1;
  case 6:
    put(store, "merges", "customer,into\ncarl,ann\n", "");
    return 1;
  case 7:
    put(store, "sales", "document,time,customer,amount,branch\n9,2023-05-06,carl,13,b3\n10,2023-01-09,ann,3,b1\n", "");
    return 1;
  case 8:
    erase_key(store, "bob", 0);
    return 1;
  case 9:
    put(store, "sales", "document,time,customer,amount\n11,2023-05-08,bob,6\n", "");
    return 1;
  case 10:
    put(store, "interactions", "time,customer,channel,duration\n2023-04-01,ann,phone,60\n2023-04-01,ann,phone,60\n", "");
    put(store, "payments", "document,kind,customer,time,amount,due\n1,invoice,ann,2023-01-05,10,2023-02-05\n", "");
    put(store, "figures", "from,to,name,value\n2023-01-01,2023-02-01,budget,500\n", "");
    put(store, "staff", "staff,team,joined,cost\ns1,red,2020-01-01,3000\n", "");
    put(store, "ownership", "customer,owner,from\nann,s1,2023-01-01\n", "");
    put(store, "pipelines", "pipeline,stage,position,probability\nmain,first,1,0.2\nmain,last,2,0.8\n", "");
    put(store, "products", "product,category,list_price,unit_cost\np1,toys,12,4\n", "");
    return 1;
  case 11:
    put_with(store, &replace, NULL, "sales", "document,time,customer,amount\n1,2023-01-05T10:00,ann,11\n", "");
    return 1;
  case 12:
    erase_key(store, "7", 1);
    return 1;
  case 13:
    csv.document = CRM_DOCUMENT_CUSTOMER_TIME;
    put_with(store, NULL, &csv, "sales",
             "time,customer,amount,currency,rate\n2023-06-01,ann,5,EUR,\n2023-06-01,ann,6,USD,0.9\n2023-06-02,,7,,\n", "");
    return 1;
  case 14:
    put(store, "merges", "customer,into,undone,version\ncarl,ann,true,1\n", "");
    return 1;
  default:
    return 0;
  }
}

static crm_store *everything(crm_store *store)
{
  int at;
  for (at = 0; step(store, at); at++) {
  }
  return store;
}

/* ---- saving ---- */

static void test_saved_and_read(void **state)
{
  place at = place_new();
  crm_store *store = everything(store_new(NULL));
  crm_store *read;
  text_buffer expected = TEXT_BUFFER_INIT;
  text_buffer now = TEXT_BUFFER_INIT;
  size_t size = 0;
  size_t again = 0;
  unsigned char *first;
  (void)state;
  text_add_store(&expected, store, 1);
  save_store(&at, store, PATH);
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "read");
  assert_verifies(read);
  text_add_store(&now, read, 1);
  assert_text_same(&expected, &now, "what is read answers");
  save_store(&at, read, "again.crm");
  first = test_disk_bytes(at.disk, PATH, &size);
  assert_non_null(test_disk_bytes(at.disk, "again.crm", &again));
  assert_int_equal(size, again);
  /* the id of a file is its own: the frames behind the first block are the same */
  assert_non_null(first);
  crm_store_free(read);
  crm_store_free(store);
  text_free(&expected);
  text_free(&now);
  place_free(&at);
}

/* A store that goes on after it was read does as the one that was not saved. */
static void test_read_goes_on(void **state)
{
  int cut;
  (void)state;
  for (cut = 0; cut <= 15; cut++) {
    place at = place_new();
    crm_store *store = store_new(NULL);
    crm_store *read;
    int k;
    for (k = 0; k < cut && step(store, k); k++) {
    }
    save_store(&at, store, PATH);
    read = open_store(&at, CRM_FILE_WRITE, CRM_CONTENT_ALL);
    assert_store_same(store, read, "read");
    for (; step(store, k); k++) {
      step(read, k);
      assert_store_same(store, read, "going on");
    }
    crm_store_free(read);
    read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
    assert_store_same(store, read, "read again");
    crm_store_free(read);
    crm_store_free(store);
    place_free(&at);
  }
}

/* ---- commits ---- */

static void test_every_commit_is_there(void **state)
{
  place at = place_new();
  crm_store *memory = store_new(NULL);
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  int k;
  (void)state;
  for (k = 0; step(memory, k); k++) {
    crm_store *reader;
    step(store, k);
    assert_store_same(memory, store, "written");
    reader = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
    assert_store_same(memory, reader, "replayed");
    assert_int_equal(info_of(reader).commit, info_of(store).commit);
    crm_store_free(reader);
    if (k == 6) {   /* compacted on the way */
      assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
      assert_store_same(memory, store, "compacted");
    }
    if (k % 4 == 3) {
      crm_store_free(store);
      store = open_store(&at, CRM_FILE_WRITE, CRM_CONTENT_ALL);
      assert_store_same(memory, store, "opened again");
    }
  }
  crm_store_free(store);
  crm_store_free(memory);
  place_free(&at);
}

/* ---- profiles ---- */

static void test_profiles(void **state)
{
  place at = place_new();
  crm_store *store = everything(store_new(NULL));
  crm_store *read;
  crm_pyramid *expected = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  text_buffer a = TEXT_BUFFER_INIT;
  text_buffer b = TEXT_BUFFER_INIT;
  (void)state;
  save_store(&at, store, PATH);
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_PROFILES);
  assert_int_equal(info_of(read).content, CRM_CONTENT_PROFILES);
  assert_int_equal(crm_store_customers(read), crm_store_customers(store));
  assert_int_equal(crm_store_horizon(read), crm_store_horizon(store));
  assert_int_equal(crm_pyramid_compute(store, NULL, NULL, &expected, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_compute(read, NULL, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_tiers(expected, &table, NULL), CRM_OK);
  text_add_table(&a, table);
  crm_table_free(table);
  assert_int_equal(crm_pyramid_tiers(pyramid, &table, NULL), CRM_OK);
  text_add_table(&b, table);
  crm_table_free(table);
  assert_int_equal(crm_pyramid_concentration(expected, &table, NULL), CRM_OK);
  text_add_table(&a, table);
  crm_table_free(table);
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_OK);
  text_add_table(&b, table);
  crm_table_free(table);
  assert_text_same(&a, &b, "pyramid");
  table = NULL;
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_store_read(read, NULL), CRM_OK);
  assert_store_same(store, read, "read after");
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  crm_table_free(table);
  crm_pyramid_free(pyramid);
  crm_pyramid_free(expected);
  crm_store_free(read);
  crm_store_free(store);
  text_free(&a);
  text_free(&b);
  place_free(&at);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_saved_and_read),
    cmocka_unit_test(test_read_goes_on),
    cmocka_unit_test(test_every_commit_is_there),
    cmocka_unit_test(test_profiles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
