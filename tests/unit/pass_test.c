/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/executors.h"
#include "support/facts.h"
#include "support/loads.h"
#include "support/rounds.h"

#include "store/pass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The pass over the facts, on stores that are large enough to be cut into drawers, parts and groups: against a plain
 * walk over the facts, with executors of every kind, and through the analyses. */

#define DOCUMENTS 180000
#define CUSTOMERS 150000     /* beyond what goes to its record at once */
#define FIRST_DAY 18993      /* 2022-01-01 */
#define DAYS 1200

static crm_column column_of(const char *name, int32_t type, const void *values, int64_t rows)
{
  crm_column column = CRM_COLUMN_INIT;
  column.name = name;
  column.type = type;
  column.scale = type == CRM_TYPE_MONEY ? 2 : 0;
  column.values = values;
  column.rows = rows;
  return column;
}

static crm_status append(crm_load *load, const crm_column *columns, int64_t count)
{
  crm_batch batch = CRM_BATCH_INIT;
  batch.columns = columns;
  batch.column_count = count;
  batch.rows = columns[0].rows;
  return crm_load_append(load, "sales", &batch, NULL);
}

/* Random facts: returns that name an earlier document, two branches, and what `kind` says. */
enum {
  LATE,               /* some documents late */
  HUGE_AND_LATE,      /* amounts that do not pack */
  FAR_AND_LATE,       /* a day that does not pack */
  IN_ORDER
};

