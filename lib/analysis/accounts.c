/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "table/build.h"

#include <crm/accounts.h>

/* What accounts are made of. */

typedef struct work {
  crm__scope *scope;        /* customers each for itself */
  const uint32_t *parent;   /* by customer, as of as-of */
  const uint32_t *account;  /* likewise */
  const uint32_t *ranks;
  crm__measures measures;
  int64_t *revenue;         /* by account */
  uint32_t *sites;          /* likewise, customers that are there */
  uint32_t *order;
  uint32_t count;
  uint32_t *upwards;        /* all customers, whoever belongs to another one before it */
  int64_t *orders_below;    /* by customer, with its own */
  int64_t *revenue_below;   /* likewise */
  uint32_t *levels;         /* by customer */
} work;

static int compare(const void *context, uint32_t a, uint32_t b)
{
  const work *all = context;
  uint32_t x = all->ranks[all->account[a]];
  uint32_t y = all->ranks[all->account[b]];
  if (x == y) {
    x = all->ranks[a];
    y = all->ranks[b];
  }
  return x < y ? -1 : x > y;
}

static crm_status gather(work *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  uint32_t customers = crm__customers(scope->store);
  uint32_t id;
  crm_status status = crm__measures_compute(scope, &all->measures, error);
  if (status == CRM_OK) {
    status = crm__customer_ranks(scope, &all->ranks, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all->revenue = crm__scope_alloc_zero(scope, customers, sizeof *all->revenue);
  all->sites = crm__scope_alloc_zero(scope, customers, sizeof *all->sites);
  all->order = crm__scope_alloc(scope, (uint64_t)customers * 2, sizeof *all->order);
  if (all->revenue == NULL || all->sites == NULL || all->order == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    if (crm__customer_is_there(scope, &all->measures, id)) {
      all->revenue[all->account[id]] += crm__measure_at(&all->measures, id)->money;
      all->sites[all->account[id]]++;
    }
  }
  for (id = 0; id < customers; id++) {
    if (all->sites[all->account[id]] > 1 && crm__customer_is_there(scope, &all->measures, id)) {
      all->order[all->count++] = id;
    }
  }
  crm__merge_sort(all->order, all->order + all->count, all->count, compare, all);
  return CRM_OK;
}

/* ---- at any level ---- */

/* The parent within the account, CRM__NONE: it is the account. So a ring ends at its lowest key. */
static uint32_t above(const work *all, uint32_t id)
{
  return id == all->account[id] ? CRM__NONE : all->parent[id];
}

/* Children first: whoever has no child left to come is next. */
static crm_status order_upwards(work *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope->store);
  uint32_t *children = crm__scope_alloc_zero(all->scope, customers, sizeof *children);
  uint32_t count = 0;
  uint32_t id;
  uint32_t i;
  all->upwards = crm__scope_alloc(all->scope, customers, sizeof *all->upwards);
  if (children == NULL || all->upwards == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    if (above(all, id) != CRM__NONE) {
      children[above(all, id)]++;
    }
  }
  for (id = 0; id < customers; id++) {
    if (children[id] == 0) {
      all->upwards[count++] = id;
    }
  }
  for (i = 0; i < count; i++) {
    uint32_t parent = above(all, all->upwards[i]);
    if (parent != CRM__NONE && --children[parent] == 0) {
      all->upwards[count++] = parent;
    }
  }
  return CRM_OK;
}

/* What a customer and all below it bought, and how far each is from the top. */
static crm_status add_up(work *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope->store);
  uint32_t i;
  crm_status status = order_upwards(all, error);
  if (status != CRM_OK) {
    return status;
  }
  all->orders_below = crm__scope_alloc_zero(all->scope, customers, sizeof *all->orders_below);
  all->revenue_below = crm__scope_alloc_zero(all->scope, customers, sizeof *all->revenue_below);
  all->levels = crm__scope_alloc_zero(all->scope, customers, sizeof *all->levels);
  if (all->orders_below == NULL || all->revenue_below == NULL || all->levels == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    uint32_t id = all->upwards[i];
    uint32_t parent = above(all, id);
    if (crm__customer_is_there(all->scope, &all->measures, id)) {
      all->orders_below[id] += crm__measure_at(&all->measures, id)->orders;
      all->revenue_below[id] += crm__measure_at(&all->measures, id)->money;
    }
    if (parent != CRM__NONE) {
      all->orders_below[parent] += all->orders_below[id];
      all->revenue_below[parent] += all->revenue_below[id];
    }
  }
  for (i = customers; i > 0; i--) {
    uint32_t parent = above(all, all->upwards[i - 1U]);
    if (parent != CRM__NONE) {
      all->levels[all->upwards[i - 1U]] = all->levels[parent] + 1U;
    }
  }
  return CRM_OK;
}

