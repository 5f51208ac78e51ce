/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/wide.h"

#include "base/check.h"

#include <stddef.h>

#define HALF_MASK UINT64_C(0xFFFFFFFF)

static crm__wide signed_wide(uint64_t high, uint64_t low, int negative)
{
  crm__wide wide;
  wide.low = low;
  wide.high = high;
  wide.negative = negative && (low | high) != 0;
  return wide;
}

/* a * b in four products of halves. */
static uint64_t multiply64(uint64_t a, uint64_t b, uint64_t *high)
{
  uint64_t a0 = a & HALF_MASK;
  uint64_t a1 = a >> 32;
  uint64_t b0 = b & HALF_MASK;
  uint64_t b1 = b >> 32;
  uint64_t p00 = a0 * b0;
  uint64_t p01 = a0 * b1;
  uint64_t p10 = a1 * b0;
  uint64_t middle = (p00 >> 32) + (p01 & HALF_MASK) + (p10 & HALF_MASK);
  *high = a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
  return (middle << 32) | (p00 & HALF_MASK);
}

/* One 32-bit digit of the quotient: (*rest * 2^32 + next) / divisor, the divisor's top bit set and *rest below it. The
 * guess from the divisor's upper half is at most two too big. */
static uint64_t quotient_digit(uint64_t *rest, uint64_t next, uint64_t divisor)
{
  uint64_t upper = divisor >> 32;
  uint64_t lower = divisor & HALF_MASK;
  uint64_t guess = *rest / upper;
  uint64_t left = *rest % upper;
  while (guess > HALF_MASK || guess * lower > ((left << 32) | next)) {
    guess--;
    left += upper;
    if (left > HALF_MASK) {
      break;
    }
  }
  /* Modulo 2^64, the true difference being below the divisor. */
  *rest = (*rest << 32) + next - guess * divisor;
  return guess;
}

/* (high * 2^64 + low) / divisor with high below divisor, so that the quotient fits. */
static uint64_t divide128(uint64_t high, uint64_t low, uint64_t divisor, uint64_t *remainder)
{
  int shift = 0;
  uint64_t upper;
  if (high == 0) {
    *remainder = low % divisor;
    return low / divisor;
  }
  while ((divisor >> 63) == 0) {
    divisor <<= 1;
    shift++;
  }
  if (shift > 0) {
    high = (high << shift) | (low >> (64 - shift));
    low <<= shift;
  }
  upper = quotient_digit(&high, low >> 32, divisor);
  upper = (upper << 32) | quotient_digit(&high, low & HALF_MASK, divisor);
  *remainder = high >> shift;
  return upper;
}

static int compare_magnitude(crm__wide a, crm__wide b)
{
  if (a.high != b.high) {
    return a.high < b.high ? -1 : 1;
  }
  return a.low < b.low ? -1 : a.low > b.low;
}

crm__wide crm__wide_from(int64_t value)
{
  return signed_wide(0, crm__magnitude(value), value < 0);
}

crm__wide crm__wide_multiply(int64_t a, int64_t b)
{
  uint64_t high;
  uint64_t low = multiply64(crm__magnitude(a), crm__magnitude(b), &high);
  return signed_wide(high, low, (a < 0) != (b < 0));
}

crm__wide crm__wide_add(crm__wide a, crm__wide b)
{
  uint64_t low;
  if (a.negative == b.negative) {
    low = a.low + b.low;
    return signed_wide(a.high + b.high + (low < a.low), low, a.negative);
  }
  if (compare_magnitude(a, b) < 0) {
    crm__wide other = a;
    a = b;
    b = other;
  }
  low = a.low - b.low;
  return signed_wide(a.high - b.high - (a.low < b.low), low, a.negative);
}

crm__wide crm__wide_times(crm__wide a, uint64_t factor, int *overflow)
{
  uint64_t carry;
  uint64_t beyond;
  uint64_t low = multiply64(a.low, factor, &carry);
  uint64_t high = multiply64(a.high, factor, &beyond);
  high += carry;
  if (beyond != 0 || high < carry) {
    *overflow = 1;
  }
  return signed_wide(high, low, a.negative);
}

int crm__wide_compare(crm__wide a, crm__wide b)
{
  if (a.negative != b.negative) {
    return a.negative ? -1 : 1;
  }
  return a.negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

crm__wide crm__wide_quotient(crm__wide a, uint64_t divisor, uint64_t *remainder)
{
  uint64_t rest;
  uint64_t high = a.high / divisor;
  uint64_t low = divide128(a.high % divisor, a.low, divisor, &rest);
  if (remainder != NULL) {
    *remainder = rest;
  }
  return signed_wide(high, low, a.negative);
}

crm__wide crm__wide_divide(crm__wide a, uint64_t divisor, int *inexact)
{
  uint64_t rest;
  crm__wide quotient = crm__wide_quotient(a, divisor, &rest);
  if (inexact != NULL) {
    *inexact = rest != 0;
  }
  if (rest >= divisor - rest) {
    quotient.low++;
    quotient.high += quotient.low == 0;
    quotient.negative = a.negative;
  }
  return quotient;
}

int crm__wide_to_int64(crm__wide a, int64_t *value)
{
  if (a.high != 0 || a.low > (uint64_t)INT64_MAX) {
    return 1;
  }
  *value = a.negative ? -(int64_t)a.low : (int64_t)a.low;
  return 0;
}

double crm__wide_to_double(crm__wide a)
{
  int shift = 0;
  uint64_t dropped = 0;   /* the last bit shifted out, over an "any before it" bit */
  double value;
  while (a.high != 0 || (a.low >> 53) != 0) {
    dropped = ((a.low & 1) << 1) | (dropped != 0);
    a.low = (a.low >> 1) | (a.high << 63);
    a.high >>= 1;
    shift++;
  }
  if (dropped == 3 || (dropped == 2 && (a.low & 1) != 0)) {
    a.low++;
  }
  value = (double)(int64_t)a.low;
  for (; shift > 0; shift--) {
    value *= 2.0;
  }
  return a.negative ? -value : value;
}

int64_t crm__multiply_divide(int64_t a, int64_t b, int64_t c, int64_t *remainder)
{
  uint64_t high;
  uint64_t rest;
  uint64_t low = multiply64((uint64_t)a, (uint64_t)b, &high);
  uint64_t quotient = divide128(high, low, (uint64_t)c, &rest);
  if (remainder != NULL) {
    *remainder = (int64_t)rest;
  }
  return (int64_t)quotient;
}

int crm__multiply_divide_round(int64_t a, int64_t b, int64_t c, int64_t *value)
{
  crm__wide quotient = crm__wide_divide(crm__wide_multiply(a, b), crm__magnitude(c), NULL);
  if (c < 0 && (quotient.low | quotient.high) != 0) {
    quotient.negative = !quotient.negative;
  }
  return crm__wide_to_int64(quotient, value);
}
