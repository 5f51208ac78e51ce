/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/rfm_scores.h"

#include "analysis/population.h"
#include "base/error.h"
#include "base/kinds.h"

#include <string.h>

/* Who is scored: members in one read of the measures, in parts that threads of the host may take. */

#define PART_LEAST CRM__SIZE(65536, 4)   /* customers; the tallies of a part are half a megabyte */

/* What a part of the customers comes to. */
typedef struct members_part {
  crm__member_tallies counts;
  uint32_t n;
  uint32_t most_days;
  uint32_t most_orders;
  int32_t fits;                 /* 0: one cannot be packed */
} members_part;

typedef struct members_job {
  crm__scored *scored;          /* the members of a part stand from the place of its first customer on */
  const crm__scope *scope;
  const uint32_t *by_key;
  crm__measures measures;
  crm__split split;
  members_part parts[CRM__MEMBER_PARTS];
} members_job;

static int make_tallies(crm__member_tallies *counts, crm__scope *scope)
{
  counts->days = crm__scope_alloc(scope, CRM__COUNTED, sizeof *counts->days);
  counts->orders = crm__scope_alloc(scope, CRM__COUNTED, sizeof *counts->orders);
  counts->money = crm__scope_alloc(scope, CRM__KINDS, sizeof *counts->money);
  return counts->days != NULL && counts->orders != NULL && counts->money != NULL;
}

static void clear_tallies(const crm__member_tallies *counts)
{
  memset(counts->days, 0, CRM__COUNTED * sizeof *counts->days);
  memset(counts->orders, 0, CRM__COUNTED * sizeof *counts->orders);
  memset(counts->money, 0, CRM__KINDS * sizeof *counts->money);
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
  return packed[n].money == member->money && (member->days | member->orders) < CRM__COUNTED;
}

/* Members among the customers from .. to - 1, and the counts of what they have. plain: 1 where nobody is left out, the
 * order is that of ids, and no ids are kept. */
static inline void take(const members_job *job, uint32_t from, uint32_t to, members_part *part, const int plain)
{
  const crm__scope *scope = job->scope;
  const crm__measures measures = job->measures;        /* copies, which no write to memory can change */
  const crm__member_tallies counts = part->counts;
  const uint32_t *by_key = plain ? NULL : job->by_key;
  crm__packed_member *packed = job->scored->packed == NULL ? NULL : job->scored->packed + from;
  crm__member *members = job->scored->members == NULL ? NULL : job->scored->members + from;
  uint32_t *ids = plain || job->scored->ids == NULL ? NULL : job->scored->ids + from;
  int32_t as_of_day = scope->as_of_day;
  uint32_t most_days = 0;
  uint32_t most_orders = 0;
  uint32_t n = 0;
  uint32_t i;
  for (i = from; i < to; i++) {
    uint32_t id = by_key == NULL ? i : by_key[i];
    const crm__measure *measure = crm__measure_at(&measures, id);
    crm__member member;
    if (measure->orders == 0 || (!plain && !crm__customer_counts(scope, id))) {
      continue;
    }
    member.money = measure->money;
    member.days = (uint32_t)((int64_t)as_of_day - measure->last);
    member.orders = measure->orders;
    if (!keep(packed, members, n, &member)) {
      part->fits = 0;
      return;
    }
    if (ids != NULL) {
      ids[n] = id;
    }
    most_days = member.days > most_days ? member.days : most_days;
    most_orders = member.orders > most_orders ? member.orders : most_orders;
    counts.days[member.days < CRM__COUNTED ? member.days : 0]++;
    counts.orders[member.orders < CRM__COUNTED ? member.orders : 0]++;
    counts.money[crm__kind(member.money)]++;
    n++;
  }
  part->n = n;
  part->most_days = most_days;
  part->most_orders = most_orders;
}

static crm_status take_part(void *context, uint64_t index)
{
  members_job *job = context;
  members_part *part = &job->parts[index];
  uint32_t from = (uint32_t)crm__split_from(&job->split, index);
  uint32_t to = (uint32_t)crm__split_to(&job->split, index);
  clear_tallies(&part->counts);
  part->fits = 1;
  if (job->scored->packed != NULL && job->scored->ids == NULL && job->by_key == NULL && job->scope->special == NULL) {
    take(job, from, to, part, 1);
  } else {
    take(job, from, to, part, 0);
  }
  return CRM_OK;
}

