/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "store/rows.h"
#include "table/build.h"

#include <string.h>

/* Why customers left: what the host says of those who are active no more. */

#define YEAR (365 * CRM_DAY)

typedef struct reason {
  uint32_t name;        /* CRM__NONE: not told */
  uint32_t spare;
  int64_t customers;
  int64_t spend;
} reason;

enum { NATURAL, OTHER, SILENT, UNKNOWN, KINDS };

typedef struct work {
  const crm_lifecycle *lives;
  crm__scope *scope;
  crm__row_index rows;       /* of stages, by customer in order of time */
  int64_t *left;             /* by customer: when it left in the period, INT64_MAX: it did not */
  uint32_t *told;            /* by customer: place of its reason among reasons */
  uint8_t *kinds;            /* by customer: NATURAL, ...; read where it left */
  int64_t *spent;            /* by customer, in the year before it left */
  int32_t *days;             /* by customer: business day on which it left; read where it did */
  reason churn[KINDS];
  reason *reasons;           /* by name, and the one that was not told; then those that somebody had */
  uint32_t names;
  int64_t customers;
  int64_t spend;
} work;

crm_status crm__life_name_natural(crm_lifecycle *lifecycle, crm__scope *scope, const char *words, crm_error *error)
{
  size_t length = words == NULL ? 0 : strlen(words);
  char *copy = crm__scope_alloc(scope, (uint64_t)length + 1U, 1);
  const char *at = words;
  uint32_t count = 1;
  size_t i;
  lifecycle->natural_known = words != NULL;
  if (length == 0) {
    return copy == NULL ? crm__fail_memory(error) : CRM_OK;
  }
  for (i = 0; i < length; i++) {
    count += words[i] == ',';
  }
  lifecycle->natural = crm__alloc_array(&lifecycle->memory, count, sizeof *lifecycle->natural);
  if (copy == NULL || lifecycle->natural == NULL) {
    return crm__fail_memory(error);
  }
  lifecycle->natural_count = count;
  for (i = 0; i < count; i++) {
    size_t rest;
    while (*at == ' ') {
      at++;
    }
    length = strcspn(at, ",");
    rest = length;
    while (length > 0 && at[length - 1U] == ' ') {
      length--;
    }
    if (length == 0) {
      return crm__fail_at(error, CRM_ERROR_VALUE, NULL, "natural", 0, at - words, "there is no word before a comma");
    }
    memcpy(copy, at, length);
    copy[length] = '\0';
    lifecycle->natural[i] = crm__row_find(lifecycle->store, CRM__TABLE_STAGES, CRM__STAGES_REASON, copy);
    at += rest + 1U;
  }
  return CRM_OK;
}

static int is_natural(const crm_lifecycle *lives, uint32_t name)
{
  uint32_t i;
  for (i = 0; i < lives->natural_count; i++) {
    if (lives->natural[i] == name) {
      return 1;
    }
  }
  return 0;
}

/* When a customer left the active ones and is none of them at the period's end; INT64_MAX: it did not in the period.
 * *silent: nothing but silence made it leave. *day: the business day of that. */
static int64_t leaving(const crm_lifecycle *lives, uint32_t id, int *silent, int32_t *day)
{
  const crm__life_event *last = crm__life_at(lives, id, lives->to);
  const crm__life_event *begin;
  int64_t time;
  if (last == NULL || crm__life_active(last)) {
    return INT64_MAX;
  }
  begin = lives->events + lives->starts[id];
  while (last > begin && !crm__life_active(last - 1)) {
    last--;
  }
  if (last == begin) {
    return INT64_MAX;
  }
  *silent = last->cause == CRM__CAUSE_IDLE;
  *day = crm__life_event_day(lives, last);
  time = last->time - (last->cause == CRM__CAUSE_IDLE);   /* silence counts for its instant already */
  return time >= lives->from ? last->time : INT64_MAX;
}

