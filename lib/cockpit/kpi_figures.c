/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/check.h"
#include "base/decimal.h"
#include "base/wide.h"
#include "store/rows.h"

/* Figures that the host gives: target, budget and expense add up over time and are prorated where a window has a part
 * of their period; inventory, assets and liabilities are what is there at the end of theirs. All have six decimals.
 *
 * A figure may be given for the whole, by branch, by staff, by product or for several of these at once. What is asked
 * for is made of the coarsest rows that there are for it in the window: those without a further part, else those by
 * branch, by staff, by product, else by more than one. Of a segment of customers nobody gives figures. */

#define NONE INT64_MIN
#define PARTS 5

typedef struct figure {
  int64_t from;
  int64_t to;
  int64_t value;
  uint32_t name;
  uint32_t branch;
  uint32_t staff;
  uint32_t product;
} figure;

static int read_figure(const crm__kpi_work *work, uint32_t row, figure *of)
{
  const crm_store *store = work->scope->store;
  if (!crm__row_exists(work->scope, CRM__TABLE_FIGURES, row)) {
    return 0;
  }
  of->from = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_FROM, row);
  of->to = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_TO, row);
  of->value = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_VALUE, row);
  of->name = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_NAME, row);
  of->branch = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_BRANCH, row);
  of->staff = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_STAFF, row);
  of->product = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_PRODUCT, row);
  return of->from < of->to && of->value != NONE;
}

/* How finely a figure is given beyond what a group asks for, 0 to PARTS - 1; -1: it is not of the group. */
static int32_t fineness(const crm__kpi_work *work, const figure *of, uint32_t group)
{
  uint32_t id = group == 0 ? CRM__NONE : work->group_ids[group];
  int branch = of->branch != CRM__NONE;
  int staff = of->staff != CRM__NONE;
  int product = of->product != CRM__NONE;
  if (work->scope->segment != NULL) {
    return -1;
  }
  if (work->scope->branches != NULL && !(branch && work->scope->branches[of->branch + 1U])) {
    return -1;
  }
  branch = work->scope->branches != NULL ? 0 : branch;
  if (group != 0 && work->by == CRM_KPI_BY_BRANCH) {
    if (of->branch != id) {
      return -1;
    }
    branch = 0;
  } else if (group != 0) {
    if (crm__kpi_person(work, of->staff, of->from) != id) {
      return -1;
    }
    staff = work->by == CRM_KPI_BY_STAFF ? 0 : staff;
  }
  return branch + staff + product > 1 ? 4 : branch ? 1 : staff ? 2 : product ? 3 : 0;
}

typedef struct sums {
  int64_t value[PARTS];
  int64_t latest[PARTS];     /* of stocks: the end of the figures summed; of flows 0 */
  int32_t there[PARTS];
} sums;

static void add_checked(sums *to, int32_t part, int64_t value)
{
  if (to->value[part] != CRM__KPI_TOO_MUCH && crm__add_overflows(to->value[part], value, &to->value[part])) {
    to->value[part] = CRM__KPI_TOO_MUCH;
  }
}

/* The part of a flow that lies in a span, by time, rounded half away from zero. */
static void add_flow(const figure *of, int64_t from, int64_t to, int32_t part, sums *into)
{
  int64_t begin = of->from > from ? of->from : from;
  int64_t end = of->to < to ? of->to : to;
  int64_t value;
  if (begin >= end) {
    return;
  }
  into->there[part] = 1;
  if (crm__multiply_divide_round(of->value, end - begin, of->to - of->from, &value)) {
    into->value[part] = CRM__KPI_TOO_MUCH;
  } else {
    add_checked(into, part, value);
  }
}

/* The stock at an instant: of the figures whose period has ended by then, those with the latest end. */
static void add_stock(const figure *of, int64_t instant, int32_t part, sums *into)
{
  if (of->to > instant) {
    return;
  }
  if (!into->there[part] || of->to > into->latest[part]) {
    into->value[part] = 0;
    into->latest[part] = of->to;
  }
  into->there[part] = 1;
  if (of->to == into->latest[part]) {
    add_checked(into, part, of->value);
  }
}

/* Of stocks the latest come first, whatever part they are given by; flows have no latest. */
static int64_t coarsest(const sums *of)
{
  int64_t latest = INT64_MIN;
  int32_t part;
  for (part = 0; part < PARTS; part++) {
    latest = of->there[part] && of->latest[part] > latest ? of->latest[part] : latest;
  }
  for (part = 0; part < PARTS; part++) {
    if (of->there[part] && of->latest[part] == latest) {
      return of->value[part];
    }
  }
  return CRM__KPI_ABSENT;
}

