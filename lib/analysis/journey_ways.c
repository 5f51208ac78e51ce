/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/journey_ways.h"

#include "base/civil.h"
#include "base/error.h"

#include <string.h>

#define MOST_DAYS 36500
#define NOWHERE (-1)

int64_t crm__journey_days(const crm__journey *journey, int64_t from, int64_t to)
{
  const crm__scope *scope = journey->scope;
  int64_t end = to < scope->as_of ? to : scope->as_of;
  return (int64_t)crm__business_day(end, scope->day_start) - crm__business_day(from, scope->day_start);
}

/* ---- one customer ---- */

typedef struct walker {
  crm__journey *journey;
  crm__way *way;
  int32_t at;                                /* place now, NOWHERE */
  uint32_t firsts[CRM__PIPELINE_STAGES];     /* first stay by place, CRM__NONE */
  uint64_t waiting;                          /* places whose first stay has neither passed nor dropped */
  int32_t lowest;
  int32_t highest;
} walker;

static crm__stay *last_stay(const walker *of)
{
  return &of->journey->stays[of->way->first + of->way->count - 1U];
}

/* First stays below a place have passed by coming there. */
static void pass_below(walker *of, int32_t place, int64_t time)
{
  int32_t s;
  for (s = 0; s < place; s++) {
    if (of->waiting >> s & 1U) {
      of->waiting &= ~((uint64_t)1 << s);
      of->journey->stays[of->firsts[s]].passed = time;
    }
  }
}

static uint8_t how(const walker *of, int32_t place)
{
  if (of->at == NOWHERE) {
    return of->way->count == 0 ? CRM__CAME_FIRST : CRM__CAME_AGAIN;
  }
  return place < of->at ? CRM__CAME_BACK : place == of->at + 1 ? CRM__CAME_NEXT : CRM__CAME_SKIPPING;
}

static void enter(walker *of, int32_t place, int64_t time)
{
  crm__journey *journey = of->journey;
  crm__way *way = of->way;
  crm__stay *stay;
  if (place == of->at) {
    return;
  }
  if (of->at != NOWHERE) {
    last_stay(of)->left = time;
    last_stay(of)->went = place > of->at ? CRM__WENT_ON : CRM__WENT_BACK;
  }
  pass_below(of, place, time);
  stay = &journey->stays[way->first + way->count];
  stay->customer = way->customer;
  stay->place = (uint8_t)place;
  stay->came = how(of, place);
  stay->went = CRM__WENT_NOT;
  stay->first = of->firsts[place] == CRM__NONE;
  stay->entered = time;
  stay->left = stay->passed = stay->dropped = CRM__JOURNEY_OPEN;
  if (stay->first) {
    of->firsts[place] = way->first + way->count;
    of->waiting |= (uint64_t)1 << place;
  }
  if (place == journey->pipeline.count - 1 && way->completed == CRM__JOURNEY_OPEN) {
    way->completed = time;
  }
  way->count++;
  of->at = place;
  of->lowest = place < of->lowest ? place : of->lowest;
  of->highest = place > of->highest ? place : of->highest;
}

static void leave(walker *of, int64_t time)
{
  int32_t s;
  if (of->at == NOWHERE) {
    return;
  }
  last_stay(of)->left = time;
  last_stay(of)->went = CRM__WENT_OUT;
  for (s = 0; s < of->journey->pipeline.count; s++) {
    if (of->waiting >> s & 1U) {
      of->journey->stays[of->firsts[s]].dropped = time;
    }
  }
  of->waiting = 0;
  if (of->way->completed == CRM__JOURNEY_OPEN && of->way->dropped == CRM__JOURNEY_OPEN) {
    of->way->dropped = time;
  }
  of->at = NOWHERE;
}

/* What the entries of one instant name: places as bits, and whether `lost`. Answers where those of the next begin. */
static uint32_t read_instant(const crm__journey *journey, const uint32_t *rows, uint32_t at, uint32_t count,
                             uint64_t *places, int *lost)
{
  const crm_store *store = journey->scope->store;
  int64_t time = crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, rows[at]);
  *places = 0;
  *lost = 0;
  for (; at < count && crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, rows[at]) == time; at++) {
    uint32_t name = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, rows[at]);
    if (journey->place[name] > 0) {
      *places |= (uint64_t)1 << (journey->place[name] - 1);
    } else {
      *lost |= name == journey->lost;
    }
  }
  return at;
}

static void count_skipped(walker *of)
{
  int32_t s;
  for (s = of->lowest; s < of->highest; s++) {
    if (of->firsts[s] == CRM__NONE) {
      of->way->passed_by |= (uint64_t)1 << s;
      of->way->skipped++;
    }
  }
}

