/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/kinds.h"
#include "base/sort.h"
#include "support/rounds.h"

#define MOST 5000

static uint64_t random_state = 20240131;

static uint64_t next_random(void)
{
  uint64_t z = random_state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* A key of one of several shapes: few values, one byte that differs, powers of two, all bits. */
static uint64_t shaped(int shape, uint64_t i)
{
  switch (shape) {
  case 0: return next_random();
  case 1: return next_random() % 10;
  case 2: return (next_random() & 255) << 40 | 7;
  case 3: return UINT64_C(1) << (next_random() % 64);
  case 4: return i;
  case 5: return UINT64_MAX - i;
  case 6: return 42;
  case 7: return next_random() % 2 != 0 ? UINT64_MAX : 0;
  case 8: return next_random() % 1000000007;
  default: return i % 97 == 0 ? next_random() : i;
  }
}

#define SHAPES 10

typedef struct pair {
  uint64_t key;
  uint32_t place;
} pair;

static int compare_pairs(const void *a, const void *b)
{
  const pair *x = a;
  const pair *y = b;
  if (x->key != y->key) {
    return x->key < y->key ? -1 : 1;
  }
  return (x->place > y->place) - (x->place < y->place);
}

static uint64_t keys[MOST];
static uint64_t spare_keys[MOST];
static uint32_t payload[MOST];
static uint32_t spare_payload[MOST];
static pair expected[MOST];

static uint64_t some_count(int round)
{
  return round < 70 ? (uint64_t)round : next_random() % MOST;
}

static void radix_sorts_and_is_stable(void **state)
{
  (void)state;
  for (int shape = 0; shape < SHAPES; shape++) {
    for (int round = 0; round < 90; round++) {
      uint64_t count = some_count(round);
      for (uint64_t i = 0; i < count; i++) {
        keys[i] = expected[i].key = shaped(shape, i);
        payload[i] = expected[i].place = (uint32_t)i;
      }
      qsort(expected, (size_t)count, sizeof *expected, compare_pairs);
      crm__radix_sort(keys, payload, spare_keys, spare_payload, count);
      for (uint64_t i = 0; i < count; i++) {
        assert_true(keys[i] == expected[i].key);
        assert_int_equal(payload[i], expected[i].place);
      }
    }
  }
}

static void radix_sorts_without_payload(void **state)
{
  (void)state;
  for (int shape = 0; shape < SHAPES; shape++) {
    for (int round = 25; round < 90; round++) {
      uint64_t count = some_count(round);
      for (uint64_t i = 0; i < count; i++) {
        keys[i] = expected[i].key = shaped(shape, i);
        expected[i].place = 0;
      }
      qsort(expected, (size_t)count, sizeof *expected, compare_pairs);
      crm__radix_sort(keys, NULL, spare_keys, NULL, count);
      for (uint64_t i = 0; i < count; i++) {
        assert_true(keys[i] == expected[i].key);
      }
    }
  }
}

static void sortable_keeps_the_order_of_signed(void **state)
{
  static const int64_t rising[] = { INT64_MIN, INT64_MIN + 1, -256, -2, -1, 0, 1, 255, INT64_MAX - 1, INT64_MAX };
  (void)state;
  for (size_t i = 1; i < sizeof rising / sizeof rising[0]; i++) {
    assert_true(crm__sortable(rising[i - 1]) < crm__sortable(rising[i]));
  }
}

static int compare_values(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void select_answers_the_kth_and_loses_nothing(void **state)
{
  static int64_t values[MOST];
  static int64_t sorted[MOST];
  (void)state;
  for (int shape = 0; shape < SHAPES; shape++) {
    for (int round = 1; round < 130; round += brief() ? 10 : 1) {
      uint64_t count = round < 70 ? (uint64_t)round : 1 + next_random() % (MOST - 1);
      uint64_t k = round % 3 == 0 ? 0 : round % 3 == 1 ? count - 1 : next_random() % count;
      for (uint64_t i = 0; i < count; i++) {
        uint64_t bits = shaped(shape, i);
        memcpy(&values[i], &bits, sizeof bits);
      }
      memcpy(sorted, values, sizeof sorted);
      qsort(sorted, (size_t)count, sizeof *sorted, compare_values);
      assert_true(crm__select(values, count, k) == sorted[k]);
      /* The neighbour for a median of two, from what the first call left. */
      if (k + 1 < count) {
        assert_true(crm__select(values, count, k + 1) == sorted[k + 1]);
      }
      qsort(values, (size_t)count, sizeof *values, compare_values);
      assert_memory_equal(values, sorted, (size_t)count * sizeof *values);
    }
  }
}

static void select_spans_the_whole_range(void **state)
{
  int64_t values[201];
  (void)state;
  for (int i = 0; i < 201; i++) {
    values[i] = i % 3 == 0 ? INT64_MIN + i : i % 3 == 1 ? i : INT64_MAX - i;
  }
  assert_true(crm__select(values, 201, 0) == INT64_MIN);
  assert_true(crm__select(values, 201, 66) == INT64_MIN + 198);
  assert_true(crm__select(values, 201, 67) == 1);
  assert_true(crm__select(values, 201, 133) == 199);
  assert_true(crm__select(values, 201, 200) == INT64_MAX - 2);
}

typedef struct merge_context {
  const uint64_t *keys;
  uint64_t *comparisons;
} merge_context;

static int compare_indexes(const void *context, uint32_t a, uint32_t b)
{
  const merge_context *merge = context;
  ++*merge->comparisons;
  return (merge->keys[a] > merge->keys[b]) - (merge->keys[a] < merge->keys[b]);
}

static void merge_sorts_and_is_stable(void **state)
{
  (void)state;
  for (int shape = 0; shape < SHAPES; shape++) {
    for (int round = 0; round < 90; round++) {
      uint64_t count = some_count(round);
      uint64_t comparisons = 0;
      merge_context context = { keys, &comparisons };
      for (uint64_t i = 0; i < count; i++) {
        keys[i] = expected[i].key = shaped(shape, i);
        payload[i] = expected[i].place = (uint32_t)i;
      }
      qsort(expected, (size_t)count, sizeof *expected, compare_pairs);
      crm__merge_sort(payload, spare_payload, count, compare_indexes, &context);
      for (uint64_t i = 0; i < count; i++) {
        assert_int_equal(payload[i], expected[i].place);
      }
      assert_true(comparisons <= count * 18);
    }
  }
}

static void small_values_sort_like_keys(void **unused)
{
  static const uint64_t counts[] = {0, 1, 2, 31, 33, 1000, MOST};
  static uint32_t values[MOST];
  static uint32_t small_spare[MOST];
  static uint64_t spare[MOST];
  static uint64_t ordered[MOST];
  (void)unused;
  for (int shape = 0; shape <= SHAPES + 4; shape++) {
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
      for (uint64_t i = 0; i < counts[c]; i++) {
        /* beyond the shapes: money of up to 20, 26, 27 and 32 bits, and many small sums among few of any size */
        static const uint64_t widths[] = {UINT64_C(1) << 20, (UINT64_C(1) << 26) - 1, UINT64_C(1) << 27, UINT32_MAX};
        uint64_t most = shape < SHAPES + 4 ? widths[shape < SHAPES ? 0 : shape - SHAPES]
                                           : UINT32_MAX >> (next_random() % 16 == 0 ? next_random() % 24 : 23);
        values[i] = (uint32_t)(shape < SHAPES ? shaped(shape, i) : next_random() % (most + 1));
        ordered[i] = values[i];
      }
      crm__radix_sort(ordered, NULL, spare, NULL, counts[c]);
      crm__sort_small(values, small_spare, counts[c]);
      for (uint64_t i = 0; i < counts[c]; i++) {
        assert_int_equal(values[i], ordered[i]);
      }
    }
  }
}

/* Of every shape, signed: all places at the edges and in between, some of them twice. */
static void several_are_selected(void **unused)
{
  static int64_t values[MOST];
  static int64_t sorted[MOST];
  static int64_t spare[MOST];
  static const uint64_t counts[] = {1, 2, 7, 64, 65, MOST};
  (void)unused;
  for (int shape = 0; shape < SHAPES; shape++) {
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
      uint64_t n = counts[c];
      uint64_t ks[CRM__SELECT_MOST] = {0, 0, n / 5, n / 3, n / 2, n / 2, n * 4 / 5, n - 1};
      int64_t found[CRM__SELECT_MOST];
      for (uint64_t i = 0; i < n; i++) {
        values[i] = (int64_t)(shaped(shape, i) ^ (next_random() % 3 == 0 ? UINT64_MAX : 0));
        sorted[i] = values[i];
      }
      qsort(sorted, (size_t)n, sizeof sorted[0], compare_values);
      crm__select_several(values, n, ks, CRM__SELECT_MOST, found, spare);
      for (int k = 0; k < CRM__SELECT_MOST; k++) {
        assert_int_equal(found[k], sorted[ks[k]]);
      }
    }
  }
}

