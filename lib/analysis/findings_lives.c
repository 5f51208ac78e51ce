/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings.h"
#include "analysis/lifecycle_handle.h"

#include "base/statistics.h"

/* Patterns of lives: the stock of active customers leaks faster, newcomers come back less often. Each compares months
 * with the same months a year before. */

#define YEAR 12
#define HALF 6
#define WAIT 3                   /* months in which newcomers of a half-year may come back, */
#define PROMOTION_DAYS 84        /* of which so many days count */
#define LEAST_CASES 30
#define LEAK_UP 50000            /* 5 points */
#define PROMOTION_DOWN 100000    /* 10 points */
#define LEAST_Z 400

typedef struct cases {
  int64_t all;
  int64_t counted;
} cases;

static int64_t instant(const crm__history *all, int32_t month)
{
  return (int64_t)all->starts[month] * CRM_DAY + all->scope.day_start;
}

/* The customers that were active at one month's start, and those of them that were not at another's. */
static cases count_left(const crm_lifecycle *lives, int64_t from, int64_t to)
{
  cases sum = { 0, 0 };
  uint32_t id;
  for (id = 0; id < lives->customers; id++) {
    if (crm__life_active(crm__life_at(lives, id, from))) {
      sum.all++;
      sum.counted += !crm__life_active(crm__life_at(lives, id, to));
    }
  }
  return sum;
}

/* The place of a customer's first step to `customer`, the end where there is none or it was left out. */
static uint64_t first_order(const crm_lifecycle *lives, uint32_t id)
{
  uint64_t end = lives->starts[id + 1U];
  uint64_t i = lives->starts[id];
  while (i < end && lives->events[i].step < CRM_STAGE_CUSTOMER) {
    i++;
  }
  return i < end && lives->events[i].step == CRM_STAGE_CUSTOMER ? i : end;
}

/* Those whose first order lies between two months' starts, and those of them who bought on another day soon after. */
static cases count_promoted(const crm_lifecycle *lives, int64_t from, int64_t to)
{
  cases sum = { 0, 0 };
  uint32_t id;
  for (id = 0; id < lives->customers; id++) {
    uint64_t end = lives->starts[id + 1U];
    uint64_t entry = first_order(lives, id);
    uint64_t i = entry;
    if (entry == end || lives->events[entry].time < from || lives->events[entry].time >= to) {
      continue;
    }
    while (i < end && lives->events[i].step < CRM_STAGE_REPEAT) {
      i++;
    }
    sum.all++;
    sum.counted += i < end && crm__life_days(lives, &lives->events[entry], lives->events[i].time) <= PROMOTION_DAYS;
  }
  return sum;
}

/* By how much the share of cases has risen, INT64_MIN where that may be chance or there are too few of them. */
static int64_t risen(const cases *now, const cases *before, int sign, crm__finding *item)
{
  if (now->all < LEAST_CASES || before->all < LEAST_CASES ||
      sign * crm__z_score(now->counted, now->all, before->counted, before->all) < LEAST_Z) {
    return INT64_MIN;
  }
  item->values[0] = crm__ratio(now->counted, now->all);
  item->values[1] = crm__ratio(before->counted, before->all);
  item->values[2] = now->counted;
  item->n = now->all;
  return sign * (item->values[0] - item->values[1]);
}

static void find_leak(const crm__history *all, const crm_lifecycle *lives, crm__found *found)
{
  crm__finding item = { CRM__FOUND_LEAK_UP, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  int32_t end = CRM__HISTORY_MONTHS;
  cases now = count_left(lives, instant(all, end - HALF), instant(all, end));
  cases before = count_left(lives, instant(all, end - YEAR - HALF), instant(all, end - YEAR));
  int64_t points = lives->limits.dormant_days == 0 ? INT64_MIN : risen(&now, &before, 1, &item);
  if (points >= LEAK_UP) {
    item.strength = points * 100 / LEAK_UP;
    crm__found_add(found, &item);
  }
}

static void find_promotion(const crm__history *all, const crm_lifecycle *lives, crm__found *found)
{
  crm__finding item = { CRM__FOUND_PROMOTION_SLOWED, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
  int32_t end = CRM__HISTORY_MONTHS - WAIT;
  cases now = count_promoted(lives, instant(all, end - HALF), instant(all, end));
  cases before = count_promoted(lives, instant(all, end - YEAR - HALF), instant(all, end - YEAR));
  int64_t points = risen(&now, &before, -1, &item);
  if (points >= PROMOTION_DOWN) {
    item.strength = points * 100 / PROMOTION_DOWN;
    crm__found_add(found, &item);
  }
}

crm_status crm__find_lives(const crm__history *history, const crm_lifecycle_options *options, crm__found *found,
                           crm_error *error)
{
  crm_lifecycle *lives = NULL;
  crm_status status;
  if (history->first_day > history->starts[CRM__HISTORY_MONTHS - 2 * YEAR]) {
    return CRM_OK;
  }
  status = crm_lifecycle_compute(history->scope.store, &history->asked, options, &lives, error);
  if (status == CRM_OK) {
    find_leak(history, lives, found);
    find_promotion(history, lives, found);
  }
  crm_lifecycle_free(lives);
  return status;
}
