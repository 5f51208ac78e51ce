/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"

#include <string.h>

/* Looking customers up, and ringing up sales. */

/* ---- keys ---- */

crm__key crm__till_key(const crm_till *till, uint32_t id)
{
  if (id == CRM__NONE) {
    return till->probe;
  }
  return id & CRM__TILL_FRESH ? crm__intern_key(&till->fresh_keys, id & ~CRM__TILL_FRESH, NULL)
                              : crm__customer_key(till->store, id);
}

/* The record of a key whose place says where it is, if somebody is known by it; else NULL. */
static crm__buyer *find_direct(const crm_till *till, crm__key key)
{
  uint64_t place = (uint64_t)key.integer - till->direct_from;
  if (key.text != NULL || place >= till->direct_span || crm__customers_merged(till->store) ||
      till->buyers[place].flags == 0) {
    return NULL;
  }
  return &till->buyers[place];
}

/* The id of a key as it was sent, and the record of who stands for it. */
static uint32_t find_sent(const crm_till *till, const char *text, crm__buyer **buyer)
{
  crm__key key = crm__key_from(text, strlen(text));
  uint32_t id = crm__customer_sent(till->store, key);
  *buyer = find_direct(till, key);
  if (*buyer != NULL) {
    return id;   /* which nothing has waited for */
  }
  if (id == CRM__NONE && till->fresh_keys.count > 0) {
    id = crm__intern_find(&till->fresh_keys, 0, key);
    id = id == CRM__NONE ? CRM__NONE : id | CRM__TILL_FRESH;
  }
  *buyer = id == CRM__NONE ? NULL : crm__till_buyer(till, crm__till_stands(till, id));
  return id;
}

uint32_t crm__till_find(const crm_till *till, const char *key, crm__buyer **buyer)
{
  uint32_t id = find_sent(till, key, buyer);
  return *buyer == NULL ? CRM__NONE : crm__till_stands(till, id);
}

/* The record to look at, NULL: nobody has the key. *id is told where what is asked depends on it: on the order of keys,
 * on the day of joining, or on the single facts. */
static crm__buyer *find_to_look(const crm_till *till, const char *key, uint32_t *id)
{
  crm__buyer *buyer = NULL;
  *id = CRM__NONE;
  if (till->axes[CRM__MONETARY].before == NULL && till->window != CRM_WINDOW_MEMBERSHIP &&
      till->scope.occasions == CRM_OCCASIONS_EACH) {
    buyer = find_direct(till, crm__key_from(key, strlen(key)));
  }
  if (buyer == NULL) {
    *id = crm__till_find(till, key, &buyer);
  }
  return buyer;
}

/* ---- a sale ---- */

static crm_status read_sale(const crm_till *till, const crm_sale *given, crm_sale *sale, crm__posted *posted,
                            crm_error *error)
{
  crm_status status = CRM_OK;
  if (given->struct_size == sizeof *given) {
    *sale = *given;
  } else {
    status = crm__struct_read(sale, sizeof *sale, given, "crm_sale", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (sale->kind != CRM_SALE_SALE && sale->kind != CRM_SALE_RETURN) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kind", 0, -1, "no such kind of sale");
  }
  if (sale->customer == NULL || sale->amount == INT64_MIN) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "customer", 0, -1, "no customer, or no amount");
  }
  posted->day = crm__business_day(sale->time, till->scope.day_start);
  if (sale->time < CRM__TIME_MIN || sale->time >= CRM__TIME_MAX || posted->day >= till->as_of_day) {
    return crm__fail_at(error, CRM_ERROR_RANGE, NULL, "time", 0, -1,
                        "a sale before 1900, or at or after as-of: advance first");
  }
  posted->orders = sale->kind == CRM_SALE_SALE;
  posted->money = sale->amount;
  if (sale->kind == CRM_SALE_RETURN) {
    posted->money = till->scope.money == CRM_MONEY_SALES ? 0 : sale->amount < 0 ? sale->amount : -sale->amount;
  }
  return CRM_OK;
}

/* Whether a sale changes a record so simply that the facts need not be read again. */
static int is_simple(const crm_till *till, uint32_t id, const crm__buyer *old, const crm__posted *sale)
{
  if (sale->orders == 0) {
    return 1;
  }
  if (sale->day < old->first && crm__till_begins_with_first(till, id)) {
    return 0;
  }
  return till->scope.occasions == CRM_OCCASIONS_EACH || old->orders == 0 || sale->day >= old->last;
}

