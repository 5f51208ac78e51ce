/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "arguments.h"
#include "effects.h"
#include "page.h"
#include "people.h"
#include "reading.h"
#include "sets.h"
#include "values.h"
#include "verbs.h"
#include "view.h"

#include <string.h>

/* The table of flags: what each takes and where it goes. */

#define TAKES_WORD 0      /* one of `words`; its place goes into an int32_t */
#define TAKES_INTEGER 1   /* low to high, into an int32_t */
#define TAKES_TEXT 2      /* into a const char * */
#define TAKES_EACH 3      /* added to a text_list */
#define TAKES_NOTHING 4   /* sets an int32_t to `low` */
#define TAKES_CALL 5      /* whatever apply makes of it */

typedef struct flag {
  const char *name;
  int takes;
  size_t into;
  const char *words;
  int32_t low;
  int32_t high;
  int (*apply)(arguments *args, const char *value);
  const char *verbs;        /* those it belongs to, NULL: all */
} flag;

static int apply_shares(arguments *args, const char *value);
static int apply_abc(arguments *args, const char *value);
static int apply_reasons(arguments *args, const char *value);
static int apply_kpi(arguments *args, const char *value);
static int apply_feast(arguments *args, const char *value);
static int apply_day_start(arguments *args, const char *value);
static int apply_define(arguments *args, const char *value);
static int apply_suppress(arguments *args, const char *value);
static int apply_customer(arguments *args, const char *value);
static int apply_table(arguments *args, const char *value);
static int apply_expect(arguments *args, const char *value);

#define INTO(field) offsetof(arguments, field)
#define WORD(name, field, words, verbs) {name, TAKES_WORD, INTO(field), words, 0, 0, NULL, verbs}
#define INTEGER(name, field, low, high, verbs) {name, TAKES_INTEGER, INTO(field), NULL, low, high, NULL, verbs}
#define TEXT(name, field, verbs) {name, TAKES_TEXT, INTO(field), NULL, 0, 0, NULL, verbs}
#define EACH(name, field) {name, TAKES_EACH, INTO(field), NULL, 0, 0, NULL, NULL}
#define NOTHING(name, field, number) {name, TAKES_NOTHING, INTO(field), NULL, number, 0, NULL, NULL}
#define SWITCH(name, field, verbs) {name, TAKES_NOTHING, INTO(field), NULL, 1, 0, NULL, verbs}
#define CALL(name, apply, verbs) {name, TAKES_CALL, 0, NULL, 0, 0, apply, verbs}

/* Verbs that take expressions, whose words tier, r, f, m and stage mean what flags say; with --where and --define every
 * verb does. */
#define EXPRESSIONS \
  "--where segment drift overlap explain composition hhi spending extension " SETS_TARGETS " " EFFECT_VERBS

#define SCORED "rfm segments view " EXPRESSIONS
#define MOVES "migration movements cultivation cultivated movers"
#define CLASSED "classes corporate calibration view " EXPRESSIONS
#define TIERED "cockpit pyramid tiers classes view " MOVES " " EXPRESSIONS
#define LIVES \
  "view lifecycle lives histories reasons leaving churn transitions bucket refill stays kpi cockpit alerts " \
  "causes series findings " EXPRESSIONS

