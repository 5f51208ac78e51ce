/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/sizes.h"
#include "support/executors.h"
#include "support/loads.h"
#include "support/rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Loads from CSV: every cause of rejection with its place, mappings, constants, and documents made from content. */

static crm_status read_alone(crm_store *store, const crm_csv *csv, const char *table, const char *text,
                             crm_error *error)
{
  crm_load *load = NULL;
  crm_status status;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  status = read_text(load, table, csv, text, 0, error);
  if (status == CRM_OK) {
    assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  }
  crm_load_free(load);
  return status;
}

/* A file that cannot be read changes nothing, and the load goes on with the next. */
static void refused(const crm_csv *csv, const char *text, crm_status expected)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_status status;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  status = read_text(load, "sales", csv, text, 0, &error);
  if (status != expected) {
    fail_msg("%s instead of %s: %s", crm_status_name(status), crm_status_name(expected), text);
  }
  assert_true(error.message[0] != '\0');
  assert_int_equal(read_text(load, "sales", NULL, "document,time,amount\n1,2024-01-01,1\n", 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_count(load, "sales", &counts, NULL), CRM_OK);
  assert_int_equal(counts.rows, 1);
  assert_int_equal(counts.accepted, 1);
  crm_load_free(load);
  assert_verifies(store);
  crm_store_free(store);
}

static void test_causes(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_counts counts;
  (void)state;
  counts =
      put(store, "sales",
          "document,time,customer,kind,class,quantity,price,amount,tax,rate,version,branch\n"
          "1,2024-01-01,a,sale,goods,1,1.00,1.00,0,,1,x\n"
          ",2024-01-01,a,sale,goods,1,1.00,1.00,0,,1,x\n"
          "3,,a,sale,goods,1,1.00,1.00,0,,1,x\n"
          "4,2024-01-01,a,sale,goods,,,,0,,1,x\n"
          "5,2024-13-01,a,sale,goods,1,1.00,1.00,0,,1,x\n"
          "6,yesterday,a,sale,goods,1,1.00,1.00,0,,1,x\n"
          "7,1899-12-31,a,sale,goods,1,1.00,1.00,0,,1,x\n"
          "8,2024-02-30,a,sale,goods,1,1.00,1.00,0,,1,x\n"
          "9,2024-01-01,a,gift,goods,1,1.00,1.00,0,,1,x\n"
          "10,2024-01-01,a,sale,food,1,1.00,1.00,0,,1,x\n"
          "11,2024-01-01,a,sale,goods,1,1.00,\"1,00\",0,,1,x\n"
          "12,2024-01-01,a,sale,goods,1,1.00,$1.00,0,,1,x\n"
          "13,2024-01-01,a,sale,goods,1,1.00,92233720368547758.08,0,,1,x\n"
          "14,2024-01-01,a,sale,goods,one,1.00,1.00,0,,1,x\n"
          "15,2024-01-01,a,sale,goods,1,1.00,1.00,nan,,1,x\n"
          "16,2024-01-01,a,sale,goods,1,1.00,1.00,0,-1,1,x\n"
          "17,2024-01-01,a,sale,goods,1,1.00,1.00,0,,1.5,x\n"
          "18,2024-01-01,a,sale,goods,1,1.00,1.00,0,,9223372036854775808,x\n"
          "19,2024-01-01,a,sale,goods,1,1.00,1.00,0,,1\n"
          "20,2024-01-01,a,sale,goods,1,1.00,1.00,0,,1,x,y\n"
          "21,2024-01-01,\"a\"b,sale,goods,1,1.00,1.00,0,,1,x\n"
          "22,2024-01-01,\xff,sale,goods,1,1.00,1.00,0,,1,x\n"
          "23,2024-01-01,a,SALE,Goods,1,1.00,1.00,0,,1,x\n"
          "24,2024-01-01,a,sale,goods,1,1.00,0x10,0,,1,x\n",
          "2,document,missing\n3,time,missing\n4,amount,missing\n5,time,time\n6,time,time\n7,time,time\n8,time,time\n"
          "9,kind,word\n10,class,word\n11,amount,number\n12,amount,number\n13,amount,range\n14,quantity,number\n"
          "15,tax,number\n16,rate,range\n17,version,number\n18,version,range\n19,,ragged\n20,,ragged\n21,,quote\n"
          "22,customer,encoding\n24,amount,number\n");
  assert_counts(counts, 2, 0, 22);
  assert_result(totals_of(store), "day,branch,documents,lines,rejected\n,,0,0,3\n,x,0,0,5\n2024-01-01,x,2,2,14\n");
  crm_store_free(store);
}

