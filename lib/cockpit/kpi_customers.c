/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/error.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "base/wide.h"

#include <string.h>

/* What is counted customer by customer: the deeds are dealt out by customer, each one's put in order of time, and what
 * falls into each window is looked at. With groups the same is done for the deeds of each group on their own. */

#define FEW CRM__SIZE(32, 2)

/* One customer's deeds in order of segment and day, all together or of a group. */
typedef struct unit {
  const crm__kpi_deed *deeds;
  uint32_t count;
  uint32_t group;
  int32_t ever;
} unit;

/* What a unit did in a window. */
typedef struct doings {
  int64_t orders;
  int64_t money;
  int64_t gap_days;
  int64_t gaps;
  int64_t prior;       /* orders in the period before */
} doings;

typedef struct ledger {
  crm__kpi_work *work;
  crm__kpi_deed *dealt;          /* by customer */
  uint64_t *ends;            /* of each one's */
  uint64_t *keys;            /* for the longest run: scratch of sorting */
  uint64_t *spare_keys;
  uint32_t *order;
  uint32_t *spare_order;
  crm__kpi_deed *sorted;
  int32_t listing;           /* 0: counting; 1: values are put into the lists of positive ones; 2: customers are
                              * put on the list that is asked for */
  int32_t failed;            /* 1: no memory for it */
  int64_t *firsts;           /* by group, segment: customers whose first occasion in the group lies there */
  int64_t *starts;           /* by group, window: where its list begins */
  int64_t *used;
  uint64_t *values;
} ledger;

/* ---- dealing and sorting ---- */

static crm_status deal(ledger *all, crm_error *error)
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

static crm_status make_scratch(ledger *all, crm_error *error)
{
  crm__scope *scope = all->work->scope;
  uint32_t customers = crm__customers(scope->store);
  uint64_t longest = 0;
  uint64_t begin = 0;
  uint32_t id;
  for (id = 0; id < customers; id++) {
    longest = all->ends[id] - begin > longest ? all->ends[id] - begin : longest;
    begin = all->ends[id];
  }
  all->keys = crm__scope_alloc(scope, longest, sizeof *all->keys);
  all->spare_keys = crm__scope_alloc(scope, longest, sizeof *all->spare_keys);
  all->order = crm__scope_alloc(scope, longest, sizeof *all->order);
  all->spare_order = crm__scope_alloc(scope, longest, sizeof *all->spare_order);
  all->sorted = crm__scope_alloc(scope, longest, sizeof *all->sorted);
  all->firsts = crm__scope_alloc_zero(scope, (uint64_t)all->work->groups * all->work->segments, sizeof *all->firsts);
  if (all->keys == NULL || all->spare_keys == NULL || all->order == NULL || all->spare_order == NULL ||
      all->sorted == NULL || all->firsts == NULL) {
    return crm__fail_memory(error);
  }
  return CRM_OK;
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
static void sort_deeds(ledger *all, crm__kpi_deed *deeds, uint32_t count, int by_group)
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
static uint32_t find_segment(const unit *of, int32_t segment)
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
static int32_t occasion_before(const unit *of, uint32_t at)
{
  while (at > 0) {
    at--;
    if (of->deeds[at].orders > 0) {
      return of->deeds[at].day;
    }
  }
  return INT32_MIN;
}

static void look_at(const crm__kpi_work *work, const unit *of, const crm__kpi_window *window, doings *did)
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
  }
}

static int64_t exposure(const crm__scope *scope, const unit *of, const crm__kpi_window *window)
{
  int64_t from = crm__business_day(window->from, scope->day_start);
  int64_t days = crm__business_day(window->to, scope->day_start) - (of->ever > from ? of->ever : from);
  return days < 1 ? 1 : days;
}

static void add_doings(const crm__kpi_work *work, const unit *of, const crm__kpi_window *window, const doings *did,
                       int64_t *cells)
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

/* The windows that a unit's deeds can lie in. */
static void walk_windows(ledger *all, const unit *of)
{
  const crm__kpi_windows *windows = &all->work->windows;
  int32_t first = of->deeds[0].segment;
  int32_t last = of->deeds[of->count - 1].segment;
  int32_t w;
  for (w = 0; w < windows->count; w++) {
    const crm__kpi_window *window = &windows->windows[w];
    doings did;
    if (window->end <= first || (window->first > last && window->prior_end <= first) ||
        (window->first > last && window->prior_first > last)) {
      continue;
    }
    look_at(all->work, of, window, &did);
    if (!all->listing) {
      add_doings(all->work, of, window, &did, crm__kpi_cell(all->work, of->group, w, 0));
    } else if (did.money > 0) {
      int64_t list = (int64_t)of->group * windows->count + w;
      all->values[all->starts[list] + all->used[list]++] = (uint64_t)did.money;
    }
  }
}

