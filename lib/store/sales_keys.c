/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales.h"

#include "store/erase.h"

#include <string.h>

/* The keys of sales rows: documents made from content, and ids of all. */

static uint64_t mix(uint64_t state, uint64_t value)
{
  state = (state ^ value) * UINT64_C(0x9E3779B97F4A7C15);
  state ^= state >> 29;
  state *= UINT64_C(0xBF58476D1CE4E5B9);
  return state ^ state >> 32;
}

static uint64_t mix_key(uint64_t state, crm__key key)
{
  size_t i;
  if (key.text == NULL) {
    return mix(mix(state, 1), (uint64_t)key.integer);
  }
  state = mix(mix(state, 2), key.length);
  for (i = 0; i < key.length; i++) {
    state = mix(state, (unsigned char)key.text[i]);
  }
  return state;
}

/* Over the content of all columns of a row, so that it depends on no order of arrival. */
static uint64_t hash_row(const crm__slice *slice, int64_t i, uint64_t seed)
{
  int32_t column;
  uint64_t state = mix(mix(seed, (uint64_t)slice->amount[i]), slice->code[i]);
  for (column = CRM__SALES_LINE; column < CRM__SALES_COLUMNS; column++) {
    const crm__cells *cells = &slice->cells[column];
    if (!cells->present || column == CRM__SALES_VERSION) {
      continue;
    }
    if (cells->keys != NULL) {
      crm__key key = crm__cells_key(cells, i);
      if (!crm__key_is_none(key)) {   /* an empty cell says as much as an absent column */
        state = mix_key(mix(state, (uint64_t)column), key);
      }
    } else if (cells->values[i] != CRM__NULL) {
      state = mix(mix(state, (uint64_t)column), (uint64_t)cells->values[i]);
    }
  }
  return state;
}

static uint64_t hash_visit(const crm__slice *slice, int64_t i, uint64_t seed)
{
  uint64_t state = mix(seed, (uint64_t)slice->cells[CRM__SALES_TIME].values[i]);
  return mix_key(state, crm__cells_key(&slice->cells[CRM__SALES_CUSTOMER], i));
}

/* A document key of 16 printable characters from content: 90 bits, so that no two contents meet by chance. */
static crm__key made_key(const crm_load *load, int64_t i, char *text, uint8_t *flags)
{
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  const crm__slice *slice = load->slice;
  int rows = load->document_mode == CRM_DOCUMENT_ROW ||
             crm__key_is_none(crm__cells_key(&slice->cells[CRM__SALES_CUSTOMER], i));
  uint64_t low = rows ? hash_row(slice, i, 3) : hash_visit(slice, i, 5);
  uint64_t high = rows ? hash_row(slice, i, 7) : hash_visit(slice, i, 11);
  crm__key key;
  int32_t k;
  text[0] = '~';
  for (k = 1; k < 11; k++) {
    text[k] = digits[low & 63];
    low >>= 6;
  }
  for (; k < 16; k++) {
    text[k] = digits[high & 63];
    high >>= 6;
  }
  *flags = rows ? CRM__STAGE_ROWS : 0;
  key.text = text;
  key.length = 16;
  key.integer = 0;
  return key;
}

static int same_key(const crm__key *a, const crm__key *b)
{
  if (a->integer != b->integer || a->length != b->length || (a->text == NULL) != (b->text == NULL)) {
    return 0;
  }
  return a->text == b->text || memcmp(a->text, b->text, a->length) == 0;
}

int crm__sales_recall(const crm_load *load, int32_t column, const int64_t *keys, int64_t count, uint32_t *ids)
{
  const uint32_t *known = load->slice->small_ids[column];
  int missing = 0;
  int64_t i;
  for (i = 0; i < count && !missing; i++) {
    ids[i] = (uint64_t)keys[i] < CRM__SMALL_KEYS ? known[keys[i]] : CRM__NONE;
    missing = ids[i] == CRM__NONE;
  }
  return !missing;
}

