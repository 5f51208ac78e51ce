/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/customer.h"

#include "store/erase.h"
#include "store/profile.h"
#include "store/store.h"

/* The lines of a document that count on its own day as one deed; the others each. */
static void visit_lines(const crm__scope *scope, uint32_t document, crm__customer_deed *whole, crm__deed_visit visit,
                        void *context)
{
  const crm_store *store = scope->store;
  uint64_t line = (uint64_t)crm__column_i64(&store->documents.first, document);
  uint64_t end = line + crm__column_u32(&store->documents.lines, document);
  int left = 0;
  whole->money = 0;
  for (; line < end; line++) {
    uint32_t code = crm__column_u8(&store->lines.code, line);
    uint32_t kind = code & 3;
    int redated = crm__line_redated(scope, line);
    left |= !redated && (kind == CRM__KIND_SALE || kind == CRM__KIND_RETURN);
    if (crm__line_kind(code) == 0) {
      continue;
    }
    if (redated) {
      uint32_t original = crm__column_u32(&store->lines.original, line);
      crm__customer_deed part;
      part.time = crm__column_i64(&store->documents.time, original);
      part.money = crm__line_money(scope, line, 0);
      part.orders = 0;
      part.flags = CRM__FACT_LINE | CRM__FACT_EXTRA | (part.time < scope->as_of ? whole->flags & CRM__FACT_PERIOD : 0);
      visit(context, &part);
    } else {
      whole->money += crm__line_money(scope, line, kind == CRM__KIND_SALE);
    }
  }
  if (left) {
    visit(context, whole);
  }
}

static void visit_document(const crm__scope *scope, uint32_t document, crm__deed_visit visit, void *context)
{
  const crm__documents *documents = &scope->store->documents;
  const uint32_t wanted = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE;
  uint32_t flags = crm__column_u8(&documents->flags, document);
  crm__customer_deed deed;
  deed.time = crm__column_i64(&documents->time, document);
  if ((flags & wanted) != wanted || deed.time >= scope->as_of) {
    return;
  }
  deed.orders = crm__document_orders(scope->store, document);
  deed.flags = CRM__FACT_LINE | (deed.orders > 0 ? CRM__FACT_OCCASION : 0);
  if (scope->branches == NULL || scope->branches[crm__column_u32(&documents->branch, document) + 1U] != 0) {
    deed.flags |= CRM__FACT_PERIOD;
  }
  if (scope->refunds == CRM_REFUNDS_SALE_DAY && (flags & CRM__DOCUMENT_ORIGINAL)) {
    visit_lines(scope, document, &deed, visit, context);
    return;
  }
  deed.money = crm__column_i64(&documents->net, document);
  deed.money += scope->money == CRM_MONEY_SALES   ? crm__column_i64(&documents->returned, document)
                : scope->money == CRM_MONEY_TAXED ? crm__column_i64(&documents->tax, document)
                                                  : 0;
  visit(context, &deed);
}

void crm__customer_deeds(const crm__scope *scope, uint32_t customer, crm__deed_visit visit, void *context)
{
  uint32_t document = scope->store->profiles[customer].head;
  for (; document != CRM__NONE; document = crm__column_u32(&scope->store->documents.next, document)) {
    visit_document(scope, document, visit, context);
  }
}

/* The earliest of the days at or after as-of that return lines of a document count on. */
static int64_t next_redated(const crm__scope *scope, uint32_t document)
{
  const crm_store *store = scope->store;
  uint64_t line = (uint64_t)crm__column_i64(&store->documents.first, document);
  uint64_t end = line + crm__column_u32(&store->documents.lines, document);
  int64_t next = INT64_MAX;
  for (; line < end; line++) {
    if (crm__line_redated(scope, line)) {
      int64_t time = crm__column_i64(&store->documents.time, crm__column_u32(&store->lines.original, line));
      next = time >= scope->as_of && time < next ? time : next;
    }
  }
  return next;
}

int64_t crm__customer_next(const crm__scope *scope, uint32_t customer)
{
  const crm_store *store = scope->store;
  uint32_t document = store->profiles[customer].head;
  int64_t joined = crm__customer_joined(store, customer);
  int64_t met = crm__customer_met(store, customer);
  int64_t next = joined != INT64_MIN && joined >= scope->as_of ? joined : INT64_MAX;
  next = met >= scope->as_of && met < next ? met : next;
  for (; document != CRM__NONE; document = crm__column_u32(&store->documents.next, document)) {
    int64_t time = crm__column_i64(&store->documents.time, document);
    if (time < scope->as_of && scope->refunds == CRM_REFUNDS_SALE_DAY) {
      time = next_redated(scope, document);
    }
    next = time >= scope->as_of && time < next ? time : next;
  }
  return next;
}

int64_t crm__customer_joined(const crm_store *store, uint32_t customer)
{
  int64_t joined;
  return crm__customer_row(store, customer, &joined) ? joined : INT64_MIN;
}

int crm__customers_merged(const crm_store *store)
{
  return store->identity.count > 0;
}

int crm__customer_is(const crm_store *store, uint32_t customer)
{
  return crm__customer_kind(store, customer);
}

uint32_t crm__customer_sent(const crm_store *store, crm__key key)
{
  uint32_t id = crm__intern_find(&store->customers, 0, crm__erased_key(store, key));
  return id != CRM__NONE && id < store->customer_count ? id : CRM__NONE;
}

uint32_t crm__customer_stands(const crm_store *store, uint32_t customer)
{
  return crm__resolve(store, customer);
}

uint64_t crm__customers_window(const crm_store *store, uint64_t *from)
{
  *from = store->customers.window.base;
  return store->customers.window.capacity;
}

int64_t crm__latest(const crm_store *store)
{
  return store->latest;
}

uint64_t crm__money_room(const crm_store *store)
{
  return (uint64_t)INT64_MAX - store->money_budget;
}

int crm__document_held(const crm_store *store, const char *source, const char *document)
{
  return crm__document_find(store, source, document) != CRM__NONE;
}

int crm__keys_kept(const crm_store *store, int64_t since)
{
  return store->rekeyed <= since;
}

/* Those that were noted one by one. */
static uint64_t copy_noted(const crm_store *store, int64_t since, uint32_t *ids)
{
  uint64_t found = 0;
  uint32_t i;
  for (i = 0; i < store->touched_count; i++) {
    uint32_t id = store->touched[i];
    if (store->profiles[id].changed > since) {
      ids[found++] = id;
      ids[found++] = crm__resolve(store, id);
    }
  }
  return found;
}

static uint64_t copy_all(const crm_store *store, int64_t since, uint32_t *ids)
{
  uint64_t found = 0;
  uint32_t id;
  for (id = 0; id < crm__customers(store); id++) {
    if (store->profiles[id].changed > since) {
      ids[found] = id;
      ids[found + 1] = crm__resolve(store, id);
      found += 2;
    }
  }
  return found;
}

int crm__customers_touched(const crm_store *store, int64_t since, crm__memory *memory, uint32_t **ids,
                           uint64_t *count, uint64_t *room)
{
  int noted = since >= store->touched_since;
  uint32_t id;
  *room = 0;
  for (id = 0; !noted && id < crm__customers(store); id++) {
    *room += store->profiles[id].changed > since;
  }
  *room = 2 * (noted ? store->touched_count : *room);
  *ids = crm__alloc_array(memory, *room, sizeof **ids);
  if (*ids == NULL) {
    return 0;
  }
  *count = noted ? copy_noted(store, since, *ids) : copy_all(store, since, *ids);
  return 1;
}
