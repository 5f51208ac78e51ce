/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales.h"

#include "store/commit.h"

#include <string.h>

/* The end of a slice: its good rows go into the line columns, its fresh documents into theirs. */

/* What the elements of each line column are, in the order of crm__line_columns; NULL: nothing was sent. */
static void find_lines(const crm__slice *slice, const void **elements)
{
  static const int32_t columns[CRM__LINE_COLUMNS] = {
    -1, -1, CRM__SALES_PRODUCT, CRM__SALES_QUANTITY, CRM__SALES_PRICE, CRM__SALES_DISCOUNT, CRM__SALES_TAX,
    CRM__SALES_COST, CRM__SALES_LINE, CRM__SALES_STAFF, CRM__SALES_CURRENCY, CRM__SALES_RATE, -1, CRM__SALES_ORIGINAL,
  };
  uint32_t c;
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    const crm__cells *cells = columns[c] < 0 ? NULL : &slice->cells[columns[c]];
    elements[c] = NULL;
    if (cells != NULL && cells->present) {
      elements[c] = cells->keys != NULL ? (const void *)slice->ids[columns[c]] : (const void *)cells->values;
    }
  }
  elements[0] = slice->code;
  elements[1] = slice->amount;
  elements[12] = slice->has_foreign ? slice->foreign : NULL;
}

static int append_lines(crm_load *load)
{
  crm_store *store = load->store;
  crm__column *columns[CRM__LINE_COLUMNS];
  const void *elements[CRM__LINE_COLUMNS];
  uint32_t c;
  (void)crm__line_columns(&store->lines, columns);
  find_lines(load->slice, elements);
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    if (!crm__column_append(columns[c], &store->memory, elements[c], load->slice->good_count)) {
      return 0;
    }
  }
  return 1;
}

/* Adds the magnitudes that the budgets look at, while they are at hand. */
static void add_budgets(crm_load *load)
{
  static const int32_t monies[] = {CRM__SALES_DISCOUNT, CRM__SALES_TAX, CRM__SALES_COST};
  const crm__slice *slice = load->slice;
  size_t k;
  crm__magnitudes_add(slice->amount, slice->good_count, &load->money);
  for (k = 0; k < sizeof monies / sizeof monies[0]; k++) {
    if (slice->cells[monies[k]].present) {
      crm__magnitudes_add(slice->cells[monies[k]].values, slice->good_count, &load->money);
    }
  }
  if (slice->cells[CRM__SALES_QUANTITY].present) {
    crm__magnitudes_add(slice->cells[CRM__SALES_QUANTITY].values, slice->good_count, &load->quantity);
  }
}

/* The chunks in which the chains of the fresh documents' customers will be written. */
static int touch_chains(crm_load *load)
{
  crm_store *store = load->store;
  const crm__fresh *fresh = &load->slice->fresh;
  uint32_t k;
  for (k = 0; k < fresh->count; k++) {
    if (fresh->customer[k] != CRM__NONE &&
        !crm__column_touch(&store->documents.next, &store->memory, (uint64_t)fresh->first + k)) {
      return 0;
    }
  }
  return 1;
}

/* Appends the fresh documents, and the names of originals that were first seen in the slice. */
static int append_documents(crm_load *load)
{
  crm_store *store = load->store;
  crm__memory *memory = &store->memory;
  const crm__fresh *fresh = &load->slice->fresh;
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  const void *elements[CRM__DOCUMENT_COLUMNS] = {NULL};   /* the chain and what was sent are written by the commit */
  uint32_t c;
  uint32_t k;
  (void)crm__document_columns(&store->documents, columns);
  elements[0] = fresh->time;
  elements[1] = fresh->customer;
  elements[2] = fresh->branch;
  elements[3] = fresh->version;
  elements[4] = fresh->line;
  elements[5] = fresh->lines;
  elements[6] = fresh->net;
  elements[7] = fresh->returned;
  elements[8] = fresh->tax;
  elements[9] = fresh->cost;
  elements[10] = fresh->flags;
  elements[12] = NULL;
  for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
    if (!crm__column_append(columns[c], memory, elements[c], fresh->count) ||
        !crm__column_resize(columns[c], memory, store->documents.keys.count)) {
      return 0;
    }
  }
  for (k = 0; !load->plain && k < fresh->count; k++) {
    if (fresh->verdicts[k] != 0) {
      if (!crm__column_touch(&load->verdicts, memory, (uint64_t)fresh->first + k)) {
        return 0;
      }
      crm__column_put_u8(&load->verdicts, (uint64_t)fresh->first + k, fresh->verdicts[k]);
    }
  }
  return touch_chains(load);
}

uint32_t crm__staged_ordinal(const crm_load *load, uint64_t staged)
{
  return staged < load->ordinal.length ? crm__column_u32(&load->ordinal, staged) : (uint32_t)staged;
}

int crm__keep_ordinals(crm_load *load)
{
  crm__memory *memory = &load->store->memory;
  uint64_t i = load->ordinal.length;
  if (i == load->staged) {
    return 1;
  }
  if (!crm__column_resize(&load->ordinal, memory, load->staged)) {
    return 0;
  }
  for (; i < load->staged; i++) {
    if (!crm__column_touch(&load->ordinal, memory, i)) {
      return 0;
    }
    crm__column_put_u32(&load->ordinal, i, (uint32_t)i);
  }
  return 1;
}

int crm__sales_ordinals(crm_load *load, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  uint32_t k;
  if (load->tables[CRM__TABLE_SALES].tally.rejected == 0) {
    return 1;
  }
  for (k = 0; k < slice->good_count; k++) {
    slice->good[k] = (uint32_t)(ordinal + slice->good[k]);
  }
  return crm__column_append(&load->ordinal, &load->store->memory, slice->good, slice->good_count);
}

int crm__sales_append(crm_load *load, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  if (!append_lines(load) || !append_documents(load) || !crm__sales_ordinals(load, ordinal) ||
      (!load->plain &&
       !crm__column_append(&load->owner, &load->store->memory, slice->owners, slice->good_count))) {
    return 0;
  }
  add_budgets(load);
  load->staged += slice->good_count;
  return 1;
}
