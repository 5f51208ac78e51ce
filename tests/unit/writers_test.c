/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/journal.h"
#include "file/layout.h"
#include "support/disk.h"
#include "support/journals.h"
#include "support/loads.h"
#include "support/rounds.h"

#include <crm/crm.h>

#include <string.h>

/* Others who are at the same file at the same time: nothing that was acknowledged is lost, nobody is told what is not
 * so. */

#define PATH "store.crm"
#define NO_LOCKS                                                                                                       \
  (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE | CRM_IO_ATOMIC_REPLACE)
#define ALL_CAPS (NO_LOCKS | CRM_IO_LOCKS)

/* ---- an io with something in between ---- */

typedef struct between {
  crm_io real;
  void (*before_replace)(struct between *in);   /* NULL: nothing */
  void (*after_size)(struct between *in);
  int replace_fails;
  size_t reads_least;                           /* most bytes that a read gets; 0: all that there are */
  size_t reads_more;                            /* than were asked for it says */
  int same_folder;                              /* "./" before a path says nothing */
  int times;                                    /* how often more it is done */
  void *what;
} between;

static crm_status between_size(void *context, void *file, uint64_t *size)
{
  between *in = context;
  crm_status status = in->real.size(in->real.context, file, size);
  if (in->after_size != NULL && in->times > 0) {
    in->times--;
    in->after_size(in);
  }
  return status;
}

static const char *path_of(const between *in, const char *path)
{
  return in->same_folder && strncmp(path, "./", 2) == 0 ? path + 2 : path;
}

static crm_status between_replace(void *context, const char *from, const char *to)
{
  between *in = context;
  if (in->before_replace != NULL && in->times > 0) {
    in->times--;
    in->before_replace(in);
  }
  return in->replace_fails ? CRM_ERROR_IO : in->real.replace(in->real.context, path_of(in, from), path_of(in, to));
}

static crm_status between_open(void *context, const char *path, int32_t mode, void **file)
{
  between *in = context;
  return in->real.open(in->real.context, path_of(in, path), mode, file);
}

static crm_status between_close(void *context, void *file)
{
  between *in = context;
  return in->real.close(in->real.context, file);
}

static crm_status between_read_at(void *context, void *file, uint64_t offset, void *buffer, size_t size, size_t *got)
{
  between *in = context;
  size_t most = in->reads_least > 0 && in->reads_least < size ? in->reads_least : size;
  crm_status status = in->real.read_at(in->real.context, file, offset, buffer, most, got);
  *got += status == CRM_OK && *got == size ? in->reads_more : 0;
  return status;
}

static crm_status between_write_at(void *context, void *file, uint64_t offset, const void *bytes, size_t size)
{
  between *in = context;
  return in->real.write_at(in->real.context, file, offset, bytes, size);
}

static crm_status between_sync(void *context, void *file)
{
  between *in = context;
  return in->real.sync(in->real.context, file);
}

static crm_status between_sync_names(void *context, const char *path)
{
  between *in = context;
  return in->real.sync_names(in->real.context, path);
}

static crm_status between_remove(void *context, const char *path)
{
  between *in = context;
  return in->real.remove(in->real.context, path_of(in, path));
}

static crm_status between_lock(void *context, const char *path, void **lock)
{
  between *in = context;
  return in->real.lock(in->real.context, path, lock);
}

static crm_status between_unlock(void *context, void *lock)
{
  between *in = context;
  return in->real.unlock(in->real.context, lock);
}

/* The caps say what the io in front has; its maps, if any, are left out. */
static crm_io stand_between(between *in, const crm_io *real)
{
  crm_io made = *real;
  memset(in, 0, sizeof *in);
  in->real = *real;
  made.context = in;
  made.open = between_open;
  made.close = between_close;
  made.read_at = between_read_at;
  made.write_at = between_write_at;
  made.size = between_size;
  made.sync = between_sync;
  made.replace = between_replace;
  made.sync_names = between_sync_names;
  made.remove = between_remove;
  made.lock = real->lock != NULL ? between_lock : NULL;
  made.unlock = real->unlock != NULL ? between_unlock : NULL;
  made.map = NULL;
  made.unmap = NULL;
  return made;
}

