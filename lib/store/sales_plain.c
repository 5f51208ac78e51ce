/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales_plain.h"

#include "base/decimal.h"

#include <string.h>

/* Which rows are plain. */

#define DIGITS_MOST 6
#define BITS_MOST 50     /* of a plain number: a slice of them adds up without a look at each sum */
#define BITS_SCALED 20   /* of those for the factor */

/* ---- columns ---- */

/* The numbers of a column and the factor to those that the store keeps; NULL where some have to be looked at one by
 * one. */
static const int64_t *whole_numbers(const crm_store *store, const crm__input *input, int32_t cell, int64_t *factor)
{
  const crm_column *column = input->column;
  int32_t digits = 0;
  *factor = 1;
  if (input->values != NULL || column == NULL || column->validity != NULL) {
    return input->values;
  }
  if (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME) {
    return column->type == CRM_TYPE_INTEGER ? column->values : NULL;
  }
  if (cell == CRM__CELL_TIME) {
    return column->type == CRM_TYPE_TIME ? column->values : NULL;
  }
  if (column->type == CRM_TYPE_DECIMAL || column->type == CRM_TYPE_INTEGER) {
    digits = crm__cell_scale(store, cell) - (column->type == CRM_TYPE_DECIMAL ? column->scale : 0);
  } else if (column->type != CRM_TYPE_MONEY) {
    return NULL;
  }
  *factor = digits >= 0 ? crm__power10(digits) : 1;
  return digits >= 0 && digits <= DIGITS_MOST ? column->values : NULL;
}

/* What makes a sales line more than a sale of goods in the base currency. */
static int is_special(int32_t column)
{
  return column == CRM__SALES_KIND || column == CRM__SALES_CLASS || column == CRM__SALES_RATE ||
         column == CRM__SALES_CURRENCY || column == CRM__SALES_ORIGINAL || column == CRM__SALES_SOURCE ||
         column == CRM__SALES_VERSION;
}

void crm__plain_open(crm__plain_rows *rows, const crm_load *load, int32_t table, const crm__input *inputs,
                     const uint8_t *records, int64_t count)
{
  int32_t c;
  memset(rows, 0, sizeof *rows);
  if (table != CRM__TABLE_SALES || load->document_mode != CRM_DOCUMENT_COLUMN ||
      !inputs[CRM__SALES_AMOUNT].present) {
    return;
  }
  for (c = 0; c < CRM__SALES_COLUMNS; c++) {
    rows->values[c] = NULL;
    if (!inputs[c].present) {
      continue;
    }
    if (c == CRM__SALES_CUSTOMER && inputs[c].column != NULL && inputs[c].column->type == CRM_TYPE_TEXT &&
        inputs[c].column->validity == NULL) {
      rows->customers = inputs[c].column;
      continue;
    }
    rows->values[c] = whole_numbers(load->store, &inputs[c], crm__table_column_cell(load->store, table, c),
                                    &rows->factor[c]);
    if (is_special(c) || rows->values[c] == NULL) {
      return;
    }
  }
  rows->records = records;
  rows->rows = count;
  rows->plain = 1;
}

/* ---- checks ---- */

static int no_faults(const uint8_t *records, int64_t count)
{
  uint8_t seen = 0;
  int64_t i;
  for (i = 0; records != NULL && i < count; i++) {
    seen |= records[i];
  }
  return seen == 0;
}

/* Whether numbers, if they are there, are at or above 0 and not too large to be added up; none is missing then. */
static int are_plain(const int64_t *numbers, int64_t factor, int64_t count)
{
  uint64_t seen = 0;
  int64_t i;
  for (i = 0; numbers != NULL && i < count; i++) {
    seen |= (uint64_t)numbers[i];
  }
  return seen >> (factor > 1 ? BITS_MOST - BITS_SCALED : BITS_MOST) == 0;
}

/* In the numbers of a file one that is missing is CRM__NULL. Mostly none is below 0, which is seen in half the time. */
static int none_missing(const int64_t *numbers, int64_t count)
{
  int missing = 0;
  uint64_t seen = 0;
  int64_t i;
  for (i = 0; numbers != NULL && i < count; i++) {
    seen |= (uint64_t)numbers[i];
  }
  for (i = 0; seen >> 63 != 0 && i < count; i++) {
    missing |= numbers[i] == CRM__NULL;
  }
  return !missing;
}

static int numbers_are_plain(const crm__plain_rows *rows, int64_t count)
{
  static const int32_t numbers[] = {CRM__SALES_AMOUNT,   CRM__SALES_QUANTITY, CRM__SALES_PRICE,
                                    CRM__SALES_DISCOUNT, CRM__SALES_TAX,      CRM__SALES_COST};
  static const int32_t keys[] = {CRM__SALES_LINE, CRM__SALES_PRODUCT, CRM__SALES_STAFF};
  size_t k;
  int plain = rows->records == NULL || no_faults(rows->records + rows->from, count);
  for (k = 0; plain && k < sizeof numbers / sizeof numbers[0]; k++) {
    plain = are_plain(rows->at[numbers[k]], rows->factor[numbers[k]], count);
  }
  for (k = 0; plain && k < sizeof keys / sizeof keys[0]; k++) {
    plain = none_missing(rows->at[keys[k]], count);
  }
  return plain;
}

/* ---- documents ---- */

/* Finds where documents begin, with a last one after the last row. 0: rows of one differ in time, customer or
 * branch. */
