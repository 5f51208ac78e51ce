/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_file.h"
#include "support/disk.h"
#include "support/fault.h"
#include "support/loads.h"
#include "support/rounds.h"

#include <crm/crm.h>

#include <string.h>

/* What is done with a store's file as a whole, while the n-th allocation or the n-th call of the io fails: the right
 * status, nothing left behind, files as they were or whole; and done again it gives what it gives without a fault. Or
 * power is lost in the n-th call: what was acknowledged is there, what was not is there whole or not at all. */

#define SHOP "shop.crm"      /* a checkpoint, and commits behind it, the last one a merge */
#define UNTOLD "untold.crm"  /* the last commit, an erasing, does not tell of profiles, as in early files */
#define TORN "torn.crm"      /* the last commit is damaged */
#define HURT "hurt.crm"      /* pieces of the checkpoint and a commit are damaged, and the first of the heads */
#define OUT "out.crm"        /* what is written */
#define TWO_STEPS (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE | CRM_IO_LOCKS)
#define ALL_CAPS (TWO_STEPS | CRM_IO_ATOMIC_REPLACE)

typedef struct world {
  const crm_config *config;
  test_disk *disk;
  crm_io io;
  int maps;
} world;

typedef struct deed {
  const char *name;
  crm_status (*act)(world *w);
  int writes;          /* 1: OUT anew, the same bytes each time; 2: a file in place */
  const char *file;    /* that is written */
} deed;

static const char *const files[] = { SHOP, UNTOLD, TORN, HURT };

#define FILES (sizeof files / sizeof files[0])

/* ---- files ---- */

static const char sales[] =
  "document,line,version,time,customer,kind,product,quantity,amount,cost,branch,original,source\n"
  "1,1,1,2024-01-01T10:00,ann,sale,p,1,2.5,1,x,,\n1,2,1,2024-01-01T10:00,ann,sale,q,2,4,1,x,,\n"
  "2,1,1,2024-01-02,a customer with a key of some length,sale,q,1,7,,y,,\n3,,1,2024-02-03,ann,return,p,1,2.5,,x,1,\n"
  "5,,1,never,7,sale,p,1,2.5,,x,,\n7,,1,2024-03-04,walk-in,sale,r,1,2.5,,x,,east\n";
static const char customers[] =
  "customer,kind,joined,region,parent,age\nann,person,2024-01-01,north,,41.5\nzoe,internal,2025-06-01,,ann,\n";
static const char more[] =
  "document,version,time,customer,kind,amount\n1,2,2024-01-05,cyd,sale,3\n11,1,2025-07-01,new,sale,1\n";
static const char again[] = "document,time,customer,amount\n12,2025-07-02,cyd,6\n13,2025-07-02,dan,1\n";

static void load_text(crm_store *store, const char *table, const char *text)
{
  crm_error error = CRM_ERROR_INIT;
  crm_load *load = NULL;
  crm_status status = crm_load_begin(store, NULL, &load, &error);
  status = status == CRM_OK ? read_text(load, table, NULL, text, 0, &error) : status;
  status = status == CRM_OK ? crm_load_commit(load, &error) : status;
  crm_load_free(load);
  if (status != CRM_OK) {
    fail_msg("%s: %s", table, error.message);
  }
}

static crm_status open_file(const world *w, const char *path, int32_t mode, int32_t content, crm_store **store)
{
  static const char *const anonymous[] = { "walk-in" };
  crm_store_options fresh = CRM_STORE_OPTIONS_INIT;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  fresh.anonymous = anonymous;
  fresh.anonymous_count = 1;
  options.io = &w->io;
  options.mode = mode;
  options.content = content;
  options.store = &fresh;
  return crm_store_open(w->config, &options, path, store, NULL);
}

