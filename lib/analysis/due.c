/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/gaps.h"
#include "analysis/ownership.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/rows.h"
#include "table/build.h"

#include <crm/due.h>

#include <string.h>

/* Who is due, overdue, losing or dormant: by measures and gaps a customer, and one pass over the facts for what was
 * spent when. */

#define YEAR_DAYS 365
#define BASIS 10000

typedef struct account {
  int64_t value;          /* of the year that ends with the last purchase */
  int64_t now;            /* of the last window */
  int64_t before;         /* of the one before it */
  int64_t twice_gap;      /* twice the median gap, 0: no rhythm */
  uint32_t before_orders;
  int32_t reason;         /* CRM_DUE_..., 0: none */
  int32_t contact;        /* day of the last contact before as-of, INT32_MIN: none */
} account;

typedef struct dues {
  crm__scope *scope;
  crm_due_options options;
  crm__measures measures;
  account *accounts;
  crm__owners owners;
  uint32_t customers;
  int64_t dormant_days;   /* INT64_MAX: not known */
} dues;

/* ---- what each customer did ---- */

static const crm__measure *member(const dues *all, uint32_t id)
{
  const crm__measure *measure = crm__measure_at(&all->measures, id);
  return measure->orders > 0 && crm__customer_counts(all->scope, id) ? measure : NULL;
}

static void add_fact(const dues *all, account *of, const crm__measure *measure, int32_t day, int64_t money,
                     uint32_t orders)
{
  int64_t ago = (int64_t)all->scope->as_of_day - day;   /* 1: the last day before as-of's */
  if (day > (int64_t)measure->last - YEAR_DAYS) {
    of->value += money;
  }
  if (ago <= all->options.window_days) {
    of->now += money;
  } else if (ago <= 2 * (int64_t)all->options.window_days) {
    of->before += money;
    of->before_orders += orders;
  }
}

static crm_status add_facts(dues *all, crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(all->scope, 1, sizeof *facts);
  uint32_t i;
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  crm__facts_begin(facts);
  while (crm__facts_next(facts, all->scope)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t id = facts->customer[i];
      if ((facts->flags[i] & CRM__FACT_PERIOD) && id != CRM__NONE) {
        add_fact(all, &all->accounts[id], crm__measure_at(&all->measures, id),
                 facts->day[i], facts->money[i], facts->orders[i]);
      }
    }
  }
  return crm__facts_end(facts, error);
}

/* The last contacts, whatever the scope's period and branches. */
static void add_contacts(dues *all)
{
  const crm_store *store = all->scope->store;
  uint32_t rows = crm__rows_count(store, CRM__TABLE_INTERACTIONS);
  uint32_t row;
  for (row = 0; row < all->customers; row++) {
    all->accounts[row].contact = INT32_MIN;
  }
  for (row = 0; row < rows; row++) {
    if (crm__row_exists(all->scope, CRM__TABLE_INTERACTIONS, row)) {
      uint32_t id = crm__row_customer(all->scope, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, row);
      int32_t day = crm__business_day(crm__row_value(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_TIME, row),
                                      all->scope->day_start);
      if (id < all->customers && day > all->accounts[id].contact) {
        all->accounts[id].contact = day;
      }
    }
  }
}

/* The medians of those who have a rhythm, and after them the gap that nine in ten do not pass. */
static crm_status add_gaps(dues *all, crm_error *error)
{
  crm__gaps gaps;
  uint64_t count;
  uint32_t id;
  crm_status status = crm__gaps_compute(all->scope, &gaps, error);
  if (status != CRM_OK) {
    return status;
  }
  for (id = 0; id < all->customers; id++) {
    count = gaps.starts[id + 1U] - gaps.starts[id];
    if (count >= (uint64_t)all->options.gaps) {
      all->accounts[id].twice_gap = crm__twice_median(gaps.days + gaps.starts[id], count);
    }
  }
  count = gaps.starts[all->customers];
  all->dormant_days = all->options.dormant_days > 0 ? all->options.dormant_days
                      : count > 0                   ? crm__select(gaps.days, count, (count * 9U + 9U) / 10U - 1U)
                                                    : INT64_MAX;
  return CRM_OK;
}

/* ---- reasons ---- */

/* The least amount of the top customers by an amount above 0, ties together; INT64_MAX where there are none. values is
 * scratch. */
static int64_t cut_of(const dues *all, size_t field, int64_t *values)
{
  uint64_t count = 0;
  uint64_t top;
  uint32_t id;
  for (id = 0; id < all->customers; id++) {
    int64_t value;
    memcpy(&value, (const char *)&all->accounts[id] + field, sizeof value);
    if (member(all, id) != NULL && value > 0) {
      values[count++] = value;
    }
  }
  if (count == 0) {
    return INT64_MAX;
  }
  top = (count * (uint64_t)all->options.key_share + BASIS - 1U) / BASIS;
  return crm__select(values, count, count - top);
}

static int64_t due_day(const account *of, const crm__measure *measure)
{
  return measure->last + (of->twice_gap + 1) / 2;
}

