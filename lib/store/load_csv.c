/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/bind.h"
#include "store/context.h"
#include "store/saved_file.h"

#include "base/error.h"

#include <string.h>

/* Files: from the reader's fields to the inputs that rows are decoded from. */

typedef struct reading {
  crm_load *load;
  const crm_csv *csv;
  int32_t table;
  crm__csv *reader;
  crm__binding binding;
  crm__bound bound;         /* selected: by place in the blocks */
  uint32_t file;
} reading;

static const char *header_name(const void *reader, int64_t i, size_t *length)
{
  return crm__csv_name((const crm__csv *)reader, i, length);
}

static void set_binding(reading *r)
{
  r->binding.what = "file";
  r->binding.map = r->csv->map;
  r->binding.map_count = r->csv->map_count;
  r->binding.set = r->csv->set;
  r->binding.set_count = r->csv->set_count;
  r->binding.decimal = r->csv->decimal;
  r->binding.document = r->csv->document;
  r->binding.time_format = r->csv->time_format;
  r->binding.header = header_name;
}

static crm_status check_csv(const reading *r, crm_error *error)
{
  if (r->csv->header_count < 0) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "a list of the file's options is missing");
  }
  return crm__binding_check(r->load, r->table, &r->binding, error);
}

static crm_status bind_columns(reading *r, crm_error *error)
{
  crm__csv_type types[CRM__TABLE_COLUMNS];
  crm_status status;
  int64_t k;
  r->binding.from = r->reader;
  r->binding.headers = crm__csv_columns(r->reader);
  status = crm__bind(r->load, r->table, &r->binding, &r->bound, error);
  for (k = 0; status == CRM_OK && k < r->bound.count; k++) {
    int32_t column = r->bound.selected[k];
    crm__cell_csv_type(r->load->store, r->table, column, &r->bound.inputs[column], &types[k]);
  }
  status = status == CRM_OK ? crm__csv_select(r->reader, r->bound.headers, r->bound.count, error) : status;
  return status == CRM_OK ? crm__csv_read_at_once(r->reader, types, crm__context_team(r->load->context), error)
                          : status;
}

static crm_status report_progress(const reading *r, int64_t bytes, crm_error *error)
{
  crm_status status = CRM_OK;
  if (r->load->progress != NULL) {
    status = r->load->progress(r->load->progress_context, bytes, r->load->tables[r->table].tally.rows);
  }
  return status == CRM_OK ? crm__team_watch(crm__context_team(r->load->context),
                                            (uint64_t)r->load->tables[r->table].tally.rows, 0, error)
                          : crm__fail(error, status, "the host asked to stop");
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
    for (k = 0; k < r->bound.count; k++) {
      crm__input *input = &r->bound.inputs[r->bound.selected[k]];
      input->fields = block.fields + k * block.stride;
      input->values = block.values == NULL ? NULL : block.values[k];
    }
    status = crm__load_rows(r->load, r->table, r->bound.inputs, block.records, block.rows, block.first_row, r->file,
                            error);
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
  status = crm__capture_file(r->load, name, error);
  if (status != CRM_OK) {
    r->load->state = CRM__LOAD_BROKEN;
    return status;
  }
  status = crm__csv_open(&store->memory, &dialect, source, &r->reader, error);
  if (status == CRM_OK) {
    status = bind_columns(r, error);
  }
  if (status == CRM_OK) {
    r->load->tables[r->table].tally.touched = 1;
    r->load->tables[r->table].last_row = 0;
    for (i = 0; i < crm__csv_columns(r->reader) - r->bound.count; i++) {
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
  set_binding(r);
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
