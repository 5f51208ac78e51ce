/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_PYRAMID_H
#define CRM_PYRAMID_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The value pyramid: the n customers with value above 0 in the period, by value descending, cut after given shares of
 * their number. Below them, outside n: nonpositive (bought or returned in the period, value at or under 0), inactive
 * (not in the period, but before), prospect (known by name, joined, never bought), suspect (known otherwise;
 * docs/conventions.md, "Who is there").
 * Anonymous and internal customers are no customers here. docs/methods/pyramid.md holds a worked example. */
typedef struct crm_pyramid crm_pyramid;

#define CRM_CUT_CEIL 0       /* after ceil(share * n) customers */
#define CRM_CUT_FLOOR 1
#define CRM_CUT_HALF_UP 2

#define CRM_TIES_TOGETHER 0  /* equal values are never split: all belong to the higher tier or score */
#define CRM_TIES_SPLIT 1     /* among equal values the lower key goes first */

#define CRM_MEASURE_SPEND 0      /* money of the scope's basis */
#define CRM_MEASURE_PROFIT 1     /* that less cost; the metadata count customers with a counted line without cost */
#define CRM_MEASURE_OCCASIONS 2  /* number of occasions */

#define CRM_PYRAMID_SHARES 16    /* most cuts */

/* NULL stands for CRM_PYRAMID_OPTIONS_INIT: 1, 5 and 20 percent (vip, major, medium, small). */
typedef struct crm_pyramid_options {
  uint32_t struct_size;
  int32_t cut;                 /* CRM_CUT_... */
  int32_t ties;                /* CRM_TIES_... */
  int32_t measure;             /* CRM_MEASURE_... */
  const int32_t *shares;       /* cumulative, basis points, strictly rising, 1 to 9999; the last tier takes the rest */
  int64_t share_count;         /* 0: the default shares; other than 3 shares: tiers are named tier1, tier2, ... */
} crm_pyramid_options;

#define CRM_PYRAMID_OPTIONS_INIT { (uint32_t)sizeof(crm_pyramid_options), 0, 0, 0, NULL, 0 }

/* Computes a pyramid. It belongs to the store and its data version: free it first; after a commit its look-ups answer
 * STATE. Time in proportion to documents, without the facts where the kept profiles serve. Errors: ARGUMENT, MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_pyramid_compute(const crm_store *store, const crm_scope *scope,
                                       const crm_pyramid_options *options, crm_pyramid **pyramid, crm_error *error);
CRM_API void crm_pyramid_free(crm_pyramid *pyramid);

/* The summary, a row a tier and one each for nonpositive, inactive, prospect, suspect: tier, customers,
 * customer_share, spend, spend_share, min_spend, max_spend, nominal (customers that the shares alone would give),
 * status (ok, tied: more than twice nominal through equal values). Shares of the first tiers add up to 1. Profit and
 * occasions stand in the columns named spend. Since 0.1. */
CRM_API crm_status crm_pyramid_tiers(const crm_pyramid *pyramid, crm_table **table, crm_error *error);

/* Every known customer: customer, tier, rank, spend, orders, first, last; by rank then key, below them nonpositive by
 * value, then inactive, prospect, suspect by key. rank = 1 + customers strictly ahead, empty outside n. Since 0.1. */
CRM_API crm_status crm_pyramid_members(const crm_pyramid *pyramid, crm_table **table, crm_error *error);

/* How concentrated value is over the n customers: measure, value, numerator, denominator, status for the shares of the
 * top 1, 5, 10 and 20 percent (top_1 ...; ceil), the Gini coefficient (gini) and the least number of customers, and
 * their share, that hold 80 percent (customers_for_80). Since 0.1. */
CRM_API crm_status crm_pyramid_concentration(const crm_pyramid *pyramid, crm_table **table, crm_error *error);

/* Where one customer stands. */
typedef struct crm_standing {
  uint32_t struct_size;
  int32_t tier;          /* 0 the highest; then, below the n, nonpositive, inactive, prospect, suspect */
  const char *name;      /* the tier's id, valid as long as the pyramid */
  int64_t rank;          /* 1 + customers strictly ahead; 0 outside n */
  int64_t population;    /* n */
  int64_t value;         /* minor units, or occasions */
  int64_t gap;           /* least addition with which this customer would stand in a higher tier, from outside n in any
                            tier of it; 0 at the top, and where the cuts above take nobody */
  int64_t margin;        /* most that can be taken away with the tier kept; 0 outside n */
} crm_standing;

#define CRM_STANDING_INIT { (uint32_t)sizeof(crm_standing), 0, NULL, 0, 0, 0, 0, 0 }

/* Looks a customer up by key. Errors: NOT_FOUND, STATE (the store has changed). Time: a search in n. Since 0.1. */
CRM_API crm_status crm_pyramid_find(const crm_pyramid *pyramid, const char *key, crm_standing *standing,
                                    crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
