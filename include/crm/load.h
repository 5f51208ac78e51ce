/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_LOAD_H
#define CRM_LOAD_H

#include <crm/api.h>
#include <crm/context.h>
#include <crm/store.h>
#include <crm/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A load brings facts into a store: begin, append batches or files of any table, commit. It is the unit of atomicity
 * (nothing is seen before commit; freeing it undoes it) and of idempotence: what one load brings for a document is one
 * version of it. The same again in a later load is a duplicate; something else under the same version is a conflict
 * and is rejected; a higher version replaces. So it is for every row of the other tables, by its key (docs/tables.md).
 * A bad row is rejected with its row, column and cause and never stops a good one. Rows in = accepted + duplicate +
 * rejected.
 *
 * One load of a store at a time; between begin and free the store answers STATE to another begin. */
typedef struct crm_load crm_load;

/* NULL stands for CRM_LOAD_OPTIONS_INIT. The context's threads read files and large batches of sales; its watch is
 * asked between blocks of rows, with the rows done and the batch's, or 0 where they are a file's and not known. What it
 * stops can only be freed. A commit does not ask it. */
typedef struct crm_load_options {
  uint32_t struct_size;
  int32_t replace;          /* 1: under the same version the later load replaces instead of conflicting */
  int32_t all_or_nothing;   /* 1: commit fails with CONFLICT or VALUE if any row was rejected */
  uint32_t reserved;
  crm_context *context;     /* threads and progress that the host lends until the load is freed, or NULL */
} crm_load_options;

#define CRM_LOAD_OPTIONS_INIT { (uint32_t)sizeof(crm_load_options), 0, 0, 0, NULL }

/* Begins a load. Errors: STATE (one is open), ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_load_begin(crm_store *store, const crm_load_options *options, crm_load **load,
                                  crm_error *error);

/* Rows of one table as columns. Absent columns are empty. Columns whose names the table does not know are ignored
 * and counted; a name twice is SCHEMA. Accepted types by the column's own type:
 * keys: INTEGER, TEXT; money: MONEY (minor units), DECIMAL (scale 0 to 18), INTEGER (whole units), TEXT;
 * quantities, rates and numbers: DECIMAL, INTEGER, TEXT; times: TIME, DATE, TEXT (ISO 8601); words and text: TEXT, and
 * INTEGER for text; integers and booleans: INTEGER, BOOLEAN, TEXT. Anything else is TYPE. */
typedef struct crm_batch {
  uint32_t struct_size;
  uint32_t column_size;         /* sizeof(crm_column) */
  const crm_column *columns;
  int64_t column_count;
  int64_t rows;
  int64_t first_row;            /* the row number of the batch's first row in reports; 0: goes on from the last batch */
} crm_batch;

#define CRM_BATCH_INIT { (uint32_t)sizeof(crm_batch), (uint32_t)sizeof(crm_column), NULL, 0, 0, 0 }

/* Appends rows of a table. The batch's memory is the caller's again when the call returns. A failed call leaves the
 * load as it was before it, but for MEMORY and LIMIT, after which the load can only be freed.
 * Errors: SCHEMA, TYPE, ARGUMENT, LIMIT, MEMORY, STATE (after commit). Since 0.1. */
CRM_API crm_status crm_load_append(crm_load *load, const char *table, const crm_batch *batch, crm_error *error);

#define CRM_DELIMITER_BLANK 1    /* runs of blanks and tabs; leading ones are skipped */

#define CRM_ENCODING_UTF8 0
#define CRM_ENCODING_LATIN1 1

#define CRM_DOCUMENT_COLUMN 0         /* the file has a column `document` */
#define CRM_DOCUMENT_ROW 1            /* every row is a document of its own */
#define CRM_DOCUMENT_CUSTOMER_TIME 2  /* rows of one customer and time are one document */

/* A pair of texts: for map, a schema column and the file's header; for set, a schema column and its value. */
typedef struct crm_pair {
  const char *name;
  const char *text;
} crm_pair;

/* How a CSV file is read. NULL stands for CRM_CSV_INIT: RFC 4180, UTF-8 (a byte order mark is skipped), a header,
 * comma, decimal point, ISO 8601. Lines end by LF, CRLF or CR; a quoted field may hold any of them. */