static int is_dormant(const dues *all, const account *of, const crm__measure *measure)
{
  int64_t idle = (int64_t)all->scope->as_of_day - measure->last;
  return idle > all->dormant_days && 2 * idle > 3 * of->twice_gap;
}

/* now <= before * (1 - drop), without passing 64 bits. */
static int has_dropped(const dues *all, const account *of)
{
  int64_t kept = BASIS - all->options.drop;
  return of->now <= of->before / BASIS * kept + of->before % BASIS * kept / BASIS;
}

static int32_t reason_of(const dues *all, const account *of, const crm__measure *measure, int64_t value_cut,
                         int64_t before_cut)
{
  int32_t wanted = all->options.reasons;
  int dormant = is_dormant(all, of, measure);
  int64_t late = all->scope->as_of_day - due_day(of, measure);
  if ((wanted & CRM_DUE_DORMANT) && dormant && of->value >= value_cut) {
    return CRM_DUE_DORMANT;
  }
  if ((wanted & CRM_DUE_LOSING) && of->before >= before_cut &&
      of->before_orders >= (uint32_t)all->options.gaps && has_dropped(all, of)) {
    return CRM_DUE_LOSING;
  }
  if (of->twice_gap == 0 || dormant) {
    return 0;
  }
  if (late > 0 && 200 * late > of->twice_gap * all->options.tolerance) {
    return wanted & CRM_DUE_OVERDUE;
  }
  return -late <= all->options.ahead_days ? wanted & CRM_DUE_DUE : 0;
}

/* Customers with a reason as ids by value descending, then key. */
static crm_status find_rows(dues *all, uint32_t **ids, uint32_t *count, crm_error *error)
{
  uint64_t *keys = crm__scope_alloc(all->scope, (uint64_t)all->customers * 2U, sizeof *keys);
  uint32_t *rows = crm__scope_alloc(all->scope, (uint64_t)all->customers * 2U, sizeof *rows);
  int64_t value_cut;
  int64_t before_cut;
  const uint32_t *by_key;
  uint32_t i;
  crm_status status = crm__customers_by_key(all->scope, &by_key, error);
  if (status != CRM_OK || keys == NULL || rows == NULL) {
    return status != CRM_OK ? status : crm__fail_memory(error);
  }
  value_cut = cut_of(all, offsetof(account, value), (int64_t *)(void *)keys);
  before_cut = cut_of(all, offsetof(account, before), (int64_t *)(void *)keys);
  *count = 0;
  for (i = 0; i < all->customers; i++) {
    const crm__measure *measure = member(all, by_key[i]);
    account *of = &all->accounts[by_key[i]];
    of->reason = measure == NULL ? 0 : reason_of(all, of, measure, value_cut, before_cut);
    if (of->reason != 0) {
      keys[*count] = ~crm__sortable(of->value);
      rows[(*count)++] = by_key[i];
    }
  }
  crm__radix_sort(keys, rows, keys + all->customers, rows + all->customers, *count);
  *ids = rows;
  return CRM_OK;
}

/* ---- the table ---- */

enum { DUE_CUSTOMER, DUE_OWNER, DUE_LAST, DUE_DUE, DUE_OVERDUE, DUE_VALUE, DUE_REASON, DUE_GAP, DUE_NOW, DUE_BEFORE,
       DUE_ORDERS, DUE_CONTACT, DUE_COLUMNS };

static const char *reason_name(int32_t reason)
{
  return reason == CRM_DUE_DORMANT ? "dormant_vip"
         : reason == CRM_DUE_LOSING ? "losing"
         : reason == CRM_DUE_OVERDUE ? "overdue"
                                     : "due";
}

static void put_owner(const dues *all, uint32_t id, crm_table *table)
{
  uint32_t owner = crm__owner_at(&all->owners, id, all->scope->as_of - 1);
  if (owner == CRM__NONE) {
    crm__table_put_null(table, DUE_OWNER);
  } else {
    crm__table_put_key(table, DUE_OWNER, crm__name_key(all->scope->store, owner));
  }
}

static void put_account(const dues *all, uint32_t id, crm_table *table)
{
  const account *of = &all->accounts[id];
  const crm__measure *measure = crm__measure_at(&all->measures, id);
  int64_t due = due_day(of, measure);
  crm__table_put_key(table, DUE_CUSTOMER, crm__customer_key(all->scope->store, id));
  put_owner(all, id, table);
  crm__table_put(table, DUE_LAST, measure->last);
  if (of->twice_gap > 0) {
    crm__table_put(table, DUE_DUE, due);
    crm__table_put(table, DUE_OVERDUE, all->scope->as_of_day > due ? all->scope->as_of_day - due : 0);
    crm__table_put(table, DUE_GAP, of->twice_gap * 5);
  } else {
    crm__table_put_null(table, DUE_DUE);
    crm__table_put_null(table, DUE_OVERDUE);
    crm__table_put_null(table, DUE_GAP);
  }
  crm__table_put(table, DUE_VALUE, of->value);
  crm__table_put_name(table, DUE_REASON, reason_name(of->reason));
  crm__table_put(table, DUE_NOW, of->now);
  crm__table_put(table, DUE_BEFORE, of->before);
  crm__table_put(table, DUE_ORDERS, measure->orders);
  if (of->contact == INT32_MIN) {
    crm__table_put_null(table, DUE_CONTACT);
  } else {
    crm__table_put(table, DUE_CONTACT, of->contact);
  }
}

