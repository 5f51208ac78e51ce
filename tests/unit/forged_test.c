/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/layout.h"
#include "store/saved_file.h"
#include "support/disk.h"
#include "support/forge.h"
#include "support/loads.h"
#include "support/same.h"

#include <string.h>

/* Store files whose checksums are right and whose frames lie: each lie is refused for what it is. */

#define GOOD "good.crm"
#define LIES "lies.crm"
#define CAPS (CRM_IO_LOCKS | CRM_IO_ATOMIC_REPLACE)

#define HEAD CRM__SAVED_HEAD
#define PIECE(subject, index) (CRM__SAVED_PART | CRM__PART(CRM__PART_##subject, index))
#define TABLE(table, index) (CRM__SAVED_PART | CRM__PART(CRM__PART_TABLE + CRM__TABLE_##table, index))
#define KEYS(which) PIECE(KEYS, CRM__KEYS_##which)
#define DATA CRM__SAVED_PART_HEAD

/* What is done to a frame. */
enum {
  PUT,     /* `value` at a place, so many bytes wide */
  LONGER,  /* by `value` bytes */
  CUT,     /* to `value` bytes */
  DROP
};

typedef struct lie {
  const char *what;
  uint32_t kind;       /* of the frame, */
  size_t n;            /* the how-manieth of its kind */
  int act;
  size_t at;
  size_t width;
  uint64_t value;
  crm_status status;
  const char *words;   /* of the message */
} lie;

typedef struct fixture {
  test_disk *disk;
  crm_io io;
  forge good;
} fixture;

static crm_store *open_file(fixture *f, const char *path, int32_t mode, int32_t content, crm_error *error)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_store_options settled = CRM_STORE_OPTIONS_INIT;
  static const char *const anonymous[] = {"walk-in"};
  crm_store *store = NULL;
  settled.anonymous = anonymous;
  settled.anonymous_count = 1;
  options.io = &f->io;
  options.mode = mode;
  options.content = content;
  options.store = &settled;
  (void)crm_store_open(NULL, &options, path, &store, error);
  return store;
}

