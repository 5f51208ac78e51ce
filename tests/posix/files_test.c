/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crm_files.h"
#include "file/layout.h"
#include "support/journals.h"

/* A folder of its own, and a history in it. */
typedef struct fixture {
  char folder[64];
  char path[96];
  char other[96];
  crm__memory memory;
  crm_io io;
  test_history history;
} fixture;

static int set_up(void **state)
{
  fixture *f = calloc(1, sizeof *f);
  memcpy(f->folder, "files_test.XXXXXX", sizeof "files_test.XXXXXX");
  assert_non_null(mkdtemp(f->folder));
  (void)snprintf(f->path, sizeof f->path, "%s/store.crm", f->folder);
  (void)snprintf(f->other, sizeof f->other, "%s/other", f->folder);
  assert_int_equal(crm__memory_open(&f->memory, NULL, NULL), CRM_OK);
  crm_files_lend(0, &f->io);
  f->history.memory = &f->memory;
  f->history.io = &f->io;
  f->history.path = f->path;
  f->history.large = 1;
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  static const char *const tails[] = { "", ".new", ".lock" };
  fixture *f = *state;
  size_t i;
  for (i = 0; i < 3; i++) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s%s", f->path, tails[i]);
    (void)remove(path);
    (void)snprintf(path, sizeof path, "%s%s", f->other, tails[i]);
    (void)remove(path);
  }
  assert_int_equal(rmdir(f->folder), 0);   /* nothing else was left */
  assert_int_equal(f->memory.used, 0);
  free(f);
  return 0;
}

static uint64_t commit_of(const crm__journal *journal)
{
  crm__journal_info info;
  crm__journal_info_get(journal, &info);
  return info.commit;
}

static void holds(const fixture *f, crm__journal *journal, uint64_t commit)
{
  crm_status status = CRM_OK;
  const char *wrong = test_journal_wrong(&f->history, journal, &status);
  if (wrong != NULL) {
    fail_msg("%s", wrong);
  }
  assert_int_equal(commit_of(journal), commit);
}

static void step_to(const fixture *f, crm__journal *journal, uint64_t commit)
{
  while (commit_of(journal) < commit) {
    assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_OK);
  }
}

static crm__journal *journal_at(const fixture *f, uint64_t commit)
{
  crm__journal *journal = NULL;
  assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_CREATE, &journal, NULL), CRM_OK);
  step_to(f, journal, commit);
  return journal;
}

/* A child that goes through `act` and ends with what it answers; 0 is good. */
static pid_t begin_child(fixture *f, int (*act)(fixture *f, int from, int to), int pipes[4])
{
  pid_t child;
  assert_int_equal(pipe(pipes), 0);
  assert_int_equal(pipe(pipes + 2), 0);
  child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    _exit(act(f, pipes[0], pipes[3]));
  }
  return child;
}

static void wait_for(int pipe_end)
{
  char byte;
  assert_int_equal(read(pipe_end, &byte, 1), 1);
}

static void tell(int pipe_end)
{
  assert_int_equal(write(pipe_end, "x", 1), 1);
}

static void close_all(const int pipes[4])
{
  int i;
  for (i = 0; i < 4; i++) {
    (void)close(pipes[i]);
  }
}

static void they_pass_the_selftest(void **state)
{
  fixture *f = *state;
  crm_error error = CRM_ERROR_INIT;
  crm_io io = CRM_IO_INIT;
  if (crm_io_selftest(&f->io, f->path, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(crm_io_durability(&f->io), CRM_DURABILITY_POWER_LOSS);
  crm_files_lend(CRM_FILES_NO_SYNC, &io);
  assert_int_equal(crm_io_durability(&io), CRM_DURABILITY_PROCESS_CRASH);
  if (crm_io_selftest(&io, f->path, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
}

static void every_commit_is_kept(void **state)
{
  fixture *f = *state;
  uint64_t commit;
  for (commit = 1; commit <= JOURNAL_COMMITS; commit++) {
    crm__journal *journal = journal_at(f, commit);
    crm__view view = { NULL, 0, NULL };
    holds(f, journal, commit);
    crm__journal_close(journal);
    journal = NULL;
    assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_READ, &journal, NULL), CRM_OK);
    holds(f, journal, commit);
    assert_int_equal(crm__journal_view(journal, crm__journal_frame(journal, 0), 1, &view, NULL), CRM_OK);
    assert_null(view.read);   /* mapped */
    crm__journal_view_end(journal, &view);
    crm__journal_close(journal);
  }
}

static void the_level_that_is_asked_for(void **state)
{
  fixture *f = *state;
  crm__journal_options options = { NULL, NULL, CRM__JOURNAL_CREATE, CRM_DURABILITY_POWER_LOSS, 1 };
  crm__journal *journal = NULL;
  crm_io io = CRM_IO_INIT;
  crm_files_lend(CRM_FILES_NO_SYNC, &io);
  options.io = &io;
  options.path = f->path;
  assert_int_equal(crm__journal_open(&f->memory, &options, &journal, NULL), CRM_ERROR_UNSUPPORTED);
  options.io = &f->io;
  assert_int_equal(crm__journal_open(&f->memory, &options, &journal, NULL), CRM_OK);
  crm__journal_close(journal);
}

/* Holds the file open to write until it is killed. */
static int hold_writer(fixture *f, int from, int to)
{
  crm__journal *journal = NULL;
  (void)from;
  if (test_journal_open(&f->history, CRM__JOURNAL_WRITE, &journal, NULL) != CRM_OK || write(to, "x", 1) != 1) {
    return 1;
  }
  for (;;) {
    (void)pause();
  }
}

static void one_process_writes(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, 3);
  crm_error error = CRM_ERROR_INIT;
  int pipes[4];
  int status = 0;
  pid_t child;
  crm__journal_close(journal);
  child = begin_child(f, hold_writer, pipes);
  wait_for(pipes[2]);
  journal = NULL;
  assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_WRITE, &journal, &error), CRM_ERROR_STATE);
  assert_non_null(strstr(error.message, "is being written by somebody else"));
  assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_READ, &journal, NULL), CRM_OK);
  holds(f, journal, 3);
  crm__journal_close(journal);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  journal = NULL;
  assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_WRITE, &journal, NULL), CRM_OK);
  step_to(f, journal, 5);
  crm__journal_close(journal);
  close_all(pipes);
}

