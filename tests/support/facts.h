/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_FACTS_H
#define TESTS_SUPPORT_FACTS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <crm/crm.h>

/* Facts written as lines of text, and results compared with lines of text. What cannot be done fails the test.
 *
 * Lines have commas between their cells and no quotes; an empty cell is missing; blanks at the start of a line are let
 * pass, so that a text can be indented. The first line names the columns. */

/* Rows of a table, every column as text. */
typedef struct facts facts;

facts *facts_create(const char *columns);
void facts_add(facts *rows, const char *line);
void facts_free(facts *rows);

/* Appends all rows as one batch. */
crm_status facts_append(const facts *rows, crm_load *load, const char *table, crm_error *error);

/* A load of its own, in which every row has to be accepted. */
void facts_load(const facts *rows, crm_store *store, const char *table);
void facts_load_text(crm_store *store, const char *table, const char *lines);

/* A store with default options (or the given ones) and the sales of a text; a NULL text: none. */
crm_store *facts_store(const crm_store_options *options, const char *sales);

/* The instant at which a calendar day begins. */
int64_t facts_day(int32_t year, int32_t month, int32_t day);

/* Compares a table with lines as crm_table_write_csv writes them: the columns that the first line names, in that order,
 * and every row. */
void assert_table(const crm_table *table, const char *lines);

/* The same, of a table that was made for the purpose: frees it. */
void assert_result(crm_table *table, const char *lines);

/* A row of a table by its text in a column; fails where there is none. */
int64_t row_of(const crm_table *table, const char *column, const char *text);

/* A cell by its column's name. */
int64_t integer_at(const crm_table *table, const char *column, int64_t row);
int is_null_at(const crm_table *table, const char *column, int64_t row);
int text_is(const crm_table *table, const char *column, int64_t row, const char *text);

/* Numbers that are the same in every run. */
typedef struct dice {
  uint64_t state;
} dice;

dice dice_of(uint64_t seed);
int32_t dice_below(dice *of, int32_t bound);   /* 0 to bound - 1 */

#endif
