/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/months_commit.h"

#include "base/bits.h"
#include "base/error.h"
#include "base/sort.h"
#include "store/pass.h"
#include "store/profile.h"

#include <string.h>

#define MONTHS_MOST 252      /* 21 years */
#define SPARE_MONTHS 12      /* room beyond the latest one */
#define LITTLE 8             /* a commit that touches less than 1 / 8 of the documents adds little */

/* ---- room ---- */

static void free_frame(crm__months *months, crm__memory *memory)
{
  uint64_t periods = (uint64_t)months->periods;
  crm__free_array(memory, months->places, (uint64_t)months->days, sizeof *months->places);
  crm__free_array(memory, months->bits, months->bits_capacity, sizeof *months->bits);
  crm__free_array(memory, months->sums, 2 * periods, sizeof *months->sums);
  crm__free_array(memory, months->moves, periods + 2, sizeof *months->moves);
  crm__free_array(memory, months->cells, periods * periods, sizeof *months->cells);
  crm__product_sums_free(&months->products, memory);
}

void crm__months_free(crm__months *months, crm__memory *memory)
{
  free_frame(months, memory);
  memset(months, 0, sizeof *months);
}

void crm__months_drop(crm_store *store)
{
  crm__months_free(&store->months, &store->memory);
}

static int32_t month_of(int32_t day)
{
  int32_t year;
  int32_t month;
  int32_t of_month;
  crm__civil_from_days(day, &year, &month, &of_month);
  return year * 12 + month - 1;
}

static int32_t month_start(int32_t month)
{
  return crm__days_from_civil(month / 12, month % 12 + 1, 1);
}

/* Room for the months from that of one day to that of another, and some more. 0: no memory; periods stays 0 where they
 * are too many. */
static int make_frame(crm__months *months, crm__memory *memory, int32_t first_day, int32_t last_day,
                      uint64_t customers, uint64_t products)
{
  int32_t first = month_of(first_day);
  int32_t periods = month_of(last_day) - first + 1 + SPARE_MONTHS;
  uint64_t cells = (uint64_t)periods * (uint64_t)periods;
  int32_t p;
  int32_t day;
  memset(months, 0, sizeof *months);
  if (periods > MONTHS_MOST) {
    return 1;
  }
  months->periods = periods;
  months->first_day = month_start(first);
  months->days = month_start(first + periods) - months->first_day;
  months->words = ((uint32_t)periods + 1 + 63) / 64;
  months->places = crm__alloc_array(memory, (uint64_t)months->days, sizeof *months->places);
  months->sums = crm__alloc_array_zero(memory, 2 * (uint64_t)periods, sizeof *months->sums);
  months->moves = crm__alloc_array_zero(memory, (uint64_t)periods + 2, sizeof *months->moves);
  months->cells = crm__alloc_array_zero(memory, cells, sizeof *months->cells);
  if (months->places == NULL || months->sums == NULL || months->moves == NULL || months->cells == NULL ||
      !crm__grow(memory, (void **)&months->bits, &months->bits_capacity, customers * months->words + 1,
                 sizeof *months->bits) ||
      !crm__product_sums_reserve(&months->products, memory, products)) {
    crm__months_free(months, memory);
    return 0;
  }
  for (p = 0; p < periods; p++) {
    for (day = month_start(first + p); day < month_start(first + p + 1); day++) {
      months->places[day - months->first_day] = (uint16_t)(p + 1);
    }
  }
  return 1;
}

void crm__months_extend(crm__months *months, uint64_t customers)
{
  if (months->customers < customers) {
    memset(months->bits + months->customers * months->words, 0,
           (size_t)((customers - months->customers) * months->words) * sizeof *months->bits);
    months->customers = customers;
  }
}

