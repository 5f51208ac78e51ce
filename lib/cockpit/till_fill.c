/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "base/sizes.h"

#include <string.h>

/* A till made of all that the store holds. */

#define LINE 64

/* Room for so many records, none across two cache lines. 0: no memory. */
static int widen(crm_till *till, uint64_t records)
{
  uint64_t capacity = till->buyer_capacity + till->buyer_capacity / 8;
  unsigned char *memory;
  size_t shift;
  if (records <= till->buyer_capacity) {
    return 1;
  }
  capacity = capacity < records ? records : capacity;
  memory = crm__alloc_array(&till->memory, capacity + LINE / sizeof *till->buyers, sizeof *till->buyers);
  if (memory == NULL) {
    return 0;
  }
  shift = (LINE - (size_t)memory % LINE) % LINE;
  if (till->records > 0) {
    memcpy(memory + shift, till->buyers, (size_t)till->records * sizeof *till->buyers);
  }
  crm__till_free_buyers(till);
  till->buyer_memory = memory;
  till->buyers = (crm__buyer *)(void *)(memory + shift);
  till->buyer_capacity = capacity;
  return 1;
}

void crm__till_free_buyers(crm_till *till)
{
  if (till->buyer_memory != NULL) {
    crm__free_array(&till->memory, till->buyer_memory, till->buyer_capacity + LINE / sizeof *till->buyers,
                    sizeof *till->buyers);
  }
}

static void open_records(crm_till *till, uint64_t records)
{
  while (till->records < records) {
    till->buyers[till->records++] = crm__buyer_empty();
  }
}

/* Settles where records are: by key where the store's integer keys are dense enough, else by id. 0: no memory. */
static int settle_places(crm_till *till)
{
  uint64_t customers = crm__customers(till->store);
  uint64_t span = crm__customers_window(till->store, &till->direct_from);
  till->customers = 0;
  till->records = 0;
  till->direct_span = span <= customers * 2 ? span : 0;
  crm__free_array(&till->memory, till->places, till->place_capacity, sizeof *till->places);
  till->places = NULL;
  till->place_capacity = 0;
  if (till->direct_span == 0) {
    return 1;
  }
  if (!crm__grow(&till->memory, &till->places, &till->place_capacity, customers, sizeof *till->places) ||
      !widen(till, till->direct_span)) {
    return 0;
  }
  open_records(till, till->direct_span);
  return 1;
}

/* Where the record of the next customer is: the first of those that are not, or one for its key. */
static uint64_t place_next(crm_till *till)
{
  crm__key key;
  if (till->places == NULL) {
    return till->customers;
  }
  key = crm__customer_key(till->store, till->customers);
  if (key.text == NULL && (uint64_t)key.integer - till->direct_from < till->direct_span) {
    till->places[till->customers] = (uint32_t)((uint64_t)key.integer - till->direct_from);
  } else {
    till->places[till->customers] = (uint32_t)till->records;
  }
  return till->places[till->customers];
}

/* Room for the customers that the store knows by now; new records are empty. 0: no memory. */
int crm__till_grow(crm_till *till)
{
  uint32_t customers = crm__customers(till->store);
  uint64_t records = till->records + (customers - till->customers);   /* at most */
  if (!widen(till, records) ||
      !crm__grow(&till->memory, &till->links, &till->link_capacity, customers, sizeof *till->links) ||
      (till->places != NULL &&
       !crm__grow(&till->memory, &till->places, &till->place_capacity, customers, sizeof *till->places))) {
    return 0;
  }
  for (; till->customers < customers; till->customers++) {
    open_records(till, place_next(till) + 1);
  }
  return 1;
}

/* Whether one pass over the facts gives the records: the window is the same for all, and occasions need no telling
 * apart. */
static int one_pass(const crm_till *till)
{
  return till->window != CRM_WINDOW_MEMBERSHIP && till->scope.occasions == CRM_OCCASIONS_EACH;
}

#define AHEAD CRM__SIZE(24, 2)   /* how many facts ahead a record is asked for */

static crm_status pass(crm_till *till, crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(&till->scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &till->scope)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t flags = facts->flags[i];
      if (i + AHEAD < facts->count && facts->customer[i + AHEAD] != CRM__NONE) {
        CRM__PREFETCH(crm__till_buyer(till, facts->customer[i + AHEAD]));
      }
      if (facts->customer[i] != CRM__NONE) {
        crm__buyer_add(crm__till_buyer(till, facts->customer[i]), flags & CRM__FACT_PERIOD ? till->from : INT32_MAX,
                       facts->day[i], facts->money[i], flags & CRM__FACT_OCCASION ? facts->orders[i] : 0);
      }
    }
  }
  for (i = 0; i < till->posted_count; i++) {
    const crm__posted *one = &till->posted[i];
    if ((one->customer & CRM__TILL_FRESH) == 0 && crm__customer_counts(&till->scope, one->customer)) {
      crm__buyer_add(crm__till_buyer(till, one->customer), till->from, one->day, one->money, one->orders);
    }
  }
  return crm__facts_end(facts, error);
}

/* The record of one who is not on the axes. */
static crm_status read_one(crm_till *till, uint32_t id, crm_error *error)
{
  crm__buyer made;
  if (!crm__till_read(till, id, NULL, &made)) {
    return crm__fail_memory(error);
  }
  crm__till_settle(till, id, &made);
  *crm__till_buyer(till, id) = made;
  return CRM_OK;
}

static crm_status read_all(crm_till *till, crm_error *error)
{
  crm_status status = one_pass(till) ? pass(till, error) : CRM_OK;
  uint32_t i;
  for (i = 0; i < till->customers && status == CRM_OK; i++) {
    if (!one_pass(till)) {
      status = read_one(till, i, error);
    } else {
      crm__buyer *buyer = crm__till_buyer(till, i);
      buyer->flags |= crm__customer_counts(&till->scope, i) ? 0 : CRM__BUYER_OUT;
      crm__till_settle(till, i, buyer);
    }
  }
  for (i = 0; i < till->fresh_keys.count && status == CRM_OK; i++) {
    status = read_one(till, i | CRM__TILL_FRESH, error);
  }
  return status;
}

crm_status crm__till_fill(crm_till *till, crm_error *error)
{
  crm_status status;
  uint32_t i;
  till->version = -1;
  crm__till_name_posted(till);
  status = crm__till_settle_posted(till, error);
  if (status == CRM_OK) {
    status = crm__till_reopen(till, error);
  }
  if (status == CRM_OK && (!settle_places(till) || !crm__till_grow(till))) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < till->fresh_keys.count; i++) {
    till->fresh[i] = crm__buyer_empty();
  }
  till->from = crm__till_from(till, CRM__NONE, INT32_MAX, till->as_of_day);
  crm__till_hang_posted(till);
  status = read_all(till, error);
  if (status == CRM_OK) {
    status = crm__till_rank_all(till, error);
  }
  if (status == CRM_OK) {
    status = crm__till_reopen(till, error);   /* without the scratch of what was done */
  }
  if (status == CRM_OK) {
    status = crm__till_gauges_fill(till, error);
  }
  if (status == CRM_OK) {
    crm__till_refresh_cuts(till);
    till->version = crm_store_version(till->store);
  }
  return status;
}
