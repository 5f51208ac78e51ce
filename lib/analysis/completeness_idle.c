/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/dossier.h"
#include "analysis/ownership.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "store/rows.h"
#include "table/build.h"

#include <string.h>

/* Customers of whom nothing but their data is known. */

#define BLOCK CRM__SIZE(1024, 5)

typedef struct idlers {
  crm__dossier dossier;
  int32_t columns;        /* that count as knowledge, all of them */
  uint32_t *known;        /* by customer: of these */
  uint8_t *is_static;     /* by customer: something is known beside joined, owner and kind */
  int32_t *last;          /* by customer: day of the last event of any table, CRM__NO_EVENT */
  int32_t *table;         /* and which */
  const uint32_t *owners; /* by customer: just before as-of */
} idlers;

static int tells_of_the_customer(const crm__customer_column *column)
{
  return strcmp(column->name, "joined") != 0 && strcmp(column->name, "owner") != 0 && strcmp(column->name, "kind") != 0;
}

static void look_at(idlers *of, const crm__customer_column *column)
{
  uint32_t customers = of->dossier.customers;
  int tells = tells_of_the_customer(column);
  int64_t values[BLOCK];
  uint32_t first;
  uint32_t k;
  for (first = 0; first < customers; first += BLOCK) {
    uint32_t count = customers - first < BLOCK ? customers - first : BLOCK;
    crm__customer_cells(column, first, count, values);
    for (k = 0; k < count; k++) {
      int known = values[k] != INT64_MIN;
      of->known[first + k] += (uint32_t)known;
      of->is_static[first + k] |= (uint8_t)(known && tells);
    }
  }
}

static void find_last(idlers *of)
{
  uint32_t id;
  int32_t event;
  for (id = 0; id < of->dossier.customers; id++) {
    of->last[id] = CRM__NO_EVENT;
    for (event = 0; event < CRM__EVENTS; event++) {
      if (of->dossier.events[event][id] > of->last[id]) {
        of->last[id] = of->dossier.events[event][id];
        of->table[id] = event;
      }
    }
  }
}

static crm_status open_idlers(idlers *of, crm__scope *scope, const crm_completeness_options *options, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  int32_t place;
  crm_status status;
  memset(of, 0, sizeof *of);
  status = crm__dossier_open(&of->dossier, scope, options, error);
  if (status != CRM_OK) {
    return status;
  }
  of->known = crm__scope_alloc_zero(scope, customers, sizeof *of->known);
  of->is_static = crm__scope_alloc_zero(scope, customers, sizeof *of->is_static);
  of->last = crm__scope_alloc(scope, customers, sizeof *of->last);
  of->table = crm__scope_alloc_zero(scope, customers, sizeof *of->table);
  if (of->known == NULL || of->is_static == NULL || of->last == NULL || of->table == NULL) {
    return crm__fail_memory(error);
  }
  for (place = 0; place < crm__customer_columns(scope->store); place++) {
    crm__customer_column column;
    crm__customer_column_at(scope->store, place, &column);
    if (crm__column_is_known_by(&column)) {
      of->columns++;
      look_at(of, &column);
    }
  }
  find_last(of);
  return CRM_OK;
}

static int counts(const idlers *of, uint32_t id)
{
  return of->dossier.there[id] && of->is_static[id];
}

/* -1: never had an event. */
static int32_t idle_for(const idlers *of, uint32_t id)
{
  return of->last[id] == CRM__NO_EVENT ? -1 : of->dossier.scope->as_of_day - of->last[id];
}

static int is_idle(const idlers *of, uint32_t id)
{
  int32_t days = idle_for(of, id);
  return days < 0 || days > of->dossier.idle_days;
}

/* ---- how many ---- */

enum { M_MEASURE, M_VALUE, M_NUMERATOR, M_DENOMINATOR, M_LOW, M_HIGH, M_STATUS, M_COLUMNS };

static void put_measure(crm_table *table, const char *name, int64_t part, int64_t whole)
{
  int64_t low = 0;
  int64_t high = 0;
  crm__table_put_name(table, M_MEASURE, name);
  crm__table_put(table, M_NUMERATOR, part);
  crm__table_put(table, M_DENOMINATOR, whole);
  crm__table_put_name(table, M_STATUS, whole > 0 ? "ok" : "undefined");
  if (whole == 0) {
    crm__table_put_null(table, M_VALUE);
    crm__table_put_null(table, M_LOW);
    crm__table_put_null(table, M_HIGH);
    return;
  }
  crm__wilson(part, whole, &low, &high);
  crm__table_put(table, M_VALUE, crm__ratio(part, whole));
  crm__table_put(table, M_LOW, low);
  crm__table_put(table, M_HIGH, high);
}

