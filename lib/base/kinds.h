/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_KINDS_H
#define CRM_BASE_KINDS_H

#include <stdint.h>
#include <string.h>

/* Buckets for values of any size, fine where values are many: by sign, magnitude and the six digits under the highest,
 * which are the first bits of a double. In the order of the values; one value each up to 127. */
#define CRM__KINDS 8321
#define CRM__KIND_SHIFT 46
#define CRM__KIND_ONE (UINT64_C(1023) << (52 - CRM__KIND_SHIFT))   /* of the double 1 */
#define CRM__KIND_HALF 4160

static inline uint32_t crm__kind(int64_t value)
{
  double size = value < 0 ? -(double)value : (double)value;
  uint64_t bits;
  uint32_t kind;
  memcpy(&bits, &size, sizeof bits);
  kind = value == 0 ? 0U : (uint32_t)((bits >> CRM__KIND_SHIFT) - CRM__KIND_ONE) + 1U;
  return value < 0 ? CRM__KIND_HALF - kind : CRM__KIND_HALF + kind;
}

/* The least value of a bucket. */
static inline int64_t crm__kind_least(uint32_t kind)
{
  uint64_t low = 0;                  /* steps from INT64_MIN on */
  uint64_t high = UINT64_MAX;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    int64_t value = middle >> 63 ? (int64_t)(middle - (UINT64_C(1) << 63)) : (int64_t)middle + INT64_MIN;
    if (crm__kind(value) < kind) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low >> 63 ? (int64_t)(low - (UINT64_C(1) << 63)) : (int64_t)low + INT64_MIN;
}

/* The bucket of the k-th smallest (from 0) of what was counted; *before: how many are counted under it. */
static inline uint32_t crm__kind_at(const uint32_t *counts, uint64_t k, uint64_t *before)
{
  uint64_t sum = 0;
  uint32_t kind = 0;
  while (sum + counts[kind] <= k) {
    sum += counts[kind++];
  }
  *before = sum;
  return kind;
}

#endif
