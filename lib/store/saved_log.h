/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SAVED_LOG_H
#define CRM_STORE_SAVED_LOG_H

/* The records of a frame CRM__SAVED_ROWS, which begins with the load's options (4 bytes, CRM__ROWS_...). */
#define CRM__ROWS_REPLACE 1U
#define CRM__ROWS_ALL_OR_NOTHING 2U

#define CRM__RECORD_FILE 1U    /* the name of a file: length (4), text */
#define CRM__RECORD_SLICE 2U   /* rows of a table */

/* A slice: table (1), document mode (1), what there is (1, below), 0 (1), count (4), rounded (4), columns (4); causes
 * and their columns; amounts, codes and amounts in the line's currency; then for each column its number (1), how it is
 * written (1) and its cells. */
#define CRM__SLICE_CAUSES 1U
#define CRM__SLICE_FIGURES 2U       /* amounts and codes, of sales */
#define CRM__SLICE_CODES 4U         /* not all lines are sales of goods */
#define CRM__SLICE_FOREIGN 8U

/* How the cells of a column are written. */
#define CRM__CELLS_AS_VALUES 0U     /* numbers, */
#define CRM__CELLS_AS_INTEGERS 1U   /* keys that are integers without exception, */
#define CRM__CELLS_AS_SPARSE 2U     /* or integers or empty, */
#define CRM__CELLS_AS_KEYS 3U       /* and keys of any kind: each a tag (1) and what belongs to it */

#define CRM__TAG_NONE 0U
#define CRM__TAG_INTEGER 1U         /* 8 */
#define CRM__TAG_TEXT 2U            /* length (4), text */
#define CRM__TAG_AGAIN 3U           /* the key of the row before */

/* Numbers: bytes a number (1: 0, 1, 2, 4 or 8), whether some are missing (1), the least (8), then each less the least;
 * a missing one is the greatest that the bytes hold. */

#endif
