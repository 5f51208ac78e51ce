/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/load.h"

#include "base/error.h"
#include "base/text.h"
#include "store/context.h"
#include "store/sales_plain.h"
#include "store/saved_file.h"
#include "table/build.h"

#include <limits.h>
#include <string.h>

static void free_slice(crm_load *load)
{
  crm__memory *memory = &load->store->memory;
  int32_t i;
  if (load->slice == NULL) {
    return;
  }
  for (i = 0; i < CRM__TABLE_COLUMNS; i++) {
    crm__free_array(memory, load->slice->cells[i].keys, CRM__SLICE, sizeof(crm__key));
  }
  crm__free_array(memory, load->slice->values, (uint64_t)load->slice->width * CRM__SLICE, sizeof(int64_t));
  crm__free(memory, load->slice, sizeof *load->slice);
  load->slice = NULL;
}

/* The slice without cells. */
static int make_slice(crm_load *load)
{
  crm__slice *made = crm__alloc(&load->store->memory, sizeof *made);
  if (made == NULL) {
    return 0;
  }
  memset(made->cells, 0, sizeof made->cells);   /* the rest is written before it is read */
  memset(made->small_ids, 0xFF, sizeof made->small_ids);   /* CRM__NONE */
  made->values = NULL;
  made->width = 0;
  load->slice = made;
  return 1;
}

/* Room for the values of so many columns; what is in them is not kept. */
static int widen_slice(crm_load *load, int32_t width)
{
  crm__memory *memory = &load->store->memory;
  crm__slice *slice = load->slice;
  if (width <= slice->width) {
    return 1;
  }
  crm__free_array(memory, slice->values, (uint64_t)slice->width * CRM__SLICE, sizeof(int64_t));
  slice->width = 0;
  slice->values = crm__alloc_array(memory, (uint64_t)width * CRM__SLICE, sizeof(int64_t));
  slice->width = slice->values != NULL ? width : 0;
  return slice->values != NULL;
}

/* Gives the cells of a table's columns their arrays: keys only where there may be keys. */
int crm__slice_prepare(crm_load *load, int32_t table)
{
  int32_t width = crm__table_width(load->store, table);
  int32_t i;
  if ((load->slice == NULL && !make_slice(load)) || !widen_slice(load, width)) {
    return 0;
  }
  for (i = 0; i < width; i++) {
    crm__cells *cells = &load->slice->cells[i];
    int32_t cell = crm__table_column_cell(load->store, table, i);
    if (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME) {
      if (cells->keys == NULL) {
        cells->keys = crm__alloc_array(&load->store->memory, CRM__SLICE, sizeof(crm__key));
      }
      if (cells->keys == NULL) {
        return 0;
      }
    } else {
      crm__free_array(&load->store->memory, cells->keys, CRM__SLICE, sizeof(crm__key));
      cells->keys = NULL;
    }
    cells->values = load->slice->values + (size_t)i * CRM__SLICE;
  }
  return 1;
}

