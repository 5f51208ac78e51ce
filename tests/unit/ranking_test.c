/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/fault.h"
#include "support/rounds.h"

#include "base/ranking.h"

#include <string.h>

/* A ranking against a plain sorted list, whatever is added and removed. */

#define MOST 6000

typedef struct list {
  int64_t values[MOST];
  uint32_t ids[MOST];
  uint32_t count;
} list;

static const int mark = 1;

/* Higher ids first, so that the order is not the one that comes by itself. */
static int higher_first(const void *context, uint32_t a, uint32_t b)
{
  assert_ptr_equal(context, &mark);
  return a > b;
}

static uint32_t place_in(const list *of, int64_t value, uint32_t id)
{
  uint32_t i;
  for (i = 0; i < of->count; i++) {
    if (of->values[i] > value || (of->values[i] == value && of->ids[i] <= id)) {
      break;
    }
  }
  return i;
}

static void list_add(list *of, int64_t value, uint32_t id)
{
  uint32_t p = place_in(of, value, id);
  memmove(of->values + p + 1, of->values + p, (of->count - p) * sizeof *of->values);
  memmove(of->ids + p + 1, of->ids + p, (of->count - p) * sizeof *of->ids);
  of->values[p] = value;
  of->ids[p] = id;
  of->count++;
}

static void list_remove(list *of, uint32_t p)
{
  of->count--;
  memmove(of->values + p, of->values + p + 1, (of->count - p) * sizeof *of->values);
  memmove(of->ids + p, of->ids + p + 1, (of->count - p) * sizeof *of->ids);
}

static void compare_at(const crm__ranking *ranking, const list *of, int64_t value, uint32_t id)
{
  uint64_t below = 0;
  uint64_t equal = 0;
  uint64_t found;
  uint32_t i;
  for (i = 0; i < of->count; i++) {
    below += of->values[i] < value;
    equal += of->values[i] == value;
  }
  assert_int_equal(crm__ranking_below(ranking, value, &found), below);
  assert_int_equal(found, equal);
  if (ranking->before != NULL) {
    assert_int_equal(crm__ranking_ahead(ranking, value, id), place_in(of, value, id));
  }
}

static void compare_all(const crm__ranking *ranking, const list *of)
{
  uint32_t i;
  assert_int_equal(ranking->count, of->count);
  for (i = 0; i < of->count; i++) {
    uint32_t id = of->ids[i];
    assert_int_equal(crm__ranking_at(ranking, i, &id), of->values[i]);
    assert_int_equal(id, of->ids[i]);
  }
}

/* Grows and shrinks again and again; `spread` values, so that few make for many equal ones. */
static void run(int told_apart, int32_t spread, uint64_t seed, uint32_t begin)
{
  static list expected;
  crm__memory memory;
  crm__ranking ranking;
  dice of = dice_of(seed);
  uint32_t i;
  uint32_t step;
  uint32_t steps = (uint32_t)rounds(24000);
  memset(&expected, 0, sizeof expected);
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  crm__ranking_open(&ranking, told_apart ? higher_first : NULL, &mark);
  for (i = 0; i < begin; i++) {
    list_add(&expected, dice_below(&of, spread) - spread / 2, i);
  }
  assert_true(crm__ranking_build(&ranking, &memory, expected.values, expected.ids, expected.count));
  compare_all(&ranking, &expected);
  for (step = 0; step < steps; step++) {
    int grows = (step * 6 / steps) % 2 == 0 ? 8 : 2;
    if (expected.count < MOST && dice_below(&of, 10) < grows) {
      int64_t value = dice_below(&of, spread) - spread / 2;
      assert_true(crm__ranking_reserve(&ranking, &memory));
      crm__ranking_add(&ranking, value, begin + step);
      list_add(&expected, value, begin + step);
    } else if (expected.count > 0) {
      uint32_t p = (uint32_t)dice_below(&of, (int32_t)expected.count);
      crm__ranking_remove(&ranking, expected.values[p], expected.ids[p]);
      list_remove(&expected, p);
    }
    if (step % 16 == 0) {
      compare_at(&ranking, &expected, dice_below(&of, spread + 2) - spread / 2 - 1, (uint32_t)dice_below(&of, 30000));
    }
    if (step % 1000 == 0) {
      compare_all(&ranking, &expected);
    }
  }
  while (expected.count > 0) {
    uint32_t p = step % 3 == 0 ? 0 : expected.count - 1;
    crm__ranking_remove(&ranking, expected.values[p], expected.ids[p]);
    list_remove(&expected, p);
    step++;
  }
  compare_all(&ranking, &expected);
  compare_at(&ranking, &expected, 0, 0);
  crm__ranking_close(&ranking, &memory);
  assert_int_equal(memory.used, 0);
}

static void test_counted(void **state)
{
  (void)state;
  run(0, 1000000, 1, 0);
  run(0, 1000000, 2, 3000);
  run(0, 7, 3, 2500);
  run(0, 300, 4, 48 * 48 + 1);
}

static void test_told_apart(void **state)
{
  (void)state;
  run(1, 1000000, 5, 0);
  run(1, 3, 6, 2500);
  run(1, 200, 7, 48 * 48 + 1);
}

/* Rising, falling and one value only. */
static void test_one_sided(void **state)
{
  static list expected;
  int turn;
  (void)state;
  for (turn = 0; turn < 6; turn++) {
    crm__memory memory;
    crm__ranking ranking;
    uint32_t i;
    memset(&expected, 0, sizeof expected);
    assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
    crm__ranking_open(&ranking, turn >= 3 ? higher_first : NULL, &mark);
    for (i = 0; i < 3000; i++) {
      int64_t value = turn % 3 == 0 ? (int64_t)i : turn % 3 == 1 ? -(int64_t)i : 5;
      assert_true(crm__ranking_reserve(&ranking, &memory));
      crm__ranking_add(&ranking, value, i);
      list_add(&expected, value, i);
    }
    compare_all(&ranking, &expected);
    compare_at(&ranking, &expected, INT64_MIN, 0);
    compare_at(&ranking, &expected, INT64_MAX - 1, 0);
    crm__ranking_close(&ranking, &memory);
    assert_int_equal(memory.used, 0);
  }
}

static int build_and_add(const crm_config *config, void *user)
{
  static int64_t values[5000];
  crm__memory memory;
  crm__ranking ranking;
  uint32_t i;
  int good;
  (void)user;
  assert_int_equal(crm__memory_open(&memory, config, NULL), CRM_OK);
  crm__ranking_open(&ranking, NULL, NULL);
  for (i = 0; i < 5000; i++) {
    values[i] = (int64_t)i * 2;
  }
  good = crm__ranking_build(&ranking, &memory, values, NULL, 5000);
  assert_true(good || ranking.count == 0);
  for (i = 0; good && i < 2000; i++) {
    good = crm__ranking_reserve(&ranking, &memory);
    if (good) {
      crm__ranking_add(&ranking, (int64_t)i * 5 + 1, 0);
    }
  }
  crm__ranking_close(&ranking, &memory);
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
    cmocka_unit_test(test_counted),
    cmocka_unit_test(test_told_apart),
    cmocka_unit_test(test_one_sided),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
