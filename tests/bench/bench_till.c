/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

/* The till beside SQLite and Redis:  bench_till DIRECTORY ROUNDS SALES [REDIS_PORT]
 * The generated facts are loaded, then rounds of further sales are rung up, each engine in turn: in the end the same
 * sales, of customers as often as the facts have them. Writes one line of JSON with nanoseconds a call. In the end all
 * engines have to agree on what sampled customers have spent, and on how many have spent more. */

#include "columns.h"
#include "till_peers.h"
#include "timing.h"

#include <crm/crm.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLED 200
#define MOST_ROUNDS 99

/* ---- Memory, counted ---- */

static uint64_t bytes_held;

static void *count_bytes(void *context, void *memory, size_t old_size, size_t new_size)
{
  void *result = NULL;
  (void)context;
  if (new_size == 0) {
    free(memory);
  } else {
    result = realloc(memory, new_size);
  }
  if (new_size == 0 || result != NULL) {
    bytes_held = bytes_held - old_size + new_size;
  }
  return result;
}

/* ---- The facts and the sales ---- */

typedef struct bench {
  bench_columns columns;
  crm_config config;
  crm_store *store;
  crm_till *till;
  crm_till *year;            /* with a window of 365 days */
  crm_till *shown;           /* with the gauges and alerts of a general manager */
  crm_cockpit *cockpit;
  till_sale *sales;
  int64_t count;             /* of them; a share for each round */
  int64_t rounds;
  int64_t customers;
  int64_t *spend;            /* by customer, kept along by plain sums */
  int64_t as_of;
  crm_error error;
  int64_t create_ns;
  int64_t till_bytes;
} bench;

