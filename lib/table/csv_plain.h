/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_CSV_PLAIN_H
#define CRM_TABLE_CSV_PLAIN_H

#include "table/csv.h"

/* Plain records read in one pass, straight into values: no quotes, ASCII, numbers and times in their commonest form.
 * Whatever is not plain is left to the splitter and the exact readers; what both read is the same. */

typedef struct crm__plain_column {
  int32_t kind;             /* CRM__CSV_..., or CRM__PLAIN_SKIP */
  int32_t scale;
  uint64_t factors[7];      /* by number of decimals: 10^(scale - decimals) */
  int64_t *values;          /* by row: numbers and times, INT64_MIN where the field is empty */
  crm__field *fields;       /* by row: CRM__CSV_FIELD */
} crm__plain_column;

#define CRM__PLAIN_SKIP (-1)

typedef struct crm__plain {
  crm__plain_column *columns;   /* all of the file, in its order */
  uint32_t count;
  char delimiter;
  char mark;                    /* decimal mark, other than the delimiter */
  uint32_t stopped;             /* the column at which a record was found not to be plain, */
  char stopped_by;              /* and the character, 0 where the text ended */
  char time_text[24];           /* the last time that was read, of 19 characters; else time_length is 0 */
  uint32_t time_length;
  int64_t time;
  int64_t day;                  /* begin of its day */
} crm__plain;

/* Whether a delimiter stands in no plain number or time. */
int crm__plain_delimits(char delimiter);

/* Makes a column ready: of a kind, scale 0 to 6. */
void crm__plain_column_open(crm__plain_column *column, int32_t kind, int32_t scale);

/* Reads the record at `text`; answers where it ends, past its line end, or NULL where it is not plain. A zero byte ends
 * the text, and 64 bytes after it can be read. */
const char *crm__plain_read(crm__plain *plain, const char *text, int64_t row);

#endif
