/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "analysis/population.h"
#include "base/error.h"
#include "base/sort.h"
#include "store/rows.h"

/* Customers' accounts: what was invoiced and paid in each window, what is owed and overdue at its end. An entry that
 * bears the number of an invoice of the same customer settles that invoice; what else is paid settles what is due. */

#define NONE INT64_MIN

typedef struct entry {
  int64_t time;
  int64_t due;          /* INT64_MAX: not an invoice, or never */
  int64_t amount;
  int32_t kind;         /* CRM__PAYMENT_... */
  uint32_t customer;
  uint32_t row;
} entry;

typedef struct books {
  crm__kpi_work *work;
  entry *entries;
  uint32_t *order;      /* by customer, then document */
  uint64_t *keys;       /* theirs, in that order */
  uint32_t count;
} books;

/* What one customer owes at an instant. */
typedef struct account {
  int64_t owed;
  int64_t late;         /* on invoices that are due and not settled by number */
  int64_t pool;         /* paid without the number of an invoice, or more than it asked for */
} account;

static int take_entry(const books *all, uint32_t row, entry *of)
{
  const crm__scope *scope = all->work->scope;
  if (!crm__row_exists(scope, CRM__TABLE_PAYMENTS, row)) {
    return 0;
  }
  of->row = row;
  of->customer = crm__row_customer(scope, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_CUSTOMER, row);
  of->kind = crm__row_word(scope->store, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_KIND, row);
  of->time = crm__row_value(scope->store, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_TIME, row);
  of->due = crm__row_value(scope->store, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_DUE, row);
  of->due = of->kind != CRM__PAYMENT_INVOICE || of->due == NONE ? INT64_MAX : of->due;
  of->amount = crm__row_value(scope->store, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_AMOUNT, row);
  return of->customer != CRM__NONE && of->amount != NONE && crm__customer_counts(scope, of->customer);
}

static crm_status take_entries(books *all, crm_error *error)
{
  crm__scope *scope = all->work->scope;
  uint32_t rows = crm__rows_count(scope->store, CRM__TABLE_PAYMENTS);
  uint64_t *spare_keys = crm__scope_alloc(scope, rows, sizeof *spare_keys);
  uint32_t *spare = crm__scope_alloc(scope, rows, sizeof *spare);
  uint32_t row;
  all->entries = crm__scope_alloc(scope, (uint64_t)rows + 1U, sizeof *all->entries);
  all->order = crm__scope_alloc(scope, rows, sizeof *all->order);
  all->keys = crm__scope_alloc(scope, rows, sizeof *all->keys);
  if (spare_keys == NULL || spare == NULL || all->entries == NULL || all->order == NULL || all->keys == NULL) {
    return crm__fail_memory(error);
  }
  for (row = 0; row < rows; row++) {
    entry *of = &all->entries[all->count];
    if (take_entry(all, row, of)) {
      all->keys[all->count] = (uint64_t)of->customer << 32 |
                              crm__row_id(scope->store, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_DOCUMENT, row);
      all->order[all->count] = all->count;
      all->count++;
      crm__kpi_note(all->work, 0, CRM__NEEDS_PAYMENT, of->time);
    }
  }
  crm__radix_sort(all->keys, all->order, spare_keys, spare, all->count);
  return CRM_OK;
}

/* One customer's entries under one number, from k on; answers where the next number begins. What is due on the last
 * day before the instant is not late yet: late is what was due before today. */
static uint32_t settle(const books *all, uint32_t k, int64_t instant, int64_t today, account *of)
{
  uint64_t key = all->keys[k];
  int64_t invoiced = 0;
  int64_t due = 0;
  int64_t settled = 0;
  for (; k < all->count && all->keys[k] == key; k++) {
    const entry *at = &all->entries[all->order[k]];
    if (at->time >= instant) {
      continue;
    }
    if (at->kind == CRM__PAYMENT_INVOICE) {
      invoiced += at->amount;
      due += at->due < today ? at->amount : 0;
    } else {
      settled += at->amount;
    }
  }
  of->owed += invoiced - settled;
  of->late += due > settled ? due - settled : 0;
  of->pool += settled > invoiced ? settled - invoiced : 0;
  return k;
}

static void add_account(const account *of, int64_t *cells)
{
  cells[CRM__BASE_RECEIVABLE] += of->owed;
  cells[CRM__BASE_OVERDUE] += of->late > of->pool ? of->late - of->pool : 0;
  cells[CRM__BASE_DEBTORS] += of->owed > 0;
}

/* Customers are put on the list where one is asked for. 0: no memory for it. */
static int sum_levels(const books *all, int64_t instant, int64_t *cells, int listed)
{
  int64_t today = crm__day_instant(all->work->scope, crm__day_before(all->work->scope, instant));
  uint32_t k = 0;
  while (k < all->count) {
    uint64_t customer = all->keys[k] >> 32;
    account of = {0, 0, 0};
    while (k < all->count && all->keys[k] >> 32 == customer) {
      k = settle(all, k, instant, today, &of);
    }
    add_account(&of, cells);
    if (listed) {
      int64_t own[CRM__BASES] = {0};
      add_account(&of, own);
      if (!crm__kpi_list_add(all->work, CRM__KPI_CUSTOMER, (uint32_t)customer, (uint32_t)customer, INT64_MIN,
                             own[all->work->list->base])) {
        return 0;
      }
    }
  }
  return 1;
}

static void add_entry(const entry *of, int64_t *cells)
{
  if (of->kind == CRM__PAYMENT_INVOICE) {
    cells[CRM__BASE_INVOICED] += of->amount;
    cells[CRM__BASE_INVOICES]++;
  } else if (of->kind == CRM__PAYMENT_PAYMENT) {
    cells[CRM__BASE_COLLECTED] += of->amount;
    cells[CRM__BASE_PAYMENTS]++;
  }
}

static int sum_flows(const books *all, const crm__kpi_window *window, int64_t *cells, int listed)
{
  uint32_t k;
  for (k = 0; k < all->count; k++) {
    const entry *of = &all->entries[k];
    if (of->time < window->from || of->time >= window->to) {
      continue;
    }
    add_entry(of, cells);
    if (listed) {
      int64_t own[CRM__BASES] = {0};
      add_entry(of, own);
      if (!crm__kpi_list_add(all->work, CRM__KPI_ENTRY, of->row, of->customer, of->time,
                             own[all->work->list->base])) {
        return 0;
      }
    }
  }
  return 1;
}

crm_status crm__kpi_sum_accounts(crm__kpi_work *work, crm_error *error)
{
  books all = {NULL, NULL, NULL, NULL, 0};
  crm_status status;
  int32_t w;
  if (!work->by_account || work->scope->branches != NULL) {
    return CRM_OK;
  }
  all.work = work;
  status = take_entries(&all, error);
  for (w = 0; status == CRM_OK && w < work->windows.count; w++) {
    const crm__kpi_window *window = &work->windows.windows[w];
    int64_t *cells = crm__kpi_cell(work, 0, w, 0);
    int32_t listed = work->list != NULL && work->list->window == w ? work->list->base : CRM__BASE_NONE;
    int flow = listed >= CRM__BASE_INVOICED && listed <= CRM__BASE_PAYMENTS;
    int level = listed >= CRM__BASE_RECEIVABLE && listed <= CRM__BASE_DEBTORS;
    if (!sum_flows(&all, window, cells, flow) || !sum_levels(&all, window->to, cells, level)) {
      return crm__fail_memory(error);
    }
  }
  return status;
}
