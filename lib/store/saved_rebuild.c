/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/met.h"
#include "store/saved_rebuild.h"

#include "base/check.h"
#include "base/error.h"
#include "store/commit.h"
#include "store/identity.h"
#include "store/profile.h"


/* A store of which pieces are missing, made whole without what they held: a document or row that something is missing
 * of is left out, a key that is lost gets another one in its place, and all that is kept beside the facts is made
 * anew. */

/* ---- keys ---- */

/* Keys of their own for those that are lost: which part and place they are from. */
static crm_status fill_keys(crm_store *store, crm__intern *keys, uint32_t part, uint64_t count, crm_error *error)
{
  while (keys->count < count) {
    char text[48];
    crm__key key;
    size_t at = 0;
    uint64_t rest = keys->count;
    uint64_t id = keys->count;
    uint32_t given;
    static const char begin[] = "lost-";
    memcpy(text, begin, sizeof begin - 1);
    at = sizeof begin - 1;
    text[at++] = (char)('a' + (part & 15));
    text[at++] = '-';
    do {
      text[at++] = (char)('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    key.text = text;
    key.length = keys == &store->names && id == 0 ? 0 : at;   /* the first name is the empty one */
    key.integer = 0;
    given = crm__intern_add(keys, &store->memory, 0, key);
    if (given != id) {   /* it is there already */
      return given == CRM__NONE ? crm__fail_memory(error)
                                : crm__part_fail(error, part, id, "a key cannot be given another");
    }
  }
  return CRM_OK;
}

crm_status crm__rebuild_keys(crm_store *store, const crm__expected *expected, uint32_t part, uint64_t up_to,
                             crm_error *error)
{
  crm__member member;
  uint64_t most;
  if (!crm__member_of(store, part, &member) || member.keys == NULL) {
    return CRM_OK;
  }
  most = part >> 8 == CRM__PART_KEYS ? expected->keys[part & 0xFF]
                                     : expected->places[(part >> 8) - CRM__PART_TABLE];
  return fill_keys(store, member.keys, part, up_to < most ? up_to : most, error);
}

/* ---- what goes ---- */

static void drop_document(crm_store *store, uint64_t document)
{
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  uint32_t count = crm__document_columns(&store->documents, columns);
  uint32_t c;
  for (c = 0; c < count; c++) {
    crm__column_put(columns[c], document, columns[c]->fill);
  }
}

static void drop_row(crm_store *store, int32_t table, uint64_t row)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__table_width(store, table); column++) {
    crm__column_put(&dimension->values[column], row, dimension->values[column].fill);
  }
  crm__column_put_u32(&dimension->repeat, row, 0);
  crm__column_put_u8(&dimension->present, row, 0);
}

static int lines_within(const crm_store *store, uint64_t document, uint64_t first, uint64_t end)
{
  uint64_t from = (uint64_t)crm__column_i64(&store->documents.first, document);
  uint64_t lines = crm__column_u32(&store->documents.lines, document);
  return lines > 0 && from < end && from + lines > first;
}

/* What of documents is worked out again, and need not be there. */
static int derived(uint32_t index)
{
  return (index >= 6 && index <= 9) || index == 11;
}

static int64_t drop_documents(crm_store *store, uint64_t first, uint64_t end)
{
  int64_t dropped = 0;
  uint64_t i;
  for (i = first; i < end && i < store->document_count; i++) {
    if (crm__column_u32(&store->documents.lines, i) + (crm__column_u8(&store->documents.flags, i) & 1U) > 0) {
      dropped++;
      drop_document(store, i);
    }
  }
  return dropped;
}

static int64_t drop_lines(crm_store *store, uint64_t first, uint64_t end)
{
  int64_t dropped = 0;
  uint64_t i;
  for (i = 0; i < store->document_count; i++) {
    if ((crm__column_u8(&store->documents.flags, i) & CRM__DOCUMENT_LIVE) && lines_within(store, i, first, end)) {
      dropped++;
      drop_document(store, i);
    }
  }
  return dropped;
}

static int64_t drop_rows(crm_store *store, int32_t table, uint64_t first, uint64_t end)
{
  int64_t dropped = 0;
  uint64_t i;
  for (i = first; i < end && i < store->dimensions[table].present.length; i++) {
    dropped += crm__column_u8(&store->dimensions[table].present, i) != 0;
    drop_row(store, table, i);
  }
  return dropped;
}

/* Which customers the options call anonymous nobody could say again: what any of them may have bought goes. */
static int64_t drop_customers(crm_store *store, uint64_t first, uint64_t end)
{
  int64_t dropped = 0;
  uint64_t i;
  for (i = 0; i < store->document_count; i++) {
    uint64_t bought = crm__column_u32(&store->documents.customer, i);
    uint64_t sent = crm__document_sender(store, (uint32_t)i);
    if ((crm__column_u8(&store->documents.flags, i) & CRM__DOCUMENT_LIVE) &&
        ((bought >= first && bought < end) || (sent >= first && sent < end))) {
      dropped++;
      drop_document(store, i);
    }
  }
  return dropped;
}

