/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings_history.h"
#include "analysis/population.h"
#include "store/rows.h"

#include "base/error.h"

#include <string.h>

/* What the patterns look at: one pass over the facts with their lines, and one over the flags of documents for
 * voids. */

#define NOW_MONTH (CRM__HISTORY_MONTHS - 12)      /* the first of the last twelve, */
#define BEFORE_MONTH (CRM__HISTORY_MONTHS - 24)   /* of the twelve before them, */
#define EARLIER_MONTH (CRM__HISTORY_MONTHS - 36)  /* and before these */
#define HALF 6

/* Where days lie, and what is only needed for the way. */
typedef struct gathering {
  crm__history *all;
  uint8_t *months;          /* by day from the first month's first day on */
  uint32_t *clerk_of;       /* by name: 1 + place among the clerks, 0: none */
  crm__clerk *clerks;
  uint32_t clerk_count;
} gathering;

static int open_months(crm__history *all)
{
  crm__calendar calendar;
  int32_t m;
  if (crm__calendar_open(&calendar, NULL, NULL) != CRM_OK) {
    return 0;
  }
  all->end_day = crm__period_start(&calendar, all->scope.as_of_day);
  all->starts[CRM__HISTORY_MONTHS] = all->end_day;
  for (m = CRM__HISTORY_MONTHS - 1; m >= 0; m--) {
    all->starts[m] = crm__period_previous(&calendar, all->starts[m + 1]);
  }
  return 1;
}

/* Which segment of the host's own every customer is in. */
static crm_status find_segments(crm__history *all, crm_error *error)
{
  crm__scope *scope = &all->scope;
  uint32_t customers = crm__customers(scope->store);
  uint32_t *segments = crm__scope_alloc(scope, customers, sizeof *segments);
  uint32_t id;
  all->names = crm__names(scope->store);
  all->segment = crm__scope_alloc_zero(scope, (uint64_t)all->names + 1U, sizeof *all->segment);
  if (segments == NULL || all->segment == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    uint32_t name = crm__customer_named(scope->store, id, CRM__CUSTOMERS_SEGMENT);
    segments[id] = name == CRM__NONE ? all->names : name;
  }
  all->segment_of = segments;
  return CRM_OK;
}

static crm_status allocate(gathering *to, crm_error *error)
{
  crm__history *all = to->all;
  crm__scope *scope = &all->scope;
  uint32_t customers = crm__customers(scope->store);
  uint32_t names = crm__names(scope->store);
  uint32_t days = (uint32_t)(all->end_day - all->starts[0]);
  uint32_t day;
  uint8_t month = 0;
  all->branches = crm__branches(scope->store);
  all->products = crm__products(scope->store);
  all->branch = crm__scope_alloc_zero(scope, (uint64_t)all->branches + 1U, sizeof *all->branch);
  all->branch_days = crm__scope_alloc_zero(scope, ((uint64_t)all->branches + 1U) * CRM__HISTORY_YEAR,
                                           sizeof *all->branch_days);
  all->product = crm__scope_alloc_zero(scope, (uint64_t)all->products + 1U, sizeof *all->product);
  all->spend[0] = crm__scope_alloc_zero(scope, customers, sizeof *all->spend[0]);
  all->spend[1] = crm__scope_alloc_zero(scope, customers, sizeof *all->spend[1]);
  all->spend[2] = crm__scope_alloc_zero(scope, customers, sizeof *all->spend[2]);
  all->visits = crm__scope_alloc_zero(scope, customers, sizeof *all->visits);
  to->months = crm__scope_alloc(scope, days, sizeof *to->months);
  to->clerk_of = crm__scope_alloc_zero(scope, names, sizeof *to->clerk_of);
  to->clerks = NULL;
  to->clerk_count = 0;
  if (all->branch == NULL || all->branch_days == NULL || all->product == NULL || all->spend[0] == NULL ||
      all->spend[1] == NULL || all->spend[2] == NULL || all->visits == NULL || to->months == NULL ||
      to->clerk_of == NULL) {
    return crm__fail_memory(error);
  }
  for (day = 0; day < days; day++) {
    month = (uint8_t)(month + ((int32_t)day + all->starts[0] >= all->starts[month + 1]));
    to->months[day] = month;
  }
  for (day = 0; day <= all->products; day++) {
    all->product[day].last = INT32_MIN;
  }
  return find_segments(all, error);
}

/* The month of a day, -1 where it is none of the months. */
static int32_t month_of(const gathering *to, int32_t day)
{
  return day < to->all->starts[0] || day >= to->all->end_day ? -1 : to->months[day - to->all->starts[0]];
}

