/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

/* libcrm's side of the benchmark:  bench_crm DIRECTORY [THREADS | small-pages]
 * Reads "run TASK", "answer TASK", "memory" and "quit" from standard input and answers each by one line of JSON. Only
 * the task itself is timed: data are in memory before, results are freed after. */

#include "answers.h"
#include "columns.h"
#include "crm_pages.h"
#include "crm_threads.h"
#include "timing.h"

#include "base/intern.h"
#include "store/facts.h"

#include <crm/crm.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct bench {
  bench_columns columns;
  crm_pages *pages;
  crm_config config;         /* memory in large pages */
  crm_threads *threads;      /* NULL: the calling thread alone */
  crm_context *context;
  crm_store *store;          /* the facts that are computed over */
  crm_store *fresh;          /* made by the task that loads */
  int64_t as_of;             /* after all facts of the data, before the sale that bars the kept profiles */
  int64_t sales_added;       /* by the warm task */
  int saved;                 /* the store is in its file */
  crm_error error;
} bench;

/* What the cockpit shows. */
typedef struct cockpit {
  crm_summary *summary;
  crm_pyramid *pyramid;
  crm_table *tiers;
  crm_table *concentration;
  crm_table *segments;
  crm_table *months;
  crm_table *cohorts;
  crm_table *products;
} cockpit;

#define PYRAMID 1U
#define TIERS 2U
#define SEGMENTS 4U
#define MONTHS 8U
#define PRODUCTS 16U
#define ALL 31U

/* kept: what commits have kept serves months and cohorts too, so that there is nothing to share. */
static crm_status compute(bench *b, const crm_store *store, const crm_scope *given, unsigned parts, int kept,
                          cockpit *c)
{
  crm_products_options plain = CRM_PRODUCTS_OPTIONS_INIT;
  crm_scope own = *given;
  const crm_scope *scope = &own;
  crm_status status = CRM_OK;
  memset(c, 0, sizeof *c);
  plain.without_buyers = 1;
  if ((parts & MONTHS) && !kept) {
    status = crm_summary_create(store, scope, NULL, &c->summary, &b->error);
    own.summary = c->summary;
  }
  if (status == CRM_OK && (parts & PYRAMID)) {
    status = crm_pyramid_compute(store, scope, NULL, &c->pyramid, &b->error);
  }
  if (status == CRM_OK && (parts & TIERS)) {
    status = crm_pyramid_tiers(c->pyramid, &c->tiers, &b->error);
    status = status == CRM_OK ? crm_pyramid_concentration(c->pyramid, &c->concentration, &b->error) : status;
  }
  if (status == CRM_OK && (parts & SEGMENTS)) {
    status = crm_rfm_segments(store, scope, NULL, &c->segments, &b->error);
  }
  if (status == CRM_OK && (parts & MONTHS)) {
    status = crm_periods_compute(store, scope, NULL, &c->months, &b->error);
    status = status == CRM_OK ? crm_cohorts_compute(store, scope, NULL, NULL, &c->cohorts, &b->error) : status;
  }
  if (status == CRM_OK && (parts & PRODUCTS)) {
    status = crm_products_compute(store, scope, &plain, &c->products, &b->error);
  }
  return status;
}

static void release(cockpit *c)
{
  crm_pyramid_free(c->pyramid);
  crm_table_free(c->tiers);
  crm_table_free(c->concentration);
  crm_table_free(c->segments);
  crm_table_free(c->months);
  crm_table_free(c->cohorts);
  crm_table_free(c->products);
  crm_summary_free(c->summary);
}

/* ---- Loading ---- */

typedef struct field {
  int which;
  const char *name;
} field;

#define FIELDS 9

static const field all_fields[FIELDS] = {
  {BENCH_DOCUMENT, "document"}, {BENCH_LINE, "line"},         {BENCH_CUSTOMER, "customer"},
  {BENCH_TIME, "time"},         {BENCH_PRODUCT, "product"},   {BENCH_BRANCH, "branch"},
  {BENCH_QUANTITY, "quantity"}, {BENCH_AMOUNT, "amount"},     {BENCH_COST, "cost"},
};

/* Only what an aggregate a customer needs. */
static const int lean_fields[] = {BENCH_DOCUMENT, BENCH_CUSTOMER, BENCH_TIME, BENCH_AMOUNT, BENCH_COST};

