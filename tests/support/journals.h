/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TEST_JOURNALS_H
#define TEST_JOURNALS_H

#include "file/journal.h"

/* A history of commits, each known by its number: what its frames hold follows from it. Commits 1 (which makes the
 * file) and 6 are checkpoints, 9 is one in a renewed file; before 3 and 7 frames are begun and rolled back. */
#define JOURNAL_COMMITS 12U

/* large: one frame of commit 4 is longer than any buffer. */
typedef struct test_history {
  crm__memory *memory;
  const crm_io *io;
  const char *path;
  int large;
} test_history;

crm_status test_journal_open(const test_history *history, int32_t mode, crm__journal **journal, crm_error *error);

/* Makes the next commit. After a failure everything since the last commit is rolled back. */
crm_status test_journal_step(const test_history *history, crm__journal *journal, crm_error *error);

/* NULL: the journal holds exactly what its commit should; else what is wrong. *status: of the first call that
 * failed. */
const char *test_journal_wrong(const test_history *history, crm__journal *journal, crm_status *status);

#endif
