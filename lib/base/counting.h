/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_COUNTING_H
#define CRM_BASE_COUNTING_H

#include "base/memory.h"

/* How often each number of a narrow range occurs, and how many occurrences are below any number: days, counts. A count a
 * number and one a block of numbers: a change touches two of them, a question adds up half a block and the blocks on
 * one side. Zeroed memory is an empty one. */

#define CRM__COUNTING_BLOCK 64

typedef struct crm__counting {
  uint32_t *counts;
  uint32_t *blocks;
  int64_t base;        /* the first number; a multiple of the block's size */
  uint64_t size;       /* numbers; likewise */
  uint64_t total;
} crm__counting;

void crm__counting_close(crm__counting *counting, crm__memory *memory);

/* Widens the range to a number. 0: no memory, nothing changed. */
int crm__counting_widen(crm__counting *counting, crm__memory *memory, int64_t number);

static inline int crm__counting_reserve(crm__counting *counting, crm__memory *memory, int64_t number)
{
  return (uint64_t)number - (uint64_t)counting->base < counting->size ||
         crm__counting_widen(counting, memory, number);
}

/* Adds or takes away one that lies in the range. */
static inline void crm__counting_add(crm__counting *counting, int64_t number)
{
  uint64_t at = (uint64_t)(number - counting->base);
  counting->counts[at]++;
  counting->blocks[at / CRM__COUNTING_BLOCK]++;
  counting->total++;
}

static inline void crm__counting_remove(crm__counting *counting, int64_t number)
{
  uint64_t at = (uint64_t)(number - counting->base);
  counting->counts[at]--;
  counting->blocks[at / CRM__COUNTING_BLOCK]--;
  counting->total--;
}

/* How many are below a number, which may be any, and how many equal it. */
uint64_t crm__counting_below(const crm__counting *counting, int64_t number, uint64_t *equal);

#endif
