/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef DATA_FILES_H
#define DATA_FILES_H

#include "chain.h"

/* The files of the sample, a row of the header and the rows. */
void put_sales(struct writer *writer, const struct chain *chain);
void put_late(struct writer *writer, const struct chain *chain);   /* receipts that came too late for the other file */
void put_customers(struct writer *writer, const struct chain *chain);
void put_products(struct writer *writer, const struct chain *chain);
void put_payments(struct writer *writer, const struct chain *chain);
void put_figures(struct writer *writer, const struct chain *chain);

/* Selling to firms: what four representatives do. */
enum { FIRST_PROSPECT = 5001, PROSPECTS = 80, FIRST_REP = 51, REPS = 4, REP_LEFT = 820 /* 2025-03-31 */ };

void put_prospects(struct writer *writer);   /* rows of customers */
uint32_t owner_of(uint32_t account);         /* the representative of a member or prospect, from 0 */
void put_pipelines(struct writer *writer, const struct chain *chain);
void put_target_pipeline(struct writer *writer);   /* rows of pipelines and stages */
void put_targets(struct writer *writer);
void put_opportunities(struct writer *writer, const struct chain *chain);
void put_stages(struct writer *writer, const struct chain *chain);
void put_interactions(struct writer *writer, const struct chain *chain);
void put_staff(struct writer *writer, const struct chain *chain);
void put_changes(struct writer *writer, const struct chain *chain);
void put_assignments(struct writer *writer, const struct chain *chain);
void put_ownership(struct writer *writer, const struct chain *chain);

#endif
