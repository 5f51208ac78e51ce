/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/ranking.h"

#include "base/prefetch.h"

#include <string.h>

#define CAP 63            /* entries of a node: with its head the values fill 8 cache lines, the words 4 */
#define FILL 48           /* of a node that is built, */
#define LEAST 16          /* and least of one that is not the root, but for the last ones of a build */
#define TALLEST CRM__RANKING_TALLEST
#define BLOCK_LEAST 16
#define BLOCK_MOST 4096

/* A leaf; the head of an inner node. total is what the node stands for: entries, equal ones each for itself. */
typedef struct node {
  uint32_t used;
  uint32_t total;
  int64_t values[CAP];      /* INT64_MAX where unused. Inner: at or below all of the child's and above all of the child
                             * before; [0] is INT64_MIN */
  uint32_t words[CAP];      /* ids with `before`; else, of a leaf, how many there are up to each, itself too. Not kept
                             * up while no value of the leaf occurs twice: a change then leaves their lines alone */
  uint32_t spare;
} node;

typedef struct inner {
  node head;
  uint32_t before[CAP];     /* entries under the children before this one */
  uint32_t spare;
  node *children[CAP];
} inner;

static inner *as_inner(node *of)
{
  return (inner *)(void *)of;
}

static const inner *as_const_inner(const node *of)
{
  return (const inner *)(const void *)of;
}

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
  made->next = pool->blocks;
  made->size = size;
  pool->blocks = made;
  for (i = nodes; i-- > 0;) {
    link *one = (link *)(void *)(first_node(made) + i * pool->size);
    one->next = pool->free;
    pool->free = one;
  }
  pool->free_count += nodes;
  pool->given += nodes;
  return 1;
}

static int pool_reserve(crm__ranking_pool *pool, crm__memory *memory, uint64_t count)
{
  while (pool->free_count < count) {
    if (!pool_grow(pool, memory)) {
      return 0;
    }
  }
  return 1;
}

static node *pool_take(crm__ranking_pool *pool)
{
  link *taken = pool->free;
  node *made = (node *)(void *)taken;
  int i;
  pool->free = taken->next;
  pool->free_count--;
  made->used = 0;
  made->total = 0;
  for (i = 0; i < CAP; i++) {
    made->values[i] = INT64_MAX;
  }
  return made;
}

static void pool_give(crm__ranking_pool *pool, node *unused)
{
  link *given = (link *)(void *)unused;
  given->next = pool->free;
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
  ranking->leaves.size = (sizeof(node) + LINE - 1) / LINE * LINE;
  ranking->inners.size = (sizeof(inner) + LINE - 1) / LINE * LINE;
}

void crm__ranking_close(crm__ranking *ranking, crm__memory *memory)
{
  pool_close(&ranking->leaves, memory);
  pool_close(&ranking->inners, memory);
  ranking->root = NULL;
  ranking->height = 0;
  ranking->count = 0;
}

int crm__ranking_reserve(crm__ranking *ranking, crm__memory *memory)
{
  return pool_reserve(&ranking->leaves, memory, 2) && pool_reserve(&ranking->inners, memory, ranking->height + 2U);
}

/* ---- searching ---- */

/* How many values of a node are below one. Two rounds of comparisons that wait for nothing but the node: which eighth,
 * and where in it. */
static uint32_t lower(const int64_t *values, int64_t value)
{
  const int64_t *part;
  uint32_t eighth = 0;
  uint32_t rest = 0;
  int i;
  for (i = 7; i < CAP; i += 8) {
    eighth += values[i] < value;
  }
  part = values + 8 * eighth;
  for (i = 0; i < 7; i++) {
    rest += part[i] < value;
  }
  return 8 * eighth + rest;
}

/* How many are at or below it, which is below INT64_MAX. */
static uint32_t upper(const int64_t *values, int64_t value)
{
  return lower(values, value + 1);
}

