/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_PUT_H
#define CRM_STORE_PUT_H

#include "store/store.h"
#include "table/build.h"

/* Cells of the store as cells of a result. */

/* The type and scale in which a kind of cell is given back. */
int32_t crm__result_type(int32_t cell);
int32_t crm__result_scale(const crm_store *store, int32_t cell);

/* A column of a table as a result's column. */
crm__table_column crm__result_column(const crm_store *store, int32_t table, int32_t column);

/* The word at a place among words between blanks; the key of an id; a number. CRM__NONE and CRM__NULL are nulls. */
void crm__put_word(crm_table *table, int32_t column, const char *words, int64_t place);
void crm__put_interned(crm_table *table, int32_t column, const crm__intern *intern, uint32_t id);
void crm__put_number(crm_table *table, int32_t column, int64_t value);

/* The cell of a row of a table other than sales, into column `at` of a result. */
void crm__put_row_cell(const crm_store *store, int32_t table, int32_t column, uint32_t row, crm_table *result,
                       int32_t at);

#endif
