/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "file/checksum.h"
#include "file/layout.h"
#include "support/disk.h"
#include "support/journals.h"

#define ALL_CAPS                                                                                             \
  (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE | CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS)

/* A disk, and a history that is written to it. */
typedef struct fixture {
  crm__memory memory;
  test_disk *disk;
  crm_io io;
  test_history history;
} fixture;

static void set_up(fixture *f, uint32_t caps, int large)
{
  memset(f, 0, sizeof *f);
  assert_int_equal(crm__memory_open(&f->memory, NULL, NULL), CRM_OK);
  f->disk = test_disk_create(caps);
  test_disk_io(f->disk, &f->io);
  f->history.memory = &f->memory;
  f->history.io = &f->io;
  f->history.path = "store.crm";
  f->history.large = large;
}

static void tear_down(fixture *f)
{
  assert_int_equal(f->memory.used, 0);
  assert_int_equal(test_disk_open(f->disk), 0);
  test_disk_free(f->disk);
}

static void holds(const fixture *f, crm__journal *journal, uint64_t commit)
{
  crm__journal_info info;
  crm_status status = CRM_OK;
  const char *wrong = test_journal_wrong(&f->history, journal, &status);
  if (wrong != NULL) {
    fail_msg("%s", wrong);
  }
  crm__journal_info_get(journal, &info);
  assert_int_equal(info.commit, commit);
}

static crm__journal *journal_at(fixture *f, uint64_t commits)
{
  crm__journal *journal = NULL;
  crm__journal_info info = { 0 };
  assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_CREATE, &journal, NULL), CRM_OK);
  for (crm__journal_info_get(journal, &info); info.commit < commits; crm__journal_info_get(journal, &info)) {
    assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_OK);
  }
  return journal;
}

/* Values of the reference implementation of XXH64. */
static void checksum_is_xxh64(void **state)
{
  static const char *const text = "Nobody inspects the spammish repetition";
  unsigned char bytes[300];
  crm__checksum_state pieces;
  size_t i;
  (void)state;
  assert_true(crm__checksum("", 0) == UINT64_C(0xEF46DB3751D8E999));
  assert_true(crm__checksum("a", 1) == UINT64_C(0xD24EC4F1A98C6E5B));
  assert_true(crm__checksum("abc", 3) == UINT64_C(0x44BC2CF5AD770999));
  assert_true(crm__checksum(text, strlen(text)) == UINT64_C(0xFBCEA83C8A378BF1));
  for (i = 0; i < sizeof bytes; i++) {
    bytes[i] = (unsigned char)(i * 29);
  }
  for (i = 0; i <= sizeof bytes; i++) {   /* pieces of 1, 2, 3 ... bytes are the same as the whole */
    size_t at = 0;
    size_t part = 1;
    crm__checksum_begin(&pieces);
    while (at < i) {
      size_t size = part < i - at ? part : i - at;
      crm__checksum_add(&pieces, bytes + at, size);
      at += size;
      part++;
    }
    assert_true(crm__checksum_end(&pieces) == crm__checksum(bytes, i));
  }
}

static void every_commit_is_read_back(void **state)
{
  fixture f;
  uint64_t commit;
  (void)state;
  set_up(&f, ALL_CAPS, 1);
  for (commit = 0; commit <= JOURNAL_COMMITS; commit++) {
    crm__journal *journal = journal_at(&f, commit);
    holds(&f, journal, commit);
    assert_int_equal(crm__journal_check_all(journal, NULL), CRM_OK);
    crm__journal_close(journal);
    if (commit > 0) {
      journal = NULL;
      assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_READ, &journal, NULL), CRM_OK);
      holds(&f, journal, commit);
      assert_int_equal(crm__journal_check_all(journal, NULL), CRM_OK);
      assert_int_equal(test_journal_step(&f.history, journal, NULL), CRM_ERROR_STATE);
      crm__journal_close(journal);
    }
  }
  tear_down(&f);
}

