/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "analysis/lifecycle_handle.h"
#include "base/error.h"
#include "base/wide.h"

#include <string.h>

/* Customers' lives: who is dormant or lost at a window's end, who left the active ones in it or came back. A life is
 * one with the whole business, so a branch or a person has none. */

#define MILLION INT64_C(1000000)

/* What an event changes; summed up by the segment that it lies in. */
typedef struct changes {
  int64_t active;
  int64_t dormant;
  int64_t lost;
  int64_t back;
  int64_t left;
  int64_t entered;
} changes;

/* A customer's life so far. */
typedef struct standing {
  int32_t active;
  int32_t dormant;
  int32_t lost;
  int32_t ever;      /* has been active */
} standing;

static void step(standing *was, const crm__life_event *event, changes *to)
{
  standing is;
  is.active = crm__life_active(event);
  is.ever = was->ever | is.active;
  is.dormant = is.ever && event->stage == CRM_STAGE_DORMANT;   /* who never bought was never a customer to lose */
  is.lost = is.ever && event->stage == CRM_STAGE_LOST;
  to->active += is.active - was->active;
  to->dormant += is.dormant - was->dormant;
  to->lost += is.lost - was->lost;
  to->back += is.active && !was->active && was->ever;
  to->entered += is.active && !was->active;
  to->left += was->active && !is.active;
  *was = is;
}

/* What silence brings at the start of a day is past at that instant already, so it belongs to the time before. */
static int64_t time_of(const crm__life_event *event)
{
  return event->time - (event->cause == CRM__CAUSE_IDLE);
}

static void fold(const changes *of, int32_t segment, const crm__kpi_window *window, int64_t *cells)
{
  if (segment >= window->end) {
    return;
  }
  cells[CRM__BASE_DORMANT] += of->dormant;
  cells[CRM__BASE_GONE] += of->lost;
  cells[CRM__BASE_SILENT] += of->dormant + of->lost;
  cells[CRM__BASE_LIVES] += of->active + of->dormant + of->lost;
  if (segment < window->first) {
    cells[CRM__BASE_STOCK] += of->active;
  } else {
    cells[CRM__BASE_BACK] += of->back;
    cells[CRM__BASE_LEFT] += of->left;
    cells[CRM__BASE_ENTERED] += of->entered;
  }
}

static void sum_lives(crm__kpi_work *work, const crm_lifecycle *lifecycle, changes *sums)
{
  uint32_t id;
  for (id = 0; id < lifecycle->customers; id++) {
    standing was = {0, 0, 0, 0};
    uint64_t i;
    for (i = lifecycle->starts[id]; i < lifecycle->starts[id + 1U]; i++) {
      const crm__life_event *event = &lifecycle->events[i];
      int64_t time = time_of(event);
      step(&was, event, &sums[crm__kpi_windows_segment(&work->windows, time, 0)]);
      if (was.active) {
        crm__kpi_note(work, 0, CRM__NEEDS_LIFE, time);
      }
    }
  }
}

/* The stock of which the share that leaves is as many as come: where it would come to rest. In whole customers, as the
 * leaky bucket has it. */
static int64_t steady_state(const int64_t *cells)
{
  int64_t steady = 0;
  if (cells[CRM__BASE_LEFT] == 0) {
    return CRM__KPI_UNDEFINED;
  }
  if (crm__multiply_divide_round(cells[CRM__BASE_ENTERED], cells[CRM__BASE_STOCK], cells[CRM__BASE_LEFT], &steady) ||
      steady > INT64_MAX / MILLION - 1) {
    return CRM__KPI_TOO_MUCH;
  }
  return steady * MILLION;
}

/* What is not known is no number: nobody is dormant or lost for want of a limit. */
static void sum_windows(const crm__kpi_work *work, const changes *sums)
{
  int32_t w;
  for (w = 0; w < work->windows.count; w++) {
    int64_t *cells = crm__kpi_cell(work, 0, w, 0);
    int32_t base;
    uint32_t s;
    for (s = 0; s < work->segments; s++) {
      fold(&sums[s], (int32_t)s, &work->windows.windows[w], cells);
    }
    cells[CRM__BASE_STEADY] = steady_state(cells);
    for (base = CRM__BASE_DORMANT; base <= CRM__BASE_STEADY; base++) {
      if (work->dormant_days == 0 || (work->lost_days == 0 && base == CRM__BASE_GONE)) {
        cells[base] = CRM__KPI_ABSENT;
      }
    }
  }
}

static int list_lives(crm__kpi_work *work, const crm_lifecycle *lifecycle)
{
  const crm__kpi_window *window = &work->windows.windows[work->list->window];
  uint32_t id;
  for (id = 0; id < lifecycle->customers; id++) {
    int64_t cells[CRM__BASES] = {0};
    standing was = {0, 0, 0, 0};
    uint64_t i;
    for (i = lifecycle->starts[id]; i < lifecycle->starts[id + 1U]; i++) {
      const crm__life_event *event = &lifecycle->events[i];
      changes own = {0, 0, 0, 0, 0, 0};
      step(&was, event, &own);
      fold(&own, crm__kpi_windows_segment(&work->windows, time_of(event), 0), window, cells);
    }
    if (!crm__kpi_list_add(work, CRM__KPI_CUSTOMER, id, id, INT64_MIN, cells[work->list->base])) {
      return 0;
    }
  }
  return 1;
}

static int is_listed(const crm__kpi_work *work)
{
  int32_t base = work->list == NULL ? CRM__BASE_NONE : work->list->base;
  int known = work->dormant_days > 0 && (work->lost_days > 0 || base != CRM__BASE_GONE);
  return known && base >= CRM__BASE_DORMANT && base <= CRM__BASE_ENTERED;
}

/* By the scope that was asked for, with scratch of its own: the context's is in use, and would be given back. */
static crm_status compute_lives(const crm__kpi_work *work, crm_lifecycle **lifecycle, crm_error *error)
{
  crm_scope own = CRM_SCOPE_INIT;
  crm_status status = CRM_OK;
  if (work->asked != NULL) {
    status = crm__struct_read(&own, sizeof own, work->asked, "crm_scope", error);
  }
  own.context = NULL;
  return status == CRM_OK ? crm_lifecycle_compute(work->scope->store, &own, work->lifecycle, lifecycle, error)
                          : status;
}

crm_status crm__kpi_count_lives(crm__kpi_work *work, crm_error *error)
{
  crm_lifecycle *lifecycle = NULL;
  changes *sums;
  crm_status status;
  if (!work->by_life || work->scope->branches != NULL) {
    return CRM_OK;
  }
  sums = crm__scope_alloc_zero(work->scope, work->segments, sizeof *sums);
  if (sums == NULL) {
    return crm__fail_memory(error);
  }
  status = compute_lives(work, &lifecycle, error);
  if (status != CRM_OK) {
    return status;
  }
  work->dormant_days = lifecycle->limits.dormant_days;
  work->lost_days = lifecycle->limits.lost_days;
  sum_lives(work, lifecycle, sums);
  sum_windows(work, sums);
  if (is_listed(work) && !list_lives(work, lifecycle)) {
    status = crm__fail_memory(error);
  }
  crm_lifecycle_free(lifecycle);
  return status;
}
