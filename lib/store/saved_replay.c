/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_file.h"

#include "base/error.h"
#include "base/text.h"
#include "store/saved_log.h"

#include <crm/identity.h>

/* What stands behind a checkpoint, done again. A cell that no file or batch could have given is CORRUPT. */

static crm_status corrupt(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "a commit behind the checkpoint cannot be read: %s", what);
}

/* ---- numbers ---- */

static uint64_t load_number(const unsigned char *from, uint32_t width)
{
  uint64_t value = 0;
  uint32_t k;
  for (k = 0; k < width; k++) {
    value |= (uint64_t)from[k] << (8 * k);
  }
  return value;
}

/* 0: they are cut off. */
static int read_numbers(crm__byte_reader *reader, int64_t *values, int64_t count)
{
  uint32_t width = crm__read_u8(reader);
  uint32_t missing = crm__read_u8(reader);
  uint64_t least = crm__read_u64(reader);
  uint64_t none = width == 0 ? 0 : UINT64_MAX >> (64 - 8 * (width > 8 ? 8 : width));
  const unsigned char *from;
  int64_t i;
  if (width > 8 || missing > 1) {
    return 0;
  }
  from = crm__read_bytes(reader, (uint64_t)count * width);
  for (i = 0; from != NULL && i < count; i++) {
    uint64_t value = load_number(from + (size_t)i * width, width);
    values[i] = missing && value == none ? CRM__NULL : crm__signed64(least + value);
  }
  return from != NULL;
}

/* Whether numbers are such as a cell gives: of money, and of numbers, any. */
static int numbers_good(const crm_store *store, int32_t table, int32_t column, const int64_t *values, int64_t count)
{
  int32_t cell = crm__table_column_cell(store, table, column);
  int64_t least = -INT64_MAX;
  int64_t most = INT64_MAX;
  int64_t i;
  int bad = 0;
  if (cell == CRM__CELL_TIME) {
    least = CRM__TIME_MIN;
    most = CRM__TIME_MAX - 1;
  } else if (cell == CRM__CELL_BOOLEAN) {
    least = 0;
    most = 1;
  } else if (cell == CRM__CELL_WORD) {
    least = 0;
    most = crm__words_count(crm__schema(table)->columns[column].words) - 1;
  }
  for (i = 0; i < count; i++) {
    bad |= values[i] != CRM__NULL && (values[i] < least || values[i] > most);
  }
  return !bad;
}

/* ---- keys ---- */

static int read_keys(crm__byte_reader *reader, crm__key *keys, int64_t count)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    uint32_t tag = crm__read_u8(reader);
    keys[i] = crm__key_none();
    if (tag == CRM__TAG_AGAIN && i > 0) {
      keys[i] = keys[i - 1];
    } else if (tag == CRM__TAG_INTEGER) {
      keys[i].length = 0;
      keys[i].integer = crm__read_i64(reader);
    } else if (tag == CRM__TAG_TEXT) {
      size_t length = crm__read_u32(reader);
      const char *text = (const char *)crm__read_bytes(reader, length);
      if (text == NULL || !crm__utf8_valid(text, length)) {
        return 0;
      }
      keys[i] = crm__key_from(text, length);
    } else if (tag != CRM__TAG_NONE) {
      return 0;
    }
    if (reader->bad) {
      return 0;
    }
  }
  return 1;
}

/* ---- slices ---- */

/* What stands in a frame whose checksum is right, and is not known here, a later version of the library has written. */
static crm_status later(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_VERSION, "a commit behind the checkpoint is of a later version of the library: %s",
                   what);
}

static int read_cells(crm_load *load, int32_t table, int32_t column, crm__byte_reader *reader, int64_t count)
{
  uint32_t form = crm__read_u8(reader);
  crm__cells *cells;
  if (reader->bad) {
    return 0;
  }
  cells = &load->slice->cells[column];
  if (cells->present || (cells->keys == NULL) != (form == CRM__CELLS_AS_VALUES) || form > CRM__CELLS_AS_KEYS ||
      (table != CRM__TABLE_SALES && cells->keys != NULL && form != CRM__CELLS_AS_KEYS)) {
    return 0;
  }
  cells->present = 1;
  cells->integers = form == CRM__CELLS_AS_INTEGERS ? CRM__CELLS_INTEGERS
                    : form == CRM__CELLS_AS_SPARSE ? CRM__CELLS_SPARSE
                                                   : CRM__CELLS_KEYS;
  if (form == CRM__CELLS_AS_KEYS) {
    return read_keys(reader, cells->keys, count);
  }
  return read_numbers(reader, cells->values, count) &&
         (form != CRM__CELLS_AS_VALUES || numbers_good(load->store, table, column, cells->values, count));
}

