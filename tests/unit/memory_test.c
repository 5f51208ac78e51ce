/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/memory.h"
#include "support/fault.h"
#include "support/sizes.h"

static test_fault fault;

static crm__memory open_with_limit(uint64_t limit)
{
  crm__memory memory;
  crm_config config;
  test_fault_reset(&fault, 0, 0);
  config = test_fault_config(&fault);
  config.memory_limit = limit;
  assert_int_equal(crm__memory_open(&memory, &config, NULL), CRM_OK);
  return memory;
}

static void the_default_is_the_c_library_without_a_limit(void **state)
{
  crm__memory memory;
  crm_config config = CRM_CONFIG_INIT;
  char *text;
  (void)state;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_true(memory.limit == UINT64_MAX);
  assert_int_equal(crm__memory_open(&memory, &config, NULL), CRM_OK);
  assert_true(memory.limit == UINT64_MAX);
  text = crm__alloc(&memory, 10);
  assert_non_null(text);
  memcpy(text, "123456789", 10);
  text = crm__resize(&memory, text, 10, 100000);
  assert_non_null(text);
  assert_string_equal(text, "123456789");
  assert_int_equal(memory.used, 100000);
  crm__free(&memory, text, 100000);
  assert_int_equal(memory.used, 0);
}

static void a_bad_config_is_refused(void **state)
{
  crm__memory memory;
  crm_config config = CRM_CONFIG_INIT;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  config.struct_size = 3;
  assert_int_equal(crm__memory_open(&memory, &config, &error), CRM_ERROR_ARGUMENT);
  config.struct_size = (uint32_t)sizeof config;
  config.reserved = 1;
  assert_int_equal(crm__memory_open(&memory, &config, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(error.status, CRM_ERROR_ARGUMENT);
}

static void the_account_follows_every_call(void **state)
{
  crm__memory memory = open_with_limit(0);
  void *a;
  void *b;
  (void)state;
  a = crm__alloc(&memory, 100);
  b = crm__alloc_zero(&memory, 50);
  assert_int_equal(memory.used, 150);
  assert_int_equal(memory.used, fault.live_bytes);
  a = crm__resize(&memory, a, 100, 400);
  assert_int_equal(memory.used, 450);
  a = crm__resize(&memory, a, 400, 10);
  assert_int_equal(memory.used, 60);
  assert_int_equal(memory.peak, 450);
  assert_int_equal(memory.used, fault.live_bytes);
  for (int i = 0; i < 50; i++) {
    assert_int_equal(((unsigned char *)b)[i], 0);
  }
  crm__free(&memory, a, 10);
  crm__free(&memory, b, 50);
  crm__free(&memory, NULL, 7);
  assert_int_equal(memory.used, 0);
  assert_int_equal(fault.live_blocks, 0);
}

static void size_0_is_a_block_of_its_own(void **state)
{
  crm__memory memory = open_with_limit(0);
  void *a = crm__alloc(&memory, 0);
  void *b = crm__alloc_zero(&memory, 0);
  (void)state;
  assert_non_null(a);
  assert_non_null(b);
  assert_ptr_not_equal(a, b);
  assert_int_equal(memory.used, 2);
  a = crm__resize(&memory, a, 0, 30);
  assert_non_null(a);
  a = crm__resize(&memory, a, 30, 0);
  assert_non_null(a);
  crm__free(&memory, a, 0);
  crm__free(&memory, b, 0);
  assert_int_equal(memory.used, 0);
  assert_int_equal(fault.live_blocks, 0);
  a = crm__resize(&memory, NULL, 0, 12);
  assert_non_null(a);
  crm__free(&memory, a, 12);
  assert_int_equal(fault.live_blocks, 0);
}

static void the_limit_holds_to_the_byte(void **state)
{
  crm__memory memory = open_with_limit(1000);
  void *a = crm__alloc(&memory, 600);
  void *b;
  (void)state;
  assert_non_null(a);
  assert_null(crm__alloc(&memory, 401));
  assert_null(crm__alloc(&memory, SIZE_MAX));
  b = crm__alloc(&memory, 400);
  assert_non_null(b);
  assert_null(crm__alloc(&memory, 0));
  assert_null(crm__resize(&memory, a, 600, 601));
  assert_int_equal(memory.used, 1000);
  b = crm__resize(&memory, b, 400, 300);
  a = crm__resize(&memory, a, 600, 700);
  assert_non_null(a);
  assert_int_equal(memory.used, 1000);
  assert_int_equal(memory.peak, 1000);
  crm__free(&memory, a, 700);
  crm__free(&memory, b, 300);
  assert_int_equal(fault.live_bytes, 0);
}

static void a_fork_has_an_account_of_its_own(void **state)
{
  crm__memory memory = open_with_limit(1000);
  void *a = crm__alloc(&memory, 900);
  crm__memory fork = crm__memory_fork(&memory);
  void *b;
  (void)state;
  assert_int_equal(fork.used, 0);
  assert_int_equal(fork.peak, 0);
  b = crm__alloc(&fork, 1000);
  assert_non_null(b);
  assert_null(crm__alloc(&fork, 1));
  assert_int_equal(memory.used, 900);
  crm__free(&fork, b, 1000);
  crm__free(&memory, a, 900);
  assert_int_equal(fault.live_blocks, 0);
}

static void arrays_do_not_wrap_around(void **state)
{
  crm__memory memory = open_with_limit(0);
  int64_t *array;
  (void)state;
  assert_null(crm__alloc_array(&memory, SIZE_MAX / 8 + 1, 8));
  assert_null(crm__alloc_array_zero(&memory, UINT64_MAX, 8));
  assert_null(crm__alloc_array(&memory, UINT64_C(1) << 61, 8));
  assert_int_equal(fault.calls, 0);
  array = crm__alloc_array_zero(&memory, 100, sizeof *array);
  assert_non_null(array);
  for (int i = 0; i < 100; i++) {
    assert_int_equal(array[i], 0);
  }
  crm__free_array(&memory, array, 100, sizeof *array);
  assert_int_equal(memory.used, 0);
}

static void growth_keeps_content_and_is_geometric(void **state)
{
  crm__memory memory = open_with_limit(0);
  int32_t *array = NULL;
  uint64_t capacity = 0;
  (void)state;
  NEEDS_USUAL_SIZES();
  for (uint64_t i = 0; i < 100000; i++) {
    assert_true(crm__grow(&memory, &array, &capacity, i + 1, sizeof *array));
    assert_true(capacity > i);
    array[i] = (int32_t)i;
  }
  for (uint64_t i = 0; i < 100000; i++) {
    assert_int_equal(array[i], i);
  }
  assert_true(fault.calls < 30);
  assert_int_equal(memory.used, capacity * sizeof *array);
  assert_true(crm__grow(&memory, &array, &capacity, 1000000, sizeof *array));
  assert_int_equal(capacity, 1000000);
  crm__free_array(&memory, array, capacity, sizeof *array);
  assert_int_equal(fault.live_blocks, 0);
}

static void growth_that_fails_changes_nothing(void **state)
{
  crm__memory memory = open_with_limit(1000);
  int64_t *array = NULL;
  uint64_t capacity = 0;
  int64_t *before;
  (void)state;
  assert_true(crm__grow(&memory, &array, &capacity, 100, sizeof *array));
  before = array;
  assert_false(crm__grow(&memory, &array, &capacity, 126, sizeof *array));
  assert_false(crm__grow(&memory, &array, &capacity, UINT64_MAX, sizeof *array));
  assert_false(crm__grow(&memory, &array, &capacity, UINT64_MAX / 8 + 2, sizeof *array));
  assert_ptr_equal(array, before);
  assert_int_equal(capacity, 100);
  crm__free_array(&memory, array, capacity, sizeof *array);
  assert_int_equal(fault.live_blocks, 0);
}

static void the_nth_call_fails_once_or_from_then_on(void **state)
{
  crm_config config;
  void *blocks[4];
  (void)state;
  for (int once = 0; once < 2; once++) {
    test_fault_reset(&fault, 2, once);
    config = test_fault_config(&fault);
    for (int i = 0; i < 4; i++) {
      blocks[i] = config.allocate(config.allocate_context, NULL, 0, 8);
    }
    assert_non_null(blocks[0]);
    assert_null(blocks[1]);
    assert_int_equal(blocks[2] != NULL, once);
    assert_int_equal(fault.calls, 4);
    assert_int_equal(fault.faults, once ? 1 : 3);
    assert_int_equal(fault.live_blocks, once ? 3 : 1);
    for (int i = 0; i < 4; i++) {
      (void)config.allocate(config.allocate_context, blocks[i], blocks[i] != NULL ? 8 : 0, 0);
    }
    assert_int_equal(fault.live_blocks, 0);
  }
}

static int three_blocks(const crm_config *config, void *user)
{
  crm__memory memory;
  void *blocks[3] = { NULL, NULL, NULL };
  crm_status status = crm__memory_open(&memory, config, NULL);
  ++*(int *)user;
  for (int i = 0; i < 3 && status == CRM_OK; i++) {
    blocks[i] = crm__alloc(&memory, 10);
    status = blocks[i] != NULL ? CRM_OK : CRM_ERROR_MEMORY;
  }
  for (int i = 0; i < 3; i++) {
    crm__free(&memory, blocks[i], 10);
  }
  return status;
}

static void the_driver_tries_every_point(void **state)
{
  int runs = 0;
  (void)state;
  test_fault_drive(three_blocks, &runs);
  assert_int_equal(runs, 7);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_default_is_the_c_library_without_a_limit),
    cmocka_unit_test(a_bad_config_is_refused),
    cmocka_unit_test(the_account_follows_every_call),
    cmocka_unit_test(size_0_is_a_block_of_its_own),
    cmocka_unit_test(the_limit_holds_to_the_byte),
    cmocka_unit_test(a_fork_has_an_account_of_its_own),
    cmocka_unit_test(arrays_do_not_wrap_around),
    cmocka_unit_test(growth_keeps_content_and_is_geometric),
    cmocka_unit_test(growth_that_fails_changes_nothing),
    cmocka_unit_test(the_nth_call_fails_once_or_from_then_on),
    cmocka_unit_test(the_driver_tries_every_point),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