int crm__months_frame(crm__months *months, crm__memory *memory, int32_t first_day, int32_t periods)
{
  memset(months, 0, sizeof *months);
  if (periods <= SPARE_MONTHS || periods > MONTHS_MOST || first_day < CRM__TIME_MIN / CRM_DAY ||
      first_day > CRM__TIME_MAX / CRM_DAY || month_start(month_of(first_day)) != first_day) {
    return 1;
  }
  return make_frame(months, memory, first_day, month_start(month_of(first_day) + periods - SPARE_MONTHS) - 1, 0, 0);
}

/* Whether a frame is the one that would be made of a store today. */
static int is_of(const crm__months *months, const crm_store *store)
{
  int32_t first = month_of(crm__business_day(store->earliest, store->day_start));
  int32_t last = month_of(crm__business_day(store->latest, store->day_start));
  return months->first_day == month_start(first) && months->periods == last - first + 1 + SPARE_MONTHS;
}

int crm__months_good(const crm_store *store, const crm__months *months)
{
  uint32_t top = (uint32_t)months->periods % 64;   /* the highest bit of the last word */
  uint64_t outside = top == 63 ? 0 : UINT64_MAX << (top + 1);
  uint64_t bad = 0;
  uint64_t i;
  for (i = 0; i < months->customers; i++) {
    const uint64_t *bits = months->bits + i * months->words;
    bad |= (bits[0] & 1U) | (bits[months->words - 1] & outside);
  }
  return bad == 0 && store->earliest != INT64_MAX && is_of(months, store) &&
         months->customers == store->customer_count && months->products.count == store->products.count + 1;
}

int crm__months_now(const crm_store *store, crm__memory *memory, crm__months *made, const crm__months **kept)
{
  const crm__months *months = &store->months;
  memset(made, 0, sizeof *made);
  *kept = NULL;
  if (store->earliest == INT64_MAX) {
    return 1;
  }
  if (months->periods > 0 && is_of(months, store) && months->products.unsettled == 0 &&
      months->customers == store->customer_count && months->products.count == store->products.count + 1) {
    *kept = months;
    return 1;
  }
  if (!make_frame(made, memory, crm__business_day(store->earliest, store->day_start),
                  crm__business_day(store->latest, store->day_start), store->customer_count, store->products.count)) {
    return 0;
  }
  if (made->periods > 0) {
    crm__months_make(store, made, store->customer_count, store->products.count);
    *kept = made;
  }
  return 1;
}

/* ---- adding and taking away ---- */

int crm__months_standing(const crm_store *store, uint32_t customer)
{
  int kind = customer == CRM__NONE ? CRM__CUSTOMER_ANONYMOUS : crm__customer_kind(store, customer);
  return kind == CRM__CUSTOMER_ANONYMOUS  ? CRM__MONTHS_NAMELESS
         : kind == CRM__CUSTOMER_INTERNAL ? CRM__MONTHS_IGNORED
                                          : CRM__MONTHS_COUNTS;
}

/* The place of a live document with a line, 0 for others. */
static uint16_t place_of(const crm_store *store, const crm__months *months, uint64_t document)
{
  const uint32_t wanted = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE;
  if ((crm__column_u8(&store->documents.flags, document) & wanted) != wanted) {
    return 0;
  }
  return crm__months_place(months, crm__business_day(crm__column_i64(&store->documents.time, document),
                                                     store->day_start));
}

static int64_t orders_of(const crm_store *store, uint64_t document, int named)
{
  uint32_t flags = crm__column_u8(&store->documents.flags, document);
  return named || (flags & CRM__DOCUMENT_VALUE) ? crm__document_orders(store, (uint32_t)document) : 0;
}

static void add_sums(const crm_store *store, crm__months *months, uint64_t document, int64_t sign)
{
  uint16_t place = place_of(store, months, document);
  int standing = crm__months_standing(store, crm__column_u32(&store->documents.customer, document));
  if (place > 0 && standing != CRM__MONTHS_IGNORED) {
    months->sums[place - 1] = crm__sum_of(months->sums[place - 1],
                                          sign * crm__column_i64(&store->documents.net, document));
    months->sums[months->periods + place - 1] += sign * orders_of(store, document, standing == CRM__MONTHS_COUNTS);
    crm__product_sums_add(store, &months->products, document, sign);
  }
}

