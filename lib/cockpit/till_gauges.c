/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till_followed.h"

#include "base/error.h"

#include <string.h>

/* The gauges and alerts that sales at the till move: which there are, made and filled. */

#define PERIODS 24
#define MOST_PERIODS 240

/* ---- what can be followed ---- */

/* Bases that need more of a sale than its customer, day and amount. */
static int is_hidden(const crm__scope *scope, int32_t base)
{
  switch (base) {
  case CRM__BASE_SOLD:
  case CRM__BASE_RETURNED:
    return scope->money != CRM_MONEY_NET;
  case CRM__BASE_GROSS:
  case CRM__BASE_DISCOUNT:
  case CRM__BASE_UNITS:
  case CRM__BASE_MEASURED:
  case CRM__BASE_COSTED:
  case CRM__BASE_PROFIT:
  case CRM__BASE_COST:
  case CRM__BASE_UNCOSTED:
  case CRM__BASE_NEW_PRODUCT:
  case CRM__BASE_POSITIVE:
  case CRM__BASE_POSITIVE_SPEND:
  case CRM__BASE_TOP_1:
  case CRM__BASE_TOP_5:
  case CRM__BASE_TOP_20:
  case CRM__BASE_GINI:
  case CRM__BASE_LESSER:
  case CRM__BASE_CULTIVATED:
  case CRM__BASE_VALUED:
  case CRM__BASE_VALUE:
  case CRM__BASE_VALUE_LOWER:
  case CRM__BASE_RANKED:
  case CRM__BASE_ROSE:
  case CRM__BASE_FELL:
    return 1;
  default:
    return base >= CRM__BASE_DORMANT && base <= CRM__BASE_STEADY;
  }
}

static int kpi_is_seen(const crm__till_gauges *of, int32_t kpi)
{
  const crm__kpi_entry *entry = crm__kpi_at(kpi);
  return of->seen[entry->numerator] && of->seen[entry->denominator] && of->seen[entry->cases];
}

static int can_follow(const crm__till_gauges *of, const crm__watched *watched)
{
  return crm__watched_by(watched, of->panel.options.role) && watched->by == CRM_KPI_TOGETHER &&
         kpi_is_seen(of, watched->kpi) &&
         (watched->target_kind != CRM__TARGET_KPI || kpi_is_seen(of, watched->target_kpi));
}

/* ---- making ---- */

static crm_status read_options(crm__till_gauges *of, const crm_till_options *options, crm_error *error)
{
  if (options->periods < 0 || options->periods > MOST_PERIODS) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "periods", 0, -1, "periods are 1 to %d", MOST_PERIODS);
  }
  of->panel.cockpit = options->cockpit;
  of->panel.options.role = options->role;
  of->panel.options.periods = options->periods == 0 ? PERIODS : options->periods;
  of->panel.options.running = 1;
  of->given = options->calendar;
  return crm__calendar_open(&of->calendar, options->calendar, error);
}

static crm_status make_room(crm__till_gauges *of, crm_error *error)
{
  uint64_t i;
  int any = 0;
  of->item_count = of->panel.cockpit->gauge_count + of->panel.cockpit->rule_count;
  of->items = crm__alloc_array_zero(&of->memory, of->item_count, sizeof *of->items);
  of->moved = crm__alloc_array(&of->memory, of->item_count, sizeof *of->moved);
  of->panel.places = crm__alloc_array(&of->memory, (uint64_t)crm__kpi_count(), sizeof *of->panel.places);
  of->dirty = crm__alloc_array_zero(&of->memory, (uint64_t)crm__kpi_count(), sizeof *of->dirty);
  if (of->items == NULL || of->moved == NULL || of->panel.places == NULL || of->dirty == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < of->item_count; i++) {
    any |= crm__watched_by(crm__followed_watched(of, i), of->panel.options.role);
    of->items[i].followed = can_follow(of, crm__followed_watched(of, i));
  }
  return any ? CRM_OK
             : crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "role", 0, -1,
                            "there is no gauge and no rule for the role");
}

