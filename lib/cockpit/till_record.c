/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/sort.h"

/* One customer's record, from its facts. */

crm__buyer crm__buyer_empty(void)
{
  static const crm__buyer empty = { 0, INT32_MAX, INT32_MIN, 0, CRM__NONE, INT32_MAX, 0 };
  return empty;
}

/* ---- windows ---- */

/* The day in a year that an anniversary falls on. */
static int32_t anniversary_in(int32_t anchor, int32_t year)
{
  int32_t of_year;
  int32_t month;
  int32_t day;
  int32_t most;
  crm__civil_from_days(anchor, &of_year, &month, &day);
  most = crm__days_in_month(year, month);
  return crm__days_from_civil(year, month, day < most ? day : most);
}

/* The last anniversary at or before a day, or the first one after it. */
static int32_t anniversary(int32_t anchor, int32_t day, int after)
{
  int32_t year;
  int32_t month;
  int32_t unused;
  int32_t found;
  crm__civil_from_days(day, &year, &month, &unused);
  found = anniversary_in(anchor, year);
  if (after) {
    return found > day ? found : anniversary_in(anchor, year + 1);
  }
  return found <= day ? found : anniversary_in(anchor, year - 1);
}

static int64_t joined_of(const crm_till *till, uint32_t id)
{
  return id == CRM__NONE || id & CRM__TILL_FRESH ? INT64_MIN : crm__customer_joined(till->store, id);
}

int crm__till_begins_with_first(const crm_till *till, uint32_t id)
{
  return till->window == CRM_WINDOW_MEMBERSHIP && joined_of(till, id) == INT64_MIN;
}

/* What a membership year counts from; INT32_MAX: there is no such day. */
static int32_t anchor_of(const crm_till *till, uint32_t id, int32_t first)
{
  int64_t joined = joined_of(till, id);
  return joined == INT64_MIN ? first : crm__business_day(joined, till->scope.day_start);
}

/* A year that is to begin with a first occasion begins on the last day, as long as there is none. */
int32_t crm__till_from(const crm_till *till, uint32_t id, int32_t first, int32_t as_of_day)
{
  int32_t anchor;
  switch (till->window) {
  case CRM_WINDOW_DAYS:
    return as_of_day - till->days;
  case CRM_WINDOW_YEAR:
    return anniversary(0, as_of_day - 1, 0);
  case CRM_WINDOW_MEMBERSHIP:
    anchor = anchor_of(till, id, first);
    return anchor == INT32_MAX ? as_of_day - 1 : anniversary(anchor, as_of_day - 1, 0);
  default:
    return INT32_MIN;
  }
}

static int32_t earlier(int32_t a, int32_t b)
{
  return a < b ? a : b;
}

/* ---- facts ---- */

typedef struct reading {
  crm__buyer buyer;
  int64_t day_start;
  int32_t from;
  uint64_t *visits;      /* days of occasions in the window, where those of a day are one */
  uint64_t room;
  uint64_t count;        /* occasions in the window, whether there is room or not */
} reading;

static void take(reading *of, int32_t day, int64_t money, uint32_t orders, int counts)
{
  /* what lies outside the branches tells of the first occasion ever, and nothing else */
  crm__buyer_add(&of->buyer, counts ? of->from : INT32_MAX, day, money, orders);
  if (orders > 0 && counts && day >= of->from) {
    if (of->count < of->room) {
      of->visits[of->count] = crm__visit(0, day);
    }
    of->count++;
  }
}

static void take_deed(void *context, const crm__customer_deed *deed)
{
  reading *of = context;
  take(of, crm__business_day(deed->time, of->day_start), deed->money, deed->orders,
       (deed->flags & CRM__FACT_PERIOD) != 0);
}

static void take_all(const crm_till *till, uint32_t id, const crm__posted *extra, int32_t from, reading *of)
{
  uint32_t i = id == CRM__NONE ? CRM__NONE : crm__till_buyer(till, id)->posted;
  of->buyer = crm__buyer_empty();
  of->from = from;
  of->count = 0;
  if (id != CRM__NONE && (id & CRM__TILL_FRESH) == 0) {
    crm__customer_deeds(&till->scope, id, take_deed, of);
  }
  for (; i != CRM__NONE; i = till->posted[i].next) {
    take(of, till->posted[i].day, till->posted[i].money, till->posted[i].orders, 1);
  }
  if (extra != NULL) {
    take(of, extra->day, extra->money, extra->orders, 1);
  }
}

