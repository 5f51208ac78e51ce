/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

typedef union pool_unit {
  void *pointer;
  int64_t integer;
  double real;
} pool_unit;

struct pool_block {
  struct pool_block *next;
  pool_unit memory[1];
};

void *pool_take(pool *memory, size_t size)
{
  struct pool_block *block;
  if (size > SIZE_MAX / 2) {
    return NULL;
  }
  block = calloc(1, offsetof(struct pool_block, memory) + (size == 0 ? 1 : size));
  if (block == NULL) {
    return NULL;
  }
  block->next = memory->blocks;
  memory->blocks = block;
  return block->memory;
}

char *pool_copy(pool *memory, const char *text, size_t length)
{
  char *copy = pool_take(memory, length + 1);
  if (copy != NULL && length > 0) {
    memcpy(copy, text, length);
  }
  return copy;
}

void *pool_more(pool *memory, void *items, int64_t count, size_t item_size)
{
  void *larger;
  if (count > 0 && (count & (count - 1)) != 0) {
    return items;
  }
  larger = pool_take(memory, (size_t)(count == 0 ? 1 : 2 * count) * item_size);
  if (larger != NULL && count > 0) {
    memcpy(larger, items, (size_t)count * item_size);
  }
  return larger;
}

void pool_free(pool *memory)
{
  while (memory->blocks != NULL) {
    struct pool_block *next = memory->blocks->next;
    free(memory->blocks);
    memory->blocks = next;
  }
}