static void add_cell(const crm_store *store, crm__months *months, uint64_t document, uint32_t first, int64_t sign)
{
  uint16_t place = place_of(store, months, document);
  if (first > 0 && place >= first) {
    crm__cell *cell = &months->cells[(size_t)(first - 1) * (size_t)months->periods + place - 1];
    cell->revenue = crm__sum_of(cell->revenue, sign * crm__column_i64(&store->documents.net, document));
    cell->orders += sign * orders_of(store, document, 1);
  }
}

static void count_moves(crm__months *months, const uint64_t *bits, int64_t sign)
{
  crm__moves_count(bits, months->words, crm__months_first(months, bits), months->periods, sign, months->moves,
                   months->cells);
}

/* What a customer with settled bits is to moves and cells by its documents before one. */
static void add_customer(const crm_store *store, crm__months *months, uint32_t customer, uint64_t before, int64_t sign)
{
  const uint64_t *bits = months->bits + (uint64_t)customer * months->words;
  uint32_t first = crm__months_first(months, bits);
  uint32_t document;
  if (first == 0) {
    return;
  }
  count_moves(months, bits, sign);
  for (document = store->profiles[customer].head; document != CRM__NONE;
       document = crm__column_u32(&store->documents.next, document)) {
    if (document < before) {
      add_cell(store, months, document, first, sign);
    }
  }
}

static void add_bit(const crm_store *store, crm__months *months, uint32_t customer, uint64_t document)
{
  uint16_t place = place_of(store, months, document);
  if (place > 0 && (crm__column_u8(&store->documents.flags, document) & CRM__DOCUMENT_SALE)) {
    months->bits[(uint64_t)customer * months->words + place / 64] |= UINT64_C(1) << (place % 64);
  }
}

/* ---- a commit ---- */

static void widen(int64_t time, int64_t *least, int64_t *most)
{
  *least = time < *least ? time : *least;
  *most = time > *most ? time : *most;
}

/* Decides by what the load may touch; 0: no memory. */
static int decide(const crm_load *load, crm__months_plan *plan, uint64_t touched, int remake)
{
  crm_store *store = load->store;
  const crm__months *months = &store->months;
  int64_t least = store->earliest;
  int64_t most = store->latest;
  int32_t first_day;
  int32_t last_day;
  uint64_t i;
  if (touched * LITTLE > load->documents_before || store->earliest == INT64_MAX) {
    plan->action = CRM__MONTHS_DROP;
    return 1;
  }
  for (i = load->documents_before; i < store->documents.keys.count; i++) {
    if (crm__column_u32(&store->documents.lines, i) > 0) {
      widen(crm__column_i64(&store->documents.time, i), &least, &most);
    }
  }
  for (i = 0; i < load->entry_count; i++) {
    widen(load->entries[i].stage.time, &least, &most);
  }
  first_day = crm__business_day(least, store->day_start);
  last_day = crm__business_day(most, store->day_start);
  if (months->periods > 0 && !remake && first_day >= months->first_day &&
      last_day < months->first_day + months->days) {
    plan->action = CRM__MONTHS_CHANGE;
    return 1;
  }
  if (!make_frame(&plan->made, &store->memory, first_day, last_day, store->customers.count,
                  store->products.count)) {
    return 0;
  }
  plan->action = plan->made.periods > 0 ? CRM__MONTHS_MAKE : CRM__MONTHS_DROP;
  return 1;
}

/* Whether a load changes whom documents count for. */
static int changes_customers(const crm_load *load)
{
  const crm__dimension_rows *rows = load->dimensions[CRM__TABLE_CUSTOMERS];
  return load->identity_changes || (rows != NULL && !crm__column_absent(&rows->values[CRM__CUSTOMERS_KIND]));
}

