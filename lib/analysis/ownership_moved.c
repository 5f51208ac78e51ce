/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/ownership_handovers.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/ownership.h>

#include <string.h>

/* What went along when customers were handed over, one opportunity after the other. */

typedef struct moved_one {
  uint32_t handover;      /* its place among the changes */
  uint32_t row;           /* of opportunities */
} moved_one;

typedef struct moved {
  crm__handovers changes;
  moved_one *items;
  uint64_t count;
  crm__row_index entries;    /* into stages, by opportunity in order of time */
  uint8_t *told;             /* by opportunity: what the log says of it at any time, a bit each */
  const uint32_t *ranks;     /* of opportunities by key */
  const uint32_t *places;    /* of the changes in the order of the table, by their place among them */
} moved;

#define TELLS_STAGE 1U
#define TELLS_OWNER 2U

static void count_one(void *context, crm__handover *item, uint32_t opportunity)
{
  moved *all = context;
  (void)item;
  (void)opportunity;
  all->count++;
}

static void note_one(void *context, crm__handover *item, uint32_t opportunity)
{
  moved *all = context;
  all->items[all->count].handover = (uint32_t)(item - all->changes.items);
  all->items[all->count++].row = opportunity;
}

static crm_status list_moved(moved *all, crm_error *error)
{
  crm__handovers_each_open(&all->changes, count_one, all);
  if (all->count > UINT32_MAX / 2U) {
    return crm__fail(error, CRM_ERROR_LIMIT, "more opportunities have been handed over than a table holds");
  }
  all->items = crm__scope_alloc(all->changes.scope, all->count, sizeof *all->items);
  if (all->items == NULL) {
    return crm__fail_memory(error);
  }
  all->count = 0;
  crm__handovers_each_open(&all->changes, note_one, all);
  return CRM_OK;
}

/* What the whole log says, later than as-of too: where it tells a thing, the opportunity's own row, which says how it
 * is now, does not speak for an earlier time. */
static crm_status read_log(moved *all, crm_error *error)
{
  crm__scope *scope = all->changes.scope;
  const crm_store *store = scope->store;
  uint32_t row;
  all->told = crm__scope_alloc_zero(scope, crm__rows_count(store, CRM__TABLE_OPPORTUNITIES), sizeof *all->told);
  if (all->told == NULL) {
    return crm__fail_memory(error);
  }
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_STAGES); row++) {
    uint32_t of = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, row);
    if (of != CRM__NONE && crm__row_live(store, CRM__TABLE_STAGES, row)) {
      int owned = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_OWNER, row) != CRM__NONE;
      all->told[of] = (uint8_t)(all->told[of] | TELLS_STAGE | (owned ? TELLS_OWNER : 0U));
    }
  }
  return crm__rows_by(scope, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, CRM__STAGES_TIME, &all->entries, error);
}

/* A name of an opportunity just before an instant: of the last entry that has one in the column, else of its own row
 * where the log never tells. */
static uint32_t name_then(const moved *all, uint32_t opportunity, int64_t time, int32_t column, uint32_t tells,
                          int32_t own_column)
{
  const crm_store *store = all->changes.scope->store;
  uint32_t begin = opportunity < all->entries.ids ? all->entries.starts[opportunity] : 0;
  uint32_t i = opportunity < all->entries.ids ? all->entries.starts[opportunity + 1U] : 0;
  for (; i > begin; i--) {
    uint32_t row = all->entries.rows[i - 1U];
    uint32_t name = crm__row_id(store, CRM__TABLE_STAGES, column, row);
    if (name != CRM__NONE && crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, row) < time) {
      return name;
    }
  }
  return all->told[opportunity] & tells ? CRM__NONE
                                        : crm__row_id(store, CRM__TABLE_OPPORTUNITIES, own_column, opportunity);
}

static int compare(const void *context, uint32_t a, uint32_t b)
{
  const moved *all = context;
  uint32_t x = all->places[all->items[a].handover];
  uint32_t y = all->places[all->items[b].handover];
  if (x == y) {
    x = all->ranks[all->items[a].row];
    y = all->ranks[all->items[b].row];
  }
  return x < y ? -1 : x > y;
}

