/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "values.h"

#include <crm/crm.h>

#include <string.h>

static int is_digit(char c)
{
  return c >= '0' && c <= '9';
}

int value_decimal(const char *text, size_t length, int digits, int64_t *value)
{
  size_t at = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  int negative = at == 1 && text[0] == '-';
  int decimals = -1;
  int seen = 0;
  int64_t sum = 0;
  for (; at < length; at++) {
    if (text[at] == '.' && decimals < 0) {
      decimals = 0;
      continue;
    }
    if (!is_digit(text[at]) || (decimals >= 0 && decimals == digits) || sum > (INT64_MAX - 9) / 10) {
      return 0;
    }
    sum = sum * 10 + (text[at] - '0');
    decimals += decimals >= 0;
    seen = 1;
  }
  for (decimals = decimals < 0 ? 0 : decimals; decimals < digits; decimals++) {
    if (sum > INT64_MAX / 10) {
      return 0;
    }
    sum *= 10;
  }
  *value = negative ? -sum : sum;
  return seen;
}

int value_integer(const char *text, int64_t low, int64_t high, int64_t *value)
{
  int64_t result;
  if (!value_decimal(text, strlen(text), 0, &result) || strchr(text, '.') != NULL || result < low || result > high) {
    return 0;
  }
  *value = result;
  return 1;
}

int value_list(const char *text, int digits, int64_t *values, int most)
{
  int count = 0;
  for (;;) {
    size_t length = strcspn(text, ",");
    if (count == most || !value_decimal(text, length, digits, &values[count])) {
      return -1;
    }
    count++;
    if (text[length] == '\0') {
      return count;
    }
    text += length + 1;
  }
}

/* Reads exactly `digits` digits. */
static int fixed(const char **text, int digits, int *value)
{
  int sum = 0;
  for (; digits > 0; digits--, (*text)++) {
    if (!is_digit(**text)) {
      return 0;
    }
    sum = sum * 10 + (**text - '0');
  }
  *value = sum;
  return 1;
}

static int skip(const char **text, char c)
{
  if (**text != c) {
    return 0;
  }
  (*text)++;
  return 1;
}

int value_clock(const char *text, int64_t *value)
{
  int hour;
  int minute;
  if (!fixed(&text, 2, &hour) || !skip(&text, ':') || !fixed(&text, 2, &minute) || *text != '\0' || hour > 23 ||
      minute > 59) {
    return 0;
  }
  *value = ((int64_t)hour * 60 + minute) * 60 * INT64_C(1000000);
  return 1;
}

/* The fraction of a second after the point, as microseconds. */
static int fraction(const char **text, int64_t *micros)
{
  int64_t unit = 100000;
  *micros = 0;
  if (!is_digit(**text)) {
    return 0;
  }
  for (; is_digit(**text); (*text)++, unit /= 10) {
    if (unit == 0) {
      return 0;
    }
    *micros += (**text - '0') * unit;
  }
  return 1;
}

static int time_of_day(const char *text, int64_t *micros)
{
  int hour;
  int minute;
  int second = 0;
  int64_t part = 0;
  if (!fixed(&text, 2, &hour) || !skip(&text, ':') || !fixed(&text, 2, &minute)) {
    return 0;
  }
  if (skip(&text, ':') && !fixed(&text, 2, &second)) {
    return 0;
  }
  if (skip(&text, '.') && !fraction(&text, &part)) {
    return 0;
  }
  *micros = (((int64_t)hour * 60 + minute) * 60 + second) * INT64_C(1000000) + part;
  return *text == '\0' && hour <= 23 && minute <= 59 && second <= 59;
}

int value_instant(const char *text, int64_t *time, int *date)
{
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year;
  int month;
  int day;
  int length;
  int64_t micros = 0;
  if (!fixed(&text, 4, &year) || !skip(&text, '-') || !fixed(&text, 2, &month) || !skip(&text, '-') ||
      !fixed(&text, 2, &day) || year < 1900 || year > 2199 || month < 1 || month > 12 || day < 1) {
    return 0;
  }
  length = lengths[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
  if (day > length) {
    return 0;
  }
  *date = *text == '\0';
  if (!*date && ((*text != 'T' && *text != ' ') || !time_of_day(text + 1, &micros))) {
    return 0;
  }
  *time = date_days(year, month, day) * CRM_DAY + micros;
  return 1;
}

int value_word(const char *text, const char *words)
{
  size_t length = strlen(text);
  int place = 0;
  for (;;) {
    size_t word = strcspn(words, "|");
    if (word == length && memcmp(words, text, length) == 0) {
      return place;
    }
    if (words[word] == '\0') {
      return -1;
    }
    words += word + 1;
    place++;
  }
}

int value_listed(const char *word, const char *words)
{
  size_t length = strlen(word);
  while (*words != '\0') {
    size_t next = strcspn(words, " ");
    if (next == length && memcmp(words, word, length) == 0) {
      return 1;
    }
    words += next + (words[next] == ' ');
  }
  return 0;
}

int64_t date_days(int year, int month, int day)
{
  /* Years from March, so that the leap day is the last one. */
  int64_t y = year - (month <= 2);
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t of_era = y - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_civil(int64_t days, int *year, int *month, int *day)
{
  int64_t shifted = days + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t of_era = shifted - era * 146097;
  int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
  int64_t m = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * m + 2) / 5 + 1);
  *month = (int)(m < 10 ? m + 3 : m - 9);
  *year = (int)(y + era * 400 + (*month <= 2));
}
