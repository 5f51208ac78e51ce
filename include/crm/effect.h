/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_EFFECT_H
#define CRM_EFFECT_H

#include <crm/classes.h>
#include <crm/lifecycle.h>
#include <crm/pyramid.h>
#include <crm/rfm.h>
#include <crm/scope.h>
#include <crm/segment.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a programme has changed: customers who were in it beside others who were not, as many days before a date as
 * after it. The uplift is the difference in differences: how much more the treated ones changed than those they are
 * compared with. Others are a control group that the host kept out, or everybody else, matched: who stood in the same
 * stratum just before the date. docs/methods/effect.md holds the formulas and a worked example. */

#define CRM_EFFECT_DAYS 3660     /* most days of a window */
#define CRM_EFFECT_FIELDS 8      /* most fields to match by */

typedef struct crm_effect_options {
  uint32_t struct_size;
  int32_t days;                 /* business days before the date and from it on, 1 to CRM_EFFECT_DAYS; 0: 90. Where
                                 * fewer have passed at as-of, both windows have as many as have */
  int64_t at;                   /* the programme began on the business day of this instant; has to be set */
  const crm_segment *treated;   /* who was in it; has to be given. Make it as of the date, so that what came after
                                 * chooses nobody */
  const crm_segment *control;   /* who was kept out; NULL: everybody else */
  const char *match;            /* fields of segment expressions with commas between (docs/segments.md): who has the
                                 * same values as of the date is in the same stratum. "": one stratum; NULL: with a
                                 * control group one, else "r, f, m" */
  int32_t measure;              /* CRM_MEASURE_... of crm/pyramid.h */
  int32_t least_cases;          /* fewest customers of either group for an uplift, 2 or more; 0: 30 */
  const crm_pyramid_options *pyramid;       /* what tier, */
  const crm_rfm_options *rfm;               /* r, f, m and rfm_segment, */
  const crm_lifecycle_options *lifecycle;   /* stage, */
  const crm_classes_options *classes;       /* and class mean, as in crm_segment_options; NULL: the defaults */
} crm_effect_options;

#define CRM_EFFECT_OPTIONS_INIT \
  { (uint32_t)sizeof(crm_effect_options), 0, INT64_MAX, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL }

/* Three rows, group: treated, control, uplift (the first less the second): group, customers (those compared; of uplift
 * the treated ones), before, after, change (a customer, the control group weighted as the treated ones lie over the
 * strata), se (standard error of change: Neyman's, by strata), df (degrees of freedom by Welch and Satterthwaite),
 * low, high (95 %, Student's t), lift (of uplift: change / what the treated would have had after without it; empty
 * where that is not above 0), total, total_low, total_high (times the customers of treated), status (ok; insufficient:
 * fewer than least_cases in a group, then there are no uplift and no intervals; undefined: nobody is left). Where every
 * change is the same se is 0 and df empty. Measures are money in the scope's basis, or occasions with four decimals.
 *
 * Compared are customers who had bought before the date, in strata that hold at least two of both groups. Of the scope
 * `from` says how far back the fields to match by look, and `to` nothing. The metadata hold at, days and match.
 * Three passes over the facts beside what the fields take. Errors: ARGUMENT (no date, no treated ones, measure, days,
 * least_cases), RANGE (at: not one whole day has passed since), SCHEMA (match: no such field, with the byte), VALUE,
 * LIMIT (match), STATE, OVERFLOW, MEMORY. Since 0.1. */
CRM_API crm_status crm_effect_compute(const crm_store *store, const crm_scope *scope,
                                      const crm_effect_options *options, crm_table **table, crm_error *error);

/* A row a stratum that somebody of either group is in, in the order of the values, those without one last: a text
 * column for each field of `match`, named after it, then treated, control (customers), weight (share of the treated
 * ones that are compared; they add up to exactly 1), treated_change, control_change, difference (a customer), status
 * (used; unmatched: only one of the groups is there; few: fewer than two of a group). Errors as above. Since 0.1. */
CRM_API crm_status crm_effect_strata(const crm_store *store, const crm_scope *scope,
                                     const crm_effect_options *options, crm_table **table, crm_error *error);

/* What became of everybody in the two sets, seven rows each: group (treated, control), reason (used, unmatched, few: as
 * in the strata; new: had not bought before the date; both: in both sets, left out of both; outside: counts for nobody
 * in the scope, or is not there at as-of; all), customers, share (of all), before, after (their sums). The first six
 * add up to the seventh. Errors as above. Since 0.1. */
CRM_API crm_status crm_effect_coverage(const crm_store *store, const crm_scope *scope,
                                       const crm_effect_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
