/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/funnel_path.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "table/build.h"

#include <crm/funnel.h>

#include <string.h>

/* Pipelines one after the other, and the table of them all. */

#define MOST_DAYS 36500
#define LEAST_STAYS 20

enum { FUNNEL_PIPELINE, FUNNEL_STAGE, FUNNEL_POSITION, FUNNEL_ENTERED, FUNNEL_OPEN, FUNNEL_AMOUNT, FUNNEL_MEDIAN,
       FUNNEL_RATE, FUNNEL_N, FUNNEL_LOW, FUNNEL_HIGH, FUNNEL_AT_RISK, FUNNEL_PROMOTED, FUNNEL_LOST, FUNNEL_PROMOTION,
       FUNNEL_RETURNED, FUNNEL_SKIPPED, FUNNEL_STALLED, FUNNEL_WON_RATE, FUNNEL_STATUS, FUNNEL_COLUMNS };

/* What all pipelines share. */
typedef struct work {
  crm__scope *scope;
  crm__funnel *funnel;
  crm__funnel_taker take;
  void *context;
  crm__row_index opportunities;   /* by pipeline */
  crm__pipelines pipelines;
  crm__row_index entries;         /* by opportunity */
  uint32_t *lone;                 /* opportunities that name no pipeline, by place */
  uint32_t lone_count;
} work;

/* ---- the stages of a pipeline ---- */

static crm_status read_stages(work *all, uint32_t name, crm_error *error)
{
  crm__funnel *funnel = all->funnel;
  crm__pipeline pipeline;
  int32_t s;
  crm_status status = crm__pipeline_read(all->scope->store, &all->pipelines, name, &pipeline, error);
  if (status != CRM_OK) {
    return status;
  }
  funnel->count = pipeline.count;
  for (s = 0; s < funnel->count; s++) {
    funnel->stages[s].name = pipeline.names[s];
    funnel->stages[s].position = pipeline.positions[s];
    funnel->place[pipeline.names[s]] = (uint8_t)(s + 1);
  }
  funnel->stages[funnel->count].name = CRM__NONE;
  return CRM_OK;
}

static void forget_stages(crm__funnel *funnel)
{
  int32_t s;
  for (s = 0; s < funnel->count; s++) {
    funnel->place[funnel->stages[s].name] = 0;
  }
}

static void clear_stage(crm__funnel_stage *stage, int64_t days)
{
  size_t size = (size_t)days * sizeof(int64_t);
  crm__funnel_stage cleared = *stage;
  memset(&cleared, 0, sizeof cleared);
  cleared.name = stage->name;
  cleared.position = stage->position;
  cleared.stay_days = stage->stay_days;
  cleared.durations = stage->durations;
  *stage = cleared;
  memset(stage->stay_days, 0, size);
  memset(stage->durations.ends, 0, size);
  memset(stage->durations.competing, 0, size);
  memset(stage->durations.open, 0, size);
}

/* ---- figures of a stage ---- */

/* The lower one of the two in the middle; -1: none. days is reordered. */
static int64_t median_open(const crm__funnel *funnel, int32_t stage, int64_t *days)
{
  uint64_t used = 0;
  uint32_t i;
  for (i = 0; i < funnel->open_count; i++) {
    if (funnel->open_stage[i] == stage) {
      days[used++] = funnel->open_days[i];
    }
  }
  return used == 0 ? -1 : crm__select(days, used, (used - 1U) / 2U);
}

int64_t crm__funnel_limit(const crm__funnel *funnel, int32_t stage)
{
  const crm__funnel_stage *of = &funnel->stages[stage];
  int64_t wanted = of->stays - of->stays / 10;
  int64_t seen = 0;
  int64_t limit = -1;
  if (of->stays < LEAST_STAYS) {
    return -1;
  }
  while (seen < wanted) {
    seen += of->stay_days[++limit];
  }
  return limit;
}

