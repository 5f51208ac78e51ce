/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "base/survival.h"
#include "store/rows.h"

/* What lives are made of: times of purchase by customer, and how long silence has to last. */

/* Turns counts by customer, which stand one place up, into where each begins. */
static void add_up(uint64_t *starts, uint32_t customers)
{
  uint32_t id;
  for (id = 0; id < customers; id++) {
    starts[id + 1U] += starts[id];
  }
}

static int is_purchase(const crm__facts *facts, uint32_t i)
{
  return facts->customer[i] != CRM__NONE && (facts->flags[i] & CRM__FACT_OCCASION) != 0;
}

/* Documents mostly come in order of time, so that few are out of place; where many are, the radix sort is as fast for
 * any order. */
#define FEW CRM__SIZE(48, 2)

static void sort_times(int64_t *times, uint64_t count, uint64_t *spare)
{
  uint64_t i;
  if (count > FEW) {
    for (i = 0; i < count; i++) {
      times[i] = (int64_t)crm__sortable(times[i]);
    }
    crm__radix_sort((uint64_t *)(void *)times, NULL, spare, NULL, count);
    for (i = 0; i < count; i++) {
      times[i] = (int64_t)crm__sortable(times[i]);
    }
    return;
  }
  for (i = 1; i < count; i++) {
    int64_t time = times[i];
    uint64_t k = i;
    while (k > 0 && times[k - 1U] > time) {
      times[k] = times[k - 1U];
      k--;
    }
    times[k] = time;
  }
}

static crm_status gather_purchases(crm__scope *scope, crm__life_facts *life, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  uint64_t *starts = crm__scope_alloc_zero(scope, (uint64_t)customers + 1U, sizeof *starts);
  uint64_t *next = crm__scope_alloc(scope, customers, sizeof *next);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  int64_t *times;
  uint64_t *spare;
  uint32_t i;
  crm_status status;
  if (starts == NULL || next == NULL || facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      if (is_purchase(facts, i)) {
        starts[facts->customer[i] + 1U]++;
      }
    }
  }
  status = crm__facts_end(facts, error);
  if (status != CRM_OK) {
    return status;
  }
  add_up(starts, customers);
  times = crm__scope_alloc(scope, starts[customers], sizeof *times);
  spare = crm__scope_alloc(scope, starts[customers], sizeof *spare);
  if (times == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    next[i] = starts[i];
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      if (is_purchase(facts, i)) {
        times[next[facts->customer[i]]++] = facts->time[i];
      }
    }
  }
  status = crm__facts_end(facts, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < customers; i++) {
    sort_times(times + starts[i], starts[i + 1U] - starts[i], spare);
  }
  life->starts = starts;
  life->times = times;
  return CRM_OK;
}

/* When each customer's first opportunity was created. */
static crm_status gather_openings(crm__scope *scope, crm__life_facts *life, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  uint32_t rows = crm__rows_count(store, CRM__TABLE_OPPORTUNITIES);
  int64_t *opened;
  uint32_t i;
  if (crm__rows_live(store, CRM__TABLE_OPPORTUNITIES) == 0) {
    return CRM_OK;
  }
  opened = crm__scope_alloc(scope, customers, sizeof *opened);
  if (opened == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    opened[i] = INT64_MAX;
  }
  for (i = 0; i < rows; i++) {
    uint32_t id = crm__row_customer(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, i);
    int64_t time = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CREATED, i);
    if (id != CRM__NONE && time != INT64_MIN && time < opened[id] &&
        crm__row_exists(scope, CRM__TABLE_OPPORTUNITIES, i)) {
      opened[id] = time;
    }
  }
  life->opened = opened;
  return CRM_OK;
}

/* The stage of the ladder that a name of the host's is, CRM_STAGE_NONE: none. */
static int32_t stage_of(const uint32_t *names, uint32_t name)
{
  int32_t stage = CRM_STAGES - 1;
  while (stage >= 0 && (names[stage] == CRM__NONE || names[stage] != name)) {
    stage--;
  }
  return stage;
}

/* The host's entries of customers, by time. */
static crm_status gather_entries(crm_lifecycle *lifecycle, crm__scope *scope, crm__life_facts *life, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  uint32_t names[CRM_STAGES];
  crm__row_index index;
  uint64_t *starts;
  int64_t *times;
  int8_t *stages;
  uint32_t *reasons;
  uint64_t used = 0;
  int32_t stage;
  uint32_t id;
  crm_status status;
  if (crm__rows_live(store, CRM__TABLE_STAGES) == 0) {
    return CRM_OK;
  }
  status = crm__rows_by(scope, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, CRM__STAGES_TIME, &index, error);
  if (status != CRM_OK) {
    return status;
  }
  starts = crm__scope_alloc(scope, (uint64_t)customers + 1U, sizeof *starts);
  times = crm__scope_alloc(scope, index.starts[index.ids], sizeof *times);
  stages = crm__scope_alloc(scope, index.starts[index.ids], sizeof *stages);
  reasons = crm__scope_alloc(scope, index.starts[index.ids], sizeof *reasons);
  if (starts == NULL || times == NULL || stages == NULL || reasons == NULL) {
    return crm__fail_memory(error);
  }
  for (stage = 0; stage < CRM_STAGES; stage++) {
    names[stage] = crm__row_find(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, crm__stage_name(stage));
  }
  for (id = 0; id < customers; id++) {
    uint32_t i = id < index.ids ? index.starts[id] : 0;
    uint32_t end = id < index.ids ? index.starts[id + 1U] : 0;
    starts[id] = used;
    for (; i < end; i++) {
      stage = stage_of(names, crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, index.rows[i]));
      lifecycle->unknown += stage == CRM_STAGE_NONE;
      if (stage != CRM_STAGE_NONE) {
        times[used] = crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, index.rows[i]);
        reasons[used] = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_REASON, index.rows[i]);
        stages[used++] = (int8_t)stage;
      }
    }
  }
  starts[customers] = used;
  life->entry_starts = starts;
  life->entry_times = times;
  life->entry_stages = stages;
  life->entry_reasons = reasons;
  return CRM_OK;
}

