/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till_followed.h"

#include "base/check.h"
#include "base/error.h"

#include <string.h>

/* What a sale changes in the sums that gauges and alerts are made of. */

#define LEAST_CASES 5

/* ---- before it counts ---- */

static int64_t time_of(const crm__till_gauges *of, int32_t day)
{
  return day * CRM_DAY + of->work.scope->day_start;
}

/* 0: no memory. */
static int put_deed(crm__till_gauges *of, int64_t time, int32_t day, int64_t money, uint32_t orders)
{
  do {   /* more orders than a deed holds become more deeds */
    uint32_t some = orders < UINT16_MAX ? orders : UINT16_MAX;
    crm__kpi_deed *deed;
    if (!crm__grow(&of->memory, &of->deeds, &of->deed_capacity, of->deed_count + 1, sizeof *of->deeds)) {
      return 0;
    }
    deed = &of->deeds[of->deed_count++];
    deed->money = money;
    deed->customer = 0;
    deed->day = day;
    deed->group = 0;
    deed->segment = (uint16_t)crm__kpi_windows_segment(&of->work.windows, time, of->near);
    deed->orders = (uint16_t)some;
    of->near = deed->segment;
    money = 0;
    orders -= some;
  } while (orders > 0);
  return 1;
}

static int is_before(const crm__kpi_deed *a, const crm__kpi_deed *b)
{
  return a->segment != b->segment ? a->segment < b->segment : a->day < b->day;
}

/* Puts the deeds from one on into the order of time, the ones before it being in order. */
static void sort_deeds(crm__till_gauges *of, uint64_t from)
{
  uint64_t i;
  for (i = from > 0 ? from : 1; i < of->deed_count; i++) {
    crm__kpi_deed moved = of->deeds[i];
    uint64_t k = i;
    for (; k > 0 && is_before(&moved, &of->deeds[k - 1]); k--) {
      of->deeds[k] = of->deeds[k - 1];
    }
    of->deeds[k] = moved;
  }
}

/* Those of the store come the newest first, as they mostly were loaded. */
static void turn_deeds(crm__till_gauges *of)
{
  uint64_t i;
  for (i = 0; i < of->deed_count / 2; i++) {
    crm__kpi_deed turned = of->deeds[i];
    of->deeds[i] = of->deeds[of->deed_count - 1 - i];
    of->deeds[of->deed_count - 1 - i] = turned;
  }
}

typedef struct collecting {
  crm__till_gauges *of;
  int failed;
} collecting;

static void collect(void *context, const crm__customer_deed *deed)
{
  collecting *to = context;
  int32_t day = crm__business_day(deed->time, to->of->work.scope->day_start);
  if (deed->orders > 0 && day < to->of->ever) {
    to->of->ever = day;
  }
  if ((deed->flags & CRM__FACT_PERIOD) && !put_deed(to->of, deed->time, day, deed->money, deed->orders)) {
    to->failed = 1;
  }
}

/* Adds what the customer is to the windows that end after a sale, `sign` times. */
static void add_customer(crm__till_gauges *of, int64_t sign)
{
  int32_t k;
  int32_t base;
  for (k = 0; k < of->window_count && of->deed_count > 0; k++) {
    int64_t cells[CRM__BASES] = {0};
    int64_t *change = of->change + (size_t)of->windows[k] * CRM__BASES;
    crm__kpi_add_customer(&of->work, of->deeds, (uint32_t)of->deed_count, of->ever, of->windows[k], cells);
    for (base = 0; base < CRM__BASES; base++) {
      change[base] += sign * cells[base];
    }
  }
}

