/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _POSIX_C_SOURCE 200809L

#include "crm_threads.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TASKS 1000

typedef struct job {
  unsigned char done[TASKS];
} job;

static void mark(void *context, int64_t index)
{
  job *of = context;
  of->done[index]++;
}

static void run_job(crm_executor *executor, job *of)
{
  int i;
  memset(of, 0, sizeof *of);
  assert_int_equal(executor->run(executor->context, TASKS, mark, of), CRM_OK);
  for (i = 0; i < TASKS; i++) {
    assert_int_equal(of->done[i], 1);
  }
}

static void test_each_task_runs_once(void **state)
{
  uint32_t workers;
  (void)state;
  for (workers = 1; workers <= 7; workers += 2) {
    crm_executor executor = CRM_EXECUTOR_INIT;
    crm_threads *threads = NULL;
    job of;
    int round;
    assert_int_equal(crm_threads_create(workers, &threads), CRM_OK);
    crm_threads_lend(threads, &executor);
    assert_int_equal(executor.workers, workers);
    for (round = 0; round < 50; round++) {
      run_job(&executor, &of);
    }
    crm_threads_free(threads);
  }
}

static void *user(void *context)
{
  job of;
  int round;
  for (round = 0; round < 50; round++) {
    run_job(context, &of);
  }
  return NULL;
}

static void test_several_callers_at_once(void **state)
{
  crm_executor executor = CRM_EXECUTOR_INIT;
  crm_threads *threads = NULL;
  pthread_t users[3];
  int i;
  (void)state;
  assert_int_equal(crm_threads_create(3, &threads), CRM_OK);
  crm_threads_lend(threads, &executor);
  for (i = 0; i < 3; i++) {
    assert_int_equal(pthread_create(&users[i], NULL, user, &executor), 0);
  }
  for (i = 0; i < 3; i++) {
    assert_int_equal(pthread_join(users[i], NULL), 0);
  }
  crm_threads_free(threads);
}

static void test_a_child_works_alone(void **state)
{
  crm_executor executor = CRM_EXECUTOR_INIT;
  crm_threads *threads = NULL;
  job of;
  pid_t child;
  int status = -1;
  (void)state;
  assert_int_equal(crm_threads_create(4, &threads), CRM_OK);
  crm_threads_lend(threads, &executor);
  run_job(&executor, &of);
  child = fork();
  if (child == 0) {
    memset(&of, 0, sizeof of);
    status = executor.run(executor.context, TASKS, mark, &of) == CRM_OK && memchr(of.done, 0, TASKS) == NULL ? 0 : 1;
    crm_threads_free(threads);
    _exit(status);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  run_job(&executor, &of);
  crm_threads_free(threads);
}

static void test_wrong_calls(void **state)
{
  crm_threads *threads = NULL;
  crm_executor executor = CRM_EXECUTOR_INIT;
  (void)state;
  assert_int_equal(crm_threads_create(2, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_threads_create(1025, &threads), CRM_ERROR_ARGUMENT);
  assert_null(threads);
  assert_int_equal(crm_threads_create(0, &threads), CRM_OK);   /* as many as there are processors */
  crm_threads_lend(threads, &executor);
  assert_true(executor.workers >= 1);
  crm_threads_free(threads);
  crm_threads_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_each_task_runs_once),
    cmocka_unit_test(test_several_callers_at_once),
    cmocka_unit_test(test_a_child_works_alone),
    cmocka_unit_test(test_wrong_calls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
