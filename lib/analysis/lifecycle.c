/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"

#include "base/civil.h"
#include "base/error.h"

/* The handle: made, freed, asked about one customer. */

#define MOST_DAYS 36500

static crm_status fail_option(crm_error *error, const char *option, const char *message)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, option, 0, -1, "%s", message);
}

static crm_status read_options(crm_lifecycle *lifecycle, crm__scope *scope, const crm_lifecycle_options *given,
                               crm_error *error)
{
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_life_limits limits = CRM_LIFE_LIMITS_INIT;
  if (given != NULL) {
    crm_status status = crm__struct_read(&options, sizeof options, given, "crm_lifecycle_options", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  if (options.dormant_days < 0 || options.dormant_days > MOST_DAYS) {
    return fail_option(error, "dormant_days", "dormant_days is 0 to 36500");
  }
  if (options.lost_days < 0 || options.lost_days > MOST_DAYS) {
    return fail_option(error, "lost_days", "lost_days is 0 to 36500");
  }
  if (options.lost_days > 0 && (options.dormant_days == 0 || options.lost_days <= options.dormant_days)) {
    return fail_option(error, "lost_days", "lost_days goes with a dormant_days that is less");
  }
  if (options.horizon_days < 0 || options.horizon_days > MOST_DAYS) {
    return fail_option(error, "horizon_days", "horizon_days is 0 to 36500");
  }
  limits.dormant_days = options.dormant_days;
  limits.lost_days = options.lost_days;
  lifecycle->limits = limits;
  lifecycle->horizon = options.horizon_days == 0 ? 365 : options.horizon_days;
  return crm__life_name_natural(lifecycle, scope, options.natural, error);
}

/* A life is one with the whole business: no branches. */
static crm_status keep_scope(crm_lifecycle *lifecycle, const crm__scope *open, const crm_scope *given,
                             crm_error *error)
{
  crm_status status = crm__scope_keep(open, given, &lifecycle->memory, &lifecycle->kept, error);
  lifecycle->kept.scope.branches = NULL;
  lifecycle->kept.scope.branch_count = 0;
  lifecycle->from = open->from;
  lifecycle->to = open->to;
  lifecycle->as_of = open->as_of;
  lifecycle->as_of_day = open->as_of_day;
  lifecycle->day_start = open->day_start;
  return status;
}

static crm_status fill(crm_lifecycle *lifecycle, crm__scope *scope, crm_error *error)
{
  crm__life_facts facts;
  crm_status status = crm__life_gather(lifecycle, scope, &facts, error);
  if (status == CRM_OK) {
    status = crm__life_suggest(lifecycle, scope, &facts, error);
  }
  return status == CRM_OK ? crm__life_follow(lifecycle, scope, &facts, error) : status;
}

crm_status crm_lifecycle_compute(const crm_store *store, const crm_scope *scope, const crm_lifecycle_options *options,
                                 crm_lifecycle **lifecycle, crm_error *error)
{
  crm__scope open;
  crm__memory memory;
  crm_lifecycle *made;
  crm_status status;
  if (store == NULL || lifecycle == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or lifecycle is NULL");
  }
  status = crm__scope_open(&open, store, scope, error);
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
  made->version = crm_store_version(store);
  made->customers = crm__customers(store);
  status = keep_scope(made, &open, scope, error);
  if (status == CRM_OK) {
    status = read_options(made, &open, options, error);
  }
  if (status == CRM_OK) {
    status = fill(made, &open, error);
  }
  crm__scope_close(&open);
  if (status != CRM_OK) {
    crm_lifecycle_free(made);
    return status;
  }
  *lifecycle = made;
  return CRM_OK;
}

void crm_lifecycle_free(crm_lifecycle *lifecycle)
{
  crm__memory memory;
  if (lifecycle == NULL) {
    return;
  }
  memory = lifecycle->memory;
  crm__scope_kept_free(&lifecycle->kept, &memory);
  crm__free_array(&memory, lifecycle->natural, lifecycle->natural_count, sizeof *lifecycle->natural);
  crm__free_array(&memory, lifecycle->starts, (uint64_t)lifecycle->customers + 1U, sizeof *lifecycle->starts);
  crm__free_array(&memory, lifecycle->first, lifecycle->customers, sizeof *lifecycle->first);
  crm__free_array(&memory, lifecycle->last, lifecycle->customers, sizeof *lifecycle->last);
  crm__free_array(&memory, lifecycle->events, lifecycle->event_capacity, sizeof *lifecycle->events);
  crm__free(&memory, lifecycle, sizeof *lifecycle);
}

static crm_status check_state(const crm_lifecycle *lifecycle, crm_error *error)
{
  if (crm_store_version(lifecycle->store) != lifecycle->version) {
    return crm__fail(error, CRM_ERROR_STATE, "the store has changed since the lifecycle was computed");
  }
  return CRM_OK;
}

crm_status crm__lifecycle_table(const crm_lifecycle *lifecycle, crm__life_table make, const void *what,
                                crm_table **table, crm_error *error)
{
  crm_table *made = NULL;
  crm__scope scope;
  crm_status status;
  if (lifecycle == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "lifecycle or table is NULL");
  }
  status = check_state(lifecycle, error);
  if (status == CRM_OK) {
    status = crm__scope_open(&scope, lifecycle->store, &lifecycle->kept.scope, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = make(lifecycle, &scope, what, &made, error);
  crm__scope_close(&scope);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

crm_status crm_lifecycle_limits(const crm_lifecycle *lifecycle, crm_life_limits *limits, crm_error *error)
{
  if (lifecycle == NULL || limits == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "lifecycle or limits is NULL");
  }
  return crm__struct_write(limits, &lifecycle->limits, sizeof lifecycle->limits, "crm_life_limits", error);
}

/* Days until the customer falls dormant if nothing happens. */
static int32_t dormant_in(const crm_lifecycle *lifecycle, uint32_t id, const crm__life_event *event)
{
  int64_t left;
  if (!crm__life_active(event) || lifecycle->limits.dormant_days == 0 || lifecycle->last[id] == INT32_MIN) {
    return -1;
  }
  left = (int64_t)lifecycle->last[id] + lifecycle->limits.dormant_days + 1 - lifecycle->as_of_day;
  return left < 0 ? -1 : (int32_t)left;
}

crm_status crm_lifecycle_find(const crm_lifecycle *lifecycle, const char *key, crm_life_standing *standing,
                              crm_error *error)
{
  crm_life_standing found = CRM_LIFE_STANDING_INIT;
  const crm__life_event *event;
  uint32_t id;
  crm_status status;
  if (lifecycle == NULL || key == NULL || standing == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "lifecycle, key or standing is NULL");
  }
  status = check_state(lifecycle, error);
  if (status != CRM_OK) {
    return status;
  }
  id = crm__scope_kept_customer(&lifecycle->kept, crm__customer_find(lifecycle->store, key));
  event = id == CRM__NONE ? NULL : crm__life_at(lifecycle, id, lifecycle->as_of);
  if (event == NULL) {
    return crm__fail(error, CRM_ERROR_NOT_FOUND, "no such customer in the scope");
  }
  found.stage = event->stage;
  found.name = crm__stage_name(event->stage);
  found.entered = event->time;
  found.step = event->step;
  found.days = crm__life_days(lifecycle, event, lifecycle->as_of);
  found.idle_days = lifecycle->last[id] == INT32_MIN ? -1 : lifecycle->as_of_day - lifecycle->last[id];
  found.dormant_in = dormant_in(lifecycle, id, event);
  found.cause = crm__stage_cause(event->cause);
  return crm__struct_write(standing, &found, sizeof found, "crm_life_standing", error);
}