static void test_too_long(void **state)
{
  crm_store *store = store_new(NULL);
  crm_csv csv = CRM_CSV_INIT;
  char text[256] = "document,time,customer,amount\n1,2024-01-01,";
  (void)state;
  memset(text + strlen(text), 'x', 100);
  strcat(text, ",1\n2,2024-01-01,c,1\n");
  csv.record_limit = 64;
  assert_counts(put_with(store, NULL, &csv, "sales", text, "1,,too_long\n"), 1, 0, 1);
  crm_store_free(store);
}

typedef struct counted_source {
  const char *bytes;
  size_t left;
  crm_status fails;
} counted_source;

static crm_status read_counted(void *context, void *buffer, size_t size, size_t *got)
{
  counted_source *source = context;
  size_t take = source->left < size ? source->left : size;
  if (source->left == 0 && source->fails != CRM_OK) {
    return source->fails;
  }
  memcpy(buffer, source->bytes, take);
  source->bytes += take;
  source->left -= take;
  *got = take;
  return CRM_OK;
}

static void test_nul_bytes(void **state)
{
  static const char bytes[] = "document,time,customer,amount\n1,2024-01-01,a\0b,1\n2,2024-01-01,c,1\n";
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  crm_table *table = NULL;
  crm_source source = CRM_SOURCE_INIT;
  counted_source counted = {bytes, sizeof bytes - 1, CRM_OK};
  (void)state;
  source.context = &counted;
  source.read = read_counted;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_csv(load, "sales", NULL, &source, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
  assert_result(table, "table,file,row,column,cause\nsales,,1,customer,nul\n");
  crm_load_free(load);
  crm_store_free(store);
}

/* A source that fails passes its status on; rows read so far are not the store's. */
static void test_failing_source(void **state)
{
  static const char bytes[] = "document,time,customer,amount\n1,2024-01-01,a,1\n2,2024-01-01,c,1\n";
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_source source = CRM_SOURCE_INIT;
  counted_source counted = {bytes, sizeof bytes - 1, CRM_ERROR_IO};
  (void)state;
  source.context = &counted;
  source.read = read_counted;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_csv(load, "sales", NULL, &source, &error), CRM_ERROR_IO);
  assert_int_equal(error.status, CRM_ERROR_IO);
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 0);
  assert_verifies(store);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_csv_file(load, "sales", NULL, "/nonexistent/file.csv", &error), CRM_ERROR_IO);
  assert_int_equal(crm_load_csv_file(load, "sales", NULL, NULL, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_csv(load, "sales", NULL, NULL, &error), CRM_ERROR_ARGUMENT);
  crm_load_free(load);
  crm_store_free(store);
}

static void test_required(void **state)
{
  (void)state;
  refused(NULL, "", CRM_ERROR_SCHEMA);
  refused(NULL, "document,amount\n1,1\n", CRM_ERROR_SCHEMA);
  refused(NULL, "time,amount\n2024-01-01,1\n", CRM_ERROR_SCHEMA);
  refused(NULL, "document,time\n1,2024-01-01\n", CRM_ERROR_SCHEMA);
  refused(NULL, "document,time,quantity\n1,2024-01-01,1\n", CRM_ERROR_SCHEMA);
  refused(NULL, "document,time,amount,amount\n1,2024-01-01,1,2\n", CRM_ERROR_SCHEMA);
}

