/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_CONTEXT_H
#define CRM_CONTEXT_H

#include <crm/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a host may lend to long computations: memory that is kept from one to the next, threads, and an ear for how far
 * they are. A scope or the options of a load point to a context. All of it is optional, and no result depends on it:
 * the same facts give the same bytes with any executor, any number of workers and any order of tasks. */
typedef struct crm_context crm_context;

/* One piece of a call's work: the library's function, the host only calls it. */
typedef void (*crm_task)(void *job, int64_t index);

/* Threads of the host. The library starts none itself.
 *
 * run calls task(job, index) exactly once for each index from 0 to tasks - 1, in any order, on any threads and as many
 * of them at once as it likes, the calling thread too, and comes back after the last one has ended: what the tasks
 * have written must then be visible to the calling thread, as joining a thread or a mutex makes it. A loop in the
 * calling thread is a correct executor. It answers CRM_OK; any other status says that tasks were left out, and the call
 * of the library fails with it (none of them may be running any more).
 *
 * A task never waits for another one, never calls the host (no allocator, no callback), and never starts a job itself.
 * The library calls run from the thread that has called the library, one job at a time, and only where there is enough
 * work; most tasks take some tenths of a millisecond or more. */
typedef struct crm_executor {
  uint32_t struct_size;
  uint32_t workers;      /* tasks that can run at the same time; 0 counts as 1 */
  void *context;
  crm_status (*run)(void *context, int64_t tasks, crm_task task, void *job);
} crm_executor;

#define CRM_EXECUTOR_INIT { (uint32_t)sizeof(crm_executor), 0, NULL, NULL }

/* Progress and cancelling: called now and then between pieces of work, in the thread that has called the library, with
 * the pieces done and all pieces of the present pass over the facts; one call may make several passes. A status other
 * than CRM_OK stops the call, which leaves outputs untouched and returns that status; CRM_ERROR_CANCELLED is for it. */
typedef crm_status (*crm_watch)(void *context, int64_t done, int64_t all);

/* What a context lends beside memory. NULL stands for CRM_CONTEXT_OPTIONS_INIT: nothing. */
typedef struct crm_context_options {
  uint32_t struct_size;
  uint32_t reserved;
  const crm_executor *executor;   /* copied, what its context points to is not; NULL: the calling thread alone */
  crm_watch watch;                /* NULL: none */
  void *watch_context;
} crm_context_options;

#define CRM_CONTEXT_OPTIONS_INIT { (uint32_t)sizeof(crm_context_options), 0, NULL, NULL, NULL }

/* Makes a context that lends memory alone: what a computation needs beside its results is kept for the next one. It
 * serves one call at a time; free it after whatever points to it. Errors: MEMORY, ARGUMENT. Since 0.1. */
CRM_API crm_status crm_context_create(const crm_config *config, crm_context **context, crm_error *error);

/* Frees a context and the memory it keeps. NULL is let pass. Since 0.1. */
CRM_API void crm_context_free(crm_context *context);

/* Settles what a context lends from the next call on, instead of what it lent before. Errors: ARGUMENT (an executor
 * without run; the context stays as it was). Since 0.1. */
CRM_API crm_status crm_context_configure(crm_context *context, const crm_context_options *options, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
