/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/journey_ways.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/sort.h"
#include "table/build.h"

#include <string.h>

/* Counts, rates and dwell by stage. */

enum { BOARD_PIPELINE, BOARD_BY, BOARD_GROUP, BOARD_STAGE, BOARD_POSITION, BOARD_ENTERED, BOARD_CUSTOMERS,
       BOARD_MEDIAN, BOARD_DWELL, BOARD_DWELL_LOW, BOARD_DWELL_HIGH, BOARD_RATE, BOARD_LOW, BOARD_HIGH, BOARD_AT_RISK,
       BOARD_PASSED, BOARD_DROPPED, BOARD_PASS_DAYS, BOARD_RETURNED, BOARD_SKIPPED, BOARD_STATUS, BOARD_COLUMNS };

/* A range of ways: those of a group. */
typedef struct part {
  const crm__journey *journey;
  uint32_t from;
  uint32_t to;
} part;

static int in_period(const crm__journey *journey, int64_t time)
{
  return time >= journey->scope->from && time < journey->scope->to;
}

/* ---- cases ---- */

static void empty(crm__durations *room)
{
  size_t size = (size_t)room->days * sizeof *room->ends;
  memset(room->ends, 0, size);
  memset(room->competing, 0, size);
  memset(room->open, 0, size);
}

static void add_case(const crm__journey *journey, crm__durations *room, int64_t from, int64_t ended, int64_t competed)
{
  int64_t *kind = competed < ended ? room->competing : ended != CRM__JOURNEY_OPEN ? room->ends : room->open;
  kind[crm__journey_days(journey, from, ended < competed ? ended : competed)]++;
}

/* Those that passed a stage, place -1: came to the last one from the first entry on. */
static void collect_passes(const part *of, int32_t place, crm__durations *room)
{
  const crm__journey *journey = of->journey;
  uint32_t w;
  uint32_t s;
  empty(room);
  for (w = of->from; w < of->to; w++) {
    const crm__way *way = &journey->ways[w];
    const crm__stay *stay = &journey->stays[way->first];
    if (place < 0) {
      if (in_period(journey, stay->entered)) {
        add_case(journey, room, stay->entered, way->completed, way->dropped);
      }
      continue;
    }
    for (s = 0; s < way->count; s++) {
      if (stay[s].place == place && stay[s].first && in_period(journey, stay[s].entered)) {
        add_case(journey, room, stay[s].entered, stay[s].passed, stay[s].dropped);
      }
    }
  }
}

/* Stays that are over, however; of the whole way, ways. */
static void collect_stays(const part *of, int32_t place, crm__durations *room)
{
  const crm__journey *journey = of->journey;
  uint32_t w;
  uint32_t s;
  empty(room);
  for (w = of->from; w < of->to; w++) {
    const crm__way *way = &journey->ways[w];
    const crm__stay *stay = &journey->stays[way->first];
    int64_t over = way->completed < way->dropped ? way->completed : way->dropped;
    if (place < 0 && in_period(journey, stay->entered)) {
      add_case(journey, room, stay->entered, over, CRM__JOURNEY_OPEN);
    }
    for (s = 0; place >= 0 && s < way->count; s++) {
      if (stay[s].place == place && in_period(journey, stay[s].entered)) {
        add_case(journey, room, stay[s].entered, stay[s].left, CRM__JOURNEY_OPEN);
      }
    }
  }
}

/* ---- counts ---- */

typedef struct counts {
  int64_t customers;
  int64_t returned;
  int64_t skipped;
} counts;

static counts count_stage(const part *of, int32_t place, int64_t *days)
{
  const crm__journey *journey = of->journey;
  counts found = {0, 0, 0};
  uint32_t w;
  uint32_t s;
  for (w = of->from; w < of->to; w++) {
    const crm__way *way = &journey->ways[w];
    const crm__stay *stay = &journey->stays[way->first];
    const crm__stay *last = &stay[way->count - 1U];
    if (last->went == CRM__WENT_NOT && (place < 0 || last->place == place)) {
      days[found.customers++] =
          crm__journey_days(journey, place < 0 ? stay->entered : last->entered, journey->scope->as_of);
    }
    found.skipped += place >= 0 && (way->passed_by >> place & 1U);
    for (s = 0; place >= 0 && s < way->count; s++) {
      found.returned += stay[s].place == place && stay[s].came == CRM__CAME_BACK;
    }
  }
  return found;
}

