/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/calls.h"
#include "support/trials.h"

crm_status __real_crm__memory_open(crm__memory *memory, const crm_config *config, crm_error *error);
crm_status __wrap_crm__memory_open(crm__memory *memory, const crm_config *config, crm_error *error);

static struct {
  int asked;          /* the environment was */
  uint64_t dense;     /* 0: nothing is tried */
  int within;         /* a call is being made: those inside it are the library's own */
  uint64_t fail_at;   /* 0: none */
  uint64_t calls;
  uint64_t faults;
  uint64_t points;
} state;

static void *allocate(void *context, void *memory, size_t old_size, size_t new_size)
{
  (void)context;
  (void)old_size;
  if (new_size == 0) {
    free(memory);
    return NULL;
  }
  if (state.fail_at != 0 && ++state.calls >= state.fail_at) {
    state.faults++;
    return NULL;
  }
  return realloc(memory, new_size);
}

/* In the place of the allocator that the library has by itself. */
crm_status __wrap_crm__memory_open(crm__memory *memory, const crm_config *config, crm_error *error)
{
  crm_status status = __real_crm__memory_open(memory, config, error);
  if (status == CRM_OK && (config == NULL || config->allocate == NULL)) {
    memory->allocate = allocate;
  }
  return status;
}

int test_call_memory(const crm__memory *memory)
{
  return memory->allocate == allocate;
}

static void say_points(void)
{
  printf("call points tried: %llu\n", (unsigned long long)state.points);
}

static uint64_t asked_for(void)
{
  if (!state.asked) {
    const char *text = getenv("LIBCRM_TEST_FAULTS");
    state.asked = 1;
    state.dense = text != NULL ? (uint64_t)strtoul(text, NULL, 10) : 0;
    if (state.dense > 0) {
      (void)atexit(say_points);
    }
  }
  return state.dense;
}

static size_t error_size(const crm_error *error)
{
  return error->struct_size < sizeof *error ? error->struct_size : sizeof *error;
}

int test_call_begin(test_call *call, const char *name, crm_error *error, int once)
{
  if (state.within || (asked_for() == 0 && test_trials() == 0)) {
    return 0;
  }
  state.within = 1;
  call->name = name;
  call->error = error;
  call->count = 0;
  call->at = 1;
  call->with_fault = CRM_OK;
  call->tried = asked_for() > 0 && !once;
  call->looked_at = call->tried || test_trials() > 0;
  if (error != NULL) {
    memcpy(&call->error_before, error, error_size(error));
  }
  return 1;
}

void test_call_end(void)
{
  state.within = 0;
}

void test_call_out(test_call *call, const void *out, size_t size, int null)
{
  uint32_t said = 0;
  if (!call->looked_at || out == NULL || call->count == TEST_CALL_OUTS) {
    return;
  }
  memcpy(&said, out, sizeof said);
  size = size == 0 ? said : size;
  if (size <= TEST_CALL_ROOM) {
    memcpy(call->before[call->count], out, size);
    call->outs[call->count] = out;
    call->nulls[call->count] = null;
    call->sizes[call->count++] = size;
  }
}

void test_call_arm(test_call *call)
{
  if (call->tried) {
    state.calls = 0;
    state.faults = 0;
    state.fail_at = call->at;
  }
}

int test_call_changed(const test_call *call)
{
  static const void *const none = NULL;
  int i;
  for (i = 0; i < call->count; i++) {
    if (memcmp(call->outs[i], call->before[i], call->sizes[i]) != 0
        && !(call->nulls[i] && memcmp(call->outs[i], &none, sizeof none) == 0)) {
      return i + 1;
    }
  }
  return 0;
}

int test_call_again(test_call *call, crm_status status)
{
  int met = state.faults != 0;
  int changed;
  if (!call->tried) {
    return 0;
  }
  state.fail_at = 0;
  if (!met) {
    if (call->with_fault != CRM_OK && call->with_fault != status) {
      fail_msg("%s: status %d without memory, %d with", call->name, (int)call->with_fault, (int)status);
    }
    return 0;
  }
  state.points++;
  if (status == CRM_OK) {   /* it can do without, and has done what it should */
    return 0;
  }
  if (status != CRM_ERROR_MEMORY) {
    call->with_fault = status;
  }
  changed = test_call_changed(call);
  if (changed > 0) {
    fail_msg("%s, allocation %llu failing: output %d is changed", call->name, (unsigned long long)call->at, changed);
  }
  if (call->error != NULL) {
    memcpy(call->error, &call->error_before, error_size(call->error));
  }
  call->at += 1 + (call->at - 1) / state.dense;
  return 1;
}
