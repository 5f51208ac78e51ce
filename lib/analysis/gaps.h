/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_GAPS_H
#define CRM_ANALYSIS_GAPS_H

#include "store/facts.h"

/* The days between one business day of purchase of a customer and the next one. */

typedef struct crm__gaps {
  const uint64_t *starts;   /* by customer, and one more: where the gaps begin */
  int64_t *days;            /* of the scope's scratch; may be reordered within a customer */
  uint64_t visits;          /* days of purchase of all customers */
} crm__gaps;

/* Of the scope's period. Errors: MEMORY. */
crm_status crm__gaps_compute(crm__scope *scope, crm__gaps *gaps, crm_error *error);

/* Of an even count, which is above 0, the sum of the two in the middle. The values are reordered. */
int64_t crm__twice_median(int64_t *values, uint64_t count);

#endif
