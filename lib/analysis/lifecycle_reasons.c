/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "store/rows.h"
#include "table/build.h"

#include <string.h>

/* Why customers left: what the host says of those who are active no more. */

#define YEAR (365 * CRM_DAY)

typedef struct reason {
  uint32_t name;        /* CRM__NONE: not told */
  uint32_t spare;
  int64_t customers;
  int64_t spend;
} reason;

enum { NATURAL, OTHER, SILENT, UNKNOWN, KINDS };

typedef struct work {
  const crm_lifecycle *lives;
  crm__scope *scope;
  crm__row_index rows;       /* of stages, by customer in order of time */
  int64_t *left;             /* by customer: when it left in the period, INT64_MAX: it did not */
  uint32_t *told;            /* by customer: place of its reason among reasons */
  uint8_t *kinds;            /* by customer: NATURAL, ...; read where it left */
  reason churn[KINDS];
  reason *reasons;           /* by name, and the one that was not told; then those that somebody had */
  uint32_t names;
  int64_t customers;
  int64_t spend;
} work;

crm_status crm__life_name_natural(crm_lifecycle *lifecycle, crm__scope *scope, const char *words, crm_error *error)
{
  size_t length = words == NULL ? 0 : strlen(words);
  char *copy = crm__scope_alloc(scope, (uint64_t)length + 1U, 1);
  const char *at = words;
  uint32_t count = 1;
  size_t i;
  lifecycle->natural_known = words != NULL;
  if (length == 0) {
    return copy == NULL ? crm__fail_memory(error) : CRM_OK;
  }
  for (i = 0; i < length; i++) {
    count += words[i] == ',';
  }
  lifecycle->natural = crm__alloc_array(&lifecycle->memory, count, sizeof *lifecycle->natural);
  if (copy == NULL || lifecycle->natural == NULL) {
    return crm__fail_memory(error);
  }
  lifecycle->natural_count = count;
  for (i = 0; i < count; i++) {
    size_t rest;
    while (*at == ' ') {
      at++;
    }
    length = strcspn(at, ",");
    rest = length;
    while (length > 0 && at[length - 1U] == ' ') {
      length--;
    }
    if (length == 0) {
      return crm__fail_at(error, CRM_ERROR_VALUE, NULL, "natural", 0, at - words, "there is no word before a comma");
    }
    memcpy(copy, at, length);
    copy[length] = '\0';
    lifecycle->natural[i] = crm__row_find(lifecycle->store, CRM__TABLE_STAGES, CRM__STAGES_REASON, copy);
    at += rest + 1U;
  }
  return CRM_OK;
}

static int is_natural(const crm_lifecycle *lives, uint32_t name)
{
  uint32_t i;
  for (i = 0; i < lives->natural_count; i++) {
    if (lives->natural[i] == name) {
      return 1;
    }
  }
  return 0;
}

/* When a customer left the active ones and is none of them at the period's end; INT64_MAX: it did not in the period.
 * *silent: nothing but silence made it leave. */
static int64_t leaving(const crm_lifecycle *lives, uint32_t id, int *silent)
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
  *silent = last->cause == CRM__CAUSE_IDLE;
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

static uint8_t kind_of(const work *all, uint32_t place, int silent)
{
  if (place == all->names) {
    return silent ? SILENT : UNKNOWN;
  }
  return !all->lives->natural_known ? UNKNOWN : is_natural(all->lives, place) ? NATURAL : OTHER;
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
  all->kinds = crm__scope_alloc(all->scope, customers, sizeof *all->kinds);
  if (all->left == NULL || all->told == NULL || all->reasons == NULL || all->kinds == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__rows_by(all->scope, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, CRM__STAGES_TIME, &all->rows, error);
  for (id = 0; status == CRM_OK && id < customers; id++) {
    int silent = 0;
    all->left[id] = leaving(all->lives, id, &silent);
    if (all->left[id] != INT64_MAX) {
      all->told[id] = reason_since(all, id, all->left[id]);
      all->kinds[id] = kind_of(all, all->told[id], silent);
      all->reasons[all->told[id]].customers++;
      all->churn[all->kinds[id]].customers++;
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
        all->churn[all->kinds[id]].spend += facts->money[i];
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

enum { REASON, CUSTOMERS, SHARE, CUMULATIVE, SPEND, SPEND_SHARE, IS_NATURAL, COLUMNS };

static void put_share(crm_table *table, int32_t column, int64_t part, int64_t whole)
{
  if (whole > 0) {
    crm__table_put(table, column, crm__ratio(part, whole));
  } else {
    crm__table_put_null(table, column);
  }
}

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
  put_share(table, SPEND_SHARE, of->spend, all->spend);
  if (place == all->names || !all->lives->natural_known) {
    crm__table_put_null(table, IS_NATURAL);
  } else {
    crm__table_put(table, IS_NATURAL, is_natural(all->lives, place));
  }
}

static crm_status write(work *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[COLUMNS] = {
    { "reason", CRM_TYPE_TEXT, 0 },      { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 },    { "cumulative_share", CRM_TYPE_DECIMAL, 6 },
    { "spend_before", CRM_TYPE_MONEY, 0 }, { "spend_share", CRM_TYPE_DECIMAL, 6 },
    { "natural", CRM_TYPE_BOOLEAN, 0 }
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

/* ---- how much of it is natural ---- */

enum { CHURN_KIND, CHURN_CUSTOMERS, CHURN_SHARE, CHURN_SPEND, CHURN_SPEND_SHARE, CHURN_COLUMNS };

static crm_status write_churn(work *all, crm_table **table, crm_error *error)
{
  static const char *const names[KINDS] = { "natural", "other", "silent", "unknown" };
  crm__table_column columns[CHURN_COLUMNS] = {
    { "churn", CRM_TYPE_TEXT, 0 },         { "customers", CRM_TYPE_INTEGER, 0 }, { "share", CRM_TYPE_DECIMAL, 6 },
    { "spend_before", CRM_TYPE_MONEY, 0 }, { "spend_share", CRM_TYPE_DECIMAL, 6 }
  };
  int32_t kind;
  crm_status status;
  columns[CHURN_SPEND].scale = crm_store_digits(all->lives->store);
  status = crm__table_begin(crm__scope_memory(all->scope), "churn", columns, CHURN_COLUMNS, KINDS, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(all->lives, all->scope, *table, "lifecycle_churn");
  for (kind = 0; kind < KINDS; kind++) {
    const reason *of = &all->churn[kind];
    crm__table_put_name(*table, CHURN_KIND, names[kind]);
    crm__table_put(*table, CHURN_CUSTOMERS, of->customers);
    put_share(*table, CHURN_SHARE, of->customers, all->customers);
    crm__table_put(*table, CHURN_SPEND, of->spend);
    put_share(*table, CHURN_SPEND_SHARE, of->spend, all->spend);
  }
  return crm__table_finish(table, error);
}

/* what is not NULL where the churn is asked for. */
static crm_status make_reasons(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                               crm_error *error)
{
  work all;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.lives = lifecycle;
  all.scope = scope;
  status = find_reasons(&all, error);
  if (status == CRM_OK) {
    status = add_spend(&all, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  return what == NULL ? write(&all, table, error) : write_churn(&all, table, error);
}

crm_status crm_lifecycle_reasons(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_reasons, NULL, table, error);
}

crm_status crm_lifecycle_churn(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  static const int churn = 1;
  return crm__lifecycle_table(lifecycle, make_reasons, &churn, table, error);
}
