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

#define GOOD 0
#define BAD 1
#define OUTSIDE 2

#define SECOND INT64_C(1000000)

/* 2024-01-31, counted by hand: 54 years of 365 days, 13 leap days, 30 days. */
#define DAY_2024_01_31 INT64_C(19753)

static int month_length(int year, int month)
{
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
  return lengths[month - 1] + (month == 2 && leap);
}

static void every_day_is_counted(void **state)
{
  int32_t days = -25932;   /* 1899-01-01: 1900-01-01 is -25567 */
  (void)state;
  for (int year = 1899; year <= 2201; year++) {
    for (int month = 1; month <= 12; month++) {
      assert_int_equal(crm__days_in_month(year, month), month_length(year, month));
      for (int day = 1; day <= month_length(year, month); day++, days++) {
        int32_t y = 0;
        int32_t m = 0;
        int32_t d = 0;
        char text[11];
        char expected[48];
        int64_t time = 1;
        int status = year < 1900 || year > 2199 ? OUTSIDE : GOOD;
        crm__civil_from_days(days, &y, &m, &d);
        assert_int_equal(crm__days_from_civil(year, month, day), days);
        assert_true(y == year && m == month && d == day);
        text[crm__date_write(days, text)] = '\0';
        snprintf(expected, sizeof(expected), "%04d-%02d-%02d", year, month, day);
        assert_string_equal(text, expected);
        assert_int_equal(crm__time_read_iso(text, 10, &time), status);
        assert_true(time == (status == GOOD ? days * CRM_DAY : 1));
        snprintf(expected, sizeof(expected), "%04d%02d%02d", year, month, day);
        assert_int_equal(crm__time_read_iso(expected, 8, &time), status);
      }
    }
  }
  assert_int_equal(days, 84006 + 2 * 365);   /* 2202-01-01; 2200-01-01 is 84006 */
}

static void the_day_after_a_month_is_bad(void **state)
{
  (void)state;
  for (int year = 1898; year <= 2202; year++) {
    for (int month = 0; month <= 13; month++) {
      int length = month < 1 || month > 12 ? 0 : month_length(year, month);
      for (int day = 0; day <= 32; day++) {
        char text[48];
        int64_t time = 0;
        int status = day < 1 || day > length ? BAD : year < 1900 || year > 2199 ? OUTSIDE : GOOD;
        snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
        assert_int_equal(crm__time_read_iso(text, 10, &time), status);
        assert_int_equal(crm__time_read("%Y-%m-%d", text, 10, &time), status);
      }
    }
  }
}

static void far_years_are_proleptic(void **state)
{
  int32_t year = 0;
  int32_t month = 0;
  int32_t day = 0;
  char text[11] = {0};
  (void)state;
  assert_int_equal(crm__days_from_civil(0, 3, 1), -719468);
  assert_int_equal(crm__days_from_civil(1, 1, 1), -719162);
  assert_int_equal(crm__days_from_civil(9999, 12, 31), 2932896);
  assert_int_equal(crm__days_from_civil(-400, 3, 1), -719468 - 146097);
  crm__civil_from_days(-719468 - 146097 - 1, &year, &month, &day);
  assert_true(year == -400 && month == 2 && day == 29);
  crm__date_write(INT32_MAX, text);
  assert_string_equal(text, "9999-12-31");
  crm__date_write(INT32_MIN, text);
  assert_string_equal(text, "0000-01-01");
}

static void assert_iso(const char *text, int status, int64_t time)
{
  int64_t got = -1;
  if (crm__time_read_iso(text, strlen(text), &got) != status || got != (status == GOOD ? time : -1)) {
    fail_msg("\"%s\" gives %lld", text, (long long)got);
  }
}

