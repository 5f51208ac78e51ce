/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/organisation.h"

#include "analysis/ownership.h"
#include "analysis/population.h"
#include "base/error.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/organisation.h>

/* The organisation as it was and as it is. */

static void put_instant(crm_table *table, int32_t column, int64_t time)
{
  if (time == INT64_MIN || time == INT64_MAX) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, time);
  }
}

/* Both tables begin with these. */
enum { STAFF, ROLE, TEAM, BRANCH, REGION, SEGMENT, SINCE, UNTIL, LEFT, HISTORY_COLUMNS = LEFT, CUSTOMERS, IN_SCOPE,
       MEMBER_COLUMNS };

/* role NULL: none. */
static void put_role(crm_table *table, const crm_store *store, uint32_t person, const crm__role *role)
{
  crm__put_named(table, STAFF, store, person);
  crm__put_named(table, ROLE, store, role == NULL ? CRM__NONE : role->role);
  crm__put_named(table, TEAM, store, role == NULL ? CRM__NONE : role->team);
  if (role == NULL || role->branch == CRM__NONE) {
    crm__table_put_null(table, BRANCH);
  } else {
    crm__table_put_key(table, BRANCH, crm__branch_key(store, role->branch));
  }
  crm__put_named(table, REGION, store, role == NULL ? CRM__NONE : role->region);
  crm__put_named(table, SEGMENT, store, role == NULL ? CRM__NONE : role->segment);
  put_instant(table, SINCE, role == NULL ? INT64_MIN : role->from);
  put_instant(table, UNTIL, role == NULL ? INT64_MAX : role->to);
}

/* The name ids in the order of their keys. */
static crm_status names_by_key(crm__scope *scope, const uint32_t **order, crm_error *error)
{
  uint32_t names = crm__names(scope->store);
  uint32_t *made = crm__scope_alloc(scope, names, sizeof *made);
  const uint32_t *ranks = NULL;
  uint32_t i;
  crm_status status = crm__row_ranks(scope, CRM__TABLE_ASSIGNMENTS, CRM__ASSIGNMENTS_STAFF, &ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < names; i++) {
    made[ranks[i]] = i;
  }
  *order = made;
  return CRM_OK;
}

/* ---- the history ---- */

