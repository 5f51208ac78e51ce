/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/rfm_scores.h"

#include "base/error.h"
#include "base/kinds.h"
#include "base/sort.h"

#include <string.h>

/* What the members of segments add up to, and their medians; in parts that threads of the host may take. */

#define CELLS CRM__RFM_NAMES

enum { RECENCY = CRM__RECENCY, FREQUENCY = CRM__FREQUENCY, MONETARY = CRM__MONETARY, AXES = CRM__AXES };

/* How often the values of an axis occur in each segment: one by one where they are few, else by kind. */
typedef struct axis_counts {
  uint32_t *counts;             /* segment * width + value or kind */
  uint32_t width;
  int by_kind;
} axis_counts;

/* What a part of the members adds up to, and in the end all of them. */
typedef struct segment_part {
  axis_counts axes[AXES];
  int64_t money[CELLS];
} segment_part;

typedef struct segment_job {
  const crm__scored *scored;
  const crm__rfm_grid *grid;
  crm__segment_sums *sums;
  uint8_t *segments;            /* by member */
  crm__split split;
  segment_part parts[CRM__MEMBER_PARTS];
  segment_part all;
} segment_job;

static int make_counts(const segment_job *job, crm__scope *scope, segment_part *part)
{
  const uint32_t most[AXES] = {job->scored->most_days, job->scored->most_orders, UINT32_MAX};
  int a;
  for (a = 0; a < AXES; a++) {
    axis_counts *axis = &part->axes[a];
    axis->by_kind = most[a] >= CRM__KINDS;
    axis->width = axis->by_kind ? CRM__KINDS : most[a] + 1U;
    axis->counts =
      crm__scope_alloc_zero(scope, (uint64_t)axis->width * (uint64_t)job->grid->count, sizeof *axis->counts);
    if (axis->counts == NULL) {
      return 0;
    }
  }
  return 1;
}

/* The counts of all are those of the only part, where there is no other. */
static crm_status make_room(segment_job *job, crm__scope *scope, crm_error *error)
{
  uint64_t k;
  job->split = crm__member_split(job->scored, scope);
  for (k = 0; k == 0 || k < job->split.parts; k++) {
    if (!make_counts(job, scope, &job->parts[k])) {
      return crm__fail_memory(error);
    }
  }
  job->all = job->parts[0];
  job->segments = crm__scope_alloc(scope, job->scored->n, sizeof *job->segments);
  if (job->segments == NULL || (job->split.parts > 1 && !make_counts(job, scope, &job->all))) {
    return crm__fail_memory(error);
  }
  return CRM_OK;
}

/* What a member had in its axis, whichever way it is turned. */
static inline int64_t plain_value(const crm__member *member, int axis)
{
  return axis == RECENCY ? (int64_t)member->days : crm__score_value(member, axis);
}

static inline void count(const axis_counts *axis, uint32_t segment, int64_t value)
{
  axis->counts[segment * axis->width + (axis->by_kind ? crm__kind(value) : (uint32_t)value)]++;
}

/* Segments of packed members whose scores come from tables: all by look-ups. */
static void sum_packed(const segment_job *job, uint32_t from, uint32_t to, segment_part *part)
{
  const uint8_t *recency = job->scored->table[RECENCY];
  const uint8_t *frequency = job->scored->table[FREQUENCY];
  const crm__packed_member *packed = job->scored->packed;
  const crm__rfm_grid grid = *job->grid;               /* copies, which no write to memory can change */
  const axis_counts days = part->axes[RECENCY];
  const axis_counts orders = part->axes[FREQUENCY];
  uint32_t *kinds = part->axes[MONETARY].counts;
  uint8_t *segments = job->segments;
  int64_t spent[CELLS] = {0};
  uint32_t i;
  for (i = from; i < to; i++) {
    crm__packed_member member = packed[i];
    uint32_t cell = (recency[member.days] - 1U) * CRM__SCORES + frequency[member.orders] - 1U;
    uint32_t segment = grid.cells[cell];
    segments[i] = (uint8_t)segment;
    spent[segment] += member.money;
    days.counts[segment * days.width + member.days]++;
    orders.counts[segment * orders.width + member.orders]++;
    kinds[segment * CRM__KINDS + crm__kind(member.money)]++;
  }
  memcpy(part->money, spent, sizeof spent);
}

