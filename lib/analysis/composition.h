/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_COMPOSITION_H
#define CRM_ANALYSIS_COMPOSITION_H

#include "analysis/segment_program.h"

#include <crm/composition.h>

/* Customers by the values of a field, between the file that groups them and those that make tables of it. */

#define CRM__BANDS 64

/* A field and the groups that its values make. */
typedef struct crm__axis {
  crm__segment_field field;
  int banded;             /* the groups are bands, else single values */
  int64_t edges[CRM__BANDS];   /* where the bands after the first begin */
  int32_t edge_count;
  int64_t *values;        /* of the single values, ascending or in key order */
  uint32_t *places;       /* text, key: group by id */
  uint32_t count;         /* groups, that without a value aside, which is the last */
} crm__axis;

typedef struct crm__mix {
  int64_t customers;
  int64_t spend;
} crm__mix;

typedef struct crm__composition {
  crm__fields fields;
  crm__axis by;
  crm__axis across;
  int crossed;
  uint32_t width;         /* columns of cells: 1, or the groups across and that without a value */
  crm__mix *cells;            /* by group and column */
  uint32_t *row;          /* by customer: group, CRM__NONE: no customer */
  uint32_t *column;
} crm__composition;

/* Groups and counts the customers; closed by crm__fields_close whatever it answers. */
crm_status crm__composition_open(crm__composition *all, const crm_store *store, const crm_scope *scope,
                                 const crm_composition_options *options, crm_error *error);

/* Puts the name of a group into a text column: null for that without a value. */
void crm__composition_put_group(const crm__composition *all, const crm__axis *of, uint32_t group, crm_table *table,
                                int32_t column);

/* Puts what a table is into its metadata. */
void crm__composition_describe(const crm__composition *all, crm_table *table, const char *definition);

/* a / b over c / d, in millionths; null where one of the bases is not above 0 or it does not fit. */
void crm__composition_put_index(crm_table *table, int32_t column, int64_t a, int64_t b, int64_t c, int64_t d);

#endif
