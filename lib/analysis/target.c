/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"
#include "analysis/segment_fields.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "store/segment.h"
#include "table/build.h"

#include <crm/target.h>

#include <string.h>

enum { UNKNOWN, ERASED, DUPLICATE, ANONYMOUS, INTERNAL, OUTSIDE, UNWANTED, OWN };   /* OWN + i: suppression i */

/* A key that is gone through. */
typedef struct row {
  uint32_t id;          /* the key's own, CRM__NONE: there is none */
  uint32_t customer;    /* who it stands for, likewise */
  int32_t reason;
} row;

typedef struct target {
  crm_target_options options;
  crm__fields fields;
  crm__scope *scope;
  crm_segment *wanted;
  crm_segment *suppressed[CRM_TARGET_SUPPRESSIONS];
  crm__segment_field household;
  const uint8_t *erased;
  const uint32_t *by_key;
  uint8_t *seen;        /* by customer: a row before stands for it */
  row *rows;
  uint32_t count;
  int32_t at_home;      /* the reasons after the suppressions */
  int32_t listed;
} target;

/* ---- what is asked ---- */

static crm_status read_options(target *all, const crm_target_options *given, crm_error *error)
{
  static const crm_target_options usual = CRM_TARGET_OPTIONS_INIT;
  crm_target_options *options = &all->options;
  crm_status status = CRM_OK;
  *options = usual;
  if (given != NULL) {
    status = crm__struct_read(options, sizeof *options, given, "crm_target_options", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (options->suppression_count < 0 || (options->suppression_count > 0 && options->suppressions == NULL) ||
      options->key_count < 0 || options->key_count > UINT32_MAX - 1 ||
      (options->suppression_count > 0 && options->definition_size != sizeof(crm_segment_definition))) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "suppressions or keys are missing, or of another size");
  }
  if (options->suppression_count > CRM_TARGET_SUPPRESSIONS) {
    return crm__fail(error, CRM_ERROR_LIMIT, "there are more than %d suppressions", CRM_TARGET_SUPPRESSIONS);
  }
  all->at_home = OWN + (int32_t)options->suppression_count;
  all->listed = all->at_home + 1;
  return CRM_OK;
}

static crm_segment_options segment_options(const target *all)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  options.definition_size = all->options.definition_size;
  options.expression = all->options.expression;
  options.definitions = all->options.definitions;
  options.definition_count = all->options.definition_count;
  options.pyramid = all->options.pyramid;
  options.rfm = all->options.rfm;
  options.lifecycle = all->options.lifecycle;
  options.classes = all->options.classes;
  return options;
}

/* An error in the expression of a suppression names it. */
static void name_error(crm_error *error, const char *name)
{
  if (error != NULL && strcmp(error->column, "expression") == 0) {
    size_t length = strlen(name);
    length = length < sizeof error->column ? length : sizeof error->column - 1;
    memcpy(error->column, name, length);
    error->column[length] = '\0';
  }
}

static crm_status choose(target *all, const crm_store *store, const crm_scope *scope, crm_error *error)
{
  crm_segment_options options = segment_options(all);
  int64_t i;
  crm_status status = crm_segment_compute(store, scope, &options, &all->wanted, error);
  for (i = 0; status == CRM_OK && i < all->options.suppression_count; i++) {
    const crm_segment_definition *own = &all->options.suppressions[i];
    if (own->name == NULL || own->expression == NULL) {
      return crm__fail(error, CRM_ERROR_ARGUMENT, "a suppression has no name or no expression");
    }
    options.expression = own->expression;
    status = crm_segment_compute(store, scope, &options, &all->suppressed[i], error);
    if (status != CRM_OK) {
      name_error(error, own->name);
    }
  }
  return status;
}

static crm_status open_fields(target *all, const crm_store *store, const crm_scope *scope, crm_error *error)
{
  crm_segment_options options = segment_options(all);
  const char *name = all->options.household;
  crm_status status = crm__fields_plan(&all->fields, store, scope, &options, error);
  if (status == CRM_OK && name != NULL) {
    if (!crm__field_find(&all->fields, name, strlen(name), 0, &all->household)) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, NULL, "household", 0, -1, "there is no such field");
    }
    all->fields.needs |= 1U << all->household.source;
  }
  if (status == CRM_OK) {
    status = crm__fields_load(&all->fields, error);
  }
  all->scope = &all->fields.scope;
  return status;
}

