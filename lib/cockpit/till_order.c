/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "analysis/population.h"
#include "base/error.h"
#include "base/sort.h"

/* Records in order: on the axes, at the cuts, and by the day on which they are due. */

/* ---- the wheel ---- */

static crm__till_links *links_of(const crm_till *till, uint32_t id)
{
  return id & CRM__TILL_FRESH ? &till->fresh_links[id & ~CRM__TILL_FRESH] : &till->links[id];
}

static uint32_t *head_of(crm_till *till, int32_t due)
{
  return &till->heads[(uint32_t)due % CRM__TILL_WHEEL];
}

static void wheel_remove(crm_till *till, uint32_t id, int32_t due)
{
  const crm__till_links *own = links_of(till, id);
  if (own->previous == CRM__NONE) {
    *head_of(till, due) = own->next;
  } else {
    links_of(till, own->previous)->next = own->next;
  }
  if (own->next != CRM__NONE) {
    links_of(till, own->next)->previous = own->previous;
  }
}

static void wheel_add(crm_till *till, uint32_t id, int32_t due)
{
  crm__till_links *own = links_of(till, id);
  uint32_t *head = head_of(till, due);
  own->previous = CRM__NONE;
  own->next = *head;
  if (*head != CRM__NONE) {
    links_of(till, *head)->previous = id;
  }
  *head = id;
}

static void schedule(crm_till *till, uint32_t id, int32_t old, int32_t due)
{
  if (old != INT32_MAX) {
    wheel_remove(till, id, old);
  }
  if (due != INT32_MAX) {
    wheel_add(till, id, due);
  }
}

/* ---- the axes ---- */

/* Lower keys first. */
static int key_before(const void *context, uint32_t a, uint32_t b)
{
  const crm_till *till = context;
  return a != b && crm__key_compare(crm__till_key(till, a), crm__till_key(till, b)) < 0;
}

/* Own cuts need no order but for the money, by which there are tiers too. */
static int is_kept(const crm_till *till, int axis)
{
  return axis == CRM__MONETARY || !till->scores.own[axis];
}

void crm__till_open_axes(crm_till *till)
{
  int split = till->scores.ties == CRM_TIES_SPLIT;
  int a;
  till->by_key = till->limit_count == 0 && till->rules->ties == CRM_TIES_SPLIT;
  for (a = 0; a < CRM__AXES; a++) {
    crm__ranking_open(&till->axes[a], split || (a == CRM__MONETARY && till->by_key) ? key_before : NULL, till);
  }
}

/* The customers with an occasion in the window; by key where by_key is given. */
static uint64_t collect(const crm_till *till, const uint32_t *by_key, int axis, uint64_t *values, uint32_t *ids)
{
  uint64_t n = 0;
  uint32_t i;
  for (i = 0; i < till->customers; i++) {
    uint32_t id = by_key == NULL ? i : by_key[i];
    const crm__buyer *buyer = crm__till_buyer(till, id);
    if (buyer->orders > 0) {
      values[n] = crm__sortable(crm__buyer_value(buyer, axis));
      ids[n] = id;
      n++;
    }
  }
  return n;
}

static crm_status count_axis(crm_till *till, int axis, crm_error *error)
{
  uint32_t i;
  for (i = 0; i < till->customers; i++) {
    const crm__buyer *buyer = crm__till_buyer(till, i);
    if (buyer->orders > 0) {
      int64_t value = crm__buyer_value(buyer, axis);
      if (!crm__fifths_reserve(&till->fifths[axis], &till->memory, value)) {
        return crm__fail_memory(error);
      }
      crm__fifths_add(&till->fifths[axis], value);
    }
  }
  return CRM_OK;
}

/* By keys ids go with the values. */
static crm_status rank_axis(crm_till *till, int axis, uint64_t *values, uint32_t *ids, crm_error *error)
{
  uint64_t *spare_values = values + till->customers;
  uint32_t *spare_ids = ids + till->customers;
  const uint32_t *by_key = NULL;
  int built;
  uint64_t n;
  uint64_t i;
  if (!crm__till_alike(till, axis)) {
    crm_status status = crm__customers_by_key(&till->scope, &by_key, error);
    if (status != CRM_OK) {
      return status;
    }
  }
  n = collect(till, by_key, axis, values, ids);
  crm__radix_sort(values, by_key == NULL ? NULL : ids, spare_values, by_key == NULL ? NULL : spare_ids, n);
  for (i = 0; i < n; i++) {
    values[i] ^= crm__sortable(0);
  }
  built = by_key == NULL
            ? crm__buckets_build(&till->money, &till->memory, (const int64_t *)values, n)
            : crm__ranking_build(&till->axes[axis], &till->memory, (const int64_t *)values, ids, n);
  return built ? CRM_OK : crm__fail_memory(error);
}

