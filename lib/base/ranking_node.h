/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_RANKING_NODE_H
#define CRM_BASE_RANKING_NODE_H

#include "base/ranking.h"
#include "base/sizes.h"

/* Nodes of a ranking, for the file that searches and the one that changes it. */

/* Entries of a node, 8 n + 7: with its head the usual values fill 8 cache lines, the words 4. And the least of one that
 * is not the root, but for the last ones of a build. */
#define CRM__NODE_CAP CRM__SIZE(63, 7)
#define CRM__NODE_LEAST CRM__SIZE(16, 2)

/* A leaf; the head of an inner node. total is what the node stands for: entries, equal ones each for itself. */
typedef struct crm__node {
  uint32_t used;
  uint32_t total;
  int64_t values[CRM__NODE_CAP];    /* INT64_MAX where unused. Inner: at or below all of the child's and above all of
                                     * the child before; [0] is INT64_MIN */
  uint32_t words[CRM__NODE_CAP];    /* ids with `before`; else, of a leaf, how many there are up to each, itself too.
                                     * Not kept up while no value of the leaf occurs twice: a change then leaves their
                                     * lines alone */
  uint32_t spare;
} crm__node;

typedef struct crm__inner {
  crm__node head;
  uint32_t before[CRM__NODE_CAP];   /* entries under the children before this one */
  uint32_t spare;
  crm__node *children[CRM__NODE_CAP];
} crm__inner;

static inline crm__inner *crm__as_inner(crm__node *of)
{
  return (crm__inner *)(void *)of;
}

static inline const crm__inner *crm__as_const_inner(const crm__node *of)
{
  return (const crm__inner *)(const void *)of;
}

/* A node of a pool, empty, after a reserve of as many; gives one back. 0: no memory. */
int crm__node_reserve(crm__ranking_pool *pool, crm__memory *memory, uint64_t count);
crm__node *crm__node_take(crm__ranking_pool *pool);
void crm__node_give(crm__ranking_pool *pool, crm__node *unused);

/* Puts a child at a place of an inner node. */
void crm__node_put_child(crm__inner *in, uint32_t i, crm__node *child);

/* How many values of a node are below one. Two rounds of comparisons that wait for nothing but the node: which eighth,
 * and where in it. */
static inline uint32_t crm__node_lower(const int64_t *values, int64_t value)
{
  const int64_t *part;
  uint32_t eighth = 0;
  uint32_t rest = 0;
  int i;
  for (i = 7; i < CRM__NODE_CAP; i += 8) {
    eighth += values[i] < value;
  }
  part = values + 8 * eighth;
  for (i = 0; i < 7; i++) {
    rest += part[i] < value;
  }
  return 8 * eighth + rest;
}

/* How many are at or below it, which is below INT64_MAX. */
static inline uint32_t crm__node_upper(const int64_t *values, int64_t value)
{
  return crm__node_lower(values, value + 1);
}

/* How many entries of a node stand before a value and, where ids matter, an id. */
static inline uint32_t crm__node_before(const crm__ranking *ranking, const crm__node *of, int64_t value, uint32_t id)
{
  uint32_t low = crm__node_lower(of->values, value);
  if (ranking->before != NULL) {
    uint32_t high = crm__node_upper(of->values, value);
    while (low < high) {
      uint32_t middle = low + (high - low) / 2;
      if (ranking->before(ranking->context, of->words[middle], id)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
  }
  return low;
}

/* The child that holds a value and id, or would. */
static inline uint32_t crm__node_child(const crm__ranking *ranking, const crm__inner *in, int64_t value, uint32_t id)
{
  const crm__node *head = &in->head;
  uint32_t i;
  if (ranking->before == NULL) {
    return crm__node_upper(head->values, value) - 1;
  }
  i = crm__node_before(ranking, head, value, id);   /* the first child begins before everything */
  return i < head->used && head->values[i] == value && head->words[i] == id ? i : i - 1;
}

/* Whether each entry of a leaf stands for one, and no word says so. */
static inline int crm__leaf_plain(const crm__ranking *ranking, const crm__node *leaf)
{
  return ranking->before == NULL && leaf->total == leaf->used;
}

/* How many the first entries of a leaf stand for. */
static inline uint32_t crm__leaf_weight(const crm__ranking *ranking, const crm__node *leaf, uint32_t count)
{
  return count == 0 || ranking->before != NULL || leaf->total == leaf->used ? count : leaf->words[count - 1];
}

#endif
