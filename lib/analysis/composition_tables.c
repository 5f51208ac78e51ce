/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/composition.h"

#include "base/error.h"
#include "base/statistics.h"
#include "base/wide.h"
#include "table/build.h"

#include <string.h>

#define MILLION 1000000

/* ---- the table ---- */

enum { GROUP_NAME, GROUP_ACROSS, GROUP_CUSTOMERS, GROUP_CUSTOMER_SHARE, GROUP_SPEND, GROUP_SPEND_SHARE,
       GROUP_SPEND_INDEX, GROUP_MIX_INDEX, GROUP_COLUMNS };

/* Room for the shares of one stretch of cells that add up to 1. */
typedef struct shares {
  int64_t *customers;
  int64_t *spends;
  int64_t *customer_shares;
  int64_t *spend_shares;
  uint64_t *remainders;
} shares;

static crm_status open_shares(crm__composition *all, uint64_t most, shares *room, crm_error *error)
{
  crm__scope *scope = &all->fields.scope;
  room->customers = crm__scope_alloc(scope, most, sizeof *room->customers);
  room->spends = crm__scope_alloc(scope, most, sizeof *room->spends);
  room->customer_shares = crm__scope_alloc(scope, most, sizeof *room->customer_shares);
  room->spend_shares = crm__scope_alloc(scope, most, sizeof *room->spend_shares);
  room->remainders = crm__scope_alloc(scope, most, sizeof *room->remainders);
  return room->customers == NULL || room->spends == NULL || room->customer_shares == NULL ||
             room->spend_shares == NULL || room->remainders == NULL
           ? crm__fail_memory(error)
           : CRM_OK;
}

static void share_out(const crm__mix *cells, uint32_t count, shares *room)
{
  int64_t customers = 0;
  int64_t spend = 0;
  uint32_t i;
  for (i = 0; i < count; i++) {
    room->customers[i] = cells[i].customers;
    room->spends[i] = cells[i].spend > 0 ? cells[i].spend : 0;
    customers += room->customers[i];
    spend += room->spends[i];
    room->customer_shares[i] = 0;
    room->spend_shares[i] = 0;
  }
  if (customers > 0) {
    crm__apportion(room->customers, count, MILLION, room->customer_shares, room->remainders);
  }
  if (spend > 0) {
    crm__apportion(room->spends, count, MILLION, room->spend_shares, room->remainders);
  }
}

/* Of all customers: the cells of a column, and all of them. */
static crm__mix sum_column(const crm__composition *all, uint32_t column)
{
  crm__mix sum = { 0, 0 };
  uint32_t row;
  for (row = 0; row <= all->by.count; row++) {
    sum.customers += all->cells[(size_t)row * all->width + column].customers;
    sum.spend += all->cells[(size_t)row * all->width + column].spend;
  }
  return sum;
}

static crm__mix sum_row(const crm__composition *all, uint32_t row)
{
  crm__mix sum = { 0, 0 };
  uint32_t column;
  for (column = 0; column < all->width; column++) {
    sum.customers += all->cells[(size_t)row * all->width + column].customers;
    sum.spend += all->cells[(size_t)row * all->width + column].spend;
  }
  return sum;
}

static void put_cell(const crm__composition *all, crm_table *table, uint32_t row, uint32_t column, const shares *room,
                     const crm__mix *total, const crm__mix *group, const crm__mix *of_column)
{
  const crm__mix *of = &all->cells[(size_t)row * all->width + column];
  uint32_t at = all->crossed ? column : row;
  crm__composition_put_group(all, &all->by, row, table, GROUP_NAME);
  if (all->crossed) {
    crm__composition_put_group(all, &all->across, column, table, GROUP_ACROSS);
    crm__composition_put_index(table, GROUP_MIX_INDEX, of->customers, group->customers, of_column->customers,
                               total->customers);
  } else {
    crm__table_put_null(table, GROUP_ACROSS);
    crm__table_put_null(table, GROUP_MIX_INDEX);
  }
  crm__table_put(table, GROUP_CUSTOMERS, of->customers);
  crm__table_put(table, GROUP_CUSTOMER_SHARE, room->customer_shares[at]);
  crm__table_put(table, GROUP_SPEND, of->spend);
  if (of->spend > 0) {
    crm__table_put(table, GROUP_SPEND_SHARE, room->spend_shares[at]);
  } else {
    crm__table_put_null(table, GROUP_SPEND_SHARE);
  }
  crm__composition_put_index(table, GROUP_SPEND_INDEX, of->spend, of->customers, total->spend, total->customers);
}

