/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_file.h"
#include "support/disk.h"
#include "support/loads.h"
#include "support/random.h"
#include "support/rounds.h"
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
  csv.file = "caf\xE9";   /* no UTF-8, as names of files may be */
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
        "customer,kind,joined,parent,region,credit_limit,reference,shoe_size,version\n"
        "ann,person,2022-01-01,,north,,true,38,\ncarl,business,2022-05-01,bob,,100.50,,,2\n"
        "dora,internal,,,south,,false,,\nemil,anonymous,,,,,,,\nfay,,,,,,,,\n",
        "");
    return 1;
  case 3:
    put(store, "opportunities",
        "opportunity,customer,created,closed,outcome,stage,amount,probability\no1,ann,2023-01-01,,open,first,100,0.5\n"
        "o2,carl,2023-02-01,2023-03-01,won,last,50,1\no3,bob,2023-01-01,,open,first,7,1.5\n",
        "3,probability,range\n");
    return 1;
  case 4:
    put(store, "stages",
        "opportunity,customer,time,stage,id\no1,,2023-01-02,first,\no1,,2023-01-02,first,\n"
        "o2,,2023-02-02,last,x1\n", "");
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
    put(store, "interactions",
        "time,customer,channel,duration\n2023-04-01,ann,phone,60\n2023-04-01,ann,phone,60\n", "");
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
             "time,customer,amount,currency,rate\n2023-06-01,ann,5,EUR,\n2023-06-01,ann,6,USD,0.9\n"
             "2023-06-02,,7,,\n", "");
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
  assert_int_equal(info_of(read).commits_replayed, 0);
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

/* ---- erased ---- */

static int holds_bytes(test_disk *disk, const char *path, const void *text, size_t length)
{
  size_t size = 0;
  const unsigned char *bytes = test_disk_bytes(disk, path, &size);
  size_t i;
  assert_non_null(bytes);
  for (i = 0; i + length <= size; i++) {
    if (memcmp(bytes + i, text, length) == 0) {
      return 1;
    }
  }
  return 0;
}

static int holds(test_disk *disk, const char *path, const char *text)
{
  return holds_bytes(disk, path, text, strlen(text));
}

/* A number as columns keep it. */
static int holds_number(test_disk *disk, const char *path, uint64_t number)
{
  unsigned char bytes[8];
  int i;
  for (i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(number >> (8 * i));
  }
  return holds_bytes(disk, path, bytes, sizeof bytes);
}

static void test_erased_keys_are_gone(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *read;
  (void)state;
  put(store, "sales",
      "document,time,customer,amount\n1,2023-01-01,rosemary.secret,5\n"
      "2,2023-01-02,basil.hidden.and.long.too,77091.31\n3,2023-01-03,thyme,66778.89\n4,never,rosemary.secret,8\n",
      "4,time,time\n");
  put(store, "customers", "customer,parent\nthyme,basil.hidden.and.long.too\n", "");
  put(store, "merges", "customer,into\nold.rosemary,rosemary.secret\n", "");
  erase_key(store, "rosemary.secret", 0);
  erase_key(store, "basil.hidden.and.long.too", 1);
  assert_true(holds(at.disk, PATH, "rosemary.secret"));
  assert_true(holds(at.disk, PATH, "basil.hidden"));
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "replayed");
  crm_store_free(read);
  assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
  assert_false(holds(at.disk, PATH, "rosemary"));
  assert_false(holds(at.disk, PATH, "basil.hidden"));
  assert_true(holds(at.disk, PATH, "thyme"));
  assert_true(holds_number(at.disk, PATH, 6677889));
  assert_false(holds_number(at.disk, PATH, 7709131));   /* what the forgotten one paid */
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "compacted");
  put(store, "sales", "document,time,customer,amount\n1,2023-01-01,rosemary.secret,5\n", "");   /* recognised */
  assert_int_equal(crm_store_documents(store), 2);
  put(store, "customers", "customer,region,parent\nrosemary.secret,north,\nthyme,,rosemary.secret\n", "");
  put(store, "parents", "customer,parent,from\nthyme,rosemary.secret,2023-01-01\n", "");
  assert_false(holds(at.disk, PATH, "rosemary"));   /* not through the log either */
  crm_store_free(read);
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "sent again");
  crm_store_free(read);
  crm_store_free(store);
  place_free(&at);
}