crm_status crm_load_begin(crm_store *store, const crm_load_options *options, crm_load **load, crm_error *error)
{
  static const crm_load_options defaults = CRM_LOAD_OPTIONS_INIT;
  crm_load_options own = defaults;
  crm_load *made;
  crm_status status;
  int32_t table;
  if (store == NULL || load == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no place for the load");
  }
  *load = NULL;
  if (options != NULL) {
    status = crm__struct_read(&own, sizeof own, options, "crm_load_options", error);
    if (status != CRM_OK) {
      return status;
    }
    if ((own.replace != 0 && own.replace != 1) || (own.all_or_nothing != 0 && own.all_or_nothing != 1)) {
      return crm__fail(error, CRM_ERROR_ARGUMENT, "replace and all_or_nothing are 0 or 1");
    }
  }
  status = crm__saved_changeable(store, error);
  if (status != CRM_OK) {
    return status;
  }
  if (store->open_load) {
    return crm__fail(error, CRM_ERROR_STATE, "another load of this store is open");
  }
  made = crm__alloc_zero(&store->memory, sizeof *made);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->store = store;
  made->replace = own.replace != 0;
  made->all_or_nothing = own.all_or_nothing != 0;
  made->context = own.context;
  made->unrated = CRM__NONE;
  made->last_owner = CRM__NONE;
  made->plain = 1;
  made->customers_before = store->customers.count;
  made->products_before = store->products.count;
  made->branches_before = store->branches.count;
  made->names_before = store->names.count;
  made->documents_before = store->documents.keys.count;
  made->lines_before = store->line_count;
  crm__column_open(&made->owner, 4, CRM__NONE);
  crm__column_open(&made->ordinal, 4, 0);
  crm__column_open(&made->entry_of, 4, CRM__NONE);
  crm__column_open(&made->verdicts, 1, 0);
  crm__intern_open(&made->entry_keys);
  made->opportunities_before = store->opportunities.count;
  made->references_before = store->references.count;
  for (table = 0; table < CRM__TABLES; table++) {
    made->places_before[table] = store->dimensions[table].keys.count;
  }
  if (!crm__column_resize(&made->entry_of, &store->memory, made->documents_before) ||
      !crm__column_resize(&made->verdicts, &store->memory, made->documents_before) || !crm__capture_begin(made)) {
    crm_load_free(made);
    return crm__fail_memory(error);
  }
  store->open_load = 1;
  *load = made;
  return CRM_OK;
}

/* Cuts off all that the load has put into the store. */
static void undo(crm_load *load)
{
  crm_store *store = load->store;
  crm__column *columns[CRM__LINE_COLUMNS + CRM__DOCUMENT_COLUMNS];
  uint32_t lines = crm__line_columns(&store->lines, columns);
  uint32_t all = lines + crm__document_columns(&store->documents, columns + lines);
  uint32_t i;
  int32_t table;
  for (i = 0; i < all; i++) {
    uint64_t length = i < lines ? load->lines_before : load->documents_before;
    if (columns[i]->length > length) {
      (void)crm__column_resize(columns[i], &store->memory, length);
    }
  }
  crm__intern_truncate(&store->customers, load->customers_before);
  crm__intern_truncate(&store->products, load->products_before);
  crm__intern_truncate(&store->branches, load->branches_before);
  crm__intern_truncate(&store->names, load->names_before);
  crm__intern_truncate(&store->documents.keys, load->documents_before);
  crm__intern_truncate(&store->opportunities, load->opportunities_before);
  crm__intern_truncate(&store->references, load->references_before);
  for (table = 0; table < CRM__TABLES; table++) {
    crm__intern_truncate(&store->dimensions[table].keys, load->places_before[table]);
  }
  crm__profiles_cut(store);
}

void crm_load_free(crm_load *load)
{
  crm_store *store;
  int32_t table;
  if (load == NULL) {
    return;
  }
  store = load->store;
  crm__capture_end(load);
  if (load->state != CRM__LOAD_COMMITTED) {
    undo(load);
  }
  store->open_load = 0;
  crm__load_release(load);
  for (table = 0; table < CRM__TABLES; table++) {
    crm__free_array(&store->memory, load->tables[table].segments, load->tables[table].segment_capacity,
                    sizeof(crm__segment));
  }
  crm__free_array(&store->memory, load->rejects, load->reject_capacity, sizeof *load->rejects);
  crm__free(&store->memory, load, sizeof *load);
}

void crm__load_release(crm_load *load)
{
  crm_store *store = load->store;
  free_slice(load);
  crm__wave_free(load);
  crm__column_close(&load->owner, &store->memory);
  crm__column_close(&load->ordinal, &store->memory);
  crm__column_close(&load->entry_of, &store->memory);
  crm__column_close(&load->verdicts, &store->memory);
  crm__intern_close(&load->entry_keys, &store->memory);
  crm__intern_open(&load->entry_keys);
  crm__dimensions_release(load);
  crm__identity_free(&load->identity, &store->memory);
  crm__free_array(&store->memory, load->entries, load->entry_capacity, sizeof *load->entries);
  crm__free_array(&store->memory, load->turned_away, load->turned_away_capacity, sizeof *load->turned_away);
  load->entries = NULL;
  load->entry_capacity = 0;
  load->turned_away = NULL;
  load->turned_away_capacity = 0;
}

