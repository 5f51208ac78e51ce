/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COMPLETENESS_H
#define CRM_COMPLETENESS_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How much is known of the customers, and how fresh it is. The customers are those of the scope (segment, internal)
 * that are there at as-of; one without a row of the customers table counts, with nothing known.
 * docs/methods/completeness.md holds the rules and worked examples. */

/* ---- which columns of the customers table have a value: all but the key, source and version, attributes too ---- */

/* A row a column, in the schema's order, and one named all for all cells together: column, known, customers, share
 * (known / customers; of all: of the cells), status (ok, undefined: nobody is there). Errors: ARGUMENT, MEMORY. Time in
 * proportion to customers and columns. Since 0.1. */
CRM_API crm_status crm_completeness_columns(const crm_store *store, const crm_scope *scope, crm_table **table,
                                            crm_error *error);

/* A row a customer, by key: customer, known (columns with a value), columns, share. Errors: as above. Since 0.1. */
CRM_API crm_status crm_completeness_customers(const crm_store *store, const crm_scope *scope, crm_table **table,
                                              crm_error *error);

/* ---- what a host expects to know, weighed, and no older than it should be ---- */

/* Something that is expected to be known of a customer. */
typedef struct crm_completeness_rule {
  uint32_t struct_size;
  int32_t weight;            /* 1 to 1000; 0: 1 */
  const char *field;         /* a column or attribute of customers; or events.sales, events.interactions,
                              * events.opportunities, events.payments, events.stages: that one has happened */
  const char *section;       /* the part of the customer's file that it belongs to; NULL: profile, of events: events */
  int32_t max_days;          /* older is as good as unknown; 0: nothing is too old */
  int32_t half_life_days;    /* after so many days it counts half, after twice as many a quarter; 0: it does not fade */
} crm_completeness_rule;

#define CRM_COMPLETENESS_RULE_INIT { (uint32_t)sizeof(crm_completeness_rule), 0, NULL, NULL, 0, 0 }
#define CRM_COMPLETENESS_RULES 256   /* most of them */

/* NULL stands for CRM_COMPLETENESS_OPTIONS_INIT. */
typedef struct crm_completeness_options {
  uint32_t struct_size;
  uint32_t rule_size;                   /* sizeof(crm_completeness_rule) of the caller */
  const crm_completeness_rule *rules;   /* NULL: each column and attribute of customers but the key, source and version,
                                         * whatever its age, and events.sales, events.interactions and
                                         * events.opportunities of the last 365 days, all of weight 1 */
  int64_t rule_count;
  int32_t idle_days;                    /* no event for more days than this is static; 0: 365 */
  int32_t reserved;
} crm_completeness_options;

#define CRM_COMPLETENESS_OPTIONS_INIT \
  { (uint32_t)sizeof(crm_completeness_options), (uint32_t)sizeof(crm_completeness_rule), NULL, 0, 0, 0 }

/* Age: what is known by an event is as old as the last one of its table. A column is as old as the last row of
 * `changes` that names it for the customer, without one as `joined`; one that nothing dates is stale where age matters.
 * Freshness is 0 for what is unknown or older than max_days, else 1, or one half to the power of age /
 * half_life_days. Completeness = sum of weight * freshness / sum of weights. */

/* A row a rule as given, then one a section (field empty), then one for all (section empty too): section, field,
 * weight (sums), customers, known (customers; of sections and all: cells), known_share, fresh (with a freshness of at
 * least one half), fresh_share, completeness (mean over the customers), status (ok, undefined: nobody is there).
 * Errors: ARGUMENT (rules), LIMIT (more than 256), MEMORY. Time in proportion to customers times rules, and to the
 * rows of events. Since 0.1. */
CRM_API crm_status crm_completeness_freshness(const crm_store *store, const crm_scope *scope,
                                              const crm_completeness_options *options, crm_table **table,
                                              crm_error *error);

/* A row a customer, by key, for all and one a section: customer, section (empty: all), completeness, known, fields,
 * oldest_days (age of the oldest known one that is dated; empty: none is). Errors: as above. Since 0.1. */
CRM_API crm_status crm_completeness_dossiers(const crm_store *store, const crm_scope *scope,
                                             const crm_completeness_options *options, crm_table **table,
                                             crm_error *error);

/* Customers of whom something static is known (a column of the customers table beside joined, owner and kind) and with
 * whom nothing has happened for more than idle_days, as a share of those of whom it is.
 * A row a measure: measure (static_only: no event for longer; never: no event at all; active: the others), value,
 * numerator, denominator, low, high (95 %), status (ok, undefined). Errors: as above. Since 0.1. */
CRM_API crm_status crm_completeness_static(const crm_store *store, const crm_scope *scope,
                                           const crm_completeness_options *options, crm_table **table,
                                           crm_error *error);

/* A row a customer of static_only, the longest idle first, those without any event before all, by key where equal:
 * customer, owner (at as-of), joined, last_event (business day; empty: none), event (table of the last event),
 * idle_days, known (columns), columns. Errors: as above. Since 0.1. */
CRM_API crm_status crm_completeness_idle(const crm_store *store, const crm_scope *scope,
                                         const crm_completeness_options *options, crm_table **table,
                                         crm_error *error);

/* The change log in sums, a row a field that the rows of `changes` in the period name, by key: field, registered
 * (whether customers has such a column or attribute), customers, changed, confirmed (rows), customers_share (of those
 * there at as-of), first, last (time). Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_completeness_changes(const crm_store *store, const crm_scope *scope, crm_table **table,
                                            crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
