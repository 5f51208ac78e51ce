/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/ranking_node.h"

#include "base/sizes.h"

#include <string.h>

/* Nodes, searches in them, and a ranking made at once. */

#define FILL CRM__SIZE(48, 5)          /* entries of a node that is built */
#define BLOCK_LEAST 2                  /* nodes of a block, at first: many small rankings there may be */
#define BLOCK_MOST CRM__SIZE(4096, 4)

/* ---- nodes ---- */

typedef struct link {
  struct link *next;
} link;

#define LINE 64

typedef struct block {
  struct block *next;
  size_t size;
} block;

/* Nodes begin on cache lines. */
static unsigned char *first_node(block *of)
{
  size_t address = (size_t)(of + 1);
  return (unsigned char *)(of + 1) + (LINE - address % LINE) % LINE;
}

/* As many nodes as there are, within bounds: few large blocks, which may lie on large pages. */
static int pool_grow(crm__ranking_pool *pool, crm__memory *memory)
{
  uint64_t nodes = pool->given < BLOCK_LEAST ? BLOCK_LEAST : pool->given < BLOCK_MOST ? pool->given : BLOCK_MOST;
  size_t size = sizeof(block) + LINE + (size_t)nodes * pool->size;
  block *made = crm__alloc(memory, size);
  uint64_t i;
  if (made == NULL) {
    return 0;
  }
  made->next = (block *)pool->blocks;
  made->size = size;
  pool->blocks = made;
  for (i = nodes; i-- > 0;) {
    link *one = (link *)(void *)(first_node(made) + i * pool->size);
    one->next = (link *)pool->free;
    pool->free = one;
  }
  pool->free_count += nodes;
  pool->given += nodes;
  return 1;
}

int crm__node_reserve(crm__ranking_pool *pool, crm__memory *memory, uint64_t count)
{
  while (pool->free_count < count) {
    if (!pool_grow(pool, memory)) {
      return 0;
    }
  }
  return 1;
}

crm__node *crm__node_take(crm__ranking_pool *pool)
{
  link *taken = pool->free;
  crm__node *made = (crm__node *)(void *)taken;
  int i;
  pool->free = taken->next;
  pool->free_count--;
  made->used = 0;
  made->total = 0;
  for (i = 0; i < CRM__NODE_CAP; i++) {
    made->values[i] = INT64_MAX;
  }
  return made;
}

void crm__node_give(crm__ranking_pool *pool, crm__node *unused)
{
  link *given = (link *)(void *)unused;
  given->next = (link *)pool->free;
  pool->free = given;
  pool->free_count++;
}

static void pool_close(crm__ranking_pool *pool, crm__memory *memory)
{
  block *of = pool->blocks;
  while (of != NULL) {
    block *next = of->next;
    crm__free(memory, of, of->size);
    of = next;
  }
  pool->blocks = NULL;
  pool->free = NULL;
  pool->free_count = 0;
  pool->given = 0;
}

void crm__ranking_open(crm__ranking *ranking, crm__ranking_before before, const void *context)
{
  memset(ranking, 0, sizeof *ranking);
  ranking->before = before;
  ranking->context = context;
  ranking->leaves.size = (sizeof(crm__node) + LINE - 1) / LINE * LINE;
  ranking->inners.size = (sizeof(crm__inner) + LINE - 1) / LINE * LINE;
}

void crm__ranking_close(crm__ranking *ranking, crm__memory *memory)
{
  pool_close(&ranking->leaves, memory);
  pool_close(&ranking->inners, memory);
  ranking->root = NULL;
  ranking->height = 0;
  ranking->count = 0;
}

int crm__ranking_stock(crm__ranking *ranking, crm__memory *memory)
{
  return crm__node_reserve(&ranking->leaves, memory, 2) &&
         crm__node_reserve(&ranking->inners, memory, ranking->height + 2U);
}

void crm__node_put_child(crm__inner *in, uint32_t i, crm__node *child)
{
  crm__node *head = &in->head;
  uint32_t rest = head->used - i;
  memmove(head->values + i + 1, head->values + i, rest * sizeof *head->values);
  memmove(head->words + i + 1, head->words + i, rest * sizeof *head->words);
  memmove(in->before + i + 1, in->before + i, rest * sizeof *in->before);
  memmove(in->children + i + 1, in->children + i, rest * sizeof *in->children);
  head->values[i] = child->values[0];
  head->words[i] = child->words[0];
  in->before[i] = i == 0 ? 0 : in->before[i - 1] + in->children[i - 1]->total;
  in->children[i] = child;
  head->used++;
  head->values[0] = INT64_MIN;
}

/* ---- searching ---- */

/* How many values are below one, ids set aside. */
static uint64_t count_below(const crm__ranking *ranking, int64_t value)
{
  const crm__node *at = ranking->root;
  uint64_t sum = 0;
  uint32_t level;
  for (level = ranking->height; level > 0; level--) {
    const crm__inner *in = crm__as_const_inner(at);
    uint32_t i = crm__node_lower(at->values, value);
    i -= i > 0;
    sum += in->before[i];
    at = in->children[i];
  }
  return sum + crm__node_lower(at->values, value);
}