static crm_store *random_store(uint64_t seed, int64_t documents, int32_t customers, int kind)
{
  dice d = dice_of(seed);
  int64_t *values = calloc((size_t)documents * 8, sizeof *values);
  int64_t *v[8];
  crm_column columns[8];
  static const char *const names[8] = {"document", "customer", "time",     "amount",
                                       "cost",     "branch",   "original", "product"};
  crm_store *store = NULL;
  crm_load *load = NULL;
  int64_t i;
  int k;
  assert_non_null(values);
  for (k = 0; k < 8; k++) {
    v[k] = values + k * documents;
  }
  for (i = 0; i < documents; i++) {
    int sale = dice_below(&d, 12) > 0;
    int late = kind < IN_ORDER && dice_below(&d, 20) == 0;
    int64_t day = FIRST_DAY + (late ? dice_below(&d, DAYS) : (int32_t)(i * DAYS / documents));
    day = kind == FAR_AND_LATE && i == documents / 2 ? -20000 : day;
    v[0][i] = i + 1;
    v[1][i] = dice_below(&d, customers) + 1;
    v[2][i] = day * CRM_DAY + dice_below(&d, 86400) * INT64_C(1000000);
    v[3][i] = (sale ? 1 : -1) * dice_below(&d, 100000);
    if (kind == HUGE_AND_LATE && dice_below(&d, 1000) == 0) {
      v[3][i] *= INT64_C(10000000);
    }
    v[4][i] = dice_below(&d, 1000);
    v[5][i] = dice_below(&d, 2);
    v[6][i] = sale || i == 0 ? i + 1 : dice_below(&d, (int32_t)i) + 1;
    v[7][i] = dice_below(&d, 500);
  }
  for (k = 0; k < 8; k++) {
    int32_t type = k == 2 ? CRM_TYPE_TIME : k == 3 || k == 4 ? CRM_TYPE_MONEY : CRM_TYPE_INTEGER;
    columns[k] = column_of(names[k], type, v[k], documents);
  }
  assert_int_equal(crm_store_create(NULL, NULL, &store, NULL), CRM_OK);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(append(load, columns, 8), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  free(values);
  return store;
}

static crm_store *large;   /* that several tests ask */

/* Rows of a file that has no documents, three alike each time: a document each three, with so many orders. */
static crm_store *equal_rows_store(int32_t documents, int32_t customers)
{
  dice d = dice_of(6);
  text_buffer text = TEXT_BUFFER_INIT;
  crm_csv csv = CRM_CSV_INIT;
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  int32_t i;
  int k;
  text_add(&text, "customer,time,amount\n");
  for (i = 0; i < documents; i++) {
    char row[80];
    (void)snprintf(row, sizeof row, "%d,2024-%02d-%02d,%d\n", (int)dice_below(&d, customers),
                   (int)(1 + (int64_t)i * 12 / documents), (int)(1 + dice_below(&d, 28)), (int)dice_below(&d, 1000000));
    for (k = 0; k < 3; k++) {
      text_add(&text, row);
    }
  }
  csv.document = CRM_DOCUMENT_ROW;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", &csv, text.bytes, 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  text_free(&text);
  return store;
}

/* Every second customer belongs to another one, mostly far away: its facts go to another drawer than its key. */
static void add_parents(crm_store *store, uint64_t seed, int32_t customers)
{
  dice d = dice_of(seed);
  int64_t rows = customers / 2;
  int64_t *values = calloc((size_t)rows * 2, sizeof *values);
  crm_batch batch = CRM_BATCH_INIT;
  crm_column columns[2];
  crm_load *load = NULL;
  int64_t i;
  assert_non_null(values);
  for (i = 0; i < rows; i++) {
    values[i] = 2 * i + 1;
    values[rows + i] = dice_below(&d, customers) + 1;
  }
  columns[0] = column_of("customer", CRM_TYPE_INTEGER, values, rows);
  columns[1] = column_of("parent", CRM_TYPE_INTEGER, values + rows, rows);
  batch.columns = columns;
  batch.column_count = 2;
  batch.rows = rows;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_append(load, "customers", &batch, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  free(values);
}

/* ---- against a plain walk ---- */

typedef struct plain {
  crm__measure *measures;
  int32_t *ever;
  uint64_t *bits;
  int64_t *sums;        /* revenue, orders by period */
  crm__cell *cells;
  crm__moves *moves;
} plain;

static void walk(const crm__scope *scope, const crm__activity *activity, int cells, plain *to)
{
  crm__facts *block = malloc(sizeof *block);
  crm__scope wide = *scope;
  uint32_t i;
  assert_non_null(block);
  wide.from = INT64_MIN;
  wide.to = scope->as_of;
  crm__facts_begin(block);
  while (crm__facts_next(block, &wide)) {
    for (i = 0; i < block->count; i++) {
      uint32_t id = block->customer[i];
      int branch = (block->flags[i] & CRM__FACT_PERIOD) != 0 && block->time[i] < scope->to;
      int inside = branch && block->time[i] >= scope->from;
      int occasion = block->flags[i] & CRM__FACT_OCCASION;
      int32_t day = crm__business_day(block->time[i], scope->day_start);
      uint16_t place = crm__activity_place(activity, day);
      assert_int_equal(day, block->day[i]);
      if (cells) {
        uint16_t first = id == CRM__NONE ? CRM__NO_PLACE : crm__activity_place(activity, to->ever[id]);
        if (inside && place != CRM__NO_PLACE && first != CRM__NO_PLACE && first > 0 && place >= first) {
          to->cells[(first - 1) * activity->periods + place - 1].revenue += block->money[i];
          to->cells[(first - 1) * activity->periods + place - 1].orders += block->orders[i];
        }
        continue;
      }
      if (inside && place != CRM__NO_PLACE && place > 0) {
        to->sums[place - 1] += block->money[i];
        to->sums[activity->periods + place - 1] += block->orders[i];
      }
      if (id == CRM__NONE) {
        continue;
      }
      to->measures[id].flags |= CRM__SEEN_EVER;
      if (inside) {
        to->measures[id].flags |= CRM__SEEN_PERIOD | (block->flags[i] & CRM__FACT_COST_MISSING ? CRM__COST_MISSING : 0);
        to->measures[id].money += block->money[i];
        to->measures[id].cost += block->cost[i];
        to->measures[id].orders += block->orders[i];
      }
      if (inside && occasion) {
        to->measures[id].first = day < to->measures[id].first ? day : to->measures[id].first;
        to->measures[id].last = day > to->measures[id].last ? day : to->measures[id].last;
      }
      if (occasion && day < to->ever[id]) {
        to->ever[id] = day;
      }
      if (occasion && branch && place != CRM__NO_PLACE && (place == 0 || inside)) {
        to->bits[id * activity->words + place / 64] |= UINT64_C(1) << (place % 64);
      }
    }
  }
  free(block);
}

static int active_at(const plain *of, const crm__activity *activity, uint32_t id, int32_t place)
{
  return place >= 0 && (of->bits[id * activity->words + (uint32_t)place / 64] >> (place % 64) & 1U);
}

/* Moves and the customers of cells, period by period. */
static void count_customers(const crm__scope *scope, const crm__activity *activity, plain *of)
{
  uint32_t id;
  int32_t place;
  for (id = 0; id < crm__customers(scope->store); id++) {
    uint16_t first = crm__activity_place(activity, of->ever[id]);
    for (place = 0; place <= activity->periods + 1; place++) {
      int now = place <= activity->periods && active_at(of, activity, id, place);
      int before = active_at(of, activity, id, place - 1);
      of->moves[place].begun += now && !before;
      of->moves[place].lapsed += before && !now;
      of->moves[place].size += place > 0 && first == place;
      of->moves[place].fresh += place > 0 && first == place && now;
      if (now && first != CRM__NO_PLACE && first > 0) {
        of->cells[(first - 1) * activity->periods + place - 1].customers++;
      }
    }
  }
}

static plain walk_all(const crm__scope *scope, const crm__activity *activity)
{
  static const crm__measure empty = {INT32_MAX, INT32_MIN, 0, 0, 0, 0};
  uint32_t customers = crm__customers(scope->store);
  size_t periods = (size_t)activity->periods;
  plain to;
  uint32_t i;
  to.measures = malloc(customers * sizeof *to.measures);
  to.ever = malloc(customers * sizeof *to.ever);
  to.bits = calloc(customers * (size_t)activity->words, sizeof *to.bits);
  to.sums = calloc(2 * periods, sizeof *to.sums);
  to.cells = calloc(periods * periods, sizeof *to.cells);
  to.moves = calloc(periods + 2, sizeof *to.moves);
  assert_non_null(to.moves);
  assert_true(to.measures != NULL && to.ever != NULL && to.bits != NULL && to.sums != NULL && to.cells != NULL);
  for (i = 0; i < customers; i++) {
    to.measures[i] = empty;
    to.ever[i] = INT32_MAX;
  }
  walk(scope, activity, 0, &to);
  walk(scope, activity, 1, &to);
  count_customers(scope, activity, &to);
  return to;
}

static void free_plain(plain *of)
{
  free(of->measures);
  free(of->ever);
  free(of->bits);
  free(of->sums);
  free(of->cells);
  free(of->moves);
}

static void assert_same(const crm__scope *scope, const plain *expected, const crm__measures *measures,
                        const crm__activity *activity)
{
  size_t periods = activity == NULL ? 0 : (size_t)activity->periods;
  uint32_t i;
  for (i = 0; i < crm__customers(scope->store); i++) {
    if (measures != NULL) {
      assert_memory_equal(crm__measure_at(measures, i), &expected->measures[i], sizeof(crm__measure));
    }
    if (activity != NULL) {
      assert_int_equal(crm__activity_ever(activity, i), expected->ever[i]);
      assert_memory_equal(crm__activity_bits(activity, i), expected->bits + i * (size_t)activity->words,
                          activity->words * sizeof(uint64_t));
    }
  }
  if (activity != NULL) {
    assert_memory_equal(activity->revenue, expected->sums, periods * sizeof(int64_t));
    assert_memory_equal(activity->orders, expected->sums + periods, periods * sizeof(int64_t));
    assert_memory_equal(activity->moves, expected->moves, (periods + 2) * sizeof(crm__moves));
    if (activity->cells != NULL) {
      assert_memory_equal(activity->cells, expected->cells, periods * periods * sizeof(crm__cell));
    }
  }
}

static void assert_pass(const crm_store *store, const crm_scope *given, const crm_calendar *calendar, int want_cells)
{
  crm__scope scope;
  crm__calendar ready;
  crm__measures measures;
  crm__activity activity;
  crm__activity alone;
  plain expected;
  assert_int_equal(crm__scope_open(&scope, store, given, NULL), CRM_OK);
  assert_int_equal(crm__calendar_open(&ready, calendar, NULL), CRM_OK);
  assert_int_equal(crm__activity_calendar(&scope, &ready, &activity, NULL), CRM_OK);
  assert_true(activity.periods > 0);
  alone = activity;
  expected = walk_all(&scope, &activity);
  assert_int_equal(crm__pass(&scope, &scope, &measures, &activity, 1, NULL), CRM_OK);
  assert_int_equal(activity.cells != NULL, want_cells);
  assert_same(&scope, &expected, &measures, &activity);
  assert_int_equal(crm__pass(&scope, &scope, &measures, NULL, 0, NULL), CRM_OK);
  assert_same(&scope, &expected, &measures, NULL);
  assert_int_equal(crm__pass(&scope, &scope, NULL, &alone, 0, NULL), CRM_OK);
  assert_null(alone.cells);
  assert_same(&scope, &expected, NULL, &alone);
  free_plain(&expected);
  crm__scope_close(&scope);
}

static void assert_scopes(const crm_store *store)
{
  static const char *const branches[] = {"1"};
  crm_calendar days = CRM_CALENDAR_INIT;
  crm_calendar quarters = CRM_CALENDAR_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  days.period = CRM_PERIOD_WEEK;
  quarters.period = CRM_PERIOD_QUARTER;
  assert_pass(store, NULL, NULL, 1);
  assert_pass(store, NULL, &days, 0);          /* too many periods for cells, more than one word of bits */
  scope.from = (FIRST_DAY + 200) * CRM_DAY + 1234567;
  scope.to = (FIRST_DAY + 700) * CRM_DAY + 7654321;
  scope.as_of = (FIRST_DAY + 900) * CRM_DAY;
  assert_pass(store, &scope, NULL, 1);
  scope.branches = branches;
  scope.branch_count = 1;
  scope.money = CRM_MONEY_SALES;
  assert_pass(store, &scope, &quarters, 1);
  scope.refunds = CRM_REFUNDS_SALE_DAY;
  assert_pass(store, &scope, NULL, 1);
}

static void assert_accounts(crm_store *store, int32_t customers)
{
  crm_scope scope = CRM_SCOPE_INIT;
  add_parents(store, 4, customers);
  scope.accounts = 1;
  assert_pass(store, &scope, NULL, 1);
}

static void test_against_a_walk(void **unused)
{
  int64_t documents = brief() ? DOCUMENTS / 6 : DOCUMENTS;
  int32_t customers = brief() ? CUSTOMERS / 6 : CUSTOMERS;
  crm_store *many = random_store(1, DOCUMENTS, CUSTOMERS, LATE);
  crm_store *huge = random_store(2, documents, customers, HUGE_AND_LATE);
  crm_store *few = random_store(3, 20000, 500, HUGE_AND_LATE);
  crm_store *ordered = random_store(4, documents, 20000, IN_ORDER);
  crm_store *old = random_store(5, documents, customers, FAR_AND_LATE);
  crm_store *rows = equal_rows_store(70000, 20000);
  (void)unused;
  assert_true(crm_store_customers(many) * 48 > 262144);
  assert_pass(many, NULL, NULL, 1);
  assert_pass(ordered, NULL, NULL, 1);
  assert_scopes(few);
  if (!brief()) {
    assert_scopes(many);
    assert_scopes(ordered);
  }
  assert_pass(huge, NULL, NULL, 1);
  assert_pass(old, NULL, NULL, 0);
  assert_true(crm_store_documents(rows) <= 70000 && crm_store_lines(rows) == 210000);
  assert_pass(rows, NULL, NULL, 1);
  assert_accounts(many, CUSTOMERS);
  assert_accounts(few, 500);
  crm_store_free(many);
  crm_store_free(huge);
  crm_store_free(few);
  crm_store_free(ordered);
  crm_store_free(old);
  crm_store_free(rows);
}

/* ---- with executors, through the analyses ---- */

static void add(text_buffer *text, crm_status status, crm_table **table)
{
  assert_int_equal(status, CRM_OK);
  text_add_table(text, *table);
  crm_table_free(*table);
}

static text_buffer ask_all(const crm_store *store, const crm_scope *given, int with_summary)
{
  text_buffer text = TEXT_BUFFER_INIT;
  crm_products_options plain_products = CRM_PRODUCTS_OPTIONS_INIT;
  crm_pyramid_options by_profit = CRM_PYRAMID_OPTIONS_INIT;
  crm_scope scope = *given;
  crm_summary *summary = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  if (with_summary) {
    assert_int_equal(crm_summary_create(store, given, NULL, &summary, NULL), CRM_OK);
    scope.summary = summary;
  }
  plain_products.without_buyers = 1;
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  add(&text, crm_pyramid_tiers(pyramid, &table, NULL), &table);
  add(&text, crm_pyramid_concentration(pyramid, &table, NULL), &table);
  crm_pyramid_free(pyramid);
  by_profit.measure = CRM_MEASURE_PROFIT;
  assert_int_equal(crm_pyramid_compute(store, &scope, &by_profit, &pyramid, NULL), CRM_OK);
  add(&text, crm_pyramid_tiers(pyramid, &table, NULL), &table);
  add(&text, crm_pyramid_concentration(pyramid, &table, NULL), &table);
  add(&text, crm_rfm_segments(store, &scope, NULL, &table, NULL), &table);
  add(&text, crm_periods_compute(store, &scope, NULL, &table, NULL), &table);
  add(&text, crm_cohorts_compute(store, &scope, NULL, NULL, &table, NULL), &table);
  add(&text, crm_repeat_compute(store, &scope, &table, NULL), &table);
  add(&text, crm_products_compute(store, &scope, &plain_products, &table, NULL), &table);
  crm_pyramid_free(pyramid);
  crm_summary_free(summary);
  return text;
}

static void assert_with_executors(const crm_store *store, int32_t kinds)
{
  static const uint32_t workers[] = {1, 2, 7, 64};
  crm_scope scope = CRM_SCOPE_INIT;
  crm_context *context = NULL;
  text_buffer expected;
  int32_t kind;
  size_t w;
  scope.as_of = (FIRST_DAY + DAYS - 20) * CRM_DAY;
  expected = ask_all(store, &scope, 0);
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  scope.context = context;
  for (kind = 0; kind < kinds; kind++) {
    for (w = 0; w < sizeof workers / sizeof workers[0]; w++) {
      executor_state state;
      crm_executor executor = executor_of(&state, kind, workers[w]);
      crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
      text_buffer got;
      options.executor = &executor;
      assert_int_equal(crm_context_configure(context, &options, NULL), CRM_OK);
      got = ask_all(store, &scope, w > 0);
      assert_text_same(&expected, &got, "executor");
      assert_true(state.jobs > (w > 0 ? 5 : 0));   /* the pass, and each pyramid */
      text_free(&got);
    }
  }
  text_free(&expected);
  crm_context_free(context);
}

/* All KPIs of a year, month by month. */
static text_buffer ask_kpis(const crm_store *store, const crm_scope *scope)
{
  text_buffer text = TEXT_BUFFER_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_table *table = NULL;
  crm_kpi *kpi = NULL;
  options.periods = 12;
  assert_int_equal(crm_kpi_compute(store, scope, NULL, &options, &kpi, NULL), CRM_OK);
  add(&text, crm_kpi_table(kpi, &table, NULL), &table);
  crm_kpi_free(kpi);
  return text;
}

/* Scores of each customer and of segments, ties together and split. */
static text_buffer ask_scores(const crm_store *store, const crm_scope *scope)
{
  text_buffer text = TEXT_BUFFER_INIT;
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  crm_table *table = NULL;
  add(&text, crm_rfm_compute(store, scope, NULL, &table, NULL), &table);
  options.ties = CRM_TIES_SPLIT;
  add(&text, crm_rfm_segments(store, scope, &options, &table, NULL), &table);
  return text;
}

static void add_members(text_buffer *text, const crm_store *store, const crm_scope *scope, const char *expression)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_table *table = NULL;
  options.expression = expression;
  assert_int_equal(crm_segment_compute(store, scope, &options, &segment, NULL), CRM_OK);
  assert_true(crm_segment_size(segment) > 0);
  add(text, crm_segment_members(segment, &table, NULL), &table);
  crm_segment_free(segment);
}

/* Members of expressions over measures, keys and scores. */
static text_buffer ask_segments(const crm_store *store, const crm_scope *scope)
{
  text_buffer text = TEXT_BUFFER_INIT;
  add_members(&text, store, scope, "spend > 20 and not (orders between 2 and 3 or days_since_last < 90)");
  add_members(&text, store, scope, "spend > 0 and (tier in ('vip', 'major') or m = 1)");
  return text;
}

/* One question with executors of every kind. */
static void assert_alike(const crm_store *store, crm_scope scope,
                         text_buffer (*ask)(const crm_store *store, const crm_scope *scope))
{
  static const uint32_t workers[] = {2, 64, 1, 7};
  text_buffer expected = ask(store, &scope);
  int32_t kind;
  assert_int_equal(crm_context_create(NULL, &scope.context, NULL), CRM_OK);
  for (kind = 0; kind < rounds(EXECUTOR_KINDS); kind++) {
    executor_state state;
    crm_executor executor = executor_of(&state, kind, workers[kind]);
    crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
    text_buffer got;
    options.executor = &executor;
    assert_int_equal(crm_context_configure(scope.context, &options, NULL), CRM_OK);
    got = ask(store, &scope);
    assert_text_same(&expected, &got, "with an executor");
    assert_true(state.jobs > 0 || workers[kind] == 1);
    text_free(&got);
  }
  text_free(&expected);
  crm_context_free(scope.context);
}

typedef struct stopper {
  int64_t calls;
  int64_t stop_at;     /* 0: never */
} stopper;

static crm_status count_and_stop(void *context, int64_t done, int64_t all)
{
  stopper *of = context;
  assert_true(done >= 0 && done <= all);
  return ++of->calls == of->stop_at ? CRM_ERROR_CANCELLED : CRM_OK;
}

static crm_status compute_kpis(const crm_store *store, const crm_scope *scope)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi = NULL;
  crm_status status;
  options.periods = 12;
  status = crm_kpi_compute(store, scope, NULL, &options, &kpi, NULL);
  assert_true((status == CRM_OK) == (kpi != NULL));
  crm_kpi_free(kpi);
  return status;
}

