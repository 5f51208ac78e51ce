/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings_found.h"

#include <string.h>

/* The list of what was found. */

void crm__found_add(crm__found *found, const crm__finding *item)
{
  if (found->failed) {
    return;
  }
  if (found->count == found->capacity) {
    uint64_t capacity = found->capacity == 0 ? 64 : found->capacity * 2U;
    crm__finding *items = crm__scope_alloc(found->scope, capacity, sizeof *items);
    if (items == NULL) {
      found->failed = 1;
      return;
    }
    if (found->count > 0) {
      memcpy(items, found->items, (size_t)found->count * sizeof *items);
    }
    found->items = items;
    found->capacity = capacity;
  }
  found->items[found->count++] = *item;
}
