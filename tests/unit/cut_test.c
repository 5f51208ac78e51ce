/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_file.h"
#include "support/disk.h"
#include "support/loads.h"
#include "support/rounds.h"
#include "support/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Store files that were cut, as by a copy that ended half-way: salvage brings the documents and rows of which every
 * piece is there, each as it was, and says how many of the others there were. */

#define WHOLE "whole.crm"
#define CUT "cut.crm"
#define OUT "out.crm"

typedef struct fixture {
  test_disk *disk;
  crm_io io;
  crm_file_options options;
  unsigned char *bytes;   /* of the whole file */
  size_t size;
  crm_store *store;       /* what it holds */
} fixture;

static void new_disk(fixture *f)
{
  static const crm_io none = CRM_IO_INIT;
  f->disk = test_disk_create(CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS);
  f->io = none;
  test_disk_io(f->disk, &f->io);
  f->options.io = &f->io;
}

static void drop_disk(fixture *f)
{
  assert_int_equal(test_disk_open(f->disk), 0);
  test_disk_free(f->disk);
}

static fixture begin(void)
{
  static const crm_file_options options = CRM_FILE_OPTIONS_INIT;
  fixture f;
  f.options = options;
  new_disk(&f);
  f.bytes = NULL;
  f.size = 0;
  f.store = store_new(NULL);
  return f;
}

static void save(fixture *f)
{
  const unsigned char *bytes;
  f->options.io = &f->io;   /* where the fixture stands now */
  assert_int_equal(crm_store_save(f->store, &f->options, WHOLE, NULL), CRM_OK);
  bytes = test_disk_bytes(f->disk, WHOLE, &f->size);
  f->bytes = malloc(f->size);
  assert_non_null(f->bytes);
  memcpy(f->bytes, bytes, f->size);
}

static void end(fixture *f)
{
  crm_store_free(f->store);
  free(f->bytes);
  drop_disk(f);
}

/* What is salvaged of the first bytes of the file; NULL: nothing, and that is said. The disk is a new one. */
static crm_store *salvage_cut(fixture *f, size_t size, crm_table **report)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  drop_disk(f);
  new_disk(f);
  test_disk_put(f->disk, WHOLE, f->bytes, f->size);
  test_disk_put(f->disk, CUT, f->bytes, size);
  *report = NULL;
  if (crm_store_salvage(NULL, &f->options, CUT, OUT, report, &error) != CRM_OK) {
    assert_int_equal(error.status, CRM_ERROR_CORRUPT);
    assert_true(strstr(error.message, "neither a head") != NULL || strstr(error.message, "neither a document") != NULL);
    assert_null(*report);
    return NULL;
  }
  if (crm_store_check(NULL, &f->options, OUT, &error) != CRM_OK ||
      crm_store_open(NULL, &f->options, OUT, &store, &error) != CRM_OK) {
    fail_msg("cut at %ld: %s", (long)size, error.message);
  }
  return store;
}

/* What the report says in all of a kind of loss, of one part (-1: of any), and in how many rows. */
static int64_t told(const crm_table *report, const char *what, int64_t part, int64_t *rows)
{
  int32_t parts = crm_table_find(report, "part");
  int32_t counts = crm_table_find(report, "count");
  int64_t sum = 0;
  int64_t row;
  *rows = 0;
  for (row = 0; row < crm_table_rows(report); row++) {
    size_t length = 0;
    const char *text = crm_table_text(report, crm_table_find(report, "what"), row, &length);
    if (length == strlen(what) && memcmp(text, what, length) == 0 &&
        (part < 0 || crm_table_integer(report, parts, row) == part)) {
      sum += crm_table_integer(report, counts, row);
      ++*rows;
    }
  }
  return sum;
}

static int64_t count_told(const crm_table *report, const char *what, int64_t part)
{
  int64_t rows;
  return told(report, what, part, &rows);
}

static int64_t rows_told(const crm_table *report, const char *what)
{
  int64_t rows;
  (void)told(report, what, -1, &rows);
  return rows;
}

/* ---- where documents end ---- */

/* Behind the last byte that the documents of a chunk need, where each document has one line: their keys and whatever
 * of their columns and lines cannot be worked out again. */
static size_t end_of_documents(fixture *f, uint64_t chunk)
{
  crm__memory memory;
  crm__scan *scan = NULL;
  crm__frame frame;
  size_t last = 0;
  int found = 1;
  int intact = 0;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__scan_open(&memory, &f->io, WHOLE, &scan, NULL), CRM_OK);
  while (found) {
    uint32_t part;
    uint32_t index;
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    part = frame.kind & ~CRM__SAVED_PART;
    index = part & 0xFF;
    if (found && frame.kind > CRM__SAVED_PART && crm__load64(f->bytes + frame.offset) / CRM__CHUNK == chunk &&
        (part == CRM__PART(CRM__PART_KEYS, CRM__KEYS_DOCUMENTS) || part >> 8 == CRM__PART_LINES ||
         (part >> 8 == CRM__PART_DOCUMENTS && (index < 6 || index == 10 || index == 12)))) {
      last = (size_t)(frame.offset + frame.length);
    }
  }
  crm__scan_close(scan);
  assert_int_equal(memory.used, 0);
  return last;
}

