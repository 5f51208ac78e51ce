/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/decimal.h"
#include "base/statistics.h"
#include "base/wide.h"

/* From what was added up to a figure. */

#define NONE INT64_MIN

static int32_t base_digits(const crm__kpi_work *work, int32_t base)
{
  switch (crm__kpi_base_kind(base)) {
  case CRM__IN_MONEY:
    return crm_store_digits(work->scope->store);
  case CRM__IN_QUANTITY:
    return crm__quantity_digits(work->scope->store);
  default:
    return 0;
  }
}

static void blank(crm_kpi_value *value)
{
  static const crm_kpi_value none = {(uint32_t)sizeof(crm_kpi_value), 0, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
                                     NONE, NONE, 0, 0};
  *value = none;
}

/* Numerator over denominator (1 where there is none) in millionths of the unit. */
static void divide(const crm__kpi_work *work, const crm__kpi_entry *entry, crm_kpi_value *value)
{
  int32_t digits = 6 - base_digits(work, entry->numerator);
  int64_t denominator = 1;
  int64_t factor;
  if (entry->denominator != CRM__BASE_NONE) {
    digits += base_digits(work, entry->denominator);
    denominator = value->denominator;
  }
  factor = crm__power10(digits) * (entry->form & CRM__FORM_YEARLY ? 365 : 1);
  if (crm__multiply_divide_round(value->numerator, factor, denominator, &value->value)) {
    value->status = CRM_KPI_OVERFLOW;
    value->value = NONE;
  }
}

/* Whether the facts that an entry needs have begun before the window ends, and long enough before where it asks. */
static int32_t look_for_facts(const crm__kpi_work *work, const crm__kpi_entry *entry, uint32_t group, int64_t end)
{
  int64_t first = work->firsts[(uint64_t)group * CRM__NEEDS + (uint64_t)entry->needs];
  int64_t ever = work->firsts[entry->needs];
  if (first >= end) {
    return CRM_KPI_NO_FACTS;
  }
  return (entry->form & CRM__FORM_HISTORY) && end - ever < CRM__KPI_NEW_PRODUCT_DAYS * CRM_DAY ? CRM_KPI_INSUFFICIENT
                                                                                               : CRM_KPI_OK;
}

/* What keeps a quotient from being a figure. */
static int32_t judge(const crm__kpi_entry *entry, int64_t denominator, int64_t least_cases)
{
  if (denominator == 0 || (denominator < 0 && (entry->form & CRM__FORM_RATIO))) {
    return CRM_KPI_UNDEFINED;
  }
  return (entry->form & CRM__FORM_CASES) && denominator < least_cases ? CRM_KPI_INSUFFICIENT : CRM_KPI_OK;
}

void crm__kpi_evaluate(const crm__kpi_work *work, const crm__kpi_entry *entry, uint32_t group, int32_t window,
                       int32_t complete, int64_t least_cases, crm_kpi_value *value)
{
  const int64_t *cells;
  blank(value);
  value->status = CRM_KPI_NO_FACTS;
  if (window < 0) {
    return;
  }
  value->status = look_for_facts(work, entry, group, work->windows.windows[window].to);
  if (value->status == CRM_KPI_NO_FACTS) {
    return;
  }
  cells = crm__kpi_cell(work, group, window, 0);
  value->n = cells[entry->cases];
  if (entry->form & CRM__FORM_MILLIONTHS) {
    value->status = value->n == 0 ? CRM_KPI_UNDEFINED : CRM_KPI_OK;
    value->value = value->n == 0 ? NONE : cells[entry->numerator];
  } else {
    value->numerator = cells[entry->numerator];
    if (entry->denominator != CRM__BASE_NONE) {
      value->denominator = cells[entry->denominator];
      value->status = value->status == CRM_KPI_OK ? judge(entry, value->denominator, least_cases) : value->status;
    }
    if (value->status == CRM_KPI_OK && !complete && (entry->form & CRM__FORM_WHOLE)) {
      value->status = CRM_KPI_INCOMPLETE;
      return;
    }
    if (value->status == CRM_KPI_OK) {
      divide(work, entry, value);
    }
    if (value->status == CRM_KPI_OK && (entry->form & CRM__FORM_CASES)) {
      crm__wilson(value->numerator, value->denominator, &value->low, &value->high);
    }
  }
  if (value->status == CRM_KPI_OK && !complete && !(entry->form & CRM__FORM_LEVEL)) {
    value->status = CRM_KPI_INCOMPLETE;
  }
}
