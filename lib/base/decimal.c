/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/decimal.h"

#include "base/check.h"
#include "base/text.h"
#include "base/wide.h"

#define MOST_DECIMALS 18
#define PLAIN_LENGTH 18                           /* so many digits fit 64 bits whatever they are */
#define EXPONENT_LIMIT INT64_C(1000000000000000)  /* beyond any text's length, far below what overflows */

static const int64_t powers[MOST_DECIMALS + 1] = {INT64_C(1),
                                                  INT64_C(10),
                                                  INT64_C(100),
                                                  INT64_C(1000),
                                                  INT64_C(10000),
                                                  INT64_C(100000),
                                                  INT64_C(1000000),
                                                  INT64_C(10000000),
                                                  INT64_C(100000000),
                                                  INT64_C(1000000000),
                                                  INT64_C(10000000000),
                                                  INT64_C(100000000000),
                                                  INT64_C(1000000000000),
                                                  INT64_C(10000000000000),
                                                  INT64_C(100000000000000),
                                                  INT64_C(1000000000000000),
                                                  INT64_C(10000000000000000),
                                                  INT64_C(100000000000000000),
                                                  INT64_C(1000000000000000000)};

/* A number as it is written: 0.d1d2d3... * 10^point, d1 being the first digit that is not 0. */
typedef struct number {
  const char *first;   /* at d1; NULL for zero */
  const char *last;    /* behind the last digit (or the mark) */
  int64_t point;
  int64_t decimals;    /* decimals that are written, less the exponent */
  int negative;
} number;

static int is_digit(char c)
{
  return c >= '0' && c <= '9';
}

int64_t crm__power10(int32_t exponent)
{
  return powers[exponent];
}

/* magnitude with some decimals to `scale` decimals; 1 where it does not fit. */
static int rescale_magnitude(uint64_t magnitude, int32_t decimals, int32_t scale, uint64_t *result, int *inexact)
{
  if (decimals == scale) {
    *result = magnitude;
  } else if (decimals < scale) {
    uint64_t factor = (uint64_t)powers[scale - decimals];
    /* 2^32 * 10^9 fits: no division for what is usual. */
    if (((magnitude >> 32) != 0 || scale - decimals > 9) && magnitude > (uint64_t)INT64_MAX / factor) {
      return 1;
    }
    *result = magnitude * factor;
  } else {
    uint64_t divisor = (uint64_t)powers[decimals - scale];
    uint64_t rest = magnitude % divisor;
    *result = magnitude / divisor + (rest >= divisor - rest);
    if (rest != 0 && inexact != NULL) {
      *inexact = 1;
    }
  }
  return *result > (uint64_t)INT64_MAX;
}

static int64_t with_sign(uint64_t magnitude, int negative)
{
  return negative ? -(int64_t)magnitude : (int64_t)magnitude;
}

/* Nothing but a minus, digits and a mark, short enough never to overflow; 0 where it is anything else, good or bad. */
static int read_plain(const char *text, size_t length, char mark, uint64_t *magnitude, int32_t *decimals)
{
  size_t start = length > 0 && text[0] == '-';
  size_t i = start;
  size_t point;
  uint64_t value = 0;
  unsigned digit;
  if (length > PLAIN_LENGTH) {
    return 0;
  }
  for (; i < length && (digit = (unsigned char)text[i] - (unsigned)'0') <= 9; i++) {
    value = value * 10 + digit;
  }
  *decimals = 0;
  if (i < length) {
    if (text[i] != mark) {
      return 0;
    }
    point = i++;
    start++;
    for (; i < length && (digit = (unsigned char)text[i] - (unsigned)'0') <= 9; i++) {
      value = value * 10 + digit;
    }
    *decimals = (int32_t)(i - point - 1);
  }
  *magnitude = value;
  return i == length && i > start;
}

