/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "base/sizes.h"

#include <string.h>

/* How a till comes to what the store holds: all at once, after a commit, or as time goes on. */

#define MANY 8        /* one customer in so many touched: all is made anew, */
#define LITTLE CRM__SIZE(1024, 2)   /* unless they are few anyway */

crm_status crm__till_check(const crm_till *till, crm_error *error)
{
  if (till->version != crm_store_version(till->store)) {
    return crm__fail(error, CRM_ERROR_STATE, "the store has changed, or a change of the till failed: sync first");
  }
  return CRM_OK;
}

/* ---- the scope ---- */

static crm_status reopen(crm_till *till, crm_error *error)
{
  crm_scope scope = till->rules->scope;
  crm_status status;
  if (till->open) {
    crm__scope_close(&till->scope);
    till->open = 0;
  }
  scope.as_of = till->as_of_day * CRM_DAY + till->scope.day_start;
  status = crm__scope_open(&till->scope, till->store, &scope, error);
  till->open = status == CRM_OK;
  return status;
}

/* ---- posted sales ---- */

/* Whether the store has a posted sale, or it was posted for the time being only. */
static int is_settled(const crm_till *till, const crm__posted *posted)
{
  const char *source;
  if (posted->key < 0) {
    return 1;
  }
  source = till->keys + posted->key;
  return crm__document_held(till->store, source, source + strlen(source) + 1);
}

/* The id that the store has given to a customer since, or the same. */
static uint32_t known_as(const crm_till *till, uint32_t id)
{
  uint32_t known = id & CRM__TILL_FRESH ? crm__customer_sent(till->store, crm__till_key(till, id)) : CRM__NONE;
  return known == CRM__NONE ? id : known;
}

/* Looks up who the posted sales are for, where that has not been asked yet. */
static void name_posted(crm_till *till)
{
  uint64_t i;
  for (i = 0; i < till->posted_count; i++) {
    crm__posted *one = &till->posted[i];
    if (one->placed) {
      one->sent = crm__till_placed(till, one->sent);
      one->customer = one->sent;
      one->placed = 0;
    }
  }
}

/* Drops the settled ones. The others go to who stands for their customers by now. */
static void settle_posted(crm_till *till)
{
  uint64_t kept = 0;
  uint64_t used = 0;
  uint64_t i;
  for (i = 0; i < till->posted_count; i++) {
    crm__posted one = till->posted[i];
    const char *text;
    size_t length;
    if (is_settled(till, &one)) {
      continue;
    }
    one.sent = known_as(till, one.sent);
    one.customer = crm__till_stands(till, one.sent);
    text = till->keys + one.key;
    length = strlen(text) + 1;
    length += strlen(text + length) + 1;
    memmove(till->keys + used, text, length);
    one.key = (int64_t)used;
    used += length;
    till->posted[kept++] = one;
  }
  till->posted_count = kept;
  till->keys_used = used;
}

/* Hangs the posted sales on their customers, who have none. */
static void hang_posted(crm_till *till)
{
  uint64_t i;
  for (i = 0; i < till->posted_count; i++) {
    crm__buyer *buyer = crm__till_buyer(till, till->posted[i].customer);
    till->posted[i].next = buyer->posted;
    buyer->posted = (uint32_t)i;
  }
}

static void unhang_posted(crm_till *till)
{
  uint64_t i;
  for (i = 0; i < till->posted_count; i++) {
    crm__till_buyer(till, till->posted[i].customer)->posted = CRM__NONE;
  }
}

