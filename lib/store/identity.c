/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/identity.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/profile.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/identity.h>

#include <string.h>

void crm__roots_find(const crm__intern *keys, const uint32_t *parents, uint64_t count, uint32_t *marks,
                     uint32_t *roots)
{
  uint32_t id;
  memset(roots, 0xFF, (size_t)count * sizeof *roots);   /* CRM__NONE: not known yet */
  for (id = 0; id < count; id++) {
    uint32_t at = id;
    uint32_t root;
    while (roots[at] == CRM__NONE && parents[at] != CRM__NONE && marks[at] != id + 1) {
      marks[at] = id + 1;
      at = parents[at];
    }
    root = roots[at] != CRM__NONE ? roots[at] : at;
    if (roots[at] == CRM__NONE && parents[at] != CRM__NONE) {   /* once round */
      uint32_t other;
      for (other = parents[at]; other != at; other = parents[other]) {
        if (crm__key_compare(crm__intern_key(keys, other, NULL), crm__intern_key(keys, root, NULL)) < 0) {
          root = other;
        }
      }
    }
    for (at = id; at != CRM__NONE && roots[at] == CRM__NONE; at = parents[at]) {
      roots[at] = root;
    }
  }
}

uint32_t crm__document_sender(const crm_store *store, uint32_t document)
{
  uint32_t sent = crm__column_u32(&store->documents.sent, document);
  return sent == CRM__NONE ? crm__column_u32(&store->documents.customer, document) : sent;
}

uint32_t crm__alias_next(const crm_store *store, uint32_t customer)
{
  return crm__identity_next(&store->identity, customer);
}

static int has_row(const crm_store *store, uint32_t customer)
{
  return crm__column_u8(&store->dimensions[CRM__TABLE_CUSTOMERS].present, customer) != 0;
}

uint32_t crm__customer_speaker(const crm_store *store, uint32_t customer)
{
  uint32_t speaker = CRM__NONE;
  uint32_t alias;
  if (has_row(store, customer)) {
    return customer;
  }
  for (alias = crm__alias_next(store, customer); alias != CRM__NONE; alias = crm__alias_next(store, alias)) {
    if (has_row(store, alias) &&
        (speaker == CRM__NONE ||
         crm__key_compare(crm__customer_key(store, alias), crm__customer_key(store, speaker)) < 0)) {
      speaker = alias;
    }
  }
  return speaker == CRM__NONE ? customer : speaker;
}

/* ---- who stands for whom ---- */

static void put_parent(const crm__column *values, uint64_t row, uint32_t *parents)
{
  int undone = crm__column_u8(&values[CRM__MERGES_UNDONE], row) == 1;
  parents[crm__column_u32(&values[CRM__MERGES_CUSTOMER], row)] =
      undone ? CRM__NONE : crm__column_u32(&values[CRM__MERGES_INTO], row);
}

/* What the rows of the store say, and those of a load that it accepts; load may be NULL. */
static void put_parents(const crm_store *store, const crm_load *load, uint32_t *parents)
{
  const crm__dimension *merges = &store->dimensions[CRM__TABLE_MERGES];
  const crm__dimension_rows *rows = load == NULL ? NULL : load->dimensions[CRM__TABLE_MERGES];
  uint64_t row;
  for (row = 0; row < merges->present.length; row++) {
    if (crm__column_u8(&merges->present, row) != 0) {
      put_parent(merges->values, row, parents);
    }
  }
  for (row = 0; rows != NULL && row < rows->count; row++) {
    if (crm__column_u32(&rows->id, row) != CRM__NONE) {
      put_parent(rows->values, row, parents);
    }
  }
}

/* Chains the aliases of each customer behind it. */
static void chain_aliases(crm__identity *identity)
{
  uint64_t i;
  memset(identity->next, 0xFF, (size_t)identity->count * sizeof *identity->next);
  for (i = identity->count; i-- > 0;) {
    uint32_t root = identity->resolved[i];
    if (root != i) {
      identity->next[i] = identity->next[root];
      identity->next[root] = (uint32_t)i;
    }
  }
}