static void iso_times_are_read(void **state)
{
  const int64_t day = DAY_2024_01_31 * CRM_DAY;
  const int64_t five = day + (9 * 60 + 5) * 60 * SECOND;
  (void)state;
  assert_iso("1970-01-01", GOOD, 0);
  assert_iso("1969-12-31T23:59:59.999999", GOOD, -1);
  assert_iso("2024-01-31", GOOD, day);
  assert_iso("20240131", GOOD, day);
  assert_iso(" \t2024-01-31 ", GOOD, day);
  assert_iso("2024-01-31T09:05", GOOD, five);
  assert_iso("2024-01-31 09:05:00", GOOD, five);
  assert_iso("2024-01-31t09:05:07", GOOD, five + 7 * SECOND);
  assert_iso("2024-01-31T09:05:07.5", GOOD, five + 7 * SECOND + 500000);
  assert_iso("2024-01-31T09:05:07,000001", GOOD, five + 7 * SECOND + 1);
  assert_iso("2024-01-31T09:05:07.0000019999999999999999999999", GOOD, five + 7 * SECOND + 1);
  assert_iso("2024-01-31T00:00:00", GOOD, day);
  assert_iso("2024-01-31T23:59:59", GOOD, day + CRM_DAY - SECOND);
  assert_iso("20240131T0905", GOOD, five);
  assert_iso("20240131T090507.25", GOOD, five + 7 * SECOND + 250000);
  assert_iso("20240131 09:05:07", GOOD, five + 7 * SECOND);
  assert_iso("1900-01-01", GOOD, CRM__TIME_MIN);
  assert_iso("2199-12-31T23:59:59.999999", GOOD, CRM__TIME_MAX - 1);
}

static void an_offset_does_not_move_the_clock(void **state)
{
  static const char *const offsets[] = {"Z", "z", "+00:00", "+05:30", "-0800", "+01", "-23:59", " +0000", " Z"};
  const int64_t time = DAY_2024_01_31 * CRM_DAY + (9 * 60 + 5) * 60 * SECOND;
  (void)state;
  for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
    char text[48];
    snprintf(text, sizeof(text), "2024-01-31T09:05%s", offsets[i]);
    assert_iso(text, GOOD, time);
    snprintf(text, sizeof(text), "2024-01-31 09:05:00%s", offsets[i]);
    assert_iso(text, GOOD, time);
    snprintf(text, sizeof(text), "2024-01-31 09:05:00.001%s", offsets[i]);
    assert_iso(text, GOOD, time + 1000);
    snprintf(text, sizeof(text), "20240131T0905%s", offsets[i]);
    assert_iso(text, GOOD, time);
  }
}

static void what_is_no_iso_time_is_bad(void **state)
{
  static const char *const texts[] = {
    "",
    " ",
    "2024",
    "2024-01",
    "2024-1-5",
    "2024-1-31",
    "24-01-31",
    "2024/01/31",
    "31.01.2024",
    "2024-01/31",
    "2024_01-31",
    "2024-0131",
    "202401-31",
    "2O24-01-31",
    "2024-01-3l",
    "+024-01-31",
    "2024-02-30",
    "2023-02-29",
    "1900-02-29",
    "2024-13-01",
    "2024-00-01",
    "2024-01-00",
    "2024-01-311",
    "202401311",
    "2024-01-31T",
    "2024-01-31 9:05",
    "2024-01-31T09",
    "2024-01-31T09:",
    "2024-01-31T09:5",
    "2024-01-31T0905",
    "2024-01-31T09:0507",
    "2024-01-31T09:05:",
    "2024-01-31T09:05:7",
    "2024-01-31T09:05:07.",
    "2024-01-31T09:05.5",
    "2024-01-31T24:00",
    "2024-01-31T24:00:00",
    "2024-01-31T23:59:60",
    "2024-01-31T23:60:00",
    "2024-01-31_09:05",
    "2024-01-31T09:05:07X",
    "2024-01-31T09:05:07 UTC",
    "2024-01-31T09:05+",
    "2024-01-31T09:05+1",
    "2024-01-31T09:05+1:00",
    "2024-01-31T09:05+24:00",
    "2024-01-31T09:05+01:60",
    "2024-01-31T09:05+01:",
    "2024-01-31T09:05+01:000",
    "2024-01-31T09:05ZZ",
    "2024-01-31T09:05  Z",
    "2024-01-31Z",
    "2024-01-31+01:00",
    "20240131-05",
    "20240131T09",
    "20240131T090",
    "20240131T09057",
    "20240131T0905:07",
    "1899-12-31T99:99",
    "2024-01-31\n",
    "0000-00-00",
    "9999-99-99",
    ("\xEF\xBC\x92" "024-01-31"),
  };
  (void)state;
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    assert_iso(texts[i], BAD, 0);
  }
  assert_int_equal(crm__time_read_iso(NULL, 0, &(int64_t){0}), BAD);
}

