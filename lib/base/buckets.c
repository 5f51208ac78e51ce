/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/buckets.h"

#include "base/bits.h"
#include "base/prefetch.h"

#include <string.h>

#define ROOM CRM__BUCKET_ROOM
#define MAGNITUDES CRM__BUCKET_MAGNITUDES
#define SPANS (2U * MAGNITUDES)
#define FRACTION 3            /* bits of a number that a magnitude tells beside its highest */
#define MEAN CRM__SIZE(5, 3)  /* numbers of a bucket as it is built, at most */
#define WIDEST 30             /* bits of a bucket's numbers; a wider one is a tree from the beginning */
#define LOWS ((UINT64_C(1) << WIDEST) - 1U)
#define GROUP 64
#define LEVELS 3
#define LINE 64
#define MARGIN 8              /* magnitudes above the greatest that have buckets too: an octave */

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

static uint32_t bucket_of(const crm__bucket_span *span, int64_t value)
{
  return span->first + (uint32_t)(((uint64_t)value - (uint64_t)span->base) >> span->shift);
}

static int32_t low_of(const crm__bucket_span *span, int64_t value)
{
  return (int32_t)(((uint64_t)value - (uint64_t)span->base) & (((uint64_t)1 << span->shift) - 1U) & LOWS);
}

/* The least number that a bucket may hold. */
static int64_t least_in(const crm__bucket_span *span, uint32_t at)
{
  return (int64_t)((uint64_t)span->base + ((uint64_t)(at - span->first) << span->shift));
}

static const crm__bucket_span *span_at(const crm__buckets *of, int64_t value)
{
  return &of->spans[span_of(value)];
}

/* ---- sums ---- */

static uint64_t before(const crm__buckets *of, uint32_t at)
{
  return (uint64_t)of->sums[0][at] + of->sums[1][at / GROUP] + of->sums[2][at / GROUP / GROUP];
}

static void add_to(uint32_t *sums, uint32_t first, uint32_t end, uint32_t what)
{
  for (; first < end; first++) {
    sums[first] += what;
  }
}

/* Counts one more, or going round one less, before the buckets from..to - 1 of one of the sums. */
static void shift_sums(crm__buckets *of, uint32_t from, uint32_t to, uint32_t what)
{
  int level;
  for (level = 0; level < LEVELS; level++) {
    uint32_t a = from / GROUP;
    uint32_t b = to / GROUP;
    if (a == b || level == LEVELS - 1) {
      add_to(of->sums[level], from + 1U, to + 1U, what);
      return;
    }
    /* the rest of the group that it begins in; of the one that it ends in what is before its end is no longer so */
    add_to(of->sums[level], from + 1U, (a + 1U) * GROUP, what);
    add_to(of->sums[level], to + 1U, (b + 1U) * GROUP, 0U - what);
    from = a;
    to = b;
  }
}

/* One more, or going round one less, in a bucket. */
static void count_in(crm__buckets *of, uint32_t at, uint32_t what)
{
  uint32_t end = (at / GROUP + 1U) * GROUP;
  add_to(of->sums[0], at + 1U, end, what);
  at /= GROUP;
  end = (at / GROUP + 1U) * GROUP;
  add_to(of->sums[1], at + 1U, end, what);
  at /= GROUP;
  add_to(of->sums[2], at + 1U, of->bucket_count / GROUP / GROUP + 1U, what);
}

/* ---- memory ---- */

static uint64_t room_of(uint32_t buckets, int level)
{
  uint64_t groups = (uint64_t)buckets / GROUP + 1U;
  return level == 0 ? groups * GROUP : level == 1 ? (groups / GROUP + 1U) * GROUP : groups / GROUP + 1U;
}

void crm__buckets_close(crm__buckets *of, crm__memory *memory)
{
  uint64_t i;
  int level;
  for (i = 0; i < of->tree_count; i++) {
    crm__ranking_close(&of->trees[i], memory);
  }
  crm__free_array(memory, of->trees, of->tree_capacity, sizeof *of->trees);
  crm__free_array(memory, of->spans, SPANS, sizeof *of->spans);
  crm__free_array(memory, of->bucket_memory, (uint64_t)of->bucket_count + 1U, sizeof *of->buckets);
  for (level = 0; level < LEVELS; level++) {
    crm__free_array(memory, of->sums[level], room_of(of->bucket_count, level), sizeof *of->sums[level]);
  }
  memset(of, 0, sizeof *of);
}

