/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/ahead.h"

#include "store/commit.h"
#include "store/identity.h"
#include "store/met.h"
#include "store/rows.h"

/* What a load will leave. */

/* ---- documents that the store has ---- */

/* Makes a customer anew from the documents that it keeps. */
static void rebuild(const crm_store *store, crm__ahead_customer *of)
{
  const crm__documents *documents = &store->documents;
  uint32_t left = store->profiles[of->customer].head;
  crm__profile_empty(&of->measure, &of->profile);
  for (; left != CRM__NONE; left = crm__column_u32(&documents->next, left)) {
    if (crm__column_u8(&documents->flags, left) & CRM__DOCUMENT_LIVE) {
      crm__profile_add(store, &of->measure, &of->profile, left);
    }
  }
}

/* Takes out a document that goes. Its customer is made anew once, for all that go are out of the store by now. */
static int take_out(crm__ahead *ahead, const crm_store *store, uint32_t document)
{
  uint32_t customer = crm__column_u32(&store->documents.customer, document);
  uint64_t before = ahead->count;
  crm__ahead_customer *of;
  ahead->documents--;
  ahead->lines -= crm__column_u32(&store->documents.lines, document);
  if (customer == CRM__NONE) {
    return 1;
  }
  of = crm__ahead_customer_of(ahead, store, customer);
  if (of != NULL && ahead->count > before) {
    rebuild(store, of);
  }
  return of != NULL;
}

/* Notes those who will be somebody else, and whom they leave and join. */
static int note_moved(crm__ahead *ahead, const crm_store *store)
{
  uint32_t id;
  for (id = 0; id < store->customers.count; id++) {
    uint32_t before = crm__resolve(store, id);
    uint32_t after = crm__identity_root(ahead->identity, id);
    crm__ahead_customer *of;
    if (before == after) {
      continue;
    }
    of = crm__ahead_customer_of(ahead, store, before);
    if (of == NULL) {
      return 0;
    }
    of->moved = 1;
    if (crm__ahead_customer_of(ahead, store, after) == NULL || crm__ahead_customer_of(ahead, store, id) == NULL) {
      return 0;
    }
  }
  return 1;
}

/* Gives the documents of those whom somebody leaves to who will have them. */
static int move_documents(crm__ahead *ahead, const crm_store *store)
{
  uint64_t count;
  uint64_t i;
  if (!note_moved(ahead, store)) {
    return 0;
  }
  count = ahead->count;
  for (i = 0; i < count; i++) {
    if (ahead->customers[i].moved) {
      crm__profile_empty(&ahead->customers[i].measure, &ahead->customers[i].profile);
    }
  }
  for (i = 0; i < count; i++) {
    uint32_t document = ahead->customers[i].moved ? store->profiles[ahead->customers[i].customer].head : CRM__NONE;
    for (; document != CRM__NONE; document = crm__column_u32(&store->documents.next, document)) {
      uint32_t customer = crm__identity_root(ahead->identity, crm__document_sender(store, document));
      crm__ahead_customer *of = crm__ahead_customer_of(ahead, store, customer);
      if (of == NULL) {
        return 0;
      }
      if (crm__column_u8(&store->documents.flags, document) & CRM__DOCUMENT_LIVE) {
        crm__profile_add(store, &of->measure, &of->profile, document);
      }
    }
  }
  return 1;
}

/* Documents that get a new version are taken out of the store for as long as is looked at what stays. */
static int look_at_stored(crm__ahead *ahead, crm_store *store, const crm__decided *decided)
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
  done = done && (ahead->identity == &store->identity || move_documents(ahead, store));
  if (done && extreme) {
    crm__time_span(store, NULL, &ahead->earliest, &ahead->latest);
  }
  for (i = decided->replaced_count; kept != NULL && i-- > 0;) {
    crm__column_put_u8(flags, decided->replaced[i], kept[i]);
  }
  crm__free_array(ahead->memory, kept, decided->replaced_count, 1);
  return done;
}

/* ---- documents of the load ---- */