static void write_file(const world *w, const char *path)
{
  crm_store *store = NULL;
  assert_int_equal(open_file(w, path, CRM_FILE_CREATE, CRM_CONTENT_ALL, &store), CRM_OK);
  load_text(store, "sales", sales);
  load_text(store, "merges", "customer,into\nold,ann\n");
  assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, NULL), CRM_OK);
  load_text(store, "customers", customers);
  load_text(store, "sales", more);
  load_text(store, "sales", again);
  load_text(store, "merges", "customer,into\ncyd,ann\n");
  crm_store_free(store);
}

/* Ends a file with a commit that erases, and does not say what that leaves. */
static void erase_untold(const world *w, const char *path, const char *key)
{
  crm__memory memory;
  crm__journal_options options;
  crm__journal *journal = NULL;
  crm__bytes bytes;
  memset(&options, 0, sizeof options);
  memset(&bytes, 0, sizeof bytes);
  options.io = &w->io;
  options.path = path;
  options.mode = CRM__JOURNAL_WRITE;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  crm__bytes_u64(&bytes, &memory, 1);
  crm__bytes_u32(&bytes, &memory, (uint32_t)strlen(key));
  crm__bytes_add(&bytes, &memory, key, strlen(key) + 1);
  assert_int_equal(crm__journal_open(&memory, &options, &journal, NULL), CRM_OK);
  assert_int_equal(crm__journal_begin(journal, CRM__SAVED_ERASE, NULL), CRM_OK);
  assert_int_equal(crm__journal_write(journal, bytes.data, (size_t)bytes.used, NULL), CRM_OK);
  assert_int_equal(crm__journal_end(journal, NULL, NULL), CRM_OK);
  assert_int_equal(crm__journal_commit(journal, 0, 0, NULL), CRM_OK);
  crm__journal_close(journal);
  crm__bytes_free(&bytes, &memory);
}

/* Changes a byte of the payload of the n-th frame of a kind. */
static void damage(const world *w, const char *path, uint32_t kind, int n)
{
  crm__memory memory;
  crm__scan *scan = NULL;
  crm__frame frame;
  size_t size = 0;
  int found = 1;
  int intact = 1;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__scan_open(&memory, &w->io, path, &scan, NULL), CRM_OK);
  while (found && n > 0) {
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    n -= found && frame.kind == kind;
  }
  assert_int_equal(n, 0);
  crm__scan_close(scan);
  test_disk_bytes(w->disk, path, &size)[frame.offset + frame.length / 2] ^= 4;
}

static void make_files(world *w, uint32_t caps)
{
  static const crm_io none = CRM_IO_INIT;
  w->config = NULL;
  w->maps = 0;
  w->disk = test_disk_create(caps);
  w->io = none;
  test_disk_io(w->disk, &w->io);
  write_file(w, SHOP);
  write_file(w, UNTOLD);
  write_file(w, TORN);
  write_file(w, HURT);
  erase_untold(w, UNTOLD, "zoe");
  damage(w, TORN, CRM__SAVED_LOAD, 4);
  damage(w, HURT, CRM__SAVED_HEAD, 1);
  damage(w, HURT, CRM__SAVED_LOAD, 1);
  damage(w, HURT, CRM__SAVED_PART | CRM__PART(CRM__PART_LINES, 1), 1);
  damage(w, HURT, CRM__SAVED_PART | CRM__PART(CRM__PART_KEYS, CRM__KEYS_PRODUCTS), 1);
}

static world first;       /* whose files all runs begin with */
static world two_steps;   /* the same, where replacing takes two steps */

/* A file of the name that is written to, which is replaced. */
static void put_old(world *w)
{
  size_t size = 0;
  const unsigned char *old = test_disk_bytes(w->disk, SHOP, &size);
  test_disk_put(w->disk, OUT, old, size);
}

static void lend_disk(world *w, test_disk *disk)
{
  w->disk = disk;
  test_disk_io(disk, &w->io);
  if (w->maps) {
    test_disk_maps(&w->io);
  }
}

