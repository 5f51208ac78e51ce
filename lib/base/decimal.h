/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_DECIMAL_H
#define CRM_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Exact decimals: coefficient * 10^-scale, scale 0 to 18. No coefficient is INT64_MIN: it is kept for "none". */
typedef struct crm__decimal {
  int64_t coefficient;
  int32_t scale;
  int32_t inexact;   /* digits beyond what fits were rounded half away from zero */
} crm__decimal;

#define CRM__DECIMAL_OK 0
#define CRM__DECIMAL_BAD 1     /* not a number */
#define CRM__DECIMAL_RANGE 2   /* a number that does not fit 64 bits */

/* Reads [blanks][+-]digits[mark digits][e[+-]digits][blanks]; digits on one side of the mark are enough. mark is '.'
 * or ','. Keeps as many of the decimals that are written as fit 64 bits, up to 18, and says so where it drops some
 * that are not 0. Never loops over a huge exponent. length 0 or all blank is BAD (the caller knows empty cells).
 * *value is written where the answer is OK. */
int crm__decimal_read(const char *text, size_t length, char mark, crm__decimal *value);

/* The same straight to an integer of `scale` decimals (0 to 18), rounded half away from zero once, from the exact
 * text. *inexact (may be NULL) is set to 1 where something was rounded off, else left alone. Fast for plain numbers of
 * up to 18 characters. */
int crm__decimal_read_scaled(const char *text, size_t length, char mark, int32_t scale, int64_t *value, int *inexact);

/* coefficient * 10^-from to `to` decimals (both 0 to 18), rounded half away from zero; 1 where it does not fit.
 * *inexact as above. */
int crm__decimal_rescale(int64_t coefficient, int32_t from, int32_t to, int64_t *value, int *inexact);

/* a * b, each with its scale, to `to` decimals, rounded once; 1 where it does not fit. *inexact as above: it tells of
 * this rounding, not of those that a and b have behind them. */
int crm__decimal_multiply(crm__decimal a, crm__decimal b, int32_t to, int64_t *value, int *inexact);

/* Writes value with exactly `scale` decimals and a point ("-0.05"), no end; needs up to 24 bytes. Answers the
 * length. */
size_t crm__decimal_write(int64_t value, int32_t scale, char *text);

/* 10^exponent for 0 to 18. */
int64_t crm__power10(int32_t exponent);

#endif