/* A figure of a name over a span (from below to), or as a stock at `to` (from equal to it). */
static int64_t figure_of(const crm__kpi_work *work, const char *name, uint32_t group, int64_t from, int64_t to)
{
  const crm_store *store = work->scope->store;
  uint32_t id = crm__row_find(store, CRM__TABLE_FIGURES, CRM__FIGURES_NAME, name);
  uint32_t rows = id == CRM__NONE ? 0 : crm__rows_count(store, CRM__TABLE_FIGURES);
  sums all = {{0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}};
  figure of;
  uint32_t row;
  for (row = 0; row < rows; row++) {
    int32_t part = read_figure(work, row, &of) && of.name == id ? fineness(work, &of, group) : -1;
    if (part >= 0 && from < to) {
      add_flow(&of, from, to, part, &all);
    } else if (part >= 0) {
      add_stock(&of, to, part, &all);
    }
  }
  return coarsest(&all);
}

static int is_number(int64_t value)
{
  return value != CRM__KPI_ABSENT && value != CRM__KPI_TOO_MUCH;
}

/* a - b where both are there. */
static int64_t less(int64_t a, int64_t b)
{
  int64_t value;
  if (!is_number(a) || !is_number(b)) {
    return is_number(a) ? b : a;
  }
  return b == INT64_MIN || crm__add_overflows(a, -b, &value) ? CRM__KPI_TOO_MUCH : value;
}

/* Money of the store with six decimals. */
static int64_t in_six(const crm__kpi_work *work, int64_t money)
{
  int64_t value;
  return crm__multiply_divide_round(money, crm__power10(6 - crm_store_digits(work->scope->store)), 1, &value)
             ? CRM__KPI_TOO_MUCH
             : value;
}

/* The mean of the stock at both ends, or that at the one end that has any. */
static int64_t mean_stock(const crm__kpi_work *work, const char *name, uint32_t group, const crm__kpi_window *window)
{
  int64_t first = figure_of(work, name, group, window->from, window->from);
  int64_t last = figure_of(work, name, group, window->to, window->to);
  if (!is_number(first) || !is_number(last)) {
    return is_number(first) ? first : last;
  }
  return first / 2 + last / 2 + (first % 2 + last % 2) / 2;
}

void crm__kpi_set_to_go(const crm__kpi_work *work, int64_t *cells)
{
  cells[CRM__BASE_TO_GO] = less(cells[CRM__BASE_TARGET], in_six(work, cells[CRM__BASE_REVENUE]));
}

static void sum_group(const crm__kpi_work *work, uint32_t group, const crm__kpi_window *window, int64_t *cells)
{
  int64_t end = window->to;
  cells[CRM__BASE_TARGET] = figure_of(work, "target", group, window->whole_from, window->whole_to);
  cells[CRM__BASE_TARGET_DUE] = figure_of(work, "target", group, window->from, end);
  crm__kpi_set_to_go(work, cells);
  cells[CRM__BASE_EXPENSE] = figure_of(work, "expense", group, window->from, end);
  cells[CRM__BASE_BUDGET] = figure_of(work, "budget", group, window->from, end);
  cells[CRM__BASE_OVER_BUDGET] = less(cells[CRM__BASE_EXPENSE], cells[CRM__BASE_BUDGET]);
  cells[CRM__BASE_INVENTORY] = mean_stock(work, "inventory", group, window);
  cells[CRM__BASE_ASSETS] = figure_of(work, "assets", group, end, end);
  cells[CRM__BASE_LIABILITIES] = figure_of(work, "liabilities", group, end, end);
}

void crm__kpi_sum_figures(crm__kpi_work *work)
{
  uint32_t group;
  int32_t w;
  for (group = 0; group < work->groups; group++) {
    for (w = 0; w < work->windows.count; w++) {
      const crm__kpi_window *window = &work->windows.windows[w];
      int64_t *cells = crm__kpi_cell(work, group, w, 0);
      int64_t left = crm__business_day(window->whole_to, work->scope->day_start) -
                     (int64_t)crm__business_day(window->to, work->scope->day_start);
      cells[CRM__BASE_DAYS] = crm__business_day(window->to - 1, work->scope->day_start) + (int64_t)1 -
                              crm__business_day(window->from, work->scope->day_start);
      cells[CRM__BASE_DAYS_LEFT] = left < 0 ? 0 : left;
      if (work->by_figure) {
        sum_group(work, group, window, cells);
      }
    }
  }
}

int crm__kpi_figure_groups(crm__kpi_work *work)
{
  uint32_t rows = crm__rows_count(work->scope->store, CRM__TABLE_FIGURES);
  figure of;
  uint32_t row;
  for (row = 0; row < rows; row++) {
    if (read_figure(work, row, &of)) {
      uint32_t id = work->by == CRM_KPI_BY_BRANCH ? of.branch : crm__kpi_person(work, of.staff, of.from);
      int outside = work->by == CRM_KPI_BY_BRANCH && id != CRM__NONE && work->scope->branches != NULL &&
                    !work->scope->branches[id + 1U];
      if (!outside && crm__kpi_group(work, id) == CRM__NONE) {
        return 0;
      }
    }
  }
  return 1;
}
