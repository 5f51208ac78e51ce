/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_program.h"

#include "analysis/population.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* Literals as values of a field's type. */

#define LOWEST (INT64_MIN + 1)   /* INT64_MIN is no value */

/* ---- numbers ---- */

/* Adds a digit; 1 where the value passes 64 bits. */
static int add_digit(int64_t *value, char digit)
{
  int64_t more = digit - '0';
  if (*value > (INT64_MAX - more) / 10) {
    return 1;
  }
  *value = *value * 10 + more;
  return 0;
}

static void read_decimal(const char *text, size_t length, int32_t scale, int negative, crm__literal *literal)
{
  int64_t value = 0;
  int32_t decimals = -1;   /* -1: before the point */
  int between = 0;
  int beyond = 0;
  size_t i;
  for (i = 0; i < length; i++) {
    if (text[i] == '.') {
      decimals = 0;
    } else if (decimals >= scale) {
      between |= text[i] != '0';
    } else {
      beyond |= add_digit(&value, text[i]);
      decimals += decimals >= 0;
    }
  }
  for (decimals = decimals < 0 ? 0 : decimals; decimals < scale; decimals++) {
    beyond |= add_digit(&value, '0');
  }
  if (beyond || (between && value == INT64_MAX)) {
    literal->beyond = negative ? -1 : 1;
    return;
  }
  literal->low = negative ? -value : value + between;
  literal->high = negative ? -value - between : value;
}

static crm_status read_number(crm__parser *parser, const crm__segment_field *field, crm__literal *literal)
{
  int negative = 0;
  crm_status status = CRM_OK;
  if (parser->word.kind == CRM__WORD_MINUS || parser->word.kind == CRM__WORD_PLUS) {
    negative = parser->word.kind == CRM__WORD_MINUS;
    status = crm__parse_advance(parser);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (parser->word.kind != CRM__WORD_NUMBER) {
    return parser->word.kind == CRM__WORD_TEXT || parser->word.kind == CRM__WORD_DATE
             ? crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start, "this field is compared with a number")
             : crm__parse_expected(parser, "a number");
  }
  read_decimal(parser->text + parser->word.start, parser->word.length, field->scale, negative, literal);
  return crm__parse_advance(parser);
}

/* ---- dates ---- */

typedef struct moment {
  int64_t day;
  int64_t time;        /* where it is no date alone */
  int date_only;
  int without_end;     /* as-of where there are no facts: after everything */
} moment;

static crm_status read_moment(crm__parser *parser, moment *of)
{
  const crm__scope *scope = &parser->program->fields->plan;
  const char *text = parser->text + parser->word.start;
  size_t length = parser->word.length;
  memset(of, 0, sizeof *of);
  of->date_only = 1;
  if (crm__word_is(parser->text, &parser->word, "as_of")) {
    of->day = scope->as_of_day;
    of->without_end = scope->as_of == INT64_MAX;
    return crm__parse_advance(parser);
  }
  if (parser->word.kind == CRM__WORD_TEXT) {
    text++;
    length -= 2;
    crm__trim(&text, &length);
    of->date_only = length <= 10;
    if (crm__time_read_iso(text, length, &of->time) != 0) {
      return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start,
                             "this field is compared with a date, as 2024-01-31");
    }
  } else if (parser->word.kind == CRM__WORD_DATE) {
    of->date_only = parser->word.date_only;
    of->time = parser->word.time;
  } else if (parser->word.kind == CRM__WORD_NUMBER) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start,
                           "this field is compared with a date, as 2024-01-31");
  } else {
    return crm__parse_expected(parser, "a date or as_of");
  }
  of->day = crm__business_day(of->time, 0);
  return crm__parse_advance(parser);
}

/* Months later, or the last day of that month where it is shorter. */
static int64_t add_months(int64_t day, int64_t months)
{
  int32_t year;
  int32_t month;
  int32_t of_month;
  int32_t days;
  int64_t all;
  crm__civil_from_days((int32_t)day, &year, &month, &of_month);
  all = (int64_t)year * 12 + month - 1 + months;
  year = (int32_t)(all / 12);
  month = (int32_t)(all % 12) + 1;
  days = crm__days_in_month(year, month);
  return crm__days_from_civil(year, month, of_month < days ? of_month : days);
}

#define MOST_UNITS 110000   /* days in three centuries, so that nothing passes its bounds */

