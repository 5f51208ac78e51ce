/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/civil.h"

#define FIRST (-25932)   /* 1899-01-01 */
#define END 84736        /* 2202-01-01 */

static crm__calendar open_calendar(int32_t period, int32_t week_start, int32_t fiscal_start)
{
  crm_calendar options = CRM_CALENDAR_INIT;
  crm__calendar calendar;
  options.period = period;
  options.week_start = week_start;
  options.fiscal_start = fiscal_start;
  assert_int_equal(crm__calendar_open(&calendar, &options, NULL), CRM_OK);
  return calendar;
}

static int32_t day_of(const char *text)
{
  int64_t time = 0;
  assert_int_equal(crm__time_read_iso(text, strlen(text), &time), 0);
  return (int32_t)(time / CRM_DAY - (time % CRM_DAY < 0));
}

/* The period that holds a day: its label, first day and the first day of the next. */
static void assert_period(const crm__calendar *calendar, const char *day, const char *label, const char *first,
                          const char *next)
{
  char text[65];
  int32_t start = crm__period_start(calendar, day_of(day));
  text[crm__period_label(calendar, start, text)] = '\0';
  assert_string_equal(text, label);
  assert_int_equal(start, day_of(first));
  assert_int_equal(crm__period_next(calendar, start), day_of(next));
  assert_int_equal(crm__period_previous(calendar, day_of(next)), start);
}

/* Walks every day: periods follow each other without gap or overlap, and labels change with them. */
static void assert_chain(const crm__calendar *calendar)
{
  int32_t start = crm__period_start(calendar, FIRST);
  int32_t next = crm__period_next(calendar, start);
  char label[65] = "";
  for (int32_t day = FIRST; day < END; day++) {
    if (day == next) {
      char text[65];
      assert_int_equal(crm__period_previous(calendar, next), start);
      start = next;
      next = crm__period_next(calendar, start);
      assert_true(next > start);
      text[crm__period_label(calendar, start, text)] = '\0';
      assert_true(strcmp(label, text) < 0);
      memcpy(label, text, sizeof(text));
    }
    assert_int_equal(crm__period_start(calendar, day), start);
  }
}

static void periods_of_every_kind_follow_each_other(void **state)
{
  (void)state;
  for (int32_t period = CRM_PERIOD_MONTH; period <= CRM_PERIOD_YEAR; period++) {
    crm__calendar calendar = open_calendar(period, 0, 0);
    assert_chain(&calendar);
  }
  for (int32_t other = 1; other <= 12; other++) {
    crm__calendar quarters = open_calendar(CRM_PERIOD_QUARTER, 0, other);
    crm__calendar years = open_calendar(CRM_PERIOD_YEAR, 0, other);
    assert_chain(&quarters);
    assert_chain(&years);
  }
  for (int32_t weekday = CRM_WEEKDAY_MONDAY; weekday <= CRM_WEEKDAY_SUNDAY; weekday++) {
    crm__calendar weeks = open_calendar(CRM_PERIOD_WEEK, weekday, 0);
    assert_chain(&weeks);
  }
}

static void calendar_periods_have_their_names(void **state)
{
  crm__calendar days = open_calendar(CRM_PERIOD_DAY, 0, 0);
  crm__calendar months = open_calendar(CRM_PERIOD_MONTH, 0, 0);
  crm__calendar quarters = open_calendar(CRM_PERIOD_QUARTER, 0, 0);
  crm__calendar years = open_calendar(CRM_PERIOD_YEAR, 0, 1);
  (void)state;
  assert_period(&days, "2024-02-29", "2024-02-29", "2024-02-29", "2024-03-01");
  assert_period(&months, "2024-02-29", "2024-02", "2024-02-01", "2024-03-01");
  assert_period(&months, "1969-12-31", "1969-12", "1969-12-01", "1970-01-01");
  assert_period(&quarters, "2024-03-31", "2024-Q1", "2024-01-01", "2024-04-01");
  assert_period(&quarters, "2024-12-31", "2024-Q4", "2024-10-01", "2025-01-01");
  assert_period(&years, "2024-12-31", "2024", "2024-01-01", "2025-01-01");
}

