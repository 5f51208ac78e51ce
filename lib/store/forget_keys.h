/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_FORGET_KEYS_H
#define CRM_STORE_FORGET_KEYS_H

#include "store/saved.h"

/* Keys of documents, opportunities, rows, products, branches and names that nothing mentions any more once customers
 * are forgotten. Ids stay as they are, so each such key becomes a number that says nothing, as those of the customers
 * do. */
typedef struct crm__lost_keys {
  crm__intern made[CRM__KEYS];
  uint8_t changed[CRM__KEYS];    /* 1: made takes the place of the store's */
} crm__lost_keys;

/* Makes tables of keys without them. chosen: by customer, 1 of those that are about to be forgotten. Takes a pass over
 * all facts. 0: no memory, and nothing is left. */
int crm__lost_keys_make(crm_store *store, const uint8_t *chosen, crm__lost_keys *lost);
void crm__lost_keys_free(crm__lost_keys *lost, crm__memory *memory);

/* Puts them into the store and frees the old ones. */
void crm__lost_keys_take(crm__lost_keys *lost, crm_store *store);

#endif