/* ---- a disk and a history on it ---- */

typedef struct fixture {
  crm__memory memory;
  test_disk *disk;
  crm_io io;
  test_history history;
} fixture;

static void set_up(fixture *f, uint32_t caps)
{
  memset(f, 0, sizeof *f);
  assert_int_equal(crm__memory_open(&f->memory, NULL, NULL), CRM_OK);
  f->disk = test_disk_create(caps);
  test_disk_io(f->disk, &f->io);
  f->history.memory = &f->memory;
  f->history.io = &f->io;
  f->history.path = PATH;
  f->history.large = 1;
}

static void tear_down(fixture *f)
{
  assert_int_equal(f->memory.used, 0);
  assert_int_equal(test_disk_open(f->disk), 0);
  test_disk_free(f->disk);
}

static uint64_t commit_of(const crm__journal *journal)
{
  crm__journal_info info;
  crm__journal_info_get(journal, &info);
  return info.commit;
}

static int32_t state_of(const crm__journal *journal)
{
  crm__journal_info info;
  crm__journal_info_get(journal, &info);
  return info.state;
}

static void holds(const fixture *f, crm__journal *journal, uint64_t commit)
{
  crm_status status = CRM_OK;
  const char *wrong = test_journal_wrong(&f->history, journal, &status);
  if (wrong != NULL) {
    fail_msg("%s", wrong);
  }
  assert_int_equal(commit_of(journal), commit);
  assert_int_equal(crm__journal_check_all(journal, NULL), CRM_OK);
}

