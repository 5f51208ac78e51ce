/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/intern_table.h"
#include "base/prefetch.h"

#include <string.h>

/* The texts of an intern table: a record each, in order of first sight, and a hash table of the records' numbers. The
 * table is a third of what it is with the texts in its slots, its growth does not touch them, and a new text is written
 * behind the one before: a million texts of 13 characters in 4.5 million looks, new ones and known ones, take a fifth
 * less time than with the texts in the slots. */

typedef struct crm__intern_text record;
typedef struct crm__intern_text_slot text_slot;

void crm__text_prepare(crm__text_probe *probe, uint64_t seed, uint32_t space, const char *text, size_t length)
{
  probe->text = text;
  probe->length = length;
  probe->space = space;
  probe->likely = 0;
  probe->tag = (space < CRM__TEXT_SPACE_MAX ? space : CRM__TEXT_SPACE_MAX) << CRM__TEXT_CODE_BITS;
  if (length <= CRM__INTERN_SHORT_MAX) {
    crm__load_short(text, length, probe->words);
    probe->tag |= (uint32_t)length;
    probe->hash = crm__hash_short(seed, space, probe->words, length);
  } else {
    probe->tag |= CRM__TEXT_LONG;
    probe->hash = crm__hash_long(seed, space, text, length);
    probe->words[0] = probe->hash;
    probe->words[1] = 0;
  }
}

/* Records */

static int is_long(uint32_t tag)
{
  return (tag & CRM__TEXT_CODE_MASK) == CRM__TEXT_LONG;
}

/* A long text in the arena. */
static const char *arena_text(const crm__intern *intern, const record *text, size_t *length)
{
  const char *at = intern->arena + crm__load64(text->key + 8);

  *length = crm__load32(at);
  return at + 4;
}

static uint32_t record_space(const crm__intern *intern, const record *text)
{
  uint32_t space = text->tag >> CRM__TEXT_CODE_BITS;

  return space < CRM__TEXT_SPACE_MAX ? space : crm__intern_kind(intern, text->id) >> 1;
}

static int matches(const crm__intern *intern, const record *text, const crm__text_probe *probe)
{
  if (((crm__load64(text->key) ^ probe->words[0]) | (text->tag ^ probe->tag)) != 0) {
    return 0;
  }
  if (is_long(probe->tag)) {
    size_t length;
    const char *bytes = arena_text(intern, text, &length);
    if (length != probe->length || memcmp(bytes, probe->text, length) != 0) {
      return 0;
    }
  } else if (crm__load64(text->key + 8) != probe->words[1]) {
    return 0;
  }
  return probe->space < CRM__TEXT_SPACE_MAX || record_space(intern, text) == probe->space;
}

/* The hash of a record under a seed; `known` where the seed is the one its table has. */
static uint64_t record_hash(const crm__intern *intern, const record *text, uint64_t seed, int known)
{
  uint32_t space = record_space(intern, text);
  uint64_t words[2];

  words[0] = crm__load64(text->key);
  if (is_long(text->tag)) {
    size_t length;
    const char *bytes = arena_text(intern, text, &length);
    return known ? words[0] : crm__hash_long(seed, space, bytes, length);
  }
  words[1] = crm__load64(text->key + 8);
  return crm__hash_short(seed, space, words, text->tag & CRM__TEXT_CODE_MASK);
}

crm__key crm__text_key(const crm__intern *intern, uint64_t number)
{
  const record *text = &intern->texts[number];
  crm__key key = { NULL, 0, 0 };

  key.text = (const char *)text->key;
  key.length = text->tag & CRM__TEXT_CODE_MASK;
  if (key.length == CRM__TEXT_LONG) {
    key.text = arena_text(intern, text, &key.length);
  }
  return key;
}

/* The table */

static uint64_t slot_home(const crm__intern_index *index, const text_slot *slot)
{
  return ((uint64_t)slot->hash << 32) >> index->shift;
}

void crm__text_foresee(const crm__intern *intern, crm__text_probe *probe)
{
  const text_slot *slots = intern->text_slots;
  uint64_t mask = intern->text_index.slots - 1;
  uint32_t hash = (uint32_t)(probe->hash >> 32);
  uint64_t at = probe->hash >> intern->text_index.shift;

  if (slots == NULL) {
    return;
  }
  while (slots[at].hash != hash && slots[at].record != 0) {
    at = (at + 1) & mask;
  }
  probe->likely = slots[at].record;
  if (probe->likely != 0) {
    const record *text = &intern->texts[probe->likely - 1];
    CRM__PREFETCH(text);
    CRM__PREFETCH((const char *)(text + 1) - 1);   /* it may lie across two lines */
  }
}

/* The number + 1 of a probe's record, or 0 and *at is the empty slot where it belongs; the table has one. */
static uint32_t seek(const crm__intern *intern, const crm__text_probe *probe, uint64_t *at)
{
  const text_slot *slots = intern->text_slots;
  uint64_t mask = intern->text_index.slots - 1;
  uint32_t hash = (uint32_t)(probe->hash >> 32);

  *at = probe->hash >> intern->text_index.shift;
  while (slots[*at].record != 0) {
    if (slots[*at].hash == hash && matches(intern, &intern->texts[slots[*at].record - 1], probe)) {
      return slots[*at].record;
    }
    *at = (*at + 1) & mask;
  }
  return 0;
}

/* Puts a slot into a table that has not its key. */
static void put(text_slot *slots, const crm__intern_index *index, const text_slot *slot)
{
  uint64_t at = slot_home(index, slot);

  while (slots[at].record != 0) {
    at = (at + 1) & (index->slots - 1);
  }
  slots[at] = *slot;
}

