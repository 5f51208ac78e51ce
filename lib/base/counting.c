/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/counting.h"

#include <string.h>

#define BLOCK CRM__COUNTING_BLOCK

void crm__counting_close(crm__counting *counting, crm__memory *memory)
{
  crm__free_array(memory, counting->counts, counting->size, sizeof *counting->counts);
  crm__free_array(memory, counting->blocks, counting->size / BLOCK, sizeof *counting->blocks);
  memset(counting, 0, sizeof *counting);
}

static int64_t block_start(int64_t number)
{
  int64_t rest = number % BLOCK;
  return number - (rest < 0 ? rest + BLOCK : rest);
}

/* By half at least, so that numbers that come one after the other do not copy it each time. */
int crm__counting_widen(crm__counting *counting, crm__memory *memory, int64_t number)
{
  crm__counting wide = *counting;
  uint64_t spare = counting->size / 2 / BLOCK * BLOCK;
  uint64_t shift = 0;
  if (counting->size == 0) {
    wide.base = block_start(number);
    wide.size = BLOCK;
  } else if (number < counting->base) {
    shift = (uint64_t)(counting->base - block_start(number)) + spare;
    wide.base -= (int64_t)shift;
    wide.size += shift;
  } else {
    wide.size = (uint64_t)(block_start(number) - counting->base) + BLOCK + spare;
  }
  wide.counts = crm__alloc_array_zero(memory, wide.size, sizeof *wide.counts);
  wide.blocks = crm__alloc_array_zero(memory, wide.size / BLOCK, sizeof *wide.blocks);
  if (wide.counts == NULL || wide.blocks == NULL) {
    crm__free_array(memory, wide.counts, wide.size, sizeof *wide.counts);
    crm__free_array(memory, wide.blocks, wide.size / BLOCK, sizeof *wide.blocks);
    return 0;
  }
  if (counting->size > 0) {
    memcpy(wide.counts + shift, counting->counts, (size_t)counting->size * sizeof *wide.counts);
    memcpy(wide.blocks + shift / BLOCK, counting->blocks, (size_t)(counting->size / BLOCK) * sizeof *wide.blocks);
  }
  crm__free_array(memory, counting->counts, counting->size, sizeof *counting->counts);
  crm__free_array(memory, counting->blocks, counting->size / BLOCK, sizeof *counting->blocks);
  *counting = wide;
  return 1;
}

static uint64_t sum(const uint32_t *counts, uint64_t count)
{
  uint64_t total = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    total += counts[i];
  }
  return total;
}

/* The sum of the first of some counts whose sum is known, from the side that is nearer. */
static uint64_t sum_first(const uint32_t *counts, uint64_t first, uint64_t count, uint64_t total)
{
  return first <= count / 2 ? sum(counts, first) : total - sum(counts + first, count - first);
}

uint64_t crm__counting_below(const crm__counting *counting, int64_t number, uint64_t *equal)
{
  uint64_t at = (uint64_t)number - (uint64_t)counting->base;
  uint64_t block = at / BLOCK;
  *equal = 0;
  if (number < counting->base || counting->size == 0) {
    return 0;
  }
  if (at >= counting->size) {
    return counting->total;
  }
  *equal = counting->counts[at];
  return sum_first(counting->blocks, block, counting->size / BLOCK, counting->total) +
         sum_first(counting->counts + block * BLOCK, at % BLOCK, BLOCK, counting->blocks[block]);
}
