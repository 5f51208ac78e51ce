/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_H
#define CRM_STORE_H

#include <crm/api.h>
#include <crm/scope.h>
#include <crm/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A customer store: the facts of one business, in memory. It holds keys and figures, never names or addresses.
 *
 * A key is an integer or UTF-8 text; text that is a canonical decimal integer of 64 bits is that integer. Keys are
 * ordered integers by value first, then texts by bytes.
 *
 * Every commit of a load makes a new data version, counted from 0 for the empty store. */
typedef struct crm_store crm_store;

#define CRM_RETURNS_AUTO 0   /* by kind where the batch or file has that column, else by sign */
#define CRM_RETURNS_KIND 1   /* a line of kind return; its magnitude counts */
#define CRM_RETURNS_SIGN 2   /* a line with a negative amount or quantity */

/* Settled at creation, for all time. NULL stands for CRM_STORE_OPTIONS_INIT. */
typedef struct crm_store_options {
  uint32_t struct_size;
  int32_t digits;                 /* decimals of money, 0 to 6; default 2 */
  int32_t quantity_digits;        /* decimals of quantities, 0 to 6; default 3 */
  int32_t returns;                /* CRM_RETURNS_... */
  int64_t day_start;              /* microseconds after midnight at which a business day begins, 0 up to below
                                   * CRM_DAY */
  const char *currency;           /* base currency; NULL: the one that unrated sales carry */
  const char *const *anonymous;   /* customer keys that stand for nobody ("walk-in") */
  int64_t anonymous_count;
} crm_store_options;

#define CRM_STORE_OPTIONS_INIT { (uint32_t)sizeof(crm_store_options), 2, 3, 0, 0, NULL, NULL, 0 }

/* Makes an empty store. config and options may be NULL. Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_store_create(const crm_config *config, const crm_store_options *options,
                                    crm_store **store, crm_error *error);

/* Frees a store; free its loads and handles first. NULL is let pass. Since 0.1. */
CRM_API void crm_store_free(crm_store *store);

/* Declares an attribute of a table ("customers", any but "sales"), read like any column from then on.
 * type: CRM_TYPE_TEXT, CRM_TYPE_DECIMAL (a number with up to six decimals), CRM_TYPE_MONEY or CRM_TYPE_TIME.
 * The same declaration again is let pass; another type is CONFLICT. Errors: SCHEMA (no such table, or the name is a
 * column already), ARGUMENT (a name is 1 to 63 of a-z, 0-9, _), STATE (a load is open), LIMIT (over 64 a
 * table), MEMORY. Since 0.1. */
CRM_API crm_status crm_store_attribute(crm_store *store, const char *table, const char *name, int32_t type,
                                       crm_error *error);

/* The schema as a table: table, column, type, role (key; part, of the key, that may be empty; required; optional;
 * attribute), unit, meaning. Since 0.1. */
CRM_API crm_status crm_store_schema(const crm_store *store, crm_table **table, crm_error *error);

/* The data version: the number of commits that changed something. Since 0.1. */
CRM_API int64_t crm_store_version(const crm_store *store);

/* What was settled at the store's creation, which a store file holds: digits, quantity_digits, returns, day_start.
 * currency and anonymous are left NULL. Errors: ARGUMENT. Since 0.1. */
CRM_API crm_status crm_store_settings(const crm_store *store, crm_store_options *options, crm_error *error);

/* Decimals of money in this store. Since 0.1. */
CRM_API int32_t crm_store_digits(const crm_store *store);

/* The as-of that a scope without one gets: the start of the business day after that of the latest event (a document of
 * sales; a time, created or closed of the other tables; never a due, expected or figure's date);
 * CRM_TIME_UNSET_TO for a store without any. Constant time. Since 0.1. */
CRM_API int64_t crm_store_horizon(const crm_store *store);

/* Counts of what the store holds: customers (of whom there is a row, a document, or a row of opportunities, stages or
 * interactions), documents, lines. Since 0.1. */
CRM_API int64_t crm_store_customers(const crm_store *store);
CRM_API int64_t crm_store_documents(const crm_store *store);
CRM_API int64_t crm_store_lines(const crm_store *store);

/* Everything about one customer, found by any of its keys, a table of one row: customer (who stands for them), kind,
 * the columns and attributes of the customers table, first, last (times of the first and last occasion), orders, net,
 * sales, returned, cost, documents, data version of the last change. All time, default scope. key is NUL-ended text.
 * Errors: NOT_FOUND, MEMORY. Time: the customer's documents. Since 0.1. */