/* Counts the days of the occasions, which are read again into memory of their number. 0: no memory. */
static int count_days(const crm_till *till, uint32_t id, const crm__posted *extra, reading *of)
{
  crm__memory memory = crm__memory_fork(&till->memory);
  uint64_t room = of->count;
  uint32_t days = 0;
  uint64_t i;
  of->visits = crm__alloc_array(&memory, room * 2, sizeof *of->visits);
  if (of->visits == NULL) {
    return 0;
  }
  of->room = room;
  take_all(till, id, extra, of->from, of);
  crm__radix_sort(of->visits, NULL, of->visits + room, NULL, room);
  for (i = 0; i < room; i++) {
    days += i == 0 || of->visits[i] != of->visits[i - 1];
  }
  of->buyer.orders = days;
  crm__free_array(&memory, of->visits, room * 2, sizeof *of->visits);
  return 1;
}

static int is_out(const crm_till *till, uint32_t id)
{
  int kind = id == CRM__NONE || id & CRM__TILL_FRESH ? CRM__CUSTOMER_PERSON : crm__customer_is(till->store, id);
  return kind == CRM__CUSTOMER_ANONYMOUS || (kind == CRM__CUSTOMER_INTERNAL && !till->scope.internal);
}

int crm__till_read(const crm_till *till, uint32_t id, const crm__posted *extra, crm__buyer *made)
{
  reading of;
  of.visits = NULL;
  of.room = 0;
  of.day_start = till->scope.day_start;
  of.buyer = crm__buyer_empty();
  if (is_out(till, id)) {
    of.buyer.flags = CRM__BUYER_OUT;
  } else {
    take_all(till, id, extra, crm__till_from(till, id, INT32_MAX, till->as_of_day), &of);
    if (crm__till_begins_with_first(till, id) && of.buyer.first != INT32_MAX) {
      take_all(till, id, extra, crm__till_from(till, id, of.buyer.first, till->as_of_day), &of);
    }
    if (till->scope.occasions == CRM_OCCASIONS_DAY && of.count == 1) {
      of.buyer.orders = 1;
    } else if (till->scope.occasions == CRM_OCCASIONS_DAY && of.count > 1 && !count_days(till, id, extra, &of)) {
      return 0;
    }
  }
  of.buyer.posted = id == CRM__NONE ? CRM__NONE : crm__till_buyer(till, id)->posted;
  *made = of.buyer;
  return 1;
}

/* The as-of day from which the window holds something else. */
static int32_t window_due(const crm_till *till, uint32_t id, const crm__buyer *made)
{
  if (till->window == CRM_WINDOW_DAYS && (made->flags & CRM__BUYER_SEEN)) {
    return made->due + till->days + 1;
  }
  if (till->window == CRM_WINDOW_MEMBERSHIP && (made->flags & CRM__BUYER_EVER)) {
    int32_t anchor = anchor_of(till, id, made->first);
    return anchor == INT32_MAX ? till->as_of_day + 1 : anniversary(anchor, till->as_of_day - 1, 1) + 1;
  }
  return INT32_MAX;
}

/* When more of a customer comes to be; without later documents that is joining, or the first row that makes it
 * known. */
static int64_t next_of(const crm_till *till, uint32_t id)
{
  int64_t joined = joined_of(till, id);
  int64_t met = crm__customer_met(till->store, id);
  if (till->scope.latest >= till->scope.as_of) {
    return crm__customer_next(&till->scope, id);
  }
  return joined >= till->scope.as_of && joined < met ? joined : met;
}

void crm__till_settle(const crm_till *till, uint32_t id, crm__buyer *made)
{
  int64_t next;
  made->due = window_due(till, id, made);
  if (id == CRM__NONE || id & CRM__TILL_FRESH || made->flags & CRM__BUYER_OUT) {
    return;
  }
  next = next_of(till, id);
  if (next >= till->scope.as_of && next != INT64_MAX) {
    made->due = earlier(made->due, crm__business_day(next, till->scope.day_start) + 1);
  }
  if ((made->flags & CRM__BUYER_EVER) == 0) {
    int known = crm__customer_acquaintance(&till->scope, id);
    made->flags |= known == CRM__PROSPECT ? CRM__BUYER_PROSPECT : known == CRM__SUSPECT ? CRM__BUYER_SUSPECT : 0;
  }
}
