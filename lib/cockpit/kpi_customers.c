/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_customers.h"

#include "base/error.h"
#include "base/sizes.h"
#include "base/sort.h"

#include <string.h>

/* What is counted customer by customer: the deeds are dealt out by customer, each one's put in order of time, and what
 * falls into each window is looked at. With groups the same is done for the deeds of each group on their own. */

#define FEW CRM__SIZE(32, 2)

/* ---- dealing and sorting ---- */

static crm_status deal(crm__kpi_ledger *all, crm_error *error)
{
  crm__kpi_work *work = all->work;
  uint32_t customers = crm__customers(work->scope->store);
  const crm__kpi_deeds *deeds;
  uint64_t end = 0;
  uint32_t id;
  uint32_t i;
  all->dealt = crm__scope_alloc(work->scope, work->deed_count, sizeof *all->dealt);
  all->ends = crm__scope_alloc_zero(work->scope, customers, sizeof *all->ends);
  if (all->dealt == NULL || all->ends == NULL) {
    return crm__fail_memory(error);
  }
  for (deeds = work->deeds; deeds != NULL; deeds = deeds->next) {
    for (i = 0; i < deeds->count; i++) {
      all->ends[deeds->deeds[i].customer]++;
    }
  }
  for (id = 0; id < customers; id++) {
    end += all->ends[id];
    all->ends[id] = end;
  }
  /* From the last deed to the first, so that each one's keep the order of the pass. */
  for (deeds = work->deeds; deeds != NULL; deeds = deeds->next) {
    for (i = deeds->count; i > 0; i--) {
      all->dealt[--all->ends[deeds->deeds[i - 1].customer]] = deeds->deeds[i - 1];
    }
  }
  for (id = 0; id + 1 < customers; id++) {
    all->ends[id] = all->ends[id + 1];
  }
  if (customers > 0) {
    all->ends[customers - 1] = work->deed_count;
  }
  return CRM_OK;
}

int crm__kpi_make_scratch(crm__kpi_ledger *all)
{
  crm__scope *scope = all->work->scope;
  uint32_t customers = crm__customers(scope->store);
  uint64_t longest = all->longest;
  uint64_t begin = 0;
  uint32_t id;
  for (id = 0; all->longest == 0 && id < customers; id++) {
    longest = all->ends[id] - begin > longest ? all->ends[id] - begin : longest;
    begin = all->ends[id];
  }
  all->longest = longest;
  all->keys = crm__scope_alloc(scope, longest, sizeof *all->keys);
  all->spare_keys = crm__scope_alloc(scope, longest, sizeof *all->spare_keys);
  all->order = crm__scope_alloc(scope, longest, sizeof *all->order);
  all->spare_order = crm__scope_alloc(scope, longest, sizeof *all->spare_order);
  all->sorted = crm__scope_alloc(scope, longest, sizeof *all->sorted);
  all->firsts = crm__scope_alloc_zero(scope, (uint64_t)all->work->groups * all->work->segments, sizeof *all->firsts);
  return all->keys != NULL && all->spare_keys != NULL && all->order != NULL && all->spare_order != NULL &&
         all->sorted != NULL && all->firsts != NULL;
}

/* Segments rise with time, and so do the days within one. */
static uint64_t time_key(const crm__kpi_deed *deed)
{
  return (uint64_t)deed->segment << 32 | ((uint32_t)deed->day ^ UINT32_C(0x80000000));
}

static void sort_few(crm__kpi_deed *deeds, uint32_t count, int by_group)
{
  uint32_t i;
  for (i = 1; i < count; i++) {
    crm__kpi_deed moved = deeds[i];
    uint32_t k = i;
    for (; k > 0 && (by_group ? moved.group < deeds[k - 1].group : time_key(&moved) < time_key(&deeds[k - 1])); k--) {
      deeds[k] = deeds[k - 1];
    }
    deeds[k] = moved;
  }
}

