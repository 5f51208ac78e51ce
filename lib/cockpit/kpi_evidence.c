/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/check.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/wide.h"
#include "store/rows.h"
#include "table/build.h"

#include <string.h>

/* The records behind a figure. */

#define NONE INT64_MIN
#define LIMIT 100

/* ---- the question ---- */

typedef struct request {
  const crm_scope *scope;
  crm__calendar calendar;
  crm_kpi_evidence_options options;
  int32_t kpi;
  int32_t base;
} request;

/* The base whose records are listed: that of the concentration figures is one sum, that of the steady state who
 * became active. */
static int32_t base_of(const crm__kpi_entry *entry, int32_t denominator)
{
  int32_t base = denominator ? entry->denominator : entry->numerator;
  if (base >= CRM__BASE_TOP_1 && base <= CRM__BASE_GINI) {
    return CRM__BASE_POSITIVE_SPEND;
  }
  if (base == CRM__BASE_STEADY) {
    return CRM__BASE_ENTERED;
  }
  return base;
}

static crm_status read_request(request *asked, const crm_kpi_evidence_options *options, crm_error *error)
{
  static const crm_kpi_evidence_options defaults = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  crm_status status;
  asked->options = defaults;
  status = crm__struct_read(&asked->options, sizeof asked->options, options, "crm_kpi_evidence_options", error);
  if (status != CRM_OK) {
    return status;
  }
  asked->kpi = crm__kpi_index(asked->options.kpi);
  if (asked->kpi < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kpi", 0, -1, "there is no such KPI");
  }
  if (asked->options.limit < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "limit", 0, -1, "a number at or above 0 is needed");
  }
  asked->options.limit += asked->options.limit == 0 ? LIMIT : 0;
  asked->base = base_of(crm__kpi_at(asked->kpi), asked->options.denominator);
  if (asked->base == CRM__BASE_NONE || asked->base >= CRM__BASE_DAYS) {
    return crm__fail_at(error, CRM_ERROR_NOT_FOUND, NULL, "kpi", 0, -1, "there are no records behind this side of it");
  }
  return CRM_OK;
}

/* The window of the period that is asked for. */
static crm_status find_window(crm__kpi_work *work, const crm__calendar *calendar, const request *asked,
                              int32_t *window, crm_error *error)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_status status;
  int32_t p;
  if (asked->options.period != NULL && work->scope->from == INT64_MIN) {
    options.periods = CRM_KPI_PERIODS - 1;
    options.running = 1;
  }
  status = crm__kpi_windows_make(work->scope, calendar, &options, &work->windows, error);
  if (status != CRM_OK) {
    return status;
  }
  for (p = work->windows.period_count - 1; p >= 0; p--) {
    char label[68];
    label[crm__period_label(calendar, work->windows.periods[p].start, label)] = '\0';
    if (asked->options.period == NULL || strcmp(label, asked->options.period) == 0) {
      break;
    }
  }
  if (p < 0) {
    return crm__fail_at(error, CRM_ERROR_NOT_FOUND, NULL, "period", 0, -1, "there is no such period in the scope");
  }
  *window = work->windows.periods[p].own;
  return CRM_OK;
}

/* ---- the answer ---- */

static crm__key key_of(const crm_store *store, const crm__kpi_record *record)
{
  switch (record->kind) {
  case CRM__KPI_DOCUMENT:
    return crm__document_key(store, record->id);
  case CRM__KPI_CUSTOMER:
    return crm__customer_key(store, record->id);
  case CRM__KPI_OPPORTUNITY:
    return crm__opportunity_key(store, record->id);
  case CRM__KPI_CONTACT: {
    uint32_t id = crm__row_id(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_ID, record->id);
    return id == CRM__NONE ? crm__key_none()
                           : crm__row_key(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_ID, id);
  }
  default:
    return crm__row_key(store, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_DOCUMENT,
                        crm__row_id(store, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_DOCUMENT, record->id));
  }
}

static int is_key(crm__key key)
{
  return key.text != NULL || key.length == 0;
}

typedef struct sorting {
  const crm_store *store;
  const crm__kpi_record *records;
} sorting;

static int compare_keys(crm__key a, crm__key b)
{
  if (!is_key(a) || !is_key(b)) {
    return is_key(a) ? -1 : is_key(b);
  }
  return crm__key_compare(a, b);
}

static int compare(const void *context, uint32_t a, uint32_t b)
{
  const sorting *of = context;
  const crm__kpi_record *x = &of->records[a];
  const crm__kpi_record *y = &of->records[b];
  uint64_t size = crm__magnitude(x->amount);
  uint64_t other = crm__magnitude(y->amount);
  int order;
  if (size != other) {
    return size > other ? -1 : 1;
  }
  if (x->amount != y->amount) {
    return x->amount > y->amount ? -1 : 1;
  }
  order = x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : compare_keys(key_of(of->store, x), key_of(of->store, y));
  if (order == 0 && x->time != y->time) {
    order = x->time < y->time ? -1 : 1;
  }
  if (order == 0 && x->kind == CRM__KPI_DOCUMENT) {
    order = crm__document_compare(of->store, x->id, y->id);
  }
  if (order == 0 && (x->kind == CRM__KPI_CONTACT || x->kind == CRM__KPI_ENTRY)) {
    order = crm__row_compare(of->store, x->kind == CRM__KPI_CONTACT ? CRM__TABLE_INTERACTIONS : CRM__TABLE_PAYMENTS,
                             x->id, y->id);
  }
  return order;
}

