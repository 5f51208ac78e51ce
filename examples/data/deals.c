/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "deals.h"

#include "chain.h"
#include "files.h"

#include <string.h>

/* Firms that the chain would like to supply: four stages, each with some contacts; the more of them, the better the
 * chance to go on. */

enum { DEAL_SEED = 20230146, PASS_PERMILLE = 560, PASS_PER_CONTACT = 100, TYPICAL_CENTS = 240000 };

/* Goes through the stages until it is lost or won, or the sample ends. */
static void run_deal(struct random *random, struct deal *deal, int32_t created)
{
  int32_t day = created;
  uint32_t stage;
  deal->closed = DAYS;
  for (stage = 0; stage < STAGES && day < DAYS; stage++) {
    int32_t days = 4 + (int32_t)((random_lognormal(random, 60) * (deal->rep == 2 ? 16 : 11)) >> 16);
    deal->entered[stage] = day;
    deal->contacts[stage] = 1 + random_below(random, CONTACTS - (deal->rep == 3));
    deal->reached = stage + 1;
    day += days;
    if (!random_chance(random, PASS_PERMILLE + PASS_PER_CONTACT * deal->contacts[stage])) {
      deal->outcome = LOST;
      break;
    }
    deal->outcome = stage + 1 == STAGES ? WON : OPEN;
  }
  if (day >= DAYS) {
    deal->outcome = OPEN;
  } else {
    deal->closed = day;
  }
}

void make_deals(struct deal *deals)
{
  struct random random;
  uint32_t i;
  random.state = DEAL_SEED;
  memset(deals, 0, DEALS * sizeof *deals);
  for (i = 0; i < DEALS; i++) {
    struct deal *deal = &deals[i];
    int32_t created = (int32_t)(i * (uint32_t)(DAYS - 3) / DEALS) + random_between(&random, 0, 4);
    deal->prospect = i < PROSPECTS ? i : random_below(&random, PROSPECTS);
    deal->rep = created >= REP_LEFT ? random_below(&random, REPS - 1) : random_below(&random, REPS);
    deal->amount = (int64_t)((random_lognormal(&random, 70) * TYPICAL_CENTS) >> 16) / 1000 * 1000;
    run_deal(&random, deal, created);
  }
}
