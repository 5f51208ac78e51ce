/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/cells.h"

#include "base/civil.h"
#include "base/text.h"

#include <string.h>

const char *crm__cause_name(int32_t cause)
{
  static const char *const names[CRM__CAUSES] = {
    "",     "ragged", "quote", "too_long",      "encoding",     "nul",      "missing",      "number",
    "range", "time",   "word",  "two_customers", "two_branches", "conflict", "rate_missing",
    "two_subjects", "period", "self",
  };
  return names[cause];
}

int crm__cell_accepts(int32_t cell, int32_t type)
{
  switch (cell) {
  case CRM__CELL_KEY:
  case CRM__CELL_NAME:
  case CRM__CELL_INTEGER:
    return type == CRM_TYPE_INTEGER || type == CRM_TYPE_TEXT;
  case CRM__CELL_WORD:
    return type == CRM_TYPE_TEXT;
  case CRM__CELL_TIME:
    return type == CRM_TYPE_TIME || type == CRM_TYPE_DATE || type == CRM_TYPE_TEXT;
  case CRM__CELL_MONEY:
    return type == CRM_TYPE_MONEY || type == CRM_TYPE_DECIMAL || type == CRM_TYPE_INTEGER || type == CRM_TYPE_TEXT;
  case CRM__CELL_BOOLEAN:
    return type == CRM_TYPE_BOOLEAN || type == CRM_TYPE_INTEGER || type == CRM_TYPE_TEXT;
  default:
    return type == CRM_TYPE_DECIMAL || type == CRM_TYPE_INTEGER || type == CRM_TYPE_TEXT;
  }
}

int crm__text_blank(const char *text, size_t length)
{
  size_t i;
  for (i = 0; i < length; i++) {
    if (text[i] != ' ' && text[i] != '\t') {
      return 0;
    }
  }
  return 1;
}

int crm__cell_text(const crm__input *input, int64_t row, const char **text, size_t *length, int32_t *cause)
{
  *cause = CRM__CAUSE_NONE;
  if (input->column != NULL) {
    const crm_column *column = input->column;
    if (!crm__cell_has(column, row)) {
      return 0;
    }
    *text = crm__cell_texts(column) + column->offsets[row];
    *length = (size_t)(column->offsets[row + 1] - column->offsets[row]);
    if (*length > 0 && memchr(*text, 0, *length) != NULL) {
      *cause = CRM__CAUSE_NUL;
    } else if (!crm__utf8_valid(*text, *length)) {
      *cause = CRM__CAUSE_ENCODING;
    }
  } else {
    const crm__field *field = input->fields != NULL ? &input->fields[row] : &input->constant;
    *text = field->text;
    *length = field->length;
    if (field->bad != 0) {
      *cause = field->bad == CRM__FIELD_NUL ? CRM__CAUSE_NUL : CRM__CAUSE_ENCODING;
    }
  }
  if (*cause != CRM__CAUSE_NONE) {
    return 0;
  }
  return *length > 0 && ((*text)[0] > ' ' || !crm__text_blank(*text, *length));
}

int32_t crm__cell_scale(const crm_store *store, int32_t cell)
{
  switch (cell) {
  case CRM__CELL_MONEY:
    return store->digits;
  case CRM__CELL_QUANTITY:
    return store->quantity_digits;
  case CRM__CELL_RATE:
    return 9;
  default:
    return 6;
  }
}

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The place of a text among words separated by blanks, whatever the case of ASCII letters; -1: none. */
static int64_t find_word(const char *words, const char *text, size_t length)
{
  int64_t place = 0;
  while (*words != '\0') {
    size_t i = 0;
    while (i < length && words[i] != '\0' && words[i] != ' ' && words[i] == lower(text[i])) {
      i++;
    }
    if (i == length && (words[i] == ' ' || words[i] == '\0')) {
      return place;
    }
    while (*words != '\0' && *words != ' ') {
      words++;
    }
    words += *words == ' ';
    place++;
  }
  return -1;
}

int32_t crm__cell_read_text(const crm__input *input, int32_t cell, int32_t scale, const char *words, const char *text,
                         size_t length, int64_t *value, int *inexact)
{
  int outcome;
  if (cell != CRM__CELL_MONEY && cell != CRM__CELL_QUANTITY) {
    crm__trim(&text, &length);
  }
  switch (cell) {
  case CRM__CELL_TIME:
    outcome = input->time_format == NULL ? crm__time_read_iso(text, length, value)
                                         : crm__time_read(input->time_format, text, length, value);
    return outcome == 0 ? CRM__CAUSE_NONE : CRM__CAUSE_TIME;
  case CRM__CELL_WORD:
    *value = find_word(words, text, length);
    return *value < 0 ? CRM__CAUSE_WORD : CRM__CAUSE_NONE;
  case CRM__CELL_BOOLEAN:
    *value = find_word("false no n 0 f true yes y 1 t", text, length);
    if (*value < 0) {
      return CRM__CAUSE_WORD;
    }
    *value = *value >= 5;
    return CRM__CAUSE_NONE;
  case CRM__CELL_INTEGER:
    outcome = crm__decimal_read_scaled(text, length, input->mark, 0, value, inexact);
    if (outcome == CRM__DECIMAL_OK && *inexact) {
      return CRM__CAUSE_NUMBER;
    }
    break;
  default:
    outcome = crm__decimal_read_scaled(text, length, input->mark, scale, value, inexact);
    break;
  }
  if (outcome != CRM__DECIMAL_OK) {
    return outcome == CRM__DECIMAL_BAD ? CRM__CAUSE_NUMBER : CRM__CAUSE_RANGE;
  }
  return cell == CRM__CELL_RATE && *value <= 0 ? CRM__CAUSE_RANGE : CRM__CAUSE_NONE;
}

