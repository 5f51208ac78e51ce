/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales.h"

#include "base/civil.h"

#include <string.h>

/* A slice of sales rows, from decoded cells to staged lines and documents. */

/* Looks at the currency of rows without a rate: refused where it is not the base, noted while no base is settled. */
static int settle_currencies(crm_load *load, int64_t count)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  int64_t i;
  if (!crm__sales_currencies(load, count)) {
    return 0;
  }
  for (i = 0; slice->cells[CRM__SALES_CURRENCY].present && i < count; i++) {
    uint32_t currency = slice->ids[CRM__SALES_CURRENCY][i];
    if (currency == CRM__NONE || crm__sales_value(slice, CRM__SALES_RATE, i) != CRM__NULL) {
      continue;
    }
    if (store->currency == CRM__NONE) {
      load->unrated_many |= load->unrated != CRM__NONE && load->unrated != currency;
      load->unrated = currency;
    } else if (currency != store->currency) {
      crm__sales_refuse(slice, i, CRM__CAUSE_RATE_MISSING, CRM__SALES_RATE);
    }
  }
  return 1;
}

/* A refused row: counted, named, and its amount kept for the totals. */
static int turn_away(crm_load *load, int64_t i, uint64_t ordinal)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  int64_t time = crm__sales_value(slice, CRM__SALES_TIME, i);
  int32_t day = time == CRM__NULL ? INT32_MIN : crm__business_day(time, store->day_start);
  crm__key key = crm__cells_key(&slice->cells[CRM__SALES_BRANCH], i);
  uint32_t branch = CRM__NONE;
  if (!crm__key_is_none(key)) {
    branch = crm__intern_add(&store->branches, &store->memory, 0, key);
    if (branch == CRM__NONE) {
      return 0;
    }
  }
  return crm__keep_ordinals(load) && crm__load_turn_away(load, day, branch, crm__sales_ledger(slice, i)) &&
         crm__load_reject(load, CRM__TABLE_SALES, ordinal, slice->verdicts.cause[i], slice->verdicts.column[i]);
}

/* Closes the gaps that refused rows leave in the slice. */
static void close_gaps(crm__slice *slice)
{
  int32_t column;
  uint32_t k;
  for (k = 0; k < slice->good_count; k++) {
    uint32_t i = slice->good[k];
    slice->amount[k] = slice->amount[i];
    slice->code[k] = slice->code[i];
    slice->foreign[k] = slice->has_foreign ? slice->foreign[i] : CRM__NULL;
    if (slice->cells[CRM__SALES_CURRENCY].present) {
      slice->ids[CRM__SALES_CURRENCY][k] = slice->ids[CRM__SALES_CURRENCY][i];   /* the only ids so far */
    }
  }
  for (column = 0; column < CRM__SALES_COLUMNS; column++) {
    crm__cells *cells = &slice->cells[column];
    for (k = 0; cells->present && k < slice->good_count; k++) {
      if (cells->keys == NULL || cells->integers != CRM__CELLS_KEYS) {
        cells->values[k] = cells->values[slice->good[k]];
      } else {
        cells->keys[k] = cells->keys[slice->good[k]];
      }
    }
  }
}

/* Parts the rows that are good from those that are turned away. */
static int sort_out(crm_load *load, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  int64_t i;
  slice->good_count = 0;
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE) {
      slice->good[slice->good_count++] = (uint32_t)i;
    } else if (!turn_away(load, i, ordinal + (uint64_t)i)) {
      return 0;
    }
  }
  if (slice->good_count < count) {
    close_gaps(slice);
  }
  return 1;
}

int crm__load_sales(crm_load *load, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  if (!settle_currencies(load, count) || !sort_out(load, count, ordinal)) {
    return 0;
  }
  return slice->good_count == 0 ||
         (crm__sales_keys(load) && crm__sales_stage(load) && crm__sales_append(load, ordinal));
}
