/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_ROUNDS_H
#define TESTS_SUPPORT_ROUNDS_H

#include <stdint.h>
#include <stdlib.h>

/* By what a run divides its rounds: LIBCRM_TEST_FEWER, where all takes long and other runs of the same tests do all of
 * them; 1 where it is not set. */
static inline int fewer(void)
{
  const char *text = getenv("LIBCRM_TEST_FEWER");
  int by = text != NULL ? atoi(text) : 1;
  return by > 1 ? by : 1;
}

/* Whether it is a tenth or less, as under valgrind, where all takes thirty times as long. */
static inline int brief(void)
{
  return fewer() >= 10;
}

/* How many rounds of something random, or ways of one kind, a test does. A few stay as many unless the run is brief. */
static inline int rounds(int all)
{
  return brief() || all > 8 ? (all + fewer() - 1) / fewer() : all;
}

/* Whether calls are made again and again (support/calls.h); a test that counts what they ask of the host is skipped
 * then. */
static inline int calls_repeat(void)
{
  return getenv("LIBCRM_TEST_FAULTS") != NULL;
}

/* The point of failure to try after one: the next; where rounds are an n-th, behind the first ones every 2n-th. */
static inline uint64_t next_point(uint64_t point)
{
  return point + (point > 8 && fewer() > 1 ? 2U * (uint64_t)fewer() : 1U);
}

#endif