static const flag flags[] = {
  CALL("map", reading_map, NULL),
  CALL("set", reading_set, NULL),
  CALL("attribute", reading_attribute, NULL),
  CALL("document", reading_document, NULL),
  CALL("time-format", reading_time_format, NULL),
  CALL("delimiter", reading_delimiter, NULL),
  CALL("decimal", reading_decimal, NULL),
  CALL("encoding", reading_encoding, NULL),
  CALL("header", reading_header, NULL),
  INTEGER("digits", store.digits, 0, 6, NULL),
  WORD("returns", store.returns, "auto|kind|sign", NULL),
  TEXT("currency", store.currency, NULL),
  EACH("anonymous", anonymous),
  CALL("day-start", apply_day_start, NULL),
  NOTHING("all-or-nothing", load.all_or_nothing, 1),
  NOTHING("replace", load.replace, 1),
  TEXT("as-of", as_of, NULL),
  TEXT("from", from, NULL),
  TEXT("to", to, NULL),
  WORD("money", scope.money, "net|sales|taxed", NULL),
  WORD("refunds", scope.refunds, "refund-day|sale-day", NULL),
  WORD("occasions", scope.occasions, "each|day", NULL),
  EACH("branch", branches),
  NOTHING("all", scope.internal, 1),
  NOTHING("accounts", scope.accounts, 1),
  TEXT("where", where, NULL),
  CALL("define", apply_define, NULL),
  CALL("suppress", apply_suppress, SETS_TARGETS),
  TEXT("household", household, SETS_TARGETS),
  TEXT("by", composition.by, "composition hhi spending conversion journey"),
  TEXT("bands", composition.by_bands, "composition hhi spending"),
  TEXT("across", composition.across, "composition hhi"),
  TEXT("across-bands", composition.across_bands, "composition hhi"),
  TEXT("since", since, SETS_COMPARED),
  INTEGER("value-tiers", value_tiers, 1, CRM_PYRAMID_SHARES + 1, MOVES),
  TEXT("store", file, NULL),
  WORD("week-start", calendar.week_start, "mon|tue|wed|thu|fri|sat|sun", NULL),
  INTEGER("fiscal-start", calendar.fiscal_start, 1, 12, NULL),
  WORD("format", format, "text|csv|json", NULL),
  WORD("lang", language, "en|zh", NULL),
  WORD("color", color, "auto|always|never", NULL),
  INTEGER("width", width, PAGE_NARROWEST, PAGE_WIDEST, NULL),
  TEXT("output", output, NULL),
  TEXT("rejects", rejects, NULL),
  CALL("shares", apply_shares, TIERED),
  WORD("cut", pyramid.cut, "ceil|floor|half-up", TIERED),
  WORD("ties", ties, "together|split", TIERED " " SCORED),
  WORD("measure", pyramid.measure, "spend|profit|occasions",
       "pyramid tiers view concentration " MOVES " " EFFECT_VERBS),
  TEXT("r-cuts", recency_cuts, SCORED),
  TEXT("f-cuts", frequency_cuts, SCORED),
  TEXT("m-cuts", monetary_cuts, SCORED),
  WORD("period", calendar.period, "month|day|week|quarter|year",
       "months cohorts kpi bridge bucket refill leaving cockpit alerts causes series"),
  INTEGER("rolling", cohorts.rolling_days, 1, 36500, "cohorts"),
  CALL("abc", apply_abc, "products"),
  CALL("table", apply_table, "rows"),
  CALL("expect", apply_expect, "freshness dossiers"),
  INTEGER("idle", completeness.idle_days, 1, 36500, "static-only idle"),
  INTEGER("days", handovers.days, 1, 3660, "handovers " EFFECT_VERBS),
  TEXT("at", at, EFFECT_VERBS " extension"),
  TEXT("treated", treated, EFFECT_VERBS " extension"),
  TEXT("control", control, EFFECT_VERBS " extension"),
  TEXT("match", effect.match, EFFECT_VERBS),
  CALL("reasons", apply_reasons, "due view"),
  INTEGER("ahead", due.ahead_days, 0, 3660, "due view"),
  INTEGER("dormant", due.dormant_days, 1, 36600, "due view"),
  INTEGER("dormant-days", lifecycle.dormant_days, 1, 36500, LIVES),
  INTEGER("lost-days", lifecycle.lost_days, 2, 36500, LIVES),
  INTEGER("ticket-percent", classes.ticket_percent, 1, 1000000, CLASSED),
  INTEGER("hours-percent", classes.hours_percent, 1, 100, CLASSED),
  INTEGER("variation", classes.variation, 1, 1000000, CLASSED),
  INTEGER("least-signs", classes.least_signs, 1, 4, CLASSED),
  TEXT("natural", lifecycle.natural, "reasons leaving churn"),
  INTEGER("horizon", lifecycle.horizon_days, 1, 36500,
          "lifecycle extension funnel conversion journey progress open-deals"),
  TEXT("cost", cost, "refill"),
  TEXT("figure", refill.figure, "refill"),
  TEXT("pipeline", funnel.pipeline, "funnel progress open-deals journey journeys steps"),
  INTEGER("top", bridge.top, 1, 1000000, "bridge"),
  TEXT("before-from", before_from, "bridge"),
  TEXT("before-to", before_to, "bridge"),
  CALL("kpi", apply_kpi, "kpi"),
  INTEGER("periods", kpi.periods, 1, CRM_KPI_PERIODS, "kpi cockpit alerts causes series"),
  SWITCH("running", kpi.running, "kpi cockpit series"),
  TEXT("role", role, PANEL_VERBS),
  TEXT("cockpit", gauges, PANEL_VERBS),
  TEXT("alerts", rules, PANEL_VERBS),
  SWITCH("like-for-like", kpi.like_for_like, "kpi"),
  WORD("group", kpi.group, "none|branch|staff|team|role", "kpi"),
  INTEGER("cases", kpi.least_cases, 1, 1000000, "kpi " EFFECT_VERBS " extension"),
  CALL("feast", apply_feast, "kpi"),
  CALL("customer", apply_customer, "histories steps explain view " PEOPLE_VERBS),
  WORD("part", part, VIEW_PARTS, "view"),
  NOTHING("help", show, SHOW_HELP),
  NOTHING("version", show, SHOW_VERSION)
};

