/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "analysis/population.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/text.h"
#include "base/wide.h"
#include "table/build.h"

#include <string.h>

#define NONE INT64_MIN
#define MILLION 1000000
#define LEAST_CASES 5

/* ---- what is asked for ---- */

static crm_status check_feasts(const crm_kpi_options *options, crm_error *error)
{
  int64_t i;
  if (options->feast_count < 0 ||
      (options->feast_count > 0 && (options->feasts == NULL || options->feasts_before == NULL))) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "feasts", 0, -1, "the days of the feasts are missing");
  }
  for (i = 0; i < options->feast_count; i++) {
    int64_t days = (int64_t)options->feasts[i] - options->feasts_before[i];
    if (i > 0 && options->feasts[i] <= options->feasts[i - 1]) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "feasts", i + 1, -1, "the feasts do not rise");
    }
    if (days < 300 || days > 430) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "feasts_before", i + 1, -1,
                          "the day before is not about a year before");
    }
  }
  return CRM_OK;
}

static crm_status read_options(crm_kpi_options *into, const crm_kpi_options *from, crm_error *error)
{
  static const crm_kpi_options defaults = CRM_KPI_OPTIONS_INIT;
  crm_status status = CRM_OK;
  *into = defaults;
  if (from != NULL) {
    status = crm__struct_read(into, sizeof *into, from, "crm_kpi_options", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (into->periods < 0 || into->least_cases < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, into->periods < 0 ? "periods" : "least_cases", 0, -1,
                        "a number at or above 0 is needed");
  }
  if (into->group < CRM_KPI_TOGETHER || into->group > CRM_KPI_BY_ROLE) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "group", 0, -1, "no such way to group");
  }
  if (into->kpi_count < 0 || (into->kpi_count > 0 && into->kpis == NULL)) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kpis", 0, -1, "the ids are missing");
  }
  into->least_cases += into->least_cases == 0 ? LEAST_CASES : 0;
  return check_feasts(into, error);
}

static crm_status choose_kpis(crm_kpi *kpi, const crm_kpi_options *options, crm_error *error)
{
  int32_t i;
  if (options->kpis != NULL && options->kpi_count > crm__kpi_count()) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kpis", crm__kpi_count() + 1, -1,
                        "there are more ids than KPIs");
  }
  kpi->kpi_count = options->kpis == NULL ? crm__kpi_count() : (int32_t)options->kpi_count;
  kpi->kpis = crm__alloc_array(&kpi->memory, (uint64_t)kpi->kpi_count, sizeof *kpi->kpis);
  if (kpi->kpis == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < kpi->kpi_count; i++) {
    int32_t k;
    kpi->kpis[i] = options->kpis == NULL ? i : crm__kpi_index(options->kpis[i]);
    if (kpi->kpis[i] < 0) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kpis", i + 1, -1, "there is no such KPI");
    }
    for (k = 0; k < i; k++) {
      if (kpi->kpis[k] == kpi->kpis[i]) {
        return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kpis", i + 1, -1, "the KPI is asked for twice");
      }
    }
  }
  return CRM_OK;
}

void crm__kpi_work_open(crm__kpi_work *work, const crm_scope *asked, crm__scope *scope)
{
  memset(work, 0, sizeof *work);
  work->asked = asked;
  work->scope = scope;
  work->wide = crm__scope_widened(scope);
}

