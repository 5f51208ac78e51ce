/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "headline.h"

#include "page.h"

#include <stdio.h>
#include <string.h>

/* The gauges as a table of text and rates. */

#define COLUMNS 9

static const char *const names[COLUMNS] = {"gauge", "kpi", "period", "value", "band", "target", "change_previous",
                                           "change_year", "status"};
static const char *const types[COLUMNS] = {"text", "text", "text", "text", "text", "text", "decimal", "decimal",
                                           "text"};

/* Without thousands separators; "" where unknown. */
static const char *plain(char *text, figure value, int scale)
{
  char digits[32];
  uint64_t size = value.value < 0 ? 0U - (uint64_t)value.value : (uint64_t)value.value;
  int length = snprintf(digits, sizeof digits, "%0*llu", scale + 1, (unsigned long long)size);
  text[0] = '\0';
  if (value.known) {
    (void)snprintf(text, FIGURE, "%s%.*s%s%s", value.value < 0 ? "-" : "", length - scale, digits, scale > 0 ? "." : "",
                   digits + length - scale);
  }
  return text;
}

static void put_row(page *out, const headline *result, const gauge *item, int json)
{
  char value[FIGURE];
  char previous[FIGURE];
  char year[FIGURE];
  const char *status = !item->value.known ? "undefined" : (result->complete ? "ok" : "incomplete");
  const char *cells[COLUMNS];
  int scale = item->unit == UNIT_MONEY ? (int)out->digits : (item->unit == UNIT_RATE ? 6 : 0);
  int i;
  cells[0] = item->kpi;
  cells[1] = item->kpi;
  cells[2] = result->period;
  cells[3] = plain(value, item->value, scale);
  cells[4] = "";
  cells[5] = "";
  cells[6] = plain(previous, item->previous, 6);
  cells[7] = plain(year, item->year, 6);
  cells[8] = status;
  for (i = 0; i < COLUMNS; i++) {
    page_text(out, i > 0 ? "," : "");
    if (!json) {
      page_text(out, cells[i]);
    } else if (cells[i][0] == '\0') {
      page_text(out, "null");
    } else {
      page_format(out, "\"%s\"", cells[i]);
    }
  }
}

static void put_csv(page *out, const headline *result)
{
  int i;
  for (i = 0; i < COLUMNS; i++) {
    page_format(out, "%s%s", i > 0 ? "," : "", names[i]);
  }
  page_text(out, "\n");
  for (i = 0; i < GAUGES; i++) {
    put_row(out, result, &result->gauges[i], 0);
    page_text(out, "\n");
  }
}

static void put_json(page *out, const headline *result, const crm_store *store, const arguments *args)
{
  int64_t as_of = args->scope.as_of != CRM_TIME_UNSET_TO ? args->scope.as_of : crm_store_horizon(store);
  char time[FIGURE] = "";
  int i;
  if (as_of != CRM_TIME_UNSET_TO) {
    (void)figure_time(time, as_of);
  }
  page_format(out, "{\"table\":\"cockpit\",\"meta\":{\"definition\":\"cockpit\",\"revision\":\"1\",\"as_of\":\"%s\","
                   "\"data_version\":\"%lld\"},\"columns\":[", time, (long long)crm_store_version(store));
  for (i = 0; i < COLUMNS; i++) {
    page_format(out, "%s{\"name\":\"%s\",\"type\":\"%s\",\"scale\":%d}", i > 0 ? "," : "", names[i], types[i],
                types[i][0] == 'd' ? 6 : 0);
  }
  page_text(out, "],\"rows\":[");
  for (i = 0; i < GAUGES; i++) {
    page_text(out, i > 0 ? ",\n[" : "\n[");
    put_row(out, result, &result->gauges[i], 1);
    page_text(out, "]");
  }
  page_text(out, "\n]}\n");
}

int headline_write(const headline *result, const crm_store *store, const arguments *args, output *out)
{
  page text = {NULL, 0, 0, 0, 0, 0, 0};
  int status;
  text.digits = args->store.digits;
  if (args->format == FORMAT_JSON) {
    put_json(&text, result, store, args);
  } else {
    put_csv(&text, result);
  }
  status = text.failed ? report_memory() : EXIT_GOOD;
  if (status == EXIT_GOOD) {
    status = output_open(out, args->output);
  }
  if (status == EXIT_GOOD) {
    (void)output_bytes(out, text.bytes, text.length);
    status = output_close(out);
  }
  page_free(&text);
  return status;
}