/* ---- the table ---- */

static void put_day(crm_table *table, int32_t column, int32_t day, const crm__measure *measure)
{
  if (measure->orders == 0) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, day);
  }
}

static void put_site(const work *all, uint32_t id, crm_table *table)
{
  const crm_store *store = all->scope->store;
  const crm__measure *measure = crm__measure_at(&all->measures, id);
  int64_t whole = all->revenue[all->account[id]];
  crm__table_put_key(table, 0, crm__customer_key(store, all->account[id]));
  crm__table_put_key(table, 1, crm__customer_key(store, id));
  crm__table_put(table, 2, all->levels[id]);
  crm__table_put(table, 3, measure->orders);
  crm__table_put(table, 4, measure->money);
  if (whole > 0) {
    crm__table_put(table, 5, crm__ratio(measure->money, whole));
  } else {
    crm__table_put_null(table, 5);
  }
  put_day(table, 6, measure->first, measure);
  put_day(table, 7, measure->last, measure);
  crm__table_put(table, 8, all->orders_below[id]);
  crm__table_put(table, 9, all->revenue_below[id]);
}

static crm_status put_sites(const work *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[] = {
    {"account", CRM_TYPE_TEXT, 0},  {"customer", CRM_TYPE_TEXT, 0}, {"level", CRM_TYPE_INTEGER, 0},
    {"orders", CRM_TYPE_INTEGER, 0}, {"revenue", CRM_TYPE_MONEY, 0}, {"share", CRM_TYPE_DECIMAL, 6},
    {"first", CRM_TYPE_DATE, 0},    {"last", CRM_TYPE_DATE, 0},     {"orders_below", CRM_TYPE_INTEGER, 0},
    {"revenue_below", CRM_TYPE_MONEY, 0},
  };
  uint32_t i;
  crm_status status;
  columns[4].scale = crm_store_digits(all->scope->store);
  columns[9].scale = columns[4].scale;
  status = crm__table_begin(crm__scope_memory(all->scope), "sites", columns, 10, all->count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(all->scope, *table, "accounts.sites", 1);
  for (i = 0; i < all->count; i++) {
    put_site(all, all->order[i], *table);
  }
  return crm__table_finish(table, error);
}

crm_status crm_accounts_sites(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  static const crm_scope defaults = CRM_SCOPE_INIT;
  crm_scope own = defaults;
  crm__scope opened;
  work all = {NULL, NULL, NULL, NULL, {NULL, 0}, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL};
  crm_status status = CRM_OK;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  if (scope != NULL) {
    status = crm__struct_read(&own, sizeof own, scope, "crm_scope", error);
  }
  own.accounts = 0;
  if (status == CRM_OK) {
    status = crm__scope_open(&opened, store, &own, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all.scope = &opened;
  status = crm__accounts_find(&opened, &all.parent, &all.account, error);
  if (status == CRM_OK) {
    status = gather(&all, error);
  }
  if (status == CRM_OK) {
    status = add_up(&all, error);
  }
  if (status == CRM_OK) {
    status = put_sites(&all, table, error);
  }
  crm__scope_close(&opened);
  return status;
}
