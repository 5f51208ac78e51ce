/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales_plain.h"

#include "store/commit.h"
#include "store/erase.h"

#include <string.h>

/* Plain rows on their way into the store. */

#define SKIPPED 7        /* slices that go the general way after one that was not plain */

void crm__plain_rescale(crm__slice *slice, crm__plain_rows *rows, int64_t count)
{
  int32_t c;
  int64_t i;
  for (c = 0; c < CRM__SALES_COLUMNS; c++) {
    int64_t *scaled = slice->cells[c].values;
    for (i = 0; rows->at[c] != NULL && rows->factor[c] > 1 && i < count; i++) {
      scaled[i] = rows->at[c][i] * rows->factor[c];
    }
    rows->at[c] = rows->at[c] != NULL && rows->factor[c] > 1 ? scaled : rows->at[c];
  }
}

/* ---- keys ---- */

/* Gives the documents their ids. 1: all of them are new; 0: some are not, and nothing has changed; -1: no memory. */
static int intern_documents(crm_load *load, const int64_t *documents)
{
  crm__slice *slice = load->slice;
  crm__fresh *fresh = &slice->fresh;
  crm__intern *keys = &load->store->documents.keys;
  uint32_t *ids = slice->run_ids;
  uint32_t others = 0;
  uint32_t k;
  fresh->first = (uint32_t)keys->count;
  ids[0] = CRM__NONE;
  if (!crm__plain_pick(documents, slice->starts, fresh->count, slice->integer_runs)) {
    return 0;
  }
  if (crm__intern_add_integers(keys, &load->store->memory, 0, slice->integer_runs, fresh->count, ids) != fresh->count) {
    return -1;
  }
  for (k = 0; k < fresh->count; k++) {
    others |= ids[k] ^ (fresh->first + k);
  }
  if (others != 0) {
    crm__intern_truncate(keys, fresh->first);
  }
  return others == 0;
}

/* The customers of the documents. 1: they have ids; 0: one is missing, and nothing has changed; -1: no memory. */
static int intern_customers(crm_load *load, const crm__plain_rows *rows)
{
  crm__slice *slice = load->slice;
  crm__fresh *fresh = &slice->fresh;
  crm__intern *customers = &load->store->customers;
  crm__memory *memory = &load->store->memory;
  const int64_t *numbers = rows->at[CRM__SALES_CUSTOMER];
  if (rows->customers != NULL) {
    if (!crm__plain_pick_texts(rows->customers, rows->from, slice->starts, fresh->count, slice->runs)) {
      return 0;
    }
    crm__erased_keys(load->store, slice->runs, fresh->count);
    return crm__intern_add_keys(customers, memory, 0, slice->runs, fresh->count, fresh->customer) == fresh->count ? 1
                                                                                                                 : -1;
  }
  if (numbers == NULL) {
    memset(fresh->customer, 0xFF, fresh->count * sizeof *fresh->customer);   /* CRM__NONE */
    return 1;
  }
  if (!crm__plain_pick(numbers, slice->starts, fresh->count, slice->integer_runs)) {
    return 0;
  }
  crm__erased_integers(load->store, slice->integer_runs, fresh->count);
  return crm__intern_add_integers(customers, memory, 0, slice->integer_runs, fresh->count, fresh->customer) ==
                 fresh->count
             ? 1
             : -1;
}

/* The branches, likewise. */
static int intern_branches(crm_load *load, const crm__plain_rows *rows)
{
  crm__slice *slice = load->slice;
  crm__fresh *fresh = &slice->fresh;
  const int64_t *numbers = rows->at[CRM__SALES_BRANCH];
  if (numbers == NULL) {
    memset(fresh->branch, 0xFF, fresh->count * sizeof *fresh->branch);   /* CRM__NONE */
    return 1;
  }
  if (!crm__plain_pick(numbers, slice->starts, fresh->count, slice->cells[CRM__SALES_BRANCH].values)) {
    return 0;
  }
  return crm__sales_integers(load, &load->store->branches, CRM__SALES_BRANCH, CRM__KEYS_FEW,
                             slice->cells[CRM__SALES_BRANCH].values, fresh->count, fresh->branch)
             ? 1
             : -1;
}