static void sum_members(const segment_job *job, uint32_t from, uint32_t to, segment_part *part)
{
  uint32_t i;
  for (i = from; i < to; i++) {
    crm__member member = crm__scored_member(job->scored, i);
    uint8_t segment = crm__segment_of(job->scored, job->grid, i, &member);
    job->segments[i] = segment;
    part->money[segment] += member.money;
    count(&part->axes[RECENCY], segment, member.days);
    count(&part->axes[FREQUENCY], segment, member.orders);
    count(&part->axes[MONETARY], segment, member.money);
  }
}

static crm_status sum_part(void *context, uint64_t index)
{
  segment_job *job = context;
  const crm__scored *scored = job->scored;
  segment_part *part = &job->parts[index];
  uint32_t from = (uint32_t)crm__split_from(&job->split, index);
  uint32_t to = (uint32_t)crm__split_to(&job->split, index);
  int by_tables = scored->packed != NULL && scored->split[RECENCY] == NULL && scored->split[FREQUENCY] == NULL &&
                  scored->table[RECENCY] != NULL && scored->table[FREQUENCY] != NULL &&
                  !part->axes[RECENCY].by_kind && !part->axes[FREQUENCY].by_kind;
  if (by_tables) {
    sum_packed(job, from, to, part);
  } else {
    sum_members(job, from, to, part);
  }
  return CRM_OK;
}

/* Adds up what the parts have. */
static void join_parts(segment_job *job)
{
  segment_part *all = &job->all;
  uint64_t k;
  size_t i;
  int a;
  if (job->split.parts == 1) {
    *all = job->parts[0];
  }
  for (k = 0; job->split.parts > 1 && k < job->split.parts; k++) {
    const segment_part *part = &job->parts[k];
    for (a = 0; a < AXES; a++) {
      size_t counts = (size_t)all->axes[a].width * (size_t)job->grid->count;
      for (i = 0; i < counts; i++) {
        all->axes[a].counts[i] += part->axes[a].counts[i];
      }
    }
    for (i = 0; i < CELLS; i++) {
      all->money[i] += part->money[i];
    }
  }
}

static crm_status sum_segments(segment_job *job, crm__scope *scope, crm_error *error)
{
  crm__segment_sums *sums = job->sums;
  const axis_counts *days = &job->all.axes[RECENCY];
  crm_status status = crm__team_run(scope->team, job->split.parts, sum_part, job, error);
  int32_t s;
  uint32_t d;
  if (status != CRM_OK) {
    return status;
  }
  join_parts(job);
  for (s = 0; s < job->grid->count; s++) {
    sums->money[s] = job->all.money[s];
    for (d = 0; d < days->width; d++) {
      sums->customers[s] += days->counts[(size_t)s * days->width + d];
    }
    sums->positive[s] = sums->money[s] > 0 ? sums->money[s] : 0;
    sums->positive_total += sums->positive[s];
  }
  return CRM_OK;
}

/* The values of one kind in a segment, among all that are near a median. */
typedef struct near_median {
  int64_t least;
  uint64_t span;                /* from the least to the most */
  uint32_t kind;
  uint64_t before;              /* values of the segment under them */
  uint64_t own;                 /* how many there are */
  uint64_t end;                 /* of those found */
} near_median;

typedef struct median_job {
  const segment_job *by;
  int axis;
  near_median near[CRM__MEMBER_PARTS][CELLS];   /* each part puts its values behind those of the one before */
  int64_t *values;
} median_job;

