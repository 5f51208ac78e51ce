/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_SURVIVAL_H
#define CRM_BASE_SURVIVAL_H

#include <stdint.h>

/* How long until something happens, from cases of which some are still open: the product-limit estimate of Kaplan and
 * Meier (1958), and with a competing end the cumulative incidence of Aalen and Johansen (1978). Time is in whole days;
 * on one day ends come before cases that leave observation, which are at risk on their last day.
 *
 * Doubles that are the same on every platform. */

/* By how much a share that sums of doubles made may miss the half or the tenth that it is by its counts. */
#define CRM__SURVIVAL_ROUNDING 1e-12

/* Cases by the day, from 0, on which they ended or were last seen. */
typedef struct crm__durations {
  int64_t *ends;        /* by day: reached what is waited for */
  int64_t *competing;   /* ended otherwise */
  int64_t *open;        /* were still open when last seen */
  int64_t days;         /* entries of each */
} crm__durations;

typedef struct crm__incidence {
  int64_t cases;        /* all of them, */
  int64_t ended;        /* of which so many ended as waited for within the horizon, */
  int64_t competing;    /* so many otherwise, */
  int64_t open;         /* and so many left observation before */
  int64_t at_risk;      /* still under observation at the horizon */
  int64_t median;       /* first day on which half of all have ended as waited for; -1: not within the horizon */
  int64_t surviving;    /* estimated share without any end up to the horizon, or to the last case seen; millionths */
  int64_t value;        /* cumulative incidence at the horizon, millionths */
  int64_t low;          /* its interval of 95 %: by the log(-log) of the estimate and the delta method's variance; */
  int64_t high;         /* Wilson's where nothing is censored, and at the edges */
} crm__incidence;

/* Share that has ended as waited for by day `horizon`, that day included. No case: all 0. O(days). */
crm__incidence crm__incidence_at(const crm__durations *durations, int64_t horizon);

/* "ok"; "undefined" without a case; "immature" where nobody has been watched up to the horizon and not all have ended,
 * so that the figure is that of a shorter time. */
const char *crm__incidence_status(const crm__incidence *incidence);

/* The first day by which half have ended, and its interval of 95 %: the days on which the interval of the survival,
 * by its log(-log) and Greenwood's variance, comes down to a half (Brookmeyer and Crowley, 1982). -1: not seen.
 * O(days). */
typedef struct crm__median {
  int64_t day;
  int64_t low;
  int64_t high;
} crm__median;

crm__median crm__survival_median(const crm__durations *durations);

/* The restricted mean: the days until an end of any kind, those after the horizon counted as the horizon, which is the
 * area under the survival up to there (past the last day it stays as it is); and its variance by Greenwood: the sum of
 * A^2 d / (n (n - d)) over the days with d ends of n at risk, A the area from the day on (Klein and Moeschberger,
 * Survival Analysis, 2003, 4.5.2). No case: all 0. O(days + horizon). */
typedef struct crm__restricted_mean {
  double mean;
  double variance;
  int64_t cases;
  int64_t ended;        /* before the horizon */
  int64_t at_risk;      /* still under observation at the horizon */
  double survival;      /* just before it */
} crm__restricted_mean;

crm__restricted_mean crm__survival_mean(const crm__durations *durations, int64_t horizon);

/* survival[d] = estimated share still without any end after day d, for all days, and risk[d] = cases at risk on day d.
 * Both have `days` entries. O(days). */
void crm__survival(const crm__durations *durations, double *survival, int64_t *risk);

#endif
