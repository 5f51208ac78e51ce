/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/bind.h"

#include "base/error.h"
#include "base/sizes.h"
#include "table/arrow_column.h"

#include <string.h>

/* Arrow arrays: from their columns to the inputs that rows are decoded from. */

/* Rows that are converted at a time, where something has to be: a multiple of 8, and what is converted stays in the
 * cache. */
#define STRETCH CRM__SIZE(65536, 16)

typedef struct frame {
  crm_load *load;
  int32_t table;
  int32_t minor;
  int32_t begun;                                  /* rows have gone into the load */
  const struct ArrowSchema *schema;
  crm__binding binding;
  crm__bound bound;
  crm__arrow_column columns[CRM__TABLE_COLUMNS];  /* by place in bound.selected */
  crm_column values[CRM__TABLE_COLUMNS];
} frame;

static const char *child_name(const void *from, int64_t i, size_t *length)
{
  const struct ArrowSchema *schema = from;
  const char *name = schema->children[i]->name;
  name = name == NULL ? "" : name;
  *length = strlen(name);
  return name;
}

static crm_status refuse(const frame *f, const char *why, crm_error *error)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(f->table)->name, NULL, 0, -1, "%s", why);
}

/* A trouble that a column reports, with its table and the row of the load's input. */
static crm_status fail_column(const frame *f, const crm_error *found, crm_error *error)
{
  return crm__fail_at(error, found->status, crm__schema(f->table)->name, found->column,
                      found->row == 0 ? 0 : f->load->tables[f->table].last_row + found->row, -1, "%s",
                      found->message);
}

static crm_status check_schema(const frame *f, crm_error *error)
{
  const struct ArrowSchema *schema = f->schema;
  int64_t i;
  if (schema == NULL || schema->release == NULL || schema->format == NULL) {
    return refuse(f, "there is no schema, or it is released", error);
  }
  if (strcmp(schema->format, "+s") != 0 || schema->n_children < 0 ||
      (schema->n_children > 0 && schema->children == NULL)) {
    return refuse(f, "rows come as a struct of columns", error);
  }
  for (i = 0; i < schema->n_children; i++) {
    if (schema->children[i] == NULL) {
      return refuse(f, "a column of the schema is missing", error);
    }
  }
  return CRM_OK;
}

/* Finds the columns and reads their types. */
static crm_status open_columns(frame *f, const crm_arrow *options, crm_error *error)
{
  crm_store *store = f->load->store;
  int64_t k;
  crm_status status = check_schema(f, error);
  if (status != CRM_OK) {
    return status;
  }
  f->binding.from = f->schema;
  f->binding.headers = f->schema->n_children;
  status = crm__bind(f->load, f->table, &f->binding, &f->bound, error);
  for (k = 0; status == CRM_OK && k < f->bound.count; k++) {
    int32_t cell = crm__table_column_cell(store, f->table, f->bound.selected[k]);
    crm_error found = CRM_ERROR_INIT;
    f->columns[k].name = crm__table_column_name(store, f->table, f->bound.selected[k]);
    f->columns[k].wanted = cell == CRM__CELL_MONEY || cell == CRM__CELL_QUANTITY || cell == CRM__CELL_RATE ||
                                   cell == CRM__CELL_NUMBER
                               ? crm__cell_scale(store, cell)
                               : CRM__ARROW_WHOLE;
    f->columns[k].zone.ask = options->zone;
    f->columns[k].zone.context = options->zone_context;
    if (crm__arrow_column_open(&f->columns[k], f->schema->children[f->bound.headers[k]], &found) != CRM_OK) {
      status = fail_column(f, &found, error);
    }
  }
  return status;
}

