/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/rfm_scores.h"

#include "analysis/population.h"
#include "base/error.h"
#include "base/kinds.h"
#include "base/parallel.h"
#include "base/sort.h"

#include <string.h>

/* Where ties stay together the score is 1 + the number of edges that a customer reaches, and the edge of score s + 1 is
 * one above the ceil(s n / 5)-th smallest value. Days and occasions are counted, money is counted by its kind and
 * selected among the few of the kinds that matter: nothing is sorted. */

/* The number of customers that have to be worse for a score above `score`. */
static uint32_t worse_for(uint32_t n, int score)
{
  return (uint32_t)(((uint64_t)n * (uint64_t)score + CRM__SCORES - 1U) / CRM__SCORES);
}

static int64_t one_above(int64_t value)
{
  return value < INT64_MAX ? value + 1 : value;
}

/* The edges of what was counted one by one, from the worst on: the most days, the least orders. */
static void edges_by_counts(crm__scored *scored, int axis, const uint32_t *counts, uint32_t most)
{
  int falling = axis == CRM__RECENCY;
  uint32_t at = falling ? most + 1 : UINT32_MAX;
  uint32_t reached = 0;
  int s;
  for (s = 1; s <= CRM__EDGES; s++) {
    while (reached < worse_for(scored->n, s)) {
      at = falling ? at - 1 : at + 1;
      reached += counts[at];
    }
    scored->rules.edges[axis][s - 1] = falling ? 1 - (int64_t)at : (int64_t)at + 1;
  }
}

/* The score of every number of days or orders there is. */
static crm_status make_table(crm__scored *scored, int axis, uint32_t most, crm__scope *scope, crm_error *error)
{
  uint8_t *scores = crm__scope_alloc(scope, (uint64_t)most + 1U, sizeof *scores);
  uint32_t v;
  if (scores == NULL) {
    return crm__fail_memory(error);
  }
  for (v = 0; v <= most; v++) {
    int64_t value = axis == CRM__RECENCY ? -(int64_t)v : (int64_t)v;
    scores[v] = (uint8_t)crm__score_by(scored->rules.edges[axis], value);
  }
  scored->table[axis] = scores;
  return CRM_OK;
}

/* Values of some kinds, as they are found by parts of the members. */
typedef struct near_job {
  const crm__scored *scored;
  int axis;
  uint8_t wanted[CRM__KINDS];
  int64_t *near;                   /* by part from the place of its first member on */
  uint64_t counts[CRM__MEMBER_PARTS];
  crm__split split;
} near_job;

static crm_status find_part(void *context, uint64_t part)
{
  near_job *job = context;
  uint32_t to = (uint32_t)crm__split_to(&job->split, part);
  uint32_t i = (uint32_t)crm__split_from(&job->split, part);
  int64_t *near = job->near + i;
  uint64_t count = 0;
  for (; i < to; i++) {
    crm__member member = crm__scored_member(job->scored, i);
    int64_t value = crm__score_value(&member, job->axis);
    near[count] = value;
    count += job->wanted[crm__kind(value)];
  }
  job->counts[part] = count;
  return CRM_OK;
}