void crm__kpi_want(crm__kpi_work *work, const int32_t *kpis, int32_t count)
{
  int32_t i;
  memset(work->wanted, 0, sizeof work->wanted);
  for (i = 0; i < count; i++) {
    const crm__kpi_entry *entry = crm__kpi_at(kpis[i]);
    work->wanted[entry->numerator] = 1;
    work->wanted[entry->denominator] = 1;
    work->wanted[entry->cases] = 1;
    work->by_lines |= entry->needs == CRM__NEEDS_DISCOUNT || entry->needs == CRM__NEEDS_QUANTITY ||
                      entry->needs == CRM__NEEDS_COST || entry->needs == CRM__NEEDS_PRODUCT;
  }
  for (i = CRM__BASE_CUSTOMERS; i <= CRM__BASE_FELL; i++) {
    work->by_customer |= work->wanted[i];
  }
  for (i = CRM__BASE_OPEN; i <= CRM__BASE_WON_CONTACTS; i++) {
    work->by_opportunity |= work->wanted[i];
  }
  for (i = CRM__BASE_INVOICED; i <= CRM__BASE_DEBTORS; i++) {
    work->by_account |= work->wanted[i];
  }
  for (i = CRM__BASE_DORMANT; i <= CRM__BASE_STEADY; i++) {
    work->by_life |= work->wanted[i];
  }
  for (i = CRM__BASE_TARGET; i <= CRM__BASE_LIABILITIES; i++) {
    work->by_figure |= work->wanted[i];
  }
  work->by_customer |= work->scope->occasions == CRM_OCCASIONS_DAY && work->wanted[CRM__BASE_ORDERS];
  work->by_lines |= work->wanted[CRM__BASE_GROSS] || work->wanted[CRM__BASE_SOLD] ||
                    work->wanted[CRM__BASE_RETURNED] || work->wanted[CRM__BASE_UNCOSTED];
}

/* ---- branches that can be compared ---- */

typedef struct span {
  int64_t first;
  int64_t last;
} span;

static crm_status find_spans(crm__kpi_work *work, span *spans, crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(work->scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &work->wide)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t branch = crm__document_branch(work->scope->store, facts->document[i]);
      if ((facts->flags[i] & CRM__FACT_PERIOD) && branch != CRM__NONE) {
        spans[branch].first = facts->time[i] < spans[branch].first ? facts->time[i] : spans[branch].first;
        spans[branch].last = facts->time[i] > spans[branch].last ? facts->time[i] : spans[branch].last;
      }
    }
  }
  return crm__facts_end(facts, error);
}

/* Narrows the scope to branches that were there in the first window with facts and are still in the last one. */
static crm_status keep_like(crm__kpi_work *work, crm_error *error)
{
  uint32_t branches = crm__branches(work->scope->store);
  span *spans = crm__scope_alloc(work->scope, branches, sizeof *spans);
  uint8_t *kept = crm__scope_alloc_zero(work->scope, (uint64_t)branches + 1U, 1);
  int64_t earliest = INT64_MAX;
  int64_t begun_by = INT64_MAX;
  int64_t last_from = INT64_MIN;
  crm_status status;
  uint32_t i;
  int32_t w;
  if (spans == NULL || kept == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < branches; i++) {
    spans[i].first = INT64_MAX;
    spans[i].last = INT64_MIN;
  }
  status = find_spans(work, spans, error);
  for (i = 0; i < branches; i++) {
    earliest = spans[i].first < earliest ? spans[i].first : earliest;
  }
  for (w = 0; w < work->windows.count; w++) {
    const crm__kpi_window *window = &work->windows.windows[w];
    begun_by = window->to > earliest && window->to < begun_by ? window->to : begun_by;
    last_from = window->from > last_from ? window->from : last_from;
  }
  for (i = 0; i < branches; i++) {
    kept[i + 1U] = spans[i].first < begun_by && spans[i].last >= last_from;
  }
  work->scope->branches = kept;
  work->wide.branches = kept;
  return status;
}

/* ---- the figures ---- */

static int64_t change_of(const crm__kpi_entry *entry, int64_t value, int64_t before)
{
  int64_t change;
  if (value == NONE || before == NONE) {
    return NONE;
  }
  if (entry->unit == CRM_KPI_RATE) {
    return value - before;
  }
  if (before <= 0 || crm__multiply_divide_round(value - before, MILLION, before, &change)) {
    return NONE;
  }
  return change;
}

