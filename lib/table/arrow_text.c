/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/arrow_column.h"

#include "base/error.h"

#include <string.h>

/* Texts of Arrow with 64-bit offsets, and values of dictionaries in the place of their indices. */

#define INLINE 12   /* most bytes that a view holds itself */
#define COPIED_MOST (INT64_C(1) << 24)   /* bytes of texts that are copied at a time, unless eight rows have more */

/* The spec's view: a length, then the text, or its first four bytes, its buffer and where it begins there. */
typedef struct view {
  int32_t length;
  char prefix[4];
  int32_t buffer;
  int32_t offset;
} view;

static crm_status bad_offsets(const crm__arrow_column *column, int64_t row, crm_error *error)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, column->name, row + 1, -1,
                      "the offsets of the column do not rise, or lie outside its bytes");
}

static int64_t *take_offsets(crm__memory *memory, crm__arrow_scratch *scratch, int64_t count)
{
  return (int64_t *)crm__arrow_room(memory, &scratch->values, &scratch->values_size, ((uint64_t)count + 1) * 8);
}

static crm_status read_text64(crm__arrow_column *column, const crm__arrow_rows *rows, crm_column *into,
                              crm_error *error)
{
  const int64_t *offsets = (const int64_t *)rows->array->buffers[1] + rows->first;
  int64_t i;
  for (i = 0; i < rows->count; i++) {
    if (offsets[i] < 0 || offsets[i + 1] < offsets[i]) {
      return bad_offsets(column, i, error);
    }
  }
  into->offsets = offsets;
  into->bytes = (const char *)rows->array->buffers[2];
  return into->bytes == NULL && offsets[rows->count] > 0 ? bad_offsets(column, 0, error) : CRM_OK;
}

static crm_status read_text32(crm__arrow_column *column, crm__memory *memory, crm__arrow_scratch *scratch,
                              const crm__arrow_rows *rows, crm_column *into, crm_error *error)
{
  const int32_t *from = (const int32_t *)rows->array->buffers[1] + rows->first;
  int64_t *offsets = take_offsets(memory, scratch, rows->count);
  int64_t i;
  if (offsets == NULL) {
    return crm__fail_memory(error);
  }
  offsets[0] = from[0];
  for (i = 0; i < rows->count; i++) {
    if (from[i] < 0 || from[i + 1] < from[i]) {
      return bad_offsets(column, i, error);
    }
    offsets[i + 1] = from[i + 1];
  }
  into->offsets = offsets;
  into->bytes = (const char *)rows->array->buffers[2];
  return into->bytes == NULL && offsets[rows->count] > 0 ? bad_offsets(column, 0, error) : CRM_OK;
}

/* Where a view's text is; NULL where it lies outside its buffer. */
static const char *view_text(const struct ArrowArray *array, const view *of)
{
  int64_t buffers = array->n_buffers - 3;
  const int64_t *sizes = array->buffers[array->n_buffers - 1];
  if (of->length <= INLINE) {
    return (const char *)of + offsetof(view, prefix);
  }
  if (of->buffer < 0 || of->buffer >= buffers || of->offset < 0 || array->buffers[2 + of->buffer] == NULL ||
      (int64_t)of->offset + of->length > sizes[of->buffer]) {
    return NULL;
  }
  return (const char *)array->buffers[2 + of->buffer] + of->offset;
}

/* Lengths first, so that the bytes are taken in one piece. */
static crm_status read_views(crm__arrow_column *column, crm__memory *memory, crm__arrow_scratch *scratch,
                             const crm__arrow_rows *rows, crm_column *into, crm_error *error)
{
  const uint8_t *bits = rows->array->null_count == 0 ? NULL : rows->array->buffers[0];
  const view *views = (const view *)rows->array->buffers[1] + rows->first;
  int64_t *offsets = take_offsets(memory, scratch, rows->count);
  char *bytes;
  int64_t sum = 0;
  int64_t i;
  if (offsets == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < rows->count; i++) {
    int there = crm__arrow_bit(bits, rows->first + i);
    offsets[i] = sum;
    if (there && (views[i].length < 0 || view_text(rows->array, &views[i]) == NULL)) {
      return bad_offsets(column, i, error);
    }
    sum += there ? views[i].length : 0;
  }
  offsets[rows->count] = sum;
  bytes = crm__arrow_room(memory, &scratch->bytes, &scratch->bytes_size, (uint64_t)sum);
  if (bytes == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < rows->count; i++) {
    size_t length = (size_t)(offsets[i + 1] - offsets[i]);
    if (length > 0) {
      memcpy(bytes + offsets[i], view_text(rows->array, &views[i]), length);
    }
  }
  into->offsets = offsets;
  into->bytes = bytes;
  return CRM_OK;
}

crm_status crm__arrow_text(crm__arrow_column *column, crm__memory *memory, crm__arrow_scratch *scratch,
                           const crm__arrow_type *type, const crm__arrow_rows *rows, crm_column *into,
                           crm_error *error)
{
  static const int64_t none[1] = {0};
  into->type = CRM_TYPE_TEXT;
  if (rows->count == 0) {
    into->offsets = none;
    into->bytes = "";
    return CRM_OK;
  }
  switch (type->kind) {
  case CRM__ARROW_TEXT32:
    return read_text32(column, memory, scratch, rows, into, error);
  case CRM__ARROW_TEXT64:
    return read_text64(column, rows, into, error);
  default:
    return read_views(column, memory, scratch, rows, into, error);
  }
}

