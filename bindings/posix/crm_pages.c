/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifdef __linux__
#  define _GNU_SOURCE   /* mremap */
#endif
#define _DEFAULT_SOURCE   /* MAP_ANONYMOUS, madvise */

#include "crm_pages.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE ((size_t)1 << 21)          /* a large page, on the platforms that have them on demand */
#define BLOCK_MIN ((size_t)1 << 15)      /* smaller ones are malloc's */
#define CLASSES 6   /* blocks of 32 KiB to 1 MiB are cut from regions, others are mapped alone */
#define BLOCK_MAX (BLOCK_MIN << (CLASSES - 1))
#define REGION (16 * LARGE)
#define KEPT ((size_t)128 << 20)         /* bytes of freed large blocks that wait for the next, at least, */
#define KEPT_SHARE 4                     /* or that part of those in use, if it is more */

/* A region, in a node of its own; or a free block, in its first bytes. */
typedef struct link {
  struct link *next;
  char *region;
} link;

struct crm_pages {
  pthread_mutex_t lock;
  char *at;                 /* what is left of the newest region */
  char *end;
  link *regions;
  link *spare[CLASSES];     /* free blocks by size */
  link *kept;               /* free ones that are mapped by themselves, the newest first; region is their end */
  size_t kept_size;
  size_t used_size;         /* of those that are not free */
};