static void test_header_only(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  (void)state;
  assert_counts(put(store, "sales", "document,time,amount\n", ""), 0, 0, 0);
  assert_counts(put(store, "sales", "document,time,amount", ""), 0, 0, 0);
  assert_int_equal(crm_store_version(store), 0);
  assert_int_equal(crm_store_loads(store, &table, NULL), CRM_OK);
  assert_result(table, "table,rows,accepted,duplicate,rejected,amount_in,amount_accepted\nsales,0,0,0,0,0.00,0.00\n");
  crm_store_free(store);
}

static void test_map_and_set(void **state)
{
  static const crm_pair map[] = {{"document", "No"}, {"time", "When"}, {"amount", "Total"}};
  static const crm_pair set[] = {{"branch", "main"}, {"kind", "return"}};
  static const crm_pair bad_map[] = {{"document", "Number"}};
  static const crm_pair unknown[] = {{"colour", "No"}};
  static const crm_pair half[] = {{"document", NULL}, {NULL, "No"}};
  static const crm_pair bad_set[] = {{"kind", "gift"}};
  static const crm_pair bad_time[] = {{"time", "soon"}};
  static const crm_pair bad_column[] = {{"colour", "blue"}};
  static const crm_pair twice[] = {{"document", "No"}, {"document", "When"}};
  static const char *const text = "When,No,Total,customer,document\n2024-01-01,7,5,a,x\n2024-01-02,8,-6,b,y\n";
  crm_csv csv = CRM_CSV_INIT;
  crm_store *store = store_new(NULL);
  (void)state;
  csv.map = map;
  csv.map_count = 3;
  csv.set = set;
  csv.set_count = 2;
  assert_counts(put_with(store, NULL, &csv, "sales", text, ""), 2, 0, 0);
  assert_result(document_of(store, "", "7"), "document,customer,branch,kind,amount\n7,a,main,return,-5.00\n");
  assert_result(document_of(store, "", "8"), "document,customer,branch,kind,amount\n8,b,main,return,-6.00\n");
  crm_store_free(store);
  csv.map = bad_map;
  csv.map_count = 1;
  refused(&csv, text, CRM_ERROR_SCHEMA);
  csv.map = unknown;
  refused(&csv, text, CRM_ERROR_SCHEMA);
  csv.map = half;
  refused(&csv, text, CRM_ERROR_ARGUMENT);
  csv.map = half + 1;
  refused(&csv, text, CRM_ERROR_ARGUMENT);
  csv.map = twice;
  csv.map_count = 2;
  refused(&csv, text, CRM_ERROR_SCHEMA);
  csv.map = map;
  csv.map_count = 3;
  csv.set = bad_set;
  csv.set_count = 1;
  refused(&csv, text, CRM_ERROR_VALUE);
  csv.map_count = 1;
  csv.set = bad_time;
  refused(&csv, "No,Total,amount\n1,1,1\n", CRM_ERROR_VALUE);
  csv.map_count = 3;
  csv.set = bad_column;
  refused(&csv, text, CRM_ERROR_SCHEMA);
}

static void test_foreign_format(void **state)
{
  static const char *const header[] = {"document", "time", "customer", "amount"};
  crm_csv csv = CRM_CSV_INIT;
  crm_csv blank = CRM_CSV_INIT;
  crm_store *store = store_new(NULL);
  (void)state;
  csv.delimiter = ';';
  csv.decimal = ',';
  csv.encoding = CRM_ENCODING_LATIN1;
  csv.time_format = "%d/%m/%Y %H:%M";
  csv.header = header;
  csv.header_count = 4;
  assert_counts(
      put_with(store, NULL, &csv, "sales", "1;31/1/2024 09:05;M\xfcller;1,50\r\n2;1/02/2024 23:59;\"a;b\";-,5\r", ""),
      2, 0, 0);
  assert_result(customer_of(store, "M\xc3\xbcller"), "net,first\n1.50,2024-01-31T09:05:00\n");
  assert_result(customer_of(store, "a;b"), "returned,net,orders\n0.50,-0.50,0\n");
  crm_store_free(store);
  store = store_new(NULL);
  blank.delimiter = CRM_DELIMITER_BLANK;
  assert_counts(put_with(store, NULL, &blank, "sales", "document time  amount\n   1\t2024-01-01   3\n", ""), 1, 0, 0);
  crm_store_free(store);
}