static crm_status check_array(const frame *f, const struct ArrowArray *array, crm_error *error)
{
  int64_t i;
  if (array == NULL || array->release == NULL) {
    return refuse(f, "there is no array, or it is released", error);
  }
  if (array->length < 0 || array->offset < 0 || array->length > INT64_MAX / 64 || array->offset > INT64_MAX / 64 ||
      array->n_children != f->schema->n_children || (array->n_children > 0 && array->children == NULL) ||
      (array->n_buffers > 0 && array->buffers == NULL)) {
    return refuse(f, "the array contradicts itself or its schema", error);
  }
  if (array->null_count != 0 && array->n_buffers > 0 && array->buffers[0] != NULL) {
    for (i = 0; i < array->length; i++) {
      if (!crm__arrow_bit((const uint8_t *)array->buffers[0], array->offset + i)) {
        return refuse(f, "a row of the array is null as a whole", error);
      }
    }
  }
  return CRM_OK;
}

/* Converts rows of every column. */
static crm_status read_stretch(frame *f, int64_t from, int64_t count, crm_error *error)
{
  crm_store *store = f->load->store;
  int64_t k;
  for (k = 0; k < f->bound.count; k++) {
    int32_t column = f->bound.selected[k];
    int32_t cell = crm__table_column_cell(store, f->table, column);
    crm_column *values = &f->values[k];
    crm_error found = CRM_ERROR_INIT;
    if (crm__arrow_column_read(&f->columns[k], &store->memory, from, count, values, &found) != CRM_OK) {
      return fail_column(f, &found, error);
    }
    if (f->minor && cell == CRM__CELL_MONEY && values->type == CRM_TYPE_INTEGER) {
      values->type = CRM_TYPE_MONEY;
      values->scale = store->digits;
    }
    if (!crm__cell_accepts(cell, values->type)) {
      return crm__fail_at(error, CRM_ERROR_TYPE, crm__schema(f->table)->name,
                          crm__table_column_name(store, f->table, column), 0, -1,
                          "the column does not take this type");
    }
    f->bound.inputs[column].column = values;
  }
  return CRM_OK;
}

static crm_status report_progress(const frame *f, crm_error *error)
{
  crm_load *load = f->load;
  crm_status status = load->progress == NULL ? CRM_OK
                                             : load->progress(load->progress_context, 0,
                                                              load->tables[f->table].tally.rows);
  return status == CRM_OK ? CRM_OK : crm__fail(error, status, "the host asked to stop");
}

static crm_status append_array(frame *f, const struct ArrowArray *array, crm_error *error)
{
  crm_load *load = f->load;
  int64_t stretch = INT64_MAX;
  int64_t count;
  int64_t from;
  int64_t k;
  crm_status status = check_array(f, array, error);
  for (k = 0; status == CRM_OK && k < f->bound.count; k++) {
    crm_error found = CRM_ERROR_INIT;
    status = crm__arrow_column_take(&f->columns[k], &load->store->memory, array->children[f->bound.headers[k]],
                                    array->offset, array->length, &found);
    if (status != CRM_OK) {
      return fail_column(f, &found, error);
    }
    stretch = crm__arrow_column_is_direct(&f->columns[k]) ? stretch : STRETCH;
  }
  for (from = 0; status == CRM_OK && from < array->length; from += count) {
    count = array->length - from < stretch ? array->length - from : stretch;
    for (k = 0; k < f->bound.count; k++) {
      count = crm__arrow_column_stretch(&f->columns[k], from, count);
    }
    status = read_stretch(f, from, count, error);
    if (status == CRM_OK) {
      f->begun = 1;
      status = crm__load_rows(load, f->table, f->bound.inputs, NULL, count, 0, 0, error);
    }
    if (status == CRM_OK) {
      status = report_progress(f, error);
    }
  }
  return status;
}

static crm_status append_stream(frame *f, struct ArrowArrayStream *stream, crm_error *error)
{
  struct ArrowArray array;
  crm_status status = CRM_OK;
  for (;;) {
    memset(&array, 0, sizeof array);
    if (stream->get_next(stream, &array) != 0) {
      const char *why = stream->get_last_error == NULL ? NULL : stream->get_last_error(stream);
      return crm__fail_at(error, CRM_ERROR_IO, crm__schema(f->table)->name, NULL, 0, -1, "the stream says: %s",
                          why == NULL ? "nothing" : why);
    }
    if (array.release == NULL) {
      return CRM_OK;
    }
    status = append_array(f, &array, error);
    array.release(&array);
    if (status != CRM_OK) {
      return status;
    }
  }
}

