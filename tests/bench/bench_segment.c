/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 600

#include <crm/crm.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long an expression of twenty conditions takes beside reading its columns: the same values as plain arrays, each
 * read once and added up. The store has kept what its measures are made of, as after any load.
 *
 *     bench_segment [CUSTOMERS [RUNS]]
 *
 * Writes JSON: customers, how many are in the segment, conditions, columns, and the processor times of both in turn, in
 * nanoseconds. */

#define BATCH 50000

/* Of this process, so that what else the machine does counts less. */
static int64_t cpu_ns(void)
{
  struct timespec t;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static const char *const expression =
  "spend > 20 and orders >= 1 and cost < 90000 and profit > -500 and average_order between 1 and 90000 and "
  "days_since_last < 5000 and last >= 2020-01-01 and first < as_of and (region = 'r3' or region <> 'r5') and "
  "credit_limit > 1 and joined >= 2015-01-01 and kind in ('person', 'business') and score > 0.5 and score < 999 and "
  "(reference or not reference) and owner not in ('o1', 'o2') and days_since_first >= 0 and "
  "budget <= 90000";

#define CONDITIONS 20
#define COLUMNS 17

typedef struct rows {
  int64_t *keys;
  int64_t *amounts;
  int64_t *times;
  int64_t *numbers;
  int64_t *offsets[4];   /* region, owner, kind, reference */
  char *bytes[4];
} rows;

static uint64_t state = 88172645463325252u;

static uint32_t below(uint32_t bound)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 33) % bound;
}

static crm_column column_of(const char *name, int32_t type, int32_t scale, const void *values, int64_t count)
{
  crm_column column = CRM_COLUMN_INIT;
  column.name = name;
  column.type = type;
  column.scale = scale;
  column.values = values;
  column.rows = count;
  return column;
}

static void append_text(rows *to, int which, int64_t row, const char *text)
{
  size_t length = strlen(text);
  memcpy(to->bytes[which] + to->offsets[which][row], text, length);
  to->offsets[which][row + 1] = to->offsets[which][row] + (int64_t)length;
}

static crm_status fill_customers(rows *of, crm_load *load, int64_t first, int64_t count, crm_error *error)
{
  static const char *const names[4] = {"region", "owner", "kind", "reference"};
  crm_column columns[9];
  crm_batch batch = CRM_BATCH_INIT;
  int64_t i;
  int k;
  for (i = 0; i < count; i++) {
    char text[16];
    of->keys[i] = first + i;
    of->amounts[i] = below(1000000);
    of->times[i] = (int64_t)(17000 + below(2000)) * CRM_DAY;
    of->numbers[i] = below(1000000000);
    (void)snprintf(text, sizeof text, "r%u", (unsigned)below(9));
    append_text(of, 0, i, text);
    (void)snprintf(text, sizeof text, "o%u", (unsigned)below(99));
    append_text(of, 1, i, text);
    append_text(of, 2, i, below(4) ? "person" : "business");
    append_text(of, 3, i, below(2) ? "yes" : "no");
  }
  columns[0] = column_of("customer", CRM_TYPE_INTEGER, 0, of->keys, count);
  columns[1] = column_of("credit_limit", CRM_TYPE_MONEY, 2, of->amounts, count);
  columns[2] = column_of("joined", CRM_TYPE_TIME, 0, of->times, count);
  columns[3] = column_of("score", CRM_TYPE_DECIMAL, 6, of->numbers, count);
  columns[4] = column_of("budget", CRM_TYPE_MONEY, 2, of->amounts, count);
  for (k = 0; k < 4; k++) {
    columns[5 + k] = column_of(names[k], CRM_TYPE_TEXT, 0, NULL, count);
    columns[5 + k].offsets = of->offsets[k];
    columns[5 + k].bytes = of->bytes[k];
  }
  batch.columns = columns;
  batch.column_count = 9;
  batch.rows = count;
  return crm_load_append(load, "customers", &batch, error);
}

static crm_status fill_sales(rows *of, crm_load *load, int64_t first, int64_t count, int64_t customers,
                             crm_error *error)
{
  crm_column columns[5];
  crm_batch batch = CRM_BATCH_INIT;
  int64_t i;
  for (i = 0; i < count; i++) {
    of->keys[i] = first + i;
    of->numbers[i] = (first + i) % customers;
    of->amounts[i] = 5000 + below(100000);
    of->times[i] = (int64_t)(19000 + below(700)) * CRM_DAY + (int64_t)below(86400) * 1000000;
  }
  columns[0] = column_of("document", CRM_TYPE_INTEGER, 0, of->keys, count);
  columns[1] = column_of("customer", CRM_TYPE_INTEGER, 0, of->numbers, count);
  columns[2] = column_of("amount", CRM_TYPE_MONEY, 2, of->amounts, count);
  columns[3] = column_of("time", CRM_TYPE_TIME, 0, of->times, count);
  columns[4] = column_of("cost", CRM_TYPE_MONEY, 2, of->amounts, count);
  batch.columns = columns;
  batch.column_count = 5;
  batch.rows = count;
  return crm_load_append(load, "sales", &batch, error);
}

static crm_status load_all(crm_store *store, rows *of, int64_t customers, crm_error *error)
{
  crm_load *load = NULL;
  int64_t first;
  crm_status status = crm_load_begin(store, NULL, &load, error);
  for (first = 0; status == CRM_OK && first < customers; first += BATCH) {
    status = fill_customers(of, load, first, customers - first < BATCH ? customers - first : BATCH, error);
  }
  for (first = 0; status == CRM_OK && first < 2 * customers; first += BATCH) {
    status = fill_sales(of, load, first, 2 * customers - first < BATCH ? 2 * customers - first : BATCH, customers,
                        error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, error);
  }
  crm_load_free(load);
  return status;
}

