/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/error.h"

/* The one pass over the facts. */

/* Where a fact's sums go: all together, and its group. */
typedef struct target {
  int64_t *sums[2];
  int64_t *firsts[2];
  uint32_t groups[2];
  int32_t count;
  int32_t listed;      /* the last day of a window whose documents are listed; -1: sums alone */
} target;

/* A document is the salesperson's that its first counted line with one names. */
static uint32_t document_staff(const crm__scope *scope, const crm__facts *facts, uint32_t i, crm__lines *lines)
{
  uint64_t line = facts->line[i];
  uint32_t left = facts->lines[i];
  while (left > 0) {
    uint32_t run;
    uint32_t place = crm__lines_at(lines, scope, line, left, &run);
    uint32_t at;
    for (at = place; lines->staff != NULL && at < place + run; at++) {
      if (lines->staff[at] != CRM__NONE && crm__line_kind(lines->code == NULL ? 0 : lines->code[at]) != 0) {
        return lines->staff[at];
      }
    }
    line += run;
    left -= run;
  }
  return CRM__NONE;
}

static int aim(crm__kpi_work *work, const crm__facts *facts, uint32_t i, crm__lines *lines, int32_t segment, target *to)
{
  const crm__scope *scope = work->scope;
  uint32_t id = work->by == CRM_KPI_TOGETHER    ? CRM__NONE
                : work->by == CRM_KPI_BY_BRANCH ? crm__document_branch(scope->store, facts->document[i])
                                                : crm__kpi_person(work, document_staff(scope, facts, i, lines),
                                                                  facts->time[i]);
  int32_t k;
  to->listed = -1;
  to->groups[0] = 0;
  to->groups[1] = crm__kpi_group(work, id);
  to->count = to->groups[1] == 0 ? 1 : 2;
  if (to->groups[1] == CRM__NONE) {
    return 0;
  }
  for (k = 0; k < to->count; k++) {
    uint64_t place = (uint64_t)to->groups[k] * work->segments + (uint64_t)segment;
    to->sums[k] = work->sums + place * CRM__BASE_DOCUMENT;
    to->firsts[k] = work->firsts + (uint64_t)to->groups[k] * CRM__NEEDS;
  }
  return 1;
}

static void add(const target *to, int32_t base, int64_t value)
{
  int32_t k;
  for (k = 0; k < to->count; k++) {
    to->sums[k][base] += value;
  }
}

static void note(const target *to, int32_t need, int64_t time)
{
  int32_t k;
  for (k = 0; k < to->count; k++) {
    to->firsts[k][need] = time < to->firsts[k][need] ? time : to->firsts[k][need];
  }
}

/* ---- lines ---- */

static int is_new(const crm__kpi_work *work, uint32_t product, int32_t last)
{
  return work->product_first[product] <= last &&
         last - work->product_first[product] < CRM__KPI_NEW_PRODUCT_DAYS;
}

/* Adds money of a product to the windows at whose end it is new. */
static void add_new(const crm__kpi_work *work, uint32_t product, int32_t segment, int64_t money, int64_t *by_window)
{
  int32_t w;
  for (w = 0; w < work->windows.count; w++) {
    const crm__kpi_window *window = &work->windows.windows[w];
    if (segment >= window->first && segment < window->end && is_new(work, product, work->ends[w])) {
      by_window[w] += money;
    }
  }
}

/* Which products are new is known once all facts have been seen: what may turn out to be a new product's is kept till
 * then. A product's first sale can only become an earlier one. 0: no memory. */
static int keep_new(crm__kpi_work *work, const target *to, uint32_t product, int32_t segment, int64_t money)
{
  crm__kpi_news *news = work->news;
  crm__kpi_new *sold;
  if ((int64_t)work->first_ends[segment] - work->product_first[product] >= CRM__KPI_NEW_PRODUCT_DAYS ||
      work->first_ends[segment] == INT32_MAX) {
    return 1;
  }
  if (work->new_money != NULL) {
    add_new(work, product, segment, money, work->new_money);
    return 1;
  }
  if (news == NULL || news->count == CRM__KPI_NEWS) {
    news = crm__scope_alloc(work->scope, 1, sizeof *news);
    if (news == NULL) {
      return 0;
    }
    news->next = work->news;
    news->count = 0;
    work->news = news;
  }
  sold = &news->items[news->count++];
  sold->money = money;
  sold->product = product;
  sold->group = to->count > 1 ? to->groups[1] : 0;
  sold->segment = (uint32_t)segment;
  return 1;
}

