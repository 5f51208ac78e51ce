/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COMPLETENESS_H
#define CRM_COMPLETENESS_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How much is known of the customers: which columns of the customers table, declared attributes too, have a value. The
 * key, source and version are left out. The customers are those of the scope (segment, internal) that are there at
 * as-of; one without a row of the customers table counts, with nothing known. */

/* A row a column, in the schema's order, and one named all for all cells together: column, known, customers, share
 * (known / customers; of all: of the cells), status (ok, undefined: nobody is there). Errors: ARGUMENT, MEMORY. Time in
 * proportion to customers and columns. Since 0.1. */
CRM_API crm_status crm_completeness_columns(const crm_store *store, const crm_scope *scope, crm_table **table,
                                            crm_error *error);

/* A row a customer, by key: customer, known (columns with a value), columns, share. Errors: as above. Since 0.1. */
CRM_API crm_status crm_completeness_customers(const crm_store *store, const crm_scope *scope, crm_table **table,
                                              crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
