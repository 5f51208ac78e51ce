/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/funnel_path.h"
#include "analysis/population.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "table/build.h"

#include <crm/progress.h>

#include <string.h>

/* How open opportunities come along. */

#define QUIET_DAYS 30
#define NO_DAY INT32_MIN

typedef struct progress {
  crm__scope *scope;
  crm__row_index entries;    /* of `stages`, by opportunity */
  const uint32_t *ranks;     /* of opportunities by key */
  int32_t *contacts;         /* by opportunity: day of the last contact about it, NO_DAY */
  int64_t *days;             /* scratch */
  uint32_t *order;           /* scratch */
  crm_table *table;
} progress;

/* Where one opportunity stands. */
typedef struct standing {
  uint32_t row;
  int32_t stage;             /* -1: none */
  int64_t since;             /* in it */
  int64_t begun;
  int64_t stage_days;
  int64_t age_days;
  int64_t limit;             /* -1: not known */
  int64_t expected;          /* INT64_MIN: no date */
  int64_t first_expected;
  int64_t overdue_days;      /* at or under 0: not overdue */
  int64_t slips;
  int64_t slipped_days;
  int64_t step;              /* when the host says that the next one is due; INT64_MIN: it does not */
  int64_t step_slips;
  int64_t due;               /* business day of the next step, INT64_MIN: not known */
  int32_t contact;
  int64_t amount;
} standing;

static int32_t day_of(const progress *all, int64_t time)
{
  return crm__business_day(time, all->scope->day_start);
}

/* ---- dates of closing ---- */

static void expect(const progress *all, standing *of, int64_t time)
{
  if (time == INT64_MIN) {
    return;
  }
  if (of->expected == INT64_MIN) {
    of->first_expected = time;
  } else {
    of->slips += day_of(all, time) > day_of(all, of->expected);
  }
  of->expected = time;
}

/* As the entries said it one after the other, then as the row says it today. */
static void find_slips(const progress *all, standing *of)
{
  const crm_store *store = all->scope->store;
  uint32_t i = of->row < all->entries.ids ? all->entries.starts[of->row] : 0;
  uint32_t end = of->row < all->entries.ids ? all->entries.starts[of->row + 1U] : 0;
  of->expected = of->first_expected = INT64_MIN;
  of->slips = 0;
  for (; i < end; i++) {
    expect(all, of, crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_EXPECTED_CLOSE, all->entries.rows[i]));
  }
  expect(all, of, crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_EXPECTED_CLOSE, of->row));
  of->overdue_days = of->expected == INT64_MIN ? 0 : all->scope->as_of_day - day_of(all, of->expected);
  of->slipped_days = of->expected == INT64_MIN ? 0 : day_of(all, of->expected) - day_of(all, of->first_expected);
}

/* ---- next steps ---- */

static void put_off(const progress *all, standing *of, int64_t step)
{
  if (step != INT64_MIN) {
    of->step_slips += of->step != INT64_MIN && day_of(all, step) > day_of(all, of->step);
    of->step = step;
  }
}

/* As the entries said them one after the other, then as the row says it today. A stage has a next step of its own: to
 * come to another one is no slip. */
static void find_steps(const progress *all, standing *of)
{
  const crm_store *store = all->scope->store;
  uint32_t i = of->row < all->entries.ids ? all->entries.starts[of->row] : 0;
  uint32_t end = of->row < all->entries.ids ? all->entries.starts[of->row + 1U] : 0;
  uint32_t at = CRM__NONE;
  of->step = INT64_MIN;
  of->step_slips = 0;
  for (; i < end; i++) {
    uint32_t stage = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, all->entries.rows[i]);
    of->step = stage == at ? of->step : INT64_MIN;
    at = stage;
    put_off(all, of, crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_NEXT_STEP, all->entries.rows[i]));
  }
  put_off(all, of, crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_NEXT_STEP, of->row));
  of->due = of->step != INT64_MIN ? day_of(all, of->step)
            : of->limit >= 0      ? day_of(all, of->since) + of->limit
                                  : INT64_MIN;
}

/* ---- where each stands ---- */

