/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_windows.h"

#include "analysis/population.h"
#include "base/error.h"
#include "base/sort.h"

/* What is needed while they are made. */
typedef struct plan {
  crm__scope *scope;
  const crm__calendar *calendar;
  const crm_kpi_options *options;
  crm__kpi_windows *made;
} plan;

/* The same date a year before, 29 February the 28th; weeks go back by 52. */
static int32_t year_before(const plan *of, int32_t day)
{
  int32_t year;
  int32_t month;
  int32_t of_month;
  if (of->calendar->options.period == CRM_PERIOD_WEEK) {
    return day - 364;
  }
  crm__civil_from_days(day, &year, &month, &of_month);
  if (month == 2 && of_month == 29) {
    of_month = 28;
  }
  return crm__days_from_civil(year - 1, month, of_month);
}

/* The instant a year before one that ends something: that of the last day before it, and on by as much. */
static int64_t end_year_before(const plan *of, int64_t instant)
{
  int32_t day = crm__day_before(of->scope, instant);
  return crm__day_instant(of->scope, year_before(of, day)) + (instant - crm__day_instant(of->scope, day));
}

/* The feast in a period's days, -1: none. */
static int64_t feast_in(const plan *of, int32_t start, int32_t next)
{
  int64_t i;
  for (i = 0; i < of->options->feast_count; i++) {
    if (of->options->feasts[i] >= start && of->options->feasts[i] < next) {
      return i;
    }
  }
  return -1;
}

static int32_t add_window(plan *of, const crm__kpi_window *window)
{
  crm__kpi_windows *made = of->made;
  int32_t i;
  if (window->from >= window->to) {
    return -1;
  }
  for (i = made->count - 1; i >= 0; i--) {
    const crm__kpi_window *other = &made->windows[i];
    if (other->from == window->from && other->to == window->to && other->start_day == window->start_day &&
        other->prior_from == window->prior_from && other->prior_to == window->prior_to &&
        other->whole_to == window->whole_to) {
      return i;
    }
  }
  made->windows[made->count] = *window;
  return made->count++;
}

/* The part of a whole period from an offset into it to another. */
static int32_t add_part(plan *of, int32_t start, int32_t next, int64_t skipped, int64_t elapsed)
{
  int64_t begin = crm__day_instant(of->scope, start);
  int64_t end = crm__day_instant(of->scope, next);
  int32_t before = crm__period_previous(of->calendar, start);
  crm__kpi_window window = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  window.from = begin + skipped;
  window.to = elapsed < end - begin ? begin + elapsed : end;
  window.prior_from = before == INT32_MIN ? begin : crm__day_instant(of->scope, before);
  window.prior_to = begin;
  window.whole_from = begin;
  window.whole_to = end;
  window.start_day = start;
  return add_window(of, &window);
}

/* The window a year before: the same dates, or moved so that a feast keeps its place. */
static int32_t add_year(plan *of, const crm__kpi_windows_of *period, const crm__kpi_window *own)
{
  int64_t feast = feast_in(of, period->start, period->next);
  crm__kpi_window window = *own;
  if (feast >= 0) {
    int64_t days = (int64_t)of->options->feasts[feast] - of->options->feasts_before[feast];
    window.from -= days * CRM_DAY;
    window.to -= days * CRM_DAY;
    window.prior_from -= days * CRM_DAY;
    window.prior_to -= days * CRM_DAY;
    window.whole_from -= days * CRM_DAY;
    window.whole_to -= days * CRM_DAY;
    window.start_day = (int32_t)(period->start - days);
  } else {
    int32_t day = crm__business_day(own->from, of->scope->day_start);
    window.start_day = year_before(of, period->start);
    window.from = crm__day_instant(of->scope, year_before(of, day)) + (own->from - crm__day_instant(of->scope, day));
    window.to = end_year_before(of, own->to);
    window.whole_from = crm__day_instant(of->scope, window.start_day);
    window.whole_to = end_year_before(of, own->whole_to);
    window.prior_to = window.from - (own->from - own->prior_to);
    window.prior_from = of->calendar->options.period == CRM_PERIOD_DAY
                            ? window.prior_to - (own->prior_to - own->prior_from)
                            : end_year_before(of, own->prior_from);
  }
  return add_window(of, &window);
}

/* The periods of a calendar that begin at first and go on to the one of last. */
static int32_t count_periods(const plan *of, int32_t first, int32_t last, int32_t most)
{
  int32_t start = first;
  int32_t count = 0;
  while (start != INT32_MIN && start <= last && count <= most) {
    int32_t next = crm__period_next(of->calendar, start);
    if (next == INT32_MIN) {
      break;
    }
    count++;
    start = next;
  }
  return count;
}

/* The first of so many periods of which the last one ends at or before an instant, INT32_MIN: none; *count is lowered
 * where there are not as many. */
static int32_t complete_before(const plan *of, int64_t instant, int32_t *count)
{
  int32_t day = crm__day_before(of->scope, instant);
  int32_t start = crm__period_start(of->calendar, day);
  int32_t found = INT32_MIN;
  int32_t have = 0;
  if (start == INT32_MIN && of->calendar->options.period == CRM_PERIOD_TABLE &&
      day >= of->calendar->options.starts[of->calendar->options.count - 1]) {
    start = crm__period_previous(of->calendar, of->calendar->options.starts[of->calendar->options.count - 1]);
  }
  for (; start != INT32_MIN && have < *count; start = crm__period_previous(of->calendar, start)) {
    if (crm__day_instant(of->scope, crm__period_next(of->calendar, start)) <= instant) {
      found = start;
      have++;
    }
  }
  *count = have;
  return found;
}

