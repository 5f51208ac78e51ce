/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_ROUNDS_H
#define TESTS_SUPPORT_ROUNDS_H

#include <stdlib.h>

/* How many rounds of something random a test does: all, or a tenth where every one of them takes long, as under
 * valgrind. */
static inline int rounds(int all)
{
  return getenv("LIBCRM_TEST_BRIEF") == NULL ? all : (all + 9) / 10;
}

#endif
