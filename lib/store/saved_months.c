/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved.h"

#include "base/check.h"
#include "base/error.h"

/* What is kept by month and product, in a checkpoint: it takes longer to make than all the rest to read. What it says
 * is compared with the facts by crm_store_verify alone, as measures are. */

#define FRAME 0U      /* index of the part: the months, and what there is by month; */
#define BITS 1U       /* the months of customers; */
#define PRODUCTS 2U   /* what there is by product */

#define FRAME_HEAD 8U
#define PRODUCT 56U

/* The arrays by month, all of 8-byte numbers: sums, moves, cells. */
static uint64_t numbers_of(const crm__months *months)
{
  uint64_t periods = (uint64_t)months->periods;
  return 2 * periods + 4 * (periods + 2) + 3 * periods * periods;
}

/* ---- writing ---- */

static crm_status put(const crm__part_sink *sink, uint32_t index, uint64_t first, uint64_t count,
                      const crm__bytes *bytes, crm_error *error)
{
  return bytes->failed ? crm__fail_memory(error)
                       : sink->put(sink->context, CRM__PART(CRM__PART_MONTHS, index), first, count, bytes->data,
                                   bytes->used, error);
}

static void add_numbers(crm__bytes *bytes, crm__memory *memory, const void *numbers, uint64_t count)
{
  unsigned char *to = crm__bytes_room(bytes, memory, count * 8);
  if (to != NULL) {
    crm__elements_copy(to, numbers, count, 8);
  }
}

static crm_status write_frame(const crm__months *months, const crm__part_sink *sink, crm__bytes *bytes,
                              crm__memory *memory, crm_error *error)
{
  uint64_t periods = (uint64_t)months->periods;
  crm__bytes_u32(bytes, memory, (uint32_t)months->first_day);
  crm__bytes_u32(bytes, memory, (uint32_t)months->periods);
  add_numbers(bytes, memory, months->sums, 2 * periods);
  add_numbers(bytes, memory, months->moves, 4 * (periods + 2));
  add_numbers(bytes, memory, months->cells, 3 * periods * periods);
  return put(sink, FRAME, 0, 1, bytes, error);
}

static crm_status write_bits(const crm__months *months, const crm__part_sink *sink, crm__bytes *bytes,
                             crm__memory *memory, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t first;
  for (first = 0; status == CRM_OK && first < months->customers; first += CRM__CHUNK) {
    uint64_t count = months->customers - first < CRM__CHUNK ? months->customers - first : CRM__CHUNK;
    bytes->used = 0;
    add_numbers(bytes, memory, months->bits + first * months->words, count * months->words);
    status = put(sink, BITS, first, count, bytes, error);
  }
  return status;
}

static crm_status write_products(const crm__product_sums *sums, const crm__part_sink *sink, crm__bytes *bytes,
                                 crm__memory *memory, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t first;
  uint64_t i;
  for (first = 0; status == CRM_OK && first < sums->count; first += CRM__CHUNK) {
    uint64_t count = sums->count - first < CRM__CHUNK ? sums->count - first : CRM__CHUNK;
    bytes->used = 0;
    for (i = first; i < first + count; i++) {
      const crm__product_sum *of = &sums->items[i];
      crm__bytes_i64(bytes, memory, of->revenue);
      crm__bytes_i64(bytes, memory, of->units);
      crm__bytes_i64(bytes, memory, of->cost);
      crm__bytes_i64(bytes, memory, of->lines);
      crm__bytes_i64(bytes, memory, of->uncosted);
      crm__bytes_i64(bytes, memory, of->on_last);
      crm__bytes_u32(bytes, memory, (uint32_t)of->last);
      crm__bytes_u32(bytes, memory, 0);
    }
    status = put(sink, PRODUCTS, first, count, bytes, error);
  }
  return status;
}

crm_status crm__months_write(const crm_store *store, const crm__part_sink *sink, crm_error *error)
{
  crm__memory memory = crm__memory_fork(&store->memory);
  const crm__months *kept;
  crm__months made;
  crm__bytes bytes;
  crm_status status = CRM_OK;
  memset(&bytes, 0, sizeof bytes);
  if (!crm__months_now(store, &memory, &made, &kept)) {
    return crm__fail_memory(error);
  }
  if (kept != NULL) {
    status = write_frame(kept, sink, &bytes, &memory, error);
    status = status == CRM_OK ? write_bits(kept, sink, &bytes, &memory, error) : status;
    status = status == CRM_OK ? write_products(&kept->products, sink, &bytes, &memory, error) : status;
  }
  crm__bytes_free(&bytes, &memory);
  crm__months_free(&made, &memory);
  return status;
}

/* ---- reading ---- */

static crm_status bad(crm_error *error, uint32_t index, uint64_t first)
{
  return crm__part_fail(error, CRM__PART(CRM__PART_MONTHS, index), first, "sums by month that cannot be");
}

