/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/intern_table.h"
#include "base/sort.h"

/* The places of keys in their order. */

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
    if ((crm__intern_kind(intern, i) & 1) == 0) {
      scratch->keys[count] = crm__sortable(crm__intern_integer_at(intern, i));
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
  uint64_t count = from + intern->text_index.count;
  uint64_t i;

  for (i = from; i < count; i++) {
    scratch->ids[i] = intern->texts[i - from].id;
    scratch->keys[i] = text_word(intern, scratch->ids[i], 8);
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