/* ---- the rows ---- */

static void add_row(target *all, uint32_t id, uint32_t customer)
{
  row *of = &all->rows[all->count++];
  of->id = id;
  of->customer = customer;
  of->reason = UNKNOWN;
}

/* Everybody that the store has, those first who stand for themselves, so that the others are their duplicates. */
static void add_store(target *all)
{
  const crm_store *store = all->scope->store;
  uint32_t customers = crm__customers(store);
  uint32_t i;
  for (i = 0; i < customers; i++) {
    uint32_t id = all->by_key[i];
    uint32_t customer = crm__customer_place(store, crm__customer_key(store, id));
    if (customer != id || crm__customer_known(store, id)) {
      add_row(all, id, crm__scope_customer(all->scope, customer));
    }
  }
}

static crm_status add_keys(target *all, crm_error *error)
{
  int64_t i;
  for (i = 0; i < all->options.key_count; i++) {
    const char *key = all->options.keys[i];
    uint32_t customer;
    if (key == NULL) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "keys", i + 1, -1, "a key is missing");
    }
    customer = crm__customer_find(all->scope->store, key);
    if (customer != CRM__NONE && !crm__customer_known(all->scope->store, customer)) {
      customer = CRM__NONE;
    }
    add_row(all, customer, crm__scope_customer(all->scope, customer));
    if (customer == CRM__NONE && crm__key_erased(all->scope->store, key)) {
      all->rows[all->count - 1U].reason = ERASED;
    }
  }
  return CRM_OK;
}

static crm_status add_rows(target *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope->store);
  uint64_t most = all->options.keys == NULL ? customers : (uint64_t)all->options.key_count;
  crm_status status = crm__erased_marks(all->scope, &all->erased, error);
  if (status == CRM_OK) {
    status = crm__customers_by_key(all->scope, &all->by_key, error);
  }
  all->rows = crm__scope_alloc(all->scope, most + 1U, sizeof *all->rows);
  all->seen = crm__scope_alloc_zero(all->scope, customers, 1);
  if (status != CRM_OK) {
    return status;
  }
  if (all->rows == NULL || all->seen == NULL) {
    return crm__fail_memory(error);
  }
  if (all->options.keys != NULL) {
    return add_keys(all, error);
  }
  add_store(all);
  return CRM_OK;
}

/* ---- reasons ---- */

/* With accounts an account is what its own row says, its customers being left out as its duplicates. */
static uint8_t kind_of(const target *all, uint32_t customer)
{
  return all->scope->special == NULL ? (uint8_t)CRM__CUSTOMER_PERSON : all->scope->special[customer];
}

static int32_t reason_of(const target *all, const row *of)
{
  uint32_t customer = of->customer;
  int32_t i;
  if (customer == CRM__NONE) {
    return of->reason;
  }
  if (all->erased != NULL && all->erased[customer]) {
    return ERASED;
  }
  if (all->seen[customer]) {
    return DUPLICATE;
  }
  if (kind_of(all, customer) == CRM__CUSTOMER_ANONYMOUS) {
    return ANONYMOUS;
  }
  if (kind_of(all, customer) == CRM__CUSTOMER_INTERNAL && !all->scope->internal) {
    return INTERNAL;
  }
  if (!crm__field_customer(&all->fields, customer)) {
    return OUTSIDE;
  }
  if (!crm__segment_has(all->wanted, customer)) {
    return UNWANTED;
  }
  for (i = 0; i < (int32_t)all->options.suppression_count; i++) {
    if (crm__segment_has(all->suppressed[i], customer)) {
      return OWN + i;
    }
  }
  return all->listed;
}

static int is_itself(const target *all, const row *of)
{
  return all->options.keys != NULL || of->id == of->customer;
}

