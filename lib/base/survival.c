/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/survival.h"

#include "base/elementary.h"
#include "base/statistics.h"

#include <math.h>
#include <string.h>

static const double z_95 = 1.959963984540054;

static int64_t total_cases(const crm__durations *durations)
{
  int64_t total = 0;
  int64_t day;
  for (day = 0; day < durations->days; day++) {
    total += durations->ends[day] + durations->competing[day] + durations->open[day];
  }
  return total;
}

static int64_t to_millionths(double share)
{
  double scaled = share * 1e6;
  scaled = scaled + 0.5;
  return scaled < 1.0 ? 0 : scaled >= 1e6 ? 1000000 : (int64_t)scaled;
}

/* The estimate before a day: share without any end, share that has ended as waited for. */
typedef struct walk {
  double survival;
  double incidence;
  int64_t risk;
} walk;

/* One operation a statement, so that no compiler fuses two into one that rounds differently. */
static void step(walk *at, const crm__durations *durations, int64_t day)
{
  int64_t ended = durations->ends[day];
  int64_t all = ended + durations->competing[day];
  if (all > 0) {
    double risk = (double)at->risk;
    double part = at->survival * (double)ended;
    part = part / risk;
    at->incidence = at->incidence + part;
    part = at->survival * (double)(at->risk - all);
    at->survival = part / risk;
  }
  at->risk -= all + durations->open[day];
}

/* The delta method's variance (Marubini and Valsecchi, 1995) of the incidence `reached` at the horizon:
 * sum of (F - F_j)^2 d_j / (n_j (n_j - d_j)) + S^2 e_j (n_j - e_j) / n_j^3 - 2 (F - F_j) S e_j / n_j^2
 * over the days j with ends of any kind d, of which e as waited for, n at risk and S surviving just before. */
static double variance(const crm__durations *durations, int64_t cases, int64_t horizon, double reached)
{
  walk at = {1.0, 0.0, cases};
  double sum = 0.0;
  int64_t day;
  for (day = 0; day <= horizon && day < durations->days; day++) {
    double n = (double)at.risk;
    double e = (double)durations->ends[day];
    double d = (double)(durations->ends[day] + durations->competing[day]);
    double before = at.survival;
    double rest;
    double part;
    step(&at, durations, day);
    rest = reached - at.incidence;
    if (d > 0.0 && d < n) {
      part = rest * rest;
      part = part * d;
      part = part / n;
      part = part / (n - d);
      sum = sum + part;
    }
    if (e > 0.0) {
      part = before * before;
      part = part * e;
      part = part * (n - e);
      part = part / n;
      part = part / n;
      part = part / n;
      sum = sum + part;
      part = 2.0 * rest;
      part = part * before;
      part = part * e;
      part = part / n;
      part = part / n;
      sum = sum - part;
    }
  }
  return sum;
}

/* Where nothing was censored the estimate is a plain share and has the interval of one; so it gets, of the cases that
 * were not, where all or none have ended. Else F^exp(-+ z s / (F log F)), s the standard error. */
static void find_interval(crm__incidence *found, double reached, double squared_error)
{
  int64_t closed = found->cases - found->open;
  double width;
  double log_reached;
  if (found->open == 0 || found->ended == 0 || found->ended == closed || squared_error <= 0.0) {
    found->value = found->open == 0 ? crm__ratio(found->ended, found->cases) : found->value;
    found->high = 1000000;
    if (closed > 0) {
      crm__wilson(found->ended, closed, &found->low, &found->high);
    }
    return;
  }
  log_reached = crm__log(reached);
  width = sqrt(squared_error);
  width = width * z_95;
  width = width / reached;
  width = width / log_reached;   /* negative: log_reached is */
  found->low = to_millionths(crm__exp(log_reached * crm__exp(-width)));
  found->high = to_millionths(crm__exp(log_reached * crm__exp(width)));
}

