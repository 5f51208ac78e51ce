/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store.h"

#include "people.h"
#include "values.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

/* The file that a store is kept in. */

static int file_is_there(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    return 0;
  }
  (void)fclose(file);
  return 1;
}

/* A flag that says something else than the file. */
static int refuse(const arguments *args, const char *flag)
{
  return report("--%s: %s was made with another setting, which holds for all time", flag, args->file);
}

static int take_settings(arguments *args, int made)
{
  crm_store_options settled = CRM_STORE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  if (crm_store_settings(args->opened, &settled, &error) != CRM_OK) {
    return report_error(args->file, &error);
  }
  if (flag_given(args, "digits") && settled.digits != args->store.digits) {
    return refuse(args, "digits");
  }
  if (flag_given(args, "returns") && settled.returns != args->store.returns) {
    return refuse(args, "returns");
  }
  if (flag_given(args, "day-start") && settled.day_start != args->store.day_start) {
    return refuse(args, "day-start");
  }
  if (!made && flag_given(args, "anonymous")) {
    return refuse(args, "anonymous");
  }
  if (!made && flag_given(args, "currency")) {
    return refuse(args, "currency");
  }
  args->store.digits = settled.digits;
  args->store.returns = settled.returns;
  args->store.day_start = settled.day_start;
  return EXIT_GOOD;
}

int store_open(arguments *args)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  int made;
  if (args->file == NULL) {
    return EXIT_GOOD;
  }
  made = !file_is_there(args->file);
  options.mode = args->file_count > 0 || args->attribute_count > 0 ? CRM_FILE_CREATE
                 : value_listed(args->verb->name, PEOPLE_VERBS)    ? CRM_FILE_WRITE
                                                                   : CRM_FILE_READ;
  args->store.anonymous = (const char *const *)args->anonymous.items;
  args->store.anonymous_count = args->anonymous.count;
  options.store = &args->store;
  if (crm_store_open(NULL, &options, args->file, &args->opened, &error) != CRM_OK) {
    return report_error(args->file, &error);
  }
  return take_settings(args, made);
}

int64_t store_damaged(const crm_store *store)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  return crm_store_file(store, &info, NULL) == CRM_OK && info.fallback ? info.newest : 0;
}
