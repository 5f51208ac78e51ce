/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fault.h"
#include "support/rounds.h"

#define RED_ZONE 32
#define RED_BYTE 0xFD
#define NEW_BYTE 0xCD
#define DEAD_BYTE 0xDD

/* Stands before a block, in a union that keeps the block aligned as by malloc. */
typedef struct test_fault_block {
  struct test_fault_block *previous;
  struct test_fault_block *next;
  const test_fault *owner;
  size_t size;
} test_fault_block;

typedef union block_head {
  test_fault_block block;
  unsigned char room[RED_ZONE + (sizeof(test_fault_block) + RED_ZONE - 1) / RED_ZONE * RED_ZONE];
  long double widest;
  void *pointer;
  int64_t integer;
} block_head;

static unsigned char *block_bytes(const test_fault_block *block)
{
  return (unsigned char *)(uintptr_t)block + sizeof(block_head);
}

static void check_block(const test_fault_block *block)
{
  const unsigned char *bytes = block_bytes(block);
  size_t i;

  for (i = 1; i <= RED_ZONE; i++) {
    if (*(bytes - i) != RED_BYTE) {
      fail_msg("byte %lu before a block of %lu bytes was written", (unsigned long)i, (unsigned long)block->size);
    }
  }
  for (i = 0; i < RED_ZONE; i++) {
    if (bytes[block->size + i] != RED_BYTE) {
      fail_msg("byte %lu behind a block of %lu bytes was written", (unsigned long)i, (unsigned long)block->size);
    }
  }
}

static void *block_new(test_fault *fault, size_t size)
{
  block_head *head = size <= SIZE_MAX - sizeof *head - RED_ZONE ? malloc(sizeof *head + size + RED_ZONE) : NULL;
  unsigned char *bytes;

  if (head == NULL) {
    fault->faults++;
    return NULL;
  }
  bytes = block_bytes(&head->block);
  memset(bytes - RED_ZONE, RED_BYTE, RED_ZONE);
  memset(bytes, NEW_BYTE, size);
  memset(bytes + size, RED_BYTE, RED_ZONE);
  head->block.owner = fault;
  head->block.size = size;
  head->block.previous = NULL;
  head->block.next = fault->blocks;
  if (fault->blocks != NULL) {
    fault->blocks->previous = &head->block;
  }
  fault->blocks = &head->block;
  fault->live_blocks++;
  fault->live_bytes += size;
  if (fault->live_bytes > fault->peak_bytes) {
    fault->peak_bytes = fault->live_bytes;
  }
  return bytes;
}

/* The ledger's block of a pointer, checked. */
static test_fault_block *block_find(const test_fault *fault, void *memory, size_t size)
{
  test_fault_block *block = (test_fault_block *)(void *)((unsigned char *)memory - sizeof(block_head));

  if (block->owner != fault) {
    fail_msg("a pointer that this allocator has not given, or has taken back already");
  }
  if (block->size != size) {
    fail_msg("a block of %lu bytes was said to have %lu", (unsigned long)block->size, (unsigned long)size);
  }
  check_block(block);
  return block;
}

static void block_free(test_fault *fault, test_fault_block *block)
{
  if (block->previous != NULL) {
    block->previous->next = block->next;
  } else {
    fault->blocks = block->next;
  }
  if (block->next != NULL) {
    block->next->previous = block->previous;
  }
  fault->live_blocks--;
  fault->live_bytes -= block->size;
  memset(block_bytes(block), DEAD_BYTE, block->size);
  block->owner = NULL;
  free(block);
}

static void *fault_allocate(void *context, void *memory, size_t old_size, size_t new_size)
{
  test_fault *fault = context;
  test_fault_block *block = memory != NULL ? block_find(fault, memory, old_size) : NULL;
  void *given;

  if (new_size == 0) {
    if (block != NULL) {
      block_free(fault, block);
    }
    return NULL;
  }
  fault->calls++;
  if (fault->fail_at != 0 && (fault->once ? fault->calls == fault->fail_at : fault->calls >= fault->fail_at)) {
    fault->faults++;
    return NULL;
  }
  given = block_new(fault, new_size);
  if (given != NULL && block != NULL) {
    memcpy(given, memory, old_size < new_size ? old_size : new_size);
    block_free(fault, block);
  }
  return given;
}

void test_fault_reset(test_fault *fault, uint64_t fail_at, int once)
{
  memset(fault, 0, sizeof *fault);
  fault->fail_at = fail_at;
  fault->once = once;
  fault->blocks = NULL;
}

crm_config test_fault_config(test_fault *fault)
{
  crm_config config = CRM_CONFIG_INIT;

  config.allocate = fault_allocate;
  config.allocate_context = fault;
  return config;
}

void test_fault_check(const test_fault *fault)
{
  const test_fault_block *block;

  for (block = fault->blocks; block != NULL; block = block->next) {
    check_block(block);
  }
}

/* One run; answers whether it met a fault. */
static int run_scenario(test_scenario scenario, void *user, uint64_t fail_at, int once)
{
  test_fault fault;
  crm_config config;
  int status;

  test_fault_reset(&fault, fail_at, once);
  config = test_fault_config(&fault);
  status = scenario(&config, user);
  test_fault_check(&fault);
  if (fault.live_blocks != 0 || fault.live_bytes != 0) {
    fail_msg("allocation %llu failing (%s): %llu bytes in %llu blocks were not given back", (unsigned long long)fail_at,
             once ? "once" : "from then on", (unsigned long long)fault.live_bytes,
             (unsigned long long)fault.live_blocks);
  }
  if (status != (fault.faults != 0 ? CRM_ERROR_MEMORY : CRM_OK)) {
    fail_msg("allocation %llu failing (%s): %llu faults, but status %d", (unsigned long long)fail_at,
             once ? "once" : "from then on", (unsigned long long)fault.faults, status);
  }
  return fault.faults != 0;
}

void test_fault_drive(test_scenario scenario, void *user)
{
  uint64_t point = 1;
  uint64_t tried = 0;

  while (run_scenario(scenario, user, point, 0)) {
    (void)run_scenario(scenario, user, point, 1);
    point = next_point(point);
    tried++;
  }
  print_message("fault points tried: %llu\n", (unsigned long long)tried);
}