void crm__identity_free(crm__identity *identity, crm__memory *memory)
{
  crm__free_array(memory, identity->resolved, identity->count, sizeof *identity->resolved);
  crm__free_array(memory, identity->next, identity->count, sizeof *identity->next);
  memset(identity, 0, sizeof *identity);
}

/* Nothing at all where nobody is merged. 0: no memory. */
static int make_identity(const crm_store *store, const crm_load *load, crm__memory *memory, crm__identity *identity)
{
  uint64_t count = store->customers.count;
  uint32_t *parents = crm__alloc_array(memory, count, sizeof *parents);
  uint32_t *marks = crm__alloc_array_zero(memory, count, sizeof *marks);
  uint64_t merged = 0;
  uint64_t i;
  int done = 0;
  identity->count = count;
  identity->resolved = crm__alloc_array(memory, count, sizeof *identity->resolved);
  identity->next = crm__alloc_array(memory, count, sizeof *identity->next);
  if (parents != NULL && marks != NULL && identity->resolved != NULL && identity->next != NULL) {
    memset(parents, 0xFF, (size_t)count * sizeof *parents);
    put_parents(store, load, parents);
    crm__roots_find(&store->customers, parents, count, marks, identity->resolved);
    for (i = 0; i < count; i++) {
      merged += identity->resolved[i] != i;
    }
    chain_aliases(identity);
    done = 1;
  }
  crm__free_array(memory, parents, count, sizeof *parents);
  crm__free_array(memory, marks, count, sizeof *marks);
  if (!done || merged == 0) {
    crm__identity_free(identity, memory);
  }
  return done;
}

int crm__identity_make(crm_store *store)
{
  return crm__rows_live(store, CRM__TABLE_MERGES) == 0 ||
         make_identity(store, NULL, &store->memory, &store->identity);
}

/* ---- at commit ---- */

static int merges_change(const crm_load *load)
{
  const crm__dimension_rows *rows = load->dimensions[CRM__TABLE_MERGES];
  uint64_t row;
  for (row = 0; rows != NULL && row < rows->count; row++) {
    if (crm__column_u32(&rows->id, row) != CRM__NONE) {
      return 1;
    }
  }
  return 0;
}

/* Makes the chunks in which new documents, and those of customers who change, note what was sent. */
static int touch_senders(crm_load *load)
{
  crm_store *store = load->store;
  crm__column *sent = &store->documents.sent;
  uint64_t id;
  for (id = load->documents_before; id < sent->length; id = (id | (CRM__CHUNK - 1)) + 1) {
    if (!crm__column_touch(sent, &store->memory, id)) {
      return 0;
    }
  }
  for (id = 0; id < load->entry_count; id++) {
    if (!crm__column_touch(sent, &store->memory, load->entries[id].document)) {
      return 0;
    }
  }
  for (id = 0; load->identity_changes && id < store->customers.count; id++) {
    uint32_t before = crm__resolve(store, (uint32_t)id);
    uint32_t after = crm__identity_root(&load->identity, (uint32_t)id);
    uint32_t document = before == after ? CRM__NONE : store->profiles[before].head;
    for (; document != CRM__NONE; document = crm__column_u32(&store->documents.next, document)) {
      if (!crm__column_touch(sent, &store->memory, document)) {
        return 0;
      }
    }
  }
  return 1;
}

int crm__settle_identity(crm_load *load)
{
  crm_store *store = load->store;
  load->identity_changes = merges_change(load);
  if (load->identity_changes && !make_identity(store, load, &store->memory, &load->identity)) {
    return 0;
  }
  return (store->identity.count == 0 && load->identity.count == 0) || touch_senders(load);
}

static void write_customer(crm_store *store, uint32_t document, uint32_t sender, uint32_t customer)
{
  crm__column_put_u32(&store->documents.customer, document, customer);
  crm__column_put_u32(&store->documents.sent, document, customer == sender ? CRM__NONE : sender);
}

