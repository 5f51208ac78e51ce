/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_FINDINGS_H
#define CRM_ANALYSIS_FINDINGS_H

#include "analysis/findings_found.h"
#include "analysis/findings_history.h"

#include <crm/lifecycle.h>

/* The patterns that look at what was gathered. Each adds what it finds. */

void crm__find_growth(const crm__history *history, crm__found *found);   /* members, branches, products, segments */
crm_status crm__find_customers(const crm__history *history, crm__found *found, crm_error *error);
crm_status crm__find_lives(const crm__history *history, const crm_lifecycle_options *options, crm__found *found,
                           crm_error *error);
void crm__find_clerks(const crm__history *history, crm__found *found);                 /* returns, voids, discounts */
crm_status crm__find_dead_stock(const crm__history *history, crm__found *found, crm_error *error);
void crm__find_reopened(const crm__history *history, crm__found *found);
void crm__find_odd_times(const crm__history *history, crm__found *found);        /* unusual months and days, gaps */

#endif