/* The standing of the entry i of the whole way; the entry before it is of its stage, where it has one. */
static standing stand_at(const progress *all, const crm__funnel *funnel, uint32_t i)
{
  int in_stage =
      i > 0 && funnel->open_row[i - 1U] == funnel->open_row[i] && funnel->open_stage[i - 1U] != funnel->count;
  standing of;
  memset(&of, 0, sizeof of);
  of.row = funnel->open_row[i];
  of.begun = funnel->open_since[i];
  of.age_days = funnel->open_days[i];
  of.stage = in_stage ? (int32_t)funnel->open_stage[i - 1U] : -1;
  of.since = in_stage ? funnel->open_since[i - 1U] : of.begun;
  of.stage_days = in_stage ? funnel->open_days[i - 1U] : of.age_days;
  of.limit = in_stage ? crm__funnel_limit(funnel, of.stage) : -1;
  of.limit = of.limit > funnel->horizon ? -1 : of.limit;
  of.contact = all->contacts[of.row];
  of.amount = crm__row_value(all->scope->store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT, of.row);
  find_slips(all, &of);
  find_steps(all, &of);
  return of;
}

static int is_past(const progress *all, int64_t day)
{
  return day != INT64_MIN && all->scope->as_of_day > day;
}

static int is_stalled(const progress *all, const standing *of)
{
  return is_past(all, of->due);
}

static int is_quiet(const progress *all, const standing *of)
{
  return of->contact == NO_DAY || all->scope->as_of_day - of->contact > QUIET_DAYS;
}

/* ---- a row an opportunity ---- */

enum { O_OPPORTUNITY, O_CUSTOMER, O_OWNER, O_PIPELINE, O_STAGE, O_AMOUNT, O_CREATED, O_ENTERED, O_AGE, O_STAGE_DAYS,
       O_LIMIT, O_NEXT_DUE, O_EXPECTED, O_OVERDUE, O_SLIPS, O_SLIPPED, O_CONTACT, O_STATE, O_STEP, O_STEP_OVERDUE,
       O_STEP_SLIPS, O_COLUMNS };