crm_status crm__till_gauges_create(crm_till *till, const crm_till_options *options, crm_error *error)
{
  crm__till_gauges *of;
  crm_status status;
  int32_t base;
  if (options->cockpit == NULL) {
    return CRM_OK;
  }
  of = crm__alloc_zero(&till->memory, sizeof *of);
  if (of == NULL) {
    return crm__fail_memory(error);
  }
  of->memory = crm__memory_fork(&till->memory);
  till->gauges = of;
  for (base = 0; base <= CRM__BASES; base++) {
    of->seen[base] = (uint8_t)!is_hidden(&till->scope, base);
  }
  status = read_options(of, options, error);
  of->panel.store = till->store;
  of->panel.calendar = &of->calendar;
  return status == CRM_OK ? make_room(of, error) : status;
}

/* Frees what a fill makes. */
static void drop_figures(crm__till_gauges *of)
{
  uint64_t windows = (uint64_t)of->work.windows.count;
  crm__kpi_windows *kept = &of->work.windows;
  crm__free_array(&of->memory, kept->periods, (uint64_t)kept->period_count, sizeof *kept->periods);
  crm__free_array(&of->memory, kept->windows, windows, sizeof *kept->windows);
  crm__free_array(&of->memory, kept->bounds, (uint64_t)kept->bound_count, sizeof *kept->bounds);
  crm__free_array(&of->memory, of->work.cells, windows * CRM__BASES, sizeof *of->work.cells);
  crm__free_array(&of->memory, of->work.firsts, CRM__NEEDS, sizeof *of->work.firsts);
  crm__free_array(&of->memory, of->work.history, 1, sizeof *of->work.history);
  crm__free_array(&of->memory, of->change, windows * CRM__BASES, sizeof *of->change);
  crm__free_array(&of->memory, of->touched, windows, sizeof *of->touched);
  crm__free_array(&of->memory, of->windows, windows, sizeof *of->windows);
  of->change = NULL;
  of->touched = NULL;
  of->windows = NULL;
  of->window_count = 0;
  memset(&of->work, 0, sizeof of->work);
  crm_kpi_free(of->kpis);
  of->kpis = NULL;
  of->panel.kpis[CRM_KPI_TOGETHER] = NULL;
  of->panel.periods = 0;
  of->moved_count = 0;
}

void crm__till_gauges_free(crm_till *till)
{
  crm__till_gauges *of = till->gauges;
  if (of == NULL) {
    return;
  }
  drop_figures(of);
  crm__free_array(&of->memory, of->deeds, of->deed_capacity, sizeof *of->deeds);
  crm__free_array(&of->memory, of->items, of->item_count, sizeof *of->items);
  crm__free_array(&of->memory, of->moved, of->item_count, sizeof *of->moved);
  crm__free_array(&of->memory, of->panel.places, (uint64_t)crm__kpi_count(), sizeof *of->panel.places);
  crm__free_array(&of->memory, of->dirty, (uint64_t)crm__kpi_count(), sizeof *of->dirty);
  crm__free(&till->memory, of, sizeof *of);
  till->gauges = NULL;
}

/* ---- filling ---- */

static void *copy(crm__memory *memory, const void *from, uint64_t count, size_t size)
{
  void *made = crm__alloc_array(memory, count, size);
  if (made != NULL && count > 0) {
    memcpy(made, from, (size_t)count * size);
  }
  return made;
}

/* Keeps the sums of a computation. */
static crm_status keep(void *context, const crm__kpi_work *work, crm_error *error)
{
  crm__till_gauges *of = context;
  crm__kpi_work *kept = &of->work;
  uint64_t windows = (uint64_t)work->windows.count;
  *kept = *work;
  kept->asked = NULL;
  kept->sums = NULL;
  kept->deeds = NULL;
  kept->windows.periods =
      copy(&of->memory, work->windows.periods, (uint64_t)work->windows.period_count, sizeof *kept->windows.periods);
  kept->windows.windows = copy(&of->memory, work->windows.windows, windows, sizeof *kept->windows.windows);
  kept->windows.bounds =
      copy(&of->memory, work->windows.bounds, (uint64_t)work->windows.bound_count, sizeof *kept->windows.bounds);
  kept->cells = copy(&of->memory, work->cells, windows * CRM__BASES, sizeof *kept->cells);
  kept->firsts = copy(&of->memory, work->firsts, CRM__NEEDS, sizeof *kept->firsts);
  kept->history = copy(&of->memory, work->history, 1, sizeof *kept->history);
  of->change = crm__alloc_array_zero(&of->memory, windows * CRM__BASES, sizeof *of->change);
  of->touched = crm__alloc_array_zero(&of->memory, windows, sizeof *of->touched);
  of->windows = crm__alloc_array(&of->memory, windows, sizeof *of->windows);
  return kept->windows.periods == NULL || kept->windows.windows == NULL || kept->windows.bounds == NULL ||
                 kept->cells == NULL || kept->firsts == NULL || kept->history == NULL || of->change == NULL ||
                 of->touched == NULL || of->windows == NULL
             ? crm__fail_memory(error)
             : CRM_OK;
}

