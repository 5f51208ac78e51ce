/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BENCH_TIMING_H
#define CRM_BENCH_TIMING_H

#include <stdint.h>
#include <time.h>

/* Monotonic nanoseconds. Include after _XOPEN_SOURCE is set. */
static inline int64_t now_ns(void)
{
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
