/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_STUDENT_H
#define CRM_BASE_STUDENT_H

/* The t with which 95 % of Student's distribution lie between -t and t; degrees of freedom at or above 1 (less counts
 * as 1), whole or not. Relative error under 1e-11; the same double on every platform. */
double crm__student_95(double degrees);

#endif