static void compare(const crm__kpi_work *work, const crm__kpi_entry *entry, uint32_t group,
                    const crm__kpi_windows_of *period, int64_t least_cases, crm_kpi_value *value)
{
  int whole = (entry->form & CRM__FORM_WHOLE) != 0;
  int level = (entry->form & CRM__FORM_LEVEL) != 0;
  crm_kpi_value other;
  if (whole && !period->complete) {
    return;
  }
  crm__kpi_evaluate(work, entry, group, level ? period->previous_level : period->previous, 1, least_cases, &other);
  value->previous = other.value;
  value->change = change_of(entry, value->value, other.value);
  crm__kpi_evaluate(work, entry, group, period->year, 1, least_cases, &other);
  value->year_before = other.value;
  value->year_change = change_of(entry, value->value, other.value);
}

void crm__kpi_fill_value(const crm__kpi_work *work, const crm__kpi_entry *entry, uint32_t group,
                         const crm__kpi_windows_of *period, int64_t least_cases, crm_kpi_value *value)
{
  crm__kpi_evaluate(work, entry, group, period->own, period->complete, least_cases, value);
  compare(work, entry, group, period, least_cases, value);
  value->complete = period->complete;
  value->first_day = period->start;
}

static void fill_values(crm_kpi *kpi, const crm__kpi_work *work, const uint32_t *groups, int64_t least_cases)
{
  crm_kpi_value *value = kpi->values;
  int32_t g;
  int32_t k;
  int32_t p;
  for (g = 0; g < kpi->groups; g++) {
    for (k = 0; k < kpi->kpi_count; k++) {
      const crm__kpi_entry *entry = crm__kpi_at(kpi->kpis[k]);
      for (p = 0; p < kpi->period_count; p++, value++) {
        crm__kpi_fill_value(work, entry, groups[g], &work->windows.periods[p], least_cases, value);
      }
    }
  }
}

static int compare_groups(const void *context, uint32_t a, uint32_t b)
{
  const crm__kpi_work *work = context;
  return crm__key_compare(crm__kpi_group_key(work, a), crm__kpi_group_key(work, b));
}