/* The last reason that is told with an entry at or after a time, before the period's end. */
static uint32_t reason_since(const work *all, uint32_t id, int64_t time)
{
  const crm_store *store = all->lives->store;
  uint32_t found = all->names;
  uint32_t i;
  for (i = id < all->rows.ids ? all->rows.starts[id] : 0; id < all->rows.ids && i < all->rows.starts[id + 1]; i++) {
    int64_t entered = crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, all->rows.rows[i]);
    uint32_t name = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_REASON, all->rows.rows[i]);
    if (entered >= time && entered < all->lives->to && name != CRM__NONE) {
      found = name;
    }
  }
  return found;
}

static uint8_t kind_of(const work *all, uint32_t place, int silent)
{
  if (place == all->names) {
    return silent ? SILENT : UNKNOWN;
  }
  return !all->lives->natural_known ? UNKNOWN : is_natural(all->lives, place) ? NATURAL : OTHER;
}

static crm_status find_reasons(work *all, crm_error *error)
{
  uint32_t customers = all->lives->customers;
  uint32_t id;
  crm_status status;
  all->names = crm__names(all->lives->store);
  all->left = crm__scope_alloc(all->scope, customers, sizeof *all->left);
  all->told = crm__scope_alloc(all->scope, customers, sizeof *all->told);
  all->reasons = crm__scope_alloc_zero(all->scope, (uint64_t)all->names + 1U, sizeof *all->reasons);
  all->kinds = crm__scope_alloc(all->scope, customers, sizeof *all->kinds);
  all->spent = crm__scope_alloc_zero(all->scope, customers, sizeof *all->spent);
  all->days = crm__scope_alloc_zero(all->scope, customers, sizeof *all->days);
  if (all->left == NULL || all->told == NULL || all->reasons == NULL || all->kinds == NULL || all->spent == NULL ||
      all->days == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__rows_by(all->scope, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, CRM__STAGES_TIME, &all->rows, error);
  for (id = 0; status == CRM_OK && id < customers; id++) {
    int silent = 0;
    all->left[id] = leaving(all->lives, id, &silent, &all->days[id]);
    if (all->left[id] != INT64_MAX) {
      all->told[id] = reason_since(all, id, all->left[id]);
      all->kinds[id] = kind_of(all, all->told[id], silent);
      all->reasons[all->told[id]].customers++;
      all->churn[all->kinds[id]].customers++;
      all->customers++;
    }
  }
  return status;
}

/* What those who left had spent in the year before. */
static crm_status add_spend(work *all, crm_error *error)
{
  crm__scope wide = crm__scope_widened(all->scope);
  crm__facts *facts = crm__scope_alloc(all->scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &wide)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t id = facts->customer[i];
      int64_t left = id == CRM__NONE ? INT64_MAX : all->left[id];
      if (left != INT64_MAX && facts->time[i] < left && facts->time[i] >= left - YEAR) {
        all->reasons[all->told[id]].spend += facts->money[i];
        all->churn[all->kinds[id]].spend += facts->money[i];
        all->spent[id] += facts->money[i];
        all->spend += facts->money[i];
      }
    }
  }
  return crm__facts_end(facts, error);
}

typedef struct ordering {
  const work *all;
  const uint32_t *ranks;   /* of names */
} ordering;

static int compare(const void *context, uint32_t a, uint32_t b)
{
  const ordering *by = context;
  const reason *x = &by->all->reasons[a];
  const reason *y = &by->all->reasons[b];
  if (a == by->all->names || b == by->all->names) {
    return a == b ? 0 : a == by->all->names ? 1 : -1;
  }
  if (x->customers != y->customers) {
    return x->customers > y->customers ? -1 : 1;
  }
  if (x->spend != y->spend) {
    return x->spend > y->spend ? -1 : 1;
  }
  return by->ranks[a] < by->ranks[b] ? -1 : by->ranks[a] > by->ranks[b];
}