/* The first occasion, and whether there is a second day of purchase soon after. */
static const crm__kpi_deed *find_first(const unit *of, int *again)
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
static void add_repeat(const crm__kpi_work *work, const unit *of, const crm__kpi_deed *first, int again,
                       const crm__kpi_window *window, int64_t *cells)
{
  int64_t end = crm__business_day(window->to, work->scope->day_start);
  int mature = first->day == of->ever && end - first->day >= CRM__KPI_REPEAT_DAYS;
  cells[CRM__BASE_MATURE] += mature;
  cells[CRM__BASE_REPEATED_90] += mature && again;
}

static void count_repeat(ledger *all, const unit *of)
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
static void add_unit(const crm__kpi_work *work, const unit *of, const crm__kpi_window *window, int64_t *cells)
{
  int again;
  const crm__kpi_deed *first = find_first(of, &again);
  doings did;
  look_at(work, of, window, &did);
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
  unit of;
  of.deeds = deeds;
  of.count = count;
  of.group = 0;
  of.ever = ever;
  add_unit(work, &of, &work->windows.windows[window], cells);
}

/* What a customer adds to the base that is asked for, by the same code that adds up all of them. */
static void list_unit(ledger *all, const unit *of)
{
  crm__kpi_work *work = all->work;
  int64_t cells[CRM__BASES] = {0};
  add_unit(work, of, &work->windows.windows[work->list->window], cells);
  if (!crm__kpi_list_add(work, CRM__KPI_CUSTOMER, of->deeds[0].customer, of->deeds[0].customer, INT64_MIN,
                         cells[work->list->base])) {
    all->failed = 1;
  }
}

static void walk_unit(ledger *all, const unit *of)
{
  if (all->listing == 2) {
    list_unit(all, of);
    return;
  }
  if (!all->listing) {
    count_repeat(all, of);
  }
  walk_windows(all, of);
}

/* A customer's deeds together, then those of each group. */
static void walk_customer(ledger *all, uint32_t id, crm__kpi_deed *deeds, uint32_t count)
{
  unit of;
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

static void walk(ledger *all)
{
  const crm__scope *scope = all->work->scope;
  uint32_t customers = crm__customers(scope->store);
  uint64_t begin = 0;
  uint32_t id;
  for (id = 0; id < customers; id++) {
    if (all->ends[id] > begin && crm__customer_counts(scope, id)) {
      walk_customer(all, id, all->dealt + begin, (uint32_t)(all->ends[id] - begin));
    }
    begin = all->ends[id];
  }
}

/* ---- levels and concentration ---- */

static void sum_firsts(const ledger *all)
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

static crm_status count_concentration(ledger *all, crm_error *error)
{
  crm__kpi_work *work = all->work;
  int64_t lists = (int64_t)work->groups * work->windows.count;
  int64_t longest = 0;
  int64_t total = 0;
  int64_t list;
  uint64_t *spare;
  all->starts = crm__scope_alloc(work->scope, (uint64_t)lists, sizeof *all->starts);
  all->used = crm__scope_alloc_zero(work->scope, (uint64_t)lists, sizeof *all->used);
  if (all->starts == NULL || all->used == NULL) {
    return crm__fail_memory(error);
  }
  for (list = 0; list < lists; list++) {
    int64_t n = work->cells[list * CRM__BASES + CRM__BASE_POSITIVE];
    all->starts[list] = total;
    total += n;
    longest = n > longest ? n : longest;
  }
  all->values = crm__scope_alloc(work->scope, (uint64_t)total, sizeof *all->values);
  spare = crm__scope_alloc(work->scope, (uint64_t)longest, sizeof *spare);
  if (all->values == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  all->listing = 1;
  walk(all);
  for (list = 0; list < lists; list++) {
    int64_t *cells = work->cells + list * CRM__BASES;
    if (cells[CRM__BASE_POSITIVE] > 0) {
      crm__radix_sort(all->values + all->starts[list], NULL, spare, NULL, (uint64_t)cells[CRM__BASE_POSITIVE]);
      sum_tops(all->values + all->starts[list], cells[CRM__BASE_POSITIVE], cells[CRM__BASE_POSITIVE_SPEND], cells);
    }
  }
  return CRM_OK;
}

crm_status crm__kpi_count_customers(crm__kpi_work *work, crm_error *error)
{
  ledger all;
  int64_t lists = (int64_t)work->groups * work->windows.count;
  int64_t list;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.work = work;
  status = deal(&all, error);
  if (status == CRM_OK) {
    status = make_scratch(&all, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  walk(&all);
  sum_firsts(&all);
  for (list = 0; list < lists && work->scope->occasions == CRM_OCCASIONS_DAY; list++) {
    int64_t *cells = work->cells + list * CRM__BASES;
    cells[CRM__BASE_ORDERS] += cells[CRM__BASE_KNOWN_ORDERS];
  }
  if (work->wanted[CRM__BASE_TOP_1] || work->wanted[CRM__BASE_TOP_5] || work->wanted[CRM__BASE_TOP_20] ||
      work->wanted[CRM__BASE_GINI]) {
    status = count_concentration(&all, error);
  }
  if (status == CRM_OK && work->list != NULL) {
    all.listing = 2;
    walk(&all);
    status = all.failed ? crm__fail_memory(error) : CRM_OK;
  }
  return status;
}
