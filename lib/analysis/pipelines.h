/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_PIPELINES_H
#define CRM_ANALYSIS_PIPELINES_H

#include "store/facts.h"
#include "store/rows.h"

/* Pipelines of the host's own stages, that opportunities or customers go through. */

#define CRM__PIPELINE_STAGES 64    /* most stages of a pipeline */

typedef struct crm__pipeline {
  int32_t count;
  uint32_t names[CRM__PIPELINE_STAGES];       /* of its stages by position, those at the same one by key */
  int64_t positions[CRM__PIPELINE_STAGES];
} crm__pipeline;

/* The pipelines of a store, and who goes through them. */
typedef struct crm__pipelines {
  crm__row_index stages;       /* rows of `pipelines` by pipeline */
  const uint8_t *uses;         /* private; by name */
} crm__pipelines;

/* Lives in the scope's scratch. Errors: MEMORY. */
crm_status crm__pipelines_open(crm__scope *scope, crm__pipelines *pipelines, crm_error *error);

/* Whether there is a stage of a pipeline of that name. */
int crm__pipeline_defined(const crm__pipelines *pipelines, uint32_t name);

/* The stages of one; none where it is not defined. Errors: LIMIT. */
crm_status crm__pipeline_read(const crm_store *store, const crm__pipelines *pipelines, uint32_t name,
                              crm__pipeline *pipeline, crm_error *error);

/* Whether a customer has an entry in a stage of it, whenever that is. */
int crm__pipeline_of_customers(const crm_store *store, const crm__pipelines *pipelines, uint32_t name);

/* The same, and no opportunity names the pipeline, stands in one of its stages or has an entry in one. */
int crm__pipeline_of_customers_alone(const crm_store *store, const crm__pipelines *pipelines, uint32_t name);

/* All names in key order, be they of a pipeline or not; of the scope's scratch. */
crm_status crm__names_by_key(crm__scope *scope, const uint32_t **names, uint32_t *count, crm_error *error);

#endif