int64_t crm__rebuild_drop(crm_store *store, uint32_t part, uint64_t first, uint64_t count)
{
  uint32_t subject = part >> 8;
  uint32_t index = part & 0xFF;
  int32_t table = (int32_t)subject - CRM__PART_TABLE;
  uint64_t end = first + count;
  crm__member member;
  if (subject == CRM__PART_DOCUMENTS) {
    return derived(index) ? 0 : drop_documents(store, first, end);
  }
  if (part == CRM__PART(CRM__PART_KEYS, CRM__KEYS_DOCUMENTS)) {
    return drop_documents(store, first, end);
  }
  if (subject == CRM__PART_LINES) {
    return drop_lines(store, first, end);
  }
  if (part == CRM__PART(CRM__PART_ERASED, 1)) {
    return drop_customers(store, first, end);
  }
  if (subject == CRM__PART_KEYS && crm__member_of(store, part, &member)) {
    uint64_t keys = member.keys->count;
    return first < keys ? (int64_t)((end < keys ? end : keys) - first) : 0;
  }
  return table >= 0 && table < CRM__TABLES && table != CRM__TABLE_SALES ? drop_rows(store, table, first, end) : 0;
}

/* ---- what is made anew ---- */

/* Whether what is left of a document can be one. */
static int document_good(const crm_store *store, uint64_t i)
{
  const crm__documents *documents = &store->documents;
  uint64_t first = (uint64_t)crm__column_i64(&documents->first, i);
  uint32_t lines = crm__column_u32(&documents->lines, i);
  uint32_t customer = crm__document_sender(store, (uint32_t)i);
  uint32_t branch = crm__column_u32(&documents->branch, i);
  int64_t time = crm__column_i64(&documents->time, i);
  return (crm__column_u8(&documents->flags, i) & CRM__DOCUMENT_LIVE) && lines > 0 && first <= store->line_count &&
         lines <= store->line_count - first && (customer == CRM__NONE || customer < store->customer_count) &&
         (branch == CRM__NONE || branch < store->branches.count) && time >= CRM__TIME_MIN && time < CRM__TIME_MAX;
}

/* 0: no memory. */
static int total_document(crm_store *store, uint32_t document)
{
  uint32_t rows = crm__column_u8(&store->documents.flags, document) & CRM__DOCUMENT_ROWS;
  crm__document_total total;
  crm__document_sum(store, (uint64_t)crm__column_i64(&store->documents.first, document),
                    crm__column_u32(&store->documents.lines, document), &total);
  total.flags |= CRM__DOCUMENT_LIVE | rows;
  if (!crm__document_total_touch(store, document, &total) ||
      !crm__column_touch(&store->documents.time, &store->memory, document) ||
      !crm__column_touch(&store->documents.next, &store->memory, document) ||
      !crm__column_touch(&store->documents.customer, &store->memory, document) ||
      !crm__column_touch(&store->documents.sent, &store->memory, document)) {
    return 0;
  }
  crm__document_total_put(store, document, &total);
  return 1;
}

static void admit_document(crm_store *store, uint32_t document)
{
  crm__documents *documents = &store->documents;
  uint32_t sender = crm__document_sender(store, document);
  uint32_t customer = crm__resolve(store, sender);
  int64_t time = crm__column_i64(&documents->time, document);
  crm__column_put_u32(&documents->customer, document, customer);
  crm__column_put_u32(&documents->sent, document, customer == sender ? CRM__NONE : sender);
  crm__column_put_u32(&documents->next, document, CRM__NONE);
  store->live_documents++;
  store->live_lines += crm__column_u32(&documents->lines, document);
  store->latest = time > store->latest ? time : store->latest;
  if (time < store->earliest && (crm__column_u8(&documents->flags, document) & CRM__DOCUMENT_LINE)) {
    store->earliest = time;
  }
  if (customer != CRM__NONE) {
    crm__profile_add(store, &store->measures[customer], &store->profiles[customer], document);
    crm__column_put_u32(&documents->next, document, store->profiles[customer].head);
    store->profiles[customer].head = document;
  }
}

