/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/intern.h"

#include <string.h>

#include "base/hash.h"
#include "base/prefetch.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "base/text.h"

#define SLOTS_MIN CRM__SIZE(64, 2)
#define IDS_MAX (UINT64_C(0x7FFFFFFF) - 1)
#define SPACE_MAX UINT32_C(0x7FFFFFFF)
#define BLOCK CRM__SIZE(32, 2)             /* slots that are moved together */
#define AHEAD CRM__SIZE(32, 2)             /* keys of a batch whose slots are asked for ahead */

/* At three quarters full, chains as long as this come up by chance once in a billion tables of ten million keys; so
 * keys were chosen to collide, and the table takes another seed. It does so a few times only: a seed costs a pass
 * over it. */
#define CHAIN_MAX 1024
#define RESEEDS_MAX 8

/* A window is looked for when a table of this size or more is full, in a sample of its keys. */
#define WINDOW_SLOTS_MIN CRM__SIZE(512, 8)
#define SAMPLE CRM__SIZE(512, 4)
#define WINDOW_AHEAD CRM__SIZE(16, 2)      /* keys of a batch whose entries in the window are asked for ahead */
#define STRETCH CRM__SIZE(256, 3)          /* keys of a batch that go to the tables before the window is tried again */

#define SHORT_MAX 16
#define CODE_LONG 17u        /* in a tag, in place of the length of a short text */
#define CODE_BITS 5
#define CODE_MASK ((1u << CODE_BITS) - 1)
#define TAG_SPACE_MAX ((UINT32_C(1) << (32 - CODE_BITS)) - 1)   /* stands for: see kinds[] */

/* In both kinds of slot `id` is the id + 1, and 0 is an empty slot, which is 0 in all of its bytes. */
struct crm__intern_integer_slot {
  int64_t key;
  uint32_t space;
  uint32_t id;
};

/* A short text padded with zeros, or the hash and the arena offset of a long one as two little-endian words. */
struct crm__intern_text_slot {
  unsigned char key[SHORT_MAX];
  uint32_t id;
  uint32_t tag;   /* length or CODE_LONG, then the space */
};

typedef struct crm__intern_integer_slot integer_slot;
typedef struct crm__intern_text_slot text_slot;

/* A text key made ready for its table. */
typedef struct text_probe {
  uint64_t hash;
  uint64_t words[2];   /* as in the slot */
  const char *text;
  size_t length;
  uint32_t tag;
  uint32_t space;
} text_probe;

static text_probe make_probe(uint64_t seed, uint32_t space, const char *text, size_t length)
{
  text_probe probe;

  probe.text = text;
  probe.length = length;
  probe.space = space;
  probe.tag = (space < TAG_SPACE_MAX ? space : TAG_SPACE_MAX) << CODE_BITS;
  if (length <= SHORT_MAX) {
    crm__load_short(text, length, probe.words);
    probe.tag |= (uint32_t)length;
    probe.hash = crm__hash_short(seed, space, probe.words, length);
  } else {
    probe.tag |= CODE_LONG;
    probe.hash = crm__hash_long(seed, space, text, length);
    probe.words[0] = probe.hash;
    probe.words[1] = 0;
  }
  return probe;
}

/* Indexes */

static void index_open(crm__intern_index *index)
{
  index->slots = 0;
  index->count = 0;
  index->seed = CRM__HASH_SEED;
  index->shift = 0;
  index->reseeds = 0;
}

static int index_is_full(const crm__intern_index *index)
{
  return (index->count + 1) * 4 > index->slots * 3;
}

/* The index after growth, or of the same size with another seed. */
static crm__intern_index index_next(const crm__intern_index *index, int reseed)
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

/* The index of an empty table with room for so many keys and one more. */
static crm__intern_index index_sized(const crm__intern_index *index, uint64_t keys)
{
  crm__intern_index sized = *index;

  sized.slots = 0;
  sized.count = keys;
  while (index_is_full(&sized)) {
    sized = index_next(&sized, 0);
  }
  sized.count = 0;
  return sized;
}

/* Twice the space, plus 1 for a text. */
static uint32_t kind_of(const crm__intern *intern, uint64_t id)
{
  return intern->kinds != NULL ? intern->kinds[id] : intern->kind;
}

/* The space of the key whose slot says `id`. */
static uint32_t slot_space(const crm__intern *intern, uint32_t id)
{
  return kind_of(intern, id - 1) >> 1;
}

void crm__intern_open(crm__intern *intern)
{
  memset(intern, 0, sizeof *intern);
  intern->integers = NULL;
  intern->texts = NULL;
  intern->values = NULL;
  intern->kinds = NULL;
  intern->window.ids = NULL;
  intern->arena = NULL;
  index_open(&intern->integer_index);
  index_open(&intern->text_index);
}

