/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_FIFTHS_H
#define CRM_BASE_FIFTHS_H

#include "base/memory.h"
#include "base/sizes.h"

/* Scores by fifths over numbers of a narrow range, days and counts of orders: 1 + floor(5 * below / all), where below
 * says how many are less than a number. Instead of sums that tell how many are below any number, four edges are kept,
 * each with how many are below it. What changes moves an edge by a little, mostly not at all, and a score is four
 * comparisons; where few are there an edge walks over the numbers between them. Zeroed memory is an empty one. */

#define CRM__FIFTHS_EDGES 4

typedef struct crm__fifths {
  uint32_t *counts;                     /* by number: how often it is there */
  int64_t base;                         /* the first number */
  uint64_t size;                        /* numbers */
  int64_t count;                        /* all */
  int64_t edges[CRM__FIFTHS_EDGES];     /* the least number with at least so many below it as `least` says: from it on
                                         * the score is 2, 3, 4, 5 */
  int64_t below[CRM__FIFTHS_EDGES];     /* how many are below the edge */
  int64_t least[CRM__FIFTHS_EDGES];     /* a fifth of all, two, three, four, rounded up */
} crm__fifths;

void crm__fifths_close(crm__fifths *fifths, crm__memory *memory);

/* Widens the range to a number. 0: no memory, nothing changed. */
int crm__fifths_widen(crm__fifths *fifths, crm__memory *memory, int64_t number);

static inline int crm__fifths_reserve(crm__fifths *fifths, crm__memory *memory, int64_t number)
{
  return (uint64_t)number - (uint64_t)fifths->base < fifths->size || crm__fifths_widen(fifths, memory, number);
}

/* Adds or takes away one that lies in the range; changes one into another number of the range. */
void crm__fifths_add(crm__fifths *fifths, int64_t number);
void crm__fifths_remove(crm__fifths *fifths, int64_t number);
void crm__fifths_move(crm__fifths *fifths, int64_t from, int64_t to);

/* The score of a number that is there. */
static inline int32_t crm__fifths_score(const crm__fifths *fifths, int64_t number)
{
  return 1 + (number >= fifths->edges[0]) + (number >= fifths->edges[1]) + (number >= fifths->edges[2]) +
         (number >= fifths->edges[3]);
}

/* Whether any is at a number from an edge on and below another number. */
int crm__fifths_between(const crm__fifths *fifths, int64_t edge, int64_t number);

/* The score that a number, which may be any, would have in place of one that is there. Only where an edge has no more
 * below it than it needs does it matter that the one that moves is no longer there. */
static inline int32_t crm__fifths_score_moved(const crm__fifths *fifths, int64_t from, int64_t to)
{
  int32_t score = crm__fifths_score(fifths, to);
  int i;
  for (i = 0; i < CRM__FIFTHS_EDGES && from < to; i++) {
    if (fifths->below[i] == fifths->least[i] && to >= fifths->edges[i]) {
      score -= !crm__fifths_between(fifths, fifths->edges[i], to);
    }
  }
  return score;
}

/* The score that it would have as one more. */
int32_t crm__fifths_score_added(const crm__fifths *fifths, int64_t number);

#endif
