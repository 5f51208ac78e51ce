/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_RFM_SCORES_H
#define CRM_ANALYSIS_RFM_SCORES_H

#include "analysis/rfm_rules.h"
#include "base/parallel.h"
#include "base/sizes.h"
#include "store/facts.h"

/* What a customer with an occasion in the period is scored by. */
typedef struct crm__member {
  int64_t money;
  uint32_t days;              /* since the last occasion */
  uint32_t orders;
} crm__member;

/* The same in half the memory, where all members fit. */
typedef struct crm__packed_member {
  int32_t money;
  uint16_t days;
  uint16_t orders;
} crm__packed_member;

/* Members with their scores. */
typedef struct crm__scored {
  crm__rfm_rules rules;
  uint32_t n;
  uint32_t *ids;              /* theirs, in key order; NULL: not asked for, the order is that of ids */
  crm__packed_member *packed; /* NULL: `members` holds them */
  crm__member *members;
  uint32_t most_days;
  uint32_t most_orders;
  uint8_t *split[CRM__AXES];  /* scores by member where equal values can have different ones, else NULL */
  uint8_t *table[CRM__AXES];  /* scores by days or orders where there are not too many of them, else NULL */
} crm__scored;

/* How often days and orders below CRM__COUNTED occur (of others [0] is raised), and money by kind (base/kinds.h). */
typedef struct crm__member_tallies {
  uint32_t *days;
  uint32_t *orders;
  uint32_t *money;
} crm__member_tallies;

#define CRM__COUNTED CRM__SIZE(65536, 4)

/* The customers with an occasion in the period, and the tallies of what they have; of the scope's scratch
 * (rfm_members.c). by_key: all customers in key order, NULL: the order of ids will do. */
crm_status crm__members_collect(crm__scored *scored, crm__scope *scope, const uint32_t *by_key, int with_ids,
                                crm__member_tallies *all, crm_error *error);

/* Members in parts for the host's threads; what parts come to must not show how they were cut. */
#define CRM__MEMBER_PARTS 8
crm__split crm__member_split(const crm__scored *scored, const crm__scope *scope);

/* Members and edges by rules that are read already; of the scope's scratch. by_key: 1 where ids are wanted. */
crm_status crm__score_members(crm__scored *scored, crm__scope *scope, int by_key, crm_error *error);

static inline crm__member crm__scored_member(const crm__scored *scored, uint32_t i)
{
  crm__member member;
  if (scored->packed == NULL) {
    return scored->members[i];
  }
  member.money = scored->packed[i].money;
  member.days = scored->packed[i].days;
  member.orders = scored->packed[i].orders;
  return member;
}

/* Turned so that more is better: recency is days, negative. */
static inline int64_t crm__score_value(const crm__member *member, int axis)
{
  return axis == CRM__RECENCY     ? -(int64_t)member->days
         : axis == CRM__FREQUENCY ? (int64_t)member->orders
                                  : member->money;
}

/* 1 + the edges that a value reaches. */
static inline uint32_t crm__score_by(const int64_t *edges, int64_t value)
{
  return 1U + (value >= edges[0]) + (value >= edges[1]) + (value >= edges[2]) + (value >= edges[3]);
}

static inline uint32_t crm__score_of(const crm__scored *scored, int axis, uint32_t i, const crm__member *member)
{
  if (scored->split[axis] != NULL) {
    return scored->split[axis][i];
  }
  if (scored->table[axis] != NULL) {
    return scored->table[axis][axis == CRM__RECENCY ? member->days : member->orders];
  }
  return crm__score_by(scored->rules.edges[axis], crm__score_value(member, axis));
}

static inline uint8_t crm__segment_of(const crm__scored *scored, const crm__rfm_grid *grid, uint32_t i,
                                      const crm__member *member)
{
  uint32_t recency = crm__score_of(scored, CRM__RECENCY, i, member);
  uint32_t frequency = crm__score_of(scored, CRM__FREQUENCY, i, member);
  return grid->cells[(recency - 1) * CRM__SCORES + frequency - 1];
}

/* What the members of each segment add up to (rfm_segments.c). */
typedef struct crm__segment_sums {
  int64_t customers[CRM__RFM_NAMES];
  int64_t money[CRM__RFM_NAMES];
  int64_t positive[CRM__RFM_NAMES];              /* money, or 0 where it is below */
  int64_t positive_total;
  int64_t medians[CRM__AXES][CRM__RFM_NAMES];    /* lower ones; not where there is nobody */
} crm__segment_sums;

crm_status crm__segments_sum(const crm__scored *scored, const crm__rfm_grid *grid, crm__scope *scope,
                             crm__segment_sums *sums, crm_error *error);

#endif
