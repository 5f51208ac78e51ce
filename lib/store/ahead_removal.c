/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/ahead.h"

#include "store/commit.h"
#include "store/erase.h"
#include "store/rows.h"

/* What erasing and forgetting will leave. */

static int note_chosen(crm__ahead *ahead, const crm_store *store, const uint8_t *chosen)
{
  uint32_t id;
  for (id = 0; id < store->customers.count; id++) {
    if (chosen[id] && crm__ahead_customer_of(ahead, store, id) == NULL) {
      return 0;
    }
  }
  return 1;
}

/* The facts stay, and whose they are; that the chosen are known by other keys is a change of them all the same. */
int crm__ahead_erase(crm_store *store, const uint8_t *chosen, crm__ahead *ahead)
{
  crm__ahead_begin(ahead, store);
  ahead->version++;
  crm__ahead_end(ahead, store);
  return note_chosen(ahead, store, chosen);
}

static void leave_documents(crm__ahead *ahead, const crm_store *store, const uint8_t *chosen)
{
  const crm__documents *documents = &store->documents;
  uint64_t i;
  for (i = 0; i < store->document_count; i++) {
    uint32_t customer = crm__column_u32(&documents->customer, i);
    if ((crm__column_u8(&documents->flags, i) & CRM__DOCUMENT_LIVE) && customer != CRM__NONE && chosen[customer]) {
      ahead->documents--;
      ahead->lines -= crm__column_u32(&documents->lines, i);
    }
  }
  crm__time_span(store, chosen, &ahead->earliest, &ahead->latest);
}

static int leave_rows(crm__ahead *ahead, const crm_store *store, const uint8_t *chosen, int32_t table)
{
  uint64_t count = store->dimensions[table].present.length;
  uint8_t *without = crm__alloc_array_zero(ahead->memory, count, 1);
  uint32_t row;
  if (without == NULL) {
    return 0;
  }
  for (row = 0; row < count; row++) {
    without[row] = (uint8_t)(crm__row_live(store, table, row) && crm__row_is_of(store, table, row, chosen));
  }
  ahead->row_latest[table] = crm__rows_latest(store, table, without);
  crm__free_array(ahead->memory, without, count, 1);
  return 1;
}

int crm__ahead_forget(crm_store *store, const uint8_t *chosen, crm__ahead *ahead)
{
  int32_t table;
  uint64_t i;
  int done;
  crm__ahead_begin(ahead, store);
  done = note_chosen(ahead, store, chosen);
  for (i = 0; done && i < ahead->count; i++) {
    crm__ahead_customer *of = &ahead->customers[i];
    crm__profile_empty(&of->measure, &of->profile);
    of->row = 0;
    of->met = 0;
  }
  leave_documents(ahead, store, chosen);
  for (table = 0; done && table < CRM__TABLES; table++) {
    done = table == CRM__TABLE_SALES || leave_rows(ahead, store, chosen, table);
  }
  ahead->version++;
  crm__ahead_end(ahead, store);
  return done;
}
