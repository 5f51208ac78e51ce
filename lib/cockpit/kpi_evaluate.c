/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/decimal.h"
#include "base/statistics.h"
#include "base/wide.h"

/* From what was added up to a figure. */

#define NONE INT64_MIN

int32_t crm__kpi_base_digits(const crm__kpi_work *work, int32_t base)
{
  switch (crm__kpi_base_kind(base)) {
  case CRM__IN_MONEY:
    return crm_store_digits(work->scope->store);
  case CRM__IN_QUANTITY:
    return crm__quantity_digits(work->scope->store);
  case CRM__IN_FIGURES:
    return 6;
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
static void divide(const crm__kpi_work *work, const crm__kpi_entry *entry, int64_t days, crm_kpi_value *value)
{
  int32_t digits = 6 - crm__kpi_base_digits(work, entry->numerator);
  int64_t denominator = 1;
  int64_t factor;
  if (entry->denominator != CRM__BASE_NONE) {
    digits += crm__kpi_base_digits(work, entry->denominator);
    denominator = value->denominator;
  }
  factor = crm__power10(digits);
  factor *= entry->form & CRM__FORM_YEARLY ? 365 : entry->form & CRM__FORM_BY_DAYS ? days : 1;
  if (crm__multiply_divide_round(value->numerator, factor, denominator, &value->value)) {
    value->status = CRM_KPI_OVERFLOW;
    value->value = NONE;
  }
}

/* Whether the facts that an entry needs have begun before the window ends, and long enough before where it asks. Where
 * a figure is set against sales, somebody has to have sold something. */
static int32_t look_for_facts(const crm__kpi_work *work, const crm__kpi_entry *entry, uint32_t group, int64_t end)
{
  int64_t first = work->firsts[(uint64_t)group * CRM__NEEDS + (uint64_t)entry->needs];
  if (entry->needs == CRM__NEEDS_FIGURE) {
    int sales = entry->numerator == CRM__BASE_REVENUE || entry->numerator == CRM__BASE_TO_GO;
    return sales && work->firsts[CRM__NEEDS_SALES] >= end ? CRM_KPI_NO_FACTS : CRM_KPI_OK;
  }
  if (first >= end) {
    return CRM_KPI_NO_FACTS;
  }
  if (entry->needs == CRM__NEEDS_LIFE &&
      (work->dormant_days == 0 || (work->lost_days == 0 && entry->numerator == CRM__BASE_GONE))) {
    return CRM_KPI_INSUFFICIENT;
  }
  if ((entry->form & CRM__FORM_HISTORY) &&
      crm__business_day(end, work->scope->day_start) - (int64_t)*work->history < CRM__KPI_NEW_PRODUCT_DAYS) {
    return CRM_KPI_INSUFFICIENT;
  }
  return CRM_KPI_OK;
}

/* What keeps a quotient from being a figure. */
static int32_t judge(const crm__kpi_entry *entry, int64_t numerator, int64_t denominator, int64_t least_cases)
{
  if (numerator == CRM__KPI_ABSENT || denominator == CRM__KPI_ABSENT) {
    return CRM_KPI_NO_FACTS;
  }
  if (numerator == CRM__KPI_TOO_MUCH || denominator == CRM__KPI_TOO_MUCH) {
    return CRM_KPI_OVERFLOW;
  }
  if (denominator == 0 || (denominator < 0 && (entry->form & CRM__FORM_RATIO))) {
    return CRM_KPI_UNDEFINED;
  }
  return (entry->form & CRM__FORM_CASES) && denominator < least_cases ? CRM_KPI_INSUFFICIENT : CRM_KPI_OK;
}

static int64_t shown(int64_t cell)
{
  return cell == CRM__KPI_ABSENT || cell == CRM__KPI_TOO_MUCH ? NONE : cell;
}

/* A base that is the value itself. */
static void take_millionths(int64_t cell, crm_kpi_value *value)
{
  if (value->status != CRM_KPI_OK) {
    return;
  }
  if (value->n == 0 || cell == CRM__KPI_UNDEFINED) {
    value->status = CRM_KPI_UNDEFINED;
  } else if (cell == CRM__KPI_TOO_MUCH) {
    value->status = CRM_KPI_OVERFLOW;
  } else {
    value->value = cell;
  }
}

static void take_quotient(const crm__kpi_work *work, const crm__kpi_entry *entry, const int64_t *cells,
                          int64_t least_cases, crm_kpi_value *value)
{
  int64_t numerator = cells[entry->numerator];
  int64_t denominator = entry->denominator == CRM__BASE_NONE ? 1 : cells[entry->denominator];
  int32_t found = judge(entry, numerator, denominator, least_cases);
  value->numerator = shown(numerator);
  value->denominator = entry->denominator == CRM__BASE_NONE ? NONE : shown(denominator);
  value->status = value->status == CRM_KPI_OK ? found : value->status;
  if (value->status == CRM_KPI_OK) {
    divide(work, entry, cells[CRM__BASE_DAYS], value);
  }
  if (value->status == CRM_KPI_OK && (entry->form & CRM__FORM_CASES)) {
    crm__wilson(value->numerator, value->denominator, &value->low, &value->high);
  }
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
  value->n = entry->cases == CRM__BASE_NONE ? NONE : shown(cells[entry->cases]);
  if (entry->form & CRM__FORM_MILLIONTHS) {
    take_millionths(cells[entry->numerator], value);
  } else {
    take_quotient(work, entry, cells, least_cases, value);
  }
  if (value->status == CRM_KPI_OK && !complete && !(entry->form & CRM__FORM_LEVEL)) {
    value->status = CRM_KPI_INCOMPLETE;
    if (entry->form & CRM__FORM_WHOLE) {
      value->value = NONE;
      value->low = NONE;
      value->high = NONE;
    }
  }
}