static void good_dates_of_other_years_are_outside(void **state)
{
  (void)state;
  assert_iso("1899-12-31", OUTSIDE, 0);
  assert_iso("1899-12-31T23:59:59", OUTSIDE, 0);
  assert_iso("2200-01-01", OUTSIDE, 0);
  assert_iso("0001-01-01", OUTSIDE, 0);
  assert_iso("9999-12-31 23:59:59", OUTSIDE, 0);
  assert_iso("21990101", GOOD, 83641 * CRM_DAY);
}

/* Each byte of good texts replaced by each of some others: never read past the end, and a good answer is in range. */
static void damaged_times_are_safe(void **state)
{
  static const char good[] = "2024-01-31T09:05:07.125+05:30";
  static const char others[] = "09-:.+TZ \xFF";
  (void)state;
  for (size_t length = 0; length < sizeof(good); length++) {
    for (size_t at = 0; at < length; at++) {
      for (size_t other = 0; other < sizeof(others); other++) {
        char text[sizeof(good)];
        int64_t time = 0;
        memcpy(text, good, length);
        text[at] = others[other];
        if (crm__time_read_iso(text, length, &time) == GOOD) {
          assert_true(time >= CRM__TIME_MIN && time < CRM__TIME_MAX);
        }
      }
    }
  }
}

static void assert_format(const char *format, const char *text, int status, const char *iso)
{
  int64_t got = -1;
  int64_t expected = -1;
  assert_int_equal(crm__time_format_check(format), 0);
  if (status == GOOD) {
    assert_int_equal(crm__time_read_iso(iso, strlen(iso), &expected), GOOD);
  }
  if (crm__time_read(format, text, strlen(text), &got) != status || got != expected) {
    fail_msg("\"%s\" by \"%s\" gives %lld", text, format, (long long)got);
  }
}

static void formats_read_dates(void **state)
{
  (void)state;
  assert_format("%d.%m.%Y", "31.01.2024", GOOD, "2024-01-31");
  assert_format("%d.%m.%Y", "1.2.2024", GOOD, "2024-02-01");
  assert_format("%m/%d/%Y", "12/1/2010", GOOD, "2010-12-01");
  assert_format("%Y%m%d", "20240131", GOOD, "2024-01-31");
  assert_format("%d-%b-%Y", "05-Mar-2024", GOOD, "2024-03-05");
  assert_format("%d %b %y", "5 DEC 68", GOOD, "2068-12-05");
  assert_format("%d %b %y", "5dec69", GOOD, "1969-12-05");
  assert_format("%b %d, %Y", "May   7,2024", GOOD, "2024-05-07");
  assert_format("%y%m%d", "000229", GOOD, "2000-02-29");
  assert_format("%Y\xE5\xB9\xB4%m\xE6\x9C\x88%d\xE6\x97\xA5", "2024\xE5\xB9\xB4" "1\xE6\x9C\x88" "31\xE6\x97\xA5", GOOD,
                "2024-01-31");
  assert_format("%d%%%m%%%Y", "31%1%2024", GOOD, "2024-01-31");
  assert_format("%Y-%m-%d", " 2024-01-31\t", GOOD, "2024-01-31");
  assert_format("%Y-%m-%d", "1899-12-31", OUTSIDE, "");
  assert_format("%Y-%m-%d", "2024-02-30", BAD, "");
  assert_format("%Y-%m-%d", "2024-01-31 ", GOOD, "2024-01-31");
  assert_format("%Y-%m-%d", "2024-01-31 00:00", BAD, "");
  assert_format("%Y-%m-%d", "2024-01-311", BAD, "");
  assert_format("%Y-%m-%d", "2024-01-", BAD, "");
  assert_format("%Y-%m-%d", "24-01-31", BAD, "");
  assert_format("%Y-%m-%d", "2024-13-31", BAD, "");
  assert_format("%Y-%m-%d", "2024-0-31", BAD, "");
  assert_format("%Y-%m-%d", "", BAD, "");
  assert_format("%d-%b-%Y", "05-Mai-2024", BAD, "");
  assert_format("%d-%b-%Y", "05-Ma", BAD, "");
}

