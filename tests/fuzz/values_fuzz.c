/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include "base/civil.h"
#include "base/decimal.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Values as texts: numbers, times, times by a format, characters. What was read is written and read again, and has to
 * be the same. The first byte says what (n, i, f, u), the second how; a format ends at the first line end. */

static void check_scaled(const char *text, size_t length, char mark, int32_t scale)
{
  char written[24];
  int64_t value = 0;
  int64_t again = 0;
  int64_t rescaled = 0;
  int inexact = 0;
  int rounded = 0;
  crm__decimal exact = { 0, 0, 0 };
  int answer = crm__decimal_read_scaled(text, length, mark, scale, &value, &inexact);
  int plain = crm__decimal_read(text, length, mark, &exact);
  NEED((answer == CRM__DECIMAL_BAD) == (plain == CRM__DECIMAL_BAD));
  if (plain == CRM__DECIMAL_OK && !exact.inexact) {
    int misfit = crm__decimal_rescale(exact.coefficient, exact.scale, scale, &rescaled, &rounded);
    NEED((answer == CRM__DECIMAL_OK) == (misfit == 0));
    NEED(answer != CRM__DECIMAL_OK || (value == rescaled && inexact == rounded));
  }
  if (answer == CRM__DECIMAL_OK) {
    length = crm__decimal_write(value, scale, written);
    NEED(length <= sizeof written);
    inexact = 0;
    NEED(crm__decimal_read_scaled(written, length, '.', scale, &again, &inexact) == CRM__DECIMAL_OK);
    NEED(again == value && inexact == 0);
  }
}

static void check_number(const char *text, size_t length, char mark)
{
  char written[24];
  int64_t integer = 0;
  crm__decimal value = { 0, 0, 0 };
  crm__decimal again = { 0, 0, 0 };
  if (crm__decimal_read(text, length, mark, &value) == CRM__DECIMAL_OK) {
    size_t used = crm__decimal_write(value.coefficient, value.scale, written);
    NEED(value.scale >= 0 && value.scale <= 18 && value.coefficient != INT64_MIN && used <= sizeof written);
    NEED(crm__decimal_read(written, used, '.', &again) == CRM__DECIMAL_OK);
    NEED(again.coefficient == value.coefficient && again.scale == value.scale && !again.inexact);
  }
  if (crm__canonical_integer(text, length, &integer)) {
    NEED(crm__integer_write(integer, written) == length && memcmp(written, text, length) == 0);
  }
}

static void check_iso(const char *text, size_t length)
{
  char written[26];
  int64_t time = 0;
  int64_t again = 0;
  if (crm__time_read_iso(text, length, &time) == 0) {
    NEED(time >= CRM__TIME_MIN && time < CRM__TIME_MAX);
    length = crm__time_write(time, written);
    NEED(length <= sizeof written && crm__time_read_iso(written, length, &again) == 0 && again == time);
  }
}

/* One directive, in the width that is always read as it is meant. */
static int put_part(char directive, int64_t time, char *into, size_t room)
{
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  int32_t year;
  int32_t month;
  int32_t day;
  int32_t date = crm__business_day(time, 0);
  int64_t clock = time - date * CRM_DAY;
  int hour = (int)(clock / 3600000000);
  crm__civil_from_days(date, &year, &month, &day);
  switch (directive) {
  case 'Y': return snprintf(into, room, "%04d", (int)year);
  case 'y': return snprintf(into, room, "%02d", (int)(year % 100));
  case 'm': return snprintf(into, room, "%02d", (int)month);
  case 'b': return snprintf(into, room, "%s", months[month - 1]);
  case 'd': return snprintf(into, room, "%02d", (int)day);
  case 'H': return snprintf(into, room, "%02d", hour);
  case 'I': return snprintf(into, room, "%02d", hour % 12 == 0 ? 12 : hour % 12);
  case 'p': return snprintf(into, room, "%s", hour < 12 ? "AM" : "PM");
  case 'M': return snprintf(into, room, "%02d", (int)(clock / 60000000 % 60));
  case 'S': return snprintf(into, room, "%02d", (int)(clock / 1000000 % 60));
  case 'f': return snprintf(into, room, "%06d000", (int)(clock % 1000000));
  case 'z': return snprintf(into, room, "Z");
  default: return snprintf(into, room, "%%");
  }
}

static void check_format(const char *format, const char *text, size_t length)
{
  size_t wrong = crm__time_format_check(format);
  size_t room = strlen(format) * 10 + 16;
  size_t used = 0;
  const char *at;
  char *written;
  int64_t time = 0;
  int64_t again = 0;
  NEED(wrong <= strlen(format) + 1);
  if (wrong != 0 || crm__time_read(format, text, length, &time) != 0) {
    return;
  }
  NEED(time >= CRM__TIME_MIN && time < CRM__TIME_MAX);
  written = fuzz_room(room);
  for (at = format; *at != '\0'; at++) {
    if (*at == '%') {
      used += (size_t)put_part(*++at, time, written + used, room - used);
    } else {
      written[used++] = *at;
    }
  }
  NEED(crm__time_read(format, written, used, &again) == 0 && again == time);
  free(written);
}

static void check_characters(const char *text, size_t length)
{
  char *wide = fuzz_room(2 * length);
  size_t at = 0;
  int valid = crm__utf8_valid(text, length);
  int replaced = 0;
  while (at < length) {
    uint32_t code = 0;
    size_t taken = crm__utf8_decode(text + at, length - at, &code);
    NEED(taken >= 1 && taken <= 4 && taken <= length - at && code <= 0x10FFFF);
    replaced |= code == 0xFFFD && taken == 1;
    NEED(crm__character_width(code) >= 0 && crm__character_width(code) <= 2);
    at += taken;
  }
  NEED(valid == !replaced);
  NEED(crm__utf8_valid(wide, crm__latin1_to_utf8(text, length, wide)));
  NEED(crm_text_width(text, length) >= 0);
  free(wide);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_bytes bytes = { data, size };
  uint32_t what = fuzz_byte(&bytes);
  uint32_t how = fuzz_byte(&bytes);
  size_t length = bytes.left;
  char *text = fuzz_rest(&bytes);
  char *end = strchr(text, '\n');
  if (what == 'f' && end != NULL) {
    *end = '\0';
    check_format(text, end + 1, length - (size_t)(end + 1 - text));
  } else if (what == 'i') {
    check_iso(text, length);
  } else if (what == 'u') {
    check_characters(text, length);
  } else {
    check_number(text, length, how % 2 == 0 ? '.' : ',');
    check_scaled(text, length, how % 2 == 0 ? '.' : ',', (int32_t)(how / 2 % 19));
  }
  free(text);
  return 0;
}
