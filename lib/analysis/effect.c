/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/effect.h"

#include "analysis/population.h"

#include "base/check.h"
#include "base/error.h"
#include "base/sort.h"
#include "store/segment.h"

#include <string.h>

#define USUAL_DAYS 90
#define USUAL_CASES 30
#define USUAL_MATCH "r, f, m"
#define BLOCK CRM__SIZE(1024, 5)

/* ---- what is asked ---- */

static crm_status check_options(const crm_effect_options *options, const crm_store *store, crm_error *error)
{
  crm_status status = CRM_OK;
  if (options->treated == NULL) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "treated", 0, -1, "there are no treated customers");
  }
  if (options->at == INT64_MAX) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "at", 0, -1, "there is no date");
  }
  if (options->days < 0 || options->days > CRM_EFFECT_DAYS) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "days", 0, -1, "days lie between 1 and %d", CRM_EFFECT_DAYS);
  }
  if (options->measure < CRM_MEASURE_SPEND || options->measure > CRM_MEASURE_OCCASIONS) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "measure", 0, -1, "there is no such measure");
  }
  if (options->least_cases != 0 && options->least_cases < 2) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "least_cases", 0, -1, "one case has no variance");
  }
  status = crm__segment_check(options->treated, store, error);
  if (status == CRM_OK && options->control != NULL) {
    status = crm__segment_check(options->control, store, error);
  }
  return status;
}

static crm_status read_options(crm__effect *all, const crm_store *store, const crm_effect_options *given,
                               crm_effect_options *options, crm_error *error)
{
  static const crm_effect_options usual = CRM_EFFECT_OPTIONS_INIT;
  crm_status status = CRM_OK;
  *options = usual;
  if (given != NULL) {
    status = crm__struct_read(options, sizeof *options, given, "crm_effect_options", error);
  }
  if (status == CRM_OK) {
    status = check_options(options, store, error);
  }
  all->measure = options->measure;
  all->least_cases = options->least_cases == 0 ? USUAL_CASES : options->least_cases;
  all->match_text = options->match != NULL ? options->match : options->control != NULL ? "" : USUAL_MATCH;
  return status;
}

/* As many days after the date as have passed, and as many before it. */
static crm_status settle_days(crm__effect *all, const crm_effect_options *options, crm_error *error)
{
  const crm__scope *scope = &all->scope;
  int64_t passed;
  if (options->at < CRM__TIME_MIN || options->at >= CRM__TIME_MAX) {
    return crm__fail_at(error, CRM_ERROR_RANGE, NULL, "at", 0, -1, "the date lies outside 1900 to 2199");
  }
  all->first_day = crm__business_day(options->at, scope->day_start);
  passed = scope->as_of == INT64_MAX ? INT32_MAX
                                     : (int64_t)crm__business_day(scope->as_of, scope->day_start) - all->first_day;
  if (passed < 1) {
    return crm__fail_at(error, CRM_ERROR_RANGE, NULL, "at", 0, -1, "no whole day lies between the date and as-of");
  }
  all->days = options->days == 0 ? USUAL_DAYS : options->days;
  all->days = all->days > passed ? (int32_t)passed : all->days;
  return CRM_OK;
}

/* ---- fields to match by ---- */

static crm_status find_match(crm__effect *all, const char *name, size_t length, crm_error *error)
{
  int column = length > 10 && memcmp(name, "customers.", 10) == 0;
  size_t skipped = column ? 10U : 0;
  int64_t byte = name - all->match_text;
  if (all->match_count == CRM_EFFECT_FIELDS) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, "match", 0, byte, "there are more than %d fields to match by",
                        CRM_EFFECT_FIELDS);
  }
  if (!crm__field_find(&all->fields, name + skipped, length - skipped, column, &all->match[all->match_count])) {
    return crm__fail_at(error, CRM_ERROR_SCHEMA, NULL, "match", 0, byte, "there is no such field");
  }
  all->fields.needs |= 1U << all->match[all->match_count].source;
  all->match_count++;
  return CRM_OK;
}

static const char *past_blanks(const char *at)
{
  while (*at == ' ') {
    at++;
  }
  return at;
}

static crm_status find_matches(crm__effect *all, crm_error *error)
{
  const char *at = all->match_text;
  crm_status status = CRM_OK;
  while (status == CRM_OK) {
    size_t length;
    at = past_blanks(at);
    length = strcspn(at, ", ");
    status = find_match(all, at, length, error);
    at = past_blanks(at + length);
    if (*at == '\0') {
      return status;
    }
    if (status == CRM_OK && *at != ',') {
      return crm__fail_at(error, CRM_ERROR_VALUE, NULL, "match", 0, at - all->match_text,
                          "fields have commas between them");
    }
    at++;
  }
  return status;
}

