/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ARROW_H
#define CRM_ARROW_H

#include <crm/load.h>
#include <crm/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Facts from and results to whatever speaks the Arrow C data interface: pandas, Polars, pyarrow, DuckDB, nanoarrow and
 * many more, in the same process and without a dependency on any of them. */

/* The structs of the interface, as its specification gives them; these guards are those of every copy of them. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

#endif

/* The clock of a time zone, asked of the host: what to add to an instant of UTC (microseconds since 1970-01-01) to get
 * the wall clock of the zone, and the instants [*from, *to) around it for which that holds. Answers CRM_OK, or
 * CRM_ERROR_NOT_FOUND for a zone that it does not know; any other status stops the load, which returns it. */
typedef crm_status (*crm_zone)(void *context, const char *zone, int64_t instant, int64_t *offset, int64_t *from,
                               int64_t *to);

/* How columns of Arrow are read. NULL stands for CRM_ARROW_INIT. */
typedef struct crm_arrow {
  uint32_t struct_size;
  int32_t document;           /* CRM_DOCUMENT_..., sales only */
  const crm_pair *map;        /* schema column = the frame's column, unmapped ones have the same name */
  int64_t map_count;
  const crm_pair *set;        /* schema column = constant */
  int64_t set_count;
  const char *time_format;    /* of times that are text; as in crm_csv; NULL: ISO 8601 */
  int32_t decimal;            /* '.' or ',' in numbers that are text; 0: '.' */
  int32_t minor;              /* 1: integers in columns of money are smallest units, not whole ones */
  crm_zone zone;              /* NULL: UTC and fixed offsets alone are known */
  void *zone_context;
} crm_arrow;

#define CRM_ARROW_INIT { (uint32_t)sizeof(crm_arrow), 0, NULL, 0, NULL, 0, NULL, 0, 0, NULL, NULL }

/* Appends rows of a table from an Arrow struct array (a record batch), whose children are the columns. schema and array
 * are borrowed and not released. Not copied: int64, date32, timestamps in microseconds without a zone, large text, and
 * validity from a multiple of 8 rows on; the rest is converted some ten thousand rows at a time:
 * integers of any width; text, large text, text views, binary that holds UTF-8; booleans; decimals of 32 to 256 bits;
 * dates; timestamps of any unit (what is below a microsecond is cut off; one with a zone becomes the zone's wall
 * clock); dictionaries of these; null. Floating point: NaN is a null; a number is the decimal of at most nine decimals
 * and 15 digits that reads as it, another one its exact value cut after nine; for keys it has to be whole.
 * A value that does not fit its column rejects its row (cause range or time). Columns that the table does not know
 * are ignored and counted, of whatever type they are.
 * A call that fails before its first row leaves the load as it was; later the load can only be freed.
 * Errors beside those of crm_load_append: TYPE (a column of a type that its schema column does not take, a number that
 * is no whole one for a key, an unknown zone), SCHEMA (a mapped column is not there), VALUE (`set` holds none of the
 * column), ARGUMENT (lengths, offsets or buffers that contradict each other, released structs). Lengths of buffers are
 * not known to the interface: what an array says of itself has to be true. Since 0.1. */
CRM_API crm_status crm_load_arrow(crm_load *load, const char *table, const crm_arrow *options,
                                  const struct ArrowSchema *schema, const struct ArrowArray *array, crm_error *error);

/* The same for all arrays of a stream, in its order. The stream is read to its end and not released. Errors: also IO,
 * with what the stream says. Progress is reported as in crm_load_csv, with 0 bytes. Since 0.1. */
CRM_API crm_status crm_load_arrow_stream(crm_load *load, const char *table, const crm_arrow *options,
                                         struct ArrowArrayStream *stream, crm_error *error);

#define CRM_ARROW_DECIMAL 0   /* money and decimals as decimal128, which holds the value */
#define CRM_ARROW_MINOR 1     /* as int64 in units of the last decimal; the fields' metadata say which */

/* A table's type as an Arrow schema: a struct with a field a column; integers int64, money and decimals by form
 * (CRM_ARROW_...), times as timestamps in microseconds without a zone, dates date32, text large text, booleans. The
 * schema's metadata are the table's, a field's are crm.type and crm.scale. The caller releases it.
 * Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_table_arrow_schema(const crm_table *table, int32_t form, struct ArrowSchema *schema,
                                          crm_error *error);

/* A copy of a table's columns as a struct array and its schema (which may be NULL). Both own their memory, children too
 * each its own, so that they may be moved out and released apart, on any thread in which the allocator may be called.
 * Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_table_arrow(const crm_table *table, int32_t form, struct ArrowSchema *schema,
                                   struct ArrowArray *array, crm_error *error);

/* The same without a copy (but for decimal128, which is wider): the columns become the array's, the table is freed and
 * *table is NULL. On failure all is as before. Since 0.1. */
CRM_API crm_status crm_table_arrow_move(crm_table **table, int32_t form, struct ArrowSchema *schema,
                                        struct ArrowArray *array, crm_error *error);

/* A copy of a table as a stream of one array. Since 0.1. */
CRM_API crm_status crm_table_arrow_stream(const crm_table *table, int32_t form, struct ArrowArrayStream *stream,
                                          crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
