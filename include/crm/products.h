/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_PRODUCTS_H
#define CRM_PRODUCTS_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Products by revenue, with ABC classes. */

/* NULL stands for CRM_PRODUCTS_OPTIONS_INIT. */
typedef struct crm_products_options {
  uint32_t struct_size;
  int32_t a_share;         /* basis points of revenue up to which a product is of class a; 0: 8000 */
  int32_t b_share;         /* likewise b; 0: 9500; at or above a_share, at most 10000 */
  int32_t without_buyers;  /* 1: buyers is left empty, which saves most of the time */
} crm_products_options;

#define CRM_PRODUCTS_OPTIONS_INIT { (uint32_t)sizeof(crm_products_options), 0, 0, 0 }

/* A row a product with a counted line, by revenue descending then key: product (empty for lines without one), revenue,
 * share (of the sum of positive revenues; the shares add up to exactly 1), cumulative_share, class, units, margin
 * ((revenue - cost) / revenue; empty where a counted line has no cost or revenue is 0), buyers (identified customers
 * with a sale line), last (day of the last sale line), rank, cost.
 * Class: a while the cumulative share before the product is under a_share, b while under b_share, else c; none where
 * revenue is not above 0. Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_products_compute(const crm_store *store, const crm_scope *scope,
                                        const crm_products_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
