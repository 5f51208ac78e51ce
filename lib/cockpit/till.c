/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"

/* Making a till. */

/* ---- options ---- */

static crm_status fail_option(crm_error *error, const char *option, const char *message)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, option, 0, -1, "%s", message);
}

static crm_status read_limits(crm_till *till, const crm_till_options *options, crm_error *error)
{
  int64_t i;
  if (options->limit_count < 0 || options->limit_count > CRM_PYRAMID_SHARES ||
      (options->limit_count > 0 && options->limits == NULL)) {
    return fail_option(error, "limits", "limits are up to 16 amounts");
  }
  for (i = 0; i < options->limit_count; i++) {
    if (options->limits[i] < 1 || (i > 0 && options->limits[i] >= options->limits[i - 1])) {
      return fail_option(error, "limits", "limits fall strictly and stay above 0");
    }
    till->limits[i] = options->limits[i];
  }
  till->limit_count = (int32_t)options->limit_count;
  return CRM_OK;
}

#define DAYS_MOST 73000

static crm_status read_window(crm_till *till, const crm_till_options *options, crm_error *error)
{
  if (options->window < CRM_WINDOW_ALL || options->window > CRM_WINDOW_MEMBERSHIP) {
    return fail_option(error, "window", "no such window");
  }
  if (options->window == CRM_WINDOW_DAYS && (options->days < 1 || options->days > DAYS_MOST)) {
    return fail_option(error, "days", "a window of days has 1 to 73000 of them");
  }
  till->window = options->window;
  till->days = options->days;
  return CRM_OK;
}

static crm_status read_scores(crm_till *till, const crm_rfm_options *given, crm_error *error)
{
  crm_status status = crm__rfm_rules_read(&till->scores, given, error);
  if (status == CRM_OK && given != NULL) {
    crm_rfm_options options;
    status = crm__struct_read(&options, sizeof options, given, "crm_rfm_options", error);
    if (status == CRM_OK && options.segments != NULL) {
      status = fail_option(error, "segments", "a till names no segments");
    }
  }
  return status;
}

/* The rules are those of a pyramid that is never computed. */
static crm_status read_rules(crm_till *till, const crm_scope *scope, const crm_till_options *options,
                             crm_error *error)
{
  crm_status status =
      crm__pyramid_begin(&till->scope, scope, options->pyramid, &till->rules, error);
  if (status != CRM_OK) {
    return status;
  }
  if (till->rules->measure != CRM_MEASURE_SPEND) {
    return fail_option(error, "measure", "a till ranks by spend");
  }
  if (till->rules->kept.scope.from != CRM_TIME_UNSET_FROM || till->rules->kept.scope.to != CRM_TIME_UNSET_TO) {
    return fail_option(error, "from", "the period of a till is its window");
  }
  if (till->rules->kept.scope.segment != NULL) {
    return fail_option(error, "segment", "a segment ends with its data version, which a till outlives");
  }
  if (till->rules->kept.scope.accounts != 0) {
    return fail_option(error, "accounts", "a till knows customers one by one");
  }
  status = read_limits(till, options, error);
  if (status == CRM_OK && till->limit_count > 0) {
    till->rules->tier_count = till->limit_count + 1;
  }
  if (status == CRM_OK) {
    status = read_window(till, options, error);
  }
  return status == CRM_OK ? read_scores(till, options->rfm, error) : status;
}

static crm_status make(crm_till *till, const crm_scope *scope, const crm_till_options *given, crm_error *error)
{
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_status status = CRM_OK;
  if (given != NULL) {
    status = crm__struct_read(&options, sizeof options, given, "crm_till_options", error);
  }
  if (status == CRM_OK && (till->scope.as_of == INT64_MAX || till->scope.as_of > CRM__TIME_MAX)) {
    status = fail_option(error, "as_of", "a till needs an as-of up to 2200, and a store without sales gives none");
  }
  if (status == CRM_OK) {
    till->as_of_day = crm__business_day(till->scope.as_of - 1, till->scope.day_start) + 1;
    status = read_rules(till, scope, &options, error);
  }
  if (status == CRM_OK) {
    status = crm__till_gauges_create(till, &options, error);
  }
  if (status == CRM_OK) {
    crm__till_open_axes(till);
    status = crm__till_fill(till, error);
  }
  return status;
}

/* A till lives longer than a call, so its scope takes no context that serves other calls too. */
static crm_status open_scope(crm__scope *open, const crm_store *store, const crm_scope *given, crm_error *error)
{
  static const crm_scope defaults = CRM_SCOPE_INIT;
  crm_scope own = defaults;
  crm_status status = given == NULL ? CRM_OK : crm__struct_read(&own, sizeof own, given, "crm_scope", error);
  own.context = NULL;
  return status == CRM_OK ? crm__scope_open(open, store, &own, error) : status;
}

crm_status crm_till_create(const crm_store *store, const crm_scope *scope, const crm_till_options *options,
                           crm_till **till, crm_error *error)
{
  crm__memory memory;
  crm__scope open;
  crm_till *made;
  crm_status status;
  if (store == NULL || till == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the till");
  }
  *till = NULL;
  status = open_scope(&open, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  memory = crm__memory_fork(crm__scope_memory(&open));
  made = crm__alloc_zero(&memory, sizeof *made);
  if (made == NULL) {
    crm__scope_close(&open);
    return crm__fail_memory(error);
  }
  made->memory = memory;
  made->store = store;
  made->scope = open;
  made->open = 1;
  crm__intern_open(&made->fresh_keys);
  status = make(made, scope, options, error);
  if (status != CRM_OK) {
    crm_till_free(made);
    return status;
  }
  *till = made;
  return CRM_OK;
}

void crm_till_free(crm_till *till)
{
  crm__memory memory;
  int a;
  if (till == NULL) {
    return;
  }
  if (till->open) {
    crm__scope_close(&till->scope);
  }
  crm__till_gauges_free(till);
  crm__till_free_buyers(till);
  memory = till->memory;
  for (a = 0; a < CRM__AXES; a++) {
    crm__ranking_close(&till->axes[a], &memory);
  }
  for (a = 0; a < CRM__MONETARY; a++) {
    crm__fifths_close(&till->fifths[a], &memory);
  }
  crm__buckets_close(&till->money, &memory);
  crm__intern_close(&till->fresh_keys, &memory);
  crm__free_array(&memory, till->places, till->place_capacity, sizeof *till->places);
  crm__free_array(&memory, till->links, till->link_capacity, sizeof *till->links);
  crm__free_array(&memory, till->fresh, till->fresh_capacity, sizeof *till->fresh);
  crm__free_array(&memory, till->fresh_links, till->fresh_link_capacity, sizeof *till->fresh_links);
  crm__free_array(&memory, till->posted, till->posted_capacity, sizeof *till->posted);
  crm__free_array(&memory, till->keys, till->keys_capacity, 1);
  crm_pyramid_free(till->rules);
  crm__free(&memory, till, sizeof *till);
}

int64_t crm_till_as_of(const crm_till *till)
{
  return till == NULL ? CRM_TIME_UNSET_TO : till->as_of_day * CRM_DAY + till->scope.day_start;
}

int64_t crm_till_posted(const crm_till *till)
{
  return till == NULL ? 0 : (int64_t)till->posted_count;
}
