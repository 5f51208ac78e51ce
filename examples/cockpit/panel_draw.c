/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "panel_draw.h"

#include "draw.h"
#include "grid.h"
#include "language.h"
#include "values.h"

#include <stdio.h>
#include <string.h>

#define TEXT 512
#define SPARK 240     /* most periods of a series */
#define CAUSE 2048

/* ---- cells of tables ---- */

static const char *text_of(const crm_table *table, const char *column, int64_t row, char *text)
{
  size_t length;
  const char *bytes = crm_table_text(table, crm_table_find(table, column), row, &length);
  (void)snprintf(text, TEXT, "%.*s", (int)(length < TEXT ? length : TEXT - 1), bytes);
  return text;
}

static int is(const crm_table *table, const char *column, int64_t row, const char *word)
{
  char text[TEXT];
  return strcmp(text_of(table, column, row, text), word) == 0;
}

/* A value, DRAW_MISSING where there is none. */
static int64_t number_of(const crm_table *table, const char *column, int64_t row)
{
  int32_t index = crm_table_find(table, column);
  return crm_table_is_null(table, index, row) ? DRAW_MISSING : crm_table_integer(table, index, row);
}

/* ---- alerts ---- */

static int64_t count_state(const crm_table *alerts, const char *state)
{
  int64_t count = 0;
  int64_t row;
  for (row = 0; row < crm_table_rows(alerts); row++) {
    count += is(alerts, "state", row, state);
  }
  return count;
}

/* "4 firing, 1 pending, 12 quiet" */
static void summary(const page *out, const crm_table *alerts, char *text)
{
  static const char *const states[] = {"firing", "pending", "resolved", "nodata", "ok"};
  size_t used = 0;
  size_t i;
  text[0] = '\0';
  for (i = 0; i < sizeof states / sizeof states[0]; i++) {
    int64_t count = count_state(alerts, states[i]);
    if (count > 0) {
      used += (size_t)snprintf(text + used, TEXT - used, "%s%lld %s", used > 0 ? page_label(out, "text", "comma") : "",
                               (long long)count, page_label(out, "state", states[i]));
    }
  }
}

static void put_alert(page *out, const crm_table *alerts, int64_t row)
{
  char text[TEXT];
  char state[TEXT];
  const char *label;
  int firing = is(alerts, "state", row, "firing");
  int style = is(alerts, "state", row, "resolved") ? STYLE_GOOD : !firing ? STYLE_FAIR : STYLE_BAD;
  if (firing) {
    (void)text_of(alerts, "severity", row, state);
    label = page_label(out, "severity", state);
    style = is(alerts, "severity", row, "critical") ? STYLE_BAD : STYLE_FAIR;
  } else {
    label = page_label(out, "state", text_of(alerts, "state", row, state));
  }
  page_style(out, style);
  page_text(out, firing ? "\xE2\x96\xA0 " : is(alerts, "state", row, "resolved") ? "\xE2\x96\xA1 " : "\xE2\x96\xB2 ");
  page_left(out, label, 10);
  page_style(out, STYLE_PLAIN);
  page_wrapped(out, text_of(alerts, "message", row, text), out->width - 12, 12);
}

/* A sentence of what moved a figure, in the making. */
typedef struct causes_line {
  char text[CAUSE];
  int group;        /* of the last part: the total, its factors, customers by what became of them, the greatest */
  int decimals;
} causes_line;

static int group_of(const char *part)
{
  return strcmp(part, "total") == 0                                                                        ? 0
         : value_listed(part, "customers orders_per_customer order_value")                                 ? 1
         : value_listed(part, "new resurrected kept lost")                                                 ? 2
                                                                                                           : 3;
}

/* "label key +123" */
static void add_part(const page *out, causes_line *line, int group, const char *label, const char *key, int64_t change)
{
  char number[FIGURE];
  size_t used = strlen(line->text);
  const char *between = used == 0              ? ""
                        : group == line->group ? page_label(out, "text", "comma")
                        : line->group == 0     ? page_label(out, "text", "colon")
                                               : page_label(out, "text", "semicolon");
  (void)figure_decimal(number, change, (int)out->digits, line->decimals);
  (void)snprintf(line->text + used, CAUSE - used, "%s%s%s%s %s%s", between, label, key[0] != '\0' ? " " : "", key,
                 change > 0 ? "+" : "", number);
  line->group = group;
}

/* Whole units where they say enough. */
static int decimals_of(const page *out, int64_t total)
{
  int64_t hundred = 100;
  int32_t digits;
  for (digits = out->digits; digits > 0; digits--) {
    hundred *= 10;
  }
  return total >= hundred || total <= -hundred ? 0 : (int)out->digits;
}

/* What moved the figure of an alert; of the branches, products and customers the first of each, and no branch where the
 * alert is about it. */
