/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/arrow_column.h"

#include "base/error.h"

#include <string.h>

/* Rows up to which an array may go on, so that no size of it overflows. */
#define ROWS_MAX (INT64_MAX / 64)

void *crm__arrow_room(crm__memory *memory, void **piece, uint64_t *size, uint64_t needed)
{
  if (needed == 0) {
    needed = 1;
  }
  if (*piece == NULL || *size < needed) {
    void *fresh = crm__alloc_array(memory, needed, 1);
    if (fresh == NULL) {
      return NULL;
    }
    crm__free_array(memory, *piece, *size, 1);
    *piece = fresh;
    *size = needed;
  }
  return *piece;
}

static void scratch_close(crm__arrow_scratch *scratch, crm__memory *memory)
{
  crm__free_array(memory, scratch->values, scratch->values_size, 1);
  crm__free_array(memory, scratch->validity, scratch->validity_size, 1);
  crm__free_array(memory, scratch->bytes, scratch->bytes_size, 1);
  memset(scratch, 0, sizeof *scratch);
}

void crm__arrow_column_close(crm__arrow_column *column, crm__memory *memory)
{
  scratch_close(&column->scratch, memory);
  scratch_close(&column->dictionary, memory);
}

void crm__arrow_bits_copy(uint8_t *into, const uint8_t *bits, int64_t at, int64_t count)
{
  int64_t bytes = (count + 7) / 8;
  int shift = (int)(at & 7);
  int64_t i;
  bits += at >> 3;
  if (shift == 0) {
    memcpy(into, bits, (size_t)bytes);
    return;
  }
  for (i = 0; i < bytes; i++) {
    unsigned low = (unsigned)bits[i] >> shift;
    int more = i * 8 + 8 - shift < count;   /* the byte after holds bits of these rows */
    into[i] = (uint8_t)(low | (more ? (unsigned)bits[i + 1] << (8 - shift) : 0U));
  }
}

static crm_status refuse(const crm__arrow_column *column, crm_status status, const char *why, crm_error *error)
{
  return crm__fail_at(error, status, NULL, column->name, 0, -1, "%s", why);
}

crm_status crm__arrow_column_open(crm__arrow_column *column, const struct ArrowSchema *schema, crm_error *error)
{
  const struct ArrowSchema *values = schema;
  memset(&column->index, 0, sizeof column->index);
  if (schema->release == NULL || schema->format == NULL) {
    return refuse(column, CRM_ERROR_ARGUMENT, "the column's schema is released or has no format", error);
  }
  if (schema->dictionary != NULL) {
    values = schema->dictionary;
    if (values->format == NULL || values->dictionary != NULL) {
      return refuse(column, CRM_ERROR_ARGUMENT, "the column's dictionary has no plain format", error);
    }
    if (!crm__arrow_type_read(schema->format, &column->index) ||
        (column->index.kind != CRM__ARROW_SIGNED && column->index.kind != CRM__ARROW_UNSIGNED)) {
      return refuse(column, CRM_ERROR_ARGUMENT, "the column's dictionary is not indexed by integers", error);
    }
  }
  if (!crm__arrow_type_read(values->format, &column->type)) {
    return refuse(column, CRM_ERROR_TYPE, "the column has an Arrow type that is not read", error);
  }
  return CRM_OK;
}

static int64_t buffers_of(const crm__arrow_type *type)
{
  switch (type->kind) {
  case CRM__ARROW_NULL:
    return 0;
  case CRM__ARROW_TEXT32:
  case CRM__ARROW_TEXT64:
  case CRM__ARROW_TEXT_VIEW:
    return 3;
  default:
    return 2;
  }
}

/* Whether an array holds what its type needs for rows [start, start + rows). */
static crm_status check_array(const crm__arrow_column *column, const crm__arrow_type *type,
                              const struct ArrowArray *array, int64_t start, int64_t rows, crm_error *error)
{
  int64_t buffers = buffers_of(type);
  if (array == NULL || array->release == NULL) {
    return refuse(column, CRM_ERROR_ARGUMENT, "the column's array is missing or released", error);
  }
  if (array->length < 0 || array->offset < 0 || array->offset > ROWS_MAX || array->length > ROWS_MAX ||
      start < array->offset || start - array->offset > array->length ||
      rows > array->length - (start - array->offset)) {
    return refuse(column, CRM_ERROR_ARGUMENT, "the column's length and offset do not fit its rows", error);
  }
  if (array->null_count < -1 || array->null_count > array->length) {
    return refuse(column, CRM_ERROR_ARGUMENT, "the column's count of nulls does not fit its length", error);
  }
  if (array->n_buffers < buffers || (buffers > 0 && array->buffers == NULL) ||
      (type->kind != CRM__ARROW_TEXT_VIEW && array->n_buffers > (buffers == 0 ? 1 : buffers))) {
    return refuse(column, CRM_ERROR_ARGUMENT, "the column has another number of buffers than its type", error);
  }
  if (rows == 0 || buffers == 0) {
    return CRM_OK;
  }
  if (array->buffers[1] == NULL || (array->buffers[0] == NULL && array->null_count > 0) ||
      (type->kind == CRM__ARROW_TEXT_VIEW && array->n_buffers > 3 && array->buffers[array->n_buffers - 1] == NULL)) {
    return refuse(column, CRM_ERROR_ARGUMENT, "a buffer of the column is missing", error);
  }
  if ((type->width > 0 && (uintptr_t)array->buffers[1] % (uintptr_t)(type->width < 8 ? type->width : 8) != 0) ||
      (type->kind == CRM__ARROW_TEXT_VIEW && (uintptr_t)array->buffers[array->n_buffers - 1] % 8 != 0)) {
    return refuse(column, CRM_ERROR_ARGUMENT, "a buffer of the column is not aligned to its values", error);
  }
  return CRM_OK;
}