/* Makes the batch of a task; key: the column that customers are taken from. */
static int64_t make_batch(bench *b, int lean, int key, crm_column *columns)
{
  int64_t count = 0;
  size_t i;
  size_t k;
  for (i = 0; i < FIELDS; i++) {
    int wanted = !lean;
    int which = all_fields[i].which;
    for (k = 0; k < sizeof lean_fields / sizeof lean_fields[0]; k++) {
      wanted |= lean_fields[k] == which;
    }
    which = which == BENCH_CUSTOMER ? key : which;
    if (wanted && !bench_column(&b->columns, which, all_fields[i].name, &columns[count++])) {
      return 0;
    }
  }
  return count;
}

static crm_status append(bench *b, crm_load *load, const crm_column *columns, int64_t count)
{
  crm_batch batch = CRM_BATCH_INIT;
  batch.columns = columns;
  batch.column_count = count;
  batch.rows = columns[0].rows;
  return crm_load_append(load, "sales", &batch, &b->error);
}

static crm_status load_columns(bench *b, const crm_column *columns, int64_t count, crm_store **store)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_load *load = NULL;
  crm_status status = crm_store_create(&b->config, NULL, store, &b->error);
  options.context = b->context;
  status = status == CRM_OK ? crm_load_begin(*store, &options, &load, &b->error) : status;
  status = status == CRM_OK ? append(b, load, columns, count) : status;
  status = status == CRM_OK ? crm_load_commit(load, &b->error) : status;
  crm_load_free(load);
  return status;
}

static crm_status load_csv(bench *b, const crm_config *config, crm_store **store)
{
  char path[4096];
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_load *load = NULL;
  crm_status status = crm_store_create(config, NULL, store, &b->error);
  options.context = b->context;
  (void)snprintf(path, sizeof path, "%s/sales.csv", b->columns.directory);
  status = status == CRM_OK ? crm_load_begin(*store, &options, &load, &b->error) : status;
  status = status == CRM_OK ? crm_load_csv_file(load, "sales", NULL, path, &b->error) : status;
  status = status == CRM_OK ? crm_load_commit(load, &b->error) : status;
  crm_load_free(load);
  return status;
}

/* One sale on top, customer < 0: nobody's. */
static crm_status add_sale(bench *b, crm_store *store, int64_t document, int64_t customer, int64_t time, int64_t amount)
{
  crm_column columns[4];
  crm_column none = CRM_COLUMN_INIT;
  const int64_t *values[4];
  static const char *const names[4] = {"document", "time", "amount", "customer"};
  static const int32_t types[4] = {CRM_TYPE_INTEGER, CRM_TYPE_TIME, CRM_TYPE_MONEY, CRM_TYPE_INTEGER};
  crm_load *load = NULL;
  crm_status status;
  int i;
  values[0] = &document;
  values[1] = &time;
  values[2] = &amount;
  values[3] = &customer;
  for (i = 0; i < 4; i++) {
    columns[i] = none;
    columns[i].name = names[i];
    columns[i].type = types[i];
    columns[i].scale = i == 2 ? 2 : 0;
    columns[i].values = values[i];
    columns[i].rows = 1;
  }
  status = crm_load_begin(store, NULL, &load, &b->error);
  status = status == CRM_OK ? append(b, load, columns, customer < 0 ? 3 : 4) : status;
  status = status == CRM_OK ? crm_load_commit(load, &b->error) : status;
  crm_load_free(load);
  return status;
}

#define BEYOND INT64_C(1000000000)   /* documents that are not of the data */
#define BIG 20000000                 /* lines beyond which two stores, or one and its columns, fill a small machine */

/* Loads the data once and puts one anonymous document of no value after their last day. With an as-of before it, no
 * computation can use the kept profiles: everything is made from the documents and lines. */
static crm_status prepare_store(bench *b)
{
  crm_column columns[FIELDS];
  int64_t count;
  crm_status status;
  if (b->store != NULL) {
    return CRM_OK;
  }
  count = make_batch(b, 0, BENCH_CUSTOMER, columns);
  if (count == 0) {
    return CRM_ERROR_IO;
  }
  status = load_columns(b, columns, count, &b->store);
  if (status == CRM_OK) {
    b->as_of = crm_store_horizon(b->store);
    status = add_sale(b, b->store, BEYOND, -1, b->as_of, 0);
  }
  if (b->columns.rows > BIG) {
    bench_columns_drop(&b->columns);
  }
  return status;
}

/* ---- Tasks ---- */