enum { REASON, CUSTOMERS, SHARE, CUMULATIVE, SPEND, SPEND_SHARE, IS_NATURAL, COLUMNS };

static void put_share(crm_table *table, int32_t column, int64_t part, int64_t whole)
{
  if (whole > 0) {
    crm__table_put(table, column, crm__ratio(part, whole));
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_told(const work *all, crm_table *table, uint32_t place, int32_t reason_column, int32_t natural_column)
{
  if (place == all->names) {
    crm__table_put_null(table, reason_column);
  } else {
    crm__table_put_key(table, reason_column, crm__name_key(all->lives->store, place));
  }
  if (place == all->names || !all->lives->natural_known) {
    crm__table_put_null(table, natural_column);
  } else {
    crm__table_put(table, natural_column, is_natural(all->lives, place));
  }
}

static void put_reason(const work *all, crm_table *table, uint32_t place, int64_t so_far)
{
  const reason *of = &all->reasons[place];
  put_told(all, table, place, REASON, IS_NATURAL);
  crm__table_put(table, CUSTOMERS, of->customers);
  crm__table_put(table, SHARE, crm__ratio(of->customers, all->customers));
  crm__table_put(table, CUMULATIVE, crm__ratio(so_far, all->customers));
  crm__table_put(table, SPEND, of->spend);
  put_share(table, SPEND_SHARE, of->spend, all->spend);
}

/* The places of the reasons that somebody had, in order; of the scope's scratch. */
static crm_status order_reasons(work *all, uint32_t **order, uint32_t *used, crm_error *error)
{
  ordering by;
  uint32_t i;
  crm_status status = crm__row_ranks(all->scope, CRM__TABLE_STAGES, CRM__STAGES_REASON, &by.ranks, error);
  *order = crm__scope_alloc(all->scope, ((uint64_t)all->names + 1U) * 2U, sizeof **order);
  *used = 0;
  if (status != CRM_OK) {
    return status;
  }
  if (*order == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i <= all->names; i++) {
    if (all->reasons[i].customers > 0) {
      (*order)[(*used)++] = i;
    }
  }
  by.all = all;
  crm__merge_sort(*order, *order + all->names + 1U, *used, compare, &by);
  return CRM_OK;
}

static crm_status write(work *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[COLUMNS] = {
    { "reason", CRM_TYPE_TEXT, 0 },      { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 },    { "cumulative_share", CRM_TYPE_DECIMAL, 6 },
    { "spend_before", CRM_TYPE_MONEY, 0 }, { "spend_share", CRM_TYPE_DECIMAL, 6 },
    { "natural", CRM_TYPE_BOOLEAN, 0 }
  };
  uint32_t *order = NULL;
  uint32_t used = 0;
  uint32_t i;
  int64_t so_far = 0;
  crm_status status = order_reasons(all, &order, &used, error);
  if (status != CRM_OK) {
    return status;
  }
  columns[SPEND].scale = crm_store_digits(all->lives->store);
  status = crm__table_begin(crm__scope_memory(all->scope), "reasons", columns, COLUMNS, used, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(all->lives, all->scope, *table, "lifecycle_reasons");
  for (i = 0; i < used; i++) {
    so_far += all->reasons[order[i]].customers;
    put_reason(all, *table, order[i], so_far);
  }
  return crm__table_finish(table, error);
}

/* ---- by the period in which they left ---- */

enum { P_PERIOD, P_REASON, P_CUSTOMERS, P_SHARE, P_SPEND, P_SPEND_SHARE, P_NATURAL, P_COMPLETE, P_COLUMNS };

typedef struct leavers {
  const work *all;
  const crm__calendar *calendar;
  const uint32_t *places;    /* of the reasons in their order */
  int32_t *starts;           /* by customer: of the period in which it left */
  uint32_t *ids;
  uint32_t count;
} leavers;

static int compare_leavers(const void *context, uint32_t a, uint32_t b)
{
  const leavers *of = context;
  uint32_t x = of->places[of->all->told[a]];
  uint32_t y = of->places[of->all->told[b]];
  if (of->starts[a] != of->starts[b]) {
    return of->starts[a] < of->starts[b] ? -1 : 1;
  }
  return x < y ? -1 : x > y;
}

static crm_status sort_leavers(work *all, leavers *of, crm_error *error)
{
  uint32_t customers = all->lives->customers;
  uint32_t *places = crm__scope_alloc(all->scope, (uint64_t)all->names + 1U, sizeof *places);
  uint32_t *order = NULL;
  uint32_t used = 0;
  uint32_t i;
  crm_status status = order_reasons(all, &order, &used, error);
  of->starts = crm__scope_alloc(all->scope, customers, sizeof *of->starts);
  of->ids = crm__scope_alloc(all->scope, (uint64_t)customers * 2U, sizeof *of->ids);
  if (status == CRM_OK && (places == NULL || of->starts == NULL || of->ids == NULL)) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < used; i++) {
    places[order[i]] = i;
  }
  of->places = places;
  for (i = 0; i < customers; i++) {
    of->starts[i] = all->left[i] == INT64_MAX ? INT32_MIN : crm__period_start(of->calendar, all->days[i]);
    if (of->starts[i] != INT32_MIN) {
      of->ids[of->count++] = i;
    }
  }
  crm__merge_sort(of->ids, of->ids + customers, of->count, compare_leavers, of);
  return CRM_OK;
}

/* Adds up the leavers from one on for as long as they are of its period, and of its reason where that counts too;
 * answers where the next ones begin. */
static uint32_t add_up(const leavers *of, uint32_t at, int by_reason, reason *sum)
{
  const work *all = of->all;
  uint32_t first = of->ids[at];
  memset(sum, 0, sizeof *sum);
  while (at < of->count && of->starts[of->ids[at]] == of->starts[first] &&
         (!by_reason || all->told[of->ids[at]] == all->told[first])) {
    sum->customers++;
    sum->spend += all->spent[of->ids[at++]];
  }
  return at;
}

static void put_period(const leavers *of, uint32_t begin, uint32_t end, const reason *whole, crm_table *table)
{
  const work *all = of->all;
  int32_t start = of->starts[of->ids[begin]];
  char label[64];
  size_t length = crm__period_label(of->calendar, start, label);
  int complete = crm__day_instant(all->scope, start) >= all->lives->from &&
                 crm__day_instant(all->scope, crm__period_next(of->calendar, start)) <= all->lives->to;
  while (begin < end) {
    uint32_t place = all->told[of->ids[begin]];
    reason sum;
    begin = add_up(of, begin, 1, &sum);
    crm__table_put_text(table, P_PERIOD, label, length);
    put_told(all, table, place, P_REASON, P_NATURAL);
    crm__table_put(table, P_CUSTOMERS, sum.customers);
    put_share(table, P_SHARE, sum.customers, whole->customers);
    crm__table_put(table, P_SPEND, sum.spend);
    put_share(table, P_SPEND_SHARE, sum.spend, whole->spend);
    crm__table_put(table, P_COMPLETE, complete);
  }
}

static crm_status write_periods(work *all, const crm__calendar *calendar, crm_table **table, crm_error *error)
{
  crm__table_column columns[P_COLUMNS] = {
    { "period", CRM_TYPE_TEXT, 0 },        { "reason", CRM_TYPE_TEXT, 0 }, { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 },      { "spend_before", CRM_TYPE_MONEY, 0 },
    { "spend_share", CRM_TYPE_DECIMAL, 6 }, { "natural", CRM_TYPE_BOOLEAN, 0 }, { "complete", CRM_TYPE_BOOLEAN, 0 }
  };
  leavers of = { NULL, NULL, NULL, NULL, NULL, 0 };
  uint32_t at = 0;
  crm_status status;
  of.all = all;
  of.calendar = calendar;
  status = sort_leavers(all, &of, error);
  columns[P_SPEND].scale = crm_store_digits(all->lives->store);
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(all->scope), "reasons_by_period", columns, P_COLUMNS, of.count, table,
                              error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(all->lives, all->scope, *table, "lifecycle_reasons_by_period");
  while (at < of.count) {
    reason whole;
    uint32_t end = add_up(&of, at, 0, &whole);
    put_period(&of, at, end, &whole, *table);
    at = end;
  }
  return crm__table_finish(table, error);
}

/* ---- how much of it is natural ---- */

enum { CHURN_KIND, CHURN_CUSTOMERS, CHURN_SHARE, CHURN_SPEND, CHURN_SPEND_SHARE, CHURN_COLUMNS };

static crm_status write_churn(work *all, crm_table **table, crm_error *error)
{
  static const char *const names[KINDS] = { "natural", "other", "silent", "unknown" };
  crm__table_column columns[CHURN_COLUMNS] = {
    { "churn", CRM_TYPE_TEXT, 0 },         { "customers", CRM_TYPE_INTEGER, 0 }, { "share", CRM_TYPE_DECIMAL, 6 },
    { "spend_before", CRM_TYPE_MONEY, 0 }, { "spend_share", CRM_TYPE_DECIMAL, 6 }
  };
  int32_t kind;
  crm_status status;
  columns[CHURN_SPEND].scale = crm_store_digits(all->lives->store);
  status = crm__table_begin(crm__scope_memory(all->scope), "churn", columns, CHURN_COLUMNS, KINDS, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(all->lives, all->scope, *table, "lifecycle_churn");
  for (kind = 0; kind < KINDS; kind++) {
    const reason *of = &all->churn[kind];
    crm__table_put_name(*table, CHURN_KIND, names[kind]);
    crm__table_put(*table, CHURN_CUSTOMERS, of->customers);
    put_share(*table, CHURN_SHARE, of->customers, all->customers);
    crm__table_put(*table, CHURN_SPEND, of->spend);
    put_share(*table, CHURN_SPEND_SHARE, of->spend, all->spend);
  }
  return crm__table_finish(table, error);
}

enum { ASKS_REASONS, ASKS_PERIODS, ASKS_CHURN };

typedef struct question {
  int asks;
  const crm__calendar *calendar;
} question;

/* what is a question. */
static crm_status make_reasons(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what, crm_table **table,
                               crm_error *error)
{
  const question *asked = what;
  work all;
  crm_status status;
  memset(&all, 0, sizeof all);
  all.lives = lifecycle;
  all.scope = scope;
  status = find_reasons(&all, error);
  if (status == CRM_OK) {
    status = add_spend(&all, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  return asked->asks == ASKS_PERIODS ? write_periods(&all, asked->calendar, table, error)
         : asked->asks == ASKS_CHURN ? write_churn(&all, table, error)
                                     : write(&all, table, error);
}

crm_status crm_lifecycle_reasons(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  static const question asked = { ASKS_REASONS, NULL };
  return crm__lifecycle_table(lifecycle, make_reasons, &asked, table, error);
}

crm_status crm_lifecycle_reasons_by_period(const crm_lifecycle *lifecycle, const crm_calendar *calendar,
                                           crm_table **table, crm_error *error)
{
  crm__calendar ready;
  question asked = { ASKS_PERIODS, NULL };
  crm_status status = crm__calendar_open(&ready, calendar, error);
  asked.calendar = &ready;
  return status == CRM_OK ? crm__lifecycle_table(lifecycle, make_reasons, &asked, table, error) : status;
}

crm_status crm_lifecycle_churn(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  static const question asked = { ASKS_CHURN, NULL };
  return crm__lifecycle_table(lifecycle, make_reasons, &asked, table, error);
}