static crm_status put_history(crm__scope *scope, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[HISTORY_COLUMNS] = {
    {"staff", CRM_TYPE_TEXT, 0},   {"role", CRM_TYPE_TEXT, 0},    {"team", CRM_TYPE_TEXT, 0},
    {"branch", CRM_TYPE_TEXT, 0},  {"region", CRM_TYPE_TEXT, 0},  {"segment", CRM_TYPE_TEXT, 0},
    {"from", CRM_TYPE_TIME, 0},    {"to", CRM_TYPE_TIME, 0},
  };
  uint32_t names = crm__names(scope->store);
  const uint32_t *order = NULL;
  crm__roles roles;
  uint32_t i;
  uint32_t k;
  crm_status status = crm__roles_find(scope, &roles, error);
  if (status == CRM_OK) {
    status = names_by_key(scope, &order, error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "assignments", columns, HISTORY_COLUMNS,
                              (int64_t)roles.starts[names], table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "organisation.history", 1);
  for (i = 0; i < names; i++) {
    for (k = roles.starts[order[i]]; k < roles.starts[order[i] + 1]; k++) {
      put_role(*table, scope->store, order[i], &roles.roles[k]);
    }
  }
  return crm__table_finish(table, error);
}

crm_status crm_organisation_history(const crm_store *store, const crm_scope *scope, crm_table **table,
                                    crm_error *error)
{
  crm__scope own;
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  status = crm__scope_open(&own, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = put_history(&own, table, error);
  crm__scope_close(&own);
  return status;
}

/* ---- the members ---- */

typedef struct members {
  crm__scope *scope;
  crm__roles roles;
  int64_t now;
  int64_t *owned;       /* customers by name */
  int64_t *in_scope;    /* and by role */
} members;

static void count_customer(members *all, const crm__home_branches *homes, uint32_t owner, uint32_t customer)
{
  const crm__role *role = NULL;
  if (owner == CRM__NONE) {
    return;
  }
  all->owned[owner]++;
  while ((role = crm__role_next(&all->roles, owner, all->now, role)) != NULL) {
    all->in_scope[role - all->roles.roles] += crm__role_holds(all->scope, homes, role, customer);
  }
}

static crm_status count_customers(members *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  uint32_t names = crm__names(scope->store);
  crm__owners owners;
  crm__home_branches homes;
  crm__measures measures;
  uint32_t id;
  crm_status status = crm__roles_find(scope, &all->roles, error);
  if (status == CRM_OK) {
    status = crm__owners_find(scope, &owners, error);
  }
  if (status == CRM_OK) {
    status = crm__home_branches_find(scope, &homes, error);
  }
  if (status == CRM_OK) {
    status = crm__measures_compute(scope, &measures, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all->now = crm__scope_now(scope);
  all->owned = crm__scope_alloc_zero(scope, names, sizeof *all->owned);
  all->in_scope = crm__scope_alloc_zero(scope, all->roles.starts[names], sizeof *all->in_scope);
  if (all->owned == NULL || all->in_scope == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < crm__customers(scope->store); id++) {
    if (crm__customer_is_there(scope, &measures, id)) {
      count_customer(all, &homes, crm__owner_now(scope, &owners, id), id);
    }
  }
  return CRM_OK;
}

static void put_member(const members *all, uint32_t person, const crm__role *role, crm_table *table)
{
  put_role(table, all->scope->store, person, role);
  crm__table_put(table, LEFT, crm__staff_left(all->scope, person));
  crm__table_put(table, CUSTOMERS, all->owned[person]);
  if (role == NULL || role->role == CRM__NONE) {
    crm__table_put_null(table, IN_SCOPE);
  } else {
    crm__table_put(table, IN_SCOPE, all->in_scope[role - all->roles.roles]);
  }
}

static crm_status put_members(members *all, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[MEMBER_COLUMNS] = {
    {"staff", CRM_TYPE_TEXT, 0},   {"role", CRM_TYPE_TEXT, 0},         {"team", CRM_TYPE_TEXT, 0},
    {"branch", CRM_TYPE_TEXT, 0},  {"region", CRM_TYPE_TEXT, 0},       {"segment", CRM_TYPE_TEXT, 0},
    {"since", CRM_TYPE_TIME, 0},   {"until", CRM_TYPE_TIME, 0},        {"left", CRM_TYPE_BOOLEAN, 0},
    {"customers", CRM_TYPE_INTEGER, 0}, {"in_scope", CRM_TYPE_INTEGER, 0},
  };
  const uint32_t *order = NULL;
  uint32_t i;
  crm_status status = names_by_key(all->scope, &order, error);
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(all->scope), "organisation", columns, MEMBER_COLUMNS, 0, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(all->scope, *table, "organisation.members", 1);
  for (i = 0; i < crm__names(all->scope->store); i++) {
    const crm__role *role = crm__role_at(&all->roles, order[i], all->now);
    if (role == NULL && all->owned[order[i]] > 0) {
      put_member(all, order[i], NULL, *table);
    }
    for (; role != NULL; role = crm__role_next(&all->roles, order[i], all->now, role)) {
      put_member(all, order[i], role, *table);
    }
  }
  return crm__table_finish(table, error);
}

crm_status crm_organisation_members(const crm_store *store, const crm_scope *scope, crm_table **table,
                                    crm_error *error)
{
  crm__scope own;
  members all;
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  status = crm__scope_open(&own, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  all.scope = &own;
  status = count_customers(&all, error);
  if (status == CRM_OK) {
    status = put_members(&all, table, error);
  }
  crm__scope_close(&own);
  return status;
}
