/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/arrow_export.h"

#include "base/error.h"
#include "table/build.h"

#include <string.h>

/* Tables as Arrow arrays. Every column owns its memory by itself: children may be moved out and released in any order,
 * on any thread, without a counter. */

#define ALIGNMENT 64U
#define NO_MEMORY 12   /* ENOMEM everywhere; the interface wants a number of errno */

/* What a column's array owns. */
typedef struct column_data {
  crm__memory memory;
  crm__table_blocks owned;
  const void *buffers[3];
} column_data;

/* What a struct array owns: its children's structs hang behind it. */
typedef struct root_data {
  crm__memory memory;
  size_t size;
  const void *buffers[1];
} root_data;

static void free_block(const crm__memory *memory, void *block, size_t size)
{
  crm__memory account = *memory;
  account.used = size == 0 ? 1 : size;
  crm__free(&account, block, size);
}

static void *new_block(const crm__memory *memory, size_t size)
{
  crm__memory account = crm__memory_fork(memory);
  return crm__alloc_zero(&account, size);
}

static void release_column(struct ArrowArray *array)
{
  column_data *data = array->private_data;
  crm__memory memory = data->memory;
  int i;
  for (i = 0; i < 3; i++) {
    free_block(&memory, data->owned.blocks[i], data->owned.sizes[i]);
  }
  free_block(&memory, data, sizeof *data);
  array->release = NULL;
}

static void release_root(struct ArrowArray *array)
{
  root_data *data = array->private_data;
  crm__memory memory = data->memory;
  int64_t i;
  for (i = 0; i < array->n_children; i++) {
    if (array->children[i]->release != NULL) {
      array->children[i]->release(array->children[i]);
    }
  }
  free_block(&memory, data, data->size);
  array->release = NULL;
}

/* An aligned place of its own for one of a column's buffers, zero to the end; NULL: no memory. */
static void *own_buffer(column_data *data, int which, uint64_t size)
{
  uint64_t whole = size + 2 * ALIGNMENT;
  unsigned char *block = whole > SIZE_MAX / 2 ? NULL : new_block(&data->memory, (size_t)whole);
  if (block == NULL) {
    return NULL;
  }
  data->owned.blocks[which] = block;
  data->owned.sizes[which] = (size_t)whole;
  return block + (ALIGNMENT - (size_t)((uintptr_t)block % ALIGNMENT)) % ALIGNMENT;
}

/* Points buffer `which` at bytes of the table, or at a copy of them. */
static int take_buffer(column_data *data, int which, const void *from, uint64_t size, int copy)
{
  void *own;
  data->buffers[which] = from;
  if (!copy || from == NULL) {
    return 1;
  }
  own = own_buffer(data, which, size);
  if (own == NULL) {
    return 0;
  }
  memcpy(own, from, (size_t)size);
  data->buffers[which] = own;
  return 1;
}

/* 128-bit integers, as the machine has them. */
static int widen(column_data *data, const crm_column *column)
{
  static const uint16_t probe = 1;
  const int64_t *from = column->values;
  int64_t *into = own_buffer(data, 0, (uint64_t)column->rows * 16);
  int low = *(const uint8_t *)&probe == 1 ? 0 : 1;
  int64_t i;
  if (into == NULL) {
    return 0;
  }
  for (i = 0; i < column->rows; i++) {
    into[2 * i + low] = from[i];
    into[2 * i + 1 - low] = from[i] < 0 ? -1 : 0;
  }
  data->buffers[1] = into;
  return 1;
}

/* The table keeps values, validity, bytes; Arrow has validity, values, bytes. */
static int fill_column(column_data *data, const crm_column *column, int32_t form, int copy)
{
  int text = column->type == CRM_TYPE_TEXT;
  uint64_t rows = (uint64_t)column->rows;
  const void *values = text ? (const void *)column->offsets : column->values;
  const void *placed;
  if (!take_buffer(data, 1, column->validity, (rows + 7) / 8, copy)) {
    return 0;
  }
  placed = data->buffers[1];
  if (form == CRM_ARROW_DECIMAL && (column->type == CRM_TYPE_DECIMAL || column->type == CRM_TYPE_MONEY)) {
    if (!widen(data, column)) {
      return 0;
    }
  } else {
    if (!take_buffer(data, 0, values, crm__table_value_bytes(column->type, column->rows), copy)) {
      return 0;
    }
    data->buffers[1] = data->buffers[0];
  }
  data->buffers[0] = placed;
  return !text || take_buffer(data, 2, column->bytes, (uint64_t)column->offsets[column->rows], copy);
}

static int make_column(const crm__memory *memory, const crm_column *column, int32_t form, int copy,
                       struct ArrowArray *array)
{
  column_data *data = new_block(memory, sizeof *data);
  if (data == NULL) {
    return 0;
  }
  data->memory = *memory;
  memset(array, 0, sizeof *array);
  array->length = column->rows;
  array->null_count = column->nulls;
  array->n_buffers = column->type == CRM_TYPE_TEXT ? 3 : 2;
  array->buffers = data->buffers;
  array->release = release_column;
  array->private_data = data;
  if (!fill_column(data, column, form, copy)) {
    release_column(array);
    return 0;
  }
  return 1;
}

