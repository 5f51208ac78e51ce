/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/error.h"
#include "store/rows.h"

#include <string.h>

/* Groups come up as facts name them; what is kept by group grows with them. */

static uint64_t sums_of(const crm__kpi_work *work)
{
  return (uint64_t)work->segments * CRM__BASE_DOCUMENT;
}

static int widen(crm__kpi_work *work, int64_t **array, uint64_t each, uint32_t room)
{
  int64_t *wider = crm__scope_alloc_zero(work->scope, each * room, sizeof *wider);
  if (wider == NULL) {
    return 0;
  }
  if (*array != NULL) {
    memcpy(wider, *array, (size_t)(each * work->groups) * sizeof *wider);
  }
  *array = wider;
  return 1;
}

static int grow(crm__kpi_work *work, uint32_t room)
{
  uint32_t *ids = crm__scope_alloc(work->scope, room, sizeof *ids);
  if (ids == NULL || !widen(work, &work->sums, sums_of(work), room) || !widen(work, &work->firsts, CRM__NEEDS, room)) {
    return 0;
  }
  if (work->groups > 0) {
    memcpy(ids, work->group_ids, (size_t)work->groups * sizeof *ids);
  }
  work->group_ids = ids;
  work->group_room = room;
  return 1;
}

static uint32_t add_group(crm__kpi_work *work, uint32_t id)
{
  uint32_t group = work->groups;
  uint32_t i;
  if (group == work->group_room && !grow(work, group == 0 ? 1 : group < 8 ? 16 : group * 2)) {
    return CRM__NONE;
  }
  work->group_ids[group] = id;
  for (i = 0; i < CRM__NEEDS; i++) {
    work->firsts[(uint64_t)group * CRM__NEEDS + i] = INT64_MAX;
  }
  work->groups++;
  return group;
}

crm_status crm__kpi_groups_open(crm__kpi_work *work, int32_t by, crm_error *error)
{
  uint32_t ids = by == CRM_KPI_TOGETHER   ? 0
                 : by == CRM_KPI_BY_BRANCH ? crm__branches(work->scope->store)
                                           : crm__names(work->scope->store);
  work->by = by;
  work->group_of = crm__scope_alloc_zero(work->scope, ids, sizeof *work->group_of);
  if (by == CRM_KPI_BY_TEAM || by == CRM_KPI_BY_ROLE) {
    crm_status status = crm__roles_find(work->scope, &work->roles, error);
    if (status != CRM_OK) {
      return status;
    }
  }
  return work->group_of == NULL || add_group(work, CRM__NONE) == CRM__NONE ? crm__fail_memory(error) : CRM_OK;
}

uint32_t crm__kpi_group(crm__kpi_work *work, uint32_t id)
{
  if (id == CRM__NONE) {
    return 0;
  }
  if (work->group_of[id] == 0) {
    uint32_t group = add_group(work, id);
    if (group == CRM__NONE) {
      return CRM__NONE;
    }
    work->group_of[id] = group;
  }
  return work->group_of[id];
}

crm__key crm__kpi_group_key(const crm__kpi_work *work, uint32_t group)
{
  uint32_t id = work->group_ids[group];
  return work->by == CRM_KPI_BY_BRANCH ? crm__branch_key(work->scope->store, id)
                                       : crm__name_key(work->scope->store, id);
}

uint32_t crm__kpi_person(const crm__kpi_work *work, uint32_t person, int64_t time)
{
  const crm__role *role;
  if (work->by == CRM_KPI_BY_STAFF) {
    return person;
  }
  if (work->by != CRM_KPI_BY_TEAM && work->by != CRM_KPI_BY_ROLE) {
    return CRM__NONE;
  }
  role = crm__role_at(&work->roles, person, time);
  return role == NULL ? CRM__NONE : work->by == CRM_KPI_BY_TEAM ? role->team : role->role;
}
