/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_OUTPUT_H
#define COCKPIT_OUTPUT_H

#include "arguments.h"

#include <stdio.h>

/* Where the result goes: standard output or a file. Opened when everything is computed: nothing is written before. */
typedef struct output {
  FILE *file;
  const char *path;   /* NULL: standard output */
  int failed;
  crm_sink sink;
} output;

/* Whether a file can be written at all, before any is; NULL: standard output. */
int output_check(const char *path);

/* These answer EXIT_GOOD, or EXIT_UNUSABLE after one line on standard error. */
int output_open(output *out, const char *path);
int output_bytes(output *out, const void *bytes, size_t size);
int output_close(output *out);

/* Writes a table as CSV or JSON. */
int output_table(output *out, const crm_table *table, int32_t format);

/* Leaves out the first line of what is written to `sink`, for a table under the same header as the one before it. */
int output_rows(output *out, const crm_table *table);

#endif
