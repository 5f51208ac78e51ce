/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_WIDE_H
#define CRM_BASE_WIDE_H

#include <stdint.h>

/* 128-bit integers, sign and magnitude, for products and sums that pass 64 bits. Uses no compiler extension. */
typedef struct crm__wide {
  uint64_t low;
  uint64_t high;
  int negative;   /* 0 for zero */
} crm__wide;

crm__wide crm__wide_from(int64_t value);
crm__wide crm__wide_multiply(int64_t a, int64_t b);
crm__wide crm__wide_add(crm__wide a, crm__wide b);            /* the caller keeps sums below 2^128 */

/* a * factor; *overflow is set to 1 where the magnitude passes 2^128 - 1, else left alone. */
crm__wide crm__wide_times(crm__wide a, uint64_t factor, int *overflow);
int crm__wide_compare(crm__wide a, crm__wide b);              /* -1, 0, 1 */

/* a / divisor, divisor above 0, rounded half away from zero; *inexact (may be NULL) becomes 1 where something was
 * rounded off, else 0. */
crm__wide crm__wide_divide(crm__wide a, uint64_t divisor, int *inexact);

/* a / divisor, divisor above 0, cut toward zero; *remainder (may be NULL) gets that of the magnitudes. */
crm__wide crm__wide_quotient(crm__wide a, uint64_t divisor, uint64_t *remainder);

/* 1 where the value does not fit (INT64_MIN does not, it is kept for "none"); *value is left alone then. */
int crm__wide_to_int64(crm__wide a, int64_t *value);

/* The nearest double, ties to even, by integer steps: the same on every platform. */
double crm__wide_to_double(crm__wide a);

/* floor(a * b / c) for a, b at or above 0, c above 0, result below 2^63: for scaled ratios and largest remainders.
 * *remainder (may be NULL) gets a * b mod c. */
int64_t crm__multiply_divide(int64_t a, int64_t b, int64_t c, int64_t *remainder);

/* a * b / c rounded half away from zero, c not 0, any signs; 1 where it does not fit, as crm__wide_to_int64. */
int crm__multiply_divide_round(int64_t a, int64_t b, int64_t c, int64_t *value);

#endif
