/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/buckets.h"

#include "base/bits.h"
#include "base/prefetch.h"

#include <string.h>

#define ROOM CRM__BUCKET_ROOM
#define MAGNITUDES CRM__BUCKET_MAGNITUDES
#define SPANS (2U * MAGNITUDES)
#define FRACTION 3             /* bits of a number that a magnitude tells beside its highest */
#define MEAN CRM__SIZE(6, 3)   /* numbers of a bucket as it is built, at most */
#define WIDEST 30              /* bits of a bucket's numbers; a wider one is a tree from the beginning */
#define LOWS ((UINT64_C(1) << WIDEST) - 1U)
#define LINE 64
#define MARGIN 8               /* magnitudes above the greatest that have buckets too: an octave */

/* ---- where a number is ---- */

static uint32_t magnitude_of(uint64_t distance)
{
  uint32_t power;
  if (distance >> FRACTION == 0) {
    return (uint32_t)distance;
  }
  power = crm__highest_bit(distance) - FRACTION;
  return (power << FRACTION) + (uint32_t)(distance >> power);
}

/* The least number of a magnitude, and the bits of the others that it has. */
static uint64_t least_of(uint32_t magnitude, uint32_t *bits)
{
  uint32_t power = magnitude >> FRACTION;
  *bits = power < 2 ? 0 : power - 1;
  return power < 2 ? magnitude : ((uint64_t)(magnitude & 7U) + 8U) << (power - 1);
}

/* Numbers below 0 mirror the others: -1 is next to 0. */
static uint32_t span_of(int64_t value)
{
  return value >= 0 ? MAGNITUDES + magnitude_of((uint64_t)value) : MAGNITUDES - 1U - magnitude_of(~(uint64_t)value);
}

/* The least number that a bucket may hold. */
static int64_t least_in(const crm__bucket_span *span, uint32_t bucket)
{
  return (int64_t)((uint64_t)span->base + ((uint64_t)(bucket - span->first) << span->shift));
}

static crm__bucket_spot spot_of(const crm__buckets *of, int64_t value)
{
  const crm__bucket_span *span = &of->spans[span_of(value)];
  uint64_t distance = (uint64_t)value - (uint64_t)span->base;
  uint32_t within = (uint32_t)(distance >> span->shift);
  crm__bucket_spot found;
  found.span = span;
  found.line = &of->lines[span->shift == 0 ? 0 : span->line + within];
  found.bucket = span->first + within;
  found.low = (int32_t)(distance & (((uint64_t)1 << span->shift) - 1U) & LOWS);
  return found;
}

/* ---- lines ---- */

static void clear_line(crm__bucket *line)
{
  int i;
  for (i = 0; i < ROOM; i++) {
    line->lows[i] = CRM__BUCKET_FREE;
  }
}

/* Puts a number between those that are at or below it and the others: in order, each place then has the greater one of
 * its neighbour before and of itself or the number, whichever is less. No round depends on where that is. */
static void line_insert(crm__bucket *line, int32_t low)
{
  int32_t shifted[ROOM];
  int i;
  shifted[0] = INT32_MIN;
  memcpy(shifted + 1, line->lows, (ROOM - 1) * sizeof *shifted);
  for (i = 0; i < ROOM; i++) {
    int32_t least = line->lows[i] < low ? line->lows[i] : low;
    line->lows[i] = shifted[i] > least ? shifted[i] : least;
  }
}

/* Takes out one that is there. */
static void line_remove(crm__bucket *line, int32_t low)
{
  int32_t shifted[ROOM];
  int i;
  memcpy(shifted, line->lows + 1, (ROOM - 1) * sizeof *shifted);
  shifted[ROOM - 1] = CRM__BUCKET_FREE;
  for (i = 0; i < ROOM; i++) {
    line->lows[i] = line->lows[i] < low ? line->lows[i] : shifted[i];
  }
}

/* ---- trees ---- */

static int is_deep(const crm__bucket *line)
{
  return line->lows[0] == CRM__BUCKET_DEEP;
}

static crm__ranking *tree_of(const crm__buckets *of, const crm__bucket *line)
{
  return &of->trees[line->lows[1]];
}

static void set_deep(crm__bucket *line, uint64_t tree)
{
  line->lows[0] = CRM__BUCKET_DEEP;
  line->lows[1] = (int32_t)tree;
}

