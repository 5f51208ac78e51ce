/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/arrow_column.h"

#include "base/check.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/real.h"

#include <string.h>

/* Numbers and instants of Arrow as 64-bit integers. A value that does not fit is INT64_MIN, which no column takes: its
 * row is rejected. */

#define NONE INT64_MIN
#define SCALE_MAX 18

/* An instant that cannot be said in microseconds: later than any that a store takes. */
#define NEVER INT64_MAX

static crm_status not_whole(const crm__arrow_column *column, int64_t row, crm_error *error)
{
  return crm__fail_at(error, CRM_ERROR_TYPE, NULL, column->name, row + 1, -1,
                      "the column holds a number that is no whole one of 64 bits");
}

static void clear_bit(uint8_t *bits, int64_t at)
{
  bits[at >> 3] = (uint8_t)(bits[at >> 3] & ~(1U << (at & 7)));
}

#define WIDEN(type)                                           \
  do {                                                        \
    const type *from_ = (const type *)bytes;                  \
    for (i = 0; i < count; i++) {                             \
      values[i] = (int64_t)from_[i];                          \
    }                                                         \
  } while (0)

/* Integers of any width; unsigned ones beyond 63 bits become NONE. */
static void widen(const crm__arrow_type *type, const void *bytes, int64_t count, int64_t *values)
{
  int64_t i;
  switch (type->kind == CRM__ARROW_SIGNED ? -type->width : type->width) {
  case -1:
    WIDEN(int8_t);
    break;
  case -2:
    WIDEN(int16_t);
    break;
  case -4:
    WIDEN(int32_t);
    break;
  case 1:
    WIDEN(uint8_t);
    break;
  case 2:
    WIDEN(uint16_t);
    break;
  case 4:
    WIDEN(uint32_t);
    break;
  case 8:
    for (i = 0; i < count; i++) {
      uint64_t value = ((const uint64_t *)bytes)[i];
      values[i] = value > INT64_MAX ? NONE : (int64_t)value;
    }
    break;
  default:
    WIDEN(int64_t);
    break;
  }
}

/* An integer that says which row it is, or is no number, must not pass for a key. */
static crm_status check_whole(const crm__arrow_column *column, const crm__arrow_rows *rows, const int64_t *values,
                              crm_error *error)
{
  const uint8_t *bits = rows->array->null_count == 0 ? NULL : rows->array->buffers[0];
  int64_t i;
  for (i = 0; i < rows->count; i++) {
    if (values[i] == NONE && crm__arrow_bit(bits, rows->first + i)) {
      return not_whole(column, i, error);
    }
  }
  return CRM_OK;
}

static double real_at(const void *bytes, int32_t width, int64_t i)
{
  return width == 4 ? (double)((const float *)bytes)[i] : ((const double *)bytes)[i];
}

static crm_status read_reals(const crm__arrow_column *column, int32_t width, const void *bytes,
                             const crm__arrow_rows *rows, int64_t *values, crm_column *into, crm_error *error)
{
  int32_t wanted = column->wanted;
  double largest = 0;
  int64_t i;
  for (i = 0; i < rows->count; i++) {
    double number = real_at(bytes, width, i);
    if (number != number) {
      clear_bit(rows->validity, i);
    } else if (crm__arrow_bit(rows->validity, i)) {
      double magnitude = number < 0 ? -number : number;
      largest = magnitude > largest ? magnitude : largest;
    }
  }
  into->scale = wanted == CRM__ARROW_WHOLE ? 0 : crm__real_scale(largest, wanted);
  into->type = wanted == CRM__ARROW_WHOLE ? CRM_TYPE_INTEGER : CRM_TYPE_DECIMAL;
  for (i = 0; i < rows->count; i++) {
    double number = real_at(bytes, width, i);
    values[i] = NONE;
    if (!crm__arrow_bit(rows->validity, i)) {
      values[i] = 0;
    } else if (wanted != CRM__ARROW_WHOLE) {
      (void)crm__real_read(number, width == 4, wanted, into->scale, &values[i]);
    } else if (!crm__real_whole(number, &values[i])) {
      return not_whole(column, i, error);
    }
  }
  return CRM_OK;
}

/* A decimal's integer in two halves of its magnitude; beyond 128 bits it does not fit. */
typedef struct magnitude {
  uint64_t low;
  uint64_t high;
  int negative;
  int beyond;
  int cut;         /* a decimal other than 0 was cut off */
} magnitude;

