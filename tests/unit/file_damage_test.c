/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "file/checksum.h"
#include "file/layout.h"
#include "support/disk.h"
#include "support/journals.h"

/* Every byte of a file changed, and a file cut at every length: the last good commit is opened, or none. */

#define CAPS (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE | CRM_IO_ATOMIC_REPLACE)

/* A good file, and which commit each of its bytes belongs to: 0 for the slots. */
typedef struct sample {
  crm__memory memory;
  test_disk *disk;
  crm_io io;
  test_history history;
  uint64_t commits;
  uint64_t base;                        /* the commit of the last checkpoint */
  uint64_t first;                       /* the first commit in this file */
  size_t ends[JOURNAL_COMMITS + 1];     /* 0: not in this file */
  size_t named;                         /* where the last checkpoint's named frame begins */
  size_t size;
  unsigned char *bytes;
} sample;

static void learn_commit(sample *s, crm__journal *journal)
{
  crm__journal_info info;
  crm__journal_info_get(journal, &info);
  if (info.commit == 9) {
    memset(s->ends, 0, sizeof s->ends);
    s->first = 9;
  }
  if (info.log_bytes == 0) {
    s->base = info.commit;
    s->named = (size_t)crm__journal_frame(journal, 0)->offset - CRM__HEAD_SIZE;
  }
  s->ends[info.commit] = (size_t)info.bytes;
}

static void sample_make(sample *s, uint64_t commits)
{
  crm__journal *journal = NULL;
  uint64_t i;
  const unsigned char *bytes;
  memset(s, 0, sizeof *s);
  assert_int_equal(crm__memory_open(&s->memory, NULL, NULL), CRM_OK);
  s->disk = test_disk_create(CAPS);
  test_disk_io(s->disk, &s->io);
  s->history.memory = &s->memory;
  s->history.io = &s->io;
  s->history.path = "store.crm";
  s->commits = commits;
  s->first = 1;
  assert_int_equal(test_journal_open(&s->history, CRM__JOURNAL_CREATE, &journal, NULL), CRM_OK);
  for (i = 0; i < commits; i++) {
    assert_int_equal(test_journal_step(&s->history, journal, NULL), CRM_OK);
    learn_commit(s, journal);
  }
  crm__journal_close(journal);
  bytes = test_disk_bytes(s->disk, "store.crm", &s->size);
  s->bytes = malloc(s->size);
  memcpy(s->bytes, bytes, s->size);
}

static void sample_free(sample *s)
{
  assert_int_equal(s->memory.used, 0);
  free(s->bytes);
  test_disk_free(s->disk);
}

static uint64_t commit_of(const sample *s, size_t at)
{
  uint64_t commit;
  for (commit = s->first; at >= CRM__FRAMES_BEGIN && commit <= s->commits; commit++) {
    if (at < s->ends[commit]) {
      return commit;
    }
  }
  return 0;
}

/* Opens to read; answers the commit, 0 where it is refused, and goes back while a part is found to be damaged. */
static uint64_t open_reader(sample *s, int *damaged_part)
{
  crm__journal *journal = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm__journal_info info;
  crm_status status = test_journal_open(&s->history, CRM__JOURNAL_READ, &journal, &error);
  const char *wrong;
  *damaged_part = 0;
  if (status != CRM_OK) {
    assert_int_equal(status, CRM_ERROR_CORRUPT);
    assert_true(error.message[0] != '\0');
    assert_null(journal);
    return 0;
  }
  wrong = test_journal_wrong(&s->history, journal, &status);
  if (status == CRM_ERROR_CORRUPT) {
    *damaged_part = 1;
    assert_int_equal(crm__journal_check_all(journal, NULL), CRM_ERROR_CORRUPT);
    crm__journal_info_get(journal, &info);
    if (crm__journal_back(journal, s->base, NULL) == CRM_OK) {
      wrong = test_journal_wrong(&s->history, journal, &status);
    } else {
      wrong = NULL;
    }
  }
  if (wrong != NULL) {
    fail_msg("%s", wrong);
  }
  crm__journal_info_get(journal, &info);
  crm__journal_close(journal);
  return info.commit;
}