static void clear_bucket(crm__bucket *bucket)
{
  int i;
  bucket->used = 0;
  bucket->deep = 0;
  for (i = 0; i < ROOM; i++) {
    bucket->lows[i] = INT32_MAX;
  }
}

static int make_room(crm__buckets *of, crm__memory *memory)
{
  uint32_t i;
  int level;
  of->bucket_memory = crm__alloc_array(memory, (uint64_t)of->bucket_count + 1U, sizeof *of->buckets);
  for (level = 0; level < LEVELS; level++) {
    of->sums[level] = crm__alloc_array_zero(memory, room_of(of->bucket_count, level), sizeof *of->sums[level]);
  }
  if (of->bucket_memory == NULL || of->sums[0] == NULL || of->sums[1] == NULL || of->sums[2] == NULL) {
    return 0;
  }
  of->buckets = (crm__bucket *)(void *)((unsigned char *)of->bucket_memory +
                                        (LINE - (size_t)of->bucket_memory % LINE) % LINE);
  for (i = 0; i < of->bucket_count; i++) {
    clear_bucket(&of->buckets[i]);
  }
  return 1;
}

/* ---- trees ---- */

/* The values of a bucket in a tree. 0: no memory, nothing changed. */
static int deepen(crm__buckets *of, crm__memory *memory, const crm__bucket_span *span, uint32_t at)
{
  crm__bucket *bucket = &of->buckets[at];
  crm__ranking *tree;
  int i;
  if (!crm__grow(memory, &of->trees, &of->tree_capacity, of->tree_count + 1U, sizeof *of->trees)) {
    return 0;
  }
  tree = &of->trees[of->tree_count];
  crm__ranking_open(tree, NULL, NULL);
  for (i = 0; i < bucket->used; i++) {
    if (!crm__ranking_reserve(tree, memory)) {
      crm__ranking_close(tree, memory);
      return 0;
    }
    crm__ranking_add(tree, least_in(span, at) + bucket->lows[i], 0);
  }
  clear_bucket(bucket);
  bucket->deep = 1;
  bucket->lows[0] = (int32_t)of->tree_count++;
  return 1;
}

static crm__ranking *tree_of(const crm__buckets *of, const crm__bucket *bucket)
{
  return &of->trees[bucket->lows[0]];
}

int crm__buckets_reserve(crm__buckets *of, crm__memory *memory, int64_t value)
{
  const crm__bucket_span *span = span_at(of, value);
  uint32_t at = bucket_of(span, value);
  crm__bucket *bucket = &of->buckets[at];
  if (span->shift == 0) {
    return 1;
  }
  if (!bucket->deep && bucket->used < ROOM && span->shift <= WIDEST) {
    return 1;
  }
  return (bucket->deep || deepen(of, memory, span, at)) && crm__ranking_reserve(tree_of(of, bucket), memory);
}

/* ---- changes ---- */

static void put(crm__buckets *of, const crm__bucket_span *span, uint32_t at, int64_t value)
{
  crm__bucket *bucket = &of->buckets[at];
  if (span->shift == 0) {
    return;   /* the sums say it all */
  }
  if (bucket->deep) {
    crm__ranking_add(tree_of(of, bucket), value, 0);
  } else {
    bucket->lows[bucket->used++] = low_of(span, value);
  }
}

static void take(crm__buckets *of, const crm__bucket_span *span, uint32_t at, int64_t value)
{
  crm__bucket *bucket = &of->buckets[at];
  int32_t low;
  int i;
  if (span->shift == 0) {
    return;
  }
  if (bucket->deep) {
    crm__ranking_remove(tree_of(of, bucket), value, 0);
    return;
  }
  low = low_of(span, value);
  for (i = 0; bucket->lows[i] != low;) {
    i++;
  }
  bucket->lows[i] = bucket->lows[--bucket->used];
  bucket->lows[bucket->used] = INT32_MAX;
}

