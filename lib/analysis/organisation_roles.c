/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/organisation.h"

#include "analysis/population.h"
#include "base/error.h"
#include "store/rows.h"

/* The roles of persons in time, and whom their scopes hold. */

static int64_t time_of(const crm_store *store, int32_t column, uint32_t row)
{
  return crm__row_value(store, CRM__TABLE_ASSIGNMENTS, column, row);
}

static uint32_t id_of(const crm_store *store, int32_t column, uint32_t row)
{
  return crm__row_id(store, CRM__TABLE_ASSIGNMENTS, column, row);
}

/* When a person leaves, INT64_MAX: nobody says. */
static int64_t leaving(const crm_store *store, uint32_t person)
{
  uint32_t row = crm__staff_row(store, person);
  int64_t left = row == CRM__NONE ? INT64_MIN : crm__row_value(store, CRM__TABLE_STAFF, CRM__STAFF_LEFT, row);
  return left == INT64_MIN ? INT64_MAX : left;
}

int crm__staff_left(const crm__scope *scope, uint32_t person)
{
  int64_t left = leaving(scope->store, person);
  return left != INT64_MAX && left <= scope->as_of;
}

/* ---- the index ---- */

static void read_role(const crm_store *store, uint32_t row, int64_t end, crm__role *role)
{
  int64_t to = time_of(store, CRM__ASSIGNMENTS_TO, row);
  role->from = time_of(store, CRM__ASSIGNMENTS_FROM, row);
  role->to = to != INT64_MIN && to < end ? to : end;
  role->role = id_of(store, CRM__ASSIGNMENTS_ROLE, row);
  role->team = id_of(store, CRM__ASSIGNMENTS_TEAM, row);
  role->branch = id_of(store, CRM__ASSIGNMENTS_BRANCH, row);
  role->region = id_of(store, CRM__ASSIGNMENTS_REGION, row);
  role->segment = id_of(store, CRM__ASSIGNMENTS_SEGMENT, row);
  role->spare = 0;
}

/* The roles that a person's rows give, in the order of time; answers their number. */
static uint32_t follow(const crm__scope *scope, const uint32_t *rows, uint32_t count, int64_t left, crm__role *roles,
                       crm__roles *all)
{
  const crm_store *store = scope->store;
  uint32_t used = 0;
  uint32_t at = 0;
  while (at < count && time_of(store, CRM__ASSIGNMENTS_FROM, rows[at]) < scope->as_of) {
    int64_t from = time_of(store, CRM__ASSIGNMENTS_FROM, rows[at]);
    int64_t end;
    uint32_t next = at;
    while (next < count && time_of(store, CRM__ASSIGNMENTS_FROM, rows[next]) == from) {
      next++;
    }
    end = next < count ? time_of(store, CRM__ASSIGNMENTS_FROM, rows[next]) : INT64_MAX;
    for (; at < next; at++) {
      read_role(store, rows[at], left < end ? left : end, &roles[used]);
      all->told = 1;
      all->by_branch |= roles[used].branch != CRM__NONE;
      used += roles[used].to > from;
    }
  }
  return used;
}

/* Of a person without any row of assignments: the team of the row in staff. */
static uint32_t follow_staff(const crm_store *store, uint32_t person, crm__role *role)
{
  uint32_t row = crm__staff_row(store, person);
  if (row == CRM__NONE) {
    return 0;
  }
  role->from = INT64_MIN;
  role->to = leaving(store, person);
  role->role = CRM__NONE;
  role->team = crm__row_id(store, CRM__TABLE_STAFF, CRM__STAFF_TEAM, row);
  role->branch = CRM__NONE;
  role->region = CRM__NONE;
  role->segment = CRM__NONE;
  role->spare = 0;
  return 1;
}

