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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crm_files.h"
#include "support/journals.h"

/* One file under several names, names that lead to another file, and what else may stand under a name: nothing that was
 * acknowledged is lost, and nobody may read more than before. */

/* Two folders, as data may lie elsewhere than the link to it. */
typedef struct fixture {
  char home[256];      /* the folder of the process before */
  char folder[256];
  crm__memory memory;
  crm_io io;
  test_history history;
} fixture;

#define STORE "store.crm"
#define FAR "far/data.crm"

static int set_up(void **state)
{
  fixture *f = calloc(1, sizeof *f);
  assert_non_null(getcwd(f->home, sizeof f->home));
  (void)snprintf(f->folder, sizeof f->folder, "%.200s/names_test.XXXXXX", f->home);
  assert_non_null(mkdtemp(f->folder));
  assert_int_equal(chdir(f->folder), 0);
  assert_int_equal(mkdir("far", 0755), 0);
  assert_int_equal(crm__memory_open(&f->memory, NULL, NULL), CRM_OK);
  crm_files_lend(CRM_FILES_NO_SYNC, &f->io);
  f->history.memory = &f->memory;
  f->history.io = &f->io;
  f->history.path = STORE;
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  static const char *const left[] = { STORE, STORE ".lock", "alias.crm", "alias.crm.lock", "other", "other.lock", FAR,
                                      FAR ".lock", "moved", "precious" };
  fixture *f = *state;
  size_t i;
  (void)umask(022);
  assert_int_equal(chdir(f->folder), 0);
  for (i = 0; i < sizeof left / sizeof left[0]; i++) {
    (void)remove(left[i]);
  }
  assert_int_equal(rmdir("far"), 0);   /* nothing else was left, no .new among it */
  assert_int_equal(chdir(f->home), 0);
  assert_int_equal(rmdir(f->folder), 0);
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

static crm_status try_open(const fixture *f, const char *path, int32_t mode, crm__journal **journal)
{
  test_history history = f->history;
  *journal = NULL;
  history.path = path;
  return test_journal_open(&history, mode, journal, NULL);
}

static void step_to(const fixture *f, crm__journal *journal, uint64_t commit)
{
  while (commit_of(journal) < commit) {
    assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_OK);
  }
}

static crm__journal *journal_at(const fixture *f, const char *path, uint64_t commit)
{
  crm__journal *journal = NULL;
  assert_int_equal(try_open(f, path, CRM__JOURNAL_CREATE, &journal), CRM_OK);
  step_to(f, journal, commit);
  return journal;
}

/* The file under a name, read and checked, is at a commit. */
static void shows(const fixture *f, const char *path, uint64_t commit)
{
  crm__journal *journal = NULL;
  crm_status status = CRM_OK;
  const char *wrong;
  assert_int_equal(try_open(f, path, CRM__JOURNAL_READ, &journal), CRM_OK);
  wrong = test_journal_wrong(&f->history, journal, &status);
  if (wrong != NULL) {
    fail_msg("%s: %s", path, wrong);
  }
  assert_int_equal(commit_of(journal), commit);
  crm__journal_close(journal);
}

static int exists(const char *path)
{
  struct stat found;
  return lstat(path, &found) == 0;
}

static int is_link(const char *path)
{
  struct stat found;
  return lstat(path, &found) == 0 && S_ISLNK(found.st_mode);
}

static mode_t mode_of(const char *path)
{
  struct stat found;
  assert_int_equal(lstat(path, &found), 0);
  return found.st_mode & 07777;
}

static void put(const char *path, const char *text)
{
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

static void is_still(const char *path, const char *text)
{
  char found[64];
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fread(found, 1, sizeof found, file), strlen(text));
  assert_memory_equal(found, text, strlen(text));
  assert_int_equal(fclose(file), 0);
}

/* ---- two writers ---- */

/* Two writers by two names: the second one is refused, before and after a compaction by the first. */
static void two_names(const fixture *f, const char *one, const char *two, int hard)
{
  crm__journal *first = journal_at(f, one, 3);
  crm__journal *second;
  assert_int_equal(try_open(f, two, CRM__JOURNAL_WRITE, &second), CRM_ERROR_STATE);
  assert_int_equal(try_open(f, two, CRM__JOURNAL_CREATE, &second), CRM_ERROR_STATE);
  step_to(f, first, 8);
  shows(f, two, 8);
  assert_int_equal(crm__journal_copy(first, &f->io, two, NULL), CRM_ERROR_STATE);
  assert_int_equal(try_open(f, two, CRM__JOURNAL_WRITE, &second), CRM_ERROR_STATE);
  step_to(f, first, JOURNAL_COMMITS);   /* compacts */
  crm__journal_close(first);
  shows(f, one, JOURNAL_COMMITS);
  shows(f, two, hard ? 8 : JOURNAL_COMMITS);   /* a hard link keeps the old file */
}

