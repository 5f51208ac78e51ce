/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/error.h"

#include <string.h>

/* The pass over the facts on threads of the host: some stretches of the documents, each gone through by the code that
 * goes through all of them, with sums of its own; these are integers and least values, and deeds are put one stretch
 * behind the other. First sales of products come first, so that it is known which are new. */

#define PARTS_MOST 4     /* a day a customer and one a product each */

typedef struct stretch {
  crm__kpi_work work;
  crm__facts *facts;
  uint64_t from;           /* pieces */
  uint64_t to;
} stretch;

typedef struct stretches {
  crm__split pieces;       /* of the documents */
  uint64_t round;          /* each stretch is at the piece of this number among its own */
  uint64_t count;
  stretch parts[PARTS_MOST];
} stretches;

/* Groups come up as facts name them, and lines that count on another day come after all documents: neither suits
 * stretches. */
static int is_worth_it(const crm__kpi_work *work, const crm__split *pieces)
{
  return crm__team_workers(work->scope->team) > 1 && pieces->parts > 1 && work->by == CRM_KPI_TOGETHER &&
         work->scope->refunds != CRM_REFUNDS_SALE_DAY;
}

static int32_t *days(crm__scope *scope, uint32_t count)
{
  int32_t *made = crm__scope_alloc(scope, count, sizeof *made);
  uint32_t i;
  for (i = 0; made != NULL && i < count; i++) {
    made[i] = INT32_MAX;
  }
  return made;
}

/* Blocks for a deed a document; a document that stands for more orders than a deed holds has more. 0: no memory. */
static int make_deeds(const stretches *all, stretch *part)
{
  crm__scope *scope = part->work.scope;
  uint64_t left = part->to == part->from ? 0 : crm__split_to(&all->pieces, part->to - 1) -
                                                   crm__split_from(&all->pieces, part->from);
  while (left > 0) {
    crm__kpi_deeds *deeds = crm__scope_alloc(scope, 1, sizeof *deeds);
    if (deeds == NULL) {
      return 0;
    }
    deeds->next = part->work.spare;
    part->work.spare = deeds;
    left -= left < CRM__KPI_DEEDS ? left : CRM__KPI_DEEDS;
  }
  return 1;
}

/* What a stretch adds up alone. 0: no memory. */
static int make_part(const stretches *all, const crm__kpi_work *work, stretch *part)
{
  crm__scope *scope = work->scope;
  const crm_store *store = scope->store;
  int32_t i;
  part->work = *work;
  part->work.is_part = 1;
  part->facts = crm__scope_alloc(scope, 1, sizeof *part->facts);
  part->work.sums = crm__scope_alloc_zero(scope, (uint64_t)work->segments * CRM__BASE_DOCUMENT, sizeof(int64_t));
  part->work.firsts = crm__scope_alloc(scope, CRM__NEEDS, sizeof(int64_t));
  part->work.history = days(scope, 1);
  if (part->facts == NULL || part->work.sums == NULL || part->work.firsts == NULL || part->work.history == NULL) {
    return 0;
  }
  for (i = 0; i < CRM__NEEDS; i++) {
    part->work.firsts[i] = INT64_MAX;
  }
  if (work->by_customer) {
    part->work.ever = days(scope, crm__customers(store));
    if (part->work.ever == NULL || !make_deeds(all, part)) {
      return 0;
    }
  }
  if (work->product_first != NULL) {
    part->work.product_first = days(scope, crm__products(store));
    part->work.new_money = crm__scope_alloc_zero(scope, (uint64_t)work->windows.count, sizeof(int64_t));
    return part->work.product_first != NULL && part->work.new_money != NULL;
  }
  return 1;
}

static crm_status go_on(void *context, uint64_t index)
{
  stretches *all = context;
  stretch *part = &all->parts[index];
  uint64_t piece = part->from + all->round;
  if (piece < part->to && !part->work.is_full) {
    crm__facts_begin_part(part->facts, &all->pieces, piece);
    (void)crm__kpi_pass(&part->work, part->facts, NULL);   /* all that can go wrong is that it is full */
  }
  return CRM_OK;
}

/* All facts once, a piece of each stretch after the other; the watch is asked in between. */
static crm_status go_through(stretches *all, const crm__team *lent, crm_error *error)
{
  crm__team team = *lent;
  crm_status status = CRM_OK;
  uint64_t longest = all->parts[0].to - all->parts[0].from;
  team.watch = NULL;
  for (all->round = 0; status == CRM_OK && all->round < longest; all->round++) {
    status = crm__team_run(&team, all->count, go_on, all, error);
    if (status == CRM_OK) {
      uint64_t done = (all->round + 1) * all->count * all->pieces.size;
      status = crm__team_watch(lent, done < all->pieces.rows ? done : all->pieces.rows, all->pieces.rows, error);
    }
  }
  return status;
}

