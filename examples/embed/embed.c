/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <stdio.h>

/* Ten sales as columns, and the value pyramid of the customers who made them. */

#define SALES 10

static const int64_t documents[SALES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
static const int64_t customers[SALES] = {71, 72, 73, 71, 74, 75, 72, 76, 71, 77};
/* In cents, and days since 1970-01-01: the first sale is one of 1299.00 on 2024-01-01. */
static const int64_t amounts[SALES] = {129900, 4550, 1999, 88000, 12050, 750, 6100, 300, 45000, 990};
static const int32_t days[SALES] = {19723, 19725, 19730, 19741, 19741, 19755, 19760, 19762, 19770, 19771};

static crm_column column(const char *name, int32_t type, int32_t scale, const void *values)
{
  crm_column result = CRM_COLUMN_INIT;
  result.name = name;
  result.type = type;
  result.scale = scale;
  result.values = values;
  result.rows = SALES;
  return result;
}

static crm_status write_bytes(void *context, const void *bytes, size_t size)
{
  return fwrite(bytes, 1, size, context) == size ? CRM_OK : CRM_ERROR_IO;
}

int main(void)
{
  crm_column columns[4];
  crm_batch batch = CRM_BATCH_INIT;
  crm_sink sink = {(uint32_t)sizeof(crm_sink), 0, NULL, write_bytes};
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  crm_load *load = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;

  columns[0] = column("document", CRM_TYPE_INTEGER, 0, documents);
  columns[1] = column("customer", CRM_TYPE_INTEGER, 0, customers);
  columns[2] = column("amount", CRM_TYPE_MONEY, 2, amounts);
  columns[3] = column("time", CRM_TYPE_DATE, 0, days);
  batch.columns = columns;
  batch.column_count = 4;
  batch.rows = SALES;
  sink.context = stdout;

  if (crm_store_create(NULL, NULL, &store, &error) != CRM_OK || crm_load_begin(store, NULL, &load, &error) != CRM_OK ||
      crm_load_append(load, "sales", &batch, &error) != CRM_OK || crm_load_commit(load, &error) != CRM_OK ||
      crm_pyramid_compute(store, NULL, NULL, &pyramid, &error) != CRM_OK ||
      crm_pyramid_tiers(pyramid, &tiers, &error) != CRM_OK ||
      crm_table_write_text(tiers, NULL, &sink, &error) != CRM_OK) {
    fprintf(stderr, "%s: %s\n", crm_status_name(error.status), error.message);
  }
  crm_table_free(tiers);   /* all of them let NULL pass, so this is right wherever it stopped */
  crm_pyramid_free(pyramid);
  crm_load_free(load);
  crm_store_free(store);
  return error.status == CRM_OK ? 0 : 1;
}
