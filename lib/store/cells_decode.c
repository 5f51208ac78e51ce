/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/cells.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/digits.h"

#include <string.h>

/* Columns of cells, the commonest forms without a look at each cell by itself. */

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
      crm__refuse(verdicts, i, field->bad == CRM__FIELD_NUL ? CRM__CAUSE_NUL : CRM__CAUSE_ENCODING, column);
    } else if (field_integer(field, &integer)) {
      keys[i].text = NULL;
      keys[i].length = 0;
      keys[i].integer = integer;
    } else if (field->length == 0 || (field->text[0] <= ' ' && crm__text_blank(field->text, field->length))) {
      keys[i] = crm__key_none();
    } else {
      keys[i] = crm__key_from(field->text, field->length);
    }
  }
}

int crm__text_plain(const char *bytes, int64_t count)
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
  const char *bytes = crm__cell_texts(input->column);
  int plain = offsets[count] > offsets[0] && crm__text_plain(bytes + offsets[0], offsets[count] - offsets[0]);
  int64_t before = -1;   /* a row whose key is good */
  int64_t i;
  for (i = 0; i < count; i++) {
    const char *text = bytes;
    size_t length = (size_t)(offsets[i + 1] - offsets[i]);
    int32_t cause = CRM__CAUSE_NONE;
    int has = crm__cell_has(input->column, from + i);
    if (has && before >= 0 && length == (size_t)(offsets[before + 1] - offsets[before]) &&
        crm__same_text(bytes + offsets[i], bytes + offsets[before], length)) {
      keys[i] = keys[before];
      continue;
    }
    keys[i] = crm__key_none();
    if (plain && has) {
      text = bytes + offsets[i];
      has = length > 0 && (text[0] > ' ' || !crm__text_blank(text, length));
    } else {
      has = crm__cell_text(input, from + i, &text, &length, &cause);
    }
    if (has) {
      keys[i] = crm__key_from(text, length);
      before = i;
    } else if (cause != CRM__CAUSE_NONE) {
      crm__refuse(verdicts, i, cause, column);
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
      if (crm__cell_has(input->column, from + i)) {
        keys[i].length = 0;
        keys[i].integer = ((const int64_t *)input->column->values)[from + i];
      }
    } else if (crm__cell_text(input, from + i, &text, &length, &cause)) {
      keys[i] = crm__key_from(text, length);
    } else if (cause != CRM__CAUSE_NONE) {
      crm__refuse(verdicts, i, cause, column);
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
    int has = crm__cell_has(column, from + i);
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
    if (crm__cell_text(input, from + i, &text, &length, &cause)) {
      cause = crm__cell_read_text(input, CRM__CELL_TIME, 0, NULL, text, length, &values[i], &inexact);
    }
    if (cause != CRM__CAUSE_NONE) {
      values[i] = CRM__NULL;
      crm__refuse(verdicts, i, cause, column);
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
      if (!crm__cell_has(input->column, from + i)) {
        continue;
      }
      cause = crm__cell_read_value(input->column, cell, scale, from + i, &value, &inexact);
    } else if (crm__cell_text(input, from + i, &text, &length, &cause)) {
      cause = crm__cell_read_text(input, cell, scale, words, text, length, &value, &inexact);
    }
    if (cause != CRM__CAUSE_NONE) {
      crm__refuse(verdicts, i, cause, column);
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