/* Over the store: parts of the cockpit, by kept profiles or without. */
static crm_status run_store(bench *b, unsigned parts, int kept, int64_t *ns, cockpit *c)
{
  crm_scope scope = CRM_SCOPE_INIT;
  int64_t start;
  crm_status status = prepare_store(b);
  if (status != CRM_OK) {
    return status;
  }
  scope.context = b->context;
  if (!kept) {
    scope.as_of = b->as_of;
  }
  start = now_ns();
  status = compute(b, b->store, &scope, parts, kept, c);
  *ns = now_ns() - start;
  return status;
}

/* Before a task that makes a store of its own. */
static void make_room(bench *b)
{
  if (b->store != NULL && crm_store_lines(b->store) > BIG) {
    crm_store_free(b->store);
    b->store = NULL;
    b->sales_added = 0;
  }
}

static crm_status run_loaded(bench *b, int lean, int key, unsigned parts, int64_t *ns, cockpit *c)
{
  crm_column columns[FIELDS];
  crm_scope scope = CRM_SCOPE_INIT;
  int64_t count;
  int64_t start;
  crm_status status;
  make_room(b);
  count = make_batch(b, lean, key, columns);
  if (count == 0) {
    return CRM_ERROR_IO;
  }
  scope.context = b->context;
  start = now_ns();
  status = load_columns(b, columns, count, &b->fresh);
  status = status == CRM_OK ? compute(b, b->fresh, &scope, parts, 0, c) : status;
  *ns = now_ns() - start;
  return status;
}

/* Over facts that are in the store, of customers with 64-bit keys: a store of its own, loaded beforehand. */
static crm_status run_keyed(bench *b, int64_t *ns, cockpit *c)
{
  crm_column columns[FIELDS];
  crm_scope scope = CRM_SCOPE_INIT;
  int64_t count;
  int64_t start;
  crm_status status;
  make_room(b);
  count = make_batch(b, 1, BENCH_KEY, columns);
  if (count == 0) {
    return CRM_ERROR_IO;
  }
  scope.context = b->context;
  status = load_columns(b, columns, count, &b->fresh);
  scope.as_of = status == CRM_OK ? crm_store_horizon(b->fresh) : 0;
  status = status == CRM_OK ? add_sale(b, b->fresh, BEYOND, -1, scope.as_of, 0) : status;
  start = now_ns();
  status = status == CRM_OK ? compute(b, b->fresh, &scope, PYRAMID, 0, c) : status;
  *ns = now_ns() - start;
  return status;
}

static crm_status run_csv(bench *b, unsigned parts, int64_t *ns, cockpit *c)
{
  crm_scope scope = CRM_SCOPE_INIT;
  int64_t start;
  crm_status status;
  make_room(b);
  scope.context = b->context;
  start = now_ns();
  status = load_csv(b, &b->config, &b->fresh);
  status = status == CRM_OK ? compute(b, b->fresh, &scope, parts, 0, c) : status;
  *ns = now_ns() - start;
  return status;
}

/* One more sale of a known customer, then the whole cockpit. */
static crm_status run_warm(bench *b, int64_t *ns, cockpit *c)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_status status = prepare_store(b);
  int64_t start;
  if (status != CRM_OK) {
    return status;
  }
  scope.context = b->context;
  start = now_ns();
  b->sales_added++;
  status = add_sale(b, b->store, BEYOND + b->sales_added, b->sales_added, b->as_of + b->sales_added * 1000000, 1999);
  status = status == CRM_OK ? compute(b, b->store, &scope, ALL, 1, c) : status;
  *ns = now_ns() - start;
  return status;
}

/* The pass that makes a measure a customer, without what the pyramid does with it; by the internal header. */
static crm_status run_measures(bench *b, int64_t *ns)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm__scope open;
  crm__measures measures;
  int64_t start;
  crm_status status = prepare_store(b);
  if (status != CRM_OK) {
    return status;
  }
  scope.context = b->context;
  scope.as_of = b->as_of;
  start = now_ns();
  status = crm__scope_open(&open, b->store, &scope, &b->error);
  if (status == CRM_OK) {
    status = crm__measures_compute(&open, &measures, &b->error);
    crm__scope_close(&open);
  }
  *ns = now_ns() - start;
  return status;
}

#define SLICE 4096

