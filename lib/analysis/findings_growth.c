/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings.h"

#include "base/statistics.h"
#include "store/rows.h"

/* Patterns of growth: members against revenue, a branch, a product or a segment against all others. */

#define MILLION 1000000
#define NOW_MONTH (CRM__HISTORY_MONTHS - 12)
#define BEFORE_MONTH (CRM__HISTORY_MONTHS - 24)

#define MEMBERS_LEAST 50000      /* members grow by 5 % or more, */
#define REVENUE_MOST 20000       /* revenue by 2 % or less, */
#define APART_LEAST 80000        /* and 8 points lie between them */

#define LEAST_Z 400              /* standard deviations, in hundredths: by chance less than 1 in 30,000 */
#define BRANCH_BEHIND 200000     /* 20 points behind the others */
#define PRODUCT_BEHIND 400000
#define SEGMENT_BEHIND 200000
#define BRANCH_SHARE 10000       /* of revenue a year before: smaller ones are not looked at */
#define SEGMENT_SHARE 10000
#define PRODUCT_SHARE 5000

static int64_t sum(const int64_t *values, int32_t from, int32_t count)
{
  int64_t total = 0;
  for (; count > 0; count--, from++) {
    total += values[from];
  }
  return total;
}

/* The first month that is wholly after the first fact is no later than this one. */
static int reaches(const crm__history *all, int32_t month)
{
  return all->first_day <= all->starts[month];
}

/* The day since when a customer is known by name: joined, or the first occasion; INT32_MAX: never. */
static int32_t known_since(const crm__history *all, uint32_t id)
{
  int64_t joined = INT64_MIN;
  int is_known = crm__scope_row(&all->scope, id, &joined);
  int32_t day = !is_known || joined == INT64_MIN ? INT32_MAX : crm__business_day(joined, all->scope.day_start);
  return all->ever[id] < day ? all->ever[id] : day;
}

static void find_members(const crm__history *all, crm__found *found)
{
  uint32_t customers = crm__customers(all->scope.store);
  int64_t now = sum(all->revenue, NOW_MONTH, 12);
  int64_t before = sum(all->revenue, BEFORE_MONTH, 12);
  int64_t members = 0;
  int64_t members_before = 0;
  crm__finding item = { CRM__FOUND_MEMBERS_WITHOUT_REVENUE, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  uint32_t id;
  if (!reaches(all, BEFORE_MONTH) || before <= 0) {
    return;
  }
  for (id = 0; id < customers; id++) {
    if (crm__customer_counts(&all->scope, id)) {
      int32_t since = known_since(all, id);
      members += since < all->end_day;
      members_before += since < all->starts[NOW_MONTH];
    }
  }
  if (members_before == 0) {
    return;
  }
  item.values[0] = crm__ratio(members - members_before, members_before);
  item.values[1] = crm__ratio(now - before, before);
  item.values[2] = members;
  item.n = members;
  if (item.values[0] >= MEMBERS_LEAST && item.values[1] <= REVENUE_MOST &&
      item.values[0] - item.values[1] >= APART_LEAST) {
    item.strength = (item.values[0] - item.values[1]) * 100 / APART_LEAST;
    crm__found_add(found, &item);
  }
}

static crm__key key_of(const crm_store *store, int32_t kind, uint32_t part)
{
  return kind == CRM__FOUND_BRANCH_BEHIND    ? crm__branch_key(store, part)
         : kind == CRM__FOUND_PRODUCT_BEHIND ? crm__product_key(store, part)
                                             : crm__name_key(store, part);
}

/* One of several against the others together: behind by how much, INT64_MIN where the counts may be chance. */
static int64_t behind(const crm__halves *of, const crm__halves *all, int64_t least_share, int64_t *own, int64_t *others)
{
  int64_t count = (int64_t)of->now_count + of->before_count;
  int64_t count_others = (int64_t)all->now_count + all->before_count - count;
  if (of->before <= 0 || all->before - of->before <= 0 || of->now_count == 0 ||
      crm__ratio(of->before, all->before) < least_share ||
      crm__z_score(of->now_count, count, (int64_t)all->now_count - of->now_count, count_others) > -LEAST_Z) {
    return INT64_MIN;
  }
  *own = crm__ratio(of->now - of->before, of->before);
  *others = crm__ratio(all->now - of->now - (all->before - of->before), all->before - of->before);
  return *others - *own;
}

static void find_behind(const crm__history *all, const crm__halves *parts, uint32_t count, int32_t kind, int64_t least,
                        int64_t least_share, crm__found *found)
{
  crm__halves together = { 0, 0, 0, 0, 0 };
  uint32_t i;
  if (!reaches(all, NOW_MONTH - 6)) {
    return;
  }
  for (i = 0; i <= count; i++) {   /* what has no branch, product or segment is among the others */
    together.now += parts[i].now;
    together.before += parts[i].before;
    together.now_count += parts[i].now_count;
    together.before_count += parts[i].before_count;
  }
  for (i = 0; i < count; i++) {
    crm__finding item = { kind, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
    int64_t points = behind(&parts[i], &together, least_share, &item.values[0], &item.values[1]);
    if (points >= least) {
      item.subject = key_of(all->scope.store, kind, i);
      item.values[2] = (int64_t)parts[i].now_count;
      item.n = (int64_t)parts[i].now_count + parts[i].before_count;
      item.strength = points * 100 / least;
      crm__found_add(found, &item);
    }
  }
}

void crm__find_growth(const crm__history *history, crm__found *found)
{
  find_members(history, found);
  find_behind(history, history->branch, history->branches, CRM__FOUND_BRANCH_BEHIND, BRANCH_BEHIND, BRANCH_SHARE,
              found);
  find_behind(history, history->product, history->products, CRM__FOUND_PRODUCT_BEHIND, PRODUCT_BEHIND, PRODUCT_SHARE,
              found);
  find_behind(history, history->segment, history->names, CRM__FOUND_SEGMENT_BEHIND, SEGMENT_BEHIND, SEGMENT_SHARE,
              found);
}