crm_status crm__life_gather(crm_lifecycle *lifecycle, crm__scope *scope, crm__life_facts *facts, crm_error *error)
{
  crm_status status;
  facts->opened = NULL;
  facts->entry_starts = NULL;
  facts->entry_times = NULL;
  facts->entry_stages = NULL;
  facts->entry_reasons = NULL;
  status = gather_purchases(scope, facts, error);
  if (status == CRM_OK) {
    status = gather_openings(scope, facts, error);
  }
  return status == CRM_OK ? gather_entries(lifecycle, scope, facts, error) : status;
}

/* ---- how long silence has to last ---- */

#define LEAST_GAPS 20
#define LEAST_AT_RISK 20

/* Days between the days of purchase of a customer, and those since the last: durations that ended and open ones. */
static crm_status make_gaps(const crm_lifecycle *lifecycle, crm__scope *scope, const crm__life_facts *facts,
                            crm__durations *gaps, crm_error *error)
{
  int32_t earliest = INT32_MAX;
  uint32_t id;
  for (id = 0; id < lifecycle->customers; id++) {
    if (facts->starts[id] < facts->starts[id + 1U]) {
      int32_t day = crm__business_day(facts->times[facts->starts[id]], lifecycle->day_start);
      earliest = day < earliest ? day : earliest;
    }
  }
  gaps->days = earliest == INT32_MAX ? 0 : (int64_t)lifecycle->as_of_day - earliest + 1;
  gaps->ends = crm__scope_alloc_zero(scope, (uint64_t)gaps->days, sizeof *gaps->ends);
  gaps->competing = crm__scope_alloc_zero(scope, (uint64_t)gaps->days, sizeof *gaps->competing);
  gaps->open = crm__scope_alloc_zero(scope, (uint64_t)gaps->days, sizeof *gaps->open);
  if (gaps->ends == NULL || gaps->competing == NULL || gaps->open == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < lifecycle->customers; id++) {
    int32_t last = INT32_MIN;
    uint64_t i;
    if (!crm__customer_counts(scope, id)) {
      continue;
    }
    for (i = facts->starts[id]; i < facts->starts[id + 1U]; i++) {
      int32_t day = crm__business_day(facts->times[i], lifecycle->day_start);
      if (last != INT32_MIN && day > last) {
        gaps->ends[day - last]++;
      }
      last = day;
    }
    if (last != INT32_MIN) {
      gaps->open[lifecycle->as_of_day - last]++;
    }
  }
  return CRM_OK;
}

/* The least number of days that at least nine in ten gaps do not pass. */
static int32_t ninth_decile(const crm__durations *gaps, int64_t count)
{
  int64_t wanted = count - count / 10;
  int64_t seen = 0;
  int32_t day = 0;
  while (seen < wanted) {
    seen += gaps->ends[day++];
  }
  return day - 1;
}

/* The first idle time past dormant at which the chance to buy within the next `dormant` days is under a tenth. */
static crm_status find_lost(crm_lifecycle *lifecycle, crm__scope *scope, const crm__durations *gaps, crm_error *error)
{
  double *survival = crm__scope_alloc(scope, (uint64_t)gaps->days, sizeof *survival);
  int64_t *risk = crm__scope_alloc(scope, (uint64_t)gaps->days, sizeof *risk);
  int64_t dormant = lifecycle->limits.dormant_days;
  int64_t idle;
  if (survival == NULL || risk == NULL) {
    return crm__fail_memory(error);
  }
  crm__survival(gaps, survival, risk);
  for (idle = dormant + 1; idle + dormant < gaps->days && risk[idle + dormant] >= LEAST_AT_RISK; idle++) {
    double left = survival[idle] * 0.9;
    left = left + CRM__SURVIVAL_ROUNDING;
    if (survival[idle + dormant] > left) {
      lifecycle->limits.suggested_lost = (int32_t)idle;
      return CRM_OK;
    }
  }
  return CRM_OK;
}

crm_status crm__life_suggest(crm_lifecycle *lifecycle, crm__scope *scope, const crm__life_facts *facts,
                             crm_error *error)
{
  crm_life_limits *limits = &lifecycle->limits;
  crm__durations gaps;
  int64_t day;
  crm_status status = make_gaps(lifecycle, scope, facts, &gaps, error);
  if (status != CRM_OK) {
    return status;
  }
  for (day = 0; day < gaps.days; day++) {
    limits->gaps += gaps.ends[day];
  }
  if (limits->gaps >= LEAST_GAPS) {
    limits->suggested_dormant = ninth_decile(&gaps, limits->gaps);
  }
  limits->dormant_days = limits->dormant_days > 0 ? limits->dormant_days : limits->suggested_dormant;
  if (limits->dormant_days > 0 && limits->gaps >= LEAST_GAPS) {
    status = find_lost(lifecycle, scope, &gaps, error);
  }
  limits->lost_days = limits->lost_days > 0 ? limits->lost_days : limits->suggested_lost;
  return status;
}
