/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

/* From columns in memory to the pyramid, through C: what python_bench.py compares the Python package with.
 *
 *     bench_frame DIRECTORY
 *
 * Writes one line of JSON: nanoseconds of the clock and of the processor, the median of some runs in one process, the
 * peak of memory beyond the columns in the first of them in KiB, and the pyramid's spend. */

#include "columns.h"
#include "timing.h"

#include "crm_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 9
#define RUNS 5   /* as in python_bench.py */

typedef struct bench_run {
  int64_t ns;
  int64_t cpu;
  int64_t spend;
  int64_t peak;   /* KiB of the process until then */
} bench_run;

/* A number of KiB of this process: VmRSS now, VmHWM at most. 0 where the system does not tell. */
static int64_t status_kib(const char *name)
{
  char line[256];
  int64_t found = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, name, strlen(name)) == 0) {
      found = strtoll(line + strlen(name) + 1, NULL, 10);
    }
  }
  if (file != NULL) {
    (void)fclose(file);
  }
  return found;
}

static int64_t cpu_ns(void)
{
  struct timespec t;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static crm_status load(crm_store *store, const crm_column *columns, crm_error *error)
{
  crm_batch batch = CRM_BATCH_INIT;
  crm_load *running = NULL;
  crm_status status = crm_load_begin(store, NULL, &running, error);
  batch.columns = columns;
  batch.column_count = FIELDS;
  batch.rows = columns[0].rows;
  status = status == CRM_OK ? crm_load_append(running, "sales", &batch, error) : status;
  status = status == CRM_OK ? crm_load_commit(running, error) : status;
  crm_load_free(running);
  return status;
}

static int64_t sum_of(const crm_table *tiers)
{
  int32_t column = crm_table_find(tiers, "spend");
  int64_t sum = 0;
  int64_t row;
  for (row = 0; row < crm_table_rows(tiers); row++) {
    sum += crm_table_integer(tiers, column, row);
  }
  return sum;
}

/* From columns to the pyramid once. */
static crm_status run(const crm_config *config, const crm_column *columns, bench_run *done, crm_error *error)
{
  crm_store *store = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  int64_t begin = now_ns();
  int64_t cpu = cpu_ns();
  crm_status status = crm_store_create(config, NULL, &store, error);
  status = status == CRM_OK ? load(store, columns, error) : status;
  status = status == CRM_OK ? crm_pyramid_compute(store, NULL, NULL, &pyramid, error) : status;
  status = status == CRM_OK ? crm_pyramid_tiers(pyramid, &tiers, error) : status;
  done->ns = now_ns() - begin;
  done->cpu = cpu_ns() - cpu;
  done->spend = status == CRM_OK ? sum_of(tiers) : 0;
  done->peak = status_kib("VmHWM:");
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
  return status;
}

static int by_value(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t middle(int64_t *values)
{
  qsort(values, RUNS, sizeof *values, by_value);
  return values[RUNS / 2];
}

int main(int count, char **arguments)
{
  static const char *const names[FIELDS] = {"document", "line", "customer", "time", "product", "branch", "quantity",
                                            "amount", "cost"};
  bench_columns source;
  crm_column columns[FIELDS];
  crm_config config = CRM_CONFIG_INIT;
  crm_pages *pages = NULL;   /* for all runs, as the Python package keeps its own */
  crm_error error = CRM_ERROR_INIT;
  bench_run runs[RUNS];
  int64_t ns[RUNS];
  int64_t cpu[RUNS];
  int64_t before;
  crm_status status;
  int i;
  memset(&source, 0, sizeof source);
  source.directory = count > 1 ? arguments[1] : ".";
  for (i = 0; i < FIELDS; i++) {
    if (!bench_column(&source, i, names[i], &columns[i])) {
      fprintf(stderr, "column %s cannot be read\n", names[i]);
      return 1;
    }
  }
  status = crm_pages_create(&pages);
  crm_pages_lend(pages, &config);
  before = status_kib("VmRSS:");
  for (i = 0; i < RUNS && status == CRM_OK; i++) {
    status = run(&config, columns, &runs[i], &error);
    ns[i] = runs[i].ns;
    cpu[i] = runs[i].cpu;
  }
  if (status == CRM_OK) {
    printf("{\"ns\": %" PRId64 ", \"cpu\": %" PRId64 ", \"kib\": %" PRId64 ", \"spend\": %" PRId64 "}\n",
           middle(ns), middle(cpu), runs[0].peak - before, runs[0].spend);
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  crm_pages_free(pages);
  bench_columns_drop(&source);
  return status != CRM_OK;
}
