/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "support/executors.h"

#include "base/parallel.h"
#include "store/context.h"

#include <string.h>

/* Parts that note that they have run, and fail where they are told to. */
typedef struct notes {
  uint32_t runs[CRM__PARTS];
  crm_status statuses[CRM__PARTS];
} notes;

static crm_status note(void *job, uint64_t index)
{
  notes *of = job;
  of->runs[index]++;
  return of->statuses[index];
}

static uint64_t count_runs(const notes *of, uint64_t parts)
{
  uint64_t once = 0;
  uint64_t i;
  for (i = 0; i < CRM__PARTS; i++) {
    assert_int_equal(of->runs[i], i < parts ? 1 : 0);
    once += of->runs[i];
  }
  return once;
}

static crm__team team_of(executor_state *state, int32_t kind, uint32_t workers)
{
  crm__team team;
  memset(&team, 0, sizeof team);
  team.executor = executor_of(state, kind, workers);
  return team;
}

static void test_runs_every_part_once(void **unused)
{
  static const uint64_t counts[] = {0, 1, 2, 3, 7, 64, 1000, CRM__PARTS};
  static const uint32_t workers[] = {0, 1, 2, 7, 64};
  size_t c;
  size_t w;
  int32_t kind;
  (void)unused;
  for (c = 0; c < sizeof counts / sizeof counts[0]; c++) {
    notes alone;
    memset(&alone, 0, sizeof alone);
    assert_int_equal(crm__team_run(NULL, counts[c], note, &alone, NULL), CRM_OK);
    assert_int_equal(count_runs(&alone, counts[c]), counts[c]);
    for (kind = 0; kind < EXECUTOR_KINDS; kind++) {
      for (w = 0; w < sizeof workers / sizeof workers[0]; w++) {
        executor_state state;
        crm__team team = team_of(&state, kind, workers[w]);
        notes lent;
        memset(&lent, 0, sizeof lent);
        assert_int_equal(crm__team_run(&team, counts[c], note, &lent, NULL), CRM_OK);
        assert_int_equal(count_runs(&lent, counts[c]), counts[c]);
        assert_int_equal(state.tasks, counts[c] > 1 ? counts[c] : 0);
      }
    }
  }
}

static void test_too_many_parts(void **unused)
{
  notes of;
  (void)unused;
  memset(&of, 0, sizeof of);
  assert_int_equal(crm__team_run(NULL, CRM__PARTS + 1, note, &of, NULL), CRM_ERROR_LIMIT);
  assert_int_equal(count_runs(&of, 0), 0);
}

static void test_lowest_failure_wins(void **unused)
{
  int32_t kind;
  (void)unused;
  for (kind = 0; kind < EXECUTOR_KINDS; kind++) {
    executor_state state;
    crm__team team = team_of(&state, kind, 7);
    crm_error error = CRM_ERROR_INIT;
    notes of;
    memset(&of, 0, sizeof of);
    of.statuses[40] = CRM_ERROR_VALUE;
    of.statuses[7] = CRM_ERROR_OVERFLOW;
    of.statuses[99] = CRM_ERROR_MEMORY;
    assert_int_equal(crm__team_run(&team, 100, note, &of, &error), CRM_ERROR_OVERFLOW);
    assert_int_equal(error.status, CRM_ERROR_OVERFLOW);
    assert_int_equal(count_runs(&of, 100), 100);   /* the others have run all the same */
  }
}

static void test_broken_executors(void **unused)
{
  executor_state state;
  crm__team team = team_of(&state, EXECUTOR_IN_ORDER, 2);
  notes of;
  (void)unused;
  memset(&of, 0, sizeof of);
  state.left_out = 1;
  assert_int_equal(crm__team_run(&team, 10, note, &of, NULL), CRM_ERROR_STATE);
  state.left_out = 0;
  state.answer = CRM_ERROR_IO;
  assert_int_equal(crm__team_run(&team, 10, note, &of, NULL), CRM_ERROR_IO);
  state.answer = CRM_OK;
  state.twice = 1;
  memset(&of, 0, sizeof of);
  assert_int_equal(crm__team_run(&team, 10, note, &of, NULL), CRM_OK);
  assert_int_equal(count_runs(&of, 10), 10);
}

/* Notes what it was told, and stops when it has been asked often enough. */
typedef struct listener {
  int64_t calls;
  int64_t stop_at;
  int64_t done;
  int64_t all;
} listener;

static crm_status listen(void *context, int64_t done, int64_t all)
{
  listener *of = context;
  assert_true(done > of->done);
  of->done = done;
  of->all = all;
  return ++of->calls == of->stop_at ? CRM_ERROR_CANCELLED : CRM_OK;
}

