/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_MEMORY_H
#define CRM_BASE_MEMORY_H

#include <crm/api.h>

/* An allocator with an account of its own: one an object, never shared between threads. */
typedef struct crm__memory {
  crm_allocate allocate;
  void *context;
  uint64_t limit;   /* UINT64_MAX: none */
  uint64_t used;
  uint64_t peak;
} crm__memory;

/* From a caller's config, which may be NULL. */
crm_status crm__memory_open(crm__memory *memory, const crm_config *config, crm_error *error);

/* The same allocator and limit with an account that starts at 0: for scratch and results. */
crm__memory crm__memory_fork(const crm__memory *memory);

/* NULL where there is none. size 0 answers a pointer that may be freed with size 0 (implementation: counts as 1 byte).
 * crm__resize of NULL is crm__alloc (old_size 0); where it fails the old memory stands. crm__free lets NULL pass. */
void *crm__alloc(crm__memory *memory, size_t size);
void *crm__alloc_zero(crm__memory *memory, size_t size);
void *crm__resize(crm__memory *memory, void *pointer, size_t old_size, size_t new_size);
void crm__free(crm__memory *memory, void *pointer, size_t size);

/* count elements of size bytes; NULL too where the product passes size_t. */
void *crm__alloc_array(crm__memory *memory, uint64_t count, size_t size);
void *crm__alloc_array_zero(crm__memory *memory, uint64_t count, size_t size);
void crm__free_array(crm__memory *memory, void *pointer, uint64_t count, size_t size);

/* Makes room for `needed` elements of size bytes in an array of *capacity; grows by half at least. array points to the
 * array's pointer, of whatever type, which may be NULL with capacity 0. 0 where there is no memory: nothing changed. */
int crm__grow(crm__memory *memory, void *array, uint64_t *capacity, uint64_t needed, size_t size);

#endif
