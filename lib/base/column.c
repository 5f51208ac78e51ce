/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/column.h"

#include "base/sizes.h"

#include <string.h>

#define FIRST_MIN CRM__SIZE(64, 2)   /* elements of the first chunk at least */

void crm__column_open(crm__column *column, uint32_t size, int64_t fill)
{
  column->chunks = NULL;
  column->chunk_capacity = 0;
  column->first_capacity = 0;
  column->length = 0;
  column->size = size;
  column->fill = fill;
}

/* Elements that the memory of chunk c holds, where it exists. */
static uint64_t chunk_room(const crm__column *column, uint64_t c)
{
  return c == 0 ? column->first_capacity : CRM__CHUNK;
}

void crm__column_close(crm__column *column, crm__memory *memory)
{
  uint64_t c;

  for (c = 0; c < column->chunk_capacity; c++) {
    crm__free_array(memory, column->chunks[c], chunk_room(column, c), column->size);
  }
  crm__free_array(memory, column->chunks, column->chunk_capacity, sizeof *column->chunks);
  crm__column_open(column, column->size, column->fill);
}

/* Writes fill to the elements from .. to of a chunk. */
static void chunk_fill(const crm__column *column, unsigned char *chunk, uint64_t from, uint64_t to)
{
  uint64_t i;

  if (column->size == 8) {
    int64_t *elements = (int64_t *)(void *)chunk;
    for (i = from; i < to; i++) {
      elements[i] = column->fill;
    }
  } else if (column->size == 4) {
    uint32_t *elements = (uint32_t *)(void *)chunk;
    for (i = from; i < to; i++) {
      elements[i] = (uint32_t)column->fill;
    }
  } else {
    memset(chunk + from, (int)(uint8_t)column->fill, (size_t)(to - from));
  }
}

/* The room of the first chunk for a column of this length. */
static uint64_t first_room(uint64_t length)
{
  uint64_t room = FIRST_MIN;

  while (room < length && room < CRM__CHUNK) {
    room *= 2;
  }
  return room;
}

static int first_chunk_grow(crm__column *column, crm__memory *memory, uint64_t length)
{
  uint64_t room = first_room(length);
  unsigned char *chunk;

  if (room <= column->first_capacity) {
    return 1;
  }
  chunk = crm__resize(memory, column->chunks[0], (size_t)column->first_capacity * column->size,
                      (size_t)room * column->size);
  if (chunk == NULL) {
    return 0;
  }
  column->chunks[0] = chunk;
  column->first_capacity = room;
  return 1;
}

/* Elements that come back to life read as fill, whatever stood there before the column shrank. */
static void refill(crm__column *column, uint64_t from, uint64_t to)
{
  while (from < to) {
    uint64_t c = from >> CRM__CHUNK_BITS;
    uint64_t base = c << CRM__CHUNK_BITS;
    uint64_t end = to - base < CRM__CHUNK ? to - base : CRM__CHUNK;
    if (column->chunks[c] != NULL) {
      chunk_fill(column, column->chunks[c], from - base, end);
    }
    from = base + end;
  }
}

/* Makes room for a length in the list of chunks and in a small first chunk. */
static int reserve(crm__column *column, crm__memory *memory, uint64_t length)
{
  uint64_t chunks = (length >> CRM__CHUNK_BITS) + ((length & (CRM__CHUNK - 1)) != 0);
  uint64_t had = column->chunk_capacity;
  uint64_t c;

  if (!crm__grow(memory, &column->chunks, &column->chunk_capacity, chunks, sizeof *column->chunks)) {
    return 0;
  }
  for (c = had; c < column->chunk_capacity; c++) {
    column->chunks[c] = NULL;
  }
  return column->chunk_capacity == 0 || column->chunks[0] == NULL || first_chunk_grow(column, memory, length);
}

int crm__column_resize(crm__column *column, crm__memory *memory, uint64_t length)
{
  if (length > column->length) {
    if (!reserve(column, memory, length)) {
      return 0;
    }
    refill(column, column->length, length);
  }
  column->length = length;
  return 1;
}