static int64_t buyer_of(const crm_store *store, const char *document)
{
  crm_table *lines = document_of(store, "", document);
  size_t length = 0;
  const char *text = crm_table_text(lines, crm_table_find(lines, "customer"), 0, &length);
  char key[32] = "";
  assert_true(length < sizeof key);
  memcpy(key, text, length);
  crm_table_free(lines);
  return strtoll(key, NULL, 10);
}

/* Who is erased twice, by itself and then with another key, leaves a number behind that still finds it: nobody else may
 * get that number, or get nothing of what is sent for them. */
static void test_numbers_of_erased_keys(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *read;
  (void)state;
  put(store, "sales",
      "document,time,customer,amount\n1,2023-01-01,ann,5\n2,2023-01-02,bob,7\n3,2023-01-03,cyd,9\n", "");
  erase_key(store, "ann", 0);
  put(store, "merges", "customer,into\nbob,ann\n", "");
  erase_key(store, "bob", 0);
  erase_key(store, "cyd", 0);
  put(store, "sales", "document,time,customer,amount\n4,2023-01-04,cyd,11\n", "");
  assert_true(buyer_of(store, "4") == buyer_of(store, "3"));
  assert_true(buyer_of(store, "4") != buyer_of(store, "1"));
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "erased twice");
  crm_store_free(read);
  crm_store_free(store);
  place_free(&at);
}

/* All facts of one customer: every text in them ends in "ofrose", but for what others have too. */
static void put_rose(crm_store *store)
{
  put(store, "customers",
      "customer,kind,joined,region,segment,owner,origin,channels,email\n"
      "keyofrose,person,2023-01-01,regionofrose,groupofrose,ownerofrose,wayofrose,mailofrose,"
      "a longer text of 17 or more ofrose\n",
      "");
  put(store, "sales",
      "document,line,time,customer,kind,amount,product,branch,staff,currency,rate,original,source\n"
      "docofrose,lineofrose,2023-01-01,keyofrose,sale,5,thingofrose,placeofrose,clerkofrose,ROS,2,,\n"
      "a longer key of a document ofrose,,2023-01-02,keyofrose,return,-5,thingofrose,,,,,unheardofrose,systemofrose\n"
      "D9,,2023-01-03,keyofrose,sale,7,soap,b1,,,,,\n",
      "");
  put(store, "sales", "document,time,customer,kind,amount,version\nvoidofrose,2023-01-04,keyofrose,sale,8,1\n", "");
  put(store, "sales", "document,time,customer,kind,amount,version\nvoidofrose,2023-01-04,keyofrose,void,0,2\n", "");
  put(store, "opportunities",
      "opportunity,customer,created,amount,pipeline,stage,owner,product,origin,competitor,note\n"
      "chanceofrose,keyofrose,2023-01-01,5,pipeofrose,stepofrose,bossofrose,dreamofrose,gateofrose,foeofrose,"
      "noteofrose\n",
      "");
  put(store, "stages",
      "opportunity,time,stage,reason,owner,id\n"
      "chanceofrose,2023-01-02,phaseofrose,whyofrose,aideofrose,rowofrose\n",
      "");
  put(store, "interactions",
      "time,customer,channel,staff,reason,result,effect,script,campaign,id,source\n"
      "2023-01-01,keyofrose,lineofrose2,voiceofrose,motiveofrose,endofrose,gainofrose,playofrose,"
      "driveofrose,callofrose,boxofrose\n",
      "");
  put(store, "payments", "document,kind,customer,time,amount\nbillofrose,invoice,keyofrose,2023-01-01,5\n", "");
  put(store, "ownership", "customer,owner,from\nkeyofrose,keeperofrose,2023-01-01\n", "");
  put(store, "changes", "customer,field,time,staff\nkeyofrose,fieldofrose,2023-01-01,handofrose\n", "");
}

static void put_others(crm_store *store)
{
  assert_int_equal(crm_store_attribute(store, "customers", "email", CRM_TYPE_TEXT, NULL), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "opportunities", "note", CRM_TYPE_TEXT, NULL), CRM_OK);
  put(store, "customers", "customer,region,email\nother,north,o@x.example\nkinofrose,north,\n", "");
  put(store, "sales",
      "document,time,customer,kind,amount,product,branch,staff,original\nX1,2023-01-05,other,sale,5,soap,b1,s1,\n"
      "X2,2023-01-06,other,return,-5,soap,b1,s1,lostofother\n",
      "");
  put(store, "interactions", "time,customer,channel\n2023-01-01,other,phone\n", "");
}

/* After forgetting and compacting, in the file and in a file that is saved, no name stays that was the customer's
 * alone; what others have too stays. The facts come back when they are sent again. */
