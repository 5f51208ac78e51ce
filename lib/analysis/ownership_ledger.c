/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/ownership_ledger.h"

#include "analysis/population.h"
#include "base/error.h"
#include "store/rows.h"
#include "table/build.h"

#include <stddef.h>
#include <string.h>

/* What customers, sales and opportunities are credited to. */

/* The account of an owner, or of the team or role that the owner had at an instant. */
static crm__account *account_of(crm__ledger *all, uint32_t owner, int64_t time)
{
  crm__account *of;
  if (all->by != CRM__LEDGER_OWNERS) {
    const crm__role *role = crm__role_at(&all->roles, owner, time);
    owner = role == NULL ? CRM__NONE : all->by == CRM__LEDGER_TEAMS ? role->team : role->role;
  }
  of = &all->accounts[owner == CRM__NONE ? all->nobody : owner];
  of->touched = 1;
  return of;
}

static crm_status credit_sales(crm__ledger *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      crm__account *of;
      if (facts->customer[i] == CRM__NONE || (facts->flags[i] & CRM__FACT_PERIOD) == 0) {
        continue;
      }
      of = account_of(all, crm__owner_at(&all->owners, facts->customer[i], facts->time[i]), facts->time[i]);
      of->orders += facts->flags[i] & CRM__FACT_OCCASION ? facts->orders[i] : 0;
      of->revenue += facts->money[i];
    }
  }
  return crm__facts_end(facts, error);
}

/* Whether the customer of a row of a table counts; rows without one do, unless only a segment does. */
static int row_counts(const crm__scope *scope, uint32_t customer)
{
  return customer == CRM__NONE ? scope->segment == NULL : crm__customer_counts(scope, customer);
}

static void credit_opportunity(crm__ledger *all, uint32_t row)
{
  const crm__scope *scope = all->scope;
  const crm_store *store = scope->store;
  uint32_t customer = crm__row_customer(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, row);
  uint32_t owner = crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OWNER, row);
  int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, row);
  int64_t amount = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT, row);
  int32_t outcome = crm__opportunity_outcome(store, row, scope->as_of);
  crm__account *of;
  amount = amount == INT64_MIN ? 0 : amount;
  if (owner == CRM__NONE && customer != CRM__NONE) {
    owner = outcome == CRM__OUTCOME_OPEN || closed == INT64_MIN ? crm__owner_now(scope, &all->owners, customer)
                                                                : crm__owner_at(&all->owners, customer, closed);
  }
  if (outcome != CRM__OUTCOME_OPEN && (closed == INT64_MIN || closed < scope->from || closed >= scope->to)) {
    return;
  }
  of = account_of(all, owner, outcome == CRM__OUTCOME_OPEN ? crm__scope_now(scope) : closed);
  of->open += outcome == CRM__OUTCOME_OPEN;
  of->open_amount += outcome == CRM__OUTCOME_OPEN ? amount : 0;
  of->won += outcome == CRM__OUTCOME_WON;
  of->won_amount += outcome == CRM__OUTCOME_WON ? amount : 0;
  of->lost += outcome == CRM__OUTCOME_LOST;
}

static void credit_opportunities(crm__ledger *all)
{
  const crm_store *store = all->scope->store;
  uint32_t row;
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_OPPORTUNITIES); row++) {
    if (crm__row_exists(all->scope, CRM__TABLE_OPPORTUNITIES, row) &&
        row_counts(all->scope,
                   crm__row_customer(all->scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, row))) {
      credit_opportunity(all, row);
    }
  }
}

static crm_status count_customers(crm__ledger *all, crm_error *error)
{
  crm__measures measures;
  uint32_t id;
  crm_status status = crm__measures_compute(all->scope, &measures, error);
  for (id = 0; status == CRM_OK && id < crm__customers(all->scope->store); id++) {
    if (crm__customer_is_there(all->scope, &measures, id)) {
      account_of(all, crm__owner_now(all->scope, &all->owners, id), crm__scope_now(all->scope))->customers++;
    }
  }
  return status;
}

crm_status crm__ledger_fill(crm__ledger *all, crm__scope *scope, int32_t by, crm_error *error)
{
  crm_status status = crm__owners_find(scope, &all->owners, error);
  all->scope = scope;
  all->by = by;
  all->nobody = crm__names(scope->store);
  if (status == CRM_OK) {
    status = crm__roles_find(scope, &all->roles, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all->accounts = crm__scope_alloc_zero(scope, (uint64_t)all->nobody + 1, sizeof *all->accounts);
  if (all->accounts == NULL) {
    return crm__fail_memory(error);
  }
  status = count_customers(all, error);
  if (status == CRM_OK) {
    status = credit_sales(all, error);
  }
  if (status == CRM_OK) {
    credit_opportunities(all);
  }
  return status;
}

/* ---- as a table ---- */

static const struct {
  crm__table_column column;
  size_t at;
} figures[CRM__ACCOUNT_COLUMNS] = {
  {{"customers", CRM_TYPE_INTEGER, 0}, offsetof(crm__account, customers)},
  {{"orders", CRM_TYPE_INTEGER, 0}, offsetof(crm__account, orders)},
  {{"revenue", CRM_TYPE_MONEY, 0}, offsetof(crm__account, revenue)},
  {{"won", CRM_TYPE_INTEGER, 0}, offsetof(crm__account, won)},
  {{"lost", CRM_TYPE_INTEGER, 0}, offsetof(crm__account, lost)},
  {{"won_amount", CRM_TYPE_MONEY, 0}, offsetof(crm__account, won_amount)},
  {{"open", CRM_TYPE_INTEGER, 0}, offsetof(crm__account, open)},
  {{"open_amount", CRM_TYPE_MONEY, 0}, offsetof(crm__account, open_amount)},
};

void crm__account_columns(const crm_store *store, crm__table_column *columns)
{
  int32_t i;
  for (i = 0; i < CRM__ACCOUNT_COLUMNS; i++) {
    columns[i] = figures[i].column;
    columns[i].scale = columns[i].type == CRM_TYPE_MONEY ? crm_store_digits(store) : 0;
  }
}

void crm__account_put(const crm__account *account, crm_table *table, int32_t first)
{
  int32_t i;
  for (i = 0; i < CRM__ACCOUNT_COLUMNS; i++) {
    int64_t value;
    memcpy(&value, (const char *)account + figures[i].at, sizeof value);
    crm__table_put(table, first + i, value);
  }
}

crm_status crm__ledger_order(const crm__ledger *ledger, const uint32_t **order, crm_error *error)
{
  const uint32_t *ranks = NULL;
  uint32_t *made = crm__scope_alloc(ledger->scope, (uint64_t)ledger->nobody + 1, sizeof *made);
  uint32_t i;
  crm_status status = crm__row_ranks(ledger->scope, CRM__TABLE_OWNERSHIP, CRM__OWNERSHIP_OWNER, &ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < ledger->nobody; i++) {
    made[ranks[i]] = i;
  }
  made[ledger->nobody] = ledger->nobody;
  *order = made;
  return CRM_OK;
}