static void put_causes(page *out, const crm_snapshot *snapshot, int64_t alert)
{
  const crm_table *causes = snapshot->causes;
  char id[TEXT];
  char scope[TEXT];
  char part[TEXT];
  char key[TEXT];
  char before[TEXT] = "";
  causes_line line = {"", 0, 0};
  int64_t row;
  (void)text_of(snapshot->alerts, "alert", alert, id);
  (void)text_of(snapshot->alerts, "scope", alert, scope);
  for (row = 0; row < crm_table_rows(causes); row++) {
    int64_t change = number_of(causes, "change", row);
    const char *label;
    if (!is(causes, "alert", row, id) || !is(causes, "scope", row, scope)) {
      continue;
    }
    (void)text_of(causes, "part", row, part);
    label = label_find(out->language, "cause", part);
    line.decimals = line.text[0] == '\0' ? decimals_of(out, change) : line.decimals;
    if (label != NULL && change != 0 && strcmp(part, before) != 0 &&
        (scope[0] == '\0' || strcmp(part, "branch") != 0)) {
      add_part(out, &line, group_of(part), label, text_of(causes, "key", row, key), change);
    }
    (void)snprintf(before, sizeof before, "%s", part);
  }
  if (line.text[0] != '\0') {
    page_repeat(out, " ", 12);
    page_style(out, STYLE_FAINT);
    page_wrapped(out, line.text, out->width - 12, 12);
    page_style(out, STYLE_PLAIN);
  }
}

void panel_draw_alerts(page *out, const crm_snapshot *snapshot)
{
  const crm_table *alerts = snapshot->alerts;
  char text[TEXT];
  int64_t row;
  int64_t shown = 0;
  summary(out, alerts, text);
  draw_heading(out, page_label(out, "text", "alerts"), text);
  for (row = 0; row < crm_table_rows(alerts); row++) {
    if (!is(alerts, "state", row, "ok") && !is(alerts, "state", row, "nodata")) {
      put_alert(out, alerts, row);
      put_causes(out, snapshot, row);
      shown++;
    }
  }
  if (shown == 0) {
    page_format(out, "%s\n", page_label(out, "text", "quiet"));
  }
}

/* ---- gauges ---- */

/* Cells of a line of gauges. */
typedef struct layout {
  int64_t label;
  int64_t value;
  int64_t target;
  int64_t change;
  int64_t zones;
  int64_t band;
  int64_t spark;
} layout;

static layout layout_of(const page *out, int64_t periods)
{
  layout plan = {20, 11, 6, 9, 10, 0, 12};
  int64_t more = out->width - PAGE_WIDTH;
  if (more >= 30) {
    plan.label = 26;
    plan.value = 15;
    plan.target = 9;
    plan.change = 11;
    plan.zones = 24;
    plan.band = 7;
    plan.spark = 24;
  }
  more = out->width - plan.label - plan.value - plan.target - 2 * plan.change - plan.zones - plan.band - plan.spark - 3;
  plan.spark += more > 0 ? more : 0;
  plan.spark = plan.spark < periods ? plan.spark : periods;
  return plan;
}

/* A figure of a unit; in short where it is too wide. */
static void put_value(page *out, const char *unit, int64_t value, int64_t cells)
{
  char text[FIGURE] = "-";
  if (value == DRAW_MISSING) {
    page_right(out, text, cells);
    return;
  }
  if (strcmp(unit, "rate") == 0) {
    (void)figure_percent(text, value, 1);
  } else if (strcmp(unit, "money") == 0) {
    (void)figure_decimal(text, value, 6, (int)out->digits);
  } else {
    (void)figure_decimal(text, value, 6, strcmp(unit, "count") == 0 ? 0 : strcmp(unit, "ratio") == 0 ? 2 : 1);
  }
  page_right(out, cells_of(text) < cells ? text : figure_short(text, value, 6, out->language), cells);
}

static void put_change(page *out, const crm_table *gauges, int64_t row, const char *column, int64_t cells)
{
  char number[FIGURE];
  char text[TEXT];
  int64_t change = number_of(gauges, column, row);
  int rate = is(gauges, "unit", row, "rate");
  int down = is(gauges, "direction", row, "down");
  if (change == DRAW_MISSING) {
    page_right(out, "-", cells);
    return;
  }
  if (rate) {
    (void)snprintf(text, sizeof text, "%s%s", figure_points(number, change), page_label(out, "text", "points"));
  } else {
    (void)snprintf(text, sizeof text, "%s", figure_change(number, change));
  }
  page_style(out, change == 0 || is(gauges, "direction", row, "band") ? STYLE_PLAIN
                  : (change > 0) != down                             ? STYLE_GOOD
                                                                     : STYLE_BAD);
  page_right(out, text, cells);
  page_style(out, STYLE_PLAIN);
}

