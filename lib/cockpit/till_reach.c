/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/till.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/wide.h"

/* What it takes to reach or keep a tier: the threshold of the tier, and the customer's facts by day. */

/* What a customer's facts bring, day by day. */
typedef struct course {
  const crm_till *till;
  int64_t *money;       /* in the order of reading, */
  uint64_t *days;       /* and their days as visits of nobody */
  uint32_t *places;
  uint64_t room;
  uint64_t count;
  int32_t first;        /* of the first occasion in the window */
  int32_t from;
} course;

static void take(course *of, int32_t day, int64_t money, uint32_t orders)
{
  if (of->count < of->room) {
    of->days[of->count] = crm__visit(0, day);
    of->places[of->count] = (uint32_t)of->count;
    of->money[of->count] = money;
  }
  of->count++;
  if (orders > 0 && day >= of->from && day < of->first) {
    of->first = day;
  }
}

static void take_deed(void *context, const crm__customer_deed *deed)
{
  course *of = context;
  if (deed->flags & CRM__FACT_PERIOD) {
    take(of, crm__business_day(deed->time, of->till->scope.day_start), deed->money, deed->orders);
  }
}

static void take_all(course *of, uint32_t id)
{
  uint32_t i = crm__till_buyer(of->till, id)->posted;
  of->count = 0;
  of->first = INT32_MAX;
  if ((id & CRM__TILL_FRESH) == 0) {
    crm__customer_deeds(&of->till->scope, id, take_deed, of);
  }
  for (; i != CRM__NONE; i = of->till->posted[i].next) {
    take(of, of->till->posted[i].day, of->till->posted[i].money, of->till->posted[i].orders);
  }
}

static void course_free(course *of, crm__memory *memory)
{
  crm__free_array(memory, of->money, of->room, sizeof *of->money);
  crm__free_array(memory, of->days, of->room * 2, sizeof *of->days);
  crm__free_array(memory, of->places, of->room * 2, sizeof *of->places);
}

/* Reads the facts twice, for their number and for themselves, and puts the days in order. 0: no memory. */
static int course_read(course *of, uint32_t id, crm__memory *memory)
{
  take_all(of, id);
  of->room = of->count;
  of->money = crm__alloc_array(memory, of->room, sizeof *of->money);
  of->days = crm__alloc_array(memory, of->room * 2, sizeof *of->days);
  of->places = crm__alloc_array(memory, of->room * 2, sizeof *of->places);
  if (of->money == NULL || of->days == NULL || of->places == NULL) {
    course_free(of, memory);
    return 0;
  }
  take_all(of, id);
  crm__radix_sort(of->days, of->places, of->days + of->room, of->places + of->room, of->room);
  return 1;
}

/* Money from a day on. */
static int64_t money_from(const course *of, int32_t from)
{
  int64_t sum = 0;
  uint64_t i;
  for (i = of->count; i-- > 0 && crm__visit_day(of->days[i]) >= from;) {
    sum += of->money[of->places[i]];
  }
  return sum;
}

/* ---- the answers ---- */

/* The last day at whose end the window still holds what is needed, nothing being sold. */
static int32_t kept_until(const course *of, uint32_t id, const crm__buyer *buyer, int64_t needed)
{
  const crm_till *till = of->till;
  int64_t left = buyer->money;
  uint64_t i = 0;
  if (left < needed) {
    return INT32_MIN;
  }
  if (till->window == CRM_WINDOW_YEAR || till->window == CRM_WINDOW_MEMBERSHIP) {
    int32_t as_of_day = till->as_of_day;
    while (crm__till_from(till, id, buyer->first, as_of_day) == of->from) {
      as_of_day++;
    }
    return as_of_day - 2;
  }
  while (till->window == CRM_WINDOW_DAYS && i < of->count) {
    int32_t day = crm__visit_day(of->days[i]);
    for (; i < of->count && crm__visit_day(of->days[i]) == day; i++) {
      left -= day >= of->from ? of->money[of->places[i]] : 0;
    }
    if (left < needed) {
      return day + till->days - 1;
    }
  }
  return INT32_MAX;
}