/* The KPIs that what is followed needs. */
static int64_t choose(crm__till_gauges *of, const char **ids)
{
  int64_t count = 0;
  uint64_t i;
  int32_t k;
  for (k = 0; k < crm__kpi_count(); k++) {
    of->panel.places[k] = -1;
  }
  for (i = 0; i < of->item_count; i++) {
    const crm__watched *watched = crm__followed_watched(of, i);
    if (of->items[i].followed) {
      of->panel.places[watched->kpi] = 0;
      of->panel.places[watched->target_kind == CRM__TARGET_KPI ? watched->target_kpi : watched->kpi] = 0;
    }
  }
  for (k = 0; k < crm__kpi_count(); k++) {
    if (of->panel.places[k] == 0) {
      of->panel.places[k] = (int32_t)count;
      ids[count++] = crm__kpi_at(k)->id;
    }
  }
  return count;
}

static crm_status compute(crm_till *till, crm__till_gauges *of, const char **ids, crm_error *error)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_scope scope = till->rules->kept.scope;
  crm_status status;
  scope.as_of = till->scope.as_of;
  scope.context = NULL;
  options.kpi_count = choose(of, ids);
  options.kpis = ids;
  options.periods = of->panel.options.periods;
  options.running = 1;
  if (options.kpi_count == 0) {
    return CRM_OK;
  }
  status = crm__kpi_compute(till->store, &scope, of->given, &options, keep, of, &of->kpis, error);
  of->panel.kpis[CRM_KPI_TOGETHER] = of->kpis;
  of->panel.periods = status == CRM_OK ? of->kpis->period_count : 0;
  of->work.scope = &till->scope;
  return status;
}

/* Posted sales that the store does not hold count as well. */
static crm_status add_posted(crm_till *till, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t i;
  for (i = 0; status == CRM_OK && i < till->posted_count; i++) {
    const crm__posted *one = &till->posted[i];
    int stranger = (one->customer & CRM__TILL_FRESH) != 0;
    crm__rung_up sale;
    if (!stranger && !crm__customer_counts(&till->scope, one->customer)) {
      continue;
    }
    sale.day = one->day;
    sale.orders = one->orders;
    sale.money = one->money;
    sale.customer = stranger ? CRM__NONE : one->customer;
    sale.posted = one->next;
    status = crm__till_gauges_prepare(till, &sale, error);
    if (status == CRM_OK) {
      crm__till_gauges_apply(till);
    }
  }
  return status;
}

crm_status crm__till_gauges_fill(crm_till *till, crm_error *error)
{
  crm__till_gauges *of = till->gauges;
  uint64_t count = (uint64_t)crm__kpi_count();
  const char **ids;
  crm_status status;
  uint64_t i;
  if (of == NULL) {
    return CRM_OK;
  }
  drop_figures(of);
  ids = crm__alloc_array(&of->memory, count, sizeof *ids);
  status = ids == NULL ? crm__fail_memory(error) : compute(till, of, ids, error);
  crm__free_array(&of->memory, (void *)ids, count, sizeof *ids);
  if (status == CRM_OK) {
    status = add_posted(till, error);
  }
  for (i = 0; status == CRM_OK && i < of->item_count; i++) {
    crm__followed_read(of, i, &of->items[i]);
  }
  of->moved_count = 0;
  return status;
}