/* Takes the next word of a text between blanks. */
static const char *next_word(const char *text, char *word, size_t size)
{
  size_t length = strcspn(text, " ");
  (void)snprintf(word, size, "%.*s", (int)length, text);
  return text + length + (text[length] == ' ');
}

/* Bands as they are written, and the ends of their scale: beyond the outer edges by as much as lies between them. */
static int read_zones(const crm_table *gauges, int64_t row, int64_t measure, zones *of)
{
  char text[TEXT];
  const char *at = text_of(gauges, "bands", row, text);
  int64_t pad;
  memset(of, 0, sizeof *of);
  while (*at != '\0' && of->count < DRAW_ZONES) {
    char edge[64];
    at = next_word(at, of->names[of->count++], sizeof of->names[0]);
    if (*at != '\0' && of->count < DRAW_ZONES) {
      at = next_word(at, edge, sizeof edge);
      (void)value_decimal(edge, strlen(edge), 6, &of->edges[of->count - 1]);
    }
  }
  if (of->count < 2) {
    return 0;
  }
  pad = of->edges[of->count - 2] - of->edges[0];
  pad = pad > 0 ? pad : of->edges[0] != 0 ? (of->edges[0] < 0 ? -of->edges[0] : of->edges[0]) / 4 : 100000;
  of->low = number_of(gauges, "min", row);
  of->high = number_of(gauges, "max", row);
  of->low = of->low == DRAW_MISSING ? of->edges[0] - pad : of->low;
  of->high = of->high == DRAW_MISSING ? of->edges[of->count - 2] + pad : of->high;
  return measure != DRAW_MISSING && of->low < of->high;
}

static void put_series(page *out, const crm_snapshot *snapshot, int64_t row, int64_t cells)
{
  int64_t values[SPARK];
  int64_t gauges = crm_table_rows(snapshot->gauges);
  int64_t periods = gauges > 0 ? crm_table_rows(snapshot->series) / gauges : 0;
  int64_t i;
  cells = cells < periods ? cells : periods;
  cells = cells < SPARK ? cells : SPARK;
  for (i = 0; i < cells; i++) {
    values[i] = number_of(snapshot->series, "value", row * periods + periods - cells + i);
  }
  draw_spark(out, values, cells);
}

/* Whether a gauge has a value in any period. */
static int has_values(const crm_snapshot *snapshot, int64_t row)
{
  int64_t periods = crm_table_rows(snapshot->series) / crm_table_rows(snapshot->gauges);
  int64_t i;
  for (i = 0; i < periods; i++) {
    if (number_of(snapshot->series, "value", row * periods + i) != DRAW_MISSING) {
      return 1;
    }
  }
  return 0;
}

static void put_gauge(page *out, const crm_snapshot *snapshot, int64_t row, const char *label, const layout *plan)
{
  const crm_table *gauges = snapshot->gauges;
  char text[TEXT];
  int64_t measure = number_of(gauges, "measure", row);
  int64_t attainment = number_of(gauges, "attainment", row);
  zones of;
  page_left(out, label, plan->label);
  page_style(out, STYLE_BOLD);
  put_value(out, text_of(gauges, "unit", row, text), number_of(gauges, "value", row), plan->value);
  page_style(out, STYLE_PLAIN);
  page_right(out, attainment == DRAW_MISSING ? "" : figure_percent(text, attainment, 0), plan->target);
  put_change(out, gauges, row, "change_previous", plan->change);
  put_change(out, gauges, row, "change_year", plan->change);
  page_text(out, " ");
  if (read_zones(gauges, row, measure, &of)) {
    draw_zones(out, &of, measure, plan->zones);
    page_text(out, " ");
    (void)text_of(gauges, "band", row, text);
    page_style(out, draw_band_style(text));
    page_left(out, plan->band > 0 ? page_label(out, "band", text) : "", plan->band);
    page_style(out, STYLE_PLAIN);
  } else {
    page_repeat(out, " ", plan->zones + 1 + plan->band);
  }
  page_text(out, " ");
  put_series(out, snapshot, row, plan->spark);
  page_end(out);
}

static void put_header(page *out, const layout *plan)
{
  char text[TEXT];
  page_style(out, STYLE_FAINT);
  page_repeat(out, " ", plan->label + plan->value);
  page_right(out, page_label(out, "text", "of_target"), plan->target);
  page_right(out, page_label(out, "text", "month_before"), plan->change);
  page_right(out, page_label(out, "text", "year_before"), plan->change);
  page_text(out, " ");
  page_left(out, page_label(out, "text", "bands"), plan->zones + 1 + plan->band);
  (void)snprintf(text, sizeof text, "%d%s", (int)plan->spark, page_label(out, "text", "trend"));
  page_format(out, " %s", text);
  page_end(out);
  page_style(out, STYLE_PLAIN);
}