/* The struct array, whose columns are copies or point into the table. */
static crm_status make_array(const crm_table *table, int32_t form, int copy, struct ArrowArray *array,
                             crm_error *error)
{
  crm__memory memory = crm__table_memory(table);
  int32_t columns = crm_table_columns(table);
  size_t structs = (sizeof(root_data) + 15) / 16 * 16;
  size_t size = structs + (size_t)columns * (sizeof(struct ArrowArray) + sizeof(struct ArrowArray *));
  root_data *data = new_block(&memory, size);
  struct ArrowArray made;
  struct ArrowArray *own;
  int32_t i;
  if (data == NULL) {
    return crm__fail_memory(error);
  }
  data->memory = memory;
  data->size = size;
  own = (struct ArrowArray *)(void *)((char *)data + structs);
  memset(&made, 0, sizeof made);
  made.length = crm_table_rows(table);
  made.n_buffers = 1;
  made.buffers = data->buffers;
  made.children = (struct ArrowArray **)(void *)(own + columns);
  made.release = release_root;
  made.private_data = data;
  for (i = 0; i < columns; i++) {
    made.children[i] = &own[i];
    if (!make_column(&memory, crm__table_view(table, i), form, copy, &own[i])) {
      release_root(&made);
      return crm__fail_memory(error);
    }
    made.n_children++;
  }
  *array = made;
  return CRM_OK;
}

/* Gives the columns the memory they point to. */
static void move_columns(crm_table *table, struct ArrowArray *array)
{
  crm__memory memory = crm__table_memory(table);
  int64_t i;
  int k;
  for (i = 0; i < array->n_children; i++) {
    column_data *data = array->children[i]->private_data;
    crm__table_blocks taken;
    crm__table_take(table, (int32_t)i, &taken);
    for (k = 0; k < 3; k++) {
      if (data->owned.blocks[k] == NULL) {
        data->owned.blocks[k] = taken.blocks[k];
        data->owned.sizes[k] = taken.sizes[k];
      } else {
        free_block(&memory, taken.blocks[k], taken.sizes[k]);
      }
    }
  }
}

static crm_status check_form(const crm_table *table, int32_t form, const void *out, crm_error *error)
{
  if (table == NULL || out == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "table and outputs must not be NULL");
  }
  if (form != CRM_ARROW_DECIMAL && form != CRM_ARROW_MINOR) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no such form of decimals");
  }
  return CRM_OK;
}

crm_status crm_table_arrow_schema(const crm_table *table, int32_t form, struct ArrowSchema *schema, crm_error *error)
{
  crm__memory memory;
  crm_status status = check_form(table, form, schema, error);
  if (status != CRM_OK) {
    return status;
  }
  memory = crm__table_memory(table);
  return crm__arrow_schema_make(table, &memory, form, schema, error);
}

static crm_status export_table(const crm_table *table, int32_t form, int copy, struct ArrowSchema *schema,
                               struct ArrowArray *array, crm_error *error)
{
  struct ArrowSchema made;
  crm_status status = check_form(table, form, array, error);
  memset(&made, 0, sizeof made);
  if (status == CRM_OK && schema != NULL) {
    status = crm_table_arrow_schema(table, form, &made, error);
  }
  if (status == CRM_OK) {
    status = make_array(table, form, copy, array, error);
  }
  if (status != CRM_OK) {
    if (made.release != NULL) {
      made.release(&made);
    }
    return status;
  }
  if (schema != NULL) {
    *schema = made;
  }
  return CRM_OK;
}

crm_status crm_table_arrow(const crm_table *table, int32_t form, struct ArrowSchema *schema, struct ArrowArray *array,
                           crm_error *error)
{
  return export_table(table, form, 1, schema, array, error);
}

crm_status crm_table_arrow_move(crm_table **table, int32_t form, struct ArrowSchema *schema, struct ArrowArray *array,
                                crm_error *error)
{
  crm_status status = table == NULL ? crm__fail(error, CRM_ERROR_ARGUMENT, "no table")
                                    : export_table(*table, form, 0, schema, array, error);
  if (status == CRM_OK) {
    move_columns(*table, array);
    crm_table_free(*table);
    *table = NULL;
  }
  return status;
}

/* ---- streams of one array */

typedef struct stream_data {
  crm__memory memory;
  struct ArrowSchema schema;
  struct ArrowArray array;   /* released once it was given out */
} stream_data;

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
  const stream_data *data = stream->private_data;
  return crm__arrow_schema_copy(&data->schema, out) ? 0 : NO_MEMORY;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
  stream_data *data = stream->private_data;
  memset(out, 0, sizeof *out);
  if (data->array.release != NULL) {
    *out = data->array;
    data->array.release = NULL;
  }
  return 0;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
  (void)stream;
  return "no memory";
}

static void release_stream(struct ArrowArrayStream *stream)
{
  stream_data *data = stream->private_data;
  crm__memory memory = data->memory;
  data->schema.release(&data->schema);
  if (data->array.release != NULL) {
    data->array.release(&data->array);
  }
  free_block(&memory, data, sizeof *data);
  stream->release = NULL;
}

crm_status crm_table_arrow_stream(const crm_table *table, int32_t form, struct ArrowArrayStream *stream,
                                  crm_error *error)
{
  crm__memory memory;
  stream_data *data;
  crm_status status = check_form(table, form, stream, error);
  if (status != CRM_OK) {
    return status;
  }
  memory = crm__table_memory(table);
  data = new_block(&memory, sizeof *data);
  if (data == NULL) {
    return crm__fail_memory(error);
  }
  data->memory = memory;
  status = crm_table_arrow(table, form, &data->schema, &data->array, error);
  if (status != CRM_OK) {
    free_block(&memory, data, sizeof *data);
    return status;
  }
  stream->get_schema = stream_schema;
  stream->get_next = stream_next;
  stream->get_last_error = stream_error;
  stream->release = release_stream;
  stream->private_data = data;
  return CRM_OK;
}
