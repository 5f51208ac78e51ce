/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_PEN_H
#define CRM_BASE_PEN_H

#include <stddef.h>
#include <stdint.h>

/* Short sentences in a buffer of a given size. What does not fit is left out whole, piece by piece; there is no end
 * mark. */
typedef struct crm__pen {
  char *text;
  size_t size;
  size_t used;
} crm__pen;

void crm__pen_put(crm__pen *pen, const char *text, size_t length);
void crm__pen_text(crm__pen *pen, const char *text);   /* NUL-ended */

/* A number of `scale` decimals: 1234.50; with commas between thousands: 1,234.50. */
void crm__pen_decimal(crm__pen *pen, int64_t value, int32_t scale);
void crm__pen_grouped(crm__pen *pen, int64_t value, int32_t scale);

/* Millionths to `decimals` decimals, half away from zero, with commas; as percent with one decimal: 12.3 %, and
 * with_sign +12.3 %. */
void crm__pen_millionths(crm__pen *pen, int64_t value, int32_t decimals);
void crm__pen_percent(crm__pen *pen, int64_t rate, int with_sign);

#endif