/* The record after a sale, and the customers' total. */
static crm_status extend(const crm_till *till, uint32_t id, const crm__buyer *old, const crm__posted *sale,
                         crm__buyer *made, crm_error *error)
{
  int64_t total;
  int32_t from;
  if (is_simple(till, id, old, sale)) {
    uint32_t orders = sale->orders;
    if (till->scope.occasions == CRM_OCCASIONS_DAY && old->orders > 0 && sale->day == old->last) {
      orders = 0;
    }
    from = till->window == CRM_WINDOW_MEMBERSHIP ? crm__till_from(till, id, old->first, till->as_of_day) : till->from;
    *made = *old;
    made->due = INT32_MAX;
    if (crm__buyer_add(made, from, sale->day, sale->money, orders)) {
      return crm__fail(error, CRM_ERROR_OVERFLOW, "the money of the customer passes 64 bits");
    }
    if (till->window == CRM_WINDOW_DAYS && made->due != INT32_MAX) {
      made->due += till->days + 1;
    } else {
      made->due = INT32_MAX;
    }
    made->due = old->due < made->due ? old->due : made->due;
    if (till->window == CRM_WINDOW_MEMBERSHIP && (old->flags & CRM__BUYER_EVER) == 0) {
      crm__till_settle(till, id, made);
    }
  } else {
    crm_status status = crm__till_read(till, id, sale, made, error);
    if (status != CRM_OK) {
      return status;
    }
    crm__till_settle(till, id, made);
  }
  if (crm__till_total(till, old, made, &total)) {
    return crm__fail(error, CRM_ERROR_OVERFLOW, "the money of all customers passes 64 bits");
  }
  return CRM_OK;
}

static crm_status refuse_out(const crm__buyer *buyer, crm_error *error)
{
  if (buyer->flags & CRM__BUYER_OUT) {
    return crm__fail(error, CRM_ERROR_NOT_FOUND, "the key stands for nobody, or for an internal customer");
  }
  return CRM_OK;
}

/* Whether anything is known of who has a record. */
static int is_known(const crm__buyer *buyer)
{
  return (buyer->flags & (CRM__BUYER_EVER | CRM__BUYER_PROSPECT | CRM__BUYER_SUSPECT)) != 0;
}

/* A look at somebody whom nobody knows: with ties split its key has to be compared, so a copy of the till's head is
 * given it. */
static void tell_stranger(const crm_till *till, const char *key, const crm__buyer *old, const crm__buyer *made,
                          crm_customer_standing *standing)
{
  crm_till copy = *till;
  crm__till_look look;
  int a;
  copy.probe = crm__key_from(key, strlen(key));
  for (a = 0; a < CRM__AXES; a++) {
    copy.axes[a].context = &copy;
  }
  crm__till_look_up(&copy, old, made, &look);
  crm__till_tell(&copy, CRM__NONE, 0, old, made, &look, standing);
}

static int names_nobody(const char *key)
{
  return key[0] == '\0';
}

