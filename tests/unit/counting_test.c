/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/fault.h"

#include "base/counting.h"

#include <string.h>

/* Counted numbers against a plain list of counts. */

#define LEAST (-3000)
#define RANGE 6000

static uint32_t counts[RANGE];

static void compare(const crm__counting *counting)
{
  uint64_t below = 0;
  int64_t number;
  for (number = LEAST - 5; number < LEAST + RANGE + 5; number++) {
    uint64_t own = number < LEAST || number >= LEAST + RANGE ? 0 : counts[number - LEAST];
    uint64_t equal;
    assert_int_equal(crm__counting_below(counting, number, &equal), below);
    assert_int_equal(equal, own);
    below += own;
  }
}

/* A number that is there, at or after a random one. */
static int64_t some(dice *of)
{
  int32_t i = dice_below(of, RANGE);
  while (counts[i] == 0) {
    i = (i + 1) % RANGE;
  }
  return LEAST + i;
}

static void test_random(void **state)
{
  crm__memory memory;
  crm__counting counting;
  dice of = dice_of(5);
  int step;
  (void)state;
  memset(&counting, 0, sizeof counting);
  memset(counts, 0, sizeof counts);
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  compare(&counting);
  for (step = 0; step < 4000; step++) {
    /* the range widens step by step, to both sides */
    int32_t wide = 1 + step * (RANGE - 2) / 4000;
    int64_t number = LEAST + RANGE / 2 - wide / 2 + dice_below(&of, wide);
    assert_true(crm__counting_reserve(&counting, &memory, number));
    if (step % 3 == 0) {
      crm__counting_add(&counting, number);
      counts[number - LEAST]++;
    } else {
      int64_t from = some(&of);
      int64_t to = step % 3 == 1 ? number : from + dice_below(&of, 5);
      assert_true(to < LEAST + RANGE && crm__counting_reserve(&counting, &memory, to));
      crm__counting_move(&counting, from, to);
      counts[from - LEAST]--;
      counts[to - LEAST]++;
    }
    if (step % 7 == 0 && step > 100) {
      int64_t from = some(&of);
      crm__counting_remove(&counting, from);
      counts[from - LEAST]--;
    }
    if (step % 100 == 0) {
      compare(&counting);
    }
  }
  compare(&counting);
  crm__counting_close(&counting, &memory);
  assert_int_equal(memory.used, 0);
}

static int widen(const crm_config *config, void *user)
{
  crm__memory memory;
  crm__counting counting;
  int64_t number;
  uint64_t equal;
  uint64_t added = 0;
  int good = 1;
  (void)user;
  memset(&counting, 0, sizeof counting);
  assert_int_equal(crm__memory_open(&memory, config, NULL), CRM_OK);
  for (number = 0; number < 500 && good; number += 50) {
    good = crm__counting_reserve(&counting, &memory, number % 100 == 0 ? number : -number);
    if (good) {
      crm__counting_add(&counting, number % 100 == 0 ? number : -number);
      added++;
    }
    assert_int_equal(crm__counting_below(&counting, 1000, &equal), added);
  }
  crm__counting_close(&counting, &memory);
  return good ? CRM_OK : CRM_ERROR_MEMORY;
}

static void test_memory(void **state)
{
  (void)state;
  test_fault_drive(widen, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_random),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