static crm_status sort_moved(moved *all, uint32_t **order, crm_error *error)
{
  crm__scope *scope = all->changes.scope;
  const uint32_t *in_time = crm__handovers_in_time(&all->changes);
  uint32_t *places = crm__scope_alloc(scope, all->changes.count, sizeof *places);
  uint32_t i;
  crm_status status;
  *order = crm__scope_alloc(scope, all->count * 2U, sizeof **order);
  if (in_time == NULL || places == NULL || *order == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all->changes.count; i++) {
    places[in_time[i]] = i;
  }
  all->places = places;
  status = crm__row_ranks(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OPPORTUNITY, &all->ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < all->count; i++) {
    (*order)[i] = i;
  }
  crm__merge_sort(*order, *order + all->count, (uint32_t)all->count, compare, all);
  return CRM_OK;
}

enum { CUSTOMER, TIME, FROM_OWNER, TO_OWNER, OPPORTUNITY, OWNER, STAGE, AMOUNT, OUTCOME, CLOSED, COLUMNS };

static void put_value(crm_table *table, int32_t column, int64_t value)
{
  if (value == INT64_MIN) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, value);
  }
}

static void put_moved(const moved *all, const moved_one *one, crm_table *table)
{
  static const char *const outcomes[] = {"open", "won", "lost"};
  const crm__scope *scope = all->changes.scope;
  const crm_store *store = scope->store;
  const crm__handover *item = &all->changes.items[one->handover];
  int32_t outcome = crm__opportunity_outcome(store, one->row, scope->as_of);
  int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, one->row);
  crm__table_put_key(table, CUSTOMER, crm__customer_key(store, item->customer));
  crm__table_put(table, TIME, item->time);
  crm__put_named(table, FROM_OWNER, store, item->from);
  crm__put_named(table, TO_OWNER, store, item->to);
  crm__table_put_key(table, OPPORTUNITY, crm__opportunity_key(store, one->row));
  crm__put_named(table, OWNER, store, name_then(all, one->row, item->time, CRM__STAGES_OWNER, TELLS_OWNER,
                                               CRM__OPPORTUNITIES_OWNER));
  crm__put_named(table, STAGE, store, name_then(all, one->row, item->time, CRM__STAGES_STAGE, TELLS_STAGE,
                                               CRM__OPPORTUNITIES_STAGE));
  put_value(table, AMOUNT, crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT, one->row));
  crm__table_put_name(table, OUTCOME, outcomes[outcome]);
  put_value(table, CLOSED, outcome == CRM__OUTCOME_OPEN ? INT64_MIN : closed);
}

static crm_status make(moved *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[COLUMNS] = {
    {"customer", CRM_TYPE_TEXT, 0},    {"time", CRM_TYPE_TIME, 0},  {"from_owner", CRM_TYPE_TEXT, 0},
    {"to_owner", CRM_TYPE_TEXT, 0},    {"opportunity", CRM_TYPE_TEXT, 0}, {"owner", CRM_TYPE_TEXT, 0},
    {"stage", CRM_TYPE_TEXT, 0},       {"amount", CRM_TYPE_MONEY, 0}, {"outcome", CRM_TYPE_TEXT, 0},
    {"closed", CRM_TYPE_TIME, 0}
  };
  crm__scope *scope = all->changes.scope;
  uint32_t *order = NULL;
  uint64_t i;
  crm_status status = list_moved(all, error);
  if (status == CRM_OK) {
    status = read_log(all, error);
  }
  if (status == CRM_OK) {
    status = sort_moved(all, &order, error);
  }
  columns[AMOUNT].scale = crm_store_digits(scope->store);
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "moved", columns, COLUMNS, (int64_t)all->count, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "ownership.moved", 1);
  for (i = 0; i < all->count; i++) {
    put_moved(all, &all->items[order[i]], *table);
  }
  return crm__table_finish(table, error);
}

crm_status crm_ownership_moved(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm__scope opened;
  moved all;
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the table");
  }
  *table = NULL;
  status = crm__scope_open(&opened, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  memset(&all, 0, sizeof all);
  status = crm__handovers_find(&opened, &all.changes, error);
  if (status == CRM_OK) {
    status = make(&all, table, error);
  }
  crm__scope_close(&opened);
  return status;
}
