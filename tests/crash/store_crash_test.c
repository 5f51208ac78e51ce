/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/journal.h"
#include "store/store.h"
#include "support/disk.h"
#include "support/fault.h"
#include "support/loads.h"
#include "support/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A store in a file, changed in every way, while the n-th call of the io fails, power is lost in it, or the n-th
 * allocation fails. What is found then is the store after the last change that was acknowledged, or one more; what is
 * left to do gives the store, and the bytes, of a run without a fault.
 *
 *   store_crash_test [SEEDS]   ways in which power is lost at each point (default 2; with more, every allocation of all
 *                              changes fails, else that of the last ones) */

#define PATH "shop.crm"
#define SAVED "saved.crm"
#define DURABLE (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE)
#define ALL_CAPS (DURABLE | CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS)

/* ---- changes ---- */

#define LOAD 0
#define REPLACE 1      /* a load whose conflicts replace */
#define DECLARE 2
#define ERASE 3
#define FORGET 4
#define COMPACT 5

typedef struct change {
  int kind;
  const char *what;    /* table, attribute or key */
  const char *text;
} change;

static const change changes[] = {
  { LOAD, "sales",
    "document,line,version,time,customer,kind,product,quantity,amount,cost,branch,staff,original,source\n"
    "1,1,1,2024-01-01T10:00,ann,sale,p,1,2.5,1,x,s1,,\n1,2,1,2024-01-01T10:00,ann,sale,q,2,4,1,x,s1,,\n"
    "2,1,1,2024-01-02,bob with a long key of his own,sale,q,1,7,,y,,,\n3,,1,2024-02-03,ann,return,p,1,2.5,,x,,1,\n"
    "5,,1,never,7,sale,p,1,2.5,,x,,,\n7,,1,2024-03-04,walk-in,sale,r,1,2.5,,x,,,east\n" },
  { DECLARE, "age", NULL },
  { LOAD, "customers",
    "customer,kind,joined,region,parent,age\nann,person,2024-01-01,north,,41.5\nzoe,internal,,,,\n" },
  { LOAD, "sales",   /* replaced versions, a void, one that comes late */
    "document,version,time,customer,kind,amount,product,branch\n1,2,2024-01-05,cyd,sale,3,z,new\n"
    "3,2,2024-02-03,ann,void,1,,\n9,1,2023-04-04,eve,sale,3,z,\n" },
  { LOAD, "merges", "customer,into\ncyd,ann\n" },
  { COMPACT, NULL, NULL },
  { LOAD, "sales", "document,time,customer,amount\n10,2024-05-01,ann,5\n11,2024-05-02,cyd,6\n" },
  { ERASE, "bob with a long key of his own", NULL },
  { REPLACE, "sales", "document,time,customer,amount\n10,2024-05-01,ann,8\n" },
  { LOAD, "sales", "document,time,customer,amount\n10,2024-05-01,ann,8\n" },   /* changes nothing */
  { FORGET, "eve", NULL },
  { LOAD, "merges", "customer,into,undone,version\ncyd,ann,true,1\n" },
  { LOAD, "figures", "from,to,name,value\n2024-01-01,2024-02-01,budget,100\n" },
  { COMPACT, NULL, NULL },
  { LOAD, "sales", "document,time,customer,amount\n12,2024-06-01,dan,1\n" },
};

#define CHANGES ((int)(sizeof changes / sizeof changes[0]))

static crm_status change_load(crm_store *store, const change *what)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_load *load = NULL;
  crm_status status;
  options.replace = what->kind == REPLACE;
  status = crm_load_begin(store, &options, &load, NULL);
  if (status == CRM_OK) {
    status = read_text(load, what->what, NULL, what->text, 0, NULL);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, NULL);
  }
  crm_load_free(load);
  return status;
}

/* in_file 0: a store in memory, which has nothing to compact. */
static crm_status change_make(crm_store *store, int index, int in_file)
{
  const change *what = &changes[index];
  crm_table *receipt = NULL;
  crm_status status;
  switch (what->kind) {
  case DECLARE:
    return crm_store_attribute(store, "customers", what->what, CRM_TYPE_DECIMAL, NULL);
  case ERASE:
    status = crm_identity_erase(store, &what->what, 1, &receipt, NULL);
    break;
  case FORGET:
    status = crm_identity_forget(store, &what->what, 1, &receipt, NULL);
    break;
  case COMPACT:
    return in_file ? crm_store_compact(store, NULL) : CRM_OK;
  default:
    return change_load(store, what);
  }
  crm_table_free(receipt);
  return status == CRM_ERROR_NOT_FOUND ? CRM_OK : status;   /* made already by the run that failed */
}

