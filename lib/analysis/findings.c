/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings.h"

#include "base/error.h"
#include "base/sort.h"
#include "table/build.h"

#include <crm/findings.h>

static crm_status find_all(crm__scope *scope, const crm_findings_options *options, crm__found *found,
                           crm_error *error)
{
  crm__history *history = crm__scope_alloc(scope, 1, sizeof *history);
  crm_status status = history == NULL ? crm__fail_memory(error) : crm__history_gather(scope, history, error);
  if (status != CRM_OK || history->first_day == INT32_MAX) {
    return status;
  }
  crm__find_growth(history, found);
  crm__find_odd_times(history, found);
  crm__find_clerks(history, found);
  crm__find_reopened(history, found);
  status = crm__find_customers(history, found, error);
  if (status == CRM_OK) {
    status = crm__find_lives(history, options->lifecycle, found, error);
  }
  if (status == CRM_OK) {
    status = crm__find_dead_stock(history, found, error);
  }
  return status == CRM_OK && found->failed ? crm__fail_memory(error) : status;
}

static int before_as(int64_t a, int64_t b)
{
  return a < b ? -1 : a > b;
}

static int compare(const void *context, uint32_t a, uint32_t b)
{
  const crm__finding *x = (const crm__finding *)context + a;
  const crm__finding *y = (const crm__finding *)context + b;
  int order = before_as(y->strength, x->strength);
  order = order != 0 ? order : before_as(x->kind, y->kind);
  order = order != 0 ? order : crm__key_compare(x->subject, y->subject);
  return order != 0 ? order : before_as(x->day, y->day);
}

enum { FOUND_FINDING, FOUND_STRENGTH, FOUND_EVIDENCE, FOUND_MESSAGE, FOUND_SUBJECT, FOUND_PERIOD, FOUND_N,
       FOUND_COLUMNS };

static void put_finding(const crm__scope *scope, const crm__finding *item, int32_t language, crm_table *table)
{
  char text[CRM__FOUND_TEXT];
  int32_t digits = crm_store_digits(scope->store);
  size_t length;
  crm__table_put_name(table, FOUND_FINDING, crm__found_name(item->kind));
  crm__table_put(table, FOUND_STRENGTH, item->strength);
  length = crm__found_evidence(item, digits, text);
  crm__table_put_text(table, FOUND_EVIDENCE, text, length);
  length = crm__found_message(item, digits, language, text);
  crm__table_put_text(table, FOUND_MESSAGE, text, length);
  if (item->subject.text == NULL && item->subject.length > 0) {
    crm__table_put_null(table, FOUND_SUBJECT);
  } else {
    crm__table_put_key(table, FOUND_SUBJECT, item->subject);
  }
  length = crm__found_period(item, text);
  if (length > 0) {
    crm__table_put_text(table, FOUND_PERIOD, text, length);
  } else {
    crm__table_put_null(table, FOUND_PERIOD);
  }
  crm__table_put(table, FOUND_N, item->n);
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const crm_findings_options *options = context;
  static const crm__table_column columns[FOUND_COLUMNS] = {
    { "finding", CRM_TYPE_TEXT, 0 }, { "strength", CRM_TYPE_DECIMAL, 2 }, { "evidence", CRM_TYPE_TEXT, 0 },
    { "message", CRM_TYPE_TEXT, 0 }, { "subject", CRM_TYPE_TEXT, 0 },     { "period", CRM_TYPE_TEXT, 0 },
    { "n", CRM_TYPE_INTEGER, 0 }
  };
  crm__found found = { scope, NULL, 0, 0, 0 };
  uint32_t *order;
  uint64_t i;
  crm_status status = find_all(scope, options, &found, error);
  if (status != CRM_OK) {
    return status;
  }
  order = crm__scope_alloc(scope, found.count * 2U, sizeof *order);
  if (order == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < found.count; i++) {
    order[i] = (uint32_t)i;
  }
  crm__merge_sort(order, order + found.count, found.count, compare, found.items);
  status = crm__table_begin(crm__scope_memory(scope), "findings", columns, FOUND_COLUMNS, (int64_t)found.count, table,
                            error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "findings", 1);
  for (i = 0; i < found.count; i++) {
    put_finding(scope, &found.items[order[i]], options->language, *table);
  }
  return crm__table_finish(table, error);
}

crm_status crm_findings_compute(const crm_store *store, const crm_scope *scope, const crm_findings_options *options,
                                crm_table **table, crm_error *error)
{
  static const crm_findings_options defaults = CRM_FINDINGS_OPTIONS_INIT;
  crm_findings_options own = defaults;
  crm_status status = CRM_OK;
  if (options != NULL) {
    status = crm__struct_read(&own, sizeof own, options, "crm_findings_options", error);
  }
  if (status == CRM_OK && (own.language < CRM_LANGUAGE_ENGLISH || own.language > CRM_LANGUAGE_CHINESE)) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "language", 0, -1, "no such language");
  }
  return status == CRM_OK ? crm__scope_table(store, scope, make, &own, table, error) : status;
}
