/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_customers.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/wide.h"

/* What looks at all customers of a window side by side: who has most, and who is a value customer. */

/* Of n values above 0, ascending. */
static void sum_tops(const uint64_t *values, int64_t n, int64_t total, int64_t *cells)
{
  static const struct { int32_t base; int32_t percent; } tops[] = {
    {CRM__BASE_TOP_1, 1}, {CRM__BASE_TOP_5, 5}, {CRM__BASE_TOP_20, 20}
  };
  crm__wide sum = crm__wide_from(0);
  double quotient;
  int64_t taken = 0;
  int64_t top = 0;
  int64_t i;
  for (i = 0; i < 3; i++) {
    int64_t size = (tops[i].percent * n + 99) / 100;
    for (; taken < size; taken++) {
      top += (int64_t)values[n - 1 - taken];
    }
    cells[tops[i].base] = top;
  }
  for (i = 1; i <= n; i++) {
    sum = crm__wide_add(sum, crm__wide_multiply(2 * i - n - 1, (int64_t)values[i - 1]));
  }
  quotient = crm__wide_to_double(sum) / crm__wide_to_double(crm__wide_multiply(n, total));
  cells[CRM__BASE_GINI] = (int64_t)(quotient * 1000000 + 0.5);
}

static int64_t list_count(const crm__kpi_work *work)
{
  return (int64_t)work->groups * work->windows.count;
}

typedef struct list_job {
  const crm__kpi_ledger *all;
  uint64_t *spare;
  int together;          /* there is some for each of the lists */
} list_job;

static crm_status sort_list(void *context, uint64_t list)
{
  const list_job *job = context;
  int64_t start = job->all->starts[list];
  crm__radix_sort(job->all->values + start, NULL, job->spare + (job->together ? start : 0), NULL,
                  (uint64_t)job->all->used[list]);
  return CRM_OK;
}

/* longest: of the lists; total: of all of them. */
static crm_status sort_lists(const crm__kpi_ledger *all, int64_t longest, int64_t total, crm_error *error)
{
  crm__scope *scope = all->work->scope;
  int64_t lists = list_count(all->work);
  crm_status status = CRM_OK;
  list_job job;
  int64_t list;
  job.all = all;
  job.together = crm__team_workers(scope->team) > 1 && lists <= CRM__PARTS;
  job.spare = crm__scope_alloc(scope, (uint64_t)(job.together ? total : longest), sizeof *job.spare);
  if (job.spare == NULL) {
    return crm__fail_memory(error);
  }
  if (job.together) {
    return crm__team_run(scope->team, (uint64_t)lists, sort_list, &job, error);
  }
  for (list = 0; status == CRM_OK && list < lists; list++) {
    (void)sort_list(&job, (uint64_t)list);
    status = crm__team_watch(scope->team, (uint64_t)list + 1, (uint64_t)lists, error);
  }
  return status;
}

