/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SAVED_CHECKPOINT_H
#define CRM_STORE_SAVED_CHECKPOINT_H

#include "store/saved_file.h"

/* A checkpoint that a journal has opened: its head in memory, and the parts that it names. */
typedef struct crm__checkpoint {
  crm__journal *journal;
  crm__view view;               /* of the head; ended by whoever opened it */
  const unsigned char *list;
  uint64_t parts;
  uint64_t commit;
} crm__checkpoint;

/* Reads a head into an empty store. Errors: CORRUPT, VERSION, IO, MEMORY; then there is no view. */
crm_status crm__checkpoint_open(crm__journal *journal, crm_store *store, crm__expected *expected, crm__checkpoint *from,
                                crm_error *error);

/* The part that a piece is of, by its place in the list. */
uint32_t crm__checkpoint_names(const crm__checkpoint *from, uint64_t i);

/* A piece, read and checked; and the same read into the store. */
crm_status crm__checkpoint_view(const crm__checkpoint *from, uint64_t i, crm__view *view, uint64_t *first,
                                uint64_t *count, crm_error *error);
crm_status crm__checkpoint_part(const crm__checkpoint *from, uint64_t i, crm_store *store, crm__expected *expected,
                                crm_error *error);

/* Whether the pieces of a part can hold a record a customer: then there may be room made for all of them. */
int crm__checkpoint_holds(const crm__checkpoint *from, const crm_store *store, uint32_t part);

/* All of it into an empty store. */
crm_status crm__checkpoint_read(crm__journal *journal, crm_store *store, crm_error *error);

#endif