/* To write: only where nothing that was committed is missing. */
static void check_writer(sample *s, int whole)
{
  crm__journal *journal = NULL;
  crm_status status = test_journal_open(&s->history, CRM__JOURNAL_WRITE, &journal, NULL);
  assert_int_equal(status, whole ? CRM_OK : CRM_ERROR_CORRUPT);
  crm__journal_close(journal);
}

static void check_changed(sample *s, size_t at, uint64_t *opened, uint64_t *back)
{
  uint64_t of = commit_of(s, at);
  int damaged_part = 0;
  uint64_t found = open_reader(s, &damaged_part);
  uint64_t before = of > 0 ? (of > s->first ? of - 1 : 0) : 0;
  int part = of == s->base && at < s->named;
  if (found == s->commits) {
    /* A slot, what is behind the last checkpoint, zeros behind a payload, or a part that has not been read. */
    (*opened)++;
    if (of > s->base || (of == s->base && !part)) {
      assert_true((at >= 8 && s->bytes[at] == 0) || damaged_part);   /* padding */
    }
  } else {
    assert_true(of >= s->base);
    assert_int_equal(found, before);
    (*back)++;
  }
}

static void every_byte_changed(void **state)
{
  static const uint64_t lengths[] = { 1, 2, 5, 8, JOURNAL_COMMITS };
  uint64_t opened = 0;
  uint64_t back = 0;
  size_t i;
  size_t at;
  (void)state;
  for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    sample s;
    sample_make(&s, lengths[i]);
    for (at = 0; at < s.size; at++) {
      unsigned char kept = s.bytes[at];
      unsigned char changed = (unsigned char)(kept ^ (at % 3 == 0 ? 0xFF : 1 << at % 8));
      /* Of the empty part of the sectors every 61st byte is enough. */
      if (at < CRM__FRAMES_BEGIN && at % CRM__SECTOR >= CRM__SLOT_SIZE && at % 61 != 0) {
        continue;
      }
      s.bytes[at] = changed;
      test_disk_put(s.disk, "store.crm", s.bytes, s.size);
      s.bytes[at] = kept;
      check_changed(&s, at, &opened, &back);
    }
    sample_free(&s);
  }
  print_message("bytes changed: %llu, of these %llu opened as an earlier commit or refused\n",
                (unsigned long long)(opened + back), (unsigned long long)back);
}

static void every_length(void **state)
{
  static const uint64_t lengths[] = { 1, 2, 5, 8, JOURNAL_COMMITS };
  uint64_t cuts = 0;
  size_t i;
  size_t size;
  (void)state;
  for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    sample s;
    sample_make(&s, lengths[i]);
    for (size = 0; size < s.size; size += size < CRM__FRAMES_BEGIN ? 17 : 1) {
      uint64_t wanted = 0;
      uint64_t commit;
      int damaged_part = 0;
      uint64_t found;
      for (commit = s.base; commit <= s.commits; commit++) {
        wanted = s.ends[commit] <= size ? commit : wanted;
      }
      test_disk_put(s.disk, "store.crm", s.bytes, size);
      found = open_reader(&s, &damaged_part);
      if (wanted > 0) {
        assert_int_equal(found, wanted);
      } else {
        assert_true(found < s.base);
      }
      check_writer(&s, 0);
      cuts++;
    }
    sample_free(&s);
  }
  print_message("lengths tried: %llu\n", (unsigned long long)cuts);
}

/* Both slots, or the one commit that there is. */
static void an_only_commit_that_is_damaged_is_refused(void **state)
{
  sample s;
  int damaged_part = 0;
  size_t at;
  (void)state;
  sample_make(&s, 1);
  for (at = s.named; at < s.size; at++) {
    if (s.bytes[at] == 0 && at > s.size - CRM__RECORD_WHOLE - 8 && at < s.size - CRM__RECORD_WHOLE) {
      continue;   /* padding */
    }
    s.bytes[at] ^= 0x10;
    test_disk_put(s.disk, "store.crm", s.bytes, s.size);
    assert_int_equal(open_reader(&s, &damaged_part), 0);
    check_writer(&s, 0);
    s.bytes[at] ^= 0x10;
  }
  s.bytes[20] ^= 1;
  s.bytes[CRM__SECTOR + 20] ^= 1;
  test_disk_put(s.disk, "store.crm", s.bytes, s.size);
  assert_int_equal(open_reader(&s, &damaged_part), 0);
  check_writer(&s, 0);
  sample_free(&s);
}