/* ---- a row ---- */

static void put_or_null(crm_table *table, int32_t column, int64_t value, int there)
{
  if (there) {
    crm__table_put(table, column, value);
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_names(const crm__journey_board *board, const part *of, int32_t place, int grouped)
{
  const crm__journey *journey = of->journey;
  const crm_store *store = journey->scope->store;
  const char *by = grouped ? crm__grouping_name(board->grouping) : NULL;
  uint32_t group = by == NULL ? CRM__NONE : board->grouping->names[journey->ways[of->from].customer];
  crm__table_put_key(board->table, BOARD_PIPELINE, crm__name_key(store, journey->name));
  crm__table_put_name(board->table, BOARD_BY, by);
  if (group == CRM__NONE) {
    crm__table_put_null(board->table, BOARD_GROUP);
  } else {
    crm__table_put_key(board->table, BOARD_GROUP, crm__name_key(store, group));
  }
  if (place < 0) {
    crm__table_put_null(board->table, BOARD_STAGE);
    crm__table_put_null(board->table, BOARD_POSITION);
  } else {
    crm__table_put_key(board->table, BOARD_STAGE, crm__name_key(store, journey->pipeline.names[place]));
    crm__table_put(board->table, BOARD_POSITION, journey->pipeline.positions[place]);
  }
}

/* What became of those that entered; nothing can be passed by coming to the last stage. */
static void put_passing(const crm__journey_board *board, const crm__incidence *passing, int is_top)
{
  crm_table *table = board->table;
  int there = passing->cases > 0 && !is_top;
  crm__table_put(table, BOARD_ENTERED, passing->cases);
  put_or_null(table, BOARD_RATE, passing->value, there);
  put_or_null(table, BOARD_LOW, passing->low, there);
  put_or_null(table, BOARD_HIGH, passing->high, there);
  put_or_null(table, BOARD_AT_RISK, passing->at_risk, !is_top);
  put_or_null(table, BOARD_PASSED, passing->ended, !is_top);
  put_or_null(table, BOARD_DROPPED, passing->competing, !is_top);
  put_or_null(table, BOARD_PASS_DAYS, passing->median, there && passing->median >= 0);
  crm__table_put_name(table, BOARD_STATUS, is_top ? "top" : crm__incidence_status(passing));
}

static void put_row(crm__journey_board *board, const part *of, int32_t place, int grouped)
{
  const crm__journey *journey = of->journey;
  crm_table *table = board->table;
  counts found = count_stage(of, place, board->days);
  crm__incidence passing;
  crm__median dwell;
  put_names(board, of, place, grouped);
  collect_passes(of, place, &board->room);
  passing = crm__incidence_at(&board->room, journey->options.horizon_days);
  put_passing(board, &passing, place >= 0 && place == journey->pipeline.count - 1);
  collect_stays(of, place, &board->room);
  dwell = crm__survival_median(&board->room);
  put_or_null(table, BOARD_DWELL, dwell.day, dwell.day >= 0);
  put_or_null(table, BOARD_DWELL_LOW, dwell.low, dwell.low >= 0);
  put_or_null(table, BOARD_DWELL_HIGH, dwell.high, dwell.high >= 0);
  crm__table_put(table, BOARD_CUSTOMERS, found.customers);
  put_or_null(table, BOARD_MEDIAN,
              found.customers > 0
                ? crm__select(board->days, (uint64_t)found.customers, ((uint64_t)found.customers - 1U) / 2U)
                : 0,
              found.customers > 0);
  crm__table_put(table, BOARD_RETURNED, found.returned);
  crm__table_put(table, BOARD_SKIPPED, found.skipped);
}

static void put_part(crm__journey_board *board, const part *of, int grouped)
{
  int64_t longest = 0;
  uint32_t w;
  int32_t place;
  for (w = of->from; w < of->to; w++) {
    int64_t days = crm__journey_days(of->journey, of->journey->stays[of->journey->ways[w].first].entered,
                                     CRM__JOURNEY_OPEN);
    longest = days > longest ? days : longest;
  }
  board->room.days = longest + 1;
  for (place = -1; place < of->journey->pipeline.count; place++) {
    put_row(board, of, place, grouped);
  }
}

/* ---- the table ---- */

static const crm__table_column names_and_types[BOARD_COLUMNS] = {
  { "pipeline", CRM_TYPE_TEXT, 0 },      { "by", CRM_TYPE_TEXT, 0 },
  { "group", CRM_TYPE_TEXT, 0 },         { "stage", CRM_TYPE_TEXT, 0 },
  { "position", CRM_TYPE_INTEGER, 0 },   { "entered", CRM_TYPE_INTEGER, 0 },
  { "customers", CRM_TYPE_INTEGER, 0 },  { "median_days", CRM_TYPE_INTEGER, 0 },
  { "dwell_days", CRM_TYPE_INTEGER, 0 }, { "dwell_low", CRM_TYPE_INTEGER, 0 },
  { "dwell_high", CRM_TYPE_INTEGER, 0 }, { "pass_rate", CRM_TYPE_DECIMAL, 6 },
  { "low", CRM_TYPE_DECIMAL, 6 },        { "high", CRM_TYPE_DECIMAL, 6 },
  { "at_risk", CRM_TYPE_INTEGER, 0 },    { "passed", CRM_TYPE_INTEGER, 0 },
  { "dropped", CRM_TYPE_INTEGER, 0 },    { "pass_days", CRM_TYPE_INTEGER, 0 },
  { "returned", CRM_TYPE_INTEGER, 0 },   { "skipped", CRM_TYPE_INTEGER, 0 },
  { "status", CRM_TYPE_TEXT, 0 }
};

crm_status crm__journey_board_begin(crm__journey *journey, const crm__grouping *grouping, crm__journey_board *board,
                                    crm_error *error)
{
  crm__scope *scope = journey->scope;
  int64_t longest = 0;
  uint32_t i;
  crm_status status;
  for (i = 0; i < journey->entries.starts[journey->entries.ids]; i++) {
    int64_t time = crm__row_value(scope->store, CRM__TABLE_STAGES, CRM__STAGES_TIME, journey->entries.rows[i]);
    int64_t days = crm__journey_days(journey, time, CRM__JOURNEY_OPEN);
    longest = days > longest ? days : longest;
  }
  board->grouping = grouping;
  board->room.ends = crm__scope_alloc(scope, (uint64_t)longest + 1U, sizeof(int64_t));
  board->room.competing = crm__scope_alloc(scope, (uint64_t)longest + 1U, sizeof(int64_t));
  board->room.open = crm__scope_alloc(scope, (uint64_t)longest + 1U, sizeof(int64_t));
  board->days = crm__scope_alloc(scope, crm__customers(scope->store), sizeof *board->days);
  if (board->room.ends == NULL || board->room.competing == NULL || board->room.open == NULL || board->days == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__table_begin(crm__scope_memory(scope), "journey", names_and_types, BOARD_COLUMNS, 16, &board->table,
                            error);
  if (status == CRM_OK) {
    crm__scope_describe(scope, board->table, "journey", 1);
    crm__table_meta(board->table, "horizon_days", "%d", (int)journey->options.horizon_days);
  }
  return status;
}

/* Ways stand in the order of the groups. */
crm_status crm__journey_board_put(void *context, const crm__journey *journey, crm_error *error)
{
  crm__journey_board *board = context;
  part of;
  (void)error;
  of.journey = journey;
  of.from = 0;
  of.to = journey->way_count;
  put_part(board, &of, 0);
  for (of.to = 0; board->grouping->column >= 0 && of.to < journey->way_count;) {
    uint32_t group = board->grouping->groups[journey->ways[of.to].customer];
    of.from = of.to;
    while (of.to < journey->way_count && board->grouping->groups[journey->ways[of.to].customer] == group) {
      of.to++;
    }
    put_part(board, &of, 1);
  }
  return CRM_OK;
}
