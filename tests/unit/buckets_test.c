/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/fault.h"

#include "base/buckets.h"

#include <stdlib.h>
#include <string.h>

/* Buckets against a plain sorted list, whatever is added, removed and moved. */

#define MOST 4000

typedef struct list {
  int64_t values[MOST];
  uint32_t count;
} list;

static uint32_t below_in(const list *of, int64_t value)
{
  uint32_t low = 0;
  uint32_t high = of->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (of->values[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static void list_add(list *of, int64_t value)
{
  uint32_t p = below_in(of, value);
  memmove(of->values + p + 1, of->values + p, (of->count - p) * sizeof *of->values);
  of->values[p] = value;
  of->count++;
}

static void list_remove(list *of, int64_t value)
{
  uint32_t p = below_in(of, value);
  assert_true(p < of->count && of->values[p] == value);
  of->count--;
  memmove(of->values + p, of->values + p + 1, (of->count - p) * sizeof *of->values);
}

static void compare_at(const crm__buckets *buckets, const list *of, int64_t value)
{
  crm__bucket_spot spot = crm__buckets_spot(buckets, value);
  uint64_t equal;
  assert_int_equal(crm__buckets_below(buckets, value, &equal), below_in(of, value));
  assert_int_equal(equal, below_in(of, value + 1) - below_in(of, value));
  assert_int_equal(crm__buckets_below_at(buckets, &spot, value, &equal), below_in(of, value));
  assert_int_equal(equal, below_in(of, value + 1) - below_in(of, value));
}

static void compare_all(const crm__buckets *buckets, const list *of)
{
  uint32_t i;
  assert_int_equal(buckets->count, of->count);
  for (i = 0; i < of->count; i++) {
    assert_true(crm__buckets_at(buckets, i) == of->values[i]);
  }
}

/* What values are drawn from: about `spread` of them, or of all magnitudes where it is 0. */
typedef struct drawing {
  dice of;
  int32_t spread;
  int64_t around;
} drawing;

static int64_t draw(drawing *from)
{
  int64_t value;
  if (from->spread > 0) {
    return from->around + dice_below(&from->of, from->spread) - from->spread / 2;
  }
  value = ((int64_t)dice_below(&from->of, 1 << 30) << 32 | dice_below(&from->of, 1 << 30)) >> dice_below(&from->of, 62);
  return dice_below(&from->of, 2) ? value : -value;
}

static void change(crm__buckets *buckets, crm__memory *memory, list *expected, drawing *from, int grows)
{
  int64_t value = draw(from);
  int64_t old = expected->count == 0 ? 0 : expected->values[dice_below(&from->of, (int32_t)expected->count)];
  if (expected->count == 0 || (expected->count < MOST && dice_below(&from->of, 10) < grows)) {
    assert_true(crm__buckets_reserve(buckets, memory, value));
    crm__buckets_add(buckets, value);
    list_add(expected, value);
  } else if (dice_below(&from->of, 2)) {
    crm__buckets_remove(buckets, old);
    list_remove(expected, old);
  } else {
    value = dice_below(&from->of, 2) ? old + dice_below(&from->of, 9) - 4 : value;
    assert_true(crm__buckets_reserve(buckets, memory, value));
    crm__buckets_move(buckets, old, value);
    list_remove(expected, old);
    list_add(expected, value);
  }
}

static void run(int32_t spread, int64_t around, uint64_t seed, uint32_t begin)
{
  static list expected;
  crm__memory memory;
  crm__buckets buckets;
  drawing from;
  uint32_t step;
  from.of = dice_of(seed);
  from.spread = spread;
  from.around = around;
  expected.count = 0;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  for (step = 0; step < begin; step++) {
    list_add(&expected, draw(&from));
  }
  assert_true(crm__buckets_build(&buckets, &memory, expected.values, expected.count));
  compare_all(&buckets, &expected);
  for (step = 0; step < 16000; step++) {
    change(&buckets, &memory, &expected, &from, (step / 4000) % 2 == 0 ? 8 : 2);
    if (step % 8 == 0) {
      compare_at(&buckets, &expected, draw(&from));
    }
    if (step % 1000 == 0) {
      compare_all(&buckets, &expected);
    }
  }
  while (expected.count > 0) {
    int64_t value = expected.values[step++ % 3 == 0 ? 0 : expected.count - 1];
    crm__buckets_remove(&buckets, value);
    list_remove(&expected, value);
  }
  compare_all(&buckets, &expected);
  compare_at(&buckets, &expected, INT64_MIN);
  compare_at(&buckets, &expected, INT64_MAX - 1);
  crm__buckets_close(&buckets, &memory);
  assert_int_equal(memory.used, 0);
}

static void test_built(void **state)
{
  (void)state;
  run(1000000, 0, 1, 3000);
  run(1000000, 1000000000, 2, 3500);        /* in a part of one magnitude */
  run(5, 0, 3, 2500);                       /* few values, many of each */
  run(5, INT64_C(1) << 50, 4, 2500);
  run(3000, -1500, 5, 3000);
  run(0, 0, 6, 3900);                       /* of all magnitudes */
}

/* Of nothing, or of a few that what comes later has little to do with. */
static void test_grown(void **state)
{
  (void)state;
  run(1000000, 0, 7, 0);
  run(0, 0, 8, 0);
  run(1, 4711, 9, 1);
  run(0, 0, 10, 5);
}

static int build_and_add(const crm_config *config, void *user)
{
  static int64_t values[3000];
  crm__memory memory;
  crm__buckets buckets;
  int64_t i;
  int good;
  (void)user;
  assert_int_equal(crm__memory_open(&memory, config, NULL), CRM_OK);
  for (i = 0; i < 3000; i++) {
    values[i] = i < 40 ? 100 : i * 1000;
  }
  good = crm__buckets_build(&buckets, &memory, values, 3000);
  for (i = 0; good && i < 300; i++) {
    good = crm__buckets_reserve(&buckets, &memory, 1999000 + i % 90);
    if (good) {
      crm__buckets_add(&buckets, 1999000 + i % 90);
    }
  }
  crm__buckets_close(&buckets, &memory);
  assert_int_equal(memory.used, 0);
  return good ? CRM_OK : CRM_ERROR_MEMORY;
}

static void test_memory(void **state)
{
  (void)state;
  test_fault_drive(build_and_add, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_built),
    cmocka_unit_test(test_grown),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