int crm__load_reject(crm_load *load, int32_t table, uint64_t ordinal, int32_t cause, int32_t column)
{
  crm__reject *reject;
  if (!crm__grow(&load->store->memory, (void **)&load->rejects, &load->reject_capacity, load->reject_count + 1,
                 sizeof *load->rejects)) {
    return 0;
  }
  reject = &load->rejects[load->reject_count++];
  reject->ordinal = (uint32_t)ordinal;
  reject->table = (uint8_t)table;
  reject->cause = (uint8_t)cause;
  reject->column = (uint8_t)column;
  reject->spare = 0;
  load->tables[table].tally.rejected++;
  return 1;
}

int crm__load_turn_away(crm_load *load, int32_t day, uint32_t branch, int64_t amount)
{
  crm__turned_away *entry;
  if (!crm__grow(&load->store->memory, (void **)&load->turned_away, &load->turned_away_capacity,
                 load->turned_away_count + 1, sizeof *load->turned_away)) {
    return 0;
  }
  entry = &load->turned_away[load->turned_away_count++];
  entry->day = day;
  entry->branch = branch;
  entry->rows = 1;
  entry->amount = amount;
  return 1;
}

/* Notes which rows of which file the coming ordinals are. */
static int note_segment(crm_load *load, int32_t table, int64_t first_row, uint32_t file)
{
  crm__table_load *part = &load->tables[table];
  uint64_t start = (uint64_t)part->tally.rows;
  crm__segment *last = part->segment_count > 0 ? &part->segments[part->segment_count - 1] : NULL;
  if (last != NULL && last->file == file && last->row + (int64_t)(start - last->start) == first_row) {
    return 1;
  }
  if (!crm__grow(&load->store->memory, (void **)&part->segments, &part->segment_capacity, part->segment_count + 1,
                 sizeof *part->segments)) {
    return 0;
  }
  part->segments[part->segment_count].start = start;
  part->segments[part->segment_count].row = first_row;
  part->segments[part->segment_count].file = file;
  part->segment_count++;
  return 1;
}

#define WATCHED (48 * (int64_t)CRM__SLICE)   /* rows between which the host's watch is asked */

int crm__slice_take(crm_load *load, int32_t table, int64_t count)
{
  crm__tally *tally = &load->tables[table].tally;
  uint64_t ordinal = (uint64_t)tally->rows;
  tally->rows += count;
  if (table == CRM__TABLE_SALES ? !crm__load_sales(load, count, ordinal)
                                : !crm__load_dimension(load, table, count, ordinal)) {
    return 0;
  }
  tally->rounded += load->slice->verdicts.rounded;
  return 1;
}

static crm_status load_slice(crm_load *load, int32_t table, const crm__input *inputs, const uint8_t *records,
                             int64_t from, int64_t count, crm_error *error)
{
  crm__slice *slice = load->slice;
  int32_t width = crm__table_width(load->store, table);
  crm_status status;
  int64_t i;
  int32_t column;
  memset(slice->verdicts.cause, 0, (size_t)count);
  memset(slice->verdicts.column, 0, (size_t)count);
  slice->verdicts.rounded = 0;
  for (i = 0; records != NULL && i < count; i++) {
    slice->verdicts.cause[i] = records[from + i];   /* record faults and causes share their numbers */
  }
  for (column = 0; column < width; column++) {
    crm__cells_decode(&inputs[column], load->store, table, column, from, count, &slice->cells[column],
                      &slice->verdicts);
  }
  if (table == CRM__TABLE_SALES) {
    crm__sales_read(load, inputs, from, count);
  }
  status = crm__capture_slice(load, table, count, error);
  if (status != CRM_OK) {
    return status;
  }
  return crm__slice_take(load, table, count) ? CRM_OK : crm__fail_memory(error);
}

