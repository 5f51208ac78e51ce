/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/forget_keys.h"

#include "store/erase.h"
#include "store/rows.h"

#include <string.h>

/* ---- what is mentioned ---- */

/* By table of keys and id: 1 where something mentions the key that is not of a customer who is chosen. */
typedef struct mentions {
  const uint8_t *chosen;
  uint8_t *of[CRM__KEYS];
} mentions;

/* Customers' own keys and digests are seen to elsewhere. */
static int is_looked_at(uint32_t index)
{
  return index != CRM__KEYS_CUSTOMERS && index != CRM__KEYS_ERASED;
}

static const crm__intern *keys_at(const crm_store *store, uint32_t index)
{
  return crm__part_keys((crm_store *)(uintptr_t)store, index);   /* to be read */
}

static void mention(const mentions *all, uint32_t index, uint32_t id)
{
  if (id != CRM__NONE) {
    all->of[index][id] = 1;
  }
}

/* The table of keys that a column of rows names; CRM__KEYS: none that is looked at. */
static uint32_t keys_of_column(const crm_store *store, int32_t table, int32_t column)
{
  int32_t cell = crm__table_column_cell(store, table, column);
  const crm__intern *keys;
  uint32_t index;
  if (cell != CRM__CELL_KEY && cell != CRM__CELL_NAME) {
    return CRM__KEYS;
  }
  keys = crm__column_names(store, table, column);
  for (index = 0; index < CRM__KEYS; index++) {
    if (keys_at(store, index) == keys) {
      return is_looked_at(index) ? index : CRM__KEYS;
    }
  }
  return CRM__KEYS;
}

static void mention_row(const crm_store *store, int32_t table, uint32_t row, const uint32_t *indexes,
                        const mentions *all)
{
  int32_t column = 0;
  if (crm__table_by_id(table)) {
    if (indexes[0] < CRM__KEYS) {
      mention(all, indexes[0], row);
    }
    column = 1;
  }
  for (; column < crm__table_width(store, table); column++) {
    if (indexes[column] < CRM__KEYS) {
      mention(all, indexes[column], crm__column_u32(&store->dimensions[table].values[column], row));
    }
  }
}

static void mention_rows(const crm_store *store, const mentions *all)
{
  uint32_t indexes[CRM__TABLE_COLUMNS];
  int32_t table;
  int32_t column;
  uint32_t row;
  for (table = 0; table < CRM__TABLES; table++) {
    for (column = 0; column < crm__table_width(store, table); column++) {
      indexes[column] = keys_of_column(store, table, column);
    }
    for (row = 0; table != CRM__TABLE_SALES && row < crm__rows_count(store, table); row++) {
      if (crm__row_live(store, table, row) && !crm__row_is_of(store, table, row, all->chosen)) {
        mention_row(store, table, row, indexes, all);
      }
    }
  }
}

static void mention_line(const crm_store *store, uint64_t line, const mentions *all)
{
  const crm__sales_lines *lines = &store->lines;
  mention(all, CRM__KEYS_PRODUCTS, crm__column_u32(&lines->product, line));
  mention(all, CRM__KEYS_NAMES, crm__column_u32(&lines->line, line));
  mention(all, CRM__KEYS_NAMES, crm__column_u32(&lines->staff, line));
  mention(all, CRM__KEYS_NAMES, crm__column_u32(&lines->currency, line));
  mention(all, CRM__KEYS_DOCUMENTS, crm__column_u32(&lines->original, line));
}

static int is_chosen(const mentions *all, uint32_t customer)
{
  return customer != CRM__NONE && all->chosen[customer] != 0;
}

/* Whether anything stays known of a document beside its key: of one that was taken back its version does. */
static int is_known(const crm__documents *documents, const mentions *all, crm__column *const *columns,
                    uint32_t document)
{
  uint32_t c;
  if (is_chosen(all, crm__column_u32(&documents->customer, document)) ||
      is_chosen(all, crm__column_u32(&documents->sent, document))) {
    return 0;
  }
  for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
    if (crm__column_get(columns[c], document) != columns[c]->fill) {
      return 1;
    }
  }
  return 0;
}

static void mention_documents(const crm_store *store, const mentions *all)
{
  const crm__documents *documents = &store->documents;
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  uint32_t document;
  (void)crm__document_columns((crm__documents *)(uintptr_t)documents, columns);
  for (document = 0; document < documents->keys.count; document++) {
    uint32_t lines = crm__column_u32(&documents->lines, document);
    uint64_t first = (uint64_t)crm__column_i64(&documents->first, document);
    if (is_known(documents, all, columns, document)) {
      mention(all, CRM__KEYS_DOCUMENTS, document);
      mention(all, CRM__KEYS_BRANCHES, crm__column_u32(&documents->branch, document));
      for (; lines > 0; lines--) {
        mention_line(store, first++, all);
      }
    }
  }
  for (document = 0; document < documents->keys.count; document++) {   /* of originals the source too */
    uint32_t space;
    (void)crm__intern_key(&documents->keys, document, &space);
    if (all->of[CRM__KEYS_DOCUMENTS][document]) {
      mention(all, CRM__KEYS_NAMES, space & ~CRM__MADE);
    }
  }
}

