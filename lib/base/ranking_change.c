/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/ranking_node.h"

#include <string.h>

#define TALLEST CRM__SIZE(10, 40)

/* One more, and one less. */

/* ---- moving entries between neighbours ---- */

/* Marks the places from `used` up to `end` as unused. */
static void clear_values(crm__node *of, uint32_t end)
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
static void write_words(const crm__ranking *ranking, crm__node *leaf)
{
  uint32_t i;
  for (i = 0; crm__leaf_plain(ranking, leaf) && i < leaf->used; i++) {
    leaf->words[i] = i + 1;
  }
}

static void move_leaves(const crm__ranking *ranking, crm__node *left, crm__node *right, uint32_t count, uint32_t moved)
{
  write_words(ranking, left);
  write_words(ranking, right);
  copy_words(ranking, left->words + left->used, right->words, count, 0, left->total);
  copy_words(ranking, right->words, right->words + count, right->used - count, moved, 0);
}

static void move_children(crm__node *left, crm__node *right, uint32_t count, uint32_t moved)
{
  crm__inner *l = crm__as_inner(left);
  crm__inner *r = crm__as_inner(right);
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
static void take_front(const crm__ranking *ranking, crm__node *left, crm__node *right, uint32_t count, int leaf)
{
  uint32_t rest = right->used - count;
  uint32_t before = right->used;
  uint32_t moved = rest == 0 ? right->total
                   : leaf    ? crm__leaf_weight(ranking, right, count)
                             : crm__as_inner(right)->before[count];
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

static void return_children(crm__node *left, crm__node *right, uint32_t count, uint32_t start, uint32_t moved)
{
  crm__inner *l = crm__as_inner(left);
  crm__inner *r = crm__as_inner(right);
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
static void give_back(const crm__ranking *ranking, crm__node *left, crm__node *right, uint32_t count, int leaf)
{
  uint32_t first = left->used - count;
  uint32_t before = left->used;
  uint32_t start = leaf ? crm__leaf_weight(ranking, left, first) : crm__as_inner(left)->before[first];
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

static void drop_child(crm__inner *in, uint32_t i)
{
  crm__node *head = &in->head;
  uint32_t rest = head->used - i - 1;
  memmove(head->values + i, head->values + i + 1, rest * sizeof *head->values);
  memmove(head->words + i, head->words + i + 1, rest * sizeof *head->words);
  memmove(in->before + i, in->before + i + 1, rest * sizeof *in->before);
  memmove(in->children + i, in->children + i + 1, rest * sizeof *in->children);
  head->used--;
  clear_values(head, head->used + 1);
}

/* The first value of an inner node is for its parent to know. */
static void hide_first(crm__node *of, int leaf)
{
  if (!leaf) {
    of->values[0] = INT64_MIN;
  }
}

/* Half of a full child becomes the child after it. */
static void split_child(crm__ranking *ranking, crm__inner *in, uint32_t i, int leaf)
{
  crm__node *right = crm__node_take(leaf ? &ranking->leaves : &ranking->inners);
  give_back(ranking, in->children[i], right, CRM__NODE_CAP / 2, leaf);
  crm__node_put_child(in, i + 1, right);
  hide_first(right, leaf);
}

/* Children i and i + 1 become one, or of about the same size. */
static void join_children(crm__ranking *ranking, crm__inner *in, uint32_t i, int leaf)
{
  crm__node *left = in->children[i];
  crm__node *right = in->children[i + 1];
  uint32_t both = left->used + right->used;
  if (!leaf) {
    right->values[0] = in->head.values[i + 1];
    right->words[0] = in->head.words[i + 1];
  }
  if (both <= CRM__NODE_CAP) {
    take_front(ranking, left, right, right->used, leaf);
    drop_child(in, i + 1);
    crm__node_give(leaf ? &ranking->leaves : &ranking->inners, right);
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
static void count_on(const crm__ranking *ranking, crm__node *leaf, uint32_t p, uint32_t what)
{
  write_words(ranking, leaf);
  for (; p < leaf->used; p++) {
    leaf->words[p] += what;
  }
  leaf->total += what;
}

/* Takes out an entry that stands for one. */
static void erase(const crm__ranking *ranking, crm__node *leaf, uint32_t p)
{
  if (!crm__leaf_plain(ranking, leaf)) {
    copy_words(ranking, leaf->words + p, leaf->words + p + 1, leaf->used - p - 1, 1, 0);
  }
  leaf->used--;
  leaf->total--;
  memmove(leaf->values + p, leaf->values + p + 1, (leaf->used - p) * sizeof *leaf->values);
  leaf->values[leaf->used] = INT64_MAX;
}

static void insert(const crm__ranking *ranking, crm__node *leaf, uint32_t p, int64_t value, uint32_t id)
{
  if (!crm__leaf_plain(ranking, leaf)) {
    uint32_t first = crm__leaf_weight(ranking, leaf, p);
    copy_words(ranking, leaf->words + p + 1, leaf->words + p, leaf->used - p, 0, 1);
    leaf->words[p] = ranking->before == NULL ? first + 1 : id;
  }
  memmove(leaf->values + p + 1, leaf->values + p, (leaf->used - p) * sizeof *leaf->values);
  leaf->values[p] = value;
  leaf->used++;
  leaf->total++;
}

/* Full nodes are parted on the way down, so that there is room wherever it ends. */
static crm__node *make_room(crm__ranking *ranking, int64_t value, uint32_t id)
{
  crm__node *at = ranking->root;
  uint32_t level;
  if (at == NULL) {
    at = crm__node_take(&ranking->leaves);
    ranking->root = at;
  }
  if (at->used == CRM__NODE_CAP) {
    crm__node *top = crm__node_take(&ranking->inners);
    crm__node_put_child(crm__as_inner(top), 0, at);
    top->total = at->total;
    split_child(ranking, crm__as_inner(top), 0, ranking->height == 0);
    ranking->root = top;
    ranking->height++;
    at = top;
  }
  for (level = ranking->height; level > 0; level--) {
    crm__inner *in = crm__as_inner(at);
    uint32_t i = crm__node_child(ranking, in, value, id);
    uint32_t k;
    if (in->children[i]->used == CRM__NODE_CAP) {
      split_child(ranking, in, i, level == 1);
      i = crm__node_child(ranking, in, value, id);
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
  crm__node *leaf = make_room(ranking, value, id);
  uint32_t p = crm__node_before(ranking, leaf, value, id);
  ranking->count++;
  if (ranking->before == NULL && p < leaf->used && leaf->values[p] == value) {
    count_on(ranking, leaf, p, 1);
  } else {
    insert(ranking, leaf, p, value, id);
  }
}

/* Restores the least size of nodes from a leaf upwards. */
static void mend(crm__ranking *ranking, crm__inner **path, const uint32_t *taken)
{
  uint32_t level;
  for (level = 0; level < ranking->height; level++) {
    crm__inner *in = path[level];
    uint32_t i = taken[level];
    if (in->children[i]->used >= CRM__NODE_LEAST) {
      break;
    }
    if (in->head.used > 1) {
      join_children(ranking, in, i > 0 ? i - 1 : i, level == 0);
    }
  }
  while (ranking->height > 0 && ((crm__node *)ranking->root)->used == 1) {
    crm__node *top = ranking->root;
    ranking->root = crm__as_inner(top)->children[0];
    ranking->height--;
    crm__node_give(&ranking->inners, top);
  }
}

void crm__ranking_remove(crm__ranking *ranking, int64_t value, uint32_t id)
{
  crm__inner *path[TALLEST];
  uint32_t taken[TALLEST];
  crm__node *at = ranking->root;
  uint32_t level;
  uint32_t p;
  uint32_t k;
  for (level = ranking->height; level > 0; level--) {
    crm__inner *in = crm__as_inner(at);
    uint32_t i = crm__node_child(ranking, in, value, id);
    at->total--;
    for (k = i + 1; k < at->used; k++) {
      in->before[k]--;
    }
    path[level - 1] = in;
    taken[level - 1] = i;
    at = in->children[i];
  }
  p = crm__node_before(ranking, at, value, id);
  ranking->count--;
  if (crm__leaf_weight(ranking, at, p + 1) - crm__leaf_weight(ranking, at, p) > 1) {
    count_on(ranking, at, p, UINT32_MAX);
    return;
  }
  erase(ranking, at, p);
  if (at->used < CRM__NODE_LEAST) {
    mend(ranking, path, taken);
  }
}
