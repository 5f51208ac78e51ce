/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <stdio.h>
#include <string.h>

/* Writes a store file, for tests/format/facts_test.py:
 *
 *   saved FILE STEP...   TABLE=CSV loads a file, TABLE:NAME declares a decimal attribute, compact compacts */

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

static crm_status take_step(crm_store *store, const char *step, crm_error *error)
{
  char table[32] = "";
  size_t length = strcspn(step, "=:");
  if (strcmp(step, "compact") == 0) {
    return crm_store_compact(store, error);
  }
  if (length >= sizeof table || step[length] == '\0') {
    return CRM_ERROR_ARGUMENT;
  }
  memcpy(table, step, length);
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
    fprintf(stderr, "%s\n", error.message);
  }
  return status == CRM_OK ? 0 : 2;
}
