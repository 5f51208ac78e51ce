/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit_panel.h"

#include "base/error.h"
#include "base/pen.h"
#include "base/sort.h"
#include "table/build.h"

/* Alerts: each rule is replayed over the complete periods, from the oldest one on, so that no state has to be kept
 * anywhere. docs/methods/alerts.md tells how. */

const char *crm__alert_state_name(int32_t state)
{
  static const char *const names[] = {"firing", "pending", "resolved", "nodata", "ok"};
  return names[state];
}

/* ---- the replay ---- */

static int is_beyond(const crm__rule *rule, int64_t measure)
{
  return rule->when == CRM__BELOW ? measure < rule->set : measure > rule->set;
}

static int is_cleared(const crm__rule *rule, int64_t measure)
{
  return rule->when == CRM__BELOW ? measure >= rule->clear : measure <= rule->clear;
}

/* What the states are made of. Without data a firing alert and a run beyond the level wait. */
typedef struct replay {
  int firing;
  int32_t run;
  int32_t run_began;
  int32_t fired;       /* where the run began that made it fire */
  int32_t silent;      /* the first of the periods without data up to here, -1: none */
} replay;

static int32_t step(replay *at, const crm__rule *rule, int64_t measure, int32_t period)
{
  if (measure == CRM__UNKNOWN) {
    at->silent = at->silent < 0 ? period : at->silent;
    return CRM__NODATA;
  }
  at->silent = -1;
  if (!is_beyond(rule, measure)) {
    at->run = 0;
  } else if (at->run++ == 0) {
    at->run_began = period;
  }
  if (at->firing && is_cleared(rule, measure)) {
    at->firing = 0;
    at->run = 0;
    return CRM__RESOLVED;
  }
  if (!at->firing && at->run >= rule->periods) {
    at->firing = 1;
    at->fired = at->run_began;
  }
  return at->firing ? CRM__FIRING : at->run > 0 ? CRM__PENDING : CRM__FINE;
}

void crm__alert_play(const crm__panel *panel, crm__alert *of)
{
  const crm_kpi *kpis = crm__panel_kpis(panel, &of->rule->of);
  replay at = {0, 0, -1, -1, -1};
  int32_t p;
  of->state = CRM__NODATA;
  of->last = -1;
  of->since = -1;
  of->measure = CRM__UNKNOWN;
  for (p = 0; p < panel->periods; p++) {
    if (!kpis->periods[p].complete) {
      continue;
    }
    of->measure = crm__panel_measure(panel, &of->rule->of, of->group, p);
    of->state = step(&at, of->rule, of->measure, p);
    of->last = p;
  }
  of->run = at.run;
  of->since = of->state == CRM__FIRING    ? at.fired
              : of->state == CRM__PENDING ? at.run_began
              : of->state == CRM__NODATA  ? at.silent
              : of->state == CRM__FINE    ? -1
                                     : of->last;
}

/* ---- messages ---- */

static void put_figure(const crm__panel *panel, crm__pen *pen, int32_t unit, int64_t value)
{
  switch (unit) {
  case CRM_KPI_MONEY:
    crm__pen_millionths(pen, value, crm_store_digits(panel->store));
    break;
  case CRM_KPI_COUNT:
    crm__pen_millionths(pen, value, 0);
    break;
  case CRM_KPI_RATE:
    crm__pen_percent(pen, value, 0);
    break;
  case CRM_KPI_RATIO:
    crm__pen_millionths(pen, value, 2);
    break;
  default:
    crm__pen_millionths(pen, value, 1);
    break;
  }
}

/* What a rule measures: a figure, a share of its target, or a change, of rates in points. */
static void put_measure(const crm__panel *panel, crm__pen *pen, const crm__watched *of, int64_t value)
{
  int32_t unit = crm__kpi_at(of->kpi)->unit;
  if (of->on == CRM__ON_VALUE) {
    put_figure(panel, pen, unit, value);
  } else if (of->on == CRM__ON_TARGET || unit != CRM_KPI_RATE) {
    crm__pen_percent(pen, value, of->on != CRM__ON_TARGET);
  } else {
    crm__pen_text(pen, value > 0 ? "+" : "");
    crm__pen_millionths(pen, value * 100, 1);
    crm__pen_text(pen, panel->options.language == CRM_LANGUAGE_CHINESE ? " 个百分点" : " pt");
  }
}

typedef struct words {
  const char *on[4];        /* what stands behind a value, a change, ... */
  const char *below;
  const char *above;
  const char *back;         /* of a resolved one */
  const char *since;
  const char *run;
  const char *silent;
  const char *colon;
  const char *comma;
} words;