/* Open for longer than nine in ten of the won ones; -1: too few of these. */
static int64_t count_stalled(const crm__funnel *funnel, int32_t stage)
{
  int64_t limit = crm__funnel_limit(funnel, stage);
  int64_t stalled = 0;
  uint32_t i;
  for (i = 0; limit >= 0 && i < funnel->open_count; i++) {
    stalled += funnel->open_stage[i] == stage && limit <= funnel->horizon && funnel->open_days[i] > limit;
  }
  return limit < 0 ? -1 : stalled;
}

static void put_or_null(crm_table *table, int32_t column, int64_t value, int there)
{
  if (there) {
    crm__table_put(table, column, value);
  } else {
    crm__table_put_null(table, column);
  }
}

/* The table of them all. */
typedef struct board {
  crm__scope *scope;
  crm_table *table;
  int64_t *days;
} board;

static void put_names(const crm__funnel *funnel, crm_table *table, int32_t stage)
{
  const crm_store *store = funnel->scope->store;
  if (funnel->pipeline == CRM__NONE) {
    crm__table_put_null(table, FUNNEL_PIPELINE);
  } else {
    crm__table_put_key(table, FUNNEL_PIPELINE, crm__name_key(store, funnel->pipeline));
  }
  if (stage == funnel->count) {
    crm__table_put_null(table, FUNNEL_STAGE);
    crm__table_put_null(table, FUNNEL_POSITION);
  } else {
    crm__table_put_key(table, FUNNEL_STAGE, crm__name_key(store, funnel->stages[stage].name));
    crm__table_put(table, FUNNEL_POSITION, funnel->stages[stage].position);
  }
}

static void put_promotion(crm_table *table, const crm__incidence *promotion)
{
  int there = promotion->cases > 0;
  put_or_null(table, FUNNEL_RATE, promotion->value, there);
  crm__table_put(table, FUNNEL_N, promotion->cases);
  put_or_null(table, FUNNEL_LOW, promotion->low, there);
  put_or_null(table, FUNNEL_HIGH, promotion->high, there);
  crm__table_put(table, FUNNEL_AT_RISK, promotion->at_risk);
  crm__table_put(table, FUNNEL_PROMOTED, promotion->ended);
  crm__table_put(table, FUNNEL_LOST, promotion->competing);
  put_or_null(table, FUNNEL_PROMOTION, promotion->median, there && promotion->median >= 0);
  crm__table_put_name(table, FUNNEL_STATUS, crm__incidence_status(promotion));
}

static void put_stage(crm_table *table, const crm__funnel *funnel, int32_t stage, int64_t *days)
{
  const crm__funnel_stage *of = &funnel->stages[stage];
  crm__incidence promotion = crm__incidence_at(&of->durations, funnel->horizon);
  int64_t median = median_open(funnel, stage, days);
  int64_t stalled = count_stalled(funnel, stage);
  int64_t closed = of->won + of->lost;
  put_names(funnel, table, stage);
  crm__table_put(table, FUNNEL_ENTERED, of->entered);
  crm__table_put(table, FUNNEL_OPEN, of->open);
  crm__table_put(table, FUNNEL_AMOUNT, of->open_amount);
  put_or_null(table, FUNNEL_MEDIAN, median, median >= 0);
  put_promotion(table, &promotion);
  crm__table_put(table, FUNNEL_RETURNED, of->returned);
  crm__table_put(table, FUNNEL_SKIPPED, of->skipped);
  put_or_null(table, FUNNEL_STALLED, stalled, stage < funnel->count && stalled >= 0);
  put_or_null(table, FUNNEL_WON_RATE, closed > 0 ? crm__ratio(of->won, closed) : 0, closed > 0);
}

static crm_status put_pipeline(void *context, crm__funnel *funnel, crm_error *error)
{
  board *of = context;
  int32_t s;
  (void)error;
  put_stage(of->table, funnel, funnel->count, of->days);
  for (s = 0; s < funnel->count; s++) {
    put_stage(of->table, funnel, s, of->days);
  }
  return CRM_OK;
}

