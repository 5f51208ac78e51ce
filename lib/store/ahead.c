/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/ahead.h"

#include "base/check.h"
#include "store/commit.h"
#include "store/customer.h"
#include "store/identity.h"
#include "store/met.h"
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

/* Of one that another stands for nobody asks. */
static uint32_t kind_of(const crm_store *store, uint32_t customer)
{
  return crm__resolve(store, customer) == customer ? (uint32_t)crm__customer_kind(store, customer)
                                                   : CRM__CUSTOMER_PERSON;
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
  of->kind = kind_of(store, customer);
  of->row = (uint32_t)crm__customer_row(store, customer, &of->joined);
  of->met = crm__customer_met(store, customer) != INT64_MAX;
  of->known = of->row | of->met | (of->profile.documents > 0);
  return of;
}

uint32_t crm__standing(uint32_t kind, int row, int64_t joined, int otherwise, int64_t horizon)
{
  uint32_t known = !row                 ? CRM__ABSENT
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
  int64_t joined;
  int row = crm__customer_row(store, customer, &joined);
  int otherwise = store->profiles[customer].head != CRM__NONE || crm__customer_met(store, customer) != INT64_MAX;
  return crm__standing(kind_of(store, customer), row, joined, otherwise, horizon);
}

void crm__ahead_free(crm__ahead *ahead)
{
  if (ahead->memory != NULL) {
    crm__free_array(ahead->memory, ahead->customers, ahead->capacity, sizeof *ahead->customers);
    crm__free_array(ahead->memory, ahead->slots, ahead->slot_count, sizeof *ahead->slots);
  }
  memset(ahead, 0, sizeof *ahead);
}

/* ---- sales ---- */

/* Makes the customer of a document that goes anew from the documents that it keeps, once. */
static int take_out(crm__ahead *ahead, const crm_store *store, uint32_t document)
{
  const crm__documents *documents = &store->documents;
  uint32_t customer = crm__column_u32(&documents->customer, document);
  crm__ahead_customer *of;
  uint64_t before = ahead->count;
  uint32_t left;
  ahead->documents--;
  ahead->lines -= crm__column_u32(&documents->lines, document);
  if (customer == CRM__NONE) {
    return 1;
  }
  of = crm__ahead_customer_of(ahead, store, customer);
  if (of == NULL || ahead->count == before) {
    return of != NULL;
  }
  crm__profile_empty(&of->measure, &of->profile);
  for (left = store->profiles[customer].head; left != CRM__NONE; left = crm__column_u32(&documents->next, left)) {
    if (crm__column_u8(&documents->flags, left) & CRM__DOCUMENT_LIVE) {
      crm__profile_add(store, &of->measure, &of->profile, left);
    }
  }
  return 1;
}

/* Documents that get a new version are taken out of the store for as long as is looked. */
static int take_out_replaced(crm__ahead *ahead, crm_store *store, const crm__decided *decided)
{
  crm__column *flags = &store->documents.flags;
  uint8_t *kept = crm__alloc_array(ahead->memory, decided->replaced_count, 1);
  int extreme = 0;
  int done = kept != NULL;
  uint64_t i;
  for (i = 0; done && i < decided->replaced_count; i++) {
    int64_t time = crm__column_i64(&store->documents.time, decided->replaced[i]);
    extreme |= time == store->latest || time == store->earliest;
    kept[i] = crm__column_u8(flags, decided->replaced[i]);
    crm__column_put_u8(flags, decided->replaced[i], 0);
  }
  for (i = 0; done && i < decided->replaced_count; i++) {
    done = take_out(ahead, store, decided->replaced[i]);
  }
  if (done && extreme) {
    crm__time_span(store, &ahead->earliest, &ahead->latest);
  }
  for (i = decided->replaced_count; kept != NULL && i-- > 0;) {
    crm__column_put_u8(flags, decided->replaced[i], kept[i]);
  }
  crm__free_array(ahead->memory, kept, decided->replaced_count, 1);
  return done;
}

static int add_document(crm__ahead *ahead, const crm_store *store, const crm__admission *admission, uint32_t sender)
{
  uint32_t customer = crm__resolve(store, sender);
  crm__ahead_customer *of;
  ahead->documents++;
  ahead->lines += admission->lines;
  ahead->latest = admission->time > ahead->latest ? admission->time : ahead->latest;
  if (admission->time < ahead->earliest && (admission->flags & CRM__DOCUMENT_LINE)) {
    ahead->earliest = admission->time;
  }
  if (customer == CRM__NONE) {
    return 1;
  }
  of = crm__ahead_customer_of(ahead, store, customer);
  if (of != NULL) {
    crm__profile_join(&of->measure, &of->profile, admission, store->day_start);
  }
  return of != NULL;
}

/* A new document, which stands in its columns already. */
static int add_new(crm__ahead *ahead, const crm_store *store, uint32_t document)
{
  const crm__documents *documents = &store->documents;
  crm__admission admission;
  admission.time = crm__column_i64(&documents->time, document);
  admission.net = crm__column_i64(&documents->net, document);
  admission.cost = crm__column_i64(&documents->cost, document);
  admission.lines = crm__column_u32(&documents->lines, document);
  admission.flags = crm__column_u8(&documents->flags, document);
  return add_document(ahead, store, &admission, crm__column_u32(&documents->customer, document));
}

static int add_entry(crm__ahead *ahead, const crm_store *store, const crm__entry *entry)
{
  crm__document_total total;
  crm__admission admission;
  crm__entry_sum(store, entry, &total);
  admission.time = entry->stage.time;
  admission.net = total.net;
  admission.cost = total.cost;
  admission.lines = entry->stage.lines;
  admission.flags = total.flags;
  return add_document(ahead, store, &admission, entry->stage.customer);
}

