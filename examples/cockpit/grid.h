/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_GRID_H
#define COCKPIT_GRID_H

#include "page.h"

#include <crm/crm.h>

/* How a table is drawn as text. Columns are named between blanks. */
typedef struct grid {
  const char *columns;   /* those that are shown, in order */
  const char *spare;     /* those that are left out first where a line would be too long */
  int64_t rows;          /* most rows, 0: all */
  const char *period;    /* what the column "month" is called: month, week ... */
  const char *value;     /* what the column "spend" is called: spend, profit or orders */
  const char *more;      /* the label that tells how many rows are left out, NULL: that of a whole table */
  int inside;            /* 1: a part of a page, without an empty line before it */
} grid;

void grid_draw(page *out, const crm_table *table, const grid *how);

/* A table of one row as a page's lines, a heading and its cell each; empty cells are left out. */
void grid_lines(page *out, const crm_table *table);

/* A cell as text for people: figures with separators, rates in percent, ids by their labels. size is that of text. */
void grid_cell(const page *out, const crm_table *table, int32_t column, int64_t row, char *text, size_t size);

#endif
