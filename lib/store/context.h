/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_CONTEXT_H
#define CRM_STORE_CONTEXT_H

#include "base/memory.h"
#include "base/parallel.h"

#include <crm/context.h>

/* Scratch memory in a few large blocks, kept from one computation to the next; and what the host lends beside it. */

/* size bytes, aligned to 64; NULL where there is none. Lives until crm__context_reset. */
void *crm__context_alloc(crm_context *context, size_t size);

/* Takes all memory back; several blocks become one of their size, so that the same work again needs one. */
void crm__context_reset(crm_context *context);

/* A context on the account of a store, for a call without one. NULL: no memory. */
crm_context *crm__context_for(const crm__memory *memory);

/* Threads and watch; NULL of no context. */
const crm__team *crm__context_team(const crm_context *context);

#endif
