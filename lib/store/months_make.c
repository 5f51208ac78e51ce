/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/months_commit.h"

#include "base/prefetch.h"
#include "store/pass.h"
#include "store/profile.h"

/* What is kept by month and product, from all documents at once: three passes in the order of memory, where walking
 * from a customer to its documents would wait for memory at each of them. 10M lines: a quarter of that time. */

#define AHEAD 24   /* documents ahead whose customer's bits are asked for */

/* The documents of a chunk, and how they are looked at. */
typedef struct chunk {
  const int64_t *time;
  const int64_t *net;
  const uint32_t *customer;
  const uint32_t *lines;
  const uint8_t *flags;
  uint64_t first;
  uint64_t count;
  int64_t day_start;
} chunk;

static void open_chunk(chunk *of, const crm_store *store, uint64_t first)
{
  const crm__documents *documents = &store->documents;
  of->first = first;
  of->count = store->document_count - first < CRM__CHUNK ? store->document_count - first : CRM__CHUNK;
  of->time = (const int64_t *)(const void *)crm__column_at(&documents->time, first);
  of->net = (const int64_t *)(const void *)crm__column_at(&documents->net, first);
  of->customer = (const uint32_t *)(const void *)crm__column_at(&documents->customer, first);
  of->lines = (const uint32_t *)(const void *)crm__column_at(&documents->lines, first);
  of->flags = crm__column_at(&documents->flags, first);
  of->day_start = store->day_start;
}

static uint32_t customer_of(const chunk *of, uint64_t i)
{
  return of->customer == NULL ? CRM__NONE : of->customer[i];
}

/* The place of a document that counts, 0 of others. */
static uint16_t place_in(const chunk *of, const crm__months *months, uint64_t i)
{
  const uint32_t wanted = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE;
  if (of->flags == NULL || (of->flags[i] & wanted) != wanted) {
    return 0;
  }
  return crm__months_place(months, crm__business_day(of->time == NULL ? 0 : of->time[i], of->day_start));
}

static int64_t orders_in(const chunk *of, uint64_t i, int named)
{
  uint32_t flags = of->flags[i];
  if ((flags & CRM__DOCUMENT_SALE) == 0 || !(named || (flags & CRM__DOCUMENT_VALUE))) {
    return 0;
  }
  return flags & CRM__DOCUMENT_ROWS ? of->lines[i] : 1;
}

/* Whether every customer counts as one, without a look at each. */
static int all_count(const crm_store *store)
{
  return crm__column_absent(&store->anonymous) && store->identity.count == 0 &&
         crm__column_absent(&store->dimensions[CRM__TABLE_CUSTOMERS].values[CRM__CUSTOMERS_KIND]);
}

static int standing_in(const crm_store *store, uint32_t customer, int all)
{
  return all && customer != CRM__NONE ? CRM__MONTHS_COUNTS : crm__months_standing(store, customer);
}

static void ask_for_bits(const chunk *of, const crm__months *months, uint64_t i)
{
  uint32_t customer = i < of->count ? customer_of(of, i) : CRM__NONE;
  if (customer != CRM__NONE) {
    CRM__PREFETCH(months->bits + (uint64_t)customer * months->words);
  }
}

/* Sums, products, and the months in which customers bought. */
static void sum_chunk(const crm_store *store, crm__months *months, const chunk *of, int all)
{
  uint64_t i;
  for (i = 0; i < of->count; i++) {
    uint16_t place = place_in(of, months, i);
    uint32_t customer = customer_of(of, i);
    int standing;
    ask_for_bits(of, months, i + AHEAD);
    if (place == 0) {
      continue;
    }
    standing = standing_in(store, customer, all);
    if (standing != CRM__MONTHS_IGNORED) {
      months->sums[place - 1] += of->net == NULL ? 0 : of->net[i];
      months->sums[months->periods + place - 1] += orders_in(of, i, standing == CRM__MONTHS_COUNTS);
      crm__product_sums_add(store, &months->products, of->first + i, 1);
    }
    if (standing == CRM__MONTHS_COUNTS && (of->flags[i] & CRM__DOCUMENT_SALE)) {
      months->bits[(uint64_t)customer * months->words + place / 64] |= UINT64_C(1) << (place % 64);
    }
  }
}

/* The cells, once the months of every customer are known. */
static void add_cells(const crm_store *store, crm__months *months, const chunk *of, int all)
{
  uint64_t i;
  for (i = 0; i < of->count; i++) {
    uint16_t place = place_in(of, months, i);
    uint32_t customer = customer_of(of, i);
    uint32_t first;
    ask_for_bits(of, months, i + AHEAD);
    if (place == 0 || standing_in(store, customer, all) != CRM__MONTHS_COUNTS) {
      continue;
    }
    first = crm__months_first(months, months->bits + (uint64_t)customer * months->words);
    if (first > 0 && place >= first) {
      crm__cell *cell = &months->cells[(size_t)(first - 1) * (size_t)months->periods + place - 1];
      cell->revenue += of->net == NULL ? 0 : of->net[i];
      cell->orders += orders_in(of, i, 1);
    }
  }
}

void crm__months_make(const crm_store *store, crm__months *months, uint64_t customers, uint64_t products)
{
  int all = all_count(store);
  uint64_t i;
  chunk of;
  crm__product_sums_extend(&months->products, products);
  crm__months_extend(months, customers);
  for (i = 0; i < store->document_count; i += CRM__CHUNK) {
    open_chunk(&of, store, i);
    sum_chunk(store, months, &of, all);
  }
  for (i = 0; i < customers; i++) {
    const uint64_t *bits = months->bits + i * months->words;
    uint32_t first = crm__months_first(months, bits);
    if (first > 0) {
      crm__moves_count(bits, months->words, first, months->periods, 1, months->moves, months->cells);
    }
  }
  for (i = 0; i < store->document_count; i += CRM__CHUNK) {
    open_chunk(&of, store, i);
    add_cells(store, months, &of, all);
  }
}
