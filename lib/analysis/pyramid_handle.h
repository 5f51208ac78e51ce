/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_PYRAMID_HANDLE_H
#define CRM_ANALYSIS_PYRAMID_HANDLE_H

#include "store/facts.h"
#include "store/segment.h"

#include <crm/pyramid.h>

/* What a pyramid holds, for the file that computes it and the file that makes its tables. */

/* What a customer is. Those below the n stand in the tiers tier_count, tier_count + 1, ... in this order. */
#define CRM__KIND_NONPOSITIVE 0
#define CRM__KIND_INACTIVE 1
#define CRM__KIND_PROSPECT 2
#define CRM__KIND_SUSPECT 3
#define CRM__KINDS_BELOW 4
#define CRM__KIND_IN 4       /* of the n */
#define CRM__KIND_ABSENT 5   /* no customer at as-of, or none that counts */

#define CRM__TIERS (CRM_PYRAMID_SHARES + 1 + CRM__KINDS_BELOW)

/* A place in the order of the n. The customer is known with ties split alone, else CRM__NONE. */
typedef struct crm__place {
  int64_t value;
  uint32_t customer;
} crm__place;

/* The cut after a tier. */
typedef struct crm__cut {
  int64_t size;        /* customers that the shares put at or above it */
  crm__place last;     /* the size-th of the n, where size is above 0 */
  crm__place next;     /* the one after it, where size is below n */
  int64_t reached;     /* customers at or above it with equal values */
} crm__cut;

typedef struct crm__tier_sum {
  int64_t customers;
  int64_t total;
  int64_t least;
  int64_t most;
} crm__tier_sum;

struct crm_pyramid {
  crm__memory memory;
  const crm_store *store;
  int64_t version;
  crm__scope_kept kept;        /* the scope */
  int32_t rule;                /* CRM_CUT_... */
  int32_t ties;
  int32_t measure;
  int32_t tier_count;
  int32_t shares[CRM_PYRAMID_SHARES];
  crm__cut cuts[CRM_PYRAMID_SHARES];   /* tier_count - 1 of them */
  crm__tier_sum sums[CRM__TIERS];
  int64_t n;
  int64_t total;               /* of the n */
  int64_t cost_missing;        /* customers of the period with a counted line without cost */
  uint32_t customers;          /* ids of the store */
  int32_t wide;                /* a value does not fit 32 bits: all have 64, else 32, which half of the time goes by */
  void *values;                /* by id; 0 for those without a fact in the period; by crm__pyramid_value */
  uint8_t *kinds;              /* by id: CRM__KIND_... */
  void *sorted;                /* values of the n, ascending; room for `customers`; by crm__pyramid_sorted */
};

static inline int64_t crm__pyramid_value(const crm_pyramid *pyramid, uint32_t id)
{
  return pyramid->wide ? ((const int64_t *)pyramid->values)[id] : ((const int32_t *)pyramid->values)[id];
}

static inline int64_t crm__pyramid_sorted(const crm_pyramid *pyramid, int64_t place)
{
  return pyramid->wide ? ((const int64_t *)pyramid->sorted)[place]
                       : (int64_t)((const uint32_t *)pyramid->sorted)[place];
}

/* A pyramid that knows its options and its scope, and nobody yet. */
crm_status crm__pyramid_begin(const crm__scope *open, const crm_scope *scope, const crm_pyramid_options *options,
                              crm_pyramid **pyramid, crm_error *error);

/* Kinds and values of all customers, n, and the values of the n (not sorted yet), with the sums of those below them; by
 * the threads that the host lends. Errors: OVERFLOW, MEMORY, and what the watch answers. */
crm_status crm__pyramid_gather(crm_pyramid *pyramid, crm__scope *scope, const crm__measures *measures,
                               crm_error *error);

/* Frees what was gathered. */
void crm__pyramid_drop_values(crm_pyramid *pyramid);

/* OVERFLOW, the sum of profits. */
crm_status crm__pyramid_fail_sum(crm_error *error);

/* How many of n customers a share takes; rule CRM_CUT_... */
int64_t crm__cut_size(int32_t rule, int64_t share, int64_t n);

const char *crm__tier_name(const crm_pyramid *pyramid, int32_t tier);

/* The tier of a customer that is not absent. */
int32_t crm__tier_of(const crm_pyramid *pyramid, uint32_t id);

/* STATE where the store has changed since; opens the pyramid's scope otherwise. */
crm_status crm__pyramid_open(const crm_pyramid *pyramid, crm__scope *scope, crm_error *error);

/* The same for a table that names no customer. */
crm_status crm__pyramid_open_measured(const crm_pyramid *pyramid, crm__scope *scope, crm_error *error);

#endif
