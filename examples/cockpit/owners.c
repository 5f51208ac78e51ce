/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "owners.h"

crm_status owners_history(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_ownership_history(store, &args->scope, table, error);
}

crm_status owners_all(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_ownership_owners(store, &args->scope, table, error);
}

crm_status owners_summary(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_ownership_summary(store, &args->scope, table, error);
}

crm_status owners_handovers(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_ownership_handovers(store, &args->scope, &args->handovers, table, error);
}

crm_status owners_moved(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_ownership_moved(store, &args->scope, table, error);
}

crm_status owners_organisation(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_organisation_members(store, &args->scope, table, error);
}

crm_status owners_assignments(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_organisation_history(store, &args->scope, table, error);
}

crm_status owners_teams(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_organisation_groups(store, &args->scope, NULL, table, error);
}

crm_status owners_roles(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_organisation_options options = CRM_ORGANISATION_OPTIONS_INIT;
  options.by = CRM_ORGANISATION_BY_ROLE;
  return crm_organisation_groups(store, &args->scope, &options, table, error);
}

crm_status owners_gaps(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_organisation_gaps(store, &args->scope, table, error);
}

crm_status owners_sites(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_accounts_sites(store, &args->scope, table, error);
}

crm_status owners_aliases(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_identity_aliases(store, table, error);
}