CRM_API crm_status crm_store_customer(const crm_store *store, const char *key, crm_table **table, crm_error *error);

/* The documents of a customer by time, then key: source, document, version, time, branch, net, sales, returned, lines,
 * orders (occasions that it stands for: 0, 1, or more for one made of equal rows). Errors: NOT_FOUND, MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_store_customer_documents(const crm_store *store, const char *key, crm_table **table,
                                                crm_error *error);

/* One document read back, a row a line: the columns of the sales table as they are kept (customer: the key that was
 * sent, though another one may stand for it), and currency_amount, the
 * amount before the rate where there was one. source "" is the default. Lines are ordered by line, then by content.
 * Errors: NOT_FOUND, MEMORY. Since 0.1. */
CRM_API crm_status crm_store_document(const crm_store *store, const char *source, const char *document,
                                      crm_table **table, crm_error *error);

/* The rows of a table other than sales, read back: its columns and attributes as they are kept, a row each, in the
 * order of its columns (keys in key order, empty cells last). A row that a higher version replaced is not among them.
 * Errors: SCHEMA (no such table, or "sales"), ARGUMENT, MEMORY. Time: n log n. Since 0.1. */
CRM_API crm_status crm_store_rows(const crm_store *store, const char *table, crm_table **rows, crm_error *error);

/* The customers that a commit after data version `since` touched, by key: customer, version. Errors: ARGUMENT (since is
 * later than the store), MEMORY. Since 0.1. */
CRM_API crm_status crm_store_changed(const crm_store *store, int64_t since, crm_table **table, crm_error *error);

/* Totals to reconcile with a ledger, a row for each business day and branch: day, branch, documents, lines, rejected,
 * amount_in, amount_accepted, net. Amounts are sale less return lines of every class; amount_in holds the rejected rows
 * too, each time they were sent; rows whose day could not be read stand under an empty day. Duplicates count in
 * neither.
 * Errors: MEMORY. Since 0.1. */
CRM_API crm_status crm_store_totals(const crm_store *store, crm_table **table, crm_error *error);

/* Months that a commit after data version `since` changed although they were over, a row each: month (2024-01),
 * documents (that came late, new ones and versions), amount (by which they changed the month's net), version (the data
 * version of the last one). A month is over seven days after its end, by the latest document that was in the store
 * before the commit; so a history that is loaded branch by branch reopens all of its months.
 * Errors: ARGUMENT (since is later than the store), MEMORY. Since 0.1. */
CRM_API crm_status crm_store_reopened(const crm_store *store, int64_t since, crm_table **table, crm_error *error);

/* What each source has delivered, to watch the feeds, by source: source, documents, lines, versioned (documents whose
 * version is not 0), first, last (business days; last is how far the feed has come), days (with a document),
 * longest_gap (most days from one day with a document to the next). Errors: MEMORY. Time in proportion to documents.
 * Since 0.1. */
CRM_API crm_status crm_store_sources(const crm_store *store, crm_table **table, crm_error *error);

/* What looks wrong in the facts themselves, a row each: warning, subject, count, share. lone_day: the last day with a
 * document (subject) lies more than 365 days (count) past the one before, most likely a till with a wrong clock; the
 * default as-of then is wrong too. walk_in: one customer key (subject) holds more than 5 percent of all orders (count,
 * share), ten times as many as the next and among at least 50 customers: most likely a key that stands for nobody.
 * merge_ring: merges lead from a key (subject, the lowest) over others (count, all together) back to it; they are one
 * customer, for which the lowest stands.
 * Errors: MEMORY. Time in proportion to documents. Since 0.1. */
CRM_API crm_status crm_store_warnings(const crm_store *store, crm_table **table, crm_error *error);

/* Makes what small loads keep by month and by product, if it is not there: after a load that brought much the next
 * small one makes it, and takes that much longer. A host calls this when it has time, before the shop opens; a store
 * from a file has it from there. The data version stays. Errors: STATE (a load is open), MEMORY. Time in proportion to
 * the facts, the first time. Since 0.1. */
CRM_API crm_status crm_store_prepare(crm_store *store, crm_error *error);

/* Computes all that is kept from the facts anew and compares. CRM_OK, or CORRUPT with the first difference in the
 * error's message; MEMORY. Time in proportion to the facts. Since 0.1. */
CRM_API crm_status crm_store_verify(const crm_store *store, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
