/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "page.h"

#include "values.h"

#include <crm/crm.h>

#include <stdio.h>
#include <string.h>

static uint64_t magnitude(int64_t value)
{
  return value < 0 ? 0U - (uint64_t)value : (uint64_t)value;
}

static uint64_t power(int exponent)
{
  uint64_t result = 1;
  for (; exponent > 0; exponent--) {
    result *= 10;
  }
  return result;
}

/* Writes backwards from the end of the buffer. */
static char *put_back(char *at, uint64_t value, int decimals)
{
  int digits = 0;
  int whole = 0;
  while (value > 0 || digits <= decimals) {
    if (digits == decimals && decimals > 0) {
      *--at = '.';
    }
    if (digits >= decimals) {
      if (whole > 0 && whole % 3 == 0) {
        *--at = ',';
      }
      whole++;
    }
    *--at = (char)('0' + value % 10);
    value /= 10;
    digits++;
  }
  return at;
}

static const char *decimal(char *text, int64_t value, int scale, int decimals, const char *sign, const char *unit)
{
  char buffer[FIGURE];
  char *at = buffer + sizeof buffer - 1;
  uint64_t size = magnitude(value);
  *at = '\0';
  if (scale > decimals) {
    uint64_t step = power(scale - decimals);
    size = size / step + (size % step >= step - step / 2);
  } else {
    decimals = scale;
  }
  at = put_back(at, size, decimals);
  (void)snprintf(text, FIGURE, "%s%s%s", value < 0 && size > 0 ? "-" : (size > 0 ? sign : ""), at, unit);
  return text;
}

const char *figure_count(char *text, int64_t value)
{
  return decimal(text, value, 0, 0, "", "");
}

const char *figure_decimal(char *text, int64_t value, int scale, int decimals)
{
  return decimal(text, value, scale, decimals, "", "");
}

const char *figure_percent(char *text, int64_t rate, int decimals)
{
  return decimal(text, rate, 4, decimals, "", "%");
}

const char *figure_change(char *text, int64_t rate)
{
  return decimal(text, rate, 4, 1, "+", "%");
}

const char *figure_points(char *text, int64_t rate)
{
  return decimal(text, rate, 4, 1, "+", "");
}

const char *figure_short(char *text, int64_t value, int scale, int32_t language)
{
  static const char *const units[2][7] = {{"", "k", "M", "G", "T", "P", "E"}, {"", "万", "亿", "万亿", "", "", ""}};
  int step = language == 0 ? 3 : 4;
  int most = language == 0 ? 6 : 3;
  uint64_t whole = magnitude(value) / power(scale);
  int unit = 0;
  while (unit < most && whole >= power(step * (unit + 1))) {
    unit++;
  }
  return decimal(text, value, scale + step * unit, unit == 0 || whole >= power(step * unit) * 100 ? 0 : 1, "",
                 units[language][unit]);
}

const char *figure_date(char *text, int64_t days)
{
  int year;
  int month;
  int day;
  date_civil(days, &year, &month, &day);
  (void)snprintf(text, FIGURE, "%04d-%02d-%02d", year, month, day);
  return text;
}

const char *figure_time(char *text, int64_t time)
{
  int64_t days = time / CRM_DAY - (time % CRM_DAY < 0);
  int64_t seconds = (time - days * CRM_DAY) / INT64_C(1000000);
  size_t length = strlen(figure_date(text, days));
  (void)snprintf(text + length, FIGURE - length, "T%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60),
                 (int)(seconds % 60));
  return text;
}
