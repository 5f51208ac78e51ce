/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/cells.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/digits.h"
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

static int all_blank(const char *text, size_t length)
{
  size_t i;
  for (i = 0; i < length; i++) {
    if (text[i] != ' ' && text[i] != '\t') {
      return 0;
    }
  }
  return 1;
}

/* Whether a row of a batch column holds a value. */
static int column_has(const crm_column *column, int64_t row)
{
  return column->validity == NULL || (column->validity[row >> 3] >> (row & 7) & 1) != 0;
}

/* The text of a cell: 1 where there is one, 0 where it is empty or bad; then *cause may be set. */
static int cell_text(const crm__input *input, int64_t row, const char **text, size_t *length, int32_t *cause)
{
  *cause = CRM__CAUSE_NONE;
  if (input->column != NULL) {
    const crm_column *column = input->column;
    if (!column_has(column, row)) {
      return 0;
    }
    *text = column->bytes + column->offsets[row];
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
  return *length > 0 && ((*text)[0] > ' ' || !all_blank(*text, *length));
}

static void refuse(crm__verdicts *verdicts, int64_t i, int32_t cause, int32_t column)
{
  if (verdicts->cause[i] == CRM__CAUSE_NONE) {
    verdicts->cause[i] = (uint8_t)cause;
    verdicts->column[i] = (uint8_t)(column + 1);
  }
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

/* Reads one cell of text by its kind; answers a cause. The text is not blank. */
static int32_t read_text(const crm__input *input, int32_t cell, int32_t scale, const char *words, const char *text,
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

/* Reads one value of a typed batch column; answers a cause. */
static int32_t read_value(const crm_column *column, int32_t cell, int32_t scale, int64_t row, int64_t *value,
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

/* The commonest keys of a file, integers without a sign. 0: it is something else. */
static int field_integer(const crm__field *field, int64_t *value)
{
  return field->length > 0 && (field->text[0] != '0' || field->length == 1) &&
         crm__digits_read(field->text, field->length, value);
}

static void decode_field_keys(const crm__field *fields, int32_t column, int64_t count, crm__key *keys,
                              crm__verdicts *verdicts)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    const crm__field *field = &fields[i];
    int64_t integer;
    if (field->bad != 0) {
      keys[i] = crm__key_none();
      refuse(verdicts, i, field->bad == CRM__FIELD_NUL ? CRM__CAUSE_NUL : CRM__CAUSE_ENCODING, column);
    } else if (field_integer(field, &integer)) {
      keys[i].text = NULL;
      keys[i].length = 0;
      keys[i].integer = integer;
    } else if (field->length == 0 || (field->text[0] <= ' ' && all_blank(field->text, field->length))) {
      keys[i] = crm__key_none();
    } else {
      keys[i] = crm__key_from(field->text, field->length);
    }
  }
}

static int same_text(const char *a, const char *b, size_t length)
{
  if (length >= 8 && length <= 16) {   /* without a call, for the usual lengths of keys */
    return crm__load64(a) == crm__load64(b) && crm__load64(a + length - 8) == crm__load64(b + length - 8);
  }
  return memcmp(a, b, length) == 0;
}

/* Whether bytes are ASCII without a zero: texts that need no look at each of them. */
static int all_ascii(const char *bytes, int64_t count)
{
  unsigned char tops = 0;
  unsigned char zeros = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    tops |= (unsigned char)bytes[i];
    zeros |= bytes[i] == 0;
  }
  return tops < 128 && !zeros;
}

/* Text keys of a batch. The rows of a document carry the same one: it is read once. */
static void decode_text_keys(const crm__input *input, int32_t column, int64_t from, int64_t count, crm__key *keys,
                             crm__verdicts *verdicts)
{
  const int64_t *offsets = input->column->offsets + from;
  const char *bytes = input->column->bytes;
  int plain = offsets[count] > offsets[0] && all_ascii(bytes + offsets[0], offsets[count] - offsets[0]);
  int64_t before = -1;   /* a row whose key is good */
  int64_t i;
  for (i = 0; i < count; i++) {
    const char *text = bytes;
    size_t length = (size_t)(offsets[i + 1] - offsets[i]);
    int32_t cause = CRM__CAUSE_NONE;
    int has = column_has(input->column, from + i);
    if (has && before >= 0 && length == (size_t)(offsets[before + 1] - offsets[before]) &&
        same_text(bytes + offsets[i], bytes + offsets[before], length)) {
      keys[i] = keys[before];
      continue;
    }
    keys[i] = crm__key_none();
    if (plain && has) {
      text = bytes + offsets[i];
      has = length > 0 && (text[0] > ' ' || !all_blank(text, length));
    } else {
      has = cell_text(input, from + i, &text, &length, &cause);
    }
    if (has) {
      keys[i] = crm__key_from(text, length);
      before = i;
    } else if (cause != CRM__CAUSE_NONE) {
      refuse(verdicts, i, cause, column);
    }
  }
}

static void decode_keys(const crm__input *input, int32_t column, int64_t from, int64_t count,
                        crm__key *keys, crm__verdicts *verdicts)
{
  int64_t i;
  int integers = input->column != NULL && input->column->type == CRM_TYPE_INTEGER;
  if (input->values != NULL) {
    for (i = 0; i < count; i++) {
      keys[i] = crm__key_none();
      if (input->values[from + i] != CRM__NULL) {
        keys[i].length = 0;
        keys[i].integer = input->values[from + i];
      }
    }
    return;
  }
  if (input->fields != NULL) {
    decode_field_keys(input->fields + from, column, count, keys, verdicts);
    return;
  }
  if (input->column != NULL && input->column->type == CRM_TYPE_TEXT) {
    decode_text_keys(input, column, from, count, keys, verdicts);
    return;
  }
  for (i = 0; i < count; i++) {
    const char *text;
    size_t length;
    int32_t cause = CRM__CAUSE_NONE;
    keys[i] = crm__key_none();
    if (integers) {
      if (column_has(input->column, from + i)) {
        keys[i].length = 0;
        keys[i].integer = ((const int64_t *)input->column->values)[from + i];
      }
    } else if (cell_text(input, from + i, &text, &length, &cause)) {
      keys[i] = crm__key_from(text, length);
    } else if (cause != CRM__CAUSE_NONE) {
      refuse(verdicts, i, cause, column);
    }
  }
}

/* Integers of a batch; null ones become CRM__NULL. Answers as decode_integers. */
static int32_t decode_integer_column(const crm_column *column, int64_t from, int64_t count, int64_t *values)
{
  const int64_t *given = (const int64_t *)column->values + from;
  int32_t outcome = CRM__CELLS_INTEGERS;
  int64_t i;
  if (column->validity == NULL) {
    memcpy(values, given, (size_t)count * sizeof *values);
    return outcome;
  }
  for (i = 0; i < count; i++) {
    int has = column_has(column, from + i);
    if (has && given[i] == CRM__NULL) {
      return CRM__CELLS_KEYS;
    }
    outcome = has ? outcome : CRM__CELLS_SPARSE;
    values[i] = has ? given[i] : CRM__NULL;
  }
  return outcome;
}

/* Keys that are integers without exception, as they mostly are, go to values. CRM__CELLS_KEYS: they are not. */
static int32_t decode_integers(const crm__input *input, int64_t from, int64_t count, int64_t *values)
{
  int64_t empty = 0;
  int64_t i;
  if (input->values != NULL) {
    for (i = 0; i < count; i++) {
      values[i] = input->values[from + i];
      empty |= values[i] == CRM__NULL;
    }
    return empty ? CRM__CELLS_SPARSE : CRM__CELLS_INTEGERS;
  }
  if (input->column != NULL && input->column->type == CRM_TYPE_INTEGER) {
    return decode_integer_column(input->column, from, count, values);
  }
  if (input->fields == NULL) {
    return CRM__CELLS_KEYS;
  }
  for (i = 0; i < count; i++) {
    const crm__field *field = &input->fields[from + i];
    if (field->bad != 0 || !field_integer(field, &values[i])) {
      return CRM__CELLS_KEYS;
    }
  }
  return CRM__CELLS_INTEGERS;
}

/* Whether all values lie between two bounds within +-2^62. The sign of a difference tells, whether it wraps or not:
 * loops over 64-bit differences become vectors on every machine, comparisons do not. */
static int all_between(const int64_t *values, int64_t count, int64_t least, int64_t most)
{
  uint64_t outside = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    outside |= ((uint64_t)values[i] - (uint64_t)least) | ((uint64_t)most - (uint64_t)values[i]);
  }
  return outside >> 63 == 0;
}

