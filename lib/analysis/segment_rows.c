/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_fields.h"

#include "base/error.h"
#include "store/rows.h"

/* What expressions ask of opportunities and interactions. */

crm_status crm__fields_count_open(crm__fields *fields, crm_error *error)
{
  crm__scope *scope = &fields->scope;
  uint32_t rows = crm__rows_count(scope->store, CRM__TABLE_OPPORTUNITIES);
  uint32_t row;
  fields->open = crm__scope_alloc_zero(scope, crm__customers(scope->store), sizeof *fields->open);
  if (fields->open == NULL) {
    return crm__fail_memory(error);
  }
  for (row = 0; row < rows; row++) {
    if (crm__row_exists(scope, CRM__TABLE_OPPORTUNITIES, row) &&
        crm__opportunity_outcome(scope->store, row, scope->as_of) == CRM__OUTCOME_OPEN) {
      uint32_t id = crm__row_customer(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, row);
      if (id != CRM__NONE) {
        fields->open[id]++;
      }
    }
  }
  return CRM_OK;
}

crm_status crm__fields_find_contacts(crm__fields *fields, crm_error *error)
{
  crm__scope *scope = &fields->scope;
  uint32_t customers = crm__customers(scope->store);
  uint32_t rows = crm__rows_count(scope->store, CRM__TABLE_INTERACTIONS);
  uint32_t i;
  fields->contacts = crm__scope_alloc(scope, customers, sizeof *fields->contacts);
  if (fields->contacts == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    fields->contacts[i] = INT32_MIN;
  }
  for (i = 0; i < rows; i++) {
    if (crm__row_exists(scope, CRM__TABLE_INTERACTIONS, i)) {
      uint32_t id = crm__row_customer(scope, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, i);
      int32_t day = crm__business_day(crm__row_value(scope->store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_TIME, i),
                                      scope->day_start);
      if (id != CRM__NONE && day > fields->contacts[id]) {
        fields->contacts[id] = day;
      }
    }
  }
  return CRM_OK;
}