static void erase_key(crm_store *store, const char *key)
{
  crm_table *receipt = NULL;
  assert_int_equal(crm_identity_erase(store, &key, 1, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
}

static void forget_key(crm_store *store, const char *key)
{
  crm_table *receipt = NULL;
  assert_int_equal(crm_identity_forget(store, &key, 1, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
}

/* A checkpoint with pieces of every kind, and behind it commits of every kind. Text with a name of a file. */
static void write_good(fixture *f)
{
  crm_csv csv = CRM_CSV_INIT;
  crm_store *store = open_file(f, GOOD, CRM_FILE_CREATE, CRM_CONTENT_ALL, NULL);
  assert_non_null(store);
  csv.file = "a file";
  put_with(store, NULL, &csv, "sales",
           "document,line,time,customer,amount,product,quantity,cost,branch,staff,kind,original,source,version\n"
           "1,1,2023-01-05T10:00,ann,10.00,p1,1,4,b1,s1,,,,\n1,2,2023-01-05T10:00,ann,5.55,p2,2,,b1,s1,,,,\n"
           "2,1,2023-04-05T10:00,bob,20,p1,3,9,b2,s2,sale,,,\n3,1,2023-04-01,7,30,8,1,,b1,,sale,,web,1\n"
           "4,1,2023-04-02,ann,-4,p1,1,,b1,,return,1,,\n6,1,never,ann,99,,,,b1,,,,,\n",
           "6,time,time\n");
  assert_int_equal(crm_store_attribute(store, "customers", "shoe", CRM_TYPE_DECIMAL, NULL), CRM_OK);
  put(store, "customers", "customer,kind,joined,parent,shoe\nann,person,2022-01-01,,38\ncarl,business,,bob,\n", "");
  put(store, "opportunities", "opportunity,customer,created,outcome,probability\no1,ann,2023-01-01,open,0.5\n", "");
  put(store, "stages", "opportunity,customer,time,stage\no1,,2023-01-02,first\no1,,2023-01-02,first\n", "");
  put(store, "merges", "customer,into\ncarl,ann\n", "");
  put(store, "sales", "document,time,customer,amount\n9,2023-01-06,carl,13\n10,2023-05-09,ann,3\n", "");
  erase_key(store, "bob");
  assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
  put_with(store, NULL, &csv, "sales",
           "document,time,customer,amount,kind,currency,rate\n11,2023-05-10,ann,3,return,USD,0.9\n"
           "x,2023-05-11,dan,5,,,\n",
           "");
  put(store, "customers", "customer,kind,joined\ndan,internal,2023-05-01\nwho,what,\n", "2,kind,word\n");
  assert_int_equal(crm_store_attribute(store, "customers", "hat", CRM_TYPE_TEXT, NULL), CRM_OK);
  erase_key(store, "dan");
  put(store, "sales", "document,time,customer,amount\n12,2023-06-10,eve,3\n", "");
  forget_key(store, "eve");
  crm_store_free(store);
}

static int begin(void **state)
{
  static fixture f;
  static const crm_io none = CRM_IO_INIT;
  f.disk = test_disk_create(CAPS);
  f.io = none;
  test_disk_io(f.disk, &f.io);
  write_good(&f);
  f.good = forge_read(&f.io, GOOD);
  *state = &f;
  return 0;
}

static int end(void **state)
{
  fixture *f = *state;
  forge_free(&f->good);
  assert_int_equal(test_disk_open(f->disk), 0);
  test_disk_free(f->disk);
  return 0;
}

static void tell_lie(forged_frame *frame, const lie *of)
{
  if (of->act == PUT) {
    forge_put(frame, of->at, of->width, of->value);
  } else if (of->act == DROP) {
    frame->dropped = 1;
  } else {
    forge_resize(frame, of->act == CUT ? (size_t)of->value : frame->size + (size_t)of->value);
  }
}

/* A disk of its own with the good file. */
static void clean_disk(fixture *f)
{
  size_t size = 0;
  const unsigned char *bytes = test_disk_bytes(f->disk, GOOD, &size);
  test_disk *disk = test_disk_create(CAPS);
  test_disk_put(disk, GOOD, bytes, size);
  test_disk_free(f->disk);
  f->disk = disk;
  test_disk_io(disk, &f->io);
}

/* And beside it one with a lie in it. */
static void write_lie(fixture *f, const lie *of)
{
  forge told = forge_read(&f->io, GOOD);
  clean_disk(f);
  tell_lie(forge_frame(&told, of->kind, of->n), of);
  forge_write(&told, &f->io, LIES);
  forge_free(&told);
}

/* Answers whether the lie was believed, or refused for something else. */
static int wrong(const lie *of, const crm_store *store, const crm_error *error)
{
  if (store == NULL && error->status == of->status && strstr(error->message, of->words) != NULL) {
    return 0;
  }
  print_message("%s: %s: %s\n", of->what, store != NULL ? "opened" : crm_status_name(error->status), error->message);
  return 1;
}

/* A file that is forged without a lie is the good one. */
static void test_no_lie(void **state)
{
  fixture *f = *state;
  crm_error error = CRM_ERROR_INIT;
  crm_store *good;
  crm_store *forged;
  forge_write(&f->good, &f->io, "same.crm");
  good = open_file(f, GOOD, CRM_FILE_READ, CRM_CONTENT_ALL, NULL);
  forged = open_file(f, "same.crm", CRM_FILE_WRITE, CRM_CONTENT_ALL, &error);
  if (good == NULL || forged == NULL) {
    fail_msg("%s", error.message);
  }
  assert_store_same(good, forged, "forged");
  assert_verifies(forged);
  crm_store_free(good);
  crm_store_free(forged);
}

#define BAD CRM_ERROR_CORRUPT
#define LATER CRM_ERROR_VERSION
#define NONE UINT64_C(0xFFFFFFFF)
#define MINUS(n) (~UINT64_C(0) - (n) + 1)

static const lie checkpoint_lies[] = {
  {"a head of no form", HEAD, 0, PUT, 8, 4, 0, BAD, "its form"},
  {"a head of a later form", HEAD, 0, PUT, 8, 4, 9, LATER, "another form of head"},
  {"a head that is longer than its frame", HEAD, 0, PUT, 0, 8, 1 << 20, BAD, "cut off"},
  {"a head of three bytes", HEAD, 0, CUT, 0, 0, 3, BAD, "cut off"},
  {"decimals of money", HEAD, 0, PUT, 12, 4, 7, BAD, "counts"},
  {"fewer than no decimals", HEAD, 0, PUT, 12, 4, NONE, BAD, "counts"},
  {"decimals of quantities", HEAD, 0, PUT, 16, 4, 7, BAD, "counts"},
  {"fewer than no decimals of quantities", HEAD, 0, PUT, 16, 4, NONE, BAD, "counts"},
  {"how returns are known", HEAD, 0, PUT, 20, 4, 9, BAD, "counts"},
  {"a way before the first", HEAD, 0, PUT, 20, 4, NONE, BAD, "counts"},
  {"a day that starts after a day", HEAD, 0, PUT, 24, 8, CRM_DAY, BAD, "counts"},
  {"a day that starts before it", HEAD, 0, PUT, 24, 8, MINUS(1), BAD, "counts"},
  {"a data version below 0", HEAD, 0, PUT, 32, 8, MINUS(1), BAD, "counts"},
  {"a change of keys that is to come", HEAD, 0, PUT, 40, 8, 1000, BAD, "counts"},
  {"a change of keys below 0", HEAD, 0, PUT, 40, 8, MINUS(1), BAD, "counts"},
  {"a latest time that is none", HEAD, 0, PUT, 48, 8, UINT64_C(1) << 62, BAD, "counts"},
  {"an earliest time that is none", HEAD, 0, PUT, 56, 8, UINT64_C(1) << 62, BAD, "counts"},
  {"a sum of money above 64 bits", HEAD, 0, PUT, 64, 8, MINUS(1), BAD, "counts"},
  {"a sum of quantities above 64 bits", HEAD, 0, PUT, 72, 8, MINUS(1), BAD, "counts"},
  {"documents below 0", HEAD, 0, PUT, 80, 8, MINUS(1), BAD, "counts"},
  {"lines below 0", HEAD, 0, PUT, 88, 8, MINUS(1), BAD, "counts"},
  {"more lines than there can be", HEAD, 0, PUT, 96, 8, UINT64_C(1) << 60, BAD, "counts"},
  {"customers below 0", HEAD, 0, PUT, 104, 8, MINUS(1), BAD, "counts"},
  {"more customers than keys", HEAD, 0, PUT, 104, 8, 1000, BAD, "counts"},
  {"more keys than there can be", HEAD, 0, PUT, 112, 8, UINT64_C(1) << 40, BAD, "counts of keys"},
  {"more anonymous ones than customers", HEAD, 0, PUT, 176, 8, 1000, BAD, "counts"},
  {"more months than there are", HEAD, 0, PUT, 184, 8, UINT64_C(1) << 40, BAD, "counts"},
  {"more that was turned away than there can be", HEAD, 0, PUT, 192, 8, UINT64_C(1) << 40, BAD, "counts"},
  {"a currency without a name", HEAD, 0, PUT, 200, 4, 1000, BAD, "counts"},
  {"no table", HEAD, 0, PUT, 204, 4, 0, BAD, "tables"},
  {"more tables", HEAD, 0, PUT, 204, 4, 99, LATER, "tables"},
  {"more columns of documents", HEAD, 0, PUT, 208, 4, 99, LATER, "columns"},
  {"more columns of lines", HEAD, 0, PUT, 212, 4, 99, LATER, "columns"},
  {"more attributes than there can be", HEAD, 0, PUT, 216, 4, 1000, BAD, "attributes"},
  {"an attribute without a name", HEAD, 0, PUT, 220, 1, 0, BAD, "attributes"},
  {"an attribute named as a column", HEAD, 0, PUT, 220, 8, UINT64_C(0x646E696B), BAD, "attributes"},   /* "kind" */
  {"an attribute of no type", HEAD, 0, PUT, 284, 4, 77, BAD, "attributes"},
  {"columns that have gone", HEAD, 0, PUT, 288, 4, 1, BAD, "columns"},
  {"columns that came later", HEAD, 0, PUT, 288, 4, 99, LATER, "columns"},
  {"words that came later", HEAD, 0, PUT, 293, 1, 99, LATER, "words"},
  {"a piece of another part", KEYS(PRODUCTS), 0, PUT, 16, 4, 1, BAD, "not of the part"},
  {"a piece that is cut off", KEYS(PRODUCTS), 0, CUT, 0, 0, 20, BAD, "not of the part"},
  {"keys that do not follow", KEYS(PRODUCTS), 0, PUT, 0, 8, 1, BAD, "do not follow"},
  {"no keys", KEYS(PRODUCTS), 0, PUT, 8, 8, 0, BAD, "do not follow"},
  {"keys of a later form", KEYS(PRODUCTS), 0, PUT, DATA, 4, 3, BAD, "do not follow"},
  {"more keys than bytes", KEYS(PRODUCTS), 0, PUT, 8, 8, 4, BAD, "cut off"},
  {"fewer keys than bytes", KEYS(PRODUCTS), 0, PUT, 8, 8, 2, BAD, "more than its keys"},
  {"keys in a space that is none", KEYS(PRODUCTS), 0, PUT, DATA + 8, 4, 3, BAD, "in no space"},
  {"a key that is no text", KEYS(PRODUCTS), 0, PUT, DATA + 16, 1, 0xFF, BAD, "no text"},
  {"a key twice", KEYS(PRODUCTS), 0, PUT, DATA + 27, 1, '1', BAD, "twice"},
  {"a name of no source", KEYS(DOCUMENTS), 0, PUT, DATA + 8, 4, 2000, BAD, "in no space"},
  {"keys that are missing", KEYS(PRODUCTS), 0, DROP, 0, 0, 0, BAD, "keys are missing"},
  {"keys of rows that are missing", TABLE(STAGES, CRM__PART_PLACES), 0, DROP, 0, 0, 0, BAD, "keys are missing"},
  {"names without the empty one", KEYS(NAMES), 0, PUT, DATA + 8, 4, 0, BAD, ""},
  {"a column of another length", PIECE(DOCUMENTS, 0), 0, PUT, 8, 8, 3, BAD, "not that of the column"},
  {"a piece that begins elsewhere", PIECE(DOCUMENTS, 0), 0, PUT, 0, 8, 7, BAD, "not that of the column"},
  {"a piece behind its column", PIECE(DOCUMENTS, 0), 0, PUT, 0, 8, CRM__CHUNK, BAD, "not that of the column"},
  {"a column cut off", PIECE(DOCUMENTS, 0), 0, LONGER, 0, 0, 8, BAD, "not that of the column"},
  {"a time that is none", PIECE(DOCUMENTS, 0), 0, PUT, DATA, 8, UINT64_C(1) << 62, BAD, "cannot hold"},
  {"a customer that is not there", PIECE(DOCUMENTS, 1), 0, PUT, DATA, 4, 1000, BAD, "cannot hold"},
  {"a branch that is not there", PIECE(DOCUMENTS, 2), 0, PUT, DATA, 4, 1000, BAD, "cannot hold"},
  {"lines that are not there", PIECE(DOCUMENTS, 5), 0, PUT, DATA, 4, 1000, BAD, "lines that are not there"},
  {"a document without lines", PIECE(DOCUMENTS, 5), 0, PUT, DATA, 4, 0, BAD, "no line or no time"},
  {"a document without a time", PIECE(DOCUMENTS, 0), 0, PUT, DATA, 8, UINT64_C(1) << 63, BAD, "no line or no time"},
  {"lines from behind the last", PIECE(DOCUMENTS, 4), 0, PUT, DATA, 8, 1000, BAD, "lines that are not there"},
  {"another time", PIECE(DOCUMENTS, 0), 0, PUT, DATA, 8, 1, BAD, "counts of documents"},
  {"flags that are none", PIECE(DOCUMENTS, 10), 0, PUT, DATA, 1, 0xFE, BAD, "cannot hold"},
  {"a document that has gone", PIECE(DOCUMENTS, 10), 0, PUT, DATA, 1, 0, BAD, "counts of documents"},
  {"a chain to another customer's document", PIECE(DOCUMENTS, 11), 0, PUT, DATA, 4, 1, BAD, "chain"},
  {"a line without money", PIECE(LINES, 1), 0, PUT, DATA, 8, UINT64_C(1) << 63, BAD, "cannot hold"},
  {"a document without a sum", PIECE(DOCUMENTS, 6), 0, PUT, DATA, 8, UINT64_C(1) << 63, BAD, "cannot hold"},
  {"a code that is none", PIECE(LINES, 0), 0, PUT, DATA, 1, 0xF0, BAD, "cannot hold"},
  {"a product that is not there", PIECE(LINES, 2), 0, PUT, DATA, 4, 1000, BAD, "cannot hold"},
  {"a return of a document that is not there", PIECE(LINES, 13), 0, PUT, DATA, 4, 1000, BAD, "cannot hold"},
  {"staff without a name", PIECE(LINES, 9), 0, PUT, DATA, 4, 1000, BAD, "cannot hold"},
  {"an erased key of nobody", PIECE(ERASED, 0), 0, DROP, 0, 0, 0, BAD, "no customer's"},
  {"an erased key of one that is not there", PIECE(ERASED, 0), 0, PUT, DATA, 4, 1000, BAD, "cannot hold"},
  {"anonymous by halves", PIECE(ERASED, 1), 0, PUT, DATA, 1, 2, BAD, "cannot hold"},
  {"measures that do not follow", PIECE(MEASURES, 0), 0, PUT, 0, 8, 1, BAD, "follow"},
  {"more measures than customers", PIECE(MEASURES, 0), 0, PUT, 8, 8, 1000, BAD, "length"},
  {"measures that are missing", PIECE(MEASURES, 0), 0, DROP, 0, 0, 0, BAD, "missing"},
  {"profiles that do not follow", PIECE(PROFILES, 0), 0, PUT, 0, 8, 1, BAD, "follow"},
  {"profiles that are missing", PIECE(PROFILES, 0), 0, DROP, 0, 0, 0, BAD, "records are missing"},
  {"a profile of a version to come", PIECE(PROFILES, 0), 0, PUT, DATA, 8, 1000, BAD, "version to come"},
  {"a profile of a document that is not there", PIECE(PROFILES, 0), 0, PUT, DATA + 12, 4, 1000, BAD, "no document"},
  {"a profile with more documents", PIECE(PROFILES, 0), 0, PUT, DATA + 8, 4, 1000, BAD, "counts of documents"},
  {"no months that were reopened", PIECE(REOPENED, 0), 0, DROP, 0, 0, 0, BAD, "records are missing"},
  {"a month of the far future", PIECE(REOPENED, 0), 0, PUT, DATA, 8, 1 << 20, BAD, "no such month"},
  {"a month without a document", PIECE(REOPENED, 0), 0, PUT, DATA + 8, 8, MINUS(1), BAD, "version to come"},
  {"a month changed by no version", PIECE(REOPENED, 0), 0, PUT, DATA + 24, 8, 0, BAD, "version to come"},
  {"a month changed by a version to come", PIECE(REOPENED, 0), 0, PUT, DATA + 24, 8, 1000, BAD, "version to come"},
  {"nothing that was turned away", PIECE(TURNED_AWAY, 0), 0, DROP, 0, 0, 0, BAD, "records are missing"},
  {"rows of a day that is none", PIECE(TURNED_AWAY, 0), 0, PUT, DATA, 4, 0x7FFFFFFF, BAD, "no day"},
  {"no row that was turned away", PIECE(TURNED_AWAY, 0), 0, PUT, DATA + 8, 8, 0, BAD, "no day"},
  {"rows of a branch that is not there", PIECE(TURNED_AWAY, 0), 0, PUT, DATA + 4, 4, 1000, BAD, "no such branch"},
  {"turned away behind the last", PIECE(TURNED_AWAY, 0), 0, PUT, 0, 8, 1, BAD, "follow"},
  {"months that are no frame", PIECE(MONTHS, 0), 0, CUT, 0, 0, DATA + 4, BAD, "cannot be"},
  {"months of another length", PIECE(MONTHS, 0), 0, LONGER, 0, 0, 8, BAD, "cannot be"},
  {"no months", PIECE(MONTHS, 0), 0, PUT, DATA + 4, 4, 0, BAD, "cannot be"},
  {"a month's revenue that passes 64 bits", PIECE(MONTHS, 0), 0, PUT, DATA + 8, 8, UINT64_C(1) << 63, BAD, "cannot be"},
  {"months of customers without a frame", PIECE(MONTHS, 0), 0, DROP, 0, 0, 0, BAD, "cannot be"},
  {"months of customers that do not follow", PIECE(MONTHS, 1), 0, PUT, 0, 8, 1, BAD, "cannot be"},
  {"months of customers of another length", PIECE(MONTHS, 1), 0, LONGER, 0, 0, 8, BAD, "cannot be"},
  {"months without those of customers", PIECE(MONTHS, 1), 0, DROP, 0, 0, 0, BAD, "of another store"},
  {"products that do not follow", PIECE(MONTHS, 2), 0, PUT, 0, 8, 1, BAD, "cannot be"},
  {"products of another length", PIECE(MONTHS, 2), 0, LONGER, 0, 0, 8, BAD, "cannot be"},
  {"a product sold on no day", PIECE(MONTHS, 2), 0, PUT, DATA + 48, 4, 0x7FFFFFFF, BAD, "cannot be"},
  {"a product with fewer than no lines on its last day", PIECE(MONTHS, 2), 0, PUT, DATA + 40, 8, MINUS(1), BAD,
   "cannot be"},
  {"a row by halves", TABLE(CUSTOMERS, CRM__PART_PRESENT), 0, PUT, DATA, 1, 2, BAD, "cannot hold"},
  {"a kind that is no word", TABLE(CUSTOMERS, 1), 0, PUT, DATA, 1, 77, BAD, "cannot hold"},
  {"a parent that is not there", TABLE(CUSTOMERS, 3), 0, PUT, DATA, 4, 1000, BAD, "cannot hold"},
  {"a share above 1", TABLE(OPPORTUNITIES, 8), 0, PUT, DATA, 8, 1000001, BAD, "no row may"},
  {"a share below 0", TABLE(OPPORTUNITIES, 8), 0, PUT, DATA, 8, MINUS(1), BAD, "no row may"},
  {"an entry into no stage", TABLE(STAGES, 3), 0, DROP, 0, 0, 0, BAD, "no row may"},
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void test_checkpoints(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(checkpoint_lies); i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_store *store;
    write_lie(f, &checkpoint_lies[i]);
    store = open_file(f, LIES, CRM_FILE_WRITE, CRM_CONTENT_ALL, &error);
    failures += wrong(&checkpoint_lies[i], store, &error);
    crm_store_free(store);
  }
  assert_int_equal(failures, 0);
}

/* The commits behind the checkpoint: sales, customers, an attribute, erasing, sales, forgetting; numbers of frames of
 * profiles 0, 1, 2, 3 and 4 but for the attribute's. */
#define ROWS CRM__SAVED_ROWS
#define LOAD CRM__SAVED_LOAD
#define BEHIND_TABLES (4 + 8 * CRM__TABLES)   /* what is ignored, and what was there, of each */
#define FAR_TIME UINT64_C(1) << 62

static const lie log_lies[] = {
  {"a record of a later kind", ROWS, 0, PUT, 4, 1, 9, LATER, "a record"},
  {"a name that is longer than its frame", ROWS, 0, PUT, 5, 4, 1 << 20, BAD, "the name of a file"},
  {"a later table", ROWS, 0, PUT, 16, 1, 99, LATER, "a table"},
  {"documents made in no way", ROWS, 0, PUT, 17, 1, 9, BAD, "rows of no table"},
  {"no rows", ROWS, 0, PUT, 19, 4, 0, BAD, "rows of no table"},
  {"more rows than go together", ROWS, 0, PUT, 19, 4, 1025, BAD, "rows of no table"},
  {"sales without figures", ROWS, 0, PUT, 18, 1, 0, BAD, "rows of no table"},
  {"rows that are cut off", ROWS, 0, CUT, 0, 0, 20, BAD, "rows of no table"},
  {"numbers of nine bytes", ROWS, 0, PUT, 31, 1, 9, BAD, "figures"},
  {"numbers that are missing by halves", ROWS, 0, PUT, 32, 1, 2, BAD, "figures"},
  {"amounts that pass 64 bits together", ROWS, 0, PUT, 33, 8, FAR_TIME, BAD, "would be refused"},
  {"an amount that is none", ROWS, 0, PUT, 33, 8, UINT64_C(1) << 63, BAD, "figures"},
  {"amounts cut off", ROWS, 0, CUT, 0, 0, 43, BAD, "figures"},
  {"a code that is none", ROWS, 0, PUT, 45, 1, 0xF0, BAD, "figures"},
  {"codes cut off", ROWS, 0, CUT, 0, 0, 46, BAD, "figures"},
  {"amounts in a currency cut off", ROWS, 0, CUT, 0, 0, 50, BAD, "figures"},
  {"a later column", ROWS, 0, PUT, 59, 1, 250, LATER, "a column"},
  {"cells of no form", ROWS, 0, PUT, 60, 1, 9, BAD, "a column"},
  {"keys written as numbers", ROWS, 0, PUT, 60, 1, 0, BAD, "a column"},
  {"a column twice", ROWS, 0, PUT, 76, 1, 0, BAD, "a column"},
  {"columns cut off", ROWS, 0, CUT, 0, 0, 60, BAD, "a column"},
  {"a key of no kind", ROWS, 0, PUT, 61, 1, 9, BAD, "a column"},
  {"the same as before the first", ROWS, 0, PUT, 61, 1, 3, BAD, "a column"},
  {"a key cut off", ROWS, 0, CUT, 0, 0, 65, BAD, "a column"},
  {"a text cut off", ROWS, 0, PUT, 71, 4, 1 << 20, BAD, "a column"},
  {"a key that is no text", ROWS, 0, PUT, 75, 1, 0xFF, BAD, "a column"},
  {"a time that is none", ROWS, 0, PUT, 80, 8, FAR_TIME, BAD, "a column"},
  {"sales without a document", ROWS, 0, PUT, 27, 4, 0, BAD, "rows without document or time"},
  {"sales without a time", ROWS, 0, PUT, 27, 4, 1, BAD, "rows without document or time"},
  {"a cause that is none", ROWS, 1, PUT, 26, 1, 99, BAD, "figures"},
  {"a cause in no column", ROWS, 1, PUT, 28, 1, 200, BAD, "figures"},
  {"causes cut off", ROWS, 1, CUT, 0, 0, 27, BAD, "figures"},
  {"rows that all or nothing refuses", ROWS, 1, PUT, 0, 4, 2, BAD, "would be refused"},
  {"an end that is cut off", LOAD, 0, CUT, 0, 0, 50, BAD, "its length"},
  {"an end of another length", LOAD, 0, LONGER, 0, 0, 4, BAD, "its length"},
  {"more ignored columns than there can be", LOAD, 0, PUT, 4, 4, NONE, BAD, "counts"},
  {"a table there by halves", LOAD, 0, PUT, 8, 4, 2, BAD, "counts"},
  {"an amount that is none", LOAD, 0, PUT, BEHIND_TABLES, 8, UINT64_C(1) << 63, BAD, "counts"},
  {"another outcome", LOAD, 0, PUT, BEHIND_TABLES + 8, 8, 77, BAD, "something else"},
  {"a load without an end", LOAD, 0, DROP, 0, 0, 0, BAD, "without an end"},
  {"an attribute of no table", CRM__SAVED_ATTRIBUTE, 0, PUT, 0, 4, 99, BAD, "an attribute"},
  {"an attribute of no type", CRM__SAVED_ATTRIBUTE, 0, PUT, 4, 4, 99, BAD, "an attribute"},
  {"an attribute named as a column", CRM__SAVED_ATTRIBUTE, 0, PUT, 8, 8, UINT64_C(0x646E696B), BAD, "an attribute"},
  {"an attribute cut off", CRM__SAVED_ATTRIBUTE, 0, CUT, 0, 0, 20, BAD, "an attribute"},
  {"an attribute and more", CRM__SAVED_ATTRIBUTE, 0, LONGER, 0, 0, 1, BAD, "an attribute"},
  {"more keys than bytes", CRM__SAVED_ERASE, 0, PUT, 0, 8, UINT64_C(1) << 62, BAD, "keys"},
  {"one key too many", CRM__SAVED_ERASE, 0, PUT, 0, 8, 2, BAD, "keys"},
  {"keys cut off", CRM__SAVED_ERASE, 0, CUT, 0, 0, 6, BAD, "keys"},
  {"a key without its end", CRM__SAVED_ERASE, 0, PUT, 15, 1, 'x', BAD, "keys"},
  {"a key of nobody", CRM__SAVED_ERASE, 0, PUT, 12, 1, 'z', BAD, "keys of nobody"},
  {"nobody to forget", CRM__SAVED_FORGET, 0, PUT, 12, 1, 'z', BAD, "keys of nobody"},
};

static void test_logs(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(log_lies); i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_store *store;
    write_lie(f, &log_lies[i]);
    store = open_file(f, LIES, CRM_FILE_WRITE, CRM_CONTENT_ALL, &error);
    failures += wrong(&log_lies[i], store, &error);
    crm_store_free(store);
  }
  assert_int_equal(failures, 0);
}

/* ---- profiles ---- */

#define TOLD CRM__SAVED_PROFILES

/* What is told of profiles and cannot be: who asks for them is shown an earlier commit, or nothing where there is none;
 * who reads the facts does not need it. */
static const lie profile_lies[] = {
  {"a version that goes back", TOLD, 4, PUT, 8, 8, 0, BAD, ""},
  {"a version that is none", TOLD, 4, PUT, 8, 8, UINT64_C(3) << 61, BAD, ""},
  {"a latest time that is none", TOLD, 4, PUT, 16, 8, FAR_TIME, BAD, ""},
  {"an earliest time that is none", TOLD, 4, PUT, 24, 8, FAR_TIME, BAD, ""},
  {"documents below 0", TOLD, 4, PUT, 32, 8, MINUS(1), BAD, ""},
  {"lines below 0", TOLD, 4, PUT, 40, 8, MINUS(1), BAD, ""},
  {"known customers below 0", TOLD, 4, PUT, 48, 8, MINUS(1), BAD, ""},
  {"more known customers than keys", TOLD, 4, PUT, 48, 8, 1000, BAD, ""},
  {"customers that are lost", TOLD, 4, PUT, 56, 4, 1, BAD, ""},
  {"more customers than there can be", TOLD, 4, PUT, 56, 4, NONE, BAD, ""},
  {"more customers than bytes", TOLD, 4, PUT, 56, 4, 1 << 30, BAD, ""},
  {"more tables than bytes", TOLD, 4, PUT, 60, 4, 77, BAD, ""},
  {"profiles and more", TOLD, 4, LONGER, 0, 0, 8, BAD, ""},
  {"a profile of nobody", TOLD, 4, PUT, 72, 4, 1000, BAD, ""},
  {"a standing that is longer than its byte", TOLD, 4, PUT, 76, 4, 0x100, BAD, ""},
  {"a kind of customer that is none", TOLD, 4, PUT, 76, 4, 9, BAD, ""},
  {"an acquaintance that is none", TOLD, 4, PUT, 76, 4, 0x90, BAD, ""},
  {"a table whose latest time is none", TOLD, 1, PUT, 80, 8, FAR_TIME, BAD, ""},
  {"a table with fewer than no rows", TOLD, 1, PUT, 88, 8, MINUS(1), BAD, ""},
  {"a later table", TOLD, 1, PUT, 72, 4, 99, LATER, "later version"},
};

static void test_profiles(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(profile_lies); i++) {
    const lie *of = &profile_lies[i];
    crm_file_options options = CRM_FILE_OPTIONS_INIT;
    crm_file_info info = CRM_FILE_INFO_INIT;
    crm_error error = CRM_ERROR_INIT;
    crm_store *store;
    write_lie(f, of);
    store = open_file(f, LIES, CRM_FILE_READ, CRM_CONTENT_PROFILES, &error);
    if (of->status == LATER) {
      failures += wrong(of, store, &error);
    } else {
      if (store == NULL) {
        fail_msg("%s: %s", of->what, error.message);
      }
      assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
      assert_true(info.fallback);
      assert_in_range(info.commit, 1, 6);
      assert_int_equal(info.content, CRM_CONTENT_PROFILES);
    }
    crm_store_free(store);
    options.io = &f->io;
    if (crm_store_check(NULL, &options, LIES, &error) != of->status) {
      fail_msg("%s: is found good", of->what);
    }
    store = open_file(f, LIES, CRM_FILE_WRITE, CRM_CONTENT_ALL, &error);
    assert_non_null(store);
    assert_verifies(store);
    crm_store_free(store);
  }
  assert_int_equal(failures, 0);
}

/* What could be, but is not what the facts give: a check finds it. */
static const lie untrue[] = {
  {"more money", TOLD, 4, PUT, 88, 8, 77, BAD, "the profile of customer"},
  {"another standing", TOLD, 4, PUT, 76, 4, 0x10, BAD, "the profile of customer"},
  {"fewer known customers", TOLD, 4, PUT, 48, 8, 0, BAD, "counts"},
  {"fewer documents", TOLD, 4, PUT, 32, 8, 1, BAD, "counts"},
  {"other rows of a load", TOLD, 1, PUT, 88, 8, 77, BAD, "what loads brought"},
  {"standings of another checkpoint", PIECE(STANDINGS, 0), 0, PUT, DATA + 3, 1, 0x12, BAD, "the profile of customer"},
};

static void test_untrue(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(untrue); i++) {
    crm_file_options options = CRM_FILE_OPTIONS_INIT;
    crm_error error = CRM_ERROR_INIT;
    write_lie(f, &untrue[i]);
    options.io = &f->io;
    (void)crm_store_check(NULL, &options, LIES, &error);
    failures += wrong(&untrue[i], NULL, &error);
  }
  assert_int_equal(failures, 0);
}

/* What profiles alone need of a checkpoint. */
static const lie standing_lies[] = {
  {"standings that do not follow", PIECE(STANDINGS, 0), 0, PUT, 0, 8, 1, BAD, "does not fit"},
  {"more standings than customers", PIECE(STANDINGS, 0), 0, PUT, 8, 8, 1000, BAD, "does not fit"},
  {"standings and more", PIECE(STANDINGS, 0), 0, LONGER, 0, 0, 1, BAD, "does not fit"},
  {"a standing that is none", PIECE(STANDINGS, 0), 0, PUT, DATA, 1, 0x0F, BAD, "nothing that can be"},
  {"no standings", PIECE(STANDINGS, 0), 0, DROP, 0, 0, 0, BAD, "missing"},
  {"no measures", PIECE(MEASURES, 0), 0, DROP, 0, 0, 0, BAD, "missing"},
  {"measures of another part", PIECE(MEASURES, 0), 0, PUT, 16, 4, 1, BAD, "not of the part"},
  {"standings of another part", PIECE(STANDINGS, 0), 0, PUT, 16, 4, 1, BAD, "not of the part"},
  {"a head that is cut off", HEAD, 0, CUT, 0, 0, 3, BAD, "cut off"},
};

static void test_standings(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(standing_lies); i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_store *store;
    write_lie(f, &standing_lies[i]);
    store = open_file(f, LIES, CRM_FILE_READ, CRM_CONTENT_PROFILES, &error);
    failures += wrong(&standing_lies[i], store, &error);
    crm_store_free(store);
  }
  assert_int_equal(failures, 0);
}