static world world_of(const world *from, const crm_config *config, int maps)
{
  world made = *from;
  test_disk *disk = test_disk_after_process(from->disk);
  made.config = config;
  made.maps = maps;
  made.disk = disk;
  put_old(&made);
  lend_disk(&made, test_disk_after_process(disk));   /* the old file is on the device too */
  test_disk_free(disk);
  return made;
}

/* ---- deeds ---- */

static crm_status read_whole(world *w)
{
  crm_store *store = NULL;
  crm_status status = open_file(w, SHOP, CRM_FILE_READ, CRM_CONTENT_ALL, &store);
  status = status == CRM_OK ? crm_store_verify(store, NULL) : status;
  crm_store_free(store);
  return status;
}

static crm_status ask_pyramid(const crm_store *store)
{
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  crm_status status = crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL);
  status = status == CRM_OK ? crm_pyramid_tiers(pyramid, &tiers, NULL) : status;
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  return status;
}

/* Profiles, and then the rest; where that fails they are there all the same. */
static crm_status read_profiles(world *w)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_store *store = NULL;
  crm_status status = open_file(w, SHOP, CRM_FILE_READ, CRM_CONTENT_PROFILES, &store);
  if (status == CRM_OK) {
    assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
    assert_int_equal(info.content, CRM_CONTENT_PROFILES);
    assert_int_equal(info.commits_replayed, 5);
    status = ask_pyramid(store);
  }
  if (status == CRM_OK) {
    status = crm_store_read(store, NULL);
    assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
    assert_int_equal(info.content, status == CRM_OK ? CRM_CONTENT_ALL : CRM_CONTENT_PROFILES);
    assert_int_equal(crm_store_documents(store), 7);
    assert_int_equal(crm_store_customers(store), 6);
    status = status == CRM_OK ? ask_pyramid(store) : status;
  }
  crm_store_free(store);
  return status;
}

/* The profiles of a file are told up to the last commit, and those of its facts. */
static crm_status read_told(world *w, const char *path)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_store *store = NULL;
  crm_status status = open_file(w, path, CRM_FILE_READ, CRM_CONTENT_PROFILES, &store);
  if (status == CRM_OK) {
    assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
    assert_int_equal(info.content, CRM_CONTENT_PROFILES);
  }
  crm_store_free(store);
  options.io = &w->io;
  return status == CRM_OK ? crm_store_check(w->config, &options, path, NULL) : status;
}

static crm_status read_untold_profiles(world *w)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_store *store = NULL;
  crm_status status = open_file(w, UNTOLD, CRM_FILE_READ, CRM_CONTENT_PROFILES, &store);
  if (status == CRM_OK) {
    assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
    assert_int_equal(info.content, CRM_CONTENT_ALL);
    status = crm_store_verify(store, NULL);
  }
  crm_store_free(store);
  return status;
}

static crm_status read_torn(world *w)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_store *store = NULL;
  crm_status status = open_file(w, TORN, CRM_FILE_READ, CRM_CONTENT_ALL, &store);
  if (status == CRM_OK) {
    assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
    assert_int_equal(info.fallback, 1);
    assert_int_equal(crm_store_documents(store), 7);
    assert_int_equal(crm_store_customers(store), 7);   /* not merged */
    status = crm_store_verify(store, NULL);
  }
  crm_store_free(store);
  return status;
}

static crm_status save_it(world *w)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_store *store = NULL;
  crm_status status = open_file(w, UNTOLD, CRM_FILE_READ, CRM_CONTENT_ALL, &store);
  options.io = &w->io;
  status = status == CRM_OK ? crm_store_save(store, &options, OUT, NULL) : status;
  crm_store_free(store);
  return status;
}

static crm_status back_up(world *w)
{
  crm_store *store = NULL;
  crm_status status = open_file(w, SHOP, CRM_FILE_READ, CRM_CONTENT_PROFILES, &store);
  status = status == CRM_OK ? crm_store_backup(store, &w->io, OUT, NULL) : status;
  crm_store_free(store);
  return status;
}