/* ---- a pipeline ---- */

static int counts(const crm__scope *scope, uint32_t opportunity)
{
  uint32_t customer = crm__row_customer(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, opportunity);
  return customer == CRM__NONE ? scope->segment == NULL : crm__customer_counts(scope, customer);
}

static void follow_all(work *all, const uint32_t *opportunities, uint32_t count)
{
  uint32_t i;
  for (i = 0; i < count; i++) {
    uint32_t opportunity = opportunities[i];
    uint32_t begin = opportunity < all->entries.ids ? all->entries.starts[opportunity] : 0;
    uint32_t end = opportunity < all->entries.ids ? all->entries.starts[opportunity + 1U] : 0;
    if (counts(all->scope, opportunity)) {
      crm__funnel_follow(all->funnel, opportunity, all->entries.rows + begin, end - begin);
    }
  }
}

/* One pipeline's opportunities. with_lone: those that name none go through it too. */
static crm_status add_pipeline(work *all, uint32_t pipeline, int with_lone, crm_error *error)
{
  crm__funnel *funnel = all->funnel;
  crm_status status = CRM_OK;
  int32_t s;
  funnel->pipeline = pipeline;
  funnel->count = 0;
  funnel->open_count = 0;
  funnel->stages[0].name = CRM__NONE;
  if (pipeline != CRM__NONE) {
    status = read_stages(all, pipeline, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (s = 0; s <= funnel->count; s++) {
    clear_stage(&funnel->stages[s], funnel->horizon + 2);
  }
  if (pipeline < all->opportunities.ids) {
    uint32_t begin = all->opportunities.starts[pipeline];
    follow_all(all, all->opportunities.rows + begin, all->opportunities.starts[pipeline + 1U] - begin);
  }
  if (with_lone) {
    follow_all(all, all->lone, all->lone_count);
  }
  forget_stages(funnel);
  return all->take(all->context, funnel, error);
}

/* ---- all of them ---- */

static crm_status open_funnel(work *all, int64_t horizon, crm_error *error)
{
  crm__scope *scope = all->scope;
  uint32_t rows = crm__rows_count(scope->store, CRM__TABLE_OPPORTUNITIES);
  crm__funnel *funnel = crm__scope_alloc_zero(scope, 1, sizeof *funnel);
  int32_t s;
  if (funnel == NULL) {
    return crm__fail_memory(error);
  }
  all->funnel = funnel;
  funnel->scope = scope;
  funnel->horizon = horizon;
  funnel->place = crm__scope_alloc_zero(scope, crm__names(scope->store), sizeof *funnel->place);
  funnel->open_stage = crm__scope_alloc(scope, (uint64_t)rows * 2U, sizeof *funnel->open_stage);
  funnel->open_days = crm__scope_alloc(scope, (uint64_t)rows * 2U, sizeof *funnel->open_days);
  funnel->open_row = crm__scope_alloc(scope, (uint64_t)rows * 2U, sizeof *funnel->open_row);
  funnel->open_since = crm__scope_alloc(scope, (uint64_t)rows * 2U, sizeof *funnel->open_since);
  if (funnel->place == NULL || funnel->open_stage == NULL || funnel->open_days == NULL || funnel->open_row == NULL ||
      funnel->open_since == NULL) {
    return crm__fail_memory(error);
  }
  for (s = 0; s <= CRM__PIPELINE_STAGES; s++) {
    int64_t *days = crm__scope_alloc(scope, (uint64_t)(horizon + 2) * 4U, sizeof *days);
    if (days == NULL) {
      return crm__fail_memory(error);
    }
    funnel->stages[s].stay_days = days;
    funnel->stages[s].durations.ends = days + (horizon + 2);
    funnel->stages[s].durations.competing = days + (horizon + 2) * 2;
    funnel->stages[s].durations.open = days + (horizon + 2) * 3;
    funnel->stages[s].durations.days = horizon + 2;
  }
  return CRM_OK;
}

static crm_status index_rows(work *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  const crm_store *store = scope->store;
  uint32_t rows = crm__rows_count(store, CRM__TABLE_OPPORTUNITIES);
  uint32_t i;
  crm_status status = crm__rows_by(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_PIPELINE, -1,
                                   &all->opportunities, error);
  if (status == CRM_OK) {
    status = crm__pipelines_open(scope, &all->pipelines, error);
  }
  if (status == CRM_OK) {
    status = crm__rows_by(scope, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, CRM__STAGES_TIME, &all->entries, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  all->lone = crm__scope_alloc(scope, rows, sizeof *all->lone);
  if (all->lone == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < rows; i++) {
    if (crm__row_exists(scope, CRM__TABLE_OPPORTUNITIES, i) &&
        crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_PIPELINE, i) == CRM__NONE) {
      all->lone[all->lone_count++] = i;
    }
  }
  return CRM_OK;
}

/* How many pipelines have a stage and are not the customers' alone; *only gets the last of them. */
static uint32_t count_defined(const work *all, uint32_t *only)
{
  uint32_t count = 0;
  uint32_t id;
  for (id = 0; id < all->pipelines.stages.ids; id++) {
    if (crm__pipeline_defined(&all->pipelines, id) &&
        !crm__pipeline_of_customers_alone(all->scope->store, &all->pipelines, id)) {
      *only = id;
      count++;
    }
  }
  return count;
}

static int is_pipeline(const work *all, uint32_t id)
{
  return crm__pipeline_defined(&all->pipelines, id) ||
         (id < all->opportunities.ids && all->opportunities.starts[id] < all->opportunities.starts[id + 1U]);
}

/* Opportunities that name no pipeline go through the only one that there is, or stand apart. */
static crm_status add_pipelines(work *all, uint32_t wanted, crm_error *error)
{
  const crm_store *store = all->scope->store;
  uint32_t only = CRM__NONE;
  uint32_t defined = count_defined(all, &only);
  const uint32_t *names;
  uint32_t count;
  uint32_t i;
  crm_status status = crm__names_by_key(all->scope, &names, &count, error);
  for (i = 0; status == CRM_OK && i < count; i++) {
    uint32_t name = names[i];
    if (wanted == CRM__NONE
          ? is_pipeline(all, name) && !crm__pipeline_of_customers_alone(store, &all->pipelines, name)
          : wanted == name) {
      status = add_pipeline(all, name, defined == 1 && name == only, error);
    }
  }
  if (status == CRM_OK && wanted == CRM__NONE && defined != 1 && all->lone_count > 0) {
    status = add_pipeline(all, CRM__NONE, 1, error);
  }
  return status;
}

static const crm__table_column names_and_types[FUNNEL_COLUMNS] = {
  { "pipeline", CRM_TYPE_TEXT, 0 },          { "stage", CRM_TYPE_TEXT, 0 },
  { "position", CRM_TYPE_INTEGER, 0 },       { "entered", CRM_TYPE_INTEGER, 0 },
  { "open", CRM_TYPE_INTEGER, 0 },           { "open_amount", CRM_TYPE_MONEY, 0 },
  { "median_days", CRM_TYPE_INTEGER, 0 },    { "promotion_rate", CRM_TYPE_DECIMAL, 6 },
  { "n", CRM_TYPE_INTEGER, 0 },              { "low", CRM_TYPE_DECIMAL, 6 },
  { "high", CRM_TYPE_DECIMAL, 6 },           { "at_risk", CRM_TYPE_INTEGER, 0 },
  { "promoted", CRM_TYPE_INTEGER, 0 },       { "lost", CRM_TYPE_INTEGER, 0 },
  { "promotion_days", CRM_TYPE_INTEGER, 0 }, { "returned", CRM_TYPE_INTEGER, 0 },
  { "skipped", CRM_TYPE_INTEGER, 0 },        { "stalled", CRM_TYPE_INTEGER, 0 },
  { "won_rate", CRM_TYPE_DECIMAL, 6 },       { "status", CRM_TYPE_TEXT, 0 }
};

/* The id of the pipeline that is asked for, CRM__NONE: of all. */
static crm_status find_pipeline(const work *all, const char *key, uint32_t *wanted, crm_error *error)
{
  *wanted = CRM__NONE;
  if (key == NULL) {
    return CRM_OK;
  }
  *wanted = crm__row_find(all->scope->store, CRM__TABLE_PIPELINES, CRM__PIPELINES_PIPELINE, key);
  if (*wanted == CRM__NONE || !is_pipeline(all, *wanted)) {
    return crm__fail_at(error, CRM_ERROR_NOT_FOUND, "pipelines", "pipeline", 0, -1, "no such pipeline");
  }
  return CRM_OK;
}

crm_status crm__funnel_options(const crm_funnel_options *given, crm_funnel_options *options, crm_error *error)
{
  const crm_funnel_options plain = CRM_FUNNEL_OPTIONS_INIT;
  crm_status status = CRM_OK;
  *options = plain;
  if (given != NULL) {
    status = crm__struct_read(options, sizeof *options, given, "crm_funnel_options", error);
  }
  if (status == CRM_OK && (options->horizon_days < 0 || options->horizon_days > MOST_DAYS)) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "horizon_days", 0, -1, "horizon_days is 0 to 36500");
  }
  if (options->horizon_days == 0) {
    options->horizon_days = 365;
  }
  return status;
}

crm_status crm__funnel_each(crm__scope *scope, const crm_funnel_options *options, crm__funnel_taker take,
                            void *context, crm__funnel **funnel, crm_error *error)
{
  uint32_t wanted;
  work all;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.scope = scope;
  all.take = take;
  all.context = context;
  status = index_rows(&all, error);
  if (status == CRM_OK) {
    status = find_pipeline(&all, options->pipeline, &wanted, error);
  }
  if (status == CRM_OK) {
    status = open_funnel(&all, options->horizon_days, error);
  }
  *funnel = all.funnel;
  return status == CRM_OK ? add_pipelines(&all, wanted, error) : status;
}

/* ---- the table ---- */

static crm_status begin_table(board *of, int64_t horizon, crm_error *error)
{
  crm__table_column columns[FUNNEL_COLUMNS];
  crm_status status;
  memcpy(columns, names_and_types, sizeof columns);
  columns[FUNNEL_AMOUNT].scale = crm_store_digits(of->scope->store);
  of->days =
      crm__scope_alloc(of->scope, crm__rows_count(of->scope->store, CRM__TABLE_OPPORTUNITIES), sizeof *of->days);
  if (of->days == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__table_begin(crm__scope_memory(of->scope), "funnel", columns, FUNNEL_COLUMNS, 16, &of->table, error);
  if (status == CRM_OK) {
    crm__scope_describe(of->scope, of->table, "funnel", 1);
    crm__table_meta(of->table, "horizon_days", "%lld", (long long)horizon);
  }
  return status;
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const crm_funnel_options *options = context;
  crm__funnel *funnel = NULL;
  board of = {NULL, NULL, NULL};
  crm_status status;
  of.scope = scope;
  status = begin_table(&of, options->horizon_days, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__funnel_each(scope, options, put_pipeline, &of, &funnel, error);
  if (status != CRM_OK) {
    crm_table_free(of.table);
    return status;
  }
  crm__table_meta(of.table, "unknown_entries", "%lld", (long long)funnel->unknown);
  crm__table_meta(of.table, "undated", "%lld", (long long)funnel->undated);
  status = crm__table_finish(&of.table, error);
  *table = of.table;
  return status;
}

crm_status crm_funnel_compute(const crm_store *store, const crm_scope *scope, const crm_funnel_options *options,
                              crm_table **table, crm_error *error)
{
  crm_funnel_options own;
  crm_status status = crm__funnel_options(options, &own, error);
  return status == CRM_OK ? crm__scope_table(store, scope, make, &own, table, error) : status;
}
