/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "base/sort.h"
#include "store/profile.h"

#include <string.h>

/* Whether the kept profiles are just what the scope asks for. */
static int kept_serve(const crm__scope *scope)
{
  return scope->from == INT64_MIN && scope->to > scope->latest && scope->money == CRM_MONEY_NET &&
         scope->refunds == CRM_REFUNDS_REFUND_DAY && scope->occasions == CRM_OCCASIONS_EACH && scope->branches == NULL;
}

static void add_fact(crm__measure *measure, const crm__facts *facts, uint32_t i, int64_t day_start)
{
  uint32_t flags = facts->flags[i];
  measure->flags |= CRM__SEEN_EVER;
  if ((flags & CRM__FACT_PERIOD) == 0) {
    return;
  }
  measure->flags |= CRM__SEEN_PERIOD | (flags & CRM__FACT_COST_MISSING ? CRM__COST_MISSING : 0);
  measure->money += facts->money[i];
  measure->cost += facts->cost[i];
  if (flags & CRM__FACT_OCCASION) {
    int32_t day = crm__business_day(facts->time[i], day_start);
    measure->orders += facts->orders[i];
    measure->first = day < measure->first ? day : measure->first;
    measure->last = day > measure->last ? day : measure->last;
  }
}

/* How many facts ahead a customer's record is asked for. */
#define AHEAD 24

static crm_status make_measures(crm__scope *scope, crm__measure **made, crm_error *error)
{
  static const crm__measure empty = {INT32_MAX, INT32_MIN, 0, 0, 0, 0};
  uint32_t customers = crm__customers(scope->store);
  crm__measure *measures = crm__scope_alloc(scope, customers, sizeof *measures);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  uint32_t i;
  if (measures == NULL || facts == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    measures[i] = empty;
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      if (i + AHEAD < facts->count && facts->customer[i + AHEAD] != CRM__NONE) {
        CRM__PREFETCH(&measures[facts->customer[i + AHEAD]]);
      }
      if (facts->customer[i] != CRM__NONE) {
        add_fact(&measures[facts->customer[i]], facts, i, scope->day_start);
      }
    }
  }
  *made = measures;
  return CRM_OK;
}

static crm_status count_days(crm__scope *scope, crm__measure *measures, crm_error *error)
{
  const uint32_t *days;
  uint32_t i;
  crm_status status = crm__occasion_days(scope, &days, error);
  for (i = 0; status == CRM_OK && i < crm__customers(scope->store); i++) {
    measures[i].orders = days[i];
  }
  return status;
}

crm_status crm__measures_compute(crm__scope *scope, crm__measures *measures, crm_error *error)
{
  crm__measure *made = NULL;
  crm_status status;
  if (kept_serve(scope)) {
    measures->base = (const unsigned char *)(const void *)scope->store->profiles;
    measures->stride = sizeof(crm__profile);
    return CRM_OK;
  }
  status = make_measures(scope, &made, error);
  if (status == CRM_OK && scope->occasions == CRM_OCCASIONS_DAY) {
    status = count_days(scope, made, error);
  }
  measures->base = (const unsigned char *)(const void *)made;
  measures->stride = sizeof *made;
  return status;
}

crm_status crm__visits(crm__scope *scope, uint64_t **visits, uint64_t *count, crm_error *error)
{
  uint64_t most = scope->store->document_count;
  uint64_t *made = crm__scope_alloc(scope, most, sizeof *made);
  uint64_t *spare = crm__scope_alloc(scope, most, sizeof *spare);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  uint64_t used = 0;
  uint64_t unique = 0;
  uint64_t k;
  uint32_t i;
  if (made == NULL || spare == NULL || facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t wanted = CRM__FACT_OCCASION | CRM__FACT_PERIOD;
      if (facts->customer[i] != CRM__NONE && (facts->flags[i] & wanted) == wanted) {
        made[used++] = crm__visit(facts->customer[i], crm__business_day(facts->time[i], scope->day_start));
      }
    }
  }
  crm__radix_sort(made, NULL, spare, NULL, used);
  for (k = 0; k < used; k++) {
    if (k == 0 || made[k] != made[k - 1]) {
      spare[unique++] = made[k];
    }
  }
  *visits = spare;
  *count = unique;
  return CRM_OK;
}

crm_status crm__occasion_days(crm__scope *scope, const uint32_t **days, crm_error *error)
{
  uint32_t *counts = crm__scope_alloc_zero(scope, crm__customers(scope->store), sizeof *counts);
  uint64_t *visits;
  uint64_t count;
  uint64_t k;
  crm_status status;
  if (counts == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__visits(scope, &visits, &count, error);
  for (k = 0; status == CRM_OK && k < count; k++) {
    counts[crm__visit_customer(visits[k])]++;
  }
  *days = counts;
  return status;
}

crm_status crm__first_ever(crm__scope *scope, const int32_t **first, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  int32_t *made = crm__scope_alloc(scope, customers, sizeof *made);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  int kept = scope->as_of > scope->latest;
  uint32_t i;
  if (made == NULL || facts == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    made[i] = kept ? scope->store->profiles[i].measure.first : INT32_MAX;
  }
  *first = made;
  crm__facts_begin(facts);
  while (!kept && crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t customer = facts->customer[i];
      int32_t day = crm__business_day(facts->time[i], scope->day_start);
      if ((facts->flags[i] & CRM__FACT_OCCASION) && customer != CRM__NONE && day < made[customer]) {
        made[customer] = day;
      }
    }
  }
  return CRM_OK;
}
