/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales_wave.h"

#include "base/error.h"
#include "store/context.h"
#include "store/saved_file.h"

#include <string.h>

/* Plain rows on threads of the host. A wave is a run of slices, which begin and end where they would one after the
 * other: that is known from the documents' keys alone. Its slices are read at the same time; then the calling thread
 * gives the keys their ids, slice after slice, since ids go by first sight, and makes the columns longer, since tasks
 * have no allocator; then the slices are written at the same time. */

#define SLICES_LEAST CRM__SIZE(8, 2)     /* of one after a slice that was not plain, and of any that is worth it */
#define SLICES_A_PART CRM__SIZE(8, 1)

/* ---- which slices ---- */

/* Where the last document of a slice begins that goes on or may go on behind it. */
static int64_t last_begin(const int64_t *documents, int64_t from, int64_t end)
{
  int64_t i = end - 1;
  while (i > from && documents[i] == documents[i - 1]) {
    i--;
  }
  return i;
}

/* Finds the slices of a wave. Answers how many there are. */
static uint64_t cut(crm__wave *wave)
{
  const crm__plain_rows *rows = wave->rows;
  const int64_t *documents = rows->values[CRM__SALES_DOCUMENT];
  int64_t from = wave->from;
  uint64_t n = 0;
  while (n < wave->most && from < rows->rows) {
    crm__wave_slice *slice = &wave->slices[n];
    int64_t end = rows->rows - from < CRM__SLICE ? rows->rows : from + CRM__SLICE;
    slice->from = from;
    slice->read = end - from;
    end = end < rows->rows ? last_begin(documents, from, end) : end;
    slice->rows = end - from;
    if (slice->rows == 0) {
      break;   /* a document fills all of it */
    }
    from = end;
    n++;
  }
  return n;
}

/* ---- ids ---- */

/* 1: all documents are new; 0: some are not, and nothing has changed; -1: no memory. */
static int intern_documents(crm_load *load, crm__wave_slice *slice)
{
  crm__intern *keys = &load->store->documents.keys;
  uint32_t *ids = load->slice->run_ids;
  uint32_t others = 0;
  uint32_t k;
  slice->first = (uint32_t)keys->count;
  if (crm__intern_add_integers(keys, &load->store->memory, 0, slice->keys, slice->documents, ids) !=
      slice->documents) {
    return -1;
  }
  for (k = 0; k < slice->documents; k++) {
    others |= ids[k] ^ (slice->first + k);
  }
  if (others != 0) {
    crm__intern_truncate(keys, slice->first);
  }
  return others == 0;
}

/* 0: no memory. */
static int intern_customers(const crm__wave *wave, crm__wave_slice *slice)
{
  crm_store *store = wave->load->store;
  uint32_t n = slice->documents;
  if (wave->rows->customers != NULL) {
    return crm__intern_add_keys(&store->customers, &store->memory, 0, wave->texts[slice - wave->slices], n,
                                slice->customer) == n;
  }
  return wave->rows->values[CRM__SALES_CUSTOMER] == NULL ||
         crm__intern_add_integers(&store->customers, &store->memory, 0, slice->customers, n, slice->customer) == n;
}

static int intern_keys(const crm__wave *wave, crm__wave_slice *slice)
{
  crm_load *load = wave->load;
  crm_store *store = load->store;
  int k;
  if (!slice->branches_known && !crm__sales_integers(load, &store->branches, CRM__SALES_BRANCH, CRM__KEYS_FEW,
                                                     slice->branches, slice->documents, slice->branch)) {
    return 0;
  }
  for (k = 0; k < CRM__WAVE_KEYS; k++) {
    if (!slice->known[k] &&
        !crm__sales_integers(load, k == CRM__WAVE_PRODUCT ? &store->products : &store->names, crm__wave_columns[k],
                             k == CRM__WAVE_PRODUCT ? CRM__KEYS_MANY : CRM__KEYS_FEW,
                             wave->rows->values[crm__wave_columns[k]] + slice->from, slice->rows, slice->ids[k])) {
      return 0;
    }
  }
  return 1;
}

/* How many slices from the first on have ids now: up to one that is not plain or whose documents are not new. 0: no
 * memory, in *count too. */
static int intern_slices(crm__wave *wave, uint64_t *count)
{
  uint64_t n = *count;
  uint64_t i;
  *count = 0;
  for (i = 0; i < n && wave->slices[i].documents > 0; i++) {
    int done = intern_documents(wave->load, &wave->slices[i]);
    if (done == 0) {
      break;
    }
    if (done < 0 || !intern_customers(wave, &wave->slices[i]) || !intern_keys(wave, &wave->slices[i])) {
      return 0;
    }
  }
  *count = i;
  return 1;
}

/* ---- into the store ---- */