/* A child that closes what it has of its parent's leaves the lock to that. */
static void a_child_keeps_the_lock_of_its_parent(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, 3);
  crm__journal *second = NULL;
  int status = 0;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    crm__journal_close(journal);
    _exit(0);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_WRITE, &second, NULL), CRM_ERROR_STATE);
  step_to(f, journal, 5);
  crm__journal_close(journal);
  assert_int_equal(test_journal_open(&f->history, CRM__JOURNAL_WRITE, &second, NULL), CRM_OK);
  holds(f, second, 5);
  crm__journal_close(second);
}

/* Reads commit 5 when it is told to, after the writer has gone on. */
static int read_commit_5(fixture *f, int from, int to)
{
  crm__journal *journal = NULL;
  crm_status status = CRM_OK;
  char byte;
  int good = test_journal_open(&f->history, CRM__JOURNAL_READ, &journal, NULL) == CRM_OK
             && write(to, "x", 1) == 1 && read(from, &byte, 1) == 1 && commit_of(journal) == 5
             && test_journal_wrong(&f->history, journal, &status) == NULL
             && crm__journal_check_all(journal, NULL) == CRM_OK;
  crm__journal_close(journal);
  return !good;
}

static void another_process_reads_an_older_commit(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, 5);
  int pipes[4];
  int status = 0;
  pid_t child = begin_child(f, read_commit_5, pipes);
  wait_for(pipes[2]);
  step_to(f, journal, JOURNAL_COMMITS);   /* a checkpoint and a compaction are among them */
  tell(pipes[1]);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  holds(f, journal, JOURNAL_COMMITS);
  crm__journal_close(journal);
  close_all(pipes);
}

/* Opens while the other process commits, again and again: what it finds is always whole. */
static int read_all_the_time(fixture *f, int from, int to)
{
  uint64_t last = 0;
  int rounds = 0;
  (void)from;
  while (last < JOURNAL_COMMITS) {
    crm__journal *journal = NULL;
    crm_status status = test_journal_open(&f->history, CRM__JOURNAL_READ, &journal, NULL);
    int good = status == CRM_OK && test_journal_wrong(&f->history, journal, &status) == NULL
               && commit_of(journal) >= last;
    last = good ? commit_of(journal) : last;
    crm__journal_close(journal);
    if (!good || (rounds++ == 0 && write(to, "x", 1) != 1)) {
      return 1;
    }
  }
  return 0;
}

static void readers_while_there_are_commits(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, 1);
  int pipes[4];
  int status = 0;
  pid_t child = begin_child(f, read_all_the_time, pipes);
  wait_for(pipes[2]);
  step_to(f, journal, JOURNAL_COMMITS);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  crm__journal_close(journal);
  close_all(pipes);
}