static crm_status make_measures(idlers *of, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[M_COLUMNS] = {
    { "measure", CRM_TYPE_TEXT, 0 },        { "value", CRM_TYPE_DECIMAL, 6 }, { "numerator", CRM_TYPE_INTEGER, 0 },
    { "denominator", CRM_TYPE_INTEGER, 0 }, { "low", CRM_TYPE_DECIMAL, 6 },   { "high", CRM_TYPE_DECIMAL, 6 },
    { "status", CRM_TYPE_TEXT, 0 }
  };
  int64_t whole = 0;
  int64_t idle = 0;
  int64_t never = 0;
  uint32_t id;
  crm_status status = crm__table_begin(crm__scope_memory(of->dossier.scope), "completeness_static", columns, M_COLUMNS,
                                       3, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(of->dossier.scope, *table, "completeness_static", 1);
  crm__table_meta(*table, "idle_days", "%d", (int)of->dossier.idle_days);
  for (id = 0; id < of->dossier.customers; id++) {
    whole += counts(of, id);
    idle += counts(of, id) && is_idle(of, id);
    never += counts(of, id) && idle_for(of, id) < 0;
  }
  put_measure(*table, "static_only", idle, whole);
  put_measure(*table, "never", never, whole);
  put_measure(*table, "active", whole - idle, whole);
  return crm__table_finish(table, error);
}

/* ---- who ---- */

enum { I_CUSTOMER, I_OWNER, I_JOINED, I_LAST, I_EVENT, I_DAYS, I_KNOWN, I_OF, I_COLUMNS };

static int idles_longer(const void *context, uint32_t a, uint32_t b)
{
  const idlers *of = context;
  return of->last[a] < of->last[b] ? -1 : of->last[a] > of->last[b];   /* by key where equal: sorting is stable */
}

static void put_idler(const idlers *of, uint32_t id, crm_table *table)
{
  const crm_store *store = of->dossier.scope->store;
  uint32_t owner = of->owners[id];
  int64_t joined = INT64_MIN;
  int32_t days = idle_for(of, id);
  crm__table_put_key(table, I_CUSTOMER, crm__customer_key(store, id));
  if (owner == CRM__NONE) {
    crm__table_put_null(table, I_OWNER);
  } else {
    crm__table_put_key(table, I_OWNER, crm__name_key(store, owner));
  }
  if (crm__scope_row(of->dossier.scope, id, &joined) && joined != INT64_MIN) {
    crm__table_put(table, I_JOINED, joined);
  } else {
    crm__table_put_null(table, I_JOINED);
  }
  if (days < 0) {
    crm__table_put_null(table, I_LAST);
    crm__table_put_null(table, I_EVENT);
    crm__table_put_null(table, I_DAYS);
  } else {
    crm__table_put(table, I_LAST, of->last[id]);
    crm__table_put_name(table, I_EVENT, crm__event_name(of->table[id]));
    crm__table_put(table, I_DAYS, days);
  }
  crm__table_put(table, I_KNOWN, of->known[id]);
  crm__table_put(table, I_OF, of->columns);
}

static crm_status make_list(idlers *of, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[I_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 }, { "owner", CRM_TYPE_TEXT, 0 },         { "joined", CRM_TYPE_TIME, 0 },
    { "last_event", CRM_TYPE_DATE, 0 }, { "event", CRM_TYPE_TEXT, 0 },       { "idle_days", CRM_TYPE_INTEGER, 0 },
    { "known", CRM_TYPE_INTEGER, 0 }, { "columns", CRM_TYPE_INTEGER, 0 }
  };
  crm__scope *scope = of->dossier.scope;
  uint32_t *chosen = crm__scope_alloc(scope, (uint64_t)of->dossier.customers * 2U, sizeof *chosen);
  const uint32_t *ids;
  uint32_t count = 0;
  uint32_t i;
  crm_status status = crm__customers_by_key(scope, &ids, error);
  if (status == CRM_OK && chosen == NULL) {
    status = crm__fail_memory(error);
  }
  if (status == CRM_OK) {
    status = crm__owners_now(scope, &of->owners, error);
  }
  for (i = 0; status == CRM_OK && i < of->dossier.customers; i++) {
    if (counts(of, ids[i]) && is_idle(of, ids[i])) {
      chosen[count++] = ids[i];
    }
  }
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "completeness_idle", columns, I_COLUMNS, count, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "completeness_idle", 1);
  crm__table_meta(*table, "idle_days", "%d", (int)of->dossier.idle_days);
  crm__merge_sort(chosen, chosen + of->dossier.customers, count, idles_longer, of);
  for (i = 0; i < count; i++) {
    put_idler(of, chosen[i], *table);
  }
  return crm__table_finish(table, error);
}

/* ---- calls ---- */

typedef struct question {
  const crm_completeness_options *options;
  crm_status (*make)(idlers *of, crm_table **table, crm_error *error);
} question;

static crm_status answer(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const question *asked = context;
  idlers of;
  crm_status status = open_idlers(&of, scope, asked->options, error);
  return status == CRM_OK ? asked->make(&of, table, error) : status;
}

crm_status crm_completeness_static(const crm_store *store, const crm_scope *scope,
                                   const crm_completeness_options *options, crm_table **table, crm_error *error)
{
  question asked;
  asked.options = options;
  asked.make = make_measures;
  return crm__scope_table(store, scope, answer, &asked, table, error);
}

crm_status crm_completeness_idle(const crm_store *store, const crm_scope *scope,
                                 const crm_completeness_options *options, crm_table **table, crm_error *error)
{
  question asked;
  asked.options = options;
  asked.make = make_list;
  return crm__scope_table(store, scope, answer, &asked, table, error);
}
