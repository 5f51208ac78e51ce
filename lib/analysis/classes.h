/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_CLASSES_H
#define CRM_ANALYSIS_CLASSES_H

#include "base/statistics.h"

/* What a number of signs of a corporate buyer is worth, on customers whose kind is known. */

#define CRM__SIGNS 4
#define CRM__SIGNS_LEAST_CASES 20

typedef struct crm__signs_cell {
  int64_t customers;
  int64_t known;        /* persons and businesses */
  int64_t businesses;
} crm__signs_cell;

static inline void crm__signs_add(crm__signs_cell *cell, int business, int person)
{
  cell->customers++;
  cell->known += business || person;
  cell->businesses += business;
}

/* Of a business, in millionths; INT64_MIN: too few are known. */
static inline int64_t crm__signs_probability(const crm__signs_cell *cell)
{
  return cell->known < CRM__SIGNS_LEAST_CASES ? INT64_MIN : crm__ratio(cell->businesses, cell->known);
}

#endif
