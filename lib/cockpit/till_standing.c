/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"
#include "base/statistics.h"

#include <string.h>

/* Where a record stands among all others. Everything is counted over the others, so that it is the same whether the
 * record is on the axes already or would only come there. */

/* How many of the others are worse on an axis, and, told apart by key, how many of the equal ones come first; of money
 * also how many are better. */
typedef struct among {
  int64_t worse;
  int64_t better;
  int64_t first;
} among;

/* Of all on the axis, the record among them if `was`, with the value `from`. */
static among others(const crm_till *till, uint32_t id, int axis, int was, int64_t from, int64_t value)
{
  const crm__ranking *ranking = &till->axes[axis];
  among found = { 0, 0, 0 };
  uint64_t equal;
  int64_t below = (int64_t)crm__till_below(till, axis, value, &equal);
  found.worse = below - (was && from < value);
  found.better = (int64_t)(crm__till_buyers(till) - equal) - below - (was && from > value);
  if (!crm__till_alike(till, axis)) {
    found.first = (int64_t)crm__ranking_ahead(ranking, value, id) - below;
  }
  return found;
}

/* The same of money whose spot is known. */
static among others_at(const crm_till *till, const crm__bucket_spot *spot, int was, int64_t from, int64_t value)
{
  among found = { 0, 0, 0 };
  uint64_t equal;
  int64_t below = (int64_t)crm__buckets_below_at(&till->money, spot, value, &equal);
  found.worse = below - (was && from < value);
  found.better = (int64_t)(crm__till_buyers(till) - equal) - below - (was && from > value);
  return found;
}

/* ---- tiers ---- */

int64_t crm__till_cut_size(const crm_till *till, int32_t tier, int64_t n)
{
  if (n == till->n && till->cuts_valid) {
    return till->cuts[tier].size;
  }
  return crm__cut_size(till->rules->rule, till->rules->shares[tier], n);
}

/* Whether, values being equal, one customer stands after another. */
static int is_behind(const crm_till *till, uint32_t id, uint32_t other)
{
  return till->by_key && id != other && crm__key_compare(crm__till_key(till, id), crm__till_key(till, other)) > 0;
}

/* Where customers are told apart by key, or where one would come into the n. */
static int64_t threshold_by_size(const crm_till *till, uint32_t id, const crm__buyer *on_axes, int32_t tier)
{
  const crm__till_cut *cut = &till->cuts[tier];
  int was = on_axes->money > 0;
  int64_t size;
  int next;
  if (tier == till->rules->tier_count - 1) {
    return 1;
  }
  if (till->limit_count > 0) {
    return till->limits[tier];
  }
  size = crm__till_cut_size(till, tier, till->n + !was);
  if (size >= till->n + !was) {
    return 1;
  }
  /* the size-th of the others: the one after the cut where this customer stands above it, or where the cut moves on */
  next = was ? on_axes->money > cut->values[0] ||
                 (on_axes->money == cut->values[0] && !is_behind(till, id, cut->ids[0]))
             : size > cut->size;
  return cut->values[next] + is_behind(till, id, cut->ids[next]);
}

/* Of one of the n whom no key tells apart: without a branch on the tier, which nobody can guess. */
static inline int64_t threshold_of(const crm_till *till, uint32_t id, const crm__buyer *on_axes, int32_t tier)
{
  const crm__till_cut *cut = &till->cuts[tier];
  return till->by_key || on_axes->money <= 0 ? threshold_by_size(till, id, on_axes, tier)
                                             : cut->values[on_axes->money >= cut->values[0]];
}

int64_t crm__till_threshold(const crm_till *till, uint32_t id, const crm__buyer *on_axes, int32_t tier)
{
  return threshold_of(till, id, on_axes, tier);
}

