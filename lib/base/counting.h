/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_COUNTING_H
#define CRM_BASE_COUNTING_H

#include "base/memory.h"
#include "base/sizes.h"

/* How often each number of a narrow range occurs, and how many occurrences are below any number: days, counts. Kept as
 * running sums within blocks of numbers and of blocks, so that a question is two additions and a number that moves on
 * by a little changes a few sums. Zeroed memory is an empty one. */

#define CRM__COUNTING_BLOCK CRM__SIZE(64, 4)

typedef struct crm__counting {
  uint32_t *within;    /* by number: how many of its block are below it */
  uint32_t *blocks;    /* by block: how many are below it; one more than there are blocks, for all */
  int64_t base;        /* the first number; a multiple of the block's size */
  uint64_t size;       /* numbers; likewise */
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
void crm__counting_add(crm__counting *counting, int64_t number);
void crm__counting_remove(crm__counting *counting, int64_t number);

/* Changes one into another number of the range. */
void crm__counting_move(crm__counting *counting, int64_t from, int64_t to);

/* How many are below a number, which may be any, and how many equal it. */
static inline uint64_t crm__counting_below(const crm__counting *counting, int64_t number, uint64_t *equal)
{
  uint64_t at = (uint64_t)number - (uint64_t)counting->base;
  uint64_t block = at / CRM__COUNTING_BLOCK;
  uint64_t below;
  *equal = 0;
  if (number < counting->base || counting->size == 0) {
    return 0;
  }
  if (at >= counting->size) {
    return counting->blocks[counting->size / CRM__COUNTING_BLOCK];
  }
  below = (uint64_t)counting->blocks[block] + counting->within[at];
  *equal = ((at + 1) % CRM__COUNTING_BLOCK == 0 ? counting->blocks[block + 1]
                                                : counting->blocks[block] + counting->within[at + 1]) - below;
  return below;
}

#endif
