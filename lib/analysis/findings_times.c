/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/baseline.h"
#include "analysis/findings.h"

/* Patterns in time: a month or a day out of line with its season, and days on which nothing came in. */

#define RECENT_MONTHS 3      /* complete ones that are looked at */
#define RECENT_DAYS 28
#define LEAST_ORDERS 5       /* expected on a day: fewer are too few to judge */

#define GAP_DAYS 3           /* days in a row without a document, */
#define GAP_DOCUMENTS 12     /* in which so many were to be expected: by chance less than 1 in 100,000 */
#define DAYS CRM__HISTORY_YEAR

static const crm__baseline months = { 12, 1, 24, 18, 0, 400, 100000 };
static const crm__baseline days = { 7, 8, 56, 42, 364, 700, 300000 };

static void add_unusual(int32_t kind, int32_t day, int64_t value, const crm__deviation *seen, int64_t n,
                        crm__found *found)
{
  crm__finding item = { kind, day, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  item.values[0] = value;
  item.values[1] = seen->expected;
  item.values[2] = seen->change;
  item.n = n;
  item.strength = seen->strength;
  crm__found_add(found, &item);
}

/* Looks at values from the first complete month on. */
static void find_months(const crm__history *all, int32_t kind, const int64_t *values, crm__found *found)
{
  int32_t first = 0;
  int32_t m;
  while (first < CRM__HISTORY_MONTHS && all->starts[first] < all->first_day) {
    first++;
  }
  for (m = CRM__HISTORY_MONTHS - RECENT_MONTHS; m < CRM__HISTORY_MONTHS; m++) {
    crm__deviation seen;
    if (m > first && crm__baseline_deviation(values + first, m - first, &months, &seen) && seen.strength >= 100) {
      add_unusual(kind, all->starts[m], values[m], &seen, m - first, found);
    }
  }
}

static void find_days(const crm__history *all, crm__found *found)
{
  int32_t base = all->scope.as_of_day - CRM__HISTORY_DAYS;
  int32_t first = all->first_day > base ? all->first_day - base : 0;
  int32_t d;
  for (d = CRM__HISTORY_DAYS - RECENT_DAYS; d < CRM__HISTORY_DAYS; d++) {
    crm__deviation seen;
    if (d > first && crm__baseline_deviation(all->day_orders + first, d - first, &days, &seen) &&
        seen.strength >= 100 && seen.expected >= LEAST_ORDERS) {
      add_unusual(CRM__FOUND_UNUSUAL_DAY, base + d, all->day_orders[d], &seen, d - first, found);
    }
  }
}

/* ---- days without a document ---- */

/* Documents a week of each weekday, over the weeks from the first day with one on. 0: too few to judge. */
static int weekday_sums(const uint32_t *counts, int32_t first, int64_t *sums, int64_t *weeks)
{
  int64_t total = 0;
  int32_t d;
  for (d = 0; d < 7; d++) {
    sums[d] = 0;
    weeks[d] = 0;
  }
  for (d = first; d < DAYS; d++) {
    sums[d % 7] += counts[d];
    weeks[d % 7]++;
    total += counts[d];
  }
  return total >= GAP_DOCUMENTS * 4;
}

/* Looks for gaps in a year of counts; adds one finding for each. */
static void find_in_days(const crm__history *all, const uint32_t *counts, crm__key subject, crm__found *found)
{
  int64_t sums[7];
  int64_t weeks[7];
  int32_t first = 0;
  int32_t d;
  while (first < DAYS && counts[first] == 0) {
    first++;
  }
  if (!weekday_sums(counts, first, sums, weeks)) {
    return;
  }
  for (d = first; d < DAYS; d++) {
    int64_t expected = 0;   /* in thousandths */
    int32_t begin = d;
    for (; d < DAYS && counts[d] == 0; d++) {
      expected += sums[d % 7] * 1000 / weeks[d % 7];
    }
    if (d - begin >= GAP_DAYS && expected >= GAP_DOCUMENTS * 1000) {
      crm__finding item = { CRM__FOUND_DATA_GAP, 0, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
      item.day = all->scope.as_of_day - DAYS + begin;
      item.subject = subject;
      item.values[0] = d - begin;
      item.values[1] = expected / 1000;
      item.n = expected / 1000;
      item.strength = expected / (10 * GAP_DOCUMENTS);
      crm__found_add(found, &item);
    }
  }
}

/* All branches together, and each of them where these have no gap. */
static void find_gaps(const crm__history *all, crm__found *found)
{
  uint32_t *together = crm__scope_alloc_zero(found->scope, DAYS, sizeof *together);
  uint64_t before = found->count;
  int everywhere;
  uint32_t b;
  uint32_t d;
  if (together == NULL) {
    found->failed = 1;
    return;
  }
  for (b = 0; b <= all->branches; b++) {
    for (d = 0; d < DAYS; d++) {
      together[d] += all->branch_days[(uint64_t)b * DAYS + d];
    }
  }
  find_in_days(all, together, crm__key_none(), found);
  everywhere = found->count > before;
  for (b = 0; b < all->branches && !everywhere; b++) {
    find_in_days(all, all->branch_days + (uint64_t)b * DAYS, crm__branch_key(all->scope.store, b), found);
  }
}

void crm__find_odd_times(const crm__history *history, crm__found *found)
{
  find_months(history, CRM__FOUND_UNUSUAL_ORDERS, history->orders, found);
  find_months(history, CRM__FOUND_UNUSUAL_REVENUE, history->revenue, found);
  find_days(history, found);
  find_gaps(history, found);
}