static void test_bad_options(void **state)
{
  static const char *const text = "document,time,amount\n1,2024-01-01,1\n";
  crm_csv csv;
  int i;
  (void)state;
  for (i = 0; i < 11; i++) {
    crm_csv plain = CRM_CSV_INIT;
    csv = plain;
    switch (i) {
    case 0:
      csv.delimiter = '"';
      break;
    case 1:
      csv.delimiter = 0x20AC;
      break;
    case 2:
      csv.delimiter = '\n';
      break;
    case 3:
      csv.decimal = 'x';
      break;
    case 4:
      csv.encoding = 7;
      break;
    case 5:
      csv.time_format = "%Q";
      break;
    case 6:
      csv.header_count = 3;
      break;
    case 7:
      csv.map_count = 1;
      break;
    case 8:
      csv.set_count = -1;
      break;
    case 9:
      csv.document = 9;
      break;
    default:
      csv.struct_size = 3;
      break;
    }
    {
      crm_store *store = store_new(NULL);
      crm_error error = CRM_ERROR_INIT;
      crm_status status = read_alone(store, &csv, "sales", text, &error);
      if (status != CRM_ERROR_ARGUMENT) {
        fail_msg("case %d: %s", i, crm_status_name(status));
      }
      assert_int_equal(crm_store_documents(store), 0);
      crm_store_free(store);
    }
  }
}

/* However the bytes come, the rows are the same. */
static void test_pieces(void **state)
{
  static const char *const text =
      "\xef\xbb\xbf"
      "document,time,customer,amount,staff\r\n1,2024-01-01,\"a\r\nb\",1.5,\"say \"\"x\"\"\"\r\n"
      "2,2024-01-02,c,2,\n\n3,2024-01-03,d,bad,\r4,2024-01-04,e,4,last";
  text_buffer whole = TEXT_BUFFER_INIT;
  size_t piece;
  (void)state;
  for (piece = 0; piece < 12; piece++) {
    crm_store *store = store_new(NULL);
    crm_load *load = NULL;
    crm_table *table = NULL;
    text_buffer now = TEXT_BUFFER_INIT;
    assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
    assert_int_equal(read_text(load, "sales", NULL, text, piece, NULL), CRM_OK);
    assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
    assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
    text_add_table(&now, table);
    crm_table_free(table);
    crm_load_free(load);
    text_add_store(&now, store, 1);
    if (piece == 0) {
      whole = now;
    } else {
      assert_text_same(&whole, &now, "in pieces");
      text_free(&now);
    }
    assert_int_equal(crm_store_documents(store), 3);
    table = document_of(store, "", "1");
    assert_int_equal(integer_at(table, "amount", 0), 150);
    assert_true(text_is(table, "customer", 0, "a\r\nb"));
    assert_true(text_is(table, "staff", 0, "say \"x\""));
    crm_table_free(table);
    crm_store_free(store);
  }
  text_free(&whole);
}

/* ---- documents from content ---- */

static int64_t orders_of(const crm_store *store, const char *customer)
{
  crm_table *table = customer_of(store, customer);
  int64_t orders = integer_at(table, "orders", 0);
  crm_table_free(table);
  return orders;
}