/* Validity from a row on: the array's own where it begins at a whole byte, else a copy in the scratch. write: 1 where
 * the conversion adds nulls. 0: no memory. */
static int take_validity(crm__memory *memory, crm__arrow_scratch *scratch, const struct ArrowArray *array,
                         int64_t first, int64_t count, int write, const uint8_t **validity)
{
  const uint8_t *bits = array->null_count == 0 || array->n_buffers == 0 ? NULL : array->buffers[0];
  uint64_t bytes = ((uint64_t)count + 7) / 8;
  uint8_t *copy;
  *validity = NULL;
  if (!write && (bits == NULL || (first & 7) == 0)) {
    *validity = bits == NULL ? NULL : bits + (first >> 3);
    return 1;
  }
  copy = crm__arrow_room(memory, &scratch->validity, &scratch->validity_size, bytes);
  if (copy == NULL) {
    return 0;
  }
  if (bits == NULL) {
    memset(copy, 0xFF, (size_t)bytes);
  } else if (count > 0) {
    crm__arrow_bits_copy(copy, bits, first, count);
  }
  *validity = copy;
  return 1;
}

/* Rows without any value: empty texts, all of them null. */
static crm_status read_nulls(crm__memory *memory, crm__arrow_scratch *scratch, int64_t count, crm_column *into,
                             crm_error *error)
{
  uint64_t offsets = ((uint64_t)count + 1) * 8;
  uint64_t bytes = ((uint64_t)count + 7) / 8;
  if (crm__arrow_room(memory, &scratch->values, &scratch->values_size, offsets) == NULL ||
      crm__arrow_room(memory, &scratch->validity, &scratch->validity_size, bytes) == NULL) {
    return crm__fail_memory(error);
  }
  memset(scratch->values, 0, (size_t)offsets);
  memset(scratch->validity, 0, (size_t)bytes);
  into->type = CRM_TYPE_TEXT;
  into->offsets = (const int64_t *)scratch->values;
  into->bytes = "";
  into->validity = (const uint8_t *)scratch->validity;
  return CRM_OK;
}

static crm_status read_booleans(crm__memory *memory, crm__arrow_scratch *scratch, const crm__arrow_rows *rows,
                                crm_column *into, crm_error *error)
{
  const uint8_t *bits = rows->array->buffers[1];
  into->type = CRM_TYPE_BOOLEAN;
  if (rows->count == 0 || (rows->first & 7) == 0) {
    into->values = rows->count == 0 ? (const void *)"" : bits + (rows->first >> 3);
    return CRM_OK;
  }
  if (crm__arrow_room(memory, &scratch->values, &scratch->values_size, ((uint64_t)rows->count + 7) / 8) == NULL) {
    return crm__fail_memory(error);
  }
  crm__arrow_bits_copy((uint8_t *)scratch->values, bits, rows->first, rows->count);
  into->values = scratch->values;
  return CRM_OK;
}

/* Whether the values of a type are those of ours as they lie. */
static int is_plain(const crm__arrow_type *type)
{
  return (type->kind == CRM__ARROW_SIGNED && type->width == 8) || type->kind == CRM__ARROW_DAYS ||
         (type->kind == CRM__ARROW_INSTANT && type->unit == CRM__ARROW_MICROSECONDS && type->fixed &&
          type->offset == 0);
}

static void read_plain(const crm__arrow_type *type, const crm__arrow_rows *rows, crm_column *into)
{
  into->type = type->kind == CRM__ARROW_SIGNED ? CRM_TYPE_INTEGER
               : type->kind == CRM__ARROW_DAYS ? CRM_TYPE_DATE
                                               : CRM_TYPE_TIME;
  into->values = rows->count == 0 ? "" : (const char *)rows->array->buffers[1] + rows->first * type->width;
}

