/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_ELEMENTARY_H
#define CRM_BASE_ELEMENTARY_H

/* Natural logarithm and exponential that give the same double on every platform, as those of a C library do not: only
 * + - * / in a fixed order. Relative error under 4e-16 (log: absolute near 1). */

/* x positive, finite and normal. */
double crm__log(double x);

/* 0 below -708, the value at 709 above 709. */
double crm__exp(double x);

#endif
