/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/rfm_scores.h"

#include "analysis/population.h"
#include "base/error.h"
#include "base/kinds.h"
#include "base/sizes.h"
#include "base/sort.h"

#include <string.h>

/* Where ties stay together the score is 1 + the number of edges that a customer reaches, and the edge of score s + 1 is
 * one above the ceil(s n / 5)-th smallest value. Days and occasions are counted, money is counted by its kind and
 * selected among the few of the kinds that matter: nothing is sorted. */

#define COUNTED CRM__SIZE(65536, 4)   /* days and orders below it are counted */

typedef struct tallies {
  uint32_t *days;
  uint32_t *orders;
  uint32_t *money;      /* by kind */
} tallies;

static crm_status make_tallies(tallies *all, crm__scope *scope, crm_error *error)
{
  all->days = crm__scope_alloc(scope, COUNTED, sizeof *all->days);
  all->orders = crm__scope_alloc(scope, COUNTED, sizeof *all->orders);
  all->money = crm__scope_alloc(scope, CRM__KINDS, sizeof *all->money);
  return all->days == NULL || all->orders == NULL || all->money == NULL ? crm__fail_memory(error) : CRM_OK;
}

static void clear_tallies(const tallies *all)
{
  memset(all->days, 0, COUNTED * sizeof *all->days);
  memset(all->orders, 0, COUNTED * sizeof *all->orders);
  memset(all->money, 0, CRM__KINDS * sizeof *all->money);
}

/* A member kept, packed or not. 0: it cannot be packed. */
static inline int keep(crm__packed_member *packed, crm__member *members, uint32_t n, const crm__member *member)
{
  if (packed == NULL) {
    members[n] = *member;
    return 1;
  }
  packed[n].money = (int32_t)member->money;
  packed[n].days = (uint16_t)member->days;
  packed[n].orders = (uint16_t)member->orders;
  return packed[n].money == member->money && (member->days | member->orders) < COUNTED;
}

/* Members in one read of the measures, and the counts of what they have. plain: 1 where nobody is left out, the order
 * is that of ids, and no ids are kept. 0: one cannot be packed. */
static inline int take(crm__scored *scored, const crm__scope *scope, const crm__measures given, const uint32_t *by_key,
                       const tallies all, const int plain)
{
  crm__packed_member *packed = scored->packed;
  crm__member *members = scored->members;
  uint32_t *ids = plain ? NULL : scored->ids;
  uint32_t customers = crm__customers(scope->store);
  int32_t as_of_day = scope->as_of_day;
  uint32_t most_days = 0;
  uint32_t most_orders = 0;
  uint32_t n = 0;
  uint32_t i;
  for (i = 0; i < customers; i++) {
    uint32_t id = plain || by_key == NULL ? i : by_key[i];
    const crm__measure *measure = crm__measure_at(&given, id);
    crm__member member;
    if (measure->orders == 0 || (!plain && !crm__customer_counts(scope, id))) {
      continue;
    }
    member.money = measure->money;
    member.days = (uint32_t)((int64_t)as_of_day - measure->last);
    member.orders = measure->orders;
    if (!keep(packed, members, n, &member)) {
      return 0;
    }
    if (ids != NULL) {
      ids[n] = id;
    }
    most_days = member.days > most_days ? member.days : most_days;
    most_orders = member.orders > most_orders ? member.orders : most_orders;
    all.days[member.days < COUNTED ? member.days : 0]++;
    all.orders[member.orders < COUNTED ? member.orders : 0]++;
    all.money[crm__kind(member.money)]++;
    n++;
  }
  scored->n = n;
  scored->most_days = most_days;
  scored->most_orders = most_orders;
  return 1;
}

static int take_members(crm__scored *scored, const crm__scope *scope, const crm__measures *measures,
                        const uint32_t *by_key, const tallies *all)
{
  clear_tallies(all);
  if (scored->packed != NULL && scored->ids == NULL && by_key == NULL && scope->special == NULL) {
    return take(scored, scope, *measures, NULL, *all, 1);
  }
  return take(scored, scope, *measures, by_key, *all, 0);
}

static crm_status collect(crm__scored *scored, crm__scope *scope, const uint32_t *by_key, int with_ids,
                          const tallies *all, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  crm__measures measures;
  crm_status status = crm__measures_compute(scope, &measures, error);
  if (status != CRM_OK) {
    return status;
  }
  scored->ids = with_ids ? crm__scope_alloc(scope, customers, sizeof *scored->ids) : NULL;
  scored->packed = crm__scope_alloc(scope, customers, sizeof *scored->packed);
  if ((with_ids && scored->ids == NULL) || scored->packed == NULL) {
    return crm__fail_memory(error);
  }
  if (!take_members(scored, scope, &measures, by_key, all)) {
    scored->packed = NULL;
    scored->members = crm__scope_alloc(scope, customers, sizeof *scored->members);
    if (scored->members == NULL) {
      return crm__fail_memory(error);
    }
    (void)take_members(scored, scope, &measures, by_key, all);
  }
  return CRM_OK;
}

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

/* The edges from the values of the kinds that they fall into. counts: of the values by kind. */
static crm_status edges_by_kinds(crm__scored *scored, int axis, const uint32_t *counts, crm__scope *scope,
                                 crm_error *error)
{
  uint8_t wanted[CRM__KINDS] = {0};
  uint64_t before[CRM__EDGES];     /* values under the kind of an edge */
  uint32_t kinds[CRM__EDGES];
  int64_t *near = crm__scope_alloc(scope, (uint64_t)scored->n + 1U, sizeof *near);
  uint64_t count = 0;
  uint64_t start = 0;              /* of the values of an edge's kind, among those of all wanted kinds in order */
  uint32_t i;
  int s;
  if (near == NULL) {
    return crm__fail_memory(error);
  }
  for (s = 0; s < CRM__EDGES; s++) {
    kinds[s] = crm__kind_at(counts, worse_for(scored->n, s + 1) - 1U, &before[s]);
    wanted[kinds[s]] = 1;
  }
  for (i = 0; i < scored->n; i++) {
    crm__member member = crm__scored_member(scored, i);
    near[count] = crm__score_value(&member, axis);
    count += wanted[crm__kind(near[count])];
  }
  for (s = 0; s < CRM__EDGES; s++) {
    start += s > 0 && kinds[s] != kinds[s - 1] ? counts[kinds[s - 1]] : 0;
    scored->rules.edges[axis][s] =
      one_above(crm__select(near, count, start + worse_for(scored->n, s + 1) - 1U - before[s]));
  }
  return CRM_OK;
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
  if (most >= COUNTED) {
    return own ? CRM_OK : edges_of_many(scored, axis, scope, error);
  }
  if (!own) {
    edges_by_counts(scored, axis, counts, most);
  }
  return make_table(scored, axis, most, scope, error);
}

static crm_status score_money(crm__scored *scored, const tallies *all, crm__scope *scope, crm_error *error)
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
  tallies all;
  crm_status status = make_tallies(&all, scope, error);
  if (status == CRM_OK && (by_key || scored->rules.ties == CRM_TIES_SPLIT)) {
    status = crm__customers_by_key(scope, &ids, error);
  }
  if (status == CRM_OK) {
    status = collect(scored, scope, ids, by_key, &all, error);
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