static void keep_least(int32_t *days_of, const int32_t *others, uint32_t count)
{
  uint32_t i;
  for (i = 0; i < count; i++) {
    days_of[i] = others[i] < days_of[i] ? others[i] : days_of[i];
  }
}

/* Days of first sales, which all stretches are to know. */
static crm_status date_products(stretches *all, crm__kpi_work *work, crm_error *error)
{
  uint32_t products = crm__products(work->scope->store);
  crm_status status;
  uint64_t k;
  for (k = 0; k < all->count; k++) {
    all->parts[k].work.dating = CRM__KPI_DATING_ALONE;
  }
  status = go_through(all, work->scope->team, error);
  for (k = 0; status == CRM_OK && k < all->count; k++) {
    keep_least(work->product_first, all->parts[k].work.product_first, products);
    keep_least(work->history, all->parts[k].work.history, 1);
    all->parts[k].work.dating = CRM__KPI_DATING_DONE;
    all->parts[k].work.product_first = work->product_first;
  }
  return status;
}

/* Puts the deeds of a stretch, the newest first, before those of the stretches before it. */
static void join_deeds(crm__kpi_work *work, const crm__kpi_work *part)
{
  crm__kpi_deeds *last = part->deeds;
  if (last == NULL) {
    return;
  }
  while (last->next != NULL) {
    last = last->next;
  }
  last->next = work->deeds;
  work->deeds = part->deeds;
  work->deed_count += part->deed_count;
}

static void join(crm__kpi_work *work, const crm__kpi_work *part)
{
  uint64_t sums = (uint64_t)work->segments * CRM__BASE_DOCUMENT;
  uint64_t i;
  int32_t w;
  for (i = 0; i < sums; i++) {
    work->sums[i] += part->sums[i];
  }
  for (i = 0; i < CRM__NEEDS; i++) {
    work->firsts[i] = part->firsts[i] < work->firsts[i] ? part->firsts[i] : work->firsts[i];
  }
  if (work->by_customer) {
    keep_least(work->ever, part->ever, crm__customers(work->scope->store));
    join_deeds(work, part);
  }
  for (w = 0; work->product_first != NULL && w < work->windows.count; w++) {
    work->new_money[w] += part->new_money[w];
  }
}

static crm_status open_parts(stretches *all, crm__kpi_work *work, crm_error *error)
{
  uint64_t k;
  all->count = all->pieces.parts < PARTS_MOST ? all->pieces.parts : PARTS_MOST;
  for (k = 0; k < all->count; k++) {
    uint64_t each = (all->pieces.parts + all->count - 1) / all->count;
    stretch *part = &all->parts[k];
    part->from = k * each < all->pieces.parts ? k * each : all->pieces.parts;
    part->to = part->from + each < all->pieces.parts ? part->from + each : all->pieces.parts;
    if (!make_part(all, work, part)) {
      return crm__fail_memory(error);
    }
  }
  return CRM_OK;
}

crm_status crm__kpi_gather_parts(crm__kpi_work *work, int *done, crm_error *error)
{
  crm__split pieces = crm__facts_split(work->scope);
  stretches *all;
  crm_status status;
  uint64_t k;
  *done = 0;
  if (!is_worth_it(work, &pieces)) {
    return CRM_OK;
  }
  all = crm__scope_alloc_zero(work->scope, 1, sizeof *all);
  if (all == NULL) {
    return crm__fail_memory(error);
  }
  all->pieces = pieces;
  status = open_parts(all, work, error);
  if (status == CRM_OK && work->product_first != NULL) {
    status = date_products(all, work, error);
  }
  if (status == CRM_OK) {
    status = go_through(all, work->scope->team, error);
  }
  for (k = 0; status == CRM_OK && k < all->count; k++) {
    if (all->parts[k].work.is_full) {
      return CRM_OK;   /* what is known of products is so anyway */
    }
  }
  if (status == CRM_OK && work->product_first != NULL) {
    work->new_money = crm__scope_alloc_zero(work->scope, (uint64_t)work->windows.count, sizeof *work->new_money);
    status = work->new_money == NULL ? crm__fail_memory(error) : CRM_OK;
  }
  for (k = 0; status == CRM_OK && k < all->count; k++) {
    join(work, &all->parts[k].work);
  }
  *done = status == CRM_OK;
  return status;
}
