/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/pipelines.h"

#include "base/error.h"

enum { BY_CUSTOMER = 1, BY_OPPORTUNITY = 2, AS_PIPELINE = 4 };

static void note(uint8_t *uses, uint32_t name, int use)
{
  if (name != CRM__NONE) {
    uses[name] = (uint8_t)(uses[name] | use);
  }
}

crm_status crm__pipelines_open(crm__scope *scope, crm__pipelines *pipelines, crm_error *error)
{
  const crm_store *store = scope->store;
  uint8_t *uses = crm__scope_alloc_zero(scope, crm__names(store), sizeof *uses);
  uint32_t row;
  if (uses == NULL) {
    return crm__fail_memory(error);
  }
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_STAGES); row++) {
    if (crm__row_live(store, CRM__TABLE_STAGES, row)) {
      int of_customer = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, row) != CRM__NONE;
      note(uses, crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, row),
           of_customer ? BY_CUSTOMER : BY_OPPORTUNITY);
    }
  }
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_OPPORTUNITIES); row++) {
    if (crm__row_live(store, CRM__TABLE_OPPORTUNITIES, row)) {
      note(uses, crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_STAGE, row), BY_OPPORTUNITY);
      note(uses, crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_PIPELINE, row), AS_PIPELINE);
    }
  }
  pipelines->uses = uses;
  return crm__rows_by(scope, CRM__TABLE_PIPELINES, CRM__PIPELINES_PIPELINE, -1, &pipelines->stages, error);
}

int crm__pipeline_defined(const crm__pipelines *pipelines, uint32_t name)
{
  return name < pipelines->stages.ids && pipelines->stages.starts[name] < pipelines->stages.starts[name + 1U];
}

/* All that its stages are used for. */
static int uses_of(const crm_store *store, const crm__pipelines *pipelines, uint32_t name)
{
  int uses = 0;
  uint32_t i = crm__pipeline_defined(pipelines, name) ? pipelines->stages.starts[name] : 0;
  uint32_t end = crm__pipeline_defined(pipelines, name) ? pipelines->stages.starts[name + 1U] : 0;
  for (; i < end; i++) {
    uses |= pipelines->uses[crm__row_id(store, CRM__TABLE_PIPELINES, CRM__PIPELINES_STAGE, pipelines->stages.rows[i])];
  }
  return uses & (BY_CUSTOMER | BY_OPPORTUNITY);
}

int crm__pipeline_of_customers(const crm_store *store, const crm__pipelines *pipelines, uint32_t name)
{
  return (uses_of(store, pipelines, name) & BY_CUSTOMER) != 0;
}

int crm__pipeline_of_customers_alone(const crm_store *store, const crm__pipelines *pipelines, uint32_t name)
{
  return !(pipelines->uses[name] & AS_PIPELINE) && uses_of(store, pipelines, name) == BY_CUSTOMER;
}

static int comes_before(const crm_store *store, const crm__pipeline *pipeline, int32_t place, uint32_t name,
                        int64_t position)
{
  return pipeline->positions[place] != position
           ? pipeline->positions[place] < position
           : crm__key_compare(crm__name_key(store, pipeline->names[place]), crm__name_key(store, name)) <= 0;
}

/* There are few. */
crm_status crm__pipeline_read(const crm_store *store, const crm__pipelines *pipelines, uint32_t name,
                              crm__pipeline *pipeline, crm_error *error)
{
  uint32_t i = crm__pipeline_defined(pipelines, name) ? pipelines->stages.starts[name] : 0;
  uint32_t end = crm__pipeline_defined(pipelines, name) ? pipelines->stages.starts[name + 1U] : 0;
  pipeline->count = 0;
  if (end - i > CRM__PIPELINE_STAGES) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, "pipelines", "stage", 0, -1, "a pipeline has more than %d stages",
                        CRM__PIPELINE_STAGES);
  }
  for (; i < end; i++) {
    uint32_t row = pipelines->stages.rows[i];
    uint32_t stage = crm__row_id(store, CRM__TABLE_PIPELINES, CRM__PIPELINES_STAGE, row);
    int64_t position = crm__row_value(store, CRM__TABLE_PIPELINES, CRM__PIPELINES_POSITION, row);
    int32_t place = pipeline->count++;
    for (; place > 0 && !comes_before(store, pipeline, place - 1, stage, position); place--) {
      pipeline->names[place] = pipeline->names[place - 1];
      pipeline->positions[place] = pipeline->positions[place - 1];
    }
    pipeline->names[place] = stage;
    pipeline->positions[place] = position;
  }
  return CRM_OK;
}

crm_status crm__names_by_key(crm__scope *scope, const uint32_t **names, uint32_t *count, crm_error *error)
{
  uint32_t all = crm__names(scope->store);
  const uint32_t *ranks;
  uint32_t *sorted = crm__scope_alloc(scope, all, sizeof *sorted);
  uint32_t i;
  crm_status status = crm__row_ranks(scope, CRM__TABLE_PIPELINES, CRM__PIPELINES_PIPELINE, &ranks, error);
  if (status == CRM_OK && sorted == NULL) {
    status = crm__fail_memory(error);
  }
  for (i = 0; status == CRM_OK && i < all; i++) {
    sorted[ranks[i]] = i;
  }
  *names = sorted;
  *count = all;
  return status;
}