static uint64_t mix(uint64_t *state)
{
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static crm_status load(bench *b)
{
  static const int which[] = {BENCH_DOCUMENT, BENCH_CUSTOMER, BENCH_TIME, BENCH_AMOUNT};
  static const char *const names[] = {"document", "customer", "time", "amount"};
  crm_column columns[4];
  crm_batch batch = CRM_BATCH_INIT;
  crm_load *begun = NULL;
  crm_status status = crm_store_create(&b->config, NULL, &b->store, &b->error);
  int i;
  for (i = 0; i < 4; i++) {
    if (!bench_column(&b->columns, which[i], names[i], &columns[i])) {
      return CRM_ERROR_IO;
    }
  }
  batch.columns = columns;
  batch.column_count = 4;
  batch.rows = columns[0].rows;
  status = status == CRM_OK ? crm_load_begin(b->store, NULL, &begun, &b->error) : status;
  status = status == CRM_OK ? crm_load_append(begun, "sales", &batch, &b->error) : status;
  status = status == CRM_OK ? crm_load_commit(begun, &b->error) : status;
  crm_load_free(begun);
  return status;
}

/* What everybody has spent so far, and the sales to come. */
static int prepare(bench *b)
{
  crm_column customer;
  crm_column amount;
  const int64_t *ids;
  const int64_t *amounts;
  uint64_t state = 7;
  int64_t i;
  if (!bench_column(&b->columns, BENCH_CUSTOMER, "customer", &customer) ||
      !bench_column(&b->columns, BENCH_AMOUNT, "amount", &amount)) {
    return 0;
  }
  ids = customer.values;
  amounts = amount.values;
  for (i = 0; i < customer.rows; i++) {
    b->customers = ids[i] >= b->customers ? ids[i] + 1 : b->customers;
  }
  b->spend = calloc((size_t)b->customers, sizeof *b->spend);
  b->sales = calloc((size_t)(b->count * b->rounds), sizeof *b->sales);
  if (b->spend == NULL || b->sales == NULL) {
    return 0;
  }
  for (i = 0; i < customer.rows; i++) {
    b->spend[ids[i]] += amounts[i];
  }
  for (i = 0; i < b->count * b->rounds; i++) {
    till_sale *sale = &b->sales[i];
    int64_t row = (int64_t)(mix(&state) % (uint64_t)customer.rows);
    sale->customer = ids[row];
    sale->amount = amounts[row];
    (void)snprintf(sale->key, sizeof sale->key, "%" PRId64, sale->customer);
    (void)snprintf(sale->document, sizeof sale->document, "R-%" PRId64, i);
  }
  return 1;
}

static crm_status make_tills(bench *b)
{
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  uint64_t held;
  int64_t start;
  crm_status status;
  scope.as_of = crm_store_horizon(b->store) + CRM_DAY;
  b->as_of = scope.as_of;
  options.window = CRM_WINDOW_DAYS;
  options.days = 365;
  status = crm_till_create(b->store, &scope, &options, &b->year, &b->error);
  held = bytes_held;
  start = now_ns();
  options.window = CRM_WINDOW_ALL;
  status = status == CRM_OK ? crm_till_create(b->store, &scope, &options, &b->till, &b->error) : status;
  b->create_ns = now_ns() - start;
  b->till_bytes = (int64_t)(bytes_held - held);
  return status;
}

static crm_status make_shown(bench *b)
{
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_status status = crm_cockpit_create(&b->config, &b->cockpit, &b->error);
  scope.as_of = b->as_of;
  status = status == CRM_OK ? crm_cockpit_builtin(b->cockpit, CRM_COCKPIT_GAUGES, &b->error) : status;
  status = status == CRM_OK ? crm_cockpit_builtin(b->cockpit, CRM_COCKPIT_ALERTS, &b->error) : status;
  options.cockpit = b->cockpit;
  options.role = "general";
  return status == CRM_OK ? crm_till_create(b->store, &scope, &options, &b->shown, &b->error) : status;
}

/* ---- Timing ---- */

/* A call for one sale; the answer keeps compilers from dropping it. */
typedef int64_t (*work)(bench *b, const till_sale *sale);

static crm_sale rung_up(const bench *b, const till_sale *sale)
{
  crm_sale result = CRM_SALE_INIT;
  result.customer = sale->key;
  result.document = sale->document;
  result.time = b->as_of - CRM_DAY / 2;
  result.amount = sale->amount;
  return result;
}

static int64_t preview(bench *b, const till_sale *sale)
{
  crm_sale given = rung_up(b, sale);
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  return crm_till_preview(b->till, &given, &standing, &b->error) == CRM_OK ? standing.rank : -1;
}

static int64_t post(bench *b, const till_sale *sale)
{
  crm_sale given = rung_up(b, sale);
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  return crm_till_post(b->till, &given, &standing, &b->error) == CRM_OK ? standing.rank : -1;
}

static int64_t post_year(bench *b, const till_sale *sale)
{
  crm_sale given = rung_up(b, sale);
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  return crm_till_post(b->year, &given, &standing, &b->error) == CRM_OK ? standing.rank : -1;
}

static int64_t post_shown(bench *b, const till_sale *sale)
{
  crm_sale given = rung_up(b, sale);
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  return crm_till_post(b->shown, &given, &standing, &b->error) == CRM_OK ? standing.rank : -1;
}

static int64_t standing(bench *b, const till_sale *sale)
{
  crm_customer_standing found = CRM_CUSTOMER_STANDING_INIT;
  return crm_till_standing(b->till, sale->key, &found, &b->error) == CRM_OK ? found.rank : -1;
}

static const struct {
  const char *name;
  work call;
} works[] = {
    {"preview", preview},
    {"post", post},
    {"standing", standing},
    {"post_year", post_year},
    {"post_gauges", post_shown},
};

#define WORKS (sizeof works / sizeof works[0])

static double each(bench *b, work call, const till_sale *sales)
{
  int64_t failed = 0;
  int64_t i;
  int64_t start = now_ns();
  for (i = 0; i < b->count; i++) {
    failed += call(b, &sales[i]) < 0;
  }
  start = now_ns() - start;
  if (failed > 0) {
    fprintf(stderr, "bench_till: %s\n", b->error.message);
    exit(1);
  }
  return (double)start / (double)b->count;
}

static int by_value(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* Each call by itself, the clock included. */
static void spread(bench *b, work call, const till_sale *sales, int64_t *times, int64_t *half, int64_t *most)
{
  int64_t i;
  for (i = 0; i < b->count; i++) {
    int64_t start = now_ns();
    (void)call(b, &sales[i]);
    times[i] = now_ns() - start;
  }
  qsort(times, (size_t)b->count, sizeof *times, by_value);
  *half = times[b->count / 2];
  *most = times[b->count - 1 - b->count / 100];
}

/* ---- What the calls that are no sales cost ---- */

/* A document loaded and the till brought after it, in nanoseconds. */
static crm_status load_one(bench *b, int64_t document, int64_t *load_ns, int64_t *sync_ns)
{
  static const char *const names[] = {"document", "customer", "time", "amount"};
  static const int32_t types[] = {CRM_TYPE_INTEGER, CRM_TYPE_INTEGER, CRM_TYPE_TIME, CRM_TYPE_MONEY};
  crm_column none = CRM_COLUMN_INIT;
  crm_column columns[4];
  crm_batch batch = CRM_BATCH_INIT;
  crm_load *begun = NULL;
  int64_t values[4];
  int64_t start = now_ns();
  crm_status status;
  int i;
  values[0] = INT64_C(2000000000) + document;
  values[1] = document * 977 % b->customers;
  values[2] = b->as_of - CRM_DAY / 2;
  values[3] = 1999;
  for (i = 0; i < 4; i++) {
    columns[i] = none;
    columns[i].name = names[i];
    columns[i].type = types[i];
    columns[i].scale = i == 3 ? 2 : 0;
    columns[i].values = &values[i];
    columns[i].rows = 1;
  }
  batch.columns = columns;
  batch.column_count = 4;
  batch.rows = 1;
  status = crm_load_begin(b->store, NULL, &begun, &b->error);
  status = status == CRM_OK ? crm_load_append(begun, "sales", &batch, &b->error) : status;
  status = status == CRM_OK ? crm_load_commit(begun, &b->error) : status;
  crm_load_free(begun);
  *load_ns += now_ns() - start;
  start = now_ns();
  status = status == CRM_OK ? crm_till_sync(b->till, &b->error) : status;
  *sync_ns += now_ns() - start;
  return status;
}

#define LOADS 50
#define STEPS 10

/* Loads and syncs after the posted sales are forgotten, then days of the yearly window. */
static crm_status upkeep(bench *b)
{
  int64_t load_ns = 0;
  int64_t sync_ns = 0;
  int64_t start;
  int64_t i;
  crm_status status = CRM_OK;
  crm_till_free(b->till);
  b->till = NULL;
  crm_till_free(b->shown);
  b->shown = NULL;
  for (i = 0; i < 2 && status == CRM_OK; i++) {
    crm_till_free(b->year);
    b->year = NULL;
    status = make_tills(b);
    crm_till_free(i == 0 ? b->till : NULL);
    b->till = i == 0 ? NULL : b->till;
  }
  start = now_ns();
  status = status == CRM_OK ? crm_store_prepare(b->store, &b->error) : status;
  printf(", \"prepare\": %" PRId64, now_ns() - start);
  for (i = 0; i < LOADS && status == CRM_OK; i++) {
    status = load_one(b, i, &load_ns, &sync_ns);
  }
  printf(", \"load\": %.0f, \"sync\": %.0f", (double)load_ns / LOADS, (double)sync_ns / LOADS);
  status = status == CRM_OK ? crm_till_sync(b->year, &b->error) : status;
  start = now_ns();
  for (i = 1; i <= STEPS && status == CRM_OK; i++) {
    status = crm_till_advance(b->year, b->as_of + i * CRM_DAY, &b->error);
  }
  printf(", \"advance\": %.0f, \"create\": %" PRId64 ", \"bytes\": %.1f", (double)(now_ns() - start) / STEPS,
         b->create_ns, (double)b->till_bytes / (double)crm_store_customers(b->store));
  return status;
}

/* ---- Agreement ---- */

/* 0 where an engine says something else than plain sums. */
static int agree(bench *b, till_peers *peers)
{
  int64_t i;
  for (i = 0; i < SAMPLED; i++) {
    const till_sale *sale = &b->sales[(i * 7919) % (b->count * b->rounds)];
    crm_customer_standing found = CRM_CUSTOMER_STANDING_INIT;
    int64_t spend = b->spend[sale->customer];
    int64_t ahead = 0;
    int64_t k;
    for (k = 0; k < b->customers; k++) {
      ahead += b->spend[k] > spend;
    }
    if (crm_till_standing(b->till, sale->key, &found, &b->error) != CRM_OK || found.spend != spend ||
        found.rank != ahead + 1) {
      fprintf(stderr, "bench_till: %s has spent %" PRId64 ", rank %" PRId64 "; the till: %" PRId64 ", %" PRId64 "\n",
              sale->key, spend, ahead + 1, found.spend, found.rank);
      return 0;
    }
    if (!till_peers_agree(peers, sale, spend, ahead)) {
      return 0;
    }
  }
  return 1;
}

/* ---- The run ---- */

static void put_times(const char *name, const double *times, int64_t count)
{
  int64_t i;
  printf("\"%s\": [", name);
  for (i = 0; i < count; i++) {
    printf("%s%.1f", i > 0 ? ", " : "", times[i]);
  }
  printf("]");
}

/* The sales of a round for one of those that take turns. Each has others than the one before it, which else would have
 * brought the customers near; by the last round all have had all. */
static const till_sale *share(const bench *b, int64_t round, size_t which)
{
  return b->sales + (round + (int64_t)which) % b->rounds * b->count;
}

static int measure(bench *b, till_peers *peers)
{
  static double times[WORKS + TILL_PEERS][MOST_ROUNDS];
  int64_t *single = malloc((size_t)b->count * sizeof *single);
  int64_t round;
  size_t turn;
  size_t k;
  if (single == NULL) {
    return 0;
  }
  for (round = 0; round < b->rounds; round++) {
    const till_sale *sales = b->sales + round * b->count;
    int64_t i;
    for (turn = 0; turn < WORKS + TILL_PEERS; turn++) {
      k = (turn + (size_t)round) % (WORKS + TILL_PEERS);   /* another one begins each round */
      times[k][round] = k < WORKS ? each(b, works[k].call, share(b, round, k))
                                  : till_peers_ring_up(peers, k - WORKS, share(b, round, k), b->count);
    }
    for (i = 0; i < b->count; i++) {
      b->spend[sales[i].customer] += sales[i].amount;
    }
  }
  if (!agree(b, peers)) {
    free(single);
    return 0;
  }
  printf("{\"customers\": %" PRId64 ", \"sales\": %" PRId64 ", \"versions\": {%s}, \"times\": {",
         crm_store_customers(b->store), b->count, till_peers_versions(peers));
  for (k = 0; k < WORKS; k++) {
    printf("%s", k > 0 ? ", " : "");
    put_times(works[k].name, times[k], b->rounds);
  }
  for (k = 0; k < TILL_PEERS; k++) {
    if (till_peers_have(peers, k)) {
      printf(", ");
      put_times(till_peer_names[k], times[WORKS + k], b->rounds);
    }
  }
  printf("}, \"spread\": {");
  for (k = 0; k < WORKS; k++) {
    int64_t half;
    int64_t most;
    spread(b, works[k].call, share(b, 0, k), single, &half, &most);
    printf("%s\"%s\": [%" PRId64 ", %" PRId64 "]", k > 0 ? ", " : "", works[k].name, half, most);
  }
  printf("}");
  free(single);
  return 1;
}

int main(int argc, char **argv)
{
  static const crm_config config = CRM_CONFIG_INIT;
  static const crm_error error = CRM_ERROR_INIT;
  bench b;
  till_peers *peers = NULL;
  int good;
  memset(&b, 0, sizeof b);
  if (argc < 4) {
    fprintf(stderr, "usage: bench_till DIRECTORY ROUNDS SALES [REDIS_PORT]\n");
    return 2;
  }
  b.columns.directory = argv[1];
  b.rounds = atoi(argv[2]);
  b.count = atoi(argv[3]);
  b.config = config;
  b.config.allocate = count_bytes;
  b.error = error;
  if (b.rounds < 1 || b.rounds > MOST_ROUNDS || b.count < 1) {
    return 2;
  }
  good = prepare(&b) && load(&b) == CRM_OK && make_tills(&b) == CRM_OK && make_shown(&b) == CRM_OK;
  bench_columns_drop(&b.columns);
  if (good) {
    peers = till_peers_open(b.spend, b.customers, argc > 4 ? atoi(argv[4]) : 0);
    good = peers != NULL && measure(&b, peers) && upkeep(&b) == CRM_OK;
    till_peers_close(peers);
  }
  if (good) {
    printf("}\n");
  } else {
    fprintf(stderr, "bench_till: %s\n", b.error.message);
  }
  crm_till_free(b.till);
  crm_till_free(b.year);
  crm_till_free(b.shown);
  crm_cockpit_free(b.cockpit);
  crm_store_free(b.store);
  free(b.sales);
  free(b.spend);
  return good ? 0 : 1;
}
