/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/fault.h"

#include "base/running.h"

#include <stdlib.h>
#include <string.h>

/* Running sums against a plain row of counts. */

#define MOST 5000

static uint32_t counts[MOST];

static void compare(const crm__running *sums, uint64_t places)
{
  uint64_t before = 0;
  uint64_t i;
  uint32_t k;
  for (i = 0; i < places; i++) {
    assert_int_equal(crm__running_before(sums, i), before);
    for (k = 0; k < counts[i]; k++) {
      uint64_t rest;
      assert_int_equal(crm__running_find(sums, before + k, &rest), i);
      assert_int_equal(rest, k);
    }
    before += counts[i];
  }
  assert_int_equal(crm__running_before(sums, places), before);
}

/* A place at which somebody is, at or after a random one. */
static uint32_t some(dice *of, uint64_t places)
{
  uint32_t i = (uint32_t)dice_below(of, (int32_t)places);
  while (counts[i] == 0) {
    i = (uint32_t)((i + 1) % places);
  }
  return i;
}

static void change(crm__running *sums, dice *of, uint64_t places, uint32_t *held)
{
  uint32_t to = (uint32_t)dice_below(of, (int32_t)places);
  int32_t what = dice_below(of, 4);
  uint32_t from;
  if (*held == 0 || what == 0) {
    crm__running_add(sums, to);
    counts[to]++;
    (*held)++;
    return;
  }
  from = some(of, places);
  if (what == 1) {
    crm__running_remove(sums, from);
    (*held)--;
  } else {
    to = what == 2 || from + 3U >= places ? to : from + (uint32_t)dice_below(of, 3);
    crm__running_move(sums, from, to);
    counts[to]++;
  }
  counts[from]--;
}

static void run(uint64_t places, uint64_t seed)
{
  crm__memory memory;
  crm__running sums;
  dice of = dice_of(seed);
  uint32_t held = 0;
  uint64_t i;
  int step;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_true(crm__running_open(&sums, &memory, places));
  for (i = 0; i < places; i++) {
    counts[i] = (uint32_t)(dice_below(&of, 3) == 0 ? dice_below(&of, 5) : 0);
    sums.levels[0][i] = counts[i];
    held += counts[i];
  }
  crm__running_settle(&sums);
  compare(&sums, places);
  for (step = 0; step < 2000; step++) {
    change(&sums, &of, places, &held);
    if (step % 100 == 99) {
      compare(&sums, places);
    }
  }
  crm__running_close(&sums, &memory);
  assert_int_equal(memory.used, 0);
}

/* Rows that end with a group, one before and one after. */
static void test_random(void **state)
{
  static const uint64_t places[] = {1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257, 4095, 4096, 4097, MOST};
  size_t k;
  (void)state;
  for (k = 0; k < sizeof places / sizeof places[0]; k++) {
    run(places[k], k + 1);
  }
}

static int open_some(const crm_config *config, void *user)
{
  crm__memory memory;
  crm__running sums;
  int good;
  (void)user;
  assert_int_equal(crm__memory_open(&memory, config, NULL), CRM_OK);
  good = crm__running_open(&sums, &memory, 100);
  crm__running_close(&sums, &memory);   /* also what was not opened */
  assert_int_equal(memory.used, 0);
  return good ? CRM_OK : CRM_ERROR_MEMORY;
}

static void test_memory(void **state)
{
  (void)state;
  test_fault_drive(open_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_random),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