static crm_status read_converted(crm__arrow_column *column, crm__memory *memory, crm__arrow_scratch *scratch,
                                 const crm__arrow_type *type, const crm__arrow_rows *rows, crm_column *into,
                                 crm_error *error)
{
  if (crm__arrow_room(memory, &scratch->values, &scratch->values_size, (uint64_t)rows->count * 8) == NULL) {
    return crm__fail_memory(error);
  }
  into->values = scratch->values;
  if (type->kind == CRM__ARROW_INSTANT) {
    into->type = CRM_TYPE_TIME;
    return crm__arrow_instants(column, type, rows, (int64_t *)scratch->values, error);
  }
  return crm__arrow_numbers(column, type, rows, (int64_t *)scratch->values, into, error);
}

/* Rows of an array that is no dictionary's. */
static crm_status read_rows(crm__arrow_column *column, crm__memory *memory, crm__arrow_scratch *scratch,
                            const crm__arrow_type *type, const struct ArrowArray *array, int64_t first, int64_t count,
                            crm_column *into, crm_error *error)
{
  crm__arrow_rows rows;
  const uint8_t *validity = NULL;
  int write = type->kind == CRM__ARROW_FLOAT;
  if (type->kind == CRM__ARROW_NULL) {
    return read_nulls(memory, scratch, count, into, error);
  }
  if (!take_validity(memory, scratch, array, first, count, write, &validity)) {
    return crm__fail_memory(error);
  }
  into->validity = validity;
  rows.array = array;
  rows.first = first;
  rows.count = count;
  rows.validity = write ? (uint8_t *)scratch->validity : NULL;
  if (type->kind == CRM__ARROW_BOOLEAN) {
    return read_booleans(memory, scratch, &rows, into, error);
  }
  if (is_plain(type)) {
    read_plain(type, &rows, into);
    return CRM_OK;
  }
  if (type->kind >= CRM__ARROW_TEXT32 && type->kind <= CRM__ARROW_TEXT_VIEW) {
    return crm__arrow_text(column, memory, scratch, type, &rows, into, error);
  }
  return read_converted(column, memory, scratch, type, &rows, into, error);
}

static void begin_column(const crm__arrow_column *column, int64_t rows, crm_column *into)
{
  static const crm_column empty = CRM_COLUMN_INIT;
  *into = empty;
  into->name = column->name;
  into->rows = rows;
}

crm_status crm__arrow_column_take(crm__arrow_column *column, crm__memory *memory, const struct ArrowArray *array,
                                  int64_t start, int64_t rows, crm_error *error)
{
  const struct ArrowArray *values;
  crm_status status;
  if (array == NULL || start > ROWS_MAX || array->offset < 0 || array->offset > ROWS_MAX) {
    return refuse(column, CRM_ERROR_ARGUMENT, "the column's length and offset do not fit its rows", error);
  }
  column->array = array;
  column->start = array->offset + start;
  column->rows = rows;
  status = check_array(column, column->index.kind != 0 ? &column->index : &column->type, array, column->start, rows,
                       error);
  if (status != CRM_OK || column->index.kind == 0) {
    return status;
  }
  values = array->dictionary;
  status = check_array(column, &column->type, values, values == NULL ? 0 : values->offset,
                       values == NULL ? 0 : values->length, error);
  if (status != CRM_OK) {
    return status;
  }
  begin_column(column, values->length, &column->values);
  if (column->type.kind == CRM__ARROW_NULL) {
    column->values.type = CRM_TYPE_TEXT;   /* without buffers: what it says of its length costs nothing */
    return CRM_OK;
  }
  status = read_rows(column, memory, &column->dictionary, &column->type, values, values->offset, values->length,
                     &column->values, error);
  column->longest = status == CRM_OK ? crm__arrow_longest(&column->values) : 0;
  return status;
}

int crm__arrow_column_is_direct(const crm__arrow_column *column)
{
  int plain = column->index.kind == 0 && (is_plain(&column->type) || column->type.kind == CRM__ARROW_TEXT64 ||
                                          column->type.kind == CRM__ARROW_BOOLEAN);
  int aligned = (column->start & 7) == 0;
  return plain && (aligned || (column->array->null_count == 0 && column->type.kind != CRM__ARROW_BOOLEAN));
}

crm_status crm__arrow_column_read(crm__arrow_column *column, crm__memory *memory, int64_t from, int64_t count,
                                  crm_column *into, crm_error *error)
{
  crm__arrow_rows rows;
  const uint8_t *validity = NULL;
  begin_column(column, count, into);
  if (column->index.kind == 0) {
    return read_rows(column, memory, &column->scratch, &column->type, column->array, column->start + from, count, into,
                     error);
  }
  if (!take_validity(memory, &column->scratch, column->array, column->start + from, count, 1, &validity)) {
    return crm__fail_memory(error);
  }
  rows.array = column->array;
  rows.first = column->start + from;
  rows.count = count;
  rows.validity = (uint8_t *)column->scratch.validity;
  into->validity = validity;
  return crm__arrow_gather(column, memory, &rows, into, error);
}