/* 1 in the last half-year, 2 in the same of the year before, 0 else. */
static int half_of(int32_t month)
{
  return month >= CRM__HISTORY_MONTHS - HALF                                       ? 1
         : month >= NOW_MONTH - HALF && month < NOW_MONTH ? 2
                                                                                   : 0;
}

static void add_half(crm__halves *of, int half, int64_t money, uint32_t count)
{
  if (half == 1) {
    of->now += money;
    of->now_count += count;
  } else if (half == 2) {
    of->before += money;
    of->before_count += count;
  }
}

/* ---- lines ---- */

static int64_t known(const int64_t *values, uint32_t place)
{
  return values == NULL || values[place] == INT64_MIN ? 0 : values[place];
}

/* Sets aside room for the clerks on the first line that names one; a store has few staff among its names. */
static crm__clerk *clerk_of(gathering *to, uint32_t name)
{
  uint32_t names = crm__names(to->all->scope.store);
  if (to->clerks == NULL) {
    to->clerks = crm__scope_alloc_zero(&to->all->scope, names, sizeof *to->clerks);
  }
  if (to->clerks == NULL) {
    return NULL;
  }
  if (to->clerk_of[name] == 0) {
    to->clerks[to->clerk_count].name = name;
    to->clerk_of[name] = ++to->clerk_count;
  }
  return &to->clerks[to->clerk_of[name] - 1U];
}

/* What a line adds in the scope's basis of money. */
static int64_t money_of(const crm__scope *scope, const crm__lines *lines, uint32_t place, int kind)
{
  if (scope->money == CRM_MONEY_SALES && kind == 2) {
    return 0;
  }
  return known(lines->amount, place) + (scope->money == CRM_MONEY_TAXED ? known(lines->tax, place) : 0);
}

/* A document's lines but those that count on another day: products, discounts, and whose it is. 0: no memory. */
static int add_lines(gathering *to, const crm__facts *facts, uint32_t i, crm__lines *lines, int32_t day, int32_t month)
{
  crm__history *all = to->all;
  int redating = all->scope.refunds == CRM_REFUNDS_SALE_DAY && !(facts->flags[i] & CRM__FACT_EXTRA);
  crm__clerk *clerk = NULL;
  int half = half_of(month);
  uint32_t returned = 0;
  uint32_t discounted = 0;
  uint32_t left;
  uint32_t run;
  uint64_t line = (uint64_t)facts->line[i];
  for (left = facts->lines[i]; left > 0; left -= run, line += run) {
    uint32_t first = crm__lines_at(lines, &all->scope, line, left, &run);
    uint32_t place;
    for (place = first; place < first + run; place++) {
      int kind = lines->code == NULL ? 1 : crm__line_kind(lines->code[place]);
      uint32_t product = lines->product == NULL ? CRM__NONE : lines->product[place];
      crm__halves *of = &all->product[product == CRM__NONE ? all->products : product];
      if (kind == 0 || (redating && crm__line_redated(&all->scope, line + (place - first)))) {
        continue;
      }
      add_half(of, half, money_of(&all->scope, lines, place, kind), kind == 1);
      of->last = kind == 1 && day > of->last ? day : of->last;
      if (month < NOW_MONTH || lines->staff == NULL || lines->staff[place] == CRM__NONE) {
        continue;
      }
      clerk = clerk_of(to, lines->staff[place]);
      if (clerk == NULL) {
        return 0;
      }
      returned |= kind == 2;
      discounted |= kind == 1 && known(lines->discount, place) > 0;
      clerk->discount += kind == 1 ? known(lines->discount, place) : 0;
    }
  }
  if (clerk != NULL) {
    uint32_t sold = (facts->flags[i] & CRM__FACT_OCCASION) != 0;
    clerk->sales += sold;
    clerk->returns += returned;
    clerk->exchanges += sold & returned;
    clerk->discounts += discounted;
  }
  return 1;
}

/* ---- documents ---- */