static magnitude magnitude_at(const void *bytes, int32_t width, int64_t i)
{
  static const uint16_t probe = 1;
  const uint64_t *words = (const uint64_t *)bytes + i * (width / 8);
  int32_t count = width / 8;
  int32_t k;
  magnitude found = {0, 0, 0, 0, 0};
  uint64_t carry;
  if (width <= 8) {
    int64_t value = width == 4 ? ((const int32_t *)bytes)[i] : ((const int64_t *)bytes)[i];
    found.negative = value < 0;
    found.low = crm__magnitude(value);
    return found;
  }
  found.negative = (words[*(const uint8_t *)&probe == 1 ? count - 1 : 0] >> 63) != 0;
  carry = found.negative ? 1U : 0U;
  for (k = 0; k < count; k++) {
    uint64_t word = words[*(const uint8_t *)&probe == 1 ? k : count - 1 - k];
    if (found.negative) {
      word = ~word + carry;
      carry = carry != 0 && word == 0 ? 1U : 0U;
    }
    if (k == 0) {
      found.low = word;
    } else if (k == 1) {
      found.high = word;
    } else if (word != 0) {
      found.beyond = 1;
    }
  }
  return found;
}

/* Cuts off the last decimal and answers it. */
static int32_t drop_decimal(magnitude *of)
{
  uint64_t upper = of->high / 10;
  uint64_t middle = (of->high % 10) << 32 | of->low >> 32;
  uint64_t lower = (middle % 10) << 32 | (of->low & UINT32_MAX);
  of->cut |= lower % 10 != 0;
  of->high = upper;
  of->low = (middle / 10) << 32 | lower / 10;
  return (int32_t)(lower % 10);
}

static int fits(const magnitude *of)
{
  return of->high == 0 && of->low <= INT64_MAX && !of->beyond;
}

/* To a scale; the rest is rounded half away from zero, or cut off. */
static int64_t decimal_value(magnitude of, int32_t from, int32_t to, int rounded, int *cut)
{
  int64_t value;
  int up = 0;
  for (; from > to && !of.beyond; from--) {
    up = drop_decimal(&of) >= 5 && rounded;
  }
  of.low += up && of.low < INT64_MAX ? 1U : 0U;
  *cut = of.cut;
  if (!fits(&of)) {
    return NONE;
  }
  value = (int64_t)of.low;
  for (; from < to; from++) {
    if (value > INT64_MAX / 10) {
      return NONE;
    }
    value *= 10;
  }
  return of.negative ? -value : value;
}

/* The most decimals, up to those of the type and at least those wanted, with which the values fit. */
static int32_t decimal_scale(const crm__arrow_type *type, const void *bytes, const crm__arrow_rows *rows,
                             const uint8_t *validity, int32_t least)
{
  int32_t scale = type->scale < 0 ? 0 : type->scale > SCALE_MAX ? SCALE_MAX : type->scale;
  int64_t i;
  for (i = 0; i < rows->count && scale > least; i++) {
    if (crm__arrow_bit(validity, rows->first + i)) {
      magnitude of = magnitude_at(bytes, type->width, i);
      int32_t at = type->scale;
      for (; at > scale; at--) {
        (void)drop_decimal(&of);
      }
      for (; at > least && !fits(&of); at--) {
        (void)drop_decimal(&of);
      }
      scale = at < scale ? at : scale;
    }
  }
  return scale;
}

static crm_status read_decimals(const crm__arrow_column *column, const crm__arrow_type *type, const void *bytes,
                                const crm__arrow_rows *rows, int64_t *values, crm_column *into, crm_error *error)
{
  const uint8_t *validity = rows->array->null_count == 0 ? NULL : rows->array->buffers[0];
  int whole = column->wanted == CRM__ARROW_WHOLE;
  int64_t i;
  into->type = whole ? CRM_TYPE_INTEGER : CRM_TYPE_DECIMAL;
  into->scale = whole ? 0 : decimal_scale(type, bytes, rows, validity, column->wanted);
  for (i = 0; i < rows->count; i++) {
    int cut;
    values[i] = 0;
    if (!crm__arrow_bit(validity, rows->first + i)) {
      continue;
    }
    values[i] = decimal_value(magnitude_at(bytes, type->width, i), type->scale, into->scale,
                              into->scale == column->wanted, &cut);
    if (whole && (values[i] == NONE || cut)) {
      return not_whole(column, i, error);
    }
  }
  return CRM_OK;
}