/* Keys to dense ids alone, by the internal header. */
static crm_status run_intern(bench *b, int key, int64_t *ns)
{
  crm_column column;
  crm__intern intern;
  crm__memory memory;
  uint32_t ids[SLICE];
  int64_t start;
  int64_t i;
  crm_status status = crm__memory_open(&memory, &b->config, &b->error);
  if (status != CRM_OK || !bench_column(&b->columns, key, "customer", &column)) {
    return CRM_ERROR_IO;
  }
  memset(&intern, 0, sizeof intern);
  start = now_ns();
  crm__intern_open(&intern);
  for (i = 0; i < column.rows; i += SLICE) {
    uint64_t count = (uint64_t)(column.rows - i < SLICE ? column.rows - i : SLICE);
    if (crm__intern_add_integers(&intern, &memory, 0, (const int64_t *)column.values + i, count, ids) != count) {
      status = CRM_ERROR_MEMORY;
    }
  }
  *ns = now_ns() - start;
  crm__intern_close(&intern, &memory);
  return status;
}

/* ---- Memory ---- */

typedef struct account {
  uint64_t used;
  uint64_t peak;
} account;

static void *count_bytes(void *context, void *memory, size_t old_size, size_t new_size)
{
  account *a = context;
  void *made = NULL;
  if (new_size > 0) {
    made = realloc(memory, new_size);
    if (made == NULL) {
      return NULL;
    }
  } else {
    free(memory);
  }
  a->used += new_size;
  a->used -= memory != NULL ? old_size : 0;
  a->peak = a->used > a->peak ? a->used : a->peak;
  return made;
}

static int64_t peak_kib(void)
{
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  return (int64_t)usage.ru_maxrss / 1024;
#else
  return (int64_t)usage.ru_maxrss;
#endif
}

/* The most that a cockpit takes beside what the store holds. */
static crm_status measure_cockpit(bench *b, const crm_store *store, const crm_scope *scope, int kept, account *a,
                                  uint64_t *bytes)
{
  uint64_t before = a->used;
  cockpit c;
  crm_status status;
  a->peak = a->used;
  status = compute(b, store, scope, ALL, kept, &c);
  release(&c);
  *bytes = a->peak - before;
  return status;
}

/* From the CSV file to the cockpit with every byte counted: the store, the peak of the load, and the cockpit with and
 * without the kept profiles. */
static crm_status measure_memory(bench *b)
{
  crm_config config = CRM_CONFIG_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_store *store = NULL;
  account a = {0, 0};
  uint64_t load_peak;
  uint64_t kept;
  uint64_t warm = 0;
  uint64_t cold = 0;
  crm_status status;
  config.allocate = count_bytes;
  config.allocate_context = &a;
  status = load_csv(b, &config, &store);
  kept = a.used;
  load_peak = a.peak;
  status = status == CRM_OK ? measure_cockpit(b, store, &scope, 1, &a, &warm) : status;
  if (status == CRM_OK) {
    scope.as_of = crm_store_horizon(store);
    status = add_sale(b, store, BEYOND, -1, scope.as_of, 0);
  }
  status = status == CRM_OK ? measure_cockpit(b, store, &scope, 0, &a, &cold) : status;
  if (status == CRM_OK) {
    printf("{\"lines\": %" PRId64 ", \"customers\": %" PRId64 ", \"store\": %" PRIu64 ", \"load_peak\": %" PRIu64
           ", \"warm\": %" PRIu64 ", \"cold\": %" PRIu64 ", \"peak\": %" PRId64 "}\n",
           crm_store_lines(store), crm_store_customers(store), kept, load_peak, warm, cold, peak_kib());
  }
  crm_store_free(store);
  return status;
}

/* ---- A store file ---- */

static int file_path(const bench *b, char *path, size_t size)
{
  int length = snprintf(path, size, "%s/store.crm", b->columns.directory);
  return length > 0 && (size_t)length < size;
}

/* Writes the store's file, once; the sale that bars the kept profiles is in it, and stands for nobody. What a
 * task before has sold is not. */
static crm_status prepare_file(bench *b, char *path, size_t size)
{
  crm_status status;
  if (!b->saved && b->sales_added > 0) {
    crm_store_free(b->store);
    b->store = NULL;
    b->sales_added = 0;
  }
  status = prepare_store(b);
  if (status != CRM_OK || b->saved) {
    return file_path(b, path, size) ? status : CRM_ERROR_IO;
  }
  if (!file_path(b, path, size)) {
    return CRM_ERROR_IO;
  }
  status = crm_store_save(b->store, NULL, path, &b->error);
  b->saved = status == CRM_OK;
  return status;
}