static crm_status compute_segments(const crm_store *store, const crm_scope *scope)
{
  crm_table *table = NULL;
  crm_status status = crm_rfm_segments(store, scope, NULL, &table, NULL);
  assert_true((status == CRM_OK) == (table != NULL));
  crm_table_free(table);
  return status;
}

/* KPIs and scores hear of a host that wants them to stop, at every call of its watch; the same again goes through. */
static void test_stopped(void **unused)
{
  const crm_store *store = large;
  int turn;
  (void)unused;
  for (turn = 0; turn < 4; turn += brief() ? 3 : 1) {   /* both computations, with and without an executor */
    crm_status (*compute)(const crm_store *, const crm_scope *) = turn < 2 ? compute_kpis : compute_segments;
    executor_state state;
    crm_executor executor = executor_of(&state, EXECUTOR_SHUFFLED, 2);
    crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
    crm_scope scope = CRM_SCOPE_INIT;
    stopper ear = {0, 0};
    int64_t calls;
    int64_t at;
    scope.as_of = (FIRST_DAY + DAYS - 20) * CRM_DAY;
    options.executor = turn % 2 == 0 ? NULL : &executor;
    options.watch = count_and_stop;
    options.watch_context = &ear;
    assert_int_equal(crm_context_create(NULL, &scope.context, NULL), CRM_OK);
    assert_int_equal(crm_context_configure(scope.context, &options, NULL), CRM_OK);
    assert_int_equal(compute(store, &scope), CRM_OK);
    calls = ear.calls;
    assert_true(calls > 3);
    for (at = 1; at <= calls; at += 1 + calls / rounds(20)) {
      ear.calls = 0;
      ear.stop_at = at;
      assert_int_equal(compute(store, &scope), CRM_ERROR_CANCELLED);
      assert_int_equal(ear.calls, at);
    }
    crm_context_free(scope.context);
  }
}

