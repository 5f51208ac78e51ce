/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/real.h"

#include "base/decimal.h"
#include "base/wide.h"

#include <string.h>

#define EXACT 9007199254740992.0    /* 2^53: integers up to here are exact */
#define DIGITS 1e15                 /* with at most 15 digits a decimal and its nearest double belong to each other */
#define BEYOND 9223372036854775808.0

static const double powers[CRM__REAL_SCALE + 1] = {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

/* Whether coefficient / 10^decimals reads as the number; the division of two exact numbers is rounded once. */
static int reads_as(double number, int single, int64_t coefficient, int32_t decimals)
{
  double read = (double)coefficient / powers[decimals];
  return single ? (double)(float)read == number : read == number;
}

/* The coefficient with so many decimals, if the number is that decimal. */
static int as_decimal(double magnitude, int single, int32_t decimals, int64_t *coefficient)
{
  double scaled = magnitude * powers[decimals] + 0.5;
  if (!(scaled < DIGITS)) {
    return 0;
  }
  *coefficient = (int64_t)scaled;
  return reads_as(magnitude, single, *coefficient, decimals);
}

/* magnitude * 10^scale, cut or rounded, from the bits of the number: mantissa * 2^exponent, magnitude below 2^63. */
static int exact_value(double magnitude, int32_t scale, int rounded, int64_t *value)
{
  crm__wide product;
  uint64_t bits;
  int32_t exponent;
  int64_t mantissa;
  memcpy(&bits, &magnitude, sizeof bits);
  exponent = (int32_t)(bits >> 52) - 1075;
  mantissa = (int64_t)(bits & ((UINT64_C(1) << 52) - 1));
  mantissa = exponent == -1075 ? mantissa * 2 : mantissa | (int64_t)(UINT64_C(1) << 52);
  product = crm__wide_multiply(mantissa, crm__power10(scale));
  product = crm__wide_add(product, product);   /* in halves */
  while (exponent < 0 && (product.low != 0 || product.high != 0)) {
    int32_t step = exponent < -32 ? 32 : -exponent;
    product = crm__wide_quotient(product, UINT64_C(1) << step, NULL);
    exponent += step;
  }
  for (; exponent > 0; exponent--) {
    product = crm__wide_add(product, product);
  }
  product = crm__wide_add(product, crm__wide_from(rounded));
  return crm__wide_to_int64(crm__wide_quotient(product, 2, NULL), value);
}

int crm__real_read(double number, int single, int32_t wanted, int32_t scale, int64_t *value)
{
  double magnitude = number < 0 ? -number : number;
  int64_t coefficient = 0;
  int32_t decimals;
  int found;
  if (!(magnitude < BEYOND)) {
    return 1;
  }
  decimals = wanted;
  found = as_decimal(magnitude, single, decimals, &coefficient);
  for (decimals = found ? wanted : 0; !found && decimals <= CRM__REAL_SCALE; decimals += !found) {
    found = as_decimal(magnitude, single, decimals, &coefficient);
  }
  if (!found) {
    if (exact_value(magnitude, scale, scale == wanted, &coefficient)) {
      return 1;
    }
  } else if (decimals > scale && scale > wanted) {
    coefficient /= crm__power10(decimals - scale);
  } else if (crm__decimal_rescale(coefficient, decimals, scale, &coefficient, NULL)) {
    return 1;
  }
  *value = number < 0 ? -coefficient : coefficient;
  return 0;
}

int32_t crm__real_scale(double magnitude, int32_t least)
{
  int32_t scale = CRM__REAL_SCALE;
  while (scale > least && !(magnitude * powers[scale] < BEYOND / 2)) {
    scale--;
  }
  return scale;
}

int crm__real_whole(double number, int64_t *value)
{
  if (!(number >= -EXACT && number <= EXACT) || (double)(int64_t)number != number) {
    return 0;
  }
  *value = (int64_t)number;
  return 1;
}
