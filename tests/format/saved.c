/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <stdio.h>
#include <string.h>

/* Writes a store file and asks it, for tests/format/facts_test.py and tests/compat/columns_test.py:
 *
 *   saved FILE STEP...   TABLE=CSV loads a file, TABLE:NAME declares a decimal attribute, TABLE? writes its rows as
 *                        CSV, -KEY erases a customer and !KEY forgets one, compact compacts, verify verifies */

static crm_status load_file(crm_store *store, const char *table, const char *file, crm_error *error)
{
  crm_load *load = NULL;
  crm_status status = crm_load_begin(store, NULL, &load, error);
  if (status == CRM_OK) {
    status = crm_load_csv_file(load, table, NULL, file, error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, error);
  }
  crm_load_free(load);
  return status;
}

static crm_status write_out(void *context, const void *bytes, size_t size)
{
  (void)context;
  return fwrite(bytes, 1, size, stdout) == size ? CRM_OK : CRM_ERROR_IO;
}

static crm_status show_rows(const crm_store *store, const char *table, crm_error *error)
{
  crm_sink sink = CRM_SINK_INIT;
  crm_table *rows = NULL;
  crm_status status = crm_store_rows(store, table, &rows, error);
  sink.write = write_out;
  status = status == CRM_OK ? crm_table_write_csv(rows, &sink, error) : status;
  crm_table_free(rows);
  return status;
}

static crm_status take_out(crm_store *store, const char *key, int forget, crm_error *error)
{
  crm_table *receipt = NULL;
  crm_status status = forget ? crm_identity_forget(store, &key, 1, &receipt, error)
                             : crm_identity_erase(store, &key, 1, &receipt, error);
  crm_table_free(receipt);
  return status;
}

static crm_status take_step(crm_store *store, const char *step, crm_error *error)
{
  char table[32] = "";
  size_t length = strcspn(step, "=:?");
  if (strcmp(step, "compact") == 0) {
    return crm_store_compact(store, error);
  }
  if (strcmp(step, "verify") == 0) {
    return crm_store_verify(store, error);
  }
  if (step[0] == '-' || step[0] == '!') {
    return take_out(store, step + 1, step[0] == '!', error);
  }
  if (length >= sizeof table || step[length] == '\0') {
    return CRM_ERROR_ARGUMENT;
  }
  memcpy(table, step, length);
  if (step[length] == '?') {
    return show_rows(store, table, error);
  }
  return step[length] == '=' ? load_file(store, table, step + length + 1, error)
                             : crm_store_attribute(store, table, step + length + 1, CRM_TYPE_DECIMAL, error);
}

int main(int argc, char **argv)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  crm_status status;
  int i;
  if (argc < 2) {
    return 2;
  }
  options.mode = CRM_FILE_CREATE;
  status = crm_store_open(NULL, &options, argv[1], &store, &error);
  for (i = 2; status == CRM_OK && i < argc; i++) {
    status = take_step(store, argv[i], &error);
  }
  crm_store_free(store);
  if (status != CRM_OK) {
    fprintf(stderr, "%s: %s: %s\n", crm_status_name(status), error.table, error.message);
  }
  return status == CRM_OK ? 0 : 2;
}
