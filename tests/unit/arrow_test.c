/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/fault.h"
#include "support/loads.h"

#include <stdlib.h>
#include <string.h>

/* Arrow arrays made by hand go into a store, and tables come out as arrays that go in again. */

#define MOST 8

/* A struct array of columns, with everything an array may lie about. */
typedef struct frame {
  struct ArrowSchema schema;
  struct ArrowArray array;
  struct ArrowSchema fields[MOST];
  struct ArrowArray columns[MOST];
  struct ArrowSchema *field_list[MOST];
  struct ArrowArray *column_list[MOST];
  const void *buffers[MOST][5];
  const void *none[1];
} frame;

static void release_schema(struct ArrowSchema *schema)
{
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
  array->release = NULL;
}

static void frame_begin(frame *f, int64_t rows)
{
  memset(f, 0, sizeof *f);
  f->schema.format = "+s";
  f->schema.children = f->field_list;
  f->schema.release = release_schema;
  f->array.length = rows;
  f->array.n_buffers = 1;
  f->array.buffers = f->none;
  f->array.children = f->column_list;
  f->array.release = release_array;
}

static struct ArrowArray *frame_add(frame *f, const char *name, const char *format, const void *validity,
                                    const void *values, const void *bytes)
{
  int64_t i = f->schema.n_children++;
  f->array.n_children++;
  f->fields[i].name = name;
  f->fields[i].format = format;
  f->fields[i].release = release_schema;
  f->field_list[i] = &f->fields[i];
  f->buffers[i][0] = validity;
  f->buffers[i][1] = values;
  f->buffers[i][2] = bytes;
  f->columns[i].length = f->array.length;
  f->columns[i].null_count = validity == NULL ? 0 : -1;
  f->columns[i].n_buffers = bytes == NULL ? 2 : 3;
  f->columns[i].buffers = f->buffers[i];
  f->columns[i].release = release_array;
  f->column_list[i] = &f->columns[i];
  return &f->columns[i];
}

/* The frame as a load of sales. */
static crm_status load_frame(crm_store *store, const crm_arrow *options, const frame *f, crm_error *error)
{
  crm_load *load = NULL;
  crm_status status = crm_load_begin(store, NULL, &load, error);
  if (status == CRM_OK) {
    status = crm_load_arrow(load, "sales", options, &f->schema, &f->array, error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, error);
  }
  crm_load_free(load);
  return status;
}

