/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_CELLS_H
#define CRM_STORE_CELLS_H

#include "base/decimal.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/sizes.h"
#include "store/store.h"
#include "table/csv.h"

#include <string.h>

/* Cells of a batch or a file as typed values, a slice of rows at a time, column by column. */

#define CRM__SLICE CRM__SIZE(1024, 3)   /* rows of a slice: what one slice decodes into stays in the cache */

/* Why a row is rejected; 0: it is not. The order is that of the names. */
enum {
  CRM__CAUSE_NONE,
  CRM__CAUSE_RAGGED,
  CRM__CAUSE_QUOTE,
  CRM__CAUSE_TOO_LONG,
  CRM__CAUSE_ENCODING,
  CRM__CAUSE_NUL,
  CRM__CAUSE_MISSING,
  CRM__CAUSE_NUMBER,
  CRM__CAUSE_RANGE,
  CRM__CAUSE_TIME,
  CRM__CAUSE_WORD,
  CRM__CAUSE_TWO_CUSTOMERS,
  CRM__CAUSE_TWO_BRANCHES,
  CRM__CAUSE_CONFLICT,
  CRM__CAUSE_RATE_MISSING,
  CRM__CAUSE_TWO_SUBJECTS,
  CRM__CAUSE_PERIOD,
  CRM__CAUSE_SELF,
  CRM__CAUSES
};

const char *crm__cause_name(int32_t cause);

/* Where the cells of a column come from: a column of a batch, fields of a file, or a constant for every row. */
typedef struct crm__input {
  const crm_column *column;
  const crm__field *fields;
  const int64_t *values;     /* of a file's rows that were read at once, in place of fields; CRM__NULL where empty */
  crm__field constant;       /* where all of these are NULL */
  char mark;                 /* decimal mark */
  const char *time_format;   /* NULL: ISO 8601 */
  int32_t present;           /* 0: the column is not there, every cell is empty */
} crm__input;

/* Whether cells of a kind can be read from a batch column of a type. */
int crm__cell_accepts(int32_t cell, int32_t type);

/* Decimals that a store keeps of cells of a kind. */
int32_t crm__cell_scale(const crm_store *store, int32_t cell);

/* Where the keys and names of a column are: in keys, */
#define CRM__CELLS_KEYS 0
#define CRM__CELLS_INTEGERS 1   /* or, since all of them are integers, in values; */
#define CRM__CELLS_SPARSE 2     /* likewise, with CRM__NULL where they are empty */

/* The decoded cells of one column of a slice. */
typedef struct crm__cells {
  int32_t present;
  int32_t integers;    /* CRM__CELLS_... */
  int64_t *values;     /* CRM__NULL where empty */
  crm__key *keys;      /* keys and names: crm__key_none() where empty; NULL for others */
} crm__cells;

static inline int crm__key_is_none(crm__key key)
{
  return key.text == NULL && key.length != 0;
}

/* The key of a row, crm__key_none() where it is empty. */
static inline crm__key crm__cells_key(const crm__cells *cells, int64_t i)
{
  crm__key key = crm__key_none();
  if (cells->present && cells->integers != CRM__CELLS_KEYS) {
    key.length = cells->integers == CRM__CELLS_SPARSE && cells->values[i] == CRM__NULL;
    key.integer = key.length == 0 ? cells->values[i] : 0;
  } else if (cells->present) {
    key = cells->keys[i];
  }
  return key;
}

/* What becomes of the rows of a slice. */
typedef struct crm__verdicts {
  uint8_t cause[CRM__SLICE];
  uint8_t column[CRM__SLICE];   /* schema column + 1 of the cause, 0: none */
  int64_t rounded;
} crm__verdicts;

/* Refuses a row, unless it is refused already. */
static inline void crm__refuse(crm__verdicts *verdicts, int64_t i, int32_t cause, int32_t column)
{
  if (verdicts->cause[i] == CRM__CAUSE_NONE) {
    verdicts->cause[i] = (uint8_t)cause;
    verdicts->column[i] = (uint8_t)(column + 1);
  }
}

/* Decodes rows from .. from + count - 1 of an input into cells (whose arrays the caller gives). A cell that cannot be
 * read sets the row's cause, unless it has one already. digits: decimals of money or quantities. */
void crm__cells_decode(const crm__input *input, const crm_store *store, int32_t table, int32_t column, int64_t from,
                       int64_t count, crm__cells *cells, crm__verdicts *verdicts);

/* How a file's values of a column are read at once. */
void crm__cell_csv_type(const crm_store *store, int32_t table, int32_t column, const crm__input *input,
                        crm__csv_type *type);

/* ---- One cell ---- */

/* Whether a row of a batch column holds a value. */
static inline int crm__cell_has(const crm_column *column, int64_t row)
{
  return column->validity == NULL || (column->validity[row >> 3] >> (row & 7) & 1) != 0;
}

/* Where the texts of a batch column are: of none but empty ones there need be no bytes. */
static inline const char *crm__cell_texts(const crm_column *column)
{
  return column->bytes == NULL ? "" : column->bytes;
}

/* Whether bytes are ASCII without a zero: texts that need no look at each of them. */
int crm__text_plain(const char *bytes, int64_t count);

static inline int crm__same_text(const char *a, const char *b, size_t length)
{
  if (length >= 8 && length <= 16) {   /* without a call, for the usual lengths of keys */
    return crm__load64(a) == crm__load64(b) && crm__load64(a + length - 8) == crm__load64(b + length - 8);
  }
  return memcmp(a, b, length) == 0;
}

/* Whether a text is blanks and tabs alone. */
int crm__text_blank(const char *text, size_t length);

/* The text of a cell: 1 where there is one, 0 where it is empty or bad; then *cause may be set. */
int crm__cell_text(const crm__input *input, int64_t row, const char **text, size_t *length, int32_t *cause);

/* Reads one cell of text by its kind; answers a cause. The text is not blank. */
int32_t crm__cell_read_text(const crm__input *input, int32_t cell, int32_t scale, const char *words, const char *text,
                            size_t length, int64_t *value, int *inexact);

/* Reads one value of a typed batch column; answers a cause. */
int32_t crm__cell_read_value(const crm_column *column, int32_t cell, int32_t scale, int64_t row, int64_t *value,
                             int *inexact);

/* Whether a cell is empty, rather than one that could not be read. */
int crm__cell_empty(const crm__input *input, int64_t row);

/* The exact decimal of a cell that has been decoded without fault. */
crm__decimal crm__cell_decimal(const crm__input *input, const crm_store *store, int32_t cell, int64_t row);

#endif