/* Whether an entry changes a document that the store had; one that is refused or sent again as it is does not. */
static int replaces(const crm_load *load, const crm__entry *entry)
{
  return entry->document < load->documents_before &&
         (entry->stage.flags & (CRM__STAGE_REFUSED | CRM__STAGE_DUPLICATE)) == 0;
}

/* The documents of the store that entries are versions of. */
static int collect_documents(const crm_load *load, crm__months_plan *plan)
{
  crm__memory *memory = &load->store->memory;
  uint64_t *spare;
  uint64_t capacity = load->entry_count;
  uint64_t count = 0;
  uint64_t i;
  if (capacity == 0) {
    return 1;
  }
  if (!crm__grow(memory, (void **)&plan->documents, &plan->document_capacity, capacity, sizeof *plan->documents)) {
    return 0;
  }
  spare = crm__alloc_array(memory, capacity, sizeof *spare);
  if (spare == NULL) {
    return 0;
  }
  for (i = 0; i < capacity; i++) {
    if (replaces(load, &load->entries[i])) {
      plan->documents[count++] = load->entries[i].document;
    }
  }
  crm__radix_sort(plan->documents, NULL, spare, NULL, count);
  crm__free_array(memory, spare, capacity, sizeof *spare);
  for (i = 0; i < count; i++) {
    if (plan->document_count == 0 || plan->documents[i] != plan->documents[plan->document_count - 1]) {
      plan->documents[plan->document_count++] = plan->documents[i];
    }
  }
  return 1;
}

int crm__months_prepare(const crm_load *load, crm__months_plan *plan)
{
  crm_store *store = load->store;
  crm__months *months = &store->months;
  uint64_t new_documents = store->documents.keys.count - load->documents_before;
  uint64_t touched = new_documents + load->entry_count;
  int remake = changes_customers(load);
  plan->action = CRM__MONTHS_NOTHING;
  if (touched > 0 || (remake && months->periods > 0)) {
    if (!decide(load, plan, touched, remake)) {
      return 0;
    }
  } else if (months->periods > 0) {
    plan->action = CRM__MONTHS_CHANGE;
  }
  if (plan->action != CRM__MONTHS_CHANGE) {
    return 1;
  }
  return collect_documents(load, plan) &&
         crm__grow(&store->memory, (void **)&plan->customers, &plan->customer_capacity,
                   new_documents + 2 * load->entry_count + 1, sizeof *plan->customers) &&
         crm__grow(&store->memory, (void **)&months->bits, &months->bits_capacity,
                   store->customers.count * months->words + 1, sizeof *months->bits) &&
         crm__product_sums_reserve(&months->products, &store->memory, store->products.count);
}

/* Takes a customer out, once; of its documents those before one have been added. */
static void take_out(crm_store *store, crm__months_plan *plan, uint32_t customer, uint64_t before)
{
  crm__months *months = &store->months;
  uint64_t *bits;
  if (customer == CRM__NONE) {
    return;
  }
  customer = crm__resolve(store, customer);
  bits = months->bits + (uint64_t)customer * months->words;
  if (bits[0] & 1U) {
    return;
  }
  add_customer(store, months, customer, before, -1);
  memset(bits, 0, months->words * sizeof *bits);
  bits[0] = 1;
  plan->customers[plan->customer_count++] = customer;
}

void crm__months_before(const crm_load *load, crm__months_plan *plan)
{
  crm_store *store = load->store;
  uint64_t i;
  if (plan->action != CRM__MONTHS_CHANGE) {
    return;
  }
  crm__months_extend(&store->months, store->customers.count);
  crm__product_sums_extend(&store->months.products, store->products.count);
  for (i = 0; i < plan->document_count; i++) {
    add_sums(store, &store->months, plan->documents[i], -1);
    take_out(store, plan, crm__column_u32(&store->documents.customer, plan->documents[i]), load->documents_before);
  }
  for (i = 0; i < load->entry_count; i++) {
    if (replaces(load, &load->entries[i])) {
      take_out(store, plan, load->entries[i].stage.customer, load->documents_before);
    }
  }
}

