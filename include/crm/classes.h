/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_CLASSES_H
#define CRM_CLASSES_H

#include <crm/pyramid.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Classes of customers by a built-in tree of rules: corporate, who is a business or buys like one; vip, who is in the
 * highest tier of the pyramid; ordinary, everybody else. docs/methods/classes.md holds the rules and an example. */

/* NULL stands for CRM_CLASSES_OPTIONS_INIT. */
typedef struct crm_classes_options {
  uint32_t struct_size;
  int32_t ticket_percent;   /* a large ticket is so many percent of the median or more; 0: 300 */
  int32_t hours_percent;    /* buying in business hours: so many percent of the orders or more; 0: 80 */
  int32_t variation;        /* regular gaps: gap_cv at or under so many percent; 0: 50 */
  int32_t least_signs;      /* signs that make a corporate buyer, a large ticket among them, 1 to 4; 0: 3 */
  int32_t reserved;
  const crm_pyramid_options *pyramid;   /* by spend; NULL: the defaults */
} crm_classes_options;

#define CRM_CLASSES_OPTIONS_INIT { (uint32_t)sizeof(crm_classes_options), 0, 0, 0, 0, 0, NULL }

/* Every customer with an occasion in the period, by key: customer, class (corporate, vip, ordinary), reason (kind: the
 * customers table says business; pattern: the signs of a corporate buyer; tier; none), since (business day: of vip the
 * last day on which the spend of the period so far came to reach today's lowest of the tier; else the first occasion
 * ever, or for kind the day of joining where that is earlier), spend, orders, signs (of a corporate buyer).
 * O(facts) and sorts. Errors: ARGUMENT, MEMORY, OVERFLOW. Since 0.1. */
CRM_API crm_status crm_classes_compute(const crm_store *store, const crm_scope *scope,
                                       const crm_classes_options *options, crm_table **table, crm_error *error);

/* What speaks for a corporate buyer, of the same customers: customer, kind, orders, average_order, ticket_ratio (the
 * average order / the median of those of all), median_gap, gap_cv, hours_share (of the orders with a time of day, those
 * from 08:00 up to 18:00 on Monday to Friday), large_ticket, long_cycle (median_gap at or over the median of the
 * customers' median gaps), regular (two gaps or more), in_hours (each true, false, or empty where it is not known),
 * signs (true ones), known, pattern (at least least_signs of them, large_ticket among them), probability (that one with
 * so many signs is a business, as crm_classes_calibration has it; null where that is). Errors as above. Since 0.1. */
CRM_API crm_status crm_classes_corporate(const crm_store *store, const crm_scope *scope,
                                         const crm_classes_options *options, crm_table **table, crm_error *error);

/* What the signs are worth, measured on the customers whose kind the table customers gives, a row a number of signs (0
 * to 4) and one for all (signs null): signs, customers, known (persons and businesses), businesses, probability (of a
 * business: businesses / known; null under 20 known), low, high (Wilson, 95 %), status (ok, insufficient). It holds for
 * customers of unknown kind as far as kinds are missing by chance. Errors as above. Since 0.1. */
CRM_API crm_status crm_classes_calibration(const crm_store *store, const crm_scope *scope,
                                           const crm_classes_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
