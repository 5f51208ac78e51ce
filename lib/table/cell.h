/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_CELL_H
#define CRM_TABLE_CELL_H

#include <crm/table.h>

/* One cell of a column as text, the same in every format. */

/* The most bytes of a cell that is no text. */
#define CRM__CELL_SIZE 40

static inline int crm__cell_is_null(const crm_column *column, int64_t row)
{
  return column->validity != NULL && ((column->validity[row >> 3] >> (row & 7)) & 1) == 0;
}

/* Writes a cell that is neither null nor text; answers its length, at most CRM__CELL_SIZE. */
size_t crm__cell_write(const crm_column *column, int64_t row, char *text);

/* The text of a cell of a text column, not ended by zero. */
static inline const char *crm__column_text(const crm_column *column, int64_t row, size_t *length)
{
  *length = (size_t)(column->offsets[row + 1] - column->offsets[row]);
  return column->bytes + column->offsets[row];
}

/* Whether a type is shown as a number: INTEGER, DECIMAL, MONEY. */
int crm__type_is_number(int32_t type);

/* "integer", "decimal", ... */
const char *crm__type_name(int32_t type);

#endif
