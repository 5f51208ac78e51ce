/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SALES_PLAIN_H
#define CRM_STORE_SALES_PLAIN_H

#include "store/sales.h"

/* The commonest sales rows go from the columns that they come in straight into the store's: whole numbers without
 * gaps, none of them negative, the rows of a document side by side and in agreement, every document new. They are
 * checked as all rows are, but a column at a time and once a document, and nothing is copied in between. Any other row
 * goes the general way (sales.c), to the same end. 10M lines: a third of its instructions. */

typedef struct crm__plain_rows {
  const int64_t *values[CRM__SALES_COLUMNS];   /* NULL: the column is not there */
  int64_t factor[CRM__SALES_COLUMNS];          /* to the decimals that the store keeps */
  const int64_t *at[CRM__SALES_COLUMNS];       /* the same from the first row of the slice, with these decimals */
  const crm_column *customers;                 /* customers whose keys are texts */
  const uint8_t *records;                      /* faults of a file's records; NULL: none */
  int64_t rows;
  int64_t from;                                /* the first row of the slice */
  int32_t plain;                               /* whether the columns are such that rows can be plain */
  int32_t skip;                                /* slices that are not even tried, after one that was not plain */
} crm__plain_rows;

/* What rows add to the sums of a load. */
typedef struct crm__plain_sums {
  uint64_t amount;
  uint64_t discount;
  uint64_t tax;
  uint64_t cost;
  uint64_t quantity;
} crm__plain_sums;

/* A line column, where its elements come from, and whether they are ids. */
typedef struct crm__plain_line {
  crm__column *column;
  int32_t source;
  int32_t interned;
} crm__plain_line;

void crm__plain_open(crm__plain_rows *rows, const crm_load *load, int32_t table, const crm__input *inputs,
                     const uint8_t *records, int64_t count);

/* Turns to the slice that begins with a row. */
void crm__plain_turn(crm__plain_rows *rows, int64_t from);

/* How many documents end in a slice of plain rows; where they begin, with a last one after the last row, and their
 * times. 0: the rows are not plain. */
uint32_t crm__plain_rows_read(const crm__plain_rows *rows, int64_t count, uint32_t *starts, int64_t *times);

/* What a column says of each document. 0: one of them is missing. */
int crm__plain_pick(const int64_t *numbers, const uint32_t *starts, uint32_t documents, int64_t *picked);

/* The text keys of the customers of documents. 0: one of them has to be looked at. */
int crm__plain_pick_texts(const crm_column *column, int64_t from, const uint32_t *starts, uint32_t documents,
                          crm__key *keys);

/* Adds up a column by document. up_to: room for a number a row. */
void crm__plain_by_document(const int64_t *numbers, const uint32_t *starts, uint32_t documents, int64_t *up_to,
                            int64_t *sums);

/* The sums of the first rows of the slice, as they stand in the columns; and what they do to the load. */
void crm__plain_sum(const crm__plain_rows *rows, int64_t count, crm__plain_sums *sums);
void crm__plain_add(crm_load *load, const crm__plain_sums *sums);

/* Brings the numbers of a slice to the decimals that the store keeps. */
void crm__plain_rescale(crm__slice *slice, crm__plain_rows *rows, int64_t count);

/* Lists the line columns; answers how many there are. */
uint32_t crm__plain_lines(crm__sales_lines *lines, crm__plain_line *filled);

/* Takes rows from one on. *taken: how many; where that is 0, the next *general rows have to go the general way.
 * 0: no memory. */
int crm__plain_take(crm_load *load, crm__plain_rows *rows, int64_t from, int64_t *taken, int64_t *general);

/* Takes the slices from a row on that are plain, several at a time on the host's threads, to the same end as one after
 * the other. *taken: how many rows; 0 too where there is nothing to gain. */
crm_status crm__wave_take(crm_load *load, crm__plain_rows *rows, int64_t from, int64_t *taken, crm_error *error);

/* Frees what a load holds for that. */
void crm__wave_free(crm_load *load);

#endif