/* Values of a batch column that need no more than a check of their range, and at most a factor. 0: there is one that
 * the general way has to look at. */
static int decode_whole(const crm_column *column, int32_t cell, int32_t scale, int64_t from, int64_t count,
                        int64_t *values)
{
  const int64_t *given = (const int64_t *)column->values + from;
  int32_t digits = column->type == CRM_TYPE_DECIMAL ? scale - column->scale
                   : column->type == CRM_TYPE_INTEGER ? scale
                                                      : 0;
  int64_t factor;
  int64_t least;
  int64_t most;
  int64_t i;
  if (column->validity != NULL || column->type == CRM_TYPE_DATE || column->type == CRM_TYPE_BOOLEAN ||
      cell == CRM__CELL_BOOLEAN || digits < 0) {
    return 0;
  }
  factor = cell == CRM__CELL_TIME || cell == CRM__CELL_INTEGER ? 1 : crm__power10(digits);
  most = cell == CRM__CELL_TIME ? CRM__TIME_MAX - 1 : (INT64_C(1) << 62) / factor;
  least = cell == CRM__CELL_TIME ? CRM__TIME_MIN : cell == CRM__CELL_RATE ? 1 : -most;
  if (!all_between(given, count, least, most)) {
    return 0;
  }
  if (factor == 1) {
    memcpy(values, given, (size_t)count * sizeof *values);
    return 1;
  }
  for (i = 0; i < count; i++) {
    values[i] = given[i] * factor;
  }
  return 1;
}