/* Address space from the begin of a large page on. */
static char *map_pages(size_t size, int protection)
{
  char *made = mmap(NULL, size + LARGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t before;
  if (made == MAP_FAILED) {
    return NULL;
  }
  before = (LARGE - (size_t)(uintptr_t)made % LARGE) % LARGE;
  if (before > 0) {
    (void)munmap(made, before);
  }
  (void)munmap(made + before + size, LARGE - before);
  return made + before;
}

/* Where the system has no large pages, small ones serve. */
static char *map_large(size_t size)
{
  char *made = map_pages(size, PROT_READ | PROT_WRITE);
#ifdef MADV_HUGEPAGE
  if (made != NULL) {
    (void)madvise(made, size, MADV_HUGEPAGE);
  }
#endif
  return made;
}

static size_t whole_size(size_t size)
{
  return (size + LARGE - 1) / LARGE * LARGE;
}

static int class_of(size_t size)
{
  int class = 0;
  while (BLOCK_MIN << class < size) {
    class++;
  }
  return class;
}

static int add_region(crm_pages *pages)
{
  link *region = malloc(sizeof *region);
  char *made = region == NULL ? NULL : map_large(REGION);
  if (made == NULL) {
    free(region);
    return 0;
  }
  region->region = made;
  region->next = pages->regions;
  pages->regions = region;
  pages->at = made;
  pages->end = made + REGION;
  return 1;
}

static void *cut_block(crm_pages *pages, int class)
{
  size_t size = BLOCK_MIN << class;
  void *block = NULL;
  (void)pthread_mutex_lock(&pages->lock);
  if (pages->spare[class] != NULL) {
    block = pages->spare[class];
    pages->spare[class] = pages->spare[class]->next;
  } else if ((size_t)(pages->end - pages->at) >= size || add_region(pages)) {
    block = pages->at;
    pages->at += size;
  }
  (void)pthread_mutex_unlock(&pages->lock);
  return block;
}

static void spare_block(crm_pages *pages, void *block, int class)
{
  link *spare = block;
  (void)pthread_mutex_lock(&pages->lock);
  spare->next = pages->spare[class];
  pages->spare[class] = spare;
  (void)pthread_mutex_unlock(&pages->lock);
}

/* ---- blocks that are mapped by themselves ---- */

static size_t size_of(const link *kept)
{
  return (size_t)(kept->region - (const char *)kept);
}

/* The least kept block that a size fits into, the newest of its like, or where the list ends. */
static link **find_kept(crm_pages *pages, size_t size)
{
  link **best = NULL;
  link **at;
  for (at = &pages->kept; *at != NULL; at = &(*at)->next) {
    if (size_of(*at) >= size && (best == NULL || size_of(*at) < size_of(*best))) {
      best = at;
    }
  }
  return best == NULL ? at : best;
}

/* The begin of a kept block; the rest of it is kept on. NULL where there is none. */
static void *take_kept(crm_pages *pages, size_t size)
{
  link **at;
  link *found;
  (void)pthread_mutex_lock(&pages->lock);
  at = find_kept(pages, size);
  found = *at;
  if (found != NULL) {
    *at = found->next;
    if (size_of(found) > size) {
      link *rest = (link *)(void *)((char *)found + size);
      rest->region = found->region;
      rest->next = *at;
      *at = rest;
    }
    pages->kept_size -= size;
    pages->used_size += size;
  }
  (void)pthread_mutex_unlock(&pages->lock);
  return found;
}

/* Gives the oldest of what is kept back to the system. */
static void drop_oldest(crm_pages *pages)
{
  link **at = &pages->kept;
  link *oldest;
  while ((*at)->next != NULL) {
    at = &(*at)->next;
  }
  oldest = *at;
  *at = NULL;
  pages->kept_size -= size_of(oldest);
  (void)munmap(oldest, size_of(oldest));
}

/* Keeps a block for the next that needs it; what was used longest ago makes room. */
static void keep(crm_pages *pages, void *block, size_t size)
{
  link *kept = block;
  size_t most;
  (void)pthread_mutex_lock(&pages->lock);
  pages->used_size -= size;
  most = pages->used_size / KEPT_SHARE > KEPT ? pages->used_size / KEPT_SHARE : KEPT;
  kept->region = (char *)block + size;
  kept->next = pages->kept;
  pages->kept = kept;
  pages->kept_size += size;
  while (pages->kept_size > most) {
    drop_oldest(pages);
  }
  (void)pthread_mutex_unlock(&pages->lock);
}

static void count_used(crm_pages *pages, size_t more, size_t less)
{
  (void)pthread_mutex_lock(&pages->lock);
  pages->used_size = pages->used_size + more - less;
  (void)pthread_mutex_unlock(&pages->lock);
}

static void *map_used(crm_pages *pages, size_t size)
{
  void *made = map_large(size);
  if (made != NULL) {
    count_used(pages, size, 0);
  }
  return made;
}

static void *take_large(crm_pages *pages, size_t size)
{
  void *kept = take_kept(pages, size);
  return kept != NULL ? kept : map_used(pages, size);
}

static void *take(crm_pages *pages, size_t size)
{
  return size < BLOCK_MIN    ? malloc(size)
         : size <= BLOCK_MAX ? cut_block(pages, class_of(size))
                             : take_large(pages, whole_size(size));
}

static void give(crm_pages *pages, void *memory, size_t size)
{
  if (size < BLOCK_MIN) {
    free(memory);
  } else if (size <= BLOCK_MAX) {
    spare_block(pages, memory, class_of(size));
  } else {
    keep(pages, memory, whole_size(size));
  }
}

#ifdef __linux__
/* Moves the pages of a mapping, not what they hold. NULL: it cannot be done. */
static void *move_pages(crm_pages *pages, void *memory, size_t old_size, size_t new_size)
{
  char *place = map_pages(new_size, PROT_NONE);
  if (place == NULL) {
    return NULL;
  }
  if (mremap(memory, old_size, new_size, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED) {
    (void)munmap(place, new_size);
    return NULL;
  }
  count_used(pages, new_size, old_size);
  return place;
}
#endif

/* Whether a block serves both sizes. */
static int same_block(size_t a, size_t b)
{
  if (a > BLOCK_MAX && b > BLOCK_MAX) {
    return whole_size(a) == whole_size(b);
  }
  return a >= BLOCK_MIN && b >= BLOCK_MIN && a <= BLOCK_MAX && b <= BLOCK_MAX && class_of(a) == class_of(b);
}

static void *resize(crm_pages *pages, void *memory, size_t old_size, size_t new_size)
{
  void *made;
  if (old_size < BLOCK_MIN && new_size < BLOCK_MIN) {
    return realloc(memory, new_size);
  }
  if (same_block(old_size, new_size)) {
    return memory;
  }
#ifdef __linux__
  if (old_size > BLOCK_MAX && new_size > BLOCK_MAX) {
    return move_pages(pages, memory, whole_size(old_size), whole_size(new_size));
  }
#endif
  made = take(pages, new_size);
  if (made != NULL) {
    memcpy(made, memory, old_size < new_size ? old_size : new_size);
    give(pages, memory, old_size);
  }
  return made;
}

static void *allocate(void *context, void *memory, size_t old_size, size_t new_size)
{
  crm_pages *pages = context;
  if (new_size == 0) {
    if (memory != NULL) {
      give(pages, memory, old_size);
    }
    return NULL;
  }
  return memory == NULL ? take(pages, new_size) : resize(pages, memory, old_size, new_size);
}

crm_status crm_pages_create(crm_pages **pages)
{
  crm_pages *made = calloc(1, sizeof *made);
  *pages = NULL;
  if (made == NULL) {
    return CRM_ERROR_MEMORY;
  }
  if (pthread_mutex_init(&made->lock, NULL) != 0) {
    free(made);
    return CRM_ERROR_MEMORY;
  }
  *pages = made;
  return CRM_OK;
}

void crm_pages_lend(crm_pages *pages, crm_config *config)
{
  config->allocate = allocate;
  config->allocate_context = pages;
}

void crm_pages_free(crm_pages *pages)
{
  if (pages == NULL) {
    return;
  }
  while (pages->regions != NULL) {
    link *region = pages->regions;
    pages->regions = region->next;
    (void)munmap(region->region, REGION);
    free(region);
  }
  while (pages->kept != NULL) {
    link *kept = pages->kept;
    pages->kept = kept->next;
    (void)munmap(kept, size_of(kept));
  }
  (void)pthread_mutex_destroy(&pages->lock);
  free(pages);
}
