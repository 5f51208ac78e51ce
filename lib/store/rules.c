/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/load.h"

/* What the rows of a table need beside values that can be read. */

static void refuse(crm__slice *slice, int64_t i, int32_t cause, int32_t column)
{
  if (slice->verdicts.cause[i] == CRM__CAUSE_NONE) {
    slice->verdicts.cause[i] = (uint8_t)cause;
    slice->verdicts.column[i] = (uint8_t)(column + 1);
  }
}

static int is_empty(const crm__slice *slice, int32_t column, int64_t i)
{
  const crm__cells *cells = &slice->cells[column];
  return !cells->present || (cells->keys != NULL ? crm__key_is_none(cells->keys[i]) : cells->values[i] == CRM__NULL);
}

static void check_required(crm__slice *slice, int32_t table, int64_t count)
{
  const crm__schema_table *schema = crm__schema(table);
  int32_t column;
  int64_t i;
  for (column = 0; column < schema->count; column++) {
    int required = crm__schema_required(&schema->columns[column]);
    for (i = 0; required && i < count; i++) {
      if (is_empty(slice, column, i)) {
        refuse(slice, i, CRM__CAUSE_MISSING, column);
      }
    }
  }
}

/* Values from low to high; INT64_MAX is no bound. */
static void check_range(crm__slice *slice, int32_t column, int64_t low, int64_t high, int64_t count)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    if (!is_empty(slice, column, i) &&
        (slice->cells[column].values[i] < low || slice->cells[column].values[i] > high)) {
      refuse(slice, i, CRM__CAUSE_RANGE, column);
    }
  }
}

static void check_period(crm__slice *slice, int32_t from, int32_t to, int64_t count)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    if (!is_empty(slice, from, i) && !is_empty(slice, to, i) &&
        slice->cells[to].values[i] <= slice->cells[from].values[i]) {
      refuse(slice, i, CRM__CAUSE_PERIOD, to);
    }
  }
}

static void check_subjects(crm__slice *slice, int64_t count)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    int without = is_empty(slice, CRM__STAGES_OPPORTUNITY, i);
    if (without == is_empty(slice, CRM__STAGES_CUSTOMER, i)) {
      refuse(slice, i, without ? CRM__CAUSE_MISSING : CRM__CAUSE_TWO_SUBJECTS, CRM__STAGES_OPPORTUNITY);
    }
  }
}

static void check_selves(crm__slice *slice, int64_t count)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE &&
        crm__key_compare(slice->cells[CRM__MERGES_CUSTOMER].keys[i], slice->cells[CRM__MERGES_INTO].keys[i]) == 0) {
      refuse(slice, i, CRM__CAUSE_SELF, CRM__MERGES_INTO);
    }
  }
}

#define ONE 1000000   /* of a share with six decimals */

void crm__check_rows(const crm_load *load, int32_t table, int64_t count)
{
  crm__slice *slice = load->slice;
  check_required(slice, table, count);
  switch (table) {
  case CRM__TABLE_OPPORTUNITIES:
    check_range(slice, CRM__OPPORTUNITIES_PROBABILITY, 0, ONE, count);
    break;
  case CRM__TABLE_PIPELINES:
    check_range(slice, CRM__PIPELINES_PROBABILITY, 0, ONE, count);
    break;
  case CRM__TABLE_STAGES:
    check_range(slice, CRM__STAGES_PROBABILITY, 0, ONE, count);
    check_subjects(slice, count);
    break;
  case CRM__TABLE_INTERACTIONS:
    check_range(slice, CRM__INTERACTIONS_DURATION, 0, INT64_MAX, count);
    break;
  case CRM__TABLE_FIGURES:
    check_period(slice, CRM__FIGURES_FROM, CRM__FIGURES_TO, count);
    break;
  case CRM__TABLE_STAFF:
    check_period(slice, CRM__STAFF_JOINED, CRM__STAFF_LEFT, count);
    break;
  case CRM__TABLE_MERGES:
    check_selves(slice, count);
    break;
  case CRM__TABLE_OWNERSHIP:
    check_period(slice, CRM__OWNERSHIP_FROM, CRM__OWNERSHIP_TO, count);
    break;
  case CRM__TABLE_PARENTS:
    check_period(slice, CRM__PARENTS_FROM, CRM__PARENTS_TO, count);
    break;
  case CRM__TABLE_ASSIGNMENTS:
    check_period(slice, CRM__ASSIGNMENTS_FROM, CRM__ASSIGNMENTS_TO, count);
    break;
  default:
    break;
  }
}