static void a_symbolic_link(void **state)
{
  fixture *f = *state;
  crm__journal_close(journal_at(f, STORE, 1));
  assert_int_equal(symlink(STORE, "alias.crm"), 0);
  two_names(f, STORE, "alias.crm", 0);
  assert_true(is_link("alias.crm"));
  assert_false(exists("alias.crm.lock"));
}

static void a_symbolic_link_first(void **state)
{
  fixture *f = *state;
  crm__journal_close(journal_at(f, FAR, 1));
  assert_int_equal(symlink("far/../" FAR, "alias.crm"), 0);
  two_names(f, "alias.crm", FAR, 0);
  assert_true(is_link("alias.crm"));
}

static void a_hard_link(void **state)
{
  fixture *f = *state;
  crm__journal_close(journal_at(f, STORE, 1));
  assert_int_equal(link(STORE, "alias.crm"), 0);
  two_names(f, STORE, "alias.crm", 1);
}

static void a_lock_file_that_is_removed(void **state)
{
  fixture *f = *state;
  crm__journal *first = journal_at(f, STORE, 3);
  crm__journal *second;
  assert_int_equal(remove(STORE ".lock"), 0);
  assert_int_equal(try_open(f, STORE, CRM__JOURNAL_WRITE, &second), CRM_ERROR_STATE);
  step_to(f, first, 9);   /* compacts */
  assert_int_equal(try_open(f, STORE, CRM__JOURNAL_WRITE, &second), CRM_ERROR_STATE);
  step_to(f, first, JOURNAL_COMMITS);
  crm__journal_close(first);
  shows(f, STORE, JOURNAL_COMMITS);
}

/* ---- names that change ---- */

/* What is put in the place of an open file takes its name; commits to the old one would be seen by nobody. */
static void another_file_is_moved_there(void **state)
{
  static const uint32_t flags[] = { 0, CRM_FILES_NO_SYNC };
  fixture *f = *state;
  size_t i;
  for (i = 0; i < 2; i++) {
    crm__journal *journal;
    crm_error error = CRM_ERROR_INIT;
    crm_files_lend(flags[i], &f->io);
    (void)remove(STORE);
    journal = journal_at(f, STORE, 4);
    assert_int_equal(crm__journal_copy(journal, &f->io, "other", NULL), CRM_OK);
    assert_int_equal(rename("other", STORE), 0);
    assert_int_equal(test_journal_step(&f->history, journal, &error), CRM_ERROR_STATE);
    assert_non_null(strstr(error.message, "another file"));
    assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_ERROR_STATE);   /* closed to changes */
    crm__journal_close(journal);
    shows(f, STORE, 4);
  }
}

static void the_file_is_moved_away(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, STORE, 4);
  assert_int_equal(rename(STORE, "moved"), 0);
  assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_ERROR_STATE);
  crm__journal_close(journal);
  crm__journal_close(journal_at(f, STORE, 1));   /* the name is free */
}

static void the_link_leads_elsewhere(void **state)
{
  fixture *f = *state;
  crm__journal *journal;
  crm__journal_close(journal_at(f, FAR, 2));
  assert_int_equal(symlink(FAR, "alias.crm"), 0);
  journal = journal_at(f, "alias.crm", 4);
  crm__journal_close(journal_at(f, STORE, 2));
  assert_int_equal(remove("alias.crm"), 0);
  assert_int_equal(symlink(STORE, "alias.crm"), 0);
  assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_ERROR_STATE);
  crm__journal_close(journal);
  shows(f, "alias.crm", 2);
}

/* The process goes to another folder: its files have kept their names. */
static void another_folder(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, STORE, 4);
  assert_int_equal(chdir("far"), 0);
  step_to(f, journal, 8);
  crm__journal_close(journal);
  assert_int_equal(chdir(f->folder), 0);
  shows(f, STORE, 8);
}

/* ---- NAME.new ---- */

