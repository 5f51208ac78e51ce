/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/script.h"

#include <stdlib.h>
#include <string.h>

/* Calls on the store's file: it is opened again, read from beside, copied, written anew, and its disk fails or loses
 * its power in the middle of a commit. */

#define COPY_PATH "copy.crm"

crm_store *script_open(const world *w, int32_t mode, int32_t content, const char *path)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  options.io = &w->io;
  options.mode = mode;
  options.content = content;
  options.durability = CRM_DURABILITY_POWER_LOSS;
  NEED_WHY(crm_store_open(fuzz_config(), &options, path, &store, &error) == CRM_OK, &error);
  return store;
}

static void close_store(world *w)
{
  crm_till_free(w->till);
  crm_store_free(w->store);
  w->till = NULL;
  w->store = NULL;
  NEED(test_disk_open(w->disk) == 0);
}

static void open_again(world *w)
{
  w->store = script_open(w, CRM_FILE_WRITE, CRM_CONTENT_ALL, SCRIPT_PATH);
  script_open_till(w);
}

static void call_reopen(world *w)
{
  int64_t version = crm_store_version(w->store);
  close_store(w);
  open_again(w);
  NEED(crm_store_version(w->store) == version);
}

static void add_pyramid(fuzz_text *text, const crm_store *store)
{
  crm_error error = CRM_ERROR_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  NEED_WHY(crm_pyramid_compute(store, NULL, NULL, &pyramid, &error) == CRM_OK, &error);
  NEED(crm_pyramid_tiers(pyramid, &table, NULL) == CRM_OK);
  fuzz_text_table(text, table);
  crm_pyramid_free(pyramid);
}

/* A reader has the pyramid before it has the rest. */
static void call_read(world *w)
{
  crm_store *reader = script_open(w, CRM_FILE_READ, CRM_CONTENT_PROFILES, SCRIPT_PATH);
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_error error = CRM_ERROR_INIT;
  fuzz_text expected = FUZZ_TEXT_INIT;
  fuzz_text actual = FUZZ_TEXT_INIT;
  NEED(crm_store_file(reader, &info, NULL) == CRM_OK && info.content == CRM_CONTENT_PROFILES && !info.fallback);
  add_pyramid(&expected, w->store);
  add_pyramid(&actual, reader);
  fuzz_need_same(&expected, &actual);
  NEED_WHY(crm_store_read(reader, &error) == CRM_OK, &error);
  script_same(w, w->store, reader);
  crm_store_free(reader);
  fuzz_text_free(&expected);
  fuzz_text_free(&actual);
}

static void look_at_copy(world *w, int same)
{
  crm_store *copy = script_open(w, CRM_FILE_READ, CRM_CONTENT_ALL, COPY_PATH);
  crm_error error = CRM_ERROR_INIT;
  NEED_WHY(crm_store_verify(copy, &error) == CRM_OK, &error);
  if (same) {
    script_same(w, w->store, copy);
  }
  crm_store_free(copy);
  NEED(w->io.remove(w->io.context, COPY_PATH) == CRM_OK);
}

static void call_copy(world *w)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *report = NULL;
  int same = 1;
  options.io = &w->io;
  switch (fuzz_below(&w->in, 4)) {
  case 0:
    NEED_WHY(crm_store_backup(w->store, &w->io, COPY_PATH, &error) == CRM_OK, &error);
    break;
  case 1:
    NEED_WHY(crm_store_save(w->store, &options, COPY_PATH, &error) == CRM_OK, &error);
    break;
  case 2:
    NEED_WHY(crm_store_salvage(fuzz_config(), &options, SCRIPT_PATH, COPY_PATH, &report, &error) == CRM_OK, &error);
    same = !w->torn;   /* salvage may find a commit that has failed */
    NEED(!same || crm_table_rows(report) == 0);
    crm_table_free(report);
    break;
  default:
    NEED_WHY(crm_store_compact(w->store, &error) == CRM_OK, &error);
    w->torn = 0;
    NEED_WHY(crm_store_backup(w->store, &w->io, COPY_PATH, &error) == CRM_OK, &error);
    break;
  }
  look_at_copy(w, same);
}

static void call_check(world *w)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  options.io = &w->io;
  NEED_WHY(crm_store_check(fuzz_config(), &options, SCRIPT_PATH, &error) == CRM_OK, &error);
}

/* ---- faults ---- */

/* The store is opened again after a commit that was answered so: it is there if that was OK, and may be else. */
static void recover(world *w, int64_t version, crm_status answered, int32_t number, const document *of,
                    int64_t accepted)
{
  int64_t now;
  int changes = of->version > w->facts.documents[number].version;
  open_again(w);
  now = crm_store_version(w->store) - version;
  NEED(now == 0 || (now == 1 && changes));
  NEED(answered != CRM_OK || now == changes);
  NEED(answered != CRM_OK || (accepted > 0) == changes);
  if (now == 1) {
    w->facts.documents[number] = *of;
  }
}

static void call_fault(world *w)
{
  static const int kinds[] = { TEST_DISK_FAIL, TEST_DISK_SHORT, TEST_DISK_FULL, TEST_DISK_POWER };
  crm_error error = CRM_ERROR_INIT;
  int64_t version = crm_store_version(w->store);
  int64_t accepted = 0;
  int kind = kinds[fuzz_below(&w->in, 4)];
  uint64_t at = 1 + (uint64_t)fuzz_below(&w->in, 16);
  int on = fuzz_below(&w->in, 2);
  int32_t number = fuzz_below(&w->in, DOCUMENTS);
  document of = script_document(w);
  crm_status status;
  test_disk_arm(w->disk, kind, at, on);
  status = script_load(w, number, &of, &accepted, &error);
  NEED_WHY(status == CRM_OK || status == CRM_ERROR_IO || status == CRM_ERROR_LIMIT, &error);
  NEED(status == CRM_OK || crm_store_version(w->store) == version);
  if (kind == TEST_DISK_POWER) {
    test_disk *after;
    close_store(w);
    after = test_disk_after_power(w->disk, fuzz_byte(&w->in));
    test_disk_free(w->disk);
    w->disk = after;
    test_disk_io(w->disk, &w->io);
  } else {
    test_disk_arm(w->disk, TEST_DISK_FAIL, 0, 0);
    close_store(w);
  }
  w->torn = 1;
  recover(w, version, status, number, &of, accepted);
}

void script_file(world *w)
{
  if (w->files++ > SCRIPT_FILES) {
    return;
  }
  switch (fuzz_below(&w->in, 8)) {
  case 0: case 1:
    call_reopen(w);
    break;
  case 2:
    call_read(w);
    break;
  case 3: case 4:
    call_copy(w);
    break;
  case 5:
    call_check(w);
    break;
  default:
    call_fault(w);
    break;
  }
}
