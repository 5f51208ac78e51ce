/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_COLUMN_H
#define CRM_BASE_COLUMN_H

#include "base/memory.h"
#include "base/sizes.h"

/* A column that grows in chunks of 65,536 elements, so that growth copies nothing but the first small chunk. A chunk
 * that holds nothing but the fill value does not exist. Elements are plain data of a fixed size. */
#define CRM__CHUNK_BITS CRM__SIZE(16, 2)
#define CRM__CHUNK ((uint64_t)1 << CRM__CHUNK_BITS)

typedef struct crm__column {
  unsigned char **chunks;
  uint64_t chunk_capacity;  /* pointers */
  uint64_t first_capacity;  /* elements in chunk 0 while it is the only one and small */
  uint64_t length;
  uint32_t size;            /* bytes of an element: 1, 4 or 8 */
  int64_t fill;             /* what an absent chunk reads as */
} crm__column;

void crm__column_open(crm__column *column, uint32_t size, int64_t fill);
void crm__column_close(crm__column *column, crm__memory *memory);

/* Sets the length; new elements read as fill. Never fails when it shrinks; shrinking keeps memory but resets what is
 * cut off to fill once it grows again. 0 where there is no memory (the column is unchanged). */
int crm__column_resize(crm__column *column, crm__memory *memory, uint64_t length);

/* Adds elements of the column's size at its end; NULL: fill. A chunk that would hold nothing but fill stays away. 0
 * where there is no memory (the column is unchanged). */
int crm__column_append(crm__column *column, crm__memory *memory, const void *elements, uint64_t count);

/* The same in two steps. The first makes the room; the second, which needs no memory and cannot fail, writes elements
 * from `at` on, and may be done for pieces of them by several threads at once. Fill is written by the first. */
int crm__column_extend(crm__column *column, crm__memory *memory, const void *elements, uint64_t count);
void crm__column_write(const crm__column *column, uint64_t at, const void *elements, uint64_t count);

/* Makes the chunk of element i exist (i < length), filled. 0 where there is no memory. */
int crm__column_make_chunk(crm__column *column, crm__memory *memory, uint64_t i);

static inline int crm__column_touch(crm__column *column, crm__memory *memory, uint64_t i)
{
  return column->chunks[i >> CRM__CHUNK_BITS] != NULL || crm__column_make_chunk(column, memory, i);
}

/* Whether no chunk exists: every element is fill. */
int crm__column_absent(const crm__column *column);

/* Bytes held. */
uint64_t crm__column_bytes(const crm__column *column);

static inline unsigned char *crm__column_at(const crm__column *column, uint64_t i)
{
  unsigned char *chunk = column->chunks[i >> CRM__CHUNK_BITS];
  return chunk == NULL ? NULL : chunk + (size_t)(i & (CRM__CHUNK - 1)) * column->size;
}

static inline int64_t crm__column_i64(const crm__column *column, uint64_t i)
{
  const unsigned char *at = crm__column_at(column, i);
  return at == NULL ? column->fill : *(const int64_t *)(const void *)at;
}

static inline uint32_t crm__column_u32(const crm__column *column, uint64_t i)
{
  const unsigned char *at = crm__column_at(column, i);
  return at == NULL ? (uint32_t)column->fill : *(const uint32_t *)(const void *)at;
}

static inline uint8_t crm__column_u8(const crm__column *column, uint64_t i)
{
  const unsigned char *at = crm__column_at(column, i);
  return at == NULL ? (uint8_t)column->fill : *at;
}

/* Writes where the chunk exists already (touch first), or where the value is the fill of an absent one. */
static inline void crm__column_put_i64(crm__column *column, uint64_t i, int64_t value)
{
  unsigned char *at = crm__column_at(column, i);
  if (at != NULL) {
    *(int64_t *)(void *)at = value;
  }
}

static inline void crm__column_put_u32(crm__column *column, uint64_t i, uint32_t value)
{
  unsigned char *at = crm__column_at(column, i);
  if (at != NULL) {
    *(uint32_t *)(void *)at = value;
  }
}

static inline void crm__column_put_u8(crm__column *column, uint64_t i, uint8_t value)
{
  unsigned char *at = crm__column_at(column, i);
  if (at != NULL) {
    *at = value;
  }
}

/* The same for an element of whatever size the column has. */
static inline int64_t crm__column_get(const crm__column *column, uint64_t i)
{
  return column->size == 8   ? crm__column_i64(column, i)
         : column->size == 4 ? (int64_t)crm__column_u32(column, i)
                             : (int64_t)crm__column_u8(column, i);
}

static inline void crm__column_put(crm__column *column, uint64_t i, int64_t value)
{
  if (column->size == 8) {
    crm__column_put_i64(column, i, value);
  } else if (column->size == 4) {
    crm__column_put_u32(column, i, (uint32_t)value);
  } else {
    crm__column_put_u8(column, i, (uint8_t)value);
  }
}

#endif
