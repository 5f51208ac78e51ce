/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_MIXES_H
#define COCKPIT_MIXES_H

#include "arguments.h"

/* The verbs of what the customers are made up of. */
crm_status mixes_groups(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status mixes_concentration(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
/* By a field, or of the segments of --define. */
crm_status mixes_spending(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

/* Ordinary, vip and corporate customers. */
crm_status mixes_classes(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status mixes_calibration(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status mixes_corporate(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

#endif