/* Stable, so that sorting by group keeps the order of time. */
static void sort_deeds(crm__kpi_ledger *all, crm__kpi_deed *deeds, uint32_t count, int by_group)
{
  uint32_t i;
  int sorted = 1;
  for (i = 0; i < count; i++) {
    all->keys[i] = by_group ? deeds[i].group : time_key(&deeds[i]);
    all->order[i] = i;
    sorted &= i == 0 || all->keys[i - 1] <= all->keys[i];
  }
  if (sorted) {
    return;
  }
  if (count <= FEW) {
    sort_few(deeds, count, by_group);
    return;
  }
  crm__radix_sort(all->keys, all->order, all->spare_keys, all->spare_order, count);
  for (i = 0; i < count; i++) {
    all->sorted[i] = deeds[all->order[i]];
  }
  for (i = 0; i < count; i++) {
    deeds[i] = all->sorted[i];
  }
}

/* ---- one customer ---- */

/* The first deed at or after a segment. */
static uint32_t find_segment(const crm__kpi_unit *of, int32_t segment)
{
  uint32_t low = 0;
  uint32_t high = of->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (of->deeds[middle].segment < segment) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* The day of the occasion before a deed, INT32_MIN: there is none. */
static int32_t occasion_before(const crm__kpi_unit *of, uint32_t at)
{
  while (at > 0) {
    at--;
    if (of->deeds[at].orders > 0) {
      return of->deeds[at].day;
    }
  }
  return INT32_MIN;
}

void crm__kpi_look_at(const crm__kpi_work *work, const crm__kpi_unit *of, const crm__kpi_window *window,
                      crm__kpi_doings *did)
{
  int by_day = work->scope->occasions == CRM_OCCASIONS_DAY;
  uint32_t at = find_segment(of, window->first);
  uint32_t prior = find_segment(of, window->prior_first);
  int32_t before = occasion_before(of, at);
  int32_t counted = INT32_MIN;
  did->orders = 0;
  did->money = 0;
  did->gap_days = 0;
  did->gaps = 0;
  did->prior = 0;
  did->prior_money = 0;
  for (; at < of->count && of->deeds[at].segment < window->end; at++) {
    const crm__kpi_deed *deed = &of->deeds[at];
    did->money += deed->money;
    if (deed->orders == 0) {
      continue;
    }
    did->orders += by_day ? deed->day != counted : deed->orders;
    counted = deed->day;
    if (before != INT32_MIN && deed->day != before) {
      did->gap_days += deed->day - before;
      did->gaps++;
    }
    before = deed->day;
  }
  for (; prior < of->count && of->deeds[prior].segment < window->prior_end; prior++) {
    did->prior += of->deeds[prior].orders;
    did->prior_money += of->deeds[prior].money;
  }
}

static int64_t exposure(const crm__scope *scope, const crm__kpi_unit *of, const crm__kpi_window *window)
{
  int64_t from = crm__business_day(window->from, scope->day_start);
  int64_t days = crm__business_day(window->to, scope->day_start) - (of->ever > from ? of->ever : from);
  return days < 1 ? 1 : days;
}

static void add_doings(const crm__kpi_work *work, const crm__kpi_unit *of, const crm__kpi_window *window,
                       const crm__kpi_doings *did, int64_t *cells)
{
  int active = did->orders > 0;
  int fresh = active && of->ever >= window->start_day;
  int prior = did->prior > 0;
  cells[CRM__BASE_ACTIVE] += active;
  cells[CRM__BASE_NEW] += fresh;
  cells[CRM__BASE_RETURNING] += active && prior && !fresh;
  cells[CRM__BASE_RESURRECTED] += active && !prior && !fresh;
  cells[CRM__BASE_LAPSED] += prior && !active;
  cells[CRM__BASE_PRIOR] += prior;
  cells[CRM__BASE_RETAINED] += prior && active;
  cells[CRM__BASE_REPEATED] += did->orders >= 2;
  cells[CRM__BASE_KNOWN_ORDERS] += did->orders;
  cells[CRM__BASE_EXPOSURE] += active ? exposure(work->scope, of, window) : 0;
  cells[CRM__BASE_GAP_DAYS] += did->gap_days;
  cells[CRM__BASE_GAPS] += did->gaps;
  cells[CRM__BASE_SPEND] += active ? did->money : 0;
  cells[CRM__BASE_NEW_SPEND] += fresh ? did->money : 0;
  cells[CRM__BASE_POSITIVE] += did->money > 0;
  cells[CRM__BASE_POSITIVE_SPEND] += did->money > 0 ? did->money : 0;
}

static void put_value(crm__kpi_ledger *all, int64_t list, int64_t money)
{
  if (money > 0 && all->values != NULL) {
    all->values[all->starts[list] + all->used[list]] = (uint64_t)money;
  }
  all->used[list] += money > 0;
}

/* The windows that a unit's deeds can lie in. */
static void walk_windows(crm__kpi_ledger *all, const crm__kpi_unit *of)
{
  const crm__kpi_windows *windows = &all->work->windows;
  int32_t first = of->deeds[0].segment;
  int32_t last = of->deeds[of->count - 1].segment;
  int32_t w;
  for (w = 0; w < windows->count; w++) {
    const crm__kpi_window *window = &windows->windows[w];
    crm__kpi_doings did;
    if (window->end <= first || (window->first > last && window->prior_end <= first) ||
        (window->first > last && window->prior_first > last)) {
      continue;
    }
    crm__kpi_look_at(all->work, of, window, &did);
    if (all->doing == CRM__KPI_COUNTING) {
      add_doings(all->work, of, window, &did, crm__kpi_cell(all->work, of->group, w, 0));
    } else {
      put_value(all, (int64_t)of->group * windows->count + w,
                all->doing == CRM__KPI_OWN ? did.money : did.prior_money);
    }
  }
}

/* The first occasion, and whether there is a second day of purchase soon after. */
static const crm__kpi_deed *find_first(const crm__kpi_unit *of, int *again)
{
  const crm__kpi_deed *first = NULL;
  uint32_t i;
  *again = 0;
  for (i = 0; i < of->count; i++) {
    const crm__kpi_deed *deed = &of->deeds[i];
    if (deed->orders > 0 && first == NULL) {
      first = deed;
    } else if (deed->orders > 0 && deed->day > first->day) {
      *again = deed->day - first->day < CRM__KPI_REPEAT_DAYS;
      break;
    }
  }
  return first;
}

/* The first day in the group has to be the first ever for a customer to be looked at for coming back. */
static void add_repeat(const crm__kpi_work *work, const crm__kpi_unit *of, const crm__kpi_deed *first, int again,
                       const crm__kpi_window *window, int64_t *cells)
{
  int64_t end = crm__business_day(window->to, work->scope->day_start);
  int mature = first->day == of->ever && end - first->day >= CRM__KPI_REPEAT_DAYS;
  cells[CRM__BASE_MATURE] += mature;
  cells[CRM__BASE_REPEATED_90] += mature && again;
}

static void count_repeat(crm__kpi_ledger *all, const crm__kpi_unit *of)
{
  crm__kpi_work *work = all->work;
  int again;
  const crm__kpi_deed *first = find_first(of, &again);
  int32_t w;
  if (first == NULL) {
    return;
  }
  all->firsts[(uint64_t)of->group * work->segments + first->segment]++;
  if (!work->wanted[CRM__BASE_MATURE]) {
    return;
  }
  for (w = 0; w < work->windows.count; w++) {
    add_repeat(work, of, first, again, &work->windows.windows[w], crm__kpi_cell(work, of->group, w, 0));
  }
}

/* What a unit adds to the cells of a window. */
static void add_unit(const crm__kpi_work *work, const crm__kpi_unit *of, const crm__kpi_window *window, int64_t *cells)
{
  int again;
  const crm__kpi_deed *first = find_first(of, &again);
  crm__kpi_doings did;
  crm__kpi_look_at(work, of, window, &did);
  add_doings(work, of, window, &did, cells);
  if (first != NULL) {
    add_repeat(work, of, first, again, window, cells);
    cells[CRM__BASE_CUSTOMERS] += first->segment < window->end;
    cells[CRM__BASE_CUSTOMERS_BEFORE] += first->segment < window->first;
    cells[CRM__BASE_CUSTOMERS_CAME] += first->segment < window->end && first->segment >= window->first;
  }
  /* With the occasions of a day as one they are the customer's, not a document's. */
  cells[CRM__BASE_ORDERS] += work->scope->occasions == CRM_OCCASIONS_DAY ? did.orders : 0;
}

void crm__kpi_add_customer(const crm__kpi_work *work, const crm__kpi_deed *deeds, uint32_t count, int32_t ever,
                           int32_t window, int64_t *cells)
{
  crm__kpi_unit of;
  of.deeds = deeds;
  of.count = count;
  of.group = 0;
  of.ever = ever;
  add_unit(work, &of, &work->windows.windows[window], cells);
}

/* What a customer adds to the base that is asked for, by the same code that adds up all of them. */
static void list_unit(crm__kpi_ledger *all, const crm__kpi_unit *of)
{
  crm__kpi_work *work = all->work;
  int64_t cells[CRM__BASES] = {0};
  add_unit(work, of, &work->windows.windows[work->list->window], cells);
  if (all->cuts != NULL) {
    crm__kpi_add_value(all, of, work->list->window, cells);
  }
  if (!crm__kpi_list_add(work, CRM__KPI_CUSTOMER, of->deeds[0].customer, of->deeds[0].customer, INT64_MIN,
                         cells[work->list->base])) {
    all->failed = 1;
  }
}

static void walk_unit(crm__kpi_ledger *all, const crm__kpi_unit *of)
{
  int32_t w;
  if (all->doing == CRM__KPI_RECORDS) {
    list_unit(all, of);
    return;
  }
  if (all->doing == CRM__KPI_VALUE) {
    for (w = 0; w < all->work->windows.count; w++) {
      crm__kpi_add_value(all, of, w, crm__kpi_cell(all->work, of->group, w, 0));
    }
    return;
  }
  if (all->doing == CRM__KPI_COUNTING) {
    count_repeat(all, of);
  }
  walk_windows(all, of);
}

/* The deeds together, then those of each group. */
void crm__kpi_walk_customer(crm__kpi_ledger *all, uint32_t id, crm__kpi_deed *deeds, uint32_t count)
{
  crm__kpi_unit of;
  uint32_t begin = 0;
  of.ever = all->work->ever[id];
  of.deeds = deeds;
  of.count = count;
  of.group = 0;
  sort_deeds(all, deeds, count, 0);
  walk_unit(all, &of);
  if (all->work->groups == 1) {
    return;
  }
  sort_deeds(all, deeds, count, 1);
  while (begin < count) {
    uint32_t end = begin;
    while (end < count && deeds[end].group == deeds[begin].group) {
      end++;
    }
    of.deeds = deeds + begin;
    of.count = end - begin;
    of.group = deeds[begin].group;
    if (of.group != 0) {
      walk_unit(all, &of);
    }
    begin = end;
  }
}

/* ---- levels ---- */

static void sum_firsts(const crm__kpi_ledger *all)
{
  const crm__kpi_work *work = all->work;
  uint32_t group;
  int32_t w;
  for (group = 0; group < work->groups; group++) {
    for (w = 0; w < work->windows.count; w++) {
      const crm__kpi_window *window = &work->windows.windows[w];
      int64_t *cells = crm__kpi_cell(work, group, w, 0);
      int32_t s;
      for (s = 0; s < window->end; s++) {
        int64_t came = all->firsts[(uint64_t)group * work->segments + (uint64_t)s];
        cells[CRM__BASE_CUSTOMERS] += came;
        cells[CRM__BASE_CUSTOMERS_BEFORE] += s < window->first ? came : 0;
      }
      cells[CRM__BASE_CUSTOMERS_CAME] = cells[CRM__BASE_CUSTOMERS] - cells[CRM__BASE_CUSTOMERS_BEFORE];
    }
  }
}

crm_status crm__kpi_count_customers(crm__kpi_work *work, crm_error *error)
{
  crm__kpi_ledger all;
  int64_t lists = (int64_t)work->groups * work->windows.count;
  int64_t list;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.work = work;
  status = deal(&all, error);
  if (status == CRM_OK && !crm__kpi_make_scratch(&all)) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK) {
    status = crm__kpi_walk(&all, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  sum_firsts(&all);
  for (list = 0; list < lists && work->scope->occasions == CRM_OCCASIONS_DAY; list++) {
    int64_t *cells = work->cells + list * CRM__BASES;
    cells[CRM__BASE_ORDERS] += cells[CRM__BASE_KNOWN_ORDERS];
  }
  status = crm__kpi_count_concentration(&all, error);
  if (status == CRM_OK) {
    status = crm__kpi_count_value(&all, error);
  }
  if (status == CRM_OK && work->list != NULL) {
    all.doing = CRM__KPI_RECORDS;
    status = crm__kpi_walk(&all, error);
    status = status == CRM_OK && all.failed ? crm__fail_memory(error) : status;
  }
  return status;
}