static crm_status add_interval(crm__parser *parser, moment *to, int sign)
{
  static const struct {
    const char *one;
    const char *many;
    int32_t days;
    int32_t months;
  } units[] = {{"day", "days", 1, 0}, {"week", "weeks", 7, 0}, {"month", "months", 0, 1}, {"year", "years", 0, 12}};
  crm__literal count = {0, 0, 0};
  crm_status status;
  size_t at = parser->word.start;
  size_t i = 0;
  if (parser->word.kind != CRM__WORD_NUMBER) {
    return crm__parse_expected(parser, "a number of days, weeks, months or years");
  }
  read_decimal(parser->text + parser->word.start, parser->word.length, 0, 0, &count);
  if (count.beyond || count.low != count.high || count.low > MOST_UNITS) {
    return crm__parse_fail(parser, CRM_ERROR_RANGE, at, "this is no number of days, weeks, months or years");
  }
  status = crm__parse_advance(parser);
  while (status == CRM_OK && i < 4 && !crm__word_is(parser->text, &parser->word, units[i].one) &&
         !crm__word_is(parser->text, &parser->word, units[i].many)) {
    i++;
  }
  if (status != CRM_OK) {
    return status;
  }
  if (i == 4) {
    return crm__parse_expected(parser, "days, weeks, months or years");
  }
  if (units[i].months > 0 && count.low <= 12 * 300) {
    to->day = add_months(to->day, sign * count.low * units[i].months);
  } else {
    to->day += sign * count.low * (units[i].months > 0 ? MOST_UNITS : units[i].days);
  }
  if (to->day < CRM__TIME_MIN / CRM_DAY || to->day >= CRM__TIME_MAX / CRM_DAY) {
    return crm__parse_fail(parser, CRM_ERROR_RANGE, at, "this leads to a date outside 1900 to 2199");
  }
  return crm__parse_advance(parser);
}

static crm_status read_time(crm__parser *parser, const crm__segment_field *field, crm__literal *literal)
{
  const crm__scope *scope = &parser->program->fields->plan;
  size_t at = parser->word.start;
  moment of;
  crm_status status = read_moment(parser, &of);
  if (status == CRM_OK && !of.date_only && field->type == CRM__FIELD_DATE) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, at, "this field is a date, which has no time of day");
  }
  while (status == CRM_OK && of.date_only &&
         (parser->word.kind == CRM__WORD_PLUS || parser->word.kind == CRM__WORD_MINUS)) {
    int sign = parser->word.kind == CRM__WORD_PLUS ? 1 : -1;
    status = crm__parse_advance(parser);
    if (status == CRM_OK) {
      status = add_interval(parser, &of, sign);
    }
  }
  if (status != CRM_OK) {
    return status;
  }
  literal->beyond = of.without_end;
  if (field->type == CRM__FIELD_DATE) {
    literal->low = of.day;
    literal->high = of.day;
  } else if (of.date_only) {
    literal->low = crm__day_instant(scope, of.day);
    literal->high = crm__day_instant(scope, of.day + 1) - 1;
  } else {
    literal->low = of.time;
    literal->high = of.time;
  }
  return CRM_OK;
}

/* ---- words, yes and no ---- */

static crm_status fail_word(const crm__parser *parser, const crm__field_word *words, int32_t count)
{
  char text[200] = "this field is one of";
  size_t at = strlen(text);
  int32_t i;
  for (i = 0; i < count && at + words[i].length + 6 < sizeof text; i++) {
    text[at++] = ' ';
    memcpy(text + at, words[i].text, words[i].length);
    at += words[i].length;
    text[at++] = ',';
  }
  text[i < count ? at : at - 1] = '\0';
  if (i < count) {
    memcpy(text + at, " ...", 5);
  }
  return crm__parse_fail(parser, CRM_ERROR_VALUE, parser->word.start, text);
}

static crm_status read_word(crm__parser *parser, const crm__segment_field *field, crm__literal *literal)
{
  crm__field_word words[CRM__FIELD_WORDS];
  int32_t count = crm__field_words(parser->program->fields, field, words);
  const char *text = parser->text + parser->word.start + 1;
  int32_t i;
  if (parser->word.kind == CRM__WORD_NUMBER || parser->word.kind == CRM__WORD_DATE) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start, "this field is compared with a text in quotes");
  }
  if (parser->word.kind != CRM__WORD_TEXT) {
    return crm__parse_expected(parser, "a text in quotes");
  }
  for (i = 0; i < count; i++) {
    if (parser->word.length - 2 == words[i].length && memcmp(text, words[i].text, words[i].length) == 0) {
      literal->low = i;
      literal->high = i;
      return crm__parse_advance(parser);
    }
  }
  return fail_word(parser, words, count);
}

