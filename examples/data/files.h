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

/* The number on which the tills book a member on a day: of the card that it has then. */
uint32_t card_of(const struct chain *chain, uint32_t member, int32_t day);
void put_merges(struct writer *writer, const struct chain *chain);

/* What firms that were won have ordered, in the order of time. */
enum { MAX_ORDERS = 960 /* 12 a firm */ };

struct order {
  int32_t day;
  uint32_t minute;
  uint32_t firm, rep;   /* from 0 */
};

struct orders {
  struct order list[MAX_ORDERS];
  uint32_t count, written;
};

void make_orders(struct orders *orders, const struct chain *chain);

/* Writes as sales those that come before a time and have not been written. */
void put_orders(struct writer *writer, const struct chain *chain, struct orders *orders, int32_t day, uint32_t minute);

/* Selling to firms: what four representatives do. */
enum { FIRST_PROSPECT = 5001, PROSPECTS = 80, FIRST_REP = 51, REPS = 4, REP_LEFT = 820 /* 2025-03-31 */ };

void put_prospects(struct writer *writer);   /* rows of customers */
uint32_t owner_of(uint32_t account);         /* the representative of a member or prospect, from 0 */
void put_pipelines(struct writer *writer, const struct chain *chain);
void put_target_pipeline(struct writer *writer);   /* rows of pipelines and stages */
void put_targets(struct writer *writer);
void put_farewells(struct writer *writer, const struct chain *chain);   /* rows of stages: who left, and why */
void put_parents(struct writer *writer, const struct chain *chain);
void put_opportunities(struct writer *writer, const struct chain *chain);
void put_stages(struct writer *writer, const struct chain *chain);
void put_interactions(struct writer *writer, const struct chain *chain);
void put_staff(struct writer *writer, const struct chain *chain);
void put_changes(struct writer *writer, const struct chain *chain);
void put_assignments(struct writer *writer, const struct chain *chain);
void put_ownership(struct writer *writer, const struct chain *chain);

#endif