static void test_scores(void **unused)
{
  crm_scope scope = CRM_SCOPE_INIT;
  (void)unused;
  scope.as_of = (FIRST_DAY + DAYS - 20) * CRM_DAY;
  assert_alike(large, scope, ask_scores);
  if (!brief()) {
    crm_store *huge = random_store(4, DOCUMENTS, CUSTOMERS, HUGE_AND_LATE);
    assert_alike(huge, scope, ask_scores);
    crm_store_free(huge);
  }
}

static void test_segments(void **unused)
{
  crm_scope scope = CRM_SCOPE_INIT;
  (void)unused;
  scope.as_of = (FIRST_DAY + DAYS - 20) * CRM_DAY;
  assert_alike(large, scope, ask_segments);
}

static void test_kpis(void **unused)
{
  crm_store *store = random_store(9, DOCUMENTS, CUSTOMERS / 10, LATE);
  crm_store *rows = equal_rows_store(70000, 3000);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)unused;
  assert_alike(rows, scope, ask_kpis);
  if (!brief()) {
    assert_alike(store, scope, ask_kpis);
  }
  scope.occasions = CRM_OCCASIONS_DAY;
  scope.as_of = (FIRST_DAY + DAYS - 20) * CRM_DAY;
  assert_alike(store, scope, ask_kpis);
  crm_store_free(store);
  crm_store_free(rows);
}

