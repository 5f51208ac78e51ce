/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_EXECUTORS_H
#define TESTS_SUPPORT_EXECUTORS_H

#include <crm/context.h>

/* Executors of every kind that a host may lend, for tests that want the same bytes from all of them. */

#define EXECUTOR_IN_ORDER 0
#define EXECUTOR_REVERSED 1
#define EXECUTOR_SHUFFLED 2
#define EXECUTOR_THREADS 3    /* as many threads as workers, each of which takes the next task */
#define EXECUTOR_KINDS 4

typedef struct executor_state {
  int32_t kind;
  uint32_t workers;
  int64_t jobs;        /* run so far */
  int64_t tasks;
  crm_status answer;   /* what run answers, without running anything where it is not CRM_OK */
  int64_t left_out;    /* tasks at the end that are not run: a broken executor */
  int32_t twice;       /* every task is called again: another one */
} executor_state;

/* An executor over a state, which has to outlive it. */
crm_executor executor_of(executor_state *state, int32_t kind, uint32_t workers);

#endif