static void put_or_null(crm_table *table, int32_t column, int64_t value, int there)
{
  if (there) {
    crm__table_put(table, column, value);
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_who(crm_table *table, const progress *all, const crm__funnel *funnel, const standing *of)
{
  const crm_store *store = all->scope->store;
  uint32_t customer =
      crm__row_customer(all->scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, of->row);
  crm__table_put_key(table, O_OPPORTUNITY, crm__opportunity_key(store, of->row));
  if (customer == CRM__NONE) {
    crm__table_put_null(table, O_CUSTOMER);
  } else {
    crm__table_put_key(table, O_CUSTOMER, crm__customer_key(store, customer));
  }
  crm__put_named(table, O_OWNER, store,
                 crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OWNER, of->row));
  crm__put_named(table, O_PIPELINE, store, funnel->pipeline);
  crm__put_named(table, O_STAGE, store, of->stage < 0 ? CRM__NONE : funnel->stages[of->stage].name);
}

static void put_opportunity(crm_table *table, const progress *all, const crm__funnel *funnel, const standing *of)
{
  int dated = of->expected != INT64_MIN;
  int past = is_past(all, of->due);
  put_who(table, all, funnel, of);
  put_or_null(table, O_AMOUNT, of->amount, of->amount != INT64_MIN);
  crm__table_put(table, O_CREATED, of->begun);
  crm__table_put(table, O_ENTERED, of->since);
  crm__table_put(table, O_AGE, of->age_days);
  crm__table_put(table, O_STAGE_DAYS, of->stage_days);
  put_or_null(table, O_LIMIT, of->limit, of->limit >= 0);
  put_or_null(table, O_NEXT_DUE, of->due, of->due != INT64_MIN);
  put_or_null(table, O_EXPECTED, of->expected, dated);
  put_or_null(table, O_OVERDUE, of->overdue_days, of->overdue_days > 0);
  crm__table_put(table, O_SLIPS, of->slips);
  put_or_null(table, O_SLIPPED, of->slipped_days, dated);
  put_or_null(table, O_CONTACT, of->contact, of->contact != NO_DAY);
  crm__table_put_name(table, O_STATE,
                      of->overdue_days > 0  ? "overdue"
                      : is_stalled(all, of) ? "stalled"
                      : !dated              ? "undated"
                                            : "on_track");
  put_or_null(table, O_STEP, of->step, of->step != INT64_MIN);
  put_or_null(table, O_STEP_OVERDUE, past ? all->scope->as_of_day - of->due : 0, past);
  crm__table_put(table, O_STEP_SLIPS, of->step_slips);
}

typedef struct by_key {
  const progress *all;
  const crm__funnel *funnel;
} by_key;

static int compare_keys(const void *context, uint32_t a, uint32_t b)
{
  const by_key *of = context;
  uint32_t x = of->all->ranks[of->funnel->open_row[a]];
  uint32_t y = of->all->ranks[of->funnel->open_row[b]];
  return x < y ? -1 : x > y;
}

static crm_status put_opportunities(void *context, crm__funnel *funnel, crm_error *error)
{
  progress *all = context;
  uint32_t count = 0;
  uint32_t i;
  by_key by;
  (void)error;
  by.all = all;
  by.funnel = funnel;
  for (i = 0; i < funnel->open_count; i++) {
    if (funnel->open_stage[i] == funnel->count) {
      all->order[count++] = i;
    }
  }
  crm__merge_sort(all->order, all->order + funnel->open_count, count, compare_keys, &by);
  for (i = 0; i < count; i++) {
    standing of = stand_at(all, funnel, all->order[i]);
    put_opportunity(all->table, all, funnel, &of);
  }
  return CRM_OK;
}

/* ---- a row a stage ---- */

enum { S_PIPELINE, S_STAGE, S_POSITION, S_OPEN, S_AMOUNT, S_TO_30, S_TO_60, S_TO_90, S_OVER_90, S_MEDIAN, S_STALLED,
       S_OVERDUE, S_OVERDUE_AMOUNT, S_SLIPPED, S_RATE, S_LOW, S_HIGH, S_SLIPS, S_SLIPPED_DAYS, S_UNDATED, S_QUIET,
       S_STATUS, S_WITHOUT_STEP, S_STEP_OVERDUE, S_STEP_SLIPPED, S_STEP_SLIPS, S_COLUMNS };

typedef struct sums {
  int64_t open;
  int64_t amount;
  int64_t bands[4];
  int64_t stalled;
  int64_t overdue;
  int64_t overdue_amount;
  int64_t dated;
  int64_t slipped;
  int64_t slips;
  int64_t slipped_days;
  int64_t quiet;
  int64_t without_step;
  int64_t step_overdue;
  int64_t step_slipped;
  int64_t step_slips;
} sums;

static void add(sums *to, const progress *all, const standing *of, int64_t days)
{
  int64_t amount = of->amount == INT64_MIN ? 0 : of->amount;
  all->days[to->open++] = days;
  to->amount += amount;
  to->bands[days <= 30 ? 0 : days <= 60 ? 1 : days <= 90 ? 2 : 3]++;
  to->stalled += is_stalled(all, of);
  to->overdue += of->overdue_days > 0;
  to->overdue_amount += of->overdue_days > 0 ? amount : 0;
  to->dated += of->expected != INT64_MIN;
  to->slipped += of->slips > 0;
  to->slips += of->slips;
  to->slipped_days += of->slips > 0 ? of->slipped_days : 0;
  to->quiet += is_quiet(all, of);
  to->without_step += of->step == INT64_MIN;
  to->step_overdue += of->step != INT64_MIN && is_past(all, of->due);
  to->step_slipped += of->step_slips > 0;
  to->step_slips += of->step_slips;
}

static void put_rate(crm_table *table, const sums *found)
{
  int64_t low = 0;
  int64_t high = 0;
  if (found->dated > 0) {
    crm__wilson(found->slipped, found->dated, &low, &high);
  }
  put_or_null(table, S_RATE, found->dated > 0 ? crm__ratio(found->slipped, found->dated) : 0, found->dated > 0);
  put_or_null(table, S_LOW, low, found->dated > 0);
  put_or_null(table, S_HIGH, high, found->dated > 0);
}

static void put_sums(const progress *all, const crm__funnel *funnel, int32_t stage, const sums *found)
{
  crm_table *table = all->table;
  int32_t band;
  crm__put_named(table, S_PIPELINE, all->scope->store, funnel->pipeline);
  crm__put_named(table, S_STAGE, all->scope->store, stage == funnel->count ? CRM__NONE : funnel->stages[stage].name);
  put_or_null(table, S_POSITION, stage == funnel->count ? 0 : funnel->stages[stage].position, stage < funnel->count);
  crm__table_put(table, S_OPEN, found->open);
  crm__table_put(table, S_AMOUNT, found->amount);
  for (band = 0; band < 4; band++) {
    crm__table_put(table, S_TO_30 + band, found->bands[band]);
  }
  put_or_null(table, S_MEDIAN,
              found->open > 0 ? crm__select(all->days, (uint64_t)found->open, ((uint64_t)found->open - 1U) / 2U) : 0,
              found->open > 0);
  crm__table_put(table, S_STALLED, found->stalled);
  crm__table_put(table, S_OVERDUE, found->overdue);
  crm__table_put(table, S_OVERDUE_AMOUNT, found->overdue_amount);
  crm__table_put(table, S_SLIPPED, found->slipped);
  put_rate(table, found);
  crm__table_put(table, S_SLIPS, found->slips);
  crm__table_put(table, S_SLIPPED_DAYS, found->slipped_days);
  crm__table_put(table, S_UNDATED, found->open - found->dated);
  crm__table_put(table, S_QUIET, found->quiet);
  crm__table_put_name(table, S_STATUS, found->open > 0 ? "ok" : "undefined");
  crm__table_put(table, S_WITHOUT_STEP, found->without_step);
  crm__table_put(table, S_STEP_OVERDUE, found->step_overdue);
  crm__table_put(table, S_STEP_SLIPPED, found->step_slipped);
  crm__table_put(table, S_STEP_SLIPS, found->step_slips);
}

static crm_status put_stages(void *context, crm__funnel *funnel, crm_error *error)
{
  progress *all = context;
  int32_t k;
  (void)error;
  for (k = -1; k < funnel->count; k++) {
    int32_t stage = k < 0 ? funnel->count : k;
    sums found;
    uint32_t i;
    memset(&found, 0, sizeof found);
    for (i = 0; i < funnel->open_count; i++) {
      if (funnel->open_stage[i] == funnel->count) {
        standing of = stand_at(all, funnel, i);
        if (stage == funnel->count || of.stage == stage) {
          add(&found, all, &of, stage == funnel->count ? of.age_days : of.stage_days);
        }
      }
    }
    put_sums(all, funnel, stage, &found);
  }
  return CRM_OK;
}

/* ---- all of it ---- */

static void take_contacts(progress *all)
{
  const crm_store *store = all->scope->store;
  uint32_t opportunities = crm__rows_count(store, CRM__TABLE_OPPORTUNITIES);
  uint32_t row;
  for (row = 0; row < opportunities; row++) {
    all->contacts[row] = NO_DAY;
  }
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_INTERACTIONS); row++) {
    uint32_t about = crm__row_id(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_OPPORTUNITY, row);
    if (about < opportunities && crm__row_exists(all->scope, CRM__TABLE_INTERACTIONS, row)) {
      int32_t day =
          day_of(all, crm__row_value(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_TIME, row));
      all->contacts[about] = day > all->contacts[about] ? day : all->contacts[about];
    }
  }
}

