/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_PEOPLE_H
#define COCKPIT_PEOPLE_H

#include "arguments.h"

/* Verbs that take people out of a store's file. */
#define PEOPLE_VERBS "erase forget"

/* Refuses what they cannot do without, and what would choose nobody or somebody else. */
int people_check(const arguments *args);

/* Erases or forgets those of --customer and writes the file anew, so that their bytes are gone. */
crm_status people_remove(crm_store *store, const arguments *args, crm_table **receipt, crm_error *error);

#endif
