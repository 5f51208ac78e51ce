/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_COMMIT_H
#define CRM_STORE_COMMIT_H

#include "store/load.h"
#include "store/profile.h"

/* A commit in two halves. Settling decides and makes all room that is needed, and may fail; applying cannot.
 * All functions that answer int answer 0 where there is no memory. */

/* Groups the staged sales lines by document, decides about each version, drops the lines that are not accepted.
 * *kept: staged lines that remain. */
int crm__settle_lines(crm_load *load, uint64_t *kept);

/* A document's stage in its columns; touch makes the chunks that it is put to. */
int crm__document_touch(crm_store *store, uint32_t document, const crm__stage *stage);
void crm__document_put(crm_store *store, uint32_t document, const crm__stage *stage);

/* The sums of an entry's lines, as they will stand in the document's columns. */
void crm__entry_sum(const crm_store *store, const crm__entry *entry, crm__document_total *total);

uint32_t crm__owner_document(const crm_load *load, uint32_t owner);

/* -1, 0, 1: lines by content. */
int crm__line_compare(const crm_store *store, uint64_t a, uint64_t b);

/* Whether two ranges hold the same multiset of lines: 0, 1, or -1 where there is no memory. */
int crm__lines_equal(crm_store *store, uint64_t a, uint64_t b, uint32_t count);

/* Moves elements of a column down; the chunks on the way must exist, unless the whole column is absent. */
void crm__lines_move(crm__column *column, uint64_t from, uint64_t to, uint64_t count);

/* Adds absolute values; of lines their amounts, discounts, taxes and costs, and their quantities. Saturates. */
void crm__magnitudes_add(const int64_t *values, uint64_t count, uint64_t *sum);
void crm__lines_budget(const crm_store *store, uint64_t first, uint64_t count, uint64_t *money, uint64_t *quantity);

/* Admits documents of a plain load, whose customers nobody stands for, on threads of the host (admit.c). 0: there is
 * nothing to gain, and nothing is done. */
int crm__admit_together(crm_load *load, uint64_t from, uint64_t end);

/* Times of the earliest live document with a counted line (INT64_MAX: none) and of the latest of all (INT64_MIN).
 * without: by customer, 1 where its documents are left out, or NULL. */
void crm__time_span(const crm_store *store, const uint8_t *without, int64_t *earliest, int64_t *latest);

/* Rows of the tables other than sales. apply answers the rows that were written. */
crm_status crm__settle_dimension(crm_load *load, int32_t table, crm_error *error);
int64_t crm__apply_dimension(crm_load *load, int32_t table);

/* Whether all that is kept of the tables other than sales is what their rows give. */
crm_status crm__verify_documents(const crm_store *store, crm_error *error);
crm_status crm__verify_measures(const crm_store *store, crm_error *error);
crm_status crm__verify_rows(const crm_store *store, crm_error *error);

/* Rejected amounts by day and branch. */
int crm__settle_turned_away(crm_load *load, crm__turned_away **merged, uint64_t *count, uint64_t *capacity);

#endif
