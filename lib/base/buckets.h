/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_BUCKETS_H
#define CRM_BASE_BUCKETS_H

#include "base/memory.h"
#include "base/ranking.h"
#include "base/sizes.h"

/* Numbers in order like a crm__ranking's without `before`, equal ones counted, for a distribution that moves slowly.
 * A number tells by arithmetic which bucket is its own, and a bucket is a cache line: a search waits for memory once,
 * where a tree makes it wait level by level. How wide buckets are is told by what the order was built of. One that
 * comes to hold more than its line takes becomes a tree, so that no order of numbers makes it slower than that. */

#define CRM__BUCKET_ROOM 15

/* Without order; or, deep, the place of a tree in lows[0]. Not looked at where a bucket is one number wide: the sums
 * tell how many there are. */
typedef struct crm__bucket {
  uint16_t used;
  uint16_t deep;
  int32_t lows[CRM__BUCKET_ROOM];   /* less the bucket's least number; INT32_MAX where unused */
} crm__bucket;

/* Numbers of one magnitude: buckets in a row, each 2^shift wide. */
typedef struct crm__bucket_span {
  int64_t base;
  uint32_t first;
  uint32_t shift;
} crm__bucket_span;

/* Below 8 a magnitude is one number; from there on an eighth of the way to the next power of two. */
#define CRM__BUCKET_MAGNITUDES 488

typedef struct crm__buckets {
  crm__bucket_span *spans;    /* by magnitude, those of numbers below 0 first */
  crm__bucket *buckets;       /* on cache lines */
  void *bucket_memory;
  uint32_t bucket_count;
  uint32_t reserved;
  uint32_t *sums[3];          /* how many are in the buckets before one: of its 64, of its 4096, and before these */
  uint64_t count;
  crm__ranking *trees;
  uint64_t tree_count;
  uint64_t tree_capacity;
} crm__buckets;

/* Zeroed memory has nothing in it and can be closed; it has to be built before use. */
void crm__buckets_close(crm__buckets *buckets, crm__memory *memory);

/* Builds an order of values that ascend, below 2^32 of them. 0: no memory, and it is closed. */
int crm__buckets_build(crm__buckets *buckets, crm__memory *memory, const int64_t *values, uint64_t count);

/* Makes sure that the next add, or move to, of a value finds what it needs. 0: no memory. */
int crm__buckets_reserve(crm__buckets *buckets, crm__memory *memory, int64_t value);

/* Adds one after a reserve; removes one that is there; changes one of the value into the other after a reserve. */
void crm__buckets_add(crm__buckets *buckets, int64_t value);
void crm__buckets_remove(crm__buckets *buckets, int64_t value);
void crm__buckets_move(crm__buckets *buckets, int64_t from, int64_t to);

/* How many are below a value, and how many equal it. */
uint64_t crm__buckets_below(const crm__buckets *buckets, int64_t value, uint64_t *equal);

typedef struct crm__bucket_spot {
  uint64_t below;
  uint64_t equal;
} crm__bucket_spot;

/* The same of two values, whose waits for memory overlap. */
void crm__buckets_find(const crm__buckets *buckets, int64_t a, int64_t b, crm__bucket_spot *at_a,
                       crm__bucket_spot *at_b);

/* The one at a place, from 0 below count. */
int64_t crm__buckets_at(const crm__buckets *buckets, uint64_t place);

#endif