static int same_bytes(const char *a, const char *b, uint32_t length)
{
  return crm__load64(a) == crm__load64(b) && memcmp(a + 8, b + 8, length - 8) == 0;
}

/* Times of a file. The rows of a document carry the same text, and one row the date of the row before: what was read
 * is good again. */
static void decode_field_times(const crm__input *input, int32_t column, int64_t from, int64_t count, int64_t *values,
                               crm__verdicts *verdicts)
{
  const crm__field *fields = input->fields + from;
  const crm__field *before = NULL;   /* one that was read, */
  int64_t time = 0;                  /* its time, */
  int64_t day = 0;                   /* and the begin of its day */
  int64_t i;
  for (i = 0; i < count; i++) {
    const crm__field *field = &fields[i];
    const char *text;
    size_t length;
    int32_t cause = CRM__CAUSE_NONE;
    int inexact = 0;
    int dated = before != NULL && field->bad == 0 && field->length == before->length && field->length >= 10 &&
                field->text[7] == '-' && same_bytes(field->text, before->text, 10);
    if (dated && memcmp(field->text + 10, before->text + 10, field->length - 10) == 0) {
      values[i] = time;
      continue;
    }
    if (dated && input->time_format == NULL && field->length == 19 && field->text[10] == before->text[10] &&
        crm__digits_clock(field->text + 11, &time)) {
      time += day;
      values[i] = time;
      before = field;
      continue;
    }
    before = NULL;
    values[i] = CRM__NULL;
    if (cell_text(input, from + i, &text, &length, &cause)) {
      cause = read_text(input, CRM__CELL_TIME, 0, NULL, text, length, &values[i], &inexact);
    }
    if (cause != CRM__CAUSE_NONE) {
      values[i] = CRM__NULL;
      refuse(verdicts, i, cause, column);
    } else if (values[i] != CRM__NULL) {
      before = field;
      time = values[i];
      day = crm__floor_div(time, CRM_DAY) * CRM_DAY;
    }
  }
}