/* The values of a bucket in a tree. 0: no memory, nothing changed. */
static int deepen(crm__buckets *of, crm__memory *memory, const crm__bucket_spot *at)
{
  crm__ranking *tree;
  int i;
  if (!crm__grow(memory, &of->trees, &of->tree_capacity, of->tree_count + 1U, sizeof *of->trees)) {
    return 0;
  }
  tree = &of->trees[of->tree_count];
  crm__ranking_open(tree, NULL, NULL);
  for (i = 0; i < ROOM && at->line->lows[i] != CRM__BUCKET_FREE; i++) {
    if (!crm__ranking_reserve(tree, memory)) {
      crm__ranking_close(tree, memory);
      return 0;
    }
    crm__ranking_add(tree, least_in(at->span, at->bucket) + at->line->lows[i], 0);
  }
  set_deep(at->line, of->tree_count++);
  return 1;
}

int crm__buckets_reserve(crm__buckets *of, crm__memory *memory, int64_t value)
{
  crm__bucket_spot at = spot_of(of, value);
  int deep = is_deep(at.line);
  if (!deep && at.line->lows[ROOM - 1] == CRM__BUCKET_FREE && at.span->shift <= WIDEST) {
    return 1;
  }
  return (deep || deepen(of, memory, &at)) && crm__ranking_reserve(tree_of(of, at.line), memory);
}

/* ---- changes ---- */

static void put(crm__buckets *of, const crm__bucket_spot *at, int64_t value)
{
  if (at->span->shift == 0) {
    return;   /* the sums say it all */
  }
  if (is_deep(at->line)) {
    crm__ranking_add(tree_of(of, at->line), value, 0);
  } else {
    line_insert(at->line, at->low);
  }
}

static void take(crm__buckets *of, const crm__bucket_spot *at, int64_t value)
{
  if (at->span->shift == 0) {
    return;
  }
  if (is_deep(at->line)) {
    crm__ranking_remove(tree_of(of, at->line), value, 0);
  } else {
    line_remove(at->line, at->low);
  }
}

void crm__buckets_add(crm__buckets *of, int64_t value)
{
  crm__bucket_spot at = spot_of(of, value);
  put(of, &at, value);
  crm__running_add(&of->sums, at.bucket);
  of->count++;
}

void crm__buckets_remove(crm__buckets *of, int64_t value)
{
  crm__bucket_spot at = spot_of(of, value);
  take(of, &at, value);
  crm__running_remove(&of->sums, at.bucket);
  of->count--;
}

void crm__buckets_move(crm__buckets *of, int64_t from, int64_t to)
{
  crm__bucket_spot left = spot_of(of, from);
  crm__bucket_spot entered = spot_of(of, to);
  take(of, &left, from);
  put(of, &entered, to);
  crm__running_move(&of->sums, left.bucket, entered.bucket);
}

/* ---- searches ---- */

crm__bucket_spot crm__buckets_spot(const crm__buckets *of, int64_t value)
{
  crm__bucket_spot found = spot_of(of, value);
  CRM__PREFETCH(found.line);
  CRM__PREFETCH(&of->sums.levels[0][found.bucket]);
  return found;
}

/* Without a branch on whether the bucket has a line, which nobody can guess: the empty one is looked at then. */
uint64_t crm__buckets_below_at(const crm__buckets *of, const crm__bucket_spot *at, int64_t value, uint64_t *equal)
{
  uint64_t before = crm__running_before(&of->sums, at->bucket);
  uint64_t all = crm__running_at(&of->sums, at->bucket);
  uint32_t found = 0;   /* below, and 256 for each equal one */
  int i;
  if (is_deep(at->line)) {
    return before + crm__ranking_below(tree_of(of, at->line), value, equal);
  }
  for (i = 0; i < ROOM; i++) {
    found += (at->line->lows[i] < at->low) + 256U * (at->line->lows[i] == at->low);
  }
  *equal = at->span->shift == 0 ? all : found / 256U;
  return before + found % 256U;
}

uint64_t crm__buckets_below(const crm__buckets *of, int64_t value, uint64_t *equal)
{
  crm__bucket_spot at = spot_of(of, value);
  return crm__buckets_below_at(of, &at, value, equal);
}

/* The span that a bucket is of. */
static const crm__bucket_span *span_with(const crm__buckets *of, uint32_t bucket)
{
  uint32_t low = 0;
  uint32_t high = SPANS;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (of->spans[middle].first <= bucket) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return &of->spans[low];
}

int64_t crm__buckets_at(const crm__buckets *of, uint64_t place)
{
  uint64_t rest;
  uint32_t bucket = (uint32_t)crm__running_find(&of->sums, place, &rest);
  const crm__bucket_span *span = span_with(of, bucket);
  const crm__bucket *line = &of->lines[span->shift == 0 ? 0 : span->line + (bucket - span->first)];
  if (is_deep(line)) {
    return crm__ranking_at(tree_of(of, line), rest, NULL);
  }
  return least_in(span, bucket) + (span->shift == 0 ? 0 : line->lows[rest]);
}