/* Who somebody was just before the date. Two scopes at once cannot share a context: this one gets none. */
static crm_status open_fields(crm__effect *all, const crm_store *store, const crm_scope *scope,
                              const crm_effect_options *options, crm_error *error)
{
  static const crm_scope usual = CRM_SCOPE_INIT;
  crm_segment_options fields = CRM_SEGMENT_OPTIONS_INIT;
  crm_scope before = usual;
  crm_status status = CRM_OK;
  if (scope != NULL) {
    status = crm__struct_read(&before, sizeof before, scope, "crm_scope", error);
  }
  before.struct_size = (uint32_t)sizeof before;
  before.context = NULL;
  before.to = INT64_MAX;
  before.as_of = crm__day_instant(&all->scope, all->first_day);
  fields.pyramid = options->pyramid;
  fields.rfm = options->rfm;
  fields.lifecycle = options->lifecycle;
  fields.classes = options->classes;
  if (status == CRM_OK) {
    status = crm__fields_plan(&all->fields, store, &before, &fields, error);
  }
  if (status == CRM_OK) {
    status = find_matches(all, error);
  }
  return status == CRM_OK ? crm__fields_load(&all->fields, error) : status;
}

static crm_status fetch_values(crm__effect *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  int32_t i;
  for (i = 0; i < all->match_count; i++) {
    uint32_t first;
    all->values[i] = crm__scope_alloc(&all->scope, customers, sizeof *all->values[i]);
    if (all->values[i] == NULL) {
      return crm__fail_memory(error);
    }
    for (first = 0; first < customers; first += BLOCK) {
      uint32_t count = customers - first < BLOCK ? customers - first : BLOCK;
      all->match[i].fetch(&all->fields, &all->match[i], first, count, all->values[i] + first);
    }
  }
  return CRM_OK;
}

/* ---- the customers ---- */

static int is_outside(const crm__effect *all, const crm__measures *measures, uint32_t id)
{
  return (all->scope.accounts != NULL && all->scope.accounts[id] != id) ||
         !crm__customer_is_there(&all->scope, measures, id);
}

static uint8_t reason_of(const crm__effect *all, const int32_t *first, int both, uint32_t id)
{
  return both                         ? CRM__EFFECT_BOTH
         : first[id] >= all->first_day ? CRM__EFFECT_NEW
                                       : CRM__EFFECT_USED;
}

/* Everybody of the two sets; without a control group everybody else there is stands for it. */
static crm_status take_groups(crm__effect *all, const crm_effect_options *options, const crm__measures *measures,
                              crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  const int32_t *first;
  uint32_t id;
  crm_status status = crm__first_ever(&all->scope, &first, error);
  all->group = crm__scope_alloc(&all->scope, customers, 1);
  all->reason = crm__scope_alloc(&all->scope, customers, 1);
  if (status != CRM_OK) {
    return status;
  }
  if (all->group == NULL || all->reason == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    int treated = crm__segment_has(options->treated, id);
    int control = options->control != NULL && crm__segment_has(options->control, id);
    int outside = is_outside(all, measures, id);
    int both = treated && control;
    control = options->control == NULL ? !treated && !outside : control;
    all->group[id] = treated ? CRM__EFFECT_TREATED : control ? CRM__EFFECT_CONTROL : CRM__EFFECT_GROUPS;
    all->reason[id] = outside ? CRM__EFFECT_OUTSIDE : reason_of(all, first, both, id);
    if (both) {
      all->coverage[CRM__EFFECT_CONTROL][all->reason[id]].customers++;   /* it is in that set as well */
    }
  }
  return CRM_OK;
}

/* 1 where it passes 64 bits. */
static int value_of(const crm__effect *all, const crm__measure *measure, int64_t *value)
{
  *value = all->measure == CRM_MEASURE_OCCASIONS ? measure->orders : measure->money;
  return all->measure == CRM_MEASURE_PROFIT &&
         (measure->cost == INT64_MIN || crm__add_overflows(measure->money, -measure->cost, value));
}