/* Every part is good in itself, and one is not what the others give. The checkpoint alone, for commits behind it may
 * make sums by month anew. */
static const lie contradictions[] = {
  {"another net of a document", PIECE(DOCUMENTS, 6), 0, PUT, DATA, 8, 77, BAD, "sums of the document of number 0"},
  {"another cost of a document", PIECE(DOCUMENTS, 9), 0, PUT, DATA, 8, 77, BAD, "sums of the document of number 0"},
  {"another amount of a line", PIECE(LINES, 1), 0, PUT, DATA, 8, 77, BAD, "sums of the document of number 0"},
  {"another measure", PIECE(MEASURES, 0), 0, PUT, DATA + 32 + 8, 8, 77, BAD, "profile of the customer of number 1"},
  {"more orders", PIECE(MEASURES, 0), 0, PUT, DATA + 32 + 24, 4, 77, BAD, "profile of the customer of number 1"},
  {"another sum of money", HEAD, 0, PUT, 64, 8, 1 << 30, BAD, "counts of documents and lines"},
  {"another sum of quantities", HEAD, 0, PUT, 72, 8, 1 << 30, BAD, "counts of documents and lines"},
  {"no sum of money", HEAD, 0, PUT, 64, 8, 0, BAD, "cannot be"},
  {"two documents with one line", PIECE(DOCUMENTS, 4), 0, PUT, DATA + 8, 8, 0, BAD, "sums of the document of number 1"},
  {"more revenue in a month than there is money", PIECE(MONTHS, 0), 0, PUT, DATA + 8, 8, UINT64_C(1) << 61, BAD,
   "cannot be"},
  {"more units of a product than there are", PIECE(MONTHS, 2), 0, PUT, DATA + 8, 8, UINT64_C(1) << 61, BAD,
   "cannot be"},
  {"more lines of a product than there can be", PIECE(MONTHS, 2), 0, PUT, DATA + 24, 8, UINT64_C(1) << 41, BAD,
   "cannot be"},
};