/* Who is in no group makes no row, but for bands, of which none is left out. */
static int is_shown(const crm__composition *all, uint32_t row, uint32_t column)
{
  int listed = !all->crossed && row < all->by.count && all->by.banded;
  return listed || all->cells[(size_t)row * all->width + column].customers > 0;
}

static crm_status put_rows(crm__composition *all, crm_table *table, crm_error *error)
{
  uint32_t rows = all->by.count + 1U;
  crm__mix total = { 0, 0 };
  crm__mix *columns = crm__scope_alloc(&all->fields.scope, all->width, sizeof *columns);
  shares room;
  uint32_t row;
  uint32_t column;
  crm_status status = open_shares(all, all->crossed ? all->width : rows, &room, error);
  if (status != CRM_OK || columns == NULL) {
    return crm__fail_memory(error);
  }
  for (column = 0; column < all->width; column++) {
    columns[column] = sum_column(all, column);
    total.customers += columns[column].customers;
    total.spend += columns[column].spend;
  }
  if (!all->crossed) {
    share_out(all->cells, rows, &room);
  }
  for (row = 0; row < rows; row++) {
    crm__mix group = sum_row(all, row);
    if (all->crossed) {
      share_out(&all->cells[(size_t)row * all->width], all->width, &room);
    }
    for (column = 0; column < all->width; column++) {
      if (is_shown(all, row, column)) {
        put_cell(all, table, row, column, &room, &total, &group, &columns[column]);
      }
    }
  }
  return CRM_OK;
}