static int32_t outside_of(const crm_till *till, const crm__buyer *made)
{
  return till->rules->tier_count + (made->flags & CRM__BUYER_SEEN       ? CRM__KIND_NONPOSITIVE
                                    : made->flags & CRM__BUYER_EVER     ? CRM__KIND_INACTIVE
                                    : made->flags & CRM__BUYER_PROSPECT ? CRM__KIND_PROSPECT
                                                                        : CRM__KIND_SUSPECT);
}

static int32_t tier_of(const crm_till *till, const crm__buyer *made, const among *money, int64_t n)
{
  int64_t place = 1 + money->better + (till->by_key ? money->first : 0);
  int32_t cuts = till->rules->tier_count - 1;
  int32_t tier = 0;
  if (made->money <= 0) {
    return outside_of(till, made);
  }
  if (till->limit_count > 0) {
    while (tier < cuts && made->money < till->limits[tier]) {
      tier++;
    }
  } else if (n == till->n && till->cuts_valid) {
    int32_t i;
    for (i = 0; i < cuts; i++) {   /* sizes ascend; which is the first that is enough nobody can guess */
      tier += place > till->cuts[i].size;
    }
  } else {
    while (tier < cuts && place > crm__till_cut_size(till, tier, n)) {
      tier++;
    }
  }
  return tier;
}

static int64_t gap_of(const crm_till *till, uint32_t id, const crm__buyer *on_axes, const crm__buyer *made,
                      int32_t tier, int64_t n)
{
  if (tier >= till->rules->tier_count) {
    return made->money < -(INT64_MAX - 1) ? INT64_MAX : 1 - made->money;
  }
  if (tier == 0 || (till->limit_count == 0 && crm__till_cut_size(till, tier - 1, n) == 0)) {
    return 0;
  }
  return threshold_of(till, id, on_axes, tier - 1) - made->money;
}

/* ---- scores ---- */

static int32_t score_by_own(const crm_till *till, int axis, int64_t goodness)
{
  int32_t score = 1;
  int s;
  for (s = 0; s < CRM__SCORES - 1; s++) {
    score += goodness >= till->scores.edges[axis][s];
  }
  return score;
}

/* 1 + floor(5 * worse / buyers), without waiting for a division. */
static int32_t score_by_fifths(const crm_till *till, const among *at, int64_t buyers)
{
  int64_t worse = CRM__SCORES * (at->worse + (till->scores.ties == CRM_TIES_SPLIT ? at->first : 0));
  return 1 + (worse >= buyers) + (worse >= 2 * buyers) + (worse >= 3 * buyers) + (worse >= 4 * buyers);
}

/* Of recency or frequency, where fifths are not kept. */
static int32_t score_without(const crm_till *till, uint32_t id, int axis, const crm__buyer *old,
                             const crm__buyer *made, int64_t buyers)
{
  int64_t value = crm__buyer_value(made, axis);
  among at;
  if (till->scores.own[axis]) {
    return score_by_own(till, axis, axis == CRM__RECENCY ? value - till->as_of_day : value);
  }
  at = others(till, id, axis, old->orders > 0, crm__buyer_value(old, axis), value);
  return score_by_fifths(till, &at, buyers);
}

static inline int32_t score_on(const crm_till *till, uint32_t id, int axis, const crm__buyer *old,
                               const crm__buyer *made, int64_t buyers)
{
  const crm__fifths *fifths = &till->fifths[axis];
  if (till->scores.own[axis] || !crm__till_alike(till, axis)) {
    return score_without(till, id, axis, old, made, buyers);
  }
  return old->orders > 0
           ? crm__fifths_score_moved(fifths, crm__buyer_value(old, axis), crm__buyer_value(made, axis))
           : crm__fifths_score_added(fifths, crm__buyer_value(made, axis));
}

typedef struct place {
  int64_t rank;
  int64_t population;
  int64_t buyers;
  int32_t tier;
  int32_t scores[CRM__AXES];
} place;

