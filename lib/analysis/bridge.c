/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/bridge.h"

#include "analysis/population.h"

#include "base/error.h"

#include <string.h>

/* A change of revenue in parts. Everything but the three factors is sums of money and so adds up by itself. */

#define TOP 10

/* ---- the periods ---- */

/* Gives the scope a period where it has none, and the one before where it is not asked for. */
static void find_periods(crm__scope *scope, const crm__calendar *calendar, crm_bridge_options *asked)
{
  int64_t before = INT64_MIN;
  if (scope->to == INT64_MAX || scope->to <= CRM__TIME_MIN) {
    scope->from = CRM__TIME_MIN;   /* nothing is there */
    scope->to = CRM__TIME_MIN + CRM_DAY;
  } else if (scope->from == INT64_MIN) {
    int32_t start = crm__period_start(calendar, crm__day_before(scope, scope->to));
    if (start != INT32_MIN && crm__day_instant(scope, crm__period_next(calendar, start)) > scope->to) {
      start = crm__period_previous(calendar, start);
    }
    if (start != INT32_MIN) {
      int32_t previous = crm__period_previous(calendar, start);
      scope->from = crm__day_instant(scope, start);
      scope->to = crm__day_instant(scope, crm__period_next(calendar, start));
      before = previous == INT32_MIN ? INT64_MIN : crm__day_instant(scope, previous);
    } else {
      scope->from = scope->to - CRM_DAY;
    }
  }
  if (asked->before_from == INT64_MIN && asked->before_to == INT64_MAX) {
    asked->before_to = scope->from;
    asked->before_from = before != INT64_MIN ? before : scope->from - (scope->to - scope->from);
  }
}

static crm_status read_options(const crm_bridge_options *options, const crm__calendar *calendar, crm__scope *scope,
                               crm__bridge *all, crm_error *error)
{
  static const crm_bridge_options defaults = CRM_BRIDGE_OPTIONS_INIT;
  crm_bridge_options asked = defaults;
  crm_status status = CRM_OK;
  if (options != NULL) {
    status = crm__struct_read(&asked, sizeof asked, options, "crm_bridge_options", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (asked.top < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "top", 0, -1, "a number at or above 0 is needed");
  }
  find_periods(scope, calendar, &asked);
  if (asked.before_from >= asked.before_to || asked.before_from == INT64_MIN || asked.before_to > scope->as_of) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "before_from", 0, -1,
                        "the period before has no length, or is not over at as-of");
  }
  all->top = asked.top == 0 ? TOP : asked.top;
  all->scope = scope;
  all->before = *scope;
  all->before.from = asked.before_from;
  all->before.to = asked.before_to;
  return CRM_OK;
}

/* ---- adding up ---- */

static void add_lines(const crm__bridge *all, const crm__facts *facts, uint32_t i, crm__lines *lines, int after)
{
  const crm__scope *scope = all->scope;
  int redating = scope->refunds == CRM_REFUNDS_SALE_DAY && !(facts->flags[i] & CRM__FACT_EXTRA);
  uint64_t line = facts->line[i];
  uint32_t left = facts->lines[i];
  while (left > 0) {
    uint32_t run;
    uint32_t place = crm__lines_at(lines, scope, line, left, &run);
    uint32_t at;
    for (at = place; at < place + run; at++) {
      int sale = lines->code == NULL ? 1 : crm__line_kind(lines->code[at]);
      uint64_t which = line + (at - place);
      if (sale != 0 && !(redating && crm__line_redated(scope, which))) {
        uint32_t product = lines->product == NULL ? CRM__NONE : lines->product[at];
        crm__bridge_pair *to = &all->products.money[product == CRM__NONE ? all->products.count - 1U : product];
        int64_t money = crm__line_money(scope, which, sale == 1);
        to->before += after ? 0 : money;
        to->after += after ? money : 0;
      }
    }
    line += run;
    left -= run;
  }
}