static crm_status read_column(crm_load *load, int32_t table, crm__byte_reader *reader, int64_t count, crm_error *error)
{
  int32_t column = crm__table_column_numbered(load->store, table, (int32_t)crm__read_u8(reader));
  if (column < 0 && !reader->bad) {
    return later(error, "a column that is not known here");
  }
  return !reader->bad && read_cells(load, table, column, reader, count) ? CRM_OK : corrupt(error, "a column");
}

static int read_causes(crm_load *load, int32_t table, crm__byte_reader *reader, int64_t count)
{
  crm__verdicts *verdicts = &load->slice->verdicts;
  const unsigned char *causes = crm__read_bytes(reader, (uint64_t)count);
  const unsigned char *columns = crm__read_bytes(reader, (uint64_t)count);
  int64_t i;
  if (causes == NULL || columns == NULL) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    int32_t column = columns[i] == 0 ? -1 : crm__table_column_numbered(load->store, table, columns[i] - 1);
    if (causes[i] >= CRM__CAUSES || (column < 0 && columns[i] != 0)) {
      return 0;
    }
    verdicts->cause[i] = causes[i];
    verdicts->column[i] = (uint8_t)(column + 1);
  }
  return 1;
}

static int figures_good(const crm__slice *slice, int64_t count)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    if (slice->amount[i] == INT64_MIN || slice->code[i] >= 8U << 2) {
      return 0;
    }
  }
  return 1;
}

static int read_figures(crm_load *load, crm__byte_reader *reader, uint32_t there, int64_t count)
{
  crm__slice *slice = load->slice;
  slice->sales_only = (there & CRM__SLICE_CODES) == 0;
  slice->has_foreign = (there & CRM__SLICE_FOREIGN) != 0;
  memset(slice->code, 0, sizeof slice->code);
  if (!read_numbers(reader, slice->amount, count)) {
    return 0;
  }
  if (there & CRM__SLICE_CODES) {
    const unsigned char *codes = crm__read_bytes(reader, (uint64_t)count);
    if (codes == NULL) {
      return 0;
    }
    memcpy(slice->code, codes, (size_t)count);
  }
  return (!slice->has_foreign || read_numbers(reader, slice->foreign, count)) && figures_good(slice, count);
}

/* Whether rows that are not refused have what loading asks for before it takes them. */
static int sales_whole(const crm_load *load, int64_t count)
{
  const crm__slice *slice = load->slice;
  const crm__cells *documents = &slice->cells[CRM__SALES_DOCUMENT];
  int64_t i;
  if (!slice->cells[CRM__SALES_TIME].present ||
      (!documents->present && load->document_mode == CRM_DOCUMENT_COLUMN)) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE &&
        (slice->cells[CRM__SALES_TIME].values[i] == CRM__NULL ||
         (load->document_mode == CRM_DOCUMENT_COLUMN && crm__key_is_none(crm__cells_key(documents, i))))) {
      return 0;
    }
  }
  return 1;
}