/* What a counted line adds in the scope's basis of money. */
static int64_t money_of(const crm__kpi_work *work, const crm__lines *lines, uint32_t at, int kind)
{
  int64_t amount = lines->amount == NULL ? 0 : lines->amount[at];
  int64_t tax = lines->tax == NULL || lines->tax[at] == INT64_MIN ? 0 : lines->tax[at];
  if (work->scope->money == CRM_MONEY_NET) {
    return amount;
  }
  return work->scope->money == CRM_MONEY_TAXED ? amount + tax : kind == 1 ? amount : 0;
}

/* One counted line, kind 1 a sale and 2 a return. 0: no memory. */
static int add_line(crm__kpi_work *work, const target *to, const crm__lines *lines, uint32_t at, int kind,
                    int64_t time, int32_t segment)
{
  const int64_t none = INT64_MIN;
  int64_t amount = lines->amount == NULL ? 0 : lines->amount[at];
  int64_t quantity = lines->quantity == NULL ? none : lines->quantity[at];
  int64_t discount = lines->discount == NULL ? none : lines->discount[at];
  int64_t cost = lines->cost == NULL ? none : lines->cost[at];
  uint32_t product = lines->product == NULL ? CRM__NONE : lines->product[at];
  int64_t money = money_of(work, lines, at, kind);
  if (kind == 1) {
    add(to, CRM__BASE_SOLD, amount);
    add(to, CRM__BASE_GROSS, discount == none ? amount : amount + discount);
    if (discount != none) {
      add(to, CRM__BASE_DISCOUNT, discount);
      note(to, CRM__NEEDS_DISCOUNT, time);
    }
  } else {
    add(to, CRM__BASE_RETURNED, -amount);
  }
  if (quantity != none && !(kind == 2 && work->scope->money == CRM_MONEY_SALES)) {
    add(to, CRM__BASE_UNITS, quantity);
    add(to, CRM__BASE_MEASURED, money);
    note(to, CRM__NEEDS_QUANTITY, time);
  }
  if (kind == 2 && work->scope->money == CRM_MONEY_SALES) {
    return 1;
  }
  if (cost == none) {
    add(to, CRM__BASE_UNCOSTED, money);
  } else {
    add(to, CRM__BASE_COSTED, money);
    add(to, CRM__BASE_PROFIT, money - cost);
    add(to, CRM__BASE_COST, cost);
    note(to, CRM__NEEDS_COST, time);
  }
  if (product != CRM__NONE) {
    note(to, CRM__NEEDS_PRODUCT, time);
    if (to->listed >= 0 && work->product_first != NULL) {
      add(to, CRM__BASE_NEW_PRODUCT, is_new(work, product, to->listed) ? money : 0);
    } else if (work->product_first != NULL) {
      return keep_new(work, to, product, segment, money);
    }
  }
  return 1;
}

static int is_dating(const crm__kpi_work *work)
{
  return work->product_first != NULL && work->dating != CRM__KPI_DATING_DONE;
}

/* A product's first sale ever, which no branch and no period bounds. */
static void note_product(const crm__kpi_work *work, const crm__lines *lines, uint32_t at, int kind, int32_t day)
{
  uint32_t product = lines->product == NULL ? CRM__NONE : lines->product[at];
  if (kind == 1 && product != CRM__NONE && day < work->product_first[product]) {
    work->product_first[product] = day;
    *work->history = day < *work->history ? day : *work->history;
  }
}

