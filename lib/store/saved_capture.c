/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_profiles.h"

#include "base/error.h"
#include "store/saved_log.h"

/* What a load is given, on its way into the store's file: slices of rows as they were decoded, so that whoever opens
 * the file takes them as this load did. It is written as it comes, and counts once the load is committed. */

#define FRAME (UINT64_C(1) << 20)   /* bytes at which a frame is ended */

int crm__capture_begin(crm_load *load)
{
  crm_store *store = load->store;
  if (store->saved == NULL || store->saved->replaying) {
    return 1;
  }
  load->capture = crm__alloc_zero(&store->memory, sizeof *load->capture);
  return load->capture != NULL;
}

static void begin_frame(crm_load *load)
{
  crm__bytes_u32(&load->capture->bytes, &load->store->memory,
                 (load->replace ? CRM__ROWS_REPLACE : 0) | (load->all_or_nothing ? CRM__ROWS_ALL_OR_NOTHING : 0));
}

static crm_status write_frame(crm_load *load, uint32_t kind, crm_error *error)
{
  crm__capture *capture = load->capture;
  crm__journal *journal = load->store->saved->journal;
  crm_status status;
  if (capture->bytes.failed) {
    return crm__fail_memory(error);
  }
  capture->begun = 1;
  status = crm__journal_begin(journal, kind, error);
  if (status == CRM_OK) {
    status = crm__journal_write(journal, capture->bytes.data, (size_t)capture->bytes.used, error);
  }
  if (status == CRM_OK) {
    status = crm__journal_end(journal, NULL, error);
  }
  capture->bytes.used = 0;
  return status;
}

crm_status crm__capture_file(crm_load *load, const char *name, crm_error *error)
{
  crm__capture *capture = load->capture;
  if (capture == NULL) {
    return CRM_OK;
  }
  if (capture->bytes.used == 0) {
    begin_frame(load);
  }
  crm__bytes_u8(&capture->bytes, &load->store->memory, CRM__RECORD_FILE);
  crm__bytes_u32(&capture->bytes, &load->store->memory, (uint32_t)strlen(name));
  crm__bytes_add(&capture->bytes, &load->store->memory, name, strlen(name));
  return capture->bytes.failed ? crm__fail_memory(error) : CRM_OK;
}

/* ---- numbers ---- */

/* Bytes that hold 0 to span, and one more value where some are missing. */
static uint32_t width_of(uint64_t span, int missing)
{
  uint64_t most = span + (missing != 0);
  if (most < span || most > UINT32_MAX) {
    return 8;
  }
  return most == 0 ? 0 : most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : 4;
}

static void store_number(unsigned char *to, uint64_t value, uint32_t width)
{
  uint32_t k;
  for (k = 0; k < width; k++) {
    to[k] = (unsigned char)(value >> (8 * k));
  }
}

/* What is stored of a number. */
static uint64_t above(int64_t value, int64_t least)
{
  return value == CRM__NULL ? UINT64_MAX : (uint64_t)value - (uint64_t)least;
}

/* Each width with a loop of its own, where the compiler knows it: half the time or less by gcc. */
static void store_numbers(unsigned char *to, const int64_t *values, int64_t count, int64_t least, uint32_t width)
{
  int64_t i;
  if (width == 1) {
    for (i = 0; i < count; i++) {
      to[i] = (unsigned char)above(values[i], least);
    }
  } else if (width == 2) {
    for (i = 0; i < count; i++) {
      store_number(to + (size_t)i * 2, above(values[i], least), 2);
    }
  } else if (width == 4) {
    for (i = 0; i < count; i++) {
      store_number(to + (size_t)i * 4, above(values[i], least), 4);
    }
  } else if (width == 8) {
    for (i = 0; i < count; i++) {
      store_number(to + (size_t)i * 8, above(values[i], least), 8);
    }
  }
}