/* Compaction through a link replaces the file that it leads to, and nothing stays of the old one. */
static void compaction_through_a_link(void **state)
{
  fixture *f = *state;
  crm__journal *journal;
  struct stat before;
  struct stat after;
  assert_int_equal(symlink(FAR, "alias.crm"), 0);   /* leads to nothing yet */
  journal = journal_at(f, "alias.crm", 8);
  assert_false(exists("alias.crm.lock"));
  assert_int_equal(lstat(FAR, &before), 0);
  step_to(f, journal, 9);
  crm__journal_close(journal);
  assert_true(is_link("alias.crm"));
  assert_int_equal(lstat(FAR, &after), 0);
  assert_true(S_ISREG(after.st_mode) && after.st_ino != before.st_ino);
  assert_int_equal(after.st_nlink, 1);
  shows(f, FAR, 9);
}

/* What somebody has put under NAME.new is not written through. */
static void a_planted_link(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, STORE, 8);
  put("precious", "precious");
  assert_int_equal(symlink("precious", "other.new"), 0);
  assert_int_equal(crm__journal_copy(journal, &f->io, "other", NULL), CRM_OK);
  assert_false(is_link("other"));
  assert_int_equal(link("precious", STORE ".new"), 0);
  step_to(f, journal, 9);   /* compacts */
  crm__journal_close(journal);
  is_still("precious", "precious");
  shows(f, "other", 8);
  shows(f, STORE, 9);
}

/* From its first byte on NAME.new is open to nobody whom NAME is closed to. */
static void permissions_of_the_new_file(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, STORE, 4);
  void *file = NULL;
  (void)umask(0);
  assert_int_equal(chmod(STORE, 0600), 0);
  assert_int_equal(f->io.open(f->io.context, STORE ".new", CRM_IO_CREATE, &file), CRM_OK);
  assert_int_equal(mode_of(STORE ".new"), 0600);
  assert_int_equal(f->io.close(f->io.context, file), CRM_OK);
  assert_int_equal(chmod(STORE, 0640), 0);
  assert_int_equal(f->io.open(f->io.context, STORE ".new", CRM_IO_CREATE, &file), CRM_OK);
  assert_int_equal(mode_of(STORE ".new"), 0640);
  assert_int_equal(f->io.close(f->io.context, file), CRM_OK);
  put("other", "old");
  assert_int_equal(chmod("other", 0600), 0);
  assert_int_equal(crm__journal_copy(journal, &f->io, "other", NULL), CRM_OK);
  assert_int_equal(mode_of("other"), 0600);
  step_to(f, journal, 9);
  assert_int_equal(mode_of(STORE), 0640);
  crm__journal_close(journal);
}

/* A superuser's compaction leaves the file to its owner. */
static void the_owner_of_the_new_file(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, STORE, 8);
  struct stat found;
  if (geteuid() != 0 || chown(STORE, 4321, 4322) != 0) {
    crm__journal_close(journal);
    skip();
  }
  assert_int_equal(chmod(STORE, 0640), 0);
  step_to(f, journal, 9);
  assert_int_equal(stat(STORE, &found), 0);
  assert_int_equal(found.st_uid, 4321);
  assert_int_equal(found.st_gid, 4322);
  assert_int_equal(found.st_mode & 07777, 0640);
  crm__journal_close(journal);
}

/* What somebody else is writing is not taken from under their hands. */
static void a_new_file_of_somebody_else(void **state)
{
  fixture *f = *state;
  void *file = NULL;
  void *second = NULL;
  assert_int_equal(f->io.open(f->io.context, STORE ".new", CRM_IO_CREATE, &file), CRM_OK);
  assert_int_equal(f->io.open(f->io.context, STORE ".new", CRM_IO_CREATE, &second), CRM_ERROR_STATE);
  assert_int_equal(f->io.remove(f->io.context, STORE ".new"), CRM_ERROR_STATE);
  put(STORE, "old");
  assert_int_equal(f->io.replace(f->io.context, STORE ".new", STORE), CRM_ERROR_STATE);
  is_still(STORE, "old");
  assert_int_equal(f->io.close(f->io.context, file), CRM_OK);
  assert_int_equal(f->io.replace(f->io.context, STORE ".new", STORE), CRM_OK);
  assert_int_equal(f->io.open(f->io.context, STORE, CRM_IO_WRITE, &file), CRM_OK);
  put(STORE ".new", "new");
  assert_int_equal(f->io.replace(f->io.context, STORE ".new", STORE), CRM_ERROR_STATE);
  assert_int_equal(f->io.close(f->io.context, file), CRM_OK);
  assert_int_equal(f->io.remove(f->io.context, STORE ".new"), CRM_OK);
}