/* The keys of every row. */
static int intern_lines(crm_load *load, const crm__plain_rows *rows, int64_t count)
{
  crm_store *store = load->store;
  uint32_t(*ids)[CRM__SLICE] = load->slice->ids;
  const int64_t *products = rows->at[CRM__SALES_PRODUCT];
  const int64_t *lines = rows->at[CRM__SALES_LINE];
  const int64_t *staff = rows->at[CRM__SALES_STAFF];
  return (products == NULL || crm__sales_integers(load, &store->products, CRM__SALES_PRODUCT, CRM__KEYS_MANY, products,
                                                  count, ids[CRM__SALES_PRODUCT])) &&
         (lines == NULL || crm__sales_integers(load, &store->names, CRM__SALES_LINE, CRM__KEYS_FEW, lines, count,
                                               ids[CRM__SALES_LINE])) &&
         (staff == NULL || crm__sales_integers(load, &store->names, CRM__SALES_STAFF, CRM__KEYS_FEW, staff, count,
                                               ids[CRM__SALES_STAFF]));
}

/* ---- into the store ---- */

static void add_saturated(uint64_t *sum, uint64_t more)
{
  *sum = *sum > UINT64_MAX - more ? UINT64_MAX : *sum + more;
}

/* What the budgets, the ledger and the tally are to know. */
void crm__plain_add(crm_load *load, const crm__plain_sums *sums)
{
  add_saturated(&load->money, sums->amount);
  add_saturated(&load->money, sums->discount);
  add_saturated(&load->money, sums->tax);
  add_saturated(&load->money, sums->cost);
  add_saturated(&load->quantity, sums->quantity);
  load->ledger = crm__sum_of(load->ledger, (int64_t)sums->amount);
  crm__sales_ledger_add(&load->tables[CRM__TABLE_SALES].tally, (int64_t)sums->amount);
}

/* Figures of the fresh documents. */
static void fill_documents(crm_load *load, const crm__plain_rows *rows)
{
  crm__slice *slice = load->slice;
  crm__fresh *fresh = &slice->fresh;
  const int64_t *costs = rows->at[CRM__SALES_COST];
  const int64_t *taxes = rows->at[CRM__SALES_TAX];
  int64_t line = (int64_t)(load->lines_before + load->staged);
  uint32_t flags = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE | CRM__DOCUMENT_SALE |
                   (costs == NULL ? CRM__DOCUMENT_COST_MISSING : 0);
  uint32_t k;
  crm__plain_by_document(rows->at[CRM__SALES_AMOUNT], slice->starts, fresh->count, slice->integer_runs, fresh->net);
  if (costs != NULL) {
    crm__plain_by_document(costs, slice->starts, fresh->count, slice->integer_runs, fresh->cost);
  }
  if (taxes != NULL) {
    crm__plain_by_document(taxes, slice->starts, fresh->count, slice->integer_runs, fresh->tax);
  }
  for (k = 0; k < fresh->count; k++) {
    fresh->line[k] = line + (int64_t)slice->starts[k];
    fresh->lines[k] = slice->starts[k + 1] - slice->starts[k];
    fresh->flags[k] = (uint8_t)(flags | (fresh->net[k] != 0 ? CRM__DOCUMENT_VALUE : 0));   /* nothing is below 0 */
  }
}

static int append_documents(crm_load *load, const crm__plain_rows *rows)
{
  crm_store *store = load->store;
  crm__memory *memory = &store->memory;
  const crm__fresh *fresh = &load->slice->fresh;
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  const void *elements[CRM__DOCUMENT_COLUMNS] = {NULL};
  uint64_t last = (uint64_t)fresh->first + fresh->count - 1;
  uint32_t c;
  (void)crm__document_columns(&store->documents, columns);
  elements[0] = fresh->time;
  elements[1] = fresh->customer;
  elements[2] = rows->values[CRM__SALES_BRANCH] == NULL ? NULL : fresh->branch;
  elements[4] = fresh->line;
  elements[5] = fresh->lines;
  elements[6] = fresh->net;
  elements[8] = rows->values[CRM__SALES_TAX] == NULL ? NULL : fresh->tax;
  elements[9] = rows->values[CRM__SALES_COST] == NULL ? NULL : fresh->cost;
  elements[10] = fresh->flags;
  for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
    if (!crm__column_append(columns[c], memory, elements[c], fresh->count)) {
      return 0;
    }
  }
  /* the chunks in which the chains of the customers will be written */
  return (rows->values[CRM__SALES_CUSTOMER] == NULL && rows->customers == NULL) ||
         (crm__column_touch(&store->documents.next, memory, fresh->first) &&
          crm__column_touch(&store->documents.next, memory, last));
}