/* In one session and in a session a commit: the same file. */
static void sessions_leave_no_trace(void **state)
{
  fixture one;
  fixture many;
  uint64_t commit;
  size_t size = 0;
  size_t other_size = 0;
  unsigned char *bytes;
  unsigned char *other;
  (void)state;
  set_up(&one, ALL_CAPS, 0);
  set_up(&many, ALL_CAPS, 0);
  crm__journal_close(journal_at(&one, JOURNAL_COMMITS));
  for (commit = 1; commit <= JOURNAL_COMMITS; commit++) {
    crm__journal_close(journal_at(&many, commit));
  }
  bytes = test_disk_bytes(one.disk, "store.crm", &size);
  other = test_disk_bytes(many.disk, "store.crm", &other_size);
  assert_int_equal(size, other_size);
  assert_memory_equal(bytes, other, size);
  tear_down(&one);
  tear_down(&many);
}

static void a_reader_keeps_its_commit(void **state)
{
  fixture f;
  crm__journal *writer;
  crm__journal *readers[JOURNAL_COMMITS + 1] = { NULL };
  uint64_t commit;
  (void)state;
  set_up(&f, ALL_CAPS, 1);
  writer = journal_at(&f, 1);
  for (commit = 1; commit <= JOURNAL_COMMITS; commit++) {
    assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_READ, &readers[commit], NULL), CRM_OK);
    if (commit < JOURNAL_COMMITS) {
      assert_int_equal(test_journal_step(&f.history, writer, NULL), CRM_OK);
    }
  }
  for (commit = 1; commit <= JOURNAL_COMMITS; commit++) {
    holds(&f, readers[commit], commit);
    crm__journal_close(readers[commit]);
  }
  crm__journal_close(writer);
  tear_down(&f);
}

static void one_writer(void **state)
{
  fixture f;
  crm__journal *writer;
  crm__journal *other = NULL;
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  writer = journal_at(&f, 2);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_WRITE, &other, NULL), CRM_ERROR_STATE);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_CREATE, &other, NULL), CRM_ERROR_STATE);
  assert_null(other);
  crm__journal_close(writer);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_WRITE, &other, NULL), CRM_OK);
  crm__journal_close(other);
  tear_down(&f);
}

/* Without locks a second writer is noticed, and nothing of the first one's is lost. */
static void a_second_writer_is_noticed(void **state)
{
  fixture f;
  crm__journal *one;
  crm__journal *two = NULL;
  crm__journal_info info;
  (void)state;
  set_up(&f, ALL_CAPS & ~(uint32_t)CRM_IO_LOCKS, 0);
  one = journal_at(&f, 2);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_WRITE, &two, NULL), CRM_OK);
  assert_int_equal(test_journal_step(&f.history, one, NULL), CRM_OK);
  assert_int_equal(test_journal_step(&f.history, two, NULL), CRM_ERROR_STATE);
  crm__journal_info_get(two, &info);
  assert_int_equal(info.state, CRM__JOURNAL_POISONED);
  crm__journal_close(two);
  assert_int_equal(test_journal_step(&f.history, one, NULL), CRM_OK);
  holds(&f, one, 4);
  crm__journal_close(one);
  tear_down(&f);
}

static void what_cannot_be_opened(void **state)
{
  fixture f;
  crm__journal *journal = NULL;
  crm__journal_options options = { NULL, "store.crm", CRM__JOURNAL_READ, CRM_DURABILITY_POWER_LOSS, 0 };
  crm_error error = CRM_ERROR_INIT;
  unsigned char slot[2 * CRM__SECTOR + 100] = { 0 };
  (void)state;
  set_up(&f, CRM_IO_SURVIVES_PROCESS, 0);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_READ, &journal, &error), CRM_ERROR_NOT_FOUND);
  assert_string_equal(error.message, "there is no file 'store.crm'");
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_WRITE, &journal, NULL), CRM_ERROR_NOT_FOUND);
  crm__journal_close(journal_at(&f, 3));
  options.io = &f.io;
  assert_int_equal(crm__journal_open(&f.memory, &options, &journal, NULL), CRM_ERROR_UNSUPPORTED);
  options.durability = CRM_DURABILITY_PROCESS_CRASH;
  assert_int_equal(crm__journal_open(&f.memory, &options, &journal, NULL), CRM_OK);
  crm__journal_close(journal);
  journal = NULL;
  options.durability = 3;
  assert_int_equal(crm__journal_open(&f.memory, &options, &journal, NULL), CRM_ERROR_ARGUMENT);
  options.durability = 0;
  options.path = "";
  assert_int_equal(crm__journal_open(&f.memory, &options, &journal, NULL), CRM_ERROR_ARGUMENT);
  test_disk_put(f.disk, "store.crm", "", 0);   /* never taken for a new one */
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_CREATE, &journal, NULL), CRM_ERROR_CORRUPT);
  test_disk_put(f.disk, "store.crm", slot, sizeof slot);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_CREATE, &journal, NULL), CRM_ERROR_CORRUPT);
  assert_null(journal);
  tear_down(&f);
}

