/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <crm/crm.h>

/* The built-in files on what a system has beside files: folders, pipes, devices that are full; and on one whose
 * descriptor is lost. */

static crm_io built_in(void)
{
  crm_io io = CRM_IO_INIT;
  crm_io_stdio(&io);
  return io;
}

static void a_folder_is_no_file(void **state)
{
  crm_io io = built_in();
  void *file = NULL;
  unsigned char bytes[4];
  size_t got = 0;
  (void)state;
  assert_int_equal(io.open(io.context, ".", CRM_IO_WRITE, &file), CRM_ERROR_IO);   /* it is there all the same */
  assert_null(file);
  assert_int_equal(io.open(io.context, "no-such", CRM_IO_WRITE, &file), CRM_ERROR_NOT_FOUND);
  assert_int_equal(io.open(io.context, "no-such", CRM_IO_READ, &file), CRM_ERROR_NOT_FOUND);
  assert_int_equal(io.open(io.context, "no-such/file", CRM_IO_CREATE, &file), CRM_ERROR_IO);
  if (io.open(io.context, ".", CRM_IO_READ, &file) == CRM_OK) {
    assert_int_equal(io.read_at(io.context, file, 0, bytes, sizeof bytes, &got), CRM_ERROR_IO);
    assert_int_equal(io.close(io.context, file), CRM_OK);
  }
  assert_int_equal(io.remove(io.context, "."), CRM_ERROR_IO);
  assert_int_equal(io.remove(io.context, "no-such"), CRM_ERROR_NOT_FOUND);
}

/* What is there and cannot be opened is not taken for none: a new store would take its place. */
static void a_name_that_cannot_be_opened(void **state)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_io io = built_in();
  crm_store *store = NULL;
  void *file = NULL;
  (void)state;
  (void)remove("stdio_test.loop");
  assert_int_equal(symlink("stdio_test.loop", "stdio_test.loop"), 0);   /* which nobody can open */
  assert_int_equal(io.open(io.context, "stdio_test.loop", CRM_IO_READ, &file), CRM_ERROR_IO);
  assert_int_equal(io.open(io.context, "stdio_test.loop", CRM_IO_WRITE, &file), CRM_ERROR_IO);
  assert_null(file);
  options.mode = CRM_FILE_CREATE;
  assert_int_equal(crm_store_open(NULL, &options, "stdio_test.loop", &store, NULL), CRM_ERROR_IO);
  assert_null(store);
  assert_int_equal(io.open(io.context, "stdio_test.loop/none", CRM_IO_READ, &file), CRM_ERROR_IO);
  assert_int_equal(remove("stdio_test.loop"), 0);
  assert_int_equal(io.open(io.context, "stdio_test.loop", CRM_IO_READ, &file), CRM_ERROR_NOT_FOUND);
}

