/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/erase.h"

#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sort.h"
#include "store/cells.h"
#include "store/identity.h"
#include "store/rows.h"
#include "store/saved_file.h"
#include "table/build.h"

#include <crm/identity.h>

#include <string.h>

/* ---- keys that were erased ---- */

/* 128 bits from which the key cannot be read. */
static crm__key digest(crm__key key, unsigned char *bytes)
{
  unsigned char long_enough[32];
  crm__key made;
  const void *text = key.text;
  size_t length = key.length;
  if (text == NULL || length < 17) {   /* hashed as a block of fixed size that says what it holds */
    memset(long_enough, 0, sizeof long_enough);
    long_enough[0] = (unsigned char)(text == NULL ? 1 : 2);
    long_enough[1] = (unsigned char)length;
    if (text == NULL) {
      crm__store64(long_enough + 8, (uint64_t)key.integer);
    } else {
      memcpy(long_enough + 8, text, length);
    }
    text = long_enough;
    length = sizeof long_enough;
  }
  crm__store64(bytes, crm__hash_long(CRM__HASH_SEED, 1, text, length));
  crm__store64(bytes + 8, crm__hash_long(CRM__MULTIPLIER_B, 2, text, length));
  made.text = (const char *)bytes;
  made.length = 16;
  made.integer = 0;
  return made;
}

crm__key crm__erased_key(const crm_store *store, crm__key key)
{
  unsigned char bytes[16];
  uint32_t entry = CRM__NONE;
  if (store->erased.count > 0 && !crm__key_is_none(key)) {
    entry = crm__intern_find(&store->erased, 0, digest(key, bytes));
  }
  if (entry == CRM__NONE) {
    return key;
  }
  return crm__intern_key(&store->customers, crm__column_u32(&store->erased_ids, entry), NULL);
}

int crm__key_erased(const crm_store *store, const char *key)
{
  unsigned char bytes[16];
  return store->erased.count > 0 &&
         crm__intern_find(&store->erased, 0, digest(crm__key_from(key, strlen(key)), bytes)) != CRM__NONE;
}

crm_status crm__erased_marks(crm__scope *scope, const uint8_t **marks, crm_error *error)
{
  const crm_store *store = scope->store;
  uint8_t *made;
  uint32_t entry;
  *marks = NULL;
  if (store->erased.count == 0) {
    return CRM_OK;
  }
  made = (uint8_t *)crm__scope_alloc_zero(scope, crm__customers(store), 1);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  for (entry = 0; entry < store->erased.count; entry++) {
    made[crm__column_u32(&store->erased_ids, entry)] = 1;
  }
  *marks = made;
  return CRM_OK;
}

void crm__erased_keys(const crm_store *store, crm__key *keys, uint64_t count)
{
  uint64_t i;
  for (i = 0; store->erased.count > 0 && i < count; i++) {
    keys[i] = crm__erased_key(store, keys[i]);
  }
}

void crm__erased_integers(const crm_store *store, int64_t *keys, uint64_t count)
{
  uint64_t i;
  for (i = 0; store->erased.count > 0 && i < count; i++) {
    crm__key key;
    key.text = NULL;
    key.length = 0;
    key.integer = keys[i];
    keys[i] = crm__erased_key(store, key).integer;
  }
}

/* ---- choosing ---- */

static crm_status choose_one(const crm_store *store, const char *key, int64_t row, uint8_t *chosen, crm_error *error)
{
  uint32_t id;
  if (key == NULL) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "keys", row, -1, "a key is missing");
  }
  id = crm__customer_find(store, key);
  if (id == CRM__NONE) {
    return crm__fail_at(error, CRM_ERROR_NOT_FOUND, "customers", "customer", row, -1, "there is no such customer");
  }
  for (; id != CRM__NONE; id = crm__alias_next(store, id)) {
    chosen[id] = 1;
  }
  return CRM_OK;
}

/* The customers of a list of keys with all their aliases, by id 1; of as many ids as there are. *ids: how many are set.
 * NULL on failure. */