static void fiscal_years_are_named_after_their_end(void **state)
{
  crm__calendar years = open_calendar(CRM_PERIOD_YEAR, 0, 4);
  crm__calendar quarters = open_calendar(CRM_PERIOD_QUARTER, 0, 4);
  crm__calendar october = open_calendar(CRM_PERIOD_QUARTER, 0, 10);
  crm__calendar february = open_calendar(CRM_PERIOD_QUARTER, 0, 2);
  crm__calendar months = open_calendar(CRM_PERIOD_MONTH, 0, 4);
  (void)state;
  assert_period(&years, "2024-04-01", "2025", "2024-04-01", "2025-04-01");
  assert_period(&years, "2025-03-31", "2025", "2024-04-01", "2025-04-01");
  assert_period(&years, "2024-03-31", "2024", "2023-04-01", "2024-04-01");
  assert_period(&quarters, "2024-04-01", "2025-Q1", "2024-04-01", "2024-07-01");
  assert_period(&quarters, "2024-06-30", "2025-Q1", "2024-04-01", "2024-07-01");
  assert_period(&quarters, "2024-12-31", "2025-Q3", "2024-10-01", "2025-01-01");
  assert_period(&quarters, "2025-01-01", "2025-Q4", "2025-01-01", "2025-04-01");
  assert_period(&october, "2024-10-01", "2025-Q1", "2024-10-01", "2025-01-01");
  assert_period(&october, "2024-09-30", "2024-Q4", "2024-07-01", "2024-10-01");
  assert_period(&february, "2024-01-31", "2024-Q4", "2023-11-01", "2024-02-01");
  assert_period(&february, "2023-12-01", "2024-Q4", "2023-11-01", "2024-02-01");
  assert_period(&february, "2024-02-01", "2025-Q1", "2024-02-01", "2024-05-01");
  assert_period(&months, "2024-04-30", "2024-04", "2024-04-01", "2024-05-01");
}

static void iso_weeks_are_those_of_the_standard(void **state)
{
  crm__calendar weeks = open_calendar(CRM_PERIOD_WEEK, CRM_WEEKDAY_MONDAY, 0);
  (void)state;
  assert_period(&weeks, "2021-01-03", "2020-W53", "2020-12-28", "2021-01-04");
  assert_period(&weeks, "2024-12-30", "2025-W01", "2024-12-30", "2025-01-06");
  assert_period(&weeks, "2024-12-29", "2024-W52", "2024-12-23", "2024-12-30");
  assert_period(&weeks, "2005-01-01", "2004-W53", "2004-12-27", "2005-01-03");
  assert_period(&weeks, "2008-12-29", "2009-W01", "2008-12-29", "2009-01-05");
  assert_period(&weeks, "2010-01-03", "2009-W53", "2009-12-28", "2010-01-04");
  assert_period(&weeks, "2016-01-03", "2015-W53", "2015-12-28", "2016-01-04");
  assert_period(&weeks, "2016-01-04", "2016-W01", "2016-01-04", "2016-01-11");
  assert_period(&weeks, "2019-12-30", "2020-W01", "2019-12-30", "2020-01-06");
  assert_period(&weeks, "2027-01-01", "2026-W53", "2026-12-28", "2027-01-04");
  assert_period(&weeks, "2024-02-01", "2024-W05", "2024-01-29", "2024-02-05");
  assert_period(&weeks, "1970-01-01", "1970-W01", "1969-12-29", "1970-01-05");
  assert_period(&weeks, "1900-01-01", "1900-W01", "1900-01-01", "1900-01-08");
}

static void weeks_may_begin_on_sunday(void **state)
{
  crm__calendar weeks = open_calendar(CRM_PERIOD_WEEK, CRM_WEEKDAY_SUNDAY, 0);
  (void)state;
  /* 2021 begins on a Friday: two days of that week are its own. */
  assert_period(&weeks, "2021-01-02", "2020-W53", "2020-12-27", "2021-01-03");
  assert_period(&weeks, "2021-01-03", "2021-W01", "2021-01-03", "2021-01-10");
  /* 2020 begins on a Wednesday: four days. */
  assert_period(&weeks, "2019-12-29", "2020-W01", "2019-12-29", "2020-01-05");
  assert_period(&weeks, "2024-12-29", "2025-W01", "2024-12-29", "2025-01-05");
  assert_period(&weeks, "2024-12-28", "2024-W52", "2024-12-22", "2024-12-29");
}

