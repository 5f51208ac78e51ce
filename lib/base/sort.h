/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_SORT_H
#define CRM_BASE_SORT_H

#include <stdint.h>

/* Stable radix sort of keys with their payload, ascending; spare arrays of the same length. Passes over bytes that
 * are equal in all keys are skipped. The result is in keys and payload. payload may be NULL with spare_payload NULL. */
void crm__radix_sort(uint64_t *keys, uint32_t *payload, uint64_t *spare_keys, uint32_t *spare_payload, uint64_t count);

/* Sorts values without payload, ascending; spare of the same length. Below 2^32 of them. Several times as fast. */
void crm__sort_small(uint32_t *values, uint32_t *spare, uint64_t count);

/* An int64 as a uint64 of the same order. */
static inline uint64_t crm__sortable(int64_t value)
{
  return (uint64_t)value ^ UINT64_C(0x8000000000000000);
}

/* The k-th smallest (k from 0, below count) of values, which are reordered. O(n) whatever the values: at most seven
 * rounds over them. */
int64_t crm__select(int64_t *values, uint64_t count, uint64_t k);

/* The ks[i]-th smallest of values (from 0, below count) into found[i], for n ks, ascending or equal; values stay as
 * they are. spare: room for count values. Two passes over the values and what lies near the answers. */
#define CRM__SELECT_MOST 8
void crm__select_several(const int64_t *values, uint64_t count, const uint64_t *ks, int n, int64_t *found,
                         int64_t *spare);

/* Stable merge sort of indexes by a comparison with context; spare of the same length. */
typedef int (*crm__compare)(const void *context, uint32_t a, uint32_t b);
void crm__merge_sort(uint32_t *indexes, uint32_t *spare, uint64_t count, crm__compare compare, const void *context);

#endif