static void test_document_row(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  crm_store *store = store_new(NULL);
  (void)state;
  csv.document = CRM_DOCUMENT_ROW;
  assert_counts(put_with(store, NULL, &csv, "sales",
                         "time,customer,amount,product\n2024-01-01,a,1,p\n2024-01-01,a,1,p\n"
                         "2024-01-01,a,1,q\n2024-01-02,b,1,p\n2024-01-02,,1,p\n",
                         ""),
                5, 0, 0);
  assert_int_equal(orders_of(store, "a"), 3);
  assert_int_equal(crm_store_lines(store), 5);
  assert_counts(put_with(store, NULL, &csv, "sales",
                         "customer,product,amount,time\nb,p,1.00,2024-01-02T00:00:00\na,q,1,2024-01-01\n"
                         ",p,1,2024-01-02\na,p,1,2024-01-01\na,p,1.0,2024-01-01\n",
                         ""),
                0, 5, 0);
  assert_int_equal(crm_store_version(store), 1);
  /* an empty column says as much as an absent one */
  assert_counts(
      put_with(store, NULL, &csv, "sales", "time,customer,amount,product,staff,tax,branch\n2024-01-02,b,1,p,,,\n", ""),
      0, 1, 0);
  /* another amount, another document */
  assert_counts(put_with(store, NULL, &csv, "sales", "time,customer,amount,product\n2024-01-02,b,2,p\n", ""), 1, 0, 0);
  /* more or fewer of the same rows than before contradict what is there */
  put_with(store, NULL, &csv, "sales", "time,customer,amount,product\n2024-01-01,a,1,p\n", "1,document,conflict\n");
  crm_store_free(store);
}

static void test_document_customer_time(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  crm_store *store = store_new(NULL);
  (void)state;
  csv.document = CRM_DOCUMENT_CUSTOMER_TIME;
  assert_counts(put_with(store, NULL, &csv, "sales",
                         "time,customer,amount,product\n2024-01-01T10:00,a,1,p\n2024-01-01T10:01,a,1,p\n"
                         "2024-01-01T10:00,a,1,q\n2024-01-01T10:00,b,1,p\n2024-01-01T10:00,,1,p\n"
                         "2024-01-01T10:00,,1,p\n2024-01-01T10:00,,2,p\n",
                         ""),
                7, 0, 0);
  assert_int_equal(orders_of(store, "a"), 2);
  assert_int_equal(orders_of(store, "b"), 1);
  {
    crm_table *table = NULL;
    assert_int_equal(crm_periods_compute(store, NULL, NULL, &table, NULL), CRM_OK);
    assert_result(table, "month,orders,active,revenue\n2024-01,6,2,8.00\n");
  }
  assert_counts(put_with(store, NULL, &csv, "sales",
                         "time,customer,amount,product\n2024-01-01T10:00,,2,p\n2024-01-01T10:00,b,1,p\n"
                         "2024-01-01T10:00,a,1,q\n2024-01-01T10:00,,1,p\n2024-01-01T10:01,a,1,p\n"
                         "2024-01-01T10:00,a,1,p\n2024-01-01T10:00,,1,p\n",
                         ""),
                0, 7, 0);
  assert_counts(put_with(store, NULL, &csv, "sales",
                         "time,customer,amount,product\n2024-01-01T10:00,a,1,p\n2024-01-01T10:00,a,9,q\n",
                         "1,document,conflict\n2,document,conflict\n"),
                0, 0, 2);
  crm_store_free(store);
}

/* A made key does not meet a key of the same spelling that a file names. */
static void test_made_keys_apart(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  crm_store *store = store_new(NULL);
  crm_table *table;
  char document[64];
  char text[256];
  size_t length;
  const char *found;
  (void)state;
  csv.document = CRM_DOCUMENT_ROW;
  put_with(store, NULL, &csv, "sales", "time,customer,amount\n2024-01-01,a,1\n", "");
  table = documents_of(store, "a");
  found = crm_table_text(table, crm_table_find(table, "document"), 0, &length);
  assert_true(length > 0 && length < sizeof document);
  memcpy(document, found, length);
  document[length] = '\0';
  crm_table_free(table);
  assert_result(document_of(store, "", document), "customer,amount\na,1.00\n");
  (void)snprintf(text, sizeof text, "document,time,customer,amount\n%s,2024-01-05,b,7\n", document);
  assert_counts(put(store, "sales", text, ""), 1, 0, 0);
  assert_int_equal(crm_store_documents(store), 2);
  crm_store_free(store);
}