/* The system refuses to let the file grow. */
static void no_room_is_left(void **state)
{
  fixture *f = *state;
  struct rlimit before;
  struct rlimit little;
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  crm__journal *journal = journal_at(f, 6);
  crm__journal_info info;
  crm_error error = CRM_ERROR_INIT;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  little = before;
  little.rlim_cur = 50000;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
  assert_int_equal(test_journal_step(&f->history, journal, &error), CRM_ERROR_LIMIT);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  assert_non_null(strstr(error.message, "no room is left"));
  crm__journal_info_get(journal, &info);
  assert_int_equal(info.state, CRM__JOURNAL_POISONED);
  holds(f, journal, 6);
  assert_int_equal(test_journal_step(&f->history, journal, &error), CRM_ERROR_STATE);
  crm__journal_close(journal);
  journal = journal_at(f, JOURNAL_COMMITS);
  holds(f, journal, JOURNAL_COMMITS);
  crm__journal_close(journal);
  (void)signal(SIGXFSZ, handler);
}

/* A compaction that finds no room leaves the file as it was, and it can be written to. */
static void no_room_for_a_compaction(void **state)
{
  fixture *f = *state;
  struct rlimit before;
  struct rlimit little;
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  crm__journal *journal = journal_at(f, 8);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  little = before;
  little.rlim_cur = 8000;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
  assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_ERROR_LIMIT);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  holds(f, journal, 8);
  step_to(f, journal, JOURNAL_COMMITS);
  holds(f, journal, JOURNAL_COMMITS);
  crm__journal_close(journal);
  (void)signal(SIGXFSZ, handler);
}

static void permissions_are_kept(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, 8);
  struct stat found;
  assert_int_equal(chmod(f->path, 0600), 0);
  step_to(f, journal, 9);   /* compacts */
  assert_int_equal(stat(f->path, &found), 0);
  assert_int_equal(found.st_mode & 07777, 0600);
  crm__journal_close(journal);
}

/* No other program that the process starts gets the file or the lock. */
static void descriptors_end_with_the_program(void **state)
{
  fixture *f = *state;
  int before[64];
  int descriptor;
  int opened = 0;
  crm__journal *journal;
  for (descriptor = 0; descriptor < 64; descriptor++) {
    before[descriptor] = fcntl(descriptor, F_GETFD);
  }
  journal = journal_at(f, 2);
  for (descriptor = 0; descriptor < 64; descriptor++) {
    int now = fcntl(descriptor, F_GETFD);
    if (before[descriptor] < 0 && now >= 0) {
      opened++;
      assert_true((now & FD_CLOEXEC) != 0);
    }
  }
  assert_int_equal(opened, 2);
  crm__journal_close(journal);
  for (descriptor = 0; descriptor < 64; descriptor++) {
    assert_int_equal(fcntl(descriptor, F_GETFD) < 0, before[descriptor] < 0);
  }
}

static void a_backup_while_it_is_open(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, 7);
  crm__journal *backup = NULL;
  test_history history = f->history;
  assert_int_equal(crm__journal_copy(journal, &f->io, f->other, NULL), CRM_OK);
  step_to(f, journal, JOURNAL_COMMITS);
  history.path = f->other;
  assert_int_equal(test_journal_open(&history, CRM__JOURNAL_WRITE, &backup, NULL), CRM_OK);
  assert_int_equal(commit_of(backup), 7);
  holds(f, backup, 7);
  crm__journal_close(backup);
  crm__journal_close(journal);
}

static void folders_that_are_not_there(void **state)
{
  fixture *f = *state;
  crm__journal *journal = NULL;
  crm__journal_options options = { NULL, "no/such/folder.crm", CRM__JOURNAL_READ, 0, 1 };
  options.io = &f->io;
  assert_int_equal(crm__journal_open(&f->memory, &options, &journal, NULL), CRM_ERROR_NOT_FOUND);
  options.mode = CRM__JOURNAL_CREATE;
  assert_int_equal(crm__journal_open(&f->memory, &options, &journal, NULL), CRM_ERROR_IO);
  options.path = f->folder;   /* a folder is no file */
  options.mode = CRM__JOURNAL_READ;
  assert_int_not_equal(crm__journal_open(&f->memory, &options, &journal, NULL), CRM_OK);
  assert_null(journal);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(they_pass_the_selftest, set_up, tear_down),
    cmocka_unit_test_setup_teardown(every_commit_is_kept, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_level_that_is_asked_for, set_up, tear_down),
    cmocka_unit_test_setup_teardown(one_process_writes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_child_keeps_the_lock_of_its_parent, set_up, tear_down),
    cmocka_unit_test_setup_teardown(another_process_reads_an_older_commit, set_up, tear_down),
    cmocka_unit_test_setup_teardown(readers_while_there_are_commits, set_up, tear_down),
    cmocka_unit_test_setup_teardown(no_room_is_left, set_up, tear_down),
    cmocka_unit_test_setup_teardown(no_room_for_a_compaction, set_up, tear_down),
    cmocka_unit_test_setup_teardown(permissions_are_kept, set_up, tear_down),
    cmocka_unit_test_setup_teardown(descriptors_end_with_the_program, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_backup_while_it_is_open, set_up, tear_down),
    cmocka_unit_test_setup_teardown(folders_that_are_not_there, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