/* Order is kept, small numbers have a bucket each, and places are found. */
static void kinds_keep_the_order(void **unused)
{
  static const int64_t steps[] = {INT64_MIN, INT64_MIN + 1, -4000000000, -129, -128, -127, -1, 0, 1, 2, 126, 127, 128,
                                  129, 130, 1 << 20, INT64_C(1) << 53, (INT64_C(1) << 53) + 1, INT64_MAX - 1,
                                  INT64_MAX};
  static uint32_t counts[CRM__KINDS];
  uint64_t before;
  (void)unused;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    assert_true(crm__kind(steps[i]) < CRM__KINDS);
    assert_true(i == 0 || crm__kind(steps[i]) >= crm__kind(steps[i - 1]));
    assert_int_equal(crm__kind(crm__kind_least(crm__kind(steps[i]))), crm__kind(steps[i]));
    assert_true(crm__kind_least(crm__kind(steps[i])) <= steps[i]);
    assert_true(crm__kind_least(crm__kind(steps[i])) == INT64_MIN ||
                crm__kind(crm__kind_least(crm__kind(steps[i])) - 1) < crm__kind(steps[i]));
  }
  for (int64_t v = -127; v <= 127; v++) {
    assert_true(v == -127 || crm__kind(v) > crm__kind(v - 1));
  }
  counts[3] = 2;
  counts[5] = 1;
  assert_int_equal(crm__kind_at(counts, 0, &before), 3);
  assert_int_equal(crm__kind_at(counts, 1, &before), 3);
  assert_int_equal(before, 0);
  assert_int_equal(crm__kind_at(counts, 2, &before), 5);
  assert_int_equal(before, 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(radix_sorts_and_is_stable),
    cmocka_unit_test(radix_sorts_without_payload),
    cmocka_unit_test(sortable_keeps_the_order_of_signed),
    cmocka_unit_test(select_answers_the_kth_and_loses_nothing),
    cmocka_unit_test(select_spans_the_whole_range),
    cmocka_unit_test(merge_sorts_and_is_stable),
    cmocka_unit_test(small_values_sort_like_keys),
    cmocka_unit_test(several_are_selected),
    cmocka_unit_test(kinds_keep_the_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