/* 0: no memory. */
static int add_lines(crm__kpi_work *work, const crm__facts *facts, uint32_t i, crm__lines *lines, const target *to,
                     int32_t segment, int32_t day)
{
  const crm__scope *scope = work->scope;
  int redating = scope->refunds == CRM_REFUNDS_SALE_DAY && !(facts->flags[i] & CRM__FACT_EXTRA);
  uint64_t line = facts->line[i];
  uint32_t left = facts->lines[i];
  while (left > 0) {
    uint32_t run;
    uint32_t place = crm__lines_at(lines, scope, line, left, &run);
    uint32_t at;
    for (at = place; at < place + run; at++) {
      int kind = lines->code == NULL ? 1 : crm__line_kind(lines->code[at]);
      if (kind == 0 || (redating && crm__line_redated(scope, line + (at - place)))) {
        continue;
      }
      if (is_dating(work)) {
        note_product(work, lines, at, kind, day);
      }
      if (to != NULL && !add_line(work, to, lines, at, kind, facts->time[i], segment)) {
        return 0;
      }
    }
    line += run;
    left -= run;
  }
  return 1;
}

/* ---- documents ---- */

static crm__kpi_deeds *more_deeds(crm__kpi_work *work)
{
  crm__kpi_deeds *deeds = work->spare;
  if (!work->is_part) {
    deeds = crm__scope_alloc(work->scope, 1, sizeof *deeds);
    return deeds;
  }
  work->is_full = deeds == NULL;
  work->spare = deeds == NULL ? NULL : deeds->next;
  return deeds;
}

static crm__kpi_deed *add_deed(crm__kpi_work *work)
{
  crm__kpi_deeds *deeds = work->deeds;
  if (deeds == NULL || deeds->count == CRM__KPI_DEEDS) {
    deeds = more_deeds(work);
    if (deeds == NULL) {
      return NULL;
    }
    deeds->next = work->deeds;
    deeds->count = 0;
    work->deeds = deeds;
  }
  work->deed_count++;
  return &deeds->deeds[deeds->count++];
}

/* More orders than a deed holds become more deeds. */
static int keep_deeds(crm__kpi_work *work, const crm__facts *facts, uint32_t i, uint32_t group, int32_t segment,
                      int32_t day)
{
  uint32_t left = facts->orders[i];
  int64_t money = facts->money[i];
  do {
    crm__kpi_deed *deed = add_deed(work);
    if (deed == NULL) {
      return 0;
    }
    deed->money = money;
    deed->customer = facts->customer[i];
    deed->day = day;
    deed->group = group;
    deed->segment = (uint16_t)segment;
    deed->orders = left < UINT16_MAX ? (uint16_t)left : UINT16_MAX;
    left -= deed->orders;
    money = 0;
  } while (left > 0);
  return 1;
}

static int add_fact(crm__kpi_work *work, const crm__facts *facts, uint32_t i, int32_t segment, const target *to)
{
  const crm__scope *scope = work->scope;
  uint32_t customer = facts->customer[i];
  int32_t day = facts->day[i];
  int each = scope->occasions == CRM_OCCASIONS_EACH || customer == CRM__NONE;
  add(to, CRM__BASE_REVENUE, facts->money[i]);
  add(to, CRM__BASE_ORDERS, each ? facts->orders[i] : 0);
  note(to, CRM__NEEDS_SALES, facts->time[i]);
  if (customer == CRM__NONE) {
    add(to, CRM__BASE_ANONYMOUS, facts->money[i]);
    return 1;
  }
  if (facts->flags[i] & CRM__FACT_OCCASION) {
    note(to, CRM__NEEDS_CUSTOMER, facts->time[i]);
  }
  return !work->by_customer || keep_deeds(work, facts, i, to->count > 1 ? to->groups[1] : 0, segment, day);
}

/* First sales of products, and nothing else. */
static crm_status date_products(crm__kpi_work *work, crm__facts *facts, crm_error *error)
{
  crm__lines lines = CRM__LINES_INIT;
  uint32_t i;
  while (crm__facts_next(facts, &work->wide)) {
    for (i = 0; i < facts->count; i++) {
      (void)add_lines(work, facts, i, &lines, NULL, 0, facts->day[i]);
    }
  }
  return crm__facts_end(facts, error);
}