static crm__journal *open_at(const fixture *f, int32_t mode)
{
  crm__journal *journal = NULL;
  crm_error error = CRM_ERROR_INIT;
  if (test_journal_open(&f->history, mode, &journal, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return journal;
}

static void step_to(const fixture *f, crm__journal *journal, uint64_t commit)
{
  while (commit_of(journal) < commit) {
    assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_OK);
  }
}

static int there(fixture *f, const char *path)
{
  size_t size = 0;
  return test_disk_bytes(f->disk, path, &size) != NULL;
}

/* ---- two writers ---- */

/* A lock that goes by a name, and was asked for by two. */
static crm_status lock_nobody(void *context, const char *path, void **lock)
{
  static char given;
  (void)context;
  (void)path;
  *lock = &given;
  return CRM_OK;
}

static crm_status unlock_nobody(void *context, void *lock)
{
  (void)context;
  (void)lock;
  return CRM_OK;
}

static void a_lock_that_keeps_nobody_out(fixture *f)
{
  set_up(f, NO_LOCKS);
  f->io.caps |= CRM_IO_LOCKS;
  f->io.lock = lock_nobody;
  f->io.unlock = unlock_nobody;
}

/* The one who comes second at any commit, a compaction among them, is refused; the first one's commits are there. */
static void the_second_writer_is_refused(void **state)
{
  uint64_t commit;
  (void)state;
  for (commit = 1; commit < JOURNAL_COMMITS; commit++) {
    fixture f;
    crm__journal *one;
    crm__journal *two;
    crm_error error = CRM_ERROR_INIT;
    a_lock_that_keeps_nobody_out(&f);
    one = open_at(&f, CRM__JOURNAL_CREATE);
    step_to(&f, one, commit);
    two = open_at(&f, CRM__JOURNAL_WRITE);
    step_to(&f, one, commit + 1);
    if (commit + 1 != 9) {   /* a renewed file is another one, which only an io can tell */
      assert_int_equal(test_journal_step(&f.history, two, &error), CRM_ERROR_STATE);
      assert_non_null(strstr(error.message, "has been written by somebody else"));
      assert_int_equal(state_of(two), CRM__JOURNAL_POISONED);
    }
    crm__journal_close(two);
    step_to(&f, one, JOURNAL_COMMITS);
    holds(&f, one, JOURNAL_COMMITS);
    crm__journal_close(one);
    tear_down(&f);
  }
}

/* Frames that do not wait in memory for their commit are not written over those of somebody else. */
static void frames_of_a_commit_are_not_written_over(void **state)
{
  fixture f;
  crm__journal *one;
  crm__journal *two;
  static unsigned char bytes[200000];
  size_t part;
  int writes;
  crm_status status = CRM_OK;
  (void)state;
  for (part = 1000; part <= sizeof bytes; part += 66333) {
    a_lock_that_keeps_nobody_out(&f);
    one = open_at(&f, CRM__JOURNAL_CREATE);
    step_to(&f, one, 4);
    two = open_at(&f, CRM__JOURNAL_WRITE);
    assert_int_equal(crm__journal_begin(two, 5000, NULL), CRM_OK);
    step_to(&f, one, 5);
    status = CRM_OK;
    for (writes = 0; status == CRM_OK && writes < 100; writes++) {
      status = crm__journal_write(two, bytes, part, NULL);
    }
    assert_int_equal(status, CRM_ERROR_STATE);
    crm__journal_rollback(two);
    crm__journal_close(two);
    crm__journal_close(one);
    one = open_at(&f, CRM__JOURNAL_WRITE);
    holds(&f, one, 5);
    crm__journal_close(one);
    tear_down(&f);
  }
}

/* ---- NAME.new ---- */

static void what_a_crash_has_left(void **state)
{
  static const uint32_t caps[] = { ALL_CAPS, NO_LOCKS };
  size_t i;
  (void)state;
  for (i = 0; i < 2; i++) {
    fixture f;
    crm__journal *journal;
    set_up(&f, caps[i]);
    journal = open_at(&f, CRM__JOURNAL_CREATE);
    step_to(&f, journal, 4);
    crm__journal_close(journal);
    test_disk_put(f.disk, PATH ".new", "half a file", 11);
    crm__journal_close(open_at(&f, CRM__JOURNAL_READ));
    assert_true(there(&f, PATH ".new"));
    journal = open_at(&f, CRM__JOURNAL_WRITE);
    assert_int_equal(there(&f, PATH ".new"), (caps[i] & CRM_IO_LOCKS) == 0);   /* it may be somebody's */
    step_to(&f, journal, 9);   /* compacts */
    assert_false(there(&f, PATH ".new"));
    holds(&f, journal, 9);
    crm__journal_close(journal);
    tear_down(&f);
  }
}

static void open_another(between *in)
{
  fixture *f = in->what;
  crm__journal_close(open_at(f, CRM__JOURNAL_WRITE));
}

/* Somebody opens the file to write while it is compacted, without a lock to keep it from that. */
static void opened_while_it_is_compacted(void **state)
{
  static const uint32_t caps[] = { 0, NO_LOCKS };
  size_t i;
  (void)state;
  for (i = 0; i < 2; i++) {
    fixture f;
    fixture through;
    between in;
    crm_io io;
    crm__journal *journal;
    set_up(&f, caps[i]);
    io = stand_between(&in, &f.io);
    through = f;
    through.history.io = &io;
    through.history.memory = &f.memory;
    in.before_replace = open_another;
    in.what = &f;
    journal = open_at(&through, CRM__JOURNAL_CREATE);
    step_to(&through, journal, 8);
    in.times = 1;
    step_to(&through, journal, 9);   /* compacts */
    assert_int_equal(in.times, 0);
    step_to(&through, journal, JOURNAL_COMMITS);
    holds(&through, journal, JOURNAL_COMMITS);
    crm__journal_close(journal);
    journal = open_at(&f, CRM__JOURNAL_WRITE);
    holds(&f, journal, JOURNAL_COMMITS);
    crm__journal_close(journal);
    tear_down(&f);
  }
}

/* A file that could not be given its name leaves no copy of what it holds. */
static void replacing_that_fails(void **state)
{
  static const uint32_t caps[] = { 0, NO_LOCKS, ALL_CAPS };
  size_t i;
  (void)state;
  for (i = 0; i < 3; i++) {
    fixture f;
    between in;
    crm_io io;
    crm__journal *journal;
    set_up(&f, caps[i]);
    io = stand_between(&in, &f.io);
    f.history.io = &io;
    journal = open_at(&f, CRM__JOURNAL_CREATE);
    step_to(&f, journal, 8);
    test_disk_put(f.disk, "copy", "old", 3);
    in.replace_fails = 1;
    assert_int_equal(crm__journal_copy(journal, &io, "copy", NULL), CRM_ERROR_IO);
    assert_true(there(&f, "copy"));
    assert_false(there(&f, "copy.new"));
    assert_int_equal(test_journal_step(&f.history, journal, NULL), CRM_ERROR_IO);   /* compacts */
    assert_false(there(&f, PATH ".new"));
    holds(&f, journal, 8);
    crm__journal_close(journal);
    in.replace_fails = 0;
    journal = open_at(&f, CRM__JOURNAL_WRITE);
    step_to(&f, journal, JOURNAL_COMMITS);
    holds(&f, journal, JOURNAL_COMMITS);
    crm__journal_close(journal);
    f.history.io = &f.io;
    tear_down(&f);
  }
}

/* Where the old file is gone already, the new one is all that there is. */
static void take_old_away(between *in)
{
  fixture *f = in->what;
  (void)f->io.remove(f->io.context, PATH);
}

static void the_only_copy_is_kept(void **state)
{
  fixture f;
  between in;
  crm_io io;
  crm__journal *journal;
  (void)state;
  set_up(&f, 0);
  io = stand_between(&in, &f.io);
  f.history.io = &io;
  journal = open_at(&f, CRM__JOURNAL_CREATE);
  step_to(&f, journal, 8);
  in.before_replace = take_old_away;
  in.what = &f;
  in.times = 1;
  in.replace_fails = 1;
  assert_int_equal(test_journal_step(&f.history, journal, NULL), CRM_ERROR_IO);
  crm__journal_close(journal);
  assert_true(there(&f, PATH ".new"));
  in.replace_fails = 0;
  journal = open_at(&f, CRM__JOURNAL_WRITE);
  holds(&f, journal, 9);
  crm__journal_close(journal);
  tear_down(&f);
}

/* Nor is it taken for none where it cannot be looked at: what is made in its place would be its end. */
static void what_cannot_be_looked_at_is_kept(void **state)
{
  fixture f;
  crm__journal *journal;
  uint64_t faults = 1;
  uint64_t at;
  (void)state;
  set_up(&f, 0);
  journal = open_at(&f, CRM__JOURNAL_CREATE);
  step_to(&f, journal, 8);
  crm__journal_close(journal);
  for (at = 1; faults > 0; at++) {
    crm_status status;
    if (there(&f, PATH)) {
      assert_int_equal(f.io.replace(f.io.context, PATH, PATH ".new"), CRM_OK);
    }
    test_disk_arm(f.disk, TEST_DISK_FAIL, at, 0);
    journal = NULL;
    status = test_journal_open(&f.history, CRM__JOURNAL_CREATE, &journal, NULL);
    faults = test_disk_faults(f.disk);
    test_disk_arm(f.disk, 0, 0, 0);
    if (status == CRM_OK) {
      holds(&f, journal, 8);
      crm__journal_close(journal);
    } else {
      assert_int_equal(status, CRM_ERROR_IO);
    }
  }
  assert_true(at > 5);
  tear_down(&f);
}

/* ---- an io that reads other than it is asked ---- */

static void it_reads_little_by_little(void **state)
{
  fixture f;
  between in;
  crm_io io;
  crm__journal *journal;
  (void)state;
  set_up(&f, NO_LOCKS);
  io = stand_between(&in, &f.io);
  in.reads_least = 7;
  in.same_folder = 1;
  f.history.io = &io;
  journal = open_at(&f, CRM__JOURNAL_CREATE);
  step_to(&f, journal, JOURNAL_COMMITS);
  assert_int_equal(crm__journal_copy(journal, &io, "./" PATH, NULL), CRM_ERROR_ARGUMENT);
  crm__journal_close(journal);
  journal = open_at(&f, CRM__JOURNAL_READ);
  holds(&f, journal, JOURNAL_COMMITS);
  crm__journal_close(journal);
  f.history.io = &f.io;
  tear_down(&f);
}

static void it_says_that_it_read_more(void **state)
{
  fixture f;
  between in;
  crm_io io;
  crm__journal *journal = NULL;
  (void)state;
  set_up(&f, NO_LOCKS);
  journal = open_at(&f, CRM__JOURNAL_CREATE);
  step_to(&f, journal, 8);
  crm__journal_close(journal);
  io = stand_between(&in, &f.io);
  in.reads_more = 1;
  f.history.io = &io;
  journal = NULL;
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_READ, &journal, NULL), CRM_ERROR_IO);
  assert_null(journal);
  f.history.io = &f.io;
  tear_down(&f);
}

