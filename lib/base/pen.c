/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/pen.h"

#include "base/decimal.h"

#include <string.h>

void crm__pen_put(crm__pen *pen, const char *text, size_t length)
{
  if (length <= pen->size - pen->used) {
    memcpy(pen->text + pen->used, text, length);
    pen->used += length;
  }
}

void crm__pen_text(crm__pen *pen, const char *text)
{
  crm__pen_put(pen, text, strlen(text));
}

void crm__pen_decimal(crm__pen *pen, int64_t value, int32_t scale)
{
  char digits[32];
  crm__pen_put(pen, digits, crm__decimal_write(value, scale, digits));
}

void crm__pen_grouped(crm__pen *pen, int64_t value, int32_t scale)
{
  char digits[32];
  char grouped[48];
  size_t length = crm__decimal_write(value, scale, digits);
  size_t whole = length - (scale > 0 ? (size_t)scale + 1U : 0);
  size_t used = 0;
  size_t i;
  for (i = 0; i < length; i++) {
    if (i > 0 && i < whole && (whole - i) % 3U == 0 && digits[i - 1U] != '-') {
      grouped[used++] = ',';
    }
    grouped[used++] = digits[i];
  }
  crm__pen_put(pen, grouped, used);
}

void crm__pen_millionths(crm__pen *pen, int64_t value, int32_t decimals)
{
  int64_t rounded = 0;
  (void)crm__decimal_rescale(value, 6, decimals, &rounded, NULL);
  crm__pen_grouped(pen, rounded, decimals);
}

void crm__pen_percent(crm__pen *pen, int64_t rate, int with_sign)
{
  int64_t tenths = 0;
  (void)crm__decimal_rescale(rate, 4, 1, &tenths, NULL);
  crm__pen_put(pen, "+", with_sign && tenths > 0);
  crm__pen_grouped(pen, tenths, 1);
  crm__pen_put(pen, " %", 2);
}