static crm_status check_it(world *w)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  options.io = &w->io;
  return crm_store_check(w->config, &options, SHOP, NULL);
}

static crm_status salvage_it(world *w)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_table *report = NULL;
  crm_status status;
  options.io = &w->io;
  status = crm_store_salvage(w->config, &options, HURT, OUT, &report, NULL);
  assert_true((report != NULL) == (status == CRM_OK));
  if (status == CRM_OK) {
    assert_int_equal(crm_table_rows(report), 5);   /* two pieces, documents, a commit, bytes */
  }
  crm_table_free(report);
  return status;
}

static crm_status compact_it(world *w)
{
  crm_store *store = NULL;
  crm_status status = open_file(w, SHOP, CRM_FILE_WRITE, CRM_CONTENT_ALL, &store);
  status = status == CRM_OK ? crm_store_compact(store, NULL) : status;
  crm_store_free(store);
  return status;
}

static crm_status load_more(crm_store *store, const char *table, const char *text)
{
  crm_load *load = NULL;
  crm_status status = crm_load_begin(store, NULL, &load, NULL);
  status = status == CRM_OK ? read_text(load, table, NULL, text, 0, NULL) : status;
  status = status == CRM_OK ? crm_load_commit(load, NULL) : status;
  crm_load_free(load);
  return status;
}

/* Behind a commit that does not a load tells of all who have changed since. */
static crm_status tell_again(world *w)
{
  crm_store *store = NULL;
  crm_status status = open_file(w, UNTOLD, CRM_FILE_WRITE, CRM_CONTENT_ALL, &store);
  if (status == CRM_OK) {
    status = load_more(store, "sales", "document,version,time,customer,amount\n12,3,2025-07-03,eve,6\n"
                                       "20,,2026-01-01,fay,1\n");
  }
  status = status == CRM_OK ? load_more(store, "customers", "customer,joined\neve,2025-01-01\n") : status;
  if (status == CRM_OK) {
    status = load_more(store, "opportunities", "opportunity,customer,created\no,eve,2026-02-01\n");
  }
  crm_store_free(store);
  return status == CRM_OK ? read_told(w, UNTOLD) : status;
}

static crm_status take_out(crm_store *store, const char *key, int forget)
{
  crm_table *receipt = NULL;
  crm_status status = forget ? crm_identity_forget(store, &key, 1, &receipt, NULL)
                             : crm_identity_erase(store, &key, 1, &receipt, NULL);
  assert_true((receipt != NULL) == (status == CRM_OK));
  crm_table_free(receipt);
  return status == CRM_ERROR_NOT_FOUND ? CRM_OK : status;   /* the call that failed had done it */
}

/* Customers are taken out, merged, and apart again; the latest event of a table is written over. */
static crm_status change_people(world *w)
{
  crm_store *store = NULL;
  crm_status status = open_file(w, SHOP, CRM_FILE_WRITE, CRM_CONTENT_ALL, &store);
  status = status == CRM_OK ? take_out(store, "dan", 0) : status;
  status = status == CRM_OK ? load_more(store, "merges", "customer,into,undone,version\ncyd,ann,true,2\nnew,ann,,2\n")
                            : status;
  status = status == CRM_OK ? load_more(store, "opportunities", "opportunity,customer,created,version\n"
                                                                "o,ann,2026-02-01,1\n")
                            : status;
  status = status == CRM_OK ? load_more(store, "opportunities", "opportunity,customer,created,version\n"
                                                                "o,zoe,2025-02-01,2\n")
                            : status;
  status = status == CRM_OK ? load_more(store, "customers", "customer,kind,version\nnew,business,2\n") : status;
  status = status == CRM_OK ? take_out(store, "ann", 1) : status;
  crm_store_free(store);
  return status == CRM_OK ? read_told(w, SHOP) : status;
}

