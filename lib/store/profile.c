/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/profile.h"

#include "base/check.h"

#include <string.h>

void crm__profile_empty(crm__measure *measure, crm__profile *profile)
{
  static const crm__measure no_measure = {INT32_MAX, INT32_MIN, 0, 0, 0, 0};
  static const crm__profile no_profile = {0, 0, CRM__NONE};
  *measure = no_measure;
  *profile = no_profile;
}

/* The last column that is resized tells whether all are. */
int crm__table_resize(crm_store *store, int32_t table, uint64_t rows)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t i;
  if (dimension->present.length == rows) {
    return 1;
  }
  for (i = crm__table_by_id(table); i < crm__table_width(store, table); i++) {
    if (!crm__column_resize(&dimension->values[i], &store->memory, rows)) {
      return 0;
    }
  }
  return crm__column_resize(&dimension->repeat, &store->memory, rows) &&
         crm__column_resize(&dimension->present, &store->memory, rows);
}

int crm__profiles_grow(crm_store *store)
{
  uint64_t customers = store->customers.count;
  int32_t table;
  if (!crm__grow(&store->memory, (void **)&store->measures, &store->measure_capacity, customers,
                 sizeof *store->measures) ||
      !crm__grow(&store->memory, (void **)&store->profiles, &store->profile_capacity, customers,
                 sizeof *store->profiles)) {
    return 0;
  }
  for (; store->profile_count < customers; store->profile_count++) {
    crm__profile_empty(&store->measures[store->profile_count], &store->profiles[store->profile_count]);
  }
  for (table = 0; table < CRM__TABLES; table++) {
    if (!crm__table_resize(store, table, crm__places_intern(store, table)->count)) {
      return 0;
    }
  }
  return crm__column_resize(&store->met, &store->memory, customers);
}

void crm__profiles_cut(crm_store *store)
{
  int32_t table;
  if (store->profile_count > store->customers.count) {
    store->profile_count = store->customers.count;
  }
  if (store->met.length > store->customers.count) {
    (void)crm__column_resize(&store->met, &store->memory, store->customers.count);
  }
  for (table = 0; table < CRM__TABLES; table++) {
    uint64_t rows = crm__places_intern(store, table)->count;
    if (store->dimensions[table].present.length > rows) {
      (void)crm__table_resize(store, table, rows);   /* shrinking does not fail */
    }
  }
}

/* Sums lines that lie in one chunk; absent columns are NULL. */
static void sum_run(const crm__sales_lines *lines, uint64_t first, uint64_t count, crm__document_total *total)
{
  const uint8_t *codes = crm__column_at(&lines->code, first);
  const int64_t *amounts = (const int64_t *)(const void *)crm__column_at(&lines->amount, first);
  const int64_t *costs = (const int64_t *)(const void *)crm__column_at(&lines->cost, first);
  const int64_t *taxes = (const int64_t *)(const void *)crm__column_at(&lines->tax, first);
  const uint32_t *originals = (const uint32_t *)(const void *)crm__column_at(&lines->original, first);
  uint64_t k;
  for (k = 0; k < count; k++) {
    crm__total_add(total, codes == NULL ? 0 : codes[k], amounts == NULL ? 0 : amounts[k],
                   costs == NULL ? CRM__NULL : costs[k], taxes == NULL ? CRM__NULL : taxes[k],
                   originals == NULL ? CRM__NONE : originals[k]);
  }
}

void crm__document_sum(const crm_store *store, uint64_t first, uint32_t count, crm__document_total *total)
{
  uint64_t left = count;
  memset(total, 0, sizeof *total);
  while (left > 0) {
    uint64_t room = CRM__CHUNK - (first & (CRM__CHUNK - 1));
    uint64_t run = left < room ? left : room;
    sum_run(&store->lines, first, run, total);
    first += run;
    left -= run;
  }
}

void crm__document_total_get(const crm_store *store, uint32_t document, crm__document_total *total)
{
  const crm__documents *documents = &store->documents;
  total->net = crm__column_i64(&documents->net, document);
  total->returned = crm__column_i64(&documents->returned, document);
  total->tax = crm__column_i64(&documents->tax, document);
  total->cost = crm__column_i64(&documents->cost, document);
  total->ledger = 0;
  total->flags = crm__column_u8(&documents->flags, document);
}

int crm__document_total_touch(crm_store *store, uint32_t document, const crm__document_total *total)
{
  crm__documents *documents = &store->documents;
  crm__memory *memory = &store->memory;
  return crm__column_touch(&documents->flags, memory, document) &&
         (total->net == 0 || crm__column_touch(&documents->net, memory, document)) &&
         (total->returned == 0 || crm__column_touch(&documents->returned, memory, document)) &&
         (total->tax == 0 || crm__column_touch(&documents->tax, memory, document)) &&
         (total->cost == 0 || crm__column_touch(&documents->cost, memory, document));
}

void crm__document_total_put(crm_store *store, uint32_t document, const crm__document_total *total)
{
  crm__documents *documents = &store->documents;
  crm__column_put_i64(&documents->net, document, total->net);
  crm__column_put_i64(&documents->returned, document, total->returned);
  crm__column_put_i64(&documents->tax, document, total->tax);
  crm__column_put_i64(&documents->cost, document, total->cost);
  crm__column_put_u8(&documents->flags, document, (uint8_t)total->flags);
}

uint32_t crm__document_orders(const crm_store *store, uint32_t document)
{
  uint32_t flags = crm__column_u8(&store->documents.flags, document);
  if ((flags & CRM__DOCUMENT_SALE) == 0) {
    return 0;
  }
  return flags & CRM__DOCUMENT_ROWS ? crm__column_u32(&store->documents.lines, document) : 1;
}

void crm__profile_add(const crm_store *store, crm__measure *measure, crm__profile *profile, uint32_t document)
{
  const crm__documents *documents = &store->documents;
  crm__admission admission;
  admission.time = crm__column_i64(&documents->time, document);
  admission.net = crm__column_i64(&documents->net, document);
  admission.cost = crm__column_i64(&documents->cost, document);
  admission.lines = crm__column_u32(&documents->lines, document);
  admission.flags = crm__column_u8(&documents->flags, document);
  crm__profile_join(measure, profile, &admission, store->day_start);
}

void crm__profile_rebuild(crm_store *store, uint32_t customer)
{
  crm__measure *measure = &store->measures[customer];
  crm__profile *profile = &store->profiles[customer];
  uint32_t document = profile->head;
  int64_t changed = profile->changed;
  crm__profile_empty(measure, profile);
  profile->changed = changed;
  while (document != CRM__NONE) {
    uint32_t next = crm__column_u32(&store->documents.next, document);
    uint32_t live = crm__column_u8(&store->documents.flags, document) & CRM__DOCUMENT_LIVE;
    if (live && crm__column_u32(&store->documents.customer, document) == customer) {
      crm__profile_add(store, measure, profile, document);
      crm__column_put_u32(&store->documents.next, document, profile->head);
      profile->head = document;
    }
    document = next;
  }
}
