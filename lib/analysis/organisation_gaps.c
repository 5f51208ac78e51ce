/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/organisation.h"

#include "analysis/ownership.h"
#include "analysis/population.h"
#include "base/error.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/organisation.h>

/* What is not in order in the organisation: owners without a role, customers outside their owner's scope, branches
 * without anybody. */

typedef struct gaps {
  crm__scope *scope;
  crm__roles roles;
  crm__home_branches homes;
  int64_t now;
  int64_t *owned;              /* customers by name */
  int64_t *by_branch;          /* customers by branch */
  uint8_t *manned;             /* by branch: 1 where somebody has a role for it */
  uint32_t *outside;           /* the owner by customer whom no scope of the owner holds, else CRM__NONE */
  const uint32_t *names;       /* in the order of their keys; likewise customers, branches */
  const uint32_t *customers;
  const uint32_t *branches;
} gaps;

static int has_role(const gaps *all, uint32_t person)
{
  const crm__role *role = crm__role_at(&all->roles, person, all->now);
  return role != NULL && role->role != CRM__NONE;
}

/* ---- what is counted ---- */

static void look_at(gaps *all, uint32_t owner, uint32_t customer)
{
  const crm__role *role = NULL;
  uint32_t branch = all->homes.last[customer];
  int held = 0;
  if (branch != CRM__NONE) {
    all->by_branch[branch]++;
  }
  if (owner == CRM__NONE) {
    return;
  }
  all->owned[owner]++;
  while (!held && (role = crm__role_next(&all->roles, owner, all->now, role)) != NULL) {
    held = crm__role_holds(all->scope, &all->homes, role, customer);
  }
  if (!held && has_role(all, owner)) {
    all->outside[customer] = owner;
  }
}

static crm_status look_at_customers(gaps *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  crm__owners owners;
  crm__measures measures;
  uint32_t id;
  crm_status status = crm__owners_find(scope, &owners, error);
  if (status == CRM_OK) {
    status = crm__measures_compute(scope, &measures, error);
  }
  for (id = 0; status == CRM_OK && id < crm__customers(scope->store); id++) {
    all->outside[id] = CRM__NONE;
    if (crm__customer_is_there(scope, &measures, id)) {
      look_at(all, crm__owner_now(scope, &owners, id), id);
    }
  }
  return status;
}

static void find_manned(gaps *all)
{
  uint32_t person;
  for (person = 0; person < crm__names(all->scope->store); person++) {
    const crm__role *role = crm__role_at(&all->roles, person, all->now);
    for (; role != NULL; role = crm__role_next(&all->roles, person, all->now, role)) {
      if (role->branch != CRM__NONE) {
        all->manned[role->branch] = 1;
      }
    }
  }
}

/* The ids below a number in the order of their ranks. */
static crm_status in_order(crm__scope *scope, const uint32_t *ranks, uint32_t count, const uint32_t **order,
                           crm_error *error)
{
  uint32_t *made = crm__scope_alloc(scope, count, sizeof *made);
  uint32_t i;
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    made[ranks[i]] = i;
  }
  *order = made;
  return CRM_OK;
}

static crm_status find_orders(gaps *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  const uint32_t *ranks = NULL;
  crm_status status = crm__customers_by_key(scope, &all->customers, error);
  if (status == CRM_OK) {
    status = crm__row_ranks(scope, CRM__TABLE_ASSIGNMENTS, CRM__ASSIGNMENTS_STAFF, &ranks, error);
  }
  if (status == CRM_OK) {
    status = in_order(scope, ranks, crm__names(scope->store), &all->names, error);
  }
  if (status == CRM_OK) {
    status = crm__branch_ranks(scope, &ranks, error);
  }
  if (status == CRM_OK) {
    status = in_order(scope, ranks, crm__branches(scope->store), &all->branches, error);
  }
  return status;
}