/* The first period and their number. */
static int32_t choose(const plan *of, int32_t *count)
{
  const crm__scope *scope = of->scope;
  int32_t first;
  int32_t last;
  if (scope->to == INT64_MAX || scope->from >= scope->to) {
    *count = 0;
    return INT32_MIN;
  }
  last = crm__day_before(scope, scope->to);
  if (of->options->periods == 0 && scope->from != INT64_MIN) {
    int32_t day = crm__business_day(scope->from, scope->day_start);
    first = crm__period_start(of->calendar, day);
    if (first == INT32_MIN && of->calendar->options.period == CRM_PERIOD_TABLE &&
        day < of->calendar->options.starts[0]) {
      first = of->calendar->options.starts[0];
    }
    *count = count_periods(of, first, last, CRM_KPI_PERIODS);
    return first;
  }
  *count = of->options->periods == 0 ? 1 : of->options->periods;
  first = complete_before(of, scope->to, count);
  if (of->options->running) {
    int32_t start = crm__period_start(of->calendar, last);
    if (start != INT32_MIN && crm__day_instant(scope, crm__period_next(of->calendar, start)) > scope->to) {
      first = *count == 0 ? start : first;
      ++*count;
    }
  }
  return first;
}

static void add_period(plan *of, crm__kpi_windows_of *period, const crm__kpi_window *before)
{
  const crm__scope *scope = of->scope;
  int64_t begin = crm__day_instant(scope, period->start);
  int64_t end = crm__day_instant(scope, period->next);
  int32_t previous = crm__period_previous(of->calendar, period->start);
  int64_t skipped;
  crm__kpi_window own = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  own.from = scope->from > begin && of->options->periods == 0 ? scope->from : begin;
  own.to = end < scope->to ? end : scope->to;
  own.prior_from = before != NULL ? before->from
                                  : previous == INT32_MIN ? begin : crm__day_instant(scope, previous);
  own.prior_to = begin;
  own.whole_from = begin;
  own.whole_to = end;
  own.start_day = period->start;
  skipped = own.from - begin;
  period->complete = own.from == begin && own.to == end;
  period->own = add_window(of, &own);
  period->year = add_year(of, period, &own);
  period->previous = -1;
  period->previous_level = -1;
  if (previous != INT32_MIN) {
    period->previous = add_part(of, previous, period->start, skipped, period->complete ? INT64_MAX : own.to - begin);
    period->previous_level = add_part(of, previous, period->start, 0, INT64_MAX);
  }
}

/* The segments that begin and end with a window's bounds. */
static void find_segments(const crm__kpi_windows *made, crm__kpi_window *window)
{
  window->first = crm__kpi_windows_segment(made, window->from, 0);
  window->end = crm__kpi_windows_segment(made, window->to, 0);
  window->prior_first = crm__kpi_windows_segment(made, window->prior_from, 0);
  window->prior_end = crm__kpi_windows_segment(made, window->prior_to, 0);
}

static crm_status cut(plan *of, crm_error *error)
{
  crm__kpi_windows *made = of->made;
  uint64_t room = (uint64_t)made->count * 4U;
  uint64_t *keys = crm__scope_alloc(of->scope, room, sizeof *keys);
  uint64_t *spare = crm__scope_alloc(of->scope, room, sizeof *spare);
  uint64_t used = 0;
  uint64_t k;
  int32_t i;
  made->bounds = crm__scope_alloc(of->scope, room, sizeof *made->bounds);
  if (keys == NULL || spare == NULL || made->bounds == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < made->count; i++) {
    keys[used++] = crm__sortable(made->windows[i].from);
    keys[used++] = crm__sortable(made->windows[i].to);
    keys[used++] = crm__sortable(made->windows[i].prior_from);
    keys[used++] = crm__sortable(made->windows[i].prior_to);
  }
  crm__radix_sort(keys, NULL, spare, NULL, used);
  for (k = 0; k < used; k++) {
    if (k == 0 || keys[k] != keys[k - 1]) {
      made->bounds[made->bound_count++] = (int64_t)(keys[k] ^ crm__sortable(0));
    }
  }
  for (i = 0; i < made->count; i++) {
    find_segments(made, &made->windows[i]);
  }
  return CRM_OK;
}

crm_status crm__kpi_windows_make(crm__scope *scope, const crm__calendar *calendar, const crm_kpi_options *options,
                             crm__kpi_windows *windows, crm_error *error)
{
  plan of;
  int32_t start;
  int32_t i;
  of.scope = scope;
  of.calendar = calendar;
  of.options = options;
  of.made = windows;
  windows->count = 0;
  windows->bound_count = 0;
  start = choose(&of, &windows->period_count);
  if (windows->period_count > CRM_KPI_PERIODS) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, "period", 0, -1,
                        "there are more than %d periods; a later from or longer periods help", CRM_KPI_PERIODS);
  }
  windows->periods = crm__scope_alloc(scope, (uint64_t)windows->period_count, sizeof *windows->periods);
  windows->windows = crm__scope_alloc(scope, (uint64_t)windows->period_count * 4U, sizeof *windows->windows);
  if (windows->periods == NULL || windows->windows == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < windows->period_count; i++) {
    crm__kpi_windows_of *period = &windows->periods[i];
    period->start = start;
    period->next = crm__period_next(calendar, start);
    add_period(&of, period, i == 0 ? NULL : &windows->windows[windows->periods[i - 1].own]);
    start = period->next;
  }
  return cut(&of, error);
}
