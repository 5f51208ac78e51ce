/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/executors.h"

#include <pthread.h>
#include <string.h>

#define THREADS_MOST 64

typedef struct shared_job {
  pthread_mutex_t lock;
  int64_t next;
  int64_t tasks;
  crm_task task;
  void *job;
} shared_job;

static int64_t take_next(shared_job *shared)
{
  int64_t index;
  (void)pthread_mutex_lock(&shared->lock);
  index = shared->next < shared->tasks ? shared->next++ : -1;
  (void)pthread_mutex_unlock(&shared->lock);
  return index;
}

static void *work(void *argument)
{
  shared_job *shared = argument;
  int64_t index;
  while ((index = take_next(shared)) >= 0) {
    shared->task(shared->job, index);
  }
  return NULL;
}

static void run_threads(uint32_t workers, int64_t tasks, crm_task task, void *job)
{
  pthread_t threads[THREADS_MOST];
  shared_job shared;
  uint32_t count = workers < THREADS_MOST ? workers : THREADS_MOST;
  uint32_t started = 0;
  (void)pthread_mutex_init(&shared.lock, NULL);
  shared.next = 0;
  shared.tasks = tasks;
  shared.task = task;
  shared.job = job;
  while (started < count && pthread_create(&threads[started], NULL, work, &shared) == 0) {
    started++;
  }
  (void)work(&shared);   /* the calling thread helps, alone where none could be started */
  while (started > 0) {
    (void)pthread_join(threads[--started], NULL);
  }
  (void)pthread_mutex_destroy(&shared.lock);
}

/* The i-th of count in an order that visits each once: steps of a number that shares no divisor with the count. */
static int64_t shuffled(int64_t i, int64_t count)
{
  static const int64_t steps[] = {7919, 5, 3, 2, 1};
  size_t s = 0;
  while (count % steps[s] == 0 && steps[s] != 1) {
    s++;
  }
  return (i * steps[s] + count / 2) % count;
}

static crm_status run(void *context, int64_t tasks, crm_task task, void *job)
{
  executor_state *state = context;
  int64_t count = tasks - state->left_out;
  int64_t i;
  if (state->answer != CRM_OK) {
    return state->answer;
  }
  state->jobs++;
  state->tasks += tasks;
  if (state->kind == EXECUTOR_THREADS) {
    run_threads(state->workers, count, task, job);
    return CRM_OK;
  }
  for (i = 0; i < count; i++) {
    int64_t index = i;
    if (state->kind == EXECUTOR_REVERSED) {
      index = count - 1 - i;
    } else if (state->kind == EXECUTOR_SHUFFLED) {
      index = shuffled(i, count);
    }
    task(job, index);
    if (state->twice) {
      task(job, index);
    }
  }
  return CRM_OK;
}

crm_executor executor_of(executor_state *state, int32_t kind, uint32_t workers)
{
  crm_executor executor = CRM_EXECUTOR_INIT;
  memset(state, 0, sizeof *state);
  state->kind = kind;
  state->workers = workers;
  executor.workers = workers;
  executor.context = state;
  executor.run = run;
  return executor;
}