/* A week counted for the year that has most of its days, whatever weekday it begins on. */
static void weeks_are_counted_by_most_of_their_days(void **state)
{
  (void)state;
  for (int32_t weekday = 0; weekday < 7; weekday++) {
    crm__calendar weeks = open_calendar(CRM_PERIOD_WEEK, weekday, 0);
    int32_t start = crm__period_start(&weeks, FIRST);
    int32_t week = 0;
    int32_t last_year = 0;
    /* 2024-01-01, day 19723, was a Monday. */
    assert_int_equal((start - 19723 - weekday) % 7, 0);
    for (; start < END; start = crm__period_next(&weeks, start)) {
      int32_t years[2] = {0, 0};
      int32_t first = 0;
      int32_t days = 0;
      char text[65];
      char expected[32];
      for (int32_t day = start; day < start + 7; day++) {
        int32_t month = 0;
        int32_t of_month = 0;
        crm__civil_from_days(day, &years[1], &month, &of_month);
        first = day == start ? years[1] : first;
        days += years[1] == first;
      }
      years[0] = days >= 4 ? first : first + 1;
      week = years[0] == last_year ? week + 1 : 1;
      if (last_year != 0) {
        text[crm__period_label(&weeks, start, text)] = '\0';
        snprintf(expected, sizeof(expected), "%04d-W%02d", (int)years[0], (int)week);
        assert_string_equal(text, expected);
      } else {
        /* The first week seen may belong to 1898, whose count is unknown. */
        text[crm__period_label(&weeks, start, text)] = '\0';
        week = (text[6] - '0') * 10 + text[7] - '0';
      }
      last_year = years[0];
    }
  }
}

static void a_table_of_periods_is_the_callers(void **state)
{
  static const int32_t starts[] = {0, 10, 11, 40};
  static const char *const labels[] = {"first", NULL, ""};
  crm_calendar options = CRM_CALENDAR_INIT;
  crm__calendar calendar;
  char text[65];
  (void)state;
  options.period = CRM_PERIOD_TABLE;
  options.starts = starts;
  options.count = 4;
  assert_int_equal(crm__calendar_open(&calendar, &options, NULL), CRM_OK);
  for (int32_t day = -3; day <= 43; day++) {
    int32_t expected = day < 0 || day >= 40 ? INT32_MIN : day < 10 ? 0 : day < 11 ? 10 : 11;
    assert_int_equal(crm__period_start(&calendar, day), expected);
  }
  assert_int_equal(crm__period_next(&calendar, 0), 10);
  assert_int_equal(crm__period_next(&calendar, 11), 40);
  assert_int_equal(crm__period_next(&calendar, 40), INT32_MIN);
  assert_int_equal(crm__period_next(&calendar, INT32_MIN), INT32_MIN);
  assert_int_equal(crm__period_previous(&calendar, 40), 11);
  assert_int_equal(crm__period_previous(&calendar, 10), 0);
  assert_int_equal(crm__period_previous(&calendar, 0), INT32_MIN);
  assert_int_equal(crm__period_previous(&calendar, INT32_MIN), INT32_MIN);
  assert_int_equal(crm__period_label(&calendar, 10, text), 10);
  assert_memory_equal(text, "1970-01-11", 10);
  assert_int_equal(crm__period_label(&calendar, 40, text), 0);
  assert_int_equal(crm__period_label(&calendar, 12, text), 0);
  assert_int_equal(crm__period_label(&calendar, INT32_MIN, text), 0);

  options.labels = labels;
  assert_int_equal(crm__calendar_open(&calendar, &options, NULL), CRM_OK);
  assert_int_equal(crm__period_label(&calendar, 0, text), 5);
  assert_memory_equal(text, "first", 5);
  assert_int_equal(crm__period_label(&calendar, 10, text), 10);
  assert_int_equal(crm__period_label(&calendar, 11, text), 0);
}

