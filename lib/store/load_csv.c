/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/load.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* Files: from the reader's fields to the inputs that rows are decoded from. */

typedef struct reading {
  crm_load *load;
  const crm_csv *csv;
  int32_t table;
  crm__csv *reader;
  crm__input inputs[CRM__TABLE_COLUMNS];
  int32_t selected[CRM__TABLE_COLUMNS];   /* by place in the blocks: the schema column */
  int64_t selected_count;
  uint32_t file;
} reading;

static crm_status check_pairs(const reading *r, const crm_pair *pairs, int64_t count, const char *what,
                              crm_error *error)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    if (pairs[i].name == NULL || pairs[i].text == NULL) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(r->table)->name, what, i + 1, -1,
                          "a pair needs a name and a text");
    }
    if (crm__table_column_find(r->load->store, r->table, pairs[i].name, strlen(pairs[i].name)) < 0) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, crm__schema(r->table)->name, pairs[i].name, 0, -1,
                          "the table has no column of this name");
    }
  }
  return CRM_OK;
}

static crm_status check_csv(const reading *r, crm_error *error)
{
  const crm_csv *csv = r->csv;
  crm_status status;
  if (csv->map_count < 0 || csv->set_count < 0 || csv->header_count < 0 || (csv->map_count > 0 && csv->map == NULL) ||
      (csv->set_count > 0 && csv->set == NULL)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "a list of the file's options is missing");
  }
  if (csv->decimal != 0 && csv->decimal != '.' && csv->decimal != ',') {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "decimal", 0, -1, "a decimal mark is a point or a comma");
  }
  if (csv->document < CRM_DOCUMENT_COLUMN || csv->document > CRM_DOCUMENT_CUSTOMER_TIME) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "document", 0, -1, "no such way to make documents");
  }
  if (csv->time_format != NULL && crm__time_format_check(csv->time_format) != 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "time_format", 0,
                        (int64_t)crm__time_format_check(csv->time_format) - 1,
                        "a time format gives year, month and day by the directives it may hold");
  }
  status = check_pairs(r, csv->map, csv->map_count, "map", error);
  return status == CRM_OK ? check_pairs(r, csv->set, csv->set_count, "set", error) : status;
}

/* The header that a schema column is read from: mapped (the last pair counts), or its own name. */
static const char *header_of(const reading *r, int32_t column, int *mapped)
{
  const char *name = crm__table_column_name(r->load->store, r->table, column);
  int64_t i;
  *mapped = 0;
  for (i = r->csv->map_count - 1; i >= 0; i--) {
    if (strcmp(r->csv->map[i].name, name) == 0) {
      *mapped = 1;
      return r->csv->map[i].text;
    }
  }
  return name;
}

static const char *constant_of(const reading *r, int32_t column)
{
  const char *name = crm__table_column_name(r->load->store, r->table, column);
  int64_t i;
  for (i = r->csv->set_count - 1; i >= 0; i--) {
    if (strcmp(r->csv->set[i].name, name) == 0) {
      return r->csv->set[i].text;
    }
  }
  return NULL;
}

