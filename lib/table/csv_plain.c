/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/csv_plain.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/decimal.h"
#include "base/digits.h"

#include <string.h>

#define EMPTY INT64_MIN
#define DIGITS_MOST 18

/* Each of these reads a field at `at` and answers its end, or NULL where it is not plain. */

static inline unsigned digit_of(char c)
{
  return (unsigned)(unsigned char)c - '0';
}

/* Digits as a number, at most DIGITS_MOST of them. */
static inline const char *read_digits(const char *at, uint64_t *number)
{
  const char *begin = at;
  uint64_t value = 0;
  unsigned digit;
  for (digit = digit_of(*at); digit <= 9; digit = digit_of(*++at)) {
    value = value * 10 + digit;   /* what too many make of it is not looked at */
  }
  *number = value;
  return at - begin <= DIGITS_MOST ? at : NULL;
}

/* A key that is an integer in canonical form, without a sign. */
static inline const char *read_integer(const char *at, int64_t *value)
{
  uint64_t number;
  const char *end = read_digits(at, &number);
  if (end == NULL || (at[0] == '0' && end - at > 1)) {
    return NULL;
  }
  *value = end == at ? EMPTY : (int64_t)number;
  return end;
}

/* Nothing is rounded: a number with more decimals than the scale is not plain. */
static inline const char *read_decimal(const char *at, char mark, const crm__plain_column *column, int64_t *value)
{
  const char *begin = at + (*at == '-');
  uint64_t whole;
  uint64_t part = 0;
  const char *end = read_digits(begin, &whole);
  ptrdiff_t decimals = 0;
  if (end == NULL || (end == begin && *end != mark)) {
    *value = EMPTY;
    return end == at ? at : NULL;
  }
  if (end - begin > DIGITS_MOST - 7) {   /* leaves room for six decimals */
    return NULL;
  }
  if (*end == mark) {
    const char *first = end + 1;
    end = read_digits(first, &part);
    decimals = end == NULL ? 0 : end - first;
    if (decimals == 0 || decimals > column->scale) {
      return NULL;
    }
  }
  part = whole * column->factors[0] + part * column->factors[decimals];
  *value = *at == '-' ? -(int64_t)part : (int64_t)part;
  return end;
}

static int ends_field(const crm__plain *plain, char c)
{
  return c == plain->delimiter || c == '\n' || c == '\r';
}

/* A time by the general reader; it is kept, since the next one is often the same, or on the same day. */
static const char *read_new_time(crm__plain *plain, const char *at, int64_t *value)
{
  size_t length = 0;
  plain->time_length = 0;
  while (length < sizeof plain->time_text && at[length] > ' ' - 1 && !ends_field(plain, at[length])) {
    length++;
  }
  *value = EMPTY;
  if (length == 0) {
    return at;
  }
  if (length == sizeof plain->time_text || crm__time_read_iso(at, length, value) != 0) {
    return NULL;
  }
  if (length == 19 && at[4] == '-' && at[7] == '-') {
    memcpy(plain->time_text, at, 19);
    plain->time_length = 19;
    plain->time = *value;
    plain->day = crm__floor_div(*value, CRM_DAY) * CRM_DAY;
  }
  return at + length;
}

static inline const char *read_time(crm__plain *plain, const char *at, int64_t *value)
{
  const char *known = plain->time_text;
  int64_t clock;
  if (plain->time_length == 0 || crm__load64(at) != crm__load64(known) ||
      (crm__load64(at + 3) ^ crm__load64(known + 3)) != 0 || !ends_field(plain, at[19])) {
    return read_new_time(plain, at, value);
  }
  if (crm__load64(at + 11) != crm__load64(known + 11)) {
    if (!crm__digits_clock(at + 11, &clock)) {
      return NULL;
    }
    plain->time = plain->day + clock;
    memcpy(plain->time_text + 11, at + 11, 8);
  }
  *value = plain->time;
  return at + 19;
}

/* Text that needs no look at its encoding. */
static inline const char *read_field(const crm__plain *plain, const char *at, crm__field *field)
{
  const char *end = at;
  if (*at == '"') {
    return NULL;
  }
  while (*end >= ' ' && *end < 127 && *end != plain->delimiter) {
    end++;
  }
  field->text = at;
  field->length = (uint32_t)(end - at);
  field->bad = 0;
  return end;
}

/* A field that nobody wants may hold anything but a quote at its begin. */
static inline const char *skip_field(const crm__plain *plain, const char *at)
{
  if (*at == '"') {
    return NULL;
  }
  while (*at != '\0' && !ends_field(plain, *at)) {
    at++;
  }
  return at;
}

int crm__plain_delimits(char delimiter)
{
  return delimiter == ',' || delimiter == ';' || delimiter == '\t' || delimiter == '|';
}

void crm__plain_column_open(crm__plain_column *column, int32_t kind, int32_t scale)
{
  int32_t decimals;
  column->kind = kind;
  column->scale = scale;
  for (decimals = 0; decimals <= scale; decimals++) {
    column->factors[decimals] = (uint64_t)crm__power10(scale - decimals);
  }
}

const char *crm__plain_read(crm__plain *plain, const char *text, int64_t row)
{
  const char *at = text;
  uint32_t c;
  for (c = 0; c < plain->count; c++) {
    crm__plain_column *column = &plain->columns[c];
    switch (column->kind) {
    case CRM__CSV_INTEGER:
      at = read_integer(at, &column->values[row]);
      break;
    case CRM__CSV_DECIMAL:
      at = read_decimal(at, plain->mark, column, &column->values[row]);
      break;
    case CRM__CSV_TIME:
      at = read_time(plain, at, &column->values[row]);
      break;
    case CRM__CSV_FIELD:
      at = read_field(plain, at, &column->fields[row]);
      break;
    default:
      at = skip_field(plain, at);
      break;
    }
    if (at == NULL || (c + 1 < plain->count && *at != plain->delimiter)) {
      plain->stopped = c;
      plain->stopped_by = at == NULL ? '0' : *at;
      return NULL;
    }
    at += c + 1 < plain->count;
  }
  if (*at == '\n' || *at == '\r') {
    return at + 1;
  }
  plain->stopped = c - 1;
  plain->stopped_by = *at;
  return NULL;
}
