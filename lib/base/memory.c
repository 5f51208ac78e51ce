/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/sizes.h"

#define GROW_BYTES_MIN CRM__SIZE(64, 1)

static void *allocate_default(void *context, void *memory, size_t old_size, size_t new_size)
{
  (void)context;
  (void)old_size;
  if (new_size == 0) {
    free(memory);
    return NULL;
  }
  return realloc(memory, new_size);
}

crm_status crm__memory_open(crm__memory *memory, const crm_config *config, crm_error *error)
{
  crm_config read = CRM_CONFIG_INIT;

  if (config != NULL) {
    crm_status status = crm__struct_read(&read, sizeof read, config, "config", error);
    if (status != CRM_OK) {
      return status;
    }
    if (read.reserved != 0) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "config", 0, -1, "the reserved field of config is not 0");
    }
  }
  memory->allocate = read.allocate != NULL ? read.allocate : allocate_default;
  memory->context = read.allocate_context;
  memory->limit = read.memory_limit != 0 ? read.memory_limit : UINT64_MAX;
  memory->used = 0;
  memory->peak = 0;
  return CRM_OK;
}

crm__memory crm__memory_fork(const crm__memory *memory)
{
  crm__memory fork = *memory;

  fork.used = 0;
  fork.peak = 0;
  return fork;
}

/* Whether `more` bytes fit under the limit. */
static int account_allows(const crm__memory *memory, size_t more)
{
  return memory->used <= memory->limit && more <= memory->limit - memory->used;
}

static void account_add(crm__memory *memory, size_t more)
{
  memory->used += more;
  if (memory->used > memory->peak) {
    memory->peak = memory->used;
  }
}

void *crm__alloc(crm__memory *memory, size_t size)
{
  size_t bytes = size != 0 ? size : 1;
  void *pointer;

  if (!account_allows(memory, bytes)) {
    return NULL;
  }
  pointer = memory->allocate(memory->context, NULL, 0, bytes);
  if (pointer != NULL) {
    account_add(memory, bytes);
  }
  return pointer;
}

void *crm__alloc_zero(crm__memory *memory, size_t size)
{
  void *pointer = crm__alloc(memory, size);

  if (pointer != NULL) {
    memset(pointer, 0, size != 0 ? size : 1);
  }
  return pointer;
}

void *crm__resize(crm__memory *memory, void *pointer, size_t old_size, size_t new_size)
{
  size_t old_bytes = old_size != 0 ? old_size : 1;
  size_t new_bytes = new_size != 0 ? new_size : 1;
  void *moved;

  if (pointer == NULL) {
    return crm__alloc(memory, new_size);
  }
  if (new_bytes > old_bytes && !account_allows(memory, new_bytes - old_bytes)) {
    return NULL;
  }
  moved = memory->allocate(memory->context, pointer, old_bytes, new_bytes);
  if (moved != NULL) {
    memory->used -= old_bytes;
    account_add(memory, new_bytes);
  }
  return moved;
}

void crm__free(crm__memory *memory, void *pointer, size_t size)
{
  size_t bytes = size != 0 ? size : 1;

  if (pointer != NULL) {
    (void)memory->allocate(memory->context, pointer, bytes, 0);
    memory->used -= bytes;
  }
}

static int array_bytes(uint64_t count, size_t size, size_t *bytes)
{
  if (size != 0 && count > SIZE_MAX / size) {
    return 0;
  }
  *bytes = (size_t)count * size;
  return 1;
}

void *crm__alloc_array(crm__memory *memory, uint64_t count, size_t size)
{
  size_t bytes;

  return array_bytes(count, size, &bytes) ? crm__alloc(memory, bytes) : NULL;
}

void *crm__alloc_array_zero(crm__memory *memory, uint64_t count, size_t size)
{
  size_t bytes;

  return array_bytes(count, size, &bytes) ? crm__alloc_zero(memory, bytes) : NULL;
}

void crm__free_array(crm__memory *memory, void *pointer, uint64_t count, size_t size)
{
  crm__free(memory, pointer, (size_t)count * size);
}

int crm__grow(crm__memory *memory, void *array, uint64_t *capacity, uint64_t needed, size_t size)
{
  uint64_t wanted = *capacity + *capacity / 2;
  size_t old_bytes;
  size_t new_bytes;
  void *pointer;

  if (needed <= *capacity) {
    return 1;
  }
  if (wanted < GROW_BYTES_MIN / size) {
    wanted = GROW_BYTES_MIN / size;
  }
  if (wanted < needed) {
    wanted = needed;
  }
  if (!array_bytes(*capacity, size, &old_bytes) || !array_bytes(wanted, size, &new_bytes)) {
    return 0;
  }
  /* The array's pointer has its own type, so it is read and written as bytes. */
  memcpy(&pointer, array, sizeof pointer);
  pointer = crm__resize(memory, pointer, old_bytes, new_bytes);
  if (pointer == NULL) {
    return 0;
  }
  memcpy(array, &pointer, sizeof pointer);
  *capacity = wanted;
  return 1;
}
