/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/sort.h"

#include "base/kinds.h"
#include "base/sizes.h"

#include <stddef.h>
#include <string.h>

#define DIGITS 8            /* of a 64-bit key */
#define DIGIT_VALUES 256
#define INSERTION_MAX CRM__SIZE(32, 2)    /* below that insertion beats the histograms */

static void insertion_sort_keys(uint64_t *keys, uint32_t *payload, uint64_t count)
{
  uint64_t i;

  for (i = 1; i < count; i++) {
    uint64_t key = keys[i];
    uint32_t carried = payload != NULL ? payload[i] : 0;
    uint64_t at = i;
    while (at > 0 && keys[at - 1] > key) {
      keys[at] = keys[at - 1];
      if (payload != NULL) {
        payload[at] = payload[at - 1];
      }
      at--;
    }
    keys[at] = key;
    if (payload != NULL) {
      payload[at] = carried;
    }
  }
}

/* Counts every digit of every key; answers whether the keys are in order already. */
static int count_digits(const uint64_t *keys, uint64_t count, uint64_t counts[DIGITS][DIGIT_VALUES])
{
  uint64_t previous = 0;
  uint64_t i;
  int sorted = 1;

  memset(counts, 0, sizeof counts[0] * DIGITS);
  for (i = 0; i < count; i++) {
    uint64_t key = keys[i];
    sorted &= previous <= key;
    previous = key;
    counts[0][key & 255]++;
    counts[1][key >> 8 & 255]++;
    counts[2][key >> 16 & 255]++;
    counts[3][key >> 24 & 255]++;
    counts[4][key >> 32 & 255]++;
    counts[5][key >> 40 & 255]++;
    counts[6][key >> 48 & 255]++;
    counts[7][key >> 56]++;
  }
  return sorted;
}

/* Turns counts into the first place of each digit value. */
static void counts_to_places(uint64_t *counts)
{
  uint64_t place = 0;
  int value;

  for (value = 0; value < DIGIT_VALUES; value++) {
    uint64_t here = counts[value];
    counts[value] = place;
    place += here;
  }
}

static void distribute(const uint64_t *keys, const uint32_t *payload, uint64_t *to_keys, uint32_t *to_payload,
                       uint64_t count, int shift, uint64_t *places)
{
  uint64_t i;

  if (payload == NULL) {
    for (i = 0; i < count; i++) {
      to_keys[places[keys[i] >> shift & 255]++] = keys[i];
    }
  } else {
    for (i = 0; i < count; i++) {
      uint64_t place = places[keys[i] >> shift & 255]++;
      to_keys[place] = keys[i];
      to_payload[place] = payload[i];
    }
  }
}

void crm__radix_sort(uint64_t *keys, uint32_t *payload, uint64_t *spare_keys, uint32_t *spare_payload, uint64_t count)
{
  uint64_t counts[DIGITS][DIGIT_VALUES];
  uint64_t *from_keys = keys;
  uint32_t *from_payload = payload;
  uint64_t *to_keys = spare_keys;
  uint32_t *to_payload = spare_payload;
  int digit;

  if (count <= INSERTION_MAX) {
    insertion_sort_keys(keys, payload, count);
    return;
  }
  if (count_digits(keys, count, counts)) {
    return;
  }
  for (digit = 0; digit < DIGITS; digit++) {
    uint64_t *swap_keys = from_keys;
    uint32_t *swap_payload = from_payload;
    if (counts[digit][keys[0] >> (8 * digit) & 255] == count) {
      continue;
    }
    counts_to_places(counts[digit]);
    distribute(from_keys, from_payload, to_keys, to_payload, count, 8 * digit, counts[digit]);
    from_keys = to_keys;
    from_payload = to_payload;
    to_keys = swap_keys;
    to_payload = swap_payload;
  }
  if (from_keys != keys) {
    memcpy(keys, from_keys, (size_t)count * sizeof *keys);
    if (payload != NULL) {
      memcpy(payload, from_payload, (size_t)count * sizeof *payload);
    }
  }
}

#define SMALL_BITS 11        /* of a digit of 32-bit values */
#define SMALL_DIGITS 3

static void insertion_sort_small(uint32_t *values, uint64_t count)
{
  uint64_t i;
  for (i = 1; i < count; i++) {
    uint32_t value = values[i];
    uint64_t at = i;
    while (at > 0 && values[at - 1] > value) {
      values[at] = values[at - 1];
      at--;
    }
    values[at] = value;
  }
}

