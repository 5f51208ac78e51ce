/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/summary.h"

#include "base/error.h"
#include "store/context.h"
#include "store/pass.h"
#include "store/segment.h"

#include <string.h>

struct crm_summary {
  crm__memory memory;
  crm_context *context;      /* its own; what the scope gives out lies there */
  crm__scope scope;          /* open as long as the summary lives */
  crm_segment *segment;      /* a copy of the scope's, or NULL */
  int64_t version;
  crm__measures measures;
  crm__activity activity;
};

static int same_branches(const crm__scope *a, const crm__scope *b)
{
  if (a->branches == NULL || b->branches == NULL) {
    return a->branches == b->branches;
  }
  return memcmp(a->branches, b->branches, (size_t)a->store->branches.count + 1) == 0;
}

static int same_segment(const crm_segment *a, const crm_segment *b)
{
  if (a == NULL || b == NULL) {
    return a == b;
  }
  return a->words == b->words && memcmp(a->members, b->members, (size_t)a->words * sizeof *a->members) == 0;
}

/* The summary of a scope where it fits. */
static const crm_summary *fitting(const crm__scope *scope)
{
  const crm_summary *summary = scope->summary;
  const crm__scope *own;
  if (summary == NULL) {
    return NULL;
  }
  own = &summary->scope;
  if (own->store != scope->store || summary->version != scope->store->version) {
    return NULL;
  }
  return own->from == scope->from && own->to == scope->to && own->as_of == scope->as_of &&
                 own->money == scope->money && own->refunds == scope->refunds &&
                 own->occasions == scope->occasions && own->internal == scope->internal &&
                 (own->accounts != NULL) == (scope->accounts != NULL) &&
                 same_branches(own, scope) && same_segment(summary->segment, scope->segment)
             ? summary
             : NULL;
}

int crm__summary_measures(const crm__scope *scope, crm__measures *measures)
{
  const crm_summary *summary = fitting(scope);
  if (summary == NULL) {
    return 0;
  }
  *measures = summary->measures;
  return 1;
}

int crm__summary_activity(const crm__scope *scope, crm__activity *activity)
{
  const crm_summary *summary = fitting(scope);
  size_t size = ((size_t)activity->periods + 1) * sizeof *activity->starts;
  if (summary == NULL || summary->activity.periods != activity->periods ||
      memcmp(summary->activity.starts, activity->starts, size) != 0) {
    return 0;
  }
  *activity = summary->activity;
  return 1;
}

/* Opens the scope for good, with memory of its own. */
static crm_status open_scope(crm_summary *summary, const crm_store *store, const crm_scope *given, crm_error *error)
{
  crm_scope own = CRM_SCOPE_INIT;
  crm_status status = CRM_OK;
  if (given != NULL) {
    status = crm__struct_read(&own, sizeof own, given, "crm_scope", error);
  }
  if (status == CRM_OK) {
    status = crm__segment_copy(own.segment, &summary->segment, error);
  }
  own.context = summary->context;
  own.segment = summary->segment;
  own.summary = NULL;
  return status == CRM_OK ? crm__scope_open(&summary->scope, store, &own, error) : status;
}

/* scratch: the same scope with the caller's context. */
static crm_status fill(crm_summary *summary, crm__scope *scratch, const crm__calendar *calendar, crm_error *error)
{
  crm__activity *activity = &summary->activity;
  crm_status status = crm__activity_calendar(&summary->scope, calendar, activity, error);
  summary->scope.team = scratch->team;
  if (status == CRM_OK) {
    status = crm__pass(&summary->scope, scratch, &summary->measures, activity->periods > 0 ? activity : NULL, 1, error);
  }
  summary->scope.team = NULL;
  return status;
}

crm_status crm_summary_create(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                              crm_summary **summary, crm_error *error)
{
  crm__calendar ready;
  crm__memory memory;
  crm__scope scratch;
  crm_summary *made;
  crm_status status;
  if (store == NULL || summary == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or summary is NULL");
  }
  status = crm__calendar_open(&ready, calendar, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__scope_open(&scratch, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  memory = crm__memory_fork(&store->memory);
  made = crm__alloc_zero(&memory, sizeof *made);
  if (made == NULL) {
    crm__scope_close(&scratch);
    return crm__fail_memory(error);
  }
  made->memory = memory;
  made->version = store->version;
  made->context = crm__context_for(&store->memory);
  status = made->context == NULL ? crm__fail_memory(error) : open_scope(made, store, scope, error);
  if (status == CRM_OK) {
    status = fill(made, &scratch, &ready, error);
  }
  crm__scope_close(&scratch);
  if (status != CRM_OK) {
    crm_summary_free(made);
    return status;
  }
  *summary = made;
  return CRM_OK;
}

void crm_summary_free(crm_summary *summary)
{
  crm__memory memory;
  if (summary == NULL) {
    return;
  }
  memory = summary->memory;
  crm_segment_free(summary->segment);
  crm_context_free(summary->context);
  crm__free(&memory, summary, sizeof *summary);
}
