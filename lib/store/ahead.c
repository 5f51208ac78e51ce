/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/ahead.h"

#include "base/check.h"
#include "store/commit.h"
#include "store/customer.h"
#include "store/identity.h"
#include "store/rows.h"
#include "store/saved.h"

#include <string.h>

/* ---- customers ---- */

#define SLOTS_LEAST CRM__SIZE(64, 4)

static uint64_t slot_of(const crm__ahead *ahead, uint32_t customer)
{
  uint64_t mask = ahead->slot_count - 1;
  uint64_t slot = (uint64_t)(customer * 2654435769U >> 7) & mask;
  while (ahead->slots[slot] != 0 && ahead->customers[ahead->slots[slot] - 1].customer != customer) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

/* At most half of the slots are taken. */
static int make_room(crm__ahead *ahead)
{
  uint64_t wanted = ahead->slot_count;
  uint64_t i;
  uint32_t *slots;
  if ((ahead->count + 1) * 2 <= ahead->slot_count) {
    return 1;
  }
  wanted = wanted == 0 ? SLOTS_LEAST : wanted * 2;
  slots = crm__alloc_array_zero(ahead->memory, wanted, sizeof *slots);
  if (slots == NULL) {
    return 0;
  }
  crm__free_array(ahead->memory, ahead->slots, ahead->slot_count, sizeof *ahead->slots);
  ahead->slots = slots;
  ahead->slot_count = wanted;
  for (i = 0; i < ahead->count; i++) {
    ahead->slots[slot_of(ahead, ahead->customers[i].customer)] = (uint32_t)i + 1;
  }
  return 1;
}

/* The row of an id as it is; 0: there is none. */
static int row_now(const crm_store *store, uint32_t id, uint32_t *kind, int64_t *joined)
{
  const crm__dimension *rows = &store->dimensions[CRM__TABLE_CUSTOMERS];
  *kind = crm__column_u8(&rows->values[CRM__CUSTOMERS_KIND], id);
  *joined = crm__column_i64(&rows->values[CRM__CUSTOMERS_JOINED], id);
  return crm__column_u8(&rows->present, id) != 0;
}

static int met_now(const crm_store *store, uint32_t id)
{
  return id < store->met.length && crm__column_i64(&store->met, id) != INT64_MAX;
}

crm__ahead_customer *crm__ahead_customer_of(crm__ahead *ahead, const crm_store *store, uint32_t customer)
{
  crm__ahead_customer *of;
  uint64_t slot;
  if (!make_room(ahead)) {
    return NULL;
  }
  slot = slot_of(ahead, customer);
  if (ahead->slots[slot] != 0) {
    return &ahead->customers[ahead->slots[slot] - 1];
  }
  if (!crm__grow(ahead->memory, &ahead->customers, &ahead->capacity, ahead->count + 1, sizeof *ahead->customers)) {
    return NULL;
  }
  of = &ahead->customers[ahead->count++];
  ahead->slots[slot] = (uint32_t)ahead->count;
  of->customer = customer;
  of->measure = store->measures[customer];
  of->profile = store->profiles[customer];
  of->known = (uint32_t)crm__customer_known(store, customer);
  of->moved = 0;
  of->met = (uint32_t)met_now(store, customer);
  of->doubtful = 0;
  of->row = (uint32_t)row_now(store, customer, &of->kind, &of->joined);
  return of;
}

crm__ahead_customer *crm__ahead_find(const crm__ahead *ahead, uint32_t customer)
{
  uint32_t place = ahead->slot_count == 0 ? 0 : ahead->slots[slot_of(ahead, customer)];
  return place == 0 ? NULL : &ahead->customers[place - 1];
}

void crm__ahead_free(crm__ahead *ahead)
{
  crm__free_array(ahead->memory, ahead->customers, ahead->capacity, sizeof *ahead->customers);
  crm__free_array(ahead->memory, ahead->slots, ahead->slot_count, sizeof *ahead->slots);
  memset(ahead, 0, sizeof *ahead);
}

/* ---- what they are ---- */

/* otherwise: it has documents, or was met; all of that lies before the horizon. */
static uint32_t standing(uint32_t kind, int row, int64_t joined, int otherwise, int64_t horizon)
{
  uint32_t known = !row                  ? CRM__ABSENT
                   : joined == CRM__NULL ? CRM__SUSPECT
                   : joined < horizon    ? CRM__PROSPECT
                                         : CRM__ABSENT;
  if (known == CRM__ABSENT && otherwise) {
    known = CRM__SUSPECT;
  }
  return kind | known << CRM__STANDING_KNOWN;
}

uint32_t crm__standing_now(const crm_store *store, uint32_t customer, int64_t horizon)
{
  uint32_t kind = crm__resolve(store, customer) == customer ? (uint32_t)crm__customer_kind(store, customer)
                                                            : CRM__CUSTOMER_PERSON;   /* nobody asks */
  int64_t joined;
  int row = crm__customer_row(store, customer, &joined);
  int otherwise = store->profiles[customer].head != CRM__NONE || crm__customer_met(store, customer) != INT64_MAX;
  return standing(kind, row, joined, otherwise, horizon);
}

/* The row of an id as it will be. */
static int row_ahead(const crm__ahead *ahead, const crm_store *store, uint32_t id, uint32_t *kind, int64_t *joined)
{
  const crm__ahead_customer *of = crm__ahead_find(ahead, id);
  if (of == NULL) {
    return row_now(store, id, kind, joined);
  }
  *kind = of->kind;
  *joined = of->joined;
  return (int)of->row;
}

/* Whether rows will name a customer or one of its aliases. */
static int met_ahead(const crm__ahead *ahead, const crm_store *store, uint32_t customer)
{
  uint32_t id = crm__identity_root(ahead->identity, customer) == customer ? customer : CRM__NONE;
  int met = 0;
  for (; id != CRM__NONE && !met; id = crm__identity_next(ahead->identity, id)) {
    const crm__ahead_customer *of = crm__ahead_find(ahead, id);
    met = of != NULL ? (int)of->met : met_now(store, id);
  }
  return met;
}

/* What the rows of a customer and its aliases will say: the kind of the one that speaks for it, as
 * crm__customer_speaker has it, and the earliest time of joining. */
static int rows_ahead(const crm__ahead *ahead, const crm_store *store, uint32_t customer, uint32_t *kind,
                      int64_t *joined)
{
  uint32_t speaker = CRM__NONE;
  uint32_t id = crm__identity_root(ahead->identity, customer) == customer ? customer : CRM__NONE;
  *kind = UINT8_MAX;
  *joined = CRM__NULL;
  for (; id != CRM__NONE; id = crm__identity_next(ahead->identity, id)) {
    uint32_t own_kind;
    int64_t own;
    if (!row_ahead(ahead, store, id, &own_kind, &own)) {
      continue;
    }
    if (speaker == CRM__NONE ||
        (speaker != customer &&
         crm__key_compare(crm__customer_key(store, id), crm__customer_key(store, speaker)) < 0)) {
      speaker = id;
      *kind = own_kind;
    }
    *joined = *joined == CRM__NULL || (own != CRM__NULL && own < *joined) ? own : *joined;
  }
  return speaker != CRM__NONE;
}

uint32_t crm__ahead_standing(const crm__ahead *ahead, const crm_store *store, const crm__ahead_customer *of,
                             int *known)
{
  uint32_t kind;
  int64_t joined;
  int otherwise = of->profile.documents > 0 || met_ahead(ahead, store, of->customer);
  int row = rows_ahead(ahead, store, of->customer, &kind, &joined);
  kind = kind == UINT8_MAX ? CRM__CUSTOMER_PERSON : kind;
  if (crm__identity_root(ahead->identity, of->customer) == of->customer &&
      crm__customer_nobody(store, of->customer)) {
    kind = CRM__CUSTOMER_ANONYMOUS;
  }
  *known = row || otherwise;
  return standing(kind, row, joined, otherwise, ahead->horizon);
}

/* ---- all ---- */

int64_t crm__horizon(const crm_store *store, int64_t latest, const int64_t *row_latest)
{
  int32_t table;
  for (table = 0; table < CRM__TABLES; table++) {
    latest = row_latest[table] > latest ? row_latest[table] : latest;
  }
  if (latest == INT64_MIN) {
    return CRM_TIME_UNSET_TO;
  }
  return ((int64_t)crm__business_day(latest, store->day_start) + 1) * CRM_DAY + store->day_start;
}

/* Who has joined between two horizons is something else to the later one. */
static int add_joined(crm__ahead *ahead, const crm_store *store, int64_t horizon)
{
  int64_t from = horizon < ahead->horizon ? horizon : ahead->horizon;
  int64_t to = horizon < ahead->horizon ? ahead->horizon : horizon;
  uint64_t i;
  for (i = 0; from < to && store->dimensions[CRM__TABLE_CUSTOMERS].live > 0 && i < store->customer_count; i++) {
    int64_t joined;
    if (crm__customer_row(store, (uint32_t)i, &joined) && joined >= from && joined < to &&
        crm__ahead_customer_of(ahead, store, (uint32_t)i) == NULL) {
      return 0;
    }
  }
  return 1;
}

/* Forgotten customers are as if nothing had ever touched them. */
int crm__ahead_since(crm__ahead *ahead, const crm_store *store, int64_t version, int64_t horizon)
{
  int forgotten = store->rekeyed > version;
  uint64_t i;
  for (i = 0; version < store->version && i < store->customer_count; i++) {
    int64_t changed = store->profiles[i].changed;
    if ((changed > version || (forgotten && changed == 0)) &&
        (crm__ahead_customer_of(ahead, store, (uint32_t)i) == NULL ||
         crm__ahead_customer_of(ahead, store, crm__resolve(store, (uint32_t)i)) == NULL)) {
      return 0;
    }
  }
  return add_joined(ahead, store, horizon);
}

void crm__ahead_begin(crm__ahead *ahead, crm_store *store)
{
  int32_t table;
  memset(ahead, 0, sizeof *ahead);
  ahead->memory = &store->memory;
  ahead->identity = &store->identity;
  ahead->version = store->version;
  ahead->latest = store->latest;
  ahead->earliest = store->earliest;
  ahead->documents = store->live_documents;
  ahead->lines = store->live_lines;
  for (table = 0; table < CRM__TABLES; table++) {
    ahead->row_latest[table] = store->dimensions[table].latest;
  }
}

void crm__ahead_end(crm__ahead *ahead, const crm_store *store)
{
  ahead->horizon = crm__horizon(store, ahead->latest, ahead->row_latest);
}
