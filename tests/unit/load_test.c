/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Loads by batches of columns: what is taken, what is refused, and what a refused call leaves behind. */

static crm_load *begin(crm_store *store)
{
  crm_load *load = NULL;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  return load;
}

static crm_column column(const char *name, int32_t type, int64_t rows, const void *values)
{
  crm_column made = CRM_COLUMN_INIT;
  made.name = name;
  made.type = type;
  made.rows = rows;
  made.values = values;
  return made;
}

static crm_column text_column(const char *name, int64_t rows, const int64_t *offsets, const char *bytes)
{
  crm_column made = column(name, CRM_TYPE_TEXT, rows, NULL);
  made.offsets = offsets;
  made.bytes = bytes;
  return made;
}

static crm_batch batch_of(const crm_column *columns, int64_t count, int64_t rows)
{
  crm_batch batch = CRM_BATCH_INIT;
  batch.columns = columns;
  batch.column_count = count;
  batch.rows = rows;
  return batch;
}

static const int64_t keys3[] = {1, 2, 3};
static const int64_t times3[] = {0, CRM_DAY, 2 * CRM_DAY};
static const int64_t money3[] = {100, 200, 300};

static int64_t days_from(int32_t year, int32_t month, int32_t day)
{
  return facts_day(year, month, day) / CRM_DAY;
}

/* Three documents of three customers on three days. */
static void three(crm_column *columns)
{
  columns[0] = column("document", CRM_TYPE_INTEGER, 3, keys3);
  columns[1] = column("time", CRM_TYPE_TIME, 3, times3);
  columns[2] = column("customer", CRM_TYPE_INTEGER, 3, keys3);
  columns[3] = column("amount", CRM_TYPE_MONEY, 3, money3);
  columns[3].scale = 2;
}

static crm_load_counts counts_of(const crm_load *load)
{
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  assert_int_equal(crm_load_count(load, "sales", &counts, NULL), CRM_OK);
  return counts;
}

/* Appends in a load of its own; the load has to go on with good rows after a refusal, the store as it was. */
static void refused(const crm_column *columns, int64_t count, int64_t rows, crm_status expected)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column good[4];
  crm_batch batch = batch_of(columns, count, rows);
  crm_error error = CRM_ERROR_INIT;
  crm_status status = crm_load_append(load, "sales", &batch, &error);
  if (status != expected) {
    fail_msg("%s instead of %s", crm_status_name(status), crm_status_name(expected));
  }
  assert_int_equal(error.status, expected);
  assert_true(error.message[0] != '\0');
  three(good);
  batch = batch_of(good, 4, 3);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(counts_of(load).rows, 3);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_counts(counts_of(load), 3, 0, 0);
  crm_load_free(load);
  assert_verifies(store);
  assert_int_equal(crm_store_documents(store), 3);
  crm_store_free(store);
}

static void test_typed_columns(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[4];
  crm_batch batch;
  crm_load_counts counts;
  (void)state;
  three(columns);
  batch = batch_of(columns, 4, 3);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_store_documents(store), 0);
  assert_int_equal(crm_store_version(store), 0);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  counts = counts_of(load);
  assert_counts(counts, 3, 0, 0);
  assert_int_equal(counts.amount_in, 600);
  assert_int_equal(counts.amount_accepted, 600);
  crm_load_free(load);
  assert_int_equal(crm_store_version(store), 1);
  assert_int_equal(crm_store_documents(store), 3);
  assert_int_equal(crm_store_lines(store), 3);
  assert_int_equal(crm_store_customers(store), 3);
  assert_int_equal(crm_store_horizon(store), 3 * CRM_DAY);
  assert_result(document_of(store, "", "2"), "document,time,customer,kind,class,amount\n"
                                             "2,1970-01-02T00:00:00,2,sale,goods,2.00\n");
  assert_verifies(store);
  crm_store_free(store);
}

/* Every type that a column takes says the same: 2 units of 1.50 on 1970-01-02. */
static void test_types_agree(void **state)
{
  static const int64_t one_i[] = {7};
  static const int64_t text1[] = {0, 1};
  static const int64_t text4[] = {0, 4};
  static const int64_t text10[] = {0, 10};
  static const int32_t date[] = {1};
  static const int64_t time[] = {INT64_C(86400000000)};
  static const int64_t money[] = {150};
  static const int64_t decimal[] = {1500000};
  static const int64_t two[] = {2};
  static const int64_t two_scaled[] = {2000000};
  static const uint8_t bit[] = {1};
  crm_column keys[2];
  crm_column times[3];
  crm_column amounts[3];
  crm_column quantities[3];
  crm_column versions[3];
  int a, k, t, q, v;
  int n = 0;
  crm_store *store = store_new(NULL);
  (void)state;
  keys[0] = column("document", CRM_TYPE_INTEGER, 1, one_i);
  keys[1] = text_column("document", 1, text1, "7");
  times[0] = column("time", CRM_TYPE_TIME, 1, time);
  times[1] = column("time", CRM_TYPE_DATE, 1, date);
  times[2] = text_column("time", 1, text10, "1970-01-02");
  amounts[0] = column("price", CRM_TYPE_MONEY, 1, money);
  amounts[0].scale = 2;
  amounts[1] = column("price", CRM_TYPE_DECIMAL, 1, decimal);
  amounts[1].scale = 6;
  amounts[2] = text_column("price", 1, text4, "1.50");
  quantities[0] = column("quantity", CRM_TYPE_INTEGER, 1, two);
  quantities[1] = column("quantity", CRM_TYPE_DECIMAL, 1, two_scaled);
  quantities[1].scale = 6;
  quantities[2] = text_column("quantity", 1, text4, "2e00");
  versions[0] = column("version", CRM_TYPE_INTEGER, 1, bit);
  versions[0].values = one_i + 0;
  versions[1] = text_column("version", 1, text1, "7");
  versions[2] = versions[1];
  for (k = 0; k < 2; k++) {
    for (t = 0; t < 3; t++) {
      for (a = 0; a < 3; a++) {
        for (q = 0; q < 3; q++) {
          for (v = 0; v < 2; v++) {
            crm_column columns[5];
            crm_batch batch = batch_of(columns, 5, 1);
            crm_load *load = begin(store);
            crm_error error = CRM_ERROR_INIT;
            columns[0] = keys[k];
            columns[1] = times[t];
            columns[2] = amounts[a];
            columns[3] = quantities[q];
            columns[4] = versions[v];
            if (crm_load_append(load, "sales", &batch, &error) != CRM_OK) {
              fail_msg("%s %s", error.message, error.column);
            }
            assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
            assert_counts(counts_of(load), n == 0 ? 1 : 0, n == 0 ? 0 : 1, 0);
            crm_load_free(load);
            n++;
          }
        }
      }
    }
  }
  assert_int_equal(crm_store_version(store), 1);
  assert_result(document_of(store, "", "7"), "document,time,quantity,price,amount,version\n"
                                             "7,1970-01-02T00:00:00,2.000,1.50,3.00,7\n");
  crm_store_free(store);
}

/* INTEGER is whole units of money. */
static void test_integer_money(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[4];
  crm_batch batch = batch_of(columns, 4, 3);
  (void)state;
  three(columns);
  columns[3].type = CRM_TYPE_INTEGER;
  columns[3].scale = 0;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(counts_of(load).amount_in, 60000);
  crm_load_free(load);
  crm_store_free(store);
}