enum { KIND, KEY, CUSTOMER, TIME, AMOUNT, COLUMNS };

static int64_t in_millionths(const crm__kpi_work *work, int32_t base, int64_t amount)
{
  int64_t value;
  return crm__multiply_divide_round(amount, crm__power10(6 - crm__kpi_base_digits(work, base)), 1, &value) ? NONE
                                                                                                           : value;
}

static void put_record(const crm__kpi_work *work, crm_table *table, const crm__kpi_record *record)
{
  static const char *const kinds[] = {"document", "customer", "opportunity", "contact", "entry"};
  crm__key key = key_of(work->scope->store, record);
  int64_t amount = in_millionths(work, work->list->base, record->amount);
  crm__table_put_name(table, KIND, kinds[record->kind]);
  if (is_key(key)) {
    crm__table_put_key(table, KEY, key);
  } else {
    crm__table_put_null(table, KEY);
  }
  if (record->customer == CRM__NONE) {
    crm__table_put_null(table, CUSTOMER);
  } else {
    crm__table_put_key(table, CUSTOMER, crm__customer_key(work->scope->store, record->customer));
  }
  if (record->time == NONE) {
    crm__table_put_null(table, TIME);
  } else {
    crm__table_put(table, TIME, record->time);
  }
  if (amount == NONE) {
    crm__table_put_null(table, AMOUNT);
  } else {
    crm__table_put(table, AMOUNT, amount);
  }
}

static void describe(const crm__kpi_work *work, const request *asked, crm_table *table)
{
  const crm__kpi_list *list = work->list;
  char text[CRM__KPI_DEFINITION];
  int64_t total = 0;
  uint32_t i;
  for (i = 0; i < list->count; i++) {
    total += list->records[i].amount;
  }
  text[crm__kpi_definition(crm__kpi_at(asked->kpi), text)] = '\0';
  crm__scope_describe(work->scope, table, "kpi_evidence", 1);
  crm__table_meta(table, "kpi", "%s", text);
  crm__table_meta(table, "side", "%s", asked->options.denominator ? "denominator" : "numerator");
  crm__table_meta(table, "records", "%lld", (long long)list->count);
  text[crm__decimal_write(total, crm__kpi_base_digits(work, list->base), text)] = '\0';
  crm__table_meta(table, "total", "%s", text);
}

static crm_status write(const crm__kpi_work *work, const request *asked, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[COLUMNS] = {
    { "kind", CRM_TYPE_TEXT, 0 },  { "key", CRM_TYPE_TEXT, 0 },      { "customer", CRM_TYPE_TEXT, 0 },
    { "time", CRM_TYPE_TIME, 0 },  { "amount", CRM_TYPE_DECIMAL, 6 }
  };
  const crm__kpi_list *list = work->list;
  uint32_t *order = crm__scope_alloc(work->scope, list->count, sizeof *order);
  uint32_t *spare = crm__scope_alloc(work->scope, list->count, sizeof *spare);
  int64_t rows = list->count < asked->options.limit ? (int64_t)list->count : asked->options.limit;
  sorting by;
  uint32_t i;
  crm_status status;
  if (order == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < list->count; i++) {
    order[i] = i;
  }
  by.store = work->scope->store;
  by.records = list->records;
  crm__merge_sort(order, spare, list->count, compare, &by);
  status = crm__table_begin(crm__scope_memory(work->scope), "kpi_evidence", columns, COLUMNS, rows, table, error);
  if (status != CRM_OK) {
    return status;
  }
  describe(work, asked, *table);
  for (i = 0; i < (uint32_t)rows; i++) {
    put_record(work, *table, &list->records[order[i]]);
  }
  return crm__table_finish(table, error);
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const request *asked = context;
  crm__kpi_work work;
  crm__kpi_list list;
  crm_status status;
  crm__kpi_work_open(&work, asked->scope, scope);
  work.lifecycle = asked->options.lifecycle;
  memset(&list, 0, sizeof list);
  list.base = asked->base;
  work.list = &list;
  status = find_window(&work, &asked->calendar, asked, &list.window, error);
  if (status != CRM_OK) {
    return status;
  }
  work.segments = (uint32_t)work.windows.bound_count + 1U;
  crm__kpi_want(&work, &asked->kpi, 1);
  status = crm__kpi_add_up(&work, CRM_KPI_TOGETHER, error);
  if (status == CRM_OK && list.base < CRM__BASE_DOCUMENT) {
    status = crm__kpi_list_documents(&work, error);
  }
  return status == CRM_OK ? write(&work, asked, table, error) : status;
}

crm_status crm_kpi_evidence(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                            const crm_kpi_evidence_options *options, crm_table **table, crm_error *error)
{
  request asked;
  crm_status status = read_request(&asked, options, error);
  asked.scope = scope;
  if (status == CRM_OK) {
    status = crm__calendar_open(&asked.calendar, calendar, error);
  }
  return status == CRM_OK ? crm__scope_table(store, scope, make, &asked, table, error) : status;
}
