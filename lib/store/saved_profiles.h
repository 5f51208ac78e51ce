/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SAVED_PROFILES_H
#define CRM_STORE_SAVED_PROFILES_H

#include "store/ahead.h"
#include "store/saved_file.h"

/* Profiles in the file: those of the checkpoint, and of the commits behind it what each has left of those that it
 * touched. */

/* What a load, or taking out customers (CRM__SAVED_ERASE, CRM__SAVED_FORGET), will leave, as the payload of a
 * CRM__SAVED_PROFILES frame, and the state that it leads to. Behind commits of an earlier library that have no such
 * frame it tells of all that has changed since the last one that has. Errors: MEMORY. */
crm_status crm__profiles_of_load(crm_load *load, const crm__decided *decided, crm__bytes *bytes, crm__profiled *after,
                                 crm_error *error);
crm_status crm__profiles_of_removal(crm_store *store, uint32_t kind, const uint8_t *chosen, crm__bytes *bytes,
                                    crm__profiled *after, crm_error *error);

/* The store is at a commit up to which the file tells all profiles. */
void crm__profiled_at(const crm_store *store, uint64_t commit);

/* Follows the frames behind a checkpoint: up to which commit the profiles are told once this one is read. */
uint64_t crm__profiles_reach(uint64_t reached, const crm__frame *frame, const crm__view *view);

/* Reads profiles alone into an empty store. *enough 0: they are not told up to the last commit, and what was read is of
 * none. */
crm_status crm__profiles_read(crm_store *store, int *enough, crm_error *error);

/* Whether profiles that were read alone, into `alone`, are those of a store. CORRUPT. */
crm_status crm__profiles_compare(const crm_store *store, const crm_store *alone, crm_error *error);

#endif