uint64_t crm__ranking_below(const crm__ranking *ranking, int64_t value, uint64_t *equal)
{
  const crm__node *at = ranking->root;
  uint64_t sum = 0;
  uint32_t level;
  uint32_t p;
  *equal = 0;
  if (at == NULL) {
    return 0;
  }
  if (ranking->before != NULL) {
    sum = count_below(ranking, value);
    *equal = count_below(ranking, value + 1) - sum;
    return sum;
  }
  for (level = ranking->height; level > 0; level--) {
    const crm__inner *in = crm__as_const_inner(at);
    uint32_t i = crm__node_upper(at->values, value) - 1;
    sum += in->before[i];
    at = in->children[i];
  }
  p = crm__node_lower(at->values, value);
  if (p < at->used && at->values[p] == value) {
    *equal = crm__leaf_weight(ranking, at, p + 1) - crm__leaf_weight(ranking, at, p);
  }
  return sum + crm__leaf_weight(ranking, at, p);
}

uint64_t crm__ranking_ahead(const crm__ranking *ranking, int64_t value, uint32_t id)
{
  const crm__node *at = ranking->root;
  uint64_t sum = 0;
  uint32_t level;
  if (at == NULL) {
    return 0;
  }
  for (level = ranking->height; level > 0; level--) {
    const crm__inner *in = crm__as_const_inner(at);
    uint32_t i = crm__node_child(ranking, in, value, id);
    sum += in->before[i];
    at = in->children[i];
  }
  return sum + crm__node_before(ranking, at, value, id);
}

int64_t crm__ranking_at(const crm__ranking *ranking, uint64_t place, uint32_t *id)
{
  const crm__node *at = ranking->root;
  uint32_t left = (uint32_t)place;
  uint32_t i;
  uint32_t level;
  for (level = ranking->height; level > 0; level--) {
    const crm__inner *in = crm__as_const_inner(at);
    uint32_t low = 0;
    uint32_t high = at->used;
    while (high - low > 1) {
      uint32_t middle = low + (high - low) / 2;
      if (in->before[middle] <= left) {
        low = middle;
      } else {
        high = middle;
      }
    }
    left -= in->before[low];
    at = in->children[low];
  }
  if (ranking->before != NULL || at->total == at->used) {
    i = left;
  } else {
    i = 0;
    while (at->words[i] <= left) {
      i++;
    }
  }
  if (id != NULL && ranking->before != NULL) {
    *id = at->words[i];
  }
  return at->values[i];
}

/* ---- building ---- */

/* Leaves of FILL entries; answers how many, in row[]. UINT64_MAX: no memory. */
static uint64_t build_leaves(crm__ranking *ranking, crm__memory *memory, const int64_t *values, const uint32_t *ids,
                             uint64_t count, crm__node **row)
{
  uint64_t made = 0;
  crm__node *leaf = NULL;
  uint64_t i;
  for (i = 0; i < count; i++) {
    if (leaf != NULL && ranking->before == NULL && leaf->values[leaf->used - 1] == values[i]) {
      leaf->words[leaf->used - 1] = ++leaf->total;
      continue;
    }
    if (leaf == NULL || leaf->used == FILL) {
      if (!crm__node_reserve(&ranking->leaves, memory, 1)) {
        return UINT64_MAX;
      }
      leaf = crm__node_take(&ranking->leaves);
      row[made++] = leaf;
    }
    leaf->values[leaf->used] = values[i];
    leaf->total++;
    leaf->words[leaf->used] = ranking->before == NULL ? leaf->total : ids[i];
    leaf->used++;
  }
  return made;
}

/* What a child begins with, from its first leaf. */
static void put_first(crm__node *top, uint32_t i, const crm__node *child, uint32_t levels)
{
  for (; levels > 0; levels--) {
    child = crm__as_const_inner(child)->children[0];
  }
  if (i > 0) {
    top->values[i] = child->values[0];
    top->words[i] = child->words[0];
  }
}

/* The level above a row of nodes, in the same array. UINT64_MAX: no memory. */
static uint64_t build_level(crm__ranking *ranking, crm__memory *memory, crm__node **row, uint64_t count)
{
  uint64_t made = 0;
  uint64_t i;
  for (i = 0; i < count;) {
    crm__node *top;
    if (!crm__node_reserve(&ranking->inners, memory, 1)) {
      return UINT64_MAX;
    }
    top = crm__node_take(&ranking->inners);
    for (; i < count && top->used < FILL; i++) {
      crm__node_put_child(crm__as_inner(top), top->used, row[i]);
      put_first(top, top->used - 1, row[i], ranking->height);
      top->total += row[i]->total;
    }
    row[made++] = top;
  }
  return made;
}

int crm__ranking_build(crm__ranking *ranking, crm__memory *memory, const int64_t *values, const uint32_t *ids,
                       uint64_t count)
{
  uint64_t room = count / FILL + 1;
  crm__node **row = crm__alloc_array(memory, room, sizeof *row);
  uint64_t nodes;
  if (row == NULL) {
    return 0;
  }
  nodes = build_leaves(ranking, memory, values, ids, count, row);
  while (nodes > 1 && nodes != UINT64_MAX) {
    nodes = build_level(ranking, memory, row, nodes);
    ranking->height++;
  }
  if (nodes == UINT64_MAX) {
    crm__ranking_close(ranking, memory);
  } else {
    ranking->root = nodes == 0 ? NULL : row[0];
    ranking->count = count;
  }
  crm__free_array(memory, row, room, sizeof *row);
  return nodes != UINT64_MAX;
}
