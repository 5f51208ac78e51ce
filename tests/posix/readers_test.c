/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

#include "crm_files.h"
#include "support/loads.h"

#include <crm/file.h>
#include <crm/pyramid.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One process writes a store's file, others read it: each reader stays at the commit that it has opened, whatever the
 * writer does after, and sees the newest one when it opens again. */

#define READERS 4
#define CUSTOMERS 5
#define SALES 120
#define COMPACTS 31   /* every 31st sale compacts the file */

static char folder[32] = "readers_test.XXXXXX";
static char path[64];

static int64_t amount_of(int64_t sale)
{
  return 1 + sale * 91 % 700;
}

static int64_t spend_of(int64_t last)
{
  int64_t sale;
  int64_t spend = 0;
  for (sale = 1; sale <= last; sale++) {
    spend += amount_of(sale);
  }
  return spend;
}

static crm_store *open_store(int32_t mode, int32_t content)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  crm_io io = CRM_IO_INIT;
  crm_files_lend(CRM_FILES_NO_SYNC, &io);
  options.io = &io;
  options.mode = mode;
  options.content = content;
  if (crm_store_open(NULL, &options, path, &store, &error) != CRM_OK) {
    fprintf(stderr, "%s\n", error.message);
  }
  return store;
}

static int post(crm_store *store, int64_t sale)
{
  char text[160];
  crm_load *load = NULL;
  crm_status status = crm_load_begin(store, NULL, &load, NULL);
  (void)snprintf(text, sizeof text, "document,time,customer,amount\n%ld,2024-%02ld-%02ld,c%ld,%ld\n", (long)sale,
                 (long)(1 + sale / 28 % 12), (long)(1 + sale % 28), (long)(sale % CUSTOMERS), (long)amount_of(sale));
  status = status == CRM_OK ? read_text(load, "sales", NULL, text, 0, NULL) : status;
  status = status == CRM_OK ? crm_load_commit(load, NULL) : status;
  crm_load_free(load);
  return status == CRM_OK && (sale % COMPACTS != 0 || crm_store_compact(store, NULL) == CRM_OK);
}

/* The sales that a store shows, by every figure that is there; below 0: they do not agree. */
static int64_t sales_of(const crm_store *store)
{
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  int64_t sales = store == NULL ? -1 : crm_store_documents(store);
  int64_t spend = 0;
  int64_t row;
  if (sales < 1 || crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL) != CRM_OK ||
      crm_pyramid_tiers(pyramid, &tiers, NULL) != CRM_OK) {
    crm_pyramid_free(pyramid);
    return -1;
  }
  for (row = 0; row < crm_table_rows(tiers); row++) {
    spend += crm_table_integer(tiers, crm_table_find(tiers, "spend"), row);
  }
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  return spend == 100 * spend_of(sales) ? sales : -2;
}

/* A process of its own. told: it writes a byte when it has opened; wait: it goes on when it is told. */
typedef int (*deed)(int number, int wait, int told);

static pid_t begin(deed act, int number, int *wait, int *told)
{
  int in[2];
  int out[2];
  pid_t child;
  assert_int_equal(pipe(in), 0);
  assert_int_equal(pipe(out), 0);
  child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)close(in[1]);
    (void)close(out[0]);
    _exit(act(number, in[0], out[1]));
  }
  (void)close(in[0]);
  (void)close(out[1]);
  *wait = in[1];
  *told = out[0];
  return child;
}

static void expect_good(pid_t child)
{
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fail_msg("a reader ended with %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }
}

/* Opens, all of it or profiles alone, and looks again when the writer has gone on. */
static int stay(int number, int wait, int told)
{
  crm_store *store = open_store(CRM_FILE_READ, number % 2 ? CRM_CONTENT_PROFILES : CRM_CONTENT_ALL);
  int64_t sales = sales_of(store);
  char byte;
  if (sales < 1 || write(told, "x", 1) != 1 || read(wait, &byte, 1) != 1) {
    return 1;
  }
  if (sales_of(store) != sales || crm_store_read(store, NULL) != CRM_OK || sales_of(store) != sales ||
      crm_store_verify(store, NULL) != CRM_OK) {
    return 2;
  }
  crm_store_free(store);
  store = open_store(CRM_FILE_READ, CRM_CONTENT_PROFILES);
  if (sales_of(store) != SALES) {
    return 3;
  }
  crm_store_free(store);
  return 0;
}

static void readers_stay_at_their_commit(void **state)
{
  crm_store *writer = open_store(CRM_FILE_CREATE, CRM_CONTENT_ALL);
  pid_t children[READERS];
  int waits[READERS];
  int tolds[READERS];
  int64_t sale = 1;
  int i;
  (void)state;
  assert_non_null(writer);
  for (i = 0; i < READERS; i++) {   /* each at a commit of its own */
    char byte;
    int64_t until = sale + 10 + i;
    for (; sale < until; sale++) {
      assert_true(post(writer, sale));
    }
    children[i] = begin(stay, i, &waits[i], &tolds[i]);
    assert_int_equal(read(tolds[i], &byte, 1), 1);
  }
  for (; sale <= SALES; sale++) {
    assert_true(post(writer, sale));
  }
  for (i = 0; i < READERS; i++) {
    assert_int_equal(write(waits[i], "x", 1), 1);
    expect_good(children[i]);
    (void)close(waits[i]);
    (void)close(tolds[i]);
  }
  crm_store_free(writer);
}

/* Opens again and again: what is found is whole, and never older than before. */
static int follow(int number, int wait, int told)
{
  int64_t last = 0;
  int rounds = 0;
  (void)wait;
  while (last < SALES) {
    crm_store *store = open_store(CRM_FILE_READ, (rounds + number) % 2 ? CRM_CONTENT_PROFILES : CRM_CONTENT_ALL);
    int64_t sales = sales_of(store);
    crm_store_free(store);
    if (sales < last || (rounds++ == 0 && write(told, "x", 1) != 1)) {
      return 1;
    }
    last = sales;
  }
  return 0;
}

static void readers_follow(void **state)
{
  crm_store *writer;
  pid_t children[READERS];
  int waits[READERS];
  int tolds[READERS];
  int64_t sale;
  int i;
  (void)state;
  (void)unlink(path);
  writer = open_store(CRM_FILE_CREATE, CRM_CONTENT_ALL);
  assert_non_null(writer);
  assert_true(post(writer, 1));
  for (i = 0; i < READERS; i++) {
    char byte;
    children[i] = begin(follow, i, &waits[i], &tolds[i]);
    assert_int_equal(read(tolds[i], &byte, 1), 1);
  }
  for (sale = 2; sale <= SALES; sale++) {
    assert_true(post(writer, sale));
  }
  for (i = 0; i < READERS; i++) {
    expect_good(children[i]);
    (void)close(waits[i]);
    (void)close(tolds[i]);
  }
  crm_store_free(writer);
}

static int make_folder(void **state)
{
  (void)state;
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/till.crm", folder);
  return 0;
}

static int remove_folder(void **state)
{
  static const char *const tails[] = { "", ".new", ".lock" };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof tails / sizeof tails[0]; i++) {
    char name[96];
    (void)snprintf(name, sizeof name, "%s%s", path, tails[i]);
    (void)unlink(name);
  }
  return rmdir(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(readers_stay_at_their_commit),
    cmocka_unit_test(readers_follow),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