/* ---- a slot of somebody else ---- */

/* Two who wrote at the very same moment have left the frames of one and the slot of the other: who comes next goes on
 * from the frames. */
static void a_slot_of_another_commit(void **state)
{
  fixture f;
  crm__journal *journal;
  crm__root root;
  unsigned char *bytes;
  size_t size = 0;
  (void)state;
  set_up(&f, ALL_CAPS);
  journal = open_at(&f, CRM__JOURNAL_CREATE);
  step_to(&f, journal, 5);
  crm__journal_close(journal);
  bytes = test_disk_bytes(f.disk, PATH, &size);
  assert_int_equal(crm__root_get(bytes + CRM__SECTOR, &root), CRM__ROOT_GOOD);
  assert_int_equal(root.commit, 5);
  root.chain ^= 1;
  crm__root_put(&root, bytes + CRM__SECTOR);
  journal = open_at(&f, CRM__JOURNAL_WRITE);
  holds(&f, journal, 5);
  step_to(&f, journal, 7);
  crm__journal_close(journal);
  journal = open_at(&f, CRM__JOURNAL_READ);
  holds(&f, journal, 7);
  crm__journal_close(journal);
  tear_down(&f);
}

/* A reader, who has no lock, knows its own file by whatever name, also when a writer has gone on. */
static void a_reader_onto_its_own_file(void **state)
{
  static const uint32_t caps[] = { NO_LOCKS, ALL_CAPS, 0 };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof caps / sizeof caps[0]; i++) {
    fixture f;
    between in;
    crm_io io;
    crm__journal *journal;
    crm__journal *reader;
    set_up(&f, caps[i]);
    io = stand_between(&in, &f.io);
    in.same_folder = 1;
    f.history.io = &io;
    journal = open_at(&f, CRM__JOURNAL_CREATE);
    step_to(&f, journal, 4);
    reader = open_at(&f, CRM__JOURNAL_READ);
    step_to(&f, journal, 10);   /* compacts too */
    crm__journal_close(journal);
    assert_int_equal(crm__journal_copy(reader, &io, "./" PATH, NULL), CRM_ERROR_ARGUMENT);
    assert_false(there(&f, PATH ".new"));
    assert_int_equal(crm__journal_copy(reader, &io, "./copy", NULL), CRM_OK);
    assert_int_equal(crm__journal_copy(reader, &io, "copy", NULL), caps[i] == ALL_CAPS ? CRM_OK : CRM_ERROR_ARGUMENT);
    crm__journal_close(reader);
    journal = open_at(&f, CRM__JOURNAL_READ);
    holds(&f, journal, 10);
    crm__journal_close(journal);
    f.history.io = &f.io;
    tear_down(&f);
  }
}

