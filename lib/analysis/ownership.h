/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_OWNERSHIP_H
#define CRM_ANALYSIS_OWNERSHIP_H

#include "store/facts.h"

/* Who owned whom when, as an index of times. */

/* A time of ownership by somebody. */
typedef struct crm__owner_span {
  int64_t from;       /* INT64_MIN: always */
  int64_t to;         /* INT64_MAX: until further notice */
  uint32_t owner;     /* a name id */
  uint32_t spare;
} crm__owner_span;

/* The spans of customer id: spans[starts[id]] up to before spans[starts[id + 1]], ascending, apart from one another. Of
 * the scope's scratch. */
typedef struct crm__owners {
  const uint32_t *starts;
  const crm__owner_span *spans;
} crm__owners;

/* All that is known, later than as-of too: a hand-over that is planned ends a span. Spans that begin at or after as-of
 * are not among them. */
crm_status crm__owners_find(crm__scope *scope, crm__owners *owners, crm_error *error);

/* The owner of a customer at an instant before as-of, CRM__NONE: nobody. */
uint32_t crm__owner_at(const crm__owners *owners, uint32_t customer, int64_t time);

/* The owner at as-of. */
static inline uint32_t crm__owner_now(const crm__scope *scope, const crm__owners *owners, uint32_t customer)
{
  return crm__owner_at(owners, customer, scope->as_of == INT64_MIN ? INT64_MIN : scope->as_of - 1);
}

/* By customer its owner at the last instant before as-of, CRM__NONE: nobody; of the scope's scratch. */
crm_status crm__owners_now(crm__scope *scope, const uint32_t **names, crm_error *error);

#endif