static crm_table *customer_table(const crm_store *store)
{
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  assert_int_equal(crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  return table;
}

static const int64_t documents[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
static const int32_t days[10] = {19723, 19724, 19725, 19726, 19727, 19728, 19729, 19730, 19731, 19732};
static const int64_t amounts[10] = {100, 200, 300, 400, 500, 600, 700, 800, 900, 1000};
static const int64_t customers[10] = {7, 7, 8, 8, 9, 9, 9, 7, 8, 8};

static void frame_sales(frame *f, int64_t rows)
{
  frame_begin(f, rows);
  frame_add(f, "document", "l", NULL, documents, NULL);
  frame_add(f, "time", "tdD", NULL, days, NULL);
}

static void test_columns_without_a_copy(void **state)
{
  frame f;
  crm_arrow options = CRM_ARROW_INIT;
  crm_store *store = store_new(NULL);
  (void)state;
  frame_sales(&f, 10);
  frame_add(&f, "amount", "l", NULL, amounts, NULL);
  frame_add(&f, "customer", "l", NULL, customers, NULL);
  frame_add(&f, "weather", "+l", NULL, NULL, NULL);
  options.minor = 1;
  assert_int_equal(load_frame(store, &options, &f, NULL), CRM_OK);
  assert_result(customer_table(store), "customer,rank,spend,orders\n8,1,26.00,4\n9,2,18.00,3\n7,3,11.00,3\n");
  assert_verifies(store);
  crm_store_free(store);
}

/* A slice begins in the middle of a byte of validity. */
static void test_slices_and_nulls(void **state)
{
  static const uint8_t validity[2] = {0xF7, 0x03};   /* row 3 has none */
  frame f;
  crm_store *store = store_new(NULL);
  (void)state;
  frame_sales(&f, 10);
  frame_add(&f, "amount", "l", NULL, amounts, NULL);
  frame_add(&f, "customer", "l", validity, customers, NULL);
  f.array.length = 5;
  f.array.offset = 1;
  f.columns[3].offset = 1;
  f.columns[3].length = 9;
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  /* rows 1 to 5, customers from one row on: 8, (none), 9, 9, 9 */
  assert_result(customer_table(store), "customer,spend,orders\n9,1500.00,3\n8,200.00,1\n");
  crm_store_free(store);
}

static void test_widths_and_texts(void **state)
{
  static const int16_t small_documents[3] = {1, 2, 3};
  static const int32_t offsets[4] = {0, 1, 2, 4};
  static const double prices[3] = {1.005, 2.5, 0.1};
  static const uint8_t quantities[3] = {3, 1, 10};
  static const int64_t seconds[3] = {1704067200, 1704153600, 1704240000};
  frame f;
  crm_store *store = store_new(NULL);
  (void)state;
  frame_begin(&f, 3);
  frame_add(&f, "document", "s", NULL, small_documents, NULL);
  frame_add(&f, "time", "tss:", NULL, seconds, NULL);
  frame_add(&f, "customer", "u", NULL, offsets, "abbb");
  frame_add(&f, "price", "g", NULL, prices, NULL);
  frame_add(&f, "quantity", "C", NULL, quantities, NULL);
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  /* 3 * 1.005 is 3.015, rounded half away from zero, as the same text in a file */
  assert_result(customer_table(store), "customer,spend,first\na,3.02,2024-01-01\nb,2.50,2024-01-02\n"
                                       "bb,1.00,2024-01-03\n");
  crm_store_free(store);
}

typedef struct text_view {
  int32_t length;
  char text[12];
} text_view;

static void test_views_and_dictionaries(void **state)
{
  static const char outside[] = "a long name that is not inline";
  static const int64_t sizes[1] = {30};
  static const int8_t indices[3] = {1, 0, 1};
  static const int32_t words[3] = {0, 4, 10};
  static const double ids[3] = {17850.0, 12.0, 17850.0};
  text_view views[3];
  struct ArrowSchema word_schema;
  struct ArrowArray word_array;
  const void *word_buffers[3] = {NULL, words, "salereturn"};
  int32_t place[2] = {0, 7};
  frame f;
  crm_store *store = store_new(NULL);
  (void)state;
  memset(views, 0, sizeof views);
  views[0].length = 3;
  memcpy(views[0].text, "abc", 3);
  views[1].length = 23;
  memcpy(views[1].text, "name", 4);
  memcpy(views[1].text + 4, place, sizeof place);
  views[2] = views[0];
  frame_sales(&f, 3);
  frame_add(&f, "amount", "l", NULL, amounts, NULL);
  frame_add(&f, "customer", "vu", NULL, views, outside);
  f.columns[3].n_buffers = 4;
  f.buffers[3][3] = sizes;
  frame_add(&f, "kind", "c", NULL, indices, NULL);
  frame_add(&f, "product", "g", NULL, ids, NULL);
  memset(&word_schema, 0, sizeof word_schema);
  word_schema.format = "u";
  word_schema.release = release_schema;
  memset(&word_array, 0, sizeof word_array);
  word_array.length = 2;
  word_array.n_buffers = 3;
  word_array.buffers = word_buffers;
  word_array.release = release_array;
  f.fields[4].dictionary = &word_schema;
  f.columns[4].dictionary = &word_array;
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  /* two returns and one sale */
  assert_result(customer_table(store), "customer,tier,spend\nname that is not inline,vip,200.00\n"
                                       "abc,nonpositive,-400.00\n");
  assert_result(document_of(store, "", "1"), "kind,product,amount\nreturn,17850,-100.00\n");
  crm_store_free(store);
}

/* Decimals of so many words, the lowest first as they are written here, become the machine's. */
static void to_native(int64_t *words, int32_t count, int32_t a_value)
{
  static const uint16_t probe = 1;
  unsigned char first;
  int32_t i;
  memcpy(&first, &probe, 1);
  for (i = 0; first == 0 && i < count; i++) {
    int32_t other = i - i % a_value + a_value - 1 - i % a_value;
    if (i < other) {
      int64_t word = words[i];
      words[i] = words[other];
      words[other] = word;
    }
  }
}

static void test_decimals_of_all_widths(void **state)
{
  int64_t wide[6] = {12345, 0, -12345, -1, 0, 1};   /* 128 bits, three decimals; the last is 2^64 */
  int64_t widest[12] = {5, 0, 0, 0, -5, -1, -1, -1, 7, 0, 0, 1};
  static const int32_t narrow[3] = {125, -125, 0};
  frame f;
  crm_store *store = store_new(NULL);
  (void)state;
  to_native(wide, 6, 2);
  to_native(widest, 12, 4);
  frame_sales(&f, 3);
  frame_add(&f, "customer", "l", NULL, customers, NULL);
  frame_add(&f, "amount", "d:20,3", NULL, wide, NULL);
  frame_add(&f, "tax", "d:9,2,32", NULL, narrow, NULL);
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  /* 12.345 rounds to 12.35 although 2^64 thousandths leave room for two decimals alone */
  assert_result(document_of(store, "", "1"), "amount,tax\n12.35,1.25\n");
  assert_result(document_of(store, "", "2"), "amount,tax\n-12.35,-1.25\n");
  assert_result(document_of(store, "", "3"), "amount,tax\n18446744073709551.62,0.00\n");
  crm_store_free(store);

  store = store_new(NULL);
  frame_sales(&f, 3);
  frame_add(&f, "amount", "d:76,0,256", NULL, widest, NULL);
  frame_add(&f, "customer", "d:38,0", NULL, wide, NULL);
  f.array.length = f.columns[0].length = f.columns[1].length = f.columns[2].length = f.columns[3].length = 2;
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  assert_result(document_of(store, "", "2"), "customer,amount\n-12345,-5.00\n");
  crm_store_free(store);
}

static crm_status berlin(void *context, const char *zone, int64_t instant, int64_t *offset, int64_t *from, int64_t *to)
{
  int64_t change = INT64_C(1711846800000000);   /* 2024-03-31T01:00 UTC */
  int *asked = context;
  ++*asked;
  if (strcmp(zone, "Europe/Berlin") != 0) {
    return CRM_ERROR_NOT_FOUND;
  }
  *offset = (instant < change ? 1 : 2) * INT64_C(3600000000);
  *from = instant < change ? INT64_MIN : change;
  *to = instant < change ? change : INT64_MAX;
  return CRM_OK;
}

static void test_zones(void **state)
{
  static const int64_t instants[3] = {INT64_C(1711846799999999999), INT64_C(1711846800000000000),
                                      INT64_C(1711846800000000001)};
  crm_arrow options = CRM_ARROW_INIT;
  crm_error error = CRM_ERROR_INIT;
  int asked = 0;
  frame f;
  crm_store *store = store_new(NULL);
  (void)state;
  options.zone = berlin;
  options.zone_context = &asked;
  frame_begin(&f, 3);
  frame_add(&f, "document", "l", NULL, documents, NULL);
  frame_add(&f, "time", "tsn:Europe/Berlin", NULL, instants, NULL);
  frame_add(&f, "amount", "l", NULL, amounts, NULL);
  assert_int_equal(load_frame(store, &options, &f, NULL), CRM_OK);
  assert_int_equal(asked, 2);
  assert_result(document_of(store, "", "1"), "time\n2024-03-31T01:59:59.999999\n");
  assert_result(document_of(store, "", "2"), "time\n2024-03-31T03:00:00\n");
  assert_result(document_of(store, "", "3"), "time\n2024-03-31T03:00:00\n");
  f.fields[1].format = "tsn:Mars/Olympus";
  assert_int_equal(load_frame(store, &options, &f, &error), CRM_ERROR_TYPE);
  assert_string_equal(error.column, "time");
  f.fields[1].format = "tsn:-05:30";
  f.columns[0].offset = 0;
  f.buffers[0][1] = documents + 5;
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  assert_result(document_of(store, "", "6"), "time\n2024-03-30T19:29:59.999999\n");
  crm_store_free(store);
}

static void test_mapping(void **state)
{
  static const crm_pair map[] = {{"amount", "value"}};
  static const crm_pair set[] = {{"branch", "north"}};
  static const crm_pair lost[] = {{"amount", "nowhere"}};
  crm_arrow options = CRM_ARROW_INIT;
  crm_error error = CRM_ERROR_INIT;
  frame f;
  crm_store *store = store_new(NULL);
  (void)state;
  frame_sales(&f, 2);
  frame_add(&f, "value", "l", NULL, amounts, NULL);
  options.map = map;
  options.map_count = 1;
  options.set = set;
  options.set_count = 1;
  f.fields[0].name = "number";
  options.document = CRM_DOCUMENT_ROW;
  assert_int_equal(load_frame(store, &options, &f, NULL), CRM_OK);
  assert_result(totals_of(store), "branch,documents,net\nnorth,1,100.00\nnorth,1,200.00\n");
  options.map = lost;
  assert_int_equal(load_frame(store, &options, &f, &error), CRM_ERROR_SCHEMA);
  assert_string_equal(error.column, "amount");
  crm_store_free(store);
}

/* What the interface lets a caller say wrongly is refused, and the load goes on as if the call had not been. */
static void refused(const frame *f, crm_status status, const char *column)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  frame good;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_arrow(load, "sales", NULL, &f->schema, &f->array, &error), status);
  assert_string_equal(error.column, column);
  frame_sales(&good, 2);
  frame_add(&good, "amount", "l", NULL, amounts, NULL);
  assert_int_equal(crm_load_arrow(load, "sales", NULL, &good.schema, &good.array, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_store_documents(store), 2);
  crm_load_free(load);
  crm_store_free(store);
}

static void frame_good(frame *f)
{
  frame_sales(f, 10);
  frame_add(f, "amount", "l", NULL, amounts, NULL);
}

/* Texts that are all empty, without a buffer: then offsets are 0. */
static void test_texts_without_bytes(void **state)
{
  static const int32_t narrow[11] = {14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14};
  static const int64_t wide[11] = {14, 14, 14, 14, 14, 14, 14, 14, 14, 14, 14};
  static const int64_t zeros[11];
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = store_new(NULL);
  frame f;
  (void)state;
  frame_good(&f);
  frame_add(&f, "branch", "u", NULL, narrow, NULL)->n_buffers = 3;
  refused(&f, CRM_ERROR_ARGUMENT, "branch");
  frame_good(&f);
  frame_add(&f, "branch", "U", NULL, wide, NULL)->n_buffers = 3;
  refused(&f, CRM_ERROR_ARGUMENT, "branch");
  frame_good(&f);
  frame_add(&f, "branch", "u", NULL, zeros, NULL)->n_buffers = 3;
  frame_add(&f, "customer", "U", NULL, zeros, NULL)->n_buffers = 3;
  assert_int_equal(load_frame(store, NULL, &f, &error), CRM_OK);
  assert_int_equal(crm_store_documents(store), 10);
  crm_store_free(store);
}

static void test_lies_about_structure(void **state)
{
  frame f;
  (void)state;
  frame_good(&f);
  f.schema.format = "l";
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.schema.release = NULL;
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.field_list[1] = NULL;
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.array.release = NULL;
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.array.n_children = 2;
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.array.length = -1;
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.array.length = INT64_MAX;
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.array.offset = 5;
  refused(&f, CRM_ERROR_ARGUMENT, "document");
  frame_good(&f);
  f.column_list[2] = NULL;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
}

static void test_lies_about_columns(void **state)
{
  static const char *const formats[] = {"e", "+l", "w:4", "", "d:", "d:0,2", "d:10", "d:10,2,17", "tsx:", "ts", "tts",
                                        "tDs", "d:10,2,128,", "d:99999999999,2", "?"};
  static const uint8_t row_less[2] = {0xFF, 0x01};
  frame f;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof formats / sizeof formats[0]; i++) {
    frame_good(&f);
    f.fields[2].format = formats[i];
    refused(&f, CRM_ERROR_TYPE, "amount");
  }
  frame_good(&f);
  f.columns[2].length = 9;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.columns[2].offset = -1;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.columns[2].offset = INT64_MAX;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.columns[2].n_buffers = 1;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.columns[2].n_buffers = 3;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.buffers[2][1] = NULL;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.columns[2].null_count = 4;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.columns[2].null_count = 11;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.buffers[2][1] = (const char *)amounts + 1;
  refused(&f, CRM_ERROR_ARGUMENT, "amount");
  frame_good(&f);
  f.array.null_count = -1;
  f.none[0] = row_less;
  refused(&f, CRM_ERROR_ARGUMENT, "");
  frame_good(&f);
  f.columns[1].release = NULL;
  refused(&f, CRM_ERROR_ARGUMENT, "time");
}