/* What opens all the same, and does not verify: what is compared with the facts by that alone. */
static const lie unverified[] = {
  {"a document sent for another one", PIECE(DOCUMENTS, 12), 0, PUT, DATA + 16, 4, 3, BAD,
   "customer of document number 4"},
  {"another revenue of a month", PIECE(MONTHS, 0), 0, PUT, DATA + 8, 8, 77, BAD, ""},
  {"another month of a customer", PIECE(MONTHS, 1), 0, PUT, DATA + 8, 8, 1 << 7, BAD, ""},
  {"other units of a product", PIECE(MONTHS, 2), 0, PUT, DATA + 8, 8, 77, BAD, ""},
};

static void drop_last(forge *told)
{
  forge_frame(told, CRM__SAVED_FORGET, 0)->dropped = 1;
  forge_frame(told, TOLD, 4)->dropped = 1;
  forge_frame(told, 1, 6)->dropped = 1;
}

static void drop_log(forge *told)
{
  size_t end = (size_t)(forge_frame(told, 1, 0) - told->frames);
  while (++end < told->count) {
    told->frames[end].dropped = 1;
  }
}

static crm_store *open_without_log(fixture *f, const lie *of, crm_error *error)
{
  forge told = forge_read(&f->io, GOOD);
  clean_disk(f);
  drop_log(&told);
  tell_lie(forge_frame(&told, of->kind, of->n), of);
  forge_write(&told, &f->io, LIES);
  forge_free(&told);
  return open_file(f, LIES, CRM_FILE_WRITE, CRM_CONTENT_ALL, error);
}

