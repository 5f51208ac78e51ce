/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_RANKING_H
#define CRM_BASE_RANKING_H

#include "base/memory.h"
#include "base/sizes.h"

/* Numbers in order, with the place of any of them: a counted B-tree. Equal values are either counted, or, with
 * `before`, told apart by an id each and ordered by it. Searches touch a node a level, a node being a few cache lines.
 * */

/* Whether, values being equal, id a stands before id b. */
typedef int (*crm__ranking_before)(const void *context, uint32_t a, uint32_t b);

/* Nodes of one size, taken from blocks. */
typedef struct crm__ranking_pool {
  size_t size;
  void *blocks;       /* linked */
  void *free;         /* linked */
  uint64_t free_count;
  uint64_t given;     /* nodes in all blocks */
} crm__ranking_pool;

typedef struct crm__ranking {
  void *root;
  uint32_t height;    /* inner nodes from the root to a leaf */
  uint32_t reserved;
  uint64_t count;
  crm__ranking_before before;
  const void *context;
  crm__ranking_pool leaves;
  crm__ranking_pool inners;
} crm__ranking;

/* before may be NULL. Allocates nothing; zeroed memory is no ranking. */
void crm__ranking_open(crm__ranking *ranking, crm__ranking_before before, const void *context);
void crm__ranking_close(crm__ranking *ranking, crm__memory *memory);

/* Fills an empty ranking from values in order, with ids in order among equals (ignored without `before`, may be NULL
 * then). Below 2^32 of them. 0: no memory, and the ranking is empty. */
int crm__ranking_build(crm__ranking *ranking, crm__memory *memory, const int64_t *values, const uint32_t *ids,
                       uint64_t count);

/* Takes memory for the next add. 0: there is none. */
int crm__ranking_stock(crm__ranking *ranking, crm__memory *memory);

/* Makes sure that the next add finds what it needs. 0: no memory. */
static inline int crm__ranking_reserve(crm__ranking *ranking, crm__memory *memory)
{
  return (ranking->leaves.free_count >= 2 && ranking->inners.free_count >= ranking->height + 2U) ||
         crm__ranking_stock(ranking, memory);
}

/* Adds one after a reserve; removes one that is there. */
void crm__ranking_add(crm__ranking *ranking, int64_t value, uint32_t id);
void crm__ranking_remove(crm__ranking *ranking, int64_t value, uint32_t id);

/* How many are below a value, and how many equal it. */
uint64_t crm__ranking_below(const crm__ranking *ranking, int64_t value, uint64_t *equal);

/* With `before`: how many stand before a value and id, which need not be there. */
uint64_t crm__ranking_ahead(const crm__ranking *ranking, int64_t value, uint32_t id);

/* The one at a place, from 0 below count. id may be NULL; it is set with `before` alone. */
int64_t crm__ranking_at(const crm__ranking *ranking, uint64_t place, uint32_t *id);

#endif
