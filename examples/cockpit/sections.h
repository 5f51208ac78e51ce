/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_SECTIONS_H
#define COCKPIT_SECTIONS_H

#include "arguments.h"
#include "page.h"

/* Parts of the cockpit page that show an analysis each. */

/* *identified gets the spend of all identified customers. */
crm_status section_pyramid(page *out, const arguments *args, const crm_store *store, int64_t *identified,
                           crm_error *error);
crm_status section_months(page *out, const arguments *args, const crm_store *store, crm_error *error);
crm_status section_segments(page *out, const arguments *args, const crm_store *store, crm_error *error);
crm_status section_products(page *out, const arguments *args, const crm_store *store, crm_error *error);

#endif