/* Finds digits, mark and where the first digit that counts is; answers behind them, NULL where there is no digit. */
static const char *scan_digits(const char *at, const char *end, char mark, number *result)
{
  const char *start = at;
  const char *mark_at = NULL;
  int64_t digits = 0;
  for (; at < end && (is_digit(*at) || (*at == mark && mark_at == NULL)); at++) {
    if (*at == mark) {
      mark_at = at;
    } else if (*at != '0' && result->first == NULL) {
      result->first = at;
    }
  }
  result->last = at;
  digits = (int64_t)(at - start) - (mark_at != NULL);
  result->decimals = mark_at != NULL ? (int64_t)(at - mark_at) - 1 : 0;
  if (result->first != NULL) {
    int64_t before = (int64_t)(result->first - start) - (mark_at != NULL && mark_at < result->first);
    result->point = digits - result->decimals - before;
  }
  return digits > 0 ? at : NULL;
}

/* The exponent with its sign from behind the e; 0 where it is none. A huge one stops growing. */
static int scan_exponent(const char *at, const char *end, int64_t *exponent)
{
  int negative = at < end && *at == '-';
  int64_t value = 0;
  if (at < end && (*at == '-' || *at == '+')) {
    at++;
  }
  if (at == end) {
    return 0;
  }
  for (; at < end; at++) {
    if (!is_digit(*at)) {
      return 0;
    }
    if (value < EXPONENT_LIMIT) {
      value = value * 10 + (*at - '0');
    }
  }
  *exponent = negative ? -value : value;
  return 1;
}

static int scan_number(const char *text, size_t length, char mark, number *result)
{
  const char *at;
  const char *end;
  int64_t exponent = 0;
  crm__trim(&text, &length);
  if (length == 0) {
    return 0;
  }
  at = text;
  end = text + length;
  result->first = NULL;
  result->point = 0;
  result->negative = *at == '-';
  at += *at == '-' || *at == '+';
  at = scan_digits(at, end, mark, result);
  if (at == NULL) {
    return 0;
  }
  if (at < end && ((*at != 'e' && *at != 'E') || !scan_exponent(at + 1, end, &exponent))) {
    return 0;
  }
  result->point += exponent;
  result->decimals -= exponent;
  return 1;
}

/* The number with `scale` decimals; 1 where it does not fit. */
static int take_scaled(const number *source, int32_t scale, int64_t *value, int *rounded)
{
  const char *at = source->first;
  int64_t wanted = source->point + scale;
  uint64_t magnitude = 0;
  int up = 0;
  int rest = 0;
  if (at == NULL) {
    *value = 0;
    return 0;
  }
  if (wanted > MOST_DECIMALS + 1) {
    return 1;
  }
  for (; wanted > 0; wanted--) {
    at += at < source->last && !is_digit(*at);
    magnitude *= 10;
    if (at < source->last) {
      magnitude += (uint64_t)(*at++ - '0');
    }
  }
  at += at < source->last && !is_digit(*at);
  up = wanted == 0 && at < source->last && *at >= '5';
  for (; at < source->last && !rest; at++) {
    rest = is_digit(*at) && *at != '0';
  }
  magnitude += (uint64_t)up;
  if (magnitude > (uint64_t)INT64_MAX) {
    return 1;
  }
  *value = with_sign(magnitude, source->negative);
  *rounded = rest;
  return 0;
}

int crm__decimal_read_scaled(const char *text, size_t length, char mark, int32_t scale, int64_t *value, int *inexact)
{
  uint64_t magnitude;
  int32_t decimals;
  number source;
  int rounded = 0;
  if (read_plain(text, length, mark, &magnitude, &decimals)) {
    if (rescale_magnitude(magnitude, decimals, scale, &magnitude, inexact)) {
      return CRM__DECIMAL_RANGE;
    }
    *value = with_sign(magnitude, text[0] == '-');
    return CRM__DECIMAL_OK;
  }
  if (!scan_number(text, length, mark, &source)) {
    return CRM__DECIMAL_BAD;
  }
  if (take_scaled(&source, scale, value, &rounded)) {
    return CRM__DECIMAL_RANGE;
  }
  if (rounded && inexact != NULL) {
    *inexact = 1;
  }
  return CRM__DECIMAL_OK;
}

