/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/disk.h"
#include "support/executors.h"
#include "support/fault.h"
#include "support/loads.h"
#include "support/rounds.h"

#include "base/sizes.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

/* Columns that are loaded on threads of the host give the store, the file and the counts that the calling thread alone
 * gives, with executors of every kind and any number of workers. */

#define SOME(rows) CRM__SIZE(rows, (rows) / 50)
#define ROWS SOME(90000)       /* more than a wave */
#define MANY SOME(140000)      /* as documents: a chunk that touches more customers than are listed, and another one */
#define COLUMNS 11

static const char *const names[COLUMNS] = {"document", "line",  "time", "customer", "product", "quantity",
                                           "amount",   "discount", "tax", "cost", "branch"};

typedef struct rows {
  int64_t values[COLUMNS][MANY];
  char texts[MANY * 12];         /* keys of the customers as texts */
  int64_t offsets[MANY + 1];
} rows;

/* What is not plain in some of the rows. */
enum { CLEAN, RETURNS, OLD_DOCUMENTS, NO_TIMES, LONG_DOCUMENTS, WIDE_KEYS, KINDS, SINGLE_LINES };

static int64_t key_of(int64_t number, int kind)
{
  return kind == WIDE_KEYS ? (int64_t)((uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) >> 1) : number;
}

static const rows *make_rows(uint64_t seed, int kind, int64_t count)
{
  static rows made;
  rows *r = &made;
  dice d = dice_of(seed);
  int64_t document = 1000000 * (int64_t)seed;
  int64_t left = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    int same = left-- > 0;
    if (!same) {
      left = kind == LONG_DOCUMENTS && dice_below(&d, SOME(9000)) == 0 ? SOME(3000) : dice_below(&d, 4);
      left = kind == SINGLE_LINES ? 0 : left;
      document++;
    }
    r->values[0][i] = key_of(document, kind);
    r->values[1][i] = same ? r->values[1][i - 1] + 1 : 1;
    r->values[2][i] = same ? r->values[2][i - 1] : facts_day(2024, 1, 1) + (int64_t)dice_below(&d, 300) * CRM_DAY;
    r->values[3][i] = same ? r->values[3][i - 1] : key_of(1 + dice_below(&d, SOME(20000)), kind);
    r->values[4][i] = key_of(dice_below(&d, 60), kind);
    r->values[5][i] = dice_below(&d, 9);
    r->values[6][i] = dice_below(&d, 5000);
    r->values[7][i] = 0;   /* a column of nothing but that */
    r->values[8][i] = dice_below(&d, 900);
    r->values[9][i] = dice_below(&d, 4000);
    r->values[10][i] = same ? r->values[10][i - 1] : dice_below(&d, 7);
    if (i > SOME(20000) && dice_below(&d, SOME(25000)) == 0) {
      r->values[6][i] = kind == RETURNS ? -r->values[6][i] : r->values[6][i];
      r->values[0][i] = kind == OLD_DOCUMENTS ? r->values[0][i - SOME(15000)] : r->values[0][i];
      r->values[2][i] = kind == NO_TIMES ? INT64_MAX : r->values[2][i];
    }
  }
  r->offsets[0] = 0;
  for (i = 0; i < count; i++) {
    int length = snprintf(r->texts + r->offsets[i], 12, "C-%06d", (int)(r->values[3][i] % 999983));
    r->offsets[i + 1] = r->offsets[i] + length;
  }
  return r;
}

/* How rows come. */
typedef struct way {
  int64_t count;
  int64_t batch;         /* rows of one append */
  unsigned leave_out;    /* columns, by bit */
  int texts;             /* keys of customers as texts */
  int coarse;            /* amounts in tenths */
} way;

static crm_status append_rows(crm_load *load, const rows *r, const way *w)
{
  crm_status status = CRM_OK;
  int64_t from;
  for (from = 0; status == CRM_OK && from < w->count; from += w->batch) {
    static const crm_column none = CRM_COLUMN_INIT;
    crm_column columns[COLUMNS];
    crm_batch batch = CRM_BATCH_INIT;
    int c;
    batch.rows = w->count - from < w->batch ? w->count - from : w->batch;
    batch.columns = columns;
    for (c = 0; c < COLUMNS; c++) {
      crm_column *column = &columns[batch.column_count];
      int money = c > 5 && c < 10;
      if (w->leave_out >> c & 1U) {
        continue;
      }
      *column = none;
      column->name = names[c];
      column->rows = batch.rows;
      column->type = c == 2 ? CRM_TYPE_TIME : money ? (w->coarse ? CRM_TYPE_DECIMAL : CRM_TYPE_MONEY)
                                                    : CRM_TYPE_INTEGER;
      column->scale = money ? (w->coarse ? 1 : 2) : 0;
      column->values = &r->values[c][from];
      if (c == 3 && w->texts) {
        column->type = CRM_TYPE_TEXT;
        column->values = NULL;
        column->offsets = r->offsets + from;
        column->bytes = r->texts;
      }
      batch.column_count++;
    }
    status = crm_load_append(load, "sales", &batch, NULL);
  }
  return status;
}

