/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/elementary.h"

#include <stdint.h>
#include <string.h>

/* log 2 in two parts: the first has few enough bits that its product with an exponent is exact. */
static const double ln2_high = 6.93147180369123816490e-01;
static const double ln2_low = 1.90821492927058770002e-10;

static double from_bits(uint64_t bits)
{
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* x = m * 2^e with m from sqrt(1/2) to sqrt(2); log m = 2 artanh s = 2 (s + s^3/3 + s^5/5 + ...), s = (m-1)/(m+1),
 * at most 0.172, so that the term after the last is under 2^-56 of the first. */
double crm__log(double x)
{
  uint64_t bits;
  int32_t exponent;
  int32_t k;
  double m;
  double s;
  double square;
  double sum = 0.0;
  memcpy(&bits, &x, sizeof bits);
  exponent = (int32_t)(bits >> 52) - 1023;
  m = from_bits((bits & UINT64_C(0x000fffffffffffff)) | UINT64_C(0x3ff0000000000000));
  if (m > 1.4142135623730951) {
    m = m * 0.5;
    exponent++;
  }
  s = (m - 1.0) / (m + 1.0);
  square = s * s;
  for (k = 23; k >= 3; k -= 2) {
    sum = sum + 1.0 / (double)k;
    sum = sum * square;
  }
  sum = sum * s;
  sum = sum + s;
  sum = 2.0 * sum;
  m = (double)exponent * ln2_low;
  sum = sum + m;
  m = (double)exponent * ln2_high;
  return sum + m;
}

/* x = k log 2 + r with r at most 0.347; the series of exp r, then k into the exponent. */
double crm__exp(double x)
{
  double scaled;
  double r;
  double part;
  double sum = 1.0;
  int32_t k;
  int32_t i;
  if (x < -708.0) {
    return 0.0;
  }
  x = x > 709.0 ? 709.0 : x;
  scaled = x * 1.4426950408889634;
  scaled = scaled < 0.0 ? scaled - 0.5 : scaled + 0.5;
  k = (int32_t)scaled;
  part = (double)k * ln2_high;
  r = x - part;
  part = (double)k * ln2_low;
  r = r - part;
  for (i = 14; i >= 1; i--) {
    sum = sum * r;
    sum = sum / (double)i;
    sum = sum + 1.0;
  }
  /* Two factors: 2^1023 is the most that one holds. */
  part = from_bits((uint64_t)(k / 2 + 1023) << 52);
  sum = sum * part;
  part = from_bits((uint64_t)(k - k / 2 + 1023) << 52);
  return sum * part;
}