static const words languages[] = {
  {{"", " against the period before", " against the year before", " of the target"},
   "below ", "above ", "cleared at ", "since ", " of %d periods in a row", "no data", ": ", ", "},
  {{"", "（环比）", "（同比）", "（目标达成）"},
   "低于 ", "高于 ", "已恢复，恢复界限 ", "自 ", "/%d 期连续", "无数据", "：", "，"},
};

/* "17 of 24 periods", with the place of %d taken. */
static void put_run(crm__pen *pen, const words *say, int32_t run, int32_t periods)
{
  const char *at = say->run;
  crm__pen_decimal(pen, run, 0);
  for (; *at != '\0'; at++) {
    if (at[0] == '%' && at[1] == 'd') {
      crm__pen_decimal(pen, periods, 0);
      at++;
    } else {
      crm__pen_put(pen, at, 1);
    }
  }
}

static int64_t level_of(const crm__alert *of)
{
  return of->state == CRM__FIRING || of->state == CRM__RESOLVED ? of->rule->clear : of->rule->set;
}

static void put_verdict(const crm__panel *panel, crm__pen *pen, const words *say, const crm__alert *of)
{
  const crm__watched *watched = &of->rule->of;
  if (of->state == CRM__FINE) {
    return;
  }
  crm__pen_text(pen, say->comma);
  if (of->state == CRM__RESOLVED) {
    crm__pen_text(pen, say->back);
  } else {
    crm__pen_text(pen, of->rule->when == CRM__BELOW ? say->below : say->above);
  }
  /* a firing one that is on its way back is still beyond the level that clears */
  put_measure(panel, pen, watched, is_beyond(of->rule, of->measure) ? of->rule->set : of->rule->clear);
  if (of->state == CRM__FIRING && of->since >= 0) {
    crm__pen_text(pen, say->comma);
    crm__pen_text(pen, say->since);
    crm__pen_text(pen, crm__panel_kpis(panel, watched)->periods[of->since].label);
  } else if (of->state == CRM__PENDING) {
    crm__pen_text(pen, say->comma);
    put_run(pen, say, of->run, of->rule->periods);
  }
}

static void put_message(const crm__panel *panel, const crm__alert *of, crm_table *table, int32_t column)
{
  char text[768];
  crm__pen pen = {text, sizeof text, 0};
  const words *say = &languages[panel->options.language];
  const char *key = crm__panel_key(panel, &of->rule->of, of->group);
  crm__pen_text(&pen, crm__label(&of->rule->of, panel->options.language));
  if (key != NULL) {
    crm__pen_text(&pen, " ");
    crm__pen_text(&pen, key);
  }
  crm__pen_text(&pen, say->colon);
  if (of->measure == CRM__UNKNOWN) {
    crm__pen_text(&pen, say->silent);
  } else {
    put_measure(panel, &pen, &of->rule->of, of->measure);
    crm__pen_text(&pen, say->on[of->rule->of.on]);
    put_verdict(panel, &pen, say, of);
  }
  crm__table_put_text(table, column, text, pen.used);
}

/* ---- the table ---- */

enum { ALERT_ID, ALERT_KPI, ALERT_STATE, ALERT_SINCE, ALERT_VALUE, ALERT_LEVEL, ALERT_MESSAGE, ALERT_SCOPE,
       ALERT_SEVERITY, ALERT_ON, ALERT_PERIOD, ALERT_RUN, ALERT_LABEL, ALERT_LABEL_ZH, ALERT_COLUMNS };

static void put_period(const crm__panel *panel, const crm__alert *of, crm_table *table, int32_t column, int32_t period)
{
  crm__table_put_name(table, column, period < 0 ? NULL : crm__panel_kpis(panel, &of->rule->of)->periods[period].label);
}

static void put_alert(const crm__panel *panel, const crm__alert *of, crm_table *table)
{
  const crm__watched *watched = &of->rule->of;
  crm__table_put_name(table, ALERT_ID, watched->id);
  crm__table_put_name(table, ALERT_KPI, crm__kpi_at(watched->kpi)->id);
  crm__table_put_name(table, ALERT_STATE, crm__alert_state_name(of->state));
  put_period(panel, of, table, ALERT_SINCE, of->since);
  crm__put_known(table, ALERT_VALUE, of->measure);
  crm__table_put(table, ALERT_LEVEL, level_of(of));
  put_message(panel, of, table, ALERT_MESSAGE);
  crm__put_scope(table, ALERT_SCOPE, watched, crm__panel_key(panel, watched, of->group));
  crm__table_put_name(table, ALERT_SEVERITY, crm__severity_name(of->rule->severity));
  crm__table_put_name(table, ALERT_ON, crm__on_name(watched->on));
  put_period(panel, of, table, ALERT_PERIOD, of->last);
  crm__table_put(table, ALERT_RUN, of->run);
  crm__table_put_name(table, ALERT_LABEL, crm__label(watched, CRM_LANGUAGE_ENGLISH));
  crm__table_put_name(table, ALERT_LABEL_ZH, crm__label(watched, CRM_LANGUAGE_CHINESE));
}

