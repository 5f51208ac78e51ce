/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_OWNERS_H
#define COCKPIT_OWNERS_H

#include "arguments.h"

/* Verbs about those who look after customers, and about who is one customer. */
crm_status owners_history(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_all(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_summary(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_handovers(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_moved(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_organisation(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_assignments(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_teams(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_roles(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_gaps(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_sites(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status owners_aliases(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

#endif