static uint8_t *choose(crm_store *store, const char *const *keys, int64_t count, int64_t *ids, crm_error *error)
{
  uint64_t customers = store->customers.count;
  uint8_t *chosen;
  crm_status status = CRM_OK;
  int64_t i;
  if (count < 0 || (count > 0 && keys == NULL)) {
    (void)crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "keys", 0, -1, "the list of keys is missing");
    return NULL;
  }
  if (crm__saved_changeable(store, error) != CRM_OK) {
    return NULL;
  }
  if (store->open_load) {
    (void)crm__fail(error, CRM_ERROR_STATE, "a load is open");
    return NULL;
  }
  chosen = crm__alloc_array_zero(&store->memory, customers, 1);
  if (chosen == NULL) {
    (void)crm__fail_memory(error);
    return NULL;
  }
  for (i = 0; status == CRM_OK && i < count; i++) {
    status = choose_one(store, keys[i], i + 1, chosen, error);
  }
  if (status != CRM_OK) {
    crm__free_array(&store->memory, chosen, customers, 1);
    return NULL;
  }
  *ids = 0;
  for (i = 0; i < (int64_t)customers; i++) {
    *ids += chosen[i];
  }
  return chosen;
}

/* Numbers at the lower end of 64 bits that are no key yet. Nor were they ever the number of somebody who was erased
 * again: such a number still finds that one, and a file that is read again would give whoever got it next to that
 * one. */
static crm__key free_number(const crm_store *store, int64_t *next)
{
  unsigned char bytes[16];
  crm__key key;
  key.text = NULL;
  key.length = 0;
  do {
    key.integer = (*next)++;
  } while (crm__intern_find(&store->customers, 0, key) != CRM__NONE ||
           crm__intern_find(&store->erased, 0, digest(key, bytes)) != CRM__NONE);
  return key;
}

/* Keys that are chosen, by id, and the numbers that they get. */
typedef struct numbering {
  const crm_store *store;
  uint32_t *ids;
  crm__key *numbers;
  uint32_t *order;         /* and as many for sorting */
  uint64_t count;
} numbering;

/* Those of one customer side by side, the lower key first: who of them stands for a ring, and whose row speaks for all,
 * is known by the order of their keys, which the numbers keep. */
static int compare_chosen(const void *context, uint32_t a, uint32_t b)
{
  const numbering *of = context;
  uint32_t x = crm__resolve(of->store, of->ids[a]);
  uint32_t y = crm__resolve(of->store, of->ids[b]);
  if (x != y) {
    return x < y ? -1 : 1;
  }
  return crm__key_compare(crm__customer_key(of->store, of->ids[a]), crm__customer_key(of->store, of->ids[b]));
}

static void free_numbers(numbering *of, crm__memory *memory)
{
  crm__free_array(memory, of->ids, of->count, sizeof *of->ids);
  crm__free_array(memory, of->numbers, of->count, sizeof *of->numbers);
  crm__free_array(memory, of->order, of->count * 2, sizeof *of->order);
}

/* 0: no memory; what has been made is freed all the same. */
static int make_numbers(crm_store *store, const uint8_t *chosen, numbering *of)
{
  int64_t next = INT64_MIN + 1;
  uint64_t i;
  uint32_t id;
  memset(of, 0, sizeof *of);
  of->store = store;
  for (id = 0; id < store->customers.count; id++) {
    of->count += chosen[id];
  }
  of->ids = crm__alloc_array(&store->memory, of->count, sizeof *of->ids);
  of->numbers = crm__alloc_array(&store->memory, of->count, sizeof *of->numbers);
  of->order = crm__alloc_array(&store->memory, of->count * 2, sizeof *of->order);
  if (of->ids == NULL || of->numbers == NULL || of->order == NULL) {
    return 0;
  }
  for (id = 0, i = 0; i < of->count; id++) {
    of->ids[i] = id;
    of->order[i] = (uint32_t)i;
    i += chosen[id];
  }
  crm__merge_sort(of->order, of->order + of->count, of->count, compare_chosen, of);
  for (i = 0; i < of->count; i++) {
    of->numbers[of->order[i]] = free_number(store, &next);
  }
  return 1;
}

int crm__keys_replaced(crm_store *store, const uint8_t *chosen, crm__intern *made)
{
  numbering of;
  uint64_t taken = 0;
  uint32_t id;
  int done = make_numbers(store, chosen, &of);
  crm__intern_open(made);
  for (id = 0; done && id < store->customers.count; id++) {
    crm__key key = chosen[id] ? of.numbers[taken++] : crm__intern_key(&store->customers, id, NULL);
    done = crm__intern_add(made, &store->memory, 0, key) == id;
  }
  if (!done) {
    crm__intern_close(made, &store->memory);
  }
  free_numbers(&of, &store->memory);
  return done;
}

/* ---- the receipt ---- */

static int64_t wrapping_add(int64_t a, int64_t b)
{
  return (int64_t)((uint64_t)a + (uint64_t)b);   /* budgets keep sums of money within 64 bits */
}

