/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"

#include "base/error.h"
#include "store/rows.h"
#include "table/build.h"

crm_status crm__customers_by_key(crm__scope *scope, const uint32_t **ids, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  const uint32_t *ranks;
  uint32_t *sorted;
  uint32_t id;
  crm_status status = crm__customer_ranks(scope, &ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  sorted = crm__scope_alloc(scope, customers, sizeof *sorted);
  if (sorted == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    sorted[ranks[id]] = id;
  }
  *ids = sorted;
  return CRM_OK;
}

crm__scope crm__scope_widened(const crm__scope *scope)
{
  crm__scope wide = *scope;
  wide.from = INT64_MIN;
  wide.to = scope->as_of;
  return wide;
}

int crm__customer_is_there(const crm__scope *scope, const crm__measures *measures, uint32_t customer)
{
  return crm__customer_counts(scope, customer) &&
         ((measures != NULL && (crm__measure_at(measures, customer)->flags & CRM__SEEN_EVER) != 0) ||
          crm__customer_acquaintance(scope, customer) != CRM__ABSENT);
}

void crm__put_named(crm_table *table, int32_t column, const crm_store *store, uint32_t name)
{
  if (name == CRM__NONE) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put_key(table, column, crm__name_key(store, name));
  }
}