static void test_lies_about_texts(void **state)
{
  static const int32_t falling[11] = {0, 1, 2, 1, 4, 5, 6, 7, 8, 9, 10};
  static const int64_t below[11] = {-1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  static const double broken[10] = {1, 2, 3, 4.5, 5, 6, 7, 8, 9, 10};
  static const uint64_t huge[10] = {1, 2, UINT64_MAX, 4, 5, 6, 7, 8, 9, 10};
  static const int8_t indices[10] = {0, 1, 2, 0, 0, 0, 0, 0, 0, 0};
  static const int64_t sizes[1] = {10};
  text_view views[10];
  int32_t place[2] = {0, 5};
  frame f;
  frame words;
  (void)state;
  frame_good(&f);
  frame_add(&f, "customer", "u", NULL, falling, "0123456789");
  refused(&f, CRM_ERROR_ARGUMENT, "customer");
  frame_good(&f);
  frame_add(&f, "customer", "U", NULL, below, "0123456789");
  refused(&f, CRM_ERROR_ARGUMENT, "customer");
  frame_good(&f);
  frame_add(&f, "customer", "g", NULL, broken, NULL);
  refused(&f, CRM_ERROR_TYPE, "customer");
  frame_good(&f);
  frame_add(&f, "customer", "L", NULL, huge, NULL);
  refused(&f, CRM_ERROR_TYPE, "customer");
  frame_good(&f);
  frame_add(&f, "customer", "b", NULL, indices, NULL);
  refused(&f, CRM_ERROR_TYPE, "customer");
  frame_good(&f);
  frame_add(&f, "customer", "c", NULL, indices, NULL);
  frame_begin(&words, 2);
  frame_add(&words, "", "u", NULL, falling, "0123456789");
  f.fields[3].dictionary = &words.fields[0];
  refused(&f, CRM_ERROR_ARGUMENT, "customer");
  f.columns[3].dictionary = &words.columns[0];
  refused(&f, CRM_ERROR_ARGUMENT, "customer");
  memset(views, 0, sizeof views);
  views[9].length = 13;
  memcpy(views[9].text + 4, place, sizeof place);
  frame_good(&f);
  frame_add(&f, "customer", "vu", NULL, views, "0123456789");
  f.columns[3].n_buffers = 4;
  f.buffers[3][3] = sizes;
  refused(&f, CRM_ERROR_ARGUMENT, "customer");
  views[9].length = -1;
  refused(&f, CRM_ERROR_ARGUMENT, "customer");
  views[9].length = 3;
  f.buffers[3][3] = (const char *)sizes + 1;   /* not aligned */
  refused(&f, CRM_ERROR_ARGUMENT, "customer");
}

/* ---- out, and in again */

static const char *const csv = "document,time,customer,amount,quantity\n1,2024-01-01T10:00,a,1.50,2\n"
                               "2,2024-02-01,b,-3.25,1\n3,2024-03-01T00:00:00.5,,7,\n4,2024-03-02,long name,9,1\n";

static void write_csv(text_buffer *buffer, const crm_table *table)
{
  text_add_table(buffer, table);
}

/* Reads the customers of an exported table as sales of another store: keys, text, times and money come through. */
static void reload(struct ArrowArrayStream *stream, const char *expected)
{
  static const crm_pair map[] = {{"time", "first"}, {"amount", "spend"}};
  crm_arrow options = CRM_ARROW_INIT;
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  options.map = map;
  options.map_count = 2;
  options.document = CRM_DOCUMENT_ROW;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_arrow_stream(load, "sales", &options, stream, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  assert_result(customer_table(store), expected);
  crm_store_free(store);
}

static void test_a_table_comes_back(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table;
  struct ArrowArrayStream stream;
  struct ArrowSchema schema;
  struct ArrowSchema again;
  struct ArrowArray array;
  struct ArrowArray column;
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  (void)state;
  put(store, "sales", csv, "");
  table = customer_table(store);
  write_csv(&before, table);
  assert_int_equal(crm_table_arrow_stream(table, CRM_ARROW_DECIMAL, &stream, NULL), CRM_OK);
  reload(&stream, "customer,spend,first\nlong name,9.00,2024-03-02\na,1.50,2024-01-01\n");
  assert_int_equal(stream.get_schema(&stream, &schema), 0);
  assert_int_equal(stream.get_schema(&stream, &again), 0);
  assert_int_equal(stream.get_next(&stream, &array), 0);
  assert_null(array.release);   /* it was read to its end */
  stream.release(&stream);
  assert_null(stream.release);
  assert_string_equal(schema.format, "+s");
  assert_string_equal(schema.children[3]->format, "d:19,2");
  assert_string_equal(schema.children[0]->format, "U");
  schema.release(&schema);
  assert_string_equal(again.children[3]->name, "spend");
  again.release(&again);
  write_csv(&after, table);
  assert_text_same(&before, &after, "a table that was exported");

  assert_int_equal(crm_table_arrow_move(&table, CRM_ARROW_MINOR, &schema, &array, NULL), CRM_OK);
  assert_null(table);
  crm_store_free(store);
  assert_string_equal(schema.children[3]->format, "l");
  assert_int_equal(((const int64_t *)array.children[3]->buffers[1])[0], 900);
  column = *array.children[3];   /* a child is moved out and outlives its parent */
  array.children[3]->release = NULL;
  array.release(&array);
  schema.release(&schema);
  assert_int_equal(((const int64_t *)column.buffers[1])[1], 150);
  column.release(&column);
  text_free(&before);
  text_free(&after);
}

static void test_wrong_calls(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  struct ArrowArray array;
  struct ArrowSchema schema;
  struct ArrowArrayStream stream;
  crm_load *load = NULL;
  (void)state;
  memset(&stream, 0, sizeof stream);
  assert_int_equal(crm_store_schema(store, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_arrow(NULL, 0, NULL, &array, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_table_arrow(table, 2, NULL, &array, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_table_arrow_schema(table, 0, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_table_arrow_move(NULL, 0, &schema, &array, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_arrow_stream(load, "sales", NULL, &stream, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_table_arrow_stream(table, 0, &stream, NULL), CRM_OK);
  assert_int_equal(crm_load_arrow_stream(load, "sales", NULL, &stream, NULL), CRM_ERROR_SCHEMA);
  stream.release(&stream);
  crm_load_free(load);
  crm_table_free(table);
  crm_store_free(store);
}

/* A dictionary over a column of a frame, and the indices into it. */
static void frame_dictionary(frame *f, int64_t at, const char *indices, const void *places, struct ArrowSchema *schema,
                             struct ArrowArray *array, const void **buffers)
{
  memset(schema, 0, sizeof *schema);
  schema->format = f->fields[at].format;
  schema->release = release_schema;
  memset(array, 0, sizeof *array);
  array->length = 3;
  array->n_buffers = 2;
  array->null_count = buffers[0] == NULL ? 0 : -1;
  array->buffers = buffers;
  array->release = release_array;
  f->fields[at].format = indices;
  f->fields[at].dictionary = schema;
  f->columns[at].dictionary = array;
  f->buffers[at][1] = places;
}

#define REPEATS 4096
#define LONG 65536

/* A text of 64 KiB that thousands of rows name, by a dictionary and by views, and a dictionary of nulls that says it is
 * without end: what is copied at a time stays small. */
static void test_one_text_for_all_rows(void **state)
{
  static int64_t numbers[REPEATS];
  static int32_t when[REPEATS];
  static uint8_t zeros[REPEATS];
  static text_view views[REPEATS];
  static char text[LONG];
  static const int64_t offsets[2] = {0, LONG};
  static const int64_t sizes[1] = {LONG};
  const void *texts[3] = {NULL, offsets, text};
  const void *nothing[1] = {NULL};
  struct ArrowSchema schemas[2];
  struct ArrowArray arrays[2];
  crm_config config = CRM_CONFIG_INIT;
  crm_store *store = NULL;
  int i;
  frame f;
  (void)state;
  memset(text, 'x', sizeof text);
  for (i = 0; i < REPEATS; i++) {
    numbers[i] = i + 1;
    when[i] = 19723;
    views[i].length = LONG;   /* from the beginning of the first buffer */
  }
  config.memory_limit = (uint64_t)96 << 20;
  assert_int_equal(crm_store_create(&config, NULL, &store, NULL), CRM_OK);
  frame_begin(&f, REPEATS);
  frame_add(&f, "document", "l", NULL, numbers, NULL);
  frame_add(&f, "time", "tdD", NULL, when, NULL);
  frame_add(&f, "amount", "l", NULL, numbers, NULL);
  frame_add(&f, "customer", "U", NULL, zeros, NULL);
  frame_dictionary(&f, 3, "C", zeros, &schemas[0], &arrays[0], texts);
  arrays[0].length = 1;
  arrays[0].n_buffers = 3;
  frame_add(&f, "product", "vu", NULL, views, text);
  f.columns[4].n_buffers = 4;
  f.buffers[4][3] = sizes;
  frame_add(&f, "staff", "n", NULL, zeros, NULL);
  frame_dictionary(&f, 5, "C", zeros, &schemas[1], &arrays[1], nothing);
  arrays[1].length = INT64_C(1) << 40;
  arrays[1].n_buffers = 0;
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  assert_int_equal(crm_store_customers(store), 1);
  assert_int_equal(crm_store_lines(store), REPEATS);
  crm_store_free(store);
}

#define HUGE_TEXT (12 << 20)

/* Fewer rows than are read together at least, with texts that are too long for that: what lies behind them is not read,
 * here views without sense and indices of nothing. */
static void test_few_rows_of_huge_texts(void **state)
{
  static text_view views[8];
  static uint8_t places[8] = {0, 0, 0, 99, 99, 99, 99, 99};
  static const int64_t offsets[2] = {0, HUGE_TEXT};
  static const int64_t sizes[1] = {HUGE_TEXT};
  char *text = malloc(HUGE_TEXT);
  const void *texts[3] = {NULL, offsets, text};
  struct ArrowSchema schema;
  struct ArrowArray array;
  crm_error error = CRM_ERROR_INIT;
  int dictionary;
  int i;
  (void)state;
  assert_non_null(text);
  memset(text, 'x', HUGE_TEXT);
  for (i = 0; i < 8; i++) {
    views[i].length = i < 3 ? HUGE_TEXT : -1;
  }
  for (dictionary = 0; dictionary < 2; dictionary++) {
    crm_store *store = store_new(NULL);
    frame f;
    frame_sales(&f, 3);
    frame_add(&f, "amount", "l", NULL, amounts, NULL);
    if (dictionary) {
      frame_add(&f, "product", "U", NULL, places, NULL);
      frame_dictionary(&f, 3, "C", places, &schema, &array, texts);
      array.length = 1;
      array.n_buffers = 3;
    } else {
      frame_add(&f, "product", "vu", NULL, views, text);
      f.columns[3].n_buffers = 4;
      f.buffers[3][3] = sizes;
    }
    if (load_frame(store, NULL, &f, &error) != CRM_OK) {
      fail_msg("%s", error.message);
    }
    assert_int_equal(crm_store_lines(store), 3);
    crm_store_free(store);
  }
  free(text);
}

/* Numbers, days and truths, by indices of every width; a null of the dictionary is one of its rows. */
static void test_dictionaries_of_all_types(void **state)
{
  static const int8_t i8[4] = {2, 0, 1, 2};
  static const uint8_t u8[4] = {2, 0, 1, 2};
  static const int16_t i16[4] = {2, 0, 1, 2};
  static const uint16_t u16[4] = {2, 0, 1, 2};
  static const int32_t i32[4] = {2, 0, 1, 2};
  static const uint32_t u32[4] = {2, 0, 1, 2};
  static const int64_t i64[4] = {2, 0, 1, 2};
  static const uint64_t u64[4] = {2, 0, 1, 2};
  static const struct {
    const char *format;
    const void *indices;
  } widths[] = {{"c", i8}, {"C", u8}, {"s", i16}, {"S", u16}, {"i", i32}, {"I", u32}, {"l", i64}, {"L", u64}};
  static const uint64_t beyond[4] = {0, UINT64_MAX, 0, 0};
  static const int64_t who[3] = {7, 8, 9};
  static const int32_t when[3] = {19723, 19724, 19725};
  static const uint8_t there[1] = {0x05};   /* 8 is none */
  static const uint8_t truths[1] = {0x06};
  struct ArrowSchema schemas[3];
  struct ArrowArray arrays[3];
  const void *whos[2] = {there, who};
  const void *whens[2] = {NULL, when};
  const void *truth[2] = {NULL, truths};
  crm_error error = CRM_ERROR_INIT;
  frame f;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof widths / sizeof widths[0]; i++) {
    crm_store *store = store_new(NULL);
    frame_begin(&f, 4);
    frame_add(&f, "document", "l", NULL, documents, NULL);
    frame_add(&f, "time", "tdD", NULL, NULL, NULL);
    frame_add(&f, "customer", "l", NULL, NULL, NULL);
    frame_add(&f, "amount", "l", NULL, amounts, NULL);
    frame_dictionary(&f, 1, widths[i].format, widths[i].indices, &schemas[0], &arrays[0], whens);
    frame_dictionary(&f, 2, widths[i].format, widths[i].indices, &schemas[1], &arrays[1], whos);
    assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
    /* rows 1 and 4 are of the 9th, on the third day; row 3 of nobody */
    assert_result(customer_table(store), "customer,spend,orders,first\n9,500.00,2,2024-01-03\n7,200.00,1,2024-01-01\n");
    assert_result(document_of(store, "", "3"), "time,customer,amount\n2024-01-02T00:00:00,,300.00\n");
    f.buffers[2][1] = beyond;
    f.fields[2].format = "L";
    assert_int_equal(load_frame(store, NULL, &f, &error), CRM_ERROR_ARGUMENT);
    assert_int_equal(error.row, 2);
    f.buffers[2][1] = widths[i].indices;
    f.fields[2].format = widths[i].format;
    frame_add(&f, "kind", "b", NULL, NULL, NULL);
    frame_dictionary(&f, 4, widths[i].format, widths[i].indices, &schemas[2], &arrays[2], truth);
    assert_int_equal(load_frame(store, NULL, &f, &error), CRM_ERROR_TYPE);   /* a kind is no truth */
    assert_string_equal(error.column, "kind");
    crm_store_free(store);
  }
}

/* A number that says who it was has to be a whole one of 64 bits; no number is nobody. */
static void test_keys_are_whole(void **state)
{
  static const uint64_t large[3] = {1, UINT64_C(1) << 63, 3};
  static const double parts[3] = {1, 2.5, 3};
  static const float huge[3] = {1, 1e30F, 3};
  static int64_t tenths[6] = {10, 0, 25, 0, 30, 0};
  static int64_t wide[6] = {10, 0, 0, 1, 30, 0};
  static const struct {
    const char *format;
    const void *values;
  } wrong[] = {{"L", large}, {"g", parts}, {"f", huge}, {"d:20,1", tenths}, {"d:38,0", wide}};
  double none[3];
  crm_store *store = store_new(NULL);
  frame f;
  size_t i;
  (void)state;
  to_native(tenths, 6, 2);
  to_native(wide, 6, 2);
  for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    crm_error error = CRM_ERROR_INIT;
    frame_sales(&f, 3);
    frame_add(&f, "amount", "l", NULL, amounts, NULL);
    frame_add(&f, "customer", wrong[i].format, NULL, wrong[i].values, NULL);
    assert_int_equal(load_frame(store, NULL, &f, &error), CRM_ERROR_TYPE);
    assert_string_equal(error.column, "customer");
    assert_int_equal(error.row, 2);
  }
  none[0] = none[2] = 12;
  memset(&none[1], 0xFF, sizeof none[1]);   /* a NaN */
  frame_sales(&f, 3);
  frame_add(&f, "amount", "l", NULL, amounts, NULL);
  frame_add(&f, "customer", "g", NULL, none, NULL);
  assert_int_equal(load_frame(store, NULL, &f, NULL), CRM_OK);
  assert_result(customer_table(store), "customer,spend,orders\n12,400.00,2\n");
  assert_result(document_of(store, "", "2"), "customer,amount\n,200.00\n");
  crm_store_free(store);
}

/* ---- streams and hosts that say no */

static int no_schema(struct ArrowArrayStream *stream, struct ArrowSchema *schema)
{
  (void)stream;
  (void)schema;
  return 5;
}

static int no_array(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
  (void)stream;
  (void)array;
  return 5;
}

static const char *last_words(struct ArrowArrayStream *stream)
{
  return stream->private_data;
}

static void release_stream(struct ArrowArrayStream *stream)
{
  stream->release = NULL;
}

static crm_status say_no(void *context, int64_t bytes, int64_t rows)
{
  (void)context;
  (void)bytes;
  (void)rows;
  return CRM_ERROR_CANCELLED;
}

static void test_hosts_that_say_no(void **state)
{
  static char words[] = "the line is dead";
  crm_store *store = store_new(NULL);
  crm_arrow options = CRM_ARROW_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_load *load = NULL;
  struct ArrowArrayStream stream;
  frame f;
  (void)state;
  memset(&stream, 0, sizeof stream);
  stream.get_schema = no_schema;
  stream.get_next = no_array;
  stream.release = release_stream;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_arrow_stream(load, "sales", NULL, &stream, &error), CRM_ERROR_IO);
  assert_string_equal(error.message, "the stream says: nothing");
  stream.get_last_error = last_words;
  stream.private_data = words;
  assert_int_equal(crm_load_arrow_stream(load, "sales", NULL, &stream, &error), CRM_ERROR_IO);
  assert_string_equal(error.message, "the stream says: the line is dead");
  frame_sales(&f, 3);
  frame_add(&f, "amount", "l", NULL, amounts, NULL);
  options.minor = 2;
  assert_int_equal(crm_load_arrow(load, "sales", &options, &f.schema, &f.array, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "minor");
  crm_load_progress(load, say_no, NULL);
  assert_int_equal(crm_load_arrow(load, "sales", NULL, &f.schema, &f.array, &error), CRM_ERROR_CANCELLED);
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 0);
  assert_verifies(store);
  crm_store_free(store);
}

/* ---- no memory */

static crm_status export_and_load(const crm_config *config)
{
  static const double reals[3] = {1, 2, 3};
  crm_store *store = NULL;
  crm_load *load = NULL;
  crm_table *table = NULL;
  struct ArrowArrayStream stream;
  struct ArrowArray array;
  struct ArrowSchema schema;
  frame f;
  crm_status status = crm_store_create(config, NULL, &store, NULL);
  frame_sales(&f, 3);
  frame_add(&f, "amount", "g", NULL, reals, NULL);
  status = status == CRM_OK ? crm_load_begin(store, NULL, &load, NULL) : status;
  status = status == CRM_OK ? crm_load_arrow(load, "sales", NULL, &f.schema, &f.array, NULL) : status;
  status = status == CRM_OK ? crm_load_commit(load, NULL) : status;
  crm_load_free(load);
  status = status == CRM_OK ? crm_store_document(store, "", "1", &table, NULL) : status;
  if (status == CRM_OK) {
    status = crm_table_arrow_stream(table, CRM_ARROW_DECIMAL, &stream, NULL);
    if (status == CRM_OK) {
      status = stream.get_schema(&stream, &schema) == 0 ? CRM_OK : CRM_ERROR_MEMORY;
      if (status == CRM_OK) {
        schema.release(&schema);
      }
      stream.release(&stream);
    }
  }
  if (status == CRM_OK) {
    status = crm_table_arrow_move(&table, CRM_ARROW_DECIMAL, NULL, &array, NULL);
    if (status == CRM_OK) {
      array.release(&array);
    }
  }
  crm_table_free(table);
  crm_store_free(store);
  return status;
}

static int scenario(const crm_config *config, void *user)
{
  (void)user;
  return export_and_load(config);
}

static void test_every_allocation_fails_once(void **state)
{
  (void)state;
  test_fault_drive(scenario, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_columns_without_a_copy),
    cmocka_unit_test(test_slices_and_nulls),
    cmocka_unit_test(test_widths_and_texts),
    cmocka_unit_test(test_views_and_dictionaries),
    cmocka_unit_test(test_decimals_of_all_widths),
    cmocka_unit_test(test_zones),
    cmocka_unit_test(test_mapping),
    cmocka_unit_test(test_few_rows_of_huge_texts),
    cmocka_unit_test(test_texts_without_bytes), cmocka_unit_test(test_lies_about_structure),
    cmocka_unit_test(test_lies_about_columns),
    cmocka_unit_test(test_lies_about_texts),
    cmocka_unit_test(test_a_table_comes_back),
    cmocka_unit_test(test_wrong_calls),
    cmocka_unit_test(test_one_text_for_all_rows),
    cmocka_unit_test(test_dictionaries_of_all_types),
    cmocka_unit_test(test_keys_are_whole),
    cmocka_unit_test(test_hosts_that_say_no),
    cmocka_unit_test(test_every_allocation_fails_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
