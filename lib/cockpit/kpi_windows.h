/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_KPI_WINDOWS_H
#define CRM_COCKPIT_KPI_WINDOWS_H

#include "store/facts.h"

#include <crm/kpi.h>

/* The spans of time that KPIs are computed for: the periods, and what each is compared with. */

/* Half-open, in instants. */
typedef struct crm__kpi_window {
  int64_t from;
  int64_t to;
  int64_t prior_from;    /* the period before, for who has come back or stayed away; empty: none */
  int64_t prior_to;
  int64_t whole_from;    /* the whole period that it is a part of, */
  int64_t whole_to;
  int32_t start_day;     /* and its first day */
  int32_t first;         /* segments first to end - 1 */
  int32_t end;
  int32_t prior_first;
  int32_t prior_end;
} crm__kpi_window;

/* A period by its windows; -1: there is none. */
typedef struct crm__kpi_windows_of {
  int32_t start;           /* first day, */
  int32_t next;            /* and that of the one after */
  int32_t complete;
  int32_t own;
  int32_t previous;        /* as many elapsed days of the period before */
  int32_t year;            /* a year before */
  int32_t previous_level;  /* the whole period before, whose end a level is compared with */
} crm__kpi_windows_of;

/* Time cut at every bound of a window: segment 0 lies before the first bound, segment k begins at bound k - 1. */
typedef struct crm__kpi_windows {
  crm__kpi_windows_of *periods;
  int32_t period_count;
  crm__kpi_window *windows;
  int32_t count;
  int64_t *bounds;
  int32_t bound_count;
} crm__kpi_windows;

/* Of the scope's scratch. options are checked. Errors: LIMIT, MEMORY, ARGUMENT (feasts out of order). */
crm_status crm__kpi_windows_make(crm__scope *scope, const crm__calendar *calendar, const crm_kpi_options *options,
                             crm__kpi_windows *windows, crm_error *error);

/* The segment of an instant; near is the one of the fact before, where it most often lies too. */
static inline int32_t crm__kpi_windows_segment(const crm__kpi_windows *windows, int64_t time, int32_t near)
{
  int32_t low = 0;
  int32_t high = windows->bound_count;
  if ((near == 0 || windows->bounds[near - 1] <= time) &&
      (near == windows->bound_count || time < windows->bounds[near])) {
    return near;
  }
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    if (windows->bounds[middle] <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

#endif