/* ---- what should be there ---- */

/* The store in memory after so many changes, and what it answers. */
static crm_store *stages[sizeof changes / sizeof changes[0] + 1];
static text_buffer texts[sizeof changes / sizeof changes[0] + 1];

/* The frames that saving the last of them writes. */
static crm__frame saved[256];
static uint64_t saved_count;

static crm_status create(const crm_config *config, const crm_io *io, int32_t content, crm_store **store,
                         crm_error *error)
{
  static const char *const anonymous[] = { "walk-in" };
  crm_store_options fresh = CRM_STORE_OPTIONS_INIT;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  fresh.anonymous = anonymous;
  fresh.anonymous_count = 1;
  fresh.currency = "EUR";
  if (io == NULL) {
    return crm_store_create(config, &fresh, store, error);
  }
  options.io = io;
  options.mode = content == CRM_CONTENT_ALL ? CRM_FILE_CREATE : CRM_FILE_READ;
  options.content = content;
  options.store = &fresh;
  return crm_store_open(config, &options, PATH, store, error);
}

/* The frames of a store that is saved to a file of its own. */
static uint64_t save_frames(const crm_store *store, crm__frame *frames, uint64_t room)
{
  test_disk *disk = test_disk_create(ALL_CAPS);
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm__memory memory;
  crm__scan *scan = NULL;
  crm_io io;
  int found = 1;
  int intact = 1;
  uint64_t count = 0;
  test_disk_io(disk, &io);
  options.io = &io;
  assert_int_equal(crm_store_save(store, &options, SAVED, NULL), CRM_OK);
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__scan_open(&memory, &io, SAVED, &scan, NULL), CRM_OK);
  while (found && count < room) {
    assert_int_equal(crm__scan_next(scan, &frames[count], &found, &intact, NULL), CRM_OK);
    count += (uint64_t)found;
  }
  assert_true(count > 2 && count < room);
  crm__scan_close(scan);
  assert_int_equal(memory.used, 0);
  test_disk_free(disk);
  return count;
}

static int prepare(void **state)
{
  int stage;
  (void)state;
  for (stage = 0; stage <= CHANGES; stage++) {
    int i;
    assert_int_equal(create(NULL, NULL, CRM_CONTENT_ALL, &stages[stage], NULL), CRM_OK);
    for (i = 0; i < stage; i++) {
      assert_int_equal(change_make(stages[stage], i, 0), CRM_OK);
    }
    text_add_store(&texts[stage], stages[stage], 1);
  }
  saved_count = save_frames(stages[CHANGES], saved, sizeof saved / sizeof saved[0]);
  return 0;
}

static int clear(void **state)
{
  int stage;
  (void)state;
  for (stage = 0; stage <= CHANGES; stage++) {
    crm_store_free(stages[stage]);
    text_free(&texts[stage]);
  }
  return 0;
}

/* A store is the one after so many changes: by what it answers, and member by member where both have made room for the
 * months that were reopened, which one that was never read from a file, or failed, may have and the other not. */
static void assert_stage(int stage, const crm_store *store, const char *what)
{
  text_buffer found = TEXT_BUFFER_INIT;
  text_add_store(&found, store, 1);
  assert_text_same(&texts[stage], &found, what);
  text_free(&found);
  assert_int_equal(crm_store_version(stages[stage]), crm_store_version(store));
  if ((stages[stage]->reopened == NULL) == (store->reopened == NULL)) {
    assert_store_same(stages[stage], store, what);
  }
}

/* ---- runs ---- */

/* Looks at the store in memory after a failure. */
typedef void (*look_after)(crm_store *store, const crm_config *config, int done);

static void nothing_changed(crm_store *store, const crm_config *config, int done)
{
  (void)config;
  assert_stage(done, store, "the store in memory after a failure");
  assert_verifies(store);
}

/* The same by what it answers: room that was made may stay. Then the rest is done, with memory. */
static void goes_on_with_memory(crm_store *store, const crm_config *config, int done)
{
  text_buffer found = TEXT_BUFFER_INIT;
  test_fault *fault = config->allocate_context;
  fault->fail_at = 0;
  text_add_store(&found, store, 1);
  assert_text_same(&texts[done], &found, "the store in memory after a failure");
  text_free(&found);
  assert_verifies(store);
  for (; done < CHANGES; done++) {
    assert_int_equal(change_make(store, done, 1), CRM_OK);
  }
  assert_stage(CHANGES, store, "the end");
}

