/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_PROFILE_H
#define CRM_STORE_PROFILE_H

#include "store/store.h"

/* What is kept of documents and customers so that nobody has to go back to the lines. */

typedef struct crm__document_total {
  int64_t net;
  int64_t returned;
  int64_t tax;
  int64_t cost;
  int64_t ledger;      /* sale less return of every class */
  uint32_t flags;      /* CRM__DOCUMENT_LINE, SALE, VALUE, COST_MISSING, ORIGINAL */
} crm__document_total;

/* Sums lines first .. first + count - 1. */
void crm__document_sum(const crm_store *store, uint64_t first, uint32_t count, crm__document_total *total);

/* Occasions that a document stands for if it is one: 1, or its lines where it is made of equal rows; else 0. */
uint32_t crm__document_orders(const crm_store *store, uint32_t document);

/* A profile of a customer without documents. */
crm__profile crm__profile_empty(void);

/* Adds a live document to its customer's profile, the chain aside. */
void crm__profile_add(const crm_store *store, crm__profile *profile, uint32_t document);

/* Makes a profile anew from its chain, from which documents that are no longer the customer's drop out. */
void crm__profile_rebuild(crm_store *store, uint32_t customer);

#endif