static void add_numbers(crm_load *load, const int64_t *values, int64_t count)
{
  crm__bytes *bytes = &load->capture->bytes;
  crm__memory *memory = &load->store->memory;
  int64_t least = INT64_MAX;
  int64_t most = INT64_MIN;
  int missing = 0;
  uint32_t width;
  unsigned char *to;
  int64_t i;
  for (i = 0; i < count; i++) {
    if (values[i] == CRM__NULL) {
      missing = 1;
    } else {
      least = values[i] < least ? values[i] : least;
      most = values[i] > most ? values[i] : most;
    }
  }
  if (most < least) {   /* there is none */
    least = 0;
    most = 0;
  }
  width = width_of((uint64_t)most - (uint64_t)least, missing);
  crm__bytes_u8(bytes, memory, width);
  crm__bytes_u8(bytes, memory, (uint32_t)missing);
  crm__bytes_i64(bytes, memory, least);
  to = crm__bytes_room(bytes, memory, (uint64_t)count * width);
  if (to != NULL) {
    store_numbers(to, values, count, least, width);
  }
}

/* ---- keys ---- */

static int same_key(const crm__key *a, const crm__key *b)
{
  return a->integer == b->integer && a->length == b->length && (a->text == NULL) == (b->text == NULL) &&
         (a->text == b->text || memcmp(a->text, b->text, a->length) == 0);
}

static void add_keys(crm_load *load, const crm__key *keys, int64_t count)
{
  crm__bytes *bytes = &load->capture->bytes;
  crm__memory *memory = &load->store->memory;
  int64_t i;
  for (i = 0; i < count; i++) {
    if (crm__key_is_none(keys[i])) {
      crm__bytes_u8(bytes, memory, CRM__TAG_NONE);
    } else if (i > 0 && same_key(&keys[i], &keys[i - 1])) {
      crm__bytes_u8(bytes, memory, CRM__TAG_AGAIN);
    } else if (keys[i].text == NULL) {
      crm__bytes_u8(bytes, memory, CRM__TAG_INTEGER);
      crm__bytes_i64(bytes, memory, keys[i].integer);
    } else {
      crm__bytes_u8(bytes, memory, CRM__TAG_TEXT);
      crm__bytes_u32(bytes, memory, (uint32_t)keys[i].length);
      crm__bytes_add(bytes, memory, keys[i].text, keys[i].length);
    }
  }
}

/* ---- slices ---- */

static void add_column(crm_load *load, int32_t table, int32_t column, int64_t count)
{
  crm__bytes *bytes = &load->capture->bytes;
  crm__memory *memory = &load->store->memory;
  const crm__cells *cells = &load->slice->cells[column];
  uint32_t form = cells->keys == NULL                          ? CRM__CELLS_AS_VALUES
                  : cells->integers == CRM__CELLS_INTEGERS ? CRM__CELLS_AS_INTEGERS
                  : cells->integers == CRM__CELLS_SPARSE   ? CRM__CELLS_AS_SPARSE
                                                               : CRM__CELLS_AS_KEYS;
  crm__bytes_u8(bytes, memory, (uint32_t)crm__table_column_number(table, column));
  crm__bytes_u8(bytes, memory, form);
  if (form == CRM__CELLS_AS_KEYS) {
    add_keys(load, cells->keys, count);
  } else {
    add_numbers(load, cells->values, count);
  }
}

static uint32_t what_there_is(const crm_load *load, int32_t table, int64_t count)
{
  const crm__slice *slice = load->slice;
  uint32_t there = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    there |= slice->verdicts.cause[i] != CRM__CAUSE_NONE ? CRM__SLICE_CAUSES : 0;
  }
  if (table == CRM__TABLE_SALES) {
    there |= CRM__SLICE_FIGURES;
    there |= slice->sales_only ? 0 : CRM__SLICE_CODES;
    there |= slice->has_foreign ? CRM__SLICE_FOREIGN : 0;
  }
  return there;
}

static void add_causes(crm_load *load, int32_t table, int64_t count)
{
  crm__bytes *bytes = &load->capture->bytes;
  crm__memory *memory = &load->store->memory;
  const crm__verdicts *verdicts = &load->slice->verdicts;
  unsigned char *numbers;
  int64_t i;
  crm__bytes_add(bytes, memory, verdicts->cause, (uint64_t)count);
  numbers = crm__bytes_room(bytes, memory, (uint64_t)count);
  for (i = 0; numbers != NULL && i < count; i++) {
    numbers[i] = verdicts->column[i] == 0
                     ? 0
                     : (unsigned char)(crm__table_column_number(table, verdicts->column[i] - 1) + 1);
  }
}

