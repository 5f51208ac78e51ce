/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/sizes.h"
#include "base/sort.h"

/* Comparing and moving sales lines. */

int crm__line_compare(const crm_store *store, uint64_t a, uint64_t b)
{
  const crm__sales_lines *l = &store->lines;
  const crm__column *columns[CRM__LINE_COLUMNS] = {
    &l->amount, &l->code, &l->product, &l->quantity, &l->price, &l->discount, &l->tax,
    &l->cost,   &l->line, &l->staff,   &l->currency, &l->rate,  &l->foreign,  &l->original,
  };
  uint32_t c;
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    int64_t x = crm__column_get(columns[c], a);
    int64_t y = crm__column_get(columns[c], b);
    if (x != y) {
      return x < y ? -1 : 1;
    }
  }
  return 0;
}

typedef struct range {
  const crm_store *store;
  uint64_t first;
} range;

static int compare_in(const void *context, uint32_t a, uint32_t b)
{
  const range *lines = context;
  return crm__line_compare(lines->store, lines->first + a, lines->first + b);
}

#define FEW CRM__SIZE(64, 2)

static void sort_range(const range *lines, uint32_t *order, uint32_t *spare, uint32_t count)
{
  uint32_t i;
  for (i = 0; i < count; i++) {
    order[i] = i;
  }
  crm__merge_sort(order, spare, count, compare_in, lines);
}

int crm__lines_equal(crm_store *store, uint64_t a, uint64_t b, uint32_t count)
{
  uint32_t few[FEW * 3];
  uint32_t *orders = few;
  range one;
  range other;
  uint32_t i;
  int equal = 1;
  for (i = 0; i < count && crm__line_compare(store, a + i, b + i) == 0; i++) {
  }
  if (i == count) {
    return 1;   /* the same order, as most repeats are */
  }
  if (count > FEW) {
    orders = crm__alloc_array(&store->memory, (uint64_t)count * 3, sizeof *orders);
    if (orders == NULL) {
      return -1;
    }
  }
  one.store = store;
  one.first = a;
  other.store = store;
  other.first = b;
  sort_range(&one, orders, orders + 2 * (size_t)count, count);
  sort_range(&other, orders + count, orders + 2 * (size_t)count, count);
  for (i = 0; equal && i < count; i++) {
    equal = crm__line_compare(store, a + orders[i], b + orders[count + i]) == 0;
  }
  if (orders != few) {
    crm__free_array(&store->memory, orders, (uint64_t)count * 3, sizeof *orders);
  }
  return equal;
}

void crm__lines_move(crm__column *column, uint64_t from, uint64_t to, uint64_t count)
{
  uint64_t i;
  if (crm__column_absent(column)) {
    return;
  }
  for (i = 0; i < count; i++) {
    crm__column_put(column, to + i, crm__column_get(column, from + i));
  }
}