/* Firing ones first, of them the severe ones; else as the cockpit has them. */
static int compare(const void *context, uint32_t a, uint32_t b)
{
  const crm__alert *x = (const crm__alert *)context + a;
  const crm__alert *y = (const crm__alert *)context + b;
  if (x->state != y->state) {
    return x->state < y->state ? -1 : 1;
  }
  if (x->rule->severity != y->rule->severity) {
    return x->rule->severity > y->rule->severity ? -1 : 1;
  }
  return 0;   /* the sort is stable */
}

static uint64_t play_rules(const crm__panel *panel, crm__alert *alerts)
{
  const crm_cockpit *cockpit = panel->cockpit;
  uint64_t count = 0;
  uint64_t i;
  for (i = 0; i < cockpit->rule_count; i++) {
    const crm__rule *rule = &cockpit->rules[i];
    int32_t group;
    int32_t end;
    if (!crm__watched_by(&rule->of, panel->options.role)) {
      continue;
    }
    for (crm__panel_groups(panel, &rule->of, &group, &end); group < end; group++, count++) {
      if (alerts != NULL) {
        alerts[count].rule = rule;
        alerts[count].group = group;
        crm__alert_play(panel, &alerts[count]);
      }
    }
  }
  return count;
}

crm_status crm__alerts_play(const crm__panel *panel, crm__memory *memory, crm__alerts *alerts, crm_error *error)
{
  uint64_t count = play_rules(panel, NULL);
  crm__alert *played = crm__alloc_array(memory, count, sizeof *played);
  uint32_t *order = crm__alloc_array(memory, count * 2U, sizeof *order);
  uint64_t i;
  crm_status status = CRM_OK;
  alerts->count = count;
  alerts->items = crm__alloc_array(memory, count, sizeof *alerts->items);
  if (played == NULL || order == NULL || alerts->items == NULL) {
    status = crm__fail_memory(error);
    crm__alerts_free(memory, alerts);
  } else {
    (void)play_rules(panel, played);
    for (i = 0; i < count; i++) {
      order[i] = (uint32_t)i;
    }
    crm__merge_sort(order, order + count, count, compare, played);
    for (i = 0; i < count; i++) {
      alerts->items[i] = played[order[i]];
    }
  }
  crm__free_array(memory, played, count, sizeof *played);
  crm__free_array(memory, order, count * 2U, sizeof *order);
  return status;
}

void crm__alerts_free(crm__memory *memory, crm__alerts *alerts)
{
  crm__free_array(memory, alerts->items, alerts->count, sizeof *alerts->items);
  alerts->items = NULL;
  alerts->count = 0;
}

crm_status crm__panel_alerts(const crm__panel *panel, const crm__alerts *alerts, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[ALERT_COLUMNS] = {
    {"alert", CRM_TYPE_TEXT, 0},    {"kpi", CRM_TYPE_TEXT, 0},     {"state", CRM_TYPE_TEXT, 0},
    {"since", CRM_TYPE_TEXT, 0},    {"value", CRM_TYPE_DECIMAL, 6}, {"level", CRM_TYPE_DECIMAL, 6},
    {"message", CRM_TYPE_TEXT, 0},  {"scope", CRM_TYPE_TEXT, 0},   {"severity", CRM_TYPE_TEXT, 0},
    {"on", CRM_TYPE_TEXT, 0},       {"period", CRM_TYPE_TEXT, 0},  {"run", CRM_TYPE_INTEGER, 0},
    {"label", CRM_TYPE_TEXT, 0},    {"label_zh", CRM_TYPE_TEXT, 0},
  };
  uint64_t i;
  crm_status status = crm__table_begin(&panel->cockpit->memory, "alerts", columns, ALERT_COLUMNS,
                                       (int64_t)alerts->count, table, error);
  for (i = 0; status == CRM_OK && i < alerts->count; i++) {
    put_alert(panel, &alerts->items[i], *table);
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}
