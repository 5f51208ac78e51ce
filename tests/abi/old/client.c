/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "first.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A client as it was compiled against the first headers, run with today's library: client SALES.csv CUSTOMER
 *
 * Writes the pyramid of 2024 of one branch, and where a customer stands. Behind each of its structs lie bytes that are
 * not zero: a library that reads or writes past the size it is told meets them. */

#define PAST 0xA5
#define TAIL 64

typedef struct guarded_scope {
  crm_scope scope;
  unsigned char past[TAIL];
} guarded_scope;

typedef struct guarded_options {
  crm_load_options options;
  unsigned char past[TAIL];
} guarded_options;

typedef struct guarded_counts {
  crm_load_counts counts;
  unsigned char past[TAIL];
} guarded_counts;

typedef struct guarded_standing {
  crm_standing standing;
  unsigned char past[TAIL];
} guarded_standing;

typedef struct guarded_error {
  crm_error error;
  unsigned char past[TAIL];
} guarded_error;

static int is_whole(const unsigned char *past)
{
  int i;
  for (i = 0; i < TAIL; i++) {
    if (past[i] != PAST) {
      return 0;
    }
  }
  return 1;
}

static void *allocate(void *context, void *memory, size_t old_size, size_t new_size)
{
  int64_t *calls = context;
  (void)old_size;
  ++*calls;
  if (new_size == 0) {
    free(memory);
    return NULL;
  }
  return realloc(memory, new_size);
}

static crm_status show(void *context, const void *bytes, size_t size)
{
  return fwrite(bytes, 1, size, context) == size ? CRM_OK : CRM_ERROR_ARGUMENT;
}

static int fail(const char *what, const crm_error *error)
{
  fprintf(stderr, "%s: %s: %s\n", what, crm_status_name(error->status), error->message);
  return 1;
}

static int load_sales(crm_store *store, const char *path, crm_error *error)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  guarded_options given;
  guarded_counts told;
  crm_load *load = NULL;
  int good;
  memset(&given, PAST, sizeof given);
  memset(&told, PAST, sizeof told);
  given.options = options;
  told.counts = counts;
  good = crm_load_begin(store, &given.options, &load, error) == CRM_OK &&
         crm_load_csv_file(load, "sales", NULL, path, error) == CRM_OK && crm_load_commit(load, error) == CRM_OK &&
         crm_load_count(load, "sales", &told.counts, error) == CRM_OK && is_whole(told.past);
  printf("rows %lld accepted %lld rejected %lld\n", (long long)told.counts.rows, (long long)told.counts.accepted,
         (long long)told.counts.rejected);
  crm_load_free(load);
  return good;
}

static int show_pyramid(const crm_store *store, const char *customer, crm_error *error)
{
  static const char *const branches[] = { "north" };
  crm_scope scope = CRM_SCOPE_INIT;
  crm_standing standing = CRM_STANDING_INIT;
  crm_sink sink = CRM_SINK_INIT;
  guarded_scope given;
  guarded_standing found;
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  int good;
  scope.from = INT64_C(1704067200000000);
  scope.to = INT64_C(1735689600000000);
  scope.branches = branches;
  scope.branch_count = 1;
  sink.context = stdout;
  sink.write = show;
  memset(&given, PAST, sizeof given);
  memset(&found, PAST, sizeof found);
  given.scope = scope;
  found.standing = standing;
  good = crm_pyramid_compute(store, &given.scope, NULL, &pyramid, error) == CRM_OK &&
         crm_pyramid_tiers(pyramid, &tiers, error) == CRM_OK && crm_table_write_csv(tiers, &sink, error) == CRM_OK &&
         crm_pyramid_find(pyramid, customer, &found.standing, error) == CRM_OK && is_whole(found.past);
  if (good) {
    printf("%s %s %lld of %lld\n", customer, found.standing.name, (long long)found.standing.rank,
           (long long)found.standing.population);
  }
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  return good;
}

int main(int argc, char **argv)
{
  crm_error none = CRM_ERROR_INIT;
  crm_config config = CRM_CONFIG_INIT;
  guarded_error told;
  int64_t calls = 0;
  crm_store *store = NULL;
  crm_status status;
  memset(&told, PAST, sizeof told);
  told.error = none;
  config.allocate = allocate;
  config.allocate_context = &calls;
  if (argc != 3 || crm_store_create(&config, NULL, &store, &told.error) != CRM_OK ||
      !load_sales(store, argv[1], &told.error) || !show_pyramid(store, argv[2], &told.error)) {
    return fail("client", &told.error);
  }
  status = crm_load_begin(store, NULL, NULL, &told.error);
  printf("%s %d %d\n", crm_status_name(status), told.error.status == status, is_whole(told.past));
  printf("version %d, documents %d, memory asked for: %d\n", (int)crm_store_version(store),
         crm_store_documents(store) > 0, calls > 0);
  crm_store_free(store);
  return 0;
}