/* What becomes of the documents, by document column; NULL: fill. */
static void list_documents(const crm__wave *wave, const crm__wave_slice *slice, const void **elements)
{
  const crm__plain_rows *rows = wave->rows;
  uint32_t c;
  for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
    elements[c] = NULL;
  }
  elements[0] = slice->time;
  elements[1] = slice->customer;
  elements[2] = rows->values[CRM__SALES_BRANCH] == NULL ? NULL : slice->branch;
  elements[4] = slice->line;
  elements[5] = slice->lines;
  elements[6] = slice->net;
  elements[8] = rows->values[CRM__SALES_TAX] == NULL ? NULL : slice->tax;
  elements[9] = rows->values[CRM__SALES_COST] == NULL ? NULL : slice->cost;
  elements[10] = slice->flags;
}

/* What becomes of a slice's rows in a line column, before it has the store's decimals. */
static const void *line_elements(const crm__wave *wave, const crm__wave_slice *slice, const crm__plain_line *line)
{
  const int64_t *numbers = wave->rows->values[line->source];
  int k;
  for (k = 0; line->interned && numbers != NULL && k < CRM__WAVE_KEYS; k++) {
    if (crm__wave_columns[k] == line->source) {
      return slice->ids[k];
    }
  }
  return numbers == NULL ? NULL : numbers + slice->from;   /* NULL of what makes lines special */
}

/* The chunks in which the chains of the customers will be written. */
static int touch_chains(crm_store *store, const crm__wave_slice *slice)
{
  crm__column *next = &store->documents.next;
  return crm__column_touch(next, &store->memory, slice->first) &&
         crm__column_touch(next, &store->memory, (uint64_t)slice->first + slice->documents - 1);
}

/* Makes the columns longer by some slices. 0: no memory. */
static int extend(crm__wave *wave, uint64_t count)
{
  crm_store *store = wave->load->store;
  crm__memory *memory = &store->memory;
  int chained = wave->rows->values[CRM__SALES_CUSTOMER] != NULL || wave->rows->customers != NULL;
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  const void *elements[CRM__DOCUMENT_COLUMNS];
  crm__plain_line lines[CRM__LINE_COLUMNS];
  uint32_t all = crm__plain_lines(&store->lines, lines);
  uint64_t i;
  uint32_t c;
  (void)crm__document_columns(&store->documents, columns);
  for (i = 0; i < count; i++) {
    const crm__wave_slice *slice = &wave->slices[i];
    list_documents(wave, slice, elements);
    for (c = 0; c < all; c++) {
      if (!crm__column_extend(lines[c].column, memory, line_elements(wave, slice, &lines[c]),
                              (uint64_t)slice->rows)) {
        return 0;
      }
    }
    for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
      if (!crm__column_extend(columns[c], memory, elements[c], slice->documents)) {
        return 0;
      }
    }
    if (chained && !touch_chains(store, slice)) {
      return 0;
    }
  }
  return crm__column_resize(&wave->load->entry_of, memory, store->documents.keys.count) &&
         crm__column_resize(&wave->load->verdicts, memory, store->documents.keys.count);
}

static void write_lines(const crm__wave *wave, const crm__wave_slice *slice)
{
  uint64_t at = wave->line + (uint64_t)(slice->from - wave->from);
  crm__plain_line lines[CRM__LINE_COLUMNS];
  int64_t scaled[CRM__SLICE];
  uint32_t all = crm__plain_lines(&wave->load->store->lines, lines);
  uint32_t c;
  int64_t i;
  for (c = 0; c < all; c++) {
    const void *elements = line_elements(wave, slice, &lines[c]);
    int64_t factor = wave->rows->factor[lines[c].source];
    if (elements != NULL && factor > 1) {
      for (i = 0; i < slice->rows; i++) {
        scaled[i] = ((const int64_t *)elements)[i] * factor;
      }
      elements = scaled;
    }
    if (elements != NULL) {
      crm__column_write(lines[c].column, at, elements, (uint64_t)slice->rows);
    }
  }
}

static crm_status write_part(void *job, uint64_t part)
{
  crm__wave *wave = job;
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  const void *elements[CRM__DOCUMENT_COLUMNS];
  uint64_t i;
  uint32_t c;
  (void)crm__document_columns(&wave->load->store->documents, columns);
  for (i = crm__split_from(&wave->parts, part); i < crm__split_to(&wave->parts, part); i++) {
    const crm__wave_slice *slice = &wave->slices[i];
    write_lines(wave, slice);
    list_documents(wave, slice, elements);
    for (c = 0; c < CRM__DOCUMENT_COLUMNS; c++) {
      if (elements[c] != NULL) {
        crm__column_write(columns[c], slice->first, elements[c], slice->documents);
      }
    }
  }
  return CRM_OK;
}

