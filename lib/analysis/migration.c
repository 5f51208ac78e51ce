/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/migration.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "table/build.h"

#include <string.h>

enum { UP, DOWN, STAY, GONE, NEW, OUTSIDE, MOVEMENTS };

static const char *const movement_names[MOVEMENTS] = { "up", "down", "stay", "gone", "new", "outside" };

typedef crm__move_sum sum;

/* ---- layers and movements ---- */

int32_t crm__layer_of(const crm_pyramid *pyramid, uint32_t id)
{
  return pyramid->kinds[id] == CRM__KIND_ABSENT ? pyramid->tier_count + CRM__KINDS_BELOW : crm__tier_of(pyramid, id);
}

const char *crm__layer_name(const crm__migration *all, int32_t layer)
{
  return layer == all->layers - 1 ? "absent" : crm__tier_name(all->after, layer);
}

static int movement_of(const crm__migration *all, int32_t from, int32_t to)
{
  if (from >= all->tiers) {
    return to < all->tiers ? NEW : OUTSIDE;
  }
  if (to >= all->tiers) {
    return GONE;
  }
  return to < from ? UP : to > from ? DOWN : STAY;
}

static void add(sum *to, const sum *more)
{
  to->customers += more->customers;
  to->before += more->before;
  to->after += more->after;
}

static void count_moves(crm__migration *all)
{
  uint32_t id;
  for (id = 0; id < all->after->customers; id++) {
    sum one;
    one.customers = 1;
    one.before = crm__pyramid_value(all->before, id);
    one.after = crm__pyramid_value(all->after, id);
    add(&all->cells[crm__layer_of(all->before, id)][crm__layer_of(all->after, id)], &one);
  }
}

static sum sum_from(const crm__migration *all, int32_t from)
{
  sum row = { 0, 0, 0 };
  int32_t to;
  for (to = 0; to < all->layers; to++) {
    add(&row, &all->cells[from][to]);
  }
  return row;
}

static void sum_movements(const crm__migration *all, sum *movements)
{
  int32_t from;
  int32_t to;
  memset(movements, 0, MOVEMENTS * sizeof *movements);
  for (from = 0; from < all->layers; from++) {
    for (to = 0; to < all->layers; to++) {
      if (from < all->layers - 1 || to < all->layers - 1) {
        add(&movements[movement_of(all, from, to)], &all->cells[from][to]);
      }
    }
  }
}

/* ---- making ready ---- */

static crm_status read_options(crm__migration *all, const crm_migration_options *given, crm_migration_options *options,
                               crm_error *error)
{
  static const crm_migration_options usual = CRM_MIGRATION_OPTIONS_INIT;
  crm_status status = CRM_OK;
  *options = usual;
  if (given != NULL) {
    status = crm__struct_read(options, sizeof *options, given, "crm_migration_options", error);
  }
  if (status == CRM_OK && options->value_tiers < 0) {
    status = crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "value_tiers", 0, -1, "no such number of tiers");
  }
  all->value_tiers = options->value_tiers;
  return status;
}

/* Needs to be closed whatever it answers. */
static crm_status open_moves(crm__migration *all, const crm_store *store, const crm_scope *before,
                             const crm_scope *after, const crm_migration_options *given, crm_error *error)
{
  crm_migration_options options;
  crm_status status;
  memset(all, 0, sizeof *all);
  status = read_options(all, given, &options, error);
  if (status == CRM_OK) {
    status = crm_pyramid_compute(store, before, options.pyramid, &all->before, error);
  }
  if (status == CRM_OK) {
    status = crm_pyramid_compute(store, after, options.pyramid, &all->after, error);
  }
  if (status == CRM_OK) {
    status = crm__pyramid_open(all->before, &all->was, error);
    all->opened = status == CRM_OK;
  }
  if (status == CRM_OK) {
    status = crm__pyramid_open(all->after, &all->is, error);
    all->opened += status == CRM_OK;
  }
  if (status != CRM_OK) {
    return status;
  }
  all->tiers = all->after->tier_count;
  all->layers = all->tiers + CRM__KINDS_BELOW + 1;
  all->value_tiers = all->value_tiers == 0 ? all->tiers - 1 : all->value_tiers;
  if (all->value_tiers > all->tiers) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "value_tiers", 0, -1, "there are not so many tiers");
  }
  count_moves(all);
  return CRM_OK;
}

