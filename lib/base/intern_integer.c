/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/intern_table.h"
#include "base/prefetch.h"

#include <string.h>

/* The integers of an intern table, one by one and in batches: a run of them, a window, and a hash table for the
 * rest. */

#define AHEAD CRM__INTERN_AHEAD
#define WINDOW_AHEAD CRM__SIZE(16, 2)      /* keys of a batch whose entries in the window are asked for ahead */
#define STRETCH CRM__SIZE(256, 3)          /* keys of a batch that go to the table before the window is tried again */

typedef struct crm__intern_integer integer_slot;

uint64_t crm__run_integers(crm__intern *intern, const int64_t *keys, uint64_t count, uint32_t *ids)
{
  uint64_t open = intern->count == intern->run_count && intern->kinds == NULL;
  uint64_t run = intern->run_count;
  uint64_t base;
  uint64_t i;

  if (open && run == 0 && count > 0) {
    intern->run_base = (uint64_t)keys[0];
    intern->kind = 0;
  }
  base = intern->run_base;
  for (i = 0; i < count; i++) {
    uint64_t id = (uint64_t)keys[i] - base;
    if (id > run || (id == run && (!open || run == CRM__INTERN_IDS_MAX))) {
      break;
    }
    run += id == run;
    ids[i] = (uint32_t)id;
  }
  if (open) {
    intern->run_count = run;
    intern->count = run;
  }
  return i;
}

/* The slot of a key or the empty one where it belongs; the table has an empty slot. */
static uint64_t seek(const crm__intern *intern, uint32_t space, int64_t key, uint64_t hash)
{
  const integer_slot *slots = intern->integers;
  uint64_t mask = intern->integer_index.slots - 1;
  uint64_t at = hash >> intern->integer_index.shift;

  while ((slots[at].key != key || slots[at].space != space) && slots[at].id != 0) {
    at = (at + 1) & mask;
  }
  return at;
}

static uint64_t home_of(const crm__intern_index *index, const integer_slot *slot)
{
  return crm__hash_integer(index->seed, slot->space, slot->key) >> index->shift;
}

/* Puts a slot into a table that has not its key; the index's count stays. */
static void put(integer_slot *slots, const crm__intern_index *index, const integer_slot *slot)
{
  uint64_t at = home_of(index, slot);

  while (slots[at].id != 0) {
    at = (at + 1) & (index->slots - 1);
  }
  slots[at] = *slot;
}

static int rebuild(crm__intern *intern, crm__memory *memory, int reseed)
{
  crm__intern_index next = crm__intern_index_next(&intern->integer_index, reseed);
  integer_slot *slots = crm__alloc_array_zero(memory, next.slots, sizeof *slots);
  uint64_t i;

  if (slots == NULL) {
    return 0;
  }
  for (i = 0; i < intern->integer_index.slots; i++) {
    if (intern->integers[i].id != 0) {
      put(slots, &next, &intern->integers[i]);
    }
  }
  crm__free_array(memory, intern->integers, intern->integer_index.slots, sizeof *slots);
  intern->integers = slots;
  intern->integer_index = next;
  return 1;
}

void crm__integer_settle(crm__intern *intern, const integer_slot *slot)
{
  if (slot->space == 0 && crm__window_covers(&intern->window, slot->key)) {
    *crm__window_at(&intern->window, slot->key) = slot->id - 1;
    intern->window.count++;
  } else {
    put(intern->integers, &intern->integer_index, slot);
    intern->integer_index.count++;
  }
}

/* Adds a key that is not there; `at` is the slot that a search ended in, where there are slots. */
static uint32_t insert(crm__intern *intern, crm__memory *memory, uint32_t space, int64_t key, uint64_t hash,
                       uint64_t at)
{
  crm__intern_index *index = &intern->integer_index;
  uint32_t id;

  if (space > CRM__INTERN_SPACE_MAX || !crm__intern_reserve(intern, memory, space << 1)) {
    return CRM__NONE;
  }
  if (space == 0 && crm__intern_window_follow(intern, memory, key)) {
    return crm__intern_window_add(intern, memory, key);
  }
  while (crm__intern_index_full(index) || crm__intern_chain_long(index, hash >> index->shift, at)) {
    int full = crm__intern_index_full(index);
    if (full && space == 0 && crm__intern_window_take(intern, memory, key)) {
      if (crm__window_covers(&intern->window, key)) {
        return crm__intern_window_add(intern, memory, key);
      }
    } else if (!rebuild(intern, memory, !full)) {
      return CRM__NONE;
    }
    hash = crm__hash_integer(index->seed, space, key);
    at = seek(intern, space, key, hash);
  }
  id = crm__intern_put(intern, (uint64_t)key, space << 1);
  intern->integers[at].key = key;
  intern->integers[at].space = space;
  intern->integers[at].id = id + 1;
  index->count++;
  return id;
}

