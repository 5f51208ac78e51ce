/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/arrow_column.h"

#include <string.h>

/* Formats of the Arrow C data interface. */

#define MINUTE INT64_C(60000000)

static int digit_pair(const char *text, int32_t *value)
{
  if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
    return 0;
  }
  *value = (text[0] - '0') * 10 + text[1] - '0';
  return 1;
}

/* UTC under its names, and +hh:mm. */
static int fixed_zone(const char *zone, int64_t *offset)
{
  static const char *const names[] = {"UTC", "Z", "GMT", "Etc/UTC", "Etc/GMT", "Zulu", "Etc/UCT", "UCT"};
  int32_t hours;
  int32_t minutes;
  size_t i;
  *offset = 0;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(zone, names[i]) == 0) {
      return 1;
    }
  }
  if ((zone[0] != '+' && zone[0] != '-') || !digit_pair(zone + 1, &hours) || zone[3] != ':' ||
      !digit_pair(zone + 4, &minutes) || zone[6] != '\0' || hours > 23 || minutes > 59) {
    return 0;
  }
  *offset = (hours * 60 + minutes) * MINUTE;
  *offset = zone[0] == '-' ? -*offset : *offset;
  return 1;
}

/* An integer with an optional sign up to an end or a comma; NULL where there is none. */
static const char *read_number(const char *text, int32_t *value)
{
  int negative = *text == '-';
  int32_t sum = 0;
  text += negative;
  if (*text < '0' || *text > '9') {
    return NULL;
  }
  for (; *text >= '0' && *text <= '9'; text++) {
    if (sum > 99999) {
      return NULL;
    }
    sum = sum * 10 + (*text - '0');
  }
  *value = negative ? -sum : sum;
  return *text == ',' && text[1] != '\0' ? text + 1 : *text == '\0' ? text : NULL;
}

/* d:precision,scale[,bits] */
static int read_decimal(const char *format, crm__arrow_type *type)
{
  int32_t precision;
  int32_t bits = 128;
  const char *at = read_number(format + 2, &precision);
  at = at == NULL || *at == '\0' ? NULL : read_number(at, &type->scale);
  if (at != NULL && *at != '\0') {
    at = read_number(at, &bits);
  }
  if (at == NULL || *at != '\0' || precision < 1 || precision > 76 || type->scale < -76 || type->scale > 76 ||
      (bits != 32 && bits != 64 && bits != 128 && bits != 256)) {
    return 0;
  }
  type->kind = CRM__ARROW_DECIMAL;
  type->width = bits / 8;
  return 1;
}

/* ts[smun]:zone */
static int read_instant(const char *format, crm__arrow_type *type)
{
  static const char units[] = "smun";
  static const int32_t factors[] = {CRM__ARROW_SECONDS, CRM__ARROW_MILLISECONDS, CRM__ARROW_MICROSECONDS,
                                    CRM__ARROW_NANOSECONDS};
  const char *unit = memchr(units, format[2], sizeof units - 1);
  if (unit == NULL || format[3] != ':') {
    return 0;
  }
  type->kind = CRM__ARROW_INSTANT;
  type->width = 8;
  type->unit = factors[unit - units];
  type->zone = format + 4;
  type->fixed = type->zone[0] == '\0' || fixed_zone(type->zone, &type->offset);
  return 1;
}

static int read_letter(char letter, crm__arrow_type *type)
{
  static const char letters[] = "nbcsilCSILefgzuZU";
  static const int32_t kinds[] = {CRM__ARROW_NULL,     CRM__ARROW_BOOLEAN,  CRM__ARROW_SIGNED, CRM__ARROW_SIGNED,
                                  CRM__ARROW_SIGNED,   CRM__ARROW_SIGNED,   CRM__ARROW_UNSIGNED, CRM__ARROW_UNSIGNED,
                                  CRM__ARROW_UNSIGNED, CRM__ARROW_UNSIGNED, 0,                 CRM__ARROW_FLOAT,
                                  CRM__ARROW_FLOAT,    CRM__ARROW_TEXT32,   CRM__ARROW_TEXT32, CRM__ARROW_TEXT64,
                                  CRM__ARROW_TEXT64};
  static const int32_t widths[] = {0, 0, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 4, 4, 8, 8};
  const char *found = memchr(letters, letter, sizeof letters - 1);
  if (found == NULL) {
    return 0;
  }
  type->kind = kinds[found - letters];
  type->width = widths[found - letters];
  return type->kind != 0;
}

int crm__arrow_type_read(const char *format, crm__arrow_type *type)
{
  memset(type, 0, sizeof *type);
  type->zone = "";
  type->fixed = 1;
  type->unit = CRM__ARROW_MICROSECONDS;
  if (format[0] != '\0' && format[1] == '\0') {
    return read_letter(format[0], type);
  }
  if (strncmp(format, "d:", 2) == 0) {
    return read_decimal(format, type);
  }
  if (strncmp(format, "ts", 2) == 0) {
    return read_instant(format, type);
  }
  if (strcmp(format, "tdD") == 0) {
    type->kind = CRM__ARROW_DAYS;
    type->width = 4;
  } else if (strcmp(format, "tdm") == 0) {
    type->kind = CRM__ARROW_INSTANT;
    type->width = 8;
    type->unit = CRM__ARROW_MILLISECONDS;
  } else if (strcmp(format, "vu") == 0 || strcmp(format, "vz") == 0) {
    type->kind = CRM__ARROW_TEXT_VIEW;
    type->width = 16;
  }
  return type->kind != 0;
}
