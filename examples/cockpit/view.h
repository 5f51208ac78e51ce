/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_VIEW_H
#define COCKPIT_VIEW_H

#include "arguments.h"
#include "page.h"

/* The verb view: everything about one customer. */

/* The tables, as --part names them; 0: all, of which CSV and JSON take the profile. */
#define VIEW_PARTS \
  "all|profile|life|customer|keys|documents|opportunities|stages|interactions|payments|ownership|" \
  "changes"

/* Refuses what it cannot do without. */
int view_check(const arguments *args);

crm_status view_part(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

/* All of them as a page. */
crm_status view_draw(page *out, const arguments *args, const crm_store *store, crm_error *error);

#endif