static void a_later_format_is_told(void **state)
{
  fixture f;
  crm__journal *journal = NULL;
  unsigned char *bytes;
  size_t size = 0;
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  crm__journal_close(journal_at(&f, 3));
  bytes = test_disk_bytes(f.disk, "store.crm", &size);
  bytes[8] = 2;
  crm__store64(bytes + 72, crm__checksum(bytes, 72));
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_READ, &journal, NULL), CRM_ERROR_VERSION);
  tear_down(&f);
}

static void misuse_is_refused(void **state)
{
  fixture f;
  crm__journal *journal;
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  journal = journal_at(&f, 0);
  assert_int_equal(crm__journal_write(journal, "x", 1, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_end(journal, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_begin(journal, CRM__FRAME_OWN, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_begin(journal, 16, NULL), CRM_OK);
  assert_int_equal(crm__journal_begin(journal, 16, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_commit(journal, 0, 0, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_end(journal, NULL, NULL), CRM_OK);
  assert_int_equal(crm__journal_commit(journal, 0, 0, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_commit(journal, 8, 0, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_renew(journal, NULL), CRM_ERROR_ARGUMENT);
  crm__journal_close(journal);
  tear_down(&f);
}

static void a_new_file_has_its_name_with_its_first_commit(void **state)
{
  fixture f;
  crm__journal *journal;
  size_t size = 0;
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  journal = journal_at(&f, 0);
  assert_int_equal(crm__journal_begin(journal, 16, NULL), CRM_OK);
  assert_null(test_disk_bytes(f.disk, "store.crm", &size));
  assert_non_null(test_disk_bytes(f.disk, "store.crm.new", &size));
  crm__journal_close(journal);
  assert_null(test_disk_bytes(f.disk, "store.crm.new", &size));
  journal = journal_at(&f, 1);
  assert_non_null(test_disk_bytes(f.disk, "store.crm", &size));
  assert_null(test_disk_bytes(f.disk, "store.crm.new", &size));
  crm__journal_close(journal);
  tear_down(&f);
}

/* From a payload that is damaged back to the commit before its checkpoint. */
static void back_to_an_earlier_commit(void **state)
{
  fixture f;
  crm__journal *journal;
  crm__journal *reader = NULL;
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  journal = journal_at(&f, 8);
  assert_int_equal(crm__journal_back(journal, 8, NULL), CRM_ERROR_STATE);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_READ, &reader, NULL), CRM_OK);
  assert_int_equal(crm__journal_back(reader, 8, NULL), CRM_OK);
  holds(&f, reader, 7);
  assert_int_equal(crm__journal_back(reader, 6, NULL), CRM_OK);
  holds(&f, reader, 5);
  assert_int_equal(crm__journal_back(reader, 2, NULL), CRM_OK);
  holds(&f, reader, 1);
  assert_int_equal(crm__journal_back(reader, 1, NULL), CRM_ERROR_CORRUPT);
  crm__journal_close(reader);
  assert_int_equal(test_journal_step(&f.history, journal, NULL), CRM_OK);   /* 9: nothing is before it */
  reader = NULL;
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_READ, &reader, NULL), CRM_OK);
  assert_int_equal(crm__journal_back(reader, 9, NULL), CRM_ERROR_CORRUPT);
  crm__journal_close(reader);
  crm__journal_close(journal);
  tear_down(&f);
}

static void a_copy_opens_as_the_same_commit(void **state)
{
  uint64_t commit;
  (void)state;
  for (commit = 1; commit <= JOURNAL_COMMITS; commit++) {
    fixture f;
    fixture to;
    crm__journal *journal;
    crm__journal *copy = NULL;
    set_up(&f, ALL_CAPS, 1);
    set_up(&to, 0, 1);
    journal = journal_at(&f, commit);
    assert_int_equal(crm__journal_copy(journal, &f.io, "store.crm", NULL), CRM_ERROR_ARGUMENT);
    assert_int_equal(crm__journal_copy(journal, &to.io, "store.crm", NULL), CRM_ERROR_ARGUMENT);
    to.history.path = "copy";
    test_disk_put(to.disk, "copy", "something else", 14);
    assert_int_equal(crm__journal_copy(journal, &to.io, "copy", NULL), CRM_OK);
    if (commit < JOURNAL_COMMITS) {
      assert_int_equal(test_journal_step(&f.history, journal, NULL), CRM_OK);
    }
    assert_int_equal(test_journal_open(&to.history, CRM__JOURNAL_WRITE, &copy, NULL), CRM_OK);
    holds(&to, copy, commit);
    assert_int_equal(crm__journal_check_all(copy, NULL), CRM_OK);
    while (commit < JOURNAL_COMMITS && commit % 4 == 0 && test_journal_step(&to.history, copy, NULL) == CRM_OK) {
      crm__journal_info info;
      crm__journal_info_get(copy, &info);
      holds(&to, copy, info.commit);
      if (info.commit == JOURNAL_COMMITS) {
        break;
      }
    }
    crm__journal_close(copy);
    crm__journal_close(journal);
    tear_down(&f);
    tear_down(&to);
  }
}

/* All frames that were ever committed in the file, and those that were rolled back and not written over. */
static void a_scan_finds_every_frame(void **state)
{
  fixture f;
  crm__scan *scan = NULL;
  crm__frame frame;
  int found = 1;
  int intact = 0;
  int count = 0;
  int damaged = 0;
  unsigned char *bytes;
  size_t size = 0;
  uint64_t hit = 0;
  (void)state;
  set_up(&f, ALL_CAPS, 1);
  crm__journal_close(journal_at(&f, 8));
  assert_int_equal(crm__scan_open(&f.memory, &f.io, "store.crm", &scan, NULL), CRM_OK);
  for (;;) {
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    if (!found) {
      break;
    }
    assert_true(intact);
    count++;
    hit = frame.length > 1000 ? frame.offset : hit;
  }
  assert_int_equal(count, 3 + 2 + 3 + 0 + 1 + 3 + 3 + 0 + 8);
  assert_int_equal(crm__scan_lost(scan), 0);
  crm__scan_close(scan);
  bytes = test_disk_bytes(f.disk, "store.crm", &size);
  bytes[hit + 5000] ^= 1;                       /* in the long payload */
  bytes[CRM__FRAMES_BEGIN + 20] ^= 1;           /* in the first header */
  memset(bytes, 0, CRM__FRAMES_BEGIN);          /* no slot is needed */
  assert_int_equal(crm__scan_open(&f.memory, &f.io, "store.crm", &scan, NULL), CRM_OK);
  count = 0;
  for (;;) {
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    if (!found) {
      break;
    }
    count++;
    damaged += !intact;
    assert_int_equal(!intact, frame.offset == hit);
  }
  assert_int_equal(count, 22);
  assert_int_equal(damaged, 1);
  assert_true(crm__scan_lost(scan) > 150001);
  crm__scan_close(scan);
  tear_down(&f);
}

static uint64_t write_commit(crm__journal *journal, const char *text)
{
  crm__journal_info info;
  assert_int_equal(crm__journal_begin(journal, 20, NULL), CRM_OK);
  assert_int_equal(crm__journal_write(journal, text, strlen(text), NULL), CRM_OK);
  assert_int_equal(crm__journal_end(journal, NULL, NULL), CRM_OK);
  assert_int_equal(crm__journal_commit(journal, 0, 7, NULL), CRM_OK);
  crm__journal_info_get(journal, &info);
  return info.bytes;
}

/* What is left behind the end from an attempt that never was acknowledged fits by its numbers, but not by its chain. */
static void frames_of_another_past_are_not_taken(void **state)
{
  fixture one;
  fixture two;
  crm__journal *journal;
  crm__journal_info info;
  unsigned char *bytes;
  unsigned char mixed[20000];
  uint64_t five;
  uint64_t six;
  size_t size = 0;
  (void)state;
  set_up(&one, ALL_CAPS, 0);
  set_up(&two, ALL_CAPS, 0);
  journal = journal_at(&one, 4);
  five = write_commit(journal, "the first past");
  six = write_commit(journal, "and what followed");
  crm__journal_close(journal);
  journal = journal_at(&two, 4);
  assert_int_equal(write_commit(journal, "the other past"), five);
  crm__journal_close(journal);
  bytes = test_disk_bytes(one.disk, "store.crm", &size);
  assert_int_equal(size, six);
  memcpy(mixed, bytes, size);
  bytes = test_disk_bytes(two.disk, "store.crm", &size);
  assert_int_equal(size, five);
  memcpy(mixed, bytes, size);
  test_disk_put(two.disk, "store.crm", mixed, (size_t)six);
  journal = journal_at(&two, 5);
  crm__journal_info_get(journal, &info);
  assert_int_equal(info.commit, 5);
  assert_int_equal(info.bytes, five);
  crm__journal_close(journal);
  tear_down(&one);
  tear_down(&two);
}

static void the_selftest_of_an_io(void **state)
{
  crm_io io;
  crm_error error = CRM_ERROR_INIT;
  test_disk *disk = test_disk_create(ALL_CAPS);
  (void)state;
  test_disk_io(disk, &io);
  assert_int_equal(crm_io_selftest(&io, "trial", &error), CRM_OK);
  assert_int_equal(test_disk_open(disk), 0);
  test_disk_put(disk, "trial.new", "x", 1);
  assert_int_equal(crm_io_selftest(&io, "trial", &error), CRM_ERROR_STATE);
  assert_int_equal(io.remove(disk, "trial.new"), CRM_OK);
  io.read_at = NULL;
  assert_int_equal(crm_io_selftest(&io, "trial", &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_io_selftest(NULL, "trial", &error), CRM_ERROR_ARGUMENT);
  test_disk_free(disk);
  disk = test_disk_create(0);
  test_disk_io(disk, &io);
  assert_int_equal(crm_io_durability(&io), CRM_DURABILITY_NONE);
  io.caps = 64;
  assert_int_equal(crm_io_selftest(&io, "trial", &error), CRM_ERROR_ARGUMENT);
  test_disk_free(disk);
}

/* After a write that failed nothing more is written until the file is opened again. */
static void a_failed_write_ends_writing(void **state)
{
  fixture f;
  crm__journal *journal;
  crm__journal_info info;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  journal = journal_at(&f, 2);
  test_disk_arm(f.disk, TEST_DISK_FAIL, 1, 1);   /* a look at the slots that fails has written nothing */
  assert_int_equal(test_journal_step(&f.history, journal, NULL), CRM_ERROR_IO);
  crm__journal_info_get(journal, &info);
  assert_int_equal(info.state, CRM__JOURNAL_WRITABLE);
  test_disk_arm(f.disk, TEST_DISK_FAIL, 3, 1);   /* behind the two slots */
  assert_int_equal(test_journal_step(&f.history, journal, NULL), CRM_ERROR_IO);
  test_disk_arm(f.disk, 0, 0, 0);
  crm__journal_info_get(journal, &info);
  assert_int_equal(info.state, CRM__JOURNAL_POISONED);
  assert_int_equal(crm__journal_begin(journal, 20, &error), CRM_ERROR_STATE);
  assert_non_null(strstr(error.message, "until it is opened again"));
  assert_int_equal(crm__journal_write(journal, "x", 1, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm__journal_end(journal, NULL, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm__journal_commit(journal, 0, 0, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm__journal_renew(journal, NULL), CRM_ERROR_STATE);
  holds(&f, journal, 2);
  crm__journal_close(journal);
  journal = journal_at(&f, 3);
  holds(&f, journal, 3);
  crm__journal_close(journal);
  tear_down(&f);
}

/* Without locks two may begin the same new file: the one who comes second is refused, and the first one's stays. */
static void two_new_files_of_one_name(void **state)
{
  fixture f;
  crm__journal *one = NULL;
  crm__journal *other = NULL;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  set_up(&f, ALL_CAPS & ~(uint32_t)CRM_IO_LOCKS, 0);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_CREATE, &one, NULL), CRM_OK);
  assert_int_equal(test_journal_open(&f.history, CRM__JOURNAL_CREATE, &other, NULL), CRM_OK);
  assert_int_equal(test_journal_step(&f.history, one, NULL), CRM_OK);
  assert_int_equal(test_journal_step(&f.history, other, &error), CRM_ERROR_STATE);
  assert_non_null(strstr(error.message, "made by somebody else"));
  crm__journal_close(other);
  crm__journal_close(one);
  one = journal_at(&f, 1);
  holds(&f, one, 1);
  crm__journal_close(one);
  tear_down(&f);
}

/* No copy goes onto a file that is being written, nor without a name, nor of nothing. */
static void copies_that_are_refused(void **state)
{
  fixture f;
  fixture to;
  crm__journal *journal;
  crm__journal *empty = NULL;
  crm_io none;
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  set_up(&to, ALL_CAPS, 0);
  journal = journal_at(&f, 2);
  to.history.path = "other.crm";
  assert_int_equal(test_journal_open(&to.history, CRM__JOURNAL_CREATE, &empty, NULL), CRM_OK);
  assert_int_equal(crm__journal_copy(journal, &to.io, "other.crm", NULL), CRM_ERROR_STATE);
  assert_int_equal(crm__journal_copy(empty, &f.io, "copy.crm", NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_copy(journal, &to.io, "", NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_copy(journal, &to.io, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__journal_copy(journal, &to.io, "store.crm", NULL), CRM_ERROR_ARGUMENT);
  none = to.io;
  none.read_at = NULL;
  assert_int_equal(crm__journal_copy(journal, &none, "copy.crm", NULL), CRM_ERROR_ARGUMENT);
  crm__journal_close(empty);
  crm__journal_close(journal);
  tear_down(&f);
  tear_down(&to);
}

/* Frames that are asked for by where they stand: there is one, or it is said that there is none. */
static void frames_by_their_place(void **state)
{
  fixture f;
  crm__journal *journal;
  crm__journal_info info;
  crm__frame frame;
  crm__frame wrong;
  unsigned char bytes[8];
  (void)state;
  set_up(&f, ALL_CAPS, 0);
  journal = journal_at(&f, 2);
  frame = *crm__journal_frame(journal, 0);
  crm__journal_info_get(journal, &info);
  assert_int_equal(crm__journal_frame_at(journal, frame.offset, &wrong, NULL), CRM_OK);
  assert_memory_equal(&wrong, &frame, sizeof frame);
  assert_int_equal(crm__journal_frame_at(journal, 8, &wrong, NULL), CRM_ERROR_CORRUPT);
  assert_int_equal(crm__journal_frame_at(journal, frame.offset + 1, &wrong, NULL), CRM_ERROR_CORRUPT);
  assert_int_equal(crm__journal_frame_at(journal, frame.offset + 8, &wrong, NULL), CRM_ERROR_CORRUPT);
  assert_int_equal(crm__journal_frame_at(journal, info.bytes + 4096, &wrong, NULL), CRM_ERROR_CORRUPT);
  assert_int_equal(crm__journal_read(journal, info.bytes, bytes, sizeof bytes, NULL), CRM_ERROR_CORRUPT);
  assert_int_equal(crm__journal_read(journal, info.bytes, bytes, 0, NULL), CRM_OK);
  crm__journal_close(journal);
  tear_down(&f);
}

/* An io that breaks a rule is found out, whichever call it is that fails. */
static void the_selftest_finds_faults(void **state)
{
  uint64_t at;
  uint64_t calls = 2;
  int kind;
  (void)state;
  for (kind = TEST_DISK_FAIL; kind <= TEST_DISK_FULL; kind++) {
    for (at = kind == TEST_DISK_FAIL ? 4 : 1; at < calls || calls == 2; at++) {   /* 1 to 3: no file may be there yet */
      test_disk *disk = test_disk_create(ALL_CAPS);
      crm_io io;
      crm_status status;
      test_disk_io(disk, &io);
      test_disk_arm(disk, kind, at, 1);
      status = crm_io_selftest(&io, "trial", NULL);
      calls = test_disk_calls(disk);
      if (test_disk_faults(disk) == 0) {
        assert_int_equal(status, CRM_OK);
        test_disk_free(disk);
        break;
      }
      /* The last calls only clear up. */
      assert_true(status == CRM_ERROR_IO || (kind == TEST_DISK_FAIL && calls - at < 3) || kind == TEST_DISK_SHORT);
      test_disk_free(disk);
    }
    calls = 2;
  }
}

/* As an io would that makes room first and then finds nothing to put there. */
static crm_status replace_with_nothing(void *context, const char *from, const char *to)
{
  void *file = NULL;
  crm_io io;
  test_disk_io(context, &io);
  if (io.open(context, from, CRM_IO_READ, &file) != CRM_OK) {
    (void)io.remove(context, to);
    return CRM_ERROR_IO;
  }
  (void)io.close(context, file);
  return io.replace(context, from, to);
}

static void the_selftest_finds_a_replace_that_deletes(void **state)
{
  crm_io io;
  crm_error error = CRM_ERROR_INIT;
  test_disk *disk = test_disk_create(ALL_CAPS);
  (void)state;
  test_disk_io(disk, &io);
  io.replace = replace_with_nothing;
  assert_int_equal(crm_io_selftest(&io, "trial", &error), CRM_ERROR_IO);
  assert_string_equal(error.message, "a replace that failed takes the old file away");
  test_disk_free(disk);
}

/* Without a source nothing is given up for it. */
static void a_replace_of_stdio_that_fails(void **state)
{
  static const char *const path = "file_test_replace.crm";
  crm_io io = CRM_IO_INIT;
  void *file = NULL;
  uint64_t size = 0;
  (void)state;
  crm_io_stdio(&io);
  assert_int_equal(io.open(io.context, path, CRM_IO_CREATE, &file), CRM_OK);
  assert_int_equal(io.write_at(io.context, file, 0, "kept", 4), CRM_OK);
  assert_int_equal(io.close(io.context, file), CRM_OK);
  assert_int_equal(io.replace(io.context, "file_test_replace.none", path), CRM_ERROR_IO);
  assert_int_equal(io.open(io.context, path, CRM_IO_READ, &file), CRM_OK);
  assert_int_equal(io.size(io.context, file, &size), CRM_OK);
  assert_int_equal(size, 4);
  assert_int_equal(io.close(io.context, file), CRM_OK);
  assert_int_equal(remove(path), 0);
}

static void stdio_keeps_a_store(void **state)
{
  static const char *const path = "file_test.crm";
  crm_io io = CRM_IO_INIT;
  fixture f;
  crm__journal *journal = NULL;
  crm_error error = CRM_ERROR_INIT;
  uint64_t commit;
  (void)state;
  set_up(&f, 0, 1);
  (void)remove(path);
  (void)remove("file_test.crm.new");
  crm_io_stdio(&io);
  assert_int_equal(crm_io_durability(&io), CRM_DURABILITY_NONE);
  if (crm_io_selftest(&io, path, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  f.history.io = NULL;
  f.history.path = path;
  for (commit = 1; commit <= JOURNAL_COMMITS; commit++) {
    journal = journal_at(&f, commit);
    holds(&f, journal, commit);
    crm__journal_close(journal);
  }
  assert_int_equal(remove(path), 0);
  assert_int_not_equal(remove("file_test.crm.new"), 0);
  tear_down(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_failed_write_ends_writing),
    cmocka_unit_test(two_new_files_of_one_name),
    cmocka_unit_test(copies_that_are_refused),
    cmocka_unit_test(frames_by_their_place),
    cmocka_unit_test(checksum_is_xxh64),
    cmocka_unit_test(every_commit_is_read_back),
    cmocka_unit_test(sessions_leave_no_trace),
    cmocka_unit_test(a_reader_keeps_its_commit),
    cmocka_unit_test(one_writer),
    cmocka_unit_test(a_second_writer_is_noticed),
    cmocka_unit_test(what_cannot_be_opened),
    cmocka_unit_test(a_later_format_is_told),
    cmocka_unit_test(misuse_is_refused),
    cmocka_unit_test(a_new_file_has_its_name_with_its_first_commit),
    cmocka_unit_test(back_to_an_earlier_commit),
    cmocka_unit_test(a_copy_opens_as_the_same_commit),
    cmocka_unit_test(a_scan_finds_every_frame),
    cmocka_unit_test(frames_of_another_past_are_not_taken),
    cmocka_unit_test(the_selftest_of_an_io),
    cmocka_unit_test(the_selftest_finds_faults),
    cmocka_unit_test(the_selftest_finds_a_replace_that_deletes),
    cmocka_unit_test(a_replace_of_stdio_that_fails),
    cmocka_unit_test(stdio_keeps_a_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
