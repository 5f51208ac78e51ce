/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/ownership.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/ownership.h>

#include <string.h>

/* What owners have and have done; how well customers are looked after. */

typedef struct account {
  int64_t customers;
  int64_t orders;
  int64_t revenue;
  int64_t won;
  int64_t lost;
  int64_t won_amount;
  int64_t open;
  int64_t open_amount;
  int32_t touched;
} account;

typedef struct ledger {
  crm__scope *scope;
  crm__owners owners;
  account *accounts;    /* by name id, nobody's behind them */
  uint32_t nobody;
} ledger;

static account *account_of(ledger *all, uint32_t owner)
{
  account *of = &all->accounts[owner == CRM__NONE ? all->nobody : owner];
  of->touched = 1;
  return of;
}

static crm_status open_ledger(ledger *all, crm__scope *scope, crm_error *error)
{
  crm_status status = crm__owners_find(scope, &all->owners, error);
  all->scope = scope;
  all->nobody = crm__names(scope->store);
  if (status != CRM_OK) {
    return status;
  }
  all->accounts = crm__scope_alloc_zero(scope, (uint64_t)all->nobody + 1, sizeof *all->accounts);
  return all->accounts == NULL ? crm__fail_memory(error) : CRM_OK;
}

static uint32_t owner_now(const crm__scope *scope, const crm__owners *owners, uint32_t id)
{
  return crm__owner_at(owners, id, scope->as_of == INT64_MIN ? INT64_MIN : scope->as_of - 1);
}

static crm_status credit_sales(ledger *all, crm_error *error)
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
      account *of;
      if (facts->customer[i] == CRM__NONE || (facts->flags[i] & CRM__FACT_PERIOD) == 0) {
        continue;
      }
      of = account_of(all, crm__owner_at(&all->owners, facts->customer[i], facts->time[i]));
      of->orders += facts->flags[i] & CRM__FACT_OCCASION ? facts->orders[i] : 0;
      of->revenue += facts->money[i];
    }
  }
  return CRM_OK;
}

/* Whether the customer of a row of a table counts; rows without one do, unless only a segment does. */
static int row_counts(const crm__scope *scope, uint32_t customer)
{
  return customer == CRM__NONE ? scope->segment == NULL : crm__customer_counts(scope, customer);
}

static void credit_opportunity(ledger *all, uint32_t row)
{
  const crm__scope *scope = all->scope;
  const crm_store *store = scope->store;
  uint32_t customer = crm__row_customer(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, row);
  uint32_t owner = crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OWNER, row);
  int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, row);
  int64_t amount = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT, row);
  int32_t outcome = crm__opportunity_outcome(store, row, scope->as_of);
  account *of;
  amount = amount == INT64_MIN ? 0 : amount;
  if (owner == CRM__NONE && customer != CRM__NONE) {
    owner = outcome == CRM__OUTCOME_OPEN || closed == INT64_MIN ? owner_now(scope, &all->owners, customer)
                                                                : crm__owner_at(&all->owners, customer, closed);
  }
  if (outcome != CRM__OUTCOME_OPEN && (closed == INT64_MIN || closed < scope->from || closed >= scope->to)) {
    return;
  }
  of = account_of(all, owner);
  of->open += outcome == CRM__OUTCOME_OPEN;
  of->open_amount += outcome == CRM__OUTCOME_OPEN ? amount : 0;
  of->won += outcome == CRM__OUTCOME_WON;
  of->won_amount += outcome == CRM__OUTCOME_WON ? amount : 0;
  of->lost += outcome == CRM__OUTCOME_LOST;
}

static void credit_opportunities(ledger *all)
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

static crm_status count_customers(ledger *all, crm_error *error)
{
  crm__measures measures;
  uint32_t id;
  crm_status status = crm__measures_compute(all->scope, &measures, error);
  for (id = 0; status == CRM_OK && id < crm__customers(all->scope->store); id++) {
    if (crm__customer_is_there(all->scope, &measures, id)) {
      account_of(all, owner_now(all->scope, &all->owners, id))->customers++;
    }
  }
  return status;
}

