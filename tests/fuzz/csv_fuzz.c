/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* A CSV file of any table. Seven bytes say the table, the delimiter, the encoding, the times, how rows make documents,
 * how large the pieces are and whether a load replaces; the file follows. It is read twice: the second time nothing may
 * change. */

static const char *const tables[] = { "sales", "customers", "products", "opportunities", "pipelines", "stages",
                                      "figures", "interactions", "payments", "merges", "ownership", "staff", "parents",
                                      "changes", "assignments" };

static crm_csv dialect(fuzz_bytes *head, int32_t table)
{
  static const char delimiters[] = { 0, ';', '\t', '|', CRM_DELIMITER_BLANK, ' ' };
  static const char *const formats[] = { NULL, NULL, "%d.%m.%Y %H:%M", "%m/%d/%y %I:%M %p", "%Y%m%d%H%M%S%f%z" };
  static const crm_pair set[] = { { "time", "2024-02-29" } };
  crm_csv csv = CRM_CSV_INIT;
  int32_t mark = fuzz_below(head, 12);
  int32_t times;
  csv.delimiter = delimiters[mark % 6];
  csv.decimal = mark < 6 ? '.' : ',';
  csv.encoding = fuzz_below(head, 2);
  times = fuzz_below(head, 6);
  if (times < 5) {
    csv.time_format = formats[times];
  } else if (table == 0) {
    csv.set = set;
    csv.set_count = 1;
  }
  csv.document = fuzz_below(head, 3);
  csv.document = table == 0 ? csv.document : CRM_DOCUMENT_COLUMN;
  csv.record_limit = 300;
  return csv;
}

static void check_counts(const crm_load *load, const char *table)
{
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_table *rejects = NULL;
  NEED(crm_load_count(load, table, &counts, NULL) == CRM_OK);
  NEED(counts.rows == counts.accepted + counts.duplicate + counts.rejected);
  NEED(crm_load_rejects(load, &rejects, NULL) == CRM_OK);
  NEED(crm_table_rows(rejects) == counts.rejected);
  crm_table_free(rejects);
}

static void need_whole(const crm_store *store)
{
  crm_error error = CRM_ERROR_INIT;
  NEED_WHY(crm_store_verify(store, &error) == CRM_OK, &error);
}

/* One file as a load; whether it went in. */
static int load_file(crm_store *store, const char *table, const crm_csv *csv, fuzz_bytes file, size_t piece,
                     int32_t replace)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_load *load = NULL;
  int64_t version = crm_store_version(store);
  crm_status status;
  options.replace = replace;
  NEED(crm_load_begin(store, &options, &load, NULL) == CRM_OK);
  status = fuzz_read(load, table, csv, file.at, file.left, piece, &error);
  if (status == CRM_OK) {
    status = crm_load_commit(load, &error);
    NEED_WHY(status == CRM_OK || status == CRM_ERROR_OVERFLOW || status == CRM_ERROR_ARGUMENT, &error);
  } else {
    NEED_WHY(status == CRM_ERROR_SCHEMA || status == CRM_ERROR_LIMIT || status == CRM_ERROR_VALUE, &error);
  }
  if (status == CRM_OK) {
    check_counts(load, table);
  }
  crm_load_free(load);
  NEED(status == CRM_OK || crm_store_version(store) == version);
  need_whole(store);
  return status == CRM_OK;
}

static void add_facts(fuzz_text *text, const crm_store *store, const char *table)
{
  crm_table *rows = NULL;
  if (strcmp(table, "sales") == 0) {
    NEED(crm_store_sources(store, &rows, NULL) == CRM_OK);
  } else {
    NEED(crm_store_rows(store, table, &rows, NULL) == CRM_OK);
  }
  fuzz_text_table(text, rows);
  fuzz_text_answers(text, store, CRM_TIME_UNSET_TO);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_bytes file = { data, size };
  int32_t table = fuzz_below(&file, 15);
  crm_csv csv = dialect(&file, table);
  size_t piece = (size_t)fuzz_below(&file, 64);
  int32_t replace = fuzz_below(&file, 2);
  fuzz_text first = FUZZ_TEXT_INIT;
  fuzz_text second = FUZZ_TEXT_INIT;
  crm_store *store = NULL;
  NEED(crm_store_create(fuzz_config(), NULL, &store, NULL) == CRM_OK);
  if (load_file(store, tables[table], &csv, file, piece, replace)) {
    int64_t version = crm_store_version(store);
    add_facts(&first, store, tables[table]);
    NEED(load_file(store, tables[table], &csv, file, 0, 0));
    add_facts(&second, store, tables[table]);
    fuzz_need_same(&first, &second);
    NEED(crm_store_version(store) == version);
  }
  fuzz_text_free(&first);
  fuzz_text_free(&second);
  crm_store_free(store);
  return 0;
}