static void test_executors(void **unused)
{
  crm_store *huge = random_store(7, DOCUMENTS, CUSTOMERS, HUGE_AND_LATE);
  (void)unused;
  assert_with_executors(large, rounds(EXECUTOR_KINDS));
  assert_with_executors(huge, rounds(2));
  crm_store_free(huge);
}

static crm_status stop(void *context, int64_t done, int64_t all)
{
  int64_t *left = context;
  assert_true(done >= 1 && done <= all);
  return --*left == 0 ? CRM_ERROR_CANCELLED : CRM_OK;
}

static void test_cancel(void **unused)
{
  crm_store *few;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
  crm_context *context = NULL;
  crm_table *table = NULL;
  crm_summary *summary = NULL;
  int64_t left;
  int64_t after;
  int cancelled = 0;
  (void)unused;
  if (calls_repeat()) {
    skip();
  }
  few = random_store(6, DOCUMENTS, 50, LATE);
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  options.watch = stop;
  options.watch_context = &left;
  assert_int_equal(crm_context_configure(context, &options, NULL), CRM_OK);
  scope.context = context;
  for (after = 1; after < 100; after++) {
    crm_status status;
    left = after;
    status = crm_summary_create(after % 2 ? large : few, &scope, NULL, &summary, NULL);
    assert_int_equal(status, left > 0 ? CRM_OK : CRM_ERROR_CANCELLED);
    cancelled += status != CRM_OK;
    assert_int_equal(summary == NULL, status != CRM_OK);
    crm_summary_free(summary);
    summary = NULL;
    left = after;
    status = crm_products_compute(large, &scope, NULL, &table, NULL);
    assert_int_equal(status, left > 0 ? CRM_OK : CRM_ERROR_CANCELLED);
    assert_int_equal(table == NULL, status != CRM_OK);
    crm_table_free(table);
    table = NULL;
    after = after == 8 ? 98 : after;
  }
  assert_true(cancelled > 2);
  crm_context_free(context);
  crm_store_free(few);
}

static int make_large(void **unused)
{
  (void)unused;
  large = random_store(4, DOCUMENTS, CUSTOMERS, LATE);
  return 0;
}

static int free_large(void **unused)
{
  (void)unused;
  crm_store_free(large);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_against_a_walk),
    cmocka_unit_test(test_executors),
    cmocka_unit_test(test_scores),
    cmocka_unit_test(test_segments),
    cmocka_unit_test(test_kpis),
    cmocka_unit_test(test_stopped),
    cmocka_unit_test(test_cancel),
  };
  return cmocka_run_group_tests(tests, make_large, free_large);
}