/* Whether another column is mapped to a header, which then no longer stands for the column of its own name. */
static int header_taken(const reading *r, const char *header)
{
  int64_t i;
  for (i = 0; i < r->csv->map_count; i++) {
    if (strcmp(r->csv->map[i].text, header) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The file column of a header. */
static crm_status find_header(const reading *r, int32_t column, int64_t *found, crm_error *error)
{
  int mapped;
  const char *header = header_of(r, column, &mapped);
  const char *name = crm__table_column_name(r->load->store, r->table, column);
  int64_t i;
  *found = -1;
  if (!mapped && header_taken(r, header)) {
    return CRM_OK;
  }
  for (i = 0; i < crm__csv_columns(r->reader); i++) {
    size_t length;
    const char *text = crm__csv_name(r->reader, i, &length);
    if (!crm__text_equal(text, length, header)) {
      continue;
    }
    if (*found >= 0) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, crm__schema(r->table)->name, name, 0, -1,
                          "the header of column %s stands twice in the file", name);
    }
    *found = i;
  }
  if (*found < 0 && mapped) {
    return crm__fail_at(error, CRM_ERROR_SCHEMA, crm__schema(r->table)->name, name, 0, -1,
                        "the file has no column \"%s\" for %s", header, name);
  }
  return CRM_OK;
}

/* Points every schema column at a file column, a constant, or nothing. */
static crm_status bind_columns(reading *r, crm_error *error)
{
  crm_store *store = r->load->store;
  int64_t files[CRM__TABLE_COLUMNS];
  int32_t width = crm__table_width(store, r->table);
  int32_t column;
  crm_status status;
  memset(r->inputs, 0, sizeof r->inputs);
  for (column = 0; column < width; column++) {
    crm__input *input = &r->inputs[column];
    const char *constant = constant_of(r, column);
    int64_t found = -1;
    input->mark = r->csv->decimal == ',' ? ',' : '.';
    input->time_format = r->csv->time_format;
    if (constant != NULL) {
      input->present = 1;
      input->constant.text = constant;
      input->constant.length = (uint32_t)strlen(constant);
      input->mark = '.';
      input->time_format = NULL;
      continue;
    }
    status = find_header(r, column, &found, error);
    if (status != CRM_OK) {
      return status;
    }
    if (found >= 0) {
      input->present = 1;
      files[r->selected_count] = found;
      r->selected[r->selected_count++] = column;
    }
  }
  status = crm__load_required(r->load, r->table, r->inputs, error);
  return status == CRM_OK ? crm__csv_select(r->reader, files, r->selected_count, error) : status;
}

/* A constant that is no value of its column is an error of the call, not of every row. */
static crm_status check_constants(const reading *r, crm_error *error)
{
  crm_store *store = r->load->store;
  int64_t i;
  for (i = 0; i < r->csv->set_count; i++) {
    const char *text = r->csv->set[i].text;
    int32_t column = crm__table_column_find(store, r->table, r->csv->set[i].name, strlen(r->csv->set[i].name));
    crm__verdicts *verdicts = crm__alloc_zero(&store->memory, sizeof *verdicts);
    crm__input input;
    crm__cells cells;
    crm__key key;
    int64_t value;
    int bad;
    if (verdicts == NULL) {
      return crm__fail_memory(error);
    }
    memset(&input, 0, sizeof input);
    input.constant.text = text;
    input.constant.length = (uint32_t)strlen(text);
    input.constant.bad = crm__utf8_valid(text, strlen(text)) ? 0 : CRM__FIELD_ENCODING;
    input.mark = '.';
    input.present = 1;
    cells.keys = &key;
    cells.values = &value;
    crm__cells_decode(&input, store, r->table, column, 0, 1, &cells, verdicts);
    bad = verdicts->cause[0] != CRM__CAUSE_NONE;
    crm__free(&store->memory, verdicts, sizeof *verdicts);
    if (bad) {
      return crm__fail_at(error, CRM_ERROR_VALUE, crm__schema(r->table)->name, r->csv->set[i].name, 0, -1,
                          "the constant is no value of the column");
    }
  }
  return CRM_OK;
}

static crm_status report_progress(const reading *r, int64_t bytes, crm_error *error)
{
  crm_status status = CRM_OK;
  if (r->load->progress != NULL) {
    status = r->load->progress(r->load->progress_context, bytes, r->load->tables[r->table].tally.rows);
  }
  return status == CRM_OK ? CRM_OK : crm__fail(error, status, "the host asked to stop");
}

static crm_status read_blocks(reading *r, crm_error *error)
{
  crm__block block;
  crm_status status;
  int64_t k;
  for (;;) {
    status = crm__csv_next(r->reader, &block, error);
    if (status != CRM_OK || block.rows == 0) {
      return status;
    }
    for (k = 0; k < r->selected_count; k++) {
      r->inputs[r->selected[k]].fields = block.fields + k * CRM__CSV_ROWS;
    }
    status = crm__load_rows(r->load, r->table, r->inputs, block.records, block.rows, block.first_row, r->file, error);
    if (status == CRM_OK) {
      status = report_progress(r, block.bytes, error);
    }
    if (status != CRM_OK) {
      return status;
    }
  }
}

static crm_status read_file(reading *r, const crm_source *source, crm_error *error)
{
  crm_store *store = r->load->store;
  const char *name = r->csv->file == NULL ? "" : r->csv->file;
  int64_t i;
  crm_status status;
  crm_csv dialect = *r->csv;
  r->file = crm__intern_add(&store->names, &store->memory, 0, crm__key_from(name, strlen(name)));
  if (r->file == CRM__NONE) {
    return crm__fail_memory(error);
  }
  r->load->document_mode = r->table == CRM__TABLE_SALES ? r->csv->document : CRM_DOCUMENT_COLUMN;
  status = crm__csv_open(&store->memory, &dialect, source, &r->reader, error);
  if (status == CRM_OK) {
    status = check_constants(r, error);
  }
  if (status == CRM_OK) {
    status = bind_columns(r, error);
  }
  if (status == CRM_OK) {
    r->load->tables[r->table].tally.touched = 1;
    r->load->tables[r->table].last_row = 0;
    for (i = 0; i < crm__csv_columns(r->reader) - r->selected_count; i++) {
      r->load->tables[r->table].tally.ignored++;
    }
    status = read_blocks(r, error);
    if (status != CRM_OK) {
      r->load->state = CRM__LOAD_BROKEN;
    }
  }
  crm__csv_close(r->reader);
  return status;
}

crm_status crm_load_csv(crm_load *load, const char *table, const crm_csv *csv, const crm_source *source,
                        crm_error *error)
{
  static const crm_csv defaults = CRM_CSV_INIT;
  crm_csv own = defaults;
  crm_source from;
  reading *r;
  crm_store *store;
  int32_t index = 0;
  crm_status status = crm__load_ready(load, table, &index, error);
  if (status == CRM_OK && csv != NULL) {
    status = crm__struct_read(&own, sizeof own, csv, "crm_csv", error);
  }
  if (status == CRM_OK) {
    status = source == NULL ? crm__fail(error, CRM_ERROR_ARGUMENT, "no source")
                            : crm__struct_read(&from, sizeof from, source, "crm_source", error);
  }
  if (status == CRM_OK && from.read == NULL) {
    status = crm__fail(error, CRM_ERROR_ARGUMENT, "the source cannot be read");
  }
  if (status != CRM_OK) {
    return status;
  }
  store = load->store;
  r = crm__alloc_zero(&store->memory, sizeof *r);
  if (r == NULL) {
    return crm__fail_memory(error);
  }
  r->load = load;
  r->csv = &own;
  r->table = index;
  status = check_csv(r, error);
  if (status == CRM_OK) {
    status = read_file(r, &from, error);
  }
  crm__free(&store->memory, r, sizeof *r);
  return status;
}

crm_status crm_load_csv_file(crm_load *load, const char *table, const crm_csv *csv, const char *path, crm_error *error)
{
  crm__file file;
  crm_source source;
  int32_t index;
  crm_status status = crm__load_ready(load, table, &index, error);
  if (status == CRM_OK && path == NULL) {
    status = crm__fail(error, CRM_ERROR_ARGUMENT, "no path");
  }
  if (status == CRM_OK) {
    status = crm__file_open(&file, path, &source, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = crm_load_csv(load, table, csv, &source, error);
  crm__file_close(&file);
  return status;
}
