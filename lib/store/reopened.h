/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_REOPENED_H
#define CRM_STORE_REOPENED_H

#include "store/store.h"

#define CRM__REOPENED_MONTHS (300 * 12)   /* since 1900 */

/* Room for what becomes of them. 0: no memory. */
int crm__reopened_reserve(crm_store *store);

/* Months that have been reached so. */
uint64_t crm__reopened_count(const crm_store *store);

/* Settles before which instant a document of this commit is late, and makes room. 0: no memory. */
int crm__reopened_prepare(crm_store *store);

/* Notes a late document that comes (count 1) or is replaced (-1). */
void crm__reopened_note(crm_store *store, uint32_t document, int32_t count);

void crm__reopened_free(crm_store *store);

#endif