/* What is counted customer by customer, without the sale and with it. */
static crm_status change_customer(crm_till *till, crm__till_gauges *of, const crm__rung_up *sale, crm_error *error)
{
  collecting to;
  uint64_t known;
  uint32_t i;
  to.of = of;
  to.failed = 0;
  of->deed_count = 0;
  of->near = 0;
  of->ever = INT32_MAX;
  if (sale->customer != CRM__NONE) {
    crm__customer_deeds(&till->scope, sale->customer, collect, &to);
    turn_deeds(of);
  }
  for (i = sale->posted; i != CRM__NONE && !to.failed; i = till->posted[i].next) {
    const crm__posted *one = &till->posted[i];
    to.failed = !put_deed(of, time_of(of, one->day), one->day, one->money, one->orders);
    of->ever = one->orders > 0 && one->day < of->ever ? one->day : of->ever;
  }
  if (to.failed) {
    return crm__fail_memory(error);
  }
  sort_deeds(of, 0);
  known = of->deed_count;
  add_customer(of, -1);
  of->ever = sale->orders > 0 && sale->day < of->ever ? sale->day : of->ever;
  if (!put_deed(of, time_of(of, sale->day), sale->day, sale->money, sale->orders)) {
    return crm__fail_memory(error);
  }
  sort_deeds(of, known);
  add_customer(of, 1);
  return CRM_OK;
}

/* What the document adds to the windows that it lies in. */
static void change_document(crm__till_gauges *of, const crm__rung_up *sale)
{
  int64_t time = time_of(of, sale->day);
  int32_t w;
  of->window_count = 0;
  for (w = 0; w < of->work.windows.count; w++) {
    const crm__kpi_window *window = &of->work.windows.windows[w];
    int64_t *change = of->change + (size_t)w * CRM__BASES;
    of->touched[w] = time < window->to;
    if (!of->touched[w]) {
      continue;
    }
    of->windows[of->window_count++] = w;
    memset(change, 0, CRM__BASES * sizeof *change);
    if (time >= window->from) {
      change[CRM__BASE_REVENUE] = sale->money;
      change[CRM__BASE_ORDERS] = of->work.scope->occasions == CRM_OCCASIONS_EACH ? sale->orders : 0;
      change[sale->orders > 0 ? CRM__BASE_SOLD : CRM__BASE_RETURNED] = sale->orders > 0 ? sale->money : -sale->money;
    }
  }
}

static int is_known(int64_t cell)
{
  return cell != CRM__KPI_ABSENT && cell != CRM__KPI_TOO_MUCH && cell != CRM__KPI_UNDEFINED;
}

/* 1: a sum passes 64 bits. */
static int overflows(const crm__till_gauges *of)
{
  int overflow = 0;
  int32_t k;
  int32_t base;
  for (k = 0; k < of->window_count; k++) {
    const int64_t *cells = crm__kpi_cell(&of->work, 0, of->windows[k], 0);
    const int64_t *change = of->change + (size_t)of->windows[k] * CRM__BASES;
    for (base = 0; base < CRM__BASES; base++) {
      int64_t sum;
      overflow |= change[base] != 0 && is_known(cells[base]) && crm__add_overflows(cells[base], change[base], &sum);
    }
  }
  return overflow;
}

crm_status crm__till_gauges_prepare(crm_till *till, const crm__rung_up *sale, crm_error *error)
{
  crm__till_gauges *of = till->gauges;
  crm_status status = CRM_OK;
  if (of == NULL || of->kpis == NULL) {
    return CRM_OK;
  }
  change_document(of, sale);
  of->day = sale->day;
  of->orders = sale->orders;
  if (of->work.by_customer) {
    status = change_customer(till, of, sale, error);
  }
  if (status == CRM_OK && overflows(of)) {
    status = crm__fail(error, CRM_ERROR_OVERFLOW, "a sum of the gauges passes 64 bits");
  }
  return status;
}

/* ---- when it counts ---- */

/* Whether a window's sum is another after the sale. */
static int base_moves(const crm__till_gauges *of, int32_t window, int32_t base)
{
  const int64_t *change = of->change + (size_t)window * CRM__BASES;
  return base != CRM__BASE_NONE && change[base == CRM__BASE_TO_GO ? CRM__BASE_REVENUE : base] != 0;
}

