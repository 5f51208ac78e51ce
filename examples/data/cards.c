/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "files.h"

/* Cards that were lost and replaced: the tills book on the new number from then on, and the office says that both are
 * one member. */

enum {
  FIRST_CARD = 8001,
  SECOND_CARDS = 640,   /* numbers from a member's second card to the third one */
  REPLACED_OF = 53,
  AGAIN_OF = 3
};

/* The day from which a member has a card of the number's order, 1 being the first new one. */
static int32_t replaced_on(const struct chain *chain, uint32_t member, uint32_t number)
{
  const struct member *who = &chain->members[member];
  int32_t day = (who->joined < 0 ? 0 : who->joined) + 200 + (int32_t)(mix(member + 43) % 400);
  if (who->class == CORPORATE || mix(member + 41) % REPLACED_OF != 0 ||
      (number == 2 && mix(member + 47) % AGAIN_OF != 0)) {
    return DAYS;
  }
  return number == 2 ? day + 180 : day;
}

static uint32_t card_number(uint32_t member, uint32_t number)
{
  return number == 0 ? FIRST_MEMBER + member : FIRST_CARD + (number - 1) * SECOND_CARDS + member;
}

uint32_t card_of(const struct chain *chain, uint32_t member, int32_t day)
{
  uint32_t number = day >= replaced_on(chain, member, 1);
  number += number == 1 && day >= replaced_on(chain, member, 2);
  return card_number(member, number);
}

static void put_merge(struct writer *writer, uint32_t customer, uint32_t into, const char *rest)
{
  put_field(writer, customer);
  put_field(writer, into);
  put_text(writer, rest);
}

/* At last two members of one name who were taken for one: the row that takes it back has replaced the first one. */
void put_merges(struct writer *writer, const struct chain *chain)
{
  uint32_t i, number;
  put_text(writer, "customer,into,undone,version\n");
  for (i = 0; i < chain->member_count; i++) {
    for (number = 1; number <= 2 && replaced_on(chain, i, number) < DAYS; number++) {
      put_merge(writer, card_number(i, number), card_number(i, number - 1), ",0\n");
    }
  }
  put_merge(writer, FIRST_MEMBER + 17, FIRST_MEMBER + 4, "true,1\n");
}
