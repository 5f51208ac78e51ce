/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_STATISTICS_H
#define CRM_BASE_STATISTICS_H

#include <stdint.h>

/* Doubles that are the same on every platform: only + - * / and sqrt in a fixed order. */

/* The Wilson score interval of k successes in n at 95 % (z = 1.959963984540054), 0 <= k <= n, n above 0,
 * in millionths, rounded half away from zero, inside 0 to 1000000. low is 0 for k = 0, high 1000000 for k = n. */
void crm__wilson(int64_t k, int64_t n, int64_t *low, int64_t *high);

/* k / n in millionths, rounded half away from zero; any signs, n not 0; what passes 64 bits answers INT64_MAX or
 * -INT64_MAX. */
int64_t crm__ratio(int64_t k, int64_t n);

/* How many standard deviations k of n cases lie above the share part / whole, in hundredths: (k - n p) over
 * sqrt(n p (1 - p)). 0 where the share is 0, 1 or of nothing, or n is 0. Counts are at or above 0 and below 2^53. */
int64_t crm__z_score(int64_t k, int64_t n, int64_t part, int64_t whole);

/* The same for cases that are rare, k being above what is expected: 2 (sqrt(k) - sqrt(n p)), which a few cases too many
 * do not drive up. 0 where the share is of nothing or k is not above n p. */
int64_t crm__excess_score(int64_t k, int64_t n, int64_t part, int64_t whole);

/* Largest remainder: shares[i] = parts of `whole` (at least 0, for example 1000000) in proportion to values[i] >= 0,
 * adding up to exactly whole; equal remainders go to the lower index. Zeros get nothing. The sum of values must be
 * above 0 and fit 64 bits. remainders is scratch of count entries. O(n). */
void crm__apportion(const int64_t *values, int64_t count, int64_t whole, int64_t *shares, uint64_t *remainders);

#endif
