/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit.h"

#include "draw.h"
#include "panel.h"
#include "panel_draw.h"
#include "sections.h"
#include "title.h"

#include <stdio.h>
#include <string.h>

/* The page of the cockpit: alerts first, gauges, what was found, whom to see to, and the analyses behind. */

#define BESIDE 132    /* from this width on the analyses stand in two columns, */
#define BETWEEN 4     /* with so much between them */

/* ---- the notes ---- */

/* Revenue of the scope: all of its years. */
static crm_status total_revenue(const arguments *args, const crm_store *store, int64_t *total, crm_error *error)
{
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_table *years = NULL;
  crm_status status;
  int64_t row;
  *total = 0;
  calendar.period = CRM_PERIOD_YEAR;
  status = crm_periods_compute(store, &args->scope, &calendar, &years, error);
  for (row = 0; status == CRM_OK && row < crm_table_rows(years); row++) {
    *total += crm_table_integer(years, crm_table_find(years, "revenue"), row);
  }
  crm_table_free(years);
  return status;
}

static crm_status draw_notes(page *out, const arguments *args, const loading *loaded, int64_t identified,
                             crm_error *error)
{
  char text[FIGURE];
  int64_t total;
  crm_status status = total_revenue(args, loaded->store, &total, error);
  if (status != CRM_OK) {
    return status;
  }
  draw_heading(out, page_label(out, "text", "notes"), "");
  page_style(out, STYLE_FAINT);
  if (total > identified && total > 0) {
    int64_t share = (int64_t)((double)(total - identified) / (double)total * 1e6 + 0.5);
    page_format(out, page_label(out, "text", "anonymous"), figure_percent(text, share, 1));
    page_text(out, "\n");
  }
  if (loaded->duplicate > 0) {
    page_format(out, page_label(out, "text", "duplicates"), figure_count(text, loaded->duplicate));
    page_text(out, "\n");
  }
  if (loaded->rejected > 0) {
    page_format(out, page_label(out, "text", "rejected"), figure_count(text, loaded->rejected));
  } else {
    page_format(out, page_label(out, "text", "read"), figure_count(text, loaded->rows));
  }
  page_text(out, "\n");
  page_style(out, STYLE_PLAIN);
  return CRM_OK;
}

/* ---- the analyses ---- */

static crm_status draw_left(page *out, const arguments *args, const crm_store *store, int64_t *identified,
                            crm_error *error)
{
  crm_status status = section_pyramid(out, args, store, identified, error);
  return status == CRM_OK ? section_segments(out, args, store, error) : status;
}

static crm_status draw_right(page *out, const arguments *args, const crm_store *store, crm_error *error)
{
  crm_status status = section_months(out, args, store, error);
  return status == CRM_OK ? section_products(out, args, store, error) : status;
}

static page page_like(const page *out, int64_t width)
{
  page made;
  memset(&made, 0, sizeof made);
  made.color = out->color;
  made.language = out->language;
  made.digits = out->digits;
  made.width = width;
  return made;
}

static crm_status draw_analyses(page *out, const arguments *args, const crm_store *store, int64_t *identified,
                                crm_error *error)
{
  int64_t half = (out->width - BETWEEN) / 2;
  page left;
  page right;
  crm_status status;
  if (out->width < BESIDE) {
    status = draw_left(out, args, store, identified, error);
    return status == CRM_OK ? draw_right(out, args, store, error) : status;
  }
  left = page_like(out, half);
  right = page_like(out, half);
  status = draw_left(&left, args, store, identified, error);
  if (status == CRM_OK) {
    status = draw_right(&right, args, store, error);
  }
  if (status == CRM_OK) {
    page_beside(out, &left, &right, half + BETWEEN);
  }
  page_free(&left);
  page_free(&right);
  return status;
}

/* ---- the page ---- */

static void draw_title(page *out, const arguments *args, const crm_store *store)
{
  char title[160];
  const char *role = args->role == NULL ? "" : page_label(out, "role", args->role);
  (void)snprintf(title, sizeof title, "%s%s%s", page_label(out, "text", "title"), role[0] != '\0' ? " \xC2\xB7 " : "",
                 role);
  title_draw(out, store, args, title);
}

crm_status cockpit_draw(page *out, const arguments *args, const loading *loaded, crm_error *error)
{
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  int64_t identified = 0;
  crm_status status = panel_evaluate(loaded->store, args, 0, &snapshot, error);
  draw_title(out, args, loaded->store);
  if (status == CRM_OK && crm_table_rows(snapshot.series) == 0) {
    page_format(out, "\n%s%s\n", page_label(out, "text", "no_month"), page_label(out, "text", "stop"));
  } else if (status == CRM_OK) {
    panel_draw_alerts(out, &snapshot);
    panel_draw_gauges(out, &snapshot);
    panel_draw_findings(out, &snapshot);
    panel_draw_list(out, &snapshot);
  }
  crm_snapshot_clear(&snapshot);
  if (status == CRM_OK) {
    status = draw_analyses(out, args, loaded->store, &identified, error);
  }
  return status == CRM_OK ? draw_notes(out, args, loaded, identified, error) : status;
}