#define FLAGS ((int)(sizeof flags / sizeof flags[0]))

typedef char flags_fit[sizeof flags / sizeof flags[0] <= FLAGS_MOST ? 1 : -1];

static int apply_shares(arguments *args, const char *value)
{
  int64_t shares[CRM_PYRAMID_SHARES];
  int count = value_list(value, 2, shares, CRM_PYRAMID_SHARES);
  int i;
  if (count < 0) {
    return report("--shares needs up to %d percentages with at most two decimals, as 1,5,20, not '%s'",
                  CRM_PYRAMID_SHARES, value);
  }
  for (i = 0; i < count; i++) {
    if (shares[i] <= 0 || shares[i] >= 10000) {
      return report("--shares must lie between 0 and 100, not '%s'", value);
    }
    if (i > 0 && shares[i] <= shares[i - 1]) {
      return report("--shares must grow, not '%s'", value);
    }
    args->shares[i] = (int32_t)shares[i];
  }
  args->pyramid.shares = args->shares;
  args->pyramid.share_count = count;
  return EXIT_GOOD;
}

static int apply_abc(arguments *args, const char *value)
{
  int64_t shares[2];
  if (value_list(value, 2, shares, 2) != 2 || shares[0] <= 0 || shares[0] > shares[1] || shares[1] > 10000) {
    return report("--abc needs two percentages that do not fall, as 80,95, not '%s'", value);
  }
  args->products.a_share = (int32_t)shares[0];
  args->products.b_share = (int32_t)shares[1];
  return EXIT_GOOD;
}

static int apply_reasons(arguments *args, const char *value)
{
  static const char *const names[] = {"due", "overdue", "losing", "dormant_vip"};
  const char *from = value;
  args->due.reasons = 0;
  for (;;) {
    size_t length = strcspn(from, ",");
    int i = 0;
    while (i < 4 && (strlen(names[i]) != length || memcmp(names[i], from, length) != 0)) {
      i++;
    }
    if (i == 4) {
      return report("--reasons needs some of due,overdue,losing,dormant_vip, not '%s'", value);
    }
    args->due.reasons |= 1 << i;
    if (from[length] == '\0') {
      return EXIT_GOOD;
    }
    from += length + 1;
  }
}

/* Ids between commas. */
static int apply_kpi(arguments *args, const char *value)
{
  const char *from = value;
  for (;;) {
    size_t length = strcspn(from, ",");
    char *id = pool_copy(&args->memory, from, length);
    crm_kpi_info info = CRM_KPI_INFO_INIT;
    if (id == NULL) {
      return report_memory();
    }
    if (crm_kpi_info_find(id, &info, NULL) != CRM_OK) {
      return report("--kpi: there is no KPI '%s'", id);
    }
    if (list_add(args, &args->kpis, id) != EXIT_GOOD) {
      return EXIT_UNUSABLE;
    }
    args->kpi.kpis = (const char *const *)args->kpis.items;
    args->kpi.kpi_count = args->kpis.count;
    if (from[length] == '\0') {
      return EXIT_GOOD;
    }
    from += length + 1;
  }
}

/* A day and, after =, the one of a year before. */
static int apply_feast(arguments *args, const char *value)
{
  size_t length = strcspn(value, "=");
  char *day = pool_copy(&args->memory, value, length);
  int32_t *days = pool_more(&args->memory, args->feasts, args->kpi.feast_count, sizeof *days);
  int32_t *before = pool_more(&args->memory, args->feasts_before, args->kpi.feast_count, sizeof *before);
  int64_t first;
  int64_t second;
  int date[2];
  if (day == NULL || days == NULL || before == NULL) {
    return report_memory();
  }
  if (value[length] == '\0' || !value_instant(day, &first, &date[0]) ||
      !value_instant(value + length + 1, &second, &date[1]) || !date[0] || !date[1]) {
    return report("--feast needs a day and the one a year before, as 2024-02-10=2023-01-22, not '%s'", value);
  }
  days[args->kpi.feast_count] = (int32_t)(first / CRM_DAY);
  before[args->kpi.feast_count] = (int32_t)(second / CRM_DAY);
  args->feasts = days;
  args->feasts_before = before;
  args->kpi.feasts = days;
  args->kpi.feasts_before = before;
  args->kpi.feast_count++;
  return EXIT_GOOD;
}