static void every_month_has_its_abbreviation(void **state)
{
  static const char *const names[] = {"jan", "FEB", "Mar", "aPR", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  (void)state;
  for (int month = 1; month <= 12; month++) {
    char text[32];
    char iso[32];
    snprintf(text, sizeof(text), "1 %s 2023", names[month - 1]);
    snprintf(iso, sizeof(iso), "2023-%02d-01", month);
    assert_format("%d %b %Y", text, GOOD, iso);
  }
}

static void formats_read_times_of_day(void **state)
{
  (void)state;
  assert_format("%m/%d/%Y %H:%M", "1/31/2024 9:05", GOOD, "2024-01-31T09:05");
  assert_format("%m/%d/%Y %H:%M", "1/31/2024 24:00", BAD, "");
  assert_format("%m/%d/%Y %H:%M", "1/31/2024 9:60", BAD, "");
  assert_format("%Y-%m-%dT%H:%M:%S.%f%z", "2024-01-31T09:05:07.25+0530", GOOD, "2024-01-31T09:05:07.25");
  assert_format("%Y-%m-%dT%H:%M:%S.%f%z", "2024-01-31T09:05:07.123456789Z", GOOD, "2024-01-31T09:05:07.123456");
  assert_format("%Y-%m-%dT%H:%M:%S.%f%z", "2024-01-31T09:05:07.1234567890Z", BAD, "");
  assert_format("%Y-%m-%dT%H:%M:%S.%f%z", "2024-01-31T09:05:07.Z", BAD, "");
  assert_format("%Y-%m-%d %H:%M:%S", "2024-01-31 09:05:60", BAD, "");
  assert_format("%Y%m%d%H%M%S", "20240131090507", GOOD, "2024-01-31T09:05:07");
  assert_format("%H %d.%m.%Y", "23 31.1.2024", GOOD, "2024-01-31T23:00");
  assert_format("%Y-%m-%d %I:%M %p", "2024-01-31 12:00 AM", GOOD, "2024-01-31T00:00");
  assert_format("%Y-%m-%d %I:%M %p", "2024-01-31 12:59 pm", GOOD, "2024-01-31T12:59");
  assert_format("%Y-%m-%d %I:%M %p", "2024-01-31 1:05Pm", GOOD, "2024-01-31T13:05");
  assert_format("%Y-%m-%d %p %I", "2024-01-31 am 11", GOOD, "2024-01-31T11:00");
  assert_format("%Y-%m-%d %I:%M %p", "2024-01-31 13:05 PM", BAD, "");
  assert_format("%Y-%m-%d %I:%M %p", "2024-01-31 0:05 AM", BAD, "");
  assert_format("%Y-%m-%d %I:%M %p", "2024-01-31 1:05", BAD, "");
  assert_format("%Y-%m-%d %I:%M %p", "2024-01-31 1:05 XM", BAD, "");
}

static void formats_are_checked(void **state)
{
  static const struct {
    const char *format;
    size_t answer;
  } known[] = {
    {"%Y-%m-%d", 0},
    {"%d%b%y", 0},
    {"%Y-%m-%d %H", 0},
    {"%Y-%m-%d %I %p", 0},
    {"%Y-%m-%dT%H:%M:%S.%f%z", 0},
    {"100%% %Y%m%d", 0},
    {"", 1},
    {"%Y-%m", 6},
    {"%m-%d", 6},
    {"%Y %d", 6},
    {"%Y-%m-%d %q", 10},
    {"%Y-%m-%d%", 9},
    {"%Y-%m-%d %Y", 10},
    {"%Y %y %m %d", 4},
    {"%Y-%m-%b-%d", 7},
    {"%Y-%m-%d %H %I %p", 13},
    {"%Y-%m-%d %z %H %z", 16},
    {"%Y-%m-%d %I:%M", 15},
    {"%Y-%m-%d %H:%M %p", 18},
    {"%Y-%m-%d %p", 12},
    {"%Y-%m-%d %M", 12},
    {"%Y-%m-%d %H:%S", 15},
    {"%Y-%m-%d %H:%M.%f", 18},
    {"%Y-%m-%d %z", 12},
    {"%-d.%m.%Y", 1},
    {"%A %Y-%m-%d", 1},
  };
  (void)state;
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
    if (crm__time_format_check(known[i].format) != known[i].answer) {
      fail_msg("\"%s\"", known[i].format);
    }
  }
}