/* One slot is enough: recovery goes on from the other one, and a writer mends it. */
static void a_damaged_slot_loses_nothing(void **state)
{
  uint64_t commits;
  size_t slot;
  (void)state;
  for (commits = 1; commits <= JOURNAL_COMMITS; commits++) {
    sample s;
    sample_make(&s, commits);
    for (slot = 0; slot < 2; slot++) {
      int damaged_part = 0;
      s.bytes[slot * CRM__SECTOR + 33] ^= 4;
      test_disk_put(s.disk, "store.crm", s.bytes, s.size);
      assert_int_equal(open_reader(&s, &damaged_part), commits);
      check_writer(&s, 1);
      assert_int_equal(open_reader(&s, &damaged_part), commits);
      s.bytes[slot * CRM__SECTOR + 33] ^= 4;
    }
    sample_free(&s);
  }
}

/* ---- headers that lie ---- */

/* An io that counts what is read. */
typedef struct counted {
  crm_io io;
  uint64_t bytes;
} counted;

static crm_status read_counted(void *context, void *file, uint64_t offset, void *to, size_t size, size_t *got)
{
  counted *c = context;
  crm_status status = c->io.read_at(c->io.context, file, offset, to, size, got);
  c->bytes += *got;
  return status;
}

static crm_status open_counted(void *context, const char *path, int32_t mode, void **file)
{
  counted *c = context;
  return c->io.open(c->io.context, path, mode, file);
}

static crm_status close_counted(void *context, void *file)
{
  counted *c = context;
  return c->io.close(c->io.context, file);
}

static crm_status size_counted(void *context, void *file, uint64_t *size)
{
  counted *c = context;
  return c->io.size(c->io.context, file, size);
}

static void count_reads(counted *c, test_disk *disk, crm_io *io)
{
  memset(c, 0, sizeof *c);
  test_disk_io(disk, &c->io);
  *io = c->io;
  io->context = c;
  io->read_at = read_counted;
  io->open = open_counted;
  io->close = close_counted;
  io->size = size_counted;
  io->map = NULL;
  io->unmap = NULL;
  io->lock = NULL;
  io->unlock = NULL;
}

#define PAYLOAD 65536U
#define LIARS 200U

static size_t put_head(unsigned char *to, uint32_t kind, uint64_t commit, uint64_t length, uint64_t checksum,
                       uint64_t previous, crm__head *head)
{
  memset(head, 0, sizeof *head);
  head->kind = kind;
  head->commit = commit;
  head->length = length;
  head->checksum = checksum;
  head->previous = previous;
  crm__head_put(head, to);
  return CRM__HEAD_SIZE;
}

/* A file whose every root leads over a chain of frames to the same damaged one: so that each checkpoint that is tried
 * has its bytes to read. */
