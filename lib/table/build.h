/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_BUILD_H
#define CRM_TABLE_BUILD_H

#include "base/error.h"
#include "base/intern.h"
#include "base/memory.h"

#include <crm/table.h>

/* Building result tables. Each put appends one cell to one column, so a builder fills row by row, column by column, or
 * as it likes. Every column must get the same number of cells: nothing is filled in, crm__table_finish answers CORRUPT
 * for columns of unequal length. Until then the table can only be put to and freed. */

typedef struct crm__table_column {
  const char *name;   /* copied */
  int32_t type;
  int32_t scale;
} crm__table_column;

/* Begins a table with room for `rows` rows: exact or an upper bound is best, beyond it the columns grow. The table has
 * an account of its own, forked from memory. name is static text; columns is not kept. *table is NULL on failure.
 * Errors: MEMORY. */
crm_status crm__table_begin(const crm__memory *memory, const char *name, const crm__table_column *columns,
                            int32_t column_count, int64_t rows, crm_table **table, crm_error *error);

/* Appends a cell to a column. After a failed append (no memory, or a cell that the column's type cannot hold) all later
 * ones do nothing, and crm__table_finish says so: callers need not look at each. */
void crm__table_put(crm_table *table, int32_t column, int64_t value);     /* any type but text */
void crm__table_put_text(crm_table *table, int32_t column, const char *text, size_t length);
void crm__table_put_name(crm_table *table, int32_t column, const char *text);   /* NUL-ended; NULL is a null */
void crm__table_put_key(crm_table *table, int32_t column, crm__key key);        /* into a text column */
void crm__table_put_null(crm_table *table, int32_t column);

/* Adds a pair; value is formatted with %s %d %lld %%. A key that is there already gets the new value. */
void crm__table_meta(crm_table *table, const char *key, const char *format, ...) CRM__FORMAT(3, 4);

/* Adds a pair with a text of any length. Both are copied, here and above. */
void crm__table_meta_text(crm_table *table, const char *key, const char *value);

/* Completes: counts rows, pads. On failure frees the table and sets *table to NULL. Errors: MEMORY (on the way here),
 * CORRUPT (columns of unequal length, a cell of the wrong type). */
crm_status crm__table_finish(crm_table **table, crm_error *error);

/* A column of a finished table without the copy; 0 <= column < columns. */
const crm_column *crm__table_view(const crm_table *table, int32_t column);

/* The memory of a column: values (text: offsets), validity, bytes of text; NULL where there is none. */
typedef struct crm__table_blocks {
  void *blocks[3];
  size_t sizes[3];
} crm__table_blocks;

/* Takes a column's memory from its table, whose view of it keeps pointing there; blocks are freed with the table's
 * allocator. */
void crm__table_take(crm_table *table, int32_t column, crm__table_blocks *taken);

/* Bytes of values of a number of rows; of text its offsets. */
uint64_t crm__table_value_bytes(int32_t type, int64_t rows);

/* The table's allocator and limit with an account that starts at 0: for what its writers need. */
crm__memory crm__table_memory(const crm_table *table);

#endif
