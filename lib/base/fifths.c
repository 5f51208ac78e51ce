/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/fifths.h"

#include <string.h>

#define EDGES CRM__FIFTHS_EDGES
#define BLOCK CRM__SIZE(64, 4)   /* what a range begins with */

void crm__fifths_close(crm__fifths *fifths, crm__memory *memory)
{
  crm__free_array(memory, fifths->counts, fifths->size, sizeof *fifths->counts);
  memset(fifths, 0, sizeof *fifths);
}

/* By half at least, so that numbers that come one after the other do not copy it each time. */
int crm__fifths_widen(crm__fifths *fifths, crm__memory *memory, int64_t number)
{
  crm__fifths wide = *fifths;
  uint64_t spare = fifths->size / 2 + BLOCK;
  if (fifths->size == 0) {
    wide.base = number - BLOCK / 2;
    wide.size = BLOCK;
  } else if (number < fifths->base) {
    wide.base = number - (int64_t)spare;
    wide.size += (uint64_t)(fifths->base - wide.base);
  } else {
    wide.size = (uint64_t)(number - fifths->base) + spare;
  }
  wide.counts = crm__alloc_array_zero(memory, wide.size, sizeof *wide.counts);
  if (wide.counts == NULL) {
    return 0;
  }
  if (fifths->size > 0) {
    memcpy(wide.counts + (fifths->base - wide.base), fifths->counts, (size_t)fifths->size * sizeof *wide.counts);
    crm__free_array(memory, fifths->counts, fifths->size, sizeof *fifths->counts);
  }
  *fifths = wide;
  return 1;
}

/* ---- edges ---- */

static int64_t count_at(const crm__fifths *fifths, int64_t number)
{
  return fifths->counts[number - fifths->base];
}

/* How many have to be below for the score that an edge begins. */
static int64_t least_at(int64_t all, int edge)
{
  return ((edge + 1) * all + EDGES) / (EDGES + 1);
}

/* Moves an edge to where it belongs. */
static void settle(crm__fifths *fifths, int edge)
{
  int64_t at = fifths->edges[edge];
  int64_t below = fifths->below[edge];
  int64_t least = fifths->least[edge];
  while (below < least) {
    below += count_at(fifths, at);
    at++;
  }
  while (at > fifths->base && below - count_at(fifths, at - 1) >= least) {
    at--;
    below -= count_at(fifths, at);
  }
  fifths->edges[edge] = at;
  fifths->below[edge] = below;
}

/* Once one more, or one less, is at a number. */
static void change(crm__fifths *fifths, int64_t number, int what)
{
  int i;
  fifths->count += what;
  for (i = 0; i < EDGES; i++) {
    fifths->below[i] += number < fifths->edges[i] ? what : 0;
    fifths->least[i] = least_at(fifths->count, i);
    settle(fifths, i);
  }
}

void crm__fifths_add(crm__fifths *fifths, int64_t number)
{
  int i;
  for (i = 0; i < EDGES && fifths->count == 0; i++) {
    fifths->edges[i] = number;
    fifths->below[i] = 0;
  }
  fifths->counts[number - fifths->base]++;
  change(fifths, number, 1);
}

void crm__fifths_remove(crm__fifths *fifths, int64_t number)
{
  fifths->counts[number - fifths->base]--;
  change(fifths, number, -1);
}

void crm__fifths_move(crm__fifths *fifths, int64_t from, int64_t to)
{
  int i;
  fifths->counts[from - fifths->base]--;
  fifths->counts[to - fifths->base]++;
  for (i = 0; i < EDGES; i++) {
    int64_t at = fifths->edges[i];
    int64_t below = fifths->below[i] + (to < at) - (from < at);
    fifths->below[i] = below;
    if (below < fifths->least[i] || below - count_at(fifths, at - 1) >= fifths->least[i]) {
      settle(fifths, i);
    }
  }
}

/* ---- scores ---- */

int crm__fifths_between(const crm__fifths *fifths, int64_t edge, int64_t number)
{
  int64_t end = fifths->base + (int64_t)fifths->size;
  end = number < end ? number : end;
  edge = edge < fifths->base ? fifths->base : edge;   /* where there has been nothing yet */
  while (edge < end && count_at(fifths, edge) == 0) {
    edge++;
  }
  return edge < end;
}

/* One more of all may need one more below an edge. */
int32_t crm__fifths_score_added(const crm__fifths *fifths, int64_t number)
{
  int32_t score = 1;
  int i;
  for (i = 0; i < EDGES; i++) {
    score += number >= fifths->edges[i] && (fifths->below[i] >= least_at(fifths->count + 1, i) ||
                                              crm__fifths_between(fifths, fifths->edges[i], number));
  }
  return score;
}
