/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_H
#define CRM_TABLE_H

#include <crm/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Typed columns: how facts come in as batches and how every result goes out.
 * The layout is that of Apache Arrow: contiguous values, a validity bitmap with the least significant bit first,
 * 64-bit offsets for text. A column without nulls may have no bitmap. */

#define CRM_TYPE_INTEGER 1   /* int64_t */
#define CRM_TYPE_DECIMAL 2   /* int64_t, `scale` decimals: rates and shares have 6, money has the store's */
#define CRM_TYPE_MONEY 3     /* int64_t in minor units of the store, `scale` decimals */
#define CRM_TYPE_TIME 4      /* int64_t, microseconds since 1970-01-01 of the local wall clock */
#define CRM_TYPE_DATE 5      /* int32_t, days since 1970-01-01 */
#define CRM_TYPE_TEXT 6      /* int64_t offsets[rows + 1] into UTF-8 bytes */
#define CRM_TYPE_BOOLEAN 7   /* bitmap, least significant bit first */

/* A column. In a batch it points to the caller's memory; as a view of a table it is valid until the table is freed. */
typedef struct crm_column {
  uint32_t struct_size;
  int32_t type;              /* CRM_TYPE_... */
  const char *name;
  int32_t scale;             /* decimals of DECIMAL and MONEY, else 0 */
  uint32_t reserved;
  int64_t rows;
  int64_t nulls;             /* ignored on input */
  const void *values;        /* as the type says; NULL for text */
  const uint8_t *validity;   /* bit set: there is a value; NULL: all are */
  const int64_t *offsets;    /* text only */
  const char *bytes;         /* text only */
} crm_column;

#define CRM_COLUMN_INIT { (uint32_t)sizeof(crm_column), 0, NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL }

/* A result: immutable columns with a name and metadata. Owns its memory and outlives all it was computed from. */
typedef struct crm_table crm_table;

/* Frees a table; NULL is let pass. Since 0.1. */
CRM_API void crm_table_free(crm_table *table);

/* The table's id ("pyramid"), its rows and its columns. Since 0.1. */
CRM_API const char *crm_table_name(const crm_table *table);
CRM_API int64_t crm_table_rows(const crm_table *table);
CRM_API int32_t crm_table_columns(const crm_table *table);

/* Fills a borrowed view of column 0 <= index < columns. Errors: ARGUMENT. Since 0.1. */
CRM_API crm_status crm_table_column(const crm_table *table, int32_t index, crm_column *column, crm_error *error);

/* The index of a column by its name, -1 where there is none. Since 0.1. */
CRM_API int32_t crm_table_find(const crm_table *table, const char *name);

/* One cell. is_null: 1 where the cell is empty or outside the table. integer: the value of any type but text
 * (money in minor units, decimals scaled, time in microseconds, date in days, boolean 0 or 1), 0 where null or text.
 * text: UTF-8 with *length bytes (length may be NULL), followed by no zero byte; "" where null or not text.
 * Constant time. Since 0.1. */
CRM_API int32_t crm_table_is_null(const crm_table *table, int32_t column, int64_t row);
CRM_API int64_t crm_table_integer(const crm_table *table, int32_t column, int64_t row);
CRM_API const char *crm_table_text(const crm_table *table, int32_t column, int64_t row, size_t *length);

/* What the result is: pairs of text such as definition, revision, as_of, data_version, options, rows left out by cause.
 * Answers NULL for an index outside 0 .. count - 1. meta_find: the value of a key or NULL. Since 0.1. */
CRM_API int32_t crm_table_meta_count(const crm_table *table);
CRM_API const char *crm_table_meta_key(const crm_table *table, int32_t index);
CRM_API const char *crm_table_meta_value(const crm_table *table, int32_t index);
CRM_API const char *crm_table_meta_find(const crm_table *table, const char *key);

/* Writes CSV: a header, rows, LF ends; money and decimals with all their decimals, dates as 2024-01-31, times as
 * 2024-01-31T09:05:00, booleans true or false, nulls empty; text quoted only where needed. Errors: what the sink
 * answers, MEMORY. Since 0.1. */
CRM_API crm_status crm_table_write_csv(const crm_table *table, const crm_sink *sink, crm_error *error);

/* Writes one JSON object: "table", "meta", "columns", "rows"; columns are objects with name, type and scale, rows are
 * arrays. Money and decimals are text ("12.30"), integers numbers, dates and times text, nulls null. Since 0.1. */
CRM_API crm_status crm_table_write_json(const crm_table *table, const crm_sink *sink, crm_error *error);

/* How crm_table_write_text draws. */
typedef struct crm_text_options {
  uint32_t struct_size;
  int32_t color;                 /* 1: the header is bold by ANSI sequences */
  const char *const *labels;     /* column headings, one a column, or NULL for the names */
  int64_t rows;                  /* most rows to show, the rest is counted in a last line; 0: all */
  const char *more;              /* that last line, "%" standing for the count; NULL: "... % more rows" */
} crm_text_options;

#define CRM_TEXT_OPTIONS_INIT { (uint32_t)sizeof(crm_text_options), 0, NULL, 0, NULL }

/* Writes an aligned table for a terminal: numbers right, text left, widths by the display width of each character
 * (East Asian wide ones take two cells), two blanks between columns. Since 0.1. */
CRM_API crm_status crm_table_write_text(const crm_table *table, const crm_text_options *options,
                                        const crm_sink *sink, crm_error *error);

/* The number of terminal cells that UTF-8 text takes. Since 0.1. */
CRM_API int64_t crm_text_width(const char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