static int apply_day_start(arguments *args, const char *value)
{
  if (!value_clock(value, &args->store.day_start)) {
    return report("--day-start must be HH:MM, not '%s'", value);
  }
  return EXIT_GOOD;
}

/* NAME=EXPRESSION, added to a list. */
static int add_definition(arguments *args, const char *name, const char *value, int most,
                          crm_segment_definition **list, int64_t *count)
{
  static const crm_segment_definition plain = CRM_SEGMENT_DEFINITION_INIT;
  const char *equals = strchr(value, '=');
  crm_segment_definition *items;
  if (equals == NULL || equals == value) {
    return report("--%s needs NAME=EXPRESSION, not '%s'", name, value);
  }
  if (*count == most) {
    return report("there are more than %d segments by --%s", most, name);
  }
  items = pool_more(&args->memory, *list, *count, sizeof *items);
  if (items == NULL) {
    return report_memory();
  }
  *list = items;
  items[*count] = plain;
  items[*count].name = pool_copy(&args->memory, value, (size_t)(equals - value));
  items[*count].expression = equals + 1;
  return items[(*count)++].name == NULL ? report_memory() : EXIT_GOOD;
}

static int apply_define(arguments *args, const char *value)
{
  return add_definition(args, "define", value, CRM_SEGMENT_NAMED, &args->definitions, &args->definition_count);
}

static int apply_suppress(arguments *args, const char *value)
{
  return add_definition(args, "suppress", value, CRM_TARGET_SUPPRESSIONS, &args->suppressions,
                        &args->suppression_count);
}

static int apply_customer(arguments *args, const char *value)
{
  if (value[0] == '\0') {
    return report("--customer needs a value");
  }
  args->customer = value;
  return list_add(args, &args->customers, value);
}

static int apply_table(arguments *args, const char *value)
{
  args->table = table_find(args, value, strlen(value));
  if (args->table == NULL || strcmp(value, "sales") == 0) {
    return report("--table: no table '%s', or it is sales", value);
  }
  return EXIT_GOOD;
}

/* A field and what is expected of it: FIELD[,section=NAME][,weight=N][,max=DAYS][,half=DAYS]. */
static int apply_expect(arguments *args, const char *value)
{
  static const crm_completeness_rule plain = CRM_COMPLETENESS_RULE_INIT;
  static const char *const names[] = {"section=", "weight=", "max=", "half="};
  crm_completeness_rule *items =
      pool_more(&args->memory, args->expected, args->completeness.rule_count, sizeof *items);
  const char *from = value;
  int good = 1;
  crm_completeness_rule rule = plain;
  if (items == NULL) {
    return report_memory();
  }
  args->expected = items;
  args->completeness.rules = items;
  for (; good; from++) {
    size_t length = strcspn(from, ",");
    char *part = pool_copy(&args->memory, from, length);
    int64_t number = 0;
    size_t which = 0;
    if (part == NULL) {
      return report_memory();
    }
    while (which < 4 && strncmp(part, names[which], strlen(names[which])) != 0) {
      which++;
    }
    if (which == 4) {
      good = rule.field == NULL && length > 0;
      rule.field = part;
    } else if (which == 0) {
      rule.section = part + strlen(names[0]);
    } else {
      int32_t *into = which == 1 ? &rule.weight : which == 2 ? &rule.max_days : &rule.half_life_days;
      good = value_integer(part + strlen(names[which]), 1, which == 1 ? 1000 : 36500, &number);
      *into = (int32_t)number;
    }
    from += length;
    if (*from == '\0') {
      break;
    }
  }
  if (!good || rule.field == NULL) {
    return report("--expect needs FIELD[,section=NAME][,weight=1..1000][,max=DAYS][,half=DAYS], not '%s'", value);
  }
  items[args->completeness.rule_count++] = rule;
  return EXIT_GOOD;
}

