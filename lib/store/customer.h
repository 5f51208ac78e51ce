/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_CUSTOMER_H
#define CRM_STORE_CUSTOMER_H

#include "store/facts.h"

/* One customer's facts, without a pass over those of all. */

/* A document of a customer, or a line of one that counts on another day. */
typedef struct crm__customer_deed {
  int64_t time;
  int64_t money;
  uint32_t orders;    /* occasions that it stands for */
  uint32_t flags;     /* CRM__FACT_OCCASION, LINE, PERIOD, EXTRA as in crm__facts */
} crm__customer_deed;

/* Called with every fact of a customer before as-of, in no order. What is anonymous, internal or outside a segment is
 * for the caller to know. Time: the customer's documents. */
typedef void (*crm__deed_visit)(void *context, const crm__customer_deed *deed);
void crm__customer_deeds(const crm__scope *scope, uint32_t customer, crm__deed_visit visit, void *context);

/* The earliest instant at or after as-of at which more of a customer comes to be: a document of any kind, the day of
 * joining, or the first row that makes it known; INT64_MAX: none. Time: the customer's documents. */
int64_t crm__customer_next(const crm__scope *scope, uint32_t customer);

/* The earliest row of stages, opportunities or interactions of a customer, whatever as-of: INT64_MIN where it has
 * always been there, INT64_MAX: there is none. */
int64_t crm__customer_met(const crm_store *store, uint32_t customer);

/* When a customer joined, INT64_MIN: not told. */
int64_t crm__customer_joined(const crm_store *store, uint32_t customer);

/* Whether any customer was merged into another. */
int crm__customers_merged(const crm_store *store);

/* What kind a customer is, CRM__CUSTOMER_...; anonymous too where the store's options say so. */
int crm__customer_is(const crm_store *store, uint32_t customer);

/* The id of a key as it is sent, CRM__NONE: unknown. */
uint32_t crm__customer_sent(const crm_store *store, crm__key key);

/* Who stands for an id: itself, or the one that it was merged into. */
uint32_t crm__customer_stands(const crm_store *store, uint32_t customer);

/* The integer keys that lie close together: so many from *from on, going round at the ends of 64 bits; 0: none. */
uint64_t crm__customers_window(const crm_store *store, uint64_t *from);

/* Time of the latest fact, as a scope has it. */
int64_t crm__latest(const crm_store *store);

/* What may be added to the sum of all absolute amounts so that it still fits. */
uint64_t crm__money_room(const crm_store *store);

/* Whether the store holds a document. */
int crm__document_held(const crm_store *store, const char *source, const char *document);

/* Whether customers have had their keys since a data version; else whatever is in the order of keys is to be made
 * anew. */
int crm__keys_kept(const crm_store *store, int64_t since);

/* The customers that commits after a data version touched, and who stands for each of them, in no order, some twice: an
 * array that is the caller's to free by crm__free_array(memory, *ids, *room, sizeof **ids). 0: no memory. */
int crm__customers_touched(const crm_store *store, int64_t since, crm__memory *memory, uint32_t **ids,
                           uint64_t *count, uint64_t *room);

#endif
