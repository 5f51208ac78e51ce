/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/window.h"

#include "base/sizes.h"

#include <string.h>

#define CAPACITY_MIN CRM__SIZE(256, 4)
#define TOP_BIT UINT64_C(0x8000000000000000)

uint64_t crm__window_most(uint64_t keys)
{
  uint64_t with_strays = keys + keys / 32 + 1;
  uint64_t most = CAPACITY_MIN;

  /* A table of a power of two of slots, each the size of four entries, is at most three quarters full. */
  while (most * 3 < with_strays * 16) {
    most *= 2;
  }
  return most;
}

crm__window crm__window_reach(const crm__window *window, int64_t key, uint64_t most)
{
  uint64_t upwards = (uint64_t)key - window->base;
  uint64_t downwards = window->base + window->capacity - 1 - (uint64_t)key;
  uint64_t last = upwards <= downwards ? upwards : downwards;
  crm__window place = { NULL, 0, 0, 0 };
  uint64_t capacity = window->capacity;

  while (capacity <= last && capacity <= most / 2) {
    capacity *= 2;
  }
  if (capacity > last) {
    place.base = upwards <= downwards ? window->base : window->base + window->capacity - capacity;
    place.capacity = capacity;
  }
  return place;
}

int crm__window_search(const uint64_t *keys, uint64_t count, uint64_t parts, uint64_t seen, crm__window *place)
{
  uint64_t share = count;

  while (share > 1 && share * 8 >= count) {
    uint64_t stands_for = share * parts / seen;
    uint64_t most = crm__window_most(stands_for + stands_for / 8);
    uint64_t best = 0;
    uint64_t span = keys[share - 1] - keys[0];
    uint64_t i;
    for (i = 1; i + share <= count; i++) {
      if (keys[i + share - 1] - keys[i] < span) {
        span = keys[i + share - 1] - keys[i];
        best = i;
      }
    }
    if (span < most) {
      place->base = (keys[best] ^ TOP_BIT) - (most - 1 - span) / 2;
      place->capacity = most;
      return 1;
    }
    share -= (share + 7) / 8;
  }
  return 0;
}

int crm__window_within(const crm__window *window, const crm__window *place)
{
  return window->capacity != 0 && window->capacity <= place->capacity &&
         window->base - place->base <= place->capacity - window->capacity;
}

static void forget(uint32_t *ids, uint64_t count)
{
  memset(ids, 0xFF, (size_t)count * sizeof *ids);
}

int crm__window_open(crm__window *window, crm__memory *memory, const crm__window *place)
{
  uint32_t *ids = crm__alloc_array(memory, place->capacity, sizeof *ids);

  if (ids == NULL) {
    return 0;
  }
  forget(ids, place->capacity);
  window->ids = ids;
  window->base = place->base;
  window->capacity = place->capacity;
  window->count = 0;
  return 1;
}

int crm__window_grow(crm__window *window, crm__memory *memory, const crm__window *place)
{
  uint64_t below = window->base - place->base;
  uint64_t capacity = window->capacity;
  crm__window wide;

  if (below == 0) {
    if (!crm__grow(memory, &window->ids, &window->capacity, place->capacity, sizeof *window->ids)) {
      return 0;
    }
    forget(window->ids + capacity, place->capacity - capacity);
    return 1;
  }
  if (!crm__window_open(&wide, memory, place)) {
    return 0;
  }
  memcpy(wide.ids + below, window->ids, (size_t)capacity * sizeof *window->ids);
  wide.count = window->count;
  crm__free_array(memory, window->ids, capacity, sizeof *window->ids);
  *window = wide;
  return 1;
}

void crm__window_close(crm__window *window, crm__memory *memory)
{
  crm__free_array(memory, window->ids, window->capacity, sizeof *window->ids);
  window->ids = NULL;
  window->base = 0;
  window->capacity = 0;
  window->count = 0;
}

void crm__window_clear(crm__window *window)
{
  if (window->ids != NULL) {
    forget(window->ids, window->capacity);
  }
  window->count = 0;
}
