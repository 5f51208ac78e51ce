/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/civil.h"

#include "base/check.h"
#include "base/text.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define FIRST_YEAR 1900
#define LAST_YEAR 2199
#define YEAR_0 (-719528)       /* 0000-01-01 */
#define YEAR_9999_END 2932896  /* 9999-12-31 */
#define MARCH_0 719468         /* days from 0000-03-01 to 1970-01-01 */
#define DAYS_400 146097        /* of 400 years */

#define GOOD 0
#define BAD 1
#define OUTSIDE 2

/* Parts of a time that a format gives. */
#define HAS_YEAR 0x001U
#define HAS_MONTH 0x002U
#define HAS_DAY 0x004U
#define HAS_HOUR 0x008U
#define HAS_MINUTE 0x010U
#define HAS_SECOND 0x020U
#define HAS_FRACTION 0x040U
#define HAS_HALF 0x080U      /* %p */
#define HAS_OFFSET 0x100U
#define HAS_HOUR_12 0x200U   /* the hour is %I */

/* Days of a common year before each month. */
static const int16_t before_month[13] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

static int is_leap(int32_t year)
{
  return (year & 3) == 0 && (year % 100 != 0 || (year & 15) == 0);
}

int32_t crm__days_in_month(int32_t year, int32_t month)
{
  if (month == 2) {
    return 28 + is_leap(year);
  }
  return 30 + ((month ^ (month >> 3)) & 1);
}

int32_t crm__days_from_civil(int32_t year, int32_t month, int32_t day)
{
  /* Leap days before the year, counted from the year 0 on, which is a leap year itself. */
  int64_t last = (int64_t)year - 1;
  int64_t leaps = crm__floor_div(last, 4) - crm__floor_div(last, 100) + crm__floor_div(last, 400) + 1;
  int64_t days = (int64_t)year * 365 + leaps + before_month[month] + day - 1;
  return (int32_t)(days + (month > 2 && is_leap(year)) + YEAR_0);
}

/* Years are counted from March, so that the leap day is the last of one. */
void crm__civil_from_days(int32_t days, int32_t *year, int32_t *month, int32_t *day)
{
  int64_t shifted = (int64_t)days + MARCH_0;
  int64_t era = crm__floor_div(shifted, DAYS_400);
  int32_t of_era = (int32_t)(shifted - era * DAYS_400);
  int32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / (DAYS_400 - 1)) / 365;
  int32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int32_t from_march = (5 * of_year + 2) / 153;
  *day = of_year - (153 * from_march + 2) / 5 + 1;
  *month = from_march < 10 ? from_march + 3 : from_march - 9;
  *year = (int32_t)(era * 400) + year_of_era + (*month <= 2);
}

/* ---- Reading ---- */

static unsigned digit_of(char c)
{
  return (unsigned)(unsigned char)c - (unsigned)'0';
}

static size_t is_blank(char c)
{
  return c == ' ' || c == '\t';
}