static crm_status create_it(world *w)
{
  crm_store *store = NULL;
  crm_status status = open_file(w, "new.crm", CRM_FILE_CREATE, CRM_CONTENT_ALL, &store);
  status = status == CRM_OK ? crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, NULL) : status;
  crm_store_free(store);
  return status;
}

static const deed deeds[] = {
  { "read all of it", read_whole, 0, NULL },
  { "read profiles, then the rest", read_profiles, 0, NULL },
  { "read profiles that are not told", read_untold_profiles, 0, NULL },
  { "read a file whose last commit is damaged", read_torn, 0, NULL },
  { "check", check_it, 0, NULL },
  { "save", save_it, 1, OUT },
  { "back up", back_up, 1, OUT },
  { "salvage", salvage_it, 1, OUT },
  { "compact", compact_it, 2, SHOP },
  { "tell profiles again", tell_again, 2, UNTOLD },
  { "erase, merge, forget", change_people, 2, SHOP },
  { "create", create_it, 2, "new.crm" },
};

#define DEEDS (sizeof deeds / sizeof deeds[0])

/* ---- what is left ---- */

static int same_bytes(test_disk *a, test_disk *b, const char *path)
{
  size_t x = 0;
  size_t y = 0;
  const unsigned char *of_a = test_disk_bytes(a, path, &x);
  const unsigned char *of_b = test_disk_bytes(b, path, &y);
  return of_a != NULL && of_b != NULL && x == y && memcmp(of_a, of_b, x) == 0;
}

/* Files that are not written are as before; one that is, is the old one or whole. */
static void look(world *w, const deed *what)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  size_t size = 0;
  size_t i;
  options.io = &w->io;
  assert_int_equal(test_disk_open(w->disk), 0);
  for (i = 0; i < FILES; i++) {
    if (what->file == NULL || strcmp(what->file, files[i]) != 0) {
      assert_true(same_bytes(w->disk, first.disk, files[i]));
    }
  }
  if (what->file != NULL && test_disk_bytes(w->disk, what->file, &size) != NULL &&
      crm_store_check(NULL, &options, what->file, &error) != CRM_OK) {
    fail_msg("%s: %s", what->name, error.message);
  }
}

/* Done again without a fault; clean: after a run that met none. */
static void repeat(world *w, const deed *what, world *clean)
{
  if (what->writes == 1) {
    put_old(w);
  }
  if (what->act(w) != CRM_OK) {
    fail_msg("%s: cannot be done again", what->name);
  }
  look(w, what);
  if (what->writes == 1) {
    assert_true(same_bytes(w->disk, clean->disk, what->file));
  }
}

/* ---- the tests ---- */

static int run_deed(const crm_config *config, void *user)
{
  const deed *what = user;
  world w = world_of(&first, config, 0);
  crm_status status = what->act(&w);
  look(&w, what);
  test_disk_free(w.disk);
  return status;
}

static void every_allocation_fails(void **state)
{
  size_t i;
  (void)state;
  for (i = 0; i < DEEDS; i++) {
    deed what = deeds[i];
    print_message("%s: ", what.name);
    test_fault_drive(run_deed, &what);
  }
}

/* A deed, and what a run of it that met no fault has left. */
typedef struct trial {
  const deed *what;
  const world *from;
  world clean;
} trial;

static trial trial_of(const deed *what, const world *from, int maps)
{
  trial made;
  made.what = what;
  made.from = from;
  made.clean = world_of(from, NULL, maps);
  assert_int_equal(what->act(&made.clean), CRM_OK);
  return made;
}

