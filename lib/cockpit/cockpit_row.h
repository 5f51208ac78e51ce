/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_COCKPIT_ROW_H
#define CRM_COCKPIT_COCKPIT_ROW_H

#include "cockpit/cockpit.h"

#include "table/csv.h"

#define CRM__COCKPIT_COLUMNS 16

/* A row of gauges or rules on its way into a cockpit. */
typedef struct crm__row {
  crm_cockpit *cockpit;
  int32_t what;                /* CRM_COCKPIT_... */
  char mark;                   /* of decimals */
  int64_t number;              /* in the file, from 1 */
  crm__field cells[CRM__COCKPIT_COLUMNS];   /* by the table's columns; of those that the file lacks empty */
  int is_bad;                  /* it was left out */
  int failed;                  /* there is no memory */
} crm__row;

/* Adds the row to the cockpit, or what is wrong with it to the problems. */
void crm__cockpit_row(crm__row *at);
void crm__cockpit_unreadable(crm__row *at);

#endif