/* Makes chunk c for a column that will have this length. What lies beyond the present one is filled, or written, when
 * the column grows. */
static int make_chunk(crm__column *column, crm__memory *memory, uint64_t c, uint64_t length)
{
  uint64_t room = c == 0 ? first_room(length) : CRM__CHUNK;
  uint64_t base = c << CRM__CHUNK_BITS;
  uint64_t used = column->length > base ? column->length - base : 0;
  unsigned char *chunk = crm__alloc_array(memory, room, column->size);

  if (chunk == NULL) {
    return 0;
  }
  chunk_fill(column, chunk, 0, used < room ? used : room);
  column->chunks[c] = chunk;
  if (c == 0) {
    column->first_capacity = room;
  }
  return 1;
}

int crm__column_make_chunk(crm__column *column, crm__memory *memory, uint64_t i)
{
  return make_chunk(column, memory, i >> CRM__CHUNK_BITS, column->length);
}

/* Whether all of the elements are the fill value; most often the first one shows that they are not. */
static int all_fill(const crm__column *column, const unsigned char *elements, uint64_t count)
{
  uint64_t same = 0;

  if (column->size == 8) {
    while (same < count && ((const int64_t *)(const void *)elements)[same] == column->fill) {
      same++;
    }
  } else if (column->size == 4) {
    while (same < count && ((const uint32_t *)(const void *)elements)[same] == (uint32_t)column->fill) {
      same++;
    }
  } else {
    while (same < count && elements[same] == (uint8_t)column->fill) {
      same++;
    }
  }
  return same == count;
}

int crm__column_extend(crm__column *column, crm__memory *memory, const void *elements, uint64_t count)
{
  const unsigned char *from = elements;
  uint64_t before = column->length;
  uint64_t end = before + count;

  if (!reserve(column, memory, end)) {
    return 0;
  }
  while (column->length < end) {
    uint64_t c = column->length >> CRM__CHUNK_BITS;
    uint64_t at = column->length & (CRM__CHUNK - 1);
    uint64_t run = end - column->length < CRM__CHUNK - at ? end - column->length : CRM__CHUNK - at;
    if (column->chunks[c] == NULL && from != NULL && !all_fill(column, from, run) &&
        !make_chunk(column, memory, c, end)) {
      column->length = before;
      return 0;
    }
    if (column->chunks[c] != NULL && from == NULL) {
      chunk_fill(column, column->chunks[c], at, at + run);
    }
    column->length += run;
    from = from != NULL ? from + (size_t)run * column->size : NULL;
  }
  return 1;
}

void crm__column_write(const crm__column *column, uint64_t at, const void *elements, uint64_t count)
{
  const unsigned char *from = elements;

  while (count > 0) {
    uint64_t room = CRM__CHUNK - (at & (CRM__CHUNK - 1));
    uint64_t run = count < room ? count : room;
    unsigned char *to = crm__column_at(column, at);
    if (to != NULL) {   /* else they are fill */
      memcpy(to, from, (size_t)run * column->size);
    }
    from += (size_t)run * column->size;
    at += run;
    count -= run;
  }
}

int crm__column_append(crm__column *column, crm__memory *memory, const void *elements, uint64_t count)
{
  uint64_t at = column->length;

  if (!crm__column_extend(column, memory, elements, count)) {
    return 0;
  }
  if (elements != NULL) {
    crm__column_write(column, at, elements, count);
  }
  return 1;
}

int crm__column_absent(const crm__column *column)
{
  uint64_t c;

  for (c = 0; c < column->chunk_capacity; c++) {
    if (column->chunks[c] != NULL) {
      return 0;
    }
  }
  return 1;
}

uint64_t crm__column_bytes(const crm__column *column)
{
  uint64_t bytes = column->chunk_capacity * sizeof *column->chunks;
  uint64_t c;

  for (c = 0; c < column->chunk_capacity; c++) {
    if (column->chunks[c] != NULL) {
      bytes += chunk_room(column, c) * column->size;
    }
  }
  return bytes;
}
