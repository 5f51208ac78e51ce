/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_INTERN_TABLE_H
#define CRM_BASE_INTERN_TABLE_H

#include "base/hash.h"
#include "base/intern.h"
#include "base/sizes.h"

#include <string.h>

/* What the files of the intern table share. A hash table has a key in the slot that its hash leads to or the first
 * empty one behind it. */

#define CRM__INTERN_IDS_MAX (UINT64_C(0x7FFFFFFF) - 1)
#define CRM__INTERN_SPACE_MAX UINT32_C(0x7FFFFFFF)
#define CRM__INTERN_SHORT_MAX 16
#define CRM__INTERN_AHEAD CRM__SIZE(32, 2)   /* keys of a batch whose slots are asked for ahead */

/* `id` is the id + 1, and 0 in an empty slot, which is 0 in all of its bytes. */
struct crm__intern_integer {
  int64_t key;
  uint32_t space;
  uint32_t id;
};

/* The upper half of a text's hash and the number of its record + 1; all zero: empty. */
struct crm__intern_text_slot {
  uint32_t hash;
  uint32_t record;
};

/* A text, by number in order of first sight: padded with zeros where it is short; of a long one the hash and the place
 * in the arena, as two little-endian words. */
struct crm__intern_text {
  unsigned char key[CRM__INTERN_SHORT_MAX];
  uint32_t id;
  uint32_t tag;   /* length or CRM__TEXT_LONG, then the space */
};

#define CRM__TEXT_LONG 17u          /* in a tag, in place of the length of a short text */
#define CRM__TEXT_CODE_BITS 5
#define CRM__TEXT_CODE_MASK ((1u << CRM__TEXT_CODE_BITS) - 1)
#define CRM__TEXT_SPACE_MAX ((UINT32_C(1) << (32 - CRM__TEXT_CODE_BITS)) - 1)   /* stands for: see kinds[] */

/* A text key made ready for its table. */
typedef struct crm__text_probe {
  uint64_t hash;
  uint64_t words[2];   /* as in the record */
  const char *text;
  size_t length;
  uint32_t tag;
  uint32_t space;
  uint32_t likely;     /* the number + 1 of a record that is worth a look before all others, or 0 */
} crm__text_probe;

/* Indexes. */

void crm__intern_index_open(crm__intern_index *index);

/* The index after growth, or of the same size with another seed. */
crm__intern_index crm__intern_index_next(const crm__intern_index *index, int reseed);

/* The index of an empty table with room for so many keys and one more. */
crm__intern_index crm__intern_index_sized(const crm__intern_index *index, uint64_t keys);

static inline int crm__intern_index_full(const crm__intern_index *index)
{
  return (index->count + 1) * 4 > index->slots * 3;
}

/* Whether a key that was put `at` would be suspiciously far from its home. */
int crm__intern_chain_long(const crm__intern_index *index, uint64_t home, uint64_t at);

/* Ids. */

/* Twice the space, plus 1 for a text. */
static inline uint32_t crm__intern_kind(const crm__intern *intern, uint64_t id)
{
  return intern->kinds != NULL ? intern->kinds[id] : intern->kind;
}

/* Where the value of an id is kept that is not of the run. */
static inline uint64_t *crm__intern_value(const crm__intern *intern, uint64_t id)
{
  return &intern->values[id - intern->run_count];
}

/* The integer whose bits are in values[]. */
static inline int64_t crm__intern_integer_of(uint64_t bits)
{
  int64_t value;

  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline int64_t crm__intern_integer_at(const crm__intern *intern, uint64_t id)
{
  return crm__intern_integer_of(id < intern->run_count ? intern->run_base + id : *crm__intern_value(intern, id));
}

static inline int crm__intern_in_run(const crm__intern *intern, uint32_t space, int64_t key)
{
  return (uint64_t)key - intern->run_base < intern->run_count && space == 0;
}

static inline int crm__intern_in_window(const crm__intern *intern, uint32_t space, int64_t key)
{
  return crm__window_covers(&intern->window, key) && space == 0;
}

/* Room for one more id, of a kind. 0: no memory, or all ids are given. */
int crm__intern_reserve(crm__intern *intern, crm__memory *memory, uint32_t kind);

/* The next id, where it is reserved. */
static inline uint32_t crm__intern_put(crm__intern *intern, uint64_t value, uint32_t kind)
{
  *crm__intern_value(intern, intern->count) = value;
  if (intern->kinds != NULL) {
    intern->kinds[intern->count] = kind;
  } else {
    intern->kind = kind;
  }
  return (uint32_t)intern->count++;
}

/* Integers: the run, the window, the table. */

/* How many keys at the begin of a batch are in the run or continue it; they are done. */
uint64_t crm__run_integers(crm__intern *intern, const int64_t *keys, uint64_t count, uint32_t *ids);

/* The id of an integer, CRM__NONE where it is not there. */
uint32_t crm__integer_find(const crm__intern *intern, uint32_t space, int64_t key);

/* The same, given now where it is new; hash: under the seed of the table. */
uint32_t crm__integer_add(crm__intern *intern, crm__memory *memory, uint32_t space, int64_t key, uint64_t hash);

/* Puts the key of a slot, which is not there, where it belongs: into the window or the table, which has room. */
void crm__integer_settle(crm__intern *intern, const struct crm__intern_integer *slot);

/* What a search for an integer will read first; NULL: nothing. */
static inline const void *crm__intern_integer_place(const crm__intern *intern, uint32_t space, int64_t key,
                                                    uint64_t hash)
{
  if (crm__intern_in_window(intern, space, key)) {
    return crm__window_at(&intern->window, key);
  }
  return intern->integers != NULL ? &intern->integers[hash >> intern->integer_index.shift] : NULL;
}

void crm__integer_forget(crm__intern *intern, uint32_t space, int64_t key);

/* Before the full table grows for a new key of space 0: whether the window has taken an eighth of its keys, or more,
 * instead. So what is done for that is paid for by the keys that came since the last time. */
int crm__intern_window_take(crm__intern *intern, crm__memory *memory, int64_t key);

/* Doubles the window upwards where it then covers a key behind its end, and is full enough for that: keys that are
 * given one after the other never go through the table. 0: it is as it was. */
int crm__intern_window_follow(crm__intern *intern, crm__memory *memory, int64_t key);

/* The id of a key that the window covers and does not know: of the run, or given now. */
uint32_t crm__intern_window_insert(crm__intern *intern, crm__memory *memory, int64_t key);

/* The id of a key that the window covers. */
static inline uint32_t crm__intern_window_add(crm__intern *intern, crm__memory *memory, int64_t key)
{
  uint32_t id = *crm__window_at(&intern->window, key);

  return id != CRM__NONE ? id : crm__intern_window_insert(intern, memory, key);
}

/* Texts. */

/* Makes a text ready for a table with this seed; nothing is asked for ahead. */
void crm__text_prepare(crm__text_probe *probe, uint64_t seed, uint32_t space, const char *text, size_t length);

uint32_t crm__text_find(const crm__intern *intern, const crm__text_probe *probe);
uint32_t crm__text_add(crm__intern *intern, crm__memory *memory, crm__text_probe *probe);

/* Asks for the record that the slot names where a probe's hash leads. */
void crm__text_foresee(const crm__intern *intern, crm__text_probe *probe);

crm__key crm__text_key(const crm__intern *intern, uint64_t record);

/* Forgets the last record, which has the last id. */
void crm__text_forget(crm__intern *intern);

#endif
