/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "store/rows.h"
#include "table/build.h"

/* Why customers left: what the host says of those who are active no more. */

#define YEAR (365 * CRM_DAY)

typedef struct reason {
  uint32_t name;        /* CRM__NONE: not told */
  uint32_t spare;
  int64_t customers;
  int64_t spend;
} reason;

typedef struct work {
  const crm_lifecycle *lives;
  crm__scope *scope;
  crm__row_index rows;       /* of stages, by customer in order of time */
  int64_t *left;             /* by customer: when it left in the period, INT64_MAX: it did not */
  uint32_t *told;            /* by customer: place of its reason among reasons */
  reason *reasons;           /* by name, and the one that was not told; then those that somebody had */
  uint32_t names;
  int64_t customers;
  int64_t spend;
} work;

/* When a customer left the active ones and is none of them at the period's end; INT64_MAX: it did not in the period. */
static int64_t leaving(const crm_lifecycle *lives, uint32_t id)
{
  const crm__life_event *begin = lives->events + lives->starts[id];
  const crm__life_event *last = crm__life_at(lives, id, lives->to);
  int64_t time;
  if (last == NULL || crm__life_active(last)) {
    return INT64_MAX;
  }
  while (last > begin && !crm__life_active(last - 1)) {
    last--;
  }
  if (last == begin) {
    return INT64_MAX;
  }
  time = last->time - (last->cause == CRM__CAUSE_IDLE);   /* silence counts for its instant already */
  return time >= lives->from ? last->time : INT64_MAX;
}

/* The last reason that is told with an entry at or after a time, before the period's end. */
static uint32_t reason_since(const work *all, uint32_t id, int64_t time)
{
  const crm_store *store = all->lives->store;
  uint32_t found = all->names;
  uint32_t i;
  for (i = id < all->rows.ids ? all->rows.starts[id] : 0; id < all->rows.ids && i < all->rows.starts[id + 1]; i++) {
    int64_t entered = crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, all->rows.rows[i]);
    uint32_t name = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_REASON, all->rows.rows[i]);
    if (entered >= time && entered < all->lives->to && name != CRM__NONE) {
      found = name;
    }
  }
  return found;
}

static crm_status find_reasons(work *all, crm_error *error)
{
  uint32_t customers = all->lives->customers;
  uint32_t id;
  crm_status status;
  all->names = crm__names(all->lives->store);
  all->left = crm__scope_alloc(all->scope, customers, sizeof *all->left);
  all->told = crm__scope_alloc(all->scope, customers, sizeof *all->told);
  all->reasons = crm__scope_alloc_zero(all->scope, (uint64_t)all->names + 1U, sizeof *all->reasons);
  if (all->left == NULL || all->told == NULL || all->reasons == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__rows_by(all->scope, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, CRM__STAGES_TIME, &all->rows, error);
  for (id = 0; status == CRM_OK && id < customers; id++) {
    all->left[id] = leaving(all->lives, id);
    if (all->left[id] != INT64_MAX) {
      all->told[id] = reason_since(all, id, all->left[id]);
      all->reasons[all->told[id]].customers++;
      all->customers++;
    }
  }
  return status;
}

/* What those who left had spent in the year before. */
static crm_status add_spend(work *all, crm_error *error)
{
  crm__scope wide = crm__scope_widened(all->scope);
  crm__facts *facts = crm__scope_alloc(all->scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &wide)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t id = facts->customer[i];
      int64_t left = id == CRM__NONE ? INT64_MAX : all->left[id];
      if (left != INT64_MAX && facts->time[i] < left && facts->time[i] >= left - YEAR) {
        all->reasons[all->told[id]].spend += facts->money[i];
        all->spend += facts->money[i];
      }
    }
  }
  return CRM_OK;
}

typedef struct ordering {
  const work *all;
  const uint32_t *ranks;   /* of names */
} ordering;

static int compare(const void *context, uint32_t a, uint32_t b)
{
  const ordering *by = context;
  const reason *x = &by->all->reasons[a];
  const reason *y = &by->all->reasons[b];
  if (a == by->all->names || b == by->all->names) {
    return a == b ? 0 : a == by->all->names ? 1 : -1;
  }
  if (x->customers != y->customers) {
    return x->customers > y->customers ? -1 : 1;
  }
  if (x->spend != y->spend) {
    return x->spend > y->spend ? -1 : 1;
  }
  return by->ranks[a] < by->ranks[b] ? -1 : by->ranks[a] > by->ranks[b];
}

enum { REASON, CUSTOMERS, SHARE, CUMULATIVE, SPEND, SPEND_SHARE, COLUMNS };

static void put_reason(const work *all, crm_table *table, uint32_t place, int64_t so_far)
{
  const reason *of = &all->reasons[place];
  if (place == all->names) {
    crm__table_put_null(table, REASON);
  } else {
    crm__table_put_key(table, REASON, crm__name_key(all->lives->store, place));
  }
  crm__table_put(table, CUSTOMERS, of->customers);
  crm__table_put(table, SHARE, crm__ratio(of->customers, all->customers));
  crm__table_put(table, CUMULATIVE, crm__ratio(so_far, all->customers));
  crm__table_put(table, SPEND, of->spend);
  if (all->spend > 0) {
    crm__table_put(table, SPEND_SHARE, crm__ratio(of->spend, all->spend));
  } else {
    crm__table_put_null(table, SPEND_SHARE);
  }
}

static crm_status write(work *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[COLUMNS] = {
    { "reason", CRM_TYPE_TEXT, 0 },      { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 },    { "cumulative_share", CRM_TYPE_DECIMAL, 6 },
    { "spend_before", CRM_TYPE_MONEY, 0 }, { "spend_share", CRM_TYPE_DECIMAL, 6 }
  };
  uint32_t *order = crm__scope_alloc(all->scope, ((uint64_t)all->names + 1U) * 2U, sizeof *order);
  ordering by;
  uint32_t used = 0;
  uint32_t i;
  int64_t so_far = 0;
  crm_status status = crm__row_ranks(all->scope, CRM__TABLE_STAGES, CRM__STAGES_REASON, &by.ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  if (order == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i <= all->names; i++) {
    if (all->reasons[i].customers > 0) {
      order[used++] = i;
    }
  }
  by.all = all;
  crm__merge_sort(order, order + all->names + 1U, used, compare, &by);
  columns[SPEND].scale = crm_store_digits(all->lives->store);
  status = crm__table_begin(crm__scope_memory(all->scope), "reasons", columns, COLUMNS, used, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(all->lives, all->scope, *table, "lifecycle_reasons");
  for (i = 0; i < used; i++) {
    so_far += all->reasons[order[i]].customers;
    put_reason(all, *table, order[i], so_far);
  }
  return crm__table_finish(table, error);
}

static crm_status make_reasons(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                               crm_error *error)
{
  work all = { lifecycle, scope, { NULL, NULL, 0 }, NULL, NULL, NULL, 0, 0, 0 };
  crm_status status = find_reasons(&all, error);
  (void)what;
  if (status == CRM_OK) {
    status = add_spend(&all, error);
  }
  return status == CRM_OK ? write(&all, table, error) : status;
}

crm_status crm_lifecycle_reasons(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_reasons, NULL, table, error);
}