/* Finds the values of the wanted kinds. Answers how many there are through *count. */
static crm_status find_near(near_job *job, crm__scope *scope, uint64_t *count, crm_error *error)
{
  crm_status status;
  uint64_t part;
  *count = 0;
  job->split = crm__member_split(job->scored, scope);
  job->near = crm__scope_alloc(scope, (uint64_t)job->scored->n + 1U, sizeof *job->near);
  if (job->near == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__team_run(scope->team, job->split.parts, find_part, job, error);
  for (part = 0; status == CRM_OK && part < job->split.parts; part++) {
    memmove(job->near + *count, job->near + crm__split_from(&job->split, part),
            (size_t)job->counts[part] * sizeof *job->near);
    *count += job->counts[part];
  }
  return status;
}

/* The edges from the values of the kinds that they fall into. counts: of the values by kind. */
static crm_status edges_by_kinds(crm__scored *scored, int axis, const uint32_t *counts, crm__scope *scope,
                                 crm_error *error)
{
  uint64_t before[CRM__EDGES];     /* values under the kind of an edge */
  uint32_t kinds[CRM__EDGES];
  uint64_t count;
  uint64_t start = 0;              /* of the values of an edge's kind, among those of all wanted kinds in order */
  near_job job;
  crm_status status;
  int s;
  memset(&job, 0, sizeof job);
  job.scored = scored;
  job.axis = axis;
  for (s = 0; s < CRM__EDGES; s++) {
    kinds[s] = crm__kind_at(counts, worse_for(scored->n, s + 1) - 1U, &before[s]);
    job.wanted[kinds[s]] = 1;
  }
  status = find_near(&job, scope, &count, error);
  for (s = 0; status == CRM_OK && s < CRM__EDGES; s++) {
    start += s > 0 && kinds[s] != kinds[s - 1] ? counts[kinds[s - 1]] : 0;
    scored->rules.edges[axis][s] =
      one_above(crm__select(job.near, count, start + worse_for(scored->n, s + 1) - 1U - before[s]));
  }
  return status;
}

/* Days or orders that are too many to be counted one by one: counted by kind now. */
static crm_status edges_of_many(crm__scored *scored, int axis, crm__scope *scope, crm_error *error)
{
  uint32_t *counts = crm__scope_alloc_zero(scope, CRM__KINDS, sizeof *counts);
  uint32_t i;
  if (counts == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < scored->n; i++) {
    crm__member member = crm__scored_member(scored, i);
    counts[crm__kind(crm__score_value(&member, axis))]++;
  }
  return edges_by_kinds(scored, axis, counts, scope, error);
}

static int64_t value_of(const crm__scored *scored, int axis, uint32_t i)
{
  crm__member member = crm__scored_member(scored, i);
  return crm__score_value(&member, axis);
}

/* Scores by place: members are in key order, and the sort is stable, so equal values stand by key. */
static crm_status score_split(crm__scored *scored, int axis, crm__scope *scope, crm_error *error)
{
  uint32_t n = scored->n;
  uint8_t *scores = crm__scope_alloc(scope, n, sizeof *scores);
  uint64_t *keys = crm__scope_alloc(scope, n, sizeof *keys);
  uint64_t *spare_keys = crm__scope_alloc(scope, n, sizeof *spare_keys);
  uint32_t *order = crm__scope_alloc(scope, n, sizeof *order);
  uint32_t *spare = crm__scope_alloc(scope, n, sizeof *spare);
  uint32_t i;
  int s;
  if (scores == NULL || keys == NULL || spare_keys == NULL || order == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < n; i++) {
    keys[i] = crm__sortable(value_of(scored, axis, i));
    order[i] = i;
  }
  crm__radix_sort(keys, order, spare_keys, spare, n);
  for (i = 0; i < n; i++) {
    scores[order[i]] = (uint8_t)(1U + (uint32_t)((uint64_t)i * CRM__SCORES / n));
  }
  for (s = 1; s <= CRM__EDGES; s++) {
    uint32_t first = worse_for(n, s);
    scored->rules.edges[axis][s - 1] =
      first < n ? value_of(scored, axis, order[first]) : one_above(value_of(scored, axis, order[n - 1U]));
  }
  scored->split[axis] = scores;
  return CRM_OK;
}

/* Days and orders. */
static crm_status score_number(crm__scored *scored, int axis, const uint32_t *counts, uint32_t most,
                               crm__scope *scope, crm_error *error)
{
  int own = scored->rules.own[axis];
  if (scored->rules.ties == CRM_TIES_SPLIT && !own) {
    return score_split(scored, axis, scope, error);
  }
  if (most >= CRM__COUNTED) {
    return own ? CRM_OK : edges_of_many(scored, axis, scope, error);
  }
  if (!own) {
    edges_by_counts(scored, axis, counts, most);
  }
  return make_table(scored, axis, most, scope, error);
}

static crm_status score_money(crm__scored *scored, const crm__member_tallies *all, crm__scope *scope, crm_error *error)
{
  if (scored->rules.own[CRM__MONETARY]) {
    return CRM_OK;
  }
  return scored->rules.ties == CRM_TIES_SPLIT ? score_split(scored, CRM__MONETARY, scope, error)
                                              : edges_by_kinds(scored, CRM__MONETARY, all->money, scope, error);
}

crm_status crm__score_members(crm__scored *scored, crm__scope *scope, int by_key, crm_error *error)
{
  const uint32_t *ids = NULL;
  crm__member_tallies all;
  crm_status status = CRM_OK;
  if (by_key || scored->rules.ties == CRM_TIES_SPLIT) {
    status = crm__customers_by_key(scope, &ids, error);
  }
  if (status == CRM_OK) {
    status = crm__members_collect(scored, scope, ids, by_key, &all, error);
  }
  if (status == CRM_OK && scored->n > 0) {
    status = score_number(scored, CRM__RECENCY, all.days, scored->most_days, scope, error);
    if (status == CRM_OK) {
      status = score_number(scored, CRM__FREQUENCY, all.orders, scored->most_orders, scope, error);
    }
    if (status == CRM_OK) {
      status = score_money(scored, &all, scope, error);
    }
  }
  return status;
}