void crm__buckets_add(crm__buckets *of, int64_t value)
{
  const crm__bucket_span *span = span_at(of, value);
  uint32_t at = bucket_of(span, value);
  put(of, span, at, value);
  count_in(of, at, 1);
  of->count++;
}

void crm__buckets_remove(crm__buckets *of, int64_t value)
{
  const crm__bucket_span *span = span_at(of, value);
  uint32_t at = bucket_of(span, value);
  take(of, span, at, value);
  count_in(of, at, UINT32_MAX);
  of->count--;
}

void crm__buckets_move(crm__buckets *of, int64_t from, int64_t to)
{
  const crm__bucket_span *left = span_at(of, from);
  const crm__bucket_span *entered = span_at(of, to);
  uint32_t a = bucket_of(left, from);
  uint32_t b = bucket_of(entered, to);
  take(of, left, a, from);
  put(of, entered, b, to);
  if (a < b) {
    shift_sums(of, a, b, UINT32_MAX);
  } else if (b < a) {
    shift_sums(of, b, a, 1);
  }
}

/* ---- searches ---- */

static void look(const crm__buckets *of, const crm__bucket_span *span, uint32_t at, int64_t value,
                 crm__bucket_spot *spot)
{
  const crm__bucket *bucket = &of->buckets[at];
  if (span->shift == 0) {
    spot->below = before(of, at);
    spot->equal = before(of, at + 1U) - spot->below;
  } else if (bucket->deep) {
    spot->below = before(of, at) + crm__ranking_below(tree_of(of, bucket), value, &spot->equal);
  } else {
    int32_t low = low_of(span, value);
    int32_t below = 0;
    int32_t equal = 0;
    int i;
    for (i = 0; i < ROOM; i++) {
      below += bucket->lows[i] < low;
      equal += bucket->lows[i] == low;
    }
    spot->below = before(of, at) + (uint64_t)below;
    spot->equal = (uint64_t)equal;
  }
}

uint64_t crm__buckets_below(const crm__buckets *of, int64_t value, uint64_t *equal)
{
  const crm__bucket_span *span = span_at(of, value);
  crm__bucket_spot spot;
  look(of, span, bucket_of(span, value), value, &spot);
  *equal = spot.equal;
  return spot.below;
}

void crm__buckets_find(const crm__buckets *of, int64_t a, int64_t b, crm__bucket_spot *at_a, crm__bucket_spot *at_b)
{
  const crm__bucket_span *span_a = span_at(of, a);
  const crm__bucket_span *span_b = span_at(of, b);
  uint32_t place_a = bucket_of(span_a, a);
  uint32_t place_b = bucket_of(span_b, b);
  CRM__PREFETCH(&of->buckets[place_a]);
  CRM__PREFETCH(&of->buckets[place_b]);
  look(of, span_a, place_a, a, at_a);
  look(of, span_b, place_b, b, at_b);
}

