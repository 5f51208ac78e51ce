/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_customers.h"

#include "base/error.h"
#include "base/sizes.h"

#include <string.h>

/* The walk over customers, whose deeds lie side by side: by the calling thread, or in shares by those that the host
 * lends. A share has cells and counts of its own, which are integers and added up; in a list its values stand behind
 * those of the shares before it, and lists are sorted. */

#define SHARES_MOST 8
#define SHARE_LEAST CRM__SIZE(16384, 4)       /* customers */
#define STEP CRM__SIZE(32768, 3)              /* customers of a share after which the watch is asked */
#define BYTES_MOST ((uint64_t)8 << 20)        /* of the cells of all shares */

typedef struct share {
  crm__kpi_ledger ledger;
  crm__kpi_work work;
  int64_t *counted;        /* by list, when it was counted last */
} share;

typedef struct crm__kpi_shares {
  crm__split split;        /* of customers */
  uint64_t begin;          /* from which customer of a share on a step goes */
  uint64_t lists;
  share of[SHARES_MOST];
} crm__kpi_shares;

static void walk_some(crm__kpi_ledger *all, uint32_t from, uint32_t to)
{
  const crm__scope *scope = all->work->scope;
  uint64_t begin = from == 0 ? 0 : all->ends[from - 1];
  uint32_t id;
  for (id = from; id < to; id++) {
    if (all->ends[id] > begin && crm__customer_counts(scope, id)) {
      crm__kpi_walk_customer(all, id, all->dealt + begin, (uint32_t)(all->ends[id] - begin));
    }
    begin = all->ends[id];
  }
}

static crm_status walk_alone(crm__kpi_ledger *all, crm_error *error)
{
  const crm__scope *scope = all->work->scope;
  uint32_t customers = crm__customers(scope->store);
  crm_status status = CRM_OK;
  uint32_t from = 0;
  while (status == CRM_OK && from < customers) {
    uint32_t to = customers - from < STEP ? customers : from + STEP;
    walk_some(all, from, to);
    from = to;
    status = crm__team_watch(scope->team, from, customers, error);
  }
  return status;
}

static uint64_t cell_count(const crm__kpi_work *work)
{
  return (uint64_t)work->groups * (uint64_t)work->windows.count * CRM__BASES;
}

/* Room for shares, made at the first walk. 0: no memory. */
static int make_shares(crm__kpi_ledger *all, uint64_t most)
{
  crm__kpi_work *work = all->work;
  crm__scope *scope = work->scope;
  crm__kpi_shares *shares = crm__scope_alloc_zero(scope, 1, sizeof *shares);
  uint64_t k;
  if (shares == NULL) {
    return 0;
  }
  shares->split = crm__split_few(scope->team, crm__customers(scope->store), SHARE_LEAST, most);
  shares->lists = (uint64_t)work->groups * (uint64_t)work->windows.count;
  for (k = 0; k < shares->split.parts; k++) {
    share *own = &shares->of[k];
    own->ledger = *all;
    own->work = *work;
    own->ledger.work = &own->work;
    own->work.cells = crm__scope_alloc(scope, cell_count(work), sizeof *own->work.cells);
    own->ledger.used = crm__scope_alloc(scope, shares->lists, sizeof *own->ledger.used);
    own->ledger.starts = crm__scope_alloc(scope, shares->lists, sizeof *own->ledger.starts);
    own->counted = crm__scope_alloc(scope, shares->lists, sizeof *own->counted);
    if (own->work.cells == NULL || own->ledger.used == NULL || own->ledger.starts == NULL || own->counted == NULL ||
        !crm__kpi_make_scratch(&own->ledger)) {
      return 0;
    }
  }
  all->shares = shares;
  return 1;
}

/* Gives each share what this walk is about. */
static void begin_walk(const crm__kpi_ledger *all)
{
  crm__kpi_shares *shares = all->shares;
  uint64_t list;
  uint64_t k;
  for (k = 0; k < shares->split.parts; k++) {
    share *own = &shares->of[k];
    own->ledger.doing = all->doing;
    own->ledger.values = all->values;
    own->ledger.cuts = all->cuts;
    memset(own->work.cells, 0, (size_t)cell_count(&own->work) * sizeof *own->work.cells);
    for (list = 0; list < shares->lists; list++) {
      own->ledger.used[list] = 0;
      if (all->values != NULL) {
        const share *before = k == 0 ? NULL : &shares->of[k - 1];
        own->ledger.starts[list] =
          before == NULL ? all->starts[list] : before->ledger.starts[list] + before->counted[list];
      }
    }
  }
}

/* Adds up what the shares have come to. */
static void end_walk(crm__kpi_ledger *all)
{
  crm__kpi_shares *shares = all->shares;
  uint64_t cells = cell_count(all->work);
  uint64_t firsts = (uint64_t)all->work->groups * all->work->segments;
  uint64_t i;
  uint64_t k;
  for (k = 0; k < shares->split.parts; k++) {
    share *own = &shares->of[k];
    for (i = 0; i < cells; i++) {
      all->work->cells[i] += own->work.cells[i];
    }
    for (i = 0; all->doing == CRM__KPI_COUNTING && i < firsts; i++) {
      all->firsts[i] += own->ledger.firsts[i];
    }
    for (i = 0; all->used != NULL && i < shares->lists; i++) {
      all->used[i] += own->ledger.used[i];
      own->counted[i] = own->ledger.used[i];
    }
  }
}

static crm_status walk_step(void *context, uint64_t index)
{
  crm__kpi_shares *shares = context;
  uint64_t from = crm__split_from(&shares->split, index) + shares->begin;
  uint64_t to = crm__split_to(&shares->split, index);
  to = from + STEP < to ? from + STEP : to;
  if (from < to) {
    walk_some(&shares->of[index].ledger, (uint32_t)from, (uint32_t)to);
  }
  return CRM_OK;
}

static crm_status walk_together(crm__kpi_ledger *all, crm_error *error)
{
  const crm__team *lent = all->work->scope->team;
  crm__kpi_shares *shares = all->shares;
  crm__team team = *lent;
  crm_status status = CRM_OK;
  team.watch = NULL;
  begin_walk(all);
  for (shares->begin = 0; status == CRM_OK && shares->begin < shares->split.size; shares->begin += STEP) {
    status = crm__team_run(&team, shares->split.parts, walk_step, shares, error);
    if (status == CRM_OK) {
      uint64_t done = (shares->begin + STEP) * shares->split.parts;
      status = crm__team_watch(lent, done < shares->split.rows ? done : shares->split.rows, shares->split.rows, error);
    }
  }
  if (status == CRM_OK) {
    end_walk(all);
  }
  return status;
}

crm_status crm__kpi_walk(crm__kpi_ledger *all, crm_error *error)
{
  const crm__scope *scope = all->work->scope;
  uint64_t most = BYTES_MOST / (cell_count(all->work) * sizeof(int64_t) + 1U);
  most = most < SHARES_MOST ? most : SHARES_MOST;
  if (all->doing == CRM__KPI_RECORDS || most < 2 || crm__team_workers(scope->team) < 2 ||
      crm__customers(scope->store) <= SHARE_LEAST) {
    return walk_alone(all, error);
  }
  if (all->shares == NULL && !make_shares(all, most)) {
    return crm__fail_memory(error);
  }
  return walk_together(all, error);
}
