/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_HEADLINE_H
#define COCKPIT_HEADLINE_H

#include "arguments.h"
#include "output.h"

/* The headline numbers of the last complete month, against the month before and the same month a year before. */

#define UNIT_MONEY 0
#define UNIT_COUNT 1
#define UNIT_RATE 2

typedef struct figure {
  int known;
  int64_t value;     /* minor units, a count, or a rate with six decimals */
} figure;

typedef struct gauge {
  const char *kpi;
  int unit;
  int column;            /* of the months, whose history can be drawn; -1: none */
  int less_is_better;
  figure value;
  figure previous;       /* change against the month before: a rate, for rates a difference */
  figure year;
} gauge;

#define GAUGES 9

typedef struct headline {
  crm_table *months;     /* from the first sale on */
  int64_t row;           /* of the month, -1: there is none */
  int complete;          /* 0: the month is still running */
  char period[64];
  gauge gauges[GAUGES];
} headline;

crm_status headline_compute(const crm_store *store, const arguments *args, headline *result, crm_error *error);
void headline_free(headline *result);

/* Writes the gauges as CSV or JSON: gauge,kpi,period,value,band,target,change_previous,change_year,status. */
int headline_write(const headline *result, const crm_store *store, const arguments *args, output *out);

/* numerator / denominator with six decimals, rounded half away from zero; unknown where denominator is not above 0. */
figure rate_of(int64_t numerator, int64_t denominator);

#endif