static void an_unchecked_format_is_safe(void **state)
{
  int64_t time = 0;
  (void)state;
  assert_int_equal(crm__time_read("%Y-%m-%d%", "2024-01-31", 10, &time), BAD);
  assert_int_equal(crm__time_read("%Y", "2024", 4, &time), BAD);
  assert_int_equal(crm__time_read("", "", 0, &time), BAD);
}

static void assert_time_written(int64_t time, const char *expected)
{
  char text[40];
  size_t length;
  memset(text, '#', sizeof(text));
  length = crm__time_write(time, text);
  assert_int_equal(text[length], '#');
  text[length] = '\0';
  assert_string_equal(text, expected);
}

static void times_are_written(void **state)
{
  (void)state;
  assert_time_written(0, "1970-01-01T00:00:00");
  assert_time_written(-1, "1969-12-31T23:59:59.999999");
  assert_time_written(DAY_2024_01_31 * CRM_DAY + (9 * 60 + 5) * 60 * SECOND, "2024-01-31T09:05:00");
  assert_time_written(DAY_2024_01_31 * CRM_DAY + 1, "2024-01-31T00:00:00.000001");
  assert_time_written(CRM__TIME_MIN, "1900-01-01T00:00:00");
  assert_time_written(CRM__TIME_MAX - 1, "2199-12-31T23:59:59.999999");
  assert_time_written(INT64_MAX, "9999-12-31T04:00:54.775807");
  assert_time_written(INT64_MIN, "0000-01-01T19:59:05.224192");
}

static void times_that_are_written_are_read_back(void **state)
{
  uint64_t seed = 4;
  (void)state;
  for (int round = 0; round < 50000; round++) {
    char text[32];
    int64_t time;
    int64_t back = 0;
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    time = CRM__TIME_MIN + (int64_t)((seed >> 1) % (uint64_t)(CRM__TIME_MAX - CRM__TIME_MIN));
    time -= round % 3 == 0 ? time % SECOND : 0;
    assert_int_equal(crm__time_read_iso(text, crm__time_write(time, text), &back), GOOD);
    assert_true(back == time);
  }
}

static void business_days_begin_at_the_cut_off(void **state)
{
  const int64_t four = 4 * 3600 * SECOND;
  (void)state;
  assert_int_equal(crm__business_day(0, 0), 0);
  assert_int_equal(crm__business_day(-1, 0), -1);
  assert_int_equal(crm__business_day(four, four), 0);
  assert_int_equal(crm__business_day(four - 1, four), -1);
  assert_int_equal(crm__business_day(CRM_DAY + four - 1, four), 0);
  assert_int_equal(crm__business_day(-CRM_DAY, 0), -1);
  assert_int_equal(crm__business_day(-CRM_DAY - 1, 0), -2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_day_is_counted),
    cmocka_unit_test(the_day_after_a_month_is_bad),
    cmocka_unit_test(far_years_are_proleptic),
    cmocka_unit_test(iso_times_are_read),
    cmocka_unit_test(an_offset_does_not_move_the_clock),
    cmocka_unit_test(what_is_no_iso_time_is_bad),
    cmocka_unit_test(good_dates_of_other_years_are_outside),
    cmocka_unit_test(damaged_times_are_safe),
    cmocka_unit_test(formats_read_dates),
    cmocka_unit_test(every_month_has_its_abbreviation),
    cmocka_unit_test(formats_read_times_of_day),
    cmocka_unit_test(formats_are_checked),
    cmocka_unit_test(an_unchecked_format_is_safe),
    cmocka_unit_test(times_are_written),
    cmocka_unit_test(times_that_are_written_are_read_back),
    cmocka_unit_test(business_days_begin_at_the_cut_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