static void test_contradictions(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(contradictions); i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_store *store = open_without_log(f, &contradictions[i], &error);
    failures += wrong(&contradictions[i], store, &error);
    crm_store_free(store);
  }
  assert_int_equal(failures, 0);
}

static void test_unverified(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(unverified); i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_store *store = open_without_log(f, &unverified[i], &error);
    if (store == NULL) {
      fail_msg("%s: %s", unverified[i].what, error.message);
    }
    (void)crm_store_verify(store, &error);
    failures += wrong(&unverified[i], NULL, &error);
    crm_store_free(store);
  }
  assert_int_equal(failures, 0);
}

/* ---- tales ---- */

/* Lies that need more than one word. */
typedef struct tale {
  const char *what;
  void (*tell)(forge *told);
  int32_t content;
  crm_status status;
  const char *words;
} tale;

/* Where a field stands in a head, of which the table of customers has one attribute. */
static size_t behind_words(const forged_frame *head)
{
  return 292 + (size_t)forge_number(head, 288, 4);
}

static void tell_budget(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  forge_put(head, behind_words(head) + 24, 8, MINUS(1));
}

static void tell_keys_of_rows(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  forge_put(head, behind_words(head), 8, UINT64_C(1) << 40);
}

static void tell_latest(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  forge_put(head, behind_words(head) + 16, 8, FAR_TIME);
}

