/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BENCH_ANSWERS_H
#define CRM_BENCH_ANSWERS_H

#include <crm/crm.h>

/* Results as JSON on standard output, in the form that every engine gives, to be compared; never timed. */

/* Every customer's figures folded into sums that a swapped customer changes: "customers", "orders", "spend", "mix" and,
 * where keys are integers, "by_spend", "by_orders". */
void answer_members(const crm_table *members, int integer_keys);

/* "tiers": [[customers, spend] a tier], best first. */
void answer_tiers(const crm_table *tiers);

/* "scores": customers a cell of r, f, m, 125 of them, r slowest. */
void answer_scores(const crm_table *rfm);

/* "months": [[revenue, orders, active, new] a month]. */
void answer_months(const crm_table *months);

/* "cells": [[cohort, age, customers]], those above 0, cohorts counted from 0. */
void answer_cells(const crm_table *cohorts);

/* "products": [count, revenue, cost, units, sum of revenue * (product % 97)]; "top": the first ten by revenue. */
void answer_products(const crm_table *products);

/* "top20": money of the first fifth of customers. */
void answer_concentration(const crm_table *concentration);

/* "name": number */
void answer_number(const char *name, int64_t value);

void answer_begin(void);
void answer_end(void);

#endif