/* Some of the next rows; *count: how many. */
static crm_status load_some(crm_load *load, int32_t table, const crm__input *inputs, crm__plain_rows *plain,
                            const uint8_t *records, int64_t from, int64_t *count, crm_error *error)
{
  int64_t taken = 0;
  crm_status status = plain->plain ? crm__wave_take(load, plain, from, &taken, error) : CRM_OK;
  if (status != CRM_OK || taken > 0) {
    *count = taken;
    return status;
  }
  if (plain->plain && !crm__plain_take(load, plain, from, &taken, count)) {
    return crm__fail_memory(error);
  }
  if (taken > 0) {
    *count = taken;
    return crm__capture_plain(load, plain, taken, error);
  }
  return load_slice(load, table, inputs, records, from, *count, error);
}

crm_status crm__load_rows(crm_load *load, int32_t table, const crm__input *inputs, const uint8_t *records, int64_t rows,
                          int64_t first_row, uint32_t file, crm_error *error)
{
  crm__table_load *part = &load->tables[table];
  crm__plain_rows plain;
  int64_t watched = 0;
  int64_t count;
  int64_t from;
  if (first_row == 0) {
    first_row = part->last_row + 1;
  }
  if (rows > (int64_t)UINT32_MAX - 2 - part->tally.rows) {
    load->state = CRM__LOAD_BROKEN;
    return crm__fail_at(error, CRM_ERROR_LIMIT, crm__schema(table)->name, NULL, first_row, -1,
                        "a load takes at most 4294967293 rows of a table");
  }
  if (!crm__slice_prepare(load, table) || !note_segment(load, table, first_row, file)) {
    load->state = CRM__LOAD_BROKEN;
    return crm__fail_memory(error);
  }
  crm__plain_open(&plain, load, table, inputs, records, rows);
  for (from = 0; from < rows; from += count) {
    crm_status status;
    count = rows - from < CRM__SLICE ? rows - from : CRM__SLICE;
    status = load_some(load, table, inputs, &plain, records, from, &count, error);
    if (status == CRM_OK && from + count - watched >= WATCHED) {
      watched = from + count;
      status = crm__team_watch(crm__context_team(load->context), (uint64_t)(from + count), (uint64_t)rows, error);
    }
    if (status != CRM_OK) {
      load->state = CRM__LOAD_BROKEN;
      return status;
    }
  }
  part->tally.touched = 1;
  part->last_row = first_row + rows - 1;
  return CRM_OK;
}

crm_status crm__load_ready(const crm_load *load, const char *table, int32_t *index, crm_error *error)
{
  if (load == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no load, or no table");
  }
  *index = crm__schema_find(table);
  if (*index < 0) {
    return crm__fail(error, CRM_ERROR_SCHEMA, "there is no table of this name");
  }
  if (load->state != CRM__LOAD_OPEN) {
    return crm__fail(error, CRM_ERROR_STATE, "the load is committed or has failed");
  }
  return CRM_OK;
}

crm_status crm__load_required(const crm_load *load, int32_t table, const crm__input *inputs, crm_error *error)
{
  const crm__schema_table *schema = crm__schema(table);
  int32_t i;
  for (i = 0; i < schema->count; i++) {
    int made = table == CRM__TABLE_SALES && i == CRM__SALES_DOCUMENT && load->document_mode != CRM_DOCUMENT_COLUMN;
    if (crm__schema_required(&schema->columns[i]) && !inputs[i].present && !made) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, schema->name, schema->columns[i].name, 0, -1,
                          "the required column %s is missing", schema->columns[i].name);
    }
  }
  if (table == CRM__TABLE_SALES && !inputs[CRM__SALES_AMOUNT].present &&
      !(inputs[CRM__SALES_QUANTITY].present && inputs[CRM__SALES_PRICE].present)) {
    return crm__fail_at(error, CRM_ERROR_SCHEMA, schema->name, "amount", 0, -1,
                        "the required column amount is missing, and so are quantity and price in its place");
  }
  return CRM_OK;
}