static void close_moves(crm__migration *all)
{
  if (all->opened > 1) {
    crm__scope_close(&all->is);
  }
  if (all->opened > 0) {
    crm__scope_close(&all->was);
  }
  crm_pyramid_free(all->before);
  crm_pyramid_free(all->after);
}

static int is_money(const crm__migration *all)
{
  return all->after->measure != CRM_MEASURE_OCCASIONS;
}

crm_status crm__migration_begin(const crm__migration *all, const char *name, crm__table_column *columns, int32_t count,
                                int32_t valued, int64_t rows, crm_table **table, crm_error *error)
{
  static const char *const measures[] = { "spend", "profit", "occasions" };
  crm_status status;
  int32_t i;
  for (i = valued; valued >= 0 && i < valued + 3; i++) {
    columns[i].type = is_money(all) ? CRM_TYPE_MONEY : CRM_TYPE_INTEGER;
    columns[i].scale = is_money(all) ? crm_store_digits(all->is.store) : 0;
  }
  status = crm__table_begin(crm__scope_memory(&all->is), name, columns, count, rows, table, error);
  if (status == CRM_OK) {
    crm__scope_describe(&all->is, *table, name, 1);
    crm__scope_describe_before(&all->was, *table);
    crm__table_meta(*table, "measure", "%s", measures[all->after->measure]);
    crm__table_meta(*table, "value_tiers", "%d", (int)all->value_tiers);
    crm__table_meta(*table, "n_before", "%lld", (long long)all->before->n);
    crm__table_meta(*table, "n", "%lld", (long long)all->after->n);
  }
  return status;
}

static void put_values(crm_table *table, int32_t column, const sum *of)
{
  crm__table_put(table, column, of->before);
  crm__table_put(table, column + 1, of->after);
  crm__table_put(table, column + 2, of->after - of->before);
}

static void put_share(crm_table *table, int32_t column, int64_t part, int64_t whole)
{
  if (whole == 0) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, crm__ratio(part, whole));
  }
}

/* ---- the matrix ---- */

enum { MATRIX_FROM, MATRIX_TO, MATRIX_MOVEMENT, MATRIX_CUSTOMERS, MATRIX_SHARE, MATRIX_BEFORE, MATRIX_AFTER,
       MATRIX_CHANGE, MATRIX_COLUMNS };