/* Two digits; above 99 where they are none. */
static unsigned two_digits(const char *text)
{
  unsigned tens = digit_of(text[0]);
  unsigned ones = digit_of(text[1]);
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* The day of a date; GOOD, BAD or OUTSIDE. */
static int day_of(unsigned year, unsigned month, unsigned day, int64_t *days)
{
  int32_t past = (int32_t)year - FIRST_YEAR;
  int32_t marches = past - (month <= 2);   /* since 1900's */
  int32_t leaps = marches / 4 - (marches >= 200);
  if (month - 1 > 11 || day == 0 || (day > 28 && day > (unsigned)crm__days_in_month((int32_t)year, (int32_t)month))) {
    return BAD;
  }
  if (year < FIRST_YEAR || year > LAST_YEAR) {
    return OUTSIDE;
  }
  /* Leap years are every fourth from 1904 on, but 2100. */
  *days = CRM__TIME_MIN / CRM_DAY + past * 365 + leaps + before_month[month] + (int32_t)day - 1;
  return GOOD;
}

/* A fraction's digits to microseconds, the digits past the sixth cut off; answers the digits, at most `most`. */
static size_t read_fraction(const char *text, size_t length, size_t most, int64_t *micros)
{
  int64_t unit = SECOND / 10;
  int64_t value = 0;
  size_t i;
  for (i = 0; i < length && i < most && digit_of(text[i]) <= 9; i++) {
    value += (int64_t)digit_of(text[i]) * unit;
    unit /= 10;
  }
  *micros = value;
  return i;
}

/* Bytes of an offset Z, +hh:mm, +hhmm or +hh at text, 0 where there is none. */
static size_t read_offset(const char *text, size_t length)
{
  if (length == 0) {
    return 0;
  }
  if (text[0] == 'Z' || text[0] == 'z') {
    return 1;
  }
  if ((text[0] != '+' && text[0] != '-') || length < 3 || two_digits(text + 1) > 23) {
    return 0;
  }
  if (length >= 6 && text[3] == ':') {
    return two_digits(text + 4) > 59 ? 0 : 6;
  }
  return length >= 5 && two_digits(text + 3) <= 59 ? 5 : 3;
}

/* The time of day behind a date: hh:mm[:ss[.f...]] or, where basic, without colons; then an offset. The whole text. */
static int read_clock(const char *text, size_t length, int basic, int64_t *micros)
{
  size_t colon = !(basic && length >= 3 && text[2] != ':');
  size_t at = 4 + colon;
  unsigned hour;
  unsigned minute;
  unsigned second = 0;
  int64_t fraction = 0;
  if (length < at || (colon && text[2] != ':')) {
    return BAD;
  }
  hour = two_digits(text);
  minute = two_digits(text + 2 + colon);
  if (length >= at + 2 + colon && (colon ? text[at] == ':' : digit_of(text[at]) <= 9)) {
    second = two_digits(text + at + colon);
    at += 2 + colon;
    if (at < length && (text[at] == '.' || text[at] == ',')) {
      size_t digits = read_fraction(text + at + 1, length - at - 1, length, &fraction);
      if (digits == 0) {
        return BAD;
      }
      at += 1 + digits;
    }
  }
  if (hour > 23 || minute > 59 || second > 59) {
    return BAD;
  }
  if (at < length) {
    at += is_blank(text[at]);
    if (at == length || at + read_offset(text + at, length - at) != length) {
      return BAD;
    }
  }
  *micros = (int64_t)((hour * 60 + minute) * 60 + second) * SECOND + fraction;
  return GOOD;
}

int crm__time_read_iso(const char *text, size_t length, int64_t *time)
{
  int64_t days = 0;
  int64_t clock = 0;
  unsigned month;
  size_t date;
  int status;
  if (length > 0 && ((unsigned char)text[0] <= ' ' || (unsigned char)text[length - 1] <= ' ')) {
    crm__trim(&text, &length);
  }
  if (length < 8) {
    return BAD;
  }
  date = text[4] == '-' ? 10 : 8;
  if (date == 10 && (length < 10 || text[7] != '-')) {
    return BAD;
  }
  month = two_digits(text + (date == 10 ? 5 : 4));
  if (two_digits(text) > 99 || two_digits(text + 2) > 99) {
    return BAD;
  }
  status = day_of(two_digits(text) * 100 + two_digits(text + 2), month, two_digits(text + date - 2), &days);
  if (status != BAD && length > date) {
    char mark = text[date];
    if ((mark != 'T' && mark != ' ' && mark != 't') ||
        read_clock(text + date + 1, length - date - 1, date == 8, &clock) != GOOD) {
      return BAD;
    }
  }
  if (status == GOOD) {
    *time = days * CRM_DAY + clock;
  }
  return status;
}

/* ---- Reading by a format ---- */

/* What a text has given so far. */
typedef struct parts {
  unsigned year;
  unsigned month;
  unsigned day;
  unsigned hour;
  unsigned minute;
  unsigned second;
  unsigned half;   /* 0 none, 1 AM, 2 PM */
  int64_t fraction;
} parts;

/* A number of 1 to `most` digits, low to high; answers the digits, 0 where it is none. */
static size_t read_number(const char *text, size_t length, size_t most, unsigned low, unsigned high, unsigned *number)
{
  unsigned value = 0;
  size_t i;
  for (i = 0; i < length && i < most && digit_of(text[i]) <= 9; i++) {
    value = value * 10 + digit_of(text[i]);
  }
  *number = value;
  return value < low || value > high ? 0 : i;
}

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The place from 1 on of three (or fewer) letters in a row of names, 0 where it is none. */
static unsigned read_name(const char *text, size_t length, const char *names, size_t letters)
{
  unsigned place;
  if (length < letters) {
    return 0;
  }
  for (place = 1; *names != '\0'; place++, names += letters) {
    size_t i = 0;
    while (i < letters && lower(text[i]) == names[i]) {
      i++;
    }
    if (i == letters) {
      return place;
    }
  }
  return 0;
}

static size_t read_year(const char *text, size_t length, int short_year, parts *into)
{
  size_t used;
  if (!short_year) {
    used = read_number(text, length, 4, 0, 9999, &into->year);
    return used == 4 ? 4 : 0;
  }
  used = read_number(text, length, 2, 0, 99, &into->year);
  into->year += into->year >= 69 ? 1900 : 2000;
  return used;
}

/* Reads what one directive stands for; answers the bytes, 0 where the text does not match. */
static size_t read_directive(char directive, const char *text, size_t length, parts *into)
{
  switch (directive) {
  case 'Y':
  case 'y':
    return read_year(text, length, directive == 'y', into);
  case 'm':
    return read_number(text, length, 2, 1, 12, &into->month);
  case 'b':
    into->month = read_name(text, length, "janfebmaraprmayjunjulaugsepoctnovdec", 3);
    return into->month == 0 ? 0 : 3;
  case 'd':
    return read_number(text, length, 2, 1, 31, &into->day);
  case 'H':
    return read_number(text, length, 2, 0, 23, &into->hour);
  case 'I':
    return read_number(text, length, 2, 1, 12, &into->hour);
  case 'M':
    return read_number(text, length, 2, 0, 59, &into->minute);
  case 'S':
    return read_number(text, length, 2, 0, 59, &into->second);
  case 'f':
    return read_fraction(text, length, 9, &into->fraction);
  case 'p':
    into->half = read_name(text, length, "ampm", 2);
    return into->half == 0 ? 0 : 2;
  case 'z':
    return read_offset(text, length);
  case '%':
    return length > 0 && text[0] == '%';
  default:
    return 0;
  }
}

int crm__time_read(const char *format, const char *text, size_t length, int64_t *time)
{
  parts given = {0, 0, 0, 0, 0, 0, 0, 0};
  int64_t days = 0;
  int status;
  crm__trim(&text, &length);
  for (; *format != '\0'; format++) {
    size_t used;
    if (is_blank(*format)) {
      for (used = 0; used < length && is_blank(text[used]); used++) {
      }
    } else if (*format == '%') {
      format++;
      used = read_directive(*format, text, length, &given);
      if (used == 0) {
        return BAD;
      }
    } else {
      used = 1;
      if (length == 0 || *text != *format) {
        return BAD;
      }
    }
    text += used;
    length -= used;
  }
  if (length > 0) {
    return BAD;
  }
  if (given.half != 0) {
    given.hour = given.hour % 12 + (given.half == 2 ? 12 : 0);
  }
  status = day_of(given.year, given.month, given.day, &days);
  if (status == GOOD) {
    *time = days * CRM_DAY + given.hour * HOUR + given.minute * MINUTE + given.second * SECOND + given.fraction;
  }
  return status;
}

/* What a directive gives: 0 for %%, all bits for none that is known. */
static unsigned part_of(char directive)
{
  switch (directive) {
  case 'Y':
  case 'y':
    return HAS_YEAR;
  case 'm':
  case 'b':
    return HAS_MONTH;
  case 'd':
    return HAS_DAY;
  case 'H':
    return HAS_HOUR;
  case 'I':
    return HAS_HOUR | HAS_HOUR_12;
  case 'M':
    return HAS_MINUTE;
  case 'S':
    return HAS_SECOND;
  case 'f':
    return HAS_FRACTION;
  case 'p':
    return HAS_HALF;
  case 'z':
    return HAS_OFFSET;
  case '%':
    return 0;
  default:
    return ~0U;
  }
}

/* Whether each part has the ones that it means nothing without. */
static int is_complete(unsigned parts_given)
{
  static const unsigned needs[][2] = {{HAS_MINUTE, HAS_HOUR},     {HAS_SECOND, HAS_MINUTE}, {HAS_FRACTION, HAS_SECOND},
                                      {HAS_HALF, HAS_HOUR_12},    {HAS_HOUR_12, HAS_HALF},  {HAS_OFFSET, HAS_HOUR}};
  const unsigned date = HAS_YEAR | HAS_MONTH | HAS_DAY;
  size_t i;
  for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
    if ((parts_given & needs[i][0]) != 0 && (parts_given & needs[i][1]) == 0) {
      return 0;
    }
  }
  return (parts_given & date) == date;
}

