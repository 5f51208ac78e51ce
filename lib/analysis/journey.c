/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/journey_ways.h"
#include "analysis/population.h"

#include "base/error.h"
#include "table/build.h"

#include <crm/journey.h>

#include <string.h>

/* Customers through pipelines: the tables. */

/* ---- a row a customer ---- */

enum { IS_PIPELINE, IS_CUSTOMER, IS_STAGE, IS_ENTERED, IS_DAYS, IS_BEGAN, IS_HIGHEST, IS_ENTRIES, IS_RETURNED,
       IS_SKIPPED, IS_STATE, IS_COLUMNS };

static const crm__table_column member_columns[IS_COLUMNS] = {
  { "pipeline", CRM_TYPE_TEXT, 0 },    { "customer", CRM_TYPE_TEXT, 0 },   { "stage", CRM_TYPE_TEXT, 0 },
  { "entered", CRM_TYPE_TIME, 0 },     { "days", CRM_TYPE_INTEGER, 0 },    { "began", CRM_TYPE_TIME, 0 },
  { "highest", CRM_TYPE_TEXT, 0 },     { "entries", CRM_TYPE_INTEGER, 0 }, { "returned", CRM_TYPE_INTEGER, 0 },
  { "skipped", CRM_TYPE_INTEGER, 0 },  { "state", CRM_TYPE_TEXT, 0 }
};

static void put_stage(crm_table *table, int32_t column, const crm__journey *journey, int32_t place)
{
  crm__table_put_key(table, column, crm__name_key(journey->scope->store, journey->pipeline.names[place]));
}

static void put_who(crm_table *table, const crm__journey *journey, uint32_t customer)
{
  crm__table_put_key(table, IS_PIPELINE, crm__name_key(journey->scope->store, journey->name));
  crm__table_put_key(table, IS_CUSTOMER, crm__customer_key(journey->scope->store, customer));
}

static void put_way(crm_table *table, const crm__journey *journey, const crm__way *way)
{
  const crm__stay *stays = &journey->stays[way->first];
  const crm__stay *last = &stays[way->count - 1U];
  int out = last->went == CRM__WENT_OUT;
  int32_t highest = 0;
  int64_t returned = 0;
  uint32_t s;
  for (s = 0; s < way->count; s++) {
    highest = stays[s].place > highest ? stays[s].place : highest;
    returned += stays[s].came == CRM__CAME_BACK;
  }
  put_who(table, journey, way->customer);
  if (out) {
    crm__table_put_null(table, IS_STAGE);
    crm__table_put_null(table, IS_ENTERED);
  } else {
    put_stage(table, IS_STAGE, journey, last->place);
    crm__table_put(table, IS_ENTERED, last->entered);
  }
  crm__table_put(table, IS_DAYS, crm__journey_days(journey, out ? last->left : last->entered, CRM__JOURNEY_OPEN));
  crm__table_put(table, IS_BEGAN, stays->entered);
  put_stage(table, IS_HIGHEST, journey, highest);
  crm__table_put(table, IS_ENTRIES, way->count);
  crm__table_put(table, IS_RETURNED, returned);
  crm__table_put(table, IS_SKIPPED, way->skipped);
  crm__table_put_name(table, IS_STATE,
                      way->completed != CRM__JOURNEY_OPEN ? "completed" : out ? "dropped" : "under_way");
}

static crm_status put_members(void *context, const crm__journey *journey, crm_error *error)
{
  uint32_t w;
  (void)error;
  for (w = 0; w < journey->way_count; w++) {
    put_way(context, journey, &journey->ways[w]);
  }
  return CRM_OK;
}

/* ---- a row a stay ---- */

enum { STAY_PIPELINE, STAY_CUSTOMER, STAY_STAGE, STAY_ENTERED, STAY_LEFT, STAY_DAYS, STAY_CAME, STAY_WENT,
       STAY_COLUMNS };

static const crm__table_column stay_columns[STAY_COLUMNS] = {
  { "pipeline", CRM_TYPE_TEXT, 0 }, { "customer", CRM_TYPE_TEXT, 0 }, { "stage", CRM_TYPE_TEXT, 0 },
  { "entered", CRM_TYPE_TIME, 0 },  { "left", CRM_TYPE_TIME, 0 },     { "days", CRM_TYPE_INTEGER, 0 },
  { "came", CRM_TYPE_TEXT, 0 },     { "went", CRM_TYPE_TEXT, 0 }
};

