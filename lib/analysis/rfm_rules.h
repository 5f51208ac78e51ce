/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_RFM_RULES_H
#define CRM_ANALYSIS_RFM_RULES_H

#include <crm/rfm.h>

/* How scores and segments are given, whoever gives them. */

#define CRM__SCORES 5
#define CRM__EDGES 4          /* between the scores */
#define CRM__RFM_NAMES 25     /* most segments: one a cell of R and F */

enum { CRM__RECENCY, CRM__FREQUENCY, CRM__MONETARY, CRM__AXES };

typedef struct crm__rfm_rules {
  int32_t ties;
  int own[CRM__AXES];                      /* the edges are the caller's */
  int64_t edges[CRM__AXES][CRM__EDGES];    /* score s + 1 from edges[s - 1] on; of recency the days, negative */
} crm__rfm_rules;

typedef struct crm__rfm_grid {
  const char *names[CRM__RFM_NAMES];       /* from best to worst */
  int32_t count;
  uint8_t cells[CRM__SCORES * CRM__SCORES];   /* (R - 1) * 5 + F - 1: index into names */
} crm__rfm_grid;

/* Options may be NULL. Errors: ARGUMENT. */
crm_status crm__rfm_read(const crm_rfm_options *options, crm__rfm_rules *rules, crm__rfm_grid *grid, crm_error *error);
crm_status crm__rfm_rules_read(crm__rfm_rules *rules, const crm_rfm_options *options, crm_error *error);

/* The segments that a grid knows, CRM__RFM_NAMES at most, from best to worst. Errors: ARGUMENT. */
crm_status crm__rfm_names(const crm_rfm_options *options, const char **names, int32_t *count, crm_error *error);

#endif
