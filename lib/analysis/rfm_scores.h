/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_RFM_SCORES_H
#define CRM_ANALYSIS_RFM_SCORES_H

#include "analysis/rfm_rules.h"
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

#endif
