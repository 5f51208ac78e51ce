/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/intern_table.h"
#include "base/text.h"

#include <string.h>

#define SLOTS_MIN CRM__SIZE(64, 2)

/* At three quarters full, chains as long as this come up by chance once in a billion tables of ten million keys; so
 * keys were chosen to collide, and the table takes another seed. It does so a few times only: a seed costs a pass
 * over it. */
#define CHAIN_MAX 1024
#define RESEEDS_MAX 8

/* Indexes */

void crm__intern_index_open(crm__intern_index *index)
{
  index->slots = 0;
  index->count = 0;
  index->seed = CRM__HASH_SEED;
  index->shift = 0;
  index->reseeds = 0;
}

crm__intern_index crm__intern_index_next(const crm__intern_index *index, int reseed)
{
  crm__intern_index next = *index;

  if (reseed) {
    next.reseeds++;
    next.seed = crm__hash_finish(crm__multiply_fold(index->seed, CRM__MULTIPLIER_A)) ^ next.reseeds;
    return next;
  }
  next.slots = index->slots != 0 ? index->slots * 2 : SLOTS_MIN;
  next.shift = 64;
  while (next.slots >> (64 - next.shift) > 1) {
    next.shift--;
  }
  return next;
}

crm__intern_index crm__intern_index_sized(const crm__intern_index *index, uint64_t keys)
{
  crm__intern_index sized = *index;

  sized.slots = 0;
  sized.count = keys;
  while (crm__intern_index_full(&sized)) {
    sized = crm__intern_index_next(&sized, 0);
  }
  sized.count = 0;
  return sized;
}

int crm__intern_chain_long(const crm__intern_index *index, uint64_t home, uint64_t at)
{
  return ((at - home) & (index->slots - 1)) > CHAIN_MAX && index->reseeds < RESEEDS_MAX;
}

/* The whole */

void crm__intern_open(crm__intern *intern)
{
  memset(intern, 0, sizeof *intern);
  intern->integers = NULL;
  intern->text_slots = NULL;
  intern->texts = NULL;
  intern->values = NULL;
  intern->kinds = NULL;
  intern->window.ids = NULL;
  intern->arena = NULL;
  crm__intern_index_open(&intern->integer_index);
  crm__intern_index_open(&intern->text_index);
}

void crm__intern_close(crm__intern *intern, crm__memory *memory)
{
  crm__free_array(memory, intern->integers, intern->integer_index.slots, sizeof *intern->integers);
  crm__free_array(memory, intern->text_slots, intern->text_index.slots, sizeof *intern->text_slots);
  crm__free_array(memory, intern->texts, intern->text_capacity, sizeof *intern->texts);
  crm__free_array(memory, intern->values, intern->value_capacity, sizeof *intern->values);
  crm__free_array(memory, intern->kinds, intern->kind_capacity, sizeof *intern->kinds);
  crm__window_close(&intern->window, memory);
  crm__free_array(memory, intern->arena, intern->arena_capacity, 1);
  crm__intern_open(intern);
}

uint64_t crm__intern_bytes(const crm__intern *intern)
{
  return intern->integer_index.slots * sizeof *intern->integers +
         intern->text_index.slots * sizeof *intern->text_slots + intern->text_capacity * sizeof *intern->texts +
         intern->window.capacity * sizeof *intern->window.ids + intern->value_capacity * sizeof *intern->values +
         intern->kind_capacity * sizeof *intern->kinds + intern->arena_capacity;
}

int crm__intern_reserve(crm__intern *intern, crm__memory *memory, uint32_t kind)
{
  uint64_t others = intern->count - intern->run_count;
  uint64_t i;

  if (intern->count >= CRM__INTERN_IDS_MAX ||
      (others == intern->value_capacity &&
       !crm__grow(memory, &intern->values, &intern->value_capacity, others + 1, sizeof *intern->values))) {
    return 0;
  }
  if (intern->kinds != NULL) {
    return crm__grow(memory, &intern->kinds, &intern->kind_capacity, intern->count + 1, sizeof *intern->kinds);
  }
  if (kind == intern->kind || intern->count == 0) {
    return 1;
  }
  if (!crm__grow(memory, &intern->kinds, &intern->kind_capacity, intern->run_count + intern->value_capacity,
                 sizeof *intern->kinds)) {
    return 0;
  }
  for (i = 0; i < intern->count; i++) {
    intern->kinds[i] = intern->kind;
  }
  return 1;
}