/* ceil(missing * per / money), INT64_MAX where it does not fit. */
static int64_t parts_for(int64_t missing, int64_t per, int64_t money)
{
  uint64_t rest;
  int64_t whole;
  crm__wide quotient = crm__wide_quotient(crm__wide_multiply(missing, per), (uint64_t)money, &rest);
  if (crm__wide_to_int64(quotient, &whole)) {
    return INT64_MAX;
  }
  return whole + (rest > 0);
}

#define LAST_DAY 84005   /* 2199-12-31 */

static void put_paces(const course *of, const crm__buyer *buyer, crm_reach *found)
{
  int32_t today = of->till->as_of_day - 1;
  int64_t days;
  found->visits = found->missing == 0 ? 0 : -1;
  found->day = found->missing == 0 ? today : INT32_MAX;
  if (found->missing == 0 || buyer->money <= 0) {
    return;
  }
  found->visits = parts_for(found->missing, buyer->orders, buyer->money);
  days = parts_for(found->missing, today - of->first + 1, buyer->money);
  if (days <= LAST_DAY - today) {
    found->day = today + (int32_t)days;
  }
}

static crm_status reach(const crm_till *till, uint32_t id, int32_t tier, int32_t as_of_day, crm_reach *found,
                        crm_error *error)
{
  const crm__buyer *buyer = crm__till_buyer(till, id);
  crm__memory memory = crm__memory_fork(&till->memory);
  course of = { NULL, NULL, NULL, NULL, 0, 0, INT32_MAX, 0 };
  of.till = till;
  of.from = crm__till_from(till, id, buyer->first, till->as_of_day);
  if (!course_read(&of, id, &memory)) {
    return crm__fail_memory(error);
  }
  found->attainable = till->limit_count > 0 || tier == till->rules->tier_count - 1 ||
                      crm__till_cut_size(till, tier, till->n + (buyer->money <= 0)) > 0;
  found->spend = money_from(&of, crm__till_from(till, id, buyer->first, as_of_day));
  found->kept = INT32_MIN;
  found->day = INT32_MAX;
  if (found->attainable) {
    found->needed = crm__till_threshold(till, id, buyer, tier);
    found->missing = found->spend < found->needed ? found->needed - found->spend : 0;
    found->kept = kept_until(&of, id, buyer, found->needed);
    put_paces(&of, buyer, found);
  }
  course_free(&of, &memory);
  return CRM_OK;
}

crm_status crm_till_reach(const crm_till *till, const char *customer, int32_t tier, int64_t instant,
                          crm_reach *into, crm_error *error)
{
  crm_reach found = CRM_REACH_INIT;
  crm__buyer *buyer;
  int32_t as_of_day;
  uint32_t id;
  crm_status status;
  if (till == NULL || customer == NULL || into == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no till, no key, or no place for the answer");
  }
  status = crm__till_check(till, error);
  if (status != CRM_OK) {
    return status;
  }
  if (tier < 0 || tier >= till->rules->tier_count) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "tier", 0, -1, "no such tier");
  }
  as_of_day = till->as_of_day;
  if (instant != CRM_TIME_UNSET_TO) {
    as_of_day = instant < CRM__TIME_MIN || instant > CRM__TIME_MAX
                  ? INT32_MIN
                  : crm__business_day(instant - 1, till->scope.day_start) + 1;
  }
  if (as_of_day < till->as_of_day) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "instant", 0, -1, "an instant before as-of, or past 2200");
  }
  id = crm__till_find(till, customer, &buyer);
  if (buyer == NULL || buyer->flags == 0 || (buyer->flags & CRM__BUYER_OUT)) {
    return crm__fail(error, CRM_ERROR_NOT_FOUND, "no such customer in the till");
  }
  status = reach(till, id, tier, as_of_day, &found, error);
  return status == CRM_OK ? crm__struct_write(into, &found, sizeof found, "crm_reach", error) : status;
}
