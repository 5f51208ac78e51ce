/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/organisation.h"
#include "analysis/ownership_handovers.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/ownership.h>

/* Changes of owners: what went along, and what came before and after. */

typedef struct handovers {
  crm__handovers changes;
  crm__roles roles;
  int64_t window;         /* microseconds */
} handovers;

static void add(crm__handovers *all, uint32_t customer, int64_t time, uint32_t from, uint32_t to)
{
  crm__handover *item = &all->items[all->count];
  if (time < all->scope->from || time >= all->scope->to) {
    return;
  }
  item->time = time;
  item->customer = customer;
  item->from = from;
  item->to = to;
  all->count++;
}

/* A gap between two owners is a change to nobody and one from nobody. */
static void add_customer(crm__handovers *all, uint32_t customer)
{
  const crm__owner_span *spans = all->owners.spans;
  uint32_t end = all->owners.starts[customer + 1];
  uint32_t k;
  for (k = all->owners.starts[customer]; k < end; k++) {
    int follows = k + 1 < end && spans[k + 1].from == spans[k].to;
    if (follows) {
      add(all, customer, spans[k].to, spans[k].owner, spans[k + 1].owner);
      continue;
    }
    if (spans[k].to != INT64_MAX) {
      add(all, customer, spans[k].to, spans[k].owner, CRM__NONE);
    }
    if (k + 1 < end) {
      add(all, customer, spans[k + 1].from, CRM__NONE, spans[k + 1].owner);
    }
  }
}

crm_status crm__handovers_find(crm__scope *scope, crm__handovers *all, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  const uint32_t *ranks = NULL;
  uint32_t *starts;
  uint32_t id;
  uint32_t i;
  crm_status status = crm__owners_find(scope, &all->owners, error);
  if (status == CRM_OK) {
    status = crm__customer_ranks(scope, &ranks, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all->scope = scope;
  all->count = 0;
  all->items = crm__scope_alloc_zero(scope, (uint64_t)all->owners.starts[customers] * 2, sizeof *all->items);
  starts = crm__scope_alloc(scope, (uint64_t)customers + 1, sizeof *starts);
  if (all->items == NULL || starts == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    starts[id] = all->count;
    if (crm__customer_counts(scope, id)) {
      add_customer(all, id);
    }
    for (i = starts[id]; i < all->count; i++) {
      all->items[i].rank = ranks[id];
    }
  }
  starts[customers] = all->count;
  all->starts = starts;
  return CRM_OK;
}

void crm__handovers_each_open(const crm__handovers *all, crm__handover_taker take, void *context)
{
  const crm_store *store = all->scope->store;
  uint32_t row;
  uint32_t i;
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_OPPORTUNITIES); row++) {
    uint32_t customer = crm__row_customer(all->scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, row);
    int64_t created = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CREATED, row);
    if (customer == CRM__NONE || !crm__row_exists(all->scope, CRM__TABLE_OPPORTUNITIES, row)) {
      continue;
    }
    for (i = all->starts[customer]; i < all->starts[customer + 1]; i++) {
      crm__handover *item = &all->items[i];
      if (created < item->time && crm__opportunity_outcome(store, row, item->time) == CRM__OUTCOME_OPEN) {
        take(context, item, row);
      }
    }
  }
}

static int compare(const void *context, uint32_t a, uint32_t b)
{
  const crm__handover *items = context;
  if (items[a].time != items[b].time) {
    return items[a].time < items[b].time ? -1 : 1;
  }
  return items[a].rank == items[b].rank ? 0 : items[a].rank < items[b].rank ? -1 : 1;
}

uint32_t *crm__handovers_in_time(const crm__handovers *all)
{
  uint32_t *order = crm__scope_alloc(all->scope, (uint64_t)all->count * 2, sizeof *order);
  uint32_t i;
  for (i = 0; order != NULL && i < all->count; i++) {
    order[i] = i;
  }
  if (order != NULL) {
    crm__merge_sort(order, order + all->count, all->count, compare, all->items);
  }
  return order;
}

static void weigh_fact(const handovers *all, uint32_t customer, int64_t time, int64_t money, uint32_t orders)
{
  uint32_t i;
  for (i = all->changes.starts[customer]; i < all->changes.starts[customer + 1]; i++) {
    crm__handover *item = &all->changes.items[i];
    int side = time >= item->time;
    if (side ? time < item->time + all->window : time >= item->time - all->window) {
      item->orders[side] += orders;
      item->revenue[side] += money;
    }
  }
}

static crm_status weigh_facts(const handovers *all, crm_error *error)
{
  crm__scope *scope = all->changes.scope;
  crm__scope wide = crm__scope_widened(scope);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  wide.branches = NULL;
  crm__facts_begin(facts);
  while (all->changes.count > 0 && crm__facts_next(facts, &wide)) {
    for (i = 0; i < facts->count; i++) {
      if (facts->customer[i] != CRM__NONE && (facts->flags[i] & CRM__FACT_PERIOD)) {
        weigh_fact(all, facts->customer[i], facts->time[i], facts->money[i],
                   facts->flags[i] & CRM__FACT_OCCASION ? facts->orders[i] : 0);
      }
    }
  }
  return crm__facts_end(facts, error);
}

static void carry(void *context, crm__handover *item, uint32_t opportunity)
{
  const crm__scope *scope = context;
  int64_t amount = crm__row_value(scope->store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT,
                                 opportunity);
  item->open++;
  item->open_amount += amount == INT64_MIN ? 0 : amount;
}

