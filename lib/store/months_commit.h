/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_MONTHS_COMMIT_H
#define CRM_STORE_MONTHS_COMMIT_H

#include "base/bits.h"
#include "store/load.h"
#include "store/months.h"

/* The steps of a commit: what is to be done, with all the room that it needs (0: no memory); before anything is
 * changed; after everything is. The plan is freed in any case. */
int crm__months_prepare(const crm_load *load, crm__months_plan *plan);
void crm__months_before(const crm_load *load, crm__months_plan *plan);
void crm__months_after(const crm_load *load, crm__months_plan *plan);
void crm__months_plan_free(crm__months_plan *plan, crm__memory *memory);

/* Fills an empty frame from all documents (months_make.c). There is room. */
void crm__months_make(const crm_store *store, crm__months *months, uint64_t customers, uint64_t products);

/* Bits for customers that are new. */
void crm__months_extend(crm__months *months, uint64_t customers);

/* Whom a customer's documents count for in the default scope: a customer, nobody in particular, or not at all. */
#define CRM__MONTHS_COUNTS 0
#define CRM__MONTHS_NAMELESS 1
#define CRM__MONTHS_IGNORED 2
int crm__months_standing(const crm_store *store, uint32_t customer);

/* The place of a day, 0: there is none. */
static inline uint16_t crm__months_place(const crm__months *months, int32_t day)
{
  int32_t since = day - months->first_day;
  return since < 0 || since >= months->days ? 0 : months->places[since];
}

/* The place of the first occasion ever, 0: none. */
static inline uint32_t crm__months_first(const crm__months *months, const uint64_t *bits)
{
  uint32_t w;
  for (w = 0; w < months->words; w++) {
    uint64_t word = w == 0 ? bits[0] & ~UINT64_C(1) : bits[w];
    if (word != 0) {
      return w * 64 + crm__lowest_bit(word);
    }
  }
  return 0;
}

#endif
