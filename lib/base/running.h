/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_RUNNING_H
#define CRM_BASE_RUNNING_H

#include "base/memory.h"
#include "base/sizes.h"

/* How many are at each place of a row, kept as running sums: how many are before a place is an addition a level, and
 * one that goes from a place to another changes two groups a level, whatever lies between. A group is a cache line,
 * and is changed as a whole: no number of rounds depends on the places, so that nothing is guessed wrong. Zeroed memory
 * is an empty row. */

#define CRM__RUNNING_BITS CRM__SIZE(4, 2)
#define CRM__RUNNING_GROUP (1 << CRM__RUNNING_BITS)
#define CRM__RUNNING_LEVELS CRM__SIZE(8, 16)   /* for 2^32 places */

typedef struct crm__running {
  uint32_t *levels[CRM__RUNNING_LEVELS];   /* [0]: by place, how many of its group are before it; [1]: by group, how
                                            * many of its group of groups are before it; and so on */
  void *memory;
  uint64_t places;
  uint32_t depth;                       /* levels, 3 at least; the last one is one group */
  uint32_t reserved;
} crm__running;

/* Opens a row of nothing at so many places, at least 1 and below 2^32. 0: no memory. */
int crm__running_open(crm__running *running, crm__memory *memory, uint64_t places);
void crm__running_close(crm__running *running, crm__memory *memory);

/* A row is filled by counts: after an open levels[0] takes how many are at each place, and this makes sums of them. */
void crm__running_settle(crm__running *running);

/* How many are before a place, or before the end: place is up to `places`. */
static inline uint64_t crm__running_before(const crm__running *running, uint64_t place)
{
  uint64_t before = (uint64_t)running->levels[0][place] + running->levels[1][place >> CRM__RUNNING_BITS] +
                    running->levels[2][place >> 2 * CRM__RUNNING_BITS];
  uint32_t level;
  for (level = 3; level < running->depth; level++) {
    before += running->levels[level][place >> level * CRM__RUNNING_BITS];
  }
  return before;
}

/* How many are at a place: the next one of its group tells, but for the last one. */
static inline uint64_t crm__running_at(const crm__running *running, uint64_t place)
{
  if ((place + 1U) % CRM__RUNNING_GROUP != 0) {
    return running->levels[0][place + 1U] - running->levels[0][place];
  }
  return crm__running_before(running, place + 1U) - crm__running_before(running, place);
}

/* One more, one less at a place; one from a place to another. */
void crm__running_add(crm__running *running, uint64_t place);
void crm__running_remove(crm__running *running, uint64_t place);
void crm__running_move(crm__running *running, uint64_t from, uint64_t to);

/* The place of the one that has so many before it, fewer than there are; *rest: how many of them are at the place. */
uint64_t crm__running_find(const crm__running *running, uint64_t before, uint64_t *rest);

#endif