/* How often each digit of the values occurs. */
static void count_small(const uint32_t *values, uint64_t count, uint32_t counts[SMALL_DIGITS][1 << SMALL_BITS])
{
  const uint32_t mask = (1U << SMALL_BITS) - 1;
  uint64_t i;
  memset(counts, 0, sizeof counts[0] * SMALL_DIGITS);
  for (i = 0; i < count; i++) {
    counts[0][values[i] & mask]++;
    counts[1][values[i] >> SMALL_BITS & mask]++;
    counts[2][values[i] >> (2 * SMALL_BITS)]++;
  }
}

/* Deals out 32-bit values by one digit. */
static void deal_small(const uint32_t *from, uint32_t *to, uint64_t count, int shift, uint32_t *counts)
{
  const uint32_t mask = (1U << SMALL_BITS) - 1;
  uint32_t place = 0;
  uint64_t i;
  for (i = 0; i <= mask; i++) {
    uint32_t here = counts[i];
    counts[i] = place;
    place += here;
  }
  for (i = 0; i < count; i++) {
    to[counts[from[i] >> shift & mask]++] = from[i];
  }
}

static void sort_by_digits(uint32_t *values, uint32_t *spare, uint64_t count)
{
  uint32_t counts[SMALL_DIGITS][1 << SMALL_BITS];
  if (count <= INSERTION_MAX) {
    insertion_sort_small(values, count);
    return;
  }
  count_small(values, count, counts);
  deal_small(values, spare, count, 0, counts[0]);
  deal_small(spare, values, count, SMALL_BITS, counts[1]);
  deal_small(values, spare, count, 2 * SMALL_BITS, counts[2]);
  memcpy(values, spare, (size_t)count * sizeof *values);
}

/* Counts the values below `range` and brings the others to the front. Answers how many they are. */
static uint64_t tally_below(uint32_t *values, uint64_t count, uint32_t range, uint32_t *counts)
{
  uint64_t front = 0;
  uint64_t i;
  memset(counts, 0, range * sizeof *counts);
  for (i = 0; i < count; i++) {
    uint32_t value = values[i];
    if (value < range) {
      counts[value]++;
    } else {
      values[front++] = value;
    }
  }
  return front;
}

/* Sums of money have many small values among them and few large ones: what is less than half the count of all is
 * counted one by one, in the spare memory, the rest sorted by digits. Half the time of digits for all. */
void crm__sort_small(uint32_t *values, uint32_t *spare, uint64_t count)
{
  uint32_t range = 1;
  uint32_t value;
  uint64_t large;
  uint64_t at = 0;
  if (count <= INSERTION_MAX) {
    insertion_sort_small(values, count);
    return;
  }
  while (range <= count / 4 && range < (UINT32_C(1) << 31)) {
    range *= 2;
  }
  large = tally_below(values, count, range, spare);
  memmove(values + (count - large), values, (size_t)large * sizeof *values);
  for (value = 0; value < range; value++) {
    uint32_t left;
    for (left = spare[value]; left > 0; left--) {
      values[at++] = value;
    }
  }
  sort_by_digits(values + at, spare, large);
}

#define SELECT_BITS 11
#define SELECT_BUCKETS (1 << SELECT_BITS)
#define SELECT_SMALL CRM__SIZE(64, 2)

static int64_t select_small(int64_t *values, uint64_t count, uint64_t k)
{
  uint64_t i;

  for (i = 1; i < count; i++) {
    int64_t value = values[i];
    uint64_t at = i;
    while (at > 0 && values[at - 1] > value) {
      values[at] = values[at - 1];
      at--;
    }
    values[at] = value;
  }
  return values[k];
}

static void find_bounds(const int64_t *values, uint64_t count, int64_t *low, int64_t *high)
{
  int64_t least = values[0];
  int64_t most = values[0];
  uint64_t i;

  for (i = 1; i < count; i++) {
    least = values[i] < least ? values[i] : least;
    most = values[i] > most ? values[i] : most;
  }
  *low = least;
  *high = most;
}

/* Brings the values of one bucket to the front; the others stay behind them. Answers how many they are. */
static uint64_t bucket_to_front(int64_t *values, uint64_t count, int64_t low, int shift, uint64_t bucket)
{
  uint64_t front = 0;
  uint64_t i;

  for (i = 0; i < count; i++) {
    int64_t value = values[i];
    values[i] = values[front];
    values[front] = value;
    front += ((uint64_t)value - (uint64_t)low) >> shift == bucket;
  }
  return front;
}

/* A histogram over the range of the values finds the bucket of the k-th; each round makes the range at least 1,024
 * times narrower, so seven rounds over the values are the most that any input takes. */
