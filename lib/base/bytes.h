/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_BYTES_H
#define CRM_BASE_BYTES_H

#include "base/hash.h"
#include "base/memory.h"

#include <string.h>

/* Bytes that grow, and bytes that are read within their end: little-endian, the same on every machine. */

typedef struct crm__bytes {
  unsigned char *data;
  uint64_t used;
  uint64_t capacity;
  int failed;              /* there was no memory: nothing more is added */
} crm__bytes;

/* Room for `size` bytes at the end, counted as used; NULL where there is no memory. */
static inline unsigned char *crm__bytes_room(crm__bytes *bytes, crm__memory *memory, uint64_t size)
{
  unsigned char *at;
  if (bytes->failed || (bytes->capacity - bytes->used < size &&
                        !crm__grow(memory, (void **)&bytes->data, &bytes->capacity, bytes->used + size, 1))) {
    bytes->failed = 1;
    return NULL;
  }
  at = bytes->data + bytes->used;
  bytes->used += size;
  return at;
}

static inline void crm__bytes_add(crm__bytes *bytes, crm__memory *memory, const void *from, uint64_t size)
{
  unsigned char *at = crm__bytes_room(bytes, memory, size);
  if (at != NULL && size > 0) {
    memcpy(at, from, (size_t)size);
  }
}

static inline void crm__store32(unsigned char *to, uint32_t word)
{
  to[0] = (unsigned char)word;
  to[1] = (unsigned char)(word >> 8);
  to[2] = (unsigned char)(word >> 16);
  to[3] = (unsigned char)(word >> 24);
}

static inline void crm__bytes_u8(crm__bytes *bytes, crm__memory *memory, uint32_t value)
{
  unsigned char *at = crm__bytes_room(bytes, memory, 1);
  if (at != NULL) {
    *at = (unsigned char)value;
  }
}

static inline void crm__bytes_u32(crm__bytes *bytes, crm__memory *memory, uint32_t value)
{
  unsigned char *at = crm__bytes_room(bytes, memory, 4);
  if (at != NULL) {
    crm__store32(at, value);
  }
}

static inline void crm__bytes_u64(crm__bytes *bytes, crm__memory *memory, uint64_t value)
{
  unsigned char *at = crm__bytes_room(bytes, memory, 8);
  if (at != NULL) {
    crm__store64(at, value);
  }
}

static inline void crm__bytes_i64(crm__bytes *bytes, crm__memory *memory, int64_t value)
{
  crm__bytes_u64(bytes, memory, (uint64_t)value);
}

static inline void crm__bytes_free(crm__bytes *bytes, crm__memory *memory)
{
  crm__free_array(memory, bytes->data, bytes->capacity, 1);
  memset(bytes, 0, sizeof *bytes);
}

/* A reader. What lies beyond the end reads as 0 and sets `bad`. */
typedef struct crm__byte_reader {
  const unsigned char *at;
  uint64_t left;
  int bad;
} crm__byte_reader;

static inline crm__byte_reader crm__byte_reader_of(const void *data, uint64_t size)
{
  crm__byte_reader reader;
  reader.at = data;
  reader.left = size;
  reader.bad = 0;
  return reader;
}

/* The next bytes; NULL where there are not so many. */
static inline const unsigned char *crm__read_bytes(crm__byte_reader *reader, uint64_t size)
{
  const unsigned char *at = reader->at;
  if (reader->bad || size > reader->left) {
    reader->bad = 1;
    return NULL;
  }
  if (size > 0) {
    reader->at += size;
    reader->left -= size;
  }
  return at;
}

static inline uint32_t crm__read_u8(crm__byte_reader *reader)
{
  const unsigned char *at = crm__read_bytes(reader, 1);
  return at == NULL ? 0 : *at;
}

static inline uint32_t crm__read_u32(crm__byte_reader *reader)
{
  const unsigned char *at = crm__read_bytes(reader, 4);
  return at == NULL ? 0 : crm__load32(at);
}

static inline uint64_t crm__read_u64(crm__byte_reader *reader)
{
  const unsigned char *at = crm__read_bytes(reader, 8);
  return at == NULL ? 0 : crm__load64(at);
}

/* The integer whose bits these are. */
static inline int64_t crm__signed64(uint64_t bits)
{
  int64_t value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline int64_t crm__read_i64(crm__byte_reader *reader)
{
  return crm__signed64(crm__read_u64(reader));
}

/* Elements of 1, 4 or 8 bytes between memory and their little-endian bytes. */
static inline int crm__little_endian(void)
{
  const uint16_t one = 1;
  unsigned char first;
  memcpy(&first, &one, 1);
  return first == 1;
}

static inline void crm__elements_copy(void *to, const void *from, uint64_t count, uint32_t size)
{
  unsigned char *t = to;
  const unsigned char *f = from;
  uint64_t i;
  uint32_t k;
  if (size == 1 || crm__little_endian()) {
    memcpy(to, from, (size_t)count * size);
    return;
  }
  for (i = 0; i < count; i++) {
    for (k = 0; k < size; k++) {
      t[i * size + k] = f[i * size + size - 1 - k];
    }
  }
}

#endif
