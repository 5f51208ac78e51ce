/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_MET_H
#define CRM_STORE_MET_H

#include "store/store.h"

/* Since when customers are named by rows of stages, opportunities and interactions, by the id that was sent: the
 * earliest of them, INT64_MIN where an opportunity does not say when it was created, INT64_MAX where there is no row.
 * Made of the rows alone. */

/* The column that names the customer in a table whose rows make it known; -1: they do not. */
int32_t crm__met_column(int32_t table);

/* Makes room for a row that will be the store's; values: the columns that hold it. 0: no memory. */
int crm__met_touch(crm_store *store, int32_t table, const crm__column *values, uint64_t row);

/* Takes in a row of the store, for which there is room. */
void crm__met_add(crm_store *store, int32_t table, uint32_t row);

/* Whether it may be by the row at a place alone that a customer is known since then, and no longer is once another row
 * stands there; values: the columns that hold that one. */
int crm__met_by(const crm_store *store, int32_t table, uint32_t place, const crm__column *values, uint64_t row);

/* All anew, where such rows have been written over or have gone; there is room for those that are left. */
void crm__met_renew(crm_store *store);

/* The same from nothing. 0: no memory. */
int crm__met_make(crm_store *store);

/* Whether what is kept is what the rows give. */
crm_status crm__verify_met(const crm_store *store, crm_error *error);

#endif