/* Makes an axis, which is closed, of all records. */
static crm_status build_axis(crm_till *till, int axis, uint64_t *values, uint32_t *ids, crm_error *error)
{
  if (!is_kept(till, axis)) {
    return CRM_OK;
  }
  return axis != CRM__MONETARY && crm__till_alike(till, axis) ? count_axis(till, axis, error)
                                                              : rank_axis(till, axis, values, ids, error);
}

static void put(crm_till *till, int axis, uint32_t id, const crm__buyer *buyer)
{
  int64_t value = crm__buyer_value(buyer, axis);
  if (!is_kept(till, axis) || buyer->orders == 0) {
    return;
  }
  if (!crm__till_alike(till, axis)) {
    crm__ranking_add(&till->axes[axis], value, id);
  } else if (axis == CRM__MONETARY) {
    crm__buckets_add(&till->money, value);
  } else {
    crm__fifths_add(&till->fifths[axis], value);
  }
}

static void take(crm_till *till, int axis, uint32_t id, const crm__buyer *buyer)
{
  int64_t value = crm__buyer_value(buyer, axis);
  if (!is_kept(till, axis) || buyer->orders == 0) {
    return;
  }
  if (!crm__till_alike(till, axis)) {
    crm__ranking_remove(&till->axes[axis], value, id);
  } else if (axis == CRM__MONETARY) {
    crm__buckets_remove(&till->money, value);
  } else {
    crm__fifths_remove(&till->fifths[axis], value);
  }
}

/* Customers that the store does not know come after the others, one by one. */
static crm_status rank_fresh(crm_till *till, crm_error *error)
{
  uint32_t i;
  int a;
  for (i = 0; i < till->fresh_keys.count; i++) {
    if (till->fresh[i].orders > 0) {
      if (!crm__till_reserve(till, &till->fresh[i])) {
        return crm__fail_memory(error);
      }
      for (a = 0; a < CRM__AXES; a++) {
        put(till, a, i | CRM__TILL_FRESH, &till->fresh[i]);
      }
    }
  }
  return CRM_OK;
}

/* Puts a record into the total and on the wheel. */
static void enter(crm_till *till, uint32_t id)
{
  const crm__buyer *buyer = crm__till_buyer(till, id);
  if (buyer->due != INT32_MAX) {
    wheel_add(till, id, buyer->due);
  }
  if (buyer->money > 0) {
    till->n++;
    till->total += buyer->money;
  }
}

static void close_axes(crm_till *till)
{
  int a;
  for (a = 0; a < CRM__AXES; a++) {
    crm__ranking_close(&till->axes[a], &till->memory);
  }
  for (a = 0; a < CRM__MONETARY; a++) {
    crm__fifths_close(&till->fifths[a], &till->memory);
  }
  crm__buckets_close(&till->money, &till->memory);
}

static void open_cuts(crm_till *till)
{
  int32_t i;
  till->cuts_valid = 0;
  for (i = 0; i < till->rules->tier_count; i++) {
    till->cuts[i].valid = 0;
    till->cuts[i].values[0] = i < till->limit_count ? till->limits[i] : 1;
    till->cuts[i].values[1] = till->cuts[i].values[0];
  }
}

crm_status crm__till_rank_all(crm_till *till, crm_error *error)
{
  uint64_t *values = crm__scope_alloc(&till->scope, (uint64_t)till->customers * 2, sizeof *values);
  uint32_t *ids = crm__scope_alloc(&till->scope, (uint64_t)till->customers * 2, sizeof *ids);
  crm_status status = values == NULL || ids == NULL ? crm__fail_memory(error) : CRM_OK;
  uint32_t i;
  int a;
  for (i = 0; i < CRM__TILL_WHEEL; i++) {
    till->heads[i] = CRM__NONE;
  }
  till->n = 0;
  till->total = 0;
  for (i = 0; i < till->customers; i++) {
    enter(till, i);
  }
  for (i = 0; i < till->fresh_keys.count; i++) {
    enter(till, i | CRM__TILL_FRESH);
  }
  close_axes(till);
  for (a = 0; a < CRM__AXES && status == CRM_OK; a++) {
    status = build_axis(till, a, values, ids, error);
  }
  if (status == CRM_OK) {
    status = rank_fresh(till, error);
  }
  open_cuts(till);
  return status;
}