uint32_t crm__integer_find(const crm__intern *intern, uint32_t space, int64_t key)
{
  uint64_t hash;

  if (crm__intern_in_run(intern, space, key)) {
    return (uint32_t)((uint64_t)key - intern->run_base);
  }
  if (crm__intern_in_window(intern, space, key)) {
    return *crm__window_at(&intern->window, key);
  }
  if (intern->integer_index.count == 0) {
    return CRM__NONE;
  }
  hash = crm__hash_integer(intern->integer_index.seed, space, key);
  return intern->integers[seek(intern, space, key, hash)].id - 1U;   /* CRM__NONE of an empty slot */
}

uint32_t crm__integer_add(crm__intern *intern, crm__memory *memory, uint32_t space, int64_t key, uint64_t hash)
{
  uint64_t at = 0;

  if (crm__intern_in_run(intern, space, key)) {
    return (uint32_t)((uint64_t)key - intern->run_base);
  }
  if (crm__intern_in_window(intern, space, key)) {
    return crm__intern_window_add(intern, memory, key);
  }
  if (intern->integer_index.slots != 0) {
    at = seek(intern, space, key, hash);
    if (intern->integers[at].id != 0) {
      return intern->integers[at].id - 1;
    }
  }
  return insert(intern, memory, space, key, hash, at);
}

/* Empties a slot, moving up those that would no longer be found behind it. */
static void empty(integer_slot *slots, const crm__intern_index *index, uint64_t hole)
{
  uint64_t mask = index->slots - 1;
  uint64_t at = (hole + 1) & mask;

  while (slots[at].id != 0) {
    if (((at - home_of(index, &slots[at])) & mask) >= ((at - hole) & mask)) {
      slots[hole] = slots[at];
      hole = at;
    }
    at = (at + 1) & mask;
  }
  memset(&slots[hole], 0, sizeof slots[hole]);
}

void crm__integer_forget(crm__intern *intern, uint32_t space, int64_t key)
{
  crm__intern_index *index = &intern->integer_index;

  if (crm__intern_in_window(intern, space, key)) {
    *crm__window_at(&intern->window, key) = CRM__NONE;
    intern->window.count--;
  } else {
    empty(intern->integers, index, seek(intern, space, key, crm__hash_integer(index->seed, space, key)));
    index->count--;
  }
}

/* Batches */

/* How many keys at the begin of a batch are the window's; they are done. A key that there is no memory for is not. */
static uint64_t window_integers(crm__intern *intern, crm__memory *memory, const int64_t *keys, uint64_t count,
                                uint32_t *ids)
{
  uint64_t i;

  for (i = 0; i < count && crm__window_covers(&intern->window, keys[i]); i++) {
    if (i + WINDOW_AHEAD < count && crm__window_covers(&intern->window, keys[i + WINDOW_AHEAD])) {
      CRM__PREFETCH(crm__window_at(&intern->window, keys[i + WINDOW_AHEAD]));
    }
    ids[i] = crm__intern_window_add(intern, memory, keys[i]);
    if (ids[i] == CRM__NONE) {
      return i;
    }
  }
  return i;
}

static uint64_t foresee(const crm__intern *intern, uint32_t space, int64_t key)
{
  uint64_t hash = crm__hash_integer(intern->integer_index.seed, space, key);
  CRM__PREFETCH(crm__intern_integer_place(intern, space, key, hash));
  return hash;
}

static uint64_t table_integers(crm__intern *intern, crm__memory *memory, uint32_t space, const int64_t *keys,
                               uint64_t count, uint32_t *ids)
{
  uint64_t hashes[AHEAD];   /* of the next keys, in turn */
  uint32_t reseeds = intern->integer_index.reseeds;
  uint64_t i;

  for (i = 0; i < AHEAD && i < count; i++) {
    hashes[i] = foresee(intern, space, keys[i]);
  }
  for (i = 0; i < count; i++) {
    uint64_t hash = hashes[i % AHEAD];
    uint32_t id = CRM__NONE;
    if (i + AHEAD < count) {
      hashes[i % AHEAD] = foresee(intern, space, keys[i + AHEAD]);
    }
    if (reseeds != intern->integer_index.reseeds) {
      hash = crm__hash_integer(intern->integer_index.seed, space, keys[i]);
    }
    if (intern->integers != NULL) {
      id = intern->integers[seek(intern, space, keys[i], hash)].id - 1U;   /* CRM__NONE of an empty slot */
    }
    ids[i] = id != CRM__NONE ? id : crm__integer_add(intern, memory, space, keys[i], hash);
    if (ids[i] == CRM__NONE) {
      return i;
    }
  }
  return count;
}

uint64_t crm__intern_add_integers(crm__intern *intern, crm__memory *memory, uint32_t space, const int64_t *keys,
                                  uint64_t count, uint32_t *ids)
{
  uint64_t done = 0;

  if (space == 0) {
    done = crm__run_integers(intern, keys, count, ids);
  }
  while (done < count) {
    uint64_t stretch = count - done;
    uint64_t added;
    if (space == 0 && intern->window.count != 0) {
      done += window_integers(intern, memory, keys + done, stretch, ids + done);
      stretch = count - done < STRETCH ? count - done : STRETCH;
    }
    added = table_integers(intern, memory, space, keys + done, stretch, ids + done);
    done += added;
    if (added < stretch) {
      return done;
    }
  }
  return count;
}
