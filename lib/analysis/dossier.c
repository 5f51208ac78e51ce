/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/dossier.h"

#include "analysis/population.h"

#include "base/civil.h"
#include "base/elementary.h"
#include "base/error.h"
#include "base/sizes.h"
#include "store/rows.h"

#include <string.h>

#define BLOCK CRM__SIZE(1024, 5)
#define MOST_DAYS 36500
#define MOST_WEIGHT 1000
#define DEFAULT_IDLE 365
#define UNDATED INT32_MIN

static const char *const event_fields[CRM__EVENTS] = {"events.sales", "events.interactions", "events.opportunities",
                                                      "events.payments", "events.stages"};

const char *crm__event_name(int32_t event)
{
  return event_fields[event] + strlen("events.");
}

int crm__column_is_known_by(const crm__customer_column *column)
{
  return !column->is_key && strcmp(column->name, "source") != 0 && strcmp(column->name, "version") != 0;
}

/* ---- rules ---- */

static crm_status refuse(crm_error *error, int64_t rule, const char *what)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "rules", rule + 1, -1, "%s", what);
}

/* The column or event that a field is. 0: it is none. */
static int find_field(const crm__dossier *dossier, const char *field, crm__expectation *rule)
{
  const crm_store *store = dossier->scope->store;
  crm__customer_column column;
  rule->place = -1;
  for (rule->event = 0; rule->event < CRM__EVENTS; rule->event++) {
    if (strcmp(event_fields[rule->event], field) == 0) {
      return 1;
    }
  }
  rule->place = crm__customer_column_find(store, field, strlen(field));
  if (rule->place < 0) {
    return 0;
  }
  crm__customer_column_at(store, rule->place, &column);
  return crm__column_is_known_by(&column);
}

static void take_section(crm__dossier *dossier, crm__expectation *rule)
{
  for (rule->part = 0; rule->part < dossier->section_count; rule->part++) {
    if (strcmp(dossier->sections[rule->part], rule->section) == 0) {
      return;
    }
  }
  dossier->sections[dossier->section_count++] = rule->section;
}

static void add_rule(crm__dossier *dossier, const crm__expectation *rule)
{
  crm__expectation *into = &dossier->rules[dossier->rule_count++];
  *into = *rule;
  take_section(dossier, into);
}

static crm_status read_rule(crm__dossier *dossier, int64_t i, const crm_completeness_rule *given, crm_error *error)
{
  crm__expectation rule;
  memset(&rule, 0, sizeof rule);
  if (given->field == NULL || !find_field(dossier, given->field, &rule)) {
    return refuse(error, i, "a rule names a column or attribute of customers, or events.sales and the like");
  }
  if (given->weight < 0 || given->weight > MOST_WEIGHT) {
    return refuse(error, i, "the weight of a rule is 1 to 1000");
  }
  if (given->max_days < 0 || given->max_days > MOST_DAYS || given->half_life_days < 0 ||
      given->half_life_days > MOST_DAYS) {
    return refuse(error, i, "the days of a rule are 0 to 36500");
  }
  if (given->section != NULL && given->section[0] == '\0') {
    return refuse(error, i, "the section of a rule has a name");
  }
  rule.field = given->field;
  rule.section = given->section != NULL ? given->section : rule.place < 0 ? "events" : "profile";
  rule.weight = given->weight == 0 ? 1 : given->weight;
  rule.max_days = given->max_days;
  rule.half_life_days = given->half_life_days;
  add_rule(dossier, &rule);
  return CRM_OK;
}

static crm_status read_rules(crm__dossier *dossier, const crm_completeness_options *options, crm_error *error)
{
  const char *bytes = (const char *)options->rules;
  int64_t i;
  crm_status status = CRM_OK;
  for (i = 0; status == CRM_OK && i < options->rule_count; i++) {
    crm_completeness_rule rule = CRM_COMPLETENESS_RULE_INIT;
    status = crm__struct_read(&rule, sizeof rule, bytes + (size_t)i * options->rule_size, "crm_completeness_rule",
                              error);
    if (status == CRM_OK) {
      status = read_rule(dossier, i, &rule, error);
    }
  }
  return status;
}

/* Every column whatever its age, and what has happened within a year. */
static void expect_all(crm__dossier *dossier)
{
  const crm_store *store = dossier->scope->store;
  int32_t columns = crm__customer_columns(store);
  crm__expectation rule;
  memset(&rule, 0, sizeof rule);
  rule.weight = 1;
  rule.section = "profile";
  for (rule.place = 0; rule.place < columns; rule.place++) {
    crm__customer_column column;
    crm__customer_column_at(store, rule.place, &column);
    if (crm__column_is_known_by(&column)) {
      rule.field = column.name;
      add_rule(dossier, &rule);
    }
  }
  rule.place = -1;
  rule.section = "events";
  rule.max_days = DEFAULT_IDLE;
  for (rule.event = CRM__EVENT_SALES; rule.event <= CRM__EVENT_OPPORTUNITIES; rule.event++) {
    rule.field = event_fields[rule.event];
    add_rule(dossier, &rule);
  }
}

