/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "deals.h"
#include "files.h"

/* Firms before they are prospects: six steps, from being chosen to being kept warm, then the first deal. Some steps are
 * skipped, some are done again, some firms are given up and a few of these come back. */

enum { STEPS = 7, PLAN = 2, SETTLED = 3, CULTIVATED = 4, FIRST_TARGET = 6001, TARGETS = 60, TARGETS_FROM = 380 };

static const char *const STEP_NAMES[STEPS] = {"chosen", "judged", "planned", "settled", "cultivated", "managed",
                                              "prospect"};

void put_target_pipeline(struct writer *writer)
{
  uint32_t step;
  for (step = 0; step < STEPS; step++) {
    put_text_field(writer, "target");
    put_text_field(writer, STEP_NAMES[step]);
    put_digits(writer, step + 1, 1);
    put_text(writer, ",\n");
  }
}

static void put_step(struct writer *writer, uint32_t firm, int32_t day, const char *name, const char *reason)
{
  put_char(writer, ',');
  put_field(writer, firm);
  put_date_field(writer, day);
  put_text_field(writer, name);
  put_text_field(writer, reason);
  put_text(writer, ",,\n");
}

static int32_t step_days(uint32_t firm, uint32_t step)
{
  return 7 + (int32_t)(mix((uint64_t)firm * 64 + step) % 40);
}

static int skips_plan(uint32_t firm)
{
  return mix(firm) % 6 == 0;
}

/* Back from the day on which it became a prospect. */
static void put_won_target(struct writer *writer, uint32_t firm, int32_t day)
{
  int32_t days[STEPS];
  uint32_t step;
  days[STEPS - 1] = day;
  for (step = STEPS - 1; step > 0; step--) {
    days[step - 1] = days[step] - step_days(firm, step - 1);
  }
  for (step = 0; step < STEPS; step++) {
    if (step == CULTIVATED && mix(firm + 7) % 8 == 0) {
      put_step(writer, firm, days[step] - 4, STEP_NAMES[step], "");
      put_step(writer, firm, days[step] - 2, STEP_NAMES[SETTLED], "buyer changed");
    }
    if (step != PLAN || !skips_plan(firm)) {
      put_step(writer, firm, days[step], STEP_NAMES[step], "");
    }
  }
}

/* Forward from its first day, until the last step before it would be a prospect. */
static void put_open_target(struct writer *writer, uint32_t firm, int32_t day)
{
  uint32_t step = 0;
  int given_up = 0;
  while (day < DAYS && step < STEPS - 1) {
    if (step != PLAN || !skips_plan(firm)) {
      put_step(writer, firm, day, STEP_NAMES[step], "");
    }
    day += step_days(firm, step);
    if (!given_up && day < DAYS && mix((uint64_t)firm * 8 + step) % 7 == 0) {
      put_step(writer, firm, day, "lost", (firm + step) % 2 == 0 ? "no need" : "has a supplier");
      if (mix(firm + 1) % 4 != 0) {
        return;
      }
      given_up = 1;
      day += 90;
      step = 0;
    }
    step++;
  }
}

void put_targets(struct writer *writer)
{
  struct deal deals[DEALS];
  uint32_t i;
  make_deals(deals);
  for (i = 0; i < PROSPECTS; i++) {
    put_won_target(writer, FIRST_PROSPECT + i, deals[i].entered[0] - 1);
  }
  for (i = 0; i < TARGETS; i++) {
    put_open_target(writer, FIRST_TARGET + i, TARGETS_FROM + (int32_t)(i * (DAYS - TARGETS_FROM) / TARGETS));
  }
}