/* Moves the slots into a table of another size. */
static void move_slots(const crm__intern *intern, text_slot *slots, const crm__intern_index *next)
{
  uint64_t i;

  for (i = 0; i < intern->text_index.slots; i++) {
    if (intern->text_slots[i].record != 0) {
      put(slots, next, &intern->text_slots[i]);
    }
  }
}

/* Gives every record its slot under another seed. */
static void seed_slots(crm__intern *intern, text_slot *slots, const crm__intern_index *next)
{
  uint64_t i;

  for (i = 0; i < next->count; i++) {
    record *text = &intern->texts[i];
    uint64_t hash = record_hash(intern, text, next->seed, 0);
    text_slot slot;
    if (is_long(text->tag)) {
      crm__store64(text->key, hash);
    }
    slot.hash = (uint32_t)(hash >> 32);
    slot.record = (uint32_t)i + 1;
    put(slots, next, &slot);
  }
}

static int rebuild(crm__intern *intern, crm__memory *memory, int reseed)
{
  crm__intern_index next = crm__intern_index_next(&intern->text_index, reseed);
  text_slot *slots = crm__alloc_array_zero(memory, next.slots, sizeof *slots);

  if (slots == NULL) {
    return 0;
  }
  if (reseed) {
    seed_slots(intern, slots, &next);
  } else {
    move_slots(intern, slots, &next);
  }
  crm__free_array(memory, intern->text_slots, intern->text_index.slots, sizeof *slots);
  intern->text_slots = slots;
  intern->text_index = next;
  return 1;
}

uint32_t crm__text_find(const crm__intern *intern, const crm__text_probe *probe)
{
  uint64_t at;
  uint32_t number = seek(intern, probe, &at);

  return number == 0 ? CRM__NONE : intern->texts[number - 1].id;
}

/* Room for the key of a probe in everything but its table. */
static int reserve(crm__intern *intern, crm__memory *memory, const crm__text_probe *probe)
{
  if (probe->space > CRM__INTERN_SPACE_MAX || (uint64_t)probe->length >= UINT32_MAX ||
      !crm__intern_reserve(intern, memory, probe->space << 1 | 1) ||
      !crm__grow(memory, &intern->texts, &intern->text_capacity, intern->text_index.count + 1,
                 sizeof *intern->texts)) {
    return 0;
  }
  return probe->length <= CRM__INTERN_SHORT_MAX ||
         crm__grow(memory, &intern->arena, &intern->arena_capacity, intern->arena_used + 4 + probe->length, 1);
}

/* Writes the next record, where there is room. */
static uint32_t append(crm__intern *intern, const crm__text_probe *probe)
{
  uint64_t number = intern->text_index.count++;
  record *text = &intern->texts[number];

  crm__store64(text->key, probe->words[0]);
  crm__store64(text->key + 8, probe->words[1]);
  text->id = crm__intern_put(intern, number, probe->space << 1 | 1);
  text->tag = probe->tag;
  if (probe->length > CRM__INTERN_SHORT_MAX) {
    unsigned char length[8];
    crm__store64(length, probe->length);
    crm__store64(text->key + 8, intern->arena_used);
    memcpy(intern->arena + intern->arena_used, length, 4);
    memcpy(intern->arena + intern->arena_used + 4, probe->text, probe->length);
    intern->arena_used += 4 + probe->length;
  }
  return text->id;
}

uint32_t crm__text_add(crm__intern *intern, crm__memory *memory, crm__text_probe *probe)
{
  crm__intern_index *index = &intern->text_index;
  uint64_t at = 0;

  if (probe->likely != 0 && matches(intern, &intern->texts[probe->likely - 1], probe)) {
    return intern->texts[probe->likely - 1].id;
  }
  if (index->slots != 0) {
    uint32_t number = seek(intern, probe, &at);
    if (number != 0) {
      return intern->texts[number - 1].id;
    }
  }
  if (!reserve(intern, memory, probe)) {
    return CRM__NONE;
  }
  while (crm__intern_index_full(index) ||
         crm__intern_chain_long(index, probe->hash >> index->shift, at)) {
    if (!rebuild(intern, memory, !crm__intern_index_full(index))) {
      return CRM__NONE;
    }
    crm__text_prepare(probe, index->seed, probe->space, probe->text, probe->length);
    (void)seek(intern, probe, &at);
  }
  intern->text_slots[at].hash = (uint32_t)(probe->hash >> 32);
  intern->text_slots[at].record = (uint32_t)index->count + 1;
  return append(intern, probe);
}

/* Empties a slot, moving up those that would no longer be found behind it. */
static void empty(text_slot *slots, const crm__intern_index *index, uint64_t hole)
{
  uint64_t mask = index->slots - 1;
  uint64_t at = (hole + 1) & mask;

  while (slots[at].record != 0) {
    if (((at - slot_home(index, &slots[at])) & mask) >= ((at - hole) & mask)) {
      slots[hole] = slots[at];
      hole = at;
    }
    at = (at + 1) & mask;
  }
  memset(&slots[hole], 0, sizeof slots[hole]);
}

void crm__text_forget(crm__intern *intern)
{
  uint64_t number = intern->text_index.count - 1;
  const record *text = &intern->texts[number];
  uint64_t hash = record_hash(intern, text, intern->text_index.seed, 1);
  uint64_t at = hash >> intern->text_index.shift;

  while (intern->text_slots[at].record != number + 1) {
    at = (at + 1) & (intern->text_index.slots - 1);
  }
  if (is_long(text->tag)) {
    intern->arena_used = crm__load64(text->key + 8);
  }
  empty(intern->text_slots, &intern->text_index, at);
  intern->text_index.count = number;
}
