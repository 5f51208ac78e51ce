/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_ERASE_H
#define CRM_STORE_ERASE_H

#include "store/store.h"

/* Taking the trace of customers out of a store. */

/* The key that a customer's key is known by: the number in its place where it was erased, else itself. */
crm__key crm__erased_key(const crm_store *store, crm__key key);

/* Keys of customers on their way into the store, in place. */
void crm__erased_keys(const crm_store *store, crm__key *keys, uint64_t count);
void crm__erased_integers(const crm_store *store, int64_t *keys, uint64_t count);

/* What a receipt compares. */
typedef struct crm__books {
  int64_t customers;
  int64_t documents;
  int64_t net;
  int64_t lines;
  int64_t sales;
  int64_t rows[CRM__TABLES];
  int64_t amounts[CRM__TABLES];   /* CRM__NULL: the table has no money */
} crm__books;

/* without: ids of customers whose facts are left out, or NULL. */
void crm__books_take(const crm_store *store, const uint8_t *without, crm__books *books);

/* Whether a row is one of a chosen customer: it names one as its customer, or leads into one, or is about an
 * opportunity of one. */
int crm__row_is_of(const crm_store *store, int32_t table, uint32_t row, const uint8_t *chosen);

/* keys_measure: erased_keys or forgotten_keys. */
crm_status crm__receipt(const crm_store *store, const char *keys_measure, int64_t keys, const crm__books *before,
                        const crm__books *after, crm_table **receipt, crm_error *error);

/* Takes the chosen customers out: those of a list of keys with all their aliases, by id 1, of as many ids as there are;
 * `ids` of them. */
typedef crm_status (*crm__removal)(crm_store *store, const char *const *keys, int64_t count, const uint8_t *chosen,
                                   int64_t ids, crm_table **receipt, crm_error *error);

/* What erasing and forgetting have in common: chooses, acts, and hands back the receipt. */
crm_status crm__remove(crm_store *store, const char *const *keys, int64_t count, crm__removal act,
                       crm_table **receipt, crm_error *error);

/* The keys of customers once those of the chosen ids are replaced by numbers of their own. 0: no memory. */
int crm__keys_replaced(crm_store *store, const uint8_t *chosen, crm__intern *made);

/* The digests of erased keys without those of the chosen. 0: no memory. */
int crm__digests_without(crm_store *store, const uint8_t *chosen, crm__intern *digests, crm__column *ids);

/* Settles for the keys that are in place: the old ones are gone, there is a new data version, which the chosen
 * customers have changed in. */
void crm__keys_take(crm_store *store, const uint8_t *chosen, crm__intern *old);

#endif