void crm__document_resolve(crm_store *store, uint32_t document)
{
  uint32_t sender = crm__column_u32(&store->documents.customer, document);
  write_customer(store, document, sender, crm__resolve(store, sender));   /* nobody too: one before had somebody */
}

/* Takes the chain of a customer into another one; the profile is empty then. Answers the new head. */
static uint32_t take_chain(crm_store *store, uint32_t customer, uint32_t head)
{
  crm__profile *profile = &store->profiles[customer];
  uint32_t document = profile->head;
  while (document != CRM__NONE) {
    uint32_t next = crm__column_u32(&store->documents.next, document);
    crm__column_put_u32(&store->documents.next, document, head);
    head = document;
    document = next;
  }
  crm__profile_empty(&store->measures[customer], profile);
  return head;
}

void crm__apply_identity(crm_load *load)
{
  crm_store *store = load->store;
  uint32_t head = CRM__NONE;
  uint32_t id;
  if (!load->identity_changes) {
    return;
  }
  for (id = 0; id < store->customers.count; id++) {
    uint32_t before = crm__resolve(store, id);
    uint32_t after = crm__identity_root(&load->identity, id);
    if (before != after) {
      head = take_chain(store, before, head);
      crm__customer_touch(store, before);
      crm__customer_touch(store, after);
      crm__customer_touch(store, id);
    }
  }
  crm__identity_free(&store->identity, &store->memory);
  store->identity = load->identity;
  memset(&load->identity, 0, sizeof load->identity);
  while (head != CRM__NONE) {
    uint32_t document = head;
    uint32_t sender = crm__document_sender(store, document);
    uint32_t customer = crm__resolve(store, sender);
    crm__profile *profile = &store->profiles[customer];
    head = crm__column_u32(&store->documents.next, document);
    write_customer(store, document, sender, customer);
    crm__profile_add(store, &store->measures[customer], profile, document);
    crm__column_put_u32(&store->documents.next, document, profile->head);
    profile->head = document;
  }
}

/* ---- telling ---- */

typedef struct ring {
  uint32_t lowest;
  int64_t size;
} ring;

typedef struct rings {
  const crm_store *store;
  ring *items;
  uint64_t count;
  uint64_t capacity;
} rings;

static int compare_rings(const void *context, uint32_t a, uint32_t b)
{
  const rings *all = context;
  return crm__key_compare(crm__customer_key(all->store, all->items[a].lowest),
                          crm__customer_key(all->store, all->items[b].lowest));
}

/* A root that has a parent is the lowest of a ring. */
static int collect_rings(rings *all, const uint32_t *parents, crm__memory *memory)
{
  const crm__identity *identity = &all->store->identity;
  uint32_t id;
  for (id = 0; id < identity->count; id++) {
    uint32_t at = parents[id];
    if (identity->resolved[id] != id || at == CRM__NONE) {
      continue;
    }
    if (!crm__grow(memory, &all->items, &all->capacity, all->count + 1, sizeof *all->items)) {
      return 0;
    }
    all->items[all->count].lowest = id;
    all->items[all->count].size = 1;
    for (; at != id; at = parents[at]) {
      all->items[all->count].size++;
    }
    all->count++;
  }
  return 1;
}

static void put_ring(const rings *all, uint32_t i, crm_table *table)
{
  crm__table_put_name(table, 0, "merge_ring");
  crm__table_put_key(table, 1, crm__customer_key(all->store, all->items[i].lowest));
  crm__table_put(table, 2, all->items[i].size);
  crm__table_put_null(table, 3);
}

static int put_rings(rings *all, crm__memory *memory, crm_table *table)
{
  uint32_t *order = crm__alloc_array(memory, all->count * 2, sizeof *order);
  uint32_t i;
  if (order == NULL) {
    return 0;
  }
  for (i = 0; i < all->count; i++) {
    order[i] = i;
  }
  crm__merge_sort(order, order + all->count, all->count, compare_rings, all);
  for (i = 0; i < all->count; i++) {
    put_ring(all, order[i], table);
  }
  crm__free_array(memory, order, all->count * 2, sizeof *order);
  return 1;
}