/* The first column of money of a table; -1: it has none. */
static int32_t money_column(int32_t table)
{
  int32_t i;
  for (i = 0; i < crm__schema(table)->count; i++) {
    if (crm__schema(table)->columns[i].cell == CRM__CELL_MONEY) {
      return i;
    }
  }
  return -1;
}

static void take_rows(const crm_store *store, int32_t table, const uint8_t *without, crm__books *books)
{
  int32_t money = money_column(table);
  uint32_t row;
  books->amounts[table] = money < 0 ? CRM__NULL : 0;
  for (row = 0; row < crm__rows_count(store, table); row++) {
    int64_t amount = money < 0 ? 0 : crm__row_value(store, table, money, row);
    if (crm__row_live(store, table, row) && (without == NULL || !crm__row_is_of(store, table, row, without))) {
      books->rows[table]++;
      books->amounts[table] = money < 0 || amount == CRM__NULL ? books->amounts[table]
                                                               : wrapping_add(books->amounts[table], amount);
    }
  }
}

static void take_document(const crm_store *store, uint64_t document, crm__books *books)
{
  const crm__documents *documents = &store->documents;
  int64_t net = crm__column_i64(&documents->net, document);
  books->documents++;
  books->lines += crm__column_u32(&documents->lines, document);
  books->net = wrapping_add(books->net, net);
  books->sales = wrapping_add(books->sales, wrapping_add(net, crm__column_i64(&documents->returned, document)));
}

void crm__books_take(const crm_store *store, const uint8_t *without, crm__books *books)
{
  const crm__documents *documents = &store->documents;
  int32_t table;
  uint64_t i;
  memset(books, 0, sizeof *books);
  for (i = 0; i < store->customer_count; i++) {
    books->customers += (without == NULL || !without[i]) && crm__customer_known(store, (uint32_t)i);
  }
  for (i = 0; i < store->document_count; i++) {
    uint32_t customer = crm__column_u32(&documents->customer, i);
    if ((crm__column_u8(&documents->flags, i) & CRM__DOCUMENT_LIVE) &&
        (without == NULL || customer == CRM__NONE || !without[customer])) {
      take_document(store, i, books);
    }
  }
  for (table = 0; table < CRM__TABLES; table++) {
    if (table != CRM__TABLE_SALES) {
      take_rows(store, table, without, books);
    }
  }
}

static void put_measure(crm_table *receipt, const char *measure, int64_t before, int64_t after, int64_t amount_before,
                        int64_t amount_after)
{
  crm__table_put_name(receipt, 0, measure);
  crm__table_put(receipt, 1, before);
  crm__table_put(receipt, 2, after);
  if (amount_before == CRM__NULL) {
    crm__table_put_null(receipt, 3);
    crm__table_put_null(receipt, 4);
  } else {
    crm__table_put(receipt, 3, amount_before);
    crm__table_put(receipt, 4, amount_after);
  }
}

crm_status crm__receipt(const crm_store *store, const char *keys_measure, int64_t keys, const crm__books *before,
                        const crm__books *after, crm_table **receipt, crm_error *error)
{
  crm__table_column columns[] = {
    {"measure", CRM_TYPE_TEXT, 0},       {"before", CRM_TYPE_INTEGER, 0},     {"after", CRM_TYPE_INTEGER, 0},
    {"amount_before", CRM_TYPE_MONEY, 0}, {"amount_after", CRM_TYPE_MONEY, 0},
  };
  int32_t table;
  crm_status status;
  columns[3].scale = columns[4].scale = store->digits;
  status = crm__table_begin(&store->memory, "receipt", columns, 5, CRM__TABLES + 4, receipt, error);
  if (status != CRM_OK) {
    return status;
  }
  put_measure(*receipt, keys_measure, 0, keys, CRM__NULL, CRM__NULL);
  put_measure(*receipt, "customers", before->customers, after->customers, CRM__NULL, CRM__NULL);
  put_measure(*receipt, "documents", before->documents, after->documents, before->net, after->net);
  put_measure(*receipt, "lines", before->lines, after->lines, before->sales, after->sales);
  for (table = 0; table < CRM__TABLES; table++) {
    if (table != CRM__TABLE_SALES && before->rows[table] > 0) {
      char measure[64] = "rows_";   /* no name of a table is as long */
      memcpy(measure + 5, crm__schema(table)->name, strlen(crm__schema(table)->name));
      put_measure(*receipt, measure, before->rows[table], after->rows[table], before->amounts[table],
                  after->amounts[table]);
    }
  }
  return crm__table_finish(receipt, error);
}

