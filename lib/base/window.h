/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_WINDOW_H
#define CRM_BASE_WINDOW_H

#include "base/memory.h"

/* An array of ids for integer keys that are nearly dense. The id of a key is at key - base, counted round the circle
 * of the 64-bit integers, so that no key and no width passes their ends. */
typedef struct crm__window {
  uint32_t *ids;       /* UINT32_MAX where a key is unknown */
  uint64_t base;
  uint64_t capacity;   /* a power of two, or 0; as a place for a window, any number */
  uint64_t count;      /* keys known */
} crm__window;

static inline int crm__window_covers(const crm__window *window, int64_t key)
{
  return (uint64_t)key - window->base < window->capacity;
}

/* The entry of a key that is covered. */
static inline uint32_t *crm__window_at(const crm__window *window, int64_t key)
{
  return &window->ids[(uint64_t)key - window->base];
}

/* The widest window for so many keys: no more bytes than the slots have that a hash table of the keys, and a few more
 * of them, would have. */
uint64_t crm__window_most(uint64_t keys);

/* The place to be had by doubling a window upwards or downwards until it covers the key; capacity 0 where that is
 * wider than `most`. */
crm__window crm__window_reach(const crm__window *window, int64_t key, uint64_t most);

/* A place where the keys of a sample lie so close that the window could be worth having, wider than they need. keys
 * are in ascending order as crm__sortable makes them, and stand for `parts` times as many / `seen`. 0: there is
 * none that holds an eighth of them. */
int crm__window_search(const uint64_t *keys, uint64_t count, uint64_t parts, uint64_t seen, crm__window *place);

/* Whether a window lies in a place. */
int crm__window_within(const crm__window *window, const crm__window *place);

/* A window without keys at a place. 0: no memory. */
int crm__window_open(crm__window *window, crm__memory *memory, const crm__window *place);

/* Widens a window to a place that it lies in. 0: no memory, nothing changed. */
int crm__window_grow(crm__window *window, crm__memory *memory, const crm__window *place);

void crm__window_close(crm__window *window, crm__memory *memory);

/* Forgets all keys. */
void crm__window_clear(crm__window *window);

#endif
