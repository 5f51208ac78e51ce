/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef DATA_PLANTED_H
#define DATA_PLANTED_H

#include "chain.h"

/* The cases that the sample is made to hold, one for each pattern that crm/findings.h looks for. They draw from a
 * random sequence of their own, and a plain chain has none of them:
 *
 * - members keep joining while revenue stands still, most of them coming often for little (visits.c, chain.c);
 * - good members of 2024 stay away from January 2025 on, and newcomers of 2025 come once (visits.c);
 * - members leave faster, holders of the standard card most of all (chain.c);
 * - corporate buyers order more and more in 2025, so that money is in fewer hands;
 * - the branch `hill` and a well-liked product fall behind in the second half of 2025;
 * - three clerks book too many returns, void too many receipts, give too much discount;
 * - tills book walk-in sales on the card 9999;
 * - three October days of the branch `river` reach the office late, in a file of their own;
 * - a product that sells no more still lies on stock (figures.c);
 * - two weeks of the branch `station` are missing in August 2025;
 * - November 2025 is poor for a November, in orders and in money;
 * - firms that were won order later from April 2025 on, and not in that November (firms.c);
 * - on 2025-12-09 a till sends a burst of test receipts. */

/* Whether receipts of a branch never arrive. */
int planted_gap(const struct chain *chain, uint32_t branch, int32_t day);

/* Whether a visit does not take place, or its receipt never arrives. */
int planted_absence(struct chain *chain, uint32_t branch, int32_t day);

/* Whether a member who has come, for the so manieth time, comes no more; spent: in 2024, in cents. */
int planted_farewell(struct chain *chain, int32_t day, uint32_t visits, int64_t spent);

/* Whether a customer leaves a product on the shelf. */
int planted_disinterest(struct chain *chain, uint32_t product, int32_t day);

/* Percent that a clerk takes off beside what all do. */
uint32_t planted_discount(struct chain *chain, uint32_t staff, int32_t day);

/* How many of the lines of a basket are bought. */
uint32_t planted_lines(const struct chain *chain, int32_t day, uint32_t count);

/* Percent of what corporate buyers would order. */
uint32_t planted_order(const struct chain *chain, int32_t day);

/* Days by which a firm puts off an order. */
int32_t planted_pause(const struct chain *chain, int32_t day);

/* Days by which it orders later than firms did before. */
int32_t planted_hesitation(const struct chain *chain, int32_t day);

/* Whom a walk-in sale is booked on. */
int32_t planted_customer(struct chain *chain);

/* The chance, per mille, that a clerk takes goods back or voids a receipt after a sale, beside what all do. */
uint32_t planted_returns(const struct chain *chain, uint32_t staff, int32_t day);
uint32_t planted_voids(const struct chain *chain, uint32_t staff, int32_t day);

int planted_late(const struct chain *chain, uint32_t branch, int32_t day);

/* Receipts of a till test on a day, 0 on most. */
uint32_t planted_burst(const struct chain *chain, int32_t day);

#endif
