/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef DATA_DEALS_H
#define DATA_DEALS_H

#include <stdint.h>

/* Chances to supply firms. */

enum { STAGES = 4, DEALS = 360, CONTACTS = 3 };
enum outcome { OPEN, WON, LOST };

struct deal {
  uint32_t prospect;        /* from 0 */
  uint32_t rep;             /* from 0 */
  int32_t entered[STAGES];  /* the day on which it entered a stage */
  uint32_t reached;         /* stages it entered */
  uint32_t contacts[STAGES];
  int32_t closed;           /* DAYS: not yet */
  enum outcome outcome;
  int64_t amount;
};

/* The same deals whenever they are asked for. */
void make_deals(struct deal *deals);

#endif
