/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_MATRIX_H
#define COCKPIT_MATRIX_H

#include "page.h"

#include <crm/crm.h>

/* Draws the table of cohorts as a triangle: a line a cohort, the rate of each age. */
void matrix_draw(page *out, const crm_table *cohorts);

#endif
