/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/counting.h"

#include <string.h>

#define BLOCK CRM__COUNTING_BLOCK

void crm__counting_close(crm__counting *counting, crm__memory *memory)
{
  crm__free_array(memory, counting->within, counting->size, sizeof *counting->within);
  crm__free_array(memory, counting->blocks, counting->size / BLOCK + 1, sizeof *counting->blocks);
  memset(counting, 0, sizeof *counting);
}

static int64_t block_start(int64_t number)
{
  int64_t rest = number % BLOCK;
  return number - (rest < 0 ? rest + BLOCK : rest);
}

/* The sums of a range in a wider one. */
static void spread(const crm__counting *counting, crm__counting *wide, uint64_t shift)
{
  uint64_t blocks = counting->size / BLOCK;
  uint64_t i;
  if (counting->size > 0) {
    memcpy(wide->within + shift, counting->within, (size_t)counting->size * sizeof *wide->within);
    memcpy(wide->blocks + shift / BLOCK, counting->blocks, (size_t)(blocks + 1) * sizeof *wide->blocks);
    for (i = shift / BLOCK + blocks + 1; i <= wide->size / BLOCK; i++) {
      wide->blocks[i] = counting->blocks[blocks];
    }
  }
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
  wide.within = crm__alloc_array_zero(memory, wide.size, sizeof *wide.within);
  wide.blocks = crm__alloc_array_zero(memory, wide.size / BLOCK + 1, sizeof *wide.blocks);
  if (wide.within == NULL || wide.blocks == NULL) {
    crm__free_array(memory, wide.within, wide.size, sizeof *wide.within);
    crm__free_array(memory, wide.blocks, wide.size / BLOCK + 1, sizeof *wide.blocks);
    return 0;
  }
  spread(counting, &wide, shift);
  if (counting->size > 0) {
    crm__counting_close(counting, memory);
  }
  *counting = wide;
  return 1;
}

/* Adds to sums first .. end - 1; 1 or, going round, -1. */
static void add_to(uint32_t *sums, uint64_t first, uint64_t end, uint32_t what)
{
  uint64_t i;
  for (i = first; i < end; i++) {
    sums[i] += what;
  }
}

static void change(crm__counting *counting, int64_t number, uint32_t what)
{
  uint64_t at = (uint64_t)(number - counting->base);
  uint64_t block = at / BLOCK;
  add_to(counting->within, at + 1, (block + 1) * BLOCK, what);
  add_to(counting->blocks, block + 1, counting->size / BLOCK + 1, what);
}

void crm__counting_add(crm__counting *counting, int64_t number)
{
  change(counting, number, 1);
}

void crm__counting_remove(crm__counting *counting, int64_t number)
{
  change(counting, number, UINT32_MAX);
}

void crm__counting_move(crm__counting *counting, int64_t from, int64_t to)
{
  uint64_t a = (uint64_t)(from - counting->base);
  uint64_t b = (uint64_t)(to - counting->base);
  if (a / BLOCK != b / BLOCK) {
    change(counting, from, UINT32_MAX);
    change(counting, to, 1);
  } else if (a < b) {
    add_to(counting->within, a + 1, b + 1, UINT32_MAX);
  } else {
    add_to(counting->within, b + 1, a + 1, 1);
  }
}