crm_status crm__roles_find(crm__scope *scope, crm__roles *roles, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t names = crm__names(store);
  uint64_t most = crm__rows_live(store, CRM__TABLE_ASSIGNMENTS) + crm__rows_live(store, CRM__TABLE_STAFF);
  uint32_t *starts = crm__scope_alloc(scope, (uint64_t)names + 1, sizeof *starts);
  crm__role *made = crm__scope_alloc(scope, most + 1, sizeof *made);
  crm__scope all = *scope;
  crm__row_index index;
  uint32_t used = 0;
  uint32_t id;
  crm_status status;
  all.as_of = INT64_MAX;
  status = crm__rows_by(&all, CRM__TABLE_ASSIGNMENTS, CRM__ASSIGNMENTS_STAFF, CRM__ASSIGNMENTS_FROM, &index, error);
  if (status != CRM_OK) {
    return status;
  }
  if (starts == NULL || made == NULL) {
    return crm__fail_memory(error);
  }
  roles->told = 0;
  roles->by_branch = 0;
  for (id = 0; id < names; id++) {
    uint32_t count = index.starts[id + 1] - index.starts[id];
    starts[id] = used;
    used += count > 0 ? follow(scope, index.rows + index.starts[id], count, leaving(store, id), made + used, roles)
                      : follow_staff(store, id, made + used);
  }
  starts[names] = used;
  roles->starts = starts;
  roles->roles = made;
  return CRM_OK;
}

const crm__role *crm__role_next(const crm__roles *roles, uint32_t person, int64_t time, const crm__role *after)
{
  uint32_t low;
  uint32_t high;
  uint32_t end;
  if (person == CRM__NONE) {
    return NULL;
  }
  low = roles->starts[person];
  end = high = roles->starts[person + 1];
  while (low < high) {   /* the first role that begins after the instant */
    uint32_t middle = low + (high - low) / 2;
    if (roles->roles[middle].from <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  end = low;
  while (low > roles->starts[person] && roles->roles[low - 1].from == roles->roles[end - 1].from) {
    low--;
  }
  for (; low < end; low++) {
    if (roles->roles[low].to > time && (after == NULL || &roles->roles[low] > after)) {
      return &roles->roles[low];
    }
  }
  return NULL;
}

/* ---- scopes ---- */

crm_status crm__home_branches_find(crm__scope *scope, crm__home_branches *homes, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  crm__scope wide = crm__scope_widened(scope);
  crm__facts *facts = crm__scope_alloc(scope, 1, sizeof *facts);
  uint32_t *last = crm__scope_alloc(scope, customers, sizeof *last);
  int64_t *when = crm__scope_alloc(scope, customers, sizeof *when);
  uint8_t *visited = crm__scope_alloc_zero(scope, crm__branches(store), sizeof *visited);
  const uint32_t *ranks = NULL;
  uint32_t i;
  crm_status status = crm__branch_ranks(scope, &ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  if (facts == NULL || last == NULL || when == NULL || visited == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    last[i] = CRM__NONE;
    when[i] = INT64_MIN;
  }
  wide.branches = NULL;
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &wide)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t branch = crm__document_branch(store, facts->document[i]);
      uint32_t customer = facts->customer[i];
      if (branch == CRM__NONE || (facts->flags[i] & CRM__FACT_OCCASION) == 0) {
        continue;
      }
      visited[branch] = 1;
      if (customer != CRM__NONE &&
          (facts->time[i] > when[customer] ||
           (facts->time[i] == when[customer] && ranks[branch] < ranks[last[customer]]))) {
        when[customer] = facts->time[i];
        last[customer] = branch;
      }
    }
  }
  homes->last = last;
  homes->visited = visited;
  return crm__facts_end(facts, error);
}

int crm__role_holds(const crm__scope *scope, const crm__home_branches *homes, const crm__role *role, uint32_t customer)
{
  const crm_store *store = scope->store;
  uint32_t branch = homes->last[customer];
  return (role->branch == CRM__NONE || branch == CRM__NONE || role->branch == branch) &&
         (role->region == CRM__NONE || role->region == crm__customer_named(store, customer, CRM__CUSTOMERS_REGION)) &&
         (role->segment == CRM__NONE || role->segment == crm__customer_named(store, customer, CRM__CUSTOMERS_SEGMENT));
}
