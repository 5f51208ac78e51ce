/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_PARALLEL_H
#define CRM_BASE_PARALLEL_H

#include <crm/context.h>

/* Work that is cut into parts which may run at the same time, on threads of the host or one after another.
 *
 * Rules of a part: it writes nothing that another part reads or writes; what it needs is allocated before; it calls
 * neither the host nor crm__team_run. What parts give is put together afterwards in the order of their index. How the
 * work is cut must leave no trace in the results: cut by the number of rows (crm__split_rows), or where integers are
 * added up, so that any cut gives the same bytes. */

/* What the host lends of a context. All zero: the calling thread, no watch. */
typedef struct crm__team {
  crm_executor executor;
  crm_watch watch;
  void *watch_context;
} crm__team;

/* Parts that can run at the same time, at least 1. team NULL: none is lent. */
uint32_t crm__team_workers(const crm__team *team);

/* The status is the part's own; its message, if any, is the job's business. */
typedef crm_status (*crm__part)(void *job, uint64_t index);

#define CRM__PARTS 1024   /* most parts of a job */

/* Runs parts 0 to count - 1 and asks the watch between them. Parts go on where others fail; where several fail, the one
 * with the lowest index tells the status. Errors: that status; what watch or executor answer; STATE where the executor
 * has left parts out. error gets a general message; a caller that knows more writes it over. */
crm_status crm__team_run(const crm__team *team, uint64_t count, crm__part part, void *job, crm_error *error);

/* Asks the watch in work that is not cut; done of all pieces. */
crm_status crm__team_watch(const crm__team *team, uint64_t done, uint64_t all, crm_error *error);

/* Rows cut into at most CRM__PARTS parts of equal size, the last one shorter. The size is a power of two, at least
 * `least`, and depends on nothing but the number of rows. */
typedef struct crm__split {
  uint64_t rows;
  uint64_t size;
  uint64_t parts;
} crm__split;

crm__split crm__split_rows(uint64_t rows, uint64_t least);

/* The same in at most `most` parts, of at least `least` rows each: for parts that each need much memory. Without a
 * thread beside the calling one it is one part; so any cut has to give the same bytes. */
crm__split crm__split_few(const crm__team *team, uint64_t rows, uint64_t least, uint64_t most);

static inline uint64_t crm__split_from(const crm__split *split, uint64_t part)
{
  return part * split->size;
}

static inline uint64_t crm__split_to(const crm__split *split, uint64_t part)
{
  uint64_t to = (part + 1) * split->size;
  return to < split->rows ? to : split->rows;
}

#endif
