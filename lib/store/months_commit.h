/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_MONTHS_COMMIT_H
#define CRM_STORE_MONTHS_COMMIT_H

#include "store/load.h"
#include "store/months.h"

/* The steps of a commit: what is to be done, with all the room that it needs (0: no memory); before anything is
 * changed; after everything is. The plan is freed in any case. */
int crm__months_prepare(const crm_load *load, crm__months_plan *plan);
void crm__months_before(const crm_load *load, crm__months_plan *plan);
void crm__months_after(const crm_load *load, crm__months_plan *plan);
void crm__months_plan_free(crm__months_plan *plan, crm__memory *memory);

#endif
