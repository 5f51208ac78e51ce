/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/profile.h"

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

/* The columns of the chunk that a line lies in; NULL: all of it is as in an absent one. */
typedef struct chunk {
  const uint8_t *code;
  const uint32_t *product;
  const int64_t *amount;
  const int64_t *quantity;
  const int64_t *cost;
} chunk;

static void open_chunk(chunk *of, const crm__sales_lines *lines, uint64_t line)
{
  uint64_t first = line & ~(CRM__CHUNK - 1);
  of->code = crm__column_at(&lines->code, first);
  of->product = (const uint32_t *)(const void *)crm__column_at(&lines->product, first);
  of->amount = (const int64_t *)(const void *)crm__column_at(&lines->amount, first);
  of->quantity = (const int64_t *)(const void *)crm__column_at(&lines->quantity, first);
  of->cost = (const int64_t *)(const void *)crm__column_at(&lines->cost, first);
}

static void add_line(crm__product_sums *sums, const chunk *of, uint64_t at, int32_t day, int64_t sign)
{
  int kind = crm__line_kind(of->code == NULL ? 0 : of->code[at]);
  uint32_t product = of->product == NULL ? CRM__NONE : of->product[at];
  int64_t cost = of->cost == NULL ? CRM__NULL : of->cost[at];
  crm__product_sum *item = &sums->items[product == CRM__NONE ? 0 : product + 1U];
  if (kind == 0) {
    return;
  }
  item->revenue = crm__sum_of(item->revenue, of->amount == NULL ? 0 : sign * of->amount[at]);
  item->units = crm__sum_of(item->units, of->quantity == NULL ? 0 : sign * known(of->quantity[at]));
  item->cost = crm__sum_of(item->cost, sign * known(cost));
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
  while (line < end) {
    uint64_t next = (line | (CRM__CHUNK - 1)) + 1;
    chunk of;
    open_chunk(&of, &store->lines, line);
    for (; line < end && line < next; line++) {
      add_line(sums, &of, line & (CRM__CHUNK - 1), day, sign);
    }
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