static int add_documents(crm__ahead *ahead, const crm_load *load, uint64_t kept)
{
  const crm_store *store = load->store;
  uint64_t document = load->documents_before;
  uint64_t line = 0;
  int done = 1;
  for (; done && load->plain && document < store->documents.keys.count; document++) {
    done = crm__column_u32(&store->documents.lines, document) == 0 || add_new(ahead, store, (uint32_t)document);
  }
  while (done && !load->plain && line < kept) {
    uint32_t owner = crm__column_u32(&load->owner, line);
    if (owner & CRM__OWNER_ENTRY) {
      const crm__entry *entry = &load->entries[owner & ~CRM__OWNER_ENTRY];
      done = add_entry(ahead, store, entry);
      line += entry->stage.lines;
    } else {
      done = add_new(ahead, store, owner);
      line += crm__column_u32(&store->documents.lines, owner);
    }
  }
  return done;
}

/* ---- rows ---- */

/* Whether a row that is written over may have been the latest event of its table. */
static int is_latest(const crm_store *store, int32_t table, uint32_t place)
{
  const crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__schema(table)->count; column++) {
    if (crm__column_is_event(table, column) && dimension->latest != INT64_MIN &&
        crm__column_i64(&dimension->values[column], place) == dimension->latest) {
      return 1;
    }
  }
  return 0;
}

static int64_t latest_of(int32_t table, const crm__dimension_rows *rows, uint64_t row)
{
  int64_t latest = INT64_MIN;
  int32_t column;
  for (column = 0; column < crm__schema(table)->count; column++) {
    if (crm__column_is_event(table, column)) {
      int64_t time = crm__column_i64(&rows->values[column], row);   /* CRM__NULL is INT64_MIN */
      latest = time > latest ? time : latest;
    }
  }
  return latest;
}

/* A row of customers, where nobody is merged. */
static int add_customer(crm__ahead *ahead, const crm_store *store, const crm__dimension_rows *rows, uint64_t row)
{
  uint32_t customer = crm__column_u32(&rows->id, row);
  crm__ahead_customer *of = crm__ahead_customer_of(ahead, store, customer);
  uint8_t kind = crm__column_u8(&rows->values[CRM__CUSTOMERS_KIND], row);
  if (of == NULL) {
    return 0;
  }
  of->row = 1;
  of->joined = crm__column_i64(&rows->values[CRM__CUSTOMERS_JOINED], row);
  if (customer >= store->anonymous.length || crm__column_u8(&store->anonymous, customer) == 0) {
    of->kind = kind == UINT8_MAX ? CRM__CUSTOMER_PERSON : kind;
  }
  return 1;
}

/* A row that makes its customer known. Where it takes the place of another customer's, that one may be known no
 * more. */
static int add_meeting(crm__ahead *ahead, const crm_store *store, int32_t table, const crm__dimension_rows *rows,
                       uint64_t row)
{
  uint32_t place = crm__column_u32(&rows->id, row);
  uint32_t customer = crm__column_u32(&rows->values[crm__met_column(table)], row);
  crm__ahead_customer *of;
  if (crm__column_u8(&store->dimensions[table].present, place) != 0 &&
      crm__row_sent(store, table, crm__met_column(table), place) != customer) {
    ahead->foreseen = 0;
  }
  if (customer == CRM__NONE) {
    return 1;
  }
  of = crm__ahead_customer_of(ahead, store, crm__resolve(store, customer));
  if (of != NULL) {
    of->met = 1;
  }
  return of != NULL;
}

/* *applied: counts rows that will be written. */
static int add_rows(crm__ahead *ahead, const crm_load *load, int32_t table, int64_t *applied)
{
  const crm_store *store = load->store;
  const crm__dimension_rows *rows = load->dimensions[table];
  int done = 1;
  uint64_t i;
  for (i = 0; done && rows != NULL && i < rows->count; i++) {
    uint32_t place = crm__column_u32(&rows->id, i);
    int64_t latest;
    if (place == CRM__NONE) {
      continue;
    }
    (*applied)++;
    if (crm__column_u8(&store->dimensions[table].present, place) != 0 && is_latest(store, table, place)) {
      ahead->foreseen = 0;
    }
    latest = latest_of(table, rows, i);
    ahead->row_latest[table] = latest > ahead->row_latest[table] ? latest : ahead->row_latest[table];
    if (table == CRM__TABLE_CUSTOMERS) {
      ahead->foreseen = store->identity.count == 0 ? ahead->foreseen : 0;
      done = add_customer(ahead, store, rows, i);
    } else if (crm__met_column(table) >= 0) {
      done = add_meeting(ahead, store, table, rows, i);
    }
  }
  return done;
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

int crm__ahead_make(crm_load *load, const crm__decided *decided, crm__ahead *ahead)
{
  crm_store *store = load->store;
  int64_t applied = 0;
  int32_t table;
  int done;
  memset(ahead, 0, sizeof *ahead);
  ahead->memory = &store->memory;
  ahead->foreseen = !load->identity_changes;
  ahead->latest = store->latest;
  ahead->earliest = store->earliest;
  ahead->documents = store->live_documents;
  ahead->lines = store->live_lines;
  done = !ahead->foreseen || take_out_replaced(ahead, store, decided);
  done = done && (!ahead->foreseen || add_documents(ahead, load, decided->kept));
  for (table = 0; table < CRM__TABLES; table++) {
    ahead->row_latest[table] = store->dimensions[table].latest;
    done = done && (!ahead->foreseen || add_rows(ahead, load, table, &applied));
  }
  ahead->version = store->version + (decided->kept > 0 || applied > 0);
  ahead->horizon = crm__horizon(store, ahead->latest, ahead->row_latest);
  return done;
}
