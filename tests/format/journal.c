/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/journals.h"

/* The container as the library writes and reads it, for tests/format/container_test.py:
 *
 *   journal write FILE COMMITS   the history of tests/support/journals.h up to a commit
 *   journal read                 for each line of standard input, a file's name, one line: "refused STATUS", or
 *                                "commit N version V id I generation G end E" and for each listed frame
 *                                " kind:commit:offset:length:checksum" */

static void open_options(crm__journal_options *options, const char *path, int32_t mode)
{
  memset(options, 0, sizeof *options);
  options->path = path;
  options->mode = mode;
}

static int write_history(crm__memory *memory, const char *path, uint64_t commits)
{
  test_history history = { NULL, NULL, NULL, 0 };
  crm__journal *journal = NULL;
  crm__journal_info info = { 0 };
  crm_status status;
  history.memory = memory;
  history.path = path;
  status = test_journal_open(&history, CRM__JOURNAL_CREATE, &journal, NULL);
  while (status == CRM_OK && info.commit < commits) {
    status = test_journal_step(&history, journal, NULL);
    crm__journal_info_get(journal, &info);
  }
  crm__journal_close(journal);
  return status;
}

static void print_commit(crm__journal *journal)
{
  crm__journal_info info;
  uint64_t i;
  crm__journal_info_get(journal, &info);
  printf("commit %llu version %lld id %llu generation %llu end %llu", (unsigned long long)info.commit,
         (long long)info.version, (unsigned long long)info.id, (unsigned long long)info.generation,
         (unsigned long long)info.bytes);
  for (i = 0; i < crm__journal_frames(journal); i++) {
    const crm__frame *frame = crm__journal_frame(journal, i);
    printf(" %lu:%llu:%llu:%llu:%016llx", (unsigned long)frame->kind, (unsigned long long)frame->commit,
           (unsigned long long)frame->offset, (unsigned long long)frame->length, (unsigned long long)frame->checksum);
  }
  printf("\n");
}

static void read_files(crm__memory *memory)
{
  char line[1024];
  while (fgets(line, sizeof line, stdin) != NULL) {
    crm__journal_options options;
    crm__journal *journal = NULL;
    crm_status status;
    line[strcspn(line, "\n")] = '\0';
    open_options(&options, line, CRM__JOURNAL_READ);
    status = crm__journal_open(memory, &options, &journal, NULL);
    if (status == CRM_OK) {
      print_commit(journal);
    } else {
      printf("refused %s\n", crm_status_name(status));
    }
    crm__journal_close(journal);
    (void)fflush(stdout);
  }
}

int main(int argc, char **argv)
{
  crm__memory memory;
  if (crm__memory_open(&memory, NULL, NULL) != CRM_OK) {
    return 2;
  }
  if (argc == 4 && strcmp(argv[1], "write") == 0) {
    return write_history(&memory, argv[2], strtoull(argv[3], NULL, 10)) == CRM_OK ? 0 : 2;
  }
  if (argc == 2 && strcmp(argv[1], "read") == 0) {
    read_files(&memory);
    return memory.used == 0 ? 0 : 2;
  }
  return 2;
}
