/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

int crm__product_sums_reserve(crm__product_sums *sums, crm__memory *memory, uint64_t products)
{
  return crm__grow(memory, (void **)&sums->items, &sums->capacity, products + 1, sizeof *sums->items);
}

void crm__product_sums_free(crm__product_sums *sums, crm__memory *memory)
{
  crm__free_array(memory, sums->items, sums->capacity, sizeof *sums->items);
}

void crm__product_sums_extend(crm__product_sums *sums, uint64_t products)
{
  static const crm__product_sum empty = {0, 0, 0, 0, 0, 0, INT32_MIN, 0};
  while (sums->count < products + 1) {
    sums->items[sums->count++] = empty;
  }
}

/* A sale line of a day comes or goes. */
static void move_last(crm__product_sums *sums, crm__product_sum *item, int32_t day, int64_t sign)
{
  if (sign > 0) {
    if (day > item->last || (item->unsettled && day == item->last)) {
      sums->unsettled -= item->unsettled;
      item->unsettled = 0;
      item->last = day;
      item->on_last = 1;
    } else if (day == item->last) {
      item->on_last++;
    }
  } else if (day == item->last && !item->unsettled && --item->on_last == 0) {
    item->unsettled = 1;
    sums->unsettled++;
  }
}

static int64_t known(int64_t value)
{
  return value == CRM__NULL ? 0 : value;
}

static void add_line(const crm_store *store, crm__product_sums *sums, uint64_t line, int32_t day, int64_t sign)
{
  const crm__sales_lines *lines = &store->lines;
  int kind = crm__line_kind(crm__column_u8(&lines->code, line));
  uint32_t product = crm__column_u32(&lines->product, line);
  int64_t cost = crm__column_i64(&lines->cost, line);
  crm__product_sum *item = &sums->items[product == CRM__NONE ? 0 : product + 1U];
  if (kind == 0) {
    return;
  }
  item->revenue += sign * crm__column_i64(&lines->amount, line);
  item->units += sign * known(crm__column_i64(&lines->quantity, line));
  item->cost += sign * known(cost);
  item->lines += sign;
  item->uncosted += cost == CRM__NULL ? sign : 0;
  if (kind == 1) {
    move_last(sums, item, day, sign);
  }
  if (item->lines == 0 && item->unsettled) {   /* nothing is left: that is known again */
    item->unsettled = 0;
    item->last = INT32_MIN;
    sums->unsettled--;
  }
}

void crm__product_sums_add(const crm_store *store, crm__product_sums *sums, uint64_t document, int64_t sign)
{
  const crm__documents *documents = &store->documents;
  uint64_t line = (uint64_t)crm__column_i64(&documents->first, document);
  uint64_t end = line + crm__column_u32(&documents->lines, document);
  int32_t day = crm__business_day(crm__column_i64(&documents->time, document), store->day_start);
  for (; line < end; line++) {
    add_line(store, sums, line, day, sign);
  }
}

int crm__product_sums_same(const crm__product_sums *kept, const crm__product_sums *made)
{
  uint64_t unsettled = 0;
  uint64_t i;
  for (i = 0; i < kept->count && i < made->count; i++) {
    const crm__product_sum *a = &kept->items[i];
    const crm__product_sum *b = &made->items[i];
    unsettled += a->unsettled;
    if (a->revenue != b->revenue || a->units != b->units || a->cost != b->cost || a->lines != b->lines ||
        a->uncosted != b->uncosted || (!a->unsettled && a->last != b->last) || (a->unsettled && a->last < b->last)) {
      return 0;
    }
  }
  return kept->count == made->count && unsettled == kept->unsettled;
}