static void add_counts(uint32_t *counts, const uint32_t *more, uint32_t most)
{
  uint32_t i;
  for (i = 0; i <= most && i < CRM__COUNTED; i++) {
    counts[i] += more[i];
  }
}

/* Closes the gaps between the members of parts, and adds up what they have into the tallies of the first. */
static void join_parts(members_job *job)
{
  crm__scored *scored = job->scored;
  crm__member_tallies *all = &job->parts[0].counts;
  uint32_t kind;
  uint64_t k;
  scored->n = 0;
  scored->most_days = 0;
  scored->most_orders = 0;
  for (k = 0; k < job->split.parts; k++) {
    const members_part *part = &job->parts[k];
    uint64_t from = crm__split_from(&job->split, k);
    if (scored->packed != NULL && from != scored->n) {
      memmove(scored->packed + scored->n, scored->packed + from, part->n * sizeof *scored->packed);
    } else if (scored->packed == NULL && from != scored->n) {
      memmove(scored->members + scored->n, scored->members + from, part->n * sizeof *scored->members);
    }
    if (scored->ids != NULL && from != scored->n) {
      memmove(scored->ids + scored->n, scored->ids + from, part->n * sizeof *scored->ids);
    }
    scored->n += part->n;
    scored->most_days = part->most_days > scored->most_days ? part->most_days : scored->most_days;
    scored->most_orders = part->most_orders > scored->most_orders ? part->most_orders : scored->most_orders;
    if (k > 0) {
      add_counts(all->days, part->counts.days, part->most_days);
      add_counts(all->orders, part->counts.orders, part->most_orders);
      for (kind = 0; kind < CRM__KINDS; kind++) {
        all->money[kind] += part->counts.money[kind];
      }
    }
  }
}

/* *fits 0: a member cannot be packed. */
static crm_status take_members(members_job *job, int *fits, crm_error *error)
{
  crm_status status = crm__team_run(job->scope->team, job->split.parts, take_part, job, error);
  uint64_t k;
  *fits = 1;
  for (k = 0; k < job->split.parts; k++) {
    *fits &= job->parts[k].fits;
  }
  return status;
}

crm_status crm__members_collect(crm__scored *scored, crm__scope *scope, const uint32_t *by_key, int with_ids,
                                crm__member_tallies *all, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  members_job job;
  int fits;
  uint64_t k;
  crm_status status;
  memset(&job, 0, sizeof job);
  job.scored = scored;
  job.scope = scope;
  job.by_key = by_key;
  job.split = crm__split_few(scope->team, customers, PART_LEAST, CRM__MEMBER_PARTS);
  for (k = 0; k == 0 || k < job.split.parts; k++) {
    if (!make_tallies(&job.parts[k].counts, scope)) {
      return crm__fail_memory(error);
    }
  }
  *all = job.parts[0].counts;
  status = crm__measures_compute(scope, &job.measures, error);
  if (status != CRM_OK) {
    return status;
  }
  scored->ids = with_ids ? crm__scope_alloc(scope, customers, sizeof *scored->ids) : NULL;
  scored->packed = crm__scope_alloc(scope, customers, sizeof *scored->packed);
  if ((with_ids && scored->ids == NULL) || scored->packed == NULL) {
    return crm__fail_memory(error);
  }
  status = take_members(&job, &fits, error);
  if (status == CRM_OK && !fits) {
    scored->packed = NULL;
    scored->members = crm__scope_alloc(scope, customers, sizeof *scored->members);
    if (scored->members == NULL) {
      return crm__fail_memory(error);
    }
    status = take_members(&job, &fits, error);
  }
  if (status == CRM_OK) {
    join_parts(&job);
  }
  return status;
}

crm__split crm__member_split(const crm__scored *scored, const crm__scope *scope)
{
  return crm__split_few(scope->team, scored->n, PART_LEAST, CRM__MEMBER_PARTS);
}