/* ---- a small file ---- */

static const char *const keys[] = {"1", "2", "3", "4", "7", "11", "12"};
#define KEYS (int)(sizeof keys / sizeof *keys)

static void fill(crm_store *store)
{
  const char *gone = "bob";
  crm_table *receipt = NULL;
  put(store, "sales",
      "document,line,time,customer,amount,product,quantity,cost,branch,staff,kind,original\n"
      "1,1,2023-01-05T10:00,ann,10.00,p1,1,4,b1,s1,,\n1,2,2023-01-05T10:00,ann,5.55,p2,2,,b1,s1,,\n"
      "2,1,2023-02-05T10:00,bob,20,p1,3,9,b2,s2,sale,\n3,1,2023-03-01,carl,30,p3,1,,b1,,sale,\n"
      "4,1,2023-03-02,ann,-4,p1,1,,b1,,return,1\n", "");
  put(store, "customers", "customer,kind,joined,parent,region\nann,person,2022-01-01,,north\n"
      "carl,business,2022-05-01,ann,\ndora,internal,,,south\n", "");
  put(store, "opportunities",
      "opportunity,customer,created,outcome,stage,amount\no1,ann,2023-01-01,open,first,100\n", "");
  put(store, "merges", "customer,into\ncarl,ann\n", "");
  put(store, "sales",
      "document,time,customer,amount\n7,2023-05-06,carl,13\n11,2023-05-08,dora,6\n12,2023-05-09,eve,7\n", "");
  put(store, "products", "product,category,list_price\np1,toys,12\n", "");
  put(store, "figures", "from,to,name,value\n2023-01-01,2023-02-01,budget,500\n", "");
  assert_int_equal(crm_identity_erase(store, &gone, 1, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
}

static void add_document(text_buffer *to, const crm_store *store, const char *key)
{
  crm_table *table = NULL;
  if (crm_store_document(store, "", key, &table, NULL) == CRM_OK) {
    text_add_table(to, table);
    crm_table_free(table);
  }
}

/* Every document that is there is as it was; answers how many those are. */
static int64_t compare_documents(const crm_store *whole, const crm_store *left)
{
  int64_t found = 0;
  int i;
  for (i = 0; i < KEYS; i++) {
    text_buffer was = TEXT_BUFFER_INIT;
    text_buffer now = TEXT_BUFFER_INIT;
    add_document(&was, whole, keys[i]);
    add_document(&now, left, keys[i]);
    if (now.length > 0) {
      assert_text_same(&was, &now, keys[i]);
      found++;
    }
    text_free(&was);
    text_free(&now);
  }
  return found;
}

static int64_t rows_of(const crm_store *store, const char *table)
{
  crm_table *rows = NULL;
  int64_t count;
  assert_int_equal(crm_store_rows(store, table, &rows, NULL), CRM_OK);
  count = crm_table_rows(rows);
  crm_table_free(rows);
  return count;
}

/* What is not there is told, table by table. */
static void compare_rows(const fixture *f, const crm_store *left, const crm_table *report)
{
  static const char *const tables[] = {"customers", "products", "opportunities", "merges", "figures"};
  static const int32_t numbers[] = {CRM__TABLE_CUSTOMERS, CRM__TABLE_PRODUCTS, CRM__TABLE_OPPORTUNITIES,
                                    CRM__TABLE_MERGES, CRM__TABLE_FIGURES};
  int i;
  for (i = 0; i < 5; i++) {
    assert_int_equal(rows_of(f->store, tables[i]) - rows_of(left, tables[i]),
                     count_told(report, "rows", (int64_t)CRM__PART(CRM__PART_TABLE + numbers[i], 0)));
  }
}

static void test_small(void **state)
{
  fixture f = begin();
  size_t documents;
  size_t size;
  int whole = 0;
  int part = 0;
  (void)state;
  fill(f.store);
  save(&f);
  documents = end_of_documents(&f, 0);
  for (size = f.size - 1; size > 8192; size -= (size > f.size / 5 * 4 ? 13U : 31U) * (unsigned)fewer()) {
    crm_table *report = NULL;
    crm_store *left = salvage_cut(&f, size, &report);
    assert_true(left != NULL || size < documents);
    if (left != NULL) {
      int64_t found = compare_documents(f.store, left);
      assert_int_equal(found, size >= documents ? KEYS : 0);
      assert_int_equal(found, crm_store_documents(left));
      assert_int_equal(count_told(report, "documents", -1), KEYS - found);
      compare_rows(&f, left, report);
      if (rows_told(report, "piece") == 0) {
        assert_store_same(f.store, left, "all of which is there");
        whole++;
      } else {
        part++;
      }
    }
    crm_store_free(left);
    crm_table_free(report);
  }
  print_message("cut: %d without loss, %d with what is left\n", whole, part);
  assert_true(whole > 0 && part > 0);
  end(&f);
}

/* ---- commits behind ---- */

/* A commit that was cut off as a whole leaves no byte, and is told all the same. */
static void test_cut_between_commits(void **state)
{
  fixture f = begin();
  crm_store *store = NULL;
  crm_store *left;
  crm_table *report = NULL;
  crm_file_info info = CRM_FILE_INFO_INIT;
  const unsigned char *bytes;
  size_t before = 0;
  (void)state;
  fill(f.store);
  save(&f);
  f.options.mode = CRM_FILE_WRITE;
  assert_int_equal(crm_store_open(NULL, &f.options, WHOLE, &store, NULL), CRM_OK);
  put(store, "sales", "document,time,customer,amount\n20,2023-06-06,ann,1\n", "");
  (void)test_disk_bytes(f.disk, WHOLE, &before);
  put(store, "sales", "document,time,customer,amount\n21,2023-06-06,ann,1\n", "");
  put(store, "sales", "document,time,customer,amount\n22,2023-06-06,ann,1\n", "");
  assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
  crm_store_free(store);
  free(f.bytes);
  bytes = test_disk_bytes(f.disk, WHOLE, &f.size);
  f.bytes = malloc(f.size);
  assert_non_null(f.bytes);
  memcpy(f.bytes, bytes, f.size);
  f.options.mode = CRM_FILE_READ;
  left = salvage_cut(&f, before, &report);
  assert_non_null(left);
  assert_int_equal(crm_store_documents(left), KEYS + 1);
  assert_int_equal(crm_table_rows(report), 2);
  assert_int_equal(rows_told(report, "commit"), 2);
  assert_int_equal(crm_table_integer(report, crm_table_find(report, "commit"), 1), info.commit);
  crm_table_free(report);
  crm_store_free(left);
  end(&f);
}

/* ---- a large file ---- */

#define DOCUMENTS 140000

static void fill_up(crm_store *store, int count)
{
  text_buffer text = TEXT_BUFFER_INIT;
  char line[96];
  int i;
  text_add(&text, "document,time,customer,amount,product\n");
  for (i = 0; i < count; i++) {
    (void)snprintf(line, sizeof line, "%d,2023-%02d-%02d,c%d,%d,p%d\n", i, 1 + i % 12, 1 + i % 28, i % 997, 1 + i % 50,
                   i % 31);
    text_add(&text, line);
  }
  put(store, "sales", text.bytes, "");
  put(store, "customers", "customer,kind\nc1,internal\nc2,business\n", "");
  text_free(&text);
}

/* Of a file that was cut among the documents, the first ones are there, and every answer is that of a store that was
 * never given the others. */
static void test_large(void **state)
{
  fixture f;
  uint64_t chunk;
  (void)state;
  if (brief()) {
    skip();
  }
  f = begin();
  fill_up(f.store, DOCUMENTS);
  save(&f);
  for (chunk = 0; chunk < 3; chunk++) {
    size_t enough = end_of_documents(&f, chunk);
    int step;
    for (step = 0; step < 2; step++) {
      crm_table *report = NULL;
      crm_store *left = salvage_cut(&f, enough - (size_t)step, &report);
      int64_t chunks = (int64_t)chunk + 1 - step;
      int64_t documents = chunks * (int64_t)CRM__CHUNK < DOCUMENTS ? chunks * (int64_t)CRM__CHUNK : DOCUMENTS;
      crm_store *fewer = store_new(NULL);
      text_buffer wanted = TEXT_BUFFER_INIT;
      text_buffer found = TEXT_BUFFER_INIT;
      assert_non_null(left);   /* the rows of customers stand before the documents */
      assert_int_equal(crm_store_documents(left), documents);
      assert_int_equal(count_told(report, "documents", -1), DOCUMENTS - documents);
      assert_int_equal(count_told(report, "rows", -1), 0);
      fill_up(fewer, (int)documents);
      if (documents > 0) {
        text_add_answers(&wanted, fewer);
        text_add_answers(&found, left);
        assert_text_same(&wanted, &found, "answers");
      }
      text_free(&wanted);
      text_free(&found);
      crm_store_free(fewer);
      crm_store_free(left);
      crm_table_free(report);
    }
  }
  end(&f);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_small),
    cmocka_unit_test(test_cut_between_commits),
    cmocka_unit_test(test_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