/* Where the lists begin, by how many each is to hold; then they are filled and sorted. */
static crm_status fill_lists(crm__kpi_ledger *all, crm_error *error)
{
  crm__kpi_work *work = all->work;
  int64_t longest = 0;
  int64_t total = 0;
  int64_t list;
  crm_status status;
  for (list = 0; list < list_count(work); list++) {
    all->starts[list] = total;
    total += all->used[list];
    longest = all->used[list] > longest ? all->used[list] : longest;
    all->used[list] = 0;
  }
  all->values = crm__scope_alloc(work->scope, (uint64_t)total, sizeof *all->values);
  if (all->values == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__kpi_walk(all, error);
  return status == CRM_OK ? sort_lists(all, longest, total, error) : status;
}

/* The lists of all customers with money above 0, in each window or in the period before it. */
static crm_status make_lists(crm__kpi_ledger *all, int32_t doing, crm_error *error)
{
  crm__kpi_work *work = all->work;
  uint64_t lists = (uint64_t)list_count(work);
  crm_status status;
  all->starts = crm__scope_alloc(work->scope, lists, sizeof *all->starts);
  all->used = crm__scope_alloc_zero(work->scope, lists, sizeof *all->used);
  if (all->starts == NULL || all->used == NULL) {
    return crm__fail_memory(error);
  }
  all->values = NULL;
  all->doing = doing;
  status = crm__kpi_walk(all, error);
  return status == CRM_OK ? fill_lists(all, error) : status;
}

crm_status crm__kpi_count_concentration(crm__kpi_ledger *all, crm_error *error)
{
  crm__kpi_work *work = all->work;
  int64_t list;
  crm_status status;
  if (!work->wanted[CRM__BASE_TOP_1] && !work->wanted[CRM__BASE_TOP_5] && !work->wanted[CRM__BASE_TOP_20] &&
      !work->wanted[CRM__BASE_GINI]) {
    return CRM_OK;
  }
  status = make_lists(all, CRM__KPI_OWN, error);
  for (list = 0; status == CRM_OK && list < list_count(work); list++) {
    int64_t *cells = work->cells + list * CRM__BASES;
    if (all->used[list] > 0) {
      sum_tops(all->values + all->starts[list], all->used[list], cells[CRM__BASE_POSITIVE_SPEND], cells);
    }
  }
  return status;
}

/* ---- value customers ---- */

/* The pyramid's usual cuts; value customers are those up to the last. */
static const int64_t cut_percents[CRM__KPI_CUTS] = {1, 5, 20};

static void find_cuts(const uint64_t *values, int64_t n, int64_t *cuts)
{
  int32_t i;
  for (i = 0; i < CRM__KPI_CUTS; i++) {
    cuts[i] = n == 0 ? INT64_MAX : (int64_t)values[n - (cut_percents[i] * n + 99) / 100];
  }
}

/* 0 the highest, CRM__KPI_CUTS the lowest, and one more for who has no money above 0. */
static int tier_of(const int64_t *cuts, int64_t money)
{
  int tier = 0;
  while (tier < CRM__KPI_CUTS && money < cuts[tier]) {
    tier++;
  }
  return money > 0 ? tier : CRM__KPI_CUTS + 1;
}

void crm__kpi_add_value(const crm__kpi_ledger *all, const crm__kpi_unit *of, int32_t window, int64_t *cells)
{
  const crm__kpi_windows *windows = &all->work->windows;
  const crm__kpi_cuts *cuts = &all->cuts[(int64_t)of->group * windows->count + window];
  crm__kpi_doings did;
  int before;
  int after;
  if (of->deeds[0].segment >= windows->windows[window].prior_end) {   /* had not bought yet */
    return;
  }
  crm__kpi_look_at(all->work, of, &windows->windows[window], &did);
  before = tier_of(cuts->prior, did.prior_money);
  after = tier_of(cuts->own, did.money);
  cells[CRM__BASE_LESSER] += before >= CRM__KPI_CUTS;
  cells[CRM__BASE_CULTIVATED] += before >= CRM__KPI_CUTS && after < CRM__KPI_CUTS;
  cells[CRM__BASE_VALUED] += before < CRM__KPI_CUTS;
  cells[CRM__BASE_VALUE] += before < CRM__KPI_CUTS ? did.prior_money : 0;
  cells[CRM__BASE_VALUE_LOWER] += before < CRM__KPI_CUTS && after > before ? did.prior_money : 0;
  cells[CRM__BASE_RANKED] += before <= CRM__KPI_CUTS;
  cells[CRM__BASE_ROSE] += before <= CRM__KPI_CUTS && after < before;
  cells[CRM__BASE_FELL] += before <= CRM__KPI_CUTS && after > before;
}

crm_status crm__kpi_count_value(crm__kpi_ledger *all, crm_error *error)
{
  crm__kpi_work *work = all->work;
  crm__kpi_cuts *cuts;
  int64_t list;
  crm_status status;
  if (!work->wanted[CRM__BASE_LESSER] && !work->wanted[CRM__BASE_VALUE] && !work->wanted[CRM__BASE_RANKED]) {
    return CRM_OK;
  }
  cuts = crm__scope_alloc(work->scope, (uint64_t)list_count(work), sizeof *cuts);
  status = cuts == NULL ? crm__fail_memory(error) : CRM_OK;
  if (status == CRM_OK && (all->values == NULL || all->doing != CRM__KPI_OWN)) {   /* else the shares have made them */
    status = make_lists(all, CRM__KPI_OWN, error);
  }
  for (list = 0; status == CRM_OK && list < list_count(work); list++) {
    find_cuts(all->values + all->starts[list], all->used[list], cuts[list].own);
  }
  if (status == CRM_OK) {
    status = make_lists(all, CRM__KPI_PRIORS, error);
  }
  for (list = 0; status == CRM_OK && list < list_count(work); list++) {
    find_cuts(all->values + all->starts[list], all->used[list], cuts[list].prior);
  }
  if (status == CRM_OK) {
    all->cuts = cuts;
    all->doing = CRM__KPI_VALUE;
    status = crm__kpi_walk(all, error);
  }
  return status;
}