/* Finds the kinds of the medians; answers how many values are of these kinds. */
static uint64_t find_near(median_job *job)
{
  const crm__segment_sums *sums = job->by->sums;
  const axis_counts *axis = &job->by->all.axes[job->axis];
  uint64_t kept = 0;
  int32_t s;
  uint64_t k;
  for (s = 0; s < job->by->grid->count; s++) {
    const uint32_t *counts = axis->counts + (size_t)s * axis->width;
    near_median own = {INT64_MAX, 0, 0, 0, 0, 0};
    if (sums->customers[s] > 0) {
      own.kind = crm__kind_at(counts, (uint64_t)(sums->customers[s] - 1) / 2, &own.before);
      own.least = crm__kind_least(own.kind);
      own.span = (uint64_t)(own.kind + 1 < CRM__KINDS ? crm__kind_least(own.kind + 1) - 1 : INT64_MAX) -
                 (uint64_t)own.least;
      own.own = counts[own.kind];
    }
    for (k = 0; k < job->by->split.parts; k++) {
      own.end = kept;
      job->near[k][s] = own;
      kept += own.own > 0 ? job->by->parts[k].axes[job->axis].counts[(size_t)s * axis->width + own.kind] : 0;
    }
  }
  return kept;
}

static crm_status near_part(void *context, uint64_t index)
{
  median_job *job = context;
  const uint8_t *segments = job->by->segments;
  near_median *near = job->near[index];
  uint32_t to = (uint32_t)crm__split_to(&job->by->split, index);
  uint32_t i;
  for (i = (uint32_t)crm__split_from(&job->by->split, index); i < to; i++) {
    crm__member member = crm__scored_member(job->by->scored, i);
    int64_t value = plain_value(&member, job->axis);
    near_median *own = &near[segments[i]];
    if ((uint64_t)value - (uint64_t)own->least <= own->span) {
      job->values[own->end++] = value;
    }
  }
  return CRM_OK;
}

/* The lower medians of an axis that was counted by kind: selected among the values of their kinds. */
static crm_status select_medians(const segment_job *by, crm__scope *scope, int a, crm_error *error)
{
  crm__segment_sums *sums = by->sums;
  uint64_t last = by->split.parts - 1;
  median_job job;
  crm_status status;
  int32_t s;
  if (by->split.parts == 0) {
    return CRM_OK;
  }
  job.by = by;
  job.axis = a;
  job.values = crm__scope_alloc(scope, find_near(&job), sizeof *job.values);
  if (job.values == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__team_run(scope->team, by->split.parts, near_part, &job, error);
  for (s = 0; status == CRM_OK && s < by->grid->count; s++) {
    const near_median *near = &job.near[last][s];
    if (sums->customers[s] > 0) {
      sums->medians[a][s] = crm__select(job.values + (near->end - near->own), near->own,
                                        (uint64_t)(sums->customers[s] - 1) / 2 - near->before);
    }
  }
  return status;
}

static crm_status find_medians(const segment_job *job, crm__scope *scope, crm_error *error)
{
  crm__segment_sums *sums = job->sums;
  crm_status status = CRM_OK;
  int a;
  for (a = 0; a < AXES && status == CRM_OK; a++) {
    const axis_counts *axis = &job->all.axes[a];
    uint64_t before;
    int32_t s;
    if (axis->by_kind) {
      status = select_medians(job, scope, a, error);
      continue;
    }
    for (s = 0; s < job->grid->count; s++) {
      if (sums->customers[s] > 0) {
        sums->medians[a][s] = (int64_t)crm__kind_at(axis->counts + (size_t)s * axis->width,
                                                    (uint64_t)(sums->customers[s] - 1) / 2, &before);
      }
    }
  }
  return status;
}

crm_status crm__segments_sum(const crm__scored *scored, const crm__rfm_grid *grid, crm__scope *scope,
                             crm__segment_sums *sums, crm_error *error)
{
  segment_job job;
  crm_status status;
  memset(sums, 0, sizeof *sums);
  memset(&job, 0, sizeof job);
  job.scored = scored;
  job.grid = grid;
  job.sums = sums;
  status = make_room(&job, scope, error);
  if (status == CRM_OK) {
    status = sum_segments(&job, scope, error);
  }
  return status == CRM_OK ? find_medians(&job, scope, error) : status;
}