static int add_document(crm__ahead *ahead, const crm_store *store, const crm__admission *admission, uint32_t sender)
{
  uint32_t customer = crm__identity_root(ahead->identity, sender);
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

/* A row of customers: another one may stand for who is in it. */
static int add_customer(crm__ahead *ahead, const crm_store *store, const crm__dimension_rows *rows, uint64_t row)
{
  uint32_t customer = crm__column_u32(&rows->id, row);
  crm__ahead_customer *of = crm__ahead_customer_of(ahead, store, customer);
  if (of == NULL) {
    return 0;
  }
  of->row = 1;
  of->kind = crm__column_u8(&rows->values[CRM__CUSTOMERS_KIND], row);
  of->joined = crm__column_i64(&rows->values[CRM__CUSTOMERS_JOINED], row);
  return crm__ahead_customer_of(ahead, store, crm__identity_root(ahead->identity, customer)) != NULL;
}

/* By place, 1 of the rows that the load writes over; NULL: no memory. */
static uint8_t *written_over(const crm__ahead *ahead, const crm_load *load, int32_t table)
{
  const crm__dimension_rows *rows = load->dimensions[table];
  uint8_t *without = crm__alloc_array_zero(ahead->memory, load->store->dimensions[table].present.length, 1);
  uint64_t i;
  for (i = 0; without != NULL && rows != NULL && i < rows->count; i++) {
    if (crm__column_u32(&rows->id, i) != CRM__NONE) {
      without[crm__column_u32(&rows->id, i)] = 1;
    }
  }
  return without;
}

/* The latest event of the rows that the load leaves as they are. */
static int look_at_rows(crm__ahead *ahead, const crm_load *load, int32_t table)
{
  uint8_t *without = written_over(ahead, load, table);
  if (without == NULL) {
    return 0;
  }
  ahead->row_latest[table] = crm__rows_latest(load->store, table, without);
  crm__free_array(ahead->memory, without, load->store->dimensions[table].present.length, 1);
  return 1;
}

/* ---- whom rows name ---- */

/* A row that makes its customer known. One that it takes the place of may have been all that another was known by. */
static int add_meeting(crm__ahead *ahead, const crm_load *load, int32_t table, uint64_t row)
{
  const crm_store *store = load->store;
  int32_t column = crm__met_column(table);
  uint32_t place = crm__column_u32(&load->dimensions[table]->id, row);
  uint32_t customer = crm__column_u32(&load->dimensions[table]->values[column], row);
  uint32_t before = crm__column_u8(&store->dimensions[table].present, place) != 0
                        ? crm__row_sent(store, table, column, place)
                        : CRM__NONE;
  crm__ahead_customer *of;
  if (before != CRM__NONE && before != customer) {
    of = crm__ahead_customer_of(ahead, store, before);
    if (of == NULL) {
      return 0;
    }
    of->doubtful = 1;
    if (crm__ahead_customer_of(ahead, store, crm__identity_root(ahead->identity, before)) == NULL) {
      return 0;
    }
  }
  if (customer == CRM__NONE) {
    return 1;
  }
  of = crm__ahead_customer_of(ahead, store, customer);
  if (of == NULL) {
    return 0;
  }
  of->met = 1;
  return crm__ahead_customer_of(ahead, store, crm__identity_root(ahead->identity, customer)) != NULL;
}

static void meet(const crm__ahead *ahead, uint32_t customer)
{
  crm__ahead_customer *of = customer == CRM__NONE ? NULL : crm__ahead_find(ahead, customer);
  if (of != NULL) {
    of->met = 1;
  }
}

/* Goes through all rows as they will be, where some of those that are written over have named somebody. */
static int settle_doubts(crm__ahead *ahead, const crm_load *load)
{
  const crm_store *store = load->store;
  uint32_t doubtful = 0;
  int32_t table;
  uint64_t i;
  for (i = 0; i < ahead->count; i++) {
    doubtful |= ahead->customers[i].doubtful;
    ahead->customers[i].met = ahead->customers[i].doubtful ? 0 : ahead->customers[i].met;
  }
  for (table = 0; doubtful && table < CRM__TABLES; table++) {
    const crm__dimension_rows *rows = load->dimensions[table];
    int32_t column = crm__met_column(table);
    uint8_t *without = column < 0 ? NULL : written_over(ahead, load, table);
    uint32_t row;
    if (column < 0) {
      continue;
    }
    if (without == NULL) {
      return 0;
    }
    for (row = 0; row < crm__rows_count(store, table); row++) {
      if (crm__row_live(store, table, row) && !without[row]) {
        meet(ahead, crm__row_sent(store, table, column, row));
      }
    }
    for (i = 0; rows != NULL && i < rows->count; i++) {
      if (crm__column_u32(&rows->id, i) != CRM__NONE) {
        meet(ahead, crm__column_u32(&rows->values[column], i));
      }
    }
    crm__free_array(ahead->memory, without, store->dimensions[table].present.length, 1);
  }
  return 1;
}

/* Answers how many rows will be written; *over: one that may have been the latest event is among those in their
 * places. */
static int64_t count_rows(const crm_load *load, int32_t table, int *over)
{
  const crm__dimension *dimension = &load->store->dimensions[table];
  const crm__dimension_rows *rows = load->dimensions[table];
  int64_t count = 0;
  uint64_t i;
  *over = 0;
  for (i = 0; rows != NULL && i < rows->count; i++) {
    uint32_t place = crm__column_u32(&rows->id, i);
    if (place != CRM__NONE) {
      *over |= crm__column_u8(&dimension->present, place) != 0 && crm__row_is_latest(load->store, table, place);
      count++;
    }
  }
  return count;
}

/* *applied: counts rows that will be written. */
static int add_rows(crm__ahead *ahead, const crm_load *load, int32_t table, int64_t *applied)
{
  const crm__dimension_rows *rows = load->dimensions[table];
  int64_t written;
  int over;
  int done;
  uint64_t i;
  written = count_rows(load, table, &over);
  done = !over || look_at_rows(ahead, load, table);
  for (i = 0; done && written > 0 && i < rows->count; i++) {
    if (crm__column_u32(&rows->id, i) != CRM__NONE) {
      int64_t latest = latest_of(table, rows, i);
      ahead->row_latest[table] = latest > ahead->row_latest[table] ? latest : ahead->row_latest[table];
      done = table == CRM__TABLE_CUSTOMERS        ? add_customer(ahead, load->store, rows, i)
             : crm__met_column(table) >= 0 ? add_meeting(ahead, load, table, i)
                                           : 1;
    }
  }
  *applied += written;
  return done;
}

/* ---- all ---- */

int crm__ahead_load(crm_load *load, const crm__decided *decided, crm__ahead *ahead)
{
  crm_store *store = load->store;
  int64_t applied = 0;
  int32_t table;
  int done;
  crm__ahead_begin(ahead, store);
  ahead->identity = load->identity_changes ? &load->identity : &store->identity;
  done = look_at_stored(ahead, store, decided) && add_documents(ahead, load, decided->kept);
  for (table = 0; done && table < CRM__TABLES; table++) {
    done = add_rows(ahead, load, table, &applied);
  }
  done = done && settle_doubts(ahead, load);
  ahead->version += decided->kept > 0 || applied > 0;
  crm__ahead_end(ahead, store);
  return done;
}