/* ---- erasing ---- */

/* Notes the digests of the chosen keys. 0: no memory; then the caller takes back what was added. */
static int add_digests(crm_store *store, const uint8_t *chosen)
{
  crm__memory *memory = &store->memory;
  uint32_t id;
  for (id = 0; id < store->customers.count; id++) {
    unsigned char bytes[16];
    uint32_t entry;
    if (!chosen[id]) {
      continue;
    }
    entry = crm__intern_add(&store->erased, memory, 0, digest(crm__intern_key(&store->customers, id, NULL), bytes));
    if (entry == CRM__NONE || !crm__column_resize(&store->erased_ids, memory, store->erased.count) ||
        !crm__column_touch(&store->erased_ids, memory, entry)) {
      return 0;
    }
    crm__column_put_u32(&store->erased_ids, entry, id);
  }
  return 1;
}

int crm__digests_without(crm_store *store, const uint8_t *chosen, crm__intern *digests, crm__column *ids)
{
  crm__memory *memory = &store->memory;
  uint32_t i;
  crm__intern_open(digests);
  crm__column_open(ids, 4, CRM__NONE);
  for (i = 0; i < store->erased.count; i++) {
    uint32_t id = crm__column_u32(&store->erased_ids, i);
    uint32_t entry;
    if (chosen[id]) {
      continue;
    }
    entry = crm__intern_add(digests, memory, 0, crm__intern_key(&store->erased, i, NULL));
    if (entry == CRM__NONE || !crm__column_resize(ids, memory, digests->count) ||
        !crm__column_touch(ids, memory, entry)) {
      crm__intern_close(digests, memory);
      crm__column_close(ids, memory);
      return 0;
    }
    crm__column_put_u32(ids, entry, id);
  }
  return 1;
}

void crm__keys_take(crm_store *store, const uint8_t *chosen, crm__intern *old)
{
  uint32_t id;
  crm__intern_close(old, &store->memory);
  store->version++;
  store->rekeyed = store->version;
  for (id = 0; id < store->customers.count; id++) {
    if (chosen[id]) {
      store->profiles[id].changed = store->version;
    }
  }
}

/* With the new keys in place the books are taken again; where the receipt cannot be written, the old keys come back. */
static crm_status erase(crm_store *store, const char *const *keys, int64_t count, const uint8_t *chosen, int64_t ids,
                        crm_table **receipt, crm_error *error)
{
  uint64_t digests = store->erased.count;
  crm__intern old = store->customers;
  crm__intern made;
  crm__books before;
  crm__books after;
  crm_status status = CRM_ERROR_MEMORY;
  crm__books_take(store, NULL, &before);
  if (add_digests(store, chosen) && crm__keys_replaced(store, chosen, &made)) {
    store->customers = made;
    crm__books_take(store, NULL, &after);
    status = crm__receipt(store, "erased_keys", ids, &before, &after, receipt, error);
    if (status == CRM_OK) {
      status = crm__saved_erase(store, keys, count, chosen, error);
    }
    if (status == CRM_OK) {
      crm__keys_take(store, chosen, &old);
      return CRM_OK;
    }
    store->customers = old;
    crm__intern_close(&made, &store->memory);
    crm_table_free(*receipt);
    *receipt = NULL;
  } else {
    (void)crm__fail_memory(error);
  }
  crm__intern_truncate(&store->erased, digests);
  (void)crm__column_resize(&store->erased_ids, &store->memory, digests);
  return status;
}

crm_status crm__remove(crm_store *store, const char *const *keys, int64_t count, crm__removal act,
                       crm_table **receipt, crm_error *error)
{
  crm_error own = CRM_ERROR_INIT;
  uint8_t *chosen;
  int64_t ids = 0;
  crm_status status;
  if (store == NULL || receipt == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the receipt");
  }
  *receipt = NULL;
  chosen = choose(store, keys, count, &ids, error == NULL ? &own : error);
  if (chosen == NULL) {
    return error == NULL ? own.status : error->status;
  }
  status = act(store, keys, count, chosen, ids, receipt, error);
  crm__free_array(&store->memory, chosen, store->customers.count, 1);
  return status;
}

crm_status crm_identity_erase(crm_store *store, const char *const *keys, int64_t count, crm_table **receipt,
                              crm_error *error)
{
  return crm__remove(store, keys, count, erase, receipt, error);
}
