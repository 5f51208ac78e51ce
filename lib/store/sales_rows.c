/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales.h"

#include "base/check.h"
#include "base/decimal.h"
#include "base/wide.h"

#include <string.h>

/* The figures of sales rows: amount, currency, sale or return. */

/* quantity * price, exact, rounded once; from the cells as they came, since prices may have more decimals than
 * money. */
static void compute_amount(crm_load *load, const crm__input *inputs, int64_t at, int64_t i, int *known)
{
  crm__slice *slice = load->slice;
  int inexact = 0;
  if (crm__sales_value(slice, CRM__SALES_QUANTITY, i) == CRM__NULL ||
      crm__sales_value(slice, CRM__SALES_PRICE, i) == CRM__NULL) {
    crm__sales_refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_AMOUNT);
    return;
  }
  if (crm__decimal_multiply(crm__cell_decimal(&inputs[CRM__SALES_QUANTITY], load->store, CRM__CELL_QUANTITY, at),
                            crm__cell_decimal(&inputs[CRM__SALES_PRICE], load->store, CRM__CELL_MONEY, at),
                            load->store->digits, &slice->amount[i], &inexact)) {
    slice->amount[i] = 0;
    crm__sales_refuse(slice, i, CRM__CAUSE_RANGE, CRM__SALES_AMOUNT);
    return;
  }
  slice->verdicts.rounded += inexact;
  *known = 1;
}

/* The columns of money beside the amount. */
static const int32_t monies[] = {CRM__SALES_PRICE, CRM__SALES_DISCOUNT, CRM__SALES_TAX, CRM__SALES_COST};

#define MONIES (sizeof monies / sizeof monies[0])

static void convert(crm__slice *slice, int64_t i, int32_t column, int64_t rate, int64_t *money)
{
  if (*money != CRM__NULL && crm__multiply_divide_round(*money, rate, INT64_C(1000000000), money)) {
    crm__sales_refuse(slice, i, CRM__CAUSE_RANGE, column);
  }
}

/* Money of a line in another currency, at the rate that came with it. */
static void convert_money(crm__slice *slice, int64_t i, int64_t rate, int known)
{
  size_t k;
  for (k = 0; !slice->has_foreign && k < CRM__SLICE; k++) {
    slice->foreign[k] = CRM__NULL;
  }
  slice->has_foreign = 1;
  slice->foreign[i] = known ? slice->amount[i] : CRM__NULL;
  convert(slice, i, CRM__SALES_AMOUNT, rate, &slice->amount[i]);
  for (k = 0; k < MONIES; k++) {
    if (slice->cells[monies[k]].present) {
      convert(slice, i, monies[k], rate, &slice->cells[monies[k]].values[i]);
    }
  }
}

static void take_off(int64_t *value)
{
  if (*value != CRM__NULL && *value > 0) {
    *value = -*value;
  }
}

/* Quantities and money of a return count against those of sales, however they were signed; the price stays a price. */
static void turn_back(crm__slice *slice, int64_t i)
{
  static const int32_t columns[] = {CRM__SALES_QUANTITY, CRM__SALES_DISCOUNT, CRM__SALES_TAX, CRM__SALES_COST};
  size_t k;
  take_off(&slice->amount[i]);
  if (slice->has_foreign) {
    take_off(&slice->foreign[i]);
  }
  for (k = 0; k < sizeof columns / sizeof columns[0]; k++) {
    if (slice->cells[columns[k]].present) {
      take_off(&slice->cells[columns[k]].values[i]);
    }
  }
}

static int is_return(const crm_load *load, int64_t i, int64_t kind, int known)
{
  const crm__slice *slice = load->slice;
  int64_t quantity = crm__sales_value(slice, CRM__SALES_QUANTITY, i);
  int by_kind = load->store->returns == CRM_RETURNS_KIND ||
                (load->store->returns == CRM_RETURNS_AUTO && slice->cells[CRM__SALES_KIND].present);
  if (by_kind || kind == CRM__KIND_VOID || kind == CRM__KIND_QUOTE) {
    return kind == CRM__KIND_RETURN;
  }
  return (known && slice->amount[i] < 0) || (quantity != CRM__NULL && quantity < 0);
}