static crm_status load_rows(crm_store *store, crm_context *context, const rows *r, const way *w, text_buffer *said)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_table *table = NULL;
  crm_load *load = NULL;
  char line[200];
  crm_status status;
  options.context = context;
  status = crm_load_begin(store, &options, &load, NULL);
  status = status == CRM_OK ? append_rows(load, r, w) : status;
  status = status == CRM_OK ? crm_load_commit(load, NULL) : status;
  if (status == CRM_OK && said != NULL) {
    assert_int_equal(crm_load_count(load, "sales", &counts, NULL), CRM_OK);
    (void)snprintf(line, sizeof line, "%lld %lld %lld %lld %lld %lld %lld\n", (long long)counts.rows,
                   (long long)counts.accepted, (long long)counts.duplicate, (long long)counts.rejected,
                   (long long)counts.amount_in, (long long)counts.amount_accepted, (long long)counts.rounded);
    text_add(said, line);
    assert_int_equal(crm_load_rejects(load, &table, NULL), CRM_OK);
    text_add_table(said, table);
    crm_table_free(table);
  }
  crm_load_free(load);
  return status;
}

static crm_context *lend(crm_context *context, const crm_executor *executor)
{
  crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
  options.executor = executor;
  assert_int_equal(crm_context_configure(context, &options, NULL), CRM_OK);
  return context;
}

/* Three loads, the second on what the first has left, the third of what is there. */
static crm_store *load_all(crm_context *context, uint64_t seed, int kind, const way *w, text_buffer *said)
{
  crm_store *store = store_new(NULL);
  way again = *w;
  again.count = SOME(9000);
  assert_int_equal(load_rows(store, context, make_rows(seed, kind, w->count), w, said), CRM_OK);
  assert_int_equal(load_rows(store, context, make_rows(seed + 1, CLEAN, w->count), w, said), CRM_OK);
  assert_int_equal(load_rows(store, context, make_rows(seed + 1, CLEAN, w->count), &again, said), CRM_OK);
  return store;
}

/* ---- the same, down to ids and chunks ---- */

static void assert_same_keys(const crm__intern *a, const crm__intern *b)
{
  uint32_t id;
  assert_int_equal(a->count, b->count);
  for (id = 0; id < a->count; id++) {
    uint32_t space_a;
    uint32_t space_b;
    if (crm__key_compare(crm__intern_key(a, id, &space_a), crm__intern_key(b, id, &space_b)) != 0 ||
        space_a != space_b) {
      fail_msg("key %lu", (unsigned long)id);
    }
  }
}

static void assert_same_columns(crm__column *const *a, crm__column *const *b, uint32_t count)
{
  uint32_t c;
  uint64_t i;
  for (c = 0; c < count; c++) {
    assert_int_equal(a[c]->length, b[c]->length);
    for (i = 0; i < a[c]->length; i++) {
      if (crm__column_get(a[c], i) != crm__column_get(b[c], i) ||
          (crm__column_at(a[c], i) == NULL) != (crm__column_at(b[c], i) == NULL)) {
        fail_msg("column %lu, element %lu", (unsigned long)c, (unsigned long)i);
      }
    }
  }
}

static void assert_same_stores(crm_store *a, crm_store *b)
{
  crm__column *of_a[CRM__LINE_COLUMNS + CRM__DOCUMENT_COLUMNS];
  crm__column *of_b[CRM__LINE_COLUMNS + CRM__DOCUMENT_COLUMNS];
  uint32_t lines = crm__line_columns(&a->lines, of_a);
  uint32_t all = lines + crm__document_columns(&a->documents, of_a + lines);
  (void)crm__line_columns(&b->lines, of_b);
  (void)crm__document_columns(&b->documents, of_b + lines);
  assert_same_columns(of_a, of_b, all);
  assert_same_keys(&a->documents.keys, &b->documents.keys);
  assert_same_keys(&a->customers, &b->customers);
  assert_same_keys(&a->products, &b->products);
  assert_same_keys(&a->branches, &b->branches);
  assert_same_keys(&a->names, &b->names);
  assert_int_equal(a->line_count, b->line_count);
  assert_int_equal(a->live_documents, b->live_documents);
  assert_int_equal(a->live_lines, b->live_lines);
  assert_int_equal(a->latest, b->latest);
  assert_int_equal(a->earliest, b->earliest);
  assert_int_equal(a->money_budget, b->money_budget);
  assert_int_equal(a->quantity_budget, b->quantity_budget);
  assert_int_equal(a->profile_count, b->profile_count);
  assert_int_equal(a->touched_count, b->touched_count);
  assert_int_equal(a->touched_since, b->touched_since);
  assert_memory_equal(a->touched, b->touched, a->touched_count * sizeof *a->touched);
  assert_memory_equal(a->measures, b->measures, a->profile_count * sizeof *a->measures);
  assert_memory_equal(a->profiles, b->profiles, a->profile_count * sizeof *a->profiles);
}

