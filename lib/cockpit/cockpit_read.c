/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit_row.h"

#include "base/decimal.h"
#include "base/text.h"

#include <string.h>

/* What a row of gauges or alert rules means. */

#define MILLION 1000000
#define LARGEST_SHARE (10 * MILLION)   /* a level of a rate past 1000 % is one of another unit */

/* The columns of both tables; the first ones are common to them. */
enum { ID, KPI, ROLE, SCOPE, ON, TARGET, LABEL, LABEL_ZH, UNIT, OWN,
       BANDS = OWN, MIN, MAX,
       WHEN = OWN, SET, CLEAR, PERIODS, SEVERITY };

static const char *const gauge_columns[] = {"*gauge", "*kpi",     "role", "scope", "on",  "target", "label",
                                            "label_zh", "unit", "bands", "min", "max", NULL};
static const char *const alert_columns[] = {"*alert", "*kpi",     "role", "scope", "on",  "target", "label",
                                            "label_zh", "unit", "*when", "*set", "clear", "periods", "severity", NULL};

const char *const *crm__cockpit_columns(int32_t what)
{
  return what == CRM_COCKPIT_GAUGES ? gauge_columns : alert_columns;
}

/* Notes what is wrong with a row, the first thing alone. Answers 0. */
static int refuse(crm__row *at, int32_t column, const char *message)
{
  crm_cockpit *cockpit = at->cockpit;
  crm__problem *problem;
  const char *name = crm__cockpit_columns(at->what)[column < 0 ? 0 : column];
  if (at->is_bad || at->failed) {
    return 0;
  }
  at->is_bad = 1;
  if (!crm__grow(&cockpit->memory, (void **)&cockpit->problems, &cockpit->problem_capacity, cockpit->problem_count + 1U,
                 sizeof *cockpit->problems)) {
    at->failed = 1;
    return 0;
  }
  problem = &cockpit->problems[cockpit->problem_count++];
  memset(problem, 0, sizeof *problem);
  problem->what = at->what;
  problem->row = at->number;
  if (column >= 0) {
    memcpy(problem->column, name + (name[0] == '*'), strlen(name + (name[0] == '*')));
  }
  memcpy(problem->message, message, strlen(message));
  return 0;
}

/* ---- cells ---- */

static int is_blank(const crm__row *at, int32_t column)
{
  return at->cells[column].length == 0;
}

static int is(const crm__field *cell, const char *word)
{
  return crm__text_equal(cell->text, cell->length, word);
}

/* The place of a cell among words; `empty` where there is nothing in it. -1 after a complaint. */
static int32_t word_of(crm__row *at, int32_t column, const char *const *words, int32_t empty, const char *complaint)
{
  int32_t i;
  if (is_blank(at, column)) {
    return empty;
  }
  for (i = 0; words[i] != NULL; i++) {
    if (is(&at->cells[column], words[i])) {
      return i;
    }
  }
  (void)refuse(at, column, complaint);
  return -1;
}

static int copy(crm__row *at, int32_t column, char *into, size_t room)
{
  const crm__field *cell = &at->cells[column];
  if (cell->length >= room) {
    return refuse(at, column, "the text is too long");
  }
  if (cell->bad != 0) {
    return refuse(at, column, "the text is no UTF-8");
  }
  memcpy(into, cell->text, cell->length);
  into[cell->length] = '\0';
  return 1;
}

static int is_name(const char *text, size_t length)
{
  size_t i;
  for (i = 0; i < length; i++) {
    char c = text[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) {
      return 0;
    }
  }
  return length > 0;
}

