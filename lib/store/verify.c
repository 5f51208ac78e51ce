/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"
#include "store/identity.h"
#include "store/met.h"

#include "base/error.h"

#include <string.h>

/* Everything that is kept, made anew from the lines and compared. */

static crm_status differs(crm_error *error, const char *what, uint64_t id)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "%s of number %lld differ from what the lines give", what, (long long)id);
}

typedef struct sums {
  int64_t documents;
  int64_t lines;
  uint64_t money;
  uint64_t quantity;
} sums;

/* One document: where its lines are, and what is kept of them. */
static crm_status verify_document(const crm_store *store, uint32_t document, sums *all, crm_error *error)
{
  const crm__documents *documents = &store->documents;
  const uint32_t derived = CRM__DOCUMENT_LINE | CRM__DOCUMENT_SALE | CRM__DOCUMENT_VALUE | CRM__DOCUMENT_COST_MISSING |
                           CRM__DOCUMENT_ORIGINAL;
  uint64_t first = (uint64_t)crm__column_i64(&documents->first, document);
  uint32_t lines = crm__column_u32(&documents->lines, document);
  uint32_t customer = crm__column_u32(&documents->customer, document);
  crm__document_total total;
  if (lines == 0 || first > store->line_count || lines > store->line_count - first) {
    return differs(error, "lines of the document", document);
  }
  if (customer != CRM__NONE && customer >= store->customer_count) {
    return differs(error, "customer of the document", document);
  }
  crm__document_sum(store, first, lines, &total);
  if (total.net != crm__column_i64(&documents->net, document) ||
      total.returned != crm__column_i64(&documents->returned, document) ||
      total.tax != crm__column_i64(&documents->tax, document) ||
      total.cost != crm__column_i64(&documents->cost, document) ||
      total.flags != (crm__column_u8(&documents->flags, document) & derived)) {
    return differs(error, "sums of the document", document);
  }
  crm__lines_budget(store, first, lines, &all->money, &all->quantity);
  all->documents++;
  all->lines += lines;
  return CRM_OK;
}

static int same_measure(const crm__measure *a, const crm__measure *b)
{
  return a->first == b->first && a->last == b->last && a->money == b->money && a->cost == b->cost &&
         a->orders == b->orders && a->flags == b->flags;
}

int crm__chain_good(const crm_store *store, uint32_t customer)
{
  uint32_t document = store->profiles[customer].head;
  uint32_t left = store->profiles[customer].documents;
  for (; left > 0 && document != CRM__NONE; left--) {
    if (document >= store->document_count ||
        (crm__column_u8(&store->documents.flags, document) & CRM__DOCUMENT_LIVE) == 0 ||
        crm__column_u32(&store->documents.customer, document) != customer) {
      return 0;
    }
    document = crm__column_u32(&store->documents.next, document);
  }
  return left == 0 && document == CRM__NONE;
}

static crm_status verify_profiles(const crm_store *store, crm__measure *measures, crm__profile *made,
                                  crm_error *error)
{
  uint64_t i;
  for (i = 0; i < store->document_count; i++) {
    uint32_t customer = crm__column_u32(&store->documents.customer, i);
    if ((crm__column_u8(&store->documents.flags, i) & CRM__DOCUMENT_LIVE) && customer != CRM__NONE) {
      crm__profile_add(store, &measures[customer], &made[customer], (uint32_t)i);
    }
  }
  for (i = 0; i < store->customer_count; i++) {
    if (!same_measure(&measures[i], &store->measures[i]) ||
        made[i].documents != store->profiles[i].documents) {
      return differs(error, "profile of the customer", i);
    }
    if (!crm__chain_good(store, (uint32_t)i)) {
      return differs(error, "documents of the customer", i);
    }
  }
  return CRM_OK;
}

crm_status crm_store_verify(const crm_store *store, crm_error *error)
{
  crm__memory memory;
  crm__measure *measures;
  crm__profile *made;
  sums all = {0, 0, 0, 0};
  int64_t earliest;
  int64_t latest;
  crm_status status = CRM_OK;
  uint64_t i;
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  for (i = 0; status == CRM_OK && i < store->document_count; i++) {
    if (crm__column_u8(&store->documents.flags, i) & CRM__DOCUMENT_LIVE) {
      status = verify_document(store, (uint32_t)i, &all, error);
    }
  }
  if (status == CRM_OK) {
    status = crm__verify_rows(store, error);
  }
  if (status == CRM_OK) {
    status = crm__verify_identity(store, error);
  }
  if (status == CRM_OK) {
    status = crm__verify_met(store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__time_span(store, NULL, &earliest, &latest);
  if (all.documents != store->live_documents || all.lines != store->live_lines || latest != store->latest ||
      earliest != store->earliest ||
      all.money != store->money_budget || all.quantity != store->quantity_budget) {
    return crm__fail(error, CRM_ERROR_CORRUPT, "the counts of documents and lines differ from what is there");
  }
  memory = crm__memory_fork(&store->memory);
  measures = crm__alloc_array(&memory, store->customer_count, sizeof *measures);
  made = crm__alloc_array(&memory, store->customer_count, sizeof *made);
  if (measures == NULL || made == NULL) {
    status = crm__fail_memory(error);
  }
  for (i = 0; status == CRM_OK && i < store->customer_count; i++) {
    crm__profile_empty(&measures[i], &made[i]);
  }
  if (status == CRM_OK) {
    status = verify_profiles(store, measures, made, error);
  }
  if (status == CRM_OK) {
    status = crm__months_verify(store, error);
  }
  crm__free_array(&memory, measures, store->customer_count, sizeof *measures);
  crm__free_array(&memory, made, store->customer_count, sizeof *made);
  return status;
}