static crm_status run_frame(frame *f, const crm_arrow *options, const struct ArrowArray *array,
                            struct ArrowArrayStream *stream, crm_error *error)
{
  crm__table_load *part = &f->load->tables[f->table];
  crm_status status = crm__binding_check(f->load, f->table, &f->binding, error);
  int64_t k;
  if (status == CRM_OK) {
    status = open_columns(f, options, error);
  }
  if (status == CRM_OK) {
    status = stream == NULL ? append_array(f, array, error) : append_stream(f, stream, error);
  }
  if (status == CRM_OK) {
    part->tally.touched = 1;
    part->tally.ignored += (int32_t)(f->schema->n_children - f->bound.count);
  } else if (f->begun) {
    f->load->state = CRM__LOAD_BROKEN;
  }
  for (k = 0; k < f->bound.count; k++) {
    crm__arrow_column_close(&f->columns[k], &f->load->store->memory);
  }
  return status;
}

/* Rows of an array, or of a stream where there is one; schema is that of either. */
static crm_status load_frame(crm_load *load, const char *table, const crm_arrow *options,
                             const struct ArrowSchema *schema, const struct ArrowArray *array,
                             struct ArrowArrayStream *stream, crm_error *error)
{
  static const crm_arrow defaults = CRM_ARROW_INIT;
  crm_arrow own = defaults;
  crm_store *store;
  frame *f;
  int32_t index = 0;
  crm_status status = crm__load_ready(load, table, &index, error);
  if (status == CRM_OK && options != NULL) {
    status = crm__struct_read(&own, sizeof own, options, "crm_arrow", error);
  }
  if (status == CRM_OK && own.minor != 0 && own.minor != 1) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "minor", 0, -1, "minor is 0 or 1");
  }
  if (status != CRM_OK) {
    return status;
  }
  store = load->store;
  f = crm__alloc_zero(&store->memory, sizeof *f);
  if (f == NULL) {
    return crm__fail_memory(error);
  }
  f->load = load;
  f->table = index;
  f->minor = own.minor;
  f->schema = schema;
  f->binding.what = "frame";
  f->binding.map = own.map;
  f->binding.map_count = own.map_count;
  f->binding.set = own.set;
  f->binding.set_count = own.set_count;
  f->binding.decimal = own.decimal;
  f->binding.document = own.document;
  f->binding.time_format = own.time_format;
  f->binding.header = child_name;
  status = run_frame(f, &own, array, stream, error);
  crm__free(&store->memory, f, sizeof *f);
  return status;
}

crm_status crm_load_arrow(crm_load *load, const char *table, const crm_arrow *options,
                          const struct ArrowSchema *schema, const struct ArrowArray *array, crm_error *error)
{
  return load_frame(load, table, options, schema, array, NULL, error);
}

crm_status crm_load_arrow_stream(crm_load *load, const char *table, const crm_arrow *options,
                                 struct ArrowArrayStream *stream, crm_error *error)
{
  struct ArrowSchema schema;
  crm_status status;
  memset(&schema, 0, sizeof schema);
  if (stream == NULL || stream->release == NULL || stream->get_schema == NULL || stream->get_next == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "there is no stream, or it is released");
  }
  if (stream->get_schema(stream, &schema) != 0) {
    const char *why = stream->get_last_error == NULL ? NULL : stream->get_last_error(stream);
    return crm__fail(error, CRM_ERROR_IO, "the stream says: %s", why == NULL ? "nothing" : why);
  }
  status = load_frame(load, table, options, &schema, NULL, stream, error);
  if (schema.release != NULL) {
    schema.release(&schema);
  }
  return status;
}