/* In the whole store somebody's own key speaks; in a list the first one that comes. */
static void find_reasons(target *all)
{
  int own;
  uint32_t i;
  for (own = 1; own >= 0; own--) {
    for (i = 0; i < all->count; i++) {
      row *of = &all->rows[i];
      if (is_itself(all, of) == own) {
        of->reason = reason_of(all, of);
        if (of->customer != CRM__NONE) {
          all->seen[of->customer] = 1;
        }
      }
    }
  }
}

/* ---- households ---- */

/* Whether a stays rather than b. */
static int is_better(const target *all, const uint32_t *ranks, uint32_t a, uint32_t b)
{
  const crm__measure *of_a = crm__measure_at(&all->fields.measures, a);
  const crm__measure *of_b = crm__measure_at(&all->fields.measures, b);
  if (of_a->money != of_b->money) {
    return of_a->money > of_b->money;
  }
  return of_a->orders != of_b->orders ? of_a->orders > of_b->orders : ranks[a] < ranks[b];
}

static int64_t value_of(const target *all, uint32_t customer)
{
  int64_t value;
  all->household.fetch(&all->fields, &all->household, customer, 1, &value);
  return value;
}

static void keep_best(target *all, const uint32_t *ranks, const uint64_t *keys, const uint32_t *places, uint32_t count)
{
  uint32_t first;
  uint32_t next;
  for (first = 0; first < count; first = next) {
    uint32_t best = places[first];
    for (next = first + 1U; next < count && keys[next] == keys[first]; next++) {
      uint32_t other = places[next];
      int better = is_better(all, ranks, all->rows[other].customer, all->rows[best].customer);
      all->rows[better ? best : other].reason = all->at_home;
      best = better ? other : best;
    }
  }
}

static crm_status find_households(target *all, crm_error *error)
{
  uint64_t *keys = crm__scope_alloc(all->scope, (uint64_t)all->count + 1U, sizeof *keys);
  uint64_t *spare_keys = crm__scope_alloc(all->scope, (uint64_t)all->count + 1U, sizeof *spare_keys);
  uint32_t *places = crm__scope_alloc(all->scope, (uint64_t)all->count + 1U, sizeof *places);
  uint32_t *spare = crm__scope_alloc(all->scope, (uint64_t)all->count + 1U, sizeof *spare);
  const uint32_t *ranks;
  uint32_t count = 0;
  uint32_t i;
  crm_status status = crm__customer_ranks(all->scope, &ranks, error);
  if (status != CRM_OK || keys == NULL || spare_keys == NULL || places == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all->count; i++) {
    int64_t value = all->rows[i].reason == all->listed ? value_of(all, all->rows[i].customer) : INT64_MIN;
    if (value != INT64_MIN) {
      keys[count] = crm__sortable(value);
      places[count++] = i;
    }
  }
  crm__radix_sort(keys, places, spare_keys, spare, count);
  keep_best(all, ranks, keys, places, count);
  return CRM_OK;
}

/* ---- tables ---- */

static crm_status begin(const target *all, const char *name, const crm__table_column *columns, int32_t count,
                        int64_t rows, crm_table **table, crm_error *error)
{
  crm_status status = crm__table_begin(crm__scope_memory(all->scope), name, columns, count, rows, table, error);
  if (status == CRM_OK) {
    crm__scope_describe(all->scope, *table, name, 1);
    crm__table_meta_text(*table, "expression", all->options.expression == NULL ? "" : all->options.expression);
    crm__table_meta_text(*table, "household", all->options.household == NULL ? "" : all->options.household);
  }
  return status;
}

static const char *reason_name(const target *all, int32_t reason)
{
  static const char *const names[OWN] = {"unknown",  "erased",  "duplicate", "anonymous",
                                         "internal", "outside", "unwanted"};
  return reason < OWN             ? names[reason]
         : reason == all->at_home ? "household"
         : reason == all->listed  ? "listed"
                                  : all->options.suppressions[reason - OWN].name;
}

