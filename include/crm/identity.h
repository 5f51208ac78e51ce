/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_IDENTITY_H
#define CRM_IDENTITY_H

#include <crm/api.h>
#include <crm/store.h>
#include <crm/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who is who. Which keys are one customer the host says in the table `merges`; from the commit on every function sees
 * the one customer, and a row with `undone` takes a merge back. Here is what the store makes of it, and how the trace
 * of a person is taken out of it. docs/methods/identity.md is the whole story. */

/* Every key that another one stands for: alias, customer (who stands for it); by customer, then alias, in key order.
 * Errors: MEMORY, ARGUMENT. Since 0.1. */
CRM_API crm_status crm_identity_aliases(const crm_store *store, crm_table **table, crm_error *error);

/* Erases the identity of customers: each of their keys, merged ones too, is replaced by a number of its own (an
 * integer at the lower end of 64 bits) and can no longer be looked up or read. The books stay: every fact remains and
 * every total is as it was. Of a key a one-way digest of 128 bits is kept, so that what was sent is recognised when it
 * is sent again (a duplicate, or more of the same customer; a till recognises it too); who can guess keys can try them
 * against it.
 *
 * receipt: what the store held before and after, a row each: measure, before, after, amount_before, amount_after
 * (money, empty where there is none): erased_keys, customers, documents (amount: net), lines (amount: sales before
 * returns), then rows_opportunities and so on for the tables that hold any row (amount: the sum of their first column
 * of money). All or none of the keys are erased; repeats in the list are one. Handles of the store are STATE
 * afterwards. Errors: ARGUMENT (no list, a missing key), NOT_FOUND (no such customer; row in the error says which of
 * the list), STATE (a load is open), MEMORY. Time in proportion to all customers and documents. Since 0.1. */
CRM_API crm_status crm_identity_erase(crm_store *store, const char *const *keys, int64_t count, crm_table **receipt,
                                      crm_error *error);

/* Forgets customers: their documents with all lines, their rows in every table (the entries into stages of their
 * opportunities too) and their keys are gone, and so are the names that nothing else mentions: keys of documents,
 * opportunities and rows, texts. Totals change accordingly. Where a row of another customer names one of them (as
 * `parent`), that cell is empty afterwards. Nothing is kept that recognises them: the same facts sent again are new
 * ones and come back, the rows that lost a cell too. Receipt and errors as above (forgotten_keys in place of
 * erased_keys), time in proportion to all facts; ARGUMENT too for a key that the store's options call anonymous.
 * Since 0.1. */
CRM_API crm_status crm_identity_forget(crm_store *store, const char *const *keys, int64_t count, crm_table **receipt,
                                       crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
