/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/profile.h"

#include "base/check.h"

#include <string.h>

static const crm__profile empty = {{INT64_MAX, INT64_MIN, 0, 0, 0, 0}, 0, 0, CRM__NONE, 0};

crm__profile crm__profile_empty(void)
{
  return empty;
}

int crm__profiles_grow(crm_store *store)
{
  uint64_t customers = store->customers.count;
  int32_t table;
  int32_t i;
  if (!crm__grow(&store->memory, (void **)&store->profiles, &store->profile_capacity, customers,
                 sizeof *store->profiles)) {
    return 0;
  }
  while (store->profile_count < customers) {
    store->profiles[store->profile_count++] = empty;
  }
  for (table = 0; table < CRM__TABLE_SALES; table++) {
    uint64_t rows = table == CRM__TABLE_CUSTOMERS ? customers : store->products.count;
    crm__dimension *dimension = &store->dimensions[table];
    if (!crm__column_resize(&dimension->present, &store->memory, rows)) {
      return 0;
    }
    for (i = 1; i < crm__table_width(store, table); i++) {
      if (!crm__column_resize(&dimension->values[i], &store->memory, rows)) {
        return 0;
      }
    }
  }
  return 1;
}

void crm__profiles_cut(crm_store *store)
{
  int32_t table;
  int32_t i;
  if (store->profile_count > store->customers.count) {
    store->profile_count = store->customers.count;
  }
  for (table = 0; table < CRM__TABLE_SALES; table++) {
    uint64_t rows = table == CRM__TABLE_CUSTOMERS ? store->customers.count : store->products.count;
    crm__dimension *dimension = &store->dimensions[table];
    if (dimension->present.length > rows) {
      (void)crm__column_resize(&dimension->present, &store->memory, rows);
    }
    for (i = 1; i < crm__table_width(store, table); i++) {
      if (dimension->values[i].length > rows) {
        (void)crm__column_resize(&dimension->values[i], &store->memory, rows);
      }
    }
  }
}

static int revenue_class(uint32_t code)
{
  return code >> 2 != CRM__CLASS_LIABILITY && code >> 2 != CRM__CLASS_TENDER;
}

static void add_known(const crm__column *column, uint64_t line, int64_t *sum)
{
  int64_t value = crm__column_i64(column, line);
  *sum += value == CRM__NULL ? 0 : value;
}

void crm__document_sum(const crm_store *store, uint64_t first, uint32_t count, crm__document_total *total)
{
  const crm__sales_lines *lines = &store->lines;
  uint64_t line;
  memset(total, 0, sizeof *total);
  for (line = first; line < first + count; line++) {
    uint32_t code = crm__column_u8(&lines->code, line);
    uint32_t kind = code & 3;
    int64_t amount = crm__column_i64(&lines->amount, line);
    total->flags |= amount != 0 ? CRM__DOCUMENT_VALUE : 0;
    if (kind != CRM__KIND_SALE && kind != CRM__KIND_RETURN) {
      continue;
    }
    total->flags |= CRM__DOCUMENT_LINE;
    total->ledger += amount;
    if (!revenue_class(code)) {
      continue;
    }
    total->net += amount;
    if (kind == CRM__KIND_RETURN) {
      total->returned -= amount;
      total->flags |= crm__column_u32(&lines->original, line) != CRM__NONE ? CRM__DOCUMENT_ORIGINAL : 0;
    } else {
      total->flags |= CRM__DOCUMENT_SALE;
    }
    total->flags |= crm__column_i64(&lines->cost, line) == CRM__NULL ? CRM__DOCUMENT_COST_MISSING : 0;
    add_known(&lines->cost, line, &total->cost);
    add_known(&lines->tax, line, &total->tax);
  }
}

uint32_t crm__document_orders(const crm_store *store, uint32_t document)
{
  uint32_t flags = crm__column_u8(&store->documents.flags, document);
  if ((flags & CRM__DOCUMENT_SALE) == 0) {
    return 0;
  }
  return flags & CRM__DOCUMENT_ROWS ? crm__column_u32(&store->documents.lines, document) : 1;
}

void crm__profile_add(const crm_store *store, crm__profile *profile, uint32_t document)
{
  const crm__documents *documents = &store->documents;
  uint32_t flags = crm__column_u8(&documents->flags, document);
  int64_t time = crm__column_i64(&documents->time, document);
  int64_t net = crm__column_i64(&documents->net, document);
  uint32_t orders = crm__document_orders(store, document);
  profile->documents++;
  if ((flags & CRM__DOCUMENT_LINE) == 0) {
    return;
  }
  profile->measure.money += net;
  profile->sales += net + crm__column_i64(&documents->returned, document);
  profile->measure.cost += crm__column_i64(&documents->cost, document);
  profile->measure.orders += orders;
  profile->measure.flags |= CRM__SEEN_PERIOD | CRM__SEEN_EVER;
  profile->measure.flags |= flags & CRM__DOCUMENT_COST_MISSING ? CRM__COST_MISSING : 0;
  if (orders > 0) {
    profile->measure.first = time < profile->measure.first ? time : profile->measure.first;
    profile->measure.last = time > profile->measure.last ? time : profile->measure.last;
  }
}

void crm__profile_rebuild(crm_store *store, uint32_t customer)
{
  crm__profile *profile = &store->profiles[customer];
  uint32_t document = profile->head;
  int64_t changed = profile->changed;
  *profile = empty;
  profile->changed = changed;
  while (document != CRM__NONE) {
    uint32_t next = crm__column_u32(&store->documents.next, document);
    uint32_t live = crm__column_u8(&store->documents.flags, document) & CRM__DOCUMENT_LIVE;
    if (live && crm__column_u32(&store->documents.customer, document) == customer) {
      crm__profile_add(store, profile, document);
      crm__column_put_u32(&store->documents.next, document, profile->head);
      profile->head = document;
    }
    document = next;
  }
}