static crm_status find_gaps(gaps *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  const crm_store *store = scope->store;
  crm_status status = find_orders(all, error);
  if (status == CRM_OK) {
    status = crm__home_branches_find(scope, &all->homes, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all->owned = crm__scope_alloc_zero(scope, crm__names(store), sizeof *all->owned);
  all->by_branch = crm__scope_alloc_zero(scope, crm__branches(store), sizeof *all->by_branch);
  all->manned = crm__scope_alloc_zero(scope, crm__branches(store), sizeof *all->manned);
  all->outside = crm__scope_alloc(scope, crm__customers(store), sizeof *all->outside);
  if (all->owned == NULL || all->by_branch == NULL || all->manned == NULL || all->outside == NULL) {
    return crm__fail_memory(error);
  }
  find_manned(all);
  return look_at_customers(all, error);
}

/* ---- the table ---- */

enum { FINDING, STAFF, CUSTOMER, BRANCH, CUSTOMERS, GAP_COLUMNS };

/* A row about a person, a customer and a branch, CRM__NONE: none of it. */
static void put_gap(const gaps *all, const char *finding, uint32_t person, uint32_t customer, uint32_t branch,
                    int64_t customers, crm_table *table)
{
  const crm_store *store = all->scope->store;
  crm__table_put_name(table, FINDING, finding);
  if (person == CRM__NONE) {
    crm__table_put_null(table, STAFF);
  } else {
    crm__table_put_key(table, STAFF, crm__name_key(store, person));
  }
  if (customer == CRM__NONE) {
    crm__table_put_null(table, CUSTOMER);
  } else {
    crm__table_put_key(table, CUSTOMER, crm__customer_key(store, customer));
  }
  if (branch == CRM__NONE) {
    crm__table_put_null(table, BRANCH);
  } else {
    crm__table_put_key(table, BRANCH, crm__branch_key(store, branch));
  }
  crm__table_put(table, CUSTOMERS, customers);
}

static void put_gaps(const gaps *all, crm_table *table)
{
  const crm_store *store = all->scope->store;
  uint32_t i;
  for (i = 0; i < crm__names(store); i++) {
    uint32_t person = all->names[i];
    if (all->owned[person] > 0 && !has_role(all, person)) {
      put_gap(all, "owner_without_role", person, CRM__NONE, CRM__NONE, all->owned[person], table);
    }
  }
  for (i = 0; i < crm__customers(store); i++) {
    uint32_t customer = all->customers[i];
    if (all->outside[customer] != CRM__NONE) {
      put_gap(all, "outside_scope", all->outside[customer], customer, CRM__NONE, 1, table);
    }
  }
  for (i = 0; all->roles.by_branch && i < crm__branches(store); i++) {
    uint32_t branch = all->branches[i];
    if (all->homes.visited[branch] && !all->manned[branch]) {
      put_gap(all, "branch_without_role", CRM__NONE, CRM__NONE, branch, all->by_branch[branch], table);
    }
  }
}

crm_status crm_organisation_gaps(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[GAP_COLUMNS] = {
    {"finding", CRM_TYPE_TEXT, 0}, {"staff", CRM_TYPE_TEXT, 0},        {"customer", CRM_TYPE_TEXT, 0},
    {"branch", CRM_TYPE_TEXT, 0},  {"customers", CRM_TYPE_INTEGER, 0},
  };
  crm__scope own;
  gaps all;
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
  all.now = crm__scope_now(&own);
  status = crm__roles_find(&own, &all.roles, error);
  if (status == CRM_OK && all.roles.told) {
    status = find_gaps(&all, error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(&own), "organisation_gaps", columns, GAP_COLUMNS, 0, table, error);
  }
  if (status == CRM_OK) {
    crm__scope_describe(&own, *table, "organisation.gaps", 1);
    if (all.roles.told) {
      put_gaps(&all, *table);
    }
    status = crm__table_finish(table, error);
  }
  crm__scope_close(&own);
  return status;
}
