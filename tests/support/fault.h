/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include <crm/api.h>

/* An allocator for tests. It keeps a ledger of its blocks, moves a block at each resize, fills new and dead bytes
 * with patterns, has a red zone on either side of a block, and fails at the call it is told to. What it finds wrong
 * (a size at free or resize that is not the block's, an overwritten red zone, a block it does not know) fails the
 * running test. */
typedef struct test_fault {
  uint64_t fail_at;      /* number of the call that fails, counted from 1; 0: none */
  int once;              /* 1: that call alone; 0: it and all after it */
  uint64_t calls;        /* calls that asked for memory, resizes too; frees do not count */
  uint64_t faults;       /* calls that were failed */
  uint64_t live_bytes;
  uint64_t live_blocks;
  uint64_t peak_bytes;
  struct test_fault_block *blocks;   /* the ledger */
} test_fault;

/* Starts a count anew. The fault must hold no block, or be zeroed memory. */
void test_fault_reset(test_fault *fault, uint64_t fail_at, int once);

/* The configuration that allocates by a fault; the fault must outlive what is made with it. */
crm_config test_fault_config(test_fault *fault);

/* Checks the red zones of all live blocks. */
void test_fault_check(const test_fault *fault);

/* A scenario makes, uses and frees objects with the config and answers the first status that is not CRM_OK. */
typedef int (*test_scenario)(const crm_config *config, void *user);

/* Runs a scenario with the first, second, third ... allocation failing, once alone and once with all that follow it,
 * until it runs through without a fault. Each run must give back all memory; one with a fault must answer
 * CRM_ERROR_MEMORY, the one without CRM_OK. Prints the number of points tried. */
void test_fault_drive(test_scenario scenario, void *user);

#endif
