/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FIRST_H
#define CRM_FIRST_H

#include <stddef.h>
#include <stdint.h>

/* What a client of the first headers saw of libcrm, kept as they had it: the parts that client.c needs. Structs that
 * have grown since (crm_scope, crm_load_options) are here as short as they were. Never changed. */

typedef int32_t crm_status;

#define CRM_OK 0
#define CRM_ERROR_ARGUMENT 1
#define CRM_ERROR_NOT_FOUND 12

typedef struct crm_error {
  uint32_t struct_size;
  crm_status status;
  int64_t row;
  int64_t byte;
  char table[32];
  char column[64];
  char message[256];
} crm_error;

#define CRM_ERROR_INIT { (uint32_t)sizeof(crm_error), 0, 0, -1, {0}, {0}, {0} }

typedef void *(*crm_allocate)(void *context, void *memory, size_t old_size, size_t new_size);

typedef struct crm_config {
  uint32_t struct_size;
  uint32_t reserved;
  crm_allocate allocate;
  void *allocate_context;
  uint64_t memory_limit;
} crm_config;

#define CRM_CONFIG_INIT { (uint32_t)sizeof(crm_config), 0, NULL, NULL, 0 }

typedef struct crm_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  crm_status (*write)(void *context, const void *bytes, size_t size);
} crm_sink;

#define CRM_SINK_INIT { (uint32_t)sizeof(crm_sink), 0, NULL, NULL }

typedef struct crm_context crm_context;
typedef struct crm_store crm_store;
typedef struct crm_load crm_load;
typedef struct crm_table crm_table;
typedef struct crm_pyramid crm_pyramid;

typedef struct crm_scope {
  uint32_t struct_size;
  int32_t money;
  int64_t from;
  int64_t to;
  int64_t as_of;
  int32_t refunds;
  int32_t occasions;
  const char *const *branches;
  int64_t branch_count;
  crm_context *context;
  int32_t internal;
  uint32_t reserved;
} crm_scope;

#define CRM_SCOPE_INIT { (uint32_t)sizeof(crm_scope), 0, INT64_MIN, INT64_MAX, INT64_MAX, 0, 0, NULL, 0, NULL, 0, 0 }

typedef struct crm_load_counts {
  uint32_t struct_size;
  int32_t ignored_columns;
  int64_t rows;
  int64_t accepted;
  int64_t duplicate;
  int64_t rejected;
  int64_t rounded;
  int64_t amount_in;
  int64_t amount_accepted;
} crm_load_counts;

#define CRM_LOAD_COUNTS_INIT { (uint32_t)sizeof(crm_load_counts), 0, 0, 0, 0, 0, 0, 0, 0 }

typedef struct crm_load_options {
  uint32_t struct_size;
  int32_t replace;
  int32_t all_or_nothing;
  uint32_t reserved;
} crm_load_options;

#define CRM_LOAD_OPTIONS_INIT { (uint32_t)sizeof(crm_load_options), 0, 0, 0 }

typedef struct crm_standing {
  uint32_t struct_size;
  int32_t tier;
  const char *name;
  int64_t rank;
  int64_t population;
  int64_t value;
  int64_t gap;
  int64_t margin;
} crm_standing;

#define CRM_STANDING_INIT { (uint32_t)sizeof(crm_standing), 0, NULL, 0, 0, 0, 0, 0 }

const char *crm_status_name(crm_status status);

crm_status crm_store_create(const crm_config *config, const void *options, crm_store **store, crm_error *error);
void crm_store_free(crm_store *store);
int64_t crm_store_version(const crm_store *store);
int64_t crm_store_documents(const crm_store *store);

crm_status crm_load_begin(crm_store *store, const crm_load_options *options, crm_load **load, crm_error *error);
crm_status crm_load_csv_file(crm_load *load, const char *table, const void *csv, const char *path, crm_error *error);
crm_status crm_load_count(const crm_load *load, const char *table, crm_load_counts *counts, crm_error *error);
crm_status crm_load_commit(crm_load *load, crm_error *error);
void crm_load_free(crm_load *load);

crm_status crm_pyramid_compute(const crm_store *store, const crm_scope *scope, const void *options,
                               crm_pyramid **pyramid, crm_error *error);
crm_status crm_pyramid_tiers(const crm_pyramid *pyramid, crm_table **table, crm_error *error);
crm_status crm_pyramid_find(const crm_pyramid *pyramid, const char *key, crm_standing *standing, crm_error *error);
void crm_pyramid_free(crm_pyramid *pyramid);

int64_t crm_table_rows(const crm_table *table);
int32_t crm_table_find(const crm_table *table, const char *name);
int64_t crm_table_integer(const crm_table *table, int32_t column, int64_t row);
crm_status crm_table_write_csv(const crm_table *table, const crm_sink *sink, crm_error *error);
void crm_table_free(crm_table *table);

#endif
