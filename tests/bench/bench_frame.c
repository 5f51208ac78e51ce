/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

/* From columns in memory to the pyramid, through C: what python_bench.py compares the Python package with.
 *
 *     bench_frame DIRECTORY
 *
 * Writes one line of JSON: nanoseconds of the clock and of the processor, the peak of memory beyond the columns in KiB,
 * and the pyramid's spend. */

#include "columns.h"
#include "timing.h"

#include "crm_pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 9

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

int main(int count, char **arguments)
{
  static const char *const names[FIELDS] = {"document", "line", "customer", "time", "product", "branch", "quantity",
                                            "amount", "cost"};
  bench_columns source;
  crm_column columns[FIELDS];
  crm_config config = CRM_CONFIG_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_pages *pages = NULL;
  crm_store *store = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  int64_t before;
  int64_t begin;
  int64_t ns;
  int64_t cpu;
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
  cpu = cpu_ns();
  begin = now_ns();
  status = status == CRM_OK ? crm_store_create(&config, NULL, &store, &error) : status;
  status = status == CRM_OK ? load(store, columns, &error) : status;
  status = status == CRM_OK ? crm_pyramid_compute(store, NULL, NULL, &pyramid, &error) : status;
  status = status == CRM_OK ? crm_pyramid_tiers(pyramid, &tiers, &error) : status;
  ns = now_ns() - begin;
  cpu = cpu_ns() - cpu;
  if (status == CRM_OK) {
    printf("{\"ns\": %" PRId64 ", \"cpu\": %" PRId64 ", \"kib\": %" PRId64 ", \"spend\": %" PRId64 "}\n", ns, cpu,
           status_kib("VmHWM:") - before, sum_of(tiers));
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
  crm_pages_free(pages);
  bench_columns_drop(&source);
  return status != CRM_OK;
}