/* Whether a person has left by as-of, as far as the row in staff says. */
static int has_left(const crm__scope *scope, uint32_t person)
{
  uint32_t row = crm__staff_row(scope->store, person);
  int64_t left = row == CRM__NONE ? INT64_MIN : crm__row_value(scope->store, CRM__TABLE_STAFF, CRM__STAFF_LEFT, row);
  return left != INT64_MIN && left <= scope->as_of;
}

enum {
  OWNER,
  LEFT,
  CUSTOMERS,
  ORDERS,
  REVENUE,
  WON,
  LOST,
  WON_AMOUNT,
  OPEN,
  OPEN_AMOUNT,
  OWNER_COLUMNS
};

static void put_owner(const ledger *all, uint32_t owner, crm_table *table)
{
  const account *of = &all->accounts[owner];
  if (owner == all->nobody) {
    crm__table_put_null(table, OWNER);
    crm__table_put_null(table, LEFT);
  } else {
    crm__table_put_key(table, OWNER, crm__name_key(all->scope->store, owner));
    crm__table_put(table, LEFT, has_left(all->scope, owner));
  }
  crm__table_put(table, CUSTOMERS, of->customers);
  crm__table_put(table, ORDERS, of->orders);
  crm__table_put(table, REVENUE, of->revenue);
  crm__table_put(table, WON, of->won);
  crm__table_put(table, LOST, of->lost);
  crm__table_put(table, WON_AMOUNT, of->won_amount);
  crm__table_put(table, OPEN, of->open);
  crm__table_put(table, OPEN_AMOUNT, of->open_amount);
}

static crm_status put_owners(const ledger *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[OWNER_COLUMNS] = {
    {"owner", CRM_TYPE_TEXT, 0},        {"left", CRM_TYPE_BOOLEAN, 0}, {"customers", CRM_TYPE_INTEGER, 0},
    {"orders", CRM_TYPE_INTEGER, 0},    {"revenue", CRM_TYPE_MONEY, 0}, {"won", CRM_TYPE_INTEGER, 0},
    {"lost", CRM_TYPE_INTEGER, 0},      {"won_amount", CRM_TYPE_MONEY, 0}, {"open", CRM_TYPE_INTEGER, 0},
    {"open_amount", CRM_TYPE_MONEY, 0},
  };
  crm__scope *scope = all->scope;
  const uint32_t *ranks = NULL;
  uint32_t *order = crm__scope_alloc(scope, all->nobody, sizeof *order);
  uint32_t i;
  crm_status status = crm__row_ranks(scope, CRM__TABLE_OWNERSHIP, CRM__OWNERSHIP_OWNER, &ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  if (order == NULL) {
    return crm__fail_memory(error);
  }
  columns[REVENUE].scale = columns[WON_AMOUNT].scale = columns[OPEN_AMOUNT].scale = crm_store_digits(scope->store);
  for (i = 0; i < all->nobody; i++) {
    order[ranks[i]] = i;
  }
  status = crm__table_begin(crm__scope_memory(scope), "owners", columns, OWNER_COLUMNS, 0, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "ownership.owners", 1);
  for (i = 0; i <= all->nobody; i++) {
    uint32_t owner = i < all->nobody ? order[i] : all->nobody;
    if (all->accounts[owner].touched) {
      put_owner(all, owner, *table);
    }
  }
  return crm__table_finish(table, error);
}

crm_status crm_ownership_owners(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm__scope own;
  ledger all;
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  status = crm__scope_open(&own, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = open_ledger(&all, &own, error);
  if (status == CRM_OK) {
    status = count_customers(&all, error);
  }
  if (status == CRM_OK) {
    status = credit_sales(&all, error);
  }
  if (status == CRM_OK) {
    credit_opportunities(&all);
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
      uint32_t owner = owner_now(scope, &owners, id);
      counts[0]++;
      counts[1] += owner != CRM__NONE;
      counts[2] += owner == CRM__NONE || has_left(scope, owner);
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
