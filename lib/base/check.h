/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_CHECK_H
#define CRM_BASE_CHECK_H

#include <stdint.h>

/* Arithmetic that answers 1 where the result does not fit, and then leaves *result alone. */
static inline int crm__add_overflows(int64_t a, int64_t b, int64_t *result)
{
  if ((b > 0 && a > INT64_MAX - b) || (b < 0 && a < INT64_MIN - b)) {
    return 1;
  }
  *result = a + b;
  return 0;
}

static inline uint64_t crm__magnitude(int64_t value)
{
  return value < 0 ? 0U - (uint64_t)value : (uint64_t)value;
}

/* floor(a / b), b above 0. */
static inline int64_t crm__floor_div(int64_t a, int64_t b)
{
  int64_t quotient = a / b;
  return quotient - (a % b < 0);
}

#endif