crm_status crm__kpi_pass(crm__kpi_work *work, crm__facts *facts, crm_error *error)
{
  crm__lines lines = CRM__LINES_INIT;
  int32_t segment = 0;
  uint32_t i;
  if (work->dating == CRM__KPI_DATING_ALONE) {
    return date_products(work, facts, error);
  }
  while (crm__facts_next(facts, &work->wide)) {
    for (i = 0; i < facts->count; i++) {
      int counted = (facts->flags[i] & CRM__FACT_PERIOD) != 0;
      int32_t day = facts->day[i];
      target to;
      if (facts->customer[i] != CRM__NONE && (facts->flags[i] & CRM__FACT_OCCASION) && work->by_customer &&
          day < work->ever[facts->customer[i]]) {
        work->ever[facts->customer[i]] = day;
      }
      if (counted) {
        segment = crm__kpi_windows_segment(&work->windows, facts->time[i], segment);
        if (!aim(work, facts, i, &lines, segment, &to) || !add_fact(work, facts, i, segment, &to)) {
          return crm__fail_memory(error);
        }
      }
      if (work->by_lines && (counted || is_dating(work)) &&
          !add_lines(work, facts, i, &lines, counted ? &to : NULL, segment, day)) {
        return crm__fail_memory(error);
      }
    }
  }
  return crm__facts_end(facts, error);
}

/* ---- what it needs and gives ---- */

/* The last day of each window; and by segment the first of those of the windows that hold it. 0: no memory. */
static int find_ends(crm__kpi_work *work)
{
  int32_t w;
  uint32_t s;
  work->ends = crm__scope_alloc(work->scope, (uint64_t)work->windows.count, sizeof *work->ends);
  work->first_ends = crm__scope_alloc(work->scope, work->segments, sizeof *work->first_ends);
  if (work->ends == NULL || work->first_ends == NULL) {
    return 0;
  }
  for (s = 0; s < work->segments; s++) {
    work->first_ends[s] = INT32_MAX;
  }
  for (w = 0; w < work->windows.count; w++) {
    const crm__kpi_window *window = &work->windows.windows[w];
    int32_t end = crm__business_day(window->to - 1, work->scope->day_start);
    work->ends[w] = end;
    for (s = (uint32_t)window->first; s < (uint32_t)window->end; s++) {
      work->first_ends[s] = end < work->first_ends[s] ? end : work->first_ends[s];
    }
  }
  return 1;
}

static crm_status make_room(crm__kpi_work *work, crm_error *error)
{
  crm__scope *scope = work->scope;
  uint32_t customers = crm__customers(scope->store);
  uint32_t products = crm__products(scope->store);
  uint32_t k;
  work->ever = work->by_customer ? crm__scope_alloc(scope, customers, sizeof *work->ever) : NULL;
  work->product_first = work->wanted[CRM__BASE_NEW_PRODUCT]
                            ? crm__scope_alloc(scope, products, sizeof *work->product_first)
                            : NULL;
  work->history = crm__scope_alloc(scope, 1, sizeof *work->history);
  if (work->history == NULL || (work->by_customer && work->ever == NULL) ||
      (work->wanted[CRM__BASE_NEW_PRODUCT] && work->product_first == NULL)) {
    return crm__fail_memory(error);
  }
  *work->history = INT32_MAX;
  for (k = 0; work->product_first != NULL && k < products; k++) {
    work->product_first[k] = INT32_MAX;
  }
  if (work->product_first != NULL && !find_ends(work)) {
    return crm__fail_memory(error);
  }
  for (k = 0; work->by_customer && k < customers; k++) {
    work->ever[k] = INT32_MAX;
  }
  return CRM_OK;
}

