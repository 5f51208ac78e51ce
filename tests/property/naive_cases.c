/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_cases.h"

#include "naive_facts.h"

#include <math.h>

int count_cases(const cases *of, int from, int to, int became)
{
  int count = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    count += of->days[i] >= from && of->days[i] <= to && (became < 0 || of->became[i] == became);
  }
  return count;
}

/* The cumulative incidence up to a day, and the share that has not ended by then. */
static double incidence(const cases *of, int days, double *left)
{
  double rate = 0;
  int day;
  *left = 1;
  for (day = 0; day <= days; day++) {
    int n = count_cases(of, day, 1 << 20, -1);
    int promoted = count_cases(of, day, day, PROMOTED);
    if (n > 0) {
      rate += *left * promoted / n;
      *left *= 1 - (double)(promoted + count_cases(of, day, day, ENDED)) / n;
    }
  }
  return rate;
}

static double spread(const cases *of, double rate, int horizon)
{
  double sum = 0;
  int day;
  for (day = 0; day <= horizon; day++) {
    double left = 1;
    double ignored;
    double rest = rate - incidence(of, day, &ignored);
    double n = count_cases(of, day, 1 << 20, -1);
    double e = count_cases(of, day, day, PROMOTED);
    double d = e + count_cases(of, day, day, ENDED);
    (void)(day > 0 && incidence(of, day - 1, &left) > 0);
    if (n > 0) {
      sum += d < n ? rest * rest * d / (n * (n - d)) : 0;
      sum += left * left * e * (n - e) / (n * n * n) - 2 * rest * left * e / (n * n);
    }
  }
  return sqrt(sum > 0 ? sum : 0);
}

void assert_wilson(const crm_table *table, int64_t row, int part, int all)
{
  double z = 1.959963984540054;
  double k = part;
  double m = all;
  double wide = z * sqrt(z * z + (m > 0 ? 4 * k * (m - k) / m : 0));
  assert_near(table, "low", row, m > 0 ? (2 * k + z * z - wide) / (2 * (m + z * z)) : 0);
  assert_near(table, "high", row, m > 0 ? (2 * k + z * z + wide) / (2 * (m + z * z)) : 1);
}

static void check_interval(const cases *of, const crm_table *table, int64_t row, double rate, int horizon)
{
  double z = 1.959963984540054;
  int k = count_cases(of, 0, horizon, PROMOTED);
  int m = k + count_cases(of, 0, horizon, ENDED) + count_cases(of, horizon + 1, 1 << 20, -1);
  double width = k > 0 && k < m ? z * spread(of, rate, horizon) / (rate * log(rate)) : 0;
  if (m < of->count && k > 0 && k < m) {
    assert_near(table, "low", row, exp(log(rate) * exp(-width)));
    assert_near(table, "high", row, exp(log(rate) * exp(width)));
  } else {
    assert_wilson(table, row, k, m);
  }
}

void assert_promotion(const crm_table *table, int64_t row, const cases *of, int horizon)
{
  double left;
  double rate = incidence(of, horizon, &left);
  int at_risk = count_cases(of, horizon + 1, 1 << 20, -1);
  int half = NEVER;
  int day;
  for (day = horizon; day >= 0; day--) {
    double ignored;
    half = incidence(of, day, &ignored) > 0.5 - 1e-12 ? day : half;
  }
  assert_integer(table, "n", row, of->count);
  assert_integer(table, "at_risk", row, at_risk);
  assert_integer(table, "promoted", row, count_cases(of, 0, horizon, PROMOTED));
  assert_integer(table, "promotion_days", row, half);
  assert_word(table, "status", row,
              of->count == 0 ? "undefined" : at_risk == 0 && left >= 0.0000005 ? "immature" : "ok");
  assert_int_equal(is_null_at(table, "promotion_rate", row), of->count == 0);
  assert_int_equal(is_null_at(table, "low", row), of->count == 0);
  if (of->count > 0) {
    assert_near(table, "promotion_rate", row, rate);
    check_interval(of, table, row, rate, horizon);
  }
}