/* A copy of a store onto its own file by another name: a reader has no lock, and the writer may have gone on. */
static void the_same_name_in_other_words(void **state)
{
  static const char *const names[] = { "./stdio_test.crm", "stdio_test.dir/../stdio_test.crm",
                                       "stdio_test.dir//..//stdio_test.crm" };
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_store *writer = NULL;
  crm_store *reader = NULL;
  crm_table *report = NULL;
  size_t i;
  (void)state;
  (void)mkdir("stdio_test.dir", 0700);
  (void)remove("stdio_test.crm");
  options.mode = CRM_FILE_CREATE;
  assert_int_equal(crm_store_open(NULL, &options, "stdio_test.crm", &writer, NULL), CRM_OK);
  options.mode = CRM_FILE_READ;
  assert_int_equal(crm_store_open(NULL, &options, "stdio_test.crm", &reader, NULL), CRM_OK);
  assert_int_equal(crm_store_attribute(writer, "customers", "hat", CRM_TYPE_TEXT, NULL), CRM_OK);
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    assert_int_equal(crm_store_backup(reader, NULL, names[i], NULL), CRM_ERROR_ARGUMENT);
    assert_int_equal(crm_store_save(reader, NULL, names[i], NULL), CRM_ERROR_ARGUMENT);
    assert_int_equal(crm_store_salvage(NULL, NULL, "stdio_test.crm", names[i], &report, NULL), CRM_ERROR_ARGUMENT);
  }
  assert_int_equal(crm_store_backup(reader, NULL, "stdio_test.dir/stdio_test.crm", NULL), CRM_OK);
  assert_int_equal(crm_store_save(reader, NULL, "stdio_test.dir/stdio_test.crm", NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(reader);
  assert_int_equal(crm_store_attribute(writer, "customers", "shoe", CRM_TYPE_TEXT, NULL), CRM_OK);
  crm_store_free(writer);
  assert_int_equal(remove("stdio_test.crm"), 0);
  assert_int_equal(remove("stdio_test.dir/stdio_test.crm"), 0);
  assert_int_equal(remove("stdio_test.dir"), 0);   /* nothing else is left there */
}

static void a_name_that_cannot_be_taken(void **state)
{
  crm_io io = built_in();
  void *file = NULL;
  (void)state;
  assert_int_equal(io.open(io.context, "stdio_test.old", CRM_IO_CREATE, &file), CRM_OK);
  assert_int_equal(io.close(io.context, file), CRM_OK);
  assert_int_equal(io.replace(io.context, "stdio_test.old", "."), CRM_ERROR_IO);
  assert_int_equal(mkdir("stdio_test.new", 0700), 0);   /* C leaves open what becomes of an empty folder's name */
  assert_int_equal(io.replace(io.context, "stdio_test.old", "stdio_test.new"), CRM_OK);
  assert_int_equal(io.open(io.context, "stdio_test.new", CRM_IO_WRITE, &file), CRM_OK);
  assert_int_equal(io.close(io.context, file), CRM_OK);
  assert_int_equal(io.remove(io.context, "stdio_test.new"), CRM_OK);
}

static void a_device_without_room(void **state)
{
  crm_io io = built_in();
  void *file = NULL;
  (void)state;
  if (io.open(io.context, "/dev/full", CRM_IO_WRITE, &file) != CRM_OK) {
    skip();
  }
  assert_int_equal(io.write_at(io.context, file, 0, "four", 4), CRM_ERROR_LIMIT);
  assert_int_equal(io.write_at(io.context, file, 9, "four", 4), CRM_ERROR_LIMIT);   /* nor for what lies before */
  assert_int_equal(io.close(io.context, file), CRM_OK);
}

static void a_pipe_has_no_places(void **state)
{
  crm_io io = built_in();
  void *file = NULL;
  uint64_t size = 0;
  unsigned char bytes[4];
  size_t got = 0;
  (void)state;
  (void)remove("stdio_test.pipe");
  assert_int_equal(mkfifo("stdio_test.pipe", 0600), 0);
  assert_int_equal(io.open(io.context, "stdio_test.pipe", CRM_IO_WRITE, &file), CRM_OK);
  assert_int_equal(io.size(io.context, file, &size), CRM_ERROR_IO);
  assert_int_equal(io.read_at(io.context, file, 0, bytes, sizeof bytes, &got), CRM_ERROR_IO);
  assert_int_equal(io.write_at(io.context, file, 0, bytes, sizeof bytes), CRM_ERROR_IO);
  assert_int_equal(io.close(io.context, file), CRM_OK);
  assert_int_equal(io.remove(io.context, "stdio_test.pipe"), CRM_OK);
}

static void a_place_beyond_what_c_can_say(void **state)
{
  crm_io io = built_in();
  void *file = NULL;
  uint64_t size = 1;
  unsigned char bytes[4] = { 0 };
  size_t got = 0;
  (void)state;
  assert_int_equal(io.open(io.context, "stdio_test.far", CRM_IO_CREATE, &file), CRM_OK);
  assert_int_equal(io.read_at(io.context, file, (uint64_t)LONG_MAX + 1, bytes, sizeof bytes, &got), CRM_ERROR_LIMIT);
  assert_int_equal(io.write_at(io.context, file, (uint64_t)LONG_MAX + 1, bytes, sizeof bytes), CRM_ERROR_LIMIT);
  assert_int_equal(io.size(io.context, file, &size), CRM_OK);
  assert_int_equal(size, 0);   /* nothing has been filled up to there */
  assert_int_equal(io.close(io.context, file), CRM_OK);
  assert_int_equal(io.remove(io.context, "stdio_test.far"), CRM_OK);
}

static void a_descriptor_that_is_lost(void **state)
{
  crm_io io = built_in();
  void *file = NULL;
  unsigned char bytes[4] = { 0 };
  size_t got = 0;
  (void)state;
  assert_int_equal(io.open(io.context, "stdio_test.lost", CRM_IO_CREATE, &file), CRM_OK);
  assert_int_equal(io.write_at(io.context, file, 0, bytes, sizeof bytes), CRM_OK);
  assert_int_equal(close(fileno((FILE *)file)), 0);
  assert_int_equal(io.read_at(io.context, file, 0, bytes, sizeof bytes, &got), CRM_ERROR_IO);
  assert_int_equal(io.write_at(io.context, file, 0, bytes, sizeof bytes), CRM_ERROR_IO);
  assert_int_equal(io.close(io.context, file), CRM_ERROR_IO);
  assert_int_equal(io.remove(io.context, "stdio_test.lost"), CRM_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_folder_is_no_file),
    cmocka_unit_test(a_name_that_cannot_be_opened),
    cmocka_unit_test(the_same_name_in_other_words),
    cmocka_unit_test(a_name_that_cannot_be_taken),
    cmocka_unit_test(a_device_without_room),
    cmocka_unit_test(a_pipe_has_no_places),
    cmocka_unit_test(a_place_beyond_what_c_can_say),
    cmocka_unit_test(a_descriptor_that_is_lost),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