static void begin_slice(crm_load *load, int32_t table, int64_t count, uint32_t there, uint32_t rounded,
                        uint32_t columns)
{
  crm__bytes *bytes = &load->capture->bytes;
  crm__memory *memory = &load->store->memory;
  if (bytes->used == 0) {
    begin_frame(load);
  }
  crm__bytes_u8(bytes, memory, CRM__RECORD_SLICE);
  crm__bytes_u8(bytes, memory, (uint32_t)table);
  crm__bytes_u8(bytes, memory, table == CRM__TABLE_SALES ? (uint32_t)load->document_mode : 0);
  crm__bytes_u8(bytes, memory, there);
  crm__bytes_u32(bytes, memory, (uint32_t)count);
  crm__bytes_u32(bytes, memory, rounded);
  crm__bytes_u32(bytes, memory, columns);
}

static crm_status end_slice(crm_load *load, crm_error *error)
{
  const crm__bytes *bytes = &load->capture->bytes;
  if (bytes->failed) {
    return crm__fail_memory(error);
  }
  return bytes->used < FRAME ? CRM_OK : write_frame(load, CRM__SAVED_ROWS, error);
}

static void add_slice(crm_load *load, int32_t table, int64_t count)
{
  crm__bytes *bytes = &load->capture->bytes;
  crm__memory *memory = &load->store->memory;
  const crm__slice *slice = load->slice;
  uint32_t there = what_there_is(load, table, count);
  uint32_t columns = 0;
  int32_t column;
  for (column = 0; column < crm__table_width(load->store, table); column++) {
    columns += slice->cells[column].present != 0;
  }
  begin_slice(load, table, count, there, (uint32_t)slice->verdicts.rounded, columns);
  if (there & CRM__SLICE_CAUSES) {
    add_causes(load, table, count);
  }
  if (there & CRM__SLICE_FIGURES) {
    add_numbers(load, slice->amount, count);
  }
  if (there & CRM__SLICE_CODES) {
    crm__bytes_add(bytes, memory, slice->code, (uint64_t)count);
  }
  if (there & CRM__SLICE_FOREIGN) {
    add_numbers(load, slice->foreign, count);
  }
  for (column = 0; column < crm__table_width(load->store, table); column++) {
    if (slice->cells[column].present) {
      add_column(load, table, column, count);
    }
  }
}

crm_status crm__capture_slice(crm_load *load, int32_t table, int64_t count, crm_error *error)
{
  if (load->capture == NULL) {
    return CRM_OK;
  }
  add_slice(load, table, count);
  return end_slice(load, error);
}

