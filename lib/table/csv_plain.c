/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/csv_plain.h"

#include "base/bits.h"
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
static const char *read_digits(const char *at, uint64_t *number)
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

/* Eight characters, a digit as what it counts, and the top bits of those that are none: exact up to the second one
 * where the first is ASCII. How long a number is nobody can guess, so it is counted and not tried digit by digit (10M
 * rows loaded: a tenth less time). */
static inline uint64_t load_digits(const char *at, uint64_t *others)
{
  uint64_t word = crm__load64(at) ^ CRM__DIGITS_ZEROS;
  *others = ((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080);
  return word;
}

/* The number of the digits, at least one, before a character that is none and whose top bit is at a place. */
static inline uint64_t value_before(uint64_t digits, uint32_t place)
{
  return crm__digits_value(digits << (71 - place));
}

/* A key that is an integer in canonical form, without a sign: one that begins with a 0, is empty or long. */
static const char *read_rare_integer(const char *at, int64_t *value)
{
  uint64_t number;
  const char *end = read_digits(at, &number);
  if (end == NULL || (at[0] == '0' && end - at > 1)) {
    return NULL;
  }
  *value = end == at ? EMPTY : (int64_t)number;
  return end;
}

static inline const char *read_integer(const char *at, int64_t *value)
{
  uint64_t others;
  uint64_t digits = load_digits(at, &others);
  uint32_t place;
  if ((digits & 0xFF) - 1 > 8 || others == 0) {
    return read_rare_integer(at, value);
  }
  place = crm__lowest_bit(others);
  *value = (int64_t)value_before(digits, place);
  return at + place / 8;
}

/* A number that does not end within seven characters, behind its sign; its end is its begin where there is none. */
static const char *read_long_decimal(const char *begin, char mark, const crm__plain_column *column, uint64_t *number)
{
  uint64_t whole;
  uint64_t part = 0;
  const char *end = read_digits(begin, &whole);
  ptrdiff_t decimals = 0;
  if (end == NULL || end - begin > DIGITS_MOST - 7) {   /* leaves room for six decimals */
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
  *number = whole * column->factors[0] + part * column->factors[decimals];
  return end;
}

/* The same of up to seven characters; `others` as from load_digits, and in `more` without the first. */
static inline const char *read_short_decimal(const char *begin, uint64_t digits, uint64_t others, uint64_t more,
                                             char mark, const crm__plain_column *column, uint64_t *number)
{
  uint32_t place = crm__lowest_bit(others);
  uint32_t decimals;
  if (begin[place / 8] == mark) {
    uint64_t whole = ((others ^ more) >> 7) - 1;   /* the bytes before the mark */
    uint32_t end = crm__lowest_bit(more);
    decimals = (end - place) / 8 - 1;
    if (decimals == 0 || decimals > (uint32_t)column->scale) {
      return NULL;
    }
    digits = (digits & whole) | (digits >> 8 & ~whole);
    *number = value_before(digits, end - 8) * column->factors[decimals];
    return begin + end / 8;
  }
  if (place < 8) {
    return begin;
  }
  *number = value_before(digits, place) * column->factors[0];
  return begin + place / 8;
}

/* Nothing is rounded: a number with more decimals than the scale is not plain. */
static inline const char *read_decimal(const char *at, char mark, const crm__plain_column *column, int64_t *value)
{
  uint64_t negative = *at == '-';
  const char *begin = at + negative;
  uint64_t others;
  uint64_t digits = load_digits(begin, &others);
  uint64_t more = others & (others - 1);
  uint64_t number = 0;
  const char *end = more != 0 ? read_short_decimal(begin, digits, others, more, mark, column, &number)
                              : read_long_decimal(begin, mark, column, &number);
  if (end == begin) {
    *value = EMPTY;
    return negative ? NULL : at;
  }
  *value = negative ? -(int64_t)number : (int64_t)number;
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

/* Reads a field of a kind; answers its end, or NULL where it is not plain. */
static inline const char *read_any(crm__plain *plain, const crm__plain_column *column, const char *at, int64_t row)
{
  if (column->kind == CRM__CSV_INTEGER) {
    return read_integer(at, &column->values[row]);
  }
  if (column->kind == CRM__CSV_DECIMAL) {
    return read_decimal(at, plain->mark, column, &column->values[row]);
  }
  switch (column->kind) {
  case CRM__CSV_TIME:
    return read_time(plain, at, &column->values[row]);
  case CRM__CSV_FIELD:
    return read_field(plain, at, &column->fields[row]);
  default:
    return skip_field(plain, at);
  }
}

const char *crm__plain_read(crm__plain *plain, const char *text, int64_t row)
{
  const crm__plain_column *column = plain->columns;
  const crm__plain_column *last = column + plain->count - 1;
  const char delimiter = plain->delimiter;
  const char *at = read_any(plain, column, text, row);
  while (at != NULL && column < last && *at == delimiter) {
    column++;
    at = read_any(plain, column, at + 1, row);
  }
  if (at != NULL && column == last && (*at == '\n' || *at == '\r')) {
    return at + 1;
  }
  plain->stopped = (uint32_t)(column - plain->columns);
  plain->stopped_by = at == NULL ? '0' : *at;
  return NULL;
}