crm_status crm_till_preview(const crm_till *till, const crm_sale *given, crm_customer_standing *standing,
                            crm_error *error)
{
  crm_customer_standing found = CRM_CUSTOMER_STANDING_INIT;
  crm__buyer old = crm__buyer_empty();
  crm__buyer made;
  crm__posted posted;
  crm__buyer *buyer;
  crm_sale sale;
  uint32_t id;
  crm_status status;
  if (till == NULL || given == NULL || standing == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no sale, or no place for the standing");
  }
  status = crm__till_check(till, error);
  if (status == CRM_OK) {
    status = read_sale(till, given, &sale, &posted, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  buyer = find_to_look(till, sale.customer, &id);
  if (buyer != NULL) {
    old = *buyer;
  } else if (names_nobody(sale.customer)) {
    old.flags = CRM__BUYER_OUT;
  }
  status = refuse_out(&old, error);
  if (status == CRM_OK) {
    status = extend(till, id, &old, &posted, &made, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (buyer == NULL) {
    tell_stranger(till, sale.customer, &old, &made, &found);
  } else {
    crm__till_look look;
    crm__till_look_up(till, &old, &made, &look);
    crm__till_tell(till, id, is_known(&old), &old, &made, &look, &found);
  }
  return crm__struct_write(standing, &found, sizeof found, "crm_customer_standing", error);
}

/* ---- posting ---- */

/* A record for a key that the store does not know. CRM__NONE: no memory. */
static uint32_t introduce(crm_till *till, const char *key)
{
  uint64_t count = till->fresh_keys.count;
  uint32_t id;
  if (!crm__grow(&till->memory, &till->fresh, &till->fresh_capacity, count + 1, sizeof *till->fresh) ||
      !crm__grow(&till->memory, &till->fresh_links, &till->fresh_link_capacity, count + 1,
                 sizeof *till->fresh_links)) {
    return CRM__NONE;
  }
  id = crm__intern_add(&till->fresh_keys, &till->memory, 0, crm__key_from(key, strlen(key)));
  if (id == CRM__NONE) {
    return CRM__NONE;
  }
  till->fresh[id] = crm__buyer_empty();
  return id | CRM__TILL_FRESH;
}

/* Room for what is kept of a sale. 0: no memory. */
static int reserve(crm_till *till, const crm_sale *sale, const crm__buyer *made)
{
  size_t length = 0;
  if (sale->document != NULL) {
    length = strlen(sale->document) + 2 + (sale->source == NULL ? 0 : strlen(sale->source));
  }
  return crm__till_reserve(till, made) &&
         crm__grow(&till->memory, &till->posted, &till->posted_capacity, till->posted_count + 1,
                   sizeof *till->posted) &&
         crm__grow(&till->memory, &till->keys, &till->keys_capacity, till->keys_used + length, 1);
}

static void keep(crm_till *till, uint32_t id, uint32_t before, const crm_sale *sale, crm__posted *posted)
{
  posted->customer = id;
  posted->reserved = 0;
  posted->next = before;
  posted->key = -1;
  if (sale->document != NULL) {
    const char *source = sale->source == NULL ? "" : sale->source;
    size_t length = strlen(source) + 1;
    posted->key = (int64_t)till->keys_used;
    memcpy(till->keys + till->keys_used, source, length);
    till->keys_used += length;
    length = strlen(sale->document) + 1;
    memcpy(till->keys + till->keys_used, sale->document, length);
    till->keys_used += length;
  }
  till->posted[till->posted_count] = *posted;
}

/* What the sale brings to the gauges. */
static crm_status prepare_gauges(crm_till *till, uint32_t id, const crm__buyer *old, const crm__posted *posted,
                                 crm_error *error)
{
  crm__rung_up sale;
  sale.day = posted->day;
  sale.orders = posted->orders;
  sale.money = posted->money;
  sale.customer = id & CRM__TILL_FRESH ? CRM__NONE : id;
  sale.posted = old->posted;
  return crm__till_gauges_prepare(till, &sale, error);
}

/* Posts for a customer who has a record. */
static crm_status post(crm_till *till, uint32_t id, crm__buyer *old, const crm_sale *sale, crm__posted *posted,
                       crm_customer_standing *found, crm_error *error)
{
  crm__till_look look;
  crm__buyer made;
  crm_status status = refuse_out(old, error);
  if (status == CRM_OK) {
    status = extend(till, id, old, posted, &made, error);
  }
  if (status == CRM_OK && (till->posted_count >= CRM__NONE - 1U || !reserve(till, sale, &made))) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK && till->gauges != NULL) {
    status = prepare_gauges(till, id, old, posted, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__till_look_up(till, old, &made, &look);
  if (found != NULL) {
    crm__till_tell(till, id, is_known(old), old, &made, &look, found);
  }
  keep(till, id, old->posted, sale, posted);
  made.posted = (uint32_t)till->posted_count++;
  crm__till_replace(till, id, old, &made, &look);
  crm__till_refresh_cuts(till);
  if (till->gauges != NULL) {
    int32_t moved[2];
    crm__till_gauges_apply(till);
    crm__till_gauges_moved(till, &moved[0], &moved[1]);
    if (found != NULL) {
      found->gauges_moved = moved[0];
      found->alerts_moved = moved[1];
    }
  }
  return CRM_OK;
}

crm_status crm_till_post(crm_till *till, const crm_sale *given, crm_customer_standing *standing, crm_error *error)
{
  crm_customer_standing found = CRM_CUSTOMER_STANDING_INIT;
  crm__posted posted;
  crm__buyer *buyer;
  crm_sale sale;
  uint32_t id;
  crm_status status;
  if (till == NULL || given == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, or no sale");
  }
  status = crm__till_check(till, error);
  if (status == CRM_OK) {
    status = read_sale(till, given, &sale, &posted, error);
  }
  if (status == CRM_OK && standing != NULL) {
    /* tried beforehand, so that nothing has changed where it fails */
    status = crm__struct_write(standing, &found, sizeof standing->struct_size, "crm_customer_standing", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  id = find_sent(till, sale.customer, &buyer);
  if (buyer == NULL) {
    crm__buyer nobody = crm__buyer_empty();
    nobody.flags = names_nobody(sale.customer) ? CRM__BUYER_OUT : 0;
    status = refuse_out(&nobody, error);
    id = status == CRM_OK ? introduce(till, sale.customer) : CRM__NONE;
    buyer = id == CRM__NONE ? NULL : crm__till_buyer(till, id);
  }
  if (status == CRM_OK && buyer == NULL) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK) {
    posted.sent = id;
    status = post(till, crm__till_stands(till, id), buyer, &sale, &posted, standing == NULL ? NULL : &found, error);
  }
  if (status == CRM_OK && standing != NULL) {
    status = crm__struct_write(standing, &found, sizeof found, "crm_customer_standing", error);
  }
  return status;
}

crm_status crm_till_standing(const crm_till *till, const char *customer, crm_customer_standing *standing,
                             crm_error *error)
{
  crm_customer_standing found = CRM_CUSTOMER_STANDING_INIT;
  crm__till_look look;
  crm__buyer *buyer;
  crm_status status;
  uint32_t id;
  if (till == NULL || customer == NULL || standing == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no key, or no place for the standing");
  }
  status = crm__till_check(till, error);
  if (status != CRM_OK) {
    return status;
  }
  buyer = find_to_look(till, customer, &id);
  if (buyer == NULL || !is_known(buyer)) {
    return crm__fail(error, CRM_ERROR_NOT_FOUND, "no such customer in the till");
  }
  crm__till_look_up(till, buyer, buyer, &look);
  crm__till_tell(till, id, 1, buyer, buyer, &look, &found);
  return crm__struct_write(standing, &found, sizeof found, "crm_customer_standing", error);
}