enum {
  CUSTOMER,
  TIME,
  FROM_OWNER,
  TO_OWNER,
  OPEN,
  OPEN_AMOUNT,
  ORDERS_BEFORE,
  REVENUE_BEFORE,
  ORDERS_AFTER,
  REVENUE_AFTER,
  COMPLETE,
  FROM_ROLE,
  FROM_TEAM,
  TO_ROLE,
  TO_TEAM,
  HANDOVER_COLUMNS
};

/* What an owner was at an instant. */
static void put_role(const handovers *all, uint32_t owner, int64_t time, crm_table *table, int32_t role_column)
{
  const crm__role *role = crm__role_at(&all->roles, owner, time);
  crm__put_named(table, role_column, all->changes.scope->store, role == NULL ? CRM__NONE : role->role);
  crm__put_named(table, role_column + 1, all->changes.scope->store, role == NULL ? CRM__NONE : role->team);
}

static void put_handover(const handovers *all, const crm__handover *item, crm_table *table)
{
  const crm_store *store = all->changes.scope->store;
  crm__table_put_key(table, CUSTOMER, crm__customer_key(store, item->customer));
  crm__table_put(table, TIME, item->time);
  crm__put_named(table, FROM_OWNER, store, item->from);
  crm__put_named(table, TO_OWNER, store, item->to);
  crm__table_put(table, OPEN, item->open);
  crm__table_put(table, OPEN_AMOUNT, item->open_amount);
  crm__table_put(table, ORDERS_BEFORE, item->orders[0]);
  crm__table_put(table, REVENUE_BEFORE, item->revenue[0]);
  crm__table_put(table, ORDERS_AFTER, item->orders[1]);
  crm__table_put(table, REVENUE_AFTER, item->revenue[1]);
  crm__table_put(table, COMPLETE, item->time + all->window <= all->changes.scope->as_of);
  put_role(all, item->from, item->time - 1, table, FROM_ROLE);
  put_role(all, item->to, item->time, table, TO_ROLE);
}

static crm_status put_handovers(const handovers *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[HANDOVER_COLUMNS] = {
    {"customer", CRM_TYPE_TEXT, 0},         {"time", CRM_TYPE_TIME, 0},           {"from_owner", CRM_TYPE_TEXT, 0},
    {"to_owner", CRM_TYPE_TEXT, 0},         {"open", CRM_TYPE_INTEGER, 0},        {"open_amount", CRM_TYPE_MONEY, 0},
    {"orders_before", CRM_TYPE_INTEGER, 0}, {"revenue_before", CRM_TYPE_MONEY, 0},
    {"orders_after", CRM_TYPE_INTEGER, 0},  {"revenue_after", CRM_TYPE_MONEY, 0}, {"complete", CRM_TYPE_BOOLEAN, 0},
    {"from_role", CRM_TYPE_TEXT, 0},        {"from_team", CRM_TYPE_TEXT, 0},      {"to_role", CRM_TYPE_TEXT, 0},
    {"to_team", CRM_TYPE_TEXT, 0},
  };
  crm__scope *scope = all->changes.scope;
  uint32_t *order = crm__handovers_in_time(&all->changes);
  uint32_t i;
  crm_status status;
  if (order == NULL) {
    return crm__fail_memory(error);
  }
  columns[OPEN_AMOUNT].scale = columns[REVENUE_BEFORE].scale = columns[REVENUE_AFTER].scale =
      crm_store_digits(scope->store);
  status = crm__table_begin(crm__scope_memory(scope), "handovers", columns, HANDOVER_COLUMNS, all->changes.count, table,
                            error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "ownership.handovers", 1);
  crm__table_meta(*table, "days", "%lld", (long long)(all->window / CRM_DAY));
  for (i = 0; i < all->changes.count; i++) {
    put_handover(all, &all->changes.items[order[i]], *table);
  }
  return crm__table_finish(table, error);
}

crm_status crm_ownership_handovers(const crm_store *store, const crm_scope *scope,
                                   const crm_handovers_options *options, crm_table **table, crm_error *error)
{
  static const crm_handovers_options defaults = CRM_HANDOVERS_OPTIONS_INIT;
  crm_handovers_options own = defaults;
  crm__scope opened;
  handovers all = {{NULL, {NULL, NULL}, NULL, 0, NULL}, {NULL, NULL, 0, 0}, 0};
  crm_status status = CRM_OK;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  if (options != NULL) {
    status = crm__struct_read(&own, sizeof own, options, "crm_handovers_options", error);
  }
  if (status == CRM_OK && (own.days < 0 || own.days > 3660)) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "days", 0, -1, "1 to 3660 days are compared");
  }
  if (status == CRM_OK) {
    status = crm__scope_open(&opened, store, scope, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all.window = (own.days == 0 ? 90 : own.days) * CRM_DAY;
  status = crm__handovers_find(&opened, &all.changes, error);
  if (status == CRM_OK) {
    status = crm__roles_find(&opened, &all.roles, error);
  }
  if (status == CRM_OK) {
    status = weigh_facts(&all, error);
  }
  if (status == CRM_OK) {
    crm__handovers_each_open(&all.changes, carry, &opened);
    status = put_handovers(&all, table, error);
  }
  crm__scope_close(&opened);
  return status;
}
