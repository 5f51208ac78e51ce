/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "matrix.h"

#include "grid.h"

#include <stdio.h>
#include <string.h>

#define AGES 12        /* columns of a triangle */
#define LABEL_CELLS 11
#define SIZE_CELLS 8
#define AGE_CELLS 5
#define LINES 60       /* most cohorts: the latest ones */

static int64_t cohort_count(const crm_table *cohorts, int32_t age)
{
  int64_t count = 0;
  int64_t row;
  for (row = 0; row < crm_table_rows(cohorts); row++) {
    count += crm_table_integer(cohorts, age, row) == 0;
  }
  return count;
}

static void put_header(page *out, int64_t ages)
{
  char text[32];
  int64_t age;
  page_style(out, STYLE_BOLD);
  page_left(out, page_label(out, "column", "cohort"), LABEL_CELLS);
  page_right(out, page_label(out, "column", "size"), SIZE_CELLS);
  for (age = 0; age < ages; age++) {
    (void)snprintf(text, sizeof text, "%d ", (int)age);
    page_right(out, text, AGE_CELLS);
  }
  page_style(out, STYLE_PLAIN);
}

static void put_rate(page *out, const crm_table *cohorts, int64_t row)
{
  char text[FIGURE];
  char number[FIGURE];
  int over = crm_table_integer(cohorts, crm_table_find(cohorts, "complete"), row) != 0;
  int64_t rate = crm_table_integer(cohorts, crm_table_find(cohorts, "rate"), row);
  (void)snprintf(text, sizeof text, "%.8s%s", figure_decimal(number, rate, 4, 0), over ? " " : "*");
  page_style(out, over ? STYLE_PLAIN : STYLE_FAINT);
  page_right(out, text, AGE_CELLS);
  page_style(out, STYLE_PLAIN);
}

void matrix_draw(page *out, const crm_table *cohorts)
{
  int32_t age = crm_table_find(cohorts, "age");
  int64_t rows = crm_table_rows(cohorts);
  int64_t skipped = cohort_count(cohorts, age) - LINES;
  int64_t ages = 0;
  int64_t row;
  char text[FIGURE];
  for (row = 0; row < rows; row++) {
    int64_t at = crm_table_integer(cohorts, age, row);
    ages = at + 1 > ages ? at + 1 : ages;
  }
  page_text(out, "\n");
  put_header(out, ages > AGES ? AGES : ages);
  for (row = 0; row < rows; row++) {
    int64_t at = crm_table_integer(cohorts, age, row);
    skipped -= at == 0;
    if (skipped >= 0) {
      continue;
    }
    if (at == 0) {
      page_end(out);
      grid_cell(out, cohorts, crm_table_find(cohorts, "cohort"), row, text, sizeof text);
      page_left(out, text, LABEL_CELLS);
      grid_cell(out, cohorts, crm_table_find(cohorts, "size"), row, text, sizeof text);
      page_right(out, text, SIZE_CELLS);
    }
    if (at < AGES) {
      put_rate(out, cohorts, row);
    }
  }
  page_end(out);
  page_style(out, STYLE_FAINT);
  page_format(out, "%s\n", page_label(out, "text", rows > 0 ? "matrix" : "nothing"));
  page_style(out, STYLE_PLAIN);
}
