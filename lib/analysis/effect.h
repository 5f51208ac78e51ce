/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_EFFECT_H
#define CRM_ANALYSIS_EFFECT_H

#include "analysis/segment_fields.h"

#include "base/wide.h"

#include <crm/effect.h>

/* A programme's effect between the file that gathers it and the one that makes tables of it. */

enum { CRM__EFFECT_TREATED, CRM__EFFECT_CONTROL, CRM__EFFECT_GROUPS };

/* What became of a customer of a group. */
enum { CRM__EFFECT_USED, CRM__EFFECT_UNMATCHED, CRM__EFFECT_FEW, CRM__EFFECT_NEW, CRM__EFFECT_BOTH,
       CRM__EFFECT_OUTSIDE, CRM__EFFECT_REASONS };

typedef struct crm__effect_sum {
  int64_t customers;
  int64_t before;
  int64_t after;
  crm__wide squares;     /* of the changes */
} crm__effect_sum;

typedef struct crm__effect_stratum {
  uint32_t customer;     /* one that is in it: its values are the stratum's */
  int32_t status;        /* CRM__EFFECT_USED, UNMATCHED or FEW */
  crm__effect_sum groups[CRM__EFFECT_GROUPS];
} crm__effect_stratum;

typedef struct crm__effect {
  crm__scope scope;
  crm__fields fields;           /* as of the date; opened where there are fields to match by */
  int opened;                   /* the scope is */
  crm__segment_field match[CRM_EFFECT_FIELDS];
  int32_t match_count;
  const char *match_text;
  int32_t measure;
  int32_t least_cases;
  int32_t first_day;            /* the date's business day */
  int32_t days;                 /* of a window */
  int64_t *values[CRM_EFFECT_FIELDS];    /* by customer */
  uint8_t *group;               /* by customer: CRM__EFFECT_TREATED or CONTROL, CRM__EFFECT_GROUPS: none */
  uint8_t *reason;              /* by customer of a group; USED where it takes part in strata */
  int64_t *before;              /* by customer: the measure in the two windows */
  int64_t *after;
  crm__effect_stratum *strata;  /* in order */
  uint32_t stratum_count;
  crm__effect_sum coverage[CRM__EFFECT_GROUPS][CRM__EFFECT_REASONS];
} crm__effect;

/* Gathers both groups and their strata; closed by crm__effect_close whatever it answers. */
crm_status crm__effect_open(crm__effect *all, const crm_store *store, const crm_scope *scope,
                            const crm_effect_options *options, crm_error *error);
void crm__effect_close(crm__effect *all);

#endif
