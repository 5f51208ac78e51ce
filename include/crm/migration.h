/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_MIGRATION_H
#define CRM_MIGRATION_H

#include <crm/pyramid.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The value pyramid in motion: who stood in which layer before and stands in which one after, between two dates or two
 * periods, which are two scopes. Layers are the pyramid's tiers (vip, major, ...) and what lies below them
 * (nonpositive, inactive, prospect, suspect); absent is who is not known at that scope's as-of.
 *
 * Movements: up, down and stay have a tier in both; new has one after and had none before, won back customers among
 * them; gone had one before and has none after; outside has none in either. docs/methods/migration.md holds a worked
 * example. */

/* NULL stands for CRM_MIGRATION_OPTIONS_INIT. */
typedef struct crm_migration_options {
  uint32_t struct_size;
  int32_t value_tiers;                  /* so many tiers from the top are value customers; 0: all but the lowest */
  const crm_pyramid_options *pyramid;   /* of both pyramids; NULL: the defaults */
} crm_migration_options;

#define CRM_MIGRATION_OPTIONS_INIT { (uint32_t)sizeof(crm_migration_options), 0, NULL }

/* The matrix, a row a pair of layers that somebody is in, from the top: from, to, movement, customers, share (of those
 * in `from`), before, after (their value in the two scopes: money, or occasions), change. The customers of all rows
 * of a layer `from` are that layer's of the pyramid before, those of a layer `to` that layer's after. Two pyramids and
 * a pass over the customers. Errors: ARGUMENT, STATE, OVERFLOW, MEMORY. Since 0.1. */
CRM_API crm_status crm_migration_compute(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                         const crm_migration_options *options, crm_table **table, crm_error *error);

/* A row a movement (up, down, stay, gone, new, outside) and one each for all before (up, down, stay and gone) and all
 * after (up, down, stay and new): movement, customers, share (of all before, of new: of all after), before, after,
 * change. Errors as above. Since 0.1. */
CRM_API crm_status crm_migration_movements(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                           const crm_migration_options *options, crm_table **table,
                                           crm_error *error);

/* A row a rate: measure, value, numerator, denominator, low, high (Wilson, 95 %; empty for shares of money), status
 * (ok, undefined: the denominator is not above 0).
 * up_rate, down_rate, gone_rate: of the customers with a tier before.
 * cultivation_rate: of those who had bought and were no value customers before, the ones who are after.
 * value_kept_rate: of the value customers before, the ones who are after.
 * value_at_risk: of the value of the value customers before, that of those who stand lower after or are gone.
 * Errors as above. Since 0.1. */
CRM_API crm_status crm_migration_rates(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                       const crm_migration_options *options, crm_table **table, crm_error *error);

/* How long cultivation took, a row a layer before (of those in cultivation_rate: the tiers below the value customers,
 * nonpositive, inactive) and one for all: from, customers, cultivated (value customers after), rate, low, high (Wilson,
 * 95 %; empty without customers), p25_days, median_days, p75_days (of the cultivated ones: business days from the end
 * of the scope before to the day at whose end their value of the scope after first reached the cut; 0: had it by
 * then; the least number of days by which so many of them had; empty without any), cut (least value of a value customer
 * after; money or occasions; empty without any). Two pyramids and two passes over the facts of the scope after.
 * Errors as above, LIMIT (2^32 documents of cultivated customers). Since 0.1. */
CRM_API crm_status crm_migration_cultivation(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                             const crm_migration_options *options, crm_table **table,
                                             crm_error *error);

/* Every customer with a tier in one of the two, by key: customer, from, to, movement, before, after, change. Errors as
 * above. Since 0.1. */
CRM_API crm_status crm_migration_members(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                         const crm_migration_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
