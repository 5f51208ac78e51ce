/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TEST_CALLS_H
#define TEST_CALLS_H

#include <crm/api.h>

#include "base/memory.h"

/* Every call of a public function that a unit test makes, with its allocations failing (meson test --setup faults). The
 * programs are linked so that calls come to wrappers (calls.py). A wrapper makes its call with the first allocation
 * and all that follow it failing, then the second and so on, until it meets no fault: that is the one the test sees.
 * Each before it has to answer CRM_ERROR_MEMORY, to leave its outputs alone, and all else as it was, or the test that
 * goes on from there fails. Without LIBCRM_TEST_FAULTS in the environment each call is made once, as it is.
 *
 * Its value says how many allocations one after the other fail before some are passed over: with n, every one up to the
 * n-th, every second up to the 2n-th, and so on. */

#define TEST_CALL_OUTS 4
#define TEST_CALL_ROOM 2048

typedef struct test_call {
  const char *name;
  crm_error *error;
  crm_error error_before;
  const void *outs[TEST_CALL_OUTS];
  size_t sizes[TEST_CALL_OUTS];
  int nulls[TEST_CALL_OUTS];
  unsigned char before[TEST_CALL_OUTS][TEST_CALL_ROOM];
  int count;
  int tried;             /* 0: it is made once */
  int looked_at;         /* 0: what it does to its outputs is not */
  uint64_t at;           /* the allocation that fails */
  crm_status with_fault; /* what it answered with a fault, other than MEMORY */
} test_call;

/* Answers 0 where the call is to be made as it is: nothing is asked for, or the library makes it itself. Else it is
 * ended by test_call_end. once: it cannot be made again. */
int test_call_begin(test_call *call, const char *name, crm_error *error, int once);
void test_call_end(void);

/* An output; size 0: a struct that says its own. null: a failure may leave NULL there. Ignored where it is NULL. */
void test_call_out(test_call *call, const void *out, size_t size, int null);

/* The number of an output that is not as it was; 0: all are. */
int test_call_changed(const test_call *call);

/* Around the call itself; the latter answers whether it is to be made again. */
void test_call_arm(test_call *call);
int test_call_again(test_call *call, crm_status status);

/* Whether memory comes from the allocator that the library has by itself. */
int test_call_memory(const crm__memory *memory);

#endif