static crm_status open_progress(progress *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  uint32_t rows = crm__rows_count(scope->store, CRM__TABLE_OPPORTUNITIES);
  crm_status status =
      crm__rows_by(scope, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, CRM__STAGES_TIME, &all->entries, error);
  if (status == CRM_OK) {
    status = crm__row_ranks(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OPPORTUNITY, &all->ranks, error);
  }
  all->contacts = crm__scope_alloc(scope, rows, sizeof *all->contacts);
  all->days = crm__scope_alloc(scope, rows, sizeof *all->days);
  all->order = crm__scope_alloc(scope, (uint64_t)rows * 4U, sizeof *all->order);
  if (status == CRM_OK && (all->contacts == NULL || all->days == NULL || all->order == NULL)) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK) {
    take_contacts(all);
  }
  return status;
}

static const crm__table_column opportunity_columns[O_COLUMNS] = {
  { "opportunity", CRM_TYPE_TEXT, 0 },     { "customer", CRM_TYPE_TEXT, 0 },
  { "owner", CRM_TYPE_TEXT, 0 },           { "pipeline", CRM_TYPE_TEXT, 0 },
  { "stage", CRM_TYPE_TEXT, 0 },           { "amount", CRM_TYPE_MONEY, 0 },
  { "created", CRM_TYPE_TIME, 0 },         { "entered", CRM_TYPE_TIME, 0 },
  { "age_days", CRM_TYPE_INTEGER, 0 },     { "stage_days", CRM_TYPE_INTEGER, 0 },
  { "limit_days", CRM_TYPE_INTEGER, 0 },   { "next_due", CRM_TYPE_DATE, 0 },
  { "expected_close", CRM_TYPE_TIME, 0 },  { "close_overdue_days", CRM_TYPE_INTEGER, 0 },
  { "slips", CRM_TYPE_INTEGER, 0 },        { "slipped_days", CRM_TYPE_INTEGER, 0 },
  { "last_contact", CRM_TYPE_DATE, 0 },    { "state", CRM_TYPE_TEXT, 0 },
  { "next_step", CRM_TYPE_TIME, 0 },       { "step_overdue_days", CRM_TYPE_INTEGER, 0 },
  { "step_slips", CRM_TYPE_INTEGER, 0 }
};

