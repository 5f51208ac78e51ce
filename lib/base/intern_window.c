/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/intern_table.h"
#include "base/sort.h"

/* The window of an intern table: integers that lie close together move into it from the table and back. */

#define SLOTS_LEAST CRM__SIZE(512, 8)   /* a window is looked for when a table of this size or more is full, */
#define SAMPLE CRM__SIZE(512, 4)        /* in a sample of its keys */

/* Widens the window to a place or puts it there anew. `taken` keys of the table lie in the place. 0: no memory,
 * nothing changed. */
static int window_move(crm__intern *intern, crm__memory *memory, const crm__window *place, uint64_t taken)
{
  struct crm__intern_integer *slots = intern->integers;
  crm__intern_index index = intern->integer_index;
  crm__window window = intern->window;
  int wider = crm__window_within(&window, place);
  uint64_t left = index.count - taken + (wider ? 0 : window.count);
  crm__intern_index next = crm__intern_index_sized(&index, left);
  struct crm__intern_integer *made = crm__alloc_array_zero(memory, next.slots, sizeof *made);
  uint64_t i;

  if (made == NULL || !(wider ? crm__window_grow(&intern->window, memory, place)
                              : crm__window_open(&intern->window, memory, place))) {
    crm__free_array(memory, made, next.slots, sizeof *made);
    return 0;
  }
  intern->integers = made;
  intern->integer_index = next;
  for (i = 0; i < index.slots; i++) {
    if (slots[i].id != 0) {
      crm__integer_settle(intern, &slots[i]);
    }
  }
  for (i = 0; !wider && i < window.capacity; i++) {
    if (window.ids[i] != CRM__NONE) {
      struct crm__intern_integer slot = { 0, 0, 0 };
      slot.key = crm__intern_integer_of(window.base + i);
      slot.id = window.ids[i] + 1;
      crm__integer_settle(intern, &slot);
    }
  }
  if (!wider) {
    crm__window_close(&window, memory);
  }
  crm__free_array(memory, slots, index.slots, sizeof *slots);
  return 1;
}

/* How many keys of the table lie in a place, and the first and the last of them as offsets. */
static uint64_t integers_within(const crm__intern *intern, const crm__window *place, uint64_t *first, uint64_t *last)
{
  uint64_t count = 0;
  uint64_t i;

  *first = UINT64_MAX;
  *last = 0;
  for (i = 0; i < intern->integer_index.slots; i++) {
    const struct crm__intern_integer *slot = &intern->integers[i];
    uint64_t offset = (uint64_t)slot->key - place->base;
    if (offset < place->capacity && slot->id != 0 && slot->space == 0) {
      *first = offset < *first ? offset : *first;
      *last = offset > *last ? offset : *last;
      count++;
    }
  }
  return count;
}

/* A place for a new window, from the keys at the begin of the table: where a key is there is chance. */
static int window_search(const crm__intern *intern, crm__window *place)
{
  uint64_t slots = intern->integer_index.slots;
  uint64_t keys[SAMPLE];
  uint64_t spare[SAMPLE];
  uint64_t count = 0;
  uint64_t i;

  for (i = 0; i < slots && i < SAMPLE * 4 && count < SAMPLE; i++) {
    if (intern->integers[i].id != 0 && intern->integers[i].space == 0) {
      keys[count++] = crm__sortable(intern->integers[i].key);
    }
  }
  crm__radix_sort(keys, NULL, spare, NULL, count);
  return crm__window_search(keys, count, slots, i, place);
}

int crm__intern_window_take(crm__intern *intern, crm__memory *memory, int64_t key)
{
  const crm__intern_index *index = &intern->integer_index;
  const crm__window *window = &intern->window;
  crm__window place;
  uint64_t taken;
  uint64_t first;
  uint64_t last;

  if (window->capacity != 0 && index->count != 0) {
    place = crm__window_reach(window, key, crm__window_most(window->count + index->count + 1));
    taken = place.capacity != 0 ? integers_within(intern, &place, &first, &last) : 0;
    if (taken != 0 && taken * 8 >= index->count && place.capacity <= crm__window_most(window->count + taken + 1)) {
      return window_move(intern, memory, &place, taken);
    }
  }
  if (index->slots < SLOTS_LEAST || !window_search(intern, &place)) {
    return 0;
  }
  taken = integers_within(intern, &place, &first, &last);
  if (taken * 8 < index->count || taken <= window->count * 2) {
    return 0;
  }
  place.base += first;
  place.capacity = 1;
  while (place.capacity <= last - first) {
    place.capacity *= 2;
  }
  return place.capacity <= crm__window_most(taken + 1) && window_move(intern, memory, &place, taken);
}

int crm__intern_window_follow(crm__intern *intern, crm__memory *memory, int64_t key)
{
  crm__window place = intern->window;
  uint64_t first;
  uint64_t last;

  if ((uint64_t)key - place.base - place.capacity >= place.capacity ||
      place.capacity * 2 > crm__window_most(place.count + 1)) {
    return 0;
  }
  place.capacity *= 2;
  return window_move(intern, memory, &place,
                     intern->integer_index.count == 0 ? 0 : integers_within(intern, &place, &first, &last));
}

uint32_t crm__intern_window_insert(crm__intern *intern, crm__memory *memory, int64_t key)
{
  uint32_t id;

  if (crm__intern_in_run(intern, 0, key)) {
    return (uint32_t)((uint64_t)key - intern->run_base);
  }
  if (!crm__intern_reserve(intern, memory, 0)) {
    return CRM__NONE;
  }
  id = crm__intern_put(intern, (uint64_t)key, 0);
  *crm__window_at(&intern->window, key) = id;
  intern->window.count++;
  return id;
}