static void describe(const dues *all, crm_table *table)
{
  const crm_due_options *options = &all->options;
  crm__scope_describe(all->scope, table, "due", 1);
  crm__table_meta(table, "reasons", "%d", (int)options->reasons);
  crm__table_meta(table, "gaps", "%d", (int)options->gaps);
  crm__table_meta(table, "ahead_days", "%d", (int)options->ahead_days);
  crm__table_meta(table, "tolerance", "%d", (int)options->tolerance);
  crm__table_meta(table, "window_days", "%d", (int)options->window_days);
  crm__table_meta(table, "drop", "%d", (int)options->drop);
  crm__table_meta(table, "key_share", "%d", (int)options->key_share);
  if (all->dormant_days != INT64_MAX) {
    crm__table_meta(table, "dormant_days", "%lld", (long long)all->dormant_days);
  }
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  crm__table_column columns[DUE_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 },  { "owner", CRM_TYPE_TEXT, 0 },        { "last", CRM_TYPE_DATE, 0 },
    { "due", CRM_TYPE_DATE, 0 },       { "overdue_days", CRM_TYPE_INTEGER, 0 }, { "value", CRM_TYPE_MONEY, 0 },
    { "reason", CRM_TYPE_TEXT, 0 },    { "median_gap", CRM_TYPE_DECIMAL, 1 }, { "now", CRM_TYPE_MONEY, 0 },
    { "before", CRM_TYPE_MONEY, 0 },   { "orders", CRM_TYPE_INTEGER, 0 },
    { "last_contact", CRM_TYPE_DATE, 0 }
  };
  static const int32_t money[] = { DUE_VALUE, DUE_NOW, DUE_BEFORE };
  dues *all = context;
  uint32_t *ids = NULL;
  uint32_t count = 0;
  uint32_t i;
  crm_status status = crm__measures_compute(scope, &all->measures, error);
  all->scope = scope;
  all->customers = crm__customers(all->scope->store);
  all->accounts = status == CRM_OK ? crm__scope_alloc_zero(all->scope, all->customers, sizeof *all->accounts) : NULL;
  if (all->accounts == NULL) {
    return status != CRM_OK ? status : crm__fail_memory(error);
  }
  add_contacts(all);
  status = add_facts(all, error);
  if (status == CRM_OK) {
    status = add_gaps(all, error);
  }
  if (status == CRM_OK) {
    status = find_rows(all, &ids, &count, error);
  }
  if (status == CRM_OK) {
    status = crm__owners_find(all->scope, &all->owners, error);
  }
  for (i = 0; i < sizeof money / sizeof money[0]; i++) {
    columns[money[i]].scale = crm_store_digits(all->scope->store);
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(all->scope), "due", columns, DUE_COLUMNS, count, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  describe(all, *table);
  for (i = 0; i < count; i++) {
    put_account(all, ids[i], *table);
  }
  return crm__table_finish(table, error);
}

static crm_status check(const crm_due_options *options, crm_error *error)
{
  static const struct {
    const char *name;
    size_t at;
    int32_t low;
    int32_t high;
  } ranges[] = {
    { "reasons", offsetof(crm_due_options, reasons), 1, 15 },
    { "gaps", offsetof(crm_due_options, gaps), 1, INT32_MAX },
    { "ahead_days", offsetof(crm_due_options, ahead_days), 0, 3660 },
    { "tolerance", offsetof(crm_due_options, tolerance), 0, 10000 },
    { "window_days", offsetof(crm_due_options, window_days), 1, 3660 },
    { "drop", offsetof(crm_due_options, drop), 1, BASIS },
    { "key_share", offsetof(crm_due_options, key_share), 1, BASIS },
    { "dormant_days", offsetof(crm_due_options, dormant_days), 0, 36600 },
  };
  size_t i;
  for (i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    int32_t value;
    memcpy(&value, (const char *)options + ranges[i].at, sizeof value);
    if (value < ranges[i].low || value > ranges[i].high) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, ranges[i].name, 0, -1, "%s must lie between %d and %d",
                          ranges[i].name, (int)ranges[i].low, (int)ranges[i].high);
    }
  }
  return CRM_OK;
}

crm_status crm_due_compute(const crm_store *store, const crm_scope *scope, const crm_due_options *options,
                           crm_table **table, crm_error *error)
{
  static const crm_due_options defaults = CRM_DUE_OPTIONS_INIT;
  dues all;
  crm_status status = CRM_OK;
  memset(&all, 0, sizeof all);
  all.options = defaults;
  if (options != NULL) {
    status = crm__struct_read(&all.options, sizeof all.options, options, "crm_due_options", error);
  }
  if (status == CRM_OK) {
    status = check(&all.options, error);
  }
  return status == CRM_OK ? crm__scope_table(store, scope, make, &all, table, error) : status;
}