/* Without locks a file is known again by what it shows. */
static void a_copy_onto_the_file_itself(void **state)
{
  fixture f;
  crm__journal *journal;
  const unsigned char *bytes;
  size_t size = 0;
  (void)state;
  set_up(&f, NO_LOCKS);
  journal = open_at(&f, CRM__JOURNAL_CREATE);
  step_to(&f, journal, 5);
  bytes = test_disk_bytes(f.disk, PATH, &size);
  test_disk_put(f.disk, "./" PATH, bytes, size);   /* as a disk shows it by another name */
  assert_int_equal(crm__journal_copy(journal, &f.io, "./" PATH, NULL), CRM_ERROR_ARGUMENT);
  step_to(&f, journal, 6);
  assert_int_equal(crm__journal_copy(journal, &f.io, "./" PATH, NULL), CRM_OK);   /* a backup of before */
  crm__journal_close(journal);
  tear_down(&f);
}

/* ---- a reader beside a writer ---- */

static void commit_one(between *in)
{
  fixture *f = in->what;
  crm__journal *journal = open_at(f, CRM__JOURNAL_WRITE);
  step_to(f, journal, commit_of(journal) + 1);
  crm__journal_close(journal);
}

/* Commits come between the look at the file's size and that at its slots, once or each time but the last. */
static void commits_come_while_it_is_opened(void **state)
{
  int times;
  (void)state;
  for (times = 1; times <= 3; times++) {
    uint64_t commit;
    for (commit = 1; commit + (uint64_t)times <= JOURNAL_COMMITS; commit++) {
      fixture f;
      fixture through;
      between in;
      crm_io io;
      crm__journal *journal;
      crm__journal_info info;
      set_up(&f, ALL_CAPS);
      io = stand_between(&in, &f.io);
      through = f;
      through.history.io = &io;
      through.history.memory = &f.memory;
      journal = open_at(&f, CRM__JOURNAL_CREATE);
      step_to(&f, journal, commit);
      crm__journal_close(journal);
      in.after_size = commit_one;
      in.what = &f;
      in.times = times;
      journal = open_at(&through, CRM__JOURNAL_READ);
      crm__journal_info_get(journal, &info);
      assert_int_equal(info.shown, info.commit);
      assert_true(info.commit >= commit);
      holds(&through, journal, info.commit);
      crm__journal_close(journal);
      tear_down(&f);
    }
  }
}

