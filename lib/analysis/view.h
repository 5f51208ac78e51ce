/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_VIEW_H
#define CRM_ANALYSIS_VIEW_H

#include "analysis/ownership.h"
#include "analysis/segment_fields.h"
#include "table/build.h"

#include <crm/view.h>

/* What the parts of a view are made of. */
typedef struct crm__viewed {
  crm_view_options options;
  crm__fields fields;           /* their scope is the view's */
  crm_table *rhythm;            /* of this customer; NULL without figures, */
  crm_table *due;               /* likewise, of all */
  crm__owners owners;
  const char *key;              /* as it was asked for */
  uint32_t customer;
} crm__viewed;

/* Asks for the fields of the profile, before they are loaded. */
void crm__view_needs(crm__fields *fields);

/* profile and life. */
crm_status crm__view_figures(const crm__viewed *viewed, crm_view *view, crm_error *error);

/* The row of the customers table, as a column of a result and as its cell. */
crm__table_column crm__view_column(const crm__segment_field *field);
void crm__view_put(const crm__viewed *viewed, const crm__segment_field *field, crm_table *table, int32_t column);

#endif