static const char *label_of(const page *out, const crm_table *gauges, int64_t row, char *text)
{
  return text_of(gauges, out->language == 0 ? "label" : "label_zh", row, text);
}

/* "Revenue by branch", once before the gauges of its branches. */
static void put_group(page *out, const crm_table *gauges, int64_t row)
{
  char label[TEXT];
  char scope[TEXT];
  char text[TEXT * 2];
  (void)text_of(gauges, "scope", row, scope);
  (void)snprintf(text, sizeof text,
                 page_label(out, "text", strncmp(scope, "staff:", 6) == 0 ? "by_person" : "by_branch"),
                 label_of(out, gauges, row, label));
  page_style(out, STYLE_FAINT);
  page_format(out, "%s\n", text);
  page_style(out, STYLE_PLAIN);
}

/* Those without facts, in one line. */
static void put_absent(page *out, const crm_table *gauges)
{
  char label[TEXT];
  char line[TEXT * 4] = "";
  size_t used = 0;
  int64_t row;
  for (row = 0; row < crm_table_rows(gauges); row++) {
    if (is(gauges, "status", row, "no_facts") && crm_table_is_null(gauges, crm_table_find(gauges, "scope"), row) &&
        used < sizeof line - TEXT) {
      used += (size_t)snprintf(line + used, sizeof line - used, "%s%s",
                               page_label(out, "text", used > 0 ? "comma" : "without_facts"),
                               label_of(out, gauges, row, label));
    }
  }
  if (used > 0) {
    page_style(out, STYLE_FAINT);
    page_wrapped(out, line, out->width, 0);
    page_style(out, STYLE_PLAIN);
  }
}

void panel_draw_gauges(page *out, const crm_snapshot *snapshot)
{
  const crm_table *gauges = snapshot->gauges;
  int64_t rows = crm_table_rows(gauges);
  layout plan = layout_of(out, rows > 0 ? crm_table_rows(snapshot->series) / rows : 0);
  char text[TEXT];
  char label[TEXT];
  char before[TEXT] = "";
  int64_t row;
  if (rows == 0) {
    return;
  }
  (void)snprintf(label, sizeof label, "%s", page_label(out, "text", is(gauges, "complete", 0, "") &&
                                                                      number_of(gauges, "complete", 0) != 1
                                                                    ? "running"
                                                                    : "headline"));
  draw_heading(out, label, text_of(gauges, "period", 0, text));
  put_header(out, &plan);
  for (row = 0; row < rows; row++) {
    if (is(gauges, "status", row, "no_facts") || !has_values(snapshot, row)) {
      continue;
    }
    if (crm_table_is_null(gauges, crm_table_find(gauges, "scope"), row)) {
      put_gauge(out, snapshot, row, label_of(out, gauges, row, label), &plan);
      continue;
    }
    if (!is(gauges, "gauge", row, before)) {
      put_group(out, gauges, row);
      (void)text_of(gauges, "gauge", row, before);
    }
    (void)text_of(gauges, "scope", row, text);
    (void)snprintf(label, sizeof label, "  %s", strchr(text, ':') + 1);
    put_gauge(out, snapshot, row, label, &plan);
  }
  put_absent(out, gauges);
}

/* ---- findings and the list ---- */

#define FINDINGS 15
#define LIST 10

void panel_draw_findings(page *out, const crm_snapshot *snapshot)
{
  const crm_table *findings = snapshot->findings;
  char text[TEXT];
  int64_t rows = crm_table_rows(findings);
  int64_t row;
  if (rows == 0) {
    return;
  }
  draw_heading(out, page_label(out, "text", "findings"), "");
  for (row = 0; row < rows && row < FINDINGS; row++) {
    page_style(out, STYLE_FAIR);
    draw_strength(out, number_of(findings, "strength", row));
    page_style(out, STYLE_PLAIN);
    page_text(out, "  ");
    page_wrapped(out, text_of(findings, "message", row, text), out->width - 7, 7);
  }
  if (rows > FINDINGS) {
    char count[FIGURE];
    page_style(out, STYLE_FAINT);
    page_format(out, page_label(out, "text", "more_findings"), figure_count(count, rows - FINDINGS));
    page_text(out, "\n");
    page_style(out, STYLE_PLAIN);
  }
}

void panel_draw_list(page *out, const crm_snapshot *snapshot)
{
  grid how = {NULL, NULL, LIST, NULL, NULL, "more_due", 1};
  if (crm_table_rows(snapshot->lists) == 0) {
    return;
  }
  draw_heading(out, page_label(out, "text", "list"), "");
  how.columns = "customer reason value last due overdue_days owner last_contact";
  how.spare = "last_contact";
  grid_draw(out, snapshot->lists, &how);
}
