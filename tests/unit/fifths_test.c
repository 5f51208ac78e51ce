/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/fault.h"

#include "base/fifths.h"

#include <string.h>

/* Scores by moving edges against scores worked out anew from a plain list of counts. */

#define LEAST (-3000)
#define RANGE 6000

static uint32_t counts[RANGE];
static int64_t sums[RANGE + 1];   /* of the counts before each, as of the last add_up */
static int64_t held;

static void add_up(void)
{
  int64_t i;
  for (i = 0; i < RANGE; i++) {
    sums[i + 1] = sums[i] + counts[i];
  }
}

static int64_t below(int64_t number)
{
  int64_t i = number - LEAST;
  return sums[i < 0 ? 0 : i > RANGE ? RANGE : i];
}

/* Of a number in place of another, or as one more where there is none to leave. */
static int32_t score_of(int64_t number, int moved, int64_t from)
{
  return (int32_t)(1 + 5 * (below(number) - (moved && from < number)) / (held + !moved));
}

static void compare(const crm__fifths *fifths, dice *of)
{
  int64_t number;
  add_up();
  for (number = LEAST - 5; number < LEAST + RANGE + 5; number += 1 + dice_below(of, 50)) {
    int64_t from = LEAST + dice_below(of, RANGE);
    assert_int_equal(crm__fifths_score_added(fifths, number), score_of(number, 0, 0));
    while (held > 0 && counts[from - LEAST] == 0) {
      from = from + 1 < LEAST + RANGE ? from + 1 : LEAST;
    }
    if (held > 0) {
      assert_int_equal(crm__fifths_score(fifths, from), score_of(from, 1, from));
      assert_int_equal(crm__fifths_score_moved(fifths, from, number), score_of(number, 1, from));
      assert_int_equal(crm__fifths_score_moved(fifths, from, from + 1), score_of(from + 1, 1, from));
    }
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

static void change(crm__fifths *fifths, crm__memory *memory, dice *of, int64_t number, int grows)
{
  int what = dice_below(of, 10);
  int64_t from;
  assert_true(crm__fifths_reserve(fifths, memory, number));
  if (held == 0 || what < grows) {
    crm__fifths_add(fifths, number);
    counts[number - LEAST]++;
    held++;
    return;
  }
  from = some(of);
  if (what < 5) {
    crm__fifths_remove(fifths, from);
    held--;
  } else {
    int64_t to = what < 8 || from + 5 >= LEAST + RANGE ? number : from + dice_below(of, 5);
    assert_true(crm__fifths_reserve(fifths, memory, to));
    crm__fifths_move(fifths, from, to);
    counts[to - LEAST]++;
  }
  counts[from - LEAST]--;
}

/* Numbers from a range that widens step by step, to both sides of 0 or of another number. */
static void run(uint64_t seed, int32_t widest, int64_t around)
{
  crm__memory memory;
  crm__fifths fifths;
  dice of = dice_of(seed);
  int step;
  memset(&fifths, 0, sizeof fifths);
  memset(counts, 0, sizeof counts);
  held = 0;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  compare(&fifths, &of);
  assert_true(crm__fifths_reserve(&fifths, &memory, around));
  compare(&fifths, &of);
  for (step = 0; step < 4000; step++) {
    int32_t wide = 1 + (int32_t)((int64_t)step * widest / 4000);
    change(&fifths, &memory, &of, around - wide / 2 + dice_below(&of, wide), (step / 500) % 2 == 0 ? 4 : 1);
    if (step % 100 == 0 || (step < 100 && step % 5 == 0)) {
      compare(&fifths, &of);
    }
  }
  while (held > 0) {
    int64_t number = some(&of);
    crm__fifths_remove(&fifths, number);
    counts[number - LEAST]--;
    held--;
    if (held < 30) {
      compare(&fifths, &of);
    }
  }
  crm__fifths_close(&fifths, &memory);
  assert_int_equal(memory.used, 0);
}

static void test_random(void **state)
{
  (void)state;
  run(5, RANGE - 2, 0);
  run(6, 40, 0);
  run(7, 40, 2900);
  run(8, 3, -2000);
  run(9, 1, 5);
}

static int widen(const crm_config *config, void *user)
{
  crm__memory memory;
  crm__fifths fifths;
  int64_t number;
  int good = 1;
  (void)user;
  memset(&fifths, 0, sizeof fifths);
  assert_int_equal(crm__memory_open(&memory, config, NULL), CRM_OK);
  for (number = 0; number < 500 && good; number += 50) {
    good = crm__fifths_reserve(&fifths, &memory, number % 100 == 0 ? number : -number);
    if (good) {
      crm__fifths_add(&fifths, number % 100 == 0 ? number : -number);
    }
    assert_int_equal(fifths.count, number / 50 + good);
  }
  crm__fifths_close(&fifths, &memory);
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