static crm_status read_yes_no(crm__parser *parser, crm__literal *literal)
{
  int yes = crm__word_is(parser->text, &parser->word, "true");
  if (!yes && !crm__word_is(parser->text, &parser->word, "false")) {
    return parser->word.kind == CRM__WORD_NAME || parser->word.kind == CRM__WORD_END
             ? crm__parse_expected(parser, "true or false")
             : crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start, "this field is compared with true or false");
  }
  literal->low = yes;
  literal->high = yes;
  return crm__parse_advance(parser);
}

/* ---- texts and keys ---- */

/* A number that is a key as it is written: so nobody asks for 7 and gets the text 007. */
static int is_whole(const crm__parser *parser)
{
  const char *text = parser->text + parser->word.start;
  return memchr(text, '.', parser->word.length) == NULL && (text[0] != '0' || parser->word.length == 1);
}

static crm__key key_of(const crm__parser *parser, char *buffer)
{
  const char *text = parser->text + parser->word.start;
  size_t length = 0;
  size_t i;
  if (parser->word.kind != CRM__WORD_TEXT) {
    return crm__key_from(text, parser->word.length);
  }
  for (i = 1; i + 1 < parser->word.length; i++) {
    buffer[length++] = text[i];
    i += text[i] == '\'';
  }
  return crm__key_from(buffer, length);
}

crm_status crm__parse_key(crm__parser *parser, const crm__segment_field *field, crm__key *key)
{
  int number = field->type == CRM__FIELD_KEY && parser->word.kind == CRM__WORD_NUMBER;
  char *buffer;
  if (parser->word.kind == CRM__WORD_DATE || (parser->word.kind == CRM__WORD_NUMBER && !number)) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start, "this field is compared with a text in quotes");
  }
  if (parser->word.kind != CRM__WORD_TEXT && !number) {
    return crm__parse_expected(parser, field->type == CRM__FIELD_KEY ? "a key" : "a text in quotes");
  }
  if (number && !is_whole(parser)) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start,
                           "a key that is no whole number stands in quotes");
  }
  buffer = crm__scope_alloc(&parser->program->fields->plan, parser->word.length + 1U, 1);
  if (buffer == NULL) {
    return crm__fail_memory(parser->error);
  }
  *key = key_of(parser, buffer);
  return crm__parse_advance(parser);
}

static crm_status read_text(crm__parser *parser, const crm__segment_field *field, crm__literal *literal)
{
  const crm__fields *fields = parser->program->fields;
  uint32_t id;
  crm__key key;
  crm_status status = crm__parse_key(parser, field, &key);
  if (status != CRM_OK) {
    return status;
  }
  id = field->type == CRM__FIELD_TEXT ? crm__name_find(fields->store, key)
                                      : crm__customer_place(fields->store, key);
  literal->low = id == CRM__NONE ? 1 : (int64_t)id;
  literal->high = id == CRM__NONE ? 0 : (int64_t)id;
  return CRM_OK;
}

crm_status crm__parse_literal(crm__parser *parser, const crm__segment_field *field, crm__literal *literal)
{
  memset(literal, 0, sizeof *literal);
  switch (field->type) {
  case CRM__FIELD_DATE:
  case CRM__FIELD_TIME:
    return read_time(parser, field, literal);
  case CRM__FIELD_TEXT:
  case CRM__FIELD_KEY:
    return read_text(parser, field, literal);
  case CRM__FIELD_WORD:
    return read_word(parser, field, literal);
  case CRM__FIELD_YES_NO:
    return read_yes_no(parser, literal);
  default:
    return read_number(parser, field, literal);
  }
}

static crm__range range_of(int64_t low, int64_t high)
{
  crm__range range;
  range.low = low;
  range.high = high;
  return range;
}

crm__range crm__literal_range(int32_t compare, const crm__literal *literal)
{
  int below = compare == CRM__WORD_LESS || compare == CRM__WORD_LESS_EQUAL;
  int above = compare == CRM__WORD_GREATER || compare == CRM__WORD_GREATER_EQUAL;
  if (literal->beyond != 0) {
    return (literal->beyond > 0 && below) || (literal->beyond < 0 && above) ? range_of(LOWEST, INT64_MAX)
                                                                              : range_of(1, 0);
  }
  switch (compare) {
  case CRM__WORD_LESS:
    return literal->low == LOWEST ? range_of(1, 0) : range_of(LOWEST, literal->low - 1);
  case CRM__WORD_LESS_EQUAL:
    return range_of(LOWEST, literal->high);
  case CRM__WORD_GREATER:
    return literal->high == INT64_MAX ? range_of(1, 0) : range_of(literal->high + 1, INT64_MAX);
  case CRM__WORD_GREATER_EQUAL:
    return range_of(literal->low, INT64_MAX);
  default:
    return range_of(literal->low, literal->high);
  }
}
