/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "moves.h"

#include "sets.h"

typedef crm_status (*migration)(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                const crm_migration_options *options, crm_table **table, crm_error *error);

static crm_status compare(const crm_store *store, const arguments *args, migration compute, crm_table **table,
                          crm_error *error)
{
  crm_migration_options options = CRM_MIGRATION_OPTIONS_INIT;
  crm_scope before = sets_before(args);
  options.value_tiers = args->value_tiers;
  options.pyramid = &args->pyramid;
  return compute(store, &before, &args->scope, &options, table, error);
}

crm_status moves_matrix(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return compare(store, args, crm_migration_compute, table, error);
}

crm_status moves_movements(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return compare(store, args, crm_migration_movements, table, error);
}

crm_status moves_rates(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return compare(store, args, crm_migration_rates, table, error);
}

crm_status moves_cultivation(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return compare(store, args, crm_migration_cultivation, table, error);
}

crm_status moves_members(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return compare(store, args, crm_migration_members, table, error);
}