/* Decimals of any scale are rounded half away from zero, and counted where that changed them. */
static void test_decimal_scales(void **state)
{
  static const int64_t values[] = {125, -125, 124};
  static const int64_t texts[] = {0, 5, 11, 16};
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[5];
  crm_batch batch = batch_of(columns, 5, 3);
  (void)state;
  three(columns);
  columns[3].type = CRM_TYPE_DECIMAL;
  columns[3].scale = 3;
  columns[3].values = values;
  columns[4] = text_column("kind", 3, texts, "sale sale  sale ");
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(counts_of(load).rounded, 3);
  assert_int_equal(counts_of(load).amount_in, 13 - 13 + 12);
  crm_load_free(load);
  assert_result(document_of(store, "", "1"), "amount\n0.13\n");
  assert_result(document_of(store, "", "2"), "amount,kind\n-0.13,sale\n");
  assert_result(document_of(store, "", "3"), "amount\n0.12\n");
  crm_store_free(store);
}

static void test_wrong_types(void **state)
{
  static const int32_t wrong[][2] = {
      {0, CRM_TYPE_DECIMAL}, {0, CRM_TYPE_MONEY},   {0, CRM_TYPE_TIME},    {0, CRM_TYPE_BOOLEAN},
      {1, CRM_TYPE_INTEGER}, {1, CRM_TYPE_DECIMAL}, {1, CRM_TYPE_BOOLEAN}, {2, CRM_TYPE_DATE},
      {3, CRM_TYPE_TIME},    {3, CRM_TYPE_BOOLEAN}, {3, CRM_TYPE_DATE},
  };
  crm_column columns[5];
  size_t i;
  (void)state;
  for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    three(columns);
    columns[wrong[i][0]].type = wrong[i][1];
    columns[wrong[i][0]].scale = 0;
    refused(columns, 4, 3, CRM_ERROR_TYPE);
  }
  three(columns);
  columns[4] = column("kind", CRM_TYPE_INTEGER, 3, keys3);
  refused(columns, 5, 3, CRM_ERROR_TYPE);
  columns[4] = column("quantity", CRM_TYPE_MONEY, 3, keys3);
  refused(columns, 5, 3, CRM_ERROR_TYPE);
}

/* Columns that lie about themselves. */
static void test_lying_columns(void **state)
{
  static const int64_t falling[] = {0, 2, 1, 3};
  static const int64_t negative[] = {-1, 0, 1, 2};
  static const int64_t starts[] = {0, 1, 2, INT64_MIN};
  crm_column columns[4];
  int i;
  (void)state;
  for (i = 0; i < 14; i++) {
    three(columns);
    switch (i) {
    case 0:
      columns[0] = text_column("document", 3, falling, "abc");
      break;
    case 1:
      columns[0] = text_column("document", 3, negative, "abc");
      break;
    case 2:
      columns[0] = text_column("document", 3, starts, "abc");
      break;
    case 3:
      columns[0] = text_column("document", 3, NULL, "abc");
      break;
    case 4:
      columns[0] = text_column("document", 3, starts, NULL);
      break;
    case 5:
      columns[1].values = NULL;
      break;
    case 6:
      columns[1].rows = 2;
      break;
    case 7:
      columns[1].rows = -1;
      break;
    case 8:
      columns[3].scale = -1;
      break;
    case 9:
      columns[3].type = CRM_TYPE_DECIMAL;
      columns[3].scale = 19;
      break;
    case 10:
      columns[2].name = NULL;
      break;
    case 11:
      columns[2].type = 99;
      break;
    case 12:
      columns[2].struct_size = 4;
      break;
    default:
      columns[2].struct_size = 0;
      break;
    }
    {
      crm_store *store = store_new(NULL);
      crm_load *load = begin(store);
      crm_batch batch = batch_of(columns, 4, 3);
      crm_status status = crm_load_append(load, "sales", &batch, NULL);
      if (i == 9 || i == 11) {
        assert_true(status == CRM_ERROR_ARGUMENT || status == CRM_ERROR_TYPE);
      } else if (status != CRM_ERROR_ARGUMENT) {
        fail_msg("case %d: %s", i, crm_status_name(status));
      }
      assert_int_equal(counts_of(load).rows, 0);
      assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
      crm_load_free(load);
      assert_int_equal(crm_store_documents(store), 0);
      crm_store_free(store);
    }
  }
  three(columns);
  refused(columns, 4, -1, CRM_ERROR_ARGUMENT);
  refused(NULL, 4, 3, CRM_ERROR_ARGUMENT);
  refused(columns, -1, 3, CRM_ERROR_ARGUMENT);
  refused(columns, 4, INT64_MAX, CRM_ERROR_ARGUMENT);
}

/* A validity bitmap hides values, and what is hidden is not looked at. */
static void test_validity(void **state)
{
  static const uint8_t middle[] = {2};
  static const int64_t wild[] = {INT64_MIN, 5, INT64_MAX};
  static const int64_t offsets[] = {0, 0, 1, 1};
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[6];
  crm_batch batch = batch_of(columns, 6, 3);
  (void)state;
  three(columns);
  columns[2].validity = middle;
  columns[3].values = wild;
  columns[3].validity = middle;
  columns[4] = column("price", CRM_TYPE_INTEGER, 3, keys3);
  columns[5] = text_column("quantity", 3, offsets, "9");
  columns[5].validity = middle;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_counts(counts_of(load), 1, 0, 2);
  {
    crm_table *table = NULL;
    assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
    assert_result(table, "table,row,column,cause\nsales,1,amount,missing\nsales,3,amount,missing\n");
  }
  crm_load_free(load);
  assert_result(document_of(store, "", "2"), "customer,amount,quantity,price\n2,0.05,9.000,2.00\n");
  crm_store_free(store);
}