/* Adds a new document to a customer who is in, without a walk to its others: a till may have one customer for
 * everybody. Only where the document is the first purchase, or an earlier one than all, is the customer taken out. */
static void append(crm_store *store, crm__months_plan *plan, uint64_t document)
{
  crm__months *months = &store->months;
  uint32_t customer = crm__column_u32(&store->documents.customer, document);
  uint16_t place = place_of(store, months, document);
  int sale = (crm__column_u8(&store->documents.flags, document) & CRM__DOCUMENT_SALE) != 0;
  uint64_t *bits;
  uint32_t first;
  if (place == 0 || customer == CRM__NONE || crm__months_standing(store, customer) != CRM__MONTHS_COUNTS) {
    return;
  }
  bits = months->bits + (uint64_t)customer * months->words;
  if (bits[0] & 1U) {
    return;   /* comes in with all its documents */
  }
  first = crm__months_first(months, bits);
  if (sale && (first == 0 || place < first)) {
    take_out(store, plan, customer, document);
    return;
  }
  if (sale && (bits[place / 64] >> (place % 64) & 1U) == 0) {
    count_moves(months, bits, -1);
    add_bit(store, months, customer, document);
    count_moves(months, bits, 1);
  }
  add_cell(store, months, document, first, 1);
}

/* Puts the customers back in. */
static void put_in(crm_store *store, const crm__months_plan *plan)
{
  crm__months *months = &store->months;
  uint64_t i;
  for (i = 0; i < plan->customer_count; i++) {
    uint32_t customer = plan->customers[i];
    uint32_t document = store->profiles[customer].head;
    memset(months->bits + (uint64_t)customer * months->words, 0, months->words * sizeof *months->bits);
    if (crm__months_standing(store, customer) != CRM__MONTHS_COUNTS) {
      continue;
    }
    for (; document != CRM__NONE; document = crm__column_u32(&store->documents.next, document)) {
      add_bit(store, months, customer, document);
    }
    add_customer(store, months, customer, store->document_count, 1);
  }
}

void crm__months_after(const crm_load *load, crm__months_plan *plan)
{
  crm_store *store = load->store;
  uint64_t i;
  if (plan->action == CRM__MONTHS_CHANGE) {
    for (i = 0; i < plan->document_count; i++) {
      add_sums(store, &store->months, plan->documents[i], 1);
    }
    for (i = load->documents_before; i < store->document_count; i++) {
      add_sums(store, &store->months, i, 1);
      append(store, plan, i);
    }
    put_in(store, plan);
  } else if (plan->action == CRM__MONTHS_MAKE) {
    crm__months_drop(store);
    store->months = plan->made;
    memset(&plan->made, 0, sizeof plan->made);
    crm__months_make(store, &store->months, store->customers.count, store->products.count);
  } else if (plan->action == CRM__MONTHS_DROP) {
    crm__months_drop(store);
  }
}

crm_status crm_store_prepare(crm_store *store, crm_error *error)
{
  const crm__months *kept;
  crm__months made;
  crm_status status;
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  status = crm__store_ready(store, error);
  if (status != CRM_OK) {
    return status;
  }
  if (store->open_load) {
    return crm__fail(error, CRM_ERROR_STATE, "a load of this store is open");
  }
  if (store->months.periods > 0 || store->earliest == INT64_MAX) {
    return CRM_OK;
  }
  if (!crm__months_now(store, &store->memory, &made, &kept)) {
    return crm__fail_memory(error);
  }
  if (kept == &made) {
    store->months = made;
  }
  return CRM_OK;
}

void crm__months_plan_free(crm__months_plan *plan, crm__memory *memory)
{
  crm__months_free(&plan->made, memory);
  crm__free_array(memory, plan->documents, plan->document_capacity, sizeof *plan->documents);
  crm__free_array(memory, plan->customers, plan->customer_capacity, sizeof *plan->customers);
}