static void a_long_label_is_cut_between_characters(void **state)
{
  static const int32_t starts[] = {0, 1};
  char label[80];
  const char *labels[1];
  crm_calendar options = CRM_CALENDAR_INIT;
  crm__calendar calendar;
  char text[65];
  (void)state;
  memset(label, 'a', sizeof(label));
  label[64] = '\0';
  labels[0] = label;
  options.period = CRM_PERIOD_TABLE;
  options.starts = starts;
  options.labels = labels;
  options.count = 2;
  assert_int_equal(crm__calendar_open(&calendar, &options, NULL), CRM_OK);
  assert_int_equal(crm__period_label(&calendar, 0, text), 64);
  memcpy(label + 62, "\xE6\x9C\x88", 4);
  text[62] = '#';
  assert_int_equal(crm__period_label(&calendar, 0, text), 62);
  assert_int_equal(text[62], '#');
  memcpy(label + 61, "\xE6\x9C\x88z", 5);
  assert_int_equal(crm__period_label(&calendar, 0, text), 64);
}

static void no_options_are_months(void **state)
{
  crm__calendar calendar;
  (void)state;
  assert_int_equal(crm__calendar_open(&calendar, NULL, NULL), CRM_OK);
  assert_int_equal(calendar.options.fiscal_start, 1);
  assert_period(&calendar, "2024-05-17", "2024-05", "2024-05-01", "2024-06-01");
}

static void assert_refused(const crm_calendar *options, const char *column)
{
  crm_error error = CRM_ERROR_INIT;
  crm__calendar calendar;
  crm__calendar before;
  memset(&calendar, 0x5A, sizeof(calendar));
  before = calendar;
  assert_int_equal(crm__calendar_open(&calendar, options, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(error.status, CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, column);
  assert_true(error.message[0] != '\0');
  assert_memory_equal(&calendar, &before, sizeof(calendar));
  assert_int_equal(crm__calendar_open(&calendar, options, NULL), CRM_ERROR_ARGUMENT);
}

static void bad_options_are_refused(void **state)
{
  static const int32_t falling[] = {5, 6, 6};
  static const int32_t far[] = {0, 2932897};
  static const int32_t early[] = {-719163, 0};
  crm_calendar good = CRM_CALENDAR_INIT;
  crm_calendar options = good;
  (void)state;
  options.period = 6;
  assert_refused(&options, "period");
  options.period = -1;
  assert_refused(&options, "period");
  options = good;
  options.week_start = 7;
  assert_refused(&options, "week_start");
  options = good;
  options.fiscal_start = 13;
  assert_refused(&options, "fiscal_start");
  options.fiscal_start = -1;
  assert_refused(&options, "fiscal_start");
  options = good;
  options.period = CRM_PERIOD_TABLE;
  assert_refused(&options, "starts");
  options.starts = falling;
  options.count = 1;
  assert_refused(&options, "starts");
  options.count = 3;
  assert_refused(&options, "starts");
  options.count = 2;
  assert_int_equal(crm__calendar_open(&(crm__calendar){CRM_CALENDAR_INIT}, &options, NULL), CRM_OK);
  options.starts = far;
  assert_refused(&options, "starts");
  options.starts = early;
  assert_refused(&options, "starts");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(periods_of_every_kind_follow_each_other),
    cmocka_unit_test(calendar_periods_have_their_names),
    cmocka_unit_test(fiscal_years_are_named_after_their_end),
    cmocka_unit_test(iso_weeks_are_those_of_the_standard),
    cmocka_unit_test(weeks_may_begin_on_sunday),
    cmocka_unit_test(weeks_are_counted_by_most_of_their_days),
    cmocka_unit_test(a_table_of_periods_is_the_callers),
    cmocka_unit_test(a_long_label_is_cut_between_characters),
    cmocka_unit_test(no_options_are_months),
    cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
