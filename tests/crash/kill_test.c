/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

#include "crm_files.h"
#include "support/loads.h"

#include <crm/file.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A process posts sales in a loop and is killed at a random moment, again and again. Every sale that it has
 * acknowledged is there, at most one more, and every total is right.
 *
 *   kill_test [KILLS [SEED]]   default 20 */

#define CUSTOMERS 7
#define COMPACTS 37        /* every 37th sale compacts the file */
#define FILE_KILLS 50      /* then a new file is begun */
#define LONGEST 60000      /* microseconds after which a process is killed at the latest */

static int kills = 20;
static uint64_t seed = 1;

static char folder[32] = "kill_test.XXXXXX";
static char path[64];

static int64_t amount_of(int64_t sale)
{
  return 1 + sale * 37 % 1000;
}

static int64_t day_of(int64_t sale)
{
  return 1 + sale % 28;
}

/* 0: posted, or there already. */
static crm_status post(crm_store *store, int64_t sale)
{
  char text[160];
  crm_load *load = NULL;
  crm_status status;
  (void)snprintf(text, sizeof text, "document,time,customer,amount\n%ld,2024-03-%02ld,c%ld,%ld.%02ld\n", (long)sale,
                 (long)day_of(sale), (long)(sale % CUSTOMERS), (long)(amount_of(sale) / 100),
                 (long)(amount_of(sale) % 100));
  status = crm_load_begin(store, NULL, &load, NULL);
  status = status == CRM_OK ? read_text(load, "sales", NULL, text, 0, NULL) : status;
  status = status == CRM_OK ? crm_load_commit(load, NULL) : status;
  crm_load_free(load);
  return status;
}

static crm_status open_store(int32_t mode, const crm_io *io, crm_store **store, crm_error *error)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  options.mode = mode;
  options.io = io;
  options.durability = CRM_DURABILITY_PROCESS_CRASH;
  return crm_store_open(NULL, &options, path, store, error);
}

/* The process that is killed. It begins with the last sale of the one before, as a host does that does not know whether
 * that was posted, and says each that is. */
static void post_for_ever(int told, int64_t from, uint32_t flags)
{
  crm_io io = CRM_IO_INIT;
  crm_store *store = NULL;
  int64_t sale;
  crm_files_lend(flags, &io);
  if (open_store(CRM_FILE_CREATE, &io, &store, NULL) != CRM_OK) {
    _exit(2);
  }
  for (sale = from;; sale++) {
    if (post(store, sale) != CRM_OK || write(told, &sale, sizeof sale) != (ssize_t)sizeof sale) {
      _exit(3);
    }
    if (sale % COMPACTS == 0 && crm_store_compact(store, NULL) != CRM_OK) {
      _exit(4);
    }
  }
}

static void wait_microseconds(int64_t microseconds)
{
  struct timespec left;
  left.tv_sec = (time_t)(microseconds / 1000000);
  left.tv_nsec = (long)(microseconds % 1000000) * 1000;
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

/* Starts a process with flags of its files, kills it after a while, answers the last sale that it has acknowledged. */
static int64_t kill_once(int64_t from, int64_t microseconds, uint32_t flags)
{
  int pipes[2];
  int status = 0;
  int64_t sale = from - 1;
  int64_t told;
  pid_t child;
  assert_int_equal(pipe(pipes), 0);
  child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    (void)close(pipes[0]);
    post_for_ever(pipes[1], from, flags);
  }
  (void)close(pipes[1]);
  wait_microseconds(microseconds);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  if (!WIFSIGNALED(status)) {
    fail_msg("the process ended by itself with %d", WEXITSTATUS(status));
  }
  while (read(pipes[0], &told, sizeof told) == (ssize_t)sizeof told) {
    assert_int_equal(told, sale + 1);
    sale = told;
  }
  (void)close(pipes[0]);
  return sale;
}

/* The totals of a customer, or of all (below 0), over sales 1 to last. */
static void expect_customer(const crm_store *store, int64_t customer, int64_t last)
{
  char key[32];
  crm_table *table;
  int64_t sale;
  int64_t net = 0;
  int64_t orders = 0;
  for (sale = 1; sale <= last; sale++) {
    net += sale % CUSTOMERS == customer ? amount_of(sale) : 0;
    orders += sale % CUSTOMERS == customer;
  }
  if (orders == 0) {
    return;
  }
  (void)snprintf(key, sizeof key, "c%ld", (long)customer);
  table = customer_of(store, key);
  assert_int_equal(integer_at(table, "net", 0), net);
  assert_int_equal(integer_at(table, "orders", 0), orders);
  crm_table_free(table);
}

/* Opens what the process has left: sales 1 to `acknowledged`, or one more. Answers how many. */
static int64_t check_file(int64_t acknowledged)
{
  crm_io io = CRM_IO_INIT;
  crm_store *store = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_status status;
  int64_t found;
  int64_t customer;
  crm_files_lend(0, &io);
  status = open_store(CRM_FILE_READ, &io, &store, &error);
  if (status == CRM_ERROR_NOT_FOUND && acknowledged == 0) {
    return 0;   /* killed before there was a file */
  }
  if (status != CRM_OK) {
    fail_msg("after sale %ld: %s", (long)acknowledged, error.message);
  }
  found = crm_store_documents(store);
  if (found != acknowledged && found != acknowledged + 1) {
    fail_msg("%ld sales were acknowledged, %ld are there", (long)acknowledged, (long)found);
  }
  for (customer = 0; customer < CUSTOMERS; customer++) {
    expect_customer(store, customer, found);
  }
  assert_verifies(store);
  crm_store_free(store);
  status = crm_store_check(NULL, NULL, path, &error);
  if (status != CRM_OK) {
    fail_msg("after sale %ld: %s", (long)acknowledged, error.message);
  }
  return found;
}

static void remove_files(void)
{
  static const char *const tails[] = { "", ".new", ".lock" };
  size_t i;
  for (i = 0; i < sizeof tails / sizeof tails[0]; i++) {
    char name[96];
    (void)snprintf(name, sizeof name, "%s%s", path, tails[i]);
    (void)unlink(name);
  }
}

static void every_acknowledged_sale_is_there(void **state)
{
  dice random = dice_of(seed);
  int64_t sales = 0;
  int64_t more = 0;
  int64_t acknowledged = 0;
  int round;
  (void)state;
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/till.crm", folder);
  for (round = 0; round < kills; round++) {
    int64_t found;
    int64_t told;
    if (round % FILE_KILLS == 0) {
      remove_files();
      acknowledged = 0;
    }
    sales -= acknowledged;
    /* The last one that is known is sent again, where there is one: it must be found to be there. Every other process
     * does not wait for the device, and so is met in other places than that. */
    told = kill_once(acknowledged > 0 ? acknowledged : 1, dice_below(&random, LONGEST),
                     round % 2 == 0 ? 0 : CRM_FILES_NO_SYNC);
    acknowledged = told > acknowledged ? told : acknowledged;
    found = check_file(acknowledged);
    more += found - acknowledged;
    sales += found;
    acknowledged = found;
  }
  remove_files();
  assert_int_equal(rmdir(folder), 0);
  assert_true(sales > 0);
  print_message("processes killed: %d, sales posted: %ld, of these there but not acknowledged: %ld\n", kills,
                (long)sales, (long)more);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_acknowledged_sale_is_there),
  };
  kills = argc > 1 ? atoi(argv[1]) : kills;
  seed = argc > 2 ? strtoull(argv[2], NULL, 10) : seed;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