static void sum_windows(crm__kpi_work *work, uint32_t group)
{
  int32_t w;
  int32_t s;
  int32_t base;
  for (w = 0; w < work->windows.count; w++) {
    const crm__kpi_window *window = &work->windows.windows[w];
    int64_t *cells = crm__kpi_cell(work, group, w, 0);
    for (s = window->first; s < window->end; s++) {
      const int64_t *sums = work->sums + ((uint64_t)group * work->segments + (uint64_t)s) * CRM__BASE_DOCUMENT;
      for (base = 0; base < CRM__BASE_DOCUMENT; base++) {
        cells[base] += sums[base];
      }
    }
  }
}

/* Money of the products that are new at the end of each window. */
static void sum_new(crm__kpi_work *work)
{
  const crm__kpi_news *news;
  uint32_t i;
  int32_t w;
  for (w = 0; work->new_money != NULL && w < work->windows.count; w++) {
    *crm__kpi_cell(work, 0, w, CRM__BASE_NEW_PRODUCT) += work->new_money[w];
  }
  for (news = work->news; news != NULL; news = news->next) {
    for (i = 0; i < news->count; i++) {
      const crm__kpi_new *sold = &news->items[i];
      for (w = 0; w < work->windows.count; w++) {
        const crm__kpi_window *window = &work->windows.windows[w];
        if ((int32_t)sold->segment < window->first || (int32_t)sold->segment >= window->end ||
            !is_new(work, sold->product, work->ends[w])) {
          continue;
        }
        *crm__kpi_cell(work, 0, w, CRM__BASE_NEW_PRODUCT) += sold->money;
        if (sold->group > 0) {
          *crm__kpi_cell(work, sold->group, w, CRM__BASE_NEW_PRODUCT) += sold->money;
        }
      }
    }
  }
}

void crm__kpi_sum_documents(crm__kpi_work *work)
{
  uint32_t group;
  for (group = 0; group < work->groups; group++) {
    sum_windows(work, group);
  }
  if (work->product_first != NULL) {
    sum_new(work);
  }
}

crm_status crm__kpi_gather(crm__kpi_work *work, crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(work->scope, 1, sizeof *facts);
  int done = 0;
  crm_status status;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  status = make_room(work, error);
  if (status == CRM_OK) {
    status = crm__kpi_gather_parts(work, &done, error);
  }
  if (status == CRM_OK && !done) {
    crm__facts_begin(facts);
    status = crm__kpi_pass(work, facts, error);
  }
  return status;
}

/* What one fact adds, by the same code that adds up all of them. */
static int64_t amount_of(crm__kpi_work *work, const crm__facts *facts, uint32_t i, crm__lines *lines, int32_t base)
{
  const crm__kpi_window *window = &work->windows.windows[work->list->window];
  int32_t day = facts->day[i];
  int64_t sums[CRM__BASE_DOCUMENT] = {0};
  int64_t firsts[CRM__NEEDS] = {0};
  target to;
  to.sums[0] = sums;
  to.firsts[0] = firsts;
  to.groups[0] = 0;
  to.count = 1;
  to.listed = crm__business_day(window->to - 1, work->scope->day_start);
  (void)add_fact(work, facts, i, 0, &to);
  (void)add_lines(work, facts, i, lines, &to, 0, day);
  return sums[base];
}

crm_status crm__kpi_list_documents(crm__kpi_work *work, crm_error *error)
{
  const crm__kpi_window *window = &work->windows.windows[work->list->window];
  crm__facts *facts = crm__scope_alloc(work->scope, 1, sizeof *facts);
  crm__lines lines = CRM__LINES_INIT;
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  work->by_customer = 0;   /* deeds are there already */
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &work->wide)) {
    for (i = 0; i < facts->count; i++) {
      int64_t time = facts->time[i];
      if ((facts->flags[i] & CRM__FACT_PERIOD) && time >= window->from && time < window->to &&
          !crm__kpi_list_add(work, CRM__KPI_DOCUMENT, facts->document[i], facts->customer[i], time,
                             amount_of(work, facts, i, &lines, work->list->base))) {
        return crm__fail_memory(error);
      }
    }
  }
  return crm__facts_end(facts, error);
}