#define FIELDS 6   /* numbers that a record has at most */
#define NO_MONEY UINT32_MAX
#define COUNT_MOST (UINT64_C(1) << 40)   /* of lines, or of customers in all months together */

/* Records of so many numbers, of each kind no more in all than left. 0: there are more, which no facts give: what comes
 * and goes later could take them past 64 bits. */
static int take_numbers(int64_t *to, const unsigned char *from, uint64_t records, uint32_t fields,
                        uint64_t left[FIELDS])
{
  uint64_t i;
  uint32_t k;
  for (i = 0; i < records; i++) {
    for (k = 0; k < fields; k++, to++, from += 8) {
      *to = crm__signed64(crm__load64(from));
      if (crm__magnitude(*to) > left[k]) {
        return 0;
      }
      left[k] -= crm__magnitude(*to);
    }
  }
  return 1;
}

/* The number at `money` of each record is an amount, the others are counts. */
static int take_all(const crm_store *store, void *to, const unsigned char *from, uint64_t records, uint32_t fields,
                    uint32_t money)
{
  uint64_t left[FIELDS] = {COUNT_MOST, COUNT_MOST, COUNT_MOST, COUNT_MOST, COUNT_MOST, COUNT_MOST};
  if (money < fields) {
    left[money] = store->money_budget;
  }
  return take_numbers(to, from, records, fields, left);
}

static crm_status read_frame(crm_store *store, const unsigned char *data, uint64_t size, crm_error *error)
{
  crm__months *months = &store->months;
  uint64_t periods;
  const unsigned char *at = data + FRAME_HEAD;
  if (months->periods != 0 || size < FRAME_HEAD) {
    return bad(error, FRAME, 0);
  }
  if (!crm__months_frame(months, &store->memory, (int32_t)crm__load32(data), (int32_t)crm__load32(data + 4))) {
    return crm__fail_memory(error);
  }
  periods = (uint64_t)months->periods;
  if (periods == 0 || size != FRAME_HEAD + 8 * numbers_of(months) ||
      !take_all(store, months->sums, at, periods, 1, 0) ||
      !take_all(store, months->sums + periods, at + 8 * periods, periods, 1, NO_MONEY) ||
      !take_all(store, months->moves, at + 16 * periods, periods + 2, 4, NO_MONEY) ||
      !take_all(store, months->cells, at + 16 * periods + 32 * (periods + 2), periods * periods, 3, 1)) {
    return bad(error, FRAME, 0);
  }
  return CRM_OK;
}

static crm_status read_bits(crm_store *store, uint64_t first, uint64_t count, const unsigned char *data, uint64_t size,
                            crm_error *error)
{
  crm__months *months = &store->months;
  if (months->periods == 0 || first != months->customers || count > CRM__CHUNK || size != count * months->words * 8) {
    return bad(error, BITS, first);
  }
  if (!crm__grow(&store->memory, &months->bits, &months->bits_capacity, (first + count) * months->words + 1,
                 sizeof *months->bits)) {
    return crm__fail_memory(error);
  }
  crm__elements_copy(months->bits + first * months->words, data, count * months->words, 8);
  months->customers += count;
  return CRM_OK;
}

static crm_status read_products(crm_store *store, uint64_t first, uint64_t count, const unsigned char *data,
                                uint64_t size, crm_error *error)
{
  crm__product_sums *sums = &store->months.products;
  uint64_t left[FIELDS] = {store->money_budget, store->quantity_budget, store->money_budget,
                           COUNT_MOST, COUNT_MOST, COUNT_MOST};
  uint64_t i;
  if (store->months.periods == 0 || first != sums->count || count > CRM__CHUNK || size != count * PRODUCT) {
    return bad(error, PRODUCTS, first);
  }
  if (!crm__product_sums_reserve(sums, &store->memory, first + count)) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    crm__product_sum *of = &sums->items[first + i];
    int64_t numbers[FIELDS];
    of->last = (int32_t)crm__load32(data + PRODUCT * i + 48);
    if (!take_numbers(numbers, data + PRODUCT * i, 1, FIELDS, left) || numbers[5] < 0 ||
        (of->last != INT32_MIN && (of->last < CRM__TIME_MIN / CRM_DAY - 1 || of->last > CRM__TIME_MAX / CRM_DAY))) {
      return bad(error, PRODUCTS, first + i);
    }
    of->revenue = numbers[0];
    of->units = numbers[1];
    of->cost = numbers[2];
    of->lines = numbers[3];
    of->uncosted = numbers[4];
    of->on_last = numbers[5];
    of->unsettled = 0;
    sums->count++;
  }
  return CRM_OK;
}

crm_status crm__months_read(crm_store *store, uint32_t index, uint64_t first, uint64_t count,
                            const unsigned char *data, uint64_t size, crm_error *error)
{
  switch (index) {
  case FRAME:
    return read_frame(store, data, size, error);
  case BITS:
    return read_bits(store, first, count, data, size, error);
  case PRODUCTS:
    return read_products(store, first, count, data, size, error);
  default:
    return bad(error, index, first);
  }
}
