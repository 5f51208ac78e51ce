/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/ownership_ledger.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/ownership.h>

#include <string.h>

/* What owners have and have done; how well customers are looked after. */

enum { OWNER, LEFT, FIGURES, ROLE = FIGURES + CRM__ACCOUNT_COLUMNS, TEAM, OWNER_COLUMNS };

static void put_owner(const crm__ledger *all, uint32_t owner, crm_table *table)
{
  const crm_store *store = all->scope->store;
  uint32_t person = owner == all->nobody ? CRM__NONE : owner;
  const crm__role *role = crm__role_at(&all->roles, person, crm__scope_now(all->scope));
  crm__put_named(table, OWNER, store, person);
  if (person == CRM__NONE) {
    crm__table_put_null(table, LEFT);
  } else {
    crm__table_put(table, LEFT, crm__staff_left(all->scope, person));
  }
  crm__account_put(&all->accounts[owner], table, FIGURES);
  crm__put_named(table, ROLE, store, role == NULL ? CRM__NONE : role->role);
  crm__put_named(table, TEAM, store, role == NULL ? CRM__NONE : role->team);
}

static crm_status put_owners(const crm__ledger *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[OWNER_COLUMNS] = {{"owner", CRM_TYPE_TEXT, 0}, {"left", CRM_TYPE_BOOLEAN, 0}};
  crm__scope *scope = all->scope;
  const uint32_t *order = NULL;
  uint32_t i;
  crm_status status = crm__ledger_order(all, &order, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__account_columns(scope->store, columns + FIGURES);
  columns[ROLE].name = "role";
  columns[TEAM].name = "team";
  columns[ROLE].type = columns[TEAM].type = CRM_TYPE_TEXT;
  status = crm__table_begin(crm__scope_memory(scope), "owners", columns, OWNER_COLUMNS, 0, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "ownership.owners", 1);
  for (i = 0; i <= all->nobody; i++) {
    if (all->accounts[order[i]].touched) {
      put_owner(all, order[i], *table);
    }
  }
  return crm__table_finish(table, error);
}

crm_status crm_ownership_owners(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm__scope own;
  crm__ledger all;
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  status = crm__scope_open(&own, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__ledger_fill(&all, &own, CRM__LEDGER_OWNERS, error);
  if (status == CRM_OK) {
    status = put_owners(&all, table, error);
  }
  crm__scope_close(&own);
  return status;
}

/* ---- how well customers are looked after ---- */

/* Notes that a person knows a customer: persons[id] is the only one so far, several[id] says that there are more. */
static void note_person(uint32_t *persons, uint8_t *several, uint32_t customer, uint32_t person)
{
  if (person == CRM__NONE || customer == CRM__NONE) {
    return;
  }
  if (persons[customer] == CRM__NONE) {
    persons[customer] = person;
  } else if (persons[customer] != person) {
    several[customer] = 1;
  }
}

static crm_status find_several(crm__scope *scope, const crm__owners *owners, const uint8_t **found, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__row_ids(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER);
  uint32_t *persons = crm__scope_alloc(scope, customers, sizeof *persons);
  uint8_t *several = crm__scope_alloc_zero(scope, customers, sizeof *several);
  uint32_t i;
  uint32_t k;
  if (persons == NULL || several == NULL) {
    return crm__fail_memory(error);
  }
  memset(persons, 0xFF, (size_t)customers * sizeof *persons);   /* CRM__NONE */
  for (i = 0; i < crm__customers(store); i++) {
    for (k = owners->starts[i]; k < owners->starts[i + 1]; k++) {
      note_person(persons, several, i, owners->spans[k].owner);
    }
  }
  for (i = 0; i < crm__rows_count(store, CRM__TABLE_INTERACTIONS); i++) {
    if (crm__row_exists(scope, CRM__TABLE_INTERACTIONS, i)) {
      note_person(persons, several, crm__row_customer(scope, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, i),
                  crm__row_id(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_STAFF, i));
    }
  }
  *found = several;
  return CRM_OK;
}

static void put_share(crm_table *table, const char *measure, int64_t part, int64_t whole)
{
  crm__table_put_name(table, 0, measure);
  if (whole == 0) {
    crm__table_put_null(table, 1);
  } else {
    crm__table_put(table, 1, crm__ratio(part, whole));
  }
  crm__table_put(table, 2, part);
  crm__table_put(table, 3, whole);
}

static crm_status summarise(crm__scope *scope, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"measure", CRM_TYPE_TEXT, 0}, {"value", CRM_TYPE_DECIMAL, 6}, {"numerator", CRM_TYPE_INTEGER, 0},
    {"denominator", CRM_TYPE_INTEGER, 0},
  };
  crm__owners owners;
  crm__measures measures;
  const uint8_t *several = NULL;
  int64_t counts[4] = {0, 0, 0, 0};   /* customers, owned, orphaned, known to several */
  uint32_t id;
  crm_status status = crm__owners_find(scope, &owners, error);
  if (status == CRM_OK) {
    status = crm__measures_compute(scope, &measures, error);
  }
  if (status == CRM_OK) {
    status = find_several(scope, &owners, &several, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (id = 0; id < crm__customers(scope->store); id++) {
    if (crm__customer_is_there(scope, &measures, id)) {
      uint32_t owner = crm__owner_now(scope, &owners, id);
      counts[0]++;
      counts[1] += owner != CRM__NONE;
      counts[2] += owner == CRM__NONE || crm__staff_left(scope, owner);
      counts[3] += several[id];
    }
  }
  status = crm__table_begin(crm__scope_memory(scope), "ownership_summary", columns, 4, 3, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "ownership.summary", 1);
  put_share(*table, "owned", counts[1], counts[0]);
  put_share(*table, "orphaned", counts[2], counts[0]);
  put_share(*table, "known_to_several", counts[3], counts[0]);
  return crm__table_finish(table, error);
}

crm_status crm_ownership_summary(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
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
  status = summarise(&own, table, error);
  crm__scope_close(&own);
  return status;
}
