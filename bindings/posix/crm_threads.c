/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _POSIX_C_SOURCE 200809L

#include "crm_threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MOST 1024U
#define AWAKE_NS INT64_C(1000000)   /* how long who waits looks again before it sleeps */

struct crm_threads {
  pthread_mutex_t turn;      /* whose job the threads work on */
  pthread_mutex_t lock;      /* over all that follows */
  pthread_cond_t begin;
  pthread_cond_t end;
  crm_task task;             /* NULL: there is no job */
  void *job;
  int64_t next;              /* the first index that nobody has taken */
  int64_t tasks;
  int64_t running;
  int closing;
  pid_t owner;               /* the process that has the threads */
  uint32_t count;
  pthread_t ids[1];          /* and more */
};

/* Takes indices and works on them until none is left. With the lock held, and it is held again after. */
static void work_off(crm_threads *threads)
{
  while (threads->task != NULL && threads->next < threads->tasks) {
    crm_task task = threads->task;
    void *job = threads->job;
    int64_t index = threads->next++;
    threads->running++;
    (void)pthread_mutex_unlock(&threads->lock);
    task(job, index);
    (void)pthread_mutex_lock(&threads->lock);
    threads->running--;
    if (threads->running == 0 && threads->next == threads->tasks) {
      (void)pthread_cond_broadcast(&threads->end);
    }
  }
}

static int64_t now_ns(void)
{
  struct timespec now = {0, 0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int has_work(const crm_threads *threads)
{
  return threads->closing || (threads->task != NULL && threads->next < threads->tasks);
}

static int is_over(const crm_threads *threads)
{
  return threads->running == 0;
}

/* Waits, with the lock held. Loads are many short jobs, one soon after the other: to be woken for each, on a processor
 * that rests meanwhile, takes longer than some of them do (a file of 10M rows on a virtual machine: a fourth more). */
static void await(crm_threads *threads, int (*come)(const crm_threads *), pthread_cond_t *signal)
{
  int64_t end = 0;
  while (!come(threads)) {
    int64_t now = now_ns();
    end = end == 0 ? now + AWAKE_NS : end;
    if (now > end) {
      (void)pthread_cond_wait(signal, &threads->lock);
    } else {
      (void)pthread_mutex_unlock(&threads->lock);
      (void)sched_yield();
      (void)pthread_mutex_lock(&threads->lock);
    }
  }
}

static void *live(void *context)
{
  crm_threads *threads = context;
  (void)pthread_mutex_lock(&threads->lock);
  while (!threads->closing) {
    work_off(threads);
    await(threads, has_work, &threads->begin);
  }
  (void)pthread_mutex_unlock(&threads->lock);
  return NULL;
}

static void run_alone(int64_t tasks, crm_task task, void *job)
{
  int64_t i;
  for (i = 0; i < tasks; i++) {
    task(job, i);
  }
}

static crm_status run(void *context, int64_t tasks, crm_task task, void *job)
{
  crm_threads *threads = context;
  if (threads->owner != getpid() || pthread_mutex_trylock(&threads->turn) != 0) {
    run_alone(tasks, task, job);
    return CRM_OK;
  }
  (void)pthread_mutex_lock(&threads->lock);
  threads->task = task;
  threads->job = job;
  threads->next = 0;
  threads->tasks = tasks;
  (void)pthread_cond_broadcast(&threads->begin);
  work_off(threads);
  await(threads, is_over, &threads->end);
  threads->task = NULL;
  (void)pthread_mutex_unlock(&threads->lock);
  (void)pthread_mutex_unlock(&threads->turn);
  return CRM_OK;
}

static uint32_t processors(void)
{
  long found = sysconf(_SC_NPROCESSORS_ONLN);
  return found < 1 ? 1U : found > (long)WORKERS_MOST ? WORKERS_MOST : (uint32_t)found;
}

crm_status crm_threads_create(uint32_t workers, crm_threads **threads)
{
  uint32_t wanted = workers == 0 ? processors() : workers;
  crm_threads *made;
  if (threads == NULL || wanted > WORKERS_MOST) {
    return CRM_ERROR_ARGUMENT;
  }
  *threads = NULL;
  made = calloc(1, sizeof *made + wanted * sizeof made->ids[0]);
  if (made == NULL) {
    return CRM_ERROR_MEMORY;
  }
  made->owner = getpid();
  (void)pthread_mutex_init(&made->turn, NULL);
  (void)pthread_mutex_init(&made->lock, NULL);
  (void)pthread_cond_init(&made->begin, NULL);
  (void)pthread_cond_init(&made->end, NULL);
  while (made->count + 1 < wanted) {
    if (pthread_create(&made->ids[made->count], NULL, live, made) != 0) {
      crm_threads_free(made);
      return CRM_ERROR_MEMORY;
    }
    made->count++;
  }
  *threads = made;
  return CRM_OK;
}

void crm_threads_lend(crm_threads *threads, crm_executor *executor)
{
  executor->workers = threads->count + 1;
  executor->context = threads;
  executor->run = run;
}

void crm_threads_free(crm_threads *threads)
{
  uint32_t i;
  if (threads == NULL) {
    return;
  }
  if (threads->owner == getpid()) {
    (void)pthread_mutex_lock(&threads->lock);
    threads->closing = 1;
    (void)pthread_cond_broadcast(&threads->begin);
    (void)pthread_mutex_unlock(&threads->lock);
    for (i = 0; i < threads->count; i++) {
      (void)pthread_join(threads->ids[i], NULL);
    }
    (void)pthread_cond_destroy(&threads->begin);
    (void)pthread_cond_destroy(&threads->end);
    (void)pthread_mutex_destroy(&threads->lock);
    (void)pthread_mutex_destroy(&threads->turn);
  }
  free(threads);
}