static crm_status measure_window(crm__effect *all, int32_t first_day, int64_t **values, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  crm__scope window = all->scope;
  crm__measures measures;
  uint32_t id;
  crm_status status;
  window.from = crm__day_instant(&all->scope, first_day);
  window.to = crm__day_instant(&all->scope, (int64_t)first_day + all->days);
  *values = crm__scope_alloc(&all->scope, customers, sizeof **values);
  if (*values == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__measures_compute(&window, &measures, error);
  for (id = 0; status == CRM_OK && id < customers; id++) {
    if (value_of(all, crm__measure_at(&measures, id), &(*values)[id])) {
      status = crm__fail(error, CRM_ERROR_OVERFLOW, "the profit of a customer passes 64 bits");
    }
  }
  return status;
}

/* ---- strata ---- */

/* 1 where it passes 64 bits. */
static int add_customer(crm__effect_sum *to, int64_t before, int64_t after)
{
  int64_t change;
  to->customers++;
  if (crm__add_overflows(after, -before, &change) || crm__add_overflows(to->before, before, &to->before) ||
      crm__add_overflows(to->after, after, &to->after)) {
    return 1;
  }
  to->squares = crm__wide_add(to->squares, crm__wide_multiply(change, change));
  return 0;
}

static int same_values(const crm__effect *all, uint32_t a, uint32_t b)
{
  int32_t i = 0;
  while (i < all->match_count && all->values[i][a] == all->values[i][b]) {
    i++;
  }
  return i == all->match_count;
}

/* Sorts the customers by their values, the last field first, so that those of a stratum stand together. */
static crm_status sort_customers(crm__effect *all, uint32_t *ids, uint32_t count, crm_error *error)
{
  uint64_t *keys = crm__scope_alloc(&all->scope, count, sizeof *keys);
  uint64_t *spare_keys = crm__scope_alloc(&all->scope, count, sizeof *spare_keys);
  uint32_t *spare = crm__scope_alloc(&all->scope, count, sizeof *spare);
  int32_t field;
  uint32_t i;
  if (keys == NULL || spare_keys == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (field = all->match_count - 1; field >= 0; field--) {
    for (i = 0; i < count; i++) {
      keys[i] = crm__sortable(all->values[field][ids[i]]);
    }
    crm__radix_sort(keys, ids, spare_keys, spare, count);
  }
  return CRM_OK;
}

static crm_status sum_strata(crm__effect *all, const uint32_t *ids, uint32_t count, crm_error *error)
{
  uint32_t strata = 0;
  uint32_t i;
  for (i = 0; i < count; i++) {
    strata += i == 0 || !same_values(all, ids[i - 1], ids[i]);
  }
  all->strata = crm__scope_alloc_zero(&all->scope, strata, sizeof *all->strata);
  if (all->strata == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    crm__effect_stratum *in;
    if (i == 0 || !same_values(all, ids[i - 1], ids[i])) {
      all->strata[all->stratum_count++].customer = ids[i];
    }
    in = &all->strata[all->stratum_count - 1];
    if (add_customer(&in->groups[all->group[ids[i]]], all->before[ids[i]], all->after[ids[i]])) {
      return crm__fail(error, CRM_ERROR_OVERFLOW, "a sum passes 64 bits");
    }
  }
  return CRM_OK;
}

/* Names and keys have an order of their own, whatever their ids. */
static int compare_values(const crm__effect *all, int32_t field, int64_t a, int64_t b)
{
  int32_t type = all->match[field].type;
  if (a == b || a == INT64_MIN || b == INT64_MIN) {
    return a == b ? 0 : a == INT64_MIN ? 1 : -1;
  }
  if (type == CRM__FIELD_TEXT) {
    return crm__key_compare(crm__name_key(all->scope.store, (uint32_t)a), crm__name_key(all->scope.store, (uint32_t)b));
  }
  if (type == CRM__FIELD_KEY) {
    return crm__key_compare(crm__customer_key(all->scope.store, (uint32_t)a),
                            crm__customer_key(all->scope.store, (uint32_t)b));
  }
  return a < b ? -1 : 1;
}

static int compare_strata(const void *context, uint32_t a, uint32_t b)
{
  const crm__effect *all = context;
  int order = 0;
  int32_t field;
  for (field = 0; order == 0 && field < all->match_count; field++) {
    order = compare_values(all, field, all->values[field][all->strata[a].customer],
                           all->values[field][all->strata[b].customer]);
  }
  return order;
}

static crm_status order_strata(crm__effect *all, crm_error *error)
{
  uint32_t count = all->stratum_count;
  uint32_t *order = crm__scope_alloc(&all->scope, count, sizeof *order);
  uint32_t *spare = crm__scope_alloc(&all->scope, count, sizeof *spare);
  crm__effect_stratum *sorted = crm__scope_alloc(&all->scope, count, sizeof *sorted);
  uint32_t i;
  if (order == NULL || spare == NULL || sorted == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    order[i] = i;
  }
  crm__merge_sort(order, spare, count, compare_strata, all);
  for (i = 0; i < count; i++) {
    int64_t treated = all->strata[order[i]].groups[CRM__EFFECT_TREATED].customers;
    int64_t control = all->strata[order[i]].groups[CRM__EFFECT_CONTROL].customers;
    sorted[i] = all->strata[order[i]];
    sorted[i].status = treated == 0 || control == 0 ? CRM__EFFECT_UNMATCHED
                       : treated < 2 || control < 2 ? CRM__EFFECT_FEW
                                                    : CRM__EFFECT_USED;
  }
  all->strata = sorted;
  return CRM_OK;
}

static crm_status make_strata(crm__effect *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  uint32_t *ids = crm__scope_alloc(&all->scope, customers, sizeof *ids);
  uint32_t count = 0;
  uint32_t id;
  crm_status status;
  if (ids == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    if (all->group[id] != CRM__EFFECT_GROUPS && all->reason[id] == CRM__EFFECT_USED) {
      ids[count++] = id;
    }
  }
  status = sort_customers(all, ids, count, error);
  if (status == CRM_OK) {
    status = sum_strata(all, ids, count, error);
  }
  return status == CRM_OK ? order_strata(all, error) : status;
}

/* ---- coverage ---- */

static void add_sum(crm__effect_sum *to, const crm__effect_sum *more)
{
  to->customers += more->customers;
  to->before += more->before;
  to->after += more->after;
}

/* Those in strata by what became of these, the others one by one. */
static crm_status cover(crm__effect *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope.store);
  uint32_t id;
  uint32_t i;
  int group;
  for (i = 0; i < all->stratum_count; i++) {
    for (group = 0; group < CRM__EFFECT_GROUPS; group++) {
      add_sum(&all->coverage[group][all->strata[i].status], &all->strata[i].groups[group]);
    }
  }
  for (id = 0; id < customers; id++) {
    crm__effect_sum *to;
    int64_t before = all->reason[id] == CRM__EFFECT_OUTSIDE ? 0 : all->before[id];
    int64_t after = all->reason[id] == CRM__EFFECT_OUTSIDE ? 0 : all->after[id];
    if (all->group[id] == CRM__EFFECT_GROUPS || all->reason[id] == CRM__EFFECT_USED) {
      continue;
    }
    to = &all->coverage[all->group[id]][all->reason[id]];
    if (add_customer(to, before, after)) {
      return crm__fail(error, CRM_ERROR_OVERFLOW, "a sum passes 64 bits");
    }
    if (all->reason[id] == CRM__EFFECT_BOTH) {
      all->coverage[CRM__EFFECT_CONTROL][CRM__EFFECT_BOTH].before += before;
      all->coverage[CRM__EFFECT_CONTROL][CRM__EFFECT_BOTH].after += after;
    }
  }
  return CRM_OK;
}

/* ---- all together ---- */

static crm_status gather(crm__effect *all, const crm_effect_options *options, crm_error *error)
{
  crm__scope wide = crm__scope_widened(&all->scope);
  crm__measures ever;
  crm_status status = crm__measures_compute(&wide, &ever, error);
  if (status == CRM_OK) {
    status = take_groups(all, options, &ever, error);
  }
  if (status == CRM_OK) {
    status = measure_window(all, all->first_day - all->days, &all->before, error);
  }
  if (status == CRM_OK) {
    status = measure_window(all, all->first_day, &all->after, error);
  }
  if (status == CRM_OK) {
    status = fetch_values(all, error);
  }
  if (status == CRM_OK) {
    status = make_strata(all, error);
  }
  return status == CRM_OK ? cover(all, error) : status;
}

crm_status crm__effect_open(crm__effect *all, const crm_store *store, const crm_scope *scope,
                            const crm_effect_options *given, crm_error *error)
{
  crm_effect_options options;
  crm_status status;
  memset(all, 0, sizeof *all);
  status = crm__store_ready(store, error);
  if (status == CRM_OK) {
    status = read_options(all, store, given, &options, error);
  }
  if (status == CRM_OK) {
    status = crm__scope_open(&all->scope, store, scope, error);
    all->opened = status == CRM_OK;
  }
  if (status == CRM_OK) {
    status = settle_days(all, &options, error);
  }
  if (status == CRM_OK && *past_blanks(all->match_text) != '\0') {
    status = open_fields(all, store, scope, &options, error);
  }
  return status == CRM_OK ? gather(all, &options, error) : status;
}

void crm__effect_close(crm__effect *all)
{
  crm__fields_close(&all->fields);
  if (all->opened) {
    crm__scope_close(&all->scope);
  }
}