/* A level in millionths of a unit. Percent is for rates alone. */
static int read_level(crm__row *at, int32_t column, const char *text, size_t length, int32_t unit, int64_t *level)
{
  int percent = length > 0 && text[length - 1U] == '%';
  int inexact = 0;
  if (percent && unit != CRM_KPI_RATE) {
    return refuse(at, column, unit == CRM_KPI_MONEY ? "a share, but what is measured is in money"
                                                    : "a share, but what is measured is none");
  }
  if (crm__decimal_read_scaled(text, length - (size_t)percent, at->mark, percent ? 4 : 6, level, &inexact) !=
      CRM__DECIMAL_OK) {
    return refuse(at, column, "no number, or too large a one");
  }
  if (unit == CRM_KPI_RATE && (*level > LARGEST_SHARE || *level < -LARGEST_SHARE)) {
    return refuse(at, column, "what is measured is a share: 25% or 0.25");
  }
  if (unit == CRM_KPI_COUNT && *level % MILLION != 0) {
    return refuse(at, column, "what is measured is a count: whole numbers");
  }
  return 1;
}

static int read_cell_level(crm__row *at, int32_t column, int32_t unit, int64_t *level)
{
  *level = CRM__UNKNOWN;
  return is_blank(at, column) || read_level(at, column, at->cells[column].text, at->cells[column].length, unit, level);
}

/* ---- what gauges and rules share ---- */

static int read_kpi(crm__row *at, const crm__field *cell, size_t skip, int32_t column, int32_t *kpi)
{
  char id[CRM__COCKPIT_ID];
  size_t length = cell->length - skip;
  if (length >= sizeof id) {
    return refuse(at, column, "there is no such KPI");
  }
  memcpy(id, cell->text + skip, length);
  id[length] = '\0';
  *kpi = crm__kpi_index(id);
  return *kpi >= 0 || refuse(at, column, "there is no such KPI");
}

static int read_roles(crm__row *at, char *roles)
{
  const char *word = roles;
  if (!copy(at, ROLE, roles, CRM__COCKPIT_TEXT)) {
    return 0;
  }
  while (*word != '\0') {
    size_t length = strcspn(word, " ");
    if (!is_name(word, length) || (word[length] == ' ' && word[length + 1U] == '\0')) {
      return refuse(at, ROLE, "roles are words of a-z, 0-9, _ and -, one blank between them");
    }
    word += length + (word[length] == ' ');
  }
  return 1;
}

static int read_scope(crm__row *at, crm__watched *of)
{
  static const struct {
    const char *prefix;
    int32_t by;
  } kinds[] = {{"branch:", CRM_KPI_BY_BRANCH}, {"staff:", CRM_KPI_BY_STAFF}};
  const crm__field *cell = &at->cells[SCOPE];
  size_t i;
  of->by = CRM_KPI_TOGETHER;
  of->key[0] = '\0';
  for (i = 0; cell->length > 0 && i < sizeof kinds / sizeof kinds[0]; i++) {
    size_t length = strlen(kinds[i].prefix);
    if (cell->length > length && memcmp(cell->text, kinds[i].prefix, length) == 0) {
      of->by = kinds[i].by;
      if (!copy(at, SCOPE, of->key, sizeof of->key)) {
        return 0;
      }
      memmove(of->key, of->key + length, strlen(of->key + length) + 1U);
      return 1;
    }
  }
  return cell->length == 0 || refuse(at, SCOPE, "a scope is empty, branch:KEY or staff:KEY, * standing for each");
}