/* What the load is to know of slices that are in the store. */
static crm_status note(crm__wave *wave, crm__plain_rows *rows, uint64_t count, crm_error *error)
{
  crm_load *load = wave->load;
  crm_status status = CRM_OK;
  uint64_t i;
  for (i = 0; status == CRM_OK && i < count; i++) {
    const crm__wave_slice *slice = &wave->slices[i];
    crm__plain_add(load, &slice->sums);
    load->staged += (uint64_t)slice->rows;
    load->last_owner = slice->first + slice->documents - 1;
    load->tables[CRM__TABLE_SALES].tally.rows += slice->rows;
    if (load->capture != NULL) {
      crm__plain_turn(rows, slice->from);
      crm__plain_rescale(load->slice, rows, slice->rows);
      status = crm__capture_plain(load, rows, slice->rows, error);
    }
  }
  return status;
}

/* ---- waves ---- */

void crm__wave_free(crm_load *load)
{
  crm__wave *wave = load->wave;
  if (wave != NULL) {
    crm__free_array(&load->store->memory, wave->texts, CRM__WAVE_SLICES, sizeof *wave->texts);
    crm__free(&load->store->memory, wave, sizeof *wave);
    load->wave = NULL;
  }
}

/* NULL: no memory. */
static crm__wave *prepare(crm_load *load, const crm__plain_rows *rows)
{
  crm__wave *wave = load->wave;
  if (wave == NULL) {
    wave = crm__alloc(&load->store->memory, sizeof *wave);
    if (wave == NULL) {
      return NULL;
    }
    wave->load = load;
    wave->texts = NULL;
    wave->most = CRM__WAVE_SLICES;
    wave->alone = 0;
    load->wave = wave;
  }
  if (rows->customers != NULL && wave->texts == NULL) {
    wave->texts = crm__alloc_array(&load->store->memory, CRM__WAVE_SLICES, sizeof *wave->texts);
    if (wave->texts == NULL) {
      return NULL;
    }
  }
  return wave;
}

/* Whether rows may be taken in waves: with a thread beside the calling one, and as long as nothing has to be known of
 * each line. A batch mostly begins with a document that has begun in the one before: it goes the general way first. */
static int is_worth_it(const crm_load *load, const crm__plain_rows *rows, int64_t from)
{
  crm__key first = {NULL, 0, rows->values[CRM__SALES_DOCUMENT][from]};
  return crm__team_workers(crm__context_team(load->context)) > 1 && rows->skip == 0 && load->plain &&
         load->tables[CRM__TABLE_SALES].tally.rejected == 0 &&
         rows->rows - from > (int64_t)SLICES_LEAST * CRM__SLICE &&
         crm__intern_find(&load->store->documents.keys, 0, first) == CRM__NONE;
}

static crm_status take(crm__wave *wave, crm__plain_rows *rows, uint64_t *count, crm_error *error)
{
  crm__team team = *crm__context_team(wave->load->context);
  uint64_t n = *count;
  crm_status status;
  team.watch = NULL;   /* it hears of rows, between waves */
  wave->parts = crm__split_rows(n, SLICES_A_PART);
  status = crm__team_run(&team, wave->parts.parts, crm__wave_read, wave, error);
  if (status != CRM_OK) {
    return status;
  }
  if (!intern_slices(wave, &n) || !extend(wave, n)) {
    return crm__fail_memory(error);
  }
  wave->parts = crm__split_rows(n, SLICES_A_PART);
  status = crm__team_run(&team, wave->parts.parts, write_part, wave, error);
  *count = n;
  return status == CRM_OK ? note(wave, rows, n, error) : status;
}

crm_status crm__wave_take(crm_load *load, crm__plain_rows *rows, int64_t from, int64_t *taken, crm_error *error)
{
  crm__wave *wave;
  crm_status status;
  uint64_t wanted;
  uint64_t n;
  *taken = 0;
  if (!is_worth_it(load, rows, from)) {
    return CRM_OK;
  }
  wave = prepare(load, rows);
  if (wave == NULL) {
    return crm__fail_memory(error);
  }
  if (wave->alone > 0) {
    wave->alone--;
    return CRM_OK;
  }
  wave->rows = rows;
  wave->from = from;
  wave->line = load->lines_before + load->staged;
  wanted = cut(wave);
  n = wanted;
  status = take(wave, rows, &n, error);
  if (status == CRM_OK && n > 0) {
    *taken = wave->slices[n - 1].from + wave->slices[n - 1].rows - from;
  }
  wave->alone = n < wanted;
  wave->most = n < wanted ? SLICES_LEAST : wave->most * 2 < CRM__WAVE_SLICES ? wave->most * 2 : CRM__WAVE_SLICES;
  return status;
}
