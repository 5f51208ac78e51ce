/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/civil.h"

#include "base/check.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>

#define FIRST_DAY (-719162)    /* 0001-01-01 */
#define LAST_DAY 2932896       /* 9999-12-31 */
#define MONDAY_BEFORE_1970 3   /* 1970-01-01 was a Thursday: so many days after a Monday */
#define LABEL_BYTES 64

static crm_status refuse(crm_error *error, const char *option, const char *message)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, option, 0, -1, "%s", message);
}

static crm_status check_starts(const crm_calendar *options, crm_error *error)
{
  int64_t i;
  if (options->starts == NULL || options->count < 2) {
    return refuse(error, "starts", "a table of periods needs at least two starts");
  }
  for (i = 0; i < options->count; i++) {
    if (options->starts[i] < FIRST_DAY || options->starts[i] > LAST_DAY) {
      return refuse(error, "starts", "the start of a period lies outside the years 1 to 9999");
    }
    if (i > 0 && options->starts[i] <= options->starts[i - 1]) {
      return refuse(error, "starts", "the starts of periods do not rise");
    }
  }
  return CRM_OK;
}

crm_status crm__calendar_open(crm__calendar *calendar, const crm_calendar *options, crm_error *error)
{
  static const crm_calendar defaults = CRM_CALENDAR_INIT;
  crm_calendar checked = defaults;
  crm_status status = CRM_OK;
  if (options != NULL) {
    status = crm__struct_read(&checked, sizeof(checked), options, "crm_calendar", error);
    checked.struct_size = (uint32_t)sizeof(checked);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (checked.period < CRM_PERIOD_MONTH || checked.period > CRM_PERIOD_TABLE) {
    return refuse(error, "period", "unknown kind of period");
  }
  if (checked.week_start < CRM_WEEKDAY_MONDAY || checked.week_start > CRM_WEEKDAY_SUNDAY) {
    return refuse(error, "week_start", "a weekday is 0 (Monday) to 6 (Sunday)");
  }
  if (checked.fiscal_start < 0 || checked.fiscal_start > 12) {
    return refuse(error, "fiscal_start", "a fiscal year begins in month 1 to 12");
  }
  if (checked.period == CRM_PERIOD_TABLE) {
    status = check_starts(&checked, error);
  }
  if (status == CRM_OK) {
    checked.fiscal_start += checked.fiscal_start == 0;
    calendar->options = checked;
  }
  return status;
}

/* The last start at or before a day, -1 where there is none. */
static int64_t find_start(const crm_calendar *options, int32_t day)
{
  int64_t low = 0;
  int64_t high = options->count;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (options->starts[middle] <= day) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/* Months of a calendar's period, 0 where it is not made of months. */
static int32_t months_of(const crm_calendar *options)
{
  switch (options->period) {
  case CRM_PERIOD_MONTH:
    return 1;
  case CRM_PERIOD_QUARTER:
    return 3;
  case CRM_PERIOD_YEAR:
    return 12;
  default:
    return 0;
  }
}

/* The first of a month that is `months` away from that of a day. */
static int32_t month_away(int32_t day, int32_t months)
{
  int32_t year;
  int32_t month;
  int32_t of_month;
  int32_t count;
  crm__civil_from_days(day, &year, &month, &of_month);
  if (months == 0) {
    return day - of_month + 1;
  }
  count = month - 1 + months;
  year += (int32_t)crm__floor_div(count, 12);
  return crm__days_from_civil(year, count - (int32_t)crm__floor_div(count, 12) * 12 + 1, 1);
}

/* Months since the fiscal year of a month began, 0 to 11. */
static int32_t fiscal_month(const crm_calendar *options, int32_t month)
{
  return (month - options->fiscal_start + 12) % 12;
}

int32_t crm__period_start(const crm__calendar *calendar, int32_t day)
{
  const crm_calendar *options = &calendar->options;
  int32_t year;
  int32_t month;
  int32_t of_month;
  int64_t at;
  switch (options->period) {
  case CRM_PERIOD_DAY:
    return day;
  case CRM_PERIOD_WEEK: {
    int64_t weeks = crm__floor_div((int64_t)day + MONDAY_BEFORE_1970 - options->week_start, 7);
    return (int32_t)(weeks * 7 - MONDAY_BEFORE_1970 + options->week_start);
  }
  case CRM_PERIOD_TABLE:
    at = find_start(options, day);
    return at < 0 || at == options->count - 1 ? INT32_MIN : options->starts[at];
  case CRM_PERIOD_MONTH:
    return month_away(day, 0);
  default:
    crm__civil_from_days(day, &year, &month, &of_month);
    return month_away(day, -(fiscal_month(options, month) % months_of(options)));
  }
}

int32_t crm__period_next(const crm__calendar *calendar, int32_t start)
{
  const crm_calendar *options = &calendar->options;
  if (options->period == CRM_PERIOD_TABLE) {
    int64_t at = find_start(options, start);
    return at < 0 || at == options->count - 1 ? INT32_MIN : options->starts[at + 1];
  }
  if (months_of(options) > 0) {
    return month_away(start, months_of(options));
  }
  return start + (options->period == CRM_PERIOD_WEEK ? 7 : 1);
}

int32_t crm__period_previous(const crm__calendar *calendar, int32_t start)
{
  const crm_calendar *options = &calendar->options;
  if (options->period == CRM_PERIOD_TABLE) {
    int64_t at = find_start(options, start);
    return at < 1 ? INT32_MIN : options->starts[at - 1];
  }
  if (months_of(options) > 0) {
    return month_away(start, -months_of(options));
  }
  return start - (options->period == CRM_PERIOD_WEEK ? 7 : 1);
}

/* As much of a text as fits a label, cut between characters. */
static size_t copy_label(const char *label, char *text)
{
  size_t length = strlen(label);
  size_t fits = 0;
  while (fits < length) {
    uint32_t code;
    size_t bytes = crm__utf8_decode(label + fits, length - fits, &code);
    if (fits + bytes > LABEL_BYTES) {
      break;
    }
    fits += bytes;
  }
  memcpy(text, label, fits);
  return fits;
}

static size_t table_label(const crm_calendar *options, int32_t start, char *text)
{
  int64_t at = find_start(options, start);
  if (at < 0 || at == options->count - 1 || options->starts[at] != start) {
    return 0;
  }
  if (options->labels == NULL || options->labels[at] == NULL) {
    return crm__date_write(start, text);
  }
  return copy_label(options->labels[at], text);
}

/* A week belongs to the year of its fourth day, which has most of it. */
static size_t week_label(int32_t start, char *text)
{
  int32_t year;
  int32_t month;
  int32_t day;
  int32_t week;
  crm__civil_from_days(start + 3, &year, &month, &day);
  week = (start + 3 - crm__days_from_civil(year, 1, 1)) / 7 + 1;
  crm__date_write(start + 3, text);
  text[5] = 'W';
  text[6] = (char)('0' + week / 10);
  text[7] = (char)('0' + week % 10);
  return 8;
}

size_t crm__period_label(const crm__calendar *calendar, int32_t start, char *text)
{
  const crm_calendar *options = &calendar->options;
  int32_t year;
  int32_t month;
  int32_t day;
  switch (options->period) {
  case CRM_PERIOD_TABLE:
    return table_label(options, start, text);
  case CRM_PERIOD_WEEK:
    return week_label(start, text);
  case CRM_PERIOD_DAY:
    return crm__date_write(start, text);
  case CRM_PERIOD_MONTH:
    crm__date_write(start, text);
    return 7;
  default:
    break;
  }
  /* The fiscal year's last month names it. */
  crm__civil_from_days(start, &year, &month, &day);
  crm__date_write(month_away(start, 11 - fiscal_month(options, month)), text);
  if (options->period == CRM_PERIOD_YEAR) {
    return 4;
  }
  text[5] = 'Q';
  text[6] = (char)('1' + fiscal_month(options, month) / 3);
  return 7;
}
