/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/statistics.h"

#include "base/wide.h"

#include <math.h>
#include <string.h>

#define MILLION INT64_C(1000000)

static const double z_95 = 1.959963984540054;

/* x in millionths, inside 0 to 1. */
static int64_t millionths(double x)
{
  double scaled = x * 1e6;
  double up = scaled + 0.5;
  if (up < 1.0) {
    return 0;
  }
  return up >= 1e6 ? MILLION : (int64_t)up;
}

/* (2k + z^2 -+ z sqrt(z^2 + 4k(n - k)/n)) / (2(n + z^2)). One operation a statement, so that no compiler fuses two
 * into one that rounds differently. */
void crm__wilson(int64_t k, int64_t n, int64_t *low, int64_t *high)
{
  double successes = (double)k;
  double cases = (double)n;
  double failures = (double)(n - k);
  double square = z_95 * z_95;
  double spread = successes * failures;
  double centre = 2.0 * successes;
  double below = cases + square;
  double value;
  centre = centre + square;
  below = 2.0 * below;
  spread = 4.0 * spread;
  spread = spread / cases;
  spread = spread + square;
  spread = sqrt(spread);
  spread = z_95 * spread;
  value = centre - spread;
  *low = k == 0 ? 0 : millionths(value / below);
  value = centre + spread;
  *high = k == n ? MILLION : millionths(value / below);
}

int64_t crm__ratio(int64_t k, int64_t n)
{
  int64_t value;
  if (k >= 0 && k <= INT64_MAX / MILLION && n > 0) {
    int64_t rest = k * MILLION % n;
    return k * MILLION / n + (rest >= n - rest);
  }
  if (crm__multiply_divide_round(k, MILLION, n, &value)) {
    return (k < 0) == (n < 0) ? INT64_MAX : -INT64_MAX;
  }
  return value;
}

int64_t crm__z_score(int64_t k, int64_t n, int64_t part, int64_t whole)
{
  double share;
  double middle;
  double spread;
  double value;
  if (n <= 0 || part <= 0 || part >= whole) {
    return 0;
  }
  share = (double)part / (double)whole;
  middle = (double)n * share;
  spread = 1.0 - share;
  spread = middle * spread;
  spread = sqrt(spread);
  value = (double)k - middle;
  value = value / spread;
  value = value * 100.0;
  return (int64_t)value;
}

int64_t crm__excess_score(int64_t k, int64_t n, int64_t part, int64_t whole)
{
  double expected;
  double root;
  double value;
  if (n <= 0 || part < 0 || whole <= 0) {
    return 0;
  }
  expected = (double)part / (double)whole;
  expected = expected * (double)n;
  if ((double)k <= expected) {
    return 0;
  }
  root = sqrt(expected);
  value = sqrt((double)k);
  value = value - root;
  value = value * 200.0;
  return (int64_t)value;
}

/* The k-th largest remainder (k from 1), found byte by byte from the top. *ties gets how many of those equal to it are
 * among the k largest. */
static uint64_t kth_largest(const uint64_t *remainders, int64_t count, int64_t k, int64_t *ties)
{
  uint64_t found = 0;
  int shift;
  for (shift = 56; shift >= 0; shift -= 8) {
    int64_t counts[256];
    int64_t i;
    int byte = 255;
    memset(counts, 0, sizeof(counts));
    for (i = 0; i < count; i++) {
      if (shift == 56 || remainders[i] >> (shift + 8) == found) {
        counts[(remainders[i] >> shift) & 255]++;
      }
    }
    while (counts[byte] < k) {
      k -= counts[byte--];
    }
    found = (found << 8) | (uint64_t)byte;
  }
  *ties = k;
  return found;
}

void crm__apportion(const int64_t *values, int64_t count, int64_t whole, int64_t *shares, uint64_t *remainders)
{
  int64_t sum = 0;
  int64_t left = whole;
  int64_t ties;
  int64_t i;
  uint64_t least;
  for (i = 0; i < count; i++) {
    sum += values[i];
  }
  for (i = 0; i < count; i++) {
    int64_t rest;
    shares[i] = crm__multiply_divide(values[i], whole, sum, &rest);
    remainders[i] = (uint64_t)rest;
    left -= shares[i];
  }
  if (left == 0) {
    return;
  }
  /* Fewer are left than there are remainders above 0, so no zero gets any. */
  least = kth_largest(remainders, count, left, &ties);
  for (i = 0; i < count; i++) {
    if (remainders[i] > least || (remainders[i] == least && ties-- > 0)) {
      shares[i]++;
    }
  }
}