static uint32_t find_documents(const crm__plain_rows *rows, int64_t count, uint32_t *starts)
{
  const int64_t *keys = rows->at[CRM__SALES_DOCUMENT];
  const int64_t *times = rows->at[CRM__SALES_TIME];
  const int64_t *customers = rows->at[CRM__SALES_CUSTOMER] != NULL ? rows->at[CRM__SALES_CUSTOMER] : keys;
  const int64_t *branches = rows->at[CRM__SALES_BRANCH] != NULL ? rows->at[CRM__SALES_BRANCH] : keys;
  uint64_t differ = 0;
  uint32_t n = 0;
  int64_t i;
  starts[0] = 0;
  for (i = 1; i < count; i++) {
    uint64_t other = keys[i] != keys[i - 1];
    differ |= (other - 1) & (((uint64_t)times[i] ^ (uint64_t)times[i - 1]) |
                             ((uint64_t)customers[i] ^ (uint64_t)customers[i - 1]) |
                             ((uint64_t)branches[i] ^ (uint64_t)branches[i - 1]));
    starts[n + 1] = (uint32_t)i;   /* unless it is overwritten: where a document ends cannot be foreseen */
    n += (uint32_t)other;
  }
  starts[n + 1] = (uint32_t)count;
  return differ == 0 ? n + 1 : 0;
}

static int texts_agree(const crm_column *column, int64_t from, const int64_t *documents, int64_t count)
{
  const char *bytes = crm__cell_texts(column);
  const int64_t *offsets = column->offsets + from;
  int64_t i;
  for (i = 1; i < count; i++) {
    size_t length = (size_t)(offsets[i + 1] - offsets[i]);
    if (documents[i] == documents[i - 1] &&
        (length != (size_t)(offsets[i] - offsets[i - 1]) ||
         !crm__same_text(bytes + offsets[i], bytes + offsets[i - 1], length))) {
      return 0;
    }
  }
  return 1;
}

uint32_t crm__plain_rows_read(const crm__plain_rows *rows, int64_t count, uint32_t *starts, int64_t *times)
{
  const int64_t *documents = rows->at[CRM__SALES_DOCUMENT];
  const int64_t *at = rows->at[CRM__SALES_TIME];
  int64_t outside = 0;
  uint32_t n = find_documents(rows, count, starts);
  uint32_t k;
  if (n > 0 && rows->from + count < rows->rows) {
    n--;   /* the last one may go on in the next slice, which begins with it */
  }
  if (n == 0 || (rows->customers != NULL && !texts_agree(rows->customers, rows->from, documents, count)) ||
      !numbers_are_plain(rows, starts[n])) {
    return 0;
  }
  for (k = 0; k < n; k++) {
    times[k] = at[starts[k]];
    outside |= times[k] < CRM__TIME_MIN || times[k] >= CRM__TIME_MAX;
  }
  return outside ? 0 : n;
}

/* ---- what plain rows say ---- */

void crm__plain_turn(crm__plain_rows *rows, int64_t from)
{
  int32_t c;
  rows->from = from;
  for (c = 0; c < CRM__SALES_COLUMNS; c++) {
    rows->at[c] = rows->values[c] == NULL ? NULL : rows->values[c] + from;
  }
}

int crm__plain_pick(const int64_t *numbers, const uint32_t *starts, uint32_t documents, int64_t *picked)
{
  int missing = 0;
  uint32_t k;
  for (k = 0; k < documents; k++) {
    picked[k] = numbers[starts[k]];
    missing |= picked[k] == CRM__NULL;
  }
  return !missing;
}

int crm__plain_pick_texts(const crm_column *column, int64_t from, const uint32_t *starts, uint32_t documents,
                          crm__key *keys)
{
  const char *bytes = crm__cell_texts(column);
  const int64_t *offsets = column->offsets + from;
  uint32_t k;
  if (!crm__text_plain(bytes + offsets[0], offsets[starts[documents]] - offsets[0])) {
    return 0;
  }
  for (k = 0; k < documents; k++) {
    const char *text = bytes + offsets[starts[k]];
    size_t length = (size_t)(offsets[starts[k] + 1] - offsets[starts[k]]);
    if (length == 0 || text[0] <= ' ') {
      return 0;
    }
    keys[k] = crm__key_from(text, length);
  }
  return 1;
}

void crm__plain_by_document(const int64_t *numbers, const uint32_t *starts, uint32_t documents, int64_t *up_to,
                            int64_t *sums)
{
  int64_t sum = 0;
  uint32_t i;
  uint32_t k;
  for (i = 0; i < starts[documents]; i++) {
    up_to[i] = sum;
    sum += numbers[i];
  }
  for (k = 0; k + 1 < documents; k++) {
    sums[k] = up_to[starts[k + 1]] - up_to[starts[k]];
  }
  sums[k] = sum - up_to[starts[k]];
}

static uint64_t sum_of(const int64_t *numbers, int64_t count)
{
  uint64_t sum = 0;
  int64_t i;
  for (i = 0; numbers != NULL && i < count; i++) {
    sum += (uint64_t)numbers[i];
  }
  return sum;
}

void crm__plain_sum(const crm__plain_rows *rows, int64_t count, crm__plain_sums *sums)
{
  sums->amount = sum_of(rows->at[CRM__SALES_AMOUNT], count);
  sums->discount = sum_of(rows->at[CRM__SALES_DISCOUNT], count);
  sums->tax = sum_of(rows->at[CRM__SALES_TAX], count);
  sums->cost = sum_of(rows->at[CRM__SALES_COST], count);
  sums->quantity = sum_of(rows->at[CRM__SALES_QUANTITY], count);
}
