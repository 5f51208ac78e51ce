/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "planted.h"

enum {
  LAST_YEAR = 731,         /* 2025-01-01 */
  SECOND_HALF = 912,       /* 2025-07-01 */
  BEHIND_BRANCH = HILL,
  BEHIND_BRANCH_PERMILLE = 470,
  BEHIND_RANK = 5,         /* the product that so many are better liked than */
  BEHIND_PRODUCT_PERMILLE = 780,
  FAREWELL = 735,          /* 2025-01-05, */
  FAREWELL_END = 790,
  GOOD_YEAR = 14000,       /* cents: of the first fifth of 2024 all */
  BEST_YEAR = 45000,       /* but those with most */
  FAREWELL_PERMILLE = 240,
  NEWCOMERS = 821,         /* 2025-04-01, */
  NEWCOMERS_END = 1004,    /* six months */
  NEWCOMERS_PERMILLE = 260,
  MORE_ORDERED = 126,      /* percent, */
  LESS_ORDERED = 12,       /* in a poor month */
  RETURNING_CLERK = 5,
  RETURNS_PERMILLE = 130,
  VOIDING_CLERK = 9,
  VOIDS_PERMILLE = 90,
  GENEROUS_CLERK = 14,
  GENEROUS_PERMILLE = 300,
  SHARED_PERMILLE = 450,
  LATE_FIRST = 1009,       /* 2025-10-06, */
  LATE_END = 1012,         /* and the two days after it */
  GAP_FIRST = 946,         /* 2025-08-04, */
  GAP_END = 960,           /* two weeks */
  POOR_FIRST = 1035,       /* November 2025 */
  POOR_END = 1065,
  POOR_PERMILLE = 516,
  POOR_LINES = 1,
  BURST_DAY = 1073,        /* 2025-12-09 */
  BURST = 60
};

int planted_gap(const struct chain *chain, uint32_t branch, int32_t day)
{
  return !chain->plain && branch == STATION && day >= GAP_FIRST && day < GAP_END;
}

int planted_absence(struct chain *chain, uint32_t branch, int32_t day)
{
  if (chain->plain) {
    return 0;
  }
  return planted_gap(chain, branch, day) ||
         (branch == BEHIND_BRANCH && day >= SECOND_HALF && random_chance(&chain->plants, BEHIND_BRANCH_PERMILLE)) ||
         (day >= POOR_FIRST && day < POOR_END && random_chance(&chain->plants, POOR_PERMILLE));
}

int planted_farewell(struct chain *chain, int32_t day, uint32_t visits, int64_t spent)
{
  if (chain->plain) {
    return 0;
  }
  return (day >= FAREWELL && day < FAREWELL_END && spent >= GOOD_YEAR && spent < BEST_YEAR &&
          random_chance(&chain->farewells, FAREWELL_PERMILLE)) ||
         (day >= NEWCOMERS && day < NEWCOMERS_END && visits == 1 &&
          random_chance(&chain->farewells, NEWCOMERS_PERMILLE));
}

/* The product at a place by popularity that is sold all the time. */
static uint32_t product_of_rank(const struct chain *chain, uint32_t rank)
{
  uint32_t best = 0, i;
  uint64_t below = UINT64_MAX;
  for (; rank > 0; rank--) {
    uint64_t most = 0;
    for (i = 0; i < chain->product_count; i++) {
      const struct product *product = &chain->products[i];
      if (chain->popularity[i] > most && chain->popularity[i] < below && product->launched < 0 &&
          product->stopped == DAYS) {
        most = chain->popularity[i];
        best = i;
      }
    }
    below = most;
  }
  return best;
}

int planted_disinterest(struct chain *chain, uint32_t product, int32_t day)
{
  return !chain->plain && day >= SECOND_HALF && product == product_of_rank(chain, BEHIND_RANK) &&
         random_chance(&chain->plants, BEHIND_PRODUCT_PERMILLE);
}

uint32_t planted_discount(struct chain *chain, uint32_t staff, int32_t day)
{
  return !chain->plain && day >= LAST_YEAR && staff == GENEROUS_CLERK &&
             random_chance(&chain->plants, GENEROUS_PERMILLE)
           ? 15
           : 0;
}

uint32_t planted_lines(const struct chain *chain, int32_t day, uint32_t count)
{
  return !chain->plain && day >= POOR_FIRST && day < POOR_END && count > POOR_LINES ? POOR_LINES : count;
}

uint32_t planted_order(const struct chain *chain, int32_t day)
{
  if (chain->plain || day < LAST_YEAR) {
    return 100;
  }
  return day >= POOR_FIRST && day < POOR_END ? LESS_ORDERED : MORE_ORDERED;
}

int32_t planted_pause(const struct chain *chain, int32_t day)
{
  return !chain->plain && day >= POOR_FIRST && day < POOR_END ? POOR_END - POOR_FIRST : 0;
}

int32_t planted_hesitation(const struct chain *chain, int32_t day)
{
  return !chain->plain && day >= NEWCOMERS ? 80 : 0;
}

int32_t planted_customer(struct chain *chain)
{
  return !chain->plain && random_chance(&chain->plants, SHARED_PERMILLE) ? SHARED : WALK_IN;
}

uint32_t planted_returns(const struct chain *chain, uint32_t staff, int32_t day)
{
  return !chain->plain && day >= LAST_YEAR && staff == RETURNING_CLERK ? RETURNS_PERMILLE : 0;
}

uint32_t planted_voids(const struct chain *chain, uint32_t staff, int32_t day)
{
  return !chain->plain && day >= LAST_YEAR && staff == VOIDING_CLERK ? VOIDS_PERMILLE : 0;
}

int planted_late(const struct chain *chain, uint32_t branch, int32_t day)
{
  return !chain->plain && branch == RIVER && day >= LATE_FIRST && day < LATE_END;
}

uint32_t planted_burst(const struct chain *chain, int32_t day)
{
  return !chain->plain && day == BURST_DAY ? BURST : 0;
}