static crm_status replay_slice(crm_load *load, crm__byte_reader *reader, crm_error *error)
{
  int32_t table = (int32_t)crm__read_u8(reader);
  int32_t mode = (int32_t)crm__read_u8(reader);
  uint32_t there = crm__read_u8(reader);
  int64_t count = (int64_t)crm__read_u32(reader);
  uint32_t rounded = crm__read_u32(reader);
  uint32_t columns = crm__read_u32(reader);
  int32_t column;
  uint32_t i;
  if (!reader->bad && table >= CRM__TABLES) {
    return later(error, "a table that is not known here");
  }
  if (reader->bad || mode > CRM_DOCUMENT_CUSTOMER_TIME || count < 1 || count > CRM__SLICE ||
      ((there & CRM__SLICE_FIGURES) != 0) != (table == CRM__TABLE_SALES) ||
      load->tables[table].tally.rows > (int64_t)UINT32_MAX - 2 - count) {
    return corrupt(error, "rows of no table");
  }
  if (!crm__slice_prepare(load, table)) {
    return crm__fail_memory(error);
  }
  load->document_mode = mode;
  memset(load->slice->verdicts.cause, 0, (size_t)count);
  memset(load->slice->verdicts.column, 0, (size_t)count);
  load->slice->verdicts.rounded = rounded;
  for (column = 0; column < crm__table_width(load->store, table); column++) {
    load->slice->cells[column].present = 0;
    load->slice->cells[column].integers = CRM__CELLS_KEYS;
  }
  if (((there & CRM__SLICE_CAUSES) && !read_causes(load, table, reader, count)) ||
      ((there & CRM__SLICE_FIGURES) && !read_figures(load, reader, there, count))) {
    return corrupt(error, "figures");
  }
  for (i = 0; i < columns; i++) {
    crm_status status = read_column(load, table, reader, count, error);
    if (status != CRM_OK) {
      return status;
    }
  }
  if (table == CRM__TABLE_SALES && !sales_whole(load, count)) {
    return corrupt(error, "rows without document or time");
  }
  return crm__slice_take(load, table, count) ? CRM_OK : crm__fail_memory(error);
}

static crm_status replay_file(crm_load *load, crm__byte_reader *reader, crm_error *error)
{
  crm_store *store = load->store;
  size_t length = crm__read_u32(reader);
  const char *name = (const char *)crm__read_bytes(reader, length);
  if (name == NULL) {
    return corrupt(error, "the name of a file");
  }
  return crm__intern_add(&store->names, &store->memory, 0, crm__key_from(name, length)) == CRM__NONE
             ? crm__fail_memory(error)
             : CRM_OK;
}

/* ---- frames ---- */

static crm_status begin_load(crm__replay *replay, uint32_t options, crm_error *error)
{
  crm_load_options own = CRM_LOAD_OPTIONS_INIT;
  if (replay->load != NULL) {
    return CRM_OK;
  }
  own.replace = (options & CRM__ROWS_REPLACE) != 0;
  own.all_or_nothing = (options & CRM__ROWS_ALL_OR_NOTHING) != 0;
  return crm_load_begin(replay->store, &own, &replay->load, error);
}

static crm_status replay_rows(crm__replay *replay, crm__byte_reader *reader, crm_error *error)
{
  crm_status status = begin_load(replay, crm__read_u32(reader), error);
  while (status == CRM_OK && reader->left > 0) {
    uint32_t record = crm__read_u8(reader);
    status = record == CRM__RECORD_FILE    ? replay_file(replay->load, reader, error)
             : record == CRM__RECORD_SLICE ? replay_slice(replay->load, reader, error)
                                           : later(error, "a record of a kind that is not known here");
  }
  return status;
}

/* Whether the load that is about to be committed decided as the one that was written. */
crm_status crm__replay_compare(const crm_load *load, const unsigned char *sums, uint64_t size, crm_error *error)
{
  crm__memory memory = crm__memory_fork(&load->store->memory);
  crm__bytes own;
  crm_status status = CRM_OK;
  memset(&own, 0, sizeof own);
  crm__capture_sums(load, &own, &memory);
  if (own.failed) {
    status = crm__fail_memory(error);
  } else if (own.used < size || memcmp(own.data, sums, (size_t)size) != 0) {
    status = corrupt(error, "its rows give something else than they gave");
  }
  crm__bytes_free(&own, &memory);
  return status;
}

/* How long the end of a load is, without tables and for each of them: a file of before the last ones were there has
 * fewer, and what it says of a load ends with them. */
#define LOAD_ALONE 64U
#define LOAD_TABLE 40U