static int make_rows(rows *of)
{
  int ok;
  int k;
  of->keys = calloc(BATCH, sizeof *of->keys);
  of->amounts = calloc(BATCH, sizeof *of->amounts);
  of->times = calloc(BATCH, sizeof *of->times);
  of->numbers = calloc(BATCH, sizeof *of->numbers);
  ok = of->keys != NULL && of->amounts != NULL && of->times != NULL && of->numbers != NULL;
  for (k = 0; k < 4; k++) {
    of->offsets[k] = calloc(BATCH + 1, sizeof *of->offsets[k]);
    of->bytes[k] = calloc(BATCH, 16);
    ok &= of->offsets[k] != NULL && of->bytes[k] != NULL;
  }
  return ok;
}

static void free_rows(rows *of)
{
  int k;
  free(of->keys);
  free(of->amounts);
  free(of->times);
  free(of->numbers);
  for (k = 0; k < 4; k++) {
    free(of->offsets[k]);
    free(of->bytes[k]);
  }
}

/* Bytes of a value in each column that the expression asks about, as results have them: money, numbers, integers and
 * times 8, dates and numbers of names 4, words and yes or no 1. */
static const int widths[COLUMNS] = {8, 8, 8, 8, 8, 8, 4, 4, 4, 8, 8, 1, 8, 1, 4, 8, 8};

static int64_t add_up(const void *values, int width, int64_t count)
{
  int64_t total = 0;
  int64_t i;
  if (width == 8) {
    const int64_t *wide = values;
    for (i = 0; i < count; i++) {
      total += wide[i];
    }
  } else if (width == 4) {
    const int32_t *ids = values;
    for (i = 0; i < count; i++) {
      total += ids[i];
    }
  } else {
    const uint8_t *bytes = values;
    for (i = 0; i < count; i++) {
      total += bytes[i];
    }
  }
  return total;
}

/* Reads every column once. */
static int64_t scan(const int64_t *values, int64_t customers, int64_t *sum)
{
  int64_t start = cpu_ns();
  int k;
  for (k = 0; k < COLUMNS; k++) {
    *sum += add_up(values + (int64_t)k * customers, widths[k], customers);
  }
  return cpu_ns() - start;
}

static void print_times(const char *name, const int64_t *times, int runs)
{
  int run;
  printf(", \"%s\": [", name);
  for (run = 0; run < runs; run++) {
    printf("%s%lld", run == 0 ? "" : ", ", (long long)times[run]);
  }
  printf("]");
}

/* Once beforehand, so that scratch is there. 0: a failure. */
static int take_turns(const crm_store *store, const crm_scope *scope, const int64_t *values, int64_t customers,
                      int runs, int64_t *times, crm_error *error)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  int64_t sum = 0;
  int64_t size = 0;
  int run;
  options.expression = expression;
  for (run = -1; run < runs; run++) {
    crm_segment *segment = NULL;
    int64_t start = cpu_ns();
    int64_t took;
    if (crm_segment_compute(store, scope, &options, &segment, error) != CRM_OK) {
      return 0;
    }
    took = cpu_ns() - start;
    size = crm_segment_size(segment);
    crm_segment_free(segment);
    times[run < 0 ? 0 : run] = took;
    took = scan(values, customers, &sum);
    times[runs + (run < 0 ? 0 : run)] = took;
  }
  printf("{\"customers\": %lld, \"in_segment\": %lld, \"conditions\": %d, \"columns\": %d, \"check\": %lld",
         (long long)customers, (long long)size, CONDITIONS, COLUMNS, (long long)(sum % 1000));
  print_times("segment", times, runs);
  print_times("scan", times + runs, runs);
  printf("}\n");
  return 1;
}

static int measure(const crm_store *store, int64_t customers, int runs, crm_error *error)
{
  crm_context *context = NULL;
  crm_scope scope = CRM_SCOPE_INIT;
  int64_t *values = malloc((size_t)customers * COLUMNS * sizeof *values);
  int64_t *times = calloc((size_t)runs * 2, sizeof *times);
  int64_t i;
  int good = values != NULL && times != NULL && crm_context_create(NULL, &context, error) == CRM_OK;
  for (i = 0; good && i < customers * COLUMNS; i++) {
    values[i] = below(1000);
  }
  scope.context = context;
  good = good && take_turns(store, &scope, values, customers, runs, times, error);
  crm_context_free(context);
  free(times);
  free(values);
  return good;
}

int main(int count, char **texts)
{
  int64_t customers = count > 1 ? atoll(texts[1]) : 1000000;
  int runs = count > 2 && atoi(texts[2]) > 0 ? atoi(texts[2]) : 9;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  rows of;
  int good;
  memset(&of, 0, sizeof of);
  good = make_rows(&of) && crm_store_create(NULL, NULL, &store, &error) == CRM_OK &&
         crm_store_attribute(store, "customers", "score", CRM_TYPE_DECIMAL, &error) == CRM_OK &&
         crm_store_attribute(store, "customers", "budget", CRM_TYPE_MONEY, &error) == CRM_OK &&
         load_all(store, &of, customers, &error) == CRM_OK && measure(store, customers, runs, &error);
  if (!good) {
    fprintf(stderr, "bench_segment: %s\n", error.message);
  }
  free_rows(&of);
  crm_store_free(store);
  return good ? 0 : 1;
}
