/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ORGANISATION_H
#define CRM_ORGANISATION_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who is what in the organisation that looks after customers, from when on. A person with rows in `assignments` has the
 * roles that they say: from a row's `from` to its `to`, to the person's next `from` or to `left` in `staff`, whichever
 * comes first. Rows of one `from` hold side by side, each for its scope: the customers of a branch, a region, a segment
 * of the host's own; empty: of all. A person without any row is in the team that `staff` names, without a role, at all
 * times up to `left`. What happened counts for the role and team of that time: of several at once the first, by role,
 * then team, in the order of keys. docs/methods/organisation.md holds the rules and a worked example. */

/* The times of roles that begin before as-of, by person, then from, then role and team: staff, role (null: none, the
 * row of `staff` alone), team, branch, region, segment (null: all), from (null: always), to (null: until further
 * notice; an end that is known already shows). Of the scope counts as_of. Errors: ARGUMENT, MEMORY. Time in
 * proportion to rows and names. Since 0.1. */
CRM_API crm_status crm_organisation_history(const crm_store *store, const crm_scope *scope, crm_table **table,
                                            crm_error *error);

/* The organisation at as-of, a row for each role that somebody has, as above, and one without a role for others who own
 * customers: staff, role, team, branch, region, segment, since, until, left (1: the row in `staff` says that the person
 * has left by as-of), customers (that the person owns at as-of; those of customer metrics), in_scope (those that the
 * role's scope holds; null where there is no role). A customer is of the branch where it last bought before as-of, and
 * of any where it has not bought yet. Of the scope count as_of, segment, internal and accounts. Errors: ARGUMENT,
 * MEMORY. Time: facts, rows, customers. Since 0.1. */
CRM_API crm_status crm_organisation_members(const crm_store *store, const crm_scope *scope, crm_table **table,
                                            crm_error *error);

#define CRM_ORGANISATION_BY_TEAM 0
#define CRM_ORGANISATION_BY_ROLE 1

/* NULL stands for CRM_ORGANISATION_OPTIONS_INIT. */
typedef struct crm_organisation_options {
  uint32_t struct_size;
  int32_t by;            /* CRM_ORGANISATION_BY_TEAM, CRM_ORGANISATION_BY_ROLE */
} crm_organisation_options;

#define CRM_ORGANISATION_OPTIONS_INIT { (uint32_t)sizeof(crm_organisation_options), CRM_ORGANISATION_BY_TEAM }

/* What each team or role has and has done, by key, nobody's and that of persons without one (null) last: group, staff
 * (persons in it at as-of), and customers, orders, revenue, won, lost, won_amount, open, open_amount as
 * crm_ownership_owners, credited to the team or role that the owner had at the time: of a sale when it was made, of an
 * opportunity when it was closed, of customers and of what is open at as-of. What was done before somebody changed
 * stays with the former team. Errors: ARGUMENT, MEMORY. Time: facts, rows, customers. Since 0.1. */
CRM_API crm_status crm_organisation_groups(const crm_store *store, const crm_scope *scope,
                                           const crm_organisation_options *options, crm_table **table,
                                           crm_error *error);

/* What is not in order at as-of; nothing where no row of `assignments` begins before it. A row each: finding, staff,
 * customer, branch, customers. First owner_without_role (staff owns so many customers and has no role), by person; then
 * outside_scope (the owner, staff, has a role but none whose scope holds the customer), by customer; then
 * branch_without_role (there are sales in the branch but nobody has a role for it, and roles are given by branch; so
 * many customers are of it), by branch. The rest is null. Customers and scope as crm_organisation_members. Errors:
 * ARGUMENT, MEMORY. Time: facts, rows, customers. Since 0.1. */
CRM_API crm_status crm_organisation_gaps(const crm_store *store, const crm_scope *scope, crm_table **table,
                                         crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
