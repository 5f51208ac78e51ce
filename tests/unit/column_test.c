/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/column.h"
#include "support/fault.h"
#include "support/rounds.h"
#include "support/sizes.h"

static test_fault fault;
static crm__memory memory;

static uint64_t random_state = 7;

static uint64_t next_random(void)
{
  uint64_t z = random_state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static int set_up(void **state)
{
  crm_config config;
  (void)state;
  test_fault_reset(&fault, 0, 0);
  config = test_fault_config(&fault);
  return crm__memory_open(&memory, &config, NULL);
}

static int tear_down(void **state)
{
  (void)state;
  return fault.live_blocks != 0 || memory.used != 0;
}

static void put(crm__column *column, uint64_t i, int64_t value)
{
  assert_true(crm__column_touch(column, &memory, i));
  if (column->size == 8) {
    crm__column_put_i64(column, i, value);
  } else if (column->size == 4) {
    crm__column_put_u32(column, i, (uint32_t)value);
  } else {
    crm__column_put_u8(column, i, (uint8_t)value);
  }
}

static int64_t get(const crm__column *column, uint64_t i)
{
  if (column->size == 8) {
    return crm__column_i64(column, i);
  }
  return column->size == 4 ? (int64_t)crm__column_u32(column, i) : (int64_t)crm__column_u8(column, i);
}

/* What a column keeps of a value. */
static int64_t narrow(uint32_t size, int64_t value)
{
  return size == 8 ? value : size == 4 ? (int64_t)(uint32_t)value : (int64_t)(uint8_t)value;
}

static void an_untouched_column_is_fill_and_takes_no_chunk(void **state)
{
  crm__column column;
  (void)state;
  crm__column_open(&column, 8, INT64_MIN);
  assert_true(crm__column_absent(&column));
  assert_int_equal(crm__column_bytes(&column), 0);
  assert_true(crm__column_resize(&column, &memory, 10 * CRM__CHUNK + 1));
  assert_int_equal(column.length, 10 * CRM__CHUNK + 1);
  assert_true(crm__column_absent(&column));
  assert_true(crm__column_bytes(&column) < 1000);
  assert_true(crm__column_i64(&column, 0) == INT64_MIN);
  assert_true(crm__column_i64(&column, 10 * CRM__CHUNK) == INT64_MIN);
  crm__column_put_i64(&column, 3, INT64_MIN);
  assert_true(crm__column_absent(&column));
  crm__column_close(&column, &memory);
  assert_int_equal(column.length, 0);
}

static void a_small_column_takes_little(void **state)
{
  crm__column column;
  (void)state;
  crm__column_open(&column, 8, 0);
  assert_true(crm__column_resize(&column, &memory, 3));
  put(&column, 2, 9);
  assert_true(crm__column_bytes(&column) <= 1024);
  assert_int_equal(crm__column_bytes(&column), memory.used);
  assert_int_equal(get(&column, 0), 0);
  assert_int_equal(get(&column, 2), 9);
  assert_false(crm__column_absent(&column));
  crm__column_close(&column, &memory);
}

static void only_the_touched_chunk_exists(void **state)
{
  crm__column column;
  (void)state;
  NEEDS_USUAL_SIZES();
  crm__column_open(&column, 4, -1);
  assert_true(crm__column_resize(&column, &memory, 5 * CRM__CHUNK));
  put(&column, 3 * CRM__CHUNK + 5, 6);
  assert_null(crm__column_at(&column, 0));
  assert_null(crm__column_at(&column, 3 * CRM__CHUNK - 1));
  assert_non_null(crm__column_at(&column, 3 * CRM__CHUNK));
  assert_int_equal(crm__column_u32(&column, 0), UINT32_MAX);
  assert_int_equal(crm__column_u32(&column, 3 * CRM__CHUNK + 4), UINT32_MAX);
  assert_int_equal(crm__column_u32(&column, 3 * CRM__CHUNK + 5), 6);
  assert_int_equal(crm__column_bytes(&column), memory.used);
  crm__column_close(&column, &memory);
}

static void growth_does_not_move_full_chunks(void **state)
{
  crm__column column;
  unsigned char *first;
  (void)state;
  crm__column_open(&column, 1, 0);
  assert_true(crm__column_resize(&column, &memory, CRM__CHUNK));
  put(&column, 0, 1);
  first = crm__column_at(&column, 0);
  for (uint64_t length = CRM__CHUNK; length < 40 * CRM__CHUNK; length += 30000) {
    assert_true(crm__column_resize(&column, &memory, length));
    put(&column, length - 1, 2);
  }
  assert_ptr_equal(crm__column_at(&column, 0), first);
  assert_int_equal(crm__column_u8(&column, 0), 1);
  crm__column_close(&column, &memory);
}

/* Any course of growing, shrinking and writing, against a plain array. */
static void it_is_what_an_array_is(void **state)
{
  static const uint32_t sizes[] = { 1, 4, 8 };
  static const int64_t fills[] = { 0, -1, 77, INT64_MIN };
  const uint64_t most = 3 * CRM__CHUNK + 100;
  int64_t *model = malloc((size_t)most * sizeof *model);
  (void)state;
  for (int round = 0; round < rounds(24); round++) {
    crm__column column;
    uint64_t length = 0;
    int64_t fill = fills[round % 4];
    uint32_t size = sizes[round % 3];
    crm__column_open(&column, size, fill);
    for (int step = 0; step < 60; step++) {
      uint64_t wanted = step % 5 == 0 ? next_random() % most : next_random() % (length * 2 + 10) % most;
      assert_true(crm__column_resize(&column, &memory, wanted));
      for (uint64_t i = length; i < wanted; i++) {
        model[i] = narrow(size, fill);
      }
      length = wanted;
      for (int i = 0; i < 40 && length != 0; i++) {
        uint64_t at = next_random() % length;
        int64_t value = (int64_t)(next_random() >> 1);
        put(&column, at, value);
        model[at] = narrow(size, value);
      }
      for (uint64_t i = 0; i < length; i += 1 + next_random() % 7) {
        assert_true(get(&column, i) == model[i]);
      }
    }
    test_fault_check(&fault);
    assert_int_equal(crm__column_bytes(&column), memory.used);
    crm__column_close(&column, &memory);
  }
  free(model);
}

static void shrinking_needs_no_memory(void **state)
{
  crm__column column;
  (void)state;
  NEEDS_USUAL_SIZES();
  crm__column_open(&column, 8, 5);
  assert_true(crm__column_resize(&column, &memory, 2 * CRM__CHUNK));
  put(&column, 100, 1);
  put(&column, CRM__CHUNK + 100, 2);
  fault.fail_at = fault.calls + 1;
  assert_true(crm__column_resize(&column, &memory, 50));
  assert_true(crm__column_resize(&column, &memory, 2 * CRM__CHUNK));
  assert_int_equal(crm__column_i64(&column, 100), 5);
  assert_int_equal(crm__column_i64(&column, CRM__CHUNK + 100), 5);
  crm__column_close(&column, &memory);
}

/* After a failure the column is what it was. */
static void a_failure_leaves_the_column(void **state)
{
  crm__column column;
  uint64_t capacity;
  (void)state;
  crm__column_open(&column, 8, 5);
  assert_true(crm__column_resize(&column, &memory, 10));
  put(&column, 9, 99);
  capacity = column.first_capacity;
  fault.fail_at = fault.calls + 1;
  assert_false(crm__column_resize(&column, &memory, 60000));
  assert_false(crm__column_resize(&column, &memory, 100 * CRM__CHUNK));
  assert_int_equal(column.length, 10);
  assert_int_equal(column.first_capacity, capacity);
  assert_int_equal(crm__column_i64(&column, 9), 99);
  fault.fail_at = 0;
  assert_true(crm__column_resize(&column, &memory, 2 * CRM__CHUNK));
  fault.fail_at = fault.calls + 1;
  assert_false(crm__column_touch(&column, &memory, CRM__CHUNK));
  assert_int_equal(crm__column_i64(&column, CRM__CHUNK), 5);
  assert_true(crm__column_touch(&column, &memory, 9));
  crm__column_close(&column, &memory);
}

static int scenario(const crm_config *config, void *user)
{
  crm__memory scratch;
  crm__column column;
  crm_status status = crm__memory_open(&scratch, config, NULL);
  (void)user;
  crm__column_open(&column, 4, 0);
  for (uint64_t length = 1; length < 20 * CRM__CHUNK && status == CRM_OK; length *= 3) {
    if (!crm__column_resize(&column, &scratch, length) || !crm__column_touch(&column, &scratch, length - 1)) {
      status = CRM_ERROR_MEMORY;
    }
  }
  crm__column_close(&column, &scratch);
  return status;
}

static void every_allocation_may_fail(void **state)
{
  (void)state;
  test_fault_drive(scenario, NULL);
}

/* Appending gives what resizing and putting gives; runs of fill make no chunk. */
static void appended_elements_are_there(void **state)
{
  static const uint32_t sizes[] = {1, 4, 8};
  static int64_t values[3000];
  static uint32_t words[3000];
  static uint8_t bytes[3000];
  crm__column column;
  size_t s;
  uint64_t i;
  (void)state;
  for (s = 0; s < 3; s++) {
    const void *elements = s == 2 ? (const void *)values : s == 1 ? (const void *)words : (const void *)bytes;
    uint64_t length = 0;
    uint64_t turn = 0;
    random_state = 11;
    crm__column_open(&column, sizes[s], 5);
    assert_true(crm__column_append(&column, &memory, NULL, CRM__CHUNK + 100));
    for (i = 0; i < 3000; i++) {
      values[i] = 5;
      words[i] = 5;
      bytes[i] = 5;
    }
    assert_true(crm__column_append(&column, &memory, elements, 3000));
    assert_true(crm__column_absent(&column));
    length = CRM__CHUNK + 3100;
    while (length < 3 * CRM__CHUNK) {
      for (i = 0; i < 3000; i++) {
        uint8_t value = (uint8_t)(next_random() & 7);
        values[i] = value;
        words[i] = value;
        bytes[i] = value;
      }
      assert_true(crm__column_append(&column, &memory, elements, 1 + turn % 3000));
      for (i = 0; i < 1 + turn % 3000; i++) {
        assert_int_equal(get(&column, length + i), bytes[i]);
      }
      length += 1 + turn % 3000;
      turn += 701;
      assert_int_equal(column.length, length);
    }
    assert_null(crm__column_at(&column, 0));
    assert_int_equal(get(&column, CRM__CHUNK + 50), 5);
    assert_true(crm__column_resize(&column, &memory, length - 40));
    assert_true(crm__column_append(&column, &memory, NULL, 40));
    for (i = length - 40; i < length; i++) {
      assert_int_equal(get(&column, i), 5);
    }
    crm__column_close(&column, &memory);
  }
}

/* Extending and writing in pieces, in any order, gives what appending gives. */
static void extended_elements_are_written_in_pieces(void **state)
{
  static uint32_t words[3000];
  crm__column appended;
  crm__column extended;
  uint64_t turn;
  uint64_t i;
  (void)state;
  crm__column_open(&appended, 4, 5);
  crm__column_open(&extended, 4, 5);
  for (turn = 0; turn < 80; turn++) {
    uint64_t count = 1 + turn * 701 % 3000;
    uint64_t at = extended.length;
    uint64_t half = count / 2;
    for (i = 0; i < count; i++) {
      words[i] = turn % 30 < 20 ? 5 : (uint32_t)(next_random() & 7);
    }
    assert_true(crm__column_append(&appended, &memory, turn % 7 == 3 ? NULL : words, count));
    assert_true(crm__column_extend(&extended, &memory, turn % 7 == 3 ? NULL : words, count));
    if (turn % 7 != 3) {
      crm__column_write(&extended, at + half, words + half, count - half);
      crm__column_write(&extended, at, words, half);
    }
    assert_int_equal(extended.length, appended.length);
  }
  for (i = 0; i < appended.length; i++) {
    assert_int_equal(get(&extended, i), get(&appended, i));
    assert_true((crm__column_at(&extended, i) == NULL) == (crm__column_at(&appended, i) == NULL));
  }
  assert_int_equal(crm__column_bytes(&extended), crm__column_bytes(&appended));
  crm__column_close(&appended, &memory);
  crm__column_close(&extended, &memory);
}

static void a_failed_append_changes_nothing(void **state)
{
  static uint8_t bytes[2000];
  crm__column column;
  (void)state;
  NEEDS_USUAL_SIZES();
  bytes[1999] = 1;
  crm__column_open(&column, 1, 0);
  assert_true(crm__column_append(&column, &memory, NULL, CRM__CHUNK - 1000));
  fault.fail_at = fault.calls + 1;
  assert_false(crm__column_append(&column, &memory, bytes, 2000));
  fault.fail_at = 0;
  assert_int_equal(column.length, CRM__CHUNK - 1000);
  assert_true(crm__column_append(&column, &memory, bytes, 2000));
  assert_int_equal(get(&column, CRM__CHUNK + 999), 1);
  assert_null(crm__column_at(&column, 0));
  crm__column_close(&column, &memory);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(an_untouched_column_is_fill_and_takes_no_chunk, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_small_column_takes_little, set_up, tear_down),
    cmocka_unit_test_setup_teardown(only_the_touched_chunk_exists, set_up, tear_down),
    cmocka_unit_test_setup_teardown(growth_does_not_move_full_chunks, set_up, tear_down),
    cmocka_unit_test_setup_teardown(appended_elements_are_there, set_up, tear_down),
    cmocka_unit_test_setup_teardown(extended_elements_are_written_in_pieces, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_failed_append_changes_nothing, set_up, tear_down),
    cmocka_unit_test_setup_teardown(it_is_what_an_array_is, set_up, tear_down),
    cmocka_unit_test_setup_teardown(shrinking_needs_no_memory, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_failure_leaves_the_column, set_up, tear_down),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