int crm__decimal_read(const char *text, size_t length, char mark, crm__decimal *value)
{
  uint64_t magnitude;
  int32_t decimals;
  number source;
  int64_t scale;
  int rounded = 0;
  if (read_plain(text, length, mark, &magnitude, &decimals)) {
    value->coefficient = with_sign(magnitude, text[0] == '-');
    value->scale = decimals;
    value->inexact = 0;
    return CRM__DECIMAL_OK;
  }
  if (!scan_number(text, length, mark, &source)) {
    return CRM__DECIMAL_BAD;
  }
  scale = source.decimals > MOST_DECIMALS ? MOST_DECIMALS : source.decimals;
  if (source.first != NULL && scale > MOST_DECIMALS + 1 - source.point) {
    scale = MOST_DECIMALS + 1 - source.point;
  }
  scale = scale < 0 ? 0 : scale;
  if (take_scaled(&source, (int32_t)scale, &value->coefficient, &rounded)) {
    /* 19 digits may pass the limit, 18 never do. */
    if (scale == 0 || take_scaled(&source, (int32_t)--scale, &value->coefficient, &rounded)) {
      return CRM__DECIMAL_RANGE;
    }
  }
  value->scale = (int32_t)scale;
  value->inexact = rounded;
  return CRM__DECIMAL_OK;
}

int crm__decimal_rescale(int64_t coefficient, int32_t from, int32_t to, int64_t *value, int *inexact)
{
  uint64_t magnitude = 0;
  int rounded = 0;
  if (rescale_magnitude(crm__magnitude(coefficient), from, to, &magnitude, &rounded)) {
    return 1;
  }
  if (rounded && inexact != NULL) {
    *inexact = 1;
  }
  *value = with_sign(magnitude, coefficient < 0);
  return 0;
}

/* product * 10^-excess rounded half away from zero, excess 0 to 36. */
static crm__wide drop_decimals(crm__wide product, int32_t excess, int *rounded)
{
  uint64_t cut = 0;
  /* Cutting first keeps it one rounding: half of 10^18 is a whole number, so what is cut off decides no tie. */
  if (excess > MOST_DECIMALS) {
    product = crm__wide_quotient(product, (uint64_t)powers[excess - MOST_DECIMALS], &cut);
    excess = MOST_DECIMALS;
  }
  product = crm__wide_divide(product, (uint64_t)powers[excess], rounded);
  *rounded |= cut != 0;
  return product;
}

int crm__decimal_multiply(crm__decimal a, crm__decimal b, int32_t to, int64_t *value, int *inexact)
{
  crm__wide product = crm__wide_multiply(a.coefficient, b.coefficient);
  int32_t scale = a.scale + b.scale;
  int rounded = 0;
  int overflow = 0;
  if (scale > to) {
    product = drop_decimals(product, scale - to, &rounded);
  } else {
    product = crm__wide_times(product, (uint64_t)powers[to - scale], &overflow);
  }
  if (overflow || crm__wide_to_int64(product, value)) {
    return 1;
  }
  if (rounded && inexact != NULL) {
    *inexact = 1;
  }
  return 0;
}

size_t crm__decimal_write(int64_t value, int32_t scale, char *text)
{
  char digits[24];
  char *at = text;
  uint64_t magnitude = crm__magnitude(value);
  int32_t count = 0;
  while (magnitude != 0 || count <= scale) {
    digits[count++] = (char)('0' + (int)(magnitude % 10));
    magnitude /= 10;
  }
  if (value < 0) {
    *at++ = '-';
  }
  while (count > 0) {
    if (count == scale) {
      *at++ = '.';
    }
    *at++ = digits[--count];
  }
  return (size_t)(at - text);
}
