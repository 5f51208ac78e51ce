/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_OWNERSHIP_LEDGER_H
#define CRM_ANALYSIS_OWNERSHIP_LEDGER_H

#include "analysis/organisation.h"
#include "analysis/ownership.h"
#include "table/build.h"

/* What owners, or the teams or roles that they had at the time, have and have done. */

#define CRM__LEDGER_OWNERS 0
#define CRM__LEDGER_TEAMS 1
#define CRM__LEDGER_ROLES 2

typedef struct crm__account {
  int64_t customers;
  int64_t orders;
  int64_t revenue;
  int64_t won;
  int64_t lost;
  int64_t won_amount;
  int64_t open;
  int64_t open_amount;
  int32_t touched;
} crm__account;

typedef struct crm__ledger {
  crm__scope *scope;
  crm__owners owners;
  crm__roles roles;
  int32_t by;               /* CRM__LEDGER_... */
  uint32_t nobody;
  crm__account *accounts;   /* by name id, nobody's behind them; of the scope's scratch */
} crm__ledger;

/* Credits all that there is. */
crm_status crm__ledger_fill(crm__ledger *ledger, crm__scope *scope, int32_t by, crm_error *error);

/* The eight columns of an account, from `first` on: customers, orders, revenue, won, lost, won_amount, open,
 * open_amount. */
#define CRM__ACCOUNT_COLUMNS 8

void crm__account_columns(const crm_store *store, crm__table_column *columns);
void crm__account_put(const crm__account *account, crm_table *table, int32_t first);

/* The name ids in the order of their keys, nobody's place behind them; of the scope's scratch. */
crm_status crm__ledger_order(const crm__ledger *ledger, const uint32_t **order, crm_error *error);

#endif