static crm_status replay_load(crm__replay *replay, crm__byte_reader *reader, crm_error *error)
{
  crm_status status = begin_load(replay, crm__read_u32(reader), error);
  crm_load *load = replay->load;
  uint64_t tables = reader->left < LOAD_ALONE ? 0 : (reader->left - LOAD_ALONE) / LOAD_TABLE;
  uint64_t table;
  if (status != CRM_OK) {
    return status;
  }
  if (tables == 0 || tables > CRM__TABLES || LOAD_ALONE + tables * LOAD_TABLE != reader->left) {
    return corrupt(error, "its length");
  }
  for (table = 0; table < tables; table++) {
    crm__tally *tally = &load->tables[table].tally;
    uint32_t ignored = crm__read_u32(reader);
    uint32_t touched = crm__read_u32(reader);
    if (ignored > INT32_MAX || touched > 1) {
      return corrupt(error, "counts");
    }
    tally->ignored = (int32_t)ignored;
    tally->touched = (int32_t)touched;
  }
  load->tables[CRM__TABLE_SALES].tally.amount_in = crm__read_i64(reader);
  if (reader->bad || load->tables[CRM__TABLE_SALES].tally.amount_in == INT64_MIN) {
    return corrupt(error, "counts");
  }
  load->sums = replay->lenient ? NULL : reader->at;
  load->sums_size = reader->left;
  status = crm_load_commit(load, error);
  crm_load_free(load);
  replay->load = NULL;
  return status == CRM_OK || status == CRM_ERROR_MEMORY || status == CRM_ERROR_CORRUPT
             ? status
             : corrupt(error, "it would be refused");
}

static crm_status replay_attribute(crm_store *store, crm__byte_reader *reader, crm_error *error)
{
  uint32_t table = crm__read_u32(reader);
  int32_t type = (int32_t)crm__read_u32(reader);
  const char *name = (const char *)crm__read_bytes(reader, 64);
  crm_status status;
  if (name == NULL || reader->left != 0 || table >= CRM__TABLES || memchr(name, 0, 64) == NULL) {
    return corrupt(error, "an attribute");
  }
  status = crm_store_attribute(store, crm__schema((int32_t)table)->name, name, type, error);
  return status == CRM_OK || status == CRM_ERROR_MEMORY ? status : corrupt(error, "an attribute");
}

/* The keys of a frame as the list that the call was given: pointers, then texts ended by zero. */
static crm_status replay_keys(crm_store *store, uint32_t kind, crm__byte_reader *reader, crm_error *error)
{
  crm__memory memory = crm__memory_fork(&store->memory);
  uint64_t count = crm__read_u64(reader);
  const char **keys;
  crm_table *receipt = NULL;
  crm_status status = CRM_OK;
  uint64_t i;
  if (reader->bad || count > reader->left) {
    return corrupt(error, "keys");
  }
  keys = crm__alloc_array(&memory, count + 1, sizeof *keys);
  if (keys == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; status == CRM_OK && i < count; i++) {
    uint32_t length = crm__read_u32(reader);
    keys[i] = (const char *)crm__read_bytes(reader, (uint64_t)length + 1);
    if (keys[i] == NULL || keys[i][length] != 0) {
      status = corrupt(error, "keys");
    }
  }
  if (status == CRM_OK) {
    status = kind == CRM__SAVED_ERASE ? crm_identity_erase(store, keys, (int64_t)count, &receipt, error)
                                      : crm_identity_forget(store, keys, (int64_t)count, &receipt, error);
    crm_table_free(receipt);
  }
  crm__free_array(&memory, keys, count + 1, sizeof *keys);
  return status == CRM_OK || status == CRM_ERROR_MEMORY || status == CRM_ERROR_CORRUPT
             ? status
             : corrupt(error, "keys of nobody");
}

crm_status crm__replay_frame(crm__replay *replay, uint32_t kind, const unsigned char *data, uint64_t size,
                             crm_error *error)
{
  crm__byte_reader reader = crm__byte_reader_of(data, size);
  if (kind == CRM__SAVED_ROWS) {
    return replay_rows(replay, &reader, error);
  }
  if (kind == CRM__SAVED_LOAD) {
    return replay_load(replay, &reader, error);
  }
  if (replay->load != NULL) {
    return corrupt(error, "rows without an end");
  }
  switch (kind) {
  case CRM__SAVED_ATTRIBUTE:
    return replay_attribute(replay->store, &reader, error);
  case CRM__SAVED_ERASE:
  case CRM__SAVED_FORGET:
    return replay_keys(replay->store, kind, &reader, error);
  case CRM__SAVED_PROFILES:   /* what doing it again gives */
    return CRM_OK;
  default:
    return later(error, "a frame of a kind that is not known here");
  }
}
