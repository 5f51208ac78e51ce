/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "file/layout.h"
#include "support/disk.h"
#include "support/fault.h"
#include "support/journals.h"

/* A history of commits with the n-th call failing, for every n: what was acknowledged is there, and going on gives the
 * same frames as without the fault. */

#define DURABLE (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE)
#define ALL_CAPS (DURABLE | CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS)
#define SEEDS 6U

/* The file that a run without faults makes. */
static unsigned char *clean;
static size_t clean_size;

/* Runs to the end of the history, or to the first failure. *acknowledged: the last commit that has answered CRM_OK. */
static crm_status run(test_disk *disk, crm__memory *memory, uint64_t *acknowledged)
{
  crm_io io;
  test_history history = { NULL, NULL, "store.crm", 1 };
  crm__journal *journal = NULL;
  crm__journal_info info = { 0 };
  crm_status status;
  test_disk_io(disk, &io);
  history.memory = memory;
  history.io = &io;
  status = test_journal_open(&history, CRM__JOURNAL_CREATE, &journal, NULL);
  if (status != CRM_OK) {
    assert_null(journal);
    return status;
  }
  crm__journal_info_get(journal, &info);
  *acknowledged = info.commit;
  while (status == CRM_OK && info.commit < JOURNAL_COMMITS) {
    status = test_journal_step(&history, journal, NULL);
    if (status == CRM_OK) {
      crm__journal_info_get(journal, &info);
      *acknowledged = info.commit;
    }
  }
  crm__journal_close(journal);
  return status;
}

/* Opens and looks; answers the commit that it found. refused: an answer of CORRUPT or NOT_FOUND, or a damaged part, is
 * let pass as *refused 1. */
static uint64_t look(test_disk *disk, int *refused)
{
  crm_io io;
  crm__memory memory;
  test_history history = { NULL, NULL, "store.crm", 1 };
  crm__journal *journal = NULL;
  crm__journal_info info = { 0 };
  crm_error error = CRM_ERROR_INIT;
  const char *wrong;
  crm_status status;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  test_disk_io(disk, &io);
  history.memory = &memory;
  history.io = &io;
  status = test_journal_open(&history, CRM__JOURNAL_CREATE, &journal, &error);
  if (status != CRM_OK) {
    if (refused == NULL || status != CRM_ERROR_CORRUPT) {
      fail_msg("cannot be opened: %s", error.message);
    }
    *refused = 1;
    return 0;
  }
  wrong = test_journal_wrong(&history, journal, &status);
  if (wrong != NULL && (refused == NULL || status != CRM_ERROR_CORRUPT)) {
    fail_msg("%s", wrong);
  }
  if (wrong == NULL) {
    assert_int_equal(crm__journal_check_all(journal, NULL), CRM_OK);
  } else {
    *refused = 1;
  }
  crm__journal_info_get(journal, &info);
  crm__journal_close(journal);
  assert_int_equal(memory.used, 0);
  return info.commit;
}

/* The disk holds what was acknowledged, or one commit more; then the rest of the history gives the clean file. */
static void check_nothing_lost(test_disk *disk, uint64_t acknowledged)
{
  crm__memory memory;
  uint64_t found = look(disk, NULL);
  size_t size = 0;
  const unsigned char *bytes;
  if (found != acknowledged && found != acknowledged + 1) {
    fail_msg("commit %d was acknowledged, %d is found", (int)acknowledged, (int)found);
  }
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(run(disk, &memory, &acknowledged), CRM_OK);
  assert_int_equal(memory.used, 0);
  assert_int_equal(test_disk_open(disk), 0);
  bytes = test_disk_bytes(disk, "store.crm", &size);
  assert_true(size >= clean_size);   /* what was rolled back may stand behind it */
  assert_memory_equal(bytes + CRM__FRAMES_BEGIN, clean + CRM__FRAMES_BEGIN, clean_size - CRM__FRAMES_BEGIN);
}

