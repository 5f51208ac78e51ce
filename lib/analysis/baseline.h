/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_BASELINE_H
#define CRM_ANALYSIS_BASELINE_H

#include <stdint.h>

/* A value of a series against what its place in the year or week lets expect, by medians alone: no single odd value
 * moves the baseline.
 *
 * The ratio of a value is value / median of the values one, two, ... `seasons` seasons before it. With a year the ratio
 * is divided by the median of the ratios around the same place a year before. What is expected is the median of the
 * `history` ratios before; their spread is 1.4826 times the median distance from it (the standard deviation, where they
 * are normal). A value is odd that lies `limit` spreads and `least` away from it. */
typedef struct crm__baseline {
  int32_t season;     /* 12 months, 7 days */
  int32_t seasons;    /* earlier ones that a value is compared with, at most CRM__SEASONS */
  int32_t history;    /* ratios before it, at most CRM__RATIOS, */
  int32_t enough;     /* and how many of them there have to be */
  int32_t year;       /* 0, or how many values make a year (364 days) */
  int64_t limit;      /* spreads, in hundredths */
  int64_t least;      /* of the expected ratio, in millionths */
} crm__baseline;

#define CRM__SEASONS 8
#define CRM__RATIOS 64

typedef struct crm__deviation {
  int64_t expected;   /* the value that was to be expected */
  int64_t change;     /* value / expected - 1, in millionths */
  int64_t spreads;    /* how many spreads away, at or above 0, in hundredths */
  int64_t strength;   /* in hundredths; 100 and more: odd */
} crm__deviation;

/* Of values[i], values being in order of time from values[0] on. 0 where there is too little history, or where what is
 * to be expected is not above 0. */
int crm__baseline_deviation(const int64_t *values, int32_t i, const crm__baseline *how, crm__deviation *found);

#endif
