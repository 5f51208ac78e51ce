/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include <string.h>

/* Tables of gauges (the first byte is even) or alert rules, with the delimiter of the second byte. What is read is
 * written and read again, and has to be the same; then it is evaluated. */

static crm_cockpit *read_cockpit(int32_t what, const crm_csv *csv, fuzz_bytes file, int64_t *bad)
{
  crm_cockpit *cockpit = NULL;
  crm_table *problems = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_source source = fuzz_source(&file);
  crm_status status;
  NEED(crm_cockpit_create(fuzz_config(), &cockpit, NULL) == CRM_OK);
  *bad = 0;
  status = crm_cockpit_read(cockpit, what, csv, &source, bad, &error);
  NEED_WHY(status == CRM_OK || status == CRM_ERROR_SCHEMA || status == CRM_ERROR_LIMIT, &error);
  NEED(crm_cockpit_problems(cockpit, &problems, NULL) == CRM_OK);
  NEED(crm_table_rows(problems) == *bad);
  crm_table_free(problems);
  return cockpit;
}

/* Adds the table of a cockpit; answers its rows. */
static int64_t add_table(fuzz_text *text, const crm_cockpit *cockpit, int32_t what)
{
  crm_table *table = NULL;
  int64_t rows;
  NEED(crm_cockpit_table(cockpit, what, NULL, &table, NULL) == CRM_OK);
  rows = crm_table_rows(table);
  fuzz_text_table(text, table);
  return rows;
}

static void evaluate(const crm_cockpit *cockpit)
{
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_status status;
  options.parts = CRM_COCKPIT_PARTS_FIGURES | CRM_COCKPIT_PARTS_CAUSES;
  options.periods = 4;
  status = crm_cockpit_evaluate(fuzz_store(), NULL, NULL, cockpit, &options, &snapshot, &error);
  NEED_WHY(status == CRM_OK || status == CRM_ERROR_LIMIT, &error);
  crm_snapshot_clear(&snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char delimiters[] = { 0, ';', '\t', CRM_DELIMITER_BLANK };
  fuzz_bytes file = { data, size };
  int32_t what = fuzz_below(&file, 2) == 0 ? CRM_COCKPIT_GAUGES : CRM_COCKPIT_ALERTS;
  fuzz_text first = FUZZ_TEXT_INIT;
  fuzz_text second = FUZZ_TEXT_INIT;
  crm_csv csv = CRM_CSV_INIT;
  fuzz_bytes written;
  int64_t bad = 0;
  int64_t rows;
  crm_cockpit *cockpit;
  crm_cockpit *again;
  csv.delimiter = delimiters[fuzz_below(&file, 4)];
  cockpit = read_cockpit(what, &csv, file, &bad);
  rows = add_table(&first, cockpit, what);
  written.at = (const uint8_t *)first.bytes;
  written.left = first.length;
  again = read_cockpit(what, NULL, written, &bad);
  NEED(add_table(&second, again, what) == rows);
  fuzz_need_same(&first, &second);
  NEED(bad == 0);
  if (rows > 0) {
    evaluate(cockpit);
  }
  crm_cockpit_free(again);
  crm_cockpit_free(cockpit);
  fuzz_text_free(&first);
  fuzz_text_free(&second);
  return 0;
}