static int make_clean(void **state)
{
  crm__memory memory;
  test_disk *disk = test_disk_create(ALL_CAPS);
  uint64_t acknowledged = 0;
  const unsigned char *bytes;
  (void)state;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(run(disk, &memory, &acknowledged), CRM_OK);
  assert_int_equal(acknowledged, JOURNAL_COMMITS);
  bytes = test_disk_bytes(disk, "store.crm", &clean_size);
  clean = malloc(clean_size);
  memcpy(clean, bytes, clean_size);
  test_disk_free(disk);
  return 0;
}

static int drop_clean(void **state)
{
  (void)state;
  free(clean);
  return 0;
}

static int run_with_fault(int kind, uint64_t at, int on, void *user)
{
  uint32_t caps = *(const uint32_t *)user;
  crm__memory memory;
  test_disk *disk = test_disk_create(caps);
  uint64_t acknowledged = 0;
  uint64_t seed;
  crm_status status;
  int met;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  test_disk_arm(disk, kind, at, on);
  status = run(disk, &memory, &acknowledged);
  assert_int_equal(memory.used, 0);
  assert_int_equal(test_disk_open(disk), 0);
  met = test_disk_faults(disk) > 0;
  if (!met) {
    assert_int_equal(status, CRM_OK);
  }
  if (status != CRM_OK) {
    assert_int_equal(status, kind == TEST_DISK_FULL ? CRM_ERROR_LIMIT : CRM_ERROR_IO);
  } else {
    assert_int_equal(acknowledged, JOURNAL_COMMITS);
  }
  test_disk_arm(disk, 0, 0, 0);
  for (seed = 0; seed < 2 && (caps & CRM_IO_SURVIVES_POWER) != 0; seed++) {   /* and then power is lost as well */
    test_disk *after = test_disk_after_power(disk, seed);
    check_nothing_lost(after, acknowledged);
    test_disk_free(after);
  }
  check_nothing_lost(disk, acknowledged);
  test_disk_free(disk);
  return met;
}

static void every_call_fails(void **state)
{
  uint32_t caps[] = { ALL_CAPS, DURABLE, 0 };
  uint64_t points = 0;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof caps / sizeof caps[0]; i++) {
    points += test_disk_drive(run_with_fault, 1, &caps[i]);
  }
  print_message("I/O points tried: %llu\n", (unsigned long long)points);
}

/* The power goes at a point, and a second time while what it has left is opened and written to. */
static void lose_power_again(test_disk *disk, uint64_t acknowledged, uint64_t seed)
{
  crm__memory memory;
  uint64_t again = 0;
  test_disk *after;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  test_disk_arm(disk, TEST_DISK_POWER, 1 + seed % 7, 0);
  (void)run(disk, &memory, &again);
  after = test_disk_after_power(disk, seed * 31 + 7);
  check_nothing_lost(after, again > acknowledged ? again : acknowledged);
  test_disk_free(after);
}

/* The process ends, but not the system: what the next one is shown must outlive a loss of power after that, for a host
 * that sends again what was not acknowledged is told that it is there. */
static void lose_process_then_power(test_disk *disk, uint64_t acknowledged, uint64_t seed)
{
  uint64_t shown;
  test_disk *after;
  test_disk_arm(disk, 0, 0, 0);
  shown = look(disk, NULL);
  assert_true(shown == acknowledged || shown == acknowledged + 1);
  after = test_disk_after_power(disk, seed);
  assert_int_equal(look(after, NULL), shown);
  test_disk_free(after);
}

