/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales_wave.h"

#include "store/erase.h"

#include <string.h>

/* The slices of a wave are read: whether their rows are plain, and what they say. */

/* A lookup alone is no slower than one of many as long as the table stays in the cache. */
#define FEW_PRODUCTS CRM__SIZE(65536, 8)

const int32_t crm__wave_columns[CRM__WAVE_KEYS] = {CRM__SALES_PRODUCT, CRM__SALES_LINE, CRM__SALES_STAFF};

/* Ids of keys that have been seen before, in the window without a call. 0: one has not, or a search for each of them
 * would be slow. */
static int find_products(const crm__intern *products, const int64_t *keys, int64_t count, uint32_t *ids)
{
  const crm__window window = products->window;
  int found = products->count <= FEW_PRODUCTS;
  int64_t i;
  for (i = 0; found && i < count; i++) {
    ids[i] = crm__window_covers(&window, keys[i]) ? *crm__window_at(&window, keys[i]) : CRM__NONE;
    if (ids[i] == CRM__NONE) {
      crm__key key = {NULL, 0, keys[i]};
      ids[i] = crm__intern_find(products, 0, key);
      found = ids[i] != CRM__NONE;
    }
  }
  return found;
}

static void find_keys(const crm_load *load, const crm__plain_rows *rows, crm__wave_slice *slice)
{
  int k;
  for (k = 0; k < CRM__WAVE_KEYS; k++) {
    const int64_t *keys = rows->at[crm__wave_columns[k]];
    slice->known[k] = keys == NULL ||
                      (k == CRM__WAVE_PRODUCT ? find_products(&load->store->products, keys, slice->rows, slice->ids[k])
                                    : crm__sales_recall(load, crm__wave_columns[k], keys, slice->rows, slice->ids[k]));
  }
}

/* What the rows say of customers and branches, a document each. 0: one is missing. */
static int read_documents(const crm__wave *wave, const crm__plain_rows *rows, crm__wave_slice *slice)
{
  const crm_store *store = wave->load->store;
  const int64_t *customers = rows->at[CRM__SALES_CUSTOMER];
  const int64_t *branches = rows->at[CRM__SALES_BRANCH];
  uint32_t n = slice->documents;
  if (!crm__plain_pick(rows->at[CRM__SALES_DOCUMENT], slice->starts, n, slice->keys) ||
      (customers != NULL && !crm__plain_pick(customers, slice->starts, n, slice->customers)) ||
      (branches != NULL && !crm__plain_pick(branches, slice->starts, n, slice->branches))) {
    return 0;
  }
  if (rows->customers != NULL) {
    crm__key *keys = wave->texts[slice - wave->slices];
    if (!crm__plain_pick_texts(rows->customers, rows->from, slice->starts, n, keys)) {
      return 0;
    }
    crm__erased_keys(store, keys, n);
  } else if (customers != NULL) {
    crm__erased_integers(store, slice->customers, n);
  } else {
    memset(slice->customer, 0xFF, n * sizeof *slice->customer);   /* CRM__NONE */
  }
  slice->branches_known = branches == NULL ||
                          crm__sales_recall(wave->load, CRM__SALES_BRANCH, slice->branches, n, slice->branch);
  return 1;
}

/* Sums by document in the decimals that the store keeps. */
static void sum_column(const crm__plain_rows *rows, int32_t column, const crm__wave_slice *slice, int64_t *sums)
{
  int64_t up_to[CRM__SLICE];
  uint32_t k;
  if (rows->at[column] != NULL) {
    crm__plain_by_document(rows->at[column], slice->starts, slice->documents, up_to, sums);
  }
  for (k = 0; rows->at[column] != NULL && rows->factor[column] > 1 && k < slice->documents; k++) {
    sums[k] *= rows->factor[column];
  }
}

static void sum_slice(const crm__plain_rows *rows, crm__wave_slice *slice)
{
  crm__plain_sums *sums = &slice->sums;
  crm__plain_sum(rows, slice->rows, sums);
  sums->amount *= (uint64_t)rows->factor[CRM__SALES_AMOUNT];
  sums->discount *= (uint64_t)rows->factor[CRM__SALES_DISCOUNT];
  sums->tax *= (uint64_t)rows->factor[CRM__SALES_TAX];
  sums->cost *= (uint64_t)rows->factor[CRM__SALES_COST];
  sums->quantity *= (uint64_t)rows->factor[CRM__SALES_QUANTITY];
  sum_column(rows, CRM__SALES_AMOUNT, slice, slice->net);
  sum_column(rows, CRM__SALES_TAX, slice, slice->tax);
  sum_column(rows, CRM__SALES_COST, slice, slice->cost);
}

/* The other figures of the documents. */
static void fill_documents(const crm__wave *wave, const crm__plain_rows *rows, crm__wave_slice *slice)
{
  int64_t line = (int64_t)wave->line + slice->from - wave->from;
  uint32_t flags = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE | CRM__DOCUMENT_SALE |
                   (rows->at[CRM__SALES_COST] == NULL ? CRM__DOCUMENT_COST_MISSING : 0);
  uint32_t k;
  for (k = 0; k < slice->documents; k++) {
    slice->line[k] = line + (int64_t)slice->starts[k];
    slice->lines[k] = slice->starts[k + 1] - slice->starts[k];
    slice->flags[k] = (uint8_t)(flags | (slice->net[k] != 0 ? CRM__DOCUMENT_VALUE : 0));   /* nothing is below 0 */
  }
}

crm_status crm__wave_read(void *job, uint64_t part)
{
  crm__wave *wave = job;
  uint64_t i;
  for (i = crm__split_from(&wave->parts, part); i < crm__split_to(&wave->parts, part); i++) {
    crm__wave_slice *slice = &wave->slices[i];
    crm__plain_rows rows = *wave->rows;
    crm__plain_turn(&rows, slice->from);
    slice->documents = crm__plain_rows_read(&rows, slice->read, slice->starts, slice->time);
    if (slice->documents > 0 && !read_documents(wave, &rows, slice)) {
      slice->documents = 0;
    }
    if (slice->documents > 0) {
      find_keys(wave->load, &rows, slice);
      sum_slice(&rows, slice);
      fill_documents(wave, &rows, slice);
    }
  }
  return CRM_OK;
}