static void sell(between *in)
{
  static const char *const sales[] = {
    "document,time,customer,amount\n1,2024-01-01,ann,5\n",
    "document,time,customer,amount\n2,2024-01-02,bob,6\n",
    "document,time,customer,amount\n3,2024-01-03,ann,7\n",
  };
  crm_load *load = NULL;
  assert_int_equal(crm_load_begin(in->what, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "sales", NULL, sales[in->times % 3], 0, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
}

/* A store that is checked, and one that is opened, at the very moment of a sale is not called damaged. */
static void a_store_is_checked_during_a_sale(void **state)
{
  fixture f;
  between in;
  crm_io io;
  crm_store *writer = NULL;
  crm_store *reader = NULL;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  if (calls_repeat()) {
    skip();
  }
  set_up(&f, ALL_CAPS);
  options.io = &f.io;
  options.mode = CRM_FILE_CREATE;
  assert_int_equal(crm_store_open(NULL, &options, PATH, &writer, NULL), CRM_OK);
  io = stand_between(&in, &f.io);
  in.after_size = sell;
  in.what = writer;
  in.times = 1;
  options.io = &io;
  options.mode = CRM_FILE_READ;
  if (crm_store_check(NULL, &options, PATH, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  in.times = 3;
  assert_int_equal(crm_store_open(NULL, &options, PATH, &reader, NULL), CRM_OK);
  assert_int_equal(crm_store_file(reader, &info, NULL), CRM_OK);
  assert_int_equal(info.fallback, 0);
  assert_int_equal(crm_store_documents(reader), 3);
  crm_store_free(reader);
  crm_store_free(writer);
  tear_down(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_second_writer_is_refused),
    cmocka_unit_test(frames_of_a_commit_are_not_written_over),
    cmocka_unit_test(what_a_crash_has_left),
    cmocka_unit_test(opened_while_it_is_compacted),
    cmocka_unit_test(replacing_that_fails),
    cmocka_unit_test(the_only_copy_is_kept),
    cmocka_unit_test(what_cannot_be_looked_at_is_kept),
    cmocka_unit_test(it_reads_little_by_little),
    cmocka_unit_test(it_says_that_it_read_more),
    cmocka_unit_test(a_slot_of_another_commit),
    cmocka_unit_test(a_copy_onto_the_file_itself),
    cmocka_unit_test(a_reader_onto_its_own_file),
    cmocka_unit_test(commits_come_while_it_is_opened),
    cmocka_unit_test(a_store_is_checked_during_a_sale),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