/* The last of some sums that is not above a place. */
static uint32_t last_upto(const uint32_t *sums, uint32_t low, uint32_t high, uint64_t place)
{
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (sums[middle] <= place) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

static uint32_t end_of(uint32_t group, uint32_t most)
{
  return (group + 1U) * GROUP < most ? (group + 1U) * GROUP : most;
}

/* The value at a place among those of a bucket. */
static int32_t low_at(const crm__bucket *bucket, uint64_t place)
{
  int i;
  for (i = 0; i < bucket->used; i++) {
    uint64_t below = 0;
    uint64_t upto = 0;
    int k;
    for (k = 0; k < bucket->used; k++) {
      below += bucket->lows[k] < bucket->lows[i];
      upto += bucket->lows[k] <= bucket->lows[i];
    }
    if (below <= place && place < upto) {
      break;
    }
  }
  return bucket->lows[i];
}

/* The span that a bucket is of. */
static const crm__bucket_span *span_with(const crm__buckets *of, uint32_t at)
{
  uint32_t low = 0;
  uint32_t high = SPANS;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (of->spans[middle].first <= at) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return &of->spans[low];
}

int64_t crm__buckets_at(const crm__buckets *of, uint64_t place)
{
  uint32_t groups = of->bucket_count / GROUP + 1U;
  uint32_t top = last_upto(of->sums[2], 0, groups / GROUP + 1U, place);
  const crm__bucket_span *span;
  const crm__bucket *bucket;
  uint32_t group;
  uint32_t at;
  place -= of->sums[2][top];
  group = last_upto(of->sums[1], top * GROUP, end_of(top, groups), place);
  place -= of->sums[1][group];
  at = last_upto(of->sums[0], group * GROUP, end_of(group, of->bucket_count), place);
  place -= of->sums[0][at];
  bucket = &of->buckets[at];
  if (bucket->deep) {
    return crm__ranking_at(tree_of(of, bucket), place, NULL);
  }
  span = span_with(of, at);
  return least_in(span, at) + (span->shift == 0 ? 0 : low_at(bucket, place));
}

/* ---- building ---- */

/* Buckets of a magnitude that some numbers have: so many that few are in each, or one a number. */
static uint32_t split_of(uint64_t numbers, uint32_t bits)
{
  uint32_t split = 0;
  while (split < bits && split < 31 && numbers >> split > MEAN) {
    split++;
  }
  return split;
}

/* Lays out the spans: an outer one, a tree, takes all magnitudes below those that there are, another those above. */
static void lay_out(crm__buckets *of, const uint64_t *numbers)
{
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
  of->bucket_count = 1;
  for (s = 0; s < SPANS; s++) {
    crm__bucket_span *span = &of->spans[s];
    uint32_t bits;
    uint32_t split;
    uint64_t least = s < MAGNITUDES ? least_of(MAGNITUDES - 1U - s, &bits) : least_of(s - MAGNITUDES, &bits);
    span->base = s < MAGNITUDES ? (int64_t)~(least + (((uint64_t)1 << bits) - 1U)) : (int64_t)least;
    span->shift = bits;
    if (s < first || s >= last) {
      span->first = s < first ? 0 : of->bucket_count;
      span->shift = 63;
      continue;
    }
    split = split_of(numbers[s], bits);
    span->first = of->bucket_count;
    span->shift = bits - split;
    of->bucket_count += (uint32_t)1 << split;
  }
  of->bucket_count++;
}

/* Makes sums of what the first of them count bucket by bucket. */
static void sum_up(crm__buckets *of)
{
  uint32_t groups = of->bucket_count / GROUP + 1U;
  uint32_t sums[LEVELS] = {0, 0, 0};
  uint32_t at;
  for (at = 0; at < groups * GROUP; at++) {
    uint32_t numbers = of->sums[0][at];
    if (at % GROUP == 0) {
      if (at / GROUP % GROUP == 0) {
        of->sums[2][at / GROUP / GROUP] = sums[2];
        sums[1] = 0;
      }
      of->sums[1][at / GROUP] = sums[1];
      sums[0] = 0;
    }
    of->sums[0][at] = sums[0];
    sums[0] += numbers;
    sums[1] += numbers;
    sums[2] += numbers;
  }
  if (groups % GROUP == 0) {
    of->sums[2][groups / GROUP] = sums[2];
  }
}

static int fill(crm__buckets *of, crm__memory *memory, const int64_t *values, uint64_t count)
{
  uint64_t i;
  for (i = 0; i < count; i++) {
    const crm__bucket_span *span = span_at(of, values[i]);
    uint32_t at = bucket_of(span, values[i]);
    if (!crm__buckets_reserve(of, memory, values[i])) {
      return 0;
    }
    put(of, span, at, values[i]);
    of->sums[0][at]++;
  }
  sum_up(of);
  of->count = count;
  return 1;
}

int crm__buckets_build(crm__buckets *of, crm__memory *memory, const int64_t *values, uint64_t count)
{
  uint64_t numbers[SPANS] = {0};
  uint64_t i;
  memset(of, 0, sizeof *of);
  of->spans = crm__alloc_array(memory, SPANS, sizeof *of->spans);
  if (of->spans == NULL) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    numbers[span_of(values[i])]++;
  }
  lay_out(of, numbers);
  if (!make_room(of, memory) || !fill(of, memory, values, count)) {
    crm__buckets_close(of, memory);
    return 0;
  }
  return 1;
}
