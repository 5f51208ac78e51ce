/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/check.h"
#include "base/error.h"

static crm_status differs(crm_error *error, int32_t table, const char *what, uint64_t row)
{
  return crm__fail_at(error, CRM_ERROR_CORRUPT, crm__schema(table)->name, NULL, 0, -1,
                      "%s of row %lld differs from what the rows give", what, (long long)row);
}

/* Ids that a row holds are known ones, and its key leads to it. */
static crm_status verify_row(const crm_store *store, int32_t table, uint64_t row, crm_error *error)
{
  const crm__dimension *dimension = &store->dimensions[table];
  unsigned char bytes[CRM__ROW_KEY_BYTES];
  crm__key key;
  uint32_t space;
  int32_t column;
  for (column = crm__table_by_id(table); column < crm__table_width(store, table); column++) {
    uint32_t id = crm__cell_size(crm__table_column_cell(store, table, column)) == sizeof(uint32_t)
                      ? crm__column_u32(&dimension->values[column], row)
                      : CRM__NONE;
    if (id != CRM__NONE && id >= crm__column_names(store, table, column)->count) {
      return differs(error, table, "a key", row);
    }
  }
  if (crm__table_by_id(table)) {
    return CRM_OK;
  }
  space = crm__row_identity(store, table, dimension->values, row, crm__column_u32(&dimension->repeat, row), bytes,
                            &key);
  return crm__intern_find(&dimension->keys, space, key) == row ? CRM_OK : differs(error, table, "the place", row);
}

static crm_status verify_sums(const crm_store *store, int32_t table, crm_error *error)
{
  const crm__dimension *dimension = &store->dimensions[table];
  int32_t column;
  uint64_t row;
  for (column = 0; column < crm__table_width(store, table); column++) {
    uint64_t budget = 0;
    for (row = 0; crm__column_is_summed(store, table, column) && row < dimension->present.length; row++) {
      int64_t value = budget > (uint64_t)INT64_MAX ? 0 : crm__column_i64(&dimension->values[column], row);
      budget += crm__column_u8(&dimension->present, row) == 0 || value == CRM__NULL ? 0 : crm__magnitude(value);
    }
    if (budget != dimension->budget[column]) {
      return crm__fail_at(error, CRM_ERROR_CORRUPT, crm__schema(table)->name,
                          crm__table_column_name(store, table, column), 0, -1,
                          "the sum of the column differs from what the rows give");
    }
  }
  return CRM_OK;
}

static crm_status verify_table(const crm_store *store, int32_t table, crm_error *error)
{
  const crm__dimension *dimension = &store->dimensions[table];
  uint64_t live = 0;
  uint64_t row;
  for (row = 0; row < dimension->present.length; row++) {
    if (crm__column_u8(&dimension->present, row) != 0) {
      crm_status status = verify_row(store, table, row, error);
      if (status != CRM_OK) {
        return status;
      }
      live++;
    }
  }
  if (live != dimension->live || crm__rows_latest(store, table, NULL) != dimension->latest) {
    return crm__fail_at(error, CRM_ERROR_CORRUPT, crm__schema(table)->name, NULL, 0, -1,
                        "the count of rows or their latest time differs from what is there");
  }
  return verify_sums(store, table, error);
}

crm_status crm__verify_rows(const crm_store *store, crm_error *error)
{
  crm_status status = CRM_OK;
  int32_t table;
  for (table = 0; status == CRM_OK && table < CRM__TABLES; table++) {
    status = verify_table(store, table, error);
  }
  return status;
}