static void test_forgotten_names_are_gone(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *memory = store_new(NULL);
  crm_store *read;
  (void)state;
  put_others(store);
  put_rose(store);
  put_others(memory);
  put_rose(memory);
  erase_key(store, "keyofrose", 1);
  erase_key(memory, "keyofrose", 1);
  assert_true(holds(at.disk, PATH, "ofrose"));
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "forgotten");
  crm_store_free(read);
  assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
  assert_true(holds(at.disk, PATH, "kinofrose"));       /* somebody else */
  erase_key(store, "kinofrose", 1);
  erase_key(memory, "kinofrose", 1);
  assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
  assert_false(holds(at.disk, PATH, "ofrose"));
  assert_false(holds(at.disk, PATH, "ROS"));
  assert_true(holds(at.disk, PATH, "lostofother") && holds(at.disk, PATH, "soap") && holds(at.disk, PATH, "b1"));
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "compacted");
  crm_store_free(read);
  assert_store_same(store, memory, "in memory");
  assert_int_equal(crm_store_save(memory, &at.options, "saved.crm", NULL), CRM_OK);
  assert_false(holds(at.disk, "saved.crm", "ofrose"));
  assert_true(holds(at.disk, "saved.crm", "lostofother"));
  put(store, "customers", "customer,region,email\nkinofrose,north,\n", "");
  put_rose(store);
  assert_int_equal(crm_store_verify(store, NULL), CRM_OK);
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(store, read, "replayed");
  assert_int_equal(crm_store_verify(read, NULL), CRM_OK);
  crm_store_free(read);
  crm_store_free(memory);
  crm_store_free(store);
  place_free(&at);
}

/* A row that names somebody else from now on may have been all that the one before was known by: the profiles that each
 * commit leaves say so at once. */
static void test_meetings_written_over(void **state)
{
  static const struct {
    const char *table;
    const char *rows;
    int64_t customers;
  } steps[] = {
    {"sales", "document,time,customer,amount\n1,2023-01-01,bob,5\n", 1},
    {"opportunities", "opportunity,customer,created\no1,ann,2023-01-01\no2,ann,2023-01-01\n", 2},
    {"interactions", "time,customer,id\n2023-01-01,eve,1\n", 3},
    {"opportunities", "opportunity,customer,created,version\no1,ben,2023-01-01,1\n", 4},
    {"opportunities", "opportunity,customer,created,version\no2,ben,2023-01-01,1\n", 3},      /* ann is not */
    {"interactions", "time,customer,id,version\n2023-01-01,fay,1,1\n", 3},                   /* fay for eve */
    {"stages", "customer,time,stage,id\nann,2023-01-02,lost,s1\n", 4},
    {"merges", "customer,into\nann,fay\n", 3},
    {"stages", "customer,time,stage,id,version\nbob,2023-01-02,lost,s1,1\n", 3},
    {"merges", "customer,into,undone,version\nann,fay,true,1\n", 3},                         /* by no row of its own */
  };
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  size_t k;
  (void)state;
  for (k = 0; k < sizeof steps / sizeof steps[0]; k++) {
    crm_error error = CRM_ERROR_INIT;
    crm_store *read;
    put(store, steps[k].table, steps[k].rows, "");
    assert_int_equal(crm_store_customers(store), steps[k].customers);
    read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_PROFILES);
    assert_int_equal(info_of(read).content, CRM_CONTENT_PROFILES);
    assert_int_equal(crm_store_customers(read), steps[k].customers);
    crm_store_free(read);
    at.options.mode = CRM_FILE_READ;
    if (crm_store_check(NULL, &at.options, PATH, &error) != CRM_OK) {
      fail_msg("step %d: %s", (int)k, error.message);
    }
  }
  crm_store_free(store);
  place_free(&at);
}

/* As large as 64 bits let a figure be, in rows that count and in one that is refused. */
static void make_large(crm_store *store)
{
  assert_int_equal(crm_store_attribute(store, "customers", "worth", CRM_TYPE_MONEY, NULL), CRM_OK);
  put(store, "sales",
      "document,time,customer,amount,quantity,price,currency,rate\n"
      "1,2024-01-01,a,92233719000000000.07,,92233720368547758.07,,\n2,2024-01-01,a,0,-9223372036854775.807,0,,\n"
      "3,2024-01-01,b,92233720368547758.06,,,USD,0.00000001\n4,2024-01-01,b,1e400,9223372036854775.807,,,\n",
      "4,amount,range\n");
  put(store, "customers", "customer,credit_limit,worth\na,92233720368547758.07,-92233720368547758.07\n", "");
  put(store, "figures", "from,to,name,value\n2024-01-01,2024-02-01,budget,-9223372036854.775807\n", "");
}

