/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_GROUPING_H
#define CRM_ANALYSIS_GROUPING_H

#include "store/facts.h"

/* Customers told apart by a column of names of the customers table; by `owner`: by who owned them just before as-of. */

typedef struct crm__grouping {
  int32_t column;          /* of customers, -1: all together alone */
  const uint32_t *order;   /* customers by group, those without a value last, then by id */
  const uint32_t *groups;  /* by customer: rank of its group's key, CRM__NONE: no value */
  const uint32_t *names;   /* by customer: its group's name, CRM__NONE: no value */
} crm__grouping;

/* by NULL: together. Lives in the scope's scratch. Errors: ARGUMENT (no such column), MEMORY. */
crm_status crm__grouping_make(crm__scope *scope, const char *by, crm__grouping *grouping, crm_error *error);

/* The place in the order up to before which the group goes on that begins at `from`. */
uint32_t crm__grouping_end(const crm__grouping *grouping, uint32_t customers, uint32_t from);

/* How many groups there are; 0 where all are together. */
int64_t crm__grouping_count(const crm__grouping *grouping, uint32_t customers);

/* The column's name, NULL: together. */
const char *crm__grouping_name(const crm__grouping *grouping);

#endif