int64_t crm__arrow_column_stretch(const crm__arrow_column *column, int64_t from, int64_t count)
{
  int64_t sum = 0;
  int64_t rows = 0;
  const view *views;
  if (column->index.kind != 0) {
    rows = column->longest == 0 ? count : COPIED_MOST / column->longest;
  } else if (column->type.kind == CRM__ARROW_TEXT_VIEW && count > 0) {
    views = (const view *)column->array->buffers[1] + column->start + from;
    for (; rows < count && sum <= COPIED_MOST; rows++) {
      sum += views[rows].length > 0 ? views[rows].length : 0;
    }
  } else {
    return count;
  }
  if (rows >= count) {
    return count;
  }
  rows = rows < 8 ? 8 : rows - rows % 8;
  return rows < count ? rows : count;   /* of fewer than eight all */
}

/* ---- dictionaries */

int64_t crm__arrow_longest(const crm_column *values)
{
  int64_t longest = 0;
  int64_t i;
  for (i = 0; values->type == CRM_TYPE_TEXT && i < values->rows; i++) {
    int64_t length = values->offsets[i + 1] - values->offsets[i];
    longest = length > longest ? length : longest;
  }
  return longest;
}

static int64_t index_at(const crm__arrow_type *type, const void *buffer, int64_t i)
{
  int is_signed = type->kind == CRM__ARROW_SIGNED;
  uint64_t wide;
  switch (type->width) {
  case 1:
    return is_signed ? ((const int8_t *)buffer)[i] : (int64_t)((const uint8_t *)buffer)[i];
  case 2:
    return is_signed ? ((const int16_t *)buffer)[i] : (int64_t)((const uint16_t *)buffer)[i];
  case 4:
    return is_signed ? ((const int32_t *)buffer)[i] : (int64_t)((const uint32_t *)buffer)[i];
  default:
    wide = ((const uint64_t *)buffer)[i];
    return wide > INT64_MAX ? -1 : (int64_t)wide;
  }
}

/* Checks the indices; those of nulls become -1, and a null of the dictionary makes its rows null. */
static crm_status read_indices(const crm__arrow_column *column, const crm__arrow_rows *rows, int64_t *indices,
                               crm_error *error)
{
  const crm_column *values = &column->values;
  int64_t i;
  for (i = 0; i < rows->count; i++) {
    indices[i] = -1;
    if (!crm__arrow_bit(rows->validity, i)) {
      continue;
    }
    indices[i] = index_at(&column->index, rows->array->buffers[1], rows->first + i);
    if (indices[i] < 0 || indices[i] >= values->rows) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, column->name, i + 1, -1,
                          "an index of the column lies outside its dictionary");
    }
    if (column->type.kind == CRM__ARROW_NULL || !crm__arrow_bit(values->validity, indices[i])) {
      indices[i] = -1;
      rows->validity[i >> 3] = (uint8_t)(rows->validity[i >> 3] & ~(1U << (i & 7)));
    }
  }
  return CRM_OK;
}

/* indices and offsets share their place: each index is read before its offset is written. */
static int gather_text(crm__memory *memory, crm__arrow_scratch *scratch, const crm_column *values, int64_t count,
                       int64_t *indices, crm_column *into)
{
  int64_t sum = 0;
  int64_t at = 0;
  int64_t i;
  char *bytes;
  for (i = 0; i < count; i++) {
    sum += indices[i] < 0 ? 0 : values->offsets[indices[i] + 1] - values->offsets[indices[i]];
  }
  bytes = crm__arrow_room(memory, &scratch->bytes, &scratch->bytes_size, (uint64_t)sum);
  if (bytes == NULL) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    int64_t index = indices[i];
    indices[i] = at;
    if (index >= 0) {
      size_t length = (size_t)(values->offsets[index + 1] - values->offsets[index]);
      if (length > 0) {
        memcpy(bytes + at, values->bytes + values->offsets[index], length);
      }
      at += (int64_t)length;
    }
  }
  indices[count] = at;
  into->offsets = indices;
  into->bytes = bytes;
  return 1;
}

/* Values take the place of indices: never wider, so a value is written where its index has been read. */
static void gather_values(const crm_column *values, int64_t count, int64_t *indices)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    int64_t index = indices[i] < 0 ? 0 : indices[i];
    int none = indices[i] < 0;
    if (values->type == CRM_TYPE_DATE) {
      int32_t day = none ? 0 : ((const int32_t *)values->values)[index];
      memcpy((char *)indices + i * 4, &day, 4);
    } else if (values->type == CRM_TYPE_BOOLEAN) {
      unsigned bit = none ? 0U : ((unsigned)((const uint8_t *)values->values)[index >> 3] >> (index & 7)) & 1U;
      uint8_t *byte = (uint8_t *)indices + (i >> 3);
      *byte = (uint8_t)((i & 7) == 0 ? bit : *byte | bit << (i & 7));
    } else {
      indices[i] = none ? 0 : ((const int64_t *)values->values)[index];
    }
  }
}

crm_status crm__arrow_gather(crm__arrow_column *column, crm__memory *memory, const crm__arrow_rows *rows,
                             crm_column *into, crm_error *error)
{
  int64_t *indices = take_offsets(memory, &column->scratch, rows->count);
  const crm_column *values = &column->values;
  crm_status status;
  if (indices == NULL) {
    return crm__fail_memory(error);
  }
  status = read_indices(column, rows, indices, error);
  if (status != CRM_OK) {
    return status;
  }
  into->type = values->type;
  into->scale = values->scale;
  if (values->type == CRM_TYPE_TEXT) {
    return gather_text(memory, &column->scratch, values, rows->count, indices, into) ? CRM_OK
                                                                                    : crm__fail_memory(error);
  }
  gather_values(values, rows->count, indices);
  into->values = indices;
  return CRM_OK;
}
