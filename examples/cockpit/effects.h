/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_EFFECTS_H
#define COCKPIT_EFFECTS_H

#include "arguments.h"

/* The verbs of what a programme has changed. */
#define EFFECT_VERBS "effect strata coverage"

/* Refuses what they cannot do without. */
int effects_check(const arguments *args);

/* --measure says what has changed; tiers are of spend, whatever it is. */
void effects_settle(arguments *args);

crm_status effects_uplift(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status effects_strata(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status effects_coverage(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
crm_status effects_extension(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);

#endif
