/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "title.h"

#include <stdio.h>
#include <string.h>

int64_t title_as_of(const crm_store *store, const arguments *args)
{
  return args->scope.as_of != CRM_TIME_UNSET_TO ? args->scope.as_of : crm_store_horizon(store);
}

/* A date where an instant is the start of a business day, else date and time. */
static const char *instant(char *text, const arguments *args, int64_t time)
{
  int64_t of_day = (time - args->store.day_start) % CRM_DAY;
  return of_day == 0 ? figure_date(text, (time - args->store.day_start) / CRM_DAY - (time < args->store.day_start))
                     : figure_time(text, time);
}

void title_draw(page *out, const crm_store *store, const arguments *args, const char *text)
{
  char from[FIGURE];
  char to[FIGURE];
  char line[256];
  int64_t as_of = title_as_of(store, args);
  int has_from = args->scope.from != CRM_TIME_UNSET_FROM;
  int has_to = args->scope.to != CRM_TIME_UNSET_TO;
  size_t length;
  /* A period ends before its last instant; as a date that is the day before. */
  if (has_to && (args->scope.to - args->store.day_start) % CRM_DAY == 0) {
    (void)instant(to, args, args->scope.to - CRM_DAY);
  } else if (has_to) {
    (void)instant(to, args, args->scope.to);
  }
  if (has_from && has_to) {
    (void)snprintf(line, sizeof line, "%s%s%s", instant(from, args, args->scope.from),
                   page_label(out, "text", "to"), to);
  } else if (has_from) {
    (void)snprintf(line, sizeof line, "%s%s", page_label(out, "text", "from"), instant(from, args, args->scope.from));
  } else if (has_to) {
    (void)snprintf(line, sizeof line, "%s%s", page_label(out, "text", "until"), to);
  } else {
    (void)snprintf(line, sizeof line, "%s", page_label(out, "text", "all_history"));
  }
  length = strlen(line);
  if (as_of != CRM_TIME_UNSET_TO) {
    (void)snprintf(line + length, sizeof line - length, " \xC2\xB7 %s%s", page_label(out, "text", "as_of"),
                   instant(from, args, as_of));
  }
  page_style(out, STYLE_BOLD);
  page_text(out, text);
  page_style(out, STYLE_PLAIN);
  if (cells_of(text) + 2 + cells_of(line) > out->width) {
    page_text(out, "\n");
  } else {
    page_repeat(out, " ", out->width - cells_of(text) - cells_of(line));
  }
  page_style(out, STYLE_FAINT);
  page_text(out, line);
  page_style(out, STYLE_PLAIN);
  page_text(out, "\n");
}