/* Opens and makes the changes from *done on; *done then counts those that were acknowledged. */
static crm_status run(test_disk *disk, const crm_config *config, int *done, look_after after)
{
  crm_store *store = NULL;
  crm_io io;
  crm_status status;
  test_disk_io(disk, &io);
  status = create(config, &io, CRM_CONTENT_ALL, &store, NULL);
  if (status != CRM_OK) {
    assert_null(store);
    return status;
  }
  while (status == CRM_OK && *done < CHANGES) {
    status = change_make(store, *done, 1);
    *done += status == CRM_OK;
  }
  if (status != CRM_OK && after != NULL) {
    after(store, config, *done);
  }
  crm_store_free(store);
  return status;
}

/* Whether a store is the one after so many changes, by what changes with each of them. */
static int is_stage(const crm_store *store, int stage)
{
  const crm_store *wanted = stages[stage];
  int same = crm_store_version(store) == crm_store_version(wanted);
  int32_t table;
  for (table = 0; table < CRM__TABLES; table++) {
    same = same && store->attribute_count[table] == wanted->attribute_count[table]
           && store->tallies[table].rows == wanted->tallies[table].rows;
  }
  return same;
}

/* Opens what is left. It must be the store after `done` changes, or after one more where `more`; answers how many it
 * has. */
static int look(test_disk *disk, int done, int more)
{
  crm_store *store = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_io io;
  int stage = done;
  test_disk_io(disk, &io);
  if (create(NULL, &io, CRM_CONTENT_ALL, &store, &error) != CRM_OK) {
    fail_msg("after %d changes the file cannot be opened: %s", done, error.message);
  }
  if (!is_stage(store, done) && more && done < CHANGES) {
    stage = done + 1;
  }
  assert_stage(stage, store, "what is found");
  assert_verifies(store);
  crm_store_free(store);
  assert_int_equal(test_disk_open(disk), 0);
  return stage;
}

/* The pyramid of a store that is opened for its profiles alone is there at once, and that of the whole one. */
static void look_at_profiles(test_disk *disk, int stage)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_store *store = NULL;
  crm_io io;
  text_buffer expected = TEXT_BUFFER_INIT;
  text_buffer found = TEXT_BUFFER_INIT;
  crm_store *both[2];
  int i;
  test_disk_io(disk, &io);
  assert_int_equal(create(NULL, &io, CRM_CONTENT_PROFILES, &store, NULL), CRM_OK);
  assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
  assert_int_equal(info.content, CRM_CONTENT_PROFILES);
  both[0] = stages[stage];
  both[1] = store;
  for (i = 0; i < 2; i++) {
    crm_pyramid *pyramid = NULL;
    crm_table *tiers = NULL;
    assert_int_equal(crm_pyramid_compute(both[i], NULL, NULL, &pyramid, NULL), CRM_OK);
    assert_int_equal(crm_pyramid_tiers(pyramid, &tiers, NULL), CRM_OK);
    text_add_table(i == 0 ? &expected : &found, tiers);
    crm_table_free(tiers);
    crm_pyramid_free(pyramid);
  }
  assert_text_same(&expected, &found, "the pyramid of profiles");
  assert_int_equal(crm_store_read(store, NULL), CRM_OK);
  assert_stage(stage, store, "what is read later");
  crm_store_free(store);
  text_free(&expected);
  text_free(&found);
}

/* Does the rest, and compares with a run without a fault: members and bytes. */
static void finish(test_disk *disk, int done)
{
  crm_store *store = NULL;
  crm__frame frames[256];
  crm_io io;
  uint64_t i;
  assert_int_equal(run(disk, NULL, &done, NULL), CRM_OK);
  test_disk_io(disk, &io);
  assert_int_equal(create(NULL, &io, CRM_CONTENT_ALL, &store, NULL), CRM_OK);
  assert_stage(CHANGES, store, "the end");
  assert_verifies(store);
  assert_int_equal(save_frames(store, frames, sizeof frames / sizeof frames[0]), saved_count);
  for (i = 0; i < saved_count; i++) {
    assert_int_equal(frames[i].kind, saved[i].kind);
    assert_int_equal(frames[i].length, saved[i].length);
    assert_true(frames[i].checksum == saved[i].checksum || frames[i].kind <= CRM__FRAME_OWN);
  }
  crm_store_free(store);
}