static void add_times(gathering *to, const crm__facts *facts, uint32_t i, int32_t day, int32_t month, uint32_t branch)
{
  crm__history *all = to->all;
  int64_t ago = (int64_t)all->scope.as_of_day - 1 - day;
  if (month >= 0) {
    all->revenue[month] += facts->money[i];
    all->orders[month] += facts->orders[i];
  }
  if (ago >= 0 && ago < CRM__HISTORY_DAYS) {
    all->day_revenue[CRM__HISTORY_DAYS - 1 - ago] += facts->money[i];
    all->day_orders[CRM__HISTORY_DAYS - 1 - ago] += facts->orders[i];
  }
  if (ago >= 0 && ago < CRM__HISTORY_YEAR && !(facts->flags[i] & CRM__FACT_EXTRA)) {
    all->branch_days[(uint64_t)branch * CRM__HISTORY_YEAR + (uint64_t)(CRM__HISTORY_YEAR - 1 - ago)]++;
  }
  if (day < all->branch[branch].last || all->branch[branch].now_count + all->branch[branch].before_count == 0) {
    all->branch[branch].last = day;
  }
  all->first_day = day < all->first_day ? day : all->first_day;
}

static void add_customer(const gathering *to, const crm__facts *facts, uint32_t i, int32_t month)
{
  crm__history *all = to->all;
  uint32_t id = facts->customer[i];
  add_half(&all->segment[id == CRM__NONE ? all->names : all->segment_of[id]], half_of(month), facts->money[i],
           facts->orders[i]);
  if (id == CRM__NONE || month < EARLIER_MONTH) {
    return;
  }
  if (month >= NOW_MONTH) {
    all->spend[0][id] += facts->money[i];
    all->visits[id] += facts->orders[i];
  } else {
    all->spend[month >= BEFORE_MONTH ? 1 : 2][id] += facts->money[i];
  }
}

static crm_status add_facts(gathering *to, crm_error *error)
{
  crm__history *all = to->all;
  crm__facts *facts = crm__scope_alloc(&all->scope, 1, sizeof *facts);
  crm__lines lines = CRM__LINES_INIT;
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &all->scope)) {
    for (i = 0; i < facts->count; i++) {
      int32_t day = crm__business_day(facts->time[i], all->scope.day_start);
      int32_t month = month_of(to, day);
      uint32_t branch;
      if (!(facts->flags[i] & CRM__FACT_PERIOD)) {
        continue;
      }
      branch = crm__document_branch(all->scope.store, facts->document[i]);
      branch = branch == CRM__NONE ? all->branches : branch;
      add_times(to, facts, i, day, month, branch);
      add_half(&all->branch[branch], half_of(month), facts->money[i], facts->orders[i]);
      add_customer(to, facts, i, month);
      if (!add_lines(to, facts, i, &lines, day, month)) {
        return crm__fail_memory(error);
      }
    }
  }
  return crm__facts_end(facts, error);
}

/* ---- voids ---- */

static crm_status add_voids(gathering *to, crm_error *error)
{
  crm__history *all = to->all;
  crm__lines lines = CRM__LINES_INIT;
  uint32_t documents = crm__document_ids(all->scope.store);
  uint32_t document;
  for (document = 0; document < documents; document++) {
    uint64_t line;
    int64_t time;
    uint32_t run;
    uint32_t place;
    crm__clerk *clerk;
    if (!crm__document_void(&all->scope, document, &time, &line) ||
        month_of(to, crm__business_day(time, all->scope.day_start)) < NOW_MONTH) {
      continue;
    }
    place = crm__lines_at(&lines, &all->scope, line, 1, &run);
    if (lines.staff == NULL || lines.staff[place] == CRM__NONE) {
      continue;
    }
    clerk = clerk_of(to, lines.staff[place]);
    if (clerk == NULL) {
      return crm__fail_memory(error);
    }
    clerk->voids++;
  }
  return CRM_OK;
}

crm_status crm__history_gather(crm__scope *scope, crm__history *history, crm_error *error)
{
  static const crm_scope usual = CRM_SCOPE_INIT;
  gathering to;
  crm_status status;
  memset(history, 0, sizeof *history);
  history->scope = crm__scope_widened(scope);
  history->asked = usual;
  history->asked.as_of = scope->as_of;
  history->asked.internal = scope->internal;
  history->asked.accounts = scope->accounts != NULL;
  history->asked.segment = scope->segment;
  history->first_day = INT32_MAX;
  to.all = history;
  if (scope->as_of == INT64_MAX || !open_months(history)) {
    return CRM_OK;
  }
  status = allocate(&to, error);
  if (status == CRM_OK) {
    status = add_facts(&to, error);
  }
  if (status == CRM_OK) {
    status = add_voids(&to, error);
  }
  if (status == CRM_OK) {
    status = crm__first_ever(&history->scope, &history->ever, error);
  }
  history->clerks = to.clerks;
  history->clerk_count = to.clerk_count;
  return status;
}