int64_t crm__select(int64_t *values, uint64_t count, uint64_t k)
{
  uint64_t counts[SELECT_BUCKETS];

  while (count > SELECT_SMALL) {
    int64_t low;
    int64_t high;
    int shift = 0;
    uint64_t bucket = 0;
    uint64_t i;
    find_bounds(values, count, &low, &high);
    if (low == high) {
      return low;
    }
    while (((uint64_t)high - (uint64_t)low) >> shift >= SELECT_BUCKETS) {
      shift++;
    }
    memset(counts, 0, sizeof counts);
    for (i = 0; i < count; i++) {
      counts[((uint64_t)values[i] - (uint64_t)low) >> shift]++;
    }
    while (k >= counts[bucket]) {
      k -= counts[bucket++];
    }
    if (shift == 0) {
      return (int64_t)((uint64_t)low + bucket);
    }
    count = bucket_to_front(values, count, low, shift, bucket);
  }
  return select_small(values, count, k);
}

void crm__select_several(const int64_t *values, uint64_t count, const uint64_t *ks, int n, int64_t *found,
                         int64_t *spare)
{
  uint32_t counts[CRM__KINDS];
  uint8_t wanted[CRM__KINDS];
  uint64_t before[CRM__SELECT_MOST];   /* values in the buckets under that of ks[i] */
  uint32_t kinds[CRM__SELECT_MOST];
  uint64_t sum = 0;
  uint64_t kept = 0;
  uint64_t i;
  uint32_t kind = 0;
  int k;

  memset(counts, 0, sizeof counts);
  memset(wanted, 0, sizeof wanted);
  for (i = 0; i < count; i++) {
    counts[crm__kind(values[i])]++;
  }
  for (k = 0; k < n; k++) {
    while (sum + counts[kind] <= ks[k]) {
      sum += counts[kind++];
    }
    kinds[k] = kind;
    before[k] = sum;
    wanted[kind] = 1;
  }
  for (i = 0; i < count; i++) {
    spare[kept] = values[i];
    kept += wanted[crm__kind(values[i])];
  }
  /* What is kept holds whole buckets: those of the answers, in which places count anew. */
  for (k = 0, sum = 0; k < n; k++) {
    if (k > 0 && kinds[k] != kinds[k - 1]) {
      sum += counts[kinds[k - 1]];
    }
    found[k] = crm__select(spare, kept, sum + ks[k] - before[k]);
  }
}

#define MERGE_RUN CRM__SIZE(8, 2)

static void insertion_sort_indexes(uint32_t *indexes, uint64_t count, crm__compare compare, const void *context)
{
  uint64_t i;

  for (i = 1; i < count; i++) {
    uint32_t index = indexes[i];
    uint64_t at = i;
    while (at > 0 && compare(context, indexes[at - 1], index) > 0) {
      indexes[at] = indexes[at - 1];
      at--;
    }
    indexes[at] = index;
  }
}

/* Merges from[0 .. left) and from[left .. count), both in order. */
static void merge_runs(const uint32_t *from, uint64_t left, uint64_t count, uint32_t *to, crm__compare compare,
                       const void *context)
{
  uint64_t a = 0;
  uint64_t b = left;
  uint64_t out = 0;

  if (left == count || compare(context, from[left - 1], from[left]) <= 0) {
    memcpy(to, from, (size_t)count * sizeof *to);
    return;
  }
  while (a < left && b < count) {
    to[out++] = compare(context, from[a], from[b]) <= 0 ? from[a++] : from[b++];
  }
  memcpy(to + out, from + a, (size_t)(left - a) * sizeof *to);
  out += left - a;
  memcpy(to + out, from + b, (size_t)(count - b) * sizeof *to);
}

void crm__merge_sort(uint32_t *indexes, uint32_t *spare, uint64_t count, crm__compare compare, const void *context)
{
  uint32_t *from = indexes;
  uint32_t *to = spare;
  uint64_t run;
  uint64_t at;

  for (at = 0; at < count; at += MERGE_RUN) {
    insertion_sort_indexes(indexes + at, count - at < MERGE_RUN ? count - at : MERGE_RUN, compare, context);
  }
  for (run = MERGE_RUN; run < count; run *= 2) {
    uint32_t *swap = from;
    for (at = 0; at < count; at += 2 * run) {
      uint64_t here = count - at < 2 * run ? count - at : 2 * run;
      merge_runs(from + at, here < run ? here : run, here, to + at, compare, context);
    }
    from = to;
    to = swap;
  }
  if (from != indexes) {
    memcpy(indexes, from, (size_t)count * sizeof *indexes);
  }
}