static void compare(crm_context *context, int32_t executor_kind, uint32_t workers, uint64_t seed, int kind,
                    const way *w)
{
  text_buffer said[2] = {TEXT_BUFFER_INIT, TEXT_BUFFER_INIT};
  executor_state state;
  crm_executor executor = executor_of(&state, executor_kind, workers);
  crm_store *alone = load_all(NULL, seed, kind, w, &said[0]);
  crm_store *together = load_all(lend(context, &executor), seed, kind, w, &said[1]);
  assert_true(workers > 1 ? state.jobs > 0 : state.jobs == 0);
  assert_text_same(&said[0], &said[1], "counts and rejects");
  assert_same_stores(alone, together);
  assert_verifies(together);
  crm_store_free(alone);
  crm_store_free(together);
  text_free(&said[0]);
  text_free(&said[1]);
}

static void test_same_store(void **unused)
{
  static const way ways[] = {
    {ROWS, ROWS, 0, 0, 0},
    {ROWS, SOME(20000), 0x080U, 1, 0},
    {SOME(50000), SOME(50000), 0x712U, 0, 1},
    {SOME(30000), SOME(30000), 0x408U, 0, 0},
  };
  static const uint32_t workers[] = {2, 7, 64, 1};
  crm_context *context = NULL;
  int32_t turn = 0;
  int kind;
  size_t w;
  (void)unused;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  for (kind = 0; kind < KINDS; kind++) {
    for (w = brief() && kind > 0 ? 3 : 0; w < sizeof ways / sizeof ways[0]; w += brief() ? 3 : 1) {
      compare(context, turn % EXECUTOR_KINDS, workers[turn / EXECUTOR_KINDS % 4], (uint64_t)turn * 2 + 1, kind,
              &ways[w]);
      turn++;
    }
  }
  crm_context_free(context);
}

/* So many documents that what they change of customers is written by threads too. */
static void test_many_documents(void **unused)
{
  static const way whole = {MANY, MANY, 0x702U, 0, 0};
  crm_context *context = NULL;
  int32_t turn;
  (void)unused;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  for (turn = 0; turn < rounds(EXECUTOR_KINDS); turn++) {
    compare(context, turn, turn == 1 ? 7 : 2, 70 + (uint64_t)turn, SINGLE_LINES, &whole);
  }
  crm_context_free(context);
}

/* ---- into a file ---- */

#define PATH "rows.crm"

/* The bytes of a file that a load has written, in disk. */
static const unsigned char *write_file(test_disk *disk, crm_context *context, const way *w, int kind, size_t *size)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_io io = CRM_IO_INIT;
  crm_store *store = store_new(NULL);
  test_disk_io(disk, &io);
  options.io = &io;
  options.mode = CRM_FILE_WRITE;
  assert_int_equal(crm_store_save(store, &options, PATH, NULL), CRM_OK);
  crm_store_free(store);
  assert_int_equal(crm_store_open(NULL, &options, PATH, &store, NULL), CRM_OK);
  assert_int_equal(load_rows(store, context, make_rows(5, kind, w->count), w, NULL), CRM_OK);
  crm_store_free(store);
  return test_disk_bytes(disk, PATH, size);
}

static void test_same_file(void **unused)
{
  static const way ways[] = {{SOME(40000), SOME(40000), 0, 0, 1}, {SOME(40000), SOME(40000), 0, 1, 0}};
  crm_context *context = NULL;
  int turn;
  (void)unused;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  for (turn = 0; turn < rounds(4); turn++) {
    uint32_t caps = CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE | CRM_IO_ATOMIC_REPLACE |
                    CRM_IO_LOCKS;
    test_disk *alone = test_disk_create(caps);
    test_disk *together = test_disk_create(caps);
    executor_state state;
    crm_executor executor = executor_of(&state, turn % EXECUTOR_KINDS, 2);
    int kind = turn < 2 ? CLEAN : turn == 2 ? RETURNS : OLD_DOCUMENTS;
    size_t sizes[2];
    const unsigned char *expected = write_file(alone, NULL, &ways[turn % 2], kind, &sizes[0]);
    const unsigned char *got = write_file(together, lend(context, &executor), &ways[turn % 2], kind, &sizes[1]);
    assert_true(state.jobs > 0);
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(expected, got, sizes[0]);
    test_disk_free(alone);
    test_disk_free(together);
  }
  crm_context_free(context);
}