/* The keys of customers as they are decoded. */
static void add_texts(crm_load *load, const crm_column *texts, int64_t from, int64_t count)
{
  crm__key *keys = load->slice->cells[CRM__SALES_CUSTOMER].keys;
  const int64_t *offsets = texts->offsets + from;
  int64_t i;
  for (i = 0; i < count; i++) {
    keys[i] = crm__key_from(texts->bytes + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
  }
  add_keys(load, keys, count);
}

static void add_plain_column(crm_load *load, const crm__plain_rows *rows, int32_t column, int64_t count)
{
  crm__bytes *bytes = &load->capture->bytes;
  crm__memory *memory = &load->store->memory;
  int texts = column == CRM__SALES_CUSTOMER && rows->customers != NULL;
  int keys = load->slice->cells[column].keys != NULL;
  crm__bytes_u8(bytes, memory, (uint32_t)crm__table_column_number(CRM__TABLE_SALES, column));
  crm__bytes_u8(bytes, memory, texts ? CRM__CELLS_AS_KEYS : keys ? CRM__CELLS_AS_INTEGERS : CRM__CELLS_AS_VALUES);
  if (texts) {
    add_texts(load, rows->customers, rows->from, count);
  } else {
    add_numbers(load, rows->at[column], count);
  }
}

crm_status crm__capture_plain(crm_load *load, const crm__plain_rows *rows, int64_t count, crm_error *error)
{
  uint32_t columns = rows->customers != NULL;
  int32_t column;
  if (load->capture == NULL) {
    return CRM_OK;
  }
  for (column = 0; column < CRM__SALES_COLUMNS; column++) {
    columns += rows->at[column] != NULL;
  }
  begin_slice(load, CRM__TABLE_SALES, count, CRM__SLICE_FIGURES, 0, columns);
  add_numbers(load, rows->at[CRM__SALES_AMOUNT], count);
  for (column = 0; column < CRM__SALES_COLUMNS; column++) {
    if (rows->at[column] != NULL || (column == CRM__SALES_CUSTOMER && rows->customers != NULL)) {
      add_plain_column(load, rows, column, count);
    }
  }
  return end_slice(load, error);
}

/* ---- the end ---- */

void crm__capture_sums(const crm_load *load, crm__bytes *bytes, crm__memory *memory)
{
  const crm_store *store = load->store;
  int32_t table;
  crm__bytes_i64(bytes, memory, store->version);
  crm__bytes_u64(bytes, memory, store->customers.count);
  crm__bytes_u64(bytes, memory, store->documents.keys.count);
  crm__bytes_u64(bytes, memory, store->names.count);
  crm__bytes_u64(bytes, memory, store->products.count);
  crm__bytes_u64(bytes, memory, load->reject_count);
  crm__bytes_i64(bytes, memory, load->ledger);
  for (table = 0; table < CRM__TABLES; table++) {
    const crm__tally *tally = &load->tables[table].tally;
    crm__bytes_i64(bytes, memory, tally->rows);
    crm__bytes_i64(bytes, memory, tally->accepted);
    crm__bytes_i64(bytes, memory, tally->duplicate);
    crm__bytes_i64(bytes, memory, tally->rounded);
  }
}

/* The end of a load, and what it leaves of profiles. */
static crm_status write_end(crm_load *load, const crm__decided *decided, crm_error *error)
{
  crm__capture *capture = load->capture;
  crm_store *store = load->store;
  crm__profiled after;
  crm_status status = write_frame(load, CRM__SAVED_LOAD, error);
  if (status == CRM_OK) {
    status = crm__profiles_of_load(load, decided, &capture->bytes, &after, error);
  }
  if (status == CRM_OK) {
    status = write_frame(load, CRM__SAVED_PROFILES, error);
  }
  if (status == CRM_OK) {
    status = crm__journal_commit(store->saved->journal, 0, store->version, error);
  }
  if (status == CRM_OK) {
    capture->begun = 0;
    store->saved->profiled = after;
  }
  return status;
}

crm_status crm__capture_commit(crm_load *load, const crm__decided *decided, crm_error *error)
{
  crm__capture *capture = load->capture;
  crm_store *store = load->store;
  crm_status status = CRM_OK;
  int32_t table;
  if (load->sums != NULL) {
    return crm__replay_compare(load, load->sums, load->sums_size, error);
  }
  if (capture == NULL) {
    return CRM_OK;
  }
  if (capture->bytes.used > 0) {
    status = write_frame(load, CRM__SAVED_ROWS, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  begin_frame(load);
  for (table = 0; table < CRM__TABLES; table++) {
    const crm__tally *tally = &load->tables[table].tally;
    crm__bytes_u32(&capture->bytes, &store->memory, (uint32_t)tally->ignored);
    crm__bytes_u32(&capture->bytes, &store->memory, (uint32_t)tally->touched);
  }
  crm__bytes_i64(&capture->bytes, &store->memory, load->tables[CRM__TABLE_SALES].tally.amount_in);
  crm__capture_sums(load, &capture->bytes, &store->memory);
  return write_end(load, decided, error);
}

void crm__capture_end(crm_load *load)
{
  crm__capture *capture = load->capture;
  if (capture == NULL) {
    return;
  }
  if (capture->begun) {
    crm__journal_rollback(load->store->saved->journal);
  }
  crm__bytes_free(&capture->bytes, &load->store->memory);
  crm__free(&load->store->memory, capture, sizeof *capture);
  load->capture = NULL;
}
