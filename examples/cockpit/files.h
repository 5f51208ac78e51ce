/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_FILES_H
#define COCKPIT_FILES_H

#include "arguments.h"

#define CAUSES 64

/* Rows of a table that were rejected for one cause, and the first of them. */
typedef struct cause {
  char table[32];
  char name[32];
  char column[64];
  const char *file;
  int64_t row;
  int64_t rows;
} cause;

/* What the loads brought. */
typedef struct loading {
  crm_store *store;
  int64_t rows;
  int64_t accepted;
  int64_t duplicate;
  int64_t rejected;
  int64_t rounded;
  int64_t ignored_columns;
  cause causes[CAUSES];
  int cause_count;
  int64_t damaged;          /* the newest commit of the store's file, where it could not be opened; 0: it was */
  crm_table **rejects;      /* a file each, where they are asked for; NULL where nothing was rejected */
  int64_t reject_count;
} loading;

/* Loads each file as a load of its own, in the order given. Answers EXIT_GOOD, or EXIT_UNUSABLE after a line. */
int files_load(arguments *args, loading *loaded);

/* Writes table,file,row,column,cause of every rejected row. */
int files_write_rejects(const arguments *args, const loading *loaded);

/* One line a cause on standard error, and what else became of the rows. */
void files_report(const arguments *args, const loading *loaded);

void files_free(loading *loaded);

#endif
