/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"
#include "base/sizes.h"

#include <string.h>

/* How a till comes to what the store holds after a commit, or as time goes on. */

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

crm_status crm__till_reopen(crm_till *till, crm_error *error)
{
  crm_scope scope = till->rules->kept.scope;
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
void crm__till_name_posted(crm_till *till)
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

/* What 64 bits hold beside all that the store and the posted sales have. */
static crm_status measure_room(crm_till *till, crm_error *error)
{
  uint64_t i;
  till->room = crm__money_room(till->store);
  for (i = 0; i < till->posted_count; i++) {
    uint64_t amount = crm__magnitude(till->posted[i].money);
    if (amount > till->room) {
      return crm__fail(error, CRM_ERROR_OVERFLOW, "the store and the posted sales together pass 64 bits");
    }
    till->room -= amount;
  }
  return CRM_OK;
}

/* Drops the settled ones. The others go to who stands for their customers by now. */
crm_status crm__till_settle_posted(crm_till *till, crm_error *error)
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
  return measure_room(till, error);
}

/* Hangs the posted sales on their customers, who have none. */
void crm__till_hang_posted(crm_till *till)
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

/* ---- after a commit ---- */

static crm_status refresh(crm_till *till, uint32_t id, crm_error *error)
{
  crm__buyer *buyer = crm__till_buyer(till, id);
  crm__buyer made;
  if (!crm__till_read(till, id, NULL, &made)) {
    return crm__fail_memory(error);
  }
  crm__till_settle(till, id, &made);
  if (!crm__till_reserve(till, &made)) {
    return crm__fail_memory(error);
  }
  crm__till_replace(till, id, buyer, &made);
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
  crm_status status = till->scope.branches == NULL ? CRM_OK : crm__till_reopen(till, error);
  uint64_t count;
  uint64_t i;
  if (status == CRM_OK && !crm__till_grow(till)) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  till->scope.latest = crm__latest(till->store);
  count = gather(till, ids, touched);
  unhang_posted(till);
  status = crm__till_settle_posted(till, error);
  crm__till_hang_posted(till);
  for (i = 0; i < count && status == CRM_OK; i++) {
    status = refresh(till, ids[i], error);
  }
  return status;
}

/* Whether more than touched customers may have changed. */
static int all_anew(const crm_till *till)
{
  return till->version < 0 || till->rules->kept.scope.refunds == CRM_REFUNDS_SALE_DAY ||
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
  crm__till_name_posted(till);
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