crm_status crm__arrow_numbers(crm__arrow_column *column, const crm__arrow_type *type, const crm__arrow_rows *rows,
                              int64_t *values, crm_column *into, crm_error *error)
{
  const void *bytes = rows->count == 0 ? NULL : (const char *)rows->array->buffers[1] + rows->first * type->width;
  if (rows->count == 0) {
    into->type = CRM_TYPE_INTEGER;
    return CRM_OK;
  }
  if (type->kind == CRM__ARROW_FLOAT) {
    return read_reals(column, type->width, bytes, rows, values, into, error);
  }
  if (type->kind == CRM__ARROW_DECIMAL) {
    return read_decimals(column, type, bytes, rows, values, into, error);
  }
  into->type = CRM_TYPE_INTEGER;
  widen(type, bytes, rows->count, values);
  return type->width == 8 && column->wanted == CRM__ARROW_WHOLE ? check_whole(column, rows, values, error) : CRM_OK;
}

/* An instant in microseconds. */
static int64_t in_microseconds(int64_t value, int32_t unit)
{
  if (unit == CRM__ARROW_NANOSECONDS) {
    return crm__floor_div(value, 1000);
  }
  return value > INT64_MAX / unit || value < -(INT64_MAX / unit) ? NEVER : value * unit;
}

/* The span that holds an instant, -1 where none does. */
static int32_t find_span(const crm__arrow_zone *zone, int64_t instant)
{
  int32_t i;
  if (zone->count > 0 && instant >= zone->from[zone->last] && instant < zone->to[zone->last]) {
    return zone->last;
  }
  for (i = 0; i < zone->count; i++) {
    if (instant >= zone->from[i] && instant < zone->to[i]) {
      return i;
    }
  }
  return -1;
}

/* Asks the host of the span of an instant; the oldest one makes room. */
static crm_status ask_span(crm__arrow_zone *zone, const char *name, int64_t instant)
{
  int64_t offset = 0;
  int64_t from = instant;
  int64_t to = instant;
  int32_t place = zone->count < CRM__ARROW_SPANS ? zone->count : (zone->last + 1) % CRM__ARROW_SPANS;
  crm_status status = zone->ask == NULL ? CRM_ERROR_NOT_FOUND
                                        : zone->ask(zone->context, name, instant, &offset, &from, &to);
  if (status == CRM_OK) {
    zone->offset[place] = offset;
    zone->from[place] = from;
    zone->to[place] = to;
    zone->last = place;
    zone->count += place == zone->count;
  }
  return status;
}

/* From UTC to the wall clock of the column's zone. */
static crm_status to_wall_clock(crm__arrow_column *column, const crm__arrow_type *type, int64_t row, int64_t *value,
                                crm_error *error)
{
  crm__arrow_zone *zone = &column->zone;
  int64_t offset = type->offset;
  if (!type->fixed) {
    int32_t span = find_span(zone, *value);
    crm_status status = span >= 0 ? CRM_OK : ask_span(zone, type->zone, *value);
    if (status == CRM_ERROR_NOT_FOUND) {
      return crm__fail_at(error, CRM_ERROR_TYPE, NULL, column->name, row + 1, -1,
                          "the time zone of the column is not known: %s", type->zone);
    }
    if (status != CRM_OK) {
      return crm__fail_at(error, status, NULL, column->name, row + 1, -1,
                          "the host did not say what a time zone's clock shows");
    }
    zone->last = span >= 0 ? span : zone->last;
    offset = zone->offset[zone->last];
  }
  if (crm__add_overflows(*value, offset, value)) {
    *value = NEVER;
  }
  return CRM_OK;
}

crm_status crm__arrow_instants(crm__arrow_column *column, const crm__arrow_type *type, const crm__arrow_rows *rows,
                               int64_t *values, crm_error *error)
{
  const uint8_t *validity = rows->array->null_count == 0 ? NULL : rows->array->buffers[0];
  const int64_t *from = rows->array->buffers[1];
  int moves = !type->fixed || type->offset != 0;
  int64_t i;
  for (i = 0; i < rows->count; i++) {
    values[i] = in_microseconds(from[rows->first + i], type->unit);
    if (moves && values[i] != NEVER && crm__arrow_bit(validity, rows->first + i)) {
      crm_status status = to_wall_clock(column, type, i, &values[i], error);
      if (status != CRM_OK) {
        return status;
      }
    }
  }
  return CRM_OK;
}