/* Checks one batch column against the rows and the schema. */
static crm_status check_column(const crm_store *store, int32_t table, const crm_column *column, int32_t index,
                               int64_t rows, crm_error *error)
{
  const char *name = crm__table_column_name(store, table, index);
  int64_t i;
  if (!crm__cell_accepts(crm__table_column_cell(store, table, index), column->type)) {
    return crm__fail_at(error, CRM_ERROR_TYPE, crm__schema(table)->name, name, 0, -1,
                        "the column does not take this type");
  }
  if (column->rows != rows) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(table)->name, name, 0, -1,
                        "the column has another number of rows than the batch");
  }
  if (column->type == CRM_TYPE_DECIMAL && (column->scale < 0 || column->scale > 18)) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(table)->name, name, 0, -1, "a scale is 0 to 18");
  }
  if (column->type == CRM_TYPE_MONEY && column->scale != 0 && column->scale != store->digits) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(table)->name, name, 0, -1,
                        "money has the store's decimals");
  }
  if (rows > 0 && (column->type == CRM_TYPE_TEXT ? column->offsets == NULL : column->values == NULL)) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(table)->name, name, 0, -1, "the column has no values");
  }
  if (column->type == CRM_TYPE_TEXT) {
    for (i = 0; i < rows; i++) {
      if (column->offsets[i] < 0 || column->offsets[i + 1] < column->offsets[i] ||
          (column->offsets[i + 1] > 0 && column->bytes == NULL)) {
        return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(table)->name, name, i + 1, -1,
                            "the offsets of the column do not rise, or it has no bytes");
      }
    }
  }
  return CRM_OK;
}

crm_status crm_load_append(crm_load *load, const char *table, const crm_batch *batch, crm_error *error)
{
  crm_batch own;
  crm_column columns[CRM__TABLE_COLUMNS];
  crm__input inputs[CRM__TABLE_COLUMNS];
  int32_t index = 0;
  int64_t i;
  int32_t ignored = 0;
  crm_status status = crm__load_ready(load, table, &index, error);
  if (status == CRM_OK) {
    status = batch == NULL ? crm__fail(error, CRM_ERROR_ARGUMENT, "no batch")
                           : crm__struct_read(&own, sizeof own, batch, "crm_batch", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  /* Not 8: where int64_t is aligned by 4, as on 32-bit x86, so is a column. */
  if (own.rows < 0 || own.first_row < 0 || own.first_row > INT64_MAX / 2 || own.column_count < 0 ||
      (own.column_count > 0 && own.columns == NULL) || own.column_size < sizeof(uint32_t) ||
      own.column_size % sizeof(uint32_t) != 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, table, NULL, 0, -1, "the batch contradicts itself");
  }
  memset(inputs, 0, sizeof inputs);
  for (i = 0; i < own.column_count; i++) {
    const unsigned char *at = (const unsigned char *)own.columns + (size_t)i * own.column_size;
    crm_column column;
    uint32_t size;
    int32_t found;
    memcpy(&size, at, sizeof size);
    if (size > own.column_size) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, table, NULL, 0, -1, "a column is wider than column_size");
    }
    status = crm__struct_read(&column, sizeof column, at, "crm_column", error);
    if (status != CRM_OK) {
      return status;
    }
    if (column.name == NULL) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, table, NULL, 0, -1, "a column has no name");
    }
    found = crm__table_column_find(load->store, index, column.name, strlen(column.name));
    if (found < 0) {
      ignored++;
      continue;
    }
    if (inputs[found].present) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, table, column.name, 0, -1, "the column is there twice");
    }
    status = check_column(load->store, index, &column, found, own.rows, error);
    if (status != CRM_OK) {
      return status;
    }
    columns[found] = column;
    inputs[found].column = &columns[found];
    inputs[found].mark = '.';
    inputs[found].present = 1;
  }
  load->document_mode = CRM_DOCUMENT_COLUMN;
  status = crm__load_required(load, index, inputs, error);
  if (status != CRM_OK) {
    return status;
  }
  load->tables[index].tally.ignored += ignored;
  return crm__load_rows(load, index, inputs, NULL, own.rows, own.first_row, 0, error);
}

void crm_load_progress(crm_load *load, crm_progress progress, void *context)
{
  if (load != NULL) {
    load->progress = progress;
    load->progress_context = context;
  }
}