typedef struct stops {
  int calls;
  int64_t bytes;
  int64_t rows;
  crm_status answer;
} stops;

static crm_status watch(void *context, int64_t bytes, int64_t rows)
{
  stops *seen = context;
  assert_true(bytes >= seen->bytes && rows >= seen->rows);
  seen->calls++;
  seen->bytes = bytes;
  seen->rows = rows;
  return seen->answer;
}

static void test_progress(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  text_buffer text = TEXT_BUFFER_INIT;
  stops seen = {0, 0, 0, CRM_OK};
  int i;
  (void)state;
  text_add(&text, "document,time,customer,amount\n");
  for (i = 0; i < 60000; i++) {
    char line[64];
    (void)snprintf(line, sizeof line, "%d,2024-01-01,c%d,1.25\n", i, i % 100);
    text_add(&text, line);
  }
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  crm_load_progress(load, watch, &seen);
  assert_int_equal(read_text(load, "sales", NULL, text.bytes, 0, NULL), CRM_OK);
  assert_true(seen.calls > 0);
  assert_true(seen.rows <= 60000 && seen.bytes <= (int64_t)text.length);
  seen.answer = CRM_ERROR_CANCELLED;
  seen.bytes = 0;
  seen.rows = 0;
  assert_int_equal(read_text(load, "sales", NULL, text.bytes, 0, NULL), CRM_ERROR_CANCELLED);
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 0);
  assert_verifies(store);
  text_free(&text);
  crm_store_free(store);
}

static crm_status stop_late(void *context, int64_t done, int64_t all)
{
  int64_t *calls = context;
  (void)all;
  assert_true(done >= 0);
  return ++*calls > 30 ? CRM_ERROR_CANCELLED : CRM_OK;
}

/* A file with rows of every sort, by the calling thread alone and by threads of every kind: the same store. */
static void test_threads(void **state)
{
  enum { ROWS = CRM__SIZE(90000, 2000) };
  text_buffer text = TEXT_BUFFER_INIT;
  text_buffer alone = TEXT_BUFFER_INIT;
  int way;
  int i;
  (void)state;
  text_add(&text, "document,time,customer,product,quantity,amount,note\n");
  for (i = 0; i < ROWS; i++) {
    char line[160];
    (void)snprintf(line, sizeof line, "%d,2024-%02d-%02d 10:%02d:00,%d,p%d,%d,%d.%02d,%s\n", i / 3, 1 + i / 9000,
                   1 + i / 400 % 28, i / 3 % 60, i / 3 * 7 % 5000, i % 300, i % 9, i % 1000, i % 100,
                   i % 20000 == 77   ? "\"a\nline\""
                   : i % 7000 == 500 ? "\xC3\xA9"
                                     : "");
    text_add(&text, i == ROWS / 9 * 4 ? "x,not a time,,,,,\n" : line);
  }
  for (way = -1; way <= EXECUTOR_KINDS; way += brief() ? EXECUTOR_KINDS + 1 : 1) {
    crm_context_options lent = CRM_CONTEXT_OPTIONS_INIT;
    crm_load_options options = CRM_LOAD_OPTIONS_INIT;
    text_buffer now = TEXT_BUFFER_INIT;
    crm_store *store = store_new(NULL);
    crm_load *load = NULL;
    executor_state kept;
    crm_executor executor = executor_of(&kept, way < 0 || way == EXECUTOR_KINDS ? 0 : way, way % 2 == 0 ? 2 : 64);
    int64_t calls = 0;
    lent.executor = &executor;
    lent.watch = way == EXECUTOR_KINDS ? stop_late : NULL;
    lent.watch_context = &calls;
    if (way >= 0) {
      assert_int_equal(crm_context_create(NULL, &options.context, NULL), CRM_OK);
      assert_int_equal(crm_context_configure(options.context, &lent, NULL), CRM_OK);
    }
    assert_int_equal(crm_load_begin(store, &options, &load, NULL), CRM_OK);
    assert_int_equal(read_text(load, "sales", NULL, text.bytes, 0, NULL),
                     way == EXECUTOR_KINDS ? CRM_ERROR_CANCELLED : CRM_OK);
    if (way < EXECUTOR_KINDS) {
      assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
    }
    assert_true(way < 0 || kept.tasks > 1);
    crm_load_free(load);
    assert_verifies(store);
    text_add_store(&now, store, 1);
    if (way < 0) {
      assert_int_equal(crm_store_lines(store), ROWS - 1);
      alone = now;
    } else if (way < EXECUTOR_KINDS) {
      assert_text_same(&alone, &now, "by threads");
      text_free(&now);
    } else {
      assert_int_equal(crm_store_lines(store), 0);
      text_free(&now);
    }
    crm_context_free(options.context);
    crm_store_free(store);
  }
  text_free(&alone);
  text_free(&text);
}