/* A number, kpi:ID, or year, year+5%, year-5%. */
static int read_target(crm__row *at, crm__watched *of)
{
  const crm__field *cell = &at->cells[TARGET];
  int32_t unit = crm__kpi_at(of->kpi)->unit;
  of->target_kind = CRM__TARGET_NONE;
  if (cell->length == 0) {
    return of->on != CRM__ON_TARGET || refuse(at, TARGET, "there is no target to measure by");
  }
  if (cell->length > 4 && memcmp(cell->text, "kpi:", 4) == 0) {
    of->target_kind = CRM__TARGET_KPI;
    return read_kpi(at, cell, 4, TARGET, &of->target_kpi) &&
           (crm__kpi_at(of->target_kpi)->unit == unit || refuse(at, TARGET, "the target's KPI is in another unit"));
  }
  if (cell->length >= 4 && memcmp(cell->text, "year", 4) == 0) {
    of->target_kind = CRM__TARGET_YEAR;
    of->target = 0;
    if (cell->length == 4) {
      return 1;
    }
    if (cell->text[cell->length - 1U] != '%' || (cell->text[4] != '+' && cell->text[4] != '-')) {
      return refuse(at, TARGET, "a target by the year before is year, year+5% or year-5%");
    }
    return read_level(at, TARGET, cell->text + 4, cell->length - 4, CRM_KPI_RATE, &of->target);
  }
  of->target_kind = CRM__TARGET_NUMBER;
  return read_level(at, TARGET, cell->text, cell->length, unit, &of->target);
}

static int is_taken(const crm__row *at, const char *id)
{
  const crm_cockpit *cockpit = at->cockpit;
  uint64_t count = at->what == CRM_COCKPIT_GAUGES ? cockpit->gauge_count : cockpit->rule_count;
  uint64_t i;
  for (i = 0; i < count; i++) {
    const char *other = at->what == CRM_COCKPIT_GAUGES ? cockpit->gauges[i].of.id : cockpit->rules[i].of.id;
    if (strcmp(other, id) == 0) {
      return 1;
    }
  }
  return 0;
}

static int read_watched(crm__row *at, crm__watched *of)
{
  static const char *const on[] = {"value", "change", "year", "target", NULL};
  memset(of, 0, sizeof *of);
  if (!copy(at, ID, of->id, sizeof of->id) || !read_kpi(at, &at->cells[KPI], 0, KPI, &of->kpi) ||
      !read_roles(at, of->roles) || !read_scope(at, of)) {
    return 0;
  }
  if (!is_name(of->id, strlen(of->id))) {
    return refuse(at, ID, "an id is 1 to 63 of a-z, 0-9, _ and -");
  }
  if (is_taken(at, of->id)) {
    return refuse(at, ID, "the id is there already");
  }
  if (!is_blank(at, UNIT) && !is(&at->cells[UNIT], crm__kpi_unit_name(crm__kpi_at(of->kpi)->unit))) {
    return refuse(at, UNIT, "the KPI is in another unit");
  }
  of->on = word_of(at, ON, on, CRM__ON_VALUE, "on is value, change, year or target");
  return of->on >= 0 && read_target(at, of) && copy(at, LABEL, of->label, sizeof of->label) &&
         copy(at, LABEL_ZH, of->label_zh, sizeof of->label_zh);
}

/* ---- gauges ---- */

/* "bad 10 fair 20 good": names with rising edges between them. */
static int read_bands(crm__row *at, crm__gauge *of)
{
  const crm__field *cell = &at->cells[BANDS];
  size_t from = 0;
  int32_t words = 0;
  of->bands = 0;
  while (from < cell->length) {
    size_t length = 0;
    while (from + length < cell->length && cell->text[from + length] != ' ') {
      length++;
    }
    if (words >= 2 * CRM__BANDS - 1) {
      return refuse(at, BANDS, "there are more than eight bands");
    }
    if (words % 2 == 0) {
      if (length >= CRM__BAND_NAME || !is_name(cell->text + from, length)) {
        return refuse(at, BANDS, "a band's name is 1 to 23 of a-z, 0-9, _ and -");
      }
      memcpy(of->names[words / 2], cell->text + from, length);
      of->names[words / 2][length] = '\0';
    } else if (!read_level(at, BANDS, cell->text + from, length, crm__measure_unit(&of->of), &of->edges[words / 2])) {
      return 0;
    } else if (words > 2 && of->edges[words / 2] <= of->edges[words / 2 - 1]) {
      return refuse(at, BANDS, "the edges of bands have to rise");
    }
    words++;
    from += length + 1U;
  }
  if (words > 0 && words % 2 == 0) {
    return refuse(at, BANDS, "bands are names with edges between them, as in: bad 10 fair 20 good");
  }
  of->bands = (words + 1) / 2;
  return 1;
}

