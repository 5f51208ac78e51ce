/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ACCOUNTS_H
#define CRM_ACCOUNTS_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Accounts: the customers under one parent, up to the topmost, together; a chain with its sites. Any analysis takes
 * accounts for customers where its scope says so (crm_scope.accounts). Here is what they are made of.
 *
 * A customer of whom rows of the table `parents` tell belongs at as-of to the parent of the last row that begins before
 * it, to nobody before the first row and after a row's `to`; one without rows to the `parent` of its row in
 * `customers`, at all times. */

/* A row a customer that belongs to an account of two or more, of those that have a fact or a row by as-of; by account,
 * then customer:
 * account (the topmost), customer, level (0: the account itself, 1: right under it, ...; in a ring, steps to the lowest
 * key), orders and revenue of the customer's own in the period, share (of the account's revenue; null where that is
 * not above 0), first and last (business days of occasions in the period, or null), orders_below and revenue_below (of
 * the customer and of all under it, at whatever level).
 * scope.accounts does not matter. Errors: ARGUMENT, MEMORY. Time: facts and customers. Since 0.1. */
CRM_API crm_status crm_accounts_sites(const crm_store *store, const crm_scope *scope, crm_table **table,
                                      crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
