/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_IDENTITY_H
#define CRM_STORE_IDENTITY_H

#include "store/load.h"

/* Who is who. Ids of customers are those of the keys that were sent; merges say which of them are one customer. The one
 * that stands for all of them is resolved at commit: documents hold it, beside what was sent, and profiles are its.
 * What is made of the rows of merges alone is made anew from them whenever they change, so that no order of merges
 * shows. */

/* The root of every id in a forest of parents (CRM__NONE: it is a root). Ids that lead in a ring have the one of the
 * lowest key in it for their root. marks: zeros. Time in proportion to count. */
void crm__roots_find(const crm__intern *keys, const uint32_t *parents, uint64_t count, uint32_t *marks,
                     uint32_t *roots);

/* The customer that a document was sent for; CRM__NONE: nobody. */
uint32_t crm__document_sender(const crm_store *store, uint32_t document);

/* The next key of the same customer after the one that stands for it, and so on; CRM__NONE at the end. */
uint32_t crm__alias_next(const crm_store *store, uint32_t customer);

/* The id whose row in customers speaks for a customer: its own, or where that has none the one of the lowest key among
 * its aliases that has one, or its own again. */
uint32_t crm__customer_speaker(const crm_store *store, uint32_t customer);

/* Makes of the rows of the store who stands for whom, where nothing is known of it. 0: no memory. */
int crm__identity_make(crm_store *store);

/* Works out who stands for whom once the load's merges are the store's, and makes room for what will be written.
 * 0: no memory. */
int crm__settle_identity(crm_load *load);

/* Gives documents and profiles to those who stand for their customers from now on. */
void crm__apply_identity(crm_load *load);

/* Gives a new document to who stands for its customer; room has been made. */
void crm__document_resolve(crm_store *store, uint32_t document);

/* Appends a warning for every ring of merges: merge_ring, the lowest key in it, how many are in it. 0: no memory. */
int crm__put_rings(const crm_store *store, crm_table *table);

/* Whether all that is kept of merges is what their rows give. */
crm_status crm__verify_identity(const crm_store *store, crm_error *error);

#endif
