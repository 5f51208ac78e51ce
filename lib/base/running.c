/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/running.h"

#include <string.h>

#define BITS CRM__RUNNING_BITS
#define GROUP CRM__RUNNING_GROUP
#define LINE 64

/* Groups of a level, where the place behind the end has a sum too. */
static uint64_t groups_of(uint64_t places, uint32_t level)
{
  return (places >> (BITS * (level + 1U))) + 1U;
}

static uint32_t depth_of(uint64_t places)
{
  uint32_t depth = 3;   /* so that a search knows of three */
  while (groups_of(places, depth - 1U) > 1) {
    depth++;
  }
  return depth;
}

/* All sums, with room to begin on a cache line. */
static uint64_t room_of(uint64_t places)
{
  uint64_t groups = 0;
  uint32_t level;
  for (level = 0; level < depth_of(places); level++) {
    groups += groups_of(places, level);
  }
  return groups * GROUP + LINE / sizeof(uint32_t);
}

int crm__running_open(crm__running *running, crm__memory *memory, uint64_t places)
{
  unsigned char *room = crm__alloc_array_zero(memory, room_of(places), sizeof(uint32_t));
  uint32_t *next;
  uint32_t level;
  memset(running, 0, sizeof *running);
  if (room == NULL) {
    return 0;
  }
  running->memory = room;
  running->places = places;
  running->depth = depth_of(places);
  next = (uint32_t *)(void *)(room + (LINE - (size_t)room % LINE) % LINE);
  for (level = 0; level < running->depth; level++) {
    running->levels[level] = next;
    next += groups_of(places, level) * GROUP;
  }
  return 1;
}

void crm__running_close(crm__running *running, crm__memory *memory)
{
  if (running->memory != NULL) {
    crm__free_array(memory, running->memory, room_of(running->places), sizeof(uint32_t));
  }
  memset(running, 0, sizeof *running);
}

void crm__running_settle(crm__running *running)
{
  uint32_t level;
  for (level = 0; level < running->depth; level++) {
    uint32_t *row = running->levels[level];
    uint64_t groups = groups_of(running->places, level);
    uint64_t g;
    for (g = 0; g < groups; g++, row += GROUP) {
      uint32_t sum = 0;
      int i;
      for (i = 0; i < GROUP; i++) {
        uint32_t count = row[i];
        row[i] = sum;
        sum += count;
      }
      if (level + 1U < running->depth) {
        running->levels[level + 1U][g] = sum;
      }
    }
  }
}

/* ---- changes ---- */

static uint32_t *group_with(uint32_t *sums, uint64_t place)
{
  return sums + (place & ~(uint64_t)(GROUP - 1));
}

/* From its place 15 - p on: 0 up to p, and 1 behind p. So a group is changed by additions alone, into a place of its
 * own: compilers then do several at once (a move at the till takes 133 instructions, of 300 with comparisons). */
static const uint32_t steps[31] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

/* One more, or one less, before all places of a group that are behind one. */
static void count_up(uint32_t *group, uint64_t place)
{
  const uint32_t *step = steps + 15 - place % GROUP;
  uint32_t sums[GROUP];
  int i;
  for (i = 0; i < GROUP; i++) {
    sums[i] = group[i] + step[i];
  }
  memcpy(group, sums, sizeof sums);
}

static void count_down(uint32_t *group, uint64_t place)
{
  const uint32_t *step = steps + 15 - place % GROUP;
  uint32_t sums[GROUP];
  int i;
  for (i = 0; i < GROUP; i++) {
    sums[i] = group[i] - step[i];
  }
  memcpy(group, sums, sizeof sums);
}

void crm__running_add(crm__running *running, uint64_t place)
{
  uint32_t level;
  for (level = 0; level < running->depth; level++) {
    count_up(group_with(running->levels[level], place), place);
    place >>= BITS;
  }
}

void crm__running_remove(crm__running *running, uint64_t place)
{
  uint32_t level;
  for (level = 0; level < running->depth; level++) {
    count_down(group_with(running->levels[level], place), place);
    place >>= BITS;
  }
}

void crm__running_move(crm__running *running, uint64_t from, uint64_t to)
{
  uint32_t level;
  for (level = 0; from != to; level++) {   /* what is the same group of groups for both has as many as before */
    count_down(group_with(running->levels[level], from), from);
    count_up(group_with(running->levels[level], to), to);
    from >>= BITS;
    to >>= BITS;
  }
}

/* ---- searching ---- */

uint64_t crm__running_find(const crm__running *running, uint64_t before, uint64_t *rest)
{
  uint32_t left = (uint32_t)before;
  uint64_t place = 0;
  uint32_t level;
  for (level = running->depth; level-- > 0;) {
    const uint32_t *group = running->levels[level] + place * GROUP;
    uint32_t upto = 0;
    int i;
    for (i = 0; i < GROUP; i++) {
      upto += group[i] <= left;
    }
    left -= group[upto - 1U];
    place = place * GROUP + upto - 1U;
  }
  *rest = left;
  return place;
}
