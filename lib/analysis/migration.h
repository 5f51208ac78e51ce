/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_MIGRATION_H
#define CRM_ANALYSIS_MIGRATION_H

#include "analysis/pyramid_handle.h"
#include "table/build.h"

#include <crm/migration.h>

/* Two pyramids and who is where in both, for the files that make tables of them. */

#define CRM__LAYERS (CRM__TIERS + 1)   /* absent is the last */

typedef struct crm__move_sum {
  int64_t customers;
  int64_t before;
  int64_t after;
} crm__move_sum;

typedef struct crm__migration {
  crm_pyramid *before;
  crm_pyramid *after;
  crm__scope was;          /* the scopes of the two, open */
  crm__scope is;
  int opened;              /* how many of them */
  int32_t tiers;
  int32_t layers;
  int32_t value_tiers;
  crm__move_sum cells[CRM__LAYERS][CRM__LAYERS];
} crm__migration;

int32_t crm__layer_of(const crm_pyramid *pyramid, uint32_t id);
const char *crm__layer_name(const crm__migration *all, int32_t layer);

/* A table in the scope after. The columns `before`, `after` and `change` stand side by side from `valued` on; -1: there
 * are none. */
crm_status crm__migration_begin(const crm__migration *all, const char *name, crm__table_column *columns, int32_t count,
                                int32_t valued, int64_t rows, crm_table **table, crm_error *error);

typedef crm_status (*crm__migration_maker)(crm__migration *all, crm_table **table, crm_error *error);

/* Opens the two, makes a table and closes them. */
crm_status crm__migration_compute(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                  const crm_migration_options *options, crm__migration_maker make, crm_table **table,
                                  crm_error *error);

#endif