int32_t crm__cell_read_value(const crm_column *column, int32_t cell, int32_t scale, int64_t row, int64_t *value,
                          int *inexact)
{
  int32_t from;
  if (column->type == CRM_TYPE_DATE) {
    int64_t day = ((const int32_t *)column->values)[row];
    if (day < CRM__TIME_MIN / CRM_DAY || day >= CRM__TIME_MAX / CRM_DAY) {
      return CRM__CAUSE_TIME;
    }
    *value = day * CRM_DAY;
    return CRM__CAUSE_NONE;
  }
  if (column->type == CRM_TYPE_BOOLEAN) {
    *value = ((const uint8_t *)column->values)[row >> 3] >> (row & 7) & 1;
    return CRM__CAUSE_NONE;
  }
  *value = ((const int64_t *)column->values)[row];
  if (*value == INT64_MIN && cell != CRM__CELL_TIME) {
    return CRM__CAUSE_RANGE;
  }
  switch (cell) {
  case CRM__CELL_TIME:
    return *value >= CRM__TIME_MIN && *value < CRM__TIME_MAX ? CRM__CAUSE_NONE : CRM__CAUSE_TIME;
  case CRM__CELL_BOOLEAN:
    return *value == 0 || *value == 1 ? CRM__CAUSE_NONE : CRM__CAUSE_WORD;
  case CRM__CELL_INTEGER:
    return CRM__CAUSE_NONE;
  default:
    break;
  }
  if (column->type != CRM_TYPE_MONEY) {
    from = column->type == CRM_TYPE_DECIMAL ? column->scale : 0;
    if (from != scale && crm__decimal_rescale(*value, from, scale, value, inexact)) {
      return CRM__CAUSE_RANGE;
    }
  }
  return cell == CRM__CELL_RATE && *value <= 0 ? CRM__CAUSE_RANGE : CRM__CAUSE_NONE;
}

int crm__cell_empty(const crm__input *input, int64_t row)
{
  const char *text;
  size_t length;
  int32_t cause;
  if (!input->present) {
    return 1;
  }
  if (input->values != NULL) {
    return input->values[row] == CRM__NULL;
  }
  if (input->column != NULL && input->column->type != CRM_TYPE_TEXT) {
    return !crm__cell_has(input->column, row);
  }
  return !crm__cell_text(input, row, &text, &length, &cause) && cause == CRM__CAUSE_NONE;
}

crm__decimal crm__cell_decimal(const crm__input *input, const crm_store *store, int32_t cell, int64_t row)
{
  crm__decimal decimal = {0, 0, 0};
  const crm_column *column = input->column;
  if (input->values != NULL) {
    decimal.coefficient = input->values[row];
    decimal.scale = crm__cell_scale(store, cell);
  } else if (column != NULL && column->type != CRM_TYPE_TEXT) {
    decimal.coefficient = ((const int64_t *)column->values)[row];
    decimal.scale = column->type == CRM_TYPE_DECIMAL ? column->scale
                    : column->type == CRM_TYPE_MONEY ? crm__cell_scale(store, cell)
                                                     : 0;
  } else {
    const char *text;
    size_t length;
    int32_t cause;
    if (crm__cell_text(input, row, &text, &length, &cause)) {
      (void)crm__decimal_read(text, length, input->mark, &decimal);
    }
  }
  return decimal;
}

void crm__cell_csv_type(const crm_store *store, int32_t table, int32_t column, const crm__input *input,
                        crm__csv_type *type)
{
  int32_t cell = crm__table_column_cell(store, table, column);
  type->kind = CRM__CSV_FIELD;
  type->scale = 0;
  if (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME) {
    type->kind = CRM__CSV_INTEGER;
  } else if (cell == CRM__CELL_TIME && input->time_format == NULL) {
    type->kind = CRM__CSV_TIME;
  } else if (cell == CRM__CELL_MONEY || cell == CRM__CELL_QUANTITY || cell == CRM__CELL_NUMBER) {
    type->kind = CRM__CSV_DECIMAL;
    type->scale = crm__cell_scale(store, cell);
  } else if (cell == CRM__CELL_INTEGER) {
    type->kind = CRM__CSV_DECIMAL;
  }
}
