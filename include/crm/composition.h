/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COMPOSITION_H
#define CRM_COMPOSITION_H

#include <crm/classes.h>
#include <crm/lifecycle.h>
#include <crm/pyramid.h>
#include <crm/rfm.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the customers are made up of: by any field of segment expressions (docs/segments.md), a column, an attribute, a
 * tier, a band of a measure, and by a second one across. Customers are those that segments are made of: who counts in
 * the scope and is there at as-of. docs/methods/composition.md holds a worked example. */

/* NULL stands for CRM_COMPOSITION_OPTIONS_INIT. */
typedef struct crm_composition_options {
  uint32_t struct_size;
  uint32_t reserved;
  const char *by;              /* a field; NULL: tier */
  const char *by_bands;        /* of a field with an order: where bands begin, rising literals with commas between, as
                                * "100, 500, 1000" or "2024-01-01, 2024-07-01"; NULL: each value where there are at
                                * most 12, else bands of a fifth of the customers each, equal values together */
  const char *across;          /* a second field; NULL: none */
  const char *across_bands;
  const crm_pyramid_options *pyramid;       /* what tier, */
  const crm_rfm_options *rfm;               /* r, f, m and rfm_segment, */
  const crm_lifecycle_options *lifecycle;   /* stage, */
  const crm_classes_options *classes;       /* and class mean, as in crm_segment_options; NULL: the defaults */
} crm_composition_options;

#define CRM_COMPOSITION_OPTIONS_INIT \
  { (uint32_t)sizeof(crm_composition_options), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* A row a group, in the order of the values, who has none last; with `across` a row a pair that somebody is in: group,
 * across (values or bands: "<100.00", "100.00..<500.00", ">=500.00"; empty: no value), customers, customer_share,
 * spend, spend_share, spend_index, mix_index.
 * Shares are of all, with `across` of the group; they add up to exactly 1. Of spend only groups above 0 have one.
 * spend_index: spend a customer / that of all customers. mix_index: customer_share / the share of that `across` among
 * all customers; empty without `across`. An index of a base at or under 0 is empty.
 * Errors: SCHEMA (no such field), VALUE, TYPE, RANGE (bands; with the byte, and by_bands or across_bands in `column`),
 * LIMIT (over 100000 groups of a field, 1000000 pairs or 64 bands), ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_composition_compute(const crm_store *store, const crm_scope *scope,
                                           const crm_composition_options *options, crm_table **table,
                                           crm_error *error);

/* How concentrated it is: group (empty: all customers), customers, groups (of how many values), hhi_customers,
 * hhi_spend (Herfindahl and Hirschman: the sum of the squares of the shares, 1 where all is in one; of spends above 0),
 * effective (1 / hhi_customers: as many groups of equal size would give it). Without `across` one row, over the groups;
 * with it a row a group that has a value, over the values across, and all customers last. Errors as above.
 * Since 0.1. */
CRM_API crm_status crm_composition_concentration(const crm_store *store, const crm_scope *scope,
                                                 const crm_composition_options *options, crm_table **table,
                                                 crm_error *error);

/* How much the buyers of each group spend, a row a group as above and one for all customers at the end: group,
 * customers, buyers (those with an occasion in the period; all that follows is of them), spend, spend_share (they add
 * up to exactly 1; of groups above 0), mean, p10, p25, median, p75, p90 (percentiles: the least spend that so many
 * percent of the buyers do not pass), mean_index, median_index (over that of all buyers; empty where that is not above
 * 0), above_share (buyers who spend more than the median of all), low, high (Wilson, 95 %), whole (1 for the last row,
 * whose group is empty as is that of who has no value). Without buyers the figures are empty. Errors as above, and
 * ARGUMENT for `across`. Since 0.1. */
CRM_API crm_status crm_composition_spending(const crm_store *store, const crm_scope *scope,
                                            const crm_composition_options *options, crm_table **table,
                                            crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