static crm_status make_matrix(crm__migration *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[MATRIX_COLUMNS] = {
    { "from", CRM_TYPE_TEXT, 0 },     { "to", CRM_TYPE_TEXT, 0 }, { "movement", CRM_TYPE_TEXT, 0 },
    { "customers", CRM_TYPE_INTEGER, 0 }, { "share", CRM_TYPE_DECIMAL, 6 }, { "before", 0, 0 },
    { "after", 0, 0 },                { "change", 0, 0 }
  };
  int32_t from;
  int32_t to;
  crm_status status = crm__migration_begin(all, "migration", columns, MATRIX_COLUMNS, MATRIX_BEFORE,
                                           (int64_t)all->layers * all->layers, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (from = 0; from < all->layers; from++) {
    sum row = sum_from(all, from);
    if (from == all->layers - 1) {
      row.customers -= all->cells[from][from].customers;   /* known in neither */
    }
    for (to = 0; to < all->layers; to++) {
      const sum *cell = &all->cells[from][to];
      if (cell->customers == 0 || (from == all->layers - 1 && to == from)) {
        continue;
      }
      crm__table_put_name(*table, MATRIX_FROM, crm__layer_name(all, from));
      crm__table_put_name(*table, MATRIX_TO, crm__layer_name(all, to));
      crm__table_put_name(*table, MATRIX_MOVEMENT, movement_names[movement_of(all, from, to)]);
      crm__table_put(*table, MATRIX_CUSTOMERS, cell->customers);
      put_share(*table, MATRIX_SHARE, cell->customers, row.customers);
      put_values(*table, MATRIX_BEFORE, cell);
    }
  }
  return crm__table_finish(table, error);
}

/* ---- the movements ---- */

enum { MOVE_NAME, MOVE_CUSTOMERS, MOVE_SHARE, MOVE_BEFORE, MOVE_AFTER, MOVE_CHANGE, MOVE_COLUMNS };

static void put_movement(crm_table *table, const char *name, const sum *of, int64_t whole)
{
  crm__table_put_name(table, MOVE_NAME, name);
  crm__table_put(table, MOVE_CUSTOMERS, of->customers);
  put_share(table, MOVE_SHARE, of->customers, whole);
  put_values(table, MOVE_BEFORE, of);
}

static crm_status make_movements(crm__migration *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[MOVE_COLUMNS] = {
    { "movement", CRM_TYPE_TEXT, 0 }, { "customers", CRM_TYPE_INTEGER, 0 }, { "share", CRM_TYPE_DECIMAL, 6 },
    { "before", 0, 0 },               { "after", 0, 0 },                    { "change", 0, 0 }
  };
  sum movements[MOVEMENTS];
  sum before = { 0, 0, 0 };
  sum after = { 0, 0, 0 };
  int i;
  crm_status status =
    crm__migration_begin(all, "movements", columns, MOVE_COLUMNS, MOVE_BEFORE, MOVEMENTS + 2, table, error);
  if (status != CRM_OK) {
    return status;
  }
  sum_movements(all, movements);
  for (i = UP; i <= STAY; i++) {
    add(&before, &movements[i]);
    add(&after, &movements[i]);
  }
  add(&before, &movements[GONE]);
  add(&after, &movements[NEW]);
  for (i = 0; i < MOVEMENTS; i++) {
    put_movement(*table, movement_names[i], &movements[i],
                 i == OUTSIDE ? 0 : i == NEW ? after.customers : before.customers);
  }
  put_movement(*table, "all_before", &before, 0);
  put_movement(*table, "all_after", &after, 0);
  return crm__table_finish(table, error);
}

/* ---- the rates ---- */

enum { RATE_NAME, RATE_VALUE, RATE_NUMERATOR, RATE_DENOMINATOR, RATE_LOW, RATE_HIGH, RATE_STATUS, RATE_COLUMNS };

/* cases: it counts them, and has an interval. */
static void put_rate(crm_table *table, const char *name, int64_t part, int64_t whole, int cases)
{
  int64_t low = 0;
  int64_t high = 0;
  crm__table_put_name(table, RATE_NAME, name);
  put_share(table, RATE_VALUE, part, whole > 0 ? whole : 0);
  crm__table_put(table, RATE_NUMERATOR, part);
  crm__table_put(table, RATE_DENOMINATOR, whole);
  if (cases && whole > 0) {
    crm__wilson(part, whole, &low, &high);
    crm__table_put(table, RATE_LOW, low);
    crm__table_put(table, RATE_HIGH, high);
  } else {
    crm__table_put_null(table, RATE_LOW);
    crm__table_put_null(table, RATE_HIGH);
  }
  crm__table_put_name(table, RATE_STATUS, whole > 0 ? "ok" : "undefined");
}

/* Of those in layers first .. end - 1, all of them, and the ones who are value customers after. */
static void sum_to_value(const crm__migration *all, int32_t first, int32_t end, sum *of, sum *value)
{
  int32_t from;
  int32_t to;
  for (from = first; from < end; from++) {
    for (to = 0; to < all->layers; to++) {
      add(of, &all->cells[from][to]);
      if (to < all->value_tiers) {
        add(value, &all->cells[from][to]);
      }
    }
  }
}

static sum sum_at_risk(const crm__migration *all)
{
  sum risk = { 0, 0, 0 };
  int32_t from;
  int32_t to;
  for (from = 0; from < all->value_tiers; from++) {
    for (to = from + 1; to < all->layers; to++) {
      add(&risk, &all->cells[from][to]);
    }
  }
  return risk;
}

static crm_status make_rates(crm__migration *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[RATE_COLUMNS] = {
    { "measure", CRM_TYPE_TEXT, 0 },        { "value", CRM_TYPE_DECIMAL, 6 }, { "numerator", CRM_TYPE_INTEGER, 0 },
    { "denominator", CRM_TYPE_INTEGER, 0 }, { "low", CRM_TYPE_DECIMAL, 6 },   { "high", CRM_TYPE_DECIMAL, 6 },
    { "status", CRM_TYPE_TEXT, 0 }
  };
  sum movements[MOVEMENTS];
  sum others = { 0, 0, 0 };
  sum cultivated = { 0, 0, 0 };
  sum value = { 0, 0, 0 };
  sum kept = { 0, 0, 0 };
  sum risk = sum_at_risk(all);
  crm_status status = crm__migration_begin(all, "migration_rates", columns, RATE_COLUMNS, -1, 6, table, error);
  if (status != CRM_OK) {
    return status;
  }
  sum_movements(all, movements);
  /* nonpositive and inactive, the two layers after the tiers, have bought too */
  sum_to_value(all, all->value_tiers, all->tiers + CRM__KIND_INACTIVE + 1, &others, &cultivated);
  sum_to_value(all, 0, all->value_tiers, &value, &kept);
  put_rate(*table, "up_rate", movements[UP].customers, all->before->n, 1);
  put_rate(*table, "down_rate", movements[DOWN].customers, all->before->n, 1);
  put_rate(*table, "gone_rate", movements[GONE].customers, all->before->n, 1);
  put_rate(*table, "cultivation_rate", cultivated.customers, others.customers, 1);
  put_rate(*table, "value_kept_rate", kept.customers, value.customers, 1);
  put_rate(*table, "value_at_risk", risk.before, value.before, 0);
  return crm__table_finish(table, error);
}

/* ---- the customers ---- */

enum { MEMBER_CUSTOMER, MEMBER_FROM, MEMBER_TO, MEMBER_MOVEMENT, MEMBER_BEFORE, MEMBER_AFTER, MEMBER_CHANGE,
       MEMBER_COLUMNS };

static crm_status make_members(crm__migration *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[MEMBER_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 }, { "from", CRM_TYPE_TEXT, 0 }, { "to", CRM_TYPE_TEXT, 0 },
    { "movement", CRM_TYPE_TEXT, 0 }, { "before", 0, 0 },           { "after", 0, 0 },
    { "change", 0, 0 }
  };
  crm__scope *scope = &all->is;
  const uint32_t *by_key;
  uint32_t i;
  crm_status status = crm__customers_by_key(scope, &by_key, error);
  if (status == CRM_OK) {
    status = crm__migration_begin(all, "movers", columns, MEMBER_COLUMNS, MEMBER_BEFORE,
                                  all->before->n + all->after->n, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < all->after->customers; i++) {
    uint32_t id = by_key[i];
    int32_t from = crm__layer_of(all->before, id);
    int32_t to = crm__layer_of(all->after, id);
    sum one = { 1, crm__pyramid_value(all->before, id), crm__pyramid_value(all->after, id) };
    if (from >= all->tiers && to >= all->tiers) {
      continue;
    }
    crm__table_put_key(*table, MEMBER_CUSTOMER, crm__customer_key(all->is.store, id));
    crm__table_put_name(*table, MEMBER_FROM, crm__layer_name(all, from));
    crm__table_put_name(*table, MEMBER_TO, crm__layer_name(all, to));
    crm__table_put_name(*table, MEMBER_MOVEMENT, movement_names[movement_of(all, from, to)]);
    put_values(*table, MEMBER_BEFORE, &one);
  }
  return crm__table_finish(table, error);
}

crm_status crm__migration_compute(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                  const crm_migration_options *options, crm__migration_maker make, crm_table **table,
                                  crm_error *error)
{
  crm_table *made = NULL;
  crm__migration all;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = open_moves(&all, store, before, after, options, error);
  if (status == CRM_OK) {
    status = make(&all, &made, error);
  }
  close_moves(&all);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

crm_status crm_migration_compute(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                 const crm_migration_options *options, crm_table **table, crm_error *error)
{
  return crm__migration_compute(store, before, after, options, make_matrix, table, error);
}

crm_status crm_migration_movements(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                   const crm_migration_options *options, crm_table **table, crm_error *error)
{
  return crm__migration_compute(store, before, after, options, make_movements, table, error);
}

crm_status crm_migration_rates(const crm_store *store, const crm_scope *before, const crm_scope *after,
                               const crm_migration_options *options, crm_table **table, crm_error *error)
{
  return crm__migration_compute(store, before, after, options, make_rates, table, error);
}

crm_status crm_migration_members(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                 const crm_migration_options *options, crm_table **table, crm_error *error)
{
  return crm__migration_compute(store, before, after, options, make_members, table, error);
}