/* How many entries of a node stand before a value and, where ids matter, an id. */
static uint32_t entries_before(const crm__ranking *ranking, const node *of, int64_t value, uint32_t id)
{
  uint32_t low = lower(of->values, value);
  if (ranking->before != NULL) {
    uint32_t high = upper(of->values, value);
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
static uint32_t child_for(const crm__ranking *ranking, const inner *in, int64_t value, uint32_t id)
{
  const node *head = &in->head;
  uint32_t i;
  if (ranking->before == NULL) {
    return upper(head->values, value) - 1;
  }
  i = entries_before(ranking, head, value, id);   /* the first child begins before everything */
  return i < head->used && head->values[i] == value && head->words[i] == id ? i : i - 1;
}

/* Whether each entry of a leaf stands for one, and no word says so. */
static int is_plain(const crm__ranking *ranking, const node *leaf)
{
  return ranking->before == NULL && leaf->total == leaf->used;
}

/* How many the first entries of a leaf stand for. */
static uint32_t weight(const crm__ranking *ranking, const node *leaf, uint32_t count)
{
  return count == 0 || ranking->before != NULL || leaf->total == leaf->used ? count : leaf->words[count - 1];
}

/* How many values are below one, ids set aside. */
static uint64_t count_below(const crm__ranking *ranking, int64_t value)
{
  const node *at = ranking->root;
  uint64_t sum = 0;
  uint32_t level;
  for (level = ranking->height; level > 0; level--) {
    const inner *in = as_const_inner(at);
    uint32_t i = lower(at->values, value);
    i -= i > 0;
    sum += in->before[i];
    at = in->children[i];
  }
  return sum + lower(at->values, value);
}

uint64_t crm__ranking_below(const crm__ranking *ranking, int64_t value, uint64_t *equal)
{
  const node *at = ranking->root;
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
    const inner *in = as_const_inner(at);
    uint32_t i = upper(at->values, value) - 1;
    sum += in->before[i];
    at = in->children[i];
  }
  p = lower(at->values, value);
  if (p < at->used && at->values[p] == value) {
    *equal = weight(ranking, at, p + 1) - weight(ranking, at, p);
  }
  return sum + weight(ranking, at, p);
}

uint64_t crm__ranking_ahead(const crm__ranking *ranking, int64_t value, uint32_t id)
{
  const node *at = ranking->root;
  uint64_t sum = 0;
  uint32_t level;
  if (at == NULL) {
    return 0;
  }
  for (level = ranking->height; level > 0; level--) {
    const inner *in = as_const_inner(at);
    uint32_t i = child_for(ranking, in, value, id);
    sum += in->before[i];
    at = in->children[i];
  }
  return sum + entries_before(ranking, at, value, id);
}

int64_t crm__ranking_at(const crm__ranking *ranking, uint64_t place, uint32_t *id)
{
  const node *at = ranking->root;
  uint32_t left = (uint32_t)place;
  uint32_t i;
  uint32_t level;
  for (level = ranking->height; level > 0; level--) {
    const inner *in = as_const_inner(at);
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

static void begin_spot(crm__ranking_spot *spot)
{
  spot->below = 0;
  spot->equal = 0;
  spot->reserved = 0;
}

/* One level down; answers the child. */
static const node *step(crm__ranking_spot *spot, const node *at, uint32_t level, int64_t value)
{
  const inner *in = as_const_inner(at);
  uint32_t i = upper(at->values, value) - 1;
  spot->below += in->before[i];
  spot->nodes[level] = (void *)(uintptr_t)at;
  spot->taken[level] = i;
  return in->children[i];
}

/* Asks for all lines of a leaf's values at once; a search would wait for one after the other. */
static void ask_for(const node *leaf)
{
  const unsigned char *line = (const unsigned char *)leaf;
  const unsigned char *end = (const unsigned char *)leaf->words;
  for (; line < end; line += LINE) {
    CRM__PREFETCH(line);
  }
}

static void end_spot(const crm__ranking *ranking, crm__ranking_spot *spot, const node *leaf, int64_t value)
{
  uint32_t p = lower(leaf->values, value);
  uint32_t first = weight(ranking, leaf, p);
  spot->leaf = (void *)(uintptr_t)leaf;
  spot->place = p;
  spot->below += first;
  if (p < leaf->used && leaf->values[p] == value) {
    spot->equal = weight(ranking, leaf, p + 1) - first;
  }
}

void crm__ranking_find(const crm__ranking *ranking, int64_t a, int64_t b, crm__ranking_spot *at_a,
                       crm__ranking_spot *at_b)
{
  const node *of_a = ranking->root;
  const node *of_b = ranking->root;
  uint32_t level;
  begin_spot(at_a);
  begin_spot(at_b);
  for (level = ranking->height; level-- > 0;) {
    of_a = step(at_a, of_a, level, a);
    of_b = step(at_b, of_b, level, b);
  }
  ask_for(of_a);
  ask_for(of_b);
  end_spot(ranking, at_a, of_a, a);
  end_spot(ranking, at_b, of_b, b);
}

/* ---- moving entries between neighbours ---- */

/* Marks the places from `used` up to `end` as unused. */
static void clear_values(node *of, uint32_t end)
{
  uint32_t i;
  for (i = of->used; i < end; i++) {
    of->values[i] = INT64_MAX;
  }
}

/* The counts or ids of entries that go from one leaf to another place; counts begin anew from `sum`. */
static void copy_words(const crm__ranking *ranking, uint32_t *to, const uint32_t *from, uint32_t count, uint32_t less,
                       uint32_t more)
{
  uint32_t i;
  if (ranking->before != NULL) {
    memmove(to, from, count * sizeof *to);
  } else if (to <= from) {
    for (i = 0; i < count; i++) {
      to[i] = from[i] - less + more;
    }
  } else {
    for (i = count; i-- > 0;) {
      to[i] = from[i] - less + more;
    }
  }
}

/* Writes the words of a leaf that may have gone without. */
static void write_words(const crm__ranking *ranking, node *leaf)
{
  uint32_t i;
  for (i = 0; is_plain(ranking, leaf) && i < leaf->used; i++) {
    leaf->words[i] = i + 1;
  }
}

static void move_leaves(const crm__ranking *ranking, node *left, node *right, uint32_t count, uint32_t moved)
{
  write_words(ranking, left);
  write_words(ranking, right);
  copy_words(ranking, left->words + left->used, right->words, count, 0, left->total);
  copy_words(ranking, right->words, right->words + count, right->used - count, moved, 0);
}

static void move_children(node *left, node *right, uint32_t count, uint32_t moved)
{
  inner *l = as_inner(left);
  inner *r = as_inner(right);
  uint32_t rest = right->used - count;
  uint32_t i;
  memcpy(left->words + left->used, right->words, count * sizeof *left->words);
  memmove(right->words, right->words + count, rest * sizeof *right->words);
  for (i = 0; i < count; i++) {
    l->before[left->used + i] = left->total + r->before[i];
    l->children[left->used + i] = r->children[i];
  }
  for (i = 0; i < rest; i++) {
    r->before[i] = r->before[count + i] - moved;
    r->children[i] = r->children[count + i];
  }
}

/* The first entries of the right one to the end of the left one. */
static void take_front(const crm__ranking *ranking, node *left, node *right, uint32_t count, int leaf)
{
  uint32_t rest = right->used - count;
  uint32_t before = right->used;
  uint32_t moved = rest == 0 ? right->total : leaf ? weight(ranking, right, count) : as_inner(right)->before[count];
  if (leaf) {
    move_leaves(ranking, left, right, count, moved);
  } else {
    move_children(left, right, count, moved);
  }
  memcpy(left->values + left->used, right->values, count * sizeof *left->values);
  memmove(right->values, right->values + count, rest * sizeof *right->values);
  left->used += count;
  left->total += moved;
  right->used = rest;
  right->total -= moved;
  clear_values(right, before);
}

static void return_children(node *left, node *right, uint32_t count, uint32_t start, uint32_t moved)
{
  inner *l = as_inner(left);
  inner *r = as_inner(right);
  uint32_t first = left->used - count;
  uint32_t i;
  memmove(right->words + count, right->words, right->used * sizeof *right->words);
  memcpy(right->words, left->words + first, count * sizeof *right->words);
  for (i = right->used; i-- > 0;) {
    r->before[count + i] = r->before[i] + moved;
    r->children[count + i] = r->children[i];
  }
  for (i = 0; i < count; i++) {
    r->before[i] = l->before[first + i] - start;
    r->children[i] = l->children[first + i];
  }
}

/* The last entries of the left one to the front of the right one. */
static void give_back(const crm__ranking *ranking, node *left, node *right, uint32_t count, int leaf)
{
  uint32_t first = left->used - count;
  uint32_t before = left->used;
  uint32_t start = leaf ? weight(ranking, left, first) : as_inner(left)->before[first];
  uint32_t moved = left->total - start;
  if (leaf) {
    write_words(ranking, left);
    write_words(ranking, right);
    copy_words(ranking, right->words + count, right->words, right->used, 0, moved);
    copy_words(ranking, right->words, left->words + first, count, start, 0);
  } else {
    return_children(left, right, count, start, moved);
  }
  memmove(right->values + count, right->values, right->used * sizeof *right->values);
  memcpy(right->values, left->values + first, count * sizeof *right->values);
  left->used = first;
  left->total -= moved;
  right->used += count;
  right->total += moved;
  clear_values(left, before);
}

static void put_child(inner *in, uint32_t i, node *child)
{
  node *head = &in->head;
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

static void drop_child(inner *in, uint32_t i)
{
  node *head = &in->head;
  uint32_t rest = head->used - i - 1;
  memmove(head->values + i, head->values + i + 1, rest * sizeof *head->values);
  memmove(head->words + i, head->words + i + 1, rest * sizeof *head->words);
  memmove(in->before + i, in->before + i + 1, rest * sizeof *in->before);
  memmove(in->children + i, in->children + i + 1, rest * sizeof *in->children);
  head->used--;
  clear_values(head, head->used + 1);
}

/* The first value of an inner node is for its parent to know. */
static void hide_first(node *of, int leaf)
{
  if (!leaf) {
    of->values[0] = INT64_MIN;
  }
}

/* Half of a full child becomes the child after it. */
static void split_child(crm__ranking *ranking, inner *in, uint32_t i, int leaf)
{
  node *right = pool_take(leaf ? &ranking->leaves : &ranking->inners);
  give_back(ranking, in->children[i], right, CAP / 2, leaf);
  put_child(in, i + 1, right);
  hide_first(right, leaf);
}

/* Children i and i + 1 become one, or of about the same size. */
static void join_children(crm__ranking *ranking, inner *in, uint32_t i, int leaf)
{
  node *left = in->children[i];
  node *right = in->children[i + 1];
  uint32_t both = left->used + right->used;
  if (!leaf) {
    right->values[0] = in->head.values[i + 1];
    right->words[0] = in->head.words[i + 1];
  }
  if (both <= CAP) {
    take_front(ranking, left, right, right->used, leaf);
    drop_child(in, i + 1);
    pool_give(leaf ? &ranking->leaves : &ranking->inners, right);
    return;
  }
  if (left->used < both / 2) {
    take_front(ranking, left, right, both / 2 - left->used, leaf);
  } else {
    give_back(ranking, left, right, left->used - both / 2, leaf);
  }
  in->head.values[i + 1] = right->values[0];
  in->head.words[i + 1] = right->words[0];
  in->before[i + 1] = in->before[i] + left->total;
  hide_first(right, leaf);
}

/* ---- changing ---- */

/* One more, or going round one less, up to each entry from a place on. Without `before`. */
static void count_on(const crm__ranking *ranking, node *leaf, uint32_t p, uint32_t what)
{
  write_words(ranking, leaf);
  for (; p < leaf->used; p++) {
    leaf->words[p] += what;
  }
  leaf->total += what;
}

/* Takes out an entry that stands for one. */
static void erase(const crm__ranking *ranking, node *leaf, uint32_t p)
{
  if (!is_plain(ranking, leaf)) {
    copy_words(ranking, leaf->words + p, leaf->words + p + 1, leaf->used - p - 1, 1, 0);
  }
  leaf->used--;
  leaf->total--;
  memmove(leaf->values + p, leaf->values + p + 1, (leaf->used - p) * sizeof *leaf->values);
  leaf->values[leaf->used] = INT64_MAX;
}

static void insert(const crm__ranking *ranking, node *leaf, uint32_t p, int64_t value, uint32_t id)
{
  if (!is_plain(ranking, leaf)) {
    uint32_t first = weight(ranking, leaf, p);
    copy_words(ranking, leaf->words + p + 1, leaf->words + p, leaf->used - p, 0, 1);
    leaf->words[p] = ranking->before == NULL ? first + 1 : id;
  }
  memmove(leaf->values + p + 1, leaf->values + p, (leaf->used - p) * sizeof *leaf->values);
  leaf->values[p] = value;
  leaf->used++;
  leaf->total++;
}

/* Full nodes are parted on the way down, so that there is room wherever it ends. */
static node *make_room(crm__ranking *ranking, int64_t value, uint32_t id)
{
  node *at = ranking->root;
  uint32_t level;
  if (at == NULL) {
    at = pool_take(&ranking->leaves);
    ranking->root = at;
  }
  if (at->used == CAP) {
    node *top = pool_take(&ranking->inners);
    put_child(as_inner(top), 0, at);
    top->total = at->total;
    split_child(ranking, as_inner(top), 0, ranking->height == 0);
    ranking->root = top;
    ranking->height++;
    at = top;
  }
  for (level = ranking->height; level > 0; level--) {
    inner *in = as_inner(at);
    uint32_t i = child_for(ranking, in, value, id);
    uint32_t k;
    if (in->children[i]->used == CAP) {
      split_child(ranking, in, i, level == 1);
      i = child_for(ranking, in, value, id);
    }
    at->total++;
    for (k = i + 1; k < at->used; k++) {
      in->before[k]++;
    }
    at = in->children[i];
  }
  return at;
}

void crm__ranking_add(crm__ranking *ranking, int64_t value, uint32_t id)
{
  node *leaf = make_room(ranking, value, id);
  uint32_t p = entries_before(ranking, leaf, value, id);
  ranking->count++;
  if (ranking->before == NULL && p < leaf->used && leaf->values[p] == value) {
    count_on(ranking, leaf, p, 1);
  } else {
    insert(ranking, leaf, p, value, id);
  }
}

/* Restores the least size of nodes from a leaf upwards. */
static void mend(crm__ranking *ranking, inner **path, const uint32_t *taken)
{
  uint32_t level;
  for (level = 0; level < ranking->height; level++) {
    inner *in = path[level];
    uint32_t i = taken[level];
    if (in->children[i]->used >= LEAST) {
      break;
    }
    if (in->head.used > 1) {
      join_children(ranking, in, i > 0 ? i - 1 : i, level == 0);
    }
  }
  while (ranking->height > 0 && ((node *)ranking->root)->used == 1) {
    node *top = ranking->root;
    ranking->root = as_inner(top)->children[0];
    ranking->height--;
    pool_give(&ranking->inners, top);
  }
}

void crm__ranking_remove(crm__ranking *ranking, int64_t value, uint32_t id)
{
  inner *path[TALLEST];
  uint32_t taken[TALLEST];
  node *at = ranking->root;
  uint32_t level;
  uint32_t p;
  uint32_t k;
  for (level = ranking->height; level > 0; level--) {
    inner *in = as_inner(at);
    uint32_t i = child_for(ranking, in, value, id);
    at->total--;
    for (k = i + 1; k < at->used; k++) {
      in->before[k]--;
    }
    path[level - 1] = in;
    taken[level - 1] = i;
    at = in->children[i];
  }
  p = entries_before(ranking, at, value, id);
  ranking->count--;
  if (weight(ranking, at, p + 1) - weight(ranking, at, p) > 1) {
    count_on(ranking, at, p, UINT32_MAX);
    return;
  }
  erase(ranking, at, p);
  if (at->used < LEAST) {
    mend(ranking, path, taken);
  }
}

/* Counts one less under the nodes of one path and one more under those of another. */
static void shift_path(const crm__ranking *ranking, const crm__ranking_spot *from, const crm__ranking_spot *to)
{
  uint32_t level;
  for (level = 0; level < ranking->height; level++) {
    inner *a = from->nodes[level];
    inner *b = to->nodes[level];
    uint32_t i = from->taken[level] + 1;
    uint32_t k = to->taken[level] + 1;
    if (a == b) {
      for (; i < k; i++) {
        a->before[i]--;
      }
      for (; k < i; k++) {
        a->before[k]++;
      }
      continue;
    }
    for (; i < a->head.used; i++) {
      a->before[i]--;
    }
    for (; k < b->head.used; k++) {
      b->before[k]++;
    }
    a->head.total--;
    b->head.total++;
  }
}

/* Whether a move leaves the sizes of nodes within their bounds. */
static int fits(const crm__ranking *ranking, const crm__ranking_spot *from, const crm__ranking_spot *to)
{
  const node *a = from->leaf;
  const node *b = to->leaf;
  if (a == b && from->equal == 1 && to->equal > 0) {
    return a->used > LEAST || ranking->height == 0;
  }
  return a == b || ((from->equal > 1 || a->used > LEAST || ranking->height == 0) && (to->equal > 0 || b->used < CAP));
}

void crm__ranking_move(crm__ranking *ranking, const crm__ranking_spot *from, const crm__ranking_spot *to,
                       int64_t old_value, int64_t value)
{
  node *a = from->leaf;
  node *b = to->leaf;
  uint32_t p = to->place;
  if (!fits(ranking, from, to) || (a == b && a->used == CAP && from->equal > 1 && to->equal == 0)) {
    crm__ranking_remove(ranking, old_value, 0);
    crm__ranking_add(ranking, value, 0);
    return;
  }
  shift_path(ranking, from, to);
  if (from->equal > 1) {
    count_on(ranking, a, from->place, UINT32_MAX);
  } else {
    erase(ranking, a, from->place);
    p -= a == b && from->place < p;
  }
  if (to->equal > 0) {
    count_on(ranking, b, p, 1);
  } else {
    insert(ranking, b, p, value, 0);
  }
}

/* ---- building ---- */

/* Leaves of FILL entries; answers how many, in row[]. UINT64_MAX: no memory. */
static uint64_t build_leaves(crm__ranking *ranking, crm__memory *memory, const int64_t *values, const uint32_t *ids,
                             uint64_t count, node **row)
{
  uint64_t made = 0;
  node *leaf = NULL;
  uint64_t i;
  for (i = 0; i < count; i++) {
    if (leaf != NULL && ranking->before == NULL && leaf->values[leaf->used - 1] == values[i]) {
      leaf->words[leaf->used - 1] = ++leaf->total;
      continue;
    }
    if (leaf == NULL || leaf->used == FILL) {
      if (!pool_reserve(&ranking->leaves, memory, 1)) {
        return UINT64_MAX;
      }
      leaf = pool_take(&ranking->leaves);
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
static void put_first(node *top, uint32_t i, const node *child, uint32_t levels)
{
  for (; levels > 0; levels--) {
    child = as_const_inner(child)->children[0];
  }
  if (i > 0) {
    top->values[i] = child->values[0];
    top->words[i] = child->words[0];
  }
}

/* The level above a row of nodes, in the same array. UINT64_MAX: no memory. */
static uint64_t build_level(crm__ranking *ranking, crm__memory *memory, node **row, uint64_t count)
{
  uint64_t made = 0;
  uint64_t i;
  for (i = 0; i < count;) {
    node *top;
    if (!pool_reserve(&ranking->inners, memory, 1)) {
      return UINT64_MAX;
    }
    top = pool_take(&ranking->inners);
    for (; i < count && top->used < FILL; i++) {
      put_child(as_inner(top), top->used, row[i]);
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
  node **row = crm__alloc_array(memory, room, sizeof *row);
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
