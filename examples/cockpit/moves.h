/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_MOVES_H
#define COCKPIT_MOVES_H

#include "arguments.h"

/* The verbs of the pyramid in motion. */
crm_status moves_matrix(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status moves_movements(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status moves_rates(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status moves_cultivation(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status moves_members(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

#endif
