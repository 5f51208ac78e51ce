/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

/* What the machine allows, as one JSON object: sequential read and copy, and a random update of a 64-byte record. The
 * best of some repeats, since the limit is what is asked for. With "small", tiny sizes to see that it works. */

#include "base/prefetch.h"
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEATS 5
#define RECORD 64
#define AHEAD 48
#define MIB ((size_t)1 << 20)

static volatile uint64_t sink;

static uint64_t sum_words(const uint64_t *words, size_t count)
{
  uint64_t a = 0;
  uint64_t b = 0;
  uint64_t c = 0;
  uint64_t d = 0;
  size_t i;
  for (i = 0; i + 4 <= count; i += 4) {
    a += words[i];
    b += words[i + 1];
    c += words[i + 2];
    d += words[i + 3];
  }
  return a + b + c + d;
}

/* Bytes a nanosecond, which are GB/s. */
static double read_rate(const unsigned char *memory, size_t size)
{
  double best = 0.0;
  int r;
  for (r = 0; r < REPEATS; r++) {
    int64_t start = now_ns();
    double rate;
    sink += sum_words((const uint64_t *)(const void *)memory, size / 8);
    rate = (double)size / (double)(now_ns() - start + 1);
    best = rate > best ? rate : best;
  }
  return best;
}

static double copy_rate(unsigned char *memory, size_t size)
{
  double best = 0.0;
  int r;
  for (r = 0; r < REPEATS; r++) {
    int64_t start = now_ns();
    double rate;
    memcpy(memory, memory + size / 2, size / 2);
    rate = (double)(size / 2) / (double)(now_ns() - start + 1);
    best = rate > best ? rate : best;
    sink += memory[r];
  }
  return best;
}

/* Nanoseconds an update; places are drawn beforehand, as a customer column is. */
static double update_time(unsigned char *memory, size_t size, const uint32_t *places, size_t count, int prefetch)
{
  uint64_t *words = (uint64_t *)(void *)memory;
  size_t mask = size / RECORD - 1;
  double best = 1e9;
  int r;
  for (r = 0; r < REPEATS; r++) {
    int64_t start = now_ns();
    double each;
    size_t i;
    for (i = 0; i + AHEAD < count; i++) {
      uint64_t *record = words + (places[i] & mask) * (RECORD / 8);
      if (prefetch) {
        CRM__PREFETCH(words + (places[i + AHEAD] & mask) * (RECORD / 8));
      }
      record[0] += i;
      record[1] = record[1] > i ? record[1] : i;
      record[7]++;
    }
    each = (double)(now_ns() - start) / (double)count;
    best = each < best ? each : best;
  }
  return best;
}

int main(int argc, char **argv)
{
  int small = argc > 1 && strcmp(argv[1], "small") == 0;
  static const size_t sizes[3] = {8, 64, 512};
  size_t most = (small ? 1 : 512) * MIB;
  size_t count = small ? 10000 : 4000000;
  unsigned char *memory = malloc(most);
  uint32_t *places = malloc(count * sizeof *places);
  uint64_t state = 1;
  size_t i;
  int s;
  if (memory == NULL || places == NULL) {
    fprintf(stderr, "limits: no memory\n");
    return 1;
  }
  memset(memory, 1, most);
  for (i = 0; i < count; i++) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    places[i] = (uint32_t)(state >> 32);
  }
  printf("{\"read\": %.1f, \"copy\": %.1f, \"update\": [", read_rate(memory, most), copy_rate(memory, most));
  for (s = 0; s < 3; s++) {
    size_t size = small ? MIB : sizes[s] * MIB;
    printf("%s{\"mib\": %d, \"prefetched\": %.2f, \"plain\": %.2f}", s > 0 ? ", " : "", (int)(size / MIB),
           update_time(memory, size, places, count, 1), update_time(memory, size, places, count, 0));
  }
  printf("]}\n");
  free(places);
  free(memory);
  return 0;
}
