/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/statistics.h"
#include "store/rows.h"

/* Patterns of the books: stock that does not sell, months that change after they are over. */

#define IDLE_DAYS 180
#define RECENT_MONTHS 12
#define LEAST_CHANGE 5000      /* of the month's revenue, in millionths */
#define MOST_DOCUMENTS 250000  /* of the month's orders: more is history that is loaded, not late receipts */

/* ---- dead stock ---- */

typedef struct stock {
  int64_t to;       /* instant of the latest figure, INT64_MIN: none */
  int64_t value;    /* of that, six decimals of whole units */
} stock;

/* The latest stock of each product at or before as-of, of the scope's branches where it has some. */
static void read_stock(const crm__history *all, uint32_t name, stock *stocks)
{
  const crm_store *store = all->scope.store;
  uint32_t rows = crm__rows_count(store, CRM__TABLE_FIGURES);
  uint32_t row;
  for (row = 0; row < rows; row++) {
    uint32_t product = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_PRODUCT, row);
    int64_t to = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_TO, row);
    int64_t value = crm__row_value(store, CRM__TABLE_FIGURES, CRM__FIGURES_VALUE, row);
    uint32_t branch = crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_BRANCH, row);
    if (all->scope.branches != NULL && (branch == CRM__NONE || !all->scope.branches[branch + 1U])) {
      continue;
    }
    if (!crm__row_live(store, CRM__TABLE_FIGURES, row) || product == CRM__NONE || to > all->scope.as_of ||
        crm__row_id(store, CRM__TABLE_FIGURES, CRM__FIGURES_NAME, row) != name) {
      continue;
    }
    if (to > stocks[product].to) {
      stocks[product].to = to;
      stocks[product].value = value;
    } else if (to == stocks[product].to) {
      stocks[product].value += value;   /* of several branches */
    }
  }
}

crm_status crm__find_dead_stock(const crm__history *history, crm__found *found, crm_error *error)
{
  const crm_store *store = history->scope.store;
  uint32_t name = crm__row_find(store, CRM__TABLE_FIGURES, CRM__FIGURES_NAME, "inventory");
  stock *stocks;
  uint32_t i;
  if (name == CRM__NONE || history->scope.segment != NULL) {   /* what some customers do not buy others may */
    return CRM_OK;
  }
  stocks = crm__scope_alloc(found->scope, history->products, sizeof *stocks);
  if (stocks == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < history->products; i++) {
    stocks[i].to = INT64_MIN;
    stocks[i].value = 0;
  }
  read_stock(history, name, stocks);
  for (i = 0; i < history->products; i++) {
    crm__finding item = { CRM__FOUND_DEAD_STOCK, INT32_MIN, { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
    int64_t idle = (int64_t)history->scope.as_of_day - history->product[i].last;
    if (stocks[i].value <= 0 || history->product[i].last == INT32_MIN || idle < IDLE_DAYS) {
      continue;
    }
    item.subject = crm__product_key(store, i);
    item.values[0] = idle;
    (void)crm__decimal_rescale(stocks[i].value, 6, crm_store_digits(store), &item.values[1], NULL);
    item.strength = idle * 100 / IDLE_DAYS;
    item.n = 1;
    crm__found_add(found, &item);
  }
  return CRM_OK;
}

/* ---- months reopened ---- */

/* What came late is kept of the whole store, so of a part of it nothing can be said. */
void crm__find_reopened(const crm__history *history, crm__found *found)
{
  int32_t m;
  if (history->scope.segment != NULL || history->scope.branches != NULL) {
    return;
  }
  for (m = CRM__HISTORY_MONTHS - RECENT_MONTHS; m < CRM__HISTORY_MONTHS; m++) {
    crm__finding item = { CRM__FOUND_REOPENED_MONTH, history->starts[m], { NULL, 1, 0 }, 0, 0, { 0, 0, 0 } };
    int64_t revenue = history->revenue[m];
    if (revenue <= 0 || history->orders[m] <= 0 ||
        !crm__reopened_month(history->scope.store, history->starts[m], &item.values[0], &item.values[1]) ||
        crm__ratio(item.values[0], history->orders[m]) > MOST_DOCUMENTS) {
      continue;
    }
    item.values[2] = crm__ratio(item.values[1] < 0 ? -item.values[1] : item.values[1], revenue);
    item.n = history->orders[m];
    item.strength = item.values[2] * 100 / LEAST_CHANGE;
    if (item.strength >= 100) {
      crm__found_add(found, &item);
    }
  }
}