static void tell_tally(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  size_t columns = (size_t)forge_number(head, 288, 4) + 1;
  forge_put(head, behind_words(head) + 24 + 8 * columns, 8, MINUS(1));
}

/* The end of a head: since when touched customers are listed (8), their number (4), and they (4 each). */
static size_t touched_at(const forged_frame *head)
{
  size_t at = 8 + (size_t)forge_number(head, 0, 8) - 12;
  while (forge_number(head, at + 8, 4) != (8 + (size_t)forge_number(head, 0, 8) - 12 - at) / 4) {
    at -= 4;
  }
  return at;
}

static void tell_touched_count(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  forge_put(head, touched_at(head) + 8, 4, NONE);
}

static void tell_touched_since(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  forge_put(head, touched_at(head), 8, MINUS(1));
}

static void tell_touched(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  assert_true(forge_number(head, touched_at(head) + 8, 4) > 0);
  forge_put(head, touched_at(head) + 12, 4, 1000);
}

static void tell_head_longer(forge *told)
{
  forged_frame *head = forge_frame(told, HEAD, 0);
  forge_put(head, 0, 8, forge_number(head, 0, 8) + 32);   /* an entry of the list is taken for it */
}

static void name_part(forge *told, uint32_t kind, uint32_t part)
{
  forged_frame *piece = forge_frame(told, kind, 0);
  piece->kind = CRM__SAVED_PART | part;
  forge_put(piece, 16, 4, part);
}

static void tell_months(forge *told)
{
  name_part(told, PIECE(MONTHS, 2), CRM__PART(CRM__PART_MONTHS, 3));
}

static void tell_part(forge *told)
{
  name_part(told, PIECE(LINES, 2), CRM__PART(CRM__PART_LINES, 99));
}

static void tell_sales_part(forge *told)
{
  name_part(told, PIECE(LINES, 2), CRM__PART(CRM__PART_TABLE + CRM__TABLE_SALES, 1));
}

static void tell_unknown_keys(forge *told)
{
  name_part(told, KEYS(PRODUCTS), CRM__PART(CRM__PART_KEYS, 99));
}

/* So many integers for keys, the last one `last`. */
static void put_integers(forged_frame *piece, uint64_t count, uint64_t last)
{
  uint64_t i;
  forge_resize(piece, DATA + 8 + 8 * (size_t)count);
  forge_put(piece, 8, 8, count);
  forge_put(piece, DATA, 4, 1);
  for (i = 0; i < count; i++) {
    forge_put(piece, DATA + 8 + 8 * (size_t)i, 8, i + 1 < count ? i : last);
  }
}

static void tell_integers_twice(forge *told)
{
  put_integers(forge_frame(told, KEYS(PRODUCTS), 0), 3, 0);
}

static void tell_integers_longer(forge *told)
{
  forged_frame *piece = forge_frame(told, KEYS(PRODUCTS), 0);
  put_integers(piece, 3, 7);
  forge_resize(piece, piece->size + 1);
}

static void tell_names(forge *told)
{
  forged_frame *piece = forge_frame(told, KEYS(NAMES), 0);
  put_integers(piece, forge_number(piece, 8, 8), 1000);
}

static void tell_reopened(forge *told)
{
  forged_frame *piece = forge_frame(told, PIECE(REOPENED, 0), 0);
  forge_put(piece, 8, 8, forge_number(piece, 8, 8) + 1);
  forge_resize(piece, piece->size + 32);
}

/* Two entries of one day and branch, each with as many rows as may be. */
static void tell_turned_away(forge *told)
{
  forged_frame *piece = forge_frame(told, PIECE(TURNED_AWAY, 0), 0);
  forged_frame *head = forge_frame(told, HEAD, 0);
  size_t i;
  forge_resize(piece, DATA + 48);
  for (i = 0; i < 24; i += 8) {
    forge_put(piece, DATA + 24 + i, 8, forge_number(piece, DATA + i, 8));
  }
  forge_put(piece, DATA + 8, 8, UINT64_C(1) << 62);
  forge_put(piece, DATA + 32, 8, UINT64_C(1) << 62);
  forge_put(piece, 8, 8, 2);
  forge_put(head, 192, 8, 2);
}

static void tell_fewer_standings(forge *told)
{
  forged_frame *piece = forge_frame(told, PIECE(STANDINGS, 0), 0);
  forge_put(piece, 8, 8, forge_number(piece, 8, 8) - 1);
  forge_resize(piece, piece->size - 1);
}

static void tell_stray(forge *told)
{
  forge_frame(told, PIECE(LINES, 1), 0)->stray = 8;
}

static void tell_far(forge *told)
{
  forge_frame(told, PIECE(LINES, 1), 0)->stray = UINT64_C(1) << 40;
}

static void tell_chain(forge *told)
{
  forge_put(forge_frame(told, PIECE(PROFILES, 0), 0), DATA + 16 * 1 + 12, 4, 0);   /* from an earlier document on */
}

static void tell_money(forge *told)
{
  forge_put(forge_frame(told, PIECE(LINES, 1), 0), DATA, 8, UINT64_C(1) << 62);
  forge_put(forge_frame(told, PIECE(LINES, 1), 0), DATA + 8, 8, UINT64_C(1) << 62);
}

static void tell_measures(forge *told)
{
  forge_put(forge_frame(told, PIECE(MEASURES, 0), 0), DATA + 8, 8, UINT64_C(1) << 62);
  forge_put(forge_frame(told, PIECE(MEASURES, 0), 0), DATA + 32 + 8, 8, UINT64_C(1) << 62);
}

static void tell_no_end(forge *told)
{
  drop_last(told);
  forge_frame(told, LOAD, 2)->dropped = 1;
  forge_frame(told, TOLD, 3)->dropped = 1;
}

static void tell_later_frame(forge *told)
{
  forge_add(told, CRM__SAVED_FORGET, 0, 99, "later", 5);
}

static void tell_missing_time(forge *told)
{
  forged_frame *rows = forge_frame(told, ROWS, 0);
  forge_put(rows, 79, 1, 1);
  forge_put(rows, 88, 8, MINUS(1));
}

static void tell_nothing(forge *told)
{
  forge_frame(told, HEAD, 0)->size = 0;
}

