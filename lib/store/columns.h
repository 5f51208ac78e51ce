/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_COLUMNS_H
#define CRM_STORE_COLUMNS_H

#include "store/rows.h"

#include <crm/store.h>

/* The columns of the customers table and its declared attributes, as they are kept. */

typedef struct crm__customer_column {
  const crm_store *store;
  int32_t place;
  const char *name;
  int32_t cell;                /* CRM__CELL_... */
  int32_t is_key;              /* the customer itself: there are no values, a customer's id is its own */
  const char *words;           /* of CRM__CELL_WORD: between blanks; a value is the place of its word */
  const char *meaning;         /* NULL for an attribute */
  const crm__column *values;   /* by customer; as crm__customer_cell reads them. Keys are ids of customers */
} crm__customer_column;

/* Their number; the one at a place. */
int32_t crm__customer_columns(const crm_store *store);
void crm__customer_column_at(const crm_store *store, int32_t place, crm__customer_column *column);

/* The place of a name, -1: none. */
int32_t crm__customer_column_find(const crm_store *store, const char *name, size_t length);

/* Reads count values from a customer on, INT64_MIN for empty cells. Of keys that were merged the one whose row speaks
 * for them all is read, and a key in a cell is that of who stands for it. */
void crm__customer_cells(const crm__customer_column *column, uint32_t first, uint32_t count, int64_t *values);

/* The same where they lie, NULL where they have to be read: what is kept otherwise, not there at all, or of customers
 * that were merged. */
const int64_t *crm__customer_wide(const crm__customer_column *column, uint32_t first, uint32_t count);

/* The same in 32 bits, INT32_MIN for empty cells. 0: they are kept wider, or have to be read one by one. */
int crm__customer_narrow(const crm__customer_column *column, uint32_t first, uint32_t count, int32_t *values);

/* The id of a name, of CRM__CELL_NAME, CRM__NONE: there is none. */
uint32_t crm__name_find(const crm_store *store, crm__key name);

/* The id of who stands for a customer's key, CRM__NONE: there is none. */
uint32_t crm__customer_place(const crm_store *store, crm__key key);

#endif