/* Keys of both kinds */

crm__key crm__key_from(const char *text, size_t length)
{
  crm__key key;

  key.text = text != NULL ? text : "";
  key.length = length;
  key.integer = 0;
  /* Most texts show by their first byte that they are no integer. */
  if (length > 0 && (unsigned char)key.text[0] <= '9' && crm__canonical_integer(key.text, length, &key.integer)) {
    key.text = NULL;
    key.length = 0;
  }
  return key;
}

uint32_t crm__intern_find(const crm__intern *intern, uint32_t space, crm__key key)
{
  if (key.text == NULL) {
    return key.length == 0 ? crm__integer_find(intern, space, key.integer) : CRM__NONE;
  }
  if (intern->text_index.count != 0) {
    crm__text_probe probe;
    crm__text_prepare(&probe, intern->text_index.seed, space, key.text, key.length);
    return crm__text_find(intern, &probe);
  }
  return CRM__NONE;
}

uint32_t crm__intern_add(crm__intern *intern, crm__memory *memory, uint32_t space, crm__key key)
{
  if (key.text != NULL) {
    crm__text_probe probe;
    crm__text_prepare(&probe, intern->text_index.seed, space, key.text, key.length);
    return crm__text_add(intern, memory, &probe);
  }
  if (key.length != 0) {
    return CRM__NONE;
  }
  if (space == 0) {
    uint32_t id;
    if (crm__run_integers(intern, &key.integer, 1, &id) == 1) {
      return id;
    }
  }
  return crm__integer_add(intern, memory, space, key.integer,
                     crm__hash_integer(intern->integer_index.seed, space, key.integer));
}

crm__key crm__intern_key(const crm__intern *intern, uint32_t id, uint32_t *space)
{
  crm__key key = { NULL, 0, 0 };

  if (space != NULL) {
    *space = crm__intern_kind(intern, id) >> 1;
  }
  if ((crm__intern_kind(intern, id) & 1) != 0) {
    return crm__text_key(intern, *crm__intern_value(intern, id));
  }
  key.integer = crm__intern_integer_at(intern, id);
  return key;
}

static void forget_all(crm__intern *intern)
{
  if (intern->integers != NULL) {
    memset(intern->integers, 0, (size_t)intern->integer_index.slots * sizeof *intern->integers);
  }
  if (intern->text_slots != NULL) {
    memset(intern->text_slots, 0, (size_t)intern->text_index.slots * sizeof *intern->text_slots);
  }
  crm__window_clear(&intern->window);
  intern->run_count = 0;
  intern->integer_index.count = 0;
  intern->text_index.count = 0;
  intern->arena_used = 0;
  intern->count = 0;
}

void crm__intern_truncate(crm__intern *intern, uint64_t count)
{
  uint64_t slots = intern->integer_index.slots + intern->text_index.slots + intern->window.capacity / 4;

  if (count == 0 && intern->count >= slots / 8) {
    forget_all(intern);
  }
  while (intern->count > count) {
    uint64_t last = intern->count - 1;
    uint32_t kind = crm__intern_kind(intern, last);
    if (last < intern->run_count) {
      intern->run_count = last;
    } else if ((kind & 1) != 0) {
      crm__text_forget(intern);
    } else {
      crm__integer_forget(intern, kind >> 1, crm__intern_integer_at(intern, last));
    }
    intern->count = last;
  }
}

int crm__key_compare(crm__key a, crm__key b)
{
  size_t common = a.length < b.length ? a.length : b.length;
  int order;

  if (a.text == NULL || b.text == NULL) {
    if (a.text == NULL && b.text == NULL) {
      return (a.integer > b.integer) - (a.integer < b.integer);
    }
    return a.text == NULL ? -1 : 1;
  }
  order = common != 0 ? memcmp(a.text, b.text, common) : 0;
  if (order == 0) {
    return (a.length > b.length) - (a.length < b.length);
  }
  return order < 0 ? -1 : 1;
}
