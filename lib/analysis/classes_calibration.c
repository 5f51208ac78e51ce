/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/classes.h"

#include "base/statistics.h"
#include "store/facts.h"
#include "table/build.h"

#include <crm/classes.h>

#include <string.h>

/* What the signs of a corporate buyer are worth, measured on the customers whose kind is known. */

#define SIGNS CRM__SIGNS

static int word_is(const crm_table *table, int32_t column, int64_t row, const char *word)
{
  size_t length;
  const char *text = crm_table_text(table, column, row, &length);
  return text != NULL && length == strlen(word) && memcmp(text, word, length) == 0;
}

/* By the number of signs; all together behind them. */
static void count(const crm_table *evidence, crm__signs_cell *cells)
{
  int32_t kind = crm_table_find(evidence, "kind");
  int32_t signs = crm_table_find(evidence, "signs");
  int64_t row;
  int i;
  memset(cells, 0, (SIGNS + 2) * sizeof *cells);
  for (row = 0; row < crm_table_rows(evidence); row++) {
    int business = word_is(evidence, kind, row, "business");
    int person = word_is(evidence, kind, row, "person");
    for (i = 0; i < 2; i++) {
      crm__signs_add(&cells[i == 0 ? crm_table_integer(evidence, signs, row) : SIGNS + 1], business, person);
    }
  }
}

enum { OF_SIGNS, CUSTOMERS, KNOWN, BUSINESSES, PROBABILITY, LOW, HIGH, STATUS, COLUMNS };

static void put_cell(crm_table *table, int signs, const crm__signs_cell *of)
{
  int64_t probability = crm__signs_probability(of);
  int64_t low = 0;
  int64_t high = 0;
  if (signs > SIGNS) {
    crm__table_put_null(table, OF_SIGNS);
  } else {
    crm__table_put(table, OF_SIGNS, signs);
  }
  crm__table_put(table, CUSTOMERS, of->customers);
  crm__table_put(table, KNOWN, of->known);
  crm__table_put(table, BUSINESSES, of->businesses);
  if (probability == INT64_MIN) {
    crm__table_put_null(table, PROBABILITY);
    crm__table_put_null(table, LOW);
    crm__table_put_null(table, HIGH);
    crm__table_put_name(table, STATUS, "insufficient");
    return;
  }
  crm__wilson(of->businesses, of->known, &low, &high);
  crm__table_put(table, PROBABILITY, probability);
  crm__table_put(table, LOW, low);
  crm__table_put(table, HIGH, high);
  crm__table_put_name(table, STATUS, "ok");
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[COLUMNS] = {
    { "signs", CRM_TYPE_INTEGER, 0 },      { "customers", CRM_TYPE_INTEGER, 0 }, { "known", CRM_TYPE_INTEGER, 0 },
    { "businesses", CRM_TYPE_INTEGER, 0 }, { "probability", CRM_TYPE_DECIMAL, 6 }, { "low", CRM_TYPE_DECIMAL, 6 },
    { "high", CRM_TYPE_DECIMAL, 6 },       { "status", CRM_TYPE_TEXT, 0 }
  };
  const crm_table *evidence = context;
  crm__signs_cell cells[SIGNS + 2];
  int i;
  crm_status status = crm__table_begin(crm__scope_memory(scope), "calibration", columns, COLUMNS, SIGNS + 2, table,
                                       error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(scope, *table, "calibration", 1);
  count(evidence, cells);
  for (i = 0; i < SIGNS + 2; i++) {
    put_cell(*table, i, &cells[i]);
  }
  return crm__table_finish(table, error);
}

crm_status crm_classes_calibration(const crm_store *store, const crm_scope *scope, const crm_classes_options *options,
                                   crm_table **table, crm_error *error)
{
  crm_table *evidence = NULL;
  crm_status status = crm_classes_corporate(store, scope, options, &evidence, error);
  if (status == CRM_OK) {
    status = crm__scope_table(store, scope, make, evidence, table, error);
  }
  crm_table_free(evidence);
  return status;
}