static crm_status rebuild_documents(crm_store *store, crm_error *error)
{
  uint64_t i;
  store->live_documents = 0;
  store->live_lines = 0;
  store->latest = INT64_MIN;
  store->earliest = INT64_MAX;
  store->money_budget = 0;
  store->quantity_budget = 0;
  for (i = 0; i < store->document_count; i++) {
    if (!document_good(store, i)) {
      drop_document(store, i);
      continue;
    }
    if (!total_document(store, (uint32_t)i)) {
      return crm__fail_memory(error);
    }
    crm__lines_budget(store, (uint64_t)crm__column_i64(&store->documents.first, i),
                      crm__column_u32(&store->documents.lines, i), &store->money_budget, &store->quantity_budget);
    if (store->money_budget > (uint64_t)INT64_MAX || store->quantity_budget > (uint64_t)INT64_MAX) {
      return crm__fail(error, CRM_ERROR_CORRUPT, "the sums of the facts would pass 64 bits");
    }
    admit_document(store, (uint32_t)i);
  }
  return CRM_OK;
}

static crm_status rebuild_profiles(crm_store *store, crm_error *error)
{
  uint64_t i;
  if (!crm__measures_reserve(store, store->customer_count) ||
      !crm__grow(&store->memory, (void **)&store->profiles, &store->profile_capacity, store->customer_count,
                 sizeof *store->profiles)) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < store->customer_count; i++) {
    crm__profile_empty(&store->measures[i], &store->profiles[i]);
    store->profiles[i].changed = store->version;
  }
  store->profile_count = store->customer_count;
  store->touched_count = 0;
  store->touched_since = store->version + 1;
  return CRM_OK;
}

/* A row whose key leads elsewhere, or that lacks what it needs, is left out. */
static int row_good(const crm_store *store, int32_t table, uint64_t row)
{
  const crm__dimension *dimension = &store->dimensions[table];
  const crm__schema_table *schema = crm__schema(table);
  unsigned char bytes[CRM__ROW_KEY_BYTES];
  crm__key key;
  uint32_t space;
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__table_width(store, table); column++) {
    int64_t value = crm__column_get(&dimension->values[column], row);
    if (column < schema->count && crm__schema_required(&schema->columns[column]) &&
        value == dimension->values[column].fill) {
      return 0;
    }
  }
  if (crm__table_by_id(table)) {
    return 1;
  }
  space = crm__row_identity(store, table, dimension->values, row, crm__column_u32(&dimension->repeat, row), bytes,
                            &key);
  return crm__intern_find(&dimension->keys, space, key) == row;
}

static uint64_t magnitude_at(const crm__dimension *dimension, int32_t column, uint64_t row)
{
  int64_t value = crm__column_i64(&dimension->values[column], row);
  return value == CRM__NULL ? 0 : crm__magnitude(value);
}

/* Whether sums stay within 64 bits with a row, as loading sees to. */
static int row_fits(const crm_store *store, int32_t table, uint64_t row)
{
  const crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__table_width(store, table); column++) {
    if (crm__column_is_summed(store, table, column) &&
        magnitude_at(dimension, column, row) > (uint64_t)INT64_MAX - dimension->budget[column]) {
      return 0;
    }
  }
  return 1;
}

static void rebuild_table(crm_store *store, int32_t table)
{
  crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  uint64_t row;
  dimension->live = 0;
  memset(dimension->budget, 0, sizeof dimension->budget);
  for (row = 0; row < dimension->present.length; row++) {
    if (crm__column_u8(&dimension->present, row) == 0) {
      continue;
    }
    if (!row_good(store, table, row) || !row_fits(store, table, row)) {
      drop_row(store, table, row);
      continue;
    }
    dimension->live++;
    for (column = crm__table_by_id(table); column < crm__table_width(store, table); column++) {
      if (crm__column_is_summed(store, table, column)) {
        dimension->budget[column] += magnitude_at(dimension, column, row);
      }
    }
  }
  dimension->latest = crm__rows_latest(store, table, NULL);
}

/* Digests of which it is lost whose they were recognise nobody. */
static void rebuild_erased(crm_store *store)
{
  uint64_t i;
  for (i = 0; i < store->erased.count; i++) {
    if (crm__column_u32(&store->erased_ids, i) >= store->customer_count) {
      crm__intern_close(&store->erased, &store->memory);
      crm__column_close(&store->erased_ids, &store->memory);
      return;
    }
  }
}

crm_status crm__rebuild(crm_store *store, crm_error *error)
{
  crm_status status = CRM_OK;
  int32_t table;
  rebuild_erased(store);
  for (table = 0; table < CRM__TABLES; table++) {
    if (table != CRM__TABLE_SALES) {
      rebuild_table(store, table);
    }
  }
  crm__identity_free(&store->identity, &store->memory);
  status = crm__identity_make(store) && crm__met_make(store) ? rebuild_profiles(store, error) : crm__fail_memory(error);
  status = status == CRM_OK ? rebuild_documents(store, error) : status;
  return status == CRM_OK ? crm_store_verify(store, error) : status;
}
