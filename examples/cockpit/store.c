/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store.h"

#include "people.h"
#include "values.h"
#include "verbs.h"

#ifdef CRM_COCKPIT_POSIX
#include <crm_files.h>
#endif

#include <string.h>

/* The file that a store is kept in. Where the system has what a store needs it is on the device when a commit answers,
 * and nobody else writes it meanwhile. It is read, not mapped: a file that somebody cuts is an error, not a signal. */

static void lend_files(crm_io *io)
{
#ifdef CRM_COCKPIT_POSIX
  crm_files_lend(CRM_FILES_NO_MAP, io);
#else
  crm_io_stdio(io);
#endif
}

static int file_is_there(const crm_io *io, const char *path)
{
  void *file = NULL;
  if (io->open(io->context, path, CRM_IO_READ, &file) != CRM_OK) {
    return 0;
  }
  (void)io->close(io->context, file);
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
  crm_io io = CRM_IO_INIT;
  int made;
  if (args->file == NULL) {
    return EXIT_GOOD;
  }
  lend_files(&io);
  made = !file_is_there(&io, args->file);
  options.mode = args->file_count > 0 || args->attribute_count > 0 ? CRM_FILE_CREATE
                 : value_listed(args->verb->name, PEOPLE_VERBS)    ? CRM_FILE_WRITE
                                                                   : CRM_FILE_READ;
  args->store.anonymous = (const char *const *)args->anonymous.items;
  args->store.anonymous_count = args->anonymous.count;
  options.store = &args->store;
  options.io = &io;
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