/* A call that may fail, such as closing what was read, is let pass. */
static int fail_call(int kind, uint64_t at, int on, void *user)
{
  trial *of = user;
  const deed *what = of->what;
  world w = world_of(of->from, NULL, of->clean.maps);
  crm_status status;
  int met;
  test_disk_arm(w.disk, kind, at, on);
  status = what->act(&w);
  met = test_disk_faults(w.disk) > 0;
  if (status != CRM_OK && (!met || status != (kind == TEST_DISK_FULL ? CRM_ERROR_LIMIT : CRM_ERROR_IO))) {
    fail_msg("%s: call %d, kind %d: %s", what->name, (int)at, kind, crm_status_name(status));
  }
  test_disk_arm(w.disk, 0, 0, 0);
  look(&w, what);
  repeat(&w, what, &of->clean);
  test_disk_free(w.disk);
  return met;
}

static void every_call_fails(void **state)
{
  uint64_t points = 0;
  size_t i;
  (void)state;
  for (i = 0; i < 2 * DEEDS; i++) {
    trial of = trial_of(&deeds[i / 2], &first, i % 2 == 1);
    points += test_disk_drive(fail_call, 0, &of);
    test_disk_free(of.clean.disk);
  }
  print_message("I/O points tried: %llu\n", (unsigned long long)points);
}

/* The data version of the store in a file; -1: there is no file. */
static int64_t version_of(world *w, const char *path)
{
  crm_store *store = NULL;
  crm_status status = open_file(w, path, CRM_FILE_READ, CRM_CONTENT_ALL, &store);
  int64_t version = status == CRM_OK ? crm_store_version(store) : -1;
  assert_true(status == CRM_OK || status == CRM_ERROR_NOT_FOUND);
  crm_store_free(store);
  return version;
}

/* What is found when the power is back. */
static void look_after_power(world *w, const deed *what, crm_status status, const world *from, world *clean)
{
  world old = world_of(from, NULL, 0);
  look(w, what);
  if (what->file != NULL) {
    int64_t before = version_of(&old, what->file);
    int64_t after = version_of(clean, what->file);
    int64_t found = version_of(w, what->file);
    int half = what->writes == 2 && found >= before && found <= after;   /* one commit of several */
    if (found != after && (status == CRM_OK || (found != before && !half))) {
      fail_msg("%s: version %d is found", what->name, (int)found);
    }
    assert_true(status != CRM_OK || what->writes != 1 || same_bytes(w->disk, clean->disk, what->file));
  }
  test_disk_free(old.disk);
}

static int lose_power(uint64_t at, uint64_t seed, void *user)
{
  trial *of = user;
  const deed *what = of->what;
  world w = world_of(of->from, NULL, 0);
  test_disk *after;
  crm_status status;
  int met;
  test_disk_arm(w.disk, TEST_DISK_POWER, at, 0);
  status = what->act(&w);
  met = test_disk_faults(w.disk) > 0;
  assert_true(met || status == CRM_OK);
  after = test_disk_after_power(w.disk, seed * 7919 + at);
  test_disk_free(w.disk);
  lend_disk(&w, after);
  look_after_power(&w, what, status, of->from, &of->clean);
  repeat(&w, what, &of->clean);
  test_disk_free(w.disk);
  return met;
}

static void power_is_lost_at_every_point(void **state)
{
  uint64_t points = 0;
  size_t i;
  (void)state;
  for (i = 0; i < 2 * DEEDS; i++) {
    trial of = trial_of(&deeds[i / 2], i % 2 == 0 ? &first : &two_steps, 0);
    points += test_disk_drive_power(lose_power, (uint64_t)rounds(2), &of);
    test_disk_free(of.clean.disk);
  }
  print_message("crash points tried: %llu\n", (unsigned long long)points);
}

static int begin(void **state)
{
  (void)state;
  make_files(&first, ALL_CAPS);
  make_files(&two_steps, TWO_STEPS);
  return 0;
}

static int end(void **state)
{
  (void)state;
  test_disk_free(first.disk);
  test_disk_free(two_steps.disk);
  return 0;
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_call_fails),
    cmocka_unit_test(power_is_lost_at_every_point),
    cmocka_unit_test(every_allocation_fails),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
