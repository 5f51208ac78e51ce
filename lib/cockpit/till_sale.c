/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"
#include "base/prefetch.h"

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

/* The key of a text. The record that its place would say is asked for: it comes while other things are looked at. */
static crm__key read_key(const crm_till *till, const char *text)
{
  crm__key key = crm__key_from(text, strlen(text));
  uint64_t place = (uint64_t)key.integer - till->direct_from;
  if (key.text == NULL && place < till->direct_span) {
    CRM__PREFETCH(&till->buyers[place]);
  }
  return key;
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

uint32_t crm__till_placed(const crm_till *till, uint64_t place)
{
  crm__key key = { NULL, 0, 0 };
  key.integer = (int64_t)(till->direct_from + place);
  return crm__customer_sent(till->store, key);
}

/* The id of a key as it was sent, and the record of who stands for it. */
static uint32_t find_sent(const crm_till *till, crm__key key, crm__buyer **buyer)
{
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

uint32_t crm__till_find(const crm_till *till, const char *text, crm__buyer **buyer)
{
  uint32_t id = find_sent(till, crm__key_from(text, strlen(text)), buyer);
  return *buyer == NULL ? CRM__NONE : crm__till_stands(till, id);
}

/* The record of a key, NULL: nobody has it. *sent is the id, unless it is CRM__NONE because nothing depends on it: an
 * id tells the order of keys, the day of joining, the single facts. */
static crm__buyer *find(const crm_till *till, crm__key key, int by_id, uint32_t *sent)
{
  crm__buyer *buyer = NULL;
  *sent = CRM__NONE;
  if (!by_id && crm__till_alike(till, CRM__MONETARY) && till->window != CRM_WINDOW_MEMBERSHIP &&
      till->scope.occasions == CRM_OCCASIONS_EACH) {
    buyer = find_direct(till, key);
  }
  if (buyer == NULL) {
    *sent = find_sent(till, key, &buyer);
  }
  return buyer;
}

static uint32_t stands(const crm_till *till, uint32_t sent)
{
  return sent == CRM__NONE ? CRM__NONE : crm__till_stands(till, sent);
}

/* ---- a sale ---- */

/* Reads a sale where the caller has it, or, since its struct is another one, in a place of our own. */
static crm_status read_sale(const crm_till *till, const crm_sale *given, crm_sale *own, const crm_sale **read,
                            crm__key *key, crm__posted *posted, crm_error *error)
{
  const crm_sale *sale = given;
  if (given->struct_size != sizeof *given) {
    crm_status status = crm__struct_read(own, sizeof *own, given, "crm_sale", error);
    if (status != CRM_OK) {
      return status;
    }
    sale = own;
  }
  *read = sale;
  if (sale->kind != CRM_SALE_SALE && sale->kind != CRM_SALE_RETURN) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "kind", 0, -1, "no such kind of sale");
  }
  if (sale->customer == NULL || sale->amount == INT64_MIN) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "customer", 0, -1, "no customer, or no amount");
  }
  *key = read_key(till, sale->customer);
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
  if (crm__magnitude(posted->money) > till->room) {
    return crm__fail(error, CRM_ERROR_OVERFLOW, "the amounts of the store and of the posted sales pass 64 bits");
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

/* The record after a sale. 0: no memory. */
static int extend(const crm_till *till, uint32_t id, const crm__buyer *old, const crm__posted *sale,
                  crm__buyer *made)
{
  int32_t from;
  if (is_simple(till, id, old, sale)) {
    uint32_t orders = sale->orders;
    if (till->scope.occasions == CRM_OCCASIONS_DAY && old->orders > 0 && sale->day == old->last) {
      orders = 0;
    }
    from = till->window == CRM_WINDOW_MEMBERSHIP ? crm__till_from(till, id, old->first, till->as_of_day) : till->from;
    *made = *old;
    made->due = INT32_MAX;
    crm__buyer_add(made, from, sale->day, sale->money, orders);
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
    if (!crm__till_read(till, id, sale, made)) {
      return 0;
    }
    crm__till_settle(till, id, made);
  }
  return 1;
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
static void tell_stranger(const crm_till *till, crm__key key, const crm__buyer *old, const crm__buyer *made,
                          crm_customer_standing *standing)
{
  crm_till copy = *till;
  crm__till_look look;
  int a;
  copy.probe = key;
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

/* ---- answers ---- */

/* Where a standing is told: at once to the caller, or first to a place of our own, since its struct is another one. */
static crm_customer_standing *told_to(crm_customer_standing *standing, crm_customer_standing *own)
{
  if (standing->struct_size == sizeof *standing) {
    return standing;
  }
  memset(own, 0, sizeof *own);
  return own;
}

static crm_status hand_over(crm_customer_standing *standing, const crm_customer_standing *found, crm_error *error)
{
  return found == standing ? CRM_OK
                           : crm__struct_write(standing, found, sizeof *found, "crm_customer_standing", error);
}

crm_status crm_till_preview(const crm_till *till, const crm_sale *given, crm_customer_standing *standing,
                            crm_error *error)
{
  crm_customer_standing own;
  crm_customer_standing *found;
  crm__buyer nobody;
  crm__buyer made;
  crm__posted posted;
  crm__buyer *buyer;
  const crm__buyer *old;
  crm__key key;
  crm_sale own_sale;
  const crm_sale *sale;
  uint32_t id;
  crm_status status;
  if (till == NULL || given == NULL || standing == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no sale, or no place for the standing");
  }
  status = crm__till_check(till, error);
  if (status == CRM_OK) {
    status = read_sale(till, given, &own_sale, &sale, &key, &posted, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  found = told_to(standing, &own);
  buyer = find(till, key, 0, &id);
  id = stands(till, id);
  old = buyer;
  if (buyer == NULL) {
    nobody = crm__buyer_empty();
    nobody.flags = names_nobody(sale->customer) ? CRM__BUYER_OUT : 0;
    old = &nobody;
  }
  status = refuse_out(old, error);
  if (status == CRM_OK && !extend(till, id, old, &posted, &made)) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (buyer == NULL) {
    tell_stranger(till, key, old, &made, found);
  } else {
    crm__till_look look;
    crm__till_look_up(till, old, &made, &look);
    crm__till_tell(till, id, is_known(old), old, &made, &look, found);
  }
  return hand_over(standing, found, error);
}

/* ---- posting ---- */

/* A record for a key that the store does not know. CRM__NONE: no memory. */
static uint32_t introduce(crm_till *till, crm__key key)
{
  uint64_t count = till->fresh_keys.count;
  uint32_t id;
  if (!crm__grow(&till->memory, &till->fresh, &till->fresh_capacity, count + 1, sizeof *till->fresh) ||
      !crm__grow(&till->memory, &till->fresh_links, &till->fresh_link_capacity, count + 1,
                 sizeof *till->fresh_links)) {
    return CRM__NONE;
  }
  id = crm__intern_add(&till->fresh_keys, &till->memory, 0, key);
  if (id == CRM__NONE) {
    return CRM__NONE;
  }
  till->fresh[id] = crm__buyer_empty();
  return id | CRM__TILL_FRESH;
}

/* The bytes of the key under which a sale is kept: source and document, each with its end. */
static size_t measure_key(const crm_sale *sale, size_t *source)
{
  *source = sale->source == NULL ? 0 : strlen(sale->source);
  return sale->document == NULL ? 0 : *source + strlen(sale->document) + 2;
}

/* Room for what is kept of a sale. 0: no memory. */
static int reserve(crm_till *till, size_t length, const crm__buyer *made)
{
  return crm__till_reserve(till, made) &&
         (till->posted_count < till->posted_capacity ||
          crm__grow(&till->memory, &till->posted, &till->posted_capacity, till->posted_count + 1,
                    sizeof *till->posted)) &&
         (till->keys_used + length <= till->keys_capacity ||
          crm__grow(&till->memory, &till->keys, &till->keys_capacity, till->keys_used + length, 1));
}

static void keep(crm_till *till, uint32_t before, const crm_sale *sale, size_t source, size_t length,
                 crm__posted *posted)
{
  posted->next = before;
  posted->key = -1;
  if (length > 0) {
    char *key = till->keys + till->keys_used;
    posted->key = (int64_t)till->keys_used;
    if (source > 0) {
      memcpy(key, sale->source, source);
    }
    key[source] = '\0';
    memcpy(key + source + 1, sale->document, length - source - 1);
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

static void move_gauges(crm_till *till, crm_customer_standing *found)
{
  int32_t moved[2];
  crm__till_gauges_apply(till);
  crm__till_gauges_moved(till, &moved[0], &moved[1]);
  if (found != NULL) {
    found->gauges_moved = moved[0];
    found->alerts_moved = moved[1];
  }
}

/* Posts for a customer who has a record. */
static crm_status post(crm_till *till, uint32_t id, crm__buyer *old, const crm_sale *sale, crm__posted *posted,
                       crm_customer_standing *found, crm_error *error)
{
  crm__till_look look;
  crm__buyer made;
  size_t source;
  size_t length = measure_key(sale, &source);
  crm_status status = refuse_out(old, error);
  if (status == CRM_OK && !extend(till, id, old, posted, &made)) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__till_look_up(till, old, &made, &look);   /* first, since it waits for memory that the others then find near */
  if (till->posted_count >= CRM__NONE - 1U || !reserve(till, length, &made)) {
    return crm__fail_memory(error);
  }
  if (till->gauges != NULL) {
    status = prepare_gauges(till, id, old, posted, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (found != NULL) {
    crm__till_tell(till, id, is_known(old), old, &made, &look, found);
  }
  keep(till, old->posted, sale, source, length, posted);
  made.posted = (uint32_t)till->posted_count++;
  till->room -= crm__magnitude(posted->money);
  crm__till_replace(till, id, old, &made);
  crm__till_refresh_cuts(till);
  if (till->gauges != NULL) {
    move_gauges(till, found);
  }
  return CRM_OK;
}

/* The record that a sale is posted to, made for a key that nobody has. */
static crm_status find_to_post(crm_till *till, const crm_sale *sale, crm__key key, crm__posted *posted,
                               crm__buyer **buyer, crm_error *error)
{
  *buyer = find(till, key, till->gauges != NULL, &posted->sent);
  if (*buyer == NULL) {
    if (names_nobody(sale->customer)) {
      crm__buyer nobody = crm__buyer_empty();
      nobody.flags = CRM__BUYER_OUT;
      return refuse_out(&nobody, error);
    }
    posted->sent = introduce(till, key);
    if (posted->sent == CRM__NONE) {
      return crm__fail_memory(error);
    }
    *buyer = crm__till_buyer(till, posted->sent);
  }
  posted->customer = stands(till, posted->sent);
  return CRM_OK;
}

crm_status crm_till_post(crm_till *till, const crm_sale *given, crm_customer_standing *standing, crm_error *error)
{
  crm_customer_standing own;
  crm_customer_standing *found = NULL;
  crm__posted posted;
  crm__buyer *buyer;
  crm__key key;
  crm_sale own_sale;
  const crm_sale *sale;
  uint32_t id;
  crm_status status;
  if (till == NULL || given == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, or no sale");
  }
  status = crm__till_check(till, error);
  if (status == CRM_OK) {
    status = read_sale(till, given, &own_sale, &sale, &key, &posted, error);
  }
  if (status == CRM_OK && standing != NULL) {
    found = told_to(standing, &own);
    if (found == &own) {
      /* tried beforehand, so that nothing has changed where it fails */
      status = crm__struct_write(standing, &own, sizeof standing->struct_size, "crm_customer_standing", error);
    }
  }
  if (status == CRM_OK) {
    status = find_to_post(till, sale, key, &posted, &buyer, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  id = posted.customer;
  posted.placed = id == CRM__NONE;
  if (posted.placed) {
    posted.sent = (uint32_t)(buyer - till->buyers);
    posted.customer = posted.sent;
  }
  status = post(till, id, buyer, sale, &posted, found, error);
  return status == CRM_OK && found != NULL ? hand_over(standing, found, error) : status;
}

crm_status crm_till_standing(const crm_till *till, const char *customer, crm_customer_standing *standing,
                             crm_error *error)
{
  crm_customer_standing own;
  crm_customer_standing *found;
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
  buyer = find(till, read_key(till, customer), 0, &id);
  if (buyer == NULL || !is_known(buyer)) {
    return crm__fail(error, CRM_ERROR_NOT_FOUND, "no such customer in the till");
  }
  found = told_to(standing, &own);
  crm__till_look_up(till, buyer, buyer, &look);
  crm__till_tell(till, stands(till, id), 1, buyer, buyer, &look, found);
  return hand_over(standing, found, error);
}
