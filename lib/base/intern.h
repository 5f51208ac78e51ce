/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_INTERN_H
#define CRM_BASE_INTERN_H

#include "base/memory.h"
#include "base/window.h"

/* Keys to dense ids 0, 1, 2, ... in order of first sight, each in a space below 2^31 (0 for most; the source of a
 * document). Integers and texts have a hash table each; texts of up to 16 bytes live in a record each, longer ones in
 * an arena. Where many integers of space 0 lie close together a window takes all that it covers, and the table has the
 * others. Of integers that come one after the other from the first id on, nothing is kept but where they begin. Not
 * ordered by hash anywhere outside: callers sort by key. */

#define CRM__NONE UINT32_MAX

/* A key as it comes in. text NULL: the integer. */
typedef struct crm__key {
  const char *text;
  size_t length;
  int64_t integer;
} crm__key;

/* Where a hash leads: the top bits of it, so that a table of twice the size keeps the order of its slots. */
typedef struct crm__intern_index {
  uint64_t slots;         /* a power of two, or 0 */
  uint64_t count;
  uint64_t seed;
  uint32_t shift;         /* 64 - log2(slots) */
  uint32_t reseeds;
} crm__intern_index;

typedef struct crm__intern crm__intern;

/* Zeroed memory is no intern table; open it first. Allocates nothing until the first key. */
struct crm__intern {
  struct crm__intern_integer *integers;       /* hash tables, of integers themselves */
  struct crm__intern_text_slot *text_slots;   /* and of the numbers of texts; */
  struct crm__intern_text *texts;             /* texts in order of first sight, text_index.count of them */
  uint64_t text_capacity;
  crm__intern_index integer_index;
  crm__intern_index text_index;
  crm__window window;
  uint64_t run_base;              /* ids below run_count are the integers run_base, run_base + 1, ... of space 0 */
  uint64_t run_count;
  uint64_t *values;               /* by id - run_count: the integer's bits, or the number of a text */
  uint32_t *kinds;                /* by id: twice the space, plus 1 for a text; NULL while all are of `kind` */
  uint32_t kind;
  uint64_t value_capacity;
  uint64_t kind_capacity;
  uint64_t count;                 /* ids given */
  char *arena;                    /* texts over 16 bytes, each after its length of 4 bytes */
  uint64_t arena_used;
  uint64_t arena_capacity;
};

void crm__intern_open(crm__intern *intern);
void crm__intern_close(crm__intern *intern, crm__memory *memory);

/* A key from text: canonical integers become integers. */
crm__key crm__key_from(const char *text, size_t length);

/* No key at all, for a blank cell of a batch: it is in no table. */
static inline crm__key crm__key_none(void)
{
  crm__key key = { NULL, 1, 0 };
  return key;
}

/* The id of a key, CRM__NONE where it is unknown. */
uint32_t crm__intern_find(const crm__intern *intern, uint32_t space, crm__key key);

/* The id of a key, given now where it is new. CRM__NONE where there is no memory (or 2^31 - 2 ids are given, or the
 * text passes 2^32 - 1 bytes): nothing changed. */
uint32_t crm__intern_add(crm__intern *intern, crm__memory *memory, uint32_t space, crm__key key);

/* The same for many keys of one space, several times faster where the table passes the cache: ids[i] is the id of
 * keys[i]. crm__key_none() gets CRM__NONE. Answers how many keys were done: fewer than count where there is no
 * memory; those before stay added, and crm__intern_truncate takes them back. */
uint64_t crm__intern_add_integers(crm__intern *intern, crm__memory *memory, uint32_t space, const int64_t *keys,
                                  uint64_t count, uint32_t *ids);
uint64_t crm__intern_add_keys(crm__intern *intern, crm__memory *memory, uint32_t space, const crm__key *keys,
                              uint64_t count, uint32_t *ids);

/* The key of an id; a text lives as long as the table is not changed, so it is no key to add to the same table. space
 * may be NULL. */
crm__key crm__intern_key(const crm__intern *intern, uint32_t id, uint32_t *space);

/* Forgets ids at or above count, as if they had never been given. Never fails. Time in proportion to what is
 * forgotten. */
void crm__intern_truncate(crm__intern *intern, uint64_t count);

/* -1, 0, 1: integers by value before texts by bytes. */
int crm__key_compare(crm__key a, crm__key b);

/* ranks[id] = position of the id's key in key order; the same key in several spaces is ordered by space. ranks has
 * count entries. 0 where there is no memory for scratch (24 bytes a key). */
int crm__intern_ranks(const crm__intern *intern, crm__memory *memory, uint32_t *ranks);

/* Bytes held. */
uint64_t crm__intern_bytes(const crm__intern *intern);

#endif