static void test_watch(void **unused)
{
  executor_state state;
  crm__team team = team_of(&state, EXECUTOR_THREADS, 2);
  crm_error error = CRM_ERROR_INIT;
  listener ear = {0, 0, 0, 0};
  notes of;
  (void)unused;
  memset(&of, 0, sizeof of);
  team.watch = listen;
  team.watch_context = &ear;
  assert_int_equal(crm__team_run(&team, 100, note, &of, NULL), CRM_OK);
  assert_int_equal(count_runs(&of, 100), 100);
  assert_int_equal(ear.done, 100);
  assert_int_equal(ear.all, 100);
  assert_true(ear.calls > 5 && ear.calls < 100);
  memset(&of, 0, sizeof of);
  memset(&ear, 0, sizeof ear);
  ear.stop_at = 2;
  assert_int_equal(crm__team_run(&team, 100, note, &of, &error), CRM_ERROR_CANCELLED);
  assert_int_equal(error.status, CRM_ERROR_CANCELLED);
  assert_int_equal(count_runs(&of, (uint64_t)ear.done), ear.done);   /* none is begun after it */
  assert_true(ear.done < 100);
}

static void test_split(void **unused)
{
  static const uint64_t rows[] = {0, 1, 2, 99, 100, 101, 65536, 65537, 10000000, UINT64_C(3000000000)};
  size_t i;
  (void)unused;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    crm__split split = crm__split_rows(rows[i], 100);
    uint64_t at = 0;
    uint64_t part;
    assert_true(split.parts <= CRM__PARTS);
    assert_true(split.size >= 100 && (split.size & (split.size - 1)) == 0);
    assert_true(split.size == 128 || split.parts > CRM__PARTS / 2);
    for (part = 0; part < split.parts; part++) {
      assert_int_equal(crm__split_from(&split, part), at);
      at = crm__split_to(&split, part);
      assert_true(at > crm__split_from(&split, part));
    }
    assert_int_equal(at, rows[i]);
  }
}

static void test_split_few(void **unused)
{
  static const uint64_t rows[] = {0, 1, 99, 100, 801, 65536, 1000003, UINT64_C(3000000000)};
  executor_state state;
  crm__team team = team_of(&state, EXECUTOR_IN_ORDER, 2);
  size_t i;
  (void)unused;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    crm__split alone = crm__split_few(NULL, rows[i], 100, 8);
    crm__split split = crm__split_few(&team, rows[i], 100, 8);
    assert_int_equal(alone.parts, rows[i] > 0);
    assert_true(split.parts <= 8 && split.size >= 100);
    assert_true(split.parts > 4 || split.size == 128 || rows[i] == 0);
    assert_true(split.parts == 0 || crm__split_to(&split, split.parts - 1) == rows[i]);
  }
}

static void test_context_lends(void **unused)
{
  executor_state state;
  crm_executor executor = executor_of(&state, EXECUTOR_IN_ORDER, 3);
  crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
  crm_context *context = NULL;
  listener ear = {0, 0, 0, 0};
  (void)unused;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  assert_int_equal(crm__team_workers(crm__context_team(context)), 1);
  assert_int_equal(crm__team_workers(crm__context_team(NULL)), 1);
  options.executor = &executor;
  options.watch = listen;
  options.watch_context = &ear;
  assert_int_equal(crm_context_configure(context, &options, NULL), CRM_OK);
  executor.workers = 9;   /* it was copied */
  assert_int_equal(crm__team_workers(crm__context_team(context)), 3);
  executor.run = NULL;
  assert_int_equal(crm_context_configure(context, &options, NULL), CRM_ERROR_ARGUMENT);
  executor = executor_of(&state, EXECUTOR_IN_ORDER, 3);
  executor.struct_size = 0;
  assert_int_equal(crm_context_configure(context, &options, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__team_workers(crm__context_team(context)), 3);   /* as it was */
  assert_int_equal(crm__team_watch(crm__context_team(context), 1, 2, NULL), CRM_OK);
  assert_int_equal(ear.calls, 1);
  assert_int_equal(crm_context_configure(NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_context_configure(context, NULL, NULL), CRM_OK);
  assert_int_equal(crm__team_workers(crm__context_team(context)), 1);
  assert_int_equal(crm__team_watch(crm__context_team(context), 2, 2, NULL), CRM_OK);
  assert_int_equal(ear.calls, 1);
  crm_context_free(context);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_runs_every_part_once), cmocka_unit_test(test_too_many_parts),
    cmocka_unit_test(test_lowest_failure_wins),  cmocka_unit_test(test_broken_executors),
    cmocka_unit_test(test_watch),                cmocka_unit_test(test_split),
    cmocka_unit_test(test_split_few),            cmocka_unit_test(test_context_lends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
