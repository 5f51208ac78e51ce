/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_REAL_H
#define CRM_BASE_REAL_H

#include <stdint.h>

/* Floating point numbers of others as exact decimals. */

#define CRM__REAL_SCALE 9   /* most decimals that are looked for */

/* The number as an integer of `scale` decimals (0 to 9): the decimal with the fewest decimals, up to nine, and at most
 * 15 digits that reads as it; where there is none its exact value. wanted: the decimals that are kept in the end (0 to
 * scale): what is beyond them is rounded half away from zero once, so with more of them here the rest is cut off.
 * single: 1 where the number came from 32 bits.
 * 1 where it does not fit 64 bits, as infinities and NaN; *value is left alone then. */
int crm__real_read(double number, int single, int32_t wanted, int32_t scale, int64_t *value);

/* The most decimals, at least `least` and at most nine, with which a magnitude fits 64 bits. */
int32_t crm__real_scale(double magnitude, int32_t least);

/* Whether a number is whole and fits 53 bits; then *value is it. */
int crm__real_whole(double number, int64_t *value);

#endif
