/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_POOL_H
#define COCKPIT_POOL_H

#include <stddef.h>
#include <stdint.h>

/* Memory that lives as long as the arguments. */
typedef struct pool {
  struct pool_block *blocks;
} pool;

/* Memory of size bytes, zeroed; NULL where there is none. */
void *pool_take(pool *memory, size_t size);

/* A NUL-ended copy of length bytes. */
char *pool_copy(pool *memory, const char *text, size_t length);

/* Room for one more item in an array of count items: answers the array, moved where it was full. Its length is a power
 * of two that follows from count. NULL where there is no memory. */
void *pool_more(pool *memory, void *items, int64_t count, size_t item_size);

void pool_free(pool *memory);

#endif
