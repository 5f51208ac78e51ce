/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BENCH_COLUMNS_H
#define CRM_BENCH_COLUMNS_H

#include <crm/crm.h>

/* The generator's columns in memory as libcrm takes them: integers of 8 bytes, text with offsets. Read when first asked
 * for. */
typedef struct bench_columns {
  const char *directory;
  int64_t rows;
  int64_t *numbers[10];    /* BENCH_... */
  char *texts;
  int64_t *offsets;
} bench_columns;

enum {
  BENCH_DOCUMENT,
  BENCH_LINE,
  BENCH_CUSTOMER,
  BENCH_TIME,
  BENCH_PRODUCT,
  BENCH_BRANCH,
  BENCH_QUANTITY,
  BENCH_AMOUNT,
  BENCH_COST,
  BENCH_KEY,
  BENCH_TEXT_KEY
};

/* Fills the view of a column under a schema name. 0: it cannot be read. */
int bench_column(bench_columns *columns, int which, const char *name, crm_column *column);

/* Gives the memory back; columns are read again when asked for. */
void bench_columns_drop(bench_columns *columns);

#endif