static crm_status make_groups_table(crm__composition *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[GROUP_COLUMNS] = {
    { "group", CRM_TYPE_TEXT, 0 },        { "across", CRM_TYPE_TEXT, 0 },
    { "customers", CRM_TYPE_INTEGER, 0 }, { "customer_share", CRM_TYPE_DECIMAL, 6 },
    { "spend", CRM_TYPE_MONEY, 0 },       { "spend_share", CRM_TYPE_DECIMAL, 6 },
    { "spend_index", CRM_TYPE_DECIMAL, 6 }, { "mix_index", CRM_TYPE_DECIMAL, 6 }
  };
  crm_status status;
  columns[GROUP_SPEND].scale = crm_store_digits(all->fields.store);
  status = crm__table_begin(crm__scope_memory(&all->fields.scope), "composition", columns, GROUP_COLUMNS,
                            all->by.count + 1, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__composition_describe(all, *table, "composition");
  status = put_rows(all, *table, error);
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

/* ---- concentration ---- */

enum { HHI_GROUP, HHI_CUSTOMERS, HHI_GROUPS, HHI_OF_CUSTOMERS, HHI_OF_SPEND, HHI_EFFECTIVE, HHI_COLUMNS };

typedef struct squares {
  crm__wide customers;
  crm__wide spend;
  int64_t all_customers;
  int64_t all_spend;     /* above 0 */
  int64_t groups;
} squares;

static void add_square(squares *to, const crm__mix *of)
{
  int64_t spend = of->spend > 0 ? of->spend : 0;
  to->customers = crm__wide_add(to->customers, crm__wide_multiply(of->customers, of->customers));
  to->spend = crm__wide_add(to->spend, crm__wide_multiply(spend, spend));
  to->all_customers += of->customers;
  to->all_spend += spend;
  to->groups += of->customers > 0;
}

/* sum / whole^2 in millionths, or that upside down in thousandths. */
static void put_hhi(crm_table *table, int32_t column, crm__wide sum, int64_t whole, int inverse)
{
  double value;
  if (whole <= 0) {
    crm__table_put_null(table, column);
    return;
  }
  value = crm__wide_to_double(sum) / crm__wide_to_double(crm__wide_multiply(whole, whole));
  value = inverse ? 1e3 / value : value * 1e6;
  value = value + 0.5;
  crm__table_put(table, column, (int64_t)value);
}

static void put_squares(crm_table *table, const squares *of)
{
  crm__table_put(table, HHI_CUSTOMERS, of->all_customers);
  crm__table_put(table, HHI_GROUPS, of->groups);
  put_hhi(table, HHI_OF_CUSTOMERS, of->customers, of->all_customers, 0);
  put_hhi(table, HHI_OF_SPEND, of->spend, of->all_spend, 0);
  put_hhi(table, HHI_EFFECTIVE, of->customers, of->all_customers, 1);
}

static void put_concentrations(const crm__composition *all, crm_table *table)
{
  squares sum;
  uint32_t row;
  uint32_t column;
  for (row = 0; all->crossed && row <= all->by.count; row++) {
    memset(&sum, 0, sizeof sum);
    for (column = 0; column < all->width; column++) {
      add_square(&sum, &all->cells[(size_t)row * all->width + column]);
    }
    if (sum.all_customers > 0 && row < all->by.count) {
      crm__composition_put_group(all, &all->by, row, table, HHI_GROUP);
      put_squares(table, &sum);
    }
  }
  memset(&sum, 0, sizeof sum);
  for (row = 0; !all->crossed && row <= all->by.count; row++) {
    add_square(&sum, &all->cells[row]);
  }
  for (column = 0; all->crossed && column < all->width; column++) {
    crm__mix of = sum_column(all, column);
    add_square(&sum, &of);
  }
  crm__table_put_null(table, HHI_GROUP);
  put_squares(table, &sum);
}

static crm_status make_concentration(crm__composition *all, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[HHI_COLUMNS] = {
    { "group", CRM_TYPE_TEXT, 0 },          { "customers", CRM_TYPE_INTEGER, 0 }, { "groups", CRM_TYPE_INTEGER, 0 },
    { "hhi_customers", CRM_TYPE_DECIMAL, 6 }, { "hhi_spend", CRM_TYPE_DECIMAL, 6 }, { "effective", CRM_TYPE_DECIMAL, 3 }
  };
  crm_status status = crm__table_begin(crm__scope_memory(&all->fields.scope), "composition_concentration", columns,
                                       HHI_COLUMNS, (int64_t)all->by.count + 2, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__composition_describe(all, *table, "composition_concentration");
  put_concentrations(all, *table);
  return crm__table_finish(table, error);
}

typedef crm_status (*maker)(crm__composition *all, crm_table **table, crm_error *error);

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_composition_options *options,
                          maker make, crm_table **table, crm_error *error)
{
  crm__composition all;
  crm_table *made = NULL;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = crm__composition_open(&all, store, scope, options, error);
  if (status == CRM_OK) {
    status = make(&all, &made, error);
  }
  crm__fields_close(&all.fields);
  if (status == CRM_OK) {
    *table = made;
  } else {
    crm_table_free(made);
  }
  return status;
}

crm_status crm_composition_compute(const crm_store *store, const crm_scope *scope,
                                   const crm_composition_options *options, crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_groups_table, table, error);
}

crm_status crm_composition_concentration(const crm_store *store, const crm_scope *scope,
                                         const crm_composition_options *options, crm_table **table,
                                         crm_error *error)
{
  return compute(store, scope, options, make_concentration, table, error);
}