void crm__intern_close(crm__intern *intern, crm__memory *memory)
{
  crm__free_array(memory, intern->integers, intern->integer_index.slots, sizeof *intern->integers);
  crm__free_array(memory, intern->texts, intern->text_index.slots, sizeof *intern->texts);
  crm__free_array(memory, intern->values, intern->value_capacity, sizeof *intern->values);
  crm__free_array(memory, intern->kinds, intern->kind_capacity, sizeof *intern->kinds);
  crm__window_close(&intern->window, memory);
  crm__free_array(memory, intern->arena, intern->arena_capacity, 1);
  crm__intern_open(intern);
}

uint64_t crm__intern_bytes(const crm__intern *intern)
{
  return intern->integer_index.slots * sizeof *intern->integers + intern->text_index.slots * sizeof *intern->texts +
         intern->window.capacity * sizeof *intern->window.ids + intern->value_capacity * sizeof *intern->values +
         intern->kind_capacity * sizeof *intern->kinds + intern->arena_capacity;
}

/* The integer whose bits are in values[]. */
static int64_t integer_of(uint64_t bits)
{
  int64_t value;

  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Where the value of an id is kept that is not of the run. */
static uint64_t *value_at(const crm__intern *intern, uint64_t id)
{
  return &intern->values[id - intern->run_count];
}

static int64_t integer_at(const crm__intern *intern, uint64_t id)
{
  return integer_of(id < intern->run_count ? intern->run_base + id : *value_at(intern, id));
}

/* Room for one more id, of a kind. */
static int id_reserve(crm__intern *intern, crm__memory *memory, uint32_t kind)
{
  uint64_t others = intern->count - intern->run_count;
  uint64_t i;

  if (intern->count >= IDS_MAX ||
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

/* The next id, where it is reserved. */
static uint32_t id_put(crm__intern *intern, uint64_t value, uint32_t kind)
{
  *value_at(intern, intern->count) = value;
  if (intern->kinds != NULL) {
    intern->kinds[intern->count] = kind;
  } else {
    intern->kind = kind;
  }
  return (uint32_t)intern->count++;
}

/* Whether a key that was put `at` would be suspiciously far from where its hash leads. */
static int chain_is_long(const crm__intern_index *index, uint64_t hash, uint64_t at)
{
  return ((at - (hash >> index->shift)) & (index->slots - 1)) > CHAIN_MAX && index->reseeds < RESEEDS_MAX;
}

/* Integers */

static int in_run(const crm__intern *intern, uint32_t space, int64_t key)
{
  return (uint64_t)key - intern->run_base < intern->run_count && space == 0;
}

/* How many keys at the begin of a batch are in the run or continue it; they are done. */
static uint64_t run_integers(crm__intern *intern, const int64_t *keys, uint64_t count, uint32_t *ids)
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
    if (id > run || (id == run && (!open || run == IDS_MAX))) {
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
static uint64_t integer_seek(const crm__intern *intern, uint32_t space, int64_t key, uint64_t hash)
{
  const integer_slot *slots = intern->integers;
  uint64_t mask = intern->integer_index.slots - 1;
  uint64_t at = hash >> intern->integer_index.shift;

  while ((slots[at].key != key || slots[at].space != space) && slots[at].id != 0) {
    at = (at + 1) & mask;
  }
  return at;
}

/* Puts a slot into a table that has not its key; the index's count stays. */
static void integer_put(integer_slot *slots, const crm__intern_index *index, const integer_slot *slot)
{
  uint64_t at = crm__hash_integer(index->seed, slot->space, slot->key) >> index->shift;

  while (slots[at].id != 0) {
    at = (at + 1) & (index->slots - 1);
  }
  slots[at] = *slot;
}

static int integer_rebuild(crm__intern *intern, crm__memory *memory, int reseed)
{
  crm__intern_index next = index_next(&intern->integer_index, reseed);
  integer_slot *slots = crm__alloc_array_zero(memory, next.slots, sizeof *slots);
  uint64_t i;

  if (slots == NULL) {
    return 0;
  }
  for (i = 0; i < intern->integer_index.slots; i++) {
    if (intern->integers[i].id != 0) {
      integer_put(slots, &next, &intern->integers[i]);
    }
  }
  crm__free_array(memory, intern->integers, intern->integer_index.slots, sizeof *slots);
  intern->integers = slots;
  intern->integer_index = next;
  return 1;
}

/* Puts a slot where its key belongs. */
static void integer_settle(crm__intern *intern, const integer_slot *slot)
{
  if (slot->space == 0 && crm__window_covers(&intern->window, slot->key)) {
    *crm__window_at(&intern->window, slot->key) = slot->id - 1;
    intern->window.count++;
  } else {
    integer_put(intern->integers, &intern->integer_index, slot);
    intern->integer_index.count++;
  }
}

/* Widens the window to a place or puts it there anew. `taken` keys of the table lie in the place. 0: no memory,
 * nothing changed. */
static int window_move(crm__intern *intern, crm__memory *memory, const crm__window *place, uint64_t taken)
{
  integer_slot *slots = intern->integers;
  crm__intern_index index = intern->integer_index;
  crm__window window = intern->window;
  int wider = crm__window_within(&window, place);
  uint64_t left = index.count - taken + (wider ? 0 : window.count);
  crm__intern_index next = index_sized(&index, left);
  integer_slot *made = crm__alloc_array_zero(memory, next.slots, sizeof *made);
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
      integer_settle(intern, &slots[i]);
    }
  }
  for (i = 0; !wider && i < window.capacity; i++) {
    if (window.ids[i] != CRM__NONE) {
      integer_slot slot = { 0, 0, 0 };
      slot.key = integer_of(window.base + i);
      slot.id = window.ids[i] + 1;
      integer_settle(intern, &slot);
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
    const integer_slot *slot = &intern->integers[i];
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

/* Before the full table grows for a new key of space 0: whether the window can take an eighth of its keys, or more,
 * instead. So what is done here is paid for by the keys that came since the last time. */
static int window_take(crm__intern *intern, crm__memory *memory, int64_t key)
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
  if (index->slots < WINDOW_SLOTS_MIN || !window_search(intern, &place)) {
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

/* Doubles the window upwards where it then covers a key behind its end, and is full enough for that: keys that are
 * given one after the other never go through the table. 0: it is as it was. */
static int window_follow(crm__intern *intern, crm__memory *memory, int64_t key)
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

/* Adds a key that the window covers and does not know. */
static uint32_t window_insert(crm__intern *intern, crm__memory *memory, int64_t key)
{
  uint32_t id;

  if (!id_reserve(intern, memory, 0)) {
    return CRM__NONE;
  }
  id = id_put(intern, (uint64_t)key, 0);
  *crm__window_at(&intern->window, key) = id;
  intern->window.count++;
  return id;
}

static uint32_t window_add(crm__intern *intern, crm__memory *memory, int64_t key)
{
  uint32_t id = *crm__window_at(&intern->window, key);

  if (id == CRM__NONE) {
    id = in_run(intern, 0, key) ? (uint32_t)((uint64_t)key - intern->run_base) : window_insert(intern, memory, key);
  }
  return id;
}

/* Adds a key that is not there; `at` is the slot that a search ended in, where there are slots. */
static uint32_t integer_insert(crm__intern *intern, crm__memory *memory, uint32_t space, int64_t key, uint64_t hash,
                               uint64_t at)
{
  crm__intern_index *index = &intern->integer_index;
  uint32_t id;

  if (space > SPACE_MAX || !id_reserve(intern, memory, space << 1)) {
    return CRM__NONE;
  }
  if (space == 0 && window_follow(intern, memory, key)) {
    return window_insert(intern, memory, key);
  }
  while (index_is_full(index) || chain_is_long(index, hash, at)) {
    int full = index_is_full(index);
    if (full && space == 0 && window_take(intern, memory, key)) {
      if (crm__window_covers(&intern->window, key)) {
        return window_insert(intern, memory, key);
      }
    } else if (!integer_rebuild(intern, memory, !full)) {
      return CRM__NONE;
    }
    hash = crm__hash_integer(index->seed, space, key);
    at = integer_seek(intern, space, key, hash);
  }
  id = id_put(intern, (uint64_t)key, space << 1);
  intern->integers[at].key = key;
  intern->integers[at].space = space;
  intern->integers[at].id = id + 1;
  index->count++;
  return id;
}

static int in_window(const crm__intern *intern, uint32_t space, int64_t key)
{
  return crm__window_covers(&intern->window, key) && space == 0;
}

static uint32_t integer_add(crm__intern *intern, crm__memory *memory, uint32_t space, int64_t key, uint64_t hash)
{
  uint64_t at = 0;

  if (in_run(intern, space, key)) {
    return (uint32_t)((uint64_t)key - intern->run_base);
  }
  if (in_window(intern, space, key)) {
    return window_add(intern, memory, key);
  }
  if (intern->integer_index.slots != 0) {
    at = integer_seek(intern, space, key, hash);
    if (intern->integers[at].id != 0) {
      return intern->integers[at].id - 1;
    }
  }
  return integer_insert(intern, memory, space, key, hash, at);
}

/* Empties the slot of a key, moving up those that would no longer be found behind it. */
static void integer_remove(crm__intern *intern, uint32_t space, int64_t key)
{
  crm__intern_index *index = &intern->integer_index;
  integer_slot *slots = intern->integers;
  uint64_t mask = index->slots - 1;
  uint64_t hole = integer_seek(intern, space, key, crm__hash_integer(index->seed, space, key));
  uint64_t at = (hole + 1) & mask;

  while (slots[at].id != 0) {
    uint64_t home = crm__hash_integer(index->seed, slots[at].space, slots[at].key) >> index->shift;
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      slots[hole] = slots[at];
      hole = at;
    }
    at = (at + 1) & mask;
  }
  memset(&slots[hole], 0, sizeof slots[hole]);
  index->count--;
}

/* Texts */

/* A long text in the arena. */
static const char *arena_text(const crm__intern *intern, const text_slot *slot, size_t *length)
{
  const char *at = intern->arena + crm__load64(slot->key + 8);

  *length = crm__load32(at);
  return at + 4;
}

static int text_matches(const crm__intern *intern, const text_slot *slot, const text_probe *probe)
{
  if (slot->tag != probe->tag || crm__load64(slot->key) != probe->words[0]) {
    return 0;
  }
  if ((probe->tag & CODE_MASK) == CODE_LONG) {
    size_t length;
    const char *text = arena_text(intern, slot, &length);
    if (length != probe->length || memcmp(text, probe->text, length) != 0) {
      return 0;
    }
  } else if (crm__load64(slot->key + 8) != probe->words[1]) {
    return 0;
  }
  return probe->space < TAG_SPACE_MAX || slot_space(intern, slot->id) == probe->space;
}

/* As text_matches, for a short text of a space that the tag holds. */
static int short_matches(const text_slot *slot, const text_probe *probe)
{
  uint64_t first = crm__load64(slot->key) ^ probe->words[0];
  uint64_t second = crm__load64(slot->key + 8) ^ probe->words[1];

  return (first | second | (slot->tag ^ probe->tag)) == 0;
}

/* As integer_seek. */
static uint64_t text_seek(const crm__intern *intern, const text_probe *probe)
{
  const text_slot *slots = intern->texts;
  uint64_t mask = intern->text_index.slots - 1;
  uint64_t at = probe->hash >> intern->text_index.shift;

  if (probe->length > SHORT_MAX || probe->space >= TAG_SPACE_MAX) {
    while (slots[at].id != 0 && !text_matches(intern, &slots[at], probe)) {
      at = (at + 1) & mask;
    }
  } else {
    while (!short_matches(&slots[at], probe) && slots[at].id != 0) {
      at = (at + 1) & mask;
    }
  }
  return at;
}

/* The hash of a slot under a seed; `known` where the seed is the one its table has. */
static uint64_t slot_hash(const crm__intern *intern, const text_slot *slot, uint64_t seed, int known)
{
  uint32_t code = slot->tag & CODE_MASK;
  uint32_t space = slot->tag >> CODE_BITS;
  uint64_t words[2];

  words[0] = crm__load64(slot->key);
  if (code == CODE_LONG && known) {
    return words[0];
  }
  if (space == TAG_SPACE_MAX) {
    space = slot_space(intern, slot->id);
  }
  if (code == CODE_LONG) {
    size_t length;
    const char *text = arena_text(intern, slot, &length);
    return crm__hash_long(seed, space, text, length);
  }
  words[1] = crm__load64(slot->key + 8);
  return crm__hash_short(seed, space, words, code);
}

/* Moves a slot of the old table into the new one. */
static void text_move(crm__intern *intern, const text_slot *slot, uint64_t hash, text_slot *slots,
                      const crm__intern_index *next)
{
  uint64_t at = hash >> next->shift;

  while (slots[at].id != 0) {
    at = (at + 1) & (next->slots - 1);
  }
  slots[at] = *slot;
  if ((slot->tag & CODE_MASK) == CODE_LONG) {
    crm__store64(slots[at].key, hash);
  }
  *value_at(intern, slot->id - 1) = at;
}

static int text_rebuild(crm__intern *intern, crm__memory *memory, int reseed)
{
  crm__intern_index next = index_next(&intern->text_index, reseed);
  text_slot *slots = crm__alloc_array_zero(memory, next.slots, sizeof *slots);
  uint64_t base;

  if (slots == NULL) {
    return 0;
  }
  for (base = 0; base < intern->text_index.slots; base += BLOCK) {
    const text_slot *old = &intern->texts[base];
    int i;
    for (i = 0; i < BLOCK; i++) {
      if (old[i].id != 0) {
        CRM__PREFETCH(value_at(intern, old[i].id - 1));
      }
    }
    for (i = 0; i < BLOCK; i++) {
      if (old[i].id != 0) {
        text_move(intern, &old[i], slot_hash(intern, &old[i], next.seed, !reseed), slots, &next);
      }
    }
  }
  crm__free_array(memory, intern->texts, intern->text_index.slots, sizeof *slots);
  intern->texts = slots;
  intern->text_index = next;
  return 1;
}

/* Room for the key of a probe in everything but its table. */
static int text_reserve(crm__intern *intern, crm__memory *memory, const text_probe *probe)
{
  if (probe->space > SPACE_MAX || (uint64_t)probe->length > UINT32_MAX ||
      !id_reserve(intern, memory, probe->space << 1 | 1)) {
    return 0;
  }
  return probe->length <= SHORT_MAX ||
         crm__grow(memory, &intern->arena, &intern->arena_capacity, intern->arena_used + 4 + probe->length, 1);
}

static void text_put(crm__intern *intern, const text_probe *probe, uint64_t at)
{
  text_slot *slot = &intern->texts[at];

  crm__store64(slot->key, probe->words[0]);
  crm__store64(slot->key + 8, probe->words[1]);
  slot->id = id_put(intern, at, probe->space << 1 | 1) + 1;
  slot->tag = probe->tag;
  if (probe->length > SHORT_MAX) {
    unsigned char length[8];
    crm__store64(length, probe->length);
    crm__store64(slot->key + 8, intern->arena_used);
    memcpy(intern->arena + intern->arena_used, length, 4);
    memcpy(intern->arena + intern->arena_used + 4, probe->text, probe->length);
    intern->arena_used += 4 + probe->length;
  }
  intern->text_index.count++;
}

static uint32_t text_add(crm__intern *intern, crm__memory *memory, text_probe *probe)
{
  crm__intern_index *index = &intern->text_index;
  uint64_t at = 0;

  if (index->slots != 0) {
    at = text_seek(intern, probe);
    if (intern->texts[at].id != 0) {
      return intern->texts[at].id - 1;
    }
  }
  if (!text_reserve(intern, memory, probe)) {
    return CRM__NONE;
  }
  while (index_is_full(index) || chain_is_long(index, probe->hash, at)) {
    if (!text_rebuild(intern, memory, !index_is_full(index))) {
      return CRM__NONE;
    }
    *probe = make_probe(index->seed, probe->space, probe->text, probe->length);
    at = text_seek(intern, probe);
  }
  text_put(intern, probe, at);
  return (uint32_t)(intern->count - 1);
}

/* As integer_remove; the slot holds the last id, so a long text is the last of the arena. */
static void text_remove(crm__intern *intern, uint64_t hole)
{
  crm__intern_index *index = &intern->text_index;
  text_slot *slots = intern->texts;
  uint64_t mask = index->slots - 1;
  uint64_t at = (hole + 1) & mask;

  if ((slots[hole].tag & CODE_MASK) == CODE_LONG) {
    intern->arena_used = crm__load64(slots[hole].key + 8);
  }
  while (slots[at].id != 0) {
    uint64_t home = slot_hash(intern, &slots[at], index->seed, 1) >> index->shift;
    if (((at - home) & mask) >= ((at - hole) & mask)) {
      slots[hole] = slots[at];
      *value_at(intern, slots[hole].id - 1) = hole;
      hole = at;
    }
    at = (at + 1) & mask;
  }
  memset(&slots[hole], 0, sizeof slots[hole]);
  index->count--;
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

static uint32_t integer_find(const crm__intern *intern, uint32_t space, int64_t key)
{
  uint64_t hash;

  if (in_run(intern, space, key)) {
    return (uint32_t)((uint64_t)key - intern->run_base);
  }
  if (in_window(intern, space, key)) {
    return *crm__window_at(&intern->window, key);
  }
  if (intern->integer_index.count == 0) {
    return CRM__NONE;
  }
  hash = crm__hash_integer(intern->integer_index.seed, space, key);
  return intern->integers[integer_seek(intern, space, key, hash)].id - 1U;   /* CRM__NONE of an empty slot */
}

uint32_t crm__intern_find(const crm__intern *intern, uint32_t space, crm__key key)
{
  if (key.text == NULL) {
    return key.length == 0 ? integer_find(intern, space, key.integer) : CRM__NONE;
  }
  if (intern->text_index.count != 0) {
    text_probe probe = make_probe(intern->text_index.seed, space, key.text, key.length);
    return intern->texts[text_seek(intern, &probe)].id - 1U;
  }
  return CRM__NONE;
}

uint32_t crm__intern_add(crm__intern *intern, crm__memory *memory, uint32_t space, crm__key key)
{
  if (key.text != NULL) {
    text_probe probe = make_probe(intern->text_index.seed, space, key.text, key.length);
    return text_add(intern, memory, &probe);
  }
  if (key.length != 0) {
    return CRM__NONE;
  }
  if (space == 0) {
    uint32_t id;
    if (run_integers(intern, &key.integer, 1, &id) == 1) {
      return id;
    }
  }
  return integer_add(intern, memory, space, key.integer,
                     crm__hash_integer(intern->integer_index.seed, space, key.integer));
}

/* Batches */

/* What a search for an integer will read first; NULL: nothing. */
static const void *integer_place(const crm__intern *intern, uint32_t space, int64_t key, uint64_t hash)
{
  if (in_window(intern, space, key)) {
    return crm__window_at(&intern->window, key);
  }
  return intern->integers != NULL ? &intern->integers[hash >> intern->integer_index.shift] : NULL;
}

/* How many keys at the begin of a batch are the window's; they are done. A key that there is no memory for is not. */
static uint64_t window_integers(crm__intern *intern, crm__memory *memory, const int64_t *keys, uint64_t count,
                                uint32_t *ids)
{
  uint64_t i;

  for (i = 0; i < count && crm__window_covers(&intern->window, keys[i]); i++) {
    if (i + WINDOW_AHEAD < count && crm__window_covers(&intern->window, keys[i + WINDOW_AHEAD])) {
      CRM__PREFETCH(crm__window_at(&intern->window, keys[i + WINDOW_AHEAD]));
    }
    ids[i] = window_add(intern, memory, keys[i]);
    if (ids[i] == CRM__NONE) {
      return i;
    }
  }
  return i;
}

/* Hashes the first keys of a batch, AHEAD at most, and asks for their slots. */
static void hash_block(const crm__intern *intern, uint32_t space, const int64_t *keys, uint64_t count, uint64_t *hashes)
{
  uint64_t seed = intern->integer_index.seed;
  uint64_t i;

  for (i = 0; i < count && i < AHEAD; i++) {
    hashes[i] = crm__hash_integer(seed, space, keys[i]);
    CRM__PREFETCH(integer_place(intern, space, keys[i], hashes[i]));
  }
}

static uint64_t table_integers(crm__intern *intern, crm__memory *memory, uint32_t space, const int64_t *keys,
                               uint64_t count, uint32_t *ids)
{
  uint64_t hashes[2][AHEAD];   /* of the block at hand and the next one */
  uint32_t reseeds = intern->integer_index.reseeds;
  uint64_t i;

  hash_block(intern, space, keys, count, hashes[0]);
  for (i = 0; i < count; i++) {
    uint64_t *block = hashes[i / AHEAD & 1];
    uint64_t hash = block[i % AHEAD];
    uint32_t id = CRM__NONE;
    if (i % AHEAD == 0 && i + AHEAD < count) {
      hash_block(intern, space, keys + i + AHEAD, count - i - AHEAD, hashes[(i / AHEAD + 1) & 1]);
    }
    if (reseeds != intern->integer_index.reseeds) {
      hash = crm__hash_integer(intern->integer_index.seed, space, keys[i]);
    }
    if (intern->integers != NULL) {
      id = intern->integers[integer_seek(intern, space, keys[i], hash)].id - 1U;   /* CRM__NONE of an empty slot */
    }
    ids[i] = id != CRM__NONE ? id : integer_add(intern, memory, space, keys[i], hash);
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
    done = run_integers(intern, keys, count, ids);
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

/* Makes a key of a batch ready, of an integer its hash alone, and asks for its slot. A text's may lie across two
 * lines. */
static void prepare(const crm__intern *intern, uint32_t space, const crm__key *key, text_probe *probe)
{
  if (key->text != NULL) {
    *probe = make_probe(intern->text_index.seed, space, key->text, key->length);
    if (intern->texts != NULL) {
      const text_slot *slot = &intern->texts[probe->hash >> intern->text_index.shift];
      CRM__PREFETCH(slot);
      CRM__PREFETCH((const char *)(slot + 1) - 1);
    }
  } else {
    probe->hash = crm__hash_integer(intern->integer_index.seed, space, key->integer);
    CRM__PREFETCH(integer_place(intern, space, key->integer, probe->hash));
  }
}

/* As window_integers; no key at all is done too. */
static uint64_t window_keys(crm__intern *intern, crm__memory *memory, const crm__key *keys, uint64_t count,
                            uint32_t *ids)
{
  uint64_t i;

  for (i = 0; i < count && keys[i].text == NULL; i++) {
    if (i + WINDOW_AHEAD < count && crm__window_covers(&intern->window, keys[i + WINDOW_AHEAD].integer)) {
      CRM__PREFETCH(crm__window_at(&intern->window, keys[i + WINDOW_AHEAD].integer));
    }
    ids[i] = CRM__NONE;
    if (keys[i].length == 0) {
      if (!crm__window_covers(&intern->window, keys[i].integer)) {
        return i;
      }
      ids[i] = window_add(intern, memory, keys[i].integer);
      if (ids[i] == CRM__NONE) {
        return i;
      }
    }
  }
  return i;
}

static uint64_t table_keys(crm__intern *intern, crm__memory *memory, uint32_t space, const crm__key *keys,
                           uint64_t count, uint32_t *ids)
{
  text_probe probes[AHEAD];
  uint32_t reseeds = intern->integer_index.reseeds + intern->text_index.reseeds;
  uint64_t i;

  for (i = 0; i < count + AHEAD; i++) {
    text_probe *probe = &probes[i % AHEAD];
    if (i >= AHEAD) {
      uint64_t done = i - AHEAD;
      const crm__key *key = &keys[done];
      int none = key->text == NULL && key->length != 0;
      if (none || reseeds != intern->integer_index.reseeds + intern->text_index.reseeds) {
        ids[done] = crm__intern_add(intern, memory, space, *key);
      } else if (key->text != NULL) {
        ids[done] = text_add(intern, memory, probe);
      } else {
        ids[done] = integer_add(intern, memory, space, key->integer, probe->hash);
      }
      if (ids[done] == CRM__NONE && !none) {
        return done;
      }
    }
    if (i < count) {
      prepare(intern, space, &keys[i], probe);
    }
  }
  return count;
}

uint64_t crm__intern_add_keys(crm__intern *intern, crm__memory *memory, uint32_t space, const crm__key *keys,
                              uint64_t count, uint32_t *ids)
{
  uint64_t done = 0;

  while (done < count) {
    uint64_t stretch = count - done;
    uint64_t added;
    if (space == 0 && intern->window.count != 0) {
      done += window_keys(intern, memory, keys + done, stretch, ids + done);
      stretch = count - done < STRETCH ? count - done : STRETCH;
    }
    added = table_keys(intern, memory, space, keys + done, stretch, ids + done);
    done += added;
    if (added < stretch) {
      return done;
    }
  }
  return count;
}

crm__key crm__intern_key(const crm__intern *intern, uint32_t id, uint32_t *space)
{
  crm__key key = { NULL, 0, 0 };

  if (space != NULL) {
    *space = kind_of(intern, id) >> 1;
  }
  if ((kind_of(intern, id) & 1) == 0) {
    key.integer = integer_at(intern, id);
  } else {
    const text_slot *slot = &intern->texts[*value_at(intern, id)];
    key.text = (const char *)slot->key;
    key.length = slot->tag & CODE_MASK;
    if (key.length == CODE_LONG) {
      key.text = arena_text(intern, slot, &key.length);
    }
  }
  return key;
}

static void forget_all(crm__intern *intern)
{
  if (intern->integers != NULL) {
    memset(intern->integers, 0, (size_t)intern->integer_index.slots * sizeof *intern->integers);
  }
  if (intern->texts != NULL) {
    memset(intern->texts, 0, (size_t)intern->text_index.slots * sizeof *intern->texts);
  }
  crm__window_clear(&intern->window);
  intern->run_count = 0;
  intern->integer_index.count = 0;
  intern->text_index.count = 0;
  intern->arena_used = 0;
  intern->count = 0;
}

static void integer_forget(crm__intern *intern, uint32_t space, int64_t key)
{
  if (in_window(intern, space, key)) {
    *crm__window_at(&intern->window, key) = CRM__NONE;
    intern->window.count--;
  } else {
    integer_remove(intern, space, key);
  }
}

void crm__intern_truncate(crm__intern *intern, uint64_t count)
{
  uint64_t slots = intern->integer_index.slots + intern->text_index.slots + intern->window.capacity / 4;

  if (count == 0 && intern->count >= slots / 8) {
    forget_all(intern);
  }
  while (intern->count > count) {
    uint64_t last = intern->count - 1;
    uint32_t kind = kind_of(intern, last);
    if (last < intern->run_count) {
      intern->run_count = last;
    } else if ((kind & 1) != 0) {
      text_remove(intern, *value_at(intern, last));
    } else {
      integer_forget(intern, kind >> 1, integer_at(intern, last));
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

/* Ranks */

typedef struct rank_scratch {
  uint64_t *keys;
  uint64_t *spare_keys;
  uint32_t *ids;
  uint32_t *spare_ids;
} rank_scratch;

static int compare_ids(const void *context, uint32_t a, uint32_t b)
{
  const crm__intern *intern = context;
  uint32_t space_a;
  uint32_t space_b;
  crm__key key_a = crm__intern_key(intern, a, &space_a);
  crm__key key_b = crm__intern_key(intern, b, &space_b);
  int order = crm__key_compare(key_a, key_b);

  return order != 0 ? order : (space_a > space_b) - (space_a < space_b);
}

/* Puts into order the runs of ids whose sorted words are equal. */
static void settle_runs(const crm__intern *intern, rank_scratch *scratch, uint64_t from, uint64_t to)
{
  uint64_t at = from;

  while (at < to) {
    uint64_t end = at + 1;
    while (end < to && scratch->keys[end] == scratch->keys[at]) {
      end++;
    }
    if (end - at > 1) {
      crm__merge_sort(scratch->ids + at, scratch->spare_ids + at, end - at, compare_ids, intern);
    }
    at = end;
  }
}

/* Eight bytes of a text from `at` on, padded with zeros: compares as the bytes do. */
static uint64_t text_word(const crm__intern *intern, uint32_t id, size_t at)
{
  crm__key key = crm__intern_key(intern, id, NULL);
  uint64_t word = 0;
  size_t i;

  for (i = at; i < at + 8; i++) {
    word = word << 8 | (i < key.length ? (unsigned char)key.text[i] : 0u);
  }
  return word;
}

static uint64_t rank_integers(const crm__intern *intern, rank_scratch *scratch)
{
  uint64_t count = 0;
  uint64_t i;

  for (i = 0; i < intern->count; i++) {
    if ((kind_of(intern, i) & 1) == 0) {
      scratch->keys[count] = crm__sortable(integer_at(intern, i));
      scratch->ids[count] = (uint32_t)i;
      count++;
    }
  }
  crm__radix_sort(scratch->keys, scratch->ids, scratch->spare_keys, scratch->spare_ids, count);
  settle_runs(intern, scratch, 0, count);
  return count;
}

/* By the second eight bytes, then stably by the first: what is left to compare are long texts that begin alike. */
static void rank_texts(const crm__intern *intern, rank_scratch *scratch, uint64_t from)
{
  uint64_t count = from;
  uint64_t i;

  for (i = 0; i < intern->text_index.slots; i++) {
    if (intern->texts[i].id != 0) {
      scratch->ids[count] = intern->texts[i].id - 1;
      scratch->keys[count] = text_word(intern, scratch->ids[count], 8);
      count++;
    }
  }
  crm__radix_sort(scratch->keys + from, scratch->ids + from, scratch->spare_keys, scratch->spare_ids, count - from);
  for (i = from; i < count; i++) {
    scratch->keys[i] = text_word(intern, scratch->ids[i], 0);
  }
  crm__radix_sort(scratch->keys + from, scratch->ids + from, scratch->spare_keys, scratch->spare_ids, count - from);
  settle_runs(intern, scratch, from, count);
}

int crm__intern_ranks(const crm__intern *intern, crm__memory *memory, uint32_t *ranks)
{
  uint64_t count = intern->count;
  rank_scratch scratch;
  uint64_t i;
  int good;

  scratch.keys = crm__alloc_array(memory, count, sizeof *scratch.keys);
  scratch.spare_keys = crm__alloc_array(memory, count, sizeof *scratch.spare_keys);
  scratch.ids = crm__alloc_array(memory, count, sizeof *scratch.ids);
  scratch.spare_ids = crm__alloc_array(memory, count, sizeof *scratch.spare_ids);
  good = scratch.keys != NULL && scratch.spare_keys != NULL && scratch.ids != NULL && scratch.spare_ids != NULL;
  if (good) {
    rank_texts(intern, &scratch, rank_integers(intern, &scratch));
    for (i = 0; i < count; i++) {
      ranks[scratch.ids[i]] = (uint32_t)i;
    }
  }
  crm__free_array(memory, scratch.keys, count, sizeof *scratch.keys);
  crm__free_array(memory, scratch.spare_keys, count, sizeof *scratch.spare_keys);
  crm__free_array(memory, scratch.ids, count, sizeof *scratch.ids);
  crm__free_array(memory, scratch.spare_ids, count, sizeof *scratch.spare_ids);
  return good;
}
