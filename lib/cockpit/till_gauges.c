/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/check.h"
#include "base/error.h"
#include "cockpit/cockpit_panel.h"
#include "table/build.h"

#include <string.h>

/* The gauges and alerts that sales at the till move. */

#define PERIODS 24
#define MOST_PERIODS 240
#define LEAST_CASES 5

/* A gauge, or a rule, as it stands. */
typedef struct followed {
  int64_t value;
  int64_t measure;
  int32_t state;           /* the band, or the state of the alert */
  int32_t since;
  int32_t followed;
} followed;

struct crm__till_gauges {
  crm__memory memory;
  const crm_calendar *given;
  crm__calendar calendar;
  crm_kpi *kpis;                     /* the figures */
  crm__kpi_work work;                /* the sums: those of all together alone, in memory of their own */
  crm__panel panel;
  uint8_t seen[CRM__BASES + 1];      /* whether a posted sale tells what it adds to a base */
  followed *items;                   /* gauges, then rules, as the cockpit has them */
  uint64_t item_count;
  crm_till_moved *moved;             /* room for all */
  uint64_t moved_count;
  int64_t *change;                   /* by window, base: what the sale under way adds */
  uint8_t *touched;                  /* by window: whether it may be another after it, */
  int32_t *windows;                  /* and those that may */
  int32_t window_count;
  uint8_t *dirty;                    /* by KPI computed: its figures are others now; 2: those of complete periods too */
  crm__kpi_deed *deeds;              /* of its customer */
  uint64_t deed_count;
  uint64_t deed_capacity;
  int32_t near;                      /* the segment of the deed before */
  int32_t ever;
  int32_t day;
  uint32_t orders;
};

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
    return 1;
  default:
    return base >= CRM__BASE_DORMANT && base <= CRM__BASE_STOCK;
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

static const crm__watched *watched_at(const crm__till_gauges *of, uint64_t i)
{
  const crm_cockpit *cockpit = of->panel.cockpit;
  return i < cockpit->gauge_count ? &cockpit->gauges[i].of : &cockpit->rules[i - cockpit->gauge_count].of;
}

static const crm__gauge *gauge_at(const crm__till_gauges *of, uint64_t i)
{
  return i < of->panel.cockpit->gauge_count ? &of->panel.cockpit->gauges[i] : NULL;
}

/* ---- as they stand ---- */

static void read_item(const crm__till_gauges *of, uint64_t i, followed *item)
{
  const crm__watched *watched = watched_at(of, i);
  const crm__gauge *gauge = gauge_at(of, i);
  int32_t last = of->panel.periods - 1;
  crm__alert alert;
  item->value = CRM__UNKNOWN;
  item->measure = CRM__UNKNOWN;
  item->since = -1;
  item->state = gauge != NULL ? -1 : CRM__NODATA;
  if (!item->followed || of->panel.periods == 0) {
    return;
  }
  if (gauge != NULL) {
    item->value = crm__panel_value(&of->panel, watched, 0, last)->value;
    item->measure = crm__panel_measure(&of->panel, watched, 0, last);
    item->state = crm__band_of(gauge, item->measure);
    return;
  }
  alert.rule = &of->panel.cockpit->rules[i - of->panel.cockpit->gauge_count];
  alert.group = 0;
  crm__alert_play(&of->panel, &alert);
  item->value = alert.measure;
  item->measure = alert.measure;
  item->state = alert.state;
  item->since = alert.since;
}

static const char *state_text(const crm__till_gauges *of, uint64_t i, int32_t state)
{
  const crm__gauge *gauge = gauge_at(of, i);
  if (gauge == NULL) {
    return crm__alert_state_name(state);
  }
  return state < 0 ? "" : gauge->names[state];
}

/* Reads an item anew and notes where it moved. */
static void refresh_item(crm__till_gauges *of, uint64_t i)
{
  followed *item = &of->items[i];
  followed before = *item;
  crm_till_moved *moved = &of->moved[of->moved_count];
  read_item(of, i, item);
  if (item->value == before.value && item->measure == before.measure && item->state == before.state &&
      item->since == before.since) {
    return;
  }
  moved->struct_size = (uint32_t)sizeof *moved;
  moved->what = gauge_at(of, i) != NULL ? CRM_COCKPIT_GAUGES : CRM_COCKPIT_ALERTS;
  moved->id = watched_at(of, i)->id;
  moved->kpi = crm__kpi_at(watched_at(of, i)->kpi)->id;
  moved->value_before = before.value;
  moved->value = item->value;
  moved->state_before = state_text(of, i, before.state);
  moved->state = state_text(of, i, item->state);
  of->moved_count++;
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
    any |= crm__watched_by(watched_at(of, i), of->panel.options.role);
    of->items[i].followed = can_follow(of, watched_at(of, i));
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
    const crm__watched *watched = watched_at(of, i);
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
  crm_scope scope = till->rules->scope;
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
    read_item(of, i, &of->items[i]);
  }
  of->moved_count = 0;
  return status;
}

/* ---- a sale ---- */

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
  const crm__watched *watched = watched_at(of, i);
  int what = gauge_at(of, i) != NULL ? 1 : 2;
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
      refresh_item(of, i);
    }
  }
}

/* ---- asking ---- */

void crm__till_gauges_moved(const crm_till *till, int32_t *gauges, int32_t *alerts)
{
  const crm__till_gauges *of = till->gauges;
  uint64_t i;
  *gauges = 0;
  *alerts = 0;
  for (i = 0; of != NULL && i < of->moved_count; i++) {
    *gauges += of->moved[i].what == CRM_COCKPIT_GAUGES;
    *alerts += of->moved[i].what == CRM_COCKPIT_ALERTS;
  }
}

