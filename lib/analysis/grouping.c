/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/grouping.h"
#include "analysis/ownership.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/rows.h"

#include <string.h>

static crm_status find_column(const char *by, int32_t *column, crm_error *error)
{
  const crm__schema_table *table = crm__schema(CRM__TABLE_CUSTOMERS);
  int32_t i;
  *column = -1;
  for (i = 0; by != NULL && i < table->count - 2; i++) {   /* source and version say nothing about a customer */
    if (table->columns[i].cell == CRM__CELL_NAME && strcmp(table->columns[i].name, by) == 0) {
      *column = i;
    }
  }
  if (by != NULL && *column < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "by", 0, -1, "there is no such column of names of customers");
  }
  return CRM_OK;
}

static int compare_groups(const void *context, uint32_t a, uint32_t b)
{
  const uint32_t *groups = context;
  return groups[a] < groups[b] ? -1 : groups[a] > groups[b] ? 1 : a < b ? -1 : a > b;
}

crm_status crm__grouping_make(crm__scope *scope, const char *by, crm__grouping *grouping, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  uint32_t *order = crm__scope_alloc(scope, (uint64_t)customers * 2U, sizeof *order);
  uint32_t *groups = crm__scope_alloc(scope, customers, sizeof *groups);
  uint32_t *names = crm__scope_alloc(scope, customers, sizeof *names);
  const uint32_t *ranks = NULL;
  const uint32_t *owners = NULL;
  uint32_t id;
  crm_status status = find_column(by, &grouping->column, error);
  if (status == CRM_OK && (order == NULL || groups == NULL || names == NULL)) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK && grouping->column >= 0) {
    status = crm__row_ranks(scope, CRM__TABLE_CUSTOMERS, grouping->column, &ranks, error);
  }
  if (status == CRM_OK && grouping->column == CRM__CUSTOMERS_OWNER) {
    status = crm__owners_now(scope, &owners, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (id = 0; id < customers; id++) {
    names[id] = ranks == NULL    ? CRM__NONE
                : owners != NULL ? owners[id]
                                 : crm__customer_named(scope->store, id, grouping->column);
    groups[id] = names[id] == CRM__NONE ? CRM__NONE : ranks[names[id]];
    order[id] = id;
  }
  if (ranks != NULL) {
    crm__merge_sort(order, order + customers, customers, compare_groups, groups);
  }
  grouping->order = order;
  grouping->groups = groups;
  grouping->names = names;
  return CRM_OK;
}

uint32_t crm__grouping_end(const crm__grouping *grouping, uint32_t customers, uint32_t from)
{
  uint32_t to = from;
  while (to < customers && grouping->groups[grouping->order[to]] == grouping->groups[grouping->order[from]]) {
    to++;
  }
  return to;
}

int64_t crm__grouping_count(const crm__grouping *grouping, uint32_t customers)
{
  int64_t count = 0;
  uint32_t at;
  for (at = 0; grouping->column >= 0 && at < customers; at = crm__grouping_end(grouping, customers, at)) {
    count++;
  }
  return count;
}

const char *crm__grouping_name(const crm__grouping *grouping)
{
  return grouping->column < 0 ? NULL : crm__schema(CRM__TABLE_CUSTOMERS)->columns[grouping->column].name;
}