static crm_status take_options(crm__dossier *dossier, const crm_completeness_options *given, crm_error *error)
{
  crm_completeness_options options = CRM_COMPLETENESS_OPTIONS_INIT;
  int64_t most;
  crm_status status = CRM_OK;
  if (given != NULL) {
    status = crm__struct_read(&options, sizeof options, given, "crm_completeness_options", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (options.rule_count < 0 ||
      (options.rule_count > 0 && (options.rules == NULL || options.rule_size < sizeof(uint32_t)))) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "the rules or their size are missing");
  }
  if (options.rule_count > CRM_COMPLETENESS_RULES) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, "rules", CRM_COMPLETENESS_RULES + 1, -1,
                        "there are more than %d rules", CRM_COMPLETENESS_RULES);
  }
  if (options.idle_days < 0 || options.idle_days > MOST_DAYS) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "idle_days", 0, -1, "idle_days is 0 to 36500");
  }
  dossier->idle_days = options.idle_days == 0 ? DEFAULT_IDLE : options.idle_days;
  most = options.rule_count > 0 ? options.rule_count
                                : (int64_t)crm__customer_columns(dossier->scope->store) + CRM__EVENTS;
  dossier->rules = crm__scope_alloc(dossier->scope, (uint64_t)most, sizeof *dossier->rules);
  dossier->sections = crm__scope_alloc(dossier->scope, (uint64_t)most, sizeof *dossier->sections);
  if (dossier->rules == NULL || dossier->sections == NULL) {
    return crm__fail_memory(error);
  }
  if (options.rule_count > 0) {
    return read_rules(dossier, &options, error);
  }
  expect_all(dossier);
  return CRM_OK;
}

/* ---- the last events ---- */

static void happened(crm__dossier *dossier, int32_t event, uint32_t customer, int64_t time)
{
  const crm__scope *scope = dossier->scope;
  if (customer != CRM__NONE && time != INT64_MIN && time < scope->as_of) {
    int32_t day = crm__business_day(time, scope->day_start);
    if (day > dossier->events[event][customer]) {
      dossier->events[event][customer] = day;
    }
  }
}

static void take_rows(crm__dossier *dossier, int32_t event, int32_t table, int32_t customer, int32_t time)
{
  const crm_store *store = dossier->scope->store;
  uint32_t row;
  for (row = 0; row < crm__rows_count(store, table); row++) {
    if (crm__row_exists(dossier->scope, table, row)) {
      happened(dossier, event, crm__row_customer(dossier->scope, table, customer, row),
               crm__row_value(store, table, time, row));
    }
  }
}

static crm_status take_sales(crm__dossier *dossier, crm_error *error)
{
  crm__scope wide = crm__scope_widened(dossier->scope);
  crm__measures measures;
  uint32_t id;
  crm_status status;
  wide.branches = NULL;
  wide.summary = NULL;
  status = crm__measures_compute(&wide, &measures, error);
  for (id = 0; status == CRM_OK && id < dossier->customers; id++) {
    dossier->events[CRM__EVENT_SALES][id] = crm__measure_at(&measures, id)->last;   /* INT32_MIN: none */
  }
  return status;
}

static crm_status take_events(crm__dossier *dossier, crm_error *error)
{
  int32_t event;
  uint32_t id;
  for (event = 0; event < CRM__EVENTS; event++) {
    dossier->events[event] = crm__scope_alloc(dossier->scope, dossier->customers, sizeof *dossier->events[event]);
    if (dossier->events[event] == NULL) {
      return crm__fail_memory(error);
    }
    for (id = 0; id < dossier->customers; id++) {
      dossier->events[event][id] = CRM__NO_EVENT;
    }
  }
  take_rows(dossier, CRM__EVENT_INTERACTIONS, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER,
            CRM__INTERACTIONS_TIME);
  take_rows(dossier, CRM__EVENT_OPPORTUNITIES, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER,
            CRM__OPPORTUNITIES_CREATED);
  take_rows(dossier, CRM__EVENT_OPPORTUNITIES, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER,
            CRM__OPPORTUNITIES_CLOSED);
  take_rows(dossier, CRM__EVENT_PAYMENTS, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_CUSTOMER, CRM__PAYMENTS_TIME);
  take_rows(dossier, CRM__EVENT_STAGES, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, CRM__STAGES_TIME);
  return take_sales(dossier, error);
}

