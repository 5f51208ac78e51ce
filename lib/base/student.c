/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/student.h"

#include "base/elementary.h"

#include <math.h>

/* One operation a statement, so that no compiler fuses two into one that rounds differently. */

#define MANY 1000.0   /* degrees of freedom from which a series in 1 / degrees will do */

static const double pi = 3.141592653589793;

/* gamma(a + 1/2) / gamma(a): its asymptotic series for a large argument, to which the recurrence of gamma leads. */
static double gamma_ratio(double a)
{
  static const double terms[] = {-399.0 / 262144.0, -21.0 / 32768.0, 5.0 / 1024.0, 1.0 / 128.0, -1.0 / 8.0};
  double factor = 1.0;
  double sum = 869.0 / 4194304.0;
  int i;
  while (a < 64.0) {
    double next = a / (a + 0.5);
    factor = factor * next;
    a = a + 1.0;
  }
  for (i = 0; i < 5; i++) {
    sum = sum / a;
    sum = sum + terms[i];
  }
  sum = sum / a;
  sum = sum + 1.0;
  sum = sum * sqrt(a);
  return sum * factor;
}

/* The share between -t and t: the incomplete beta function at y = t^2 / (degrees + t^2), for 1/2 and a = degrees / 2,
 * by its series of positive terms (Abramowitz and Stegun 26.5.4). scale: 2 gamma(a + 1/2) / (gamma(1/2) gamma(a)). */
static double share_within(double t, double degrees, double scale)
{
  double square = t * t;
  double whole = degrees + square;
  double y = square / whole;
  double power = crm__log(whole / degrees);
  double term = 1.0;
  double sum = 0.0;
  double above = 0.5 * degrees + 0.5;
  double below = 1.5;
  power = power * degrees;
  power = power * -0.5;
  while (term > sum * 1e-17) {
    double next = above / below;
    sum = sum + term;
    next = next * y;
    term = term * next;
    above = above + 1.0;
    below = below + 1.0;
  }
  sum = sum * sqrt(y);
  sum = sum * crm__exp(power);
  return sum * scale;
}

/* Of many degrees: Cornish and Fisher's expansion about the normal's (Abramowitz and Stegun 26.7.5). */
static double of_many(double degrees)
{
  static const double terms[] = {1.5895340533938225, 2.555849679507722, 2.8224986157396112, 2.372271230298562};
  double sum = terms[0];
  int i;
  for (i = 1; i < 4; i++) {
    sum = sum / degrees;
    sum = sum + terms[i];
  }
  sum = sum / degrees;
  return sum + 1.959963984540054;
}

double crm__student_95(double degrees)
{
  double low = 1.9;
  double high = 13.0;
  double scale;
  int i;
  if (degrees > MANY) {
    return of_many(degrees);
  }
  if (!(degrees > 1.0)) {
    degrees = 1.0;
  }
  scale = gamma_ratio(0.5 * degrees);
  scale = scale * 2.0;
  scale = scale / sqrt(pi);
  for (i = 0; i < 60; i++) {
    double middle = low + high;
    middle = middle * 0.5;
    if (share_within(middle, degrees, scale) < 0.95) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}