/* ---- what goes wrong ---- */

typedef struct listener {
  int64_t done;
  int64_t stop_at;     /* rows */
} listener;

static crm_status listen(void *context, int64_t done, int64_t all)
{
  listener *of = context;
  assert_true(done > of->done && done <= all);
  of->done = done;
  return done >= of->stop_at ? CRM_ERROR_CANCELLED : CRM_OK;
}

static void test_cancelled(void **unused)
{
  static const way w = {ROWS, ROWS, 0, 0, 0};
  executor_state state;
  crm_executor executor = executor_of(&state, EXECUTOR_THREADS, 2);
  crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
  crm_context *context = NULL;
  crm_store *store = store_new(NULL);
  listener ear = {0, 1};
  (void)unused;
  options.executor = &executor;
  options.watch = listen;
  options.watch_context = &ear;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  assert_int_equal(crm_context_configure(context, &options, NULL), CRM_OK);
  assert_int_equal(load_rows(store, context, make_rows(1, CLEAN, ROWS), &w, NULL), CRM_ERROR_CANCELLED);
  assert_true(ear.done > 0 && ear.done < ROWS);
  assert_int_equal(store->line_count, 0);
  assert_int_equal(store->customers.count, 0);
  assert_verifies(store);
  ear.done = 0;
  ear.stop_at = INT64_MAX;
  assert_int_equal(load_rows(store, context, make_rows(1, CLEAN, ROWS), &w, NULL), CRM_OK);
  crm_store_free(store);
  crm_context_free(context);
}

static void test_broken_executors(void **unused)
{
  static const way w = {SOME(30000), SOME(30000), 0, 0, 0};
  crm_context *context = NULL;
  crm_store *store = store_new(NULL);
  executor_state state;
  crm_executor executor = executor_of(&state, EXECUTOR_IN_ORDER, 2);
  (void)unused;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  (void)lend(context, &executor);
  state.left_out = 1;
  assert_int_equal(load_rows(store, context, make_rows(1, CLEAN, w.count), &w, NULL), CRM_ERROR_STATE);
  state.left_out = 0;
  state.answer = CRM_ERROR_IO;
  assert_int_equal(load_rows(store, context, make_rows(1, CLEAN, w.count), &w, NULL), CRM_ERROR_IO);
  assert_int_equal(store->line_count, 0);
  assert_verifies(store);
  crm_store_free(store);
  crm_context_free(context);
}

typedef struct faulty {
  crm_context *context;
  const rows *rows;
} faulty;

/* A load on two threads with some allocation failing: nothing is left of it, and the same again goes through. */
static int run_load(const crm_config *config, void *user)
{
  static const way w = {CRM__SIZE(9000, 60), 9000, 0, 1, 1};
  test_fault *fault = config->allocate_context;
  uint64_t at = fault->fail_at;
  const faulty *of = user;
  crm_store *store = NULL;
  crm_status status;
  fault->fail_at = 0;
  assert_int_equal(crm_store_create(config, NULL, &store, NULL), CRM_OK);
  fault->fail_at = at == 0 ? 0 : at + fault->calls;
  status = load_rows(store, of->context, of->rows, &w, NULL);
  fault->fail_at = 0;
  if (status != CRM_OK) {
    assert_int_equal(store->line_count, 0);
    assert_int_equal(store->customers.count + store->products.count + store->documents.keys.count, 0);
    assert_verifies(store);
    assert_int_equal(load_rows(store, of->context, of->rows, &w, NULL), CRM_OK);
  }
  assert_int_equal(store->line_count, w.count);
  assert_verifies(store);
  crm_store_free(store);
  /* keys go on without a window that there is no memory for */
  return status == CRM_OK && fault->faults > 0 ? CRM_ERROR_MEMORY : status;
}

static void test_without_memory(void **unused)
{
  executor_state state;
  crm_executor executor = executor_of(&state, EXECUTOR_THREADS, 2);
  crm_context *context = NULL;
  faulty of;
  (void)unused;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  of.context = lend(context, &executor);
  of.rows = make_rows(3, CLEAN, CRM__SIZE(9000, 60));
  test_fault_drive(run_load, &of);
  assert_true(state.jobs > 0);
  crm_context_free(context);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_same_store),
    cmocka_unit_test(test_many_documents),
    cmocka_unit_test(test_same_file),
    cmocka_unit_test(test_cancelled),
    cmocka_unit_test(test_broken_executors),
    cmocka_unit_test(test_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
