/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/pass.h"
#include "store/profile.h"
#include "store/summary.h"

#include <string.h>

/* Whether the kept profiles are just what the scope asks for. */
static int kept_serve(const crm__scope *scope)
{
  return scope->from == INT64_MIN && scope->to > scope->latest && scope->money == CRM_MONEY_NET &&
         scope->refunds == CRM_REFUNDS_REFUND_DAY && scope->occasions == CRM_OCCASIONS_EACH &&
         scope->branches == NULL && scope->accounts == NULL;
}

crm_status crm__measures_compute(crm__scope *scope, crm__measures *measures, crm_error *error)
{
  if (kept_serve(scope)) {
    measures->base = (const unsigned char *)(const void *)scope->store->measures;
    measures->stride = sizeof(crm__measure);
    return CRM_OK;
  }
  return crm__summary_measures(scope, measures) ? CRM_OK : crm__pass(scope, scope, measures, NULL, 0, error);
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
  crm_status status;
  uint32_t i;
  if (made == NULL || spare == NULL || facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t wanted = CRM__FACT_OCCASION | CRM__FACT_PERIOD;
      if (facts->customer[i] != CRM__NONE && (facts->flags[i] & wanted) == wanted) {
        made[used++] = crm__visit(facts->customer[i], facts->day[i]);
      }
    }
  }
  status = crm__facts_end(facts, error);
  if (status != CRM_OK) {
    return status;
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

/* Whether what a customer bought counts for the one that it is counted as: not what is nobody's or internal in an
 * account of others. */
static int counts_above(const crm__scope *scope, uint32_t customer)
{
  uint8_t kind = scope->accounts == NULL ? (uint8_t)CRM__CUSTOMER_PERSON : scope->kinds[customer];
  return kind != CRM__CUSTOMER_ANONYMOUS && (kind != CRM__CUSTOMER_INTERNAL || scope->internal);
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
    made[i] = INT32_MAX;
  }
  for (i = 0; kept && i < customers; i++) {
    uint32_t customer = crm__scope_customer(scope, i);
    int32_t day = scope->store->measures[i].first;
    made[customer] = day < made[customer] && counts_above(scope, i) ? day : made[customer];
  }
  crm__facts_begin(facts);
  while (!kept && crm__facts_next(facts, scope)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t customer = facts->customer[i];
      int32_t day = facts->day[i];
      if ((facts->flags[i] & CRM__FACT_OCCASION) && customer != CRM__NONE && day < made[customer]) {
        made[customer] = day;
      }
    }
  }
  *first = made;
  return crm__facts_end(facts, error);
}