static const tale tales[] = {
  {"a budget above 64 bits", tell_budget, CRM_CONTENT_ALL, BAD, "budgets"},
  {"more keys of rows than there can be", tell_keys_of_rows, CRM_CONTENT_ALL, BAD, "customers"},
  {"a latest time of rows that is none", tell_latest, CRM_CONTENT_ALL, BAD, "customers"},
  {"loads of fewer than no rows", tell_tally, CRM_CONTENT_ALL, BAD, "customers"},
  {"more touched customers than are listed", tell_touched_count, CRM_CONTENT_ALL, BAD, "touched customers"},
  {"customers touched before the first version", tell_touched_since, CRM_CONTENT_ALL, BAD, "touched customers"},
  {"a touched customer that is not there", tell_touched, CRM_CONTENT_ALL, BAD, "touched customers"},
  {"a head with more behind it", tell_head_longer, CRM_CONTENT_ALL, BAD, "its length"},
  {"a head of no byte", tell_nothing, CRM_CONTENT_ALL, BAD, "cut off"},
  {"sums by month of no kind", tell_months, CRM_CONTENT_ALL, BAD, "cannot be"},
  {"a column of lines that there is not", tell_part, CRM_CONTENT_ALL, BAD, "no such part"},
  {"sales as rows of a table", tell_sales_part, CRM_CONTENT_ALL, BAD, "no such part"},
  {"keys of nothing", tell_unknown_keys, CRM_CONTENT_ALL, BAD, "no such part"},
  {"an integer twice", tell_integers_twice, CRM_CONTENT_ALL, BAD, "twice"},
  {"integers and more", tell_integers_longer, CRM_CONTENT_ALL, BAD, "not that of the keys"},
  {"no empty name", tell_names, CRM_CONTENT_ALL, BAD, "empty name"},
  {"more months than the head says", tell_reopened, CRM_CONTENT_ALL, BAD, "other months"},
  {"fewer standings than customers", tell_fewer_standings, CRM_CONTENT_PROFILES, BAD, "missing"},
  {"a piece that stands elsewhere", tell_stray, CRM_CONTENT_ALL, BAD, "damaged"},
  {"a piece behind the file", tell_far, CRM_CONTENT_ALL, BAD, "damaged"},
  {"a chain that leaves documents out", tell_chain, CRM_CONTENT_ALL, BAD, "chain"},
  {"lines that pass 64 bits", tell_money, CRM_CONTENT_ALL, BAD, "pass 64 bits"},
  {"more rows that were turned away than there can be", tell_turned_away, CRM_CONTENT_ALL, BAD, "rows of no day"},
  {"measures that pass 64 bits", tell_measures, CRM_CONTENT_ALL, BAD, "pass 64 bits"},
  {"rows of a load that does not end", tell_no_end, CRM_CONTENT_ALL, BAD, "ends within a load"},
  {"a frame of a later kind", tell_later_frame, CRM_CONTENT_ALL, LATER, "a frame"},
  {"a sale without a time", tell_missing_time, CRM_CONTENT_ALL, BAD, "rows without document or time"},
};

static void test_tales(void **state)
{
  fixture *f = *state;
  int failures = 0;
  size_t i;
  for (i = 0; i < COUNT(tales); i++) {
    forge told = forge_read(&f->io, GOOD);
    crm_error error = CRM_ERROR_INIT;
    lie of = {NULL, 0, 0, 0, 0, 0, 0, CRM_OK, NULL};
    crm_store *store;
    of.what = tales[i].what;
    of.status = tales[i].status;
    of.words = tales[i].words;
    clean_disk(f);
    tales[i].tell(&told);
    forge_write(&told, &f->io, LIES);
    forge_free(&told);
    store = open_file(f, LIES, tales[i].content == CRM_CONTENT_ALL ? CRM_FILE_WRITE : CRM_FILE_READ, tales[i].content,
                      &error);
    failures += wrong(&of, store, &error);
    crm_store_free(store);
  }
  assert_int_equal(failures, 0);
}

/* ---- salvage ---- */

/* Salvages a file with one lie in it. What comes of it is a whole store, or nothing; answers which. behind: the lie
 * stands behind the checkpoint, and costs its commit. */
static int salvage_lie(fixture *f, const lie *of, int behind)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *report = NULL;
  size_t size = 0;
  crm_status status;
  write_lie(f, of);
  options.io = &f->io;
  status = crm_store_salvage(NULL, &options, LIES, "out.crm", &report, &error);
  if (status == CRM_OK) {
    if (crm_store_check(NULL, &options, "out.crm", &error) != CRM_OK) {
      fail_msg("%s: %s", of->what, error.message);
    }
    assert_true(!behind || row_of(report, "what", "commit") >= 0);
  } else {
    assert_true(!behind && (status == BAD || status == LATER));
    assert_null(report);
    assert_null(test_disk_bytes(f->disk, "out.crm", &size));
  }
  crm_table_free(report);
  return status == CRM_OK;
}

static void test_salvage(void **state)
{
  fixture *f = *state;
  int salvaged = 0;
  size_t i;
  for (i = 0; i < COUNT(checkpoint_lies); i++) {
    salvaged += salvage_lie(f, &checkpoint_lies[i], 0);
  }
  print_message("%d of %d lying checkpoints salvaged\n", salvaged, (int)COUNT(checkpoint_lies));
  assert_true(salvaged > 0);
  for (i = 0; i < COUNT(log_lies); i++) {
    int another = strcmp(log_lies[i].words, "something else") == 0;   /* whose rows are taken for what they give now */
    assert_true(salvage_lie(f, &log_lies[i], !another));
  }
}

/* ---- damage, and lies beside it ---- */

/* Changes a byte of the n-th frame of a kind, so that its checksum is wrong. */
static void hurt(fixture *f, const char *path, uint32_t kind, int n)
{
  crm__memory memory;
  crm__scan *scan = NULL;
  crm__frame frame;
  size_t size = 0;
  int found = 1;
  int intact = 1;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__scan_open(&memory, &f->io, path, &scan, NULL), CRM_OK);
  while (found && n >= 0) {
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    n -= found && frame.kind == kind;
  }
  assert_int_equal(n, -1);
  crm__scan_close(scan);
  test_disk_bytes(f->disk, path, &size)[frame.offset + frame.length / 2] ^= 4;
}

static void tell_clash(forge *told)
{
  static const char key[] = "lost-b-1";   /* what the second product is called where it is lost */
  forged_frame *piece = forge_frame(told, KEYS(PRODUCTS), 0);
  forge_put(piece, 8, 8, 1);
  forge_resize(piece, DATA + 16 + sizeof key - 1);
  forge_put(piece, DATA + 8, 4, 1);
  forge_put(piece, DATA + 12, 4, sizeof key - 1);
  memcpy(piece->bytes + DATA + 16, key, sizeof key - 1);
}

static void tell_stages(forge *told)
{
  forge_frame(told, TABLE(STAGES, 3), 0)->dropped = 1;
}

static void tell_other_piece(forge *told)
{
  forged_frame *piece = forge_frame(told, PIECE(LINES, 1), 0);
  piece->stray = (piece->size + 7) / 8 * 8 + CRM__HEAD_SIZE;   /* that of the frame behind it */
}

/* A file of before there were plans. */
static void tell_no_plan(forge *told)
{
  forge_frame(told, PIECE(PLAN, 0), 0)->dropped = 1;
}

/* A plan whose second piece is another than the one that stands there. */
static void tell_other_plan(forge *told)
{
  forged_frame *plan = forge_frame(told, PIECE(PLAN, 0), 0);
  forge_put(plan, DATA + 8 + (size_t)forge_number(plan, DATA, 8) + CRM__SAVED_PLANNED, 4,
            CRM__PART(CRM__PART_LINES, 1));
}

static void tell_long_plan(forge *told)
{
  forge_put(forge_frame(told, PIECE(PLAN, 0), 0), DATA, 8, 1 << 20);
}

static void tell_short_plan(forge *told)
{
  forge_resize(forge_frame(told, PIECE(PLAN, 0), 0), DATA + 7);
}

static void tell_first(forge *told)
{
  forge_put(forge_frame(told, PIECE(LINES, 1), 0), 0, 8, CRM__CHUNK);
}

/* Salvages what a tale tells once one or two frames are damaged. */
static crm_status salvage_tale(fixture *f, void (*tell)(forge *told), uint32_t one, uint32_t other, crm_table **report,
                               crm_error *error)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  forge told = forge_read(&f->io, GOOD);
  crm_status status;
  clean_disk(f);
  if (tell != NULL) {
    tell(&told);
  }
  forge_write(&told, &f->io, LIES);
  forge_free(&told);
  hurt(f, LIES, one, 0);
  if (other != 0) {
    hurt(f, LIES, other, 0);
  }
  options.io = &f->io;
  status = crm_store_salvage(NULL, &options, LIES, "out.crm", report, error);
  if (status == CRM_OK && crm_store_check(NULL, &options, "out.crm", error) != CRM_OK) {
    fail_msg("%s", error->message);
  }
  return status;
}

static void assert_told(crm_table *report, const char *what)
{
  assert_true(row_of(report, "what", what) >= 0);
  crm_table_free(report);
}