typedef struct crm_csv {
  uint32_t struct_size;
  int32_t delimiter;            /* one ASCII character, CRM_DELIMITER_BLANK, or 0: comma */
  int32_t decimal;              /* '.' or ','; 0: '.' */
  int32_t encoding;             /* CRM_ENCODING_... */
  const char *time_format;      /* of %Y %y %m %d %b %H %I %M %S %f %p %z and literal text; NULL: ISO 8601 */
  const char *const *header;    /* names of the file's columns, for a file without a header line; NULL: the file has
                                 * one */
  int64_t header_count;
  const crm_pair *map;          /* schema column = the file's header, unmapped ones have the same name */
  int64_t map_count;
  const crm_pair *set;          /* schema column = constant */
  int64_t set_count;
  int32_t document;             /* CRM_DOCUMENT_..., sales only */
  uint32_t reserved;
  uint64_t record_limit;        /* most bytes of one record; a longer one is rejected; 0: 1048576 */
  const char *file;             /* what the file is called in reports; NULL: "" */
} crm_csv;

#define CRM_CSV_INIT { (uint32_t)sizeof(crm_csv), 0, 0, 0, NULL, NULL, 0, NULL, 0, NULL, 0, 0, 0, 0, NULL }

/* Reads a CSV file of a table, streamed in bounded memory. Errors beside those of crm_load_append: IO, SCHEMA (no
 * header, a mapped header or a required column is not there, a header that is mapped stands twice), VALUE (`set` holds
 * no value of the column). The second form opens a path by the C library. A call that has
 * begun to read rows and fails leaves the load only to be freed. Since 0.1. */
CRM_API crm_status crm_load_csv(crm_load *load, const char *table, const crm_csv *csv, const crm_source *source,
                                crm_error *error);
CRM_API crm_status crm_load_csv_file(crm_load *load, const char *table, const crm_csv *csv, const char *path,
                                     crm_error *error);

/* What became of the rows of one table. */
typedef struct crm_load_counts {
  uint32_t struct_size;
  int32_t ignored_columns;    /* columns whose names the table does not know */
  int64_t rows;
  int64_t accepted;
  int64_t duplicate;
  int64_t rejected;
  int64_t rounded;            /* values with more decimals than are kept, rounded half away from zero */
  int64_t amount_in;          /* sales: sale less return lines, every class, minor units, of rows whose amount was
                               * read */
  int64_t amount_accepted;
} crm_load_counts;

#define CRM_LOAD_COUNTS_INIT { (uint32_t)sizeof(crm_load_counts), 0, 0, 0, 0, 0, 0, 0, 0 }

/* Makes the load's facts the store's, all at once, and counts up the data version if anything changed. On failure the
 * store is as it was at begin and the load can only be freed.
 * Errors: OVERFLOW (a sum of absolute amounts would pass 64 bits), CONFLICT or VALUE (all_or_nothing), ARGUMENT (lines
 * without a rate are in several currencies, and the store's options name no base), MEMORY, STATE.
 * Since 0.1. */
CRM_API crm_status crm_load_commit(crm_load *load, crm_error *error);

/* The counts of a table ("sales"); final after commit. Errors: SCHEMA, ARGUMENT. Since 0.1. */
CRM_API crm_status crm_load_count(const crm_load *load, const char *table, crm_load_counts *counts, crm_error *error);

/* Every rejected row: table, file, row, column, cause; by table, file and row. Causes: ragged, quote, too_long,
 * encoding, nul, missing, number, range, time, word, two_customers, two_branches, conflict, rate_missing, two_subjects,
 * period, self. Final after commit.
 * Errors: MEMORY. Since 0.1. */
CRM_API crm_status crm_load_rejects(const crm_load *load, crm_table **table, crm_error *error);

/* The rejected rows counted: table, cause, rows. Errors: MEMORY. Since 0.1. */
CRM_API crm_status crm_load_causes(const crm_load *load, crm_table **table, crm_error *error);

/* What became of all rows that the committed loads of a store brought, for a running protocol: table, rows, accepted,
 * duplicate, rejected, amount_in, amount_accepted, a row for each table that a committed load appended to or read a
 * file of (even one without rows), in the schema's order. The amounts are those of crm_load_counts, empty for tables
 * without amounts. Errors: MEMORY. Constant time. Since 0.1. */
CRM_API crm_status crm_store_loads(const crm_store *store, crm_table **table, crm_error *error);

/* Called between blocks with the bytes read and rows seen so far; a status other than CRM_OK stops the read, which
 * returns it. NULL removes it. Since 0.1. */
typedef crm_status (*crm_progress)(void *context, int64_t bytes, int64_t rows);
CRM_API void crm_load_progress(crm_load *load, crm_progress progress, void *context);

/* Frees a load; one that was not committed is undone. NULL is let pass. Since 0.1. */
CRM_API void crm_load_free(crm_load *load);

#ifdef __cplusplus
}
#endif

#endif
