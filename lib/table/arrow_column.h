/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_ARROW_COLUMN_H
#define CRM_TABLE_ARROW_COLUMN_H

#include "base/memory.h"
#include "base/sizes.h"

#include <crm/arrow.h>

/* Columns of Arrow read as columns of ours, a stretch of rows at a time. */

/* How values lie in an Arrow array. */
enum {
  CRM__ARROW_NULL = 1,
  CRM__ARROW_BOOLEAN,
  CRM__ARROW_SIGNED,
  CRM__ARROW_UNSIGNED,
  CRM__ARROW_FLOAT,
  CRM__ARROW_DECIMAL,     /* little or big integers, as the machine has them */
  CRM__ARROW_TEXT32,
  CRM__ARROW_TEXT64,
  CRM__ARROW_TEXT_VIEW,
  CRM__ARROW_DAYS,        /* date32 */
  CRM__ARROW_INSTANT      /* timestamps and date64 */
};

#define CRM__ARROW_MICROSECONDS 1
#define CRM__ARROW_SECONDS 1000000
#define CRM__ARROW_MILLISECONDS 1000
#define CRM__ARROW_NANOSECONDS (-1000)   /* a divisor */

/* What numbers are wanted as: whole ones, or decimals of which so many are kept. */
#define CRM__ARROW_WHOLE (-1)

/* A format, understood. */
typedef struct crm__arrow_type {
  int32_t kind;           /* CRM__ARROW_... */
  int32_t width;          /* bytes of a number */
  int32_t scale;          /* decimals of a decimal, may be negative */
  int32_t unit;           /* of instants, CRM__ARROW_MICROSECONDS ... */
  const char *zone;       /* of instants: inside the schema's format; "" where there is none */
  int32_t fixed;          /* 1: the zone is a fixed offset, */
  int64_t offset;         /* this one, in microseconds */
} crm__arrow_type;

/* 0 where the format is none that is read. */
int crm__arrow_type_read(const char *format, crm__arrow_type *type);

#define CRM__ARROW_SPANS CRM__SIZE(64, 2)   /* of a zone are remembered: three decades with two changes a year */

/* What the host has said of a zone. */
typedef struct crm__arrow_zone {
  crm_zone ask;
  void *context;
  int32_t count;
  int32_t last;           /* the one that served last */
  int64_t offset[CRM__ARROW_SPANS];
  int64_t from[CRM__ARROW_SPANS];
  int64_t to[CRM__ARROW_SPANS];
} crm__arrow_zone;

/* Memory that a column's conversions reuse. */
typedef struct crm__arrow_scratch {
  void *values;
  uint64_t values_size;
  void *validity;
  uint64_t validity_size;
  void *bytes;
  uint64_t bytes_size;
} crm__arrow_scratch;

/* A column of a schema and the array that is read now. */
typedef struct crm__arrow_column {
  const char *name;               /* what messages call it */
  int32_t wanted;                 /* CRM__ARROW_WHOLE or decimals */
  crm__arrow_type type;           /* of a dictionary: of its values */
  crm__arrow_type index;          /* of a dictionary: of its indices; kind 0: there is none */
  crm__arrow_zone zone;
  const struct ArrowArray *array;
  int64_t start;                  /* the first row's place in the array's buffers */
  int64_t rows;
  crm_column values;              /* a dictionary, converted; of nulls alone its type and rows */
  int64_t longest;                /* text of the dictionary */
  crm__arrow_scratch scratch;
  crm__arrow_scratch dictionary;
} crm__arrow_column;

/* Reads the column's type. Errors: TYPE, ARGUMENT. */
crm_status crm__arrow_column_open(crm__arrow_column *column, const struct ArrowSchema *schema, crm_error *error);
void crm__arrow_column_close(crm__arrow_column *column, crm__memory *memory);

/* Takes an array whose rows [start, start + rows) count, and converts its dictionary.
 * Errors: ARGUMENT, TYPE, MEMORY. */
crm_status crm__arrow_column_take(crm__arrow_column *column, crm__memory *memory, const struct ArrowArray *array,
                                  int64_t start, int64_t rows, crm_error *error);

/* How many of `count` rows from `from` on are to be read at a time: a multiple of 8, or all of them. A dictionary and
 * views name the same bytes in many rows, which a copy has as often. */
int64_t crm__arrow_column_stretch(const crm__arrow_column *column, int64_t from, int64_t count);

/* Whether rows from a multiple of 8 on can be had without a copy. */
int crm__arrow_column_is_direct(const crm__arrow_column *column);

/* The rows [from, from + count) of those taken as a column; it points into the array or the scratch.
 * Errors: ARGUMENT (offsets, indices), TYPE (a number that is not whole, an unknown zone), MEMORY, what the zone
 * answers. */
crm_status crm__arrow_column_read(crm__arrow_column *column, crm__memory *memory, int64_t from, int64_t count,
                                  crm_column *into, crm_error *error);

/* ---- between the files of this part */

/* Room in one of a scratch's pieces; NULL where there is no memory. Its contents are lost when it grows. */
void *crm__arrow_room(crm__memory *memory, void **piece, uint64_t *size, uint64_t needed);

/* Bit `at` of a bitmap; NULL: all are set. */
static inline int crm__arrow_bit(const uint8_t *bits, int64_t at)
{
  return bits == NULL || ((bits[at >> 3] >> (at & 7)) & 1) != 0;
}

/* count bits from bit `at` on, moved to the beginning. */
void crm__arrow_bits_copy(uint8_t *into, const uint8_t *bits, int64_t at, int64_t count);

/* Conversions: rows first .. first + count - 1 of an array's buffers. validity: of the rows, from bit 0 on, in the
 * column's scratch where it is to be written, or NULL. */
typedef struct crm__arrow_rows {
  const struct ArrowArray *array;
  int64_t first;
  int64_t count;
  uint8_t *validity;
} crm__arrow_rows;

crm_status crm__arrow_numbers(crm__arrow_column *column, const crm__arrow_type *type, const crm__arrow_rows *rows,
                              int64_t *values, crm_column *into, crm_error *error);
crm_status crm__arrow_instants(crm__arrow_column *column, const crm__arrow_type *type, const crm__arrow_rows *rows,
                               int64_t *values, crm_error *error);
crm_status crm__arrow_text(crm__arrow_column *column, crm__memory *memory, crm__arrow_scratch *scratch,
                           const crm__arrow_type *type, const crm__arrow_rows *rows, crm_column *into,
                           crm_error *error);
int64_t crm__arrow_longest(const crm_column *values);
crm_status crm__arrow_gather(crm__arrow_column *column, crm__memory *memory, const crm__arrow_rows *rows,
                             crm_column *into, crm_error *error);

#endif