static crm_status make_list(target *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[] = {{"customer", CRM_TYPE_TEXT, 0}, {"spend", CRM_TYPE_MONEY, 0}};
  uint32_t customers = crm__customers(all->scope->store);
  uint32_t i;
  crm_status status;
  columns[1].scale = crm_store_digits(all->scope->store);
  memset(all->seen, 0, customers);
  for (i = 0; i < all->count; i++) {
    if (all->rows[i].reason == all->listed) {
      all->seen[all->rows[i].customer] = 1;
    }
  }
  status = begin(all, "target", columns, 2, all->count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < customers; i++) {
    uint32_t id = all->by_key[i];
    if (all->seen[id]) {
      crm__table_put_key(*table, 0, crm__customer_key(all->scope->store, id));
      crm__table_put(*table, 1, crm__measure_at(&all->fields.measures, id)->money);
    }
  }
  return crm__table_finish(table, error);
}

static void put_count(crm_table *table, const char *name, int64_t keys, int64_t whole)
{
  crm__table_put_name(table, 0, name);
  crm__table_put(table, 1, keys);
  if (whole > 0) {
    crm__table_put(table, 2, crm__ratio(keys, whole));
  } else {
    crm__table_put_null(table, 2);
  }
}

static crm_status make_counts(target *all, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"reason", CRM_TYPE_TEXT, 0}, {"keys", CRM_TYPE_INTEGER, 0}, {"share", CRM_TYPE_DECIMAL, 6}
  };
  int64_t counts[OWN + CRM_TARGET_SUPPRESSIONS + 2];
  int32_t reason;
  uint32_t i;
  crm_status status = begin(all, "target_counts", columns, 3, (int64_t)all->listed + 2, table, error);
  if (status != CRM_OK) {
    return status;
  }
  memset(counts, 0, sizeof counts);
  for (i = 0; i < all->count; i++) {
    counts[all->rows[i].reason]++;
  }
  for (reason = 0; reason <= all->listed; reason++) {
    put_count(*table, reason_name(all, reason), counts[reason], all->count);
  }
  put_count(*table, "all", all->count, all->count);
  return crm__table_finish(table, error);
}

static crm_status make_rows(target *all, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"key", CRM_TYPE_TEXT, 0}, {"customer", CRM_TYPE_TEXT, 0}, {"reason", CRM_TYPE_TEXT, 0}
  };
  uint32_t i;
  crm_status status = begin(all, "target_rows", columns, 3, all->count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < all->count; i++) {
    const row *of = &all->rows[i];
    if (all->options.keys != NULL) {
      crm__table_put_name(*table, 0, all->options.keys[i]);
    } else {
      crm__table_put_key(*table, 0, crm__customer_key(all->scope->store, of->id));
    }
    if (of->customer == CRM__NONE) {
      crm__table_put_null(*table, 1);
    } else {
      crm__table_put_key(*table, 1, crm__customer_key(all->scope->store, of->customer));
    }
    crm__table_put_name(*table, 2, reason_name(all, of->reason));
  }
  return crm__table_finish(table, error);
}

/* ---- the public ones ---- */

typedef crm_status (*maker)(target *all, crm_table **table, crm_error *error);

static crm_status screen(target *all, const crm_store *store, const crm_scope *scope, crm_error *error)
{
  crm_status status = choose(all, store, scope, error);
  if (status == CRM_OK) {
    status = open_fields(all, store, scope, error);
  }
  if (status == CRM_OK) {
    status = add_rows(all, error);
  }
  if (status == CRM_OK) {
    find_reasons(all);
    status = all->options.household == NULL ? CRM_OK : find_households(all, error);
  }
  return status;
}

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_target_options *options, maker make,
                          crm_table **table, crm_error *error)
{
  target all;
  crm_table *made = NULL;
  int32_t i;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  memset(&all, 0, sizeof all);
  status = read_options(&all, options, error);
  if (status == CRM_OK) {
    status = screen(&all, store, scope, error);
  }
  if (status == CRM_OK) {
    status = make(&all, &made, error);
  }
  crm__fields_close(&all.fields);
  crm_segment_free(all.wanted);
  for (i = 0; i < CRM_TARGET_SUPPRESSIONS; i++) {
    crm_segment_free(all.suppressed[i]);
  }
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

crm_status crm_target_list(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                           crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_list, table, error);
}

crm_status crm_target_counts(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                             crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_counts, table, error);
}

crm_status crm_target_rows(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                           crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_rows, table, error);
}
