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

#include <crm/io.h>

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
  assert_int_equal(io.write_at(io.context, file, 0, "four", 4), CRM_ERROR_IO);
  assert_int_equal(io.write_at(io.context, file, 9, "four", 4), CRM_ERROR_IO);   /* nor for what lies before */
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
    cmocka_unit_test(a_name_that_cannot_be_taken),
    cmocka_unit_test(a_device_without_room),
    cmocka_unit_test(a_pipe_has_no_places),
    cmocka_unit_test(a_place_beyond_what_c_can_say),
    cmocka_unit_test(a_descriptor_that_is_lost),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