/* A copy onto a folder fails, and leaves nothing. */
static void a_backup_that_cannot_be_put(void **state)
{
  fixture *f = *state;
  crm__journal *journal = journal_at(f, STORE, 4);
  assert_int_equal(mkdir("other", 0755), 0);
  assert_int_equal(crm__journal_copy(journal, &f->io, "other", NULL), CRM_ERROR_IO);
  assert_false(exists("other.new"));
  crm__journal_close(journal);
}

/* A reader has no lock, and knows its own file by whatever name all the same. */
static void a_copy_onto_the_file_itself(void **state)
{
  static const char *const names[] = { "./" STORE, "far/../" STORE, "alias.crm" };
  fixture *f = *state;
  crm__journal *journal = journal_at(f, STORE, 4);
  crm__journal *reader = NULL;
  size_t i;
  assert_int_equal(symlink(STORE, "alias.crm"), 0);
  assert_int_equal(try_open(f, STORE, CRM__JOURNAL_READ, &reader), CRM_OK);
  f->history.path = STORE;
  assert_int_equal(test_journal_step(&f->history, journal, NULL), CRM_OK);
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    assert_int_equal(crm__journal_copy(reader, &f->io, names[i], NULL), CRM_ERROR_STATE);   /* somebody writes it */
  }
  crm__journal_close(journal);
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    assert_int_equal(crm__journal_copy(reader, &f->io, names[i], NULL), CRM_ERROR_ARGUMENT);
  }
  assert_false(exists(STORE ".new"));
  assert_int_equal(link(STORE, "other"), 0);   /* a name of its own, under which the file is given up */
  assert_int_equal(crm__journal_copy(reader, &f->io, "other", NULL), CRM_OK);
  crm__journal_close(reader);
  journal = journal_at(f, STORE, 5);
  assert_int_equal(commit_of(journal), 5);
  crm__journal_close(journal);
}

/* ---- what is no file ---- */

static void a_pipe_is_refused(void **state)
{
  fixture *f = *state;
  crm__journal *journal = NULL;
  (void)alarm(20);   /* ends a wait that should not be */
  assert_int_equal(mkfifo("other", 0600), 0);
  assert_int_equal(try_open(f, "other", CRM__JOURNAL_READ, &journal), CRM_ERROR_IO);
  assert_int_equal(try_open(f, "other", CRM__JOURNAL_WRITE, &journal), CRM_ERROR_IO);
  assert_int_equal(try_open(f, "/dev/null", CRM__JOURNAL_READ, &journal), CRM_ERROR_IO);
  assert_int_equal(mkfifo(STORE ".lock", 0600), 0);
  assert_int_equal(try_open(f, STORE, CRM__JOURNAL_CREATE, &journal), CRM_ERROR_IO);
  (void)alarm(0);
}

/* A file that is cut while it is looked at, by one who maps nothing: an error, not the end of the process. */
static int read_what_was_cut(fixture *f)
{
  crm__journal *journal = NULL;
  crm__view view = { NULL, 0, NULL };
  crm_status status;
  crm_files_lend(CRM_FILES_NO_MAP | CRM_FILES_NO_SYNC, &f->io);
  if (f->io.map != NULL || f->io.unmap != NULL || try_open(f, STORE, CRM__JOURNAL_READ, &journal) != CRM_OK
      || truncate(STORE, 0) != 0) {
    return 1;
  }
  status = crm__journal_view(journal, crm__journal_frame(journal, 0), 1, &view, NULL);
  crm__journal_close(journal);
  return status == CRM_ERROR_CORRUPT || status == CRM_ERROR_IO ? 0 : 2;
}

static void a_file_that_is_cut(void **state)
{
  fixture *f = *state;
  int status = 0;
  pid_t child;
  crm__journal_close(journal_at(f, STORE, 8));
  child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    _exit(read_what_was_cut(f));
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
}

#define TRY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TRY(a_symbolic_link),
    TRY(a_symbolic_link_first),
    TRY(a_hard_link),
    TRY(a_lock_file_that_is_removed),
    TRY(another_file_is_moved_there),
    TRY(the_file_is_moved_away),
    TRY(the_link_leads_elsewhere),
    TRY(another_folder),
    TRY(compaction_through_a_link),
    TRY(a_planted_link),
    TRY(permissions_of_the_new_file),
    TRY(the_owner_of_the_new_file),
    TRY(a_new_file_of_somebody_else),
    TRY(a_backup_that_cannot_be_put),
    TRY(a_copy_onto_the_file_itself),
    TRY(a_pipe_is_refused),
    TRY(a_file_that_is_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
