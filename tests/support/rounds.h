/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_ROUNDS_H
#define TESTS_SUPPORT_ROUNDS_H

#include <stdint.h>
#include <stdlib.h>

/* Whether all takes thirty times as long, as under valgrind, and other runs of the same tests do the many rounds. */
static inline int brief(void)
{
  return getenv("LIBCRM_TEST_BRIEF") != NULL;
}

/* How many rounds of something random, or ways of one kind, a test does: all, or a tenth. */
static inline int rounds(int all)
{
  return brief() ? (all + 9) / 10 : all;
}

/* The point of failure to try after one: the next, or behind the first ones every fourth where other runs of the same
 * tests try all of them, as under sanitizers. */
static inline uint64_t next_point(uint64_t point)
{
  return point + (point > 8 && getenv("LIBCRM_TEST_SPARSE") != NULL ? 4U : 1U);
}

#endif