/* ---- serving ---- */

/* Whether a scope means what is kept, by whatever calendar. */
static int means_all(const crm__scope *scope)
{
  return scope->store->months.periods > 0 && scope->from == INT64_MIN && scope->to == scope->as_of &&
         scope->as_of > scope->latest && scope->money == CRM_MONEY_NET && scope->refunds == CRM_REFUNDS_REFUND_DAY &&
         scope->branches == NULL && scope->segment == NULL && !scope->internal;
}

const crm__product_sum *crm__kept_product_sums(const crm__scope *scope)
{
  const crm__product_sums *sums = &scope->store->months.products;
  return means_all(scope) && sums->unsettled == 0 && sums->count > scope->store->products.count ? sums->items : NULL;
}

static int serves(const crm__scope *scope, const crm__calendar *calendar, const crm__activity *activity)
{
  const crm__months *months = &scope->store->months;
  return means_all(scope) && calendar->options.period == CRM_PERIOD_MONTH &&
         scope->occasions == CRM_OCCASIONS_EACH && activity->starts[0] == months->first_day &&
         activity->periods <= months->periods && activity->words == months->words;
}

int crm__months_activity(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity, int *memory)
{
  const crm__months *months = &scope->store->months;
  size_t periods = (size_t)activity->periods;
  crm__cell *cells;
  size_t p;
  *memory = 1;
  if (!serves(scope, calendar, activity)) {
    return 0;
  }
  cells = crm__scope_alloc(scope, periods * periods, sizeof *cells);
  if (cells == NULL) {
    *memory = 0;
    return 1;
  }
  for (p = 0; p < periods; p++) {
    memcpy(cells + p * periods, months->cells + p * (size_t)months->periods, periods * sizeof *cells);
  }
  activity->cells = cells;
  activity->revenue = months->sums;
  activity->orders = months->sums + months->periods;
  activity->moves = months->moves;
  activity->bits_base = (const unsigned char *)(const void *)months->bits;
  activity->bits_stride = months->words * sizeof *months->bits;
  activity->ever_base = scope->store->measures == NULL   /* of a store without customers */
                          ? NULL
                          : (const unsigned char *)(const void *)&scope->store->measures->first;
  activity->ever_stride = sizeof *scope->store->measures;
  return 1;
}

/* ---- verifying ---- */

static int same(const crm__months *a, const crm__months *b)
{
  size_t periods = (size_t)a->periods;
  return a->customers == b->customers &&
         memcmp(a->bits, b->bits, (size_t)(a->customers * a->words) * sizeof *a->bits) == 0 &&
         memcmp(a->sums, b->sums, 2 * periods * sizeof *a->sums) == 0 &&
         memcmp(a->moves, b->moves, (periods + 2) * sizeof *a->moves) == 0 &&
         memcmp(a->cells, b->cells, periods * periods * sizeof *a->cells) == 0;
}

crm_status crm__months_verify(const crm_store *store, crm_error *error)
{
  const crm__months *kept = &store->months;
  crm__memory memory = crm__memory_fork(&store->memory);
  crm__months made;
  crm_status status = CRM_OK;
  if (kept->periods == 0) {
    return CRM_OK;
  }
  if (!make_frame(&made, &memory, kept->first_day,
                  month_start(month_of(kept->first_day) + kept->periods - SPARE_MONTHS) - 1, kept->customers,
                  kept->products.count - 1)) {
    return crm__fail_memory(error);
  }
  crm__months_make(store, &made, kept->customers, kept->products.count - 1);
  if (made.periods != kept->periods || !same(&made, kept) ||
      !crm__product_sums_same(&kept->products, &made.products)) {
    status = crm__fail(error, CRM_ERROR_CORRUPT, "the sums by month or product differ from what the lines give");
  }
  crm__months_free(&made, &memory);
  return status;
}