size_t crm__time_format_check(const char *format)
{
  unsigned given = 0;
  size_t i;
  for (i = 0; format[i] != '\0'; i++) {
    if (format[i] == '%') {
      unsigned part = part_of(format[i + 1]);
      if (part == ~0U || (given & part) != 0) {
        return i + 1;
      }
      given |= part;
      i++;
    }
  }
  return is_complete(given) ? 0 : i + 1;
}

/* ---- Writing ---- */

static char *write_two(int32_t value, char *text)
{
  text[0] = (char)('0' + value / 10);
  text[1] = (char)('0' + value % 10);
  return text + 2;
}

size_t crm__date_write(int32_t days, char *text)
{
  int32_t year;
  int32_t month;
  int32_t day;
  days = days < YEAR_0 ? YEAR_0 : days > YEAR_9999_END ? YEAR_9999_END : days;
  crm__civil_from_days(days, &year, &month, &day);
  text = write_two(year % 100, write_two(year / 100, text));
  *text++ = '-';
  text = write_two(month, text);
  *text++ = '-';
  write_two(day, text);
  return 10;
}

size_t crm__time_write(int64_t time, char *text)
{
  int64_t day = crm__floor_div(time, CRM_DAY);
  int64_t rest = time % CRM_DAY;
  int64_t clock = rest < 0 ? rest + CRM_DAY : rest;
  int32_t seconds = (int32_t)(clock / SECOND);
  int32_t micros = (int32_t)(clock % SECOND);
  char *at = text + crm__date_write((int32_t)day, text);
  *at++ = 'T';
  at = write_two(seconds / 3600, at);
  *at++ = ':';
  at = write_two(seconds / 60 % 60, at);
  *at++ = ':';
  at = write_two(seconds % 60, at);
  if (micros != 0) {
    *at++ = '.';
    at = write_two(micros / 10000, at);
    at = write_two(micros / 100 % 100, at);
    at = write_two(micros % 100, at);
  }
  return (size_t)(at - text);
}
