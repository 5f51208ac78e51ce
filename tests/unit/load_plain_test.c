/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/disk.h"
#include "support/loads.h"
#include "support/rounds.h"

#include <stdio.h>
#include <string.h>

/* Rows that go straight from their columns into the store and rows that are looked at cell by cell end in the same
 * store. A validity that says that every value is there sends rows the second way. */

#define ROWS 6000
#define COLUMNS 11

static const char *const names[COLUMNS] = {"document", "line",  "time", "customer", "product", "quantity",
                                           "amount",   "discount", "tax", "cost", "branch"};

typedef struct rows {
  int64_t values[COLUMNS][ROWS];
  char texts[ROWS * 16];         /* keys of the customers as texts */
  int64_t offsets[ROWS + 1];
  int64_t count;
} rows;

/* What goes wrong with a row, by the kind of trial; most trials have some of it. */
#define CLEAN 0
#define NEGATIVE 1       /* an amount under 0: a return */
#define LATE_LINE 2      /* a line of a document that is over */
#define TWO_CUSTOMERS 3
#define BAD_TIME 4
#define TWO_TIMES 5
#define HUGE_AMOUNT 6
#define TROUBLES 7

static void spoil(rows *r, int64_t i, int trouble, dice *d)
{
  switch (trouble) {
  case NEGATIVE:
    r->values[6][i] = -r->values[6][i];
    break;
  case LATE_LINE:
    r->values[0][i] = r->values[0][dice_below(d, (int32_t)i + 1)];
    break;
  case TWO_CUSTOMERS:
    r->values[3][i]++;
    break;
  case BAD_TIME:
    r->values[2][i] = INT64_MAX;
    break;
  case TWO_TIMES:
    r->values[2][i] -= 1000;
    break;
  case HUGE_AMOUNT:
    r->values[6][i] = INT64_C(1) << 51;
    break;
  default:
    break;
  }
}

static rows *make_rows(uint64_t seed, int trouble)
{
  static rows made;
  dice d = dice_of(seed);
  int64_t document = 1000 + dice_below(&d, 500);
  int64_t i;
  rows *r = &made;
  r->count = (ROWS - dice_below(&d, 3000)) / (brief() ? 2 : 1);
  for (i = 0; i < r->count; i++) {
    int same = i > 0 && dice_below(&d, 5) > 1;
    document += same ? 0 : 1 + (dice_below(&d, 50) == 0);
    r->values[0][i] = document;
    r->values[1][i] = same ? r->values[1][i - 1] + 1 : 1;
    r->values[2][i] = same ? r->values[2][i - 1] : facts_day(2024, 1, 1) + (int64_t)dice_below(&d, 300) * CRM_DAY;
    r->values[3][i] = same ? r->values[3][i - 1] : 7919 * (int64_t)dice_below(&d, 300);
    r->values[4][i] = dice_below(&d, 60);
    r->values[5][i] = dice_below(&d, 9);
    r->values[6][i] = dice_below(&d, 5000);
    r->values[7][i] = dice_below(&d, 100);
    r->values[8][i] = dice_below(&d, 900);
    r->values[9][i] = dice_below(&d, 4000);
    r->values[10][i] = same ? r->values[10][i - 1] : dice_below(&d, 7);
  }
  for (i = 0; trouble != CLEAN && i < r->count; i++) {
    if (dice_below(&d, 900) == 0) {
      spoil(r, i, trouble, &d);
    }
  }
  r->offsets[0] = 0;
  for (i = 0; i < r->count; i++) {
    int length = snprintf(r->texts + r->offsets[i], 16, "C-%08d", (int)r->values[3][i]);
    r->offsets[i + 1] = r->offsets[i] + length;
  }
  return r;
}

/* Columns of rows from one on. plain 0: with a validity. */
static void set_columns(const rows *r, int64_t from, int64_t count, unsigned leave_out, int texts, int plain,
                        crm_column *columns, int64_t *used)
{
  static uint8_t all_there[ROWS / 8 + 1];
  int c;
  memset(all_there, 0xFF, sizeof all_there);
  *used = 0;
  for (c = 0; c < COLUMNS; c++) {
    static const crm_column none = CRM_COLUMN_INIT;
    crm_column *column = &columns[*used];
    if (leave_out >> c & 1U) {
      continue;
    }
    *column = none;
    column->name = names[c];
    column->rows = count;
    column->type = c == 2 ? CRM_TYPE_TIME : c == 5 || c < 5 || c == 10 ? CRM_TYPE_INTEGER : CRM_TYPE_MONEY;
    column->scale = column->type == CRM_TYPE_MONEY ? 2 : 0;
    column->values = &r->values[c][from];
    column->validity = plain ? NULL : all_there;
    if (c == 3 && texts) {
      column->type = CRM_TYPE_TEXT;
      column->values = NULL;
      column->offsets = r->offsets + from;
      column->bytes = r->texts;
    }
    (*used)++;
  }
}

/* A load of all rows in batches of `size`, the last one shorter. */
static void load_rows(crm_store *store, const rows *r, int64_t size, unsigned leave_out, int texts, int plain,
                      text_buffer *said)
{
  crm_load *load = NULL;
  crm_table *table = NULL;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  char line[200];
  int64_t from;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  for (from = 0; from < r->count; from += size) {
    crm_column columns[COLUMNS];
    crm_batch batch = CRM_BATCH_INIT;
    batch.rows = r->count - from < size ? r->count - from : size;
    batch.columns = columns;
    set_columns(r, from, batch.rows, leave_out, texts, plain, columns, &batch.column_count);
    assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  }
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  assert_int_equal(crm_load_count(load, "sales", &counts, NULL), CRM_OK);
  (void)snprintf(line, sizeof line, "%lld %lld %lld %lld %lld %lld %lld\n", (long long)counts.rows,
                 (long long)counts.accepted, (long long)counts.duplicate, (long long)counts.rejected,
                 (long long)counts.amount_in, (long long)counts.amount_accepted, (long long)counts.rounded);
  text_add(said, line);
  assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
  text_add_table(said, table);
  crm_table_free(table);
  crm_load_free(load);
}