/* ---- all at once ---- */

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
static int grow(crm_till *till)
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
  int overflow = 0;
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
        overflow |= crm__buyer_add(crm__till_buyer(till, facts->customer[i]),
                                   flags & CRM__FACT_PERIOD ? till->from : INT32_MAX,
                                   facts->day[i], facts->money[i], flags & CRM__FACT_OCCASION ? facts->orders[i] : 0);
      }
    }
  }
  for (i = 0; i < till->posted_count; i++) {
    const crm__posted *one = &till->posted[i];
    if ((one->customer & CRM__TILL_FRESH) == 0 && crm__customer_counts(&till->scope, one->customer)) {
      overflow |= crm__buyer_add(crm__till_buyer(till, one->customer), till->from, one->day, one->money, one->orders);
    }
  }
  return overflow ? crm__fail(error, CRM_ERROR_OVERFLOW, "the money of a customer passes 64 bits") : CRM_OK;
}

/* The record of one who is not on the axes. */
static crm_status read_one(crm_till *till, uint32_t id, crm_error *error)
{
  crm__buyer made;
  crm_status status = crm__till_read(till, id, NULL, &made, error);
  if (status == CRM_OK) {
    crm__till_settle(till, id, &made);
    *crm__till_buyer(till, id) = made;
  }
  return status;
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
  name_posted(till);
  settle_posted(till);
  status = reopen(till, error);
  if (status == CRM_OK && (!settle_places(till) || !grow(till))) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < till->fresh_keys.count; i++) {
    till->fresh[i] = crm__buyer_empty();
  }
  till->from = crm__till_from(till, CRM__NONE, INT32_MAX, till->as_of_day);
  hang_posted(till);
  status = read_all(till, error);
  if (status == CRM_OK) {
    status = crm__till_rank_all(till, error);
  }
  if (status == CRM_OK) {
    status = reopen(till, error);   /* without the scratch of what was done */
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

/* ---- after a commit ---- */

static crm_status refresh(crm_till *till, uint32_t id, crm_error *error)
{
  crm__buyer *buyer = crm__till_buyer(till, id);
  crm__till_look look;
  crm__buyer made;
  int64_t total;
  crm_status status = crm__till_read(till, id, NULL, &made, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__till_settle(till, id, &made);
  if (crm__till_total(till, buyer, &made, &total)) {
    return crm__fail(error, CRM_ERROR_OVERFLOW, "the money of all customers passes 64 bits");
  }
  if (!crm__till_reserve(till, &made)) {
    return crm__fail_memory(error);
  }
  crm__till_look_up(till, buyer, &made, &look);
  crm__till_replace(till, id, buyer, &made, &look);
  return CRM_OK;
}

/* The customers whose records may be others now, some of them twice. `ids` has room for touched and posted ones. */
static uint64_t gather(const crm_till *till, uint32_t *ids, uint64_t touched)
{
  uint64_t i;
  for (i = 0; i < till->posted_count; i++) {
    ids[touched++] = till->posted[i].customer;
    ids[touched++] = crm__till_stands(till, known_as(till, till->posted[i].sent));
  }
  return touched;
}

static crm_status follow(crm_till *till, uint32_t *ids, uint64_t touched, crm_error *error)
{
  crm_status status = till->scope.branches == NULL ? CRM_OK : reopen(till, error);
  uint64_t count;
  uint64_t i;
  if (status == CRM_OK && !grow(till)) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  till->scope.latest = crm__latest(till->store);
  count = gather(till, ids, touched);
  unhang_posted(till);
  settle_posted(till);
  hang_posted(till);
  for (i = 0; i < count && status == CRM_OK; i++) {
    status = refresh(till, ids[i], error);
  }
  return status;
}

/* Whether more than touched customers may have changed. */
static int all_anew(const crm_till *till)
{
  return till->version < 0 || till->rules->scope.refunds == CRM_REFUNDS_SALE_DAY ||
         !crm__keys_kept(till->store, till->version);
}

/* Follows by the touched ones, in an array with room for those of posted sales too. */
static crm_status follow_touched(crm_till *till, uint32_t *ids, uint64_t touched, crm_error *error)
{
  int changed = till->version != crm_store_version(till->store);
  uint64_t posted = till->posted_count;
  crm_status status;
  till->version = -1;
  status = follow(till, ids, touched, error);
  if (status == CRM_OK && (changed || till->posted_count != posted)) {
    status = crm__till_gauges_fill(till, error);
  }
  if (status == CRM_OK) {
    crm__till_refresh_cuts(till);
    till->version = crm_store_version(till->store);
  }
  return status;
}

crm_status crm_till_sync(crm_till *till, crm_error *error)
{
  crm__memory memory;
  uint32_t *ids;
  uint32_t *more;
  uint64_t count;
  uint64_t room;
  uint64_t wanted;
  crm_status status;
  if (till == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till");
  }
  if (all_anew(till)) {
    return crm__till_fill(till, error);
  }
  name_posted(till);
  memory = crm__memory_fork(&till->memory);
  if (!crm__customers_touched(till->store, till->version, &memory, &ids, &count, &room)) {
    return crm__fail_memory(error);
  }
  wanted = count + till->posted_count * 2;
  if (wanted > crm__customers(till->store) / MANY + LITTLE) {
    crm__free_array(&memory, ids, room, sizeof *ids);
    return crm__till_fill(till, error);
  }
  more = crm__resize(&memory, ids, (size_t)room * sizeof *ids, (size_t)(wanted + 1) * sizeof *ids);
  if (more == NULL) {
    crm__free_array(&memory, ids, room, sizeof *ids);
    return crm__fail_memory(error);
  }
  status = follow_touched(till, more, count, error);
  crm__free_array(&memory, more, wanted + 1, sizeof *more);
  return status;
}

/* ---- as time goes on ---- */

/* Reads all anew who are due, list by list. */
static crm_status refresh_due(crm_till *till, int32_t before, crm_error *error)
{
  int32_t steps = till->as_of_day - before < CRM__TILL_WHEEL ? till->as_of_day - before : CRM__TILL_WHEEL;
  crm_status status = CRM_OK;
  int32_t i;
  for (i = 1; i <= steps; i++) {
    uint32_t id = till->heads[(uint32_t)(before + i) % CRM__TILL_WHEEL];
    while (id != CRM__NONE && status == CRM_OK) {
      uint32_t next = id & CRM__TILL_FRESH ? till->fresh_links[id & ~CRM__TILL_FRESH].next : till->links[id].next;
      if (crm__till_buyer(till, id)->due <= till->as_of_day) {
        status = refresh(till, id, error);
      }
      id = next;
    }
  }
  return status;
}

/* The as-of day of an instant; 0: it is out of range. */
static int32_t day_of(const crm_till *till, int64_t as_of)
{
  return crm__business_day(as_of - 1, till->scope.day_start) + 1;
}

crm_status crm_till_advance(crm_till *till, int64_t as_of, crm_error *error)
{
  int64_t version;
  int32_t before;
  int32_t from;
  crm_status status;
  if (till == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till");
  }
  status = crm__till_check(till, error);
  if (status != CRM_OK) {
    return status;
  }
  before = till->as_of_day;
  if (as_of < CRM__TIME_MIN || as_of > CRM__TIME_MAX || day_of(till, as_of) < before) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "as_of", 0, -1, "as-of goes forward only, up to 2200");
  }
  till->as_of_day = day_of(till, as_of);
  from = crm__till_from(till, CRM__NONE, INT32_MAX, till->as_of_day);
  if (till->window == CRM_WINDOW_YEAR && from != till->from) {
    return crm__till_fill(till, error);
  }
  version = till->version;
  till->version = -1;
  till->from = from;
  till->scope.as_of = till->as_of_day * CRM_DAY + till->scope.day_start;
  till->scope.to = till->scope.as_of;
  till->scope.as_of_day = till->as_of_day;
  status = refresh_due(till, before, error);
  if (status == CRM_OK) {
    status = crm__till_gauges_fill(till, error);
  }
  if (status == CRM_OK) {
    crm__till_refresh_cuts(till);
    till->version = version;
  }
  return status;
}
