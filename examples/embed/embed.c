/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <stdio.h>

/* A store, ten sales as columns, and the value pyramid of the customers who bought. */

static crm_status to_stream(void *context, const void *bytes, size_t size)
{
  return fwrite(bytes, 1, size, context) == size ? CRM_OK : CRM_ERROR_IO;
}

int main(void)
{
  static const int64_t documents[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  static const int64_t customers[] = {71, 72, 73, 71, 74, 75, 72, 76, 71, 77};
  static const int64_t amounts[] = {129900, 4550, 1999, 88000, 12050, 750, 6100, 300, 45000, 990};   /* 1299.00 ... */
  static const int32_t days[] = {19723, 19725, 19730, 19741, 19741, 19755, 19760, 19762, 19770, 19771};   /* 2024 */
  crm_column columns[] = {CRM_COLUMN_INIT, CRM_COLUMN_INIT, CRM_COLUMN_INIT, CRM_COLUMN_INIT};
  crm_batch batch = CRM_BATCH_INIT;
  crm_sink sink = {(uint32_t)sizeof(crm_sink), 0, NULL, to_stream};
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  crm_load *load = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  int i;

  columns[0].name = "document", columns[0].type = CRM_TYPE_INTEGER, columns[0].values = documents;
  columns[1].name = "customer", columns[1].type = CRM_TYPE_INTEGER, columns[1].values = customers;
  columns[2].name = "amount", columns[2].type = CRM_TYPE_MONEY, columns[2].values = amounts, columns[2].scale = 2;
  columns[3].name = "time", columns[3].type = CRM_TYPE_DATE, columns[3].values = days;
  for (i = 0; i < 4; i++) {
    columns[i].rows = 10;
  }
  batch.columns = columns;
  batch.column_count = 4;
  batch.rows = 10;
  sink.context = stdout;

  if (crm_store_create(NULL, NULL, &store, &error) != CRM_OK || crm_load_begin(store, NULL, &load, &error) != CRM_OK ||
      crm_load_append(load, "sales", &batch, &error) != CRM_OK || crm_load_commit(load, &error) != CRM_OK ||
      crm_pyramid_compute(store, NULL, NULL, &pyramid, &error) != CRM_OK ||
      crm_pyramid_tiers(pyramid, &tiers, &error) != CRM_OK ||
      crm_table_write_text(tiers, NULL, &sink, &error) != CRM_OK) {
    fprintf(stderr, "%s: %s\n", crm_status_name(error.status), error.message);
  }
  crm_table_free(tiers);   /* destructors take NULL: whatever failed, this is right */
  crm_pyramid_free(pyramid);
  crm_load_free(load);
  crm_store_free(store);
  return error.status == CRM_OK ? 0 : 1;
}