/* ---- the tests ---- */

#define QUICK 2U

static unsigned seeds = QUICK;

static int fail_call(int kind, uint64_t at, int on, void *user)
{
  test_disk *disk = test_disk_create(ALL_CAPS);
  int done = 0;
  int found;
  int met;
  crm_status status;
  (void)user;
  test_disk_arm(disk, kind, at, on);
  status = run(disk, NULL, &done, nothing_changed);
  met = test_disk_faults(disk) > 0;
  if (status != CRM_OK) {
    assert_true(met);
    assert_int_equal(status, kind == TEST_DISK_FULL ? CRM_ERROR_LIMIT : CRM_ERROR_IO);
  } else {
    assert_int_equal(done, CHANGES);
  }
  assert_int_equal(test_disk_open(disk), 0);
  test_disk_arm(disk, 0, 0, 0);
  found = look(disk, done, status != CRM_OK);
  look_at_profiles(disk, found);
  finish(disk, found);
  test_disk_free(disk);
  return met;
}

static void every_call_fails(void **state)
{
  (void)state;
  print_message("I/O points tried: %llu\n", (unsigned long long)test_disk_drive(fail_call, 1, NULL));
}

/* Power is lost; and once more in the run that goes on from there. */
static int lose_power(uint64_t at, uint64_t seed, void *user)
{
  test_disk *disk = test_disk_create(*(const uint32_t *)user);
  test_disk *after;
  int done = 0;
  int met;
  test_disk_arm(disk, TEST_DISK_POWER, at, 0);
  (void)run(disk, NULL, &done, nothing_changed);
  met = test_disk_faults(disk) > 0;
  after = test_disk_after_power(disk, seed * 7919 + at);
  test_disk_free(disk);
  done = look(after, done, 1);
  look_at_profiles(after, done);
  disk = after;
  test_disk_arm(disk, TEST_DISK_POWER, 1 + (at * 13 + seed) % 11, 0);
  (void)run(disk, NULL, &done, nothing_changed);
  after = test_disk_after_power(disk, seed * 104729 + at);
  test_disk_free(disk);
  done = look(after, done, 1);
  finish(after, done);
  test_disk_free(after);
  return met;
}

static void power_is_lost_at_every_point(void **state)
{
  uint32_t caps[] = { ALL_CAPS, DURABLE };
  uint64_t points = 0;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof caps / sizeof caps[0]; i++) {
    points += 2 * test_disk_drive_power(lose_power, seeds, &caps[i]);
  }
  print_message("crash points tried: %llu\n", (unsigned long long)points);
}

/* A host in which each allocation fails in turn opens, changes, compacts. What it has acknowledged is in the file, and
 * nothing else: a copy of the disk as it is after the failure is opened. */
static test_disk *trial_disk;

static void file_too(crm_store *store, const crm_config *config, int done)
{
  test_disk *left = test_disk_after_process(trial_disk);
  (void)look(left, done, 0);
  test_disk_free(left);
  goes_on_with_memory(store, config, done);
}

static int open_and_change(const crm_config *config, void *user)
{
  int done = 0;
  crm_status status;
  crm_store *store = NULL;
  crm_io io;
  trial_disk = test_disk_create(ALL_CAPS);
  test_disk_io(trial_disk, &io);
  assert_int_equal(create(NULL, &io, CRM_CONTENT_ALL, &store, NULL), CRM_OK);
  for (; done < *(const int *)user; done++) {   /* up to here without faults */
    assert_int_equal(change_make(store, done, 1), CRM_OK);
  }
  crm_store_free(store);
  status = run(trial_disk, config, &done, file_too);
  assert_int_equal(test_disk_open(trial_disk), 0);
  test_disk_free(trial_disk);
  return status;
}

static void every_allocation_fails(void **state)
{
  int first = seeds > QUICK ? 0 : CHANGES - 3;
  (void)state;
  test_fault_drive(open_and_change, &first);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_call_fails),
    cmocka_unit_test(power_is_lost_at_every_point),
    cmocka_unit_test(every_allocation_fails),
  };
  if (argc > 1) {
    seeds = (unsigned)strtoul(argv[1], NULL, 10);
  }
  return cmocka_run_group_tests(tests, prepare, clear);
}
