/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_ORGANISATION_H
#define CRM_ANALYSIS_ORGANISATION_H

#include "store/facts.h"

/* Who had which role when, as an index of times. */

/* A time of a role. Ids are of names, of branches those of branches; CRM__NONE: no role, no team, a scope of all. */
typedef struct crm__role {
  int64_t from;       /* INT64_MIN: always */
  int64_t to;         /* INT64_MAX: until further notice */
  uint32_t role;
  uint32_t team;
  uint32_t branch;
  uint32_t region;
  uint32_t segment;
  uint32_t spare;
} crm__role;

/* The roles of a person, a name id: roles[starts[id]] up to before roles[starts[id + 1]], by from, those of one from in
 * the order of their content. Of the scope's scratch. */
typedef struct crm__roles {
  const uint32_t *starts;
  const crm__role *roles;
  int32_t told;         /* a row of assignments begins before as-of */
  int32_t by_branch;    /* and one with a branch */
} crm__roles;

/* All that is known, later than as-of too: a change that is planned ends a role. Roles that begin at or after as-of are
 * not among them. */
crm_status crm__roles_find(crm__scope *scope, crm__roles *roles, crm_error *error);

/* The roles that a person (CRM__NONE: nobody) has at an instant before as-of, one after the other: the one after
 * `after`, the first of them where that is NULL. NULL: there is no other. */
const crm__role *crm__role_next(const crm__roles *roles, uint32_t person, int64_t time, const crm__role *after);

/* The role that counts where one is asked for, NULL: none. */
static inline const crm__role *crm__role_at(const crm__roles *roles, uint32_t person, int64_t time)
{
  return crm__role_next(roles, person, time, NULL);
}

/* The last instant before as-of. */
static inline int64_t crm__scope_now(const crm__scope *scope)
{
  return scope->as_of == INT64_MIN ? INT64_MIN : scope->as_of - 1;
}

/* Where customers buy, all branches and all time before as-of; of the scope's scratch. */
typedef struct crm__home_branches {
  const uint32_t *last;     /* by customer: the branch of its last occasion that has one, CRM__NONE: none */
  const uint8_t *visited;   /* by branch: 1 where there is an occasion, of whomever */
} crm__home_branches;

crm_status crm__home_branches_find(crm__scope *scope, crm__home_branches *homes, crm_error *error);

/* Whether the scope of a role holds a customer. */
int crm__role_holds(const crm__scope *scope, const crm__home_branches *homes, const crm__role *role, uint32_t customer);

/* Whether a person has left by as-of, as far as the row in staff says. */
int crm__staff_left(const crm__scope *scope, uint32_t person);

#endif