uint32_t crm__plain_lines(crm__sales_lines *lines, crm__plain_line *filled)
{
  const crm__plain_line all[] = {
    {&lines->amount, CRM__SALES_AMOUNT, 0},     {&lines->quantity, CRM__SALES_QUANTITY, 0},
    {&lines->price, CRM__SALES_PRICE, 0},       {&lines->discount, CRM__SALES_DISCOUNT, 0},
    {&lines->tax, CRM__SALES_TAX, 0},           {&lines->cost, CRM__SALES_COST, 0},
    {&lines->product, CRM__SALES_PRODUCT, 1},   {&lines->line, CRM__SALES_LINE, 1},
    {&lines->staff, CRM__SALES_STAFF, 1},       {&lines->code, CRM__SALES_KIND, 0},
    {&lines->currency, CRM__SALES_CURRENCY, 1}, {&lines->rate, CRM__SALES_RATE, 0},
    {&lines->foreign, CRM__SALES_RATE, 0},      {&lines->original, CRM__SALES_ORIGINAL, 1},
  };
  memcpy(filled, all, sizeof all);
  return (uint32_t)(sizeof all / sizeof all[0]);
}

static int append_lines(crm_load *load, const crm__plain_rows *rows, int64_t count)
{
  crm__plain_line filled[CRM__LINE_COLUMNS];
  crm__memory *memory = &load->store->memory;
  uint32_t(*ids)[CRM__SLICE] = load->slice->ids;
  uint32_t all = crm__plain_lines(&load->store->lines, filled);
  uint32_t c;
  for (c = 0; c < all; c++) {
    const int64_t *numbers = rows->at[filled[c].source];   /* NULL of what makes lines special */
    const void *elements = numbers != NULL && filled[c].interned ? (const void *)ids[filled[c].source] : numbers;
    if (!crm__column_append(filled[c].column, memory, elements, (uint64_t)count)) {
      return 0;
    }
  }
  return 1;
}

/* What has to be known of each line, once documents of the load are no longer all plain or rows have been refused. */
static int append_owners(crm_load *load, int64_t count)
{
  const crm__tally *tally = &load->tables[CRM__TABLE_SALES].tally;
  crm__slice *slice = load->slice;
  uint32_t k;
  uint32_t i;
  if (!load->plain) {
    for (k = 0; k < slice->fresh.count; k++) {
      for (i = slice->starts[k]; i < slice->starts[k + 1]; i++) {
        slice->owners[i] = slice->fresh.first + k;
      }
    }
    if (!crm__column_append(&load->owner, &load->store->memory, slice->owners, (uint64_t)count)) {
      return 0;
    }
  }
  if (tally->rejected == 0) {
    return 1;
  }
  for (i = 0; i < (uint32_t)count; i++) {
    slice->good[i] = i;
  }
  slice->good_count = (uint32_t)count;
  return crm__sales_ordinals(load, (uint64_t)tally->rows);
}

static int append(crm_load *load, const crm__plain_rows *rows, int64_t count)
{
  crm__slice *slice = load->slice;
  uint64_t documents = load->store->documents.keys.count;
  crm__memory *memory = &load->store->memory;
  crm__plain_sums sums;
  fill_documents(load, rows);
  if (!crm__column_resize(&load->entry_of, memory, documents) ||
      !crm__column_resize(&load->verdicts, memory, documents) || !append_lines(load, rows, count) ||
      !append_documents(load, rows) || !append_owners(load, count)) {
    return 0;
  }
  crm__plain_sum(rows, count, &sums);
  crm__plain_add(load, &sums);
  load->staged += (uint64_t)count;
  load->last_owner = slice->fresh.first + slice->fresh.count - 1;
  load->tables[CRM__TABLE_SALES].tally.rows += count;
  return 1;
}

int crm__plain_take(crm_load *load, crm__plain_rows *rows, int64_t from, int64_t *taken, int64_t *general)
{
  crm__slice *slice = load->slice;
  int64_t count = rows->rows - from < CRM__SLICE ? rows->rows - from : CRM__SLICE;
  int done;
  *taken = 0;
  *general = count;
  if (rows->skip > 0) {
    rows->skip--;
    return 1;
  }
  rows->skip = SKIPPED;
  crm__plain_turn(rows, from);
  slice->fresh.count = crm__plain_rows_read(rows, count, slice->starts, slice->fresh.time);
  if (slice->fresh.count == 0) {
    return 1;
  }
  done = intern_documents(load, rows->at[CRM__SALES_DOCUMENT]);
  if (done == 0 && slice->run_ids[0] == load->last_owner) {
    *general = slice->starts[1];   /* it goes on from the slice before */
    rows->skip = 0;
  }
  if (done > 0) {
    done = intern_customers(load, rows);
    done = done > 0 ? intern_branches(load, rows) : done;
    if (done == 0) {
      crm__intern_truncate(&load->store->documents.keys, slice->fresh.first);
    }
  }
  if (done <= 0) {
    return done == 0;
  }
  rows->skip = 0;
  *taken = slice->starts[slice->fresh.count];
  crm__plain_rescale(slice, rows, *taken);
  return intern_lines(load, rows, *taken) && append(load, rows, *taken);
}
