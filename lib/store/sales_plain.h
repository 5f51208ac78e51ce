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

void crm__plain_open(crm__plain_rows *rows, const crm_load *load, int32_t table, const crm__input *inputs,
                     const uint8_t *records, int64_t count);

/* Whether the rows of a slice are plain. Of the documents that end in it, where they begin and their times go to where
 * fresh ones are prepared. */
int crm__plain_rows_read(crm__slice *slice, const crm__plain_rows *rows, int64_t count);

/* Takes rows from one on. *taken: how many; where that is 0, the next *general rows have to go the general way.
 * 0: no memory. */
int crm__plain_take(crm_load *load, crm__plain_rows *rows, int64_t from, int64_t *taken, int64_t *general);

#endif