static int read_gauge(crm__row *at)
{
  crm_cockpit *cockpit = at->cockpit;
  crm__gauge made;
  memset(&made, 0, sizeof made);
  if (!read_watched(at, &made.of) || !read_bands(at, &made) ||
      !read_cell_level(at, MIN, crm__measure_unit(&made.of), &made.min) ||
      !read_cell_level(at, MAX, crm__measure_unit(&made.of), &made.max)) {
    return 0;
  }
  if (made.min != CRM__UNKNOWN && made.max != CRM__UNKNOWN && made.min >= made.max) {
    return refuse(at, MAX, "max does not lie above min");
  }
  if (!crm__grow(&cockpit->memory, (void **)&cockpit->gauges, &cockpit->gauge_capacity, cockpit->gauge_count + 1U,
                 sizeof *cockpit->gauges)) {
    at->failed = 1;
    return 0;
  }
  cockpit->gauges[cockpit->gauge_count++] = made;
  return 1;
}

/* ---- rules ---- */

static int read_periods(crm__row *at, int32_t *periods)
{
  int64_t number = MILLION;
  if (!is_blank(at, PERIODS) &&
      !read_level(at, PERIODS, at->cells[PERIODS].text, at->cells[PERIODS].length, CRM_KPI_COUNT, &number)) {
    return 0;
  }
  if (number < MILLION || number > (int64_t)240 * MILLION) {
    return refuse(at, PERIODS, "periods are 1 to 240");
  }
  *periods = (int32_t)(number / MILLION);
  return 1;
}

static int read_rule(crm__row *at)
{
  static const char *const whens[] = {"below", "above", NULL};
  static const char *const severities[] = {"info", "warning", "critical", NULL};
  crm_cockpit *cockpit = at->cockpit;
  crm__rule made;
  memset(&made, 0, sizeof made);
  if (!read_watched(at, &made.of)) {
    return 0;
  }
  made.when = word_of(at, WHEN, whens, -1, "when is below or above");
  made.severity = word_of(at, SEVERITY, severities, 1, "a severity is info, warning or critical");
  if (made.when < 0 || made.severity < 0) {
    return refuse(at, WHEN, "when is below or above");
  }
  if (!read_cell_level(at, SET, crm__measure_unit(&made.of), &made.set) ||
      !read_cell_level(at, CLEAR, crm__measure_unit(&made.of), &made.clear) || !read_periods(at, &made.periods)) {
    return 0;
  }
  if (made.set == CRM__UNKNOWN) {
    return refuse(at, SET, "there is no level");
  }
  made.clear = made.clear == CRM__UNKNOWN ? made.set : made.clear;
  if (made.when == CRM__BELOW ? made.clear < made.set : made.clear > made.set) {
    return refuse(at, CLEAR, "the level that clears lies on the wrong side of the one that sets");
  }
  if (!crm__grow(&cockpit->memory, (void **)&cockpit->rules, &cockpit->rule_capacity, cockpit->rule_count + 1U,
                 sizeof *cockpit->rules)) {
    at->failed = 1;
    return 0;
  }
  cockpit->rules[cockpit->rule_count++] = made;
  return 1;
}

void crm__cockpit_row(crm__row *at)
{
  const char *const *columns = crm__cockpit_columns(at->what);
  int32_t c;
  for (c = 0; columns[c] != NULL; c++) {
    if (columns[c][0] == '*' && at->cells[c].length == 0) {
      (void)refuse(at, c, "there is nothing in it");
      return;
    }
  }
  (void)(at->what == CRM_COCKPIT_GAUGES ? read_gauge(at) : read_rule(at));
}

void crm__cockpit_unreadable(crm__row *at)
{
  (void)refuse(at, -1, "the row cannot be read: another number of fields than the header, or a quote without an end");
}