static int run_without_power(uint64_t at, uint64_t seed, void *user)
{
  uint32_t caps = *(const uint32_t *)user;
  crm__memory memory;
  test_disk *disk = test_disk_create(caps);
  test_disk *after;
  uint64_t acknowledged = 0;
  int met;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  test_disk_arm(disk, TEST_DISK_POWER, at, 0);
  (void)run(disk, &memory, &acknowledged);
  assert_int_equal(memory.used, 0);
  met = test_disk_faults(disk) > 0;
  after = test_disk_after_power(disk, seed * 1000003 + at);
  if ((caps & DURABLE) == DURABLE) {
    uint64_t found = look(after, NULL);
    assert_true(found == acknowledged || found == acknowledged + 1);
    lose_power_again(after, found, seed + at);
  } else {   /* nothing is promised: an older commit, or none, but never a wrong one */
    int refused = 0;
    assert_true(look(after, &refused) <= acknowledged + 1);
  }
  test_disk_free(after);
  after = test_disk_after_process(disk);
  check_nothing_lost(after, acknowledged);
  test_disk_free(after);
  if ((caps & DURABLE) == DURABLE) {
    lose_process_then_power(disk, acknowledged, seed);
  }
  test_disk_free(disk);
  return met;
}

static void power_is_lost_at_every_point(void **state)
{
  uint32_t caps[] = { ALL_CAPS, DURABLE, DURABLE & ~(uint32_t)CRM_IO_NAMES_SURVIVE,
                      CRM_IO_SURVIVES_PROCESS | CRM_IO_ATOMIC_REPLACE, 0 };
  uint64_t points = 0;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof caps / sizeof caps[0]; i++) {
    points += test_disk_drive_power(run_without_power, SEEDS, &caps[i]);
  }
  print_message("crash points tried: %llu\n", (unsigned long long)points);
}

/* A copy that fails leaves the file that had its name, and the journal that it was made of. */
static int copy_with_fault(int kind, uint64_t at, int on, void *user)
{
  crm__memory memory;
  test_disk *disk = test_disk_create(ALL_CAPS);
  test_disk *other = test_disk_create(ALL_CAPS);
  crm_io io;
  crm_io other_io;
  test_history history = { NULL, NULL, "store.crm", 1 };
  crm__journal *journal = NULL;
  uint64_t acknowledged = 0;
  size_t size = 0;
  crm_status status;
  int met;
  (void)user;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(run(disk, &memory, &acknowledged), CRM_OK);
  test_disk_io(disk, &io);
  test_disk_io(other, &other_io);
  test_disk_put(other, "copy", "old", 3);
  history.memory = &memory;
  history.io = &io;
  assert_int_equal(test_journal_open(&history, CRM__JOURNAL_READ, &journal, NULL), CRM_OK);
  test_disk_arm(other, kind, at, on);
  status = crm__journal_copy(journal, &other_io, "copy", NULL);
  met = test_disk_faults(other) > 0;
  assert_int_equal(test_disk_open(other), 0);
  (void)test_disk_bytes(other, "copy", &size);
  assert_true(size == 3 || size == clean_size);
  assert_true(size == clean_size || status != CRM_OK);
  test_disk_arm(other, 0, 0, 0);
  assert_int_equal(crm__journal_copy(journal, &other_io, "copy", NULL), CRM_OK);
  (void)test_disk_bytes(other, "copy", &size);
  assert_int_equal(size, clean_size);
  crm__journal_close(journal);
  assert_int_equal(memory.used, 0);
  test_disk_free(disk);
  test_disk_free(other);
  return met;
}

static void a_copy_that_fails(void **state)
{
  (void)state;
  print_message("I/O points of a copy tried: %llu\n", (unsigned long long)test_disk_drive(copy_with_fault, 1, NULL));
}

static int write_all(const crm_config *config, void *user)
{
  crm__memory memory;
  test_disk *disk = test_disk_create(ALL_CAPS);
  uint64_t acknowledged = 0;
  crm_status status = crm__memory_open(&memory, config, NULL);
  (void)user;
  status = status == CRM_OK ? run(disk, &memory, &acknowledged) : status;
  assert_int_equal(memory.used, 0);
  check_nothing_lost(disk, acknowledged);
  test_disk_free(disk);
  return status;
}

static void every_allocation_fails(void **state)
{
  (void)state;
  test_fault_drive(write_all, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_call_fails),
    cmocka_unit_test(power_is_lost_at_every_point),
    cmocka_unit_test(a_copy_that_fails),
    cmocka_unit_test(every_allocation_fails),
  };
  return cmocka_run_group_tests(tests, make_clean, drop_clean);
}
