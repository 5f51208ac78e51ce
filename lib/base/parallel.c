/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/parallel.h"

#include "base/error.h"
#include "base/sizes.h"

#include <string.h>

/* The status of a part that has not run. */
#define WAITING INT32_MIN

/* With a watch the parts are handed out in waves of so many a worker, so that it is asked in between. */
#define WAVE CRM__SIZE(4, 1)

typedef struct wave {
  crm__part part;
  void *job;
  uint64_t first;
  crm_status *statuses;   /* of all parts */
} wave;

uint32_t crm__team_workers(const crm__team *team)
{
  return team == NULL || team->executor.run == NULL || team->executor.workers == 0 ? 1 : team->executor.workers;
}

static void run_part(void *job, int64_t index)
{
  const wave *of = job;
  uint64_t part = of->first + (uint64_t)index;
  if (of->statuses[part] == WAITING) {   /* else the executor has called it before */
    of->statuses[part] = of->part(of->job, part);
  }
}

static crm_status run_wave(const crm__team *team, wave *of, uint64_t count, crm_error *error)
{
  uint64_t i;
  if (team != NULL && team->executor.run != NULL && count > 1) {
    crm_status status = team->executor.run(team->executor.context, (int64_t)count, run_part, of);
    return status == CRM_OK ? CRM_OK : crm__fail(error, status, "the executor has failed");
  }
  for (i = 0; i < count; i++) {
    run_part(of, (int64_t)i);
  }
  return CRM_OK;
}

static crm_status first_failure(const crm_status *statuses, uint64_t count, crm_error *error)
{
  uint64_t i;
  for (i = 0; i < count; i++) {
    if (statuses[i] == WAITING) {
      return crm__fail(error, CRM_ERROR_STATE, "the executor has left tasks out");
    }
    if (statuses[i] != CRM_OK) {
      return crm__fail(error, statuses[i], "a part of the work has failed: %s", crm_status_name(statuses[i]));
    }
  }
  return CRM_OK;
}

crm_status crm__team_watch(const crm__team *team, uint64_t done, uint64_t all, crm_error *error)
{
  crm_status status = CRM_OK;
  if (team != NULL && team->watch != NULL) {
    status = team->watch(team->watch_context, (int64_t)done, (int64_t)all);
  }
  return status == CRM_OK ? CRM_OK : crm__fail(error, status, "stopped by the host");
}

crm_status crm__team_run(const crm__team *team, uint64_t count, crm__part part, void *job, crm_error *error)
{
  crm_status statuses[CRM__PARTS];
  uint64_t most = team != NULL && team->watch != NULL ? (uint64_t)crm__team_workers(team) * WAVE : CRM__PARTS;
  crm_status status = CRM_OK;
  wave now;
  uint64_t i;
  if (count > CRM__PARTS) {
    return crm__fail(error, CRM_ERROR_LIMIT, "over %d parts", CRM__PARTS);
  }
  for (i = 0; i < count; i++) {
    statuses[i] = WAITING;
  }
  now.part = part;
  now.job = job;
  now.first = 0;
  now.statuses = statuses;
  while (status == CRM_OK && now.first < count) {
    uint64_t size = count - now.first < most ? count - now.first : most;
    status = run_wave(team, &now, size, error);
    now.first += size;
    if (status == CRM_OK) {
      status = first_failure(statuses, now.first, error);
    }
    if (status == CRM_OK) {
      status = crm__team_watch(team, now.first, count, error);
    }
  }
  return status;
}

crm__split crm__split_rows(uint64_t rows, uint64_t least)
{
  crm__split split;
  split.rows = rows;
  split.size = 1;
  while (split.size < least || (rows + split.size - 1) / split.size > CRM__PARTS) {
    split.size *= 2;
  }
  split.parts = (rows + split.size - 1) / split.size;
  return split;
}

crm__split crm__split_few(const crm__team *team, uint64_t rows, uint64_t least, uint64_t most)
{
  uint64_t share = crm__team_workers(team) > 1 ? (rows + most - 1) / most : rows;
  return crm__split_rows(rows, share > least ? share : least);
}
