/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"
#include "store/identity.h"
#include "store/met.h"

#include "base/error.h"
#include "base/prefetch.h"

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
  uint64_t end;      /* of the lines of the document before */
  int in_order;      /* every document's lines stand behind those of the one before */
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
  all->in_order &= first >= all->end;
  all->end = first + lines;
  all->documents++;
  all->lines += lines;
  return CRM_OK;
}

/* What the budgets should be. Where all lines are some document's, and in its order, they are those of the columns. */
static void sum_budgets(const crm_store *store, sums *all)
{
  uint64_t i;
  if (all->in_order && (uint64_t)all->lines == store->line_count) {
    crm__lines_budget(store, 0, store->line_count, &all->money, &all->quantity);
    return;
  }
  for (i = 0; i < store->document_count; i++) {
    if (crm__column_u8(&store->documents.flags, i) & CRM__DOCUMENT_LIVE) {
      crm__lines_budget(store, (uint64_t)crm__column_i64(&store->documents.first, i),
                        crm__column_u32(&store->documents.lines, i), &all->money, &all->quantity);
    }
  }
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

crm_status crm__verify_documents(const crm_store *store, crm_error *error)
{
  sums all = {0, 0, 0, 0, 0, 1};
  crm_status status = CRM_OK;
  uint64_t i;
  for (i = 0; status == CRM_OK && i < store->document_count; i++) {
    if (crm__column_u8(&store->documents.flags, i) & CRM__DOCUMENT_LIVE) {
      status = verify_document(store, (uint32_t)i, &all, error);
    }
  }
  if (status == CRM_OK) {
    sum_budgets(store, &all);
  }
  if (status == CRM_OK && (all.documents != store->live_documents || all.lines != store->live_lines ||
                           all.money != store->money_budget || all.quantity != store->quantity_budget)) {
    status = crm__fail(error, CRM_ERROR_CORRUPT, "the counts of documents and lines differ from what is there");
  }
  return status;
}

#define AHEAD 16U   /* documents; customers lie anywhere: a third of the time that it takes without */

static crm_status compare_measures(const crm_store *store, crm__measure *measures, uint32_t *counts, crm_error *error)
{
  crm__profile none;
  uint64_t i;
  for (i = 0; i < store->customer_count; i++) {
    crm__profile_empty(&measures[i], &none);
  }
  for (i = 0; i < store->document_count; i++) {
    uint32_t customer = crm__column_u32(&store->documents.customer, i);
    uint32_t next = i + AHEAD < store->document_count ? crm__column_u32(&store->documents.customer, i + AHEAD)
                                                      : CRM__NONE;
    if (next != CRM__NONE) {
      CRM__PREFETCH(&measures[next]);
      CRM__PREFETCH(&counts[next]);
    }
    if ((crm__column_u8(&store->documents.flags, i) & CRM__DOCUMENT_LIVE) && customer != CRM__NONE) {
      crm__profile_add(store, &measures[customer], &none, (uint32_t)i);
      counts[customer]++;
    }
  }
  for (i = 0; i < store->customer_count; i++) {
    if (!same_measure(&measures[i], &store->measures[i]) || counts[i] != store->profiles[i].documents) {
      return differs(error, "profile of the customer", i);
    }
  }
  return CRM_OK;
}

crm_status crm__verify_measures(const crm_store *store, crm_error *error)
{
  crm__memory memory = crm__memory_fork(&store->memory);
  crm__measure *measures = crm__alloc_array(&memory, store->customer_count, sizeof *measures);
  uint32_t *counts = crm__alloc_array_zero(&memory, store->customer_count, sizeof *counts);
  crm_status status = measures == NULL || counts == NULL ? crm__fail_memory(error)
                                                         : compare_measures(store, measures, counts, error);
  crm__free_array(&memory, measures, store->customer_count, sizeof *measures);
  crm__free_array(&memory, counts, store->customer_count, sizeof *counts);
  return status;
}

static crm_status verify_chains(const crm_store *store, crm_error *error)
{
  uint64_t i;
  for (i = 0; i < store->customer_count; i++) {
    if (!crm__chain_good(store, (uint32_t)i)) {
      return differs(error, "documents of the customer", i);
    }
  }
  return CRM_OK;
}

crm_status crm_store_verify(const crm_store *store, crm_error *error)
{
  int64_t earliest;
  int64_t latest;
  crm_status status;
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  status = crm__verify_documents(store, error);
  status = status == CRM_OK ? crm__verify_rows(store, error) : status;
  status = status == CRM_OK ? crm__verify_identity(store, error) : status;
  status = status == CRM_OK ? crm__verify_met(store, error) : status;
  if (status != CRM_OK) {
    return status;
  }
  crm__time_span(store, NULL, &earliest, &latest);
  if (latest != store->latest || earliest != store->earliest) {
    return crm__fail(error, CRM_ERROR_CORRUPT, "the first or last time of the documents differs from what is there");
  }
  status = crm__verify_measures(store, error);
  status = status == CRM_OK ? verify_chains(store, error) : status;
  return status == CRM_OK ? crm__months_verify(store, error) : status;
}
