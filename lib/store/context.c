/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/context.h"

#include "base/error.h"
#include "base/sizes.h"

#include <string.h>

#define LINE 64
#define BLOCK_LEAST CRM__SIZE((size_t)64 * 1024, (size_t)64)

typedef struct block {
  struct block *next;
  size_t size;    /* with this header and the slack for alignment */
  size_t used;
} block;

struct crm_context {
  crm__memory memory;
  block *blocks;  /* the newest first */
  crm__team team;
};

static size_t aligned_start(const block *b)
{
  size_t address = (size_t)(const void *)(b + 1);
  return (LINE - address % LINE) % LINE;
}

crm_context *crm__context_for(const crm__memory *memory)
{
  crm__memory own = crm__memory_fork(memory);
  crm_context *context = crm__alloc_zero(&own, sizeof *context);
  if (context != NULL) {
    context->memory = own;
  }
  return context;
}

crm_status crm_context_create(const crm_config *config, crm_context **context, crm_error *error)
{
  crm__memory memory;
  crm_status status;
  if (context == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no place for the context");
  }
  *context = NULL;
  status = crm__memory_open(&memory, config, error);
  if (status != CRM_OK) {
    return status;
  }
  *context = crm__context_for(&memory);
  return *context == NULL ? crm__fail_memory(error) : CRM_OK;
}

static void free_blocks(crm_context *context)
{
  while (context->blocks != NULL) {
    block *next = context->blocks->next;
    crm__free(&context->memory, context->blocks, context->blocks->size);
    context->blocks = next;
  }
}

void crm_context_free(crm_context *context)
{
  crm__memory memory;
  if (context == NULL) {
    return;
  }
  free_blocks(context);
  memory = context->memory;
  crm__free(&memory, context, sizeof *context);
}

crm_status crm_context_configure(crm_context *context, const crm_context_options *options, crm_error *error)
{
  static const crm_context_options nothing = CRM_CONTEXT_OPTIONS_INIT;
  crm_context_options own = nothing;
  crm__team team;
  memset(&team, 0, sizeof team);
  if (context == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no context");
  }
  if (options != NULL) {
    crm_status status = crm__struct_read(&own, sizeof own, options, "crm_context_options", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  if (own.executor != NULL) {
    crm_status status = crm__struct_read(&team.executor, sizeof team.executor, own.executor, "crm_executor", error);
    if (status != CRM_OK) {
      return status;
    }
    if (team.executor.run == NULL) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "executor", 0, -1, "the executor has no function to run");
    }
  }
  team.watch = own.watch;
  team.watch_context = own.watch_context;
  context->team = team;
  return CRM_OK;
}

const crm__team *crm__context_team(const crm_context *context)
{
  return context == NULL ? NULL : &context->team;
}

static int add_block(crm_context *context, size_t room)
{
  size_t size = room + sizeof(block) + LINE;
  block *b;
  if (size < room) {
    return 0;
  }
  size = size < BLOCK_LEAST ? BLOCK_LEAST : size;
  b = crm__alloc(&context->memory, size);
  if (b == NULL) {
    return 0;
  }
  b->next = context->blocks;
  b->size = size;
  b->used = sizeof(block) + aligned_start(b);
  context->blocks = b;
  return 1;
}

void *crm__context_alloc(crm_context *context, size_t size)
{
  size_t room = (size + LINE - 1) / LINE * LINE;
  block *b = context->blocks;
  void *memory;
  if (room < size) {
    return NULL;
  }
  if (b == NULL || b->size - b->used < room) {
    if (!add_block(context, room)) {
      return NULL;
    }
    b = context->blocks;
  }
  memory = (unsigned char *)b + b->used;
  b->used += room;
  return memory;
}

void crm__context_reset(crm_context *context)
{
  block *b = context->blocks;
  size_t size = 0;
  if (b == NULL) {
    return;
  }
  if (b->next == NULL) {
    b->used = sizeof(block) + aligned_start(b);
    return;
  }
  for (; b != NULL; b = b->next) {
    size += b->size;
  }
  free_blocks(context);
  (void)add_block(context, size);   /* where it is not to be had, the next computation asks again */
}