static crm_status run_save(bench *b, int64_t *ns)
{
  char path[4096];
  crm_status status;
  int64_t start;
  b->saved = 1;   /* by what is timed */
  status = prepare_file(b, path, sizeof path);
  if (status != CRM_OK) {
    return status;
  }
  (void)remove(path);
  start = now_ns();
  status = crm_store_save(b->store, NULL, path, &b->error);
  *ns = now_ns() - start;
  return status;
}

/* Opens the file: for its pyramid, which is made and shown, or to read everything. */
static crm_status run_open(bench *b, int32_t content, int64_t *ns, cockpit *c)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  char path[4096];
  int64_t start;
  crm_status status = prepare_file(b, path, sizeof path);
  if (status != CRM_OK) {
    return status;
  }
  options.content = content;
  scope.context = b->context;
  make_room(b);
  start = now_ns();
  status = crm_store_open(&b->config, &options, path, &b->fresh, &b->error);
  if (status == CRM_OK && content == CRM_CONTENT_PROFILES) {
    status = compute(b, b->fresh, &scope, PYRAMID | TIERS, 1, c);
  }
  *ns = now_ns() - start;
  return status;
}

/* ---- The conversation ---- */

static crm_status run(bench *b, const char *task, int64_t *ns, cockpit *c)
{
  static const struct {
    const char *name;
    unsigned parts;
    int kept;
  } over_store[] = {{"t1", PYRAMID, 0}, {"t2", PYRAMID | TIERS | SEGMENTS, 1}, {"t34", MONTHS, 0}, {"t5", PRODUCTS, 0},
                    {"t6", ALL, 0}};
  size_t i;
  crm_store_free(b->fresh);
  b->fresh = NULL;
  memset(c, 0, sizeof *c);
  for (i = 0; i < sizeof over_store / sizeof over_store[0]; i++) {
    if (strcmp(task, over_store[i].name) == 0) {
      return run_store(b, over_store[i].parts, over_store[i].kept, ns, c);
    }
  }
  if (strcmp(task, "t1m") == 0) {
    return run_measures(b, ns);
  }
  if (strcmp(task, "t1i") == 0) {
    return run_intern(b, BENCH_KEY, ns);
  }
  if (strcmp(task, "t1k") == 0 || strcmp(task, "t1s") == 0) {
    return run_loaded(b, 1, task[2] == 'k' ? BENCH_KEY : BENCH_TEXT_KEY, 0, ns, c);
  }
  if (strcmp(task, "t1ks") == 0) {
    return run_keyed(b, ns, c);
  }
  if (strcmp(task, "t1ki") == 0) {
    int64_t interning = 0;
    crm_status status = run_intern(b, BENCH_KEY, &interning);
    status = status == CRM_OK ? run_keyed(b, ns, c) : status;
    *ns += interning;
    return status;
  }
  if (strcmp(task, "load") == 0 || strcmp(task, "idem") == 0) {
    return run_loaded(b, 0, BENCH_CUSTOMER, 0, ns, c);
  }
  if (strcmp(task, "t7") == 0 || strcmp(task, "t7k") == 0) {
    return run_loaded(b, 0, task[2] == 'k' ? BENCH_KEY : BENCH_CUSTOMER, ALL, ns, c);
  }
  if (strcmp(task, "csvload") == 0) {
    return run_csv(b, 0, ns, c);
  }
  if (strcmp(task, "csv") == 0) {
    return run_csv(b, ALL, ns, c);
  }
  if (strcmp(task, "save") == 0) {
    return run_save(b, ns);
  }
  if (strcmp(task, "open") == 0 || strcmp(task, "read") == 0) {
    return run_open(b, task[0] == 'o' ? CRM_CONTENT_PROFILES : CRM_CONTENT_ALL, ns, c);
  }
  return strcmp(task, "warm") == 0 ? run_warm(b, ns, c) : CRM_ERROR_NOT_FOUND;
}