/* All together, then the others by key. */
static crm_status order_groups(crm_kpi *kpi, crm__kpi_work *work, uint32_t **ordered, crm_error *error)
{
  uint32_t *groups = crm__scope_alloc(work->scope, work->groups, sizeof *groups);
  uint32_t *spare = crm__scope_alloc(work->scope, work->groups, sizeof *spare);
  uint32_t g;
  if (groups == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (g = 0; g < work->groups; g++) {
    groups[g] = g;
  }
  crm__merge_sort(groups + 1, spare, work->groups - 1U, compare_groups, work);
  kpi->groups = (int32_t)work->groups;
  *ordered = groups;
  return CRM_OK;
}

static crm_status keep_group_keys(crm_kpi *kpi, const crm__kpi_work *work, const uint32_t *groups, crm_error *error)
{
  int32_t g;
  kpi->group_keys = crm__alloc_array_zero(&kpi->memory, (uint64_t)kpi->groups, sizeof *kpi->group_keys);
  kpi->group_sizes = crm__alloc_array_zero(&kpi->memory, (uint64_t)kpi->groups, sizeof *kpi->group_sizes);
  if (kpi->group_keys == NULL || kpi->group_sizes == NULL) {
    return crm__fail_memory(error);
  }
  for (g = 1; g < kpi->groups; g++) {
    crm__key key = crm__kpi_group_key(work, groups[g]);
    char digits[24];
    const char *text = key.text == NULL ? digits : key.text;
    size_t length = key.text == NULL ? crm__integer_write(key.integer, digits) : key.length;
    kpi->group_keys[g] = crm__alloc(&kpi->memory, length + 1);
    if (kpi->group_keys[g] == NULL) {
      return crm__fail_memory(error);
    }
    memcpy(kpi->group_keys[g], text, length);
    kpi->group_keys[g][length] = '\0';
    kpi->group_sizes[g] = length + 1;
  }
  return CRM_OK;
}

static crm_status keep_periods(crm_kpi *kpi, const crm__kpi_work *work, const crm__calendar *calendar,
                               crm_error *error)
{
  int32_t p;
  kpi->period_count = work->windows.period_count;
  kpi->periods = crm__alloc_array(&kpi->memory, (uint64_t)kpi->period_count, sizeof *kpi->periods);
  if (kpi->periods == NULL) {
    return crm__fail_memory(error);
  }
  for (p = 0; p < kpi->period_count; p++) {
    kpi->periods[p].start = work->windows.periods[p].start;
    kpi->periods[p].complete = work->windows.periods[p].complete;
    kpi->periods[p].label[crm__period_label(calendar, kpi->periods[p].start, kpi->periods[p].label)] = '\0';
  }
  return CRM_OK;
}

/* What describes the scope, as the metadata of a table without rows. */
static crm_status keep_description(crm_kpi *kpi, const crm__kpi_work *work, const crm_kpi_options *options,
                                   crm_error *error)
{
  static const crm__table_column column = {"kpi", CRM_TYPE_TEXT, 0};
  crm_status status = crm__table_begin(&kpi->memory, "kpi", &column, 1, 0, &kpi->empty, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(work->scope, kpi->empty, "kpi", 1);
  crm__table_meta(kpi->empty, "like_for_like", "%s", options->like_for_like ? "yes" : "no");
  crm__table_meta(kpi->empty, "least_cases", "%d", (int)options->least_cases);
  crm__table_meta(kpi->empty, "feasts", "%lld", (long long)options->feast_count);
  return crm__table_finish(&kpi->empty, error);
}

/* Groups that only tables other than sales name. */
static crm_status name_groups(crm__kpi_work *work, crm_error *error)
{
  if (work->by == CRM_KPI_TOGETHER) {
    return CRM_OK;
  }
  if ((work->by_figure && !crm__kpi_figure_groups(work)) ||
      (work->by >= CRM_KPI_BY_STAFF && work->by_opportunity && !crm__kpi_staff_groups(work))) {
    return crm__fail_memory(error);
  }
  return CRM_OK;
}

/* In the order in which groups come up. */
crm_status crm__kpi_add_up(crm__kpi_work *work, int32_t by, crm_error *error)
{
  crm_status status = crm__kpi_groups_open(work, by, error);
  if (status == CRM_OK) {
    status = name_groups(work, error);
  }
  if (status == CRM_OK) {
    status = crm__kpi_gather(work, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  work->cells = crm__scope_alloc_zero(work->scope, (uint64_t)work->groups * (uint64_t)work->windows.count * CRM__BASES,
                                      sizeof *work->cells);
  if (work->cells == NULL) {
    return crm__fail_memory(error);
  }
  crm__kpi_sum_documents(work);
  if (work->by_customer) {
    status = crm__kpi_count_customers(work, error);
  }
  if (status == CRM_OK) {
    status = crm__kpi_count_opportunities(work, error);
  }
  if (status == CRM_OK) {
    status = crm__kpi_sum_accounts(work, error);
  }
  if (status == CRM_OK) {
    status = crm__kpi_count_lives(work, error);
  }
  if (status == CRM_OK) {
    crm__kpi_sum_figures(work);
  }
  return status;
}

static crm_status fill(crm_kpi *kpi, crm__kpi_work *work, const crm__calendar *calendar,
                       const crm_kpi_options *options, crm_error *error)
{
  uint32_t *groups = NULL;
  crm_status status = crm__kpi_windows_make(work->scope, calendar, options, &work->windows, error);
  work->segments = (uint32_t)work->windows.bound_count + 1U;
  if (status == CRM_OK) {
    status = keep_description(kpi, work, options, error);
  }
  if (status == CRM_OK && options->like_for_like) {
    status = keep_like(work, error);
  }
  if (status == CRM_OK) {
    status = crm__kpi_add_up(work, options->group, error);
  }
  if (status == CRM_OK) {
    status = order_groups(kpi, work, &groups, error);
  }
  if (status == CRM_OK) {
    status = keep_group_keys(kpi, work, groups, error);
  }
  if (status == CRM_OK) {
    status = keep_periods(kpi, work, calendar, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  kpi->values = crm__alloc_array(&kpi->memory,
                                 (uint64_t)kpi->groups * (uint64_t)kpi->kpi_count * (uint64_t)kpi->period_count,
                                 sizeof *kpi->values);
  if (kpi->values == NULL) {
    return crm__fail_memory(error);
  }
  fill_values(kpi, work, groups, options->least_cases);
  return CRM_OK;
}

crm_status crm__kpi_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                            const crm_kpi_options *options, crm__kpi_keep keep, void *context, crm_kpi **kpi,
                            crm_error *error)
{
  crm_kpi_options asked;
  crm__kpi_work work;
  crm__calendar ready;
  crm__scope open;
  crm__memory memory;
  crm_kpi *made;
  crm_status status;
  if (store == NULL || kpi == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or kpi is NULL");
  }
  status = read_options(&asked, options, error);
  if (status == CRM_OK) {
    status = crm__calendar_open(&ready, calendar, error);
  }
  if (status == CRM_OK) {
    status = crm__scope_open(&open, store, scope, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  memory = crm__memory_fork(crm__scope_memory(&open));
  made = crm__alloc_zero(&memory, sizeof *made);
  if (made == NULL) {
    crm__scope_close(&open);
    return crm__fail_memory(error);
  }
  made->memory = memory;
  made->store = store;
  made->version = crm_store_version(store);
  crm__kpi_work_open(&work, scope, &open);
  work.lifecycle = asked.lifecycle;
  status = choose_kpis(made, &asked, error);
  if (status == CRM_OK) {
    crm__kpi_want(&work, made->kpis, made->kpi_count);
    status = fill(made, &work, &ready, &asked, error);
  }
  if (status == CRM_OK && keep != NULL) {
    status = keep(context, &work, error);
  }
  crm__scope_close(&open);
  if (status != CRM_OK) {
    crm_kpi_free(made);
    return status;
  }
  *kpi = made;
  return CRM_OK;
}

crm_status crm_kpi_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                           const crm_kpi_options *options, crm_kpi **kpi, crm_error *error)
{
  return crm__kpi_compute(store, scope, calendar, options, NULL, NULL, kpi, error);
}

void crm_kpi_free(crm_kpi *kpi)
{
  crm__memory memory;
  int32_t g;
  if (kpi == NULL) {
    return;
  }
  memory = kpi->memory;
  for (g = 0; g < kpi->groups && kpi->group_keys != NULL && kpi->group_sizes != NULL; g++) {
    crm__free(&memory, kpi->group_keys[g], kpi->group_sizes[g]);
  }
  crm__free_array(&memory, kpi->group_keys, (uint64_t)kpi->groups, sizeof *kpi->group_keys);
  crm__free_array(&memory, kpi->group_sizes, (uint64_t)kpi->groups, sizeof *kpi->group_sizes);
  crm__free_array(&memory, kpi->values,
                  (uint64_t)kpi->groups * (uint64_t)kpi->kpi_count * (uint64_t)kpi->period_count, sizeof *kpi->values);
  crm__free_array(&memory, kpi->periods, (uint64_t)kpi->period_count, sizeof *kpi->periods);
  crm__free_array(&memory, kpi->kpis, (uint64_t)kpi->kpi_count, sizeof *kpi->kpis);
  crm_table_free(kpi->empty);
  crm__free(&memory, kpi, sizeof *kpi);
}
