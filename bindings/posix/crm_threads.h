/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_THREADS_H
#define CRM_THREADS_H

#include <crm/context.h>

/* Threads that wait for work, to be lent to libcrm on POSIX systems. For a millisecond after a job they look for the
 * next one; then they sleep.
 *
 *   crm_executor executor = CRM_EXECUTOR_INIT;
 *   crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
 *   crm_threads *threads = NULL;
 *   status = crm_threads_create(4, &threads);
 *   crm_threads_lend(threads, &executor);
 *   options.executor = &executor;
 *   status = crm_context_configure(context, &options, &error);
 */
typedef struct crm_threads crm_threads;

#ifdef __cplusplus
extern "C" {
#endif

/* Starts workers - 1 threads, for the calling thread works too; workers 0: as many as there are processors. Any number
 * of contexts may use them, from any thread: one call at a time has the threads, another one at the same time does its
 * work alone, with the same results. After a fork the child's have gone, and its callers work alone.
 * Errors: ARGUMENT (over 1024), MEMORY (no memory, or no thread could be started). */
crm_status crm_threads_create(uint32_t workers, crm_threads **threads);

/* Sets workers, context and run. */
void crm_threads_lend(crm_threads *threads, crm_executor *executor);

/* Ends the threads, after the last context that uses them. NULL is let pass. */
void crm_threads_free(crm_threads *threads);

#ifdef __cplusplus
}
#endif

#endif