/* Customers' figures, or their scores, of the store that a task worked on. */
static crm_status answer_customers(bench *b, const crm_store *store, int integer_keys, int scores)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  crm_status status;
  scope.as_of = store == b->store ? b->as_of : scope.as_of;
  if (scores) {
    status = crm_rfm_compute(store, &scope, NULL, &table, &b->error);
  } else {
    status = crm_pyramid_compute(store, &scope, NULL, &pyramid, &b->error);
    status = status == CRM_OK ? crm_pyramid_members(pyramid, &table, &b->error) : status;
  }
  if (status == CRM_OK && scores) {
    answer_scores(table);
  } else if (status == CRM_OK) {
    answer_members(table, integer_keys);
  }
  crm_table_free(table);
  crm_pyramid_free(pyramid);
  return status;
}

/* Everything that a run just gave, and the figures a customer behind it. */
static crm_status answer(bench *b, const char *task, const cockpit *c)
{
  const crm_store *store = b->fresh != NULL ? b->fresh : b->store;
  crm_status status = CRM_OK;
  answer_begin();
  if (strcmp(task, "t1") == 0 || strcmp(task, "t1k") == 0 || strcmp(task, "t1ks") == 0 || strcmp(task, "t1ki") == 0 ||
      strcmp(task, "t1s") == 0 || strcmp(task, "idem") == 0) {
    status = answer_customers(b, store, strcmp(task, "t1s") != 0, 0);
  }
  if (status == CRM_OK && c->segments != NULL) {
    status = answer_customers(b, store, 1, 1);
  }
  if (c->tiers != NULL) {
    answer_tiers(c->tiers);
    answer_concentration(c->concentration);
  }
  if (c->months != NULL) {
    answer_months(c->months);
    answer_cells(c->cohorts);
  }
  if (c->products != NULL) {
    answer_products(c->products);
  }
  answer_end();
  return status;
}

static crm_status serve(bench *b, const char *verb, const char *task)
{
  cockpit c;
  int64_t ns = 0;
  crm_status status;
  memset(&c, 0, sizeof c);
  if (strcmp(verb, "memory") == 0) {
    return measure_memory(b);
  }
  status = run(b, task, &ns, &c);
  if (status == CRM_OK && strcmp(verb, "answer") == 0) {
    status = answer(b, task, &c);
  } else if (status == CRM_OK) {
    printf("{\"ns\": %" PRId64 ", \"peak\": %" PRId64 "}\n", ns, peak_kib());
  }
  release(&c);
  return status;
}

/* What this host lends: large pages (unless small ones are asked for) and threads. */
static int lend(bench *b, const char *how)
{
  crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
  crm_executor executor = CRM_EXECUTOR_INIT;
  uint32_t threads = (uint32_t)strtoul(how, NULL, 10);
  if (crm_pages_create(&b->pages) != CRM_OK) {
    return 0;
  }
  if (strcmp(how, "small-pages") != 0) {
    crm_pages_lend(b->pages, &b->config);
  }
  if (crm_context_create(&b->config, &b->context, &b->error) != CRM_OK) {
    return 0;
  }
  if (threads < 2) {
    return 1;
  }
  if (crm_threads_create(threads, &b->threads) != CRM_OK) {
    return 0;
  }
  crm_threads_lend(b->threads, &executor);
  options.executor = &executor;
  return crm_context_configure(b->context, &options, &b->error) == CRM_OK;
}

int main(int argc, char **argv)
{
  static const crm_error no_error = CRM_ERROR_INIT;
  static const crm_config no_config = CRM_CONFIG_INIT;
  static bench b;
  char line[64];
  if (argc != 2 && argc != 3) {
    fprintf(stderr, "bench_crm DIRECTORY [THREADS | small-pages]\n");
    return 2;
  }
  b.columns.directory = argv[1];
  b.error = no_error;
  b.config = no_config;
  if (!lend(&b, argc == 3 ? argv[2] : "1")) {
    return 1;
  }
  while (fgets(line, sizeof line, stdin) != NULL && strncmp(line, "quit", 4) != 0) {
    char verb[16] = "";
    char task[16] = "";
    crm_status status;
    (void)sscanf(line, "%15s %15s", verb, task);
    status = serve(&b, verb, task);
    if (status == CRM_ERROR_NOT_FOUND) {
      printf("{\"skip\": \"no such task\"}\n");
    } else if (status != CRM_OK) {
      printf("{\"error\": \"%s: %s\"}\n", crm_status_name(status), b.error.message);
    }
    (void)fflush(stdout);
  }
  crm_store_free(b.fresh);
  crm_store_free(b.store);
  crm_context_free(b.context);
  crm_threads_free(b.threads);
  crm_pages_free(b.pages);
  bench_columns_drop(&b.columns);
  return 0;
}
