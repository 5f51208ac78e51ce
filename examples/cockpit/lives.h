/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_LIVES_H
#define COCKPIT_LIVES_H

#include "arguments.h"

/* The verbs of the customers' life cycle. */
crm_status lives_reasons(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_leaving(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_churn(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_stages(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_members(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_history(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_transitions(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_bucket(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_refill(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status lives_survival(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

#endif
