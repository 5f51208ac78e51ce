/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/findings.h"

#include "base/statistics.h"
#include "store/rows.h"

/* Patterns of the people at the till: returns, voids and discounts out of line with the others. */

#define LEAST_DOCUMENTS 50      /* of one, and of all the others together */
#define LEAST_CLERKS 5
#define LEAST_Z 400             /* standard deviations, in hundredths */
#define LEAST_TIMES 2           /* so many times the rate of the others */
#define STRONGEST 9999

/* One clerk's k of n against that of all the others. The strength by how many times their rate it is. */
static void look_at(int32_t kind, int64_t k, int64_t n, int64_t all_k, int64_t all_n, crm__finding *item,
                    crm__found *found)
{
  int64_t part = all_k - k;
  int64_t whole = all_n - n;
  if (n < LEAST_DOCUMENTS || whole < LEAST_DOCUMENTS || k == 0 ||
      crm__excess_score(k, n, part > 0 ? part : 1, whole) < LEAST_Z) {
    return;
  }
  item->kind = kind;
  item->values[0] = crm__ratio(k, n);
  item->values[1] = crm__ratio(part, whole);
  item->values[2] = kind == CRM__FOUND_STAFF_DISCOUNTS ? item->values[2] : k;
  item->n = n;
  item->strength = part == 0 ? STRONGEST : item->values[0] * 100 / (LEAST_TIMES * item->values[1] + 1);
  item->strength = item->strength > STRONGEST ? STRONGEST : item->strength;
  if (item->strength >= 100) {
    crm__found_add(found, item);
  }
}

/* Those with a sale or a return. */
static int64_t documents_of(const crm__clerk *clerk)
{
  return (int64_t)clerk->sales + clerk->returns - clerk->exchanges;
}

void crm__find_clerks(const crm__history *history, crm__found *found)
{
  crm__clerk all = { 0, 0, 0, 0, 0, 0, 0 };
  uint32_t i;
  for (i = 0; i < history->clerk_count; i++) {
    all.sales += history->clerks[i].sales;
    all.returns += history->clerks[i].returns;
    all.exchanges += history->clerks[i].exchanges;
    all.voids += history->clerks[i].voids;
    all.discounts += history->clerks[i].discounts;
  }
  for (i = 0; i < history->clerk_count && history->clerk_count >= LEAST_CLERKS; i++) {
    const crm__clerk *of = &history->clerks[i];
    crm__finding item = { 0, INT32_MIN, crm__name_key(history->scope.store, of->name), 0, 0, { 0, 0, 0 } };
    look_at(CRM__FOUND_STAFF_RETURNS, of->returns, documents_of(of), all.returns, documents_of(&all), &item, found);
    look_at(CRM__FOUND_STAFF_VOIDS, of->voids, (int64_t)of->sales + of->voids, all.voids,
            (int64_t)all.sales + all.voids, &item, found);
    item.values[2] = of->discount;
    look_at(CRM__FOUND_STAFF_DISCOUNTS, of->discounts, of->sales, all.discounts, all.sales, &item, found);
  }
}