/* Numbers of a file: plain ones are read at once, the rest goes the general way. 1: it was read. */
static int decode_field_number(const crm__field *field, int32_t cell, char mark, int32_t scale, int64_t *value,
                               int *inexact)
{
  if (cell < CRM__CELL_MONEY || cell > CRM__CELL_NUMBER || cell == CRM__CELL_RATE || field->bad != 0 ||
      field->length == 0) {
    return 0;
  }
  if (scale > 0 && crm__digits_decimals(field->text, field->length, mark, (uint32_t)scale, value)) {
    return 1;
  }
  if (field->length <= 8 && crm__digits_read(field->text, field->length, value)) {
    *value *= crm__power10(scale);   /* at most six */
    return 1;
  }
  return field->text[0] > ' ' &&
         crm__decimal_read_scaled(field->text, field->length, mark, scale, value, inexact) == CRM__DECIMAL_OK;
}

static void decode_values(const crm__input *input, const crm_store *store, int32_t cell, const char *words,
                          int32_t column, int64_t from, int64_t count, int64_t *values, crm__verdicts *verdicts)
{
  int32_t scale = crm__cell_scale(store, cell);
  int typed = input->column != NULL && input->column->type != CRM_TYPE_TEXT;
  int64_t i;
  if (input->values != NULL) {
    memcpy(values, input->values + from, (size_t)count * sizeof *values);
    return;
  }
  if (cell == CRM__CELL_TIME && input->fields != NULL) {
    decode_field_times(input, column, from, count, values, verdicts);
    return;
  }
  if (typed && decode_whole(input->column, cell, scale, from, count, values)) {
    return;
  }
  for (i = 0; i < count; i++) {
    const char *text;
    size_t length;
    int32_t cause = CRM__CAUSE_NONE;
    int inexact = 0;
    int64_t value = CRM__NULL;
    values[i] = CRM__NULL;
    if (input->fields != NULL &&
        decode_field_number(&input->fields[from + i], cell, input->mark, scale, &value, &inexact)) {
      verdicts->rounded += inexact;
      values[i] = value;
      continue;
    }
    inexact = 0;
    if (typed) {
      if (!column_has(input->column, from + i)) {
        continue;
      }
      cause = read_value(input->column, cell, scale, from + i, &value, &inexact);
    } else if (cell_text(input, from + i, &text, &length, &cause)) {
      cause = read_text(input, cell, scale, words, text, length, &value, &inexact);
    }
    if (cause != CRM__CAUSE_NONE) {
      refuse(verdicts, i, cause, column);
      continue;
    }
    verdicts->rounded += inexact;
    values[i] = value;
  }
}

void crm__cells_decode(const crm__input *input, const crm_store *store, int32_t table, int32_t column, int64_t from,
                       int64_t count, crm__cells *cells, crm__verdicts *verdicts)
{
  int32_t cell = crm__table_column_cell(store, table, column);
  const crm__schema_table *schema = crm__schema(table);
  cells->present = input->present;
  cells->integers = CRM__CELLS_KEYS;
  if (!input->present) {
    return;
  }
  if (table == CRM__TABLE_SALES && (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME)) {
    cells->integers = decode_integers(input, from, count, cells->values);
  }
  if (cells->integers != CRM__CELLS_KEYS) {
    return;
  }
  if (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME) {
    decode_keys(input, column, from, count, cells->keys, verdicts);
  } else {
    decode_values(input, store, cell, column < schema->count ? schema->columns[column].words : NULL, column, from,
                  count, cells->values, verdicts);
  }
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
    return !column_has(input->column, row);
  }
  return !cell_text(input, row, &text, &length, &cause) && cause == CRM__CAUSE_NONE;
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
    if (cell_text(input, row, &text, &length, &cause)) {
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
