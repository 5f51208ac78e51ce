/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_ARROW_EXPORT_H
#define CRM_TABLE_ARROW_EXPORT_H

#include "base/memory.h"

#include <crm/arrow.h>

/* A table's schema on a memory of its own; *schema is untouched on failure. Errors: MEMORY. */
crm_status crm__arrow_schema_make(const crm_table *table, const crm__memory *memory, int32_t form,
                                  struct ArrowSchema *schema, crm_error *error);

/* A copy of such a schema; 0: no memory. */
int crm__arrow_schema_copy(const struct ArrowSchema *from, struct ArrowSchema *into);

#endif