crm__incidence crm__incidence_at(const crm__durations *durations, int64_t horizon)
{
  crm__incidence found;
  walk at = {1.0, 0.0, 0};
  int64_t day;
  memset(&found, 0, sizeof found);
  found.median = -1;
  found.cases = total_cases(durations);
  if (found.cases == 0) {
    return found;
  }
  at.risk = found.cases;
  for (day = 0; day <= horizon && day < durations->days; day++) {
    step(&at, durations, day);
    found.ended += durations->ends[day];
    found.competing += durations->competing[day];
    found.open += durations->open[day];
    if (found.median < 0 && at.incidence >= 0.5 - CRM__SURVIVAL_ROUNDING) {
      found.median = day;
    }
  }
  found.at_risk = at.risk;
  found.surviving = to_millionths(at.survival);
  found.value = to_millionths(at.incidence);
  find_interval(&found, at.incidence, variance(durations, found.cases, horizon, at.incidence));
  return found;
}

const char *crm__incidence_status(const crm__incidence *incidence)
{
  if (incidence->cases == 0) {
    return "undefined";
  }
  return incidence->at_risk == 0 && incidence->surviving > 0 ? "immature" : "ok";
}

void crm__survival(const crm__durations *durations, double *survival, int64_t *risk)
{
  walk at = {1.0, 0.0, 0};
  int64_t day;
  at.risk = total_cases(durations);
  for (day = 0; day < durations->days; day++) {
    risk[day] = at.risk;
    step(&at, durations, day);
    survival[day] = at.survival;
  }
}

/* Greenwood's sum of d / (n (n - d)), one day more. */
static double add_greenwood(double sum, int64_t ended, int64_t risk)
{
  double part = (double)ended / (double)risk;
  part = part / (double)(risk - ended);
  return sum + part;
}

crm__median crm__survival_median(const crm__durations *durations)
{
  static const double half = -0.6931471805599453;   /* log(1/2) */
  crm__median found = {-1, -1, -1};
  walk at = {1.0, 0.0, 0};
  double sum = 0.0;
  int64_t day;
  at.risk = total_cases(durations);
  for (day = 0; day < durations->days && found.high < 0; day++) {
    int64_t ended = durations->ends[day] + durations->competing[day];
    int64_t risk = at.risk;
    double log_survival;
    double width;
    step(&at, durations, day);
    if (ended == 0) {
      continue;
    }
    if (found.day < 0 && at.survival <= 0.5 + CRM__SURVIVAL_ROUNDING) {
      found.day = day;
    }
    if (ended == risk) {   /* nobody is left: no interval */
      found.low = found.low < 0 ? day : found.low;
      break;
    }
    sum = add_greenwood(sum, ended, risk);
    log_survival = crm__log(at.survival);
    width = sqrt(sum);
    width = width * z_95;
    width = width / -log_survival;
    if (found.low < 0 && log_survival * crm__exp(width) <= half) {
      found.low = day;
    }
    if (log_survival * crm__exp(-width) <= half) {
      found.high = day;
    }
  }
  return found;
}

crm__restricted_mean crm__survival_mean(const crm__durations *durations, int64_t horizon)
{
  crm__restricted_mean found;
  walk at = {1.0, 0.0, 0};
  double passed = 0.0;
  int64_t day;
  memset(&found, 0, sizeof found);
  found.cases = total_cases(durations);
  if (found.cases == 0) {
    return found;
  }
  at.risk = found.cases;
  for (day = 0; day < horizon; day++) {
    if (day < durations->days) {
      found.ended += durations->ends[day] + durations->competing[day];
      step(&at, durations, day);
    }
    found.mean = found.mean + at.survival;
  }
  found.at_risk = at.risk;
  found.survival = at.survival;
  at.survival = 1.0;
  at.risk = found.cases;
  for (day = 0; day < horizon && day < durations->days; day++) {
    int64_t ended = durations->ends[day] + durations->competing[day];
    int64_t risk = at.risk;
    step(&at, durations, day);
    if (ended > 0 && ended < risk) {
      double area = found.mean - passed;
      double part = area * area;
      part = part * add_greenwood(0.0, ended, risk);
      found.variance = found.variance + part;
    }
    passed = passed + at.survival;
  }
  return found;
}