/* Where `made` stands in place of `old`, which is on the axes; spot: where its money is, if that was looked up. */
static void locate(const crm_till *till, uint32_t id, const crm__buyer *old, const crm__buyer *made,
                   const crm__bucket_spot *spot, place *found)
{
  int was = old->orders > 0;
  among money = { 0, 0, 0 };
  int64_t buyers = (int64_t)crm__till_buyers(till) - was + (made->orders > 0);
  found->population = till->n - (old->money > 0) + (made->money > 0);
  found->buyers = buyers;
  if (made->orders > 0) {
    found->scores[CRM__RECENCY] = score_on(till, id, CRM__RECENCY, old, made, buyers);
    found->scores[CRM__FREQUENCY] = score_on(till, id, CRM__FREQUENCY, old, made, buyers);
    money = spot == NULL ? others(till, id, CRM__MONETARY, was, old->money, made->money)
                         : others_at(till, spot, was, old->money, made->money);
    found->scores[CRM__MONETARY] = till->scores.own[CRM__MONETARY] ? score_by_own(till, CRM__MONETARY, made->money)
                                                                   : score_by_fifths(till, &money, buyers);
  } else {
    memset(found->scores, 0, sizeof found->scores);
  }
  found->tier = tier_of(till, made, &money, found->population);
  found->rank = made->money > 0 ? 1 + money.better : 0;
}

static int32_t stage_of(const crm__buyer *buyer)
{
  return buyer->first == INT32_MAX ? CRM_BUYER_NONE : buyer->flags & CRM__BUYER_REPEAT ? CRM_BUYER_REPEAT
                                                                                      : CRM_BUYER_FIRST;
}

static void put_after(const crm_till *till, uint32_t id, const crm__buyer *old, const crm__buyer *made,
                      const place *found, crm_customer_standing *standing)
{
  standing->tier = found->tier;
  standing->name = crm__tier_name(till->rules, found->tier);
  standing->rank = found->rank;
  standing->population = found->population;
  standing->spend = made->money;
  standing->gap = gap_of(till, id, old, made, found->tier, found->population);
  standing->margin = made->money > 0 ? made->money - threshold_of(till, id, old, found->tier) : 0;
  standing->total = crm__till_total(till, old, made);
  standing->share = made->money > 0 ? crm__ratio(made->money, standing->total) : 0;
  standing->orders = made->orders;
  standing->buyers = found->buyers;
  standing->r = found->scores[CRM__RECENCY];
  standing->f = found->scores[CRM__FREQUENCY];
  standing->m = found->scores[CRM__MONETARY];
  standing->recency_days = made->orders > 0 ? till->as_of_day - made->last : -1;
  standing->first = made->first;
  standing->last = made->last;
  standing->stage = stage_of(made);
  standing->gauges_moved = 0;
  standing->alerts_moved = 0;
}

static void put_before(const crm_till *till, int known, const crm__buyer *old, const place *found,
                       crm_customer_standing *standing)
{
  standing->tier_before = known ? found->tier : -1;
  standing->name_before = known ? crm__tier_name(till->rules, found->tier) : "";
  standing->r_before = found->scores[CRM__RECENCY];
  standing->f_before = found->scores[CRM__FREQUENCY];
  standing->m_before = found->scores[CRM__MONETARY];
  standing->rank_before = found->rank;
  standing->spend_before = old->money;
  standing->orders_before = old->orders;
  standing->stage_before = stage_of(old);
}

void crm__till_tell(const crm_till *till, uint32_t id, int known, const crm__buyer *old, const crm__buyer *made,
                    const crm__till_look *look, crm_customer_standing *standing)
{
  place before;
  place after;
  locate(till, id, old, old, look->done ? &look->old : NULL, &before);
  if (made == old) {
    after = before;
  } else {
    locate(till, id, old, made, look->done ? &look->made : NULL, &after);
  }
  put_after(till, id, old, made, &after, standing);
  put_before(till, known, old, &before, standing);
}