static void mention_rest(const crm_store *store, const mentions *all)
{
  uint64_t i;
  mention(all, CRM__KEYS_NAMES, 0);   /* the empty one, of rows without a source */
  mention(all, CRM__KEYS_NAMES, store->currency);
  for (i = 0; i < store->turned_away_count; i++) {
    mention(all, CRM__KEYS_BRANCHES, store->turned_away[i].branch);
  }
}

static void free_mentions(const crm_store *store, crm__memory *memory, const mentions *all)
{
  uint32_t index;
  for (index = 0; index < CRM__KEYS; index++) {
    if (is_looked_at(index)) {
      crm__free_array(memory, all->of[index], keys_at(store, index)->count, 1);
    }
  }
}

static int find_mentions(const crm_store *store, const uint8_t *chosen, crm__memory *memory, mentions *all)
{
  uint32_t index;
  memset(all, 0, sizeof *all);
  all->chosen = chosen;
  for (index = 0; index < CRM__KEYS; index++) {
    all->of[index] = is_looked_at(index) ? crm__alloc_array_zero(memory, keys_at(store, index)->count, 1) : NULL;
    if (is_looked_at(index) && all->of[index] == NULL) {
      free_mentions(store, memory, all);
      return 0;
    }
  }
  mention_rows(store, all);
  mention_documents(store, all);
  mention_rest(store, all);
  return 1;
}

/* ---- without what is not ---- */

/* Numbers as the forgotten have them, at the lower end of 64 bits: what says nothing already stays. */
static int says_nothing(crm__key key, uint64_t count)
{
  return key.text == NULL && (uint64_t)key.integer - (uint64_t)(INT64_MIN + 1) < 2 * count;
}

static crm__key free_number(const crm__intern *keys, uint32_t space, int64_t *next)
{
  crm__key key;
  key.text = NULL;
  key.length = 0;
  do {
    key.integer = (*next)++;
  } while (crm__intern_find(keys, space, key) != CRM__NONE);
  return key;
}

static int has_more(const crm__intern *keys, const uint8_t *mentioned)
{
  uint64_t id;
  for (id = 0; id < keys->count; id++) {
    if (!mentioned[id] && !says_nothing(crm__intern_key(keys, (uint32_t)id, NULL), keys->count)) {
      return 1;
    }
  }
  return 0;
}

static int replace(const crm__intern *keys, const uint8_t *mentioned, crm__memory *memory, crm__intern *made)
{
  int64_t next = INT64_MIN + 1;
  uint64_t id;
  crm__intern_open(made);
  for (id = 0; id < keys->count; id++) {
    uint32_t space;
    crm__key key = crm__intern_key(keys, (uint32_t)id, &space);
    if (!mentioned[id] && !says_nothing(key, keys->count)) {
      key = free_number(keys, space, &next);
    }
    if (crm__intern_add(made, memory, space, key) != id) {
      crm__intern_close(made, memory);
      return 0;
    }
  }
  return 1;
}

void crm__lost_keys_free(crm__lost_keys *lost, crm__memory *memory)
{
  uint32_t index;
  for (index = 0; index < CRM__KEYS; index++) {
    if (lost->changed[index]) {
      crm__intern_close(&lost->made[index], memory);
    }
  }
  memset(lost, 0, sizeof *lost);
}

int crm__lost_keys_make(crm_store *store, const uint8_t *chosen, crm__lost_keys *lost)
{
  crm__memory *memory = &store->memory;
  mentions all;
  uint32_t index;
  int done = 1;
  memset(lost, 0, sizeof *lost);
  if (!find_mentions(store, chosen, memory, &all)) {
    return 0;
  }
  for (index = 0; done && index < CRM__KEYS; index++) {
    const crm__intern *keys = keys_at(store, index);
    if (is_looked_at(index) && has_more(keys, all.of[index])) {
      done = replace(keys, all.of[index], memory, &lost->made[index]);
      lost->changed[index] = (uint8_t)done;
    }
  }
  free_mentions(store, memory, &all);
  if (!done) {
    crm__lost_keys_free(lost, memory);
  }
  return done;
}

void crm__lost_keys_take(crm__lost_keys *lost, crm_store *store)
{
  uint32_t index;
  for (index = 0; index < CRM__KEYS; index++) {
    if (lost->changed[index]) {
      crm__intern *keys = crm__part_keys(store, index);
      crm__intern_close(keys, &store->memory);
      *keys = lost->made[index];
    }
  }
  memset(lost, 0, sizeof *lost);
}
