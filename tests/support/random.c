/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/random.h"

#include <stdio.h>

crm_store *random_sales(uint64_t seed, int documents)
{
  static const char *const branches[] = {"x", "y", "7", ""};
  dice random = dice_of(seed);
  crm_store *store = facts_store(NULL, NULL);
  facts *rows = facts_create("document,time,customer,kind,amount,discount,quantity,cost,product,branch,original");
  int i;
  for (i = 0; i < documents; i++) {
    char line[192];
    char customer[16] = "";
    char original[16] = "";
    char cost[16] = "";
    int lines = 1 + dice_below(&random, 3);
    int day = dice_below(&random, 900);
    int kind = dice_below(&random, 12);
    const char *branch = branches[dice_below(&random, 4)];
    int hour = dice_below(&random, 24);
    if (dice_below(&random, 6) > 0) {
      (void)snprintf(customer, sizeof customer, "%d", dice_below(&random, 1 + dice_below(&random, 60)));
    }
    if (kind == 0 && i > 0) {
      (void)snprintf(original, sizeof original, "%d", dice_below(&random, i));
    }
    for (; lines > 0; lines--) {
      if (dice_below(&random, 3) > 0) {
        (void)snprintf(cost, sizeof cost, "%d.5", dice_below(&random, 50));
      }
      (void)snprintf(line, sizeof line, "%d,%d-%02d-%02dT%02d:15,%s,%s,%d.%02d,%d,%d,%s,p%d,%s,%s", i,
                     2022 + day / 360, day % 360 / 30 + 1, day % 30 % 28 + 1, hour, customer,
                     kind == 0 ? "return" : kind == 1 ? "quote" : "sale", dice_below(&random, 90),
                     dice_below(&random, 100), dice_below(&random, 5), 1 + dice_below(&random, 4), cost,
                     dice_below(&random, 1 + day / 60), branch, original);
      facts_add(rows, line);
    }
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}