static void roots_that_lie_cost_little(void **state)
{
  static unsigned char bytes[CRM__FRAMES_BEGIN + (CRM__HEAD_SIZE + 8) * (size_t)LIARS + CRM__HEAD_SIZE + PAYLOAD +
                             CRM__RECORD_WHOLE * (size_t)LIARS];
  uint64_t checkpoints[LIARS];
  crm__journal *journal = NULL;
  crm__memory memory;
  test_history history;
  crm__root root;
  crm__head head;
  test_disk *disk = test_disk_create(CAPS);
  counted counts;
  crm_io io;
  size_t at = CRM__FRAMES_BEGIN;
  uint64_t chain = crm__chain_begin(1, 1);
  uint64_t i;
  (void)state;
  memset(bytes, 0, sizeof bytes);
  memset(&root, 0, sizeof root);
  for (i = 0; i < LIARS; i++) {
    checkpoints[i] = at;
    at += put_head(bytes + at, 16, 5, 8, crm__checksum(bytes + at + CRM__HEAD_SIZE, 8), chain, &head) + 8;
    chain = head.self;
  }
  at += put_head(bytes + at, 16, 5, PAYLOAD, 12345, chain, &head) + PAYLOAD;
  for (i = 0; i < LIARS; i++) {
    crm__record record;
    memset(&record, 0, sizeof record);
    record.checkpoint = checkpoints[i];
    record.base = at;   /* the commit before it ends here: the record before this one */
    record.frames = 1;
    crm__record_put(&record, bytes + at + CRM__HEAD_SIZE);
    root.tail = at;
    at += put_head(bytes + at, CRM__KIND_COMMIT, 5, CRM__RECORD_SIZE,
                   crm__checksum(bytes + at + CRM__HEAD_SIZE, CRM__RECORD_SIZE), 0, &head) + CRM__RECORD_SIZE;
  }
  assert_true(at <= sizeof bytes);
  root.id = 1;
  root.generation = 1;
  root.commit = 5;
  root.checkpoint = checkpoints[LIARS - 1];
  root.end = at;
  root.chain = head.self;
  crm__root_put(&root, bytes);
  crm__root_put(&root, bytes + CRM__SECTOR);
  test_disk_put(disk, "liar.crm", bytes, at);
  count_reads(&counts, disk, &io);
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  memset(&history, 0, sizeof history);
  history.memory = &memory;
  history.io = &io;
  history.path = "liar.crm";
  assert_int_equal(test_journal_open(&history, CRM__JOURNAL_READ, &journal, NULL), CRM_ERROR_CORRUPT);
  assert_null(journal);
  assert_true(counts.bytes > 2 * at);     /* more than one was tried */
  assert_true(counts.bytes < 150 * at);   /* and not each of the two hundred, which takes 1,300 */
  assert_int_equal(memory.used, 0);
  test_disk_free(disk);
}

/* Headers one behind the other, each of which says that its payload is the rest of the file. */
static void headers_that_lie_cost_little(void **state)
{
  static unsigned char bytes[CRM__FRAMES_BEGIN + CRM__HEAD_SIZE * 2000];
  crm__memory memory;
  crm__scan *scan = NULL;
  crm__head head;
  crm__frame frame;
  test_disk *disk = test_disk_create(CAPS);
  counted counts;
  crm_io io;
  int found = 1;
  int intact = 0;
  uint64_t headers = 0;
  size_t at;
  (void)state;
  memset(bytes, 0, sizeof bytes);
  for (at = CRM__FRAMES_BEGIN; at < sizeof bytes; at += CRM__HEAD_SIZE) {
    uint64_t rest = sizeof bytes - at - CRM__HEAD_SIZE;
    (void)put_head(bytes + at, 16, 1, rest > 8 ? rest - 8 : rest, 7, 0, &head);
  }
  test_disk_put(disk, "liar.crm", bytes, sizeof bytes);
  count_reads(&counts, disk, &io);
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__scan_open(&memory, &io, "liar.crm", &scan, NULL), CRM_OK);
  while (found) {
    assert_int_equal(crm__scan_next(scan, &frame, &found, &intact, NULL), CRM_OK);
    assert_false(intact);
    headers += found != 0;
  }
  crm__scan_close(scan);
  assert_true(headers > 1900);                           /* all are seen, */
  assert_true(counts.bytes < 150 * sizeof bytes);        /* though not all are believed, which takes 900 */
  assert_int_equal(memory.used, 0);
  test_disk_free(disk);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_byte_changed),
    cmocka_unit_test(every_length),
    cmocka_unit_test(an_only_commit_that_is_damaged_is_refused),
    cmocka_unit_test(a_damaged_slot_loses_nothing),
    cmocka_unit_test(roots_that_lie_cost_little),
    cmocka_unit_test(headers_that_lie_cost_little),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
