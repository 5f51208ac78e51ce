/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef NAIVE_CASES_H
#define NAIVE_CASES_H

#include "support/facts.h"

/* Those who entered a stage, and what became of them after how many days. */

#define MOST_CASES 128

enum { WATCHED, PROMOTED, ENDED };

typedef struct cases {
  int days[MOST_CASES];
  int became[MOST_CASES];
  int count;
} cases;

/* Cases that became something (below 0: whatever) after `from` to `to` days. */
int count_cases(const cases *of, int from, int to, int became);

/* Compares the columns n, at_risk, promoted, promotion_rate, low, high, promotion_days and status. */
void assert_promotion(const crm_table *table, int64_t row, const cases *of, int horizon);

/* Compares low and high with Wilson's interval; of nothing it is from 0 to 1. */
void assert_wilson(const crm_table *table, int64_t row, int part, int all);

#endif