/* Reads a row's figures and settles sale or return; faults go to the verdicts. */
static void read_row(crm_load *load, const crm__input *inputs, int64_t at, int64_t i)
{
  crm__slice *slice = load->slice;
  int64_t kind = crm__sales_value(slice, CRM__SALES_KIND, i);
  int64_t class_of = crm__sales_value(slice, CRM__SALES_CLASS, i);
  int64_t rate = crm__sales_value(slice, CRM__SALES_RATE, i);
  int known;
  kind = kind == CRM__NULL ? CRM__KIND_SALE : kind;
  class_of = class_of == CRM__NULL ? CRM__CLASS_GOODS : class_of;
  slice->amount[i] = crm__sales_value(slice, CRM__SALES_AMOUNT, i);
  known = slice->amount[i] != CRM__NULL;
  if (!known) {
    slice->amount[i] = 0;
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE || crm__cell_empty(&inputs[CRM__SALES_AMOUNT], at)) {
      compute_amount(load, inputs, at, i, &known);
    }
  }
  if (rate != CRM__NULL) {
    convert_money(slice, i, rate, known);
  }
  if (is_return(load, i, kind, known)) {
    kind = CRM__KIND_RETURN;
    turn_back(slice, i);
  } else if (kind == CRM__KIND_RETURN) {
    kind = CRM__KIND_SALE;
  }
  slice->code[i] = (uint8_t)(kind | class_of << 2);
}

void crm__sales_ledger_add(crm__tally *tally, int64_t ledger)
{
  if (crm__add_overflows(tally->amount_in, ledger, &tally->amount_in)) {
    tally->amount_in = ledger > 0 ? INT64_MAX : -INT64_MAX;
  }
}

/* Refuses the rows without a document or a time. */
static void require(crm_load *load, int64_t count)
{
  crm__slice *slice = load->slice;
  const crm__cells *documents = &slice->cells[CRM__SALES_DOCUMENT];
  const int64_t *times = slice->cells[CRM__SALES_TIME].values;
  int64_t empty = 0;
  int64_t i;
  if (load->document_mode == CRM_DOCUMENT_COLUMN && documents->integers != CRM__CELLS_INTEGERS) {
    for (i = 0; i < count; i++) {
      if (crm__key_is_none(crm__cells_key(documents, i))) {
        crm__sales_refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_DOCUMENT);
      }
    }
  }
  for (i = 0; i < count; i++) {
    empty |= times[i] == CRM__NULL;
  }
  for (i = 0; empty && i < count; i++) {
    if (times[i] == CRM__NULL) {
      crm__sales_refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_TIME);
    }
  }
}

/* Whether a row with an amount at or above 0 is a sale of goods in the base currency without a look at anything but its
 * quantity. */
static int reads_plainly(const crm__slice *slice)
{
  return !slice->cells[CRM__SALES_KIND].present && !slice->cells[CRM__SALES_CLASS].present &&
         !slice->cells[CRM__SALES_RATE].present && slice->cells[CRM__SALES_AMOUNT].present;
}

/* Reads a slice of such rows, none of them with a quantity or an amount that is negative, missing or beyond a range in
 * which a slice of them adds up. 0: there is another. */
static int read_plainly(crm_load *load, int64_t count)
{
  crm__slice *slice = load->slice;
  const int64_t *amounts = slice->cells[CRM__SALES_AMOUNT].values;
  const int64_t *quantities = slice->cells[CRM__SALES_QUANTITY].values;
  uint64_t seen = 0;
  int64_t sum = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    seen |= (uint64_t)amounts[i];
  }
  if (slice->cells[CRM__SALES_QUANTITY].present) {
    for (i = 0; i < count; i++) {
      seen |= (uint64_t)quantities[i];
    }
  }
  if (seen >> 50 != 0) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    slice->amount[i] = amounts[i];
    sum += amounts[i];
  }
  memset(slice->code, 0, (size_t)count);   /* CRM__KIND_SALE, CRM__CLASS_GOODS */
  crm__sales_ledger_add(&load->tables[CRM__TABLE_SALES].tally, sum);
  return 1;
}

void crm__sales_read(crm_load *load, const crm__input *inputs, int64_t at, int64_t count)
{
  crm__slice *slice = load->slice;
  const crm__cells *amounts = &slice->cells[CRM__SALES_AMOUNT];
  const crm__cells *quantities = &slice->cells[CRM__SALES_QUANTITY];
  int plainly = reads_plainly(slice);
  int64_t i;
  slice->has_foreign = 0;
  slice->sales_only = plainly;
  require(load, count);
  if (plainly && read_plainly(load, count)) {
    return;
  }
  for (i = 0; i < count; i++) {
    if (plainly && amounts->values[i] >= 0 && (!quantities->present || quantities->values[i] >= 0)) {
      slice->amount[i] = amounts->values[i];
      slice->code[i] = CRM__KIND_SALE | CRM__CLASS_GOODS << 2;
    } else {
      read_row(load, inputs, at + i, i);
      slice->sales_only &= slice->code[i] == 0;
    }
    crm__sales_ledger_add(&load->tables[CRM__TABLE_SALES].tally, crm__sales_ledger(slice, i));
  }
}