static const crm__table_column stage_columns[S_COLUMNS] = {
  { "pipeline", CRM_TYPE_TEXT, 0 },        { "stage", CRM_TYPE_TEXT, 0 },
  { "position", CRM_TYPE_INTEGER, 0 },     { "open", CRM_TYPE_INTEGER, 0 },
  { "open_amount", CRM_TYPE_MONEY, 0 },    { "to_30", CRM_TYPE_INTEGER, 0 },
  { "to_60", CRM_TYPE_INTEGER, 0 },        { "to_90", CRM_TYPE_INTEGER, 0 },
  { "over_90", CRM_TYPE_INTEGER, 0 },      { "median_days", CRM_TYPE_INTEGER, 0 },
  { "stalled", CRM_TYPE_INTEGER, 0 },      { "overdue", CRM_TYPE_INTEGER, 0 },
  { "overdue_amount", CRM_TYPE_MONEY, 0 }, { "slipped", CRM_TYPE_INTEGER, 0 },
  { "slip_rate", CRM_TYPE_DECIMAL, 6 },    { "low", CRM_TYPE_DECIMAL, 6 },
  { "high", CRM_TYPE_DECIMAL, 6 },         { "slips", CRM_TYPE_INTEGER, 0 },
  { "slipped_days", CRM_TYPE_INTEGER, 0 }, { "undated", CRM_TYPE_INTEGER, 0 },
  { "quiet", CRM_TYPE_INTEGER, 0 },        { "status", CRM_TYPE_TEXT, 0 },
  { "without_step", CRM_TYPE_INTEGER, 0 }, { "step_overdue", CRM_TYPE_INTEGER, 0 },
  { "step_slipped", CRM_TYPE_INTEGER, 0 }, { "step_slips", CRM_TYPE_INTEGER, 0 }
};

/* What a table is made of. */
typedef struct shape {
  const char *name;
  const crm__table_column *columns;
  int32_t count;
  crm__funnel_taker take;
} shape;

static const shape opportunities_shape = { "progress_opportunities", opportunity_columns, O_COLUMNS,
                                           put_opportunities };
static const shape stages_shape = { "progress_stages", stage_columns, S_COLUMNS, put_stages };

static crm_status begin_table(progress *all, const shape *of, crm_error *error)
{
  crm__table_column columns[S_COLUMNS];
  int32_t i;
  crm_status status;
  memcpy(columns, of->columns, (size_t)of->count * sizeof *columns);
  for (i = 0; i < of->count; i++) {
    if (columns[i].type == CRM_TYPE_MONEY) {
      columns[i].scale = crm_store_digits(all->scope->store);
    }
  }
  status = crm__table_begin(crm__scope_memory(all->scope), of->name, columns, of->count, 16, &all->table, error);
  if (status == CRM_OK) {
    crm__scope_describe(all->scope, all->table, of->name, 1);
  }
  return status;
}

typedef struct question {
  const shape *of;
  crm_funnel_options options;
} question;

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const question *asked = context;
  crm__funnel *funnel = NULL;
  progress all;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.scope = scope;
  status = open_progress(&all, error);
  if (status == CRM_OK) {
    status = begin_table(&all, asked->of, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = crm__funnel_each(scope, &asked->options, asked->of->take, &all, &funnel, error);
  if (status == CRM_OK) {
    status = crm__table_finish(&all.table, error);
    *table = all.table;
    return status;
  }
  crm_table_free(all.table);
  return status;
}

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_funnel_options *options,
                          const shape *of, crm_table **table, crm_error *error)
{
  question asked;
  crm_status status = crm__funnel_options(options, &asked.options, error);
  asked.of = of;
  return status == CRM_OK ? crm__scope_table(store, scope, make, &asked, table, error) : status;
}

crm_status crm_progress_opportunities(const crm_store *store, const crm_scope *scope,
                                      const crm_funnel_options *options, crm_table **table, crm_error *error)
{
  return compute(store, scope, options, &opportunities_shape, table, error);
}

crm_status crm_progress_stages(const crm_store *store, const crm_scope *scope, const crm_funnel_options *options,
                               crm_table **table, crm_error *error)
{
  return compute(store, scope, options, &stages_shape, table, error);
}