/* Texts that are all empty need no bytes, but then they begin nowhere else. */
static void test_texts_without_bytes(void **state)
{
  static const int64_t nowhere[] = {0, 0, 0, 0};
  static const int64_t elsewhere[] = {14, 14, 14, 14};
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[5];
  crm_batch batch = batch_of(columns, 5, 3);
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  three(columns);
  columns[2] = text_column("customer", 3, elsewhere, NULL);
  columns[4] = text_column("branch", 3, nowhere, NULL);
  assert_int_equal(crm_load_append(load, "sales", &batch, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "customer");
  columns[2].offsets = nowhere;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  columns[0] = text_column("document", 3, nowhere, NULL);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_counts(counts_of(load), 3, 0, 3);
  crm_load_free(load);
  assert_result(document_of(store, "", "2"), "customer,branch,amount\n,,2.00\n");
  crm_store_free(store);
}

static void test_unknown_names(void **state)
{
  crm_column columns[6];
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_batch batch = batch_of(columns, 6, 3);
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  three(columns);
  columns[4] = column("favourite_colour", CRM_TYPE_INTEGER, 3, keys3);
  columns[5] = column("Amount", CRM_TYPE_INTEGER, 3, keys3);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_append(load, "nonsense", &batch, &error), CRM_ERROR_SCHEMA);
  assert_int_equal(crm_load_append(load, NULL, &batch, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_append(load, "sales", NULL, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_append(NULL, "sales", &batch, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(counts_of(load).ignored_columns, 2);
  crm_load_free(load);
  crm_store_free(store);
  three(columns);
  columns[4] = columns[3];
  refused(columns, 5, 3, CRM_ERROR_SCHEMA);
}

static void test_required_columns(void **state)
{
  crm_column columns[4];
  (void)state;
  three(columns);
  refused(columns + 1, 3, 3, CRM_ERROR_SCHEMA);
  three(columns);
  columns[1] = columns[0];
  columns[1].name = "line";
  refused(columns, 4, 3, CRM_ERROR_SCHEMA);
  refused(columns, 0, 3, CRM_ERROR_SCHEMA);
  refused(columns, 0, 0, CRM_ERROR_SCHEMA);
}

static void test_no_rows_and_one_row(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[4];
  crm_batch batch = batch_of(columns, 4, 0);
  int32_t c;
  (void)state;
  three(columns);
  for (c = 0; c < 4; c++) {
    columns[c].rows = 0;
    columns[c].values = NULL;
  }
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  columns[0] = text_column("document", 0, NULL, NULL);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(counts_of(load).rows, 0);
  crm_load_free(load);
  assert_int_equal(crm_store_version(store), 0);
  assert_int_equal(crm_store_horizon(store), CRM_TIME_UNSET_TO);
  assert_verifies(store);
  put(store, "sales", "document,time,amount\n1,2024-01-01,1\n", "");
  assert_int_equal(crm_store_version(store), 1);
  crm_store_free(store);
}

/* A struct of an older client is read as extended by zeros, of a newer one the tail has to be zero. */
static void test_struct_sizes(void **state)
{
  struct {
    crm_column column;
    uint64_t tail;
  } wide[4];
  struct {
    crm_load_options options;
    uint64_t tail[2];
  } options;
  struct {
    crm_load_counts counts;
    uint64_t tail;
  } counts;
  crm_column columns[4];
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_batch batch = batch_of(NULL, 4, 3);
  crm_load *other = NULL;
  static const crm_load_counts fresh = CRM_LOAD_COUNTS_INIT;
  static const crm_load_options plain = CRM_LOAD_OPTIONS_INIT;
  int32_t c;
  (void)state;
  three(columns);
  memset(wide, 0, sizeof wide);
  for (c = 0; c < 4; c++) {
    wide[c].column = columns[c];
    wide[c].column.struct_size = (uint32_t)sizeof wide[c];
  }
  batch.columns = &wide[0].column;
  batch.column_size = (uint32_t)sizeof wide[0];
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  wide[2].tail = 1;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_ERROR_ARGUMENT);
  wide[2].tail = 0;
  batch.column_size = 8;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_ERROR_ARGUMENT);
  batch.column_size = (uint32_t)sizeof wide[0] + 2;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_ERROR_ARGUMENT);
  batch.column_size = (uint32_t)sizeof wide[0];
  batch.struct_size = (uint32_t)offsetof(crm_batch, first_row);
  batch.first_row = 77;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  batch.struct_size = 4;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  counts.counts = fresh;
  counts.tail = 42;
  counts.counts.struct_size = (uint32_t)sizeof counts;
  assert_int_equal(crm_load_count(load, "sales", &counts.counts, NULL), CRM_OK);
  assert_int_equal(counts.counts.rows, 6);
  counts.counts = fresh;
  counts.counts.struct_size = (uint32_t)offsetof(crm_load_counts, accepted);
  counts.counts.accepted = -5;
  assert_int_equal(crm_load_count(load, "sales", &counts.counts, NULL), CRM_OK);
  assert_int_equal(counts.counts.rows, 6);
  assert_int_equal(counts.counts.accepted, -5);
  assert_int_equal(crm_load_count(load, "sale", &counts.counts, NULL), CRM_ERROR_SCHEMA);
  assert_int_equal(crm_load_count(load, "sales", NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_load_free(load);
  memset(&options, 0, sizeof options);
  options.options = plain;
  options.options.struct_size = (uint32_t)sizeof options;
  options.tail[1] = 3;
  assert_int_equal(crm_load_begin(store, &options.options, &other, NULL), CRM_ERROR_ARGUMENT);
  assert_null(other);
  options.tail[1] = 0;
  assert_int_equal(crm_load_begin(store, &options.options, &other, NULL), CRM_OK);
  crm_load_free(other);
  options.options.struct_size = 8;
  assert_int_equal(crm_load_begin(store, &options.options, &other, NULL), CRM_OK);
  crm_load_free(other);
  options.options.struct_size = 2;
  other = NULL;
  assert_int_equal(crm_load_begin(store, &options.options, &other, NULL), CRM_ERROR_ARGUMENT);
  options.options = plain;
  options.options.replace = 2;
  assert_int_equal(crm_load_begin(store, &options.options, &other, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_begin(NULL, NULL, &other, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_begin(store, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

static void test_states(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_load *second = NULL;
  crm_column columns[4];
  crm_batch batch = batch_of(columns, 4, 3);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  three(columns);
  assert_int_equal(crm_load_begin(store, NULL, &second, &error), CRM_ERROR_STATE);
  assert_null(second);
  assert_int_equal(error.status, CRM_ERROR_STATE);
  assert_int_equal(crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_STATE);
  assert_int_equal(crm_load_append(load, "sales", &batch, &error), CRM_ERROR_STATE);
  assert_int_equal(read_text(load, "sales", NULL, "document,time,amount\n9,2024-01-01,1\n", 0, &error),
                   CRM_ERROR_STATE);
  assert_int_equal(crm_load_begin(store, NULL, &second, &error), CRM_ERROR_STATE);
  assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 0);
  crm_table_free(table);
  assert_counts(counts_of(load), 3, 0, 0);
  crm_load_free(load);
  crm_load_free(NULL);
  assert_int_equal(crm_store_documents(store), 3);
  load = begin(store);
  crm_load_free(load);
  assert_int_equal(crm_store_version(store), 1);
  assert_int_equal(crm_load_commit(NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_rejects(NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

static void test_rollback(void **state)
{
  crm_store *store = store_new(NULL);
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  crm_load *load;
  (void)state;
  put(store, "customers", "customer,joined,region\na,2024-01-01,north\nb,2024-01-01,\n", "");
  put(store, "sales",
      "document,version,time,customer,product,amount,staff\n1,1,2024-01-01,a,p,10,x\n2,1,2024-01-02,b,q,20,\n", "");
  text_add_store(&before, store, 1);
  load = begin(store);
  assert_int_equal(read_text(load, "sales", NULL,
                             "document,version,time,customer,product,amount,branch,original,kind,tax\n"
                             "1,2,2024-02-01,c,r,11,new,,sale,1\n3,1,2024-03-02,d,q,20,other,77,return,2\n"
                             "4,1,2024-03-02,,q,x,third,77,return,2\n",
                             0, NULL),
                   CRM_OK);
  assert_int_equal(read_text(load, "customers", NULL, "customer,kind,region\na,internal,south\nz,,east\n", 0, NULL),
                   CRM_OK);
  crm_load_free(load);
  text_add_store(&after, store, 1);
  assert_text_same(&before, &after, "after a rollback");
  assert_verifies(store);
  assert_int_equal(crm_store_customer(store, "z", NULL, NULL), CRM_ERROR_ARGUMENT);
  {
    crm_table *table = NULL;
    assert_int_equal(crm_store_customer(store, "z", &table, NULL), CRM_ERROR_NOT_FOUND);
    assert_int_equal(crm_store_document(store, "", "3", &table, NULL), CRM_ERROR_NOT_FOUND);
    assert_int_equal(crm_store_document(store, "", "77", &table, NULL), CRM_ERROR_NOT_FOUND);
    assert_null(table);
  }
  text_free(&before);
  text_free(&after);
  crm_store_free(store);
}

/* Rows of later appends go on counting; first_row starts anew. */
static void test_row_numbers(void **state)
{
  static const uint8_t none[] = {0};
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[4];
  crm_batch batch = batch_of(columns, 4, 3);
  crm_table *table = NULL;
  (void)state;
  three(columns);
  columns[0].validity = none;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  batch.first_row = 101;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  batch.first_row = 0;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  batch.first_row = -1;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_ERROR_ARGUMENT);
  batch.first_row = INT64_MAX;   /* row numbers would pass 64 bits */
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
  assert_result(table, "table,file,row,column,cause\n"
                       "sales,,1,document,missing\nsales,,2,document,missing\nsales,,3,document,missing\n"
                       "sales,,4,document,missing\nsales,,5,document,missing\nsales,,6,document,missing\n"
                       "sales,,101,document,missing\nsales,,102,document,missing\nsales,,103,document,missing\n"
                       "sales,,104,document,missing\nsales,,105,document,missing\nsales,,106,document,missing\n");
  assert_int_equal(crm_load_causes(load, &table, NULL), CRM_OK);
  assert_result(table, "table,cause,rows\nsales,missing,12\n");
  crm_load_free(load);
  assert_int_equal(crm_store_version(store), 0);
  crm_store_free(store);
}

/* ---- versions ---- */

#define HEAD "document,version,time,customer,amount\n"

/* A document of many lines sent again in another order is the same document; with one line changed it is not. */
static void test_a_long_document_turned_around(void **state)
{
  enum { LINES = 100 };
  crm_store *store = store_new(NULL);
  int turn;
  (void)state;
  for (turn = 0; turn < 3; turn++) {
    text_buffer text = TEXT_BUFFER_INIT;
    text_buffer conflicts = TEXT_BUFFER_INIT;
    crm_load_counts counts;
    int i;
    text_add(&text, "document,time,customer,amount\n");
    text_add(&conflicts, "");
    for (i = 0; i < LINES; i++) {
      char line[64];
      int of = turn == 0 ? i : LINES - 1 - i;
      (void)snprintf(line, sizeof line, "1,2024-01-01,a,%d\n", of == 50 && turn == 2 ? 1000 : of * 7 % LINES);
      text_add(&text, line);
      (void)snprintf(line, sizeof line, "%d,document,conflict\n", i + 1);
      text_add(&conflicts, turn == 2 ? line : "");
    }
    counts = put(store, "sales", text.bytes, conflicts.bytes);
    assert_counts(counts, turn == 0 ? LINES : 0, turn == 1 ? LINES : 0, turn == 2 ? LINES : 0);
    text_free(&text);
    text_free(&conflicts);
  }
  assert_result(totals_of(store), "documents,net\n1,4950.00\n");
  crm_store_free(store);
}

static void test_duplicates_and_conflicts(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_options replace = CRM_LOAD_OPTIONS_INIT;
  crm_table *none = NULL;
  (void)state;
  replace.replace = 1;
  assert_counts(put(store, "sales", HEAD "1,0,2024-01-01,a,10\n1,0,2024-01-01,a,10\n1,,2024-01-01,a,20\n", ""), 3, 0,
                0);
  assert_counts(put(store, "sales", HEAD "1,,2024-01-01,a,20.00\n1,,2024-01-01,a,10\n1,0,2024-01-01T00:00,a,1e1\n", ""),
                0, 3, 0);
  assert_int_equal(crm_store_version(store), 1);
  assert_counts(put(store, "sales", HEAD "1,0,2024-01-01,a,10\n1,0,2024-01-01,a,20\n",
                    "1,document,conflict\n2,document,conflict\n"),
                0, 0, 2);
  assert_counts(put(store, "sales", HEAD "1,0,2024-01-01,a,10\n1,0,2024-01-01,a,20\n1,0,2024-01-01,a,20\n",
                    "1,document,conflict\n2,document,conflict\n3,document,conflict\n"),
                0, 0, 3);
  assert_int_equal(crm_store_version(store), 1);
  assert_counts(put(store, "sales", HEAD "1,2,2024-01-03,b,7\n2,-5,2024-01-03,b,1\n", ""), 2, 0, 0);
  assert_result(documents_of(store, "b"),
                "document,version,time,net,lines\n1,2,2024-01-03T00:00:00,7.00,1\n2,-5,2024-01-03T00:00:00,1.00,1\n");
  assert_int_equal(crm_store_customer(store, "a", &none, NULL), CRM_ERROR_NOT_FOUND);
  assert_counts(put(store, "sales", HEAD "1,1,2024-01-09,c,70\n1,0,2024-01-09,c,70\n2,-6,2024-01-09,c,70\n", ""), 0, 3,
                0);
  assert_counts(put_with(store, &replace, NULL, "sales", HEAD "1,2,2024-01-04,c,9\n", ""), 1, 0, 0);
  assert_counts(put_with(store, &replace, NULL, "sales", HEAD "1,2,2024-01-04,c,9\n", ""), 0, 1, 0);
  assert_counts(put_with(store, &replace, NULL, "sales", HEAD "1,1,2024-01-04,c,9\n", ""), 0, 1, 0);
  assert_result(document_of(store, "", "1"), "version,time,customer,amount\n2,2024-01-04T00:00:00,c,9.00\n");
  assert_int_equal(crm_store_documents(store), 2);
  crm_store_free(store);
}

/* Several versions in one load: the highest counts, the others are outdated. */
static void test_versions_in_one_load(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  assert_counts(put(store, "sales",
                    HEAD "1,1,2024-01-01,a,10\n1,3,2024-01-03,a,30\n1,2,2024-01-02,b,20\n"
                         "1,3,2024-01-02,a,5\n",
                    ""),
                2, 2, 0);
  assert_result(document_of(store, "", "1"),
                "version,time,amount\n3,2024-01-02T00:00:00,5.00\n3,2024-01-02T00:00:00,30.00\n");
  assert_counts(put(store, "sales",
                    HEAD "1,1,2024-01-01,a,99\n1,9,2024-01-03,a,30\n1,3,2024-01-02,a,5\n"
                         "1,3,2024-01-03,a,30\n",
                    ""),
                1, 3, 0);
  assert_int_equal(crm_store_lines(store), 1);
  crm_store_free(store);
}

/* A source of its own makes another document of the same key. */
static void test_sources(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  assert_counts(
      put(store, "sales", "source,document,time,customer,amount\n,1,2024-01-01,a,10\npos,1,2024-01-02,b,20\n", ""), 2,
      0, 0);
  assert_int_equal(crm_store_documents(store), 2);
  assert_result(document_of(store, "pos", "1"), "source,customer,amount\npos,b,20.00\n");
  assert_result(document_of(store, "", "1"), "source,customer,amount\n,a,10.00\n");
  assert_counts(
      put(store, "sales", "source,document,time,customer,amount\npos,1,2024-01-02,b,21\n", "1,document,conflict\n"), 0,
      0, 1);
  crm_store_free(store);
}

/* A void is a later version that did not happen; what it voids contributes nothing any more. */
static void test_voids(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "sales", "document,version,time,customer,kind,amount\n1,1,2024-01-01,a,sale,10\n2,1,2024-01-05,a,sale,5\n",
      "");
  assert_counts(put(store, "sales", "document,version,time,customer,kind,amount\n1,2,2024-01-01,a,void,10\n", ""), 1, 0,
                0);
  assert_result(customer_of(store, "a"),
                "orders,net,sales,first,last\n1,5.00,5.00,2024-01-05T00:00:00,2024-01-05T00:00:00\n");
  assert_counts(put(store, "sales", "document,version,time,customer,kind,amount\n1,1,2024-01-01,a,sale,10\n", ""), 0, 1,
                0);
  put(store, "sales", "document,version,time,customer,kind,amount\n2,2,2024-01-05,a,void,\n", "1,amount,missing\n");
  put(store, "sales", "document,version,time,customer,kind,amount\n2,2,2024-01-05,a,void,0\n", "");
  assert_result(customer_of(store, "a"), "orders,net,sales,returned,first,last\n0,0.00,0.00,0.00,,\n");
  put(store, "sales", "document,version,time,customer,kind,amount\n2,3,2024-01-06,a,sale,6\n", "");
  assert_result(customer_of(store, "a"), "orders,net,first\n1,6.00,2024-01-06T00:00:00\n");
  crm_store_free(store);
}

/* Quotes and voids add nothing to any amount, and a customer who has only those stays a suspect. */
static void test_quotes(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_counts counts;
  (void)state;
  counts = put(store, "sales",
               "document,time,customer,kind,amount\n1,2024-01-01,a,quote,10\n2,2024-01-02,b,void,20\n"
               "3,2024-01-03,c,,5\n4,2024-01-03,c,return,2\n",
               "");
  assert_int_equal(counts.amount_in, 300);
  assert_int_equal(counts.amount_accepted, 300);
  assert_result(customer_of(store, "a"), "orders,net,documents\n0,0.00,1\n");
  assert_result(customer_of(store, "c"), "orders,net,sales,returned,documents\n1,3.00,5.00,2.00,2\n");
  assert_result(totals_of(store), "day,branch,documents,lines,rejected,amount_in,amount_accepted,net\n"
                                  "2024-01-01,,1,1,0,0.00,0.00,0.00\n2024-01-02,,1,1,0,0.00,0.00,0.00\n"
                                  "2024-01-03,,2,2,0,3.00,3.00,3.00\n");
  crm_store_free(store);
}

static void test_returns(void **state)
{
  static const char *const no_kind =
      "document,time,customer,quantity,amount\n1,2024-01-01,a,1,10\n2,2024-01-02,a,-1,10\n"
      "3,2024-01-02,a,,-3\n4,2024-01-02,a,-2,-4\n";
  static const char *const with_kind = "document,time,customer,quantity,amount,kind\n1,2024-01-01,a,1,10,sale\n"
                                       "2,2024-01-02,a,-1,10,\n3,2024-01-02,a,,-3,\n4,2024-01-02,a,2,4,return\n"
                                       "5,2024-01-02,a,-2,-4,return\n";
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  (void)state;
  store = store_new(NULL);
  assert_int_equal(put(store, "sales", no_kind, "").amount_in, 1000 - 1000 - 300 - 400);
  assert_result(customer_of(store, "a"), "orders,sales,returned,net\n1,10.00,17.00,-7.00\n");
  assert_result(document_of(store, "", "2"), "kind,quantity,amount\nreturn,-1.000,-10.00\n");
  crm_store_free(store);
  store = store_new(NULL);
  assert_int_equal(put(store, "sales", with_kind, "").amount_in, 1000 + 1000 - 300 - 400 - 400);
  assert_result(customer_of(store, "a"), "orders,sales,returned,net\n3,17.00,8.00,9.00\n");
  crm_store_free(store);
  options.returns = CRM_RETURNS_SIGN;
  store = store_new(&options);
  assert_int_equal(put(store, "sales", with_kind, "").amount_in, 1000 - 1000 - 300 + 400 - 400);
  crm_store_free(store);
  options.returns = CRM_RETURNS_KIND;
  store = store_new(&options);
  assert_int_equal(put(store, "sales", no_kind, "").amount_in, 1000 + 1000 - 300 - 400);
  assert_result(customer_of(store, "a"), "orders,sales,returned,net\n4,13.00,0.00,13.00\n");
  crm_store_free(store);
}

/* Liability and tender stand outside net and make no order; an anonymous document of value 0 is none either. */
static void test_classes(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_counts counts;
  crm_table *table = NULL;
  (void)state;
  counts = put(store, "sales",
               "document,time,customer,class,amount\n1,2024-01-01,a,liability,50\n2,2024-01-02,a,goods,10\n"
               "2,2024-01-02,a,tender,-10\n2,2024-01-02,a,service,1\n2,2024-01-02,a,shipping,2\n"
               "2,2024-01-02,a,fee,3\n2,2024-01-02,a,tip,4\n2,2024-01-02,a,rounding,0.01\n"
               "3,2024-01-03,,,0\n4,2024-01-04,b,,0\n5,2024-01-05,,,1\n5,2024-01-05,,,-1\n",
               "");
  assert_int_equal(counts.amount_in, 5000 + 1000 - 1000 + 1001 + 100 - 100);
  assert_result(customer_of(store, "a"), "orders,net,first,documents\n1,20.01,2024-01-02T00:00:00,2\n");
  assert_result(customer_of(store, "b"), "orders,net,first\n1,0.00,2024-01-04T00:00:00\n");
  assert_int_equal(crm_periods_compute(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "month,revenue,orders,active\n2024-01,20.01,3,2\n");
  assert_result(totals_of(store),
                "day,documents,lines,amount_in,net\n2024-01-01,1,1,50.00,0.00\n2024-01-02,1,7,10.01,20.01\n"
                "2024-01-03,1,1,0.00,0.00\n2024-01-04,1,1,0.00,0.00\n2024-01-05,1,2,0.00,0.00\n");
  crm_store_free(store);
}

/* ---- amounts ---- */

static void test_computed_amounts(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_counts counts;
  (void)state;
  counts = put(store, "sales",
               "document,time,kind,quantity,price,amount\n"
               "1,2024-01-01,sale,3,0.3333,\n" /* 0.9999 */
               "2,2024-01-01,sale,0.005,1,\n"  /* 0.005: half away */
               "3,2024-01-01,sale,-0.005,1,\n"
               "4,2024-01-01,sale,0.015,1.0000,\n" /* 0.015 */
               "5,2024-01-01,sale,1,2.3456,\n"
               "6,2024-01-01,sale,10000,0.0049,\n" /* 49.00, not 0.00 */
               "7,2024-01-01,sale,2,,\n"
               "8,2024-01-01,sale,,2,\n"
               "9,2024-01-01,sale,,,\n"
               "10,2024-01-01,return,2,4.9999,\n"
               "11,2024-01-01,sale,9000000000000000,9000000000000,\n"
               "12,2024-01-01,sale,7,2,0\n",
               "7,amount,missing\n8,amount,missing\n9,amount,missing\n11,amount,range\n");
  assert_counts(counts, 8, 0, 4);
  assert_result(document_of(store, "", "1"), "amount\n1.00\n");
  assert_result(document_of(store, "", "2"), "amount\n0.01\n");
  assert_result(document_of(store, "", "3"), "amount\n-0.01\n");
  assert_result(document_of(store, "", "4"), "amount\n0.02\n");
  assert_result(document_of(store, "", "5"), "amount\n2.35\n");
  assert_result(document_of(store, "", "6"), "amount\n49.00\n");
  assert_result(document_of(store, "", "10"), "amount,quantity\n-10.00,-2.000\n");
  assert_result(document_of(store, "", "12"), "amount\n0.00\n");
  crm_store_free(store);
}

static void test_rounding_is_counted(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_counts counts;
  (void)state;
  counts = put(store, "sales",
               "document,time,amount,quantity\n1,2024-01-01,1.005,1\n2,2024-01-01,-1.005,1\n"
               "3,2024-01-01,1.004999999999999999999,1\n4,2024-01-01,1.000000000,1\n"
               "5,2024-01-01,4.44e-16,0.0005\n",
               "");
  assert_int_equal(counts.rounded, 5);
  assert_int_equal(counts.amount_in, 101 - 101 + 100 + 100 + 0);
  assert_result(document_of(store, "", "5"), "amount,quantity\n0.00,0.001\n");
  crm_store_free(store);
}

static void test_digits(void **state)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  (void)state;
  options.digits = 0;
  options.quantity_digits = 0;
  store = store_new(&options);
  assert_int_equal(put(store, "sales", "document,time,quantity,price\n1,2024-01-01,1.5,1.5\n", "").amount_in, 2);
  assert_result(document_of(store, "", "1"), "amount,quantity,price\n2,2,2\n");
  crm_store_free(store);
  options.digits = 6;
  options.quantity_digits = 6;
  store = store_new(&options);
  assert_int_equal(put(store, "sales", "document,time,quantity,price\n1,2024-01-01,1.5,1.000001\n", "").amount_in,
                   1500002);
  assert_int_equal(crm_store_digits(store), 6);
  crm_store_free(store);
}

/* 2^63 minor units do not fit; the largest magnitude that does is turned around without harm. */
static void test_extremes(void **state)
{
  static const int64_t wild[] = {INT64_MIN, INT64_MAX, -INT64_MAX};
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_column columns[4];
  crm_batch batch = batch_of(columns, 4, 3);
  crm_error error = CRM_ERROR_INIT;
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  (void)state;
  text_add_store(&before, store, 1);
  three(columns);
  columns[3].values = wild;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_OVERFLOW);
  assert_int_equal(error.status, CRM_ERROR_OVERFLOW);
  assert_int_equal(crm_load_commit(load, NULL), CRM_ERROR_STATE);
  crm_load_free(load);
  text_add_store(&after, store, 1);
  assert_text_same(&before, &after, "after an overflow");
  assert_verifies(store);
  assert_counts(put(store, "sales",
                    "document,time,customer,amount\n1,2024-01-01,a,92233720368547758.07\n"
                    "2,2024-01-01,b,92233720368547758.08\n3,2024-01-01,b,-92233720368547758.08\n"
                    "4,2024-01-01,b,1e400\n",
                    "2,amount,range\n3,amount,range\n4,amount,range\n"),
                1, 0, 3);
  load = begin(store);
  assert_int_equal(read_text(load, "sales", NULL, "document,time,customer,amount\n9,2024-01-01,a,-0.01\n", 0, NULL),
                   CRM_OK);
  assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_OVERFLOW);
  crm_load_free(load);
  assert_verifies(store);
  assert_result(customer_of(store, "a"), "net,orders\n92233720368547758.07,1\n");
  text_free(&before);
  text_free(&after);
  crm_store_free(store);
}

/* Every money column and the quantity have their own sum; what a replacement takes away makes room again. */
static void test_overflow_of_sums(void **state)
{
  static const char *const columns[] = {"amount", "tax", "cost", "discount", "quantity"};
  crm_store *store;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof columns / sizeof columns[0]; i++) {
    char text[512];
    crm_load *load;
    crm_error error = CRM_ERROR_INIT;
    crm_status status;
    store = store_new(NULL);
    (void)snprintf(text, sizeof text, "document,time,customer,%s%s\n1,2024-01-01,a,%s%s\n", i == 0 ? "" : "amount,",
                   columns[i], i == 0 ? "" : "1,", i == 4 ? "5000000000000000" : "50000000000000000");
    put(store, "sales", text, "");
    text[strcspn(text, "\n") + 1] = '2';
    load = begin(store);
    assert_int_equal(read_text(load, "sales", NULL, text, 0, NULL), CRM_OK);
    status = crm_load_commit(load, &error);
    if (status != CRM_ERROR_OVERFLOW) {
      fail_msg("%s: %s", columns[i], crm_status_name(status));
    }
    crm_load_free(load);
    assert_int_equal(crm_store_documents(store), 1);
    assert_int_equal(crm_store_version(store), 1);
    assert_verifies(store);
    crm_store_free(store);
  }
  store = store_new(NULL);
  put(store, "sales", HEAD "1,1,2024-01-01,a,50000000000000000\n", "");
  put(store, "sales", HEAD "1,2,2024-01-01,a,60000000000000000\n", "");
  put(store, "sales", HEAD "1,3,2024-01-01,a,1\n2,1,2024-01-01,a,50000000000000000\n", "");
  assert_result(customer_of(store, "a"), "net\n50000000000000001.00\n");
  crm_store_free(store);
}

/* Five of 2^62: the sum passes 64 bits even without a sign. */
static void test_overflow_of_a_word(void **state)
{
  static const int64_t keys[] = {1, 2, 3, 4, 5};
  static const int64_t times[] = {0, 0, 0, 0, 0};
  int64_t amounts[5];
  crm_column columns[3];
  crm_batch batch = batch_of(columns, 3, 5);
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  int i;
  (void)state;
  for (i = 0; i < 5; i++) {
    amounts[i] = INT64_C(1) << 62;
  }
  columns[0] = column("document", CRM_TYPE_INTEGER, 5, keys);
  columns[1] = column("time", CRM_TYPE_TIME, 5, times);
  columns[2] = column("amount", CRM_TYPE_MONEY, 5, amounts);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_ERROR_OVERFLOW);
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 0);
  assert_verifies(store);
  crm_store_free(store);
}

/* More rows than a load numbers are refused before one of them is read. */
static void test_too_many_rows(void **state)
{
  int64_t many = INT64_C(4294967294);
  crm_column columns[4];
  crm_batch batch = batch_of(columns, 4, many);
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  int i;
  (void)state;
  three(columns);
  for (i = 0; i < 4; i++) {
    columns[i].rows = many;
  }
  assert_int_equal(crm_load_append(load, "sales", &batch, &error), CRM_ERROR_LIMIT);
  assert_string_equal(error.table, "sales");
  assert_int_equal(error.row, 1);
  assert_int_equal(crm_load_commit(load, NULL), CRM_ERROR_STATE);
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 0);
  crm_store_free(store);
}

/* ---- documents ---- */

static void test_two_customers(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  assert_counts(put(store, "sales",
                    "document,time,customer,branch,amount\n1,2024-01-01,a,x,10\n1,2024-01-01,b,x,20\n"
                    "2,2024-01-01,a,x,1\n2,2024-01-01,a,y,2\n3,2024-01-01,,,4\n1,2024-01-01,a,x,30\n",
                    "1,customer,two_customers\n2,customer,two_customers\n3,branch,two_branches\n4,branch,two_branches\n"
                    "6,customer,two_customers\n"),
                1, 0, 5);
  assert_int_equal(crm_store_documents(store), 1);
  assert_counts(put(store, "sales",
                    "document,time,customer,branch,amount\n1,2024-01-01,,x,10\n1,2024-01-02,b,,20\n"
                    "1,2023-12-31,,,30\n",
                    ""),
                3, 0, 0);
  assert_result(documents_of(store, "b"), "document,time,branch,net,lines\n1,2023-12-31T00:00:00,x,60.00,3\n");
  assert_result(totals_of(store), "day,branch,documents,lines,rejected,amount_in,amount_accepted,net\n"
                                  "2023-12-31,x,1,3,0,60.00,60.00,60.00\n"
                                  "2024-01-01,,1,1,2,7.00,4.00,4.00\n"
                                  "2024-01-01,x,0,0,3,60.00,0.00,0.00\n");
  crm_store_free(store);
}

/* A different version of a document may have another customer. */
static void test_customer_changes_by_version(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *none = NULL;
  (void)state;
  assert_counts(put(store, "sales", HEAD "1,1,2024-01-01,a,10\n1,2,2024-01-01,b,20\n", ""), 1, 1, 0);
  assert_result(documents_of(store, "b"), "document,version\n1,2\n");
  assert_counts(put(store, "sales", HEAD "1,3,2024-01-01,,20\n", ""), 1, 0, 0);
  assert_int_equal(crm_store_customer_documents(store, "b", &none, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_customers(store), 0);
  assert_counts(put(store, "sales", HEAD "1,4,2024-01-01,a,20\n", ""), 1, 0, 0);
  assert_result(documents_of(store, "a"), "document,version\n1,4\n");
  crm_store_free(store);
}

static void test_all_or_nothing(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_table *table = NULL;
  (void)state;
  options.all_or_nothing = 1;
  assert_counts(put_with(store, &options, NULL, "sales", HEAD "1,0,2024-01-01,a,10\n", ""), 1, 0, 0);
  assert_counts(put_with(store, &options, NULL, "sales", HEAD "1,0,2024-01-01,a,10\n2,0,2024-01-01,a,10\n", ""), 1, 1,
                0);
  assert_int_equal(crm_load_begin(store, &options, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", NULL, HEAD "3,0,2024-01-01,a,10\n4,0,never,a,10\n", 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_VALUE);
  assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
  assert_result(table, "row,column,cause\n2,time,time\n");
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 2);
  assert_int_equal(crm_load_begin(store, &options, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", NULL, HEAD "3,0,2024-01-01,a,10\n2,0,2024-01-01,a,11\n", 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_CONFLICT);
  assert_int_equal(crm_load_count(load, "sales", &counts, NULL), CRM_OK);
  assert_int_equal(counts.rejected, 1);
  crm_load_free(load);
  assert_int_equal(crm_store_documents(store), 2);
  assert_int_equal(crm_store_version(store), 2);
  assert_verifies(store);
  crm_store_free(store);
}

/* ---- memory ---- */

static void test_memory_limit(void **state)
{
  crm_config config = CRM_CONFIG_INIT;
  crm_store *store = NULL;
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_status status;
  text_buffer text = TEXT_BUFFER_INIT;
  int i;
  int refusals = 0;
  (void)state;
  config.memory_limit = 64;
  assert_int_equal(crm_store_create(&config, NULL, &store, &error), CRM_ERROR_MEMORY);
  assert_null(store);
  config.memory_limit = 4U << 20;
  assert_int_equal(crm_store_create(&config, NULL, &store, &error), CRM_OK);
  text_add(&text, "document,time,customer,product,amount,branch\n");
  for (i = 0; i < 200000; i++) {
    char line[96];
    (void)snprintf(line, sizeof line, "d%d,2024-01-01,customer%d,p%d,%d,b%d\n", i, i, i % 999, i, i % 7);
    text_add_bytes(&text, line, strlen(line));
    if (i % 20000 != 19999) {
      continue;
    }
    if (crm_load_begin(store, NULL, &load, &error) != CRM_OK) {
      refusals++;
      continue;
    }
    status = read_text(load, "sales", NULL, text.bytes, 0, &error);
    if (status == CRM_OK) {
      status = crm_load_commit(load, &error);
    }
    crm_load_free(load);
    assert_true(status == CRM_OK || status == CRM_ERROR_MEMORY);
    refusals += status != CRM_OK;
    if (refusals > 3) {
      break;
    }
  }
  assert_true(refusals > 0);
  text_free(&text);
  config.memory_limit = 0;
  status = crm_store_verify(store, &error);
  assert_true(status == CRM_OK || status == CRM_ERROR_MEMORY);
  put(store, "sales", "document,time,customer,amount\nlast,2024-01-01,a,1\n", "");
  crm_store_free(store);
}

/* ---- chunk borders: columns are kept in chunks of 65,536 rows ---- */

#define MANY 140001

static void add_row(text_buffer *text, const char *format, int a, int b, int c)
{
  char line[128];
  int length = snprintf(line, sizeof line, format, a, b, c);
  text_add_bytes(text, line, (size_t)length);
}

typedef struct numbers {
  int64_t *values[4];
} numbers;

static numbers numbers_of(int64_t rows)
{
  numbers made;
  int i;
  for (i = 0; i < 4; i++) {
    made.values[i] = malloc((size_t)rows * sizeof(int64_t));
    assert_non_null(made.values[i]);
  }
  return made;
}

static void numbers_free(numbers *of)
{
  int i;
  for (i = 0; i < 4; i++) {
    free(of->values[i]);
  }
}

/* document i at day i % 700, customer i % 1000, amount i cents */
static void fill(numbers *of, int64_t first, int64_t rows, int64_t amount)
{
  int64_t i;
  for (i = 0; i < rows; i++) {
    of->values[0][i] = first + i;
    of->values[1][i] = (first + i) % 700 * CRM_DAY;
    of->values[2][i] = (first + i) % 1000;
    of->values[3][i] = (first + i) * amount;
  }
}

static void append_numbers(crm_load *load, const numbers *of, int64_t rows, const crm_column *extra, int64_t extras)
{
  crm_column columns[6];
  crm_batch batch = batch_of(columns, 4 + extras, rows);
  crm_error error = CRM_ERROR_INIT;
  int64_t i;
  three(columns);
  for (i = 0; i < 4; i++) {
    columns[i].rows = rows;
    columns[i].values = of->values[i];
  }
  for (i = 0; i < extras; i++) {
    columns[4 + i] = extra[i];
  }
  if (crm_load_append(load, "sales", &batch, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
}

/* The customer's net by plain arithmetic. */
static int64_t net_of(int64_t customer, int64_t rows)
{
  int64_t sum = 0;
  int64_t i;
  for (i = customer; i < rows; i += 1000) {
    sum += i;
  }
  return sum;
}

static void test_chunk_borders(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  numbers of = numbers_of(MANY);
  crm_column late[2];
  crm_table *table;
  int64_t total = (int64_t)MANY * (MANY - 1) / 2;
  static const int64_t offsets[] = {0, 1};
  (void)state;
  fill(&of, 0, MANY, 1);
  append_numbers(load, &of, MANY, NULL, 0);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(counts_of(load).amount_accepted, total);
  crm_load_free(load);
  assert_verifies(store);
  /* the same, cut elsewhere: all duplicates */
  load = begin(store);
  fill(&of, 65530, MANY - 65530, 1);
  append_numbers(load, &of, MANY - 65530, NULL, 0);
  fill(&of, 0, 65530, 1);
  append_numbers(load, &of, 65530, NULL, 0);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_counts(counts_of(load), 0, MANY, 0);
  crm_load_free(load);
  assert_int_equal(crm_store_version(store), 1);
  /* columns that get a first value behind the second border */
  load = begin(store);
  fill(&of, MANY, 1, 1);
  late[0] = text_column("branch", 1, offsets, "x");
  late[1] = text_column("tax", 1, offsets, "7");
  append_numbers(load, &of, 1, late, 2);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  assert_verifies(store);
  assert_result(document_of(store, "", "140001"), "branch,tax,customer\nx,7.00,1\n");
  assert_result(document_of(store, "", "65535"), "branch,tax,amount,customer\n,,655.35,535\n");
  assert_result(document_of(store, "", "65536"), "branch,tax,amount,customer\n,,655.36,536\n");
  table = customer_of(store, "1");
  assert_int_equal(integer_at(table, "net", 0), net_of(1, MANY + 1));
  crm_table_free(table);
  assert_int_equal(crm_store_documents(store), MANY + 1);
  numbers_free(&of);
  crm_store_free(store);
}

/* Replaces documents on both sides of the borders, so that lines are dropped across them, twice. */
static void test_drops_across_chunks(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  numbers of = numbers_of(MANY);
  text_buffer text = TEXT_BUFFER_INIT;
  crm_table *table;
  int64_t total;
  int i;
  (void)state;
  fill(&of, 0, MANY, 1);
  append_numbers(load, &of, MANY, NULL, 0);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  text_add(&text, "document,version,time,customer,amount\n");
  total = (int64_t)MANY * (MANY - 1) / 2;
  for (i = 65500; i < 65600; i++) {
    add_row(&text, "%d,1,1970-01-01,x%d,%d\n", i, i % 3, 1);
    add_row(&text, "%d,1,1970-01-01,,%d\n", i, 2, 0);
    total += 300 - i;
  }
  for (i = 3; i < 131000; i += 5000) {
    add_row(&text, "%d,1,1970-01-01,x,%d\n", i, 0, 0);
    total -= i;
  }
  put(store, "sales", text.bytes, "");
  text_free(&text);
  assert_int_equal(crm_store_documents(store), MANY);
  assert_int_equal(crm_store_lines(store), MANY + 100);
  table = customer_of(store, "x0");
  assert_int_equal(integer_at(table, "orders", 0), 33);
  assert_int_equal(integer_at(table, "net", 0), 33 * 300);
  crm_table_free(table);
  {
    crm_table *periods = NULL;
    crm_calendar calendar = CRM_CALENDAR_INIT;
    int64_t sum = 0;
    int64_t row;
    calendar.period = CRM_PERIOD_YEAR;
    assert_int_equal(crm_periods_compute(store, NULL, &calendar, &periods, NULL), CRM_OK);
    for (row = 0; row < crm_table_rows(periods); row++) {
      sum += integer_at(periods, "revenue", row);
    }
    assert_int_equal(sum, total);
    crm_table_free(periods);
  }
  assert_result(document_of(store, "", "65535"), "customer,amount\nx0,1.00\nx0,2.00\n");
  assert_result(document_of(store, "", "131001"), "customer,amount\n1,1310.01\n");
  numbers_free(&of);
  crm_store_free(store);
}

/* The lines of one document far apart, on either side of a border. */
static void test_scattered_lines(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  numbers of = numbers_of(MANY);
  crm_load *again;
  int64_t i;
  (void)state;
  fill(&of, 0, 70000, 1);
  append_numbers(load, &of, 70000, NULL, 0);
  for (i = 0; i < 70000; i++) {
    of.values[0][i] = 69999 - i;
    of.values[1][i] = 800 * CRM_DAY - i;
    of.values[2][i] = (69999 - i) % 1000;
    of.values[3][i] = 1;
  }
  append_numbers(load, &of, 70000, NULL, 0);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_counts(counts_of(load), 140000, 0, 0);
  crm_load_free(load);
  assert_verifies(store);
  assert_int_equal(crm_store_documents(store), 70000);
  assert_int_equal(crm_store_lines(store), 140000);
  assert_result(document_of(store, "", "65536"), "amount\n0.01\n655.36\n");
  assert_result(document_of(store, "", "0"), "amount\n0.00\n0.01\n");
  again = begin(store);
  append_numbers(again, &of, 70000, NULL, 0);
  fill(&of, 0, 70000, 1);
  append_numbers(again, &of, 70000, NULL, 0);
  assert_int_equal(crm_load_commit(again, NULL), CRM_OK);
  assert_counts(counts_of(again), 0, 140000, 0);
  crm_load_free(again);
  numbers_free(&of);
  crm_store_free(store);
}

/* Rollback of a load that crosses a border leaves the chunk before it whole. */
static void test_rollback_across_chunks(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  numbers of = numbers_of(MANY);
  crm_table *table;
  int turn;
  (void)state;
  fill(&of, 0, 65000, 1);
  append_numbers(load, &of, 65000, NULL, 0);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  for (turn = 0; turn < 2; turn++) {
    load = begin(store);
    fill(&of, 65000, 75000, 3);
    append_numbers(load, &of, 75000, NULL, 0);
    crm_load_free(load);
    assert_verifies(store);
    assert_int_equal(crm_store_documents(store), 65000);
  }
  load = begin(store);
  fill(&of, 65000, 75000, 1);
  append_numbers(load, &of, 75000, NULL, 0);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  assert_verifies(store);
  table = customer_of(store, "999");
  assert_int_equal(integer_at(table, "net", 0), net_of(999, 140000));
  crm_table_free(table);
  numbers_free(&of);
  crm_store_free(store);
}

/* Instants outside 1900 to 2199 are rejected whatever the type. */
/* The time that a column holds where it holds nothing. */
static void test_the_first_instant(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  facts_load_text(store, "sales", "document,time,customer,amount\n1,1970-01-01,7,1.00\n2,1970-01-01,8,2.00\n");
  assert_result(document_of(store, "", "2"), "time,amount\n1970-01-01T00:00:00,2.00\n");
  assert_verifies(store);
  crm_store_free(store);
}

static void test_times(void **state)
{
  int64_t times[6];
  static const int64_t keys[] = {1, 2, 3, 4, 5, 6};
  crm_column columns[3];
  crm_batch batch = batch_of(columns, 3, 6);
  crm_store *store = store_new(NULL);
  crm_load *load = begin(store);
  crm_table *table = NULL;
  int32_t dates[6];
  (void)state;
  times[0] = facts_day(1900, 1, 1) - 1;
  times[1] = facts_day(1900, 1, 1);
  times[2] = facts_day(2200, 1, 1) - 1;
  times[3] = facts_day(2200, 1, 1);
  times[4] = INT64_MIN;
  times[5] = INT64_MAX;
  columns[0] = column("document", CRM_TYPE_INTEGER, 6, keys);
  columns[1] = column("time", CRM_TYPE_TIME, 6, times);
  columns[2] = column("amount", CRM_TYPE_INTEGER, 6, keys);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  dates[0] = (int32_t)days_from(1900, 1, 1) - 1;
  dates[1] = (int32_t)days_from(1900, 1, 1);
  dates[2] = (int32_t)days_from(2199, 12, 31);
  dates[3] = (int32_t)days_from(2200, 1, 1);
  dates[4] = INT32_MIN;
  dates[5] = INT32_MAX;
  columns[1] = column("time", CRM_TYPE_DATE, 6, dates);
  batch.first_row = 11;
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 8);
  assert_table(table, "row,column,cause\n1,time,time\n4,time,time\n5,time,time\n6,time,time\n"
                      "11,time,time\n14,time,time\n15,time,time\n16,time,time\n");
  crm_table_free(table);
  crm_load_free(load);
  assert_verifies(store);
  assert_int_equal(crm_store_horizon(store), facts_day(2200, 1, 1));
  crm_store_free(store);
}

/* Keys: integers in their only spelling, everything else is text, blanks around it included. */
static void test_keys(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  assert_counts(put(store, "sales",
                    "document,time,customer,amount\n"
                    "1,2024-01-01,7,1\n2,2024-01-01,7 ,1\n3,2024-01-01,007,1\n4,2024-01-01,+7,1\n"
                    "5,2024-01-01,-3,1\n6,2024-01-01,-0,1\n7,2024-01-01,9223372036854775808,1\n"
                    "8,2024-01-01,9223372036854775807,1\n9,2024-01-01,-9223372036854775808,1\n"
                    "10,2024-01-01,   ,1\n   ,2024-01-01,a,1\n",
                    "11,document,missing\n"),
                10, 0, 1);
  {
    crm_pyramid *pyramid = NULL;
    crm_table *table = NULL;
    assert_int_equal(crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL), CRM_OK);
    assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
    assert_result(table,
                  "customer,orders\n-9223372036854775808,1\n-3,1\n7,1\n9223372036854775807,1\n+7,1\n-0,1\n007,1\n7 ,1\n"
                  "9223372036854775808,1\n");
    crm_pyramid_free(pyramid);
  }
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_typed_columns),
      cmocka_unit_test(test_types_agree),
      cmocka_unit_test(test_integer_money),
      cmocka_unit_test(test_decimal_scales),
      cmocka_unit_test(test_wrong_types),
      cmocka_unit_test(test_lying_columns),
      cmocka_unit_test(test_validity),
      cmocka_unit_test(test_texts_without_bytes), cmocka_unit_test(test_unknown_names),
      cmocka_unit_test(test_required_columns),
      cmocka_unit_test(test_no_rows_and_one_row),
      cmocka_unit_test(test_struct_sizes),
      cmocka_unit_test(test_states),
      cmocka_unit_test(test_rollback),
      cmocka_unit_test(test_row_numbers),
      cmocka_unit_test(test_duplicates_and_conflicts),
      cmocka_unit_test(test_a_long_document_turned_around),
      cmocka_unit_test(test_versions_in_one_load),
      cmocka_unit_test(test_sources),
      cmocka_unit_test(test_voids),
      cmocka_unit_test(test_quotes),
      cmocka_unit_test(test_returns),
      cmocka_unit_test(test_classes),
      cmocka_unit_test(test_computed_amounts),
      cmocka_unit_test(test_rounding_is_counted),
      cmocka_unit_test(test_digits),
      cmocka_unit_test(test_extremes),
      cmocka_unit_test(test_overflow_of_sums),
    cmocka_unit_test(test_overflow_of_a_word),
    cmocka_unit_test(test_too_many_rows),
      cmocka_unit_test(test_two_customers),
      cmocka_unit_test(test_customer_changes_by_version),
      cmocka_unit_test(test_all_or_nothing),
      cmocka_unit_test(test_memory_limit),
      cmocka_unit_test(test_chunk_borders),
      cmocka_unit_test(test_drops_across_chunks),
      cmocka_unit_test(test_scattered_lines),
      cmocka_unit_test(test_rollback_across_chunks),
      cmocka_unit_test(test_times),
      cmocka_unit_test(test_the_first_instant),
      cmocka_unit_test(test_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