/* ---- all of it ---- */

crm_status crm__dossier_open(crm__dossier *dossier, crm__scope *scope, const crm_completeness_options *options,
                             crm_error *error)
{
  uint32_t id;
  crm_status status;
  memset(dossier, 0, sizeof *dossier);
  dossier->scope = scope;
  dossier->customers = crm__customers(scope->store);
  status = take_options(dossier, options, error);
  if (status != CRM_OK) {
    return status;
  }
  dossier->there = crm__scope_alloc(scope, dossier->customers, sizeof *dossier->there);
  dossier->days = crm__scope_alloc(scope, dossier->customers, sizeof *dossier->days);
  if (dossier->there == NULL || dossier->days == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < dossier->customers; id++) {
    dossier->there[id] = (uint8_t)crm__customer_is_there(scope, NULL, id);
    dossier->count += dossier->there[id];
  }
  return take_events(dossier, error);
}

/* ---- one rule ---- */

/* One half to the power of age / half_life, millionths. */
static int32_t faded(int32_t age, int32_t half_life)
{
  double power = 0.6931471805599453;
  power = power * (double)age;
  power = power / (double)half_life;
  power = crm__exp(-power);
  power = power * 1e6;
  return (int32_t)(power + 0.5);
}

static int32_t freshness(const crm__expectation *rule, int32_t age)
{
  if (rule->max_days == 0 && rule->half_life_days == 0) {
    return 1000000;
  }
  if (age < 0 || (rule->max_days > 0 && age > rule->max_days)) {
    return 0;
  }
  return rule->half_life_days == 0 ? 1000000 : faded(age, rule->half_life_days);
}

/* The day that a column is of, by customer: of the last row of the log, else joined. */
static void date_column(const crm__dossier *dossier, const char *field, int32_t *days)
{
  const crm__scope *scope = dossier->scope;
  const crm_store *store = scope->store;
  uint32_t name = crm__row_find(store, CRM__TABLE_CHANGES, CRM__CHANGES_FIELD, field);
  uint32_t id;
  uint32_t row;
  for (id = 0; id < dossier->customers; id++) {
    days[id] = UNDATED;
  }
  for (row = 0; name != CRM__NONE && row < crm__rows_count(store, CRM__TABLE_CHANGES); row++) {
    if (crm__row_id(store, CRM__TABLE_CHANGES, CRM__CHANGES_FIELD, row) == name &&
        crm__row_exists(scope, CRM__TABLE_CHANGES, row)) {
      uint32_t customer = crm__row_customer(scope, CRM__TABLE_CHANGES, CRM__CHANGES_CUSTOMER, row);
      int32_t day = crm__business_day(crm__row_value(store, CRM__TABLE_CHANGES, CRM__CHANGES_TIME, row),
                                      scope->day_start);
      days[customer] = day > days[customer] ? day : days[customer];
    }
  }
  for (id = 0; id < dossier->customers; id++) {
    int64_t joined = INT64_MIN;
    if (days[id] == UNDATED && crm__scope_row(scope, id, &joined) && joined != INT64_MIN && joined < scope->as_of) {
      days[id] = crm__business_day(joined, scope->day_start);
    }
  }
}

static void rate_column(const crm__dossier *dossier, const crm__expectation *rule, const int32_t *days, int32_t *fresh,
                        int32_t *ages)
{
  crm__customer_column column;
  int64_t values[BLOCK];
  uint32_t first;
  uint32_t k;
  crm__customer_column_at(dossier->scope->store, rule->place, &column);
  for (first = 0; first < dossier->customers; first += BLOCK) {
    uint32_t count = dossier->customers - first < BLOCK ? dossier->customers - first : BLOCK;
    crm__customer_cells(&column, first, count, values);
    for (k = 0; k < count; k++) {
      uint32_t id = first + k;
      int known = values[k] != INT64_MIN;
      ages[id] = !known || days[id] == UNDATED ? -1 : dossier->scope->as_of_day - days[id];
      fresh[id] = known ? freshness(rule, ages[id]) : -1;
    }
  }
}

void crm__dossier_rate(const crm__dossier *dossier, const crm__expectation *rule, int32_t *fresh, int32_t *ages)
{
  uint32_t id;
  if (rule->place >= 0) {
    date_column(dossier, rule->field, dossier->days);
    rate_column(dossier, rule, dossier->days, fresh, ages);
    return;
  }
  for (id = 0; id < dossier->customers; id++) {
    int32_t day = dossier->events[rule->event][id];
    ages[id] = day == CRM__NO_EVENT ? -1 : dossier->scope->as_of_day - day;
    fresh[id] = day == CRM__NO_EVENT ? -1 : freshness(rule, ages[id]);
  }
}
