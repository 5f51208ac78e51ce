/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/ownership_ledger.h"

#include "base/error.h"
#include "store/rows.h"

#include <crm/organisation.h>

/* What teams or roles have and have done. */

enum { GROUP, STAFF, FIGURES, GROUP_COLUMNS = FIGURES + CRM__ACCOUNT_COLUMNS };

/* Persons by team or role at as-of, those without one behind them. */
static int64_t *count_staff(const crm__ledger *all)
{
  int64_t *staff = crm__scope_alloc_zero(all->scope, (uint64_t)all->nobody + 1, sizeof *staff);
  uint32_t person;
  for (person = 0; staff != NULL && person < all->nobody; person++) {
    const crm__role *role = crm__role_at(&all->roles, person, crm__scope_now(all->scope));
    if (role != NULL) {
      uint32_t group = all->by == CRM__LEDGER_TEAMS ? role->team : role->role;
      staff[group == CRM__NONE ? all->nobody : group]++;
    }
  }
  return staff;
}

static void put_group(const crm__ledger *all, uint32_t group, int64_t staff, crm_table *table)
{
  if (group == all->nobody) {
    crm__table_put_null(table, GROUP);
  } else {
    crm__table_put_key(table, GROUP, crm__name_key(all->scope->store, group));
  }
  crm__table_put(table, STAFF, staff);
  crm__account_put(&all->accounts[group], table, FIGURES);
}

static crm_status put_groups(const crm__ledger *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[GROUP_COLUMNS] = {{"group", CRM_TYPE_TEXT, 0}, {"staff", CRM_TYPE_INTEGER, 0}};
  crm__scope *scope = all->scope;
  const uint32_t *order = NULL;
  int64_t *staff = count_staff(all);
  uint32_t i;
  crm_status status = crm__ledger_order(all, &order, error);
  if (status != CRM_OK) {
    return status;
  }
  if (staff == NULL) {
    return crm__fail_memory(error);
  }
  crm__account_columns(scope->store, columns + FIGURES);
  status = crm__table_begin(crm__scope_memory(scope), "organisation_groups", columns, GROUP_COLUMNS, 0, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "organisation.groups", 1);
  crm__table_meta(*table, "by", "%s", all->by == CRM__LEDGER_TEAMS ? "team" : "role");
  for (i = 0; i <= all->nobody; i++) {
    if (all->accounts[order[i]].touched || staff[order[i]] > 0) {
      put_group(all, order[i], staff[order[i]], *table);
    }
  }
  return crm__table_finish(table, error);
}

crm_status crm_organisation_groups(const crm_store *store, const crm_scope *scope,
                                   const crm_organisation_options *options, crm_table **table, crm_error *error)
{
  static const crm_organisation_options defaults = CRM_ORGANISATION_OPTIONS_INIT;
  crm_organisation_options own = defaults;
  crm__scope opened;
  crm__ledger all;
  crm_status status = CRM_OK;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  if (options != NULL) {
    status = crm__struct_read(&own, sizeof own, options, "crm_organisation_options", error);
  }
  if (status == CRM_OK && own.by != CRM_ORGANISATION_BY_TEAM && own.by != CRM_ORGANISATION_BY_ROLE) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "by", 0, -1, "groups are teams or roles");
  }
  if (status == CRM_OK) {
    status = crm__scope_open(&opened, store, scope, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = crm__ledger_fill(&all, &opened, own.by == CRM_ORGANISATION_BY_TEAM ? CRM__LEDGER_TEAMS : CRM__LEDGER_ROLES,
                            error);
  if (status == CRM_OK) {
    status = put_groups(&all, table, error);
  }
  crm__scope_close(&opened);
  return status;
}
