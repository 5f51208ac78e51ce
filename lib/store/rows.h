/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_ROWS_H
#define CRM_STORE_ROWS_H

#include "store/facts.h"

/* What an analysis sees of the tables other than sales: opportunities, pipelines, stages, interactions, payments,
 * figures, staff, merges, ownership, parents, changes, assignments; customers and products too. Tables are
 * CRM__TABLE_..., columns CRM__<TABLE>_<COLUMN> of schema.h.
 *
 * A row is a number below crm__rows_count(). Of those some are not there (crm__row_live): a key that was only
 * mentioned, or a row that was rejected. Numbers are places in memory: their order is that of arrival and must not
 * show in a result. The rows of opportunities are the ids that stages and interactions name them by, as are those of
 * customers and products. */
uint32_t crm__rows_count(const crm_store *store, int32_t table);
int crm__row_live(const crm_store *store, int32_t table, uint32_t row);

/* Rows that are there. 0: the table has no facts, which a figure made of it has to say. */
uint64_t crm__rows_live(const crm_store *store, int32_t table);

/* A cell by its column's type: time (microseconds), money (minor units), number and share (six decimals), quantity,
 * integer: INT64_MIN where it is empty. */
int64_t crm__row_value(const crm_store *store, int32_t table, int32_t column, uint32_t row);

/* key, name: a dense id, CRM__NONE where it is empty. Ids of customers, products and branches are those of facts.h;
 * owners, staff, stages, pipelines, sources and all other names share one range of ids (crm__names), so that a
 * salesperson has the same one in every table, also as staff of sales. The first column of customers, products and
 * opportunities answers the row itself. */
uint32_t crm__row_id(const crm_store *store, int32_t table, int32_t column, uint32_t row);

/* The same, but of customers the one whose key was sent, not who stands for it. */
uint32_t crm__row_sent(const crm_store *store, int32_t table, int32_t column, uint32_t row);

/* The customer of a row in a scope, of a column that names customers: who stands for the key, and of accounts that
 * count together the topmost. CRM__NONE where the cell is empty. */
uint32_t crm__row_customer(const crm__scope *scope, int32_t table, int32_t column, uint32_t row);

/* word: its place among the column's words (CRM__OUTCOME_WON ...); boolean: 0 or 1; -1 where it is empty. */
int32_t crm__row_word(const crm_store *store, int32_t table, int32_t column, uint32_t row);

/* The key of an id that crm__row_id gave for the column. */
crm__key crm__row_key(const crm_store *store, int32_t table, int32_t column, uint32_t id);

/* How many ids the key or name column of a table may hold: all are below it. */
uint32_t crm__row_ids(const crm_store *store, int32_t table, int32_t column);

/* The id of a key that is given as text, for a key or name column; CRM__NONE where it is unknown. */
uint32_t crm__row_find(const crm_store *store, int32_t table, int32_t column, const char *key);

/* rank[id] = place in key order of the ids of a key or name column; of the scope's scratch. */
crm_status crm__row_ranks(crm__scope *scope, int32_t table, int32_t column, const uint32_t **ranks, crm_error *error);

/* Names: salespeople, stages, ... */
uint32_t crm__names(const crm_store *store);
crm__key crm__name_key(const crm_store *store, uint32_t name);

/* Opportunities. */
uint32_t crm__opportunities(const crm_store *store);
crm__key crm__opportunity_key(const crm_store *store, uint32_t opportunity);

/* The customer that one belongs to, as the row in `customers` says that speaks for it; CRM__NONE: none. */
uint32_t crm__customer_parent(const crm_store *store, uint32_t customer);

/* The name id in a column of names of `customers`: of keys that were merged, as the row says that speaks for them.
 * CRM__NONE: empty. */
uint32_t crm__customer_named(const crm_store *store, uint32_t customer, int32_t column);

/* The row of a person in staff, of a stage in pipelines; CRM__NONE where there is none. */
uint32_t crm__staff_row(const crm_store *store, uint32_t staff);
uint32_t crm__pipeline_row(const crm_store *store, uint32_t pipeline, uint32_t stage);

/* 1 where a row is there and exists as of the scope's as-of: its time, created (empty: it has always been there) or
 * from lies before it. Rows of tables without such a column exist at all times. Customers metrics: ask
 * crm__customer_counts about the row's customer too. */
int crm__row_exists(const crm__scope *scope, int32_t table, uint32_t row);

/* How an opportunity stands as of an instant, CRM__OUTCOME_...: open until its `closed`; where `closed` is empty, as
 * the row says. */
int32_t crm__opportunity_outcome(const crm_store *store, uint32_t opportunity, int64_t as_of);

/* The rows that exist as of the scope's as-of, ascending by a column of times (rows in which it is empty are left out),
 * rows of the same time by content, never by arrival; of the scope's scratch. Radix sort, O(n). */
crm_status crm__rows_in_time(crm__scope *scope, int32_t table, int32_t column, const uint32_t **rows, uint32_t *count,
                             crm_error *error);

/* The same rows grouped by a key or name column: those of id i are rows[starts[i]] up to before rows[starts[i + 1]],
 * each group in the order of crm__rows_in_time. by_time: the column of times; -1: the table has none, and a group is
 * in the order of content. Rows in which the key is empty are left out. Counting sort, O(n + ids). */
typedef struct crm__row_index {
  const uint32_t *starts;   /* ids + 1 */
  const uint32_t *rows;
  uint32_t ids;
} crm__row_index;

crm_status crm__rows_by(crm__scope *scope, int32_t table, int32_t column, int32_t by_time, crm__row_index *index,
                        crm_error *error);

/* Of rows of one customer in order of a column of times the place of the one that speaks for an instant, among those
 * from `at` on that are of the same time: the one that was sent for the customer itself, or else the first. *next:
 * where those of the next instant begin. The table's first column names the customer. */
uint32_t crm__row_speaks(const crm_store *store, int32_t table, int32_t by_time, uint32_t customer,
                         const uint32_t *rows, uint32_t at, uint32_t count, uint32_t *next);

/* -1, 0, 1: two rows of a table by their content, column by column, keys in key order, empty cells last. */
int crm__row_compare(const crm_store *store, int32_t table, uint32_t a, uint32_t b);

/* Rows of a table other than sales as a result, in the order given, with the columns of crm_store_rows. */
crm_status crm__rows_table(const crm__scope *scope, int32_t table, const uint32_t *rows, uint32_t count,
                           crm_table **result, crm_error *error);

#endif