/* A file of a table. */
static int apply_file(arguments *args, const char *table, const char *value)
{
  static const crm_csv plain = CRM_CSV_INIT;
  input_file *items = pool_more(&args->memory, args->files, args->file_count, sizeof *items);
  if (items == NULL) {
    return report_memory();
  }
  args->files = items;
  items[args->file_count].table = table;
  items[args->file_count].path = value;
  items[args->file_count].csv = plain;
  items[args->file_count].csv.file = value;
  args->file_count++;
  return EXIT_GOOD;
}

/* "a|b|c" as "a, b or c" is for people. */
static int refuse_word(const flag *which, const char *value)
{
  char words[128];
  size_t length = 0;
  const char *from;
  for (from = which->words; *from != '\0' && length + 6 < sizeof words; from++) {
    const char *between = strchr(from + 1, '|') != NULL ? ", " : " or ";
    if (*from != '|') {
      words[length++] = *from;
      continue;
    }
    memcpy(words + length, between, strlen(between));
    length += strlen(between);
  }
  words[length] = '\0';
  return report("--%s must be %s, not '%s'", which->name, words, value);
}

static int apply(arguments *args, const flag *which, const char *value)
{
  void *into = (char *)args + which->into;
  int64_t number;
  switch (which->takes) {
  case TAKES_WORD:
    *(int32_t *)into = (int32_t)value_word(value, which->words);
    return *(int32_t *)into >= 0 ? EXIT_GOOD : refuse_word(which, value);
  case TAKES_INTEGER:
    if (!value_integer(value, which->low, which->high, &number)) {
      return report("--%s must be a whole number from %d to %d, not '%s'", which->name, (int)which->low,
                    (int)which->high, value);
    }
    *(int32_t *)into = (int32_t)number;
    return EXIT_GOOD;
  case TAKES_TEXT:
    *(const char **)into = value;
    return EXIT_GOOD;
  case TAKES_EACH:
    return list_add(args, into, value);
  case TAKES_NOTHING:
    *(int32_t *)into = which->low;
    return EXIT_GOOD;
  default:
    return which->apply(args, value);
  }
}

/* The value of a flag that takes one; NULL after a line where it has none. */
static const char *value_of(const char *name, size_t length, const char *value, const char *next, int *taken)
{
  if (value == NULL && next != NULL && (next[0] != '-' || next[1] != '-')) {
    value = next;
    *taken = 1;
  }
  if (value == NULL) {
    (void)report("--%.*s needs a value", (int)length, name);
  }
  return value;
}

int flag_apply(arguments *args, const char *name, size_t length, const char *value, const char *next, int *taken)
{
  const char *table = table_find(args, name, length);
  int i = 0;
  while (i < FLAGS && (strlen(flags[i].name) != length || memcmp(flags[i].name, name, length) != 0)) {
    i++;
  }
  *taken = 0;
  if (i == FLAGS && table == NULL) {
    return report("unknown option --%.*s (see --help)", (int)(length > 200 ? 200 : length), name);
  }
  if (table == NULL) {
    args->given[i] = 1;
    if (flags[i].takes == TAKES_NOTHING) {
      return value == NULL ? apply(args, &flags[i], "") : report("--%s takes no value", flags[i].name);
    }
  }
  value = value_of(name, length, value, next, taken);
  if (value == NULL) {
    return EXIT_UNUSABLE;
  }
  if (value[0] == '\0' && (table != NULL || flags[i].takes == TAKES_TEXT || flags[i].takes == TAKES_EACH)) {
    return report("--%.*s needs a value", (int)length, name);
  }
  return table != NULL ? apply_file(args, table, value) : apply(args, &flags[i], value);
}

int flag_given(const arguments *args, const char *name)
{
  int i;
  for (i = 0; i < FLAGS; i++) {
    if (strcmp(flags[i].name, name) == 0) {
      return args->given[i];
    }
  }
  return 0;
}

int flag_check(const arguments *args)
{
  int by_expression = args->where != NULL || args->definition_count > 0;
  int i;
  for (i = 0; i < FLAGS; i++) {
    if (args->given[i] && flags[i].verbs != NULL && !value_listed(args->verb->name, flags[i].verbs) &&
        !(by_expression && value_listed("--where", flags[i].verbs))) {
      return report("--%s does not belong to %s (but to: %s)", flags[i].name, args->verb->name, flags[i].verbs);
    }
  }
  return EXIT_GOOD;
}
