/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_BUCKETS_H
#define CRM_BASE_BUCKETS_H

#include "base/memory.h"
#include "base/ranking.h"
#include "base/running.h"

/* Numbers in order like a crm__ranking's without `before`, equal ones counted, for a distribution that moves slowly.
 * A number tells by arithmetic which bucket is its own, and a bucket is a cache line: a search waits for memory once,
 * where a tree makes it wait level by level. How wide buckets are is told by what the order was built of. Where many
 * numbers lie close together a bucket is one number wide, and has no line: the sums tell how many there are. One that
 * comes to hold more than its line takes becomes a tree, so that no order of numbers makes it slower than that. */

#define CRM__BUCKET_ROOM 16

typedef struct crm__bucket {
  int32_t lows[CRM__BUCKET_ROOM];   /* ascending, less the bucket's least number; CRM__BUCKET_FREE where unused.
                                     * Or CRM__BUCKET_DEEP, and the place of a tree in the next one */
} crm__bucket;

#define CRM__BUCKET_FREE INT32_MAX
#define CRM__BUCKET_DEEP (-1)

/* Numbers of one magnitude: buckets in a row, each 2^shift wide. */
typedef struct crm__bucket_span {
  int64_t base;
  uint32_t first;     /* bucket */
  uint32_t line;      /* of the first; not looked at where the shift is 0 */
  uint32_t shift;
  uint32_t reserved;
} crm__bucket_span;

/* Below 8 a magnitude is one number; from there on an eighth of the way to the next power of two. */
#define CRM__BUCKET_MAGNITUDES 488

typedef struct crm__buckets {
  crm__bucket_span *spans;    /* by magnitude, those of numbers below 0 first */
  crm__bucket *lines;         /* on cache lines; [0] is empty and stands for all that have none */
  void *line_memory;
  uint32_t line_count;
  uint32_t reserved;
  crm__running sums;          /* by bucket */
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

/* Where a number is or would be, as long as the order is not built anew. */
typedef struct crm__bucket_spot {
  const crm__bucket_span *span;
  crm__bucket *line;
  uint32_t bucket;
  int32_t low;
} crm__bucket_spot;

/* The spot of a value, whose memory is asked for: it comes while other things are done. */
crm__bucket_spot crm__buckets_spot(const crm__buckets *buckets, int64_t value);

/* As crm__buckets_below. */
uint64_t crm__buckets_below_at(const crm__buckets *buckets, const crm__bucket_spot *spot, int64_t value,
                               uint64_t *equal);

/* The one at a place, from 0 below count. */
int64_t crm__buckets_at(const crm__buckets *buckets, uint64_t place);

#endif