/* One pass over the facts of both periods. */
static void add_facts(crm__bridge *all, crm__facts *facts, const crm__scope *wide)
{
  crm__lines lines = CRM__LINES_INIT;
  uint32_t i;
  crm__facts_begin(facts);
  while (crm__facts_next(facts, wide)) {
    for (i = 0; i < facts->count; i++) {
      int64_t time = facts->time[i];
      int after = time >= all->scope->from && time < all->scope->to;
      int before = time >= all->before.from && time < all->before.to;
      uint32_t branch = crm__document_branch(all->scope->store, facts->document[i]);
      uint32_t customer = facts->customer[i];
      crm__bridge_pair money;
      if (!(facts->flags[i] & CRM__FACT_PERIOD) || (!after && !before)) {
        continue;
      }
      money.before = before ? facts->money[i] : 0;
      money.after = after ? facts->money[i] : 0;
      crm__bridge_add(&all->total, &money);
      crm__bridge_add(&all->branches.money[branch == CRM__NONE ? all->branches.count - 1U : branch], &money);
      crm__bridge_add(&all->people.money[customer == CRM__NONE ? all->people.count - 1U : customer], &money);
      if (before) {
        add_lines(all, facts, i, &lines, 0);
      }
      if (after) {
        add_lines(all, facts, i, &lines, 1);
      }
    }
  }
}

static void add_customers(crm__bridge *all)
{
  uint32_t customers = crm__customers(all->scope->store);
  uint32_t id;
  for (id = 0; id < customers; id++) {
    const crm__bridge_pair *money = &all->people.money[id];
    int64_t before = crm__measure_at(&all->old, id)->orders;
    int64_t after = crm__measure_at(&all->now, id)->orders;
    if (!crm__customer_counts(all->scope, id)) {
      continue;
    }
    all->customers.before += before > 0;
    all->customers.after += after > 0;
    all->orders.before += before;
    all->orders.after += after;
    all->active.before += before > 0 ? money->before : 0;
    all->active.after += after > 0 ? money->after : 0;
    all->other.before += before > 0 ? 0 : money->before;
    all->other.after += after > 0 ? 0 : money->after;
  }
}

static int make_kind(crm__bridge *all, crm__bridge_kind *of, const char *name, const char *rest, uint32_t ids)
{
  of->name = name;
  of->rest = rest;
  of->count = ids + 1U;
  of->money = crm__scope_alloc_zero(all->scope, of->count, sizeof *of->money);
  of->order = crm__scope_alloc(all->scope, of->count, sizeof *of->order);
  return of->money != NULL && of->order != NULL;
}

static crm_status gather(crm__bridge *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  crm__scope wide = crm__scope_widened(scope);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  crm_status status;
  if (facts == NULL ||
      !make_kind(all, &all->branches, "branch", "branch_rest", crm__branches(scope->store)) ||
      !make_kind(all, &all->products, "product", "product_rest", crm__products(scope->store)) ||
      !make_kind(all, &all->people, "customer", "customer_rest", crm__customers(scope->store))) {
    return crm__fail_memory(error);
  }
  status = crm__measures_compute(scope, &all->now, error);
  if (status == CRM_OK) {
    status = crm__measures_compute(&all->before, &all->old, error);
  }
  if (status == CRM_OK) {
    status = crm__first_ever(scope, &all->ever, error);
  }
  if (status == CRM_OK) {
    add_facts(all, facts, &wide);
    status = crm__facts_end(facts, error);
  }
  if (status == CRM_OK) {
    add_customers(all);
  }
  return status;
}

typedef struct question {
  const crm_bridge_options *options;
  crm__calendar calendar;
} question;

static crm_status answer(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const question *asked = context;
  crm__bridge all;
  crm_status status;
  memset(&all, 0, sizeof all);
  status = read_options(asked->options, &asked->calendar, scope, &all, error);
  if (status == CRM_OK) {
    status = gather(&all, error);
  }
  return status == CRM_OK ? crm__bridge_table(&all, table, error) : status;
}

crm_status crm_bridge_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                              const crm_bridge_options *options, crm_table **table, crm_error *error)
{
  question asked;
  crm_status status = crm__calendar_open(&asked.calendar, calendar, error);
  asked.options = options;
  return status == CRM_OK ? crm__scope_table(store, scope, answer, &asked, table, error) : status;
}