int crm__put_rings(const crm_store *store, crm_table *table)
{
  crm__memory memory = crm__memory_fork(&store->memory);
  uint64_t count = store->customers.count;
  rings all = {NULL, NULL, 0, 0};
  uint32_t *parents;
  int done;
  if (store->identity.count == 0) {
    return 1;
  }
  all.store = store;
  parents = crm__alloc_array(&memory, count, sizeof *parents);
  if (parents == NULL) {
    return 0;
  }
  memset(parents, 0xFF, (size_t)count * sizeof *parents);
  put_parents(store, NULL, parents);
  done = collect_rings(&all, parents, &memory) && put_rings(&all, &memory, table);
  crm__free_array(&memory, parents, count, sizeof *parents);
  crm__free_array(&memory, all.items, all.capacity, sizeof *all.items);
  return done;
}

/* By who stands for them, then by key. */
static int compare_aliases(const void *context, uint32_t a, uint32_t b)
{
  const crm_store *store = context;
  uint32_t x = crm__resolve(store, a);
  uint32_t y = crm__resolve(store, b);
  if (x == y) {
    return crm__key_compare(crm__customer_key(store, a), crm__customer_key(store, b));
  }
  return crm__key_compare(crm__customer_key(store, x), crm__customer_key(store, y));
}

crm_status crm_identity_aliases(const crm_store *store, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {{"alias", CRM_TYPE_TEXT, 0}, {"customer", CRM_TYPE_TEXT, 0}};
  crm__memory memory;
  uint32_t *aliases;
  uint64_t room;
  uint64_t count = 0;
  uint64_t i;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the table");
  }
  if (crm__store_ready(store, error) != CRM_OK) {
    return CRM_ERROR_STATE;
  }
  *table = NULL;
  memory = crm__memory_fork(&store->memory);
  room = store->identity.count * 2;
  aliases = crm__alloc_array(&memory, room, sizeof *aliases);
  if (aliases == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < store->identity.count; i++) {
    if (store->identity.resolved[i] != i) {
      aliases[count++] = (uint32_t)i;
    }
  }
  crm__merge_sort(aliases, aliases + count, count, compare_aliases, store);
  status = crm__table_begin(&memory, "aliases", columns, 2, (int64_t)count, table, error);
  for (i = 0; status == CRM_OK && i < count; i++) {
    crm__table_put_key(*table, 0, crm__customer_key(store, aliases[i]));
    crm__table_put_key(*table, 1, crm__customer_key(store, crm__resolve(store, aliases[i])));
  }
  crm__free_array(&memory, aliases, room, sizeof *aliases);
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

/* ---- verifying ---- */

crm_status crm__verify_identity(const crm_store *store, crm_error *error)
{
  crm__memory memory = crm__memory_fork(&store->memory);
  crm__identity made = {NULL, NULL, 0};
  uint64_t i;
  crm_status status = CRM_OK;
  if (!make_identity(store, NULL, &memory, &made)) {
    return crm__fail_memory(error);
  }
  for (i = 0; status == CRM_OK && i < store->customer_count; i++) {
    if (crm__identity_root(&made, (uint32_t)i) != crm__resolve(store, (uint32_t)i)) {
      status = crm__fail_at(error, CRM_ERROR_CORRUPT, "merges", NULL, 0, -1,
                            "who stands for customer number %lld differs from what the merges give", (long long)i);
    }
  }
  for (i = 0; status == CRM_OK && i < store->document_count; i++) {
    uint32_t sender = crm__document_sender(store, (uint32_t)i);
    if (sender != CRM__NONE && crm__column_u32(&store->documents.customer, i) != crm__resolve(store, sender)) {
      status = crm__fail_at(error, CRM_ERROR_CORRUPT, "sales", "customer", 0, -1,
                            "the customer of document number %lld differs from what the merges give", (long long)i);
    }
  }
  crm__identity_free(&made, &memory);
  return status;
}