static int reserve_on(crm_till *till, int axis, int64_t value)
{
  if (!crm__till_alike(till, axis)) {
    return crm__ranking_reserve(&till->axes[axis], &till->memory);
  }
  return axis == CRM__MONETARY ? crm__buckets_reserve(&till->money, &till->memory, value)
                               : crm__fifths_reserve(&till->fifths[axis], &till->memory, value);
}

int crm__till_reserve(crm_till *till, const crm__buyer *made)
{
  int a;
  for (a = 0; a < CRM__AXES && made->orders > 0; a++) {
    if (is_kept(till, a) && !reserve_on(till, a, crm__buyer_value(made, a))) {
      return 0;
    }
  }
  return 1;
}

/* ---- a change ---- */

/* A record that stays above the values at a cut or below them moves neither: asked without branches, since nobody can
 * guess which it is. */
static void touch_cuts(crm_till *till, const crm__buyer *old, const crm__buyer *made)
{
  int32_t i;
  till->cuts_valid &= (old->money > 0) == (made->money > 0);
  for (i = 0; till->limit_count == 0 && i < till->rules->tier_count - 1; i++) {
    crm__till_cut *cut = &till->cuts[i];
    int above = (old->money > cut->values[0]) & (made->money > cut->values[0]);
    int below = (old->money < cut->values[1]) & (made->money < cut->values[1]);
    cut->valid &= above | below;
    till->cuts_valid &= cut->valid;
  }
}

void crm__till_look_up(const crm_till *till, const crm__buyer *old, const crm__buyer *made, crm__till_look *look)
{
  look->done = crm__till_alike(till, CRM__MONETARY);
  if (look->done) {
    look->old = crm__buckets_spot(&till->money, old->money);
    look->made = crm__buckets_spot(&till->money, made->money);
  }
}

/* One who was on the axes and stays there. */
static void move(crm_till *till, int axis, uint32_t id, const crm__buyer *old, const crm__buyer *made)
{
  int64_t from = crm__buyer_value(old, axis);
  int64_t to = crm__buyer_value(made, axis);
  if (!crm__till_alike(till, axis)) {
    take(till, axis, id, old);
    put(till, axis, id, made);
  } else if (from == to || !is_kept(till, axis)) {
    return;
  } else if (axis == CRM__MONETARY) {
    crm__buckets_move(&till->money, from, to);
  } else {
    crm__fifths_move(&till->fifths[axis], from, to);
  }
}

void crm__till_replace(crm_till *till, uint32_t id, crm__buyer *buyer, const crm__buyer *made)
{
  int a;
  till->total = crm__till_total(till, buyer, made);
  till->n += (made->money > 0) - (buyer->money > 0);
  touch_cuts(till, buyer, made);
  for (a = 0; a < CRM__AXES; a++) {
    if (buyer->orders > 0 && made->orders > 0) {
      move(till, a, id, buyer, made);
    } else {
      take(till, a, id, buyer);
      put(till, a, id, made);
    }
  }
  if (buyer->due != made->due) {
    id = id == CRM__NONE ? crm__till_placed(till, (uint64_t)(buyer - till->buyers)) : id;
    schedule(till, id, buyer->due, made->due);
  }
  *buyer = *made;
}

/* ---- cuts ---- */

/* The value at a place from 1 of the order by money descending, then key. */
static int64_t value_at(const crm_till *till, int64_t place, uint32_t *id)
{
  const crm__ranking *money = &till->axes[CRM__MONETARY];
  uint64_t from_below = crm__till_buyers(till) - (uint64_t)place;
  uint64_t equal;
  uint64_t below;
  int64_t value;
  *id = CRM__NONE;
  if (crm__till_alike(till, CRM__MONETARY)) {
    return crm__buckets_at(&till->money, from_below);
  }
  value = crm__ranking_at(money, from_below, NULL);
  below = crm__ranking_below(money, value, &equal);
  (void)crm__ranking_at(money, below + (uint64_t)place - 1 - (money->count - below - equal), id);
  return value;
}

void crm__till_refresh_cuts(crm_till *till)
{
  int32_t i;
  if (till->cuts_valid) {
    return;
  }
  for (i = 0; till->limit_count == 0 && i < till->rules->tier_count - 1; i++) {
    crm__till_cut *cut = &till->cuts[i];
    int64_t size = crm__till_cut_size(till, i, till->n);
    if (cut->valid && cut->size == size) {
      continue;
    }
    cut->size = size;
    cut->valid = 1;
    cut->values[0] = INT64_MAX;
    cut->values[1] = 1;
    if (size > 0) {
      cut->values[0] = value_at(till, size, &cut->ids[0]);
    }
    if (size < till->n) {
      cut->values[1] = value_at(till, size + 1, &cut->ids[1]);
    }
  }
  till->cuts_valid = 1;
}
