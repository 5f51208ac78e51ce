/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_CSV_H
#define CRM_TABLE_CSV_H

#include "base/memory.h"
#include "base/parallel.h"
#include "base/sizes.h"

#include <crm/load.h>

/* Reads delimited text from a source in blocks of records, in bounded memory. Knows fields, not types. */

/* A field: UTF-8 bytes inside the reader's buffers, valid until the next block. Not ended by zero. */
typedef struct crm__field {
  const char *text;
  uint32_t length;
  uint32_t bad;        /* 0, or CRM__FIELD_NUL / CRM__FIELD_ENCODING */
} crm__field;

#define CRM__FIELD_NUL 1
#define CRM__FIELD_ENCODING 2

#define CRM__RECORD_OK 0
#define CRM__RECORD_RAGGED 1     /* another number of fields than the header */
#define CRM__RECORD_QUOTE 2      /* a quoted field that does not end, or goes on after its end */
#define CRM__RECORD_TOO_LONG 3   /* over the record limit */

#define CRM__CSV_ROWS CRM__SIZE(1024, 5)       /* most records of a block: their fields stay in the cache */
#define CRM__CSV_COLUMNS 16384   /* most columns of a file */

typedef struct crm__csv crm__csv;

/* Opens a reader and reads the header (or takes csv->header). csv (NULL: CRM_CSV_INIT) holds the dialect; map, set and
 * document are not looked at. memory must outlive the reader. A record limit over 1 GiB is 1 GiB; Latin-1 is measured
 * as UTF-8. Errors: SCHEMA (a file without text, also where csv->header is given; a header over the limits or with a
 * quote that has no end; UTF-16), ARGUMENT (delimiter, decimal mark or encoding that is none, a header without names),
 * MEMORY, and what the source answers. */
crm_status crm__csv_open(crm__memory *memory, const crm_csv *csv, const crm_source *source, crm__csv **reader,
                         crm_error *error);
void crm__csv_close(crm__csv *reader);

/* The header. */
int64_t crm__csv_columns(const crm__csv *reader);
const char *crm__csv_name(const crm__csv *reader, int64_t column, size_t *length);

/* Which file columns the blocks shall hold, in this order (a file column may stand in it several times). Call once,
 * before the first block. Others are split but not checked, decoded or kept. */
crm_status crm__csv_select(crm__csv *reader, const int64_t *columns, int64_t count, crm_error *error);

/* How the values of a selected column may be read at once, by records that are plain enough. */
#define CRM__CSV_FIELD 0
#define CRM__CSV_INTEGER 1   /* 1 to 18 digits without a leading zero */
#define CRM__CSV_DECIMAL 2   /* as an integer of `scale` decimals, 0 to 6, where there are no more */
#define CRM__CSV_TIME 3      /* ISO 8601, as microseconds */

typedef struct crm__csv_type {
  int32_t kind;
  int32_t scale;
} crm__csv_type;

/* Lets blocks hold values in place of fields, where all their records are plain, and has the threads of a team (NULL:
 * none) read them. types: one a selected column. Call once, after crm__csv_select. Errors: MEMORY. */
crm_status crm__csv_read_at_once(crm__csv *reader, const crm__csv_type *types, const crm__team *team,
                                 crm_error *error);

/* A block of up to CRM__CSV_ROWS records, or 8 times as many by a team. fields[k * stride + i] is selected column k of
 * record i (column-wise); fields of a record that is not CRM__RECORD_OK are empty. Blank lines (and with blank
 * delimiters, lines of blanks) are no records. A record that cannot be read is its first line alone: what follows is
 * read as records of its own. */
typedef struct crm__block {
  int64_t rows;               /* 0 at the end of the file */
  int64_t first_row;          /* 1-based number of the first record, the header not counted */
  const uint8_t *records;     /* CRM__RECORD_... */
  const crm__field *fields;
  int64_t stride;
  const int64_t *const *values;   /* by selected column: the values of its records, INT64_MIN where empty; NULL where it
                                   * has fields. NULL: all have */
  int64_t bytes;              /* read from the source so far */
} crm__block;

crm_status crm__csv_next(crm__csv *reader, crm__block *block, crm_error *error);

/* A source over a file of the C library. A directory or a missing file is IO. */
typedef struct crm__file {
  void *handle;
} crm__file;
crm_status crm__file_open(crm__file *file, const char *path, crm_source *source, crm_error *error);
void crm__file_close(crm__file *file);

#endif