/* ---- building ---- */

void crm__buckets_close(crm__buckets *of, crm__memory *memory)
{
  uint64_t i;
  for (i = 0; i < of->tree_count; i++) {
    crm__ranking_close(&of->trees[i], memory);
  }
  crm__free_array(memory, of->trees, of->tree_capacity, sizeof *of->trees);
  crm__free_array(memory, of->spans, SPANS, sizeof *of->spans);
  crm__free_array(memory, of->line_memory, (uint64_t)of->line_count + 1U, sizeof *of->lines);
  crm__running_close(&of->sums, memory);
  memset(of, 0, sizeof *of);
}

static int make_room(crm__buckets *of, crm__memory *memory, uint64_t buckets)
{
  uint32_t i;
  of->line_memory = crm__alloc_array(memory, (uint64_t)of->line_count + 1U, sizeof *of->lines);
  if (of->line_memory == NULL || !crm__running_open(&of->sums, memory, buckets)) {
    return 0;
  }
  of->lines = (crm__bucket *)(void *)((unsigned char *)of->line_memory +
                                      (LINE - (size_t)of->line_memory % LINE) % LINE);
  for (i = 0; i < of->line_count; i++) {
    clear_line(&of->lines[i]);
  }
  return 1;
}

/* Buckets of a magnitude that some numbers have, as a power of two: so many that few are in each, or one a number. */
static uint32_t split_of(uint64_t numbers, uint32_t bits)
{
  uint32_t split = 0;
  while (split < bits && split < 31 && numbers >> split > MEAN) {
    split++;
  }
  return split;
}

/* Lays out the spans: an outer one, a tree, takes all magnitudes below those that there are, another those above.
 * Answers how many buckets there are. */
static uint32_t lay_out(crm__buckets *of, const uint64_t *numbers)
{
  uint32_t buckets = 1;
  uint32_t lines = 2;   /* the empty one, and that of the lower outer span */
  uint32_t first = 0;
  uint32_t last = SPANS;
  uint32_t s;
  while (first < SPANS && numbers[first] == 0) {
    first++;
  }
  while (last > first && numbers[last - 1] == 0) {
    last--;
  }
  last = last + MARGIN < SPANS && last > first ? last + MARGIN : last;
  for (s = 0; s < SPANS; s++) {
    crm__bucket_span *span = &of->spans[s];
    uint32_t bits;
    uint64_t least = s < MAGNITUDES ? least_of(MAGNITUDES - 1U - s, &bits) : least_of(s - MAGNITUDES, &bits);
    uint32_t split = s < first || s >= last ? 0 : split_of(numbers[s], bits);
    span->base = s < MAGNITUDES ? (int64_t)~(least + (((uint64_t)1 << bits) - 1U)) : (int64_t)least;
    span->first = s < first ? 0 : buckets;
    span->line = s < first ? 1 : lines;
    span->shift = s < first || s >= last ? 63 : bits - split;
    if (s >= first && s < last) {
      buckets += (uint32_t)1 << split;
      lines += span->shift == 0 ? 0 : (uint32_t)1 << split;
    }
  }
  of->line_count = lines + 1U;
  return buckets + 1U;
}

static int fill(crm__buckets *of, crm__memory *memory, const int64_t *values, uint64_t count)
{
  uint64_t i;
  for (i = 0; i < count; i++) {
    crm__bucket_spot at = spot_of(of, values[i]);
    if (!crm__buckets_reserve(of, memory, values[i])) {
      return 0;
    }
    put(of, &at, values[i]);
    of->sums.levels[0][at.bucket]++;
  }
  crm__running_settle(&of->sums);
  of->count = count;
  return 1;
}

int crm__buckets_build(crm__buckets *of, crm__memory *memory, const int64_t *values, uint64_t count)
{
  uint64_t numbers[SPANS] = {0};
  uint32_t buckets;
  uint64_t i;
  memset(of, 0, sizeof *of);
  of->spans = crm__alloc_array_zero(memory, SPANS, sizeof *of->spans);
  if (of->spans == NULL) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    numbers[span_of(values[i])]++;
  }
  buckets = lay_out(of, numbers);
  if (!make_room(of, memory, buckets) || !fill(of, memory, values, count)) {
    crm__buckets_close(of, memory);
    return 0;
  }
  return 1;
}