static void note_integers(uint32_t *known, const int64_t *keys, int64_t count, const uint32_t *ids)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    if ((uint64_t)keys[i] < CRM__SMALL_KEYS) {
      known[keys[i]] = ids[i];
    }
  }
}

/* Ids of integers; equal ones in a row are looked up once, as those of documents, customers and branches mostly are. */
static int intern_integers(crm_load *load, crm__intern *intern, const int64_t *keys, int64_t count, uint32_t *ids)
{
  int64_t *runs = load->slice->integer_runs;
  uint32_t *run_ids = load->slice->run_ids;
  uint32_t run = 0;
  int64_t i;
  runs[0] = keys[0];
  ids[0] = 0;
  for (i = 1; i < count; i++) {
    run += keys[i] != keys[i - 1];   /* no branch: where a document ends cannot be foreseen */
    runs[run] = keys[i];
    ids[i] = run;
  }
  if (intern == &load->store->customers) {
    crm__erased_integers(load->store, runs, run + 1);
  }
  if (crm__intern_add_integers(intern, &load->store->memory, 0, runs, run + 1, run_ids) != run + 1) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    ids[i] = run_ids[ids[i]];
  }
  return 1;
}

/* The same where some are CRM__NULL, that is, empty: those get CRM__NONE. */
static int intern_sparse(crm_load *load, crm__intern *intern, const int64_t *keys, int64_t count, uint32_t *ids)
{
  int64_t *runs = load->slice->integer_runs;
  uint32_t *run_ids = load->slice->run_ids;
  uint32_t run = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    ids[i] = CRM__NONE;
    if (keys[i] != CRM__NULL) {
      if (run == 0 || runs[run - 1] != keys[i]) {
        runs[run++] = keys[i];
      }
      ids[i] = run - 1;
    }
  }
  if (crm__intern_add_integers(intern, &load->store->memory, 0, runs, run, run_ids) != run) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    ids[i] = ids[i] == CRM__NONE ? CRM__NONE : run_ids[ids[i]];
  }
  return 1;
}

/* Ids of keys of any kind; equal ones in a row are looked up once. */
static int intern_keys(crm_load *load, crm__intern *intern, const crm__key *keys, int64_t count, uint32_t *ids)
{
  crm__key *runs = load->slice->runs;
  uint32_t *run_ids = load->slice->run_ids;
  uint32_t run = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    if (run == 0 || !same_key(&keys[i], &runs[run - 1])) {
      runs[run++] = keys[i];
    }
    ids[i] = run - 1;
  }
  if (intern == &load->store->customers) {
    crm__erased_keys(load->store, runs, run);
  }
  if (crm__intern_add_keys(intern, &load->store->memory, 0, runs, run, run_ids) != run) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    ids[i] = run_ids[ids[i]];
  }
  return 1;
}

int crm__sales_integers(crm_load *load, crm__intern *intern, int32_t column, int likeness, const int64_t *keys,
                        int64_t count, uint32_t *ids)
{
  crm__slice *slice = load->slice;
  if (likeness == CRM__KEYS_MANY) {
    return crm__intern_add_integers(intern, &load->store->memory, 0, keys, (uint64_t)count, ids) == (uint64_t)count;
  }
  if (likeness == CRM__KEYS_FEW && crm__sales_recall(load, column, keys, count, ids)) {
    return 1;
  }
  if (!intern_integers(load, intern, keys, count, ids)) {
    return 0;
  }
  if (likeness == CRM__KEYS_FEW) {
    note_integers(slice->small_ids[column], keys, count, ids);
  }
  return 1;
}

/* The ids of a slice's keys of one column; CRM__NONE where the cell is empty. */
static int intern_column(crm_load *load, crm__intern *intern, int32_t column, int likeness)
{
  crm__slice *slice = load->slice;
  const crm__cells *cells = &slice->cells[column];
  uint32_t *ids = slice->ids[column];
  int64_t count = slice->good_count;
  if (!cells->present) {
    memset(ids, 0xFF, (size_t)count * sizeof *ids);   /* CRM__NONE */
    return 1;
  }
  if (cells->integers == CRM__CELLS_KEYS) {
    return intern_keys(load, intern, cells->keys, count, ids);
  }
  if (cells->integers == CRM__CELLS_SPARSE) {
    return intern_sparse(load, intern, cells->values, count, ids);
  }
  return crm__sales_integers(load, intern, column, likeness, cells->values, count, ids);
}