int64_t crm_till_moves(const crm_till *till)
{
  return till == NULL || till->gauges == NULL ? 0 : (int64_t)till->gauges->moved_count;
}

crm_status crm_till_move(const crm_till *till, int64_t index, crm_till_moved *moved, crm_error *error)
{
  if (till == NULL || moved == NULL || index < 0 || index >= crm_till_moves(till)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no place for the move, or no such move");
  }
  return crm__struct_write(moved, &till->gauges->moved[index], sizeof *moved, "crm_till_moved", error);
}

static crm_status check(const crm_till *till, crm_table **table, crm_error *error)
{
  if (till == NULL || table == NULL || till->gauges == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no cockpit in it, or no place for the table");
  }
  *table = NULL;
  return crm__till_check(till, error);
}

static const char *period_label(const crm__till_gauges *of, int32_t period)
{
  return period < 0 || period >= of->panel.periods ? NULL : of->kpis->periods[period].label;
}

static void put_text(crm_table *table, int32_t column, const char *text)
{
  crm__table_put_name(table, column, text[0] == '\0' ? NULL : text);
}

static void put_gauge(const crm__till_gauges *of, uint64_t i, crm_table *table)
{
  const crm__watched *watched = watched_at(of, i);
  const followed *item = &of->items[i];
  int32_t last = of->panel.periods - 1;
  const crm_kpi_value *value = item->followed && last >= 0 ? crm__panel_value(&of->panel, watched, 0, last) : NULL;
  crm__table_put_name(table, 0, watched->id);
  crm__table_put_name(table, 1, crm__kpi_at(watched->kpi)->id);
  crm__table_put_name(table, 2, period_label(of, last));
  crm__put_known(table, 3, item->value);
  put_text(table, 4, state_text(of, i, item->state));
  crm__put_known(table, 5, value == NULL ? CRM__UNKNOWN : crm__panel_target(&of->panel, watched, 0, last));
  crm__put_known(table, 6, value == NULL ? CRM__UNKNOWN : value->change);
  crm__put_known(table, 7, value == NULL ? CRM__UNKNOWN : value->year_change);
  crm__table_put_name(table, 8, value == NULL ? NULL : crm__kpi_status_name(value->status));
  crm__put_known(table, 9, item->measure);
  crm__put_scope(table, 10, watched, watched->by == CRM_KPI_TOGETHER ? NULL : watched->key);
  crm__table_put(table, 11, item->followed);
}

crm_status crm_till_gauges(const crm_till *till, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"gauge", CRM_TYPE_TEXT, 0},     {"kpi", CRM_TYPE_TEXT, 0},
    {"period", CRM_TYPE_TEXT, 0},    {"value", CRM_TYPE_DECIMAL, 6},
    {"band", CRM_TYPE_TEXT, 0},      {"target", CRM_TYPE_DECIMAL, 6},
    {"change_previous", CRM_TYPE_DECIMAL, 6}, {"change_year", CRM_TYPE_DECIMAL, 6},
    {"status", CRM_TYPE_TEXT, 0},    {"measure", CRM_TYPE_DECIMAL, 6},
    {"scope", CRM_TYPE_TEXT, 0},     {"followed", CRM_TYPE_BOOLEAN, 0},
  };
  crm_status status = check(till, table, error);
  const crm__till_gauges *of;
  uint64_t i;
  if (status != CRM_OK) {
    return status;
  }
  of = till->gauges;
  status = crm__table_begin(&till->memory, "gauges", columns, 12, (int64_t)of->panel.cockpit->gauge_count, table,
                            error);
  for (i = 0; status == CRM_OK && i < of->panel.cockpit->gauge_count; i++) {
    if (crm__watched_by(watched_at(of, i), of->panel.options.role)) {
      put_gauge(of, i, *table);
    }
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

static void put_alert(const crm__till_gauges *of, uint64_t i, crm_table *table)
{
  const crm__rule *rule = &of->panel.cockpit->rules[i - of->panel.cockpit->gauge_count];
  const followed *item = &of->items[i];
  crm__table_put_name(table, 0, rule->of.id);
  crm__table_put_name(table, 1, crm__kpi_at(rule->of.kpi)->id);
  crm__table_put_name(table, 2, item->followed ? crm__alert_state_name(item->state) : NULL);
  crm__table_put_name(table, 3, period_label(of, item->since));
  crm__put_known(table, 4, item->value);
  crm__put_scope(table, 5, &rule->of, rule->of.by == CRM_KPI_TOGETHER ? NULL : rule->of.key);
  crm__table_put_name(table, 6, crm__severity_name(rule->severity));
  crm__table_put(table, 7, item->followed);
}

crm_status crm_till_alerts(const crm_till *till, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"alert", CRM_TYPE_TEXT, 0},    {"kpi", CRM_TYPE_TEXT, 0},   {"state", CRM_TYPE_TEXT, 0},
    {"since", CRM_TYPE_TEXT, 0},    {"value", CRM_TYPE_DECIMAL, 6}, {"scope", CRM_TYPE_TEXT, 0},
    {"severity", CRM_TYPE_TEXT, 0}, {"followed", CRM_TYPE_BOOLEAN, 0},
  };
  crm_status status = check(till, table, error);
  const crm__till_gauges *of;
  uint64_t i;
  if (status != CRM_OK) {
    return status;
  }
  of = till->gauges;
  status = crm__table_begin(&till->memory, "alerts", columns, 8, (int64_t)of->panel.cockpit->rule_count, table, error);
  for (i = of->panel.cockpit->gauge_count; status == CRM_OK && i < of->item_count; i++) {
    if (crm__watched_by(watched_at(of, i), of->panel.options.role)) {
      put_alert(of, i, *table);
    }
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}