static void test_salvage_of_lies(void **state)
{
  fixture *f = *state;
  crm_error error = CRM_ERROR_INIT;
  crm_table *report = NULL;
  crm_store *store;
  assert_int_equal(salvage_tale(f, tell_clash, PIECE(MONTHS, 2), 0, &report, &error), BAD);
  assert_non_null(strstr(error.message, "cannot be given another"));
  assert_int_equal(salvage_tale(f, tell_money, PIECE(MONTHS, 2), 0, &report, &error), BAD);
  assert_non_null(strstr(error.message, "pass 64 bits"));
  assert_int_equal(salvage_tale(f, tell_stages, PIECE(MONTHS, 2), 0, &report, &error), CRM_OK);
  assert_told(report, "rows");   /* entries into no stage */
  assert_int_equal(salvage_tale(f, tell_other_piece, PIECE(MONTHS, 2), 0, &report, &error), CRM_OK);
  assert_told(report, "piece");
  assert_int_equal(salvage_tale(f, NULL, PIECE(ERASED, 0), 0, &report, &error), CRM_OK);
  assert_told(report, "piece");
  store = open_file(f, "out.crm", CRM_FILE_WRITE, CRM_CONTENT_ALL, &error);
  put(store, "sales", "document,time,customer,amount\n77,2023-07-01,bob,1\n", "");   /* nobody knows bob any more */
  assert_result(customer_of(store, "bob"), "customer,orders\nbob,1\n");
  crm_store_free(store);
}

/* Without the head and its copy, which stand side by side, the plan says what the pieces are. */
static void test_salvage_by_the_plan(void **state)
{
  static void (*const tellings[])(forge *told) = {tell_no_plan, tell_other_plan, tell_long_plan, tell_short_plan,
                                               tell_first};
  static const char *const words[] = {"neither a head", NULL, "neither a head", "neither a head", "another one"};
  fixture *f = *state;
  crm_error error = CRM_ERROR_INIT;
  crm_table *report = NULL;
  crm_store *store;
  crm_store *whole;
  size_t i;
  assert_int_equal(salvage_tale(f, NULL, HEAD, CRM__SAVED_COPY, &report, &error), CRM_OK);
  assert_int_equal(crm_table_rows(report), 1);
  assert_told(report, "bytes");
  whole = open_file(f, GOOD, CRM_FILE_READ, CRM_CONTENT_ALL, &error);
  store = open_file(f, "out.crm", CRM_FILE_READ, CRM_CONTENT_ALL, &error);
  assert_store_same(whole, store, "by the plan");
  crm_store_free(store);
  crm_store_free(whole);
  for (i = 0; i < sizeof tellings / sizeof *tellings; i++) {
    crm_status status = salvage_tale(f, tellings[i], HEAD, CRM__SAVED_COPY, &report, &error);
    assert_int_equal(status, words[i] == NULL ? CRM_OK : BAD);
    if (words[i] == NULL) {
      assert_told(report, "piece");
    } else {
      assert_non_null(strstr(error.message, words[i]));
      assert_null(report);
    }
  }
  /* nobody needs the plan who has a head */
  assert_int_equal(salvage_tale(f, tell_no_plan, PIECE(MONTHS, 2), 0, &report, &error), CRM_OK);
  assert_told(report, "bytes");
  assert_int_equal(salvage_tale(f, tell_long_plan, CRM__SAVED_COPY, 0, &report, &error), CRM_OK);
  assert_told(report, "bytes");
}

/* Of a commit nothing is left, not even its end: the gap is told. */
static void test_salvage_gap(void **state)
{
  fixture *f = *state;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_table *report = NULL;
  clean_disk(f);
  forge_write(&f->good, &f->io, LIES);
  hurt(f, LIES, CRM__SAVED_ATTRIBUTE, 0);
  hurt(f, LIES, 1, 3);
  options.io = &f->io;
  assert_int_equal(crm_store_salvage(NULL, &options, LIES, "out.crm", &report, NULL), CRM_OK);
  assert_told(report, "commit");
  assert_int_equal(crm_store_check(NULL, &options, "out.crm", NULL), CRM_OK);
}

/* Where a later checkpoint has lost its heads, the earlier one and the commits up to the end give the same store. */
static void test_salvage_behind_a_checkpoint(void **state)
{
  fixture *f = *state;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *report = NULL;
  crm_store *store;
  crm_store *read;
  size_t size = 0;
  const unsigned char *bytes;
  clean_disk(f);
  bytes = test_disk_bytes(f->disk, GOOD, &size);
  test_disk_put(f->disk, LIES, bytes, size);
  store = open_file(f, LIES, CRM_FILE_WRITE, CRM_CONTENT_ALL, NULL);
  assert_int_equal(crm__saved_checkpoint(store, store->saved->journal, NULL), CRM_OK);
  put(store, "sales", "document,time,customer,amount\n78,2023-07-02,ann,1\n", "");
  hurt(f, LIES, CRM__SAVED_COPY, 1);
  hurt(f, LIES, HEAD, 1);
  options.io = &f->io;
  assert_int_equal(crm_store_salvage(NULL, &options, LIES, "out.crm", &report, NULL), CRM_OK);
  crm_table_free(report);
  read = open_file(f, "out.crm", CRM_FILE_READ, CRM_CONTENT_ALL, &error);
  assert_non_null(read);
  assert_store_same(store, read, "behind a checkpoint");
  crm_store_free(read);
  crm_store_free(store);
}

/* Keys that follow one another take next to nothing in a file; in memory the limit of the host holds. */
static void test_much_in_little(void **state)
{
  enum { PIECES = 4, KEYS_EACH = 65536 };
  fixture *f = *state;
  crm_config config = CRM_CONFIG_INIT;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  forge told;
  size_t size = 0;
  uint64_t i;
  clean_disk(f);
  crm_store_free(open_file(f, LIES, CRM_FILE_CREATE, CRM_CONTENT_ALL, NULL));
  told = forge_read(&f->io, LIES);
  forge_put(forge_frame(&told, HEAD, 0), 120, 8, PIECES * KEYS_EACH);   /* products */
  for (i = 0; i < PIECES; i++) {
    unsigned char bytes[DATA + 16] = {0};
    forged_frame piece = {0, 0, 0, NULL, sizeof bytes, 0, 0};
    piece.bytes = bytes;
    forge_put(&piece, 0, 8, i * KEYS_EACH);
    forge_put(&piece, 8, 8, KEYS_EACH);
    forge_put(&piece, 16, 4, CRM__PART(CRM__PART_KEYS, CRM__KEYS_PRODUCTS));
    forge_put(&piece, DATA + 8, 8, i * KEYS_EACH * 100);
    forge_add(&told, CRM__SAVED_COPY, 0, KEYS(PRODUCTS), bytes, sizeof bytes);
  }
  forge_write(&told, &f->io, LIES);
  forge_free(&told);
  (void)test_disk_bytes(f->disk, LIES, &size);
  assert_true(size < 128 * 1024);
  options.io = &f->io;
  assert_int_equal(crm_store_open(NULL, &options, LIES, &store, &error), CRM_OK);
  assert_int_equal(crm_store_verify(store, NULL), CRM_OK);
  crm_store_free(store);
  store = NULL;
  config.memory_limit = 1024 * 1024;
  assert_int_equal(crm_store_open(&config, &options, LIES, &store, &error), CRM_ERROR_MEMORY);
  assert_null(store);
  assert_int_equal(crm_store_check(&config, &options, LIES, &error), CRM_ERROR_MEMORY);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_much_in_little),
    cmocka_unit_test(test_no_lie),   cmocka_unit_test(test_checkpoints), cmocka_unit_test(test_logs),
    cmocka_unit_test(test_profiles), cmocka_unit_test(test_untrue),      cmocka_unit_test(test_standings),
    cmocka_unit_test(test_salvage),     cmocka_unit_test(test_tales),
    cmocka_unit_test(test_contradictions),
    cmocka_unit_test(test_unverified),
    cmocka_unit_test(test_salvage_of_lies), cmocka_unit_test(test_salvage_by_the_plan),
    cmocka_unit_test(test_salvage_gap),
    cmocka_unit_test(test_salvage_behind_a_checkpoint),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
