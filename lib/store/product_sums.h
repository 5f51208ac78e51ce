/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_PRODUCT_SUMS_H
#define CRM_STORE_PRODUCT_SUMS_H

#include "store/facts.h"

/* What the default scope gives by product, kept with the months (store/months.h) and under the same rules. The day of
 * the last sale cannot always be told when one is taken away: it is unsettled until the product is sold again on or
 * after the day that was. */
typedef struct crm__product_sums {
  crm__product_sum *items;  /* lines without a product, then by product */
  uint64_t capacity;
  uint64_t count;
  uint64_t unsettled;       /* items whose last day is not known */
} crm__product_sums;

/* Room for so many products. 0: no memory. */
int crm__product_sums_reserve(crm__product_sums *sums, crm__memory *memory, uint64_t products);
void crm__product_sums_free(crm__product_sums *sums, crm__memory *memory);

/* Items for products that are new; there is room. */
void crm__product_sums_extend(crm__product_sums *sums, uint64_t products);

/* Adds (sign 1) or takes away (-1) the lines of a live document that count. */
void crm__product_sums_add(const crm_store *store, crm__product_sums *sums, uint64_t document, int64_t sign);

/* Whether two say the same. One that does not know a last day agrees with any. */
int crm__product_sums_same(const crm__product_sums *kept, const crm__product_sums *made);

#endif
