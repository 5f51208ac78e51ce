/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/baseline.h"

#include "analysis/gaps.h"

#include "base/wide.h"

#define MILLION 1000000
#define AROUND 3                       /* places to either side, a year before */
#define LARGEST (INT64_MAX / 4)        /* twice a median fits */
#define MANY INT64_C(1000000000000)    /* a ratio past all reason */

static int64_t magnitude(int64_t value)
{
  return value < 0 ? -value : value;
}

/* Twice the median of the values that i is compared with, 0 where there are too few or it is not above 0. */
static int64_t twice_reference(const int64_t *values, int32_t i, const crm__baseline *how)
{
  int64_t earlier[CRM__SEASONS];
  int32_t j;
  int64_t twice;
  if (i < how->season * how->seasons) {
    return 0;
  }
  for (j = 0; j < how->seasons; j++) {
    earlier[j] = values[i - how->season * (j + 1)];
    if (earlier[j] > LARGEST || earlier[j] < -LARGEST) {
      return 0;
    }
  }
  twice = crm__twice_median(earlier, (uint64_t)how->seasons);
  return twice < 0 ? 0 : twice;
}

/* value / reference in millionths. 0 where it is not known. */
static int plain_ratio(const int64_t *values, int32_t i, const crm__baseline *how, int64_t *ratio)
{
  int64_t twice = twice_reference(values, i, how);
  return twice > 0 && !crm__multiply_divide_round(values[i], 2 * MILLION, twice, ratio) && magnitude(*ratio) < MANY;
}

/* Twice the median ratio around the same place a year before, 0 where it is not known. */
static int64_t twice_year_before(const int64_t *values, int32_t i, const crm__baseline *how)
{
  int64_t around[2 * AROUND + 1];
  uint64_t count = 0;
  int32_t at;
  for (at = i - how->year - AROUND; at <= i - how->year + AROUND; at++) {
    count += at >= 0 && plain_ratio(values, at, how, &around[count]);
  }
  return count < 2 * AROUND + 1 ? 0 : crm__twice_median(around, count);
}

static int ratio_of(const int64_t *values, int32_t i, const crm__baseline *how, int64_t *ratio)
{
  int64_t before;
  if (i < 0 || !plain_ratio(values, i, how, ratio)) {
    return 0;
  }
  before = how->year > 0 ? twice_year_before(values, i, how) : 0;
  return before <= 0 || (!crm__multiply_divide_round(*ratio, 2 * MILLION, before, ratio) && magnitude(*ratio) < MANY);
}

/* The value whose ratio is the middle one. */
static int expected_of(const int64_t *values, int32_t i, const crm__baseline *how, int64_t middle, int64_t *expected)
{
  int64_t twice = twice_reference(values, i, how);
  int64_t before = how->year > 0 ? twice_year_before(values, i, how) : 0;
  return (before <= 0 || !crm__multiply_divide_round(twice, before, 2 * MILLION, &twice)) &&
         !crm__multiply_divide_round(twice, middle, 2 * MILLION, expected);
}

/* 100 where the distance is at both bounds, above where it is past both. */
static int64_t strength_of(const crm__baseline *how, int64_t distance, int64_t middle, int64_t spreads)
{
  int64_t by_spread = spreads * 100 / how->limit;
  int64_t by_size = distance * 100 / (how->least * middle / MILLION + 1);
  return by_spread < by_size ? by_spread : by_size;
}

int crm__baseline_deviation(const int64_t *values, int32_t i, const crm__baseline *how, crm__deviation *found)
{
  int64_t ratios[CRM__RATIOS];
  int64_t ratio;
  int64_t middle;
  int64_t spread;
  int64_t distance;
  int32_t count = 0;
  int32_t k;
  if (!ratio_of(values, i, how, &ratio)) {
    return 0;
  }
  for (k = i - how->history; k < i; k++) {
    count += ratio_of(values, k, how, &ratios[count]);
  }
  if (count < how->enough) {
    return 0;
  }
  middle = crm__twice_median(ratios, (uint64_t)count) / 2;
  for (k = 0; k < count; k++) {
    ratios[k] = magnitude(ratios[k] - middle);
  }
  /* 1.4826 / 2 times twice the median distance; a spread of 0 would make everything odd */
  spread = crm__twice_median(ratios, (uint64_t)count) * 7413 / 10000 + 1;
  distance = magnitude(ratio - middle);
  if (middle <= 0 || !expected_of(values, i, how, middle, &found->expected)) {
    return 0;
  }
  found->change = 0;
  (void)crm__multiply_divide_round(ratio - middle, MILLION, middle, &found->change);
  found->spreads = distance * 100 / spread;
  found->strength = strength_of(how, distance, middle, found->spreads);
  return 1;
}
