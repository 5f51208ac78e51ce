/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE 2048

static void clean(char *line)
{
  size_t length = strlen(line);
  size_t i;
  if (length == LINE - 1) {
    /* Cut in the middle: leave no part of a character behind. */
    while (length > 0 && ((unsigned char)line[length - 1] & 0xC0U) == 0x80U) {
      length--;
    }
    line[length > 0 ? length - 1 : 0] = '\0';
  }
  for (i = 0; line[i] != '\0'; i++) {
    if ((unsigned char)line[i] < 0x20U || line[i] == 0x7F) {
      line[i] = '?';
    }
  }
}

int report(const char *format, ...)
{
  char line[LINE];
  va_list values;
  va_start(values, format);
  (void)vsnprintf(line, sizeof line, format, values);
  va_end(values);
  clean(line);
  fprintf(stderr, "crm-cockpit: %s\n", line);
  return EXIT_UNUSABLE;
}

int report_error(const char *subject, const crm_error *error)
{
  char place[128] = "";
  const char *message = error->message[0] != '\0' ? error->message : crm_status_name(error->status);
  if (error->row > 0 && error->column[0] != '\0') {
    (void)snprintf(place, sizeof place, " (row %lld, column %s)", (long long)error->row, error->column);
  } else if (error->row > 0) {
    (void)snprintf(place, sizeof place, " (row %lld)", (long long)error->row);
  } else if (error->column[0] != '\0' && strstr(message, error->column) == NULL) {
    (void)snprintf(place, sizeof place, " (column %s)", error->column);
  }
  if (subject != NULL) {
    return report("%s: %s%s", subject, message, place);
  }
  return report("%s%s", message, place);
}

int report_memory(void)
{
  return report("out of memory");
}
