/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"
#include "store/identity.h"
#include "store/rows.h"

/* Who belongs to whom as of an instant, and so which customers are one account. */

/* The parent that the last of a customer's rows gives that begins before as-of, CRM__NONE: it has ended. */
static uint32_t parent_of(const crm__scope *scope, uint32_t customer, const uint32_t *rows, uint32_t count)
{
  const crm_store *store = scope->store;
  uint32_t speaks = 0;
  uint32_t at = 0;
  int64_t to;
  while (at < count) {
    speaks = crm__row_speaks(store, CRM__TABLE_PARENTS, CRM__PARENTS_FROM, customer, rows, at, count, &at);
  }
  to = crm__row_value(store, CRM__TABLE_PARENTS, CRM__PARENTS_TO, rows[speaks]);
  return to == INT64_MIN || to >= scope->as_of
           ? crm__row_id(store, CRM__TABLE_PARENTS, CRM__PARENTS_PARENT, rows[speaks])
           : CRM__NONE;
}

/* Customers of whom rows of `parents` tell have no other parent, before the first of them either. */
static crm_status take_history(crm__scope *scope, uint32_t *parents, crm_error *error)
{
  crm__scope each = *scope;
  crm__row_index told;
  crm__row_index all;
  uint32_t id;
  crm_status status;
  if (crm__rows_live(scope->store, CRM__TABLE_PARENTS) == 0) {
    return CRM_OK;
  }
  each.accounts = NULL;
  status = crm__rows_by(&each, CRM__TABLE_PARENTS, CRM__PARENTS_CUSTOMER, CRM__PARENTS_FROM, &told, error);
  if (status == CRM_OK) {
    each.as_of = INT64_MAX;
    status = crm__rows_by(&each, CRM__TABLE_PARENTS, CRM__PARENTS_CUSTOMER, CRM__PARENTS_FROM, &all, error);
  }
  for (id = 0; status == CRM_OK && id < crm__customers(scope->store) && id < all.ids; id++) {
    uint32_t count = told.starts[id + 1] - told.starts[id];
    if (all.starts[id + 1] > all.starts[id]) {
      parents[id] = count == 0 ? CRM__NONE : parent_of(scope, id, told.rows + told.starts[id], count);
    }
  }
  return status;
}

crm_status crm__accounts_find(crm__scope *scope, const uint32_t **parents, const uint32_t **accounts,
                              crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  uint32_t *above = crm__scope_alloc(scope, customers, sizeof *above);
  uint32_t *marks = crm__scope_alloc_zero(scope, customers, sizeof *marks);
  uint32_t *found = crm__scope_alloc(scope, customers, sizeof *found);
  uint32_t i;
  crm_status status;
  if (above == NULL || marks == NULL || found == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    above[i] = crm__customer_parent(store, i);
  }
  status = take_history(scope, above, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__roots_find(&store->customers, above, customers, marks, found);
  if (parents != NULL) {
    *parents = above;
  }
  *accounts = found;
  return CRM_OK;
}

uint32_t crm__scope_find(const crm__scope *scope, const char *key)
{
  return crm__scope_customer(scope, crm__customer_find(scope->store, key));
}