/* Several files in one load: rows keep their file, each counts from 1; files in the order of reading. */
static void test_files(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  crm_table *table = NULL;
  crm_csv one = CRM_CSV_INIT;
  crm_csv two = CRM_CSV_INIT;
  (void)state;
  one.file = "one.csv";
  two.file = "two.csv";
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", &two, "document,time,amount\n1,2024-01-01,1\n2,x,1\n", 0, NULL), CRM_OK);
  assert_int_equal(
      read_text(load, "sales", &one, "document,time,amount\n,2024-01-01,1\n2,2024-01-01,1\n1,2024-01-01,\n", 0, NULL),
      CRM_OK);
  assert_int_equal(read_text(load, "customers", &one, "customer,kind\nz,alien\nz,person\n", 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
  assert_result(table, "table,file,row,column,cause\ncustomers,one.csv,1,kind,word\nsales,two.csv,2,time,time\n"
                       "sales,one.csv,1,document,missing\nsales,one.csv,3,amount,missing\n");
  assert_int_equal(crm_load_causes(load, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 3);
  crm_table_free(table);
  crm_load_free(load);
  assert_int_equal(crm_store_loads(store, &table, NULL), CRM_OK);
  assert_result(table, "table,rows,accepted,duplicate,rejected,amount_in,amount_accepted\ncustomers,2,1,0,1,,\n"
                       "sales,5,2,0,3,4.00,2.00\n");
  assert_verifies(store);
  crm_store_free(store);
}

/* An offset in a time does not move the wall clock. */
static void test_offsets(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-01T10:00:00Z,a,1\n2,2024-01-01T10:00:00+05:00,b,1\n"
      "3,2024-01-01 10:00:00.000001-0930,c,1\n4,2024-01-01T10:00,d,1\n",
      "");
  assert_result(customer_of(store, "a"), "first\n2024-01-01T10:00:00\n");
  assert_result(customer_of(store, "b"), "first\n2024-01-01T10:00:00\n");
  assert_result(customer_of(store, "d"), "first\n2024-01-01T10:00:00\n");
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_causes),          cmocka_unit_test(test_too_long),
      cmocka_unit_test(test_nul_bytes),       cmocka_unit_test(test_failing_source),
      cmocka_unit_test(test_required),        cmocka_unit_test(test_header_only),
      cmocka_unit_test(test_map_and_set),     cmocka_unit_test(test_foreign_format),
      cmocka_unit_test(test_bad_options),     cmocka_unit_test(test_pieces),
      cmocka_unit_test(test_document_row),    cmocka_unit_test(test_document_customer_time),
      cmocka_unit_test(test_made_keys_apart), cmocka_unit_test(test_progress),
      cmocka_unit_test(test_threads),
    cmocka_unit_test(test_files),           cmocka_unit_test(test_offsets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