static uint32_t source_of(const crm__slice *slice, uint32_t i)
{
  uint32_t source = slice->ids[CRM__SALES_SOURCE][i];
  return source == CRM__NONE ? 0 : source;
}

/* The ids of the documents that rows stand on. */
static int intern_documents(crm_load *load)
{
  crm__slice *slice = load->slice;
  crm__intern *documents = &load->store->documents.keys;
  int made = load->document_mode != CRM_DOCUMENT_COLUMN;
  uint32_t i;
  if (!made && !slice->cells[CRM__SALES_SOURCE].present) {
    return intern_column(load, documents, CRM__SALES_DOCUMENT, CRM__KEYS_TOGETHER);
  }
  for (i = 0; i < slice->good_count; i++) {
    uint32_t space = source_of(slice, i);
    crm__key key;
    char text[16];
    if (made) {
      key = made_key(load, i, text, &slice->made_flags[i]);
      space |= CRM__MADE;
    } else {
      key = crm__cells_key(&slice->cells[CRM__SALES_DOCUMENT], i);
    }
    slice->ids[CRM__SALES_DOCUMENT][i] = crm__intern_add(documents, &load->store->memory, space, key);
    if (slice->ids[CRM__SALES_DOCUMENT][i] == CRM__NONE) {
      return 0;
    }
  }
  return 1;
}

/* The ids of the documents that returns take back. */
static int intern_originals(crm_load *load)
{
  crm__slice *slice = load->slice;
  const crm__cells *cells = &slice->cells[CRM__SALES_ORIGINAL];
  uint32_t i;
  for (i = 0; cells->present && i < slice->good_count; i++) {
    uint32_t *id = &slice->ids[CRM__SALES_ORIGINAL][i];
    crm__key key = crm__cells_key(cells, i);
    *id = CRM__NONE;
    if ((slice->code[i] & 3U) == CRM__KIND_RETURN && !crm__key_is_none(key)) {
      *id = crm__intern_add(&load->store->documents.keys, &load->store->memory, source_of(slice, i), key);
      if (*id == CRM__NONE) {
        return 0;
      }
    }
  }
  return 1;
}

int crm__sales_currencies(crm_load *load, int64_t count)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  uint32_t *ids = slice->ids[CRM__SALES_CURRENCY];
  int64_t i;
  if (!slice->cells[CRM__SALES_CURRENCY].present) {
    return 1;
  }
  for (i = 0; i < count; i++) {   /* what a refused row names is not kept */
    crm__key key = crm__cells_key(&slice->cells[CRM__SALES_CURRENCY], i);
    ids[i] = CRM__NONE;
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE && !crm__key_is_none(key)) {
      ids[i] = crm__intern_add(&store->names, &store->memory, 0, key);
      if (ids[i] == CRM__NONE) {
        return 0;
      }
    }
  }
  return 1;
}

/* Column by column, so that look-ups of one table follow one another. */
int crm__sales_keys(crm_load *load)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  slice->fresh.first = (uint32_t)store->documents.keys.count;
  slice->fresh.count = 0;
  return intern_column(load, &store->names, CRM__SALES_SOURCE, CRM__KEYS_FEW) &&
         intern_column(load, &store->customers, CRM__SALES_CUSTOMER, CRM__KEYS_TOGETHER) &&
         intern_column(load, &store->branches, CRM__SALES_BRANCH, CRM__KEYS_FEW) &&
         intern_column(load, &store->products, CRM__SALES_PRODUCT, CRM__KEYS_MANY) &&
         intern_column(load, &store->names, CRM__SALES_LINE, CRM__KEYS_FEW) &&
         intern_column(load, &store->names, CRM__SALES_STAFF, CRM__KEYS_FEW) && intern_documents(load) &&
         intern_originals(load);
}
