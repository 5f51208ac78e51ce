/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_RFM_RULES_H
#define CRM_ANALYSIS_RFM_RULES_H

#include <crm/rfm.h>

/* How scores are given, for who gives them one by one. */

#define CRM__SCORES 5

enum { CRM__RECENCY, CRM__FREQUENCY, CRM__MONETARY, CRM__AXES };

typedef struct crm__rfm_rules {
  int32_t ties;
  int own[CRM__AXES];                          /* the edges are the caller's */
  int64_t edges[CRM__AXES][CRM__SCORES - 1];   /* score s + 1 from edges[s - 1] on; of recency the days, negative */
} crm__rfm_rules;

/* Options may be NULL. Errors: ARGUMENT. */
crm_status crm__rfm_rules_read(crm__rfm_rules *rules, const crm_rfm_options *options, crm_error *error);

#define CRM__RFM_NAMES 25

/* The segments that a grid knows, CRM__RFM_NAMES at most, from best to worst. Errors: ARGUMENT. */
crm_status crm__rfm_names(const crm_rfm_options *options, const char **names, int32_t *count, crm_error *error);

#endif
