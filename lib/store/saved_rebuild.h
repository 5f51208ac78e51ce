/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SAVED_REBUILD_H
#define CRM_STORE_SAVED_REBUILD_H

#include "store/saved.h"

/* A checkpoint with pieces that cannot be read, as far as it goes. */

/* Gives keys of their own to those of a part that are missing up to an id. */
crm_status crm__rebuild_keys(crm_store *store, const crm__expected *expected, uint32_t part, uint64_t up_to,
                             crm_error *error);

/* Leaves out what needs the elements of a piece that is missing. Answers the documents or rows that were left out for
 * it, or the keys that were given others. */
int64_t crm__rebuild_drop(crm_store *store, uint32_t part, uint64_t first, uint64_t count);

/* Makes everything anew that is kept beside the facts, and compares as crm_store_verify. */
crm_status crm__rebuild(crm_store *store, crm_error *error);

#endif