static void compare(uint64_t seed, int trouble, int64_t size, unsigned leave_out, int texts)
{
  text_buffer said[2] = {TEXT_BUFFER_INIT, TEXT_BUFFER_INIT};
  int plain;
  for (plain = 0; plain < 2; plain++) {
    crm_store *store = store_new(NULL);
    load_rows(store, make_rows(seed, trouble), size, leave_out, texts, plain, &said[plain]);
    load_rows(store, make_rows(seed + 1, CLEAN), size, leave_out, texts, plain, &said[plain]);
    load_rows(store, make_rows(seed, trouble), 700, leave_out, texts, plain, &said[plain]);   /* once more */
    assert_verifies(store);
    text_add_store(&said[plain], store, 1);
    crm_store_free(store);
  }
  assert_string_equal(said[0].bytes, said[1].bytes);
  text_free(&said[0]);
  text_free(&said[1]);
}

static void test_ways_agree(void **state)
{
  static const int64_t sizes[] = {ROWS, 1500, 1024, 333};
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= (uint64_t)rounds(14); seed++) {
    unsigned leave_out = seed % 3 == 0 ? 0 : seed % 3 == 1 ? 0x780U : 0x412U;
    compare(seed, (int)(seed % TROUBLES), sizes[seed % 4], leave_out, seed % 5 == 0);
  }
}

#define PATH "rows.crm"

static crm_store *open_store(const crm_file_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  if (crm_store_open(NULL, options, PATH, &store, &error) != CRM_OK) {
    fail_msg("%s: %s", crm_status_name(error.status), error.message);
  }
  return store;
}

/* Loads into a store whose file is `options`'s, or into memory where that is NULL; what was said, and what the store
 * says in the end: of a file when it is opened again, which does the loads once more. */
static void load_into(const crm_file_options *options, uint64_t seed, int64_t size, int texts, int plain,
                      text_buffer *said)
{
  crm_store *store = store_new(NULL);
  if (options != NULL) {
    assert_int_equal(crm_store_save(store, options, PATH, NULL), CRM_OK);
    crm_store_free(store);
    store = open_store(options);
  }
  load_rows(store, make_rows(seed, (int)(seed % TROUBLES)), size, 0, texts, plain, said);
  load_rows(store, make_rows(seed + 1, CLEAN), size, seed % 2 == 0 ? 0x402U : 0, texts, plain, said);
  if (options != NULL) {
    crm_file_info info = CRM_FILE_INFO_INIT;
    crm_store_free(store);
    store = open_store(options);
    assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
    assert_int_equal(info.commits_replayed, 2);
  }
  assert_verifies(store);
  text_add_store(said, store, 1);
  crm_store_free(store);
}

/* The file of a store says of plain rows what it says of others: opened again, it gives the same store. */
static void test_in_a_file(void **state)
{
  static const int64_t sizes[] = {ROWS, 1500, 1024, 333};
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= (uint64_t)rounds(14); seed++) {
    text_buffer said[3] = {TEXT_BUFFER_INIT, TEXT_BUFFER_INIT, TEXT_BUFFER_INIT};
    int way;
    for (way = 0; way < 3; way++) {
      crm_file_options options = CRM_FILE_OPTIONS_INIT;
      crm_io io = CRM_IO_INIT;
      test_disk *disk = test_disk_create(CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE |
                                         CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS);
      test_disk_io(disk, &io);
      options.io = &io;
      options.mode = CRM_FILE_WRITE;
      load_into(way == 0 ? NULL : &options, seed, sizes[seed % 4], seed % 3 == 0, way != 1, &said[way]);
      test_disk_free(disk);
    }
    assert_string_equal(said[0].bytes, said[1].bytes);
    assert_string_equal(said[0].bytes, said[2].bytes);
    for (way = 0; way < 3; way++) {
      text_free(&said[way]);
    }
  }
}

/* Everybody's rows, but nobody's customer or branch. */
static void test_nobody(void **state)
{
  (void)state;
  compare(77, CLEAN, ROWS, 0x408U, 0);
}

/* What one refused load leaves behind is nothing. */
static void test_rolled_back(void **state)
{
  text_buffer before = TEXT_BUFFER_INIT;
  text_buffer after = TEXT_BUFFER_INIT;
  crm_store *store = store_new(NULL);
  text_buffer said = TEXT_BUFFER_INIT;
  const rows *r;
  crm_load *load = NULL;
  crm_column columns[COLUMNS];
  crm_batch batch = CRM_BATCH_INIT;
  (void)state;
  load_rows(store, make_rows(5, CLEAN), ROWS, 0, 0, 1, &said);
  text_add_store(&before, store, 1);
  r = make_rows(6, CLEAN);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  batch.rows = r->count;
  batch.columns = columns;
  set_columns(r, 0, r->count, 0, 0, 1, columns, &batch.column_count);
  assert_int_equal(crm_load_append(load, "sales", &batch, NULL), CRM_OK);
  crm_load_free(load);
  text_add_store(&after, store, 1);
  assert_string_equal(before.bytes, after.bytes);
  assert_verifies(store);
  crm_store_free(store);
  text_free(&before);
  text_free(&after);
  text_free(&said);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ways_agree),
    cmocka_unit_test(test_in_a_file),
    cmocka_unit_test(test_nobody),
    cmocka_unit_test(test_rolled_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