static void test_large_figures(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *memory = store_new(NULL);
  int i;
  (void)state;
  make_large(store);
  make_large(memory);
  for (i = 0; i < 2; i++) {   /* from what loads were given, then from a checkpoint */
    crm_store_free(store);
    store = open_store(&at, CRM_FILE_WRITE, CRM_CONTENT_ALL);
    assert_store_same(memory, store, "large figures");
    assert_verifies(store);
    assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
  }
  crm_store_free(store);
  crm_store_free(memory);
  place_free(&at);
}

/* ---- copies ---- */

static void test_backup_while_a_load_is_open(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *memory = store_in_memory();
  crm_store *copy = NULL;
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  int k;
  (void)state;
  for (k = 0; k < 7; k++) {
    step(store, k);
    step(memory, k);
  }
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", NULL, "document,time,amount\nX,2024-01-01,77\n", 0, NULL), CRM_OK);
  assert_int_equal(crm_store_save(store, &at.options, "no.crm", NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_store_compact(store, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_store_backup(store, &at.io, PATH, NULL), CRM_ERROR_ARGUMENT);
  if (crm_store_backup(store, &at.io, "copy.crm", &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  at.options.mode = CRM_FILE_READ;
  assert_int_equal(crm_store_open(NULL, &at.options, "copy.crm", &copy, NULL), CRM_OK);
  assert_store_same(memory, copy, "copied");
  crm_store_free(copy);
  assert_int_equal(crm_store_check(NULL, &at.options, "copy.crm", NULL), CRM_OK);
  assert_int_equal(crm_store_check(NULL, &at.options, PATH, NULL), CRM_OK);
  assert_int_equal(crm_store_backup(memory, &at.io, "copy.crm", NULL), CRM_ERROR_STATE);
  crm_store_free(memory);
  crm_store_free(store);
  place_free(&at);
}

/* A store is not saved onto its own file, by whatever name that is called. */
static void test_own_file_is_refused(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *memory = store_new(NULL);
  crm_store *reader;
  crm_error error = CRM_ERROR_INIT;
  size_t size = 0;
  const unsigned char *bytes;
  (void)state;
  step(store, 0);
  step(memory, 0);
  assert_int_equal(crm_store_save(store, &at.options, PATH, &error), CRM_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "own file"));
  bytes = test_disk_bytes(at.disk, PATH, &size);
  test_disk_put(at.disk, "./" PATH, bytes, size);   /* as a disk shows it by another name */
  assert_int_equal(crm_store_save(store, &at.options, "./" PATH, NULL), CRM_ERROR_ARGUMENT);
  reader = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_int_equal(crm_store_save(reader, &at.options, PATH, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_save(reader, &at.options, "./" PATH, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_save(memory, &at.options, PATH, NULL), CRM_ERROR_STATE);   /* it is being written */
  save_store(&at, store, "other.crm");
  save_store(&at, store, "other.crm");   /* one that was saved before is another file */
  step(store, 1);
  save_store(&at, store, "./" PATH);   /* a copy of a commit before is replaced */
  crm_store_free(reader);
  crm_store_free(store);
  save_store(&at, memory, PATH);
  store = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_store_same(memory, store, "saved over a file that nobody has open");
  crm_store_free(store);
  crm_store_free(memory);
  place_free(&at);
}

static void test_reader_stays(void **state)
{
  place at = place_new();
  crm_store *memory = store_new(NULL);
  crm_store *writer = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *reader;
  crm_store *second = NULL;
  crm_load *load = NULL;
  (void)state;
  step(memory, 0);
  step(writer, 0);
  reader = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  at.options.mode = CRM_FILE_WRITE;
  assert_int_equal(crm_store_open(NULL, &at.options, PATH, &second, NULL), CRM_ERROR_STATE);
  assert_null(second);
  step(writer, 1);
  step(writer, 2);
  assert_int_equal(crm_store_compact(writer, NULL), CRM_OK);
  assert_store_same(memory, reader, "the reader's commit");
  assert_int_equal(crm_load_begin(reader, NULL, &load, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_store_attribute(reader, "customers", "hat", CRM_TYPE_TEXT, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_store_compact(reader, NULL), CRM_ERROR_STATE);
  crm_store_free(reader);
  crm_store_free(writer);
  crm_store_free(memory);
  place_free(&at);
}

/* ---- faults ---- */

static const char *const more[] = {
  "document,time,customer,amount\n21,2023-07-01,ann,5\n22,2023-07-01,gus,6\n",
  "document,time,customer,amount\n23,2023-07-02,ann,7\n",
};

static crm_status try_load(crm_store *store, const char *text)
{
  crm_load *load = NULL;
  crm_status status = crm_load_begin(store, NULL, &load, NULL);
  status = status == CRM_OK ? read_text(load, "sales", NULL, text, 0, NULL) : status;
  status = status == CRM_OK ? crm_load_commit(load, NULL) : status;
  crm_load_free(load);
  return status;
}

/* Two commits and a compaction with a fault on the way. Store and file are at a commit that was acknowledged, or at the
 * one that failed; the store in memory never runs ahead of it. */
static int write_with_fault(int kind, uint64_t at_call, int on, void *user)
{
  place at = place_new();
  crm_store *memory = store_new(NULL);
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *read;
  test_disk *left;
  int met;
  int good = 0;
  int k;
  crm_status status = CRM_OK;
  (void)user;
  for (k = 0; k < 3; k++) {
    step(memory, k);
    step(store, k);
  }
  test_disk_arm(at.disk, kind, at_call, on);
  for (k = 0; k < 2 && status == CRM_OK; k++) {
    status = try_load(store, more[k]);
    if (status == CRM_OK) {
      assert_int_equal(try_load(memory, more[k]), CRM_OK);
      good++;
    }
  }
  if (status == CRM_OK) {
    status = crm_store_compact(store, NULL);
  }
  met = test_disk_faults(at.disk) > 0;
  assert_true(met || status == CRM_OK);
  assert_store_same(memory, store, "in memory after a fault");
  assert_verifies(store);
  if (info_of(store).failed) {
    assert_int_equal(try_load(store, more[0]), CRM_ERROR_STATE);
  }
  crm_store_free(store);
  left = kind == TEST_DISK_POWER ? test_disk_after_power(at.disk, at_call) : test_disk_after_process(at.disk);
  test_disk_free(at.disk);
  at.disk = left;
  at.io.context = NULL;
  test_disk_io(left, &at.io);
  read = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_verifies(read);
  if (crm_store_documents(read) != crm_store_documents(memory)) {   /* the one that failed got there all the same */
    assert_true(good < 2 && status != CRM_OK);
    assert_int_equal(try_load(memory, more[good]), CRM_OK);
  }
  assert_store_same(memory, read, "in the file after a fault");
  crm_store_free(read);
  crm_store_free(memory);
  test_disk_free(left);
  return met;
}

static int write_without_power(uint64_t at, uint64_t seed, void *user)
{
  (void)seed;
  return write_with_fault(TEST_DISK_POWER, at, 1, user);
}

static void test_every_write_fails(void **state)
{
  uint64_t points = test_disk_drive(write_with_fault, 0, NULL) + test_disk_drive_power(write_without_power, 1, NULL);
  (void)state;
  print_message("%llu points\n", (unsigned long long)points);
  assert_true(points > 0);
}

/* Any single byte changed, or any cut: opened as a commit that was whole, or refused. */
static void test_damage(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *stages[4];
  unsigned char *bytes;
  unsigned char *kept;
  size_t size = 0;
  size_t i;
  size_t k;
  int opened = 0;
  (void)state;
  stages[0] = store_new(NULL);
  for (k = 1; k < 4; k++) {
    int done;
    stages[k] = store_new(NULL);
    for (done = 0; done < (int)k; done++) {
      step(stages[k], done);
    }
    step(store, (int)k - 1);
  }
  crm_store_free(store);
  bytes = test_disk_bytes(at.disk, PATH, &size);
  kept = malloc(size);
  assert_non_null(kept);
  memcpy(kept, bytes, size);
  at.options.io = &at.io;
  at.options.mode = CRM_FILE_READ;
  for (i = 0; i < 2 * size; i += 1U + i % 3U + (i % 4096 > 200 && i < 8192 ? 97U : 4U * (unsigned)(fewer() - 1))) {
    crm_error error = CRM_ERROR_INIT;
    crm_store *read = NULL;
    test_disk_put(at.disk, PATH, kept, i < size ? size : i - size);
    if (i < size) {
      test_disk_bytes(at.disk, PATH, &size)[i] ^= (unsigned char)(1U << i % 8);
    }
    if (crm_store_open(NULL, &at.options, PATH, &read, &error) == CRM_OK) {
      crm_file_info info = info_of(read);
      assert_in_range(info.commit, 2, 4);   /* the first one is of an empty store */
      assert_store_same(stages[info.commit - 1], read, "after damage");
      crm_store_free(read);
      opened++;
    } else {
      assert_true(error.status == CRM_ERROR_CORRUPT || error.status == CRM_ERROR_VERSION);
      assert_null(read);
    }
  }
  assert_true(opened > 0);
  for (k = 0; k < 4; k++) {
    crm_store_free(stages[k]);
  }
  free(kept);
  place_free(&at);
}

/* ---- salvage ---- */

static crm_status salvage(place *at, crm_table **report)
{
  crm_error error = CRM_ERROR_INIT;
  crm_status status = crm_store_salvage(NULL, &at->options, PATH, "new.crm", report, &error);
  if (status != CRM_OK && status != CRM_ERROR_CORRUPT) {
    fail_msg("%s: %s", crm_status_name(status), error.message);
  }
  return status;
}

/* Every few bytes one is changed: what is salvaged verifies, and where something is lost the report says so. */
static void salvage_all(place *of, const crm_store *whole)
{
  size_t size = 0;
  const unsigned char *kept = test_disk_bytes(of->disk, PATH, &size);
  size_t i;
  int salvaged = 0;
  int complete = 0;
  int tried = 0;
  for (i = 8192 + 3; i < size; i += 41U * (unsigned)fewer()) {
    place at = place_new();
    crm_error error = CRM_ERROR_INIT;
    crm_table *report = NULL;
    crm_store *read = NULL;
    size_t same = 0;
    test_disk_put(at.disk, PATH, kept, size);
    test_disk_bytes(at.disk, PATH, &same)[i] ^= 0x10;
    at.options.io = &at.io;
    tried++;
    if (salvage(&at, &report) == CRM_OK) {
      salvaged++;
      at.options.mode = CRM_FILE_READ;
      if (crm_store_check(NULL, &at.options, "new.crm", &error) != CRM_OK ||
          crm_store_open(NULL, &at.options, "new.crm", &read, &error) != CRM_OK) {
        fail_msg("byte %ld: %s", (long)i, error.message);
      }
      if (crm_table_rows(report) == 0) {
        complete++;
        assert_store_same(whole, read, "salvaged without loss");
      }
    }
    crm_table_free(report);
    crm_store_free(read);
    place_free(&at);
  }
  print_message("%d of %d salvaged, %d without loss\n", salvaged, tried, complete);
  assert_int_equal(salvaged, tried);
}

static void test_salvage(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *memory = store_new(NULL);
  crm_store *read;
  crm_table *report = NULL;
  size_t size = 0;
  size_t i;
  unsigned char *bytes;
  (void)state;
  everything(store);
  everything(memory);
  crm_store_free(store);
  salvage_all(&at, memory);
  read = open_store(&at, CRM_FILE_WRITE, CRM_CONTENT_ALL);
  assert_int_equal(crm_store_compact(read, NULL), CRM_OK);
  crm_store_free(read);
  salvage_all(&at, memory);
  crm_store_free(memory);
  /* a commit in the midst of others */
  store = open_store(&at, CRM_FILE_WRITE, CRM_CONTENT_ALL);
  put(store, "sales", "document,time,customer,amount\nlost-one,2023-08-01,ann,5\n", "");
  put(store, "sales", "document,time,customer,amount\nkept-one,2023-08-02,ann,6\n", "");
  crm_store_free(store);
  bytes = test_disk_bytes(at.disk, PATH, &size);
  for (i = 0; memcmp(bytes + i, "lost-one", 8) != 0; i++) {
  }
  bytes[i] = 'X';
  assert_int_equal(salvage(&at, &report), CRM_OK);
  assert_true(row_of(report, "what", "commit") >= 0);
  crm_table_free(report);
  at.options.mode = CRM_FILE_READ;
  assert_int_equal(crm_store_open(NULL, &at.options, "new.crm", &read, NULL), CRM_OK);
  crm_table_free(document_of(read, "", "kept-one"));
  assert_int_equal(crm_store_document(read, "", "lost-one", &report, NULL), CRM_ERROR_NOT_FOUND);
  crm_store_free(read);
  place_free(&at);
}

/* What a commit leaves of profiles can be made anew: it is not lost for that. */
static void test_salvage_without_profiles(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *memory = store_new(NULL);
  crm_store *read = NULL;
  crm_table *report = NULL;
  crm__memory own;
  crm__scan *scan = NULL;
  crm__frame frame;
  uint64_t offsets[32];
  int count = 0;
  int found = 1;
  int intact;
  int k;
  (void)state;
  for (k = 0; k < 13; k++) {   /* a merge, an erasing and a forgetting are among them */
    step(store, k);
    step(memory, k);
  }
  crm_store_free(store);
  assert_int_equal(crm__memory_open(&own, NULL, NULL), CRM_OK);
  assert_int_equal(crm__scan_open(&own, &at.io, PATH, &scan, NULL), CRM_OK);
  while (found && count < 32) {
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    if (found && frame.kind == CRM__SAVED_PROFILES) {
      offsets[count++] = frame.offset;
    }
  }
  crm__scan_close(scan);
  assert_int_equal(count, 18);   /* of all but the attribute */
  for (k = 0; k < count; k++) {   /* of some the payload, of others its header */
    size_t size = 0;
    unsigned char *bytes = test_disk_bytes(at.disk, PATH, &size);
    bytes[offsets[k] - (k % 3 == 1 ? 20 : 0)] ^= 1;
  }
  assert_int_equal(salvage(&at, &report), CRM_OK);
  assert_int_equal(crm_table_rows(report), 1);
  assert_true(row_of(report, "what", "bytes") >= 0);
  crm_table_free(report);
  at.options.mode = CRM_FILE_READ;
  assert_int_equal(crm_store_open(NULL, &at.options, "new.crm", &read, NULL), CRM_OK);
  assert_store_same(memory, read, "salvaged without profiles");
  crm_store_free(read);
  crm_store_free(memory);
  place_free(&at);
}

/* ---- calls that cannot be meant ---- */

static void open_refused(const crm_file_options *options, crm_status status, const char *field)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  assert_int_equal(crm_store_open(NULL, options, PATH, &store, &error), status);
  assert_null(store);
  assert_string_equal(error.column, field);
}

static void test_arguments(void **state)
{
  place at = place_new();
  crm_store *memory = store_in_memory();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_store *none = NULL;
  crm_table *table = NULL;
  size_t size = 0;
  (void)state;
  at.options.mode = 7;
  open_refused(&at.options, CRM_ERROR_ARGUMENT, "mode");
  at.options.mode = -1;
  open_refused(&at.options, CRM_ERROR_ARGUMENT, "mode");
  at.options.mode = CRM_FILE_WRITE;
  at.options.content = CRM_CONTENT_PROFILES;
  open_refused(&at.options, CRM_ERROR_ARGUMENT, "content");
  at.options.mode = CRM_FILE_READ;
  at.options.content = 7;
  open_refused(&at.options, CRM_ERROR_ARGUMENT, "content");
  at.options.content = -1;
  open_refused(&at.options, CRM_ERROR_ARGUMENT, "content");
  at.options.content = CRM_CONTENT_ALL;
  at.options.struct_size = 1;
  assert_int_equal(crm_store_open(NULL, &at.options, PATH, &none, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_check(NULL, &at.options, PATH, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_save(memory, &at.options, "other.crm", NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_salvage(NULL, &at.options, PATH, "other.crm", &table, NULL), CRM_ERROR_ARGUMENT);
  at.options.struct_size = (uint32_t)sizeof at.options;
  assert_int_equal(crm_store_open(NULL, &at.options, NULL, &none, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_open(NULL, &at.options, PATH, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_open(NULL, &at.options, "", &none, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_read(NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_read(memory, NULL), CRM_OK);
  assert_int_equal(crm_store_compact(NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_compact(memory, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_store_file(NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_backup(NULL, &at.io, "other.crm", NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_backup(store, &at.io, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_backup(memory, &at.io, "other.crm", NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_store_save(NULL, &at.options, PATH, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_save(memory, &at.options, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_check(NULL, &at.options, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_check(NULL, &at.options, "no-such.crm", NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_salvage(NULL, &at.options, NULL, PATH, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_salvage(NULL, &at.options, PATH, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_salvage(NULL, &at.options, PATH, "other.crm", NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_salvage(NULL, &at.options, PATH, PATH, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_identity_erase(NULL, NULL, 0, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_identity_erase(store, NULL, 0, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_identity_erase(store, NULL, 1, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  assert_null(test_disk_bytes(at.disk, "other.crm", &size));
  crm_store_free(store);
  crm_store_free(memory);
  place_free(&at);
}

static void add_months(text_buffer *text, const crm_store *store)
{
  crm_table *table = NULL;
  assert_int_equal(crm_periods_compute(store, NULL, NULL, &table, NULL), CRM_OK);
  text_add_table(text, table);
  crm_table_free(table);
  table = NULL;
  assert_int_equal(crm_store_reopened(store, 0, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 7);
  text_add_table(text, table);
  crm_table_free(table);
}

/* Sales of nobody alone: no customer has a measure. Of more months than a small piece holds, all over when they come,
 * which are read again. */
static void test_sales_of_nobody(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  text_buffer expected = {NULL, 0, 0};
  text_buffer actual = {NULL, 0, 0};
  (void)state;
  put(store, "sales", "document,time,amount\n1,2024-03-05,5\n2,2024-12-05,5\n", "");
  put(store, "sales", "document,time,amount\n3,2024-03-06,1\n4,2024-04-06,2\n5,2024-05-06,3\n6,2024-06-06,4\n"
                      "7,2024-07-06,5\n8,2024-08-06,6\n9,2024-09-06,7\n", "");
  add_months(&expected, store);
  assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
  crm_store_free(store);
  store = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  add_months(&actual, store);
  assert_text_same(&expected, &actual, "what is read answers");
  text_free(&expected);
  text_free(&actual);
  crm_store_free(store);
  place_free(&at);
}

/* No member of any subject is passed over by who goes from one index to the next. */
static void test_members(void **state)
{
  crm_store *store = NULL;
  uint32_t subject;
  (void)state;
  assert_int_equal(crm_store_create(NULL, NULL, &store, NULL), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "stages", "one", CRM_TYPE_TEXT, NULL), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "staff", "two", CRM_TYPE_TEXT, NULL), CRM_OK);
  for (subject = CRM__PART_KEYS; subject < CRM__PART_SUBJECTS; subject++) {
    crm__member member;
    uint32_t next = 0;
    uint32_t index;
    int steps = 0;
    for (index = 0; index <= CRM__PART_PLACES; index++) {
      if (index == next) {
        steps++;
        next = crm__member_after(store, subject, index);
        assert_true(next > index);
      } else if (crm__member_of(store, CRM__PART(subject, index), &member)) {
        fail_msg("number %u of subject %u is passed over", (unsigned)index, (unsigned)subject);
      }
    }
    assert_true(next > CRM__PART_PLACES && steps < 30);
  }
  crm_store_free(store);
}

/* A file whose newest commit is damaged can be read, and a check says so. */
static void test_check_of_an_older_commit(void **state)
{
  place at = place_new();
  crm_store *store = open_store(&at, CRM_FILE_CREATE, CRM_CONTENT_ALL);
  crm_error error = CRM_ERROR_INIT;
  size_t size = 0;
  unsigned char *bytes;
  (void)state;
  step(store, 0);
  put(store, "sales", "document,time,customer,amount\nlast-one,2023-08-01,ann,5\n", "");
  crm_store_free(store);
  bytes = test_disk_bytes(at.disk, PATH, &size);
  for (; memcmp(bytes, "last-one", 8) != 0; bytes++) {
  }
  *bytes = 'X';
  store = open_store(&at, CRM_FILE_READ, CRM_CONTENT_ALL);
  assert_true(info_of(store).fallback);
  crm_store_free(store);
  assert_int_equal(crm_store_check(NULL, &at.options, PATH, &error), CRM_ERROR_CORRUPT);
  assert_non_null(strstr(error.message, "the newest of the file, is damaged"));
  place_free(&at);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_saved_and_read),
    cmocka_unit_test(test_read_goes_on),
    cmocka_unit_test(test_every_commit_is_there),
    cmocka_unit_test(test_profiles),
    cmocka_unit_test(test_erased_keys_are_gone),
    cmocka_unit_test(test_numbers_of_erased_keys),
    cmocka_unit_test(test_forgotten_names_are_gone),
    cmocka_unit_test(test_meetings_written_over),
    cmocka_unit_test(test_large_figures),
    cmocka_unit_test(test_backup_while_a_load_is_open),
    cmocka_unit_test(test_own_file_is_refused),
    cmocka_unit_test(test_reader_stays),
    cmocka_unit_test(test_every_write_fails),
    cmocka_unit_test(test_damage),
    cmocka_unit_test(test_salvage),
    cmocka_unit_test(test_salvage_without_profiles),
    cmocka_unit_test(test_arguments),
    cmocka_unit_test(test_sales_of_nobody),
    cmocka_unit_test(test_members),
    cmocka_unit_test(test_check_of_an_older_commit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