static crm_status put_stays(void *context, const crm__journey *journey, crm_error *error)
{
  static const char *const came[] = {"began", "next", "skip", "back", "again"};
  static const char *const went[] = {NULL, "on", "back", "out"};
  crm_table *table = context;
  uint32_t s;
  (void)error;
  for (s = 0; s < journey->stay_count; s++) {
    const crm__stay *stay = &journey->stays[s];
    put_who(table, journey, stay->customer);
    put_stage(table, STAY_STAGE, journey, stay->place);
    crm__table_put(table, STAY_ENTERED, stay->entered);
    if (stay->went == CRM__WENT_NOT) {
      crm__table_put_null(table, STAY_LEFT);
    } else {
      crm__table_put(table, STAY_LEFT, stay->left);
    }
    crm__table_put(table, STAY_DAYS, crm__journey_days(journey, stay->entered, stay->left));
    crm__table_put_name(table, STAY_CAME, came[stay->came]);
    crm__table_put_name(table, STAY_WENT, went[stay->went]);
  }
  return CRM_OK;
}

/* ---- all of them ---- */

/* One that is asked for, CRM__NONE: all, by key. */
static crm_status list(crm__journey *journey, const char *name, const crm__table_column *columns, int32_t count,
                       crm__journey_taker take, uint32_t one, crm_table **table, crm_error *error)
{
  const uint32_t *ids = &one;
  uint32_t customers = one == CRM__NONE ? crm__customers(journey->scope->store) : 1;
  crm_status status = CRM_OK;
  if (one == CRM__NONE) {
    status = crm__customers_by_key(journey->scope, &ids, error);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(journey->scope), name, columns, count, 16, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(journey->scope, *table, name, 1);
  status = crm__journey_each(journey, ids, customers, take, *table, error);
  if (status == CRM_OK) {
    return crm__table_finish(table, error);
  }
  crm_table_free(*table);
  *table = NULL;
  return status;
}

static crm_status make_members(crm__journey *journey, const char *key, crm_table **table, crm_error *error)
{
  (void)key;
  return list(journey, "journey_members", member_columns, IS_COLUMNS, put_members, CRM__NONE, table, error);
}

static crm_status make_history(crm__journey *journey, const char *key, crm_table **table, crm_error *error)
{
  uint32_t one = CRM__NONE;
  if (key != NULL) {
    one = crm__scope_find(journey->scope, key);
    if (one == CRM__NONE) {
      return crm__fail_at(error, CRM_ERROR_NOT_FOUND, "customers", "customer", 0, -1, "there is no such customer");
    }
  }
  return list(journey, "journey_history", stay_columns, STAY_COLUMNS, put_stays, one, table, error);
}

static crm_status make_stages(crm__journey *journey, const char *key, crm_table **table, crm_error *error)
{
  crm__grouping grouping;
  crm__journey_board board;
  crm_status status;
  (void)key;
  memset(&board, 0, sizeof board);
  status = crm__grouping_make(journey->scope, journey->options.by, &grouping, error);
  if (status == CRM_OK) {
    status = crm__journey_board_begin(journey, &grouping, &board, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = crm__journey_each(journey, grouping.order, crm__customers(journey->scope->store), crm__journey_board_put,
                             &board, error);
  if (status == CRM_OK) {
    status = crm__table_finish(&board.table, error);
    *table = board.table;
    return status;
  }
  crm_table_free(board.table);
  return status;
}

typedef crm_status (*maker)(crm__journey *journey, const char *key, crm_table **table, crm_error *error);

typedef struct question {
  const crm_journey_options *options;
  const char *key;
  maker make;
} question;

static crm_status answer(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const question *asked = context;
  crm__journey journey;
  crm_status status = crm__journey_open(&journey, scope, asked->options, error);
  return status == CRM_OK ? asked->make(&journey, asked->key, table, error) : status;
}

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_journey_options *options,
                          maker make, const char *key, crm_table **table, crm_error *error)
{
  question asked;
  asked.options = options;
  asked.key = key;
  asked.make = make;
  return crm__scope_table(store, scope, answer, &asked, table, error);
}

crm_status crm_journey_stages(const crm_store *store, const crm_scope *scope, const crm_journey_options *options,
                              crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_stages, NULL, table, error);
}

crm_status crm_journey_members(const crm_store *store, const crm_scope *scope, const crm_journey_options *options,
                               crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_members, NULL, table, error);
}

crm_status crm_journey_history(const crm_store *store, const crm_scope *scope, const crm_journey_options *options,
                               const char *key, crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_history, key, table, error);
}
