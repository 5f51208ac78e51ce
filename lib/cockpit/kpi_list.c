/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include <string.h>

/* The list of records behind a figure, which grows in the scratch of the work. */

int crm__kpi_list_add(crm__kpi_work *work, int32_t kind, uint32_t id, uint32_t customer, int64_t time, int64_t amount)
{
  crm__kpi_list *list = work->list;
  crm__kpi_record *record;
  if (amount == 0) {
    return 1;
  }
  if (list->count == list->room) {
    uint32_t room = list->room == 0 ? 256 : list->room * 2;
    crm__kpi_record *wider = crm__scope_alloc(work->scope, room, sizeof *wider);
    if (wider == NULL) {
      return 0;
    }
    if (list->count > 0) {
      memcpy(wider, list->records, (size_t)list->count * sizeof *wider);
    }
    list->records = wider;
    list->room = room;
  }
  record = &list->records[list->count++];
  record->amount = amount;
  record->time = time;
  record->id = id;
  record->customer = customer;
  record->kind = kind;
  return 1;
}
