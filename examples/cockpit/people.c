/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "people.h"

#include "values.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

int people_check(const arguments *args)
{
  const char *name = args->verb->name;
  if (!value_listed(name, PEOPLE_VERBS)) {
    return EXIT_GOOD;
  }
  if (args->customers.count == 0) {
    return report("%s needs --customer", name);
  }
  if (args->file == NULL) {
    return report("%s needs --store: without a file nothing is kept", name);
  }
  if (args->where != NULL || args->definition_count > 0) {
    return report("%s takes customers by --customer alone", name);
  }
  return EXIT_GOOD;
}

/* What has been done stays done where the file cannot be written anew; that has to be said. */
static crm_status compact(crm_store *store, crm_error *error)
{
  crm_error own = CRM_ERROR_INIT;
  crm_status status = crm_store_compact(store, &own);
  if (status != CRM_OK) {
    *error = own;
    (void)snprintf(error->message, sizeof error->message,
                   "it is done, but the file could not be written anew and still holds their bytes: %.120s",
                   own.message);
  }
  return status;
}

crm_status people_remove(crm_store *store, const arguments *args, crm_table **receipt, crm_error *error)
{
  const char *const *keys = (const char *const *)args->customers.items;
  int erases = strcmp(args->verb->name, "erase") == 0;
  crm_status status = erases ? crm_identity_erase(store, keys, args->customers.count, receipt, error)
                             : crm_identity_forget(store, keys, args->customers.count, receipt, error);
  return status == CRM_OK ? compact(store, error) : status;
}