/* Brings a figure of a period to the sums, where they moved in one of its windows. */
static void refresh_figure(crm__till_gauges *of, const int32_t *windows, int32_t k, int32_t p, int anew)
{
  const crm__kpi_windows_of *period = &of->work.windows.periods[p];
  const crm__kpi_entry *entry = crm__kpi_at(of->kpis->kpis[k]);
  int moves = anew;
  int32_t i;
  for (i = 0; i < 4 && !moves; i++) {
    moves = windows[i] >= 0 && of->touched[windows[i]] &&
            (base_moves(of, windows[i], entry->numerator) || base_moves(of, windows[i], entry->denominator) ||
             base_moves(of, windows[i], entry->cases));
  }
  if (moves) {
    crm__kpi_fill_value(&of->work, entry, 0, period, LEAST_CASES,
                        &of->kpis->values[(int64_t)k * of->kpis->period_count + p]);
    of->dirty[k] |= period->complete ? 3 : 1;
  }
}

/* anew: the facts begin earlier than they did. */
static void refresh_period(crm__till_gauges *of, int32_t p, int anew)
{
  const crm__kpi_windows_of *period = &of->work.windows.periods[p];
  int32_t windows[4];
  int touched = 0;
  int32_t k;
  windows[0] = period->own;
  windows[1] = period->previous;
  windows[2] = period->previous_level;
  windows[3] = period->year;
  for (k = 0; k < 4; k++) {
    touched |= windows[k] >= 0 && of->touched[windows[k]];
  }
  for (k = 0; touched && k < of->kpis->kpi_count; k++) {
    refresh_figure(of, windows, k, p, anew);
  }
}

/* Whether something that an item is read from is another now; alerts look at complete periods alone. */
static int is_dirty(const crm__till_gauges *of, uint64_t i)
{
  const crm__watched *watched = crm__followed_watched(of, i);
  int what = crm__followed_gauge(of, i) != NULL ? 1 : 2;
  if (!of->items[i].followed) {
    return 0;
  }
  return (of->dirty[of->panel.places[watched->kpi]] & what) != 0 ||
         (watched->target_kind == CRM__TARGET_KPI && (of->dirty[of->panel.places[watched->target_kpi]] & what) != 0);
}

static void add_changes(crm__till_gauges *of)
{
  int32_t k;
  int32_t base;
  for (k = 0; k < of->window_count; k++) {
    int64_t *cells = crm__kpi_cell(&of->work, 0, of->windows[k], 0);
    const int64_t *change = of->change + (size_t)of->windows[k] * CRM__BASES;
    for (base = 0; base < CRM__BASES; base++) {
      cells[base] += is_known(cells[base]) ? change[base] : 0;
    }
    if (of->work.by_figure) {
      crm__kpi_set_to_go(&of->work, cells);
    }
  }
}

/* Facts of a need there are from an instant on. 1: earlier than before. */
static int note(crm__till_gauges *of, int32_t need)
{
  int64_t before = of->work.firsts[need];
  crm__kpi_note(&of->work, 0, need, time_of(of, of->day));
  return of->work.firsts[need] != before;
}

void crm__till_gauges_apply(crm_till *till)
{
  crm__till_gauges *of = till->gauges;
  uint64_t i;
  int32_t p;
  int anew;
  if (of == NULL || of->kpis == NULL) {
    return;
  }
  add_changes(of);
  anew = note(of, CRM__NEEDS_SALES);
  anew |= of->orders > 0 && note(of, CRM__NEEDS_CUSTOMER);
  memset(of->dirty, 0, (size_t)of->kpis->kpi_count * sizeof *of->dirty);
  for (p = 0; p < of->work.windows.period_count; p++) {
    refresh_period(of, p, anew);
  }
  of->moved_count = 0;
  for (i = 0; i < of->item_count; i++) {
    if (is_dirty(of, i)) {
      crm__followed_refresh(of, i);
    }
  }
}