static void follow(crm__journey *journey, uint32_t customer, const uint32_t *rows, uint32_t count)
{
  const crm_store *store = journey->scope->store;
  crm__way *way = &journey->ways[journey->way_count];
  walker of;
  uint32_t i = 0;
  int32_t s;
  memset(way, 0, sizeof *way);
  way->customer = customer;
  way->first = journey->stay_count;
  way->completed = way->dropped = CRM__JOURNEY_OPEN;
  of.journey = journey;
  of.way = way;
  of.at = NOWHERE;
  of.waiting = 0;
  of.lowest = CRM__PIPELINE_STAGES;
  of.highest = NOWHERE;
  for (s = 0; s < journey->pipeline.count; s++) {
    of.firsts[s] = CRM__NONE;
  }
  while (i < count) {
    int64_t time = crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, rows[i]);
    uint64_t places;
    int lost;
    i = read_instant(journey, rows, i, count, &places, &lost);
    for (s = 0; s < journey->pipeline.count; s++) {
      if (places >> s & 1U) {
        enter(&of, s, time);
      }
    }
    if (lost) {
      leave(&of, time);
    }
  }
  if (way->count > 0) {
    count_skipped(&of);
    journey->stay_count += way->count;
    journey->way_count++;
  }
}

/* ---- a pipeline ---- */

static void set_places(crm__journey *journey, int there)
{
  int32_t s;
  for (s = 0; s < journey->pipeline.count; s++) {
    journey->place[journey->pipeline.names[s]] = (uint8_t)(there ? s + 1 : 0);
  }
}

static crm_status follow_all(crm__journey *journey, uint32_t name, const uint32_t *customers, uint32_t count,
                             crm_error *error)
{
  uint32_t i;
  crm_status status =
      crm__pipeline_read(journey->scope->store, &journey->pipelines, name, &journey->pipeline, error);
  if (status != CRM_OK) {
    return status;
  }
  journey->name = name;
  journey->stay_count = 0;
  journey->way_count = 0;
  set_places(journey, 1);
  for (i = 0; i < count; i++) {
    uint32_t id = customers[i];
    if (id < journey->entries.ids && crm__customer_counts(journey->scope, id)) {
      uint32_t begin = journey->entries.starts[id];
      follow(journey, id, journey->entries.rows + begin, journey->entries.starts[id + 1U] - begin);
    }
  }
  set_places(journey, 0);
  return CRM_OK;
}

/* ---- all of them ---- */

static crm_status read_options(crm__journey *journey, const crm_journey_options *given, crm_error *error)
{
  const crm_journey_options plain = CRM_JOURNEY_OPTIONS_INIT;
  crm_status status = CRM_OK;
  journey->options = plain;
  if (given != NULL) {
    status = crm__struct_read(&journey->options, sizeof plain, given, "crm_journey_options", error);
  }
  if (status == CRM_OK && (journey->options.horizon_days < 0 || journey->options.horizon_days > MOST_DAYS)) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "horizon_days", 0, -1, "horizon_days is 0 to 36500");
  }
  if (journey->options.horizon_days == 0) {
    journey->options.horizon_days = 365;
  }
  return status;
}

crm_status crm__journey_open(crm__journey *journey, crm__scope *scope, const crm_journey_options *options,
                             crm_error *error)
{
  const crm_store *store = scope->store;
  uint64_t rows;
  crm_status status;
  memset(journey, 0, sizeof *journey);
  journey->scope = scope;
  status = read_options(journey, options, error);
  if (status == CRM_OK) {
    status = crm__pipelines_open(scope, &journey->pipelines, error);
  }
  if (status == CRM_OK) {
    status = crm__rows_by(scope, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, CRM__STAGES_TIME, &journey->entries, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  rows = (uint64_t)journey->entries.starts[journey->entries.ids] + 1U;   /* one that is being looked at */
  journey->lost = crm__row_find(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, "lost");
  journey->place = crm__scope_alloc_zero(scope, crm__names(store), sizeof *journey->place);
  journey->stays = crm__scope_alloc(scope, rows, sizeof *journey->stays);
  journey->ways = crm__scope_alloc(scope, rows, sizeof *journey->ways);
  return journey->place == NULL || journey->stays == NULL || journey->ways == NULL ? crm__fail_memory(error) : CRM_OK;
}

crm_status crm__journey_each(crm__journey *journey, const uint32_t *customers, uint32_t count,
                             crm__journey_taker take, void *context, crm_error *error)
{
  const crm_store *store = journey->scope->store;
  const char *key = journey->options.pipeline;
  const uint32_t *names;
  uint32_t all;
  uint32_t wanted = CRM__NONE;
  uint32_t i;
  crm_status status = crm__names_by_key(journey->scope, &names, &all, error);
  if (status == CRM_OK && key != NULL) {
    wanted = crm__row_find(store, CRM__TABLE_PIPELINES, CRM__PIPELINES_PIPELINE, key);
    if (wanted == CRM__NONE || !crm__pipeline_defined(&journey->pipelines, wanted)) {
      return crm__fail_at(error, CRM_ERROR_NOT_FOUND, "pipelines", "pipeline", 0, -1, "no such pipeline");
    }
  }
  for (i = 0; status == CRM_OK && i < all; i++) {
    if (key != NULL ? names[i] == wanted : crm__pipeline_of_customers(store, &journey->pipelines, names[i])) {
      status = follow_all(journey, names[i], customers, count, error);
      if (status == CRM_OK) {
        status = take(context, journey, error);
      }
    }
  }
  return status;
}
